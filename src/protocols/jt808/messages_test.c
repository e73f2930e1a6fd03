/*
 * JT/T 808 messages other than items: locations and what carries them, uplinks, texts, Jointech.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/jt808/testing.h"

/* Decodes `id` with `body_hex` cut off at every length: refused below `need`, taken from it on. */
static void expect_need(uint16_t id, const char *body_hex, size_t need)
{
    uint8_t body[256];
    struct bytes whole = bytes_of_hex(body_hex, body, sizeof(body));
    for (size_t n = 0; n <= whole.len; n++) {
        struct kit kit = kit_new();
        struct jt808_message m = plain_message(id);
        m.body = bytes_slice(whole, 0, n);
        kit_write(&kit, &m);
        assert_int_equal(kit_decode(&kit, kit.bytes), n < need ? ERR_MALFORMED : ERR_OK);
        assert_int_equal(kit.decoded.len == 0, n < need);
        kit_clear(&kit);
    }
}

static void test_bodies_cut_off(void **state)
{
    (void)state;
    expect_need(0x0001, "0001 8103 00", 5);
    expect_need(0x0002, "", 0);
    expect_need(0x0104, "0001 01 00000010 02 3132", 10);
    expect_need(0x0107,
                "0001 0000000000 0000000000000000000000000000000000000000 00000000000000"
                "89550000000012345678",
                44);
    expect_need(0x0200, KIT_BODY, 28);
    expect_need(0x0201, "0001" KIT_BODY, 30);
    expect_need(0x0500, "0001" KIT_BODY, 30);
    expect_need(0x0700, "0001 02", 3);
    expect_need(0x0701, "00000002 4f4b", 6);
    expect_need(0x1300, "0001", 2);
    expect_need(0x6006, "00", 1);
    expect_need(0x0900, "41", 1);
    expect_need(0x0900, "53" KIT_STATUS KIT_PLACE KIT_MOTION KIT_TIME, 25);
    expect_need(0x0900, "ff" KIT_TIME KIT_PLACE, 15);
    expect_need(0x5501,
                "231126011200 22301234 1135012347 05 2d 1c 06 00000007 5a 00000000 0000 03"
                "0000 0000",
                35);
}

/* Of a diagnosis the parts before the place are counted; all must be there. */
static void test_diagnosis_cut_off(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "f0" KIT_TIME "00 02 01 01 0530 02 3520" KIT_STATUS KIT_PLACE,
        "f0" KIT_TIME
        "00 02 02 0001 ffffffff 0001 00000420 00000001 0002 5030" KIT_STATUS KIT_PLACE,
        "f0" KIT_TIME "00 02 03 01 1b 00" KIT_STATUS KIT_PLACE,
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        uint8_t body[128];
        expect_need(0x0900, bodies[i], bytes_of_hex(bodies[i], body, sizeof(body)).len);
    }
}

/* ---- locations ---- */

static void test_status_bits(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        uint32_t flags;
    } rows[] = {
        {"00000000", 0},           {"00000001", FIX_IGNITION_ON}, {"00000002", FIX_VALID},
        {"00000400", FIX_CUT_OFF}, {"00010000", FIX_DOOR_OPEN},   {"04000000", FIX_CHARGING},
        {"fbfefbf0", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        char body[128];
        join_text(body, sizeof(body), "00000000", rows[i].status, KIT_PLACE KIT_MOTION KIT_TIME);
        const struct fix *f = &kit_one(&kit, JT808_LOCATION, body)->fix;
        assert_int_equal(f->flags, rows[i].flags);
        assert_int_equal((f->has & FIX_HAS_CHARGING) != 0, rows[i].flags == FIX_CHARGING);
        assert_int_equal(f->has & FIX_HAS_IGNITION, FIX_HAS_IGNITION);
        kit_clear(&kit);
    }
}

