/*
 * Going on with a store that has lost something, because somebody said so.
 *
 * A log is good up to its last good commit; left as it is, what stands behind would look like
 * damage for ever. But cut short it may be older than the database, into which later commits were
 * copied back already, and SQLite would lay old pages over new ones. So both are read, the database
 * with what is good of its log and without any, and of those that are sound the one that knows more
 * commits stays. Where neither is, nothing is touched.
 *
 * Then the files are copied, since they are all there is to find more in one day:
 *
 *     DIRECTORY/damaged-20261129T134105Z/odograph.db, odograph.db-wal, odograph.seq
 *
 * under a name with .part behind it until all is on the disk. As long as such a folder lies there
 * /health tells of it, so that nobody forgets what happened. Only then is the log cut, and at last
 * the witness goes: whoever is killed on the way finds the store damaged again, and decides the
 * same.
 */
#include "store/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/check.h"
#include "store/database.h"
#include "store/file.h"
#include "store/lock.h"
#include "store/owner.h"

#define PREFIX "damaged-"
#define PART   ".part"

enum { MS_PER_S = 1000, CACHE_KIB = 8192, NAME_SIZE = 64, COPY_BYTES = 1 << 20 };

static bool is_kept(const char *name)
{
    return strncmp(name, PREFIX, strlen(PREFIX)) == 0;
}

/* Of a copy that was not completed: nothing was accepted. */
static bool is_part(const char *name)
{
    size_t len = strlen(name);
    return len >= strlen(PART) && strcmp(name + len - strlen(PART), PART) == 0;
}

size_t keep_count(const char *directory)
{
    size_t count = 0;
    DIR *dir = opendir(directory);
    if (dir == NULL) {
        return 0;
    }
    const struct dirent *entry = readdir(dir);
    for (; entry != NULL; entry = readdir(dir)) {
        count += is_kept(entry->d_name) && !is_part(entry->d_name);
    }
    (void)closedir(dir);
    return count;
}

/* ---- copying ---- */

static char *path_in(const char *directory, const char *name)
{
    char *path = mem_new(strlen(directory) + strlen(name) + sizeof("/"));
    (void)sprintf(path, "%s/%s", directory, name);
    return path;
}

/* All of it; on file systems that can, without a second copy of its blocks. */
static int copy_bytes(int from, int to)
{
    ssize_t n = 1;
    while (n > 0) {
        n = copy_file_range(from, NULL, to, NULL, COPY_BYTES, 0);
    }
    if (n == 0 || (errno != EXDEV && errno != ENOSYS && errno != EOPNOTSUPP && errno != EINVAL)) {
        return n == 0 ? 0 : errno;
    }
    uint8_t *data = mem_new(COPY_BYTES);
    int number = 0;
    n = read(from, data, COPY_BYTES);
    for (; n > 0 && number == 0; n = read(from, data, COPY_BYTES)) {
        ssize_t written = write(to, data, (size_t)n);
        number = written == n ? 0 : written < 0 ? errno : ENOSPC;
    }
    free(data);
    return n < 0 ? errno : number;
}

