#include "geo/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "geo/fence_testing.h"

struct wrong {
    enum shape_fault_kind kind;
    size_t ring;
    size_t point;
};

#define POINTS(...) ((const struct point[]){__VA_ARGS__})
#define COUNT(...)  (sizeof(POINTS(__VA_ARGS__)) / sizeof(struct point))
#define RING(...)   ((struct shape_ring){POINTS(__VA_ARGS__), COUNT(__VA_ARGS__)})

static void expect(const struct shape *shape, enum shape_fault_kind kind, size_t ring, size_t point)
{
    struct shape_fault fault = {SHAPE_FAULT_NONE, 99, 99};
    enum err err = shape_check(shape, &fault);
    assert_int_equal(err, kind == SHAPE_FAULT_NONE ? ERR_OK : ERR_INVALID);
    assert_string_equal(shape_fault_text(fault.kind), shape_fault_text(kind));
    assert_int_equal(fault.ring, ring);
    assert_int_equal(fault.point, point);
}

static void expect_ring(struct shape_ring ring, enum shape_fault_kind kind, size_t point)
{
    expect(&(struct shape){SHAPE_POLYGON, &ring, 1, 0}, kind, 0, point);
}

static void expect_rings(const struct shape_ring *rings, size_t count, struct wrong wrong)
{
    expect(&(struct shape){SHAPE_POLYGON, rings, count, 0}, wrong.kind, wrong.ring, wrong.point);
}

static void expect_round(enum shape_kind kind, struct shape_ring ring, uint32_t radius_m_e2,
                         enum shape_fault_kind fault)
{
    size_t point = fault == SHAPE_FAULT_MANY_POINTS ? 1 : 0;
    expect(&(struct shape){kind, &ring, 1, radius_m_e2}, fault, 0, point);
}

static void good_rings_are_taken(void **state)
{
    (void)state;
    expect_ring(RING(at(0, 0), at(0, 1), at(1, 1)), SHAPE_FAULT_NONE, 0);
    /* Either way round, concave, closed, with points twice, along a meridian and a parallel. */
    expect_ring(RING(at(1, 1), at(0, 1), at(0, 0)), SHAPE_FAULT_NONE, 0);
    expect_ring(RING(at(0, 0), at(0, 4), at(4, 4), at(1, 2)), SHAPE_FAULT_NONE, 0);
    expect_ring(RING(at(0, 0), at(0, 1), at(0, 1), at(1, 1), at(0, 0), at(0, 0)), SHAPE_FAULT_NONE,
                0);
    expect_ring(RING(at(0, 0), at(0, 1), at(0, 2), at(2, 2), at(2, 0), at(1, 0)), SHAPE_FAULT_NONE,
                0);
    /* Across 180 degrees, to the pole, around it. */
    expect_ring(RING(at(-1, 179), at(-1, -179), at(1, -179), at(1, 179)), SHAPE_FAULT_NONE, 0);
    expect_ring(RING(at(80, 0), at(80, 10), at(90, 10), at(90, 0)), SHAPE_FAULT_NONE, 0);
    expect_ring(RING(at(80, -180), at(80, -60), at(80, 60), at(80, 180)), SHAPE_FAULT_NONE, 0);
    /* One that winds, and goes to and fro: its lines between 0 and 20 E lie on one another. */
    expect_ring(RING(at(60, 0), at(60, 120), at(60, -120), at(60, 20), at(50, 20), at(50, -10)),
                SHAPE_FAULT_CROSSED, 2);
    expect_ring(
        RING(at(60, 0), at(60, 120), at(60, -120), at(50, -20), at(50, 20), at(55, 20), at(55, -1)),
        SHAPE_FAULT_NONE, 0);
}

