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
 * the lock, before anything is open; logs what it does. ERR_CORRUPT: with its log and without, the
 * database is damaged too; nothing is changed. ERR_FULL, ERR_IO: the files could not be copied.
 * ERR_IO alone: the log could not be cut, or the witness could not be removed; then a copy lies
 * there. Whatever was not done, the next start finds damage again.
 */
MUST_USE enum err keep_and_mend(const char *directory, const char *vfs,
                                const struct inspection *found);
/* How many folders of kept files there are; not those whose copying was not completed. */
size_t keep_count(const char *directory);
/* Removes what is left of copies that were not completed. Under the lock. */
void keep_tidy(const char *directory);

#endif
