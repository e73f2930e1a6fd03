#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/describe.h"

/* Describes `m`, of a device "7" where `is_named`, and holds it against `want`. */
static void assert_described(const struct message *m, bool is_named, const char *ack,
                             const char *want)
{
    struct json_out j = {0};
    struct decoded d = {.device_id = ""};
    char got[2048];
    if (is_named) {
        strcpy(d.device_id, "7");
    }
    protocol_describe(&j, &protocol_osmand, &d, m, bytes_of_text(ack));
    bytes_to_text(json_text(&j), got, sizeof(got));
    assert_string_equal(got, want);
    json_free(&j);
}

static void test_every_kind_has_its_type(void **state)
{
    (void)state;
    static const struct {
        struct message m;
        const char *want;
    } rows[] = {
        {{.kind = MESSAGE_LOGIN}, "{\"protocol\":\"osmand\",\"type\":\"login\"}"},
        {{.kind = MESSAGE_HEARTBEAT}, "{\"protocol\":\"osmand\",\"type\":\"heartbeat\"}"},
        {{.kind = MESSAGE_OTHER}, "{\"protocol\":\"osmand\",\"type\":\"other\"}"},
        {{.kind = MESSAGE_FIX},
         "{\"protocol\":\"osmand\",\"type\":\"fix\",\"valid\":false,"
         "\"source\":\"gps\",\"reupload\":false}"},
        {{.kind = MESSAGE_FRAGMENT, .fragment = {UINT32_MAX, 1, 64}},
         "{\"protocol\":\"osmand\",\"type\":\"other\",\"part\":{\"key\":4294967295,\"number\":1,"
         "\"total\":64}}"},
        {{.kind = MESSAGE_RESPONSE},
         "{\"protocol\":\"osmand\",\"type\":\"response\",\"text\":\"\"}"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_described(&rows[i].m, false, "", rows[i].want);
    }
}

static void test_identity_text_and_answer(void **state)
{
    (void)state;
    struct message m = {.kind = MESSAGE_RESPONSE, .text = bytes_of_text("\xe5\xa5\xbd\"\xff")};
    assert_described(&m, true, "\x01\xfe",
                     "{\"protocol\":\"osmand\",\"type\":\"response\",\"device_id\":\"7\","
                     "\"text\":\"\xe5\xa5\xbd\\\"\xef\xbf\xbd\",\"ack\":\"01fe\"}");
}

static void test_an_alarm_counts_more_than_a_lock(void **state)
{
    (void)state;
    struct message m = {.kind = MESSAGE_FIX};
    fix_set_lock(&m.fix, FIX_LOCK_SEALED);
    assert_described(&m, false, "",
                     "{\"protocol\":\"osmand\",\"type\":\"lock\",\"valid\":false,"
                     "\"source\":\"gps\",\"reupload\":false,\"lock\":\"Sealed\"}");
    m.fix.alarms = ALARM_BIT(REMOVAL) | ALARM_BIT(ILLEGAL_UNLOCK);
    assert_described(&m, false, "",
                     "{\"protocol\":\"osmand\",\"type\":\"alarm\",\"valid\":false,"
                     "\"alarms\":[\"Removal alarm\",\"Illegal unlock alarm\"],"
                     "\"source\":\"gps\",\"reupload\":false,\"lock\":\"Sealed\"}");
}

/* A fix that says everything, with values that need their decimals. */
static struct fix full_fix(void)
{
    struct fix f = {.flags = FIX_REUPLOAD | FIX_POWER_SAVE, .source = FIX_WIFI, .hdop_e2 = 95};
    fix_set_time(&f, 1795396320);
    fix_set_position(&f, -338567844, 1512152960, true);
    fix_set_altitude_dm(&f, -23);
    fix_set_speed_kmh_e2(&f, 3890);
    fix_set_course_cdeg(&f, 27125);
    fix_set_satellites(&f, 12);
    fix_set_gsm(&f, 31);
    fix_set_odometer_m(&f, UINT64_C(10000000000));
    fix_set_fuel_ml(&f, 38250);
    fix_set_power_mv(&f, 12345);
    fix_set_battery_mv(&f, 4000);
    fix_set_battery_percent(&f, 100);
    fix_set_rest_days(&f, 365);
    fix_set_temperature(&f, 0, -1870);
    fix_set_temperature(&f, 2, 5);
    fix_set_iccid(&f, "8986042419197058327f");
    fix_set_cell(&f, (struct cell){460, 0, 65536, UINT64_MAX});
    fix_add_wifi(&f, (const uint8_t[6]){0, 1, 2, 0xab, 0xcd, 0xff}, -61);
    fix_set_switch(&f, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    fix_set_switch(&f, FIX_HAS_CHARGING, FIX_CHARGING, false);
    fix_set_switch(&f, FIX_HAS_MOTION, FIX_MOVING, true);
    fix_set_switch(&f, FIX_HAS_DOOR, FIX_DOOR_OPEN, false);
    fix_set_switch(&f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, true);
    f.has |= FIX_HAS_HDOP;
    return f;
}

static void test_all_members_in_their_order(void **state)
{
    (void)state;
    struct message m = {.kind = MESSAGE_FIX, .fix = full_fix()};
    assert_described(
        &m, true, "",
        "{\"protocol\":\"osmand\",\"type\":\"fix\",\"device_id\":\"7\","
        "\"gps_time\":\"2026-11-23T01:12:00Z\",\"valid\":true,\"lat\":-33.8567844,"
        "\"lon\":151.215296,\"altitude_m\":-2.3,\"speed_kmh\":38.9,\"course_deg\":271.25,"
        "\"satellites\":12,\"gsm\":31,\"odometer_km\":10000000,\"fuel_l\":38.25,"
        "\"power_v\":12.345,\"battery_v\":4,\"battery_percent\":100,\"rest_days\":365,"
        "\"hdop\":0.95,\"ignition\":true,\"charging\":false,\"motion\":true,"
        "\"door_open\":false,\"cut_off\":true,\"temperatures_c\":[-18.7,null,0.05],"
        "\"iccid\":\"8986042419197058327\",\"source\":\"wifi\",\"reupload\":true,"
        "\"cell\":{\"mcc\":460,\"mnc\":0,\"lac\":65536,\"cid\":18446744073709551615},"
        "\"wifi\":[{\"mac\":\"00:01:02:ab:cd:ff\",\"rssi_dbm\":-61}],\"power_save\":true}");
}

/* As they are stored: decoding alone judges no time. */
static void test_values_with_their_names_and_units(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct extras x = {.arena = &arena};
    struct message m = {.kind = MESSAGE_HEARTBEAT};
    extras_set(&x, EXTRA_RPM, 0, 900);
    extras_set(&x, EXTRA_ANALOGUE, 2, -1250);
    extras_set(&x, EXTRA_DOOR, 2, 1);
    extras_set_text(&x, EXTRA_DRIVER, 0, bytes_of_text("\"A\""));
    m.extras = extras_pack(&x);
    assert_described(&m, false, "",
                     "{\"protocol\":\"osmand\",\"type\":\"heartbeat\",\"extras\":["
                     "{\"name\":\"analogue\",\"index\":2,\"value\":-1.25,\"unit\":\"V\"},"
                     "{\"name\":\"rpm\",\"value\":900,\"unit\":\"1/min\"},"
                     "{\"name\":\"driver\",\"value\":\"\\\"A\\\"\"},"
                     "{\"name\":\"door\",\"index\":2,\"value\":true}]}");
    arena_free(&arena);
}

static void test_a_time_that_was_not_believed(void **state)
{
    (void)state;
    struct message m = {.kind = MESSAGE_HEARTBEAT};
    fix_set_time(&m.fix, 1795396320);
    m.fix.original_time_s = 1176631442;
    m.fix.flags = FIX_TIME_MOVED;
    assert_described(&m, false, "",
                     "{\"protocol\":\"osmand\",\"type\":\"heartbeat\","
                     "\"gps_time\":\"2026-11-23T01:12:00Z\","
                     "\"original_time\":\"2007-04-15T10:04:02Z\",\"time_is\":\"moved\"}");
    m.fix.flags = FIX_TIME_REPLACED;
    assert_described(&m, false, "",
                     "{\"protocol\":\"osmand\",\"type\":\"heartbeat\","
                     "\"gps_time\":\"2026-11-23T01:12:00Z\","
                     "\"original_time\":\"2007-04-15T10:04:02Z\",\"time_is\":\"replaced\"}");
}

static void test_a_heartbeat_has_no_source(void **state)
{
    (void)state;
    struct message m = {.kind = MESSAGE_HEARTBEAT};
    fix_set_battery_percent(&m.fix, 0);
    assert_described(&m, false, "",
                     "{\"protocol\":\"osmand\",\"type\":\"heartbeat\",\"battery_percent\":0}");
    fix_set_position(&m.fix, 1, 0, false);
    assert_described(&m, false, "",
                     "{\"protocol\":\"osmand\",\"type\":\"heartbeat\",\"valid\":false,"
                     "\"lat\":0.0000001,\"lon\":0,\"battery_percent\":0}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_has_its_type),
        cmocka_unit_test(test_identity_text_and_answer),
        cmocka_unit_test(test_an_alarm_counts_more_than_a_lock),
        cmocka_unit_test(test_all_members_in_their_order),
        cmocka_unit_test(test_values_with_their_names_and_units),
        cmocka_unit_test(test_a_time_that_was_not_believed),
        cmocka_unit_test(test_a_heartbeat_has_no_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
