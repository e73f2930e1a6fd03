#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"

static void test_saturates_at_32_bits(void **state)
{
    (void)state;
    assert_int_equal(units_u32_saturated(0), 0);
    assert_int_equal(units_u32_saturated(UINT32_MAX), UINT32_MAX);
    assert_int_equal(units_u32_saturated((uint64_t)UINT32_MAX + 1), UINT32_MAX);
    assert_int_equal(units_u32_saturated(UINT64_MAX), UINT32_MAX);
}

static void test_knots_become_kmh(void **state)
{
    (void)state;
    assert_int_equal(units_kmh_e2_from_knots_e7(0), 0);
    assert_int_equal(units_kmh_e2_from_knots_e7(10000000), 185);           /* 1 kn = 1.852 km/h */
    assert_int_equal(units_kmh_e2_from_knots_e7(100000000), 1852);         /* 10 kn */
    assert_int_equal(units_kmh_e2_from_knots_e7(539956803), 10000);        /* 100 km/h */
    assert_int_equal(units_kmh_e2_from_knots_e7(1000000000000), 18520000); /* 100,000 kn */
}

static void test_knots_round_to_the_nearest_hundredth(void **state)
{
    (void)state;
    assert_int_equal(units_kmh_e2_from_knots_e7(26900), 0); /* 0.00498 km/h */
    assert_int_equal(units_kmh_e2_from_knots_e7(27000), 1); /* 0.0050004 km/h */
    assert_int_equal(units_kmh_e2_from_knots_e7(80900), 1); /* 0.01498 km/h */
    assert_int_equal(units_kmh_e2_from_knots_e7(81000), 2); /* 0.0150012 km/h */
}

static void test_knots_saturate(void **state)
{
    (void)state;
    assert_int_equal(units_kmh_e2_from_knots_e7(231909600000000), 4294965792U);
    assert_int_equal(units_kmh_e2_from_knots_e7(231909700000000), UINT32_MAX);
    assert_int_equal(units_kmh_e2_from_knots_e7(UINT64_MAX), UINT32_MAX);
}

static void test_metres_a_second_become_kmh(void **state)
{
    (void)state;
    assert_int_equal(units_kmh_e2_from_ms_e7(0), 0);
    assert_int_equal(units_kmh_e2_from_ms_e7(10000000), 360);    /* 1 m/s = 3.6 km/h */
    assert_int_equal(units_kmh_e2_from_ms_e7(277777778), 10000); /* 100 km/h */
    assert_int_equal(units_kmh_e2_from_ms_e7(13800), 0);         /* 0.004968 km/h */
    assert_int_equal(units_kmh_e2_from_ms_e7(13900), 1);         /* 0.005004 km/h */
}

static void test_metres_a_second_saturate(void **state)
{
    (void)state;
    assert_int_equal(units_kmh_e2_from_ms_e7(119304647000000), 4294967292U);
    assert_int_equal(units_kmh_e2_from_ms_e7(119304648000000), UINT32_MAX);
    assert_int_equal(units_kmh_e2_from_ms_e7(UINT64_MAX), UINT32_MAX);
}

static void test_tenths_of_kmh(void **state)
{
    (void)state;
    assert_int_equal(units_kmh_e2_from_kmh_e7(0), 0);
    assert_int_equal(units_kmh_e2_from_kmh_e7(49999), 0);
    assert_int_equal(units_kmh_e2_from_kmh_e7(50000), 1);
    assert_int_equal(units_kmh_e2_from_kmh_e7(UINT64_C(378000000)), 3780);
    assert_int_equal(units_kmh_e2_from_kmh_e7(INT64_MAX), UINT32_MAX);
    assert_int_equal(units_kmh_e2_from_kmh_e1(0), 0);
    assert_int_equal(units_kmh_e2_from_kmh_e1(1), 10);
    assert_int_equal(units_kmh_e2_from_kmh_e1(65535), 655350);
    assert_int_equal(units_kmh_e2_from_kmh_e1(429496729), 4294967290U);
    assert_int_equal(units_kmh_e2_from_kmh_e1(429496730), UINT32_MAX);
    assert_int_equal(units_kmh_e2_from_kmh_e1(UINT32_MAX), UINT32_MAX);
}

static void test_whole_kmh(void **state)
{
    (void)state;
    assert_int_equal(units_kmh_e2_from_kmh(0), 0);
    assert_int_equal(units_kmh_e2_from_kmh(255), 25500);
    assert_int_equal(units_kmh_e2_from_kmh(42949672), 4294967200U);
    assert_int_equal(units_kmh_e2_from_kmh(42949673), UINT32_MAX);
    assert_int_equal(units_kmh_e2_from_kmh(UINT32_MAX), UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_saturates_at_32_bits),
        cmocka_unit_test(test_knots_become_kmh),
        cmocka_unit_test(test_knots_round_to_the_nearest_hundredth),
        cmocka_unit_test(test_knots_saturate),
        cmocka_unit_test(test_metres_a_second_become_kmh),
        cmocka_unit_test(test_metres_a_second_saturate),
        cmocka_unit_test(test_tenths_of_kmh),
        cmocka_unit_test(test_whole_kmh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
