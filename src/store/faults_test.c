/*
 * What fails must leave no trace, and what was answered must survive. The faults come from
 * fault_vfs.c; a crash is a copy of the files at that instant, a power cut the image of what had
 * been synced.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>

#include "store/fault_vfs.h"
#include "store/store_testing.h"

#define VFS_NAME "faults"

enum { FIXES = 5, BIG_TEXT = 100000, BIG_TEXTS = 30 };

/* A store over the faulty VFS, with one fix of device 1 committed; `image` follows its syncs. */
struct kit {
    char path[KIT_PATH_SIZE];
    char image[KIT_PATH_SIZE];
    struct fault_vfs vfs;
    struct store *store;
};

static int set_up(void **state)
{
    struct kit *k = mem_new(sizeof(*k));
    kit_directory_new(k->path);
    kit_directory_new(k->image);
    fault_vfs_register(&k->vfs, VFS_NAME, k->image);
    k->store = kit_open(k->path, VFS_NAME);
    (void)kit_load(k->store, 1);
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    fault_vfs_set(&k->vfs, FAULT_NONE, 0);
    store_close(k->store);
    fault_vfs_unregister(&k->vfs);
    kit_directory_remove(k->path);
    kit_directory_remove(k->image);
    free(k);
    return 0;
}

/* A batch that touches an old device and a new one, and an account. */
static enum err commit_both(struct kit *k, int64_t time_s)
{
    struct fix fixes[2] = {kit_fix(time_s), kit_fix(time_s + 1)};
    struct fold_state s = kit_state(&fixes[1], (uint64_t)time_s);
    struct store_part parts[2] = {{.device = 1, .fixes = fixes, .count = 2, .state = &s},
                                  {.device = 2, .fixes = fixes, .count = 2, .state = &s}};
    struct change c = {.kind = CHANGE_PUT_ENTERPRISE};
    c.enterprise = (struct enterprise){.id = time_s, .name = "Mole & Sons", .zone = "UTC"};
    struct store_batch batch = {.parts = parts, .part_count = 2, .changes = &c, .change_count = 1};
    return store_commit(k->store, &batch);
}

/* What is there: of the one first fix alone, or of `times` batches of commit_both() too. */
static void assert_batches(struct store *s, size_t times)
{
    assert_int_equal(kit_count(s, 1), 1 + 2 * times);
    assert_int_equal(kit_count(s, 2), 2 * times);
}

static void assert_loads(const char *path, size_t times)
{
    struct store *s = kit_open(path, NULL);
    struct kit_loaded l = kit_load(s, 1);
    assert_int_equal(l.changes, times);
    assert_int_equal(l.states, times == 0 ? 1 : 2);
    assert_batches(s, times);
    store_close(s);
}

/*
 * One batch with `fault` at its write number `after`: as if it had never come, and sent again it
 * counts once. Answers whether the fault struck.
 */
static bool commit_with_fault(struct kit *k, enum fault fault, uint64_t after, size_t times)
{
    int64_t time_s = KIT_TIME_S + 100 * (int64_t)(times + 1);
    struct fix fix = kit_fix(time_s);
    fault_vfs_set(&k->vfs, fault, after);
    enum err e = commit_both(k, time_s);
    fault_vfs_set(&k->vfs, FAULT_NONE, 0);
    if (e != ERR_OK) {
        assert_int_equal(e, fault == FAULT_WRITE_IO ? ERR_IO : ERR_FULL);
        assert_batches(k->store, times);
        assert_false(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
        assert_int_equal(commit_both(k, time_s), ERR_OK);
    }
    assert_true(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
    assert_batches(k->store, times + 1);
    return e != ERR_OK;
}

/* The fault at every write of a commit in turn. */
static void every_write_of_a_commit_fails(void **state)
{
    static const enum fault faults[] = {FAULT_NO_SPACE, FAULT_SHORT, FAULT_WRITE_IO};
    struct kit *k = *state;
    size_t times = 0;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        uint64_t after = 0;
        while (commit_with_fault(k, faults[i], after, times++)) {
            after++;
        }
        assert_true(after >= 2); /* several writes in a commit, each of them failed */
    }
    store_close(k->store);
    k->store = kit_open(k->path, VFS_NAME);
    struct kit_loaded l = kit_load(k->store, 1);
    assert_int_equal(l.changes, times);
    assert_batches(k->store, times);
}

/* No space for minutes, and for nothing: the next commit with space works. */
static void a_full_disk_that_stays_full(void **state)
{
    struct kit *k = *state;
    fault_vfs_set(&k->vfs, FAULT_NO_SPACE, 0);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(commit_both(k, KIT_TIME_S + 10), ERR_FULL);
        assert_int_equal(kit_maintain(k->store), ERR_OK);
        assert_batches(k->store, 0);
    }
    fault_vfs_set(&k->vfs, FAULT_NONE, 0);
    assert_int_equal(commit_both(k, KIT_TIME_S + 10), ERR_OK);
    assert_batches(k->store, 1);
}

