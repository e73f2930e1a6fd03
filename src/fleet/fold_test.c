#include "fleet/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/fold_fixture.h"

static void assert_metres(const struct fold_state *s, uint64_t metres)
{
    uint64_t wanted = metres * 100;
    uint64_t slack = 10 + wanted / 10000;
    assert_in_range(s->odometer_m_e2, wanted > slack ? wanted - slack : 0, wanted + slack);
}

/* ---- odometer ---- */

static void a_drive_is_the_sum_of_its_steps(void **state)
{
    (void)state;
    struct fold_state s =
        FOLD(at(0, 0, 0), at(10, 50, 30), at(20, 180, 50), at(30, 250, 20), at(40, 280, 0));
    assert_metres(&s, 280);
}

static void one_fix_is_no_distance(void **state)
{
    (void)state;
    struct fold_state s = FOLD(at(0, 0, 90));
    assert_int_equal(s.odometer_m_e2, 0);
    assert_int_equal(s.anchor_time_s, T0);
    assert_int_equal(s.position_time_s, T0);
}

static void drift_at_standstill_does_not_count(void **state)
{
    (void)state;
    struct fold_state s = FOLD(at(0, 0, 0));
    for (int i = 1; i <= 1000; i++) {
        struct fix f = at(i * 10L, (i * 37) % 180 - 90, (uint32_t)i % 3);
        fold_step(&s, &f, &fold_default_rules, NULL);
    }
    assert_int_equal(s.odometer_m_e2, 0);
    assert_int_equal(s.motion, MOTION_STILL);
}

static void way_on_after_drift_is_measured_from_the_anchor(void **state)
{
    (void)state;
    struct fold_state s = FOLD(at(0, 0, 0), at(10, 60, 0), at(20, -60, 1), at(30, 100, 40));
    assert_metres(&s, 100);
}

static void displacement_at_standstill_counts_beyond_the_radius(void **state)
{
    (void)state;
    struct fold_state within = FOLD(at(0, 0, 0), at(600, 99, 0));
    assert_int_equal(within.odometer_m_e2, 0);
    struct fold_state beyond = FOLD(at(0, 0, 0), at(600, 101, 0));
    assert_metres(&beyond, 101);
}

static void ignition_off_holds(void **state)
{
    (void)state;
    struct fold_state s =
        FOLD(with_ignition(at(0, 0, 0), false), at(600, 150, 0), at(1200, 450, 9));
    assert_int_equal(s.odometer_m_e2, 0);
    assert_int_equal(s.motion, MOTION_OFF);
    struct fix tow = at(1210, 470, 10);
    fold_step(&s, &tow, &fold_default_rules, NULL);
    assert_int_equal(s.motion, MOTION_OFF);
    assert_metres(&s, 470);
}

static void last_step_into_ignition_off_counts(void **state)
{
    (void)state;
    struct fold_state s = FOLD(with_ignition(at(0, 0, 30), true),
                               with_ignition(at(10, 80, 0), false), at(20, 160, 0));
    assert_metres(&s, 80);
}

static void jumps_are_dropped_both_ways(void **state)
{
    (void)state;
    struct fold_state s =
        FOLD(at(0, 0, 50), at(10, 140, 50), at(20, 90000, 50), at(30, 420, 50), at(40, 560, 50));
    assert_metres(&s, 280);
}

/* 300 km/h are 83.3 m/s; a gap may be one second longer than it looks. */
static void the_fastest_believable_step(void **state)
{
    (void)state;
    struct fold_state fast = FOLD(at(0, 0, 290), at(10, 916, 290));
    assert_metres(&fast, 916);
    struct fold_state jump = FOLD(at(0, 0, 290), at(10, 918, 290));
    assert_int_equal(jump.odometer_m_e2, 0);
}

static void positions_without_lock_do_not_count(void **state)
{
    (void)state;
    struct fix lost = at(10, 5000, 60);
    lost.flags &= ~(uint32_t)FIX_VALID;
    struct fix lbs = at(20, 5000, 60);
    lbs.source = FIX_LBS;
    struct fold_state s = FOLD(at(0, 0, 60), lost, lbs, at(30, 400, 60));
    assert_metres(&s, 400);
}

static struct fix with_counter(struct fix f, uint64_t metres)
{
    fix_set_odometer_m(&f, metres);
    return f;
}

