#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "base/name_text.h"

#define INVISIBLE "holds an invisible character"
#define DIRECTION "holds a character that turns text around"
#define AT_END    "begins or ends with a blank"
#define CONTROL   "holds control characters"

struct row {
    const char *text;
    const char *why; /* NULL: it is a name */
};

static void try_row(const struct row *row)
{
    const char *why = name_fault(bytes_of_text(row->text));
    if (g_strcmp0(why, row->why) != 0) {
        fail_msg("%s: %s", row->text, why == NULL ? "taken" : why);
    }
}

static void try_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        try_row(&rows[i]);
    }
}
#define TRY(...)                                                                                   \
    do {                                                                                           \
        const struct row rows[] = {__VA_ARGS__};                                                   \
        try_rows(rows, sizeof(rows) / sizeof(rows[0]));                                            \
    } while (0)

static void names_of_many_languages_are_taken(void **state)
{
    (void)state;
    TRY({"", NULL}, {"B-OD 1", NULL}, {"Mühle \u2013 Süd", NULL}, {"Mu\u0308hle", NULL},
        {"\u4EAC A\u00B78020", NULL}, {"\u4E00\u3000\u53F7", NULL}, /* a wide blank inside */
        {"\u05D0\u05D1 12", NULL}, {"\u0634\u0627\u062D\u0646\u0629", NULL}, {"\u0E23\u0E16", NULL},
        {"\U0001F69A 7", NULL}, {"\U00020BB7\u91CE", NULL}, {"\u2764\uFE0F", NULL},
        {"a\u00A0b", NULL});
}

static void what_is_not_seen_is_refused(void **state)
{
    (void)state;
    TRY({"Bus\u200B", INVISIBLE}, {"B\u00ADus", INVISIBLE}, {"\uFEFFBus", INVISIBLE},
        {"Bus\u2060", INVISIBLE}, {"Bus\u2064 1", INVISIBLE}, {"\u3164", INVISIBLE},
        {"Bus\u034F", INVISIBLE}, {"\u2800", INVISIBLE}, {"Bus\U000E0041", INVISIBLE},
        {"Bus\uFE0F", INVISIBLE}, {"\uFE0F", INVISIBLE}, {"Bus\uE000", INVISIBLE},
        {"Bus\U0010FFFD", INVISIBLE}, {"Bus\uFFFE", INVISIBLE}, {"Bus\uFDD0", INVISIBLE},
        {"a\u2028b", INVISIBLE}, {"a\u2029b", INVISIBLE}, {"\u180E", INVISIBLE});
}

static void what_turns_text_around_is_refused(void **state)
{
    (void)state;
    TRY({"\u202E1 suB", DIRECTION}, {"Bus\u200E", DIRECTION}, {"Bus\u200F", DIRECTION},
        {"\u202ABus\u202C", DIRECTION}, {"\u2066Bus\u2069", DIRECTION},
        {"\u0634\u061C", DIRECTION});
}

static void joiners_stand_between_letters_that_join(void **state)
{
    (void)state;
    TRY({"\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", NULL}, /* Persian */
        {"\u0915\u094D\u200D\u0937", NULL},                         /* Hindi, behind a virama */
        {"\u09B0\u200D\u09CD\u09AF", NULL},                         /* Bengali, before one */
        {"\u0DC1\u0DCA\u200D\u0DBB\u0DD3", NULL},                   /* Sinhala */
        {"\u0645\u200C", INVISIBLE}, {"\u200C\u0645", INVISIBLE},
        {"\u0645\u200C\u200C\u062E", INVISIBLE}, {"\u0645\u200C 1", INVISIBLE},
        {"Bu\u200Cs", INVISIBLE}, {"Bu\u200Ds", INVISIBLE}, {"1\u200D2", INVISIBLE},
        {"\u0645\u200Cs", INVISIBLE}, {"\u4EAC\u200D\u4EAC", INVISIBLE});
}

static void blanks_at_an_end_and_controls_are_refused(void **state)
{
    (void)state;
    TRY({"Bus\u00A0", AT_END}, {"\u3000Bus", AT_END}, {"\u2003", AT_END}, {" Bus", AT_END},
        {"a\nb", CONTROL}, {"a\x7F", CONTROL}, {"a\xC2\x85", CONTROL});
}

/* The text need not end in a NUL. */
static void only_the_bytes_of_the_text_count(void **state)
{
    (void)state;
    static const char text[] = "Bus\u200B";
    assert_null(name_fault((struct bytes){(const uint8_t *)text, 3}));
    assert_non_null(name_fault(bytes_of_text(text)));
}

static void what_is_no_utf8_is_refused(void **state)
{
    (void)state;
    TRY({"Bus\xFF", "is not UTF-8"}, {"\xC3", "is not UTF-8"}, {"a\xF0\x9F\x9A", "is not UTF-8"},
        {"\xC0\xA0", "is not UTF-8"}, {"\xED\xA0\x80", "is not UTF-8"});
    assert_non_null(name_fault((struct bytes){(const uint8_t *)"a\0b", 3}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_many_languages_are_taken),
        cmocka_unit_test(what_is_not_seen_is_refused),
        cmocka_unit_test(what_turns_text_around_is_refused),
        cmocka_unit_test(joiners_stand_between_letters_that_join),
        cmocka_unit_test(blanks_at_an_end_and_controls_are_refused),
        cmocka_unit_test(only_the_bytes_of_the_text_count),
        cmocka_unit_test(what_is_no_utf8_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
