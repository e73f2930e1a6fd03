#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* SQLite as the store uses it: its settings and its errors. A connection is one thread's. */

#define DATABASE_FILE "odograph.db"

struct database_options {
    const char *path;
    const char *vfs; /* NULL: the default */
    uint32_t cache_kib;
    bool read_only; /* and must exist; in a directory that cannot be written to as well */
    bool alone;     /* read_only: without its log, as a file that nobody changes meanwhile */
};

/* Opens with every setting made. ERR_NOT_FOUND: read-only and not there; else database_err(). */
MUST_USE enum err database_open(const struct database_options *options, sqlite3 **out);
/*
 * What a failed call on `db` means: ERR_FULL where there is no space, ERR_BUSY, ERR_CORRUPT,
 * ERR_TOO_LONG, ERR_IO for all else. ERR_OK for SQLITE_OK, SQLITE_ROW and SQLITE_DONE.
 */
enum err database_err(sqlite3 *db, int result);
/* Runs SQL that gives no rows. */
MUST_USE enum err database_run(sqlite3 *db, const char *sql);
/* The one number that `sql` answers. */
MUST_USE enum err database_number(sqlite3 *db, const char *sql, int64_t *out);
/* Whether there is a table of that name. */
MUST_USE enum err database_has_table(sqlite3 *db, const char *name, bool *out);
/* Prepares a statement that is kept. */
MUST_USE enum err database_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out);
/* Runs a bound statement that gives no rows, and makes it ready for its next use. */
MUST_USE enum err database_step(sqlite3 *db, sqlite3_stmt *statement);
/* SQLite's own check of its structure; logs what is wrong. ERR_CORRUPT; database_err(). */
MUST_USE enum err database_check_structure(sqlite3 *db);
/* Undoes the transaction, if there still is one. ERR_IO: even that failed. */
MUST_USE enum err database_rollback(sqlite3 *db);
/* Logs what SQLite says of the last failure of `db` (may be NULL). */
void database_log(sqlite3 *db, const char *event, enum err e);

#endif
