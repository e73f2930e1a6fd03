/* GET /health: what it counts and says, beside what server_test.c shows of damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/exchange.h"
#include "api/fleet_testing.h"
#include "api/pages.h"

/* The document as the server would send it; json_decref(). */
static json_t *health_of(struct fleet *f, int status)
{
    struct json_out out = {0};
    json_error_t error;
    assert_int_equal(health_write(&f->p->api->api, &out), status);
    struct bytes text = json_text(&out);
    json_t *root = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(root);
    json_free(&out);
    return root;
}

static const char *text_of(const json_t *root, const char *name)
{
    return json_string_value(json_object_get(root, name));
}

static int64_t counter_of(const json_t *root, const char *name)
{
    const json_t *v = json_object_get(json_object_get(root, "counters"), name);
    assert_true(json_is_integer(v));
    return json_integer_value(v);
}

static void test_all_counters_are_there(void **state)
{
    struct fleet *f = *state;
    json_t *root = health_of(f, 200);
    size_t count = 0;
#define X(name, doc)                                                                               \
    (void)counter_of(root, #name);                                                                 \
    count++;
    COUNTER_MAP(X)
#undef X
    assert_int_equal(json_object_size(json_object_get(root, "counters")), count);
    json_decref(root);
}

/* What happens is counted where it is said to be. */
static void test_what_is_counted(void **state)
{
    struct fleet *f = *state;
    json_t *before = health_of(f, 200);
    const struct message messages[] = {fleet_fix(1767261600), fleet_fix(1767261660)};
    fleet_report(f, "100", messages, COUNT_OF(messages));
    fleet_report(f, "100", messages, COUNT_OF(messages)); /* sent again */
    fleet_report(f, "7", messages, COUNT_OF(messages));   /* by a stranger */
    try_row(f, &(struct row){ANNA, "manage/ListGroups", "{}", "...'total':2"}, 0);
    json_t *after = health_of(f, 200);
    static const struct {
        const char *name;
        int64_t more;
    } rows[] = {
        {"fixes_stored", 2}, {"fixes_repeated", 2}, {"fixes_refused", 2},
        {"fixes_late", 0},   {"commits_failed", 0}, {"logins_throttled", 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(counter_of(after, rows[i].name) - counter_of(before, rows[i].name),
                         rows[i].more);
    }
    assert_true(counter_of(after, "requests") > counter_of(before, "requests"));
    assert_true(counter_of(after, "commits") > counter_of(before, "commits"));
    json_decref(before);
    json_decref(after);
}

static void test_devices_and_version(void **state)
{
    struct fleet *f = *state;
    json_t *root = health_of(f, 200);
    assert_int_equal(json_integer_value(json_object_get(root, "devices")), 4);
    assert_string_equal(text_of(root, "version"), ODOGRAPH_VERSION);
    assert_in_range(json_integer_value(json_object_get(root, "uptime_s")), 0, 600);
    json_decref(root);
    static const struct row rows[] = {
        {ANNA, "manage/DeleteDevice", "{'DeviceID':'100'}", DONE_ROW},
        {BERTA, "manage/DeleteDevice", "{'DeviceID':'900'}", DONE_ROW},
    };
    TRY_ROWS(f, rows);
    root = health_of(f, 200);
    assert_int_equal(json_integer_value(json_object_get(root, "devices")), 2);
    json_decref(root);
}

/* Each has its text, in the same order always; a warning alone leaves the status as it is. */
static void test_reasons_and_warnings(void **state)
{
    struct fleet *f = *state;
    struct counters *c = &f->p->counters;
    counter_add(c, forwards_ignored, 3);
    json_t *root = health_of(f, 200);
    assert_string_equal(text_of(root, "status"), "ok");
    assert_string_equal(text_of(root, "store"), "ok");
    assert_int_equal(json_array_size(json_object_get(root, "reasons")), 0);
    assert_int_equal(json_array_size(json_object_get(root, "warnings")), 1);
    json_decref(root);
    counter_add(c, forwards_unreadable, 1);
    counter_add(c, blocks_unproven, 1);
    counter_add(c, upkeep_failing, 1);
    root = health_of(f, 200);
    const json_t *reasons = json_object_get(root, "reasons");
    assert_string_equal(text_of(root, "status"), "degraded");
    assert_int_equal(json_array_size(json_object_get(root, "warnings")), 2);
    assert_int_equal(json_array_size(reasons), 2);
    assert_true(g_str_has_prefix(json_string_value(json_array_get(reasons, 0)),
                                 "the store's housekeeping fails"));
    assert_true(g_str_has_prefix(json_string_value(json_array_get(reasons, 1)),
                                 "fixes were stored without compression"));
    json_decref(root);
}

/* No token is needed, and none is looked at; the answer is no envelope. */
static void test_anybody_may_ask(void **state)
{
    struct fleet *f = *state;
    static const char *const tokens[] = {"", "00112233445566778899AABBCCDDEEFF", "nonsense"};
    for (size_t i = 0; i < COUNT_OF(tokens); i++) {
        (void)g_strlcpy(f->p->token, tokens[i], TOKEN_SIZE);
        assert_int_equal(request(f->p, "GET", "/health", "", ""), 200);
        assert_non_null(strstr(f->p->answer, "\r\n\r\n{\"status\":\"ok\",\"store\":\"ok\","));
        assert_non_null(strstr(f->p->answer, "\r\nContent-Type: application/json"));
        assert_int_equal(request(f->p, "HEAD", "/health", "", ""), 200);
        assert_null(strstr(f->p->answer, "status"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_all_counters_are_there), FLEET_TEST(test_what_is_counted),
        FLEET_TEST(test_devices_and_version),    FLEET_TEST(test_reasons_and_warnings),
        FLEET_TEST(test_anybody_may_ask),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
