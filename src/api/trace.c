/*
 * Section 26: the way of one device in a span of time, of any length. Its records are those of
 * sections 9 and 10 (timeline.h), without those at standstill and those that no GPS told, unless
 * they are asked for; the document prints all of its numbers as texts.
 *
 * Two passes in steps, since `total` comes first: one counts the rows, the other writes them, a
 * piece at a time. Which records are left out depends on what was known before them, so both fold.
 * A long span is read twice then: of late fixes that arrive meanwhile some may show, and as many
 * rows fewer at the end. The corrected path, where one is asked for, is made of all fixes that are
 * passed while the rows are counted, and written behind them.
 */
#include <stdlib.h>

#include "api/call.h"
#include "api/correction.h"
#include "api/snapshot.h"
#include "api/timeline.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/units.h"
#include "fleet/directory_formers.h"

enum { TRACE_DEVICE, TRACE_START, TRACE_END, TRACE_ZERO_SPEED, TRACE_LBS, TRACE_PATH };
enum {
    ROWS_MAX = 50000,
    COUNTED_A_STEP = 2048, /* GPSTimes */
    CODE_ORDER = 403,
    CODE_NO_DEVICE = 404,
    CODE_UNREADABLE = 500,
    DECIMALS = 6,
    KMH_E2_PER_KMH_E1 = 10,
    KMH_E1_PER_KMH = 10,
    CM_PER_KM = 100000,
    CDEG_PER_DEG = 100,
    DEG_ALL = 360,
};

#define ORDER_TEXT "startTime should not be greater than end time"

struct trace {
    struct call *call;
    struct timeline *records;
    bool has_standing; /* with the rows at standstill ... */
    bool has_network;  /* ... and those of LBS and Wi-Fi */
    size_t total;
    size_t left;             /* rows not written yet, as far as they are counted */
    bool is_counted;         /* all of them are */
    bool is_long;            /* a piece of them was handed out */
    bool is_told;            /* all are written, and what comes is the path */
    struct correction *path; /* NULL: none is asked for */
};

/* ---- which ---- */

/* Whether GPS told the place that is shown, and had a lock then. */
static bool is_gps(const struct fix *shown)
{
    return shown->source == FIX_GPS && (shown->flags & FIX_VALID) != 0;
}

/* Where no speed is told, the fold knows whether the vehicle moves. */
static bool stands(const struct fold_state *state)
{
    const struct fix *shown = &state->current;
    if ((shown->has & FIX_HAS_SPEED) == 0) {
        return state->motion != MOTION_MOVING;
    }
    return units_rounded(shown->speed_kmh_e2, KMH_E2_PER_KMH_E1) == 0;
}

/* Goes on by a record; whether it is a row. */
static bool next_row(struct trace *t)
{
    if (!timeline_next(t->records)) {
        return false;
    }
    const struct fold_state *state = t->records->shown;
    if (t->path != NULL && !t->is_counted) {
        correction_add(t->path, &t->records->best, stands(state));
    }
    return (t->has_standing || !stands(state)) && (t->has_network || is_gps(&state->current));
}

/* ---- rows ---- */

static void put_angle(struct json_out *out, const char *name, int32_t angle_e6)
{
    json_name(out, name);
    json_decimal_string(out, angle_e6, DECIMALS);
}

static void put_whole(struct json_out *out, const char *name, int64_t v)
{
    json_name(out, name);
    json_decimal_string(out, v, 0);
}

/* "0", "40" and "38.9". */
static void put_speed(struct json_out *out, uint32_t speed_kmh_e2)
{
    int64_t speed_kmh_e1 = units_rounded(speed_kmh_e2, KMH_E2_PER_KMH_E1);
    bool is_whole = speed_kmh_e1 % KMH_E1_PER_KMH == 0;
    json_name(out, "Speed");
    json_decimal_string(out, is_whole ? speed_kmh_e1 / KMH_E1_PER_KMH : speed_kmh_e1,
                        is_whole ? 0 : 1);
}

