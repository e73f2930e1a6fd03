/*
 * Finding the records of many devices, putting them in the order of the answer, reading those of
 * the page, and writing them: each in slices. The store orders by its own numbers of devices;
 * clients know them by DeviceID.
 *
 *     devices ──► places of records, the first RECORDS_MAX ──► rows of the page ──► pieces
 *     some a slice                                              read whole
 */
#include "api/records.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

enum { CODE_UNREADABLE = 500, DEVICES_AT_ONCE = 16, WORK_A_STEP_US = 2000 };

/* A record on its way to a row. */
struct found {
    struct store_event_place place;
    const struct device *device;
};

struct records {
    struct records_query query;
    struct arena arena;        /* of the rows that are read */
    struct arena slice;        /* of a slice of places */
    GArray *found;             /* struct found */
    size_t looked_at;          /* devices, of query.refs */
    size_t total;              /* of what was found, less what was gone when it was to be read */
    const struct found **rows; /* to be written, with their events */
    struct event *events;
    size_t row_count;
    size_t next;    /* place of `found` to be read, then row to be written */
    size_t read_to; /* places up to this one are read */
    bool is_found;
    bool is_read;
    int64_t ids[DEVICES_AT_ONCE];
};

/* ---- order ---- */

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_refs(const void *a, const void *b)
{
    const struct device_ref *x = a;
    const struct device_ref *y = b;
    return by_number(x->info->id, y->info->id);
}

static int compare_found(const void *a, const void *b)
{
    const struct found *x = a;
    const struct found *y = b;
    int order = by_number(x->place.gps_time_s, y->place.gps_time_s);
    order = order != 0 ? order : strcmp(x->device->device_id, y->device->device_id);
    return order != 0 ? order : by_number(x->place.id, y->place.id);
}

/* ---- finding ---- */

static const struct device *device_of(const struct records *r, int64_t id)
{
    const struct device of_id = {.id = id};
    const struct device_ref key = {.info = &of_id};
    const struct device_ref *ref =
        bsearch(&key, r->query.refs, r->query.count, sizeof(key), compare_refs);
    check(ref != NULL);
    return ref->info;
}

/* Of more than are answered the first stay; what is looked for from then on is before the last. */
static void cut_found(struct records *r)
{
    g_array_sort(r->found, compare_found);
    if (r->found->len >= RECORDS_MAX) {
        g_array_set_size(r->found, RECORDS_MAX);
        r->query.asked.to_s =
            g_array_index(r->found, struct found, RECORDS_MAX - 1).place.gps_time_s;
    }
}

/* Looks at some devices. */
static enum err find_slice(struct records *r)
{
    size_t count = r->query.count - r->looked_at;
    count = count < DEVICES_AT_ONCE ? count : DEVICES_AT_ONCE;
    struct store_event_places places;
    struct store_event_query *asked = &r->query.asked;
    for (size_t i = 0; i < count; i++) {
        r->ids[i] = r->query.refs[r->looked_at + i].info->id;
    }
    asked->devices = r->ids;
    asked->device_count = count;
    asked->limit = RECORDS_MAX;
    enum err e = store_find_events(r->query.call->shard->store, asked, &r->slice, &places);
    for (size_t i = 0; i < places.count; i++) {
        const struct found found = {places.at[i], device_of(r, places.at[i].device)};
        g_array_append_val(r->found, found);
    }
    arena_clear(&r->slice);
    r->looked_at += count;
    if (r->found->len > 2 * RECORDS_MAX) {
        cut_found(r);
    }
    return e;
}

static size_t bounded(int64_t number, size_t most)
{
    return number < (int64_t)most ? (size_t)number : most;
}

/* All devices are looked at: which of what was found is read. */
static void end_finding(struct records *r)
{
    cut_found(r);
    r->is_found = true;
    r->total = r->found->len;
    r->next = bounded(r->query.first, r->total);
    r->read_to = r->query.end == 0 ? r->total : bounded(r->query.end, r->total);
    size_t most = r->read_to > r->next ? r->read_to - r->next : 0;
    r->rows = arena_new_array(&r->arena, most, sizeof(const struct found *));
    r->events = arena_new_array(&r->arena, most, sizeof(*r->events));
}

/* ---- reading ---- */

/* One that is gone meanwhile is left out. */
static enum err read_next(struct records *r)
{
    const struct found *found = &g_array_index(r->found, struct found, r->next++);
    struct event *event = &r->events[r->row_count];
    enum err e = store_read_event(r->query.call->shard->store, found->place.id, &r->arena, event);
    if (e == ERR_NOT_FOUND) {
        r->total--;
        return ERR_OK;
    }
    r->rows[r->row_count++] = found;
    return e;
}

