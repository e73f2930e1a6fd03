/*
 * Enterprises as root manages them: their names, zones and ends, and what ends with them. Those of
 * trees are in trees_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"

#define ENTERPRISE(id, name, zone, end, days)                                                      \
    "{'HoldID':" #id ",'HoldName':'" name "','TimeZone':'" zone "','ServiceEnd':" end              \
    ",'RetentionDays':" #days ",'ParentHoldID':null,'CanSubdivide':false,'Language':null,"         \
    "'Units':'km','MaxDevices':0,'MaxUsers':0,'MaxGeofences':0,'MaxRetentionDays':0}"
#define ROW_ONE      ENTERPRISE(1, "One", "Europe/Berlin", "null", 0)
#define ROW_TWO      ENTERPRISE(2, "Two", "UTC", "null", 0)
#define NAME_MISSING FAILS(500, "HoldName: value missing")
#define BAD_ZONE     FAILS(500, "TimeZone: not a time zone of the IANA list")
#define BAD_END      FAILS(500, "ServiceEnd: not a time")
#define NOT_EXPIRED  PAGE(1, "{'GroupID':3,'GroupName':'east'}")
#define HAS_EXPIRED  FAILS(4003, "Enterprise expire")
#define IS_DELETED   FAILS(4006, "User has been deleted")
#define SIXTY_FOUR   "1234567890123456789012345678901234567890123456789012345678901234"
#define LOGGED_IN    "...{'Code':200,'Data':'"
#define LISTS(list)  PAGE(1, list)
#define MODIFIED(body)                                                                             \
    {                                                                                              \
        ROOT, "manage/ModifyEnterprise", "{'HoldID':2," body "}", DONE_ROW                         \
    }

static void test_making_them(void **state)
{
    static const struct row rows[] = {
        {ROOT, "manage/AddEnterprise", "{'HoldName':' Three '}", ANSWERS("{'HoldID':3}")},
        {ROOT, "manage/AddEnterprise",
         "{'HoldName':'Four','TimeZone':'Asia/Shanghai','ServiceEnd':'2030-06-01 12:00:00',"
         "'RetentionDays':'365'}",
         ANSWERS("{'HoldID':4}")},
        {ROOT, "manage/AddEnterprise", "{'HoldName':'" SIXTY_FOUR "','RetentionDays':36500}",
         ANSWERS("{'HoldID':5}")},
        {ROOT, "manage/AddEnterprise", "{'HoldName':'" SIXTY_FOUR "5'}",
         FAILS(500, "HoldName: too long")},
        {ROOT, "manage/AddEnterprise", "{}", NAME_MISSING},
        {ROOT, "manage/AddEnterprise", "{'HoldName':' '}", NAME_MISSING},
        {ROOT, "manage/AddEnterprise", "{'HoldName':'x','TimeZone':'Berlin'}", BAD_ZONE},
        {ROOT, "manage/AddEnterprise", "{'HoldName':'x','TimeZone':'../UTC'}", BAD_ZONE},
        {ROOT, "manage/AddEnterprise", "{'HoldName':'x','ServiceEnd':'tomorrow'}", BAD_END},
        {ROOT, "manage/AddEnterprise", "{'HoldName':'x','ServiceEnd':'2030-02-30'}", BAD_END},
        {ROOT, "manage/AddEnterprise", "{'HoldName':'x','RetentionDays':-1}",
         FAILS(500, "RetentionDays: out of range")},
        {ROOT, "manage/AddEnterprise", "{'HoldName':'x','RetentionDays':36501}",
         FAILS(500, "RetentionDays: out of range")},
        {ROOT, "manage/ListEnterprises", "{}",
         PAGE(5, ROW_ONE "," ROW_TWO "," ENTERPRISE(3, "Three", "UTC", "null", 0) "," ENTERPRISE(
                     4, "Four", "Asia/Shanghai", "'2030-06-01 12:00:00'",
                     365) "," ENTERPRISE(5, SIXTY_FOUR, "UTC", "null", 36500))},
    };
    TRY_ROWS(*state, rows);
}

/* Everybody else manages none, as long as none is below another; fields go before the role. */
static void test_they_are_roots(void **state)
{
    enum { OTHERS = ANNA | OLGA | VERA | GRETA | NILS | BERTA };
    static const struct row rows[] = {
        {OLGA | VERA | NILS, "manage/ListEnterprises", "{}", NO_ROLE},
        {ANNA | GRETA, "manage/ListEnterprises", "{}", PAGE(1, ROW_ONE)},
        {BERTA, "manage/ListEnterprises", "{}", PAGE(1, ROW_TWO)},
        {OTHERS, "manage/AddEnterprise", "{'HoldName':'x'}", NO_ROLE},
        {OTHERS, "manage/AddEnterprise", "{}", NAME_MISSING},
        {ANNA, "manage/ModifyEnterprise", "{'HoldID':1,'HoldName':'x'}", NO_ROLE},
        {BERTA, "manage/ModifyEnterprise", "{'HoldID':1,'HoldName':'x'}", NO_ENTERPRISE},
        {ANNA | BERTA, "manage/ModifyEnterprise", "{'HoldID':99}", NO_ENTERPRISE},
        {OLGA | VERA | GRETA | NILS, "manage/ModifyEnterprise", "{'HoldID':99}", NO_ROLE},
        {ANNA, "manage/DeleteEnterprise", "{'HoldID':2}", NO_ENTERPRISE},
        {ANNA, "manage/DeleteEnterprise", "{'HoldID':1}", NO_ROLE},
        {OLGA | VERA | GRETA | NILS, "manage/DeleteEnterprise", "{'HoldID':2}", NO_ROLE},
        {NOBODY, "manage/DeleteEnterprise", "{'HoldID':2}", NO_TOKEN_ROW},
        {ROOT, "manage/ListEnterprises", "{}", PAGE(2, ROW_ONE "," ROW_TWO)},
    };
    TRY_ROWS(*state, rows);
}