/* South and west, and the ends of the earth: beyond them there is no position. */
static void test_places(void **state)
{
    (void)state;
    static const struct {
        const char *place; /* with its status */
        bool is_one;
        int32_t lat_e7;
        int32_t lon_e7;
    } rows[] = {
        {"00000002 01b2e020 02562500", true, 285000000, 392000000},
        {"00000006 01b2e020 02562500", true, -285000000, 392000000},
        {"0000000a 01b2e020 02562500", true, 285000000, -392000000},
        {"0000000c 01b2e020 02562500", true, -285000000, -392000000},
        {"00000002 055d4a80 0aba9500", true, 900000000, 1800000000},
        {"0000000e 055d4a80 0aba9500", true, -900000000, -1800000000},
        {"00000002 055d4a81 0aba9500", false, 0, 0},
        {"00000002 055d4a80 0aba9501", false, 0, 0},
        {"0000000e ffffffff ffffffff", false, 0, 0},
        {"00000000 00000000 00000000", false, 0, 0},
        {"00000002 00000000 00000000", false, 0, 0}, /* no place, whatever its bit */
        {"00000000 00000000 00000001", true, 0, 10},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        char body[128];
        join_text(body, sizeof(body), "00000000", rows[i].place, KIT_MOTION KIT_TIME);
        const struct fix *f = &kit_one(&kit, JT808_LOCATION, body)->fix;
        assert_int_equal((f->has & FIX_HAS_POSITION) != 0, rows[i].is_one);
        assert_int_equal(f->lat_e7, rows[i].lat_e7);
        assert_int_equal(f->lon_e7, rows[i].lon_e7);
        kit_clear(&kit);
    }
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        const char *time;
        int16_t utc_offset_min;
        int64_t want_s; /* 0: none */
    } rows[] = {
        {KIT_TIME, 480, KIT_TIME_S},
        {KIT_TIME, 0, KIT_TIME_S + INT64_C(28800)},
        {KIT_TIME, -210, KIT_TIME_S + INT64_C(41400)},
        {"000101000000", 480, INT64_C(946656000)},
        {"991231235959", 480, INT64_C(4102415999)},
        {"280229000000", 0, INT64_C(1835395200)},
        {"270229000000", 0, 0},
        {"000000000000", 480, 0},
        {"261323091200", 480, 0},
        {"261100091200", 480, 0},
        {"261123241200", 480, 0},
        {"261123096000", 480, 0},
        {"261123091260", 480, 0},
        {"a61123091200", 480, 0},
        {"26112309120a", 480, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        char body[128];
        join_text(body, sizeof(body), "00000000", KIT_STATUS KIT_PLACE KIT_MOTION, rows[i].time);
        kit.session.utc_offset_min = rows[i].utc_offset_min;
        const struct fix *f = &kit_one(&kit, JT808_LOCATION, body)->fix;
        assert_int_equal((f->has & FIX_HAS_TIME) != 0, rows[i].want_s != 0);
        assert_int_equal(f->gps_time_s, rows[i].want_s);
        kit_clear(&kit);
    }
}

static void test_motion(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    const struct fix *f =
        &kit_one(&kit, JT808_LOCATION, "00000000" KIT_STATUS KIT_PLACE "8000 4e20 ffff" KIT_TIME)
             ->fix;
    assert_int_equal(f->altitude_dm, -327680);
    assert_int_equal(f->speed_kmh_e2, 200000);
    assert_int_equal(f->course_cdeg, 65535 % 360 * 100);
    f = &kit_one(&kit, JT808_LOCATION, "00000000" KIT_STATUS KIT_PLACE "7fff 4e21 0168" KIT_TIME)
             ->fix;
    assert_int_equal(f->altitude_dm, 327670);
    assert_int_equal(f->has & FIX_HAS_SPEED, 0); /* faster than anything */
    assert_int_equal(f->course_cdeg, 0);
    kit_clear(&kit);
}

