/*
 * GetPlaces and FindPlaces: the names of many places at once, and places by their names. Both ask
 * the gazetteer alone.
 */
#include "api/call.h"
#include "api/geofence_points.h"
#include "api/places.h"
#include "api/snapshot.h"
#include "base/units.h"
#include "geo/box.h"

enum { PLACES_DEVICES, PLACES_POINTS, PLACES_LANGUAGE };
enum { FIND_KEY, FIND_LANGUAGE };
enum {
    PLACES_MAX = 200,
    FOUND_MAX = 50,
    KEY_MAX_CHARS = 64,
    E7_PER_E6 = 10,
    E6_DECIMALS = 6,
};

/* ---- GetPlaces ---- */

/* Ends the call with the place of the point that is none. */
static bool refuse_point(struct call *c, size_t at)
{
    c->data_json = arena_format(&c->arena, "{\"Point\":%zu}", at);
    call_fault(c, "Points", "not [longitude, latitude] in degrees");
    return false;
}

static bool is_on_earth(struct point at)
{
    return at.lat_e7 <= POLE_E7 && at.lat_e7 >= -POLE_E7 && at.lon_e7 <= TURN_E7 / 2 &&
           at.lon_e7 >= -TURN_E7 / 2;
}

/* Reads the points, which the call keeps for its answer. */
static bool check_points(struct call *c)
{
    const struct value *points = &c->values[PLACES_POINTS];
    struct shape_ring *ring = arena_new(&c->arena, sizeof(*ring));
    size_t bad = 0;
    if (!points_read(c, points->first, points->count, ring, &bad)) {
        return refuse_point(c, bad);
    }
    for (size_t i = 0; i < ring->count; i++) {
        if (!is_on_earth(ring->points[i])) {
            return refuse_point(c, i);
        }
    }
    c->own = ring;
    return true;
}

static bool check_places(struct call *c)
{
    bool has_devices = call_has(c, PLACES_DEVICES);
    bool has_points = call_has(c, PLACES_POINTS);
    if (!has_devices && !has_points) {
        call_fault(c, "DeviceIDs", PARAM_MISSING);
        return false;
    }
    if (has_devices && has_points) {
        call_fault(c, "Points", "not beside DeviceIDs");
        return false;
    }
    if (c->values[PLACES_DEVICES].count > PLACES_MAX) {
        call_fault(c, "DeviceIDs", "more than 200");
        return false;
    }
    return places_check_language(c, PLACES_LANGUAGE) && (!has_points || check_points(c));
}

static size_t weigh_places(struct call *c)
{
    return c->values[PLACES_DEVICES].count + c->values[PLACES_POINTS].count;
}

/* null where the device is not seen, "" where it never told a position. */
static void write_place_of(const struct places *p, const char *device_id)
{
    struct call *c = p->call;
    struct directory *dir = c->shard->directory;
    struct device_ref ref;
    struct live live;
    if (directory_find_by_device_id(dir, &c->caller, device_id, &ref) != ERR_OK) {
        json_write_null(&c->out);
        return;
    }
    tracked_live(dir, ref.tracked, &live);
    device_ref_release(dir, &ref);
    if (snapshot_has_position(&live.state)) {
        places_write(p, &(struct point){live.state.current.lat_e7, live.state.current.lon_e7});
    } else {
        json_write_string(&c->out, "");
    }
}

static void get_places(struct call *c)
{
    const struct places places = places_in_language(c, PLACES_LANGUAGE);
    const struct value *devices = &c->values[PLACES_DEVICES];
    const struct shape_ring *points = c->own;
    json_array_begin(&c->out);
    for (size_t i = 0; i < devices->count; i++) {
        write_place_of(&places, devices->items[i]);
    }
    for (size_t i = 0; points != NULL && i < points->count; i++) {
        places_write(&places, &points->points[i]);
    }
    json_array_end(&c->out);
}

/* ---- FindPlaces ---- */

static bool check_find(struct call *c)
{
    return places_check_language(c, FIND_LANGUAGE);
}

