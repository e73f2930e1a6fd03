/*
 * AddReport, ListReports, CancelReport and DeleteReport: the reports of the own account in the
 * enterprise that the call acts in. reports.c makes them; here they are only asked for.
 */
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "api/list_page.h"
#include "api/members.h"
#include "api/report_asked.h"
#include "api/report_file.h"
#include "api/report_kinds.h"
#include "api/reports.h"

enum { ADD_START = ASKED_COUNT, ADD_END };
enum { REPORT_ID };
enum { SPAN_DAYS_MAX = 3100, DAY_S = 86400, CODE_NO_REPORT = 404 };

#define NOT_UNDER_WAY "This report is not under way any more"
#define SWITCHED_OFF  "Reports are switched off: the server's log says why"
#define TOO_LONG_TEXT "more than 3100 days"

/* ---- rows ---- */

static void write_report(struct call *c, const struct report_job *job)
{
    struct report_made made = {.done = job->done, .of = job->of, .rows = job->rows};
    const struct owned_key key = {job->enterprise_id, job->id};
    bool is_running = job->state == REPORT_WAITING && c->api->reports != NULL &&
                      reports_progress(c->api->reports, key, &made);
    bool is_of_now = report_row_of(job->kind)->is_of_now;
    json_object_begin(&c->out);
    member_int(c, "ReportID", job->id);
    member_text(c, "Report", report_kind_name(job->kind));
    member_text(c, "Format", report_format_name(job->format));
    member_text(c, "State", is_running ? "running" : report_state_name(job->state));
    member_int(c, "Done", made.done);
    member_int(c, "Of", made.of);
    member_int(c, "Rows", made.rows);
    member_int(c, "Size", job->size);
    member_time(c, "StartTime", is_of_now ? 0 : job->start_s);
    member_time(c, "EndTime", is_of_now ? 0 : job->end_s);
    member_time(c, "CreatedTime", job->created_s);
    member_time(c, "FinishedTime", job->finished_s);
    member_time(c, "ExpireTime", job->expires_s);
    member_text(c, "Error", job->error);
    if (job->schedule_id != 0) {
        member_int(c, "ScheduleID", job->schedule_id);
    } else {
        json_name(&c->out, "ScheduleID");
        json_write_null(&c->out);
    }
    json_object_end(&c->out);
}

/* The own report that the call names, as it is now. */
static enum err find(struct call *c, struct directory *dir, int64_t id, struct report_job *out)
{
    const struct owned_key key = {c->caller.enterprise_id, id};
    enum err e = directory_owned(dir, ENTITY_REPORT, key, &c->arena, out);
    return e == ERR_OK && out->user_id != c->caller.user_id ? ERR_NOT_FOUND : e;
}

static void wake(struct call *c)
{
    if (c->api->reports != NULL) {
        reports_wake(c->api->reports);
    }
}

static void note_left(struct call *c)
{
    if (c->api->reports != NULL) {
        reports_note_left(c->api->reports);
    }
}

/* ---- AddReport ---- */

static bool check_add(struct call *c)
{
    enum report_kind kind;
    if (!report_asked_check(c) || !report_kind_of(call_text(c, ASKED_KIND), &kind)) {
        return false;
    }
    if (report_row_of(kind)->is_of_now) {
        return true;
    }
    for (size_t i = ADD_START; i <= ADD_END; i++) {
        if (!call_has(c, i)) {
            call_fault(c, c->method->params[i].name, PARAM_MISSING);
            return false;
        }
    }
    int64_t length_s = call_number(c, ADD_END, 0) - call_number(c, ADD_START, 0);
    if (length_s < 0 || length_s > (int64_t)SPAN_DAYS_MAX * DAY_S) {
        call_fault(c, "EndTime", length_s < 0 ? "before StartTime" : TOO_LONG_TEXT);
        return false;
    }
    return true;
}

static bool prepare_add(struct call *c)
{
    struct report_asked *asked = arena_new(&c->arena, sizeof(*asked));
    c->own = asked;
    if (c->api->reports == NULL) {
        call_fail_http(c, MHD_HTTP_SERVICE_UNAVAILABLE, SWITCHED_OFF, 0);
        return false;
    }
    return report_asked_read(c, asked);
}

