/*
 * GT06 status bytes and alarm codes, every value of each. What frames hold them is in the vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
        assert_int_equal(has_of(&f), code == 0x14                   ? FIX_HAS_DOOR
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
        assert_int_equal(has_of(&f), FIX_HAS_IGNITION | FIX_HAS_CHARGING | FIX_HAS_CUT_OFF);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alarm_codes), cmocka_unit_test(test_alarm_code_of_a_set),
        cmocka_unit_test(test_status_bits), cmocka_unit_test(test_battery),
        cmocka_unit_test(test_signal),      cmocka_unit_test(test_heartbeats_cut_off),
    };
    return cmocka_run_group_tests_name("gt06_status", tests, NULL, NULL);
}
