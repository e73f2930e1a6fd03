/* Schedules as rows: what people said of them, and how they went. */
#include "api/schedule_view.h"

#include "api/report_asked.h"
#include "api/schedule_steps.h"
#include "api/schedules.h"
#include "api/version.h"
#include "base/check.h"
#include "base/json_value.h"
#include "fleet/directory_tree.h"

/* ---- whom it tells of ---- */

static const int64_t *ids_of(struct call *c, const uint8_t *at, size_t len, size_t *count)
{
    int64_t *ids = NULL;
    check(geofence_unpack_ids((struct bytes){at, len}, &c->arena, &ids, count) == ERR_OK);
    return ids;
}

/* Those that the caller sees. */
static void write_devices(struct call *c, const struct report_schedule *s, struct json_out *out)
{
    size_t count = 0;
    const int64_t *ids = ids_of(c, s->devices, s->devices_len, &count);
    json_name(out, "DeviceIDs");
    json_array_begin(out);
    for (size_t i = 0; i < count; i++) {
        struct device_ref ref;
        if (directory_find(c->shard->directory, ids[i], &ref) != ERR_OK) {
            continue;
        }
        if (directory_sees(c->shard->directory, &c->caller, &ref)) {
            json_write_string(out, ref.info->device_id);
        }
        device_ref_release(c->shard->directory, &ref);
    }
    json_array_end(out);
}

static void write_groups(struct call *c, const struct report_schedule *s, struct json_out *out)
{
    size_t count = 0;
    const int64_t *ids = ids_of(c, s->groups, s->groups_len, &count);
    json_name(out, "GroupIDs");
    json_array_begin(out);
    for (size_t i = 0; i < count; i++) {
        if (report_sees_group(c, ids[i])) {
            json_int(out, ids[i]);
        }
    }
    json_array_end(out);
}

/* ---- what people said ---- */

static void put_text(struct json_out *out, const char *name, const char *text)
{
    json_name(out, name);
    json_write_string(out, text);
}

static void put_time(struct call *c, struct json_out *out, const char *name, int64_t time_s)
{
    json_name(out, name);
    call_write_time(c, out, time_s);
}

/* Each option that a report may have; null where this one has it not. */
static void write_options(struct call *c, const struct report_schedule *s, struct json_out *out)
{
    static const char *const names[] = {"StopMinutes", "Kmh",      "Minutes",  "AlarmType",
                                        "PolygonIDs",  "Language", "Separator"};
    struct json_value *options = NULL;
    check(json_read(bytes_of_text(s->options), &c->arena, &options) == ERR_OK);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct json_value *v = json_read_member(options, names[i]);
        json_name(out, names[i]);
        if (v == NULL) {
            json_write_null(out);
        } else {
            json_write_value(out, v);
        }
    }
}

void schedule_view_members(struct call *c, const void *schedule, struct json_out *out)
{
    const struct report_schedule *s = schedule;
    const struct recurrence r = schedule_recurrence(s);
    char at[RECURRENCE_TEXT_SIZE];
    recurrence_write(&r, at);
    json_name(out, "ScheduleID");
    json_int(out, s->id);
    put_text(out, "ScheduleName", s->name);
    put_text(out, "Report", report_kind_name(s->kind));
    put_text(out, "Format", report_format_name(s->format));
    write_devices(c, s, out);
    write_groups(c, s, out);
    write_options(c, s, out);
    put_text(out, "Every", report_every_name(s->every));
    put_text(out, "At", at);
    put_text(out, "MailTo", s->mail_to);
    json_name(out, "Enabled");
    json_bool(out, s->is_on);
}

/* ---- how it went ---- */

static const char *owner_of(struct call *c, const struct report_schedule *s)
{
    struct user u;
    const struct shard *first = shards_first(c->api->shards);
    bool is_known = directory_user(c->shard->directory, s->user_id, &c->arena, &u) == ERR_OK ||
                    directory_user(first->directory, s->user_id, &c->arena, &u) == ERR_OK;
    return is_known ? u.login_name : "";
}

/* When it will be made next; 0: it will not. */
static int64_t next_s(struct call *c, const struct report_schedule *s)
{
    const struct recurrence r = schedule_recurrence(s);
    int64_t due_s = recurrence_awaited_s(&r, call_clock(c), s->done_s, call_now_s(c));
    return s->is_on ? due_s : 0;
}

/* What hinders it now, else what went wrong last. */
static const char *error_of(struct call *c, const struct report_schedule *s)
{
    enum err fault = schedules_fault(c->api->schedules, s->id);
    return fault == ERR_OK
               ? s->last_error
               : arena_format(&c->arena, "It waits, and is tried again: %s", err_text(fault));
}

static void write_mail(struct call *c, const struct report_schedule *s, struct json_out *out)
{
    put_text(out, "MailState", mail_state_name(s->mail_state));
    put_text(out, "MailLeft", s->mail_left);
    put_text(out, "MailError", s->mail_error);
    put_time(c, out, "MailRetry", s->mail_state == MAIL_WAITING ? s->mail_retry_s : 0);
}

