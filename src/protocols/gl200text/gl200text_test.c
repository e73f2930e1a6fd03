/* Queclink text: how a connection is told, what frames say, what is answered, commands, device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "protocols/extras_testing.h"
#include "protocols/fix_testing.h"
#include "protocols/gl200text/gl200text.h"

#define IMEI "860000000000002"

/* A session and what the last frame decoded to. */
struct kit {
    struct arena arena;
    struct session session;
    struct decoded decoded;
};

static struct kit kit_new(void)
{
    return (struct kit){.session = protocol_session(&protocol_gl200text)};
}

/* Splits and decodes a whole frame. */
static enum err kit_text(struct kit *kit, struct bytes in)
{
    struct bytes frame = {0};
    size_t used = 0;
    uint8_t *copy = arena_new(&kit->arena, in.len);
    memcpy(copy, in.at, in.len);
    enum err e = protocol_gl200text.split((struct bytes){copy, in.len}, &frame, &used);
    assert_int_equal(e, ERR_OK);
    assert_int_equal(used, in.len);
    kit->decoded = (struct decoded){.arena = &kit->arena};
    return protocol_gl200text.decode(&kit->session, frame, &kit->decoded);
}

static void assert_reply(struct kit *kit, enum outcome outcome, const char *want)
{
    uint8_t at[PROTOCOL_REPLY_MAX];
    struct writer w = writer_init(at, sizeof(at));
    assert_true(kit->decoded.wants_reply);
    protocol_gl200text.reply(&kit->session, &kit->decoded.hint, outcome, 0, &w);
    assert_true(bytes_eq(writer_bytes(&w), want));
}

static void test_claims(void **state)
{
    static const struct {
        const char *first;
        enum protocol_claim want;
    } cases[] = {
        {"+", CLAIM_MORE},          {"+RESP:G", CLAIM_MORE}, {"+RESP:GT", CLAIM_YES},
        {"+BUFF:GTFRI", CLAIM_YES}, {"+ACK:GT", CLAIM_YES},  {"+ACK", CLAIM_MORE},
        {"+RSP", CLAIM_NO},         {"+RESP:XX", CLAIM_NO},  {"RESP:GT", CLAIM_NO},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        print_message("# %s\n", cases[i].first);
        assert_int_equal(protocol_gl200text.claims(bytes_of_text(cases[i].first)), cases[i].want);
    }
}

static void test_what_is_answered(void **state)
{
    struct kit kit = kit_new();
    (void)state;
    assert_int_equal(
        kit_text(&kit, bytes_of_text("+ACK:GTHBD,060228," IMEI ",gv300,20261123011200,0007$")),
        ERR_OK);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_HEARTBEAT);
    assert_reply(&kit, OUTCOME_STORED, "+SACK:GTHBD,060228,0007$");
    assert_reply(&kit, OUTCOME_UNREGISTERED, "+SACK:GTHBD,060228,0007$");
    assert_int_equal(
        kit_text(&kit, bytes_of_text("+RESP:GTPDP,060228," IMEI ",,20261123011200,00A1$")), ERR_OK);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_HEARTBEAT);
    assert_reply(&kit, OUTCOME_STORED, "+SACK:00A1$");
    assert_reply(&kit, OUTCOME_UNREGISTERED, "");
    assert_reply(&kit, OUTCOME_REFUSED, "");
    assert_int_equal(
        kit_text(&kit, bytes_of_text("+ACK:GTOUT,060228," IMEI ",gv300,00FE,20261123011200,0008$")),
        ERR_OK);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_RESPONSE);
    assert_int_equal(kit.decoded.at[0].answer.tie, 0xfe);
    arena_free(&kit.arena);
}

static void test_what_is_refused(void **state)
{
    static const char *const cases[] = {
        "+RESP:GTFRI$",
        "+RESP:GTFRI,060228,12345,gv300,20261123011200,0007$",
        "+RESP:GTFRIX,060228," IMEI ",gv300,20261123011200,0007$",
        "+RESP:GTFRI,060228," IMEI ",gv\x01,20261123011200,0007$",
    };
    struct kit kit = kit_new();
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        print_message("# %s\n", cases[i]);
        assert_int_equal(kit_text(&kit, bytes_of_text(cases[i])), ERR_MALFORMED);
    }
    arena_free(&kit.arena);
}

static void test_an_accuracy_of_0_is_the_last_place(void **state)
{
    struct kit kit = kit_new();
    (void)state;
    assert_int_equal(kit_text(&kit, bytes_of_text("+BUFF:GTRTL,1A0800," IMEI
                                                  ",,0,0,1,0,0.0,0,12.5,114.000000,22.500000,"
                                                  "20261123011200,0460,0001,18D8,6141,,77,"
                                                  "20261123011200,0007$")),
                     ERR_OK);
    const struct fix *f = &kit.decoded.at[0].fix;
    assert_int_equal(kit.decoded.len, 1);
    assert_true(fix_has_position(f));
    assert_int_equal(f->flags & FIX_VALID, 0);
    assert_true((f->flags & FIX_REUPLOAD) != 0);
    assert_int_equal(f->battery_percent, 77);
    assert_int_equal(f->cell.lac, 0x18d8);
    arena_free(&kit.arena);
}

