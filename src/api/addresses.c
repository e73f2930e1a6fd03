/*
 * Sections 12, 13, 23 and 24: where a vehicle is now, with the names of the place. A device that
 * never told a position has none, as sections 7 and 8 leave it out. An operator's geocoder names
 * the street, where there is one and it has an answer in time; else the gazetteer names the nearest
 * town.
 */
#include "api/call.h"
#include "api/device_list.h"
#include "api/places.h"
#include "api/shown_alarms.h"
#include "api/snapshot.h"
#include "api/streets.h"
#include "base/units.h"

enum { ADDRESS_NAME };
enum {
    CODE_NOT_SEEN = 4001,
    CODE_NO_DEVICE = 404,
    KMH_E2_PER_KMH = 100,
    DECIMALS = 6,
    CM_PER_M = 100
};

#define NO_PLATE_TEXT  "Limited authority or vehicle/asset does not exist"
#define NO_NUMBER_TEXT "Limited authority or vehicle does not exist"

static struct point place_of(const struct live *live)
{
    return (struct point){live->state.current.lat_e7, live->state.current.lon_e7};
}

/* What the answer tells of, while it waits for a street; in the call's arena. */
struct where {
    struct directory *directory;
    struct device_ref ref;
    struct live live;
};

static void release_where(void *own)
{
    struct where *w = own;
    device_ref_release(w->directory, &w->ref);
}

/* The device that the call names, until the call is over; NULL: there is none. */
static struct where *find_where(struct call *c, device_finder *find)
{
    struct where *w = arena_new(&c->arena, sizeof(*w));
    w->directory = c->shard->directory;
    if (find(w->directory, &c->caller, call_text(c, ADDRESS_NAME), &w->ref) != ERR_OK) {
        return NULL;
    }
    tracked_live(w->directory, w->ref.tracked, &w->live);
    c->own = w;
    c->own_clear = release_where;
    return w;
}

/* Has `write` write Data, once the street is known, or that it is not. */
static void answer_where(struct call *c, struct where *w, streets_write *write)
{
    const struct places places = places_of(c);
    const char *language = places.language == GAZETTEER_ZH ? "zh" : "en";
    streets_answer(c, place_of(&w->live), language, write, w);
}

static struct named_place name_place(struct call *c, const struct live *live,
                                     const struct street *street)
{
    const struct places places = places_of(c);
    if (street == NULL) {
        return places_find(&places, place_of(live), &c->arena);
    }
    uint64_t distance_cm = distance_m_e2(place_of(live), street->at);
    return (struct named_place){street->names,
                                (uint32_t)units_rounded((int64_t)distance_cm, CM_PER_M)};
}

/* ---- sections 12 and 13 ---- */

/* "(2020-07-23 13:44:52) 212 Meters, Kunming, Yunnan" */
static void write_address(struct call *c, const struct street *street, void *own)
{
    char time[ZONE_TEXT_SIZE];
    const struct where *w = own;
    const struct named_place place = name_place(c, &w->live, street);
    if (place.names == NULL) {
        json_write_string(&c->out, "");
        return;
    }
    zone_format(call_clock(c), ZONE_TIME, w->live.state.current.gps_time_s, time);
    json_write_string(&c->out, arena_format(&c->arena, "(%s) %u Meters, %s", time,
                                            (unsigned)place.distance_m, place.names));
}

static void get_address(struct call *c, device_finder *find, const char *not_seen)
{
    struct where *w = find_where(c, find);
    if (w == NULL) {
        call_fail(c, CODE_NOT_SEEN, not_seen);
    } else if (snapshot_has_position(&w->live.state)) {
        answer_where(c, w, write_address);
    } else {
        json_write_string(&c->out, "");
    }
}

static void get_address_by_plate(struct call *c)
{
    get_address(c, directory_find_by_plate, NO_PLATE_TEXT);
}

static void get_address_by_device_id(struct call *c)
{
    get_address(c, directory_find_by_device_id, NO_NUMBER_TEXT);
}

