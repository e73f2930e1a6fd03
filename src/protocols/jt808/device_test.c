/*
 * The device's side of JT/T 808: what it encodes decodes to the same, and what it takes for
 * acknowledged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "protocols/jt808/testing.h"

enum { OUT_SIZE = 64 * 1024 };

/* A device, what it sent last, and the server's session. */
struct pair {
    struct kit kit;
    struct session device;
    uint8_t out[OUT_SIZE];
    struct bytes sent;
};

static struct pair *pair_new(const char *device_id)
{
    struct pair *p = calloc(1, sizeof(*p));
    assert_non_null(p);
    p->kit = kit_new();
    p->device = protocol_session(&protocol_jt808);
    bytes_to_text(bytes_of_text(device_id), p->device.device_id, sizeof(p->device.device_id));
    return p;
}

static void pair_free(struct pair *p)
{
    kit_clear(&p->kit);
    free(p);
}

static enum err encode(struct pair *p, const struct encode_request *what)
{
    struct writer w = writer_init(p->out, sizeof(p->out));
    enum err e = jt808_device.encode(&p->device, what, &w);
    p->sent = writer_bytes(&w);
    return e;
}

/* Takes the next frame of p->sent and decodes it. */
static void decode_next(struct pair *p)
{
    struct bytes frame = {0};
    size_t used = 0;
    assert_int_equal(protocol_jt808.split(p->sent, &frame, &used), ERR_OK);
    assert_int_equal(kit_decode(&p->kit, frame), ERR_OK);
    p->sent = bytes_slice(p->sent, used, SIZE_MAX);
}

/* Hands the server's answer to the frame decoded last to the device. */
static size_t answer(struct pair *p, enum outcome outcome)
{
    uint8_t at[PROTOCOL_REPLY_MAX];
    struct writer w = writer_init(at, sizeof(at));
    protocol_jt808.reply(&p->kit.session, &p->kit.decoded.hint, outcome, KIT_TIME_S, &w);
    struct bytes left = writer_bytes(&w);
    size_t acknowledged = 0;
    size_t used = 0;
    if (left.len == 0) {
        return 0;
    }
    for (size_t n = 0; n < left.len; n++) {
        assert_int_equal(
            jt808_device.read_ack(&p->device, bytes_slice(left, 0, n), &used, &acknowledged),
            ERR_MORE);
    }
    assert_int_equal(jt808_device.read_ack(&p->device, left, &used, &acknowledged), ERR_OK);
    assert_int_equal(used, left.len);
    return acknowledged;
}

static void test_login(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "1",
        "013912345678",
        "999999999999",
        "123456789012347",
        "123456789012345",
        "0013912345678",
        "12345678901234567890",
        "000000000000000",
    };
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct pair *p = pair_new(ids[i]);
        assert_int_equal(encode(p, &(struct encode_request){.kind = ENCODE_LOGIN}), ERR_OK);
        for (int frame = 0; frame < 2; frame++) {
            decode_next(p);
            assert_int_equal(p->kit.decoded.at[0].kind, MESSAGE_LOGIN);
            assert_string_equal(device_id_key(p->kit.decoded.device_id), device_id_key(ids[i]));
            assert_int_equal(answer(p, OUTCOME_UNREGISTERED), 1);
        }
        assert_int_equal(p->sent.len, 0);
        pair_free(p);
    }
}

static void test_ids_that_do_not_fit(void **state)
{
    (void)state;
    static const char *const ids[] = {"", "A1", "12345678901x", "123456789012345678901", "-1"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct pair *p = pair_new(ids[i]);
        assert_int_equal(encode(p, &(struct encode_request){.kind = ENCODE_LOGIN}), ERR_INVALID);
        assert_int_equal(p->sent.len, 0);
        pair_free(p);
    }
}

static void test_heartbeat(void **state)
{
    (void)state;
    struct pair *p = pair_new("013912345678");
    assert_int_equal(encode(p, &(struct encode_request){.kind = ENCODE_HEARTBEAT}), ERR_OK);
    decode_next(p);
    assert_int_equal(p->kit.decoded.at[0].kind, MESSAGE_HEARTBEAT);
    assert_int_equal(has_of(&p->kit.decoded.at[0].fix), 0);
    assert_int_equal(answer(p, OUTCOME_REFUSED), 1);
    pair_free(p);
}

/* ---- fixes ---- */

