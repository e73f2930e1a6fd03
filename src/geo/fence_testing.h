#ifndef GEO_FENCE_TESTING_H
#define GEO_FENCE_TESTING_H

/* Places and shapes for the tests of geofences; to be included behind cmocka.h. */
#include <math.h>
#include <stdbool.h>

#include "geo/fence.h"

static inline struct point at(double lat, double lon)
{
    return (struct point){(int32_t)lround(lat * DEGREE_E7), (int32_t)lround(lon * DEGREE_E7)};
}

/* A shape that is good, ready for questions. */
static inline struct fence_geometry *fence_of(const struct shape *shape)
{
    struct shape_fault fault;
    assert_int_equal(shape_check(shape, &fault), ERR_OK);
    assert_int_equal(fault.kind, SHAPE_FAULT_NONE);
    return fence_geometry_new(shape);
}

static inline struct fence_geometry *fence_of_ring(const struct point *points, size_t count)
{
    struct shape_ring ring = {points, count};
    return fence_of(&(struct shape){SHAPE_POLYGON, &ring, 1, 0});
}

static inline struct fence_geometry *fence_of_box(double south, double west, double north,
                                                  double east)
{
    const struct point corners[] = {at(south, west), at(south, east), at(north, east),
                                    at(north, west)};
    return fence_of_ring(corners, 4);
}

static inline struct fence_geometry *fence_of_circle(struct point centre, uint32_t radius_m)
{
    struct shape_ring ring = {&centre, 1};
    return fence_of(&(struct shape){SHAPE_CIRCLE, &ring, 1, radius_m * 100});
}

static inline struct fence_geometry *fence_of_line(const struct point *points, size_t count,
                                                   uint32_t radius_m)
{
    struct shape_ring ring = {points, count};
    return fence_of(&(struct shape){SHAPE_CORRIDOR, &ring, 1, radius_m * 100});
}

static inline bool is_near(double value, double wanted, double by)
{
    return fabs(value - wanted) <= by;
}

#endif
