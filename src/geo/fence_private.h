#ifndef GEO_FENCE_PRIVATE_H
#define GEO_FENCE_PRIVATE_H

/* What the files of a fence's geometry share; nobody else includes it. */
#include "geo/fence.h"
#include "geo/metric.h"
#include "geo/ring.h"

struct fence_geometry {
    enum shape_kind kind;
    double radius_m;
    double inner_radius_m;
    struct box box;
    size_t ring_count;
    struct ring rings[]; /* of a polygon: its outline, its holes */
    /* Of a circle or a corridor the first one's path is its line, of which nothing is enclosed. */
};

/* Whether a place lies inside or on the border. */
bool fence_contains_spot(const struct fence_geometry *g, struct fine_point at);

#endif
