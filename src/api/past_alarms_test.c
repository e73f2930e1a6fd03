/* Which alarms were active when: made records, asked for by time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/alarms_testing.h"
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
    static struct past_alarm events[] = {
        {.kind = ALARM_OVERSPEED, .began_s = 100, .ended_s = 200, .name = ""},
        {.kind = ALARM_GEOFENCE_ENTER, .began_s = 150, .ended_s = 160, .name = "Yard"},
        {.kind = ALARM_FATIGUE, .began_s = 150, .ended_s = 150, .name = ""},
        {.kind = ALARM_LOW_BATTERY, .began_s = 300, .name = ""},
    };
    const struct past_alarm *active[COUNT_OF(events)];
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
    static struct past_alarm events[] = {
        {.kind = ALARM_GEOFENCE_LEAVE, .began_s = 10, .ended_s = 15, .name = "Old"},
        {.kind = ALARM_GEOFENCE_LEAVE, .began_s = 20, .ended_s = 30, .name = "Yard"},
        {.kind = ALARM_GEOFENCE_LEAVE, .began_s = 21, .ended_s = 30, .name = "Depot"},
    };
    const struct past_alarm *active[COUNT_OF(events)];
    struct past_alarms p = {.at = events, .count = COUNT_OF(events), .active = active};
    struct shown_alarms shown = {0};
    past_alarms_add(&p, 25, &shown);
    assert_int_equal(shown.named_count, 2);
    assert_string_equal(shown.named[0].name, "Yard");
    assert_string_equal(shown.named[1].name, "Depot");
}

/* However many there are, those that go on are known at the end. */
static void test_more_than_a_page_is_read(void **state)
{
    enum { MANY = 17000, NORTHERN = 1 };
    struct fleet *f = *state;
    struct arena arena = {0};
    struct past_alarms p;
    struct event *events = mem_new_array(MANY, sizeof(*events));
    for (int64_t i = 0; i < MANY; i++) {
        events[i] = (struct event){.device_id = NORTHERN,
                                   .kind = ALARM_SOS,
                                   .is_alarm = true,
                                   .gps_time_s = i,
                                   .ended_s = i + 1};
    }
    events[MANY - 1].kind = ALARM_FATIGUE;
    events[MANY - 1].ended_s = 0;
    make_events(f, events, MANY);
    const struct store_span span = {NORTHERN, DAY_S, DAY_S + MANY};
    assert_int_equal(past_alarms_read(f->p->shard.store, span, &arena, &p), ERR_OK);
    assert_int_equal(p.count, MANY);
    assert_at(&p, DAY_S + MANY, 0, ALARM_BIT(FATIGUE));
    arena_free(&arena);
    free(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alarms_come_and_go),
        cmocka_unit_test(names_are_those_of_the_records),
        FLEET_TEST(test_more_than_a_page_is_read),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
