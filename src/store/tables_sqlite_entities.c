/*
 * Saving and deleting entities in SQLite: the statements of every row of model/entity.h, bound
 * column by column. A put replaces the row of that key, so that loading sees the last one.
 */
#include <glib.h>

#include "base/check.h"
#include "store/database.h"
#include "store/tables_sqlite_columns.h"
#include "store/tables_sqlite_private.h"

static enum err prepare_one(struct tables_sqlite *s, enum entity_kind kind,
                            enum entity_statement which)
{
    char *sql = entity_sql(&entity_rows[kind], which);
    sqlite3_stmt **at = &s->entities[kind][which];
    enum err e = sql == NULL ? ERR_OK : database_prepare(s->db, sql, at);
    g_free(sql);
    return e;
}

enum err sqlite_prepare_entities(struct tables_sqlite *s)
{
    enum err e = ERR_OK;
    for (enum entity_kind kind = ENTITY_NONE + 1; kind < ENTITY_COUNT; kind++) {
        for (enum entity_statement i = 0; i < ENTITY_STATEMENTS && e == ERR_OK; i++) {
            e = prepare_one(s, kind, i);
        }
    }
    return e;
}

void sqlite_finalize_entities(struct tables_sqlite *s)
{
    for (size_t kind = 0; kind < ENTITY_COUNT; kind++) {
        for (size_t i = 0; i < ENTITY_STATEMENTS; i++) {
            (void)sqlite3_finalize(s->entities[kind][i]);
        }
    }
}

/* Runs a statement with the first `count` columns of the value. */
static enum err run_with_columns(const struct tables_sqlite *s, const struct change *c,
                                 enum entity_statement which, size_t count)
{
    enum entity_kind kind = change_entity(c->kind);
    struct entity_binder b = {.statement = s->entities[kind][which], .result = SQLITE_OK};
    check(b.statement != NULL);
    for (size_t i = 0; i < count; i++) {
        entity_column_bind(&b, &entity_rows[kind].columns[i], change_value(c));
    }
    if (b.result != SQLITE_OK) {
        (void)sqlite3_clear_bindings(b.statement);
        return database_err(s->db, b.result);
    }
    return database_step(s->db, b.statement);
}

enum err sqlite_put_entity(struct tables *t, const struct change *c)
{
    size_t count = entity_rows[change_entity(c->kind)].column_count;
    return run_with_columns(tables_sqlite_of(t), c, ENTITY_SQL_PUT, count);
}

enum err sqlite_delete_entity(struct tables *t, const struct change *c)
{
    size_t count = entity_rows[change_entity(c->kind)].delete_count;
    return run_with_columns(tables_sqlite_of(t), c, ENTITY_SQL_DELETE, count);
}

static enum err run_with_numbers(const struct tables_sqlite *s, sqlite3_stmt *statement,
                                 const int64_t *numbers, int count)
{
    check(statement != NULL);
    for (int i = 0; i < count; i++) {
        (void)sqlite3_bind_int64(statement, i + 1, numbers[i]);
    }
    return database_step(s->db, statement);
}

enum err sqlite_disown(struct tables *t, enum entity_kind kind, int64_t owner)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    return run_with_numbers(s, s->entities[kind][ENTITY_SQL_DISOWN], &owner, 1);
}

enum err sqlite_retain(struct tables *t, enum entity_kind kind, int64_t owner, int64_t before_s)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    const int64_t numbers[] = {owner, before_s};
    return run_with_numbers(s, s->entities[kind][ENTITY_SQL_RETAIN], numbers, 2);
}

enum err sqlite_expire(struct tables *t, enum entity_kind kind, int64_t before_s)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    return run_with_numbers(s, s->entities[kind][ENTITY_SQL_EXPIRE], &before_s, 1);
}

/* ---- reading some ---- */

enum err sqlite_prepare_select(const struct tables_sqlite *s, enum entity_kind kind,
                               const char *condition, sqlite3_stmt **out)
{
    char *select = entity_sql_select(&entity_rows[kind]);
    char *sql = g_strconcat(select, condition, NULL);
    enum err e = database_prepare(s->db, sql, out);
    g_free(sql);
    g_free(select);
    return e;
}

enum err sqlite_read_entity(sqlite3_stmt *statement, enum entity_kind kind, void *out)
{
    const struct entity *row = &entity_rows[kind];
    struct entity_reader r = {.statement = statement};
    for (size_t i = 0; i < row->column_count; i++) {
        entity_column_read(&r, &row->columns[i], out);
    }
    return r.is_damaged ? ERR_CORRUPT : ERR_OK;
}
