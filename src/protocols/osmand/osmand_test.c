#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/osmand/testing.h"

/* ---- decode and reply ---- */

static void test_replies(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        enum outcome outcome;
        const char *reply;
    } rows[] = {
        {"GET /?id=1&lat=1&lon=2", OUTCOME_STORED, "HTTP/1.1 200 OK"},
        {"GET /?id=1&lat=1&lon=2", OUTCOME_UNREGISTERED, "HTTP/1.1 404 Not Found"},
        {"GET /?id=1&lat=1&lon=2", OUTCOME_REFUSED, "HTTP/1.1 503 Service Unavailable"},
        {"GET /?id=1", OUTCOME_STORED, "HTTP/1.1 200 OK"},
        {"GET /?id=1", OUTCOME_UNREGISTERED, "HTTP/1.1 200 OK"},
        {"GET /?id=1", OUTCOME_REFUSED, "HTTP/1.1 503 Service Unavailable"},
        {"GET /?lat=1&lon=2", OUTCOME_STORED, "HTTP/1.1 400 Bad Request"},
        {"GET /?lat=1&lon=2", OUTCOME_UNREGISTERED, "HTTP/1.1 400 Bad Request"},
        {"GET /?lat=1&lon=2", OUTCOME_REFUSED, "HTTP/1.1 400 Bad Request"},
        {"GET /?id=1&lat=91&lon=2", OUTCOME_STORED, "HTTP/1.1 200 OK"},
        {"GET /?id=1&lat=91&lon=2", OUTCOME_UNREGISTERED, "HTTP/1.1 404 Not Found"},
        {"GET /?id=1&lat=91&lon=2", OUTCOME_REFUSED, "HTTP/1.1 503 Service Unavailable"},
        {"GET /", OUTCOME_STORED, "HTTP/1.1 400 Bad Request"},
        {"HEAD /?id=1&lat=1&lon=2", OUTCOME_STORED, "HTTP/1.1 405 Method Not Allowed"},
        {"PUT /?id=1&lat=1&lon=2", OUTCOME_UNREGISTERED, "HTTP/1.1 405 Method Not Allowed"},
        {"DELETE /?id=1", OUTCOME_REFUSED, "HTTP/1.1 405 Method Not Allowed"},
        {"OPTIONS *", OUTCOME_UNREGISTERED, "HTTP/1.1 200 OK"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct decoded d = {.arena = &arena};
        char line[64];
        char request[128];
        (void)snprintf(request, sizeof(request), "%s HTTP/1.1\r\n\r\n", rows[i].request);
        answer(request, rows[i].outcome, &d, line);
        assert_string_equal(line, rows[i].reply);
        assert_false(d.wants_close);
    }
    arena_free(&arena);
}

static void test_the_connection_ends_as_asked(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        bool closes;
    } rows[] = {
        {"GET /?id=1 HTTP/1.1\r\n\r\n", false},
        {"GET /?id=1 HTTP/1.1\r\nConnection: CLOSE\r\n\r\n", true},
        {"GET /?id=1 HTTP/1.1\r\nconnection: x, close , y\r\n\r\n", true},
        {"GET /?id=1 HTTP/1.1\r\nConnection: closer\r\n\r\n", false},
        {"GET /?id=1 HTTP/1.0\r\n\r\n", true},
        {"GET /?id=1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false},
        {"GET /?id=1 HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", true},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct decoded d = {.arena = &arena};
        char line[64];
        answer(rows[i].request, OUTCOME_STORED, &d, line);
        assert_int_equal(d.wants_close, rows[i].closes);
    }
    arena_free(&arena);
}

/* ---- values ---- */

/* Decodes a GET with `query` behind its id; answers its only message. */
static const struct message *decode_counted(struct arena *arena, const char *query,
                                            unsigned *unreadable)
{
    struct decoded d = {.arena = arena};
    char line[64];
    answer(arena_format(arena, "GET /x/y?id=7&%s#z HTTP/1.1\r\n\r\n", query), OUTCOME_STORED, &d,
           line);
    assert_string_equal(d.device_id, "7");
    assert_int_equal(d.len, 1);
    assert_string_equal(line, "HTTP/1.1 200 OK");
    *unreadable = d.unreadable;
    return &d.at[0];
}

