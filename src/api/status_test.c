/* Sections 6 to 8: what is listed, filtered and shown of devices, and to whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"
#include "model/alarm.h"

#define DEVICES         "vehicle/GetDeviceList"
#define BY_PLATE        "vehicle/GetCurrentVehicleInfo"
#define BY_ID           "vehicle/GetCurrentVehicleInfoByDeviceIDs"
#define START_S         INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC, 11:00:00 in Berlin */
#define DANGEROUS(text) FAILS(401, "Dangerous value in parameters or parameter value missed: " text)
/* A device of section 6 that never reported. */
#define UNUSED(id, plate)                                                                          \
    "{'DeviceID':'" id "','VehiclePlate':'" plate "','isOnline':false,'isAlarm':false,"            \
    "'DeviceType':0,'isFocus':false,'NoUsed':true}"
#define ROW_100     UNUSED("100", "N 1")
#define ROW_200     UNUSED("200", "S 1")
#define ROW_300     UNUSED("300", "F 1")
#define LISTS(more) "{'PageIndex':1,'PageSize':10" more "}"
/* A device of sections 7 and 8 at 52.5, 13.4. */
#define AT(id, plate, time, rcv, rest)                                                             \
    "{'SIM':'','SIM2':'" id "','ObjectCode':'code-" id "','VehicleNum':'" plate                    \
    "','GPSTime':'" time "','RcvTime':'" rcv "','Lon':13.400000,'Lat':52.500000," rest
#define STANDING(flags)                                                                            \
    "'Speed':0.0,'Direct':0,'Mileage':'0.0','StatusDes':'','OilNum':'0.0'," flags ",'IsReversal':" \
    "0}"
#define QUIET      "'IsOnline':1,'IsAlarm':0,'Status':0"
#define STATUS_100 AT("100", "N 1", "2026-01-01 11:00:00", "2026-01-01 11:00:05", STANDING(QUIET))
#define STATUS_200 AT("200", "S 1", "2026-01-01 11:00:10", "2026-01-01 11:00:15", STANDING(QUIET))
#define STATUS_900 AT("900", "E 1", "2026-01-01 10:00:20", "2026-01-01 10:00:25", STANDING(QUIET))

/* ---- section 6 ---- */

static void test_the_list_of_each(void **state)
{
    static const struct row rows[] = {
        {ANNA | OLGA | VERA, DEVICES, LISTS(""), PAGE(3, ROW_100 "," ROW_200 "," ROW_300)},
        {GRETA | NILS, DEVICES, LISTS(""), PAGE(1, ROW_100)},
        {BERTA, DEVICES, LISTS(",'HoldID':1"), FAILS(500, "HoldID: no such enterprise")},
        {ROOT, DEVICES, LISTS(",'HoldID':2"), PAGE(1, UNUSED("900", "E 1"))},
        {ROOT, DEVICES, LISTS(""), FAILS(500, "HoldID: value missing")},
        {ROOT, DEVICES, LISTS(",'HoldID':7"), FAILS(500, "HoldID: no such enterprise")},
        {ROOT, DEVICES, LISTS(",'HoldID':'x'"), FAILS(500, "HoldID: not a whole number")},
        {NOBODY, DEVICES, LISTS(""), NO_TOKEN_ROW},
    };
    TRY_ROWS(*state, rows);
}

