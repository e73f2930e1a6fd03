/* GetPlaces, FindPlaces, and the places of rows of trips and stops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/fleet_testing.h"
#include "api/places_testing.h"

#define GET     "manage/GetPlaces"
#define FIND    "manage/FindPlaces"
#define START_S INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC, 11:00:00 in Berlin */
#define REFUSES(point)                                                                             \
    "{'Code':500,'Data':{'Point':" #point "},'ErrMsg':'Points: not [longitude, latitude] in "      \
    "degrees'}"

static const struct point BERLIN = {525000000, 134000000};
static const struct point SHENZHEN = {225561380, 1139419880};

enum { PLACES = 200 };

static void test_faults(void **state)
{
    static const struct row rows[] = {
        {ANNA, GET, "{}", FAILS(500, "DeviceIDs: value missing")},
        {ANNA, GET, "{'DeviceIDs':'100','Points':[[1,2]]}",
         FAILS(500, "Points: not beside DeviceIDs")},
        {ANNA, GET, "{'Points':[[1,2]],'Language':'de'}",
         FAILS(500, "Language: neither en nor zh")},
        {ANNA, GET, "{'Points':[[1,2],[1]]}", REFUSES(1)},
        {ANNA, GET, "{'Points':[[1,2,3]]}", REFUSES(0)},
        {ANNA, GET, "{'Points':[['x',2]]}", REFUSES(0)},
        {ANNA, GET, "{'Points':[[180,90],[-180,-90],[180.0000001,0]]}", REFUSES(2)},
        {ANNA, GET, "{'Points':[[0,90.0000001]]}", REFUSES(0)},
        {ANNA, GET, "{'Points':[[0,-91]]}", REFUSES(0)},
        {ANNA, GET, "{'Points':'1,2'}", "...'Code':500,'Data':null,'ErrMsg':'Points: "},
        {NOBODY, GET, "{'Points':[[1,2]]}", NO_TOKEN_ROW},
        {ROOT, GET, "{'Points':[[1,2]]}", FAILS(500, "HoldID: value missing")},
        {ROOT, GET, "{'Points':[],'HoldID':1}", ANSWERS("[]")},
        {ANNA, GET, "{'DeviceIDs':[]}", ANSWERS("[]")},
        {ANNA, GET, "{'DeviceIDs':''}", ANSWERS("[]")},
        {ANNA, FIND, "{}", FAILS(500, "Key: value missing")},
        {ANNA, FIND, "{'Key':'x','Language':'fr'}", FAILS(500, "Language: neither en nor zh")},
        {NOBODY, FIND, "{'Key':'x'}", NO_TOKEN_ROW},
        {ANNA | VERA | NILS, FIND, "{'Key':'no place has this name'}", ANSWERS("[]")},
    };
    TRY_ROWS(*state, rows);
}

/* One entry an item, also of one that is asked for twice. */
static void test_devices(void **state)
{
    struct message m = fleet_fix(START_S);
    fleet_report(*state, "100", &m, 1);
    try_named(*state,
              &(struct row){ANNA | VERA, GET, "{'DeviceIDs':'200, 0100,x,900,100'}",
                            ANSWERS("['','%s',null,null,'%s']")},
              GAZETTEER_EN, BERLIN);
    try_named(*state,
              &(struct row){NILS, GET, "{'DeviceIDs':['200','100'],'Language':'zh'}",
                            ANSWERS("[null,'%s']")},
              GAZETTEER_ZH, BERLIN);
    try_row(*state, &(struct row){BERTA, GET, "{'DeviceIDs':'100'}", ANSWERS("[null]")}, 0);
}

/* "[[lon,lat],...]" so often. */
static char *points_of(struct point at, size_t count)
{
    GString *text = g_string_new("{'Points':[");
    for (size_t i = 0; i < count; i++) {
        g_string_append_printf(text, "%s[%.7f,%.7f]", i == 0 ? "" : ",", at.lon_e7 / 1e7,
                               at.lat_e7 / 1e7);
    }
    g_string_append(text, "]}");
    return g_string_free(text, FALSE);
}

static void test_as_many_points_as_there_may_be(void **state)
{
    char *body = points_of(SHENZHEN, PLACES);
    char *answer = answer_of(*state, P_VERA, GET, body);
    char *names = gazetteer_says(GAZETTEER_EN, SHENZHEN, NULL);
    json_t *root = json_loads(answer, 0, NULL);
    const json_t *data = json_object_get(root, "Data");
    assert_int_equal(json_array_size(data), PLACES);
    for (size_t i = 0; i < PLACES; i++) {
        assert_string_equal(json_string_value(json_array_get(data, i)), names);
    }
    json_decref(root);
    g_free(names);
    g_free(answer);
    g_free(body);
}

