#ifndef CONNECT_MATCH_ROWS_H
#define CONNECT_MATCH_ROWS_H

#include <stdbool.h>

#include "base/json_read.h"
#include "connect/connect.h"
#include "connect/polyline.h"
#include "geo/track.h"

/* What a kind of map matcher is asked and answers; a row each. Pure functions. */

/* Where a matcher puts one fix. */
struct match_place {
    bool is_matched;
    bool joins;   /* the route leads here from the matched place before */
    size_t route; /* which one it is on */
    struct point at;
};

/* What a matcher makes of fixes: a place each, and the routes that these are on. */
struct match_answer {
    struct match_place *places;
    size_t count;
    struct polyline *routes;
    size_t route_count;
};

struct match_row {
    const char *name;
    size_t points_max;   /* of a request */
    double length_max_m; /* from fix to fix */
    /* Says what to send: verb, path, query, body, headers; in `arena`. */
    void (*ask)(const struct track_fix *fixes, size_t count, struct arena *arena,
                struct connect_request *out);
    /*
     * Reads what came, with `status` of HTTP. NULL: `out`, with its `count` places set, has it,
     * perhaps none of them matched. Else why it is no answer, static.
     */
    const char *(*read)(int status, struct bytes body, struct arena *arena,
                        struct match_answer *out);
};

extern const struct match_row match_osrm;
extern const struct match_row match_valhalla;
extern const struct match_row match_valhalla_route;

/* For rows: the JSON of a body, an object; NULL: it is none. */
const struct json_value *match_json(struct bytes body, struct arena *arena);
/* A number of JSON, as degrees * 1e7; false where it is none, or beyond `max_e7` either way. */
bool match_degrees(const struct json_value *number, int32_t max_e7, int32_t *out);
/* What OSRM answers to /match/v1 with 200; as `read`. */
const char *match_read_osrm(const struct json_value *root, struct arena *arena,
                            struct match_answer *out);

#endif
