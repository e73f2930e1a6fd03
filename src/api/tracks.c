/*
 * GetTrack: what a map and a chart draw of a few devices, as columns of numbers. A device comes in
 * slices of some rows, by DeviceID, then time; a page ends, and is gone on from, as those of
 * spans.h.
 *
 *     {"data": [{DeviceID, VehicleNum, Fixes, Thinned, columns: {t: [..], x: [..], ..}},   a slice
 *               {the same device, the next rows}, {the next device}, ..],
 *      "next", "done", "of"}
 *
 * The rows are the records of sections 9 and 10 (timeline.h). Where MaxPoints is given, a first
 * pass counts them; of more than that a second one chooses (geo/thin.h), and the last one writes.
 * A device that is thinned is on one page as a whole, since what is chosen depends on all of it.
 */
#include <stdlib.h>

#include "api/call.h"
#include "api/share.h"
#include "api/spans.h"
#include "api/timeline.h"
#include "api/track_columns.h"
#include "base/log.h"
#include "base/mem.h"
#include "geo/thin.h"

enum { TRACK_COLUMNS = SPANS_OWN, TRACK_MAX_POINTS };
enum {
    DEVICES_MAX = 10,
    DAYS_MAX = 31,
    DAY_S = 86400,
    DST_S = 3600,
    POINTS_MIN = 100,
    POINTS_MAX = 50000,
    POINTS_A_PAGE = 50000,
    CELLS_A_SLICE = 8192, /* some 60 KiB */
    WORK_A_STEP = 2048,   /* GPSTimes */
    WORK_A_PAGE = 4000000,
    WORK_BEFORE_HEAD = 1000000, /* the head is written then, whatever comes */
    CODE_UNREADABLE = 500,
};

enum track_stage { STAGE_BEGIN, STAGE_COUNT, STAGE_THIN, STAGE_WRITE };

struct tracks {
    struct spans_page page;
    struct track_columns columns;
    size_t limit; /* of rows of a device; 0: none */

    /* The device at hand. */
    enum track_stage stage;
    struct timeline *records;
    size_t counted; /* its records, with a limit */
    bool is_thinned;
    struct thinner thinner;
    struct arena arena; /* of the thinner */
    size_t number;      /* of the next record */
    size_t next_kept;   /* which of those that are kept comes next */
    int64_t last_s;     /* of the last row in the columns */

    size_t points; /* rows of this page */
    size_t work;   /* of the devices of this page that are done */
    enum err e;
};

static void fail(struct tracks *t, enum err e)
{
    struct spans_page *page = &t->page;
    log_line(LOG_ERROR, "track_failed", "device=%s why=\"%s\"", spans_page_device(page)->device_id,
             err_text(e));
    t->e = e;
    page->is_over = true;
    page->is_cut = page->is_begun && page->next.device_id == NULL;
}

/* ---- rows ---- */

static void write_slice(struct tracks *t)
{
    struct json_out *out = &t->page.call->out;
    const struct device *device = spans_page_device(&t->page);
    spans_page_begin(&t->page);
    json_object_begin(out);
    json_name(out, "DeviceID");
    json_write_string(out, device->device_id);
    json_name(out, "VehicleNum");
    json_write_string(out, device->plate);
    json_name(out, "Fixes");
    if (t->limit > 0) {
        json_int(out, (int64_t)t->counted);
    } else {
        json_write_null(out);
    }
    json_name(out, "Thinned");
    json_bool(out, t->is_thinned);
    json_name(out, "columns");
    track_columns_write(&t->columns, out);
    json_object_end(out);
    spans_page_note(&t->page, t->last_s);
}

/* Whether the record at hand is a row. */
static bool is_kept(struct tracks *t)
{
    size_t number = t->number++;
    if (!t->is_thinned) {
        return true;
    }
    bool is = t->next_kept < t->thinner.kept_count && t->thinner.kept[t->next_kept] == number;
    t->next_kept += is;
    return is;
}

static void add_row(struct tracks *t)
{
    track_columns_add(&t->columns, t->records->shown, timeline_extras(t->records));
    t->last_s = t->records->best.gps_time_s;
    t->points++;
    if (t->columns.rows * t->columns.count >= CELLS_A_SLICE) {
        write_slice(t);
    }
}

/* ---- a device ---- */

static void close_device(struct tracks *t)
{
    if (t->records != NULL) {
        t->work += t->records->work;
        timeline_free(t->records);
        t->records = NULL;
    }
    arena_clear(&t->arena);
    t->stage = STAGE_BEGIN;
}

