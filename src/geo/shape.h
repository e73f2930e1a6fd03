#ifndef GEO_SHAPE_H
#define GEO_SHAPE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "geo/distance.h"

enum {
    SHAPE_POINTS_MAX = 10000,        /* of all rings together */
    SHAPE_RADIUS_MAX_M_E2 = 50000000 /* 500 km */
};

/*
 * The area of a geofence as it is drawn, WGS-84. Lines between points are straight in longitude and
 * latitude, the shorter way round. A ring of a polygon that winds once around the earth holds the
 * nearer pole.
 */
enum shape_kind {
    SHAPE_POLYGON,  /* the first ring without the others, its holes */
    SHAPE_CIRCLE,   /* what is no farther than the radius from the one point of the one ring */
    SHAPE_CORRIDOR, /* what is no farther from the line that the one ring's points make */
};

struct shape_ring {
    const struct point *points; /* borrowed */
    size_t count;
};

struct shape {
    enum shape_kind kind;
    const struct shape_ring *rings; /* borrowed */
    size_t ring_count;
    uint32_t radius_m_e2; /* of a circle; half the width of a corridor */
};

/* What may be wrong with a shape. Columns: name, text for clients. */
#define SHAPE_FAULT_MAP(X)                                                                         \
    X(NONE, "nothing is wrong")                                                                    \
    X(FEW_POINTS,                                                                                  \
      "fewer points than the shape needs: a polygon's ring 3, a corridor 2, a circle 1")           \
    X(MANY_POINTS, "more than 10,000 points, or more than one for a circle")                       \
    X(HOLES, "only a polygon has holes")                                                           \
    X(RADIUS, "the radius is not more than 0 and at most 500 km")                                  \
    X(COORDINATE, "latitude beyond 90 or longitude beyond 180 degrees")                            \
    X(HALF_TURN, "180 degrees of longitude to the next point: neither way round is shorter")       \
    X(LONG, "the lines lead over more than 3,600 degrees, or a corridor's over more than 360")     \
    X(CROSSED, "the line from this point crosses or touches another of its ring")                  \
    X(RINGS_MEET, "the line from this point crosses or touches another ring")                      \
    X(HOLE_OUTSIDE, "the hole lies outside of the polygon")                                        \
    X(HOLE_NESTED, "the hole lies inside another one, or around it")

enum shape_fault_kind {
#define X(name, text) SHAPE_FAULT_##name,
    SHAPE_FAULT_MAP(X)
#undef X
};

/* What is wrong, and where: the index of the ring, and of the point in it. */
struct shape_fault {
    enum shape_fault_kind kind;
    size_t ring;
    size_t point;
};

/* The text that the list above gives; static, never NULL. */
const char *shape_fault_text(enum shape_fault_kind kind);

/*
 * Whether a shape from outside, whatever it holds, is one that fence_geometry_new() takes. A point
 * that repeats the one before it, or at the end of a ring its first, is let pass. Where it is not
 * ERR_INVALID tells `fault` the first thing that is wrong; else its kind is SHAPE_FAULT_NONE. It
 * takes milliseconds for 1,000 points, and a quarter of a second for the worst 10,000. Any thread.
 */
MUST_USE enum err shape_check(const struct shape *shape, struct shape_fault *fault);

#endif
