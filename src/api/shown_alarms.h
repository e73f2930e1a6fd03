#ifndef API_SHOWN_ALARMS_H
#define API_SHOWN_ALARMS_H

#include "api/call.h"
#include "fleet/fold.h"
#include "model/event.h"

/* Alarms in words, those of geofences with the name behind them. */

enum { ALARM_WORDS_SIZE = 512 };

/* AlarmType of a record: "Enter geofence alarm[NAME]". */
void alarm_words(const struct event *e, char out[ALARM_WORDS_SIZE]);
/*
 * The open records of a device's alarms, by type, then by when they began, copied into `arena`: of
 * those that its live state has, and of those that a clock raised.
 */
struct event *open_alarms(struct call *c, int64_t device, const struct fold_state *live,
                          struct arena *arena, size_t *count);
/* The alarms of a live state and those that a clock raised; names are copied into `arena`. */
void alarms_of_live(struct call *c, const struct device_ref *ref, const struct fold_state *live,
                    struct arena *arena, struct shown_alarms *out);
/* The kinds of both. */
alarm_set alarm_kinds_of_live(const struct call *c, int64_t device, const struct fold_state *live);
/* The state after the report that raised it; all 0 where none is kept. */
void state_of_event(const struct event *e, struct fold_state *out);
/* StatusDes of a record: the state in words, its own alarm among those that were active. */
void write_event_status(struct call *c, const struct event *e, const struct fold_state *state);

/* Members that rows of alarms have in common, and what they say in OpenAPI. */
void write_alarm_time(struct call *c, const char *name, int64_t time_s);
void write_alarm_speed(struct call *c, uint32_t speed_kmh_e2);
void write_alarm_course(struct call *c, uint32_t course_cdeg);
void write_alarm_place(struct call *c, int32_t lat_e7, int32_t lon_e7);
#define ALARM_TYPE_MEMBER                                                                          \
    {                                                                                              \
        .name = "AlarmType", .type = REPLY_TEXT,                                                   \
        .example = "\"Enter geofence alarm[Newly built fence]\"",                                  \
        .doc = "What it is; of a geofence with its name as it was then"                            \
    }
#define ALARM_GPS_TIME_MEMBER                                                                      \
    {                                                                                              \
        .name = "GPSTime", .type = REPLY_TIME, .example = "\"2020-07-26 01:17:53\"",               \
        .doc = "When it began; of one that was told before the first fix, RcvTime"                 \
    }
#define ALARM_RCV_TIME_MEMBER                                                                      \
    {                                                                                              \
        .name = "RcvTime", .type = REPLY_TIME, .example = "\"2020-07-26 01:17:54\"",               \
        .doc = "When the server got the report that told it"                                       \
    }
#define ALARM_PLACE_MEMBERS                                                                        \
    {.name = "Lon",                                                                                \
     .type = REPLY_NUMBER,                                                                         \
     .example = "113.585220",                                                                      \
     .doc = "Longitude where it began, WGS-84"},                                                   \
    {                                                                                              \
        .name = "Lat", .type = REPLY_NUMBER, .example = "23.131390",                               \
        .doc = "Latitude where it began, WGS-84"                                                   \
    }
#define ALARM_SPEED_MEMBER                                                                         \
    {                                                                                              \
        .name = "Speed", .type = REPLY_NUMBER, .example = "38.9", .doc = "km/h, when it was told"  \
    }
#define ALARM_COURSE_MEMBER                                                                        \
    {                                                                                              \
        .name = "Direct", .type = REPLY_INT, .example = "40",                                      \
        .doc = "Degrees clockwise from north, 0 to 359, when it was told"                          \
    }

/* RegionName of a geofence of the call's enterprise as it was at a time; "": nobody knows. */
const char *fence_name(struct call *c, uint32_t polygon_id, int64_t time_s);

/*
 * The kinds that a list of alarm types names, without case and without what is in brackets;
 * between `,` or `;`. False: one of them is none.
 */
bool alarm_kinds_of(const struct value *types, event_set *out);

#endif
