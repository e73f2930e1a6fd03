/* Section 27 over the live states of a fleet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/methods.h"
#include "api/testing.h"

#define START_S INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC, 11:00:00 in Berlin */
#define NOTHING                                                                                    \
    "{\"Code\":200,\"Data\":{\"total\":0,\"data\":[],\"correct_path\":[]},\"ErrMsg\":null}"

static const char *const zone_call = "vehicle/GetVehiclesInZone";

/* Pushes one message of a device and waits until it is committed, which a later job is after. */
static void report(struct platform *p, const char *device_id, const struct message *m)
{
    char body[128];
    uint32_t credit_bytes = 0;
    const struct arrival a = {
        .rcv_time_ms = (START_S + 5) * 1000,
        .device_id = device_id,
        .address = "192.0.2.1:7",
        .messages = m,
        .count = 1,
    };
    assert_int_equal(ingest_push(p->shard.ingest, &a, &credit_bytes), ERR_OK);
    (void)snprintf(body, sizeof(body), "{\"DeviceID\":\"%s\",\"Focus\":true}", device_id);
    expect(p, "manage/SetFocus", body, DONE);
}

static struct message fix_at(int32_t lat_e7, int32_t lon_e7)
{
    struct message m = {.kind = MESSAGE_FIX};
    fix_set_time(&m.fix, START_S);
    fix_set_position(&m.fix, lat_e7, lon_e7, true);
    fix_set_speed_kmh_e2(&m.fix, 3666);
    fix_set_course_cdeg(&m.fix, 4500);
    m.fix.source = FIX_GPS;
    return m;
}

/* A device that has told a place. */
static void add_at(struct platform *p, const char *device_id, int32_t lat_e7, int32_t lon_e7)
{
    char body[128];
    struct message m = fix_at(lat_e7, lon_e7);
    (void)snprintf(body, sizeof(body), "{\"DeviceID\":\"%s\"}", device_id);
    expect(p, "manage/AddDevice", body, DONE);
    report(p, device_id, &m);
}

/* The DeviceIDs that a zone holds, with blanks between them. */
static void assert_finds(struct platform *p, const char *zone, const char *want)
{
    char body[256];
    (void)snprintf(body, sizeof(body), "{%s}", zone);
    json_t *root = json_loads(call(p, zone_call, body), 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(root, "Code")), 200);
    json_t *data = json_object_get(root, "Data");
    json_t *rows = json_object_get(data, "data");
    GString *found = g_string_new("");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *id = json_object_get(json_array_get(rows, i), "SIM2");
        g_string_append_printf(found, "%s%s", i == 0 ? "" : " ", json_string_value(id));
    }
    assert_string_equal(found->str, want);
    assert_int_equal(json_integer_value(json_object_get(data, "total")), json_array_size(rows));
    assert_int_equal(json_object_get(data, "correct_path") == NULL, want[0] != '\0');
    (void)g_string_free(found, TRUE);
    json_decref(root);
}

#define ZONE(min_lon, min_lat, max_lon, max_lat)                                                   \
    "\"MinLon\":" min_lon ",\"MinLat\":" min_lat ",\"MaxLon\":" max_lon ",\"MaxLat\":" max_lat

static void test_nothing_is_in_the_zone(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    expect(p, zone_call, "{" ZONE("-180", "-90", "180", "90") "}", NOTHING);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"never\"}", DONE);
    expect(p, zone_call, "{" ZONE("-180", "-90", "180", "90") "}", NOTHING);
    struct message placeless = {.kind = MESSAGE_FIX};
    fix_set_time(&placeless.fix, START_S);
    fix_set_power_mv(&placeless.fix, 12100);
    report(p, "never", &placeless);
    expect(p, zone_call, "{" ZONE("-180", "-90", "180", "90") "}", NOTHING);
}