static void points_are_counted(void **state)
{
    (void)state;
    static struct point many[SHAPE_POINTS_MAX + 1];
    for (int i = 0; i <= SHAPE_POINTS_MAX; i++) {
        double angle = 2 * M_PI * i / (SHAPE_POINTS_MAX + 1);
        many[i] = at(10 * sin(angle), 10 * cos(angle));
    }
    expect_ring((struct shape_ring){many, SHAPE_POINTS_MAX}, SHAPE_FAULT_NONE, 0);
    expect_ring((struct shape_ring){many, SHAPE_POINTS_MAX + 1}, SHAPE_FAULT_MANY_POINTS,
                SHAPE_POINTS_MAX);
    const struct shape_ring two[] = {{many, SHAPE_POINTS_MAX - 2},
                                     RING(at(0, 0), at(0, 1), at(1, 1))};
    expect_rings(two, 2, (struct wrong){SHAPE_FAULT_MANY_POINTS, 1, 2});
    expect_rings(two, 0, (struct wrong){SHAPE_FAULT_FEW_POINTS, 0, 0});
    expect_ring((struct shape_ring){NULL, 0}, SHAPE_FAULT_FEW_POINTS, 0);
    expect_ring(RING(at(0, 0)), SHAPE_FAULT_FEW_POINTS, 0);
    expect_ring(RING(at(0, 0), at(0, 1)), SHAPE_FAULT_FEW_POINTS, 0);
    /* Two that differ, though there are five. */
    expect_ring(RING(at(0, 180), at(0, -180), at(0, 1), at(0, 1), at(0, 180)),
                SHAPE_FAULT_FEW_POINTS, 0);
}

static void coordinates_have_ends(void **state)
{
    (void)state;
    struct point p = {900000001, 0};
    expect_ring(RING(at(0, 0), at(0, 1), p), SHAPE_FAULT_COORDINATE, 2);
    p = (struct point){-900000001, 0};
    expect_ring(RING(at(0, 0), p, at(0, 1)), SHAPE_FAULT_COORDINATE, 1);
    p = (struct point){0, 1800000001};
    expect_ring(RING(p, at(0, 0), at(0, 1)), SHAPE_FAULT_COORDINATE, 0);
    p = (struct point){INT32_MIN, INT32_MIN};
    expect_ring(RING(at(0, 0), at(0, 1), p), SHAPE_FAULT_COORDINATE, 2);
    expect_round(SHAPE_CIRCLE, RING(p), 100, SHAPE_FAULT_COORDINATE);
    expect_round(SHAPE_CIRCLE, RING(at(90, 180)), 100, SHAPE_FAULT_NONE);
    expect_round(SHAPE_CIRCLE, RING(at(-90, -180)), 100, SHAPE_FAULT_NONE);
}

static void half_a_turn_has_no_shorter_way(void **state)
{
    (void)state;
    expect_ring(RING(at(0, -90), at(10, 0), at(10, 180), at(0, 90)), SHAPE_FAULT_HALF_TURN, 1);
    expect_ring(RING(at(0, -90), at(10, 0), at(10, 179.9999999), at(0, 90)), SHAPE_FAULT_HALF_TURN,
                3);
    expect_round(SHAPE_CORRIDOR, RING(at(1, 90), at(1, -90)), 100, SHAPE_FAULT_HALF_TURN);
}

static void lines_have_a_length(void **state)
{
    (void)state;
    struct point zigzag[41];
    for (int i = 0; i < 41; i++) {
        zigzag[i] = at(i % 2 == 0 ? -45 : 45, i);
    }
    struct shape_ring ring = {zigzag,
                              40}; /* forty lines of 90 degrees with the last, which crosses */
    expect_ring(ring, SHAPE_FAULT_CROSSED, 39);
    ring.count = 41;
    expect_ring(ring, SHAPE_FAULT_LONG, 40);
    ring.count = 5;
    expect_round(SHAPE_CORRIDOR, ring, 100, SHAPE_FAULT_NONE);
    ring.count = 6;
    expect(&(struct shape){SHAPE_CORRIDOR, &ring, 1, 100}, SHAPE_FAULT_LONG, 0, 4);
}

