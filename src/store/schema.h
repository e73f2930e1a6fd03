#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <sqlite3.h>
#include <stddef.h>

#include "base/err.h"

/*
 * The tables, and the way there from each earlier version. PRAGMA user_version counts the steps
 * that a file has taken; a step once released is never changed.
 */

#define SCHEMA_APPLICATION_ID 0x4f444f47

extern const char *const schema_steps[];
extern const size_t schema_step_count;

/*
 * Takes the steps that are missing, each in a transaction of its own; an empty file gets its page
 * size and its mark first. ERR_VERSION: the file has taken more than `count` steps; ERR_CORRUPT: it
 * is not a store; ERR_UNSUPPORTED: the disk cannot hold a write-ahead log; else database_err().
 */
MUST_USE enum err schema_migrate(sqlite3 *db, const char *const *steps, size_t count);
/*
 * The same judgement without a step taken, for read-only visitors; an older version is fine. The
 * tables and indexes must be as the steps taken made them; there may be more. ERR_CORRUPT: one is
 * not, or no step was taken.
 */
MUST_USE enum err schema_check(sqlite3 *db, const char *const *steps, size_t count);

#endif
