/* GetTrips and its like over fixes that went the whole way through ingest and store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/methods.h"
#include "api/testing.h"

#define START_S INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC, 11:00:00 in Berlin */

enum { LAT_E7 = 525000000, LON_E7 = 134000000, METRES_E7 = 90, BODY_SIZE = 320 };

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

enum { ERRAND_FIXES = 32, ERRAND_S = 1200 };

/* Parked, ten minutes of driving with a minute's fix, parked: 20 minutes from `start_s` on. */
static size_t make_errand(struct message *out, int64_t start_s)
{
    size_t n = 0;
    out[n++] = fix_at(start_s, 0, 0);
    for (int64_t i = 1; i <= 10; i++) {
        out[n++] = fix_at(start_s + i * 60, i * 600, 36);
    }
    for (int64_t i = 11; i < 20; i++) {
        out[n++] = fix_at(start_s + i * 60, 6600, 0);
    }
    return n;
}

/* `errands` of a device, the hour's first 20 minutes each. */
static void drive(struct platform *p, const char *device_id, int64_t errands)
{
    struct message messages[ERRAND_FIXES];
    for (int64_t i = 0; i < errands; i++) {
        report(p, device_id, messages, make_errand(messages, i * 3600));
    }
}

static void add_devices(struct platform *p)
{
    make_fleet(p);
    expect(p, "manage/AddGroup", "{\"GroupName\":\"Vans\"}",
           "{\"Code\":200,\"Data\":{\"GroupID\":1},\"ErrMsg\":null}");
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"12\",\"VehiclePlate\":\"B 1\"}", DONE);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"13\",\"VehiclePlate\":\"B 2\",\"GroupID\":1}",
           DONE);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"never\"}", DONE);
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

static json_t *envelope_of(struct platform *p, const char *method, const char *fields)
{
    char path[64];
    char body[BODY_SIZE];
    json_error_t error;
    (void)snprintf(path, sizeof(path), "manage/%s", method);
    assert_in_range(snprintf(body, sizeof(body), "{%s}", fields), 1, BODY_SIZE - 1);
    json_t *root = json_loads(whole(p, call(p, path, body)), 0, &error);
    assert_non_null(root);
    return root;
}

static json_t *data_of(struct platform *p, const char *method, const char *fields)
{
    json_t *root = envelope_of(p, method, fields);
    assert_int_equal(json_integer_value(json_object_get(root, "Code")), 200);
    json_t *data = json_incref(json_object_get(root, "Data"));
    json_decref(root);
    return data;
}

static json_t *row(const json_t *data, size_t i)
{
    return json_array_get(json_object_get(data, "data"), i);
}

static size_t rows(const json_t *data)
{
    return json_array_size(json_object_get(data, "data"));
}

static void assert_text(const json_t *object, const char *name, const char *wanted)
{
    const json_t *value = json_object_get(object, name);
    assert_non_null(value);
    if (wanted == NULL) {
        assert_true(json_is_null(value));
    } else {
        assert_string_equal(json_string_value(value), wanted);
    }
}

static void assert_number(const json_t *object, const char *name, int64_t wanted)
{
    assert_int_equal(json_integer_value(json_object_get(object, name)), wanted);
}

/* Kilometres, in metres, give or take what a sphere differs by. */
static void assert_metres(const json_t *object, int64_t metres)
{
    const char *text = json_string_value(json_object_get(object, "Kilometres"));
    assert_non_null(strchr(text, '.'));
    assert_int_equal(strlen(strchr(text, '.')), 4);
    assert_in_range(g_ascii_strtod(text, NULL) * 1000, metres - metres / 100,
                    metres + metres / 100 + 1);
}

#define DAY "\"StartTime\":\"2026-01-01\",\"EndTime\":\"2026-01-01 23:59:59\""