static void leave_device(struct tracks *t)
{
    close_device(t);
    spans_page_leave(&t->page);
    t->page.is_over = t->page.is_over || t->work >= WORK_A_PAGE || t->points >= POINTS_A_PAGE;
}

static void begin_device(struct tracks *t)
{
    struct spans_page *page = &t->page;
    struct call *c = page->call;
    struct device_ref ref;
    int64_t from_s = page->after_s >= page->range.from_s ? page->after_s + 1 : page->range.from_s;
    if (directory_find(c->shard->directory, spans_page_device(page)->id, &ref) != ERR_OK) {
        leave_device(t); /* it is deleted meanwhile */
        return;
    }
    t->records = timeline_new(c, ref, from_s, page->range.to_s);
    t->records->takes_extras = t->columns.has_extras;
    t->counted = 0;
    t->is_thinned = false;
    t->number = 0;
    t->next_kept = 0;
    t->stage = t->limit > 0 ? STAGE_COUNT : STAGE_WRITE;
}

/* The next pass over the records, where there are any. */
static void begin_pass(struct tracks *t, enum track_stage stage)
{
    if (t->records->e == ERR_OK && t->counted > 0) {
        timeline_rewind(t->records);
    }
    t->stage = stage;
}

static void end_pass(struct tracks *t)
{
    if (t->stage == STAGE_COUNT && t->counted > t->limit) {
        t->is_thinned = true;
        thin_begin(&t->thinner, t->counted, t->limit, &t->arena);
        begin_pass(t, STAGE_THIN);
    } else if (t->stage == STAGE_COUNT || t->stage == STAGE_THIN) {
        begin_pass(t, STAGE_WRITE);
    } else {
        if (t->columns.rows > 0) {
            write_slice(t);
        }
        leave_device(t);
    }
}

/* Goes on by a record, in the pass at hand. */
static void take_record(struct tracks *t)
{
    if (t->stage == STAGE_COUNT) {
        t->counted += timeline_pass(t->records);
        return;
    }
    if (!timeline_next(t->records)) {
        return;
    }
    if (t->stage == STAGE_WRITE) {
        if (is_kept(t)) {
            add_row(t);
        }
        return;
    }
    const struct fold_state *state = t->records->shown;
    const struct thin_fix fix = {{state->current.lat_e7, state->current.lon_e7},
                                 state->current.speed_kmh_e2,
                                 state->motion == MOTION_MOVING};
    thin_add(&t->thinner, &fix);
}

/* A page may end within a device whose rows do not depend on one another. */
static bool is_full(const struct tracks *t)
{
    return t->limit == 0 && t->points >= POINTS_A_PAGE;
}

static void walk_on(struct tracks *t)
{
    struct timeline *records = t->records;
    size_t until = records->work + WORK_A_STEP;
    while (!records->is_over && records->work < until && !is_full(t) &&
           t->page.call->out.len < CALL_PIECE_BYTES) {
        take_record(t);
    }
    if (records->e != ERR_OK) {
        fail(t, records->e);
    } else if (records->is_over) {
        end_pass(t);
    } else if (is_full(t)) {
        if (t->columns.rows > 0) {
            write_slice(t);
        }
        t->page.is_over = true;
    }
}

/* ---- the stream ---- */

static size_t work_done(const struct tracks *t)
{
    return t->work + (t->records != NULL ? t->records->work : 0);
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct tracks *t = state;
    struct spans_page *page = &t->page;
    bool was_begun = page->is_begun;
    size_t slices = page->rows;
    size_t until = work_done(t) + WORK_A_STEP;
    while (!spans_page_is_done(page) && work_done(t) < until && out->len < CALL_PIECE_BYTES) {
        if (t->stage == STAGE_BEGIN) {
            begin_device(t);
        } else {
            walk_on(t);
        }
    }
    if (t->e != ERR_OK && !page->is_begun) {
        call_fail(page->call, CODE_UNREADABLE, TIMELINE_UNREADABLE_TEXT);
        return STEP_END;
    }
    if (spans_page_is_done(page)) {
        spans_page_end(page);
        return STEP_END;
    }
    if (work_done(t) > WORK_BEFORE_HEAD) {
        spans_page_begin(page);
    }
    return page->rows > slices || page->is_begun != was_begun ? STEP_PIECE : STEP_AGAIN;
}

