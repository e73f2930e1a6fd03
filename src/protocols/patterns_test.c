/*
 * Texts that cut or unlock, however they are dressed; and harmless ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/hex.h"
#include "base/writer.h"
#include "protocols/patterns.h"

enum { CUT = PROFILE_MATCHES_CUT, UNLOCK = PROFILE_MATCHES_UNLOCK };

/* Of a copy of exactly its size, so that a read beyond it is seen. */
static unsigned match(const char *text)
{
    struct arena arena = {0};
    unsigned found = profiles_match(NULL, arena_copy(&arena, bytes_of_text(text)));
    arena_free(&arena);
    return found;
}

struct text_case {
    const char *text;
    unsigned want;
};

static const struct text_case text_cases[] = {
    {"RELAY,1#", CUT},
    {"relay,1", CUT},
    {" Relay , 1 #", CUT},
    {"R E L A Y,1#", CUT},
    {"RELAY,01#", CUT},
    {"RELAY,,1#", CUT},
    {"RELAY=1#", CUT},
    {"RELAY 1#", CUT},
    {"RELAY\t1\r\n", CUT},
    {"RELAY,1,1#", CUT},
    {"RELAY,2#", CUT},
    {"RELAY,1234,1#", CUT},
    {"STATUS#RELAY,1#", CUT},
    {"STATUS#;(RELAY,1)", CUT},
    {"STATUS#\nRELAY,1#", CUT},
    {"000000,RELAY,1#", CUT},
    {"123456RELAY,1#", CUT},
    {"(8000012345,S07,0)", CUT},
    {"DYD#", CUT},
    {"DYD,000000#", CUT},
    {"stop123456", CUT},
    {"940123456", CUT},
    {"setdigout 1", CUT},
    {"setdigout 11 60 60", CUT},
    {"*HQ,1234567890,S20,010203,1,3,10,3,5,5,3,5,3,5,3,5#", CUT},
    {"P43,888888", UNLOCK},
    {"(P43,888888)", UNLOCK},
    {"(p43 , 888888)", UNLOCK},
    {"P52,3,113355", UNLOCK},
    {"(P44,1)", UNLOCK},
    {"ELOCK,3,111111", UNLOCK},
    {"RELAY,1#P43,888888#", CUT | UNLOCK},
    {"RELAY,0#", 0},
    {"HFYD#", 0},
    {"RELAYS,1#", 0},
    {"XRELAY,1#", 0},
    {"STATUS#", 0},
    {"PARAM#", 0},
    {"TIMER,940,60#", 0}, /* a number that only begins like one */
    {"P04,1,60,30", 0},
    {"P430,1", 0},
    {"", 0},
    {"#;(),,,==", 0},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(text_cases) / sizeof(text_cases[0]); i++) {
        print_message("# %zu\n", i);
        assert_int_equal(match(text_cases[i].text), text_cases[i].want);
    }
}

static void test_too_long_a_text_is_taken_for_the_worst(void **state)
{
    (void)state;
    char text[PATTERNS_TEXT_MAX + 2];
    memset(text, 'x', sizeof(text) - 1);
    text[PATTERNS_TEXT_MAX + 1] = '\0';
    assert_int_equal(match(text), CUT | UNLOCK);
    text[PATTERNS_TEXT_MAX] = '\0';
    assert_int_equal(match(text), 0);
    memcpy(text + PATTERNS_TEXT_MAX - 8, "#RELAY,1", 8);
    assert_int_equal(match(text), CUT);
}

static void test_padding_hides_nothing(void **state)
{
    (void)state;
    static const char *const pads[] = {"0", ",", " ", "#", "=", "\t", "a,"};
    for (size_t i = 0; i < sizeof(pads) / sizeof(pads[0]); i++) {
        uint8_t at[PATTERNS_TEXT_MAX];
        struct writer w = writer_init(at, sizeof(at) - 10);
        while (w.len + strlen(pads[i]) <= w.capacity) {
            write_text(&w, pads[i]);
        }
        w.capacity = sizeof(at);
        write_text(&w, "RELAY,1#");
        assert_true(writer_ok(&w));
        assert_int_equal(profiles_match(NULL, writer_bytes(&w)), CUT);
    }
}

static void test_raw_messages(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        unsigned want;
    } rows[] = {
        {"8500 00", UNLOCK},
        {"8500 0001 0001 01", UNLOCK},
        {"8105 64", CUT},
        {"8105 f0", CUT},
        {"8105 04", 0},
        {"8300 01 52454c41592c3123", CUT},             /* RELAY,1# */
        {"8300 4141414152454c41592c3123", CUT},        /* behind letters */
        {"8103 01 0000f030 08 52454c41592c3123", CUT}, /* in a parameter */
        {"80 0c 41424344 52454c41592c3123", CUT},      /* GT06: a flag of letters */
        {"50 34332c383838383838", UNLOCK},             /* P43,888888 */
        {"8300 01 53544154555323", 0},                 /* STATUS# */
        {"8104", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t raw[COMMAND_RAW_MAX];
        size_t len = 0;
        assert_int_equal(hex_decode(bytes_of_text(rows[i].hex), raw, sizeof(raw), &len), ERR_OK);
        print_message("# %s\n", rows[i].hex);
        assert_int_equal(profiles_match_raw(NULL, (struct bytes){raw, len}), rows[i].want);
    }
}

static void test_patterns_of_an_operator_count(void **state)
{
    (void)state;
    char why[PROFILE_ERROR_SIZE];
    struct profiles *p = NULL;
    static const char file[] = "[X9]\ncut_patterns = KILL,*#; hex:9901\nunlock_patterns = OPEN*\n";
    assert_int_equal(profiles_parse(bytes_of_text(file), &p, why), ERR_OK);
    assert_int_equal(profiles_match(p, bytes_of_text("kill,7#")), CUT);
    assert_int_equal(profiles_match(p, bytes_of_text("openDoor")), UNLOCK);
    assert_int_equal(profiles_match(p, bytes_of_text("RELAY,1#")), CUT);
    const uint8_t raw[] = {0x99, 0x01, 0x07};
    assert_int_equal(profiles_match_raw(p, (struct bytes){raw, sizeof(raw)}), CUT);
    assert_int_equal(profiles_match_raw(p, (struct bytes){raw, 1}), 0);
    profiles_free(p);
}

/* Every built-in command that cuts is one that the patterns find. */
static void test_no_profile_cuts_unseen(void **state)
{
    (void)state;
    const struct profile *row = profiles_at(NULL, 0);
    for (size_t i = 0; row != NULL; row = profiles_at(NULL, ++i)) {
        const char *cut = row->texts[PROFILE_CUT];
        uint8_t raw[COMMAND_RAW_MAX];
        size_t len = cut == NULL ? 0 : command_raw(bytes_of_text(cut), raw);
        bool is_raw = cut != NULL && command_is_raw(bytes_of_text(cut));
        unsigned found = cut == NULL ? (unsigned)CUT
                         : is_raw    ? profiles_match_raw(NULL, (struct bytes){raw, len})
                                     : match(cut);
        print_message("# %s\n", row->name);
        assert_int_equal(found & CUT, CUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_too_long_a_text_is_taken_for_the_worst),
        cmocka_unit_test(test_padding_hides_nothing),
        cmocka_unit_test(test_raw_messages),
        cmocka_unit_test(test_patterns_of_an_operator_count),
        cmocka_unit_test(test_no_profile_cuts_unseen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
