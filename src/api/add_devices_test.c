/*
 * AddDevices between its steps: what it answers where one of them cannot be stored, and where all
 * can. The job is run as dispatch.c does, but that a step fails where the test says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <semaphore.h>

#include "api/dispatch.h"
#include "api/exchange.h"
#include "api/testing.h"
#include "base/check.h"
#include "base/clock.h"

enum { DEVICES = 4000, NEVER = 1 << 30 };

struct trial {
    struct call *call;
    unsigned steps;
    unsigned failing_step; /* counted from 1 */
    unsigned last_step;    /* behind which the job ends, as when its time is over; 0: none */
    sem_t is_over;
};

static void note_step(void *arg, bool is_last)
{
    struct trial *t = arg;
    (void)is_last;
    t->call->method->committed(t->call);
}

static enum err run_step(struct job_context *job, void *arg)
{
    struct trial *t = arg;
    if (t->last_step != 0 && t->steps == t->last_step) {
        return ERR_STOPPING;
    }
    job->committed = note_step;
    enum err e = t->call->method->change(t->call, job);
    return ++t->steps == t->failing_step ? ERR_FULL : e;
}

static void take_outcome(void *context, enum err e, void *arg)
{
    struct trial *t = context;
    t->call->outcome = arg == t ? e : ERR_INVALID;
    check(sem_post(&t->is_over) == 0);
}

static const struct api_method *find_method(const char *name)
{
    size_t i = 0;
    while (strcmp(methods_at(i)->name, name) != 0) {
        i++;
    }
    return methods_at(i);
}

static char *make_body(void)
{
    GString *body = g_string_new("{\"Devices\":[");
    for (unsigned i = 0; i < DEVICES; i++) {
        g_string_append_printf(body, "%s{\"DeviceID\":\"%u\"}", i == 0 ? "" : ",", 1000 + i);
    }
    g_string_append(body, "]}");
    return g_string_free(body, FALSE);
}

static struct call *begin(struct platform *p)
{
    struct call *c = call_new(&p->api->api);
    c->shard = &p->shard;
    char *body = make_body();
    c->method = find_method("AddDevices");
    c->caller = (struct caller){.user_id = 2, .enterprise_id = 1, .role = ROLE_ADMIN};
    assert_true(dispatch_check(c, bytes_of_text(body)));
    assert_true(dispatch_prepare(c));
    g_free(body);
    return c;
}

/* Runs the job to its end; answers Data, or NULL for an answer other than 200. */
static json_t *run_trial(struct platform *p, struct trial *t)
{
    const struct ingest_job job = {
        .deadline_ms = clock_monotonic_ms() + 60000,
        .run = run_step,
        .arg = t,
        .done = take_outcome,
        .context = t,
    };
    assert_int_equal(sem_init(&t->is_over, 0, 0), 0);
    assert_int_equal(ingest_submit(p->shard.ingest, &job), ERR_OK);
    assert_int_equal(sem_wait(&t->is_over), 0);
    assert_int_equal(sem_destroy(&t->is_over), 0);
    dispatch_conclude(t->call);
    struct bytes text = json_text(&t->call->out);
    json_t *root = json_loadb((const char *)text.at, text.len, 0, NULL);
    assert_non_null(root);
    json_t *data = json_is_null(json_object_get(root, "Data"))
                       ? NULL
                       : json_incref(json_object_get(root, "Data"));
    json_decref(root);
    return data;
}

static void test_all_are_stored_in_steps(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    struct trial t = {.call = begin(p), .failing_step = NEVER};
    json_t *data = run_trial(p, &t);
    assert_true(t.steps > 1);
    assert_int_equal(json_integer_value(json_object_get(data, "added")), DEVICES);
    assert_int_equal(json_array_size(json_object_get(data, "errors")), 0);
    assert_int_equal(directory_device_count(p->shard.directory), DEVICES);
    json_decref(data);
    call_free(t.call);
}

/* What was stored is told as added, all behind it as an error; a second call adds just these. */
static void test_a_later_step_that_fails_is_told(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    struct trial t = {.call = begin(p), .failing_step = 2};
    json_t *data = run_trial(p, &t);
    json_t *errors = json_object_get(data, "errors");
    size_t added = (size_t)json_integer_value(json_object_get(data, "added"));
    assert_in_range(added, 1, DEVICES - 1);
    assert_int_equal(directory_device_count(p->shard.directory), added);
    assert_int_equal(json_array_size(errors), DEVICES - added);
    for (size_t i = added; i < DEVICES; i++) {
        json_t *error = json_array_get(errors, i - added);
        assert_int_equal(json_integer_value(json_object_get(error, "index")), i);
        assert_string_equal(json_string_value(json_object_get(error, "ErrMsg")),
                            CALL_NO_STORE_TEXT);
    }
    json_decref(data);
    call_free(t.call);

    struct trial again = {.call = begin(p), .failing_step = NEVER};
    data = run_trial(p, &again);
    assert_int_equal(json_integer_value(json_object_get(data, "added")), DEVICES - added);
    assert_int_equal(json_array_size(json_object_get(data, "errors")), added);
    assert_int_equal(directory_device_count(p->shard.directory), DEVICES);
    json_decref(data);
    call_free(again.call);
}

/* What is committed is told, too, where the job ends between two steps. */
static void test_an_end_between_steps_is_told(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    struct trial t = {.call = begin(p), .failing_step = NEVER, .last_step = 1};
    json_t *data = run_trial(p, &t);
    assert_non_null(data);
    size_t added = (size_t)json_integer_value(json_object_get(data, "added"));
    assert_in_range(added, 1, DEVICES - 1);
    assert_int_equal(directory_device_count(p->shard.directory), added);
    assert_int_equal(json_array_size(json_object_get(data, "errors")), DEVICES - added);
    json_decref(data);
    call_free(t.call);
}

/* Where nothing is stored, the call failed as a whole. */
static void test_a_first_step_that_fails_is_a_failure(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    struct trial t = {.call = begin(p), .failing_step = 1};
    assert_null(run_trial(p, &t));
    assert_int_equal(t.call->http_status, 503);
    assert_int_equal(directory_device_count(p->shard.directory), 0);
    call_free(t.call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_all_are_stored_in_steps),
        SERVER_TEST(test_a_later_step_that_fails_is_told),
        SERVER_TEST(test_an_end_between_steps_is_told),
        SERVER_TEST(test_a_first_step_that_fails_is_a_failure),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
