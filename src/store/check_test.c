#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "store/database.h"
#include "store/store_testing.h"

enum { ROWS_MAX = 8 };

struct rows {
    struct store_check_line at[ROWS_MAX];
    char ids[ROWS_MAX][64];
    size_t count;
};

static void note(void *context, const struct store_check_line *line)
{
    struct rows *rows = context;
    assert_true(rows->count < ROWS_MAX);
    (void)snprintf(rows->ids[rows->count], sizeof(rows->ids[0]), "%s", line->device_id);
    rows->at[rows->count++] = *line;
}

struct kit {
    char directory[KIT_PATH_SIZE];
    char path[KIT_PATH_SIZE + 16];
    struct store *store;
    struct rows rows;
};

static enum err check_store(struct kit *k)
{
    k->rows = (struct rows){0};
    return store_check(k->directory, note, &k->rows);
}

static void put_device(struct kit *k, int64_t id, const char *device_id, bool deleted)
{
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    c.device =
        (struct device){.id = id, .enterprise_id = 1, .device_id = device_id, .deleted = deleted};
    device_init(&c.device);
    struct store_batch batch = {.changes = &c, .change_count = 1};
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
}

static int set_up(void **state)
{
    struct kit *k = mem_new(sizeof(*k));
    kit_directory_new(k->directory);
    (void)snprintf(k->path, sizeof(k->path), "%s/odograph.db", k->directory);
    k->store = kit_open(k->directory, NULL);
    (void)kit_load(k->store, 1);
    put_device(k, 2, "gone", true);
    put_device(k, 3, "silent", false);
    put_device(k, 1, "000123", false);
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    assert_int_equal(kit_commit_at(k->store, 2, KIT_TIME_S + 5), ERR_OK);
    assert_int_equal(kit_commit_at(k->store, 9, KIT_TIME_S + 7), ERR_OK);
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S + 60), ERR_OK);
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S - 60), ERR_OK);
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    if (k->store != NULL) {
        store_close(k->store);
    }
    kit_directory_remove(k->directory);
    free(k);
    return 0;
}

static void assert_sound(struct kit *k)
{
    assert_int_equal(check_store(k), ERR_OK);
    assert_int_equal(k->rows.count, 4);
    const struct store_check_line *r = k->rows.at;
    assert_int_equal(r[0].device, 1);
    assert_string_equal(k->rows.ids[0], "000123");
    assert_false(r[0].deleted);
    assert_int_equal(r[0].fixes, 3);
    assert_int_equal(r[0].first_time_s, KIT_TIME_S - 60);
    assert_int_equal(r[0].last_time_s, KIT_TIME_S + 60);
    assert_int_equal(r[0].odometer_m_e2, KIT_TIME_S - 60); /* of the last state, whatever its fix */
    assert_int_equal(r[1].device, 2);
    assert_true(r[1].deleted);
    assert_int_equal(r[1].fixes, 1);
    assert_int_equal(r[2].device, 3);
    assert_string_equal(k->rows.ids[2], "silent");
    assert_int_equal(r[2].fixes, 0);
    assert_int_equal(r[2].odometer_m_e2, 0);
    assert_int_equal(r[3].device, 9);
    assert_string_equal(k->rows.ids[3], "");
}

static void beside_a_running_server_and_after_it(void **state)
{
    struct kit *k = *state;
    assert_sound(k);
    assert_int_equal(kit_commit_at(k->store, 3, KIT_TIME_S), ERR_OK);
    assert_int_equal(check_store(k), ERR_OK);
    assert_int_equal(k->rows.at[2].fixes, 1);
    store_close(k->store);
    k->store = NULL;
    assert_int_equal(check_store(k), ERR_OK);
    assert_int_equal(k->rows.at[2].fixes, 1);
}

static void nothing_there(void **state)
{
    struct kit *k = *state;
    char path[KIT_PATH_SIZE + 8];
    (void)snprintf(path, sizeof(path), "%s/none", k->directory);
    assert_int_equal(store_check(path, note, &k->rows), ERR_NOT_FOUND);
    assert_int_equal(k->rows.count, 0);
}

/* One damaged batch is found, and the others are counted all the same. */
static void a_damaged_batch(void **state)
{
    struct kit *k = *state;
    struct database_options o = {.path = k->path, .cache_kib = KIT_CACHE_KIB};
    sqlite3 *db = NULL;
    assert_int_equal(database_open(&o, &db), ERR_OK);
    assert_int_equal(
        database_run(db, "UPDATE journal SET batch = substr(batch, 1, length(batch) - 1) || x'00' "
                         "WHERE seq = 4"),
        ERR_OK);
    assert_int_equal(check_store(k), ERR_CORRUPT);
    assert_int_equal(k->rows.count, 4);
    assert_int_equal(k->rows.at[0].fixes, 2);
    assert_int_equal(database_run(db, "UPDATE journal SET batch = x'' WHERE seq = 4"), ERR_OK);
    assert_int_equal(check_store(k), ERR_CORRUPT);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);

    /* Loading refuses what checking finds. */
    store_close(k->store);
    k->store = kit_open(k->directory, NULL);
    struct kit_loaded l = {0};
    struct store_loader loader = {.context = &l, .change = kit_note_change, kit_note_state};
    assert_int_equal(store_load(k->store, &loader), ERR_CORRUPT);
}

