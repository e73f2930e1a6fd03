/*
 * The haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984):
 *
 *     h = sin²((lat2 - lat1) / 2) + cos(lat1) cos(lat2) sin²((lon2 - lon1) / 2)
 *     distance = 2 R asin(√h)
 *
 * It keeps its precision where two fixes lie metres apart, unlike the law of cosines. R is the mean
 * radius of the WGS-84 ellipsoid, (2a + b) / 3 with a = 6,378,137 m and b = 6,356,752.3142 m (NIMA
 * TR8350.2, table 3.3): 6,371,008.7714 m. One degree of a meridian is 111,195.08 m. Rounding can
 * carry h beyond 1 for antipodes, so it is cut there.
 */
#include "geo/distance.h"

#include <math.h>

static const double radius_m = 6371008.7714;
static const double radians_per_e7 = 3.14159265358979323846 / 180.0 / 1e7;

static double square_of_half_sine(double angle)
{
    double s = sin(angle / 2);
    return s * s;
}

uint64_t distance_m_e2(struct point a, struct point b)
{
    if (a.lat_e7 == b.lat_e7 && a.lon_e7 == b.lon_e7) {
        return 0;
    }
    double lat_a = a.lat_e7 * radians_per_e7;
    double lat_b = b.lat_e7 * radians_per_e7;
    double lon = (double)((int64_t)b.lon_e7 - a.lon_e7) * radians_per_e7;
    double h =
        square_of_half_sine(lat_b - lat_a) + cos(lat_a) * cos(lat_b) * square_of_half_sine(lon);
    return (uint64_t)llround(200 * radius_m * asin(sqrt(fmin(h, 1))));
}
