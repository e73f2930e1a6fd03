#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

static void test_what_is_encoded_is_decoded(void **state)
{
    (void)state;
    uint8_t all[256];
    uint8_t room[3 * sizeof(all)];
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(all); i++) {
        all[i] = (uint8_t)i;
    }
    struct writer w = writer_init(room, sizeof(room));
    percent_encode(&w, (struct bytes){all, sizeof(all)});
    assert_true(writer_ok(&w));
    struct bytes got = percent_decode(&arena, writer_bytes(&w));
    assert_int_equal(got.len, sizeof(all));
    assert_memory_equal(got.at, all, sizeof(all));
    w = writer_init(room, sizeof(room));
    percent_encode(&w, bytes_of_text("a-Z_9. &=+%\xe7"));
    expect_decoded("a-Z_9.%20%26%3D%2B%25%E7", "a-Z_9. &=+%\xe7", 12);
    assert_int_equal(writer_bytes(&w).len, strlen("a-Z_9.%20%26%3D%2B%25%E7"));
    assert_memory_equal(writer_bytes(&w).at, "a-Z_9.%20%26%3D%2B%25%E7", w.len);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_text_stays),
        cmocka_unit_test(test_escapes_and_blanks),
        cmocka_unit_test(test_what_is_encoded_is_decoded),
        cmocka_unit_test(test_a_percent_without_digits_stands_for_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
