/*
 * Which alarms a report of GT06 can tell: a code of 0 that there is none, another its own alone, a
 * report without a code nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/gt06/testing.h"

/* What the three bits of a status byte tell, and what the alarm byte tells. */
static const alarm_set of_status = ALARM_BIT(VIBRATION) | ALARM_BIT(POWER_OFF) |
                                   ALARM_BIT(LOW_BATTERY) | ALARM_BIT(SOS) | ALARM_BIT(REMOVAL);
static const alarm_set of_codes =
    ALARM_BIT(SOS) | ALARM_BIT(POWER_OFF) | ALARM_BIT(VIBRATION) | ALARM_BIT(GEOFENCE_ENTER) |
    ALARM_BIT(GEOFENCE_LEAVE) | ALARM_BIT(OVERSPEED) | ALARM_BIT(LOW_BATTERY) |
    ALARM_BIT(COVER_OPEN) | ALARM_BIT(REMOVAL) | ALARM_BIT(HARSH_BRAKING) |
    ALARM_BIT(HARSH_CORNERING) | ALARM_BIT(HARSH_ACCELERATION) | ALARM_BIT(ROLLOVER) |
    ALARM_BIT(COLLISION) | ALARM_BIT(INTERRUPTED) | ALARM_BIT(TEMPERATURE);

struct told_case {
    uint8_t type;
    const char *content;
    alarm_set alarms;
    alarm_set told;
};

static const struct told_case cases[] = {
    /* positions without a code; cells; an OBD voltage */
    {0x12, KIT_TIME KIT_GPS CELL_2G, 0, 0},
    {0x22, KIT_TIME KIT_GPS CELL_2G "01 00 00", 0, 0},
    {0x23, "46 0190 04 0002", 0, 0},
    /* heartbeats: both codes, the status alone, none */
    {0x13, "46 06 04 00 02", 0, of_codes},
    {0x13, "46 06 04", 0, of_status},
    {0x13, "46 06 04 14 02", 0, 0}, /* a door: others may go on */
    {0x13, "46 06 04 03 02", ALARM_BIT(VIBRATION), ALARM_BIT(VIBRATION)},
    {0x13, "56 06 04 00 02", ALARM_BIT(POWER_OFF), ALARM_BIT(POWER_OFF)},
    {0x13, "56 06 04 03 02", ALARM_BIT(POWER_OFF) | ALARM_BIT(VIBRATION),
     ALARM_BIT(POWER_OFF) | ALARM_BIT(VIBRATION)},
    {0x13, "76 06 04 00 02", 0, 0}, /* 6: a geofence, without a direction */
    {0x36, "46 06 04", 0, of_status},
    {0x36, "46 06 04 00 02", 0, of_codes},
    /* alarms with a position, of the VXT01, with a cell */
    {0x16, KIT_TIME KIT_GPS "09" CELL_2G STATUS, 0, of_codes},
    {0x26, KIT_TIME KIT_GPS "09" CELL_2G "46 06 04 06 02", ALARM_BIT(OVERSPEED),
     ALARM_BIT(OVERSPEED)},
    {0x12, KIT_TIME KIT_GPS CELL_2G "46 04d2 04 00", 0,
     (of_status & ~ALARM_BIT(REMOVAL)) | ALARM_BIT(OVERSPEED)},
    {0x12, KIT_TIME KIT_GPS CELL_2G "7e 04d2 04 00", ALARM_BIT(OVERSPEED), ALARM_BIT(OVERSPEED)},
    {0x19, CELL_2G "46 06 04", 0, of_status},
    {0x19, CELL_2G "46 06 04 00", 0, of_codes},
    /* a camera's alarm: no code tells its end */
    {0x95, KIT_TIME "93", ALARM_BIT(COLLISION), 0},
};

static void test_reports(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit = {.session = protocol_session(&protocol_gt06)};
        print_message("# %02x %s\n", cases[i].type, cases[i].content);
        const struct fix *f = &kit_one(&kit, false, cases[i].type, cases[i].content)->fix;
        assert_true((f->has & FIX_HAS_ALARMS_TOLD) != 0);
        assert_int_equal(f->alarms, cases[i].alarms);
        assert_int_equal(f->alarms_told, cases[i].told);
        kit_clear(&kit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reports)};
    return cmocka_run_group_tests_name("gt06_told", tests, NULL, NULL);
}
