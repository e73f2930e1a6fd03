/*
 * GetFenceVisits: the times that vehicles spent in geofences, out of the records of crossings.
 *
 *     records        in        out                      out          (of one geofence)
 *     range      ├────────────────────────────────┤
 *     visits           ├────────┤
 *
 * Of a device the records from the start of the range on are read, those behind it too: that the
 * first one says "out" tells that the vehicle was inside before. What has no record at all is in
 * the live state: in a geofence that was drawn around it a vehicle is without having crossed a
 * border.
 */
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/records.h"
#include "api/shown_alarms.h"
#include "api/spans.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/units.h"
#include "store/store.h"

enum { VISITS_FENCES = SPANS_OWN };
enum {
    FENCES_MAX = 1000, /* that a call names */
    ROWS_MAX = 1000,   /* of a page */
    RECORDS_AT_ONCE = 1024,
    VISITS_AT_FIRST = 64, /* there is room for */
    WORK_A_STEP_US = 2000,
    CM_PER_M = 100,
    CODE_UNREADABLE = 500,
};

/* A time in a geofence. */
struct visit {
    uint32_t fence;
    const char *name;
    int64_t start_s;
    int64_t end_s; /* INT64_MAX: no record says */
    bool is_clipped;
    bool is_open; /* it goes on now */
};

struct visits {
    struct call *call;
    struct range range;
    struct device_choice devices;
    size_t at;       /* the device at hand, by number; those before are done */
    int64_t after_s; /* visits of it that start up to here are told */
    size_t rows;
    bool is_begun; /* Data is */
    bool is_over;  /* the page is */
    struct spans_cursor next;
    enum err e;

    /* Of the device at hand. */
    struct arena arena;
    bool is_found; /* its visits are */
    struct visit *list;
    size_t count;
    size_t capacity;
    size_t told; /* of the visits */
};

/* ---- finding ---- */

static bool is_asked(const struct call *c, uint32_t fence)
{
    const struct value *asked = &c->values[VISITS_FENCES];
    size_t at = 0;
    while (at < asked->count && asked->numbers[at] != (int64_t)fence) {
        at++;
    }
    return asked->count == 0 || at < asked->count;
}

/* The last visit of a geofence that was found; NULL: none so far. */
static struct visit *last_of(const struct visits *v, uint32_t fence)
{
    for (size_t i = v->count; i > 0; i--) {
        if (v->list[i - 1].fence == fence) {
            return &v->list[i - 1];
        }
    }
    return NULL;
}

static struct visit *add_visit(struct visits *v, uint32_t fence, const char *name, int64_t start_s)
{
    if (v->count == v->capacity) {
        v->capacity = v->capacity == 0 ? VISITS_AT_FIRST : 2 * v->capacity;
        struct visit *list = arena_new_array(&v->arena, v->capacity, sizeof(*list));
        if (v->count > 0) {
            memcpy(list, v->list, v->count * sizeof(*list));
        }
        v->list = list;
    }
    struct visit *visit = &v->list[v->count++];
    *visit = (struct visit){
        .fence = fence,
        .name = name,
        .start_s = start_s > v->range.from_s ? start_s : v->range.from_s,
        .end_s = INT64_MAX,
        .is_clipped = start_s < v->range.from_s,
    };
    return visit;
}

/*
 * When the geofence became as it is, where that lies between the two times; else 0. A vehicle is
 * then in it or not, without having crossed its border.
 */
static int64_t changed_s(const struct visits *v, uint32_t fence, int64_t after_s, int64_t until_s)
{
    int64_t from_s = fence_from_s(v->call, fence);
    return from_s > after_s && from_s <= until_s ? from_s : 0;
}

static void take_entry(struct visits *v, const struct event *e, struct visit *last)
{
    if (last != NULL && last->end_s == INT64_MAX) {
        int64_t end_s = changed_s(v, e->subject, last->start_s, e->gps_time_s);
        if (end_s == 0) {
            return;
        }
        last->end_s = end_s;
    }
    (void)add_visit(v, e->subject, e->name, e->gps_time_s);
}

