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

/* The sine and cosine of a reduced latitude. */
struct distance_latitude {
    double s;
    double c; /* 0: not known yet */
    int32_t lat_e7;
};

/* What was made of the latitudes of the last two points; zeroed before the first. */
struct distance_ends {
    struct distance_latitude a;
    struct distance_latitude b;
};

/*
 * The same, for who measures again and again: a vehicle under way from where it was measured to,
 * one that stands from one place, so that one of the two latitudes is mostly known.
 */
uint64_t distance_known_m_e2(struct distance_ends *ends, struct point a, struct point b);

#endif
