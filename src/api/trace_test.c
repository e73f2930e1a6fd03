/* Section 26: which records are rows, how they are written, and spans longer than a window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/fleet_testing.h"

#define TRACE        "vehicle/GetVehicleTrace"
#define START_S      INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC, 11:00:00 in Berlin */
#define NOTHING      ANSWERS("{'total':0,'data':[],'correct_path':[]}")
#define SPAN         "'StartTime':'2026-01-01','EndTime':'2026-01-02'"
#define EVER         "'StartTime':'0001-01-01','EndTime':'9999-12-31'"
#define OF_100(more) "{'DeviceID':'100'," EVER more "}"
#define TIMES(n)     "...{'total':" #n ","

enum { DAY_S = 86400 };

static void test_codes(void **state)
{
    static const struct row rows[] = {
        {ANNA | OLGA | VERA | GRETA | NILS, TRACE, "{'DeviceID':'00100'," SPAN "}", NOTHING},
        {ANNA, "asset/getvehicletrace/", "{'deviceid':100," SPAN ",'ContainCorrectPath':true}",
         NOTHING},
        {NILS | GRETA, TRACE, "{'DeviceID':'200'," SPAN "}", NO_DEVICE},
        {ANNA | NILS, TRACE, "{'DeviceID':'900'," SPAN "}", NO_DEVICE},
        {BERTA, TRACE, "{'DeviceID':'900'," SPAN "}", NOTHING},
        {ROOT, TRACE, "{'HoldID':2,'DeviceID':'900'," SPAN "}", NOTHING},
        {ANNA, TRACE, "{'DeviceID':'100,200'," SPAN "}", NO_DEVICE}, /* one alone */
        {NOBODY, TRACE, "{'DeviceID':'100'," SPAN "}", NO_TOKEN_ROW},
        {ANNA, TRACE, "{'DeviceID':'100','StartTime':'2026-01-02','EndTime':'2026-01-01'}",
         FAILS(403, "startTime should not be greater than end time")},
        {ANNA, TRACE, "{'DeviceID':'x','StartTime':'2026-01-02','EndTime':'2026-01-01'}",
         NO_DEVICE}, /* existence goes first */
        {ROOT, TRACE, "{'DeviceID':'100'," SPAN "}", FAILS(500, "HoldID: value missing")},
        {ANNA, TRACE, "{" SPAN "}", FAILS(500, "DeviceID: value missing")},
        {ANNA, TRACE, "{'DeviceID':'100','StartTime':'2026-01-01'}",
         FAILS(500, "EndTime: value missing")},
        {ANNA, TRACE, "{'DeviceID':'100','StartTime':'?','EndTime':'2026-01-01'}",
         FAILS(500, "StartTime: not a time")},
        {ANNA, TRACE, "{'DeviceID':'100'," SPAN ",'ContainZeroSpeed':'perhaps'}",
         "...'Code':500,'Data':null,'ErrMsg':'ContainZeroSpeed: "},
    };
    TRY_ROWS(*state, rows);
}

static struct message fix_at(int64_t after_s, uint32_t speed_kmh_e2)
{
    struct message m = fleet_fix(START_S + after_s);
    fix_set_speed_kmh_e2(&m.fix, speed_kmh_e2);
    return m;
}

/* The pair of section 26: 113.353287, 23.344890 is 113.358781, 23.342420 in GCJ-02. */
static void test_a_row_is_all_text(void **state)
{
    struct message m = fix_at(0, 3890);
    fix_set_position(&m.fix, 233448900, 1133532870, true);
    fix_set_course_cdeg(&m.fix, 35960);
    fix_set_switch(&m.fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    fix_set_odometer_m(&m.fix, 29460499);
    fleet_report(*state, "100", &m, 1);
    try_row(*state,
            &(struct row){
                VERA, TRACE, OF_100(""),
                ANSWERS("{'total':1,'data':[{'RcvTime':'2026-01-01 11:00:05',"
                        "'GPSTime':'2026-01-01 11:00:00','Lon':'113.353287','Lat':'23.344890',"
                        "'RLon':'113.358781','RLat':'23.342420',"
                        "'StatusDes':'Moving [0 seconds]','Speed':'38.9','Direct':'0',"
                        "'Status':'1','Mileage':'29460','GPSFlag':'1'}],'correct_path':[]}")},
            0);
}

/* How long after START_S a time of that day is. */
static long seconds_of(const char *time)
{
    const char *clock = time + sizeof("2026-01-01");
    return (strtol(clock, NULL, 10) - 11) * 3600 + strtol(clock + 3, NULL, 10) * 60 +
           strtol(clock + 6, NULL, 10);
}

/* The GPSTimes of the rows that a call answers, as seconds behind START_S, with blanks between. */
static void assert_rows(struct fleet *f, const char *body, const char *want)
{
    char *answer = answer_of(f, P_ANNA, TRACE, body);
    json_t *root = json_loads(answer, 0, NULL);
    json_t *data = json_object_get(root, "Data");
    json_t *rows = json_object_get(data, "data");
    GString *got = g_string_new("");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *time = json_object_get(json_array_get(rows, i), "GPSTime");
        g_string_append_printf(got, "%s%ld", i == 0 ? "" : " ",
                               seconds_of(json_string_value(time)));
    }
    assert_string_equal(got->str, want);
    assert_int_equal(json_integer_value(json_object_get(data, "total")), json_array_size(rows));
    (void)g_string_free(got, TRUE);
    json_decref(root);
    g_free(answer);
}

