#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/err.h"

/*
 * Makes the data directory if it is missing and takes its lock for this process: *fd holds it until
 * it is closed. ERR_LOCKED: another process has it, whose id the log line tells;
 * ERR_FORBIDDEN, ERR_FULL, ERR_IO.
 */
MUST_USE enum err lock_take(const char *directory, int *fd);
/* Syncs a directory: a new name in it is durable only then. ERR_IO. */
MUST_USE enum err lock_sync_directory(const char *directory);

#endif
