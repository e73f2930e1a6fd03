#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store_testing.h"

static void what_is_committed_is_there_after_reopening(void **state)
{
    char path[KIT_PATH_SIZE];
    struct fix fixes[3] = {kit_fix(KIT_TIME_S), kit_fix(KIT_TIME_S + 10), kit_fix(KIT_TIME_S + 20)};
    struct fix read[3];
    (void)state;
    kit_directory_new(path);
    struct store *s = kit_open(path, NULL);
    assert_int_equal(kit_load(s, 7).states, 0);
    assert_int_equal(kit_commit(s, 7, fixes, 2), ERR_OK);
    assert_int_equal(kit_commit(s, 8, fixes, 1), ERR_OK);
    assert_int_equal(kit_commit(s, 7, &fixes[2], 1), ERR_OK);
    assert_int_equal(kit_count(s, 7), 3);
    store_close(s);

    s = kit_open(path, NULL);
    struct kit_loaded l = kit_load(s, 7);
    assert_int_equal(l.states, 2);
    assert_int_equal(l.state.odometer_m_e2, KIT_TIME_S + 20);
    assert_true(kit_same_fix(&l.state.current, &fixes[2]));
    assert_false(l.dirty);
    assert_int_equal(kit_read(s, 7, INT64_MAX, read, 3), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(kit_same_fix(&read[i], &fixes[i]));
    }
    assert_int_equal(kit_count(s, 8), 1);
    assert_int_equal(kit_count(s, 9), 0);
    store_close(s);
    kit_directory_remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_is_there_after_reopening),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
