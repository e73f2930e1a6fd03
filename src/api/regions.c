/*
 * Sections 18 and 25: in which geofences vehicles are now. The fold keeps that with each live state
 * (fleet/watch.h); presence that is not sure or not long enough yet is none.
 */
#include <glib.h>

#include "api/call.h"
#include "api/device_list.h"
#include "fleet/directory_rules.h"

enum { REGION_PLATES, REGION_PLATE };
enum { INSIDE_PLATE, INSIDE_FENCE };

static const char NO_FENCE[] = "This geofence does not exist";

/* A presence that counts; NULL: there is none in that geofence. */
static bool is_inside(const struct watch_entry *e)
{
    return e != NULL && e->kind == WATCH_INSIDE && e->phase == WATCH_OPEN;
}

/* ---- section 18 ---- */

/* One row that is found. */
struct found_region {
    const char *plate;
    const char *name;
    int64_t since_s;
};

struct region_list {
    struct call *call;
    struct device_ref *refs;
    size_t count;
    size_t looked;
    struct arena scratch; /* of one geofence */
    GArray *found;        /* struct found_region */
    size_t written;
    bool begun;
};

enum { LOOKED_A_STEP = 256 };

static void look_at(struct region_list *list, const struct device_ref *ref)
{
    struct call *c = list->call;
    struct directory *dir = c->shard->directory;
    struct live live;
    tracked_live(dir, ref->tracked, &live);
    for (size_t i = 0; i < live.state.watch.count; i++) {
        const struct watch_entry *e = &live.state.watch.at[i];
        struct geofence g;
        arena_clear(&list->scratch); /* a geofence is copied with all its points */
        if (!is_inside(e) || directory_geofence(dir, c->caller.enterprise_id, e->subject,
                                                &list->scratch, &g) != ERR_OK) {
            continue;
        }
        const struct found_region found = {arena_copy_text(&c->arena, ref->info->plate),
                                           arena_copy_text(&c->arena, g.name), e->since_s};
        g_array_append_val(list->found, found);
    }
}

static void write_found(struct region_list *list, const struct found_region *found,
                        struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "VehicleNum");
    json_write_string(out, found->plate);
    json_name(out, "RegionName");
    json_write_string(out, found->name);
    json_name(out, "InRegionTime");
    call_write_time(list->call, out, found->since_s);
    json_object_end(out);
}

static void begin_rows(struct region_list *list, struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "total");
    json_int(out, list->found->len);
    json_name(out, "data");
    json_array_begin(out);
    list->begun = true;
}

static enum call_step next(void *state, struct json_out *out)
{
    struct region_list *list = state;
    for (size_t i = 0; i < LOOKED_A_STEP && list->looked < list->count; i++) {
        struct device_ref *ref = &list->refs[list->looked++];
        look_at(list, ref);
        device_ref_release(list->call->shard->directory, ref);
    }
    if (list->looked < list->count) {
        return STEP_AGAIN;
    }
    if (!list->begun) {
        begin_rows(list, out);
    }
    while (list->written < list->found->len && out->len < CALL_PIECE_BYTES) {
        write_found(list, &g_array_index(list->found, struct found_region, list->written++), out);
    }
    if (list->written < list->found->len) {
        return STEP_PIECE;
    }
    json_array_end(out);
    json_object_end(out);
    return STEP_END;
}

static void close_list(void *state)
{
    struct region_list *list = state;
    directory_release_all(list->call->shard->directory, list->refs + list->looked,
                          list->count - list->looked);
    arena_free(&list->scratch);
    (void)g_array_free(list->found, TRUE);
}

static void get_regions(struct call *c)
{
    struct region_list *list = arena_new(&c->arena, sizeof(*list));
    size_t param = call_has(c, REGION_PLATES) ? REGION_PLATES : REGION_PLATE;
    list->call = c;
    list->refs = device_list_asked(c, param, directory_find_by_plate, &list->count);
    list->found = g_array_new(FALSE, FALSE, sizeof(struct found_region));
    c->stream = (struct call_stream){next, close_list, list};
}

/* Either of two names; "" asks for all, and only none at all is missing. */
static bool check_regions(struct call *c)
{
    if (!call_has(c, REGION_PLATES) && !call_has(c, REGION_PLATE)) {
        call_fault(c, "VehiclePlates", PARAM_MISSING);
        return false;
    }
    return true;
}

/* ---- section 25 ---- */

static bool holds(struct call *c, struct bytes packed, int64_t id)
{
    int64_t *ids = NULL;
    size_t count = 0;
    bool found = false;
    if (geofence_unpack_ids(packed, &c->arena, &ids, &count) == ERR_OK) {
        for (size_t i = 0; i < count && !found; i++) {
            found = ids[i] == id;
        }
    }
    return found;
}

/* Whether the geofence watches the device, so that the live state knows whether it is inside. */
static bool is_watched(struct call *c, const struct geofence *g, const struct device_ref *ref)
{
    bool is_for_all = g->devices_len == 0 && g->groups_len == 0;
    return is_for_all || holds(c, (struct bytes){g->devices, g->devices_len}, ref->info->id) ||
           (ref->group_id != 0 &&
            holds(c, (struct bytes){g->groups, g->groups_len}, ref->group_id));
}

