/* Alarms by rule: overspeed, battery, temperatures, displacement while parked, fatigue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fleet/watch_testing.h"

/* ---- overspeed ---- */

static struct scene *speed_scene(uint32_t for_s)
{
    struct scene *s = scene_new();
    s->limits.overspeed_kmh_e2 = 8000;
    s->limits.overspeed_s = for_s;
    return s;
}

static void overspeed_lasts_by_gps_time(void **state)
{
    (void)state;
    struct scene *s = speed_scene(30);
    scene_step(s, at(0, 0, 80)); /* at the limit, not above */
    scene_step(s, at(10, 250, 81));
    struct fix late = at(39, 900, 100);
    late.rcv_time_s += 3600;
    scene_step(s, late);
    scene_told(s, "");
    scene_step(s, at(40, 925, 100));
    scene_told(s, "+OVERSPEED@10");
    assert_int_equal(s->last.decided_s, T0 + 40);
    assert_int_equal(s->last.value, 8000);
    scene_step(s, at(50, 1150, 80));
    scene_told(s, "-OVERSPEED@50");
    scene_free(s);
}

static void slowing_down_begins_it_anew(void **state)
{
    (void)state;
    struct scene *s = speed_scene(30);
    scene_step(s, at(0, 0, 90));
    scene_step(s, at(20, 500, 70));
    scene_step(s, at(25, 600, 90));
    scene_step(s, at(50, 1200, 90));
    scene_told(s, "");
    scene_step(s, at(55, 1300, 90));
    scene_told(s, "+OVERSPEED@25");
    scene_free(s);
}

/* A vehicle that stands where nothing tells a speed drives no longer too fast. */
static void standing_ends_it_without_a_speed(void **state)
{
    (void)state;
    struct scene *s = speed_scene(0);
    scene_step(s, with_ignition(at(0, 0, 90), true));
    scene_step(s, with_ignition(bare(30, FIX_HEARTBEAT), true));
    scene_told(s, "+OVERSPEED@0");
    scene_step(s, with_ignition(bare(60, FIX_HEARTBEAT), false));
    scene_told(s, "-OVERSPEED@60");
    scene_free(s);
}

/* No speed is told: it neither goes on nor ends. */
static void what_tells_no_speed_changes_nothing(void **state)
{
    (void)state;
    struct scene *s = speed_scene(30);
    scene_step(s, at(0, 0, 90));
    scene_step(s, bare(10, FIX_HEARTBEAT));
    scene_step(s, lbs(at(20, 500, 0)));
    scene_step(s, at(30, 750, 90));
    scene_told(s, "+OVERSPEED@0");
    scene_step(s, unlocked(at(40, 800, 0)));
    scene_told(s, "");
    scene_free(s);
}

static void a_silence_ends_it_and_begins_it_anew(void **state)
{
    (void)state;
    struct scene *s = speed_scene(30);
    scene_step(s, at(0, 0, 90));
    scene_step(s, at(30, 750, 90));
    scene_step(s, at(1000, 20000, 90));
    scene_told(s, "+OVERSPEED@0 -OVERSPEED@30");
    scene_step(s, at(1029, 20700, 90));
    scene_told(s, "");
    scene_step(s, at(1030, 20725, 90));
    scene_told(s, "+OVERSPEED@1000");
    assert_int_equal(watch_look(&s->state.watch, ALARM_OVERSPEED, 0)->count, 1);
    scene_step(s, at(1040, 21000, 90));
    scene_step(s, at(3000, 60000, 20)); /* pending ones are forgotten, too */
    scene_told(s, "-OVERSPEED@1040");
    scene_free(s);
}

static void overspeed_goes_on_within_a_minute(void **state)
{
    (void)state;
    struct scene *s = speed_scene(30);
    scene_step(s, at(0, 0, 90));
    scene_step(s, at(30, 750, 90));
    scene_step(s, at(40, 1000, 70));
    scene_step(s, at(90, 2000, 90));
    scene_told(s, "+OVERSPEED@0 -OVERSPEED@40 ~OVERSPEED@90");
    scene_step(s, at(100, 2250, 70));
    scene_step(s, at(170, 3500, 90)); /* 70 s: pending */
    scene_told(s, "-OVERSPEED@100");
    scene_free(s);
}

