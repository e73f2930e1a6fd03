/* Records are made and changed by what is told. */
#include "fleet/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fold_fixture.h"
#include "fleet/pack.h"

/* What a test was told, as records. */
struct kept {
    struct arena arena;
    struct event at[8];
    size_t count;
    struct fold_state state; /* with what was told last */
};

static void take(void *context, const struct fold_state *state, const struct watch_event *told)
{
    struct kept *k = context;
    k->state = *state;
    if (told->news == WATCH_RAISED) {
        assert_true(k->count < 8);
        k->at[k->count++] = event_of_watch(told, state, &k->arena);
        return;
    }
    size_t meant = 0;
    for (size_t i = 0; i < k->count; i++) {
        if (event_is_meant(&k->at[i], told)) {
            event_note(&k->at[i], told);
            meant++;
        }
    }
    assert_int_equal(meant, 1);
}

static struct fix alarmed(int64_t after_s, alarm_set alarms)
{
    struct fix f = at(after_s, after_s * 10, 36);
    f.alarms = alarms;
    return f;
}

static void an_alarm_goes_on_within_a_minute(void **state)
{
    struct kept k = {0};
    struct fold_state s = {0};
    struct fold_state back;
    const struct watch_sink sink = {&k, take};
    const struct fix fixes[] = {alarmed(0, 0),  alarmed(10, ALARM_BIT(VIBRATION)),
                                alarmed(20, 0), alarmed(30, ALARM_BIT(VIBRATION)),
                                alarmed(40, 0), alarmed(200, ALARM_BIT(VIBRATION))};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        fold_step(&s, &fixes[i], &fold_default_rules, &sink);
    }
    assert_int_equal(k.count, 1);
    assert_int_equal(k.at[0].ended_s, 0);
    assert_int_equal(k.at[0].count, 2);
    for (size_t i = 4; i < 6; i++) {
        fold_step(&s, &fixes[i], &fold_default_rules, &sink);
    }
    assert_int_equal(k.count, 2);
    const struct event *e = &k.at[0];
    assert_int_equal(e->kind, ALARM_VIBRATION);
    assert_true(e->is_alarm);
    assert_int_equal(e->origin, EVENT_BY_FOLD);
    assert_int_equal(e->gps_time_s, T0 + 10);
    assert_int_equal(e->rcv_time_s, T0 + 11);
    assert_int_equal(e->decided_s, T0 + 10);
    assert_int_equal(e->before_s, 0);
    assert_int_equal(e->ended_s, T0 + 40);
    assert_int_equal(e->end_decided_s, T0 + 40);
    assert_int_equal(e->count, 2);
    assert_int_equal(e->lat_e7, fixes[1].lat_e7);
    assert_string_equal(e->name, "");
    assert_string_equal(e->note, "");
    assert_int_equal(k.at[1].gps_time_s, T0 + 200);
    assert_int_equal(k.at[1].ended_s, 0);
    const struct event *last = &k.at[1];
    assert_int_equal(unpack_state((struct bytes){last->state, last->state_len}, &back), ERR_OK);
    assert_int_equal(back.current.gps_time_s, T0 + 200);
    assert_int_equal(back.odometer_m_e2, k.state.odometer_m_e2);
    arena_free(&k.arena);
}

static void a_crossing_knows_its_two_fixes(void **state)
{
    struct arena arena = {0};
    const struct fold_state s = {.position_time_s = T0 + 20};
    struct watch_event crossing = {.news = WATCH_RAISED,
                                   .kind = ALARM_GEOFENCE_LEAVE,
                                   .is_brief = true,
                                   .subject = 7,
                                   .since_s = T0 + 25,
                                   .at_s = T0 + 25,
                                   .decided_s = T0 + 30,
                                   .value = -4};
    (void)state;
    struct event e = event_of_watch(&crossing, &s, &arena);
    assert_int_equal(e.before_s, T0 + 20);
    assert_int_equal(e.ended_s, T0 + 25);
    assert_int_equal(e.end_decided_s, T0 + 30);
    assert_int_equal(e.subject, 7);
    assert_int_equal(e.value, -4);
    assert_false(e.is_alarm);
    crossing.kind = ALARM_OVERSPEED;
    assert_int_equal(event_of_watch(&crossing, &s, &arena).before_s, 0);
    arena_free(&arena);
}

/* What heartbeats tell before the first fix stands at 0, where an end would be none. */
static void before_the_first_fix_an_end_is_when_it_came(void **state)
{
    (void)state;
    struct event record = {.kind = ALARM_SOS, .rcv_time_s = T0};
    const struct watch_event over = {.news = WATCH_OVER, .kind = ALARM_SOS, .rcv_time_s = T0 + 10};
    event_note(&record, &over);
    assert_int_equal(record.ended_s, T0 + 10);
    assert_int_not_equal(record.end_decided_s, 0);
}

static void only_what_has_the_name_is_meant(void **state)
{
    const struct event e = {.kind = ALARM_SOS, .gps_time_s = 5, .count = UINT16_MAX};
    struct watch_event told = {.news = WATCH_CONTINUED, .kind = ALARM_SOS, .since_s = 5};
    struct event other = e;
    (void)state;
    assert_true(event_is_meant(&e, &told));
    event_note(&other, &told);
    assert_int_equal(other.count, UINT16_MAX);
    other.withdrawn = true;
    assert_false(event_is_meant(&other, &told));
    other = e;
    other.origin = EVENT_BY_TIMER;
    assert_false(event_is_meant(&other, &told));
    told.subject = 1;
    assert_false(event_is_meant(&e, &told));
    told.subject = 0;
    told.since_s = 6;
    assert_false(event_is_meant(&e, &told));
    told.since_s = 5;
    told.kind = ALARM_REMOVAL;
    assert_false(event_is_meant(&e, &told));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alarm_goes_on_within_a_minute),
        cmocka_unit_test(a_crossing_knows_its_two_fixes),
        cmocka_unit_test(before_the_first_fix_an_end_is_when_it_came),
        cmocka_unit_test(only_what_has_the_name_is_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