static void crossings_are_found(void **state)
{
    (void)state;
    /* A bow tie; its crossing across 180 degrees; a spike out and back; one that is all there is.
     */
    expect_ring(RING(at(0, 0), at(1, 1), at(1, 0), at(0, 1)), SHAPE_FAULT_CROSSED, 2);
    expect_ring(RING(at(0, 179), at(2, -179), at(2, 179), at(0, -179)), SHAPE_FAULT_CROSSED, 2);
    expect_ring(RING(at(0, 0), at(0, 2), at(0, 3), at(0, 2), at(2, 2)), SHAPE_FAULT_CROSSED, 2);
    expect_ring(RING(at(0, 0), at(1, 1), at(2, 2)), SHAPE_FAULT_CROSSED, 2);
    expect_ring(RING(at(0, 0), at(0, 2), at(0, 1)), SHAPE_FAULT_CROSSED, 1);
    /* A corner on a line, two corners in one place, lines on one another. */
    expect_ring(RING(at(0, 0), at(0, 4), at(4, 4), at(0, 2), at(4, 0)), SHAPE_FAULT_CROSSED, 2);
    expect_ring(RING(at(0, 0), at(1, 1), at(0, 2), at(2, 2), at(1, 1), at(2, 0)),
                SHAPE_FAULT_CROSSED, 3);
    expect_ring(
        RING(at(0, 0), at(0, 4), at(1, 4), at(1, 3), at(0, 3), at(0, 2), at(1, 2), at(1, 0)),
        SHAPE_FAULT_CROSSED, 3);
    /* The index is that of the point as it was given, with those that are passed over. */
    expect_ring(RING(at(0, 0), at(0, 0), at(1, 1), at(1, 1), at(1, 1), at(1, 0), at(0, 1)),
                SHAPE_FAULT_CROSSED, 5);
    /* A unit beside, and a unit too far. */
    struct point inside = {1, 20000000};
    expect_ring(RING(at(0, 0), at(0, 4), at(4, 4), inside, at(4, 0)), SHAPE_FAULT_NONE, 0);
    inside.lat_e7 = -1;
    expect_ring(RING(at(0, 0), at(0, 4), at(4, 4), inside, at(4, 0)), SHAPE_FAULT_CROSSED, 2);
    /* Twice around the earth. */
    expect_ring(RING(at(60, 0), at(61, 120), at(62, -120), at(63, 0), at(64, 120), at(65, -120)),
                SHAPE_FAULT_CROSSED, 5);
}

/* The products that tell the side of these points are 1.62e18, and 2 or 0 apart. */
static void long_lines_are_compared_exactly(void **state)
{
    (void)state;
    struct point corner = {-900000000, -899999999};
    struct point opposite = {900000000, 899999999};
    expect_ring(RING(corner, opposite, at(89, -10), {-1, -1}), SHAPE_FAULT_NONE, 0);
    expect_ring(RING(corner, opposite, at(89, -10), {0, 0}), SHAPE_FAULT_CROSSED, 2);
    expect_ring(RING(corner, opposite, at(89, -10), {1, 1}), SHAPE_FAULT_CROSSED, 2);
}

static void holes_lie_inside_and_apart(void **state)
{
    (void)state;
    const struct shape_ring outline = RING(at(0, 0), at(0, 10), at(10, 10), at(10, 0));
    const struct shape_ring hole = RING(at(1, 1), at(1, 4), at(4, 4), at(4, 1));
    struct shape_ring rings[3] = {outline, hole, RING(at(1, 5), at(1, 6), at(2, 5))};
    expect_rings(rings, 3, (struct wrong){SHAPE_FAULT_NONE, 0, 0});
    rings[2] = RING(at(2, 2), at(2, 3), at(3, 2));
    expect_rings(rings, 3, (struct wrong){SHAPE_FAULT_HOLE_NESTED, 2, 0});
    rings[2] = RING(at(0.5, 0.5), at(0.5, 6), at(6, 6), at(6, 0.5));
    expect_rings(rings, 3, (struct wrong){SHAPE_FAULT_HOLE_NESTED, 2, 0});
    rings[2] = RING(at(5, 5), at(2, 2), at(5, 4));
    expect_rings(rings, 3, (struct wrong){SHAPE_FAULT_RINGS_MEET, 2, 0});
    rings[2] = RING(at(5, 5), at(5, 11), at(6, 5)); /* across the outline */
    expect_rings(rings, 3, (struct wrong){SHAPE_FAULT_RINGS_MEET, 2, 0});
    rings[2] = RING(at(5, 5), at(6, 5), at(6, 10)); /* touches it */
    expect_rings(rings, 3, (struct wrong){SHAPE_FAULT_RINGS_MEET, 2, 1});
    rings[2] = RING(at(5, 11), at(6, 11), at(6, 12));
    expect_rings(rings, 3, (struct wrong){SHAPE_FAULT_HOLE_OUTSIDE, 2, 0});
    rings[2] = RING(at(-1, -1), at(-1, 11), at(11, 11), at(11, -1)); /* around it */
    expect_rings(rings, 3, (struct wrong){SHAPE_FAULT_HOLE_OUTSIDE, 2, 0});
    rings[2] = RING(at(5, 5), at(6, 6), at(6, 5), at(5, 6));
    expect_rings(rings, 3, (struct wrong){SHAPE_FAULT_CROSSED, 2, 2});
    rings[2] = RING(at(5, 5), at(6, 6));
    expect_rings(rings, 3, (struct wrong){SHAPE_FAULT_FEW_POINTS, 2, 0});
    rings[2] = (struct shape_ring){NULL, 0};
    expect_rings(rings, 3, (struct wrong){SHAPE_FAULT_FEW_POINTS, 2, 0});
}

