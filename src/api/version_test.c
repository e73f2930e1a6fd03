/* Version: shown by the lists, asked of by what modifies. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/testing.h"
#include "api/version.h"

static const char changed[] = "{\"Code\":409,\"Data\":null,\"ErrMsg\":\"Changed meanwhile\"}";

/* One kind of object, and how it is changed and changed back. */
struct kind {
    const char *list;
    const char *modify;
    const char *body;     /* names the object */
    const char *change;   /* a field with another value than it has */
    const char *restores; /* and with the one that it has */
};

/* As anna, who is user 2 and may change all but the enterprise. */
static const struct kind kinds[] = {
    {"manage/ListGroups", "manage/ModifyGroup", "\"GroupID\":1", "\"GroupName\":\"b\"",
     "\"GroupName\":\"a\""},
    {"manage/ListUsers", "manage/ModifyUser", "\"UserID\":3", "\"Role\":\"operator\"",
     "\"Role\":\"viewer\""},
    {"manage/ListDevices", "manage/ModifyDevice", "\"DeviceID\":\"1\"", "\"Model\":\"GT06\"",
     "\"Model\":\"\""},
};

/* The version of the last row that the list answers. */
static int64_t version_shown(struct platform *p, const char *list)
{
    const char *at = g_strrstr(call(p, list, "{}"), "\"Version\":");
    assert_non_null(at);
    int64_t version = g_ascii_strtoll(at + strlen("\"Version\":"), NULL, 10);
    assert_true(version > 0 && version < INT64_C(1) << 53);
    return version;
}

static void modify(struct platform *p, const struct kind *k, const char *field, int64_t version,
                   const char *answer)
{
    char body[256];
    assert_in_range(
        snprintf(body, sizeof(body), "{%s,%s,\"Version\":%" PRId64 "}", k->body, field, version), 1,
        sizeof(body) - 1);
    expect(p, k->modify, body, answer);
}

static void try_kind(struct platform *p, const struct kind *k)
{
    int64_t first = version_shown(p, k->list);
    assert_int_equal(version_shown(p, k->list), first);
    modify(p, k, k->change, first ^ 2, changed);
    assert_int_equal(version_shown(p, k->list), first);
    modify(p, k, k->change, first, DONE);
    int64_t second = version_shown(p, k->list);
    assert_int_not_equal(second, first);
    modify(p, k, k->change, first, changed);
    modify(p, k, k->restores, second, DONE);
    assert_int_equal(version_shown(p, k->list), first); /* it is as it was */
    modify(p, k, k->change, 0, "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"Version: out of range\"}");
}

static void test_what_was_changed_meanwhile_is_not_changed(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    assert_non_null(strstr(call(p, "manage/AddGroup", "{\"GroupName\":\"a\"}"), "200"));
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"1\"}", DONE);
    assert_non_null(strstr(call(p, "manage/AddUser",
                                "{\"LoginName\":\"ben\",\"PassWord\":\"secret-2\","
                                "\"Role\":\"viewer\"}"),
                           "{\"UserID\":3}"));
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        try_kind(p, &kinds[i]);
    }
    log_in(p, "root", "root-password");
    const struct kind enterprise = {"manage/ListEnterprises", "manage/ModifyEnterprise",
                                    "\"HoldID\":1", "\"HoldName\":\"Two\"", "\"HoldName\":\"One\""};
    try_kind(p, &enterprise);
}

/* Without one the last writer wins; null is none. */
static void test_a_version_is_asked_for_where_it_is_named(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"1\"}", DONE);
    expect(p, "manage/ModifyDevice", "{\"DeviceID\":\"1\",\"Model\":\"x\",\"Version\":null}", DONE);
    /* What is missing goes before what has changed, and both before a name that is taken. */
    expect(p, "manage/ModifyDevice", "{\"DeviceID\":\"2\",\"Version\":1}",
           "{\"Code\":404,\"Data\":null,\"ErrMsg\":\"" CALL_NO_DEVICE_TEXT "\"}");
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"2\"}", DONE);
    expect(p, "manage/ModifyDevice", "{\"DeviceID\":\"1\",\"VehiclePlate\":\"2\",\"Version\":1}",
           changed);
}

/* By its name a method of the management calls takes it, and no other. */
static void test_every_modify_takes_a_version(void **state)
{
    (void)state;
    size_t count = 0;
    size_t taking = 0;
    for (const struct api_method *m = methods_at(0); m != NULL; m = methods_at(++count)) {
        bool modifies = m->section == 0 && g_str_has_prefix(m->name, "Modify");
        assert_int_equal(method_takes(m, COMMON_VERSION), modifies);
        taking += modifies;
    }
    assert_true(taking >= COUNT_OF(kinds) + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_what_was_changed_meanwhile_is_not_changed),
        SERVER_TEST(test_a_version_is_asked_for_where_it_is_named),
        cmocka_unit_test(test_every_modify_takes_a_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
