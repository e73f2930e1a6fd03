/* What the fold shows of a device: carried members, position, alarms and upload interval. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fold_fixture.h"

/* ---- what is shown ---- */

static void members_are_carried_over(void **state)
{
    (void)state;
    struct fix full = with_ignition(at(0, 0, 50), true);
    fix_set_altitude_dm(&full, 1234);
    fix_set_course_cdeg(&full, 9000);
    fix_set_satellites(&full, 7);
    fix_set_gsm_bars(&full, 3);
    fix_set_power_mv(&full, 12100);
    fix_set_battery_mv(&full, 4100);
    fix_set_battery_percent(&full, 94);
    fix_set_fuel_ml(&full, 40000);
    fix_set_rest_days(&full, 12);
    fix_set_iccid(&full, "89860012345678901234");
    fix_set_cell(&full, (struct cell){.mcc = 460, .cid = 9});
    fix_set_switch(&full, FIX_HAS_DOOR, FIX_DOOR_OPEN, true);
    full.has |= FIX_HAS_HDOP;
    full.hdop_e2 = 120;
    struct fold_state s = FOLD(full, bare(10, FIX_HEARTBEAT));
    struct fix wanted = full;
    wanted.gps_time_s = T0 + 10;
    wanted.rcv_time_s = T0 + 11;
    wanted.flags |= FIX_HEARTBEAT;
    assert_true(fix_is_repeat(&s.current, &wanted));
    assert_int_equal(s.current.rcv_time_s, T0 + 11);
}

static void what_belongs_to_one_report_is_not(void **state)
{
    (void)state;
    struct fix f = at(0, 0, 0);
    f.flags |= FIX_REUPLOAD | FIX_HEARTBEAT | FIX_TIME_REPLACED | FIX_POWER_SAVE;
    f.original_time_s = 5;
    f.alarms = ALARM_BIT(SOS);
    fix_set_lock(&f, FIX_LOCK_ON);
    fix_add_wifi(&f, (const uint8_t[6]){1}, -60);
    struct fold_state s = FOLD(f);
    assert_int_equal(s.current.lock, FIX_LOCK_ON);
    f = at(10, 0, 0);
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.current.flags, FIX_VALID);
    assert_int_equal(s.current.original_time_s, 0);
    assert_int_equal(s.current.alarms, 0);
    assert_int_equal(s.current.lock, 0);
    assert_int_equal(s.current.has & FIX_HAS_LOCK, 0);
    assert_int_equal(s.current.wifi_count, 0);
}

static void a_switch_that_goes_off_is_off(void **state)
{
    (void)state;
    struct fold_state s =
        FOLD(with_ignition(at(0, 0, 0), true), with_ignition(at(1, 0, 0), false), at(2, 0, 0));
    assert_int_equal(s.current.flags & FIX_IGNITION_ON, 0);
    assert_int_equal(s.current.has & FIX_HAS_IGNITION, FIX_HAS_IGNITION);
}

static void temperatures_are_carried_each(void **state)
{
    (void)state;
    struct fix first = at(0, 0, 0);
    fix_set_temperature(&first, 0, 2100);
    fix_set_temperature(&first, 2, -1800);
    struct fix second = at(10, 0, 0);
    fix_set_temperature(&second, 1, 500);
    struct fold_state s = FOLD(first, second);
    assert_int_equal(s.current.temperature_count, 3);
    assert_int_equal(s.current.temperature_c_e2[0], 2100);
    assert_int_equal(s.current.temperature_c_e2[1], 500);
    assert_int_equal(s.current.temperature_c_e2[2], -1800);
}

static void a_carried_speed_ends_with_the_motion(void **state)
{
    (void)state;
    struct fold_state s =
        FOLD(with_ignition(at(0, 0, 60), true), with_ignition(bare(10, FIX_HEARTBEAT), true));
    assert_int_equal(s.current.speed_kmh_e2, 6000);
    struct fix off = with_ignition(bare(20, FIX_HEARTBEAT), false);
    fold_step(&s, &off, &fold_default_rules, NULL);
    assert_int_equal(s.current.speed_kmh_e2, 0);
}

static void lost_lock_does_not_move_the_position(void **state)
{
    (void)state;
    struct fix lost = at(10, 5000, 0);
    lost.flags &= ~(uint32_t)FIX_VALID;
    struct fold_state s = FOLD(at(0, 10, 0), lost, bare(20, 0));
    assert_int_equal(s.current.lat_e7, metres_north(10));
    assert_int_equal(s.current.flags & FIX_VALID, FIX_VALID);
    assert_int_equal(s.current.gps_time_s, T0 + 20);
    assert_int_equal(s.position_time_s, T0);
}

