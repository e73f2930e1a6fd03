/*
 * ListAlarms and AcknowledgeAlarms: all alarms with what became of them, and the mark that somebody
 * saw them. An acknowledgement replaces the one before: the last word on an alarm is what is shown.
 */
#include "api/call.h"
#include "api/device_choice.h"
#include "api/device_list.h"
#include "api/list_page.h"
#include "api/records.h"
#include "api/shown_alarms.h"
#include "base/units.h"

enum {
    LIST_DEVICES = PAGE_PARAM_KEY + 1,
    LIST_GROUPS,
    LIST_START,
    LIST_END,
    LIST_TYPE,
    LIST_OPEN,
    LIST_ACKNOWLEDGED,
    LIST_SINCE,
};
enum { ACKNOWLEDGE_IDS, ACKNOWLEDGE_NOTE };
enum {
    ACKNOWLEDGED_MAX = 1000,
    E6_DECIMALS = 6,
    E7_PER_E6 = 10,
    CDEG_PER_DEG = 100,
    DEG_ALL = 360,
};

#define NO_ALARM_TEXT "This alarm does not exist"

/* ---- ListAlarms ---- */

static void put_text(struct call *c, const char *name, const char *text)
{
    json_name(&c->out, name);
    json_write_string(&c->out, text);
}

static void write_time(struct call *c, const char *name, int64_t time_s)
{
    json_name(&c->out, name);
    call_write_time(c, &c->out, time_s);
}

static void write_degrees(struct call *c, const char *name, bool is_known, int32_t angle_e7)
{
    json_name(&c->out, name);
    if (is_known) {
        json_decimal(&c->out, units_rounded(angle_e7, E7_PER_E6), E6_DECIMALS);
    } else {
        json_write_null(&c->out);
    }
}

static void write_movement(struct call *c, const struct event *e)
{
    struct fold_state state;
    state_of_event(e, &state);
    json_name(&c->out, "Speed");
    json_decimal(&c->out, units_rounded(state.current.speed_kmh_e2, 10), 1);
    json_name(&c->out, "Direct");
    json_int(&c->out, units_rounded(state.current.course_cdeg, CDEG_PER_DEG) % DEG_ALL);
}

/* Who: the name that the account has now, or had when it was deleted. */
static void write_acknowledgement(struct call *c, const struct event *e)
{
    struct user u;
    json_name(&c->out, "AcknowledgedBy");
    if (e->acknowledged_s != 0 &&
        directory_user(c->shard->directory, e->acknowledged_by, &c->arena, &u) == ERR_OK) {
        json_write_string(&c->out, u.login_name);
    } else {
        json_write_null(&c->out);
    }
    write_time(c, "AcknowledgedTime", e->acknowledged_s);
    put_text(c, "Note", e->note);
}

static void write_alarm(struct call *c, const struct device *d, const struct event *e)
{
    char words[ALARM_WORDS_SIZE];
    bool has_place = records_has_place(e);
    alarm_words(e, words);
    json_object_begin(&c->out);
    json_name(&c->out, "AlarmID");
    json_int(&c->out, e->id);
    put_text(c, "DeviceID", d->device_id);
    put_text(c, "VehicleNum", d->plate);
    put_text(c, "AlarmType", words);
    write_time(c, "GPSTime", e->gps_time_s);
    write_time(c, "RcvTime", e->rcv_time_s);
    write_time(c, "EndTime", e->ended_s);
    json_name(&c->out, "Count");
    json_int(&c->out, e->count);
    write_movement(c, e);
    write_degrees(c, "Lon", has_place, e->lon_e7);
    write_degrees(c, "Lat", has_place, e->lat_e7);
    put_text(c, "Detail", e->withdrawn ? "withdrawn" : "");
    write_acknowledgement(c, e);
    json_object_end(&c->out);
}

static enum store_sort sort_of(const struct call *c, size_t param)
{
    if (!call_has(c, param)) {
        return STORE_BOTH;
    }
    return call_number(c, param, 0) != 0 ? STORE_ONLY : STORE_NONE;
}

/* Lets go of the devices that the key is no part of. */
static void keep_named(struct call *c, struct device_choice *choice)
{
    const struct device_list named = {.key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY))};
    size_t kept = 0;
    for (size_t i = 0; i < choice->count; i++) {
        if (device_list_has_key(&named, choice->refs[i].info)) {
            choice->refs[kept++] = choice->refs[i];
        } else {
            device_ref_release(c->shard->directory, &choice->refs[i]);
        }
    }
    choice->count = kept;
}