static void test_trips(void **state)
{
    struct platform *p = *state;
    add_devices(p);
    drive(p, "12", 2);
    json_t *data = data_of(p, "GetTrips", "\"DeviceIDs\":\"12,9\"," DAY);
    assert_int_equal(rows(data), 2);
    assert_text(data, "next", NULL);
    assert_number(data, "done", 1);
    assert_number(data, "of", 1);
    json_t *trip = row(data, 1);
    assert_text(trip, "DeviceID", "12");
    assert_text(trip, "VehicleNum", "B 1");
    assert_text(trip, "StartTime", "2026-01-01 12:01:00");
    assert_text(trip, "EndTime", "2026-01-01 12:11:00");
    assert_text(trip, "StartLon", "13.400000");
    assert_text(trip, "StartLat", "52.505400");
    assert_text(trip, "EndLat", "52.559400");
    assert_metres(trip, 6000);
    assert_number(trip, "DrivingSeconds", 600);
    assert_number(trip, "IdleSeconds", 0);
    assert_true(json_real_value(json_object_get(trip, "MaxSpeed")) == 36.0);
    assert_in_range(json_real_value(json_object_get(trip, "MeanSpeed")) * 10, 356, 364);
    assert_text(trip, "FuelUsed", NULL);
    json_decref(data);
    /* It starts in the range, so it is whole; the other one does not. */
    data = data_of(p, "GetTrips",
                   "\"StartTime\":\"2026-01-01 11:01:01\",\"EndTime\":\"2026-01-01 12:01:00\"");
    assert_int_equal(rows(data), 1);
    assert_text(row(data, 0), "EndTime", "2026-01-01 12:11:00");
    assert_number(data, "of", 3);
    assert_number(data, "done", 3);
    json_decref(data);
}

static void test_stops(void **state)
{
    struct platform *p = *state;
    add_devices(p);
    drive(p, "12", 2);
    json_t *data = data_of(p, "GetStops",
                           "\"DeviceIDs\":[\"12\"],\"StartTime\":\"2026-01-01 11:15:00\","
                           "\"EndTime\":\"2026-01-01 12:15:00\"");
    assert_int_equal(rows(data), 2);
    json_t *stop = row(data, 0);
    assert_text(stop, "StartTime", "2026-01-01 11:15:00");
    assert_text(stop, "EndTime", "2026-01-01 12:01:00");
    assert_number(stop, "Seconds", 2760);
    assert_number(stop, "IdleSeconds", 0);
    assert_text(stop, "Lat", "52.559400");
    assert_true(json_is_true(json_object_get(stop, "Clipped")));
    assert_text(row(data, 1), "EndTime", "2026-01-01 12:15:00");
    json_decref(data);
    /* Parked to this day. */
    data = data_of(p, "GetStops",
                   "\"DeviceIDs\":\"12\",\"StartTime\":\"2026-01-01 12:15:00\","
                   "\"EndTime\":\"2033-01-01\"");
    assert_int_equal(rows(data), 1);
    assert_text(row(data, 0), "EndTime", NULL);
    json_decref(data);
    data = data_of(p, "GetStops", "\"DeviceIDs\":\"12\",\"StopMinutes\":\"1\"," DAY);
    assert_int_equal(rows(data), 3);
    assert_text(row(data, 0), "StartTime", "2026-01-01 11:00:00");
    assert_true(json_is_false(json_object_get(row(data, 0), "Clipped")));
    json_decref(data);
}

static void test_days(void **state)
{
    struct platform *p = *state;
    add_devices(p);
    drive(p, "12", 14); /* the last ones after midnight in Berlin */
    json_t *data = data_of(p, "GetDays",
                           "\"DeviceIDs\":\"12\",\"StartTime\":\"2025-12-30\","
                           "\"EndTime\":\"2026-01-03 12:00:00\"");
    assert_int_equal(rows(data), 3);
    json_t *day = row(data, 0);
    assert_text(day, "Date", "2026-01-01");
    assert_number(day, "Trips", 13);
    assert_number(day, "DrivingSeconds", 7800);
    assert_number(day, "IdleSeconds", 0);
    assert_number(day, "StoppedSeconds", 39000);
    assert_number(day, "Fixes", 260);
    assert_text(day, "FirstTime", "2026-01-01 11:00:00");
    assert_text(day, "LastTime", "2026-01-01 23:19:00");
    assert_true(json_is_false(json_object_get(day, "Clipped")));
    assert_true(json_is_string(json_object_get(day, "Lon")));
    day = row(data, 2);
    assert_text(day, "Date", "2026-01-03");
    assert_number(day, "Fixes", 0); /* it stands where it was the day before */
    assert_true(json_equal(json_object_get(day, "Lon"), json_object_get(row(data, 1), "Lon")));
    assert_true(json_equal(json_object_get(day, "Lat"), json_object_get(row(data, 1), "Lat")));
    assert_text(day, "FirstTime", NULL);
    assert_text(day, "Kilometres", "0.000");
    assert_number(day, "StoppedSeconds", 43200);
    assert_true(json_is_true(json_object_get(day, "Clipped")));
    json_decref(data);
}

