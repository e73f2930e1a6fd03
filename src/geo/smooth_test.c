/*
 * The smoother against drives of which the truth is known: it is nearer to it than the fixes are,
 * wherever on earth, however long the track.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "geo/track_testing.h"

enum { DRIVES = 20, FIXES = 500, E7 = 10000000 };

static const struct point SHENZHEN = {225400000, 1139000000};

static void smooth_all(const struct drive *d, struct point *out)
{
    for (size_t i = 0; i < d->count;) {
        size_t next = track_smooth(d->fixes, d->count, i, out);
        assert_true(next > i && next <= d->count);
        i = next;
    }
}

struct errors {
    double raw_m;
    double smooth_m;
};

static struct errors mean_errors(struct drive_options options)
{
    struct drive *d = calloc(1, sizeof(*d));
    struct point *at = calloc(DRIVE_MAX, sizeof(*at));
    struct errors sum = {0};
    for (uint64_t seed = 1; seed <= DRIVES; seed++) {
        options.seed = seed;
        drive_make(d, &options);
        for (size_t i = 0; i < d->count; i++) {
            at[i] = d->fixes[i].at;
        }
        sum.raw_m += drive_error_m(at, d->truth, d->count) / DRIVES;
        smooth_all(d, at);
        sum.smooth_m += drive_error_m(at, d->truth, d->count) / DRIVES;
    }
    free(d);
    free(at);
    return sum;
}

/* A kind of drives, and the part of the fixes' error that may be left. */
static const struct {
    const char *name;
    struct drive_options options;
    double left;
} kinds[] = {
    {"town",
     {.leg_min_m = 150, .leg_max_m = 600, .speed_ms = 13, .corner_ms = 4, .light_chance = 0.2},
     0.88},
    {"suburb",
     {.leg_min_m = 500, .leg_max_m = 3000, .speed_ms = 18, .corner_ms = 5, .light_chance = 0.1},
     0.80},
    {"motorway", {.leg_min_m = 20000, .leg_max_m = 60000, .speed_ms = 30, .corner_ms = 15}, 0.62},
    {"town, velocity told",
     {.leg_min_m = 150,
      .leg_max_m = 600,
      .speed_ms = 13,
      .corner_ms = 4,
      .light_chance = 0.2,
      .tells_velocity = true},
     0.77},
};

/* Deviations of 10 m along each axis, a fix every 10 s. */
static void smoothing_brings_tracks_nearer_to_the_truth(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct drive_options options = kinds[i].options;
        options.from = SHENZHEN;
        options.count = FIXES;
        options.interval_s = 10;
        options.deviation_m = 10;
        struct errors e = mean_errors(options);
        print_message("%s: fixes %.2f m off, smoothed %.2f m\n", kinds[i].name, e.raw_m,
                      e.smooth_m);
        assert_true(e.raw_m > 12 && e.raw_m < 13);
        assert_true(e.smooth_m < kinds[i].left * e.raw_m);
    }
}

static void it_works_everywhere(void **state)
{
    (void)state;
    static const struct point places[] = {
        {0, 0},
        {-170000000, 1799990000}, /* from here eastwards over the antimeridian */
        {-170000000, -1799990000},
        {780000000, 156000000},
        {-450000000, -720000000},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct drive_options options = kinds[2].options;
        options.from = places[i];
        options.count = FIXES;
        options.interval_s = 10;
        options.deviation_m = 10;
        struct errors e = mean_errors(options);
        assert_true(e.smooth_m < 0.65 * e.raw_m);
    }
}

static void parts_of_a_long_track_join(void **state)
{
    (void)state;
    struct drive *d = calloc(1, sizeof(*d));
    struct point *all = calloc(DRIVE_MAX, sizeof(*all));
    struct point *late = calloc(DRIVE_MAX, sizeof(*late));
    drive_make(d, &(struct drive_options){.seed = 7,
                                          .from = SHENZHEN,
                                          .count = 2000,
                                          .interval_s = 10,
                                          .leg_min_m = 300,
                                          .leg_max_m = 900,
                                          .speed_ms = 15,
                                          .corner_ms = 5,
                                          .deviation_m = 10});
    smooth_all(d, all);
    for (size_t from = 450; from < 600; from += 7) { /* a part that begins elsewhere */
        size_t end = track_smooth(d->fixes, d->count, from, late);
        assert_true(drive_error_m(all + from, late + from, end - from) < 1.5);
    }
    free(d);
    free(all);
    free(late);
}

