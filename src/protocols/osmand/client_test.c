#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/account.h"
#include "protocols/osmand/testing.h"

/* The speed of 10 in each unit, in hundredths of km/h. */
enum { TEN_KNOTS = 1852, TEN_MPS = 3600, TEN_KMH = 1000 };

static struct fix fix_of(struct session *s, const char *request)
{
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    char line[64];
    print_message("# %s\n", request);
    answer_in(s, request, OUTCOME_STORED, &d, line);
    assert_string_equal(line, "HTTP/1.1 200 OK");
    assert_int_equal(d.len, 1);
    struct fix f = d.at[0].fix;
    arena_free(&arena);
    return f;
}

#define PLACE        "id=7&lat=1&lon=2&speed=10"
#define SECONDS      "&timestamp=1767225660"
#define MILLISECONDS "&timestamp=1767225660123"

/* As each of them writes its requests; an hdop of OsmAnd is an accuracy. */
static void test_what_a_client_tells_of_itself(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        const char *user_agent;
        uint32_t speed_kmh_e2;
        bool has_hdop;
    } rows[] = {
        {PLACE, "", TEN_KNOTS, false},
        /* Traccar Client of Android, and of iOS */
        {PLACE SECONDS "&bearing=1.0&altitude=2.0&accuracy=3.0&batt=4.0", "Dalvik/2.1.0", TEN_KNOTS,
         false},
        {PLACE SECONDS "&bearing=1.0&altitude=2.0&batt=4.0", "Traccar%20Client/30 CFNetwork/1404",
         TEN_KNOTS, false},
        /* OsmAnd with the address that everyone gives it, with its own, and of iOS */
        {PLACE MILLISECONDS "&hdop=3.9&altitude=200.0", "Dalvik/2.1.0", TEN_MPS, false},
        {PLACE "&hdop=3.9&tta=0&ttf=0&dta=0&dtf=0&batproc=81", "Dalvik/2.1.0", TEN_MPS, false},
        {PLACE SECONDS "&hdop=3.9", "OsmAnd Maps/4.7 CFNetwork/1404", TEN_MPS, false},
        /* hardware, with an hdop that is one; an accuracy beside it; times alone */
        {PLACE SECONDS "&hdop=3.9&sat=7", "", TEN_KNOTS, true},
        {PLACE MILLISECONDS "&hdop=3.9&accuracy=5", "", TEN_KNOTS, true},
        {PLACE MILLISECONDS, "", TEN_KNOTS, false},
        {PLACE MILLISECONDS "&hdop=3.9", "Traccar Client", TEN_KNOTS, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct session s = protocol_session(osmand);
        char request[400];
        (void)snprintf(request, sizeof(request), "GET /?%s HTTP/1.1\r\nUser-Agent: %s\r\n\r\n",
                       rows[i].query, rows[i].user_agent);
        struct fix f = fix_of(&s, request);
        assert_int_equal(f.speed_kmh_e2, rows[i].speed_kmh_e2);
        assert_int_equal((f.has & FIX_HAS_HDOP) != 0, rows[i].has_hdop);
        assert_int_equal(f.hdop_e2, rows[i].has_hdop ? 390 : 0);
    }
}

/* The device's beats the configuration's, which beats what the client tells; JSON has its own. */
static void test_whose_word_counts(void **state)
{
    (void)state;
    static const char form[] = "GET /?" PLACE SECONDS " HTTP/1.1\r\nUser-Agent: OsmAnd\r\n\r\n";
    static const char json[] =
        "POST /?id=7 HTTP/1.1\r\nContent-Length: 63\r\n\r\n"
        "{\"location\":{\"coords\":{\"latitude\":1,\"longitude\":2,\"speed\":10}}}";
    static const struct {
        enum speed_unit configured;
        enum speed_unit of_device;
        uint32_t form_kmh_e2;
        uint32_t json_kmh_e2;
    } rows[] = {
        {SPEED_UNIT_UNSET, SPEED_UNIT_UNSET, TEN_MPS, TEN_MPS},
        {SPEED_UNIT_KNOTS, SPEED_UNIT_UNSET, TEN_KNOTS, TEN_MPS},
        {SPEED_UNIT_KMH, SPEED_UNIT_UNSET, TEN_KMH, TEN_MPS},
        {SPEED_UNIT_UNSET, SPEED_UNIT_KMH, TEN_KMH, TEN_KMH},
        {SPEED_UNIT_KMH, SPEED_UNIT_KNOTS, TEN_KNOTS, TEN_KNOTS},
        {SPEED_UNIT_KMH, SPEED_UNIT_MPS, TEN_MPS, TEN_MPS},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct session s = protocol_session(osmand);
        s.speed_unit = (uint8_t)rows[i].configured;
        s.device_speed_unit = (uint8_t)rows[i].of_device;
        assert_int_equal(fix_of(&s, form).speed_kmh_e2, rows[i].form_kmh_e2);
        assert_int_equal(fix_of(&s, json).speed_kmh_e2, rows[i].json_kmh_e2);
    }
}

static void test_speeds_out_of_range_stay_out(void **state)
{
    (void)state;
    struct session s = protocol_session(osmand);
    struct fix f = fix_of(&s, "GET /?id=7&lat=1&lon=2&speed=1080 HTTP/1.1\r\n\r\n");
    assert_int_equal(has_of(&f), FIX_HAS_POSITION);
    f = fix_of(&s, "GET /?id=7&lat=1&lon=2&speed=1E9 HTTP/1.1\r\n\r\n");
    assert_int_equal(has_of(&f), FIX_HAS_POSITION);
    f = fix_of(&s, "GET /?id=7&lat=1&lon=2&speed=9.999E-4 HTTP/1.1\r\n\r\n");
    assert_int_equal(has_of(&f), FIX_HAS_POSITION | FIX_HAS_SPEED);
    assert_int_equal(f.speed_kmh_e2, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_client_tells_of_itself),
        cmocka_unit_test(test_whose_word_counts),
        cmocka_unit_test(test_speeds_out_of_range_stay_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
