/* Sections 14 and 17 over fixes that went the whole way through ingest and store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/methods.h"
#include "api/testing.h"

#define START_S INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC, 11:00:00 in Berlin */
#define NO_ORDER                                                                                   \
    "{\"Code\":403,\"Data\":null,\"ErrMsg\":\"startTime should not be greater than end time\"}"
#define ANY_TIME "\"StartTime\":\"2025-01-01\",\"EndTime\":\"2027-01-01\"}"

enum { LAT_E7 = 525000000, LON_E7 = 134000000, MANY = 1500 };

/* What a device says `after_s` the start, `metres` north of it. */
static struct message fix_at(int64_t after_s, int64_t metres)
{
    struct message m = {.kind = MESSAGE_FIX};
    fix_set_time(&m.fix, START_S + after_s);
    fix_set_position(&m.fix, (int32_t)(LAT_E7 + metres * 100000000 / 1111951), LON_E7, true);
    fix_set_speed_kmh_e2(&m.fix, 3600);
    return m;
}

/* Pushes them in one frame and waits until they are committed, which a later job is after. */
static void report(struct platform *p, const char *device_id, const struct message *messages,
                   size_t count)
{
    uint32_t credit_bytes = 0;
    char focus[96];
    const struct arrival a = {
        .rcv_time_ms = (START_S + 90000) * 1000,
        .device_id = device_id,
        .address = "192.0.2.1:7",
        .messages = messages,
        .count = count,
    };
    assert_int_equal(ingest_push(p->shard.ingest, &a, &credit_bytes), ERR_OK);
    (void)snprintf(focus, sizeof(focus), "{\"DeviceID\":\"%s\",\"Focus\":true}", device_id);
    expect(p, "manage/SetFocus", focus, DONE);
}

static void add_devices(struct platform *p)
{
    make_fleet(p);
    expect(p, "manage/AddDevice",
           "{\"DeviceID\":\"12\",\"VehiclePlate\":\"B 1\",\"ObjectCode\":\"c1\"}", DONE);
    expect(p, "manage/AddDevice",
           "{\"DeviceID\":\"13\",\"VehiclePlate\":\"B 2\",\"ObjectCode\":\"c2\"}", DONE);
}

/* A kilometre in 100 s, a fix each 10 s, from the start on. */
static void report_drive(struct platform *p, const char *device_id)
{
    struct message messages[11];
    for (int64_t i = 0; i < 11; i++) {
        messages[i] = fix_at(i * 10, i * 100);
    }
    report(p, device_id, messages, COUNT_OF(messages));
}

static void expect_km(struct platform *p, const char *start, const char *end, const char *km)
{
    char body[160];
    char want[64];
    (void)snprintf(body, sizeof(body),
                   "{\"DeviceID\":\"12\",\"StartTime\":\"%s\",\"EndTime\":\"%s\"}", start, end);
    (void)snprintf(want, sizeof(want), "{\"Code\":200,\"Data\":\"%s\",\"ErrMsg\":null}", km);
    expect(p, "vehicle/GetMileageByDeviceID", body, want);
}

static void test_a_step_belongs_to_the_later_fix(void **state)
{
    struct platform *p = *state;
    add_devices(p);
    expect_km(p, "2026-01-01", "2026-01-02", "0.0");
    report_drive(p, "12");
    expect_km(p, "2026-01-01", "2026-01-02", "1.0");
    expect_km(p, "2026-01-01 11:00:00", "2026-01-01 11:01:40", "1.0");
    expect_km(p, "2026-01-01 11:00:00", "2026-01-01 11:00:00", "0.0");
    expect_km(p, "2026-01-01 11:00:10", "2026-01-01 11:00:10", "0.1");
    expect_km(p, "2026-01-01 11:00:11", "2026-01-01 11:00:50", "0.4");
    expect_km(p, "2020-01-01", "2026-01-01 11:00:40", "0.4");
    expect_km(p, "2026-01-01 11:01:41", "2030-01-01", "0.0");
}

static void test_who_is_not_seen_does_not_exist(void **state)
{
    struct platform *p = *state;
    add_devices(p);
    expect(p, "vehicle/GetMileageByDeviceID", "{\"DeviceID\":\"99\"," ANY_TIME,
           "{\"Code\":4002,\"Data\":null,"
           "\"ErrMsg\":\"Device number does not exist or has been deleted\"}");
    expect(p, "vehicle/GetMileageAndFuel", "{\"VehiclePlate\":\"B 9,B 8\"," ANY_TIME,
           "{\"Code\":4001,\"Data\":null,"
           "\"ErrMsg\":\"This vehicle plate does not exist or has been deleted\"}");
}

static void test_an_end_before_its_start(void **state)
{
    struct platform *p = *state;
    add_devices(p);
    expect(p, "vehicle/GetMileageByDeviceID",
           "{\"DeviceID\":\"12\",\"StartTime\":\"2026-01-02\",\"EndTime\":\"2026-01-01\"}",
           NO_ORDER);
    expect(p, "vehicle/GetMileageAndFuel",
           "{\"VehiclePlate\":\"\",\"StartTime\":\"2026-01-02\",\"EndTime\":\"2026-01-01\"}",
           NO_ORDER);
}

