/*
 * Reading one device: chunks and tail merged by time.
 *
 * The view of the tail and the compressed rows of the span are of one moment (moment.c).
 *
 *     rows (copied)     ├──────────┼───────────┼─────┤ open
 *     tail (view)           ·  ·                      ├──────────►
 *                           late ones, merged on reading
 *     from_s                    ▲
 *     start state       ▲ of the first row that ends at or after from_s
 *
 * Rows are decoded one at a time while the caller goes on, so a reader holds the compressed span
 * and one row's fixes.
 */
#include "fleet/fix_order.h"
#include "fleet/pack.h"
#include "store/moment.h"
#include "store/seal.h"
#include "store/tail_order.h"

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

    struct tail_order tail;
    struct fix fresh;    /* the last fix given, where it is the tail's */
    struct bytes extras; /* of the last fix given */
};

/* ---- opening ---- */

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

/* The rows of the span and the state before them, and the tail of the same moment. */
static enum err read_sealed(struct store_reader *r, struct arena *arena)
{
    const struct track_query q = {
        .device = r->span.device, .from_s = r->span.from_s, .to_s = r->span.to_s};
    struct moment m;
    enum err e = moment_begin(r->store, r->span.device, arena, &m);
    if (e != ERR_OK) {
        return e;
    }
    r->view = m.view;
    e = tables_read_rows(m.pooled->tables, &q, arena, &r->rows);
    e = e == ERR_OK ? read_start(r, &m.sealed, arena) : e;
    return moment_end(&m, e);
}

enum err store_read_open(struct store *s, struct store_span span, struct arena *arena,
                         struct store_reader **out)
{
    struct store_reader *r = arena_new(arena, sizeof(*r));
    r->store = s;
    r->span = span;
    enum err e = read_sealed(r, arena);
    e = e == ERR_OK ? tail_order_begin(&r->view, span.to_s, arena, &r->tail) : e;
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

/* Whether the sealed fix at hand comes before the tail's. */
static bool is_sealed_next(const struct store_reader *r)
{
    struct fix_run run = fixes_run(&r->fixes);
    const struct fix *sealed = &run.at[r->fix];
    struct fix fix;
    struct bytes extras;
    if (r->tail.body.len == 0 || sealed->gps_time_s != r->tail.time_s) {
        return r->tail.body.len == 0 || sealed->gps_time_s < r->tail.time_s;
    }
    return unpack_report(r->tail.body, &fix, &extras) == ERR_OK &&
           fix_order(sealed, fix_run_extras(&run, r->fix), &fix, extras) <= 0;
}

enum err store_read_here(struct store_reader *r, const struct fix **out)
{
    enum err e = find_sealed(r);
    bool has_sealed = e == ERR_OK;
    bool has_tail = r->tail.body.len > 0;
    if ((e != ERR_OK && e != ERR_END) || (!has_sealed && !has_tail)) {
        return e;
    }
    if (has_sealed && is_sealed_next(r)) {
        struct fix_run run = fixes_run(&r->fixes);
        r->extras = fix_run_extras(&run, r->fix);
        *out = &run.at[r->fix++];
        e = ERR_OK;
    } else {
        *out = &r->fresh;
        e = unpack_report(r->tail.body, &r->fresh, &r->extras);
        tail_order_next(&r->tail);
    }
    if (e == ERR_OK && (*out)->gps_time_s < r->last_s) {
        return ERR_CORRUPT; /* rows that overlap */
    }
    r->last_s = (*out)->gps_time_s;
    return e;
}

enum err store_read_next(struct store_reader *r, struct fix *out)
{
    const struct fix *next = NULL;
    enum err e = store_read_here(r, &next);
    if (e == ERR_OK) {
        *out = *next;
    }
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
    tail_order_rewind(&r->tail, r->floor_s);
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
        fold_state_copy(out, &r->start);
        while ((e = store_read_next(r, &fix)) == ERR_OK) {
            fold_step(out, &fix, &fold_default_rules, NULL);
        }
        store_read_close(r);
        if (out->current.gps_time_s > time_s) {
            fold_state_init(out); /* what it is of has expired */
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
