/*
 * GT06 reports that are no plain location: cells, Wi-Fi, cameras, information, modules. The content
 * of a frame and the whole fix that it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/gt06/testing.h"

static struct fix no_fix(void)
{
    return (struct fix){0};
}

static struct fix lbs_fix(void)
{
    return (struct fix){.source = FIX_LBS};
}

static struct fix timed_lbs_fix(void)
{
    struct fix f = {.source = FIX_LBS};
    fix_set_time(&f, KIT_TIME_S);
    return f;
}

static void add_aps(struct fix *f, unsigned count)
{
    static const uint8_t macs[][6] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};
    static const int rssi_dbm[] = {-56, -91};
    f->source = FIX_WIFI;
    for (unsigned i = 0; i < count; i++) {
        fix_add_wifi(f, macs[i], rssi_dbm[i]);
    }
}

static void expect_wifi(struct fix *f)
{
    expect_cell(f);
    add_aps(f, 2);
}

static void expect_wifi_large(struct fix *f)
{
    expect_large_cell(f);
    add_aps(f, 1);
}

static void expect_wifi_4g(struct fix *f)
{
    expect_4g(f);
    add_aps(f, 1);
}

/* The signs that are there, and no access point without a MAC. */
static void expect_signed_wifi(struct fix *f)
{
    expect_4g(f);
    add_aps(f, 2);
}

static void expect_wifi_alarm(struct fix *f)
{
    expect_wifi_4g(f);
    f->alarms = ALARM_BIT(INTERRUPTED);
}

#define NETWORK    "01cc 01"
#define NEIGHBOURS "0000 000000 00 1111 000001 20 1111 000002 20 1111 000003 20 1111 000004 20 "
#define CELLS_7    NETWORK "287d 001f71 20" NEIGHBOURS "1111 000005 20"
#define CELLS_7_4G                                                                                 \
    NETWORK "00009191 0906170300000001 20"                                                         \
            "00009191 0906170300000002 20 00009191 0906170300000003 20"                            \
            "00009191 0906170300000004 20 00009191 0906170300000005 20"                            \
            "00009191 0906170300000006 20 00009191 0906170300000007 20"
#define CELLS_3_4G                                                                                 \
    "00009191 0906170300000002 20 00009191 0906170300000003 20 00009191 0906170300000004 20"
#define CELLS_4_4G      NETWORK "00009191 0906170300000001 20" CELLS_3_4G
#define CELLS_4_4G_WIDE "81cc 0001 00009191 0906170300000001 20" CELLS_3_4G
#define AP_1            "020000000001 38"
#define AP_2            "020000000002 5b"

static const struct field_case cell_lists[] = {
    {"18 without Wi-Fi", 0x18, KIT_TIME CELLS_7 "ff 00", expect_cell},
    {"18 with Wi-Fi", 0x18, KIT_TIME CELLS_7 "ff 02" AP_1 AP_2, expect_wifi},
    {"19 of a list", 0x19, KIT_TIME CELL_2G "f5 0c 00 00", expect_cell},
    {"24", 0x24, KIT_TIME CELLS_7 "ff", expect_cell},
    {"24 that counts its cells", 0x24,
     KIT_TIME "00" NETWORK "02 287d 001f71 34 287d 000001 2e" ZEROS_10 ZEROS_10 "00", expect_cell},
    {"28", 0x28, KIT_TIME CELLS_7 "ff 0002", expect_cell},
    {"28 without its first cell", 0x28, KIT_TIME NETWORK "0000 000000 00 287d 001f71 20",
     expect_cell},
    {"28 cut off", 0x28, KIT_TIME NETWORK "28", expect_nothing},
    {"2C", 0x2c, KIT_TIME CELLS_7 "ff 02" AP_1 AP_2, expect_wifi},
    {"2E", 0x2e, KIT_TIME CELLS_7 "ff", expect_cell},
    {"33 with Wi-Fi", 0x33, KIT_TIME NETWORK "287d 0540e88c 20" ZEROS_35 "ff 01" AP_1,
     expect_wifi_large},
    {"A1", 0xa1, KIT_TIME CELLS_7_4G "ff 0002", expect_4g},
    {"A2 with Wi-Fi", 0xa2, KIT_TIME CELLS_7_4G "ff 01" AP_1, expect_wifi_4g},
    {"A2 with signed signals", 0xa2,
     KIT_TIME CELLS_7_4G "ff 03 020000000001 c8 000000000000 00 020000000002 a5",
     expect_signed_wifi},
    {"A2 with a length that counts itself", 0xa2, KIT_TIME "38" CELLS_4_4G "ff 01" AP_1,
     expect_wifi_4g},
    {"A2 with a length that counts the timing advance", 0xa2, KIT_TIME "39" CELLS_4_4G "ff 01" AP_1,
     expect_wifi_4g},
    {"A2 with a length that does not count itself", 0xa2, KIT_TIME "37" CELLS_4_4G "ff 01" AP_1,
     expect_wifi_4g},
    {"A2 with a length and a long MNC", 0xa2, KIT_TIME "39" CELLS_4_4G_WIDE "01" AP_1,
     expect_wifi_4g},
    {"A2 with a length and cut off", 0xa2, KIT_TIME "39 01cc 01 00009191 0906170300000001",
     expect_nothing},
    {"A9 of 4G", 0xa9, KIT_TIME NETWORK "01 01 00009191 0906170300000001 20 ff 01" AP_1 "07 12",
     expect_wifi_alarm},
};

