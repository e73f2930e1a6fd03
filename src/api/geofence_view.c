/*
 * Geofences as clients read them. Version must not depend on how much of the geometry was asked
 * for, so what it is made of holds a fingerprint of the points in their place.
 */
#include "api/geofence_view.h"

#include <sodium.h>
#include <strings.h>

#include "api/geofence_points.h"
#include "base/check.h"
#include "base/reader.h"
#include "fleet/directory_tree.h"

enum { RADIUS_DECIMALS = 2 };

static const char *const shapes[] = {
    [SHAPE_POLYGON] = "polygon", [SHAPE_CIRCLE] = "circle", [SHAPE_CORRIDOR] = "corridor"};
static const char *const systems[] = {[COORDSYS_WGS84] = "wgs84", [COORDSYS_GCJ02] = "gcj02"};
static const char *const alarms[] = {
    [0] = "none",
    [FENCE_ALARM_ENTER] = "enter",
    [FENCE_ALARM_LEAVE] = "leave",
    [FENCE_ALARM_ENTER | FENCE_ALARM_LEAVE] = "both",
};
static const char *const geometries[] = {
    [VIEW_NO_GEOMETRY] = "false", [VIEW_SIMPLIFIED] = "simplified", [VIEW_WHOLE] = "true"};

static const char *const applies[] = {
    [VIEW_FOR_ALL] = "all", [VIEW_FOR_LISTED] = "listed", [VIEW_FOR_NONE] = "none"};

/* ---- words ---- */

static bool find_word(const char *const *words, size_t count, const char *word, size_t *out)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(words[i], word) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

bool geofence_shape_of(const char *word, enum shape_kind *out)
{
    size_t i = 0;
    bool found = find_word(shapes, COUNT_OF(shapes), word, &i);
    *out = (enum shape_kind)i;
    return found;
}

bool geofence_coordsys_of(const char *word, enum coordsys *out)
{
    size_t i = 0;
    bool is_misspelt = strcasecmp(word, "wsg84") == 0; /* as the document has it */
    bool found = is_misspelt || find_word(systems, COUNT_OF(systems), word, &i);
    *out = (enum coordsys)i;
    return found;
}

bool geofence_alarm_of(const char *word, uint8_t *out)
{
    size_t i = 0;
    bool found = find_word(alarms, COUNT_OF(alarms), word, &i);
    *out = (uint8_t)i;
    return found;
}

bool geofence_view_of(const char *word, enum view_geometry *out)
{
    size_t i = 0;
    bool found = find_word(geometries, COUNT_OF(geometries), word, &i);
    *out = (enum view_geometry)i;
    return found;
}

bool geofence_applies_of(const char *word, enum view_applies *out)
{
    size_t i = 0;
    bool found = find_word(applies, COUNT_OF(applies), word, &i);
    *out = (enum view_applies)i;
    return found;
}

/* ---- whom it is for ---- */

static const int64_t *ids_of(struct call *c, const uint8_t *at, size_t len, size_t *count)
{
    int64_t *ids = NULL;
    check(geofence_unpack_ids((struct bytes){at, len}, &c->arena, &ids, count) == ERR_OK);
    return ids;
}

static bool is_own_device(struct call *c, const struct geofence *g, int64_t id)
{
    struct device_ref ref;
    struct directory *dir = c->shard->directory;
    if (directory_find(dir, id, &ref) != ERR_OK) {
        return false;
    }
    bool is_own = ref.info->enterprise_id == g->enterprise_id;
    device_ref_release(dir, &ref);
    return is_own;
}

static bool has_device(struct call *c, const struct geofence *g)
{
    size_t count = 0;
    const int64_t *ids = ids_of(c, g->devices, g->devices_len, &count);
    size_t i = 0;
    while (i < count && !is_own_device(c, g, ids[i])) {
        i++;
    }
    return i < count;
}

static bool has_group(struct call *c, const struct geofence *g)
{
    size_t count = 0;
    struct group group;
    const int64_t *ids = ids_of(c, g->groups, g->groups_len, &count);
    for (size_t i = 0; i < count; i++) {
        if (directory_group(c->shard->directory, ids[i], &c->arena, &group) == ERR_OK &&
            !group.deleted) {
            return true;
        }
    }
    return false;
}

