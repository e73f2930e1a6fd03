#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "simulate/workday.h"

enum { DAY = 20550 /* 2026-04-07, a Tuesday */, HOUR_S = 3600 };

static const struct job_kind van = {
    .begin_s = 6 * HOUR_S,
    .spread_s = HOUR_S,
    .length_s = 9 * HOUR_S,
    .stay_min_s = 120,
    .stay_max_s = 900,
    .idling_percent = 40,
    .rests_on_sunday = true,
    .speed_max_kmh = 90,
    .pace_percent = 100,
};

static int setup(void **state)
{
    *state = roads_read(roads_data());
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    roads_free(*state);
    return 0;
}

static const struct moment_of_day *moment(const struct workday *day, guint i)
{
    return &g_array_index(day->moments, struct moment_of_day, i);
}

/* From one moment to the next: time, way, speed and acceleration are those of a vehicle. */
static void check_moments(const struct workday *day)
{
    for (guint i = 1; i < day->moments->len; i++) {
        const struct moment_of_day *a = moment(day, i - 1);
        const struct moment_of_day *b = moment(day, i);
        double way_m = (double)(b->travelled_cm - a->travelled_cm) / 100;
        double straight_m = (double)distance_m_e2(a->where, b->where) / 100;
        double seconds = (b->at_ms - a->at_ms) / 1000.0;
        assert_true(b->at_ms >= a->at_ms);
        assert_true(b->travelled_cm >= a->travelled_cm);
        assert_true(straight_m < 26);
        assert_true(straight_m == 0 || a->ignition_on);
        assert_true(fabs(way_m - straight_m) < 2 + straight_m / 100);
        assert_true(b->speed_kmh <= 90.5F);
        /* v² - v0² = 2 a d, as no second of the way is braked or sped up harder than by 2 m/s². */
        double a_ms = a->speed_kmh / 3.6;
        double b_ms = b->speed_kmh / 3.6;
        double squares = fabs(b_ms * b_ms - a_ms * a_ms);
        assert_true(squares <= 2 * 2.0 * straight_m + 0.5);
        assert_true(straight_m <= seconds * 90.5 / 3.6 + 0.1);
    }
}

static void drives_from_the_depot_and_home(void **state)
{
    const struct roads *roads = *state;
    for (uint32_t number = 0; number < 20; number++) {
        struct worker w = {.number = number, .region = number % 2, .depot = 3, .job = &van};
        struct workday day;
        workday_init(&day, roads, &w, DAY);
        check_moments(&day);
        const struct moment_of_day *first = moment(&day, 0);
        const struct moment_of_day *last = moment(&day, day.moments->len - 1);
        struct point depot = roads_site(roads, w.region, w.depot);
        assert_true(first->at_ms == 0 && !first->ignition_on && first->travelled_cm == 0);
        assert_memory_equal(&first->where, &depot, sizeof(depot));
        assert_true(distance_m_e2(last->where, depot) < 100);
        assert_true(!last->ignition_on && last->at_ms < (WORKDAY_S - HOUR_S) * 1000);
        assert_true(last->travelled_cm == workday_length_cm(roads, &w, DAY));
        assert_true(last->travelled_cm > 3000000 && last->travelled_cm < 60000000);
        workday_clear(&day);
    }
}

static void days_follow_one_another(void **state)
{
    struct worker w = {.number = 7, .region = 0, .depot = 1, .job = &van};
    (void)state;
    int64_t begin_s = (int64_t)DAY * WORKDAY_S + van.begin_s - HOUR_S / 2;
    assert_int_equal(workday_of(&w, begin_s), DAY);
    assert_int_equal(workday_of(&w, begin_s - 1), DAY - 1);
    assert_int_equal(workday_of(&w, begin_s + WORKDAY_S - 1), DAY);
    assert_int_equal(workday_of(&w, begin_s + WORKDAY_S), DAY + 1);
    assert_int_equal(workday_of(&w, -1), -1);
    assert_int_equal(workday_of(&w, van.begin_s - HOUR_S / 2 - WORKDAY_S), -1);
    assert_int_equal(workday_of(&w, van.begin_s - HOUR_S / 2 - WORKDAY_S - 1), -2);
}

static void rests_on_sundays(void **state)
{
    struct worker w = {.number = 7, .region = 0, .depot = 1, .job = &van};
    unsigned days_off = 0;
    for (int64_t day = DAY; day < DAY + 7; day++) {
        bool is_off = workday_length_cm(*state, &w, day) == 0;
        assert_true(!is_off || day == DAY + 5); /* 12 April */
        days_off += is_off;
    }
    assert_int_equal(days_off, 1);
}

/* Member by member: what stands between them is anything. */
static void assert_is_moment(const struct moment_of_day *a, const struct moment_of_day *b)
{
    assert_int_equal(a->at_ms, b->at_ms);
    assert_memory_equal(&a->where, &b->where, sizeof(a->where));
    assert_int_equal(a->travelled_cm, b->travelled_cm);
    assert_true(a->speed_kmh == b->speed_kmh && a->course_deg == b->course_deg);
    assert_int_equal(a->ignition_on, b->ignition_on);
}

/* Between two moments the vehicle is between both, whatever was asked before. */
static void tells_any_second(void **state)
{
    struct worker w = {.number = 3, .region = 1, .depot = 0, .job = &van};
    struct workday day;
    guint walked = 0;
    workday_init(&day, *state, &w, DAY);
    for (int64_t at_s = day.begin_s; at_s < day.begin_s + WORKDAY_S; at_s += 7) {
        guint fresh = 0;
        struct moment_of_day a = workday_at(&day, at_s, &walked);
        struct moment_of_day b = workday_at(&day, at_s, &fresh);
        assert_is_moment(&a, &b);
        const struct moment_of_day *before = moment(&day, walked);
        assert_true(before->at_ms <= a.at_ms);
        assert_true(before->travelled_cm <= a.travelled_cm);
        if (walked + 1 < day.moments->len) {
            assert_true(a.travelled_cm <= moment(&day, walked + 1)->travelled_cm);
            assert_true(a.at_ms < moment(&day, walked + 1)->at_ms);
        }
    }
    workday_clear(&day);
}

static void tells_when_the_ignition_is_switched(void **state)
{
    struct worker w = {.number = 3, .region = 1, .depot = 0, .job = &van};
    struct workday day;
    guint hint = 0;
    unsigned switches = 0;
    workday_init(&day, *state, &w, DAY);
    int64_t end_s = day.begin_s + WORKDAY_S;
    int64_t at_s = day.begin_s;
    bool was_on = false;
    for (;;) {
        int64_t next_s = workday_switch_s(&day, at_s, end_s, &hint);
        if (next_s == INT64_MAX) {
            break;
        }
        assert_true(next_s > at_s);
        assert_true(workday_at(&day, next_s - 1, &hint).ignition_on == was_on);
        assert_true(workday_at(&day, next_s, &hint).ignition_on == !was_on);
        assert_true(workday_switch_s(&day, at_s, next_s - 1, &hint) == INT64_MAX);
        was_on = !was_on;
        at_s = next_s;
        switches++;
    }
    assert_true(switches >= 4 && switches % 2 == 0);
    workday_clear(&day);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drives_from_the_depot_and_home),
        cmocka_unit_test(days_follow_one_another),
        cmocka_unit_test(rests_on_sundays),
        cmocka_unit_test(tells_any_second),
        cmocka_unit_test(tells_when_the_ignition_is_switched),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
