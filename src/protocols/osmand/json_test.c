#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/osmand/testing.h"

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
        assert_string_equal(line, fits ? "HTTP/1.1 200 OK" : "HTTP/1.1 413 Content Too Large");
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
        unsigned unreadable;
        uint32_t has;
    } rows[] = {
        {"{}", 0, 0},
        {"{\"coords\":{\"latitude\":90,\"longitude\":-180}}", 0, FIX_HAS_POSITION},
        {"{\"coords\":{\"latitude\":\"1,5\",\"longitude\":\"0.5\"}}", 0, FIX_HAS_POSITION},
        {"{\"coords\":{\"latitude\":90.0000001,\"longitude\":0}}", 1, 0},
        {"{\"coords\":{\"latitude\":1e300,\"longitude\":0}}", 1, 0},
        {"{\"coords\":{\"latitude\":\"x\",\"longitude\":0}}", 1, 0},
        {"{\"coords\":{\"latitude\":NaN,\"longitude\":0}}", 1, 0},
        {"{\"coords\":{\"latitude\":1,\"longitude\":2,\"speed\":NaN,\"heading\":-Infinity,"
         "\"altitude\":Infinity},\"event\":\"\\\"NaN\"}",
         0, FIX_HAS_POSITION},
        {"{\"coords\":7}", 1, 0},
        {"{\"coords\":null}", 0, 0},
        {"{\"timestamp\":true}", 0, 0},
        {"{\"timestamp\":-5}", 0, 0},
        {"{\"timestamp\":\"41315701-04-18T05:24:23Z\"}", 0, 0},
        {"{\"timestamp\":5}", 0, FIX_HAS_TIME},
        {"{\"timestamp\":5.75}", 0, FIX_HAS_TIME},
        {"{\"odometer\":-1,\"battery\":{\"level\":1.01},\"is_moving\":null}", 0, 0},
        {"{\"odometer\":1e30,\"battery\":7,\"extras\":[],\"event\":{}}", 0, 0},
        {"{\"odometer\":0,\"battery\":{\"level\":0}}", 0,
         FIX_HAS_ODOMETER | FIX_HAS_BATTERY_PERCENT},
        {"{\"activity\":{\"type\":\"in_vehicle\"}}", 0, FIX_HAS_MOTION},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct decoded d;
        char line[64];
        const char *body = arena_format(&arena, "{\"location\":%s}", rows[i].location);
        print_message("# %s\n", body);
        assert_int_equal(decode_json(&arena, body, &d, line), 1);
        assert_int_equal(has_of(&d.at[0].fix), rows[i].has);
        assert_int_equal(d.unreadable, rows[i].unreadable);
        assert_string_equal(d.device_id, "7");
        assert_string_equal(line, "HTTP/1.1 200 OK");
    }
    arena_free(&arena);
}

/* An event is no list of alarms. */
static void test_json_lists_of_alarms(void **state)
{
    (void)state;
    const alarm_set all = osmand_alarms_known();
    const struct {
        const char *location;
        alarm_set told;
    } rows[] = {
        {"{\"event\":\"sos\"}", 0},
        {"{\"alarm\":null}", 0},
        {"{\"alarm\":\"\"}", all},
        {"{\"extras\":{\"alarm\":\"sos\"}}", all & ~ALARM_BIT(SOS)},
        {"{\"alarm\":\"sos\",\"extras\":{\"alarm\":\"vibration\"}}",
         all & ~(ALARM_BIT(SOS) | ALARM_BIT(VIBRATION))},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct decoded d;
        char line[64];
        const char *body = arena_format(&arena, "{\"location\":%s}", rows[i].location);
        assert_int_equal(decode_json(&arena, body, &d, line), 1);
        assert_int_equal(d.at[0].fix.alarms_told, rows[i].told);
    }
    arena_free(&arena);
}

/* The good are kept, the others counted; without a single report it is a request of nothing. */
static void test_json_batches_with_bad_locations(void **state)
{
    (void)state;
    static const char good[] = "{\"coords\":{\"latitude\":1,\"longitude\":2}}";
    static const char bad[] = "{\"coords\":{\"latitude\":91,\"longitude\":2}}";
    struct arena arena = {0};
    struct decoded d;
    char line[64];
    const char *mixed = arena_format(&arena, "{\"location\":[%s,%s,7,%s]}", good, bad, good);
    assert_int_equal(decode_json(&arena, mixed, &d, line), 3);
    assert_int_equal(d.unreadable, 2);
    assert_int_equal(d.at[0].kind, MESSAGE_FIX);
    assert_int_equal(d.at[1].kind, MESSAGE_HEARTBEAT);
    assert_int_equal(d.at[2].kind, MESSAGE_FIX);
    assert_string_equal(line, "HTTP/1.1 200 OK");
    assert_int_equal(decode_json(&arena, "{\"location\":[7,null,\"x\",[]]}", &d, line), 0);
    assert_int_equal(d.unreadable, 4);
    assert_string_equal(line, "HTTP/1.1 400 Bad Request");
    assert_int_equal(decode_json(&arena, "{\"location\":[]}", &d, line), 0);
    assert_string_equal(line, "HTTP/1.1 200 OK");
    arena_free(&arena);
}

/* Without the object around them; the query names the device. */
static void test_json_locations_may_stand_alone(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        size_t count;
    } rows[] = {
        {"{\"coords\":{\"latitude\":1,\"longitude\":2}}", 1},
        {"[{\"coords\":{\"latitude\":1,\"longitude\":2}},{\"is_moving\":true}]", 2},
        {"\xef\xbb\xbf [{\"coords\":{\"latitude\":1,\"longitude\":2}}]\r\n", 1},
        {"{\"latitude\":1,\"longitude\":2}", 0},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct decoded d;
        char line[64];
        assert_int_equal(decode_json(&arena, rows[i].body, &d, line), rows[i].count);
        assert_string_equal(line,
                            rows[i].count > 0 ? "HTTP/1.1 200 OK" : "HTTP/1.1 400 Bad Request");
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_batch_may_hold_4096),
        cmocka_unit_test(test_json_may_be_eight_deep),
        cmocka_unit_test(test_json_of_odd_values),
        cmocka_unit_test(test_json_lists_of_alarms),
        cmocka_unit_test(test_json_batches_with_bad_locations),
        cmocka_unit_test(test_json_locations_may_stand_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
