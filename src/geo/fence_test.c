#include "geo/fence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "geo/fence_testing.h"

/* How far places 50 m away lie, in degrees, by GeographicLib: to the north and the south, to the
 * east and the west. */
static const struct {
    double lat;
    double north;
    double south;
    double east;
} fifty_m[] = {
    {0, 0.00045218473852509677, 0.00045218473852509677, 0.00044915764206},
    {60, 0.000448783517776, 0.00044878354849, 0.000896057322365},
    {85, 0.00044768607455, 0.00044768608069, 0.005136358714058},
};
enum { LATITUDES = sizeof(fifty_m) / sizeof(fifty_m[0]) };

static void expect_depth(const struct fence_geometry *g, struct point p, double wanted_m)
{
    assert_true(is_near(fence_depth_m(g, p), wanted_m, 0.02)); /* a unit is 1.1 cm */
    assert_int_equal(fence_contains(g, p), wanted_m >= 0);
}

static void expect_inside(const struct fence_geometry *g, struct point p, bool wanted)
{
    assert_int_equal(fence_contains(g, p), wanted);
    assert_true((fence_depth_m(g, p) >= 0) == wanted);
}

/* A unit nearer than 50 m is inside, a unit farther is outside, at every meridian. */
static void circles_are_round_everywhere(void **state)
{
    (void)state;
    const double meridians[] = {0, 20, 179.9999, -180, -179.9999};
    const double unit = 2e-7;
    for (size_t i = 0; i < LATITUDES; i++) {
        for (size_t k = 0; k < 5; k++) {
            double lat = fifty_m[i].lat;
            double lon = meridians[k];
            struct fence_geometry *g = fence_of_circle(at(lat, lon), 50);
            expect_depth(g, at(lat, lon), 50);
            expect_depth(g, at(lat + fifty_m[i].north / 2, lon), 25);
            assert_true(fence_contains(g, at(lat + fifty_m[i].north - unit, lon)));
            assert_false(fence_contains(g, at(lat + fifty_m[i].north + unit, lon)));
            assert_true(fence_contains(g, at(lat - fifty_m[i].south + unit, lon)));
            assert_false(fence_contains(g, at(lat - fifty_m[i].south - unit, lon)));
            double east = lon + fifty_m[i].east;
            double west = lon - fifty_m[i].east;
            struct point in = {at(lat, 0).lat_e7, lon_wrapped_e7(llround((east - unit) * 1e7))};
            struct point out = {at(lat, 0).lat_e7, lon_wrapped_e7(llround((east + unit) * 1e7))};
            assert_true(fence_contains(g, in));
            assert_false(fence_contains(g, out));
            in.lon_e7 = lon_wrapped_e7(llround((west + unit) * 1e7));
            out.lon_e7 = lon_wrapped_e7(llround((west - unit) * 1e7));
            assert_true(fence_contains(g, in));
            assert_false(fence_contains(g, out));
            assert_true(fence_inner_radius_m(g) == 50);
            fence_geometry_free(g);
        }
    }
}

static void circles_hold_poles(void **state)
{
    (void)state;
    /* The pole is 111.694 m away from 89.999 N, what is opposite 223.388 m. */
    struct fence_geometry *g = fence_of_circle(at(89.999, 0), 200);
    expect_depth(g, at(90, 0), 200 - 111.694);
    expect_depth(g, at(90, 123), 200 - 111.694);
    expect_depth(g, at(89.999, 180), 200 - 223.388);
    expect_depth(g, at(89.9995, 180), 200 - 167.541);
    fence_geometry_free(g);
    g = fence_of_circle(at(-89.999, 90), 200);
    expect_depth(g, at(-90, 0), 200 - 111.694);
    expect_depth(g, at(-89.999, -90), 200 - 223.388);
    fence_geometry_free(g);
}

