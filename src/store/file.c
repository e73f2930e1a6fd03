/*
 * The files of a store: its directory is locked, looked through for damage (inspect.c), and its
 * database opened with a witness beside. The engine over it (tables_sqlite.c) commits to its log;
 * copying the log back is asked of a thread of its own every ASK_EVERY_FRAMES pages, and done here
 * where that one does not keep up.
 */
#include "store/file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/checkpoint.h"
#include "store/database.h"
#include "store/file_private.h"
#include "store/inspect.h"
#include "store/keep.h"
#include "store/lock.h"
#include "store/owner.h"
#include "store/schema.h"
#include "store/tables_sqlite.h"
#include "store/witness.h"

enum { PAGE_BYTES = 16384, CHECKPOINTER_CACHE_KIB = 1024, COUNT_KEPT_EVERY_MS = 1000 };
enum {
    ASK_EVERY_FRAMES = (4 << 20) / PAGE_BYTES,
    FINISH_AT_FRAMES = (32 << 20) / PAGE_BYTES,
    FINISH_AGAIN_FRAMES = (1 << 20) / PAGE_BYTES,
};

static struct file_storage *file_of(struct storage *s)
{
    return (struct file_storage *)s;
}

/* ---- opening and closing ---- */

char *store_path(const char *directory)
{
    char *path = mem_new(strlen(directory) + sizeof("/" DATABASE_FILE));
    (void)sprintf(path, "%s/" DATABASE_FILE, directory);
    return path;
}

/* What is missing or damaged is refused, or accepted because somebody said so. */
static enum err look_for_damage(const struct file_storage *f, bool *is_mended)
{
    struct inspection found;
    enum err e = inspect_store(f->directory, f->vfs, &found);
    if (e != ERR_CORRUPT) {
        keep_tidy(f->directory);
        return e == ERR_OK && found.is_witness_closed ? ERR_FORBIDDEN : e;
    }
    inspect_report(f->directory, &found);
    if (f->accepts_damage) {
        e = keep_and_mend(f->directory, f->vfs, &found);
        *is_mended = e == ERR_OK;
    }
    return e;
}

