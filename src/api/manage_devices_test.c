/* Devices: who registers, changes and lists them, what must be unique, and the ends of ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"
#include "model/message.h"

#define ADD         "manage/AddDevice"
#define MODIFY      "manage/ModifyDevice"
#define LIST        "manage/ListDevices"
#define ID_TAKEN    FAILS(409, "DeviceID is taken")
#define PLATE_TAKEN FAILS(409, "VehiclePlate is taken")
#define CODE_TAKEN  FAILS(409, "ObjectCode is taken")
#define BAD_ID      FAILS(500, "DeviceID: wants " DEVICE_ID_RULE)
#define TEN         "1234567890"
#define SIXTY       TEN TEN TEN TEN TEN TEN
/* A row of those that open_fleet() makes; `rest` from SIM on. */
#define DEVICE(id, plate, code, rest)                                                              \
    "{'DeviceID':'" id "','VehiclePlate':'" plate "','ObjectCode':'" code "'," rest                \
    ",'KilometresToday':'0.000','ClockHint':null}"
#define PLAIN(group)                                                                               \
    "'SIM':'','ICCID':'','DeviceType':0,'HasPassword':false,'TankLitres':0.000,'Model':'',"        \
    "'GroupID':" #group ",'UtcOffsetMinutes':null,'SpeedUnit':null,'Note':''"
#define ROW_100 DEVICE("100", "N 1", "code-100", PLAIN(1))
#define ROW_200 DEVICE("200", "S 1", "code-200", PLAIN(2))
#define ROW_300 DEVICE("300", "F 1", "code-300", PLAIN(0))
#define ROW_900 DEVICE("900", "E 1", "code-900", PLAIN(3))

static void test_everybody_sees_their_own(void **state)
{
    static const struct row rows[] = {
        {ANNA | OLGA | VERA, LIST, "{}", PAGE(3, ROW_100 "," ROW_200 "," ROW_300)},
        {GRETA | NILS, LIST, "{}", PAGE(1, ROW_100)},
        {BERTA, LIST, "{'HoldID':1}", NO_ENTERPRISE},
        {BERTA, LIST, "{'HoldID':2}", PAGE(1, ROW_900)},
        {ROOT, LIST, "{'HoldID':2}", PAGE(1, ROW_900)},
        {ROOT, LIST, "{}", FAILS(500, "HoldID: value missing")},
        {NOBODY, LIST, "{}", NO_TOKEN_ROW},
        {ANNA, LIST, "{'Key':'s 1'}", PAGE(1, ROW_200)},
        {ANNA, LIST, "{'Key':'00','PageSize':1,'PageIndex':3}", PAGE(3, ROW_300)},
        {ANNA, LIST, "{'Key':'900'}", PAGE(0, "")},
        {GRETA, LIST, "{'Key':'200'}", PAGE(0, "")},
        {ANNA, LIST, "{'PageSize':0}", FAILS(500, "PageSize: out of range")},
    };
    TRY_ROWS(*state, rows);
}

static void test_identities(void **state)
{
    static const struct row rows[] = {
        {ANNA, ADD, "{'DeviceID':'00100'}", ID_TAKEN}, /* zeros in front do not count */
        {ANNA, ADD, "{'DeviceID':100}", ID_TAKEN},
        {ANNA, ADD, "{'DeviceID':'900'}", ID_TAKEN}, /* of whom is not told */
        {ANNA, ADD, "{'DeviceID':'a00100'}", DONE_ROW},
        {ANNA, ADD, "{'DeviceID':'A00100','VehiclePlate':'other'}", DONE_ROW},
        {ANNA, ADD, "{'DeviceID':'a100'}", DONE_ROW},
        {ANNA, ADD, "{'DeviceID':'" SIXTY "a_-.'}", DONE_ROW},
        {ANNA, ADD, "{'DeviceID':'" SIXTY "a:@12'}", BAD_ID},
        {ANNA, ADD, "{'DeviceID':'_100'}", BAD_ID},
        {ANNA, ADD, "{'DeviceID':'1 0'}", BAD_ID},
        {ANNA, ADD, "{'DeviceID':'1,0'}", BAD_ID},
        {ANNA, ADD, "{'DeviceID':'\u00e4'}", BAD_ID},
        {ANNA, ADD, "{'DeviceID':''}", FAILS(500, "DeviceID: value missing")},
        {ANNA, ADD, "{'VehiclePlate':'x'}", FAILS(500, "DeviceID: value missing")},
        {ANNA, LIST, "{'Key':'00100'}", "...{'total':2,"},
    };
    TRY_ROWS(*state, rows);
}

