#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "simulate/demo_reports.h"

enum { START_S = 1775520000 /* 2026-04-07T00:00:00Z, a Tuesday */, DAY_S = 86400 };

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

static struct point place_of(const struct fix *f)
{
    return (struct point){f->lat_e7, f->lon_e7};
}

/* What its owner would check from one report to the next. */
static void check_step(const struct demo_reporter *r, const struct fix *last, const struct fix *fix)
{
    int64_t gap_s = fix->gps_time_s - last->gps_time_s;
    assert_true(gap_s >= 1 && (gap_s <= DEMO_PARKED_S || gap_s <= r->vehicle.interval_s));
    assert_true(fix->odometer_m >= last->odometer_m);
    /* Receivers are off by metres, and a parking space lies beside the road. */
    double way_m = (double)distance_m_e2(place_of(last), place_of(fix)) / 100;
    assert_true(way_m <= (double)gap_s * 140 / 3.6 + 50);
    double counted_m = (double)(fix->odometer_m - last->odometer_m);
    assert_true(r->vehicle.type != DEVICE_VEHICLE || counted_m + 150 >= way_m);
}

/* Two days of a vehicle. */
static void check_vehicle(const struct roads *roads, size_t v)
{
    struct demo_reporter r;
    struct fix last = {0};
    struct fix fix;
    unsigned moving = 0;
    unsigned off = 0;
    demo_reporter_init(&r, roads, v);
    int64_t at_s = START_S;
    while ((at_s = demo_reporter_next_s(&r, at_s, DEMO_FINE)) < START_S + 2 * DAY_S) {
        demo_reporter_report(&r, at_s, &fix);
        assert_true(fix.gps_time_s == at_s);
        assert_true(fix_has_position(&fix));
        assert_true(fix.fuel_ml <= r.vehicle.tank_l * 1000U);
        if (last.gps_time_s != 0) {
            check_step(&r, &last, &fix);
        }
        moving += fix.speed_kmh_e2 > 1000;
        off += (fix.flags & FIX_IGNITION_ON) == 0;
        last = fix;
    }
    bool works = r.vehicle.worker.job->length_s > 0;
    assert_true(works == (moving > 0));
    assert_true(off > 0);
    demo_reporter_clear(&r);
}

static void vehicles_drive_like_vehicles(void **state)
{
    for (size_t v = 0; v < DEMO_VEHICLES; v++) {
        check_vehicle(*state, v);
    }
}

/* The same report is told without those before it. */
static void check_alone(const struct roads *roads, size_t v, const struct fix *fix)
{
    struct demo_reporter alone;
    struct fix again;
    demo_reporter_init(&alone, roads, v);
    assert_true(demo_reporter_last_s(&alone, fix->gps_time_s) == fix->gps_time_s);
    int64_t next_s = demo_reporter_next_s(&alone, fix->gps_time_s, DEMO_FINE);
    assert_true(demo_reporter_last_s(&alone, next_s - 1) == fix->gps_time_s);
    demo_reporter_report(&alone, fix->gps_time_s, &again);
    assert_memory_equal(fix, &again, sizeof(again));
    demo_reporter_clear(&alone);
}

/* Any report of two days follows from its time alone, and coarse ones are some of the fine ones. */
static void check_times(const struct roads *roads, size_t v)
{
    struct demo_reporter walk;
    struct demo_reporter coarse;
    demo_reporter_init(&walk, roads, v);
    demo_reporter_init(&coarse, roads, v);
    int64_t coarse_s = demo_reporter_next_s(&coarse, START_S, DEMO_COARSE);
    int64_t at_s = START_S;
    unsigned coarse_seen = 0;
    unsigned n = 0;
    for (; at_s < START_S + 2 * DAY_S; n++) {
        struct fix fix;
        at_s = demo_reporter_next_s(&walk, at_s, DEMO_FINE);
        demo_reporter_report(&walk, at_s, &fix);
        assert_true(coarse_s >= at_s);
        if (coarse_s == at_s) {
            coarse_seen++;
            coarse_s = demo_reporter_next_s(&coarse, coarse_s, DEMO_COARSE);
        }
        if (n % 50 == 0) {
            check_alone(roads, v, &fix);
        }
    }
    assert_true(coarse_seen > 40 && coarse_seen < n / 2);
    demo_reporter_clear(&walk);
    demo_reporter_clear(&coarse);
}

static void reports_follow_from_the_time_alone(void **state)
{
    static const size_t some[] = {0, 12, 20, 24, 36, 56, 58 /* a padlock */};
    for (size_t k = 0; k < sizeof(some) / sizeof(some[0]); k++) {
        check_times(*state, some[k]);
    }
}

