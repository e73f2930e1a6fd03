/* Sentences of words: cutting, numbers, lines, and the texts of commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/words.h"

static struct bytes of(const char *text)
{
    return bytes_of_text(text);
}

static void test_cuts_at_dividers(void **state)
{
    (void)state;
    struct words w;
    struct bytes text = of("a, b ,,c");
    words_cut(text, ',', &w);
    assert_int_equal(w.count, 4);
    assert_ptr_equal(w.at[2].at, text.at + 6); /* an empty word has its place */
    words_cut(bytes_slice(text, 0, 2), ',', &w);
    assert_ptr_equal(w.at[1].at, text.at + 2);
    words_cut(text, ',', &w);
    assert_true(bytes_eq(word_at(&w, 1), "b"));
    assert_int_equal(word_at(&w, 2).len, 0);
    assert_true(bytes_eq(word_at(&w, 3), "c"));
    assert_int_equal(word_at(&w, 4).len, 0);
    words_cut(of(""), ',', &w);
    assert_int_equal(w.count, 1);
    char many[2 * WORDS_MAX + 2];
    memset(many, ',', sizeof(many) - 1);
    many[sizeof(many) - 1] = '\0';
    words_cut(of(many), ',', &w);
    assert_int_equal(w.count, WORDS_MAX);
}

static void test_reads_numbers(void **state)
{
    (void)state;
    assert_int_equal(word_number(of("012"), 9), 12);
    assert_int_equal(word_number(of("1x"), 9), 9);
    assert_int_equal(word_number(of(""), 9), 9);
    assert_int_equal(word_hex(of("1f"), 9), 31);
    assert_int_equal(word_hex(of("g"), 9), 9);
    assert_int_equal(word_hex(of("ffffffffffffffff"), 9), UINT64_MAX);
    assert_int_equal(word_hex(of("0ffffffffffffffff"), 9), 9);
    assert_int_equal(word_decimal(of("-12.345"), 100, 9), -1235);
    assert_int_equal(word_decimal(of("NA"), 100, 9), 9);
    assert_true(word_is_one_of(of("N"), "NS"));
    assert_false(word_is_one_of(of(""), "NS"));
    assert_false(word_is_one_of(of("NS"), "NS"));
}

static void test_sets_what_words_say(void **state)
{
    (void)state;
    struct fix f = {0};
    word_set_knots(&f, of("10"));
    assert_int_equal(f.speed_kmh_e2, 1852);
    word_set_kmh(&f, of("36.5"));
    assert_int_equal(f.speed_kmh_e2, 3650);
    word_set_kmh(&f, of("-1"));
    assert_int_equal(f.speed_kmh_e2, 3650);
    word_set_course(&f, of("361"));
    assert_int_equal(f.course_cdeg, 100);
    word_set_altitude(&f, of("-7.5"));
    assert_int_equal(f.altitude_dm, -75);
    word_set_power(&f, of("12.61"));
    assert_int_equal(f.power_mv, 12610);
    word_set_km(&f, of("1.5"));
    assert_int_equal(f.odometer_m, 1500);
    word_set_temperature(&f, 0, of("+28.0"));
    assert_int_equal(f.temperature_c_e2[0], 2800);
    const struct bytes angles[4] = {of("2230.0000"), of("S"), of("01315.0000"), of("W")};
    assert_true(word_set_angles(&f, angles, true));
    assert_int_equal(f.lat_e7, -225000000);
    assert_int_equal(f.lon_e7, -132500000);
    assert_false(word_set_degrees(&f, of("52.5"), of("NA"), true));
    assert_true(word_set_degrees(&f, of("52.5"), of("-13.25"), true));
    assert_int_equal(f.lat_e7, 525000000);
    assert_int_equal(f.lon_e7, -132500000);
}

static void test_finds_lines(void **state)
{
    (void)state;
    struct bytes line = {0};
    size_t used = 0;
    assert_int_equal(words_line(of("\r\nab \r\ncd"), 8, &line, &used), ERR_OK);
    assert_true(bytes_eq(line, "ab"));
    assert_int_equal(used, 7);
    assert_int_equal(words_line(of("\ncd"), 8, &line, &used), ERR_MORE);
    assert_int_equal(words_line(of("\n123456789"), 8, &line, &used), ERR_TOO_LONG);
}

static enum err begins_with_x(struct bytes in)
{
    return in.at[0] == 'x' ? ERR_OK : ERR_MALFORMED;
}

static enum err split_line(struct bytes in, struct bytes *frame, size_t *used)
{
    return words_line(in, 8, frame, used);
}