/* Every bit of the alarm word by itself. */
static void test_alarm_word(void **state)
{
    (void)state;
    static const alarm_set want[32] = {
        [0] = ALARM_BIT(SOS),         [1] = ALARM_BIT(OVERSPEED),    [2] = ALARM_BIT(FATIGUE),
        [5] = ALARM_BIT(GPS_ANTENNA), [6] = ALARM_BIT(GPS_ANTENNA),  [7] = ALARM_BIT(LOW_BATTERY),
        [8] = ALARM_BIT(POWER_OFF),   [15] = ALARM_BIT(VIBRATION),   [16] = ALARM_BIT(COVER_OPEN),
        [17] = ALARM_BIT(COVER_OPEN), [18] = ALARM_BIT(LOW_BATTERY), [28] = ALARM_BIT(DISPLACEMENT),
        [29] = ALARM_BIT(COLLISION),  [30] = ALARM_BIT(ROLLOVER),
    };
    for (unsigned bit = 0; bit < 32; bit++) {
        assert_int_equal(alarm_table_of_bits(&jt808_alarms, UINT32_C(1) << bit), want[bit]);
        assert_int_equal(
            alarm_table_of_bits(&jt808_alarms, alarm_table_word(&jt808_alarms, want[bit])),
            want[bit]);
    }
    assert_int_equal(alarm_table_word(&jt808_alarms, ALARM_BIT(TEMPERATURE)), 0);
}

static void test_batches(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        size_t len;
        enum err want;
        uint16_t id;
        bool is_late;
    } rows[] = {
        {"0001 00 001c" KIT_BODY, 1, ERR_OK, 0x0704, false},
        {"0001 01 001c" KIT_BODY, 1, ERR_OK, 0x0704, true},
        {"0002 ff 001c" KIT_BODY "001f" KIT_BODY "06012a", 2, ERR_OK, 0x0704, true},
        {"0000 00", 0, ERR_OK, 0x0704, false},
        {"0009 00 001c" KIT_BODY, 1, ERR_OK, 0x0704, false}, /* the count is not believed */
        {"0001", 0, ERR_MALFORMED, 0x0704, false},
        {"", 0, ERR_MALFORMED, 0x0704, false},
        {"0001 00 001d" KIT_BODY, 0, ERR_MALFORMED, 0x0704, false},
        {"0001 00 001b" KIT_BODY, 0, ERR_MALFORMED, 0x0704, false},
        {"0002 00 001c" KIT_BODY "00", 0, ERR_MALFORMED, 0x0704, false},
        {"0002 00 001c" KIT_BODY "0000", 0, ERR_MALFORMED, 0x0704, false},
        {"1c" KIT_BODY, 1, ERR_OK, 0x0210, false},
        {"1c" KIT_BODY "1f" KIT_BODY "06012a", 2, ERR_OK, 0x0210, false},
        {"", 0, ERR_OK, 0x0210, false},
        {"1d" KIT_BODY, 0, ERR_MALFORMED, 0x0210, false},
        {"1b" KIT_BODY, 0, ERR_MALFORMED, 0x0210, false},
        {"1c" KIT_BODY "00", 0, ERR_MALFORMED, 0x0210, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        struct fix want = plain_fix();
        kit_frame(&kit, rows[i].id, rows[i].body);
        assert_int_equal(kit_decode(&kit, kit.bytes), rows[i].want);
        assert_int_equal(kit.decoded.len, rows[i].len);
        want.flags |= rows[i].is_late ? FIX_REUPLOAD : 0;
        if (rows[i].len > 0) {
            assert_fix(&kit.decoded.at[0].fix, &want);
        }
        kit_clear(&kit);
    }
}

