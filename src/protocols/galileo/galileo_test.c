/* Galileosky: how a connection is told, what is refused and answered, and commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/hex.h"
#include "protocols/galileo/galileo.h"

#define HEAD_HEX                                                                                   \
    "01178001"                                                                                     \
    "9a021003"                                                                                     \
    "313233343536373839303132333435"                                                               \
    "040700"                                                                                       \
    "e3c9"

enum { ROOM = 512 };

static enum protocol_claim claim_of_hex(const char *hex)
{
    uint8_t at[ROOM];
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), at, sizeof(at), &len), ERR_OK);
    return protocol_galileo.claims((struct bytes){at, len});
}

static void test_claims(void **state)
{
    static const struct {
        const char *hex;
        enum protocol_claim want;
    } cases[] = {
        {"01", CLAIM_MORE},           {"011780", CLAIM_MORE},
        {"01178001", CLAIM_LIKELY},   {"010000", CLAIM_NO},
        {"0146000300", CLAIM_NO}, /* Ruptela: no digits behind the tag of an IMEI */
        {"0146000331", CLAIM_LIKELY}, {"01460000", CLAIM_NO},
        {"07e10300", CLAIM_NO}, /* a photo names nobody */
        {HEAD_HEX, CLAIM_YES},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        print_message("# %s\n", cases[i].hex);
        assert_int_equal(claim_of_hex(cases[i].hex), cases[i].want);
    }
}

static void test_outcomes(void **state)
{
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    struct session s = protocol_session(&protocol_galileo);
    uint8_t at[ROOM];
    uint8_t reply[PROTOCOL_REPLY_MAX];
    size_t len = 0;
    (void)state;
    assert_int_equal(hex_decode(bytes_of_text(HEAD_HEX), at, sizeof(at), &len), ERR_OK);
    assert_int_equal(protocol_galileo.decode(&s, (struct bytes){at, len}, &d), ERR_OK);
    assert_string_equal(s.device_id, "123456789012345");
    struct writer w = writer_init(reply, sizeof(reply));
    protocol_galileo.reply(&s, &d.hint, OUTCOME_UNREGISTERED, 0, &w);
    assert_int_equal(w.len, 3);
    assert_memory_equal(reply, "\x02\xe3\xc9", 3);
    w = writer_init(reply, sizeof(reply));
    protocol_galileo.reply(&s, &d.hint, OUTCOME_REFUSED, 0, &w);
    assert_int_equal(w.len, 0);
    at[len - 1] ^= 1;
    assert_int_equal(protocol_galileo.decode(&s, (struct bytes){at, len}, &d), ERR_CHECKSUM);
    arena_free(&arena);
}

static void test_commands(void **state)
{
    static const struct {
        enum command_kind kind;
        const char *text;
        enum command_fate fate;
        const char *hex;
    } cases[] = {
        {COMMAND_TEXT, "Out 1,1", COMMAND_IS_WRITTEN,
         "01210003313233343536373839303132333435040000e011000000e1074f757420312c31acc5"},
        {COMMAND_TEXT, "", COMMAND_IS_INVALID, ""},
        {COMMAND_QUERY_ICCID, "", COMMAND_IS_UNSUPPORTED, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t at[PROTOCOL_COMMAND_MAX];
        char got[2 * PROTOCOL_COMMAND_MAX + 1];
        struct writer w = writer_init(at, sizeof(at));
        struct session s = protocol_session(&protocol_galileo);
        struct device_slot slot = {0};
        struct command_note note = {0};
        const struct command_request what = {
            .kind = cases[i].kind, .id = 0x11, .text = bytes_of_text(cases[i].text)};
        memcpy(slot.at, "123456789012345", GALILEO_IMEI_LEN);
        assert_int_equal(protocol_galileo.command(&s, &slot, &what, &note, &w), cases[i].fate);
        assert_int_equal(note.tie, 0x11);
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
    return cmocka_run_group_tests_name("galileo", tests, NULL, NULL);
}
