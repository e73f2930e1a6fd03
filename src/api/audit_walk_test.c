/*
 * Every method that changes something is told in the audit: with who, from where, and what. One
 * that is in neither of the lists below fails the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/alarms_testing.h"
#include "base/clock.h"
#include "model/event.h"

#define LIST "manage/ListAudit"
#define CARD "8937010000000000020"

/* Calls that change something, each with the object that is told. */
static const struct {
    unsigned who;
    const char *method;
    const char *body;
    const char *object;
} calls[] = {
    {ANNA, "user/GetLoginToken", "{'LoginName':'anna','PassWord':'secret-1'}", "user Anna"},
    {ANNA, "manage/AddGroup", "{'GroupName':'west'}", "group west"},
    {ANNA, "manage/ModifyGroup", "{'GroupID':4,'GroupName':'far'}", "group far"},
    {ANNA, "manage/DeleteGroup", "{'GroupID':4}", "group far"},
    {ANNA, "manage/AddUser", "{'LoginName':'otto','PassWord':'secret-9','Role':'viewer'}",
     "user otto"},
    {OLGA, "manage/ChangePassword", "{'OldPassWord':'secret-1','NewPassWord':'secret-2'}",
     "user olga"},
    {ANNA, "manage/AddDevice", "{'DeviceID':'500'}", "device 500"},
    {ANNA, "manage/AddDevices", "{'Devices':[{'DeviceID':'501'}]}", "device 501"},
    {ANNA, "manage/ModifyDevice", "{'DeviceID':'500','Note':'x'}", "device 500"},
    {ANNA, "vehicle/ModifyVehiclePlate", "{'DeviceID':'500','NewVehiclePlate':'N 9'}",
     "device 500"},
    {ANNA, "vehicle/ModifyAssetName", "{'DeviceID':'500','AssetName':'N 8'}", "device 500"},
    {ANNA, "vehicle/SendTextCommand", "{'DeviceID':'500','TextCommand':'A'}", "device 500"},
    {ANNA, "vehicle/SendHighLevelCommand", "{'DeviceID':'500','TextCommand':'A'}", "device 500"},
    {ANNA, "vehicle/SendQueryStatusCommand", "{'DeviceID':'500'}", "device 500"},
    {ANNA, "vehicle/SendQueryParameterCommand", "{'DeviceID':'500'}", "device 500"},
    {ANNA, "vehicle/SendQueryICCIDCommand", "{'DeviceID':'500'}", "device 500"},
    {ANNA, "manage/CancelCommand", "{'CommandID':1}", "device 500"},
    {ANNA, "manage/DeleteDevice", "{'DeviceID':'501'}", "device 501"},
    {ANNA, "manage/AddGeofence",
     "{'RegionName':'Depot','Shape':'circle','Points':[[13.4,52.5]],'Radius':50}",
     "geofence Depot"},
    {ANNA, "manage/ModifyGeofence", "{'PolygonID':1,'Radius':60}", "geofence Depot"},
    {ANNA, "manage/DeleteGeofence", "{'PolygonID':1}", "geofence Depot"},
    {ANNA, "manage/SetAlarmRules", "{'Scope':'enterprise','OverspeedKmh':90}", "alarm rules"},
    {ANNA, "manage/AcknowledgeAlarms", "{'AlarmIDs':[1]}", "alarms of device 100"},
    {ANNA, "manage/AddSIM", "{'ICCID':'" CARD "','SIM':'1'}", "SIM card " CARD},
    {ANNA, "manage/AddSIMs", "{'SIMs':[{'ICCID':'" CARD "4','SIM':'2'}]}", "SIM card " CARD "4"},
    {ANNA, "manage/ModifySIM", "{'ICCID':'" CARD "','Tag':'x'}", "SIM card " CARD},
    {ANNA, "vehicle/ChangeSIMStatus", "{'ICCID':'" CARD "','Status':'Deactivate'}",
     "SIM card " CARD},
    {ANNA, "vehicle/SendSIMSMS", "{'ICCID':'" CARD "','Content':'hello'}", "SIM card " CARD},
    {ANNA, "manage/DeleteSIM", "{'ICCID':'" CARD "'}", "SIM card " CARD},
    {ANNA, "manage/AddReport", "{'Report':'latest','Format':'csv'}", "report latest"},
    {ANNA, "manage/DeleteReport", "{'ReportID':1}", "report latest"},
    {ANNA, "manage/AddShare", "{'DeviceIDs':'500','Until':'%s'}", "share 1 of device 500"},
    {ANNA, "manage/DeleteShare", "{'ShareID':1}", "share 1 of device 500"},
    {ANNA, "manage/AddReportSchedule",
     "{'Report':'latest','Format':'csv','Every':'day','At':'07:00'}", "schedule of report latest"},
    {ANNA, "manage/ModifyReportSchedule", "{'ScheduleID':1,'Enabled':false}",
     "schedule of report latest"},
    {ANNA, "manage/DeleteReportSchedule", "{'ScheduleID':1}", "schedule of report latest"},
    {ANNA, "manage/ModifyUser", "{'UserID':3,'Role':'viewer'}", "user olga"},
    {ANNA, "manage/DeleteUser", "{'UserID':3}", "user olga"},
    {VERA, "manage/DeleteToken", "{'TokenID':%s}", "user vera"},
    {ROOT, "manage/AddEnterprise", "{'HoldName':'Three','ParentHoldID':1}", "enterprise Three"},
    {ANNA, "manage/MoveDevice", "{'DeviceID':'500','HoldID':3,'KeepHistory':true}", "device 500"},
    {ROOT, "manage/ModifyEnterprise", "{'HoldID':3,'HoldName':'Four'}", "enterprise Four"},
    {ROOT, "manage/DeleteEnterprise", "{'HoldID':3}", "enterprise Four"},
    {ANNA, "user/LogOut", "", "user Anna"},
};

