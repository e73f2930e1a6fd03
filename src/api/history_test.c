/* Sections 7 to 10 over fixes that went the whole way through ingest and store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/exchange.h"
#include "api/methods.h"
#include "api/testing.h"

#define START_S INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC, 11:00:00 in Berlin */

enum { RECEIVED_S = 5, LAT_E7 = 525000000, LON_E7 = 134000000 };

static struct message fix_at(int64_t time_s, enum fix_source source, int32_t north_e7)
{
    struct message m = {.kind = MESSAGE_FIX};
    fix_set_time(&m.fix, START_S + time_s);
    fix_set_position(&m.fix, LAT_E7 + north_e7, LON_E7, source == FIX_GPS);
    fix_set_speed_kmh_e2(&m.fix, 3666);
    fix_set_course_cdeg(&m.fix, 35960);
    m.fix.source = (uint8_t)source;
    return m;
}

static struct message voltage_at(int64_t time_s)
{
    struct message m = {.kind = MESSAGE_FIX};
    fix_set_time(&m.fix, START_S + time_s);
    fix_set_power_mv(&m.fix, 12100);
    return m;
}

/* Pushes them in one frame and waits until they are committed, which a later job is after. */
static void report(struct platform *p, const struct message *messages, size_t count)
{
    uint32_t credit_bytes = 0;
    const struct arrival a = {
        .rcv_time_ms = (START_S + RECEIVED_S) * 1000,
        .device_id = "12",
        .address = "192.0.2.1:7",
        .messages = messages,
        .count = count,
    };
    assert_int_equal(ingest_push(p->shard.ingest, &a, &credit_bytes), ERR_OK);
    expect(p, "manage/SetFocus", "{\"DeviceID\":\"12\",\"Focus\":true}", DONE);
}

static json_t *data_of(struct platform *p, const char *method, const char *body)
{
    json_error_t error;
    json_t *root = json_loads(call(p, method, body), 0, &error);
    assert_non_null(root);
    assert_int_equal(json_integer_value(json_object_get(root, "Code")), 200);
    json_t *data = json_incref(json_object_get(root, "Data"));
    json_decref(root);
    return data;
}

static json_t *history(struct platform *p, const char *start, const char *end)
{
    char body[160];
    (void)snprintf(body, sizeof(body),
                   "{\"DeviceID\":\"12\",\"StartTime\":\"%s\",\"EndTime\":\"%s\"}", start, end);
    json_t *data = data_of(p, "vehicle/GetHistoryVehicleInfoByDeviceID", body);
    assert_int_equal(json_integer_value(json_object_get(data, "total")),
                     json_array_size(json_object_get(data, "data")));
    return data;
}

static const char *text_of(const json_t *data, size_t row, const char *name)
{
    return json_string_value(
        json_object_get(json_array_get(json_object_get(data, "data"), row), name));
}

static double number_of(const json_t *data, size_t row, const char *name)
{
    return json_number_value(
        json_object_get(json_array_get(json_object_get(data, "data"), row), name));
}

static void assert_count(struct platform *p, const char *start, const char *end, size_t count)
{
    json_t *data = history(p, start, end);
    assert_int_equal(json_array_size(json_object_get(data, "data")), count);
    json_decref(data);
}

static void add_device(struct platform *p)
{
    make_fleet(p);
    expect(p, "manage/AddDevice",
           "{\"DeviceID\":\"0012\",\"VehiclePlate\":\"B 1\",\"ObjectCode\":\"c\",\"SIM\":4711}",
           DONE);
}

