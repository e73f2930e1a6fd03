/*
 * Reading one device: chunks and tail merged by time.
 *
 * A view of the tail is taken first, then, in one read transaction, the compressed rows of the span
 * are copied. What was sealed between the two would be seen twice or not at all: device_state says
 * up to which commit the device is sealed, and the view after which it begins. Where these differ,
 * both are taken again.
 *
 *     rows (copied)     ├──────────┼───────────┼─────┤ open
 *     tail (view)           ·  ·                      ├──────────►
 *                           late ones, merged on reading
 *     from_s                    ▲
 *     start state       ▲ of the first row that ends at or after from_s
 *
 * Rows are decoded one at a time while the caller goes on, so a reader holds the compressed span
 * and one row's fixes. Of the tail mostly nothing is sorted: trackers report in order, and a tail
 * knows whether it is. Otherwise an index of (time, arrival) is sorted once, 32 bytes a fix.
 */
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "base/reader.h"
#include "fleet/pack.h"
#include "store/read_pool.h"
#include "store/seal.h"
#include "store/store_private.h"

enum { YIELDS = 50, VIEWS_MAX = 2000, PAUSE_NS = 1000000 };

/* One record of the sorted index. */
struct entry {
    int64_t time_s;
    size_t arrival;
    struct bytes body;
};

struct store_reader {
    struct store *store;
    struct store_span span;
    struct tail_view view;
    struct fold_state start;
    int64_t floor_s; /* older fixes than the start state's are of no use */
    int64_t last_s;  /* of the last fix given */

    /* Sealed: the rows, one of them decoded. */
    struct track_rows rows;
    size_t row;
    struct fixes fixes;
    size_t fix;

    /* The tail in order: the pieces, one of them half read. */
    const struct tail_piece *pieces;
    size_t piece_count;
    size_t piece;
    struct reader records;
    /* Out of order: the index instead. */
    const struct entry *entries; /* NULL: in order */
    size_t entry_count;
    size_t entry;
    struct bytes body; /* the next record of the tail; empty: none */
    int64_t body_time_s;

    struct bytes extras; /* of the last fix given */
};

/* ---- opening ---- */

static bool in_order(const struct tail_piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!pieces[i].span.sorted ||
            (i > 0 && pieces[i].span.min_time_s < pieces[i - 1].span.max_time_s)) {
            return false;
        }
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    if (x->time_s != y->time_s) {
        return x->time_s < y->time_s ? -1 : 1;
    }
    return x->arrival < y->arrival ? -1 : x->arrival > y->arrival;
}

/* Appends the records of one piece up to to_s. */
static enum err index_piece(struct store_reader *r, const struct tail_piece *piece,
                            struct entry *entries)
{
    struct reader records = reader_init(piece->records);
    struct entry e = {0};
    while (pack_next(&records, &e.body, &e.time_s)) {
        e.arrival = r->entry_count;
        if (e.time_s <= r->span.to_s) {
            entries[r->entry_count++] = e;
        }
    }
    return reader_ok(&records) ? ERR_OK : ERR_CORRUPT;
}

/* The records up to to_s, sorted. */
static enum err make_index(struct store_reader *r, struct arena *arena)
{
    size_t total = 0;
    for (size_t i = 0; i < r->piece_count; i++) {
        total += r->pieces[i].span.count;
    }
    struct entry *entries = arena_new_array(arena, total, sizeof(*entries));
    enum err e = ERR_OK;
    for (size_t i = 0; i < r->piece_count && e == ERR_OK; i++) {
        e = index_piece(r, &r->pieces[i], entries);
    }
    qsort(entries, r->entry_count, sizeof(*entries), compare);
    r->entries = entries;
    return e;
}

static enum err open_tail(struct store_reader *r, struct arena *arena)
{
    r->piece_count = tail_view_pieces(&r->view);
    struct tail_piece *pieces = arena_new_array(arena, r->piece_count, sizeof(*pieces));
    tail_view_copy(&r->view, pieces);
    r->pieces = pieces;
    return in_order(pieces, r->piece_count) ? ERR_OK : make_index(r, arena);
}

/* The state to begin with, of the first row or behind them all. */
static enum err read_start(struct store_reader *r, const struct track_state *sealed,
                           struct arena *arena)
{
    const struct track_rows *rows = &r->rows;
    struct bytes start = rows->has_start ? track_from_row(&sealed->folded, rows->start_last_s,
                                                          rows->start_state, arena)
                                         : sealed->state;
    enum err e = track_unpack_state(start, &r->start);
    if (e != ERR_OK) {
        const struct track_row span = {.first_s = r->span.from_s, .last_s = r->span.to_s};
        seal_note_damage(r->store, r->span.device, rows->count > 0 ? rows->at : &span, e);
    }
    r->floor_s = start.len > 0 ? r->start.current.gps_time_s : INT64_MIN;
    return e;
}

