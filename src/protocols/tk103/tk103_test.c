/* TK103: what the vectors do not show: claims, where frames end, commands, outcomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/tk103/tk103.h"

#define ID "056789012345"

static void test_claims(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum protocol_claim claim;
    } rows[] = {{"(", CLAIM_MORE},
                {"(0567", CLAIM_MORE},
                {"(" ID "BR0", CLAIM_MORE},
                {"(" ID "BR00", CLAIM_YES},
                {"(" ID "CR00", CLAIM_MORE}, /* the id may have 15 characters */
                {"(" ID "CR00000)", CLAIM_NO},
                {"(SOMEDEVICE01BR00", CLAIM_YES},
                {"(123456789012345,", CLAIM_MORE},
                {"(123456789012345,DW31", CLAIM_YES},
                {"(123456789012345,XY31", CLAIM_NO},
                {"(8000012345,P45", CLAIM_NO},
                {"(7941000001,1,001", CLAIM_NO},
                {"[3G*", CLAIM_NO}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(protocol_tk103.claims(bytes_of_text(rows[i].text)), rows[i].claim);
    }
}

static void test_a_text_may_hold_brackets(void **state)
{
    (void)state;
    struct bytes frame = {0};
    size_t used = 0;
    const char *text = "x(123456789012345,ZC03,050326,070809,$a) b$)(";
    assert_int_equal(protocol_tk103.split(bytes_of_text(text), &frame, &used), ERR_OK);
    assert_int_equal(used, strlen(text) - 1);
    assert_int_equal(protocol_tk103.split(bytes_of_text("(12$)"), &frame, &used), ERR_MORE);
    size_t skip = 0;
    assert_int_equal(protocol_tk103.resync(bytes_of_text("(12(34(" ID "BP00HSO)"), &skip), ERR_OK);
    assert_int_equal(skip, 6);
}

struct kit {
    struct arena arena;
    struct session session;
    struct decoded decoded;
    uint8_t at[1024];
    struct writer out;
};

static void kit_decode(struct kit *kit, const char *text)
{
    kit->session = protocol_session(&protocol_tk103);
    kit->decoded = (struct decoded){.arena = &kit->arena};
    assert_int_equal(protocol_tk103.decode(&kit->session, bytes_of_text(text), &kit->decoded),
                     ERR_OK);
}

static enum command_fate kit_command(struct kit *kit, const char *text, struct command_note *note)
{
    const struct command_request what = {
        .kind = COMMAND_TEXT, .id = 1, .text = bytes_of_text(text)};
    kit->out = writer_init(kit->at, sizeof(kit->at));
    *note = (struct command_note){0};
    return protocol_tk103.command(&kit->session, &kit->decoded.slot, &what, note, &kit->out);
}

static void test_commands_by_the_kind_of_device(void **state)
{
    (void)state;
    struct kit kit = {0};
    struct command_note note;
    kit_decode(&kit, "(" ID "BP00HSO)");
    assert_int_equal(kit_command(&kit, "AV010", &note), COMMAND_IS_WRITTEN);
    assert_true(bytes_eq(writer_bytes(&kit.out), "(" ID "AV010)"));
    assert_false(note.is_unaddressed);
    uint16_t asked = note.message_id;
    assert_int_equal(kit_command(&kit, "*turnoff*", &note), COMMAND_IS_INVALID);
    assert_int_equal(kit_command(&kit, "AV010)(", &note), COMMAND_IS_INVALID);
    kit_decode(&kit, "(" ID "BV01)");
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_RESPONSE);
    assert_int_equal(kit.decoded.at[0].answer.message_id, asked);

    kit_decode(&kit, "(123456789012345,ZC03,050326,070809,$OK$)");
    assert_int_equal(kit_command(&kit, "*turnoff*", &note), COMMAND_IS_WRITTEN);
    assert_true(bytes_eq(writer_bytes(&kit.out), "[begin]sms2,*turnoff*,[end]"));
    assert_true(note.is_unaddressed);
    arena_free(&kit.arena);
}

static void test_a_position_that_was_asked_for_is_an_answer(void **state)
{
    (void)state;
    struct kit kit = {0};
    struct command_note note;
    kit_decode(&kit, "(" ID "BP04260305A5230.0000N01315.0000E036.0070809270.0001000000L00000000)");
    assert_int_equal(kit.decoded.len, 2);
    assert_true(kit.decoded.at[1].answer.is_told);
    assert_int_equal(kit_command(&kit, "AP00", &note), COMMAND_IS_WRITTEN);
    assert_int_equal(kit.decoded.at[1].answer.message_id, note.message_id);
    arena_free(&kit.arena);
}

static void test_outcomes(void **state)
{
    (void)state;
    struct kit kit = {0};
    kit_decode(&kit, "(" ID "BP00HSO)");
    kit.out = writer_init(kit.at, sizeof(kit.at));
    protocol_tk103.reply(&kit.session, &kit.decoded.hint, OUTCOME_UNREGISTERED, 0, &kit.out);
    assert_true(bytes_eq(writer_bytes(&kit.out), "(" ID "AP01HSO)"));
    kit_decode(&kit, "(" ID "BO012)");
    kit.out = writer_init(kit.at, sizeof(kit.at));
    protocol_tk103.reply(&kit.session, &kit.decoded.hint, OUTCOME_UNREGISTERED, 0, &kit.out);
    assert_int_equal(kit.out.len, 0);
    arena_free(&kit.arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_a_text_may_hold_brackets),
        cmocka_unit_test(test_commands_by_the_kind_of_device),
        cmocka_unit_test(test_a_position_that_was_asked_for_is_an_answer),
        cmocka_unit_test(test_outcomes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
