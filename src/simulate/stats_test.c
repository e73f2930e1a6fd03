#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "simulate/stats.h"

static void answers_zero_while_empty(void **state)
{
    struct sim_stats s = {0};
    (void)state;
    assert_true(sim_stats_ms(&s, 0.5) == 0);
    sim_stats_free(&s);
}

static void finds_percentiles_within_its_resolution(void **state)
{
    struct sim_stats s = {0};
    (void)state;
    for (int64_t us = 1; us <= 100000; us++) {
        sim_stats_add(&s, us);
    }
    double p50 = sim_stats_ms(&s, 0.5);
    double p99 = sim_stats_ms(&s, 0.99);
    assert_true(p50 >= 50.0 && p50 <= 50.0 * 66 / 64);
    assert_true(p99 >= 99.0 && p99 <= 100.0);
    assert_true(sim_stats_ms(&s, 1.0) == 100.0);
    sim_stats_free(&s);
}

static void holds_both_ends(void **state)
{
    struct sim_stats s = {0};
    (void)state;
    sim_stats_add(&s, -5);
    assert_true(sim_stats_ms(&s, 1.0) == 0);
    sim_stats_add(&s, INT64_C(7200000000));
    assert_true(sim_stats_ms(&s, 1.0) == 7200000.0);
    sim_stats_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_zero_while_empty),
        cmocka_unit_test(finds_percentiles_within_its_resolution),
        cmocka_unit_test(holds_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
