/* Suntech: what the vectors do not show: claims, where data ends, commands, outcomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/suntech/suntech.h"

static void test_claims(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum protocol_claim claim;
    } rows[] = {{"S", CLAIM_MORE},        {"ST300", CLAIM_MORE}, {"ST300STT;", CLAIM_YES},
                {"SA200ALV;", CLAIM_YES}, {"ST910;", CLAIM_YES}, {"ST300XYZ;", CLAIM_NO},
                {"STT;", CLAIM_YES},      {"ALT", CLAIM_MORE},   {"ALT,", CLAIM_NO},
                {"RES;", CLAIM_YES},      {"GET /", CLAIM_NO},   {"\x81", CLAIM_MORE},
                {"SX", CLAIM_NO}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(protocol_suntech.claims(bytes_of_text(rows[i].text)), rows[i].claim);
    }
    static const uint8_t binary[] = {0x81, 0, 0x4e, 0x05, 0x20, 0, 0x20, 0x13};
    assert_int_equal(protocol_suntech.claims((struct bytes){binary, sizeof(binary)}), CLAIM_YES);
    static const uint8_t other[] = {0x81, 0, 0x4e, 0x05, 0xff};
    assert_int_equal(protocol_suntech.claims((struct bytes){other, sizeof(other)}), CLAIM_NO);
}

#define UEX                                                                                        \
    "345;45;315;20260102;03:04:05;1f2c3;-23.550520;-046.633310;054.000;180.00;9;1;123456;12.60;"   \
    "100010;11;RFID:00AB\r\n;3E;000135;4.1;1\r"

/* Data hold a CR; where one stands before them it ends the text, whatever has come behind it. */
static void test_ends(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } rows[] = {
        {"ST300UEX;789012" UEX, sizeof("ST300UEX;789012" UEX) - 2},
        {"ST300UEX;789\r012" UEX, sizeof("ST300UEX;789") - 1},
        {"ST300UEX;78901\r", sizeof("ST300UEX;78901") - 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes frame = {0};
        size_t used = 0;
        struct bytes in = bytes_of_text(rows[i].text);
        for (size_t len = 1; len <= rows[i].len; len++) {
            assert_int_equal(
                protocol_split(&protocol_suntech, bytes_slice(in, 0, len), &frame, &used),
                ERR_MORE);
        }
        assert_int_equal(protocol_split(&protocol_suntech, in, &frame, &used), ERR_OK);
        assert_int_equal(frame.len, rows[i].len);
        assert_int_equal(used, rows[i].len + 1);
    }
}

static void test_commands(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *text;
        const char *want;
        const char *answer;
    } rows[] = {
        {"ST300ALV;789012345", "Enable1", "ST300CMD;789012345;02;Enable1\r",
         "ST300CMD;Res;789012345;315;Enable1"},
        {"ALV;6789012345", "04,01", "CMD;6789012345;04;01\r", "RES;6789012345;04;01;OK"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t at[1024];
        struct arena arena = {0};
        struct session s = protocol_session(&protocol_suntech);
        struct decoded d = {.arena = &arena};
        struct command_note note = {0};
        struct writer out = writer_init(at, sizeof(at));
        struct command_request what = {
            .kind = COMMAND_TEXT, .id = 1, .text = bytes_of_text(rows[i].text)};
        assert_int_equal(protocol_decode(&protocol_suntech, &s, bytes_of_text(rows[i].from), &d),
                         ERR_OK);
        assert_int_equal(protocol_suntech.command(&s, &d.slot, &what, &note, &out),
                         COMMAND_IS_WRITTEN);
        assert_true(bytes_eq(writer_bytes(&out), rows[i].want));
        uint16_t asked = note.message_id;
        what.text = bytes_of_text("04;01");
        assert_int_equal(protocol_suntech.command(&s, &d.slot, &what, &note, &out),
                         COMMAND_IS_INVALID);
        d = (struct decoded){.arena = &arena};
        assert_int_equal(protocol_decode(&protocol_suntech, &s, bytes_of_text(rows[i].answer), &d),
                         ERR_OK);
        assert_int_equal(d.at[0].kind, MESSAGE_RESPONSE);
        assert_int_equal(d.at[0].answer.message_id, asked);
        arena_free(&arena);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
