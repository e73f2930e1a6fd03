/*
 * Sections 19 and 20: when vehicles went into geofences and out of them, whether or not that is an
 * alarm.
 */
#include "api/device_list.h"
#include "api/records.h"

enum { CROSSINGS_NAMES, CROSSINGS_START, CROSSINGS_END };
enum { IO_IN, IO_OUT };

#define FORMAT_TEXT                                                                                \
    "DeviceIDs format is incorrect, please use DeviceID,DeviceID,DeviceID,\u2026format"

static void write_row(struct call *c, const struct device *d, const struct event *e)
{
    struct json_out *out = &c->out;
    json_object_begin(out);
    json_name(out, "VehicleNum");
    json_write_string(out, d->plate);
    json_name(out, "DeviceID");
    json_write_string(out, d->device_id);
    json_name(out, "RegionName");
    json_write_string(out, e->name);
    json_name(out, "IOTime");
    call_write_time(c, out, e->gps_time_s);
    json_name(out, "IOType");
    json_int(out, e->kind == ALARM_GEOFENCE_ENTER ? IO_IN : IO_OUT);
    json_object_end(out);
}

/* What trackers tell of geofences of their own is an alarm, and no crossing of one of ours. */
static void begin(struct call *c, device_finder *find)
{
    if (!records_check_order(c, CROSSINGS_START, CROSSINGS_END)) {
        return;
    }
    struct records_query query = {
        .call = c,
        .asked = {.from_s = call_number(c, CROSSINGS_START, 0),
                  .to_s = call_number(c, CROSSINGS_END, 0),
                  .kinds = ALARM_BIT(GEOFENCE_ENTER) | ALARM_BIT(GEOFENCE_LEAVE)},
        .takes = records_is_of_fence,
        .write_row = write_row,
    };
    query.refs = device_list_asked(c, CROSSINGS_NAMES, find, &query.count);
    records_begin(&query);
}

static void get_by_device_id(struct call *c)
{
    begin(c, directory_find_by_device_id);
}

static void get_by_plate(struct call *c)
{
    begin(c, directory_find_by_plate);
}

static bool check_format(struct call *c)
{
    return records_check_ids(c, CROSSINGS_NAMES, FORMAT_TEXT);
}

#define SPAN_PARAMS                                                                                \
    [CROSSINGS_START] = {.name = "StartTime",                                                      \
                         .type = PARAM_TIME,                                                       \
                         .required = true,                                                         \
                         .doc = "First instant, inclusive"},                                       \
    [CROSSINGS_END] = {.name = "EndTime",                                                          \
                       .type = PARAM_TIME,                                                         \
                       .ends_range = true,                                                         \
                       .required = true,                                                           \
                       .doc = "Last instant, inclusive"}

static const struct param_row id_params[] = {
    [CROSSINGS_NAMES] = {.name = "DeviceIDs",
                         .type = PARAM_LIST,
                         .required = true,
                         .may_be_empty = true,
                         .doc = "DeviceIDs between commas"},
    SPAN_PARAMS,
};
static const struct param_row plate_params[] = {
    [CROSSINGS_NAMES] = {.name = "VehicleNums",
                         .type = PARAM_LIST,
                         .required = true,
                         .doc = "Plates between commas"},
    SPAN_PARAMS,
};

static const struct reply_member members[] = {
    {.name = "VehicleNum", .type = REPLY_TEXT, .example = "\"1686-VV5\"", .doc = "Display name"},
    {.name = "DeviceID",
     .type = REPLY_TEXT,
     .example = "\"861908511\"",
     .doc = "Identity of the tracker"},
    {.name = "RegionName",
     .type = REPLY_TEXT,
     .example = "\"Newly built fence\"",
     .doc = "The geofence, as it was called then"},
    {.name = "IOTime",
     .type = REPLY_TIME,
     .example = "\"2020-07-26 12:39:06\"",
     .doc = "GPSTime of the crossing"},
    {.name = "IOType", .type = REPLY_INT, .example = "1", .doc = "0 in, 1 out"},
};

static const struct api_method rows[] = {
    {
        .section = 19,
        .name = "GetGeofenceRecordsByDeviceID",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = id_params,
        .param_count = COUNT_OF(id_params),
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .codes = {{RECORDS_CODE_FORMAT, FORMAT_TEXT}, {RECORDS_CODE_ORDER, RECORDS_ORDER_TEXT}},
        .doc = "When devices crossed the borders of geofences, by time, then DeviceID, at most "
               "the first 50,000. DeviceIDs that do not exist are passed over.",
        .check = check_format,
        .run = get_by_device_id,
    },
    {
        .section = 20,
        .name = "GetGeofenceRecords",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = plate_params,
        .param_count = COUNT_OF(plate_params),
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .codes = {{RECORDS_CODE_ORDER, RECORDS_ORDER_TEXT}},
        .doc = "The same by plates.",
        .run = get_by_plate,
    },
};

const struct method_group fence_record_methods = {.rows = rows, .count = COUNT_OF(rows)};
