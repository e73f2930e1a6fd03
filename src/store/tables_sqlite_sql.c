/*
 * SQL from rows. A table of two key columns that came with version 5, and a column of version 6:
 *
 *     CREATE TABLE card(device_id INTEGER NOT NULL, number TEXT NOT NULL, seen_s INTEGER NOT NULL,
 *                       PRIMARY KEY(device_id,number)) WITHOUT ROWID;
 *     ALTER TABLE card ADD COLUMN name TEXT NOT NULL DEFAULT '';
 *
 * A single key that is a number is the row's own number in SQLite, which saves an index; any other
 * key is the table (SQLite, "Clustered Indexes and the WITHOUT ROWID Optimization").
 */
#include "store/tables_sqlite_sql.h"

#include <glib.h>

#include "base/check.h"
#include "store/tables_sqlite_columns.h"

bool entity_has_column(const struct entity_column *c, int64_t version)
{
    return c->since <= version;
}

/* Some of the columns of an entity: the first `count` of them that the version has. */
struct names {
    const struct entity *entity;
    size_t count;
    int64_t version;
};

static struct names names_of(const struct entity *e, size_t count)
{
    return (struct names){e, count, INT64_MAX};
}

/* "a,b" or, with "=?" behind each and " AND " between, "a=? AND b=?". */
static void add_names(GString *sql, struct names names, const char *behind, const char *between)
{
    bool is_first = true;
    for (size_t i = 0; i < names.count; i++) {
        const struct entity_column *c = &names.entity->columns[i];
        if (entity_has_column(c, names.version)) {
            g_string_append_printf(sql, "%s%s%s", is_first ? "" : between, c->name, behind);
            is_first = false;
        }
    }
}

/* ---- statements ---- */

static void write_put(GString *sql, const struct entity *e)
{
    const char *verb = e->is_log ? "INSERT" : "REPLACE";
    g_string_append_printf(sql, "%s INTO %s(", verb, e->table);
    add_names(sql, names_of(e, e->column_count), "", ",");
    g_string_append(sql, ") VALUES(");
    for (size_t i = 0; i < e->column_count; i++) {
        g_string_append(sql, i == 0 ? "?" : ",?");
    }
    g_string_append(sql, ")");
}

static void write_delete(GString *sql, const struct entity *e)
{
    if (e->delete_count > 0) {
        g_string_append_printf(sql, "DELETE FROM %s WHERE ", e->table);
        add_names(sql, names_of(e, e->delete_count), "=?", " AND ");
    }
}

static void write_expire(GString *sql, const struct entity *e)
{
    if (e->expires != NULL) {
        g_string_append_printf(sql, "DELETE FROM %s WHERE %s<?", e->table, e->expires);
    }
}

static void write_retain(GString *sql, const struct entity *e)
{
    if (e->retained_by != NULL) {
        g_string_append_printf(sql, "DELETE FROM %s WHERE %s=?1 AND %s<?2", e->table,
                               e->columns[0].name, e->retained_by);
    }
    if (e->retained_at_0 != NULL) {
        g_string_append_printf(sql, " AND (%s<>0 OR %s<?2)", e->retained_by, e->retained_at_0);
    }
}

static void write_disown(GString *sql, const struct entity *e)
{
    if (e->owner != ENTITY_NONE && e->retained_by == NULL) {
        g_string_append_printf(sql, "DELETE FROM %s WHERE %s=?", e->table, e->columns[0].name);
    }
}

typedef void statement_writer(GString *sql, const struct entity *e);

static statement_writer *const writers[ENTITY_STATEMENTS] = {
    [ENTITY_SQL_PUT] = write_put,       [ENTITY_SQL_DELETE] = write_delete,
    [ENTITY_SQL_EXPIRE] = write_expire, [ENTITY_SQL_RETAIN] = write_retain,
    [ENTITY_SQL_DISOWN] = write_disown,
};

char *entity_sql(const struct entity *e, enum entity_statement which)
{
    GString *sql = g_string_new(NULL);
    writers[which](sql, e);
    return g_string_free(sql, sql->len == 0);
}

static GString *begin_select(const struct entity *e, int64_t version)
{
    GString *sql = g_string_new("SELECT ");
    add_names(sql, (struct names){e, e->column_count, version}, "", ",");
    g_string_append_printf(sql, " FROM %s", e->table);
    return sql;
}

char *entity_sql_select(const struct entity *e)
{
    return g_string_free(begin_select(e, INT64_MAX), FALSE);
}

char *entity_sql_load(const struct entity *e, int64_t version, enum entity_rows_read which)
{
    GString *sql = begin_select(e, version);
    if (which == ENTITY_ROWS_OF_START && e->loaded_at_0 != NULL) {
        g_string_append_printf(sql, " WHERE %s=0", e->loaded_at_0);
    }
    g_string_append(sql, " ORDER BY ");
    add_names(sql, names_of(e, e->key_count), "", ",");
    return g_string_free(sql, FALSE);
}

/* ---- steps of the schema ---- */

static void add_definition(GString *sql, const struct entity_column *c)
{
    g_string_append_printf(sql, "%s %s", c->name, entity_sql_type(c->type));
    if (c->type != ENTITY_COLUMN_OPTIONAL) {
        g_string_append(sql, " NOT NULL");
    }
}

static void add_table(GString *sql, const struct entity *e, int64_t version)
{
    bool is_numbered = e->key_count == 1 && e->columns[0].type == ENTITY_COLUMN_INT;
    g_string_append_printf(sql, "CREATE TABLE %s(", e->table);
    for (size_t i = 0; i < e->column_count; i++) {
        if (entity_has_column(&e->columns[i], version)) {
            add_definition(sql, &e->columns[i]);
            g_string_append(sql, ", ");
        }
    }
    g_string_append(sql, "PRIMARY KEY(");
    add_names(sql, names_of(e, e->key_count), "", ",");
    g_string_append(sql, is_numbered ? "));" : ")) WITHOUT ROWID;");
}

static void add_columns(GString *sql, const struct entity *e, int64_t version)
{
    for (size_t i = 0; i < e->column_count; i++) {
        const struct entity_column *c = &e->columns[i];
        if (c->since == version) {
            g_string_append_printf(sql, "ALTER TABLE %s ADD COLUMN ", e->table);
            add_definition(sql, c);
            g_string_append_printf(sql, " DEFAULT %s;", entity_sql_default(c->type));
        }
    }
}

char *entity_sql_step(const struct entity *rows, size_t count, int64_t version)
{
    GString *sql = g_string_new("");
    for (size_t i = 0; i < count; i++) {
        if (rows[i].table != NULL && rows[i].since == version) {
            add_table(sql, &rows[i], version);
        } else {
            add_columns(sql, &rows[i], version);
        }
    }
    return g_string_free(sql, FALSE);
}
