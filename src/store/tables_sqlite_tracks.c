/*
 * The tables of what is sealed in SQLite: track_chunk, track_open and device_state, a statement for
 * each thing that is asked of them.
 */
#include <string.h>

#include "store/database.h"
#include "store/tables_sqlite_private.h"

/* Columns: name, whether only a writer has it, SQL. */
#define TRACK_STATEMENT_MAP(X)                                                                     \
    X(STATE, false,                                                                                \
      "SELECT device, sealed_seq, dirty, dirty_from_s, state FROM device_state WHERE device=?")    \
    X(OPEN, false,                                                                                 \
      "SELECT 0, first_s, last_s, count, start_state, data, 0 FROM track_open WHERE device=?")     \
    X(ROWS, false,                                                                                 \
      "SELECT id, first_s, last_s, count, start_state, data, distance_m_e2 FROM track_chunk"       \
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
    TRACK_STATEMENT_MAP(X)
#undef X
        STATEMENT_COUNT
};

_Static_assert((int)STATEMENT_COUNT == (int)SQLITE_TRACK_STATEMENTS, "room for every statement");

enum { ROWS_FIRST = 8 };

static const struct {
    bool is_writers;
    const char *sql;
} statements[] = {
#define X(name, is_writers, sql) {is_writers, sql},
    TRACK_STATEMENT_MAP(X)
#undef X
};

enum err sqlite_prepare_tracks(struct tables_sqlite *t)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < STATEMENT_COUNT && e == ERR_OK; i++) {
        if (t->is_writer || !statements[i].is_writers) {
            e = database_prepare(t->db, statements[i].sql, &t->tracks[i]);
        }
    }
    return e;
}

void sqlite_finalize_tracks(struct tables_sqlite *t)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        (void)sqlite3_finalize(t->tracks[i]);
    }
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
static enum err one_row(struct tables_sqlite *t, enum statement which, struct arena *arena,
                        struct track_row *out)
{
    sqlite3_stmt *s = t->tracks[which];
    int result = sqlite3_step(s);
    enum err e = result == SQLITE_DONE ? ERR_NOT_FOUND : database_err(t->db, result);
    if (e == ERR_OK) {
        read_row(s, arena, out);
    }
    done(s);
    return e;
}

static void bind_device(struct tables_sqlite *t, enum statement which, int64_t device)
{
    (void)sqlite3_bind_int64(t->tracks[which], 1, device);
}

static void bind_time(struct tables_sqlite *t, enum statement which, int64_t time_s)
{
    (void)sqlite3_bind_int64(t->tracks[which], 2, time_s);
}

/* Of the columns device, sealed_seq, dirty, dirty_from_s, state; the state is borrowed. */
static struct state_row read_state(sqlite3_stmt *s)
{
    const uint8_t *at = sqlite3_column_blob(s, 4);
    return (struct state_row){
        .numbers = {sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
                    sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 3)},
        .state = {at, at == NULL ? 0 : (size_t)sqlite3_column_bytes(s, 4)},
    };
}

enum err sqlite_read_state(struct tables *tables, int64_t device, struct arena *arena,
                           struct state_row *out)
{
    struct tables_sqlite *t = tables_sqlite_of(tables);
    sqlite3_stmt *s = t->tracks[STATEMENT_STATE];
    bind_device(t, STATEMENT_STATE, device);
    int result = sqlite3_step(s);
    enum err e = result == SQLITE_DONE ? ERR_NOT_FOUND : database_err(t->db, result);
    if (e == ERR_OK) {
        *out = read_state(s);
        out->state = copied(arena, out->state);
    }
    done(s);
    return e;
}

/* *out stays NULL in a store of before there were chunks. */
static enum err prepare_walk(sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
    bool is_there = false;
    enum err e = database_has_table(db, "track_chunk", &is_there);
    return e == ERR_OK && is_there ? database_err(db, sqlite3_prepare_v2(db, sql, -1, out, NULL))
                                   : e;
}

enum err sqlite_walk_states(struct tables *tables,
                            enum err (*take)(void *context, const struct state_row *row),
                            void *context)
{
    static const char sql[] = "SELECT device, sealed_seq, dirty, dirty_from_s, state"
                              " FROM device_state ORDER BY device";
    sqlite3 *db = tables_sqlite_of(tables)->db;
    sqlite3_stmt *s = NULL;
    int result = SQLITE_DONE;
    enum err e = prepare_walk(db, sql, &s);
    while (e == ERR_OK && s != NULL && (result = sqlite3_step(s)) == SQLITE_ROW) {
        const struct state_row row = read_state(s);
        e = take(context, &row);
    }
    (void)sqlite3_finalize(s);
    return e == ERR_OK ? database_err(db, result) : e;
}

enum err sqlite_read_open(struct tables *tables, int64_t device, struct arena *arena,
                          struct track_row *out)
{
    struct tables_sqlite *t = tables_sqlite_of(tables);
    bind_device(t, STATEMENT_OPEN, device);
    return one_row(t, STATEMENT_OPEN, arena, out);
}

