/*
 * GT06, the device's side: what it encodes decodes to what went in, and what an answer
 * acknowledges.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/gt06/testing.h"

enum { BUFFER_SIZE = 4096 };

static struct session device_session(const char *device_id)
{
    struct session s = {0};
    bytes_to_text(bytes_of_text(device_id), s.device_id, sizeof(s.device_id));
    return s;
}

static enum err encode(struct session *s, enum encode_kind kind, const struct fix *fixes,
                       size_t count, struct writer *out)
{
    struct encode_request what = {.kind = kind, .fixes = fixes, .count = count};
    return gt06_device.encode(s, &what, out);
}

/* Encodes one fix with a session of its own and decodes it. */
static struct fix round_trip(const struct fix *in, int16_t utc_offset_min)
{
    struct kit kit = {.session = {.utc_offset_min = utc_offset_min}};
    struct session device = {.utc_offset_min = utc_offset_min};
    uint8_t at[BUFFER_SIZE];
    struct writer w = writer_init(at, sizeof(at));
    assert_int_equal(encode(&device, ENCODE_FIXES, in, 1, &w), ERR_OK);
    struct bytes frame = {0};
    size_t used = 0;
    assert_int_equal(protocol_gt06.split(writer_bytes(&w), &frame, &used), ERR_OK);
    assert_int_equal(used, w.len);
    assert_int_equal(kit_decode(&kit, frame), ERR_OK);
    assert_int_equal(kit.decoded.len, 1);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_FIX);
    struct fix out = kit.decoded.at[0].fix;
    kit_clear(&kit);
    return out;
}

static void assert_round_trip(const struct fix *in)
{
    struct fix out = round_trip(in, 0);
    assert_fix(&out, in);
    assert_int_equal(out.flags & FIX_REUPLOAD, in->flags & FIX_REUPLOAD);
}

static void test_positions(void **state)
{
    (void)state;
    static const struct {
        int32_t lat_e7;
        int32_t lon_e7;
    } ends[] = {
        {900000000, 1800000000}, {-900000000, -1800000000}, {0, 1800000000}, {900000000, 0},
        {386500000, 1177000000}, {-386500000, -1177000000}, {0, 50},         {50, 0},
    };
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct fix f = plain_fix();
        f.lat_e7 = ends[i].lat_e7;
        f.lon_e7 = ends[i].lon_e7;
        assert_round_trip(&f);
    }
}

/* Between two steps of 1/1800000 degree a position moves by less than half a step. */
static void test_positions_are_rounded(void **state)
{
    (void)state;
    for (int32_t offset_e7 = -40; offset_e7 <= 40; offset_e7++) {
        struct fix f = plain_fix();
        f.lat_e7 = -386512345 + offset_e7;
        f.lon_e7 = 1799999900 + offset_e7;
        struct fix out = round_trip(&f, 0);
        assert_in_range(out.lat_e7 - f.lat_e7 + 3, 0, 6);
        assert_in_range(out.lon_e7 - f.lon_e7 + 3, 0, 6);
        struct fix again = round_trip(&out, 0);
        assert_fix(&again, &out);
    }
}

static void test_ends_of_ranges(void **state)
{
    (void)state;
    struct fix f = plain_fix();
    f.speed_kmh_e2 = 25500;
    f.course_cdeg = 35900;
    f.satellites = 15;
    assert_round_trip(&f);
    f.speed_kmh_e2 = 0;
    f.course_cdeg = 0;
    f.satellites = 0;
    assert_round_trip(&f);
    f.flags &= ~(uint32_t)FIX_VALID;
    assert_round_trip(&f);
    fix_set_odometer_m(&f, UINT32_MAX);
    assert_round_trip(&f);
    f.gps_time_s = 946684800; /* 2000-01-01T00:00:00Z */
    assert_round_trip(&f);
    f.gps_time_s = INT64_C(9025257599); /* 2255-12-31T23:59:59Z */
    assert_round_trip(&f);
}

/* What is beyond the format stops at its end. */
static void test_beyond_the_format(void **state)
{
    (void)state;
    struct fix f = plain_fix();
    f.speed_kmh_e2 = 30000;
    f.course_cdeg = 35960;
    f.satellites = 40;
    fix_set_odometer_m(&f, 0);
    f.odometer_m = UINT64_C(1) << 40;
    struct fix out = round_trip(&f, 0);
    assert_int_equal(out.speed_kmh_e2, 25500);
    assert_int_equal(out.course_cdeg, 0);
    assert_int_equal(out.satellites, 15);
    assert_int_equal(out.odometer_m, UINT32_MAX);
}

