#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_is_found_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
