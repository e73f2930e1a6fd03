/*
 * What is sealed when. A commit adds to the tails; in the same transaction some others are sealed,
 * so that sealing costs no sync of its own and keeps pace by construction:
 *
 *     memory of the tails   sealed in a commit that adds n bytes
 *     below a half          full tails (512 fixes) at 1.25 n; all others after seal_after_s
 *     a half to the limit   0 n rising to 2 n, so that it comes to rest at three quarters
 *     beyond the limit      all that is beyond: replies wait for it
 *
 * Apart from full tails they are visited by a sweep: every device in order of its id, because
 * neighbours share pages of the tables. A sweep begins when memory or the journal ask for it, or
 * when the last one began seal_after_s ago. At its end the oldest commit that any tail still needs
 * is known, and the journal before it is deleted, some rows with each commit; never its newest row.
 */
#include "store/trickle.h"

#include "base/clock.h"
#include "store/seal.h"
#include "store/settle.h"

enum {
    TAIL_BYTES_DEFAULT = 64 << 20,
    SEAL_AFTER_S_DEFAULT = 900,
    JOURNAL_PER_TAIL = 4, /* the journal may be so many times the tails' limit */
    SLICE_US = 2000,      /* of a transaction without pressure */
    TRIM_BYTES = 2 << 20, /* of the journal a transaction, at least */
    PRESS_MS = 20,        /* between sweeps that memory asks for, within its limit */
    HOLD_MS = 1000,       /* after a commit failed */
    TIMED_GROUP = 4,      /* tails that are looked up at once where time is the limit */
    MS_PER_S = 1000,
};

/* Of the limit, in 1/16. */
enum { FILL_WHOLE = 16, FILL_PRESSING = 8, FILL_HURRY = 10 };

void trickle_init(struct store *s, const struct store_options *o)
{
    struct trickle *k = &s->trickle;
    k->limit_bytes = o->tail_bytes == 0 ? TAIL_BYTES_DEFAULT : o->tail_bytes;
    k->seal_after_ms = (o->seal_after_s == 0 ? SEAL_AFTER_S_DEFAULT : o->seal_after_s) * MS_PER_S;
    k->swept_ms = clock_monotonic_ms();
    k->journal = g_array_new(FALSE, FALSE, sizeof(struct journal_row));
    g_queue_init(&k->ready);
}

void trickle_clear(struct store *s)
{
    g_array_unref(s->trickle.journal);
    g_queue_clear(&s->trickle.ready);
}

void trickle_note_row(struct store *s, uint64_t seq, uint64_t bytes)
{
    const struct journal_row row = {seq, bytes};
    g_array_append_val(s->trickle.journal, row);
    s->trickle.journal_bytes += bytes;
}

void trickle_note_tail(struct store *s, struct tail *tail)
{
    if (tail->is_dirty) {
        settle_mark(s, tail);
    } else if (tail->count >= TRACK_FULL && !tail->is_ready) {
        tail->is_ready = true;
        g_queue_push_tail(&s->trickle.ready, tail);
    }
}

void trickle_forget(struct store *s, struct tail *tail)
{
    if (tail->is_ready) {
        (void)g_queue_remove(&s->trickle.ready, tail);
    }
    settle_unmark(s, tail);
}

/* ---- which ---- */

/* How full memory or the journal are. */
static size_t fill_of(const struct store *s)
{
    const struct trickle *k = &s->trickle;
    size_t tails = tails_bytes(s->tails) * FILL_WHOLE / k->limit_bytes;
    size_t journal = k->journal_bytes * FILL_WHOLE / (k->limit_bytes * JOURNAL_PER_TAIL);
    return tails > journal ? tails : journal;
}

bool trickle_is_over(const struct store *s)
{
    return tails_bytes(s->tails) > s->trickle.limit_bytes;
}

/* Whether the journal holds more than its newest row, or that one is not sealed. */
static bool has_journal(const struct trickle *k)
{
    return k->journal_head < k->journal->len &&
           (k->journal_head + 1 < k->journal->len ||
            g_array_index(k->journal, struct journal_row, k->journal_head).seq > k->swept_seq);
}

static bool is_sweep_due(const struct store *s)
{
    const struct trickle *k = &s->trickle;
    int64_t since_ms = clock_monotonic_ms() - k->swept_ms;
    size_t fill = fill_of(s);
    bool presses = fill >= FILL_PRESSING && (fill >= FILL_WHOLE || since_ms >= PRESS_MS);
    return has_journal(k) && (presses || since_ms >= k->seal_after_ms);
}

