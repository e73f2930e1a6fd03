#ifndef CLI_IMPORT_STORE_H
#define CLI_IMPORT_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "files/track_read.h"
#include "fleet/directory.h"

/*
 * A store that no server has, opened to take fixes in. They go the way of all fixes, through
 * ingest: repeats are found, late ones sorted in, and what they tell of alarms and crossings is
 * told.
 */
struct import_store;

/* What became of the fixes that were handed in. */
struct import_counts {
    uint64_t stored;
    uint64_t repeated;
};

/*
 * Opens it. `key_file` is that of serve; NULL: the one in the directory. Errors of store_open() and
 * ingest_start(); ERR_LOCKED: a server has it. What is given is to be closed, after a failure too.
 */
MUST_USE enum err import_store_open(const char *directory, const char *key_file,
                                    struct import_store **out);
/*
 * Commits what was handed in, and lets the store go. ERR_OK: all of it is stored; else it is not
 * known which is, and the same import again takes what is missing.
 */
MUST_USE enum err import_store_close(struct import_store *s, struct import_counts *counted);
/* Who is in it. */
struct directory *import_store_directory(struct import_store *s);
/*
 * Adds a device to an enterprise, with its name where no other has that, else with its DeviceID as
 * its name. ERR_DUPLICATE: there is one of its DeviceID; ERR_FULL: the enterprise may not have
 * more; ERR_NOT_FOUND: there is no such enterprise.
 */
MUST_USE enum err import_store_add(struct import_store *s, int64_t enterprise,
                                   const struct file_device *d);
/* Hands a fix in; waits where there is no room. Errors of ingest_push(). */
MUST_USE enum err import_store_take(struct import_store *s, const struct file_fix *f);

#endif