static void write_row(struct trace *t, struct json_out *out)
{
    struct shown_alarms alarms;
    const struct snapshot shown = timeline_snapshot(t->records, &alarms);
    const struct fix *fix = &shown.state->current;
    const uint32_t ignition_on = FIX_IGNITION_ON;
    struct shown_place wgs = snapshot_place(fix);
    struct shown_place gcj = snapshot_gcj_place(fix);
    json_object_begin(out);
    snapshot_write_times(&shown, out);
    put_angle(out, "Lon", wgs.lon_e6);
    put_angle(out, "Lat", wgs.lat_e6);
    put_angle(out, "RLon", gcj.lon_e6);
    put_angle(out, "RLat", gcj.lat_e6);
    snapshot_write_words(&shown, out);
    put_speed(out, fix->speed_kmh_e2);
    put_whole(out, "Direct", units_rounded(fix->course_cdeg, CDEG_PER_DEG) % DEG_ALL);
    put_whole(out, "Status", (fix->flags & ignition_on) != 0);
    put_whole(out, "Mileage", units_rounded((int64_t)shown.state->odometer_m_e2, CM_PER_KM));
    put_whole(out, "GPSFlag", is_gps(fix));
    json_object_end(out);
}

/* ---- the answer ---- */

/* Counts on. After the last row it goes back to the first, which is then the next. */
static void count_rows(struct trace *t)
{
    struct timeline *records = t->records;
    size_t until = records->work + COUNTED_A_STEP;
    while (t->total < ROWS_MAX && !records->is_over && records->work < until) {
        t->total += next_row(t);
    }
    t->is_counted = t->total == ROWS_MAX || records->is_over;
    if (t->is_counted && records->e == ERR_OK && t->total > 0) {
        timeline_rewind(records);
    }
    t->left = t->total;
}

static void begin_data(const struct trace *t, struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "total");
    json_int(out, (int64_t)t->total);
    json_name(out, "data");
    json_array_begin(out);
}

/* Ends the rows, and begins the path. */
static void end_rows(struct trace *t, struct json_out *out)
{
    if (t->left > 0) {
        log_line(LOG_ERROR, "history_changed", "why=\"%s\"", err_text(t->records->e));
    }
    json_array_end(out);
    json_name(out, "correct_path");
    t->is_told = true;
    if (t->is_long && t->path != NULL) {
        correction_forget_deadline(t->path);
    }
}

/* The corrected path: [] where none was asked for, or there is nothing to correct. */
static enum call_step write_path(struct trace *t, struct json_out *out)
{
    enum call_step step = STEP_END;
    if (t->path != NULL && t->total > 0) {
        step = correction_next(t->path, out);
    } else {
        json_array_begin(out);
        json_array_end(out);
    }
    if (step == STEP_END) {
        json_object_end(out);
    }
    return step;
}

static enum call_step write_rows(struct trace *t, struct json_out *out)
{
    struct timeline *records = t->records;
    size_t until = records->work + COUNTED_A_STEP;
    while (t->left > 0 && !records->is_over && records->work < until &&
           out->len < CALL_PIECE_BYTES) {
        if (next_row(t)) {
            write_row(t, out);
            t->left--;
        }
    }
    if (t->left == 0 || records->is_over) {
        end_rows(t, out);
        return t->is_long ? STEP_PIECE : STEP_AGAIN;
    }
    if (out->len < CALL_PIECE_BYTES && (out->len == 0 || !t->is_long)) {
        return STEP_AGAIN;
    }
    t->is_long = true;
    return STEP_PIECE;
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct trace *t = state;
    if (!t->is_counted) {
        count_rows(t);
        if (!t->is_counted) {
            return STEP_AGAIN;
        }
        if (t->records->e != ERR_OK) {
            timeline_fail(t->records);
            return STEP_END;
        }
        begin_data(t, out);
    }
    return t->is_told ? write_path(t, out) : write_rows(t, out);
}

static void close_trace(void *state)
{
    struct trace *t = state;
    timeline_free(t->records);
    correction_free(t->path);
    free(t);
}

static bool wait_for_path(void *state, struct call_waker waker)
{
    struct trace *t = state;
    return correction_wait(t->path, waker);
}

static void get_trace(struct call *c)
{
    struct device_ref ref;
    int64_t from_s = call_number(c, TRACE_START, 0);
    int64_t to_s = call_number(c, TRACE_END, 0);
    if (directory_find_history_by_device_id(c->shard->directory, &c->caller,
                                            call_text(c, TRACE_DEVICE), &ref) != ERR_OK) {
        call_fail(c, CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT);
        return;
    }
    if (from_s > to_s) {
        call_fail(c, CODE_ORDER, ORDER_TEXT);
        device_ref_release(c->shard->directory, &ref);
        return;
    }
    struct timeline *records = timeline_open(c, ref, from_s, to_s);
    if (records == NULL) {
        return;
    }
    struct trace *t = mem_new(sizeof(*t));
    *t = (struct trace){
        .call = c,
        .records = records,
        .has_standing = call_number(c, TRACE_ZERO_SPEED, 0) != 0,
        .has_network = call_number(c, TRACE_LBS, 0) != 0,
        .path = call_number(c, TRACE_PATH, 0) != 0 ? correction_new(c) : NULL,
    };
    c->stream = (struct call_stream){next_step, close_trace, t};
    c->stream_wait = wait_for_path;
}

