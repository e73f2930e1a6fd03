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

static struct fix driven(int64_t time_s, int32_t lat_e7)
{
    struct fix f = {.rcv_time_s = time_s};
    fix_set_time(&f, time_s);
    fix_set_position(&f, lat_e7, 80000000, true);
    fix_set_speed_kmh_e2(&f, 5000);
    return f;
}

/* As ingest folds a fix in order. */
static void drive(struct live *live, int64_t time_s, int32_t lat_e7)
{
    const struct fix f = driven(time_s, lat_e7);
    live_day_turn(live, time_s);
    fold_step(&live->state, &f, &fold_default_rules, NULL);
}

/* The step over midnight is of the new day, and what the store said counts on from there. */
static void a_day_goes_on_from_what_the_store_said(void **state)
{
    enum { MIDNIGHT_S = 1700006400, DAY_S = 86400 };
    static const struct live_day first = {MIDNIGHT_S - DAY_S, MIDNIGHT_S, 0};
    static const struct live_day next = {MIDNIGHT_S, MIDNIGHT_S + DAY_S, 0};
    struct live live;
    uint64_t m_e2 = 1;
    (void)state;
    live_init(&live);
    assert_true(live_day_tells(&live, &first, &m_e2)); /* never heard */
    assert_int_equal(m_e2, 0);
    drive(&live, MIDNIGHT_S - 60, 500000000);
    assert_false(live_day_tells(&live, &first, &m_e2));
    assert_true(live_day_note(&live, &first, 777));
    assert_false(live_day_note(&live, &first, 777));
    drive(&live, MIDNIGHT_S - 40, 500040000);
    uint64_t before_m_e2 = fold_travelled_m_e2(&live.state);
    assert_in_range(before_m_e2, 44400, 44600);
    assert_true(live_day_tells(&live, &first, &m_e2));
    assert_int_equal(m_e2, 777 + before_m_e2);
    assert_true(live_day_tells(&live, &next, &m_e2)); /* nothing came since */
    assert_int_equal(m_e2, 0);
    drive(&live, MIDNIGHT_S, 500070000);
    assert_false(live_day_tells(&live, &first, &m_e2)); /* of another day by now */
    assert_true(live_day_tells(&live, &next, &m_e2));
    assert_int_equal(m_e2, fold_travelled_m_e2(&live.state) - before_m_e2);
    drive(&live, MIDNIGHT_S + 10, 500080000);
    assert_true(live_day_tells(&live, &next, &m_e2));
    assert_int_equal(m_e2, fold_travelled_m_e2(&live.state) - before_m_e2);
    const struct live_day elsewhere = {MIDNIGHT_S - 3600, MIDNIGHT_S + DAY_S - 3600, 0};
    assert_false(live_day_tells(&live, &elsewhere, &m_e2)); /* another zone */
    assert_true(live_day_tells(&live, &(struct live_day){MIDNIGHT_S + 7 * DAY_S, 0, 0}, &m_e2));
    assert_int_equal(m_e2, 0); /* silent for days */
}

/* A device was looked up while it was silent; then it sends what it kept of the day before. */
static void what_is_kept_of_yesterday_is_not_of_today(void **state)
{
    enum { MIDNIGHT_S = 1700006400, DAY_S = 86400 };
    static const struct live_day day = {MIDNIGHT_S, MIDNIGHT_S + DAY_S, 0};
    struct live live;
    uint64_t m_e2 = 1;
    (void)state;
    live_init(&live);
    assert_true(live_day_note(&live, &day, 0));
    assert_false(live_day_note(&live, &day, 0));
    drive(&live, MIDNIGHT_S - 60, 500000000);
    drive(&live, MIDNIGHT_S - 40, 500040000);
    assert_true(live_day_tells(&live, &day, &m_e2));
    assert_int_equal(m_e2, 0);
    uint64_t before_m_e2 = fold_travelled_m_e2(&live.state);
    drive(&live, MIDNIGHT_S + 10, 500080000);
    assert_true(live_day_tells(&live, &day, &m_e2));
    assert_int_equal(m_e2, fold_travelled_m_e2(&live.state) - before_m_e2);
    drive(&live, day.ends_s, 500090000); /* a clock that is ahead */
    assert_false(live_day_note(&live, &day, m_e2));
}

/* What late fixes added is known to the store alone, until they are folded in. */
static void a_day_may_be_longer_than_the_state_knows(void **state)
{
    static const struct live_day day = {1700000000 - 3600, 1700000000 + 3600, 0};
    struct live live;
    uint64_t m_e2 = 0;
    (void)state;
    live_init(&live);
    drive(&live, 1700000000, 500000000);
    assert_true(live_day_note(&live, &day, 123456));
    assert_true(live.day.base_m_e2 < 0);
    assert_true(live_day_tells(&live, &day, &m_e2));
    assert_int_equal(m_e2, 123456);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits),
        cmocka_unit_test(heard_from_in_this_run),
        cmocka_unit_test(heard_from_but_never_reported),
        cmocka_unit_test(not_heard_since_the_start_goes_by_the_last_reception),
        cmocka_unit_test(never_heard_of_is_offline),
        cmocka_unit_test(a_day_goes_on_from_what_the_store_said),
        cmocka_unit_test(what_is_kept_of_yesterday_is_not_of_today),
        cmocka_unit_test(a_day_may_be_longer_than_the_state_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