/* 100 m wide: 50 m to either side, whether the line leads north or east. */
static void corridors_are_as_wide_everywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < LATITUDES; i++) {
        double lat = fifty_m[i].lat;
        double east = fifty_m[i].east;
        const struct point north[] = {at(lat - 0.1, 20), at(lat + 0.1, 20)};
        struct fence_geometry *g = fence_of_line(north, 2, 50);
        expect_depth(g, at(lat, 20), 50);
        expect_depth(g, at(lat, 20 + 0.99 * east), 0.5);
        expect_depth(g, at(lat, 20 - 1.01 * east), -0.5);
        expect_depth(g, at(lat, 20 - 2 * east), -50);
        expect_depth(g, at(lat + 0.1 + fifty_m[i].north * 2, 20), -50); /* beyond its end */
        fence_geometry_free(g);
        const struct point along[] = {at(lat, 19.9), at(lat, 20), at(lat, 20.1)};
        g = fence_of_line(along, 3, 50);
        expect_depth(g, at(lat + fifty_m[i].north / 2, 20.05), 25);
        expect_depth(g, at(lat - fifty_m[i].south * 2, 19.95), -50);
        assert_int_equal(fence_points(g), 3);
        fence_geometry_free(g);
    }
}

static void corridors_cross_180_degrees_and_poles(void **state)
{
    (void)state;
    const struct point line[] = {at(60, 179.9), at(60, -179.9)};
    struct fence_geometry *g = fence_of_line(line, 2, 50);
    expect_depth(g, at(60.000224391759, 180), 25);
    expect_depth(g, at(60.000224391759, -179.95), 25);
    expect_inside(g, at(60, 0), false);
    fence_geometry_free(g);
    const struct point over[] = {at(89.9, 0), at(90, 0), at(90, 90), at(90, 180), at(89.9, 180)};
    g = fence_of_line(over, 5, 50);
    expect_depth(g, at(90, 45), 50);
    expect_depth(g, at(89.95, 180), 50);
    expect_depth(g, at(89.999, 90), 50 - 111.694);
    fence_geometry_free(g);
}

static void polygons_have_depths(void **state)
{
    (void)state;
    for (size_t i = 0; i < LATITUDES; i++) {
        double lat = fifty_m[i].lat;
        double north = fifty_m[i].north;
        double east = fifty_m[i].east;
        struct fence_geometry *g = fence_of_box(lat, 20, lat + 2 * north, 20 + 6 * east);
        expect_depth(g, at(lat + north, 20 + 3 * east), 50);
        expect_depth(g, at(lat + north / 2, 20 + 3 * east), 25);
        expect_depth(g, at(lat + north, 20 + east / 2), 25);
        expect_depth(g, at(lat + north, 20 - east), -50);
        expect_depth(g, at(lat + 3 * north, 20 + east), -50);
        expect_depth(g, at(lat, 20 + east), 0);
        expect_depth(g, at(lat, 20), 0);
        assert_in_range((int)fence_inner_radius_m(g), 47, 50);
        fence_geometry_free(g);
    }
}

static void holes_are_outside_and_have_depths(void **state)
{
    (void)state;
    const double fifty = 0.00044915764206;
    const struct point outline[] = {at(0, 0), at(0, 1), at(1, 1), at(1, 0)};
    const struct point hole[] = {at(0.5, 0.5), at(0.6, 0.5), at(0.6, 0.6), at(0.5, 0.6)};
    const struct point second[] = {at(0.1, 0.1), at(0.1, 0.2), at(0.2, 0.1)};
    const struct shape_ring rings[] = {{outline, 4}, {hole, 4}, {second, 3}};
    struct fence_geometry *g = fence_of(&(struct shape){SHAPE_POLYGON, rings, 3, 0});
    expect_inside(g, at(0.55, 0.55), false);
    expect_inside(g, at(0.11, 0.11), false);
    expect_inside(g, at(0.19, 0.19), true);
    expect_inside(g, at(0.55, 0.61), true);
    expect_depth(g, at(0.55, 0.5 - fifty), 50);
    expect_depth(g, at(0.55, 0.5 + fifty), -50);
    expect_depth(g, at(0.55, 0.5), 0); /* the border of a hole belongs to the fence */
    assert_int_equal(fence_points(g), 11);
    assert_true(fence_inner_radius_m(g) == FENCE_INNER_MAX_M);
    assert_in_range(fence_bytes(g), 11 * sizeof(struct point), 2000);
    fence_geometry_free(g);
}