static void write_degrees(struct call *c, const char *name, int32_t angle_e7)
{
    json_name(&c->out, name);
    json_decimal(&c->out, units_rounded(angle_e7, E7_PER_E6), E6_DECIMALS);
}

static void write_found(struct call *c, const struct gazetteer_entry *entry)
{
    json_object_begin(&c->out);
    json_name(&c->out, "Name");
    json_string_bytes(&c->out, entry->name);
    write_degrees(c, "Lon", entry->at.lon_e7);
    write_degrees(c, "Lat", entry->at.lat_e7);
    json_name(&c->out, "Kind");
    json_write_string(&c->out, gazetteer_kind_word(entry->kind));
    json_object_end(&c->out);
}

static void find_places(struct call *c)
{
    const struct places places = places_in_language(c, FIND_LANGUAGE);
    const struct gazetteer g = places_gazetteer(&places);
    struct gazetteer_entry *found = arena_new_array(&c->arena, FOUND_MAX, sizeof(*found));
    size_t count = gazetteer_search(&g, bytes_of_text(call_text(c, FIND_KEY)), found, FOUND_MAX);
    json_array_begin(&c->out);
    for (size_t i = 0; i < count; i++) {
        write_found(c, &found[i]);
    }
    json_array_end(&c->out);
}

/* ---- rows ---- */

static const struct param_row places_params[] = {
    [PLACES_DEVICES] = {.name = "DeviceIDs",
                        .type = PARAM_LIST,
                        .may_be_empty = true,
                        .doc = "Devices, at most 200; they or Points are needed"},
    [PLACES_POINTS] = {.name = "Points",
                       .type = PARAM_ARRAYS,
                       .max = PLACES_MAX,
                       .doc = "[[longitude, latitude], ...], WGS-84"},
    [PLACES_LANGUAGE] = PLACES_LANGUAGE_PARAM,
};
static const struct param_row find_params[] = {
    [FIND_KEY] = {.name = "Key",
                  .type = PARAM_TEXT,
                  .required = true,
                  .max = KEY_MAX_CHARS,
                  .doc = "What the name, or a word of it, begins with, in either language"},
    [FIND_LANGUAGE] = PLACES_LANGUAGE_PARAM,
};

static const struct reply_member find_members[] = {
    {.name = "Name", .type = REPLY_TEXT, .example = "\"Shenzhen\"", .doc = "What it is called"},
    {.name = "Lon", .type = REPLY_NUMBER, .example = "114.068300", .doc = "Longitude, WGS-84"},
    {.name = "Lat", .type = REPLY_NUMBER, .example = "22.545540", .doc = "Latitude, WGS-84"},
    {.name = "Kind",
     .type = REPLY_TEXT,
     .example = "\"city\"",
     .doc = "city, town, province, country or sea"},
};

static const struct api_method rows[] = {
    {
        .name = "GetPlaces",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_INLINE,
        .role = ROLE_VIEWER,
        .share = SHARE_NOW,
        .tells_point = true,
        .params = places_params,
        .param_count = COUNT_OF(places_params),
        .reply = {.shape = REPLY_NAMES,
                  .string_example = "[\"Nanshan, Shenzhen, Guangdong, China\",null]"},
        .doc = "The names of the places where devices are, or of points, from small to large: one "
               "text for each that is asked for, in the same order. null is a device that the "
               "caller cannot see, or a place of which nothing is known; \"\" a device that never "
               "told a position.",
        .check = check_places,
        .weigh = weigh_places,
        .run = get_places,
    },
    {
        .name = "FindPlaces",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = find_params,
        .param_count = COUNT_OF(find_params),
        .reply = {.shape = REPLY_LIST, .members = find_members, .count = COUNT_OF(find_members)},
        .doc = "Places by name, at most 50: those that are called so and no more first, then the "
               "more important.",
        .check = check_find,
        .run = find_places,
    },
};

const struct method_group place_methods = {.rows = rows, .count = COUNT_OF(rows)};
