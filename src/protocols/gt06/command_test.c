/* Commands, byte by byte, and what ties their answers to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/gt06/testing.h"

/* What the row makes of a command. */
struct made {
    uint8_t at[PROTOCOL_COMMAND_MAX];
    struct bytes frame;
    struct command_note note;
    enum command_fate fate;
};

static void make(struct made *m, const struct command_request *what)
{
    struct session s = protocol_session(&protocol_gt06);
    const struct device_slot slot = {0};
    struct writer w = writer_init(m->at, sizeof(m->at));
    m->note = (struct command_note){0};
    m->fate = protocol_gt06.command(&s, &slot, what, &m->note, &w);
    m->frame = writer_bytes(&w);
    assert_true(writer_ok(&w));
}

static void assert_frame(const struct made *m, const char *hex)
{
    char got[2 * PROTOCOL_COMMAND_MAX + 1];
    hex_encode(m->frame, got);
    assert_string_equal(got, hex);
}

static void a_text_goes_in_80_with_its_flag(void **state)
{
    struct made m;
    const struct command_request what = {
        .kind = COMMAND_TEXT, .id = 0x01020304, .text = bytes_of_text("PARAM#")};
    (void)state;
    make(&m, &what);
    assert_int_equal(m.fate, COMMAND_IS_WRITTEN);
    assert_int_equal(m.note.tie, 0x01020304);
    assert_int_equal(m.note.message_id, 0);
    assert_true(m.note.is_unaddressed);
    assert_string_equal(m.note.shown, "");
    assert_int_equal(m.frame.len, 21);
    char head[64];
    hex_encode(bytes_slice(m.frame, 0, 17), head);
    assert_string_equal(head, "7878"
                              "10"
                              "80"
                              "0a"
                              "01020304"
                              "504152414d23"
                              "0304");
    struct gt06_frame f;
    assert_int_equal(gt06_frame_parse(m.frame, &f), ERR_OK);
    assert_int_equal(f.type, 0x80);
}

static void queries_are_texts_of_their_own(void **state)
{
    static const struct {
        enum command_kind kind;
        const char *text;
    } rows[] = {{COMMAND_QUERY_STATUS, "STATUS#"},
                {COMMAND_QUERY_PARAMETERS, "PARAM#"},
                {COMMAND_QUERY_ICCID, "ICCID#"}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct made m;
        struct made same;
        make(&m, &(struct command_request){.kind = rows[i].kind, .id = 7});
        make(&same, &(struct command_request){
                        .kind = COMMAND_TEXT, .id = 7, .text = bytes_of_text(rows[i].text)});
        assert_int_equal(m.fate, COMMAND_IS_WRITTEN);
        assert_true(bytes_same(m.frame, same.frame));
        assert_string_equal(m.note.shown, rows[i].text);
    }
}

static void a_raw_message_is_its_type_and_content(void **state)
{
    static const uint8_t raw[] = {0x8a, 0x01, 0x02};
    struct made m;
    (void)state;
    make(&m, &(struct command_request){
                 .kind = COMMAND_HIGH_LEVEL, .id = 0x0506, .raw = {raw, sizeof(raw)}});
    assert_int_equal(m.fate, COMMAND_IS_WRITTEN);
    assert_int_equal(m.note.tie, 0);
    struct gt06_frame f;
    assert_int_equal(gt06_frame_parse(m.frame, &f), ERR_OK);
    assert_int_equal(f.type, 0x8a);
    assert_int_equal(f.serial, 0x0506);
    assert_int_equal(f.content.len, 2);
    make(&m, &(struct command_request){.kind = COMMAND_HIGH_LEVEL, .id = 1, .raw = {raw, 1}});
    assert_frame(&m, "7878058a0001fc960d0a");
}

