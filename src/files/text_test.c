#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "files/text.h"

/* What was written, which is then dropped. */
static const char *written(struct json_out *out)
{
    static char text[256];
    bytes_to_text(json_text(out), text, sizeof(text));
    json_drop(out);
    return text;
}

static void test_numbers_have_no_zeros_at_their_end(void **state)
{
    static const struct {
        int64_t value;
        unsigned decimals;
        const char *text;
    } rows[] = {
        {0, 0, "0"},
        {0, 7, "0"},
        {5, 2, "0.05"},
        {-5, 2, "-0.05"},
        {137, 1, "13.7"},
        {1370, 2, "13.7"},
        {1300, 2, "13"},
        {-338600000, 7, "-33.86"},
        {1800000000, 7, "180"},
        {INT64_MIN, 0, "-9223372036854775808"},
        {INT64_MAX, 0, "9223372036854775807"},
    };
    struct json_out out = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        text_put_decimal(&out, rows[i].value, rows[i].decimals);
        assert_string_equal(written(&out), rows[i].text);
    }
    json_free(&out);
}

static void test_xml_is_escaped(void **state)
{
    struct json_out out = {0};
    (void)state;
    text_put_xml(&out, bytes_of_text("<a href=\"x\"> & \xe8\xb4\xa7 ]]>"));
    assert_string_equal(written(&out), "&lt;a href=&quot;x&quot;&gt; &amp; \xe8\xb4\xa7 ]]&gt;");
    text_put_xml(&out, (struct bytes){(const uint8_t *)"\x01\xff\0\t\n", 5});
    assert_string_equal(written(&out), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd&#9;&#10;");
    text_put_xml(&out, bytes_of_text("\xef\xbf\xbe")); /* U+FFFE */
    assert_string_equal(written(&out), "\xef\xbf\xbd");
    json_free(&out);
}

static void test_fields_of_csv(void **state)
{
    static const struct {
        const char *text;
        const char *field;
    } rows[] = {
        {"", ""},
        {"Van 201", "Van 201"},
        {"a,b", "\"a,b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"=1+2", "\"'=1+2\""},
        {"+1", "\"'+1\""},
        {"-x", "\"'-x\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\xef\xbc\x9d"
         "1",
         "\"'\xef\xbc\x9d"
         "1\""},
        {"\xef\xbc\xa0", "\"'\xef\xbc\xa0\""},
        {"\xef\xbc\x81", "\xef\xbc\x81"},
        {"two\nlines", "\"two lines\""},
        {"'quoted", "\"''quoted\""},
        {"\xff", "\xef\xbf\xbd"},
    };
    struct json_out out = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        text_put_csv(&out, bytes_of_text(rows[i].text));
        assert_string_equal(written(&out), rows[i].field);
    }
    json_free(&out);
}

static void test_the_guard_goes_again(void **state)
{
    static const char *const texts[] = {"=1+2", "'quoted", "'",    "''",           "'=1",
                                        "@x",   "Van",     "it's", "\xef\xbc\x8b", "'\xef\xbc\x8d"};
    struct json_out out = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        text_put_csv(&out, bytes_of_text(texts[i]));
        struct bytes field = json_text(&out);
        if (field.at[0] == '"') { /* none of these has a quotation mark in it */
            field = bytes_slice(field, 1, field.len - 2);
        }
        assert_true(bytes_eq(text_without_guard(field), texts[i]));
        json_drop(&out);
    }
    json_free(&out);
}

static void test_times_stay_in_their_years(void **state)
{
    struct json_out out = {0};
    (void)state;
    text_put_utc(&out, 1790000000);
    assert_string_equal(written(&out), "2026-09-21T14:13:20Z");
    text_put_utc(&out, -1);
    assert_string_equal(written(&out), "1970-01-01T00:00:00Z");
    text_put_utc(&out, INT64_MAX);
    assert_string_equal(written(&out), "9999-12-31T23:59:59Z");
    json_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_have_no_zeros_at_their_end),
        cmocka_unit_test(test_xml_is_escaped),
        cmocka_unit_test(test_fields_of_csv),
        cmocka_unit_test(test_the_guard_goes_again),
        cmocka_unit_test(test_times_stay_in_their_years),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
