/* Answers that are kept for who asks again, and how many of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/envelope.h"
#include "api/request_ids.h"
#include "api/testing.h"

static const struct api_method add_x = {.name = "AddX", .prefix = PREFIX_MANAGE};
static const struct api_method add_y = {.name = "AddY", .prefix = PREFIX_MANAGE};

/* One caller and its request; `id` NULL: none. */
struct asking {
    const struct api_method *method;
    int64_t user_id;
    int64_t enterprise_id;
    const char *id;
    int64_t now_ms;
};

static struct call *call_of(const struct asking *a)
{
    struct call *c = call_new(NULL);
    c->method = a->method;
    c->caller.user_id = a->user_id;
    c->caller.enterprise_id = a->enterprise_id;
    c->now_monotonic_ms = a->now_ms;
    if (a->id != NULL) {
        c->common[COMMON_REQUEST_ID] = (struct value){.present = true, .text = a->id};
    }
    return c;
}

/* Keeps Data of `len` letters. */
static void keep(struct request_ids *r, const struct asking *a, size_t len)
{
    struct call *c = call_of(a);
    char *text = g_strnfill(len, 'y');
    json_write_string(&c->out, text);
    request_ids_keep(r, c);
    g_free(text);
    call_free(c);
}

static bool is_kept(struct request_ids *r, const struct asking *a)
{
    struct call *c = call_of(a);
    bool is = request_ids_answer(r, c);
    assert_int_equal(is, envelope_data(c).len > 0);
    call_free(c);
    return is;
}

static void test_the_same_request_gets_the_first_result(void **state)
{
    struct request_ids *r = *state;
    const struct asking first = {&add_x, 7, 70, "a", 0};
    const struct asking others[] = {{&add_y, 7, 70, "a", 0},
                                    {&add_x, 8, 70, "a", 0},
                                    {&add_x, 7, 71, "a", 0},
                                    {&add_x, 7, 70, "A", 0},
                                    {&add_x, 7, 70, NULL, 0}};
    assert_false(is_kept(r, &first));
    keep(r, &first, 3);
    keep(r, &first, 5); /* of two at once the first stays */
    struct call *c = call_of(&first);
    assert_true(request_ids_answer(r, c));
    envelope_end(c);
    static const char answer[] = "{\"Code\":200,\"Data\":\"yyy\",\"ErrMsg\":null}";
    assert_int_equal(json_text(&c->out).len, sizeof(answer) - 1);
    assert_memory_equal(json_text(&c->out).at, answer, sizeof(answer) - 1);
    call_free(c);
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        assert_false(is_kept(r, &others[i]));
    }
}

static void test_a_result_without_data(void **state)
{
    struct request_ids *r = *state;
    const struct asking a = {&add_x, 1, 1, "a", 0};
    struct call *c = call_of(&a);
    request_ids_keep(r, c);
    assert_true(request_ids_answer(r, c));
    envelope_end(c);
    static const char answer[] = "{\"Code\":200,\"Data\":null,\"ErrMsg\":null}";
    assert_memory_equal(json_text(&c->out).at, answer, sizeof(answer) - 1);
    call_free(c);
}

static void test_a_request_without_an_id_is_not_kept(void **state)
{
    struct request_ids *r = *state;
    const struct asking a = {&add_x, 1, 1, NULL, 0};
    keep(r, &a, 3);
    assert_false(is_kept(r, &a));
}

static void test_an_hour(void **state)
{
    struct request_ids *r = *state;
    struct asking a = {&add_x, 1, 1, "a", 1000};
    keep(r, &a, 1);
    a.now_ms += REQUEST_IDS_KEPT_MS - 1;
    assert_true(is_kept(r, &a));
    a.now_ms++;
    assert_false(is_kept(r, &a));
    a.now_ms = 1000;
    assert_false(is_kept(r, &a)); /* it is gone */
}

static void keep_numbered(struct request_ids *r, int64_t enterprise_id, size_t number, size_t len)
{
    char id[32];
    (void)snprintf(id, sizeof(id), "%zu", number);
    keep(r, &(struct asking){&add_x, 1, enterprise_id, id, 0}, len);
}

static bool is_kept_numbered(struct request_ids *r, int64_t enterprise_id, size_t number)
{
    char id[32];
    (void)snprintf(id, sizeof(id), "%zu", number);
    return is_kept(r, &(struct asking){&add_x, 1, enterprise_id, id, 0});
}

