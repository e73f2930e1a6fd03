/* What stands in an envelope beside Data: Code and ErrMsg of successes and failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "api/envelope.h"

static void expect_envelope(struct call *c, const char *text)
{
    envelope_end(c);
    struct bytes out = json_text(&c->out);
    char *got = g_strndup((const char *)out.at, out.len);
    assert_string_equal(got, text);
    g_free(got);
}

/* An empty answer of a method whose row has that success text. */
static void expect_success(const char *success, const char *text)
{
    const struct api_method row = {.name = "X", .success = success};
    struct call *c = call_new(NULL);
    c->method = &row;
    expect_envelope(c, text);
    call_free(c);
}

static void test_a_success_has_the_text_of_its_row(void **state)
{
    (void)state;
    expect_success(NULL, "{\"Code\":200,\"Data\":null,\"ErrMsg\":null}");
    expect_success("Ok", "{\"Code\":200,\"Data\":null,\"ErrMsg\":\"Ok\"}");
    expect_success("Success", "{\"Code\":200,\"Data\":null,\"ErrMsg\":\"Success\"}");
}

static void test_a_failure_has_its_own_text(void **state)
{
    (void)state;
    const struct api_method row = {.name = "X", .success = "OK"};
    struct call *c = call_new(NULL);
    c->method = &row;
    json_write_string(&c->out, "half of an answer");
    call_fail(c, 4001, "Limited authority");
    expect_envelope(c, "{\"Code\":4001,\"Data\":null,\"ErrMsg\":\"Limited authority\"}");
    call_free(c);
}

/* A row is not looked for before the path is known. */
static void test_an_answer_without_a_method(void **state)
{
    (void)state;
    struct call *c = call_new(NULL);
    json_int(&c->out, 7);
    expect_envelope(c, "{\"Code\":200,\"Data\":7,\"ErrMsg\":null}");
    call_free(c);
}

static void test_data_can_be_taken_and_put(void **state)
{
    (void)state;
    struct call *from = call_new(NULL);
    struct call *to = call_new(NULL);
    assert_int_equal(envelope_data(from).len, 0);
    envelope_put_data(to, envelope_data(from));
    expect_envelope(to, "{\"Code\":200,\"Data\":null,\"ErrMsg\":null}");
    call_clear(to);
    json_object_begin(&from->out);
    json_name(&from->out, "A");
    json_int(&from->out, 1);
    json_object_end(&from->out);
    envelope_put_data(to, envelope_data(from));
    expect_envelope(to, "{\"Code\":200,\"Data\":{\"A\":1},\"ErrMsg\":null}");
    call_free(from);
    call_free(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_success_has_the_text_of_its_row),
        cmocka_unit_test(test_a_failure_has_its_own_text),
        cmocka_unit_test(test_an_answer_without_a_method),
        cmocka_unit_test(test_data_can_be_taken_and_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