static void test_cell_lists(void **state)
{
    (void)state;
    run_cases(cell_lists, sizeof(cell_lists) / sizeof(cell_lists[0]), timed_lbs_fix, false);
}

static void expect_34_cell(struct fix *f)
{
    fix_set_time(f, KIT_TIME_S);
    expect_large_cell(f);
}

static void expect_af_removed(struct fix *f)
{
    expect_status(f);
    f->alarms = ALARM_BIT(REMOVAL);
}

/* 50 bytes of 34: time, timing advance, the network, 39 bytes of cells. */
#define CELLS_34 "287d 0540e88c 20 " ZEROS_10 ZEROS_10 ZEROS_10 "0000"

static void expect_timed(struct fix *f)
{
    fix_set_time(f, KIT_TIME_S);
    expect_cell(f);
}

static const struct field_case cells[] = {
    {"11", 0x11, KIT_TIME CELL_2G, expect_timed},
    {"11 whose MNC has two bytes", 0x11, KIT_TIME "81cc 0001 287d 001f71", expect_timed},
    {"11 without a time", 0x11, CELL_2G, expect_cell},
    {"11 without a time, with more behind the cell", 0x11, CELL_2G "000000000002", expect_cell},
    {"11 whose time is none", 0x11, "1a0d17010c00" CELL_2G, expect_cell},
    {"17 with a telephone number", 0x17, CELL_2G "3535353030313030" ZEROS_10 "000000 0002",
     expect_cell},
    {"19", 0x19, CELL_2G STATUS, expect_status},
    {"19 without a status", 0x19, CELL_2G, expect_cell},
    {"34 of 50 bytes", 0x34, KIT_TIME "00 01cc 0001 " CELLS_34, expect_34_cell},
    {"A5", 0xa5, CELL_4G STATUS, expect_status_4g},
    {"A5 with an alarm", 0xa5, "81cc 0001 0000287d 0000000000001f71 46 06 04 18 02",
     expect_af_removed},
    {"A7", 0xa7, CELL_4G "2b 38363138", expect_4g},
};

static void test_cells(void **state)
{
    (void)state;
    run_cases(cells, sizeof(cells) / sizeof(cells[0]), lbs_fix, false);
}

/* 11 whose bytes are no network, cut off or all 0, is taken and says nothing. */
static void test_lbs_without_a_cell(void **state)
{
    (void)state;
    static const char *const contents[] = {"0000000000000000", KIT_TIME "01cc 01",
                                           "000000000000 0000000000000000"};
    for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
        struct kit kit = {0};
        assert_int_equal(kit_one(&kit, false, 0x11, contents[i])->kind, MESSAGE_OTHER);
        kit_clear(&kit);
    }
}

