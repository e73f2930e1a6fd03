/* Teltonika: frames, records, elements, answers and commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "protocols/extras_testing.h"
#include "protocols/fix_testing.h"
#include "protocols/teltonika/teltonika.h"

#define IMEI       "350000000000006"
#define LOGIN_HEX  "000f333530303030303030303030303036"
#define RECORD_HEX "0000019e70448800000f11604720989ac00070005a0b002a"
/* 2026-05-28T20:26:40Z, the time of the record. */
#define RECORD_TIME_S INT64_C(1780000000)

struct kit {
    struct arena arena;
    struct session session;
    struct decoded decoded;
    uint8_t reply_at[PROTOCOL_REPLY_MAX];
    struct bytes reply;
};

static struct kit kit_new(void)
{
    return (struct kit){.session = protocol_session(&protocol_teltonika)};
}

static void kit_reply(struct kit *kit, enum outcome outcome)
{
    struct writer w = writer_init(kit->reply_at, sizeof(kit->reply_at));
    protocol_teltonika.reply(&kit->session, &kit->decoded.hint, outcome, 0, &w);
    kit->reply = writer_bytes(&w);
}

static enum err kit_bytes(struct kit *kit, struct bytes in)
{
    struct bytes frame = {0};
    size_t used = 0;
    assert_int_equal(protocol_teltonika.split(in, &frame, &used), ERR_OK);
    assert_int_equal(used, in.len);
    kit->decoded = (struct decoded){.arena = &kit->arena};
    return protocol_teltonika.decode(&kit->session, frame, &kit->decoded);
}

static enum err kit_hex(struct kit *kit, const char *hex)
{
    uint8_t *at = arena_new(&kit->arena, strlen(hex));
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), at, strlen(hex), &len), ERR_OK);
    return kit_bytes(kit, (struct bytes){at, len});
}

/* Decodes a TCP frame around a body, with the right length and checksum. */
static enum err kit_body(struct kit *kit, const char *hex)
{
    uint8_t *at = arena_new(&kit->arena, strlen(hex) + 16);
    uint8_t *body = arena_new(&kit->arena, strlen(hex));
    size_t len = 0;
    struct writer w = writer_init(at, strlen(hex) + 16);
    assert_int_equal(hex_decode(bytes_of_text(hex), body, strlen(hex), &len), ERR_OK);
    size_t from = teltonika_begin(&w);
    write_bytes(&w, (struct bytes){body, len});
    teltonika_end(&w, from);
    return kit_bytes(kit, writer_bytes(&w));
}

static void assert_reply(struct kit *kit, enum outcome outcome, const char *hex)
{
    char got[2 * PROTOCOL_REPLY_MAX + 1];
    kit_reply(kit, outcome);
    hex_encode(kit->reply, got);
    assert_string_equal(got, hex);
}

static const struct {
    const char *hex;
    enum protocol_claim want;
} claim_cases[] = {
    {"00", CLAIM_MORE},
    {"000f", CLAIM_MORE},
    {"000f33", CLAIM_YES},
    {"000f00", CLAIM_NO}, /* Ruptela */
    {"ff", CLAIM_MORE},
    {"ff000f33", CLAIM_YES},
    {"ff41", CLAIM_NO},
    {"0000000000000023", CLAIM_MORE},
    {"000000000000002308", CLAIM_YES},
    {"000000000000002309", CLAIM_NO},
    {"0000000100", CLAIM_NO},
    {"0038cafe0105000f", CLAIM_MORE},
    {"0038cafe0205000f", CLAIM_NO},
    {"0038cafe0105000f33353030303030303030303030303608", CLAIM_YES},
    {"0038cafe0105000f3335303030303030303030303030ff08", CLAIM_NO},
    {"0f", CLAIM_MORE}, /* a long datagram, so far */
    {"41", CLAIM_NO},
};

static enum protocol_claim claim_of_hex(const char *hex)
{
    uint8_t at[64];
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), at, sizeof(at), &len), ERR_OK);
    return protocol_teltonika.claims((struct bytes){at, len});
}

static void test_claims(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(claim_cases) / sizeof(claim_cases[0]); i++) {
        print_message("# %s\n", claim_cases[i].hex);
        assert_int_equal(claim_of_hex(claim_cases[i].hex), claim_cases[i].want);
    }
}