enum view_applies geofence_view_applies(struct call *c, const struct geofence *g)
{
    if (g->devices_len == 0 && g->groups_len == 0) {
        return VIEW_FOR_ALL;
    }
    return has_device(c, g) || has_group(c, g) ? VIEW_FOR_LISTED : VIEW_FOR_NONE;
}

/* A device that the caller sees. */
static bool find_seen(struct call *c, int64_t id, struct device_ref *out)
{
    struct directory *dir = c->shard->directory;
    if (directory_find(dir, id, out) != ERR_OK) {
        return false;
    }
    bool is_seen = directory_sees(dir, &c->caller, out);
    if (!is_seen) {
        device_ref_release(dir, out);
    }
    return is_seen;
}

bool geofence_view_is_seen(struct call *c, const struct geofence *g)
{
    size_t count = 0;
    struct device_ref ref;
    if (c->caller.group_count == 0 || (g->devices_len == 0 && g->groups_len == 0)) {
        return true;
    }
    const int64_t *groups = ids_of(c, g->groups, g->groups_len, &count);
    for (size_t i = 0; i < count; i++) {
        if (call_sees_group(c, groups[i])) {
            return true;
        }
    }
    const int64_t *devices = ids_of(c, g->devices, g->devices_len, &count);
    for (size_t i = 0; i < count; i++) {
        if (find_seen(c, devices[i], &ref)) {
            device_ref_release(c->shard->directory, &ref);
            return true;
        }
    }
    return false;
}

static void write_devices(struct call *c, const struct geofence *g, struct json_out *out)
{
    size_t count = 0;
    const int64_t *ids = ids_of(c, g->devices, g->devices_len, &count);
    json_name(out, "DeviceIDs");
    json_array_begin(out);
    for (size_t i = 0; i < count; i++) {
        struct device_ref ref;
        if (find_seen(c, ids[i], &ref)) {
            json_write_string(out, ref.info->device_id);
            device_ref_release(c->shard->directory, &ref);
        }
    }
    json_array_end(out);
}

static void write_groups(struct call *c, const struct geofence *g, struct json_out *out)
{
    size_t count = 0;
    struct group group;
    const int64_t *ids = ids_of(c, g->groups, g->groups_len, &count);
    json_name(out, "GroupIDs");
    json_array_begin(out);
    for (size_t i = 0; i < count; i++) {
        if (call_sees_group(c, ids[i]) &&
            directory_group(c->shard->directory, ids[i], &c->arena, &group) == ERR_OK &&
            !group.deleted) {
            json_int(out, ids[i]);
        }
    }
    json_array_end(out);
}

/* ---- members ---- */

/* What stands before the points, and behind them. */
static void write_head(const struct geofence *g, struct json_out *out)
{
    json_name(out, "PolygonID");
    json_int(out, g->id);
    json_name(out, "RegionName");
    json_write_string(out, g->name);
    json_name(out, "Shape");
    json_write_string(out, shapes[g->shape]);
}

static void write_tail(struct call *c, const struct geofence *g, struct json_out *out)
{
    json_name(out, "Radius");
    if (g->radius_m_e2 == 0) {
        json_write_null(out);
    } else {
        json_decimal(out, g->radius_m_e2, RADIUS_DECIMALS);
    }
    json_name(out, "Coordsys");
    json_write_string(out, systems[g->drawn_in]);
    json_name(out, "AlarmOn");
    json_write_string(out, alarms[g->alarm_on % COUNT_OF(alarms)]);
    json_name(out, "DwellSeconds");
    json_int(out, g->dwell_s);
    json_name(out, "HysteresisMeters");
    if (g->hysteresis_m == 0) {
        json_write_null(out);
    } else {
        json_int(out, g->hysteresis_m);
    }
    write_devices(c, g, out);
    write_groups(c, g, out);
    json_name(out, "AppliesTo");
    json_write_string(out, applies[geofence_view_applies(c, g)]);
}

