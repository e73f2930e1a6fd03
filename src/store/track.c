#include "store/track.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/pack.h"
#include "store/database.h"
#include "store/stamp.h"

/* Columns: name, whether only a writer has it, SQL. */
#define STATEMENT_MAP(X)                                                                           \
    X(STATE, false,                                                                                \
      "SELECT sealed_seq, dirty, dirty_from_s, state FROM device_state WHERE device=?")            \
    X(OPEN, false,                                                                                 \
      "SELECT 0, first_s, last_s, count, start_state, data FROM track_open WHERE device=?")        \
    X(ROWS, false,                                                                                 \
      "SELECT id, first_s, last_s, count, start_state, data FROM track_chunk"                      \
      " WHERE device=? AND last_s>=? ORDER BY last_s, first_s, id")                                \
    X(ROW_BEFORE, false,                                                                           \
      "SELECT id, first_s, last_s, count, start_state, data FROM track_chunk"                      \
      " WHERE device=? AND last_s<? ORDER BY last_s DESC, first_s DESC, id DESC LIMIT 1")          \
    X(PUT_STATE, true,                                                                             \
      "INSERT OR REPLACE INTO device_state(device, sealed_seq, dirty, dirty_from_s, state)"        \
      " VALUES(?,?,?,?,?)")                                                                        \
    X(PUT_OPEN, true,                                                                              \
      "INSERT OR REPLACE INTO track_open(device, first_s, last_s, count, start_state, data)"       \
      " VALUES(?,?,?,?,?,?)")                                                                      \
    X(DELETE_OPEN, true, "DELETE FROM track_open WHERE device=?")                                  \
    X(ADD_CHUNK, true,                                                                             \
      "INSERT INTO track_chunk(device, first_s, last_s, count, start_state, data, distance_m_e2)"  \
      " VALUES(?,?,?,?,?,?,?)")                                                                    \
    X(PUT_CHUNK, true,                                                                             \
      "UPDATE track_chunk SET first_s=?2, last_s=?3, count=?4, start_state=?5, data=?6,"           \
      " distance_m_e2=?7 WHERE id=?1")                                                             \
    X(PUT_START, true, "UPDATE track_chunk SET start_state=?2 WHERE id=?1")                        \
    X(PUT_DISTANCE, true,                                                                          \
      "UPDATE track_chunk SET distance_m_e2=?2 WHERE id=?1 AND distance_m_e2<>?2")                 \
    X(EXPIRE_CHUNKS, true,                                                                         \
      "DELETE FROM track_chunk WHERE id IN (SELECT id FROM track_chunk WHERE device=?1"            \
      " AND last_s<?2 ORDER BY last_s LIMIT ?3) RETURNING count")                                  \
    X(EXPIRE_OPEN, true, "DELETE FROM track_open WHERE device=? AND last_s<? RETURNING count")     \
    X(DELETE_STATE, true, "DELETE FROM device_state WHERE device=?")

enum statement {
#define X(name, is_writers, sql) STATEMENT_##name,
    STATEMENT_MAP(X)
#undef X
        STATEMENT_COUNT
};

enum { ROWS_FIRST = 8 };

struct track {
    sqlite3 *db;
    sqlite3_stmt *at[STATEMENT_COUNT];
};

static const struct {
    bool is_writers;
    const char *sql;
} statements[] = {
#define X(name, is_writers, sql) {is_writers, sql},
    STATEMENT_MAP(X)
#undef X
};

enum err track_new(sqlite3 *db, bool is_writer, struct track **out)
{
    struct track *t = mem_new(sizeof(*t));
    enum err e = ERR_OK;
    t->db = db;
    for (size_t i = 0; i < STATEMENT_COUNT && e == ERR_OK; i++) {
        if (is_writer || !statements[i].is_writers) {
            e = database_prepare(db, statements[i].sql, &t->at[i]);
        }
    }
    if (e != ERR_OK) {
        track_free(t);
        return e;
    }
    *out = t;
    return ERR_OK;
}

void track_free(struct track *t)
{
    if (t == NULL) {
        return;
    }
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        (void)sqlite3_finalize(t->at[i]);
    }
    free(t);
}

/* ---- reading ---- */

static void done(sqlite3_stmt *s)
{
    (void)sqlite3_reset(s);
    (void)sqlite3_clear_bindings(s);
}

