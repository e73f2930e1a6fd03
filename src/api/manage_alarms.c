/*
 * ListAlarms and AcknowledgeAlarms: all alarms with what became of them, and the mark that somebody
 * saw them. An acknowledgement replaces the one before: the last word on an alarm is what is shown.
 */
#include "api/call.h"
#include "api/device_choice.h"
#include "api/device_list.h"
#include "api/list_page.h"
#include "api/members.h"
#include "api/places.h"
#include "api/records.h"
#include "api/shown_alarms.h"

enum {
    LIST_DEVICES = PAGE_PARAM_KEY + 1,
    LIST_GROUPS,
    LIST_START,
    LIST_END,
    LIST_TYPE,
    LIST_OPEN,
    LIST_ACKNOWLEDGED,
    LIST_SINCE,
    LIST_PLACES,
    LIST_LANGUAGE,
};
enum { ACKNOWLEDGE_IDS, ACKNOWLEDGE_NOTE };
enum {
    ACKNOWLEDGED_MAX = 1000,
};

#define NO_ALARM_TEXT "This alarm does not exist"

/* ---- ListAlarms ---- */

/* Where it is not known, null. */
static void write_known_place(struct call *c, const struct event *e)
{
    if (records_has_place(e)) {
        write_alarm_place(c, e->lat_e7, e->lon_e7);
        return;
    }
    json_name(&c->out, "Lon");
    json_write_null(&c->out);
    json_name(&c->out, "Lat");
    json_write_null(&c->out);
}

/* The names of where it began, where rows have any. */
static void write_place(struct call *c, const struct event *e)
{
    const struct places places = places_asked(c, LIST_PLACES);
    const struct point at = {e->lat_e7, e->lon_e7};
    places_write_member(&places, "Place", records_has_place(e) ? &at : NULL);
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
    write_alarm_time(c, "AcknowledgedTime", e->acknowledged_s);
    member_text(c, "Note", e->note);
}

static void write_times(struct call *c, const struct event *e)
{
    int64_t began_s = event_began_s(e);
    bool is_over_before = e->ended_s != 0 && e->ended_s < began_s;
    write_alarm_time(c, "GPSTime", began_s);
    write_alarm_time(c, "RcvTime", e->rcv_time_s);
    write_alarm_time(c, "EndTime", is_over_before ? began_s : e->ended_s);
}

/* The ICCID of the SIM card that it is about. */
static const char *detail_of(const struct event *e)
{
    return event_is_crossing(e->kind) ? "" : e->name;
}

static void write_alarm(struct call *c, const struct device *d, const struct event *e)
{
    char words[ALARM_WORDS_SIZE];
    struct fold_state state;
    state_of_event(e, &state);
    alarm_words(e, words);
    json_object_begin(&c->out);
    json_name(&c->out, "AlarmID");
    json_int(&c->out, e->id);
    member_text(c, "DeviceID", d->device_id);
    member_text(c, "VehicleNum", d->plate);
    member_text(c, "AlarmType", words);
    write_times(c, e);
    json_name(&c->out, "Count");
    json_int(&c->out, e->count);
    write_alarm_speed(c, state.current.speed_kmh_e2);
    write_alarm_course(c, state.current.course_cdeg);
    write_known_place(c, e);
    write_place(c, e);
    member_text(c, "Detail", e->withdrawn ? "withdrawn" : detail_of(e));
    write_acknowledgement(c, e);
    call_write_hold(c, &c->out, d->enterprise_id);
    json_object_end(&c->out);
}

static enum store_sort sort_of(const struct call *c, size_t param)
{
    if (!call_has(c, param)) {
        return STORE_BOTH;
    }
    return call_number(c, param, 0) != 0 ? STORE_ONLY : STORE_NONE;
}

static bool check_list(struct call *c)
{
    event_set kinds = 0;
    if (!members_check_range(c, LIST_START, LIST_END)) {
        return false;
    }
    if (!alarm_kinds_of(&c->values[LIST_TYPE], &kinds)) {
        call_fault(c, "AlarmType", "no type of alarm");
        return false;
    }
    return places_check_language(c, LIST_LANGUAGE);
}

static void list_alarms(struct call *c)
{
    event_set kinds = 0;
    bool has_kinds = alarm_kinds_of(&c->values[LIST_TYPE], &kinds) && kinds != 0;
    struct list_page page = list_page_of(c, 0);
    struct device_choice devices = device_choice_make(c, LIST_DEVICES);
    device_choice_keep_named(c, &devices, call_text(c, PAGE_PARAM_KEY));
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
    if (!e.is_alarm || !call_sees_device(c, job->directory, e.device_id)) {
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
    PLACES_PARAMS,
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
    ALARM_TYPE_MEMBER,
    ALARM_GPS_TIME_MEMBER,
    ALARM_RCV_TIME_MEMBER,
    {.name = "EndTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "null",
     .doc = "When it ended; null while it is active"},
    {.name = "Count",
     .type = REPLY_INT,
     .example = "1",
     .doc = "How often it began: within a minute of its end it is the same alarm"},
    ALARM_SPEED_MEMBER,
    ALARM_COURSE_MEMBER,
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
    PLACE_MEMBER("Place", "Where it began"),
    {.name = "Detail",
     .type = REPLY_TEXT,
     .example = "\"\"",
     .doc =
         "The ICCID of an alarm about a SIM card; withdrawn: late reports say that it never was; "
         "else empty"},
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
        .reply = {.shape = REPLY_PAGE,
                  .members = members,
                  .count = COUNT_OF(members),
                  .lists_below = true},
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