static void test_times_beyond_the_format(void **state)
{
    (void)state;
    static const int64_t times_s[] = {946684799, INT64_C(9025257600), -1, INT64_MAX / 2};
    for (size_t i = 0; i < sizeof(times_s) / sizeof(times_s[0]); i++) {
        struct session s = {0};
        struct fix f = plain_fix();
        uint8_t at[64];
        struct writer w = writer_init(at, sizeof(at));
        f.gps_time_s = times_s[i];
        assert_int_equal(encode(&s, ENCODE_FIXES, &f, 1, &w), ERR_INVALID);
        assert_int_equal(w.len, 0);
    }
}

static void test_cells(void **state)
{
    (void)state;
    static const struct cell kept[] = {
        {460, 1, 0x287d, 0x1f71}, {0x7fff, 255, 65535, 0xffffff}, {1, 0, 0, 0}};
    static const struct cell dropped[] = {
        {460, 1, 1, 0x1000000}, {460, 256, 1, 1}, {460, 1, 65536, 1}};
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        struct fix f = plain_fix();
        fix_set_cell(&f, kept[i]);
        assert_round_trip(&f);
    }
    for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++) {
        struct fix f = plain_fix();
        struct fix want = f;
        fix_set_cell(&f, dropped[i]);
        struct fix out = round_trip(&f, 0);
        assert_fix(&out, &want);
    }
}

static void test_ignition_and_late(void **state)
{
    (void)state;
    struct fix f = plain_fix();
    ignition(&f, true);
    assert_round_trip(&f);
    f.flags |= FIX_REUPLOAD;
    assert_round_trip(&f);
    ignition(&f, false);
    assert_round_trip(&f);
    fix_set_odometer_m(&f, 123456789);
    fix_set_cell(&f, plain_cell);
    assert_round_trip(&f);
}

/* An alarm takes the status along: what the fix does not know of it is ACC off and a full battery.
 */
static void test_alarms(void **state)
{
    (void)state;
    const alarm_set without_code = ALARM_BIT(DISPLACEMENT) | ALARM_BIT(FATIGUE) |
                                   ALARM_BIT(GPS_ANTENNA) | ALARM_BIT(ILLEGAL_UNLOCK) |
                                   ALARM_BIT(FUEL_DRAIN) | ALARMS_OF_SIM;
    for (unsigned alarm = 0; alarm < ALARM_COUNT; alarm++) {
        struct fix f = plain_fix();
        f.alarms = UINT32_C(1) << alarm;
        bool has_code = gt06_alarm_code(f.alarms) != 0;
        struct fix want = f;
        if (has_code) {
            status_all(&want);
            ignition(&want, false);
        } else {
            want.alarms = 0;
        }
        struct fix out = round_trip(&f, 0);
        assert_fix(&out, &want);
        assert_int_equal(has_code, (f.alarms & without_code) == 0);
    }
}

static void test_alarm_with_everything(void **state)
{
    (void)state;
    struct fix f = plain_fix();
    status_bits(&f);
    fix_set_switch(&f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, true);
    fix_set_switch(&f, FIX_HAS_CHARGING, FIX_CHARGING, false);
    fix_set_battery_percent(&f, 7);
    fix_set_gsm(&f, 31);
    fix_set_odometer_m(&f, 99);
    fix_set_cell(&f, plain_cell);
    f.alarms = ALARM_BIT(SOS);
    assert_round_trip(&f);
    fix_set_gsm_bars(&f, 0);
    assert_round_trip(&f);
}

static void test_zone(void **state)
{
    (void)state;
    static const int16_t zones_min[] = {0, 480, -210, 840, -720, 345};
    for (size_t i = 0; i < sizeof(zones_min) / sizeof(zones_min[0]); i++) {
        struct kit kit = {0};
        struct session device = device_session("123456789012345");
        uint8_t at[64];
        struct writer w = writer_init(at, sizeof(at));
        device.utc_offset_min = zones_min[i];
        assert_int_equal(encode(&device, ENCODE_LOGIN, NULL, 0, &w), ERR_OK);
        assert_int_equal(kit_decode(&kit, writer_bytes(&w)), ERR_OK);
        assert_int_equal(kit.decoded.at[0].kind, MESSAGE_LOGIN);
        assert_int_equal(kit.session.utc_offset_min, zones_min[i]);
        assert_string_equal(kit.session.device_id, "123456789012345");
        kit_clear(&kit);
        struct fix f = plain_fix();
        struct fix out = round_trip(&f, zones_min[i]);
        assert_fix(&out, &f);
    }
}

