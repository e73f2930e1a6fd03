#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/percent.h"

static void expect_decoded(const char *text, const char *want, size_t want_len)
{
    struct arena arena = {0};
    struct bytes got = percent_decode(&arena, bytes_of_text(text));
    assert_int_equal(got.len, want_len);
    assert_memory_equal(got.at, want, want_len + 1); /* and the NUL behind it */
    arena_free(&arena);
}

static void test_plain_text_stays(void **state)
{
    (void)state;
    expect_decoded("", "", 0);
    expect_decoded("B-1.x_y~*", "B-1.x_y~*", 9);
}

static void test_escapes_and_blanks(void **state)
{
    (void)state;
    expect_decoded("a+b%2Cc", "a b,c", 5);
    expect_decoded("%e7%B2%a4", "粤", 3);
    expect_decoded("%2B%25", "+%", 2);
    expect_decoded("a%00b", "a\0b", 3);
}

static void test_a_percent_without_digits_stands_for_itself(void **state)
{
    (void)state;
    expect_decoded("100%", "100%", 4);
    expect_decoded("%4", "%4", 2);
    expect_decoded("%zz%41", "%zzA", 4);
    expect_decoded("% 4%++", "% 4%  ", 6);
    expect_decoded("%%41", "%A", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_text_stays),
        cmocka_unit_test(test_escapes_and_blanks),
        cmocka_unit_test(test_a_percent_without_digits_stands_for_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
