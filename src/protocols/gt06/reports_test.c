/*
 * GT06 reports: which are refused, times that are none, zones; and a text longer than a message may
 * hold. What whole frames say is in the vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/gt06/testing.h"

#define UNIX_TIME "6b0392e0"

/* A byte that is no BCD, or no time of day, leaves the time open. */
static void test_time_that_is_none(void **state)
{
    (void)state;
    static const char *const contents[] = {"26112301120a 00", "261323011200 00", "261123011260 00",
                                           "ffffffffffff 00"};
    for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
        struct kit kit = {0};
        const struct message *m = kit_one(&kit, false, 0xf3, contents[i]);
        assert_int_equal(has_of(&m->fix), i == 0 ? FIX_HAS_TIME : 0);
        kit_clear(&kit);
    }
    struct kit kit = {0};
    assert_int_equal(kit_one(&kit, false, 0x10, "1a0200000000" KIT_GPS)->fix.has & FIX_HAS_TIME, 0);
    assert_int_equal(kit_one(&kit, false, 0x10, "1a0b17180000" KIT_GPS)->fix.has & FIX_HAS_TIME, 0);
    kit_clear(&kit);
}

static void test_reports_cut_off(void **state)
{
    (void)state;
    static const struct {
        bool is_long;
        uint8_t type;
        const char *content;
    } cases[] = {
        {false, 0x01, "01234567890123"},
        {false, 0x01, "0123456789abcdef 0000"},
        {false, 0x11, "01cc 01 287d 001f"},
        {false, 0x13, ""},
        {false, 0x15, "05000000"},
        {false, 0x19, "01cc 01 287d 00"},
        {false, 0x23, ""},
        {false, 0x28, KIT_TIME "01cc"},
        {false, 0x40, "0000000000000000"},
        {false, 0x95, KIT_TIME},
        {false, 0x95, KIT_TIME "04258dd0"},
        {false, 0xa5, "01cc 01"},
        {true, 0x21, "00000000"},
        {true, 0x32, KIT_TIME "0c"},
        {true, 0x33, KIT_TIME "00 00 00 05 a5"},
        {true, 0x70, "0003 000a 8986"},
        {true, 0x8c, KIT_TIME},
        {true, 0xf1, "6b0392"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = {0};
        kit_frame(&kit, cases[i].is_long, cases[i].type, cases[i].content);
        assert_int_equal(kit_decode(&kit, kit.bytes), ERR_MALFORMED);
        assert_string_equal(kit.session.device_id, "");
        kit_clear(&kit);
    }
}

/* Times of F1, 40 and 70 are UTC; the others are in the zone of the session. */
static void test_zone(void **state)
{
    (void)state;
    struct kit kit = {.session = {.utc_offset_min = 480}};
    assert_int_equal(kit_one(&kit, false, 0x10, GPS)->fix.gps_time_s, KIT_TIME_S - 28800);
    assert_int_equal(kit_one(&kit, true, 0xf1, UNIX_TIME)->fix.gps_time_s, KIT_TIME_S);
    kit.session.utc_offset_min = -210;
    assert_int_equal(kit_one(&kit, false, 0x10, GPS)->fix.gps_time_s, KIT_TIME_S + 12600);
    kit_clear(&kit);
}

/* A text longer than a message may hold is clipped, behind a whole character. */
static void test_long_text(void **state)
{
    (void)state;
    struct kit kit = {0};
    static uint8_t content[3001];
    static uint8_t at[4096];
    struct writer w = writer_init(at, sizeof(at));
    for (size_t i = 0; i < sizeof(content); i++) {
        content[i] = i < 5 ? 0x02 : 0x4e; /* UTF-16BE, three bytes of UTF-8 each */
    }
    gt06_write_frame(&w, true, 0x21, (struct bytes){content, sizeof(content)}, 1);
    assert_int_equal(kit_decode(&kit, writer_bytes(&w)), ERR_OK);
    assert_int_equal(kit.decoded.at[0].text.len, MESSAGE_TEXT_MAX / 3 * 3);
    kit_clear(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_that_is_none),
        cmocka_unit_test(test_reports_cut_off),
        cmocka_unit_test(test_zone),
        cmocka_unit_test(test_long_text),
    };
    return cmocka_run_group_tests_name("gt06_reports", tests, NULL, NULL);
}
