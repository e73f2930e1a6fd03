/*
 * Where a fix could be repeated: in its device's tail, and in the sealed row that covers its time.
 * Of a fix whose time was replaced by its arrival the filed time says nothing, so the tail and the
 * rows of the last sealed hour are looked through for its original time.
 *
 * A candidate of the newest second is also held against what is stored of that second, by
 * fix_order(): where one of it comes behind, the candidate is late.
 *
 * A fingerprint is SipHash-2-4 (libsodium's crypto_shorthash, keyed anew by every start) of the
 * packed report without what a repeat may differ in. That two different fixes share one of 2^64 is
 * less likely than any damage a disk does unseen.
 */
#include "store/repeat.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/wrap.h"
#include "fleet/fix_order.h"
#include "fleet/pack.h"
#include "store/seal.h"

enum {
    SCAN_MAX = 256,   /* records that are compared one by one */
    ORDER_MAX = 1024, /* records that are looked through for those of the newest second */
    ROWS_MAX = 8,     /* sealed rows that share one second, the newest ... */
    READ_MAX = 512,   /* ... of so many */
    RECENT_S = 3600,  /* before the newest sealed fix: there replaced times are looked for */
    ASK_MAX = 32      /* sets made of one read; they are all still kept when they are asked */
};

_Static_assert(ASK_MAX <= (int)REPEATS_SETS_MAX, "what is asked for at once is kept at once");

enum set_kind {
    SET_TAIL,
    SET_SEALED, /* every sealed fix from from_s to to_s is in */
    SET_RECENT  /* those of the last RECENT_S */
};

/* The fingerprints of a stretch of a device's fixes. */
struct print_set {
    int64_t device;
    enum set_kind kind;
    uint64_t seq; /* a tail's first commit; else that up to which the device was sealed */
    int64_t from_s;
    int64_t to_s;
    size_t count;
    GHashTable *prints; /* of pointers that are fingerprints */
    uint8_t *last;      /* the record of the last fix of a row, and its body; NULL: of none */
    struct bytes last_body;
    GList link;
};

struct repeats {
    unsigned char key[crypto_shorthash_KEYBYTES];
    GQueue sets; /* struct print_set, the last used one in front */
};

struct repeats *repeats_new(void)
{
    struct repeats *r = mem_new(sizeof(*r));
    check(sodium_init() >= 0);
    crypto_shorthash_keygen(r->key);
    g_queue_init(&r->sets);
    return r;
}

static void drop_set(struct repeats *r, struct print_set *set)
{
    g_queue_unlink(&r->sets, &set->link);
    g_hash_table_destroy(set->prints);
    free(set->last);
    free(set);
}

void repeats_free(struct repeats *r)
{
    if (r == NULL) {
        return;
    }
    while (r->sets.head != NULL) {
        drop_set(r, r->sets.head->data);
    }
    free(r);
}

size_t repeats_sets(const struct repeats *r)
{
    return r->sets.length;
}

/* ---- sets ---- */

static gpointer print_of(const struct repeats *r, const struct fix *fix, struct bytes extras)
{
    _Static_assert(sizeof(gpointer) == crypto_shorthash_BYTES, "a fingerprint is a pointer");
    uint8_t room[PACK_REPORT_MAX];
    struct writer w = writer_init(room, sizeof(room));
    struct fix bare = *fix;
    gpointer print = NULL;
    bare.rcv_time_s = 0;
    bare.flags &= ~(uint32_t)FIX_REUPLOAD;
    bare.has &= ~(uint32_t)FIX_HAS_ALARMS_TOLD;
    bare.alarms_told = 0;
    if ((bare.flags & FIX_TIME_REPLACED) != 0) {
        bare.gps_time_s = 0;
    }
    pack_report(&w, &bare, extras);
    (void)crypto_shorthash((unsigned char *)&print, room, w.len, r->key);
    return print;
}

/* Whether the stored record comes behind the candidate, which is of its time. */
static bool is_behind(struct bytes body, const struct store_candidate *c)
{
    struct fix stored;
    struct bytes extras;
    return unpack_report(body, &stored, &extras) == ERR_OK &&
           fix_order(&c->fix, c->extras, &stored, extras) < 0;
}

static struct print_set *add_set(struct repeats *r, const struct print_set *like)
{
    if (r->sets.length >= REPEATS_SETS_MAX) {
        drop_set(r, r->sets.tail->data);
    }
    struct print_set *set = mem_new(sizeof(*set));
    *set = *like;
    set->prints = g_hash_table_new(g_direct_hash, g_direct_equal);
    set->link = (GList){.data = set};
    g_queue_push_head_link(&r->sets, &set->link);
    return set;
}