static int note_frames(void *context, sqlite3 *db, const char *name, int frames)
{
    struct file_storage *f = context;
    (void)db;
    (void)name;
    if ((uint64_t)frames < f->wal_frames) { /* the log was begun anew */
        f->frames_asked = 0;
        f->frames_finished = 0;
    }
    f->wal_frames = (uint64_t)frames;
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

static enum err open_tables(struct file_storage *f, const struct database_options *options,
                            struct tables **out)
{
    enum err e = database_open(options, &f->db);
    if (e != ERR_OK) {
        return e;
    }
    struct schema schema = store_schema;
    schema.vault = f->vault;
    e = schema_migrate(f->db, &schema);
    if (e == ERR_OK) {
        (void)sqlite3_wal_hook(f->db, note_frames, f);
    }
    if (e == ERR_OK) {
        e = tables_sqlite_new(f->db, SQLITE_WRITES, out);
    }
    if (e == ERR_OK) {
        e = witness_open(f->db, f->directory, &f->witness);
    }
    if (e != ERR_OK) {
        database_log(f->db, "store_open_failed", e);
    }
    return e;
}

static enum err open_database(struct file_storage *f, struct tables **out)
{
    struct database_options options = {.path = f->path, .vfs = f->vfs, .cache_kib = f->cache_kib};
    make_private(f->path, f->directory);
    enum err e = open_tables(f, &options, out);
    options.cache_kib = CHECKPOINTER_CACHE_KIB;
    return e == ERR_OK ? checkpointer_start(&options, &f->checkpointer) : e;
}

static enum err open_file(struct storage *s, struct counters *counters, struct tables **out)
{
    struct file_storage *f = file_of(s);
    bool is_mended = false; /* which takes the witness away, and is told by itself */
    f->counters = counters;
    enum err e = lock_take(f->directory, &f->lock_fd);
    e = e == ERR_OK ? look_for_damage(f, &is_mended) : e;
    e = e == ERR_OK ? open_database(f, out) : e;
    if (e != ERR_OK) {
        return e;
    }
    bool is_missing = !is_mended && witness_was_missing(f->witness);
    atomic_store_explicit(&counters->witness_missing, is_missing, memory_order_relaxed);
    atomic_store_explicit(&counters->damage_kept, keep_count(f->directory), memory_order_relaxed);
    return ERR_OK;
}

static enum err open_reader(struct storage *s, struct tables **out)
{
    const struct file_storage *f = file_of(s);
    return tables_sqlite_open(f->path, f->vfs, SQLITE_READS, out);
}

static void close_file(struct storage *s)
{
    struct file_storage *f = file_of(s);
    checkpointer_stop(f->checkpointer);
    check(sqlite3_close(f->db) == SQLITE_OK); /* copies the log back and removes it */
    witness_close(f->witness);
    if (f->lock_fd >= 0) {
        (void)close(f->lock_fd);
    }
    free(f->directory);
    free(f->path);
    free(f->vfs);
    free(f);
}

/* ---- commits ---- */

static void note_commit(struct storage *s, uint64_t seq)
{
    struct file_storage *f = file_of(s);
    bool is_told = witness_write(f->witness, seq);
    atomic_store_explicit(&f->counters->witness_failing, !is_told, memory_order_relaxed);
}

/* ---- checkpoints ---- */

/* The writer's own round, that ends what the background has begun. */
static enum err finish_log(struct file_storage *f)
{
    enum err e = checkpoint_passive(f->db);
    if (e == ERR_BUSY) {
        return ERR_OK; /* the background is at it still: the next call tries again */
    }
    f->frames_finished = f->wal_frames;
    if (e != ERR_OK) {
        database_log(f->db, "checkpoint_failed", e);
    }
    return e;
}

static enum err maintain_log(struct file_storage *f)
{
    enum err e = checkpointer_result(f->checkpointer);
    if (f->wal_frames >= FINISH_AT_FRAMES) {
        bool is_due = f->wal_frames >= f->frames_finished + FINISH_AGAIN_FRAMES;
        enum err own = is_due ? finish_log(f) : ERR_OK;
        e = e == ERR_OK ? own : e;
    } else if (f->wal_frames >= f->frames_asked + ASK_EVERY_FRAMES) {
        f->frames_asked = f->wal_frames;
        checkpointer_request(f->checkpointer);
    }
    if (e == ERR_FULL) { /* tried again until there is space, so that it can end */
        checkpointer_request(f->checkpointer);
    }
    return e;
}

/* Whoever deletes the folders of damaged files need not start the server anew for /health. */
static void count_kept(struct file_storage *f)
{
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms >= f->kept_due_ms && counter_get(f->counters, damage_kept) > 0) {
        f->kept_due_ms = now_ms + COUNT_KEPT_EVERY_MS;
        atomic_store_explicit(&f->counters->damage_kept, keep_count(f->directory),
                              memory_order_relaxed);
    }
}

static enum err maintain_file(struct storage *s)
{
    struct file_storage *f = file_of(s);
    count_kept(f);
    return maintain_log(f);
}

/* ---- the storage ---- */

struct storage *file_storage_new(const struct store_options *options)
{
    struct file_storage *f = mem_new(sizeof(*f));
    f->base = (struct storage){
        .open = open_file,
        .open_reader = open_reader,
        .note_commit = note_commit,
        .maintain = maintain_file,
        .close = close_file,
    };
    f->directory = mem_copy_text(options->directory);
    f->path = store_path(options->directory);
    f->vfs = options->vfs == NULL ? NULL : mem_copy_text(options->vfs);
    f->cache_kib = options->cache_kib;
    f->accepts_damage = options->accept_damage;
    f->vault = options->vault;
    f->lock_fd = -1;
    return &f->base;
}
