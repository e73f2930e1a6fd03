/*
 * The store over SQLite: the file, its lock and its one writer. Where things are:
 *
 *     odograph.db       tables (schema.c): entities as rows, fixes as journal batches
 *     odograph.db-wal   what was committed since the last checkpoint; every commit syncs it
 *     odograph.lock     held while a process writes (lock.c)
 *     memory            tails (tail.c): the journal's fixes by device, for readers
 *
 * A commit packs its batch (journal.c), stages the records behind the tails, writes rows and batch
 * in one transaction and, when that is durable, publishes the tails. Whatever fails before, the
 * transaction is undone and the staged records are dropped: nothing of it was ever seen.
 */
#include "store/store.h"

#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/lock.h"
#include "store/pack.h"
#include "store/schema.h"
#include "store/store_private.h"

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
    s->wal_frames = (uint64_t)frames;
    return SQLITE_OK;
}

/*
 * SQLite would let everybody read a new file (and its log, which takes its mode from it); it holds
 * password hashes. What stops this stops SQLite too, which then says why.
 */
static void make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) {
        (void)close(fd);
    }
}

static enum err open_database(struct store *s, const struct database_options *options)
{
    enum err e = database_open(options, &s->db);
    if (e != ERR_OK) {
        return e;
    }
    e = schema_migrate(s->db, schema_steps, schema_step_count);
    if (e == ERR_OK) {
        (void)sqlite3_wal_hook(s->db, note_frames, s);
        e = database_prepare(s->db, "INSERT INTO journal(batch) VALUES(?)", &s->insert_batch);
    }
    if (e == ERR_OK) {
        e = accounts_open(s->db, &s->accounts);
    }
    if (e != ERR_OK) {
        database_log(s->db, "store_open_failed", e);
    }
    return e;
}

enum err store_open(const struct store_options *options, struct store **out)
{
    struct store *s = mem_new(sizeof(*s));
    s->lock_fd = -1;
    s->tails = tails_new();
    s->path = store_path(options->directory);
    s->vfs = options->vfs == NULL ? NULL : mem_copy_text(options->vfs);
    struct database_options database = {
        .path = s->path,
        .vfs = s->vfs,
        .cache_kib = options->cache_kib,
    };
    enum err e = lock_take(options->directory, &s->lock_fd);
    if (e == ERR_OK) {
        make_private(s->path);
        e = open_database(s, &database);
    }
    if (e == ERR_OK) {
        database.cache_kib = CHECKPOINTER_CACHE_KIB;
        e = checkpointer_start(&database, &s->checkpointer);
    }
    if (e != ERR_OK) {
        store_close(s);
        return e;
    }
    *out = s;
    return ERR_OK;
}

void store_close(struct store *s)
{
    checkpointer_stop(s->checkpointer);
    accounts_close(s->accounts);
    (void)sqlite3_finalize(s->insert_batch);
    check(sqlite3_close(s->db) == SQLITE_OK); /* copies the log back and removes it */
    tails_free(s->tails);
    journal_buffer_clear(&s->buffer);
    if (s->lock_fd >= 0) {
        (void)close(s->lock_fd);
    }
    free(s->path);
    free(s->vfs);
    free(s);
}

/* ---- loading ---- */

static enum err walk_batch(struct bytes batch, const struct journal_walk *walk)
{
    struct journal_cursor c;
    struct journal_part part;
    enum err e = journal_open(batch, &c);
    while (e == ERR_OK) {
        e = journal_next(&c, &part);
        if (e == ERR_OK) {
            e = walk->take(walk->context, &part);
        }
    }
    return e == ERR_END ? ERR_OK : e;
}

enum err store_walk_journal(sqlite3 *db, const struct journal_walk *walk)
{
    static const char sql[] = "SELECT batch, seq FROM journal ORDER BY seq";
    sqlite3_stmt *rows = NULL;
    enum err worst = ERR_OK;
    enum err e = database_err(db, sqlite3_prepare_v2(db, sql, -1, &rows, NULL));
    while (e == ERR_OK) {
        int result = sqlite3_step(rows);
        if (result != SQLITE_ROW) {
            e = result == SQLITE_DONE ? ERR_END : database_err(db, result);
            break;
        }
        const uint8_t *at = sqlite3_column_blob(rows, 0);
        struct bytes batch = {at, at == NULL ? 0 : (size_t)sqlite3_column_bytes(rows, 0)};
        e = walk_batch(batch, walk);
        if (e != ERR_OK) {
            log_line(LOG_ERROR, "journal_damaged", "seq=%lld bytes=%zu why=\"%s\"",
                     (long long)sqlite3_column_int64(rows, 1), batch.len, err_text(e));
            worst = e;
            e = walk->go_on ? ERR_OK : e;
        }
    }
    (void)sqlite3_finalize(rows);
    return e == ERR_END ? worst : e;
}

/* The last state of a device while the journal is being read. */
struct last_state {
    int64_t device;
    bool dirty;
    int64_t dirty_from_s;
    size_t len;
    uint8_t at[];
};

struct loading {
    struct tails *tails;
    GHashTable *states; /* device -> struct last_state, owned */
};

