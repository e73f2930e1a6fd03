/*
 * Sections 21, 22 and 28: alarms as records, each as it was when it was raised. Those of devices
 * that never had a position are left out, as sections 7 to 10 leave them out; ListAlarms has them.
 */
#include "api/members.h"
#include "api/places.h"
#include "api/records.h"
#include "api/shown_alarms.h"

enum {
    REMOVALS_TYPE = RECORDS_FIELDS,
    REMOVALS_SHOW_ADDRESS,
    REMOVALS_QUERY,
    REMOVALS_KEY,
};
enum removal_query { QUERY_NONE, QUERY_DEVICE, QUERY_PLATE };
enum {
    CODE_NO_ENTERPRISE = 4001,
    CODE_NO_DEVICE = 4005,
    CODE_NO_PLATE = 4006,
};

#define FORMAT_TEXT                                                                                \
    "deviceIDs format is not correct, please deviceID,deviceID,deviceID,\u2026format"
#define NO_ENTERPRISE_TEXT "Get the hold ID of the enterprise failure"
#define NO_DEVICE_TEXT     "This device does not exist or has been deleted"
#define NO_PLATE_TEXT      "This Vehicle Plate does not exist or has been deleted"

/* ---- members ---- */

static void write_type(struct call *c, const struct event *e)
{
    char words[ALARM_WORDS_SIZE];
    alarm_words(e, words);
    member_text(c, "AlarmType", words);
}

/* ---- sections 21 and 22 ---- */

static void write_alarm(struct call *c, const struct device *d, const struct event *e)
{
    struct fold_state state;
    state_of_event(e, &state);
    json_object_begin(&c->out);
    write_alarm_time(c, "GPSTime", e->gps_time_s);
    write_alarm_time(c, "RcvTime", e->rcv_time_s);
    member_text(c, "VehicleNum", d->plate);
    member_text(c, "DeviceID", d->device_id);
    write_type(c, e);
    write_alarm_place(c, e->lat_e7, e->lon_e7);
    write_alarm_speed(c, state.current.speed_kmh_e2);
    write_alarm_course(c, state.current.course_cdeg);
    write_event_status(c, e, &state);
    json_object_end(&c->out);
}

static void begin_alarms(struct call *c, device_finder *find)
{
    const struct records_query query = {
        .call = c,
        .asked = {.kinds = records_alarm_kinds(), .alarms_only = true, .takes = records_has_place},
        .write_row = write_alarm,
    };
    records_begin_asked(&query, find);
}

static bool check_format(struct call *c)
{
    return records_check_ids(c, FORMAT_TEXT);
}

static void get_by_device_id(struct call *c)
{
    begin_alarms(c, directory_find_by_device_id);
}

static void get_by_plate(struct call *c)
{
    begin_alarms(c, directory_find_by_plate);
}

/* ---- section 28 ---- */

/* What all rows have in common. */
static const char *hold_name(struct call *c)
{
    struct enterprise e;
    if (directory_enterprise(c->shard->directory, c->caller.enterprise_id, &c->arena, &e) !=
        ERR_OK) {
        return "";
    }
    return e.name;
}

static void write_nothing(struct call *c, const char *name)
{
    member_text(c, name, "");
}

static void write_removal(struct call *c, const struct device *d, const struct event *e)
{
    struct fold_state state;
    state_of_event(e, &state);
    json_object_begin(&c->out);
    write_nothing(c, "WONO");
    write_nothing(c, "PeopleName");
    write_nothing(c, "FrameNo");
    write_nothing(c, "CarInstallStore");
    member_text(c, "VehicleName", d->plate);
    member_text(c, "SIM2", d->device_id);
    write_type(c, e);
    write_alarm_time(c, "RcvTime", e->rcv_time_s);
    write_alarm_time(c, "GPSTime", e->gps_time_s);
    write_alarm_speed(c, state.current.speed_kmh_e2);
    write_event_status(c, e, &state);
    write_alarm_place(c, e->lat_e7, e->lon_e7);
    json_name(&c->out, "Culocation");
    if (call_number(c, REMOVALS_SHOW_ADDRESS, 0) != 0) {
        const struct places places = places_of(c);
        places_write(&places, &(struct point){e->lat_e7, e->lon_e7});
    } else {
        json_write_string(&c->out, "");
    }
    member_text(c, "HoldName", c->own);
    json_object_end(&c->out);
}

