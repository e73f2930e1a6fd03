#ifndef FLEET_WATCH_H
#define FLEET_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "model/alarm.h"
#include "model/fix.h"

/*
 * What holds of a device beyond one fix: alarms that are active, geofences it is in, and what may
 * become one of them. It is a part of the fold's state (fold.h), bounded, and empty for most
 * devices most of the time.
 *
 * An alarm is open while its bit or its rule holds. What is told of it goes to a sink:
 *
 *     bit or rule     ______████████████______███████__________________
 *                           │           │ 20 s │      │
 *     told                raised      ended  continued ended     forgotten, 60 s later
 *     record                ├───────────┤      ├──────┤
 *                           one record, Count 2, from the first onset to the last end
 */

enum { WATCH_MAX = 40 };

/* What an entry is of: an enum alarm_type, or one of these. Stored: only add at the end. */
enum {
    WATCH_INSIDE = 64, /* in a geofence, or about to enter it */
    WATCH_PARKED,      /* where it stands */
    WATCH_DRIVING,     /* since the last rest */
    WATCH_RISE,        /* a refuel under way */
    WATCH_TANK,        /* of a vehicle that stands */
    WATCH_KINDS
};

enum watch_phase {
    WATCH_PENDING, /* it may begin: not long, or not surely enough yet */
    WATCH_OPEN,
    WATCH_ENDED, /* less than WATCH_CONTINUES_S ago: an alarm that holds again is the same one */
};

enum { WATCH_CONTINUES_S = 60, WATCH_FADES_S = 300 };

/* Who holds an alarm open. */
enum watch_holder {
    WATCH_BY_DEVICE = 1 << 0, /* the tracker's own bit */
    WATCH_BY_RULE = 1 << 1,
    WATCH_FADES = 1 << 2, /* a momentary one, or told by a report that cannot say its end:
                             WATCH_FADES_S without a repetition, and a fix after that ends it */
};

/* One entry. What `last_s` is depends on the kind; see the files that use it. */
struct watch_entry {
    int64_t since_s; /* when it began, by GPS time: of an alarm the time of its record */
    int64_t last_s;
    uint32_t subject; /* of a fence its id; of a sensor its number, from 1; else 0 */
    uint16_t count;   /* of an alarm: how often it began; at most UINT16_MAX */
    uint8_t kind;     /* enum alarm_type, or WATCH_INSIDE and on */
    uint8_t phase;    /* enum watch_phase */
    uint8_t held_by;  /* enum watch_holder */
};

struct watch {
    uint8_t count;
    struct watch_entry at[WATCH_MAX]; /* ordered by kind and subject */
};

/* ---- what is told ---- */

enum watch_news { WATCH_RAISED, WATCH_CONTINUED, WATCH_OVER };

struct watch_event {
    enum watch_news news;
    uint8_t kind;  /* enum alarm_type, or EVENT_REFUEL */
    bool is_alarm; /* else a record alone, such as a crossing that nobody wants to hear of */
    bool is_brief; /* over as soon as it is raised: no WATCH_OVER follows */
    uint32_t subject;
    int64_t since_s;    /* names the record, with kind and subject: when it began */
    int64_t at_s;       /* of this: when it began, began again, or ended */
    int64_t decided_s;  /* GPS time of the fix that decided it */
    int64_t rcv_time_s; /* when that fix came */
    int32_t lat_e7;     /* where it was; both 0: not known */
    int32_t lon_e7;
    int64_t value; /* what was measured, in the unit of its kind; 0: nothing */
};

struct fold_state;

/*
 * Takes what is told, in order, with the state after the fix: all of it but for what is told next.
 */
struct watch_sink {
    void *context;
    void (*take)(void *context, const struct fold_state *state, const struct watch_event *event);
};

/* ---- entries ---- */

/* Makes `to` the same as `from`, another one. Room that is not used stays as it was. */
void watch_copy(struct watch *to, const struct watch *from);

/* The entry of a kind and subject; NULL: there is none. Valid until one is added or removed. */
struct watch_entry *watch_find(struct watch *w, uint8_t kind, uint32_t subject);
const struct watch_entry *watch_look(const struct watch *w, uint8_t kind, uint32_t subject);
/* A new one, all but kind and subject zero; NULL: there is no room, and it is not watched. */
struct watch_entry *watch_add(struct watch *w, uint8_t kind, uint32_t subject);
void watch_remove(struct watch *w, struct watch_entry *entry);
/* The kinds of the alarms that are open. */
alarm_set watch_open_alarms(const struct watch *w);

#endif
