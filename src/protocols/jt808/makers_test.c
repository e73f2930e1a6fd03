/*
 * JT/T 808 of single makers: AOVX, Jimi, Jointech, OBD adapters; and where the next frame begins
 * behind one that is bad.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/jt808/testing.h"

/* ---- AOVX: bits by the model ---- */

#define GL100 "f2 0a 414f56585f474c313030"
#define VL300 "f2 0a 414f56585f564c333030"
#define OTHER "f2 05 4742543031"

struct bits_case {
    const char *alarm; /* the word, and the status's first byte */
    const char *status;
    const char *items;
    alarm_set want;
    bool is_late;
};

static const struct bits_case bits_cases[] = {
    {"00010000", "00000003", GL100, ALARM_BIT(DISPLACEMENT), false},
    {"fffeffff", "80000003", GL100, 0, true},
    {"00010000", "80000003", VL300, ALARM_BIT(VIBRATION), true},
    {"00008000", "00000003", VL300, ALARM_BIT(REMOVAL), false},
    {"60020000", "00000003", VL300, 0, false},
    {"10000182", "00000003", VL300,
     ALARM_BIT(DISPLACEMENT) | ALARM_BIT(POWER_OFF) | ALARM_BIT(LOW_BATTERY) | ALARM_BIT(OVERSPEED),
     false},
    {"00010000", "80000003", OTHER, ALARM_BIT(COVER_OPEN), false},
    {"00010000", "80000003", "", ALARM_BIT(COVER_OPEN), false},
    {"60000000", "00000003", "", ALARM_BIT(COLLISION) | ALARM_BIT(ROLLOVER), false},
    /* behind another item, and one that is cut off */
    {"00010000", "00000003", "30 01 1f" GL100, ALARM_BIT(DISPLACEMENT), false},
    {"00010000", "00000003", "f2 0b 414f56585f474c313030", ALARM_BIT(COVER_OPEN), false},
};

static void test_bits_by_model(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bits_cases) / sizeof(bits_cases[0]); i++) {
        const struct bits_case *c = &bits_cases[i];
        struct kit kit = kit_new();
        char head[64];
        char body[256];
        join_text(head, sizeof(head), c->alarm, c->status, "");
        join_text(body, sizeof(body), head, KIT_PLACE KIT_MOTION KIT_TIME, c->items);
        const struct fix *f = &kit_one(&kit, JT808_LOCATION, body)->fix;
        print_message("# %s %s %s\n", c->alarm, c->status, c->items);
        assert_int_equal(f->alarms, c->want);
        assert_int_equal((f->flags & FIX_REUPLOAD) != 0, c->is_late);
        kit_clear(&kit);
    }
}

/* ---- attributes ---- */

#define ZEROS_5  "0000000000"
#define ZEROS_7  "00000000000000"
#define ZEROS_11 "0000000000000000000000"
#define ZEROS_20 "0000000000000000000000000000000000000000"
#define ZEROS_30 ZEROS_20 "00000000000000000000"
#define SIM      "89550000000012345678"
#define VERSIONS "03 563130 02 4633 03 01"

/* The SIM card, wherever a layout has it, or "" where the body is none. */
static void expect_sim(bool is_2019, const char *body_hex, const char *want)
{
    struct kit kit = kit_new();
    uint8_t body[256];
    struct jt808_message m = plain_message(0x0107);
    if (is_2019) {
        m.attributes = JT808_VERSION;
        m.id_len = JT808_ID_2019;
    }
    m.body = bytes_of_hex(body_hex, body, sizeof(body));
    kit_write(&kit, &m);
    enum err e = kit_decode(&kit, kit.bytes);
    assert_int_equal(e, want == NULL ? ERR_MALFORMED : ERR_OK);
    if (want != NULL) {
        assert_string_equal(kit.decoded.at[0].fix.iccid, want);
    }
    kit_clear(&kit);
}

static void test_attributes_by_layout(void **state)
{
    (void)state;
    expect_sim(true, "000f" ZEROS_11 ZEROS_30 ZEROS_30 SIM VERSIONS, SIM);
    expect_sim(true, "000f" ZEROS_11 ZEROS_30 ZEROS_30 SIM "00 00 03 01", SIM);
    expect_sim(true, "000f" ZEROS_11 ZEROS_30 ZEROS_30 SIM, SIM);
    expect_sim(true, "000f" ZEROS_5 ZEROS_30 ZEROS_30 SIM VERSIONS, SIM);
    expect_sim(true, "000f" ZEROS_5 ZEROS_30 ZEROS_30 SIM, SIM);
    expect_sim(true, "000f" ZEROS_5 ZEROS_20 ZEROS_7 SIM VERSIONS, SIM);
    expect_sim(false, "000f" ZEROS_5 ZEROS_20 ZEROS_7 SIM VERSIONS, SIM);
    expect_sim(false, "000f" ZEROS_5 ZEROS_20 ZEROS_7 SIM, SIM);
    /* something else behind the card: the revision's own layout */
    expect_sim(false, "000f" ZEROS_5 ZEROS_20 ZEROS_7 SIM "ff", SIM);
    expect_sim(true, "000f" ZEROS_11 ZEROS_30 ZEROS_30 SIM "ff ff", SIM);
    expect_sim(true, "000f" ZEROS_11 ZEROS_30 ZEROS_30 "000000", NULL);
    expect_sim(false, "000f" ZEROS_5 ZEROS_20 ZEROS_7 "895500", NULL);
}

