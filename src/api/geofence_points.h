#ifndef API_GEOFENCE_POINTS_H
#define API_GEOFENCE_POINTS_H

#include "api/call.h"
#include "model/geofence.h"

/* Points of geofences as clients write them, [[lon, lat], ...], and as they read them. */

/*
 * Reads the points of one ring, as drawn, into the call's arena; `first` is the first of `count`
 * siblings. False where one is no pair of numbers of degrees; *bad is its place.
 */
bool points_read(struct call *c, const struct json_value *first, size_t count,
                 struct shape_ring *out, size_t *bad);

/* Writes the points of a ring as an array. */
void points_write(struct json_out *out, const struct shape_ring *ring);

/*
 * A ring with fewer points, in `arena`, that shows at a glance what the ring is: points that lie
 * nearer to the line without them than a hundredth of the ring's extent are left out.
 */
struct shape_ring points_simplify(struct arena *arena, const struct shape_ring *ring);

#endif
