/*
 * Late fixes. Each was journaled with a mark (device, from) and left the state as it was. Here the
 * fold is made again, in transactions of bounded work, of some devices each, that leave everything
 * readable:
 *
 *      chunk      chunk        chunk      open     tail
 *     ├──────────┼────────────┼──────────┼────────┼─────────►
 *     s0         s1    ▲      s2         s3       sealed state
 *                      │ from
 *     1. merge   late fixes that are no newer than the sealed ones go into their chunks, MERGES_MAX
 *                rows and some a transaction; what is left of the tail is journaled anew, so that
 *                the part of the journal before is done with
 *     2. revise  from the first row that ends at or after `from`, whose start state is right, fold
 *                row after row (refold.c) until what is stored is right again, some rows a
 *                transaction; then the sealed state, then the one after the tail, which is told
 *
 * The mark moves along: after each transaction it says from where on states are still wrong. Newer
 * fixes go on folding onto the uncorrected state meanwhile and are folded again at the end. Late
 * fixes that are newer than the sealed ones change nothing but the tail's own fold.
 *
 * Marks are served a moment after they were made, so that a tracker that sends its memory in
 * hundreds of frames does not cost as many folds; and a device whose last settling took long, as of
 * fixes from a year ago, waits so much longer that it cannot take all the time there is. One with
 * MANY fixes waits no longer, since what a transaction does with a tail grows with it.
 */
#include "store/settle.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "fleet/fix_order.h"
#include "fleet/pack.h"
#include "store/refold.h"
#include "store/revise.h"
#include "store/seal.h"
#include "store/trickle.h"

enum {
    DELAY_MS = 100,    /* from a mark to its fold */
    RETRY_MS = 60000,  /* after a device failed */
    MERGES_MAX = 16,   /* rows of a device rewritten a transaction, and one more ... */
    PER_MERGE = 1024,  /* ... for so many fixes of its tail, which is gone through for them */
    MERGED_MAX = 8192, /* fixes that go there, and an eighth of what is late */
    SHARED_MAX = 8,    /* rows of one second that are looked at */
    MANY = 4096,       /* fixes of a tail with late ones, that is settled without a wait */
    DEVICES_MAX = 64,  /* a transaction ... */
    ENDS_MAX = 8,      /* of which so many are looked up at once */
    SLICE_US = 2000,   /* ... that begins with none after so long */
    REST = 10,         /* times what it took, a device has to wait for its next settling */
    US_PER_MS = 1000,
};

/* One device being settled, for the length of one transaction. */
struct settling {
    struct store *s;
    struct tail *tail;
    uint64_t seq; /* of this transaction's journal row */
    struct track_state sealed;
    struct tables_end end;   /* as it was before: what merges into its open row merges last */
    struct fixes *fixes;     /* the tail, by time */
    struct fold_state state; /* that after the tail, as it is told */
    bool is_done;            /* and as it is to be */
    bool seals_tail;         /* the journal so far is done with for the device */
    struct store_part part;  /* what goes into the journal */
};

/* ---- the queue ---- */

static void put(struct store *s, struct tail *tail, int64_t delay_ms)
{
    GQueue *q = &s->late;
    tail->due_ms = clock_monotonic_ms() + delay_ms;
    GList *before = q->tail;
    while (before != NULL && ((const struct tail *)before->data)->due_ms > tail->due_ms) {
        before = before->prev;
    }
    g_queue_insert_after(q, before, tail);
    tail->late_link = before == NULL ? q->head : before->next;
}

void settle_mark(struct store *s, struct tail *tail)
{
    bool is_long = tail->count >= MANY;
    if (tail->late_link == NULL) {
        put(s, tail, is_long ? 0 : DELAY_MS + (int64_t)tail->settle_us * REST / US_PER_MS);
    } else if (is_long && !tail->has_failed && tail->due_ms > clock_monotonic_ms()) {
        settle_unmark(s, tail);
        put(s, tail, 0);
    }
}

void settle_unmark(struct store *s, struct tail *tail)
{
    if (tail->late_link != NULL) {
        g_queue_delete_link(&s->late, tail->late_link);
        tail->late_link = NULL;
    }
}

unsigned settle_wait_ms(const struct store *s, unsigned limit_ms)
{
    if (s->late.head == NULL) {
        return limit_ms;
    }
    const struct tail *first = s->late.head->data;
    int64_t wait_ms = first->due_ms - clock_monotonic_ms();
    int64_t held_ms = trickle_held_ms(s);
    wait_ms = wait_ms < held_ms ? held_ms : wait_ms;
    if (wait_ms <= 0) {
        return 0;
    }
    return wait_ms < (int64_t)limit_ms ? (unsigned)wait_ms : limit_ms;
}

