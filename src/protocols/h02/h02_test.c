/* H02: what the vectors do not show: claims, commands, outcomes, and the device's side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "protocols/h02/h02.h"

#define FRAME_HEX "2412345678900708090503265230000006013150000e020270fffffbffff0012"

struct kit {
    struct arena arena;
    struct session session;
    struct decoded decoded;
    uint8_t at[4096];
    struct writer out;
};

static void kit_init(struct kit *kit)
{
    *kit = (struct kit){.session = protocol_session(&protocol_h02)};
    kit->out = writer_init(kit->at, sizeof(kit->at));
}

static enum err kit_text(struct kit *kit, const char *text)
{
    struct bytes frame = {0};
    size_t used = 0;
    assert_int_equal(protocol_split(&protocol_h02, bytes_of_text(text), &frame, &used), ERR_OK);
    kit->decoded = (struct decoded){.arena = &kit->arena};
    return protocol_decode(&protocol_h02, &kit->session, frame, &kit->decoded);
}

static size_t put_hex(const char *hex, uint8_t *at, size_t room)
{
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), at, room, &len), ERR_OK);
    return len;
}

static void test_claims(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum protocol_claim claim;
    } rows[] = {{"*", CLAIM_MORE},   {"*HQ", CLAIM_MORE}, {"*HQ,", CLAIM_YES},
                {"*ET,", CLAIM_NO},  {"*GS,", CLAIM_NO},  {"*12345", CLAIM_NO},
                {"(1234", CLAIM_NO}, {"$GPRMC", CLAIM_NO}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(protocol_h02.claims(bytes_of_text(rows[i].text)), rows[i].claim);
    }
    uint8_t at[64];
    size_t len = put_hex(FRAME_HEX, at, sizeof(at));
    assert_int_equal(protocol_h02.claims((struct bytes){at, len - 1}), CLAIM_MORE);
    assert_int_equal(protocol_h02.claims((struct bytes){at, len}), CLAIM_YES);
    at[25] = 0; /* the status is what tells it from JT600 */
    at[26] = 0;
    assert_int_equal(protocol_h02.claims((struct bytes){at, len}), CLAIM_LIKELY);
}

static void test_a_binary_frame_ends_where_the_next_one_begins(void **state)
{
    (void)state;
    uint8_t at[256];
    struct bytes frame = {0};
    size_t used = 0;
    size_t one = put_hex(FRAME_HEX "1f080000000000ea1e00000000", at, sizeof(at));
    size_t two = put_hex(FRAME_HEX, at + one, sizeof(at) - one);
    assert_int_equal(protocol_split(&protocol_h02, (struct bytes){at, one + two}, &frame, &used),
                     ERR_OK);
    assert_int_equal(used, one);
    assert_int_equal(protocol_split(&protocol_h02, (struct bytes){at, one}, &frame, &used), ERR_OK);
    assert_int_equal(used, one);
    assert_int_equal(protocol_split(&protocol_h02, (struct bytes){at, 31}, &frame, &used),
                     ERR_MORE);
    /* What is left of it is passed over. */
    assert_int_equal(
        protocol_split(&protocol_h02, (struct bytes){at + 35, one + two - 35}, &frame, &used),
        ERR_OK);
    assert_int_equal(frame.len, two);
}

static enum command_fate kit_command(struct kit *kit, const char *text, struct command_note *note)
{
    const struct command_request what = {
        .kind = COMMAND_TEXT, .id = 7, .text = bytes_of_text(text)};
    kit->out = writer_init(kit->at, sizeof(kit->at));
    return protocol_h02.command(&kit->session, &kit->decoded.slot, &what, note, &kit->out);
}

static void test_commands_speak_to_the_device(void **state)
{
    (void)state;
    struct kit kit;
    struct command_note note = {0};
    kit_init(&kit);
    assert_int_equal(kit_text(&kit, "*TH,0123456789,V0#"), ERR_OK);
    assert_int_equal(kit_command(&kit, "S20,1,1", &note), COMMAND_IS_WRITTEN);
    assert_true(bytes_eq(writer_bytes(&kit.out), "*TH,0123456789,S20,000007,1,1#"));
    assert_int_equal(note.tie, 7);
    assert_false(note.is_unaddressed);
    assert_int_equal(kit_command(&kit, "CQ", &note), COMMAND_IS_WRITTEN);
    assert_true(bytes_eq(writer_bytes(&kit.out), "*TH,0123456789,CQ,000007#"));
    assert_int_equal(kit_command(&kit, "S20#*HQ", &note), COMMAND_IS_INVALID);
    assert_int_equal(kit_command(&kit, ",1", &note), COMMAND_IS_INVALID);
    arena_free(&kit.arena);
}

