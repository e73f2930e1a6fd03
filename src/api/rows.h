#ifndef API_ROWS_H
#define API_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "api/call.h"
#include "base/json.h"
#include "base/zone.h"
#include "fleet/fold.h"
#include "model/account.h"

/* What sections 7 to 10 have in common: the members that describe a device at one time. */
struct row_source {
    const struct device *device;
    const struct fold_state *state; /* after the report that is shown */
    const struct fix *fix;          /* the report */
    struct zone_clock *clock;
    struct zone_clock *rcv_clock; /* of the same zone; a re-upload is received on another day */
};

/* ObjectCode to OilNum, without braces, in the document's order. */
void row_write(const struct row_source *source, struct json_out *out);
/* Whether there is a position to show: a row without one is left out, never shown at 0,0. */
bool row_has_position(const struct fold_state *state);

/* The OpenAPI members that row_write() writes. */
#define ROW_MEMBERS                                                                                \
    {"ObjectCode", REPLY_TEXT, false, "\"1808090123\"", "Number of the vehicle or asset"},         \
        {"VehicleNum", REPLY_TEXT, false, "\"8020\"", "Display name"},                             \
        {"GPSTime", REPLY_TIME, false, "\"2018-09-27 13:53:15\"", "When the fix was taken"},       \
        {"RcvTime", REPLY_TIME, false, "\"2018-09-27 13:53:16\"", "When the server got it"},       \
        {"Lon", REPLY_NUMBER, false, "113.940838", "Longitude, WGS-84"},                           \
        {"Lat", REPLY_NUMBER, false, "22.562788", "Latitude, WGS-84"},                             \
        {"Speed", REPLY_NUMBER, false, "0.0", "km/h"},                                             \
        {"Direct", REPLY_INT, false, "189", "Degrees clockwise from north, 0 to 359"},             \
        {"Mileage", REPLY_TEXT, false, "\"13.7\"", "Odometer, km"},                                \
        {"StatusDes", REPLY_TEXT, false, "\"ACC idle [8 mins 14 seconds]\"", "Status in words"},   \
    {                                                                                              \
        "OilNum", REPLY_TEXT, false, "\"0.0\"", "Fuel level, litres"                               \
    }

#endif
