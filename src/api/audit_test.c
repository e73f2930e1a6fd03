/* ListAudit: what is told of whom to whom, and what is never told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/audit.h"
#include "api/fleet_testing.h"
#include "store/store.h"

#define LIST "manage/ListAudit"
#define ROW(who, action, object, detail)                                                           \
    "'LoginName':'" who "','Address':'127.0.0.1','Action':'" action "','Object':'" object          \
    "','Detail':'" detail "'}"

static void test_who_may_read_it(void **state)
{
    static const struct row rows[] = {
        {NOBODY, LIST, "{}", NO_TOKEN_ROW},
        {OLGA | VERA | NILS | GRETA, LIST, "{}", NO_ROLE}, /* greta sees north alone */
        {ANNA | BERTA, LIST, "{}", PAGE(0, "")},
        {ROOT, LIST, "{'HoldID':1}", PAGE(0, "")},
        {ROOT, LIST, "{'HoldID':7}", NO_ENTERPRISE},
        {ANNA, LIST, "{'StartTime':'2021-01-01','EndTime':'2020-01-01'}",
         FAILS(500, "EndTime: before StartTime")},
        {ANNA, LIST, "{'StartTime':'x'}", "...'Code':500"},
    };
    TRY_ROWS(*state, rows);
}

static void test_changes_are_told_to_their_enterprise(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/AddDevice",
         "{'DeviceID':'500','Password':'4711','TankLitres':60.5,'Model':'GT06'}", DONE_ROW},
        {ANNA, LIST, "{}", "...'total':1,"},
        {ANNA, LIST, "{}",
         "..." ROW("Anna", "AddDevice", "device 500",
                   "DeviceID: 500, Password: ******, TankLitres: 60.5, Model: GT06")},
        {OLGA, "vehicle/ModifyVehiclePlate", "{'DeviceID':'100','NewVehiclePlate':'N 9'}",
         "...'Data':'0'"},
        {ANNA, LIST, "{'PageSize':1}", "...'total':2,'data':[{'Time':"},
        {ANNA, LIST, "{'PageSize':1}",
         "..." ROW("olga", "ModifyVehiclePlate", "device 100",
                   "DeviceID: 100, NewVehiclePlate: N 9") "]"},
        {ROOT, "manage/ModifyDevice", "{'HoldID':1,'DeviceID':'100','UtcOffsetMinutes':null}",
         DONE_ROW},
        {ANNA, LIST, "{'Key':'ROOT'}",
         "..." ROW("root", "ModifyDevice", "device 100",
                   "DeviceID: 100, UtcOffsetMinutes: null") "]"},
        {ANNA, "manage/AddUser",
         "{'LoginName':'otto','PassWord':'secret-9','Role':'viewer','GroupIDs':[1,2]}",
         "...'UserID'"},
        {ANNA, LIST, "{'Key':'user otto'}",
         "..." ROW("Anna", "AddUser", "user otto",
                   "LoginName: otto, PassWord: ******, Role: viewer, GroupIDs: 2")},
        {VERA, "manage/ChangePassword", "{'OldPassWord':'secret-1','NewPassWord':'secret-2'}",
         DONE_ROW},
        {ANNA, LIST, "{'Key':'changepassword'}",
         "..." ROW("vera", "ChangePassword", "user vera",
                   "OldPassWord: ******, NewPassWord: ******")},
        {ANNA, "manage/AddGroup", "{'GroupName':'west'}", "...'GroupID'"},
        {ANNA, "manage/SetAlarmRules", "{'Scope':'group','ID':1,'OverspeedKmh':90}", DONE_ROW},
        {ANNA, LIST, "{'Key':'alarm rules of group north'}", "...'total':1,"},
        {OLGA, "manage/AddGeofence",
         "{'RegionName':'Depot','Shape':'circle','Points':[[13.4,52.5]],'Radius':50}",
         "...'PolygonID'"},
        {OLGA, "manage/ModifyGeofence", "{'PolygonID':1,'Radius':60}", DONE_ROW},
        {ANNA, LIST, "{'Key':'geofence depot'}", "...'total':2,"},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':1,'TimeZone':'UTC'}", DONE_ROW},
        {ANNA, LIST, "{'Key':'enterprise one'}", "...'total':1,"},
        {ANNA, LIST, "{}", "...'total':10,"},
        {BERTA, LIST, "{}", PAGE(0, "")},
        {ROOT, LIST, "{}", "...'total':1,"},
    };
    TRY_ROWS(*state, rows);
}

