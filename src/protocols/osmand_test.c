#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/osmand.h"

static const struct protocol *const osmand = &protocol_osmand;

/* ---- claims and split ---- */

static void test_claims_by_the_request_line(void **state)
{
    (void)state;
    static const struct {
        const char *first;
        enum err e;
    } rows[] = {
        {"G", ERR_MORE},          {"GET ", ERR_MORE},        {"GET /", ERR_OK},
        {"P", ERR_MORE},          {"POST ", ERR_MORE},       {"POST /?id=1", ERR_OK},
        {"get /", ERR_MALFORMED}, {"HEAD /", ERR_MALFORMED}, {"PUT /", ERR_MALFORMED},
        {"GET *", ERR_MALFORMED}, {"x", ERR_MALFORMED},      {"\r\n", ERR_MALFORMED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(osmand->claims(bytes_of_text(rows[i].first)), rows[i].e);
    }
}

/* A request of a body of `length` bytes, of which all are there. */
static struct bytes request_of_length(struct arena *arena, size_t length)
{
    char *body = arena_new(arena, length + 1);
    memset(body, 'x', length);
    return bytes_of_text(
        arena_format(arena, "POST / HTTP/1.1\r\nContent-Length: %zu\r\n\r\n%s", length, body));
}

static void test_split_takes_up_to_64_kib(void **state)
{
    (void)state;
    const size_t head = strlen("POST / HTTP/1.1\r\nContent-Length: 65490\r\n\r\n");
    struct arena arena = {0};
    for (size_t extra = 0; extra < 2; extra++) {
        struct bytes in = request_of_length(&arena, OSMAND_FRAME_MAX - head + extra);
        struct bytes frame = {0};
        size_t used = 0;
        assert_int_equal(osmand->split(in, &frame, &used), extra == 0 ? ERR_OK : ERR_TOO_LONG);
        assert_int_equal(used, extra == 0 ? OSMAND_FRAME_MAX : 0);
        assert_int_equal(frame.len, used);
        in.len--;
        assert_int_equal(osmand->split(in, &frame, &used), extra == 0 ? ERR_MORE : ERR_TOO_LONG);
    }
    arena_free(&arena);
}

static void test_split_bounds_the_head(void **state)
{
    (void)state;
    static const char *const line = "GET / HTTP/1.1\r\nX: ";
    const size_t head_max = 8192;
    char text[9000];
    struct bytes frame = {0};
    size_t used = 0;
    memset(text, 'y', sizeof(text));
    struct writer begin = writer_init((uint8_t *)text, sizeof(text));
    struct writer end = writer_init((uint8_t *)text + head_max - 4, 4);
    write_text(&begin, line);
    struct bytes in = {(const uint8_t *)text, head_max - 1};
    assert_int_equal(osmand->split(in, &frame, &used), ERR_MORE);
    in.len = head_max;
    assert_int_equal(osmand->split(in, &frame, &used), ERR_TOO_LONG);
    write_text(&end, "\r\n\r\n");
    assert_int_equal(osmand->split(in, &frame, &used), ERR_OK);
    assert_int_equal(used, head_max);
    memset(text, '\r', sizeof(text));
    in.len = head_max + 1;
    assert_int_equal(osmand->split(in, &frame, &used), ERR_TOO_LONG);
}

static void test_split_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "HEAD / HTTP/1.1\r\n",
        "GETS",
        "\r\nX",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: \r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n",
        "GET / HTTP/1.1\r\nNo colon\r\n\r\n",
        "GET / HTTP/1.1\r\n: no name\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\r\n folded: c\r\n\r\n",
        "GET / HTTP/1.1\r\ntransfer-encoding: identity\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct bytes frame = {0};
        size_t used = 0;
        print_message("# %s\n", bad[i]);
        assert_int_equal(osmand->split(bytes_of_text(bad[i]), &frame, &used), ERR_MALFORMED);
    }
}

/* ---- decode and reply ---- */

/* Decodes `text`, and answers what reply() says to it at `outcome`, its first line, in `line`. */
static void answer(const char *text, enum outcome outcome, struct decoded *d, char line[64])
{
    static const size_t LINE_SIZE = 64;
    struct session s = protocol_session(osmand);
    uint8_t out[PROTOCOL_REPLY_MAX];
    struct writer w = writer_init(out, sizeof(out));
    assert_int_equal(osmand->decode(&s, bytes_of_text(text), d), ERR_OK);
    assert_true(d->wants_reply);
    osmand->reply(&s, &d->hint, outcome, 0, &w);
    assert_true(writer_ok(&w));
    struct bytes reply = writer_bytes(&w);
    bytes_to_text(bytes_slice(reply, 0, bytes_find(reply, '\r')), line, LINE_SIZE);
}

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

