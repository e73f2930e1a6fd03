/*
 * Texts are read from the database, by a connection that lives as long as the call: they are asked
 * for by people, and a connection costs less than the wait for a shared one is worth.
 */
#include "store/database.h"
#include "store/store_private.h"

enum { CACHE_KIB = 256 };

static enum err read_rows(sqlite3_stmt *rows, size_t limit, struct arena *arena,
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

enum err store_read_texts(struct store *s, int64_t device, size_t limit, struct arena *arena,
                          struct store_texts *out)
{
    static const char sql[] =
        "SELECT id, time_s, text FROM device_text WHERE device_id=? ORDER BY id DESC";
    struct database_options options = {
        .path = s->path, .vfs = s->vfs, .cache_kib = CACHE_KIB, .read_only = true};
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;
    enum err e = database_open(&options, &db);
    if (e != ERR_OK) {
        return e;
    }
    e = database_prepare(db, sql, &rows);
    if (e == ERR_OK) {
        e = database_err(db, sqlite3_bind_int64(rows, 1, device));
    }
    if (e == ERR_OK) {
        e = read_rows(rows, limit, arena, out);
    }
    (void)sqlite3_finalize(rows);
    (void)sqlite3_close(db);
    return e;
}