static void the_tracker_s_counter_counts(void **state)
{
    (void)state;
    struct fold_state s = FOLD(with_counter(at(0, 0, 50), 123000),
                               with_counter(at(10, 140, 50), 123137), at(20, 5000, 50));
    assert_int_equal(s.odometer_m_e2, 12313700);
    assert_int_equal(fold_travelled_m_e2(&s), 13700); /* the first value is no distance */
    assert_true(s.counter_known);
    assert_int_equal(s.counter_m, 123137);
}

static void a_counter_that_resets_goes_on(void **state)
{
    (void)state;
    struct fold_state s = FOLD(with_counter(at(0, 0, 0), 5000), with_counter(at(10, 0, 0), 20),
                               with_counter(at(20, 0, 0), 70));
    assert_int_equal(s.odometer_m_e2, 505000);
    assert_int_equal(fold_travelled_m_e2(&s), 5000);
}

static void a_counter_of_zero_is_none(void **state)
{
    (void)state;
    struct fold_state s = FOLD(with_counter(at(0, 0, 50), 0), with_counter(at(10, 140, 50), 0));
    assert_false(s.counter_known);
    assert_metres(&s, 140);
    s = FOLD(with_counter(at(0, 0, 0), 5000), with_counter(at(10, 0, 0), 0),
             with_counter(at(20, 0, 0), 5001));
    assert_int_equal(s.odometer_m_e2, 500100);
}

static void a_counter_that_comes_later_continues(void **state)
{
    (void)state;
    struct fold_state s = FOLD(at(0, 0, 50), at(10, 140, 50), with_counter(at(20, 280, 50), 90000),
                               with_counter(at(30, 420, 50), 90100));
    assert_metres(&s, 380);
    assert_int_equal(fold_travelled_m_e2(&s), s.odometer_m_e2);
}

static void a_counter_beyond_belief_is_left_out(void **state)
{
    (void)state;
    struct fix noise = at(10, 0, 0);
    noise.has |= FIX_HAS_ODOMETER;
    noise.odometer_m = UINT64_MAX;
    struct fold_state s =
        FOLD(with_counter(at(0, 0, 0), 100), noise, with_counter(at(20, 0, 0), 101));
    assert_int_equal(s.odometer_m_e2, 10100);
}

static void why_a_way_does_not_count(void **state)
{
    (void)state;
    struct fold_state none = {0};
    struct fold_state driving = FOLD(at(0, 0, 50), at(10, 140, 50));
    struct fold_state parked = FOLD(with_ignition(at(0, 0, 0), false));
    struct fold_state counted = FOLD(with_counter(at(0, 0, 0), 100));
    struct fix lbs = at(20, 300, 0);
    struct fix unlocked = at(20, 300, 50);
    struct fix nowhere = at(20, 300, 50);
    lbs.source = FIX_LBS;
    unlocked.flags &= ~(uint32_t)FIX_VALID;
    nowhere.lat_e7 = 0;
    nowhere.lon_e7 = 0;
    const struct {
        const struct fold_state *state;
        struct fix fix;
        enum fold_way way;
    } ways[] = {
        {&none, at(20, 0, 50), WAY_FIRST},
        {&none, bare(20, FIX_HEARTBEAT), WAY_NO_POSITION},
        {&driving, nowhere, WAY_NO_POSITION},
        {&driving, lbs, WAY_NO_LOCK},
        {&driving, unlocked, WAY_NO_LOCK},
        {&driving, at(20, 280, 50), WAY_COUNTED},
        {&driving, at(20, 200, 0), WAY_COUNTED}, /* into the stop */
        {&driving, at(20, 50000, 50), WAY_JUMP},
        {&parked, with_ignition(at(20, 30, 0), false), WAY_IGNITION_OFF},
        {&parked, with_ignition(at(20, 500, 0), false), WAY_IGNITION_OFF},
        {&parked, with_ignition(at(20, 300, 40), false), WAY_COUNTED}, /* a tow */
        {&parked, with_ignition(at(20, 30, 0), true), WAY_STANDSTILL},
        {&counted, at(20, 30, 0), WAY_COUNTED},
    };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct fold_state after = *ways[i].state;
        assert_int_equal(fold_way(ways[i].state, &ways[i].fix), ways[i].way);
        fold_step(&after, &ways[i].fix, &fold_default_rules, NULL);
        bool has_grown = after.odometer_m_e2 > ways[i].state->odometer_m_e2;
        assert_true(has_grown == (ways[i].way == WAY_COUNTED && !after.counter_known));
    }
}

/* ---- motion ---- */

