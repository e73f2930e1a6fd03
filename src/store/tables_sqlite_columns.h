#ifndef STORE_TABLES_SQLITE_COLUMNS_H
#define STORE_TABLES_SQLITE_COLUMNS_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"
#include "model/entity.h"

/* The columns of entities as SQLite holds them: one row a type, with its SQL and both directions.
 */

/* The values of one statement, bound from left to right; the first failure stays. */
struct entity_binder {
    sqlite3_stmt *statement;
    int index;
    int result; /* SQLITE_OK, or what failed */
};

/* Binds the column of `value`, a struct of its entity; borrowed until the statement is reset. */
void entity_column_bind(struct entity_binder *b, const struct entity_column *c, const void *value);

/* The columns of one result row, read from left to right. */
struct entity_reader {
    sqlite3_stmt *statement;
    int index;
    bool is_damaged; /* a column held what was never saved */
    int64_t ids[USER_GROUPS_MAX];
};

/* Reads the next column into `value`; what it borrows lives until the next row. */
void entity_column_read(struct entity_reader *r, const struct entity_column *c, void *value);

/* "INTEGER", "TEXT" or "BLOB"; and what an older row has in a column that came later. */
const char *entity_sql_type(enum entity_column_type type);
const char *entity_sql_default(enum entity_column_type type);

/* Ids in their column: varints, one behind the other. */
enum { ENTITY_IDS_PACKED_MAX = USER_GROUPS_MAX * 10 };

/* Packs `count` ids (at most USER_GROUPS_MAX) into `room`, of ENTITY_IDS_PACKED_MAX bytes. */
struct bytes entity_pack_ids(const int64_t *ids, size_t count, uint8_t *room);
/* The way back, into USER_GROUPS_MAX ids. ERR_CORRUPT. */
MUST_USE enum err entity_unpack_ids(struct bytes packed, int64_t *ids, size_t *count);

#endif