static void test_one_record_a_time(void **state)
{
    struct platform *p = *state;
    add_device(p);
    struct message messages[] = {
        voltage_at(-20),             /* before any position: left out */
        fix_at(0, FIX_LBS, 900000),  /* GPS of the same second goes first */
        fix_at(0, FIX_GPS, 0),       /* and this one's alarm counts for the record */
        fix_at(0, FIX_WIFI, 700000), /* though another report comes last */
        voltage_at(30),              /* shown at the last position */
        fix_at(60, FIX_LBS, 800000), /* alone: shown where the network says */
    };
    messages[3].fix.alarms = ALARM_BIT(SOS);
    report(p, messages, COUNT_OF(messages));
    json_t *data = history(p, "2026-01-01 10:00:00", "2026-01-01 12:00:00");
    assert_int_equal(json_integer_value(json_object_get(data, "total")), 3);
    assert_string_equal(text_of(data, 0, "GPSTime"), "2026-01-01 11:00:00");
    assert_string_equal(text_of(data, 0, "RcvTime"), "2026-01-01 11:00:05");
    assert_true(number_of(data, 0, "Lat") == 52.5 && number_of(data, 0, "Lon") == 13.4);
    assert_true(number_of(data, 0, "Speed") == 36.7 && number_of(data, 0, "Direct") == 0);
    assert_non_null(strstr(text_of(data, 0, "StatusDes"), "SOS alarm"));
    assert_string_equal(text_of(data, 1, "GPSTime"), "2026-01-01 11:00:30");
    assert_true(number_of(data, 1, "Lat") != 0);
    assert_null(strstr(text_of(data, 1, "StatusDes"), "SOS alarm"));
    assert_true(number_of(data, 2, "Lat") == 52.58);
    assert_non_null(strstr(text_of(data, 2, "StatusDes"), "LBS"));
    json_decref(data);
}

static void test_ranges_include_both_ends(void **state)
{
    struct platform *p = *state;
    add_device(p);
    const struct message messages[] = {fix_at(0, FIX_GPS, 0), fix_at(60, FIX_GPS, 1000),
                                       fix_at(120, FIX_GPS, 2000)};
    report(p, messages, COUNT_OF(messages));
    assert_count(p, "2026-01-01 11:00:00", "2026-01-01 11:02:00", 3);
    assert_count(p, "2026-01-01 11:00:01", "2026-01-01 11:01:59", 1);
    assert_count(p, "2026-01-01T10:01:00Z", "2026/1/1 11:01:00", 1);
    assert_count(p, "2025-12-31", "2026-01-01", 0);
    assert_count(p, "2025-12-29 11:02:00", "2027-01-01", 3);
    assert_count(p, "2025-12-29 11:01:59", "2027-01-01", 2);
    expect(p, "vehicle/GetHistoryVehicleInfoByDeviceID",
           "{\"DeviceID\":12,\"StartTime\":\"2026-01-02\",\"EndTime\":\"2026-01-01\"}",
           "{\"Code\":403,\"Data\":null,\"ErrMsg\":\"startTime should not be greater than end "
           "time\"}");
}

static void test_a_long_history_comes_in_pieces(void **state)
{
    enum { FIXES = 1500 };
    struct platform *p = *state;
    struct message *messages = mem_new_array(FIXES, sizeof(*messages));
    add_device(p);
    for (int i = 0; i < FIXES; i++) {
        messages[i] = fix_at(i - FIXES, FIX_GPS, i * 100);
    }
    report(p, messages, FIXES);
    free(messages);
    static const char head[] = "{\"Code\":200,\"Data\":{\"total\":1500,\"data\":[{\"ObjectCode\"";
    static const char tail[] = "\"IsReversal\":0}]},\"ErrMsg\":null}\r\n0\r\n\r\n";
    const char *answer = call(p, "vehicle/GetHistoryVehicleInfo",
                              "{\"NumberPlateLists\":\"b 1\",\"StartTime\":\"2026-01-01\","
                              "\"EndTime\":\"2026-01-02\"}");
    assert_non_null(strstr(answer, head));
    assert_non_null(strstr(p->answer, "Transfer-Encoding: chunked"));
    assert_true(g_str_has_suffix(p->answer, tail));
    size_t records = 0;
    for (const char *at = strstr(answer, "\"GPSTime\""); at != NULL;
         at = strstr(at + 1, "\"GPSTime\"")) {
        records++;
    }
    assert_in_range(records, FIXES - 10, FIXES); /* a piece may end within the word */
}

