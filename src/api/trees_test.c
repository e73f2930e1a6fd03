/*
 * Enterprises below others: who may act where, whose things lists show, what limits hold, and who
 * makes and changes which. Two is put below One, Three (3) below Two, and Four (4) beside Two:
 *
 *     One (anna) ──── Two (berta) ──── Three
 *              └───── Four
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"

#define LIST_DEVICES  "manage/ListDevices"
#define LIST_USERS    "manage/ListUsers"
#define LIST          "manage/ListEnterprises"
#define ADD           "manage/AddEnterprise"
#define MODIFY        "manage/ModifyEnterprise"
#define DELETE        "manage/DeleteEnterprise"
#define BELOW         "'IncludeBelow':true"
#define LIMITED(name) FAILS(403, name " is reached")
#define TOO_DEEP      FAILS(500, "ParentHoldID: too deep, or below itself")
#define OF(id, name)  ",'HoldID':" #id ",'HoldName':'" name "'}"
#define GROUP(id, name, hold, hold_name)                                                           \
    "{'GroupID':" #id ",'GroupName':'" name "'" OF(hold, hold_name)

enum { LED = OLGA | VERA | GRETA | NILS };

static int open_trees(void **state)
{
    static const struct row rows[] = {
        {ROOT, MODIFY, "{'HoldID':2,'ParentHoldID':1}", DONE_ROW},
        {ROOT, ADD, "{'HoldName':'Three','ParentHoldID':2}", ANSWERS("{'HoldID':3}")},
        {ROOT, ADD, "{'HoldName':'Four','ParentHoldID':1}", ANSWERS("{'HoldID':4}")},
        {ROOT, "manage/AddDevice", "{'HoldID':3,'DeviceID':'150','VehiclePlate':'N 1'}", DONE_ROW},
    };
    (void)open_fleet(state);
    TRY_ROWS(*state, rows);
    return 0;
}

#define TREE_TEST(f) cmocka_unit_test_setup_teardown(f, open_trees, close_fleet)

static void admins_act_below_their_own(void **state)
{
    static const struct row rows[] = {
        {ANNA | ROOT, LIST_DEVICES, "{'HoldID':2}", "...{'total':1,'data':[{'DeviceID':'900',"},
        {ANNA | BERTA, LIST_DEVICES, "{'HoldID':3}", "...{'total':1,'data':[{'DeviceID':'150',"},
        {ANNA, LIST_DEVICES, "{'HoldID':4}", PAGE(0, "")},
        {ANNA, LIST_DEVICES, "{'HoldID':1}", "...{'total':3,"},
        {BERTA, LIST_DEVICES, "{'HoldID':1}", NO_ENTERPRISE},
        {BERTA, LIST_DEVICES, "{'HoldID':4}", NO_ENTERPRISE},
        {ANNA | BERTA, LIST_DEVICES, "{'HoldID':99}", NO_ENTERPRISE},
        {ANNA, "manage/AddDevice", "{'HoldID':3,'DeviceID':'151'}", DONE_ROW},
        {BERTA, "manage/ModifyDevice", "{'HoldID':3,'DeviceID':'151','Note':'x'}", DONE_ROW},
        {BERTA, "manage/ModifyDevice", "{'DeviceID':'151','Note':'x'}", NO_DEVICE},
        {BERTA, "manage/DeleteDevice", "{'HoldID':4,'DeviceID':'100'}", NO_ENTERPRISE},
        {ANNA, "vehicle/ModifyVehiclePlate",
         "{'HoldID':3,'DeviceID':'151','NewVehiclePlate':'new'}", ANSWERS("'0'")},
        {BERTA, "vehicle/ModifyVehiclePlate",
         "{'HoldID':1,'DeviceID':'100','NewVehiclePlate':'new'}", ANSWERS("'3'")},
        {ANNA, "manage/GetMe", "{'HoldID':2}", "...'Role':'admin','HoldID':2,'HoldName':'Two',"},
        {ANNA, LIST_DEVICES, "{'HoldID':'x'}", FAILS(500, "HoldID: not a whole number")},
    };
    TRY_ROWS(*state, rows);
}

/* From others it is passed over, as it always was: they are in their own enterprise alone. */
static void others_stay_in_their_own(void **state)
{
    static const struct row rows[] = {
        {OLGA | VERA, LIST_DEVICES, "{'HoldID':2}", "...{'total':3,"},
        {GRETA | NILS, LIST_DEVICES, "{'HoldID':2}", "...{'total':1,'data':[{'DeviceID':'100',"},
        {LED, "manage/DeleteDevice", "{'HoldID':2,'DeviceID':'900'}", NO_DEVICE},
        {OLGA | VERA, "vehicle/GetDeviceList", "{'PageIndex':1,'PageSize':9," BELOW "}",
         "...{'total':3,"},
        {GRETA, "manage/ListGroups", "{" BELOW "}", PAGE(1, GROUP(1, "north", 1, "One"))},
        {LED, ADD, "{'HoldName':'x'}", NO_ROLE},
        {LED, MODIFY, "{'HoldID':2,'HoldName':'x'}", NO_ROLE},
        {LED, DELETE, "{'HoldID':4}", NO_ROLE},
        {GRETA, LIST, "{}", "...{'total':1,'data':[{'HoldID':1,"},
    };
    TRY_ROWS(*state, rows);
}

