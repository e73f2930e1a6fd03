/*
 * What a device travelled and used in a span, without reading all of its fixes: each chunk tells
 * its distance, and the states before and behind it what fuel it used. Only rows that the span cuts
 * are folded:
 *
 *     rows     ├──────────┼──────────┼──────────┼──────────┼────────┤ open   tail
 *     span           ├───────────────────────────────┤
 *               folded      passed over, by   folded
 *                           what they tell
 *
 * A step between two fixes belongs to the later one, also where these are in two rows, so a chunk's
 * distance is that of the steps to its own fixes. Steps and distances are summed; a difference of
 * two odometers far apart says less, since one of them may lack a late fix that the other has.
 *
 * Late fixes are folded where they belong, whether they are in the tail or merged into rows that
 * are not revised yet (settle.c): from the first row that is touched on everything is folded, as
 * refold.c will do it, until what was made is what is stored.
 *
 * A row is folded too whose distance may not be one: programs before rules 2 of the fold took the
 * first value of a tracker's counter for distance, in the first row that has any. So is one whose
 * states were made before fuel was part of them.
 */
#include "fleet/fix_order.h"
#include "fleet/pack.h"
#include "store/moment.h"
#include "store/seal.h"
#include "store/tail_order.h"

struct measuring {
    struct store *store;
    struct store_span span;
    const struct fold_rules *rules; /* the tank alone; what else is held to, adds nothing */
    struct arena arena;
    struct moment moment;
    struct tail_order tail;
    struct track_rows rows; /* without their data */
    struct fixes fixes;     /* of the row at hand */
    int64_t dirty_from_s;   /* states of rows that end from here on may be wrong, ... */
    int64_t dirty_to_s;     /* ... those that begin up to here are */
    struct fold_state state;
    bool has_state; /* `state` is that behind all that was taken; else the stored one is right */
    bool has_met;   /* the states stored from the row at hand on are right but for their odometer */
    struct store_mileage *out;
};

/* ---- folding ---- */

static void take_fix(struct measuring *m, const struct fix *fix)
{
    if (fix->gps_time_s < m->state.current.gps_time_s) {
        return; /* what leads up to the state has expired */
    }
    uint64_t before_m_e2 = fold_travelled_m_e2(&m->state);
    const struct fuel_mark fuel = fuel_mark(&m->state.fuel);
    fold_step(&m->state, fix, m->rules, NULL);
    if (fix->gps_time_s >= m->span.from_s) {
        m->out->distance_m_e2 += fold_travelled_m_e2(&m->state) - before_m_e2;
        m->out->fuel_used_ml += fuel_used_ml(&fuel, &m->state.fuel);
    }
}

/* Whether the tail's fix at hand comes before fix `i` of the row at hand, which is of its time. */
static bool comes_before(const struct measuring *m, size_t i, const struct fix *fix,
                         struct bytes extras)
{
    struct fix_run run = fixes_run(&m->fixes);
    return fix_order(fix, extras, &run.at[i], fix_run_extras(&run, i)) < 0;
}

/* Folds what of the tail is earlier than `before_s`; of that time what comes before fix `*i`. */
static enum err take_tail(struct measuring *m, int64_t before_s, const size_t *i)
{
    enum err e = ERR_OK;
    while (e == ERR_OK && m->tail.body.len > 0 && m->tail.time_s <= before_s) {
        struct fix fix;
        struct bytes extras;
        e = unpack_report(m->tail.body, &fix, &extras);
        if (e == ERR_OK && m->tail.time_s == before_s &&
            (i == NULL || !comes_before(m, *i, &fix, extras))) {
            return ERR_OK;
        }
        if (e == ERR_OK) {
            take_fix(m, &fix);
            tail_order_next(&m->tail);
        }
    }
    return e;
}

/* Reads the data of a row. */
static enum err read_data(struct measuring *m, const struct track_row *row, struct track_row *out)
{
    const struct track_query q = {
        .device = m->span.device, .from_s = row->last_s, .to_s = row->last_s};
    struct track_rows rows;
    enum err e = tables_read_rows(m->moment.pooled->tables, &q, &m->arena, &rows);
    for (size_t i = 0; e == ERR_OK && i < rows.count; i++) {
        if (rows.at[i].id == row->id) {
            *out = rows.at[i];
            return ERR_OK;
        }
    }
    return e == ERR_OK ? ERR_CORRUPT : e;
}

