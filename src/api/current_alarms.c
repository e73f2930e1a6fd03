/*
 * Section 11: the alarms that are active, a row each, as they were when they began. The live state
 * says which are; the records that are open say when, where, and of which geofence. An alarm that
 * began before this server kept records is shown with the newest report.
 */
#include <glib.h>

#include "api/call.h"
#include "api/device_list.h"
#include "api/shown_alarms.h"
#include "api/snapshot.h"
#include "fleet/directory_rules.h"

enum { CURRENT_IDS };
enum {
    LOOKED_A_STEP = 1024, /* devices */
    CODE_NO_ENTERPRISE = 4001,
};

#define NO_ENTERPRISE_TEXT "Get user HoldID Failure"

/* An alarm that is active. */
struct active {
    const struct device *device;
    const char *words;
    int64_t gps_time_s;
    int64_t rcv_time_s;
    int32_t lat_e7;
    int32_t lon_e7;
    uint32_t speed_kmh_e2;
    uint32_t course_cdeg;
};

struct current {
    struct call *call;
    struct device_ref *refs;
    size_t count;
    size_t looked;
    struct arena scratch; /* of one device */
    GArray *found;        /* struct active */
    size_t written;
    bool is_begun; /* Data is */
};

/* ---- finding ---- */

static void add(struct current *list, const struct active *active)
{
    if (active->lat_e7 != 0 || active->lon_e7 != 0) {
        g_array_append_vals(list->found, active, 1);
    }
}

static void add_event(struct current *list, const struct device *d, const struct event *e)
{
    char words[ALARM_WORDS_SIZE];
    struct fold_state state;
    state_of_event(e, &state);
    alarm_words(e, words);
    add(list, &(struct active){.device = d,
                               .words = arena_copy_text(&list->call->arena, words),
                               .gps_time_s = e->gps_time_s,
                               .rcv_time_s = e->rcv_time_s,
                               .lat_e7 = e->lat_e7,
                               .lon_e7 = e->lon_e7,
                               .speed_kmh_e2 = state.current.speed_kmh_e2,
                               .course_cdeg = state.current.course_cdeg});
}

/* One of which there is no record. */
static void add_unrecorded(struct current *list, const struct device *d, enum alarm_type type,
                           const struct fold_state *state)
{
    const struct fix *f = &state->current;
    add(list, &(struct active){.device = d,
                               .words = alarm_text(type),
                               .gps_time_s = f->gps_time_s,
                               .rcv_time_s = f->rcv_time_s,
                               .lat_e7 = f->lat_e7,
                               .lon_e7 = f->lon_e7,
                               .speed_kmh_e2 = f->speed_kmh_e2,
                               .course_cdeg = f->course_cdeg});
}

/* The alarms of a device in the order of their types, of one type by when they began. */
static void look_at(struct current *list, const struct device_ref *ref)
{
    struct live live;
    size_t count = 0;
    struct directory *dir = list->call->shard->directory;
    arena_clear(&list->scratch);
    tracked_live(dir, ref->tracked, &live);
    struct event *open =
        open_alarms(list->call, ref->info->id, &live.state, &list->scratch, &count);
    alarm_set left = live.state.active_alarms;
    size_t next = 0;
    for (unsigned type = 0; type < ALARM_COUNT; type++) {
        for (; next < count && open[next].kind == type; next++) {
            add_event(list, ref->info, &open[next]);
            left &= ~(UINT32_C(1) << type);
        }
        if ((left >> type & 1) != 0 && live.reported) {
            add_unrecorded(list, ref->info, (enum alarm_type)type, &live.state);
        }
    }
}

/* ---- the answer ---- */