static void polygons_cross_180_degrees(void **state)
{
    (void)state;
    struct fence_geometry *g = fence_of_box(-1, 179, 1, -179);
    const double inside[] = {179, 179.5, 180, -180, -179.5, -179};
    const double outside[] = {178.9999999, 0, -178.9999999, 90};
    for (int i = 0; i < 6; i++) {
        expect_inside(g, at(0.5, inside[i]), true);
        expect_inside(g, at(1.1, inside[i]), false);
    }
    for (int i = 0; i < 4; i++) {
        expect_inside(g, at(0.5, outside[i]), false);
    }
    struct box box = fence_box(g);
    assert_int_equal(box.west_e7, 179 * DEGREE_E7);
    assert_int_equal(box.width_e7, 2 * DEGREE_E7);
    fence_geometry_free(g);
}

static void rings_around_the_earth_hold_the_nearer_pole(void **state)
{
    (void)state;
    const struct point north[] = {at(80, -120), at(80, 0), at(80, 120)};
    const struct point back[] = {at(80, 120), at(80, 0), at(80, -120)};
    const struct point south[] = {at(-70, -120), at(-60, 0), at(-80, 120)};
    struct fence_geometry *caps[] = {fence_of_ring(north, 3), fence_of_ring(back, 3)};
    for (int i = 0; i < 2; i++) {
        for (int lon = -180; lon <= 180; lon += 15) {
            expect_inside(caps[i], at(90, lon), true);
            expect_inside(caps[i], at(80.0000001, lon), true);
            expect_inside(caps[i], at(79.9999999, lon), false);
            expect_inside(caps[i], at(-90, lon), false);
        }
        assert_true(fence_inner_radius_m(caps[i]) == FENCE_INNER_MAX_M);
        fence_geometry_free(caps[i]);
    }
    struct fence_geometry *g = fence_of_ring(south, 3);
    expect_inside(g, at(-90, 77), true);
    expect_inside(g, at(-64.99, -60), false); /* on the line it is 65 S */
    expect_inside(g, at(-65.01, -60), true);
    expect_inside(g, at(-75.01, 180), true); /* and 75 S */
    expect_inside(g, at(-74.99, -180), false);
    expect_inside(g, at(90, 0), false);
    fence_geometry_free(g);
}

/* Around the pole, and in places back over more than a turn. */
static void coasts_around_a_pole_may_lead_back(void **state)
{
    (void)state;
    const struct point coast[] = {at(60, 0),  at(60, 120), at(60, -120), at(50, -20),
                                  at(50, 20), at(55, 20),  at(55, -1)};
    struct fence_geometry *g = fence_of_ring(coast, 7);
    expect_inside(g, at(90, 0), true);
    expect_inside(g, at(52, 10), true);
    expect_inside(g, at(57, 10), false);
    expect_inside(g, at(61, 10), true);
    expect_inside(g, at(49, 10), false);
    expect_inside(g, at(57, -10), true);
    fence_geometry_free(g);
}

static void rings_with_a_corner_at_the_pole(void **state)
{
    (void)state;
    const struct point wedge[] = {at(80, 0), at(80, 10), at(90, 10), at(90, 0)};
    struct fence_geometry *g = fence_of_ring(wedge, 4);
    expect_inside(g, at(89.9, 5), true);
    expect_inside(g, at(89.9, 11), false);
    expect_inside(g, at(79.9, 5), false);
    expect_inside(g, at(89.9, -175), false);
    fence_geometry_free(g);
}

