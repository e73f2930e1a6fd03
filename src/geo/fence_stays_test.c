#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "geo/fence_testing.h"

/* The stretches of a segment, and of the segment the other way round. */
static void expect_stays_of(const struct fence_geometry *g, const struct point ends[2],
                            const struct fence_stay *wanted, size_t count)
{
    const struct point a = ends[0];
    const struct point b = ends[1];
    struct fence_stay stays[FENCE_STAYS_MAX];
    assert_int_equal(fence_stays(g, a, b, stays), count);
    for (size_t i = 0; i < count; i++) {
        assert_true(is_near(stays[i].in, wanted[i].in, 1e-6));
        assert_true(is_near(stays[i].out, wanted[i].out, 1e-6));
    }
    assert_int_equal(fence_stays(g, b, a, stays), count);
    for (size_t i = 0; i < count; i++) {
        assert_true(is_near(stays[count - 1 - i].in, 1 - wanted[i].out, 1e-6));
        assert_true(is_near(stays[count - 1 - i].out, 1 - wanted[i].in, 1e-6));
    }
}

/* The same; then frees the fence. */
static void expect_stays(struct fence_geometry *g, struct point a, struct point b,
                         const struct fence_stay *wanted, size_t count)
{
    const struct point ends[2] = {a, b};
    expect_stays_of(g, ends, wanted, count);
    fence_geometry_free(g);
}

#define STAYS(...)                                                                                 \
    ((const struct fence_stay[]){__VA_ARGS__}),                                                    \
        sizeof((const struct fence_stay[]){__VA_ARGS__}) / sizeof(struct fence_stay)
#define NONE NULL, 0

static void polygon_is_driven_through(void **state)
{
    (void)state;
    expect_stays(fence_of_box(0, 1, 1, 2), at(0.5, 0), at(0.5, 4), STAYS({0.25, 0.5}));
    expect_stays(fence_of_box(0, 1, 1, 2), at(0.5, 0), at(0.5, 1.5), STAYS({2.0 / 3, 1}));
    expect_stays(fence_of_box(0, 1, 1, 2), at(0.5, 1.2), at(0.6, 1.9), STAYS({0, 1}));
    expect_stays(fence_of_box(0, 1, 1, 2), at(0.5, 0), at(0.5, 0.9), NONE);
    expect_stays(fence_of_box(0, 1, 1, 2), at(0.9, 0.9), at(1.1, 1.05), NONE);
    expect_stays(fence_of_box(0, 1, 1, 2), at(0.5, 1.5), at(0.5, 1.5), STAYS({0, 1}));
    expect_stays(fence_of_box(0, 1, 1, 2), at(0.5, 2.5), at(0.5, 2.5), NONE);
}

/* Through corners, along sides, from the border. */
static void polygon_is_grazed(void **state)
{
    (void)state;
    expect_stays(fence_of_box(0, 1, 1, 2), at(-1, 0), at(2, 3), STAYS({1.0 / 3, 2.0 / 3}));
    expect_stays(fence_of_box(0, 1, 1, 2), at(0, 0), at(2, 2), NONE); /* touches a corner */
    expect_stays(fence_of_box(0, 1, 1, 2), at(1, 0), at(1, 4), STAYS({0.25, 0.5}));
    expect_stays(fence_of_box(0, 1, 1, 2), at(0.5, 1), at(0.5, 0), NONE);
    expect_stays(fence_of_box(0, 1, 1, 2), at(0.5, 1), at(0.5, 3), STAYS({0, 0.5}));
    /* A corner that points inwards to the line, and one that stands on it. */
    const struct point arrow[] = {at(0, 0), at(0, 4), at(2, 4), at(1, 2), at(2, 0)};
    expect_stays(fence_of_ring(arrow, 5), at(1, -1), at(1, 5), STAYS({1.0 / 6, 5.0 / 6}));
    expect_stays(fence_of_ring(arrow, 5), at(1.5, -1), at(1.5, 5),
                 STAYS({1.0 / 6, 2.0 / 6}, {4.0 / 6, 5.0 / 6}));
}

