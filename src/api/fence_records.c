/*
 * Sections 19 and 20: when vehicles went into geofences and out of them, whether or not that is an
 * alarm.
 */
#include "api/records.h"

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
    const struct records_query query = {
        .call = c,
        .asked = {.kinds = ALARM_BIT(GEOFENCE_ENTER) | ALARM_BIT(GEOFENCE_LEAVE),
                  .takes = records_is_of_fence},
        .write_row = write_row,
    };
    records_begin_asked(&query, find);
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
    return records_check_ids(c, FORMAT_TEXT);
}

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
        .params = records_id_params,
        .param_count = RECORDS_FIELDS,
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
        .params = records_plate_params,
        .param_count = RECORDS_FIELDS,
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .codes = {{RECORDS_CODE_ORDER, RECORDS_ORDER_TEXT}},
        .doc = "The same by plates.",
        .run = get_by_plate,
    },
};

const struct method_group fence_record_methods = {.rows = rows, .count = COUNT_OF(rows)};