static void a_rule_that_is_switched_off_ends_it(void **state)
{
    (void)state;
    static const struct fold_limits off = {0};
    struct scene *s = speed_scene(0);
    s->terms[1] = (struct fold_term){.from_s = T0 + 15, .limits = &off};
    s->terms[2] = (struct fold_term){.from_s = T0 + 35, .limits = NULL};
    s->rules.term_count = 3;
    scene_step(s, at(0, 0, 90));
    scene_step(s, at(10, 250, 90));
    scene_told(s, "+OVERSPEED@0");
    scene_step(s, at(20, 500, 90));
    scene_told(s, "-OVERSPEED@20");
    scene_step(s, at(40, 1000, 90));
    scene_step(s, at(100, 2500, 90));
    scene_told(s, "");
    assert_int_equal(s->state.watch.count, 0);
    scene_free(s);
}

/* ---- battery, temperatures ---- */

static struct fix charged(int64_t after_s, unsigned percent)
{
    struct fix f = at(after_s, 0, 0);
    fix_set_battery_percent(&f, percent);
    return f;
}

static void a_battery_is_low_until_it_is_surely_above(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    s->limits.low_battery_percent = 20;
    scene_step(s, charged(0, 20));
    scene_told(s, "");
    scene_step(s, charged(10, 19));
    scene_told(s, "+LOW_BATTERY@10");
    assert_int_equal(s->last.value, 19);
    scene_step(s, charged(20, 24));
    scene_step(s, at(30, 0, 0)); /* which tells no level */
    scene_told(s, "");
    scene_step(s, charged(40, 25));
    scene_told(s, "-LOW_BATTERY@40");
    s->limits.low_battery_percent = 99;
    scene_step(s, charged(200, 98));
    scene_step(s, charged(210, 100)); /* there is nothing above */
    scene_told(s, "+LOW_BATTERY@200 -LOW_BATTERY@210");
    scene_free(s);
}

static struct fix warm(int64_t after_s, int first_c_e2, int second_c_e2)
{
    struct fix f = at(after_s, 0, 0);
    fix_set_temperature(&f, 0, first_c_e2);
    fix_set_temperature(&f, 1, second_c_e2);
    return f;
}

static void each_sensor_has_its_own_bounds(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    s->limits.has_bounds = true;
    s->limits.temperatures[0] = (struct fold_bounds){-2000, -1500};
    s->limits.temperatures[1] = (struct fold_bounds){INT16_MIN, 800};
    scene_step(s, warm(0, -1500, 800));
    scene_told(s, "");
    scene_step(s, warm(10, -1499, 801));
    scene_told(s, "+TEMPERATURE:1@10 +TEMPERATURE:2@10");
    assert_int_equal(s->last.value, 801);
    struct fix one = at(20, 0, 0);
    fix_set_temperature(&one, 1, -27000); /* the other sensor tells nothing */
    scene_step(s, one);
    scene_told(s, "-TEMPERATURE:2@20");
    scene_step(s, warm(100, -2001, 0));
    scene_told(s, "");
    scene_step(s, warm(110, -2000, 0));
    scene_told(s, "-TEMPERATURE:1@110");
    scene_step(s, warm(120, 0, 0));
    s->limits.has_bounds = false;
    scene_step(s, warm(130, 0, 0));
    scene_told(s, "~TEMPERATURE:1@120 -TEMPERATURE:1@130");
    scene_free(s);
}

/* ---- displacement ---- */

static struct scene *parked_scene(void)
{
    struct scene *s = scene_new();
    s->limits.displacement_m = 200;
    scene_step(s, with_ignition(at(0, 0, 30), true));
    scene_step(s, with_ignition(at(10, 80, 0), false));
    return s;
}

static void a_parked_vehicle_is_displaced(void **state)
{
    (void)state;
    struct scene *s = parked_scene();
    scene_step(s, with_ignition(at(20, 90, 0), false));
    scene_step(s, with_ignition(at(100, 279, 8), false)); /* 199 m */
    scene_told(s, "");
    scene_step(s, with_ignition(at(110, 282, 8), false));
    scene_told(s, "+DISPLACEMENT@110");
    assert_in_range(s->last.value, 200, 203);
    scene_step(s, with_ignition(lbs(at(120, 80, 0)), false)); /* says nothing */
    scene_told(s, "");
    scene_step(s, with_ignition(at(130, 100, 8), false)); /* back */
    scene_told(s, "-DISPLACEMENT@130");
    scene_step(s, with_ignition(at(200, 600, 8), false));
    scene_step(s, with_ignition(at(210, 600, 0), true));
    scene_told(s, "+DISPLACEMENT@200 -DISPLACEMENT@210");
    scene_step(s, with_ignition(at(220, 900, 40), true));
    scene_step(s, with_ignition(at(230, 1000, 0), false)); /* parked anew */
    scene_step(s, with_ignition(at(240, 1100, 0), false));
    scene_told(s, "");
    scene_free(s);
}

