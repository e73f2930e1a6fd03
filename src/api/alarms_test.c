/* Records of alarms and crossings: who sees which, in which order, and what is acknowledged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/alarms_testing.h"
#include "api/shown_alarms.h"

#define LIST    "manage/ListAlarms"
#define MARK    "manage/AcknowledgeAlarms"
#define ALARMS  "vehicle/GetAlarmRecordsByDeviceID"
#define CROSSED "vehicle/GetGeofenceRecordsByDeviceID"
#define REMOVED "vehicle/GetRemovalAlarms"
#define DAY     "'StartTime':'2026-01-01','EndTime':'2026-01-01 23:59:59'"

enum { NORTHERN = 1, SOUTHERN, FREE, EASTERN, LAT_E7 = 525000000, LON_E7 = 134000000 };

#define ALARM(number, type, time_s, end_s)                                                         \
    {                                                                                              \
        .device_id = (number), .kind = ALARM_##type, .is_alarm = true, .gps_time_s = (time_s),     \
        .ended_s = (end_s), .lat_e7 = LAT_E7, .lon_e7 = LON_E7                                     \
    }

/* AlarmID 1 to 7; by time, then DeviceID: 3, 1, 2, 7, 4, 5, 6. */
static const struct event made[] = {
    ALARM(NORTHERN, REMOVAL, 60, 70),
    ALARM(SOUTHERN, SOS, 60, 0),
    ALARM(EASTERN, POWER_OFF, 0, 0),
    {.device_id = NORTHERN, .kind = ALARM_SOS, .is_alarm = true, .gps_time_s = 80, .ended_s = 90},
    {.device_id = FREE,
     .kind = ALARM_GEOFENCE_ENTER,
     .is_alarm = false,
     .subject = 7,
     .name = "Yard, old",
     .gps_time_s = 100,
     .ended_s = 100},
    {.device_id = FREE,
     .kind = ALARM_GEOFENCE_LEAVE,
     .is_alarm = true,
     .subject = 7,
     .name = "Yard, old",
     .gps_time_s = 200,
     .lat_e7 = LAT_E7},
    ALARM(NORTHERN, GEOFENCE_ENTER, 70, 75), /* of a geofence that the tracker knows */
};

static void make(struct fleet *f)
{
    make_events(f, made, COUNT_OF(made));
}

#define ROW_1                                                                                      \
    "{'AlarmID':1,'DeviceID':'100','VehicleNum':'N 1','AlarmType':'Removal alarm','GPSTime':"      \
    "'2026-01-01 11:01:00','RcvTime':'2026-01-01 11:01:02','EndTime':'2026-01-01 11:01:10',"       \
    "'Count':1,'Speed':0.0,'Direct':0,'Lon':13.400000,'Lat':52.500000,'Detail':'',"                \
    "'AcknowledgedBy':null,'AcknowledgedTime':null,'Note':''}"

static void test_lists(void **state)
{
    make(*state);
    static const struct row rows[] = {
        {ANNA | OLGA | VERA, LIST, "{'DeviceIDs':'100','AlarmType':'removal alarm'}",
         PAGE(1, ROW_1)},
        {GRETA | NILS, LIST, "{'PageSize':1}", PAGE(3, ROW_1)},
        {ANNA, LIST, "{}", "...{'total':5,'data':[{'AlarmID':1,"},
        {ROOT, LIST, "{'HoldID':2}", "...{'total':1,'data':[{'AlarmID':3,"},
        {BERTA, LIST, "{}", "...{'total':1,'data':[{'AlarmID':3,"},
        {BERTA, LIST, "{'DeviceIDs':'100'}", PAGE(0, "")},
        {ANNA, LIST, "{'SinceAlarmID':3}", "...{'total':3,'data':[{'AlarmID':7,"},
        {ANNA, LIST, "{'Open':true,'GroupIDs':[2]}", "...{'total':1,'data':[{'AlarmID':2,"},
        {ANNA, LIST, "{'Open':'false'}", "...{'total':3,"},
        {ANNA, LIST, "{'AlarmType':['SOS alarm','Leave geofence alarm[x]']}", "...{'total':3,"},
        {ANNA, LIST, "{'AlarmType':' SOS alarm ; '}", "...{'total':2,"},
        {ANNA, LIST, "{'StartTime':'2026-01-01 11:01:20','EndTime':'2026-01-01 11:03:20'}",
         "...{'total':2,'data':[{'AlarmID':4,"},
        {ANNA, LIST, "{'Key':'s 1'}", "...{'total':1,'data':[{'AlarmID':2,"},
        {ANNA, LIST, "{'PageIndex':3,'PageSize':2}", "...{'total':5,'data':[{'AlarmID':6,"},
        {ANNA, LIST, "{'PageIndex':4,'PageSize':2}", PAGE(5, "")},
        {NILS, LIST, "{'SinceAlarmID':1,'PageIndex':2,'PageSize':1}",
         "...'Lon':null,'Lat':null,'Detail':'',"},
        {ANNA, LIST, "{'StartTime':'2026-01-02','EndTime':'2026-01-01'}",
         FAILS(500, "EndTime: before StartTime")},
        {ANNA, LIST, "{'AlarmType':'Removal'}", FAILS(500, "AlarmType: no type of alarm")},
        {ROOT, LIST, "{}", FAILS(500, "HoldID: value missing")},
        {NOBODY, LIST, "{}", NO_TOKEN_ROW},
    };
    TRY_ROWS(*state, rows);
}