/* As many locations as the fragments of one message can hold stay below the limit of messages. */
static void test_longest_batch(void **state)
{
    (void)state;
    enum { ENTRY = 2 + 28, PER_FRAGMENT = JT808_BODY_MAX / ENTRY };
    struct kit kit = kit_new();
    uint8_t at[3 + PER_FRAGMENT * ENTRY];
    uint8_t entry[ENTRY];
    (void)bytes_of_hex("001c" KIT_BODY, entry, sizeof(entry));
    memset(at, 0, 3);
    for (size_t i = 0; i < PER_FRAGMENT; i++) {
        memcpy(at + 3 + i * ENTRY, entry, ENTRY);
    }
    struct bytes fragments[MESSAGE_FRAGMENTS_MAX];
    for (size_t i = 0; i < MESSAGE_FRAGMENTS_MAX; i++) {
        fragments[i] = (struct bytes){i == 0 ? at : at + 3, i == 0 ? sizeof(at) : sizeof(at) - 3};
    }
    struct decoded joined = {.arena = &kit.arena};
    assert_int_equal(protocol_jt808.join(&kit.session, UINT32_C(0x07040000), fragments,
                                         MESSAGE_FRAGMENTS_MAX, &joined),
                     ERR_OK);
    assert_int_equal(joined.len, PER_FRAGMENT * MESSAGE_FRAGMENTS_MAX);
    /* fragments of any length may come from a caller: the limit holds */
    enum { TOO_MANY = PROTOCOL_MESSAGES_MAX / PER_FRAGMENT + 1 };
    struct bytes many[TOO_MANY];
    for (size_t i = 0; i < TOO_MANY; i++) {
        many[i] = fragments[i == 0 ? 0 : 1];
    }
    joined = (struct decoded){.arena = &kit.arena};
    assert_int_equal(
        protocol_jt808.join(&kit.session, UINT32_C(0x07040000), many, TOO_MANY, &joined),
        ERR_TOO_LONG);
    assert_int_equal(joined.len, 0);
    kit_clear(&kit);
}

static void test_short_batch_of_battery(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    const struct message *m = kit_one(&kit, 0x0210, "4f" KIT_TIME);
    assert_int_equal(m->kind, MESSAGE_FIX);
    assert_int_equal(has_of(&m->fix), FIX_HAS_TIME | FIX_HAS_BATTERY_PERCENT);
    assert_int_equal(m->fix.battery_percent, 0x4f);
    assert_int_equal(m->fix.gps_time_s, KIT_TIME_S);
    kit_clear(&kit);
}

static void test_heartbeats(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        uint32_t has;
    } rows[] = {
        {"", 0},       {"5a13", 0},     {"5a1300", FIX_HAS_BATTERY_PERCENT | FIX_HAS_GSM},
        {"652000", 0}, {"5a130000", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        const struct message *m = kit_one(&kit, JT808_HEARTBEAT, rows[i].body);
        assert_int_equal(m->kind, MESSAGE_HEARTBEAT);
        assert_int_equal(has_of(&m->fix), rows[i].has);
        kit_clear(&kit);
    }
}

/* The SIM card stands elsewhere in 2019's attributes; one that is not there says nothing. */
static void test_attributes(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    uint8_t body[128] = {0};
    struct jt808_message m = plain_message(0x0107);
    m.attributes = JT808_VERSION;
    m.id_len = JT808_ID_2019;
    m.body = (struct bytes){body, 2 + 5 + 30 + 30 + 10};
    kit_write(&kit, &m);
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_OTHER);
    (void)bytes_of_hex("89550000000012345678", body + 2 + 5 + 30 + 30, 10);
    kit_write(&kit, &m);
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_FIX);
    assert_string_equal(kit.decoded.at[0].fix.iccid, "89550000000012345678");
    m.body.len--;
    kit_write(&kit, &m);
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_MALFORMED);
    kit_clear(&kit);
}

/* ---- texts ---- */

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        uint16_t id;
        const char *body;
        const char *want;
    } rows[] = {
        {0x0701, "00000004 4f4b0d0a", "OK"},
        {0x0701, "00000002 4f4b 21", "OK"},
        {0x0701, "00000000", ""},
        {0x6006, "00 c9e8d6c3", "\xe8\xae\xbe\xe7\xbd\xae"}, /* two Chinese characters */
        {0x6006, "01 4f4b20", "OK"},
        {0x6006, "00", ""},
        {0x1300, "0001 004f 004b 000d", "OK"},
        {0x1300, "0001 8bbe", "\xe8\xae\xbe"},
        {0x1300, "0001", ""},
        {0x0001, "0001 8103 00", "8103 ok"},
        {0x0001, "0001 8103 01", "8103 failed"},
        {0x0001, "0001 8103 02", "8103 malformed"},
        {0x0001, "0001 8103 03", "8103 not supported"},
        {0x0001, "0001 8103 04", "8103 4"},
        {0x0104, "0001 00", ""},
        {0x0104, "0001 02 00000001 04 0000003c 00000010 05 636d6e6574",
         "0001=0000003c, 0010=cmnet"},
        {0x0104, "0001 01 0000f030 00", "f030="},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        const struct message *m = kit_one(&kit, rows[i].id, rows[i].body);
        assert_int_equal(m->kind, MESSAGE_RESPONSE);
        assert_true(bytes_eq(m->text, rows[i].want));
        kit_clear(&kit);
    }
}