static void speed_decides_with_hysteresis(void **state)
{
    (void)state;
    struct fold_state s = FOLD(at(0, 0, 0));
    static const struct {
        uint32_t speed_kmh_e2;
        enum motion motion;
    } rows[] = {{499, MOTION_STILL},
                {500, MOTION_MOVING},
                {300, MOTION_MOVING},
                {299, MOTION_STILL},
                {499, MOTION_STILL}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fix f = at((int64_t)i + 1, 0, 0);
        f.speed_kmh_e2 = rows[i].speed_kmh_e2;
        fold_step(&s, &f, &fold_default_rules, NULL);
        assert_int_equal(s.motion, rows[i].motion);
    }
}

static void motion_has_its_beginning(void **state)
{
    (void)state;
    struct fold_state s =
        FOLD(with_ignition(at(0, 0, 0), false), with_ignition(at(60, 0, 0), true), at(90, 0, 0));
    assert_int_equal(s.motion, MOTION_IDLE);
    assert_int_equal(s.motion_since_s, T0 + 60);
    struct fix f = at(100, 50, 40);
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.motion, MOTION_MOVING);
    assert_int_equal(s.motion_since_s, T0 + 100);
    f = at(200, 900, 40);
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.motion_since_s, T0 + 100);
    f = with_ignition(bare(300, FIX_HEARTBEAT), false);
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.motion, MOTION_OFF);
    assert_int_equal(s.motion_since_s, T0 + 300);
}

/* 20 km/h, nothing for two hours, then a fix at the same place. */
static void a_silence_is_no_motion(void **state)
{
    (void)state;
    struct fix back = at(7255, 0, 0);
    back.has &= ~(uint32_t)FIX_HAS_SPEED;
    struct fold_state s = FOLD(at(0, 0, 20), back);
    assert_int_equal(s.motion, MOTION_STILL);
    assert_int_equal(s.motion_since_s, T0 + 7255);
    assert_int_equal(s.odometer_m_e2, 0);
    s = FOLD(at(0, 0, 20), at(7255, 0, 20));
    assert_int_equal(s.motion, MOTION_MOVING);
    assert_int_equal(s.motion_since_s, T0 + 7255);
    s = FOLD(at(0, 0, 20), at(600, 0, 20));
    assert_int_equal(s.motion_since_s, T0);
    struct fix lost = at(7255, 0, 20);
    lost.flags &= ~(uint32_t)FIX_VALID;
    s = FOLD(at(0, 0, 20), lost);
    assert_int_equal(s.motion, MOTION_UNKNOWN);
    s = FOLD(with_ignition(at(0, 0, 20), true), lost);
    assert_int_equal(s.motion, MOTION_IDLE);
}

/* Of a tracker that sends what it kept, a heartbeat arrives hours behind the fixes around it. */
static void a_heartbeat_makes_no_silence(void **state)
{
    (void)state;
    struct fix heartbeat = bare(0, FIX_HEARTBEAT);
    heartbeat.has = 0;
    heartbeat.rcv_time_s = T0 + 7200;
    struct fold_state s = FOLD(at(0, 0, 20), heartbeat, at(15, 80, 20));
    assert_int_equal(s.motion, MOTION_MOVING);
    assert_int_equal(s.motion_since_s, T0);
    assert_int_equal(fold_upload_interval_s(&s), 15);
}

/* A parked tracker sleeps for hours; towed away meanwhile, it stands anew. */
static void a_standstill_goes_on_through_a_silence(void **state)
{
    (void)state;
    struct fold_state s =
        FOLD(with_ignition(at(0, 0, 0), false), with_ignition(at(14400, 10, 0), false));
    assert_int_equal(s.motion, MOTION_OFF);
    assert_int_equal(s.motion_since_s, T0);
    s = FOLD(with_ignition(at(0, 0, 0), false), with_ignition(at(14400, 5000, 0), false));
    assert_int_equal(s.motion, MOTION_OFF);
    assert_int_equal(s.motion_since_s, T0 + 14400);
}

static void nothing_known_is_unknown(void **state)
{
    (void)state;
    struct fold_state s = FOLD(bare(0, FIX_HEARTBEAT));
    assert_int_equal(s.motion, MOTION_UNKNOWN);
    assert_int_equal(s.motion_since_s, T0);
    struct fix f = at(10, 0, 0);
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.motion, MOTION_STILL);
    assert_int_equal(s.motion_since_s, T0 + 10);
}

