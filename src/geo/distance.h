#ifndef GEO_DISTANCE_H
#define GEO_DISTANCE_H

#include <stdint.h>

/* A place on the earth, WGS-84: degrees * 1e7, latitude -90 .. 90, longitude -180 .. 180. */
struct point {
    int32_t lat_e7;
    int32_t lon_e7;
};

/*
 * The great-circle distance in centimetres, rounded to the nearest; exact zero for equal points,
 * the same in both directions. The sphere differs from the ellipsoid by at most 0.6 %.
 */
uint64_t distance_m_e2(struct point a, struct point b);

#endif
