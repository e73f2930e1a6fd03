#include "model/alarm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void every_alarm_has_its_own_text(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ALARM_COUNT; i++) {
        assert_non_null(alarm_text((enum alarm_type)i));
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(alarm_text((enum alarm_type)i), alarm_text((enum alarm_type)j));
        }
    }
}

static void every_alarm_fits_the_set(void **state)
{
    (void)state;
    assert_in_range(ALARM_COUNT, 1, 32);
    assert_int_equal(ALARM_BIT(REMOVAL), 1);
}

/* Stored sets depend on these numbers. */
static void numbers_stay(void **state)
{
    (void)state;
    assert_int_equal(ALARM_SOS, 3);
    assert_int_equal(ALARM_INTERRUPTED, 9);
    assert_int_equal(ALARM_ILLEGAL_UNLOCK, 19);
    assert_int_equal(ALARM_SIM_EXPIRY, 24);
}

static void only_single_events_are_momentary(void **state)
{
    (void)state;
    alarm_set momentary = 0;
    for (unsigned i = 0; i < ALARM_COUNT; i++) {
        momentary |= alarm_is_momentary((enum alarm_type)i) ? UINT32_C(1) << i : 0;
    }
    assert_int_equal(momentary, ALARM_BIT(SOS) | ALARM_BIT(COLLISION) |
                                    ALARM_BIT(HARSH_ACCELERATION) | ALARM_BIT(HARSH_BRAKING) |
                                    ALARM_BIT(HARSH_CORNERING));
}

static void texts_are_the_contract_s(void **state)
{
    (void)state;
    assert_string_equal(alarm_text(ALARM_SOS), "SOS alarm");
    assert_string_equal(alarm_text(ALARM_INTERRUPTED), "Communication interrupted alarm");
    assert_string_equal(alarm_text(ALARM_ILLEGAL_UNLOCK), "Illegal unlock alarm");
    assert_string_equal(alarm_text(ALARM_SIM_CHANGED), "SIM changed alarm");
    assert_string_equal(alarm_text(ALARM_LOW_DATA), "Low data alarm");
    assert_string_equal(alarm_text(ALARM_LOW_SMS), "Low SMS alarm");
    assert_string_equal(alarm_text(ALARM_SIM_EXPIRY), "SIM expiry alarm");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_alarm_has_its_own_text),
        cmocka_unit_test(every_alarm_fits_the_set),
        cmocka_unit_test(numbers_stay),
        cmocka_unit_test(only_single_events_are_momentary),
        cmocka_unit_test(texts_are_the_contract_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
