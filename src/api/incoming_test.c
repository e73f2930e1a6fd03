/* What comes in over HTTP: OPTIONS, pages of other origins, the kinds of bodies that are taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/testing.h"

#define ORIGIN "Origin: http://localhost:5173\r\n"
#define ALLOWS "\r\nAccess-Control-Allow-"

static bool has(const struct platform *p, const char *text)
{
    return strstr(p->answer, text) != NULL;
}

static void test_options_say_the_verbs(void **state)
{
    struct platform *p = *state;
    static const char empty[] = "\r\n\r\n{\"Code\":200,\"Data\":null,\"ErrMsg\":null}";
    assert_int_equal(request(p, "OPTIONS", "/api/vehicle/getdevicelist/", "", ""), 200);
    assert_true(has(p, "\r\nAllow: POST, OPTIONS\r\n") && has(p, empty));
    assert_false(has(p, ALLOWS));
    assert_int_equal(request(p, "OPTIONS", "/health", "", "x"), 200);
    assert_true(has(p, "\r\nAllow: GET, HEAD, OPTIONS\r\n") && has(p, empty));
    assert_int_equal(request(p, "OPTIONS", "/api/vehicle/Nothing", ORIGIN, ""), 404);
    assert_int_equal(request(p, "GET", "/health", "", ""), 200);
    assert_false(has(p, "\r\nAllow:"));
}

static void test_pages_of_other_origins(void **state)
{
    struct platform *p = *state;
    assert_int_equal(request(p, "OPTIONS", "/api/vehicle/GetDeviceList",
                             ORIGIN "Access-Control-Request-Method: POST\r\n"
                                    "Access-Control-Request-Headers: authorization\r\n",
                             ""),
                     200);
    assert_true(has(p, ALLOWS "Origin: http://localhost:5173\r\n"));
    assert_true(has(p, ALLOWS "Methods: POST, OPTIONS\r\n"));
    assert_true(has(p, ALLOWS "Headers: Authorization, Content-Type, Token\r\n"));
    assert_true(has(p, "\r\nAccess-Control-Max-Age: 600\r\n"));
    assert_true(has(p, "\r\nVary: Origin\r\n"));
    /* What is refused can be read by the page, too. */
    assert_int_equal(request(p, "POST", "/api/vehicle/Nothing", ORIGIN, "{}"), 404);
    assert_true(has(p, ALLOWS "Origin: http://localhost:5173\r\n"));
    assert_true(has(p, "\r\nAccess-Control-Expose-Headers: Retry-After\r\n"));
    assert_false(has(p, ALLOWS "Methods"));
    assert_int_equal(request(p, "GET", "/api/openapi.json", ORIGIN, ""), 200);
    assert_true(has(p, ALLOWS "Origin: http://localhost:5173\r\n"));
    /* Others get the answer and no leave to read it; caches learn that it depends on who asks. */
    assert_int_equal(
        request(p, "POST", "/api/vehicle/GetDeviceList", "Origin: https://x.example\r\n", "{}"),
        200);
    assert_false(has(p, "\r\nAccess-Control-"));
    assert_true(has(p, "\r\nVary: Origin\r\n"));
}

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
        SERVER_TEST(test_options_say_the_verbs),
        SERVER_TEST(test_pages_of_other_origins),
        SERVER_TEST(test_bodies_as_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
