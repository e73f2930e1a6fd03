#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/wrap.h"

static void wraps_at_both_ends(void **state)
{
    (void)state;
    assert_true(wrap_plus(2, -3) == -1);
    assert_true(wrap_minus(2, -3) == 5);
    assert_true(wrap_plus(INT64_MAX, 1) == INT64_MIN);
    assert_true(wrap_plus(INT64_MIN, -1) == INT64_MAX);
    assert_true(wrap_minus(INT64_MIN, 1) == INT64_MAX);
    assert_true(wrap_minus(INT64_MAX, -1) == INT64_MIN);
    assert_true(wrap_minus(0, INT64_MIN) == INT64_MIN);
}

static void each_undoes_the_other(void **state)
{
    static const int64_t values[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
    enum { COUNT = sizeof(values) / sizeof(values[0]) };
    (void)state;
    for (size_t i = 0; i < (size_t)COUNT * COUNT; i++) {
        int64_t a = values[i / COUNT];
        int64_t b = values[i % COUNT];
        assert_true(wrap_plus(wrap_minus(a, b), b) == a);
        assert_true(wrap_minus(wrap_plus(a, b), b) == a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_undoes_the_other),
        cmocka_unit_test(wraps_at_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
