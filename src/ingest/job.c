/*
 * Jobs of other threads, and who owns one when. The queues, the ingest thread or nobody has it;
 * the lock says which:
 *
 *     ingest_submit ──► waits ──► runs a step ──► committed, applied ──► done(result, arg)
 *                        │  ▲         │                   │
 *                        │  └─────────┼───── ERR_MORE ────┘
 *                        │            │
 *          its time over │            │ its time over
 *           or stopping  ▼            ▼
 *     done(why, arg) ◄───┘            └──► done(ERR_TIMEOUT, NULL); arg is freed behind the step
 *
 * done() is called once, and arg goes back with it, but for the one case that the ingest thread is
 * at the job: then it has arg and frees it. A client that leaves changes nothing: its connection
 * is told all the same. The watch, a thread of its own, tells those whose time is over, since the
 * ingest thread may hang in a commit.
 *
 * A job waits in fair queues on the account of who asked. Each also leaves a mark in the queue of
 * arrivals: before the ingest thread has passed it, what was sent before the job may not be stored
 * yet, and the job is not begun.
 *
 * A step works for STEP_US and is one transaction: the next batch of fixes waits for that and for
 * one sync of the disk. Jobs of others have their turn between two steps.
 */
#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "ingest/ingest_private.h"

enum {
    JOBS_MAX = 1024, /* that wait */
    SLICE_US = 2000, /* of jobs between two batches; the last step may go beyond it */
    STEP_US = 500,   /* of checking; saving and applying what it found takes as long again */
};

struct job {
    struct ingest_job order;
    uint64_t number; /* of its mark, from 1 */
    bool runs;       /* the ingest thread has it; under the lock, as the next two */
    bool is_abandoned;
    GList link; /* in jobs.open */
};

/* ---- submitting ---- */

/* Puts a job's mark behind what arrived so far. */
static bool leave_mark(struct ingest *in)
{
    uint8_t *at = NULL;
    if (queue_begin(in->queue, INTAKE_MARK_BYTES, INGEST_OUTCOMES_BYTES, &at) != ERR_OK) {
        return false;
    }
    intake_encode_mark(at);
    queue_end(in->queue);
    return true;
}

/* Under the lock. */
static enum err enter(struct ingest *in, struct job *job)
{
    struct jobs *jobs = &in->jobs;
    if (jobs->is_closed) {
        return ERR_STOPPING;
    }
    if (!fair_put(jobs->queues, &job->order.place, job)) {
        return ERR_BUSY;
    }
    if (!leave_mark(in)) {
        fair_remove(jobs->queues, &job->order.place, job);
        return ERR_BUSY;
    }
    job->number = ++jobs->marks_left;
    g_queue_push_tail_link(&jobs->open, &job->link);
    jobs->unanswered++;
    if (job->order.deadline_ms < jobs->watch_until_ms) {
        check(pthread_cond_broadcast(&jobs->changed) == 0);
    }
    return ERR_OK;
}

enum err ingest_submit(struct ingest *in, const struct ingest_job *order)
{
    struct job *job = mem_new(sizeof(*job));
    *job = (struct job){.order = *order};
    job->link.data = job;
    check(pthread_mutex_lock(&in->jobs.lock) == 0);
    enum err e = enter(in, job);
    check(pthread_mutex_unlock(&in->jobs.lock) == 0);
    if (e != ERR_OK) {
        free(job);
    }
    return e;
}

/* ---- answering ---- */

/* Tells the outcome; `arg` is NULL where it stays with the ingest thread. */
static void answer(struct jobs *jobs, const struct ingest_job *order, enum err e, void *arg)
{
    order->done(order->context, e, arg);
    check(pthread_mutex_lock(&jobs->lock) == 0);
    jobs->unanswered--;
    if (jobs->is_closed) {
        check(pthread_cond_broadcast(&jobs->changed) == 0);
    }
    check(pthread_mutex_unlock(&jobs->lock) == 0);
}

/* The job that is to be told first; NULL: none yet, and watch_until_ms says how long. */
static struct job *find_late(struct jobs *jobs)
{
    int64_t now_ms = clock_monotonic_ms();
    jobs->watch_until_ms = INT64_MAX;
    for (GList *l = jobs->open.head; l != NULL; l = l->next) {
        struct job *job = l->data;
        int64_t deadline_ms = job->order.deadline_ms;
        if (deadline_ms <= now_ms || (jobs->is_closed && !job->runs)) {
            return job;
        }
        jobs->watch_until_ms =
            deadline_ms < jobs->watch_until_ms ? deadline_ms : jobs->watch_until_ms;
    }
    return NULL;
}

