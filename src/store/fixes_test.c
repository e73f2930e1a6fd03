#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fix_fixture.h"
#include "fleet/fix_order.h"
#include "store/fixes.h"

enum { MANY = 3000 };

/* Each fix's values tell its place of arrival; every third has none. */
static const uint8_t marks[256] = {
#define FOUR(n)    (n), (n) + 1, (n) + 2, (n) + 3
#define SIXTEEN(n) FOUR(n), FOUR((n) + 4), FOUR((n) + 8), FOUR((n) + 12)
    SIXTEEN(0),   SIXTEEN(16),  SIXTEEN(32),  SIXTEEN(48),  SIXTEEN(64),  SIXTEEN(80),
    SIXTEEN(96),  SIXTEEN(112), SIXTEEN(128), SIXTEEN(144), SIXTEEN(160), SIXTEEN(176),
    SIXTEEN(192), SIXTEEN(208), SIXTEEN(224), SIXTEEN(240),
#undef FOUR
#undef SIXTEEN
};

static struct bytes mark(size_t i)
{
    return (struct bytes){&marks[i % 256], i % 3 == 0 ? 0 : 1};
}

static void append_some(struct fixes *f, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        struct fix fix = kit_fix((int64_t)(i * 7919 % 1009));
        fix.rcv_time_s = (int64_t)i;
        fixes_append(f, &fix, mark(i));
    }
}

/* Sorted by fix_order(), each with its own values. */
static void assert_sorted(const struct fixes *f, size_t from)
{
    struct fix_run run = fixes_run(f);
    for (size_t i = from; i < run.count; i++) {
        const struct fix *fix = &run.at[i];
        assert_true(bytes_same(fix_run_extras(&run, i), mark((size_t)fix->rcv_time_s)));
        if (i > from) {
            assert_true(
                fix_order(&fix[-1], fix_run_extras(&run, i - 1), fix, fix_run_extras(&run, i)) < 0);
        }
    }
}

static void sorting_keeps_values_with_their_fixes(void **state)
{
    (void)state;
    struct fixes f = {0};
    append_some(&f, 0, MANY);
    fixes_sort(&f, 100);
    assert_int_equal(f.at[99].rcv_time_s, 99);
    assert_sorted(&f, 100);
    fixes_sort(&f, 0);
    assert_sorted(&f, 0);
    fixes_clear(&f);
}

/* Without values there is one array, and that is sorted alike; repeats stay as they came. */
static void fixes_alone_have_no_second_array(void **state)
{
    (void)state;
    struct fixes f = {0};
    for (size_t i = 0; i < MANY; i++) {
        struct fix fix = kit_fix((int64_t)(i * 7919 % 1009));
        fix.rcv_time_s = (int64_t)i;
        fixes_append(&f, &fix, (struct bytes){0});
    }
    fixes_sort(&f, 0);
    assert_null(f.extras);
    for (size_t i = 1; i < f.count; i++) {
        assert_true(f.at[i].gps_time_s > f.at[i - 1].gps_time_s ||
                    (f.at[i].gps_time_s == f.at[i - 1].gps_time_s &&
                     f.at[i].rcv_time_s > f.at[i - 1].rcv_time_s));
    }
    struct fix_run run = fixes_run(&f);
    assert_false(fix_run_has_extras(&run));
    fixes_clear(&f);
}

/* Values that come late leave those before without, and what is cut off leaves nothing behind. */
static void nothing_is_left_behind(void **state)
{
    (void)state;
    struct fixes f = {0};
    struct fix fix = kit_fix(1);
    for (size_t i = 0; i < 10; i++) {
        fixes_append(&f, &fix, (struct bytes){0});
    }
    append_some(&f, 1, 5);
    struct fix_run run = fixes_run(&f);
    assert_true(fix_run_has_extras(&run));
    struct fix_run first = fix_run_slice(&run, 0, 10);
    assert_false(fix_run_has_extras(&first));
    struct fix_run last = fix_run_slice(&run, 10, 4);
    assert_true(bytes_same(fix_run_extras(&last, 0), mark(1)));
    fixes_cut(&f, 10);
    for (size_t i = 0; i < MANY; i++) {
        fixes_append(&f, &fix, (struct bytes){0});
    }
    run = fixes_run(&f);
    assert_int_equal(run.count, 10 + MANY);
    assert_false(fix_run_has_extras(&run));
    fixes_reset(&f);
    assert_null(f.extras);
    assert_int_equal(f.count, 0);
    fixes_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorting_keeps_values_with_their_fixes),
        cmocka_unit_test(fixes_alone_have_no_second_array),
        cmocka_unit_test(nothing_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
