/* A store that is read beside its writer: all of one moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store_testing.h"

enum { FIXES = 700, MORE = 900 };

struct kit {
    char path[KIT_PATH_SIZE];
    struct store *writer;
};

static int set_up(void **state)
{
    struct kit *k = mem_new(sizeof(*k));
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    c.device = (struct device){.id = 1, .enterprise_id = 1, .device_id = "000123"};
    device_init(&c.device);
    const struct store_batch batch = {.changes = &c, .change_count = 1};
    kit_directory_new(k->path);
    k->writer = kit_open(k->path, NULL);
    (void)kit_load(k->writer, 1);
    assert_int_equal(store_commit(k->writer, &batch), ERR_OK);
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    if (k->writer != NULL) {
        store_close(k->writer);
    }
    kit_directory_remove(k->path);
    free(k);
    return 0;
}

/* Commits fixes `from` to `to`, ten seconds apart. */
static void commit(struct kit *k, int from, int to)
{
    for (int i = from; i < to; i++) {
        assert_int_equal(kit_commit_at(k->writer, 1, KIT_TIME_S + (int64_t)10 * i), ERR_OK);
    }
}

static struct store *open_to_read(const struct kit *k)
{
    struct store *s = NULL;
    assert_int_equal(store_open_to_read(k->path, &s), ERR_OK);
    struct kit_loaded l = kit_load(s, 1);
    assert_int_equal(l.changes, 1);
    return s;
}

static void test_what_is_committed_later_does_not_show(void **state)
{
    struct kit *k = *state;
    commit(k, 0, FIXES);
    struct store *first = open_to_read(k);
    assert_int_equal(kit_count(first, 1), FIXES);
    commit(k, FIXES, MORE);
    for (int i = 0; i < 100; i++) { /* sealed and trimmed behind its back */
        const struct store_upkeep upkeep = {.is_idle = true};
        enum err e = store_maintain(k->writer, &upkeep);
        assert_true(e == ERR_OK || e == ERR_MORE);
    }
    assert_int_equal(kit_count(first, 1), FIXES);
    struct store *second = open_to_read(k);
    assert_int_equal(kit_count(second, 1), MORE);
    assert_int_equal(kit_count(first, 1), FIXES);
    store_close(first);
    store_close(second);
    assert_int_equal(kit_count(k->writer, 1), MORE);
}

static void test_states_and_times(void **state)
{
    struct kit *k = *state;
    struct fold_state at;
    commit(k, 0, FIXES);
    struct store *s = open_to_read(k);
    assert_int_equal(store_read_state(s, 1, KIT_TIME_S + 105, &at), ERR_OK);
    assert_int_equal(at.current.gps_time_s, KIT_TIME_S + 100);
    store_close(s);
}

static void test_without_a_writer(void **state)
{
    struct kit *k = *state;
    commit(k, 0, FIXES);
    store_close(k->writer);
    k->writer = NULL;
    struct store *s = open_to_read(k);
    assert_int_equal(kit_count(s, 1), FIXES);
    store_close(s);
}

static void test_where_there_is_none(void **state)
{
    char path[KIT_PATH_SIZE];
    struct store *s = NULL;
    (void)state;
    kit_directory_new(path);
    assert_int_equal(store_open_to_read(path, &s), ERR_NOT_FOUND);
    assert_null(s);
    kit_directory_remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_committed_later_does_not_show, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_states_and_times, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_without_a_writer, set_up, tear_down),
        cmocka_unit_test(test_where_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
