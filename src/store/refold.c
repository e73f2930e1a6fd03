/*
 * From the first row that ends at or after the mark, whose start state is right, the fold is made
 * again row after row, ROWS_MAX rows a transaction, and the start state of each next row is
 * corrected. It ends where the states meet: where the one that was made anew is the stored one but
 * for its odometer, and no late fix went into a row behind. What follows would differ by that
 * distance alone, which is noted as a shift (folded.c):
 *
 *      row 0       row 1       row 2       row 3                       sealed
 *     ├───────────┼───────────┼───────────┼─────────── ... ───────────┤
 *     s0 right ▲   s1 anew     s2 anew     s3 met, 35 m more           35 m more
 *              │ late
 *
 * A shift moves every state behind it, so the rows that are written are written without those that
 * lie among them, which are moved to where it ends.
 *
 * States that were made by other rules than those of today's fold meet nobody: the first late fix
 * of such a device is folded to the end, and from the row where that began its states are of
 * today's rules.
 */
#include "store/refold.h"

#include <string.h>

#include "store/seal.h"

enum {
    ROWS_MAX = 16,       /* of a device folded a transaction, */
    FENCED_ROWS_MAX = 4, /* and of one with geofences, where a fix takes longer */
};

/* One device. */
struct refolding {
    struct store *s;
    int64_t device;
    struct revision *revision;
    struct track_state *sealed;
    struct track_rows rows;
    struct fold_state state; /* made anew so far ... */
    bool is_known;           /* ... unless damage made it unknown */
    bool has_met;            /* the stored one, but for ... */
    int64_t met_s;
    uint64_t by_m_e2; /* ... so much on its odometer */
};

/* ---- which rows ---- */

/* Whether row `i` begins later than all before it end. */
static bool stands_apart(const struct track_rows *rows, size_t i)
{
    return rows->at[i].first_s > rows->at[i - 1].last_s;
}

/* Where there are more rows, the last one is where the next transaction begins; false: nowhere. */
static bool find_cut(struct track_rows *rows)
{
    while (rows->count > 1 && !stands_apart(rows, rows->count - 1)) {
        rows->count--;
    }
    return rows->count > 1;
}

/* The next rows to fold, more than one second's. */
static enum err read_rows(struct refolding *r)
{
    struct store *s = r->s;
    size_t limit = r->revision->rules->fences == NULL ? ROWS_MAX : FENCED_ROWS_MAX;
    struct track_query q = {r->device, r->sealed->dirty_from_s, INT64_MAX, limit, false};
    enum err e = tables_read_rows(s->tables, &q, &s->scratch, &r->rows);
    while (e == ERR_OK && r->rows.is_cut && !find_cut(&r->rows)) {
        q.limit *= 4;
        e = tables_read_rows(s->tables, &q, &s->scratch, &r->rows);
    }
    return e;
}

/* The states from the first row on will be of today's rules, once as far is folded as is said. */
static void take_rules(const struct refolding *r)
{
    struct folded *f = &r->sealed->folded;
    int64_t from_s = r->rows.at[0].first_s;
    if (f->rules != FOLD_RULES) {
        f->rules = FOLD_RULES;
        f->from_s = from_s;
        f->dirty_to_s = INT64_MAX;
    } else if (from_s < f->from_s) {
        f->dirty_to_s = f->dirty_to_s > f->from_s ? f->dirty_to_s : f->from_s;
        f->from_s = from_s;
    }
}

/* Makes room among the shifts where there is none: of those before the first row one is enough. */
static enum err join_shifts(const struct refolding *r)
{
    struct store *s = r->s;
    struct track_query q = {r->device, INT64_MIN, INT64_MAX, 1, false};
    struct track_rows first;
    if (!folded_is_full(&r->sealed->folded)) {
        return ERR_OK;
    }
    enum err e = tables_read_rows(s->tables, &q, &s->scratch, &first);
    if (e == ERR_OK && first.has_start) {
        folded_join(&r->sealed->folded, first.start_last_s, &s->scratch);
    }
    return e;
}