static bool is_counted(const struct demo_reporter *r)
{
    return r->vehicle.trait != TRAIT_SILENT && r->vehicle.trait != TRAIT_LOST;
}

/* Whenever a demonstration is started, some move, some idle, some are parked. */
static void every_state_is_there_at_any_time(void **state)
{
    static struct demo_reporter reporters[DEMO_VEHICLES];
    for (size_t v = 0; v < DEMO_VEHICLES; v++) {
        demo_reporter_init(&reporters[v], *state, v);
    }
    for (int64_t at_s = START_S; at_s < START_S + 8 * DAY_S; at_s += 300) {
        unsigned moving = 0;
        unsigned idle = 0;
        unsigned parked = 0;
        for (size_t v = 0; v < DEMO_VEHICLES; v++) {
            struct demo_reporter *r = &reporters[v];
            struct fix f;
            demo_reporter_report(r, at_s, &f);
            bool is_on = (f.flags & FIX_IGNITION_ON) != 0;
            bool moves = f.speed_kmh_e2 > 500;
            moving += is_counted(r) && moves;
            idle += is_counted(r) && is_on && !moves;
            parked += is_counted(r) && !is_on && !moves;
        }
        assert_true(moving >= 1);
        assert_true(idle >= 1);
        assert_true(parked >= 5);
    }
    for (size_t v = 0; v < DEMO_VEHICLES; v++) {
        demo_reporter_clear(&reporters[v]);
    }
}

/* A tank is filled while the vehicle is parked, and empties as it drives. */
static void tanks_are_filled_at_the_depot(void **state)
{
    struct demo_reporter r;
    struct fix last = {0};
    struct fix fix;
    unsigned fills = 0;
    demo_reporter_init(&r, *state, 0);
    int64_t at_s = START_S;
    while ((at_s = demo_reporter_next_s(&r, at_s, DEMO_COARSE)) < START_S + 14 * DAY_S) {
        demo_reporter_report(&r, at_s, &fix);
        if (last.gps_time_s != 0 && fix.fuel_ml > last.fuel_ml) {
            assert_true((fix.flags & FIX_IGNITION_ON) == 0);
            fills++;
        }
        assert_true(fix.fuel_ml > 4000);
        last = fix;
    }
    assert_true(fills >= 2 && fills <= 14);
    demo_reporter_clear(&r);
}

static void some_alarms_an_hour(void **state)
{
    unsigned alarms = 0;
    for (size_t v = 0; v < DEMO_VEHICLES; v++) {
        struct demo_reporter r;
        struct fix fix;
        demo_reporter_init(&r, *state, v);
        int64_t at_s = START_S;
        while ((at_s = demo_reporter_next_s(&r, at_s, DEMO_FINE)) < START_S + DAY_S) {
            demo_reporter_report(&r, at_s, &fix);
            bool is_unplugged = r.vehicle.trait == TRAIT_UNPLUGGED;
            assert_true(is_unplugged == ((fix.alarms & ALARM_BIT(POWER_OFF)) != 0));
            alarms += !is_unplugged && fix.alarms != 0;
        }
        demo_reporter_clear(&r);
    }
    assert_true(alarms >= 24 && alarms <= 150);
}

static void rows_are_each_other_s_strangers(void **state)
{
    unsigned traits[TRAIT_PANIC + 1] = {0};
    (void)state;
    for (size_t i = 0; i < DEMO_VEHICLES; i++) {
        struct demo_vehicle a = demo_vehicle(i);
        traits[a.trait]++;
        assert_true(strlen(a.device_id) < DEVICE_ID_SIZE);
        assert_non_null(protocol_at(a.protocol)->device);
        assert_true(a.worker.region < DEMO_REGIONS);
        for (size_t k = 0; k < i; k++) {
            struct demo_vehicle b = demo_vehicle(k);
            assert_string_not_equal(a.device_id, b.device_id);
            assert_string_not_equal(a.plate, b.plate);
        }
    }
    for (size_t t = 0; t <= TRAIT_PANIC; t++) {
        assert_true(traits[t] > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vehicles_drive_like_vehicles),
        cmocka_unit_test(reports_follow_from_the_time_alone),
        cmocka_unit_test(every_state_is_there_at_any_time),
        cmocka_unit_test(tanks_are_filled_at_the_depot),
        cmocka_unit_test(some_alarms_an_hour),
        cmocka_unit_test(rows_are_each_other_s_strangers),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