/* Whether the set can tell of a fix of its device; `time_s` is for SET_SEALED. */
static bool covers(const struct print_set *set, enum set_kind kind, int64_t time_s)
{
    return set->kind == kind &&
           (kind != SET_SEALED || (time_s >= set->from_s && time_s <= set->to_s));
}

/* The set that is kept of a device; `time_s` is for SET_SEALED. */
static struct print_set *find_set(struct repeats *r, const struct tail *tail, enum set_kind kind,
                                  int64_t time_s)
{
    uint64_t seq = kind == SET_TAIL ? tail->first_seq : tail->sealed_seq;
    for (GList *at = r->sets.head; at != NULL; at = at->next) {
        struct print_set *set = at->data;
        if (set->device != tail->device || !covers(set, kind, time_s)) {
            continue;
        }
        if (set->seq != seq) { /* sealed since */
            drop_set(r, set);
            return NULL;
        }
        g_queue_unlink(&r->sets, &set->link);
        g_queue_push_head_link(&r->sets, &set->link);
        return set;
    }
    return NULL;
}

/* ---- the tail ---- */

/* Records that may be of the time. */
static size_t count_candidates(const struct tail_piece *pieces, size_t count, int64_t time_s)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct tail_span *span = &pieces[i].span;
        n += time_s >= span->min_time_s && time_s <= span->max_time_s ? span->count : 0;
    }
    return n;
}

static bool scan_piece(const struct tail_piece *piece, const struct store_candidate *wanted)
{
    const struct fix *fix = &wanted->fix;
    struct reader r = reader_init(piece->records);
    struct bytes body = {0};
    int64_t time_s = 0;
    if (fix->gps_time_s < piece->span.min_time_s || fix->gps_time_s > piece->span.max_time_s) {
        return false;
    }
    while (pack_next(&r, &body, &time_s)) {
        struct fix stored;
        struct bytes extras;
        if (time_s == fix->gps_time_s && unpack_report(body, &stored, &extras) == ERR_OK &&
            fix_is_repeat(&stored, fix) && bytes_same(extras, wanted->extras)) {
            return true;
        }
    }
    return false;
}

/* Adds the records of a piece behind the first `skip`. */
static void extend_by_piece(const struct repeats *r, struct print_set *set,
                            const struct tail_piece *piece, size_t skip)
{
    struct reader records = reader_init(piece->records);
    struct bytes body = {0};
    int64_t time_s = 0;
    for (size_t i = 0; pack_next(&records, &body, &time_s); i++) {
        struct fix stored;
        struct bytes extras;
        if (i >= skip && unpack_report(body, &stored, &extras) == ERR_OK) {
            (void)g_hash_table_add(set->prints, print_of(r, &stored, extras));
        }
    }
}

/* Adds what was appended to the tail since. */
static void extend_set(const struct repeats *r, struct print_set *set,
                       const struct tail_piece *pieces, size_t count)
{
    size_t before = 0;
    for (size_t i = 0; i < count; i++) {
        size_t end = before + pieces[i].span.count;
        if (end > set->count) {
            extend_by_piece(r, set, &pieces[i], set->count > before ? set->count - before : 0);
        }
        before = end;
    }
    set->count = before;
}

/* Whether one of the records of a piece, which are of any time, comes behind the candidate. */
static bool has_behind(const struct tail_piece *piece, const struct store_candidate *c)
{
    struct reader r = reader_init(piece->records);
    struct bytes body = {0};
    int64_t time_s = 0;
    bool found = false;
    while (!found && pack_next(&r, &body, &time_s)) {
        found = time_s == c->fix.gps_time_s && is_behind(body, c);
    }
    return found;
}

/* Says whether a candidate of the tail's newest second is overtaken by one of the tail. */
static void ask_order(const struct tail *tail, const struct tail_piece *pieces, size_t n,
                      struct store_candidate *c)
{
    if (c->fix.gps_time_s != tail->max_time_s || tail->max_time_s < tail->sealed_last_s) {
        return;
    }
    c->is_overtaken = count_candidates(pieces, n, c->fix.gps_time_s) > ORDER_MAX;
    for (size_t i = n; i > 0 && !c->is_overtaken; i--) {
        c->is_overtaken =
            pieces[i - 1].span.max_time_s == c->fix.gps_time_s && has_behind(&pieces[i - 1], c);
    }
}