/* The rows of the span and the state before them. ERR_MORE: not of the same moment as the view. */
static enum err read_rows(struct store_reader *r, struct tables *tables, struct arena *arena)
{
    const struct track_query q = {r->span.device, r->span.from_s, r->span.to_s, 0};
    struct track_state sealed;
    enum err e = track_read_state(tables, r->span.device, arena, &sealed);
    if (e != ERR_OK) {
        return e;
    }
    if (r->view.newest != NULL && r->view.sealed_seq != sealed.sealed_seq) {
        return ERR_MORE;
    }
    e = tables_read_rows(tables, &q, arena, &r->rows);
    if (e != ERR_OK) {
        return e;
    }
    return read_start(r, &sealed, arena);
}

static enum err read_at_once(struct store_reader *r, const struct pooled_tables *pooled,
                             struct arena *arena)
{
    enum err e = tables_begin(pooled->tables);
    e = e == ERR_OK ? read_rows(r, pooled->tables, arena) : e;
    enum err end = tables_rollback(pooled->tables);
    return e == ERR_OK ? end : e;
}

/* The writer has committed and is about to publish: soon, but where the machine is busy. */
static void await_publishing(unsigned round)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    if (round < YIELDS) {
        (void)sched_yield();
    } else {
        (void)nanosleep(&pause, NULL);
    }
}

/* View and rows of the same moment. */
static enum err read_sealed(struct store_reader *r, struct arena *arena)
{
    struct store *s = r->store;
    struct pooled_tables *pooled = NULL;
    enum err e = read_pool_take(s->pool, &pooled);
    if (e != ERR_OK) {
        return e;
    }
    for (unsigned i = 0; i < VIEWS_MAX; i++) {
        r->view = tails_view(s->tails, r->span.device);
        e = read_at_once(r, pooled, arena);
        if (e != ERR_MORE) {
            break;
        }
        tail_view_release(&r->view);
        await_publishing(i);
    }
    read_pool_give(s->pool, pooled);
    return e == ERR_MORE ? ERR_BUSY : e;
}

enum err store_read_open(struct store *s, struct store_span span, struct arena *arena,
                         struct store_reader **out)
{
    struct store_reader *r = arena_new(arena, sizeof(*r));
    r->store = s;
    r->span = span;
    enum err e = read_sealed(r, arena);
    e = e == ERR_OK ? open_tail(r, arena) : e;
    if (e != ERR_OK) {
        tail_view_release(&r->view);
        return e;
    }
    store_read_rewind(r);
    *out = r;
    return ERR_OK;
}

const struct fold_state *store_read_start(const struct store_reader *r)
{
    return &r->start;
}

/* ---- the tail's next ---- */

/* The next record in order of time, whichever way; false after the last. */
static bool take_record(struct store_reader *r)
{
    if (r->entries != NULL) {
        if (r->entry == r->entry_count) {
            return false;
        }
        r->body = r->entries[r->entry].body;
        r->body_time_s = r->entries[r->entry++].time_s;
        return true;
    }
    while (reader_left(&r->records) == 0) {
        if (r->piece == r->piece_count) {
            return false;
        }
        r->records = reader_init(r->pieces[r->piece++].records);
    }
    return pack_next(&r->records, &r->body, &r->body_time_s);
}

/* Makes r->body the next record of use. */
static void advance_tail(struct store_reader *r)
{
    while (take_record(r)) {
        if (r->body_time_s > r->span.to_s) {
            break;
        }
        if (r->body_time_s >= r->floor_s) {
            return;
        }
    }
    r->body = (struct bytes){0};
}

/* ---- the rows' next ---- */

static enum err decode_row(struct store_reader *r, const struct track_row *row)
{
    struct store *s = r->store;
    struct pooled_tables *pooled = NULL;
    enum err e = read_pool_take(s->pool, &pooled);
    if (e != ERR_OK) {
        return e;
    }
    fixes_reset(&r->fixes);
    r->fix = 0;
    e = track_decode(pooled->codec, row, &r->fixes);
    read_pool_give(s->pool, pooled);
    if (e != ERR_OK) {
        seal_note_damage(s, r->span.device, row, e);
    }
    return e;
}