static void test_changing_them(void **state)
{
    static const struct row rows[] = {
        MODIFIED("'HoldName':'Zwei'"),
        {ROOT, "manage/ListEnterprises", "{'Key':'zWEI'}",
         LISTS(ENTERPRISE(2, "Zwei", "UTC", "null", 0))},
        MODIFIED("'RetentionDays':30,'TimeZone':'America/New_York'"),
        {ROOT, "manage/ListEnterprises", "{'Key':'zwei'}",
         LISTS(ENTERPRISE(2, "Zwei", "America/New_York", "null", 30))},
        MODIFIED("'HoldName':null"),
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':2,'HoldName':''}", NAME_MISSING},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':2,'TimeZone':''}", BAD_ZONE},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':2,'TimeZone':'Mars/Base'}", BAD_ZONE},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':2,'ServiceEnd':'x'}", BAD_END},
        {ROOT, "manage/ModifyEnterprise", "{'HoldName':'x'}", FAILS(500, "HoldID: value missing")},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':0,'HoldName':'x'}",
         FAILS(500, "HoldID: out of range")},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':3,'HoldName':'x'}", NO_ENTERPRISE},
        {ROOT, "manage/DeleteEnterprise", "{'HoldID':3}", NO_ENTERPRISE},
        {ROOT, "manage/DeleteEnterprise", "{}", FAILS(500, "HoldID: value missing")},
        {ROOT, "manage/ListEnterprises", "{'PageIndex':1,'PageSize':1}", PAGE(2, ROW_ONE)},
        {ROOT, "manage/ListEnterprises", "{'PageIndex':2,'PageSize':1}",
         PAGE(2, ENTERPRISE(2, "Zwei", "America/New_York", "null", 30))},
        {ROOT, "manage/ListEnterprises", "{'PageIndex':3,'PageSize':1}", PAGE(2, "")},
        {ROOT, "manage/ListEnterprises", "{'Key':'three'}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

/*
 * ServiceEnd is local to the zone that then holds, and an instant from then on. Of an hour that
 * comes twice it is the first pass.
 */
static void test_ends_are_local(void **state)
{
    static const struct row rows[] = {
        MODIFIED("'ServiceEnd':'2030-06-01'"),
        {ROOT, "manage/ListEnterprises", "{'Key':'two'}",
         LISTS(ENTERPRISE(2, "Two", "UTC", "'2030-06-01 00:00:00'", 0))},
        MODIFIED("'TimeZone':'Asia/Shanghai'"),
        {ROOT, "manage/ListEnterprises", "{'Key':'two'}",
         LISTS(ENTERPRISE(2, "Two", "Asia/Shanghai", "'2030-06-01 08:00:00'", 0))},
        MODIFIED("'ServiceEnd':'2031/6/1 8:05:00'"),
        {ROOT, "manage/ListEnterprises", "{'Key':'two'}",
         LISTS(ENTERPRISE(2, "Two", "Asia/Shanghai", "'2031-06-01 08:05:00'", 0))},
        MODIFIED("'TimeZone':'UTC','ServiceEnd':'2031-06-01T08:00:00+08:00'"),
        {ROOT, "manage/ListEnterprises", "{'Key':'two'}",
         LISTS(ENTERPRISE(2, "Two", "UTC", "'2031-06-01 00:00:00'", 0))},
        MODIFIED("'TimeZone':'Europe/Berlin','ServiceEnd':'2030-10-27 02:30:00'"),
        MODIFIED("'TimeZone':'UTC'"),
        {ROOT, "manage/ListEnterprises", "{'Key':'two'}",
         LISTS(ENTERPRISE(2, "Two", "UTC", "'2030-10-27 00:30:00'", 0))},
        MODIFIED("'ServiceEnd':''"),
        {ROOT, "manage/ListEnterprises", "{'Key':'two'}", LISTS(ROW_TWO)},
    };
    TRY_ROWS(*state, rows);
}

/* The end takes tokens and logins away; another end gives back the logins alone. */
static void test_the_service_ends(void **state)
{
    struct fleet *f = *state;
    static const struct row ended[] = {
        {BERTA, "manage/ListGroups", "{}", NOT_EXPIRED},
        MODIFIED("'ServiceEnd':'2020-01-01'"),
        {BERTA, "manage/ListGroups", "{}", NO_TOKEN_ROW},
        {ROOT, "manage/ListGroups", "{'HoldID':2}", NOT_EXPIRED},
        {ANNA, "manage/ListGroups", "{}", "...'total':2,"},
    };
    TRY_ROWS(f, ended);
    try_login(f, "berta", "secret-1", HAS_EXPIRED);
    try_login(f, "berta", "wrong-1", FAILS(4005, "Password error"));
    static const struct row renewed[] = {
        MODIFIED("'ServiceEnd':'2099-01-01'"),
        {BERTA, "manage/ListGroups", "{}", NO_TOKEN_ROW},
    };
    TRY_ROWS(f, renewed);
    try_login(f, "berta", "secret-1", LOGGED_IN);
}

/* An end that is put off before it comes takes nothing away. */
static void test_an_end_is_put_off(void **state)
{
    static const struct row rows[] = {
        MODIFIED("'ServiceEnd':'2098-01-01'"), {BERTA, "manage/ListGroups", "{}", NOT_EXPIRED},
        MODIFIED("'ServiceEnd':'2099-01-01'"), {BERTA, "manage/ListGroups", "{}", NOT_EXPIRED},
        MODIFIED("'ServiceEnd':''"),           {BERTA, "manage/ListGroups", "{}", NOT_EXPIRED},
    };
    TRY_ROWS(*state, rows);
}

/* Its users, groups and devices go with it, and their names are free; nobody else's do. */
static void test_deleting(void **state)
{
    struct fleet *f = *state;
    static const struct row rows[] = {
        {ROOT, "manage/DeleteEnterprise", "{'HoldID':2}", DONE_ROW},
        {ROOT, "manage/DeleteEnterprise", "{'HoldID':2}", NO_ENTERPRISE},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':2,'HoldName':'x'}", NO_ENTERPRISE},
        {ROOT, "manage/ListEnterprises", "{}", PAGE(1, ROW_ONE)},
        {ROOT, "manage/ListGroups", "{'HoldID':2}", NO_ENTERPRISE},
        {ROOT, "vehicle/GetDeviceList", "{'HoldID':2,'PageIndex':1,'PageSize':1}",
         FAILS(500, "HoldID: no such enterprise")},
        {ROOT, "vehicle/GetCurrentVehicleInfo", "{'HoldID':2,'VehiclePlates':''}",
         FAILS(401, "Dangerous value in parameters or parameter value missed: HoldID: no such "
                    "enterprise")},
        {ROOT, "vehicle/ModifyAssetName", "{'HoldID':2,'DeviceID':'900','AssetName':'x'}",
         ANSWERS("'3'")},
        {BERTA, "manage/ListGroups", "{}", NO_TOKEN_ROW},
        {BERTA, "vehicle/ModifyAssetName", "{'DeviceID':'900','AssetName':'x'}", ANSWERS("'1'")},
        {ANNA, "manage/AddDevice", "{'DeviceID':'900'}", DONE_ROW},
        {ANNA, "manage/AddUser", "{'LoginName':'berta','PassWord':'secret-9','Role':'viewer'}",
         ANSWERS("{'UserID':8}")},
        {ANNA, "manage/ListGroups", "{}", "...'total':2,"},
        {ROOT, "manage/AddEnterprise", "{'HoldName':'Two'}", ANSWERS("{'HoldID':3}")},
    };
    TRY_ROWS(f, rows);
    try_login(f, "berta", "secret-1", FAILS(4005, "Password error"));
    try_login(f, "berta", "secret-9", LOGGED_IN);
}

/* The login of a user who went with the enterprise. */
static void test_logins_of_a_deleted_one(void **state)
{
    static const struct row rows[] = {
        {ROOT, "manage/DeleteEnterprise", "{'HoldID':1}", DONE_ROW},
        {BERTA, "manage/ListGroups", "{}", NOT_EXPIRED},
    };
    TRY_ROWS(*state, rows);
    try_login(*state, "anna", "secret-1", IS_DELETED);
    try_login(*state, "NILS", "whatever", IS_DELETED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_making_them),      FLEET_TEST(test_they_are_roots),
        FLEET_TEST(test_changing_them),    FLEET_TEST(test_ends_are_local),
        FLEET_TEST(test_the_service_ends), FLEET_TEST(test_an_end_is_put_off),
        FLEET_TEST(test_deleting),         FLEET_TEST(test_logins_of_a_deleted_one),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