static void test_what_is_left_out(void **state)
{
    struct message m[] = {
        fix_at(0, 4000),  fix_at(10, 0),    fix_at(20, 4), /* shown as 0 */
        fix_at(30, 5),                                     /* as 0.1 */
        fix_at(40, 4000), fix_at(50, 4000), fix_at(60, 4000), fix_at(70, 0),
    };
    m[4].fix.source = FIX_LBS;
    m[5].fix.source = FIX_WIFI;
    m[6].fix.flags &= ~(uint32_t)FIX_VALID; /* its place is not taken, so the Wi-Fi's stays */
    fleet_report(*state, "100", m, COUNT_OF(m));
    assert_rows(*state, OF_100(""), "0 30");
    assert_rows(*state, OF_100(",'ContainZeroSpeed':true"), "0 10 20 30 70");
    assert_rows(*state, OF_100(",'ContainLBSLocation':'1'"), "0 30 40 50 60");
    assert_rows(*state, OF_100(",'ContainZeroSpeed':1,'ContainLBSLocation':true"),
                "0 10 20 30 40 50 60 70");
    try_row(*state,
            &(struct row){ANNA, TRACE, OF_100(",'ContainLBSLocation':true"),
                          "...'Speed':'40','Direct':'0','Status':'0','Mileage':'0','GPSFlag':'0'}"},
            0);
}

/* A phone that tells no speed is on its way where its places say so. */
static void test_a_speed_that_nobody_told(void **state)
{
    struct message m[6];
    for (int32_t i = 0; i < 6; i++) {
        m[i] = fleet_fix(START_S + INT64_C(60) * i);
        fix_set_position(&m[i].fix, 525000000 + 50000 * (i < 4 ? i : 3), 134000000, true);
    }
    m[5].fix.gps_time_s += 300;
    fleet_report(*state, "100", m, COUNT_OF(m));
    assert_rows(*state, OF_100(""), "60 120 180 240");
    assert_rows(*state, OF_100(",'ContainZeroSpeed':true"), "0 60 120 180 240 600");
}

/* There is no corrector: a path that is asked for could not be made. */
static void test_the_path(void **state)
{
    const struct message m = fix_at(0, 4000);
    static const struct row rows[] = {
        {ANNA, TRACE, OF_100(""), "...}],'correct_path':[]},"},
        {ANNA, TRACE, OF_100(",'ContainCorrectPath':false"), "...}],'correct_path':[]},"},
        {ANNA, TRACE, OF_100(",'ContainCorrectPath':true"), "...}],'correct_path':null},"},
        {ANNA, TRACE,
         "{'DeviceID':'100','StartTime':'2025-01-01','EndTime':'2025-01-02',"
         "'ContainCorrectPath':true}",
         NOTHING},
    };
    fleet_report(*state, "100", &m, 1);
    TRY_ROWS(*state, rows);
}

/* Years without a fix, months with one, and a record at each end of a window. */
static void test_long_spans(void **state)
{
    static const int64_t days[] = {0, 1, 6, 7, 8, 20, 21, 120, 121, 300};
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        struct message m[] = {fix_at(days[i] * DAY_S - 1, 4000), fix_at(days[i] * DAY_S, 4000)};
        fix_set_odometer_m(&m[0].fix, 1000000 * (i + 1));
        fleet_report(*state, "100", m, COUNT_OF(m));
    }
    static const struct row rows[] = {
        {ANNA, TRACE, OF_100(""), TIMES(20)},
        {ANNA, TRACE,
         "{'DeviceID':'100','StartTime':'2026-01-01T10:00:00Z',"
         "'EndTime':'9999-12-31'}",
         TIMES(19)},
        {ANNA, TRACE,
         "{'DeviceID':'100','StartTime':'2026-01-01T10:00:00Z',"
         "'EndTime':'2026-01-08T09:59:59Z'}",
         TIMES(6)},
        {ANNA, TRACE,
         "{'DeviceID':'100','StartTime':'2026-01-08T10:00:00Z',"
         "'EndTime':'2026-10-28T10:00:00Z'}",
         TIMES(13)},
        {ANNA, TRACE,
         "{'DeviceID':'100','StartTime':'2026-02-01',"
         "'EndTime':'2026-04-01'}",
         NOTHING},
        /* What the fold knows goes on from one window to the next. */
        {ANNA, TRACE, OF_100(""), "...'Mileage':'10000','GPSFlag':'1'}],'correct_path':[]}"},
    };
    TRY_ROWS(*state, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_codes),
        FLEET_TEST(test_a_row_is_all_text),
        FLEET_TEST(test_what_is_left_out),
        FLEET_TEST(test_a_speed_that_nobody_told),
        FLEET_TEST(test_the_path),
        FLEET_TEST(test_long_spans),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