/* A lone stream is made where it is sent, one of many in a pool. */
static void test_where_pieces_are_made(void **state)
{
    enum { FIXES = 400, OTHER = 2 };
    struct platform *p = *state;
    struct message messages[FIXES];
    static const char all[] =
        "{\"DeviceID\":\"12\",\"StartTime\":\"2026-01-01\",\"EndTime\":\"2026-01-02\"}";
    add_device(p);
    for (int i = 0; i < FIXES; i++) {
        messages[i] = fix_at(i, FIX_GPS, i * 100);
    }
    report(p, messages, FIXES);
    assert_non_null(strstr(call(p, "vehicle/GetHistoryVehicleInfoByDeviceID", all), "400"));
    uint64_t alone = counter_get(&p->counters, pieces_inline);
    assert_true(alone > 0);
    for (int i = 0; i < 2; i++) {
        assert_true(slots_take(p->api->streams, OTHER));
    }
    assert_non_null(strstr(call(p, "vehicle/GetHistoryVehicleInfoByDeviceID", all), "400"));
    assert_int_equal(counter_get(&p->counters, pieces_inline), alone);
    for (int i = 0; i < 2; i++) {
        slots_give(p->api->streams, OTHER);
    }
}

/* An enterprise whose slots are taken is told so, but only where its answer is a long one. */
static void test_streams_are_shared_out(void **state)
{
    enum { FIXES = 400 };
    struct platform *p = *state;
    struct message messages[FIXES];
    add_device(p);
    for (int i = 0; i < FIXES; i++) {
        messages[i] = fix_at(i, FIX_GPS, i * 100);
    }
    report(p, messages, FIXES);
    size_t taken = 0;
    while (slots_take(p->api->streams, 1)) {
        taken++;
    }
    static const char path[] = "/api/vehicle/GetHistoryVehicleInfoByDeviceID";
    static const char all[] =
        "{\"DeviceID\":\"12\",\"StartTime\":\"2026-01-01\",\"EndTime\":\"2026-01-02\"}";
    assert_int_equal(request(p, "POST", path, "", all), 503);
    assert_non_null(strstr(p->answer, "\r\nRetry-After: "));
    assert_non_null(strstr(p->answer, "{\"Code\":503,\"Data\":null,"));
    assert_count(p, "2026-01-01 11:00:00", "2026-01-01 11:00:09", 10);
    slots_give(p->api->streams, 1);
    assert_int_equal(request(p, "POST", path, "", all), 200);
    assert_int_equal(request(p, "POST", path, "", all), 200); /* which gave its slot back */
    for (size_t i = 1; i < taken; i++) {
        slots_give(p->api->streams, 1);
    }
}

/* How many slots the enterprise could get. */
static size_t free_slots(struct platform *p)
{
    size_t count = 0;
    while (slots_take(p->api->streams, 1)) {
        count++;
    }
    for (size_t i = 0; i < count; i++) {
        slots_give(p->api->streams, 1);
    }
    return count;
}

/*
 * A client that asks for a long history and does not take it holds a slot and no thread; when it
 * leaves, the slot is free again.
 */