/* decode_counted() of a query in which everything can be read. */
static const struct message *decode_query(struct arena *arena, const char *query)
{
    unsigned unreadable = 0;
    const struct message *m = decode_counted(arena, query, &unreadable);
    assert_int_equal(unreadable, 0);
    return m;
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t time_s;
    } rows[] = {
        {"0", 0},
        {"1377177267", 1377177267},
        {"1377177267.999", 1377177267},
        {"99999999999", INT64_C(99999999999)}, /* the last that are seconds */
        {"100000000000", 100000000},           /* the first that are milliseconds */
        {"2016-01-27T18%3A55%3A47Z", 1453920947},
        {"2016-01-27T18:55:47.123-01:00", 1453924547},
        {"2016-01-27%2018:55:47", 1453920947},
        {"%201453920947%20", 1453920947},
        {"99999999999999", INT64_C(99999999999)},  /* the last that are milliseconds */
        {"1453920947123456", 1453920947},          /* microseconds */
        {"2016-01-27T18:55:47+02:00", 1453913747}, /* the '+' comes as a blank */
        {"2016-01-27+18:55:47+0200", 1453913747},
        {"2016-01-27T18:55:47.250+02", 1453913747},
        {"2016-01-27T18:55:47%2B02:00", 1453913747},
        {"2016-01-27T18:55+02:00", 1453913700},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct message *m =
            decode_query(&arena, arena_format(&arena, "timestamp=%s", rows[i].text));
        assert_non_null(m);
        assert_true((m->fix.has & FIX_HAS_TIME) != 0);
        assert_int_equal(m->fix.gps_time_s, rows[i].time_s);
    }
    arena_free(&arena);
}

/* A time that is none leaves the report to the time of its arrival. */
static void test_times_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "-1",
        "-62135596800",
        "18446744073709551616",
        "1.",
        "1.x",
        "NaN",
        "41315701-04-18T05:24:23Z",
        "10000-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2016-01-27T18:55:47+2",
        "2016-01-27T18:55:60Z",
        "2016-01-27T18:55:47.0000000000000000000",
        "2016-02-30T18:55:47Z",
        "yesterday",
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        print_message("# %s\n", bad[i]);
        const struct message *m =
            decode_query(&arena, arena_format(&arena, "lat=1&lon=2&timestamp=%s", bad[i]));
        assert_int_equal(m->kind, MESSAGE_FIX);
        assert_int_equal(has_of(&m->fix), FIX_HAS_POSITION);
        assert_int_equal(m->fix.gps_time_s, 0);
    }
    arena_free(&arena);
}

/* What a report says beside a position that is none is kept; what belongs to the position is not.
 */
static void test_positions_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "lat=1",
        "lon=1",
        "lat=NaN&lon=1",
        "lat=1&lon=Infinity",
        "lat=1&lon=",
        "lat=1.2.3&lon=4",
        "lat=1,2,3&lon=4",
        "lat=1,2.3&lon=4",
        "lat=90.0000001&lon=0",
        "lat=-90.0000001&lon=0",
        "lat=0&lon=180.0000001",
        "lat=0&lon=-180.0000001",
        "lat=9E99&lon=0",
        "lat=9E20&lon=0",
        "location=1",
        "location=1,",
        "location=1,2,3",
        "location=1,2,3,4,5",
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *rest = "batt=50&speed=9&bearing=8&altitude=7&hdop=6&sat=5";
        unsigned unreadable = 0;
        print_message("# %s\n", bad[i]);
        const struct message *m =
            decode_counted(&arena, arena_format(&arena, "%s&%s", bad[i], rest), &unreadable);
        assert_int_equal(unreadable, 1);
        assert_int_equal(m->kind, MESSAGE_HEARTBEAT);
        struct fix only_battery = {0};
        fix_set_battery_percent(&only_battery, 50);
        assert_true(fix_is_repeat(&m->fix, &only_battery));
        m = decode_counted(&arena, arena_format(&arena, "%s&alarm=sos", bad[i]), &unreadable);
        assert_int_equal(unreadable, 1);
        assert_int_equal(m->kind, MESSAGE_FIX);
        assert_int_equal(has_of(&m->fix), 0);
        assert_int_equal(m->fix.alarms, ALARM_BIT(SOS));
    }
    arena_free(&arena);
}

