#include "geo/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "geo/fence_testing.h"

static double between_m(struct point a, struct point b)
{
    struct place from = metric_place((struct fine_point){a.lat_e7, a.lon_e7});
    struct edge to = {.from = b};
    return metric_to_edge_m(&from, &to, INFINITY);
}

static void expect_m(struct point a, struct point b, double wanted_m, double by)
{
    assert_true(is_near(between_m(a, b), wanted_m, wanted_m * by + 1e-6));
    assert_true(is_near(between_m(b, a), wanted_m, wanted_m * by + 1e-6));
}

/* Distances by GeographicLib. */
static void points_are_as_far_as_geodesics(void **state)
{
    (void)state;
    assert_true(between_m(at(12, 34), at(12, 34)) == 0);
    expect_m(at(0, 0), at(0, 0.001), 111.31949079327357, 1e-8);
    expect_m(at(60, 0), at(60.0009, 0.0009), 112.1439549657355, 1e-8);
    expect_m(at(22.5, 113), at(22.6, 113.1), 15113.857868848458, 1e-8);
    expect_m(at(-17, 179.9), at(-17.1, -179.9), 23995.96409055469, 3e-8);
    expect_m(at(85, 0), at(85, 1), 9734.39996187899, 1e-8);
    expect_m(at(89.999, 0), at(89.999, 180), 223.38795911909236, 1e-8);
    expect_m(at(60, 10), at(60.5, 10), 55708.26104059258, 5e-8);
    expect_m(at(0, 0), at(0, 1), 111319.49079327357, 2e-7);
    expect_m(at(45, 7), at(47, 10), 321549.3346840894, 2e-6);
}

static void edges_are_met_square_or_at_their_ends(void **state)
{
    (void)state;
    struct edge edge = {.from = at(60, 10), .lon_step_e7 = DEGREE_E7 / 100};
    struct place beside = metric_place((struct fine_point){600004487.83517776, 100050000});
    assert_true(is_near(metric_to_edge_m(&beside, &edge, INFINITY), 50, 1e-3));
    assert_true(metric_to_edge_m(&beside, &edge, 49) == 49);
    struct place before = metric_place((struct fine_point){599999999.9696087, 99991039.42677635});
    assert_true(is_near(metric_to_edge_m(&before, &edge, INFINITY), 50, 1e-6));
    struct place on = metric_place((struct fine_point){600000000, 100030000});
    assert_true(metric_to_edge_m(&on, &edge, INFINITY) < 1e-6);
}

/* A parallel bends: at 60 N its middle over 40 degrees lies 3.4 degrees south of a great circle. */
static void long_edges_follow_the_parallel(void **state)
{
    (void)state;
    struct edge edge = {.from = at(60, 160), .lon_step_e7 = 40 * DEGREE_E7};
    struct place on = metric_place((struct fine_point){600000000, 1800000000});
    struct place north = metric_place((struct fine_point){600004487.83517776, -1800000000});
    assert_true(metric_to_edge_m(&on, &edge, INFINITY) < 1e-6);
    assert_true(is_near(metric_to_edge_m(&north, &edge, INFINITY), 50, 1e-3));
    /* To the pole, and along it. */
    struct edge meridian = {.from = at(89, 0), .lat_step_e7 = DEGREE_E7};
    struct place beyond = metric_place((struct fine_point){899990000, 1800000000});
    assert_true(
        is_near(metric_to_edge_m(&beyond, &meridian, INFINITY), 223.38795911909236 / 2, 1e-3));
    struct edge pole = {.from = at(90, 0), .lon_step_e7 = 170 * DEGREE_E7};
    assert_true(is_near(metric_to_edge_m(&beyond, &pole, INFINITY), 223.38795911909236 / 2, 1e-3));
}

/* What is widened by the distance of a place holds it; what bounds the distance does not pass it.
 */
static void expect_bounds(struct point corner, int i)
{
    double far = pow(10, -5 + i % 6);
    double lat = fmin(fmax(corner.lat_e7 / 1e7 + far * sin(i), -90), 90);
    struct point p = at(lat, fmod(corner.lon_e7 / 1e7 + 9 * far * cos(i), 180));
    struct fine_point spot = {p.lat_e7, p.lon_e7};
    struct place place = metric_place(spot);
    struct box box = box_of_segment(corner, corner);
    double apart_m = between_m(corner, p);
    assert_true(metric_to_box_m(&place, &box) <= apart_m);
    if (apart_m < 600000) {
        struct box wide = box_widened(&box, apart_m);
        assert_true(box_has(&wide, spot));
        assert_true(metric_to_box_m(&place, &wide) == 0);
    }
}

static void boxes_bound_distances(void **state)
{
    (void)state;
    for (int i = 0; i < 3600; i++) {
        expect_bounds(at(0, 0), i);
        expect_bounds(at(60, 179.99), i);
        expect_bounds(at(-85, -180), i);
        expect_bounds(at(89.9, 10), i);
        expect_bounds(at(-89.999, 0), i);
    }
    /* And no more than needed: 50 m at 60 N, by GeographicLib, to a unit of 1e-7 degrees or two. */
    struct box spot = box_of_segment(at(60, 20), at(60, 20));
    struct box wide = box_widened(&spot, 50);
    assert_in_range(wide.north_e7, 600004487, 600004530);
    assert_in_range(wide.width_e7, 2 * 8960, 2 * 8990);
}

static void boxes_overlap_across_180_degrees(void **state)
{
    (void)state;
    struct box east = box_of_segment(at(0, 179), at(1, -179));
    struct box west = box_of_segment(at(0, -179.5), at(1, -178));
    struct box touching = box_of_segment(at(1, -179), at(2, -178));
    struct box beside = box_of_segment(at(0, -178.9), at(1, -178));
    struct box above = box_of_segment(at(1.1, 179), at(2, 179));
    assert_true(box_overlaps(&east, &west) && box_overlaps(&west, &east));
    assert_true(box_overlaps(&east, &touching) && box_overlaps(&touching, &east));
    assert_false(box_overlaps(&east, &beside) || box_overlaps(&beside, &east));
    assert_false(box_overlaps(&east, &above) || box_overlaps(&above, &east));
    assert_true(box_has(&east, (struct fine_point){0, 1800000000}));
    assert_true(box_has(&east, (struct fine_point){0, -1800000000}));
    assert_false(box_has(&east, (struct fine_point){0, 0}));
    struct box all = box_widened(&(struct box){899999999, 899999999, 0, 0}, 10);
    assert_int_equal(all.width_e7, TURN_E7);
    assert_int_equal(all.north_e7, POLE_E7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_as_far_as_geodesics),
        cmocka_unit_test(edges_are_met_square_or_at_their_ends),
        cmocka_unit_test(long_edges_follow_the_parallel),
        cmocka_unit_test(boxes_bound_distances),
        cmocka_unit_test(boxes_overlap_across_180_degrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
