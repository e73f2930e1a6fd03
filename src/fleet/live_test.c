#include "fleet/live.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t MINUTE_MS = 60000;
static const int64_t NOW_MS = 1000000000;

/* A state whose upload interval is `interval_s`. */
static struct live with_interval(uint16_t interval_s)
{
    struct live live = {.reported = true};
    live.state.gap_count = interval_s > 0;
    live.state.gaps_s[0] = interval_s;
    return live;
}

static void limits(void **state)
{
    (void)state;
    static const struct {
        uint16_t interval_s;
        int64_t limit_ms;
    } rows[] = {
        {0, 600000},       {1, 180000},       {60, 180000},      {61, 183000},
        {28800, 86400000}, {28801, 86400000}, {28799, 86397000}, {UINT16_MAX, 86400000},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct live live = with_interval(rows[i].interval_s);
        assert_int_equal(live_online_limit_ms(&live.state), rows[i].limit_ms);
    }
}

static void heard_from_in_this_run(void **state)
{
    (void)state;
    struct live live = with_interval(14);
    live.heard_monotonic_ms = NOW_MS;
    assert_true(live_is_online(&live, NOW_MS, 0));
    assert_true(live_is_online(&live, NOW_MS + 3 * MINUTE_MS, 0));
    assert_false(live_is_online(&live, NOW_MS + 3 * MINUTE_MS + 1, 0));
}

static void heard_from_but_never_reported(void **state)
{
    (void)state;
    struct live live = {.heard_monotonic_ms = NOW_MS};
    assert_true(live_is_online(&live, NOW_MS + 10 * MINUTE_MS, 0));
    assert_false(live_is_online(&live, NOW_MS + 10 * MINUTE_MS + 1, 0));
}

static void not_heard_since_the_start_goes_by_the_last_reception(void **state)
{
    (void)state;
    struct live live = with_interval(14);
    live.state.current.rcv_time_s = NOW_MS / 1000;
    assert_true(live_is_online(&live, 5, NOW_MS));
    assert_true(live_is_online(&live, 5, NOW_MS + 3 * MINUTE_MS));
    assert_false(live_is_online(&live, 5, NOW_MS + 3 * MINUTE_MS + 1));
    assert_true(live_is_online(&live, 5, NOW_MS - 3 * MINUTE_MS));
    assert_false(live_is_online(&live, 5, NOW_MS - 3 * MINUTE_MS - 1));
}

static void never_heard_of_is_offline(void **state)
{
    (void)state;
    struct live live = {0};
    assert_false(live_is_online(&live, 5, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits),
        cmocka_unit_test(heard_from_in_this_run),
        cmocka_unit_test(heard_from_but_never_reported),
        cmocka_unit_test(not_heard_since_the_start_goes_by_the_last_reception),
        cmocka_unit_test(never_heard_of_is_offline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
