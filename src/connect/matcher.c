/*
 * A track goes to a matcher in pieces, as long as it takes, a few at a time. Neighbours overlap,
 * and each has its say up to the middle of that: at the ends of a piece a matcher knows the least.
 *
 *     leg      ├────────────────────────────────┤      until a silence: nobody knows the way
 *     pieces   ├───────────┤                           over it
 *                        ├───────────┤
 *                                  ├────────────┤
 *     kept     ├──────────┼──────────┼──────────┤
 *
 * Answers arrive on the thread of connect, which only puts them into the inbox; they are read by
 * whoever calls match_step(). The inbox is counted, as an answer may come when the match is gone.
 */
#include "connect/matcher.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"

enum {
    OVERLAP = 10,
    ASKED_MAX = 2,     /* pieces at a time, of one track */
    IN_FLIGHT_MAX = 8, /* requests at a time, of all tracks */
    WAITING_MAX = 256,
    ENOUGH_MS = 500,  /* with less time left, no further piece is asked for */
    FAILURES_MAX = 2, /* in a row, then the rest of a track is not asked for */
};

static const struct match_row *const rows[] = {
#define X(name, row) [MATCHER_##name] = &(row),
    MATCHER_MAP(X)
#undef X
};

struct matcher {
    const struct match_row *row;
    struct provider *provider;
};

struct piece {
    size_t first; /* its fixes, ... */
    size_t end;
    size_t keep_first; /* ... and those of them that it has the say of */
    size_t keep_end;
};

/* What came for a piece. */
struct letter {
    size_t piece;
    enum err e;
    int status;
    uint8_t *body;
    size_t len;
};

struct inbox {
    pthread_mutex_t lock;
    unsigned users; /* all below under the lock */
    bool is_closed;
    unsigned asked; /* pieces that no letter came for */
    size_t count;
    struct letter letters[ASKED_MAX];
    void (*wake)(void *context); /* NULL: nobody waits */
    void *context;
};

struct match {
    const struct matcher *matcher;
    const struct track_fix *fixes;
    size_t count;
    int64_t deadline_ms;
    struct piece *pieces;
    size_t piece_count;
    size_t next; /* piece that was not asked for */
    unsigned failures;
    struct matched *places;
    struct ways ways;
    struct inbox *inbox;
};

enum err matcher_new(struct connect *connect, enum matcher_kind kind, const char *url,
                     struct matcher **out)
{
    const struct provider_options options = {
        .name = "matcher",
        .url = url,
        .waiting_max = WAITING_MAX,
        .in_flight_max = IN_FLIGHT_MAX,
    };
    struct provider *provider = NULL;
    enum err e = connect_add(connect, &options, &provider);
    if (e == ERR_OK) {
        *out = mem_new(sizeof(**out));
        **out = (struct matcher){rows[kind], provider};
    }
    return e;
}

void matcher_free(struct matcher *m)
{
    free(m);
}

/* ---- the inbox ---- */

static void lock(struct inbox *b)
{
    check(pthread_mutex_lock(&b->lock) == 0);
}

static void unlock(struct inbox *b)
{
    check(pthread_mutex_unlock(&b->lock) == 0);
}

/* Gives up one use of it. */
static void leave(struct inbox *b)
{
    lock(b);
    bool is_last = --b->users == 0;
    unlock(b);
    if (!is_last) {
        return;
    }
    for (size_t i = 0; i < b->count; i++) {
        free(b->letters[i].body);
    }
    check(pthread_mutex_destroy(&b->lock) == 0);
    free(b);
}

/* What a request has to find its way back. */
struct ask {
    struct inbox *inbox;
    size_t piece;
};

static struct letter letter_of(size_t piece, const struct connect_answer *a)
{
    struct letter l = {.piece = piece, .e = a->e, .status = a->status, .len = a->body.len};
    if (l.len > 0) {
        l.body = mem_new(l.len);
        memcpy(l.body, a->body.at, l.len);
    }
    return l;
}

/* On the thread of connect. */
static void take_answer(void *context, const struct connect_answer *a)
{
    struct ask *ask = context;
    struct inbox *b = ask->inbox;
    void (*wake)(void *) = NULL;
    void *woken = NULL;
    lock(b);
    b->asked--;
    if (!b->is_closed) {
        b->letters[b->count++] = letter_of(ask->piece, a);
        wake = b->wake;
        woken = b->context;
        b->wake = NULL;
    }
    unlock(b);
    leave(b);
    free(ask);
    if (wake != NULL) {
        wake(woken);
    }
}

bool match_wait(struct match *m, void (*wake)(void *context), void *context)
{
    struct inbox *b = m->inbox;
    lock(b);
    bool waits = b->count == 0 && b->asked > 0;
    if (waits) {
        b->wake = wake;
        b->context = context;
    }
    unlock(b);
    return waits;
}

/* ---- pieces ---- */

/* The end of the piece that begins at `first`, in a leg that ends at `end`. */
static size_t piece_end(const struct match *m, size_t first, size_t end)
{
    const struct match_row *row = m->matcher->row;
    double length_m = 0;
    size_t i = first + 1;
    while (i < end && i - first < row->points_max && length_m < row->length_max_m) {
        length_m += (double)distance_m_e2(m->fixes[i - 1].at, m->fixes[i].at) / 100;
        i++;
    }
    return length_m > row->length_max_m && i > first + 2 ? i - 1 : i;
}

