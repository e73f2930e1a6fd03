#include "store/database.h"
#include "store/store_private.h"
#include "store/visitor.h"

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
    struct visitor *v = NULL;
    enum err e = visitors_take(s->visitors, &v);
    if (e != ERR_OK) {
        return e;
    }
    e = database_err(v->db, sqlite3_bind_int64(v->texts, 1, device));
    if (e == ERR_OK) {
        e = read_rows(v->texts, limit, arena, out);
    }
    (void)sqlite3_reset(v->texts);
    visitors_give(s->visitors, v);
    return e;
}
