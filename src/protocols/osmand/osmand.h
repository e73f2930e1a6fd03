#ifndef PROTOCOLS_OSMAND_OSMAND_H
#define PROTOCOLS_OSMAND_OSMAND_H

#include "protocols/http.h"
#include "protocols/protocol.h"

/*
 * What the files of the OsmAnd protocol share. form.c, multipart.c and json.c read what the
 * parameters of a request (http.h), its parts or its JSON body report, client.c who sent it,
 * osmand.c makes messages of that. Everything here is pure and may be called from any thread.
 */

/* Parameters that tell clients apart. */
enum osmand_trait {
    OSMAND_TELLS_ACCURACY = 1 << 0,
    OSMAND_TELLS_HDOP = 1 << 1,
    OSMAND_TELLS_ROUTE = 1 << 2,        /* where and when the navigation ends */
    OSMAND_TELLS_MILLISECONDS = 1 << 3, /* its time is in them */
};

/* One report, while it is read. */
struct osmand_report {
    struct fix fix;
    int64_t lat_e7;
    int64_t lon_e7;
    uint64_t speed_e7; /* in a unit that is found when all is read */
    unsigned traits;   /* enum osmand_trait */
    bool has_lat;
    bool has_lon;
    bool has_speed;
    bool is_invalid; /* the phone says that the position is no GPS fix */
    bool is_bad;     /* its position cannot be one */
    bool is_nothing; /* it is no report at all */
    bool lists_alarms;
};

/* What one request reports. */
struct osmand_batch {
    struct bytes device_id; /* empty where the request does not name it */
    struct osmand_report *at;
    size_t len;
    bool is_json;
};

/* form.c */

/*
 * Reads "name=value&…", percent-encoded, into `report` and, where it is named, the DeviceID into
 * `device_id`; decoded values live in `arena`. Answers how many parameters it understood.
 */
size_t osmand_form_read(struct arena *arena, struct bytes form, struct osmand_report *report,
                        struct bytes *device_id);
/* One parameter, as it stands behind any encoding; whether it is known. */
bool osmand_form_set(struct bytes name, struct bytes value, struct osmand_report *report,
                     struct bytes *device_id);
/*
 * A decimal number as programs write one: with a comma for the point ("47,3769"), with an exponent
 * ("1.0E-4"); times 10^7. False where the text is no such number, is "NaN", or is beyond 10^9.
 */
bool osmand_number_e7(struct bytes text, int64_t *value_e7);
/*
 * Seconds, milliseconds or microseconds since 1970, or ISO 8601, in UTC where it names no zone. Any
 * other text leaves the report without a time, so that it gets that of its arrival.
 */
void osmand_set_time(struct osmand_report *report, struct bytes text);
/* Whether the phone moves, by what its owner is said to do ("still", "in_vehicle", …). */
void osmand_set_activity(struct osmand_report *report, struct bytes text);
/* The alarms of a list of names separated by commas; unknown names are left out. */
alarm_set osmand_alarms(struct bytes names);
/* The alarms that have a name. */
alarm_set osmand_alarms_known(void);
/* The first name of an alarm of `alarms`; "" where none has a name. */
const char *osmand_alarm_name(alarm_set alarms);

/* multipart.c */

/*
 * Reads the parts of a multipart/form-data body, whose boundary `content_type` names, as
 * parameters. Answers how many it understood.
 */
size_t osmand_multipart_read(struct bytes content_type, struct bytes body,
                             struct osmand_report *report, struct bytes *device_id);

/* json.c */

/*
 * Reads the locations of a JSON body into `out`, which lives in `arena`; a DeviceID that the body
 * does not name stays as it is. ERR_MALFORMED: no JSON, nested too deeply, or not of the shape;
 * ERR_TOO_LONG: more than PROTOCOL_MESSAGES_MAX locations.
 */
MUST_USE enum err osmand_json_read(struct arena *arena, struct bytes body,
                                   struct osmand_batch *out);

/* client.c */

/*
 * Puts the position and the speed of a report into its fix, once all of it is read: in the unit of
 * its device, else in the one that its form, the configuration or the client tells, else knots.
 * False where its position cannot be one; the report then counts without it.
 */
bool osmand_report_finish(struct osmand_report *r, const struct session *s,
                          const struct http_request *request, bool is_json);

#endif
