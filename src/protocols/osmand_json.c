/*
 * The JSON body of the newer phone clients: one location, or an array of them sent together.
 *
 *     {"device_id": "8737767034",
 *      "location": {"timestamp": "2021-07-21T08:06:34.444Z",
 *                   "coords": {"latitude": -6.11, "longitude": 106.68, "accuracy": 3.8,
 *                              "speed": 18.67, "heading": 63, "altitude": 35.7},
 *                   "is_moving": true, "odometer": 1520, "event": "motionchange",
 *                   "battery": {"level": 0.79, "is_charging": false},
 *                   "extras": {"alarm": "sos"}}}
 *
 * Units are those of the telephones' location services: degrees, m/s, metres, a level of 0 to 1;
 * -1 stands for what the phone does not know. The shape is that of the background geolocation
 * plug-in (https://transistorsoft.github.io/capacitor-background-geolocation/, "HttpEvent").
 *
 * The parser keeps its values on the heap, as its library does; nothing of it outlives the call.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "base/units.h"
#include "protocols/osmand.h"

enum { DEPTH_MAX = 16, E7 = 10000000 };

/* Whether no value of `json` lies deeper than the parser should recurse. */
static bool is_shallow(struct bytes json)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < json.len && depth <= DEPTH_MAX; i++) {
        uint8_t c = json.at[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return depth <= DEPTH_MAX;
}

/* The number `name` of `object`, times `scale` and rounded; false where there is none. */
static bool read_scaled(const json_t *object, const char *name, double scale, int64_t *out)
{
    const json_t *value = json_object_get(object, name);
    double scaled = json_number_value(value) * scale;
    if (!json_is_number(value) || !(fabs(scaled) < 1e17)) {
        return false;
    }
    *out = llround(scaled);
    return true;
}

/* The same of a number that is -1 where it is not known. */
static bool read_known(const json_t *object, const char *name, double scale, uint64_t *out)
{
    int64_t value = 0;
    bool is_known = read_scaled(object, name, scale, &value) && value >= 0;
    *out = is_known ? (uint64_t)value : 0;
    return is_known;
}

static struct bytes text_of(const json_t *value)
{
    return (struct bytes){(const uint8_t *)json_string_value(value), json_string_length(value)};
}

static void read_coords(const json_t *coords, struct osmand_report *r)
{
    int64_t altitude_dm = 0;
    uint64_t value = 0;
    r->has_lat = read_scaled(coords, "latitude", E7, &r->lat_e7);
    r->has_lon = read_scaled(coords, "longitude", E7, &r->lon_e7);
    r->is_bad = r->is_bad || !r->has_lat || !r->has_lon;
    if (read_scaled(coords, "altitude", 10, &altitude_dm)) {
        fix_set_altitude_dm(&r->fix, altitude_dm);
    }
    if (read_known(coords, "speed", E7, &value)) {
        fix_set_speed_kmh_e2(&r->fix, units_kmh_e2_from_ms_e7(value));
    }
    if (read_known(coords, "heading", 100, &value)) {
        fix_set_course_cdeg(&r->fix, value);
    }
}

static void read_time(const json_t *timestamp, struct osmand_report *r)
{
    if (json_is_string(timestamp)) {
        osmand_set_time(r, text_of(timestamp));
    } else if (json_is_integer(timestamp)) {
        char text[24];
        (void)snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(timestamp));
        osmand_set_time(r, bytes_of_text(text));
    } else if (timestamp != NULL) {
        r->is_bad = true;
    }
}

/* One of the yes-or-no members, where it is there. */
static void read_switch(const json_t *value, struct fix *f, enum fix_has has, enum fix_flag flag)
{
    if (json_is_boolean(value)) {
        fix_set_switch(f, has, flag, json_is_true(value));
    }
}

static void read_location(const json_t *location, struct osmand_report *r)
{
    const json_t *coords = json_object_get(location, "coords");
    const json_t *battery = json_object_get(location, "battery");
    const json_t *extras = json_object_get(location, "extras");
    uint64_t value = 0;
    r->is_bad = !json_is_object(location);
    read_time(json_object_get(location, "timestamp"), r);
    if (coords != NULL) {
        read_coords(coords, r);
    }
    if (read_known(location, "odometer", 1, &value)) {
        fix_set_odometer_m(&r->fix, value);
    }
    if (read_known(battery, "level", 100, &value) && value <= 100) {
        fix_set_battery_percent(&r->fix, (unsigned)value);
    }
    read_switch(json_object_get(location, "is_moving"), &r->fix, FIX_HAS_MOTION, FIX_MOVING);
    read_switch(json_object_get(battery, "is_charging"), &r->fix, FIX_HAS_CHARGING, FIX_CHARGING);
    r->fix.alarms |= osmand_alarms(text_of(json_object_get(location, "event")));
    r->fix.alarms |= osmand_alarms(text_of(json_object_get(location, "alarm")));
    r->fix.alarms |= osmand_alarms(text_of(json_object_get(extras, "alarm")));
}

static enum err read_locations(struct arena *arena, const json_t *locations,
                               struct osmand_batch *out)
{
    bool is_array = json_is_array(locations);
    size_t count = is_array ? json_array_size(locations) : 1;
    if (locations == NULL) {
        return ERR_MALFORMED;
    }
    if (count > PROTOCOL_MESSAGES_MAX) {
        return ERR_TOO_LONG;
    }
    out->at = arena_new_array(arena, count, sizeof(*out->at));
    out->len = count;
    for (size_t i = 0; i < count; i++) {
        read_location(is_array ? json_array_get(locations, i) : locations, &out->at[i]);
    }
    return ERR_OK;
}

enum err osmand_json_read(struct arena *arena, struct bytes body, struct osmand_batch *out)
{
    json_t *root = is_shallow(body) ? json_loadb((const char *)body.at, body.len, 0, NULL) : NULL;
    const json_t *device_id = json_object_get(root, "device_id");
    if (json_is_string(device_id)) {
        out->device_id = arena_copy(arena, text_of(device_id));
    } else if (json_is_integer(device_id)) {
        out->device_id = bytes_of_text(
            arena_format(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(device_id)));
    }
    enum err e = read_locations(arena, json_object_get(root, "location"), out);
    json_decref(root);
    return e;
}
