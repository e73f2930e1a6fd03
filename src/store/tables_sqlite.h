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
/*
 * Prepares on a read-only connection of its own, which is closed with it; not for what writes.
 * ERR_NOT_FOUND: there is no such file; database_err().
 */
MUST_USE enum err tables_sqlite_open(const char *path, const char *vfs, enum sqlite_use use,
                                     struct tables **out);

/*
 * Begins a transaction on the connection of `t`, which sees one moment from now on, and prepares
 * what readers ask in it: of *out beginning and ending a transaction does nothing. It is closed
 * before `t`.
 */
MUST_USE enum err tables_sqlite_hold(struct tables *t, struct tables **out);

#endif
