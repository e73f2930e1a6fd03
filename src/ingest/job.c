/*
 * Jobs of other threads. A job is reached by its caller and by the ingest thread; which of the two
 * frees it is settled under job_lock:
 *
 *     caller     waits ──────────── in time: takes the result, frees the job, keeps arg
 *                     └──────────── timed out: marks it abandoned and never looks again
 *     ingest     runs ───────────── not abandoned: leaves the result and signals
 *                     └──────────── abandoned: frees the job and arg
 */
#include <errno.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "ingest/ingest_private.h"

struct job {
    job_run *run;
    void *arg;
    void (*free_arg)(void *);
    pthread_cond_t finished;
    bool is_done; /* these three under job_lock */
    bool is_abandoned;
    enum err result;
};

static struct job *job_new(job_run *run, void *arg, void (*free_arg)(void *))
{
    struct job *job = mem_new(sizeof(*job));
    *job = (struct job){.run = run, .arg = arg, .free_arg = free_arg};
    pthread_condattr_t attributes;
    check(pthread_condattr_init(&attributes) == 0);
    check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    check(pthread_cond_init(&job->finished, &attributes) == 0);
    check(pthread_condattr_destroy(&attributes) == 0);
    return job;
}

static void job_free(struct job *job)
{
    check(pthread_cond_destroy(&job->finished) == 0);
    free(job);
}

static void job_abandon(struct job *job)
{
    if (job->free_arg != NULL) {
        job->free_arg(job->arg);
    }
    job_free(job);
}

enum err ingest_call(struct ingest *in, job_run *run, void *arg, void (*free_arg)(void *),
                     unsigned timeout_ms)
{
    struct timespec deadline;
    check(clock_gettime(CLOCK_MONOTONIC, &deadline) == 0);
    int64_t nanoseconds = deadline.tv_nsec + (int64_t)(timeout_ms % 1000) * 1000000;
    deadline.tv_sec += timeout_ms / 1000 + nanoseconds / 1000000000;
    deadline.tv_nsec = nanoseconds % 1000000000;

    struct job *job = job_new(run, arg, free_arg);
    uint8_t *at = NULL;
    enum err e = queue_begin(in->queue, sizeof(struct intake_head), 0, &at);
    if (e != ERR_OK) {
        job_free(job);
        return e;
    }
    *(struct intake_head *)(void *)at = (struct intake_head){.kind = INTAKE_JOB, .job = job};
    queue_end(in->queue);

    check(pthread_mutex_lock(&in->job_lock) == 0);
    int waited = 0;
    while (!job->is_done && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&job->finished, &in->job_lock, &deadline);
    }
    bool is_done = job->is_done;
    e = is_done ? job->result : ERR_TIMEOUT;
    job->is_abandoned = !is_done;
    check(pthread_mutex_unlock(&in->job_lock) == 0);
    if (is_done) {
        job_free(job);
    }
    return e;
}

static bool is_abandoned(struct ingest *in, const struct job *job)
{
    check(pthread_mutex_lock(&in->job_lock) == 0);
    bool abandoned = job->is_abandoned;
    check(pthread_mutex_unlock(&in->job_lock) == 0);
    return abandoned;
}

static void finish(struct ingest *in, struct job *job, enum err result)
{
    check(pthread_mutex_lock(&in->job_lock) == 0);
    bool abandoned = job->is_abandoned;
    job->is_done = true;
    job->result = result;
    if (!abandoned) {
        check(pthread_cond_signal(&job->finished) == 0);
    }
    check(pthread_mutex_unlock(&in->job_lock) == 0);
    if (abandoned) {
        job_abandon(job);
    }
}

static enum err commit_changes(struct ingest *in, const struct change_list *changes)
{
    const struct store_batch stored = {.changes = changes->at, .change_count = changes->len};
    enum err e = changes->len == 0 ? ERR_OK : ingest_commit(in, &stored);
    if (e == ERR_OK) {
        ingest_apply(in, changes->at, changes->len);
    }
    return e;
}

static enum err run_and_commit(struct ingest *in, const struct job *job, struct arena *arena)
{
    struct job_context context = {
        .directory = in->options.directory,
        .unknown = in->options.unknown,
        .changes = {.arena = arena},
        .now_s = clock_wall_ms() / 1000,
    };
    enum err e = job->run(&context, job->arg);
    if (e == ERR_OK) {
        e = commit_changes(in, &context.changes);
    }
    if (e == ERR_OK && context.committed != NULL) {
        context.committed(job->arg);
    }
    return e;
}

void job_take(struct ingest *in, struct bytes record)
{
    struct job *job = intake_open(record)->job;
    queue_release(in->queue);
    struct arena arena = {0};
    enum err e = ERR_TIMEOUT;
    if (!is_abandoned(in, job)) {
        e = run_and_commit(in, job, &arena);
    }
    finish(in, job, e);
    arena_free(&arena);
}