/* ---- the row ---- */

static const struct param_row params[] = {
    [TRACE_DEVICE] = {.name = "DeviceID",
                      .type = PARAM_TEXT,
                      .required = true,
                      .doc = "One device"},
    [TRACE_START] = {.name = "StartTime",
                     .type = PARAM_TIME,
                     .required = true,
                     .doc = "First instant, inclusive"},
    [TRACE_END] = {.name = "EndTime",
                   .type = PARAM_TIME,
                   .ends_range = true,
                   .required = true,
                   .doc = "Last instant, inclusive"},
    [TRACE_ZERO_SPEED] = {.name = "ContainZeroSpeed",
                          .type = PARAM_BOOL,
                          .doc = "With the records whose speed is 0; false unless given"},
    [TRACE_LBS] = {.name = "ContainLBSLocation",
                   .type = PARAM_BOOL,
                   .doc = "With the records whose position GPS did not tell; false unless given"},
    [TRACE_PATH] = {.name = "ContainCorrectPath",
                    .type = PARAM_BOOL,
                    .doc = "With the corrected path; false unless given"},
};

static const struct reply_member members[] = {
    {.name = "RcvTime",
     .type = REPLY_TIME,
     .example = "\"2020-07-26 00:02:09\"",
     .doc = "When the server got it"},
    {.name = "GPSTime",
     .type = REPLY_TIME,
     .example = "\"2020-07-26 00:02:07\"",
     .doc = "When the fix was taken"},
    {.name = "Lon", .type = REPLY_TEXT, .example = "\"113.353287\"", .doc = "Longitude, WGS-84"},
    {.name = "Lat", .type = REPLY_TEXT, .example = "\"23.344890\"", .doc = "Latitude, WGS-84"},
    {.name = "RLon", .type = REPLY_TEXT, .example = "\"113.358781\"", .doc = "Longitude, GCJ-02"},
    {.name = "RLat", .type = REPLY_TEXT, .example = "\"23.342420\"", .doc = "Latitude, GCJ-02"},
    {.name = "StatusDes",
     .type = REPLY_TEXT,
     .example = "\"ACC off [8 mins 22 seconds],heartbeat,GSM network middle 19\"",
     .doc = "Status in words"},
    {.name = "Speed",
     .type = REPLY_TEXT,
     .example = "\"0\"",
     .doc = "km/h, with one decimal where it is no whole number"},
    {.name = "Direct",
     .type = REPLY_TEXT,
     .example = "\"0\"",
     .doc = "Degrees clockwise from north, 0 to 359"},
    {.name = "Status", .type = REPLY_TEXT, .example = "\"0\"", .doc = "1: ignition on"},
    {.name = "Mileage", .type = REPLY_TEXT, .example = "\"29460\"", .doc = "Odometer, whole km"},
    {.name = "GPSFlag",
     .type = REPLY_TEXT,
     .example = "\"1\"",
     .doc = "1: the position is of GPS with a lock; 0: of LBS, of Wi-Fi, or without a lock"},
};

static const struct api_method rows[] = {
    {
        .section = 26,
        .name = "GetVehicleTrace",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .share = SHARE_NOW,
        .params = params,
        .param_count = COUNT_OF(params),
        .reply = {.shape = REPLY_PAGE,
                  .members = members,
                  .count = COUNT_OF(members),
                  .path = PATH_ALWAYS},
        .codes = {{CODE_ORDER, ORDER_TEXT},
                  {CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT},
                  {CODE_UNREADABLE, "System error, or a bad parameter, which ErrMsg names"}},
        .doc = "The way of one device in a range of any length: a record a GPSTime, oldest first, "
               "at most the first 50,000; for more ask again, from the last GPSTime on. Records at "
               "standstill (of speed 0, or without a speed and not moving) and those whose "
               "position GPS did not tell are left out unless asked for. correct_path is the "
               "corrected way, null where it could not be corrected.",
        .run = get_trace,
    },
};

const struct method_group trace_methods = {.rows = rows, .count = COUNT_OF(rows)};
