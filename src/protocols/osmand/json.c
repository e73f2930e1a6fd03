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
 * plug-in (https://transistorsoft.github.io/capacitor-background-geolocation/, "HttpEvent"), which
 * may be told to send its locations without the object around them; the query names the device
 * then. A number may be the text of one. NaN and Infinity are no JSON, but many programs write
 * them: where a body cannot be read otherwise they are read as null.
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "base/json_read.h"
#include "base/units.h"
#include "protocols/osmand/osmand.h"

enum { E7 = 10000000, NUMBER_SIZE = 64 };

/* The number `name` of `object`, times `scale` and rounded; false where there is none. */
static bool read_scaled(const struct json_value *object, const char *name, double scale,
                        int64_t *out)
{
    const struct json_value *value = json_read_member(object, name);
    char digits[NUMBER_SIZE];
    int64_t value_e7 = 0;
    if (value != NULL && value->kind == JSON_KIND_STRING &&
        osmand_number_e7(value->text, &value_e7)) {
        *out = llround((double)value_e7 / E7 * scale);
        return true;
    }
    if (value == NULL || value->kind != JSON_KIND_NUMBER || value->text.len >= sizeof(digits)) {
        return false;
    }
    bytes_to_text(value->text, digits, sizeof(digits));
    double scaled = g_ascii_strtod(digits, NULL) * scale;
    if (!(fabs(scaled) < 1e17)) {
        return false;
    }
    *out = llround(scaled);
    return true;
}

/* As read_scaled(), for a number that is -1 where it is not known. */
static bool read_known(const struct json_value *object, const char *name, double scale,
                       uint64_t *out)
{
    int64_t value = 0;
    bool is_known = read_scaled(object, name, scale, &value) && value >= 0;
    *out = is_known ? (uint64_t)value : 0;
    return is_known;
}

/* The text of a string; empty for anything else. */
static struct bytes text_of(const struct json_value *value)
{
    bool is_text = value != NULL && value->kind == JSON_KIND_STRING;
    return is_text ? value->text : (struct bytes){0};
}

/* Whether `value` is a string or a number. */
static bool is_word(const struct json_value *value)
{
    return value != NULL && (value->kind == JSON_KIND_STRING || value->kind == JSON_KIND_NUMBER);
}

static void read_coords(const struct json_value *coords, struct osmand_report *r)
{
    int64_t altitude_dm = 0;
    uint64_t value = 0;
    r->has_lat = read_scaled(coords, "latitude", E7, &r->lat_e7);
    r->has_lon = read_scaled(coords, "longitude", E7, &r->lon_e7);
    r->is_bad = !r->has_lat || !r->has_lon;
    if (read_scaled(coords, "altitude", 10, &altitude_dm)) {
        fix_set_altitude_dm(&r->fix, altitude_dm);
    }
    r->has_speed = read_known(coords, "speed", E7, &r->speed_e7);
    if (read_known(coords, "heading", 100, &value)) {
        fix_set_course_cdeg(&r->fix, value);
    }
}

/* One of the yes-or-no members, where it is there. */
static void read_switch(const struct json_value *value, struct fix *f, enum fix_has has,
                        enum fix_flag flag)
{
    bool is_true = value != NULL && value->kind == JSON_KIND_TRUE;
    if (is_true || (value != NULL && value->kind == JSON_KIND_FALSE)) {
        fix_set_switch(f, has, flag, is_true);
    }
}

/* A list of alarms, where it is there. */
static void read_alarms(const struct json_value *value, struct osmand_report *r)
{
    if (value != NULL && value->kind == JSON_KIND_STRING) {
        r->fix.alarms |= osmand_alarms(text_of(value));
        r->lists_alarms = true;
    }
}

static void read_location(const struct json_value *location, struct osmand_report *r)
{
    const struct json_value *coords = json_read_member(location, "coords");
    const struct json_value *battery = json_read_member(location, "battery");
    const struct json_value *extras = json_read_member(location, "extras");
    const struct json_value *timestamp = json_read_member(location, "timestamp");
    const struct json_value *activity = json_read_member(location, "activity");
    uint64_t value = 0;
    r->is_nothing = location->kind != JSON_KIND_OBJECT;
    if (is_word(timestamp)) {
        osmand_set_time(r, timestamp->text);
    }
    if (coords != NULL && coords->kind != JSON_KIND_NULL) {
        read_coords(coords, r);
    }
    if (read_known(location, "odometer", 1, &value)) {
        fix_set_odometer_m(&r->fix, value);
    }
    if (read_known(battery, "level", 100, &value) && value <= 100) {
        fix_set_battery_percent(&r->fix, (unsigned)value);
    }
    read_switch(json_read_member(location, "is_moving"), &r->fix, FIX_HAS_MOTION, FIX_MOVING);
    read_switch(json_read_member(battery, "is_charging"), &r->fix, FIX_HAS_CHARGING, FIX_CHARGING);
    osmand_set_activity(r, text_of(json_read_member(activity, "type")));
    r->fix.alarms |= osmand_alarms(text_of(json_read_member(location, "event")));
    read_alarms(json_read_member(location, "alarm"), r);
    read_alarms(json_read_member(extras, "alarm"), r);
}

static enum err read_locations(struct arena *arena, const struct json_value *locations,
                               struct osmand_batch *out)
{
    if (locations == NULL) {
        return ERR_MALFORMED;
    }
    bool is_array = locations->kind == JSON_KIND_ARRAY;
    size_t count = is_array ? locations->count : 1;
    if (count > PROTOCOL_MESSAGES_MAX) {
        return ERR_TOO_LONG;
    }
    out->at = arena_new_array(arena, count, sizeof(*out->at));
    out->len = count;
    const struct json_value *location = is_array ? locations->first : locations;
    for (size_t i = 0; i < count; i++) {
        read_location(location, &out->at[i]);
        location = location->next;
    }
    return ERR_OK;
}

/* ---- what is almost JSON ---- */

/*
 * The length of the word at the front of `in` that stands for no number, such as NaN; 0: there is
 * none.
 */
static size_t no_number(struct bytes in)
{
    static const char *const words[] = {"NaN", "-NaN", "Infinity", "-Infinity"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (bytes_begin(in, words[i])) {
            return strlen(words[i]);
        }
    }
    return 0;
}

/* A copy of `body` with null in place of every such word outside of strings. */
static struct bytes without_nan(struct arena *arena, struct bytes body)
{
    size_t room = body.len * 2;
    struct writer w = writer_init(arena_new(arena, room + 1), room);
    bool in_string = false;
    for (size_t i = 0; i < body.len; i++) {
        uint8_t c = body.at[i];
        size_t word = in_string ? 0 : no_number(bytes_slice(body, i, body.len));
        if (word > 0) {
            write_text(&w, "null");
            i += word - 1;
            continue;
        }
        write_u8(&w, c);
        if (in_string && c == '\\' && i + 1 < body.len) {
            write_u8(&w, body.at[++i]);
        }
        in_string = in_string != (c == '"');
    }
    return writer_bytes(&w);
}

static struct json_value *read_root(struct arena *arena, struct bytes body)
{
    struct json_value *root = NULL;
    if (json_read(body, arena, &root) == ERR_OK ||
        json_read(without_nan(arena, body), arena, &root) == ERR_OK) {
        return root;
    }
    return NULL;
}

enum err osmand_json_read(struct arena *arena, struct bytes body, struct osmand_batch *out)
{
    const struct json_value *root = read_root(arena, body);
    const struct json_value *device_id = json_read_member(root, "device_id");
    const struct json_value *locations = json_read_member(root, "location");
    if (is_word(device_id)) {
        out->device_id = device_id->text;
    }
    bool is_bare = root != NULL && locations == NULL &&
                   (root->kind == JSON_KIND_ARRAY || json_read_member(root, "coords") != NULL);
    return read_locations(arena, is_bare ? root : locations, out);
}