/* ---- uplinks ---- */

static void test_values_of_a_diagnosis(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        uint64_t odometer_m;
        uint32_t fuel_ml;
        uint32_t power_mv;
    } rows[] = {
        {"0546 04 000130d9", 7804100, 0, 0}, {"0528 04 000130d9", 7804100, 0, 0},
        {"0102 04 00000001", 100, 0, 0},     {"0546 04 ffffffff", 0, 0, 0},
        {"0546 02 30d9", 0, 0, 0},           {"0103 04 00001194", 0, 45000, 0},
        {"052a 02 1194", 0, 45000, 0},       {"052b 01 50", 0, 0, 0},
        {"0530 02 3520", 0, 0, 13600},       {"0530 04 00003520", 0, 0, 0},
        {"0545 04 0000001e", 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        char head[128];
        char body[256];
        join_text(head, sizeof(head), "f0" KIT_TIME "00 02 01 01", rows[i].value, "");
        join_text(body, sizeof(body), head, KIT_STATUS KIT_PLACE, "");
        const struct fix *f = &kit_one(&kit, 0x0900, body)->fix;
        print_message("# %s\n", rows[i].value);
        assert_int_equal((f->has & FIX_HAS_ODOMETER) != 0, rows[i].odometer_m > 0);
        assert_int_equal(f->odometer_m, rows[i].odometer_m);
        assert_int_equal(f->fuel_ml, rows[i].fuel_ml);
        assert_int_equal(f->power_mv, rows[i].power_mv);
        assert_int_equal(f->lat_e7, 285000000);
        kit_clear(&kit);
    }
}

static void test_alarms_of_a_diagnosis(void **state)
{
    (void)state;
    static const struct {
        const char *alarm;
        alarm_set want;
    } rows[] = {
        {"01", 0},
        {"02", ALARM_BIT(POWER_OFF)},
        {"0e", 0},
        {"1a", ALARM_BIT(HARSH_ACCELERATION)},
        {"1d", 0},
        {"20", ALARM_BIT(SOS)},
        {"21", ALARM_BIT(GEOFENCE_LEAVE)},
        {"22", ALARM_BIT(GEOFENCE_ENTER)},
        {"24", 0},
        {"25", ALARM_BIT(OVERSPEED)},
        {"26", ALARM_BIT(COLLISION)},
        {"27", ALARM_BIT(COLLISION)},
        {"28", ALARM_BIT(ROLLOVER)},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        char head[128];
        char body[256];
        join_text(head, sizeof(head), "f0" KIT_TIME "00 02 03 01", rows[i].alarm, "00");
        join_text(body, sizeof(body), head, KIT_STATUS KIT_PLACE, "");
        assert_int_equal(kit_one(&kit, 0x0900, body)->fix.alarms, rows[i].want);
        kit_clear(&kit);
    }
}

static void test_driving_events(void **state)
{
    (void)state;
    static const struct {
        const char *event;
        alarm_set want;
    } rows[] = {
        {"00000033", ALARM_BIT(HARSH_ACCELERATION)}, {"00000034", ALARM_BIT(HARSH_BRAKING)},
        {"00000035", ALARM_BIT(HARSH_CORNERING)},    {"00000036", 0},
        {"00000038", ALARM_BIT(COLLISION)},          {"01000033", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        char body[128];
        join_text(body, sizeof(body), "f0" KIT_TIME "00 02 15", rows[i].event, "");
        const struct message *m = kit_one(&kit, 0x0900, body);
        assert_int_equal(m->kind, rows[i].want != 0 ? MESSAGE_FIX : MESSAGE_OTHER);
        assert_int_equal(m->fix.alarms, rows[i].want);
        assert_int_equal(has_of(&m->fix), rows[i].want != 0 ? FIX_HAS_TIME : 0);
        kit_clear(&kit);
    }
    struct kit kit = kit_new();
    kit_frame(&kit, 0x0900, "f0" KIT_TIME "00 02 15 000033");
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_MALFORMED);
    kit_clear(&kit);
}

/* ---- Jointech ---- */

