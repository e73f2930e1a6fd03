/* Commands on their way: at most once, whatever fails when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/commands_testing.h"

static void sending_is_committed_before_the_order(void **state)
{
    struct desk *d = *state;
    desk_hear(d);
    int64_t id = desk_ask(d, "A#");
    const struct order *o = desk_order(d, 0);
    assert_int_equal(d->state_then, COMMAND_SENDING);
    assert_int_equal(o->command, id);
    assert_int_equal(o->device, RIG_DEVICE);
    assert_int_equal(o->kind, COMMAND_TEXT);
    assert_memory_equal(o->text, "A#", o->len);
    desk_outcome(d, id, ORDER_WRITTEN);
    struct desk_command c = desk_stored(d, id);
    assert_int_equal(c.state, COMMAND_SENT);
    assert_in_range(c.sent_s, c.created_s, clock_wall_ms() / 1000);
    assert_int_equal(c.tie, command_tie(id, 16));
    assert_int_equal(c.message_id, 0x8300);
    assert_int_equal(c.over_s, 0);
    assert_int_equal(c.created_by, 5);
    char newest[64];
    assert_int_equal(desk_records(d, newest), 1);
    assert_string_equal(newest, "A#");
}

/* Nothing is tried for a device that was never heard, nor for one that the gateway has not. */
static void a_device_that_is_away_is_waited_for(void **state)
{
    struct desk *d = *state;
    int64_t id = desk_ask(d, "A#");
    desk_settle(d);
    assert_int_equal(desk_count(d), 0);
    assert_int_equal(desk_state(d, id), COMMAND_QUEUED);
    desk_hear(d);
    (void)desk_order(d, 0);
    desk_outcome(d, id, ORDER_AWAY);
    assert_int_equal(desk_state(d, id), COMMAND_QUEUED);
    desk_settle(d);
    assert_int_equal(desk_count(d), 1);
    desk_hear(d);
    assert_int_equal(desk_order(d, 1)->command, id);
    desk_outcome(d, id, ORDER_WRITTEN);
    assert_int_equal(desk_state(d, id), COMMAND_SENT);
}

/* Its login was read before the gateway looked for it, and bound it behind that. */
static void a_device_that_comes_meanwhile_is_tried_again(void **state)
{
    struct desk *d = *state;
    desk_hear(d);
    int64_t id = desk_ask(d, "A#");
    (void)desk_order(d, 0);
    desk_hear(d);
    desk_outcome(d, id, ORDER_AWAY);
    assert_int_equal(desk_order(d, 1)->command, id);
    desk_outcome(d, id, ORDER_AWAY);
    desk_settle(d);
    assert_int_equal(desk_count(d), 2); /* it was not heard again */
    assert_int_equal(desk_state(d, id), COMMAND_QUEUED);
}

static void one_at_a_time_in_order(void **state)
{
    struct desk *d = *state;
    int64_t ids[3];
    for (size_t i = 0; i < 3; i++) {
        ids[i] = desk_ask(d, "A#");
    }
    desk_hear(d);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(desk_order(d, i)->command, ids[i]);
        desk_settle(d);
        assert_int_equal(desk_count(d), i + 1); /* not before its outcome */
        desk_outcome(d, ids[i], ORDER_WRITTEN);
        assert_int_equal(desk_count(d), i + 1); /* nor before its answer */
        const struct message m = desk_answer("OK", command_tie(ids[i], 16), ANSWER_DONE);
        (void)desk_say(d, &m, true);
    }
    desk_settle(d);
    assert_int_equal(desk_state(d, ids[2]), COMMAND_ANSWERED);
}

static void outcomes_that_end_a_command(void **state)
{
    static const struct {
        enum order_result result;
        enum command_state state;
        const char *answer;
    } rows[] = {
        {ORDER_UNKNOWN, COMMAND_UNKNOWN, ""},
        {ORDER_LATE, COMMAND_EXPIRED, ""},
        {ORDER_UNSUPPORTED, COMMAND_REFUSED, "Not supported by this device"},
        {ORDER_TOO_LONG, COMMAND_REFUSED, "Too long for this device"},
        {ORDER_INVALID, COMMAND_REFUSED, "Not a message of this device"},
    };
    struct desk *d = *state;
    char newest[64];
    desk_hear(d);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t id = desk_ask(d, "A#");
        (void)desk_order(d, i);
        desk_outcome(d, id, rows[i].result);
        struct desk_command c = desk_stored(d, id);
        assert_int_equal(c.state, rows[i].state);
        assert_string_equal(c.answer, rows[i].answer);
        assert_true(c.over_s >= c.created_s);
        assert_int_equal(c.sent_s, 0);
    }
    assert_int_equal(desk_records(d, newest), 0);
}