static void test_wifi_counted(void **state)
{
    (void)state;
    struct kit kit = {0};
    struct fix want = {.source = FIX_WIFI};
    fix_set_time(&want, KIT_TIME_S);
    fix_add_wifi(&want, (const uint8_t[]){2, 0, 0, 0, 0, 1}, -127);
    kit_assert_fix(&kit_one(&kit, false, 0xf3, "261123011200 02 0000 020000000001 0000 02")->fix,
                   &want);
    assert_false(kit.decoded.wants_reply);
    kit_frame(&kit, false, 0xf3, "261123011200");
    assert_int_equal(kit_decode(&kit, kit.bytes), ERR_MALFORMED);
    kit_clear(&kit);
}

/* A byte that is no BCD, or no time of day, leaves the time open. */
static void test_time_that_is_none(void **state)
{
    (void)state;
    static const char *const contents[] = {"26112301120a 00", "261323011200 00", "261123011260 00",
                                           "ffffffffffff 00"};
    for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
        struct kit kit = {0};
        const struct message *m = kit_one(&kit, false, 0xf3, contents[i]);
        assert_int_equal(m->fix.has, i == 0 ? FIX_HAS_TIME : 0);
        kit_clear(&kit);
    }
    struct kit kit = {0};
    assert_int_equal(kit_one(&kit, false, 0x10, "1a0200000000" KIT_GPS)->fix.has & FIX_HAS_TIME, 0);
    assert_int_equal(kit_one(&kit, false, 0x10, "1a0b17180000" KIT_GPS)->fix.has & FIX_HAS_TIME, 0);
    kit_clear(&kit);
}

static void expect_camera_short(struct fix *f)
{
    fix_set_time(f, KIT_TIME_S);
    f->alarms = ALARM_BIT(HARSH_BRAKING);
}

static void expect_time(struct fix *f)
{
    fix_set_time(f, KIT_TIME_S);
}

static void expect_camera_sos(struct fix *f)
{
    fix_set_time(f, KIT_TIME_S);
    fix_set_position(f, 386500000, 1177000000, true);
    fix_set_course_cdeg(f, 9000);
    f->alarms = ALARM_BIT(SOS);
}

static void expect_camera_marked(struct fix *f)
{
    *f = plain_fix();
    fix_set_power_mv(f, 13500);
    f->alarms = ALARM_BIT(COLLISION);
}

static void expect_power(struct fix *f)
{
    fix_set_power_mv(f, 12590);
}

static const struct field_case short_reports[] = {
    {"95 with its time", 0x95, KIT_TIME "91", expect_camera_short},
    {"95 whose 01 is no SOS", 0x95, KIT_TIME "01", expect_time},
    {"95 with a position", 0x95, KIT_TIME "04258dd0 0ca0ba20 145a 01 0000 61", expect_camera_sos},
    {"95 with a mark", 0x95, "ffff01" KIT_TIME "c9 04258dd0 0ca0ba20 145a 003c 0087 93 0000 61",
     expect_camera_marked},
    {"94", 0x94, "04eb", expect_power},
    {"94 of nothing", 0x94, "", expect_nothing},
};

static void test_short_reports(void **state)
{
    (void)state;
    run_cases(short_reports, sizeof(short_reports) / sizeof(short_reports[0]), no_fix, false);
}

static void expect_iccid(struct fix *f)
{
    fix_set_iccid(f, "89860012345678901234");
}

static void expect_door(struct fix *f)
{
    fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, true);
}

static void expect_door_closed(struct fix *f)
{
    expect_time(f);
    fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, false);
}

static void expect_fuel(struct fix *f)
{
    fix_set_temperature(f, 0, 2960);
    fix_set_fuel_ml(f, 8430);
}

static void expect_timed_fuel(struct fix *f)
{
    expect_time(f);
    expect_fuel(f);
}

static void expect_climate(struct fix *f)
{
    fix_set_temperature(f, 0, -550);
}

static void expect_obd(struct fix *f)
{
    *f = plain_fix();
    ignition(f, true);
}

static void expect_az735(struct fix *f)
{
    *f = plain_fix();
    expect_cell(f);
    fix_set_gsm(f, 18);
    add_aps(f, 2);
    f->source = FIX_GPS;
}

static void expect_az735_door(struct fix *f)
{
    expect_time(f);
    expect_door(f);
    f->source = FIX_LBS;
}

static void expect_az735_low(struct fix *f)
{
    expect_time(f);
    f->source = FIX_LBS;
    f->alarms = ALARM_BIT(LOW_BATTERY);
}

