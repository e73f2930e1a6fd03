/*
 * JT/T 808 commands: their frames for terminals of 2013 and 2019, what is refused, and what ties an
 * answer to them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/jt808/testing.h"

enum { ROOM = PROTOCOL_COMMAND_MAX, ID = 0x30105 };

#define HEARTBEAT_2013 "7e 0002 0000 013912345678 0003 31 7e"
#define HEARTBEAT_2019 "7e 0002 4000 01 00000000013912345678 0003 70 7e"

struct written {
    enum command_fate fate;
    struct command_note note;
    char hex[2 * ROOM + 1];
    uint8_t at[ROOM];
    struct bytes bytes;
};

/* The slot that a frame of the terminal leaves. */
static struct device_slot slot_of(const char *frame_hex)
{
    uint8_t at[64];
    struct kit kit = kit_new();
    assert_int_equal(kit_decode(&kit, bytes_of_hex(frame_hex, at, sizeof(at))), ERR_OK);
    struct device_slot slot = kit.decoded.slot;
    kit_clear(&kit);
    return slot;
}

static void order(struct written *w, const char *frame_hex, const struct command_request *what)
{
    const struct device_slot nothing = {0};
    struct session s = protocol_session(&protocol_jt808);
    struct device_slot slot = frame_hex == NULL ? nothing : slot_of(frame_hex);
    *w = (struct written){0};
    struct writer out = writer_init(w->at, sizeof(w->at));
    w->fate = protocol_jt808.command(&s, &slot, what, &w->note, &out);
    w->bytes = writer_bytes(&out);
    hex_encode(w->bytes, w->hex);
}

static void assert_order(const char *frame_hex, const struct command_request *what,
                         const char *want_hex)
{
    struct written w;
    order(&w, frame_hex, what);
    assert_int_equal(w.fate, COMMAND_IS_WRITTEN);
    assert_string_equal(w.hex, want_hex);
    assert_int_equal(w.note.tie, 0x0105);
    assert_false(w.note.is_unaddressed);
}

static struct command_request asked(enum command_kind kind, const char *text)
{
    return (struct command_request){.kind = kind, .id = ID, .text = bytes_of_text(text)};
}

static void test_texts(void **state)
{
    (void)state;
    struct command_request what = asked(COMMAND_TEXT, "STATUS#");
    assert_order(HEARTBEAT_2013, &what, "7e8300000801391234567801050153544154555323897e");
    assert_order(HEARTBEAT_2019, &what,
                 "7e8300400901000000000139123456780105010153544154555323c87e");
    /* in GBK, with bytes that are escaped */
    what = asked(COMMAND_HIGH_LEVEL, "\xe8\xae\xbe\xe7\xbd\xae~}");
    assert_order(HEARTBEAT_2013, &what, "7e83000007013912345678010501c9e8d6c37d027d01867e");
}