/* An hour from now. */
static char *time_ahead(void)
{
    char text[CLOCK_ISO_SIZE];
    clock_format_iso(clock_wall_ms() / 1000 + 3600, text);
    return g_strdup(text);
}

/* The TokenID of the caller. */
static char *own_token(struct fleet *f, enum person who)
{
    static const char mark[] = "\"TokenID\":";
    char *all = answer_of(f, who, "manage/ListTokens", "{}");
    const char *at = strstr(all, mark);
    assert_non_null(at);
    char *id = g_strndup(at + sizeof(mark) - 1, strcspn(at + sizeof(mark) - 1, ","));
    g_free(all);
    return id;
}

/* What %s stands for in a body. */
static char *value_of(struct fleet *f, const char *body)
{
    if (strstr(body, "%s") == NULL) {
        return g_strdup("");
    }
    return strstr(body, "TokenID") != NULL ? own_token(f, P_VERA) : time_ahead();
}

/*
 * What a user's own pages keep changes nothing for anybody else. CancelReport is told as
 * DeleteReport is, but here the report may be done before it.
 */
static const char *const own[] = {"SetFocus", "SetPreference", "CancelReport"};

static bool is_listed(const char *name)
{
    bool is_listed = false;
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        is_listed = is_listed || strcmp(strchr(calls[i].method, '/') + 1, name) == 0;
    }
    for (size_t i = 0; i < COUNT_OF(own); i++) {
        is_listed = is_listed || strcmp(own[i], name) == 0;
    }
    return is_listed;
}

static void assert_listed(const char *name)
{
    if (!is_listed(name)) {
        fail_msg("%s changes something, and is in no list here", name);
    }
}

static void test_no_method_is_forgotten(void **state)
{
    (void)state;
    const struct api_method *m = NULL;
    size_t changing = 0;
    for (size_t i = 0; (m = methods_at(i)) != NULL; i++) {
        if (m->change != NULL) {
            assert_listed(m->name);
            changing++;
        }
    }
    assert_true(changing > 30);
}

static const char *name_of(unsigned who)
{
    return who == ROOT ? "root" : who == OLGA ? "olga" : who == VERA ? "vera" : "Anna";
}

static void test_each_is_told(void **state)
{
    struct fleet *f = *state;
    const struct event alarm = {
        .device_id = 1, .kind = ALARM_SOS, .is_alarm = true, .gps_time_s = 60};
    make_events(f, &alarm, 1);
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        const char *name = strchr(calls[i].method, '/') + 1;
        char *value = value_of(f, calls[i].body);
        char **body = g_strsplit(calls[i].body, "%s", 2);
        char *filled = g_strjoinv(value, body);
        try_row(f, &(struct row){calls[i].who, calls[i].method, filled, "...'Code':200"}, i);
        g_free(filled);
        g_strfreev(body);
        g_free(value);
        const char *who = name_of(calls[i].who);
        char *told = g_strdup_printf("...'LoginName':'%s','Address':'127.0.0.1','Action':'%s',"
                                     "'Object':'%s','Detail':'",
                                     who, name, calls[i].object);
        bool is_platforms = calls[i].who == ROOT;
        try_row(f,
                &(struct row){ROOT, LIST,
                              is_platforms ? "{'PageSize':1}" : "{'HoldID':1,'PageSize':1}", told},
                i);
        g_free(told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_method_is_forgotten, open_fleet, close_fleet),
        cmocka_unit_test_setup_teardown(test_each_is_told, open_fleet, close_fleet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