/* A phone that has no position may leave it out, or send it empty. */
static void test_a_report_without_a_position_is_a_heartbeat(void **state)
{
    (void)state;
    static const char *const rows[] = {"lat=&lon=", "location=", "speed="};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct message *m = decode_query(&arena, rows[i]);
        assert_int_equal(m->kind, MESSAGE_HEARTBEAT);
        assert_int_equal(has_of(&m->fix), 0);
    }
    arena_free(&arena);
}

static void test_numbers_as_programs_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t e7;
    } good[] = {
        {"47.3769", 473769000},
        {"47,3769", 473769000},
        {"-0,5", -5000000},
        {"1.0E-4", 1000},
        {"9.99e-5", 999},
        {"1.2345678E2", 1234567800},
        {"5E+0", 50000000},
        {"1E-20", 0},
        {"999999999", INT64_C(9999999990000000)},
        {"-1E9", INT64_C(-10000000000000000)},
    };
    static const char *const bad[] = {"",
                                      ",",
                                      "E5",
                                      "1E",
                                      "1E21",
                                      "1E-21",
                                      "1E+",
                                      "1E1E1",
                                      "NaN",
                                      "1.000,5",
                                      "1,2,3",
                                      "9E18",
                                      "0x10",
                                      "1 2",
                                      "1,E",
                                      "1000000000",
                                      "1.0000001E9",
                                      "-1E10",
                                      "922337203.6854775E3"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t value = 0;
        print_message("# %s\n", good[i].text);
        assert_true(osmand_number_e7(bytes_of_text(good[i].text), &value));
        assert_int_equal(value, good[i].e7);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t value = 0;
        print_message("# %s\n", bad[i]);
        assert_false(osmand_number_e7(bytes_of_text(bad[i]), &value));
    }
    int64_t value = 0;
    assert_false(osmand_number_e7(
        bytes_of_text("0000000000000000000000000000000000000000000000001"), &value));
}

/* What is too large to be meant is left out, whatever it is of; the rest of the report stands. */
static void test_numbers_without_measure(void **state)
{
    (void)state;
    static const char *const names[] = {"altitude", "speed", "bearing", "hdop",
                                        "batt",     "fuel",  "odometer"};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char query[128];
        (void)snprintf(query, sizeof(query),
                       "timestamp=1377177267&lat=1&lon=2&%s=922337203.6854775E3", names[i]);
        print_message("# %s\n", query);
        const struct message *m = decode_query(&arena, query);
        assert_int_equal(m->kind, MESSAGE_FIX);
        assert_int_equal(m->fix.lat_e7, 10000000);
        assert_int_equal(m->fix.speed_kmh_e2, 0);
        assert_int_equal(m->fix.altitude_dm, 0);
        assert_int_equal(m->fix.course_cdeg, 0);
    }
    arena_free(&arena);
}

/* As people paste addresses into their phones, and programs put them together. */
static void test_forms_as_they_are_meant(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "lat=47.5&lon=8.25&speed=10&altitude=400.5",
        "lat=47.5&amp;lon=8.25&amp;speed=10&amp;altitude=400.5",
        "amp;lat=47.5&amp;amp;lon=8.25&speed=10&altitude=400.5",
        "lat=47,5&lon=8,25&speed=10,0&altitude=400,5",
        "+lat=47.5&%20lon=+8.25&speed+=10.0+&altitude=%09400.5",
        "location=47.5,8.25&speed=10&altitude=400.5",
        "location=47,5,8,25&speed=10&altitude=400.5",
        "location=47.5,%208.25&speed=1.0E1&altitude=4.005E2",
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("# %s\n", rows[i]);
        const struct message *m = decode_query(&arena, rows[i]);
        assert_int_equal(m->fix.lat_e7, 475000000);
        assert_int_equal(m->fix.lon_e7, 82500000);
        assert_int_equal(m->fix.speed_kmh_e2, 1852);
        assert_int_equal(m->fix.altitude_dm, 4005);
    }
    arena_free(&arena);
}