/* Who makes many pushes out its own. */
static void test_an_enterprise_keeps_so_many(void **state)
{
    struct request_ids *r = *state;
    keep_numbered(r, 2, 0, 1);
    for (size_t i = 0; i <= REQUEST_IDS_EACH_MAX; i++) {
        keep_numbered(r, 1, i, 1);
    }
    assert_false(is_kept_numbered(r, 1, 0));
    assert_true(is_kept_numbered(r, 1, 1));
    assert_true(is_kept_numbered(r, 1, REQUEST_IDS_EACH_MAX));
    assert_true(is_kept_numbered(r, 2, 0));
}

static void test_an_enterprise_keeps_so_many_bytes(void **state)
{
    struct request_ids *r = *state;
    keep_numbered(r, 1, 0, REQUEST_IDS_EACH_BYTES / 2);
    keep_numbered(r, 1, 1, REQUEST_IDS_EACH_BYTES / 2 - 10);
    assert_true(is_kept_numbered(r, 1, 0));
    keep_numbered(r, 1, 2, 10);
    assert_false(is_kept_numbered(r, 1, 0));
    assert_true(is_kept_numbered(r, 1, 1));
    keep_numbered(r, 1, 3, REQUEST_IDS_EACH_BYTES + 1); /* one alone may be longer */
    assert_true(is_kept_numbered(r, 1, 3));
    assert_false(is_kept_numbered(r, 1, 2));
}

static void test_all_together_keep_so_many(void **state)
{
    struct request_ids *r = *state;
    for (size_t i = 0; i <= REQUEST_IDS_MAX; i++) {
        keep_numbered(r, (int64_t)(i / 100), i, 1);
    }
    assert_false(is_kept_numbered(r, 0, 0));
    assert_true(is_kept_numbered(r, 0, 1));
    assert_true(is_kept_numbered(r, REQUEST_IDS_MAX / 100, REQUEST_IDS_MAX));
}

/* ---- through the server ---- */

static void test_a_double_click_adds_once(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    static const char device[] = "{\"DeviceID\":\"1\",\"RequestID\":\"r-1\"}";
    static const char group[] = "{\"GroupName\":\"a\",\"RequestID\":\"r-1\"}";
    expect(p, "manage/AddDevice", device, DONE);
    expect(p, "manage/AddDevice", device, DONE);
    assert_int_equal(directory_device_count(p->shard.directory), 1);
    for (int i = 0; i < 2; i++) {
        expect(p, "manage/AddGroup", group,
               "{\"Code\":200,\"Data\":{\"GroupID\":1},\"ErrMsg\":null}");
    }
    expect(p, "manage/AddGroup", "{\"GroupName\":\"a\",\"RequestID\":\"r-2\"}",
           "{\"Code\":409,\"Data\":null,\"ErrMsg\":\"GroupName is taken\"}");
    /* What failed is tried anew. */
    expect(p, "manage/DeleteGroup", "{\"GroupID\":1}", DONE);
    expect(p, "manage/AddGroup", "{\"GroupName\":\"a\",\"RequestID\":\"r-2\"}",
           "{\"Code\":200,\"Data\":{\"GroupID\":2},\"ErrMsg\":null}");
    /* Another user's is another one. */
    log_in(p, "root", "root-password");
    expect(p, "manage/AddGroup", "{\"HoldID\":1,\"GroupName\":\"b\",\"RequestID\":\"r-1\"}",
           "{\"Code\":200,\"Data\":{\"GroupID\":3},\"ErrMsg\":null}");
}

static int make(void **state)
{
    *state = request_ids_new();
    return 0;
}

static int end(void **state)
{
    request_ids_free(*state);
    return 0;
}

#define KEPT_TEST(f) cmocka_unit_test_setup_teardown(f, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEPT_TEST(test_the_same_request_gets_the_first_result),
        KEPT_TEST(test_a_result_without_data),
        KEPT_TEST(test_a_request_without_an_id_is_not_kept),
        KEPT_TEST(test_an_hour),
        KEPT_TEST(test_an_enterprise_keeps_so_many),
        KEPT_TEST(test_an_enterprise_keeps_so_many_bytes),
        KEPT_TEST(test_all_together_keep_so_many),
        SERVER_TEST(test_a_double_click_adds_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
