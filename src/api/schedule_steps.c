/* Steps of schedules; what belongs to their mail is in schedule_mail.c. */
#include "api/schedule_steps.h"

#include "api/call.h"
#include "api/report_kinds.h"
#include "api/reports.h"
#include "api/schedule_mail.h"
#include "base/log.h"
#include "fleet/directory_tree.h"

_Static_assert((int)EVERY_DAY == (int)RECUR_DAY && (int)EVERY_WEEK == (int)RECUR_WEEK &&
                   (int)EVERY_MONTH == (int)RECUR_MONTH,
               "a schedule's rhythm is one of recurrence.h");

/* Between two tries of a report that failed; the last one is repeated. */
static const int64_t waits_s[] = {300, 900, 3600, 7200};
enum { WAITS = sizeof(waits_s) / sizeof(waits_s[0]) };

static const char NO_ACCOUNT[] = "its account was deleted, or may not log in any more";
static const char NO_ROLE[] = "its account may not schedule reports here any more";
static const char NO_ADMIN[] = "its account is no admin any more, and mails no reports";
static const char CANCELLED[] = "the report was cancelled";
static const char GONE[] = "the report was deleted";

struct recurrence schedule_recurrence(const struct report_schedule *s)
{
    return (struct recurrence){(enum recurrence_every)s->every, s->at_min, s->at_day};
}

/* For which time it was done last, as far as that can be true. */
static int64_t believed_s(const struct schedule_view *v)
{
    const struct recurrence r = schedule_recurrence(v->schedule);
    return recurrence_believed_s(&r, v->clock, v->schedule->done_s, v->now_s);
}

/* ---- what is to be done ---- */

static enum schedule_wish wish_of_mail(const struct schedule_view *v)
{
    const struct report_schedule *s = v->schedule;
    if (s->mail_state != MAIL_WAITING) {
        return SCHEDULE_RESTS;
    }
    if (v->mail_bar != NULL) {
        return SCHEDULE_MAY_NOT;
    }
    return v->now_s >= s->mail_retry_s ? SCHEDULE_MAILS : SCHEDULE_WAITS;
}

static enum schedule_wish wish_of_newest(const struct schedule_view *v, int64_t *due_s)
{
    const struct report_schedule *s = v->schedule;
    if (s->mail_state == MAIL_SENDING) {
        return SCHEDULE_FORGETS;
    }
    if (s->retry_s != 0 && s->is_on) {
        *due_s = s->last_due_s;
        return v->now_s >= s->retry_s ? SCHEDULE_RUNS : SCHEDULE_WAITS;
    }
    if (v->report == NULL) {
        return s->mail_state == MAIL_WAITING ? SCHEDULE_FAILED : SCHEDULE_RESTS;
    }
    switch (v->report->state) {
    case REPORT_WAITING:
        return SCHEDULE_WAITS;
    case REPORT_DONE:
        return wish_of_mail(v);
    case REPORT_FAILED:
    case REPORT_CANCELLED:
    case REPORT_STATES:
        break;
    }
    return s->last_error[0] == '\0' ? SCHEDULE_FAILED : SCHEDULE_RESTS; /* that is noted once */
}

enum schedule_wish schedule_wish_of(const struct schedule_view *v, int64_t *due_s)
{
    const struct report_schedule *s = v->schedule;
    const struct recurrence r = schedule_recurrence(s);
    if (s->is_on && believed_s(v) != s->done_s) {
        return SCHEDULE_CORRECTS;
    }
    if (s->is_on && recurrence_is_due(&r, v->clock, s->done_s, v->now_s, due_s)) {
        return SCHEDULE_RUNS;
    }
    return wish_of_newest(v, due_s);
}

/* ---- a report ---- */

/* As who it acts, which is who made it; NULL, or why it must not act any more. */
static const char *find_owner(struct directory *dir, uint32_t shard,
                              const struct report_schedule *s, int64_t now_s, struct caller *owner)
{
    if (directory_asker(dir, shard, s->user_id, now_s, owner) != ERR_OK) {
        return NO_ACCOUNT;
    }
    bool may = owner->role >= ROLE_OPERATOR && directory_may_act(dir, owner, s->enterprise_id);
    return may ? NULL : NO_ROLE;
}

static const char *bar_of(const struct caller *owner)
{
    return caller_leads(owner) ? NULL : NO_ADMIN;
}

const char *schedule_mail_bar(struct directory *dir, uint32_t shard,
                              const struct report_schedule *s, int64_t now_s)
{
    struct caller owner;
    const char *why = find_owner(dir, shard, s, now_s, &owner);
    return why != NULL ? why : bar_of(&owner);
}

static void add_report(struct job_context *job, const struct schedule_view *v, int64_t due_s,
                       struct report_schedule *s)
{
    const struct recurrence r = schedule_recurrence(s);
    struct report_job report = {
        .enterprise_id = s->enterprise_id,
        .id = ids_next(job->ids, ID_OF_REPORT),
        .user_id = s->user_id,
        .schedule_id = s->id,
        .kind = s->kind,
        .format = s->format,
        .devices = s->devices,
        .devices_len = s->devices_len,
        .groups = s->groups,
        .groups_len = s->groups_len,
        .options = s->options,
        .created_s = job->now_s,
        .state = REPORT_WAITING,
    };
    recurrence_period(&r, v->clock, due_s, &report.start_s, &report.end_s);
    if (report_row_of(s->kind)->is_of_now) {
        report.start_s = report.end_s = job->now_s;
    }
    entity_init(ENTITY_REPORT, &report);
    change_add(&job->changes, CHANGE_PUT_REPORT)->report = report;
    s->last_report_id = report.id;
    s->last_error = "";
    s->retry_s = 0;
}