static void test_decode_refuses_what_is_no_request(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "GET /?id=1",
        "GET /?id=1\r\n\r\n",
        "GET /?id=1 HTTP/1.10\r\n\r\n",
        "GET ?id=1 HTTP/1.1\r\n\r\n",
        "GET /?id=1 HTTP/1.1\r\n\r\nx",
        "GET /?id=1 HTTP/1.1\r\nContent-Length: 1\r\n\r\n",
        "PUT /?id=1 HTTP/1.1\r\n\r\n",
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct decoded d = {.arena = &arena};
        struct session s = protocol_session(osmand);
        assert_int_equal(osmand->decode(&s, bytes_of_text(bad[i]), &d), ERR_MALFORMED);
        assert_int_equal(d.len, 0);
    }
    arena_free(&arena);
}

/* ---- values ---- */

/* Decodes a GET with `query` behind its id; answers its only message, NULL where it has none. */
static const struct message *decode_query(struct arena *arena, const char *query)
{
    struct decoded d = {.arena = arena};
    char line[64];
    answer(arena_format(arena, "GET /x/y?id=7&%s#z HTTP/1.1\r\n\r\n", query), OUTCOME_STORED, &d,
           line);
    assert_string_equal(d.device_id, "7");
    assert_true(d.len <= 1);
    assert_string_equal(line, d.len == 1 ? "HTTP/1.1 200 OK" : "HTTP/1.1 400 Bad Request");
    return d.len == 1 ? &d.at[0] : NULL;
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
        {"253402300799999", INT64_C(253402300799)},
        {"2016-01-27T18%3A55%3A47Z", 1453920947},
        {"2016-01-27T18:55:47.123-01:00", 1453924547},
        {"2016-01-27%2018:55:47", 1453920947},
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

static void test_what_refuses_a_report(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "timestamp=",
        "timestamp=-1",
        "timestamp=253402300800000",
        "timestamp=1.",
        "timestamp=1.x",
        "timestamp=2016-01-27T18:55:47+",
        "timestamp=2016-01-27T18:55:47.0000000000000000000",
        "time=2016-02-30T18:55:47Z",
        "lat=1",
        "lon=1",
        "lat=90.0000001&lon=0",
        "lat=-90.0000001&lon=0",
        "lat=0&lon=180.0000001",
        "lat=0&lon=-180.0000001",
        "lat=&lon=",
        "location=1",
        "location=1,",
        "location=1,2,3",
        "location=",
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        print_message("# %s\n", bad[i]);
        assert_null(decode_query(&arena, bad[i]));
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
        "speed=1080",
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
        assert_int_equal(m->fix.has, 0);
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

/* ---- JSON ---- */

/* Decodes a POST of a JSON body; answers how many messages it made. */
static size_t decode_json(struct arena *arena, const char *body, struct decoded *d, char line[64])
{
    *d = (struct decoded){.arena = arena};
    answer(arena_format(arena,
                        "POST /?id=7 HTTP/1.1\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        strlen(body), body),
           OUTCOME_STORED, d, line);
    return d->len;
}

static void test_a_batch_may_hold_4096(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t count = PROTOCOL_MESSAGES_MAX; count <= PROTOCOL_MESSAGES_MAX + 1; count++) {
        char *further = arena_new(&arena, count * 3);
        struct decoded d;
        char line[64];
        for (size_t i = 0; i < (count - 1) * 3; i++) {
            further[i] = ",{}"[i % 3];
        }
        const char *body = arena_format(&arena, "{\"location\":[{}%s]}", further);
        bool fits = count == PROTOCOL_MESSAGES_MAX;
        assert_int_equal(decode_json(&arena, body, &d, line), fits ? count : 0);
        assert_string_equal(line, fits ? "HTTP/1.1 200 OK" : "HTTP/1.1 400 Bad Request");
    }
    arena_free(&arena);
}

static void test_json_may_be_eight_deep(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct decoded d;
    char line[64];
    for (int depth = 6; depth <= 7; depth++) {
        const char *body = arena_format(&arena,
                                        "{\"brackets\":\"[[[[[[[[[[[[[[[[[[\\\"[[[\",\"location\":"
                                        "{\"x\":%.*s%.*s}}",
                                        depth, "[[[[[[[[[[[[[[[", depth, "]]]]]]]]]]]]]]]");
        assert_int_equal(decode_json(&arena, body, &d, line), depth == 6 ? 1 : 0);
    }
    arena_free(&arena);
}

static void test_json_of_odd_values(void **state)
{
    (void)state;
    static const struct {
        const char *location;
        size_t messages;
        uint32_t has;
    } rows[] = {
        {"{}", 1, 0},
        {"{\"coords\":{\"latitude\":90,\"longitude\":-180}}", 1, FIX_HAS_POSITION},
        {"{\"coords\":{\"latitude\":90.0000001,\"longitude\":0}}", 0, 0},
        {"{\"coords\":{\"latitude\":1e300,\"longitude\":0}}", 0, 0},
        {"{\"coords\":{\"latitude\":\"1\",\"longitude\":0}}", 0, 0},
        {"{\"coords\":7}", 0, 0},
        {"{\"timestamp\":true}", 0, 0},
        {"{\"timestamp\":-5}", 0, 0},
        {"{\"timestamp\":5}", 1, FIX_HAS_TIME},
        {"{\"odometer\":-1,\"battery\":{\"level\":1.01},\"is_moving\":null}", 1, 0},
        {"{\"odometer\":1e30,\"battery\":7,\"extras\":[],\"event\":{}}", 1, 0},
        {"{\"odometer\":0,\"battery\":{\"level\":0}}", 1,
         FIX_HAS_ODOMETER | FIX_HAS_BATTERY_PERCENT},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct decoded d;
        char line[64];
        const char *body = arena_format(&arena, "{\"location\":%s}", rows[i].location);
        assert_int_equal(decode_json(&arena, body, &d, line), rows[i].messages);
        assert_int_equal(d.len == 0 ? 0 : d.at[0].fix.has, rows[i].has);
        assert_string_equal(d.device_id, "7");
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
    assert_int_equal(osmand->encode(&s, &what, &w), ERR_OK);
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
    assert_int_equal(osmand->encode(&s, &(struct encode_request){ENCODE_LOGIN, NULL, 0}, &w),
                     ERR_OK);
    assert_int_equal(writer_bytes(&w).len, 0);
    assert_int_equal(osmand->encode(&s, &(struct encode_request){ENCODE_HEARTBEAT, NULL, 0}, &w),
                     ERR_OK);
    assert_true(bytes_eq(writer_bytes(&w), "GET /?id=12 HTTP/1.1\r\nHost: odograph\r\n\r\n"));
    assert_int_equal(osmand->encode(&s, &(struct encode_request){ENCODE_HEARTBEAT, NULL, 0}, &w),
                     ERR_TOO_LONG);
}

static void test_read_ack(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        enum err e;
        size_t used;
    } rows[] = {
        {"", ERR_MORE, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", ERR_MORE, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP", ERR_OK, 38},
        {"HTTP/1.1 204 No Content\r\n\r\n", ERR_OK, 27},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx", ERR_MORE, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxy", ERR_OK, 40},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", ERR_FORBIDDEN, 45},
        {"HTTP/1.1 300 -\r\n\r\n", ERR_FORBIDDEN, 18},
        {"HTTP/1.1 99 OK\r\n\r\n", ERR_MALFORMED, 0},
        {"HTTP/1.1\r\n\r\n", ERR_MALFORMED, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n", ERR_MALFORMED, 0},
        {"xxxx", ERR_MALFORMED, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct session s = protocol_session(osmand);
        size_t used = 0;
        size_t acknowledged = 0;
        assert_int_equal(osmand->read_ack(&s, bytes_of_text(rows[i].in), &used, &acknowledged),
                         rows[i].e);
        assert_int_equal(used, rows[i].used);
        assert_true(rows[i].e != ERR_OK || acknowledged == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims_by_the_request_line),
        cmocka_unit_test(test_split_takes_up_to_64_kib),
        cmocka_unit_test(test_split_bounds_the_head),
        cmocka_unit_test(test_split_refuses),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_the_connection_ends_as_asked),
        cmocka_unit_test(test_decode_refuses_what_is_no_request),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_what_refuses_a_report),
        cmocka_unit_test(test_values_out_of_range_stay_out),
        cmocka_unit_test(test_access_points_are_bounded),
        cmocka_unit_test(test_an_id_of_every_length),
        cmocka_unit_test(test_a_batch_may_hold_4096),
        cmocka_unit_test(test_json_may_be_eight_deep),
        cmocka_unit_test(test_json_of_odd_values),
        cmocka_unit_test(test_encoded_fixes_come_back),
        cmocka_unit_test(test_login_says_nothing_and_a_heartbeat_little),
        cmocka_unit_test(test_read_ack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