/* The plate is the DeviceID unless given; it and the code are unique in the enterprise alone. */
static void test_plates_and_codes(void **state)
{
    static const struct row rows[] = {
        {ANNA, ADD, "{'DeviceID':'400','VehiclePlate':'n 1'}", PLATE_TAKEN},
        {ANNA, ADD, "{'DeviceID':'400','ObjectCode':'CODE-100'}", CODE_TAKEN},
        {ANNA, ADD, "{'DeviceID':'400','VehiclePlate':'a,b'}",
         FAILS(500, "VehiclePlate: holds a comma")},
        {ANNA, ADD, "{'DeviceID':'400','VehiclePlate':'" SIXTY "12345'}",
         FAILS(500, "VehiclePlate: too long")},
        {ANNA, ADD, "{'DeviceID':'400','ObjectCode':'" TEN TEN TEN "123'}",
         FAILS(500, "ObjectCode: too long")},
        {ANNA, ADD, "{'DeviceID':'400','VehiclePlate':' e 1 ','ObjectCode':'code-900','GroupID':2}",
         DONE_ROW},
        {ANNA, LIST, "{'Key':'400'}", PAGE(1, DEVICE("400", "e 1", "code-900", PLAIN(2)))},
        {ANNA, MODIFY, "{'DeviceID':'400','VehiclePlate':'F 1'}", PLATE_TAKEN},
        {ANNA, MODIFY, "{'DeviceID':'400','ObjectCode':'Code-300'}", CODE_TAKEN},
        {ANNA, MODIFY, "{'DeviceID':'400','VehiclePlate':'E 1'}", DONE_ROW}, /* its own */
        {ANNA, ADD, "{'DeviceID':'500'}", DONE_ROW},
        {ANNA, LIST, "{'Key':'500'}", "...'VehiclePlate':'500','ObjectCode':'"},
        {ANNA, LIST, "{'Key':'500'}", "...0006','SIM':"}, /* the day and the internal id */
        {ANNA, ADD, "{'DeviceID':'600','VehiclePlate':'500'}", PLATE_TAKEN},
        {ANNA, MODIFY, "{'DeviceID':'500','VehiclePlate':'600'}", DONE_ROW},
        {ANNA, ADD, "{'DeviceID':'600'}", PLATE_TAKEN}, /* which nobody gave */
        {ANNA, ADD, "{'DeviceID':'600','VehiclePlate':'500'}", DONE_ROW},
    };
    TRY_ROWS(*state, rows);
}

#define GOOD(field)                                                                                \
    {                                                                                              \
        ANNA, MODIFY, "{'DeviceID':'100'," field "}", DONE_ROW                                     \
    }
#define BAD(field, why)                                                                            \
    {                                                                                              \
        ANNA, MODIFY, "{'DeviceID':'100'," field "}", FAILS(500, why)                              \
    }
#define SHOWS(part)                                                                                \
    {                                                                                              \
        ANNA, LIST, "{'Key':'100'}", "..." part                                                    \
    }