static void test_login_without_an_imei(void **state)
{
    (void)state;
    static const char *const ids[] = {"", "12345678901234A", "1234567890123456"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct session s = device_session(ids[i]);
        uint8_t at[64];
        struct writer w = writer_init(at, sizeof(at));
        assert_int_equal(encode(&s, ENCODE_LOGIN, NULL, 0, &w), ERR_INVALID);
        assert_int_equal(w.len, 0);
    }
}

/* The heartbeat tells the ignition of the last fix that knew it. */
static void test_heartbeat(void **state)
{
    (void)state;
    struct session device = {0};
    struct fix fixes[] = {plain_fix(), plain_fix()};
    ignition(&fixes[0], true);
    for (int round = 0; round < 2; round++) {
        struct kit kit = {0};
        uint8_t at[BUFFER_SIZE];
        struct writer w = writer_init(at, sizeof(at));
        struct fix want = {0};
        status_all(&want);
        ignition(&want, round == 1);
        assert_int_equal(encode(&device, ENCODE_HEARTBEAT, NULL, 0, &w), ERR_OK);
        assert_int_equal(kit_decode(&kit, writer_bytes(&w)), ERR_OK);
        assert_int_equal(kit.decoded.at[0].kind, MESSAGE_HEARTBEAT);
        assert_fix(&kit.decoded.at[0].fix, &want);
        assert_int_equal(encode(&device, ENCODE_FIXES, fixes, 2, &w), ERR_OK);
        kit_clear(&kit);
    }
}

/* What the tracker sends from its memory says nothing of its ignition now. */
static void test_late_fixes_leave_the_heartbeat(void **state)
{
    (void)state;
    struct session device = device_session("123456789012345");
    struct fix fixes[] = {plain_fix(), plain_fix()};
    ignition(&fixes[0], true);
    ignition(&fixes[1], false);
    fixes[1].flags |= FIX_REUPLOAD;
    struct kit kit = {0};
    uint8_t at[BUFFER_SIZE];
    struct writer w = writer_init(at, sizeof(at));
    assert_int_equal(encode(&device, ENCODE_FIXES, fixes, 2, &w), ERR_OK);
    w = writer_init(at, sizeof(at));
    assert_int_equal(encode(&device, ENCODE_HEARTBEAT, NULL, 0, &w), ERR_OK);
    assert_int_equal(kit_decode(&kit, writer_bytes(&w)), ERR_OK);
    struct fix want = {0};
    status_all(&want);
    ignition(&want, true);
    assert_fix(&kit.decoded.at[0].fix, &want);
    kit_clear(&kit);
}

/* A buffer that is too small leaves the session as it was. */
static void test_buffer_too_small(void **state)
{
    (void)state;
    struct session s = device_session("123456789012345");
    struct session before = s;
    struct fix fixes[] = {plain_fix(), plain_fix()};
    uint8_t at[BUFFER_SIZE];
    for (size_t size = 0; size < 72; size++) {
        struct writer w = writer_init(at, size);
        assert_int_equal(encode(&s, ENCODE_FIXES, fixes, 2, &w), ERR_TOO_LONG);
        assert_memory_equal(&s, &before, sizeof(s));
    }
    struct writer w = writer_init(at, 72);
    assert_int_equal(encode(&s, ENCODE_FIXES, fixes, 2, &w), ERR_OK);
    assert_int_equal(w.len, 72);
}

/* Writes the server's answer of `type` with `serial`. */
static size_t answer(uint8_t type, uint16_t serial, uint8_t *at, size_t capacity)
{
    struct writer w = writer_init(at, capacity);
    gt06_write_frame(&w, false, type, (struct bytes){0}, serial);
    assert_true(writer_ok(&w));
    return w.len;
}

