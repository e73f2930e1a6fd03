/*
 * Saving entities: the statements of every row of model/entity.h, bound column by column. A put
 * replaces the row of that key, so that loading sees the last one.
 *
 * A row goes in one of four ways: by a deletion of its own; with its owner, in the transaction that
 * puts the owner as deleted; when it expires; or by the retention of its owner, which takes some
 * devices at a time, because what is appended may be much (expire.c).
 */
#include "store/entities.h"

#include <glib.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"
#include "store/database.h"
#include "store/tables_sqlite_columns.h"
#include "store/tables_sqlite_sql.h"

struct entities {
    sqlite3 *db;
    sqlite3_stmt *at[ENTITY_COUNT][ENTITY_STATEMENTS]; /* NULL: the entity has no such */
};

static enum err prepare_one(struct entities *s, enum entity_kind kind, enum entity_statement which)
{
    char *sql = entity_sql(&entity_rows[kind], which);
    enum err e = sql == NULL ? ERR_OK : database_prepare(s->db, sql, &s->at[kind][which]);
    g_free(sql);
    return e;
}

enum err entities_open(sqlite3 *db, struct entities **out)
{
    struct entities *s = mem_new(sizeof(*s));
    enum err e = ERR_OK;
    s->db = db;
    for (enum entity_kind kind = ENTITY_NONE + 1; kind < ENTITY_COUNT; kind++) {
        for (enum entity_statement i = 0; i < ENTITY_STATEMENTS && e == ERR_OK; i++) {
            e = prepare_one(s, kind, i);
        }
    }
    if (e != ERR_OK) {
        entities_close(s);
        return e;
    }
    *out = s;
    return ERR_OK;
}

void entities_close(struct entities *s)
{
    for (size_t kind = 0; s != NULL && kind < ENTITY_COUNT; kind++) {
        for (size_t i = 0; i < ENTITY_STATEMENTS; i++) {
            (void)sqlite3_finalize(s->at[kind][i]);
        }
    }
    free(s);
}

/* Runs a statement with the first `count` columns of the value. */
static enum err run_with_columns(struct entities *s, const struct change *c,
                                 enum entity_statement which, size_t count)
{
    enum entity_kind kind = change_entity(c->kind);
    struct entity_binder b = {.statement = s->at[kind][which], .result = SQLITE_OK};
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

/* Runs one with numbers; what an entity has no statement for has nothing to do. */
static enum err run_with_numbers(struct entities *s, sqlite3_stmt *statement,
                                 const int64_t *numbers, int count)
{
    if (statement == NULL) {
        return ERR_OK;
    }
    for (int i = 0; i < count; i++) {
        (void)sqlite3_bind_int64(statement, i + 1, numbers[i]);
    }
    return database_step(s->db, statement);
}

/* Deletes what the entity owns. */
static enum err disown(struct entities *s, enum entity_kind owner, int64_t id)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < ENTITY_COUNT && e == ERR_OK; i++) {
        if (entity_rows[i].owner == owner) {
            e = run_with_numbers(s, s->at[i][ENTITY_SQL_DISOWN], &id, 1);
        }
    }
    return e;
}

enum err entities_save(struct entities *s, const struct change *c)
{
    enum entity_kind kind = change_entity(c->kind);
    const struct entity *row = &entity_rows[kind];
    if (change_is_deletion(c->kind)) {
        return run_with_columns(s, c, ENTITY_SQL_DELETE, row->delete_count);
    }
    enum err e = run_with_columns(s, c, ENTITY_SQL_PUT, row->column_count);
    if (e == ERR_OK && entity_is_deleted(kind, change_value(c))) {
        e = disown(s, kind, entity_id(kind, change_value(c)));
    }
    return e;
}

enum err entities_expire(struct entities *s, int64_t now_s)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < ENTITY_COUNT && e == ERR_OK; i++) {
        int64_t before_s = now_s - entity_rows[i].expires_after_s;
        e = run_with_numbers(s, s->at[i][ENTITY_SQL_EXPIRE], &before_s, 1);
    }
    return e;
}

enum err entities_retain(struct entities *s, enum entity_kind owner, int64_t id, int64_t before_s)
{
    const int64_t numbers[] = {id, before_s};
    enum err e = ERR_OK;
    for (size_t i = 0; i < ENTITY_COUNT && e == ERR_OK; i++) {
        if (entity_rows[i].owner == owner) {
            e = run_with_numbers(s, s->at[i][ENTITY_SQL_RETAIN], numbers, 2);
        }
    }
    return e;
}
