#ifndef MODEL_GEOFENCE_H
#define MODEL_GEOFENCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "geo/shape.h"

/*
 * A geofence as it was between two changes. One that is changed ends at that time and begins anew
 * there under the same id, so that a late fix is judged by the geofence that it was driven through.
 */
enum coordsys { COORDSYS_WGS84, COORDSYS_GCJ02 };

struct geofence {
    int64_t enterprise_id;
    int64_t id;       /* PolygonID; below 2^31 */
    int64_t from_s;   /* it is so from this time on ... */
    int64_t until_s;  /* ... and no longer at this one; INT64_MAX: it is so now */
    const char *name; /* RegionName */
    enum shape_kind shape;
    enum coordsys drawn_in; /* what the points are told in */
    uint8_t alarm_on;       /* of enum fence_alarm: fleet/fences.h */
    uint32_t radius_m_e2;   /* of a circle; half the width of a corridor */
    uint32_t dwell_s;
    uint32_t hysteresis_m;
    const uint8_t *rings; /* geofence_pack_rings(), as drawn */
    size_t rings_len;
    const uint8_t *devices; /* geofence_pack_ids() of internal ids; with the next, none of both: */
    size_t devices_len;     /* it is for all of the enterprise */
    const uint8_t *groups;
    size_t groups_len;
};

enum { GEOFENCE_IDS_MAX = 10000 };

/* No device has this id: the list of a geofence that is for no device any more. */
#define GEOFENCE_NOBODY INT64_MAX

/* The rings as bytes, in `arena`: varints, each point as the step from the one before. */
struct bytes geofence_pack_rings(struct arena *arena, const struct shape_ring *rings, size_t count);
/*
 * The way back: rings of SHAPE_POINTS_MAX points at most and of one at least, in `arena`. Nothing
 * else of a shape is judged. ERR_CORRUPT: these are no packed rings.
 */
MUST_USE enum err geofence_unpack_rings(struct bytes packed, struct arena *arena,
                                        struct shape_ring **rings, size_t *count);
/* The shape as drawn. ERR_CORRUPT: its bytes are none. */
MUST_USE enum err geofence_shape(const struct geofence *g, struct arena *arena, struct shape *out);

/* Positive ids as bytes, in `arena`, in the order given; and back, GEOFENCE_IDS_MAX at most. */
struct bytes geofence_pack_ids(struct arena *arena, const int64_t *ids, size_t count);
MUST_USE enum err geofence_unpack_ids(struct bytes packed, struct arena *arena, int64_t **ids,
                                      size_t *count);

#endif
