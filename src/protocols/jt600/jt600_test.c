/*
 * JT600: which connections are of it, where frames end, what they say and how they are answered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/jt600/testing.h"

/* A record of a JT701D (version 19) or of another version, whose status is STATUS. */
#define HEAD(version)  "24 8000012345" version "11 0034" KIT_LOCATION
#define RECORD(status) "000004af 09 00000000" status "4b 1092 2866 1f"
#define TAIL           "00 01 00 00 0f0f0f0f0f0f0f0f 0000 01cc 01 07"
#define LOCK(status)   HEAD("13") RECORD(status) TAIL

static enum err detect(const char *text, size_t len, size_t *index)
{
    const struct protocol_question q = {
        .first = {(const uint8_t *)text, len}, .allowed = PROTOCOL_ALL, .hint = PROTOCOL_UNKNOWN};
    struct protocol_choice choice = {0};
    enum err e = protocol_choose(&q, &choice);
    *index = choice.index;
    return e;
}

static void test_sentences_are_told_from_those_of_padlocks(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t index;
    } rows[] = {
        {"(8000012345,P45,231126,", PROTOCOL_jt600},
        {"(8000012345,@JT)", PROTOCOL_jt600},
        {"(8000012345,W01,1", PROTOCOL_jt600},
        {"(8000012345,U02,231126", PROTOCOL_jt600},
        {"(8000012345,2,29,WLNET,5,2,", PROTOCOL_jt600},
        {"(8000012345,1,001,BASE,2,TIME)", PROTOCOL_jt808},
        {"(800001234567,1,001,BASE,2,TIME)", PROTOCOL_jt808},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t index = PROTOCOL_COUNT;
        enum err e = ERR_MORE;
        size_t len = 0;
        while (e == ERR_MORE && len < strlen(rows[i].text)) {
            e = detect(rows[i].text, ++len, &index);
        }
        assert_int_equal(e, ERR_OK);
        assert_int_equal(index, rows[i].index);
        assert_true(len <= 16);
    }
}

static void test_what_is_no_sentence_is_nobodys(void **state)
{
    (void)state;
    static const char *const rows[] = {"(800001234,P45)", "(80000123456)", "(8000012345,p45,1",
                                       "(8000012345;P45,1", "$HELLO,011200,A"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t index = 0;
        assert_int_equal(detect(rows[i], strlen(rows[i]), &index), ERR_MALFORMED);
    }
}

static void test_a_locked_lock_is_reported(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_hex(&kit, LOCK("20e0")), ERR_OK);
    const struct fix *f = &kit_one(&kit)->fix;
    assert_string_equal(kit.decoded.device_id, "8000012345");
    assert_int_equal(f->gps_time_s, KIT_TIME_S);
    assert_int_equal(f->lat_e7, 225000000);
    assert_int_equal(f->lon_e7, 1140000000);
    assert_int_equal(f->speed_kmh_e2, 3334);
    assert_int_equal(f->course_cdeg, 9000);
    assert_int_equal(f->odometer_m, 1199000);
    assert_int_equal(f->satellites, 9);
    assert_int_equal(f->battery_percent, 75);
    assert_int_equal(f->gsm, 31);
    assert_int_equal(f->lock, FIX_LOCK_LOCKED_IN);
    assert_int_equal(f->cell.mcc, 460);
    assert_int_equal(f->cell.mnc, 1);
    assert_int_equal(f->cell.lac, 0x2866);
    assert_int_equal(f->cell.cid, 0x1092);
    assert_int_equal(f->alarms, 0);
    assert_int_equal(f->flags & FIX_REUPLOAD, 0);
    assert_reply(&kit, "(P69,0,7)");
    kit_clear(&kit);
}