static void expect_round_trip(const struct fix *fix)
{
    struct pair *p = pair_new("013912345678");
    struct encode_request what = {.kind = ENCODE_FIXES, .fixes = fix, .count = 1};
    assert_int_equal(encode(p, &what), ERR_OK);
    decode_next(p);
    assert_int_equal(p->sent.len, 0);
    assert_int_equal(p->kit.decoded.len, 1);
    assert_fix(&p->kit.decoded.at[0].fix, fix);
    assert_int_equal(answer(p, OUTCOME_UNREGISTERED), 0);
    assert_int_equal(answer(p, OUTCOME_STORED), 1);
    pair_free(p);
}

static void test_ends_of_ranges(void **state)
{
    (void)state;
    static const struct {
        int64_t time_s;
        int32_t lat_e7;
        int32_t lon_e7;
        int32_t altitude_dm;
        uint32_t speed_kmh_e2;
        uint16_t course_cdeg;
    } rows[] = {
        {INT64_C(946656000), 900000000, 1800000000, 327670, 200000, 35900}, /* 2000 in GMT+8 */
        {INT64_C(4102415999), -900000000, -1800000000, -327680, 0, 0},      /* 2099 in GMT+8 */
        {KIT_TIME_S, 10, -10, 0, 10, 100},
        {KIT_TIME_S, 899999990, 1799999990, -10, 199990, 18000},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int valid = 0; valid < 2; valid++) {
            struct fix fix = plain_fix();
            fix.flags &= ~(uint32_t)FIX_VALID;
            fix.gps_time_s = rows[i].time_s;
            fix_set_position(&fix, rows[i].lat_e7, rows[i].lon_e7, valid != 0);
            fix_set_altitude_dm(&fix, rows[i].altitude_dm);
            fix_set_speed_kmh_e2(&fix, rows[i].speed_kmh_e2);
            fix_set_course_cdeg(&fix, rows[i].course_cdeg);
            expect_round_trip(&fix);
        }
    }
}

static void test_times_that_do_not_fit(void **state)
{
    (void)state;
    static const int64_t times_s[] = {INT64_C(946655999), INT64_C(4102416000), 0};
    for (size_t i = 0; i < sizeof(times_s) / sizeof(times_s[0]); i++) {
        struct pair *p = pair_new("013912345678");
        struct fix fixes[2] = {plain_fix(), plain_fix()};
        fixes[1].gps_time_s = times_s[i];
        struct encode_request what = {.kind = ENCODE_FIXES, .fixes = fixes, .count = 2};
        assert_int_equal(encode(p, &what), ERR_INVALID);
        assert_int_equal(p->sent.len, 0);
        pair_free(p);
    }
}

static void test_no_time_no_place(void **state)
{
    (void)state;
    struct fix fix = plain_fix();
    fix.has &= ~(uint32_t)(FIX_HAS_TIME | FIX_HAS_POSITION);
    fix.flags &= ~(uint32_t)FIX_VALID;
    fix.gps_time_s = 0;
    fix.lat_e7 = 0;
    fix.lon_e7 = 0;
    expect_round_trip(&fix);
}

static void test_rounding(void **state)
{
    (void)state;
    struct pair *p = pair_new("013912345678");
    struct fix fix = plain_fix();
    fix.lat_e7 = -285000005;
    fix.lon_e7 = 392000004;
    fix.altitude_dm = -375;
    fix.speed_kmh_e2 = 4555;
    fix.course_cdeg = 35950;
    fix_set_odometer_m(&fix, 123499);
    fix_set_temperature(&fix, 0, -235);
    struct encode_request what = {.kind = ENCODE_FIXES, .fixes = &fix, .count = 1};
    assert_int_equal(encode(p, &what), ERR_OK);
    decode_next(p);
    const struct fix *got = &p->kit.decoded.at[0].fix;
    assert_int_equal(got->lat_e7, -285000010);
    assert_int_equal(got->lon_e7, 392000000);
    assert_int_equal(got->altitude_dm, -380);
    assert_int_equal(got->speed_kmh_e2, 4560);
    assert_int_equal(got->course_cdeg, 0);
    assert_int_equal(got->odometer_m, 123400);
    assert_int_equal(got->temperature_c_e2[0], -240);
    pair_free(p);
}