static void a_damaged_row(void **state)
{
    struct kit *k = *state;
    struct database_options o = {.path = k->path, .cache_kib = KIT_CACHE_KIB};
    sqlite3 *db = NULL;
    assert_int_equal(database_open(&o, &db), ERR_OK);
    assert_int_equal(database_run(db, "UPDATE device SET type = 99 WHERE id = 3"), ERR_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(check_store(k), ERR_CORRUPT);
    assert_int_equal(k->rows.at[0].fixes, 3);
}

/* Texts are not loaded at a start, but they are checked. */
static void a_damaged_text(void **state)
{
    struct kit *k = *state;
    struct database_options o = {.path = k->path, .cache_kib = KIT_CACHE_KIB};
    sqlite3 *db = NULL;
    assert_int_equal(database_open(&o, &db), ERR_OK);
    assert_int_equal(database_run(db, "INSERT INTO device_text VALUES(1, 1, 1, 'sound', 0)"),
                     ERR_OK);
    assert_int_equal(check_store(k), ERR_OK);
    assert_int_equal(database_run(db, "UPDATE device_text SET text = x'00'"), ERR_OK);
    assert_int_equal(check_store(k), ERR_CORRUPT);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    (void)kit_load(k->store, 1);
}

/* Pages that steps of the schema left over: nothing of them is ever read. */
static long count_unused(struct kit *k)
{
    struct database_options o = {.path = k->path, .cache_kib = KIT_CACHE_KIB};
    sqlite3 *db = NULL;
    int64_t unused = 0;
    assert_int_equal(database_open(&o, &db), ERR_OK);
    assert_int_equal(database_number(db, "PRAGMA freelist_count", &unused), ERR_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return (long)unused;
}

/* A page overwritten behind SQLite's back: found, or no page that matters. Never a crash. */
static void damaged_pages(void **state)
{
    enum { PAGE = 16384 };
    struct kit *k = *state;
    size_t found = 0;
    store_close(k->store);
    k->store = NULL;
    FILE *f = fopen(k->path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    long pages = ftell(f) / PAGE;
    long unused = count_unused(k);
    for (long i = 0; i < pages; i++) {
        uint8_t page[PAGE];
        uint8_t junk[PAGE];
        memset(junk, 0xa5, sizeof(junk));
        assert_int_equal(fseek(f, i * PAGE, SEEK_SET), 0);
        assert_int_equal(fread(page, 1, PAGE, f), PAGE);
        assert_int_equal(fseek(f, i * PAGE, SEEK_SET), 0);
        assert_int_equal(fwrite(junk, 1, PAGE, f), PAGE);
        assert_int_equal(fflush(f), 0);
        found += check_store(k) == ERR_CORRUPT;
        assert_int_equal(fseek(f, i * PAGE, SEEK_SET), 0);
        assert_int_equal(fwrite(page, 1, PAGE, f), PAGE);
        assert_int_equal(fflush(f), 0);
    }
    assert_int_equal(fclose(f), 0);
    assert_in_range(found, pages - unused, pages);
    assert_true(unused < pages / 4);
    assert_sound(k);
}

/* Answers as `k->rows` of a process that may write nowhere; root may, and becomes nobody. */
static enum err check_as_nobody(struct kit *k)
{
    enum { NOBODY = 65534 };
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool is_nobody = getuid() != 0 || setuid(NOBODY) == 0;
        enum err e = is_nobody ? check_store(k) : ERR_LOCKED;
        _exit(e == ERR_OK && k->rows.count != 4 ? ERR_END : (int)e);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (enum err)WEXITSTATUS(status);
}

/* As of a snapshot or a medium. Its log would have to be read with one's own beside it. */
static void a_directory_that_cannot_be_written_to(void **state)
{
    struct kit *k = *state;
    char odd[KIT_PATH_SIZE + 16];
    char wal[KIT_PATH_SIZE + 32];
    store_close(k->store);
    k->store = NULL;
    (void)snprintf(odd, sizeof(odd), "%s%%3f ?#", k->directory);
    assert_int_equal(rename(k->directory, odd), 0);
    assert_true(strlen(odd) < sizeof(k->directory));
    memcpy(k->directory, odd, strlen(odd) + 1);
    (void)snprintf(k->path, sizeof(k->path), "%s/odograph.db", k->directory);
    (void)snprintf(wal, sizeof(wal), "%s-wal", k->path);
    assert_int_equal(chmod(k->path, 0444), 0);
    assert_int_equal(chmod(k->directory, 0555), 0);
    assert_int_equal(check_as_nobody(k), ERR_OK);
    assert_int_not_equal(access(wal, F_OK), 0);
    assert_int_equal(chmod(k->directory, 0700), 0);
    FILE *f = fopen(wal, "w");
    assert_non_null(f);
    assert_true(fputs("not to be passed over", f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(wal, 0444), 0);
    assert_int_equal(chmod(k->directory, 0555), 0);
    assert_int_equal(check_as_nobody(k), ERR_IO);
    assert_int_equal(chmod(k->directory, 0700), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(beside_a_running_server_and_after_it),
        TEST(nothing_there),
        TEST(a_damaged_batch),
        TEST(a_damaged_row),
        TEST(a_damaged_text),
        TEST(damaged_pages),
        TEST(a_directory_that_cannot_be_written_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