/* The one that failed goes when it is made again. */
static void drop_report(struct job_context *job, const struct schedule_view *v)
{
    if (v->report != NULL && v->report->state == REPORT_FAILED) {
        change_add(&job->changes, CHANGE_DELETE_REPORT)->report = *v->report;
    }
}

/* What waited for its turn, or for a server, until the next one was due. */
static void tell_dropped_mail(const struct report_schedule *s)
{
    if (s->mail_state == MAIL_WAITING || s->mail_state == MAIL_SENDING) {
        log_line(LOG_WARN, "schedule_mail_dropped", "schedule=%lld left=\"%s\"", (long long)s->id,
                 s->mail_left);
    }
}

static void begin_mail(struct report_schedule *s, struct arena *arena, const struct caller *owner)
{
    tell_dropped_mail(s);
    schedule_mail_begin(s);
    const char *why = bar_of(owner);
    if (s->mail_state != MAIL_NONE && why != NULL) {
        schedule_mail_give_up(s, arena, why);
    }
}

/* What is made again is the same, and its mail as far as it was. */
static void begin_run(struct job_context *job, const struct schedule_view *v, int64_t due_s,
                      const struct caller *owner, struct report_schedule *s)
{
    if (due_s == s->last_due_s) {
        drop_report(job, v);
        return;
    }
    s->done_s = s->last_due_s = due_s;
    s->last_run_s = job->now_s;
    s->tries = 0;
    begin_mail(s, job->changes.arena, owner);
}

/*
 * Notes why there is no report, and plans the next try; where a day is over there is none, and no
 * mail either.
 */
static void fail(struct job_context *job, struct report_schedule *s, const char *why, bool is_again)
{
    s->last_error = why;
    s->retry_s = 0;
    if (is_again && s->is_on && job->now_s - s->last_run_s < SCHEDULE_TRIES_FOR_S) {
        s->retry_s = job->now_s + waits_s[s->tries < WAITS ? s->tries : WAITS - 1];
        s->tries++;
    } else if (s->mail_state == MAIL_WAITING) {
        schedule_mail_give_up(s, job->changes.arena, why);
    }
}

static void run(struct job_context *job, uint32_t shard, const struct schedule_view *v,
                int64_t due_s, struct report_schedule *s)
{
    struct caller owner;
    const char *why = find_owner(job->directory, shard, s, job->now_s, &owner);
    if (why != NULL) {
        s->is_on = false;
        s->off_reason = why;
        fail(job, s, why, false);
        return;
    }
    begin_run(job, v, due_s, &owner, s);
    const struct reports_count count = reports_count(job->directory, s->enterprise_id, s->user_id);
    if (count.kept_of_enterprise >= REPORTS_OF_ENTERPRISE_MAX ||
        count.bytes_of_enterprise >= REPORTS_BYTES_MAX) {
        s->last_report_id = 0;
        fail(job, s, REPORTS_TEXT_ROOM, true);
        return;
    }
    add_report(job, v, due_s, s);
}

/* ---- the other steps ---- */

/* One that failed is made again for a day; one that people cancelled or deleted is not. */
static void note_failure(struct job_context *job, const struct schedule_view *v,
                         struct report_schedule *s)
{
    bool is_failed = v->report != NULL && v->report->state == REPORT_FAILED;
    const char *why = v->report == NULL ? GONE : CANCELLED;
    if (is_failed) {
        why = v->report->error[0] == '\0' ? "it could not be made" : v->report->error;
    } else if (v->report == NULL && s->last_error[0] != '\0') {
        why = s->last_error;
    }
    fail(job, s, why, is_failed);
}

static void begin_message(struct report_schedule *s, struct arena *arena)
{
    if (s->is_on) {
        s->mail_state = MAIL_SENDING;
    } else {
        schedule_mail_switch_off(s, arena);
    }
}

void schedule_step(struct job_context *job, uint32_t shard, const struct schedule_view *v,
                   enum schedule_wish wish, int64_t due_s)
{
    struct report_schedule s = *v->schedule;
    struct arena *arena = job->changes.arena;
    switch (wish) {
    case SCHEDULE_CORRECTS:
        s.done_s = believed_s(v);
        break;
    case SCHEDULE_RUNS:
        run(job, shard, v, due_s, &s);
        break;
    case SCHEDULE_FAILED:
        note_failure(job, v, &s);
        break;
    case SCHEDULE_MAILS:
        begin_message(&s, arena);
        break;
    case SCHEDULE_FORGETS:
        schedule_mail_note(&s, arena, MAIL_UNKNOWN, "", job->now_s);
        break;
    case SCHEDULE_MAY_NOT:
        schedule_mail_give_up(&s, arena, v->mail_bar);
        break;
    case SCHEDULE_RESTS:
    case SCHEDULE_WAITS:
        return;
    }
    change_add(&job->changes, CHANGE_PUT_SCHEDULE)->schedule = s;
}