static bool check_list(struct call *c)
{
    event_set kinds = 0;
    if (call_number(c, LIST_START, INT64_MIN) > call_number(c, LIST_END, INT64_MAX)) {
        call_fault(c, "EndTime", "before StartTime");
        return false;
    }
    if (!alarm_kinds_of(&c->values[LIST_TYPE], &kinds)) {
        call_fault(c, "AlarmType", "no type of alarm");
        return false;
    }
    return true;
}

static void list_alarms(struct call *c)
{
    event_set kinds = 0;
    bool has_kinds = alarm_kinds_of(&c->values[LIST_TYPE], &kinds) && kinds != 0;
    struct list_page page = list_page_of(c, 0);
    struct device_choice devices = device_choice_make(c, LIST_DEVICES);
    keep_named(c, &devices);
    records_begin(&(struct records_query){
        .call = c,
        .refs = devices.refs,
        .count = devices.count,
        .asked = {.from_s = call_number(c, LIST_START, INT64_MIN),
                  .to_s = call_number(c, LIST_END, INT64_MAX),
                  .kinds = has_kinds ? kinds : records_alarm_kinds(),
                  .alarms_only = true,
                  .open = sort_of(c, LIST_OPEN),
                  .acknowledged = sort_of(c, LIST_ACKNOWLEDGED),
                  .has_withdrawn = true,
                  .since_id = call_number(c, LIST_SINCE, 0)},
        .first = page.first,
        .end = page.end,
        .write_row = write_alarm,
    });
}

/* ---- AcknowledgeAlarms ---- */

/* How far the steps of the job have come. */
struct acknowledging {
    size_t next;
    size_t known;
};

static bool prepare(struct call *c)
{
    struct acknowledging *a = arena_new(&c->arena, sizeof(*a));
    *a = (struct acknowledging){0};
    c->own = a;
    return true;
}

/* Whether the device of an alarm is one that the caller may see. */
static bool may_see(const struct call *c, struct directory *dir, int64_t device_id)
{
    struct device_ref ref;
    if (directory_find(dir, device_id, &ref) != ERR_OK) {
        return false;
    }
    bool may =
        ref.info->enterprise_id == c->caller.enterprise_id && call_sees_group(c, ref.group_id);
    device_ref_release(dir, &ref);
    return may;
}

/*
 * The alarm as it is stored. Whatever came before this step is, since steps and batches of fixes
 * are committed one after the other.
 */
static enum err acknowledge(struct call *c, struct job_context *job, int64_t id)
{
    struct event e;
    struct acknowledging *a = c->own;
    enum err read = store_read_event(c->shard->store, id, job->changes.arena, &e);
    if (read == ERR_NOT_FOUND) {
        return ERR_OK;
    }
    if (read != ERR_OK) {
        return read;
    }
    if (!e.is_alarm || !may_see(c, job->directory, e.device_id)) {
        return ERR_OK;
    }
    e.acknowledged_by = c->caller.user_id;
    e.acknowledged_s = job->now_s;
    e.note = call_text(c, ACKNOWLEDGE_NOTE);
    change_add(&job->changes, CHANGE_PUT_EVENT)->event = e;
    a->known++;
    return ERR_OK;
}

static enum err change(struct call *c, struct job_context *job)
{
    struct acknowledging *a = c->own;
    const struct value *ids = &c->values[ACKNOWLEDGE_IDS];
    while (a->next < ids->count) {
        enum err e = acknowledge(c, job, ids->numbers[a->next]);
        if (e != ERR_OK) {
            return e;
        }
        a->next++;
        if (a->next < ids->count && job_pauses(job)) {
            return ERR_MORE;
        }
    }
    return a->known > 0 ? ERR_OK : call_refuse(c, 404, NO_ALARM_TEXT);
}

static bool check_acknowledge(struct call *c)
{
    if (c->values[ACKNOWLEDGE_IDS].count == 0) {
        call_fault(c, "AlarmIDs", PARAM_MISSING);
        return false;
    }
    return true;
}

/* ---- rows ---- */