/* Parameters that do not fit a text are left out, whole ones of them. */
static void test_long_parameters(void **state)
{
    (void)state;
    enum { ENTRY = 5 + 250, ENTRIES = 40 };
    struct kit kit = kit_new();
    static uint8_t at[3 + ENTRIES * ENTRY];
    at[2] = ENTRIES;
    for (size_t i = 0; i < ENTRIES; i++) {
        uint8_t *entry = at + 3 + i * ENTRY;
        entry[3] = (uint8_t)i;
        entry[4] = 250;
    }
    struct bytes part = {at, sizeof(at)};
    struct decoded joined = {.arena = &kit.arena};
    assert_int_equal(protocol_jt808.join(&kit.session, UINT32_C(0x01040000), &part, 1, &joined),
                     ERR_OK);
    struct bytes text = joined.at[0].text;
    assert_in_range(text.len, MESSAGE_TEXT_MAX - 510, MESSAGE_TEXT_MAX);
    assert_int_equal(text.at[text.len - 1], '0');
    assert_int_equal((text.len + 2) % (2 + 5 + 500), 0);
    kit_clear(&kit);
}

/* ---- uplinks ---- */

static void test_uplink_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum message_kind want;
    } rows[] = {
        {"00", MESSAGE_OTHER},
        {"40 0002 4754", MESSAGE_OTHER},
        {"41 244f42442d52542c2c30", MESSAGE_FIX},
        {"f3 0001 0002 0000", MESSAGE_OTHER},
        {"f0" KIT_TIME "00 02 04", MESSAGE_OTHER},
        {"f0" KIT_TIME "00 02 0b 01", MESSAGE_OTHER},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        assert_int_equal(kit_one(&kit, 0x0900, rows[i].body)->kind, rows[i].want);
        kit_clear(&kit);
    }
}

static void test_diagnosis(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    const struct fix *f =
        &kit_one(&kit, 0x0900,
                 "f0" KIT_TIME "01 02 03 05 1a 00 1b 00 1c 01 00 23 00 99 00" KIT_STATUS KIT_PLACE)
             ->fix;
    assert_int_equal(f->alarms, ALARM_BIT(HARSH_ACCELERATION) | ALARM_BIT(HARSH_BRAKING) |
                                    ALARM_BIT(HARSH_CORNERING) | ALARM_BIT(FATIGUE));
    assert_int_equal(f->flags & FIX_REUPLOAD, FIX_REUPLOAD);
    assert_int_equal(f->gps_time_s, KIT_TIME_S);
    assert_int_equal(f->lat_e7, 285000000);
    f = &kit_one(&kit, 0x0900,
                 "f0" KIT_TIME "00 02 01 03 0530 02 3520 0530 01 ff 052d 00" KIT_STATUS KIT_PLACE)
             ->fix;
    assert_int_equal(f->power_mv, 0x3520);
    assert_int_equal(f->flags & FIX_REUPLOAD, 0);
    kit_clear(&kit);
}

static void test_signed_place(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    const struct fix *f = &kit_one(&kit, 0x0900, "ff" KIT_TIME "faa2b580 f5456b00")->fix;
    assert_int_equal(f->lat_e7, -900000000);
    assert_int_equal(f->lon_e7, -1800000000);
    assert_int_equal(f->has & FIX_HAS_SPEED, 0);
    f = &kit_one(&kit, 0x0900, "ff" KIT_TIME "80000000 80000000")->fix;
    assert_int_equal(has_of(f), FIX_HAS_TIME);
    f = &kit_one(&kit, 0x0900, "ff" KIT_TIME "faa2b580 f5456b00" KIT_MOTION)->fix;
    assert_int_equal(f->speed_kmh_e2, 4550);
    assert_int_equal(f->altitude_dm, 370);
    assert_int_equal(f->course_cdeg, 13500);
    kit_clear(&kit);
}