static void test_bits_of_the_status(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        enum fix_lock lock;
        alarm_set alarms;
    } rows[] = {
        {LOCK("0000"), FIX_LOCK_UNLOCKED_OUT, 0},
        {LOCK("0040"), FIX_LOCK_UNLOCKED_IN, 0},
        {LOCK("0080"), FIX_LOCK_LOCKED_OUT, 0},
        {LOCK("00c8"), FIX_LOCK_CUT, ALARM_BIT(ILLEGAL_UNLOCK)},
        {LOCK("08d0"), FIX_LOCK_LOCKED_IN, ALARM_BIT(LOW_BATTERY) | ALARM_BIT(VIBRATION)},
        {LOCK("02c0"), FIX_LOCK_LOCKED_IN, ALARM_BIT(ILLEGAL_UNLOCK)},
        {LOCK("04c0"), FIX_LOCK_LOCKED_IN, ALARM_BIT(ILLEGAL_UNLOCK)},
        {LOCK("10c0"), FIX_LOCK_LOCKED_IN, ALARM_BIT(COVER_OPEN)},
        {LOCK("00c6"), FIX_LOCK_LOCKED_IN, ALARM_BIT(GEOFENCE_ENTER) | ALARM_BIT(GEOFENCE_LEAVE)},
    };
    struct kit kit = kit_new();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(kit_hex(&kit, rows[i].hex), ERR_OK);
        assert_int_equal(kit_one(&kit)->fix.lock, rows[i].lock);
        assert_int_equal(kit_one(&kit)->fix.alarms, rows[i].alarms);
    }
    kit_clear(&kit);
}

static void test_a_cut_tells_the_state_beside_it(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_hex(&kit, LOCK("00c8")), ERR_OK);
    assert_extra_text(kit_one(&kit), EXTRA_LOCK_EVENT, 0, "Locked & Pole/Rope in Lock");
    kit_clear(&kit);
}

static void test_older_locks_get_p35_where_they_ask(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_hex(&kit, HEAD("11") RECORD("20e0") TAIL), ERR_OK);
    assert_reply(&kit, "(P35)");
    assert_int_equal(kit_hex(&kit, HEAD("11") RECORD("20c0") TAIL), ERR_OK);
    assert_false(kit.decoded.wants_reply);
    kit_clear(&kit);
}

static void test_a_tracker_has_no_lock(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    const char *frame = "24 8000012345 01 10 0023" KIT_LOCATION RECORD("00c1") "07";
    assert_int_equal(kit_hex(&kit, frame), ERR_OK);
    const struct fix *f = &kit_one(&kit)->fix;
    assert_int_equal(f->has & FIX_HAS_LOCK, 0);
    assert_int_equal(f->source, FIX_LBS);
    assert_int_equal(f->gsm, 31);
    kit_clear(&kit);
}

static void test_memory_and_charging(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    const char *frame =
        "24 8000012345 13 13 0034" KIT_LOCATION "000004af 09 00000000 20c0 ff 1092 2866 63" TAIL;
    assert_int_equal(kit_hex(&kit, frame), ERR_OK);
    const struct fix *f = &kit_one(&kit)->fix;
    assert_true((f->flags & FIX_REUPLOAD) != 0);
    assert_true((f->flags & FIX_CHARGING) != 0);
    assert_int_equal(f->has & (FIX_HAS_BATTERY_PERCENT | FIX_HAS_GSM), 0);
    kit_clear(&kit);
}

static void test_short_records(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    const char *one = "24 8000012345 11 0036" KIT_LOCATION "09 4b 00 0070 1092 2866 16" KIT_LOCATION
                      "08 4b 00 0071 1092 2866 15 2a";
    assert_int_equal(kit_hex(&kit, one), ERR_OK);
    assert_int_equal(kit.decoded.len, 2);
    assert_int_equal(kit.decoded.at[0].fix.altitude_dm, 1120);
    assert_int_equal(kit.decoded.at[1].fix.satellites, 8);
    assert_int_equal(kit.decoded.at[1].fix.gsm, 21);
    assert_false(kit.decoded.wants_reply);

    const char *two = "24 8000012345 23 001b" KIT_LOCATION "00 41 07 08 00 000004af 00 2a";
    assert_int_equal(kit_hex(&kit, two), ERR_OK);
    const struct fix *f = &kit_one(&kit)->fix;
    assert_int_equal(f->odometer_m, 1199000);
    assert_int_equal(f->alarms, ALARM_BIT(SOS) | ALARM_BIT(DISPLACEMENT));
    uint32_t on = FIX_IGNITION_ON | FIX_DOOR_OPEN | FIX_CHARGING | FIX_CUT_OFF | FIX_REUPLOAD;
    assert_int_equal(f->flags & on, on);

    const char *three = "24 8000012345 31 001b" KIT_LOCATION "00000000 f004af 000001 2a";
    assert_int_equal(kit_hex(&kit, three), ERR_OK);
    assert_int_equal(kit_one(&kit)->fix.odometer_m, 1199000);
    assert_true((kit_one(&kit)->fix.flags & FIX_IGNITION_ON) != 0);
    kit_clear(&kit);
}

