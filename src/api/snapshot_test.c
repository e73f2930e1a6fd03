#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/snapshot.h"

#define T0 INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC */

/* What a row says of a state that is otherwise empty. */
static void write_row(const struct fold_state *state, const struct fix *fix, char *out, size_t size)
{
    static const struct device device = {.object_code = "260101\"0001", .plate = "B \xc3\xa4 1"};
    struct zone *zone = NULL;
    struct json_out json = {0};
    assert_int_equal(zone_find("Europe/Berlin", &zone), ERR_OK);
    struct zone_clock clock = zone_clock_init(zone);
    struct zone_clock rcv_clock = zone_clock_init(zone);
    json_object_begin(&json);
    snapshot_write(&(struct snapshot){.device = &device,
                                      .state = state,
                                      .fix = fix,
                                      .clock = &clock,
                                      .rcv_clock = &rcv_clock},
                   &json);
    json_object_end(&json);
    bytes_to_text(json_text(&json), out, size);
    json_free(&json);
    zone_release(zone);
}

static void test_all_members_in_their_order(void **state)
{
    (void)state;
    char out[512];
    struct fold_state s = {.odometer_m_e2 = 1374999, .active_alarms = ALARM_BIT(SOS)};
    fix_set_time(&s.current, T0);
    fix_set_position(&s.current, 525000004, -134000006, true);
    fix_set_speed_kmh_e2(&s.current, 3666);
    fix_set_course_cdeg(&s.current, 18949);
    fix_set_fuel_ml(&s.current, 32149);
    s.current.source = FIX_GPS;
    struct fix report = {.gps_time_s = T0 + 20, .rcv_time_s = T0 + 86400};
    write_row(&s, &report, out, sizeof(out));
    assert_string_equal(out, "{\"ObjectCode\":\"260101\\\"0001\",\"VehicleNum\":\"B \xc3\xa4 1\","
                             "\"GPSTime\":\"2026-01-01 11:00:20\","
                             "\"RcvTime\":\"2026-01-02 11:00:00\","
                             "\"Lon\":-13.400001,\"Lat\":52.500000,\"Speed\":36.7,\"Direct\":189,"
                             "\"Mileage\":\"13.7\",\"StatusDes\":\"SOS alarm\","
                             "\"OilNum\":\"32.1\"}");
}

/* A member with its value, somewhere in the row of a state. */
static void assert_says(const struct fold_state *s, const char *member)
{
    char out[512];
    write_row(s, &s->current, out, sizeof(out));
    if (strstr(out, member) == NULL) {
        fail_msg("%s lacks %s", out, member);
    }
}

static void test_rounding(void **state)
{
    (void)state;
    static const struct {
        int32_t lon_e7;
        const char *member;
    } places[] = {
        {0, "\"Lon\":0.000000,"},           {4, "\"Lon\":0.000000,"},
        {5, "\"Lon\":0.000001,"},           {-4, "\"Lon\":0.000000,"},
        {-5, "\"Lon\":-0.000001,"},         {1800000000, "\"Lon\":180.000000,"},
        {-1800000000, "\"Lon\":-180.0000"}, {1799999995, "\"Lon\":180.000000,"},
    };
    static const struct {
        uint16_t course_cdeg;
        const char *member;
    } courses[] = {
        {0, "\"Direct\":0,"},       {49, "\"Direct\":0,"},    {50, "\"Direct\":1,"},
        {35949, "\"Direct\":359,"}, {35950, "\"Direct\":0,"}, {35999, "\"Direct\":0,"},
    };
    static const struct {
        uint64_t odometer_m_e2;
        const char *member;
    } ways[] = {
        {0, "\"Mileage\":\"0.0\""},
        {4999, "\"Mileage\":\"0.0\""},
        {5000, "\"Mileage\":\"0.1\""},
        {UINT64_C(1000000000000), "\"Mileage\":\"10000000.0\""},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct fold_state s = {0};
        fix_set_position(&s.current, 0, places[i].lon_e7, true);
        assert_says(&s, places[i].member);
    }
    for (size_t i = 0; i < sizeof(courses) / sizeof(courses[0]); i++) {
        struct fold_state s = {0};
        fix_set_course_cdeg(&s.current, courses[i].course_cdeg);
        assert_says(&s, courses[i].member);
    }
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        assert_says(&(struct fold_state){.odometer_m_e2 = ways[i].odometer_m_e2}, ways[i].member);
    }
}

static void test_what_is_unknown(void **state)
{
    (void)state;
    struct fold_state s = {0};
    assert_false(snapshot_has_position(&s));
    assert_says(&s, "\"Speed\":0.0,\"Direct\":0,");
    assert_says(&s, "\"StatusDes\":\"\",\"OilNum\":\"0.0\"");
    fix_set_power_mv(&s.current, 12000);
    assert_false(snapshot_has_position(&s));
    fix_set_position(&s.current, 1, 1, false);
    assert_true(snapshot_has_position(&s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_members_in_their_order),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_what_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