static void test_lapses(void **state)
{
    struct platform *p = *state;
    const struct message messages[] = {fix_at(0, 0, 80), fix_at(10, 300, 125), fix_at(20, 600, 130),
                                       fix_at(30, 900, 120), fix_at(1000, 900, 0)};
    add_devices(p);
    report(p, "12", messages, COUNT_OF(messages));
    json_t *data = data_of(p, "GetOverspeed", "\"DeviceIDs\":\"12\",\"Kmh\":120," DAY);
    assert_int_equal(rows(data), 1);
    assert_text(row(data, 0), "StartTime", "2026-01-01 11:00:10");
    assert_text(row(data, 0), "EndTime", "2026-01-01 11:00:30");
    assert_number(row(data, 0), "Seconds", 20);
    assert_true(json_real_value(json_object_get(row(data, 0), "MaxSpeed")) == 130.0);
    assert_metres(row(data, 0), 600);
    json_decref(data);
    data = data_of(p, "GetOffline",
                   "\"DeviceIDs\":\"12\",\"StartTime\":\"2026-01-01 11:00:00\","
                   "\"EndTime\":\"2026-01-01 11:20:00\"");
    assert_int_equal(rows(data), 2);
    assert_number(row(data, 0), "Seconds", 970);
    assert_number(row(data, 1), "Seconds", 200); /* it is still silent */
    json_decref(data);
    data = data_of(p, "GetOffline", "\"DeviceIDs\":\"12\",\"Minutes\":20," DAY);
    assert_int_equal(rows(data), 1);
    assert_text(row(data, 0), "StartTime", "2026-01-01 11:16:40");
    assert_text(row(data, 0), "EndTime", "2026-01-01 23:59:59");
    assert_true(json_is_true(json_object_get(row(data, 0), "Clipped")));
    json_decref(data);
}

/* 100 km/h up to 25 s, 126 from then on. */
static enum err limit_speed(struct job_context *job, void *arg)
{
    static const int32_t limits_kmh_e2[] = {10000, 12600};
    const int64_t *enterprise_id = arg;
    for (size_t i = 0; i < COUNT_OF(limits_kmh_e2); i++) {
        struct alarm_rule rule = {.enterprise_id = *enterprise_id, .scope = RULE_OF_ENTERPRISE};
        entity_init(ENTITY_ALARM_RULE, &rule);
        rule.from_s = i == 0 ? START_S - 1000 : START_S + 25;
        rule.until_s = i == 0 ? START_S + 25 : INT64_MAX;
        rule.has[RULE_OVERSPEED_KMH_E2] = true;
        rule.values[RULE_OVERSPEED_KMH_E2] = limits_kmh_e2[i];
        change_add(&job->changes, CHANGE_PUT_ALARM_RULE)->alarm_rule = rule;
    }
    return ERR_OK;
}

/* Without Kmh the alarm rules of the time say what is too fast; without any nothing is. */
static void test_overspeed_by_the_rules(void **state)
{
    struct platform *p = *state;
    const struct message messages[] = {fix_at(0, 0, 80),      fix_at(10, 300, 125),
                                       fix_at(20, 600, 125),  fix_at(30, 900, 125),
                                       fix_at(40, 1200, 130), fix_at(50, 1500, 80)};
    add_devices(p);
    report(p, "12", messages, COUNT_OF(messages));
    json_t *data = data_of(p, "GetOverspeed", "\"DeviceIDs\":\"12\"," DAY);
    assert_int_equal(rows(data), 0);
    json_decref(data);
    struct device_ref ref;
    assert_int_equal(directory_find(p->shard.directory, 1, &ref), ERR_OK);
    int64_t enterprise_id = ref.info->enterprise_id;
    device_ref_release(p->shard.directory, &ref);
    assert_int_equal(ingest_call(p->shard.ingest, limit_speed, &enterprise_id, NULL, 60000),
                     ERR_OK);
    data = data_of(p, "GetOverspeed", "\"DeviceIDs\":\"12\"," DAY);
    assert_int_equal(rows(data), 2);
    assert_text(row(data, 0), "StartTime", "2026-01-01 11:00:10");
    assert_text(row(data, 0), "EndTime", "2026-01-01 11:00:30");
    assert_text(row(data, 1), "StartTime", "2026-01-01 11:00:40");
    assert_text(row(data, 1), "EndTime", "2026-01-01 11:00:50");
    json_decref(data);
}

