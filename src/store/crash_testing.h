#ifndef STORE_CRASH_TESTING_H
#define STORE_CRASH_TESTING_H

/*
 * A store at work, what it would leave if it died now, and what becomes of that when something of
 * it is damaged or missing. Included after <cmocka.h>.
 */
#include <dirent.h>
#include <fcntl.h>

#include "store/engine_testing.h"
#include "store/inspect.h"
#include "store/keep.h"

enum { PATH_SIZE = KIT_PATH_SIZE + 64, FIXES = 20, PAGE = 16384, FRAME = 24 + PAGE };

static const char *const files[] = {"odograph.db", "odograph.db-wal", "odograph.seq"};

enum { DATABASE, LOG, WITNESS, FILES };

/* A store at work, and what it would leave if it died now. */
struct crash {
    struct kit *k;
    char path[KIT_PATH_SIZE];
};

/* ---- files ---- */

static inline void name_in(char out[PATH_SIZE], const char *directory, int file)
{
    (void)snprintf(out, PATH_SIZE, "%s/%s", directory, files[file]);
}

/* Of a log that is missing 0 too: to SQLite, which makes one to look into, that is the same. */
static inline int64_t size_of(const char *directory, int file)
{
    char path[PATH_SIZE];
    struct stat st;
    name_in(path, directory, file);
    return stat(path, &st) == 0 ? (int64_t)st.st_size : file == LOG ? 0 : -1;
}

static inline void copy(const char *from_directory, const char *to_directory, int file)
{
    char from[PATH_SIZE];
    char to[PATH_SIZE];
    uint8_t *data = mem_new(1 << 16);
    name_in(from, from_directory, file);
    name_in(to, to_directory, file);
    int in = open(from, O_RDONLY | O_CLOEXEC);
    assert_true(in >= 0);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(out >= 0);
    ssize_t n = read(in, data, 1 << 16);
    for (; n > 0; n = read(in, data, 1 << 16)) {
        assert_int_equal(write(out, data, (size_t)n), n);
    }
    assert_int_equal(close(in), 0);
    assert_int_equal(close(out), 0);
    free(data);
}

static inline void drop(const char *directory, int file)
{
    char path[PATH_SIZE];
    name_in(path, directory, file);
    assert_int_equal(unlink(path), 0);
}

static inline void flip(const char *directory, int file, int64_t at)
{
    char path[PATH_SIZE];
    uint8_t byte = 0;
    name_in(path, directory, file);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 16;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    assert_int_equal(close(fd), 0);
}

static inline void cut(const char *directory, int file, int64_t size)
{
    char path[PATH_SIZE];
    name_in(path, directory, file);
    assert_int_equal(truncate(path, size), 0);
}

/* ---- dying ---- */

static inline int begin(void **state)
{
    struct crash *c = mem_new(sizeof(*c));
    (void)set_up((void **)&c->k);
    kit_directory_new(c->path);
    *state = c;
    return 0;
}

static inline int end(void **state)
{
    struct crash *c = *state;
    (void)tear_down((void **)&c->k);
    kit_directory_remove(c->path);
    free(c);
    return 0;
}

static inline void commit_some(struct crash *c, int64_t from, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        commit_at(c->k, 1, KIT_TIME_S + (from + i) * 10);
    }
}

/* What kill -9 leaves. */
static inline void die(struct crash *c)
{
    for (int i = 0; i < FILES; i++) {
        copy(c->k->path, c->path, i);
    }
}

/* Where the last commit ends: behind it stand frames of an earlier round. */
static inline int64_t end_of_log(const struct crash *c)
{
    char log[PATH_SIZE];
    struct wal_report report;
    name_in(log, c->k->path, LOG);
    assert_int_equal(wal_walk(log, c->k->store->path, &report), ERR_OK);
    return (int64_t)report.taken_bytes;
}

static inline void assert_damage(struct crash *c, enum damage damage)
{
    struct inspection found;
    enum err e = damage == DAMAGE_NONE ? ERR_OK : ERR_CORRUPT;
    assert_int_equal(inspect_store(c->path, NULL, &found), e);
    assert_int_equal(found.damage, damage);
}

static inline enum err try_open(const char *path, bool accept, struct counters *counters,
                                struct store **out)
{
    const struct store_options o = {.directory = path,
                                    .cache_kib = KIT_CACHE_KIB,
                                    .accept_damage = accept,
                                    .counters = counters};
    return store_open(&o, out);
}

static inline void no_line(void *context, const struct store_check_line *line)
{
    (void)context;
    (void)line;
}

/* Refused, and by check and backup too; and nothing is another than it was. */
static inline void assert_refused(struct crash *c, enum damage damage)
{
    struct store *s = NULL;
    char file[PATH_SIZE];
    int64_t sizes[FILES];
    for (int i = 0; i < FILES; i++) {
        sizes[i] = size_of(c->path, i);
    }
    assert_damage(c, damage);
    assert_int_equal(try_open(c->path, false, NULL, &s), ERR_CORRUPT);
    assert_int_equal(store_check(c->path, no_line, NULL), ERR_CORRUPT);
    (void)snprintf(file, sizeof(file), "%s/copy.db", c->k->path);
    struct store_backup_content content;
    const struct store_backup backup = {.directory = c->path, .file = file};
    assert_int_equal(store_backup(&backup, &content), ERR_CORRUPT);
    for (int i = 0; i < FILES; i++) {
        assert_int_equal(size_of(c->path, i), sizes[i]);
    }
    assert_int_equal(keep_count(c->path), 0);
}

static inline size_t fixes_in(const char *path, bool accept)
{
    struct store *s = NULL;
    assert_int_equal(try_open(path, accept, NULL, &s), ERR_OK);
    (void)kit_load(s, 1);
    size_t count = kit_count(s, 1);
    store_close(s);
    return count;
}

static inline void assert_opens(struct crash *c, size_t fixes)
{
    assert_damage(c, DAMAGE_NONE);
    assert_int_equal(store_check(c->path, no_line, NULL), ERR_OK);
    assert_int_equal(fixes_in(c->path, false), fixes);
}

/* The folder of the kept files. */
static inline void find_kept(const char *directory, char out[KIT_PATH_SIZE])
{
    DIR *dir = opendir(directory);
    assert_non_null(dir);
    const struct dirent *entry = readdir(dir);
    while (entry != NULL && strncmp(entry->d_name, "damaged-", 8) != 0) {
        entry = readdir(dir);
    }
    assert_non_null(entry);
    (void)snprintf(out, KIT_PATH_SIZE, "%.100s/%.100s", directory, entry->d_name);
    assert_null(strstr(out, ".part"));
    (void)closedir(dir);
}

/* Accepted with so many fixes left; the files are kept as they were, and the store goes on. */
static inline void assert_accepted(struct crash *c, size_t fixes)
{
    char kept[KIT_PATH_SIZE];
    int64_t sizes[FILES];
    for (int i = 0; i < FILES; i++) {
        sizes[i] = size_of(c->path, i);
    }
    assert_int_equal(fixes_in(c->path, true), fixes);
    assert_int_equal(keep_count(c->path), 1);
    find_kept(c->path, kept);
    for (int i = 0; i < FILES; i++) {
        assert_int_equal(size_of(kept, i), sizes[i]);
    }
    assert_damage(c, DAMAGE_NONE);
    assert_int_equal(store_check(c->path, no_line, NULL), ERR_CORRUPT); /* while they lie there */
    assert_int_equal(fixes_in(c->path, false), fixes);
    kit_directory_remove(kept);
    assert_int_equal(store_check(c->path, no_line, NULL), ERR_OK);
}

#define WITH_CRASH(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