static void holes_are_left_and_entered(void **state)
{
    (void)state;
    const struct point outline[] = {at(0, 1), at(0, 9), at(8, 9), at(8, 1)};
    const struct point hole[] = {at(2, 3), at(2, 7), at(6, 7), at(6, 3)};
    const struct shape_ring rings[] = {{outline, 4}, {hole, 4}};
    const struct shape shape = {SHAPE_POLYGON, rings, 2, 0};
    expect_stays(fence_of(&shape), at(4, 0), at(4, 10), STAYS({0.1, 0.3}, {0.7, 0.9}));
    expect_stays(fence_of(&shape), at(4, 4), at(4, 5), NONE);
    expect_stays(fence_of(&shape), at(4, 5), at(4, 9), STAYS({0.5, 1}));
    expect_stays(fence_of(&shape), at(1, 0), at(1, 10), STAYS({0.1, 0.9}));
    expect_stays(fence_of(&shape), at(6, 2), at(6, 8), STAYS({0, 1})); /* along the hole's side */
}

static void segments_cross_180_degrees(void **state)
{
    (void)state;
    const struct fence_stay half = {0.25, 0.75};
    expect_stays(fence_of_box(-1, 179, 1, -179), at(0, 178), at(0.1, -178), &half, 1);
    expect_stays(fence_of_box(-1, -180, 1, -179), at(0, 178), at(0, -178), STAYS({0.5, 0.75}));
    expect_stays(fence_of_box(-1, 179, 1, 180), at(0, 178), at(0, -178), STAYS({0.25, 0.5}));
    expect_stays(fence_of_box(-1, 177, 1, 177.5), at(0, 178), at(0, -178), NONE);
    /* A fence and a segment each over most of half a turn, which meet in the east. */
    expect_stays(fence_of_box(-1, 90, 1, -100), at(0, 0), at(0, 100), STAYS({0.9, 1}));
    expect_stays(fence_of_box(-1, 90, 1, -100), at(0, -110), at(0, 60), STAYS({0, 1.0 / 17}));
    expect_stays(fence_of_box(-1, 90, 1, -100), at(0, -90), at(0, 60), NONE);
    expect_stays(fence_of_box(-1, 90, 1, -100), at(0, -110), at(0, -60), STAYS({0, 0.2}));
    const double share = 111319 / 111319.490793; /* of a degree of the equator */
    expect_stays(fence_of_circle(at(0, 180), 111319), at(0, 178), at(0, -178),
                 STAYS({0.5 - share / 4, 0.5 + share / 4}));
}

static void caps_are_entered(void **state)
{
    (void)state;
    const struct point cap[] = {at(80, -120), at(80, 0), at(80, 120)};
    expect_stays(fence_of_ring(cap, 3), at(78, -10), at(82, 10), STAYS({0.5, 1}));
    expect_stays(fence_of_ring(cap, 3), at(78, 170), at(88, -170), STAYS({0.2, 1}));
    expect_stays(fence_of_ring(cap, 3), at(85, 0), at(85, 170), STAYS({0, 1}));
    expect_stays(fence_of_ring(cap, 3), at(-78, 0), at(-88, 170), NONE);
}

/*
 * Circles of 1 degree of the equator: a segment through the middle, one that passes, and one along
 * which the nearest place is a little inside.
 */
