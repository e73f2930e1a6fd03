/*
 * Schedules of reports. An operator has own ones; who leads an enterprise sees and changes those of
 * all. Each is made by the rights of its owner, and mailed only where that is an admin.
 */
#include <microhttpd.h>
#include <string.h>

#include "api/list_page.h"
#include "api/report_asked.h"
#include "api/schedule_mail.h"
#include "api/schedule_steps.h"
#include "api/schedule_view.h"
#include "api/schedules.h"
#include "api/version.h"
#include "fleet/directory_owned.h"
#include "fleet/directory_tree.h"

enum {
    SCHEDULE_EVERY = ASKED_COUNT,
    SCHEDULE_AT,
    SCHEDULE_MAIL_TO,
    SCHEDULE_NAME,
    SCHEDULE_ENABLED,
    SCHEDULE_ADD_PARAMS,
    SCHEDULE_ID = SCHEDULE_ADD_PARAMS,
    SCHEDULE_CHANGE_PARAMS,
};
enum { DELETE_ID };
enum { SCHEDULES_OF_ENTERPRISE_MAX = 50, CODE_NO_SCHEDULE = 404 };

#define NO_SCHEDULE_TEXT "This schedule does not exist"
#define TOO_MANY_TEXT    "This enterprise has 50 schedules: delete some of them"
#define SWITCHED_OFF     "Reports are switched off: the server's log says why"
#define NO_MAIL_TEXT     "this server sends no mail: its operator has to set smtp_url"
#define MAIL_ROLE_TEXT   "MailTo: only an admin of the whole enterprise may have reports mailed"
#define MAIL_OWNER_TEXT  "MailTo: this schedule is of an account that may not have reports mailed"
#define AT_TEXT          "wants 07:00; with week 1 07:00, from 1 (Monday) to 7; with month 31 07:00"

/* ---- checks ---- */

static bool fault(struct call *c, size_t param, const char *why)
{
    call_fault(c, c->method->params[param].name, why);
    return false;
}

/* The rhythm of the request, which has both fields. */
static bool read_rhythm(struct call *c, struct report_schedule *s)
{
    struct recurrence r;
    bool is = report_every_of(call_text(c, SCHEDULE_EVERY), &s->every) &&
              recurrence_read((enum recurrence_every)s->every,
                              bytes_of_text(call_text(c, SCHEDULE_AT)), &r);
    if (is) {
        s->at_min = (uint16_t)r.minute;
        s->at_day = (uint16_t)r.day;
    }
    return is;
}

static bool check_rhythm(struct call *c)
{
    struct report_schedule any;
    if (call_has(c, SCHEDULE_EVERY) != call_has(c, SCHEDULE_AT)) {
        return fault(c, call_has(c, SCHEDULE_AT) ? SCHEDULE_EVERY : SCHEDULE_AT, PARAM_MISSING);
    }
    if (!call_has(c, SCHEDULE_EVERY)) {
        return true;
    }
    if (!report_every_of(call_text(c, SCHEDULE_EVERY), &any.every)) {
        return fault(c, SCHEDULE_EVERY, "wants day, week or month");
    }
    return read_rhythm(c, &any) || fault(c, SCHEDULE_AT, AT_TEXT);
}

static bool check_mail(struct call *c)
{
    const char *why = NULL;
    if (call_text(c, SCHEDULE_MAIL_TO)[0] == '\0') {
        return true;
    }
    if (schedule_mail_read(&c->arena, call_text(c, SCHEDULE_MAIL_TO), &why) == NULL) {
        return fault(c, SCHEDULE_MAIL_TO, why);
    }
    return schedules_can_mail(c->api->schedules) || fault(c, SCHEDULE_MAIL_TO, NO_MAIL_TEXT);
}

static bool check_add(struct call *c)
{
    return report_asked_check(c) && check_rhythm(c) && check_mail(c);
}

/* Whether the request says what is reported, all of which changes together. */
static bool asks_anew(const struct call *c)
{
    bool is = false;
    for (size_t i = 0; i < ASKED_COUNT; i++) {
        is = is || call_has(c, i);
    }
    return is;
}

static bool check_change(struct call *c)
{
    if (asks_anew(c) && (!call_has(c, ASKED_KIND) || !call_has(c, ASKED_FORMAT))) {
        return fault(c, call_has(c, ASKED_KIND) ? ASKED_FORMAT : ASKED_KIND, PARAM_MISSING);
    }
    return (!asks_anew(c) || report_asked_check(c)) && check_rhythm(c) && check_mail(c);
}

