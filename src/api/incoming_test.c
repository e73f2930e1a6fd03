/* What comes in over HTTP: the kinds of bodies that are taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/testing.h"

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

/* Answers Code and Data of a body sent with these headers. */
static void expect_with(struct platform *p, const char *method, const char *headers,
                        const char *body, const char *answer)
{
    char path[128];
    assert_in_range(snprintf(path, sizeof(path), "/api/%s", method), 1, sizeof(path) - 1);
    assert_int_equal(request(p, "POST", path, headers, body), 200);
    const char *got = strstr(p->answer, "\r\n\r\n") + 4;
    if (!g_str_has_prefix(got, answer)) {
        fail_msg("%s: %s", body, got);
    }
}

static void test_bodies_as_forms(void **state)
{
    struct platform *p = *state;
    static const char missing[] =
        "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"GroupName: value missing\"";
    static const char none[] = "{\"Code\":200,\"Data\":{\"total\":0,";
    make_fleet(p);
    expect_with(p, "manage/AddGroup", FORM, "GroupName=north+%26+south", "{\"Code\":200,");
    assert_non_null(strstr(call(p, "manage/ListGroups", "{}"), "\"north & south\""));
    expect_with(p, "manage/AddDevice", FORM, "DeviceID=1&GroupID=1&DeviceID=2", DONE);
    assert_non_null(strstr(call(p, "manage/ListDevices", "{}"), "\"DeviceID\":\"2\""));
    expect_with(p, "manage/AddUser", FORM, "LoginName=ben&PassWord=secret-3&Role=viewer&GroupIDs=1",
                "{\"Code\":200,");
    assert_non_null(strstr(call(p, "manage/ListUsers", "{}"), "\"GroupIDs\":[1]"));
    expect_with(p, "vehicle/GetCurrentVehicleInfo", FORM, "VehiclePlates=1&VehiclePlates=2", none);
    /* curl -d calls JSON a form, and an empty body is none. */
    expect_with(p, "manage/ListGroups", FORM, " \r\n{\"Key\":\"north\"}", "{\"Code\":200,");
    expect_with(p, "manage/ListGroups", FORM, "", "{\"Code\":200,");
    expect_with(p, "manage/AddGroup", FORM, "", missing);
    expect_with(p, "manage/AddGroup", FORM, "{\"GroupName\":\"\"}", missing);
    /* Without its type a form is none, and what it is said to be has to be in UTF-8. */
    expect_with(p, "manage/AddGroup", "", "GroupName=x",
                "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"body: not a JSON object\"");
    expect_with(p, "manage/AddGroup", FORM, "GroupName=%ff",
                "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"body: not a form in UTF-8\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_bodies_as_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
