#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "store/engines_testing.h"

enum { MANY = 3000 };

static const struct store_span all = {1, 0, INT64_MAX};

/* A store of its own for each test. */
struct kit {
    char path[KIT_PATH_SIZE];
    struct store *store;
};

static int set_up(void **state)
{
    struct kit *k = mem_new(sizeof(*k));
    kit_place_new(k->path);
    k->store = kit_open_at(k->path);
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    store_close(k->store);
    kit_place_remove(k->path);
    free(k);
    return 0;
}

static struct kit_loaded reopen(struct kit *k, int64_t device)
{
    store_close(k->store);
    k->store = kit_open_at(k->path);
    return kit_load(k->store, device);
}

static void what_is_committed_is_there_after_reopening(void **state)
{
    struct kit *k = *state;
    struct fix fixes[3] = {kit_fix(KIT_TIME_S), kit_fix(KIT_TIME_S + 10), kit_fix(KIT_TIME_S + 20)};
    struct fix read[3];
    assert_int_equal(kit_load(k->store, 7).states, 0);
    assert_int_equal(kit_commit(k->store, 7, fixes, 2), ERR_OK);
    assert_int_equal(kit_commit(k->store, 8, fixes, 1), ERR_OK);
    assert_int_equal(kit_commit(k->store, 7, &fixes[2], 1), ERR_OK);
    assert_int_equal(kit_count(k->store, 7), 3);

    struct kit_loaded l = reopen(k, 7);
    assert_int_equal(l.states, 2);
    assert_int_equal(l.state.odometer_m_e2, KIT_TIME_S + 20);
    assert_true(kit_same_fix(&l.state.current, &fixes[2]));
    assert_int_equal(kit_read(k->store, 7, INT64_MAX, read, 3), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(kit_same_fix(&read[i], &fixes[i]));
    }
    assert_int_equal(kit_count(k->store, 8), 1);
    assert_int_equal(kit_count(k->store, 9), 0);
}

static void nothing_is_committed_at_once(void **state)
{
    struct kit *k = *state;
    struct store_batch batch = {0};
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
    assert_int_equal(reopen(k, 1).states, 0);
}

/* A batch of many devices, over and over: segments are filled and started in each. */
static void many_devices_and_many_commits(void **state)
{
    enum { DEVICES = 300, ROUNDS = 30 };
    struct kit *k = *state;
    struct fix fixes[DEVICES];
    struct fold_state states[DEVICES];
    struct store_part parts[DEVICES];
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < DEVICES; i++) {
            fixes[i] = kit_fix(KIT_TIME_S + (int64_t)round * 10 + i);
            states[i] = kit_state(&fixes[i], (uint64_t)round);
            parts[i] = (struct store_part){
                .device = i + 1, .fixes = &fixes[i], .count = 1, .state = &states[i]};
        }
        struct store_batch batch = {.parts = parts, .part_count = DEVICES};
        assert_int_equal(store_commit(k->store, &batch), ERR_OK);
    }
    for (int again = 0; again < 2; again++) {
        for (int64_t device = 1; device <= DEVICES; device++) {
            assert_int_equal(kit_count(k->store, device), ROUNDS);
        }
        struct kit_loaded l = reopen(k, DEVICES);
        assert_int_equal(l.states, DEVICES);
        assert_int_equal(l.state.odometer_m_e2, ROUNDS - 1);
    }
}

static void many_fixes_in_one_part(void **state)
{
    struct kit *k = *state;
    struct fix *fixes = mem_new_array(MANY, sizeof(*fixes));
    struct fix *read = mem_new_array(MANY, sizeof(*read));
    for (int i = 0; i < MANY; i++) {
        fixes[i] = kit_fix(KIT_TIME_S + i);
    }
    assert_int_equal(kit_commit(k->store, 1, fixes, MANY), ERR_OK);
    (void)reopen(k, 1);
    assert_int_equal(kit_read(k->store, 1, INT64_MAX, read, MANY), MANY);
    for (int i = 0; i < MANY; i++) {
        assert_true(kit_same_fix(&fixes[i], &read[i]));
    }
    free(fixes);
    free(read);
}

/* ---- order ---- */

/* Fixes of one second are told apart, and ordered, by their satellites. */
static struct fix numbered(int64_t time_s, unsigned number)
{
    struct fix fix = kit_fix(time_s);
    fix_set_satellites(&fix, 1 + number);
    return fix;
}