static void expect_deep(struct fence_geometry *g, struct point p)
{
    double depth_m = fence_depth_m(g, p);
    for (int by_m = -60; by_m <= 60; by_m += 12) {
        assert_int_equal(fence_is_deep(g, p, by_m), depth_m >= by_m);
    }
    assert_true(fence_is_deep(g, p, depth_m - 0.001));
    assert_false(fence_is_deep(g, p, depth_m + 0.001));
}

/* Being deep is asked without measuring how deep; both say the same, inside and outside. */
static void being_deep_is_what_the_depth_says(void **state)
{
    (void)state;
    const struct point corners[] = {at(0, 0), at(0, 0.01), at(0.01, 0.012), at(0.006, 0.004)};
    const struct point hole[] = {at(0.002, 0.003), at(0.002, 0.005), at(0.004, 0.005)};
    const struct shape_ring rings[] = {{corners, 4}, {hole, 3}};
    const struct point line[] = {at(0, 0), at(0.004, 0.004), at(0.009, 0.001)};
    struct fence_geometry *shapes[] = {fence_of(&(struct shape){SHAPE_POLYGON, rings, 2, 0}),
                                       fence_of_line(line, 3, 120),
                                       fence_of_circle(at(0.005, 0.005), 300)};
    for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++) {
        for (int i = 0; i < 400; i++) {
            int row = i / 20;
            expect_deep(shapes[k], at(-0.001 + 0.0006 * row + 1e-5, -0.001 + 0.0007 * (i % 20)));
        }
        fence_geometry_free(shapes[k]);
    }
}

/* Slim and crooked ones: never more than the truth, and not much less. */
static void inner_radius_is_found(void **state)
{
    (void)state;
    const struct {
        struct point corners[6];
        size_t count;
        double truth_m;
    } cases[] = {
        /* A triangle with right angles of 1 and 1 units has a circle of (2 - √2) / 2 in it. */
        {{at(0, 0), at(0, 0.001), at(0.001, 0)}, 3, 0.292893 * 110.95},
        /* An L of 100 m by 100 m with arms of 11.1 m: the deepest place is in its corner, where a
         * circle touches both outer sides and the inner corner: w (2 - √2). */
        {{at(0, 0), at(0, 0.001), at(0.0001, 0.001), at(0.0001, 0.0001), at(0.001, 0.0001),
          at(0.001, 0)},
         6,
         0.585786 * 11.095},
        {{at(60, 0), at(60, 0.01), at(60.0001, 0.01), at(60.0001, 0)}, 4, 11.141 / 2},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fence_geometry *g = fence_of_ring(cases[i].corners, cases[i].count);
        double found_m = fence_inner_radius_m(g);
        assert_true(found_m <= cases[i].truth_m * 1.01);
        assert_true(found_m >= cases[i].truth_m * 0.93);
        fence_geometry_free(g);
    }
    /* A needle of 11 km by 1 cm has next to none, and stays a fence. */
    const struct point needle[] = {at(0, 0), {1, 1000000}, {0, 1000000}};
    struct fence_geometry *g = fence_of_ring(needle, 3);
    assert_true(fence_inner_radius_m(g) < 0.01);
    expect_inside(g, (struct point){0, 500000}, true);
    fence_geometry_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(circles_are_round_everywhere),
        cmocka_unit_test(circles_hold_poles),
        cmocka_unit_test(corridors_are_as_wide_everywhere),
        cmocka_unit_test(corridors_cross_180_degrees_and_poles),
        cmocka_unit_test(polygons_have_depths),
        cmocka_unit_test(holes_are_outside_and_have_depths),
        cmocka_unit_test(polygons_cross_180_degrees),
        cmocka_unit_test(rings_around_the_earth_hold_the_nearer_pole),
        cmocka_unit_test(coasts_around_a_pole_may_lead_back),
        cmocka_unit_test(rings_with_a_corner_at_the_pole),
        cmocka_unit_test(being_deep_is_what_the_depth_says),
        cmocka_unit_test(inner_radius_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
