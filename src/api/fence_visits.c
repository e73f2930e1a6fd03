/*
 * GetFenceVisits: the times that vehicles spent in geofences, a device after the other. visits.c
 * finds those of a device; here they are written, a page at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/device_choice.h"
#include "api/members.h"
#include "api/places.h"
#include "api/spans.h"
#include "api/visits.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/order.h"
#include "base/units.h"

enum { VISITS_PLACES = SPANS_OWN, VISITS_LANGUAGE, VISITS_FENCES };
enum {
    FENCES_MAX = 1000, /* that a call names */
    WORK_A_STEP_US = 2000,
    WORK_BEFORE_HEAD_US = 500000, /* the head is written then, whatever comes */
    WORK_A_PAGE_US = 1000000,     /* no further device is begun then */
    CM_PER_M = 100,
    CODE_UNREADABLE = 500,
};

struct visits_page {
    struct spans_page page;
    int64_t worked_us; /* for this page */
    enum err e;

    /* Of the device at hand. */
    bool is_begun; /* its visits are looked for */
    bool is_found; /* ... and found */
    struct visits visits;
    size_t told; /* of the visits */
};

/* ---- writing ---- */

/* What a row tells beside the visit. */
struct told {
    struct store_mileage way;
    struct fold_state state; /* at its start */
};

static void write_degrees(struct call *c, const char *name, const int32_t *angle_e7)
{
    json_name(&c->out, name);
    if (angle_e7 != NULL) {
        json_decimal_string(&c->out, units_rounded(*angle_e7, 10), 6);
    } else {
        json_write_null(&c->out);
    }
}

/* Where it was when the visit began. */
static void write_where(struct call *c, const struct fold_state *state)
{
    const struct places places = places_asked(c, VISITS_PLACES);
    const struct point at = {state->locked_lat_e7, state->locked_lon_e7};
    bool is_known = state->position_time_s != 0;
    write_degrees(c, "Lon", is_known ? &at.lon_e7 : NULL);
    write_degrees(c, "Lat", is_known ? &at.lat_e7 : NULL);
    places_write_member(&places, "Place", is_known ? &at : NULL);
}

static void write_visit(struct call *c, const struct device *d, const struct visit *visit,
                        const struct told *told)
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
    member_time(c, "StartTime", visit->start_s);
    member_time(c, "EndTime", visit->is_open ? 0 : visit->end_s);
    json_name(out, "Seconds");
    json_int(out, visit->end_s - visit->start_s);
    json_name(out, "Kilometres");
    json_decimal_string(out, units_rounded((int64_t)told->way.distance_m_e2, CM_PER_M), 3);
    write_where(c, &told->state);
    json_name(out, "Clipped");
    json_bool(out, visit->is_clipped);
    json_object_end(out);
}

/* A page does not end between visits that start at one time. */
static bool is_full(const struct spans_page *page, int64_t start_s)
{
    return page->rows >= SPANS_ROWS_MAX && start_s != page->next.time_s;
}

static enum err tell(struct spans_page *page, const struct visit *visit)
{
    struct told told;
    struct store *store = page->call->shard->store;
    const struct device *d = spans_page_device(page);
    const struct store_span span = {d->id, visit->start_s, visit->end_s};
    enum err e = store_read_mileage(store, span, &fold_default_rules, &told.way);
    e = e == ERR_OK ? store_read_state(store, d->id, visit->start_s, &told.state) : e;
    if (e == ERR_OK) {
        spans_page_begin(page);
        write_visit(page->call, d, visit, &told);
        spans_page_note(page, visit->start_s);
    }
    return e;
}

static void leave_device(struct visits_page *v)
{
    v->is_begun = false;
    v->is_found = false;
    v->told = 0;
    spans_page_leave(&v->page);
    v->page.is_over = v->page.rows >= SPANS_ROWS_MAX || v->worked_us >= WORK_A_PAGE_US;
}

/* Begins to look for the visits of the device at hand, or goes on. */
static enum err find_visits(struct visits_page *v)
{
    if (!v->is_begun) {
        v->is_begun = true;
        return visits_begin(&v->visits, &v->page.devices.refs[v->page.at], v->page.after_s);
    }
    enum err e = visits_find(&v->visits);
    v->is_found = e == ERR_OK;
    return e == ERR_MORE ? ERR_OK : e;
}