static void test_altitude_saturates(void **state)
{
    (void)state;
    static const int32_t altitudes_dm[][2] = {{1000000, 327670}, {-1000000, -327680}};
    for (size_t i = 0; i < 2; i++) {
        struct pair *p = pair_new("013912345678");
        struct fix fix = plain_fix();
        fix.altitude_dm = altitudes_dm[i][0];
        struct encode_request what = {.kind = ENCODE_FIXES, .fixes = &fix, .count = 1};
        assert_int_equal(encode(p, &what), ERR_OK);
        decode_next(p);
        assert_int_equal(p->kit.decoded.at[0].fix.altitude_dm, altitudes_dm[i][1]);
        pair_free(p);
    }
}

static void set_all(struct fix *f)
{
    static const uint8_t mac[6] = {0x7e, 0x7d, 2, 3, 4, 5};
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, false);
    fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, true);
    fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, true);
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, true);
    fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, true);
    fix_set_odometer_m(f, UINT64_C(9999999900));
    fix_set_fuel_ml(f, 3276700);
    fix_set_gsm(f, 31);
    fix_set_satellites(f, 255);
    fix_set_power_mv(f, UINT32_MAX);
    fix_set_battery_mv(f, UINT16_MAX);
    fix_set_battery_percent(f, 100);
    fix_set_iccid(f, "89550000000012345678");
    for (unsigned i = 0; i < FIX_TEMPERATURES_MAX; i++) {
        fix_set_temperature(f, i, i == 3 ? -27310 : 32760);
    }
    fix_set_cell(f, (struct cell){UINT16_MAX, UINT16_MAX, UINT32_MAX, UINT32_MAX});
    for (unsigned i = 0; i < FIX_WIFI_MAX; i++) {
        fix_add_wifi(f, mac, i % 2 == 0 ? -128 : 127);
    }
    fix_set_lock(f, FIX_LOCK_OFF);
    f->alarms = ALARM_BIT(SOS) | ALARM_BIT(OVERSPEED) | ALARM_BIT(FATIGUE) |
                ALARM_BIT(GPS_ANTENNA) | ALARM_BIT(LOW_BATTERY) | ALARM_BIT(POWER_OFF) |
                ALARM_BIT(VIBRATION) | ALARM_BIT(COVER_OPEN) | ALARM_BIT(DISPLACEMENT) |
                ALARM_BIT(COLLISION) | ALARM_BIT(ROLLOVER) | ALARM_BIT(REMOVAL) |
                ALARM_BIT(HARSH_ACCELERATION) | ALARM_BIT(HARSH_BRAKING) |
                ALARM_BIT(HARSH_CORNERING) | ALARM_BIT(GEOFENCE_ENTER) | ALARM_BIT(GEOFENCE_LEAVE);
}

static void test_everything_at_once(void **state)
{
    (void)state;
    struct fix fix = plain_fix();
    set_all(&fix);
    expect_round_trip(&fix);
}

/* Each alarm alone; those without a counterpart are left out and stay so. */
static void test_alarms(void **state)
{
    (void)state;
    const alarm_set not_said = ALARM_BIT(INTERRUPTED) | ALARM_BIT(TEMPERATURE) |
                               ALARM_BIT(ILLEGAL_UNLOCK) | ALARM_BIT(FUEL_DRAIN) | ALARMS_OF_SIM;
    for (unsigned type = 0; type < ALARM_COUNT; type++) {
        struct pair *p = pair_new("013912345678");
        struct fix fix = plain_fix();
        fix.alarms = UINT32_C(1) << type;
        struct encode_request what = {.kind = ENCODE_FIXES, .fixes = &fix, .count = 1};
        assert_int_equal(encode(p, &what), ERR_OK);
        decode_next(p);
        assert_int_equal(p->kit.decoded.at[0].fix.alarms, fix.alarms & ~not_said);
        pair_free(p);
    }
}

static void test_locks(void **state)
{
    (void)state;
    static const enum fix_lock said[] = {
        FIX_LOCK_ON,
        FIX_LOCK_OFF,
        FIX_LOCK_SEALED,
        FIX_LOCK_UNSEALED,
        FIX_LOCK_UNLOCKED_BY_CARD,
        FIX_LOCK_UNLOCKED_BY_PASSWORD,
        FIX_LOCK_UNLOCK_REFUSED,
    };
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        struct fix fix = plain_fix();
        fix_set_lock(&fix, said[i]);
        expect_round_trip(&fix);
    }
}