static void test_a_login_names_the_tracker(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_hex(&kit, LOGIN_HEX), ERR_OK);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_LOGIN);
    assert_string_equal(kit.decoded.device_id, IMEI);
    assert_reply(&kit, OUTCOME_STORED, "01");
    assert_reply(&kit, OUTCOME_REFUSED, "01");
    assert_reply(&kit, OUTCOME_UNREGISTERED, "00");
    assert_int_equal(kit_hex(&kit, "ff"), ERR_OK);
    assert_int_equal(kit.decoded.len, 0);
    assert_false(kit.decoded.wants_reply);
    assert_int_equal(kit_body(&kit, "0801" RECORD_HEX "000000000000"
                                    "01"),
                     ERR_OK);
    assert_string_equal(kit.decoded.device_id, IMEI);
    assert_int_equal(kit_hex(&kit, "000f333530303030303030303030303134"), ERR_OK);
    assert_string_equal(kit.session.device_id, "350000000000014");
    arena_free(&kit.arena);
}

static void test_a_record_is_a_fix(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_body(&kit, "0802" RECORD_HEX "000101ef01000000" RECORD_HEX "000000000000"
                                    "02"),
                     ERR_OK);
    assert_int_equal(kit.decoded.len, 2);
    const struct fix *f = &kit.decoded.at[0].fix;
    assert_int_equal(f->gps_time_s, RECORD_TIME_S);
    assert_int_equal(f->lon_e7, 0x0f116047);
    assert_int_equal(f->lat_e7, 0x20989ac0);
    assert_int_equal(f->altitude_dm, 1120);
    assert_int_equal(f->course_cdeg, 9000);
    assert_int_equal(f->satellites, 11);
    assert_int_equal(f->speed_kmh_e2, 4200);
    assert_true((f->flags & FIX_VALID) != 0);
    assert_true((f->flags & FIX_IGNITION_ON) != 0);
    assert_int_equal(kit.decoded.at[1].fix.has & FIX_HAS_IGNITION, 0);
    assert_reply(&kit, OUTCOME_STORED, "00000002");
    assert_reply(&kit, OUTCOME_REFUSED, "00000000");
    assert_reply(&kit, OUTCOME_UNREGISTERED, "00000000");
    arena_free(&kit.arena);
}

static void test_without_a_fix_the_last_place_is_repeated(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_body(&kit, "0801"
                                    "0000019e7044880000"
                                    "0f11604720989ac0"
                                    "0000"
                                    "0000"
                                    "00"
                                    "0000"
                                    "000000000000"
                                    "01"),
                     ERR_OK);
    const struct fix *f = &kit.decoded.at[0].fix;
    assert_true(fix_has_position(f));
    assert_int_equal(f->flags & FIX_VALID, 0);
    assert_int_equal(f->has & (FIX_HAS_ALTITUDE | FIX_HAS_COURSE), 0);
    arena_free(&kit.arena);
}

static void test_elements(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    /* 8 Extended: 15 05 bars, 71 battery %, fd harsh braking; 42 supply, 43 battery, 48 a sensor
       and one of 85 degrees that is not ready; 10 odometer, f1 operator, ce LAC; 4e a button; VIN
     */
    assert_int_equal(kit_body(&kit, "8e01" RECORD_HEX "00fd"
                                    "000b"
                                    "0003"
                                    "001505"
                                    "00715f"
                                    "00fd02"
                                    "0005"
                                    "00422ee0"
                                    "00430fa0"
                                    "0048ff9c"
                                    "00490352"
                                    "00ce1234"
                                    "0002"
                                    "00100012d687"
                                    "00f10000b3b1"
                                    "0001"
                                    "004e0123456789abcdef"
                                    "0001"
                                    "01000005"
                                    "3130303031"
                                    "01"),
                     ERR_OK);
    const struct message *m = &kit.decoded.at[0];
    const struct fix *f = &m->fix;
    assert_int_equal(f->gsm, 4);
    assert_int_equal(f->battery_percent, 95);
    assert_int_equal(f->power_mv, 12000);
    assert_int_equal(f->battery_mv, 4000);
    assert_int_equal(f->temperature_count, 1);
    assert_int_equal(f->temperature_c_e2[0], -1000);
    assert_int_equal(f->odometer_m, 0x12d687);
    assert_int_equal(f->alarms, ALARM_BIT(HARSH_BRAKING));
    assert_int_equal(f->alarms_told, ALARM_BIT(HARSH_BRAKING) | ALARM_BIT(HARSH_ACCELERATION) |
                                         ALARM_BIT(HARSH_CORNERING));
    assert_int_equal(f->has & FIX_HAS_CELL, 0); /* its number did not come */
    assert_extra(m, EXTRA_EVENT, 0, 0xfd);
    assert_extra_text(m, EXTRA_CARD, 0, "efcdab8967452301");
    assert_extra_text(m, EXTRA_VIN, 0, "10001");
    arena_free(&kit.arena);
}

