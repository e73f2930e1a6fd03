#ifndef GEO_FENCE_JUDGE_TESTING_H
#define GEO_FENCE_JUDGE_TESTING_H

/*
 * Judges of stays that share nothing with the code they judge: GEOS for polygons, Vincenty's
 * geodesics for circles and corridors. To be included behind cmocka.h; what is wrong fails the
 * test.
 */
#include <geos_c.h>

#include "geo/fence.h"

/* A shape whose rings may wind around a pole, with what was made of it. */
struct drawn {
    struct shape shape;
    struct fence_geometry *geometry;
    bool holds_pole;
};

/* The polygon in a plane in which its rings are unrolled; to be destroyed by the caller. */
GEOSGeometry *judge_polygon_new(GEOSContextHandle_t geos, const struct drawn *d);

/* Holds the stays of a segment to what GEOS says; `count` of them. */
void judge_polygon(GEOSContextHandle_t geos, const GEOSGeometry *polygon,
                   const struct point ends[2], const struct fence_stay *stays, size_t count);

/*
 * The same for a circle or a corridor: at each crossing the depth is 0, and at `samples` places in
 * between it has the sign that the stays say.
 */
void judge_round(const struct drawn *d, const struct point ends[2], const struct fence_stay *stays,
                 size_t count, int samples);

#endif
