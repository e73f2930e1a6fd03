/*
 * SQLite opens whatever it finds: where the log is damaged, cut short or gone, what stood in it is
 * undone, and nobody is told. A store below what it has acknowledged must not go on as if nothing
 * had happened, since trackers have deleted what it said it has. So, under the lock and before
 * SQLite may change anything:
 *
 *     the files      a log without its database, a witness of commits without one
 *     the log        walked (wal.c)
 *     the database   read with its log, and held against the witness (witness.c)
 *
 * The witness is read first: beside a running server it then says no more than what is read later.
 */
#include "store/inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/database.h"
#include "store/file.h"
#include "store/schema.h"

enum { CACHE_KIB = 1024, TEXT_SIZE = 400, COST_SIZE = 160 };

char *inspect_log_path(const char *directory)
{
    char *path = mem_new(strlen(directory) + sizeof("/" DATABASE_FILE "-wal"));
    (void)sprintf(path, "%s/" DATABASE_FILE "-wal", directory);
    return path;
}

static bool is_empty(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 || st.st_size == 0;
}

/* As SQLite would have it. What is no store, or damaged, its own opening tells. */
static enum err look(const char *path, const char *vfs, bool is_alone, struct witness_note *out)
{
    const struct database_options options = {
        .path = path, .vfs = vfs, .cache_kib = CACHE_KIB, .read_only = true, .alone = is_alone};
    sqlite3 *db = NULL;
    int64_t application_id = 0;
    enum err e = database_open(&options, &db);
    e = e == ERR_OK ? database_number(db, "PRAGMA application_id", &application_id) : e;
    if (e == ERR_OK && application_id == SCHEMA_APPLICATION_ID) {
        e = witness_look(db, out);
    }
    (void)sqlite3_close(db);
    return e;
}

static enum damage compare(const struct inspection *in)
{
    if (!in->has_witness || in->witness.seq == 0) {
        return DAMAGE_NONE;
    }
    if (!witness_is_of(&in->witness, &in->store)) {
        return in->log.taken > 0 ? DAMAGE_OTHER_LOG : DAMAGE_NONE;
    }
    return in->store.seq < in->witness.seq ? DAMAGE_LOST : DAMAGE_NONE;
}

/* Without a database. */
static enum damage look_for_rest(const struct inspection *in, const char *log_path)
{
    if (!is_empty(log_path)) {
        return DAMAGE_LONE_LOG;
    }
    return in->has_witness && in->witness.seq > 0 ? DAMAGE_NO_STORE : DAMAGE_NONE;
}

/* What would be left of a store whose log is damaged: keep.c takes the newer one if it is sound. */
static void look_at_rest(struct inspection *in, const char *path, const char *vfs)
{
    struct witness_note alone = {.seq = 0};
    enum err with = look(path, vfs, false, &in->store);
    enum err without = look(path, vfs, true, &alone);
    if (without == ERR_OK && (with != ERR_OK || alone.seq > in->store.seq)) {
        in->store = alone;
    }
}

static enum err look_at_files(struct inspection *in, const char *path, const char *log_path,
                              const char *vfs)
{
    if (is_empty(path)) {
        in->damage = look_for_rest(in, log_path);
        return ERR_OK;
    }
    enum err e = wal_walk(log_path, path, &in->log);
    if (e != ERR_OK) {
        in->damage = e == ERR_CORRUPT ? DAMAGE_LOG : DAMAGE_NONE;
        if (e == ERR_CORRUPT) {
            look_at_rest(in, path, vfs);
        }
        return e;
    }
    e = look(path, vfs, false, &in->store);
    if (e == ERR_CORRUPT) {
        in->damage = DAMAGE_UNREADABLE;
    } else if (e == ERR_OK) {
        in->damage = compare(in);
    }
    return e;
}

