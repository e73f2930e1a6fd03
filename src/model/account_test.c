#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/account.h"

static void a_unit_is_found_by_its_name(void **state)
{
    (void)state;
    for (int i = SPEED_UNIT_UNSET; i <= SPEED_UNIT_KMH; i++) {
        assert_int_equal(speed_unit_of(speed_unit_name((enum speed_unit)i)), i);
    }
    assert_string_equal(speed_unit_name(SPEED_UNIT_MPS), "mps");
    assert_int_equal(speed_unit_of("mph"), SPEED_UNIT_UNSET);
}

static void words_name_languages_units_and_limits(void **state)
{
    (void)state;
    enum language language = LANGUAGE_UNSET;
    enum units units = UNITS_KM;
    for (enum language i = LANGUAGE_UNSET; i <= LANGUAGE_CHINESE; i++) {
        assert_true(language_of(language_name(i), &language));
        assert_int_equal(language, i);
    }
    assert_true(language_of("ZH", &language));
    assert_int_equal(language, LANGUAGE_CHINESE);
    assert_false(language_of("de", &language));
    for (enum units i = UNITS_KM; i <= UNITS_MI; i++) {
        assert_true(units_of(units_name(i), &units));
        assert_int_equal(units, i);
    }
    assert_false(units_of("", &units));
    assert_string_equal(limit_name(LIMIT_RETENTION_DAYS), "MaxRetentionDays");
}

static void a_token_has_a_number(void **state)
{
    (void)state;
    uint8_t hash[TOKEN_HASH_BYTES] = {0};
    assert_int_equal(token_id(hash), 1);
    hash[5] = 2;
    assert_int_equal(token_id(hash), 3);
    hash[6] = 9; /* not of it */
    assert_int_equal(token_id(hash), 3);
    memset(hash, 0xff, sizeof(hash));
    assert_int_equal(token_id(hash), INT64_C(1) << 48);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_is_found_by_its_name),
        cmocka_unit_test(words_name_languages_units_and_limits),
        cmocka_unit_test(a_token_has_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