/* Pages through; answers how many rows there are, none of them twice, and of how many pages. */
static size_t page_through(struct platform *p, const char *method, const char *fields,
                           size_t *pages)
{
    char with_after[BODY_SIZE];
    char last[64] = "";
    size_t total = 0;
    char *after = g_strdup("");
    *pages = 0;
    while (after != NULL) {
        (void)snprintf(with_after, sizeof(with_after), "%s,\"After\":\"%s\"", fields, after);
        json_t *data = data_of(p, method, with_after);
        for (size_t i = 0; i < rows(data); i++) {
            const json_t *r = row(data, i);
            const json_t *time = json_object_get(r, "StartTime");
            char key[64];
            (void)snprintf(key, sizeof(key), "%s %s",
                           json_string_value(json_object_get(r, "DeviceID")),
                           json_string_value(time != NULL ? time : json_object_get(r, "Date")));
            assert_true(strcmp(last, key) < 0);
            memcpy(last, key, sizeof(last));
        }
        total += rows(data);
        g_free(after);
        after = g_strdup(json_string_value(json_object_get(data, "next")));
        assert_true((after == NULL) == (json_integer_value(json_object_get(data, "done")) ==
                                        json_integer_value(json_object_get(data, "of"))));
        json_decref(data);
        (*pages)++;
    }
    return total;
}

static void test_pages_go_on_behind_a_device_and_a_time(void **state)
{
    struct platform *p = *state;
    size_t pages = 0;
    add_devices(p);
    drive(p, "12", 3);
    drive(p, "13", 3);
    static const char both[] = "\"StartTime\":\"2026-01-01\",\"EndTime\":\"2026-01-08\"";
    /* Ten months parked. */
    static const char long_time[] = "\"DeviceIDs\":\"13,12\",\"StartTime\":\"2024-12-31\","
                                    "\"EndTime\":\"2026-10-31 23:59:59\"";
    assert_int_equal(page_through(p, "GetTrips", both, &pages), 6);
    assert_int_equal(pages, 1);
    assert_int_equal(page_through(p, "GetDays", long_time, &pages), 2 * 304);
    assert_int_equal(pages, 1);
    assert_int_equal(page_through(p, "GetTrips", both, &pages), 6);
    json_t *data = data_of(p, "GetTrips",
                           "\"After\":\"1767265260/12\",\"StartTime\":\"2026-01-01\","
                           "\"EndTime\":\"2026-01-02\"");
    assert_int_equal(rows(data), 1 + 3);
    assert_text(row(data, 0), "StartTime", "2026-01-01 13:01:00");
    json_decref(data);
    /* A device that is gone meanwhile. */
    data = data_of(p, "GetTrips",
                   "\"After\":\"1767265260/125\",\"StartTime\":\"2026-01-01\","
                   "\"EndTime\":\"2026-01-02\"");
    assert_int_equal(rows(data), 3);
    assert_text(row(data, 0), "DeviceID", "13");
    json_decref(data);
}

/* More rows than a page has, out of one device and across two. */
static void test_many_rows_are_many_pages(void **state)
{
    enum { FIXES = 1200, BATCH = 300 };
    struct platform *p = *state;
    struct message messages[BATCH];
    size_t pages = 0;
    add_devices(p);
    for (int64_t i = 0; i < FIXES; i++) {
        messages[i % BATCH] = fix_at(i * 10, i * 100, i % 2 == 0 ? 50 : 30);
        if (i % BATCH == BATCH - 1) {
            report(p, "12", messages, BATCH);
            report(p, "13", messages, BATCH);
        }
    }
    assert_int_equal(page_through(p, "GetOverspeed", "\"Kmh\":\"40\"," DAY, &pages), FIXES);
    assert_int_equal(pages, 2);
    assert_int_equal(page_through(p, "GetOffline", "\"Minutes\":\"1\"," DAY, &pages), 2);
}

