/* Commands that cut an engine or unlock: when they may go, and that they are never late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/commands_testing.h"

#define CUT    "RELAY,1#"
#define UNLOCK "P43,111111"

static enum command_answer try_to_ask(struct desk *d, const char *text, int64_t *id)
{
    struct desk_ask a = {.device = RIG_DEVICE, .kind = COMMAND_TEXT, .text = text};
    assert_int_equal(ingest_call(d->rig->ingest, desk_run, &a, NULL, RIG_CALL_MS), ERR_OK);
    *id = a.id;
    return a.answer;
}

/* A report of so many seconds ago. */
static void report(struct desk *d, int64_t ago_s, uint32_t speed_kmh_e2, bool is_valid)
{
    int64_t now_s = clock_wall_ms() / 1000;
    struct message m = {.kind = MESSAGE_FIX};
    fix_set_time(&m.fix, now_s - ago_s);
    fix_set_position(&m.fix, 525000000, 134000000, is_valid);
    fix_set_speed_kmh_e2(&m.fix, speed_kmh_e2);
    struct arrival a = rig_arrival(&m, 1);
    a.rcv_time_ms = now_s * 1000;
    assert_int_equal(rig_send(d->rig, a).outcome, OUTCOME_STORED);
}

static void a_cut_is_judged_by_the_newest_position(void **state)
{
    static const struct {
        int64_t ago_s;
        uint32_t speed_kmh_e2;
        bool is_valid;
        enum command_answer answer;
    } rows[] = {
        {300, 0, true, COMMAND_ASK_LOST},      {200, 0, true, COMMAND_ASK_LOST},
        {100, 2001, true, COMMAND_ASK_MOVING}, {90, 2000, true, COMMAND_ASK_TAKEN},
        {80, 9000, true, COMMAND_ASK_MOVING},  {70, 0, false, COMMAND_ASK_LOST},
        {60, 0, true, COMMAND_ASK_TAKEN},
    };
    struct desk *d = *state;
    int64_t id = 0;
    assert_int_equal(try_to_ask(d, CUT, &id), COMMAND_ASK_LOST);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        report(d, rows[i].ago_s, rows[i].speed_kmh_e2, rows[i].is_valid);
        assert_int_equal(try_to_ask(d, CUT, &id), rows[i].answer);
        assert_int_equal(try_to_ask(d, "relay , 1 #", &id), rows[i].answer);
        assert_int_equal(try_to_ask(d, "STATUS#", &id), COMMAND_ASK_TAKEN);
    }
}

static void what_unlocks_needs_a_device_that_was_heard(void **state)
{
    struct desk *d = *state;
    int64_t id = 0;
    assert_int_equal(try_to_ask(d, UNLOCK, &id), COMMAND_ASK_OFFLINE);
    desk_hear(d);
    assert_int_equal(try_to_ask(d, UNLOCK, &id), COMMAND_ASK_TAKEN);
    (void)desk_order(d, 0);
    desk_outcome(d, id, ORDER_AWAY);
    assert_int_equal(desk_state(d, id), COMMAND_EXPIRED);
    desk_hear(d);
    desk_settle(d);
    assert_int_equal(desk_count(d), 1);
}

/* It waits neither for what is queued nor for the gap behind what was sent. */
static void what_unlocks_goes_first(void **state)
{
    struct desk *d = *state;
    desk_hear(d);
    int64_t first = desk_ask(d, "A#");
    (void)desk_order(d, 0);
    int64_t second = desk_ask(d, "B#");
    int64_t unlock = desk_ask(d, UNLOCK);
    desk_outcome(d, first, ORDER_WRITTEN);
    const struct order *o = desk_order(d, 1);
    assert_int_equal(o->command, unlock);
    assert_true(o->is_hazardous);
    assert_in_range(o->deadline_ms, 1, clock_monotonic_ms() + 5000);
    assert_int_equal(o->fresh_ms, 60000);
    desk_outcome(d, unlock, ORDER_WRITTEN);
    assert_int_equal(desk_count(d), 2);
    assert_int_equal(desk_state(d, second), COMMAND_QUEUED);
}

static void none_outlives_a_restart(void **state)
{
    struct desk *d = *state;
    int64_t cut = 0;
    report(d, 1, 0, true);
    int64_t harmless = desk_ask(d, "A#");
    (void)desk_order(d, 0); /* so that the others wait */
    int64_t unlock = desk_ask(d, UNLOCK);
    assert_int_equal(try_to_ask(d, CUT, &cut), COMMAND_ASK_TAKEN);
    desk_outcome_of(d, harmless, ORDER_AWAY);
    desk_settle(d);
    rig_restart(d->rig);
    desk_hear(d);
    assert_int_equal(desk_order(d, 1)->command, harmless);
    desk_outcome(d, harmless, ORDER_WRITTEN);
    assert_int_equal(desk_state(d, unlock), COMMAND_EXPIRED);
    assert_int_equal(desk_state(d, cut), COMMAND_EXPIRED);
    assert_int_equal(desk_count(d), 2);
}

static void doubt(struct desk *d, int64_t id)
{
    assert_int_equal(ingest_push_doubt(d->rig->ingest, id), ERR_OK);
    desk_settle(d);
}

static void a_doubt_is_heeded_until_the_device_answered(void **state)
{
    struct desk *d = *state;
    desk_hear(d);
    int64_t first = desk_ask(d, UNLOCK);
    (void)desk_order(d, 0);
    desk_outcome(d, first, ORDER_WRITTEN);
    doubt(d, first);
    assert_int_equal(desk_state(d, first), COMMAND_UNKNOWN);
    int64_t second = desk_ask(d, UNLOCK);
    (void)desk_order(d, 1);
    desk_outcome(d, second, ORDER_WRITTEN);
    const struct message m = desk_answer("OK", command_tie(second, 16), ANSWER_DONE);
    (void)desk_say(d, &m, true);
    doubt(d, second);
    assert_int_equal(desk_state(d, second), COMMAND_ANSWERED);
    doubt(d, 12345); /* of nothing that is open */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DESK(a_cut_is_judged_by_the_newest_position),
        WITH_DESK(what_unlocks_needs_a_device_that_was_heard),
        WITH_DESK(what_unlocks_goes_first),
        WITH_DESK(none_outlives_a_restart),
        WITH_DESK(a_doubt_is_heeded_until_the_device_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
