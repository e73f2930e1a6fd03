/*
 * Section 32: what happened to the locks of a device, newest first.
 *
 * Events are read out of the fixes, so that they are durable with these, and late ones stand where
 * they belong. The fixes are walked from a day before the range, which tells the state that each
 * lock was in: a state that is told again is no event (fleet/locks.h). A long range is walked in
 * windows, each folded from the point that the reader gives, and longer while nothing is found.
 *
 *     asked             ├──────────────────────────┤
 *     windows    ├──────┼─────────┼────────────────┤
 *                a day    a week    two, as the first was empty
 *
 * All are found before the first row is written, as the newest stands first. Of more than
 * EVENTS_MAX the newest are answered: they lie in a ring.
 */
#include <stdio.h>
#include <stdlib.h>

#include "api/call.h"
#include "api/places.h"
#include "api/snapshot.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/units.h"
#include "fleet/locks.h"
#include "store/store.h"

enum { LOCKS_DEVICE, LOCKS_START, LOCKS_END };
enum {
    EVENTS_MAX = 50000,
    EVENTS_FIRST = 64, /* room at the beginning */
    FIXES_A_STEP = 4096,
    DAY_S = 86400,
    WINDOW_S = 7 * DAY_S,
    WINDOW_MAX_S = 16 * WINDOW_S,
    CODE_ORDER = 403,
    CODE_NO_DEVICE = 404,
    CODE_UNREADABLE = 500,
    EVENT_TEXT_SIZE = 64,
    PLACE_DECIMALS = 6,
    CM_PER_DECIKM = 10000,
    CDEG_PER_DEG = 100,
    DEG_ALL = 360,
};

#define ORDER_TEXT      "startTime should not be greater than end time"
#define UNREADABLE_TEXT "System error"

/* An event as it is answered. */
struct row {
    int64_t told_s; /* when it happened, as far as the device says so */
    int64_t gps_time_s;
    uint64_t odometer_m_e2;
    uint32_t speed_kmh_e2;
    int32_t lat_e7;
    int32_t lon_e7;
    uint16_t course_cdeg;
    struct lock_event what;
    bool has_place;
    bool is_gps;
};

struct events {
    struct call *call;
    struct device_ref ref;
    struct zone *zone;
    struct zone_clock clock;
    int64_t from_s;
    int64_t to_s;

    struct arena arena; /* of the reader */
    struct store_reader *reader;
    int64_t window_from_s;
    int64_t window_to_s;
    bool is_empty; /* no fix of the window yet */
    struct fold_state state;
    struct locks locks;

    struct row *rows; /* a ring of `room` once EVENTS_MAX are found */
    size_t room;
    size_t found; /* all, also those that were written over */
    size_t written;
    bool is_found; /* the walk is over */
    enum err e;
};

/* ---- finding ---- */

static void close_window(struct events *v)
{
    if (v->reader != NULL) {
        store_read_close(v->reader);
        v->reader = NULL;
    }
    arena_clear(&v->arena);
}

static void open_window(struct events *v, int64_t from_s, int64_t length_s)
{
    close_window(v);
    v->window_from_s = from_s;
    v->window_to_s = v->to_s - from_s < length_s ? v->to_s : from_s + length_s - 1;
    v->is_empty = true;
    const struct store_span span = {v->ref.info->id, from_s, v->window_to_s};
    v->e = store_read_open(v->call->shard->store, span, &v->arena, &v->reader);
    if (v->e == ERR_OK) {
        v->state = *store_read_start(v->reader);
    }
}

/* The next window; false behind the last. */
static bool next_window(struct events *v)
{
    if (v->window_to_s >= v->to_s) {
        return false;
    }
    int64_t length_s = 2 * (v->window_to_s - v->window_from_s + 1);
    length_s = length_s < WINDOW_MAX_S ? length_s : WINDOW_MAX_S;
    open_window(v, v->window_to_s + 1, v->is_empty ? length_s : WINDOW_S);
    return v->e == ERR_OK;
}

/* Room for one more: the ring grows until it is full. */
static struct row *row_new(struct events *v)
{
    if (v->found == v->room && v->room < EVENTS_MAX) {
        size_t room = v->room == 0 ? EVENTS_FIRST : 2 * v->room;
        v->room = room < EVENTS_MAX ? room : EVENTS_MAX;
        v->rows = mem_resize(v->rows, v->room * sizeof(*v->rows));
    }
    return &v->rows[v->found++ % v->room];
}

static void add_row(struct events *v, const struct fix *fix, struct lock_event what)
{
    const struct fix *shown = &v->state.current;
    *row_new(v) = (struct row){
        .told_s = fold_told_at_s(fix),
        .gps_time_s = fix->gps_time_s,
        .odometer_m_e2 = v->state.odometer_m_e2,
        .speed_kmh_e2 = shown->speed_kmh_e2,
        .lat_e7 = shown->lat_e7,
        .lon_e7 = shown->lon_e7,
        .course_cdeg = shown->course_cdeg,
        .what = what,
        .has_place = snapshot_has_position(&v->state),
        .is_gps = shown->source == FIX_GPS && (shown->flags & FIX_VALID) != 0,
    };
}