/* Whether a look-up found something; what else it ended with is `*e`. */
static bool is_found(enum err *e)
{
    bool found = *e == ERR_OK;
    *e = *e == ERR_NOT_FOUND ? ERR_OK : *e;
    return found;
}

enum err sqlite_read_ends(struct tables *tables, const int64_t *devices, size_t count,
                          struct arena *arena, struct tables_end *out)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        out[i] = (struct tables_end){0};
        e = sqlite_read_state(tables, devices[i], arena, &out[i].state);
        out[i].has_state = is_found(&e);
        if (e == ERR_OK) {
            e = sqlite_read_open(tables, devices[i], arena, &out[i].open);
            out[i].has_open = is_found(&e);
        }
    }
    return e;
}

enum err sqlite_read_chunk_at(struct tables *tables, int64_t device, int64_t time_s,
                              struct arena *arena, struct track_place *out)
{
    struct tables_sqlite *t = tables_sqlite_of(tables);
    sqlite3_stmt *s = t->tracks[STATEMENT_ROWS];
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

/* The same, with its distance, as a query wants it. */
static void read_asked(sqlite3_stmt *s, const struct track_query *q, struct arena *arena,
                       struct track_row *out)
{
    *out = (struct track_row){
        .id = sqlite3_column_int64(s, 0),
        .first_s = sqlite3_column_int64(s, 1),
        .last_s = sqlite3_column_int64(s, 2),
        .count = (size_t)sqlite3_column_int64(s, 3),
        .start_state = column_bytes(s, 4, arena),
        .data = q->is_bare ? (struct bytes){0} : column_bytes(s, 5, arena),
        .distance_m_e2 = (uint64_t)sqlite3_column_int64(s, 6),
    };
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
    read_asked(s, q, arena, &out->at[out->count++]);
    return true;
}

enum err sqlite_read_rows(struct tables *tables, const struct track_query *q, struct arena *arena,
                          struct track_rows *out)
{
    struct tables_sqlite *t = tables_sqlite_of(tables);
    sqlite3_stmt *s = t->tracks[STATEMENT_ROWS];
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
    s = t->tracks[STATEMENT_OPEN];
    bind_device(t, STATEMENT_OPEN, q->device);
    result = sqlite3_step(s);
    if (result == SQLITE_ROW && sqlite3_column_int64(s, 2) >= q->from_s) {
        (void)take_row(s, q, arena, out);
    }
    e = database_err(t->db, result);
    done(s);
    return e;
}

enum err sqlite_read_spans(struct tables *tables, const struct track_query *queries, size_t count,
                           struct arena *arena, struct track_rows *out)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        e = sqlite_read_rows(tables, &queries[i], arena, &out[i]);
    }
    return e;
}

static struct bytes borrowed(sqlite3_stmt *s, int column)
{
    const uint8_t *at = sqlite3_column_blob(s, column);
    return (struct bytes){at, at == NULL ? 0 : (size_t)sqlite3_column_bytes(s, column)};
}

/* Every row that `sql` gives: device, then the columns of struct track_row. */
static enum err walk_rows(sqlite3 *db, const struct row_walk *walk, const char *sql)
{
    sqlite3_stmt *s = NULL;
    int result = SQLITE_DONE;
    enum err e = prepare_walk(db, sql, &s);
    while (e == ERR_OK && s != NULL && (result = sqlite3_step(s)) == SQLITE_ROW) {
        const struct track_row row = {
            .id = sqlite3_column_int64(s, 1),
            .first_s = sqlite3_column_int64(s, 2),
            .last_s = sqlite3_column_int64(s, 3),
            .count = (size_t)sqlite3_column_int64(s, 4),
            .start_state = borrowed(s, 5),
            .data = borrowed(s, 6),
        };
        e = walk->take(walk->context, sqlite3_column_int64(s, 0), &row);
    }
    (void)sqlite3_finalize(s);
    return e == ERR_OK ? database_err(db, result) : e;
}

enum err sqlite_walk_chunks(struct tables *tables, const struct row_walk *walk)
{
    return walk_rows(tables_sqlite_of(tables)->db, walk,
                     "SELECT device, id, first_s, last_s, count, start_state, data"
                     " FROM track_chunk ORDER BY device, last_s, first_s, id");
}

enum err sqlite_walk_open(struct tables *tables, const struct row_walk *walk)
{
    return walk_rows(tables_sqlite_of(tables)->db, walk,
                     "SELECT device, 0, first_s, last_s, count, start_state, data"
                     " FROM track_open ORDER BY device");
}

/* ---- writing ---- */

/* An empty blob, not NULL. */
static void bind_bytes(sqlite3_stmt *s, int column, struct bytes bytes)
{
    const void *at = bytes.len == 0 ? (const void *)"" : bytes.at;
    (void)sqlite3_bind_blob64(s, column, at, bytes.len, SQLITE_STATIC);
}

static enum err put_row(struct tables_sqlite *t, enum statement which, int64_t key,
                        const struct track_row *row)
{
    sqlite3_stmt *s = t->tracks[which];
    (void)sqlite3_bind_int64(s, 1, key);
    (void)sqlite3_bind_int64(s, 2, row->first_s);
    (void)sqlite3_bind_int64(s, 3, row->last_s);
    (void)sqlite3_bind_int64(s, 4, (int64_t)row->count);
    bind_bytes(s, 5, row->start_state);
    bind_bytes(s, 6, row->data);
    return database_step(t->db, s);
}

