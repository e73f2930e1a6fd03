/*
 * The tracker's own alarms: which reports raise, repeat and end them; what continues and what
 * fades; and the entries of a watch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fleet/watch_testing.h"

/* A report that can tell `told` and tells `alarms` of them, or beside them. */
static struct fix report(int64_t after_s, alarm_set alarms, alarm_set told)
{
    struct fix f = at(after_s, 0, 0);
    f.alarms = alarms;
    fix_set_alarms_told(&f, told);
    return f;
}

/* One whose report was stored before reports said what they can tell. */
static struct fix old_report(int64_t after_s, alarm_set alarms)
{
    struct fix f = at(after_s, 0, 0);
    f.alarms = alarms;
    return f;
}

static const alarm_set vibration = ALARM_BIT(VIBRATION);
static const alarm_set removal = ALARM_BIT(REMOVAL);
static const alarm_set sos = ALARM_BIT(SOS);

static void only_a_report_that_could_tell_it_ends_it(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_step(s, report(0, vibration | removal, vibration | removal));
    scene_told(s, "+REMOVAL@0 +VIBRATION@0");
    scene_step(s, report(10, 0, 0));
    scene_step(s, report(20, 0, sos));
    scene_step(s, report(3600, 0, 0)); /* behind a silence, too */
    scene_told(s, "");
    scene_step(s, report(3610, 0, removal));
    scene_told(s, "-REMOVAL@3610");
    scene_step(s, report(3620, vibration, vibration));
    scene_told(s, "");
    assert_int_equal(s->state.active_alarms, vibration);
    scene_step(s, report(3630, 0, vibration));
    scene_told(s, "-VIBRATION@3630");
    assert_int_equal(s->state.active_alarms, 0);
    scene_free(s);
}

static void reports_of_old_tell_all_but_heartbeats(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_step(s, old_report(0, removal));
    scene_step(s, bare(10, FIX_HEARTBEAT));
    scene_told(s, "+REMOVAL@0");
    scene_step(s, old_report(20, 0));
    scene_told(s, "-REMOVAL@20");
    scene_free(s);
}

static void an_alarm_again_within_a_minute_is_the_same(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_step(s, report(0, removal, removal));
    scene_step(s, report(10, 0, removal));
    scene_step(s, report(70, removal, removal)); /* 60 s after its end */
    scene_told(s, "+REMOVAL@0 -REMOVAL@10 ~REMOVAL@70");
    assert_int_equal(s->last.since_s, T0);
    assert_int_equal(watch_look(&s->state.watch, ALARM_REMOVAL, 0)->count, 2);
    scene_step(s, report(80, 0, removal));
    scene_step(s, report(141, removal, removal)); /* 61 s */
    scene_told(s, "-REMOVAL@80 +REMOVAL@141");
    assert_int_equal(s->last.since_s, T0 + 141);
    assert_int_equal(watch_look(&s->state.watch, ALARM_REMOVAL, 0)->count, 1);
    scene_step(s, report(150, 0, removal));
    scene_step(s, report(300, 0, removal));
    assert_int_equal(s->state.watch.count, 0);
    scene_free(s);
}

/* Nobody tells its end: five minutes without a repetition, judged at the next fix. */
static void what_nobody_ends_fades(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_step(s, report(0, vibration, 0));
    scene_step(s, report(200, vibration, 0));
    scene_step(s, report(500, 0, 0));
    scene_told(s, "+VIBRATION@0");
    scene_step(s, report(501, 0, 0));
    scene_told(s, "-VIBRATION@500");
    scene_step(s, report(510, vibration, 0));
    scene_told(s, "~VIBRATION@510");
    scene_step(s, report(2000, vibration, 0)); /* faded long ago: another one */
    scene_told(s, "-VIBRATION@810 +VIBRATION@2000");
    assert_int_equal(s->last.since_s, T0 + 2000);
    assert_int_equal(watch_look(&s->state.watch, ALARM_VIBRATION, 0)->count, 1);
    scene_step(s, report(2010, 0, vibration)); /* one that can end it */
    scene_told(s, "-VIBRATION@2010");
    scene_free(s);
}