static void a_position_without_lock_is_better_than_none(void **state)
{
    (void)state;
    struct fix lost = at(0, 5000, 0);
    lost.flags &= ~(uint32_t)FIX_VALID;
    struct fix later = lost;
    later.gps_time_s += 10;
    later.lat_e7 = metres_north(6000);
    struct fold_state s = FOLD(lost, later);
    assert_int_equal(s.current.lat_e7, metres_north(6000));
    assert_int_equal(s.current.flags & FIX_VALID, 0);
    assert_int_equal(s.position_time_s, 0);
    assert_int_equal(s.anchor_time_s, 0);
    struct fix good = at(20, 1, 0);
    fold_step(&s, &good, &fold_default_rules, NULL);
    later.gps_time_s += 20;
    fold_step(&s, &later, &fold_default_rules, NULL);
    assert_int_equal(s.current.lat_e7, metres_north(1));
}

static void an_lbs_position_moves_and_is_marked(void **state)
{
    (void)state;
    struct fix lbs = at(10, 5000, 0);
    lbs.flags = 0;
    lbs.source = FIX_LBS;
    struct fix cells_only = bare(20, 0);
    cells_only.source = FIX_WIFI;
    struct fold_state s = FOLD(at(0, 0, 0), lbs, cells_only);
    assert_int_equal(s.current.lat_e7, metres_north(5000));
    assert_int_equal(s.current.source, FIX_LBS);
    assert_int_equal(s.position_time_s, T0);
    struct fix gps = at(30, 20, 0);
    fold_step(&s, &gps, &fold_default_rules, NULL);
    assert_int_equal(s.current.source, FIX_GPS);
    fold_step(&s, &(struct fix){.gps_time_s = T0 + 40, .source = FIX_LBS}, &fold_default_rules,
              NULL);
    assert_int_equal(s.current.source, FIX_GPS);
}

/* The history shows one record a second, of the fix with lock, and so does the live state. */
static void lbs_does_not_move_what_gps_told_in_its_second(void **state)
{
    static const unsigned kmh[] = {40, 2};
    (void)state;
    for (size_t i = 0; i < sizeof(kmh) / sizeof(kmh[0]); i++) {
        struct fix lbs = at(10, 5000, 7);
        lbs.flags = 0;
        lbs.source = FIX_LBS;
        fix_set_power_mv(&lbs, 12100);
        struct fold_state s = FOLD(at(0, 0, kmh[i]), at(10, 100, kmh[i]), lbs);
        assert_int_equal(s.current.source, FIX_GPS);
        assert_int_equal(s.current.flags, FIX_VALID);
        assert_int_equal(s.current.lat_e7, metres_north(100));
        assert_int_equal(s.current.speed_kmh_e2, kmh[i] * 100);
        assert_int_equal(s.current.power_mv, 12100);
        lbs.gps_time_s++;
        fold_step(&s, &lbs, &fold_default_rules, NULL);
        assert_int_equal(s.current.source, FIX_LBS);
        assert_int_equal(s.current.lat_e7, metres_north(5000));
    }
    struct fix off = with_ignition(at(10, 5000, 7), false);
    off.source = FIX_LBS;
    struct fold_state s = FOLD(with_ignition(at(10, 100, 40), true), off);
    assert_int_equal(s.motion, MOTION_OFF);
    assert_int_equal(s.current.speed_kmh_e2, 0);
    assert_int_equal(s.current.lat_e7, metres_north(100));
    struct fix lost = at(10, 300, 0); /* a position without lock gives way */
    lost.flags = 0;
    s = FOLD(lost, off);
    assert_int_equal(s.current.source, FIX_LBS);
}

static void no_position_ever_stays_none(void **state)
{
    (void)state;
    struct fix lbs = bare(0, 0);
    lbs.source = FIX_LBS;
    struct fold_state s = FOLD(lbs);
    assert_int_equal(s.current.has & FIX_HAS_POSITION, 0);
    assert_int_equal(s.current.source, FIX_LBS);
}

/* ---- alarms ---- */

static struct fix with_alarms(struct fix f, alarm_set alarms)
{
    f.alarms = alarms;
    return f;
}