static void take_exit(struct visits *v, const struct event *e, struct visit *last)
{
    if (last == NULL) {
        int64_t start_s = changed_s(v, e->subject, v->range.from_s, e->gps_time_s);
        last = add_visit(v, e->subject, e->name, start_s != 0 ? start_s : v->range.from_s - 1);
    } else if (last->end_s != INT64_MAX) {
        int64_t start_s = changed_s(v, e->subject, last->end_s, e->gps_time_s);
        if (start_s == 0) {
            return;
        }
        last = add_visit(v, e->subject, e->name, start_s);
    }
    last->end_s = e->gps_time_s;
}

/* A record, by time. One behind the range only says how things were at its end. */
static void take_record(struct visits *v, const struct event *e)
{
    struct visit *last = last_of(v, e->subject);
    if (e->kind == ALARM_GEOFENCE_ENTER) {
        take_entry(v, e, last);
    } else {
        take_exit(v, e, last);
    }
}

/* Where the vehicle is now, though no record says since when. */
static void take_live(struct visits *v, const struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        const struct watch_entry *e = &watch->at[i];
        if (e->kind != WATCH_INSIDE || e->phase != WATCH_OPEN || !is_asked(v->call, e->subject)) {
            continue;
        }
        struct visit *last = last_of(v, e->subject);
        if (last == NULL || last->end_s != INT64_MAX) {
            last = add_visit(v, e->subject, fence_name(v->call, e->subject, call_now_s(v->call)),
                             e->since_s);
        }
        last->is_open = true;
    }
}

/* Cuts a visit at the end of the range, or at the present; false: it is not in the range. */
static bool clip(const struct visits *v, struct visit *visit)
{
    int64_t now_s = call_now_s(v->call);
    bool goes_on = visit->end_s == INT64_MAX;
    bool lasts = visit->end_s > v->range.to_s;
    if (goes_on && now_s <= v->range.to_s) {
        visit->end_s = now_s > visit->start_s ? now_s : visit->start_s;
        visit->is_clipped = visit->is_clipped || !visit->is_open;
    } else if (lasts) {
        visit->end_s = v->range.to_s;
        visit->is_clipped = true;
        visit->is_open = false;
    }
    return visit->start_s <= v->range.to_s;
}

static int compare(const void *a, const void *b)
{
    const struct visit *x = a;
    const struct visit *y = b;
    if (x->start_s != y->start_s) {
        return x->start_s < y->start_s ? -1 : 1;
    }
    return (x->fence > y->fence) - (x->fence < y->fence);
}

/* Takes the next records, by time; `last` is then where they end. */
static void take_page(struct visits *v, const struct store_events *events,
                      struct store_event_place *last)
{
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->at[i];
        *last = (struct store_event_place){e->gps_time_s, e->device_id, e->id};
        if (records_is_of_fence(e) && is_asked(v->call, e->subject)) {
            take_record(v, e);
        }
    }
}

/* Takes all records of a device from the start of the range on. */
static enum err take_records(struct visits *v, int64_t device)
{
    struct store_event_place last;
    struct store_events events;
    struct store_event_query asked = {
        .devices = &device,
        .device_count = 1,
        .from_s = v->range.from_s,
        .to_s = INT64_MAX,
        .kinds = ALARM_BIT(GEOFENCE_ENTER) | ALARM_BIT(GEOFENCE_LEAVE),
        .limit = RECORDS_AT_ONCE,
    };
    enum err e;
    do {
        e = store_read_events(v->call->shard->store, &asked, &v->arena, &events);
        take_page(v, &events, &last);
        asked.after = &last;
    } while (e == ERR_OK && events.is_cut);
    return e;
}

/* Finds the visits of the device at hand, in order. */
static enum err find_visits(struct visits *v)
{
    struct live live;
    const struct device_ref *ref = &v->devices.refs[v->at];
    arena_clear(&v->arena);
    v->list = NULL;
    v->count = 0;
    v->capacity = 0;
    v->told = 0;
    tracked_live(v->call->shard->directory, ref->tracked, &live);
    enum err e = take_records(v, ref->info->id);
    take_live(v, &live.state.watch);
    size_t kept = 0;
    for (size_t i = 0; i < v->count; i++) {
        v->list[kept] = v->list[i];
        kept += clip(v, &v->list[kept]);
    }
    v->count = kept;
    if (kept > 0) {
        qsort(v->list, kept, sizeof(*v->list), compare);
    }
    v->is_found = true;
    return e;
}