/* What is refused, answered a second time or a person's own is no change. */
static void test_what_is_not_told(void **state)
{
    static const struct row rows[] = {
        {OLGA, "manage/AddDevice", "{'DeviceID':'500'}", NO_ROLE},
        {ANNA, "manage/AddDevice", "{'DeviceID':'100'}", "...'Code':409"},
        {ANNA, "manage/ModifyDevice", "{'DeviceID':'900','Note':'x'}", NO_DEVICE},
        {VERA, "manage/SetFocus", "{'DeviceID':'100','Focus':true}", DONE_ROW},
        {VERA, "manage/ListDevices", "{}", "...'total':3"},
        {ANNA, LIST, "{}", PAGE(0, "")},
        {ANNA, "manage/AddGroup", "{'GroupName':'west','RequestID':'r'}", "...'GroupID':4"},
        {ANNA, "manage/AddGroup", "{'GroupName':'west','RequestID':'r'}", "...'GroupID':4"},
        {ANNA, LIST, "{}", "...'total':1,"},
    };
    TRY_ROWS(*state, rows);
}

static void test_each_device_of_one_call_has_its_row(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/AddDevices",
         "{'Devices':[{'DeviceID':'501','Password':'4711'},{'DeviceID':'100'},"
         "{'DeviceID':'502','Note':'on pin 47110'}]}",
         "...'added':2"},
        {ANNA, LIST, "{}", "...'total':2,"},
        {ANNA, LIST, "{}",
         "..." ROW("Anna", "AddDevices", "device 501", "DeviceID: 501, Password: ******") "]"},
        {ANNA, LIST, "{'Key':'502'}",
         "..." ROW("Anna", "AddDevices", "device 502", "DeviceID: 502, Note: on pin ******") "]"},
    };
    TRY_ROWS(*state, rows);
}

