#ifndef GEO_GAZETTEER_TESTING_H
#define GEO_GAZETTEER_TESTING_H

#include <math.h>
#include <stdint.h>

#include "geo/box.h"

/* What the tests of the gazetteer share. */

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline double draw(uint64_t *seed, double low, double high)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return low + (high - low) * (double)(*seed >> 11) / 0x1p53;
}

static inline uint32_t draw_below(uint64_t *seed, uint32_t limit)
{
    return (uint32_t)draw(seed, 0, limit);
}

static inline struct point at_deg(double lat_deg, double lon_deg)
{
    return (struct point){(int32_t)lround(lat_deg * 1e7), (int32_t)lround(lon_deg * 1e7)};
}

/* Anywhere on the earth, each part of it as likely as another of its size. */
static inline struct point draw_point(uint64_t *seed)
{
    double lat_deg = asin(draw(seed, -1, 1)) * 180 / 3.14159265358979323846;
    return at_deg(lat_deg, draw(seed, -180, 180));
}

#endif
