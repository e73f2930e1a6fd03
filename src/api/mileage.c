/*
 * Sections 14 and 17: what vehicles travelled in a span of time, and the fuel they used. The store
 * sums it by what chunks tell (store/mileage.c), so the span may be as long as one likes.
 *
 * Of many vehicles all are measured, in steps, before the first row is written: a store that cannot
 * be read in the middle is an error then, and not an answer that ends too early.
 */
#include "api/call.h"
#include "api/device_list.h"
#include "api/snapshot.h"
#include "base/clock.h"
#include "base/log.h"
#include "fleet/directory_formers.h"
#include "fleet/directory_rules.h"
#include "store/store.h"

enum { DEVICE_NAME, DEVICE_START, DEVICE_END };
enum { FLEET_NAMES, FLEET_START, FLEET_END, FLEET_END_AS_PRINTED };
enum {
    MEASURED_A_STEP_US = 1000,
    CODE_ORDER = 403,
    CODE_NO_PLATE = 4001,
    CODE_NO_DEVICE = 4002,
    CODE_UNREADABLE = 500,
};

#define ORDER_TEXT      "startTime should not be greater than end time"
#define NO_PLATE_TEXT   "This vehicle plate does not exist or has been deleted"
#define NO_DEVICE_TEXT  "Device number does not exist or has been deleted"
#define UNREADABLE_TEXT "System error"

/* Measures a device; false: the call has failed. */
static bool measure(struct call *c, const struct device *d, struct store_span span,
                    struct store_mileage *out)
{
    struct arena arena = {0};
    const struct fold_rules rules = directory_terms(c->shard->directory, d->id, &arena);
    span.device = d->id;
    enum err e = store_read_mileage(c->shard->store, span, &rules, out);
    arena_free(&arena);
    if (e != ERR_OK) {
        log_line(LOG_ERROR, "mileage_failed", "device=%s why=\"%s\"", d->device_id, err_text(e));
        call_fail(c, CODE_UNREADABLE, UNREADABLE_TEXT);
    }
    return e == ERR_OK;
}

/* ---- section 14 ---- */

static void get_mileage(struct call *c)
{
    struct device_ref ref;
    struct store_mileage is;
    const struct store_span span = {.from_s = call_number(c, DEVICE_START, 0),
                                    .to_s = call_number(c, DEVICE_END, 0)};
    if (directory_find_history_by_device_id(c->shard->directory, &c->caller,
                                            call_text(c, DEVICE_NAME), &ref) != ERR_OK) {
        call_fail(c, CODE_NO_DEVICE, NO_DEVICE_TEXT);
        return;
    }
    if (span.from_s > span.to_s) {
        call_fail(c, CODE_ORDER, ORDER_TEXT);
    } else if (measure(c, ref.info, span, &is)) {
        snapshot_write_km(is.distance_m_e2, &c->out);
    }
    device_ref_release(c->shard->directory, &ref);
}

/* ---- section 17 ---- */

struct fleet_mileage {
    struct call *call;
    struct store_span span; /* of each of them */
    struct device_ref *refs;
    struct store_mileage *at;
    size_t count;
    size_t measured;
    size_t written;
};

static void begin_data(const struct fleet_mileage *f, struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "total");
    json_int(out, (int64_t)f->count);
    json_name(out, "data");
    json_array_begin(out);
}

static void write_row(const struct device *d, const struct store_mileage *m, struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "ObjectCode");
    json_write_string(out, d->object_code);
    json_name(out, "VehicleNum");
    json_write_string(out, d->plate);
    json_name(out, "OilNum");
    snapshot_write_litres(m->fuel_used_ml > 0 ? (uint64_t)m->fuel_used_ml : 0, out);
    json_name(out, "Mileage");
    snapshot_write_km(m->distance_m_e2, out);
    json_object_end(out);
}

static enum call_step write_piece(struct fleet_mileage *f, struct json_out *out)
{
    while (f->written < f->count && out->len < CALL_PIECE_BYTES) {
        write_row(f->refs[f->written].info, &f->at[f->written], out);
        f->written++;
    }
    if (f->written < f->count) {
        return STEP_PIECE;
    }
    json_array_end(out);
    json_object_end(out);
    return STEP_END;
}

/* Measures some of the vehicles, the last ones with the first piece. */
static enum call_step measure_some(struct fleet_mileage *f, struct json_out *out)
{
    int64_t until_us = clock_monotonic_us() + MEASURED_A_STEP_US;
    do {
        if (f->measured == f->count) {
            begin_data(f, out);
            return write_piece(f, out);
        }
        if (!measure(f->call, f->refs[f->measured].info, f->span, &f->at[f->measured])) {
            return STEP_END;
        }
        f->measured++;
    } while (clock_monotonic_us() < until_us);
    return STEP_AGAIN;
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct fleet_mileage *f = state;
    return f->written > 0 ? write_piece(f, out) : measure_some(f, out);
}

