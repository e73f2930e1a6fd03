/* GetTrack over fixes that went the whole way through ingest and store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/methods.h"
#include "api/testing.h"
#include "model/extra.h"

#define START_S INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC, 11:00:00 in Berlin */
#define DAY     "\"StartTime\":\"2026-01-01\",\"EndTime\":\"2026-01-01 23:59:59\""

enum { LAT_E7 = 525000000, LON_E7 = 134000000, METRES_E7 = 90, BODY_SIZE = 320, BATCH = 500 };

static struct message fix_at(int64_t time_s, int64_t metres, uint32_t speed_kmh)
{
    struct message m = {.kind = MESSAGE_FIX};
    fix_set_time(&m.fix, START_S + time_s);
    fix_set_position(&m.fix, LAT_E7 + metres * METRES_E7, LON_E7, true);
    fix_set_speed_kmh_e2(&m.fix, (uint64_t)speed_kmh * 100);
    fix_set_switch(&m.fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, speed_kmh > 0);
    return m;
}

/* Pushes them in one frame and waits until they are committed, which a later job is after. */
static void report(struct platform *p, const char *device_id, const struct message *messages,
                   size_t count)
{
    uint32_t credit_bytes = 0;
    const struct arrival a = {.rcv_time_ms = (messages[count - 1].fix.gps_time_s + 5) * 1000,
                              .device_id = device_id,
                              .address = "192.0.2.1:7",
                              .messages = messages,
                              .count = count};
    char body[64];
    assert_int_equal(ingest_push(p->shard.ingest, &a, &credit_bytes), ERR_OK);
    (void)snprintf(body, sizeof(body), "{\"DeviceID\":\"%s\",\"Focus\":true}", device_id);
    expect(p, "manage/SetFocus", body, DONE);
}

static void add_devices(struct platform *p)
{
    make_fleet(p);
    expect(p, "manage/AddGroup", "{\"GroupName\":\"Vans\"}",
           "{\"Code\":200,\"Data\":{\"GroupID\":1},\"ErrMsg\":null}");
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"12\",\"VehiclePlate\":\"B 1\"}", DONE);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"13\",\"VehiclePlate\":\"B 2\",\"GroupID\":1}",
           DONE);
}

/* A fix a second, `count` of them; one in a thousand is faster. */
static void drive(struct platform *p, const char *device_id, int64_t count)
{
    struct message messages[BATCH];
    for (int64_t i = 0; i < count; i++) {
        messages[i % BATCH] = fix_at(i, i * 10, i % 1000 == 777 ? 90 : 36);
        if (i % BATCH == BATCH - 1 || i == count - 1) {
            report(p, device_id, messages, (size_t)(i % BATCH) + 1);
        }
    }
}

/* Takes the lengths of the pieces out of a body that came in pieces. */
static const char *whole(struct platform *p, const char *body)
{
    if (strstr(p->answer, "Transfer-Encoding: chunked") == NULL) {
        return body;
    }
    char *to = p->answer;
    char *end = NULL;
    for (guint64 len = g_ascii_strtoull(body, &end, 16); len > 0;
         len = g_ascii_strtoull(body, &end, 16)) {
        memmove(to, end + 2, len);
        to += len;
        body = end + 2 + len + 2;
    }
    *to = '\0';
    return p->answer;
}

static json_t *envelope_of(struct platform *p, const char *fields)
{
    char body[BODY_SIZE];
    json_error_t error;
    assert_in_range(snprintf(body, sizeof(body), "{%s}", fields), 1, BODY_SIZE - 1);
    json_t *root = json_loads(whole(p, call(p, "manage/GetTrack", body)), 0, &error);
    assert_non_null(root);
    return root;
}

static json_t *data_of(struct platform *p, const char *fields)
{
    json_t *root = envelope_of(p, fields);
    assert_int_equal(json_integer_value(json_object_get(root, "Code")), 200);
    json_t *data = json_incref(json_object_get(root, "Data"));
    json_decref(root);
    return data;
}

static json_t *slice(const json_t *data, size_t i)
{
    return json_array_get(json_object_get(data, "data"), i);
}

static size_t slices(const json_t *data)
{
    return json_array_size(json_object_get(data, "data"));
}

static json_t *column(const json_t *data, size_t i, const char *name)
{
    return json_object_get(json_object_get(slice(data, i), "columns"), name);
}

static void assert_column(const json_t *data, const char *name, const char *wanted)
{
    char *text = json_dumps(column(data, 0, name), JSON_COMPACT | JSON_REAL_PRECISION(6));
    assert_non_null(text);
    assert_string_equal(text, wanted);
    free(text);
}

