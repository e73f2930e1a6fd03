/*
 * Events in SQLite: those of one device by one of four columns, each of which has an index, and
 * one by its id. Columns are read by the row of model/entity.h.
 */
#include <glib.h>

#include "store/database.h"
#include "store/tables_sqlite_columns.h"
#include "store/tables_sqlite_private.h"

static const char *const columns[EVENT_ORDERS] = {
    [EVENTS_BY_TIME] = "gps_time_s",
    [EVENTS_BY_DECISION] = "decided_s",
    [EVENTS_BY_END] = "ended_s",
    [EVENTS_BY_ID] = "id",
};

static enum err prepare_with(const struct tables_sqlite *s, const char *condition,
                             sqlite3_stmt **out)
{
    char *select = entity_sql_select(&entity_rows[ENTITY_EVENT]);
    char *sql = g_strconcat(select, condition, NULL);
    enum err e = database_prepare(s->db, sql, out);
    g_free(sql);
    g_free(select);
    return e;
}

enum err sqlite_prepare_events(struct tables_sqlite *s)
{
    enum err e = prepare_with(s, " WHERE id=?", &s->event);
    for (size_t i = 0; i < EVENT_ORDERS && e == ERR_OK; i++) {
        char *condition = g_strdup_printf(" WHERE device_id=? AND %s BETWEEN ? AND ? ORDER BY %s%s",
                                          columns[i], columns[i], i == EVENTS_BY_ID ? "" : ",id");
        e = prepare_with(s, condition, &s->events[i]);
        g_free(condition);
    }
    return e;
}

void sqlite_finalize_events(struct tables_sqlite *s)
{
    (void)sqlite3_finalize(s->event);
    for (size_t i = 0; i < EVENT_ORDERS; i++) {
        (void)sqlite3_finalize(s->events[i]);
    }
}

/* The row that the statement stands on; borrows it. */
static enum err read_row(sqlite3_stmt *statement, struct event *out)
{
    const struct entity *row = &entity_rows[ENTITY_EVENT];
    struct entity_reader r = {.statement = statement};
    for (size_t i = 0; i < row->column_count; i++) {
        entity_column_read(&r, &row->columns[i], out);
    }
    return r.is_damaged ? ERR_CORRUPT : ERR_OK;
}

enum err sqlite_walk_events(struct tables *t, const struct event_walk *walk)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    sqlite3_stmt *rows = s->events[walk->by];
    int result = SQLITE_DONE;
    enum err e = ERR_OK;
    bool wants_more = true;
    (void)sqlite3_bind_int64(rows, 1, walk->device);
    (void)sqlite3_bind_int64(rows, 2, walk->from);
    (void)sqlite3_bind_int64(rows, 3, walk->to);
    while (e == ERR_OK && wants_more && (result = sqlite3_step(rows)) == SQLITE_ROW) {
        struct event event = {0};
        e = read_row(rows, &event);
        wants_more = e == ERR_OK && walk->take(walk->context, &event);
    }
    e = e == ERR_OK && wants_more ? database_err(s->db, result) : e;
    (void)sqlite3_reset(rows);
    return e;
}

enum err sqlite_read_event(struct tables *t, int64_t id, struct arena *arena, struct event *out)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    struct event event = {0};
    (void)sqlite3_bind_int64(s->event, 1, id);
    int result = sqlite3_step(s->event);
    enum err e = result == SQLITE_DONE  ? ERR_NOT_FOUND
                 : result == SQLITE_ROW ? read_row(s->event, &event)
                                        : database_err(s->db, result);
    if (e == ERR_OK) {
        entity_copy(ENTITY_EVENT, &event, out,
                    arena_new(arena, entity_borrowed(ENTITY_EVENT, &event)));
    }
    (void)sqlite3_reset(s->event);
    return e;
}
