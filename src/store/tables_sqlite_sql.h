#ifndef STORE_TABLES_SQLITE_SQL_H
#define STORE_TABLES_SQLITE_SQL_H

#include <stddef.h>
#include <stdint.h>

#include "model/entity.h"

/* The SQL of entities, made from their rows. Every text is freed with g_free(). */

/* What is written, a prepared statement each. The bound values are named behind it. */
enum entity_statement {
    ENTITY_SQL_PUT,    /* every column */
    ENTITY_SQL_DELETE, /* the first delete_count columns */
    ENTITY_SQL_EXPIRE, /* what has expired before: a time */
    ENTITY_SQL_RETAIN, /* of an owner, what is older: its id, a time */
    ENTITY_SQL_DISOWN, /* all of an owner: its id */
    ENTITY_STATEMENTS
};

/* The text of a statement; NULL where the entity has no such. */
char *entity_sql(const struct entity *e, enum entity_statement which);
/* Which rows are read. */
enum entity_rows_read { ENTITY_ROWS_OF_START, ENTITY_ROWS_ALL };
/*
 * Reads rows in order of their key, those that a start loads or all: the columns that a store of
 * that version has.
 */
char *entity_sql_load(const struct entity *e, int64_t version, enum entity_rows_read which);
/* Every column, " FROM " and the table, for a WHERE behind it. */
char *entity_sql_select(const struct entity *e);
/* Whether a store of that version has the column. */
bool entity_has_column(const struct entity_column *c, int64_t version);
/*
 * Makes the tables and columns that are new in `version`; "" where none are.
 */
char *entity_sql_step(const struct entity *rows, size_t count, int64_t version);

#endif
