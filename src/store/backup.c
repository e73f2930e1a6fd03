/*
 * A copy of a store in use, of one instant. One read transaction is held from the first page to the
 * last, so that SQLite's backup (sqlite3_backup_step) never has to begin again, however much is
 * committed meanwhile; the pages go over in portions, for the sake of whoever watches. Beside it
 * the writer commits undisturbed, but its log cannot be begun anew before the copy is complete: it
 * grows by what is written in that time.
 *
 * VACUUM INTO gives the same instant, without free pages; it builds every table anew, which holds
 * the transaction, and so the log, for longer: on a gigabyte of chunks by a third to twice. Backups
 * in portions without the transaction begin again at every commit, and never end under load.
 *
 *     FILE.part    made anew or taken over from a backup that was killed; locked (flock)
 *     copied       every page, unsynced and without a journal: nothing of it counts yet
 *     nameless     the store's id is taken out: no witness speaks of a copy
 *     unlogged     its header says no longer that a log stands beside it: one file is all
 *     synced       the file
 *     checked      all that check.c looks at
 *     FILE         by a rename that replaces nothing, then a sync of the directory
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/check.h"
#include "store/database.h"
#include "store/inspect.h"
#include "store/store_private.h"

enum { CACHE_KIB = 2048, STEP_PAGES = 256 };

struct copy {
    const struct store_backup *asked;
    char *part; /* "FILE.part" */
    int fd;     /* of it, with the lock; -1: none */
};

/* One log line a failure; ERR_FULL or ERR_IO. */
static enum err report(const struct copy *c, const char *what, int number)
{
    log_line(LOG_ERROR, "backup_failed", "file=\"%s\" what=\"%s\" why=\"%s\"", c->asked->file, what,
             strerror(number));
    return number == ENOSPC || number == EDQUOT ? ERR_FULL : ERR_IO;
}

/* ---- FILE.part ---- */

/* Whether the file behind the lock is the one of that name still: its owner may have ended. */
static bool is_there_still(const struct copy *c)
{
    struct stat mine;
    struct stat there;
    return fstat(c->fd, &mine) == 0 && S_ISREG(mine.st_mode) && lstat(c->part, &there) == 0 &&
           mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

static enum err take_part(struct copy *c)
{
    const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int fd = open(c->part, flags, 0600);
    if (fd < 0) {
        return report(c, "create", errno);
    }
    c->fd = fd;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 || !is_there_still(c)) {
        log_line(LOG_ERROR, "backup_failed", "file=\"%s\" why=\"another backup writes it\"",
                 c->asked->file);
        (void)close(fd);
        c->fd = -1;
        return ERR_LOCKED;
    }
    return fchmod(fd, 0600) == 0 && ftruncate(fd, 0) == 0 ? ERR_OK : report(c, "empty", errno);
}

/* What SQLite may have left beside it goes too. */
static void drop_part(struct copy *c)
{
    static const char *const endings[] = {"-journal", "-wal", "-shm", ""};
    char *path = mem_new(strlen(c->part) + sizeof("-journal"));
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        (void)sprintf(path, "%s%s", c->part, endings[i]);
        (void)unlink(path);
    }
    free(path);
}

/* ---- the pages ---- */

static enum err copy_pages(const struct copy *c, sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup == NULL) {
        return database_err(to, sqlite3_errcode(to));
    }
    int result = SQLITE_OK;
    while (result == SQLITE_OK) {
        result = sqlite3_backup_step(backup, STEP_PAGES);
        int pages = sqlite3_backup_pagecount(backup);
        if (c->asked->progress != NULL && (result == SQLITE_OK || result == SQLITE_DONE)) {
            c->asked->progress(c->asked->context,
                               (uint64_t)(pages - sqlite3_backup_remaining(backup)),
                               (uint64_t)pages);
        }
    }
    result = sqlite3_backup_finish(backup);
    return database_err(to, result);
}

/* A copy takes an id of its own when it is first opened (witness.c). */
static enum err forget_id(sqlite3 *db)
{
    bool has_id = false;
    enum err e = database_has_table(db, "store", &has_id);
    return e == ERR_OK && has_id ? database_run(db, "UPDATE store SET id=x''") : e;
}