/* Folds the fixes of a row up to the span's end, and what of the tail lies before each. */
static enum err take_row(struct measuring *m, const struct track_row *bare)
{
    struct track_row row;
    enum err e = read_data(m, bare, &row);
    if (e != ERR_OK) {
        return e;
    }
    fixes_reset(&m->fixes);
    e = track_decode(m->moment.pooled->codec, &row, &m->fixes);
    if (e != ERR_OK) {
        seal_note_damage(m->store, m->span.device, &row, e);
    }
    for (size_t i = 0; e == ERR_OK && i < m->fixes.count; i++) {
        const struct fix *fix = &m->fixes.at[i];
        if (fix->gps_time_s > m->span.to_s) {
            break;
        }
        e = take_tail(m, fix->gps_time_s, &i);
        if (e == ERR_OK) {
            take_fix(m, fix);
        }
    }
    return e;
}

/* ---- rows ---- */

/* The state that is stored before row `i`. */
static enum err stored_state(struct measuring *m, size_t i, struct fold_state *out)
{
    const struct track_row *row = &m->rows.at[i];
    const struct folded *folded = &m->moment.sealed.folded;
    return track_unpack_state(track_from_row(folded, row->last_s, row->start_state, &m->arena),
                              out);
}

/* Whether late fixes lie in a row, or before it, that its states and its distance know nothing of.
 */
static bool is_touched(const struct measuring *m, const struct track_row *row)
{
    bool is_dirty = row->last_s >= m->dirty_from_s && row->first_s <= m->dirty_to_s;
    return is_dirty || m->tail.time_s <= row->last_s;
}

/* Whether the states before and behind a row tell what fuel it used. */
static bool tell_fuel(const struct fold_state *before, const struct fold_state *behind)
{
    bool is_read = (behind->current.has & FIX_HAS_FUEL) != 0 && behind->current.fuel_ml != 0;
    return before->fuel.count > 0 ? behind->fuel.count > 0 : !is_read && behind->fuel.count == 0;
}

/* The state behind row `i`; ERR_NOT_FOUND: none is stored, since later rows were not asked for. */
static enum err state_behind(struct measuring *m, size_t i, struct fold_state *out)
{
    if (i + 1 < m->rows.count) {
        return stored_state(m, i + 1, out);
    }
    enum err e = track_unpack_state(m->moment.sealed.state, out);
    bool is_last = out->current.gps_time_s == m->rows.at[i].last_s;
    return e != ERR_OK || is_last ? e : ERR_NOT_FOUND;
}

/* The distance of a row between two states. The open row's is told by these alone. */
static uint64_t distance_of(const struct track_row *row, const struct fold_state *before,
                            const struct fold_state *behind)
{
    return row->id != 0 ? row->distance_m_e2
                        : fold_travelled_m_e2(behind) - fold_travelled_m_e2(before);
}

/* Whether no counter's first value is in the distance of a row. */
static bool is_travelled(const struct measuring *m, const struct track_row *row,
                         const struct fold_state *before)
{
    const struct folded *folded = &m->moment.sealed.folded;
    bool is_of_today = folded->rules == FOLD_RULES && row->first_s > folded->from_s;
    return is_of_today || fold_travelled_m_e2(before) > 0;
}

/* Adds what row `i` tells of itself; false: it has to be folded. */
static bool pass_over(struct measuring *m, size_t i)
{
    const struct track_row *row = &m->rows.at[i];
    bool is_before = row->last_s < m->span.from_s;
    bool is_within = row->first_s >= m->span.from_s && row->last_s <= m->span.to_s;
    struct fold_state before;
    struct fold_state behind;
    if (!(is_before || is_within) || !m->has_met || is_touched(m, row) ||
        stored_state(m, i, &before) != ERR_OK || state_behind(m, i, &behind) != ERR_OK) {
        return false;
    }
    if (is_within && !(is_travelled(m, row, &before) && tell_fuel(&before, &behind))) {
        return false;
    }
    if (is_within) {
        m->out->distance_m_e2 += distance_of(row, &before, &behind);
        const struct fuel_mark fuel = fuel_mark(&before.fuel);
        m->out->fuel_used_ml += fuel_used_ml(&fuel, &behind.fuel);
    }
    m->has_state = false;
    return true;
}

