#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/reaper.h"

static const uint64_t MIB = 1 << 20;

static void test_memory_goes_back_after_a_flood(void **state)
{
    (void)state;
    struct ebb e = {0};
    int64_t now_ms = EBB_PAUSE_MS;
    assert_false(ebb_is_low(&e, 100 * MIB, now_ms));
    assert_false(ebb_is_low(&e, 51 * MIB, now_ms));
    assert_true(ebb_is_low(&e, 50 * MIB, now_ms));
    assert_false(ebb_is_low(&e, 50 * MIB, now_ms + EBB_PAUSE_MS));
    assert_true(ebb_is_low(&e, 25 * MIB, now_ms + EBB_PAUSE_MS));
}

/* A flood that comes and goes each second costs one walk in ten seconds; the last fall counts. */
static void test_a_pause_between_two(void **state)
{
    (void)state;
    struct ebb e = {0};
    int64_t now_ms = EBB_PAUSE_MS;
    int given_back = 0;
    for (int second = 0; second < 100; second++) {
        assert_false(ebb_is_low(&e, 100 * MIB, now_ms));
        given_back += ebb_is_low(&e, 0, now_ms);
        now_ms += 1000;
    }
    assert_int_equal(given_back, 10);
    assert_true(ebb_is_low(&e, 0, now_ms));
}

static void test_a_little_is_not_worth_it(void **state)
{
    (void)state;
    struct ebb e = {0};
    assert_false(ebb_is_low(&e, EBB_BYTES - 1, EBB_PAUSE_MS));
    assert_false(ebb_is_low(&e, 0, EBB_PAUSE_MS));
    assert_false(ebb_is_low(&e, EBB_BYTES, EBB_PAUSE_MS));
    assert_true(ebb_is_low(&e, 0, EBB_PAUSE_MS));
}

/* The thread ends when it is told to, not a second later or never. */
static void test_it_stops(void **state)
{
    (void)state;
    struct counters counters = {0};
    struct connections *table =
        connections_new(&(struct connections_options){.places = 16, .counters = &counters});
    for (int i = 0; i < 100; i++) {
        reaper_stop(reaper_start(table, &counters));
    }
    connections_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_goes_back_after_a_flood),
        cmocka_unit_test(test_a_pause_between_two),
        cmocka_unit_test(test_a_little_is_not_worth_it),
        cmocka_unit_test(test_it_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
