#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

static void test_text_is_taken_without_its_nul(void **state)
{
    (void)state;
    assert_int_equal(bytes_of_text("abc").len, 3);
    assert_int_equal(bytes_of_text("").len, 0);
}

static void test_equality_is_of_the_whole(void **state)
{
    (void)state;
    assert_true(bytes_eq(bytes_of_text("abc"), "abc"));
    assert_false(bytes_eq(bytes_of_text("abc"), "ab"));
    assert_false(bytes_eq(bytes_of_text("ab"), "abc"));
    assert_false(bytes_eq(bytes_of_text("abC"), "abc"));
    assert_true(bytes_eq((struct bytes){0}, ""));
    assert_false(bytes_eq((struct bytes){0}, "a"));
}

static void test_case_matters_only_where_asked(void **state)
{
    (void)state;
    assert_true(bytes_eq_nocase(bytes_of_text("Content-LENGTH"), "content-length"));
    assert_false(bytes_eq_nocase(bytes_of_text("content"), "content-length"));
    assert_false(bytes_eq_nocase(bytes_of_text("a@"), "a`"));
    assert_true(bytes_eq_nocase((struct bytes){0}, ""));
}

static void test_begin(void **state)
{
    (void)state;
    assert_true(bytes_begin(bytes_of_text("GET /"), "GET /"));
    assert_true(bytes_begin(bytes_of_text("GET /x"), "GET /"));
    assert_false(bytes_begin(bytes_of_text("GET"), "GET /"));
    assert_false(bytes_begin(bytes_of_text("GOT /"), "GET /"));
    assert_true(bytes_begin((struct bytes){0}, ""));
}

static void test_slice_is_clipped(void **state)
{
    (void)state;
    struct bytes text = bytes_of_text("abcdef");
    assert_true(bytes_eq(bytes_slice(text, 0, 6), "abcdef"));
    assert_true(bytes_eq(bytes_slice(text, 1, 2), "bc"));
    assert_true(bytes_eq(bytes_slice(text, 4, SIZE_MAX), "ef"));
    assert_int_equal(bytes_slice(text, 6, 1).len, 0);
    assert_int_equal(bytes_slice(text, 7, 1).len, 0);
    assert_int_equal(bytes_slice(text, SIZE_MAX, SIZE_MAX).len, 0);
    assert_int_equal(bytes_slice((struct bytes){0}, 0, 1).len, 0);
}

static void test_find_answers_the_length_where_it_is_not(void **state)
{
    (void)state;
    assert_int_equal(bytes_find(bytes_of_text("a,b,c"), ','), 1);
    assert_int_equal(bytes_find(bytes_of_text(",a"), ','), 0);
    assert_int_equal(bytes_find(bytes_of_text("abc,"), ','), 3);
    assert_int_equal(bytes_find(bytes_of_text("abc"), ','), 3);
    assert_int_equal(bytes_find((struct bytes){0}, ','), 0);
}

static void test_counts(void **state)
{
    (void)state;
    assert_int_equal(bytes_count(bytes_of_text(",,a,"), ','), 3);
    assert_int_equal(bytes_count(bytes_of_text("a,b"), ','), 1);
    assert_int_equal(bytes_count(bytes_of_text("abc"), ','), 0);
    assert_int_equal(bytes_count((struct bytes){0}, ','), 0);
}

static void test_copy_to_text_is_clipped(void **state)
{
    (void)state;
    char out[4] = "zzz";
    bytes_to_text(bytes_of_text("abcdef"), out, sizeof(out));
    assert_string_equal(out, "abc");
    bytes_to_text(bytes_of_text("ab"), out, sizeof(out));
    assert_string_equal(out, "ab");
    bytes_to_text((struct bytes){0}, out, sizeof(out));
    assert_string_equal(out, "");
    bytes_to_text(bytes_of_text("z"), out, 1);
    assert_string_equal(out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_taken_without_its_nul),
        cmocka_unit_test(test_equality_is_of_the_whole),
        cmocka_unit_test(test_case_matters_only_where_asked),
        cmocka_unit_test(test_begin),
        cmocka_unit_test(test_slice_is_clipped),
        cmocka_unit_test(test_find_answers_the_length_where_it_is_not),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_copy_to_text_is_clipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
