#include "model/fix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void position_ends(void **state)
{
    (void)state;
    static const struct {
        int64_t lat_e7;
        int64_t lon_e7;
        bool valid;
        bool taken;
    } rows[] = {
        {900000000, 1800000000, true, true},
        {-900000000, -1800000000, true, true},
        {900000001, 0, true, false},
        {-900000001, 0, true, false},
        {0, 1800000001, true, false},
        {0, -1800000001, true, false},
        {0, 0, true, false},
        {0, 0, false, false},
        {0, 1, false, true},
        {1, 0, false, true},
        {INT64_MAX, INT64_MAX, false, false},
        {INT64_MIN, INT64_MIN, true, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fix f = {0};
        fix_set_position(&f, rows[i].lat_e7, rows[i].lon_e7, rows[i].valid);
        assert_int_equal((f.has & FIX_HAS_POSITION) != 0, rows[i].taken);
        assert_int_equal((f.flags & FIX_VALID) != 0, rows[i].taken && rows[i].valid);
        assert_int_equal(f.lat_e7, rows[i].taken ? rows[i].lat_e7 : 0);
        assert_int_equal(f.lon_e7, rows[i].taken ? rows[i].lon_e7 : 0);
    }
}

static void time_ends(void **state)
{
    (void)state;
    const int64_t year_9999_end_s = INT64_C(253402300799);
    struct fix f = {0};
    fix_set_time(&f, -1);
    fix_set_time(&f, year_9999_end_s + 1);
    assert_int_equal(f.has, 0);
    fix_set_time(&f, year_9999_end_s);
    assert_int_equal(f.gps_time_s, year_9999_end_s);
    fix_set_time(&f, 0);
    assert_int_equal(f.gps_time_s, 0);
    assert_int_equal(f.has, FIX_HAS_TIME);
}

static void altitude_and_speed_ends(void **state)
{
    (void)state;
    struct fix f = {0};
    fix_set_altitude_dm(&f, 1000001);
    fix_set_altitude_dm(&f, -1000001);
    fix_set_speed_kmh_e2(&f, 200001);
    assert_int_equal(f.has, 0);
    fix_set_altitude_dm(&f, -1000000);
    assert_int_equal(f.altitude_dm, -1000000);
    fix_set_altitude_dm(&f, 1000000);
    fix_set_speed_kmh_e2(&f, 200000);
    assert_int_equal(f.altitude_dm, 1000000);
    assert_int_equal(f.speed_kmh_e2, 200000);
    assert_int_equal(f.has, FIX_HAS_ALTITUDE | FIX_HAS_SPEED);
}

static void course_wraps(void **state)
{
    (void)state;
    struct fix f = {0};
    fix_set_course_cdeg(&f, 35999);
    assert_int_equal(f.course_cdeg, 35999);
    fix_set_course_cdeg(&f, 36000);
    assert_int_equal(f.course_cdeg, 0);
    fix_set_course_cdeg(&f, UINT64_MAX);
    assert_int_equal(f.course_cdeg, UINT64_MAX % 36000);
    assert_int_equal(f.has, FIX_HAS_COURSE);
}

static void small_counts_saturate(void **state)
{
    (void)state;
    struct fix f = {0};
    fix_set_satellites(&f, 255);
    assert_int_equal(f.satellites, 255);
    fix_set_satellites(&f, 256);
    assert_int_equal(f.satellites, 255);
    fix_set_rest_days(&f, 65536);
    assert_int_equal(f.rest_days, 65535);
    fix_set_rest_days(&f, 1416);
    assert_int_equal(f.rest_days, 1416);
    assert_int_equal(f.has, FIX_HAS_SATELLITES | FIX_HAS_REST_DAYS);
}

static void gsm_scales(void **state)
{
    (void)state;
    struct fix f = {0};
    fix_set_gsm(&f, 99);
    fix_set_gsm(&f, 32);
    fix_set_gsm_bars(&f, 5);
    assert_int_equal(f.has, 0);
    fix_set_gsm_bars(&f, 4);
    assert_int_equal(f.gsm, 4);
    assert_int_equal(f.flags, FIX_GSM_BARS);
    fix_set_gsm(&f, 31);
    assert_int_equal(f.gsm, 31);
    assert_int_equal(f.flags, 0);
    assert_int_equal(f.has, FIX_HAS_GSM);
}

static void battery_percent_ends(void **state)
{
    (void)state;
    struct fix f = {0};
    fix_set_battery_percent(&f, 101);
    assert_int_equal(f.has, 0);
    fix_set_battery_percent(&f, 100);
    assert_int_equal(f.battery_percent, 100);
    fix_set_battery_percent(&f, 0);
    assert_int_equal(f.battery_percent, 0);
    assert_int_equal(f.has, FIX_HAS_BATTERY_PERCENT);
}

static void wide_values_that_do_not_fit_are_left_out(void **state)
{
    (void)state;
    struct fix f = {0};
    fix_set_power_mv(&f, UINT64_C(1) << 32);
    fix_set_battery_mv(&f, UINT64_C(1) << 32);
    fix_set_fuel_ml(&f, UINT64_C(1) << 32);
    fix_set_odometer_m(&f, UINT64_C(10000000001));
    assert_int_equal(f.has, 0);
    fix_set_power_mv(&f, UINT32_MAX);
    fix_set_battery_mv(&f, 4200);
    fix_set_fuel_ml(&f, 60000);
    fix_set_odometer_m(&f, UINT64_C(10000000000));
    assert_int_equal(f.power_mv, UINT32_MAX);
    assert_int_equal(f.battery_mv, 4200);
    assert_int_equal(f.fuel_ml, 60000);
    assert_int_equal(f.odometer_m, UINT64_C(10000000000));
    assert_int_equal(f.has, FIX_HAS_POWER | FIX_HAS_BATTERY | FIX_HAS_FUEL | FIX_HAS_ODOMETER);
}

static void switches_go_on_and_off(void **state)
{
    (void)state;
    struct fix f = {.flags = FIX_VALID};
    fix_set_switch(&f, FIX_HAS_DOOR, FIX_DOOR_OPEN, true);
    assert_int_equal(f.flags, FIX_VALID | FIX_DOOR_OPEN);
    fix_set_switch(&f, FIX_HAS_DOOR, FIX_DOOR_OPEN, false);
    assert_int_equal(f.flags, FIX_VALID);
    assert_int_equal(f.has, FIX_HAS_DOOR);
}

static void temperatures_leave_gaps(void **state)
{
    (void)state;
    struct fix f = {0};
    fix_set_temperature(&f, FIX_TEMPERATURES_MAX, 100);
    fix_set_temperature(&f, 0, -27316);
    fix_set_temperature(&f, 0, INT16_MAX + 1);
    assert_int_equal(f.temperature_count, 0);
    fix_set_temperature(&f, 2, -27315);
    assert_int_equal(f.temperature_count, 3);
    assert_int_equal(f.temperature_c_e2[0], FIX_TEMPERATURE_ABSENT);
    assert_int_equal(f.temperature_c_e2[1], FIX_TEMPERATURE_ABSENT);
    assert_int_equal(f.temperature_c_e2[2], -27315);
    fix_set_temperature(&f, 0, INT16_MAX);
    assert_int_equal(f.temperature_count, 3);
    assert_int_equal(f.temperature_c_e2[0], INT16_MAX);
    fix_set_temperature(&f, FIX_TEMPERATURES_MAX - 1, 0);
    assert_int_equal(f.temperature_count, FIX_TEMPERATURES_MAX);
}

static void iccid_rules(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *wanted; /* "": ignored */
    } rows[] = {
        {"89860012345678901234", "89860012345678901234"},
        {"8986001234567890123f", "8986001234567890123"},
        {"8986001234567890123FF", "8986001234567890123"},
        {"898600A2345678901234", "898600A2345678901234"},
        {"898600123456789012345", ""},
        {"89860012345678 01234", ""},
        {"8986x", ""},
        {"ffffffffffffffffffff", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fix f = {0};
        fix_set_iccid(&f, rows[i].text);
        assert_string_equal(f.iccid, rows[i].wanted);
        assert_int_equal((f.has & FIX_HAS_ICCID) != 0, rows[i].wanted[0] != '\0');
    }
}

static void a_shorter_iccid_leaves_nothing_behind(void **state)
{
    (void)state;
    struct fix f = {0};
    fix_set_iccid(&f, "89860012345678901234");
    fix_set_iccid(&f, "1234");
    struct fix fresh = {0};
    fix_set_iccid(&fresh, "1234");
    assert_memory_equal(f.iccid, fresh.iccid, sizeof(f.iccid));
}

static void the_first_cell_stays(void **state)
{
    (void)state;
    struct fix f = {0};
    fix_set_cell(&f, (struct cell){.mcc = 0, .cid = 1});
    assert_int_equal(f.has, 0);
    fix_set_cell(&f, (struct cell){.mcc = 460, .mnc = 1, .lac = 2, .cid = 3});
    fix_set_cell(&f, (struct cell){.mcc = 262, .mnc = 4, .lac = 5, .cid = 6});
    assert_int_equal(f.cell.mcc, 460);
    assert_int_equal(f.cell.cid, 3);
}

static void wifi_is_bounded(void **state)
{
    (void)state;
    struct fix f = {0};
    const uint8_t mac[6] = {1, 2, 3, 4, 5, 6};
    fix_add_wifi(&f, mac, -129);
    fix_add_wifi(&f, mac, 128);
    assert_int_equal(f.wifi_count, 0);
    for (int i = 0; i < FIX_WIFI_MAX + 1; i++) {
        fix_add_wifi(&f, mac, i == 0 ? -128 : 127);
    }
    assert_int_equal(f.wifi_count, FIX_WIFI_MAX);
    assert_int_equal(f.wifi[0].rssi_dbm, -128);
    assert_int_equal(f.wifi[FIX_WIFI_MAX - 1].rssi_dbm, 127);
    assert_memory_equal(f.wifi[1].mac, mac, sizeof(mac));
}

static void lock_events_have_texts(void **state)
{
    (void)state;
    struct fix f = {0};
    fix_set_lock(&f, FIX_LOCK_ON);
    assert_int_equal(f.lock, FIX_LOCK_ON);
    assert_int_equal(f.has, FIX_HAS_LOCK);
    assert_string_equal(fix_lock_text(FIX_LOCK_NONE), "");
    assert_string_equal(fix_lock_text(FIX_LOCK_OFF), "lock off");
    for (unsigned i = FIX_LOCK_OFF; i < FIX_LOCK_COUNT; i++) {
        assert_true(strlen(fix_lock_text((enum fix_lock)i)) > 0);
    }
}

/* A fix in which no member is zero. */
static struct fix full_fix(void)
{
    struct fix f;
    memset(&f, 0x11, sizeof(f));
    f.flags = FIX_VALID;
    return f;
}

static void transport_does_not_make_another_fix(void **state)
{
    (void)state;
    struct fix a = full_fix();
    struct fix b = full_fix();
    assert_true(fix_is_repeat(&a, &b));
    b.rcv_time_s++;
    b.flags |= FIX_REUPLOAD;
    fix_set_alarms_told(&b, ALARM_BIT(SOS));
    assert_true(fix_is_repeat(&a, &b));
    assert_true(fix_is_repeat(&b, &a));
}

static const size_t member_offsets[] = {
    offsetof(struct fix, gps_time_s),
    offsetof(struct fix, original_time_s),
    offsetof(struct fix, has),
    offsetof(struct fix, flags),
    offsetof(struct fix, lat_e7),
    offsetof(struct fix, lon_e7),
    offsetof(struct fix, altitude_dm),
    offsetof(struct fix, speed_kmh_e2),
    offsetof(struct fix, course_cdeg),
    offsetof(struct fix, hdop_e2),
    offsetof(struct fix, source),
    offsetof(struct fix, satellites),
    offsetof(struct fix, gsm),
    offsetof(struct fix, battery_percent),
    offsetof(struct fix, lock),
    offsetof(struct fix, temperature_count),
    offsetof(struct fix, wifi_count),
    offsetof(struct fix, rest_days),
    offsetof(struct fix, power_mv),
    offsetof(struct fix, battery_mv),
    offsetof(struct fix, odometer_m),
    offsetof(struct fix, fuel_ml),
    offsetof(struct fix, alarms),
    offsetof(struct fix, temperature_c_e2[FIX_TEMPERATURES_MAX - 1]),
    offsetof(struct fix, iccid[0]),
    offsetof(struct fix, cell.mcc),
    offsetof(struct fix, cell.mnc),
    offsetof(struct fix, cell.lac),
    offsetof(struct fix, cell.cid),
    offsetof(struct fix, wifi[FIX_WIFI_MAX - 1].rssi_dbm),
};

static void every_member_makes_another_fix(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(member_offsets) / sizeof(member_offsets[0]); i++) {
        struct fix a = full_fix();
        struct fix b = full_fix();
        ((uint8_t *)&b)[member_offsets[i]] ^= 1;
        assert_false(fix_is_repeat(&a, &b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(position_ends),
        cmocka_unit_test(time_ends),
        cmocka_unit_test(altitude_and_speed_ends),
        cmocka_unit_test(course_wraps),
        cmocka_unit_test(small_counts_saturate),
        cmocka_unit_test(gsm_scales),
        cmocka_unit_test(battery_percent_ends),
        cmocka_unit_test(wide_values_that_do_not_fit_are_left_out),
        cmocka_unit_test(switches_go_on_and_off),
        cmocka_unit_test(temperatures_leave_gaps),
        cmocka_unit_test(iccid_rules),
        cmocka_unit_test(a_shorter_iccid_leaves_nothing_behind),
        cmocka_unit_test(the_first_cell_stays),
        cmocka_unit_test(wifi_is_bounded),
        cmocka_unit_test(lock_events_have_texts),
        cmocka_unit_test(transport_does_not_make_another_fix),
        cmocka_unit_test(every_member_makes_another_fix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