/* ---- sections 23 and 24 ---- */

static void write_degrees(struct call *c, const char *name, int32_t angle_e6)
{
    json_name(&c->out, name);
    json_decimal(&c->out, angle_e6, DECIMALS);
}

/* The table of the document names the plate otherwise than its example does. */
static void write_plates(struct call *c, const char *plate)
{
    json_name(&c->out, "VehiclePlate");
    json_write_string(&c->out, plate);
    json_name(&c->out, "VehicleNum");
    json_write_string(&c->out, plate);
}

static void write_location(struct call *c, const struct snapshot *shown, const char *names)
{
    const struct fix *fix = &shown->state->current;
    struct shown_place wgs = snapshot_place(fix);
    struct shown_place gcj = snapshot_gcj_place(fix);
    write_plates(c, shown->device->plate);
    snapshot_write_times(shown, &c->out);
    write_degrees(c, "Lon", wgs.lon_e6);
    write_degrees(c, "Lat", wgs.lat_e6);
    write_degrees(c, "RLon", gcj.lon_e6);
    write_degrees(c, "RLat", gcj.lat_e6);
    snapshot_write_words(shown, &c->out);
    json_name(&c->out, "Speed");
    json_int(&c->out, units_rounded(fix->speed_kmh_e2, KMH_E2_PER_KMH));
    json_name(&c->out, "Mileage");
    snapshot_write_km(shown->state->odometer_m_e2, &c->out);
    json_name(&c->out, "Location");
    json_write_string(&c->out, names);
    json_name(&c->out, "IsReversal");
    json_int(&c->out, 0);
}

static void write_nothing(struct call *c)
{
    json_object_begin(&c->out);
    json_name(&c->out, "total");
    json_int(&c->out, 0);
    json_name(&c->out, "data");
    json_array_begin(&c->out);
    json_array_end(&c->out);
    json_object_end(&c->out);
}

static void write_where(struct call *c, const struct street *street, void *own)
{
    struct where *w = own;
    struct shown_alarms alarms;
    const struct named_place place = name_place(c, &w->live, street);
    alarms_of_live(c, &w->ref, &w->live.state, &c->arena, &alarms);
    json_object_begin(&c->out);
    json_name(&c->out, "data");
    json_object_begin(&c->out);
    write_location(c,
                   &(struct snapshot){.device = w->ref.info,
                                      .state = &w->live.state,
                                      .fix = &w->live.state.current,
                                      .alarms = &alarms,
                                      .clock = call_clock(c),
                                      .rcv_clock = &c->rcv_clock},
                   place.names);
    json_object_end(&c->out);
    json_object_end(&c->out);
}

static void get_location(struct call *c, device_finder *find)
{
    struct where *w = find_where(c, find);
    if (w == NULL) {
        call_fail(c, CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT);
    } else if (snapshot_has_position(&w->live.state)) {
        answer_where(c, w, write_where);
    } else {
        write_nothing(c);
    }
}

static void get_location_by_plate(struct call *c)
{
    get_location(c, directory_find_by_plate);
}

static void get_location_by_device_id(struct call *c)
{
    get_location(c, directory_find_by_device_id);
}

/* ---- rows ---- */

static const struct param_row plate_params[] = {
    [ADDRESS_NAME] = {.name = "VehiclePlate",
                      .type = PARAM_TEXT,
                      .required = true,
                      .doc = "The plate of the device"},
};
static const struct param_row id_params[] = {
    [ADDRESS_NAME] = {.name = "DeviceID",
                      .type = PARAM_TEXT,
                      .required = true,
                      .doc = "The device"},
};