static void test_frames_that_are_none(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "24",
        "24 80000a2345 13 11 0034" KIT_LOCATION RECORD("20e0") TAIL,
        "24 8000012345 13 11 0034 231126011a00 22300000 114000000f 12 2d" RECORD("20e0") TAIL,
        "24 8000012345 13 11 0034 231126011200 22300000 11400000af 12 2d" RECORD("20e0") TAIL,
        "24 8000012345 13 11 0033" KIT_LOCATION RECORD("20e0") TAIL,
        "24 8000012345 01 11 0022" KIT_LOCATION "000004af 09 00000000 20e0 4b 1092 2866 07",
        "24 8000012345 41 001b" KIT_LOCATION "00 41 07 08 00 000004af 00 2a",
        "24 8000012345 21 001c" KIT_LOCATION "00 41 07 08 00 000004af 00 00 2a",
    };
    struct kit kit = kit_new();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(kit_hex(&kit, rows[i]), ERR_MALFORMED);
        assert_int_equal(kit.decoded.len, 0);
        assert_int_equal(jt600_version(&kit.session), 0);
    }
    kit_clear(&kit);
}

/* An event with its source, result, card, whether the password was right, and wrong tries. */
#define EVENT(tail) "(8000012345,P45,231126,011200,22.50000,N,114.00000,E,A,36,90," tail ")"

static void test_events_of_a_lock(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum fix_lock lock;
    } rows[] = {
        {EVENT("1,98,0012345678,0,0,7,12"), FIX_LOCK_UNLOCKED_BY_CARD},
        {EVENT("1,3,0012345678,0,0,7,12"), FIX_LOCK_UNLOCKED_BY_CARD},
        {EVENT("1,0,0012345678,0,0,7,12"), FIX_LOCK_UNLOCK_REFUSED},
        {EVENT("1,99,0012345678,0,0,7,12"), FIX_LOCK_REFUSED_OUTSIDE},
        {EVENT("2,0,0012345678,0,0,7,12"), FIX_LOCK_UNKNOWN_CARD},
        {EVENT("3,0,0012345678,0,0,7,12"), FIX_LOCK_CARD_BOUND},
        {EVENT("4,1,0000000000,1,0,7,12"), FIX_LOCK_UNLOCKED_BY_COMMAND},
        {EVENT("4,0,0000000000,0,1,7,12"), FIX_LOCK_WRONG_PASSWORD},
        {EVENT("4,0,0000000000,1,1,7,12"), FIX_LOCK_UNLOCK_REFUSED},
        {EVENT("5,0,0000000000,0,0,7,12"), FIX_LOCK_LOCKED_IN},
        {EVENT("6,10,0000000000,1,0,7,12"), FIX_LOCK_UNLOCKED_BY_COMMAND},
        {EVENT("6,99,0000000000,1,0,7,12"), FIX_LOCK_REFUSED_OUTSIDE},
        {EVENT("7,1,0000000000,1,0,7,12,added"), FIX_LOCK_UNLOCKED_BY_BLUETOOTH},
        {EVENT("8,1,0000000000,1,0,7,12"), FIX_LOCK_NONE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        assert_int_equal(kit_text(&kit, rows[i].text), ERR_OK);
        const struct fix *f = &kit_one(&kit)->fix;
        assert_int_equal(f->lock, rows[i].lock);
        assert_int_equal(f->gps_time_s, KIT_TIME_S);
        assert_int_equal(f->lat_e7, 225000000);
        assert_int_equal(f->speed_kmh_e2, 3600);
        assert_int_equal(f->odometer_m, 12000);
        assert_int_equal(f->alarms_told, 0);
        assert_reply(&kit, "(P69,0,7)(P46)");
        kit_clear(&kit);
    }
}

