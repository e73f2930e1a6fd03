/*
 * GT06 status bytes, alarm codes and heartbeats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "protocols/gt06/testing.h"

/* Every code of the alarm byte and what it is; a code that is not here is no alarm. */
static alarm_set alarm_of(unsigned code)
{
    switch (code) {
    case 0x01:
        return ALARM_BIT(SOS);
    case 0x02:
    case 0x11:
        return ALARM_BIT(POWER_OFF);
    case 0x03:
    case 0x09:
        return ALARM_BIT(VIBRATION);
    case 0x04:
        return ALARM_BIT(GEOFENCE_ENTER);
    case 0x05:
        return ALARM_BIT(GEOFENCE_LEAVE);
    case 0x06:
        return ALARM_BIT(OVERSPEED);
    case 0x0e:
    case 0x0f:
    case 0x19:
        return ALARM_BIT(LOW_BATTERY);
    case 0x0c:
    case 0x13:
    case 0x25:
    case 0x32:
        return ALARM_BIT(COVER_OPEN);
    case 0x18:
        return ALARM_BIT(REMOVAL);
    case 0x1a:
    case 0x27:
    case 0x28:
    case 0xf1:
        return ALARM_BIT(HARSH_BRAKING);
    case 0x1b:
    case 0x2a:
    case 0x2b:
    case 0x2e:
        return ALARM_BIT(HARSH_CORNERING);
    case 0x23:
        return ALARM_BIT(ROLLOVER);
    case 0x26:
    case 0x29:
    case 0xf0:
        return ALARM_BIT(HARSH_ACCELERATION);
    case 0x2c:
    case 0xf2:
        return ALARM_BIT(COLLISION);
    case 0x30:
    case 0x107:
    case 0x10b:
        return ALARM_BIT(INTERRUPTED);
    case 0x5b:
    case 0x5c:
        return ALARM_BIT(TEMPERATURE);
    default:
        return 0;
    }
}

static void test_alarm_codes(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 0x1000; code++) {
        struct fix f = {0};
        gt06_set_alarm(&f, code);
        assert_int_equal(f.alarms, alarm_of(code));
        assert_int_equal(f.has, code == 0x14                   ? FIX_HAS_DOOR
                                : code == 0x33 || code == 0x34 ? FIX_HAS_LOCK
                                                               : 0);
        assert_int_equal(f.flags, code == 0x14 ? FIX_DOOR_OPEN : 0);
        assert_int_equal(f.lock, code == 0x33   ? FIX_LOCK_ON
                                 : code == 0x34 ? FIX_LOCK_OFF
                                                : FIX_LOCK_NONE);
    }
}

static void test_alarm_code_of_a_set(void **state)
{
    (void)state;
    assert_int_equal(gt06_alarm_code(0), 0);
    assert_int_equal(gt06_alarm_code(ALARM_BIT(FATIGUE)), 0);
    assert_int_equal(gt06_alarm_code(ALARM_BIT(OVERSPEED)), 0x06);
    assert_int_equal(gt06_alarm_code(ALARM_BIT(OVERSPEED) | ALARM_BIT(SOS)), 0x01);
    for (unsigned type = 0; type < ALARM_COUNT; type++) {
        alarm_set set = UINT32_C(1) << type;
        uint8_t code = gt06_alarm_code(set);
        assert_int_equal(alarm_of(code), code == 0 ? 0 : set);
    }
}

static void test_status_bits(void **state)
{
    (void)state;
    static const alarm_set alarms[8] = {
        0, ALARM_BIT(VIBRATION), ALARM_BIT(POWER_OFF), ALARM_BIT(LOW_BATTERY), ALARM_BIT(SOS), 0,
        0, ALARM_BIT(REMOVAL),
    };
    for (unsigned status = 0; status < 256; status++) {
        struct fix f = {0};
        gt06_set_status(&f, (uint8_t)status);
        assert_int_equal(f.has, FIX_HAS_IGNITION | FIX_HAS_CHARGING | FIX_HAS_CUT_OFF);
        assert_int_equal((f.flags & FIX_IGNITION_ON) != 0, status >> 1 & 1U);
        assert_int_equal((f.flags & FIX_CHARGING) != 0, status >> 2 & 1U);
        assert_int_equal((f.flags & FIX_CUT_OFF) != 0, status >> 7);
        assert_int_equal(f.alarms, alarms[status >> 3 & 7U]);
    }
}

static void test_battery(void **state)
{
    (void)state;
    static const unsigned levels[] = {0, 16, 33, 50, 66, 83, 100};
    for (unsigned battery = 0; battery < 256; battery++) {
        struct fix f = {0};
        gt06_set_battery(&f, (uint8_t)battery);
        assert_int_equal(f.has, battery <= 100 ? FIX_HAS_BATTERY_PERCENT : 0);
        unsigned want = battery <= 6 ? levels[battery] : battery;
        assert_int_equal(f.battery_percent, battery <= 100 ? want : 0);
    }
}