/* A list of alarms tells that the others are not; a report without one knows nothing of them. */
static void test_alarms_that_a_report_can_tell(void **state)
{
    (void)state;
    const alarm_set all = osmand_alarms_known();
    const struct {
        const char *query;
        alarm_set told;
    } rows[] = {
        {"lat=1&lon=2", 0},
        {"lat=1&lon=2&alarm=", all},
        {"lat=1&lon=2&alarm=sos", all & ~ALARM_BIT(SOS)},
        {"lat=1&lon=2&alarm=vibration,sos", all & ~(ALARM_BIT(SOS) | ALARM_BIT(VIBRATION))},
        {"batt=50", 0},
    };
    assert_int_equal(all & ALARM_BIT(ILLEGAL_UNLOCK), 0);
    assert_int_equal(all & ALARM_BIT(FATIGUE), ALARM_BIT(FATIGUE));
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct message *m = decode_query(&arena, rows[i].query);
        assert_true((m->fix.has & FIX_HAS_ALARMS_TOLD) != 0);
        assert_int_equal(m->fix.alarms_told, rows[i].told);
    }
    arena_free(&arena);
}

static void test_activity_tells_motion_unless_that_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        uint32_t has;
        uint32_t flags;
    } rows[] = {
        {"activity=still", FIX_HAS_MOTION, 0},
        {"activity=IN_VEHICLE", FIX_HAS_MOTION, FIX_MOVING},
        {"activity=walking", FIX_HAS_MOTION, FIX_MOVING},
        {"activity=unknown", 0, 0},
        {"activity=", 0, 0},
        {"activity=still&motion=true", FIX_HAS_MOTION, FIX_MOVING},
        {"motion=false&activity=running", FIX_HAS_MOTION, 0},
        {"charge=true&activity=on_foot", FIX_HAS_CHARGING | FIX_HAS_MOTION,
         FIX_CHARGING | FIX_MOVING},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct message *m = decode_query(&arena, rows[i].query);
        assert_int_equal(has_of(&m->fix), rows[i].has);
        assert_int_equal(m->fix.flags, rows[i].flags);
    }
    arena_free(&arena);
}

static void test_values_out_of_range_stay_out(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "batt=100.5",
        "batt=-1",
        "batt=x",
        "hdop=655.36",
        "hdop=-1",
        "sat=256",
        "sat=1.5",
        "speed=NaN",
        "speed=-1",
        "bearing=NaN",
        "altitude=NaN",
        "altitude=Infinity",
        "batt=NaN",
        "altitude=x",
        "altitude=100001",
        "cell=0,1,2,3",
        "cell=1,2,3",
        "cell=65536,1,2,3",
        "cell=1,2,4294967296,3",
        "wifi=00-11-22-33-44-55",
        "wifi=00-11-22-33-44,-5",
        "wifi=00-11-22-33-44-5g,-5",
        "wifi=00-11-22-33-44-55,128",
        "wifi=00x11-22-33-44-55,-5",
        "alarm=none",
        "fuel=-1",
        "power=-0.1",
        "nothing",
        "=",
        "&&&",
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct message *m = decode_query(&arena, rows[i]);
        print_message("# %s\n", rows[i]);
        assert_non_null(m);
        assert_int_equal(m->kind, MESSAGE_HEARTBEAT);
        assert_int_equal(has_of(&m->fix), 0);
    }
    arena_free(&arena);
}

static void test_access_points_are_bounded(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct message *m = decode_query(
        &arena, "wifi=00-11-22-33-44-01,-128&wifi=00-11-22-33-44-02,127&wifi=00-11-22-33-44-03,0&"
                "wifi=00-11-22-33-44-04,-4&wifi=00-11-22-33-44-05,-5");
    assert_non_null(m);
    assert_int_equal(m->fix.wifi_count, FIX_WIFI_MAX);
    assert_int_equal(m->fix.wifi[0].rssi_dbm, -128);
    assert_int_equal(m->fix.wifi[3].mac[5], 4);
    assert_int_equal(m->fix.source, FIX_WIFI);
    arena_free(&arena);
}

static void test_an_id_of_every_length(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (int len = 0; len <= DEVICE_ID_MAX + 1; len++) {
        struct decoded d = {.arena = &arena};
        char line[64];
        bool is_good = len >= 1 && len <= DEVICE_ID_MAX;
        answer(arena_format(&arena, "GET /?id=%.*s HTTP/1.1\r\n\r\n", len,
                            "abcdefghijklmnopqrstuvwxyz_-.:@ABCDEFGHIJKLMNOPQRSTUVWXYZ01234567"),
               OUTCOME_STORED, &d, line);
        assert_int_equal(strlen(d.device_id), is_good ? len : 0);
        assert_string_equal(line, is_good ? "HTTP/1.1 200 OK" : "HTTP/1.1 400 Bad Request");
    }
    arena_free(&arena);
}