/* ---- 1. merging ---- */

/* The row that a fix of `time_s` belongs to; ERR_NOT_FOUND where there is none at all. */
static enum err find_row(const struct settling *g, int64_t time_s, struct track_place *out)
{
    struct store *s = g->s;
    int64_t device = g->tail->device;
    int64_t open_s = g->end.has_open ? g->end.open.first_s : INT64_MAX;
    if (g->end.has_open && open_s <= time_s) {
        *out = (struct track_place){g->end.open, INT64_MAX};
        return ERR_OK;
    }
    enum err e = tables_read_chunk_at(s->tables, device, time_s, &s->scratch, out);
    if (e != ERR_NOT_FOUND) {
        out->end_s = out->end_s < open_s ? out->end_s : open_s;
        return e;
    }
    /* Before all of them: with the first. */
    struct track_query q = {device, INT64_MIN, INT64_MAX, 2, false};
    struct track_rows rows;
    e = tables_read_rows(s->tables, &q, &s->scratch, &rows);
    if (e != ERR_OK || rows.count == 0) {
        return e == ERR_OK ? ERR_NOT_FOUND : e;
    }
    *out = (struct track_place){rows.at[0], rows.count > 1 ? rows.at[1].first_s : INT64_MAX};
    return ERR_OK;
}

/* Whether the late fix at `at` comes before the last one of a row. */
static bool belongs_before_end(const struct settling *g, size_t at, const struct track_row *row)
{
    struct store *s = g->s;
    struct fix_run late = fixes_run(g->fixes);
    fixes_reset(&s->merging);
    if (track_decode(s->codec, row, &s->merging) != ERR_OK) {
        return false; /* whoever merges into it says so */
    }
    struct fix_run run = fixes_run(&s->merging);
    return fix_order(&late.at[at], fix_run_extras(&late, at), &run.at[run.count - 1],
                     fix_run_extras(&run, run.count - 1)) < 0;
}

/*
 * Of the second in which `place` begins there may be fixes in the rows before it, too: where the
 * late fix at `at` comes before one of these, it belongs to the first such row.
 */
static enum err find_shared_row(const struct settling *g, size_t at, struct track_place *place)
{
    struct store *s = g->s;
    int64_t time_s = g->fixes->at[at].gps_time_s;
    const struct track_query q = {g->tail->device, time_s, time_s, SHARED_MAX, false};
    struct track_rows rows = {0};
    enum err e = ERR_OK;
    if (place->row.first_s == time_s) {
        e = tables_read_rows(s->tables, &q, &s->scratch, &rows);
    }
    for (size_t i = 0; e == ERR_OK && i < rows.count; i++) {
        const struct track_row *row = &rows.at[i];
        bool is_earlier = row->id != place->row.id && row->last_s == time_s;
        if (is_earlier && belongs_before_end(g, at, row)) {
            *place = (struct track_place){*row, time_s};
            break;
        }
    }
    return e;
}

/* Writes a merged row back; what became too long is divided. */
static enum err write_merged(const struct settling *g, const struct track_place *place)
{
    struct store *s = g->s;
    struct fix_run merged = fixes_run(&s->merging);
    const struct track_row *row = &place->row;
    int64_t device = g->tail->device;
    const struct seal_stretch stretch = {
        .fixes = merged,
        .start_state = row->start_state,
        .end_state = row->start_state,
        .folded = &g->sealed.folded,
        .is_continued = merged.at[merged.count - 1].gps_time_s >= place->end_s,
    };
    if (row->id != 0) {
        return seal_write_chunks(s, device, row->id, &stretch);
    }
    if (merged.count >= TRACK_FULL) {
        enum err e = seal_write_chunks(s, device, 0, &stretch);
        return e == ERR_OK ? tables_delete_open(s->tables, device) : e;
    }
    struct track_row open = *row;
    open.first_s = merged.at[0].gps_time_s;
    open.last_s = merged.at[merged.count - 1].gps_time_s;
    open.count = merged.count;
    open.data = chunk_encode(s->codec, &merged, CHUNK_THOROUGH);
    return seal_put_open(s, device, &g->sealed.folded, &open);
}

