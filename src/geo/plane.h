#ifndef GEO_PLANE_H
#define GEO_PLANE_H

#include <stdint.h>

#include "geo/gazetteer_data.h"

/*
 * A map of polygons that answers quickly which of them holds a point; data/plane.py makes it, and
 * says how it is laid out. It is read-only: pure functions, for any thread.
 */
struct plane {
    const uint32_t *grid;
    const uint32_t *nodes;
    const uint32_t *leaves;
    const uint16_t *sides; /* left and right of each arc, GAZETTEER_NONE where no polygon is */
    const struct gazetteer_point *points;
};

/* The polygon that holds the point, of several the least; GAZETTEER_NONE where none does. */
uint32_t plane_find(const struct plane *p, struct gazetteer_point at);

/*
 * The polygon whose border is nearest to a point that none holds, within `reach_m`; GAZETTEER_NONE
 * where none is. The distance is that on a plane, 1 % off within 50 km between 80 degrees north
 * and south.
 */
uint32_t plane_near(const struct plane *p, struct gazetteer_point at, double reach_m);

#endif
