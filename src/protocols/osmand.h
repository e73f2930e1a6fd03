#ifndef PROTOCOLS_OSMAND_H
#define PROTOCOLS_OSMAND_H

#include "protocols/protocol.h"

/*
 * What the files of the OsmAnd protocol share. osmand_http.c finds a request and takes it apart,
 * osmand_form.c and osmand_json.c read what its parameters or its JSON body report, osmand.c makes
 * messages of that. Everything here is pure and may be called from any thread.
 */

enum { OSMAND_FRAME_MAX = 64 * 1024 };

/* An HTTP request taken apart; borrowed from its bytes. */
struct osmand_request {
    struct bytes query;        /* behind the '?' of its target; may be empty */
    struct bytes content_type; /* may be empty */
    struct bytes body;
    bool is_http_1_0;
    bool keeps_alive; /* the client goes on with this connection */
};

/* One report, while it is read. */
struct osmand_report {
    struct fix fix;
    int64_t lat_e7;
    int64_t lon_e7;
    bool has_lat;
    bool has_lon;
    bool is_invalid; /* the phone says that the position is no GPS fix */
    bool is_bad;     /* something the report needs is not what it must be */
};

/* What one request reports. */
struct osmand_batch {
    struct bytes device_id; /* empty where the request does not name it */
    struct osmand_report *at;
    size_t len;
};

/* osmand_http.c */

/* Finds the first request of `in`, as split() of struct protocol. */
MUST_USE enum err osmand_http_split(struct bytes in, struct bytes *frame, size_t *used);
/* Takes a whole request apart: ERR_MALFORMED. */
MUST_USE enum err osmand_http_parse(struct bytes frame, struct osmand_request *out);
/*
 * Finds the first response of `in`: ERR_OK sets its status (100 to 999) and the bytes it takes.
 * ERR_MORE, ERR_MALFORMED.
 */
MUST_USE enum err osmand_http_read_status(struct bytes in, unsigned *status, size_t *used);

/* osmand_form.c */

/*
 * Reads "name=value&…", percent-encoded, into `report` and, where it is named, the DeviceID into
 * `device_id`; decoded values live in `arena`.
 */
void osmand_form_read(struct arena *arena, struct bytes form, struct osmand_report *report,
                      struct bytes *device_id);
/* Seconds or milliseconds since 1970, or ISO 8601, in UTC where it names no zone; else is_bad. */
void osmand_set_time(struct osmand_report *report, struct bytes text);
/* The alarms of a list of names separated by commas; unknown names are left out. */
alarm_set osmand_alarms(struct bytes names);
/* The first name of one of `alarms`, "" for none. */
const char *osmand_alarm_name(alarm_set alarms);

/* osmand_json.c */

/*
 * Reads the locations of a JSON body into `out`, which lives in `arena`; a DeviceID that the body
 * does not name stays as it is. ERR_MALFORMED: no JSON, nested too deeply, or not of the shape;
 * ERR_TOO_LONG: more than PROTOCOL_MESSAGES_MAX locations.
 */
MUST_USE enum err osmand_json_read(struct arena *arena, struct bytes body,
                                   struct osmand_batch *out);

#endif