/* Samples of another layout end the report; what is behind a whole sample is not read. */
static void test_samples(void **state)
{
    (void)state;
#define SAMPLE KIT_TIME "0c30 00e1 0190 00f3 0000 0000 0000 03f5"
    static const struct {
        const char *samples;
        size_t want;
    } rows[] = {
        {"", 1},
        {"001f" SAMPLE, 2},
        {"001f" SAMPLE "001f" SAMPLE, 3},
        {"001f" SAMPLE "003f" SAMPLE, 2},
        {"001f" SAMPLE "001f" KIT_TIME, 2},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        char body[512];
        join_text(body, sizeof(body), "54", KIT_STATUS KIT_PLACE KIT_MOTION KIT_TIME,
                  rows[i].samples);
        kit_frame(&kit, 0x0900, body);
        assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
        assert_int_equal(kit.decoded.len, rows[i].want);
        for (size_t k = 1; k < rows[i].want; k++) {
            assert_int_equal(kit.decoded.at[k].fix.temperature_c_e2[0], 2250);
            assert_int_equal(kit.decoded.at[k].fix.temperature_c_e2[1], 2430);
            assert_int_equal(has_of(&kit.decoded.at[k].fix), FIX_HAS_TIME);
        }
        kit_clear(&kit);
    }
}

/* ---- Jointech ---- */

#define LOCK_HEAD "231126011200 22301234 113501234"
#define LOCK_TAIL "00000000 0000"

struct lock_case {
    const char *body;
    uint32_t has; /* of those asked for here */
    uint32_t flags;
    alarm_set alarms;
};

static const struct lock_case lock_cases[] = {
    {LOCK_HEAD "7 05 2d 1c 06 00000007 64" LOCK_TAIL "03 0000 0000", FIX_HAS_BATTERY_PERCENT,
     FIX_VALID, 0},
    {LOCK_HEAD "6 05 2d 1c 06 00000007 65" LOCK_TAIL "03 0020 0000", 0, FIX_CUT_OFF, 0},
    {LOCK_HEAD "7 05 2d 1c 06 00000007 aa" LOCK_TAIL "03 0000 0001", FIX_HAS_CHARGING,
     FIX_VALID | FIX_CHARGING, ALARM_BIT(OVERSPEED)},
    {LOCK_HEAD "7 05 2d 1c 06 00000007 ab" LOCK_TAIL "03 0000 0004", FIX_HAS_CHARGING,
     FIX_VALID | FIX_CHARGING, ALARM_BIT(VIBRATION)},
    {LOCK_HEAD "7 05 2d 1c 06 00000007 ac" LOCK_TAIL "03 0000 0060", 0, FIX_VALID,
     ALARM_BIT(GEOFENCE_ENTER) | ALARM_BIT(GEOFENCE_LEAVE)},
    {LOCK_HEAD "7 05 2d 1c 06 00000007 ac" LOCK_TAIL "03 0000 000a", 0, FIX_VALID,
     ALARM_BIT(LOW_BATTERY)},
    {LOCK_HEAD "7 05 2d 1c 06 00000007 ac" LOCK_TAIL "03 0000 ff90", 0, FIX_VALID, 0},
    {LOCK_HEAD "7 05 2d 1c 06 00000007 ac" LOCK_TAIL "01 0020 0001", 0, FIX_VALID,
     ALARM_BIT(LOW_BATTERY)},
    {LOCK_HEAD "7 05 2d 1c 06 00000007 ac" LOCK_TAIL "02 0000 fffe", 0, FIX_VALID, 0},
    {LOCK_HEAD "7 05 2d 1c 06 00000007 ac" LOCK_TAIL "04 ffff ffff", 0, FIX_VALID, 0},
};

