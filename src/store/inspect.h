#ifndef STORE_INSPECT_H
#define STORE_INSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/wal.h"
#include "store/witness.h"

/*
 * The look before SQLite opens a store to write: whether everything that was acknowledged is still
 * there. See inspect.c.
 */
enum damage {
    DAMAGE_NONE,
    DAMAGE_LOG,        /* the log is damaged, its header too */
    DAMAGE_LOST,       /* the store is below its witness */
    DAMAGE_LONE_LOG,   /* a log without its database */
    DAMAGE_NO_STORE,   /* a witness of commits without a database */
    DAMAGE_OTHER_LOG,  /* the database is another one than the log is of */
    DAMAGE_UNREADABLE, /* what the database says cannot be read */
};

struct inspection {
    enum damage damage;
    struct wal_report log;
    bool has_witness;
    bool is_witness_closed;      /* the witness may not be read: nothing was compared with it */
    struct witness_note witness; /* where there is one */
    struct witness_note store;   /* as SQLite would read it */
};

/*
 * Looks at the store in `directory`, and changes nothing; a running server may write it meanwhile.
 * ERR_OK: nothing is missing, or there is no store; ERR_CORRUPT: `out->damage` tells. ERR_IO,
 * ERR_BUSY, ERR_FULL: it could not be looked at.
 */
MUST_USE enum err inspect_store(const char *directory, const char *vfs, struct inspection *out);
/* One log line: what was found and what to do. */
void inspect_report(const char *directory, const struct inspection *found);

/* "DIRECTORY/odograph.db-wal"; freed with free(). */
char *inspect_log_path(const char *directory);

#endif
