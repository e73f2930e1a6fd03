/* Jobs that are told their end by callback: in steps, in turn, given up, refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include "ingest/ingest_testing.h"

enum { LOG_MAX = 64, PLACES_MAX = 1024 };

/* What the jobs of a test wrote, in order. */
struct diary {
    pthread_mutex_t lock;
    char text[LOG_MAX];
    size_t len;
};

/* A job of some steps; each writes the job's letter and adds a device. */
struct errand {
    struct rig *rig;
    struct diary *diary;
    int64_t device;    /* of the next step */
    atomic_bool *gate; /* waited for in the first step; NULL: open */
    void *arg;         /* as it came back */
    sem_t told;
    enum err e;
    unsigned steps;
    unsigned failing_step; /* counted down as `steps`; 0: none */
    atomic_uint freed;
    char letter;
    atomic_bool runs;
};

static void write_letter(struct diary *d, char letter)
{
    (void)pthread_mutex_lock(&d->lock);
    assert_true(d->len + 1 < LOG_MAX);
    d->text[d->len++] = letter;
    (void)pthread_mutex_unlock(&d->lock);
}

static enum err run_step(struct job_context *job, void *arg)
{
    struct errand *x = arg;
    char name[16];
    atomic_store(&x->runs, true);
    while (x->gate != NULL && !atomic_load(x->gate)) {
        (void)sched_yield();
    }
    x->gate = NULL;
    write_letter(x->diary, x->letter);
    (void)snprintf(name, sizeof(name), "%c%u", x->letter, x->steps);
    const char *text = arena_copy_text(job->changes.arena, name);
    struct device *d = &change_add(&job->changes, CHANGE_PUT_DEVICE)->device;
    device_init(d);
    d->id = x->device++;
    d->enterprise_id = RIG_ENTERPRISE;
    d->device_id = text;
    d->plate = text;
    if (x->steps == x->failing_step) {
        return ERR_INVALID;
    }
    return --x->steps > 0 ? ERR_MORE : ERR_OK;
}

static void tell(void *context, enum err e, void *arg)
{
    struct errand *x = context;
    x->e = e;
    x->arg = arg;
    (void)sem_post(&x->told);
}

static void note_freed(void *arg)
{
    atomic_fetch_add(&((struct errand *)arg)->freed, 1);
}

static enum err submit(struct errand *x, int64_t enterprise, int64_t left_ms)
{
    const struct ingest_job job = {
        .place = {0, enterprise, 1},
        .deadline_ms = clock_monotonic_ms() + left_ms,
        .run = run_step,
        .arg = x,
        .free_arg = note_freed,
        .done = tell,
        .context = x,
    };
    assert_int_equal(sem_init(&x->told, 0, 0), 0);
    return ingest_submit(x->rig->ingest, &job);
}

static enum err wait_told(struct errand *x)
{
    while (sem_wait(&x->told) != 0) {
    }
    assert_int_equal(sem_destroy(&x->told), 0);
    return x->e;
}

/* Waits until ingest is at that job's first step. */
static void wait_runs(struct errand *x)
{
    while (!atomic_load(&x->runs)) {
        (void)sched_yield();
    }
}

static size_t devices_of(struct rig *r)
{
    return directory_device_count(r->directory);
}

/* ---- steps ---- */

static void each_step_is_a_commit_of_its_own(void **state)
{
    struct diary diary = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct errand x = {.rig = *state, .diary = &diary, .letter = 's', .steps = 3, .device = 100};
    uint64_t commits = counter_get(&x.rig->counters, commits);
    assert_int_equal(submit(&x, 1, RIG_CALL_MS), ERR_OK);
    assert_int_equal(wait_told(&x), ERR_OK);
    assert_ptr_equal(x.arg, &x);
    assert_string_equal(diary.text, "sss");
    assert_counter(x.rig, commits, commits + 3);
    assert_int_equal(devices_of(x.rig), 4);
    assert_int_equal(x.freed, 0);
}