/* Cuts a leg; one fix alone was driven on no road that can be told. */
static void cut_leg(struct match *m, size_t first, size_t end)
{
    size_t keep_first = first;
    while (end - first > 1) {
        size_t stop = piece_end(m, first, end);
        size_t half = (stop - first) / 2;
        size_t overlap = stop == end ? 0 : half < OVERLAP ? half : OVERLAP;
        size_t keep_end = stop - overlap / 2;
        m->pieces[m->piece_count++] = (struct piece){first, stop, keep_first, keep_end};
        keep_first = keep_end;
        if (stop == end) {
            return;
        }
        first = stop - overlap;
    }
}

struct match *match_new(struct matcher *matcher, const struct track_fix *fixes, size_t count,
                        int64_t deadline_ms)
{
    struct match *m = mem_new(sizeof(*m));
    *m = (struct match){
        .matcher = matcher,
        .fixes = fixes,
        .count = count,
        .deadline_ms = deadline_ms,
        .pieces = mem_new_array(count + 1, sizeof(*m->pieces)),
        .places = mem_new_array(count + 1, sizeof(*m->places)),
        .inbox = mem_new(sizeof(*m->inbox)),
    };
    check(pthread_mutex_init(&m->inbox->lock, NULL) == 0);
    m->inbox->users = 1;
    size_t first = 0;
    for (size_t i = 1; i <= count; i++) {
        if (i == count || track_is_gap(&fixes[i - 1], &fixes[i])) {
            cut_leg(m, first, i);
            first = i;
        }
    }
    return m;
}

void match_free(struct match *m)
{
    lock(m->inbox);
    m->inbox->is_closed = true;
    unlock(m->inbox);
    leave(m->inbox);
    ways_clear(&m->ways);
    free(m->pieces);
    free(m->places);
    free(m);
}

/* ---- steps ---- */

/* Keeps what an answer says of the fixes that its piece has the say of. */
static void keep(struct match *m, const struct piece *p, const struct match_answer *answer)
{
    struct matched *laid = mem_new_array(answer->count, sizeof(*laid));
    ways_lay(&m->ways, m->fixes + p->first, answer, laid);
    for (size_t i = p->keep_first; i < p->keep_end; i++) {
        m->places[i] = laid[i - p->first];
    }
    free(laid);
}

/* What is wrong with an answer; NULL: it is kept. */
static const char *read_answer(struct match *m, const struct letter *l, struct arena *arena)
{
    const struct piece *p = &m->pieces[l->piece];
    size_t count = p->end - p->first;
    struct match_answer answer = {
        .places = arena_new_array(arena, count, sizeof(*answer.places)),
        .count = count,
    };
    const char *why =
        m->matcher->row->read(l->status, (struct bytes){l->body, l->len}, arena, &answer);
    if (why == NULL) {
        keep(m, p, &answer);
    }
    return why;
}

static void read_letter(struct match *m, const struct letter *l)
{
    struct arena arena = {0};
    bool failed = l->e != ERR_OK;
    if (!failed) {
        const char *why = read_answer(m, l, &arena);
        provider_judge(m->matcher->provider, why);
        failed = why != NULL;
    }
    m->failures = failed ? m->failures + 1 : 0;
    arena_free(&arena);
}

/* Takes a letter out, if there is one; answers how many are still to come. */
static unsigned take_letter(struct match *m, struct letter *out, bool *is_there)
{
    struct inbox *b = m->inbox;
    lock(b);
    unsigned to_come = b->asked;
    *is_there = b->count > 0;
    if (*is_there) {
        *out = b->letters[--b->count];
    }
    unlock(b);
    return to_come;
}

/* Counts a request before it is made: its answer may be there at once. */
static struct ask *enter(struct match *m)
{
    struct ask *ask = mem_new(sizeof(*ask));
    *ask = (struct ask){m->inbox, m->next};
    lock(m->inbox);
    m->inbox->asked++;
    m->inbox->users++;
    unlock(m->inbox);
    return ask;
}

/* Sends the next piece; where that cannot be, it stays unmatched. */
static void send_next(struct match *m)
{
    const struct piece *p = &m->pieces[m->next];
    struct arena arena = {0};
    struct ask *ask = enter(m);
    struct connect_request request = {
        .deadline_ms = m->deadline_ms, .done = take_answer, .context = ask};
    m->matcher->row->ask(m->fixes + p->first, p->end - p->first, &arena, &request);
    if (connect_submit(m->matcher->provider, &request) != ERR_OK) {
        lock(m->inbox);
        m->inbox->asked--;
        unlock(m->inbox);
        leave(m->inbox);
        free(ask);
        m->failures++;
    }
    m->next++;
    arena_free(&arena);
}

enum match_step match_step(struct match *m)
{
    struct letter letter = {.body = NULL};
    bool is_there = false;
    unsigned to_come = take_letter(m, &letter, &is_there);
    if (is_there) {
        read_letter(m, &letter);
        free(letter.body);
        return MATCH_WORKS;
    }
    bool is_over = m->failures >= FAILURES_MAX || clock_monotonic_ms() + ENOUGH_MS > m->deadline_ms;
    if (!is_over && m->next < m->piece_count && to_come < ASKED_MAX) {
        send_next(m);
        return MATCH_WORKS;
    }
    return to_come > 0 ? MATCH_WAITS : MATCH_DONE;
}

const struct matched *match_places(const struct match *m)
{
    return m->places;
}

const struct point *match_ways(const struct match *m)
{
    return m->ways.at;
}
