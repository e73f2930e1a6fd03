/*
 * The engine over SQLite. A connection keeps a prepared statement for each thing it is asked often;
 * what is asked once, as at a start, is prepared then.
 */
#include "store/tables_sqlite.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/database.h"
#include "store/tables_sqlite_private.h"

struct tables_sqlite *tables_sqlite_of(struct tables *t)
{
    return (struct tables_sqlite *)t;
}

static void close_tables(struct tables *t)
{
    struct tables_sqlite *s = tables_sqlite_of(t);
    sqlite_finalize_entities(s);
    (void)sqlite3_finalize(s->texts);
    free(s);
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
    .put_entity = sqlite_put_entity,
    .delete_entity = sqlite_delete_entity,
    .disown = sqlite_disown,
    .retain = sqlite_retain,
    .expire = sqlite_expire,
    .load_entities = sqlite_load_entities,
    .read_texts = read_texts_of,
};

static enum err prepare(struct tables_sqlite *s, enum sqlite_use use)
{
    static const char texts[] =
        "SELECT id, time_s, text FROM device_text WHERE device_id=? ORDER BY id DESC";
    if (use == SQLITE_LOADS) {
        return ERR_OK;
    }
    return use == SQLITE_WRITES ? sqlite_prepare_entities(s)
                                : database_prepare(s->db, texts, &s->texts);
}

enum err tables_sqlite_new(sqlite3 *db, enum sqlite_use use, struct tables **out)
{
    struct tables_sqlite *s = mem_new(sizeof(*s));
    s->base.engine = &engine;
    s->db = db;
    enum err e = prepare(s, use);
    if (e != ERR_OK) {
        close_tables(&s->base);
        return e;
    }
    *out = &s->base;
    return ERR_OK;
}
