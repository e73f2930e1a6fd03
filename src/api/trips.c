/*
 * GetTrips, GetStops, GetDays, GetOverspeed and GetOffline: a row a span. spans.c finds the spans;
 * here it is said what is asked for, and how a row looks.
 */
#include "api/call.h"
#include "api/places.h"
#include "api/snapshot.h"
#include "api/spans.h"
#include "base/units.h"

enum { TRIPS_PLACES = SPANS_OWN, TRIPS_LANGUAGE, TRIPS_OWN };
enum { TRIPS_STOP_MINUTES = TRIPS_OWN, SPEEDING_KMH = TRIPS_OWN, ABSENCE_MINUTES = TRIPS_OWN };
enum {
    MINUTE_S = 60,
    STOP_MINUTES_MAX = 1440,
    KMH_MAX = 1000,
    ABSENCE_MINUTES_MAX = 525600, /* a year */
    CM_PER_M = 100,
};

/* ---- members ---- */

static void write_device(struct call *c, const struct device *d)
{
    struct json_out *out = &c->out;
    json_name(out, "DeviceID");
    json_write_string(out, d->device_id);
    json_name(out, "VehicleNum");
    json_write_string(out, d->plate);
}

static void write_time(struct call *c, const char *name, int64_t time_s)
{
    json_name(&c->out, name);
    call_write_time(c, &c->out, time_s);
}

static void write_ends(struct call *c, const struct span *span)
{
    write_time(c, "StartTime", span->start.time_s);
    write_time(c, "EndTime", span->is_open ? 0 : span->end.time_s);
}

static void write_int(struct call *c, const char *name, int64_t v)
{
    json_name(&c->out, name);
    json_int(&c->out, v);
}

static void write_degrees(struct call *c, const char *name, bool is_known, int32_t angle_e7)
{
    json_name(&c->out, name);
    if (is_known) {
        json_decimal_string(&c->out, units_rounded(angle_e7, 10), 6);
    } else {
        json_write_null(&c->out);
    }
}

/* The names of an end, where rows have any. */
static void write_place(struct call *c, const char *name, bool is_known, const struct spot *end)
{
    const struct places places = places_asked(c, TRIPS_PLACES);
    const struct point at = {end->lat_e7, end->lon_e7};
    places_write_member(&places, name, is_known ? &at : NULL);
}

static void write_kilometres(struct call *c, uint64_t distance_m_e2)
{
    json_name(&c->out, "Kilometres");
    json_decimal_string(&c->out, units_rounded((int64_t)distance_m_e2, CM_PER_M), 3);
}

static void write_speed(struct call *c, const char *name, uint32_t speed_kmh_e2)
{
    json_name(&c->out, name);
    json_decimal(&c->out, units_rounded(speed_kmh_e2, 10), 1);
}

/* Noise is not shown as fuel won. */
static void write_fuel(struct call *c, const struct sums *sums)
{
    json_name(&c->out, "FuelUsed");
    if (sums->has_fuel) {
        snapshot_write_litres(sums->fuel_ml > 0 ? (uint64_t)sums->fuel_ml : 0, &c->out);
    } else {
        json_write_null(&c->out);
    }
}

static void write_clipped(struct call *c, const struct span *span)
{
    json_name(&c->out, "Clipped");
    json_bool(&c->out, span->is_clipped);
}

/* ---- rows ---- */

static void write_trip(struct call *c, const struct device *d, const struct span *span)
{
    bool has_end = !span->is_open && span->end.has_place;
    json_object_begin(&c->out);
    write_device(c, d);
    write_ends(c, span);
    write_degrees(c, "StartLon", span->start.has_place, span->start.lon_e7);
    write_degrees(c, "StartLat", span->start.has_place, span->start.lat_e7);
    write_degrees(c, "EndLon", has_end, span->end.lon_e7);
    write_degrees(c, "EndLat", has_end, span->end.lat_e7);
    write_place(c, "StartPlace", span->start.has_place, &span->start);
    write_place(c, "EndPlace", has_end, &span->end);
    write_kilometres(c, span->sums.distance_m_e2);
    write_int(c, "DrivingSeconds", span->sums.driving_s);
    write_int(c, "IdleSeconds", span->sums.idle_s);
    write_speed(c, "MaxSpeed", span->sums.top_speed_kmh_e2);
    write_speed(c, "MeanSpeed",
                units_kmh_e2_from_way(span->sums.distance_m_e2, span->sums.driving_s));
    write_fuel(c, &span->sums);
    json_object_end(&c->out);
}