/* ---- writing ---- */

static void write_time(struct call *c, const char *name, int64_t time_s)
{
    json_name(&c->out, name);
    call_write_time(c, &c->out, time_s);
}

static void write_visit(struct call *c, const struct device *d, const struct visit *visit,
                        uint64_t distance_m_e2)
{
    struct json_out *out = &c->out;
    json_object_begin(out);
    json_name(out, "DeviceID");
    json_write_string(out, d->device_id);
    json_name(out, "VehicleNum");
    json_write_string(out, d->plate);
    json_name(out, "PolygonID");
    json_int(out, visit->fence);
    json_name(out, "RegionName");
    json_write_string(out, visit->name);
    write_time(c, "StartTime", visit->start_s);
    write_time(c, "EndTime", visit->is_open ? 0 : visit->end_s);
    json_name(out, "Seconds");
    json_int(out, visit->end_s - visit->start_s);
    json_name(out, "Kilometres");
    json_decimal_string(out, units_rounded((int64_t)distance_m_e2, CM_PER_M), 3);
    json_name(out, "Clipped");
    json_bool(out, visit->is_clipped);
    json_object_end(out);
}

static const struct device *device_at(const struct visits *v)
{
    return v->devices.refs[v->at].info;
}

static void begin_data(struct visits *v)
{
    if (!v->is_begun) {
        json_object_begin(&v->call->out);
        json_name(&v->call->out, "data");
        json_array_begin(&v->call->out);
        v->is_begun = true;
    }
}

static void end_data(struct visits *v)
{
    struct json_out *out = &v->call->out;
    begin_data(v);
    json_array_end(out);
    json_name(out, "next");
    if (v->at < v->devices.count && v->next.device_id != NULL) {
        spans_write_cursor(&v->next, out);
    } else {
        json_write_null(out);
    }
    json_name(out, "done");
    json_int(out, (int64_t)v->at);
    json_name(out, "of");
    json_int(out, (int64_t)v->devices.count);
    json_object_end(out);
}

/* A page does not end between visits that start at one time. */
static bool is_full(const struct visits *v, int64_t start_s)
{
    return v->rows >= ROWS_MAX && start_s != v->next.time_s;
}

static enum err tell(struct visits *v, const struct visit *visit)
{
    struct store_mileage way;
    const struct device *d = device_at(v);
    const struct store_span span = {d->id, visit->start_s, visit->end_s};
    enum err e = store_read_mileage(v->call->shard->store, span, d->tank_ml, &way);
    if (e == ERR_OK) {
        begin_data(v);
        write_visit(v->call, d, visit, way.distance_m_e2);
        v->next = (struct spans_cursor){d->device_id, visit->start_s};
        v->rows++;
    }
    return e;
}

static void leave_device(struct visits *v)
{
    v->at++;
    v->is_found = false;
    v->after_s = INT64_MIN;
    if (v->at < v->devices.count) {
        v->next = (struct spans_cursor){device_at(v)->device_id, v->range.from_s - 1};
        v->is_over = v->rows >= ROWS_MAX;
    }
}

/* Does the next bit of the device at hand. */
static enum err go_on(struct visits *v)
{
    if (!v->is_found) {
        return find_visits(v);
    }
    if (v->told == v->count) {
        leave_device(v);
        return ERR_OK;
    }
    const struct visit *visit = &v->list[v->told];
    if (visit->start_s > v->after_s && is_full(v, visit->start_s)) {
        v->is_over = true;
        return ERR_OK;
    }
    v->told++;
    return visit->start_s > v->after_s ? tell(v, visit) : ERR_OK;
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct visits *v = state;
    size_t rows = v->rows;
    int64_t until_us = clock_monotonic_us() + WORK_A_STEP_US;
    while (v->at < v->devices.count && !v->is_over && out->len < CALL_PIECE_BYTES &&
           clock_monotonic_us() < until_us) {
        v->e = go_on(v);
        if (v->e != ERR_OK) {
            log_line(LOG_ERROR, "visits_failed", "device=%s why=\"%s\"", device_at(v)->device_id,
                     err_text(v->e));
            v->is_over = true;
        }
    }
    if (v->e != ERR_OK && !v->is_begun) {
        call_fail(v->call, CODE_UNREADABLE, "System error");
        return STEP_END;
    }
    if (v->is_over || v->at == v->devices.count) {
        end_data(v);
        return STEP_END;
    }
    return v->rows > rows ? STEP_PIECE : STEP_AGAIN;
}