static void test_a_stalled_reader_holds_a_slot(void **state)
{
    enum { FIXES = 30000, BATCH = 1500, ROOM = 4096 };
    struct platform *p = *state;
    struct message *messages = mem_new_array(BATCH, sizeof(*messages));
    add_device(p);
    for (int i = 0; i < FIXES; i++) {
        messages[i % BATCH] = fix_at(i - FIXES, FIX_GPS, i * 10);
        if (i % BATCH == BATCH - 1) {
            report(p, messages, BATCH);
        }
    }
    free(messages);
    size_t all = free_slots(p);
    static const char body[] =
        "{\"DeviceID\":\"12\",\"StartTime\":\"2025-12-31\",\"EndTime\":\"2026-01-02\"}";
    char text[512];
    int len = snprintf(text, sizeof(text),
                       "POST /api/vehicle/GetHistoryVehicleInfoByDeviceID HTTP/1.1\r\nHost: x\r\n"
                       "Authorization: %s\r\nContent-Length: %zu\r\n\r\n%s",
                       p->token, sizeof(body) - 1, body);
    int fd = connect_to(p);
    int room = ROOM;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)), 0);
    send_all(fd, text, (size_t)len);
    assert_true(recv(fd, p->answer, ROOM, 0) > 0); /* it has begun */
    assert_true(free_slots(p) < all);
    assert_count(p, "2026-01-01 10:59:59", "2026-01-01 10:59:59", 1); /* others go on */
    assert_int_equal(close(fd), 0);
    while (free_slots(p) < all) {
        assert_int_equal(request(p, "GET", "/health", "", ""), 200);
    }
}

/* Reports of a device each, then all of them asked for at once. */
static void test_a_long_status_comes_in_pieces(void **state)
{
    enum { DEVICES = 250, SHOWN = 240 };
    struct platform *p = *state;
    make_fleet(p);
    for (int i = 0; i < DEVICES; i++) {
        char body[64];
        (void)snprintf(body, sizeof(body), "{\"DeviceID\":\"1%03d\"}", i);
        expect(p, "manage/AddDevice", body, DONE);
    }
    for (int i = 0; i < SHOWN; i++) {
        char device_id[8];
        uint32_t credit_bytes = 0;
        const struct message m = fix_at(i, FIX_GPS, i * 10);
        (void)snprintf(device_id, sizeof(device_id), "1%03d", i);
        const struct arrival a = {.rcv_time_ms = (START_S + RECEIVED_S) * 1000,
                                  .device_id = device_id,
                                  .address = "192.0.2.1:7",
                                  .messages = &m,
                                  .count = 1};
        assert_int_equal(ingest_push(p->shard.ingest, &a, &credit_bytes), ERR_OK);
    }
    expect(p, "manage/SetFocus", "{\"DeviceID\":\"1000\",\"Focus\":true}", DONE);
    static const char tail[] = "\"IsReversal\":0}]},\"ErrMsg\":null}\r\n0\r\n\r\n";
    const char *answer =
        call(p, "vehicle/GetCurrentVehicleInfoByDeviceIDs", "{\"DeviceIDs\":\"\"}");
    assert_non_null(strstr(answer, "{\"Code\":200,\"Data\":{\"total\":240,\"data\":[{\"SIM\""));
    assert_non_null(strstr(p->answer, "Transfer-Encoding: chunked"));
    assert_true(g_str_has_suffix(p->answer, tail));
    size_t rows = 0;
    for (const char *at = strstr(answer, "\"SIM2\""); at != NULL; at = strstr(at + 1, "\"SIM2\"")) {
        rows++;
    }
    assert_in_range(rows, SHOWN - 5, SHOWN); /* a block may end within the word */
    json_t *data = data_of(p, "vehicle/GetCurrentVehicleInfoByDeviceIDs",
                           "{\"DeviceIDs\":\"1003,1249, 1001,1003,9\"}");
    assert_int_equal(json_integer_value(json_object_get(data, "total")), 2);
    assert_string_equal(text_of(data, 0, "SIM2"), "1003");
    assert_string_equal(text_of(data, 1, "SIM2"), "1001");
    json_decref(data);
}

