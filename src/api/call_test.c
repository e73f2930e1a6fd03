/* What a handler has at hand: parameters, the clock, and the ways to refuse a call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/call.h"
#include "api/envelope.h"
#include "api/exchange.h"
#include "api/fleet_testing.h"

enum { NAME, SIZE, PARAMS };

static const struct param_row params[PARAMS] = {
    [NAME] = {.name = "Name", .type = PARAM_TEXT},
    [SIZE] = {.name = "Size", .type = PARAM_INT, .max = 9},
};

/* A method of that kind with the two parameters. */
#define METHOD(...)                                                                                \
    {                                                                                              \
        .name = "TryIt", .params = params, .param_count = PARAMS, __VA_ARGS__                      \
    }

static const struct api_method plain = METHOD(.role = ROLE_OPERATOR);
static const struct api_method dangerous = METHOD(.fault = FAULT_401);
static const struct api_method open_to_all = METHOD(.is_open = true);
static const struct api_method in_data = METHOD(.answers_in_data = true);
static const struct api_method whole = METHOD(.role = ROLE_OPERATOR, .whole_enterprise = true);

struct rig {
    struct api api;
    struct counters counters;
    struct call *call;
};

static int open_rig(void **state)
{
    struct rig *r = mem_new(sizeof(*r));
    r->api.counters = &r->counters;
    r->call = call_new(&r->api);
    r->call->method = &plain;
    *state = r;
    return 0;
}

static int close_rig(void **state)
{
    struct rig *r = *state;
    call_free(r->call);
    free(r);
    return 0;
}

/* The answer so far, as a client would get it; then the call is ready for the next. */
static void expect_answer(struct rig *r, int status, const char *text)
{
    struct call *c = r->call;
    envelope_end(c);
    struct bytes out = json_text(&c->out);
    char *got = g_strndup((const char *)out.at, out.len);
    char *want = in_quotes(text);
    assert_string_equal(got, want);
    assert_int_equal(c->http_status, status);
    g_free(want);
    g_free(got);
    call_clear(c);
    c->method = &plain;
}

/* ---- parameters ---- */

static void test_what_is_absent(void **state)
{
    struct call *c = ((struct rig *)*state)->call;
    assert_false(call_has(c, NAME));
    assert_string_equal(call_text(c, NAME), "");
    assert_int_equal(call_number(c, SIZE, -7), -7);
    c->values[NAME] = (struct value){.present = true, .text = "x"};
    c->values[SIZE] = (struct value){.present = true, .number = 0};
    assert_true(call_has(c, NAME) && call_has(c, SIZE));
    assert_string_equal(call_text(c, NAME), "x");
    assert_int_equal(call_number(c, SIZE, -7), 0);
}

static void test_names_that_are_empty(void **state)
{
    struct rig *r = *state;
    assert_true(call_has_no_empty(r->call, NAME));
    r->call->values[NAME] = (struct value){.present = true, .text = "x"};
    assert_true(call_has_no_empty(r->call, NAME));
    assert_int_equal(r->call->code, 200);
    r->call->values[NAME] = (struct value){.present = true, .text = ""};
    assert_false(call_has_no_empty(r->call, NAME));
    expect_answer(r, 200, FAILS(500, "Name: value missing"));
}

/* ---- refusals ---- */

static void test_faults(void **state)
{
    struct rig *r = *state;
    call_fault(r->call, "Size", "out of range");
    expect_answer(r, 200, FAILS(500, "Size: out of range"));
    r->call->method = &dangerous;
    call_fault(r->call, "Size", "out of range");
    expect_answer(r, 200,
                  FAILS(401, "Dangerous value in parameters or parameter value missed: Size: out "
                             "of range"));
    assert_int_equal(call_refuse_value(r->call, "Size", "is taken"), ERR_INVALID);
    expect_answer(r, 200, FAILS(500, "Size: is taken"));
    assert_int_equal(call_refuse(r->call, 409, "Taken"), ERR_INVALID);
    expect_answer(r, 200, FAILS(409, "Taken"));
    call_fail(r->call, 404, "First");
    call_fail(r->call, 403, "Second");
    expect_answer(r, 200, FAILS(403, "Second"));
}

/* A text that is too long is cut, and stays a text. */
static void test_long_texts(void **state)
{
    struct rig *r = *state;
    char text[2 * CALL_MESSAGE_SIZE];
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    call_fault(r->call, "Size", text);
    assert_int_equal(strlen(r->call->message), CALL_MESSAGE_SIZE - 1);
    call_fail(r->call, 500, text);
    assert_int_equal(strlen(r->call->message), CALL_MESSAGE_SIZE - 1);
}

static void test_http_failures(void **state)
{
    struct rig *r = *state;
    call_fail_throttled(r->call, 17);
    assert_int_equal(r->call->retry_after_s, 17);
    assert_int_equal(counter_get(&r->counters, logins_throttled), 1);
    expect_answer(r, 429, FAILS(429, "Too many failed logins"));
    assert_int_equal(r->call->retry_after_s, 0);
    call_fail_unavailable(r->call, "Stopping");
    assert_true(r->call->retry_after_s > 0);
    expect_answer(r, 503, FAILS(503, "Stopping"));
    r->call->method = &open_to_all; /* a login */
    call_fail_unavailable(r->call, "Storage process error");
    expect_answer(r, 503, FAILS(4011, "Storage process error"));
    r->call->method = &in_data; /* sections 15 and 16 */
    call_fail_unavailable(r->call, "Busy");
    expect_answer(r, 503, "{'Code':503,'Data':'-1','ErrMsg':'Busy'}");
    r->call->method = NULL; /* before the path was read */
    call_fail_unavailable(r->call, "Stopping");
    expect_answer(r, 503, FAILS(503, "Stopping"));
    expect_answer(r, 200, DONE_ROW); /* nothing is left of it */
}