static bool prepare(struct call *c)
{
    struct report_asked *asked = arena_new(&c->arena, sizeof(*asked));
    c->own = asked;
    if (c->api->schedules == NULL) {
        call_fail_http(c, MHD_HTTP_SERVICE_UNAVAILABLE, SWITCHED_OFF, 0);
        return false;
    }
    return !asks_anew(c) || report_asked_read(c, asked);
}

/* ---- what is taken over ---- */

static void take_asked(const struct call *c, struct report_schedule *s)
{
    const struct report_asked *asked = c->own;
    s->kind = asked->kind;
    s->format = asked->format;
    s->devices = asked->devices.at;
    s->devices_len = asked->devices.len;
    s->groups = asked->groups.at;
    s->groups_len = asked->groups.len;
    s->options = asked->options;
}

static void take_mail(struct call *c, struct job_context *job, struct report_schedule *s)
{
    const char *why = NULL;
    if (call_has(c, SCHEDULE_MAIL_TO)) {
        const char *mail_to = schedule_mail_read(&c->arena, call_text(c, SCHEDULE_MAIL_TO), &why);
        schedule_mail_readdress(s, job->changes.arena, mail_to == NULL ? "" : mail_to);
    }
}

/* Whether the request wants it mailed to others than `mail_to`. That it stays takes no right. */
static bool wants_mail_anew(struct call *c, const char *mail_to)
{
    const char *why = NULL;
    if (!call_has(c, SCHEDULE_MAIL_TO) || call_text(c, SCHEDULE_MAIL_TO)[0] == '\0') {
        return false;
    }
    const char *wanted = schedule_mail_read(&c->arena, call_text(c, SCHEDULE_MAIL_TO), &why);
    return wanted == NULL || strcmp(wanted, mail_to) != 0;
}

/* What failed is not made again at a time that it is not of any more. */
static void drop_retry(struct job_context *job, struct report_schedule *s)
{
    if (s->retry_s != 0 && s->mail_state == MAIL_WAITING) {
        schedule_mail_give_up(s, job->changes.arena, s->last_error);
    }
    s->retry_s = 0;
}

/* Whatever of it is new: times from before do not count. */
static void take_rhythm(struct call *c, struct job_context *job, struct report_schedule *s)
{
    struct report_schedule as_asked = *s;
    if (call_has(c, SCHEDULE_EVERY) && read_rhythm(c, &as_asked)) {
        bool is_same = as_asked.every == s->every && as_asked.at_min == s->at_min &&
                       as_asked.at_day == s->at_day;
        *s = as_asked;
        if (!is_same) {
            s->done_s = job->now_s;
            drop_retry(job, s);
        }
    }
    bool was_on = s->is_on;
    s->is_on = call_number(c, SCHEDULE_ENABLED, s->is_on) != 0;
    if (s->is_on && !was_on) {
        s->done_s = job->now_s;
        s->off_reason = "";
    }
    if (!s->is_on && was_on) {
        s->retry_s = 0;
        schedule_mail_switch_off(s, job->changes.arena);
    }
}

/* ---- AddReportSchedule ---- */

static size_t schedules_of(struct call *c, struct job_context *job)
{
    size_t count = 0;
    (void)directory_list_owned(job->directory, ENTITY_SCHEDULE, c->caller.enterprise_id,
                               job->changes.arena, &count);
    return count;
}

static enum err add_schedule(struct call *c, struct job_context *job)
{
    struct report_schedule s = {
        .enterprise_id = c->caller.enterprise_id,
        .user_id = c->caller.user_id,
        .name = call_text(c, SCHEDULE_NAME),
        .created_s = job->now_s,
        .done_s = job->now_s,
    };
    entity_init(ENTITY_SCHEDULE, &s);
    if (schedules_of(c, job) >= SCHEDULES_OF_ENTERPRISE_MAX) {
        return call_refuse(c, MHD_HTTP_FORBIDDEN, TOO_MANY_TEXT);
    }
    if (wants_mail_anew(c, "") && !caller_leads(&c->caller)) {
        return call_refuse(c, MHD_HTTP_FORBIDDEN, MAIL_ROLE_TEXT);
    }
    take_mail(c, job, &s);
    take_asked(c, &s);
    take_rhythm(c, job, &s);
    s.is_on = call_number(c, SCHEDULE_ENABLED, true) != 0;
    c->made_id = s.id = ids_next(job->ids, ID_OF_SCHEDULE);
    change_add(&job->changes, CHANGE_PUT_SCHEDULE)->schedule = s;
    return ERR_OK;
}

