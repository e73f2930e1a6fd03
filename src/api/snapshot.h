#ifndef API_SNAPSHOT_H
#define API_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "api/call.h"
#include "base/json.h"
#include "base/zone.h"
#include "fleet/fold.h"
#include "model/account.h"

/* What sections 7 to 10 have in common: the members that describe a device at one time. */
struct snapshot {
    const struct device *device;
    const struct fold_state *state; /* after the report that is shown */
    const struct fix *fix;          /* the report */
    struct zone_clock *clock;
    struct zone_clock *rcv_clock; /* of the same zone; a re-upload is received on another day */
};

/* ObjectCode to OilNum, without braces, in the document's order. */
void snapshot_write(const struct snapshot *shown, struct json_out *out);
/* Whether there is a position to show: a row without one is left out, never shown at 0,0. */
bool snapshot_has_position(const struct fold_state *state);

/* The OpenAPI members that snapshot_write() writes. */
#define SNAPSHOT_MEMBERS                                                                           \
    {.name = "ObjectCode",                                                                         \
     .type = REPLY_TEXT,                                                                           \
     .example = "\"1808090123\"",                                                                  \
     .doc = "Number of the vehicle or asset"},                                                     \
        {.name = "VehicleNum", .type = REPLY_TEXT, .example = "\"8020\"", .doc = "Display name"},  \
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
        {.name = "StatusDes",                                                                      \
         .type = REPLY_TEXT,                                                                       \
         .example = "\"ACC idle [8 mins 14 seconds]\"",                                            \
         .doc = "Status in words"},                                                                \
    {                                                                                              \
        .name = "OilNum", .type = REPLY_TEXT, .example = "\"0.0\"", .doc = "Fuel level, litres"    \
    }

#endif