/*
 * Whether what was made up to row `i` is what is stored before it, but for the odometer; and for
 * the watch, of which a reader knows less, and which adds nothing to distance and fuel.
 */
static bool meets(struct measuring *m, size_t i)
{
    struct fold_state stored;
    if (stored_state(m, i, &stored) != ERR_OK) {
        return false;
    }
    watch_copy(&stored.watch, &m->state.watch);
    stored.active_alarms = m->state.active_alarms;
    return fold_has_met(&m->state, &stored);
}

static enum err measure_row(struct measuring *m, size_t i)
{
    const struct track_row *row = &m->rows.at[i];
    if (pass_over(m, i)) {
        return ERR_OK;
    }
    bool is_as_stored = m->has_met && !is_touched(m, row);
    enum err e = m->has_state ? ERR_OK : stored_state(m, i, &m->state);
    m->has_state = true;
    e = e == ERR_OK ? take_row(m, row) : e;
    if (e == ERR_OK && i + 1 < m->rows.count) {
        e = take_tail(m, m->rows.at[i + 1].first_s, NULL);
        m->has_met = is_as_stored || meets(m, i + 1);
    }
    return e;
}

/* ---- all of it ---- */

/* Notes which states are not to be trusted. */
static void note_dirty(struct measuring *m)
{
    const struct track_state *sealed = &m->moment.sealed;
    bool is_known = sealed->folded.rules == FOLD_RULES;
    m->dirty_from_s = sealed->is_dirty ? sealed->dirty_from_s : INT64_MAX;
    m->dirty_to_s = !sealed->is_dirty ? INT64_MIN
                    : is_known        ? sealed->folded.dirty_to_s
                                      : INT64_MAX;
}

/* From where on there is something to look at: what is late before the span changes its states. */
static int64_t begin_s(const struct measuring *m)
{
    int64_t late_s = m->tail.time_s < m->dirty_from_s ? m->tail.time_s : m->dirty_from_s;
    return late_s < m->span.from_s ? late_s : m->span.from_s;
}

/* The rows to look at, and the state before the first of them, or behind them all. */
static enum err read_rows(struct measuring *m)
{
    const struct track_query q = {
        .device = m->span.device, .from_s = begin_s(m), .to_s = m->span.to_s, .is_bare = true};
    const struct track_state *sealed = &m->moment.sealed;
    enum err e = tables_read_rows(m->moment.pooled->tables, &q, &m->arena, &m->rows);
    if (e != ERR_OK) {
        return e;
    }
    struct bytes start = m->rows.has_start ? track_from_row(&sealed->folded, m->rows.start_last_s,
                                                            m->rows.start_state, &m->arena)
                                           : sealed->state;
    m->has_state = true;
    m->has_met = true;
    return track_unpack_state(start, &m->state);
}

static enum err measure(struct measuring *m)
{
    enum err e = tail_order_begin(&m->moment.view, m->span.to_s, &m->arena, &m->tail);
    if (e != ERR_OK) {
        return e;
    }
    tail_order_rewind(&m->tail, INT64_MIN);
    note_dirty(m);
    e = read_rows(m);
    for (size_t i = 0; e == ERR_OK && i < m->rows.count; i++) {
        e = measure_row(m, i);
    }
    if (e == ERR_OK && !m->has_state) {
        e = track_unpack_state(m->moment.sealed.state, &m->state);
    }
    return e == ERR_OK ? take_tail(m, INT64_MAX, NULL) : e;
}

enum err store_read_mileage(struct store *s, struct store_span span, const struct fold_rules *rules,
                            struct store_mileage *out)
{
    struct measuring m = {.store = s, .span = span, .rules = rules, .out = out};
    *out = (struct store_mileage){0};
    enum err e = moment_begin(s, span.device, &m.arena, &m.moment);
    if (e == ERR_OK) {
        e = moment_end(&m.moment, measure(&m));
        tail_view_release(&m.moment.view);
    }
    fixes_clear(&m.fixes);
    arena_free(&m.arena);
    return e;
}
