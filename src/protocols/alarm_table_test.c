/* Alarms by rows: bits of either sense, codes, and the way back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/alarm_table.h"

static const struct alarm_row rows[] = {
    {0, ALARM_BIT(SOS)},
    {5, ALARM_BIT(OVERSPEED) | ALARM_BIT(FATIGUE)},
    {7, ALARM_BIT(SOS)},
    {31, ALARM_BIT(REMOVAL)},
};
static const struct alarm_table table = ALARM_TABLE(rows);
static const struct alarm_table low = {rows, sizeof(rows) / sizeof(rows[0]), true};

static void test_all(void **state)
{
    (void)state;
    const alarm_set all =
        ALARM_BIT(SOS) | ALARM_BIT(OVERSPEED) | ALARM_BIT(FATIGUE) | ALARM_BIT(REMOVAL);
    assert_int_equal(alarm_table_all(&table), all);
    assert_int_equal(alarm_table_all(&low), all);
    assert_int_equal(alarm_table_all(&(struct alarm_table){0}), 0);
}

static void test_bits(void **state)
{
    (void)state;
    assert_int_equal(alarm_table_of_bits(&table, 0), 0);
    assert_int_equal(alarm_table_of_bits(&table, 1U << 0), ALARM_BIT(SOS));
    assert_int_equal(alarm_table_of_bits(&table, 1U << 5), rows[1].alarms);
    assert_int_equal(alarm_table_of_bits(&table, UINT32_C(1) << 31), ALARM_BIT(REMOVAL));
    assert_int_equal(alarm_table_of_bits(&table, 1U << 6), 0);
    assert_int_equal(alarm_table_of_bits(&low, UINT32_MAX), 0);
    assert_int_equal(alarm_table_of_bits(&low, ~(UINT32_C(1) << 31)), ALARM_BIT(REMOVAL));
}

static void test_words(void **state)
{
    (void)state;
    assert_int_equal(alarm_table_word(&table, 0), 0);
    assert_int_equal(alarm_table_word(&table, ALARM_BIT(SOS)), 1U << 0); /* the first of two */
    assert_int_equal(alarm_table_word(&table, ALARM_BIT(FATIGUE) | ALARM_BIT(SOS)), 1U | 1U << 5);
    assert_int_equal(alarm_table_word(&table, ALARM_BIT(TEMPERATURE)), 0);
    assert_int_equal(alarm_table_word(&low, ALARM_BIT(SOS)), UINT32_MAX - 1);
}

static void test_codes(void **state)
{
    (void)state;
    assert_int_equal(alarm_table_of_code(&table, 7), ALARM_BIT(SOS));
    assert_int_equal(alarm_table_of_code(&table, 6), 0);
    assert_int_equal(alarm_table_of_code(&table, 65536 + 7), 0);
    assert_int_equal(alarm_table_code(&table, ALARM_BIT(REMOVAL) | ALARM_BIT(FATIGUE)), 5);
    assert_int_equal(alarm_table_code(&table, ALARM_BIT(TEMPERATURE)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_codes),
    };
    return cmocka_run_group_tests_name("alarm_table", tests, NULL, NULL);
}
