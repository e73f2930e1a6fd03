/* Silences: when a quiet fleet is our own line being down, and who is heard in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/ingest_private.h"
#include "ingest/ingest_testing.h"

enum { MINUTE_MS = 60000, LIMIT_S = 600 };

/* Since when silences count, once somebody is heard again after so many minutes. */
static int64_t counts_from_ms(size_t online, int64_t online_for_ms, int64_t quiet_ms)
{
    struct silences s;
    silence_init(&s, 0);
    silence_note_heard(&s, 1);
    s.were_online = online;
    s.due_per_ms = (double)online / (double)online_for_ms;
    silence_note_heard(&s, 1 + quiet_ms);
    return s.counts_from_ms;
}

/* A gap of a minute is one of ours where reports were due in it, and else the fleet's. */
static void a_quiet_fleet_is_no_line_that_is_down(void **state)
{
    const int64_t often_ms = 3 * (int64_t)MINUTE_MS;
    const int64_t seldom_ms = 90 * (int64_t)MINUTE_MS;
    (void)state;
    assert_int_equal(counts_from_ms(20, often_ms, MINUTE_MS), 0);
    assert_int_equal(counts_from_ms(20, often_ms, 2 * (int64_t)MINUTE_MS),
                     1 + 2 * (int64_t)MINUTE_MS);
    assert_int_equal(counts_from_ms(19, often_ms, 9 * (int64_t)MINUTE_MS), 0);
    assert_int_equal(counts_from_ms(20, seldom_ms, 2 * (int64_t)MINUTE_MS), 0);
    assert_int_equal(counts_from_ms(20, seldom_ms, 30 * (int64_t)MINUTE_MS), 0);
    assert_int_equal(counts_from_ms(20, seldom_ms, 35 * (int64_t)MINUTE_MS),
                     1 + 35 * (int64_t)MINUTE_MS);
    assert_int_equal(counts_from_ms(2000, seldom_ms, 2 * (int64_t)MINUTE_MS),
                     1 + 2 * (int64_t)MINUTE_MS);
}

/* A whole round, now. */
static void look_round(struct ingest *in)
{
    while (in->silences.round != NULL) { /* one that was under way */
        silence_run(in);
    }
    in->silences.looked_ms = clock_monotonic_ms() - MINUTE_MS;
    do {
        silence_run(in);
    } while (in->silences.round != NULL);
}

/* The device was heard last at that time, as the live state says. */
static void set_heard(struct rig *r, int64_t heard_ms)
{
    struct device_ref ref;
    struct live live;
    assert_int_equal(directory_find(r->directory, RIG_DEVICE, &ref), ERR_OK);
    tracked_live(r->directory, ref.tracked, &live);
    live.heard_monotonic_ms = heard_ms;
    tracked_publish(r->directory, ref.tracked, &live);
    device_ref_release(r->directory, &ref);
}

struct looked {
    struct rig *rig;
    size_t told;       /* silences, while the batch under way held a word of the device ... */
    size_t told_after; /* ... and when it did not */
    double due_per_ms;
};

/* On the ingest thread. */
static enum err look_with_a_word(struct job_context *job, void *arg)
{
    struct looked *l = arg;
    struct ingest *in = l->rig->ingest;
    int64_t now_ms = clock_monotonic_ms();
    struct device_ref ref;
    (void)job;
    set_heard(l->rig, now_ms);
    silence_note_heard(&in->silences, now_ms);
    look_round(in);
    l->due_per_ms = in->silences.due_per_ms;
    in->silences.counts_from_ms = now_ms - (int64_t)LIMIT_S * 2000;
    set_heard(l->rig, in->silences.counts_from_ms);
    assert_int_equal(directory_find(l->rig->directory, RIG_DEVICE, &ref), ERR_OK);
    struct stage *s = batch_stage(in, ref);
    s->is_heard = true;
    look_round(in);
    l->told = in->batch.changes.len;
    s->is_heard = false;
    look_round(in);
    l->told_after = in->batch.changes.len;
    return ERR_OK;
}

static void who_is_heard_in_the_batch_is_not_silent(void **state)
{
    struct rig *r = *state;
    struct looked looked = {.rig = r};
    struct change c = {.kind = CHANGE_PUT_ALARM_RULE};
    c.alarm_rule = (struct alarm_rule){.enterprise_id = RIG_ENTERPRISE, .until_s = INT64_MAX};
    c.alarm_rule.has[RULE_OFFLINE_S] = true;
    c.alarm_rule.values[RULE_OFFLINE_S] = LIMIT_S;
    assert_int_equal(rig_change(r, c), ERR_OK);
    rig_send_fix(r, kit_fix(KIT_TIME_S));
    int64_t online_ms = live_online_limit_ms(&(struct fold_state){0});
    assert_int_equal(ingest_call(r->ingest, look_with_a_word, &looked, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(looked.told, 0);
    assert_int_equal(looked.told_after, 1);
    assert_true(looked.due_per_ms == 1.0 / (double)online_ms);
    rig_send_fix(r, kit_fix(KIT_TIME_S + 1)); /* ends the batch */
}

static int64_t heard_ms(struct rig *r)
{
    struct device_ref ref;
    struct live live;
    assert_int_equal(directory_find(r->directory, RIG_DEVICE, &ref), ERR_OK);
    tracked_live(r->directory, ref.tracked, &live);
    device_ref_release(r->directory, &ref);
    return live.heard_monotonic_ms;
}

/* An import: its fixes are stored, and its devices are as silent as before. */
static void the_past_is_heard_by_nobody(void **state)
{
    struct rig *r = *state;
    rig_send_fix(r, kit_fix(KIT_TIME_S));
    assert_true(heard_ms(r) > 0);
    r->options.hears_nobody = true;
    rig_restart(r);
    rig_send_fix(r, kit_fix(KIT_TIME_S + 1));
    assert_int_equal(heard_ms(r), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_fleet_is_no_line_that_is_down),
        WITH_RIG(who_is_heard_in_the_batch_is_not_silent),
        WITH_RIG(the_past_is_heard_by_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
