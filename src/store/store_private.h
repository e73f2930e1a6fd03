#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/bytes.h"
#include "store/accounts.h"
#include "store/checkpoint.h"
#include "store/journal.h"
#include "store/store.h"
#include "store/tail.h"

/* The inside of the store. All but `tails`, `path` and `vfs` is the writer's. */
struct store {
    int lock_fd; /* -1: none */
    char *path;  /* of the database; with `vfs` for the connections of readers */
    char *vfs;   /* NULL: the default */
    sqlite3 *db;
    sqlite3_stmt *insert_batch;
    struct accounts *accounts;
    struct tails *tails;
    struct checkpointer *checkpointer;
    struct journal_buffer buffer;
    uint64_t wal_frames;      /* in the log after the last commit */
    uint64_t frames_asked;    /* of them when the background round was last asked for */
    uint64_t frames_finished; /* of them when the writer last made its own round */
};

/* "DIRECTORY/odograph.db"; freed with free(). */
char *store_path(const char *directory);

/*
 * Calls `take` for every part of every journal row, in order of commits. Stops at what it answers
 * other than ERR_OK. ERR_CORRUPT: a row is damaged, which was logged with its number; with
 * `go_on` the other rows are taken all the same.
 */
struct journal_walk {
    void *context;
    enum err (*take)(void *context, const struct journal_part *part);
    bool go_on;
};
MUST_USE enum err store_walk_journal(sqlite3 *db, const struct journal_walk *walk);

#endif