static void test_the_end_as_it_is_printed(void **state)
{
    struct platform *p = *state;
    static const char row[] =
        "{\"Code\":200,\"Data\":{\"total\":1,\"data\":[{\"ObjectCode\":\"c1\","
        "\"VehicleNum\":\"B 1\",\"OilNum\":\"0.0\",\"Mileage\":\"0.5\"}]},"
        "\"ErrMsg\":null}";
    add_devices(p);
    report_drive(p, "12");
    expect(p, "vehicle/GetMileageAndFuel",
           "{\"VehiclePlate\":\"b 1\",\"StartTime\":\"2018-01-01\","
           "\"eEndTime\":\"2026-01-01 11:00:50\"}",
           row);
    expect(p, "vehicle/GetMileageAndFuel",
           "{\"VehiclePlate\":\"B 1, B 1,B 9\",\"StartTime\":\"2018-01-01\","
           "\"EndTime\":\"2026-01-01 11:00:50\",\"eEndTime\":\"2030-01-01\"}",
           row);
    expect(p, "vehicle/GetMileageAndFuel",
           "{\"VehiclePlate\":\"B 1\",\"StartTime\":\"2018-01-01\"}",
           "{\"Code\":401,\"Data\":null,\"ErrMsg\":\"Dangerous value in parameters or parameter "
           "value missed: EndTime: value missing\"}");
}

/* 30 l down to 20 l, filled up to 50 l, down to 45 l. */
static void test_fuel_used(void **state)
{
    static const struct {
        int64_t after_s;
        uint64_t level_ml;
    } levels[] = {{0, 30000}, {3600, 25000}, {7200, 20000}, {7500, 50000}, {10800, 45000}};
    struct platform *p = *state;
    struct message messages[COUNT_OF(levels)];
    add_devices(p);
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        messages[i] = fix_at(levels[i].after_s, 0);
        fix_set_fuel_ml(&messages[i].fix, levels[i].level_ml);
    }
    report(p, "13", messages, COUNT_OF(messages));
    expect(p, "vehicle/GetMileageAndFuel", "{\"VehiclePlate\":\"\"," ANY_TIME,
           "{\"Code\":200,\"Data\":{\"total\":2,\"data\":["
           "{\"ObjectCode\":\"c1\",\"VehicleNum\":\"B 1\",\"OilNum\":\"0.0\",\"Mileage\":\"0.0\"},"
           "{\"ObjectCode\":\"c2\",\"VehicleNum\":\"B 2\",\"OilNum\":\"15.0\",\"Mileage\":\"0.0\"}"
           "]},\"ErrMsg\":null}");
    expect(p, "vehicle/GetMileageAndFuel",
           "{\"VehiclePlate\":\"B 2\",\"StartTime\":\"2026-01-01 12:30:00\","
           "\"EndTime\":\"2026-01-01 13:30:00\"}",
           "{\"Code\":200,\"Data\":{\"total\":1,\"data\":["
           "{\"ObjectCode\":\"c2\",\"VehicleNum\":\"B 2\",\"OilNum\":\"5.0\",\"Mileage\":\"0.0\"}"
           "]},\"ErrMsg\":null}");
    /* What a refuel is, the tank of its time says: 30 l are none of one of 900 l. */
    expect(p, "manage/ModifyDevice", "{\"DeviceID\":\"13\",\"TankLitres\":900}", DONE);
    expect(p, "vehicle/GetMileageAndFuel", "{\"VehiclePlate\":\"B 2\"," ANY_TIME,
           "{\"Code\":200,\"Data\":{\"total\":1,\"data\":["
           "{\"ObjectCode\":\"c2\",\"VehicleNum\":\"B 2\",\"OilNum\":\"15.0\",\"Mileage\":\"0.0\"}"
           "]},\"ErrMsg\":null}");
}

/* A fleet that takes more than a step to measure and more than a piece to write. */
static void test_many_vehicles(void **state)
{
    struct platform *p = *state;
    GString *body = g_string_new("{\"Devices\":[");
    add_devices(p);
    for (int i = 0; i < MANY; i++) {
        g_string_append_printf(body, "%s{\"DeviceID\":%d}", i == 0 ? "" : ",", 100000 + i);
    }
    g_string_append(body, "]}");
    assert_non_null(strstr(call(p, "manage/AddDevices", body->str), "\"added\":1500"));
    (void)g_string_free(body, TRUE);
    report_drive(p, "13");
    const char *answer = call(p, "vehicle/GetMileageAndFuel", "{\"VehiclePlate\":\"\"," ANY_TIME);
    static const char tail[] = "\"Mileage\":\"1.0\"}]},\"ErrMsg\":null}\r\n0\r\n\r\n";
    size_t rows = 0;
    assert_non_null(strstr(answer, "{\"Code\":200,\"Data\":{\"total\":1502,\"data\":[{"));
    assert_non_null(strstr(p->answer, "Transfer-Encoding: chunked"));
    assert_true(g_str_has_suffix(p->answer, tail)); /* "13" comes behind all others */
    for (const char *at = strstr(answer, "\"0.0\"}"); at != NULL; at = strstr(at + 1, "\"0.0\"}")) {
        rows++;
    }
    assert_in_range(rows, MANY - 5, MANY + 1); /* a piece may end within the word */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_a_step_belongs_to_the_later_fix),
        SERVER_TEST(test_who_is_not_seen_does_not_exist),
        SERVER_TEST(test_an_end_before_its_start),
        SERVER_TEST(test_the_end_as_it_is_printed),
        SERVER_TEST(test_fuel_used),
        SERVER_TEST(test_many_vehicles),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
