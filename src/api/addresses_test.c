/* Sections 12, 13, 23 and 24, and Culocation of section 28. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"
#include "api/places_testing.h"

#define ADDRESS     "vehicle/GetVehicleAddress"
#define ADDRESS_ID  "vehicle/GetVehicleAddressByDeviceID"
#define LOCATION    "vehicle/GetVehicleLocation"
#define LOCATION_ID "vehicle/GetVehicleLocationByDeviceID"
#define REMOVALS    "vehicle/GetRemovalAlarms"
#define DANGER      "Dangerous value in parameters or parameter value missed: "
#define START_S     INT64_C(1767261600) /* 2026-01-01 10:00:00 UTC, 11:00:00 in Berlin */
#define NO_ADDRESS  ANSWERS("''")
#define NO_LOCATION ANSWERS("{'total':0,'data':[]}")
#define NO_PLATE    FAILS(4001, "Limited authority or vehicle/asset does not exist")
#define NO_NUMBER   FAILS(4001, "Limited authority or vehicle does not exist")

static const struct point HERE = {525000000, 134000000};
/* The pair of section 23: 113.941988, 22.556138 is 113.946864, 22.553121 in GCJ-02. */
static const struct point SHENZHEN = {225561380, 1139419880};

static void test_who_never_reported(void **state)
{
    static const struct row rows[] = {
        {ANNA | VERA | NILS, ADDRESS, "{'VehiclePlate':' n 1 '}", NO_ADDRESS},
        {ANNA | VERA | NILS, ADDRESS_ID, "{'DeviceID':'0100'}", NO_ADDRESS},
        {ANNA | VERA | NILS, LOCATION, "{'VehiclePlate':'N 1'}", NO_LOCATION},
        {ANNA | VERA | NILS, LOCATION_ID, "{'DeviceID':100}", NO_LOCATION},
    };
    TRY_ROWS(*state, rows);
    struct message voltage = {.kind = MESSAGE_FIX}; /* a place is still not known */
    fix_set_time(&voltage.fix, START_S);
    fix_set_power_mv(&voltage.fix, 12100);
    fleet_report(*state, "100", &voltage, 1);
    TRY_ROWS(*state, rows);
}

/* What the caller may not see is answered as what does not exist. */
static void test_codes(void **state)
{
    static const struct row rows[] = {
        {ANNA | BERTA, ADDRESS, "{'VehiclePlate':'x'}", NO_PLATE},
        {NILS | GRETA | BERTA, ADDRESS, "{'VehiclePlate':'S 1'}", NO_PLATE},
        {ANNA, ADDRESS, "{'VehiclePlate':'N 1,S 1'}", NO_PLATE}, /* one at a time */
        {ANNA | BERTA, ADDRESS_ID, "{'DeviceID':'x'}", NO_NUMBER},
        {NILS | GRETA | BERTA, ADDRESS_ID, "{'DeviceID':'200'}", NO_NUMBER},
        {ANNA | BERTA, LOCATION, "{'VehiclePlate':'x'}", NO_DEVICE},
        {NILS | GRETA | BERTA, LOCATION, "{'VehiclePlate':'S 1'}", NO_DEVICE},
        {ANNA | BERTA, LOCATION_ID, "{'DeviceID':'x'}", NO_DEVICE},
        {NILS | GRETA | BERTA, LOCATION_ID, "{'DeviceID':'200'}", NO_DEVICE},
        {NOBODY, ADDRESS, "{'VehiclePlate':'N 1'}", NO_TOKEN_ROW},
        {NOBODY, ADDRESS_ID, "{'DeviceID':'100'}", NO_TOKEN_ROW},
        {NOBODY, LOCATION, "{'VehiclePlate':'N 1'}", NO_TOKEN_ROW},
        {NOBODY, LOCATION_ID, "{'DeviceID':'100'}", NO_TOKEN_ROW},
        {ANNA, ADDRESS, "{}", FAILS(401, DANGER "VehiclePlate: value missing")},
        {ANNA, ADDRESS, "{'VehiclePlate':' '}", FAILS(401, DANGER "VehiclePlate: value missing")},
        {ANNA, ADDRESS_ID, "{'DeviceID':''}", FAILS(401, DANGER "DeviceID: value missing")},
        {ANNA, ADDRESS_ID, "{'DeviceID':[]}", FAILS(401, DANGER "DeviceID: wrong kind of value")},
        {ANNA, LOCATION, "{}", FAILS(500, "VehiclePlate: value missing")},
        {ANNA, LOCATION_ID, "{'DeviceID':null}", FAILS(500, "DeviceID: value missing")},
        {ANNA, LOCATION_ID, "[]", FAILS(500, "body: not a JSON object")},
        {ROOT, ADDRESS_ID, "{'DeviceID':'900'}", FAILS(401, DANGER "HoldID: value missing")},
        {ROOT, LOCATION_ID, "{'DeviceID':'900'}", FAILS(500, "HoldID: value missing")},
        {ROOT, ADDRESS_ID, "{'DeviceID':'900','HoldID':2}", NO_ADDRESS},
        {ROOT, LOCATION_ID, "{'DeviceID':'900','HoldID':1}", NO_DEVICE},
    };
    TRY_ROWS(*state, rows);
}