static void write_made(struct call *c)
{
    json_object_begin(&c->out);
    json_name(&c->out, "ScheduleID");
    json_int(&c->out, c->made_id);
    json_object_end(&c->out);
}

/* ---- ModifyReportSchedule and DeleteReportSchedule ---- */

/* The one that the call names, and may change. */
static enum err find(struct call *c, struct job_context *job, int64_t id,
                     struct report_schedule *out)
{
    const struct owned_key key = {c->caller.enterprise_id, id};
    bool is_there =
        directory_owned(job->directory, ENTITY_SCHEDULE, key, job->changes.arena, out) == ERR_OK;
    if (!is_there || (out->user_id != c->caller.user_id && !call_leads(c))) {
        return call_refuse(c, CODE_NO_SCHEDULE, NO_SCHEDULE_TEXT);
    }
    return ERR_OK;
}

/* Its owner, where that account could still have it made. */
static bool has_owner(struct call *c, struct job_context *job, const struct report_schedule *s,
                      struct caller *owner)
{
    return directory_asker(job->directory, c->shard->id, s->user_id, job->now_s, owner) == ERR_OK &&
           owner->role >= ROLE_OPERATOR &&
           directory_may_act(job->directory, owner, s->enterprise_id);
}

static enum err modify_schedule(struct call *c, struct job_context *job)
{
    struct report_schedule s;
    struct caller owner;
    enum err e = find(c, job, call_number(c, SCHEDULE_ID, 0), &s);
    e = e != ERR_OK ? e : version_check(c, schedule_view_members, &s);
    if (e != ERR_OK) {
        return e;
    }
    bool is_owned = has_owner(c, job, &s, &owner);
    bool is_mailed_anew = wants_mail_anew(c, s.mail_to);
    if (is_mailed_anew && !caller_leads(&c->caller)) {
        return call_refuse(c, MHD_HTTP_FORBIDDEN, MAIL_ROLE_TEXT);
    }
    if (is_mailed_anew && is_owned && !caller_leads(&owner)) {
        return call_refuse(c, MHD_HTTP_FORBIDDEN, MAIL_OWNER_TEXT);
    }
    take_mail(c, job, &s);
    if (asks_anew(c)) {
        take_asked(c, &s);
    }
    s.name = call_has(c, SCHEDULE_NAME) ? call_text(c, SCHEDULE_NAME) : s.name;
    take_rhythm(c, job, &s);
    if (s.is_on && !is_owned) {
        s.user_id = c->caller.user_id; /* who switches it on answers for it */
    }
    change_add(&job->changes, CHANGE_PUT_SCHEDULE)->schedule = s;
    return ERR_OK;
}

/* What it had made stays until it expires. */
static enum err delete_schedule(struct call *c, struct job_context *job)
{
    struct report_schedule s;
    enum err e = find(c, job, call_number(c, DELETE_ID, 0), &s);
    if (e == ERR_OK) {
        change_add(&job->changes, CHANGE_DELETE_SCHEDULE)->schedule = s;
    }
    return e;
}

/* ---- ListReportSchedules ---- */

static bool has_key(struct call *c, const struct report_schedule *s, const char *key)
{
    return key[0] == '\0' || strstr(list_key_folded(c, s->name), key) != NULL ||
           strstr(report_kind_name(s->kind), key) != NULL ||
           strstr(list_key_folded(c, s->mail_to), key) != NULL;
}

static void list_schedules(struct call *c)
{
    size_t count = 0;
    size_t total = 0;
    struct report_schedule *all = directory_list_owned(c->shard->directory, ENTITY_SCHEDULE,
                                                       c->caller.enterprise_id, &c->arena, &count);
    const char *key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY));
    for (size_t i = 0; i < count; i++) {
        bool is_seen = all[i].user_id == c->caller.user_id || call_leads(c);
        if (is_seen && has_key(c, &all[i], key)) {
            all[total++] = all[i];
        }
    }
    struct list_page page = list_page_begin(c, 0, total);
    for (size_t i = 0; i < total; i++) {
        if (list_page_takes(&page)) {
            schedule_view_row(c, &all[i]);
        }
    }
    list_page_end(c);
}

/* ---- the rows ---- */