static void test_signal(void **state)
{
    (void)state;
    for (unsigned signal = 0; signal < 256; signal++) {
        struct fix f = {0};
        gt06_set_signal(&f, (uint8_t)signal);
        bool has_percent = signal > 31 && signal <= 100 && signal != 99;
        assert_int_equal(f.has, signal <= 31 || has_percent ? FIX_HAS_GSM : 0);
        assert_int_equal(f.gsm, signal <= 31 ? signal : has_percent ? signal * 31 / 100 : 0);
        assert_int_equal(f.flags, signal <= 4 ? FIX_GSM_BARS : 0);
    }
}

static void expect_heartbeat(struct fix *f)
{
    status_all(f);
}

static void expect_heartbeat_alarm(struct fix *f)
{
    status_all(f);
    f->alarms = ALARM_BIT(OVERSPEED);
}

static void expect_bits(struct fix *f)
{
    status_bits(f);
}

/* STATUS with the battery full, the signal at 86 % or five of 31, and what follows. */
static void expect_strong(struct fix *f)
{
    status_bits(f);
    fix_set_battery_percent(f, 100);
    fix_set_gsm(f, 26);
}

static void expect_strong_alarm(struct fix *f)
{
    expect_strong(f);
    f->alarms = ALARM_BIT(OVERSPEED);
}

static void expect_strong_volts(struct fix *f)
{
    expect_strong(f);
    fix_set_power_mv(f, 11000);
}

static void expect_strong_60_volts(struct fix *f)
{
    expect_strong(f);
    fix_set_power_mv(f, 60000);
}

static void expect_five(struct fix *f)
{
    status_bits(f);
    fix_set_battery_percent(f, 100);
    fix_set_gsm(f, 5);
    f->alarms = ALARM_BIT(OVERSPEED);
}

static void expect_low_battery(struct fix *f)
{
    status_all(f);
    f->alarms = ALARM_BIT(LOW_BATTERY);
}

static void expect_decivolts(struct fix *f)
{
    status_all(f);
    fix_set_power_mv(f, 13100);
}

static void expect_supply(struct fix *f)
{
    status_bits(f);
    fix_set_power_mv(f, 12340);
    fix_set_gsm_bars(f, 4);
}

static void expect_supply_of_a_lorry(struct fix *f)
{
    status_bits(f);
    fix_set_power_mv(f, 28340);
    fix_set_gsm_bars(f, 4);
}

/* A signal that is none leaves the level, and the other way about. */
static void expect_no_signal(struct fix *f)
{
    status_bits(f);
    fix_set_battery_percent(f, 100);
}

static void expect_no_battery(struct fix *f)
{
    status_bits(f);
    fix_set_gsm_bars(f, 4);
}

static void expect_a3(struct fix *f)
{
    expect_strong(f);
    fix_set_power_mv(f, 12000);
}

static void expect_a3_steps(struct fix *f)
{
    status_bits(f);
    fix_set_battery_percent(f, 83);
    fix_set_gsm(f, 15);
}

static void expect_obd(struct fix *f)
{
    status_bits(f);
    fix_set_gsm(f, 21);
    fix_set_satellites(f, 12); /* 4 and 8 */
    fix_set_battery_percent(f, 80);
    fix_set_power_mv(f, 12590);
    fix_set_temperature(f, 0, -550);
    f->alarms = ALARM_BIT(SOS);
}

static void expect_obd_other_mode(struct fix *f)
{
    expect_obd(f);
    f->temperature_count = 0;
    f->temperature_c_e2[0] = 0;
}

static void expect_asset(struct fix *f)
{
    fix_set_battery_percent(f, 6);
    fix_set_temperature(f, 0, 430);
}

static void expect_asset_frost(struct fix *f)
{
    fix_set_battery_percent(f, 100);
    fix_set_temperature(f, 0, -430);
}

static void expect_items(struct fix *f)
{
    status_all(f);
    fix_set_battery_mv(f, 4020);
    fix_set_battery_percent(f, 95);
}

static void expect_acc_and_charging(struct fix *f)
{
    ignition(f, false);
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, true);
}

static void expect_voltage(struct fix *f)
{
    expect_acc_and_charging(f);
    fix_set_battery_mv(f, 2900);
}

static void expect_voltage_and_signal(struct fix *f)
{
    expect_voltage(f);
    fix_set_gsm_bars(f, 4);
}