/* What stands alone is as good as what stands with others. */
static void test_single_members(void **state)
{
    (void)state;
    struct fix all = plain_fix();
    set_all(&all);
    struct fix fix = plain_fix();
    fix_set_fuel_ml(&fix, 3277000); /* from here on whole litres */
    expect_round_trip(&fix);
    fix = plain_fix();
    fix_set_fuel_ml(&fix, 32767000);
    expect_round_trip(&fix);
    fix = plain_fix();
    fix_set_temperature(&fix, 0, 0);
    expect_round_trip(&fix);
    fix = plain_fix();
    fix_set_temperature(&fix, 1, -10);
    expect_round_trip(&fix);
    fix = plain_fix();
    fix_set_battery_percent(&fix, 0);
    expect_round_trip(&fix);
    fix = plain_fix();
    fix_set_switch(&fix, FIX_HAS_CHARGING, FIX_CHARGING, false);
    expect_round_trip(&fix);
    fix = plain_fix();
    fix_set_iccid(&fix, "8955");
    expect_round_trip(&fix);
    fix = plain_fix();
    fix_set_battery_mv(&fix, 0);
    expect_round_trip(&fix);
}

/* Many fixes go into as few batches as bodies hold, late ones apart, and none is lost. */
static void test_batches(void **state)
{
    (void)state;
    enum { COUNT = 40, FIRST_LATE = 25 };
    struct pair *p = pair_new("013912345678");
    struct fix fixes[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        fixes[i] = plain_fix();
        fixes[i].gps_time_s += (int64_t)i;
        fixes[i].flags |= i >= FIRST_LATE ? FIX_REUPLOAD : 0;
        if (i % 7 == 0) {
            set_all(&fixes[i]);
        }
    }
    struct encode_request what = {.kind = ENCODE_FIXES, .fixes = fixes, .count = COUNT};
    assert_int_equal(encode(p, &what), ERR_OK);
    size_t done = 0;
    size_t frames = 0;
    while (p->sent.len > 0) {
        decode_next(p);
        for (size_t i = 0; i < p->kit.decoded.len; i++) {
            assert_true(done < COUNT);
            assert_fix(&p->kit.decoded.at[i].fix, &fixes[done]);
            assert_int_equal(p->kit.decoded.at[i].fix.flags, fixes[done].flags);
            done++;
        }
        assert_int_equal(answer(p, OUTCOME_STORED), 1);
        frames++;
    }
    assert_int_equal(done, COUNT);
    assert_in_range(frames, 3, 5);
    pair_free(p);
}

static void test_one_late_fix(void **state)
{
    (void)state;
    struct pair *p = pair_new("013912345678");
    struct fix fix = plain_fix();
    fix.flags |= FIX_REUPLOAD;
    struct encode_request what = {.kind = ENCODE_FIXES, .fixes = &fix, .count = 1};
    assert_int_equal(encode(p, &what), ERR_OK);
    decode_next(p);
    assert_int_equal(p->kit.decoded.at[0].fix.flags & FIX_REUPLOAD, FIX_REUPLOAD);
    what.count = 0;
    assert_int_equal(encode(p, &what), ERR_OK);
    assert_int_equal(p->sent.len, 0);
    pair_free(p);
}

static void test_no_room(void **state)
{
    (void)state;
    struct pair *p = pair_new("013912345678");
    struct fix fix = plain_fix();
    struct encode_request what = {.kind = ENCODE_FIXES, .fixes = &fix, .count = 1};
    assert_int_equal(encode(p, &what), ERR_OK);
    size_t len = p->sent.len;
    struct session before = p->device;
    for (size_t room = 0; room < len; room++) {
        struct writer w = writer_init(p->out, room);
        assert_int_equal(jt808_device.encode(&p->device, &what, &w), ERR_TOO_LONG);
        assert_memory_equal(p->device.own, before.own, sizeof(before.own));
    }
    pair_free(p);
}

/* ---- answers ---- */

/* An answer of the server in kit->bytes. */
static void write_answer(struct pair *p, uint16_t id, const char *body_hex)
{
    kit_frame(&p->kit, id, body_hex);
}

static size_t read_answer(struct pair *p)
{
    size_t used = 0;
    size_t acknowledged = 99;
    assert_int_equal(jt808_device.read_ack(&p->device, p->kit.bytes, &used, &acknowledged), ERR_OK);
    assert_int_equal(used, p->kit.bytes.len);
    return acknowledged;
}