static void test_an_event_tells_its_card(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_text(&kit, EVENT("1,98,0012345678,0,0,7,12")), ERR_OK);
    assert_extra_text(kit_one(&kit), EXTRA_CARD, 0, "0012345678");
    assert_extra(kit_one(&kit), EXTRA_UNLOCK_RESULT, 0, 98);
    assert_int_equal(kit_text(&kit, EVENT("4,1,0000000000,1,0,7,12")), ERR_OK);
    assert_no_extra(kit_one(&kit), EXTRA_CARD, 0);
    assert_extra(kit_one(&kit), EXTRA_UNLOCK_RESULT, 0, 1);
    assert_int_equal(kit_text(&kit, EVENT("5,0,0000000000,0,0,7,12")), ERR_OK);
    assert_no_extra(kit_one(&kit), EXTRA_UNLOCK_RESULT, 0);
    kit_clear(&kit);
}

static void test_events_are_answered_by_version(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_hex(&kit, LOCK("20e0")), ERR_OK);
    assert_int_equal(kit_text(&kit, EVENT("5,0,0000000000,0,0,300,12")), ERR_OK);
    assert_reply(&kit, "(P69,0,300)");
    assert_int_equal(kit_hex(&kit, HEAD("11") RECORD("20e0") TAIL), ERR_OK);
    assert_int_equal(kit_text(&kit, EVENT("5,0,0000000000,0,0,300,12")), ERR_OK);
    assert_reply(&kit, "(P46)");
    kit_clear(&kit);
}

static void test_a_repeat_says_the_same(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_hex(&kit, LOCK("20e0")), ERR_OK);
    struct fix live = kit_one(&kit)->fix;
    const char *again = "24 8000012345 13 13 0034" KIT_LOCATION RECORD(
        "20e0") "00 01 00 00 0f0f0f0f0f0f0f0f 0000 01cc 01 63";
    assert_int_equal(kit_hex(&kit, again), ERR_OK);
    assert_true(fix_is_repeat(&live, &kit_one(&kit)->fix));
    assert_reply(&kit, "(P69,0,99)");
    kit_clear(&kit);
}

static void test_events_that_are_none(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "(8000012345,P45)",
        EVENT("5,0,0000000000,0,0"),
        EVENT("5,0,0000000000,0,0,x"),
        EVENT("5,0,0000000000,0,0,65536"),
        "(8000012345,W01,1,E,x,N,A,231126,011200,1,2)",
        "(8000012345,U01,231126,011200,T,22.5,N,114.0,E,1,2)",
        "(8000012345,P52,2,)",
        "(8000012345,P52,2,123456789)",
        "(8000012345,P52,2,a\x01)",
        "(8000012345,2,29,WLNET,5,2,abc)",
        "(8000012345,)",
        "(8000012345,P01,\x01)",
    };
    struct kit kit = kit_new();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(kit_text(&kit, rows[i]), ERR_MALFORMED);
        assert_int_equal(kit.decoded.len, 0);
    }
    kit_clear(&kit);
}

static void test_reports_of_trackers(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_text(&kit, "(8000012345,U02,231126,011200,T,22.5,N,114.0,W,5.5,152,9,32%,"
                                    "00000000000011,10133,5173,22,100,1)"),
                     ERR_OK);
    const struct fix *f = &kit_one(&kit)->fix;
    assert_int_equal(f->lon_e7, -1140000000);
    assert_int_equal(f->speed_kmh_e2, 550);
    assert_int_equal(f->satellites, 9);
    assert_int_equal(f->battery_percent, 32);
    assert_int_equal(f->gsm, 22);
    assert_int_equal(f->odometer_m, 100000);
    assert_reply(&kit, "(S39)");
    assert_int_equal(kit_text(&kit, "(8000012345,U06,11,231126,011200,F,22.5,S,114.0,E,0,0,77%,"
                                    "0000,10133,5173,22,100,1)"),
                     ERR_OK);
    f = &kit_one(&kit)->fix;
    assert_int_equal(f->flags & FIX_VALID, 0);
    assert_int_equal(f->lat_e7, -225000000);
    assert_int_equal(f->has & FIX_HAS_SATELLITES, 0);
    assert_int_equal(f->battery_percent, 77);
    assert_int_equal(f->gsm, 22);
    assert_reply(&kit, "(S20)");
    assert_int_equal(kit_text(&kit, "(8000012345,W01,11404.6204,E,2232.9961,S,A,231126,011200,4,7,"
                                    "100,4,17,1,1,x)"),
                     ERR_OK);
    f = &kit_one(&kit)->fix;
    assert_int_equal(f->lat_e7, -225499350);
    assert_int_equal(f->lon_e7, 1140770067);
    assert_int_equal(f->gsm, 17);
    assert_false(kit.decoded.wants_reply);
    kit_clear(&kit);
}