static void test_finds_the_next_line(void **state)
{
    static const struct {
        const char *in;
        bool has_begin;
        enum err e;
        size_t skip;
    } rows[] = {
        {"a\nb\n", false, ERR_OK, 2},       {"a\r\n\r\nb\n", false, ERR_OK, 5},
        {"a\nb", false, ERR_MORE, 0},       {"a", false, ERR_MORE, 0},
        {"a\n\n", false, ERR_MORE, 0},      {"a\nb\nx\n", true, ERR_OK, 4},
        {"a\nbx\ncx\n", true, ERR_MORE, 0}, {"1234567\nx\n", true, ERR_MORE, 0},
        {"123456\nx\n", true, ERR_OK, 7},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t skip = 0;
        assert_int_equal(words_next_line(of(rows[i].in), 8,
                                         rows[i].has_begin ? begins_with_x : NULL, split_line,
                                         &skip),
                         rows[i].e);
        assert_int_equal(skip, rows[i].skip);
    }
}

static void test_finds_the_text_of_a_command(void **state)
{
    (void)state;
    static const struct word_commands known = {.len_max = 8, .status = "P01"};
    uint8_t room[COMMAND_RAW_MAX];
    struct command_note note = {0};
    struct bytes text = {0};
    struct command_request what = {.kind = COMMAND_QUERY_STATUS, .id = 1};
    assert_int_equal(words_of_command(&what, &known, room, &note, &text), COMMAND_IS_WRITTEN);
    assert_true(bytes_eq(text, "P01"));
    assert_string_equal(note.shown, "P01");
    what.kind = COMMAND_QUERY_ICCID;
    assert_int_equal(words_of_command(&what, &known, room, &note, &text), COMMAND_IS_UNSUPPORTED);
    what.kind = COMMAND_TEXT;
    what.text = of("123456789");
    assert_int_equal(words_of_command(&what, &known, room, &note, &text), COMMAND_IS_TOO_LONG);
    what.text = of("\xc3\xa4");
    assert_int_equal(words_of_command(&what, &known, room, &note, &text), COMMAND_IS_INVALID);
}

static void test_sets_switches_and_signals(void **state)
{
    (void)state;
    struct fix f = {0};
    word_set_ignition(&f, of("1"));
    word_set_charging(&f, of("0"));
    word_set_door(&f, of("x"));
    word_set_csq(&f, of("32"));
    assert_int_equal(f.has, FIX_HAS_IGNITION | FIX_HAS_CHARGING);
    assert_int_equal(f.flags, FIX_IGNITION_ON);
    word_set_door(&f, of("1"));
    word_set_csq(&f, of("31"));
    assert_int_equal(f.gsm, 31);
    assert_int_equal(f.flags, FIX_IGNITION_ON | FIX_DOOR_OPEN);
    word_set_metres(&f, of("1500"));
    assert_int_equal(f.odometer_m, 1500);
    word_set_celsius(&f, of("-3.5"));
    assert_int_equal(f.temperature_c_e2[0], -350);
    word_add_wifi(&f, of("02:00:00:00:00:01"), of("1"));
    word_add_wifi(&f, of("02-00-00-00-00-01"), of("-65"));
    word_add_wifi(&f, of("02:00:00:00:00:01"), of("-129"));
    assert_int_equal(f.wifi_count, 0);
    word_add_wifi(&f, of("02:00:00:00:00:01"), of("-65"));
    assert_int_equal(f.wifi_count, 1);
    assert_int_equal(f.wifi[0].rssi_dbm, -65);
}

static void test_reads_seconds_of_the_day(void **state)
{
    (void)state;
    assert_int_equal(word_day_s(of("000000")), 0);
    assert_int_equal(word_day_s(of("235959.999")), 86399);
    assert_int_equal(word_day_s(of("240000")), UINT32_MAX);
    assert_int_equal(word_day_s(of("236000")), UINT32_MAX);
    assert_int_equal(word_day_s(of("235960")), UINT32_MAX);
    assert_int_equal(word_day_s(of("23595")), UINT32_MAX);
    assert_int_equal(word_day_s(of("")), UINT32_MAX);
}

static void test_writes_forms(void **state)
{
    (void)state;
    uint8_t at[16];
    struct writer out = writer_init(at, sizeof(at));
    const struct bytes holes[] = {of("id"), of("t")};
    word_write(&out, "(%0A%1%1%)", holes);
    assert_true(bytes_eq(writer_bytes(&out), "(idAtt%)"));
    assert_int_equal(word_command_fate(&out), COMMAND_IS_WRITTEN);
    word_write(&out, "%0%0%0%0%0", holes);
    assert_int_equal(word_command_fate(&out), COMMAND_IS_TOO_LONG);
}

static void test_tells_what_is_answered(void **state)
{
    (void)state;
    assert_true(word_is_answered(OUTCOME_STORED, false));
    assert_true(word_is_answered(OUTCOME_STORED, true));
    assert_false(word_is_answered(OUTCOME_UNREGISTERED, false));
    assert_true(word_is_answered(OUTCOME_UNREGISTERED, true));
    assert_false(word_is_answered(OUTCOME_REFUSED, false));
    assert_false(word_is_answered(OUTCOME_REFUSED, true));
}