static void take_fix(struct events *v, const struct fix *fix)
{
    struct lock_event told[LOCK_EVENTS_MAX];
    fold_step(&v->state, fix, &fold_default_rules, NULL);
    if (fix->gps_time_s < v->window_from_s) {
        return; /* before the window: taken with the one before, or too old to matter */
    }
    v->is_empty = false;
    size_t count = locks_step(&v->locks, fix, store_read_extras(v->reader), told);
    for (size_t i = 0; i < count && fix->gps_time_s >= v->from_s; i++) {
        add_row(v, fix, told[i]);
    }
}

/* Walks on; sets is_found at the end, and `e` where the store cannot be read. */
static void find_events(struct events *v)
{
    struct fix fix;
    enum err e = ERR_OK;
    for (size_t i = 0; i < FIXES_A_STEP && e == ERR_OK; i++) {
        e = store_read_next(v->reader, &fix);
        if (e == ERR_OK) {
            take_fix(v, &fix);
        }
    }
    if (e == ERR_END) {
        v->is_found = !next_window(v);
    } else if (e != ERR_OK) {
        v->e = e;
    }
    v->is_found = v->is_found || v->e != ERR_OK;
}

/* ---- rows ---- */

static void put_time(struct events *v, struct json_out *out, const char *name, int64_t time_s)
{
    char text[ZONE_TEXT_SIZE];
    zone_format(&v->clock, ZONE_SLASH, time_s, text);
    json_name(out, name);
    json_write_string(out, text);
}

static void put_place(struct events *v, const struct row *r, struct json_out *out)
{
    const struct places places = places_of(v->call);
    struct shown_place place =
        snapshot_place(&(struct fix){.lat_e7 = r->lat_e7, .lon_e7 = r->lon_e7});
    json_name(out, "Lon");
    if (r->has_place) {
        json_decimal(out, place.lon_e6, PLACE_DECIMALS);
    } else {
        json_write_null(out);
    }
    json_name(out, "Lat");
    if (r->has_place) {
        json_decimal(out, place.lat_e6, PLACE_DECIMALS);
    } else {
        json_write_null(out);
    }
    json_name(out, "Address");
    places_write(&places, r->has_place ? &(struct point){r->lat_e7, r->lon_e7} : NULL);
}

static void write_row(struct events *v, const struct row *r, struct json_out *out)
{
    char text[EVENT_TEXT_SIZE];
    const char *words = fix_lock_text((enum fix_lock)r->what.event);
    if (r->what.number > 0) {
        (void)snprintf(text, sizeof(text), "%u# %s", r->what.number, words);
    } else {
        (void)snprintf(text, sizeof(text), "%s", words);
    }
    json_object_begin(out);
    json_name(out, "DeviceID");
    json_write_string(out, v->ref.info->device_id);
    json_name(out, "VehicleNum");
    json_write_string(out, v->ref.info->plate);
    json_name(out, "EventInfo");
    json_write_string(out, text);
    put_time(v, out, "EventTime", r->told_s);
    put_time(v, out, "GPSTime", r->gps_time_s);
    json_name(out, "GPSFlag");
    json_write_string(out, r->has_place && r->is_gps ? "Yes" : "No");
    put_place(v, r, out);
    json_name(out, "Speed");
    json_decimal(out, units_rounded(r->speed_kmh_e2, 10), 1);
    json_name(out, "Direction");
    json_int(out, units_rounded(r->course_cdeg, CDEG_PER_DEG) % DEG_ALL);
    json_name(out, "Mileage");
    json_decimal(out, units_rounded((int64_t)r->odometer_m_e2, CM_PER_DECIKM), 1);
    json_object_end(out);
}

static enum call_step write_piece(struct events *v, struct json_out *out)
{
    size_t total = v->found < v->room ? v->found : v->room;
    if (v->written == 0) {
        json_array_begin(out);
    }
    while (v->written < total && out->len < CALL_PIECE_BYTES) {
        v->written++;
        write_row(v, &v->rows[(v->found - v->written) % v->room], out);
    }
    if (v->written < total) {
        return STEP_PIECE;
    }
    json_array_end(out);
    return STEP_END;
}

/* ---- the answer ---- */

static void fail(struct events *v)
{
    log_line(LOG_ERROR, "lock_events_failed", "device=%s why=\"%s\"", v->ref.info->device_id,
             err_text(v->e));
    call_fail(v->call, CODE_UNREADABLE, UNREADABLE_TEXT);
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct events *v = state;
    if (!v->is_found) {
        find_events(v);
        if (v->e != ERR_OK) {
            fail(v);
            return STEP_END;
        }
        return STEP_AGAIN;
    }
    return write_piece(v, out);
}

static void close_events(void *state)
{
    struct events *v = state;
    close_window(v);
    device_ref_release(v->call->shard->directory, &v->ref);
    zone_release(v->zone);
    arena_free(&v->arena);
    free(v->rows);
    free(v);
}