/* ---- folding ---- */

/* Folds one row onto the state; false: it cannot be read. */
static bool fold_row(struct refolding *r, const struct track_row *row)
{
    struct store *s = r->s;
    fixes_reset(&s->merging);
    enum err e = track_decode(s->codec, row, &s->merging);
    if (e != ERR_OK) {
        seal_note_damage(s, r->device, row, e);
        return false;
    }
    revision_fold(r->revision, &r->state, s->merging.at, s->merging.count);
    return true;
}

/* The state that is stored before row `i`; behind the last it is the sealed one. */
static bool stored_state(const struct refolding *r, size_t i, struct fold_state *out)
{
    struct bytes state = r->sealed->state;
    if (i < r->rows.count) {
        const struct track_row *row = &r->rows.at[i];
        state = track_from_row(&r->sealed->folded, row->last_s, row->start_state, &r->s->scratch);
    }
    return track_unpack_state(state, out) == ERR_OK;
}

static bool same_bytes(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* Corrects the start state of `row`, with the shift of `shift_s`. One not known stays. */
static enum err put_start(const struct refolding *r, const struct track_row *row, int64_t shift_s)
{
    struct store *s = r->s;
    struct track_row revised = *row;
    struct bytes packed = track_pack_state(&r->state, &s->scratch);
    revised.start_state = track_to_row(&r->sealed->folded, shift_s, packed, &s->scratch);
    if (!r->is_known || same_bytes(revised.start_state, row->start_state)) {
        return ERR_OK;
    }
    return row->id == 0 ? track_put_open(s->tables, r->device, &revised)
                        : track_put_start(s->tables, row->id, revised.start_state);
}

/* The distance of a chunk that was folded from `before_m_e2`. */
static enum err put_distance(const struct refolding *r, const struct track_row *row,
                             uint64_t before_m_e2)
{
    uint64_t after_m_e2 = fold_travelled_m_e2(&r->state);
    return row->id == 0
               ? ERR_OK
               : tables_put_distance(r->s->tables, row->id,
                                     after_m_e2 > before_m_e2 ? after_m_e2 - before_m_e2 : 0);
}

/* One row. What is damaged leaves the state and the events behind it as they were. */
static enum err refold_row(struct refolding *r, size_t i)
{
    const struct track_row *row = &r->rows.at[i];
    uint64_t before_m_e2 = fold_travelled_m_e2(&r->state);
    if (!r->is_known || !fold_row(r, row)) {
        const struct revision_end here = {.to_s = row->first_s};
        enum err e = revision_conclude(r->revision, &here, &r->state);
        r->is_known = stored_state(r, i + 1, &r->state);
        return e;
    }
    return put_distance(r, row, before_m_e2);
}

/* ---- where it ends ---- */

/* The rows behind the first one, up to row `i`; behind the last there is none. */
static struct folded_span span_to(const struct refolding *r, size_t i)
{
    const struct track_rows *rows = &r->rows;
    return (struct folded_span){rows->at[0].last_s,
                                i < rows->count ? rows->at[i].first_s : INT64_MAX};
}

/* Whether it ends before row `i`; if so the shift is noted. */
static bool meets(struct refolding *r, size_t i)
{
    struct folded *f = &r->sealed->folded;
    struct fold_state stored;
    if (i >= r->rows.count || r->rows.at[i].first_s <= f->dirty_to_s ||
        !stands_apart(&r->rows, i) || !r->is_known || !stored_state(r, i, &stored) ||
        !fold_has_met(&r->state, &stored)) {
        return false;
    }
    const struct folded_span span = span_to(r, i);
    r->by_m_e2 = r->state.odometer_m_e2 - stored.odometer_m_e2;
    r->met_s = r->rows.at[i].first_s;
    return folded_move(f, &span, r->by_m_e2, &r->s->scratch);
}

static enum err fold_rows(struct refolding *r)
{
    size_t count = r->rows.is_cut ? r->rows.count - 1 : r->rows.count;
    enum err e = ERR_OK;
    r->is_known = stored_state(r, 0, &r->state);
    for (size_t i = 0; i < count && e == ERR_OK && !r->has_met; i++) {
        e = i > 0 ? put_start(r, &r->rows.at[i], r->rows.at[0].last_s) : ERR_OK;
        e = e == ERR_OK ? refold_row(r, i) : e;
        r->has_met = e == ERR_OK && meets(r, i + 1);
    }
    return e;
}

/* What is left goes on at the last row, whose start state is right then. */
static enum err cut_here(struct refolding *r)
{
    struct store *s = r->s;
    size_t last = r->rows.count - 1;
    const struct track_row *row = &r->rows.at[last];
    const struct folded_span span = span_to(r, last);
    (void)folded_move(&r->sealed->folded, &span, 0, &s->scratch); /* they become no more */
    int64_t *dirty_to_s = &r->sealed->folded.dirty_to_s;
    r->sealed->is_dirty = true;
    r->sealed->dirty_from_s = row->first_s;
    *dirty_to_s = row->first_s > *dirty_to_s ? row->first_s : *dirty_to_s;
    const struct revision_end here = {.to_s = row->first_s};
    enum err e = put_start(r, row, row->last_s);
    e = e == ERR_OK ? revision_conclude(r->revision, &here, &r->state) : e;
    e = e == ERR_OK ? track_put_state(s->tables, r->device, r->sealed) : e;
    return e == ERR_OK ? ERR_MORE : e;
}

/* Where the states met, events are as they are up to the tail. */
static enum err meet_here(struct refolding *r)
{
    const struct revision_end here = {.to_s = r->met_s, .has_met = true};
    struct revision *revision = r->revision;
    bool is_listening = revision->is_listening;
    enum err e = revision_conclude(revision, &here, &r->state);
    revision->is_listening = is_listening;
    revision->from_s = INT64_MIN;
    r->is_known = stored_state(r, r->rows.count, &r->state);
    r->state.odometer_m_e2 += r->by_m_e2;
    return e;
}

/* Nothing is left: the sealed state is the one that was made, or the one that was met. */
static enum err end_here(struct refolding *r)
{
    struct store *s = r->s;
    enum err e = r->has_met ? meet_here(r) : ERR_OK;
    if (e != ERR_OK) {
        return e;
    }
    if (r->has_met) {
        /* what is stored behind stays */
    } else if (r->rows.has_start) {
        const struct folded_span span = span_to(r, r->rows.count);
        (void)folded_move(&r->sealed->folded, &span, 0, &s->scratch);
    }
    if (!r->is_known) {
        return ERR_CORRUPT;
    }
    r->sealed->is_dirty = false;
    r->sealed->folded.dirty_to_s = INT64_MIN;
    r->sealed->state = track_pack_state(&r->state, &s->scratch);
    return track_put_state(s->tables, r->device, r->sealed);
}

enum err refold_rows(struct revision *revision, struct track_state *sealed, struct fold_state *out)
{
    struct refolding r = {
        .s = revision->s, .device = revision->device, .revision = revision, .sealed = sealed};
    enum err e = read_rows(&r);
    if (e == ERR_OK && !r.rows.has_start) { /* nothing sealed is that new */
        e = track_unpack_state(sealed->state, out);
        bool has_new_rules = sealed->folded.dirty_to_s == INT64_MAX; /* store.c noted it */
        if (e != ERR_OK || (!sealed->is_dirty && !has_new_rules)) {
            return e;
        }
        r.state = *out;
        r.is_known = true;
        return end_here(&r);
    }
    e = e == ERR_OK ? join_shifts(&r) : e;
    if (e != ERR_OK) {
        return e;
    }
    take_rules(&r);
    e = fold_rows(&r);
    if (e == ERR_OK) {
        e = r.rows.is_cut && !r.has_met ? cut_here(&r) : end_here(&r);
    }
    *out = r.state;
    return e;
}
