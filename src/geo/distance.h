#ifndef GEO_DISTANCE_H
#define GEO_DISTANCE_H

#include <stdint.h>

/* A place on the earth, WGS-84: degrees * 1e7, latitude -90 .. 90, longitude -180 .. 180. */
struct point {
    int32_t lat_e7;
    int32_t lon_e7;
};

/*
 * The length of the shortest line on the WGS-84 ellipsoid in centimetres, rounded to the nearest;
 * exact zero for equal points, the same in both directions. It is right to a centimetre or 0.001 %
 * up to 1,000 km, to 0.01 % up to 19,000 km, and to 0.1 % between antipodes.
 */
uint64_t distance_m_e2(struct point a, struct point b);

#endif