static void stray_has_no_say(void **state)
{
    (void)state;
    struct drive *d = calloc(1, sizeof(*d));
    struct point *at = calloc(DRIVE_MAX, sizeof(*at));
    drive_make(d, &(struct drive_options){.seed = 3,
                                          .from = SHENZHEN,
                                          .count = 100,
                                          .interval_s = 10,
                                          .leg_min_m = 90000,
                                          .leg_max_m = 90000,
                                          .speed_ms = 20,
                                          .corner_ms = 20,
                                          .deviation_m = 3});
    d->fixes[50].at = drive_move(d->truth[50], 0, 120);
    smooth_all(d, at);
    assert_true((double)distance_m_e2(at[50], d->truth[50]) / 100 < 15);
    free(d);
    free(at);
}

static void one_fix_and_two_of_a_second_stay_where_they_are(void **state)
{
    (void)state;
    struct track_fix fixes[2] = {
        {.time_s = 100,
         .until_s = 100,
         .at = SHENZHEN,
         .accuracy_m = 5,
         .speed_ms = -1,
         .course_deg = -1},
    };
    struct point out[2];
    assert_int_equal(track_smooth(fixes, 1, 0, out), 1);
    assert_true(distance_m_e2(out[0], SHENZHEN) < 10);
    fixes[1] = fixes[0];
    fixes[1].at = drive_move(SHENZHEN, 8, 0);
    assert_int_equal(track_smooth(fixes, 2, 0, out), 2);
    assert_true(distance_m_e2(out[0], SHENZHEN) < 1000);
    assert_true(distance_m_e2(out[1], SHENZHEN) < 1000);
}

static void legs_do_not_pull_at_each_other(void **state)
{
    (void)state;
    struct track_fix fixes[4];
    struct point out[4];
    for (size_t i = 0; i < 4; i++) {
        fixes[i] = (struct track_fix){.time_s = (int64_t)i * 10 + (i >= 2 ? 7200 : 0),
                                      .at = drive_move(SHENZHEN, i >= 2 ? 5000 : 0, (double)i * 90),
                                      .accuracy_m = 5,
                                      .speed_ms = -1,
                                      .course_deg = -1};
        fixes[i].until_s = fixes[i].time_s;
    }
    assert_int_equal(track_smooth(fixes, 4, 0, out), 2);
    assert_int_equal(track_smooth(fixes, 4, 2, out), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_true(distance_m_e2(out[i], fixes[i].at) < 500);
    }
}

/* As behind a ferry, or where a clock was set: nobody drove from the one side to the other. */
static void jump_pulls_neither_side(void **state)
{
    (void)state;
    static const double jumps_m[] = {3000, 30000, 300000};
    struct drive *d = calloc(1, sizeof(*d));
    struct point *at = calloc(DRIVE_MAX, sizeof(*at));
    for (size_t i = 0; i < sizeof(jumps_m) / sizeof(jumps_m[0]); i++) {
        struct drive_options options = kinds[2].options;
        options.from = SHENZHEN;
        options.count = 60;
        options.interval_s = 10;
        options.deviation_m = 1;
        drive_make(d, &options);
        for (size_t k = 30; k < d->count; k++) {
            d->fixes[k].at = drive_move(d->fixes[k].at, jumps_m[i], 0);
        }
        assert_int_equal(track_clean(d->fixes, d->count), d->count);
        smooth_all(d, at);
        for (size_t k = 0; k < d->count; k++) {
            assert_true(distance_m_e2(at[k], d->fixes[k].at) < 1000);
        }
    }
    free(d);
    free(at);
}

static void poles_and_far_steps_stay_on_earth(void **state)
{
    (void)state;
    struct track_fix fixes[64];
    struct point out[64];
    uint64_t seed = 11;
    for (size_t i = 0; i < 64; i++) {
        fixes[i] = (struct track_fix){
            .time_s = (int64_t)i / 2,
            .until_s = (int64_t)i / 2,
            .at = {(int32_t)((drive_random(&seed) * 180 - 90) * E7),
                   (int32_t)((drive_random(&seed) * 360 - 180) * E7)},
            .accuracy_m = 3,
            .speed_ms = drive_random(&seed) * 600 - 1,
            .course_deg = drive_random(&seed) * 360,
        };
    }
    for (size_t i = 0; i < 64;) {
        i = track_smooth(fixes, 64, i, out);
    }
    for (size_t i = 0; i < 64; i++) {
        assert_in_range(out[i].lat_e7 + 900000000, 0, 1800000000);
        assert_in_range((int64_t)out[i].lon_e7 + 1800000000, 0, 3600000000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smoothing_brings_tracks_nearer_to_the_truth),
        cmocka_unit_test(it_works_everywhere),
        cmocka_unit_test(parts_of_a_long_track_join),
        cmocka_unit_test(stray_has_no_say),
        cmocka_unit_test(one_fix_and_two_of_a_second_stay_where_they_are),
        cmocka_unit_test(legs_do_not_pull_at_each_other),
        cmocka_unit_test(jump_pulls_neither_side),
        cmocka_unit_test(poles_and_far_steps_stay_on_earth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
