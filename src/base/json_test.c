#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static void assert_json(const struct json_out *j, const char *want)
{
    char got[4096];
    bytes_to_text(json_text(j), got, sizeof(got));
    assert_string_equal(got, want);
}

static void test_commas_and_nesting(void **state)
{
    (void)state;
    struct json_out j = {0};
    json_object_begin(&j);
    json_name(&j, "a");
    json_int(&j, 1);
    json_name(&j, "b");
    json_array_begin(&j);
    json_array_begin(&j);
    json_array_end(&j);
    json_object_begin(&j);
    json_object_end(&j);
    json_write_null(&j);
    json_bool(&j, true);
    json_bool(&j, false);
    json_array_end(&j);
    json_name(&j, "c");
    json_object_begin(&j);
    json_name(&j, "d");
    json_int(&j, -2);
    json_object_end(&j);
    json_object_end(&j);
    assert_json(&j, "{\"a\":1,\"b\":[[],{},null,true,false],\"c\":{\"d\":-2}}");
    json_free(&j);
}

static void test_sixteen_levels(void **state)
{
    (void)state;
    struct json_out j = {0};
    for (int i = 0; i < 16; i++) {
        json_array_begin(&j);
    }
    json_int(&j, 1);
    for (int i = 0; i < 16; i++) {
        json_array_end(&j);
        if (i < 15) {
            json_int(&j, i);
        }
    }
    assert_json(&j, "[[[[[[[[[[[[[[[[1],0],1],2],3],4],5],6],7],8],9],10],11],12],13],14]");
    json_free(&j);
}

static void test_integers(void **state)
{
    (void)state;
    struct json_out j = {0};
    json_array_begin(&j);
    json_int(&j, 0);
    json_int(&j, INT64_MAX);
    json_int(&j, INT64_MIN);
    json_array_end(&j);
    assert_json(&j, "[0,9223372036854775807,-9223372036854775808]");
    json_free(&j);
}

static void test_decimals(void **state)
{
    (void)state;
    struct json_out j = {0};
    json_array_begin(&j);
    json_decimal(&j, 137, 1);
    json_decimal(&j, 1370, 2);
    json_decimal(&j, -5, 7);
    json_decimal(&j, -12345678, 7);
    json_decimal(&j, 0, 0);
    json_decimal(&j, 0, 3);
    json_decimal(&j, 1, 9);
    json_decimal(&j, INT64_MIN, 9);
    json_decimal(&j, INT64_MIN, 0);
    json_decimal_string(&j, -137, 1);
    json_array_end(&j);
    assert_json(&j, "[13.7,13.70,-0.0000005,-1.2345678,0,0.000,0.000000001,"
                    "-9223372036.854775808,-9223372036854775808,\"-13.7\"]");
    json_free(&j);
}

static void test_strings_are_escaped(void **state)
{
    (void)state;
    struct json_out j = {0};
    json_array_begin(&j);
    json_write_string(&j, "");
    json_write_string(&j, NULL);
    json_write_string(&j, "\"\\/\b\n\x1f\x7f");
    json_write_string(&j, "a\"b");
    json_string_bytes(&j, (struct bytes){(const uint8_t *)"a\0b", 3});
    json_array_end(&j);
    assert_json(&j, "[\"\",null,\"\\\"\\\\/\\u0008\\u000a\\u001f\\u007f\",\"a\\\"b\","
                    "\"a\xef\xbf\xbd"
                    "b\"]");
    json_free(&j);
}

/* Plain bytes are looked at eight at a time: every byte at every place of such a step and beyond.
 */
static void test_every_byte_at_every_place(void **state)
{
    (void)state;
    enum { LEN = 19 };
    for (unsigned c = 0; c <= UINT8_MAX; c++) {
        char expected[8];
        if (c == '"' || c == '\\') {
            (void)snprintf(expected, sizeof(expected), "\\%c", (int)c);
        } else if (c >= 0x80 || c == 0) {
            (void)snprintf(expected, sizeof(expected), "\xef\xbf\xbd");
        } else {
            (void)snprintf(expected, sizeof(expected), c < 0x20 || c == 0x7f ? "\\u%04x" : "%c", c);
        }
        for (int place = 0; place < LEN; place++) {
            uint8_t text[LEN];
            char out[64];
            memset(text, '~', sizeof(text));
            text[place] = (uint8_t)c;
            (void)snprintf(out, sizeof(out), "\"%.*s%s%.*s\"", place, "~~~~~~~~~~~~~~~~~~~~",
                           expected, LEN - 1 - place, "~~~~~~~~~~~~~~~~~~~~");
            struct json_out j = {0};
            json_string_bytes(&j, (struct bytes){text, LEN});
            assert_json(&j, out);
            json_free(&j);
        }
    }
}

static void test_utf8_is_kept_and_mended(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        const char *out;
    } rows[] = {
        {"\xe4\xba\xac \xc3\xbc \xf0\x9f\x9a\x97", "\"\xe4\xba\xac \xc3\xbc \xf0\x9f\x9a\x97\""},
        {"a\xff"
         "b",
         "\"a\xef\xbf\xbd"
         "b\""},
        {"\xe4\xba", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* cut off */
        {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* longer than needed */
        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* half a surrogate pair */
        {"\x80\"", "\"\xef\xbf\xbd\\\"\""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_out j = {0};
        json_write_string(&j, rows[i].in);
        assert_json(&j, rows[i].out);
        json_free(&j);
    }
}

static void test_a_long_answer_is_taken_in_pieces(void **state)
{
    (void)state;
    struct json_out j = {0};
    json_array_begin(&j);
    json_int(&j, 1);
    json_object_begin(&j);
    json_name(&j, "a");
    assert_json(&j, "[1,{\"a\":");
    json_drop(&j);
    assert_json(&j, "");
    json_int(&j, 2);
    json_name(&j, "b");
    json_raw(&j, bytes_of_text("[3,4]"));
    json_object_end(&j);
    json_drop(&j);
    json_raw(&j, bytes_of_text("5"));
    json_array_end(&j);
    assert_json(&j, ",5]");
    json_free(&j);
    assert_int_equal(json_text(&j).len, 0);
}

static void test_the_buffer_grows(void **state)
{
    (void)state;
    struct json_out j = {0};
    json_array_begin(&j);
    for (int i = 0; i < 1000; i++) {
        json_write_string(&j, "0123456789");
    }
    json_array_end(&j);
    struct bytes text = json_text(&j);
    assert_int_equal(text.len, 1 + 1000 * 13);
    assert_true(bytes_begin(bytes_slice(text, text.len - 14, 14), ",\"0123456789\"]"));
    json_free(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commas_and_nesting),
        cmocka_unit_test(test_sixteen_levels),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_strings_are_escaped),
        cmocka_unit_test(test_every_byte_at_every_place),
        cmocka_unit_test(test_utf8_is_kept_and_mended),
        cmocka_unit_test(test_a_long_answer_is_taken_in_pieces),
        cmocka_unit_test(test_the_buffer_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