static void what_does_not_fit_is_refused(void **state)
{
    char text[242];
    uint8_t raw[252] = {0x80};
    struct made m;
    (void)state;
    memset(text, 'x', sizeof(text));
    struct command_request what = {.kind = COMMAND_TEXT, .id = 1, .text = {(uint8_t *)text, 240}};
    make(&m, &what);
    assert_int_equal(m.fate, COMMAND_IS_WRITTEN);
    struct gt06_frame f;
    assert_int_equal(gt06_frame_parse(m.frame, &f), ERR_OK);
    assert_int_equal(f.content.len, 245);
    what.text.len = 241;
    make(&m, &what);
    assert_int_equal(m.fate, COMMAND_IS_TOO_LONG);
    what.text = bytes_of_text("größe#");
    make(&m, &what);
    assert_int_equal(m.fate, COMMAND_IS_INVALID);
    what.text = (struct bytes){0};
    make(&m, &what);
    assert_int_equal(m.fate, COMMAND_IS_INVALID);
    what.kind = COMMAND_HIGH_LEVEL;
    what.raw = (struct bytes){raw, 251};
    make(&m, &what);
    assert_int_equal(m.fate, COMMAND_IS_WRITTEN);
    assert_int_equal(gt06_frame_parse(m.frame, &f), ERR_OK);
    what.raw.len = 252;
    make(&m, &what);
    assert_int_equal(m.fate, COMMAND_IS_TOO_LONG);
    for (enum command_kind kind = COMMAND_LOCK; kind < COMMAND_KINDS; kind++) {
        make(&m, &(struct command_request){.kind = kind, .id = 1});
        assert_int_equal(m.fate, COMMAND_IS_UNSUPPORTED);
    }
}

static void answers_return_the_flag(void **state)
{
    struct kit kit = {0};
    (void)state;
    const struct message *m = kit_one(&kit, true, 0x21, "01020304 01 4f4b");
    assert_int_equal(m->kind, MESSAGE_RESPONSE);
    assert_true(bytes_eq(m->text, "OK"));
    assert_int_equal(m->answer.tie, 0x01020304);
    assert_int_equal(m->answer.result, ANSWER_DONE);
    m = kit_one(&kit, false, 0x15, "06 00000102 4f4b 0002");
    assert_int_equal(m->answer.tie, 0x0102);
    kit_clear(&kit);
}

/* "<ICCID:...>" and a position are reports and answers at once. */
static void answers_that_are_reports(void **state)
{
    struct kit kit = {0};
    (void)state;
    kit_frame(&kit, false, 0x15,
              "20 00000102 3c49434349443a 3839383630303030303030303030303030303137 0002");
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
    assert_int_equal(kit.decoded.len, 2);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_FIX);
    assert_int_equal(kit.decoded.at[1].kind, MESSAGE_RESPONSE);
    assert_int_equal(kit.decoded.at[1].answer.tie, 0x0102);
    assert_true(kit.decoded.at[1].answer.is_told);
    assert_true(bytes_eq(kit.decoded.at[1].text, "<ICCID:89860000000000000017"));
    static const char where[] = "Lat:N1.5,Lon:E2.5,Course:0.00,Speed:0.00,DateTime:2026-11-23 "
                                "01:12:00";
    char hex[2 * sizeof(where) + 16] = "00000103 01 ";
    hex_encode(bytes_of_text(where), hex + strlen(hex));
    kit_frame(&kit, true, 0x21, hex);
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_OK);
    assert_int_equal(kit.decoded.len, 2);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_FIX);
    assert_int_equal(kit.decoded.at[1].answer.tie, 0x0103);
    assert_true(kit.decoded.at[1].answer.is_told);
    assert_int_equal(kit.decoded.at[1].text.len, 0);
    kit_clear(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_goes_in_80_with_its_flag),
        cmocka_unit_test(queries_are_texts_of_their_own),
        cmocka_unit_test(a_raw_message_is_its_type_and_content),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(answers_return_the_flag),
        cmocka_unit_test(answers_that_are_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