static void late_fixes_come_in_their_place(void **state)
{
    static const int offsets_s[] = {50, 10, 50, 30, 10, 90, 10, 30};
    static const unsigned numbers[] = {0, 6, 2, 7, 1, 5, 4, 3};
    static const unsigned order[] = {1, 4, 6, 3, 7, 0, 2, 5};
    enum { COUNT = 8 };
    struct kit *k = *state;
    struct fix read[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        struct fix fix = numbered(KIT_TIME_S + offsets_s[i], numbers[i]);
        assert_int_equal(kit_commit(k->store, 1, &fix, 1), ERR_OK);
    }
    for (int again = 0; again < 2; again++) {
        assert_int_equal(kit_read(k->store, 1, INT64_MAX, read, COUNT), COUNT);
        for (unsigned i = 0; i < COUNT; i++) {
            assert_int_equal(read[i].satellites, 1 + order[i]);
        }
        (void)reopen(k, 1);
    }
    assert_int_equal(kit_read(k->store, 1, KIT_TIME_S + 30, read, COUNT), 5);
    assert_int_equal(kit_read(k->store, 1, KIT_TIME_S + 29, read, COUNT), 3);
    assert_int_equal(kit_read(k->store, 1, KIT_TIME_S + 9, read, COUNT), 0);
}

/* What is read is what a plain stable sort gives, over segments of every size. */
static void any_order_comes_sorted(void **state)
{
    struct kit *k = *state;
    enum { UNSEALED = 510 }; /* sealed ones have to be marked late: seal_test.c */
    struct fix *read = mem_new_array(MANY, sizeof(*read));
    uint64_t seed = 99;
    for (int i = 0; i < UNSEALED; i += 10) {
        struct fix fixes[10];
        for (int j = 0; j < 10; j++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            fixes[j] = kit_fix(KIT_TIME_S + (int64_t)(seed >> 33) % 1000);
            fixes[j].rcv_time_s = i + j; /* the arrival */
        }
        assert_int_equal(kit_commit(k->store, 1, fixes, 10), ERR_OK);
    }
    assert_int_equal(kit_read(k->store, 1, INT64_MAX, read, MANY), UNSEALED);
    for (int i = 1; i < UNSEALED; i++) {
        assert_true(read[i - 1].gps_time_s < read[i].gps_time_s ||
                    (read[i - 1].gps_time_s == read[i].gps_time_s &&
                     read[i - 1].rcv_time_s < read[i].rcv_time_s));
    }
    free(read);
}

/* The reader gives `count` fixes, one a second from `from_s` on, and no more. */
static void assert_gives(struct store_reader *r, int64_t from_s, int count)
{
    struct fix fix;
    for (int i = 0; i < count; i++) {
        assert_int_equal(store_read_next(r, &fix), ERR_OK);
        assert_int_equal(fix.gps_time_s, from_s + i);
    }
    assert_int_equal(store_read_next(r, &fix), ERR_END);
    assert_int_equal(store_read_next(r, &fix), ERR_END);
}

static void a_reader_starts_empty_and_can_begin_again(void **state)
{
    struct kit *k = *state;
    for (int late = 0; late < 2; late++) {
        struct arena arena = {0};
        struct store_reader *r = NULL;
        assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S + 100 - late), ERR_OK);
        assert_int_equal(store_read_open(k->store, all, &arena, &r), ERR_OK);
        assert_int_equal(store_read_start(r)->current.gps_time_s, 0);
        assert_int_equal(store_read_start(r)->odometer_m_e2, 0);
        for (int again = 0; again < 3; again++) {
            assert_gives(r, KIT_TIME_S + 100 - late, late + 1);
            store_read_rewind(r);
        }
        store_read_close(r);
        arena_free(&arena);
    }
}

/* What is committed while a reader reads is not its business. */
static void a_reader_sees_one_moment(void **state)
{
    struct kit *k = *state;
    struct arena arena = {0};
    struct store_reader *r = NULL;
    struct fix fix;
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    assert_int_equal(store_read_open(k->store, all, &arena, &r), ERR_OK);
    for (int i = 1; i < 500; i++) {
        assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S + i), ERR_OK);
    }
    assert_int_equal(store_read_next(r, &fix), ERR_OK);
    assert_int_equal(store_read_next(r, &fix), ERR_END);
    store_read_close(r);
    arena_free(&arena);
}

/* ---- marks and repeats ---- */

static void the_last_state_counts(void **state)
{
    struct kit *k = *state;
    struct fix fix = kit_fix(KIT_TIME_S);
    struct fold_state s = kit_state(&fix, 1);
    struct store_part part = {.device = 1, .fixes = &fix, .count = 1, .state = &s};
    struct store_batch batch = {.parts = &part, .part_count = 1};
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
    part.count = 0; /* a state alone */
    s.odometer_m_e2 = 2;
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
    struct kit_loaded l = reopen(k, 1);
    assert_int_equal(l.state.odometer_m_e2, 2);
    assert_int_equal(kit_count(k->store, 1), 1);
}