static void test_sensors(void **state)
{
    (void)state;
    /* 27.5 degrees, 71 %; the serial 3d is written 3d 00, and 29 in the position 3d 14. */
    const char *frame = "28 38303030303132333435 2c322c32392c574c4e45542c352c322c"
                        "231126011200 22303d1400 114000000f 12 2d 231126011100 1190702002 3d00"
                        "0117 62 3c 01 0113 47 0000 00 29";
    struct kit kit = kit_new();
    assert_int_equal(kit_hex(&kit, frame), ERR_OK);
    const struct fix *f = &kit_one(&kit)->fix;
    assert_int_equal(f->gps_time_s, KIT_TIME_S);
    assert_int_equal(f->temperature_count, 1);
    assert_int_equal(f->temperature_c_e2[0], 2750);
    assert_extra(kit_one(&kit), EXTRA_HUMIDITY, 0, 7100);
    assert_reply(&kit, "(P69,0,61)");
    kit_clear(&kit);
}

static void test_the_time_is_told_to_everybody(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_text(&kit, "(8000012345,P22,2)"), ERR_OK);
    assert_int_equal(kit_one(&kit)->kind, MESSAGE_OTHER);
    assert_reply(&kit, "(P22,231126011200)");
    assert_true(bytes_eq(kit_reply(&kit, OUTCOME_UNREGISTERED), "(P22,231126011200)"));
    assert_int_equal(kit_reply(&kit, OUTCOME_REFUSED).len, 0);
    assert_int_equal(kit_text(&kit, "(8000012345,P22,1)"), ERR_OK);
    assert_false(kit.decoded.wants_reply);
    kit_clear(&kit);
}

static void test_data_is_answered_once_it_is_stored(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    static const char *const rows[] = {LOCK("20e0"), HEAD("11") RECORD("20e0") TAIL};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(kit_hex(&kit, rows[i]), ERR_OK);
        assert_int_equal(kit_reply(&kit, OUTCOME_UNREGISTERED).len, 0);
        assert_int_equal(kit_reply(&kit, OUTCOME_REFUSED).len, 0);
    }
    kit_clear(&kit);
}

static void test_a_dynamic_password_comes_back_and_is_not_kept(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_text(&kit, "(8000012345,P52,2,113355)"), ERR_OK);
    assert_int_equal(kit_one(&kit)->kind, MESSAGE_OTHER);
    assert_int_equal(kit_one(&kit)->text.len, 0);
    assert_reply(&kit, "(P52,2,113355)");
    kit_clear(&kit);
}

static void test_answers_to_commands(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *kept;
        uint16_t message_id;
        enum answer_result result;
    } rows[] = {
        {"(8000012345,P43,1,0)", "P43,1,0", 43, ANSWER_DONE},
        {"(8000012345,P43,0,2)", "P43,0,2", 43, ANSWER_REFUSED},
        {"(8000012345,P44,1)", "P44,1", 44, ANSWER_DONE},
        {"(8000012345,P44,0)", "P44,0", 44, ANSWER_REFUSED},
        {"(8000012345,P44,123456)", "P44,******", 44, ANSWER_DONE},
        {"(8000012345,P52,0,000000,113355)", "P52,0,******,******", 52, ANSWER_DONE},
        {"(8000012345,P52,3,1,0)", "P52,3,1,0", 52, ANSWER_DONE},
        {"(8000012345,P52,3,0,4)", "P52,3,0,4", 52, ANSWER_REFUSED},
        {"(8000012345,P01,JT701D_V1,41%)", "P01,JT701D_V1,41%", 1, ANSWER_DONE},
        {"(8000012345,S07,0)", "S07,0", 0, ANSWER_DONE},
    };
    struct kit kit = kit_new();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(kit_text(&kit, rows[i].text), ERR_OK);
        const struct message *m = kit_one(&kit);
        assert_int_equal(m->kind, MESSAGE_RESPONSE);
        assert_true(bytes_eq(m->text, rows[i].kept));
        assert_int_equal(m->answer.message_id, rows[i].message_id);
        assert_int_equal(m->answer.result, rows[i].result);
        assert_int_equal(m->answer.tie, 0);
        assert_false(kit.decoded.wants_reply);
    }
    kit_clear(&kit);
}