static void caps_have_holes(void **state)
{
    (void)state;
    const struct shape_ring cap = RING(at(60, 0), at(60, 120), at(60, -120));
    struct shape_ring rings[2] = {cap, RING(at(80, 60), at(80, -60), at(80, 180))};
    expect_rings(rings, 2, (struct wrong){SHAPE_FAULT_NONE, 0, 0});
    /* Across the meridian of the cap's first point; in the south of it; around the other pole. */
    rings[1] = RING(at(70, -5), at(70, 5), at(75, 0));
    expect_rings(rings, 2, (struct wrong){SHAPE_FAULT_NONE, 0, 0});
    rings[1] = RING(at(50, -5), at(50, 5), at(55, 0));
    expect_rings(rings, 2, (struct wrong){SHAPE_FAULT_HOLE_OUTSIDE, 1, 0});
    rings[1] = RING(at(-80, 60), at(-80, -60), at(-80, 180));
    expect_rings(rings, 2, (struct wrong){SHAPE_FAULT_HOLE_OUTSIDE, 1, 0});
}

static void round_ones_have_a_radius(void **state)
{
    (void)state;
    struct shape_ring centre = RING(at(1, 2));
    struct shape_ring line = RING(at(1, 2), at(1, 3));
    expect_round(SHAPE_CIRCLE, centre, 0, SHAPE_FAULT_RADIUS);
    expect_round(SHAPE_CIRCLE, centre, 1, SHAPE_FAULT_NONE);
    expect_round(SHAPE_CIRCLE, centre, 50000000, SHAPE_FAULT_NONE);
    expect_round(SHAPE_CIRCLE, centre, 50000001, SHAPE_FAULT_RADIUS);
    expect_round(SHAPE_CORRIDOR, line, 0, SHAPE_FAULT_RADIUS);
    expect_round(SHAPE_CORRIDOR, line, UINT32_MAX, SHAPE_FAULT_RADIUS);
    expect_round(SHAPE_CORRIDOR, line, 50000000, SHAPE_FAULT_NONE);
    expect_round(SHAPE_CORRIDOR, centre, 100, SHAPE_FAULT_FEW_POINTS);
    expect_round(SHAPE_CORRIDOR, RING(at(1, 2), at(1, 2)), 100, SHAPE_FAULT_FEW_POINTS);
    expect_round(SHAPE_CIRCLE, line, 100, SHAPE_FAULT_MANY_POINTS);
    /* A corridor may cross itself, and lead back. */
    expect_round(SHAPE_CORRIDOR, RING(at(0, 0), at(1, 1), at(1, 0), at(0, 1), at(1, 0)), 100,
                 SHAPE_FAULT_NONE);
    struct shape_ring two[] = {line, line};
    expect(&(struct shape){SHAPE_CORRIDOR, two, 2, 100}, SHAPE_FAULT_HOLES, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_rings_are_taken),
        cmocka_unit_test(points_are_counted),
        cmocka_unit_test(coordinates_have_ends),
        cmocka_unit_test(half_a_turn_has_no_shorter_way),
        cmocka_unit_test(lines_have_a_length),
        cmocka_unit_test(crossings_are_found),
        cmocka_unit_test(long_lines_are_compared_exactly),
        cmocka_unit_test(holes_lie_inside_and_apart),
        cmocka_unit_test(caps_have_holes),
        cmocka_unit_test(round_ones_have_a_radius),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