/* Who promises to tell the end is waited for, whatever others repeat. */
static void a_promise_outweighs_fading(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_step(s, report(0, vibration, vibration));
    scene_step(s, report(10, vibration, 0));
    scene_step(s, report(1000, 0, 0));
    scene_told(s, "+VIBRATION@0");
    scene_step(s, report(1010, 0, vibration));
    scene_told(s, "-VIBRATION@1010");
    scene_step(s, report(2000, removal, 0));
    scene_step(s, report(2010, removal, removal));
    scene_step(s, report(3000, 0, 0));
    scene_told(s, "+REMOVAL@2000");
    scene_free(s);
}

/* Momentary ones fade though a report could end them, but not while it repeats them. */
static void momentary_alarms_fade(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_step(s, report(0, sos, sos));
    scene_step(s, report(1800, sos, sos));
    scene_told(s, "+SOS@0");
    scene_step(s, report(2101, 0, 0));
    scene_told(s, "-SOS@2100");
    scene_free(s);
}

static void a_second_is_one_report(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_step(s, report(0, removal, removal));
    scene_step(s, report(0, 0, removal));
    scene_step(s, report(0, vibration, vibration));
    scene_told(s, "+REMOVAL@0 +VIBRATION@0");
    assert_int_equal(s->state.active_alarms, removal | vibration);
    scene_step(s, report(1, 0, removal | vibration));
    scene_told(s, "-REMOVAL@1 -VIBRATION@1");
    scene_free(s);
}

/* What is told says when it was decided, when that came, and where the vehicle was. */
static void what_is_told_says_where_and_when(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    struct fix f = report(10, removal, removal);
    scene_step(s, f);
    assert_int_equal(s->last.news, WATCH_RAISED);
    assert_int_equal(s->last.decided_s, T0 + 10);
    assert_int_equal(s->last.rcv_time_s, f.rcv_time_s);
    assert_int_equal(s->last.lat_e7, f.lat_e7);
    assert_int_equal(s->last.lon_e7, f.lon_e7);
    assert_true(s->last.is_alarm && !s->last.is_brief);
    f = bare(20, 0);
    fix_set_alarms_told(&f, removal);
    scene_step(s, f);
    assert_int_equal(s->last.news, WATCH_OVER);
    assert_int_equal(s->last.lat_e7, metres_north(0)); /* the one that is shown */
    scene_free(s);
}

/* The bits of a device whose rules nobody knows hold; what its rules held is forgotten. */
static void without_rules_only_bits_hold(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    s->limits.low_battery_percent = 20;
    struct fix f = report(0, removal, removal);
    fix_set_battery_percent(&f, 10);
    scene_step(s, f);
    scene_told(s, "+REMOVAL@0 +LOW_BATTERY@0");
    s->rules = fold_default_rules;
    scene_step(s, report(10, removal, removal));
    scene_told(s, "");
    assert_int_equal(s->state.active_alarms, removal);
    scene_step(s, report(20, 0, removal));
    scene_told(s, "-REMOVAL@20");
    scene_free(s);
}

/* Bit and rule hold one alarm; it is over once neither does. */
static void bit_and_rule_hold_the_same_alarm(void **state)
{
    (void)state;
    const alarm_set low = ALARM_BIT(LOW_BATTERY);
    struct scene *s = scene_new();
    s->limits.low_battery_percent = 20;
    struct fix f = report(0, low, low);
    fix_set_battery_percent(&f, 10);
    scene_step(s, f);
    scene_told(s, "+LOW_BATTERY@0");
    scene_step(s, report(10, 0, low));
    scene_told(s, "");
    f = report(20, 0, low);
    fix_set_battery_percent(&f, 80);
    scene_step(s, f);
    scene_told(s, "-LOW_BATTERY@20");
    scene_free(s);
}