static void an_outlier_displaces_nothing(void **state)
{
    (void)state;
    struct scene *s = parked_scene();
    scene_step(s, with_ignition(at(20, 50000, 0), false));
    scene_step(s, with_ignition(at(30, 80, 0), false));
    scene_step(s, with_ignition(at(40, 80, 0), false));
    scene_told(s, "");
    scene_free(s);
}

/* Without ignition a stop elsewhere is where it is parked from then on. */
static void a_stop_elsewhere_is_a_new_place(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    s->limits.displacement_m = 200;
    scene_step(s, at(0, 0, 0));
    scene_step(s, at(10, 0, 0));
    assert_int_equal(s->state.motion, MOTION_STILL);
    scene_step(s, at(60, 400, 30));
    scene_told(s, "+DISPLACEMENT@60");
    scene_step(s, at(70, 480, 0));
    scene_told(s, "-DISPLACEMENT@70");
    scene_step(s, at(80, 480, 0));
    scene_step(s, at(90, 600, 4));
    scene_told(s, "");
    scene_free(s);
}

/* ---- fatigue ---- */

/* Drives at 72 km/h with a fix a minute, from one minute to another. */
static void drive(struct scene *s, int64_t from_min, int64_t to_min)
{
    for (int64_t m = from_min; m <= to_min; m++) {
        scene_step(s, at(m * 60, m * 1200, 72));
    }
}

static void rest(struct scene *s, int64_t from_min, int64_t to_min)
{
    for (int64_t m = from_min; m <= to_min; m++) {
        scene_step(s, at(m * 60, from_min * 1200, 0));
    }
}

static void fatigue_counts_driving_between_rests(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    s->limits.fatigue_s = 3600;
    drive(s, 0, 29);
    rest(s, 30, 48); /* 18 minutes are none */
    drive(s, 49, 78);
    scene_told(s, "");
    drive(s, 79, 79);
    scene_told(s, "+FATIGUE@4740");
    assert_in_range(s->last.value, 3600, 3660);
    rest(s, 80, 99);
    scene_told(s, "");
    rest(s, 100, 100);
    scene_told(s, "-FATIGUE@4800"); /* when the rest began */
    drive(s, 101, 160);
    scene_told(s, "");
    drive(s, 161, 161);
    scene_told(s, "+FATIGUE@9660");
    scene_free(s);
}

static void a_silence_is_a_rest(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    s->limits.fatigue_s = 1800;
    drive(s, 0, 31);
    scene_told(s, "+FATIGUE@1800");
    drive(s, 50, 79);
    scene_told(s, "-FATIGUE@1860");
    drive(s, 80, 80);
    scene_told(s, "+FATIGUE@4800");
    s->limits.fatigue_s = 0;
    drive(s, 81, 81);
    scene_told(s, "-FATIGUE@4860");
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overspeed_lasts_by_gps_time),
        cmocka_unit_test(slowing_down_begins_it_anew),
        cmocka_unit_test(standing_ends_it_without_a_speed),
        cmocka_unit_test(what_tells_no_speed_changes_nothing),
        cmocka_unit_test(a_silence_ends_it_and_begins_it_anew),
        cmocka_unit_test(overspeed_goes_on_within_a_minute),
        cmocka_unit_test(a_rule_that_is_switched_off_ends_it),
        cmocka_unit_test(a_battery_is_low_until_it_is_surely_above),
        cmocka_unit_test(each_sensor_has_its_own_bounds),
        cmocka_unit_test(a_parked_vehicle_is_displaced),
        cmocka_unit_test(an_outlier_displaces_nothing),
        cmocka_unit_test(a_stop_elsewhere_is_a_new_place),
        cmocka_unit_test(fatigue_counts_driving_between_rests),
        cmocka_unit_test(a_silence_is_a_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