static void test_pages_of_the_list(void **state)
{
    static const struct row rows[] = {
        {ANNA, DEVICES, "{'PageIndex':'1','PageSize':'2'}", PAGE(3, ROW_100 "," ROW_200)},
        {ANNA, DEVICES, "{'pageindex':2,'PAGESIZE':2}", PAGE(3, ROW_300)},
        {ANNA, DEVICES, "{'PageIndex':3,'PageSize':2}", PAGE(3, "")},
        {ANNA, DEVICES, "{'PageIndex':1000000000,'PageSize':1000000000}", PAGE(3, "")},
        {ANNA, DEVICES, "{'PageIndex':1,'PageSize':1000000000}",
         PAGE(3, ROW_100 "," ROW_200 "," ROW_300)},
        {ANNA, DEVICES, "{'PageIndex':1.0,'PageSize':1}", PAGE(3, ROW_100)},
        {ANNA, DEVICES, "{'PageSize':1}", FAILS(500, "PageIndex: value missing")},
        {ANNA, DEVICES, "{'PageIndex':1}", FAILS(500, "PageSize: value missing")},
        {ANNA, DEVICES, "{'PageIndex':0,'PageSize':1}", FAILS(500, "PageIndex: out of range")},
        {ANNA, DEVICES, "{'PageIndex':1,'PageSize':0}", FAILS(500, "PageSize: out of range")},
        {ANNA, DEVICES, "{'PageIndex':1,'PageSize':-5}", FAILS(500, "PageSize: out of range")},
        {ANNA, DEVICES, "{'PageIndex':1.5,'PageSize':1}",
         FAILS(500, "PageIndex: not a whole number")},
        {ANNA, DEVICES, "{'PageIndex':1000000001,'PageSize':1}",
         FAILS(500, "PageIndex: out of range")},
    };
    TRY_ROWS(*state, rows);
}