static void send_heartbeats(struct pair *p, int count)
{
    for (int i = 0; i < count; i++) {
        assert_int_equal(encode(p, &(struct encode_request){.kind = ENCODE_HEARTBEAT}), ERR_OK);
    }
}

/* Answers that overtake count once those before them are there. */
static void test_answers_out_of_order(void **state)
{
    (void)state;
    struct pair *p = pair_new("013912345678");
    send_heartbeats(p, 4);
    write_answer(p, JT808_GENERAL_REPLY, "0002 0002 00");
    assert_int_equal(read_answer(p), 0);
    write_answer(p, JT808_GENERAL_REPLY, "0000 0002 00");
    assert_int_equal(read_answer(p), 1);
    assert_int_equal(read_answer(p), 0); /* the same again */
    write_answer(p, JT808_GENERAL_REPLY, "0001 0002 00");
    assert_int_equal(read_answer(p), 2);
    write_answer(p, JT808_GENERAL_REPLY, "0004 0002 00"); /* not sent yet */
    assert_int_equal(read_answer(p), 0);
    write_answer(p, JT808_GENERAL_REPLY, "0003 0002 00");
    assert_int_equal(read_answer(p), 1);
    pair_free(p);
}

static void test_answers_that_do_not_count(void **state)
{
    (void)state;
    static const struct {
        uint16_t id;
        const char *body;
    } rows[] = {
        {JT808_GENERAL_REPLY, "0000 0002 01"},
        {JT808_GENERAL_REPLY, "0000 0002 03"},
        {JT808_GENERAL_REPLY, "0000 0002"},
        {JT808_GENERAL_REPLY, ""},
        {JT808_REGISTER_REPLY, "0000 01"},
        {JT808_REGISTER_REPLY, "0000"},
        {0x8103, "0000 0000 00"},
    };
    struct pair *p = pair_new("013912345678");
    send_heartbeats(p, 1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        write_answer(p, rows[i].id, rows[i].body);
        assert_int_equal(read_answer(p), 0);
    }
    p->kit.bytes = bytes_of_text("(013912345678,1,001,BASE,2,20261123011200)");
    assert_int_equal(read_answer(p), 0);
    write_answer(p, JT808_REGISTER_REPLY, "0000 00 3031");
    assert_int_equal(read_answer(p), 1);
    pair_free(p);
}

static void test_answers_that_are_broken(void **state)
{
    (void)state;
    struct pair *p = pair_new("013912345678");
    size_t used = 0;
    size_t acknowledged = 0;
    send_heartbeats(p, 1);
    write_answer(p, JT808_GENERAL_REPLY, "0000 0002 00");
    p->kit.frame[14] ^= 1;
    assert_int_equal(jt808_device.read_ack(&p->device, p->kit.bytes, &used, &acknowledged),
                     ERR_CHECKSUM);
    assert_int_equal(acknowledged, 0);
    pair_free(p);
}

/* The serial runs over after 65535 frames. */
static void test_serial_runs_over(void **state)
{
    (void)state;
    struct pair *p = pair_new("013912345678");
    for (uint32_t i = 0; i < 65536 + 3; i++) {
        char body[16];
        send_heartbeats(p, 1);
        (void)snprintf(body, sizeof(body), "%04x 0002 00", (unsigned)(i & 0xffffU));
        write_answer(p, JT808_GENERAL_REPLY, body);
        assert_int_equal(read_answer(p), 1);
    }
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_login),
        cmocka_unit_test(test_ids_that_do_not_fit),
        cmocka_unit_test(test_heartbeat),
        cmocka_unit_test(test_ends_of_ranges),
        cmocka_unit_test(test_times_that_do_not_fit),
        cmocka_unit_test(test_no_time_no_place),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_altitude_saturates),
        cmocka_unit_test(test_everything_at_once),
        cmocka_unit_test(test_alarms),
        cmocka_unit_test(test_locks),
        cmocka_unit_test(test_single_members),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_one_late_fix),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_answers_out_of_order),
        cmocka_unit_test(test_answers_that_do_not_count),
        cmocka_unit_test(test_answers_that_are_broken),
        cmocka_unit_test(test_serial_runs_over),
    };
    return cmocka_run_group_tests_name("jt808_device", tests, NULL, NULL);
}