static struct bytes copied(struct arena *arena, struct bytes b)
{
    return b.len == 0 ? (struct bytes){0} : arena_copy(arena, b);
}

static struct bytes column_bytes(sqlite3_stmt *s, int column, struct arena *arena)
{
    const uint8_t *at = sqlite3_column_blob(s, column);
    struct bytes blob = {at, at == NULL ? 0 : (size_t)sqlite3_column_bytes(s, column)};
    return copied(arena, blob);
}

static void read_row(sqlite3_stmt *s, struct arena *arena, struct track_row *out)
{
    *out = (struct track_row){
        .id = sqlite3_column_int64(s, 0),
        .first_s = sqlite3_column_int64(s, 1),
        .last_s = sqlite3_column_int64(s, 2),
        .count = (size_t)sqlite3_column_int64(s, 3),
        .start_state = column_bytes(s, 4, arena),
        .data = column_bytes(s, 5, arena),
    };
}

/* The one row of a bound statement; ERR_NOT_FOUND. */
static enum err one_row(struct track *t, enum statement which, struct arena *arena,
                        struct track_row *out)
{
    sqlite3_stmt *s = t->at[which];
    int result = sqlite3_step(s);
    enum err e = result == SQLITE_DONE ? ERR_NOT_FOUND : database_err(t->db, result);
    if (e == ERR_OK) {
        read_row(s, arena, out);
    }
    done(s);
    return e;
}

static void bind_device(struct track *t, enum statement which, int64_t device)
{
    (void)sqlite3_bind_int64(t->at[which], 1, device);
}

static void bind_time(struct track *t, enum statement which, int64_t time_s)
{
    (void)sqlite3_bind_int64(t->at[which], 2, time_s);
}

/* Of the columns sealed_seq, dirty, dirty_from_s, state; the state is borrowed. */
static struct track_state read_state(sqlite3_stmt *s, int64_t device)
{
    const uint8_t *at = sqlite3_column_blob(s, 3);
    struct bytes blob = {at, at == NULL ? 0 : (size_t)sqlite3_column_bytes(s, 3)};
    const struct stamp_numbers n = {device, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
                                    sqlite3_column_int64(s, 2)};
    static const uint8_t no_state[] = {0};
    const struct stamp_content content = stamp_peel(&n, blob);
    struct track_state state = {
        .sealed_seq = (uint64_t)n.sealed_seq,
        .is_dirty = n.dirty != 0,
        .dirty_from_s = n.dirty_from_s,
        .state = content.state,
    };
    if (folded_unpack(content.note, &state.folded) != ERR_OK) {
        state.folded = (struct folded){0};
        state.state = (struct bytes){no_state, sizeof(no_state)};
    }
    return state;
}

enum err track_read_state(struct track *t, int64_t device, struct arena *arena,
                          struct track_state *out)
{
    sqlite3_stmt *s = t->at[STATEMENT_STATE];
    *out = (struct track_state){0};
    bind_device(t, STATEMENT_STATE, device);
    int result = sqlite3_step(s);
    enum err e = database_err(t->db, result);
    if (result == SQLITE_ROW) {
        *out = read_state(s, device);
        out->state = copied(arena, out->state);
        out->folded.shifts = copied(arena, out->folded.shifts);
    }
    done(s);
    return e;
}

enum err track_walk_states(sqlite3 *db,
                           enum err (*take)(void *context, int64_t device,
                                            const struct track_state *state),
                           void *context)
{
    static const char sql[] = "SELECT sealed_seq, dirty, dirty_from_s, state, device"
                              " FROM device_state ORDER BY device";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_DONE;
    enum err e = database_err(db, sqlite3_prepare_v2(db, sql, -1, &s, NULL));
    while (e == ERR_OK && (result = sqlite3_step(s)) == SQLITE_ROW) {
        int64_t device = sqlite3_column_int64(s, 4);
        const struct track_state state = read_state(s, device);
        e = take(context, device, &state);
    }
    (void)sqlite3_finalize(s);
    return e == ERR_OK ? database_err(db, result) : e;
}

enum err track_read_open(struct track *t, int64_t device, struct arena *arena,
                         struct track_row *out)
{
    bind_device(t, STATEMENT_OPEN, device);
    return one_row(t, STATEMENT_OPEN, arena, out);
}