static void report_at(struct fleet *f, struct point at, alarm_set alarms)
{
    struct message m = fleet_fix(START_S);
    fix_set_position(&m.fix, at.lat_e7, at.lon_e7, true);
    fix_set_speed_kmh_e2(&m.fix, 3850);
    fix_set_odometer_m(&m.fix, 27449);
    fix_set_switch(&m.fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    m.fix.alarms = alarms;
    fleet_report(f, "100", &m, 1);
}

static void test_the_address_is_a_sentence(void **state)
{
    struct fleet *f = *state;
    uint32_t distance_m = 0;
    char *names = gazetteer_says(GAZETTEER_EN, HERE, &distance_m);
    char *answer =
        g_strdup_printf("{'Code':200,'Data':'(2026-01-01 11:00:00) %u Meters, %s','ErrMsg':null}",
                        (unsigned)distance_m, names);
    report_at(f, HERE, 0);
    try_row(f, &(struct row){ANNA | NILS, ADDRESS, "{'VehiclePlate':'N 1'}", answer}, 0);
    try_row(f, &(struct row){ANNA | NILS, ADDRESS_ID, "{'DeviceID':'100'}", answer}, 1);
    try_row(f,
            &(struct row){ANNA, "asset/getvehicleaddressbydeviceids/", "{'deviceid':100}", answer},
            2);
    g_free(answer);
    g_free(names);
}

static void test_the_location_is_whole(void **state)
{
    struct fleet *f = *state;
    static const char row[] = ANSWERS(
        "{'data':{'VehiclePlate':'N 1','VehicleNum':'N 1','RcvTime':'2026-01-01 11:00:05',"
        "'GPSTime':'2026-01-01 11:00:00','Lon':113.941988,'Lat':22.556138,'RLon':113.946864,"
        "'RLat':22.553121,'StatusDes':'Moving [0 seconds],SOS alarm','Speed':39,'Mileage':'27.4',"
        "'Location':'%s','IsReversal':0}}");
    report_at(f, SHENZHEN, ALARM_BIT(SOS));
    try_named(f, &(struct row){ANNA | NILS, LOCATION, "{'VehiclePlate':'n 1'}", row}, GAZETTEER_EN,
              SHENZHEN);
    try_named(f, &(struct row){ANNA | NILS, LOCATION_ID, "{'DeviceID':'00100'}", row}, GAZETTEER_EN,
              SHENZHEN);
    try_named(f,
              &(struct row){ANNA, "asset/getvehiclelocationbydeviceids", "{'DEVICEID':100}", row},
              GAZETTEER_EN, SHENZHEN);
}

static void test_alarms_tell_their_place(void **state)
{
    struct fleet *f = *state;
#define OF_100 "'DeviceIDs':'100','StartTime':'2026-01-01','EndTime':'2026-01-02'"
    static const struct row rows[] = {
        {ANNA, REMOVALS, "{" OF_100 "}", "...'Culocation':'',"},
        {ANNA, REMOVALS, "{" OF_100 ",'IsShowAddress':false}", "...'Culocation':'',"},
    };
    report_at(f, HERE, ALARM_BIT(REMOVAL));
    TRY_ROWS(f, rows);
    try_named(f,
              &(struct row){ANNA, REMOVALS, "{" OF_100 ",'IsShowAddress':'true'}",
                            "...'Culocation':'%s',"},
              GAZETTEER_EN, HERE);
    try_named(f,
              &(struct row){ANNA, "manage/ListAlarms", "{'Places':true,'Language':'zh'}",
                            "...'Lat':52.500000,'Place':'%s',"},
              GAZETTEER_ZH, HERE);
    try_row(f, &(struct row){ANNA, "manage/ListAlarms", "{}", "...'Lat':52.500000,'Detail'"}, 0);
    try_row(f,
            &(struct row){ANNA, "manage/ListAlarms", "{'Language':'de'}",
                          FAILS(500, "Language: neither en nor zh")},
            0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_who_never_reported),        FLEET_TEST(test_codes),
        FLEET_TEST(test_the_address_is_a_sentence), FLEET_TEST(test_the_location_is_whole),
        FLEET_TEST(test_alarms_tell_their_place),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