/* Gives a job up, under the lock, which is let go meanwhile. */
static void give_up(struct jobs *jobs, struct job *job)
{
    const struct ingest_job order = job->order;
    bool is_late = order.deadline_ms <= clock_monotonic_ms();
    void *arg = job->runs ? NULL : order.arg;
    g_queue_unlink(&jobs->open, &job->link);
    if (job->runs) {
        job->is_abandoned = true;
    } else {
        fair_remove(jobs->queues, &order.place, job);
        free(job);
    }
    check(pthread_mutex_unlock(&jobs->lock) == 0);
    answer(jobs, &order, is_late ? ERR_TIMEOUT : ERR_STOPPING, arg);
    check(pthread_mutex_lock(&jobs->lock) == 0);
}

/* Waits for a change, at most until the first deadline. */
static void wait_for_change(struct jobs *jobs)
{
    int64_t until_ms = jobs->watch_until_ms;
    if (until_ms == INT64_MAX) {
        check(pthread_cond_wait(&jobs->changed, &jobs->lock) == 0);
        return;
    }
    struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    int result = pthread_cond_timedwait(&jobs->changed, &jobs->lock, &until);
    check(result == 0 || result == ETIMEDOUT);
}

static void *watch(void *context)
{
    struct jobs *jobs = context;
    check(pthread_mutex_lock(&jobs->lock) == 0);
    while (!jobs->is_over) {
        struct job *late = find_late(jobs);
        if (late != NULL) {
            give_up(jobs, late);
        } else {
            wait_for_change(jobs);
        }
    }
    check(pthread_mutex_unlock(&jobs->lock) == 0);
    return NULL;
}

/* ---- running ---- */

bool job_pauses(const struct job_context *job)
{
    return clock_monotonic_us() >= job->pause_us;
}

static enum err run_step(struct ingest *in, const struct ingest_job *order)
{
    struct arena arena = {0};
    struct job_context context = {
        .directory = in->options.directory,
        .unknown = in->options.unknown,
        .ids = &in->ids,
        .commands = &in->commands,
        .changes = {.arena = &arena},
        .now_s = clock_wall_ms() / 1000,
        .pause_us = clock_monotonic_us() + STEP_US,
    };
    enum err ran = order->run(&context, order->arg);
    enum err e = ran == ERR_MORE ? ERR_OK : ran;
    if (e == ERR_OK && context.changes.len > 0) {
        ids_reserve(&in->ids, &context.changes);
        const struct store_batch stored = {.changes = context.changes.at,
                                           .change_count = context.changes.len};
        e = ingest_commit(in, &stored);
        if (e == ERR_OK) {
            ingest_apply(in, context.changes.at, context.changes.len);
        }
    }
    if (e == ERR_OK && context.committed != NULL) {
        context.committed(order->arg, ran == ERR_OK);
    }
    arena_free(&arena);
    commands_wipe_stack();
    return e == ERR_OK ? ran : e;
}

/* The job whose turn it is; it stays the one until its step is over. NULL: none can begin. */
static struct job *take_next(struct jobs *jobs)
{
    check(pthread_mutex_lock(&jobs->lock) == 0);
    if (jobs->turn.item == NULL && fair_take(jobs->queues, &jobs->turn)) {
        ((struct job *)jobs->turn.item)->runs = true;
    }
    struct job *job = jobs->turn.item;
    bool is_ready = job != NULL && job->number <= jobs->marks_passed;
    check(pthread_mutex_unlock(&jobs->lock) == 0);
    return is_ready ? job : NULL;
}

/* Whether nobody waits for it any more, told or not yet. */
static bool is_late(struct jobs *jobs, const struct job *job)
{
    check(pthread_mutex_lock(&jobs->lock) == 0);
    bool abandoned = job->is_abandoned;
    check(pthread_mutex_unlock(&jobs->lock) == 0);
    return abandoned || job->order.deadline_ms <= clock_monotonic_ms();
}