static void test_commands_are_told_as_they_are_shown(void **state)
{
    static const struct row rows[] = {
        {ANNA, "manage/ModifyDevice", "{'DeviceID':'100','Password':'4711'}", DONE_ROW},
        {OLGA, "vehicle/SendTextCommand", "{'DeviceID':'100','TextCommand':'PWD,4711,X#'}",
         "...'Code':200"},
        {OLGA, "vehicle/SendQueryICCIDCommand", "{'DeviceID':'100'}", "...'Code':200"},
        {OLGA, "manage/CancelCommand", "{'CommandID':1}", DONE_ROW},
        {ANNA, LIST, "{'Key':'SendTextCommand'}",
         "..." ROW("olga", "SendTextCommand", "device 100", "text: PWD,******,X#")},
        {ANNA, LIST, "{'Key':'ICCID'}",
         "..." ROW("olga", "SendQueryICCIDCommand", "device 100", "query: Query ICCID")},
        {ANNA, LIST, "{'Key':'CancelCommand'}",
         "..." ROW("olga", "CancelCommand", "device 100", "text: PWD,******,X#")},
        {ANNA, LIST, "{'Key':'4711'}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

/* What root does to whole enterprises is told at the platform; the deleted one has nobody to ask.
 */
static void test_the_platform_has_an_audit(void **state)
{
    static const struct row rows[] = {
        {ROOT, "manage/AddEnterprise", "{'HoldName':'Three'}", "...'HoldID':3"},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':2,'HoldName':'Two 2'}", DONE_ROW},
        {BERTA, LIST, "{}",
         "..." ROW("root", "ModifyEnterprise", "enterprise Two 2", "HoldName: Two 2, HoldID: 2")},
        {ROOT, "manage/DeleteEnterprise", "{'HoldID':2}", DONE_ROW},
        {ROOT, LIST, "{'Key':'enterprise three'}", "...'total':1,"},
        {ROOT, LIST, "{'Key':'enterprise two 2'}", "...'total':2,"},
        {ROOT, LIST, "{}", "...'total':3,"},
        {ANNA, LIST, "{}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

static void wait_for_jobs(struct fleet *f)
{
    assert_int_equal(ingest_call(f->p->shard.ingest, change_nothing, NULL, NULL, FLEET_JOB_MS),
                     ERR_OK);
}

static void test_logins(void **state)
{
    struct fleet *f = *state;
    static const struct row rows[] = {
        {ANNA, LIST, "{}", "...'total':3,"},
        {ANNA, LIST, "{'Key':'failed'}",
         "..." ROW("olga", "GetLoginToken", "user olga", "failed: Password error") "]"},
        {ANNA, LIST, "{'Key':'nobody'}", PAGE(0, "")},
        {OLGA, "user/LogOut", "", DONE_ROW},
        {ANNA, LIST, "{'Key':'LogOut'}", "..." ROW("olga", "LogOut", "user olga", "") "]"},
        {ANNA, LIST, "{'Key':'wrong-1'}", PAGE(0, "")},
        {ROOT, LIST, "{}", PAGE(0, "")},
    };
    try_login(f, "OLGA", "wrong-1", FAILS(4005, "Password error"));
    wait_for_jobs(f);
    try_login(f, "OLGA", "secret-1", "...'Code':200");
    try_login(f, "anna", "secret-1", "...'Code':200");
    try_login(f, "nobody", "wrong-1", FAILS(4004, "User does not exist"));
    wait_for_jobs(f);
    TRY_ROWS(f, rows);
}

/* What is typed in place of a device's password is told as a login that failed is. */
static void test_wrong_passwords_of_devices(void **state)
{
    struct fleet *f = *state;
    static const struct row wrong[] = {
        {ANNA, "manage/ModifyDevice", "{'DeviceID':'100','Password':'4711'}", DONE_ROW},
        {OLGA, "vehicle/SetLockSwitch", "{'DeviceID':'100','Password':'4712','OpenType':1}",
         FAILS(4005, "Password error")},
        {VERA, "vehicle/SetLockSwitch", "{'DeviceID':'100','Password':'4712','OpenType':1}",
         FAILS(4001, "Limited authority")},
        {BERTA, "vehicle/SetLockSwitch", "{'DeviceID':'100','Password':'4712','OpenType':1}",
         NO_DEVICE},
        {OLGA, "vehicle/SetLockSwitch", "{'DeviceID':'100','Password':'4711','OpenType':1}",
         FAILS(4010, "Device is offline")},
    };
    static const struct row rows[] = {
        {ANNA, LIST, "{'Key':'SetLockSwitch'}",
         "..." ROW("olga", "SetLockSwitch", "device 100", "failed: Password error") "]"},
        {ANNA, LIST, "{'Key':'4712'}", PAGE(0, "")},
        {BERTA, LIST, "{}", PAGE(0, "")},
    };
    static const struct row guess = {OLGA, "vehicle/SetLockSwitch",
                                     "{'DeviceID':'200','Password':'x','OpenType':1}",
                                     FAILS(4005, "Password error")};
    static const struct row throttled[] = {{ANNA, LIST, "{'Key':'device 200'}", "...'total':10,"}};
    TRY_ROWS(f, wrong);
    wait_for_jobs(f);
    TRY_ROWS(f, rows);
    for (size_t i = 0; i < 15; i++) {
        try_row(f, &guess, i);
    }
    for (size_t i = 0; i < 15; i++) { /* jobs take turns with those of others */
        wait_for_jobs(f);
    }
    TRY_ROWS(f, throttled);
}

static enum err fill_with_failures(struct job_context *job, void *arg)
{
    struct fleet *f = arg;
    for (size_t i = 0; i < AUDIT_FAILURES_MAX; i++) {
        const struct audit row = {.enterprise_id = ONE,
                                  .time_s = job->now_s,
                                  .login_name = "vera",
                                  .address = "192.0.2.1",
                                  .action = "GetLoginToken",
                                  .object = "user vera",
                                  .detail = "failed: Password error"};
        assert_int_equal(store_add_audit(f->p->shard.store, &job->changes, &row), ERR_OK);
    }
    return ERR_OK;
}

/* Guesses push nothing else out: those beyond a bound are not told. */
static void test_failed_logins_are_bounded(void **state)
{
    struct fleet *f = *state;
    static const struct row rows[] = {
        {ANNA, LIST, "{'Key':'failed'}", "...'total':20,"},
        {BERTA, LIST, "{'Key':'failed'}", "...'total':1,"},
    };
    assert_int_equal(ingest_call(f->p->shard.ingest, fill_with_failures, f, NULL, FLEET_JOB_MS),
                     ERR_OK);
    try_login(f, "olga", "wrong-1", FAILS(4005, "Password error"));
    try_login(f, "berta", "wrong-1", FAILS(4005, "Password error"));
    wait_for_jobs(f);
    TRY_ROWS(f, rows);
}

/* A detail ends between two characters. */
static void test_details_are_bounded(void **state)
{
    struct fleet *f = *state;
    char *text = g_strnfill(COMMAND_TEXT_MAX - 1, 'x');
    for (size_t shift = 0; shift < 3; shift++) { /* three bytes each, at every place of the end */
        GString *body = g_string_new("{'DeviceID':'100','TextCommand':'");
        g_string_append_len(body, text, (gssize)(3 + shift));
        for (size_t i = 0; i < 200; i++) {
            g_string_append(body, "€");
        }
        g_string_append(body, "'}");
        const struct row send = {OLGA, "vehicle/SendTextCommand", body->str, "...'Code':200"};
        try_row(f, &send, shift);
        char *answer = answer_of(f, P_ANNA, LIST, "{'PageSize':1}");
        const char *detail = strstr(answer, "\"Detail\":\"") + strlen("\"Detail\":\"");
        size_t len = strcspn(detail, "\"");
        assert_in_range(len, AUDIT_DETAIL_MAX - 2, AUDIT_DETAIL_MAX);
        assert_true(g_utf8_validate(detail, (gssize)len, NULL));
        g_free(answer);
        (void)g_string_free(body, TRUE);
    }
    g_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_who_may_read_it),
        FLEET_TEST(test_changes_are_told_to_their_enterprise),
        FLEET_TEST(test_what_is_not_told),
        FLEET_TEST(test_each_device_of_one_call_has_its_row),
        FLEET_TEST(test_commands_are_told_as_they_are_shown),
        FLEET_TEST(test_the_platform_has_an_audit),
        FLEET_TEST(test_logins),
        FLEET_TEST(test_wrong_passwords_of_devices),
        FLEET_TEST(test_failed_logins_are_bounded),
        FLEET_TEST(test_details_are_bounded),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
