/* GPS103: what the vectors do not show: claims, where sentences end, commands, outcomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/protocol.h"

#define IMEI "123456789012345"

static void test_claims(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum protocol_claim claim;
    } rows[] = {{"#", CLAIM_MORE},         {"##,imei", CLAIM_MORE},
                {"##,imei:", CLAIM_YES},   {"##S,", CLAIM_NO},
                {"#L#", CLAIM_NO},         {"imei:", CLAIM_YES},
                {"IMEI ", CLAIM_NO},       {"12345", CLAIM_MORE},
                {IMEI, CLAIM_LIKELY},      {IMEI ";", CLAIM_YES},
                {IMEI "\r", CLAIM_LIKELY}, {IMEI "imei:", CLAIM_YES},
                {IMEI "6", CLAIM_NO},      {IMEI "#D#", CLAIM_NO},
                {"1234;", CLAIM_NO},       {"*" IMEI ",00#", CLAIM_YES},
                {"*HQ", CLAIM_NO},         {"*12", CLAIM_MORE}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(protocol_gps103.claims(bytes_of_text(rows[i].text)), rows[i].claim);
    }
}

static void assert_split(const char *text, enum err want, const char *frame, size_t used)
{
    struct bytes got = {0};
    size_t took = 0;
    assert_int_equal(protocol_split(&protocol_gps103, bytes_of_text(text), &got, &took), want);
    if (want == ERR_OK) {
        assert_true(bytes_eq(got, frame));
        assert_int_equal(took, used);
    }
}

static void test_where_sentences_end(void **state)
{
    (void)state;
    assert_split("##,imei:" IMEI ",A;", ERR_OK, "##,imei:" IMEI ",A", 26);
    assert_split("##,imei:" IMEI, ERR_MORE, NULL, 0);
    assert_split("; \r\n" IMEI ";", ERR_OK, IMEI, 20);
    assert_split(IMEI "imei:" IMEI ",move,", ERR_OK, IMEI, 15);
    assert_split("*" IMEI ",00#\r\nimei:" IMEI ",L,*", ERR_OK, "imei:" IMEI ",L,*", 46);
    assert_split("##,imei:" IMEI ",A*" IMEI ",00#\r\n", ERR_OK, "##,imei:" IMEI ",A", 25);
    assert_split("*" IMEI ",00", ERR_MORE, NULL, 0);
    assert_split("imei:" IMEI ",tracker,,,L,,imei:" IMEI ";", ERR_OK,
                 "imei:" IMEI ",tracker,,,L,,imei:" IMEI, 55);
    assert_split("imei:" IMEI ",tracker,1imei:" IMEI ";", ERR_OK, "imei:" IMEI ",tracker,1", 30);
    assert_split("GET /", ERR_MALFORMED, NULL, 0);
}

static void test_commands(void **state)
{
    (void)state;
    uint8_t at[256];
    struct writer out = writer_init(at, sizeof(at));
    struct session s = protocol_session(&protocol_gps103);
    struct command_note note = {0};
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    struct command_request what = {.kind = COMMAND_TEXT, .id = 1, .text = bytes_of_text("STOP")};
    assert_int_equal(protocol_decode(&protocol_gps103, &s, bytes_of_text(IMEI), &d), ERR_OK);
    assert_int_equal(protocol_gps103.command(&s, &d.slot, &what, &note, &out), COMMAND_IS_WRITTEN);
    assert_true(bytes_eq(writer_bytes(&out), "**,imei:" IMEI ",J;"));
    what.text = bytes_of_text("J");
    assert_int_equal(protocol_gps103.command(&s, &d.slot, &what, &note, &out), COMMAND_IS_INVALID);

    static const struct {
        const char *keyword;
        enum answer_result result;
    } rows[] = {{"jt", ANSWER_DONE}, {"jf", ANSWER_REFUSED}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *text =
            arena_format(&arena, "imei:" IMEI ",%s,260305080809,,L,,,,,,", rows[i].keyword);
        d = (struct decoded){.arena = &arena};
        assert_int_equal(protocol_decode(&protocol_gps103, &s, bytes_of_text(text), &d), ERR_OK);
        assert_int_equal(d.len, 2);
        assert_int_equal(d.at[1].kind, MESSAGE_RESPONSE);
        assert_int_equal(d.at[1].answer.message_id, note.message_id);
        assert_int_equal(d.at[1].answer.result, rows[i].result);
    }
    arena_free(&arena);
}

static void test_a_login_is_always_answered(void **state)
{
    (void)state;
    uint8_t at[64];
    struct arena arena = {0};
    struct session s = protocol_session(&protocol_gps103);
    struct decoded d = {.arena = &arena};
    struct writer out = writer_init(at, sizeof(at));
    assert_int_equal(protocol_decode(&protocol_gps103, &s, bytes_of_text("##,imei:" IMEI ",A"), &d),
                     ERR_OK);
    protocol_gps103.reply(&s, &d.hint, OUTCOME_REFUSED, 0, &out);
    assert_int_equal(out.len, 0);
    protocol_gps103.reply(&s, &d.hint, OUTCOME_UNREGISTERED, 0, &out);
    assert_true(bytes_eq(writer_bytes(&out), "LOAD"));
    arena_free(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_where_sentences_end),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_a_login_is_always_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