static void close_fleet(void *state)
{
    const struct fleet_mileage *f = state;
    directory_release_all(f->call->shard->directory, f->refs, f->count);
}

static bool check_end(struct call *c)
{
    bool has_end = call_has(c, FLEET_END) || call_has(c, FLEET_END_AS_PRINTED);
    if (!has_end) {
        call_fault(c, c->method->params[FLEET_END].name, PARAM_MISSING);
    }
    return has_end;
}

static void get_fleet_mileage(struct call *c)
{
    struct fleet_mileage *f = arena_new(&c->arena, sizeof(*f));
    int64_t printed_s = call_number(c, FLEET_END_AS_PRINTED, 0);
    *f = (struct fleet_mileage){
        .call = c,
        .span = {.from_s = call_number(c, FLEET_START, 0),
                 .to_s = call_number(c, FLEET_END, printed_s)},
    };
    f->refs = device_list_asked(c, FLEET_NAMES, directory_find_by_plate, &f->count);
    if (f->count == 0 && call_text(c, FLEET_NAMES)[0] != '\0') {
        call_fail(c, CODE_NO_PLATE, NO_PLATE_TEXT);
    } else if (f->span.from_s > f->span.to_s) {
        call_fail(c, CODE_ORDER, ORDER_TEXT);
        directory_release_all(c->shard->directory, f->refs, f->count);
    } else {
        f->at = arena_new_array(&c->arena, f->count, sizeof(*f->at));
        c->stream = (struct call_stream){next_step, close_fleet, f};
    }
}

/* ---- rows ---- */

static const struct param_row device_params[] = {
    [DEVICE_NAME] = {.name = "DeviceID", .type = PARAM_TEXT, .required = true, .doc = "One device"},
    [DEVICE_START] = {.name = "StartTime",
                      .type = PARAM_TIME,
                      .required = true,
                      .doc = "First instant, inclusive"},
    [DEVICE_END] = {.name = "EndTime",
                    .type = PARAM_TIME,
                    .ends_range = true,
                    .required = true,
                    .doc = "Last instant, inclusive"},
};

static const struct param_row fleet_params[] = {
    [FLEET_NAMES] = {.name = "VehiclePlate",
                     .type = PARAM_LIST,
                     .required = true,
                     .may_be_empty = true,
                     .doc = "Plates between commas; \"\": all"},
    [FLEET_START] = {.name = "StartTime",
                     .type = PARAM_TIME,
                     .required = true,
                     .doc = "First instant, inclusive"},
    [FLEET_END] = {.name = "EndTime",
                   .type = PARAM_TIME,
                   .ends_range = true,
                   .doc = "Last instant, inclusive; this or eEndTime has to be there"},
    [FLEET_END_AS_PRINTED] = {.name = "eEndTime",
                              .type = PARAM_TIME,
                              .ends_range = true,
                              .doc = "The same, as the document prints it; EndTime goes before"},
};

static const struct reply_member fleet_members[] = {
    {.name = "ObjectCode",
     .type = REPLY_TEXT,
     .example = "\"1910235\"",
     .doc = "Number of the vehicle or asset"},
    {.name = "VehicleNum", .type = REPLY_TEXT, .example = "\"861956327\"", .doc = "Display name"},
    {.name = "OilNum",
     .type = REPLY_TEXT,
     .example = "\"0.0\"",
     .doc = "Fuel used, litres: the settled level at the start less that at the end, and what was "
            "put in"},
    {.name = "Mileage", .type = REPLY_TEXT, .example = "\"357.6\"", .doc = "Distance, km"},
};

static const struct api_method rows[] = {
    {
        .section = 14,
        .name = "GetMileageByDeviceID",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = device_params,
        .param_count = COUNT_OF(device_params),
        .reply = {.shape = REPLY_STRING, .string_example = "\"13.7\""},
        .codes = {{CODE_ORDER, ORDER_TEXT}, {CODE_NO_DEVICE, NO_DEVICE_TEXT}},
        .doc = "What a device travelled in a span of any length, km. A step between two fixes "
               "belongs to the later one.",
        .run = get_mileage,
    },
    {
        .section = 17,
        .name = "GetMileageAndFuel",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .fault = FAULT_401,
        .params = fleet_params,
        .param_count = COUNT_OF(fleet_params),
        .reply = {.shape = REPLY_PAGE, .members = fleet_members, .count = COUNT_OF(fleet_members)},
        .codes = {{CODE_ORDER, ORDER_TEXT},
                  {CODE_NO_PLATE, NO_PLATE_TEXT},
                  {CODE_UNREADABLE, UNREADABLE_TEXT}},
        .doc = "What vehicles travelled in a span of any length, and the fuel they used, a row "
               "each. Plates that do not exist are passed over.",
        .check = check_end,
        .run = get_fleet_mileage,
    },
};

const struct method_group mileage_methods = {.rows = rows, .count = COUNT_OF(rows)};
