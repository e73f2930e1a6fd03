/* What is dropped of a track, and what becomes of standstills. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "geo/track_testing.h"

static const struct point SHENZHEN = {225400000, 1139000000};

/* A straight drive of a fix every 10 s, 100 m apart. */
static void drive_straight(struct track_fix *fixes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fixes[i] = (struct track_fix){.time_s = 1000 + (int64_t)i * 10,
                                      .until_s = 1000 + (int64_t)i * 10,
                                      .at = drive_move(SHENZHEN, 0, 100 * (double)i),
                                      .accuracy_m = 5,
                                      .speed_ms = -1,
                                      .course_deg = -1};
    }
}

/* Of twenty fixes `strays` from `first` on are far off the way; the others are left. */
static void expect_dropped(size_t first, size_t strays)
{
    struct track_fix fixes[20];
    drive_straight(fixes, 20);
    for (size_t i = first; i < first + strays; i++) {
        fixes[i].at = drive_move(fixes[i].at, 30000 * (double)(i - first + 1), 0);
    }
    assert_int_equal(track_clean(fixes, 20), 20 - strays);
    for (size_t i = 0; i < 20 - strays; i++) {
        assert_int_equal(fixes[i].at.lat_e7, SHENZHEN.lat_e7);
    }
}

static void strays_are_dropped(void **state)
{
    (void)state;
    for (size_t first = 0; first < 10; first++) {
        expect_dropped(first, 1);
        expect_dropped(first, 2);
        expect_dropped(first, 3);
    }
}

static void stray_at_the_end_is_dropped(void **state)
{
    (void)state;
    struct track_fix fixes[20];
    drive_straight(fixes, 20);
    fixes[19].at = drive_move(fixes[19].at, 30000, 0);
    assert_int_equal(track_clean(fixes, 20), 19);
}

static void speed_that_is_told_bounds_the_way(void **state)
{
    (void)state;
    struct track_fix fixes[20];
    drive_straight(fixes, 20);
    fixes[10].at = drive_move(fixes[10].at, 400, 0);
    assert_int_equal(track_clean(fixes, 20), 20);
    drive_straight(fixes, 20);
    for (size_t i = 0; i < 20; i++) {
        fixes[i].speed_ms = 10;
    }
    fixes[10].at = drive_move(fixes[10].at, 400, 0);
    assert_int_equal(track_clean(fixes, 20), 19);
    assert_int_equal(fixes[10].time_s, 1110);
}

/* A train of 300 km/h that says so. */
static void fast_one_that_tells_its_speed_is_believed(void **state)
{
    (void)state;
    struct track_fix fixes[20];
    drive_straight(fixes, 20);
    for (size_t i = 0; i < 20; i++) {
        fixes[i].at = drive_move(SHENZHEN, 0, 833 * (double)i);
        fixes[i].speed_ms = 83.3;
    }
    fixes[10].at = drive_move(fixes[10].at, 3000, 0);
    assert_int_equal(track_clean(fixes, 20), 19);
    assert_int_equal(fixes[10].time_s, 1110);
}

/* As behind a tunnel, or where a tracker's clock was set. */
static void vehicle_that_is_elsewhere_now_is_there(void **state)
{
    (void)state;
    struct track_fix fixes[20];
    drive_straight(fixes, 20);
    for (size_t i = 10; i < 20; i++) {
        fixes[i].at = drive_move(fixes[i].at, 30000, 0);
    }
    assert_int_equal(track_clean(fixes, 20), 20);
}

static void two_that_contradict_each_other_leave_one(void **state)
{
    (void)state;
    struct track_fix fixes[2];
    drive_straight(fixes, 2);
    fixes[1].at = drive_move(SHENZHEN, 30000, 0);
    assert_int_equal(track_clean(fixes, 2), 1);
    assert_int_equal(track_clean(fixes, 0), 0);
}

