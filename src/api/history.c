/*
 * Sections 9 and 10: the records of one device in a span of time.
 *
 * The reader gives the fixes from a point at which the state is known. They are folded from there;
 * all fixes of one GPSTime make one record:
 *
 *     fixes   t=10 GPS   t=10 LBS, SOS   t=12 heartbeat   t=20 GPS
 *     records 10: the GPS fix, SOS       12: at 10's place     20
 *
 * Among the fixes of one time a GPS position goes before one of LBS or Wi-Fi, and that before a
 * report without a position. Their alarms are united. A report without a position shows the last
 * one known; records before any was known are left out, so that nothing is ever shown at 0,0.
 *
 * The fold of a reader knows the tracker's own alarms alone. Those that rules and clocks raised are
 * recorded, and stand beside them in every record of their time.
 *
 * Two passes in steps, since `total` comes first: one counts the times, the other folds and writes,
 * a piece at a time. Counting needs no fold: the fold takes the first position there is and never
 * loses it.
 */
#include <stdlib.h>

#include "api/call.h"
#include "api/past_alarms.h"
#include "api/snapshot.h"
#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/store.h"

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

static const char UNREADABLE_TEXT[] = "System error";

struct history {
    struct call *call;
    struct arena arena; /* of the reader */
    struct store_reader *reader;
    struct past_alarms alarms;
    struct directory *directory;
    struct device_ref ref;
    struct zone *zone;
    struct zone_clock clock;
    struct zone_clock rcv_clock;
    int64_t from_s;
    size_t left;     /* records not written yet, as far as they are counted */
    bool is_counted; /* all of them are */
    bool known;      /* while counting: some position is */

    struct fold_state state; /* after every fix taken so far */
    struct fix next;         /* the fix after those */
    bool has_next;
    enum err e;

    /* The record at hand. */
    struct fix best;
    const struct fold_state *shown; /* the state after its best fix: `state`, or where ... */
    struct fold_state kept;         /* ... other fixes of that time came behind, this copy */
};

static void fetch(struct history *h)
{
    enum err e = store_read_next(h->reader, &h->next);
    h->has_next = e == ERR_OK;
    if (e != ERR_OK && e != ERR_END) {
        h->e = e;
    }
}

static void rewind_history(struct history *h)
{
    store_read_rewind(h->reader);
    past_alarms_rewind(&h->alarms);
    h->state = *store_read_start(h->reader);
    fetch(h);
}

/* How well a fix can stand for its second. */
static int rank(const struct fix *f)
{
    if (!fix_has_position(f)) {
        return 0;
    }
    return f->source == FIX_GPS ? 2 : 1;
}

/* Folds the next fix, which becomes the record's best. */
static void take_best(struct history *h)
{
    h->best = h->next;
    fold_step(&h->state, &h->best, &fold_default_rules, NULL);
    fetch(h);
}

static bool is_same_time(const struct history *h)
{
    return h->has_next && h->next.gps_time_s == h->best.gps_time_s;
}

/* The further fixes of the time at hand: the best of them is shown, with the alarms of them all. */
static void unite(struct history *h)
{
    alarm_set alarms = h->state.active_alarms;
    h->kept = h->state;
    h->shown = &h->kept;
    while (is_same_time(h)) {
        if (rank(&h->next) > rank(&h->best)) {
            take_best(h);
            h->kept = h->state;
        } else {
            fold_step(&h->state, &h->next, &fold_default_rules, NULL);
            fetch(h);
        }
        alarms |= h->state.active_alarms;
    }
    h->kept.odometer_m_e2 = h->state.odometer_m_e2;
    h->kept.active_alarms = alarms;
}

/* Folds all fixes of the next GPSTime into one record; false after the last. */
static bool next_time(struct history *h)
{
    if (!h->has_next) {
        return false;
    }
    h->shown = &h->state;
    take_best(h);
    if (is_same_time(h)) {
        unite(h);
    }
    return true;
}

static bool next_record(struct history *h)
{
    while (next_time(h)) {
        if (h->best.gps_time_s >= h->from_s && snapshot_has_position(h->shown)) {
            return true;
        }
    }
    return false;
}

static void write_record(struct history *h, struct json_out *out)
{
    struct shown_alarms shown = {.active = h->shown->active_alarms};
    past_alarms_add(&h->alarms, h->best.gps_time_s, &shown);
    json_object_begin(out);
    snapshot_write(&(struct snapshot){.device = h->ref.info,
                                      .state = h->shown,
                                      .fix = &h->best,
                                      .alarms = &shown,
                                      .clock = &h->clock,
                                      .rcv_clock = &h->rcv_clock},
                   out);
    json_name(out, "IsReversal");
    json_int(out, 0);
    json_object_end(out);
}

/* One piece of the answer; the last one ends Data. */
static enum call_step write_piece(struct history *h, struct json_out *out)
{
    while (h->left > 0 && out->len < CALL_PIECE_BYTES) {
        if (!next_record(h)) {
            log_line(LOG_ERROR, "history_changed", "why=\"%s\"", err_text(h->e));
            h->left = 0;
            break;
        }
        write_record(h, out);
        h->left--;
    }
    if (h->left > 0) {
        return STEP_PIECE;
    }
    json_array_end(out);
    json_object_end(out);
    return STEP_END;
}

