/* SMS in SQLite: those of one card between two times, by the row of model/entity.h. */
#include <glib.h>

#include "store/database.h"
#include "store/tables_sqlite_columns.h"
#include "store/tables_sqlite_private.h"

enum { ROWS_AT_FIRST = 16 };

enum err sqlite_prepare_sms(struct tables_sqlite *s)
{
    char *select = entity_sql_select(&entity_rows[ENTITY_SMS]);
    char *sql = g_strconcat(select,
                            " WHERE enterprise_id=? AND sim_id=? AND time_s BETWEEN ? AND ?"
                            " AND operator_id=coalesce(?,operator_id) AND (over_s=0 OR NOT ?)"
                            " ORDER BY time_s, id LIMIT ?",
                            NULL);
    enum err e = database_prepare(s->db, sql, &s->sms);
    g_free(sql);
    g_free(select);
    return e;
}

/* Copies the row that the statement stands on to the end of `all`. */
static enum err take_row(sqlite3_stmt *statement, struct arena *arena, GArray *all)
{
    const struct entity *row = &entity_rows[ENTITY_SMS];
    struct entity_reader r = {.statement = statement};
    struct sim_sms borrowed = {0};
    struct sim_sms sms = {0};
    for (size_t i = 0; i < row->column_count; i++) {
        entity_column_read(&r, &row->columns[i], &borrowed);
    }
    if (r.is_damaged) {
        return ERR_CORRUPT;
    }
    entity_copy(ENTITY_SMS, &borrowed, &sms,
                arena_new(arena, entity_borrowed(ENTITY_SMS, &borrowed)));
    g_array_append_val(all, sms);
    return ERR_OK;
}

enum err sqlite_read_sms(struct tables *t, const struct sms_query *query, struct arena *arena,
                         struct store_sms *out)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    GArray *all = g_array_sized_new(FALSE, FALSE, sizeof(struct sim_sms), ROWS_AT_FIRST);
    int column = 1;
    int result = SQLITE_DONE;
    enum err e = ERR_OK;
    (void)sqlite3_bind_int64(s->sms, column++, query->enterprise_id);
    (void)sqlite3_bind_int64(s->sms, column++, query->sim_id);
    (void)sqlite3_bind_int64(s->sms, column++, query->from_s);
    (void)sqlite3_bind_int64(s->sms, column++, query->to_s);
    (void)sqlite3_bind_text(s->sms, column++, query->operator_id, -1, SQLITE_TRANSIENT);
    (void)sqlite3_bind_int(s->sms, column++, query->is_open);
    (void)sqlite3_bind_int64(s->sms, column, (int64_t)query->limit);
    while (e == ERR_OK && (result = sqlite3_step(s->sms)) == SQLITE_ROW) {
        e = take_row(s->sms, arena, all);
    }
    e = e == ERR_OK ? database_err(s->db, result) : e;
    (void)sqlite3_reset(s->sms);
    struct sim_sms *at = arena_new_array(arena, all->len, sizeof(*at));
    for (guint i = 0; i < all->len; i++) {
        at[i] = g_array_index(all, struct sim_sms, i);
    }
    *out = (struct store_sms){at, all->len};
    g_array_unref(all);
    return e;
}
