/*
 * The engine over SQLite. A connection keeps a prepared statement for each thing it is asked often;
 * what is asked once, as at a start, is prepared then.
 */
#include "store/tables_sqlite.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/database.h"
#include "store/schema.h"
#include "store/tables_sqlite_private.h"

enum { READER_CACHE_KIB = 4096, LOADER_CACHE_KIB = 8192 };

struct tables_sqlite *tables_sqlite_of(struct tables *t)
{
    return (struct tables_sqlite *)t;
}

static void close_tables(struct tables *t)
{
    struct tables_sqlite *s = tables_sqlite_of(t);
    sqlite_finalize_entities(s);
    sqlite_finalize_tracks(s);
    sqlite_finalize_events(s);
    sqlite_finalize_commands(s);
    sqlite_finalize_audit(s);
    (void)sqlite3_finalize(s->add_batch);
    (void)sqlite3_finalize(s->trim_journal);
    (void)sqlite3_finalize(s->texts);
    (void)sqlite3_finalize(s->sms);
    if (s->owns_db) {
        (void)sqlite3_close(s->db);
    }
    free(s);
}

static void log_failure(struct tables *t, const char *event, enum err e)
{
    database_log(tables_sqlite_of(t)->db, event, e);
}

/* ---- checking ---- */

static enum err check_schema(struct tables *t)
{
    return schema_check(tables_sqlite_of(t)->db, &store_schema);
}

static enum err check_structure(struct tables *t)
{
    return database_check_structure(tables_sqlite_of(t)->db);
}

/* ---- transactions ---- */

static enum err begin(struct tables *t)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    if (s->is_held) {
        return ERR_OK;
    }
    return database_run(s->db, s->is_writer ? "BEGIN IMMEDIATE" : "BEGIN");
}

static enum err commit(struct tables *t)
{
    return database_run(tables_sqlite_of(t)->db, "COMMIT");
}

static enum err roll_back(struct tables *t)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    return s->is_held ? ERR_OK : database_rollback(s->db);
}

/* ---- the journal ---- */

static enum err add_batch(struct tables *t, uint64_t seq, struct bytes batch)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    (void)sqlite3_bind_int64(s->add_batch, 1, (int64_t)seq);
    int result = sqlite3_bind_blob64(s->add_batch, 2, batch.at, batch.len, SQLITE_STATIC);
    enum err e = database_err(s->db, result);
    return e == ERR_OK ? database_step(s->db, s->add_batch) : e;
}

static enum err trim_journal(struct tables *t, uint64_t last_seq)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    (void)sqlite3_bind_int64(s->trim_journal, 1, (int64_t)last_seq);
    return database_step(s->db, s->trim_journal);
}

static enum err walk_journal(struct tables *t,
                             enum err (*take)(void *context, uint64_t seq, struct bytes batch),
                             void *context)
{
    static const char sql[] = "SELECT batch, seq FROM journal ORDER BY seq";
    sqlite3 *db = tables_sqlite_of(t)->db;
    sqlite3_stmt *rows = NULL;
    int result = SQLITE_DONE;
    enum err e = database_err(db, sqlite3_prepare_v2(db, sql, -1, &rows, NULL));
    while (e == ERR_OK && (result = sqlite3_step(rows)) == SQLITE_ROW) {
        const uint8_t *at = sqlite3_column_blob(rows, 0);
        uint64_t seq = (uint64_t)sqlite3_column_int64(rows, 1);
        struct bytes batch = {at, at == NULL ? 0 : (size_t)sqlite3_column_bytes(rows, 0)};
        e = take(context, seq, batch);
    }
    e = e == ERR_OK ? database_err(db, result) : e;
    (void)sqlite3_finalize(rows);
    return e;
}

/* ---- texts ---- */

static enum err read_texts(sqlite3_stmt *rows, size_t limit, struct arena *arena,
                           struct store_texts *out)
{
    struct store_text *at = arena_new_array(arena, limit, sizeof(*at));
    int result = SQLITE_DONE;
    out->at = at;
    out->count = 0;
    while (out->count < limit && (result = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(rows, 2);
        if (text == NULL) {
            return ERR_CORRUPT;
        }
        at[out->count++] = (struct store_text){
            .id = sqlite3_column_int64(rows, 0),
            .time_s = sqlite3_column_int64(rows, 1),
            .text = arena_copy_text(arena, text),
            .kind = sqlite3_column_int(rows, 3) == TEXT_SEND ? TEXT_SEND : TEXT_RESPOND,
        };
    }
    return database_err(sqlite3_db_handle(rows), result);
}

static enum err read_texts_of(struct tables *t, int64_t device, size_t limit, struct arena *arena,
                              struct store_texts *out)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    enum err e = database_err(s->db, sqlite3_bind_int64(s->texts, 1, device));
    if (e == ERR_OK) {
        e = read_texts(s->texts, limit, arena, out);
    }
    (void)sqlite3_reset(s->texts);
    return e;
}

/* ---- the engine ---- */