static void close_history(void *state)
{
    struct history *h = state;
    if (h->reader != NULL) {
        store_read_close(h->reader);
    }
    device_ref_release(h->directory, &h->ref);
    zone_release(h->zone);
    arena_free(&h->arena);
    free(h);
}

/* Takes the next GPSTime unfolded; whether any of its fixes has a position. */
static bool pass_time(struct history *h)
{
    bool has_position = false;
    h->best = h->next;
    while (is_same_time(h)) {
        has_position = has_position || fix_has_position(&h->next);
        fetch(h);
    }
    return has_position;
}

/* Counts on. After the last record it goes back to the first, which is then the next. */
static void count_records(struct history *h)
{
    size_t times = 0;
    while (h->left < RECORDS_MAX && h->has_next && times++ < COUNTED_A_STEP) {
        h->known = pass_time(h) || h->known;
        h->left += h->known && h->best.gps_time_s >= h->from_s;
    }
    h->is_counted = h->left == RECORDS_MAX || !h->has_next;
    if (h->is_counted && h->e == ERR_OK) {
        rewind_history(h);
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

static void fail(struct call *c, const struct device *d, enum err e)
{
    log_line(LOG_ERROR, "history_failed", "device=%s why=\"%s\"", d->device_id, err_text(e));
    call_fail(c, CODE_UNREADABLE, UNREADABLE_TEXT);
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct history *h = state;
    if (!h->is_counted) {
        count_records(h);
        if (!h->is_counted) {
            return STEP_AGAIN;
        }
        if (h->e != ERR_OK) {
            fail(h->call, h->ref.info, h->e);
            return STEP_END;
        }
        begin_data(h, out);
    }
    return write_piece(h, out);
}

/* Opens the history; takes over `ref`. NULL: answered already. */
static struct history *open_history(struct call *c, struct device_ref ref)
{
    int64_t from_s = call_number(c, HISTORY_START, 0);
    int64_t to_s = call_number(c, HISTORY_END, 0);
    if (to_s > from_s + SPAN_MAX_S) {
        to_s = from_s + SPAN_MAX_S;
    }
    struct history *h = mem_new(sizeof(*h));
    h->call = c;
    h->directory = c->shard->directory;
    h->ref = ref;
    (void)call_clock(c);
    h->zone = zone_hold(c->zone);
    h->clock = zone_clock_init(h->zone);
    h->rcv_clock = zone_clock_init(h->zone);
    h->from_s = from_s;
    const struct store_span span = {ref.info->id, from_s, to_s};
    h->e = store_read_open(c->shard->store, span, &h->arena, &h->reader);
    if (h->e == ERR_OK) {
        h->e = past_alarms_read(c->shard->store, span, &h->arena, &h->alarms);
    }
    if (h->e == ERR_OK) {
        rewind_history(h);
    }
    if (h->e != ERR_OK) {
        fail(c, ref.info, h->e);
        close_history(h);
        return NULL;
    }
    return h;
}

/* Answers with the device found; it is given back with the history. */
static void get_history(struct call *c, struct device_ref ref)
{
    if (call_number(c, HISTORY_START, 0) > call_number(c, HISTORY_END, 0)) {
        call_fail(c, CODE_ORDER, "startTime should not be greater than end time");
        device_ref_release(c->shard->directory, &ref);
        return;
    }
    struct history *h = open_history(c, ref);
    if (h == NULL) {
        return;
    }
    h->known = snapshot_has_position(&h->state);
    c->stream = (struct call_stream){next_step, close_history, h};
}

static void get_history_by_plate(struct call *c)
{
    struct device_ref ref;
    if (directory_find_by_plate(c->shard->directory, &c->caller, call_text(c, HISTORY_NAME),
                                &ref) != ERR_OK) {
        call_fail(c, CODE_NO_PLATE, "Vehicle Plate does not exist or been deleted");
        return;
    }
    get_history(c, ref);
}

static void get_history_by_device_id(struct call *c)
{
    struct device_ref ref;
    if (directory_find_by_device_id(c->shard->directory, &c->caller, call_text(c, HISTORY_NAME),
                                    &ref) != ERR_OK) {
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
        .fault = FAULT_401,
        .params = plate_params,
        .param_count = COUNT_OF(plate_params),
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .codes = {{CODE_ORDER, "startTime should not be greater than end time"},
                  {CODE_NO_PLATE, "Vehicle Plate does not exist or been deleted"},
                  {CODE_UNREADABLE, UNREADABLE_TEXT}},
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
        .fault = FAULT_401,
        .params = id_params,
        .param_count = COUNT_OF(id_params),
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .codes = {{CODE_ORDER, "startTime should not be greater than end time"},
                  {CODE_NO_DEVICE, "Device number does not exist or has been deleted"},
                  {CODE_UNREADABLE, UNREADABLE_TEXT}},
        .doc = "The records of one device by DeviceID, one a GPSTime, oldest first: those of the "
               "first three days from StartTime, at most 50,000. Of a longer time ask again, from "
               "the last record on. A record without a position shows the last one; records "
               "before any are left out.",
        .run = get_history_by_device_id,
    },
};

const struct method_group history_methods = {.rows = rows, .count = COUNT_OF(rows)};