static bool tail_has(struct store *s, const struct tail *tail, struct store_candidate *wanted)
{
    const struct fix *fix = &wanted->fix;
    bool is_replaced = (fix->flags & FIX_TIME_REPLACED) != 0;
    if (tail->count == 0 || (!is_replaced && fix->gps_time_s > tail->max_time_s)) {
        return false;
    }
    arena_clear(&s->scratch);
    struct tail_view v = tail_look(tail);
    size_t n = tail_view_pieces(&v);
    struct tail_piece *pieces = arena_new_array(&s->scratch, n, sizeof(*pieces));
    tail_view_copy(&v, pieces);
    ask_order(tail, pieces, n, wanted);
    if (!is_replaced && count_candidates(pieces, n, fix->gps_time_s) <= SCAN_MAX) {
        bool found = false;
        for (size_t i = n; i > 0 && !found; i--) {
            found = scan_piece(&pieces[i - 1], wanted);
        }
        return found;
    }
    struct print_set *set = find_set(s->repeats, tail, SET_TAIL, 0);
    if (set == NULL) {
        const struct print_set like = {
            .device = tail->device, .kind = SET_TAIL, .seq = tail->first_seq};
        set = add_set(s->repeats, &like);
    }
    extend_set(s->repeats, set, pieces, n);
    return g_hash_table_contains(set->prints, print_of(s->repeats, fix, wanted->extras));
}

/* ---- sealed rows ---- */

/* Where a candidate is looked for among what is sealed. */
struct place {
    const struct tail *tail;
    enum set_kind kind;
    int64_t time_s;
};

/* false: nothing that is sealed can be the same. */
static bool find_place(const struct tail *tail, const struct fix *fix, struct place *out)
{
    bool is_replaced = (fix->flags & FIX_TIME_REPLACED) != 0;
    out->tail = tail;
    out->kind = is_replaced ? SET_RECENT : SET_SEALED;
    out->time_s = is_replaced ? tail->sealed_last_s : fix->gps_time_s;
    return tail->sealed_last_s != INT64_MIN && out->time_s <= tail->sealed_last_s;
}

static struct track_query query_of(const struct place *p)
{
    int64_t from_s = p->kind == SET_RECENT ? wrap_minus(p->time_s, RECENT_S) : p->time_s;
    return (struct track_query){p->tail->device, from_s, p->time_s, READ_MAX, false};
}

static void keep_last(struct print_set *set, const struct fix *fix, struct bytes extras)
{
    int64_t time_s = 0;
    set->last = mem_new(PACK_REPORT_MAX);
    struct writer w = writer_init(set->last, PACK_REPORT_MAX);
    pack_report(&w, fix, extras);
    struct reader r = reader_init(writer_bytes(&w));
    check(pack_next(&r, &set->last_body, &time_s));
}

/* The rows with fixes of a place's time, or the recent ones, as a set. */
static struct print_set *make_sealed_set(struct store *s, const struct place *p,
                                         const struct track_rows *rows)
{
    struct print_set like = {.device = p->tail->device,
                             .kind = p->kind,
                             .seq = p->tail->sealed_seq,
                             .from_s = p->time_s,
                             .to_s = p->time_s};
    fixes_reset(&s->fixes);
    for (size_t i = rows->count > ROWS_MAX ? rows->count - ROWS_MAX : 0; i < rows->count; i++) {
        enum err e = track_decode(s->codec, &rows->at[i], &s->fixes);
        if (e != ERR_OK) {
            seal_note_damage(s, p->tail->device, &rows->at[i], e);
        }
    }
    if (rows->count == 1) { /* times at its ends may be in its neighbours too */
        const struct track_row *row = &rows->at[0];
        like.from_s = row->first_s + 1 < p->time_s ? row->first_s + 1 : p->time_s;
        like.to_s = row->last_s - 1 > p->time_s ? row->last_s - 1 : p->time_s;
    }
    struct print_set *set = add_set(s->repeats, &like);
    struct fix_run run = fixes_run(&s->fixes);
    for (size_t i = 0; i < run.count; i++) {
        gpointer print = print_of(s->repeats, &run.at[i], fix_run_extras(&run, i));
        (void)g_hash_table_add(set->prints, print);
    }
    if (run.count > 0) {
        keep_last(set, &run.at[run.count - 1], fix_run_extras(&run, run.count - 1));
    }
    return set;
}

/* Whether the last fix of the rows is of the candidate's time, and comes behind it. */
static bool is_last_behind(const struct print_set *set, const struct store_candidate *c)
{
    struct fix last;
    struct bytes extras;
    return set->last != NULL && unpack_report(set->last_body, &last, &extras) == ERR_OK &&
           last.gps_time_s == c->fix.gps_time_s && is_behind(set->last_body, c);
}