static const struct param_row list_params[] = {
    LIST_PAGE_PARAMS,
    DEVICE_CHOICE_PARAMS,
    [LIST_START] = {.name = "StartTime",
                    .type = PARAM_TIME,
                    .doc = "They began at this instant or later"},
    [LIST_END] = {.name = "EndTime",
                  .type = PARAM_TIME,
                  .ends_range = true,
                  .doc = "They began at this instant or earlier"},
    [LIST_TYPE] = {.name = "AlarmType",
                   .type = PARAM_LIST,
                   .doc = "Types between commas or semicolons; all unless given"},
    [LIST_OPEN] = {.name = "Open",
                   .type = PARAM_BOOL,
                   .doc = "true: those that are active; false: those that ended"},
    [LIST_ACKNOWLEDGED] = {.name = "Acknowledged",
                           .type = PARAM_BOOL,
                           .doc = "true: those that somebody acknowledged; false: the others"},
    [LIST_SINCE] = {.name = "SinceAlarmID",
                    .type = PARAM_INT,
                    .max = INT64_MAX,
                    .doc = "Only with a greater AlarmID"},
};
static const struct param_row acknowledge_params[] = {
    [ACKNOWLEDGE_IDS] = {.name = "AlarmIDs",
                         .type = PARAM_IDS,
                         .required = true,
                         .max = ACKNOWLEDGED_MAX,
                         .doc = "The alarms; those that do not exist are passed over"},
    [ACKNOWLEDGE_NOTE] = {.name = "Note",
                          .type = PARAM_TEXT,
                          .may_be_empty = true,
                          .max = NOTE_MAX_CHARS,
                          .doc = "Free text, at most 200 characters"},
};

static const struct reply_member members[] = {
    {.name = "AlarmID",
     .type = REPLY_INT,
     .example = "17",
     .doc = "Its ID; later records have greater ones"},
    {.name = "DeviceID",
     .type = REPLY_TEXT,
     .example = "\"862306128008106\"",
     .doc = "Identity of the tracker"},
    {.name = "VehicleNum", .type = REPLY_TEXT, .example = "\"8020\"", .doc = "Display name"},
    {.name = "AlarmType",
     .type = REPLY_TEXT,
     .example = "\"Enter geofence alarm[Newly built fence]\"",
     .doc = "What it is; of a geofence with its name as it was then"},
    {.name = "GPSTime",
     .type = REPLY_TIME,
     .example = "\"2020-07-26 01:17:53\"",
     .doc = "When it began"},
    {.name = "RcvTime",
     .type = REPLY_TIME,
     .example = "\"2020-07-26 01:17:54\"",
     .doc = "When the server got the report that told it"},
    {.name = "EndTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "null",
     .doc = "When it ended; null while it is active"},
    {.name = "Count",
     .type = REPLY_INT,
     .example = "1",
     .doc = "How often it began: within a minute of its end it is the same alarm"},
    {.name = "Speed", .type = REPLY_NUMBER, .example = "38.9", .doc = "km/h, when it was told"},
    {.name = "Direct",
     .type = REPLY_INT,
     .example = "40",
     .doc = "Degrees clockwise from north, 0 to 359, when it was told"},
    {.name = "Lon",
     .type = REPLY_NUMBER,
     .nullable = true,
     .example = "113.585220",
     .doc = "Longitude where it began, WGS-84; null where no position was known"},
    {.name = "Lat",
     .type = REPLY_NUMBER,
     .nullable = true,
     .example = "23.131390",
     .doc = "Latitude where it began, WGS-84; null where no position was known"},
    {.name = "Detail",
     .type = REPLY_TEXT,
     .example = "\"\"",
     .doc = "withdrawn: late reports say that it never was; else empty"},
    {.name = "AcknowledgedBy",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"anna\"",
     .doc = "Login name of who acknowledged it last; null: nobody"},
    {.name = "AcknowledgedTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2020-07-26 08:00:00\"",
     .doc = "When that was; null: never"},
    {.name = "Note", .type = REPLY_TEXT, .example = "\"\"", .doc = "What was noted then"},
};

static const struct api_method rows[] = {
    {
        .name = "ListAlarms",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .doc = "Alarms, by GPSTime, then DeviceID, oldest first; of more than 50,000 that match "
               "the first 50,000, for the others ask from the last GPSTime on. Those that late "
               "reports revoked are kept where somebody acknowledged them.",
        .check = check_list,
        .run = list_alarms,
    },
    {
        .name = "AcknowledgeAlarms",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_OPERATOR,
        .params = acknowledge_params,
        .param_count = COUNT_OF(acknowledge_params),
        .codes = {{404, NO_ALARM_TEXT}},
        .doc = "Notes that somebody saw alarms. An acknowledged alarm may be acknowledged again: "
               "who did it last, when, and that Note replace what was there.",
        .check = check_acknowledge,
        .prepare = prepare,
        .change = change,
    },
};

const struct method_group manage_alarm_methods = {.rows = rows, .count = COUNT_OF(rows)};