static enum protocol_claim claims_x(struct bytes first)
{
    return first.at[0] == 'x' ? CLAIM_YES : CLAIM_NO;
}

static void test_writes_commands(void **state)
{
    (void)state;
    static const struct word_commands known = {.len_max = 8,
                                               .status = "P,1",
                                               .refused = ";*",
                                               .refused_word = "J",
                                               .aliases = {{"STOP", "J"}, {"GO", "K"}},
                                               .claims = claims_x,
                                               .form = "*%0,%1;",

                                               .id_end = ',',
                                               .is_unaddressed = true};
    static const struct {
        const char *text; /* NULL: the query */
        enum command_fate fate;
        const char *written;
        const char *word; /* by which the answer finds it */
    } rows[] = {
        {NULL, COMMAND_IS_WRITTEN, "*7,P,1;", "P"},
        {"AB,c", COMMAND_IS_WRITTEN, "*7,AB,c;", "ab"},
        {"stop", COMMAND_IS_WRITTEN, "*7,J;", "J"},
        {"GO", COMMAND_IS_WRITTEN, "*7,K;", "K"},
        {"GO,1", COMMAND_IS_WRITTEN, "*7,GO,1;", "GO"},
        {"j", COMMAND_IS_INVALID, "", ""},
        {"J,1", COMMAND_IS_INVALID, "", ""},
        {"a;b", COMMAND_IS_INVALID, "", ""},
        {"xy", COMMAND_IS_INVALID, "", ""},
        {"a*", COMMAND_IS_INVALID, "", ""},
        {"", COMMAND_IS_INVALID, "", ""},
        {"123456789", COMMAND_IS_TOO_LONG, "", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t at[32];
        struct writer out = writer_init(at, sizeof(at));
        struct command_note note = {0};
        struct command_request what = {.kind = COMMAND_QUERY_STATUS, .id = 1};
        if (rows[i].text != NULL) {
            what.kind = COMMAND_TEXT;
            what.text = of(rows[i].text);
        }
        assert_int_equal(word_command_write(&what, &known, of("7"), &note, &out), rows[i].fate);
        assert_true(bytes_eq(writer_bytes(&out), rows[i].written));
        if (rows[i].fate == COMMAND_IS_WRITTEN) {
            assert_int_equal(note.message_id, word_command_id(of(rows[i].word)));
            assert_true(note.is_unaddressed);
            assert_false(note.is_unanswered);
        }
    }
}

static void test_words_have_numbers(void **state)
{
    (void)state;
    assert_int_equal(word_command_id(of("s20")), word_command_id(of("S20")));
    assert_int_not_equal(word_command_id(of("S20")), word_command_id(of("S21")));
    assert_int_not_equal(word_command_id(of("S20")), 0);
    assert_int_equal(word_command_id(of("")), 0);
    assert_int_equal(word_command_id(of("12345678901234567")), 0);
}

/* A protocol whose texts are no bytes, and one whose commands are nothing else. */
static void test_commands_of_bytes(void **state)
{
    enum { LEN_MAX = 3 };
    static const struct word_commands texts = {.len_max = 9, .refuses_bytes = true};
    static const struct {
        struct bytes raw;
        enum command_fate want;
    } cases[] = {
        {{(const uint8_t *)"abc", 3}, COMMAND_IS_WRITTEN},
        {{(const uint8_t *)"\0\1", 2}, COMMAND_IS_WRITTEN},
        {{(const uint8_t *)"abcd", 4}, COMMAND_IS_TOO_LONG},
        {{NULL, 0}, COMMAND_IS_UNSUPPORTED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t room[COMMAND_RAW_MAX];
        struct command_note note = {0};
        struct bytes got = {0};
        struct command_request asked = {
            .kind = COMMAND_TEXT, .text = bytes_of_text("hello"), .raw = cases[i].raw};
        assert_int_equal(bytes_of_command(&asked, LEN_MAX, room, &got), cases[i].want);
        assert_true(cases[i].want != COMMAND_IS_WRITTEN || bytes_same(got, cases[i].raw));
        assert_int_equal(words_of_command(&asked, &texts, room, &note, &got),
                         cases[i].raw.len > 0 ? COMMAND_IS_INVALID : COMMAND_IS_WRITTEN);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts_at_dividers),
        cmocka_unit_test(test_reads_numbers),
        cmocka_unit_test(test_sets_what_words_say),
        cmocka_unit_test(test_sets_switches_and_signals),
        cmocka_unit_test(test_reads_seconds_of_the_day),
        cmocka_unit_test(test_finds_lines),
        cmocka_unit_test(test_finds_the_next_line),
        cmocka_unit_test(test_writes_forms),
        cmocka_unit_test(test_tells_what_is_answered),
        cmocka_unit_test(test_writes_commands),
        cmocka_unit_test(test_finds_the_text_of_a_command),
        cmocka_unit_test(test_words_have_numbers),
        cmocka_unit_test(test_commands_of_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