/* Of a device that it does not watch the position decides. */
static bool lies_inside(struct call *c, const struct geofence *g, const struct fix *fix)
{
    struct shape shape;
    if (!fix_has_position(fix) || fence_shape_wgs(g, &c->arena, &shape) != ERR_OK) {
        return false;
    }
    struct fence_geometry *geometry = fence_geometry_new(&shape);
    bool inside = fence_contains(geometry, (struct point){fix->lat_e7, fix->lon_e7});
    fence_geometry_free(geometry);
    return inside;
}

static bool is_in(struct call *c, const struct geofence *g, const struct device_ref *ref,
                  const struct live *live)
{
    const struct watch_entry *e = watch_look(&live->state.watch, WATCH_INSIDE, (uint32_t)g->id);
    return is_watched(c, g, ref) ? is_inside(e) : lies_inside(c, g, &live->state.current);
}

static void write_inside(struct call *c, const struct device_ref *ref, const struct live *live,
                         bool inside)
{
    const struct fix *fix = &live->state.current;
    json_object_begin(&c->out);
    json_name(&c->out, "data");
    json_object_begin(&c->out);
    json_name(&c->out, "VehiclePlate");
    json_write_string(&c->out, ref->info->plate);
    json_name(&c->out, "InFence");
    json_int(&c->out, inside);
    json_name(&c->out, "IsOnline");
    json_int(&c->out, live_is_online(live, c->now_monotonic_ms, c->now_ms));
    json_name(&c->out, "GPSFlag");
    json_int(&c->out, (fix->flags & FIX_VALID) != 0 && fix->source == FIX_GPS);
    json_name(&c->out, "GPSTime");
    call_write_time(c, &c->out, live->reported ? fix->gps_time_s : 0);
    json_object_end(&c->out);
    json_object_end(&c->out);
}

static void is_in_geofence(struct call *c)
{
    struct directory *dir = c->shard->directory;
    struct device_ref ref;
    struct geofence g;
    struct live live;
    if (directory_find_by_plate(dir, &c->caller, call_text(c, INSIDE_PLATE), &ref) != ERR_OK) {
        call_fail(c, 404, CALL_NO_DEVICE_TEXT);
        return;
    }
    if (directory_geofence(dir, c->caller.enterprise_id, call_number(c, INSIDE_FENCE, 0), &c->arena,
                           &g) == ERR_OK) {
        tracked_live(dir, ref.tracked, &live);
        write_inside(c, &ref, &live, is_in(c, &g, &ref, &live));
    } else {
        call_fail(c, 404, NO_FENCE);
    }
    device_ref_release(dir, &ref);
}

/* ---- the rows ---- */

static const struct param_row region_params[] = {
    [REGION_PLATES] = {.name = "VehiclePlates",
                       .type = PARAM_LIST,
                       .may_be_empty = true,
                       .doc = "Plates; \"\": all"},
    [REGION_PLATE] = {.name = "VehiclePlate",
                      .type = PARAM_LIST,
                      .may_be_empty = true,
                      .doc = "Another name of VehiclePlates"},
};
static const struct param_row inside_params[] = {
    [INSIDE_PLATE] = {.name = "VehiclePlate",
                      .type = PARAM_TEXT,
                      .required = true,
                      .doc = "The plate of the device"},
    [INSIDE_FENCE] = {.name = "PolygonID",
                      .type = PARAM_INT,
                      .required = true,
                      .min = 1,
                      .max = INT32_MAX,
                      .doc = "The geofence"},
};

static const struct reply_member region_members[] = {
    {.name = "VehicleNum", .type = REPLY_TEXT, .example = "\"1632-A75\"", .doc = "Display name"},
    {.name = "RegionName",
     .type = REPLY_TEXT,
     .example = "\"Wuhan TS Region\"",
     .doc = "A geofence that it is in"},
    {.name = "InRegionTime",
     .type = REPLY_TIME,
     .example = "\"2019-08-31 20:33:33\"",
     .doc = "Since when"},
};
static const struct reply_member inside_members[] = {
    {.name = "VehiclePlate", .type = REPLY_TEXT, .example = "\"881206225\"", .doc = "Display name"},
    {.name = "InFence", .type = REPLY_FLAG, .example = "0", .doc = "1: it is inside"},
    {.name = "IsOnline", .type = REPLY_FLAG, .example = "1", .doc = "1: heard from lately"},
    {.name = "GPSFlag", .type = REPLY_FLAG, .example = "1", .doc = "1: the position is of GPS"},
    {.name = "GPSTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2019-12-12 08:47:05\"",
     .doc = "When the fix was taken; null: it never reported"},
};

static const struct api_method rows[] = {
    {
        .section = 18,
        .name = "GetVehicleRegion",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = region_params,
        .param_count = COUNT_OF(region_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = region_members,
                  .count = COUNT_OF(region_members)},
        .doc = "The geofences that devices are in now, a row each.",
        .check = check_regions,
        .run = get_regions,
    },
    {
        .section = 25,
        .name = "IsInGeofence",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .share = SHARE_NOW,
        .params = inside_params,
        .param_count = COUNT_OF(inside_params),
        .reply = {.shape = REPLY_DATA,
                  .members = inside_members,
                  .count = COUNT_OF(inside_members)},
        .codes = {{404, "The device or the geofence does not exist"}},
        .doc = "Whether a device is in a geofence now.",
        .run = is_in_geofence,
    },
};

const struct method_group region_methods = {.rows = rows, .count = COUNT_OF(rows)};