/* What a stop leaves in `sending` may have been sent: nobody knows, and it is not sent again. */
static void a_start_sends_nothing_again(void **state)
{
    struct desk *d = *state;
    desk_hear(d);
    int64_t id = desk_ask(d, "A#");
    (void)desk_order(d, 0);
    rig_restart(d->rig); /* the outcome never comes */
    desk_hear(d);
    desk_settle(d);
    assert_int_equal(desk_count(d), 1);
    assert_int_equal(desk_state(d, id), COMMAND_UNKNOWN);
}

static void what_waited_and_what_was_sent_is_known_after_a_start(void **state)
{
    struct desk *d = *state;
    int64_t first = desk_ask(d, "A#");
    int64_t second = desk_ask(d, "B#");
    desk_hear(d);
    (void)desk_order(d, 0);
    desk_outcome(d, first, ORDER_WRITTEN);
    rig_restart(d->rig);
    const struct message m = desk_answer("late", command_tie(first, 16), ANSWER_DONE);
    (void)desk_say(d, &m, false);
    assert_int_equal(desk_order(d, 1)->command, second);
    assert_int_equal(desk_state(d, first), COMMAND_ANSWERED);
    assert_string_equal(desk_stored(d, first).answer, "late");
    desk_outcome(d, second, ORDER_WRITTEN);
}

static void *answer_the_order(void *context)
{
    struct desk *d = context;
    desk_outcome_of(d, desk_order(d, 0)->command, ORDER_WRITTEN);
    return NULL;
}

/* An outcome that comes while ingest stops is still stored. */
static void a_stop_waits_for_outcomes(void **state)
{
    struct desk *d = *state;
    pthread_t other;
    desk_hear(d);
    int64_t id = desk_ask(d, "A#");
    (void)desk_order(d, 0);
    assert_int_equal(pthread_create(&other, NULL, answer_the_order, d), 0);
    rig_restart(d->rig);
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_int_equal(desk_state(d, id), COMMAND_SENT);
}

static void an_outcome_that_could_not_be_saved_is_saved_later(void **state)
{
    struct desk *d = *state;
    desk_hear(d);
    int64_t id = desk_ask(d, "A#");
    (void)desk_order(d, 0);
    fault_vfs_set(&d->rig->vfs, FAULT_NO_SPACE, 0);
    desk_outcome_of(d, id, ORDER_WRITTEN);
    const struct message m = desk_answer("OK", command_tie(id, 16), ANSWER_DONE);
    struct verdict v = desk_say(d, &m, true);
    assert_int_equal(v.outcome, OUTCOME_REFUSED);
    assert_int_equal(desk_state(d, id), COMMAND_SENDING);
    fault_vfs_set(&d->rig->vfs, FAULT_NONE, 0);
    v = desk_say(d, &m, true); /* the same once more is no repeat: it was not taken */
    assert_int_equal(v.outcome, OUTCOME_STORED);
    assert_int_equal(desk_state(d, id), COMMAND_ANSWERED);
    assert_int_equal(desk_count(d), 1);
    char newest[64];
    assert_int_equal(desk_records(d, newest), 2);
}

/* Where `sending` cannot be committed, no order is given. */
static void without_its_commit_nothing_is_sent(void **state)
{
    struct desk *d = *state;
    int64_t id = desk_ask(d, "A#");
    fault_vfs_set(&d->rig->vfs, FAULT_NO_SPACE, 0);
    desk_hear(d);
    const struct message m = desk_answer("text", 0, ANSWER_DONE);
    assert_int_equal(desk_say(d, &m, true).outcome, OUTCOME_REFUSED);
    assert_int_equal(desk_count(d), 0);
    assert_int_equal(desk_state(d, id), COMMAND_QUEUED);
    fault_vfs_set(&d->rig->vfs, FAULT_NONE, 0);
    assert_int_equal(desk_order(d, 0)->command, id);
    desk_outcome(d, id, ORDER_WRITTEN);
    assert_int_equal(desk_count(d), 1);
}

/* Their rows stay as they are, and go with the history of the device. */
static void the_commands_of_a_deleted_device_are_not_sent(void **state)
{
    struct desk *d = *state;
    desk_hear(d);
    int64_t first = desk_ask(d, "A#");
    int64_t second = desk_ask(d, "B#");
    (void)desk_order(d, 0);
    assert_int_equal(rig_put_device(d->rig, RIG_DEVICE, rig_id, true), ERR_OK);
    desk_outcome(d, first, ORDER_WRITTEN);
    rig_restart(d->rig);
    desk_settle(d);
    assert_int_equal(desk_state(d, first), COMMAND_SENDING);
    assert_int_equal(desk_state(d, second), COMMAND_QUEUED);
    assert_int_equal(desk_count(d), 1);
}