static void test_the_row_is_whole(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    expect(p, "manage/AddDevice",
           "{\"DeviceID\":\"861917935\",\"SIM\":\"144007608\",\"VehiclePlate\":\"Y 513\"}", DONE);
    struct message m = fix_at(232034870, 1133909500);
    fix_set_switch(&m.fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    m.fix.alarms = ALARM_BIT(SOS);
    report(p, "861917935", &m);
    expect(p, zone_call,
           "{\"MinLon\":113,\"MinLat\":\"23\",\"MaxLon\":114,\"MaxLat\":24,\"Coordsys\":\"wsg84\"}",
           "{\"Code\":200,\"Data\":{\"total\":1,\"data\":[{\"SIM\":\"144007608\","
           "\"SIM2\":\"861917935\",\"VehicleNum\":\"Y 513\",\"GPSTime\":\"2026-01-01 11:00:00\","
           "\"RcvTime\":\"2026-01-01 11:00:05\",\"Lon\":113.390950,\"Lat\":23.203487,"
           "\"Speed\":36.7,\"Direct\":45,\"Mileage\":\"0.0\","
           "\"StatusDes\":\"Moving [0 seconds],SOS alarm\",\"IsOnline\":1,\"IsAlarm\":1,"
           "\"Status\":1,\"IsReversal\":0}]},\"ErrMsg\":null}");
}

static void test_edges_are_in(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    add_at(p, "berlin", 525000000, 134000000);
    add_at(p, "corner", 900000000, 1800000000);
    add_at(p, "shown", 525000014, 133999996); /* as 52.500001, 13.400000 */
    assert_finds(p, ZONE("-180", "-90", "180", "90"), "berlin corner shown");
    assert_finds(p, ZONE("180", "90", "180", "90"), "corner");
    assert_finds(p, ZONE("13.4", "52.5", "13.4", "52.5"), "berlin");
    assert_finds(p, ZONE("13.4", "52.500001", "13.4", "52.500001"), "shown");
    assert_finds(p, ZONE("13", "52", "13.4", "52.5"), "berlin");
    assert_finds(p, ZONE("13.4", "52.5", "14", "53"), "berlin shown");
    assert_finds(p, ZONE("13.4000001", "52", "14", "53"), "");
    assert_finds(p, ZONE("13", "52.5000011", "14", "53"), "");
    assert_finds(p, ZONE("13", "52", "13.3999999", "53"), "");
    assert_finds(p, ZONE("13", "52", "14", "52.4999999"), "");
}

/* The pair of section 23: 113.941988, 22.556138 is 113.946864, 22.553121 in GCJ-02. */
static void test_zones_of_chinese_maps(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    add_at(p, "shenzhen", 225561380, 1139419880);
    add_at(p, "berlin", 525000000, 134000000);
#define WGS ZONE("113.941988", "22.556138", "113.941988", "22.556138")
#define GCJ ZONE("113.946864", "22.553121", "113.946864", "22.553121")
    assert_finds(p, WGS, "shenzhen");
    assert_finds(p, WGS ",\"Coordsys\":\"WGS84\"", "shenzhen");
    assert_finds(p, WGS ",\"Coordsys\":\"\"", "shenzhen");
    assert_finds(p, WGS ",\"Coordsys\":\"gcj02\"", "");
    assert_finds(p, GCJ, "");
    assert_finds(p, GCJ ",\"Coordsys\":\"GCJ02\"", "shenzhen");
    /* Elsewhere the two are the same. */
    assert_finds(p, ZONE("13.4", "52.5", "13.4", "52.5") ",\"Coordsys\":\"gcj02\"", "berlin");
}

static void assert_refused(struct platform *p, const char *body, const char *name)
{
    const char *answer = call(p, zone_call, body);
    if (!g_str_has_prefix(answer, "{\"Code\":500,\"Data\":null,\"ErrMsg\":\"") ||
        strstr(answer, name) == NULL) {
        fail_msg("%s: %s", body, answer);
    }
}

static void test_faults_name_the_field(void **state)
{
    struct platform *p = *state;
    static const struct {
        const char *body;
        const char *name;
    } rows[] = {
        {"{}", "MinLon"},
        {"{\"MinLon\":1,\"MinLat\":1,\"MaxLon\":2}", "MaxLat"},
        {"{" ZONE("2", "1", "1", "2") "}", "MinLon"},
        {"{" ZONE("1", "2", "2", "1") "}", "MinLat"},
        {"{" ZONE("1.0000001", "1", "1", "2") "}", "MinLon"},
        {"{" ZONE("-180.1", "1", "1", "2") "}", "MinLon"},
        {"{" ZONE("1", "1", "180.0000001", "2") "}", "MaxLon"},
        {"{" ZONE("1", "-91", "1", "2") "}", "MinLat"},
        {"{" ZONE("1", "1", "1", "90.1") "}", "MaxLat"},
        {"{" ZONE("1", "\"x\"", "1", "2") "}", "MinLat"},
        {"{" ZONE("1", "1", "2", "2") ",\"Coordsys\":\"bd09\"}", "Coordsys"},
        {"{" ZONE("1", "1", "2", "2") ",\"Coordsys\":\"gcj02gcj02gcj02gcj02\"}", "Coordsys"},
    };
    make_fleet(p);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_refused(p, rows[i].body, rows[i].name);
    }
    p->token[0] = '\0';
    expect(p, zone_call, "{" ZONE("1", "1", "2", "2") "}", NO_TOKEN);
}

static void test_others_are_not_seen(void **state)
{
    struct platform *p = *state;
    make_fleet(p);
    expect(p, "manage/AddGroup", "{\"GroupName\":\"north\"}",
           "{\"Code\":200,\"Data\":{\"GroupID\":1},\"ErrMsg\":null}");
    expect(
        p, "manage/AddUser",
        "{\"LoginName\":\"Nora\",\"PassWord\":\"secret-2\",\"Role\":\"viewer\",\"GroupIDs\":[1]}",
        "{\"Code\":200,\"Data\":{\"UserID\":3},\"ErrMsg\":null}");
    add_at(p, "south", 525000000, 134000000);
    expect(p, "manage/AddDevice", "{\"DeviceID\":\"north\",\"GroupID\":1}", DONE);
    struct message m = fix_at(525000000, 134000000);
    report(p, "north", &m);
    assert_finds(p, ZONE("13", "52", "14", "53"), "north south");
    log_in(p, "nora", "secret-2");
    assert_finds(p, ZONE("13", "52", "14", "53"), "north");
    log_in(p, "root", "root-password");
    const char *answer = call(p, zone_call, "{" ZONE("13", "52", "14", "53") "}");
    assert_non_null(strstr(answer, "HoldID"));
    assert_finds(p, ZONE("13", "52", "14", "53") ",\"HoldID\":1", "north south");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_nothing_is_in_the_zone), SERVER_TEST(test_the_row_is_whole),
        SERVER_TEST(test_edges_are_in),           SERVER_TEST(test_zones_of_chinese_maps),
        SERVER_TEST(test_faults_name_the_field),  SERVER_TEST(test_others_are_not_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
