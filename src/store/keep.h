#ifndef STORE_KEEP_H
#define STORE_KEEP_H

#include <stddef.h>

#include "base/err.h"
#include "store/inspect.h"

/*
 * Damaged files that are kept beside a store that went on without them, in DIRECTORY/damaged-TIME.
 * See keep.c.
 */

/*
 * Copies the files of a store that was found damaged aside, and leaves what SQLite can open. Under
 * the lock, before anything is open. ERR_FULL, ERR_IO: nothing is changed; ERR_CORRUPT: what is
 * left is damaged too, which was logged.
 */
MUST_USE enum err keep_and_mend(const char *directory, const char *vfs,
                                const struct inspection *found);
/* How many folders of kept files there are. */
size_t keep_count(const char *directory);

#endif