#define RHYTHM_PARAMS(needed)                                                                      \
    [SCHEDULE_EVERY] = {.name = "Every",                                                           \
                        .type = PARAM_TEXT,                                                        \
                        .max = ASKED_WORD_MAX,                                                     \
                        .required = (needed),                                                      \
                        .doc = "day, week (from Monday) or month: what it tells of is the last "   \
                               "whole one"},                                                       \
    [SCHEDULE_AT] = {.name = "At",                                                                 \
                     .type = PARAM_TEXT,                                                           \
                     .max = ASKED_WORD_MAX,                                                        \
                     .required = (needed),                                                         \
                     .doc = "When, in the zone of the enterprise: 07:00; of a week 1 07:00, from " \
                            "1 (Monday) to 7; of a month 1 07:00 to 31 07:00, or its last day"},   \
    [SCHEDULE_MAIL_TO] = {.name = "MailTo",                                                        \
                          .type = PARAM_TEXT,                                                      \
                          .may_be_empty = true,                                                    \
                          .doc = "At most 10 addresses with commas between, by an admin of the "   \
                                 "whole enterprise; \"\": it is not mailed"},                      \
    [SCHEDULE_NAME] = {.name = "ScheduleName",                                                     \
                       .type = PARAM_TEXT,                                                         \
                       .is_name = true,                                                            \
                       .max = REPORT_NAME_MAX_CHARS,                                               \
                       .may_be_empty = true,                                                       \
                       .doc = "For people; the subject of its mail begins with it"},               \
    [SCHEDULE_ENABLED] = {                                                                         \
        .name = "Enabled", .type = PARAM_BOOL, .doc = "Whether it is on; true where it is new"}

static const struct param_row add_params[] = {ASKED_FIELDS(true), RHYTHM_PARAMS(true)};
static const struct param_row change_params[] = {
    ASKED_FIELDS(false),
    RHYTHM_PARAMS(false),
    [SCHEDULE_ID] = {.name = "ScheduleID",
                     .type = PARAM_INT,
                     .required = true,
                     .min = 1,
                     .max = INT64_MAX,
                     .doc = "The schedule"},
};
static const struct param_row delete_params[] = {
    [DELETE_ID] = {.name = "ScheduleID",
                   .type = PARAM_INT,
                   .required = true,
                   .min = 1,
                   .max = INT64_MAX,
                   .doc = "The schedule"},
};
static const struct param_row list_params[] = {LIST_PAGE_PARAMS};
static const struct reply_member made_members[] = {
    {.name = "ScheduleID", .type = REPLY_INT, .example = "7", .doc = "The new schedule"},
};

#define COMMON(name_)                                                                              \
    .name = (name_), .prefix = PREFIX_MANAGE, .needs_enterprise = true, .role = ROLE_OPERATOR

static const struct api_method rows[] = {
    {
        COMMON("AddReportSchedule"),
        .where = WHERE_JOB,
        .params = add_params,
        .param_count = COUNT_OF(add_params),
        .reply = {.shape = REPLY_OBJECT, .members = made_members, .count = COUNT_OF(made_members)},
        .codes = {{403, TOO_MANY_TEXT ". " MAIL_ROLE_TEXT},
                  {404, CALL_NO_DEVICE_TEXT ". " REPORT_NO_GROUP_TEXT}},
        .doc = "Has a report made each day, week or month, of the last whole one, by the rights "
               "that the account has then; ListReports has it for 7 days, and it may be mailed. "
               "What is missed while the server is stopped is made once when it is back.",
        .check = check_add,
        .prepare = prepare,
        .change = add_schedule,
        .run = write_made,
    },
    {
        COMMON("ModifyReportSchedule"),
        .where = WHERE_JOB,
        .params = change_params,
        .param_count = COUNT_OF(change_params),
        .codes = {{403, MAIL_ROLE_TEXT ". " MAIL_OWNER_TEXT}, {404, NO_SCHEDULE_TEXT}},
        .doc = "Changes the fields of a schedule that are given. Report, Format, DeviceIDs, "
               "GroupIDs and options change together: a call that has one of them has Report and "
               "Format, and what it leaves out is unset. So do Every and At.",
        .check = check_change,
        .prepare = prepare,
        .change = modify_schedule,
    },
    {
        COMMON("DeleteReportSchedule"),
        .where = WHERE_JOB,
        .params = delete_params,
        .param_count = COUNT_OF(delete_params),
        .codes = {{404, NO_SCHEDULE_TEXT}},
        .doc = "Deletes a schedule; the reports that it had made stay until they expire.",
        .change = delete_schedule,
    },
    {
        COMMON("ListReportSchedules"),
        .where = WHERE_STORE,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = schedule_view_reply,
                  .count = SCHEDULE_VIEW_MEMBERS},
        .doc = "The own schedules, for who leads the enterprise those of all, oldest first. Key is "
               "looked for in ScheduleName, Report and MailTo.",
        .run = list_schedules,
    },
};

const struct method_group schedule_methods = {.rows = rows, .count = COUNT_OF(rows)};
