/*
 * Section 27: the vehicles that are in a zone now, between two meridians and two parallels, the
 * edges among it. The zone may be of GCJ-02; then each place is judged as a Chinese map shows it.
 * Places are judged to the six decimals that are shown, so that a zone of nothing but the Lon and
 * Lat of an answer finds that vehicle again.
 *
 * Which vehicles there are is settled before `total`, which comes first. They may drive on before
 * the last of them is written, so each is kept as it was found: its state packed, some 60 bytes.
 */
#include <strings.h>

#include "api/call.h"
#include "api/shown_alarms.h"
#include "api/snapshot.h"
#include "base/check.h"
#include "base/writer.h"
#include "fleet/pack.h"

enum { AREA_MIN_LON, AREA_MIN_LAT, AREA_MAX_LON, AREA_MAX_LAT, AREA_COORDSYS };
enum { COORDSYS_MAX_CHARS = 16, LOOKED_A_STEP = 2048, E7_PER_E6 = 10 };

struct area {
    int64_t min_lon_e7;
    int64_t min_lat_e7;
    int64_t max_lon_e7;
    int64_t max_lat_e7;
    bool is_gcj;
};

/* A vehicle in the area, as it was when it was found. */
struct found {
    struct found *next;
    struct device_ref ref;
    int64_t heard_monotonic_ms;
    int64_t heard_wall_ms;
    struct bytes state; /* packed */
};

struct area_list {
    struct call *call;
    struct area area;
    struct device_ref *refs; /* not looked at yet: from `looked` on */
    size_t count;
    size_t looked;
    struct found *first; /* of those not written yet; in the call's arena */
    struct found **end;
    int64_t total;
    bool begun; /* `total` is written */
};

/* ---- which ---- */

static bool area_holds(const struct area *a, const struct fix *f)
{
    struct shown_place place = a->is_gcj ? snapshot_gcj_place(f) : snapshot_place(f);
    int64_t lat_e7 = (int64_t)place.lat_e6 * E7_PER_E6;
    int64_t lon_e7 = (int64_t)place.lon_e6 * E7_PER_E6;
    return lat_e7 >= a->min_lat_e7 && lat_e7 <= a->max_lat_e7 && lon_e7 >= a->min_lon_e7 &&
           lon_e7 <= a->max_lon_e7;
}

/* Takes the reference over. */
static void keep(struct area_list *list, struct device_ref ref, const struct live *live)
{
    uint8_t room[PACK_STATE_MAX];
    struct writer packed = writer_init(room, sizeof(room));
    pack_state(&packed, &live->state);
    check(writer_ok(&packed));
    struct found *found = arena_new(&list->call->arena, sizeof(*found));
    *found = (struct found){
        .ref = ref,
        .heard_monotonic_ms = live->heard_monotonic_ms,
        .heard_wall_ms = live->heard_wall_ms,
        .state = arena_copy(&list->call->arena, (struct bytes){room, packed.len}),
    };
    *list->end = found;
    list->end = &found->next;
    list->total++;
}

static void look_at_some(struct area_list *list)
{
    struct directory *dir = list->call->shard->directory;
    struct live live;
    for (size_t i = 0; i < LOOKED_A_STEP && list->looked < list->count; i++) {
        struct device_ref ref = list->refs[list->looked];
        list->refs[list->looked++] = (struct device_ref){0};
        tracked_live(dir, ref.tracked, &live);
        if (snapshot_has_position(&live.state) && area_holds(&list->area, &live.state.current)) {
            keep(list, ref, &live);
        } else {
            device_ref_release(dir, &ref);
        }
    }
}

/* ---- the answer ---- */

static void write_found(struct call *c, const struct found *found)
{
    struct json_out *out = &c->out;
    const struct device *device = found->ref.info;
    struct live live = {
        .heard_monotonic_ms = found->heard_monotonic_ms,
        .heard_wall_ms = found->heard_wall_ms,
    };
    struct arena arena = {0};
    struct shown_alarms alarms;
    check(unpack_state(found->state, &live.state) == ERR_OK);
    alarms_of_live(c, &found->ref, &live.state, &arena, &alarms);
    json_object_begin(out);
    json_name(out, "SIM");
    json_write_string(out, device->sim);
    json_name(out, "SIM2");
    json_write_string(out, device->device_id);
    snapshot_write_report(&(struct snapshot){.device = device,
                                             .state = &live.state,
                                             .fix = &live.state.current,
                                             .alarms = &alarms,
                                             .clock = call_clock(c),
                                             .rcv_clock = &c->rcv_clock},
                          out);
    snapshot_write_flags(c, &live, alarms.active, out);
    json_object_end(out);
    arena_free(&arena);
}

static void begin_data(struct area_list *list, struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "total");
    json_int(out, list->total);
    json_name(out, "data");
    json_array_begin(out);
    list->begun = true;
}

