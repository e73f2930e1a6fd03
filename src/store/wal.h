#ifndef STORE_WAL_H
#define STORE_WAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* SQLite's write-ahead log as a file: whether it is what was written. See wal.c. */

/* What a walk found. A missing log is one of no frames. */
struct wal_report {
    uint64_t frames;      /* in the file, whole ones, those of earlier rounds too */
    uint64_t taken;       /* of them that SQLite takes: up to the last commit before a bad one */
    uint64_t taken_bytes; /* the file up to there; 0: none of it */
    uint64_t bad_frame;   /* the first that is bad, from 1; 0: the header; only of a damaged log */
};

/*
 * Walks the log at `path`. It belongs to the database at `database`, which is looked at only where
 * the log's header is bad. A process may write to the log meanwhile: it counts as damaged when two
 * walks find the same. ERR_OK: there is none, or a crash or a power cut can have left it so;
 * ERR_CORRUPT: it is damaged, and what was committed in it would be lost; ERR_IO.
 */
MUST_USE enum err wal_walk(const char *path, const char *database, struct wal_report *out);
/* Cuts the log to `bytes`, on the disk; a missing one is fine. Nobody else has it open. ERR_IO. */
MUST_USE enum err wal_cut(const char *path, uint64_t bytes);

#endif