static enum err change_add_report(struct call *c, struct job_context *job)
{
    const struct report_asked *asked = c->own;
    const struct reports_count count =
        reports_count(job->directory, c->caller.enterprise_id, c->caller.user_id);
    const char *refusal = reports_refusal(&count);
    if (refusal != NULL) {
        return call_refuse(c, MHD_HTTP_FORBIDDEN, refusal);
    }
    bool is_of_now = report_row_of(asked->kind)->is_of_now;
    c->made_id = ids_next(job->ids, ID_OF_REPORT);
    change_add(&job->changes, CHANGE_PUT_REPORT)->report = (struct report_job){
        .enterprise_id = c->caller.enterprise_id,
        .id = c->made_id,
        .user_id = c->caller.user_id,
        .kind = asked->kind,
        .format = asked->format,
        .devices = asked->devices.at,
        .devices_len = asked->devices.len,
        .groups = asked->groups.at,
        .groups_len = asked->groups.len,
        .start_s = is_of_now ? job->now_s : call_number(c, ADD_START, 0),
        .end_s = is_of_now ? job->now_s : call_number(c, ADD_END, 0),
        .options = asked->options,
        .created_s = job->now_s,
        .error = "",
    };
    return ERR_OK;
}

static void run_add(struct call *c)
{
    struct report_job job;
    if (find(c, c->shard->directory, c->made_id, &job) == ERR_OK) {
        write_report(c, &job);
    }
}

/* ---- ListReports ---- */

static int newest_first(const void *a, const void *b)
{
    const struct report_job *x = a;
    const struct report_job *y = b;
    return (x->id < y->id) - (x->id > y->id);
}

static void list_reports(struct call *c)
{
    size_t count = 0;
    size_t total = 0;
    struct report_job *all = directory_list_owned(c->shard->directory, ENTITY_REPORT,
                                                  c->caller.enterprise_id, &c->arena, &count);
    const char *key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY));
    for (size_t i = 0; i < count; i++) {
        bool is_listed = all[i].user_id == c->caller.user_id &&
                         strstr(report_kind_name(all[i].kind), key) != NULL;
        if (is_listed) {
            all[total++] = all[i];
        }
    }
    if (total > 0) {
        qsort(all, total, sizeof(*all), newest_first);
    }
    struct list_page page = list_page_begin(c, 0, total);
    for (size_t i = 0; i < total; i++) {
        if (list_page_takes(&page)) {
            write_report(c, &all[i]);
        }
    }
    list_page_end(c);
}

/* ---- CancelReport, DeleteReport ---- */

/* The one that the call names, for a change. */
static enum err find_named(struct call *c, struct job_context *job, struct report_job *out)
{
    return find(c, job->directory, call_number(c, REPORT_ID, 0), out) == ERR_OK
               ? ERR_OK
               : call_refuse(c, CODE_NO_REPORT, REPORT_FILE_NONE_TEXT);
}

static enum err change_cancel(struct call *c, struct job_context *job)
{
    struct report_job held;
    enum err e = find_named(c, job, &held);
    if (e != ERR_OK) {
        return e;
    }
    if (held.state != REPORT_WAITING) {
        return call_refuse(c, MHD_HTTP_CONFLICT, NOT_UNDER_WAY);
    }
    held.state = REPORT_CANCELLED;
    held.finished_s = job->now_s;
    held.expires_s = job->now_s + REPORT_KEPT_S;
    change_add(&job->changes, CHANGE_PUT_REPORT)->report = held;
    return ERR_OK;
}

static enum err change_delete(struct call *c, struct job_context *job)
{
    struct report_job held;
    enum err e = find_named(c, job, &held);
    if (e != ERR_OK) {
        return e;
    }
    change_add(&job->changes, CHANGE_DELETE_REPORT)->report = held;
    return ERR_OK;
}

/* ---- the rows of the methods ---- */