/* What a stop, a time above a speed and a time without fixes have in common. */
static void begin_stop(struct call *c, const struct device *d, const struct span *span)
{
    json_object_begin(&c->out);
    write_device(c, d);
    write_ends(c, span);
    write_int(c, "Seconds", span->end.time_s - span->start.time_s);
    write_int(c, "IdleSeconds", span->sums.idle_s);
    write_kilometres(c, span->sums.distance_m_e2);
    write_degrees(c, "Lon", span->start.has_place, span->start.lon_e7);
    write_degrees(c, "Lat", span->start.has_place, span->start.lat_e7);
    write_place(c, "Place", span->start.has_place, &span->start);
    write_clipped(c, span);
}

static void write_stop(struct call *c, const struct device *d, const struct span *span)
{
    begin_stop(c, d, span);
    json_object_end(&c->out);
}

static void write_lapse(struct call *c, const struct device *d, const struct span *span)
{
    begin_stop(c, d, span);
    write_speed(c, "MaxSpeed", span->sums.top_speed_kmh_e2);
    json_object_end(&c->out);
}

static void write_date(struct call *c, int64_t time_s)
{
    char text[ZONE_TEXT_SIZE];
    zone_format(call_clock(c), ZONE_DATE, time_s, text);
    json_name(&c->out, "Date");
    json_write_string(&c->out, text);
}

static void write_day(struct call *c, const struct device *d, const struct span *span)
{
    json_object_begin(&c->out);
    write_device(c, d);
    write_date(c, span->start.time_s);
    write_kilometres(c, span->sums.distance_m_e2);
    write_int(c, "DrivingSeconds", span->sums.driving_s);
    write_int(c, "IdleSeconds", span->sums.idle_s);
    write_int(c, "StoppedSeconds", span->sums.other_s);
    write_int(c, "Trips", (int64_t)span->trips);
    write_speed(c, "MaxSpeed", span->sums.top_speed_kmh_e2);
    write_fuel(c, &span->sums);
    write_time(c, "FirstTime", span->first_time_s);
    write_time(c, "LastTime", span->last_time_s);
    write_int(c, "Fixes", (int64_t)span->fixes);
    write_degrees(c, "Lon", span->end.has_place, span->end.lon_e7);
    write_degrees(c, "Lat", span->end.has_place, span->end.lat_e7);
    write_place(c, "Place", span->end.has_place, &span->end);
    write_clipped(c, span);
    json_object_end(&c->out);
}

/* ---- methods ---- */

/* Of those whose rows tell places. */
static bool check_placed(struct call *c)
{
    return spans_check(c) && places_check_language(c, TRIPS_LANGUAGE);
}

static struct walk_options walk_of_trips(const struct call *c, enum walk_kind kind)
{
    int64_t minutes = call_number(c, TRIPS_STOP_MINUTES, TRIPS_STOP_S / MINUTE_S);
    return (struct walk_options){.kind = kind, .stop_s = minutes * MINUTE_S};
}

static void get_trips(struct call *c)
{
    spans_begin(&(struct spans_query){c, walk_of_trips(c, WALK_TRIPS), write_trip});
}

static void get_stops(struct call *c)
{
    spans_begin(&(struct spans_query){c, walk_of_trips(c, WALK_STOPS), write_stop});
}

static void get_days(struct call *c)
{
    const struct walk_options walk = {.kind = WALK_DAYS, .stop_s = TRIPS_STOP_S};
    spans_begin(&(struct spans_query){c, walk, write_day});
}

static void get_overspeed(struct call *c)
{
    int64_t limit_kmh_e7 = call_number(c, SPEEDING_KMH, 0);
    const struct walk_options walk = {
        .kind = WALK_SPEEDING, .limit_kmh_e2 = units_kmh_e2_from_kmh_e7((uint64_t)limit_kmh_e7)};
    spans_begin(&(struct spans_query){c, walk, write_lapse});
}

static void get_offline(struct call *c)
{
    const struct walk_options walk = {.kind = WALK_ABSENCE,
                                      .limit_s = call_number(c, ABSENCE_MINUTES, 0) * MINUTE_S};
    spans_begin(&(struct spans_query){c, walk, write_lapse});
}