static const struct reply_member location_members[] = {
    {.name = "VehiclePlate", .type = REPLY_TEXT, .example = "\"88120625\"", .doc = "Display name"},
    {.name = "VehicleNum", .type = REPLY_TEXT, .example = "\"88120625\"", .doc = "The same"},
    {.name = "RcvTime",
     .type = REPLY_TIME,
     .example = "\"2019-12-12 08:47:45\"",
     .doc = "When the server got it"},
    {.name = "GPSTime",
     .type = REPLY_TIME,
     .example = "\"2019-12-12 08:47:05\"",
     .doc = "When the fix was taken"},
    {.name = "Lon", .type = REPLY_NUMBER, .example = "113.941988", .doc = "Longitude, WGS-84"},
    {.name = "Lat", .type = REPLY_NUMBER, .example = "22.556138", .doc = "Latitude, WGS-84"},
    {.name = "RLon", .type = REPLY_NUMBER, .example = "113.946864", .doc = "Longitude, GCJ-02"},
    {.name = "RLat", .type = REPLY_NUMBER, .example = "22.553121", .doc = "Latitude, GCJ-02"},
    {.name = "StatusDes",
     .type = REPLY_TEXT,
     .example = "\"ACC off [31 mins 22 seconds],Upload interval [40 seconds]\"",
     .doc = "Status in words"},
    {.name = "Speed", .type = REPLY_INT, .example = "0", .doc = "km/h, a whole number"},
    {.name = "Mileage", .type = REPLY_TEXT, .example = "\"27.4\"", .doc = "Odometer, km"},
    {.name = "Location",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"Nanshan, Shenzhen, Guangdong, China\"",
     .doc = "The names of the place, from small to large; null where none is known"},
    {.name = "IsReversal", .type = REPLY_INT, .example = "0", .doc = "Always 0"},
};

/* What the rows have in common. */
#define OF_ONE_DEVICE(own_params)                                                                  \
    .prefix = PREFIX_VEHICLE, .needs_enterprise = true, .where = WHERE_INLINE,                     \
    .role = ROLE_VIEWER, .params = (own_params), .param_count = COUNT_OF(own_params),              \
    .weigh = streets_weigh
#define ADDRESS_REPLY                                                                              \
    {                                                                                              \
        .shape = REPLY_STRING,                                                                     \
        .string_example = "\"(2020-07-23 13:44:52) 212 Meters, Kunming, Yunnan, China\""           \
    }
#define LOCATION_REPLY                                                                             \
    {                                                                                              \
        .shape = REPLY_DATA, .members = location_members, .count = COUNT_OF(location_members),     \
        .may_be_nothing = true                                                                     \
    }

static const struct api_method rows[] = {
    {
        .section = 12,
        .name = "GetVehicleAddress",
        OF_ONE_DEVICE(plate_params),
        .fault = FAULT_401,
        .reply = ADDRESS_REPLY,
        .codes = {{CODE_NOT_SEEN, NO_PLATE_TEXT}},
        .doc = "Where a vehicle is: (GPSTime), how far it is from the nearest place that is known, "
               "and the names of that, from small to large. \"\" where it never told a position.",
        .run = get_address_by_plate,
    },
    {
        .section = 13,
        .name = "GetVehicleAddressByDeviceID",
        OF_ONE_DEVICE(id_params),
        .fault = FAULT_401,
        .reply = ADDRESS_REPLY,
        .codes = {{CODE_NOT_SEEN, NO_NUMBER_TEXT}},
        .doc = "The same by DeviceID.",
        .run = get_address_by_device_id,
    },
    {
        .section = 23,
        .name = "GetVehicleLocation",
        .share = SHARE_NOW,
        OF_ONE_DEVICE(plate_params),
        .reply = LOCATION_REPLY,
        .codes = {{CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT}},
        .doc = "Where a vehicle is, with the names of the place. {\"total\": 0, \"data\": []} "
               "where it never told a position.",
        .run = get_location_by_plate,
    },
    {
        .section = 24,
        .name = "GetVehicleLocationByDeviceID",
        .share = SHARE_NOW,
        OF_ONE_DEVICE(id_params),
        .reply = LOCATION_REPLY,
        .codes = {{CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT}},
        .doc = "The same by DeviceID.",
        .run = get_location_by_device_id,
    },
};

const struct method_group address_methods = {.rows = rows, .count = COUNT_OF(rows)};