static const struct param_row add_params[] = {
    ASKED_PARAMS,
    [ADD_START] = {.name = "StartTime",
                   .type = PARAM_TIME,
                   .doc = "First instant, inclusive; of all but latest"},
    [ADD_END] = {.name = "EndTime",
                 .type = PARAM_TIME,
                 .ends_range = true,
                 .doc = "Last instant, inclusive; of all but latest; 3,100 days at most"},
};
static const struct param_row list_params[] = {LIST_PAGE_PARAMS};
static const struct param_row id_params[] = {
    [REPORT_ID] = {.name = "ReportID",
                   .type = PARAM_INT,
                   .required = true,
                   .min = 1,
                   .max = INT64_MAX,
                   .doc = "The report"},
};

static const struct reply_member members[] = {
    {.name = "ReportID", .type = REPLY_INT, .example = "7", .doc = "The report"},
    {.name = "Report", .type = REPLY_TEXT, .example = "\"trips\"", .doc = "What it tells of"},
    {.name = "Format", .type = REPLY_TEXT, .example = "\"xlsx\"", .doc = "csv or xlsx"},
    {.name = "State",
     .type = REPLY_TEXT,
     .example = "\"done\"",
     .doc = "waiting, running, done, failed or cancelled"},
    {.name = "Done", .type = REPLY_INT, .example = "100", .doc = "Devices that are in it"},
    {.name = "Of", .type = REPLY_INT, .example = "100", .doc = "... of so many; 0: not begun"},
    {.name = "Rows", .type = REPLY_INT, .example = "3100", .doc = "Rows so far"},
    {.name = "Size", .type = REPLY_INT, .example = "182044", .doc = "Of the file, bytes"},
    {.name = "StartTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2026-11-01 00:00:00\"",
     .doc = "Of its period; null: of now"},
    {.name = "EndTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2026-11-30 23:59:59\"",
     .doc = "The same"},
    {.name = "CreatedTime",
     .type = REPLY_TIME,
     .example = "\"2026-12-01 08:00:00\"",
     .doc = "When it was asked for"},
    {.name = "FinishedTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2026-12-01 08:00:02\"",
     .doc = "When it was done, had failed or was cancelled; null before"},
    {.name = "ExpireTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2026-12-08 08:00:02\"",
     .doc = "When it goes by itself: 7 days later"},
    {.name = "Error", .type = REPLY_TEXT, .example = "\"\"", .doc = "Why it failed; else empty"},
    {.name = "ScheduleID",
     .type = REPLY_INT,
     .nullable = true,
     .example = "null",
     .doc = "The schedule that had it made; null: none"},
};

static const struct api_method rows[] = {
    {
        .name = "AddReport",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_VIEWER,
        .params = add_params,
        .param_count = COUNT_OF(add_params),
        .reply = {.shape = REPLY_OBJECT, .members = members, .count = COUNT_OF(members)},
        .codes = {{403, REPORTS_TEXT_UNDER_WAY ". " REPORTS_TEXT_KEPT ". " REPORTS_TEXT_WAITING
                                               ". " REPORTS_TEXT_ROOM},
                  {404, CALL_NO_DEVICE_TEXT ". " REPORT_NO_GROUP_TEXT}},
        .doc = "Has a report made as a file, with the rows that the call of its kind answers, of "
               "any number of devices. It is made by what the account may see then; ListReports "
               "tells how far it is, AddDownload leads to its file.",
        .check = check_add,
        .prepare = prepare_add,
        .change = change_add_report,
        .committed = wake,
        .run = run_add,
    },
    {
        .name = "ListReports",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .doc = "The reports of the own account, newest first; Key is part of what they tell of.",
        .run = list_reports,
    },
    {
        .name = "CancelReport",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_VIEWER,
        .params = id_params,
        .param_count = COUNT_OF(id_params),
        .codes = {{404, REPORT_FILE_NONE_TEXT}, {409, NOT_UNDER_WAY}},
        .doc = "Ends a report of the own account that is not done yet.",
        .change = change_cancel,
        .committed = note_left,
    },
    {
        .name = "DeleteReport",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_VIEWER,
        .params = id_params,
        .param_count = COUNT_OF(id_params),
        .codes = {{404, REPORT_FILE_NONE_TEXT}},
        .doc = "Deletes a report of the own account, and its file.",
        .change = change_delete,
        .committed = note_left,
    },
};

const struct method_group report_methods = {.rows = rows, .count = COUNT_OF(rows)};