void schedule_view_row(struct call *c, const struct report_schedule *s)
{
    struct json_out *out = &c->out;
    json_object_begin(out);
    version_write(c, schedule_view_members, s);
    put_text(out, "Owner", owner_of(c, s));
    put_time(c, out, "CreatedTime", s->created_s);
    put_text(out, "OffReason", s->off_reason);
    put_time(c, out, "NextRun", next_s(c, s));
    put_time(c, out, "LastRun", s->last_run_s);
    json_name(out, "LastReportID");
    if (s->last_report_id == 0) {
        json_write_null(out);
    } else {
        json_int(out, s->last_report_id);
    }
    put_text(out, "LastError", error_of(c, s));
    put_time(c, out, "RetryTime", s->retry_s);
    write_mail(c, s, out);
    json_object_end(out);
}

const struct reply_member schedule_view_reply[SCHEDULE_VIEW_MEMBERS] = {
    {.name = "ScheduleID", .type = REPLY_INT, .example = "7", .doc = "The schedule"},
    {.name = "ScheduleName", .type = REPLY_TEXT, .example = "\"Trips\"", .doc = "\"\" none"},
    {.name = "Report", .type = REPLY_TEXT, .example = "\"trips\"", .doc = "As of AddReport"},
    {.name = "Format", .type = REPLY_TEXT, .example = "\"xlsx\"", .doc = "csv or xlsx"},
    {.name = "DeviceIDs",
     .type = REPLY_TEXTS,
     .example = "[]",
     .doc = "Devices; where these and GroupIDs are empty, all that its owner may see"},
    {.name = "GroupIDs", .type = REPLY_IDS, .example = "[]", .doc = "Groups"},
    {.name = "StopMinutes",
     .type = REPLY_INT,
     .nullable = true,
     .example = "5",
     .doc = "As it was set; null: it was not, as of the next ones"},
    {.name = "Kmh",
     .type = REPLY_NUMBER,
     .nullable = true,
     .example = "null",
     .doc = "Of overspeed"},
    {.name = "Minutes",
     .type = REPLY_INT,
     .nullable = true,
     .example = "null",
     .doc = "Of offline"},
    {.name = "AlarmType",
     .type = REPLY_TEXTS,
     .nullable = true,
     .example = "null",
     .doc = "Of alarms"},
    {.name = "PolygonIDs",
     .type = REPLY_IDS,
     .nullable = true,
     .example = "null",
     .doc = "Of fences"},
    {.name = "Language",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "null",
     .doc = "en or zh"},
    {.name = "Separator", .type = REPLY_TEXT, .nullable = true, .example = "null", .doc = "Of csv"},
    {.name = "Every", .type = REPLY_TEXT, .example = "\"week\"", .doc = "day, week or month"},
    {.name = "At",
     .type = REPLY_TEXT,
     .example = "\"1 07:00\"",
     .doc = "When, in the zone of the enterprise, as it was set"},
    {.name = "MailTo",
     .type = REPLY_TEXT,
     .example = "\"anna@example.com\"",
     .doc = "Addresses with commas between; \"\": it is not mailed"},
    {.name = "Enabled", .type = REPLY_BOOL, .example = "true", .doc = "Whether it is on"},
    VERSION_MEMBER,
    {.name = "Owner",
     .type = REPLY_TEXT,
     .example = "\"anna\"",
     .doc = "LoginName of the account by whose rights it is made"},
    {.name = "CreatedTime",
     .type = REPLY_TIME,
     .example = "\"2026-11-30 12:00:00\"",
     .doc = "When it was added"},
    {.name = "OffReason",
     .type = REPLY_TEXT,
     .example = "\"\"",
     .doc = "Why it was switched off by itself; else \"\""},
    {.name = "NextRun",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2026-12-07 07:00:00\"",
     .doc = "When it is made next; null while it is off"},
    {.name = "LastRun",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2026-11-30 07:00:01\"",
     .doc = "When it was made last; null: never"},
    {.name = "LastReportID",
     .type = REPLY_INT,
     .nullable = true,
     .example = "12",
     .doc = "That report, for as long as ListReports of its owner has it"},
    {.name = "LastError",
     .type = REPLY_TEXT,
     .example = "\"\"",
     .doc = "What went wrong with it; else \"\""},
    {.name = "RetryTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "null",
     .doc = "When one that failed is made again; null: it is not"},
    {.name = "MailState",
     .type = REPLY_TEXT,
     .example = "\"sent\"",
     .doc = "Of the newest report: none, waiting, sending, sent or failed (see MailError)"},
    {.name = "MailLeft",
     .type = REPLY_TEXT,
     .example = "\"\"",
     .doc = "Addresses that it has not gone to yet"},
    {.name = "MailError",
     .type = REPLY_TEXT,
     .example = "\"\"",
     .doc = "What is wrong with its mail, by address; else \"\""},
    {.name = "MailRetry",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "null",
     .doc = "When it is sent again; null: at once, or never"},
};
