/* Ruptela: how a connection is told, what is refused and answered, and commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/hex.h"
#include "protocols/ruptela/ruptela.h"

/* One record of 123456789012345, with five elements. */
#define RECORD_HEX                                                                                 \
    "003200007048860ddf790100016a18a50000000f11604720989ac00460235a0b002a08070205012"              \
    "0fb011d316a0141000004af002d70"
#define HEARTBEAT_HEX "000900007048860ddf7910"

static size_t bytes_of_hex(const char *hex, uint8_t at[RUPTELA_FRAME_MAX])
{
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), at, RUPTELA_FRAME_MAX, &len), ERR_OK);
    return len;
}

static enum protocol_claim claim_of_hex(const char *hex)
{
    uint8_t at[RUPTELA_FRAME_MAX];
    return protocol_ruptela.claims((struct bytes){at, bytes_of_hex(hex, at)});
}

static void test_claims(void **state)
{
    static const struct {
        const char *hex;
        enum protocol_claim want;
    } cases[] = {
        {"00", CLAIM_MORE},
        {"0032", CLAIM_MORE},
        {"003200007048860ddf79", CLAIM_MORE},
        {"003200007048860ddf7901", CLAIM_LIKELY},
        {"003200007048860ddf7908", CLAIM_NO}, /* no type */
        {"000f33", CLAIM_NO},                 /* a login of Teltonika */
        {"00000000", CLAIM_NO},               /* its data */
        {"01170003", CLAIM_MORE},             /* or Galileosky */
        {"0117000331", CLAIM_MORE},
        {"0117000331323334353637", CLAIM_NO},
        {"0117800103", CLAIM_NO},
        {"41", CLAIM_NO},
        {RECORD_HEX, CLAIM_YES},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        print_message("# %s\n", cases[i].hex);
        assert_int_equal(claim_of_hex(cases[i].hex), cases[i].want);
    }
}

static void test_a_checksum_decides(void **state)
{
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    struct session s = protocol_session(&protocol_ruptela);
    uint8_t at[RUPTELA_FRAME_MAX];
    size_t len = bytes_of_hex(RECORD_HEX, at);
    size_t skip = 0;
    (void)state;
    at[len - 1] ^= 1;
    assert_int_equal(protocol_ruptela.decode(&s, (struct bytes){at, len}, &d), ERR_CHECKSUM);
    assert_int_equal(protocol_ruptela.claims((struct bytes){at, len}), CLAIM_LIKELY);
    size_t more = bytes_of_hex(RECORD_HEX, at + len);
    assert_int_equal(protocol_ruptela.resync((struct bytes){at, len + more}, &skip), ERR_OK);
    assert_int_equal(skip, len);
    assert_int_equal(protocol_ruptela.resync((struct bytes){at, len + more - 1}, &skip), ERR_MORE);
    arena_free(&arena);
}

static void test_replies(void **state)
{
    static const struct {
        uint8_t type;
        enum outcome outcome;
        const char *hex;
    } cases[] = {
        {0x01, OUTCOME_STORED, "0002640113bc"},  {0x44, OUTCOME_STORED, "0002640113bc"},
        {0x01, OUTCOME_REFUSED, "000264000235"}, {0x01, OUTCOME_UNREGISTERED, ""},
        {0x09, OUTCOME_STORED, "00026d01c4a4"},  {0x0f, OUTCOME_UNREGISTERED, "00027301cb25"},
        {0x10, OUTCOME_REFUSED, "00027401862d"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t at[PROTOCOL_REPLY_MAX];
        char got[2 * PROTOCOL_REPLY_MAX + 1];
        struct writer w = writer_init(at, sizeof(at));
        struct session s = protocol_session(&protocol_ruptela);
        const struct reply_hint hint = {{cases[i].type}};
        protocol_ruptela.reply(&s, &hint, cases[i].outcome, 0, &w);
        hex_encode(writer_bytes(&w), got);
        assert_string_equal(got, cases[i].hex);
    }
}

static void test_commands(void **state)
{
    static const struct {
        enum command_kind kind;
        const char *text;
        enum command_fate fate;
        uint16_t message_id;
        const char *hex;
    } cases[] = {
        {COMMAND_TEXT, " coords", COMMAND_IS_WRITTEN, 7, "00086c20636f6f7264739637"},
        {COMMAND_QUERY_STATUS, "", COMMAND_IS_WRITTEN, 7, "00086c20636f6f7264739637"},
        {COMMAND_QUERY_PARAMETERS, "", COMMAND_IS_WRITTEN, 3, "00016717b9"},
        {COMMAND_TEXT, "00097500000002000000019bd7", COMMAND_IS_WRITTEN, 0,
         "00097500000002000000019bd7"},
        {COMMAND_TEXT, "", COMMAND_IS_INVALID, 0, ""},
        {COMMAND_UNLOCK, "", COMMAND_IS_UNSUPPORTED, 0, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t at[PROTOCOL_COMMAND_MAX];
        char got[2 * PROTOCOL_COMMAND_MAX + 1];
        struct writer w = writer_init(at, sizeof(at));
        struct session s = protocol_session(&protocol_ruptela);
        const struct device_slot slot = {0};
        struct command_note note = {0};
        const struct command_request what = {
            .kind = cases[i].kind, .id = 1, .text = bytes_of_text(cases[i].text)};
        assert_int_equal(protocol_ruptela.command(&s, &slot, &what, &note, &w), cases[i].fate);
        assert_int_equal(note.message_id, cases[i].message_id);
        hex_encode(writer_bytes(&w), got);
        assert_string_equal(got, cases[i].hex);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_a_checksum_decides),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_commands),
    };
    return cmocka_run_group_tests_name("ruptela", tests, NULL, NULL);
}