static void begin_sweep(struct store *s)
{
    struct trickle *k = &s->trickle;
    k->is_sweeping = true;
    k->sweep_at = INT64_MIN;
    k->sweep_seq = s->next_seq - 1;
    k->swept_ms = clock_monotonic_ms();
}

static struct tail *next_swept(struct store *s)
{
    struct trickle *k = &s->trickle;
    size_t count = 0;
    struct tail *const *all = tails_all(s->tails, &count);
    for (size_t i = tails_from(s->tails, k->sweep_at); i < count; i++) {
        struct tail *tail = all[i];
        bool is_asked = tail->first_seq != 0 && tail->first_seq <= k->sweep_seq;
        if (is_asked && !tail->is_dirty && tail->staging == 0) {
            k->sweep_at = tail->device + 1;
            return tail;
        }
    }
    k->is_sweeping = false;
    k->is_trim_due = true;
    k->swept_seq = k->sweep_seq;
    return NULL;
}

static struct tail *next_tail(struct store *s)
{
    struct trickle *k = &s->trickle;
    struct tail *tail = NULL;
    while ((tail = g_queue_pop_head(&k->ready)) != NULL) {
        tail->is_ready = false;
        if (tail->count >= TRACK_FULL && !tail->is_dirty && tail->staging == 0) {
            return tail;
        }
    }
    return k->is_sweeping ? next_swept(s) : NULL;
}

/* ---- how many ---- */

struct budget {
    size_t bytes;     /* of tails to seal ... */
    int64_t until_us; /* ... or so long, whichever is more */
    enum seal_effort effort;
};

static struct budget budget_of(const struct store *s, size_t added_bytes)
{
    size_t fill = fill_of(s);
    size_t now = tails_bytes(s->tails) + added_bytes;
    struct budget b = {.effort = fill >= FILL_HURRY ? SEAL_QUICKLY : SEAL_SMALL};
    if (fill < FILL_PRESSING) {
        b.bytes = added_bytes + added_bytes / 4;
        b.until_us = added_bytes == 0 ? clock_monotonic_us() + SLICE_US : 0;
        return b;
    }
    size_t rise = fill < FILL_WHOLE ? fill - FILL_PRESSING : FILL_WHOLE - FILL_PRESSING;
    b.bytes = added_bytes * rise * 2 / (FILL_WHOLE - FILL_PRESSING);
    b.until_us = added_bytes == 0 ? clock_monotonic_us() + SLICE_US : 0;
    if (now > s->trickle.limit_bytes && b.bytes < now - s->trickle.limit_bytes) {
        b.bytes = now - s->trickle.limit_bytes;
    }
    return b;
}

static bool is_in(const struct seal_group *group, const struct tail *tail)
{
    size_t i = 0;
    while (i < group->count && group->at[i] != tail) {
        i++;
    }
    return i < group->count;
}

/* The next tails, of `bytes` together; where time alone limits, few. Answers what they have. */
static size_t next_group(struct store *s, size_t bytes, struct seal_group *group)
{
    size_t most = bytes > 0 ? SEAL_GROUP_MAX : TIMED_GROUP;
    size_t taken = 0;
    const struct tail *tail = NULL;
    group->count = 0;
    while (group->count < most && (bytes == 0 || taken < bytes) && (tail = next_tail(s)) != NULL) {
        if (!is_in(group, tail)) { /* a full one is met by the sweep too */
            taken += tail->bytes + tail->state_capacity;
            group->at[group->count++] = tail;
        }
    }
    return taken;
}

static enum err seal_some(struct store *s, const struct budget *b)
{
    struct seal_group group;
    size_t sealed_bytes = 0;
    enum err e = ERR_OK;
    while (e == ERR_OK && (sealed_bytes < b->bytes || clock_monotonic_us() < b->until_us)) {
        size_t left = sealed_bytes < b->bytes ? b->bytes - sealed_bytes : 0;
        sealed_bytes += next_group(s, left, &group);
        if (group.count == 0) {
            break;
        }
        e = seal_group(s, &group, s->next_seq - 1, b->effort);
    }
    return e;
}

/* ---- the journal ---- */

