#include "geo/distance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { DEGREE_E7 = 10000000, DEGREE_M_E2 = 11119508 };

static struct point at(int32_t lat_e7, int32_t lon_e7)
{
    return (struct point){lat_e7, lon_e7};
}

static void same_point_is_zero(void **state)
{
    (void)state;
    assert_int_equal(distance_m_e2(at(0, 0), at(0, 0)), 0);
    assert_int_equal(distance_m_e2(at(900000000, 1800000000), at(900000000, 1800000000)), 0);
}

static void degree_of_meridian_and_equator(void **state)
{
    (void)state;
    assert_int_equal(distance_m_e2(at(0, 0), at(DEGREE_E7, 0)), DEGREE_M_E2);
    assert_int_equal(distance_m_e2(at(0, 0), at(0, DEGREE_E7)), DEGREE_M_E2);
    assert_int_equal(distance_m_e2(at(-DEGREE_E7, 0), at(0, 0)), DEGREE_M_E2);
    /* At 60 degrees a degree of longitude is half as wide, to the chord's few metres. */
    assert_in_range(distance_m_e2(at(600000000, 0), at(600000000, DEGREE_E7)),
                    DEGREE_M_E2 / 2 - 300, DEGREE_M_E2 / 2);
}

static void one_unit_is_one_centimetre(void **state)
{
    (void)state;
    assert_int_equal(distance_m_e2(at(0, 0), at(1, 0)), 1);
    assert_int_equal(distance_m_e2(at(0, 0), at(9, 0)), 10);
    assert_int_equal(distance_m_e2(at(449999999, 70000000), at(450000000, 70000000)), 1);
}

static void crosses_the_date_line_the_short_way(void **state)
{
    (void)state;
    assert_int_equal(distance_m_e2(at(0, 1795000000), at(0, -1795000000)), DEGREE_M_E2);
    assert_int_equal(distance_m_e2(at(0, 1800000000), at(0, -1800000000)), 0);
}

static void antipodes_are_half_the_circumference(void **state)
{
    (void)state;
    const uint64_t half = 2001511435;
    assert_in_range(distance_m_e2(at(900000000, 0), at(-900000000, 0)), half - 1, half + 1);
    assert_in_range(distance_m_e2(at(0, -1800000000), at(0, 0)), half - 1, half + 1);
    assert_in_range(distance_m_e2(at(123456789, 100000000), at(-123456789, -1700000000)), half - 20,
                    half + 1);
}

/* Berlin (52.5200, 13.4050) to Shanghai (31.2304, 121.4737): 8,397.26 km by the law of cosines. */
static void known_pair(void **state)
{
    (void)state;
    struct point berlin = at(525200000, 134050000);
    struct point shanghai = at(312304000, 1214737000);
    assert_in_range(distance_m_e2(berlin, shanghai), 839726052, 839726054);
    assert_int_equal(distance_m_e2(berlin, shanghai), distance_m_e2(shanghai, berlin));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_point_is_zero),
        cmocka_unit_test(degree_of_meridian_and_equator),
        cmocka_unit_test(one_unit_is_one_centimetre),
        cmocka_unit_test(crosses_the_date_line_the_short_way),
        cmocka_unit_test(antipodes_are_half_the_circumference),
        cmocka_unit_test(known_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