static void test_a_frame_may_end_with_nul(void **state)
{
    static const char frame[] = "+RESP:GTPDP,021000," IMEI ",,20261123011200,0007";
    struct kit kit = kit_new();
    size_t skip = 0;
    (void)state;
    assert_int_equal(kit_text(&kit, (struct bytes){(const uint8_t *)frame, sizeof(frame)}), ERR_OK);
    assert_int_equal(protocol_gl200text.resync(bytes_of_text("+RE??+RESP:GTPDP$"), &skip), ERR_OK);
    assert_int_equal(skip, 5);
    assert_int_equal(protocol_gl200text.resync(bytes_of_text("+RE??+RESP:GTPDP"), &skip),
                     ERR_MORE); /* it is not whole */
    assert_int_equal(protocol_gl200text.resync(bytes_of_text("+RE??+RESP:"), &skip), ERR_MORE);
    arena_free(&kit.arena);
}

static void test_commands(void **state)
{
    static const struct {
        struct command_request what;
        const char *version;
        enum command_fate fate;
        const char *want;
    } cases[] = {
        {{.kind = COMMAND_QUERY_STATUS, .id = 0x2a},
         "060228",
         COMMAND_IS_WRITTEN,
         "AT+GTRTO=gv300,1,,,,,,002A$"},
        {{.kind = COMMAND_QUERY_PARAMETERS, .id = 1},
         "",
         COMMAND_IS_WRITTEN,
         "AT+GTRTO=,8,,,,,,0001$"},
        {{.kind = COMMAND_LOCK, .id = 1}, "060228", COMMAND_IS_UNSUPPORTED, ""},
        {{.kind = COMMAND_TEXT, .id = 1}, "060228", COMMAND_IS_INVALID, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t at[PROTOCOL_COMMAND_MAX];
        struct writer w = writer_init(at, sizeof(at));
        struct session s = protocol_session(&protocol_gl200text);
        struct device_slot slot = {0};
        struct command_note note = {0};
        memcpy(slot.at, cases[i].version, strlen(cases[i].version));
        assert_int_equal(protocol_gl200text.command(&s, &slot, &cases[i].what, &note, &w),
                         cases[i].fate);
        assert_true(bytes_eq(writer_bytes(&w), cases[i].want));
    }
}

static void test_a_text_ties_by_its_serial(void **state)
{
    uint8_t at[PROTOCOL_COMMAND_MAX];
    struct writer w = writer_init(at, sizeof(at));
    struct session s = protocol_session(&protocol_gl200text);
    const struct device_slot slot = {0};
    struct command_note note = {0};
    struct command_request what = {
        .kind = COMMAND_TEXT, .id = 1, .text = bytes_of_text("AT+GTRTO=gl300,3,,,,,,0F12")};
    (void)state;
    assert_int_equal(protocol_gl200text.command(&s, &slot, &what, &note, &w), COMMAND_IS_WRITTEN);
    assert_true(bytes_eq(writer_bytes(&w), "AT+GTRTO=gl300,3,,,,,,0F12$"));
    assert_int_equal(note.tie, 0x0f12);
    what.text = bytes_of_text("AT$+GT");
    assert_int_equal(protocol_gl200text.command(&s, &slot, &what, &note, &w), COMMAND_IS_INVALID);
}

static void test_what_the_device_sends_comes_back(void **state)
{
    struct kit kit = kit_new();
    uint8_t at[512];
    struct writer w = writer_init(at, sizeof(at));
    struct session device = protocol_session(&protocol_gl200text);
    struct fix f = {0};
    size_t used = 0;
    size_t acknowledged = 0;
    (void)state;
    fix_set_time(&f, 1795396320);
    fix_set_position(&f, -225000000, -1140000000, true);
    fix_set_speed_kmh_e2(&f, 4250);
    fix_set_course_cdeg(&f, 9000);
    fix_set_altitude_dm(&f, -55);
    fix_set_odometer_m(&f, 1234500);
    fix_set_power_mv(&f, 12600);
    fix_set_switch(&f, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    fix_set_switch(&f, FIX_HAS_MOTION, FIX_MOVING, true);
    bytes_to_text(bytes_of_text(IMEI), device.device_id, sizeof(device.device_id));
    const struct encode_request what = {.kind = ENCODE_FIXES, .fixes = &f, .count = 1};
    assert_int_equal(gl200_device.encode(&device, &what, &w), ERR_OK);
    assert_int_equal(kit_text(&kit, writer_bytes(&w)), ERR_OK);
    assert_int_equal(kit.decoded.at[0].fix.alarms_told & ALARM_BIT(POWER_OFF), 0);
    f.alarms_told = kit.decoded.at[0].fix.alarms_told;
    f.has |= FIX_HAS_ALARMS_TOLD;
    assert_fix(&kit.decoded.at[0].fix, &f);
    struct bytes ack = bytes_of_text("+SACK:0000$+SACK:");
    assert_int_equal(gl200_device.read_ack(&device, ack, &used, &acknowledged), ERR_OK);
    assert_int_equal(used, 11);
    assert_int_equal(acknowledged, 1);
    ack = bytes_slice(ack, used, SIZE_MAX);
    assert_int_equal(gl200_device.read_ack(&device, ack, &used, &acknowledged), ERR_MORE);
    arena_free(&kit.arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_what_is_answered),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_an_accuracy_of_0_is_the_last_place),
        cmocka_unit_test(test_a_frame_may_end_with_nul),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_a_text_ties_by_its_serial),
        cmocka_unit_test(test_what_the_device_sends_comes_back),
    };
    return cmocka_run_group_tests_name("gl200text", tests, NULL, NULL);
}