/* What has no position is in no section of the document; a tracker's own fence is no crossing. */
static void test_sections(void **state)
{
    make(*state);
    static const struct row rows[] = {
        {NILS, ALARMS, "{'DeviceIDs':'200,100,300'," DAY "}",
         "...{'total':2,'data':[{'GPSTime':'2026-01-01 11:01:00','RcvTime':'2026-01-01 11:01:02',"
         "'VehicleNum':'N 1','DeviceID':'100','AlarmType':'Removal alarm','Lon':13.400000,"
         "'Lat':52.500000,'Speed':0.0,'Direct':0,'StatusDes':'Removal alarm"},
        {ANNA, ALARMS, "{'DeviceIDs':'200,100,300'," DAY "}", "...{'total':4,"},
        {ANNA, "vehicle/GetAlarmRecords", "{'VehicleNums':'F 1,E 1'," DAY "}",
         "...'AlarmType':'Leave geofence alarm[Yard, old]','Lon':0.000000,'Lat':52.500000,"
         "'Speed':0.0,'Direct':0,'StatusDes':'Leave geofence alarm[Yard, old]"},
        {ANNA, CROSSED, "{'DeviceIDs':'100,300'," DAY "}",
         PAGE(2, "{'VehicleNum':'F 1','DeviceID':'300','RegionName':'Yard, old','IOTime':"
                 "'2026-01-01 11:01:40','IOType':0},{'VehicleNum':'F 1','DeviceID':'300',"
                 "'RegionName':'Yard, old','IOTime':'2026-01-01 11:03:20','IOType':1}")},
        {NILS, CROSSED, "{'DeviceIDs':'100,300'," DAY "}", PAGE(0, "")},
        {ANNA, REMOVED, "{'DeviceIDs':''," DAY "}",
         "...{'total':1,'data':[{'WONO':'','PeopleName':'','FrameNo':'','CarInstallStore':'',"
         "'VehicleName':'N 1','SIM2':'100','AlarmType':'Removal alarm','RcvTime':"
         "'2026-01-01 11:01:02','GPSTime':'2026-01-01 11:01:00','Speed':0.0,'StatusDes':"
         "'Removal alarm"},
        {ANNA, REMOVED, "{'DeviceIDs':''," DAY "}", "...'Culocation':'','HoldName':'One'}]}"},
        {ANNA, REMOVED, "{'DeviceIDs':'','IsShowAddress':1," DAY "}", "...Germany','HoldName':"},
        {ROOT, REMOVED, "{'DeviceIDs':'','HoldID':2," DAY "}", "...'HoldName':'Two'}]}"},
        {ROOT, REMOVED, "{'DeviceIDs':''," DAY "}",
         FAILS(4001, "Get the hold ID of the enterprise failure")},
        {NILS, REMOVED, "{'QueryType':2,'QueryKey':'S 1'," DAY "}",
         FAILS(4006, "This Vehicle Plate does not exist or has been deleted")},
        {NILS, REMOVED, "{'QueryType':1,'QueryKey':'200'," DAY "}",
         FAILS(4005, "This device does not exist or has been deleted")},
        {NILS, REMOVED, "{'DeviceIDs':'200,900'," DAY "}",
         FAILS(4005, "This device does not exist or has been deleted")},
        {ANNA, REMOVED, "{" DAY "}", FAILS(500, "DeviceIDs: value missing")},
        {ANNA, REMOVED, "{'QueryType':1," DAY "}", FAILS(500, "QueryKey: value missing")},
        {ANNA, REMOVED, "{'QueryType':3," DAY "}", FAILS(500, "QueryType: out of range")},
        {ANNA, REMOVED, "{'DeviceIDs':'','AlarmType':'x'," DAY "}",
         FAILS(500, "AlarmType: no type of alarm")},
        {ANNA, REMOVED, "{'DeviceIDs':'','AlarmType':'SOS alarm'," DAY "}", "...{'total':1,"},
    };
    TRY_ROWS(*state, rows);
}

