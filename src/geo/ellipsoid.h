#ifndef GEO_ELLIPSOID_H
#define GEO_ELLIPSOID_H

/* The WGS-84 ellipsoid (NIMA TR8350.2, table 3.1), in metres and radians. */

#define RADIANS_PER_E7       (3.14159265358979323846 / 180 / 1e7)
#define EQUATOR_RADIUS_M     6378137.0
#define FLATTENING           (1 / 298.257223563)
#define ECCENTRICITY_SQUARED (FLATTENING * (2 - FLATTENING))
#define MEAN_RADIUS_M        6371008.7714 /* (2a + b) / 3 */
/* The radius of curvature of a meridian is smallest at the equator. */
#define MERIDIAN_RADIUS_MIN_M (EQUATOR_RADIUS_M * (1 - ECCENTRICITY_SQUARED))
/*
 * Bounds are wider by this share than they would have to be, because the distances that are held to
 * them (metric.h) are off by up to 3 millionths.
 */
#define BOUND_SLACK 1e-5

#endif
