/* Repeats and wrong clocks, within one batch and over many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/ingest_testing.h"

enum { MANY = 500, A_FRAME = 16 };

/* Reports of one second that differ in their odometer, sixteen a frame. */
static void send_many(struct rig *r, size_t count)
{
    struct fix fixes[A_FRAME];
    for (size_t i = 0; i < count; i += A_FRAME) {
        size_t n = count - i < A_FRAME ? count - i : A_FRAME;
        for (size_t k = 0; k < n; k++) {
            fixes[k] = kit_fix(KIT_TIME_S);
            fix_set_odometer_m(&fixes[k], i + k);
        }
        rig_send_fixes(r, fixes, n);
    }
}

static void many_of_one_second_are_told_apart(void **state)
{
    struct rig *r = *state;
    send_many(r, MANY);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), MANY);
    send_many(r, MANY);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), MANY);
    assert_counter(r, fixes_repeated, MANY);
}

/* All in the queue before ingest takes any, so that they share batches. */
static void many_of_one_batch_are_told_apart(void **state)
{
    struct rig *r = *state;
    struct message messages[A_FRAME] = {0};
    size_t sent = 0;
    for (size_t i = 0; i < MANY; i++) {
        for (size_t k = 0; k < A_FRAME; k++) {
            struct fix f = kit_fix(KIT_TIME_S);
            fix_set_odometer_m(&f, (i * A_FRAME + k) % MANY);
            messages[k] = (struct message){.kind = MESSAGE_FIX, .fix = f};
        }
        while (rig_try(r, rig_arrival(messages, A_FRAME)) != ERR_OK) {
        }
        sent += A_FRAME;
    }
    (void)rig_wait(r, r->sent);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), MANY);
    assert_counter(r, fixes_repeated, sent - MANY);
}

/* A clock that is wrong: what it said is compared, wherever the fix was filed. */
static void a_wrong_clock_is_known_again(void **state)
{
    struct rig *r = *state;
    struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(1000)};
    struct arrival a = rig_arrival(&m, 1);
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
    a.rcv_time_ms += 60000;
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
    assert_counter(r, fixes_repeated, 1);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 1);
    rig_restart(r);
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 1);
    m.fix.gps_time_s++;
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 2);
    assert_int_equal(rig_live(r, RIG_DEVICE).state.current.original_time_s, 1001);
}

/* Eleven minutes ahead when it came, nine when it comes again. */
static void a_time_that_became_right_is_known_again(void **state)
{
    struct rig *r = *state;
    struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S + 660)};
    struct arrival a = rig_arrival(&m, 1);
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
    a.rcv_time_ms += 120000;
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
    assert_counter(r, fixes_repeated, 1);
    rig_restart(r);
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 1);
    m.fix.gps_time_s++;
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 2);
    assert_int_equal(rig_live(r, RIG_DEVICE).state.current.gps_time_s, KIT_TIME_S + 661);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(many_of_one_second_are_told_apart),
        WITH_RIG(many_of_one_batch_are_told_apart),
        WITH_RIG(a_wrong_clock_is_known_again),
        WITH_RIG(a_time_that_became_right_is_known_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