/* The fixes of a row into s->merging; false: it is damaged, and stays beside. */
static enum err take_row(const struct settling *g, struct track_row *row, bool *is_sound)
{
    struct store *s = g->s;
    fixes_reset(&s->merging);
    enum err e = track_decode(s->codec, row, &s->merging);
    *is_sound = e == ERR_OK;
    if (e == ERR_OK) {
        return ERR_OK;
    }
    seal_note_damage(s, g->tail->device, row, e);
    return row->id == 0 ? seal_retire_open(s, g->tail->device, &g->sealed.folded, row) : ERR_OK;
}

/* What the fixes of s->merging are merged into is not folded up to their end. */
static void note_dirty(struct settling *g)
{
    const struct fixes *merged = &g->s->merging;
    int64_t last_s = merged->at[merged->count - 1].gps_time_s;
    int64_t *to_s = &g->sealed.folded.dirty_to_s;
    *to_s = last_s > *to_s ? last_s : *to_s;
}

/* The late fixes from `*at` on that belong to one row go there. */
static enum err merge_row(struct settling *g, size_t *at, size_t late_count)
{
    struct store *s = g->s;
    struct fix_run late = fixes_run(g->fixes);
    struct track_place place = {.end_s = INT64_MAX};
    bool has_row = false;
    enum err e = find_row(g, late.at[*at].gps_time_s, &place);
    e = e == ERR_OK ? find_shared_row(g, *at, &place) : e;
    if (e == ERR_OK) {
        place.row.start_state =
            track_from_row(&g->sealed.folded, place.row.last_s, place.row.start_state, &s->scratch);
        e = take_row(g, &place.row, &has_row);
    } else if (e == ERR_NOT_FOUND) {
        /* All that was sealed has expired, and the state is of what was. */
        place.row.start_state = g->sealed.state;
        fixes_reset(&s->merging);
        e = ERR_OK;
    }
    if (e != ERR_OK) {
        return e;
    }
    do {
        fixes_append(&s->merging, &late.at[*at], fix_run_extras(&late, *at));
        (*at)++;
    } while (*at < late_count && late.at[*at].gps_time_s < place.end_s);
    fixes_sort(&s->merging, 0);
    note_dirty(g);
    if (has_row) {
        return write_merged(g, &place);
    }
    const struct seal_stretch beside = {
        .fixes = fixes_run(&s->merging),
        .start_state = place.row.start_state,
        .end_state = place.row.start_state,
        .folded = &g->sealed.folded,
    };
    return seal_write_chunks(s, g->tail->device, 0, &beside);
}

/* Merges some; what is left of the tail becomes a part of the journal again. */
static enum err merge(struct settling *g, size_t late_count)
{
    size_t at = 0;
    size_t end = late_count < MERGED_MAX ? late_count : MERGED_MAX + (late_count - MERGED_MAX) / 8;
    size_t rows = MERGES_MAX + g->fixes->count / PER_MERGE;
    enum err e = ERR_OK;
    for (size_t i = 0; i < rows && at < end && e == ERR_OK; i++) {
        e = merge_row(g, &at, end);
    }
    g->sealed.sealed_seq = g->seq - 1;
    g->sealed.is_dirty = true;
    g->sealed.dirty_from_s = g->tail->dirty_from_s;
    e = e == ERR_OK ? track_put_state(g->s->tables, g->tail->device, &g->sealed) : e;
    g->seals_tail = true;
    struct fix_run all = fixes_run(g->fixes);
    struct fix_run left = fix_run_slice(&all, at, all.count - at);
    g->part.fixes = left.at;
    g->part.extras = left.extras;
    g->part.count = left.count;
    g->s->sealed_fixes += at;
    return e;
}

/* ---- 2. revising ---- */

/* The rows, and once they are right the tail onto the sealed state: what the device is to be now.
 */
static enum err revise(struct settling *g)
{
    static const struct revision_end the_end = {.to_s = INT64_MAX};
    struct revision revision;
    const struct fixes *tail = g->fixes;
    revision_begin(&revision, g->s, g->tail->device, g->tail->dirty_from_s);
    g->sealed.dirty_from_s = g->tail->dirty_from_s;
    enum err e = refold_rows(&revision, &g->sealed, &g->state);
    if (e == ERR_MORE) {
        g->tail->dirty_from_s = g->sealed.dirty_from_s;
        return ERR_OK;
    }
    if (e == ERR_OK) {
        revision_fold(&revision, &g->state, tail->at, tail->count);
        e = revision_conclude(&revision, &the_end, &g->state);
    }
    if (e == ERR_OK) {
        g->is_done = true;
        g->tail->is_dirty = false;
    }
    return e;
}

/* ---- a transaction ---- */