static void test_network_of_a_lock(void **state)
{
    (void)state;
#define LOCK "231126011200 22301234 1135012347 05 2d 1c 06 00000007 64 00abcdef 1234 03 0000 0000"
    static const struct {
        const char *item;
        struct cell want;
    } rows[] = {
        {"0a 03 02dc 65", {732, 101, 0x1234, 0xabcdef}},
        {"0a 04 028f 000a", {655, 10, 0x1234, 0xabcdef}},
        {"0a 04 02dc 0165", {732, 357, 0x1234, 0xabcdef}},
        {"0a 02 02dc", {0}},
        {"0a 05 02dc 000065", {0}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        char body[256];
        join_text(body, sizeof(body), LOCK, rows[i].item, "");
        const struct fix *f = &kit_one(&kit, JT808_JOINTECH, body)->fix;
        assert_int_equal((f->has & FIX_HAS_CELL) != 0, rows[i].want.mcc != 0);
        assert_int_equal(f->cell.mcc, rows[i].want.mcc);
        assert_int_equal(f->cell.mnc, rows[i].want.mnc);
        assert_int_equal(f->cell.lac, rows[i].want.lac);
        assert_int_equal(f->cell.cid, rows[i].want.cid);
        kit_clear(&kit);
    }
}

/* ---- the next frame behind a bad one ---- */

/* A stream of what was written to it. */
struct stream {
    uint8_t at[4 * JT808_FRAME_MAX];
    struct writer out;
};

static void stream_init(struct stream *s)
{
    s->out = writer_init(s->at, sizeof(s->at));
}

/* Appends the first `len` bytes of a heartbeat with that delimiter. */
static void stream_add(struct stream *s, uint8_t delimiter, size_t len)
{
    uint8_t at[64];
    struct writer frame = writer_init(at, sizeof(at));
    struct jt808_message m = plain_message(JT808_HEARTBEAT);
    m.delimiter = delimiter;
    m.id_len = delimiter == 0xe7 ? 7 : 6;
    m.serial = 0x7d7e; /* escaped */
    jt808_write(&frame, &m);
    assert_true(writer_ok(&frame));
    write_bytes(&s->out, bytes_slice(writer_bytes(&frame), 0, len));
}

/* That the next frame begins at `want`; 0: none has come. In memory of exactly its size. */
static void expect_next(const struct stream *s, size_t want)
{
    struct bytes in = writer_bytes(&s->out);
    uint8_t *copy = malloc(in.len);
    assert_non_null(copy);
    memcpy(copy, in.at, in.len);
    size_t skip = 0;
    enum err e = protocol_jt808.resync((struct bytes){copy, in.len}, &skip);
    free(copy);
    assert_int_equal(e, want == 0 ? ERR_MORE : ERR_OK);
    assert_int_equal(skip, want);
}

static void test_next_frame(void **state)
{
    (void)state;
    static const uint8_t delimiters[] = {0x7e, 0xe7};
    struct stream s;
    for (size_t i = 0; i < sizeof(delimiters); i++) {
        for (size_t cut = 1; cut < 14; cut++) {
            stream_init(&s);
            stream_add(&s, delimiters[i], cut);
            expect_next(&s, 0);
            stream_add(&s, delimiters[i], 14); /* not whole */
            expect_next(&s, 0);
            s.out.len = cut;
            stream_add(&s, delimiters[i], SIZE_MAX);
            expect_next(&s, cut);
            stream_add(&s, delimiters[i], SIZE_MAX);
            expect_next(&s, cut);
        }
    }
}

/* What is no frame does not hide the one behind it, nor is it taken for one. */
static void test_next_frame_behind_noise(void **state)
{
    (void)state;
    static const uint8_t bare[] = {0x7e, 0x7e, 0x7e, 0x01, 0x01, 0x7e, 0x7e, 0x7d, 0x7e, 0x28};
    struct stream s;
    stream_init(&s);
    write_bytes(&s.out, (struct bytes){bare, sizeof(bare)});
    expect_next(&s, 0);
    stream_add(&s, 0x7e, SIZE_MAX);
    expect_next(&s, sizeof(bare));
    /* the other delimiter does not begin a frame in a stream of this one */
    stream_init(&s);
    stream_add(&s, 0x7e, 5);
    stream_add(&s, 0xe7, SIZE_MAX);
    expect_next(&s, 0);
    stream_init(&s);
    stream_add(&s, 0x7e, 5);
    write_text(&s.out, "(0139,1,001)");
    expect_next(&s, 0);
    write_text(&s.out, "(013912345678,1,001,BASE,2,TIME");
    expect_next(&s, 0);
    write_text(&s.out, ")");
    expect_next(&s, 5 + 12);
}

/* No further than the longest frame. */
static void test_next_frame_is_near(void **state)
{
    (void)state;
    static struct stream s;
    for (size_t far = JT808_FRAME_MAX - 1; far <= JT808_FRAME_MAX; far++) {
        stream_init(&s);
        write_u8(&s.out, 0x7e);
        while (s.out.len < far) {
            write_u8(&s.out, 0x55);
        }
        stream_add(&s, 0x7e, SIZE_MAX);
        expect_next(&s, far < JT808_FRAME_MAX ? far : 0);
    }
}

/* What is readable of a batch whose fragments are answered counts, wherever the rest stands. */
static void test_joined_batch_with_bad_items(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        size_t len;
        uint32_t key;
        enum err want;
        unsigned unreadable;
    } cases[] = {
        {"000300 001c" KIT_BODY "0002ffff 001c" KIT_BODY, 2, 0x07040000, ERR_OK, 1},
        {"000300 0000 001c" KIT_BODY "001c" KIT_BODY, 2, 0x07040000, ERR_OK, 1},
        {"000300 001c" KIT_BODY "001c" KIT_BODY "0005aabbccddee", 2, 0x07040000, ERR_OK, 1},
        {"000300 001c" KIT_BODY "00", 1, 0x07040000, ERR_OK, 1},
        {"000300 0001aa 0001bb", 0, 0x07040000, ERR_MALFORMED, 2},
        {"000300", 0, 0x07040000, ERR_OK, 0},
        {"0003", 0, 0x07040000, ERR_MALFORMED, 0},
        {"1c" KIT_BODY "01aa 1c" KIT_BODY, 2, 0x02100000, ERR_OK, 1},
        {"1c" KIT_BODY "1d" KIT_BODY, 1, 0x02100000, ERR_OK, 1},
        {"01aa", 0, 0x02100000, ERR_MALFORMED, 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = kit_new();
        struct fix want = plain_fix();
        uint8_t at[128];
        struct bytes part = bytes_of_hex(cases[i].body, at, sizeof(at));
        struct decoded joined = {.arena = &kit.arena};
        assert_int_equal(protocol_jt808.join(&kit.session, cases[i].key, &part, 1, &joined),
                         cases[i].want);
        assert_int_equal(joined.len, cases[i].len);
        assert_int_equal(joined.unreadable, cases[i].unreadable);
        for (size_t n = 0; n < joined.len; n++) {
            assert_fix(&joined.at[n].fix, &want);
        }
        kit_clear(&kit);
    }
}

/* The fragments of one message may hold more samples than a frame may: refused, nothing is left. */
static void test_too_many_samples(void **state)
{
    (void)state;
    enum { SAMPLES_MAX = PROTOCOL_MESSAGES_MAX - 1, HEAD = 1 + 12 + 6 + 6, SAMPLE = 8 };
    static uint8_t at[HEAD + (SAMPLES_MAX + 1000) * SAMPLE];
    static const uint8_t time[] = {0x26, 0x11, 0x23, 0x09, 0x11, 0x50};
    memset(at, 0, sizeof(at));
    at[0] = 0x54;
    memcpy(at + HEAD - sizeof(time), time, sizeof(time));
    for (size_t i = HEAD; i < sizeof(at); i += SAMPLE) {
        memcpy(at + i + 2, time, sizeof(time));
    }
    static const struct {
        size_t samples;
        enum err want;
        size_t len;
    } cases[] = {
        {SAMPLES_MAX, ERR_OK, PROTOCOL_MESSAGES_MAX},
        {SAMPLES_MAX + 1, ERR_TOO_LONG, 0},
        {SAMPLES_MAX + 1000, ERR_TOO_LONG, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = kit_new();
        struct decoded joined = {.arena = &kit.arena};
        size_t len = HEAD + cases[i].samples * SAMPLE;
        struct bytes parts[] = {{at, len / 2}, {at + len / 2, len - len / 2}};
        assert_int_equal(protocol_jt808.join(&kit.session, UINT32_C(0x09000000), parts, 2, &joined),
                         cases[i].want);
        assert_int_equal(joined.len, cases[i].len);
        kit_clear(&kit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits_by_model),
        cmocka_unit_test(test_attributes_by_layout),
        cmocka_unit_test(test_values_of_a_diagnosis),
        cmocka_unit_test(test_alarms_of_a_diagnosis),
        cmocka_unit_test(test_driving_events),
        cmocka_unit_test(test_network_of_a_lock),
        cmocka_unit_test(test_next_frame),
        cmocka_unit_test(test_next_frame_behind_noise),
        cmocka_unit_test(test_joined_batch_with_bad_items),
        cmocka_unit_test(test_too_many_samples),
        cmocka_unit_test(test_next_frame_is_near),
    };
    return cmocka_run_group_tests_name("jt808_makers", tests, NULL, NULL);
}