static void close_visits(void *state)
{
    struct visits *v = state;
    arena_free(&v->arena);
    device_choice_release(v->call, &v->devices);
    free(v);
}

/* ---- the call ---- */

/* Goes to the device and time behind which the page begins. */
static void go_behind(struct visits *v, const char *after)
{
    v->after_s = INT64_MIN;
    if (*after == '\0' || !spans_read_cursor(after, &v->next)) {
        return;
    }
    v->at = device_choice_from(&v->devices, v->next.device_id);
    if (v->at < v->devices.count && strcmp(device_at(v)->device_id, v->next.device_id) == 0) {
        v->after_s = v->next.time_s;
    }
}

static void get_fence_visits(struct call *c)
{
    struct range range = {call_number(c, SPANS_START, 0), call_number(c, SPANS_END, 0)};
    struct device_choice devices = device_choice_make(c, SPANS_DEVICES);
    if (spans_is_too_much(&range, devices.count)) {
        device_choice_release(c, &devices);
        call_fault(c, "EndTime", SPANS_TEXT_TOO_MANY);
        return;
    }
    struct visits *v = mem_new(sizeof(*v));
    v->call = c;
    v->range = range;
    v->devices = devices;
    (void)call_clock(c);
    go_behind(v, call_text(c, SPANS_AFTER));
    c->stream = (struct call_stream){next_step, close_visits, v};
}

static const struct param_row params[] = {
    SPANS_PARAMS,
    [VISITS_FENCES] = {.name = "PolygonIDs",
                       .type = PARAM_IDS,
                       .max = FENCES_MAX,
                       .doc = "Geofences; all unless given"},
};

static const struct reply_member members[] = {
    {.name = "DeviceID",
     .type = REPLY_TEXT,
     .example = "\"862306128008106\"",
     .doc = "Identity of the tracker"},
    {.name = "VehicleNum", .type = REPLY_TEXT, .example = "\"8020\"", .doc = "Display name"},
    {.name = "PolygonID", .type = REPLY_INT, .example = "7", .doc = "The geofence"},
    {.name = "RegionName",
     .type = REPLY_TEXT,
     .example = "\"Newly built fence\"",
     .doc = "Its name, as it was then"},
    {.name = "StartTime",
     .type = REPLY_TIME,
     .example = "\"2018-09-27 13:53:15\"",
     .doc = "When it went in"},
    {.name = "EndTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2018-09-27 14:20:00\"",
     .doc = "When it went out; null while it is inside"},
    {.name = "Seconds",
     .type = REPLY_INT,
     .example = "1605",
     .doc = "From StartTime to EndTime, or now"},
    {.name = "Kilometres", .type = REPLY_TEXT, .example = "\"0.700\"", .doc = "Distance"},
    {.name = "Clipped",
     .type = REPLY_BOOL,
     .example = "false",
     .doc = "It began before the range, or went on behind it, or its end is not known"},
};

static const struct api_method rows[] = {
    {
        .name = "GetFenceVisits",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = params,
        .param_count = COUNT_OF(params),
        .reply = {.shape = REPLY_SPANS, .members = members, .count = COUNT_OF(members)},
        .doc = "The times that vehicles spent in geofences, clipped to the range, by device and "
               "time. A vehicle around which a geofence is drawn is in it from then on.",
        .check = spans_check,
        .run = get_fence_visits,
    },
};

const struct method_group fence_visit_methods = {.rows = rows, .count = COUNT_OF(rows)};
