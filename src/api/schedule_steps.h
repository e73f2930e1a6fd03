#ifndef API_SCHEDULE_STEPS_H
#define API_SCHEDULE_STEPS_H

#include "base/recurrence.h"
#include "connect/mail.h"
#include "ingest/ingest.h"

/*
 * What is to be done of a schedule of reports, and the steps that do it: each is a commit, and a
 * start that finds a schedule anywhere between two steps goes on from there.
 *
 *     due ──► a report to be made, in one commit with the time that it is of
 *              ├─► done ──► mail: schedule_mail.h
 *              └─► failed ──► made again, at growing distances, for a day
 */

enum schedule_wish {
    SCHEDULE_RESTS,    /* until its next time */
    SCHEDULE_WAITS,    /* for its report, or for a time that comes sooner */
    SCHEDULE_CORRECTS, /* it was done for a time of a clock that was wrong: to be set right */
    SCHEDULE_RUNS,     /* a report is to be made */
    SCHEDULE_FAILED,   /* its report failed, or is gone: that is to be noted */
    SCHEDULE_MAILS,    /* a message is to be noted and then sent, or given up by the step */
    SCHEDULE_FORGETS,  /* a message was under way in an earlier run: nobody knows */
    SCHEDULE_MAY_NOT   /* messages are to be sent, and must not be, or cannot: mail_bar */
};

enum { SCHEDULE_TRIES_FOR_S = 86400 /* so long behind its first try a report is made again */ };

/* What is known when it is asked. */
struct schedule_view {
    const struct report_schedule *schedule;
    const struct report_job *report; /* its newest; NULL: there is none any more */
    struct zone_clock *clock;        /* of its enterprise */
    int64_t now_s;
    const char *mail_bar; /* why nothing of it may be mailed at the moment; NULL: it may */
};

/* Its rhythm. */
struct recurrence schedule_recurrence(const struct report_schedule *s);
/*
 * Why the owner of a schedule may have nothing mailed at the moment; NULL: it may. `shard` is the
 * number of the directory's shard.
 */
const char *schedule_mail_bar(struct directory *dir, uint32_t shard,
                              const struct report_schedule *s, int64_t now_s);
/* Pure. `due_s`: of SCHEDULE_RUNS, what for. */
enum schedule_wish schedule_wish_of(const struct schedule_view *v, int64_t *due_s);

/*
 * The step that the wish wants, on the ingest thread: what changes is added to the job's changes.
 * `shard` is the number of the shard. No step for RESTS and WAITS.
 */
void schedule_step(struct job_context *job, uint32_t shard, const struct schedule_view *v,
                   enum schedule_wish wish, int64_t due_s);

#endif
