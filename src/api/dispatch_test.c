/* Jobs and their time: what a call answers whose job came too late or took too long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>

#include "api/dispatch.h"
#include "api/exchange.h"
#include "api/testing.h"
#include "base/check.h"
#include "base/clock.h"

/* On the ingest thread; who looks at the count has a later job behind it. */
static enum err run_empty(struct call *c, struct job_context *job)
{
    (void)job;
    (*(unsigned *)c->own)++;
    return ERR_OK;
}

static const struct api_method job_row = {.name = "J", .where = WHERE_JOB, .change = run_empty};

/* A job that keeps the ingest thread until it is let go. */
struct blocker {
    struct ingest *ingest;
    pthread_t thread;
    pthread_mutex_t held; /* by the test, as long as it blocks */
    sem_t running;
};

static enum err run_blocker(struct job_context *job, void *arg)
{
    struct blocker *b = arg;
    (void)job;
    check(sem_post(&b->running) == 0);
    check(pthread_mutex_lock(&b->held) == 0);
    check(pthread_mutex_unlock(&b->held) == 0);
    return ERR_OK;
}

static void free_nothing(void *arg)
{
    (void)arg;
}

static void *block(void *arg)
{
    struct blocker *b = arg;
    enum err e = ingest_call(b->ingest, run_blocker, b, free_nothing, 60000);
    return e == ERR_OK ? NULL : b;
}

static void blocker_start(struct blocker *b, struct ingest *ingest)
{
    b->ingest = ingest;
    assert_int_equal(pthread_mutex_init(&b->held, NULL), 0);
    assert_int_equal(sem_init(&b->running, 0, 0), 0);
    assert_int_equal(pthread_mutex_lock(&b->held), 0);
    assert_int_equal(pthread_create(&b->thread, NULL, block, b), 0);
    assert_int_equal(sem_wait(&b->running), 0);
}

static void blocker_end(struct blocker *b)
{
    void *failed = NULL;
    assert_int_equal(pthread_mutex_unlock(&b->held), 0);
    assert_int_equal(pthread_join(b->thread, &failed), 0);
    assert_null(failed);
    assert_int_equal(sem_destroy(&b->running), 0);
    assert_int_equal(pthread_mutex_destroy(&b->held), 0);
}

/* Runs a job with that much time left; answers its HTTP status. */
static int run_with(struct platform *p, int64_t left_ms, unsigned *jobs_run)
{
    struct call *c = call_new(&p->api->api);
    c->method = &job_row;
    c->own = jobs_run;
    c->deadline_ms = clock_monotonic_ms() + left_ms;
    dispatch_run(&c);
    int status = c->http_status;
    assert_int_equal(c->code, status);
    assert_ptr_equal(c->method, &job_row);
    call_free(c);
    return status;
}

static void test_a_job_in_time(void **state)
{
    struct platform *p = *state;
    unsigned jobs_run = 0;
    assert_int_equal(run_with(p, JOB_TIMEOUT_MS, &jobs_run), 200);
    assert_int_equal(jobs_run, 1);
}

/* One that waited for its thread until its time was over is not begun any more. */
static void test_a_job_too_late_is_not_begun(void **state)
{
    struct platform *p = *state;
    unsigned jobs_run = 0;
    assert_int_equal(run_with(p, 0, &jobs_run), 503);
    assert_int_equal(run_with(p, -1, &jobs_run), 503);
    assert_int_equal(run_with(p, JOB_TIMEOUT_MS, &jobs_run), 200);
    assert_int_equal(jobs_run, 1);
}

/* What the wait for a thread left of the time is what ingest gets, not all of it once more. */
static void test_a_job_gets_the_time_that_is_left(void **state)
{
    struct platform *p = *state;
    unsigned jobs_run = 0;
    struct blocker b;
    blocker_start(&b, p->ingest);
    int64_t began_ms = clock_monotonic_ms();
    assert_int_equal(run_with(p, 20, &jobs_run), 503);
    assert_in_range(clock_monotonic_ms() - began_ms, 20, JOB_TIMEOUT_MS - 1);
    blocker_end(&b);
    assert_int_equal(run_with(p, JOB_TIMEOUT_MS, &jobs_run), 200);
    assert_in_range(jobs_run, 1, 2); /* the one given up may have happened too */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_a_job_in_time),
        SERVER_TEST(test_a_job_too_late_is_not_begun),
        SERVER_TEST(test_a_job_gets_the_time_that_is_left),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