static void circles_are_driven_through(void **state)
{
    (void)state;
    const uint32_t degree_m = 111319;
    const double share = 111319 / 111319.490793;
    expect_stays(fence_of_circle(at(0, 2), degree_m), at(0, 0), at(0, 4),
                 STAYS({0.5 - share / 4, 0.5 + share / 4}));
    expect_stays(fence_of_circle(at(0, 2), degree_m), at(0, 2.1), at(0, 4),
                 STAYS({0, (share - 0.1) / 1.9}));
    expect_stays(fence_of_circle(at(0, 2), degree_m), at(1.01, 0), at(1.01, 4), NONE);
    expect_stays(fence_of_circle(at(0, 2), degree_m), at(0, 1.5), at(0.1, 2.5), STAYS({0, 1}));
    expect_stays(fence_of_circle(at(0, 2), degree_m), at(0.1, 1.5), at(0.1, 1.5), STAYS({0, 1}));
    expect_stays(fence_of_circle(at(0, 2), degree_m), at(3, 3), at(3, 3), NONE);
    /* 10 m around a place at 60 N that is passed 6 m in the south: the chord is 16 m of 200 m. */
    const double east = 0.000896057322365;
    const double south = 0.00044878354849;
    struct fence_geometry *g = fence_of_circle(at(60, 20), 10);
    struct fence_stay stays[2 * FENCE_STAYS_MAX];
    struct point a = at(60 - south * 6 / 50, 20 - 2 * east);
    struct point b = at(60 - south * 6 / 50, 20 + 2 * east);
    assert_int_equal(fence_stays(g, a, b, stays), 1);
    assert_true(is_near(stays[0].in, 0.5 - 8.0 / 200, 1e-4));
    assert_true(is_near(stays[0].out, 0.5 + 8.0 / 200, 1e-4));
    assert_int_equal(fence_stays(g, at(60 - south / 4.9, 19.9), at(60 - south / 4.9, 20.1), stays),
                     0);
    fence_geometry_free(g);
}

static void corridors_are_followed_and_left(void **state)
{
    (void)state;
    const double fifty = 0.00044915764206; /* 50 m along the equator */
    const struct point line[] = {at(0, 0), at(0, 0.01), at(0, 0.02), at(0, 0.1)};
    expect_stays(fence_of_line(line, 4, 50), at(0.0002, 0.001), at(-0.0002, 0.09), STAYS({0, 1}));
    expect_stays(fence_of_line(line, 4, 50), at(0.0001, 0.001), at(-0.0001, 0.015), STAYS({0, 1}));
    struct fence_geometry *g = fence_of_line(line, 4, 50);
    struct fence_stay stays[FENCE_STAYS_MAX];
    assert_int_equal(fence_stays(g, at(-0.01, 0.05), at(0.01, 0.05), stays), 1);
    assert_true(is_near(stays[0].in, 0.5 - 0.000452184738525 / 0.02, 1e-6));
    assert_true(is_near(stays[0].out, 0.5 + 0.000452184738525 / 0.02, 1e-6));
    assert_int_equal(fence_stays(g, at(0, 0.05), at(0, 0.15), stays), 1);
    assert_true(stays[0].in == 0);
    assert_true(is_near(stays[0].out, 0.5 + fifty * 10, 1e-6));
    fence_geometry_free(g);
    /* Along the outer sides of a U, out of it in between. */
    const struct point u[] = {at(0.01, 0.01), at(0, 0.01), at(0, 0.03), at(0.01, 0.03)};
    expect_stays(fence_of_line(u, 4, 50), at(0.005, 0), at(0.005, 0.04),
                 STAYS({0.25 - fifty / 0.04, 0.25 + fifty / 0.04},
                       {0.75 - fifty / 0.04, 0.75 + fifty / 0.04}));
}

enum { LEGS = 9999 };

/* Whether a place at a fraction of the segment is inside, by its depth; near the border either. */
static void assert_side(const struct fence_geometry *g, const struct point ends[2], double fraction,
                        bool is_inside)
{
    double depth_m = fence_depth_m(g, fence_segment_point(ends[0], ends[1], fraction));
    assert_true(is_inside ? depth_m > -0.02 : depth_m < 0.02);
}

/* Stretches, gaps and borders are what places on the segment say. */
static void assert_told_by_places(const struct fence_geometry *g, struct point a, struct point b)
{
    const struct point ends[2] = {a, b};
    struct fence_stay stays[FENCE_STAYS_MAX];
    size_t count = fence_stays(g, a, b, stays);
    double from = 0;
    assert_true(count < FENCE_STAYS_MAX);
    for (size_t i = 0; i <= count; i++) {
        double to = i < count ? stays[i].in : 1;
        for (double t = from; to > from && t <= to; t += (to - from) / 8) {
            assert_side(g, ends, t, false);
        }
        for (int k = 0; i < count && k <= 8; k++) {
            assert_side(g, ends, stays[i].in + k * (stays[i].out - stays[i].in) / 8, true);
        }
        from = i < count ? stays[i].out : 1;
    }
}

