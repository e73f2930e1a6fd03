/*
 * GT06 texts: 15, 21 and 9B, the answers to commands and what a serial line said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "protocols/gt06/testing.h"

/* A text of at most 255 characters as hexadecimal digits. */
static const char *hex_of(const char *text)
{
    static char hex[2 * 256 + 1];
    hex_encode(bytes_slice(bytes_of_text(text), 0, 255), hex);
    return hex;
}

static void assert_text(bool is_long, uint8_t type, const char *content, const char *want)
{
    struct kit kit = {0};
    const struct message *m = kit_one(&kit, is_long, type, content);
    assert_int_equal(m->kind, MESSAGE_RESPONSE);
    char got[MESSAGE_TEXT_MAX + 1];
    bytes_to_text(m->text, got, sizeof(got));
    assert_string_equal(got, want);
    assert_int_equal(m->text.len, strlen(want));
    kit_clear(&kit);
}

static void test_answers(void **state)
{
    (void)state;
    assert_text(false, 0x15, "06 00000000 4f4b 0002", "OK");
    assert_text(false, 0x15, "06 00000001 4f4b", "OK");
    assert_text(false, 0x15, "04 00000000 0002", "");
    assert_text(false, 0x15, "08 00000000 4f4b0d0a 0002", "OK");
    assert_text(false, 0x15, "00 00000000 4f4b 0000 0000", "OK"); /* no length: to the NUL */
    assert_text(false, 0x15, "00 00000000 4f4b", "OK");
    assert_text(false, 0x15, "ff 00000000 4f4b", "OK"); /* longer than the frame */
    assert_text(false, 0x15, "00 00000000", "");
}

static void test_iccid(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *iccid;
    } cases[] = {
        {"<ICCID:89860012345678901234>", "89860012345678901234"},
        {"<ICCID:8986001234567890123F>", "8986001234567890123"},
        {"<ICCID:898600>", ""}, /* the bracket is among the 20 */
        {"<ICCID:", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = {0};
        char content[600];
        (void)snprintf(content, sizeof(content), "%02x 00000000 %s",
                       (unsigned)strlen(cases[i].text) + 4, hex_of(cases[i].text));
        const struct message *m = kit_one(&kit, false, 0x15, content);
        assert_int_equal(m->kind, MESSAGE_FIX);
        assert_string_equal(m->fix.iccid, cases[i].iccid);
        kit_clear(&kit);
    }
}

static void test_long_answers(void **state)
{
    (void)state;
    assert_text(true, 0x21, "00000000 01 4f4b", "OK");
    assert_text(true, 0x21, "00000000 01", "");
    assert_text(true, 0x21, "00000000 01 4f4b 0d0a 00", "OK");
    assert_text(true, 0x21, "00000000 02 004f 004b", "OK");
    assert_text(true, 0x21, "00000000 02 007f 0080 07ff 0800 ffff",
                "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf");
    assert_text(true, 0x21, "00000000 02 0041 000d 000a 0042", "A\r\nB");
    assert_text(true, 0x21, "00000000 02 d83d de00 004b", "\xf0\x9f\x98\x80K"); /* an emoji */
    assert_text(true, 0x21, "00000000 02 d83d 004b", "\xef\xbf\xbdK");          /* half of one */
    assert_text(true, 0x21, "00000000 02 004f 00", "O"); /* half a character */
    assert_text(true, 0x21, "00000000 02", "");
    assert_text(false, 0x21, "00000000 01 4f4b", "OK");
}

/* What is called ASCII and is none does not leave as a text that is no UTF-8. */
static void test_answers_beyond_ascii(void **state)
{
    (void)state;
    assert_text(true, 0x21, "00000000 01 4f80ff4b", "O\xef\xbf\xbd\xef\xbf\xbdK");
    assert_text(false, 0x15, "08 00000000 4fc3a94b 0002", "O\xef\xbf\xbd\xef\xbf\xbdK");
    assert_text(false, 0x15, "00 00000000 ff", "\xef\xbf\xbd");
}

static void test_serial_line(void **state)
{
    (void)state;
    assert_text(true, 0x9b, "03 4f4b 0d0a", "OK");
    assert_text(true, 0x9b, "03 0204 ff", "0204ff");
    assert_text(true, 0x9b, "03 7f", "7f");
    assert_text(true, 0x9b, "03", "");
    assert_text(true, 0x9b, "", "");
    assert_text(false, 0x9b, "03 4f4b", "OK");
}

/* The message of 21 with `text`, in a session eight hours east. */
static struct message position_message(struct kit *kit, const char *text)
{
    char content[600];
    kit->session.utc_offset_min = 480;
    (void)snprintf(content, sizeof(content), "00000000 01 %s", hex_of(text));
    return *kit_one(kit, true, 0x21, content);
}

static void test_position(void **state)
{
    (void)state;
    struct kit kit = {0};
    struct fix want = {0};
    struct message m = position_message(
        &kit, "Current position!Lat:S38.650000,Lon:W117.700001,Course:359.50,Speed:10.00,"
              "DateTime:2026-11-23 09:12:00");
    assert_int_equal(m.kind, MESSAGE_FIX);
    fix_set_time(&want, KIT_TIME_S);
    fix_set_position(&want, -386500000, -1177000010, true);
    fix_set_course_cdeg(&want, 35950);
    fix_set_speed_kmh_e2(&want, 1852);
    kit_assert_fix(&m.fix, &want);
    kit_clear(&kit);
}