static void test_who_and_what_is_asked_for(void **state)
{
    struct platform *p = *state;
    static const char none[] =
        "{\"Code\":200,\"Data\":{\"data\":[],\"next\":null,\"done\":0,\"of\":0},\"ErrMsg\":null}";
    add_devices(p);
    drive(p, "12", 1);
    drive(p, "13", 1);
    json_t *data = data_of(p, "GetTrips", "\"GroupIDs\":[1,7]," DAY);
    assert_number(data, "of", 1);
    assert_text(row(data, 0), "DeviceID", "13");
    json_decref(data);
    data = data_of(p, "GetTrips", "\"GroupIDs\":[1],\"DeviceIDs\":\"13, 012 ,12\"," DAY);
    assert_number(data, "of", 2);
    assert_text(row(data, 0), "DeviceID", "12");
    json_decref(data);
    data = data_of(p, "GetTrips", "\"GroupIDs\":[],\"DeviceIDs\":\"\"," DAY);
    assert_number(data, "of", 3);
    json_decref(data);
    expect(p, "manage/GetTrips", "{\"DeviceIDs\":\"77\"," DAY "}", none);
    expect(p, "manage/GetDays",
           "{\"DeviceIDs\":\"77\",\"StartTime\":\"0001-01-01\",\"EndTime\":\"9999-12-31\"}", none);
    /* A range that is still to come. */
    data = data_of(p, "GetStops", "\"StartTime\":\"2100-01-01\",\"EndTime\":\"2100-01-02\"");
    assert_int_equal(rows(data), 0);
    assert_number(data, "done", 3);
    json_decref(data);
    /* A user of the group sees no more than it. */
    expect(p, "manage/AddUser",
           "{\"LoginName\":\"vera\",\"PassWord\":\"secret-2\",\"Role\":\"viewer\","
           "\"GroupIDs\":[1]}",
           "{\"Code\":200,\"Data\":{\"UserID\":3},\"ErrMsg\":null}");
    log_in(p, "vera", "secret-2");
    data = data_of(p, "GetTrips", DAY);
    assert_number(data, "of", 1);
    json_decref(data);
    expect(p, "manage/GetTrips", "{\"DeviceIDs\":\"12\"," DAY "}", none);
}

static void assert_refused(struct platform *p, const char *method, const char *fields,
                           const char *message)
{
    json_t *root = envelope_of(p, method, fields);
    assert_number(root, "Code", 500);
    assert_text(root, "ErrMsg", message);
    assert_text(root, "Data", NULL);
    json_decref(root);
}

static void test_what_is_refused(void **state)
{
    struct platform *p = *state;
    add_devices(p);
    assert_refused(p, "GetTrips", "\"EndTime\":\"2026-01-01\"", "StartTime: value missing");
    assert_refused(p, "GetDays", "\"StartTime\":\"2026-01-02\",\"EndTime\":\"2026-01-01\"",
                   "EndTime: before StartTime");
    assert_refused(p, "GetStops", DAY ",\"After\":\"soon\"", "After: no such page");
    assert_refused(p, "GetStops", DAY ",\"After\":\"12/\"", "After: no such page");
    assert_refused(p, "GetStops", DAY ",\"After\":\"/12\"", "After: no such page");
    /* 1033 days of three devices are one less than too many; an hour more makes no day. */
    static const char most[] =
        "\"StartTime\":\"2020-01-01\",\"EndTime\":\"2022-10-30\",\"GroupIDs\":[]";
    json_decref(data_of(p, "GetOffline", most));
    assert_refused(p, "GetOffline", "\"StartTime\":\"2020-01-01\",\"EndTime\":\"2022-11-01\"",
                   "EndTime: more than 3100 device-days are asked for");
    json_t *root = envelope_of(p, "GetTrips", "\"StopMinutes\":0," DAY);
    assert_number(root, "Code", 500);
    json_decref(root);
}

/* What comes late is in the next answer, and so is what a trip was read on for. */
static void test_late_fixes_count(void **state)
{
    struct platform *p = *state;
    struct message messages[ERRAND_FIXES];
    add_devices(p);
    size_t count = make_errand(messages, 0);
    report(p, "12", messages, 6);
    report(p, "12", messages + 10, count - 10);
    json_t *data = data_of(p, "GetTrips", DAY);
    assert_int_equal(rows(data), 1);
    assert_number(row(data, 0), "DrivingSeconds", 600);
    json_decref(data);
    report(p, "12", messages + 6, 4);
    data = data_of(p, "GetDays", DAY);
    assert_number(row(data, 0), "Fixes", 20);
    assert_number(row(data, 0), "DrivingSeconds", 600);
    assert_metres(row(data, 0), 6600);
    json_decref(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_trips),
        SERVER_TEST(test_stops),
        SERVER_TEST(test_days),
        SERVER_TEST(test_lapses),
        SERVER_TEST(test_overspeed_by_the_rules),
        SERVER_TEST(test_pages_go_on_behind_a_device_and_a_time),
        SERVER_TEST(test_many_rows_are_many_pages),
        SERVER_TEST(test_who_and_what_is_asked_for),
        SERVER_TEST(test_what_is_refused),
        SERVER_TEST(test_late_fixes_count),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