void geofence_view_members(struct call *c, const void *object, struct json_out *out)
{
    static const uint8_t key[crypto_shorthash_KEYBYTES] = {0};
    const struct geofence *g = object;
    uint8_t hash[crypto_shorthash_BYTES];
    (void)crypto_shorthash(hash, g->rings, g->rings_len, key);
    struct reader r = reader_init((struct bytes){hash, sizeof(hash)});
    write_head(g, out);
    json_name(out, "Points");
    json_int(out, (int64_t)(read_u64be(&r) >> 1));
    write_tail(c, g, out);
}

static void write_ring(struct call *c, const struct shape_ring *ring, enum view_geometry geometry,
                       struct json_out *out)
{
    struct shape_ring few = geometry == VIEW_SIMPLIFIED ? points_simplify(&c->arena, ring) : *ring;
    points_write(out, &few);
}

static void write_geometry(struct call *c, const struct geofence *g, enum view_geometry geometry,
                           struct json_out *out)
{
    struct shape shape;
    json_name(out, "Points");
    if (geometry == VIEW_NO_GEOMETRY) {
        json_write_null(out);
        json_name(out, "Holes");
        json_write_null(out);
        return;
    }
    check(geofence_shape(g, &c->arena, &shape) == ERR_OK);
    write_ring(c, &shape.rings[0], geometry, out);
    json_name(out, "Holes");
    json_array_begin(out);
    for (size_t i = 1; i < shape.ring_count; i++) {
        write_ring(c, &shape.rings[i], geometry, out);
    }
    json_array_end(out);
}

void geofence_view_write(struct call *c, const struct geofence *g, enum view_geometry geometry,
                         struct json_out *out)
{
    json_object_begin(out);
    write_head(g, out);
    write_geometry(c, g, geometry, out);
    write_tail(c, g, out);
    json_name(out, "Version");
    json_int(out, version_of(c, geofence_view_members, g));
    call_write_hold(c, out, g->enterprise_id);
    json_object_end(out);
}

const struct reply_member geofence_view_table[GEOFENCE_VIEW_MEMBERS] = {
    {.name = "PolygonID", .type = REPLY_INT, .example = "1", .doc = "Its ID"},
    {.name = "RegionName", .type = REPLY_TEXT, .example = "\"Yard\"", .doc = "Its name"},
    {.name = "Shape",
     .type = REPLY_TEXT,
     .example = "\"circle\"",
     .doc = "polygon, circle or corridor"},
    {.name = "Points",
     .type = REPLY_ARRAYS,
     .nullable = true,
     .example = "[[13.4,52.5]]",
     .doc = "[longitude, latitude] each, as drawn; null without Geometry"},
    {.name = "Holes",
     .type = REPLY_ARRAYS,
     .nullable = true,
     .example = "[]",
     .doc = "The same of each hole of a polygon; null without Geometry"},
    {.name = "Radius",
     .type = REPLY_NUMBER,
     .nullable = true,
     .example = "150.00",
     .doc = "Metres: of a circle, or half the width of a corridor"},
    {.name = "Coordsys",
     .type = REPLY_TEXT,
     .example = "\"wgs84\"",
     .doc = "What the points are told in: wgs84 or gcj02"},
    {.name = "AlarmOn",
     .type = REPLY_TEXT,
     .example = "\"both\"",
     .doc = "enter, leave, both or none"},
    {.name = "DwellSeconds",
     .type = REPLY_INT,
     .example = "0",
     .doc = "A shorter stay does not count"},
    {.name = "HysteresisMeters",
     .type = REPLY_INT,
     .nullable = true,
     .example = "null",
     .doc = "How far beyond the border is inside or outside; null: by the accuracy of the fix"},
    {.name = "DeviceIDs",
     .type = REPLY_TEXTS,
     .example = "[]",
     .doc = "The devices that it is for, as far as they are seen; AppliesTo says what [] means"},
    {.name = "GroupIDs", .type = REPLY_IDS, .example = "[]", .doc = "The groups that it is for"},
    {.name = "AppliesTo",
     .type = REPLY_TEXT,
     .example = "\"all\"",
     .doc = "all; listed: DeviceIDs and GroupIDs; none: whatever was listed is deleted"},
    VERSION_MEMBER,
};
