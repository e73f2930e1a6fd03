#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/alarm.h"

/*
 * What becomes of a device's fixes and is kept as a record: an alarm, from when it began to when it
 * ended; a crossing of a geofence's border; a refuel.
 */

/* The kinds of events: those of enum alarm_type, and these. Stored: only add at the end. */
enum event_kind { EVENT_REFUEL = 32, EVENT_KINDS_MAX = 64 };

/* A set of kinds: bit `kind` of it. */
typedef uint64_t event_set;

/* What made it. Stored. */
enum event_origin {
    EVENT_BY_FOLD,  /* its fixes: late ones may revise it */
    EVENT_BY_TIMER, /* the clock, such as a silence: no fix revises it */
};

/* One record. Texts are never NULL. Whoever keeps it copies what it borrows. */
struct event {
    int64_t device_id;     /* internal */
    int64_t id;            /* AlarmID; never given again, rises with every record of the shard */
    uint8_t kind;          /* enum alarm_type, or above them enum event_kind */
    bool is_alarm;         /* somebody is to hear of it; else a crossing alone */
    uint8_t origin;        /* enum event_origin */
    bool withdrawn;        /* late fixes say that it never was, but somebody acknowledged it */
    uint32_t subject;      /* PolygonID of a geofence; number of a sensor, from 1; else 0 */
    int64_t gps_time_s;    /* when it began; of a crossing, interpolated */
    int64_t rcv_time_s;    /* when the fix that decided it came */
    int64_t decided_s;     /* GPS time of that fix */
    int64_t before_s;      /* of a crossing: GPS time of the position before that fix; else 0 */
    int64_t ended_s;       /* 0: it is open. A crossing that is no alarm ends where it begins */
    int64_t end_decided_s; /* GPS time of the fix that decided the end; 0: it is open */
    uint16_t count;        /* how often it began; at most UINT16_MAX */
    int32_t lat_e7;        /* where it began; both 0: not known */
    int32_t lon_e7;
    int64_t value;        /* what was measured, in the unit of its kind; 0: nothing */
    const char *name;     /* of the geofence, as it was called then; the ICCID of the SIM card that
                             it is about; else "" */
    const uint8_t *state; /* after the fix that decided it, as fleet/pack.h packs states */
    size_t state_len;
    int64_t acknowledged_by; /* user id; 0: nobody */
    int64_t acknowledged_s;
    const char *note; /* of the acknowledgement */
};

/* Whether events of the kind are crossings of a geofence's border. */
bool event_is_crossing(uint8_t kind);
/*
 * When it began, for people: what was told before a device's first fix has no gps_time_s, and began
 * when that came.
 */
int64_t event_began_s(const struct event *e);

#endif