/* Does the next bit of the device at hand. */
static enum err go_on(struct visits_page *v)
{
    if (!v->is_found) {
        return find_visits(v);
    }
    if (v->told == v->visits.count) {
        leave_device(v);
        return ERR_OK;
    }
    const struct visit *visit = &v->visits.list[v->told];
    if (visit->start_s > v->page.after_s && is_full(&v->page, visit->start_s)) {
        v->page.is_over = true;
        return ERR_OK;
    }
    v->told++;
    return visit->start_s > v->page.after_s ? tell(&v->page, visit) : ERR_OK;
}

static void fail(struct visits_page *v)
{
    struct spans_page *page = &v->page;
    log_line(LOG_ERROR, "visits_failed", "device=%s why=\"%s\"", spans_page_device(page)->device_id,
             err_text(v->e));
    page->is_over = true;
    page->is_cut = page->is_begun && page->next.device_id == NULL;
}

/* A step of work. */
static void work(struct visits_page *v, const struct json_out *out)
{
    int64_t from_us = clock_monotonic_us();
    int64_t now_us = from_us;
    while (!spans_page_is_done(&v->page) && out->len < CALL_PIECE_BYTES &&
           now_us < from_us + WORK_A_STEP_US) {
        v->e = go_on(v);
        if (v->e != ERR_OK) {
            fail(v);
        }
        now_us = clock_monotonic_us();
    }
    v->worked_us += now_us - from_us;
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct visits_page *v = state;
    bool was_begun = v->page.is_begun;
    size_t rows = v->page.rows;
    work(v, out);
    if (v->e != ERR_OK && !v->page.is_begun) {
        call_fail(v->page.call, CODE_UNREADABLE, "System error");
        return STEP_END;
    }
    if (spans_page_is_done(&v->page)) {
        spans_page_end(&v->page);
        return STEP_END;
    }
    if (v->worked_us >= WORK_BEFORE_HEAD_US) {
        spans_page_begin(&v->page);
    }
    return v->page.rows > rows || v->page.is_begun != was_begun ? STEP_PIECE : STEP_AGAIN;
}

static void close_visits(void *state)
{
    struct visits_page *v = state;
    visits_clear(&v->visits);
    spans_page_close(&v->page);
    free(v);
}

/* ---- the call ---- */

static struct visits_asked sorted_fences(struct call *c)
{
    const struct value *asked = &c->values[VISITS_FENCES];
    int64_t *fences = arena_new_array(&c->arena, asked->count, sizeof(*fences));
    if (asked->count > 0) {
        memcpy(fences, asked->numbers, asked->count * sizeof(*fences));
        qsort(fences, asked->count, sizeof(*fences), order_int64);
    }
    return (struct visits_asked){fences, asked->count};
}

static bool check_visits(struct call *c)
{
    return spans_check(c) && places_check_language(c, VISITS_LANGUAGE);
}

static void get_fence_visits(struct call *c)
{
    struct spans_page page;
    if (!spans_page_open(&page, c)) {
        return;
    }
    struct visits_page *v = mem_new(sizeof(*v));
    v->page = page;
    v->visits.call = c;
    v->visits.range = page.range;
    v->visits.asked = sorted_fences(c);
    (void)call_clock(c);
    c->stream = (struct call_stream){next_step, close_visits, v};
}

static const struct param_row params[] = {
    SPANS_PARAMS,
    PLACES_PARAMS,
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
     .doc = "When it went out, or was watched no more; null while it is inside"},
    {.name = "Seconds",
     .type = REPLY_INT,
     .example = "1605",
     .doc = "From StartTime to EndTime, or now"},
    {.name = "Kilometres", .type = REPLY_TEXT, .example = "\"0.700\"", .doc = "Distance"},
    {.name = "Lon",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"114.057868\"",
     .doc = "Longitude where it was at StartTime, WGS-84"},
    {.name = "Lat",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"22.543099\"",
     .doc = "Latitude where it was at StartTime, WGS-84"},
    PLACE_MEMBER("Place", "Where that was"),
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
        .doc =
            "The times that vehicles spent in geofences, clipped to the range, by device and "
            "time. A vehicle around which a geofence is drawn is in it from then on, and no longer "
            "once the geofence is deleted, lies elsewhere or is for others.",
        .check = check_visits,
        .run = get_fence_visits,
    },
};

const struct method_group fence_visit_methods = {.rows = rows, .count = COUNT_OF(rows)};