/* ---- entries ---- */

/* Added in any order they are kept in one, and found; the last place is the last. */
static void entries_are_ordered_and_bounded(void **state)
{
    (void)state;
    struct watch w = {0};
    for (uint32_t i = 0; i < WATCH_MAX; i++) {
        uint32_t id = i * 7 % WATCH_MAX; /* 7 and 32 have no divisor in common */
        struct watch_entry *e = watch_add(&w, id % 2 == 0 ? WATCH_INSIDE : ALARM_SOS, id);
        assert_non_null(e);
        e->since_s = id;
    }
    assert_null(watch_add(&w, WATCH_PARKED, 0));
    for (size_t i = 1; i < WATCH_MAX; i++) {
        const struct watch_entry *a = &w.at[i - 1];
        assert_true(a->kind < w.at[i].kind ||
                    (a->kind == w.at[i].kind && a->subject < w.at[i].subject));
    }
    for (uint32_t id = 0; id < WATCH_MAX; id++) {
        uint8_t kind = id % 2 == 0 ? WATCH_INSIDE : ALARM_SOS;
        struct watch_entry *e = watch_find(&w, kind, id);
        assert_int_equal(e->since_s, id);
        assert_null(watch_look(&w, kind, id + 1));
        watch_remove(&w, e);
        assert_null(watch_look(&w, kind, id));
    }
    const struct watch empty = {0};
    assert_memory_equal(&w, &empty, sizeof(w));
}

/* An alarm without room is not watched, and takes nobody else's place. */
static void an_alarm_without_room_is_left_out(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    s->limits.displacement_m = 1; /* so that entries are kept */
    for (uint32_t i = 0; i < WATCH_MAX - 1; i++) {
        struct watch_entry *e = watch_add(&s->state.watch, ALARM_TEMPERATURE, i + 100);
        e->phase = WATCH_OPEN;
        e->held_by = WATCH_BY_RULE;
    }
    scene_step(s, report(0, removal | sos, removal | sos));
    scene_told(s, "+REMOVAL@0");
    scene_step(s, report(10, 0, removal | sos));
    scene_told(s, "-REMOVAL@10");
    assert_int_equal(s->state.watch.count, WATCH_MAX);
    scene_free(s);
}

/* A heartbeat without a time of its own is filed under the newest fix, and ends what it can tell.
 */
static void a_heartbeat_of_the_same_second_ends_alarms(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    struct fix cut = at(0, 0, 0);
    cut.alarms = ALARM_BIT(POWER_OFF);
    fix_set_alarms_told(&cut, ALARM_BIT(POWER_OFF));
    scene_step(s, cut);
    struct fix silent = bare(0, FIX_HEARTBEAT);
    silent.has &= ~(uint32_t)FIX_HAS_TIME;
    fix_set_alarms_told(&silent, 0);
    scene_step(s, silent);
    scene_told(s, "+POWER_OFF@0");
    struct fix clear = silent;
    fix_set_alarms_told(&clear, ALARM_BIT(POWER_OFF));
    scene_step(s, clear);
    scene_told(s, "-POWER_OFF@0");
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_report_that_could_tell_it_ends_it),
        cmocka_unit_test(reports_of_old_tell_all_but_heartbeats),
        cmocka_unit_test(an_alarm_again_within_a_minute_is_the_same),
        cmocka_unit_test(what_nobody_ends_fades),
        cmocka_unit_test(a_promise_outweighs_fading),
        cmocka_unit_test(momentary_alarms_fade),
        cmocka_unit_test(a_second_is_one_report),
        cmocka_unit_test(what_is_told_says_where_and_when),
        cmocka_unit_test(without_rules_only_bits_hold),
        cmocka_unit_test(bit_and_rule_hold_the_same_alarm),
        cmocka_unit_test(entries_are_ordered_and_bounded),
        cmocka_unit_test(an_alarm_without_room_is_left_out),
        cmocka_unit_test(a_heartbeat_of_the_same_second_ends_alarms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
