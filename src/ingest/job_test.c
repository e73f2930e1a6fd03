#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/ingest_testing.h"

/* ---- jobs ---- */

static void a_job_is_committed_and_applied(void **state)
{
    struct rig *r = *state;
    uint64_t commits = counter_get(&r->counters, commits);
    assert_int_equal(rig_put_device(r, 2, "second", false), ERR_OK);
    assert_counter(r, commits, commits + 1);
    assert_int_equal(directory_device_count(r->directory), 2);
    rig_restart(r);
    assert_int_equal(directory_device_count(r->directory), 2);
    assert_int_equal(rig_put_device(r, 2, "second", true), ERR_OK);
    assert_int_equal(directory_device_count(r->directory), 1);
}

static enum err refuse(struct job_context *job, void *arg)
{
    *(int64_t *)arg = job->now_s;
    change_add(&job->changes, CHANGE_PUT_ENTERPRISE)->enterprise =
        (struct enterprise){.id = 9, .name = "Nine", .zone = "UTC"};
    return ERR_DUPLICATE;
}

static void a_job_that_fails_changes_nothing(void **state)
{
    struct rig *r = *state;
    int64_t now_s = 0;
    uint64_t commits = counter_get(&r->counters, commits);
    assert_int_equal(ingest_call(r->ingest, refuse, &now_s, NULL, RIG_CALL_MS), ERR_DUPLICATE);
    assert_true(now_s > KIT_TIME_S / 2);
    assert_counter(r, commits, commits);
    struct arena arena = {0};
    struct enterprise e;
    assert_int_equal(directory_enterprise(r->directory, 9, &arena, &e), ERR_NOT_FOUND);
    arena_free(&arena);
}

/* Jobs and arrivals keep their order: what was sent before is stored before. */
static enum err check_count(struct job_context *job, void *arg)
{
    struct rig *r = arg;
    struct device_ref ref;
    struct live live;
    if (directory_find(job->directory, RIG_DEVICE, &ref) != ERR_OK) {
        return ERR_NOT_FOUND;
    }
    tracked_live(job->directory, ref.tracked, &live);
    device_ref_release(job->directory, &ref);
    bool is_there = live.state.current.gps_time_s == KIT_TIME_S + (int64_t)r->sent - 20;
    return is_there && counter_get(&r->counters, fixes_stored) == r->sent ? ERR_OK : ERR_INVALID;
}

static void a_job_sees_what_was_sent_before(void **state)
{
    struct rig *r = *state;
    for (int64_t i = 0; i < 10; i++) {
        struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S + i - 19)};
        assert_int_equal(rig_try(r, rig_arrival(&m, 1)), ERR_OK);
        assert_int_equal(ingest_call(r->ingest, check_count, r, NULL, RIG_CALL_MS), ERR_OK);
    }
}

/* What a job hears of its commit. */
struct hearing {
    struct directory *directory;
    int64_t adds; /* the enterprise of that id; 0: nothing */
    enum err answers;
    unsigned heard;
    bool was_applied;
};

static void hear(void *arg, bool is_last)
{
    struct hearing *h = arg;
    struct arena arena = {0};
    struct enterprise e;
    assert_true(is_last);
    h->heard++;
    h->was_applied = directory_enterprise(h->directory, h->adds, &arena, &e) == ERR_OK;
    arena_free(&arena);
}

static enum err ask_to_hear(struct job_context *job, void *arg)
{
    struct hearing *h = arg;
    h->directory = job->directory;
    job->committed = hear;
    if (h->adds != 0) {
        change_add(&job->changes, CHANGE_PUT_ENTERPRISE)->enterprise =
            (struct enterprise){.id = h->adds, .name = "N", .zone = "UTC"};
    }
    return h->answers;
}

