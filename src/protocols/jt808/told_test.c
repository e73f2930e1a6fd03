/*
 * Which alarms a report of JT/T 808 can tell: of these one that it does not name is none; of the
 * others it knows nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/jt808/testing.h"

/* What the standard's word tells, and what items add that every location may have. */
static const alarm_set of_word =
    ALARM_BIT(SOS) | ALARM_BIT(OVERSPEED) | ALARM_BIT(FATIGUE) | ALARM_BIT(GPS_ANTENNA) |
    ALARM_BIT(LOW_BATTERY) | ALARM_BIT(POWER_OFF) | ALARM_BIT(VIBRATION) | ALARM_BIT(COVER_OPEN) |
    ALARM_BIT(DISPLACEMENT) | ALARM_BIT(COLLISION) | ALARM_BIT(ROLLOVER);
static const alarm_set of_items = ALARM_BIT(HARSH_ACCELERATION) | ALARM_BIT(HARSH_BRAKING) |
                                  ALARM_BIT(HARSH_CORNERING) | ALARM_BIT(COLLISION) |
                                  ALARM_BIT(COVER_OPEN) | ALARM_BIT(GEOFENCE_ENTER) |
                                  ALARM_BIT(GEOFENCE_LEAVE);
static const alarm_set of_vl300 = ALARM_BIT(OVERSPEED) | ALARM_BIT(LOW_BATTERY) |
                                  ALARM_BIT(POWER_OFF) | ALARM_BIT(REMOVAL) | ALARM_BIT(VIBRATION) |
                                  ALARM_BIT(DISPLACEMENT);

static void expect_told(uint16_t id, const char *body, alarm_set want)
{
    struct kit kit = kit_new();
    print_message("# %s\n", body);
    const struct fix *f = &kit_one(&kit, id, body)->fix;
    assert_true((f->has & FIX_HAS_ALARMS_TOLD) != 0);
    assert_int_equal(f->alarms_told, want);
    kit_clear(&kit);
}

/* A location with an alarm word and items. */
static void expect_location(const char *word, const char *items, alarm_set want)
{
    char body[512];
    join_text(body, sizeof(body), word, KIT_STATUS KIT_PLACE KIT_MOTION KIT_TIME, items);
    expect_told(JT808_LOCATION, body, want);
}

#define GL100 "f2 0a 414f56585f474c313030"
#define VL300 "f2 0a 414f56585f564c333030"

static void test_locations(void **state)
{
    (void)state;
    expect_location("00000000", "", of_word | of_items | ALARM_BIT(REMOVAL));
    expect_location("00000000", VL300, of_word | of_items | ALARM_BIT(REMOVAL));
    expect_location("00000001", "", of_word | of_items);
    expect_location("00000008", "", of_word | of_items); /* a bit without a row */
    expect_location("00010000", GL100, ALARM_BIT(DISPLACEMENT) | of_items);
    expect_location("00010000", VL300, of_vl300 | of_items);
}

/* Whatever the items say, they tell the same. */
static void test_items(void **state)
{
    (void)state;
    const alarm_set plain = of_word | of_items;
    expect_location("00000001", "57 02 0100", plain);
    expect_location("00000001", "57 02 0000", plain);
    expect_location("00000001", "e8 0a 0c01 00 2005 03 0003 00", plain);
    expect_location("00010000", GL100 "e8 03 0407 00",
                    ALARM_BIT(DISPLACEMENT) | of_items | ALARM_BIT(SOS) | ALARM_BIT(OVERSPEED) |
                        ALARM_BIT(VIBRATION) | ALARM_BIT(LOW_BATTERY) | ALARM_BIT(POWER_OFF));
    expect_location("00000001", "eb 08 0006 0089 ffffffff", plain | ALARM_BIT(REMOVAL));
    expect_location("00000001", "eb 08 0006 0089 ffffefff", plain | ALARM_BIT(REMOVAL));
    expect_location("00010000", GL100 "eb 08 0006 00c5 ffffffff",
                    ALARM_BIT(DISPLACEMENT) | of_items | ALARM_BIT(VIBRATION));
    expect_location("00010000", GL100 "eb 05 0003 00c6 01",
                    ALARM_BIT(DISPLACEMENT) | of_items | ALARM_BIT(LOW_BATTERY));
}

static void test_locks(void **state)
{
    (void)state;
#define LOCK "231126011200 22301234 1135012347 05 2d 1c 06 00000007 64 00abcdef 1234"
    expect_told(JT808_JOINTECH, LOCK "01 0000 0000", ALARM_BIT(LOW_BATTERY));
    expect_told(JT808_JOINTECH, LOCK "02 0000 0001", ALARM_BIT(LOW_BATTERY));
    expect_told(JT808_JOINTECH, LOCK "03 0000 0000",
                ALARM_BIT(OVERSPEED) | ALARM_BIT(LOW_BATTERY) | ALARM_BIT(VIBRATION) |
                    ALARM_BIT(GEOFENCE_ENTER) | ALARM_BIT(GEOFENCE_LEAVE));
    expect_told(JT808_JOINTECH, LOCK "04 0000 ffff", 0);
}

/* Heartbeats, batteries, places of other messages, and events that nobody tells the end of. */
static void test_reports_without_alarms(void **state)
{
    (void)state;
    expect_told(0x0002, "", 0);
    expect_told(0x0210, "64" KIT_TIME, 0);
    expect_told(0x0900, "53" KIT_STATUS KIT_PLACE KIT_MOTION KIT_TIME, 0);
    expect_told(0x0900, "f0" KIT_TIME "00 02 15 00000034", 0);
    expect_told(0x0900, "f0" KIT_TIME "00 02 03 01 2000" KIT_STATUS KIT_PLACE, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_locations),
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_locks),
        cmocka_unit_test(test_reports_without_alarms),
    };
    return cmocka_run_group_tests_name("jt808_told", tests, NULL, NULL);
}
