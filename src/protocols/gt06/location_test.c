/*
 * Every layout of a GT06 location: the content of a frame and the whole fix that it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/gt06/testing.h"

static void expect_ignition(struct fix *f)
{
    expect_cell(f);
    ignition(f, true);
}

static void expect_odometer(struct fix *f)
{
    expect_cell(f);
    fix_set_odometer_m(f, 4320784);
}

static void expect_late(struct fix *f)
{
    expect_ignition(f);
    f->flags |= FIX_REUPLOAD;
}

static void expect_late_odometer(struct fix *f)
{
    expect_late(f);
    fix_set_odometer_m(f, 4320784);
}

static void expect_status_alone(struct fix *f)
{
    status_all(f);
}

static void expect_jamming(struct fix *f)
{
    expect_status(f);
    f->alarms = ALARM_BIT(INTERRUPTED);
}

static void expect_status_altitude(struct fix *f)
{
    expect_status_large(f);
    fix_set_altitude_dm(f, 6870);
}

static void expect_altitude(struct fix *f)
{
    expect_large_cell(f);
    ignition(f, true);
    fix_set_odometer_m(f, 7);
    fix_set_altitude_dm(f, -120);
}

static void expect_vxt01(struct fix *f)
{
    expect_cell(f);
    status_bits(f);
    fix_set_power_mv(f, 13930);
    fix_set_gsm_bars(f, 4);
    f->alarms = ALARM_BIT(OVERSPEED);
}

static void expect_vxt01_status(struct fix *f)
{
    expect_status(f);
    f->alarms = ALARM_BIT(OVERSPEED);
}

static void expect_supply(struct fix *f)
{
    expect_cell(f);
    status_bits(f);
    fix_set_power_mv(f, 12520);
    fix_set_gsm_bars(f, 4);
    f->alarms = ALARM_BIT(SOS);
}

static void expect_no_signal(struct fix *f)
{
    expect_cell(f);
    status_bits(f);
    fix_set_battery_percent(f, 100);
    f->alarms = ALARM_BIT(SOS);
}

static void expect_percent_sos(struct fix *f)
{
    expect_no_signal(f);
    fix_set_gsm(f, 26);
}

static void expect_s5(struct fix *f)
{
    expect_cell(f);
    status_bits(f);
    fix_set_power_mv(f, 12060);
    fix_set_gsm_bars(f, 4);
    fix_set_temperature(f, 0, -2800);
    fix_set_odometer_m(f, 32890);
    f->alarms = ALARM_BIT(SOS);
}

static void expect_benway(struct fix *f)
{
    expect_ignition(f);
    fix_set_temperature(f, 0, -2500);
}

static void expect_benway_off(struct fix *f)
{
    expect_cell(f);
    ignition(f, false);
}

static void expect_seeworld(struct fix *f)
{
    expect_large_cell(f);
    ignition(f, true);
    f->flags |= FIX_REUPLOAD;
    fix_set_odometer_m(f, 1000);
    fix_set_temperature(f, 0, -2150);
}

static void expect_sr411(struct fix *f)
{
    expect_ignition(f);
    fix_set_power_mv(f, 12610);
    fix_set_battery_mv(f, 4040);
}

static void expect_xt40(struct fix *f)
{
    expect_large_cell(f);
    status_bits(f);
    fix_set_power_mv(f, 12970);
    fix_set_battery_mv(f, 4200);
    fix_set_gsm(f, 23);
    fix_set_odometer_m(f, 1234);
}

static void expect_nt20_without_cell(struct fix *f)
{
    status_bits(f);
    fix_set_power_mv(f, 12970);
    fix_set_battery_mv(f, 4200);
    fix_set_gsm(f, 23);
    fix_set_odometer_m(f, 1234);
}

static void expect_nt20(struct fix *f)
{
    expect_cell(f);
    expect_nt20_without_cell(f);
}

static void expect_4g_items(struct fix *f)
{
    expect_4g(f);
    f->flags |= FIX_REUPLOAD;
    fix_set_odometer_m(f, 5572);
}

static void expect_2g_items(struct fix *f)
{
    expect_cell(f);
    fix_set_odometer_m(f, 5572);
}

static void expect_status_odometer(struct fix *f)
{
    expect_status(f);
    fix_set_odometer_m(f, 4320784);
}

static void set_vl103(struct fix *f)
{
    ignition(f, true);
    fix_set_odometer_m(f, 100);
    fix_set_power_mv(f, 13000);
    fix_set_battery_mv(f, 4000);
}

static void expect_vl103_plain(struct fix *f)
{
    expect_cell(f);
    set_vl103(f);
}

static void expect_vl103_spain(struct fix *f)
{
    fix_set_cell(f, (struct cell){214, 1, 0x287d, 0x001f71});
    set_vl103(f);
}

static void expect_vl103(struct fix *f)
{
    expect_large_cell(f);
    set_vl103(f);
}

static void expect_x1(struct fix *f)
{
    expect_large_cell(f);
    fix_set_odometer_m(f, 17329);
    fix_set_power_mv(f, 12800);
    fix_set_battery_mv(f, 4190);
}

static void expect_items(struct fix *f)
{
    expect_ignition(f);
    fix_set_odometer_m(f, 9000);
    fix_set_power_mv(f, 12340);
}

static void expect_typed_items(struct fix *f)
{
    expect_status(f);
    fix_set_battery_mv(f, 4020);
    fix_set_battery_percent(f, 95);
    f->alarms = ALARM_BIT(VIBRATION);
}

static void expect_4g_acc(struct fix *f)
{
    fix_set_cell(f, cell_4g);
    ignition(f, true);
}

static void expect_lw4g(struct fix *f)
{
    fix_set_cell(f, cell_4g);
    status_bits(f);
    fix_set_power_mv(f, 12470);
    fix_set_battery_percent(f, 42);
    fix_set_gsm_bars(f, 3);
    fix_set_odometer_m(f, 19249);
}

static const struct field_case locations[] = {
    {"10 alone", 0x10, GPS, expect_nothing},
    {"10 with two more bytes", 0x10, GPS "0002", expect_nothing},
    {"11 with a wide cell", 0x11, GPS CELL_3G_WIDE, expect_large_cell},
    {"12 without a cell", 0x12, GPS, expect_nothing},
    {"12 with half a cell", 0x12, GPS "01cc01", expect_nothing},
    {"12 with a cell", 0x12, GPS CELL_2G, expect_cell},
    {"12 whose MNC has two bytes", 0x12, GPS "81cc 0001 287d 001f71", expect_cell},
    {"12 with a cell that is none", 0x12, GPS "0000 00 0000 000000", expect_nothing},
    {"12 with ACC, mode, late", 0x12, GPS CELL_2G "01 00 00", expect_ignition},
    {"12 with an odometer", 0x12, GPS CELL_2G "0041ee10", expect_odometer},
    {"12 of Benway with a temperature", 0x12, GPS CELL_2G "9219", expect_benway},
    {"12 of Benway with an analogue value", 0x12, GPS CELL_2G "0219", expect_benway_off},
    {"12 of a VXT01", 0x12, GPS CELL_2G "7e 0571 04 00", expect_vxt01},
    {"12 behind the IMEI", 0x12, "0123456789012345" GPS CELL_2G, expect_cell},
    {"12 of Wetrust", 0x12, GPS CELL_2G "0041ee10 01 30 01 00 0000", expect_odometer},
    {"12 of an S5", 0x12, GPS CELL_2G "46 04b6 04 01 0000 9c 00000cd9", expect_s5},
    {"12 of a card reader", 0x12, GPS CELL_2G "0041ee10 4b " ZEROS_72 "00000000 00",
     expect_odometer},
    {"16", 0x16, GPS "09" CELL_2G STATUS, expect_status},
    {"16 whose length does not count itself", 0x16, GPS "08" CELL_2G STATUS, expect_status},
    {"16 with a large CID", 0x16, GPS "0a" CELL_3G STATUS, expect_status_large},
    {"16 with a cell of 4G", 0x16, GPS "10" CELL_4G STATUS, expect_status_4g},
    {"16 without a cell", 0x16, GPS "00" STATUS, expect_status_alone},
    {"16 with an empty list of cells", 0x16, GPS "00" ZEROS_45 STATUS, expect_status_alone},
    {"16 cut off in its status", 0x16, GPS "09" CELL_2G "4606", expect_cell},
    {"16 of Seeworld", 0x16, GPS "09" CELL_3G STATUS, expect_status_large},
    {"16 whose length says more than there is", 0x16, GPS "39" CELL_2G STATUS, expect_status},
    {"16 with a supply", 0x16, GPS "09" CELL_2G "46 04e4 04 01", expect_supply},
    {"16 with an alarm and a signal in percent", 0x16, GPS "09" CELL_2G "46 06 56 01 00",
     expect_percent_sos},
    {"16 without a signal", 0x16, GPS "09" CELL_2G "46 06 ff 01 02", expect_no_signal},
    {"16 of a VXT01", 0x16, GPS CELL_2G "7e 0571 04 00", expect_vxt01},
    {"16 of a VXT01 with a level", 0x16, GPS CELL_2G "7e 06 04 01 02", expect_vxt01_status},
    {"17 with a card", 0x17, GPS CELL_2G "bf0000012ca7e001 00", expect_cell},
    {"1A", 0x1a, GPS "0123456789", expect_nothing},
    {"1E", 0x1e, GPS "0123456789", expect_nothing},
    {"22", 0x22, GPS CELL_2G "01 05 00", expect_ignition},
    {"22 sent late", 0x22, GPS CELL_2G "01 05 01", expect_late},
    {"22 with an odometer", 0x22, GPS CELL_2G "01 05 01 0041ee10", expect_late_odometer},
    {"22 of Seeworld", 0x22, GPS CELL_3G "01 00 01 000003e8 00000000 8866 0000", expect_seeworld},
    {"22 with the IMEI", 0x22,
     "01 0123456789012345" KIT_TIME GPS "0a" CELL_3G "04 46 0511 2a 17 00 02 0004d2 000000",
     expect_xt40},
    {"22 with the IMEI and a plain cell", 0x22,
     "01 0123456789012345" KIT_TIME GPS "09" CELL_2G "46 0511 2a 17 00 02 0004d2 000171",
     expect_nt20},
    {"22 with the IMEI and an empty cell", 0x22,
     "01 0123456789012345" KIT_TIME GPS "09 0000000000000000 46 0511 2a 17 00 02 0004d2 000171",
     expect_nt20_without_cell},
    {"22 with the IMEI and a length that is none", 0x22,
     "01 0123456789012345" KIT_TIME GPS "f9" CELL_2G "46 0511 2a 17 00 02 0004d2 000171",
     expect_nt20},
    {"24 of an SR411", 0x24, GPS CELL_2G "01 04ed 0194 0000086508004139 7650", expect_sr411},
    {"25", 0x25, GPS CELL_3G, expect_large_cell},
    {"25 with the IMEI", 0x25,
     "01 0123456789012345" KIT_TIME GPS "0a" CELL_3G "04 46 0511 2a 17 00 02 0004d2 000000 00",
     expect_xt40},
    {"26", 0x26, GPS "09" CELL_2G STATUS, expect_status},
    {"26 without the length of its cell", 0x26, GPS CELL_2G STATUS, expect_status},
    {"26 without the length of a cell whose MNC has two bytes", 0x26,
     GPS "81cc 0001 287d 001f71" STATUS, expect_status},
    {"27 with an alarm of 12 bits", 0x27, GPS "09" CELL_2G "46 06 04 07 12 ff", expect_jamming},
    {"2D", 0x2d, GPS CELL_2G "01 05 01", expect_late},
    {"31", 0x31, GPS CELL_2G "01 05 01 0041ee10", expect_late_odometer},
    {"31 of an SL4X", 0x31, GPS CELL_3G_WIDE "01 00 00 00000007 fff4", expect_altitude},
    {"32", 0x32, GPS "09" CELL_2G STATUS, expect_status},
    {"32 of an SL4X", 0x32, GPS "0a" CELL_3G_WIDE STATUS "02af", expect_status_altitude},
    {"32 of an SL4X without altitude", 0x32, GPS "0a" CELL_3G_WIDE STATUS, expect_status_large},
    {"32 with ACC and voltages, without the length of its cell", 0x32,
     GPS CELL_2G "01 00 00 00000064 0514 28 000026", expect_vl103_plain},
    {"32 with ACC and voltages in a country below 256", 0x32,
     GPS "00d6 01 287d 001f71 01 00 00 00000064 0514 28 000026", expect_vl103_spain},
    {"32 with a status, ACC and an odometer", 0x32, GPS "09" CELL_2G STATUS "01 00 00 0041ee10",
     expect_status_odometer},
    {"34 of an X1", 0x34,
     "00000000" GPS "0000 000043b1" CELL_3G "00000000 0500 01a3 42210000 01 00 0001", expect_x1},
    {"36 of a VL103", 0x36, GPS CELL_3G "01 00 00 00000064 0514 28 000006 c3000001453f9201",
     expect_vl103},
    {"37 with items", 0x37, GPS CELL_2G "01 00 00 002e 04 00002328 003c 01 ff 0027 02 04d2",
     expect_items},
    {"37 with an item cut off", 0x37, GPS CELL_2G "01 00 00 002e 04 0000", expect_ignition},
    {"38 with a 2G cell", 0x38, GPS "00" CELL_2G "55", expect_cell},
    {"38 with a 4G cell", 0x38, GPS "03" CELL_4G "0055", expect_4g},
    {"38 with ACC, mode, late", 0x38, GPS "00" CELL_2G "55 01 00 00", expect_ignition},
    {"38 with a mode and items", 0x38,
     GPS "0e 01 03" CELL_4G "0055 002e 04 000015c4 003b 02 0000 003c 04 01020001", expect_4g_items},
    {"38 with a mode and a 2G cell", 0x38, GPS "0e 00 00" CELL_2G "55 002e 04 000015c4",
     expect_2g_items},
    {"39 with items", 0x39,
     GPS "00" CELL_2G "55"
         "46 06 04 03 02 0018 02 0192 006a 01 5f",
     expect_typed_items},
    {"61", 0x61, "0123456789012345" GPS CELL_3G "0123456789ab", expect_large_cell},
    {"A0", 0xa0, GPS CELL_4G, expect_4g},
    {"A0 with ACC", 0xa0, GPS CELL_4G "01 0e 00", expect_4g_acc},
    {"A2 of an LW4G", 0xa2,
     GPS CELL_4G "11 46 04df 2a 03 00 01 00004b31 00000000 0123456789012345 0200", expect_lw4g},
    {"A3", 0xa3, GPS "09" CELL_2G STATUS "01", expect_status},
    {"A4 with an alarm of 12 bits", 0xa4, GPS "09" CELL_2G "46 06 04 0b 10 01", expect_jamming},
};

static void test_locations(void **state)
{
    (void)state;
    run_cases(locations, sizeof(locations) / sizeof(locations[0]), plain_fix, false);
}

/* Every location cut anywhere is still read within its bytes, and refused without its GPS block. */
static void test_locations_cut_off(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(locations) / sizeof(locations[0]); i++) {
        struct kit kit = {0};
        uint8_t content[KIT_FRAME_MAX];
        char hex[2 * KIT_FRAME_MAX + 1];
        size_t len = 0;
        assert_int_equal(
            hex_decode(bytes_of_text(locations[i].content), content, sizeof(content), &len),
            ERR_OK);
        for (size_t n = 0; n < len; n++) {
            hex_encode((struct bytes){content, n}, hex);
            kit_frame(&kit, false, locations[i].type, hex);
            enum err e = kit_decode(&kit, kit.bytes);
            assert_true(e == ERR_OK || e == ERR_MALFORMED);
            bool is_report = e == ERR_OK && kit.decoded.len > 0 &&
                             kit.decoded.at[0].kind == MESSAGE_FIX &&
                             kit.decoded.at[0].fix.source == FIX_GPS;
            assert_true(!is_report || n >= 18);
        }
        kit_clear(&kit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_locations),
        cmocka_unit_test(test_locations_cut_off),
    };
    return cmocka_run_group_tests_name("gt06_location", tests, NULL, NULL);
}
