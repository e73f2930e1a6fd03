#include "geo/distance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DEGREE_E7 = 10000000, HALF_MERIDIAN_M_E2 = 2000393146 };

static struct point at(int32_t lat_e7, int32_t lon_e7)
{
    return (struct point){lat_e7, lon_e7};
}

/* ---- against GeographicLib: vectors/make_distances.py ---- */

/* What a distance may be off, in tenths of a millimetre. */
static int64_t allowed_m_e4(int64_t distance_m_e4)
{
    const int64_t km_e4 = INT64_C(1000) * 10000;
    if (distance_m_e4 > 19000 * km_e4) {
        return distance_m_e4 / 1000;
    }
    int64_t share = distance_m_e4 > 1000 * km_e4 ? 10000 : 100000;
    return distance_m_e4 / share > 100 ? distance_m_e4 / share : 100;
}

static void check_vector(const char *line)
{
    long long n[5];
    const char *rest = line;
    for (size_t i = 0; i < 5; i++) {
        char *end = NULL;
        n[i] = strtoll(rest, &end, 10);
        assert_ptr_not_equal(rest, end);
        rest = end;
    }
    struct point a = at((int32_t)n[0], (int32_t)n[1]);
    struct point b = at((int32_t)n[2], (int32_t)n[3]);
    uint64_t found_m_e2 = distance_m_e2(a, b);
    int64_t off_m_e4 = llabs((int64_t)found_m_e2 * 100 - n[4]);
    if (off_m_e4 > allowed_m_e4(n[4])) {
        fail_msg("%s: %llu cm", line, (unsigned long long)found_m_e2);
    }
    assert_int_equal(distance_m_e2(b, a), found_m_e2);
}

static void agrees_with_geographiclib(void **state)
{
    (void)state;
    enum { LINE_SIZE = 128, VECTORS_MIN = 380 };
    char line[LINE_SIZE];
    size_t count = 0;
    FILE *file = fopen(SOURCE_ROOT "/src/geo/vectors/distances.txt", "re");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] != '#') {
            check_vector(line);
            count++;
        }
    }
    (void)fclose(file);
    assert_in_range(count, VECTORS_MIN, SIZE_MAX);
}

/* ---- known values ---- */

static void same_point_is_zero(void **state)
{
    (void)state;
    assert_int_equal(distance_m_e2(at(0, 0), at(0, 0)), 0);
    assert_int_equal(distance_m_e2(at(900000000, 1800000000), at(900000000, 1800000000)), 0);
    assert_int_equal(distance_m_e2(at(0, 1800000000), at(0, -1800000000)), 0);
    assert_int_equal(distance_m_e2(at(900000000, 1800000000), at(900000000, 0)), 0);
}

/* A degree of the equator is a * pi / 180; one of a meridian is shorter there than at the poles. */
static void degree_of_meridian_and_equator(void **state)
{
    (void)state;
    assert_int_equal(distance_m_e2(at(0, 0), at(0, DEGREE_E7)), 11131949);
    assert_int_equal(distance_m_e2(at(0, 1795000000), at(0, -1795000000)), 11131949);
    assert_in_range(distance_m_e2(at(0, 0), at(DEGREE_E7, 0)), 11057428, 11057450);
    assert_in_range(distance_m_e2(at(890000000, 0), at(900000000, 0)), 11169370, 11169396);
}

static void one_unit_is_one_centimetre(void **state)
{
    (void)state;
    assert_int_equal(distance_m_e2(at(0, 0), at(1, 0)), 1);
    assert_int_equal(distance_m_e2(at(0, 0), at(9, 0)), 10);
    assert_int_equal(distance_m_e2(at(449999999, 70000000), at(450000000, 70000000)), 1);
}

/* Every line from a point to its antipode over a pole is half a meridian; none is longer. */
static void antipodes_are_half_a_meridian(void **state)
{
    (void)state;
    const uint64_t metre = 100;
    uint64_t poles = distance_m_e2(at(900000000, 0), at(-900000000, 0));
    assert_in_range(poles, HALF_MERIDIAN_M_E2 - 100 * metre, HALF_MERIDIAN_M_E2);
    assert_int_equal(distance_m_e2(at(0, -1800000000), at(0, 0)), HALF_MERIDIAN_M_E2);
    assert_int_equal(distance_m_e2(at(123456789, 100000000), at(-123456789, -1700000000)),
                     HALF_MERIDIAN_M_E2);
}

/* The smallest steps between places everywhere are never lost, nor is one direction another. */
static void steps_grow_with_their_size(void **state)
{
    (void)state;
    for (int32_t lat_e7 = -890000000; lat_e7 <= 890000000; lat_e7 += 7654321) {
        uint64_t before = 0;
        for (int32_t step_e7 = 100; step_e7 < 10000000; step_e7 *= 2) {
            struct point from = at(lat_e7, 1799999000);
            struct point to = at(lat_e7 + step_e7, -1799999000);
            uint64_t found = distance_m_e2(from, to);
            assert_in_range(found, before + 1, UINT64_MAX);
            assert_int_equal(distance_m_e2(to, from), found);
            before = found;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_geographiclib),
        cmocka_unit_test(same_point_is_zero),
        cmocka_unit_test(degree_of_meridian_and_equator),
        cmocka_unit_test(one_unit_is_one_centimetre),
        cmocka_unit_test(antipodes_are_half_a_meridian),
        cmocka_unit_test(steps_grow_with_their_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
