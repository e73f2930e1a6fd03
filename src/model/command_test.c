/* Commands as values. */
#include "model/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct bytes text(const char *t)
{
    return bytes_of_text(t);
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(command_kind_word(COMMAND_HIGH_LEVEL), "highlevel");
    assert_string_equal(command_kind_word(COMMAND_QUERY_ICCID), "query");
    assert_string_equal(command_kind_word(COMMAND_TIMED_UNLOCK), "timed");
    assert_string_equal(command_kind_text(COMMAND_TEXT), "");
    assert_string_equal(command_kind_text(COMMAND_QUERY_STATUS), "Query status");
    assert_string_equal(command_state_word(COMMAND_QUEUED), "queued");
    assert_string_equal(command_state_word(COMMAND_CANCELLED), "cancelled");
}

static void test_states_that_are_over(void **state)
{
    (void)state;
    assert_false(command_state_is_over(COMMAND_QUEUED));
    assert_false(command_state_is_over(COMMAND_SENDING));
    assert_false(command_state_is_over(COMMAND_SENT));
    assert_true(command_state_is_over(COMMAND_ANSWERED));
    assert_true(command_state_is_over(COMMAND_REFUSED));
    assert_true(command_state_is_over(COMMAND_UNKNOWN));
    assert_true(command_state_is_over(COMMAND_EXPIRED));
    assert_true(command_state_is_over(COMMAND_CANCELLED));
}

static void test_raw_messages(void **state)
{
    (void)state;
    uint8_t out[COMMAND_RAW_MAX];
    assert_true(command_is_raw(text("hex:8104")));
    assert_true(command_is_raw(text("HEX:")));
    assert_false(command_is_raw(text("hex")));
    assert_false(command_is_raw(text(" hex:00")));
    assert_int_equal(command_raw(text("hex:81 04 fF"), out), 3);
    assert_int_equal(out[0], 0x81);
    assert_int_equal(out[2], 0xff);
    assert_int_equal(command_raw(text("hex:"), out), 0);
    assert_int_equal(command_raw(text("hex:8"), out), 0);
    assert_int_equal(command_raw(text("hex:8g"), out), 0);
    char long_text[2 * COMMAND_RAW_MAX + 8] = "hex:";
    memset(long_text + 4, '0', 2 * COMMAND_RAW_MAX + 2);
    long_text[4 + 2 * COMMAND_RAW_MAX + 2] = '\0';
    assert_int_equal(command_raw(text(long_text), out), 0);
    long_text[4 + 2 * COMMAND_RAW_MAX] = '\0';
    assert_int_equal(command_raw(text(long_text), out), COMMAND_RAW_MAX);
}

static void test_ties_are_never_0(void **state)
{
    (void)state;
    assert_int_equal(command_tie(INT64_C(1) << 40 | 0x12345678, 32), 0x12345678);
    assert_int_equal(command_tie(0x12345678, 16), 0x5678);
    assert_int_equal(command_tie(0x10000, 16), 0x8000);
    assert_int_equal(command_tie(INT64_C(1) << 32, 32), UINT32_C(1) << 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_states_that_are_over),
        cmocka_unit_test(test_raw_messages),
        cmocka_unit_test(test_ties_are_never_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
