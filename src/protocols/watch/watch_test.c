/* Watches: what the vectors do not show: claims, commands, outcomes, where a frame ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/watch/watch.h"

static void test_claims(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum protocol_claim claim;
    } rows[] = {{"[", CLAIM_MORE},
                {"[3G*12345", CLAIM_MORE},
                {"[3G*1234567890*", CLAIM_YES},
                {"[ZJ*123456789012345*", CLAIM_YES},
                {"[3G*123456789*", CLAIM_NO},
                {"[3G*1234567890123456", CLAIM_NO},
                {"[M1,", CLAIM_NO},
                {"[3g*", CLAIM_NO},
                {"(3G*", CLAIM_NO}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(protocol_watch.claims(bytes_of_text(rows[i].text)), rows[i].claim);
    }
}

struct kit {
    struct arena arena;
    struct session session;
    struct decoded decoded;
    uint8_t at[2048];
    struct writer out;
};

static enum err kit_decode(struct kit *kit, const char *text)
{
    kit->session = protocol_session(&protocol_watch);
    kit->decoded = (struct decoded){.arena = &kit->arena};
    return protocol_watch.decode(&kit->session, bytes_of_text(text), &kit->decoded);
}

static void assert_command(struct kit *kit, const char *text, enum command_fate fate,
                           const char *want)
{
    struct command_note note = {0};
    const struct command_request what = {
        .kind = COMMAND_TEXT, .id = 1, .text = bytes_of_text(text)};
    kit->out = writer_init(kit->at, sizeof(kit->at));
    assert_int_equal(
        protocol_watch.command(&kit->session, &kit->decoded.slot, &what, &note, &kit->out), fate);
    if (fate == COMMAND_IS_WRITTEN) {
        assert_true(bytes_eq(writer_bytes(&kit->out), want));
        assert_int_not_equal(note.message_id, 0);
        assert_false(note.is_unaddressed);
    }
}

static void test_commands_have_the_form_of_the_device(void **state)
{
    (void)state;
    struct kit kit = {0};
    assert_int_equal(kit_decode(&kit, "[3G*0123456789*0002*LK]"), ERR_OK);
    assert_command(&kit, "UPLOAD,600", COMMAND_IS_WRITTEN, "[3G*0123456789*000a*UPLOAD,600]");
    assert_command(&kit, "CR]", COMMAND_IS_INVALID, "");
    assert_int_equal(kit_decode(&kit, "[ZJ*123456789012345*0012*0002*LK]"), ERR_OK);
    assert_command(&kit, "CR", COMMAND_IS_WRITTEN, "[ZJ*123456789012345*0001*0002*CR]");
    arena_free(&kit.arena);
}

static size_t reply_len(struct kit *kit, const char *text, enum outcome outcome)
{
    assert_int_equal(kit_decode(kit, text), ERR_OK);
    kit->out = writer_init(kit->at, sizeof(kit->at));
    protocol_watch.reply(&kit->session, &kit->decoded.hint, outcome, 0, &kit->out);
    return kit->out.len;
}

static void test_outcomes(void **state)
{
    (void)state;
    struct kit kit = {0};
    const char *alarm = "[3G*1234567890*0002*AL,050326,070809,V,0,N,0,E]";
    assert_true(reply_len(&kit, "[3G*1234567890*0002*LK]", OUTCOME_UNREGISTERED) > 0);
    assert_int_equal(reply_len(&kit, "[3G*1234567890*0002*LK]", OUTCOME_REFUSED), 0);
    assert_int_equal(reply_len(&kit, alarm, OUTCOME_UNREGISTERED), 0);
    assert_true(reply_len(&kit, alarm, OUTCOME_STORED) > 0);
    arena_free(&kit.arena);
}

static void test_a_frame_ends_where_its_brackets_close(void **state)
{
    (void)state;
    struct bytes frame = {0};
    size_t used = 0;
    const char *text = "[3G*1234567890*0001*TK,[a]][3G*1234567890*0002*LK]";
    assert_int_equal(protocol_watch.split(bytes_of_text(text), &frame, &used), ERR_OK);
    assert_int_equal(used, strlen("[3G*1234567890*0001*TK,[a]]"));
    size_t skip = 0;
    const char *cut = "[3G*1234567890*0001*TK,[3G*1234567890*0002*LK]";
    assert_int_equal(protocol_watch.split(bytes_of_text(cut), &frame, &used), ERR_MORE);
    assert_int_equal(protocol_watch.resync(bytes_of_text(cut), &skip), ERR_OK);
    assert_int_equal(skip, strlen("[3G*1234567890*0001*TK,"));
    struct kit kit = {0};
    assert_int_equal(kit_decode(&kit, "[3G*1234567890*LK]"), ERR_MALFORMED);
    arena_free(&kit.arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_commands_have_the_form_of_the_device),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_a_frame_ends_where_its_brackets_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
