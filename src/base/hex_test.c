#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"

static void test_encodes_lower_case(void **state)
{
    (void)state;
    static const uint8_t in[] = {0x00, 0x09, 0x0a, 0x7f, 0x80, 0xff};
    char out[sizeof(in) * 2 + 1];
    hex_encode((struct bytes){in, sizeof(in)}, out);
    assert_string_equal(out, "00090a7f80ff");
    hex_encode((struct bytes){0}, out);
    assert_string_equal(out, "");
}

static void test_decodes_either_case_and_blanks(void **state)
{
    (void)state;
    static const uint8_t want[] = {0x78, 0x0d, 0xaB, 0xff};
    uint8_t out[4];
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text("780DaBfF"), out, sizeof(out), &len), ERR_OK);
    assert_int_equal(len, 4);
    assert_memory_equal(out, want, sizeof(want));
    assert_int_equal(hex_decode(bytes_of_text(" 78 0d\tab  ff "), out, sizeof(out), &len), ERR_OK);
    assert_int_equal(len, 4);
    assert_memory_equal(out, want, sizeof(want));
}

static void test_nothing_is_no_bytes(void **state)
{
    (void)state;
    size_t len = 7;
    assert_int_equal(hex_decode((struct bytes){0}, NULL, 0, &len), ERR_OK);
    assert_int_equal(len, 0);
    assert_int_equal(hex_decode(bytes_of_text("  "), NULL, 0, &len), ERR_OK);
    assert_int_equal(len, 0);
}

static void test_refuses_what_is_no_digit(void **state)
{
    (void)state;
    static const char *const bad[] = {"7",  "78a", "7 8", "g0", "0g",
                                      "0/", "0:",  "0@",  "0`", "0x12"};
    uint8_t out[8];
    size_t len = 0;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(hex_decode(bytes_of_text(bad[i]), out, sizeof(out), &len), ERR_MALFORMED);
    }
}

static void test_stays_within_its_capacity(void **state)
{
    (void)state;
    uint8_t out[3] = {0, 0, 0xee};
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text("0102"), out, 2, &len), ERR_OK);
    assert_int_equal(hex_decode(bytes_of_text("010203"), out, 2, &len), ERR_TOO_LONG);
    assert_int_equal(out[2], 0xee);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodes_lower_case),
        cmocka_unit_test(test_decodes_either_case_and_blanks),
        cmocka_unit_test(test_nothing_is_no_bytes),
        cmocka_unit_test(test_refuses_what_is_no_digit),
        cmocka_unit_test(test_stays_within_its_capacity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
