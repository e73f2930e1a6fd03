/* Wialon IPS: what the vectors do not show: claims, pictures, commands, outcomes, the device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/wialon/wialon.h"

static void test_claims(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum protocol_claim claim;
    } rows[] = {{"#", CLAIM_MORE},
                {"#L", CLAIM_MORE},
                {"#L#", CLAIM_YES},
                {"#SD#", CLAIM_YES},
                {"##,imei:", CLAIM_NO},
                {"#123", CLAIM_NO},
                {"#XY#", CLAIM_NO},
                {"#STA:", CLAIM_NO},
                {"12345", CLAIM_MORE},
                {"12345#SD#", CLAIM_YES},
                {"12345;", CLAIM_NO},
                {"2.0;12#D#", CLAIM_YES},
                {"2.0", CLAIM_MORE},
                {"2.1;", CLAIM_NO},
                {"GET /", CLAIM_NO},
                {"2.0;#D#", CLAIM_NO},
                {"123456789012345678901", CLAIM_NO}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(protocol_wialon.claims(bytes_of_text(rows[i].text)), rows[i].claim);
    }
}

static void test_a_picture_is_passed_over(void **state)
{
    (void)state;
    struct bytes frame = {0};
    size_t used = 0;
    const char *text = "#I#5;0;1;050326;070809;a.jpg\r\n#L#\r\n#P#\r\n";
    assert_int_equal(protocol_split(&protocol_wialon, bytes_of_text(text), &frame, &used), ERR_OK);
    assert_int_equal(used, strlen(text) - strlen("#P#\r\n"));
    for (size_t len = 0; len < used; len++) {
        struct bytes part = bytes_slice(bytes_of_text(text), 0, len);
        assert_int_equal(protocol_split(&protocol_wialon, part, &frame, &used), ERR_MORE);
        used = strlen(text) - strlen("#P#\r\n");
    }
    assert_int_equal(
        protocol_split(&protocol_wialon, bytes_of_text("#I#999999;0;1\r\n"), &frame, &used),
        ERR_TOO_LONG);
}

struct kit {
    struct arena arena;
    struct session session;
    struct decoded decoded;
    uint8_t at[4096];
    struct writer out;
};

static void kit_init(struct kit *kit)
{
    *kit = (struct kit){.session = protocol_session(&protocol_wialon)};
}

static void kit_decode(struct kit *kit, const char *text)
{
    kit->decoded = (struct decoded){.arena = &kit->arena};
    assert_int_equal(
        protocol_decode(&protocol_wialon, &kit->session, bytes_of_text(text), &kit->decoded),
        ERR_OK);
}

static void assert_reply(struct kit *kit, enum outcome outcome, const char *want)
{
    kit->out = writer_init(kit->at, sizeof(kit->at));
    protocol_wialon.reply(&kit->session, &kit->decoded.hint, outcome, 0, &kit->out);
    assert_true(bytes_eq(writer_bytes(&kit->out), want));
}

static void test_outcomes(void **state)
{
    (void)state;
    struct kit kit;
    kit_init(&kit);
    kit_decode(&kit, "#L#123456789012345;NA");
    assert_reply(&kit, OUTCOME_UNREGISTERED, "#AL#0\r\n");
    assert_reply(&kit, OUTCOME_STORED, "#AL#1\r\n");
    kit_decode(&kit, "#SD#050326;070809;5230.0000;N;01315.0000;E;36;270;34;9");
    assert_reply(&kit, OUTCOME_REFUSED, "");
    assert_reply(&kit, OUTCOME_UNREGISTERED, "");
    assert_reply(&kit, OUTCOME_STORED, "#ASD#1\r\n");
    arena_free(&kit.arena);
}

static void test_commands(void **state)
{
    (void)state;
    struct kit kit;
    struct command_note note = {0};
    const struct command_request what = {
        .kind = COMMAND_TEXT, .id = 1, .text = bytes_of_text("hello")};
    kit_init(&kit);
    kit_decode(&kit, "#L#123456789012345;NA");
    kit.out = writer_init(kit.at, sizeof(kit.at));
    assert_int_equal(
        protocol_wialon.command(&kit.session, &kit.decoded.slot, &what, &note, &kit.out),
        COMMAND_IS_WRITTEN);
    assert_true(bytes_eq(writer_bytes(&kit.out), "#M#hello\r\n"));
    assert_true(note.is_unaddressed);
    kit_decode(&kit, "#L#2.0;123456789012345;NA;15CD");
    kit.out = writer_init(kit.at, sizeof(kit.at));
    assert_int_equal(
        protocol_wialon.command(&kit.session, &kit.decoded.slot, &what, &note, &kit.out),
        COMMAND_IS_WRITTEN);
    /* What the device makes of it, it reads as a line of its own version. */
    struct bytes line = bytes_slice(writer_bytes(&kit.out), 0, kit.out.len - 2);
    kit.decoded = (struct decoded){.arena = &kit.arena};
    assert_int_equal(protocol_decode(&protocol_wialon, &kit.session, line, &kit.decoded), ERR_OK);
    assert_true(bytes_eq(kit.decoded.at[0].text, "hello"));
    arena_free(&kit.arena);
}

static void test_what_a_device_sends_comes_back(void **state)
{
    (void)state;
    struct kit kit;
    struct fix fixes[2] = {{0}, {0}};
    size_t used = 0;
    size_t acknowledged = 0;
    kit_init(&kit);
    bytes_to_text(bytes_of_text("352000000000009"), kit.session.device_id,
                  sizeof(kit.session.device_id));
    for (size_t i = 0; i < 2; i++) {
        fix_set_time(&fixes[i], 1780000000 + (int64_t)i);
        fix_set_position(&fixes[i], -337654321, 1512345678, true);
        fix_set_speed_kmh_e2(&fixes[i], 5432);
        fix_set_course_cdeg(&fixes[i], 9000);
        fix_set_satellites(&fixes[i], 9);
    }
    fixes[1].alarms = ALARM_BIT(SOS);
    const struct encode_request what = {.kind = ENCODE_FIXES, .fixes = fixes, .count = 2};
    kit.out = writer_init(kit.at, sizeof(kit.at));
    assert_int_equal(wialon_device.encode(&kit.session, &what, &kit.out), ERR_OK);
    struct bytes line = bytes_slice(writer_bytes(&kit.out), 0, kit.out.len - 2);
    kit.decoded = (struct decoded){.arena = &kit.arena};
    assert_int_equal(protocol_decode(&protocol_wialon, &kit.session, line, &kit.decoded), ERR_OK);
    assert_int_equal(kit.decoded.len, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct fix *got = &kit.decoded.at[i].fix;
        assert_int_equal(got->gps_time_s, fixes[i].gps_time_s);
        assert_in_range(got->lat_e7 - fixes[i].lat_e7 + 2, 0, 4);
        assert_in_range(got->lon_e7 - fixes[i].lon_e7 + 2, 0, 4);
        assert_int_equal(got->speed_kmh_e2, 5432);
        assert_int_equal(got->course_cdeg, 9000);
        assert_int_equal(got->alarms, fixes[i].alarms);
    }
    assert_reply(&kit, OUTCOME_STORED, "#AB#2\r\n");
    assert_int_equal(
        wialon_device.read_ack(&kit.session, writer_bytes(&kit.out), &used, &acknowledged), ERR_OK);
    assert_int_equal(acknowledged, 1);
    arena_free(&kit.arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_a_picture_is_passed_over),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_what_a_device_sends_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