static void repeats_are_known_after_reopening(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S + i), ERR_OK);
    }
    for (int again = 0; again < 2; again++) {
        struct fix fix = kit_fix(KIT_TIME_S + 50);
        fix.rcv_time_s += 99;
        assert_true(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
        assert_false(kit_has_repeat(k->store, 2, &fix, NO_EXTRAS));
        fix_set_speed_kmh_e2(&fix, 1);
        assert_false(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
        fix = kit_fix(KIT_TIME_S + 100);
        assert_false(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
        (void)reopen(k, 1);
    }
}

/* ---- one writer ---- */

static void a_second_store_is_refused(void **state)
{
    struct kit *k = *state;
    struct store_options o = {.directory = k->path, .cache_kib = KIT_CACHE_KIB};
    struct store *second = NULL;
    assert_int_equal(kit_place_open(&o, &second), ERR_LOCKED);
    assert_null(second);
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
}

/*
 * The parent's line names the directory and the process, which is what an operator looks for. The
 * child is made while there is no store, and so no thread of one: it would inherit its locks.
 */
static void a_second_process_is_refused(void **state)
{
    struct kit *k = *state;
    char log[KIT_PATH_SIZE + 8];
    char text[1024] = "";
    char pid[32];
    int opened[2];
    (void)snprintf(log, sizeof(log), "%s/log", k->path);
    (void)snprintf(pid, sizeof(pid), "pid=%ld", (long)getpid());
    assert_int_equal(pipe(opened), 0);
    store_close(k->store);
    pid_t child = fork();
    if (child == 0) {
        struct store_options o = {.directory = k->path, .cache_kib = KIT_CACHE_KIB};
        struct store *second = NULL;
        char byte = 0;
        int fd = open(log, O_WRONLY | O_CREAT, 0600);
        (void)dup2(fd, STDERR_FILENO);
        if (read(opened[0], &byte, 1) != 1) {
            _exit(2);
        }
        _exit(store_open(&o, &second) == ERR_LOCKED ? 0 : 1);
    }
    k->store = kit_open_at(k->path);
    assert_int_equal(write(opened[1], "", 1), 1);
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(close(opened[0]), 0);
    assert_int_equal(close(opened[1]), 0);
    FILE *f = fopen(log, "r");
    assert_non_null(f);
    assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
    assert_int_equal(fclose(f), 0);
    assert_non_null(strstr(text, "directory_locked"));
    assert_non_null(strstr(text, k->path));
    assert_non_null(strstr(text, pid));
}

/* Password hashes and positions are in these files. */
static void others_cannot_read_it(void **state)
{
    static const char *const names[] = {"odograph.db", "odograph.db-wal", "odograph.lock"};
    struct kit *k = *state;
    char path[KIT_PATH_SIZE + 32];
    struct stat st;
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", k->path, names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
}

static void a_directory_that_cannot_be(void **state)
{
    struct kit *k = *state;
    char path[KIT_PATH_SIZE + 32];
    struct store_options o = {.directory = path, .cache_kib = KIT_CACHE_KIB};
    struct store *s = NULL;
    (void)snprintf(path, sizeof(path), "%s/odograph.db/below", k->path);
    assert_int_equal(store_open(&o, &s), ERR_IO);
    (void)snprintf(path, sizeof(path), "%s/missing/below", k->path);
    assert_int_equal(store_open(&o, &s), ERR_IO);
    (void)snprintf(path, sizeof(path), "%s/below", k->path);
    assert_int_equal(store_open(&o, &s), ERR_OK); /* made, as one level is missing */
    store_close(s);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* SQLite would delete it, with what was committed. */
static void a_log_without_its_database_is_kept(void **state)
{
    struct kit *k = *state;
    char directory[KIT_PATH_SIZE + 32];
    char database[KIT_PATH_SIZE + 64];
    char log[KIT_PATH_SIZE + 64];
    struct store_options o = {.directory = directory, .cache_kib = KIT_CACHE_KIB};
    struct store *s = NULL;
    struct stat st;
    (void)snprintf(directory, sizeof(directory), "%s/other", k->path);
    (void)snprintf(database, sizeof(database), "%s/odograph.db", directory);
    (void)snprintf(log, sizeof(log), "%s/odograph.db-wal", directory);
    assert_int_equal(mkdir(directory, 0700), 0);
    write_file(log, "commits");
    assert_int_equal(store_open(&o, &s), ERR_CORRUPT);
    assert_int_not_equal(stat(database, &st), 0);
    write_file(database, "");
    assert_int_equal(store_open(&o, &s), ERR_CORRUPT);
    assert_int_equal(stat(log, &st), 0);
    assert_int_equal(st.st_size, strlen("commits"));
    write_file(log, "");
    assert_int_equal(store_open(&o, &s), ERR_OK);
    store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    enum { OF_ROWS = 11 };
    const struct CMUnitTest tests[] = {
        TEST(what_is_committed_is_there_after_reopening),
        TEST(nothing_is_committed_at_once),
        TEST(many_devices_and_many_commits),
        TEST(many_fixes_in_one_part),
        TEST(late_fixes_come_in_their_place),
        TEST(any_order_comes_sorted),
        TEST(a_reader_starts_empty_and_can_begin_again),
        TEST(a_reader_sees_one_moment),
        TEST(the_last_state_counts),
        TEST(repeats_are_known_after_reopening),
        TEST(a_second_store_is_refused),
        TEST(a_second_process_is_refused),
        TEST(others_cannot_read_it),
        TEST(a_directory_that_cannot_be),
        TEST(a_log_without_its_database_is_kept),
    };
    return KIT_RUN(tests, OF_ROWS);
}