enum err track_read_chunk_at(struct track *t, int64_t device, int64_t time_s, struct arena *arena,
                             struct track_place *out)
{
    sqlite3_stmt *s = t->at[STATEMENT_ROWS];
    bool is_found = false;
    bind_device(t, STATEMENT_ROWS, device);
    bind_time(t, STATEMENT_ROWS, time_s);
    int result = sqlite3_step(s);
    while (result == SQLITE_ROW && sqlite3_column_int64(s, 1) <= time_s) {
        read_row(s, arena, &out->row);
        is_found = true;
        result = sqlite3_step(s);
    }
    out->end_s = result == SQLITE_ROW ? sqlite3_column_int64(s, 1) : INT64_MAX;
    enum err e = database_err(t->db, result);
    done(s);
    if (e != ERR_OK || is_found) {
        return e;
    }
    bind_device(t, STATEMENT_ROW_BEFORE, device);
    bind_time(t, STATEMENT_ROW_BEFORE, time_s);
    return one_row(t, STATEMENT_ROW_BEFORE, arena, &out->row);
}

/* A row that the statement stands on; false: there is no need to go on. */
static bool take_row(sqlite3_stmt *s, const struct track_query *q, struct arena *arena,
                     struct track_rows *out)
{
    if (!out->has_start) {
        out->has_start = true;
        out->start_state = column_bytes(s, 4, arena);
        out->start_last_s = sqlite3_column_int64(s, 2);
    }
    if (sqlite3_column_int64(s, 1) > q->to_s) {
        return false;
    }
    if (q->limit != 0 && out->count == q->limit) {
        out->is_cut = true;
        return false;
    }
    if (out->count >= ROWS_FIRST && (out->count & (out->count - 1)) == 0) {
        struct track_row *at = arena_new_array(arena, out->count * 2, sizeof(*at));
        memcpy(at, out->at, out->count * sizeof(*at));
        out->at = at;
    }
    read_row(s, arena, &out->at[out->count++]);
    return true;
}

enum err track_read_rows(struct track *t, const struct track_query *q, struct arena *arena,
                         struct track_rows *out)
{
    sqlite3_stmt *s = t->at[STATEMENT_ROWS];
    *out = (struct track_rows){.at = arena_new_array(arena, ROWS_FIRST, sizeof(*out->at))};
    bind_device(t, STATEMENT_ROWS, q->device);
    bind_time(t, STATEMENT_ROWS, q->from_s);
    int result = sqlite3_step(s);
    while (result == SQLITE_ROW && take_row(s, q, arena, out)) {
        result = sqlite3_step(s);
    }
    enum err e = database_err(t->db, result);
    done(s);
    if (e != ERR_OK || result == SQLITE_ROW) {
        return e; /* the span ended before the last chunk */
    }
    s = t->at[STATEMENT_OPEN];
    bind_device(t, STATEMENT_OPEN, q->device);
    result = sqlite3_step(s);
    if (result == SQLITE_ROW && sqlite3_column_int64(s, 2) >= q->from_s) {
        (void)take_row(s, q, arena, out);
    }
    e = database_err(t->db, result);
    done(s);
    return e;
}

/* ---- writing ---- */

/* An empty blob, not NULL. */
static void bind_bytes(sqlite3_stmt *s, int column, struct bytes bytes)
{
    const void *at = bytes.len == 0 ? (const void *)"" : bytes.at;
    (void)sqlite3_bind_blob64(s, column, at, bytes.len, SQLITE_STATIC);
}

static enum err put_row(struct track *t, enum statement which, int64_t key,
                        const struct track_row *row)
{
    uint8_t room[STAMP_STATE_MAX];
    sqlite3_stmt *s = t->at[which];
    (void)sqlite3_bind_int64(s, 1, key);
    (void)sqlite3_bind_int64(s, 2, row->first_s);
    (void)sqlite3_bind_int64(s, 3, row->last_s);
    (void)sqlite3_bind_int64(s, 4, (int64_t)row->count);
    bind_bytes(s, 5, stamp_state(row->start_state, room));
    bind_bytes(s, 6, row->data);
    return database_step(t->db, s);
}