/* A line of very many legs lies where one leg does, and is crossed at the same fractions. */
static void a_line_of_many_legs_is_one_line(void **state)
{
    (void)state;
    static struct point line[LEGS + 1];
    for (size_t i = 0; i <= LEGS; i++) {
        line[i] = at(0, 0.00001 * (double)i);
    }
    const struct point two[] = {line[0], line[LEGS]};
    struct fence_geometry *many = fence_of_line(line, LEGS + 1, 50);
    struct fence_geometry *one = fence_of_line(two, 2, 50);
    const struct point ways[][2] = {
        {at(0.0002, 0.001), at(-0.0002, 0.09)}, {at(-0.01, 0.05), at(0.01, 0.05)},
        {at(0.0003, 0.05), at(0.01, 0.07)},     {at(0, 0.05), at(0, 0.15)},
        {at(0.0005, 0), at(0.0005, 0.09)},      {at(1, -1), at(-1, 1.1)}};
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct fence_stay want[FENCE_STAYS_MAX];
        size_t count = fence_stays(one, ways[i][0], ways[i][1], want);
        expect_stays_of(many, ways[i], want, count);
    }
    /* So nearly along the border that not all of the halves are looked at. */
    assert_told_by_places(many, at(0.00044, 0.02), at(0.00046, 0.021));
    assert_told_by_places(many, at(0.00046, 0.021), at(0.00044, 0.02));
    fence_geometry_free(many);
    fence_geometry_free(one);
}

/* The corner of that number of a scribble; far: its strokes are farther apart than it is wide. */
static struct point corner_of(size_t i, bool far)
{
    size_t stroke = i / 100;
    if (far) {
        return at(45 + 0.00004 * (double)(i % 100), 7 + 0.0004 * (double)stroke);
    }
    return at(45 + 0.004 * (double)(i % 2), 7 + 0.00001 * (double)i);
}

/* To and fro, a metre apart, and farther apart than it is wide: what is in between is out. */
static void a_scribble_is_what_its_places_say(void **state)
{
    (void)state;
    static struct point line[LEGS + 1];
    uint64_t seed = 1;
    for (int far = 0; far < 2; far++) {
        for (size_t i = 0; i <= LEGS; i++) {
            line[i] = corner_of(i, far != 0);
        }
        struct fence_geometry *g = fence_of_line(line, LEGS + 1, far == 0 ? 30 : 10);
        for (int i = 0; i < 50; i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            double x = (double)(seed >> 40) / (1 << 24);
            double y = (double)(seed >> 20 & 0xfffff) / (1 << 20);
            struct point a = at(45 + 0.006 * y - 0.001, 7 + 0.04 * x);
            assert_told_by_places(g, a, at(45.002, 7.001 + 0.04 * x));
            assert_told_by_places(g, a, at(45.0005 + 0.004 * x, 7.0015 + 0.04 * x));
        }
        fence_geometry_free(g);
    }
}