static void expect_gps_and_status(struct fix *f)
{
    *f = plain_fix();
    expect_status(f);
}

static void expect_timed_cell(struct fix *f)
{
    f->source = FIX_LBS;
    expect_time(f);
    expect_large_cell(f);
}

static void expect_states(struct fix *f)
{
    expect_time(f);
    ignition(f, true);
    fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, true);
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, false);
    fix_set_power_mv(f, 4050);
}

static void expect_modules(struct fix *f)
{
    *f = plain_fix();
    fix_set_altitude_dm(f, 2130);
    expect_iccid(f);
    fix_set_cell(f, (struct cell){460, 1, 0x287d, 0x001f71});
    fix_set_battery_mv(f, 3700);
    f->hdop_e2 = 120;
    f->has |= FIX_HAS_HDOP;
    expect_door(f);
    fix_set_odometer_m(f, 62045);
    f->alarms = ALARM_BIT(REMOVAL);
}

static void expect_module_cell(struct fix *f)
{
    f->source = FIX_LBS;
    expect_time(f);
    expect_cell(f);
}

/* Text in hexadecimal: "!AIOIL,02,008.290,029.600,519J,0400,008.430,0,00,AB". */
#define FUEL                                                                                       \
    "2141494f494c2c30322c3030382e3239302c3032392e3630302c3531394a2c303430302c3030382e3433302c302c" \
    "30302c4142"
#define UNIX_TIME  "6b0392e0"
#define MODULE_GPS "0033 0012" UNIX_TIME "09 00d5 04258dd0 0ca0ba20 3c 145a"

static const struct field_case long_reports[] = {
    {"94 00 supply", 0x94, "00 04eb", expect_power},
    {"94 04 with an ICCID, \"DYD=01;ICCID=898..;\"", 0x94,
     "04 4459443d30313b 49434349443d 3839383630303132333435363738393031323334 3b", expect_iccid},
    {"94 05 door", 0x94, "05 01", expect_door},
    {"94 05 with a time", 0x94, "05" KIT_TIME "00", expect_door_closed},
    {"94 0A card", 0x94, "0a 0123456789012345 0123456789012345 89860012345678901234", expect_iccid},
    {"94 0B supply", 0x94, "0b 04eb", expect_power},
    {"94 0D fuel", 0x94, "0d" FUEL, expect_fuel},
    {"94 0D fuel with a time", 0x94, "0d" KIT_TIME FUEL, expect_timed_fuel},
    {"94 1E climate", 0x94, "1e ffffffc9 00000064", expect_climate},
    {"8C", 0x8c, KIT_TIME "01 3430303d302c" KIT_GPS, expect_obd},
    {"66 with nothing but its position", 0x66, KIT_TIME "01" KIT_GPS, expect_obd},
    {"32 of an AZ735", 0x32, KIT_TIME "0c" KIT_GPS "09" CELL_2G "12 00 0e" AP_1 AP_2 "00 00",
     expect_az735},
    {"33 of an AZ735, door", 0x33, KIT_TIME "00 00 00 00 a5 00", expect_az735_door},
    {"33 of an AZ735, low battery", 0x33, KIT_TIME "00 00 00 00 a3 00", expect_az735_low},
    {"F1", 0xf1, UNIX_TIME "0001 01 02 0004 01 01 0005 02 0195 0007 01 00 0009 00", expect_states},
    {"70", 0x70,
     "0000 0001 02 0003 000a 89860012345678901234 0009 0001 07 0011 000a 01cc 0001 287d 001f71 00"
     "0018 0002 0172 0028 0001 0c 002a 0001 01 002c 0004 00000001 002e 0004 0000f25d" MODULE_GPS
     "0034 0006 12 00000000 00",
     expect_modules},
    {"70 without GPS", 0x70,
     "0033 0012 00000000 00 0000 00000000 00000000 00 0000 002c 0004" UNIX_TIME
     "0011 000a 01cc 0001 287d 001f71 00",
     expect_module_cell},
    {"F1 cut off in a state", 0xf1, UNIX_TIME "0001 05 02", expect_time},
    {"70 cut off in a module", 0x70, "002c 0004" UNIX_TIME "0018 0002 01", expect_time},
    {"32 laid out as a short one", 0x32, GPS "09" CELL_2G STATUS, expect_gps_and_status},
    {"33 laid out as a short one", 0x33, KIT_TIME NETWORK "287d 0540e88c 20" ZEROS_35 "ff 00",
     expect_timed_cell},
    {"70 with short modules", 0x70,
     "0003 0001 89 0009 0000 0011 0002 01cc 002c 0002 6a02 002e 0001 01 0033 0001 00",
     expect_nothing},
};

