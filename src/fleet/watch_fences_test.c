/*
 * Geofences: when a vehicle is in, and what is told of it. Geofence 7 reaches from 1,000 to 2,000 m
 * north of the start unless a test says something else; without HDOP 25 m decide.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fleet/watch_private.h"
#include "fleet/watch_testing.h"

static struct scene *band_scene(int64_t south_m, int64_t north_m)
{
    struct scene *s = scene_new();
    scene_band(s, 7, south_m, north_m);
    scene_draw(s);
    return s;
}

/* A fix every ten seconds from `from_s` on, at those places. */
static void ride(struct scene *s, int64_t from_s, const int64_t *metres, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        scene_step(s, at(from_s + (int64_t)i * 10, metres[i], 36));
    }
}

#define RIDE(s, from_s, ...)                                                                       \
    ride(s, from_s, (const int64_t[]){__VA_ARGS__},                                                \
         sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static struct fix with_hdop(struct fix f, unsigned hdop_e2)
{
    fix_set_hdop_e2(&f, hdop_e2);
    return f;
}

/* ---- in and out ---- */

static void crossings_are_where_the_line_meets_the_border(void **state)
{
    (void)state;
    struct scene *s = band_scene(1000, 2000);
    RIDE(s, 0, 900, 1100);
    scene_told(s, "+GEOFENCE_ENTER:7@5");
    assert_int_equal(s->last.decided_s, T0 + 10);
    assert_in_range(s->last.lat_e7, metres_north(999), metres_north(1001));
    assert_int_equal(s->last.lon_e7, LON0_E7);
    assert_true(scene_is_inside(s, 7));
    assert_int_equal(s->state.active_alarms, ALARM_BIT(GEOFENCE_ENTER));
    RIDE(s, 20, 1500, 1950);
    scene_told(s, "-GEOFENCE_ENTER:7@20");
    RIDE(s, 40, 2050, 2300);
    scene_told(s, "+GEOFENCE_LEAVE:7@35 -GEOFENCE_LEAVE:7@50");
    assert_int_equal(s->state.watch.count, 0);
    scene_free(s);
}

/* A state of before that position was kept: no line leads from 0,0 to where the vehicle is. */
static void without_a_last_lock_nothing_is_crossed(void **state)
{
    (void)state;
    struct scene *s = band_scene(-2000, -1000); /* on the way there from 0,0 */
    RIDE(s, 0, 0, 200);
    s->state.current.source = FIX_LBS;
    s->state.locked_lat_e7 = 0;
    s->state.locked_lon_e7 = 0;
    assert_true(s->state.position_time_s != 0);
    RIDE(s, 20, 400);
    scene_told(s, "");
    scene_free(s);
}

static void a_shallow_fix_needs_a_second_one(void **state)
{
    (void)state;
    struct scene *s = band_scene(1000, 2000);
    RIDE(s, 0, 990, 1010, 990, 990); /* and out again: it grazed it */
    scene_told(s, "");
    assert_int_equal(s->state.watch.count, 0);
    RIDE(s, 100, 990, 1010);
    assert_false(scene_is_inside(s, 7));
    RIDE(s, 120, 1012);
    scene_told(s, "+GEOFENCE_ENTER:7@105");
    scene_free(s);
}

static void hovering_outside_is_no_exit_until_it_is_far(void **state)
{
    (void)state;
    struct scene *s = band_scene(1000, 2000);
    RIDE(s, 0, 1900, 2010, 1990, 2020, 1990);
    assert_true(scene_is_inside(s, 7));
    scene_told(s, "+GEOFENCE_ENTER:7@0 -GEOFENCE_ENTER:7@10");
    RIDE(s, 50, 2010, 2020, 2024);
    scene_told(s, "");
    RIDE(s, 80, 2030);
    scene_told(s, "+GEOFENCE_LEAVE:7@45"); /* when it went out at last */
    scene_free(s);
}

/* It is in again for a moment between two fixes outside. */
static void an_exit_is_the_last_one_of_the_line(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_band(s, 7, 1000, 2000)->hysteresis_m = 100;
    scene_draw(s);
    RIDE(s, 0, 1000, 1100, 990);
    scene_told(s, "+GEOFENCE_ENTER:7@0 -GEOFENCE_ENTER:7@20");
    scene_step(s, at(60, 2200, 36)); /* from 10 m south of it to 200 m north of it */
    scene_told(s, "+GEOFENCE_LEAVE:7@53");
    scene_free(s);
}

static void the_accuracy_of_the_fix_decides(void **state)
{
    (void)state;
    static const struct {
        unsigned hdop_e2;
        int64_t deep_m; /* just enough */
    } cases[] = {{0, 10}, {100, 15}, {300, 25}, {800, 50}, {5000, 50}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene *s = band_scene(1000, 2000);
        scene_step(s, at(0, 990, 36));
        scene_step(s, with_hdop(at(10, 1000 + cases[i].deep_m - 1, 36), cases[i].hdop_e2));
        assert_false(scene_is_inside(s, 7));
        scene_free(s);
        s = band_scene(1000, 2000);
        scene_step(s, at(0, 990, 36));
        scene_step(s, with_hdop(at(10, 1000 + cases[i].deep_m + 1, 36), cases[i].hdop_e2));
        assert_true(scene_is_inside(s, 7));
        scene_step(s, with_hdop(at(20, 1000 - cases[i].deep_m + 1, 36), cases[i].hdop_e2));
        assert_true(scene_is_inside(s, 7));
        scene_step(s, with_hdop(at(30, 1000 - cases[i].deep_m - 1, 36), cases[i].hdop_e2));
        assert_false(scene_is_inside(s, 7));
        scene_free(s);
    }
}

/* Half the inner radius is enough: 5 m of 20 m across. */
static void a_small_geofence_can_be_entered(void **state)
{
    (void)state;
    struct scene *s = band_scene(1000, 1020);
    RIDE(s, 0, 990, 1004);
    assert_false(scene_is_inside(s, 7));
    RIDE(s, 100, 990, 1007);
    assert_true(scene_is_inside(s, 7));
    scene_free(s);
}

/* ---- driven through ---- */

static void a_drive_through_is_a_visit(void **state)
{
    (void)state;
    struct scene *s = band_scene(1000, 1200);
    RIDE(s, 0, 900, 1400, 1500);
    scene_told(s, "+GEOFENCE_ENTER:7@2 +GEOFENCE_LEAVE:7@6 -GEOFENCE_LEAVE:7@20 "
                  "-GEOFENCE_ENTER:7@20");
    assert_int_equal(s->state.watch.count, 0);
    s->fences[0].dwell_s = 1;
    scene_draw(s);
    RIDE(s, 30, 1400, 900);
    scene_told(s, "");
    scene_free(s);
}

static void grazing_a_circle_is_no_visit(void **state)
{
    (void)state;
    enum { METRES_90_E7 = 12560, METRES_60_E7 = 8380 };
    struct scene *s = scene_new();
    const struct point centres[] = {{metres_north(1000), LON0_E7 + METRES_90_E7},
                                    {metres_north(1000), LON0_E7 + METRES_60_E7}};
    for (uint32_t i = 0; i < 2; i++) {
        struct shape_ring ring = {&centres[i], 1};
        scene_add(s, i + 1, &(struct shape){SHAPE_CIRCLE, &ring, 1, 10000});
    }
    scene_draw(s);
    RIDE(s, 0, 800, 1200);
    scene_told(s, "+GEOFENCE_ENTER:2@3 +GEOFENCE_LEAVE:2@7");
    scene_free(s);
}

/* Twice through the arms of one geofence on one line: each alarm that is raised is over. */
static void two_visits_on_one_line(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    const struct point u[] = {
        {metres_north(1000), LON0_E7 - 70000}, {metres_north(1000), LON0_E7 + 30000},
        {metres_north(1100), LON0_E7 + 30000}, {metres_north(1100), LON0_E7 - 30000},
        {metres_north(1200), LON0_E7 - 30000}, {metres_north(1200), LON0_E7 + 30000},
        {metres_north(1300), LON0_E7 + 30000}, {metres_north(1300), LON0_E7 - 70000},
    };
    struct shape_ring ring = {u, sizeof(u) / sizeof(u[0])};
    scene_add(s, 7, &(struct shape){SHAPE_POLYGON, &ring, 1, 0});
    scene_draw(s);
    RIDE(s, 0, 900, 1400);
    scene_told(s, "+GEOFENCE_ENTER:7@2 +GEOFENCE_LEAVE:7@4 -GEOFENCE_ENTER:7@6 "
                  "+GEOFENCE_ENTER:7@6 -GEOFENCE_LEAVE:7@8 +GEOFENCE_LEAVE:7@8");
    RIDE(s, 20, 1500);
    scene_told(s, "-GEOFENCE_LEAVE:7@20 -GEOFENCE_ENTER:7@20");
    scene_free(s);
}

/* ---- dwell ---- */

static struct scene *dwell_scene(uint32_t dwell_s)
{
    struct scene *s = scene_new();
    scene_band(s, 7, 1000, 2000)->dwell_s = dwell_s;
    scene_draw(s);
    return s;
}

static void presence_counts_once_it_is_long_enough(void **state)
{
    (void)state;
    struct scene *s = dwell_scene(30);
    RIDE(s, 0, 900, 1100, 1200, 1300);
    scene_told(s, "");
    RIDE(s, 40, 1400);
    scene_told(s, "+GEOFENCE_ENTER:7@5");
    scene_free(s);
    s = dwell_scene(30);
    RIDE(s, 0, 900, 1100, 1050, 900, 900);
    scene_told(s, "");
    assert_int_equal(s->state.watch.count, 0);
    scene_free(s);
}

/* It was there for long enough, and is out with the fix that shows it. */
static void a_stay_may_end_before_it_was_told(void **state)
{
    (void)state;
    struct scene *s = dwell_scene(30);
    RIDE(s, 0, 900, 1100);
    scene_step(s, at(60, 900, 36));
    scene_told(s, "+GEOFENCE_ENTER:7@5 +GEOFENCE_LEAVE:7@35");
    scene_free(s);
}

static void jitter_at_the_border_does_not_begin_it_anew(void **state)
{
    (void)state;
    struct scene *s = dwell_scene(60);
    RIDE(s, 0, 900, 1030, 990, 1010, 985, 1010, 990);
    scene_told(s, "");
    RIDE(s, 70, 1010);
    scene_told(s, "+GEOFENCE_ENTER:7@8");
    scene_free(s);
}

/* ---- what says nothing ---- */

static void behind_a_silence_the_later_fix_is_the_time(void **state)
{
    (void)state;
    struct scene *s = band_scene(1000, 2000);
    RIDE(s, 0, 900);
    scene_step(s, at(700, 1500, 36));
    scene_told(s, "+GEOFENCE_ENTER:7@700");
    scene_step(s, at(1400, 2500, 36));
    scene_told(s, "-GEOFENCE_ENTER:7@1400 +GEOFENCE_LEAVE:7@1400");
    assert_int_equal(s->last.lat_e7, metres_north(2500));
    scene_step(s, at(5000, 500, 36)); /* through it, but nobody knows when */
    scene_told(s, "-GEOFENCE_LEAVE:7@5000");
    scene_free(s);
}

/* In a garage: it is heard, and has no lock. */
static void without_a_lock_for_long_the_line_says_nothing(void **state)
{
    (void)state;
    struct scene *s = band_scene(1000, 2000);
    RIDE(s, 0, 900);
    for (int64_t after_s = 300; after_s <= 3600; after_s += 300) {
        scene_step(s, unlocked(at(after_s, 1500, 0)));
        scene_step(s, lbs(at(after_s + 10, 1500, 0)));
    }
    scene_told(s, "");
    scene_step(s, at(3700, 1500, 36));
    scene_told(s, "+GEOFENCE_ENTER:7@3700");
    scene_free(s);
}

static void positions_of_cells_never_cross(void **state)
{
    (void)state;
    struct scene *s = band_scene(1000, 2000);
    RIDE(s, 0, 1500, 1500);
    scene_told(s, "+GEOFENCE_ENTER:7@0 -GEOFENCE_ENTER:7@10");
    scene_step(s, lbs(at(20, 5000, 0)));
    scene_step(s, unlocked(at(30, 5000, 0)));
    scene_step(s, bare(40, FIX_HEARTBEAT));
    scene_told(s, "");
    RIDE(s, 50, 1600);
    scene_told(s, "");
    assert_true(scene_is_inside(s, 7));
    scene_free(s);
}

static void an_outlier_crosses_nothing(void **state)
{
    (void)state;
    struct scene *s = band_scene(100000, 101000);
    scene_band(s, 8, 50000, 60000);
    scene_draw(s);
    RIDE(s, 0, 0, 100500, 10, 20);
    scene_told(s, "");
    assert_int_equal(s->state.watch.count, 0);
    RIDE(s, 100, 20, 100500, 100550); /* no outlier: the next fix is there */
    scene_told(s, "+GEOFENCE_ENTER:7@110");
    scene_free(s);
}

static void a_second_is_one_place(void **state)
{
    (void)state;
    struct scene *s = band_scene(1000, 2000);
    RIDE(s, 0, 900, 1100);
    scene_step(s, at(10, 1101, 36));
    scene_told(s, "+GEOFENCE_ENTER:7@5");
    scene_step(s, at(11, 1101, 36));
    scene_told(s, "-GEOFENCE_ENTER:7@11");
    scene_free(s);
}

static void whom_it_alarms(void **state)
{
    (void)state;
    struct scene *s = band_scene(1000, 2000);
    s->fences[0].alarm_on = FENCE_ALARM_LEAVE;
    scene_band(s, 8, 1000, 2000)->alarm_on = 0;
    scene_draw(s);
    RIDE(s, 0, 900, 1100);
    scene_told(s, "+GEOFENCE_ENTER:7@5. +GEOFENCE_ENTER:8@5.");
    assert_true(s->last.is_brief);
    RIDE(s, 20, 900, 800);
    scene_told(s, "+GEOFENCE_LEAVE:7@15 +GEOFENCE_LEAVE:8@15. -GEOFENCE_LEAVE:7@30");
    scene_free(s);
}

/* ---- bounds ---- */

/* It is in 24 at most, and of 40 entries sixteen are left for the alarms. */
static void so_many_and_no_more(void **state)
{
    (void)state;
    enum { FENCES = 40, INSIDE = 24 };
    struct scene *s = scene_new();
    for (uint32_t id = 1; id <= FENCES; id++) {
        scene_band(s, id, 1000, 2000);
    }
    scene_draw(s);
    RIDE(s, 0, 900, 1500);
    assert_int_equal(s->state.watch.count, WATCH_MAX);
    for (uint32_t id = 1; id <= FENCES; id++) {
        assert_int_equal(scene_is_inside(s, id), id <= INSIDE);
    }
    assert_int_equal(s->last.subject, INSIDE);
    assert_true(s->last.is_alarm && s->last.is_brief); /* there was no room to end it */
    s->text[0] = '\0';
    RIDE(s, 20, 1600);
    size_t over = 0;
    for (const char *at = s->text; (at = strstr(at, "-GEOFENCE_ENTER:")) != NULL; at++) {
        over++;
    }
    assert_int_equal(over, WATCH_MAX - INSIDE);
    assert_int_equal(s->state.watch.count, INSIDE);
    s->text[0] = '\0';
    RIDE(s, 30, 2500, 2600);
    assert_int_equal(s->state.watch.count, 0);
    scene_free(s);
}

/* Alarms of crossings make room for another alarm: an SOS is never lost because of them. */
static void crossings_make_room_for_an_alarm(void **state)
{
    (void)state;
    enum { FENCES = 40 };
    struct scene *s = scene_new();
    for (uint32_t id = 1; id <= FENCES; id++) {
        scene_band(s, id, 1000, 2000);
    }
    scene_draw(s);
    RIDE(s, 0, 900, 1500);
    assert_int_equal(s->state.watch.count, WATCH_MAX);
    s->text[0] = '\0';
    struct fix sos = at(20, 1600, 60);
    sos.alarms = ALARM_BIT(SOS);
    scene_step(s, sos);
    assert_non_null(strstr(s->text, "+SOS@20"));
    assert_int_equal(s->state.active_alarms, ALARM_BIT(SOS));
    scene_free(s);
}

static struct fix anywhere(int64_t after_s, double lat, double lon)
{
    struct fix f = {.rcv_time_s = T0 + after_s};
    fix_set_time(&f, T0 + after_s);
    fix_set_position(&f, (int64_t)(lat * 1e7), (int64_t)(lon * 1e7), true);
    return f;
}

static void across_the_antimeridian_and_at_the_pole(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    const struct point box[] = {{-10000000, 1799990000},
                                {-10000000, -1799990000},
                                {10000000, -1799990000},
                                {10000000, 1799990000}};
    const struct point pole = {900000000, 0};
    struct shape_ring rings[] = {{box, 4}, {&pole, 1}};
    scene_add(s, 1, &(struct shape){SHAPE_POLYGON, &rings[0], 1, 0});
    scene_add(s, 2, &(struct shape){SHAPE_CIRCLE, &rings[1], 1, 100000});
    scene_draw(s);
    scene_step(s, anywhere(0, 0.1, 179.998));
    scene_step(s, anywhere(10, 0.1, 179.9995));
    scene_told(s, "+GEOFENCE_ENTER:1@7");
    scene_step(s, anywhere(20, 0.1, -179.9995));
    assert_true(scene_is_inside(s, 1));
    scene_step(s, anywhere(30, 0.1, -179.998));
    scene_told(s, "-GEOFENCE_ENTER:1@20 +GEOFENCE_LEAVE:1@23");
    scene_step(s, anywhere(40, 0.1, 179.998)); /* straight through, westward */
    scene_told(s, "-GEOFENCE_LEAVE:1@40 +GEOFENCE_ENTER:1@33 +GEOFENCE_LEAVE:1@38");
    scene_step(s, anywhere(100000, 89.98, 40)); /* 2.2 km from the pole */
    s->text[0] = '\0';
    scene_step(s, anywhere(100100, 89.999, 40));
    scene_step(s, anywhere(100110, 89.9995, -140));
    assert_true(scene_is_inside(s, 2));
    scene_step(s, anywhere(100200, 89.98, -140));
    assert_false(scene_is_inside(s, 2));
    scene_told(s, "+GEOFENCE_ENTER:2@100058 -GEOFENCE_ENTER:2@100110 +GEOFENCE_LEAVE:2@100149");
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_last_lock_nothing_is_crossed),
        cmocka_unit_test(crossings_are_where_the_line_meets_the_border),
        cmocka_unit_test(a_shallow_fix_needs_a_second_one),
        cmocka_unit_test(hovering_outside_is_no_exit_until_it_is_far),
        cmocka_unit_test(an_exit_is_the_last_one_of_the_line),
        cmocka_unit_test(the_accuracy_of_the_fix_decides),
        cmocka_unit_test(a_small_geofence_can_be_entered),
        cmocka_unit_test(a_drive_through_is_a_visit),
        cmocka_unit_test(grazing_a_circle_is_no_visit),
        cmocka_unit_test(two_visits_on_one_line),
        cmocka_unit_test(presence_counts_once_it_is_long_enough),
        cmocka_unit_test(a_stay_may_end_before_it_was_told),
        cmocka_unit_test(jitter_at_the_border_does_not_begin_it_anew),
        cmocka_unit_test(behind_a_silence_the_later_fix_is_the_time),
        cmocka_unit_test(without_a_lock_for_long_the_line_says_nothing),
        cmocka_unit_test(positions_of_cells_never_cross),
        cmocka_unit_test(an_outlier_crosses_nothing),
        cmocka_unit_test(a_second_is_one_place),
        cmocka_unit_test(whom_it_alarms),
        cmocka_unit_test(so_many_and_no_more),
        cmocka_unit_test(crossings_make_room_for_an_alarm),
        cmocka_unit_test(across_the_antimeridian_and_at_the_pole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
