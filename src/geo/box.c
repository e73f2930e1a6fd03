/*
 * Boxes widened by metres. From a point at latitude φ it is N cos φ to the earth's axis (N: the
 * radius of curvature across the meridian, at least the equator's radius a), hence N cos φ sin g to
 * the plane of a meridian g degrees away, and no way along the ground is shorter than the straight
 * one. So what lies within d metres of the point has g ≤ asin(d / (a cos φ)), and where d reaches
 * a cos φ it may lie on any meridian. A degree of latitude is never shorter than at the equator,
 * where the radius of curvature is a (1 - e²).
 */
#include "geo/box.h"

#include <math.h>

#include "geo/ellipsoid.h"

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

struct box box_of_segment(struct point a, struct point b)
{
    int32_t step_e7 = lon_step_e7(a.lon_e7, b.lon_e7);
    return (struct box){
        .south_e7 = smaller(a.lat_e7, b.lat_e7),
        .north_e7 = larger(a.lat_e7, b.lat_e7),
        .west_e7 = lon_wrapped_e7((int64_t)a.lon_e7 + smaller(step_e7, 0)),
        .width_e7 = (uint32_t)(step_e7 < 0 ? -step_e7 : step_e7),
    };
}

/* Radians as whole units of 1e-7 degrees, rounded up, and one more against rounding. */
static int64_t units_of_radians(double radians)
{
    return (int64_t)ceil(radians / RADIANS_PER_E7) + 1;
}

struct box box_widened(const struct box *b, double by_m)
{
    by_m *= 1 + BOUND_SLACK;
    int64_t lat_e7 = units_of_radians(fmin(by_m / MERIDIAN_RADIUS_MIN_M, M_PI));
    int64_t south_e7 = b->south_e7 - lat_e7;
    int64_t north_e7 = b->north_e7 + lat_e7;
    int32_t steepest_e7 = larger(b->north_e7, -b->south_e7);
    double axis_m = EQUATOR_RADIUS_M * cos(steepest_e7 * RADIANS_PER_E7);
    int64_t lon_e7 = by_m < axis_m ? units_of_radians(asin(by_m / axis_m)) : TURN_E7;
    int64_t width_e7 = b->width_e7 + 2 * lon_e7;
    return (struct box){
        .south_e7 = south_e7 < -POLE_E7 ? -POLE_E7 : (int32_t)south_e7,
        .north_e7 = north_e7 > POLE_E7 ? POLE_E7 : (int32_t)north_e7,
        .west_e7 = lon_wrapped_e7(b->west_e7 - lon_e7),
        .width_e7 = (uint32_t)(width_e7 > TURN_E7 ? TURN_E7 : width_e7),
    };
}