static void standstill_becomes_one_place(void **state)
{
    (void)state;
    struct track_fix fixes[30];
    uint64_t seed = 5;
    drive_straight(fixes, 30);
    for (size_t i = 10; i < 20; i++) { /* parked, wandering about, until the eleventh */
        fixes[i].at = drive_move(fixes[9].at, 8 * drive_normal(&seed), 8 * drive_normal(&seed));
        fixes[i].is_standing = true;
    }
    for (size_t i = 20; i < 30; i++) {
        fixes[i].at = drive_move(fixes[9].at, 0, 100 * (double)(i - 19));
    }
    const struct point place = fixes[9].at;
    assert_int_equal(track_clean(fixes, 30), 21);
    assert_int_equal(fixes[10].time_s, 1100);
    assert_int_equal(fixes[10].until_s, 1190);
    assert_int_equal(fixes[11].time_s, 1200);
    assert_true(distance_m_e2(fixes[10].at, place) < 800);
    assert_true(fixes[10].accuracy_m < 3);
}

static void standstills_at_two_places_are_two(void **state)
{
    (void)state;
    struct track_fix fixes[20];
    drive_straight(fixes, 20);
    for (size_t i = 0; i < 20; i++) {
        fixes[i].is_standing = true;
        fixes[i].at = drive_move(SHENZHEN, i < 10 ? 0 : 150, 0);
    }
    assert_int_equal(track_clean(fixes, 20), 2);
    assert_int_equal(fixes[1].time_s, 1100);
}

static void standstill_at_the_antimeridian_stays_there(void **state)
{
    (void)state;
    struct track_fix fixes[4];
    drive_straight(fixes, 4);
    for (size_t i = 0; i < 4; i++) {
        fixes[i].is_standing = true;
        fixes[i].at = (struct point){-170000000, i % 2 == 0 ? 1799999900 : -1799999900};
    }
    assert_int_equal(track_clean(fixes, 4), 1);
    assert_true(distance_m_e2(fixes[0].at, (struct point){-170000000, 1800000000}) < 200);
}

static void standstill_ends_the_smoothed_way_at_its_place(void **state)
{
    (void)state;
    struct track_fix fixes[30];
    struct point out[30];
    drive_straight(fixes, 30);
    for (size_t i = 10; i < 20; i++) {
        fixes[i].at = fixes[9].at;
        fixes[i].is_standing = true;
    }
    for (size_t i = 20; i < 30; i++) {
        fixes[i].at = drive_move(fixes[9].at, 100 * (double)(i - 19), 0);
    }
    size_t left = track_clean(fixes, 30);
    assert_int_equal(track_smooth(fixes, left, 0, out), 11);
    assert_int_equal(track_smooth(fixes, left, 11, out), left);
    assert_true(distance_m_e2(out[10], fixes[10].at) < 300);
}

static bool is_gap(struct point from, double north_m, double east_m, int64_t seconds)
{
    struct track_fix a = {.at = from, .accuracy_m = 5};
    struct track_fix b = {.time_s = seconds,
                          .until_s = seconds,
                          .at = drive_move(from, north_m, east_m),
                          .accuracy_m = 5};
    return track_is_gap(&a, &b);
}

/* 70 m/s and 500 m more, everywhere on earth. */
static void silences_and_jumps_are_gaps(void **state)
{
    (void)state;
    static const struct point places[] = {
        {0, 0}, {225400000, 1139000000}, {-170000000, 1799999990}, {890000000, -100000000}};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        assert_false(is_gap(places[i], 0, 1180, 10));
        assert_true(is_gap(places[i], 0, 1225, 10));
        assert_false(is_gap(places[i], -1180, 0, 10));
        assert_true(is_gap(places[i], -1225, 0, 10));
        assert_false(is_gap(places[i], 0, 0, 180));
        assert_true(is_gap(places[i], 0, 0, 181));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strays_are_dropped),
        cmocka_unit_test(stray_at_the_end_is_dropped),
        cmocka_unit_test(speed_that_is_told_bounds_the_way),
        cmocka_unit_test(fast_one_that_tells_its_speed_is_believed),
        cmocka_unit_test(vehicle_that_is_elsewhere_now_is_there),
        cmocka_unit_test(two_that_contradict_each_other_leave_one),
        cmocka_unit_test(standstill_becomes_one_place),
        cmocka_unit_test(standstills_at_two_places_are_two),
        cmocka_unit_test(standstill_at_the_antimeridian_stays_there),
        cmocka_unit_test(standstill_ends_the_smoothed_way_at_its_place),
        cmocka_unit_test(silences_and_jumps_are_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