static void test_numbers_at_both_ends(void **state)
{
    static const struct row rows[] = {
        GOOD("'DeviceType':2"),
        SHOWS("'DeviceType':2,"),
        BAD("'DeviceType':3", "DeviceType: out of range"),
        BAD("'DeviceType':-1", "DeviceType: out of range"),
        GOOD("'TankLitres':100000"),
        SHOWS("'TankLitres':100000.000,"),
        BAD("'TankLitres':100000.1", "TankLitres: out of range"),
        BAD("'TankLitres':-0.1", "TankLitres: out of range"),
        BAD("'TankLitres':'full'", "TankLitres: not a number"),
        GOOD("'TankLitres':'0.0015'"),
        SHOWS("'TankLitres':0.001,"),
        GOOD("'UtcOffsetMinutes':-840"),
        SHOWS("'UtcOffsetMinutes':-840,"),
        GOOD("'UtcOffsetMinutes':840"),
        SHOWS("'UtcOffsetMinutes':840,"),
        BAD("'UtcOffsetMinutes':841", "UtcOffsetMinutes: out of range"),
        BAD("'UtcOffsetMinutes':-841", "UtcOffsetMinutes: out of range"),
        GOOD("'UtcOffsetMinutes':0"),
        SHOWS("'UtcOffsetMinutes':0,"),
        GOOD("'Model':'x'"),
        SHOWS("'UtcOffsetMinutes':0,"),
        GOOD("'UtcOffsetMinutes':null"),
        SHOWS("'UtcOffsetMinutes':null,"),
        BAD("'GroupID':-1", "GroupID: out of range"),
        SHOWS("'GroupID':1,"),
    };
    TRY_ROWS(*state, rows);
}

static void test_texts_at_both_ends(void **state)
{
    static const struct row rows[] = {
        GOOD("'SIM':1064755708,'ICCID':'" TEN TEN TEN "12'"),
        SHOWS("'SIM':'1064755708','ICCID':'" TEN TEN TEN "12',"),
        BAD("'ICCID':'" TEN TEN TEN "123'", "ICCID: too long"),
        GOOD("'SIM':'','ICCID':null"),
        SHOWS("'SIM':'','ICCID':'" TEN TEN TEN "12',"),
        GOOD("'SpeedUnit':'knots'"),
        SHOWS("'SpeedUnit':'knots',"),
        BAD("'SpeedUnit':'mph'", "SpeedUnit: wants knots, mps or kmh"),
        GOOD("'SpeedUnit':null"),
        SHOWS("'SpeedUnit':null,"),
        GOOD("'Note':'" SIXTY SIXTY SIXTY TEN TEN "'"),
        SHOWS("'Note':'" SIXTY SIXTY SIXTY TEN TEN "'"),
        BAD("'Note':'" SIXTY SIXTY SIXTY TEN TEN "1'", "Note: too long"),
        GOOD("'Note':' '"),
        SHOWS("'Note':'',"),
        GOOD("'Password':'unlock'"),
        SHOWS("'HasPassword':true,"),
        GOOD("'Password':''"),
        SHOWS("'HasPassword':false,"),
        BAD("'Model':'a\\nb'", "Model: holds control characters"),
        BAD("'Model':{}", "Model: wrong kind of value"),
    };
    TRY_ROWS(*state, rows);
}

/* The group goes before the role, and both before what is taken. */
static void test_who_adds(void **state)
{
    static const struct row rows[] = {
        {OLGA | VERA, ADD, "{'DeviceID':'400'}", NO_ROLE},
        {OLGA | VERA, ADD, "{'DeviceID':'100'}", NO_ROLE},
        {OLGA | VERA | ANNA, ADD, "{'DeviceID':'400','GroupID':3}", NO_GROUP},
        {NILS, ADD, "{'DeviceID':'400','GroupID':1}", NO_ROLE},
        {NILS | GRETA, ADD, "{'DeviceID':'400'}", FAILS(500, "GroupID: value missing")},
        {NILS | GRETA, ADD, "{'DeviceID':'400','GroupID':0}", FAILS(500, "GroupID: value missing")},
        {NILS | GRETA, ADD, "{'DeviceID':'400','GroupID':2}", NO_GROUP},
        {GRETA, ADD, "{'DeviceID':'400','GroupID':1}", DONE_ROW},
        {GRETA, ADD, "{'DeviceID':'200','GroupID':1}", ID_TAKEN}, /* though she does not see it */
        {GRETA, ADD, "{'DeviceID':'401','GroupID':1,'VehiclePlate':'s 1'}", PLATE_TAKEN},
        {NOBODY, ADD, "{'DeviceID':'402'}", NO_TOKEN_ROW},
        {ROOT, ADD, "{'DeviceID':'402'}", FAILS(500, "HoldID: value missing")},
        {ROOT, ADD, "{'DeviceID':'402','HoldID':3}", NO_ENTERPRISE},
        {ROOT, ADD, "{'DeviceID':'402','HoldID':2,'GroupID':3}", DONE_ROW},
        {BERTA, LIST, "{}", "...{'total':2,"},
        {OLGA | VERA | NILS, "manage/AddDevices", "{'Devices':[{'DeviceID':'403'}]}", NO_ROLE},
        {ANNA, "manage/AddDevices", "{'Devices':[]}", ANSWERS("{'added':0,'errors':[]}")},
        {ANNA, "manage/AddDevices", "{'Devices':{}}", FAILS(500, "Devices: wrong kind of value")},
        {ANNA, "manage/AddDevices", "{}", FAILS(500, "Devices: value missing")},
        {GRETA, "manage/AddDevices",
         "{'Devices':[{'DeviceID':'403'},{'DeviceID':'404','GroupID':2},"
         "{'DeviceID':'405','GroupID':1}]}",
         ANSWERS("{'added':1,'errors':[{'index':0,'ErrMsg':'GroupID: value missing'},"
                 "{'index':1,'ErrMsg':'This group does not exist'}]}")},
    };
    TRY_ROWS(*state, rows);
}

