#ifndef API_VISITS_H
#define API_VISITS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"
#include "fleet/span.h"
#include "store/store.h"

/* The times that one device spent in geofences, found a page of records at a time. */

/* A time in a geofence. */
struct visit {
    uint32_t fence;
    const char *name; /* of the geofence, as it was called when it began */
    int64_t start_s;
    int64_t end_s;     /* INT64_MAX: none is known */
    int64_t checked_s; /* no change up to then ended it */
    bool is_clipped;
    bool is_open; /* it goes on now */
};

/* Which geofences are asked for. */
struct visits_asked {
    const int64_t *fences; /* in order */
    size_t count;          /* 0: all */
};

struct visits {
    struct call *call;
    struct range range;
    struct visits_asked asked;

    /* Of the device at hand. */
    struct device_ref device; /* borrowed */
    struct visit *list;       /* found; once visits_find() is done, those of the range, in order */
    size_t count;
    size_t capacity;
    struct arena arena;         /* of the list */
    struct arena page;          /* of what is read for a moment */
    GHashTable *last;           /* geofence -> the number of its last visit */
    struct fold_state live;     /* taken before the records, which are then as new at least */
    int64_t known_s;            /* of the state that began it; INT64_MIN: there was none */
    struct store_event_query q; /* the next page of records */
    struct store_event_place place;
    bool is_behind;   /* the next page lies behind the range */
    bool is_read;     /* all records are; what is left are visits without any */
    int64_t *changed; /* the geofences of which there may be such */
    size_t changed_count;
    size_t next_changed;
    size_t recorded; /* visits of the list that are not such, by geofence */
    enum err e;      /* of reading for a moment */
};

/*
 * Begins with a device. Visits that start at `told_s` or before need not be found. `call`, `range`
 * and `asked` are set, the rest is zero at first. ERR_IO, ERR_BUSY, ERR_CORRUPT.
 */
MUST_USE enum err visits_begin(struct visits *v, const struct device_ref *device, int64_t told_s);
/* Reads on, a page of records. ERR_MORE until all visits are found; errors of visits_begin(). */
MUST_USE enum err visits_find(struct visits *v);
/* Lets go of all that it has. */
void visits_clear(struct visits *v);

#endif