/* Without the words before it, with km/h, a year of two digits, in a short frame. */
static void test_positions_in_other_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t speed_kmh_e2;
    } cases[] = {
        {"Lat:N38.65,Lon:E117.7,Course:90.00,Speed:20.00,DateTime:2026-11-23 09:12:00", 3704},
        {"Last position! Lat:N38.65, Lon:E117.7, Course:90, Speed:20.00Km/h, "
         "DateTime:26/11/23 09:12:00",
         2000},
        {"DateTime:2026-11-23 09:12:00,Speed:20.5 km/h,Course:90.00,Lon:E117.7,Lat:N38.65", 2050},
        {"Lat:N38.65,Lon:E117.7,Course:90,Speed:20.005km/h,DateTime:2026-11-23 09:12:00", 2001},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = {.session = {.utc_offset_min = 480}};
        struct fix want = {0};
        char content[600];
        fix_set_time(&want, KIT_TIME_S);
        fix_set_position(&want, 386500000, 1177000000, true);
        fix_set_course_cdeg(&want, 9000);
        fix_set_speed_kmh_e2(&want, cases[i].speed_kmh_e2);
        const struct message long_m = position_message(&kit, cases[i].text);
        assert_int_equal(long_m.kind, MESSAGE_FIX);
        kit_assert_fix(&long_m.fix, &want);
        (void)snprintf(content, sizeof(content), "%02x 00000000 %s 0002",
                       (unsigned)strlen(cases[i].text) + 4, hex_of(cases[i].text));
        const struct message *m = kit_one(&kit, false, 0x15, content);
        assert_int_equal(m->kind, MESSAGE_FIX);
        kit_assert_fix(&m->fix, &want);
        kit_clear(&kit);
    }
}

/* A course or a speed that is none is left out; place and time stay. */
static void test_position_with_a_field_that_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t has;
    } cases[] = {
        {"Lat:N1.0,Lon:E1.0,Course:-1.0,Speed:1.0,DateTime:2026-11-23 01:12:00", FIX_HAS_SPEED},
        {"Lat:N1.0,Lon:E1.0,Course:1.0,Speed:-1.0,DateTime:2026-11-23 01:12:00", FIX_HAS_COURSE},
        {"Lat:N1.0,Lon:E1.0,Course:x,Speed:1.0km,DateTime:2026-11-23 01:12:00", 0},
        {"Lat:N1.0,Lon:E1.0,DateTime:2026-11-23 01:12:00", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = {0};
        struct message m = position_message(&kit, cases[i].text);
        assert_int_equal(m.kind, MESSAGE_FIX);
        assert_int_equal(m.fix.has, FIX_HAS_TIME | FIX_HAS_POSITION | cases[i].has);
        kit_clear(&kit);
    }
}

/* What has no place or no time is an answer like any other. */
static void test_positions_that_are_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Current position!",
        "Current position!Lat:N1.0",
        "Current position!Lat:X1.0,Lon:E1.0,Course:1.0,Speed:1.0,DateTime:2026-11-23 01:12:00",
        "Current position!Lat:N,Lon:E1.0,Course:1.0,Speed:1.0,DateTime:2026-11-23 01:12:00",
        "Current position!Lat:N1.0,Lat:E1.0,Course:1.0,Speed:1.0,DateTime:2026-11-23 01:12:00",
        "Current position!Lat:N1.0,Lon:E1x,Course:1.0,Speed:1.0,DateTime:2026-11-23 01:12:00",
        "Current position!Lat:N1.0,Lon:E1.0,Course:1.0,Speed:1.0",
        "Current position!Lat:N1.0,Lon:E1.0,Course:1.0,Speed:1.0,DateTime:2026-11-23 01:12",
        "Current position!Lat:N1.0,Lon:E1.0,Course:1.0,Speed:1.0,DateTime:2026-13-23 01:12:00",
        "Current position!Lat:N1.0,Lon:E1.0,Course:1.0,Speed:1.0,DateTime:20261123011200",
        "Current position!Lat:N1.0,Lon:E1.0,Course:1.0,Speed:1.0,DateTime:2026-11-23 01:12:00 5",
        "Current position!Lat:N1.0,Lon:E1.0,Course:1.0,Speed:1.0,DateTime:",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct kit kit = {0};
        assert_int_equal(position_message(&kit, texts[i]).kind, MESSAGE_RESPONSE);
        kit_clear(&kit);
    }
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
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_iccid),
        cmocka_unit_test(test_long_answers),
        cmocka_unit_test(test_answers_beyond_ascii),
        cmocka_unit_test(test_serial_line),
        cmocka_unit_test(test_position),
        cmocka_unit_test(test_positions_that_are_none),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_positions_in_other_words),
        cmocka_unit_test(test_position_with_a_field_that_is_none),
    };
    return cmocka_run_group_tests_name("gt06_text", tests, NULL, NULL);
}