static void assert_ack(struct session *s, uint8_t type, uint16_t serial, size_t want)
{
    uint8_t at[64];
    size_t used = 0;
    size_t acknowledged = 99;
    size_t len = answer(type, serial, at, sizeof(at));
    for (size_t n = 0; n < len; n++) {
        assert_int_equal(gt06_device.read_ack(s, (struct bytes){at, n}, &used, &acknowledged),
                         ERR_MORE);
    }
    assert_int_equal(gt06_device.read_ack(s, (struct bytes){at, len}, &used, &acknowledged),
                     ERR_OK);
    assert_int_equal(used, len);
    assert_int_equal(acknowledged, want);
}

static void send_frames(struct session *s, enum encode_kind kind, size_t count)
{
    static uint8_t at[BUFFER_SIZE];
    struct fix fixes[16];
    struct writer w = writer_init(at, sizeof(at));
    for (size_t i = 0; i < count; i++) {
        fixes[i] = plain_fix();
    }
    assert_int_equal(encode(s, kind, fixes, count, &w), ERR_OK);
}

static void test_acknowledgements(void **state)
{
    (void)state;
    struct session s = device_session("123456789012345");
    assert_ack(&s, 0x01, 0, 0); /* nothing was sent */
    assert_ack(&s, 0x01, 1, 0);
    send_frames(&s, ENCODE_LOGIN, 0);
    assert_ack(&s, 0x01, 2, 0); /* not sent yet */
    assert_ack(&s, 0x01, 1, 1);
    assert_ack(&s, 0x01, 1, 0); /* a repeat */
    send_frames(&s, ENCODE_FIXES, 16);
    send_frames(&s, ENCODE_HEARTBEAT, 0);
    send_frames(&s, ENCODE_FIXES, 3);
    assert_ack(&s, 0x80, 18, 0); /* a command is no answer */
    assert_ack(&s, 0x13, 18, 17);
    send_frames(&s, ENCODE_HEARTBEAT, 0);
    assert_ack(&s, 0x13, 22, 4);
}

/* The serial has 16 bits and goes around. */
static void test_acknowledgements_go_around(void **state)
{
    (void)state;
    struct session s = device_session("123456789012345");
    size_t acknowledged = 0;
    for (unsigned i = 1; i <= 70000; i++) {
        send_frames(&s, ENCODE_HEARTBEAT, 0);
        if (i % 7000 == 0) {
            assert_ack(&s, 0x13, (uint16_t)i, 7000);
            acknowledged += 7000;
        }
    }
    assert_int_equal(acknowledged, 70000);
}

static void test_answers_that_are_none(void **state)
{
    (void)state;
    struct session s = device_session("123456789012345");
    uint8_t at[64];
    size_t used = 0;
    size_t acknowledged = 0;
    send_frames(&s, ENCODE_LOGIN, 0);
    size_t len = answer(0x01, 1, at, sizeof(at));
    at[5] ^= 1;
    assert_int_equal(gt06_device.read_ack(&s, (struct bytes){at, len}, &used, &acknowledged),
                     ERR_CHECKSUM);
    struct writer w = writer_init(at, sizeof(at));
    gt06_write_frame(&w, false, 0x01, bytes_of_text("x"), 1); /* content: no answer */
    assert_int_equal(gt06_device.read_ack(&s, writer_bytes(&w), &used, &acknowledged), ERR_OK);
    assert_int_equal(acknowledged, 0);
    w = writer_init(at, sizeof(at));
    gt06_write_frame(&w, true, 0x01, (struct bytes){0}, 1); /* long: no answer */
    assert_int_equal(gt06_device.read_ack(&s, writer_bytes(&w), &used, &acknowledged), ERR_OK);
    assert_int_equal(acknowledged, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_positions),
        cmocka_unit_test(test_positions_are_rounded),
        cmocka_unit_test(test_ends_of_ranges),
        cmocka_unit_test(test_beyond_the_format),
        cmocka_unit_test(test_times_beyond_the_format),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_ignition_and_late),
        cmocka_unit_test(test_alarms),
        cmocka_unit_test(test_alarm_with_everything),
        cmocka_unit_test(test_zone),
        cmocka_unit_test(test_login_without_an_imei),
        cmocka_unit_test(test_heartbeat),
        cmocka_unit_test(test_late_fixes_leave_the_heartbeat),
        cmocka_unit_test(test_buffer_too_small),
        cmocka_unit_test(test_acknowledgements),
        cmocka_unit_test(test_acknowledgements_go_around),
        cmocka_unit_test(test_answers_that_are_none),
    };
    return cmocka_run_group_tests_name("gt06_device", tests, NULL, NULL);
}