static size_t count_late(const struct settling *g)
{
    size_t n = 0;
    while (n < g->fixes->count && g->fixes->at[n].gps_time_s <= g->tail->sealed_last_s) {
        n++;
    }
    return n;
}

static enum err work(struct settling *g)
{
    struct store *s = g->s;
    arena_clear(&s->scratch);
    fixes_reset(&s->fixes);
    g->sealed = g->end.has_state ? track_state_of(&g->end.state) : (struct track_state){0};
    enum err e = seal_load_tail(s, g->tail, &s->fixes);
    if (e != ERR_OK) {
        return e;
    }
    size_t late = count_late(g);
    return late > 0 ? merge(g, late) : revise(g);
}

/* A copy for the length of the transaction. The values of extras are those of the tail. */
static const void *kept(struct store *s, const void *from, size_t len)
{
    return memcpy(arena_new(&s->settling, len), from, len);
}

/* The device's part of the journal: its state, and what of its tail is not in chunks. */
static enum err prepare(struct settling *g)
{
    struct store *s = g->s;
    struct tail *tail = g->tail;
    struct bytes told = {tail->state, tail->state_len};
    struct store_part *part = &g->part;
    if (g->seals_tail) {
        tails_stage_sealed(s->tails, tail->device, g->seq - 1, INT64_MIN);
    }
    part->device = tail->device;
    part->state = &g->state;
    part->has_late = !g->is_done;
    part->late_from_s = tail->dirty_from_s;
    if (part->count > 0 && part->count < MANY) { /* s->fixes is the next device's */
        part->fixes = kept(s, part->fixes, part->count * sizeof(*part->fixes));
        if (part->extras != NULL) {
            part->extras = kept(s, part->extras, part->count * sizeof(*part->extras));
        }
    }
    return g->is_done ? ERR_OK
                      : track_unpack_state(told.len > 0 ? told : g->sealed.state, &g->state);
}

/* The device with the longest tail, of those that need not wait after a failure. */
static struct tail *longest(const struct store *s)
{
    struct tail *found = NULL;
    int64_t now_ms = clock_monotonic_ms();
    for (const GList *link = s->late.head; link != NULL; link = link->next) {
        struct tail *tail = link->data;
        bool is_free = !tail->has_failed || tail->due_ms <= now_ms;
        bool is_longer = found == NULL || tail->bytes > found->bytes;
        found = is_free && is_longer ? tail : found;
    }
    return found;
}

/* The device that is due first, or NULL; where memory is short the longest comes before. */
static struct tail *take_due(struct store *s, bool is_urgent, bool is_first)
{
    struct tail *head = s->late.head == NULL ? NULL : s->late.head->data;
    struct tail *tail = is_urgent && is_first ? longest(s) : NULL;
    tail = tail == NULL ? head : tail;
    if (tail == NULL || (!is_urgent && tail->due_ms > clock_monotonic_ms())) {
        return NULL;
    }
    settle_unmark(s, tail);
    tail->has_failed = false;
    return tail;
}

/* The devices of one transaction. */
struct settlement {
    struct settling *at[DEVICES_MAX];
    struct store_part parts[DEVICES_MAX];
    int64_t from_s[DEVICES_MAX]; /* their marks before */
    size_t count;
    int64_t looked_up[ENDS_MAX]; /* devices, and what is sealed of them */
    struct tables_end ends[ENDS_MAX];
    size_t end_count;
    bool is_urgent;
};

/* Looks up the end of a device, and of those that are due next. */
static enum err look_up(struct store *s, struct settlement *m, const struct tail *tail)
{
    int64_t now_ms = clock_monotonic_ms();
    size_t most = s->settles_alone ? 1 : ENDS_MAX;
    m->looked_up[0] = tail->device;
    m->end_count = 1;
    for (const GList *link = s->late.head; link != NULL && m->end_count < most; link = link->next) {
        const struct tail *next = link->data;
        if (!m->is_urgent && next->due_ms > now_ms) {
            break;
        }
        m->looked_up[m->end_count++] = next->device;
    }
    return tables_read_ends(s->tables, m->looked_up, m->end_count, &s->settling, m->ends);
}

/* What is sealed of a device before; each is settled once a transaction. */
static enum err find_end(struct store *s, struct settlement *m, const struct tail *tail,
                         struct tables_end *out)
{
    size_t i = 0;
    while (i < m->end_count && m->looked_up[i] != tail->device) {
        i++;
    }
    if (i == m->end_count) {
        i = 0; /* where look_up() puts it */
        enum err e = look_up(s, m, tail);
        if (e != ERR_OK) {
            return e;
        }
    }
    *out = m->ends[i];
    return ERR_OK;
}