/* Goes through the rows of all slices by time: how many there are, and whether any is twice. */
static size_t count_rows(const json_t *data, int64_t *last_s)
{
    size_t count = 0;
    for (size_t i = 0; i < slices(data); i++) {
        const json_t *times = column(data, i, "t");
        for (size_t k = 0; k < json_array_size(times); k++) {
            int64_t time_s = json_integer_value(json_array_get(times, k));
            assert_true(time_s > *last_s);
            *last_s = time_s;
        }
        count += json_array_size(times);
    }
    return count;
}

static void test_columns(void **state)
{
    struct platform *p = *state;
    struct arena arena = {0};
    struct extras extras;
    extras_init(&extras, &arena);
    extras_set(&extras, EXTRA_RPM, 0, 1800);
    extras_set(&extras, EXTRA_TYRE_PRESSURE, 2, 8250);
    extras_set(&extras, EXTRA_DOOR, 3, 1);
    extras_set_text(&extras, EXTRA_DRIVER, 0, bytes_of_text("Ann"));
    struct message messages[] = {fix_at(0, 0, 0), fix_at(60, 600, 36), fix_at(120, 1200, 50)};
    fix_set_altitude_dm(&messages[0].fix, 345);
    fix_set_power_mv(&messages[1].fix, 13650);
    fix_set_temperature(&messages[1].fix, 1, -1820);
    messages[1].extras = extras_pack(&extras);
    add_devices(p);
    report(p, "12", messages, COUNT_OF(messages));
    json_t *data =
        data_of(p, "\"DeviceIDs\":\"12\",\"Columns\":\"x,y,v,s,f,alt,volt,temp,temp2,rpm,"
                   "tyre_pressure_2,tyre_pressure,tyre_pressure_1,door,odo,x\"," DAY);
    assert_int_equal(slices(data), 1);
    assert_column(data, "t", "[1767261600,1767261660,1767261720]");
    assert_column(data, "x", "[13400000,13400000,13400000]");
    assert_column(data, "y", "[52500000,52505400,52510800]");
    assert_column(data, "v", "[0,360,500]");
    assert_column(data, "s", "[1,3,3]");
    assert_column(data, "f", "[0,2,2]");
    assert_column(data, "alt", "[34.5,34.5,34.5]");
    assert_column(data, "volt", "[null,13.7,13.7]");
    assert_column(data, "temp", "[null,null,null]"); /* a sensor that gives no value */
    assert_column(data, "temp2", "[null,-18.2,-18.2]");
    assert_column(data, "rpm", "[null,1800,null]");
    assert_column(data, "tyre_pressure_2", "[null,8.25,null]");
    assert_column(data, "tyre_pressure", "[null,8.25,null]");
    assert_column(data, "tyre_pressure_1", "[null,null,null]");
    assert_column(data, "door", "[null,1,null]");
    assert_column(data, "odo", "[0.0,0.6,1.2]");
    assert_true(json_is_null(json_object_get(slice(data, 0), "Fixes")));
    assert_true(json_is_false(json_object_get(slice(data, 0), "Thinned")));
    json_decref(data);
    data = data_of(p, "\"DeviceIDs\":\"13,12\",\"StartTime\":\"2026-01-01 11:01:00\","
                      "\"EndTime\":\"2026-01-01 11:01:00\"");
    assert_int_equal(slices(data), 1); /* the other one has none */
    assert_column(data, "t", "[1767261660]");
    assert_column(data, "d", "[null]");
    assert_int_equal(json_integer_value(json_object_get(data, "done")), 2);
    json_decref(data);
    arena_free(&arena);
}

static void test_thinned(void **state)
{
    struct platform *p = *state;
    int64_t last_s = 0;
    add_devices(p);
    drive(p, "12", 5000);
    json_t *data = data_of(p, "\"DeviceIDs\":\"12\",\"Columns\":\"v\",\"MaxPoints\":200," DAY);
    assert_int_equal(json_integer_value(json_object_get(slice(data, 0), "Fixes")), 5000);
    assert_true(json_is_true(json_object_get(slice(data, 0), "Thinned")));
    assert_in_range(count_rows(data, &last_s), 50, 200);
    assert_int_equal(last_s, START_S + 4999);
    size_t fast = 0;
    for (size_t i = 0; i < json_array_size(column(data, 0, "v")); i++) {
        fast += json_integer_value(json_array_get(column(data, 0, "v"), i)) == 900;
    }
    assert_int_equal(fast, 5);
    json_decref(data);
    /* Exactly as many as there are: all of them. */
    last_s = 0;
    data = data_of(p, "\"DeviceIDs\":\"12\",\"Columns\":\"v\",\"MaxPoints\":5000," DAY);
    assert_int_equal(count_rows(data, &last_s), 5000);
    assert_true(json_is_false(json_object_get(slice(data, 0), "Thinned")));
    json_decref(data);
}