enum err sqlite_put_state(struct tables *tables, const struct state_row *row)
{
    struct tables_sqlite *t = tables_sqlite_of(tables);
    sqlite3_stmt *s = t->tracks[STATEMENT_PUT_STATE];
    (void)sqlite3_bind_int64(s, 1, row->numbers.device);
    (void)sqlite3_bind_int64(s, 2, row->numbers.sealed_seq);
    (void)sqlite3_bind_int64(s, 3, row->numbers.dirty);
    (void)sqlite3_bind_int64(s, 4, row->numbers.dirty_from_s);
    bind_bytes(s, 5, row->state);
    return database_step(t->db, s);
}

enum err sqlite_put_open(struct tables *tables, int64_t device, const struct track_row *row)
{
    return put_row(tables_sqlite_of(tables), STATEMENT_PUT_OPEN, device, row);
}

enum err sqlite_delete_open(struct tables *tables, int64_t device)
{
    struct tables_sqlite *t = tables_sqlite_of(tables);
    bind_device(t, STATEMENT_DELETE_OPEN, device);
    return database_step(t->db, t->tracks[STATEMENT_DELETE_OPEN]);
}

/* A row with its distance behind. */
static enum err put_chunk(struct tables_sqlite *t, enum statement which, int64_t key,
                          const struct track_row *row, uint64_t distance_m_e2)
{
    (void)sqlite3_bind_int64(t->tracks[which], 7, (int64_t)distance_m_e2);
    return put_row(t, which, key, row);
}

enum err sqlite_add_chunk(struct tables *tables, int64_t device, const struct track_row *row,
                          uint64_t distance_m_e2)
{
    return put_chunk(tables_sqlite_of(tables), STATEMENT_ADD_CHUNK, device, row, distance_m_e2);
}

enum err sqlite_put_chunk(struct tables *tables, const struct track_row *row,
                          uint64_t distance_m_e2)
{
    return put_chunk(tables_sqlite_of(tables), STATEMENT_PUT_CHUNK, row->id, row, distance_m_e2);
}

enum err sqlite_put_start(struct tables *tables, int64_t id, struct bytes start_state)
{
    const struct tables_sqlite *t = tables_sqlite_of(tables);
    (void)sqlite3_bind_int64(t->tracks[STATEMENT_PUT_START], 1, id);
    bind_bytes(t->tracks[STATEMENT_PUT_START], 2, start_state);
    return database_step(t->db, t->tracks[STATEMENT_PUT_START]);
}

enum err sqlite_put_distance(struct tables *tables, int64_t id, uint64_t distance_m_e2)
{
    const struct tables_sqlite *t = tables_sqlite_of(tables);
    (void)sqlite3_bind_int64(t->tracks[STATEMENT_PUT_DISTANCE], 1, id);
    (void)sqlite3_bind_int64(t->tracks[STATEMENT_PUT_DISTANCE], 2, (int64_t)distance_m_e2);
    return database_step(t->db, t->tracks[STATEMENT_PUT_DISTANCE]);
}

/* Runs a bound statement that answers the count of fixes of each row it deletes. */
static enum err run_deletion(struct tables_sqlite *t, enum statement which, uint64_t *rows,
                             uint64_t *fixes)
{
    sqlite3_stmt *s = t->tracks[which];
    int result = sqlite3_step(s);
    for (; result == SQLITE_ROW; result = sqlite3_step(s)) {
        *fixes += (uint64_t)sqlite3_column_int64(s, 0);
        (*rows)++;
    }
    enum err e = database_err(t->db, result);
    done(s);
    return e;
}

enum err sqlite_expire_rows(struct tables *tables, const struct track_expiry *x, uint64_t *chunks,
                            uint64_t *fixes)
{
    struct tables_sqlite *t = tables_sqlite_of(tables);
    uint64_t gone = 0;
    bind_device(t, STATEMENT_EXPIRE_CHUNKS, x->device);
    bind_time(t, STATEMENT_EXPIRE_CHUNKS, x->before_s);
    (void)sqlite3_bind_int64(t->tracks[STATEMENT_EXPIRE_CHUNKS], 3, (int64_t)x->limit);
    enum err e = run_deletion(t, STATEMENT_EXPIRE_CHUNKS, &gone, fixes);
    *chunks += gone;
    if (e != ERR_OK || gone == x->limit) {
        return e;
    }
    bind_device(t, STATEMENT_EXPIRE_OPEN, x->device);
    bind_time(t, STATEMENT_EXPIRE_OPEN, x->before_s);
    return run_deletion(t, STATEMENT_EXPIRE_OPEN, &gone, fixes);
}

enum err sqlite_delete_state(struct tables *tables, int64_t device)
{
    struct tables_sqlite *t = tables_sqlite_of(tables);
    bind_device(t, STATEMENT_DELETE_STATE, device);
    return database_step(t->db, t->tracks[STATEMENT_DELETE_STATE]);
}