static void test_a_cell_comes_in_three_elements(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_body(&kit, "1001" RECORD_HEX "0000"
                                    "00"
                                    "03"
                                    "00"
                                    "02"
                                    "00cd0102"
                                    "00ce1234"
                                    "01"
                                    "00f10000b3b1"
                                    "00"
                                    "01"),
                     ERR_OK);
    const struct fix *f = &kit.decoded.at[0].fix;
    assert_int_equal(f->cell.mcc, 460);
    assert_int_equal(f->cell.mnc, 1);
    assert_int_equal(f->cell.lac, 0x1234);
    assert_int_equal(f->cell.cid, 0x0102);
    arena_free(&kit.arena);
}

static void test_groups_of_sixteen_bytes(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_body(&kit, "0801" RECORD_HEX "0002"
                                    "01ef01"
                                    "00"
                                    "00"
                                    "00"
                                    "01"
                                    "aa00112233445566778899aabbccddeeff"
                                    "01"),
                     ERR_OK);
    assert_int_equal(kit.decoded.len, 1);
    assert_int_equal(kit.decoded.unreadable, 0);
    arena_free(&kit.arena);
}

static void test_what_cannot_be_read_does_not_come_for_ever(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_body(&kit, "0802" RECORD_HEX "000000000000"
                                    "0000019e7044"
                                    "02"),
                     ERR_OK);
    assert_int_equal(kit.decoded.len, 1);
    assert_int_equal(kit.decoded.unreadable, 1);
    assert_reply(&kit, OUTCOME_STORED, "00000002");
    assert_int_equal(kit_body(&kit, "080000"), ERR_MALFORMED);
    assert_int_equal(kit_hex(&kit, "0000000000000003080000"
                                   "12345678"),
                     ERR_CHECKSUM);
    arena_free(&kit.arena);
}

static void test_datagrams(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_hex(&kit, "0036"
                                   "1f2e"
                                   "01"
                                   "05"
                                   "000f"
                                   "333530303030303030303030303036"
                                   "0801" RECORD_HEX "000000000000"
                                   "01"),
                     ERR_OK);
    assert_string_equal(kit.decoded.device_id, IMEI);
    assert_string_equal(kit.session.device_id, "");
    assert_reply(&kit, OUTCOME_STORED, "00051f2e010501");
    assert_reply(&kit, OUTCOME_UNREGISTERED, "");
    arena_free(&kit.arena);
}

static void test_texts(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    assert_int_equal(kit_body(&kit, "0c0106"
                                    "00000002"
                                    "4f4b"
                                    "01"),
                     ERR_OK);
    assert_int_equal(kit.decoded.at[0].kind, MESSAGE_RESPONSE);
    assert_true(bytes_eq(kit.decoded.at[0].text, "OK"));
    assert_false(kit.decoded.wants_reply);
    assert_int_equal(kit_body(&kit, "0c0106"
                                    "00000002"
                                    "0190"
                                    "01"),
                     ERR_OK);
    assert_true(bytes_eq(kit.decoded.at[0].text, "0190"));
    assert_int_equal(kit_body(&kit, "0e0106"
                                    "0000000a"
                                    "0350000000000006"
                                    "4f4b"
                                    "01"),
                     ERR_OK);
    assert_true(bytes_eq(kit.decoded.at[0].text, "OK"));
    assert_int_equal(kit_body(&kit, "0e0111"
                                    "00000008"
                                    "0350000000000006"
                                    "01"),
                     ERR_OK);
    assert_int_equal(kit.decoded.at[0].answer.result, ANSWER_REFUSED);
    assert_int_equal(kit_body(&kit, "0d0106"
                                    "00000013"
                                    "6a000000"
                                    "4754534c7c367c317c307c3132337c"
                                    "01"),
                     ERR_OK);
    assert_extra_text(&kit.decoded.at[0], EXTRA_DRIVER, 0, "123");
    assert_int_equal(kit_body(&kit, "0c0106"
                                    "000000ff"
                                    "4f4b"
                                    "01"),
                     ERR_MALFORMED);
    arena_free(&kit.arena);
}