/* A device that the caller does not see does not exist, before the role is asked for. */
static void test_who_changes(void **state)
{
    static const struct row rows[] = {
        {OLGA | VERA | NILS, MODIFY, "{'DeviceID':'100','Model':'x'}", NO_ROLE},
        {OLGA | VERA | NILS, "manage/DeleteDevice", "{'DeviceID':'100'}", NO_ROLE},
        {GRETA | NILS, MODIFY, "{'DeviceID':'200','Model':'x'}", NO_DEVICE},
        {GRETA | NILS, "manage/DeleteDevice", "{'DeviceID':'300'}", NO_DEVICE},
        {ANNA | OLGA | GRETA, MODIFY, "{'DeviceID':'900','Model':'x'}", NO_DEVICE},
        {OLGA | GRETA, "manage/DeleteDevice", "{'DeviceID':'900','HoldID':2}", NO_DEVICE},
        {ANNA, "manage/DeleteDevice", "{'DeviceID':'900','HoldID':2}", NO_ENTERPRISE},
        {ROOT, "manage/DeleteDevice", "{'DeviceID':'900','HoldID':1}", NO_DEVICE},
        {GRETA, MODIFY, "{'DeviceID':'00100','GroupID':2}", NO_GROUP},
        {GRETA, MODIFY, "{'DeviceID':'00100','GroupID':0}", NO_GROUP}, /* out of her sight */
        {GRETA, MODIFY, "{'DeviceID':'00100','Model':'GT06'}", DONE_ROW},
        {ANNA, MODIFY, "{'DeviceID':'100','GroupID':3}", NO_GROUP},
        {ANNA, MODIFY, "{'DeviceID':'100','GroupID':2}", DONE_ROW},
        {GRETA, MODIFY, "{'DeviceID':'100','Model':'x'}", NO_DEVICE},
        {ANNA, MODIFY, "{'DeviceID':'100','GroupID':0}", DONE_ROW},
        {ANNA, LIST, "{'Key':'100'}", "...'Model':'GT06','GroupID':0,"},
        {ANNA, MODIFY, "{'DeviceID':'?'}", NO_DEVICE}, /* a rule for new ones alone */
        {ANNA, MODIFY, "{'Model':'x'}", FAILS(500, "DeviceID: value missing")},
        {ANNA, "manage/DeleteDevice", "{}", FAILS(500, "DeviceID: value missing")},
        {ANNA, MODIFY, "{'DeviceID':'200','VehiclePlate':'x','TankLitres':-1}",
         FAILS(500, "TankLitres: out of range")},
        {ANNA, LIST, "{'Key':'200'}", PAGE(1, ROW_200)}, /* nothing of it was changed */
    };
    TRY_ROWS(*state, rows);
}

/* "201130", today in a zone; g_free(). */
static char *today_in(const char *name)
{
    GTimeZone *zone = g_time_zone_new_identifier(name);
    assert_non_null(zone);
    GDateTime *now = g_date_time_new_now(zone);
    char *day = g_date_time_format(now, "%y%m%d");
    g_date_time_unref(now);
    g_time_zone_unref(zone);
    return day;
}