/*
 * The oldest commit that a tail still needs decides what may go; the newest never goes, since its
 * number is what the store is known by (witness.c).
 */
static void find_trim(struct store *s)
{
    uint64_t needed = s->next_seq - 1;
    size_t count = 0;
    struct tail *const *all = tails_all(s->tails, &count);
    for (size_t i = 0; i < count; i++) {
        bool needs = all[i]->first_seq != 0 && all[i]->first_seq < needed;
        needed = needs ? all[i]->first_seq : needed;
    }
    s->trickle.trim_seq = needed == 0 ? 0 : needed - 1;
    s->trickle.is_trim_due = false;
}

static bool can_trim(const struct store *s)
{
    const struct trickle *k = &s->trickle;
    return k->journal_head < k->journal->len &&
           g_array_index(k->journal, struct journal_row, k->journal_head).seq <= k->trim_seq;
}

/* Deletes some of the rows that are done with. */
static enum err trim(struct store *s, size_t added_bytes)
{
    struct trickle *k = &s->trickle;
    uint64_t bytes = 0;
    uint64_t last = 0;
    size_t i = k->journal_head;
    while (i < k->journal->len && bytes < TRIM_BYTES + 4 * added_bytes) {
        const struct journal_row *row = &g_array_index(k->journal, struct journal_row, i);
        if (row->seq > k->trim_seq) {
            break;
        }
        bytes += row->bytes;
        last = row->seq;
        i++;
    }
    s->trimmed_rows = i - k->journal_head;
    if (s->trimmed_rows == 0) {
        return ERR_OK;
    }
    return tables_trim_journal(s->tables, last);
}

static void drop_trimmed(struct store *s)
{
    enum { COMPACT_ROWS = 4096 };
    struct trickle *k = &s->trickle;
    for (; s->trimmed_rows > 0; s->trimmed_rows--) {
        k->journal_bytes -= g_array_index(k->journal, struct journal_row, k->journal_head).bytes;
        k->journal_head++;
    }
    if (k->journal_head >= COMPACT_ROWS && k->journal_head * 2 >= k->journal->len) {
        (void)g_array_remove_range(k->journal, 0, (guint)k->journal_head);
        k->journal_head = 0;
    }
}

/* ---- a transaction's share ---- */

/* Without space the fixes of a commit go first: they need little, and trackers wait for them. */
int64_t trickle_held_ms(const struct store *s)
{
    int64_t held_ms = s->trickle.held_until_ms - clock_monotonic_ms();
    return held_ms > 0 ? held_ms : 0;
}

enum err trickle_work(struct store *s, size_t added_bytes)
{
    struct trickle *k = &s->trickle;
    if (trickle_held_ms(s) > 0) {
        return ERR_OK;
    }
    if (k->is_trim_due) {
        find_trim(s);
    }
    if (!k->is_sweeping && is_sweep_due(s)) {
        begin_sweep(s);
    }
    const struct budget b = budget_of(s, added_bytes);
    enum err e = seal_some(s, &b);
    return e == ERR_OK ? trim(s, added_bytes) : e;
}

void trickle_conclude(struct store *s, enum err e)
{
    if (e == ERR_OK) {
        drop_trimmed(s);
    } else {
        s->trickle.held_until_ms = clock_monotonic_ms() + HOLD_MS;
        s->trickle.swept_seq = 0; /* what it sealed is not */
    }
    s->trimmed_rows = 0;
}

bool trickle_has_work(struct store *s)
{
    const struct trickle *k = &s->trickle;
    return trickle_held_ms(s) == 0 && (k->is_sweeping || k->is_trim_due || k->ready.length > 0 ||
                                       can_trim(s) || is_sweep_due(s));
}

unsigned trickle_wait_ms(const struct store *s, unsigned limit_ms)
{
    const struct trickle *k = &s->trickle;
    if (trickle_held_ms(s) > 0) {
        return limit_ms;
    }
    if (k->is_sweeping || k->is_trim_due || k->ready.length > 0 || can_trim(s)) {
        return 0;
    }
    if (!has_journal(k)) {
        return limit_ms;
    }
    int64_t wait_ms = k->swept_ms + k->seal_after_ms - clock_monotonic_ms();
    wait_ms = wait_ms < 0 ? 0 : wait_ms;
    return wait_ms < (int64_t)limit_ms ? (unsigned)wait_ms : limit_ms;
}
