#ifndef FLEET_FENCES_H
#define FLEET_FENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/fence.h"

/*
 * The geofences of an enterprise as the fold asks for them: every one with the times in which it
 * was as it is. A geofence that is changed ends and begins anew under its id.
 */

enum fence_alarm { FENCE_ALARM_ENTER = 1 << 0, FENCE_ALARM_LEAVE = 1 << 1 };

/* One geofence between two changes. */
struct fence_term {
    uint32_t id;           /* PolygonID */
    uint8_t alarm_on;      /* of enum fence_alarm */
    int64_t from_s;        /* from this time on ... */
    int64_t until_s;       /* ... and no longer at this one; INT64_MAX: as it is now */
    uint32_t dwell_s;      /* shorter presence does not count */
    uint32_t hysteresis_m; /* 0: by the accuracy of the fix */
    const struct fence_geometry *geometry; /* prepared; outlives the fences */
    const int64_t *device_ids; /* internal, in order; with the next, none of both: all */
    size_t device_count;
    const int64_t *group_ids; /* in order */
    size_t group_count;
};

struct fences;

/*
 * Takes a copy of the terms, not of what they point at; fences_free(). Many threads may read the
 * terms, one at a time may search.
 */
struct fences *fences_new(const struct fence_term *terms, size_t count);
/* NULL is let pass. */
void fences_free(struct fences *f);

/*
 * Takes a copy of all terms of one geofence, in place of those that there were of it; none: it is
 * gone. Cheap beside making all anew, but every search costs more, the more were renewed.
 */
void fences_renew(struct fences *f, uint32_t id, const struct fence_term *terms, size_t count);
/* How many geofences were renewed. */
size_t fences_renewed(const struct fences *f);

/* Whether a device that is in that group (0: in none) is watched by the geofence. */
bool fence_term_applies(const struct fence_term *t, int64_t device, int64_t group_id);
/* The geofence as it was at that time; NULL: there was none. */
const struct fence_term *fences_find(const struct fences *f, uint32_t id, int64_t time_s);
/* The first time after `after_s` at which one began or ended; INT64_MAX: none. */
int64_t fences_next_change_s(const struct fences *f, int64_t after_s);
/* Calls `found` for every geofence of that time that may touch the box, in order of id. */
void fences_search(struct fences *f, int64_t time_s, const struct box *box,
                   void (*found)(void *context, const struct fence_term *t), void *context);

#endif
