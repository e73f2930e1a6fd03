#ifndef GEO_RING_H
#define GEO_RING_H

#include "geo/path.h"

enum ring_pole { RING_NO_POLE, RING_NORTH, RING_SOUTH };

/*
 * A closed path that neither crosses nor touches itself, and what it encloses: where it winds once
 * around the earth that is the nearer pole (the north one where its mean latitude is 0).
 */
struct ring {
    struct path *path;
    struct box box; /* of what it encloses */
    enum ring_pole pole;
};

/* Copies the `count` points (at least one); to be cleared with ring_clear(). */
void ring_init(struct ring *r, const struct point *points, size_t count);
void ring_clear(struct ring *r);

enum ring_side { RING_OUTSIDE, RING_BORDER, RING_INSIDE };

/* Where a place lies, to a hundredth of a unit of 1e-7 degrees. Any thread. */
enum ring_side ring_side(const struct ring *r, struct fine_point at);

#endif
