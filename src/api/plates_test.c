/* Sections 15 and 16: what a client reads in Data, and what is a fault of the name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"

#define PLATE       "vehicle/ModifyVehiclePlate"
#define ASSET       "vehicle/ModifyAssetName"
#define DATA(digit) ANSWERS("'" digit "'")
#define TEN         "1234567890"
#define SIXTY       TEN TEN TEN TEN TEN TEN

static void test_both_write_the_one_name(void **state)
{
    static const struct row rows[] = {
        {ANNA, PLATE, "{'DeviceID':'100','NewVehiclePlate':' B-X 1 '}", DATA("0")},
        {ANNA, "vehicle/GetDeviceList", "{'PageIndex':1,'PageSize':1,'Key':'100'}",
         "...'DeviceID':'100','VehiclePlate':'B-X 1',"},
        {OLGA, ASSET, "{'DeviceID':'00100','AssetName':'b-x 1'}", DATA("0")},
        {ANNA, "vehicle/GetDeviceList", "{'PageIndex':1,'PageSize':1,'Key':'100'}",
         "...'DeviceID':'100','VehiclePlate':'b-x 1',"},
        {NILS, "asset/ModifyAssetName", "{'DeviceID':100,'AssetName':'x'}", DATA("0")},
        {ANNA, "vehicle/GetDeviceList", "{'PageIndex':1,'PageSize':1,'Key':'100'}",
         "...'VehiclePlate':'x',"},
        {ANNA, "manage/ListDevices", "{'Key':'100'}", "...'ObjectCode':'code-100','SIM':''"},
    };
    TRY_ROWS(*state, rows);
}

/* A device of the own enterprise is told from one that is not there, or is another's. */
static void test_what_data_says(void **state)
{
    static const struct row rows[] = {
        {NOBODY, PLATE, "{'DeviceID':'100','NewVehiclePlate':'x'}", DATA("1")},
        {NOBODY, ASSET, "{}", DATA("1")},
        {ANNA, PLATE, "{'DeviceID':'999','NewVehiclePlate':'x'}", DATA("2")},
        {ANNA, PLATE, "{'DeviceID':'900','NewVehiclePlate':'x'}", DATA("2")},
        {VERA, ASSET, "{'DeviceID':'900','AssetName':'x'}", DATA("2")},
        {ROOT, PLATE, "{'HoldID':9,'DeviceID':'900','NewVehiclePlate':'x'}", DATA("3")},
        {VERA, PLATE, "{'DeviceID':'100','NewVehiclePlate':'x'}", DATA("4")},
        {NILS | GRETA, PLATE, "{'DeviceID':'200','NewVehiclePlate':'x'}", DATA("4")},
        {NILS | GRETA, ASSET, "{'DeviceID':'300','AssetName':'x'}", DATA("4")},
        {VERA, PLATE, "{'DeviceID':'100','NewVehiclePlate':'S 1'}", DATA("4")}, /* taken, too */
        {BERTA, "manage/ListDevices", "{}", "...'VehiclePlate':'E 1',"},
        {ROOT, PLATE, "{'HoldID':2,'DeviceID':'900','NewVehiclePlate':'N 1'}", DATA("0")},
        {BERTA, "manage/ListDevices", "{}", "...'VehiclePlate':'N 1',"},
    };
    TRY_ROWS(*state, rows);
}

/* A bad name is 500, before anything is said of the device. */
static void test_names(void **state)
{
    static const struct row rows[] = {
        {ANNA, PLATE, "{'DeviceID':'100','NewVehiclePlate':'s 1'}",
         FAILS(500, "NewVehiclePlate: is taken")},
        {ANNA, ASSET, "{'DeviceID':'100','AssetName':'S 1'}", FAILS(500, "AssetName: is taken")},
        {ANNA, PLATE, "{'DeviceID':'100','NewVehiclePlate':'n 1'}", DATA("0")}, /* its own */
        {ANNA, PLATE, "{'DeviceID':'100','NewVehiclePlate':'E 1'}", DATA("0")}, /* another's */
        {ANNA, PLATE, "{'DeviceID':'999','NewVehiclePlate':''}",
         FAILS(500, "NewVehiclePlate: value missing")},
        {ANNA, ASSET, "{'DeviceID':'999'}", FAILS(500, "AssetName: value missing")},
        {ANNA, ASSET, "{'DeviceID':'100','NewVehiclePlate':'x'}",
         FAILS(500, "AssetName: value missing")},
        {ANNA, PLATE, "{'NewVehiclePlate':'x'}", FAILS(500, "DeviceID: value missing")},
        {ANNA, PLATE, "{'DeviceID':'999','NewVehiclePlate':'a,b'}",
         FAILS(500, "NewVehiclePlate: holds a comma")},
        {ANNA, PLATE, "{'DeviceID':'100','NewVehiclePlate':'" SIXTY "1234'}", DATA("0")},
        {ANNA, PLATE, "{'DeviceID':'100','NewVehiclePlate':'" SIXTY "12345'}",
         FAILS(500, "NewVehiclePlate: too long")},
        {ANNA, PLATE, "{'DeviceID':'100','NewVehiclePlate':'a\\tb'}",
         FAILS(500, "NewVehiclePlate: holds control characters")},
        {ROOT, PLATE, "{'DeviceID':'100','NewVehiclePlate':'x'}",
         FAILS(500, "HoldID: value missing")},
        {ANNA, PLATE, "[]", FAILS(500, "body: not a JSON object")},
    };
    TRY_ROWS(*state, rows);
}

/* A renamed device is found by its new name at once, and no more by the old one. */
static void test_the_name_is_what_devices_are_found_by(void **state)
{
    static const struct row rows[] = {
        {ANNA, PLATE, "{'DeviceID':'100','NewVehiclePlate':'\u00c4 1'}", DATA("0")},
        {ANNA, "vehicle/GetHistoryVehicleInfo",
         "{'NumberPlateLists':'\u00e4 1','StartTime':'2026-01-01','EndTime':'2026-01-02'}",
         PAGE(0, "")},
        {ANNA, "vehicle/GetHistoryVehicleInfo",
         "{'NumberPlateLists':'N 1','StartTime':'2026-01-01','EndTime':'2026-01-02'}",
         FAILS(4001, "Vehicle Plate does not exist or been deleted")},
        {ANNA, PLATE, "{'DeviceID':'200','NewVehiclePlate':'N 1'}", DATA("0")},
        {GRETA, "vehicle/GetHistoryVehicleInfo",
         "{'NumberPlateLists':'N 1','StartTime':'2026-01-01','EndTime':'2026-01-02'}",
         FAILS(4001, "Vehicle Plate does not exist or been deleted")},
    };
    TRY_ROWS(*state, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_both_write_the_one_name),
        FLEET_TEST(test_what_data_says),
        FLEET_TEST(test_names),
        FLEET_TEST(test_the_name_is_what_devices_are_found_by),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