static void test_the_current_status(void **state)
{
    struct platform *p = *state;
    add_device(p);
    static const char none[] = "{\"Code\":200,\"Data\":{\"total\":0,\"data\":[]},\"ErrMsg\":null}";
    const struct message lone = voltage_at(0);
    const struct message placed = fix_at(10, FIX_GPS, 0);
    expect(p, "vehicle/GetCurrentVehicleInfo", "{\"VehiclePlates\":\"\"}", none);
    report(p, &lone, 1);
    expect(p, "vehicle/GetCurrentVehicleInfo", "{\"VehiclePlates\":\"\"}", none);
    report(p, &placed, 1);
    json_t *data =
        data_of(p, "vehicle/GetCurrentVehicleInfo", "{\"VehiclePlates\":\" b 1, none,B 1\"}");
    assert_int_equal(json_integer_value(json_object_get(data, "total")), 1);
    assert_string_equal(text_of(data, 0, "SIM"), "4711");
    assert_string_equal(text_of(data, 0, "SIM2"), "0012");
    assert_string_equal(text_of(data, 0, "GPSTime"), "2026-01-01 11:00:10");
    assert_true(number_of(data, 0, "Lat") == 52.5);
    assert_string_equal(text_of(data, 0, "OilNum"), "0.0");
    json_decref(data);
    expect(p, "vehicle/GetCurrentVehicleInfoByDeviceIDs", "{\"DeviceIDs\":\",\"}", none);
    expect(p, "vehicle/GetCurrentVehicleInfoByDeviceIDs", "{}",
           "{\"Code\":401,\"Data\":null,\"ErrMsg\":\"Dangerous value in parameters or parameter "
           "value missed: DeviceIDs: value missing\"}");
}

/* The live status, once its place is that one: fixes that come out of order are folded soon. */
static json_t *await_status(struct platform *p, double lat)
{
    enum { TRIES_MAX = 1000 };
    json_t *data = NULL;
    for (int i = 0; i < TRIES_MAX; i++) {
        data = data_of(p, "vehicle/GetCurrentVehicleInfo", "{\"VehiclePlates\":\"B 1\"}");
        if (number_of(data, 0, "Lat") == lat) {
            return data;
        }
        json_decref(data);
        expect(p, "manage/SetFocus", "{\"DeviceID\":\"12\",\"Focus\":true}", DONE);
    }
    fail();
    return data;
}

/* The live status shows of a second what its record in the history does. */
static void test_the_status_shows_the_second_as_history_does(void **state)
{
    struct platform *p = *state;
    add_device(p);
    struct message lost = fix_at(0, FIX_GPS, 500000);
    struct message alarm = fix_at(10, FIX_GPS, 0);
    lost.fix.flags &= ~(uint32_t)FIX_VALID;
    alarm.fix.alarms = ALARM_BIT(SOS);
    const struct {
        struct message messages[3];
        double lat;
    } seconds[] = {
        {{lost, fix_at(0, FIX_LBS, 800000), voltage_at(0)}, 52.58},
        {{fix_at(10, FIX_GPS, 0), fix_at(10, FIX_WIFI, 700000), alarm}, 52.5},
        {{voltage_at(20), fix_at(20, FIX_LBS, 600000), fix_at(20, FIX_GPS, 4000)}, 52.5004},
    };
    for (size_t i = 0; i < COUNT_OF(seconds); i++) {
        report(p, seconds[i].messages, COUNT_OF(seconds[i].messages));
        json_t *now = await_status(p, seconds[i].lat);
        json_t *past = history(p, "2026-01-01 10:00:00", "2026-01-01 12:00:00");
        assert_int_equal(json_integer_value(json_object_get(past, "total")), i + 1);
        assert_true(number_of(past, i, "Lat") == seconds[i].lat);
        assert_true(number_of(past, i, "Speed") == number_of(now, 0, "Speed"));
        assert_string_equal(text_of(past, i, "GPSTime"), text_of(now, 0, "GPSTime"));
        json_decref(now);
        json_decref(past);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_one_record_a_time),
        SERVER_TEST(test_the_status_shows_the_second_as_history_does),
        SERVER_TEST(test_ranges_include_both_ends),
        SERVER_TEST(test_a_long_history_comes_in_pieces),
        SERVER_TEST(test_where_pieces_are_made),
        SERVER_TEST(test_streams_are_shared_out),
        SERVER_TEST(test_a_stalled_reader_holds_a_slot),
        SERVER_TEST(test_a_long_status_comes_in_pieces),
        SERVER_TEST(test_the_current_status),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