/* Behind a step: the job goes on in its turn, is told its end, or nobody asks any more. */
static void end_step(struct jobs *jobs, struct job *job, enum err e)
{
    check(pthread_mutex_lock(&jobs->lock) == 0);
    bool abandoned = job->is_abandoned;
    bool goes_on = e == ERR_MORE && !abandoned;
    job->runs = false;
    if (goes_on) {
        fair_put_again(jobs->queues, &job->order.place, job, true);
    } else if (!abandoned) {
        g_queue_unlink(&jobs->open, &job->link);
    }
    (void)fair_end(jobs->queues, &jobs->turn);
    jobs->turn = (struct fair_turn){0};
    if (goes_on && jobs->is_closed) {
        check(pthread_cond_broadcast(&jobs->changed) == 0);
    }
    check(pthread_mutex_unlock(&jobs->lock) == 0);
    if (goes_on) {
        return;
    }
    if (!abandoned) {
        answer(jobs, &job->order, e, job->order.arg);
    } else if (job->order.free_arg != NULL) {
        job->order.free_arg(job->order.arg);
    }
    free(job);
}

void jobs_run(struct ingest *in)
{
    int64_t until_us = clock_monotonic_us() + SLICE_US;
    struct job *job = take_next(&in->jobs);
    while (job != NULL) {
        enum err e = is_late(&in->jobs, job) ? ERR_TIMEOUT : run_step(in, &job->order);
        end_step(&in->jobs, job, e);
        job = clock_monotonic_us() < until_us ? take_next(&in->jobs) : NULL;
    }
}

bool jobs_wait(struct ingest *in)
{
    check(pthread_mutex_lock(&in->jobs.lock) == 0);
    bool waits = in->jobs.turn.item != NULL || fair_waiting(in->jobs.queues) > 0;
    check(pthread_mutex_unlock(&in->jobs.lock) == 0);
    return waits;
}

/* ---- beginning and end ---- */

void jobs_init(struct jobs *jobs)
{
    pthread_condattr_t attributes;
    jobs->queues =
        fair_new(&(struct fair_options){.group_running = 1, .capacity = JOBS_MAX, .shares = {1}});
    jobs->watch_until_ms = INT64_MAX;
    g_queue_init(&jobs->open);
    check(pthread_mutex_init(&jobs->lock, NULL) == 0);
    check(pthread_condattr_init(&attributes) == 0);
    check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    check(pthread_cond_init(&jobs->changed, &attributes) == 0);
    check(pthread_condattr_destroy(&attributes) == 0);
    check(pthread_create(&jobs->watch, NULL, watch, jobs) == 0);
}

void jobs_clear(struct jobs *jobs)
{
    check(pthread_mutex_lock(&jobs->lock) == 0);
    jobs->is_over = true;
    check(pthread_cond_broadcast(&jobs->changed) == 0);
    check(pthread_mutex_unlock(&jobs->lock) == 0);
    check(pthread_join(jobs->watch, NULL) == 0);
    fair_free(jobs->queues);
    check(pthread_cond_destroy(&jobs->changed) == 0);
    check(pthread_mutex_destroy(&jobs->lock) == 0);
}

void ingest_end_jobs(struct ingest *in)
{
    struct jobs *jobs = &in->jobs;
    check(pthread_mutex_lock(&jobs->lock) == 0);
    jobs->is_closed = true;
    check(pthread_cond_broadcast(&jobs->changed) == 0);
    while (jobs->unanswered > 0) {
        check(pthread_cond_wait(&jobs->changed, &jobs->lock) == 0);
    }
    check(pthread_mutex_unlock(&jobs->lock) == 0);
}

/* ---- waiting for one ---- */

/* A thread that waits for its job. */
struct waiter {
    sem_t answered;
    enum err e;
    void (*free_arg)(void *);
};

static void tell_waiter(void *context, enum err e, void *arg)
{
    struct waiter *waiter = context;
    if (e == ERR_TIMEOUT && arg != NULL && waiter->free_arg != NULL) {
        waiter->free_arg(arg);
    }
    waiter->e = e;
    check(sem_post(&waiter->answered) == 0);
}

enum err ingest_call(struct ingest *in, job_run *run, void *arg, void (*free_arg)(void *),
                     unsigned timeout_ms)
{
    struct waiter waiter = {.free_arg = free_arg};
    check(sem_init(&waiter.answered, 0, 0) == 0);
    const struct ingest_job job = {
        .deadline_ms = clock_monotonic_ms() + (int64_t)timeout_ms,
        .run = run,
        .arg = arg,
        .free_arg = free_arg,
        .done = tell_waiter,
        .context = &waiter,
    };
    enum err e = ingest_submit(in, &job);
    if (e == ERR_OK) {
        while (sem_wait(&waiter.answered) != 0) {
            check(errno == EINTR);
        }
        e = waiter.e;
    }
    check(sem_destroy(&waiter.answered) == 0);
    return e;
}
