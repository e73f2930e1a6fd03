#ifndef GEO_FENCE_H
#define GEO_FENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "geo/box.h"
#include "geo/shape.h"

enum {
    FENCE_ENTERPRISE_POINTS_MAX = 1000000, /* of all geofences of an enterprise */
    FENCE_INNER_MAX_M = 100,
    FENCE_STAYS_MAX = 16
};

/*
 * A shape made ready for questions. It never changes, so that threads may share it; where it is
 * freed is the owner's affair. Places are WGS-84 within the ends of struct point.
 */
struct fence_geometry;

/* Copies a shape that passed shape_check(); to be freed with fence_geometry_free(). */
struct fence_geometry *fence_geometry_new(const struct shape *shape);
/* NULL is let pass. */
void fence_geometry_free(struct fence_geometry *g);

/* Its points that differ from the one before, and the bytes of memory it takes. */
size_t fence_points(const struct fence_geometry *g);
size_t fence_bytes(const struct fence_geometry *g);

/* The box around it. */
struct box fence_box(const struct fence_geometry *g);

/* Whether the place lies inside or on the border. */
bool fence_contains(const struct fence_geometry *g, struct point at);

/*
 * How many metres the place lies from the border: more than 0 inside, less than 0 outside; as exact
 * as metric.h for places within 600 km of the border, farther away only in its sign and order.
 */
double fence_depth_m(const struct fence_geometry *g, struct point at);

/*
 * Whether fence_depth_m() is at least that, which may be less than 0; of edges that are farther
 * away nothing is computed.
 */
bool fence_is_deep(const struct fence_geometry *g, struct point at, double depth_m);

/*
 * The depth of its deepest place as far as a search of 512 boxes finds it: at most the true one,
 * and mostly within 5 % of it, less of shapes a hundred times as long as wide; 100 m
 * (FENCE_INNER_MAX_M) where it is more. A circle's and a corridor's is the radius.
 */
double fence_inner_radius_m(const struct fence_geometry *g);

/* A stretch of a segment, as fractions of it: from `in` to `out`, 0 to 1. */
struct fence_stay {
    double in;
    double out;
};

/*
 * The stretches of the segment from `a` to `b` (straight in longitude and latitude, the shorter way
 * round) that lie inside, in order and apart: how many, and `stays`. The first begins at 0 where
 * `a` is inside, the last ends at 1 where `b` is; every other end is a crossing of the border.
 * Fractions are right to 1e-9 or a micrometre; stretches and gaps shorter than 1e-9, and of circles
 * and corridors those less than 0.1 mm deep, may be missed. Where more than 16 legs of a corridor
 * are in reach and the segment runs along the border, an end is right to a hundredth of a metre
 * across the border. Of more than FENCE_STAYS_MAX the first
 * ones are told, and the last one; where a polygon's border cuts the segment into more than 64
 * pieces, those that are in the first 63 and in the last.
 */
size_t fence_stays(const struct fence_geometry *g, struct point a, struct point b,
                   struct fence_stay stays[FENCE_STAYS_MAX]);

/* The place at a fraction of the segment from `a` to `b`, rounded to whole units. */
struct point fence_segment_point(struct point a, struct point b, double fraction);

#endif