static event_set removal_kinds(const struct call *c)
{
    event_set kinds = 0;
    const struct value *types = &c->values[REMOVALS_TYPE];
    if (types->count == 0 || !alarm_kinds_of(types, &kinds) || kinds == 0) {
        kinds = ALARM_BIT(REMOVAL) | ALARM_BIT(POWER_OFF) | ALARM_BIT(COVER_OPEN);
    }
    return kinds;
}

static bool check_removals(struct call *c)
{
    event_set kinds = 0;
    int64_t query = call_number(c, REMOVALS_QUERY, QUERY_NONE);
    if (query == QUERY_NONE && !call_has(c, RECORDS_NAMES)) {
        call_fault(c, "DeviceIDs", PARAM_MISSING);
        return false;
    }
    if (query != QUERY_NONE && c->values[REMOVALS_KEY].count == 0) {
        call_fault(c, "QueryKey", PARAM_MISSING);
        return false;
    }
    if (!alarm_kinds_of(&c->values[REMOVALS_TYPE], &kinds)) {
        call_fault(c, "AlarmType", "no type of alarm");
        return false;
    }
    return true;
}

static struct device_ref *asked_devices(struct call *c, size_t *count)
{
    switch (call_number(c, REMOVALS_QUERY, QUERY_NONE)) {
    case QUERY_DEVICE:
        return device_list_asked(c, REMOVALS_KEY, directory_find_by_device_id, count);
    case QUERY_PLATE:
        return device_list_asked(c, REMOVALS_KEY, directory_find_by_plate, count);
    default:
        return device_list_asked(c, RECORDS_NAMES, directory_find_by_device_id, count);
    }
}

static void get_removals(struct call *c)
{
    if (c->caller.enterprise_id == 0) {
        call_fail(c, CODE_NO_ENTERPRISE, NO_ENTERPRISE_TEXT);
        return;
    }
    int64_t by = call_number(c, REMOVALS_QUERY, QUERY_NONE);
    bool is_all = by == QUERY_NONE && call_text(c, RECORDS_NAMES)[0] == '\0';
    struct records_query query = {
        .call = c,
        .asked = {.from_s = call_number(c, RECORDS_START, 0),
                  .to_s = call_number(c, RECORDS_END, 0),
                  .kinds = removal_kinds(c),
                  .alarms_only = true,
                  .takes = records_has_place},
        .write_row = write_removal,
    };
    query.refs = asked_devices(c, &query.count);
    if (query.count == 0 && !is_all) {
        call_fail(c, by == QUERY_PLATE ? CODE_NO_PLATE : CODE_NO_DEVICE,
                  by == QUERY_PLATE ? NO_PLATE_TEXT : NO_DEVICE_TEXT);
    } else if (!records_check_order(c)) {
        directory_release_all(c->shard->directory, query.refs, query.count);
    } else {
        c->own = arena_copy_text(&c->arena, hold_name(c));
        records_begin(&query);
    }
}

/* ---- rows ---- */

static const struct param_row removal_params[] = {
    [RECORDS_NAMES] = {.name = "DeviceIDs",
                       .type = PARAM_LIST,
                       .may_be_empty = true,
                       .doc = "DeviceIDs between commas; \"\": all. Needed where QueryType is 0"},
    RECORDS_SPAN_PARAMS,
    [REMOVALS_TYPE] = {.name = "AlarmType",
                       .type = PARAM_LIST,
                       .doc = "Types between commas or semicolons; unless given Removal alarm, "
                              "Power off alarm and Cover open alarm"},
    [REMOVALS_SHOW_ADDRESS] = {.name = "IsShowAddress",
                               .type = PARAM_BOOL,
                               .doc = "Whether Culocation names the place; false unless given"},
    [REMOVALS_QUERY] = {.name = "QueryType",
                        .type = PARAM_INT,
                        .max = QUERY_PLATE,
                        .doc = "0 by DeviceIDs, 1 by DeviceID in QueryKey, 2 by plate there"},
    [REMOVALS_KEY] = {.name = "QueryKey",
                      .type = PARAM_LIST,
                      .doc = "What QueryType says; it is needed where that is 1 or 2"},
};

