#ifndef API_PAST_ALARMS_H
#define API_PAST_ALARMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "fleet/fold.h"
#include "store/store.h"

/*
 * The alarms of a device that were active at times of a span, as they are recorded: those that
 * rules made, which the states of a history do not know, too. Asked for by time, onwards.
 */
struct past_alarm {
    uint8_t kind; /* enum alarm_type */
    int64_t began_s;
    int64_t ended_s;  /* 0: it is open */
    const char *name; /* of the geofence, as it was called then; else "" */
};

struct past_alarms {
    struct past_alarm *at; /* by when they began; in the arena, as the next */
    size_t count;
    size_t next;                      /* the first that had not begun at the time asked for last */
    const struct past_alarm **active; /* those that were active then */
    size_t active_count;
};

/* Errors of store_read_events(). */
MUST_USE enum err past_alarms_read(struct store *s, struct store_span span, struct arena *arena,
                                   struct past_alarms *out);
/* Before the first time again. */
void past_alarms_rewind(struct past_alarms *p);
/* Adds those of that time, which is not before the one asked for last. Names are borrowed. */
void past_alarms_add(struct past_alarms *p, int64_t time_s, struct shown_alarms *shown);

#endif
