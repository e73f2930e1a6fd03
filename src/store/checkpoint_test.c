#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>

#include "base/clock.h"
#include "store/checkpoint.h"
#include "store/fault_vfs.h"
#include "store/store_testing.h"

#define VFS_NAME "checkpoint-faults"

enum { TEXT = 1 << 20, MB = 1 << 20, DEADLINE_MS = 120000 };

struct kit {
    char directory[KIT_PATH_SIZE];
    struct fault_vfs vfs;
    struct store *store;
    char *text;
    int64_t last_text; /* id */
};

static int set_up(void **state)
{
    struct kit *k = mem_new(sizeof(*k));
    kit_directory_new(k->directory);
    fault_vfs_register(&k->vfs, VFS_NAME, NULL);
    k->store = kit_open(k->directory, VFS_NAME);
    k->text = mem_new(TEXT + 1);
    memset(k->text, 'x', TEXT);
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    fault_vfs_set(&k->vfs, FAULT_NONE, 0);
    if (k->store != NULL) {
        store_close(k->store);
    }
    fault_vfs_unregister(&k->vfs);
    kit_directory_remove(k->directory);
    free(k->text);
    free(k);
    return 0;
}

/* One commit of a megabyte. */
static void commit_text(struct kit *k)
{
    struct change c = {.kind = CHANGE_PUT_TEXT};
    c.text = (struct device_text){
        .device_id = 1, .id = ++k->last_text, .time_s = KIT_TIME_S, .text = k->text};
    struct store_batch batch = {.changes = &c, .change_count = 1};
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
}

static int64_t size_of(struct kit *k, const char *name)
{
    char path[KIT_PATH_SIZE + 32];
    struct stat st;
    (void)snprintf(path, sizeof(path), "%s/%s", k->directory, name);
    return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

/*
 * However much is written, the log is begun anew soon after 32 MB: as soon as the round that the
 * background is in has ended, whose length is the disk's.
 */
static void the_log_is_begun_anew(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < 150; i++) {
        commit_text(k);
        assert_int_equal(kit_maintain(k->store), ERR_OK);
    }
    assert_in_range(size_of(k, "odograph.db-wal"), 30 * (int64_t)MB, 100 * (int64_t)MB);
    assert_true(size_of(k, "odograph.db") > 50 * (int64_t)MB);
}

static void nothing_is_copied_unasked(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < 6; i++) {
        commit_text(k);
    }
    assert_true(size_of(k, "odograph.db") < MB);
    store_close(k->store); /* the last one out copies all and takes the log away */
    k->store = NULL;
    assert_true(size_of(k, "odograph.db") > 6 * (int64_t)MB);
    assert_int_equal(size_of(k, "odograph.db-wal"), -1);
}

/* A visitor who reads holds up the copying, not the commits; when he leaves it goes on. */
static void a_reader_delays_but_never_blocks(void **state)
{
    struct kit *k = *state;
    char path[KIT_PATH_SIZE + 16];
    sqlite3 *visitor = NULL;
    commit_text(k);
    (void)snprintf(path, sizeof(path), "%s/odograph.db", k->directory);
    assert_int_equal(sqlite3_open(path, &visitor), SQLITE_OK);
    assert_int_equal(sqlite3_exec(visitor, "BEGIN; SELECT count(*) FROM journal", NULL, NULL, NULL),
                     SQLITE_OK);
    for (int i = 0; i < 50; i++) {
        commit_text(k);
        assert_int_equal(kit_maintain(k->store), ERR_OK);
    }
    int64_t held = size_of(k, "odograph.db-wal");
    assert_true(held > 45 * (int64_t)MB);
    assert_int_equal(sqlite3_close(visitor), SQLITE_OK);
    for (int i = 0; i < 60; i++) {
        commit_text(k);
        assert_int_equal(kit_maintain(k->store), ERR_OK);
    }
    assert_true(size_of(k, "odograph.db-wal") < held + 50 * (int64_t)MB);
}

/* Waits until a call of store_maintain() answers `wanted`, as the background thread gets there. */
static void assert_maintain_becomes(struct kit *k, enum err wanted)
{
    int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    while (kit_maintain(k->store) != wanted) {
        assert_true(clock_monotonic_ms() < deadline_ms);
        (void)sched_yield();
    }
}

/* Copying fails for want of space: said, and mended when there is space again. */
static void no_space_to_copy_to(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < 36; i++) {
        commit_text(k); /* without a round in between */
    }
    fault_vfs_set(&k->vfs, FAULT_NO_SPACE, 0);
    assert_int_equal(kit_maintain(k->store), ERR_FULL);
    fault_vfs_set(&k->vfs, FAULT_NONE, 0);
    int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    while (size_of(k, "odograph.db") < 36 * (int64_t)MB) {
        enum err e = kit_maintain(k->store);
        assert_true(e == ERR_OK || e == ERR_FULL);
        assert_true(clock_monotonic_ms() < deadline_ms);
        (void)sched_yield();
    }
    assert_maintain_becomes(k, ERR_OK);
}

static void the_background_round_tells(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < 5; i++) {
        commit_text(k);
    }
    fault_vfs_set(&k->vfs, FAULT_NO_SPACE, 0);
    assert_maintain_becomes(k, ERR_FULL);
    fault_vfs_set(&k->vfs, FAULT_NONE, 0);
    assert_maintain_becomes(k, ERR_OK); /* without a commit in between */
    for (int i = 0; i < 5; i++) {
        commit_text(k);
    }
    fault_vfs_set(&k->vfs, FAULT_SYNC_IO, 0);
    assert_maintain_becomes(k, ERR_IO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_log_is_begun_anew),
        TEST(nothing_is_copied_unasked),
        TEST(a_reader_delays_but_never_blocks),
        TEST(no_space_to_copy_to),
        TEST(the_background_round_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