static void test_filters_of_the_list(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/ModifyDevice", "{'DeviceID':'200','DeviceType':2}", DONE_ROW},
        {ANNA, DEVICES, LISTS(",'DeviceType':2"), "...{'total':1,'data':[{'DeviceID':'200',"},
        {ANNA, DEVICES, LISTS(",'DeviceType':0"), PAGE(2, ROW_100 "," ROW_300)},
        {ANNA, DEVICES, LISTS(",'DeviceType':1"), PAGE(0, "")},
        {ANNA, DEVICES, LISTS(",'DeviceType':3"), FAILS(500, "DeviceType: out of range")},
        {ANNA, DEVICES, LISTS(",'DeviceType':-1"), FAILS(500, "DeviceType: out of range")},
        {ANNA, DEVICES, LISTS(",'Status':6"), FAILS(500, "Status: out of range")},
        {ANNA, DEVICES, LISTS(",'Status':-1"), FAILS(500, "Status: out of range")},
        {ANNA, DEVICES, LISTS(",'Status':0,'Key':'F 1'"), PAGE(1, ROW_300)},
        {ANNA, DEVICES, LISTS(",'Key':'f 1'"), PAGE(1, ROW_300)},
        {ANNA, DEVICES, LISTS(",'Key':'30'"), PAGE(1, ROW_300)},
        {ANNA, DEVICES, LISTS(",'Key':'','Status':null,'DeviceType':null"), "...{'total':3,"},
        {ANNA, DEVICES, LISTS(",'Key':'code-100'"), PAGE(0, "")}, /* of ID and plate alone */
        {ANNA, DEVICES, LISTS(",'Key':'1','DeviceType':2"), "...{'total':1,"},
        {ANNA, DEVICES, LISTS(",'Key':'E 1'"), PAGE(0, "")},
        {NILS, DEVICES, LISTS(",'Key':'S 1'"), PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

/* Those that never reported are neither online nor offline. */
static void test_each_status_of_the_list(void **state)
{
    static const struct row rows[] = {
        {ANNA, DEVICES, LISTS(",'Status':1"),
         "...{'total':1,'data':[{'DeviceID':'100','VehiclePlate':'N 1','isOnline':true,"
         "'isAlarm':true,'DeviceType':0,'isFocus':false,'NoUsed':false}]}"},
        {ANNA, DEVICES, LISTS(",'Status':2"), PAGE(0, "")},
        {ANNA, DEVICES, LISTS(",'Status':3"), "...{'total':1,'data':[{'DeviceID':'100',"},
        {ANNA, DEVICES, LISTS(",'Status':4"), PAGE(2, ROW_200 "," ROW_300)},
        {ANNA, DEVICES, LISTS(",'Status':5"), PAGE(0, "")},
        {BERTA, DEVICES, LISTS(",'Status':1"), PAGE(0, "")},
    };
    struct message report = fleet_fix(START_S);
    report.fix.alarms = ALARM_BIT(SOS);
    fleet_report(*state, "100", &report, 1);
    TRY_ROWS(*state, rows);
    const struct message next = fleet_fix(START_S + 10); /* which ends a momentary alarm */
    fleet_report(*state, "100", &next, 1);
    static const struct row after[] = {
        {ANNA, DEVICES, LISTS(",'Status':3"), PAGE(0, "")},
        {ANNA, DEVICES, LISTS(",'Status':1"), "...'isOnline':true,'isAlarm':false,"},
    };
    TRY_ROWS(*state, after);
}

/* ---- sections 7 and 8 ---- */

/* 100, 200 and 900 at their times; 300 never says anything. */
static void report_all(struct fleet *f)
{
    static const struct {
        const char *device_id;
        int64_t time_s;
    } rows[] = {{"100", START_S}, {"200", START_S + 10}, {"900", START_S + 20}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct message report = fleet_fix(rows[i].time_s);
        fleet_report(f, rows[i].device_id, &report, 1);
    }
}

/* In the order asked, each once; what cannot be seen, or never reported, is passed over. */
static void test_lists_of_names(void **state)
{
    static const struct row rows[] = {
        {ANNA | VERA, BY_PLATE, "{'VehiclePlates':'S 1,N 1'}", PAGE(2, STATUS_200 "," STATUS_100)},
        {ANNA, BY_ID, "{'DeviceIDs':'200, 00100 ,100,200'}", PAGE(2, STATUS_200 "," STATUS_100)},
        {ANNA, BY_ID, "{'DeviceIDs':['100','200']}", PAGE(2, STATUS_100 "," STATUS_200)},
        {ANNA, BY_ID, "{'DeviceIDs':100}", PAGE(1, STATUS_100)},
        {ANNA, BY_PLATE, "{'VehiclePlates':'n 1,E 1,300,F 1,,none'}", PAGE(1, STATUS_100)},
        {ANNA, BY_ID, "{'DeviceIDs':'900,999,300'}", PAGE(0, "")},
        {ANNA, BY_PLATE, "{'VehiclePlates':'100'}", PAGE(0, "")}, /* an ID is no plate */
        {NILS, BY_ID, "{'DeviceIDs':'100,200'}", PAGE(1, STATUS_100)},
        {BERTA, BY_ID, "{'DeviceIDs':'100,900'}", PAGE(1, STATUS_900)},
        {ROOT, BY_ID, "{'HoldID':2,'DeviceIDs':'100,900'}", PAGE(1, STATUS_900)},
        {ANNA, BY_ID, "{'DeviceIDs':['100,200']}",
         DANGEROUS("DeviceIDs: holds a comma in an item")},
    };
    report_all(*state);
    TRY_ROWS(*state, rows);
}

static void test_all_of_them(void **state)
{
    static const struct row rows[] = {
        {ANNA, BY_PLATE, "{'VehiclePlates':''}", PAGE(2, STATUS_100 "," STATUS_200)},
        {ANNA, BY_ID, "{'DeviceIDs':' '}", PAGE(2, STATUS_100 "," STATUS_200)},
        {ANNA, BY_ID, "{'DeviceIDs':[]}", PAGE(2, STATUS_100 "," STATUS_200)},
        {GRETA, BY_PLATE, "{'VehiclePlates':''}", PAGE(1, STATUS_100)},
        {BERTA, "asset/GetCurrentVehicleInfo", "{'VehiclePlates':''}", PAGE(1, STATUS_900)},
        {ANNA, BY_PLATE, "{}", DANGEROUS("VehiclePlates: value missing")},
        {ANNA, BY_ID, "{'DeviceIDs':null}", DANGEROUS("DeviceIDs: value missing")},
        {ANNA, BY_ID, "{'DeviceIDs':{}}", DANGEROUS("DeviceIDs: wrong kind of value")},
        {ANNA, BY_ID, "nonsense", DANGEROUS("body: not a JSON object")},
        {ROOT, BY_ID, "{'DeviceIDs':''}", DANGEROUS("HoldID: value missing")},
        {NOBODY, BY_ID, "{'DeviceIDs':''}", NO_TOKEN_ROW},
    };
    report_all(*state);
    TRY_ROWS(*state, rows);
}

/* Ignition, alarms, movement and fuel as the newest report tells them, and not a later arrival. */
static void test_what_a_status_tells(void **state)
{
    struct message newest = fleet_fix(START_S + 60);
    fix_set_speed_kmh_e2(&newest.fix, 5250);
    fix_set_course_cdeg(&newest.fix, 35950);
    fix_set_fuel_ml(&newest.fix, 45650);
    fix_set_switch(&newest.fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    newest.fix.alarms = ALARM_BIT(SOS);
    const struct message late = fleet_fix(START_S);
    static const struct row rows[] = {
        {ANNA, BY_ID, "{'DeviceIDs':'100'}",
         "...'GPSTime':'2026-01-01 11:01:00','RcvTime':'2026-01-01 11:01:05','Lon':13.400000,"
         "'Lat':52.500000,'Speed':52.5,'Direct':0,"},
        {ANNA, BY_ID, "{'DeviceIDs':'100'}", "...SOS alarm"},
        {ANNA, BY_ID, "{'DeviceIDs':'100'}", "...'StatusDes':'Moving"},
        {ANNA, BY_ID, "{'DeviceIDs':'100'}",
         "...,'OilNum':'45.7','IsOnline':1,'IsAlarm':1,'Status':1,'IsReversal':0}]"},
    };
    fleet_report(*state, "100", &newest, 1);
    TRY_ROWS(*state, rows);
    fleet_report(*state, "100", &late, 1);
    TRY_ROWS(*state, rows);
}

/* Renamed, moved and deleted devices are shown as they are now. */
static void test_devices_that_change(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/ModifyDevice", "{'DeviceID':'100','VehiclePlate':'X','SIM':'17'}", DONE_ROW},
        {ANNA, BY_PLATE, "{'VehiclePlates':'N 1'}", PAGE(0, "")},
        {ANNA, BY_PLATE, "{'VehiclePlates':'x'}", "...[{'SIM':'17','SIM2':'100','ObjectCode':"},
        {ANNA, "manage/ModifyDevice", "{'DeviceID':'100','GroupID':2}", DONE_ROW},
        {NILS, BY_ID, "{'DeviceIDs':''}", PAGE(0, "")},
        {ANNA, "manage/ModifyDevice", "{'DeviceID':'200','GroupID':1}", DONE_ROW},
        {NILS, BY_ID, "{'DeviceIDs':''}", PAGE(1, STATUS_200)},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':1,'TimeZone':'UTC'}", DONE_ROW},
        {NILS, BY_ID, "{'DeviceIDs':''}", "...'GPSTime':'2026-01-01 10:00:10',"},
        {ANNA, "manage/DeleteDevice", "{'DeviceID':'200'}", DONE_ROW},
        {NILS, BY_ID, "{'DeviceIDs':'200'}", PAGE(0, "")},
    };
    report_all(*state);
    TRY_ROWS(*state, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_the_list_of_each),    FLEET_TEST(test_pages_of_the_list),
        FLEET_TEST(test_filters_of_the_list), FLEET_TEST(test_each_status_of_the_list),
        FLEET_TEST(test_lists_of_names),      FLEET_TEST(test_all_of_them),
        FLEET_TEST(test_what_a_status_tells), FLEET_TEST(test_devices_that_change),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
