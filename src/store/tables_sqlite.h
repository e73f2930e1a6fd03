#ifndef STORE_TABLES_SQLITE_H
#define STORE_TABLES_SQLITE_H

#include "store/tables.h"

struct sqlite3;

/* The engine over SQLite: a connection that is open already, with what is prepared on it. */

/* What a connection is for. */
enum sqlite_use {
    SQLITE_WRITES, /* all but what readers ask */
    SQLITE_READS,  /* what readers ask */
    SQLITE_LOADS,  /* what is asked once: loading and checking, of an older store too */
};

/* Prepares on `db`, which outlives it. database_err(). */
MUST_USE enum err tables_sqlite_new(struct sqlite3 *db, enum sqlite_use use, struct tables **out);
/* A reader's connection of its own, with which it is closed. ERR_NOT_FOUND; database_err(). */
MUST_USE enum err tables_sqlite_open_reader(const char *path, const char *vfs, struct tables **out);

#endif