static void ask_set(const struct repeats *r, const struct print_set *set, struct store_candidate *c)
{
    c->is_repeat = g_hash_table_contains(set->prints, print_of(r, &c->fix, c->extras));
    c->is_overtaken = c->is_overtaken || is_last_behind(set, c);
}

/* Answers what the kept set of the place can tell; false: there is none. */
static bool ask_kept(struct store *s, const struct place *p, struct store_candidate *c)
{
    const struct print_set *set = find_set(s->repeats, p->tail, p->kind, p->time_s);
    if (set != NULL) {
        ask_set(s->repeats, set, c);
    }
    return set != NULL;
}

/* ---- lists ---- */

/* A candidate that no kept set answers. */
struct question {
    struct place place;
    struct store_candidate *candidate;
};

/* Those of some devices, in the order of the list. */
struct questions {
    GArray *at;     /* struct question */
    size_t devices; /* of them, if those of one follow one another */
};

static struct question *question_at(const struct questions *q, size_t i)
{
    return &g_array_index(q->at, struct question, i);
}

/* Answers from memory, or notes what is asked. */
static void take_candidate(struct store *s, struct store_candidate *c, struct questions *q)
{
    struct question asked = {.candidate = c};
    const struct tail *tail = tails_find(s->tails, c->device);
    c->is_overtaken = false;
    c->is_repeat = tail != NULL && tail_has(s, tail, c);
    if (tail == NULL || c->is_repeat || !find_place(tail, &c->fix, &asked.place) ||
        ask_kept(s, &asked.place, c)) {
        return;
    }
    guint count = q->at->len;
    q->devices += count == 0 || question_at(q, count - 1)->candidate->device != c->device;
    g_array_append_val(q->at, asked);
}

/* What one read has made: a set for the first question of each device. */
struct made_sets {
    struct print_set *at[ASK_MAX];
    size_t count;
};

static enum err make_sets(struct store *s, const struct questions *q, struct made_sets *made)
{
    struct place places[ASK_MAX];
    struct track_query queries[ASK_MAX];
    struct track_rows rows[ASK_MAX];
    size_t count = 0;
    for (size_t i = 0; i < q->at->len && count < ASK_MAX; i++) {
        const struct place *p = &question_at(q, i)->place;
        if (count == 0 || places[count - 1].tail != p->tail) {
            places[count] = *p;
            queries[count++] = query_of(p);
        }
    }
    arena_clear(&s->scratch);
    enum err e = tables_read_spans(s->tables, queries, count, &s->scratch, rows);
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        made->at[i] = make_sealed_set(s, &places[i], &rows[i]);
    }
    made->count = count;
    return e;
}

/*
 * Drops the questions that the sets answer now. Only the new set of its device is tried for each:
 * the kept ones could not tell before.
 */
static void drop_answered(struct store *s, struct questions *q, const struct made_sets *made)
{
    const struct tail *before = NULL;
    size_t devices = 0;
    guint left = 0;
    for (guint i = 0; i < q->at->len; i++) {
        const struct question asked = *question_at(q, i);
        devices += asked.place.tail != before;
        before = asked.place.tail;
        if (devices <= made->count &&
            covers(made->at[devices - 1], asked.place.kind, asked.place.time_s)) {
            ask_set(s->repeats, made->at[devices - 1], asked.candidate);
        } else {
            *question_at(q, left++) = asked;
        }
    }
    g_array_set_size(q->at, left);
}

/* One read a round: a device whose candidates are of many rows takes as many rounds. */
static void answer(struct store *s, struct questions *q)
{
    struct made_sets made;
    while (q->at->len > 0 && make_sets(s, q, &made) == ERR_OK) {
        drop_answered(s, q, &made);
    }
    g_array_set_size(q->at, 0);
    q->devices = 0;
}

void repeats_find(struct store *s, struct store_candidate *list, size_t count)
{
    struct questions q = {.at = g_array_new(FALSE, FALSE, sizeof(struct question))};
    for (size_t i = 0; i < count; i++) {
        take_candidate(s, &list[i], &q);
        if (q.devices == ASK_MAX) {
            answer(s, &q);
        }
    }
    answer(s, &q);
    g_array_unref(q.at);
}

void *store_print(const struct store *s, const struct fix *fix, struct bytes extras)
{
    return print_of(s->repeats, fix, extras);
}
