/* Groups of devices: who may make, rename, delete and see them, and what their names may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"

#define NORTH_ROW    "{'GroupID':1,'GroupName':'north'}"
#define SOUTH_ROW    "{'GroupID':2,'GroupName':'south'}"
#define EAST_ROW     "{'GroupID':3,'GroupName':'east'}"
#define NAME_TAKEN   FAILS(409, "GroupName is taken")
#define NAME_MISSING FAILS(500, "GroupName: value missing")
#define TEN          "1234567890"
#define SIXTY        TEN TEN TEN TEN TEN TEN

static void test_everybody_sees_their_own(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/ListGroups", "{}", PAGE(2, NORTH_ROW "," SOUTH_ROW)},
        {VERA, "manage/ListGroups", "", PAGE(2, NORTH_ROW "," SOUTH_ROW)},
        {GRETA, "manage/ListGroups", "{}", PAGE(1, NORTH_ROW)},
        {NILS, "manage/ListGroups", "{}", PAGE(1, NORTH_ROW)},
        {BERTA, "manage/ListGroups", "{}", PAGE(1, EAST_ROW)},
        {ANNA, "manage/ListGroups", "{'HoldID':2}", NO_ENTERPRISE},
        {OLGA, "manage/ListGroups", "{'HoldID':2}", PAGE(2, NORTH_ROW "," SOUTH_ROW)},
        {ROOT, "manage/ListGroups", "{'HoldID':2}", PAGE(1, EAST_ROW)},
        {ROOT, "manage/ListGroups", "{'HoldID':'1'}", PAGE(2, NORTH_ROW "," SOUTH_ROW)},
        {ROOT, "manage/ListGroups", "{}", FAILS(500, "HoldID: value missing")},
        {ROOT, "manage/ListGroups", "{'HoldID':9}", NO_ENTERPRISE},
        {NOBODY, "manage/ListGroups", "{}", NO_TOKEN_ROW},
    };
    TRY_ROWS(*state, rows);
}

static void test_names(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/AddGroup", "{'GroupName':' west '}", ANSWERS("{'GroupID':4}")},
        {ANNA, "manage/AddGroup", "{'GroupName':'WEST'}", NAME_TAKEN},
        {ANNA, "manage/AddGroup", "{'GroupName':'North'}", NAME_TAKEN},
        {BERTA, "manage/AddGroup", "{'GroupName':'north'}", ANSWERS("{'GroupID':5}")},
        {ANNA, "manage/AddGroup", "{'GroupName':7}", ANSWERS("{'GroupID':6}")},
        {ANNA, "manage/AddGroup", "{'groupname':'" SIXTY "1234'}", ANSWERS("{'GroupID':7}")},
        {ANNA, "manage/AddGroup", "{'GroupName':'" SIXTY "12345'}",
         FAILS(500, "GroupName: too long")},
        {ANNA, "manage/AddGroup", "{'GroupName':'" SIXTY "\u00e4\u00f6\u00fc\u00df'}",
         ANSWERS("{'GroupID':8}")},
        {ANNA, "manage/AddGroup", "{}", NAME_MISSING},
        {ANNA, "manage/AddGroup", "{'GroupName':''}", NAME_MISSING},
        {ANNA, "manage/AddGroup", "{'GroupName':'  '}", NAME_MISSING},
        {ANNA, "manage/AddGroup", "{'GroupName':null}", NAME_MISSING},
        {ANNA, "manage/AddGroup", "{'GroupName':['a']}",
         FAILS(500, "GroupName: wrong kind of value")},
        {ANNA, "manage/AddGroup", "{'GroupName':'a\\u0007'}",
         FAILS(500, "GroupName: holds control characters")},
        {ANNA, "manage/ListGroups", "{'Key':'west'}", PAGE(1, "{'GroupID':4,'GroupName':'west'}")},
        {BERTA, "manage/ListGroups", "{}", PAGE(2, EAST_ROW ",{'GroupID':5,'GroupName':'north'}")},
    };
    TRY_ROWS(*state, rows);
}

/* Existence goes before the role, and another enterprise's group does not exist. */
static void test_who_may_change_them(void **state)
{
    enum { LOWER = OLGA | VERA | GRETA | NILS, ALL = ANNA | LOWER };
    static const struct row rows[] = {
        {LOWER, "manage/AddGroup", "{'GroupName':'x'}", NO_ROLE},
        {LOWER, "manage/AddGroup", "{'GroupName':'north'}", NO_ROLE},
        {LOWER, "manage/AddGroup", "{}", NAME_MISSING},
        {LOWER, "manage/ModifyGroup", "{'GroupID':1,'GroupName':'x'}", NO_ROLE},
        {LOWER, "manage/DeleteGroup", "{'GroupID':1}", NO_ROLE},
        {ALL, "manage/ModifyGroup", "{'GroupID':3,'GroupName':'x'}", NO_GROUP},
        {LOWER, "manage/DeleteGroup", "{'GroupID':3,'HoldID':2}", NO_GROUP},
        {ANNA, "manage/DeleteGroup", "{'GroupID':3,'HoldID':2}", NO_ENTERPRISE},
        {ALL, "manage/DeleteGroup", "{'GroupID':99}", NO_GROUP},
        {ROOT, "manage/DeleteGroup", "{'GroupID':3,'HoldID':1}", NO_GROUP},
        {ANNA, "manage/ListGroups", "{}", PAGE(2, NORTH_ROW "," SOUTH_ROW)},
        {BERTA, "manage/ListGroups", "{}", PAGE(1, EAST_ROW)},
        {ROOT, "manage/DeleteGroup", "{'GroupID':3,'HoldID':2}", DONE_ROW},
        {BERTA, "manage/ListGroups", "{}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

static void test_renaming(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/ModifyGroup", "{'GroupID':1,'GroupName':'South'}", NAME_TAKEN},
        {ANNA, "manage/ModifyGroup", "{'GroupID':1,'GroupName':'east'}", DONE_ROW},
        {ANNA, "manage/ModifyGroup", "{'GroupID':1,'GroupName':'EAST'}", DONE_ROW},
        {ANNA, "manage/AddGroup", "{'GroupName':'north'}", ANSWERS("{'GroupID':4}")},
        {ANNA, "manage/ModifyGroup", "{'GroupID':1}", DONE_ROW},
        {ANNA, "manage/ModifyGroup", "{'GroupID':1,'GroupName':null}", DONE_ROW},
        {ANNA, "manage/ModifyGroup", "{'GroupID':1,'GroupName':''}", NAME_MISSING},
        {ANNA, "manage/ModifyGroup", "{'GroupID':1,'GroupName':'" SIXTY "12345'}",
         FAILS(500, "GroupName: too long")},
        {ANNA, "manage/ListGroups", "{'Key':'east'}", PAGE(1, "{'GroupID':1,'GroupName':'EAST'}")},
        {ANNA, "manage/ModifyGroup", "{'GroupName':'x'}", FAILS(500, "GroupID: value missing")},
        {ANNA, "manage/ModifyGroup", "{'GroupID':0}", FAILS(500, "GroupID: out of range")},
        {ANNA, "manage/ModifyGroup", "{'GroupID':-1}", FAILS(500, "GroupID: out of range")},
        {ANNA, "manage/ModifyGroup", "{'GroupID':'x'}", FAILS(500, "GroupID: not a whole number")},
        {ANNA, "manage/ModifyGroup", "{'GroupID':1.5}", FAILS(500, "GroupID: not a whole number")},
        {ANNA, "manage/ModifyGroup", "{'GroupID':999999999999999999}", NO_GROUP},
        {ANNA, "manage/ModifyGroup", "{'GroupID':18446744073709551617}",
         FAILS(500, "GroupID: not a whole number")},
        {GRETA, "manage/ListGroups", "{}", PAGE(1, "{'GroupID':1,'GroupName':'EAST'}")},
    };
    TRY_ROWS(*state, rows);
}

/* What was in it is in no group; who was limited to it sees nothing, rather than everything. */
static void test_deleting(void **state)
{
    static const struct row rows[] = {
        {NILS, "vehicle/GetDeviceList", "{'PageIndex':1,'PageSize':9}", "...'total':1,"},
        {ANNA, "manage/DeleteGroup", "{'GroupID':1}", DONE_ROW},
        {ANNA, "manage/DeleteGroup", "{'GroupID':1}", NO_GROUP},
        {ANNA, "manage/ModifyGroup", "{'GroupID':1,'GroupName':'x'}", NO_GROUP},
        {ANNA, "manage/ListGroups", "{}", PAGE(1, SOUTH_ROW)},
        {NILS, "manage/ListGroups", "{}", PAGE(0, "")},
        {NILS, "vehicle/GetDeviceList", "{'PageIndex':1,'PageSize':9}", PAGE(0, "")},
        {ANNA, "manage/ListDevices", "{'Key':'100'}", "...'GroupID':0,"},
        {ANNA, "manage/ListDevices", "{'Key':'200'}", "...'GroupID':2,"},
        {ANNA, "manage/ModifyDevice", "{'DeviceID':'300','GroupID':1}", NO_GROUP},
        {ANNA, "manage/AddGroup", "{'GroupName':'north'}", ANSWERS("{'GroupID':4}")},
        {NILS, "manage/ListGroups", "{}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

static void test_pages_and_keys(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/AddGroup", "{'GroupName':'\u00c4rzte'}", ANSWERS("{'GroupID':4}")},
        {ANNA, "manage/ListGroups", "{'PageSize':2}", PAGE(3, NORTH_ROW "," SOUTH_ROW)},
        {ANNA, "manage/ListGroups", "{'PageIndex':2,'PageSize':2}",
         PAGE(3, "{'GroupID':4,'GroupName':'\u00c4rzte'}")},
        {ANNA, "manage/ListGroups", "{'PageIndex':3,'PageSize':1}",
         PAGE(3, "{'GroupID':4,'GroupName':'\u00c4rzte'}")},
        {ANNA, "manage/ListGroups", "{'PageIndex':4,'PageSize':1}", PAGE(3, "")},
        {ANNA, "manage/ListGroups", "{'PageIndex':1000000000,'PageSize':1000000000}", PAGE(3, "")},
        {ANNA, "manage/ListGroups", "{'PageIndex':2}", PAGE(3, "")},
        {ANNA, "manage/ListGroups", "{'PageIndex':0}", FAILS(500, "PageIndex: out of range")},
        {ANNA, "manage/ListGroups", "{'PageIndex':1000000001}",
         FAILS(500, "PageIndex: out of range")},
        {ANNA, "manage/ListGroups", "{'PageSize':0}", FAILS(500, "PageSize: out of range")},
        {ANNA, "manage/ListGroups", "{'PageSize':'all'}",
         FAILS(500, "PageSize: not a whole number")},
        {ANNA, "manage/ListGroups", "{'Key':'\u00e4RZ'}",
         PAGE(1, "{'GroupID':4,'GroupName':'\u00c4rzte'}")},
        {ANNA, "manage/ListGroups", "{'Key':'OUT'}", PAGE(1, SOUTH_ROW)},
        {ANNA, "manage/ListGroups", "{'Key':'o','PageSize':1,'PageIndex':2}", PAGE(2, SOUTH_ROW)},
        {ANNA, "manage/ListGroups", "{'Key':'east'}", PAGE(0, "")},
        {NILS, "manage/ListGroups", "{'Key':'south'}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_everybody_sees_their_own),
        FLEET_TEST(test_names),
        FLEET_TEST(test_who_may_change_them),
        FLEET_TEST(test_renaming),
        FLEET_TEST(test_deleting),
        FLEET_TEST(test_pages_and_keys),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
