#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/entity.h"

struct vault;

/*
 * The tables, and the way there from each earlier version. PRAGMA user_version counts the steps
 * that a file has taken; a step once released is never changed.
 */

#define SCHEMA_APPLICATION_ID 0x4f444f47

/*
 * What the steps are made of. Step N takes a store from version N - 1 to N: from SCHEMA_ROWS_SINCE
 * on, what is new in the rows of the entities, then what is written for it. The newest version is
 * the last that either speaks of.
 */
struct schema {
    const char *const *written; /* written[0] is step 1; "" where the rows say it all */
    size_t written_count;
    const struct entity *rows;
    size_t row_count;
    struct vault *vault; /* what stood in clear is hashed and sealed with it; NULL: that fails */
};

/* The tables of entities of earlier versions are in the written steps. */
enum { SCHEMA_ROWS_SINCE = 4 };

/* The schema of the store. */
extern const struct schema store_schema;

/* The newest version. */
int64_t schema_version(const struct schema *schema);
/*
 * Takes the steps that are missing, each in a transaction of its own; an empty file gets its page
 * size and its mark first. ERR_VERSION: the file has taken more steps than there are; ERR_CORRUPT:
 * it is not a store; ERR_UNSUPPORTED: the disk cannot hold a write-ahead log; else database_err().
 */
MUST_USE enum err schema_migrate(sqlite3 *db, const struct schema *schema);
/*
 * Judges a store as schema_migrate() does, without taking a step, for who only reads; an older
 * version is fine. The tables and indexes must be as the steps taken made them; there may be more.
 * ERR_CORRUPT: one is not, or no step was taken.
 */
MUST_USE enum err schema_check(sqlite3 *db, const struct schema *schema);

#endif