/* No fix is of a time before 1970, nor behind the device's newest. Whether any can be in range. */
static bool clip(struct events *v, int64_t from_s, int64_t to_s)
{
    struct live live;
    tracked_live(v->call->shard->directory, v->ref.tracked, &live);
    int64_t newest_s = live.state.current.gps_time_s;
    v->from_s = from_s > 0 ? from_s : 0;
    v->to_s = to_s < newest_s ? to_s : newest_s;
    return v->from_s <= v->to_s;
}

static void get_lock_events(struct call *c)
{
    struct device_ref ref;
    int64_t from_s = call_number(c, LOCKS_START, 0);
    int64_t to_s = call_number(c, LOCKS_END, 0);
    if (directory_find_by_device_id(c->shard->directory, &c->caller, call_text(c, LOCKS_DEVICE),
                                    &ref) != ERR_OK) {
        call_fail(c, CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT);
        return;
    }
    if (from_s > to_s) {
        call_fail(c, CODE_ORDER, ORDER_TEXT);
        device_ref_release(c->shard->directory, &ref);
        return;
    }
    struct events *v = mem_new(sizeof(*v));
    v->call = c;
    v->ref = ref;
    (void)call_clock(c);
    v->zone = zone_hold(c->zone);
    v->clock = zone_clock_init(v->zone);
    v->is_found = !clip(v, from_s, to_s);
    if (!v->is_found) {
        int64_t before_s = v->from_s > DAY_S ? DAY_S : v->from_s;
        open_window(v, v->from_s - before_s, before_s + WINDOW_S);
    }
    if (v->e != ERR_OK) {
        fail(v);
        close_events(v);
        return;
    }
    c->stream = (struct call_stream){next_step, close_events, v};
}

/* ---- the row ---- */

static const struct param_row params[] = {
    [LOCKS_DEVICE] = {.name = "DeviceID",
                      .type = PARAM_TEXT,
                      .required = true,
                      .doc = "One device"},
    [LOCKS_START] = {.name = "StartTime",
                     .type = PARAM_TIME,
                     .required = true,
                     .doc = "First instant, inclusive"},
    [LOCKS_END] = {.name = "EndTime",
                   .type = PARAM_TIME,
                   .ends_range = true,
                   .required = true,
                   .doc = "Last instant, inclusive"},
};

static const struct reply_member members[] = {
    {.name = "DeviceID",
     .type = REPLY_TEXT,
     .example = "\"862408518000094\"",
     .doc = "Device ID, as registered"},
    {.name = "VehicleNum", .type = REPLY_TEXT, .example = "\"NT68_0094\"", .doc = "Display name"},
    {.name = "EventInfo",
     .type = REPLY_TEXT,
     .example = "\"Unlocked & Pole/Rope in Lock\"",
     .doc = "What happened, in words; of a device with several locks behind the number of one, "
            "\"2# lock off\""},
    {.name = "EventTime",
     .type = REPLY_TEXT,
     .example = "\"2025/3/20 16:48:18\"",
     .doc = "When it happened"},
    {.name = "GPSTime",
     .type = REPLY_TEXT,
     .example = "\"2025/3/20 16:48:15\"",
     .doc = "Of the report"},
    {.name = "GPSFlag",
     .type = REPLY_TEXT,
     .example = "\"Yes\"",
     .doc =
         "Yes: the position is of GPS with a lock; No: of LBS or Wi-Fi, without a lock, or none"},
    {.name = "Lon",
     .type = REPLY_NUMBER,
     .nullable = true,
     .example = "113.934497",
     .doc = "Longitude, WGS-84; null where none is known"},
    {.name = "Lat",
     .type = REPLY_NUMBER,
     .nullable = true,
     .example = "22.576603",
     .doc = "Latitude, WGS-84; null where none is known"},
    {.name = "Address",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"Nanshan, Shenzhen, Guangdong, China\"",
     .doc = "Where that is, in words; null where unknown"},
    {.name = "Speed", .type = REPLY_NUMBER, .example = "0.0", .doc = "km/h"},
    {.name = "Direction",
     .type = REPLY_INT,
     .example = "260",
     .doc = "Degrees clockwise from north, 0 to 359"},
    {.name = "Mileage", .type = REPLY_NUMBER, .example = "53.0", .doc = "Odometer, km"},
};

static const struct api_method rows[] = {
    {
        .section = 32,
        .name = "GetLockEvents",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .success = "Success",
        .params = params,
        .param_count = COUNT_OF(params),
        .reply = {.shape = REPLY_LIST, .members = members, .count = COUNT_OF(members)},
        .codes = {{CODE_ORDER, ORDER_TEXT},
                  {CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT},
                  {CODE_UNREADABLE, "System error, or a bad parameter, which ErrMsg names"}},
        .doc = "What happened to the locks of one device in a range, newest first, at most the "
               "newest 50,000: openings, refusals, and states where they changed. A state that is "
               "the first in more than a day is told, too.",
        .run = get_lock_events,
    },
};

const struct method_group lock_event_methods = {.rows = rows, .count = COUNT_OF(rows)};