static void alarms_end_with_a_fix_without_them(void **state)
{
    (void)state;
    alarm_set both = ALARM_BIT(SOS) | ALARM_BIT(POWER_OFF);
    struct fold_state s = FOLD(with_alarms(at(0, 0, 0), both));
    assert_int_equal(s.active_alarms, both);
    struct fix f = with_alarms(at(10, 0, 0), ALARM_BIT(POWER_OFF));
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.active_alarms, ALARM_BIT(POWER_OFF));
    f = at(20, 0, 0);
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.active_alarms, 0);
}

static void a_heartbeat_ends_none(void **state)
{
    (void)state;
    struct fold_state s =
        FOLD(with_alarms(at(0, 0, 0), ALARM_BIT(REMOVAL)), bare(10, FIX_HEARTBEAT));
    assert_int_equal(s.active_alarms, ALARM_BIT(REMOVAL));
    struct fix f = with_alarms(bare(20, FIX_HEARTBEAT), ALARM_BIT(LOW_BATTERY));
    fold_step(&s, &f, &fold_default_rules, NULL);
    assert_int_equal(s.active_alarms, ALARM_BIT(LOW_BATTERY));
}

static void alarms_of_one_second_are_united(void **state)
{
    (void)state;
    struct fold_state s = FOLD(with_alarms(at(0, 0, 0), ALARM_BIT(SOS)), at(0, 0, 0),
                               with_alarms(at(0, 0, 0), ALARM_BIT(VIBRATION)));
    assert_int_equal(s.active_alarms, ALARM_BIT(SOS) | ALARM_BIT(VIBRATION));
}

/* ---- upload interval ---- */

static void the_interval_is_a_median_while_moving(void **state)
{
    (void)state;
    struct fold_state s = FOLD(at(0, 0, 50));
    assert_int_equal(fold_upload_interval_s(&s), 0);
    static const struct {
        uint32_t gap_s;
        unsigned median_s;
    } rows[] = {{10, 10}, {20, 15}, {10, 10}, {600, 15}, {14, 14}, {14, 14},
                {14, 14}, {14, 14}, {30, 14}, {30, 14},  {30, 22}, {30, 22}};
    int64_t t = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        t += rows[i].gap_s;
        struct fix f = at(t, t * 10, 50);
        fold_step(&s, &f, &fold_default_rules, NULL);
        assert_int_equal(fold_upload_interval_s(&s), rows[i].median_s);
    }
    assert_int_equal(s.gap_count, FOLD_GAPS_MAX);
    assert_int_equal(s.gaps_s[FOLD_GAPS_MAX - 1], 30);
}

static void standstill_heartbeats_and_repeats_are_no_gaps(void **state)
{
    (void)state;
    struct fold_state s =
        FOLD(at(0, 0, 50), at(10, 100, 50), bare(15, FIX_HEARTBEAT), at(20, 200, 50),
             at(20, 200, 50), at(700, 210, 0), at(900, 210, 0), at(910, 300, 50));
    assert_int_equal(s.gap_count, 2);
    assert_int_equal(fold_upload_interval_s(&s), 10);
}

static void a_silence_is_no_interval(void **state)
{
    (void)state;
    struct fold_state s = FOLD(at(0, 0, 50), at(28790, 5000, 50));
    assert_int_equal(fold_upload_interval_s(&s), 0);
    assert_int_equal(fold_silence_s(&s), 600);
    s = FOLD(at(0, 0, 50), at(600, 5000, 50));
    assert_int_equal(fold_upload_interval_s(&s), 600);
    assert_int_equal(fold_silence_s(&s), 1800);
    s = FOLD(at(0, 0, 50), at(601, 5000, 50));
    assert_int_equal(s.held_gap_s, 601);
}

/* Half an hour proven by 29 minutes: both are of one interval. */
static void an_interval_of_half_an_hour_is_learnt(void **state)
{
    (void)state;
    struct fold_state s = FOLD(at(0, 0, 50), at(1800, 9000, 50));
    assert_int_equal(s.gap_count, 0);
    struct fix second = at(3540, 18000, 50);
    fold_step(&s, &second, &fold_default_rules, NULL);
    assert_int_equal(s.gap_count, 2);
    assert_int_equal(fold_upload_interval_s(&s), (1800 + 1740) / 2);
    assert_int_equal(s.held_gap_s, 0);
}

