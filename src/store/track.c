/*
 * What stands in the rows of a track (track.h): fixes are packed into chunks and states get their
 * stamps on the way in, and both are checked on the way out.
 */
#include "store/track.h"

#include "fleet/pack.h"
#include "store/stamp.h"

/* ---- rows with states in them ---- */

struct track_state track_state_of(const struct state_row *row)
{
    static const uint8_t no_state[] = {0};
    const struct stamp_content content = stamp_peel(&row->numbers, row->state);
    struct track_state state = {
        .sealed_seq = (uint64_t)row->numbers.sealed_seq,
        .is_dirty = row->numbers.dirty != 0,
        .dirty_from_s = row->numbers.dirty_from_s,
        .state = content.state,
    };
    if (folded_unpack(content.note, &state.folded) != ERR_OK) {
        state.folded = (struct folded){0};
        state.state = (struct bytes){no_state, sizeof(no_state)};
    }
    return state;
}

struct walking {
    enum err (*take)(void *context, int64_t device, const struct track_state *state);
    void *context;
};

static enum err take_row(void *context, const struct state_row *row)
{
    const struct walking *w = context;
    const struct track_state state = track_state_of(row);
    return w->take(w->context, row->numbers.device, &state);
}

enum err track_walk_states(struct tables *t,
                           enum err (*take)(void *context, int64_t device,
                                            const struct track_state *state),
                           void *context)
{
    struct walking w = {take, context};
    return tables_walk_states(t, take_row, &w);
}

enum err track_read_state(struct tables *t, int64_t device, struct arena *arena,
                          struct track_state *out)
{
    struct state_row row;
    *out = (struct track_state){0};
    enum err e = tables_read_state(t, device, arena, &row);
    if (e == ERR_OK) {
        *out = track_state_of(&row);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err track_put_state(struct tables *t, int64_t device, const struct track_state *state)
{
    uint8_t room[STAMP_ROW_MAX];
    uint8_t note[FOLDED_MAX];
    const struct stamp_content content = {folded_pack(&state->folded, note), state->state};
    struct state_row row = {.numbers = {device, (int64_t)state->sealed_seq, state->is_dirty ? 1 : 0,
                                        state->is_dirty ? state->dirty_from_s : 0}};
    row.state = stamp_row(&row.numbers, &content, room);
    return tables_put_state(t, &row);
}

/* The row with a stamp on its start state, in `room`. */
static struct track_row stamped(const struct track_row *row, uint8_t room[STAMP_STATE_MAX])
{
    struct track_row out = *row;
    out.start_state = stamp_state(row->start_state, room);
    return out;
}

enum err track_put_open(struct tables *t, int64_t device, const struct track_row *row)
{
    uint8_t room[STAMP_STATE_MAX];
    const struct track_row out = stamped(row, room);
    return tables_put_open(t, device, &out);
}

enum err track_add_chunk(struct tables *t, int64_t device, const struct track_row *row,
                         uint64_t distance_m_e2)
{
    uint8_t room[STAMP_STATE_MAX];
    const struct track_row out = stamped(row, room);
    return tables_add_chunk(t, device, &out, distance_m_e2);
}

enum err track_put_chunk(struct tables *t, const struct track_row *row, uint64_t distance_m_e2)
{
    uint8_t room[STAMP_STATE_MAX];
    const struct track_row out = stamped(row, room);
    return tables_put_chunk(t, &out, distance_m_e2);
}

enum err track_put_start(struct tables *t, int64_t id, struct bytes start_state)
{
    uint8_t room[STAMP_STATE_MAX];
    return tables_put_start(t, id, stamp_state(start_state, room));
}

/* ---- fixes ---- */

static bool is_as_told(const struct track_row *row, const struct fix *at, size_t count)
{
    bool sound = count == row->count && count > 0 && at[0].gps_time_s == row->first_s &&
                 at[count - 1].gps_time_s == row->last_s;
    for (size_t i = 1; i < count && sound; i++) {
        sound = at[i].gps_time_s >= at[i - 1].gps_time_s;
    }
    return sound;
}

enum err track_decode(struct chunk_codec *codec, const struct track_row *row, struct fixes *out)
{
    size_t before = out->count;
    if (row->count > TRACK_FIXES_MAX) {
        return ERR_CORRUPT;
    }
    fixes_reserve(out, row->count);
    enum err e = chunk_decode(codec, row->data, row->count, out);
    if (e != ERR_OK) {
        return e == ERR_VERSION ? e : ERR_CORRUPT;
    }
    if (!is_as_told(row, out->at + before, out->count - before)) {
        fixes_cut(out, before);
        return ERR_CORRUPT;
    }
    return ERR_OK;
}

/* ---- states ---- */

struct bytes track_pack_state(const struct fold_state *state, struct arena *arena)
{
    if (state->current.has == 0 && state->current.gps_time_s == 0) {
        return (struct bytes){0};
    }
    uint8_t at[PACK_STATE_MAX];
    struct writer w = writer_init(at, sizeof(at));
    pack_state(&w, state);
    return stamp_state(writer_bytes(&w), arena_new(arena, STAMP_STATE_MAX));
}

enum err track_unpack_state(struct bytes packed, struct fold_state *out)
{
    if (packed.len == 0) {
        fold_state_init(out);
        return ERR_OK;
    }
    enum err e = stamp_take(&packed);
    return e == ERR_OK ? unpack_state(packed, out) : e;
}

/* `state` with so much more on its odometer; what cannot be read stays as it is. */
static struct bytes add_distance(struct bytes state, uint64_t by_m_e2, struct arena *arena)
{
    struct fold_state unpacked;
    if (by_m_e2 == 0 || state.len == 0 || track_unpack_state(state, &unpacked) != ERR_OK) {
        return state;
    }
    unpacked.odometer_m_e2 += by_m_e2;
    return track_pack_state(&unpacked, arena);
}

struct bytes track_from_row(const struct folded *f, int64_t last_s, struct bytes state,
                            struct arena *arena)
{
    return add_distance(state, folded_shift_m_e2(f, last_s), arena);
}

struct bytes track_to_row(const struct folded *f, int64_t last_s, struct bytes state,
                          struct arena *arena)
{
    return add_distance(state, 0 - folded_shift_m_e2(f, last_s), arena);
}

void track_fold(struct fold_state *state, const struct fix *fixes, size_t count,
                const struct fold_rules *rules)
{
    for (size_t i = 0; i < count; i++) {
        if (fixes[i].gps_time_s >= state->current.gps_time_s) {
            fold_step(state, &fixes[i], rules, NULL);
        }
    }
}
