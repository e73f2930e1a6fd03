#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/slots.h"

/* As many as the group can get. */
static size_t take_all(struct slots *s, int64_t group)
{
    size_t taken = 0;
    while (slots_take(s, group)) {
        taken++;
    }
    return taken;
}

static void give(struct slots *s, int64_t group, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        slots_give(s, group);
    }
}

static void test_one_group_gets_half(void **state)
{
    (void)state;
    struct slots *s = slots_new();
    assert_int_equal(take_all(s, 7), SLOTS_MAX / 2);
    assert_int_equal(slots_taken(s), SLOTS_MAX / 2);
    slots_give(s, 7);
    assert_int_equal(slots_taken(s), SLOTS_MAX / 2 - 1);
    assert_true(slots_take(s, 7));
    assert_false(slots_take(s, 7));
    give(s, 7, SLOTS_MAX / 2);
    slots_free(s);
}

static void test_a_full_group_leaves_room_for_others(void **state)
{
    (void)state;
    struct slots *s = slots_new();
    assert_int_equal(take_all(s, 1), 64);
    assert_int_equal(take_all(s, 2), 32);
    assert_int_equal(take_all(s, 3), 16);
    assert_false(slots_take(s, 1));
    give(s, 1, 24); /* back to its share of what the others leave */
    assert_int_equal(take_all(s, 1), 0);
    assert_int_equal(take_all(s, 2), 4);
    give(s, 1, 40);
    give(s, 2, 36);
    give(s, 3, 16);
    slots_free(s);
}

static void test_the_last_one_goes_to_a_newcomer(void **state)
{
    (void)state;
    struct slots *s = slots_new();
    for (int64_t group = 0; group < SLOTS_MAX; group++) {
        assert_true(slots_take(s, group));
    }
    assert_false(slots_take(s, SLOTS_MAX));
    assert_false(slots_take(s, 0));
    slots_give(s, 5);
    assert_false(slots_take(s, 0));
    assert_true(slots_take(s, SLOTS_MAX));
    slots_give(s, SLOTS_MAX);
    for (int64_t group = 0; group < SLOTS_MAX; group++) {
        if (group != 5) {
            slots_give(s, group);
        }
    }
    slots_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_group_gets_half),
        cmocka_unit_test(test_a_full_group_leaves_room_for_others),
        cmocka_unit_test(test_the_last_one_goes_to_a_newcomer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