static const struct param_row trip_params[] = {
    SPANS_PARAMS,
    PLACES_PARAMS,
    [TRIPS_STOP_MINUTES] = {.name = "StopMinutes",
                            .type = PARAM_INT,
                            .min = 1,
                            .max = STOP_MINUTES_MAX,
                            .doc = "How long a standstill ends a trip; 5 unless given. Two minutes "
                                   "with the ignition off end it, too"},
};
static const struct param_row day_params[] = {SPANS_PARAMS, PLACES_PARAMS};
static const struct param_row speeding_params[] = {
    SPANS_PARAMS,
    PLACES_PARAMS,
    [SPEEDING_KMH] = {.name = "Kmh",
                      .type = PARAM_DECIMAL,
                      .min = 1,
                      .max = KMH_MAX,
                      .doc = "Above which speed, km/h; unless given, above the OverspeedKmh of "
                             "the alarm rules that held for the device at the time"},
};
static const struct param_row absence_params[] = {
    SPANS_PARAMS,
    PLACES_PARAMS,
    [ABSENCE_MINUTES] = {.name = "Minutes",
                         .type = PARAM_INT,
                         .min = 1,
                         .max = ABSENCE_MINUTES_MAX,
                         .doc = "Without a fix for longer than this; unless given, for longer than "
                                "10 minutes and three upload intervals"},
};

#define DEVICE_MEMBERS                                                                             \
    {.name = "DeviceID",                                                                           \
     .type = REPLY_TEXT,                                                                           \
     .example = "\"862306128008106\"",                                                             \
     .doc = "Identity of the tracker"},                                                            \
    {                                                                                              \
        .name = "VehicleNum", .type = REPLY_TEXT, .example = "\"8020\"", .doc = "Display name"     \
    }
#define END_MEMBERS                                                                                \
    {.name = "StartTime",                                                                          \
     .type = REPLY_TIME,                                                                           \
     .example = "\"2018-09-27 13:53:15\"",                                                         \
     .doc = "When it began"},                                                                      \
    {                                                                                              \
        .name = "EndTime", .type = REPLY_TIME, .nullable = true,                                   \
        .example = "\"2018-09-27 14:20:00\"", .doc = "When it ended; null while it goes on"        \
    }
#define KILOMETRES_MEMBER                                                                          \
    {                                                                                              \
        .name = "Kilometres", .type = REPLY_TEXT, .example = "\"13.700\"", .doc = "Distance"       \
    }
#define DEGREES_MEMBER(member, text)                                                               \
    {                                                                                              \
        .name = (member), .type = REPLY_TEXT, .nullable = true, .example = "\"22.562788\"",        \
        .doc = (text)                                                                              \
    }
#define SECONDS_MEMBER(member, text)                                                               \
    {                                                                                              \
        .name = (member), .type = REPLY_INT, .example = "300", .doc = (text)                       \
    }
#define SPEED_MEMBER(member, text)                                                                 \
    {                                                                                              \
        .name = (member), .type = REPLY_NUMBER, .example = "61.5", .doc = (text)                   \
    }
#define FUEL_MEMBER                                                                                \
    {                                                                                              \
        .name = "FuelUsed", .type = REPLY_TEXT, .nullable = true, .example = "null",               \
        .doc = "Litres; null where unknown"                                                        \
    }
#define CLIPPED_MEMBER                                                                             \
    {                                                                                              \
        .name = "Clipped", .type = REPLY_BOOL, .example = "false",                                 \
        .doc = "It began before the range, or went on behind it"                                   \
    }
#define STOP_MEMBERS                                                                               \
    DEVICE_MEMBERS, END_MEMBERS, SECONDS_MEMBER("Seconds", "From StartTime to EndTime, or now"),   \
        SECONDS_MEMBER("IdleSeconds", "Of these at standstill with the ignition on"),              \
        KILOMETRES_MEMBER, DEGREES_MEMBER("Lon", "Longitude where it began, WGS-84"),              \
        DEGREES_MEMBER("Lat", "Latitude where it began, WGS-84"),                                  \
        PLACE_MEMBER("Place", "Where it began"), CLIPPED_MEMBER