static void test_jointech(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lock_cases) / sizeof(lock_cases[0]); i++) {
        const struct lock_case *c = &lock_cases[i];
        struct kit kit = kit_new();
        const struct fix *f = &kit_one(&kit, JT808_JOINTECH, c->body)->fix;
        assert_int_equal(f->gps_time_s, KIT_TIME_S);
        assert_int_equal(f->lat_e7, 225020567);
        assert_int_equal(f->lon_e7, 1138353900);
        assert_int_equal(f->speed_kmh_e2, 926);
        assert_int_equal(f->course_cdeg, 9000);
        assert_int_equal(f->odometer_m, 7000);
        assert_int_equal(f->has & (FIX_HAS_BATTERY_PERCENT | FIX_HAS_CHARGING), c->has);
        assert_int_equal(f->flags, c->flags);
        assert_int_equal(f->alarms, c->alarms);
        kit_clear(&kit);
        const struct fix *blind = &kit_one(&kit, JT808_JOINTECH_BLIND, c->body)->fix;
        assert_int_equal(blind->flags, (c->flags & ~(uint32_t)FIX_VALID) | FIX_REUPLOAD);
        kit_clear(&kit);
    }
}

/* Numbers that are none: no place, or no message where the digits come first. */
static void test_jointech_digits(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    const struct fix *f =
        &kit_one(&kit, JT808_JOINTECH,
                 "231326011200 22301234 11350123a7 05 2d 1c 06 00000007 64" LOCK_TAIL
                 "03 0000 0000")
             ->fix;
    assert_int_equal(f->has & (FIX_HAS_TIME | FIX_HAS_POSITION), 0);
    kit_frame(&kit, JT808_JOINTECH,
              "231126011200 2a301234 1135012347 05 2d 1c 06 00000007 64" LOCK_TAIL "03 0000 0000");
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_MALFORMED);
    kit_clear(&kit);
}

static void test_jointech_items(void **state)
{
    (void)state;
#define LOCK_BODY LOCK_HEAD "7 05 2d 1c 06 00000007 64 00005dee 05e3 03 0000 0000"
    struct kit kit = kit_new();
    const struct fix *f = &kit_one(&kit, JT808_JOINTECH,
                                   LOCK_BODY "02 02 ffec 0a 03 01cc 01"
                                             "0b 06 22 00112233 65 0c 06")
                               ->fix;
    assert_int_equal(f->altitude_dm, -200);
    assert_int_equal(f->cell.mcc, 460);
    assert_int_equal(f->cell.mnc, 1);
    assert_int_equal(f->cell.lac, 0x05e3);
    assert_int_equal(f->cell.cid, 0x5dee);
    assert_int_equal(f->lock, FIX_LOCK_UNLOCKED_BY_CARD);
    f = &kit_one(&kit, JT808_JOINTECH, LOCK_BODY "02 01 ff 0a 02 01cc 0b 01 0d")->fix;
    assert_int_equal(f->has & (FIX_HAS_ALTITUDE | FIX_HAS_CELL | FIX_HAS_LOCK), 0);
    kit_clear(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies_cut_off), cmocka_unit_test(test_diagnosis_cut_off),
        cmocka_unit_test(test_status_bits),    cmocka_unit_test(test_places),
        cmocka_unit_test(test_times),          cmocka_unit_test(test_motion),
        cmocka_unit_test(test_alarm_word),     cmocka_unit_test(test_batches),
        cmocka_unit_test(test_longest_batch),  cmocka_unit_test(test_short_batch_of_battery),
        cmocka_unit_test(test_heartbeats),     cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_texts),          cmocka_unit_test(test_long_parameters),
        cmocka_unit_test(test_uplink_kinds),   cmocka_unit_test(test_diagnosis),
        cmocka_unit_test(test_signed_place),   cmocka_unit_test(test_samples),
        cmocka_unit_test(test_jointech),       cmocka_unit_test(test_jointech_digits),
        cmocka_unit_test(test_jointech_items),
    };
    return cmocka_run_group_tests_name("jt808_messages", tests, NULL, NULL);
}