/* ---- who may ---- */

static void test_roles_and_groups(void **state)
{
    struct rig *r = *state;
    struct call *c = r->call;
    static const struct {
        const struct api_method *method;
        size_t groups;
        enum role role;
        bool may;
    } rows[] = {
        {&plain, 0, ROLE_VIEWER, false},  {&plain, 0, ROLE_OPERATOR, true},
        {&plain, 2, ROLE_OPERATOR, true}, {&plain, 0, ROLE_ROOT, true},
        {&whole, 0, ROLE_OPERATOR, true}, {&whole, 1, ROLE_OPERATOR, false},
        {&whole, 2, ROLE_ADMIN, false},   {&whole, 0, ROLE_VIEWER, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        c->method = rows[i].method;
        c->caller = (struct caller){
            .role = rows[i].role, .group_ids = {3, 5}, .group_count = rows[i].groups};
        assert_int_equal(call_may(c), rows[i].may);
        assert_int_equal(c->code, 200); /* asking answers nothing */
        assert_int_equal(call_allows(c), rows[i].may);
        expect_answer(r, 200, rows[i].may ? DONE_ROW : NO_ROLE);
    }
    c->caller = (struct caller){.group_ids = {3, 5}, .group_count = 2};
    assert_true(call_sees_group(c, 3) && call_sees_group(c, 5));
    assert_false(call_sees_group(c, 4) || call_sees_group(c, 0));
    c->caller.group_count = 0;
    assert_true(call_sees_group(c, 4) && call_sees_group(c, 0));
}

/* ---- streams ---- */

static enum call_step never_asked(void *state, struct json_out *out)
{
    (void)state, (void)out;
    fail_msg("a call that is over goes on");
    return STEP_END;
}

static void note_closed(void *state)
{
    unsigned *closed = state;
    (*closed)++;
}

/* Once, by whichever of the two comes first. */
static void test_a_stream_is_closed(void **state)
{
    struct rig *r = *state;
    unsigned closed = 0;
    const struct call_stream stream = {never_asked, note_closed, &closed};
    r->call->stream = stream;
    call_clear(r->call);
    assert_int_equal(closed, 1);
    call_clear(r->call);
    assert_int_equal(closed, 1);
    struct call *other = call_new(&r->api);
    other->stream = stream;
    call_free(other);
    assert_int_equal(closed, 2);
}

/* ---- the clock ---- */

/* As a restored store may have it on a machine that knows fewer zones. */
static enum err put_lost_zone(struct job_context *job, void *arg)
{
    (void)arg;
    change_add(&job->changes, CHANGE_PUT_ENTERPRISE)->enterprise =
        (struct enterprise){.id = TWO, .name = "Two", .zone = "Mars/Base"};
    return ERR_OK;
}

static void expect_time(struct call *c, int64_t enterprise_id, int64_t time_s, const char *text)
{
    struct json_out out = {0};
    call_clear(c);
    c->shard = shards_first(c->api->shards);
    c->caller.enterprise_id = enterprise_id;
    call_write_time(c, &out, time_s);
    struct bytes got = json_text(&out);
    assert_int_equal(got.len, strlen(text));
    assert_memory_equal(got.at, text, got.len);
    json_free(&out);
}

/* One connection serves many enterprises, each in its zone; what is unknown is UTC. */
static void test_times_are_of_the_enterprise(void **state)
{
    struct fleet *f = *state;
    struct call *c = call_new(&f->p->api->api);
    const int64_t summer_s = 1782900000; /* 2026-07-01 10:00:00 UTC */
    for (int i = 0; i < 2; i++) {
        expect_time(c, ONE, summer_s, "\"2026-07-01 12:00:00\"");
        expect_time(c, TWO, summer_s, "\"2026-07-01 10:00:00\"");
        expect_time(c, 0, summer_s, "\"2026-07-01 10:00:00\""); /* root's */
        expect_time(c, 99, summer_s, "\"2026-07-01 10:00:00\"");
    }
    expect_time(c, ONE, 0, "null");
    assert_int_equal(ingest_call(f->p->shard.ingest, put_lost_zone, NULL, NULL, FLEET_JOB_MS),
                     ERR_OK);
    expect_time(c, TWO, summer_s, "\"2026-07-01 10:00:00\"");
    expect_time(c, ONE, summer_s, "\"2026-07-01 12:00:00\"");
    call_free(c);
}

int main(void)
{
#define CALL_TEST(f) cmocka_unit_test_setup_teardown(f, open_rig, close_rig)
    const struct CMUnitTest tests[] = {
        CALL_TEST(test_what_is_absent),
        CALL_TEST(test_names_that_are_empty),
        CALL_TEST(test_faults),
        CALL_TEST(test_long_texts),
        CALL_TEST(test_http_failures),
        CALL_TEST(test_roles_and_groups),
        CALL_TEST(test_a_stream_is_closed),
        FLEET_TEST(test_times_are_of_the_enterprise),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
