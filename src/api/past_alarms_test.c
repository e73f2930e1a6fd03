/* Which alarms were active when: made records, asked for by time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/methods.h"
#include "api/past_alarms.h"

static void assert_at(struct past_alarms *p, int64_t time_s, alarm_set device_s, alarm_set wanted)
{
    struct shown_alarms shown = {.active = device_s};
    past_alarms_add(p, time_s, &shown);
    assert_int_equal(shown.active, wanted);
}

static void alarms_come_and_go(void **state)
{
    (void)state;
    static const struct event events[] = {
        {.kind = ALARM_OVERSPEED, .gps_time_s = 100, .ended_s = 200, .name = ""},
        {.kind = ALARM_GEOFENCE_ENTER, .gps_time_s = 150, .ended_s = 160, .name = "Yard"},
        {.kind = ALARM_FATIGUE, .gps_time_s = 150, .ended_s = 150, .name = ""},
        {.kind = ALARM_LOW_BATTERY, .gps_time_s = 300, .name = ""},
    };
    const struct event *active[COUNT_OF(events)];
    struct past_alarms p = {.at = events, .count = COUNT_OF(events), .active = active};
    for (int round = 0; round < 2; round++) {
        past_alarms_rewind(&p);
        assert_at(&p, 99, 0, 0);
        assert_at(&p, 99, ALARM_BIT(SOS), ALARM_BIT(SOS));
        assert_at(&p, 100, 0, ALARM_BIT(OVERSPEED));
        assert_at(&p, 150, ALARM_BIT(SOS),
                  ALARM_BIT(OVERSPEED) | ALARM_BIT(GEOFENCE_ENTER) | ALARM_BIT(SOS));
        assert_at(&p, 160, 0, ALARM_BIT(OVERSPEED));
        assert_at(&p, 200, 0, 0);
        assert_at(&p, 100000, 0, ALARM_BIT(LOW_BATTERY));
    }
}

/* Those that lie between two times never show. */
static void names_are_those_of_the_records(void **state)
{
    (void)state;
    static const struct event events[] = {
        {.kind = ALARM_GEOFENCE_LEAVE, .gps_time_s = 10, .ended_s = 15, .name = "Old"},
        {.kind = ALARM_GEOFENCE_LEAVE, .gps_time_s = 20, .ended_s = 30, .name = "Yard"},
        {.kind = ALARM_GEOFENCE_LEAVE, .gps_time_s = 21, .ended_s = 30, .name = "Depot"},
    };
    const struct event *active[COUNT_OF(events)];
    struct past_alarms p = {.at = events, .count = COUNT_OF(events), .active = active};
    struct shown_alarms shown = {0};
    past_alarms_add(&p, 25, &shown);
    assert_int_equal(shown.named_count, 2);
    assert_string_equal(shown.named[0].name, "Yard");
    assert_string_equal(shown.named[1].name, "Depot");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alarms_come_and_go),
        cmocka_unit_test(names_are_those_of_the_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
