/* Lists over more devices than one step looks at, and what goes to a query thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/methods.h"
#include "api/testing.h"

enum { DEVICES = 5000, HALF = 2500 };

/* Devices 10000 to 14999; those whose number ends in 7 have a plate with letters beyond ASCII. */
static void add_devices(struct platform *p)
{
    make_fleet(p);
    for (int first = 0; first < DEVICES; first += HALF) {
        GString *body = g_string_new("{\"Devices\":[");
        for (int i = first; i < first + HALF; i++) {
            g_string_append_printf(body, "%s{\"DeviceID\":%d", i == first ? "" : ",", 10000 + i);
            g_string_append_printf(body, i % 10 == 7 ? ",\"VehiclePlate\":\"\u00c4%d\"}" : "}", i);
        }
        g_string_append(body, "]}");
        assert_true(body->len < REQUEST_MAX - 512);
        assert_non_null(strstr(call(p, "manage/AddDevices", body->str), "\"added\":2500"));
        (void)g_string_free(body, TRUE);
    }
}

static json_t *data_of(struct platform *p, const char *method, const char *body)
{
    json_t *root = json_loads(call(p, method, body), 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(root, "Code")), 200);
    json_t *data = json_incref(json_object_get(root, "Data"));
    json_decref(root);
    return data;
}

/* How many are found, which of them is the first on the page, and how many are on it. */
static void assert_page(struct platform *p, const char *method, const char *body,
                        const char *const want[3])
{
    char got[32];
    json_t *data = data_of(p, method, body);
    json_t *rows = json_object_get(data, "data");
    json_t *first = json_object_get(json_array_get(rows, 0), "DeviceID");
    (void)snprintf(got, sizeof(got), "%d", (int)json_integer_value(json_object_get(data, "total")));
    assert_string_equal(got, want[0]);
    assert_string_equal(first == NULL ? "" : json_string_value(first), want[1]);
    (void)snprintf(got, sizeof(got), "%zu", json_array_size(rows));
    assert_string_equal(got, want[2]);
    json_decref(data);
}

static void test_pages_of_many(void **state)
{
    struct platform *p = *state;
    static const struct {
        const char *fields;
        const char *want[3];
    } rows[] = {
        {"\"PageIndex\":1,\"PageSize\":10", {"5000", "10000", "10"}},
        {"\"PageIndex\":500,\"PageSize\":10", {"5000", "14990", "10"}},
        {"\"PageIndex\":501,\"PageSize\":10", {"5000", "", "0"}},
        {"\"PageIndex\":5,\"PageSize\":9999", {"5000", "14000", "1000"}},
        {"\"PageIndex\":1,\"PageSize\":10,\"Key\":\"\"", {"5000", "10000", "10"}},
        {"\"PageIndex\":1,\"PageSize\":10,\"Key\":\"1499\"", {"11", "11499", "10"}},
        {"\"PageIndex\":2,\"PageSize\":8,\"Key\":\"1499\"", {"11", "14997", "3"}},
        {"\"PageIndex\":1,\"PageSize\":10,\"Key\":\"\u00e44\"", {"111", "10047", "10"}},
        {"\"PageIndex\":1,\"PageSize\":10,\"Key\":\"\u00e44999\"", {"0", "", "0"}},
        {"\"PageIndex\":1,\"PageSize\":10,\"Key\":\"none\"", {"0", "", "0"}},
    };
    add_devices(p);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char body[128];
        (void)snprintf(body, sizeof(body), "{%s}", rows[i].fields);
        assert_page(p, "vehicle/GetDeviceList", body, rows[i].want);
        assert_page(p, "manage/ListDevices", body, rows[i].want);
    }
    static const char *const unused[] = {"5000", "10000", "10"};
    static const char *const online[] = {"0", "", "0"};
    assert_page(p, "vehicle/GetDeviceList", "{\"PageIndex\":1,\"PageSize\":10,\"Status\":4}",
                unused);
    assert_page(p, "vehicle/GetDeviceList", "{\"PageIndex\":1,\"PageSize\":10,\"Status\":1}",
                online);
    expect(p, "vehicle/GetCurrentVehicleInfo", "{\"VehiclePlates\":\"\"}",
           "{\"Code\":200,\"Data\":{\"total\":0,\"data\":[]},\"ErrMsg\":null}");
}

/* A list of a limited user leaves out what the page does not show, too. */
static void test_marks_and_groups(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    expect(p, "manage/AddGroup", "{\"GroupName\":\"north\"}",
           "{\"Code\":200,\"Data\":{\"GroupID\":1},\"ErrMsg\":null}");
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"1\"}", DONE);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"2\",\"GroupID\":1,\"DeviceType\":2}", DONE);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"3\",\"GroupID\":1}", DONE);
    expect(p, "manage/SetFocus", "{\"DeviceID\":\"3\",\"Focus\":true}", DONE);
    static const struct {
        const char *body;
        const char *want[3];
    } rows[] = {
        {"{\"PageIndex\":1,\"PageSize\":2}", {"3", "1", "2"}},
        {"{\"PageIndex\":2,\"PageSize\":2}", {"3", "3", "1"}},
        {"{\"PageIndex\":1,\"PageSize\":2,\"DeviceType\":2}", {"1", "2", "1"}},
        {"{\"PageIndex\":1,\"PageSize\":2,\"Status\":5}", {"1", "3", "1"}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_page(p, "vehicle/GetDeviceList", rows[i].body, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_pages_of_many),
        SERVER_TEST(test_marks_and_groups),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