static const struct reply_member trip_members[] = {
    DEVICE_MEMBERS,
    END_MEMBERS,
    DEGREES_MEMBER("StartLon", "Longitude of its start, WGS-84"),
    DEGREES_MEMBER("StartLat", "Latitude of its start, WGS-84"),
    DEGREES_MEMBER("EndLon", "Longitude of its end, WGS-84; null while it goes on"),
    DEGREES_MEMBER("EndLat", "Latitude of its end, WGS-84; null while it goes on"),
    PLACE_MEMBER("StartPlace", "Where it started"),
    PLACE_MEMBER("EndPlace", "Where it ended"),
    KILOMETRES_MEMBER,
    SECONDS_MEMBER("DrivingSeconds", "Under way"),
    SECONDS_MEMBER("IdleSeconds", "At standstill with the ignition on"),
    SPEED_MEMBER("MaxSpeed", "Highest speed, km/h"),
    SPEED_MEMBER("MeanSpeed", "Kilometres over the time under way, km/h"),
    FUEL_MEMBER,
};
static const struct reply_member stop_members[] = {STOP_MEMBERS};
static const struct reply_member lapse_members[] = {
    STOP_MEMBERS,
    SPEED_MEMBER("MaxSpeed", "Highest speed, km/h"),
};
static const struct reply_member day_members[] = {
    DEVICE_MEMBERS,
    {.name = "Date",
     .type = REPLY_TEXT,
     .example = "\"2018-09-27\"",
     .doc = "Day of the enterprise's zone"},
    KILOMETRES_MEMBER,
    SECONDS_MEMBER("DrivingSeconds", "Under way"),
    SECONDS_MEMBER("IdleSeconds", "At standstill with the ignition on"),
    SECONDS_MEMBER("StoppedSeconds", "The rest of the day, from the device's first fix on"),
    SECONDS_MEMBER("Trips", "How many began"),
    SPEED_MEMBER("MaxSpeed", "Highest speed, km/h"),
    FUEL_MEMBER,
    {.name = "FirstTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2018-09-27 06:12:00\"",
     .doc = "Its first fix; null where there is none"},
    {.name = "LastTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2018-09-27 18:40:10\"",
     .doc = "Its last fix"},
    SECONDS_MEMBER("Fixes", "How many"),
    DEGREES_MEMBER("Lon", "Longitude where it was seen last by then, WGS-84"),
    DEGREES_MEMBER("Lat", "Latitude where it was seen last by then, WGS-84"),
    PLACE_MEMBER("Place", "Where that was"),
    CLIPPED_MEMBER,
};

/* What the five rows have in common. */
#define SPANS_METHOD(own_params, own_members, own_check)                                           \
    .prefix = PREFIX_MANAGE, .needs_enterprise = true, .where = WHERE_STORE, .role = ROLE_VIEWER,  \
    .fault = FAULT_500, .params = (own_params), .param_count = COUNT_OF(own_params),               \
    .reply = {.shape = REPLY_SPANS, .members = (own_members), .count = COUNT_OF(own_members)},     \
    .check = (own_check)

static const struct api_method rows[] = {
    {
        .name = "GetTrips",
        SPANS_METHOD(trip_params, trip_members, check_placed),
        .doc = "The trips that start in a range, whole, by device and time. A trip begins with the "
               "first fix that moves and ends with the first that stands; a silence ends it, too. "
               "One that still goes on a week behind the range is told as open.",
        .run = get_trips,
    },
    {
        .name = "GetStops",
        SPANS_METHOD(trip_params, stop_members, check_placed),
        .doc = "What lies between trips, clipped to the range, by device and time. Trips and stops "
               "add up to the days where a range begins and ends inside stops.",
        .run = get_stops,
    },
    {
        .name = "GetDays",
        SPANS_METHOD(day_params, day_members, check_placed),
        .doc = "A row a device and day of the enterprise's zone, by device and date; of the first "
               "and the last day what is in the range. Days before a device's first fix have none.",
        .run = get_days,
    },
    {
        .name = "GetOverspeed",
        SPANS_METHOD(speeding_params, lapse_members, check_placed),
        .doc = "When devices were faster than Kmh, or than their alarm rules allow, clipped to the "
               "range, by device and time: from "
               "the first fix that is to the first that is not, or to the last before a silence.",
        .run = get_overspeed,
    },
    {
        .name = "GetOffline",
        SPANS_METHOD(absence_params, lapse_members, check_placed),
        .doc = "When no fix was taken for long, clipped to the range, by device and time. The "
               "distance over such a time belongs to the fix that ends it.",
        .run = get_offline,
    },
};

const struct method_group trip_methods = {.rows = rows, .count = COUNT_OF(rows)};