static void close_tracks(void *state)
{
    struct tracks *t = state;
    close_device(t);
    arena_free(&t->arena);
    track_columns_free(&t->columns);
    spans_page_close(&t->page);
    free(t);
}

/* ---- the call ---- */

static bool check_track(struct call *c)
{
    if (!spans_check(c)) {
        return false;
    }
    if (call_number(c, SPANS_END, 0) - call_number(c, SPANS_START, 0) >
        (int64_t)DAYS_MAX * DAY_S + DST_S) {
        call_fault(c, "EndTime", "more than 31 days behind StartTime");
        return false;
    }
    struct track_columns columns;
    struct track_columns_fault fault = {0};
    bool is_fine = track_columns_begin(&columns, &c->values[TRACK_COLUMNS], &fault);
    bool is_hidden = is_fine && columns.has_extras && !share_tells_all(c);
    track_columns_free(&columns);
    if (is_hidden) {
        call_fault(c, "Columns", "extra values are not shared");
        return false;
    }
    if (!is_fine) {
        call_fault(c, "Columns",
                   fault.unknown == NULL
                       ? "more than 40 columns"
                       : arena_format(&c->arena, "there is no column %.32s", fault.unknown));
    }
    return is_fine;
}

static void get_track(struct call *c)
{
    struct spans_page page;
    struct track_columns_fault fault;
    if (!spans_page_open(&page, c)) {
        return;
    }
    if (page.devices.count > DEVICES_MAX) {
        spans_page_close(&page);
        call_fault(c, "DeviceIDs", "more than 10 devices");
        return;
    }
    struct tracks *t = mem_new(sizeof(*t));
    t->page = page;
    t->limit = (size_t)call_number(c, TRACK_MAX_POINTS, 0);
    (void)track_columns_begin(&t->columns, &c->values[TRACK_COLUMNS], &fault); /* checked */
    c->stream = (struct call_stream){next_step, close_tracks, t};
}

static const struct param_row params[] = {
    SPANS_PARAMS,
    [TRACK_COLUMNS] = {.name = "Columns",
                       .type = PARAM_LIST,
                       .doc =
                           "Names of columns, 40 at most: t (always there), x, y, v, d, s, f, n, "
                           "r, p, odo, fuel, volt, bat, gsm, sat, temp as the live stream has "
                           "them; temp2 to temp8, alt (metres), course (degrees), hdop, batv "
                           "(volts), charging, door_open, cut_off; extra values by their name, "
                           "as rpm or tyre_pressure_2. t, x, y, v, d, s, f unless given"},
    [TRACK_MAX_POINTS] = {.name = "MaxPoints",
                          .type = PARAM_INT,
                          .min = POINTS_MIN,
                          .max = POINTS_MAX,
                          .doc = "Rows of a device; of more, those that show the track best: the "
                                 "ends, bends, starts and stops, the highest speeds. All unless "
                                 "given"},
};

static const struct reply_member members[] = {
    {.name = "DeviceID",
     .type = REPLY_TEXT,
     .example = "\"862306128008106\"",
     .doc = "Identity of the tracker"},
    {.name = "VehicleNum", .type = REPLY_TEXT, .example = "\"8020\"", .doc = "Display name"},
    {.name = "Fixes",
     .type = REPLY_INT,
     .nullable = true,
     .example = "1",
     .doc = "How many there are in the range, of one GPSTime each; with MaxPoints alone"},
    {.name = "Thinned",
     .type = REPLY_BOOL,
     .example = "false",
     .doc = "Not all of them are rows, because of MaxPoints"},
    {.name = "columns",
     .type = REPLY_ANY,
     .example = "{\"t\":[1790000000],\"x\":[113940838],\"y\":[22562788],\"v\":[613]}",
     .doc = "Numbers by column, all of the same length; null where a value is not known"},
};

static const struct api_method rows[] = {
    {
        .name = "GetTrack",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .share = SHARE_NOW,
        .fault = FAULT_500,
        .params = params,
        .param_count = COUNT_OF(params),
        .reply = {.shape = REPLY_SPANS, .members = members, .count = COUNT_OF(members)},
        .check = check_track,
        .doc = "The fixes of ten devices at most, of 31 days at most, as columns of numbers: by "
               "device and time, in slices of some rows. Rows are one a GPSTime, a fix without a "
               "position at the last one known.",
        .run = get_track,
    },
};

const struct method_group track_methods = {.rows = rows, .count = COUNT_OF(rows)};