static void test_acknowledges(void **state)
{
    make(*state);
    static const struct row rows[] = {
        {VERA, MARK, "{'AlarmIDs':[1]}", NO_ROLE},
        {OLGA, MARK, "{}", FAILS(500, "AlarmIDs: value missing")},
        {OLGA, MARK, "{'AlarmIDs':[]}", FAILS(500, "AlarmIDs: value missing")},
        {BERTA, MARK, "{'AlarmIDs':[1,2]}", FAILS(404, "This alarm does not exist")},
        {NILS, MARK, "{'AlarmIDs':[2]}", FAILS(404, "This alarm does not exist")},
        {OLGA, MARK, "{'AlarmIDs':[5]}", FAILS(404, "This alarm does not exist")}, /* none */
        {NILS, MARK, "{'AlarmIDs':[2,1,77,1],'Note':'seen'}", DONE_ROW},
        {ANNA, LIST, "{'Acknowledged':true}", "...{'total':1,'data':[{'AlarmID':1,"},
        {ANNA, LIST, "{'Acknowledged':true}", "...'AcknowledgedBy':'nils',"},
        {ANNA, LIST, "{'Acknowledged':true}", "...'Note':'seen'}"},
        {OLGA, MARK, "{'AlarmIDs':[1]}", DONE_ROW},
        {ANNA, LIST, "{'Acknowledged':true}", "...'AcknowledgedBy':'olga',"},
        {ANNA, LIST, "{'Acknowledged':true}", "...'Note':''}"},
        {ANNA, LIST, "{'Acknowledged':false}", "...{'total':4,"},
        {ROOT, MARK, "{'HoldID':2,'AlarmIDs':[3]}", DONE_ROW},
        {BERTA, LIST, "{}", "...'AcknowledgedBy':'root',"},
    };
    TRY_ROWS(*state, rows);
}

/* As many as a call may name; the steps of the job are some. */
static void test_acknowledges_many(void **state)
{
    enum { MANY = 999 };
    struct event *events = mem_new_array(MANY, sizeof(*events));
    GString *body = g_string_new("{'AlarmIDs':[99999");
    for (int i = 0; i < MANY; i++) {
        events[i] = (struct event)ALARM(NORTHERN, SOS, i, i + 1);
        g_string_append_printf(body, ",%d", i + 1);
    }
    g_string_append(body, "]}");
    make_events(*state, events, MANY);
    const struct row rows[] = {
        {OLGA, MARK, body->str, DONE_ROW},
        {ANNA, LIST, "{'Acknowledged':true,'PageSize':1}", "...{'total':999,"},
    };
    TRY_ROWS(*state, rows);
    g_string_free(body, TRUE);
    free(events);
}

/* The first 50,000 of those that are asked for; those without a position are none of section 21. */
static void test_the_first_of_too_many(void **state)
{
    enum { MANY = 50010, PLACELESS = 20 };
    struct event *events = mem_new_array(MANY, sizeof(*events));
    for (int i = 0; i < MANY; i++) {
        events[i] = (struct event)ALARM(i % 2 == 0 ? SOUTHERN : NORTHERN, SOS, i / 2, i / 2 + 1);
        events[i].lat_e7 = i < PLACELESS ? 0 : 1;
        events[i].lon_e7 = 0;
    }
    make_events(*state, events, MANY);
    static const struct row rows[] = {
        {ANNA, LIST, "{'PageSize':1}", "...{'total':50000,'data':[{'AlarmID':2,'DeviceID':'100',"},
        {ANNA, LIST, "{'PageIndex':50000,'PageSize':1}",
         "...{'total':50000,'data':[{'AlarmID':49999,'DeviceID':'200',"},
        {ANNA, LIST, "{'PageIndex':50001,'PageSize':1}", PAGE(50000, "")},
        {ANNA, ALARMS,
         "{'DeviceIDs':'100,200','StartTime':'2026-01-01','EndTime':'2026-01-01 11:00:30'}",
         "...{'total':42,"},
    };
    TRY_ROWS(*state, rows);
    free(events);
}

