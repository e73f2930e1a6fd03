/*
 * Reading the records of many devices, putting them in the order of the answer, and writing them a
 * piece at a time. The store orders by its own numbers of devices; clients know them by DeviceID.
 */
#include "api/records.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

enum { CODE_UNREADABLE = 500 };

/* A record on its way to a row. */
struct found {
    const struct event *event;
    const struct device *device;
};

struct records {
    struct records_query query;
    struct arena arena;
    struct found *found;
    size_t count;
    size_t written; /* up to here */
    size_t end;
    bool is_read;
};

/* ---- order ---- */

static int compare_refs(const void *a, const void *b)
{
    const struct device_ref *x = a;
    const struct device_ref *y = b;
    return (x->info->id > y->info->id) - (x->info->id < y->info->id);
}

static int compare_found(const void *a, const void *b)
{
    const struct found *x = a;
    const struct found *y = b;
    if (x->event->gps_time_s != y->event->gps_time_s) {
        return x->event->gps_time_s < y->event->gps_time_s ? -1 : 1;
    }
    int by_device = strcmp(x->device->device_id, y->device->device_id);
    return by_device != 0 ? by_device
                          : (x->event->id > y->event->id) - (x->event->id < y->event->id);
}

/* ---- reading ---- */

static const struct device *device_of(const struct records *r, int64_t id)
{
    const struct device of_id = {.id = id};
    const struct device_ref key = {.info = &of_id};
    const struct device_ref *ref =
        bsearch(&key, r->query.refs, r->query.count, sizeof(key), compare_refs);
    return ref == NULL ? NULL : ref->info;
}

static void take_events(struct records *r, const struct store_events *events)
{
    r->found = arena_new_array(&r->arena, events->count, sizeof(*r->found));
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->at[i];
        const struct device *d = device_of(r, e->device_id);
        if (d != NULL && (r->query.takes == NULL || r->query.takes(e))) {
            r->found[r->count++] = (struct found){e, d};
        }
    }
    qsort(r->found, r->count, sizeof(*r->found), compare_found);
}

static size_t bounded(int64_t number, size_t most)
{
    return number < (int64_t)most ? (size_t)number : most;
}

static enum err read_records(struct records *r)
{
    struct store_event_query *asked = &r->query.asked;
    struct store_events events;
    int64_t *ids = arena_new_array(&r->arena, r->query.count, sizeof(*ids));
    qsort(r->query.refs, r->query.count, sizeof(*r->query.refs), compare_refs);
    for (size_t i = 0; i < r->query.count; i++) {
        ids[i] = r->query.refs[i].info->id;
    }
    asked->devices = ids;
    asked->device_count = r->query.count;
    asked->limit = RECORDS_MAX;
    enum err e = store_read_events(r->query.call->shard->store, asked, &r->arena, &events);
    if (e == ERR_OK) {
        take_events(r, &events);
        r->written = bounded(r->query.first, r->count);
        r->end = r->query.end == 0 ? r->count : bounded(r->query.end, r->count);
    }
    return e;
}

/* ---- writing ---- */

static void begin_data(const struct records *r, struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "total");
    json_int(out, (int64_t)r->count);
    json_name(out, "data");
    json_array_begin(out);
}

static enum call_step write_piece(struct records *r, struct json_out *out)
{
    while (r->written < r->end && out->len < CALL_PIECE_BYTES) {
        const struct found *found = &r->found[r->written++];
        r->query.write_row(r->query.call, found->device, found->event);
    }
    if (r->written < r->end) {
        return STEP_PIECE;
    }
    json_array_end(out);
    json_object_end(out);
    return STEP_END;
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct records *r = state;
    if (!r->is_read) {
        enum err e = read_records(r);
        if (e != ERR_OK) {
            log_line(LOG_ERROR, "records_failed", "why=\"%s\"", err_text(e));
            call_fail(r->query.call, CODE_UNREADABLE, "System error");
            return STEP_END;
        }
        r->is_read = true;
        begin_data(r, out);
    }
    return write_piece(r, out);
}

static void close_records(void *state)
{
    struct records *r = state;
    directory_release_all(r->query.call->shard->directory, r->query.refs, r->query.count);
    arena_free(&r->arena);
    free(r);
}

void records_begin(const struct records_query *query)
{
    struct records *r = mem_new(sizeof(*r));
    r->query = *query;
    (void)call_clock(query->call);
    query->call->stream = (struct call_stream){next_step, close_records, r};
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

bool records_check_ids(struct call *c, size_t param, const char *message)
{
    const char *at = call_text(c, param);
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

bool records_check_order(struct call *c, size_t start_param, size_t end_param)
{
    bool good = call_number(c, start_param, 0) <= call_number(c, end_param, 0);
    if (!good) {
        call_fail(c, RECORDS_CODE_ORDER, RECORDS_ORDER_TEXT);
    }
    return good;
}