#define LISTED(id, plate, hold, name)                                                              \
    "{'DeviceID':'" id "','VehiclePlate':'" plate "','isOnline':false,'isAlarm':false,"            \
    "'DeviceType':0,'isFocus':false,'NoUsed':true" OF(hold, name)
#define PAGE_OF(index, size) "{'PageIndex':" #index ",'PageSize':" #size ",'IncludeBelow':'true'}"

static void lists_go_down_where_they_are_told_to(void **state)
{
    static const struct row rows[] = {
        {ANNA, "vehicle/GetDeviceList", PAGE_OF(1, 2),
         PAGE(5, LISTED("100", "N 1", 1, "One") "," LISTED("150", "N 1", 3, "Three"))},
        {ANNA, "vehicle/GetDeviceList", PAGE_OF(3, 2), PAGE(5, LISTED("900", "E 1", 2, "Two"))},
        {BERTA, "vehicle/GetDeviceList", PAGE_OF(1, 9),
         PAGE(2, LISTED("150", "N 1", 3, "Three") "," LISTED("900", "E 1", 2, "Two"))},
        {BERTA, "vehicle/GetDeviceList", "{'PageIndex':1,'PageSize':9}", "...{'total':1,"},
        {ANNA, "vehicle/GetDeviceList",
         "{'PageIndex':1,'PageSize':9,'HoldID':2,'IncludeBelow':1,'Key':'150'}",
         PAGE(1, LISTED("150", "N 1", 3, "Three"))},
        {ROOT, LIST_DEVICES, "{'HoldID':2," BELOW "}", "...{'total':2,"},
        {ANNA, LIST_DEVICES, "{" BELOW ",'Key':'N 1'}", "...,'HoldID':3,'HoldName':'Three'}]}"},
        {ANNA, LIST_USERS, "{" BELOW "}", "...{'total':6,"},
        {ANNA, LIST_USERS, "{" BELOW ",'Key':'berta'}", "..." OF(2, "Two") "]}"},
        {BERTA, LIST_USERS, "{" BELOW "}", "...{'total':1,"},
        {ANNA, "manage/ListGroups", "{" BELOW "}",
         PAGE(3, GROUP(1, "north", 1, "One") "," GROUP(2, "south", 1, "One") "," GROUP(3, "east", 2,
                                                                                       "Two"))},
        {BERTA, "manage/AddGeofence",
         "{'HoldID':3,'RegionName':'Yard','Shape':'circle','Points':[[13,52]],'Radius':50,"
         "'DeviceIDs':'150'}",
         ANSWERS("{'PolygonID':1}")},
        {ANNA, "manage/ListGeofences", "{}", PAGE(0, "")},
        {ANNA, "manage/ListGeofences", "{" BELOW "}", "...'DeviceIDs':['150'],"},
        {ANNA, "manage/ListGeofences", "{" BELOW "}", "..." OF(3, "Three") "]}"},
        {BERTA, "manage/AddSIM", "{'HoldID':3,'ICCID':'8937010000000000021','SIM':'1'}", DONE_ROW},
        {ANNA, "manage/ListSIMs", "{}", PAGE(0, "")},
        {ANNA, "manage/ListSIMs", "{" BELOW "}", "..." OF(3, "Three") "]}"},
        {ANNA | BERTA, "manage/ListAlarms", "{" BELOW "}", PAGE(0, "")},
        {ANNA | BERTA, "manage/ListCommands", "{" BELOW ",'DeviceIDs':'100,150'}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

/* Several have the plate; they come in the order asked, then by DeviceID. */
static void states_below_are_found_by_plate_and_id(void **state)
{
    struct fleet *f = *state;
    const struct message m = {.kind = MESSAGE_FIX, .fix = fleet_fix(1700000000).fix};
    fleet_report(f, "150", &m, 1);
    fleet_report(f, "100", &m, 1);
    fleet_report(f, "900", &m, 1);
    static const struct row rows[] = {
        {ANNA, "vehicle/GetCurrentVehicleInfo", "{'VehiclePlates':'e 1, n 1,E 1'," BELOW "}",
         "...{'total':3,'data':[{'SIM':'','SIM2':'900',"},
        {ANNA, "vehicle/GetCurrentVehicleInfo", "{'VehiclePlates':'n 1'," BELOW "}",
         "..." OF(1, "One") ",{'SIM':'','SIM2':'150',"},
        {ANNA, "vehicle/GetCurrentVehicleInfo", "{'VehiclePlates':'n 1'}", "...{'total':1,"},
        {ANNA, "vehicle/GetCurrentVehicleInfo", "{'VehiclePlates':''," BELOW "}", "...{'total':3,"},
        {BERTA, "vehicle/GetCurrentVehicleInfo", "{'VehiclePlates':'n 1'," BELOW "}",
         "...{'total':1,'data':[{'SIM':'','SIM2':'150',"},
        {ANNA, "vehicle/GetCurrentVehicleInfoByDeviceIDs", "{'DeviceIDs':'900,150,100'," BELOW "}",
         "...{'total':3,'data':[{'SIM':'','SIM2':'900',"},
        {BERTA, "vehicle/GetCurrentVehicleInfoByDeviceIDs", "{'DeviceIDs':'100,150'," BELOW "}",
         "...{'total':1,'data':[{'SIM':'','SIM2':'150',"},
        {ANNA, "vehicle/GetCurrentVehicleInfoByDeviceIDs", "{'DeviceIDs':'900,150,100'}",
         "...{'total':1,"},
        /* Times are those of Berlin, in which anna is, for all of them. */
        {ANNA, "vehicle/GetCurrentVehicleInfoByDeviceIDs", "{'DeviceIDs':'150'," BELOW "}",
         "...'GPSTime':'2023-11-14 23:13:20'"},
        {BERTA, "vehicle/GetCurrentVehicleInfoByDeviceIDs", "{'DeviceIDs':'150'," BELOW "}",
         "...'GPSTime':'2023-11-14 22:13:20'"},
    };
    TRY_ROWS(f, rows);
}

static void who_may_make_them(void **state)
{
    static const struct row rows[] = {
        {ANNA, ADD, "{'HoldName':'x'}", NO_ROLE},
        {ANNA, ADD, "{'HoldName':'x','ParentHoldID':2}", NO_ROLE},
        {BERTA, ADD, "{'HoldName':'x','ParentHoldID':1}", NO_ENTERPRISE},
        {BERTA, ADD, "{'HoldName':'x','ParentHoldID':4}", NO_ENTERPRISE},
        {ANNA | BERTA, ADD, "{'HoldName':'x','ParentHoldID':99}", NO_ENTERPRISE},
        {ANNA, MODIFY, "{'HoldID':2,'CanSubdivide':true}", NO_ROLE},
        {ROOT, MODIFY, "{'HoldID':1,'CanSubdivide':true}", DONE_ROW},
        {ANNA, MODIFY, "{'HoldID':2,'CanSubdivide':true}", DONE_ROW},
        {BERTA, ADD, "{'HoldName':'Five','Language':'ZH','Units':'mi','MaxUsers':2}",
         ANSWERS("{'HoldID':5}")},
        {BERTA, LIST, "{'Key':'five'}",
         PAGE(1, "{'HoldID':5,'HoldName':'Five','TimeZone':'UTC','ServiceEnd':null,"
                 "'RetentionDays':0,'ParentHoldID':2,'CanSubdivide':false,'Language':'zh',"
                 "'Units':'mi','MaxDevices':0,'MaxUsers':2,'MaxGeofences':0,"
                 "'MaxRetentionDays':0}")},
        {ANNA, ADD, "{'HoldName':'Six','ParentHoldID':3,'RequestID':'a'}", ANSWERS("{'HoldID':6}")},
        {ANNA, ADD, "{'HoldName':'Six','ParentHoldID':3,'RequestID':'a'}", ANSWERS("{'HoldID':6}")},
        {BERTA, LIST_USERS, "{'HoldID':6}", PAGE(0, "")},
        {ANNA, ADD, "{'HoldName':'x','Language':'de'}", FAILS(500, "Language: wants en or zh")},
        {ANNA, ADD, "{'HoldName':'x','Units':'nm'}", FAILS(500, "Units: wants km or mi")},
        {ANNA, ADD, "{'HoldName':'x','MaxUsers':-1}", FAILS(500, "MaxUsers: out of range")},
        {ANNA, "manage/ListAudit", "{'Key':'Six'}", "...'Object':'enterprise Six',"},
        {ANNA, "manage/ListAudit", "{'HoldID':6}", "...'Object':'enterprise Six',"},
        {ANNA, "manage/ListAudit", "{'HoldID':6,'IncludeBelow':true}",
         "...,'HoldID':6,'HoldName':'Six'}]"},
    };
    TRY_ROWS(*state, rows);
}

static void who_sees_and_changes_which(void **state)
{
    static const struct row rows[] = {
        {ANNA, LIST, "{}", "...{'total':4,'data':[{'HoldID':1,"},
        {ANNA, LIST, "{'Key':'two'}", "...'ParentHoldID':1,"},
        {BERTA, LIST, "{}", "...{'total':2,'data':[{'HoldID':2,"},
        {BERTA, LIST, "{'Key':'two'}", "...'ParentHoldID':null,"},
        {BERTA, LIST, "{'PageIndex':2,'PageSize':1}", "...{'total':2,'data':[{'HoldID':3,"},
        {BERTA, MODIFY, "{'HoldID':2,'TimeZone':'Asia/Shanghai'}", DONE_ROW},
        {BERTA, MODIFY, "{'HoldID':2,'HoldName':'x'}", NO_ROLE},
        {BERTA, MODIFY, "{'HoldID':2,'TimeZone':'UTC','MaxDevices':0}", NO_ROLE},
        {BERTA, MODIFY, "{'HoldID':1,'TimeZone':'UTC'}", NO_ENTERPRISE},
        {BERTA, MODIFY, "{'HoldID':4,'HoldName':'x'}", NO_ENTERPRISE},
        {BERTA, MODIFY, "{'HoldID':3,'HoldName':'Drei','ServiceEnd':'2040-01-01'}", DONE_ROW},
        {BERTA, MODIFY, "{'HoldID':3,'ParentHoldID':4}", NO_ENTERPRISE},
        {BERTA, MODIFY, "{'HoldID':3,'ParentHoldID':0}", NO_ROLE},
        {ANNA, MODIFY, "{'HoldID':3,'ParentHoldID':4}", DONE_ROW},
        {BERTA, LIST, "{}", "...{'total':1,"},
        {BERTA, LIST_DEVICES, "{'HoldID':3}", NO_ENTERPRISE},
        {ANNA, MODIFY, "{'HoldID':4,'ParentHoldID':3}", TOO_DEEP},
        {ANNA, MODIFY, "{'HoldID':4,'ParentHoldID':4}", TOO_DEEP},
        {BERTA, DELETE, "{'HoldID':4}", NO_ENTERPRISE},
        {BERTA, DELETE, "{'HoldID':2}", NO_ROLE},
        {ANNA, DELETE, "{'HoldID':4}", FAILS(409, "Other enterprises are below it")},
        {ROOT, DELETE, "{'HoldID':1}", FAILS(409, "Other enterprises are below it")},
        {ANNA, DELETE, "{'HoldID':3}", DONE_ROW},
        {ANNA, DELETE, "{'HoldID':3}", NO_ENTERPRISE},
        {ANNA, DELETE, "{'HoldID':4}", DONE_ROW},
        {ANNA, LIST, "{}", "...{'total':2,"},
        {ANNA, "vehicle/GetDeviceList", PAGE_OF(1, 9), "...{'total':4,"},
        {ROOT, MODIFY, "{'HoldID':2,'ParentHoldID':0}", DONE_ROW},
        {ANNA, LIST_DEVICES, "{'HoldID':2}", NO_ENTERPRISE},
    };
    TRY_ROWS(*state, rows);
}

static void trees_have_eight_levels(void **state)
{
    char body[64];
    char answer[64];
    for (int id = 5; id <= ENTERPRISE_DEPTH_MAX + 2; id++) { /* One, Two, Three are the first */
        assert_in_range(snprintf(body, sizeof(body), "{'HoldName':'x','ParentHoldID':%d}",
                                 id == 5 ? 3 : id - 1),
                        1, sizeof(body) - 1);
        bool fits = id < ENTERPRISE_DEPTH_MAX + 2;
        assert_in_range(snprintf(answer, sizeof(answer), ANSWERS("{'HoldID':%d}"), id), 1,
                        sizeof(answer) - 1);
        try_row(*state, &(struct row){ROOT, ADD, body, fits ? answer : TOO_DEEP}, (size_t)id);
    }
}

static void limits_hold_for_a_tree_together(void **state)
{
    static const struct row rows[] = {
        {ROOT, MODIFY, "{'HoldID':1,'MaxDevices':6,'MaxUsers':7,'MaxGeofences':1}", DONE_ROW},
        {ANNA, MODIFY, "{'HoldID':2,'MaxDevices':2}", DONE_ROW},
        {BERTA, "manage/AddDevice", "{'DeviceID':'901'}", LIMITED("MaxDevices")},
        {BERTA, "manage/AddDevice", "{'HoldID':3,'DeviceID':'901'}", LIMITED("MaxDevices")},
        {ANNA, MODIFY, "{'HoldID':2,'MaxDevices':0}", DONE_ROW},
        {BERTA, "manage/AddDevices",
         "{'HoldID':3,'Devices':[{'DeviceID':'901'},{'DeviceID':'902'}]}",
         ANSWERS("{'added':1,'errors':[{'index':1,'ErrMsg':'MaxDevices is reached'}]}")},
        {ANNA, "manage/AddDevice", "{'DeviceID':'903'}", LIMITED("MaxDevices")},
        {ANNA, "manage/AddDevice", "{'DeviceID':'901'}", FAILS(409, "DeviceID is taken")},
        {BERTA, "manage/DeleteDevice", "{'HoldID':3,'DeviceID':'901'}", DONE_ROW},
        {ANNA, "manage/AddDevice", "{'DeviceID':'903'}", DONE_ROW},
        {BERTA, "manage/AddUser", "{'LoginName':'u1','PassWord':'secret-1','Role':'viewer'}",
         "...'Code':200,"},
        {ANNA, "manage/AddUser", "{'LoginName':'u2','PassWord':'secret-1','Role':'viewer'}",
         LIMITED("MaxUsers")},
        {ANNA, "manage/AddGeofence",
         "{'HoldID':3,'RegionName':'a','Shape':'circle','Points':[[13,52]],'Radius':50}",
         "...'Code':200,"},
        {BERTA, "manage/AddGeofence",
         "{'RegionName':'a','Shape':'circle','Points':[[13,52]],'Radius':50}",
         LIMITED("MaxGeofences")},
        /* After a cut what is there stays, and takes nothing new. */
        {ROOT, MODIFY, "{'HoldID':1,'MaxDevices':1}", DONE_ROW},
        {ANNA, LIST_DEVICES, "{'PageSize':1}", "...{'total':4,"},
        {ANNA, "manage/ModifyDevice", "{'DeviceID':'903','Note':'x'}", DONE_ROW},
        {ANNA, "manage/AddDevice", "{'DeviceID':'904'}", LIMITED("MaxDevices")},
        {ROOT, ADD, "{'HoldName':'Five'}", ANSWERS("{'HoldID':5}")},
        {ROOT, "manage/AddDevice", "{'HoldID':5,'DeviceID':'905'}", DONE_ROW},
        {ROOT, MODIFY, "{'HoldID':5,'ParentHoldID':4}", LIMITED("MaxDevices")},
    };
    TRY_ROWS(*state, rows);
}

static void retention_has_a_limit_of_its_own(void **state)
{
    static const struct row rows[] = {
        {ROOT, MODIFY, "{'HoldID':1,'MaxRetentionDays':90}", DONE_ROW},
        {ANNA, MODIFY, "{'HoldID':2,'RetentionDays':91}", LIMITED("MaxRetentionDays")},
        {ANNA, MODIFY, "{'HoldID':2,'RetentionDays':90}", DONE_ROW},
        {ANNA, MODIFY, "{'HoldID':2,'MaxRetentionDays':30}", DONE_ROW},
        {BERTA, MODIFY, "{'HoldID':3,'RetentionDays':31}", LIMITED("MaxRetentionDays")},
        {ANNA, MODIFY, "{'HoldID':4,'RetentionDays':31,'MaxRetentionDays':30}",
         LIMITED("MaxRetentionDays")},
        {ROOT, ADD, "{'HoldName':'x','ParentHoldID':3,'RetentionDays':31}",
         LIMITED("MaxRetentionDays")},
    };
    TRY_ROWS(*state, rows);
}

/* The service of an enterprise ends that of all below it. */
static void a_service_ends_down_the_tree(void **state)
{
    struct fleet *f = *state;
    static const struct row ended[] = {
        {ROOT, MODIFY, "{'HoldID':1,'ServiceEnd':'2020-01-01'}", DONE_ROW},
        {ANNA | BERTA, LIST_DEVICES, "{}", NO_TOKEN_ROW},
        {ROOT, LIST_DEVICES, "{'HoldID':2}", "...{'total':1,"},
    };
    TRY_ROWS(f, ended);
    try_login(f, "berta", "secret-1", FAILS(4003, "Enterprise expire"));
    static const struct row renewed[] = {
        {ROOT, MODIFY, "{'HoldID':1,'ServiceEnd':''}", DONE_ROW},
        {ANNA | BERTA, LIST_DEVICES, "{}", NO_TOKEN_ROW},
    };
    TRY_ROWS(f, renewed);
    try_login(f, "berta", "secret-1", "...{'Code':200,'Data':'");
}

/* Nor do tokens live on where an enterprise leaves a tree whose service has ended. */
static void a_service_begins_anew_elsewhere(void **state)
{
    static const struct row rows[] = {
        {ROOT, MODIFY, "{'HoldID':1,'ServiceEnd':'2020-01-01'}", DONE_ROW},
        {ROOT, MODIFY, "{'HoldID':2,'ParentHoldID':0}", DONE_ROW},
        {BERTA, LIST_DEVICES, "{}", NO_TOKEN_ROW},
    };
    TRY_ROWS(*state, rows);
    try_login(*state, "berta", "secret-1", "...{'Code':200,'Data':'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE_TEST(admins_act_below_their_own),
        TREE_TEST(others_stay_in_their_own),
        TREE_TEST(lists_go_down_where_they_are_told_to),
        TREE_TEST(states_below_are_found_by_plate_and_id),
        TREE_TEST(who_may_make_them),
        TREE_TEST(who_sees_and_changes_which),
        TREE_TEST(trees_have_eight_levels),
        TREE_TEST(limits_hold_for_a_tree_together),
        TREE_TEST(retention_has_a_limit_of_its_own),
        TREE_TEST(a_service_ends_down_the_tree),
        TREE_TEST(a_service_begins_anew_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