#define STATUS_MEMBER                                                                              \
    {                                                                                              \
        .name = "StatusDes", .type = REPLY_TEXT,                                                   \
        .example = "\"Moving [7 mins 30 seconds],Upload interval [15 seconds]\"",                  \
        .doc = "Status in words"                                                                   \
    }
#define EMPTY_MEMBER(member)                                                                       \
    {                                                                                              \
        .name = (member), .type = REPLY_TEXT, .example = "\"\"", .doc = "Always empty"             \
    }

static const struct reply_member members[] = {
    ALARM_GPS_TIME_MEMBER,
    ALARM_RCV_TIME_MEMBER,
    {.name = "VehicleNum", .type = REPLY_TEXT, .example = "\"88125225\"", .doc = "Display name"},
    {.name = "DeviceID",
     .type = REPLY_TEXT,
     .example = "\"88120225\"",
     .doc = "Identity of the tracker"},
    ALARM_TYPE_MEMBER,
    ALARM_PLACE_MEMBERS,
    ALARM_SPEED_MEMBER,
    ALARM_COURSE_MEMBER,
    STATUS_MEMBER,
};

static const struct reply_member removal_members[] = {
    EMPTY_MEMBER("WONO"),
    EMPTY_MEMBER("PeopleName"),
    EMPTY_MEMBER("FrameNo"),
    EMPTY_MEMBER("CarInstallStore"),
    {.name = "VehicleName", .type = REPLY_TEXT, .example = "\"862009759\"", .doc = "Display name"},
    {.name = "SIM2",
     .type = REPLY_TEXT,
     .example = "\"8620059759\"",
     .doc = "Identity of the tracker"},
    ALARM_TYPE_MEMBER,
    ALARM_RCV_TIME_MEMBER,
    ALARM_GPS_TIME_MEMBER,
    ALARM_SPEED_MEMBER,
    STATUS_MEMBER,
    ALARM_PLACE_MEMBERS,
    {.name = "Culocation",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"\"",
     .doc = "The names of the place, from small to large; \"\" where they were not asked for, null "
            "where none is known"},
    {.name = "HoldName", .type = REPLY_TEXT, .example = "\"3W group\"", .doc = "The enterprise"},
};

static const struct api_method rows[] = {
    {
        .section = 21,
        .name = "GetAlarmRecordsByDeviceID",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = records_id_params,
        .param_count = RECORDS_FIELDS,
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .codes = {{RECORDS_CODE_FORMAT, FORMAT_TEXT}, {RECORDS_CODE_ORDER, RECORDS_ORDER_TEXT}},
        .doc = "The alarms that began in a range, by time, then DeviceID, at most the first "
               "50,000. DeviceIDs that do not exist are passed over, alarms without any position "
               "left out.",
        .check = check_format,
        .run = get_by_device_id,
    },
    {
        .section = 22,
        .name = "GetAlarmRecords",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = records_plate_params,
        .param_count = RECORDS_FIELDS,
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .codes = {{RECORDS_CODE_ORDER, RECORDS_ORDER_TEXT}},
        .doc = "The same by plates.",
        .run = get_by_plate,
    },
    {
        .section = 28,
        .name = "GetRemovalAlarms",
        .prefix = PREFIX_VEHICLE,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = removal_params,
        .param_count = COUNT_OF(removal_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = removal_members,
                  .count = COUNT_OF(removal_members)},
        .codes = {{RECORDS_CODE_ORDER, RECORDS_ORDER_TEXT},
                  {CODE_NO_ENTERPRISE, NO_ENTERPRISE_TEXT},
                  {CODE_NO_DEVICE, NO_DEVICE_TEXT},
                  {CODE_NO_PLATE, NO_PLATE_TEXT}},
        .doc = "Alarms of tampering, or of the types asked for, that began in a range, by time, "
               "then DeviceID, at most the first 50,000; those without any position are left out.",
        .check = check_removals,
        .run = get_removals,
    },
};

const struct method_group alarm_methods = {.rows = rows, .count = COUNT_OF(rows)};