/* A failed sync is ERR_IO whatever its reason: what a second one says cannot be believed. */
static void a_failed_sync_is_the_end(void **state)
{
    struct kit *k = *state;
    fault_vfs_set(&k->vfs, FAULT_SYNC_IO, 0);
    assert_int_equal(commit_both(k, KIT_TIME_S + 10), ERR_IO);
    assert_batches(k->store, 0);
    fault_vfs_set(&k->vfs, FAULT_SYNC_SPACE, 0);
    assert_int_equal(commit_both(k, KIT_TIME_S + 10), ERR_IO);
    assert_batches(k->store, 0);
}

/* Another connection has the database for itself: busy, until it is done. */
static void a_visitor_with_the_lock(void **state)
{
    struct kit *k = *state;
    char path[KIT_PATH_SIZE + 16];
    sqlite3 *visitor = NULL;
    (void)snprintf(path, sizeof(path), "%s/odograph.db", k->path);
    assert_int_equal(sqlite3_open(path, &visitor), SQLITE_OK);
    assert_int_equal(sqlite3_exec(visitor, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(commit_both(k, KIT_TIME_S + 10), ERR_BUSY);
    assert_batches(k->store, 0);
    assert_int_equal(sqlite3_exec(visitor, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(visitor), SQLITE_OK);
    assert_int_equal(commit_both(k, KIT_TIME_S + 10), ERR_OK);
    assert_batches(k->store, 1);
}

/*
 * One change of several fails, for a reason that SQLite does not undo the transaction for: the
 * others are undone too, and the next commit begins afresh.
 */
static void one_change_that_fails_undoes_all(void **state)
{
    struct kit *k = *state;
    char path[KIT_PATH_SIZE + 16];
    sqlite3 *visitor = NULL;
    struct change c[2] = {{.kind = CHANGE_PUT_ENTERPRISE}, {.kind = CHANGE_PUT_FOCUS}};
    c[0].enterprise = (struct enterprise){.id = 1, .name = "undone", .zone = "UTC"};
    c[1].focus = (struct focus){1, 1};
    struct store_batch batch = {.changes = c, .change_count = 2};
    (void)snprintf(path, sizeof(path), "%s/odograph.db", k->path);
    assert_int_equal(sqlite3_open(path, &visitor), SQLITE_OK);
    assert_int_equal(sqlite3_exec(visitor, "ALTER TABLE focus RENAME TO kept", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(store_commit(k->store, &batch), ERR_IO);
    assert_int_equal(sqlite3_exec(visitor, "ALTER TABLE kept RENAME TO focus", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(visitor), SQLITE_OK);
    assert_int_equal(commit_both(k, KIT_TIME_S + 10), ERR_OK);
    store_close(k->store);
    k->store = kit_open(k->path, VFS_NAME);
    assert_int_equal(kit_load(k->store, 1).changes, 1);
    assert_batches(k->store, 1);
}

/* ---- crashes ---- */

static void copy_file(const char *from, const char *to, const char *name)
{
    char path[2 * KIT_PATH_SIZE];
    char data[65536];
    (void)snprintf(path, sizeof(path), "%s/%s", from, name);
    FILE *in = fopen(path, "rb");
    (void)snprintf(path, sizeof(path), "%s/%s", to, name);
    FILE *out = fopen(path, "wb");
    assert_non_null(in);
    assert_non_null(out);
    size_t n = fread(data, 1, sizeof(data), in);
    for (; n > 0; n = fread(data, 1, sizeof(data), in)) {
        assert_int_equal(fwrite(data, 1, n, out), n);
    }
    assert_int_equal(fclose(in), 0);
    assert_int_equal(fclose(out), 0);
}

/* kill -9: the files as they are, without anything that a close would do. */
static void a_copy_at_any_instant_has_all(void **state)
{
    struct kit *k = *state;
    for (size_t times = 0; times < FIXES; times++) {
        char copy[KIT_PATH_SIZE];
        kit_directory_new(copy);
        copy_file(k->path, copy, "odograph.db");
        copy_file(k->path, copy, "odograph.db-wal");
        assert_loads(copy, times);
        kit_directory_remove(copy);
        assert_int_equal(commit_both(k, KIT_TIME_S + 10 * (int64_t)(times + 1)), ERR_OK);
    }
}

/* The copy of a store whose last batch failed half-way does not have that batch. */
static void a_copy_after_a_failure_has_no_half(void **state)
{
    struct kit *k = *state;
    for (uint64_t after = 0; after < 4; after++) {
        char copy[KIT_PATH_SIZE];
        fault_vfs_set(&k->vfs, FAULT_SHORT, after);
        assert_int_equal(commit_both(k, KIT_TIME_S + 10), ERR_FULL);
        kit_directory_new(copy);
        copy_file(k->path, copy, "odograph.db");
        copy_file(k->path, copy, "odograph.db-wal");
        assert_loads(copy, 0);
        kit_directory_remove(copy);
    }
}

/* Power cuts: every write that was not synced is gone, what was answered is not. */
static void a_power_cut_at_any_instant_has_all(void **state)
{
    struct kit *k = *state;
    for (size_t times = 0; times < FIXES; times++) {
        char copy[KIT_PATH_SIZE];
        kit_directory_new(copy);
        copy_file(k->image, copy, "odograph.db");
        copy_file(k->image, copy, "odograph.db-wal");
        assert_loads(copy, times);
        kit_directory_remove(copy);
        assert_int_equal(commit_both(k, KIT_TIME_S + 10 * (int64_t)(times + 1)), ERR_OK);
    }
}

/*
 * Power cuts around checkpoints lose nothing: the log is copied back and begun anew several times.
 */
static void a_power_cut_between_checkpoints_has_all(void **state)
{
    struct kit *k = *state;
    char *text = mem_new(BIG_TEXT + 1);
    memset(text, 'x', BIG_TEXT);
    struct change c = {.kind = CHANGE_PUT_TEXT};
    c.text = (struct device_text){.device_id = 1, .time_s = KIT_TIME_S, .text = text};
    struct change changes[BIG_TEXTS];
    for (size_t i = 0; i < BIG_TEXTS; i++) {
        changes[i] = c;
    }
    struct store_batch batch = {.changes = changes, .change_count = BIG_TEXTS};
    for (size_t times = 1; times <= 24; times++) { /* 3 MB each, 72 MB in all */
        for (size_t i = 0; i < BIG_TEXTS; i++) {
            changes[i].text.id = (int64_t)(times * BIG_TEXTS + i);
        }
        assert_int_equal(store_commit(k->store, &batch), ERR_OK);
        assert_int_equal(commit_both(k, KIT_TIME_S + 10 * (int64_t)times), ERR_OK);
        assert_int_equal(kit_maintain(k->store), ERR_OK);
        if (times % 6 == 0) {
            char copy[KIT_PATH_SIZE];
            kit_directory_new(copy);
            assert_int_equal(pthread_mutex_lock(&k->vfs.lock), 0);
            copy_file(k->image, copy, "odograph.db");
            copy_file(k->image, copy, "odograph.db-wal");
            assert_int_equal(pthread_mutex_unlock(&k->vfs.lock), 0);
            assert_loads(copy, times);
            kit_directory_remove(copy);
        }
    }
    free(text);
}

/* A store that cannot even be made. */
static void opening_without_space(void **state)
{
    struct kit *k = *state;
    struct store_options o = {.vfs = VFS_NAME, .cache_kib = KIT_CACHE_KIB};
    char path[KIT_PATH_SIZE];
    struct store *s = NULL;
    kit_directory_new(path);
    o.directory = path;
    bool failed = true;
    for (uint64_t after = 0; failed; after++) {
        fault_vfs_set(&k->vfs, FAULT_NO_SPACE, after);
        enum err e = store_open(&o, &s);
        assert_true(e == ERR_OK || e == ERR_FULL);
        failed = e != ERR_OK;
    }
    fault_vfs_set(&k->vfs, FAULT_NONE, 0);
    assert_int_equal(kit_commit_at(s, 1, KIT_TIME_S), ERR_OK);
    assert_int_equal(kit_count(s, 1), 1);
    store_close(s);
    kit_directory_remove(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_write_of_a_commit_fails),
        TEST(a_full_disk_that_stays_full),
        TEST(a_failed_sync_is_the_end),
        TEST(a_visitor_with_the_lock),
        TEST(one_change_that_fails_undoes_all),
        TEST(a_copy_at_any_instant_has_all),
        TEST(a_copy_after_a_failure_has_no_half),
        TEST(a_power_cut_at_any_instant_has_all),
        TEST(a_power_cut_between_checkpoints_has_all),
        TEST(opening_without_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
