/*
 * The device's side of JT600: what it sends comes back through the decoder, and it understands the
 * server's answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/jt600/testing.h"

enum { ROOM = 4096 };

static struct session device(void)
{
    struct session s = protocol_session(&protocol_jt600);
    (void)snprintf(s.device_id, sizeof(s.device_id), "%s", protocol_jt600.device->first_id);
    return s;
}

static struct fix sample(void)
{
    struct fix f = {0};
    fix_set_time(&f, KIT_TIME_S);
    fix_set_position(&f, -225000000, -1140000000, true);
    fix_set_speed_kmh_e2(&f, 3334);
    fix_set_course_cdeg(&f, 27000);
    fix_set_satellites(&f, 11);
    fix_set_odometer_m(&f, 4242000);
    fix_set_battery_percent(&f, 88);
    fix_set_gsm(&f, 20);
    fix_set_cell(&f, (struct cell){460, 0x101, 0x2866, 0x12345678});
    fix_set_lock(&f, FIX_LOCK_UNLOCKED_IN);
    f.alarms = ALARM_BIT(LOW_BATTERY) | ALARM_BIT(VIBRATION);
    return f;
}

static void test_a_fix_comes_back(void **state)
{
    (void)state;
    struct session s = device();
    struct fix f = sample();
    uint8_t at[ROOM];
    struct writer w = writer_init(at, sizeof(at));
    const struct encode_request fixes = {ENCODE_FIXES, &f, 1};
    assert_int_equal(protocol_jt600.device->encode(&s, &fixes, &w), ERR_OK);
    struct kit kit = kit_new();
    assert_int_equal(kit_decode(&kit, writer_bytes(&w)), ERR_OK);
    assert_string_equal(kit.decoded.device_id, "8000000001");
    f.alarms_told = kit_one(&kit)->fix.alarms_told;
    assert_fix(&kit_one(&kit)->fix, &f);
    assert_reply(&kit, "(P69,0,0)");
    kit_clear(&kit);
}

static void test_answers_are_counted(void **state)
{
    (void)state;
    struct session s = device();
    size_t used = 0;
    size_t acknowledged = 0;
    static const struct {
        const char *in;
        size_t acknowledged;
    } rows[] = {{"(P69,0,7)(P46)", 1}, {"(P22,231126011200)", 1}, {"(P46)", 0}, {"(P43,1)", 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes in = bytes_of_text(rows[i].in);
        assert_int_equal(protocol_jt600.device->read_ack(&s, in, &used, &acknowledged), ERR_OK);
        assert_int_equal(used, bytes_find(in, ')') + 1);
        assert_int_equal(acknowledged, rows[i].acknowledged);
    }
    struct bytes half = bytes_of_text("(P69,0");
    assert_int_equal(protocol_jt600.device->read_ack(&s, half, &used, &acknowledged), ERR_MORE);
    half = bytes_of_text("x");
    assert_int_equal(protocol_jt600.device->read_ack(&s, half, &used, &acknowledged),
                     ERR_MALFORMED);
}

static void test_what_the_format_cannot_say_is_refused(void **state)
{
    (void)state;
    uint8_t at[ROOM];
    struct session s = device();
    struct fix f = sample();
    const struct encode_request fixes = {ENCODE_FIXES, &f, 1};
    struct writer w = writer_init(at, sizeof(at));
    f.gps_time_s = INT64_C(4102444800);
    assert_int_equal(protocol_jt600.device->encode(&s, &fixes, &w), ERR_INVALID);
    w = writer_init(at, 20);
    f = sample();
    assert_int_equal(protocol_jt600.device->encode(&s, &fixes, &w), ERR_TOO_LONG);
    (void)snprintf(s.device_id, sizeof(s.device_id), "12345");
    w = writer_init(at, sizeof(at));
    assert_int_equal(protocol_jt600.device->encode(&s, &fixes, &w), ERR_INVALID);
}

static void test_a_heartbeat_asks_for_the_time(void **state)
{
    (void)state;
    uint8_t at[ROOM];
    struct session s = device();
    const struct encode_request heartbeat = {.kind = ENCODE_HEARTBEAT};
    struct writer w = writer_init(at, sizeof(at));
    assert_int_equal(protocol_jt600.device->encode(&s, &heartbeat, &w), ERR_OK);
    assert_true(bytes_eq(writer_bytes(&w), "(8000000001,P22,2)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fix_comes_back),
        cmocka_unit_test(test_answers_are_counted),
        cmocka_unit_test(test_what_the_format_cannot_say_is_refused),
        cmocka_unit_test(test_a_heartbeat_asks_for_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