/* What was committed stays, the step that fails leaves nothing, and no other begins. */
static void a_step_that_fails_ends_the_job(void **state)
{
    struct diary diary = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct errand x = {.rig = *state,
                       .diary = &diary,
                       .letter = 's',
                       .steps = 4,
                       .failing_step = 2,
                       .device = 100};
    assert_int_equal(submit(&x, 1, RIG_CALL_MS), ERR_OK);
    assert_int_equal(wait_told(&x), ERR_INVALID);
    assert_ptr_equal(x.arg, &x);
    assert_string_equal(diary.text, "sss");
    assert_int_equal(devices_of(x.rig), 3);
}

/* Jobs of three accounts: none waits for all the steps of another one. */
static void others_have_their_turn_between_steps(void **state)
{
    struct diary diary = {.lock = PTHREAD_MUTEX_INITIALIZER};
    atomic_bool gate = false;
    struct errand errands[] = {
        {.letter = 'a', .steps = 4, .device = 100, .gate = &gate},
        {.letter = 'b', .steps = 2, .device = 200},
        {.letter = 'c', .steps = 1, .device = 300},
        {.letter = 'A', .steps = 1, .device = 400}, /* of the first account, behind its job */
    };
    static const int64_t accounts[] = {1, 2, 3, 1};
    for (size_t i = 0; i < 4; i++) {
        errands[i].rig = *state;
        errands[i].diary = &diary;
        assert_int_equal(submit(&errands[i], accounts[i], RIG_CALL_MS), ERR_OK);
        if (i == 0) {
            wait_runs(&errands[0]);
        }
    }
    atomic_store(&gate, true);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(wait_told(&errands[i]), ERR_OK);
    }
    assert_string_equal(diary.text, "abcabaaA");
}

/* A fix that comes while a long job is at it is stored before the job's end. */
static enum err step_with_a_fix(struct job_context *job, void *arg)
{
    struct errand *x = arg;
    struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S)};
    (void)job;
    if (x->steps == 100) {
        x->steps--;
        return rig_try(x->rig, rig_arrival(&m, 1)) == ERR_OK ? ERR_MORE : ERR_FULL;
    }
    /* The slice may go on for some steps before the batch. */
    bool is_stored = counter_get(&x->rig->counters, fixes_stored) > 0;
    struct timespec pause = {.tv_nsec = 1000000};
    (void)nanosleep(&pause, NULL);
    return is_stored ? ERR_OK : (--x->steps > 0 ? ERR_MORE : ERR_TIMEOUT);
}