static enum err cancel(struct job_context *job, void *arg)
{
    const struct command *c = commands_open(job, *(const int64_t *)arg);
    return c == NULL ? ERR_NOT_FOUND : commands_cancel(job, c);
}

static void what_may_be_under_way_is_not_cancelled(void **state)
{
    struct desk *d = *state;
    int64_t first = desk_ask(d, "A#");
    int64_t second = desk_ask(d, "B#");
    desk_hear(d);
    (void)desk_order(d, 0);
    assert_int_equal(ingest_call(d->rig->ingest, cancel, &first, NULL, RIG_CALL_MS), ERR_BUSY);
    assert_int_equal(ingest_call(d->rig->ingest, cancel, &second, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(ingest_call(d->rig->ingest, cancel, &second, NULL, RIG_CALL_MS),
                     ERR_NOT_FOUND);
    assert_int_equal(desk_state(d, second), COMMAND_CANCELLED);
    desk_outcome(d, first, ORDER_AWAY);
    assert_int_equal(ingest_call(d->rig->ingest, cancel, &first, NULL, RIG_CALL_MS), ERR_OK);
    desk_hear(d);
    desk_settle(d);
    assert_int_equal(desk_count(d), 1);
}

enum { CROWD = 300, CROWD_FIRST = 1000 };

/* A device of the crowd, and what waits for it. */
static void put_crowd(struct desk *d)
{
    struct change *changes = mem_new_array((size_t)2 * CROWD, sizeof(*changes));
    char names[CROWD][16];
    for (int64_t i = 0; i < CROWD; i++) {
        struct change *device = &changes[2 * i];
        (void)snprintf(names[i], sizeof(names[i]), "crowd-%d", (int)i);
        device->kind = CHANGE_PUT_DEVICE;
        device->device = (struct device){.id = CROWD_FIRST + i,
                                         .enterprise_id = RIG_ENTERPRISE,
                                         .device_id = names[i],
                                         .plate = names[i],
                                         .object_code = names[i]};
        device_init(&device->device);
        changes[2 * i + 1].kind = CHANGE_PUT_COMMAND;
        changes[2 * i + 1].command = (struct command){.device_id = CROWD_FIRST + i,
                                                      .id = CROWD_FIRST + i,
                                                      .deadline_s = INT64_MAX,
                                                      .text = "A#",
                                                      .answer = ""};
    }
    struct change_list list = {.at = changes, .len = 2 * (size_t)CROWD};
    assert_int_equal(ingest_call(d->rig->ingest, rig_add_changes, &list, NULL, RIG_CALL_MS),
                     ERR_OK);
    free(changes);
}

/* As many orders are out as outcomes have room in the queue; the others follow. */
static void orders_are_bounded(void **state)
{
    enum { AT_ONCE = 256 };
    struct desk *d = *state;
    const struct message m = {.kind = MESSAGE_LOGIN};
    put_crowd(d);
    for (int i = 0; i < CROWD; i++) {
        char name[16];
        uint32_t credit_bytes = 0;
        struct arrival a = rig_arrival(&m, 1);
        (void)snprintf(name, sizeof(name), "crowd-%d", i);
        a.device_id = name;
        assert_int_equal(ingest_push(d->rig->ingest, &a, &credit_bytes), ERR_OK);
    }
    (void)rig_wait(d->rig, CROWD);
    (void)desk_order(d, AT_ONCE - 1);
    desk_settle(d);
    assert_int_equal(desk_count(d), AT_ONCE);
    for (size_t i = 0; i < CROWD; i++) {
        desk_outcome_of(d, desk_order(d, i)->command, ORDER_WRITTEN);
    }
    desk_settle(d);
    assert_int_equal(desk_count(d), CROWD);
    for (int64_t i = 0; i < CROWD; i++) {
        assert_int_equal(desk_state(d, CROWD_FIRST + i), COMMAND_SENT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DESK(sending_is_committed_before_the_order),
        WITH_DESK(a_device_that_is_away_is_waited_for),
        WITH_DESK(a_device_that_comes_meanwhile_is_tried_again),
        WITH_DESK(one_at_a_time_in_order),
        WITH_DESK(outcomes_that_end_a_command),
        WITH_DESK(a_start_sends_nothing_again),
        WITH_DESK(what_waited_and_what_was_sent_is_known_after_a_start),
        WITH_DESK(a_stop_waits_for_outcomes),
        WITH_DESK(an_outcome_that_could_not_be_saved_is_saved_later),
        WITH_DESK(without_its_commit_nothing_is_sent),
        WITH_DESK(the_commands_of_a_deleted_device_are_not_sent),
        WITH_DESK(what_may_be_under_way_is_not_cancelled),
        WITH_DESK(orders_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