static void without_lock_the_sensor_decides(void **state)
{
    (void)state;
    struct fix f = bare(0, 0);
    fix_set_switch(&f, FIX_HAS_MOTION, FIX_MOVING, true);
    struct fold_state s = FOLD(f);
    assert_int_equal(s.motion, MOTION_MOVING);
    f = bare(10, FIX_HEARTBEAT);
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.motion, MOTION_MOVING);
    fix_set_switch(&f, FIX_HAS_MOTION, FIX_MOVING, false);
    f.gps_time_s += 10;
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.motion, MOTION_STILL);
}

static struct fix speedless(int64_t after_s, int64_t metres)
{
    struct fix f = at(after_s, metres, 0);
    f.has &= ~(uint32_t)FIX_HAS_SPEED;
    return f;
}

static void without_speed_the_displacement_decides(void **state)
{
    (void)state;
    struct fold_state s = FOLD(speedless(0, 0));
    assert_int_equal(s.motion, MOTION_UNKNOWN);
    struct fix f = speedless(60, 600);
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.motion, MOTION_MOVING);
    assert_metres(&s, 600);
    f = speedless(239, 610);
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.motion, MOTION_MOVING);
    f = speedless(240, 610);
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.motion, MOTION_STILL);
    assert_metres(&s, 600);
}

/* ---- the whole ---- */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static struct fix random_fix(uint32_t *seed, int64_t after_s)
{
    struct fix f = bare(after_s, 0);
    uint32_t has = next_random(seed);
    if (has % 8 != 0) {
        fix_set_position(&f, metres_north(next_random(seed) % 4000), LON0_E7, has % 16 != 1);
    }
    if (has & 0x10) {
        fix_set_speed_kmh_e2(&f, next_random(seed) % 8000);
    }
    if ((has & 0x60) == 0) {
        fix_set_switch(&f, FIX_HAS_IGNITION, FIX_IGNITION_ON, (has & 0x80) != 0);
    }
    if ((has & 0x300) == 0) {
        fix_set_odometer_m(&f, next_random(seed) % 100000);
    }
    f.flags |= (has & 0xc00) == 0 ? FIX_HEARTBEAT : 0;
    f.source = (has & 0x7000) == 0 ? FIX_LBS : FIX_GPS;
    f.alarms = next_random(seed) & next_random(seed) & ((1U << ALARM_COUNT) - 1);
    if (has & 0x8000) {
        fix_set_temperature(&f, next_random(seed) % 3, (int64_t)(next_random(seed) % 4000));
    }
    return f;
}

enum { RANDOM_FIXES = 400 };

static void make_random(uint32_t seed, struct fix fixes[RANDOM_FIXES])
{
    int64_t t = 0;
    for (size_t i = 0; i < RANDOM_FIXES; i++) {
        t += next_random(&seed) % 4 == 0 ? 0 : next_random(&seed) % 400;
        fixes[i] = random_fix(&seed, t);
    }
}

/* The store keeps the state member by member; between two runs of it nothing else may matter. */
static void assert_same(const struct fold_state *a, const struct fold_state *b)
{
    assert_true(fix_is_repeat(&a->current, &b->current));
    assert_int_equal(a->current.rcv_time_s, b->current.rcv_time_s);
    assert_int_equal(a->odometer_m_e2, b->odometer_m_e2);
    assert_int_equal(a->counter_m, b->counter_m);
    assert_int_equal(a->counter_known, b->counter_known);
    assert_int_equal(a->motion, b->motion);
    assert_int_equal(a->motion_since_s, b->motion_since_s);
    assert_int_equal(a->position_time_s, b->position_time_s);
    assert_int_equal(a->anchor_lat_e7, b->anchor_lat_e7);
    assert_int_equal(a->anchor_lon_e7, b->anchor_lon_e7);
    assert_int_equal(a->anchor_time_s, b->anchor_time_s);
    assert_int_equal(a->active_alarms, b->active_alarms);
    assert_int_equal(a->held_gap_s, b->held_gap_s);
    assert_int_equal(a->gap_count, b->gap_count);
    assert_memory_equal(a->gaps_s, b->gaps_s, sizeof(a->gaps_s));
}

/* Folds up to `split`, moves the state elsewhere as a store would, and goes on from there. */
static struct fold_state fold_in_two(const struct fix *fixes, size_t split)
{
    struct fold_state half = fold_all(fixes, split);
    struct fold_state rest = half;
    memset(&half, 0xee, sizeof(half));
    for (size_t i = split; i < RANDOM_FIXES; i++) {
        fold_step(&rest, &fixes[i], &fold_default_rules, NULL);
    }
    return rest;
}