static void fixes_are_committed_between_steps(void **state)
{
    struct errand x = {.rig = *state, .steps = 100};
    assert_int_equal(ingest_call(x.rig->ingest, step_with_a_fix, &x, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(rig_wait(x.rig, 1).outcome, OUTCOME_STORED);
}

/* ---- given up ---- */

/* One that waits is told on time, though ingest hangs, and has its arg back; it never begins. */
static void one_that_waits_gets_its_arg_back(void **state)
{
    struct diary diary = {.lock = PTHREAD_MUTEX_INITIALIZER};
    atomic_bool gate = false;
    struct errand first = {
        .rig = *state, .diary = &diary, .letter = 'a', .steps = 1, .device = 100};
    struct errand late = {.rig = *state, .diary = &diary, .letter = 'b', .steps = 1, .device = 200};
    first.gate = &gate;
    assert_int_equal(submit(&first, 1, RIG_CALL_MS), ERR_OK);
    wait_runs(&first);
    assert_int_equal(submit(&late, 1, 20), ERR_OK);
    assert_int_equal(wait_told(&late), ERR_TIMEOUT);
    assert_ptr_equal(late.arg, &late);
    atomic_store(&gate, true);
    assert_int_equal(wait_told(&first), ERR_OK);
    rig_restart(first.rig);
    assert_string_equal(diary.text, "a");
    assert_int_equal(late.freed, 0);
}

/* One that ingest is at is told as well; ingest frees its arg, once, when the step is over. */
static void one_that_runs_is_left_to_ingest(void **state)
{
    struct diary diary = {.lock = PTHREAD_MUTEX_INITIALIZER};
    atomic_bool gate = false;
    struct errand x = {.rig = *state, .diary = &diary, .letter = 'a', .steps = 3, .device = 100};
    x.gate = &gate;
    assert_int_equal(submit(&x, 1, 200), ERR_OK);
    wait_runs(&x);
    assert_int_equal(wait_told(&x), ERR_TIMEOUT);
    assert_null(x.arg);
    assert_int_equal(x.freed, 0);
    atomic_store(&gate, true);
    rig_restart(x.rig);
    assert_string_equal(diary.text, "a"); /* the step is committed, and there is no other */
    assert_int_equal(x.freed, 1);
    assert_int_equal(devices_of(x.rig), 2);
}

/* ---- refused ---- */

/* How many jobs of an account have a place beside those that wait. */
static size_t fill(struct errand *errands, int64_t enterprise)
{
    size_t count = 0;
    while (submit(&errands[count], enterprise, RIG_CALL_MS) == ERR_OK) {
        count++;
        assert_true(count < PLACES_MAX);
    }
    return count;
}

static void *end_jobs(void *ingest)
{
    ingest_end_jobs(ingest);
    return NULL;
}

static void places_are_shared(void **state)
{
    static struct errand errands[2][PLACES_MAX];
    struct diary diary = {.lock = PTHREAD_MUTEX_INITIALIZER};
    atomic_bool gate = false;
    struct errand first = {
        .rig = *state, .diary = &diary, .letter = 'a', .steps = 1, .device = 100};
    pthread_t thread;
    first.gate = &gate;
    for (size_t i = 0; i < PLACES_MAX; i++) {
        errands[0][i] = (struct errand){.rig = *state};
        errands[1][i] = (struct errand){.rig = *state};
    }
    assert_int_equal(submit(&first, 1, RIG_CALL_MS), ERR_OK);
    wait_runs(&first);
    size_t own = fill(errands[0], 7);
    assert_int_equal(own, 256);
    size_t others = fill(errands[1], 9);
    assert_int_equal(others, 192);
    assert_int_equal(pthread_create(&thread, NULL, end_jobs, first.rig->ingest), 0);
    for (size_t i = 0; i < own + others; i++) {
        struct errand *x = i < own ? &errands[0][i] : &errands[1][i - own];
        assert_int_equal(wait_told(x), ERR_STOPPING);
        assert_ptr_equal(x->arg, x);
    }
    atomic_store(&gate, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(wait_told(&first), ERR_OK);
}

/* Who waits is told at once, what runs goes on to its end, and nothing is taken any more. */
static void stopping_is_told(void **state)
{
    struct diary diary = {.lock = PTHREAD_MUTEX_INITIALIZER};
    atomic_bool gate = false;
    struct errand first = {
        .rig = *state, .diary = &diary, .letter = 'a', .steps = 1, .device = 100};
    struct errand next = {.rig = *state, .diary = &diary, .letter = 'b', .steps = 1, .device = 200};
    struct errand later = next;
    pthread_t thread;
    first.gate = &gate;
    assert_int_equal(submit(&first, 1, RIG_CALL_MS), ERR_OK);
    wait_runs(&first);
    assert_int_equal(submit(&next, 1, RIG_CALL_MS), ERR_OK);
    assert_int_equal(pthread_create(&thread, NULL, end_jobs, first.rig->ingest), 0);
    assert_int_equal(wait_told(&next), ERR_STOPPING);
    assert_ptr_equal(next.arg, &next);
    assert_int_equal(submit(&later, 1, RIG_CALL_MS), ERR_STOPPING);
    atomic_store(&gate, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(wait_told(&first), ERR_OK);
    assert_string_equal(diary.text, "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(each_step_is_a_commit_of_its_own),
        WITH_RIG(a_step_that_fails_ends_the_job),
        WITH_RIG(others_have_their_turn_between_steps),
        WITH_RIG(fixes_are_committed_between_steps),
        WITH_RIG(one_that_waits_gets_its_arg_back),
        WITH_RIG(one_that_runs_is_left_to_ingest),
        WITH_RIG(places_are_shared),
        WITH_RIG(stopping_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
