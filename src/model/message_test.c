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

static void lengths_from_1_to_32(void **state)
{
    (void)state;
    const char *longest = "12345678901234567890123456789012";
    assert_int_equal(strlen(longest), DEVICE_ID_MAX);
    assert_true(is_valid(longest));
    assert_true(is_valid("1"));
    assert_false(is_valid(""));
    assert_false(is_valid("123456789012345678901234567890123"));
}

static void characters(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        uint8_t byte = (uint8_t)c;
        bool wanted = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      c == '_' || c == '-';
        assert_int_equal(device_id_is_valid((struct bytes){&byte, 1}), wanted);
    }
    assert_true(is_valid("Truck_7-a"));
    assert_false(is_valid("12 34"));
    assert_false(is_valid("12,34"));
}

static void key_drops_leading_zeros(void **state)
{
    (void)state;
    assert_string_equal(device_id_key("013912345678"), "13912345678");
    assert_string_equal(device_id_key("13912345678"), "13912345678");
    assert_string_equal(device_id_key("0000"), "0");
    assert_string_equal(device_id_key("0"), "0");
    assert_string_equal(device_id_key("00a0"), "a0");
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
        cmocka_unit_test(lengths_from_1_to_32),
        cmocka_unit_test(characters),
        cmocka_unit_test(key_drops_leading_zeros),
        cmocka_unit_test(key_points_into_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