static const struct tables_engine engine = {
    .close = close_tables,
    .log = log_failure,
    .check_schema = check_schema,
    .check_structure = check_structure,
    .begin = begin,
    .commit = commit,
    .rollback = roll_back,
    .add_batch = add_batch,
    .trim_journal = trim_journal,
    .walk_journal = walk_journal,
    .read_state = sqlite_read_state,
    .walk_states = sqlite_walk_states,
    .put_state = sqlite_put_state,
    .delete_state = sqlite_delete_state,
    .read_open = sqlite_read_open,
    .read_ends = sqlite_read_ends,
    .read_rows = sqlite_read_rows,
    .read_spans = sqlite_read_spans,
    .read_chunk_at = sqlite_read_chunk_at,
    .walk_chunks = sqlite_walk_chunks,
    .walk_open = sqlite_walk_open,
    .put_open = sqlite_put_open,
    .delete_open = sqlite_delete_open,
    .add_chunk = sqlite_add_chunk,
    .put_chunk = sqlite_put_chunk,
    .put_start = sqlite_put_start,
    .put_distance = sqlite_put_distance,
    .expire_rows = sqlite_expire_rows,
    .put_entity = sqlite_put_entity,
    .delete_entity = sqlite_delete_entity,
    .disown = sqlite_disown,
    .retain = sqlite_retain,
    .expire = sqlite_expire,
    .load_entities = sqlite_load_entities,
    .walk_events = sqlite_walk_events,
    .read_event = sqlite_read_event,
    .walk_commands = sqlite_walk_commands,
    .read_command = sqlite_read_command,
    .walk_audit = sqlite_walk_audit,
    .read_texts = read_texts_of,
    .read_sms = sqlite_read_sms,
};

static enum err prepare_writer(struct tables_sqlite *s)
{
    enum err e =
        database_prepare(s->db, "INSERT INTO journal(seq, batch) VALUES(?,?)", &s->add_batch);
    if (e == ERR_OK) {
        e = database_prepare(s->db, "DELETE FROM journal WHERE seq<=?", &s->trim_journal);
    }
    e = e == ERR_OK ? sqlite_prepare_tracks(s) : e;
    e = e == ERR_OK ? sqlite_prepare_events(s) : e;
    return e == ERR_OK ? sqlite_prepare_entities(s) : e;
}

static enum err prepare_reader(struct tables_sqlite *s)
{
    static const char texts[] =
        "SELECT id, time_s, text, kind FROM device_text WHERE device_id=? ORDER BY id DESC";
    enum err e = database_prepare(s->db, texts, &s->texts);
    e = e == ERR_OK ? sqlite_prepare_sms(s) : e;
    e = e == ERR_OK ? sqlite_prepare_tracks(s) : e;
    e = e == ERR_OK ? sqlite_prepare_commands(s) : e;
    e = e == ERR_OK ? sqlite_prepare_audit(s) : e;
    return e == ERR_OK ? sqlite_prepare_events(s) : e;
}

static enum err prepare(struct tables_sqlite *s, enum sqlite_use use)
{
    if (use == SQLITE_LOADS) {
        return ERR_OK;
    }
    return use == SQLITE_WRITES ? prepare_writer(s) : prepare_reader(s);
}

enum err tables_sqlite_new(sqlite3 *db, enum sqlite_use use, struct tables **out)
{
    struct tables_sqlite *s = mem_new(sizeof(*s));
    s->base.engine = &engine;
    s->db = db;
    s->is_writer = use == SQLITE_WRITES;
    enum err e = prepare(s, use);
    if (e != ERR_OK) {
        close_tables(&s->base);
        return e;
    }
    *out = &s->base;
    return ERR_OK;
}

enum err tables_sqlite_open(const char *path, const char *vfs, enum sqlite_use use,
                            struct tables **out)
{
    const struct database_options options = {
        .path = path,
        .vfs = vfs,
        .cache_kib = use == SQLITE_LOADS ? LOADER_CACHE_KIB : READER_CACHE_KIB,
        .read_only = true,
    };
    sqlite3 *db = NULL;
    enum err e = database_open(&options, &db);
    e = e == ERR_OK ? tables_sqlite_new(db, use, out) : e;
    if (e != ERR_OK) {
        (void)sqlite3_close(db);
        return e;
    }
    tables_sqlite_of(*out)->owns_db = true;
    return ERR_OK;
}

enum err tables_sqlite_hold(struct tables *t, struct tables **out)
{
    sqlite3 *db = tables_sqlite_of(t)->db;
    int64_t version = 0;
    enum err e = database_run(db, "BEGIN");
    if (e == ERR_OK) { /* the first read is what begins it */
        e = database_number(db, "PRAGMA user_version", &version);
    }
    if (e == ERR_OK) {
        e = schema_check(db, &store_schema);
    }
    if (e == ERR_OK && version != schema_version(&store_schema)) {
        e = ERR_VERSION;
    }
    e = e == ERR_OK ? tables_sqlite_new(db, SQLITE_READS, out) : e;
    if (e == ERR_OK) {
        tables_sqlite_of(*out)->is_held = true;
    }
    return e;
}