enum err track_put_state(struct track *t, int64_t device, const struct track_state *state)
{
    uint8_t room[STAMP_ROW_MAX];
    uint8_t note[FOLDED_MAX];
    sqlite3_stmt *s = t->at[STATEMENT_PUT_STATE];
    const struct stamp_content content = {folded_pack(&state->folded, note), state->state};
    const struct stamp_numbers n = {device, (int64_t)state->sealed_seq, state->is_dirty ? 1 : 0,
                                    state->is_dirty ? state->dirty_from_s : 0};
    (void)sqlite3_bind_int64(s, 1, n.device);
    (void)sqlite3_bind_int64(s, 2, n.sealed_seq);
    (void)sqlite3_bind_int64(s, 3, n.dirty);
    (void)sqlite3_bind_int64(s, 4, n.dirty_from_s);
    bind_bytes(s, 5, stamp_row(&n, &content, room));
    return database_step(t->db, s);
}

enum err track_put_open(struct track *t, int64_t device, const struct track_row *row)
{
    return put_row(t, STATEMENT_PUT_OPEN, device, row);
}

enum err track_delete_open(struct track *t, int64_t device)
{
    bind_device(t, STATEMENT_DELETE_OPEN, device);
    return database_step(t->db, t->at[STATEMENT_DELETE_OPEN]);
}

enum err track_add_chunk(struct track *t, int64_t device, const struct track_row *row,
                         uint64_t distance_m_e2)
{
    (void)sqlite3_bind_int64(t->at[STATEMENT_ADD_CHUNK], 7, (int64_t)distance_m_e2);
    return put_row(t, STATEMENT_ADD_CHUNK, device, row);
}

enum err track_put_chunk(struct track *t, const struct track_row *row, uint64_t distance_m_e2)
{
    (void)sqlite3_bind_int64(t->at[STATEMENT_PUT_CHUNK], 7, (int64_t)distance_m_e2);
    return put_row(t, STATEMENT_PUT_CHUNK, row->id, row);
}

enum err track_put_start(struct track *t, int64_t id, struct bytes start_state)
{
    uint8_t room[STAMP_STATE_MAX];
    (void)sqlite3_bind_int64(t->at[STATEMENT_PUT_START], 1, id);
    bind_bytes(t->at[STATEMENT_PUT_START], 2, stamp_state(start_state, room));
    return database_step(t->db, t->at[STATEMENT_PUT_START]);
}

enum err track_put_distance(struct track *t, int64_t id, uint64_t distance_m_e2)
{
    (void)sqlite3_bind_int64(t->at[STATEMENT_PUT_DISTANCE], 1, id);
    (void)sqlite3_bind_int64(t->at[STATEMENT_PUT_DISTANCE], 2, (int64_t)distance_m_e2);
    return database_step(t->db, t->at[STATEMENT_PUT_DISTANCE]);
}

/* Runs a bound statement that answers the count of fixes of each row it deletes. */
static enum err run_deletion(struct track *t, enum statement which, uint64_t *rows, uint64_t *fixes)
{
    sqlite3_stmt *s = t->at[which];
    int result = sqlite3_step(s);
    for (; result == SQLITE_ROW; result = sqlite3_step(s)) {
        *fixes += (uint64_t)sqlite3_column_int64(s, 0);
        (*rows)++;
    }
    enum err e = database_err(t->db, result);
    done(s);
    return e;
}

enum err track_expire(struct track *t, const struct track_expiry *x, uint64_t *chunks,
                      uint64_t *fixes)
{
    uint64_t gone = 0;
    bind_device(t, STATEMENT_EXPIRE_CHUNKS, x->device);
    bind_time(t, STATEMENT_EXPIRE_CHUNKS, x->before_s);
    (void)sqlite3_bind_int64(t->at[STATEMENT_EXPIRE_CHUNKS], 3, (int64_t)x->limit);
    enum err e = run_deletion(t, STATEMENT_EXPIRE_CHUNKS, &gone, fixes);
    *chunks += gone;
    if (e != ERR_OK || gone == x->limit) {
        return e;
    }
    bind_device(t, STATEMENT_EXPIRE_OPEN, x->device);
    bind_time(t, STATEMENT_EXPIRE_OPEN, x->before_s);
    return run_deletion(t, STATEMENT_EXPIRE_OPEN, &gone, fixes);
}

enum err track_delete_state(struct track *t, int64_t device)
{
    bind_device(t, STATEMENT_DELETE_STATE, device);
    return database_step(t->db, t->at[STATEMENT_DELETE_STATE]);
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
        *out = (struct fold_state){0};
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

void track_fold(struct fold_state *state, const struct fix *fixes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fixes[i].gps_time_s >= state->current.gps_time_s) {
            fold_step(state, &fixes[i]);
        }
    }
}