/* Into the empty file; nobody else opens it, so that it needs neither locks nor a journal. */
static enum err copy_to_part(const struct copy *c, sqlite3 *from)
{
    const struct database_options options = {
        .path = c->part, .vfs = c->asked->vfs, .cache_kib = CACHE_KIB};
    sqlite3 *to = NULL;
    enum err e = database_open(&options, &to);
    if (e != ERR_OK) {
        return e;
    }
    e = database_run(
        to, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF");
    if (e == ERR_OK) {
        e = copy_pages(c, from, to);
    }
    if (e == ERR_OK) {
        e = forget_id(to);
    }
    if (e == ERR_OK) {
        e = database_run(to, "PRAGMA journal_mode=DELETE");
    }
    if (e != ERR_OK) {
        database_log(to, "backup_failed", e);
    }
    (void)sqlite3_close(to);
    return e;
}

/* The store is open beside its server, for the one transaction. */
static enum err copy_store(struct copy *c, sqlite3 *from)
{
    int64_t tables = 0;
    enum err e = database_run(from, "BEGIN");
    if (e == ERR_OK) { /* the first read is what begins it */
        e = database_number(from, "SELECT count(*) FROM sqlite_schema", &tables);
    }
    if (e != ERR_OK) {
        database_log(from, "backup_failed", e);
        return e;
    }
    e = take_part(c);
    if (e == ERR_OK) {
        e = copy_to_part(c, from);
    }
    return e;
}

/* ---- the end ---- */

static void count_line(void *context, const struct store_check_line *line)
{
    struct store_backup_content *content = context;
    content->devices += line->device_id[0] != '\0' && !line->deleted;
    content->fixes += line->fixes;
}

static enum err verify(const struct copy *c, struct store_backup_content *out)
{
    struct stat st;
    if (fsync(c->fd) != 0 || fstat(c->fd, &st) != 0) {
        return report(c, "sync", errno);
    }
    *out = (struct store_backup_content){.bytes = (uint64_t)st.st_size};
    return store_check_file(c->part, count_line, out);
}

/* Some file systems cannot rename without replacing: there it is looked first. */
static int rename_anew(const char *from, const char *to)
{
    struct stat st;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL) {
        return -1;
    }
    if (lstat(to, &st) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

static enum err put_in_place(const struct copy *c)
{
    if (rename_anew(c->part, c->asked->file) != 0) {
        int number = errno;
        enum err e = report(c, "rename", number);
        return number == EEXIST ? ERR_DUPLICATE : e;
    }
    char *copy = mem_copy_text(c->asked->file);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum err e = fd >= 0 && fsync(fd) == 0 ? ERR_OK : report(c, "sync of the directory", errno);
    if (fd >= 0) {
        (void)close(fd);
    }
    free(copy);
    if (e != ERR_OK) {
        (void)unlink(c->asked->file);
    }
    return e;
}

static bool is_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

/*
 * Whether SQLite would take `file` for a part of a database, or a file beside it for a part of
 * `file`: by their names alone.
 */
static bool is_part_of_another(const char *file)
{
    static const char *const endings[] = {"-journal", "-wal", "-shm"};
    size_t len = strlen(file);
    char *path = mem_new(len + sizeof("-journal"));
    bool found = false;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t end = strlen(endings[i]);
        bool has_ending =
            len > end && file[len - end - 1] != '/' && strcmp(file + len - end, endings[i]) == 0;
        (void)sprintf(path, "%.*s", (int)(len - (has_ending ? end : 0)), file);
        found = found || (has_ending && is_there(path));
        (void)sprintf(path, "%s%s", file, endings[i]);
        found = found || (strcmp(endings[i], "-shm") != 0 && is_there(path));
    }
    free(path);
    return found;
}

static enum err open_store(const struct copy *c, sqlite3 **out)
{
    if (is_there(c->asked->file)) {
        return ERR_DUPLICATE;
    }
    if (is_part_of_another(c->asked->file)) {
        log_line(LOG_ERROR, "backup_failed", "file=\"%s\" why=\"%s\"", c->asked->file,
                 "a -wal or -journal of that name belongs to another database");
        return ERR_DUPLICATE;
    }
    struct inspection found;
    enum err e = inspect_store(c->asked->directory, NULL, &found);
    if (e != ERR_OK) {
        if (e == ERR_CORRUPT) {
            inspect_report(c->asked->directory, &found);
        }
        return e;
    }
    char *path = store_path(c->asked->directory);
    const struct database_options options = {
        .path = path, .cache_kib = CACHE_KIB, .read_only = true};
    e = database_open(&options, out);
    free(path);
    return e;
}

enum err store_backup(const struct store_backup *backup, struct store_backup_content *out)
{
    struct copy c = {.asked = backup, .fd = -1};
    sqlite3 *from = NULL;
    enum err e = open_store(&c, &from);
    if (e != ERR_OK) {
        return e;
    }
    c.part = mem_new(strlen(backup->file) + sizeof(".part"));
    (void)sprintf(c.part, "%s.part", backup->file);
    e = copy_store(&c, from);
    (void)sqlite3_close(from);
    if (e == ERR_OK) {
        e = verify(&c, out);
    }
    if (e == ERR_OK) {
        e = put_in_place(&c);
    }
    if (c.fd >= 0) {
        if (e != ERR_OK) {
            drop_part(&c);
        }
        (void)close(c.fd);
    }
    free(c.part);
    return e;
}
