/* Eelink: how a connection is told, outcomes, and commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/hex.h"
#include "protocols/eelink/eelink.h"

enum { ROOM = 256 };

static struct bytes of_hex(const char *hex, uint8_t at[ROOM])
{
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), at, ROOM, &len), ERR_OK);
    return (struct bytes){at, len};
}

static void test_claims(void **state)
{
    static const struct {
        const char *hex;
        enum protocol_claim want;
    } cases[] = {
        {"67", CLAIM_MORE},
        {"676701", CLAIM_MORE},
        {"676701000c", CLAIM_YES},
        {"676708", CLAIM_NO},
        {"6768", CLAIM_NO},
        {"6767010001", CLAIM_NO},
        {"454c0013", CLAIM_MORE},
        {"454d", CLAIM_NO},
        {"454c0013ea0501234567890123456767", CLAIM_YES},
        {"454c0013ea0501234567890123456867", CLAIM_NO},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t at[ROOM];
        print_message("# %s\n", cases[i].hex);
        assert_int_equal(protocol_eelink.claims(of_hex(cases[i].hex, at)), cases[i].want);
    }
}

static void assert_reply(const char *frame, enum outcome outcome, const char *want)
{
    uint8_t at[ROOM];
    uint8_t reply[PROTOCOL_REPLY_MAX];
    char got[2 * PROTOCOL_REPLY_MAX + 1];
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    struct session s = protocol_session(&protocol_eelink);
    struct writer w = writer_init(reply, sizeof(reply));
    assert_int_equal(protocol_decode(&protocol_eelink, &s, of_hex(frame, at), &d), ERR_OK);
    protocol_eelink.reply(&s, &d.hint, outcome, 0x69a92bd9, &w);
    hex_encode(writer_bytes(&w), got);
    assert_string_equal(got, want);
    arena_free(&arena);
}

static void test_outcomes(void **state)
{
    static const char login[] = "676701000c000701234567890123450104";
    static const char warning[] = "676714000a000b69a92bd900020007";
    static const char datagram[] = "454c0013ea050123456789012345676703000400090027";
    (void)state;
    assert_reply(login, OUTCOME_UNREGISTERED, "6767010009000769a92bd9000100");
    assert_reply(warning, OUTCOME_STORED, "6767140002000b");
    assert_reply(warning, OUTCOME_REFUSED, "");
    assert_reply(datagram, OUTCOME_STORED, "454c0011ba6f012345678901234567670300020009");
}

static void test_commands(void **state)
{
    static const struct {
        enum command_kind kind;
        const char *text;
        enum command_fate fate;
        const char *hex;
    } cases[] = {
        {COMMAND_TEXT, "RESET#", COMMAND_IS_WRITTEN, "676780000d00000100000005524553455423"},
        {COMMAND_QUERY_STATUS, "", COMMAND_IS_WRITTEN, "676780000d00000100000005574845524523"},
        {COMMAND_TEXT, "", COMMAND_IS_INVALID, ""},
        {COMMAND_LOCK, "", COMMAND_IS_UNSUPPORTED, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t at[PROTOCOL_COMMAND_MAX];
        char got[2 * PROTOCOL_COMMAND_MAX + 1];
        struct writer w = writer_init(at, sizeof(at));
        struct session s = protocol_session(&protocol_eelink);
        const struct device_slot slot = {0};
        struct command_note note = {0};
        const struct command_request what = {
            .kind = cases[i].kind, .id = 5, .text = bytes_of_text(cases[i].text)};
        assert_int_equal(protocol_eelink.command(&s, &slot, &what, &note, &w), cases[i].fate);
        hex_encode(writer_bytes(&w), got);
        assert_string_equal(got, cases[i].hex);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_commands),
    };
    return cmocka_run_group_tests_name("eelink", tests, NULL, NULL);
}