/* A system error, or 0; a file that is missing is none. */
static int copy_file(const char *directory, const char *from_path, const char *to_path)
{
    int from = open(from_path, O_RDONLY | O_CLOEXEC);
    if (from < 0) {
        return errno == ENOENT ? 0 : errno;
    }
    int to = owner_open(directory, to_path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    int number = to < 0 ? errno : copy_bytes(from, to);
    if (number == 0 && fsync(to) != 0) {
        number = errno;
    }
    if (to >= 0) {
        (void)close(to);
    }
    (void)close(from);
    return number;
}

static const char *const names[] = {DATABASE_FILE, DATABASE_FILE "-wal", WITNESS_FILE};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

static int copy_files(const char *directory, const char *folder)
{
    int number = mkdir(folder, 0700) == 0 ? 0 : errno;
    for (size_t i = 0; i < NAMES && number == 0; i++) {
        char *from = path_in(directory, names[i]);
        char *to = path_in(folder, names[i]);
        number = copy_file(directory, from, to);
        free(from);
        free(to);
    }
    number = number == 0 ? owner_give_folder(directory, folder) : number;
    return number == 0 && lock_sync_directory(folder) != ERR_OK ? EIO : number;
}

static void drop_folder(const char *folder)
{
    for (size_t i = 0; i < NAMES; i++) {
        char *path = path_in(folder, names[i]);
        (void)unlink(path);
        free(path);
    }
    (void)rmdir(folder);
}

void keep_tidy(const char *directory)
{
    DIR *dir = opendir(directory);
    if (dir == NULL) {
        return;
    }
    const struct dirent *entry = readdir(dir);
    for (; entry != NULL; entry = readdir(dir)) {
        if (is_kept(entry->d_name) && is_part(entry->d_name)) {
            char *folder = path_in(directory, entry->d_name);
            drop_folder(folder);
            free(folder);
        }
    }
    (void)closedir(dir);
}

/* A folder gets its name when it is complete. */
static int keep_as(const char *directory, const char *part, const char *folder)
{
    int number = copy_files(directory, part);
    if (number == 0 && rename(part, folder) != 0) {
        number = errno;
    }
    if (number != 0) {
        drop_folder(part);
        return number;
    }
    return lock_sync_directory(directory) == ERR_OK ? 0 : EIO;
}

static enum err keep_files(const char *directory)
{
    struct civil c = civil_from_s(clock_wall_ms() / MS_PER_S);
    char name[NAME_SIZE];
    char part_name[NAME_SIZE + sizeof(PART)];
    (void)snprintf(name, sizeof(name), PREFIX "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day,
                   c.hour, c.minute, c.second);
    (void)snprintf(part_name, sizeof(part_name), "%s" PART, name);
    char *folder = path_in(directory, name);
    char *part = path_in(directory, part_name);
    int number = keep_as(directory, part, folder);
    if (number == 0) {
        log_line(LOG_WARN, "damage_kept",
                 "folder=\"%s\" do=\"delete it when it is done with; "
                 "/health tells of it until then\"",
                 folder);
    } else {
        log_line(LOG_ERROR, "damage_not_kept",
                 "folder=\"%s\" why=\"%s\" do=\"make room, or copy the data directory away and "
                 "remove what is damaged by hand\"",
                 folder, strerror(number));
    }
    free(folder);
    free(part);
    return number == 0 ? ERR_OK : number == ENOSPC || number == EDQUOT ? ERR_FULL : ERR_IO;
}

/* ---- mending ---- */

/* What a database is worth, with its log or alone. */
struct worth {
    bool is_sound;
    uint64_t seq;
};

static struct worth look(const char *path, const char *vfs, bool is_alone)
{
    const struct database_options options = {
        .path = path, .vfs = vfs, .cache_kib = CACHE_KIB, .read_only = true, .alone = is_alone};
    struct worth worth = {.is_sound = false};
    struct witness_note note = {.seq = 0};
    sqlite3 *db = NULL;
    enum err e = database_open(&options, &db);
    e = e == ERR_OK ? database_check_structure(db) : e;
    e = e == ERR_OK ? witness_look(db, &note) : e;
    (void)sqlite3_close(db);
    worth.is_sound = e == ERR_OK;
    worth.seq = note.seq;
    return worth;
}

/* What is gone on with. */
struct plan {
    bool is_log_kept; /* up to its last good commit; else it is left out */
    bool is_seq_known;
    uint64_t seq;
};

/*
 * SQLite reads no further than the last good commit, cut or not: so this changes nothing, and comes
 * out the same for whoever was killed before all was done.
 */
static enum err compare(const char *directory, const char *vfs, struct plan *out)
{
    char *path = store_path(directory);
    struct worth with = look(path, vfs, false);
    struct worth alone = look(path, vfs, true);
    free(path);
    if (!with.is_sound && !alone.is_sound) {
        log_line(LOG_ERROR, "damage_not_mended",
                 "directory=\"%s\" why=\"%s is damaged too, with its log and without\" "
                 "do=\"put a backup in its place\"",
                 directory, DATABASE_FILE);
        return ERR_CORRUPT;
    }
    out->is_log_kept = with.is_sound && (!alone.is_sound || with.seq > alone.seq);
    out->is_seq_known = true;
    out->seq = out->is_log_kept ? with.seq : alone.seq;
    return ERR_OK;
}

static enum err decide(const char *directory, const char *vfs, enum damage damage, struct plan *out)
{
    *out = (struct plan){.is_log_kept = false};
    switch (damage) {
    case DAMAGE_LOG:
    case DAMAGE_LOST:
    case DAMAGE_UNREADABLE:
        return compare(directory, vfs, out);
    case DAMAGE_LONE_LOG:
    case DAMAGE_NO_STORE:
    case DAMAGE_OTHER_LOG:
    case DAMAGE_NONE:
        break;
    }
    return ERR_OK;
}

static enum err cut_log(const char *directory, const struct plan *plan,
                        const struct wal_report *log)
{
    char *log_path = inspect_log_path(directory);
    enum err e = wal_cut(log_path, plan->is_log_kept ? log->taken_bytes : 0);
    free(log_path);
    return e;
}

static void tell(const char *directory, const struct plan *plan)
{
    const char *log = plan->is_log_kept ? "kept" : "left out";
    if (plan->is_seq_known) {
        log_line(LOG_WARN, "damage_accepted", "directory=\"%s\" newest=%llu log=\"%s\"", directory,
                 (unsigned long long)plan->seq, log);
    } else {
        log_line(LOG_WARN, "damage_accepted", "directory=\"%s\" log=\"%s\"", directory, log);
    }
}

enum err keep_and_mend(const char *directory, const char *vfs, const struct inspection *found)
{
    struct plan plan;
    keep_tidy(directory);
    enum err e = decide(directory, vfs, found->damage, &plan);
    e = e == ERR_OK ? keep_files(directory) : e;
    e = e == ERR_OK ? cut_log(directory, &plan, &found->log) : e;
    e = e == ERR_OK ? witness_remove(directory) : e;
    if (e == ERR_OK) {
        tell(directory, &plan);
    }
    return e;
}
