/* Sections 9 and 10: their codes and texts, and which fixes a span of local time holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"

#define BY_PLATE          "vehicle/GetHistoryVehicleInfo"
#define BY_ID             "vehicle/GetHistoryVehicleInfoByDeviceID"
#define START_S           INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC, 11:00:00 in Berlin */
#define BACK_S            INT64_C(1761438600) /* 2025-10-26 00:30:00 UTC, 02:30:00 local */
#define SPAN              "'StartTime':'2026-01-01','EndTime':'2026-01-02'"
#define DANGER            "Dangerous value in parameters or parameter value missed: "
#define DANGEROUS(text)   FAILS(401, DANGER text)
#define NO_PLATE          FAILS(4001, "Vehicle Plate does not exist or been deleted")
#define NO_NUMBER         FAILS(4002, "Device number does not exist or has been deleted")
#define BAD_ORDER         FAILS(403, "startTime should not be greater than end time")
#define BETWEEN(from, to) "{'DeviceID':'100','StartTime':'" from "','EndTime':'" to "'}"
#define HOLDS(n)          "...{'total':" #n ","

/* An item the caller may not see does not exist; existence goes before the order of times. */
static void test_codes(void **state)
{
    static const struct row rows[] = {
        {ANNA | VERA | NILS, BY_PLATE, "{'NumberPlateLists':' n 1 '," SPAN "}", PAGE(0, "")},
        {ANNA | VERA | NILS, BY_ID, "{'DeviceID':'00100'," SPAN "}", PAGE(0, "")},
        {BERTA, BY_PLATE, "{'NumberPlateLists':'N 1'," SPAN "}", NO_PLATE},
        {BERTA, BY_ID, "{'DeviceID':'100'," SPAN "}", NO_NUMBER},
        {NILS | GRETA, BY_PLATE, "{'NumberPlateLists':'S 1'," SPAN "}", NO_PLATE},
        {NILS | GRETA, BY_ID, "{'DeviceID':'300'," SPAN "}", NO_NUMBER},
        {ANNA, BY_ID, "{'DeviceID':'100,200'," SPAN "}", NO_NUMBER}, /* one at a time */
        {ANNA, BY_ID, BETWEEN("2026-01-02", "2026-01-01"), BAD_ORDER},
        {ANNA, BY_ID, BETWEEN("2026-01-01 00:00:01", "2026-01-01"), BAD_ORDER},
        {ANNA, BY_ID, BETWEEN("2026-01-01", "2026-01-01"), PAGE(0, "")},
        {ANNA, BY_ID, "{'DeviceID':'x','StartTime':'2026-01-02','EndTime':'2026-01-01'}",
         NO_NUMBER},
        {ANNA, BY_PLATE, "{'NumberPlateLists':'x','StartTime':'2026-01-02','EndTime':'2026-01-01'}",
         NO_PLATE},
        {NOBODY, BY_ID, "{'DeviceID':'100'," SPAN "}", NO_TOKEN_ROW},
        {ROOT, BY_ID, "{'DeviceID':'100'," SPAN "}", DANGEROUS("HoldID: value missing")},
        {ROOT, BY_ID, "{'DeviceID':'100','HoldID':2," SPAN "}", NO_NUMBER},
        {ROOT, BY_ID, "{'DeviceID':'900','HoldID':'2'," SPAN "}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

static void test_faults(void **state)
{
    static const struct row rows[] = {
        {ANNA, BY_PLATE, "{" SPAN "}", DANGEROUS("NumberPlateLists: value missing")},
        {ANNA, BY_PLATE, "{'NumberPlateLists':''," SPAN "}",
         DANGEROUS("NumberPlateLists: value missing")},
        {ANNA, BY_ID, "{" SPAN "}", DANGEROUS("DeviceID: value missing")},
        {ANNA, BY_ID, "{'DeviceID':'100','EndTime':'2026-01-02'}",
         DANGEROUS("StartTime: value missing")},
        {ANNA, BY_ID, "{'DeviceID':'100','StartTime':'2026-01-02'}",
         DANGEROUS("EndTime: value missing")},
        {ANNA, BY_ID, BETWEEN("2026-01-01", " "), DANGEROUS("EndTime: value missing")},
        {ANNA, BY_ID, BETWEEN("yesterday", "2026-01-02"), DANGEROUS("StartTime: not a time")},
        {ANNA, BY_ID, BETWEEN("2026-01-01", "2026-13-01"), DANGEROUS("EndTime: not a time")},
        {ANNA, BY_ID, BETWEEN("2026-02-29", "2026-03-01"), DANGEROUS("StartTime: not a time")},
        {ANNA, BY_ID, BETWEEN("2026-01-01 24:00:01", "2026-03-01"),
         DANGEROUS("StartTime: not a time")},
        {ANNA, BY_ID, BETWEEN("01/01/2026", "2026-03-01"), DANGEROUS("StartTime: not a time")},
        {ANNA, BY_ID, "{'DeviceID':'x','StartTime':'?','EndTime':'2026-01-01'}",
         DANGEROUS("StartTime: not a time")}, /* values go before existence */
    };
    TRY_ROWS(*state, rows);
}

/* Both ends are in it, in whatever form they come; all local to the enterprise but for offsets. */
static void test_spans(void **state)
{
    static const struct row rows[] = {
        {ANNA, BY_ID, BETWEEN("2026-01-01 11:00:00", "2026-01-01 11:01:00"), HOLDS(2)},
        {ANNA, BY_ID, BETWEEN("2026-01-01 11:00:01", "2026-01-01 11:01:00"), HOLDS(1)},
        {ANNA, BY_ID, BETWEEN("2026-01-01 11:00:00", "2026-01-01 11:00:59"), HOLDS(1)},
        {ANNA, BY_ID, BETWEEN("2026-01-01 11:00:00", "2026-01-01 11:00:00"), HOLDS(1)},
        {ANNA, BY_ID, BETWEEN("2026/1/1 11:00:00", "2026/1/1 11:01:00"), HOLDS(2)},
        {ANNA, BY_ID, BETWEEN("2026-01-01T11:00:00", "2026-01-01T11:01:00"), HOLDS(2)},
        {ANNA, BY_ID, BETWEEN("2026-01-01T10:00:00Z", "2026-01-01T10:01:00Z"), HOLDS(2)},
        {ANNA, BY_ID, BETWEEN("2026-01-01T18:00:00+08:00", "2026-01-01T05:00:59-05:00"), HOLDS(1)},
        {ANNA, BY_ID, BETWEEN("2026-01-01 10:00:00", "2026-01-01 10:59:59"), HOLDS(0)},
        {ANNA, BY_ID, BETWEEN("2026-01-01", "2026-01-02"), HOLDS(2)},
        {NILS, BY_PLATE,
         "{'NumberPlateLists':'N 1','StartTime':'2026-01-01 11:00:00','EndTime':'2026-01-01 "
         "11:01:00'}",
         HOLDS(2)},
        {ANNA, BY_ID, BETWEEN("2026-01-01 11:00:00", "2026-01-01 11:00:00"),
         "...[{'ObjectCode':'code-100','VehicleNum':'N 1','GPSTime':'2026-01-01 11:00:00',"
         "'RcvTime':'2026-01-01 11:01:05','Lon':13.400000,'Lat':52.500000,"},
    };
    const struct message messages[] = {fleet_fix(START_S), fleet_fix(START_S + 60)};
    fleet_report(*state, "100", messages, COUNT_OF(messages));
    TRY_ROWS(*state, rows);
}

/* Of a longer span the first three days: 72 hours from StartTime, the last second included. */
static void test_three_days(void **state)
{
    static const struct row rows[] = {
        {ANNA, BY_ID, BETWEEN("2026-01-01 11:00:00", "2026-12-31"), HOLDS(2)},
        {ANNA, BY_ID, BETWEEN("2026-01-01 11:00:01", "2026-12-31"), HOLDS(2)},
        {ANNA, BY_ID, BETWEEN("2026-01-01 10:59:59", "2026-12-31"), HOLDS(1)},
        {ANNA, BY_ID, BETWEEN("2025-12-29 11:00:00", "2026-12-31"), HOLDS(1)},
        {ANNA, BY_ID, BETWEEN("2025-12-29 10:59:59", "2026-12-31"), HOLDS(0)},
    };
    enum { THREE_DAYS_S = 3 * FLEET_DAY_S };
    const struct message messages[] = {fleet_fix(START_S), fleet_fix(START_S + THREE_DAYS_S),
                                       fleet_fix(START_S + THREE_DAYS_S + 1)};
    fleet_report(*state, "100", messages, COUNT_OF(messages));
    TRY_ROWS(*state, rows);
}

/* Where clocks are set back, a start is the first pass of the hour and an end the second. */
static void test_the_hour_that_comes_twice(void **state)
{
    static const struct row rows[] = {
        {ANNA, BY_ID, BETWEEN("2025-10-26 02:00:00", "2025-10-26 02:59:59"), HOLDS(2)},
        {ANNA, BY_ID, BETWEEN("2025-10-26 02:30:00", "2025-10-26 02:30:00"), HOLDS(2)},
        {ANNA, BY_ID, BETWEEN("2025-10-26 02:30:01", "2025-10-26 02:30:00"), HOLDS(1)},
        {ANNA, BY_ID, BETWEEN("2025-10-26 02:30:00", "2025-10-26 02:29:59"), HOLDS(1)},
        {ANNA, BY_ID, BETWEEN("2025-10-26T02:30:00+01:00", "2025-10-26 02:59:59"), HOLDS(1)},
        {ANNA, BY_ID, BETWEEN("2025-10-26 02:00:00", "2025-10-26T02:59:59+02:00"), HOLDS(1)},
        {ANNA, BY_ID, BETWEEN("2025-10-26 03:00:00", "2025-10-26 04:00:00"), HOLDS(0)},
        {ANNA, BY_ID, BETWEEN("2025-10-26 02:30:00", "2025-10-26 02:30:00"),
         "...'GPSTime':'2025-10-26 02:30:00'"},
    };
    const struct message messages[] = {fleet_fix(BACK_S), fleet_fix(BACK_S + 3600)};
    fleet_report(*state, "100", messages, COUNT_OF(messages));
    TRY_ROWS(*state, rows);
}

/* A history keeps to its device, under whatever name, and goes with it. */
static void test_devices_that_change(void **state)
{
    static const struct row rows[] = {
        {ANNA, "vehicle/ModifyAssetName", "{'DeviceID':'100','AssetName':'new'}", ANSWERS("'0'")},
        {ANNA, BY_PLATE, "{'NumberPlateLists':'NEW'," SPAN "}", "...'VehicleNum':'new',"},
        {ANNA, "vehicle/ModifyAssetName", "{'DeviceID':'200','AssetName':'N 1'}", ANSWERS("'0'")},
        {ANNA, BY_PLATE, "{'NumberPlateLists':'N 1'," SPAN "}", PAGE(0, "")},
        {ROOT, "manage/ModifyEnterprise", "{'HoldID':1,'TimeZone':'Asia/Shanghai'}", DONE_ROW},
        {ANNA, BY_ID, BETWEEN("2026-01-01 18:00:00", "2026-01-01 18:00:00"),
         "...'GPSTime':'2026-01-01 18:00:00'"},
        {ANNA, "manage/DeleteDevice", "{'DeviceID':'100'}", DONE_ROW},
        {ANNA, BY_ID, BETWEEN("2026-01-01", "2026-01-02"), NO_NUMBER},
        {ANNA, "manage/AddDevice", "{'DeviceID':'100'}", DONE_ROW},
        {ANNA, BY_ID, BETWEEN("2026-01-01", "2026-01-02"), PAGE(0, "")},
    };
    const struct message report = fleet_fix(START_S);
    fleet_report(*state, "100", &report, 1);
    TRY_ROWS(*state, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_codes),
        FLEET_TEST(test_faults),
        FLEET_TEST(test_spans),
        FLEET_TEST(test_three_days),
        FLEET_TEST(test_the_hour_that_comes_twice),
        FLEET_TEST(test_devices_that_change),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