/* 80 degrees of longitude in one step, along and across a corridor of 50 degrees at 60 N. */
static void long_segments_meet_long_corridors(void **state)
{
    (void)state;
    const struct point line[] = {at(60, 10), at(60, 60)};
    expect_stays(fence_of_line(line, 2, 1), at(60, 20), at(60, 50), STAYS({0, 1}));
    struct fence_geometry *g = fence_of_line(line, 2, 50);
    struct fence_stay stays[FENCE_STAYS_MAX];
    assert_int_equal(fence_stays(g, at(60, 0), at(60, 80), stays), 1);
    assert_true(is_near(stays[0].in, 0.125 - 0.000896057322365 / 80, 1e-9));
    assert_true(is_near(stays[0].out, 0.75 + 0.000896057322365 / 80, 1e-9));
    assert_int_equal(fence_stays(g, at(50, 0), at(70, 80), stays), 1);
    assert_true(stays[0].in < 0.5 && stays[0].out > 0.5 && stays[0].out - stays[0].in < 1e-4);
    fence_geometry_free(g);
    /* Half a turn around the pole, at 111.694 m from it: with 100 m around the pole at none of it,
     * with 120 m on all; around a place on the way while the chord is 100 m or less. */
    expect_stays(fence_of_circle(at(90, 0), 100), at(89.999, 0), at(89.999, 180), NONE);
    expect_stays(fence_of_circle(at(90, 0), 120), at(89.999, 0), at(89.999, 180), STAYS({0, 1}));
    const double turned = 2 * asin(50 / 111.69397956) / M_PI;
    g = fence_of_circle(at(89.999, 90), 100);
    assert_int_equal(fence_stays(g, at(89.999, 0), at(89.999, 180), stays), 1);
    assert_true(is_near(stays[0].in, 0.5 - turned, 1e-6));
    assert_true(is_near(stays[0].out, 0.5 + turned, 1e-6));
    fence_geometry_free(g);
}

enum { TEETH = 40, CORNERS = 2 * TEETH };

/* Of forty teeth the first fifteen are told, and the last. */
static void many_stays_are_cut(void **state)
{
    (void)state;
    struct point comb[CORNERS + 2];
    for (size_t i = 0; i < CORNERS; i++) {
        comb[i] = at(i % 2 == 0 ? 1 : -1, (double)i + 1);
    }
    comb[CORNERS - 1] = at(1, CORNERS);
    comb[CORNERS] = at(2, CORNERS);
    comb[CORNERS + 1] = at(2, 1);
    struct fence_geometry *g = fence_of_ring(comb, CORNERS + 2);
    struct fence_stay stays[FENCE_STAYS_MAX];
    const double length = CORNERS;
    assert_int_equal(fence_stays(g, at(0, 0), at(0, length), stays), FENCE_STAYS_MAX);
    for (size_t i = 0; i < FENCE_STAYS_MAX - 1; i++) {
        assert_true(is_near(stays[i].in, (2 * (double)i + 1.5) / length, 1e-9));
        assert_true(is_near(stays[i].out, (2 * (double)i + 2.5) / length, 1e-9));
    }
    assert_true(stays[FENCE_STAYS_MAX - 1].in > (2 * FENCE_STAYS_MAX + 1) / length);
    assert_true(stays[FENCE_STAYS_MAX - 1].out < 1);
    /* Whether the end is inside is told all the same. */
    assert_int_equal(fence_stays(g, at(0, 0), at(0, 78), stays), FENCE_STAYS_MAX);
    assert_true(stays[FENCE_STAYS_MAX - 1].out == 1);
    assert_true(is_near(stays[FENCE_STAYS_MAX - 1].in, 77.5 / 78, 1e-9));
    fence_geometry_free(g);
}

static void places_of_a_segment(void **state)
{
    (void)state;
    struct point p = fence_segment_point(at(1, 179), at(2, -179), 0.75);
    assert_int_equal(p.lat_e7, 17500000);
    assert_int_equal(p.lon_e7, -1795000000);
    p = fence_segment_point(at(1, 179), at(2, -179), 1);
    assert_int_equal(p.lat_e7, 2 * DEGREE_E7);
    assert_int_equal(p.lon_e7, -1790000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(polygon_is_driven_through),
        cmocka_unit_test(polygon_is_grazed),
        cmocka_unit_test(holes_are_left_and_entered),
        cmocka_unit_test(segments_cross_180_degrees),
        cmocka_unit_test(caps_are_entered),
        cmocka_unit_test(circles_are_driven_through),
        cmocka_unit_test(corridors_are_followed_and_left),
        cmocka_unit_test(a_line_of_many_legs_is_one_line),
        cmocka_unit_test(a_scribble_is_what_its_places_say),
        cmocka_unit_test(long_segments_meet_long_corridors),
        cmocka_unit_test(many_stays_are_cut),
        cmocka_unit_test(places_of_a_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