static enum err stage_part(struct tails *tails, const struct journal_part *part)
{
    struct reader r = reader_init(part->fixes);
    struct bytes body = {0};
    int64_t time_s = 0;
    while (pack_next(&r, &body, &time_s)) {
        tails_stage(tails, part->device, body, time_s);
    }
    return reader_ok(&r) ? ERR_OK : ERR_CORRUPT;
}

/* What is read from a disk is looked at once, whole; from then on it is ours. */
static enum err check_fixes(struct bytes fixes)
{
    struct reader r = reader_init(fixes);
    struct bytes body = {0};
    int64_t time_s = 0;
    enum err e = ERR_OK;
    while (e == ERR_OK && pack_next(&r, &body, &time_s)) {
        struct fix fix;
        e = unpack_fix(body, &fix);
    }
    return e;
}

static enum err load_part(void *context, const struct journal_part *part)
{
    struct loading *l = context;
    enum err e = check_fixes(part->fixes);
    if (e != ERR_OK) {
        return e;
    }
    struct last_state *last = mem_new(sizeof(*last) + part->state.len);
    last->device = part->device;
    last->dirty = part->dirty;
    last->dirty_from_s = part->dirty_from_s;
    last->len = part->state.len;
    if (last->len > 0) {
        memcpy(last->at, part->state.at, last->len);
    }
    (void)g_hash_table_replace(l->states, &last->device, last);
    return stage_part(l->tails, part);
}

static enum err give_states(GHashTable *states, const struct store_loader *loader)
{
    GHashTableIter i;
    void *value = NULL;
    g_hash_table_iter_init(&i, states);
    while (g_hash_table_iter_next(&i, NULL, &value)) {
        const struct last_state *last = value;
        struct fold_state state;
        if (unpack_state((struct bytes){last->at, last->len}, &state) != ERR_OK) {
            log_line(LOG_ERROR, "state_damaged", "device=%lld", (long long)last->device);
            return ERR_CORRUPT;
        }
        loader->state(loader->context, last->device, &state, last->dirty, last->dirty_from_s);
    }
    return ERR_OK;
}

enum err store_load(struct store *s, const struct store_loader *loader)
{
    struct accounts_loader accounts = {.context = loader->context, .change = loader->change};
    enum err e = accounts_load(s->db, &accounts);
    if (e != ERR_OK) {
        return e;
    }
    struct loading l = {
        .tails = s->tails,
        .states = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free),
    };
    struct journal_walk walk = {.context = &l, .take = load_part};
    e = store_walk_journal(s->db, &walk);
    if (e == ERR_OK) {
        tails_publish(s->tails);
        e = give_states(l.states, loader);
    }
    g_hash_table_destroy(l.states);
    return e;
}

/* ---- writing ---- */

static enum err stage_for_commit(void *context, const struct journal_part *part)
{
    return stage_part(context, part);
}

static enum err save_batch(struct store *s, const struct store_batch *batch)
{
    if (batch->part_count == 0) {
        return ERR_OK;
    }
    struct bytes blob = journal_pack(&s->buffer, batch->parts, batch->part_count);
    struct journal_walk walk = {.context = s->tails, .take = stage_for_commit};
    check(walk_batch(blob, &walk) == ERR_OK);
    int result = sqlite3_bind_blob64(s->insert_batch, 1, blob.at, blob.len, SQLITE_STATIC);
    enum err e = database_err(s->db, result);
    return e == ERR_OK ? database_step(s->db, s->insert_batch) : e;
}

static enum err save_changes(struct store *s, const struct store_batch *batch)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < batch->change_count && e == ERR_OK; i++) {
        e = accounts_save(s->accounts, &batch->changes[i]);
    }
    return e;
}

static enum err write_transaction(struct store *s, const struct store_batch *batch)
{
    enum err e = database_run(s->db, "BEGIN IMMEDIATE");
    if (e == ERR_OK) {
        e = save_changes(s, batch);
    }
    if (e == ERR_OK) {
        e = save_batch(s, batch);
    }
    if (e == ERR_OK) {
        e = database_run(s->db, "COMMIT");
    }
    return e;
}

enum err store_commit(struct store *s, const struct store_batch *batch)
{
    if (batch->part_count == 0 && batch->change_count == 0) {
        return ERR_OK;
    }
    enum err e = write_transaction(s, batch);
    if (e == ERR_OK) {
        tails_publish(s->tails);
        return ERR_OK;
    }
    if (e != ERR_FULL && e != ERR_BUSY) { /* those two the caller tells, while it tries again */
        database_log(s->db, "commit_failed", e);
    }
    tails_drop(s->tails);
    return database_rollback(s->db) == ERR_OK ? e : ERR_IO;
}

bool store_has_repeat(struct store *s, int64_t device, const struct fix *fix)
{
    return tails_has_repeat(s->tails, device, fix);
}

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

enum err store_maintain(struct store *s)
{
    enum err e = checkpointer_result(s->checkpointer);
    if (s->wal_frames < s->frames_asked) { /* the log was begun anew */
        s->frames_asked = 0;
        s->frames_finished = 0;
    }
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