static void a_job_hears_of_its_commit(void **state)
{
    struct rig *r = *state;
    struct hearing adds = {.adds = 7};
    struct hearing adds_nothing = {0};
    struct hearing refuses = {.adds = 8, .answers = ERR_DUPLICATE};
    assert_int_equal(ingest_call(r->ingest, ask_to_hear, &adds, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(adds.heard, 1);
    assert_true(adds.was_applied);
    assert_int_equal(ingest_call(r->ingest, ask_to_hear, &adds_nothing, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(adds_nothing.heard, 1);
    assert_int_equal(ingest_call(r->ingest, ask_to_hear, &refuses, NULL, RIG_CALL_MS),
                     ERR_DUPLICATE);
    assert_int_equal(refuses.heard, 0);
}

/* ---- abandoned jobs ---- */

struct gate {
    atomic_bool open;
    atomic_uint runs;
    atomic_uint freed;
};

struct ticket {
    struct gate *gate;
};

static enum err wait_at_gate(struct job_context *job, void *arg)
{
    (void)job;
    struct gate *g = ((struct ticket *)arg)->gate;
    atomic_fetch_add(&g->runs, 1);
    while (!atomic_load(&g->open)) {
        (void)sched_yield();
    }
    return ERR_OK;
}

static void free_ticket(void *arg)
{
    struct ticket *t = arg;
    atomic_fetch_add(&t->gate->freed, 1);
    free(t);
}

static struct ticket *ticket_new(struct gate *gate)
{
    struct ticket *t = mem_new(sizeof(*t));
    t->gate = gate;
    return t;
}

static void a_job_that_takes_too_long_is_left_to_ingest(void **state)
{
    struct rig *r = *state;
    struct gate gate = {0};
    unsigned given_up = 0; /* those that ingest did not come to in that time */
    enum err e = ERR_TIMEOUT;
    while (e == ERR_TIMEOUT && gate.runs == 0) {
        e = ingest_call(r->ingest, wait_at_gate, ticket_new(&gate), free_ticket, 20);
        given_up += gate.runs == 0;
    }
    assert_int_equal(e, ERR_TIMEOUT);
    /* A second one waits behind it and is given up before it begins. */
    e = ingest_call(r->ingest, wait_at_gate, ticket_new(&gate), free_ticket, 0);
    assert_int_equal(e, ERR_TIMEOUT);
    assert_int_equal(gate.freed, given_up + 1); /* all but the one that runs */
    atomic_store(&gate.open, true);
    assert_int_equal(rig_put_device(r, 2, "second", false), ERR_OK);
    assert_int_equal(gate.freed, given_up + 2);
    assert_int_equal(gate.runs, 1);
}

struct caller_thread {
    struct rig *rig;
    struct gate *gate;
    pthread_t thread;
    unsigned timeouts;
    unsigned done;
};

static void *call_often(void *context)
{
    struct caller_thread *c = context;
    for (unsigned i = 0; i < 200; i++) {
        struct ticket *t = ticket_new(c->gate);
        if (ingest_call(c->rig->ingest, wait_at_gate, t, free_ticket, i % 4) == ERR_OK) {
            free(t);
            c->done++;
        } else {
            c->timeouts++;
        }
    }
    return NULL;
}

/* Every ticket is freed once, whoever wins. */
static void giving_up_and_finishing_may_meet(void **state)
{
    enum { CALLERS = 3 };
    struct rig *r = *state;
    struct gate gate = {.open = true};
    struct caller_thread callers[CALLERS];
    for (unsigned i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller_thread){.rig = r, .gate = &gate};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_often, &callers[i]), 0);
    }
    unsigned timeouts = 0;
    for (unsigned i = 0; i < CALLERS; i++) {
        assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
        assert_int_equal(callers[i].done + callers[i].timeouts, 200);
        timeouts += callers[i].timeouts;
    }
    rig_restart(r);
    assert_int_equal(gate.freed, timeouts);
}

/* ---- commits that fail ---- */

static void a_moment_without_space_costs_nothing(void **state)
{
    struct rig *r = *state;
    fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0);
    struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S)};
    assert_int_equal(rig_try(r, rig_arrival(&m, 1)), ERR_OK);
    while (ingest_health(r->ingest) == ERR_OK) {
        (void)sched_yield();
    }
    assert_int_equal(ingest_health(r->ingest), ERR_FULL);
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    assert_int_equal(rig_wait(r, 1).outcome, OUTCOME_STORED);
    assert_int_equal(ingest_health(r->ingest), ERR_OK);
    assert_true(counter_get(&r->counters, commits_failed) > 0);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 1);
}