static void test_queries_and_doors(void **state)
{
    (void)state;
    static const struct {
        enum command_kind kind;
        const char *frame;
        const char *want;
    } rows[] = {
        {COMMAND_QUERY_PARAMETERS, HEARTBEAT_2013, "7e810400000139123456780105b17e"},
        {COMMAND_QUERY_ICCID, HEARTBEAT_2013, "7e810700000139123456780105b27e"},
        {COMMAND_QUERY_STATUS, HEARTBEAT_2013, "7e820100000139123456780105b77e"},
        {COMMAND_UNLOCK, HEARTBEAT_2013, "7e85000001013912345678010500b07e"},
        {COMMAND_LOCK, HEARTBEAT_2013, "7e85000001013912345678010501b17e"},
        {COMMAND_UNLOCK, HEARTBEAT_2019, "7e85004005010000000001391234567801050001000101f47e"},
        {COMMAND_LOCK, HEARTBEAT_2019, "7e85004005010000000001391234567801050001000100f57e"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct command_request what = asked(rows[i].kind, "");
        assert_order(rows[i].frame, &what, rows[i].want);
    }
    struct written w;
    struct command_request timed = asked(COMMAND_TIMED_UNLOCK, "");
    order(&w, HEARTBEAT_2013, &timed);
    assert_int_equal(w.fate, COMMAND_IS_UNSUPPORTED);
}

static void test_raw_messages_get_their_head(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        enum command_fate fate;
        uint16_t message_id;
        const char *want;
    } rows[] = {
        {"8105 04", COMMAND_IS_WRITTEN, 0x8105, "7e81050001013912345678010504b57e"},
        {"8103 01 00000029 04 0000001e", COMMAND_IS_WRITTEN, 0x8103,
         "7e8103000a01391234567801050100000029040000001e8e7e"},
        {"8106 01 00000029", COMMAND_IS_WRITTEN, 0x8106, NULL},
        {"8203 0001 00000001", COMMAND_IS_WRITTEN, 0x8203, NULL},
        {"8001 0001 0200 00", COMMAND_IS_INVALID, 0, NULL},
        {"8100 0001 00", COMMAND_IS_INVALID, 0, NULL},
        {"0200 00", COMMAND_IS_INVALID, 0, NULL},
        {"81", COMMAND_IS_INVALID, 0, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t raw[32];
        struct written w;
        struct command_request what = asked(COMMAND_HIGH_LEVEL, "");
        what.raw = bytes_of_hex(rows[i].raw, raw, sizeof(raw));
        order(&w, HEARTBEAT_2013, &what);
        assert_int_equal(w.fate, rows[i].fate);
        assert_true(rows[i].want == NULL || strcmp(w.hex, rows[i].want) == 0);
        assert_true(rows[i].fate != COMMAND_IS_WRITTEN || w.note.message_id == rows[i].message_id);
    }
}

static void test_a_slot_that_knows_nothing_tells_the_same_fate(void **state)
{
    (void)state;
    struct written w;
    struct command_request what = asked(COMMAND_TEXT, "STATUS#");
    order(&w, NULL, &what);
    assert_int_equal(w.fate, COMMAND_IS_WRITTEN);
    what = asked(COMMAND_TIMED_UNLOCK, "");
    order(&w, NULL, &what);
    assert_int_equal(w.fate, COMMAND_IS_UNSUPPORTED);
}

static void test_texts_that_cannot_be_said(void **state)
{
    (void)state;
    char text[COMMAND_TEXT_MAX + 1];
    struct written w;
    memset(text, 'x', sizeof(text) - 1);
    text[COMMAND_TEXT_MAX] = '\0';
    struct command_request what = asked(COMMAND_TEXT, text);
    order(&w, HEARTBEAT_2013, &what);
    assert_int_equal(w.fate, COMMAND_IS_TOO_LONG);
    text[JT808_BODY_MAX - 1] = '\0';
    what = asked(COMMAND_TEXT, text);
    order(&w, HEARTBEAT_2013, &what);
    assert_int_equal(w.fate, COMMAND_IS_WRITTEN);
    order(&w, HEARTBEAT_2019, &what);
    assert_int_equal(w.fate, COMMAND_IS_TOO_LONG);
    static const char *const rows[] = {"", "\xf0\x9f\x9a\x9a", "\xff"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        what = asked(COMMAND_TEXT, rows[i]);
        order(&w, HEARTBEAT_2013, &what);
        assert_int_equal(w.fate, COMMAND_IS_INVALID);
    }
}

/* The worst text fits the room that the gateway has. */
static void test_every_byte_may_be_escaped(void **state)
{
    (void)state;
    char text[JT808_BODY_MAX];
    struct written w;
    memset(text, '~', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    struct command_request what = asked(COMMAND_TEXT, text);
    order(&w, HEARTBEAT_2013, &what);
    assert_int_equal(w.fate, COMMAND_IS_WRITTEN);
    assert_true(w.bytes.len > 2 * sizeof(text) && w.bytes.len < ROOM);
}

static void test_what_comes_back_is_a_frame_of_the_terminal(void **state)
{
    (void)state;
    struct written w;
    struct arena arena = {0};
    struct jt808_message m = {0};
    struct command_request what = asked(COMMAND_TEXT, "STATUS#");
    order(&w, HEARTBEAT_2019, &what);
    assert_int_equal(jt808_parse(&arena, w.bytes, &m), ERR_OK);
    assert_int_equal(m.id, JT808_TEXT);
    assert_int_equal(m.serial, w.note.tie);
    assert_int_equal(m.version, 1);
    assert_int_equal(m.id_len, JT808_ID_2019);
    arena_free(&arena);
}

/* ---- answers ---- */

/* The last message of a frame, which is an answer. */
static struct message_answer answer_of(struct kit *kit, uint16_t id, const char *body_hex)
{
    kit_frame(kit, id, body_hex);
    assert_int_equal(kit_decode(kit, kit->bytes), ERR_OK);
    assert_true(kit->decoded.len > 0);
    const struct message *m = &kit->decoded.at[kit->decoded.len - 1];
    assert_int_equal(m->kind, MESSAGE_RESPONSE);
    return m->answer;
}

static void test_answers_tell_their_command(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        struct message_answer want;
        uint16_t id;
    } rows[] = {
        {"0105 8300 00", {0x0105, 0x8300, ANSWER_RECEIVED, false, 0}, 0x0001},
        {"0105 8500 00", {0x0105, 0x8500, ANSWER_RECEIVED, false, 0}, 0x0001},
        {"0105 8300 01", {0x0105, 0x8300, ANSWER_REFUSED, false, 0}, 0x0001},
        {"0105 8500 03", {0x0105, 0x8500, ANSWER_REFUSED, false, 0}, 0x0001},
        {"0105 8105 00", {0x0105, 0x8105, ANSWER_DONE, false, 0}, 0x0001},
        {"0105 01 00000001 04 0000003c", {0x0105, 0, ANSWER_DONE, false, 0}, 0x0104},
        {"0105" KIT_BODY, {0x0105, 0x8201, ANSWER_DONE, true, 0}, 0x0201},
        {"0105 00000000 00001003" KIT_PLACE KIT_MOTION KIT_TIME,
         {0x0105, 0x8500, ANSWER_DONE, true, ANSWER_DOORS_LOCKED},
         0x0500},
        {"0105" KIT_BODY, {0x0105, 0x8500, ANSWER_DONE, true, ANSWER_DOORS_UNLOCKED}, 0x0500},
        {"0105 02 0011", {0x0105, 0x8700, ANSWER_DONE, false, 0}, 0x0700},
        {"00000002 4f4b", {0, 0x8300, ANSWER_DONE, false, 0}, 0x0701},
        {"00 4f4b", {0, 0x8300, ANSWER_DONE, false, 0}, 0x6006},
        {"0105 004f004b", {0x0105, 0x8300, ANSWER_DONE, false, 0}, 0x1300},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        struct message_answer got = answer_of(&kit, rows[i].id, rows[i].body);
        print_message("# %04x %s\n", rows[i].id, rows[i].body);
        assert_int_equal(got.tie, rows[i].want.tie);
        assert_int_equal(got.message_id, rows[i].want.message_id);
        assert_int_equal(got.result, rows[i].want.result);
        assert_int_equal(got.is_told, rows[i].want.is_told);
        assert_int_equal(got.doors, rows[i].want.doors);
        kit_clear(&kit);
    }
}

static void test_what_a_recorder_holds_is_told(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"0105 02 00ff", "0700 02 00ff"}, {"0105 05", "0700 05"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit = kit_new();
        (void)answer_of(&kit, 0x0700, rows[i][0]);
        assert_true(bytes_eq(kit.decoded.at[0].text, rows[i][1]));
        kit_clear(&kit);
    }
}

static void test_a_position_is_a_report_and_an_answer(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    (void)answer_of(&kit, 0x0201, "0105" KIT_BODY);
    assert_int_equal(kit.decoded.len, 2);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_FIX);
    assert_int_equal(kit.decoded.at[1].text.len, 0);
    kit_clear(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_queries_and_doors),
        cmocka_unit_test(test_raw_messages_get_their_head),
        cmocka_unit_test(test_a_slot_that_knows_nothing_tells_the_same_fate),
        cmocka_unit_test(test_texts_that_cannot_be_said),
        cmocka_unit_test(test_every_byte_may_be_escaped),
        cmocka_unit_test(test_what_comes_back_is_a_frame_of_the_terminal),
        cmocka_unit_test(test_answers_tell_their_command),
        cmocka_unit_test(test_what_a_recorder_holds_is_told),
        cmocka_unit_test(test_a_position_is_a_report_and_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