/* Where nothing is found the document prints the member of another section, too. */
static void end_data(const struct area_list *list, struct json_out *out)
{
    json_array_end(out);
    if (list->total == 0) {
        json_name(out, "correct_path");
        json_array_begin(out);
        json_array_end(out);
    }
    json_object_end(out);
}

static enum call_step write_piece(void *state, struct json_out *out)
{
    struct area_list *list = state;
    look_at_some(list);
    if (list->looked < list->count) {
        return STEP_AGAIN;
    }
    if (!list->begun) {
        begin_data(list, out);
    }
    while (list->first != NULL && out->len < CALL_PIECE_BYTES) {
        struct found *found = list->first;
        write_found(list->call, found);
        list->first = found->next;
        device_ref_release(list->call->shard->directory, &found->ref);
    }
    if (list->first != NULL) {
        return STEP_PIECE;
    }
    end_data(list, out);
    return STEP_END;
}

static void close_list(void *state)
{
    struct area_list *list = state;
    struct directory *dir = list->call->shard->directory;
    for (struct found *found = list->first; found != NULL; found = found->next) {
        device_ref_release(dir, &found->ref);
    }
    directory_release_all(dir, list->refs + list->looked, list->count - list->looked);
}

static bool is_gcj(const char *coordsys)
{
    return strcasecmp(coordsys, "gcj02") == 0;
}

static bool check_area(struct call *c)
{
    const char *coordsys = call_text(c, AREA_COORDSYS);
    if (call_number(c, AREA_MIN_LON, 0) > call_number(c, AREA_MAX_LON, 0)) {
        call_fault(c, "MinLon", "is greater than MaxLon");
        return false;
    }
    if (call_number(c, AREA_MIN_LAT, 0) > call_number(c, AREA_MAX_LAT, 0)) {
        call_fault(c, "MinLat", "is greater than MaxLat");
        return false;
    }
    if (call_has(c, AREA_COORDSYS) && !is_gcj(coordsys) && strcasecmp(coordsys, "wsg84") != 0 &&
        strcasecmp(coordsys, "wgs84") != 0) {
        call_fault(c, "Coordsys", "neither wsg84, wgs84 nor gcj02");
        return false;
    }
    return true;
}

static void get_vehicles_in_zone(struct call *c)
{
    struct area_list *list = arena_new(&c->arena, sizeof(*list));
    list->call = c;
    list->area = (struct area){
        .min_lon_e7 = call_number(c, AREA_MIN_LON, 0),
        .min_lat_e7 = call_number(c, AREA_MIN_LAT, 0),
        .max_lon_e7 = call_number(c, AREA_MAX_LON, 0),
        .max_lat_e7 = call_number(c, AREA_MAX_LAT, 0),
        .is_gcj = is_gcj(call_text(c, AREA_COORDSYS)),
    };
    list->end = &list->first;
    list->refs = directory_list_devices(c->shard->directory, &c->caller, &c->arena, &list->count);
    c->stream = (struct call_stream){write_piece, close_list, list};
}

#define LONGITUDE .type = PARAM_DECIMAL, .required = true, .min = -180, .max = 180
#define LATITUDE  .type = PARAM_DECIMAL, .required = true, .min = -90, .max = 90

static const struct param_row area_params[] = {
    [AREA_MIN_LON] = {.name = "MinLon", LONGITUDE, .doc = "Western edge of the zone"},
    [AREA_MIN_LAT] = {.name = "MinLat", LATITUDE, .doc = "Southern edge"},
    [AREA_MAX_LON] = {.name = "MaxLon", LONGITUDE, .doc = "Eastern edge, not less than MinLon"},
    [AREA_MAX_LAT] = {.name = "MaxLat", LATITUDE, .doc = "Northern edge, not less than MinLat"},
    [AREA_COORDSYS] = {.name = "Coordsys",
                       .type = PARAM_TEXT,
                       .max = COORDSYS_MAX_CHARS,
                       .doc = "Of the zone: wsg84 (or wgs84), which it is unless said, or gcj02"},
};

static const struct reply_member area_members[] = {
    {.name = "SIM",
     .type = REPLY_TEXT,
     .example = "\"144007608\"",
     .doc = "Phone number of the SIM card"},
    {.name = "SIM2", .type = REPLY_TEXT, .example = "\"861917935\"", .doc = "DeviceID"},
    SNAPSHOT_REPORT_MEMBERS,
    SNAPSHOT_FLAG_MEMBERS,
};

static const struct api_method rows[] = {
    {
        .section = 27,
        .name = "GetVehiclesInZone",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_INLINE,
        .role = ROLE_VIEWER,
        .params = area_params,
        .param_count = COUNT_OF(area_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = area_members,
                  .count = COUNT_OF(area_members),
                  .path = PATH_WHERE_EMPTY},
        .doc = "The vehicles that are between two meridians and two parallels now. Lon and Lat are "
               "WGS-84, whatever the zone is of.",
        .check = check_area,
        .weigh = call_weigh_fleet,
        .run = get_vehicles_in_zone,
    },
};

const struct method_group area_methods = {.rows = rows, .count = COUNT_OF(rows)};
