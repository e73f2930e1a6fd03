#ifndef API_GEOFENCE_DRAFT_H
#define API_GEOFENCE_DRAFT_H

#include "api/call.h"
#include "fleet/directory_rules.h"

/*
 * What AddGeofence and ModifyGeofence make of their fields before the job, on a query thread: the
 * geofence as it is to be, with its geometry.
 */

/* The fields, in the order of the methods' rows. */
enum {
    FENCE_NAME,
    FENCE_SHAPE,
    FENCE_POINTS,
    FENCE_HOLES,
    FENCE_RADIUS,
    FENCE_COORDSYS,
    FENCE_ALARM,
    FENCE_DWELL,
    FENCE_HYSTERESIS,
    FENCE_DEVICES,
    FENCE_GROUPS,
    FENCE_APPLIES,
    FENCE_FIELDS,
    FENCE_ID = FENCE_FIELDS /* of ModifyGeofence */
};

/* What a call makes, between its threads. */
struct draft {
    struct geofence g;
    struct geofence base;            /* of ModifyGeofence: what it was made of */
    struct fence_geometry *geometry; /* owned; NULL: the directory has it */
    size_t points;
};

/* Whether the words are words; else call_fault() was called. */
bool draft_check(struct call *c);
/* An empty one in the call's arena, as c->own; it goes with the request. */
struct draft *draft_new(struct call *c);
/*
 * Reads the fields of the call over what d->g has. False: the call is answered, with the place of a
 * bad point in Data.
 */
bool draft_read(struct call *c, struct draft *d);
/* How many points a geofence has. */
size_t draft_points(struct call *c, const struct geofence *g);

#define DRAFT_NO_GROUP_TEXT "This group does not exist"

#endif