/* ---- the device's side ---- */

static struct fix sample_fix(size_t i)
{
    struct fix f = {0};
    fix_set_time(&f, 1767225600 + (int64_t)i);
    fix_set_position(&f, 473768866 - (int64_t)i * 400000001, -85416940, true);
    fix_set_speed_kmh_e2(&f, (uint32_t)(i * 4937 + 1));
    fix_set_course_cdeg(&f, 35999 - i);
    fix_set_altitude_dm(&f, -123 + (int64_t)i);
    fix_set_battery_percent(&f, (unsigned)(100 - i));
    fix_set_odometer_m(&f, 123456789 + i);
    fix_set_fuel_ml(&f, 45678);
    fix_set_satellites(&f, 11);
    fix_set_switch(&f, FIX_HAS_IGNITION, FIX_IGNITION_ON, i % 2 == 0);
    fix_set_switch(&f, FIX_HAS_MOTION, FIX_MOVING, i % 2 != 0);
    f.has |= FIX_HAS_HDOP;
    f.hdop_e2 = 91;
    f.alarms = i == 1 ? ALARM_BIT(SOS) : 0;
    return f;
}

static void test_encoded_fixes_come_back(void **state)
{
    (void)state;
    struct fix fixes[3] = {sample_fix(0), sample_fix(1), sample_fix(2)};
    struct encode_request what = {ENCODE_FIXES, fixes, 3};
    struct session s = protocol_session(osmand);
    struct arena arena = {0};
    uint8_t out[2048];
    struct writer w = writer_init(out, sizeof(out));
    strcpy(s.device_id, "phone-1");
    assert_int_equal(osmand->device->encode(&s, &what, &w), ERR_OK);
    struct bytes left = writer_bytes(&w);
    for (size_t i = 0; i < 3; i++) {
        struct decoded d = {.arena = &arena};
        struct bytes frame = {0};
        size_t used = 0;
        assert_int_equal(osmand->split(left, &frame, &used), ERR_OK);
        assert_int_equal(osmand->decode(&s, frame, &d), ERR_OK);
        assert_int_equal(d.len, 1);
        assert_string_equal(d.device_id, "phone-1");
        assert_true(fix_is_repeat(&d.at[0].fix, &fixes[i]));
        left = bytes_slice(left, used, left.len);
    }
    assert_int_equal(left.len, 0);
    arena_free(&arena);
}

static void test_login_says_nothing_and_a_heartbeat_little(void **state)
{
    (void)state;
    struct session s = protocol_session(osmand);
    uint8_t out[64];
    struct writer w = writer_init(out, sizeof(out));
    strcpy(s.device_id, "12");
    assert_int_equal(
        osmand->device->encode(&s, &(struct encode_request){ENCODE_LOGIN, NULL, 0}, &w), ERR_OK);
    assert_int_equal(writer_bytes(&w).len, 0);
    assert_int_equal(
        osmand->device->encode(&s, &(struct encode_request){ENCODE_HEARTBEAT, NULL, 0}, &w),
        ERR_OK);
    assert_true(bytes_eq(writer_bytes(&w), "GET /?id=12 HTTP/1.1\r\nHost: odograph\r\n\r\n"));
    assert_int_equal(
        osmand->device->encode(&s, &(struct encode_request){ENCODE_HEARTBEAT, NULL, 0}, &w),
        ERR_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_the_connection_ends_as_asked),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_times_that_are_none),
        cmocka_unit_test(test_positions_that_are_none),
        cmocka_unit_test(test_a_report_without_a_position_is_a_heartbeat),
        cmocka_unit_test(test_numbers_as_programs_write_them),
        cmocka_unit_test(test_numbers_without_measure),
        cmocka_unit_test(test_forms_as_they_are_meant),
        cmocka_unit_test(test_alarms_that_a_report_can_tell),
        cmocka_unit_test(test_activity_tells_motion_unless_that_is_told),
        cmocka_unit_test(test_values_out_of_range_stay_out),
        cmocka_unit_test(test_access_points_are_bounded),
        cmocka_unit_test(test_an_id_of_every_length),
        cmocka_unit_test(test_encoded_fixes_come_back),
        cmocka_unit_test(test_login_says_nothing_and_a_heartbeat_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
