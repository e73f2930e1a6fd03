#ifndef STORE_TABLES_SQLITE_H
#define STORE_TABLES_SQLITE_H

#include <sqlite3.h>

#include "store/tables.h"

/* The engine over SQLite: a connection that is open already, with what is prepared on it. */

/* What a connection is for. */
enum sqlite_use {
    SQLITE_WRITES, /* all but what readers ask */
    SQLITE_READS,  /* what readers ask */
    SQLITE_LOADS,  /* what is asked once: loading and checking, of an older store too */
};

/* Prepares on `db`, which outlives it. database_err(). */
MUST_USE enum err tables_sqlite_new(sqlite3 *db, enum sqlite_use use, struct tables **out);

#endif