static void test_long_reports(void **state)
{
    (void)state;
    run_cases(long_reports, sizeof(long_reports) / sizeof(long_reports[0]), no_fix, true);
}

/* 94 that says nothing we keep is no report. */
static void test_information_without_a_place(void **state)
{
    (void)state;
    static const char *const contents[] = {"",      "00 04", "04 4459443d3031",        "0b 01",
                                           "0a 00", "0d 21", "1b 0208 4277efef 35 03", "77"};
    for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
        struct kit kit = {0};
        assert_int_equal(kit_one(&kit, true, 0x94, contents[i])->kind, MESSAGE_OTHER);
        assert_false(kit.decoded.wants_reply);
        kit_clear(&kit);
    }
}

static void test_reports_cut_off(void **state)
{
    (void)state;
    static const struct {
        bool is_long;
        uint8_t type;
        const char *content;
    } cases[] = {
        {false, 0x01, "01234567890123"},
        {false, 0x01, "0123456789abcdef 0000"},
        {false, 0x11, "01cc 01 287d 001f"},
        {false, 0x13, ""},
        {false, 0x15, "05000000"},
        {false, 0x19, "01cc 01 287d 00"},
        {false, 0x23, ""},
        {false, 0x28, KIT_TIME "01cc"},
        {false, 0x40, "0000000000000000"},
        {false, 0x95, KIT_TIME},
        {false, 0x95, KIT_TIME "04258dd0"},
        {false, 0xa5, "01cc 01"},
        {true, 0x21, "00000000"},
        {true, 0x32, KIT_TIME "0c"},
        {true, 0x33, KIT_TIME "00 00 00 05 a5"},
        {true, 0x70, "0003 000a 8986"},
        {true, 0x8c, KIT_TIME},
        {true, 0xf1, "6b0392"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = {0};
        kit_frame(&kit, cases[i].is_long, cases[i].type, cases[i].content);
        assert_int_equal(kit_decode(&kit, kit.bytes), ERR_MALFORMED);
        assert_string_equal(kit.session.device_id, "");
        kit_clear(&kit);
    }
}

/* Times of F1, 40 and 70 are UTC; the others are in the zone of the session. */
static void test_zone(void **state)
{
    (void)state;
    struct kit kit = {.session = {.utc_offset_min = 480}};
    assert_int_equal(kit_one(&kit, false, 0x10, GPS)->fix.gps_time_s, KIT_TIME_S - 28800);
    assert_int_equal(kit_one(&kit, true, 0xf1, UNIX_TIME)->fix.gps_time_s, KIT_TIME_S);
    kit.session.utc_offset_min = -210;
    assert_int_equal(kit_one(&kit, false, 0x10, GPS)->fix.gps_time_s, KIT_TIME_S + 12600);
    kit_clear(&kit);
}

static void test_battery_management(void **state)
{
    (void)state;
    struct kit kit = {0};
    struct fix want = {0};
    fix_set_time(&want, KIT_TIME_S);
    fix_set_battery_percent(&want, 87);
    fix_set_battery_mv(&want, 48200);
    kit_assert_fix(&kit_one(&kit, false, 0x40,
                            "0123456789012345" UNIX_TIME "57 0000 00 0000 00 0000 0000 bc48")
                        ->fix,
                   &want);
    kit_clear(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cell_lists),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_lbs_without_a_cell),
        cmocka_unit_test(test_wifi_counted),
        cmocka_unit_test(test_time_that_is_none),
        cmocka_unit_test(test_short_reports),
        cmocka_unit_test(test_long_reports),
        cmocka_unit_test(test_information_without_a_place),
        cmocka_unit_test(test_reports_cut_off),
        cmocka_unit_test(test_zone),
        cmocka_unit_test(test_battery_management),
    };
    return cmocka_run_group_tests_name("gt06_reports", tests, NULL, NULL);
}
