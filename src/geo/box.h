#ifndef GEO_BOX_H
#define GEO_BOX_H

#include <stdbool.h>
#include <stdint.h>

#include "geo/distance.h"

/*
 * Degrees of latitude and longitude as a plane that is rolled up: the east of 180 is the west. All
 * of it are pure functions, for any thread.
 */

enum { DEGREE_E7 = 10000000 };
#define TURN_E7 INT64_C(3600000000) /* once around */
#define POLE_E7 INT32_C(900000000)  /* the north pole's latitude */

/* A place between the grid's points: degrees * 1e7 as in struct point, longitude -180 .. 180. */
struct fine_point {
    double lat_e7;
    double lon_e7;
};

/* What lies between two parallels and, from `west_e7` on, `width_e7` (at most a turn) eastwards. */
struct box {
    int32_t south_e7;
    int32_t north_e7;
    int32_t west_e7;
    uint32_t width_e7;
};

/* `lon_e7`, which may be some turns away, as -180 .. 180 degrees, 180 excluded. */
static inline int32_t lon_wrapped_e7(int64_t lon_e7)
{
    int64_t east = (lon_e7 + TURN_E7 / 2) % TURN_E7;
    return (int32_t)(east < 0 ? east + TURN_E7 / 2 : east - TURN_E7 / 2);
}

/* How far east `to` lies of `from`, the shorter way round; half a turn counts as east. */
static inline int32_t lon_step_e7(int32_t from_e7, int32_t to_e7)
{
    int32_t step_e7 = lon_wrapped_e7((int64_t)to_e7 - from_e7);
    return step_e7 == -TURN_E7 / 2 ? -step_e7 : step_e7;
}

/* The same for places between the grid's points, which are at most a turn apart. */
static inline double lon_step_between_e7(double from_e7, double to_e7)
{
    double step_e7 = to_e7 - from_e7;
    if (step_e7 > (double)TURN_E7 / 2) {
        return step_e7 - (double)TURN_E7;
    }
    return step_e7 <= -(double)TURN_E7 / 2 ? step_e7 + (double)TURN_E7 : step_e7;
}

/* How far east of `from` a meridian lies, 0 to a turn. */
static inline double lon_eastwards_e7(double from_e7, double to_e7)
{
    double east_e7 = to_e7 - from_e7;
    return east_e7 < 0 ? east_e7 + (double)TURN_E7 : east_e7;
}

/* Whether the meridian of `lon_e7` (-180 .. 180) meets the box, its borders included. */
static inline bool box_has_lon(const struct box *b, double lon_e7)
{
    double east_e7 = lon_eastwards_e7(b->west_e7, lon_e7);
    return east_e7 <= b->width_e7 || east_e7 >= (double)TURN_E7;
}

/* Whether `at` lies in the box or on its border. */
static inline bool box_has(const struct box *b, struct fine_point at)
{
    return at.lat_e7 >= b->south_e7 && at.lat_e7 <= b->north_e7 && box_has_lon(b, at.lon_e7);
}

/* Whether two boxes have a point in common, be it of their borders. */
static inline bool box_overlaps(const struct box *a, const struct box *b)
{
    if (a->south_e7 > b->north_e7 || b->south_e7 > a->north_e7) {
        return false;
    }
    int64_t east_e7 = (int64_t)b->west_e7 - a->west_e7;
    east_e7 += east_e7 < 0 ? TURN_E7 : 0;
    return east_e7 <= a->width_e7 || TURN_E7 - east_e7 <= b->width_e7;
}

/* The box around the straight line from `a` to `b`, the shorter way round. */
struct box box_of_segment(struct point a, struct point b);

/*
 * A box that holds every place within `by_m` metres (0 or more) of the box, on the ellipsoid;
 * around a pole it holds all meridians.
 */
struct box box_widened(const struct box *b, double by_m);

#endif