static void any_split_gives_the_same_state(void **state)
{
    (void)state;
    static struct fix fixes[RANDOM_FIXES];
    for (uint32_t seed = 1; seed <= 20; seed++) {
        make_random(seed, fixes);
        struct fold_state whole = fold_all(fixes, RANDOM_FIXES);
        for (size_t split = 0; split <= RANDOM_FIXES; split += 13) {
            struct fold_state both = fold_in_two(fixes, split);
            assert_same(&both, &whole);
        }
    }
}

static void the_odometer_never_runs_back(void **state)
{
    (void)state;
    static struct fix fixes[RANDOM_FIXES];
    for (uint32_t seed = 100; seed < 120; seed++) {
        make_random(seed, fixes);
        struct fold_state s = {0};
        for (size_t i = 0; i < RANDOM_FIXES; i++) {
            uint64_t before = s.odometer_m_e2;
            fold_step(&s, &fixes[i], &fold_default_rules, NULL);
            assert_true(s.odometer_m_e2 >= before);
            assert_int_equal(s.current.gps_time_s, fixes[i].gps_time_s);
            assert_in_range(s.gap_count, 0, FOLD_GAPS_MAX);
        }
    }
}

static void a_fix_without_anything_is_folded_once_there_was_one(void **state)
{
    (void)state;
    struct fold_state s = {0};
    fold_step(&s, &(struct fix){.gps_time_s = T0}, &fold_default_rules, NULL);
    fold_step(&s, &(struct fix){.gps_time_s = T0}, &fold_default_rules, NULL);
    assert_int_equal(s.current.gps_time_s, T0);
    assert_int_equal(s.motion, MOTION_UNKNOWN);
}

/* Both leave unused room of the watch alone, and need nothing of it. */
static void copies_and_first_states_are_whole(void **state)
{
    (void)state;
    struct fold_state from = FOLD(at(0, 0, 50), at(10, 150, 50));
    struct fold_state to;
    struct watch_entry *e = watch_add(&from.watch, WATCH_INSIDE, 7);
    e->since_s = T0;
    memset(&to, 0xff, sizeof(to));
    fold_state_copy(&to, &from);
    assert_true(fold_has_met(&to, &from));
    assert_int_equal(to.odometer_m_e2, from.odometer_m_e2);
    assert_int_equal(watch_look(&to.watch, WATCH_INSIDE, 7)->since_s, T0);
    memset(&to, 0xff, sizeof(to));
    fold_state_init(&to);
    assert_true(fold_has_met(&to, &(struct fold_state){0}));
    const struct fix first = at(0, 0, 50);
    fold_step(&to, &first, &fold_default_rules, NULL);
    from = FOLD(at(0, 0, 50));
    assert_true(fold_has_met(&to, &from));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drive_is_the_sum_of_its_steps),
        cmocka_unit_test(one_fix_is_no_distance),
        cmocka_unit_test(drift_at_standstill_does_not_count),
        cmocka_unit_test(way_on_after_drift_is_measured_from_the_anchor),
        cmocka_unit_test(displacement_at_standstill_counts_beyond_the_radius),
        cmocka_unit_test(ignition_off_holds),
        cmocka_unit_test(last_step_into_ignition_off_counts),
        cmocka_unit_test(jumps_are_dropped_both_ways),
        cmocka_unit_test(the_fastest_believable_step),
        cmocka_unit_test(positions_without_lock_do_not_count),
        cmocka_unit_test(the_tracker_s_counter_counts),
        cmocka_unit_test(a_counter_that_resets_goes_on),
        cmocka_unit_test(a_counter_of_zero_is_none),
        cmocka_unit_test(a_counter_that_comes_later_continues),
        cmocka_unit_test(a_counter_beyond_belief_is_left_out),
        cmocka_unit_test(why_a_way_does_not_count),
        cmocka_unit_test(speed_decides_with_hysteresis),
        cmocka_unit_test(motion_has_its_beginning),
        cmocka_unit_test(a_silence_is_no_motion),
        cmocka_unit_test(a_heartbeat_makes_no_silence),
        cmocka_unit_test(a_standstill_goes_on_through_a_silence),
        cmocka_unit_test(nothing_known_is_unknown),
        cmocka_unit_test(without_lock_the_sensor_decides),
        cmocka_unit_test(without_speed_the_displacement_decides),
        cmocka_unit_test(any_split_gives_the_same_state),
        cmocka_unit_test(the_odometer_never_runs_back),
        cmocka_unit_test(a_fix_without_anything_is_folded_once_there_was_one),
        cmocka_unit_test(copies_and_first_states_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
