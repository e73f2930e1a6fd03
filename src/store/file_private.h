#ifndef STORE_FILE_PRIVATE_H
#define STORE_FILE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/file.h"

struct checkpointer;
struct sqlite3;
struct vault;
struct witness;

/* The inside of a storage of files. All but the three texts is the writer's. */
struct file_storage {
    struct storage base;
    char *directory;
    char *path; /* of the database */
    char *vfs;  /* NULL: the default */
    uint32_t cache_kib;
    bool accepts_damage;
    struct vault *vault; /* NULL: none */
    int lock_fd;         /* -1: none */
    struct sqlite3 *db;
    struct checkpointer *checkpointer;
    struct witness *witness;
    struct counters *counters;
    int64_t kept_due_ms;      /* monotonic: when the folders of damaged files are counted again */
    uint64_t wal_frames;      /* in the log after the last commit */
    uint64_t frames_asked;    /* of them when the background round was last asked for */
    uint64_t frames_finished; /* of them when the writer last made its own round */
};

#endif