/* A page ends within a device, and the next one goes on there. */
static void test_pages(void **state)
{
    enum { FIXES = 50700 };
    struct platform *p = *state;
    char fields[BODY_SIZE];
    int64_t last_s = 0;
    add_devices(p);
    drive(p, "12", FIXES);
    report(p, "13", &(struct message){.kind = MESSAGE_FIX, .fix = fix_at(7, 0, 0).fix}, 1);
    static const char both[] = "\"StartTime\":\"2026-01-01\",\"EndTime\":\"2026-01-03\","
                               "\"Columns\":[\"v\"]";
    json_t *data = data_of(p, both);
    assert_int_equal(count_rows(data, &last_s), 50000);
    assert_int_equal(json_integer_value(json_object_get(data, "done")), 0);
    assert_true(slices(data) > 1);
    (void)snprintf(fields, sizeof(fields), "%s,\"After\":\"%s\"", both,
                   json_string_value(json_object_get(data, "next")));
    json_decref(data);
    data = data_of(p, fields);
    assert_int_equal(json_integer_value(json_array_get(column(data, 0, "t"), 0)), last_s + 1);
    assert_int_equal(json_array_size(column(data, 0, "t")), FIXES - 50000);
    assert_string_equal(json_string_value(json_object_get(slice(data, 1), "DeviceID")), "13");
    assert_true(json_is_null(json_object_get(data, "next")));
    json_decref(data);
}

static void assert_refused(struct platform *p, const char *fields, const char *message)
{
    json_t *root = envelope_of(p, fields);
    assert_int_equal(json_integer_value(json_object_get(root, "Code")), 500);
    assert_string_equal(json_string_value(json_object_get(root, "ErrMsg")), message);
    json_decref(root);
}

static void test_what_is_refused(void **state)
{
    struct platform *p = *state;
    char id[64];
    add_devices(p);
    assert_refused(p, "\"EndTime\":\"2026-01-01\"", "StartTime: value missing");
    assert_refused(p, "\"StartTime\":\"2026-01-02\",\"EndTime\":\"2026-01-01\"",
                   "EndTime: before StartTime");
    assert_refused(p, "\"StartTime\":\"2026-01-01\",\"EndTime\":\"2026-02-01 01:00:01\"",
                   "EndTime: more than 31 days behind StartTime");
    assert_refused(p, "\"Columns\":\"v,driver\"," DAY, "Columns: there is no column driver");
    assert_refused(p, "\"Columns\":\"rpm_\"," DAY, "Columns: there is no column rpm_");
    assert_refused(p, "\"Columns\":\"rpm_64\"," DAY, "Columns: there is no column rpm_64");
    assert_refused(p,
                   "\"Columns\":\"rpm,rpm_0,rpm_1,rpm_2,rpm_3,rpm_4,rpm_5,rpm_6,rpm_7,rpm_8,rpm_9,"
                   "rpm_10,rpm_11,rpm_12,rpm_13,rpm_14,rpm_15,rpm_16,rpm_17,x,y,v,d,s,f,n,r,p,odo,"
                   "fuel,volt,bat,gsm,sat,temp,temp2,temp3,temp4,temp5,temp6\"," DAY,
                   "Columns: more than 40 columns");
    assert_refused(p, "\"MaxPoints\":99," DAY, "MaxPoints: out of range");
    assert_refused(p, DAY ",\"After\":\"12/\"", "After: no such page");
    for (int i = 0; i < 9; i++) {
        (void)snprintf(id, sizeof(id), "{\"DeviceID\":\"8%d\"}", i);
        expect(p, "manage/AddDevice", id, DONE);
    }
    assert_refused(p, DAY, "DeviceIDs: more than 10 devices");
    json_decref(data_of(p, "\"DeviceIDs\":\"12,80,81,82,83,84,85,86,87,88\"," DAY));
}

static void test_who_sees_what(void **state)
{
    struct platform *p = *state;
    const struct message one = fix_at(0, 0, 0);
    add_devices(p);
    report(p, "12", &one, 1);
    report(p, "13", &one, 1);
    expect(p, "manage/AddUser",
           "{\"LoginName\":\"vera\",\"PassWord\":\"secret-2\",\"Role\":\"viewer\","
           "\"GroupIDs\":[1]}",
           "{\"Code\":200,\"Data\":{\"UserID\":3},\"ErrMsg\":null}");
    log_in(p, "vera", "secret-2");
    json_t *data = data_of(p, "\"DeviceIDs\":\"12,13,77\"," DAY);
    assert_int_equal(slices(data), 1);
    assert_string_equal(json_string_value(json_object_get(slice(data, 0), "VehicleNum")), "B 2");
    assert_int_equal(json_integer_value(json_object_get(data, "of")), 1);
    json_decref(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_columns),         SERVER_TEST(test_thinned),       SERVER_TEST(test_pages),
        SERVER_TEST(test_what_is_refused), SERVER_TEST(test_who_sees_what),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