enum err inspect_store(const char *directory, const char *vfs, struct inspection *out)
{
    *out = (struct inspection){.damage = DAMAGE_NONE};
    enum err e = witness_read(directory, &out->witness);
    out->has_witness = e == ERR_OK;
    out->is_witness_closed = e == ERR_FORBIDDEN;
    if (e == ERR_IO) {
        return e;
    }
    char *path = store_path(directory);
    char *log_path = inspect_log_path(directory);
    e = look_at_files(out, path, log_path, vfs);
    free(path);
    free(log_path);
    return e == ERR_OK && out->damage != DAMAGE_NONE ? ERR_CORRUPT : e;
}

/* ---- telling ---- */

/* What accepting the damage would cost, as far as that is known. */
static void describe_cost(const struct inspection *in, char out[COST_SIZE])
{
    unsigned long long good = in->store.seq;
    unsigned long long newest = in->witness.seq;
    bool is_known = in->has_witness && witness_is_of(&in->witness, &in->store);
    if (is_known && newest > good) {
        (void)snprintf(out, COST_SIZE,
                       "; the last good commit is %llu, the newest acknowledged %llu: "
                       "accepting it loses %llu",
                       good, newest, newest - good);
    } else if (is_known || good == 0) {
        (void)snprintf(out, COST_SIZE, "%s",
                       is_known ? "; the newest acknowledged commit is a good one" : "");
    } else {
        (void)snprintf(out, COST_SIZE,
                       "; the last good commit is %llu, how many came after it is not known", good);
    }
}

static void describe(const struct inspection *in, char out[TEXT_SIZE])
{
    char cost[COST_SIZE];
    describe_cost(in, cost);
    switch (in->damage) {
    case DAMAGE_LOG:
        (void)snprintf(out, TEXT_SIZE,
                       DATABASE_FILE "-wal is damaged: %s %llu of %llu frames is not what was "
                                     "written, and SQLite would undo every commit from there on%s",
                       in->log.bad_frame == 0 ? "its header," : "number",
                       (unsigned long long)in->log.bad_frame, (unsigned long long)in->log.frames,
                       cost);
        break;
    case DAMAGE_LOST:
        (void)snprintf(out, TEXT_SIZE, "%s%s",
                       DATABASE_FILE "-wal is missing or cut short, or " DATABASE_FILE
                                     " is an older copy",
                       cost);
        break;
    case DAMAGE_LONE_LOG:
        (void)snprintf(out, TEXT_SIZE, "%s",
                       DATABASE_FILE " is missing or empty, but its log " DATABASE_FILE
                                     "-wal is there");
        break;
    case DAMAGE_NO_STORE:
        (void)snprintf(out, TEXT_SIZE,
                       DATABASE_FILE " is missing or empty, but " WITNESS_FILE
                                     " says that commit %llu was acknowledged",
                       (unsigned long long)in->witness.seq);
        break;
    case DAMAGE_OTHER_LOG:
        (void)snprintf(out, TEXT_SIZE, "%s",
                       DATABASE_FILE " is another store's than " WITNESS_FILE
                                     " is of, and the log " DATABASE_FILE
                                     "-wal may be of the one before");
        break;
    default:
        (void)snprintf(out, TEXT_SIZE, "%s", DATABASE_FILE " cannot be read as a store");
        break;
    }
}

static const char *advice(enum damage damage)
{
    switch (damage) {
    case DAMAGE_LONE_LOG:
    case DAMAGE_NO_STORE:
        return "put the database back; or start once with --accept-damage, which keeps the files "
               "that are there aside and begins an empty store";
    case DAMAGE_OTHER_LOG:
        return "move " DATABASE_FILE "-wal away if " DATABASE_FILE
               " is a backup that was put here, or start once with --accept-damage, which keeps "
               "the files aside and leaves the log out";
    default:
        return "put back what is missing, or a backup; or start once with --accept-damage, which "
               "keeps the files aside and goes on without what is lost";
    }
}

void inspect_report(const char *directory, const struct inspection *found)
{
    char text[TEXT_SIZE];
    describe(found, text);
    log_line(LOG_ERROR, "store_damaged", "directory=\"%s\" what=\"%s\" do=\"%s\"", directory, text,
             advice(found->damage));
}