/* Over night the tracker is off; the morning's seconds do not prove the night. */
static void a_night_is_forgotten(void **state)
{
    (void)state;
    struct fold_state s = FOLD(at(0, 0, 50), at(10, 100, 50), at(50000, 100, 50),
                               at(50010, 200, 50), at(50020, 300, 50));
    assert_int_equal(s.held_gap_s, 0);
    assert_int_equal(s.gap_count, 3);
    assert_int_equal(fold_upload_interval_s(&s), 10);
    s = FOLD(at(0, 0, 50), at(86400, 100, 50), at(172800, 200, 50));
    assert_int_equal(fold_upload_interval_s(&s), 86400);
}

static struct fix at_null_island(int64_t after_s)
{
    struct fix f = at(after_s, 0, 40);
    f.lat_e7 = 0;
    f.lon_e7 = 0;
    return f;
}

/* As blocks of earlier decoders hold it: with its bits, and with lock. */
static void nobody_is_at_null_island(void **state)
{
    (void)state;
    struct fix lost = at_null_island(10);
    assert_false(fix_has_position(&lost));
    struct fold_state s = FOLD(at_null_island(0));
    assert_int_equal(s.current.has & FIX_HAS_POSITION, 0);
    assert_int_equal(s.anchor_time_s, 0);
    s = FOLD(at(0, 0, 40), lost);
    assert_int_equal(s.current.lat_e7, LAT0_E7);
    assert_int_equal(s.position_time_s, T0);
    assert_int_equal(s.current.flags & FIX_VALID, FIX_VALID);
}

/* A state of an earlier program that believed it: nothing is measured from there. */
static void a_state_at_null_island_is_left(void **state)
{
    (void)state;
    struct fold_state s = FOLD(at(0, 0, 40));
    s.current.lat_e7 = s.current.lon_e7 = s.anchor_lat_e7 = s.anchor_lon_e7 = 0;
    struct fix heartbeat = bare(5, FIX_HEARTBEAT);
    fold_step(&s, &heartbeat, &fold_default_rules, NULL);
    assert_int_equal(s.current.has & FIX_HAS_POSITION, 0);
    struct fix next = at(86400, 0, 40);
    fold_step(&s, &next, &fold_default_rules, NULL);
    assert_int_equal(s.odometer_m_e2, 0);
    assert_int_equal(s.current.lat_e7, LAT0_E7);
    assert_int_equal(s.anchor_lat_e7, LAT0_E7);
}

static void a_place_without_a_speed_has_none(void **state)
{
    (void)state;
    struct fix place = at(10, 200, 0);
    place.has &= ~(uint32_t)FIX_HAS_SPEED;
    struct fold_state s = FOLD(at(0, 0, 40), place);
    assert_int_equal(s.motion, MOTION_MOVING);
    assert_int_equal(s.current.has & FIX_HAS_SPEED, 0);
    assert_int_equal(s.current.speed_kmh_e2, 0);
    s = FOLD(at(0, 0, 40), bare(10, FIX_HEARTBEAT));
    assert_int_equal(s.current.speed_kmh_e2, 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_carried_over),
        cmocka_unit_test(what_belongs_to_one_report_is_not),
        cmocka_unit_test(a_switch_that_goes_off_is_off),
        cmocka_unit_test(temperatures_are_carried_each),
        cmocka_unit_test(a_carried_speed_ends_with_the_motion),
        cmocka_unit_test(lost_lock_does_not_move_the_position),
        cmocka_unit_test(a_position_without_lock_is_better_than_none),
        cmocka_unit_test(an_lbs_position_moves_and_is_marked),
        cmocka_unit_test(lbs_does_not_move_what_gps_told_in_its_second),
        cmocka_unit_test(no_position_ever_stays_none),
        cmocka_unit_test(alarms_end_with_a_fix_without_them),
        cmocka_unit_test(a_heartbeat_ends_none),
        cmocka_unit_test(alarms_of_one_second_are_united),
        cmocka_unit_test(the_interval_is_a_median_while_moving),
        cmocka_unit_test(standstill_heartbeats_and_repeats_are_no_gaps),
        cmocka_unit_test(a_silence_is_no_interval),
        cmocka_unit_test(an_interval_of_half_an_hour_is_learnt),
        cmocka_unit_test(a_night_is_forgotten),
        cmocka_unit_test(nobody_is_at_null_island),
        cmocka_unit_test(a_state_at_null_island_is_left),
        cmocka_unit_test(a_place_without_a_speed_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