static void test_codec_7(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    /* all of a place, then an element of one byte */
    assert_int_equal(kit_body(&kit, "0701"
                                    "24000000"
                                    "03"
                                    "ff"
                                    "41b40000"
                                    "42e40000"
                                    "0064"
                                    "40"
                                    "2a"
                                    "09"
                                    "1234"
                                    "0102"
                                    "14"
                                    "0000b3b1"
                                    "01"
                                    "ef01"
                                    "01"),
                     ERR_OK);
    const struct fix *f = &kit.decoded.at[0].fix;
    assert_int_equal(f->gps_time_s, INT64_C(1167609600) + 0x24000000);
    assert_int_equal(f->lat_e7, 225000000);
    assert_int_equal(f->lon_e7, 1140000000);
    assert_int_equal(f->altitude_dm, 1000);
    assert_int_equal(f->course_cdeg, 9000);
    assert_int_equal(f->speed_kmh_e2, 4200);
    assert_int_equal(f->gsm, 20);
    assert_int_equal(f->cell.cid, 0x0102);
    assert_true((f->flags & FIX_IGNITION_ON) != 0);
    assert_int_equal(kit_body(&kit, "0701"
                                    "24000000"
                                    "00"
                                    "01"),
                     ERR_OK);
    assert_false(fix_has_position(&kit.decoded.at[0].fix));
    arena_free(&kit.arena);
}

static void test_a_frame_behind_a_bad_one_is_found(void **state)
{
    (void)state;
    uint8_t at[64];
    size_t skip = 0;
    struct writer w = writer_init(at, sizeof(at));
    write_text(&w, "?");
    write_u32be(&w, 0); /* a head whose length leads nowhere */
    write_u32be(&w, 7);
    size_t from = teltonika_begin(&w);
    write_text(&w, "\x0c\x01\x06");
    write_u32be(&w, 0);
    write_u8(&w, 1);
    teltonika_end(&w, from);
    assert_int_equal(protocol_teltonika.resync(writer_bytes(&w), &skip), ERR_OK);
    assert_int_equal(skip, from);
    assert_int_equal(protocol_teltonika.resync((struct bytes){at, w.len - 1}, &skip), ERR_MORE);
}

static void test_commands(void **state)
{
    (void)state;
    static const struct {
        struct command_request what;
        enum command_fate fate;
        const char *hex;
    } cases[] = {
        {{.kind = COMMAND_QUERY_PARAMETERS},
         COMMAND_IS_WRITTEN,
         "000000000000000e0c010500000006676574766572010000a4c2"},
        {{.kind = COMMAND_LOCK}, COMMAND_IS_UNSUPPORTED, ""},
        {{.kind = COMMAND_TEXT}, COMMAND_IS_INVALID, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t at[PROTOCOL_COMMAND_MAX];
        char got[2 * PROTOCOL_COMMAND_MAX + 1];
        struct writer w = writer_init(at, sizeof(at));
        struct session s = protocol_session(&protocol_teltonika);
        const struct device_slot slot = {0};
        struct command_note note = {0};
        enum command_fate fate = protocol_teltonika.command(&s, &slot, &cases[i].what, &note, &w);
        assert_int_equal(fate, cases[i].fate);
        hex_encode(writer_bytes(&w), got);
        assert_string_equal(got, cases[i].hex);
        assert_true(note.is_unaddressed);
    }
}

static void test_what_the_device_sends_comes_back(void **state)
{
    (void)state;
    struct kit kit = kit_new();
    uint8_t at[256];
    struct writer w = writer_init(at, sizeof(at));
    struct session device = protocol_session(&protocol_teltonika);
    struct fix f = {0};
    fix_set_time(&f, 1795396320);
    fix_set_position(&f, -225000000, -1140000000, true);
    fix_set_speed_kmh_e2(&f, 4200);
    fix_set_course_cdeg(&f, 9000);
    fix_set_altitude_dm(&f, -50);
    fix_set_satellites(&f, 9);
    fix_set_odometer_m(&f, 1234567);
    fix_set_power_mv(&f, 12600);
    fix_set_switch(&f, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    f.alarms = ALARM_BIT(SOS);
    bytes_to_text(bytes_of_text(IMEI), device.device_id, sizeof(device.device_id));
    const struct encode_request what = {.kind = ENCODE_FIXES, .fixes = &f, .count = 1};
    assert_int_equal(teltonika_device.encode(&device, &what, &w), ERR_OK);
    assert_int_equal(kit_bytes(&kit, writer_bytes(&w)), ERR_OK);
    assert_fix(&kit.decoded.at[0].fix, &f);
    arena_free(&kit.arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_a_login_names_the_tracker),
        cmocka_unit_test(test_a_record_is_a_fix),
        cmocka_unit_test(test_without_a_fix_the_last_place_is_repeated),
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_a_cell_comes_in_three_elements),
        cmocka_unit_test(test_groups_of_sixteen_bytes),
        cmocka_unit_test(test_what_cannot_be_read_does_not_come_for_ever),
        cmocka_unit_test(test_datagrams),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_codec_7),
        cmocka_unit_test(test_a_frame_behind_a_bad_one_is_found),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_what_the_device_sends_comes_back),
    };
    return cmocka_run_group_tests_name("teltonika", tests, NULL, NULL);
}