static void test_the_sim_card_is_an_answer_and_a_report(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_text(&kit, "(8000012345,P68,460001234567890,89860012345678901234)"),
                     ERR_OK);
    assert_int_equal(kit.decoded.len, 2);
    assert_string_equal(kit.decoded.at[0].fix.iccid, "89860012345678901234");
    assert_int_equal(kit.decoded.at[1].kind, MESSAGE_RESPONSE);
    kit_clear(&kit);
}

static void test_a_stream_goes_on_behind_noise(void **state)
{
    (void)state;
    const char *text = "$$$$(80000(8000012345,@JT)";
    struct bytes in = bytes_of_text(text);
    struct bytes frame = {0};
    size_t used = 0;
    enum err found = protocol_jt600.split(in, &frame, &used);
    assert_int_equal(found, ERR_MALFORMED);
    assert_int_equal(protocol_pass_over(&protocol_jt600, in, found, true, &used), ERR_OK);
    assert_int_equal(used, 10);
    struct bytes rest = bytes_slice(in, used, SIZE_MAX);
    assert_int_equal(protocol_jt600.split(rest, &frame, &used), ERR_OK);
    assert_true(bytes_eq(frame, "(8000012345,@JT)"));
}

static void test_an_endless_sentence_is_too_long(void **state)
{
    (void)state;
    uint8_t at[JT600_FRAME_MAX + 1];
    memset(at, '1', sizeof(at));
    at[0] = '(';
    struct bytes frame = {0};
    size_t used = 0;
    assert_int_equal(protocol_jt600.split((struct bytes){at, JT600_FRAME_MAX - 1}, &frame, &used),
                     ERR_MORE);
    assert_int_equal(protocol_jt600.split((struct bytes){at, sizeof(at)}, &frame, &used),
                     ERR_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences_are_told_from_those_of_padlocks),
        cmocka_unit_test(test_what_is_no_sentence_is_nobodys),
        cmocka_unit_test(test_a_locked_lock_is_reported),
        cmocka_unit_test(test_bits_of_the_status),
        cmocka_unit_test(test_a_cut_tells_the_state_beside_it),
        cmocka_unit_test(test_older_locks_get_p35_where_they_ask),
        cmocka_unit_test(test_a_tracker_has_no_lock),
        cmocka_unit_test(test_memory_and_charging),
        cmocka_unit_test(test_short_records),
        cmocka_unit_test(test_frames_that_are_none),
        cmocka_unit_test(test_events_of_a_lock),
        cmocka_unit_test(test_an_event_tells_its_card),
        cmocka_unit_test(test_events_are_answered_by_version),
        cmocka_unit_test(test_a_repeat_says_the_same),
        cmocka_unit_test(test_events_that_are_none),
        cmocka_unit_test(test_reports_of_trackers),
        cmocka_unit_test(test_sensors),
        cmocka_unit_test(test_the_time_is_told_to_everybody),
        cmocka_unit_test(test_data_is_answered_once_it_is_stored),
        cmocka_unit_test(test_a_dynamic_password_comes_back_and_is_not_kept),
        cmocka_unit_test(test_answers_to_commands),
        cmocka_unit_test(test_the_sim_card_is_an_answer_and_a_report),
        cmocka_unit_test(test_a_stream_goes_on_behind_noise),
        cmocka_unit_test(test_an_endless_sentence_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
