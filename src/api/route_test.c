#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "api/route.h"

static void assert_finds(const struct routes *r, const char *path, const char *method)
{
    struct route route = routes_find(r, path);
    if (route.kind != ROUTE_METHOD) {
        fail_msg("no method at %s", path);
    }
    assert_string_equal(route.method->name, method);
}

static void assert_nothing(const struct routes *r, const char *path)
{
    if (routes_find(r, path).kind != ROUTE_NONE) {
        fail_msg("something at %s", path);
    }
}

static void test_every_method_is_found(void **state)
{
    (void)state;
    struct routes *r = NULL;
    assert_int_equal(routes_new(NULL, 0, &r), ERR_OK);
    for (size_t g = 0; g < method_group_count; g++) {
        for (size_t i = 0; i < method_groups[g]->count; i++) {
            const struct api_method *m = &method_groups[g]->rows[i];
            char path[METHOD_PATH_SIZE];
            method_path(m, path);
            assert_ptr_equal(routes_find(r, path).method, m);
        }
    }
    routes_free(r);
}

static void test_paths(void **state)
{
    (void)state;
    struct routes *r = NULL;
    assert_int_equal(routes_new(NULL, 0, &r), ERR_OK);
    assert_finds(r, "/api/user/GetLoginToken", "GetLoginToken");
    assert_finds(r, "/API/USER/getlogintoken", "GetLoginToken");
    assert_finds(r, "/api/vehicle/GetDeviceList/", "GetDeviceList");
    assert_finds(r, "/api/Asset/GetDeviceList", "GetDeviceList");
    assert_finds(r, "/api/vehicle/GetCurrentVehicleInfoByDeviceID",
                 "GetCurrentVehicleInfoByDeviceIDs");
    assert_finds(r, "/api/asset/gethistoryvehicleinfobydeviceids",
                 "GetHistoryVehicleInfoByDeviceID");
    assert_nothing(r, "/api/vehicle/GetLoginToken");
    assert_nothing(r, "/api/user/GetDeviceList");
    assert_nothing(r, "/api/manage/GetDeviceList");
    assert_nothing(r, "/api/vehicle/AddDevice");
    assert_nothing(r, "/api/vehicle/GetDeviceList//");
    assert_nothing(r, "/api/vehicle/");
    assert_nothing(r, "/ap");
    assert_nothing(r, "/assets/");
    assert_nothing(r, "");
    routes_free(r);
}

static void test_pages(void **state)
{
    (void)state;
    struct routes *r = NULL;
    assert_int_equal(routes_new(NULL, 0, &r), ERR_OK);
    assert_int_equal(routes_find(r, "/").kind, ROUTE_HOME);
    assert_int_equal(routes_find(r, "/api").kind, ROUTE_PAGE);
    assert_int_equal(routes_find(r, "/API/").kind, ROUTE_PAGE);
    assert_int_equal(routes_find(r, "/docs").kind, ROUTE_DOCS);
    assert_int_equal(routes_find(r, "/Docs/Devices/").kind, ROUTE_DOCS);
    assert_nothing(r, "/docs/other");
    assert_int_equal(routes_find(r, "/health").kind, ROUTE_HEALTH);
    assert_int_equal(routes_find(r, "/Health/").kind, ROUTE_HEALTH);
    assert_int_equal(routes_find(r, "/api/OpenAPI.json").kind, ROUTE_OPENAPI);
    routes_free(r);
}

static void test_long_paths(void **state)
{
    (void)state;
    struct routes *r = NULL;
    char path[4 * ROUTE_PATH_MAX];
    assert_int_equal(routes_new(NULL, 0, &r), ERR_OK);
    for (size_t len = 0; len + 1 < sizeof(path); len++) {
        path[len] = len == 0 ? '/' : 'a';
        path[len + 1] = '\0';
        assert_int_equal(routes_find(r, path).kind, len == 0 ? ROUTE_HOME : ROUTE_NONE);
    }
    routes_free(r);
}

static void test_aliases(void **state)
{
    (void)state;
    struct routes *r = NULL;
    const struct api_alias good[] = {{"CarList", "getdevicelist"}, {"Login", "GetLoginToken"}};
    assert_int_equal(routes_new(good, 2, &r), ERR_OK);
    assert_finds(r, "/api/vehicle/carlist", "GetDeviceList");
    assert_finds(r, "/api/asset/CarList", "GetDeviceList");
    assert_finds(r, "/api/user/login", "GetLoginToken");
    assert_nothing(r, "/api/vehicle/login");
    routes_free(r);
    const struct api_alias bad[] = {
        {"CarList", "NoSuchMethod"},
        {"GetDeviceList", "GetCurrentVehicleInfo"},
        {"GetCurrentVehicleInfoByDeviceID", "GetDeviceList"},
        {"", "GetDeviceList"},
        {"a/b", "GetDeviceList"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(routes_new(&bad[i], 1, &r), ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_method_is_found),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_long_paths),
        cmocka_unit_test(test_aliases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