static void without_space_everything_is_refused(void **state)
{
    struct rig *r = *state;
    rig_send_fix(r, kit_fix(KIT_TIME_S - 50));
    struct fold_state before = rig_live(r, RIG_DEVICE).state;
    fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0);
    struct message m[2] = {{.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S - 40)},
                           {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S - 60)}};
    struct verdict v = rig_send(r, rig_arrival(m, 2));
    assert_int_equal(v.outcome, OUTCOME_REFUSED);
    assert_int_equal(v.device, RIG_DEVICE);
    assert_int_equal(ingest_health(r->ingest), ERR_FULL);
    assert_counter(r, fixes_stored, 1);
    assert_counter(r, fixes_late, 0);
    struct fold_state after = rig_live(r, RIG_DEVICE).state;
    assert_same_state(&after, &before);
    /* Jobs get the error, heartbeats their answer. */
    assert_int_equal(rig_put_device(r, 2, "second", false), ERR_FULL);
    assert_int_equal(directory_device_count(r->directory), 1);
    assert_int_equal(rig_send(r, rig_arrival(NULL, 0)).outcome, OUTCOME_STORED);
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    assert_int_equal(rig_send(r, rig_arrival(m, 2)).outcome, OUTCOME_STORED);
    assert_int_equal(ingest_health(r->ingest), ERR_OK);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 3);
    assert_int_equal(r->fatal, ERR_OK);
}

static void a_refused_newcomer_is_none(void **state)
{
    struct rig *r = *state;
    r->options.registration_open = true;
    rig_restart(r);
    fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0);
    struct arrival a = rig_arrival(NULL, 0);
    a.device_id = "newcomer";
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_REFUSED);
    assert_int_equal(directory_device_count(r->directory), 1);
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
    assert_int_equal(directory_device_count(r->directory), 2);
}

/* The server ends in fatal(); where it does not, nothing is acknowledged any more. */
static void a_store_that_cannot_be_trusted_is_left_alone(void **state)
{
    struct rig *r = *state;
    rig_send_fix(r, kit_fix(KIT_TIME_S - 10));
    fault_vfs_set(&r->vfs, FAULT_SYNC_IO, 0);
    struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S)};
    assert_int_equal(rig_send(r, rig_arrival(&m, 1)).outcome, OUTCOME_REFUSED);
    assert_int_equal(r->fatal, ERR_IO);
    assert_int_equal(ingest_health(r->ingest), ERR_IO);
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    assert_int_equal(rig_send(r, rig_arrival(&m, 1)).outcome, OUTCOME_REFUSED);
    assert_int_equal(rig_put_device(r, 2, "second", false), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(a_job_is_committed_and_applied),
        WITH_RIG(a_job_that_fails_changes_nothing),
        WITH_RIG(a_job_sees_what_was_sent_before),
        WITH_RIG(a_job_hears_of_its_commit),
        WITH_RIG(a_job_that_takes_too_long_is_left_to_ingest),
        WITH_RIG(giving_up_and_finishing_may_meet),
        WITH_RIG(a_moment_without_space_costs_nothing),
        WITH_RIG(without_space_everything_is_refused),
        WITH_RIG(a_refused_newcomer_is_none),
        WITH_RIG(a_store_that_cannot_be_trusted_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