/* A device that is added now gets a code of today in the zone. */
static void try_code(struct fleet *f, const char *zone, const char *device)
{
    char *before = today_in(zone);
    try_row(f, &(struct row){ANNA, ADD, device, DONE_ROW}, 0);
    char *after = today_in(zone); /* midnight may have come between */
    char *answer = answer_of(f, P_ANNA, "manage/GetDevice", device);
    const char *code = strstr(answer, "\"ObjectCode\":\"");
    assert_non_null(code);
    code += strlen("\"ObjectCode\":\"");
    if (!g_str_has_prefix(code, before) && !g_str_has_prefix(code, after)) {
        fail_msg("%s: %.10s is not of %s", zone, code, before);
    }
    g_free(answer);
    g_free(after);
    g_free(before);
}

/* In one of the two zones it is never the day that UTC has. */
static void test_codes_have_the_day_of_the_enterprise(void **state)
{
    static const struct row zones[] = {
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':1,'TimeZone':'Pacific/Kiritimati'}", DONE_ROW},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':1,'TimeZone':'Etc/GMT+12'}", DONE_ROW},
    };
    try_row(*state, &zones[0], 0);
    try_code(*state, "Pacific/Kiritimati", "{'DeviceID':'500'}");
    try_row(*state, &zones[1], 1);
    try_code(*state, "Etc/GMT+12", "{'DeviceID':'501'}");
}

/* What is deleted is gone for everything, and its names are free, elsewhere too. */
static void test_deleting(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/DeleteDevice", "{'DeviceID':'00100'}", DONE_ROW},
        {ANNA, "manage/DeleteDevice", "{'DeviceID':'100'}", NO_DEVICE},
        {ANNA, MODIFY, "{'DeviceID':'100','Model':'x'}", NO_DEVICE},
        {ANNA, LIST, "{}", PAGE(2, ROW_200 "," ROW_300)},
        {ANNA, "vehicle/GetHistoryVehicleInfoByDeviceID",
         "{'DeviceID':'100','StartTime':'2026-01-01','EndTime':'2026-01-02'}",
         FAILS(4002, "Device number does not exist or has been deleted")},
        {ANNA, "vehicle/GetHistoryVehicleInfo",
         "{'NumberPlateLists':'N 1','StartTime':'2026-01-01','EndTime':'2026-01-02'}",
         FAILS(4001, "Vehicle Plate does not exist or been deleted")},
        {BERTA, ADD, "{'DeviceID':'100','VehiclePlate':'N 1','ObjectCode':'code-100'}", DONE_ROW},
        {ANNA, ADD, "{'DeviceID':'100'}", ID_TAKEN},
        {ANNA, ADD, "{'DeviceID':'101','VehiclePlate':'N 1','ObjectCode':'code-100'}", DONE_ROW},
        {BERTA, LIST, "{'Key':'N 1'}", PAGE(1, DEVICE("100", "N 1", "code-100", PLAIN(0)))},
    };
    TRY_ROWS(*state, rows);
}

/* A repeat with the same RequestID hears the first result; another one, and none, are calls anew.
 */
static void test_double_clicks(void **state)
{
    static const struct row rows[] = {
        {ANNA, ADD, "{'DeviceID':'400','RequestID':'r-1'}", DONE_ROW},
        {ANNA, ADD, "{'DeviceID':'400','RequestID':'r-1'}", DONE_ROW},
        {ANNA, ADD, "{'DeviceID':'400','RequestID':'r-2'}", ID_TAKEN},
        {ANNA, ADD, "{'DeviceID':'400'}", ID_TAKEN},
        {GRETA, ADD, "{'DeviceID':'400','GroupID':1,'RequestID':'r-1'}", ID_TAKEN},
        {ANNA, LIST, "{'Key':'400'}", "...{'total':1,"},
    };
    TRY_ROWS(*state, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_everybody_sees_their_own),
        FLEET_TEST(test_identities),
        FLEET_TEST(test_plates_and_codes),
        FLEET_TEST(test_numbers_at_both_ends),
        FLEET_TEST(test_texts_at_both_ends),
        FLEET_TEST(test_who_adds),
        FLEET_TEST(test_who_changes),
        FLEET_TEST(test_codes_have_the_day_of_the_enterprise),
        FLEET_TEST(test_deleting),
        FLEET_TEST(test_double_clicks),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