static const struct field_case heartbeats[] = {
    {"13", 0x13, STATUS, expect_heartbeat},
    {"13 with an alarm", 0x13, "46 06 04 06 02", expect_heartbeat_alarm},
    {"13 whose signal is 5", 0x13, "46 06 05 06 00", expect_five},
    {"13 whose signal is a percentage", 0x13, "46 06 56 00 04", expect_strong},
    {"13 with an alarm and a percentage", 0x13, "46 06 56 06 02", expect_strong_alarm},
    {"13 with low battery and bars", 0x13, "46 06 04 0e 02", expect_low_battery},
    {"13 without a signal", 0x13, "46 06 ff 00 02", expect_no_signal},
    {"13 of an unknown signal", 0x13, "46 06 63 00 02", expect_no_signal},
    {"13 without a battery", 0x13, "46 ff 04 00 02", expect_no_battery},
    {"13 with a supply", 0x13, "46 04d2 04 00", expect_supply},
    {"13 with a supply that could be levels", 0x13, "46 0b12 04 00", expect_supply_of_a_lorry},
    {"13 with levels that could be a supply", 0x13, "46 06 04 0f 00", expect_low_battery},
    {"13 with a supply in volts", 0x13, "46 06 56 0b 01", expect_strong_volts},
    {"13 with 60 volts", 0x13, "46 06 56 3c 01", expect_strong_60_volts},
    {"13 with a supply in tenths of volts", 0x13, "46 06 04 f083", expect_decivolts},
    {"13 without an alarm", 0x13, "46 06 04", expect_heartbeat},
    {"13 of its status alone", 0x13, "46", expect_bits},
    {"13 cut off", 0x13, "46 06", expect_bits},
    {"13 of an OBD device", 0x13, "46 1115 01 02 50 04 04eb 00 0000 ffc9", expect_obd},
    {"13 of an OBD device in mode 3", 0x13, "46 1115 01 02 50 03 04eb 00 0000 ffc9",
     expect_obd_other_mode},
    {"13 of an asset tracker", 0x13, "30 802b 00 00 06 42 014f 00 0872 0000 802b", expect_asset},
    {"13 of an asset tracker in frost", 0x13, "30 802b 00 00 64 42 014f 00 0872 0000 002b",
     expect_asset_frost},
    {"23", 0x23, "04 0122 04 0001", expect_voltage_and_signal},
    {"23 without a signal", 0x23, "04 0122", expect_voltage},
    {"23 of its status alone", 0x23, "04", expect_acc_and_charging},
    {"36", 0x36, STATUS, expect_heartbeat},
    {"36 with items", 0x36, STATUS "0032 01 01 0018 02 0192 006a 01 5f", expect_items},
    {"36 as long as a VL103's location", 0x36,
     STATUS "0018 02 0192 006a 01 5f 0032 1f" ZEROS_10 ZEROS_10 ZEROS_10 "00", expect_items},
    {"A3 of 7 bytes", 0xa3, "46 0001 06 56 0c 01", expect_a3},
    {"A3 of 19 bytes", 0xa3, "46 0000 05 32 1e 02 0000 00000258 4f 0001 000600", expect_a3_steps},
};

static void test_heartbeats(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(heartbeats) / sizeof(heartbeats[0]); i++) {
        struct kit kit = {0};
        struct fix want = {0};
        print_message("# %s\n", heartbeats[i].doc);
        heartbeats[i].expect(&want);
        const struct message *m = kit_one(&kit, false, heartbeats[i].type, heartbeats[i].content);
        assert_int_equal(m->kind, MESSAGE_HEARTBEAT);
        kit_assert_fix(&m->fix, &want);
        assert_true(kit.decoded.wants_reply);
        kit_clear(&kit);
    }
}

/* Cut off anywhere, a heartbeat stays one. */
static void test_heartbeats_cut_off(void **state)
{
    (void)state;
    static const char full[] = "46060400020018020192006a015f0027020001";
    for (size_t n = 2; n < sizeof(full); n += 2) {
        struct kit kit = {0};
        char content[sizeof(full)];
        bytes_to_text(bytes_slice(bytes_of_text(full), 0, n), content, sizeof(content));
        assert_int_equal(kit_one(&kit, false, 0x36, content)->kind, MESSAGE_HEARTBEAT);
        kit_clear(&kit);
    }
}

/* The codes of a camera, each in a frame with a position. */
static void test_camera_codes(void **state)
{
    (void)state;
    static const struct {
        unsigned code;
        alarm_set alarms;
    } codes[] = {
        {0x00, 0},
        {0x01, ALARM_BIT(SOS)},
        {0x0e, ALARM_BIT(LOW_BATTERY)},
        {0x76, ALARM_BIT(TEMPERATURE)},
        {0x80, ALARM_BIT(VIBRATION)},
        {0x87, ALARM_BIT(OVERSPEED)},
        {0x88, ALARM_BIT(POWER_OFF)},
        {0x90, ALARM_BIT(HARSH_ACCELERATION)},
        {0x91, ALARM_BIT(HARSH_BRAKING)},
        {0x92, ALARM_BIT(HARSH_CORNERING)},
        {0x93, ALARM_BIT(COLLISION)},
        {0xff, 0},
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct kit kit = {0};
        char content[64];
        (void)snprintf(content, sizeof(content), KIT_TIME "04258dd0 0ca0ba20 145a %02x",
                       codes[i].code);
        assert_int_equal(kit_one(&kit, false, 0x95, content)->fix.alarms, codes[i].alarms);
        kit_clear(&kit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alarm_codes),
        cmocka_unit_test(test_alarm_code_of_a_set),
        cmocka_unit_test(test_status_bits),
        cmocka_unit_test(test_battery),
        cmocka_unit_test(test_signal),
        cmocka_unit_test(test_heartbeats),
        cmocka_unit_test(test_heartbeats_cut_off),
        cmocka_unit_test(test_camera_codes),
    };
    return cmocka_run_group_tests_name("gt06_status", tests, NULL, NULL);
}