/* One of them. */
static enum err settle_one(struct store *s, struct settlement *m, struct tail *tail)
{
    struct settling *g = arena_new(&s->settling, sizeof(*g));
    *g = (struct settling){.s = s, .tail = tail, .seq = s->next_seq, .fixes = &s->fixes};
    m->from_s[m->count] = tail->dirty_from_s;
    m->at[m->count] = g;
    int64_t began_us = clock_monotonic_us();
    enum err e = find_end(s, m, tail, &g->end);
    e = e == ERR_OK ? work(g) : e;
    e = e == ERR_OK ? prepare(g) : e;
    int64_t before_us = tail->is_settling ? tail->settle_us : 0;
    tail->settle_us = (uint32_t)(before_us + clock_monotonic_us() - began_us);
    m->parts[m->count++] = g->part;
    return e;
}

/* No id of a new event is given again. */
static enum err reserve_ids(struct store *s)
{
    size_t before = s->revised.len;
    enum err e = ERR_OK;
    if (before > 0) {
        s->fold.reserve_ids(s->fold.context, &s->revised);
    }
    for (size_t i = before; i < s->revised.len && e == ERR_OK; i++) {
        e = entities_save(s->tables, &s->revised.at[i]);
    }
    return e;
}

static enum err settle_some(struct store *s, struct settlement *m)
{
    size_t most = s->settles_alone ? 1 : DEVICES_MAX;
    int64_t until_us = clock_monotonic_us() + SLICE_US;
    struct tail *tail = take_due(s, m->is_urgent, true);
    enum err e = ERR_OK;
    while (e == ERR_OK && tail != NULL) {
        e = settle_one(s, m, tail);
        /* What is left of a long one stands in s->fixes, so nothing follows it. */
        bool ends = m->count == most || m->parts[m->count - 1].count >= MANY ||
                    clock_monotonic_us() > until_us;
        tail = ends || e != ERR_OK ? NULL : take_due(s, m->is_urgent, false);
    }
    e = e == ERR_OK ? reserve_ids(s) : e;
    return e == ERR_OK && m->count > 0 ? store_journal(s, m->parts, m->count) : e;
}

static void take_back(struct store *s, const struct settlement *m, enum err e)
{
    bool is_short = e == ERR_FULL || e == ERR_BUSY; /* nothing is wrong with a device */
    for (size_t i = 0; i < m->count; i++) {
        struct tail *tail = m->at[i]->tail;
        tail->dirty_from_s = m->from_s[i];
        tail->is_dirty = true;
        tail->has_failed = m->count == 1 && !is_short;
        put(s, tail, tail->has_failed ? RETRY_MS : 0);
    }
    log_line(LOG_WARN, "late_fixes_wait", "devices=%zu first=%lld why=\"%s\"", m->count,
             (long long)m->at[0]->tail->device, err_text(e));
    s->settles_alone = true;
}

static void tell(struct store *s, const struct settlement *m, const struct store_upkeep *upkeep)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct settling *g = m->at[i];
        g->tail->is_settling = !g->is_done;
        g->tail->is_inherited = g->tail->is_inherited && !g->is_done;
        if (!g->is_done) {
            settle_unmark(s, g->tail); /* publishing has marked it */
            put(s, g->tail, 0);
        } else if (upkeep->settled != NULL) {
            upkeep->settled(upkeep->context, g->tail->device, &g->state);
        }
    }
    for (size_t i = 0; i < s->revised.len; i++) {
        s->fold.changed(s->fold.context, &s->revised.at[i]);
    }
    s->settles_alone = false;
}

enum err settle_step(struct store *s, const struct store_upkeep *upkeep, bool is_urgent)
{
    struct settlement m = {.is_urgent = is_urgent};
    if (s->late.head == NULL || trickle_held_ms(s) > 0 ||
        (!is_urgent && settle_wait_ms(s, 1) > 0)) {
        return ERR_OK;
    }
    s->revised = (struct change_list){.arena = &s->settling};
    enum err e = store_begin(s);
    e = e == ERR_OK ? settle_some(s, &m) : e;
    e = store_end(s, e);
    if (e != ERR_OK && m.count > 0) {
        take_back(s, &m, e);
    } else if (e == ERR_OK) {
        tell(s, &m, upkeep);
    }
    s->revised = (struct change_list){0};
    arena_clear(&s->settling);
    fixes_reset(&s->fixes);
    fixes_reset(&s->merging);
    return e == ERR_OK ? ERR_MORE : e;
}
