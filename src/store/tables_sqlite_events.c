/*
 * Events in SQLite: those of one device by one of four columns, each of which has an index, and
 * one by its id. Columns are read by the row of model/entity.h.
 */
#include <glib.h>

#include "base/check.h"
#include "store/database.h"
#include "store/tables_sqlite_columns.h"
#include "store/tables_sqlite_private.h"

static const char *const columns[EVENT_ORDERS] = {
    [EVENTS_BY_TIME] = "gps_time_s",
    [EVENTS_BY_DECISION] = "decided_s",
    [EVENTS_BY_END] = "ended_s",
    [EVENTS_BY_ID] = "id",
};

/* What tells whether an event is asked for. */
static bool is_bare(const struct entity_column *c)
{
    static const size_t bare[] = {
        offsetof(struct event, device_id),      offsetof(struct event, id),
        offsetof(struct event, kind),           offsetof(struct event, is_alarm),
        offsetof(struct event, withdrawn),      offsetof(struct event, subject),
        offsetof(struct event, gps_time_s),     offsetof(struct event, ended_s),
        offsetof(struct event, lat_e7),         offsetof(struct event, lon_e7),
        offsetof(struct event, acknowledged_s),
    };
    for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]); i++) {
        if (c->offset == bare[i]) {
            return true;
        }
    }
    return false;
}

static void choose_columns(struct tables_sqlite *s)
{
    const struct entity *row = &entity_rows[ENTITY_EVENT];
    for (size_t i = 0; i < row->column_count; i++) {
        if (is_bare(&row->columns[i])) {
            check(s->bare_count < SQLITE_BARE_COLUMNS_MAX);
            s->bare[s->bare_count++] = &row->columns[i];
        }
    }
}

static enum err prepare_bare(const struct tables_sqlite *s, const char *condition,
                             sqlite3_stmt **out)
{
    GString *sql = g_string_new("SELECT ");
    for (size_t i = 0; i < s->bare_count; i++) {
        g_string_append_printf(sql, "%s%s", i > 0 ? "," : "", s->bare[i]->name);
    }
    g_string_append_printf(sql, " FROM %s%s", entity_rows[ENTITY_EVENT].table, condition);
    enum err e = database_prepare(s->db, sql->str, out);
    (void)g_string_free(sql, TRUE);
    return e;
}

enum err sqlite_prepare_events(struct tables_sqlite *s)
{
    choose_columns(s);
    enum err e = sqlite_prepare_select(s, ENTITY_EVENT, " WHERE id=?", &s->event);
    for (size_t i = 0; i < EVENT_ORDERS && e == ERR_OK; i++) {
        char *condition = g_strdup_printf(" WHERE device_id=? AND %s BETWEEN ? AND ? ORDER BY %s%s",
                                          columns[i], columns[i], i == EVENTS_BY_ID ? "" : ",id");
        e = sqlite_prepare_select(s, ENTITY_EVENT, condition, &s->events[i]);
        e = e == ERR_OK ? prepare_bare(s, condition, &s->bare_events[i]) : e;
        g_free(condition);
    }
    return e;
}

void sqlite_finalize_events(struct tables_sqlite *s)
{
    (void)sqlite3_finalize(s->event);
    for (size_t i = 0; i < EVENT_ORDERS; i++) {
        (void)sqlite3_finalize(s->events[i]);
        (void)sqlite3_finalize(s->bare_events[i]);
    }
}

static enum err read_bare(const struct tables_sqlite *s, sqlite3_stmt *statement, struct event *out)
{
    struct entity_reader r = {.statement = statement};
    for (size_t i = 0; i < s->bare_count; i++) {
        entity_column_read(&r, s->bare[i], out);
    }
    return r.is_damaged ? ERR_CORRUPT : ERR_OK;
}

enum err sqlite_walk_events(struct tables *t, const struct event_walk *walk)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    sqlite3_stmt *rows = walk->is_bare ? s->bare_events[walk->by] : s->events[walk->by];
    int result = SQLITE_DONE;
    enum err e = ERR_OK;
    bool wants_more = true;
    (void)sqlite3_bind_int64(rows, 1, walk->device);
    (void)sqlite3_bind_int64(rows, 2, walk->from);
    (void)sqlite3_bind_int64(rows, 3, walk->to);
    while (e == ERR_OK && wants_more && (result = sqlite3_step(rows)) == SQLITE_ROW) {
        struct event event = {0};
        e = walk->is_bare ? read_bare(s, rows, &event)
                          : sqlite_read_entity(rows, ENTITY_EVENT, &event);
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
                 : result == SQLITE_ROW ? sqlite_read_entity(s->event, ENTITY_EVENT, &event)
                                        : database_err(s->db, result);
    if (e == ERR_OK) {
        entity_copy(ENTITY_EVENT, &event, out,
                    arena_new(arena, entity_borrowed(ENTITY_EVENT, &event)));
    }
    (void)sqlite3_reset(s->event);
    return e;
}