static enum err go_on(struct records *r)
{
    if (!r->is_found && r->looked_at < r->query.count) {
        return find_slice(r);
    }
    if (!r->is_found) {
        end_finding(r);
    }
    if (r->next < r->read_to) {
        return read_next(r);
    }
    r->is_read = true;
    r->next = 0;
    return ERR_OK;
}

/* ---- writing ---- */

static void begin_data(const struct records *r, struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "total");
    json_int(out, (int64_t)r->total);
    json_name(out, "data");
    json_array_begin(out);
}

static enum call_step write_piece(struct records *r, struct json_out *out)
{
    while (r->next < r->row_count && out->len < CALL_PIECE_BYTES) {
        const struct event *e = &r->events[r->next];
        r->query.write_row(r->query.call, r->rows[r->next++]->device, e);
    }
    if (r->next < r->row_count) {
        return STEP_PIECE;
    }
    json_array_end(out);
    json_object_end(out);
    return STEP_END;
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct records *r = state;
    int64_t until_us = clock_monotonic_us() + WORK_A_STEP_US;
    if (r->is_read) {
        return write_piece(r, out);
    }
    enum err e = ERR_OK;
    while (e == ERR_OK && !r->is_read && clock_monotonic_us() < until_us) {
        e = go_on(r);
    }
    if (e != ERR_OK) {
        log_line(LOG_ERROR, "records_failed", "why=\"%s\"", err_text(e));
        call_fail(r->query.call, CODE_UNREADABLE, "System error");
        return STEP_END;
    }
    if (!r->is_read) {
        return STEP_AGAIN;
    }
    begin_data(r, out);
    return write_piece(r, out);
}

static void close_records(void *state)
{
    struct records *r = state;
    directory_release_all(r->query.call->shard->directory, r->query.refs, r->query.count);
    (void)g_array_free(r->found, TRUE);
    arena_free(&r->arena);
    arena_free(&r->slice);
    free(r);
}

void records_begin(const struct records_query *query)
{
    struct records *r = mem_new(sizeof(*r));
    r->query = *query;
    r->found = g_array_new(FALSE, FALSE, sizeof(struct found));
    if (query->count > 0) {
        qsort(r->query.refs, query->count, sizeof(*r->query.refs), compare_refs);
    }
    (void)call_clock(query->call);
    query->call->stream = (struct call_stream){next_step, close_records, r};
}

void records_begin_asked(const struct records_query *query, device_finder *find)
{
    struct records_query asked = *query;
    struct call *c = query->call;
    if (!records_check_order(c)) {
        return;
    }
    asked.asked.from_s = call_number(c, RECORDS_START, 0);
    asked.asked.to_s = call_number(c, RECORDS_END, 0);
    asked.refs = device_list_asked(c, RECORDS_NAMES, find, &asked.count);
    records_begin(&asked);
}

/* ---- which ---- */

bool records_has_place(const struct event *e)
{
    return e->lat_e7 != 0 || e->lon_e7 != 0;
}

bool records_is_of_fence(const struct event *e)
{
    return event_is_crossing(e->kind) && e->subject != 0;
}

event_set records_alarm_kinds(void)
{
    return ((event_set)1 << ALARM_COUNT) - 1;
}

/* ---- fields ---- */

const struct param_row records_id_params[RECORDS_FIELDS] = {
    [RECORDS_NAMES] = {.name = "DeviceIDs",
                       .type = PARAM_LIST,
                       .required = true,
                       .may_be_empty = true,
                       .doc = "DeviceIDs between commas"},
    RECORDS_SPAN_PARAMS,
};
const struct param_row records_plate_params[RECORDS_FIELDS] = {
    [RECORDS_NAMES] = {.name = "VehicleNums",
                       .type = PARAM_LIST,
                       .required = true,
                       .doc = "Plates between commas"},
    RECORDS_SPAN_PARAMS,
};

/* Letters, digits and what else a DeviceID may hold; blanks around it are cut. */
static bool is_id(const char *at, size_t len)
{
    static const char allowed[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz_.:@-";
    while (len > 0 && *at == ' ') {
        at++;
        len--;
    }
    while (len > 0 && at[len - 1] == ' ') {
        len--;
    }
    return len > 0 && strspn(at, allowed) >= len;
}

bool records_check_ids(struct call *c, const char *message)
{
    const char *at = call_text(c, RECORDS_NAMES);
    size_t len = strcspn(at, ",");
    bool good = is_id(at, len);
    while (good && at[len] != '\0') {
        at += len + 1;
        len = strcspn(at, ",");
        good = is_id(at, len);
    }
    if (!good) {
        call_fail(c, RECORDS_CODE_FORMAT, message);
    }
    return good;
}

bool records_check_order(struct call *c)
{
    bool good = call_number(c, RECORDS_START, 0) <= call_number(c, RECORDS_END, 0);
    if (!good) {
        call_fail(c, RECORDS_CODE_ORDER, RECORDS_ORDER_TEXT);
    }
    return good;
}
