#ifndef API_SNAPSHOT_H
#define API_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "api/call.h"
#include "base/json.h"
#include "base/zone.h"
#include "fleet/fold.h"
#include "fleet/live.h"
#include "model/account.h"

/* What sections 7 to 10 and 27 have in common: the members that describe a device at one time. */
struct snapshot {
    const struct device *device;
    const struct fold_state *state;    /* after the report that is shown */
    const struct fix *fix;             /* the report */
    const struct shown_alarms *alarms; /* NULL: those of the state, without names */
    struct zone_clock *clock;
    struct zone_clock *rcv_clock; /* of the same zone; a re-upload is received on another day */
};

/* ObjectCode to OilNum, without braces, in the document's order. */
void snapshot_write(const struct snapshot *shown, struct json_out *out);
/* VehicleNum to StatusDes of it. */
void snapshot_write_report(const struct snapshot *shown, struct json_out *out);
/* RcvTime and GPSTime of it, in this order. */
void snapshot_write_times(const struct snapshot *shown, struct json_out *out);
/* StatusDes of it. */
void snapshot_write_words(const struct snapshot *shown, struct json_out *out);
/* IsOnline to IsReversal of a live state with these alarms, at the time of the call. */
void snapshot_write_flags(const struct call *c, const struct live *live, alarm_set alarms,
                          struct json_out *out);
/* Kilometres, and litres, as a text with one decimal, rounded to the nearest. */
void snapshot_write_km(uint64_t distance_m_e2, struct json_out *out);
void snapshot_write_litres(uint64_t volume_ml, struct json_out *out);
/* Whether there is a position to show. A snapshot without one is left out, never shown at 0,0. */
bool snapshot_has_position(const struct fold_state *state);

/* A place as the API shows it: millionths of a degree. */
struct shown_place {
    int32_t lat_e6;
    int32_t lon_e6;
};
/* Of a fix with a position: Lon, Lat. */
struct shown_place snapshot_place(const struct fix *fix);
/* Of the same: RLon, RLat, which are GCJ-02. */
struct shown_place snapshot_gcj_place(const struct fix *fix);

/* The OpenAPI members that snapshot_write_report() writes. */
#define SNAPSHOT_REPORT_MEMBERS                                                                    \
    {.name = "VehicleNum", .type = REPLY_TEXT, .example = "\"8020\"", .doc = "Display name"},      \
        {.name = "GPSTime",                                                                        \
         .type = REPLY_TIME,                                                                       \
         .example = "\"2018-09-27 13:53:15\"",                                                     \
         .doc = "When the fix was taken"},                                                         \
        {.name = "RcvTime",                                                                        \
         .type = REPLY_TIME,                                                                       \
         .example = "\"2018-09-27 13:53:16\"",                                                     \
         .doc = "When the server got it"},                                                         \
        {.name = "Lon",                                                                            \
         .type = REPLY_NUMBER,                                                                     \
         .example = "113.940838",                                                                  \
         .doc = "Longitude, WGS-84"},                                                              \
        {.name = "Lat", .type = REPLY_NUMBER, .example = "22.562788", .doc = "Latitude, WGS-84"},  \
        {.name = "Speed", .type = REPLY_NUMBER, .example = "0.0", .doc = "km/h"},                  \
        {.name = "Direct",                                                                         \
         .type = REPLY_INT,                                                                        \
         .example = "189",                                                                         \
         .doc = "Degrees clockwise from north, 0 to 359"},                                         \
        {.name = "Mileage", .type = REPLY_TEXT, .example = "\"13.7\"", .doc = "Odometer, km"},     \
    {                                                                                              \
        .name = "StatusDes", .type = REPLY_TEXT, .example = "\"ACC idle [8 mins 14 seconds]\"",    \
        .doc = "Status in words"                                                                   \
    }
/* Those of snapshot_write(). */
#define SNAPSHOT_MEMBERS                                                                           \
    {.name = "ObjectCode",                                                                         \
     .type = REPLY_TEXT,                                                                           \
     .example = "\"1808090123\"",                                                                  \
     .doc = "Number of the vehicle or asset"},                                                     \
        SNAPSHOT_REPORT_MEMBERS,                                                                   \
    {                                                                                              \
        .name = "OilNum", .type = REPLY_TEXT, .example = "\"0.0\"", .doc = "Fuel level, litres"    \
    }
/* Those of snapshot_write_flags(). */
#define SNAPSHOT_FLAG_MEMBERS                                                                      \
    {.name = "IsOnline", .type = REPLY_FLAG, .example = "0", .doc = "1: heard from lately"},       \
        {.name = "IsAlarm", .type = REPLY_FLAG, .example = "0", .doc = "1: an alarm is active"},   \
        {.name = "Status", .type = REPLY_FLAG, .example = "0", .doc = "1: ignition on"},           \
    {                                                                                              \
        .name = "IsReversal", .type = REPLY_INT, .example = "0", .doc = "Always 0"                 \
    }

#endif