static void test_an_answer_finds_its_command(void **state)
{
    (void)state;
    struct kit kit;
    struct command_note note = {0};
    kit_init(&kit);
    assert_int_equal(kit_text(&kit, "*HQ,1234567890,V4,S20,DONE,000007,070815,A,5230.0000,N,"
                                    "01315.0000,E,000.00,000,050326,F7FFFBFF#"),
                     ERR_OK);
    assert_int_equal(kit.decoded.len, 2);
    const struct message *m = &kit.decoded.at[0];
    assert_int_equal(m->kind, MESSAGE_RESPONSE);
    assert_true(bytes_eq(m->text, "S20,DONE,000007"));
    assert_int_equal(kit_command(&kit, "S20,1,1", &note), COMMAND_IS_WRITTEN);
    assert_int_equal(m->answer.tie, note.tie);
    assert_int_equal(m->answer.message_id, note.message_id);
    assert_int_equal(m->answer.result, ANSWER_DONE);
    arena_free(&kit.arena);
}

static void test_only_what_is_stored_is_answered(void **state)
{
    (void)state;
    struct kit kit;
    kit_init(&kit);
    assert_int_equal(kit_text(&kit, "*HQ,1234567890,HTBT,80#"), ERR_OK);
    protocol_h02.reply(&kit.session, &kit.decoded.hint, OUTCOME_UNREGISTERED, 0, &kit.out);
    protocol_h02.reply(&kit.session, &kit.decoded.hint, OUTCOME_REFUSED, 0, &kit.out);
    assert_int_equal(kit.out.len, 0);
    protocol_h02.reply(&kit.session, &kit.decoded.hint, OUTCOME_STORED, 0, &kit.out);
    assert_true(bytes_eq(writer_bytes(&kit.out), "*HQ,1234567890,HTBT#"));
    arena_free(&kit.arena);
}

static void test_what_a_device_sends_comes_back(void **state)
{
    (void)state;
    struct kit kit;
    struct fix fix = {0};
    size_t used = 0;
    size_t acknowledged = 0;
    kit_init(&kit);
    bytes_to_text(bytes_of_text("1234500000"), kit.session.device_id,
                  sizeof(kit.session.device_id));
    fix_set_time(&fix, 1780000000);
    fix_set_position(&fix, -337654321, 1512345678, true);
    fix_set_speed_kmh_e2(&fix, 5400);
    fix_set_course_cdeg(&fix, 27050);
    fix_set_switch(&fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    const struct encode_request what = {.kind = ENCODE_FIXES, .fixes = &fix, .count = 1};
    assert_int_equal(h02_device.encode(&kit.session, &what, &kit.out), ERR_OK);
    write_u8(&kit.out, 0);
    assert_int_equal(kit_text(&kit, (const char *)kit.at), ERR_OK);
    assert_int_equal(kit.decoded.len, 1);
    const struct fix *got = &kit.decoded.at[0].fix;
    assert_int_equal(got->gps_time_s, fix.gps_time_s);
    assert_in_range(got->lat_e7 - fix.lat_e7 + 2, 0, 4);
    assert_in_range(got->lon_e7 - fix.lon_e7 + 2, 0, 4);
    assert_in_range(got->speed_kmh_e2 - fix.speed_kmh_e2 + 1, 0, 2);
    assert_int_equal(got->course_cdeg, fix.course_cdeg);
    assert_true((got->flags & FIX_IGNITION_ON) != 0);
    kit.out = writer_init(kit.at, sizeof(kit.at));
    protocol_h02.reply(&kit.session, &kit.decoded.hint, OUTCOME_STORED, 0, &kit.out);
    assert_int_equal(
        h02_device.read_ack(&kit.session, writer_bytes(&kit.out), &used, &acknowledged), ERR_OK);
    assert_int_equal(used, kit.out.len);
    assert_int_equal(acknowledged, 1);
    arena_free(&kit.arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_a_binary_frame_ends_where_the_next_one_begins),
        cmocka_unit_test(test_commands_speak_to_the_device),
        cmocka_unit_test(test_an_answer_finds_its_command),
        cmocka_unit_test(test_only_what_is_stored_is_answered),
        cmocka_unit_test(test_what_a_device_sends_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
