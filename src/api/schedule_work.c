/* Jobs and messages of schedules: what the thread hands to others, and what hands it back. */
#include <glib.h>
#include <stdlib.h>

#include "api/schedule_mail.h"
#include "api/schedules_private.h"
#include "base/clock.h"
#include "base/mem.h"

enum { JOB_MS = 10000, MS_PER_S = 1000 };

static const char NO_MAILER[] = "this server sends no mail: smtp_url is not set";

/* ---- what there is ---- */

static struct zone *zone_of(const struct schedules *s, struct directory *dir, int64_t enterprise_id,
                            struct arena *arena)
{
    struct enterprise enterprise;
    bool is_there = directory_enterprise(dir, enterprise_id, arena, &enterprise) == ERR_OK &&
                    !enterprise.deleted;
    struct zone *zone = is_there ? zones_find(s->options.zones, enterprise.zone) : NULL;
    return is_there && zone == NULL ? zones_find(s->options.zones, "UTC") : zone;
}

/* As schedule_find(), at the time that stands in out->view. */
static bool find_at(const struct schedules *s, const struct shard *shard, struct owned_key key,
                    struct arena *arena, struct schedule_found *out)
{
    int64_t now_s = out->view.now_s;
    struct directory *dir = shard->directory;
    struct zone *zone = zone_of(s, dir, key.enterprise_id, arena);
    if (zone == NULL ||
        directory_owned(dir, ENTITY_SCHEDULE, key, arena, &out->schedule) != ERR_OK) {
        return false;
    }
    struct owned_key report = {key.enterprise_id, out->schedule.last_report_id};
    bool has_report = directory_owned(dir, ENTITY_REPORT, report, arena, &out->report) == ERR_OK;
    out->clock = zone_clock_init(zone);
    out->view = (struct schedule_view){
        .schedule = &out->schedule,
        .report = has_report ? &out->report : NULL,
        .clock = &out->clock,
        .now_s = now_s,
        .mail_bar = s->options.mailer == NULL
                        ? NO_MAILER
                        : schedule_mail_bar(dir, shard->id, &out->schedule, now_s),
    };
    return true;
}

bool schedule_find(const struct schedules *s, const struct shard *shard, struct owned_key key,
                   struct arena *arena, struct schedule_found *out)
{
    out->view.now_s = clock_wall_ms() / MS_PER_S;
    return find_at(s, shard, key, arena, out);
}

/* ---- jobs ---- */

/* What the job does; all is found anew, since others may have changed it meanwhile. */
static enum err do_step(struct job_context *job, struct errand *e)
{
    struct schedule_found found = {.view = {.now_s = job->now_s}};
    int64_t due_s = 0;
    if (!find_at(e->all, e->shard, e->key, job->changes.arena, &found)) {
        return ERR_NOT_FOUND;
    }
    e->wish = schedule_wish_of(&found.view, &due_s);
    bool may = e->wish != SCHEDULE_MAILS || e->may_mail;
    if (e->wish == SCHEDULE_RESTS || e->wish == SCHEDULE_WAITS || !may) {
        return ERR_NOT_FOUND;
    }
    schedule_step(job, e->shard->id, &found.view, e->wish, due_s);
    return ERR_OK;
}

/* What came of a message, which is the first of its schedule's as long as that is `sending`. */
static enum err do_note(struct job_context *job, struct errand *e)
{
    struct report_schedule s;
    struct arena *arena = job->changes.arena;
    if (directory_owned(job->directory, ENTITY_SCHEDULE, e->key, arena, &s) != ERR_OK ||
        s.mail_state != MAIL_SENDING) {
        return ERR_NOT_FOUND;
    }
    if (e->is_taken_back) {
        schedule_mail_take_back(&s);
    } else {
        schedule_mail_note(&s, arena, e->outcome, e->reason, job->now_s);
    }
    if (!s.is_on) {
        schedule_mail_switch_off(&s, arena);
    }
    change_add(&job->changes, CHANGE_PUT_SCHEDULE)->schedule = s;
    return ERR_OK;
}

static enum err run(struct job_context *job, void *arg)
{
    struct errand *e = arg;
    return e->doing == ERRAND_NOTE ? do_note(job, e) : do_step(job, e);
}

static void done(void *context, enum err result, void *arg)
{
    struct errand *e = context;
    (void)arg;
    e->result = result;
    errand_hand_back(e);
}

bool errand_submit(struct errand *e)
{
    const struct ingest_job job = {
        .place = {.group = e->key.enterprise_id},
        .deadline_ms = clock_monotonic_ms() + JOB_MS,
        .run = run,
        .arg = e,
        .done = done,
        .context = e,
    };
    return ingest_submit(e->shard->ingest, &job) == ERR_OK;
}

/* ---- messages ---- */

static void set_outcome(struct errand *e, enum mail_outcome outcome, const char *reason)
{
    e->outcome = outcome;
    (void)g_strlcpy(e->reason, reason, sizeof(e->reason));
}

/* On the mailer's thread. */
static void take_outcome(void *context, enum mail_outcome outcome, const char *reason)
{
    struct errand *e = context;
    set_outcome(e, outcome, reason);
    e->is_taken_back = outcome == MAIL_PUT_OFF && schedules_are_stopping(e->all);
    errand_hand_back(e);
}

/* Why a message that is there was not even queued. */
static const char *fault_of(enum err e)
{
    return e == ERR_NOT_FOUND  ? "the file of the report is gone"
           : e == ERR_TOO_LONG ? "the file of the report is too long for a mail"
                               : "the message could not be made";
}

bool errand_send(struct errand *e)
{
    struct arena arena = {0};
    struct schedule_found found;
    enum err result = ERR_NOT_FOUND;
    const struct report_schedule *s = &found.schedule;
    bool is_there =
        schedule_find(e->all, e->shard, e->key, &arena, &found) && found.view.report != NULL;
    bool is_wanted = is_there && s->mail_state == MAIL_SENDING && s->is_on &&
                     schedule_mail_is_to(s) && found.view.mail_bar == NULL;
    if (is_there && !is_wanted) {
        result = ERR_END;
    } else if (is_there) {
        struct mail mail = schedule_letter(e->all, &found, e->shard->directory, &arena);
        mail.done = take_outcome;
        mail.context = e;
        result = mailer_send(e->all->options.mailer, &mail);
    }
    arena_free(&arena);
    if (result == ERR_OK) {
        return true; /* the mailer has it, and may be done with it already */
    }
    e->is_taken_back = result == ERR_STOPPING || result == ERR_END || result == ERR_BUSY;
    set_outcome(e, MAIL_REFUSED, fault_of(result));
    return false;
}