/* Late fixes say that it never was, but somebody had acknowledged it. */
static void test_withdrawn_alarms_are_in_the_list_alone(void **state)
{
    struct event e = ALARM(NORTHERN, REMOVAL, 0, 10);
    e.withdrawn = true;
    e.acknowledged_by = P_OLGA;
    e.acknowledged_s = DAY_S;
    make_events(*state, &e, 1);
    static const struct row rows[] = {
        {ANNA, LIST, "{}", "...'Detail':'withdrawn','AcknowledgedBy':'olga',"},
        {ANNA, ALARMS, "{'DeviceIDs':'100'," DAY "}", PAGE(0, "")},
        {ANNA, REMOVED, "{'DeviceIDs':''," DAY "}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

/* What a clock raised is in no state, and is shown as if it were. */
static void test_silence_is_an_alarm_of_the_status(void **state)
{
    const struct message at = fleet_fix(DAY_S);
    const struct event silence = {
        .device_id = NORTHERN,
        .kind = ALARM_INTERRUPTED,
        .is_alarm = true,
        .origin = EVENT_BY_TIMER,
        .gps_time_s = 600,
        .lat_e7 = LAT_E7,
        .lon_e7 = LON_E7,
    };
    fleet_report(*state, "100", &at, 1);
    make_events(*state, &silence, 1);
    static const struct row rows[] = {
        {NILS, "vehicle/GetCurrentVehicleInfo", "{'VehiclePlates':''}",
         "...Communication interrupted alarm"},
        {ANNA, "vehicle/GetCurrentVehicleInfo", "{'VehiclePlates':''}", "...'IsAlarm':1,"},
        {ANNA, "vehicle/GetVehiclesInZone", "{'MinLon':13,'MaxLon':14,'MinLat':52,'MaxLat':53}",
         "...'IsAlarm':1,"},
        {ANNA, "vehicle/GetDeviceList", "{'PageIndex':1,'PageSize':9,'Status':3}",
         "...{'total':1,'data':[{'DeviceID':'100',"},
        {NILS, "vehicle/GetCurrentAlarmInfo", "{'DeviceID':''}",
         PAGE(1, "{'GPSTime':'2026-01-01 11:10:00','RcvTime':'2026-01-01 11:10:02','VehicleNum':"
                 "'N 1','DeviceID':'100','AlarmType':'Communication interrupted alarm','Speed':0.0,"
                 "'Direct':0,'Lon':13.400000,'Lat':52.500000}")},
        {BERTA, "vehicle/GetCurrentAlarmInfo", "{'DeviceID':'100'}", PAGE(0, "")},
        {ROOT, "vehicle/GetCurrentAlarmInfo", "{'DeviceID':''}",
         FAILS(4001, "Get user HoldID Failure")},
        {ANNA, "vehicle/GetHistoryVehicleInfoByDeviceID",
         "{'DeviceID':'100','StartTime':'2026-01-01 11:00:00','EndTime':'2026-01-01 12:00:00'}",
         "...'StatusDes':''"},
    };
    TRY_ROWS(*state, rows);
}

static void test_types_as_fields(void **state)
{
    (void)state;
    const char *const both[] = {"Overspeed ALARM[x]; sos alarm ", "Leave geofence alarm [a]"};
    const char *const wrong[] = {"SOS alarm;SOS"};
    event_set kinds = 1;
    assert_true(alarm_kinds_of(&(struct value){0}, &kinds));
    assert_int_equal(kinds, 0);
    assert_true(alarm_kinds_of(&(struct value){.items = both, .count = 2}, &kinds));
    assert_int_equal(kinds, ALARM_BIT(OVERSPEED) | ALARM_BIT(SOS) | ALARM_BIT(GEOFENCE_LEAVE));
    assert_false(alarm_kinds_of(&(struct value){.items = wrong, .count = 1}, &kinds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_lists),
        FLEET_TEST(test_sections),
        FLEET_TEST(test_acknowledges),
        FLEET_TEST(test_acknowledges_many),
        FLEET_TEST(test_the_first_of_too_many),
        FLEET_TEST(test_withdrawn_alarms_are_in_the_list_alone),
        FLEET_TEST(test_silence_is_an_alarm_of_the_status),
        cmocka_unit_test(test_types_as_fields),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
