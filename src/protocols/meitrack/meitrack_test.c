/* Meitrack: what the vectors do not show: claims, lengths and sums, commands, outcomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/meitrack/meitrack.h"

#define ALIVE "$$C27,123456789012345,AAC,1*A4\r\n"

static void test_claims(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum protocol_claim claim;
    } rows[] = {{"$", CLAIM_MORE},
                {"$$B16", CLAIM_MORE},
                {"$$B164,", CLAIM_MORE},
                {"$$B164,1", CLAIM_YES},
                {"$$^182,8", CLAIM_YES},
                {"$$0108AA", CLAIM_NO},
                {"$$B3123456789012345|", CLAIM_NO},
                {"$GPRMC", CLAIM_NO},
                {"$$~", CLAIM_NO},
                {"$$B,1", CLAIM_NO}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(protocol_meitrack.claims(bytes_of_text(rows[i].text)), rows[i].claim);
    }
}

static void assert_split(const char *text, enum err want, size_t used)
{
    struct bytes frame = {0};
    size_t took = 0;
    assert_int_equal(protocol_split(&protocol_meitrack, bytes_of_text(text), &frame, &took), want);
    if (want == ERR_OK) {
        assert_int_equal(took, used);
    }
}

static void test_lengths_and_sums(void **state)
{
    (void)state;
    assert_split(ALIVE, ERR_OK, strlen(ALIVE));
    assert_split("\r\n" ALIVE, ERR_OK, strlen(ALIVE) + 2);
    /* The sum is not insisted on; the line end is. */
    assert_split("$$C27,123456789012345,AAC,1*00\r\n", ERR_OK, strlen(ALIVE));
    assert_split("$$C27,123456789012345,AAC,1*A4xx", ERR_MALFORMED, 0);
    /* One byte too much: the sum tells that the frame is whole. */
    assert_split("$$C28,123456789012345,AAC,1*A5\r\n", ERR_OK, strlen(ALIVE));
    assert_split("$$C28,123456789012345,AAC,1*00\r\n", ERR_MORE, 0);
    assert_split("$$C99999,1", ERR_TOO_LONG, 0);
    assert_split("$$C7,123*", ERR_MALFORMED, 0);
    size_t skip = 0;
    assert_int_equal(protocol_resync(&protocol_meitrack, bytes_of_text("$$C99,1" ALIVE), &skip),
                     ERR_OK);
    assert_int_equal(skip, 7);
}

static void test_commands(void **state)
{
    (void)state;
    uint8_t at[1024];
    struct arena arena = {0};
    struct session s = protocol_session(&protocol_meitrack);
    struct decoded d = {.arena = &arena};
    struct command_note note = {0};
    struct writer out = writer_init(at, sizeof(at));
    struct command_request what = {
        .kind = COMMAND_TEXT, .id = 1, .text = bytes_of_text("C01,0,12222")};
    assert_int_equal(protocol_decode(&protocol_meitrack, &s, bytes_of_text(ALIVE), &d), ERR_OK);
    assert_int_equal(protocol_meitrack.command(&s, &d.slot, &what, &note, &out),
                     COMMAND_IS_WRITTEN);
    assert_true(bytes_eq(writer_bytes(&out), "@@B33,123456789012345,C01,0,12222*DB\r\n"));
    what.text = bytes_of_text("C01,0*");
    assert_int_equal(protocol_meitrack.command(&s, &d.slot, &what, &note, &out),
                     COMMAND_IS_INVALID);
    what.text = bytes_of_text("REBOOT");
    assert_int_equal(protocol_meitrack.command(&s, &d.slot, &what, &note, &out),
                     COMMAND_IS_INVALID);
    uint16_t asked = note.message_id;
    d = (struct decoded){.arena = &arena};
    assert_int_equal(protocol_decode(&protocol_meitrack, &s,
                                     bytes_of_text("$$B28,123456789012345,C01,OK*EC\r\n"), &d),
                     ERR_OK);
    assert_int_equal(d.at[0].kind, MESSAGE_RESPONSE);
    assert_int_equal(d.at[0].answer.message_id, asked);
    arena_free(&arena);
}

static void test_outcomes(void **state)
{
    (void)state;
    uint8_t at[1024];
    struct arena arena = {0};
    struct session s = protocol_session(&protocol_meitrack);
    struct decoded d = {.arena = &arena};
    struct writer out = writer_init(at, sizeof(at));
    assert_int_equal(protocol_decode(&protocol_meitrack, &s, bytes_of_text(ALIVE), &d), ERR_OK);
    protocol_meitrack.reply(&s, &d.hint, OUTCOME_REFUSED, 0, &out);
    assert_int_equal(out.len, 0);
    protocol_meitrack.reply(&s, &d.hint, OUTCOME_UNREGISTERED, 0, &out);
    assert_true(bytes_begin(writer_bytes(&out), "@@C27,123456789012345,AAC,1*"));
    arena_free(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_lengths_and_sums),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_outcomes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