/* The next sealed fix of the span in r->fixes.at[r->fix]; ERR_END. */
static enum err find_sealed(struct store_reader *r)
{
    for (;;) {
        while (r->fix < r->fixes.count && r->fixes.at[r->fix].gps_time_s < r->floor_s) {
            r->fix++;
        }
        if (r->fix < r->fixes.count) {
            return r->fixes.at[r->fix].gps_time_s <= r->span.to_s ? ERR_OK : ERR_END;
        }
        if (r->row == r->rows.count) {
            return ERR_END;
        }
        enum err e = decode_row(r, &r->rows.at[r->row++]);
        if (e != ERR_OK) {
            return e;
        }
    }
}

/* ---- both ---- */

enum err store_read_next(struct store_reader *r, struct fix *out)
{
    enum err e = find_sealed(r);
    bool has_sealed = e == ERR_OK;
    bool has_tail = r->body.len > 0;
    if ((e != ERR_OK && e != ERR_END) || (!has_sealed && !has_tail)) {
        return e;
    }
    if (has_sealed && (!has_tail || r->fixes.at[r->fix].gps_time_s <= r->body_time_s)) {
        struct fix_run run = fixes_run(&r->fixes);
        r->extras = fix_run_extras(&run, r->fix);
        *out = run.at[r->fix++];
        e = ERR_OK;
    } else {
        e = unpack_report(r->body, out, &r->extras);
        advance_tail(r);
    }
    if (e == ERR_OK && out->gps_time_s < r->last_s) {
        return ERR_CORRUPT; /* rows that overlap */
    }
    r->last_s = out->gps_time_s;
    return e;
}

struct bytes store_read_extras(const struct store_reader *r)
{
    return r->extras;
}

void store_read_rewind(struct store_reader *r)
{
    r->last_s = INT64_MIN;
    r->extras = (struct bytes){0};
    r->row = 0;
    r->fix = 0;
    fixes_reset(&r->fixes);
    r->piece = 0;
    r->entry = 0;
    r->records = (struct reader){0};
    advance_tail(r);
}

void store_read_close(struct store_reader *r)
{
    fixes_clear(&r->fixes);
    tail_view_release(&r->view);
}

/* ---- a moment, and few points ---- */

enum err store_read_state(struct store *s, int64_t device, int64_t time_s, struct fold_state *out)
{
    struct arena arena = {0};
    struct store_reader *r = NULL;
    struct fix fix;
    enum err e = store_read_open(s, (struct store_span){device, time_s, time_s}, &arena, &r);
    if (e == ERR_OK) {
        *out = r->start;
        while ((e = store_read_next(r, &fix)) == ERR_OK) {
            fold_step(out, &fix);
        }
        store_read_close(r);
        if (out->current.gps_time_s > time_s) {
            *out = (struct fold_state){0}; /* what it is of has expired */
        }
    }
    arena_free(&arena);
    return e == ERR_END ? ERR_OK : e;
}

/* Fixes of the span that have a position. */
static enum err count_points(struct store_reader *r, size_t *count)
{
    struct fix fix;
    enum err e = ERR_OK;
    *count = 0;
    while ((e = store_read_next(r, &fix)) == ERR_OK) {
        if (fix.gps_time_s >= r->span.from_s && fix_has_position(&fix)) {
            (*count)++;
        }
    }
    store_read_rewind(r);
    return e == ERR_END ? ERR_OK : e;
}

static enum err take_points(struct store_reader *r, size_t total, struct store_points *out)
{
    size_t limit = out->limit;
    size_t seen = 0;
    struct fix fix;
    enum err e = ERR_OK;
    while ((e = store_read_next(r, &fix)) == ERR_OK) {
        if (fix.gps_time_s < r->span.from_s || !fix_has_position(&fix)) {
            continue;
        }
        /* The k-th kept one is the floor(k (total - 1) / (limit - 1))-th of all. */
        bool is_kept = total <= limit || seen == out->count * (total - 1) / (limit - 1);
        if (is_kept && out->count < limit) {
            out->at[out->count++] = fix;
        }
        seen++;
    }
    return e == ERR_END ? ERR_OK : e;
}

enum err store_read_thinned(struct store *s, struct store_span span, struct arena *arena,
                            struct store_points *out)
{
    struct store_reader *r = NULL;
    size_t total = 0;
    out->count = 0;
    enum err e = out->limit < 2 ? ERR_INVALID : store_read_open(s, span, arena, &r);
    if (e != ERR_OK) {
        return e;
    }
    e = count_points(r, &total);
    if (e == ERR_OK) {
        out->at = arena_new_array(arena, total < out->limit ? total : out->limit, sizeof(*out->at));
        e = take_points(r, total, out);
    }
    store_read_close(r);
    return e;
}
