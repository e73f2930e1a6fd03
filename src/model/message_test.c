#include "model/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool is_valid(const char *text)
{
    return device_id_is_valid(bytes_of_text(text));
}

static void lengths_from_1_to_64(void **state)
{
    (void)state;
    const char *longest = "1234567890123456789012345678901234567890123456789012345678901234";
    assert_int_equal(strlen(longest), DEVICE_ID_MAX);
    assert_true(is_valid(longest));
    assert_true(is_valid("1"));
    assert_false(is_valid(""));
    assert_false(is_valid("12345678901234567890123456789012345678901234567890123456789012345"));
}

static void characters(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        uint8_t byte = (uint8_t)c;
        uint8_t pair[] = {'x', byte};
        bool may_begin = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool may_follow = may_begin || c == '_' || c == '-' || c == '.' || c == ':' || c == '@';
        assert_int_equal(device_id_is_valid((struct bytes){&byte, 1}), may_begin);
        assert_int_equal(device_id_is_possible((struct bytes){&byte, 1}), may_follow);
        assert_int_equal(device_id_is_valid((struct bytes){pair, 2}), may_follow);
        assert_int_equal(device_id_is_possible((struct bytes){pair, 2}), may_follow);
    }
    assert_true(is_valid("Truck_7-a"));
    assert_true(is_valid("3f8a2c1e-90ab-4cde-8f01-23456789abcd"));
    assert_true(is_valid("anna@phone.example:2"));
    assert_false(is_valid("12 34"));
    assert_false(is_valid("12,34"));
}

static void key_drops_leading_zeros_of_digits(void **state)
{
    (void)state;
    assert_string_equal(device_id_key("013912345678"), "13912345678");
    assert_string_equal(device_id_key("13912345678"), "13912345678");
    assert_string_equal(device_id_key("0000"), "0");
    assert_string_equal(device_id_key("0"), "0");
    assert_string_equal(device_id_key("00a0"), "00a0");
    assert_string_equal(device_id_key("0-1"), "0-1");
    assert_string_equal(device_id_key("007."), "007.");
    assert_string_equal(device_id_key(""), "");
}

static void key_points_into_its_text(void **state)
{
    (void)state;
    const char *text = "0042";
    assert_ptr_equal(device_id_key(text), text + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_from_1_to_64),
        cmocka_unit_test(characters),
        cmocka_unit_test(key_drops_leading_zeros_of_digits),
        cmocka_unit_test(key_points_into_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
