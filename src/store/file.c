/*
 * The writer's database file. The engine over it (tables_sqlite.c) commits to its log; copying the
 * log back is asked of a thread of its own every ASK_EVERY_FRAMES pages, and done here where that
 * one does not keep up.
 */
#include "store/file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/checkpoint.h"
#include "store/database.h"
#include "store/owner.h"
#include "store/schema.h"
#include "store/tables_sqlite.h"
#include "store/witness.h"

enum { PAGE_BYTES = 16384, CHECKPOINTER_CACHE_KIB = 1024 };
enum {
    ASK_EVERY_FRAMES = (4 << 20) / PAGE_BYTES,
    FINISH_AT_FRAMES = (32 << 20) / PAGE_BYTES,
    FINISH_AGAIN_FRAMES = (1 << 20) / PAGE_BYTES,
};

/* ---- opening and closing ---- */

char *store_path(const char *directory)
{
    char *path = mem_new(strlen(directory) + sizeof("/" DATABASE_FILE));
    (void)sprintf(path, "%s/" DATABASE_FILE, directory);
    return path;
}

static int note_frames(void *context, sqlite3 *db, const char *name, int frames)
{
    struct store *s = context;
    (void)db;
    (void)name;
    if ((uint64_t)frames < s->wal_frames) { /* the log was begun anew */
        s->frames_asked = 0;
        s->frames_finished = 0;
    }
    s->wal_frames = (uint64_t)frames;
    return SQLITE_OK;
}

/*
 * SQLite would let everybody read a new file (and its log, which takes its mode from it); it holds
 * password hashes. What stops this stops SQLite too, which then says why.
 */
static void make_private(const char *path, const char *directory)
{
    int fd = owner_open(directory, path, O_RDWR | O_EXCL | O_CLOEXEC);
    if (fd >= 0) {
        (void)close(fd);
        log_line(LOG_INFO, "store_created", "directory=%s", directory);
    }
}

static enum err open_database(struct store *s, const struct database_options *options)
{
    enum err e = database_open(options, &s->db);
    if (e != ERR_OK) {
        return e;
    }
    e = schema_migrate(s->db, &store_schema);
    if (e == ERR_OK) {
        (void)sqlite3_wal_hook(s->db, note_frames, s);
    }
    if (e == ERR_OK) {
        e = tables_sqlite_new(s->db, SQLITE_WRITES, &s->tables);
    }
    if (e == ERR_OK) {
        e = witness_open(s->db, s->directory, &s->witness);
    }
    if (e != ERR_OK) {
        database_log(s->db, "store_open_failed", e);
    }
    return e;
}

enum err file_open(struct store *s, uint32_t cache_kib)
{
    struct database_options options = {.path = s->path, .vfs = s->vfs, .cache_kib = cache_kib};
    make_private(s->path, s->directory);
    enum err e = open_database(s, &options);
    options.cache_kib = CHECKPOINTER_CACHE_KIB;
    return e == ERR_OK ? checkpointer_start(&options, &s->checkpointer) : e;
}

void file_stop(struct store *s)
{
    checkpointer_stop(s->checkpointer);
}

void file_close(struct store *s)
{
    tables_close(s->tables);
    check(sqlite3_close(s->db) == SQLITE_OK); /* copies the log back and removes it */
    witness_close(s->witness);
}

/* ---- checkpoints ---- */

/* The writer's own round, that ends what the background has begun. */
static enum err finish_log(struct store *s)
{
    enum err e = checkpoint_passive(s->db);
    if (e == ERR_BUSY) {
        return ERR_OK; /* the background is at it still: the next call tries again */
    }
    s->frames_finished = s->wal_frames;
    if (e != ERR_OK) {
        database_log(s->db, "checkpoint_failed", e);
    }
    return e;
}

enum err file_maintain(struct store *s)
{
    enum err e = checkpointer_result(s->checkpointer);
    if (s->wal_frames >= FINISH_AT_FRAMES) {
        bool is_due = s->wal_frames >= s->frames_finished + FINISH_AGAIN_FRAMES;
        enum err own = is_due ? finish_log(s) : ERR_OK;
        e = e == ERR_OK ? own : e;
    } else if (s->wal_frames >= s->frames_asked + ASK_EVERY_FRAMES) {
        s->frames_asked = s->wal_frames;
        checkpointer_request(s->checkpointer);
    }
    if (e == ERR_FULL) { /* tried again until there is space, so that it can end */
        checkpointer_request(s->checkpointer);
    }
    return e;
}