static void test_one_too_many(void **state)
{
    GString *ids = g_string_new("{'DeviceIDs':'1");
    char *points = points_of(SHENZHEN, PLACES + 1);
    for (size_t i = 0; i < PLACES; i++) {
        g_string_append(ids, ",1");
    }
    g_string_append(ids, "'}");
    const struct row rows[] = {
        {ANNA, GET, ids->str, FAILS(500, "DeviceIDs: more than 200")},
        {ANNA, GET, points, "...'Code':500,'Data':null,'ErrMsg':'Points: "},
    };
    TRY_ROWS(*state, rows);
    g_free(points);
    (void)g_string_free(ids, TRUE);
}

/* The first place that a key finds. */
static void assert_first(struct fleet *f, const char *body, const char *name, struct point near_to)
{
    char *answer = answer_of(f, P_VERA, FIND, body);
    json_t *root = json_loads(answer, 0, NULL);
    const json_t *first = json_array_get(json_object_get(root, "Data"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "Name")), name);
    assert_string_equal(json_string_value(json_object_get(first, "Kind")), "city");
    assert_int_equal(json_object_size(first), 4);
    double lon_deg = json_number_value(json_object_get(first, "Lon"));
    double lat_deg = json_number_value(json_object_get(first, "Lat"));
    assert_true(lon_deg > near_to.lon_e7 / 1e7 - 0.5 && lon_deg < near_to.lon_e7 / 1e7 + 0.5);
    assert_true(lat_deg > near_to.lat_e7 / 1e7 - 0.5 && lat_deg < near_to.lat_e7 / 1e7 + 0.5);
    json_decref(root);
    g_free(answer);
}

static void test_places_by_name(void **state)
{
    assert_first(*state, "{'Key':'shenzh'}", "Shenzhen", SHENZHEN);
    assert_first(*state, "{'Key':'Shenzhen','Language':'ZH'}", "\u6df1\u5733", SHENZHEN);
    assert_first(*state, "{'Key':'\u6df1\u5733'}", "Shenzhen", SHENZHEN);
}

/* An hour of driving north between two hours at rest. */
static void drive(struct fleet *f)
{
    struct message m[90];
    int32_t north_e7 = 0;
    for (size_t i = 0; i < COUNT_OF(m); i++) {
        bool moves = i >= 30 && i < 60;
        m[i] = fleet_fix(START_S + 60 * (int64_t)i);
        north_e7 += moves ? 50000 : 0;
        fix_set_position(&m[i].fix, BERLIN.lat_e7 + north_e7, BERLIN.lon_e7, true);
        fix_set_speed_kmh_e2(&m[i].fix, moves ? 3400 : 0);
        fix_set_switch(&m[i].fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, moves);
    }
    fleet_report(f, "100", m, COUNT_OF(m));
}

#define HOURS "'DeviceIDs':'100','StartTime':'2026-01-01 11:00:00','EndTime':'2026-01-01 12:29:00'"

static void test_rows_of_spans(void **state)
{
    static const struct row plain[] = {
        {ANNA, "manage/GetTrips", "{" HOURS "}", "...'EndLat':'52.650000','Kilometres'"},
        {ANNA, "manage/GetStops", "{" HOURS ",'Places':false,'Language':'zh'}",
         "...'Lat':'52.500000','Clipped'"},
        {ANNA, "manage/GetTrips", "{" HOURS ",'Language':'de'}",
         FAILS(500, "Language: neither en nor zh")},
        {ANNA, "manage/GetOffline", "{" HOURS ",'Places':'x'}",
         "...'Code':500,'Data':null,'ErrMsg':'Places: "},
    };
    const struct point end = {BERLIN.lat_e7 + 1500000, BERLIN.lon_e7};
    const struct point start = {BERLIN.lat_e7 + 50000, BERLIN.lon_e7};
    drive(*state);
    TRY_ROWS(*state, plain);
    try_named(*state,
              &(struct row){ANNA, "manage/GetTrips", "{" HOURS ",'Places':true}",
                            "...,'StartPlace':'%s','EndPlace':"},
              GAZETTEER_EN, start);
    try_named(*state,
              &(struct row){ANNA, "manage/GetTrips", "{" HOURS ",'Places':true,'Language':'zh'}",
                            "...,'EndPlace':'%s','Kilometres':"},
              GAZETTEER_ZH, end);
    try_named(*state,
              &(struct row){ANNA, "manage/GetStops", "{" HOURS ",'Places':1}",
                            "...'Lat':'52.500000','Place':'%s','Clipped':"},
              GAZETTEER_EN, BERLIN);
    try_named(*state,
              &(struct row){ANNA, "manage/GetOverspeed", "{" HOURS ",'Kmh':30,'Places':true}",
                            "...'Lat':'52.505000','Place':'%s','Clipped':"},
              GAZETTEER_EN, start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_faults),
        FLEET_TEST(test_devices),
        FLEET_TEST(test_as_many_points_as_there_may_be),
        FLEET_TEST(test_one_too_many),
        FLEET_TEST(test_places_by_name),
        FLEET_TEST(test_rows_of_spans),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