static void write_row(struct call *c, const struct active *a)
{
    struct json_out *out = &c->out;
    json_object_begin(out);
    write_alarm_time(c, "GPSTime", a->gps_time_s);
    write_alarm_time(c, "RcvTime", a->rcv_time_s);
    json_name(out, "VehicleNum");
    json_write_string(out, a->device->plate);
    json_name(out, "DeviceID");
    json_write_string(out, a->device->device_id);
    json_name(out, "AlarmType");
    json_write_string(out, a->words);
    write_alarm_speed(c, a->speed_kmh_e2);
    write_alarm_course(c, a->course_cdeg);
    write_alarm_place(c, a->lat_e7, a->lon_e7);
    json_object_end(out);
}

static void begin_data(struct current *list, struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "total");
    json_int(out, list->found->len);
    json_name(out, "data");
    json_array_begin(out);
    list->is_begun = true;
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct current *list = state;
    for (size_t i = 0; i < LOOKED_A_STEP && list->looked < list->count; i++) {
        look_at(list, &list->refs[list->looked++]);
    }
    if (list->looked < list->count) {
        return STEP_AGAIN;
    }
    if (!list->is_begun) {
        begin_data(list, out);
    }
    while (list->written < list->found->len && out->len < CALL_PIECE_BYTES) {
        write_row(list->call, &g_array_index(list->found, struct active, list->written++));
    }
    if (list->written < list->found->len) {
        return STEP_PIECE;
    }
    json_array_end(out);
    json_object_end(out);
    return STEP_END;
}

static void close_current(void *state)
{
    struct current *list = state;
    directory_release_all(list->call->shard->directory, list->refs, list->count);
    (void)g_array_free(list->found, TRUE);
    arena_free(&list->scratch);
}

static size_t weigh(struct call *c)
{
    return call_text(c, CURRENT_IDS)[0] == '\0' ? call_weigh_fleet(c) : c->values[0].count;
}

static void get_current_alarms(struct call *c)
{
    if (c->caller.enterprise_id == 0) {
        call_fail(c, CODE_NO_ENTERPRISE, NO_ENTERPRISE_TEXT);
        return;
    }
    struct current *list = arena_new(&c->arena, sizeof(*list));
    *list = (struct current){.call = c, .found = g_array_new(FALSE, FALSE, sizeof(struct active))};
    list->refs = device_list_asked(c, CURRENT_IDS, directory_find_by_device_id, &list->count);
    (void)call_clock(c);
    c->stream = (struct call_stream){next_step, close_current, list};
}

static const struct param_row params[] = {
    [CURRENT_IDS] = {.name = "DeviceID",
                     .type = PARAM_LIST,
                     .required = true,
                     .may_be_empty = true,
                     .doc = "DeviceIDs between commas; \"\": all"},
};

static const struct reply_member members[] = {
    ALARM_GPS_TIME_MEMBER,
    ALARM_RCV_TIME_MEMBER,
    {.name = "VehicleNum", .type = REPLY_TEXT, .example = "\"8020\"", .doc = "Display name"},
    {.name = "DeviceID",
     .type = REPLY_TEXT,
     .example = "\"95033160\"",
     .doc = "Identity of the tracker"},
    ALARM_TYPE_MEMBER,
    ALARM_SPEED_MEMBER,
    ALARM_COURSE_MEMBER,
    ALARM_PLACE_MEMBERS,
};

static const struct api_method rows[] = {
    {
        .section = 11,
        .name = "GetCurrentAlarmInfo",
        .prefix = PREFIX_VEHICLE,
        .where = WHERE_INLINE,
        .role = ROLE_VIEWER,
        .fault = FAULT_401,
        .params = params,
        .param_count = COUNT_OF(params),
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .codes = {{CODE_NO_ENTERPRISE, NO_ENTERPRISE_TEXT}},
        .doc = "The alarms that are active, a row each, in the order of the devices asked for; "
               "those without any position are left out.",
        .weigh = weigh,
        .run = get_current_alarms,
    },
};

const struct method_group current_alarm_methods = {.rows = rows, .count = COUNT_OF(rows)};
