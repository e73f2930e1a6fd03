/*
 * Sections 9 and 10: the records of one device in a span of time (timeline.h).
 *
 * Two passes in steps, since `total` comes first: one counts the records, the other writes them, a
 * piece at a time.
 */
#include <stdlib.h>

#include "api/call.h"
#include "api/share.h"
#include "api/snapshot.h"
#include "api/timeline.h"
#include "base/log.h"
#include "base/mem.h"
#include "fleet/directory_formers.h"

enum { HISTORY_NAME, HISTORY_START, HISTORY_END };
enum {
    RECORDS_MAX = 50000,
    COUNTED_A_STEP = 8192, /* GPSTimes */
    SPAN_MAX_S = 3 * 86400,
    CODE_ORDER = 403,
    CODE_NO_PLATE = 4001,
    CODE_NO_DEVICE = 4002,
    CODE_UNREADABLE = 500,
};

struct history {
    struct call *call;
    struct timeline *records;
    size_t left;     /* records not written yet, as far as they are counted */
    bool is_counted; /* all of them are */
};

static void write_record(struct history *h, struct json_out *out)
{
    struct shown_alarms alarms;
    struct snapshot shown = timeline_snapshot(h->records, &alarms);
    const struct device device = share_device(h->call, shown.device);
    shown.device = &device;
    json_object_begin(out);
    snapshot_write(&shown, out);
    json_name(out, "IsReversal");
    json_int(out, 0);
    json_object_end(out);
}

/* One piece of the answer; the last one ends Data. */
static enum call_step write_piece(struct history *h, struct json_out *out)
{
    while (h->left > 0 && !h->records->is_over && out->len < CALL_PIECE_BYTES) {
        if (timeline_next(h->records)) {
            write_record(h, out);
            h->left--;
        }
    }
    if (h->left > 0 && !h->records->is_over) {
        return STEP_PIECE;
    }
    if (h->left > 0) {
        log_line(LOG_ERROR, "history_changed", "why=\"%s\"", err_text(h->records->e));
    }
    json_array_end(out);
    json_object_end(out);
    return STEP_END;
}

static void close_history(void *state)
{
    struct history *h = state;
    timeline_free(h->records);
    free(h);
}

/* Counts on. After the last record it goes back to the first, which is then the next. */
static void count_records(struct history *h)
{
    struct timeline *records = h->records;
    size_t until = records->work + COUNTED_A_STEP;
    while (h->left < RECORDS_MAX && !records->is_over && records->work < until) {
        h->left += timeline_pass(records);
    }
    h->is_counted = h->left == RECORDS_MAX || records->is_over;
    if (h->is_counted && records->e == ERR_OK && h->left > 0) {
        timeline_rewind(records);
    }
}

static void begin_data(struct history *h, struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "total");
    json_int(out, (int64_t)h->left);
    json_name(out, "data");
    json_array_begin(out);
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct history *h = state;
    if (!h->is_counted) {
        count_records(h);
        if (!h->is_counted) {
            return STEP_AGAIN;
        }
        if (h->records->e != ERR_OK) {
            timeline_fail(h->records);
            return STEP_END;
        }
        begin_data(h, out);
    }
    return write_piece(h, out);
}

/* Answers with the device found; it is given back with the history. */
static void get_history(struct call *c, struct device_ref ref)
{
    int64_t from_s = call_number(c, HISTORY_START, 0);
    int64_t to_s = call_number(c, HISTORY_END, 0);
    if (from_s > to_s) {
        call_fail(c, CODE_ORDER, "startTime should not be greater than end time");
        device_ref_release(c->shard->directory, &ref);
        return;
    }
    to_s = to_s > from_s + SPAN_MAX_S ? from_s + SPAN_MAX_S : to_s;
    struct timeline *records = timeline_open(c, ref, from_s, to_s);
    if (records != NULL) {
        struct history *h = mem_new(sizeof(*h));
        *h = (struct history){.call = c, .records = records};
        c->stream = (struct call_stream){next_step, close_history, h};
    }
}

static void get_history_by_plate(struct call *c)
{
    struct device_ref ref;
    if (directory_find_history_by_plate(c->shard->directory, &c->caller, call_text(c, HISTORY_NAME),
                                        &ref) != ERR_OK) {
        call_fail(c, CODE_NO_PLATE, "Vehicle Plate does not exist or been deleted");
        return;
    }
    get_history(c, ref);
}

static void get_history_by_device_id(struct call *c)
{
    struct device_ref ref;
    if (directory_find_history_by_device_id(c->shard->directory, &c->caller,
                                            call_text(c, HISTORY_NAME), &ref) != ERR_OK) {
        call_fail(c, CODE_NO_DEVICE, "Device number does not exist or has been deleted");
        return;
    }
    get_history(c, ref);
}

#define SPAN_PARAMS                                                                                \
    [HISTORY_START] = {.name = "StartTime",                                                        \
                       .type = PARAM_TIME,                                                         \
                       .required = true,                                                           \
                       .doc = "First instant, inclusive"},                                         \
    [HISTORY_END] = {.name = "EndTime",                                                            \
                     .type = PARAM_TIME,                                                           \
                     .ends_range = true,                                                           \
                     .required = true,                                                             \
                     .doc = "Last instant, inclusive; at most the first three days are answered"}

static const struct param_row plate_params[] = {
    [HISTORY_NAME] = {.name = "NumberPlateLists",
                      .type = PARAM_TEXT,
                      .required = true,
                      .doc = "One plate"},
    SPAN_PARAMS,
};
static const struct param_row id_params[] = {
    [HISTORY_NAME] = {.name = "DeviceID",
                      .type = PARAM_TEXT,
                      .required = true,
                      .doc = "One device"},
    SPAN_PARAMS,
};

static const struct reply_member members[] = {
    SNAPSHOT_MEMBERS,
    {.name = "IsReversal", .type = REPLY_INT, .example = "0", .doc = "Always 0"},
};

static const struct api_method rows[] = {
    {
        .section = 9,
        .name = "GetHistoryVehicleInfo",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .share = SHARE_NOW,
        .fault = FAULT_401,
        .params = plate_params,
        .param_count = COUNT_OF(plate_params),
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .codes = {{CODE_ORDER, "startTime should not be greater than end time"},
                  {CODE_NO_PLATE, "Vehicle Plate does not exist or been deleted"},
                  {CODE_UNREADABLE, TIMELINE_UNREADABLE_TEXT}},
        .doc = "The records of one device by plate, one a GPSTime, oldest first: those of the "
               "first three days from StartTime, at most 50,000. Of a longer time ask again, from "
               "the last record on. A record without a position shows the last one; records "
               "before any are left out.",
        .run = get_history_by_plate,
    },
    {
        .section = 10,
        .name = "GetHistoryVehicleInfoByDeviceID",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .share = SHARE_NOW,
        .fault = FAULT_401,
        .params = id_params,
        .param_count = COUNT_OF(id_params),
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .codes = {{CODE_ORDER, "startTime should not be greater than end time"},
                  {CODE_NO_DEVICE, "Device number does not exist or has been deleted"},
                  {CODE_UNREADABLE, TIMELINE_UNREADABLE_TEXT}},
        .doc = "The records of one device by DeviceID, one a GPSTime, oldest first: those of the "
               "first three days from StartTime, at most 50,000. Of a longer time ask again, from "
               "the last record on. A record without a position shows the last one; records "
               "before any are left out.",
        .run = get_history_by_device_id,
    },
};

const struct method_group history_methods = {.rows = rows, .count = COUNT_OF(rows)};
