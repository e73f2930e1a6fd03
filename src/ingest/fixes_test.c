/* Repeats and wrong clocks, within one batch and over many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/ingest_testing.h"

#include "ingest/frames_testing.h"

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

/* The values of a fix whose odometer is `i`: none of every other one. */
static struct bytes values_of(struct arena *arena, size_t i)
{
    struct extras x = {.arena = arena};
    if (i % 2 == 0) {
        extras_set(&x, EXTRA_STEPS, 0, (int64_t)i);
    }
    return extras_pack(&x);
}

/* The other way round. */
static size_t number_of(struct arena *arena, struct bytes values)
{
    size_t number = 0;
    while (!bytes_same(values, values_of(arena, number))) {
        number += 2;
        assert_true(number < MANY + A_FRAME);
    }
    return number;
}

/* Reports that differ in their values alone, among others, all in few batches. */
static void values_stay_with_their_fixes(void **state)
{
    bool has[MANY + A_FRAME] = {false};
    struct rig *r = *state;
    struct arena arena = {0};
    struct message messages[A_FRAME] = {0};
    for (size_t i = 0; i < MANY; i += A_FRAME) {
        for (size_t k = 0; k < A_FRAME; k++) {
            messages[k] = (struct message){.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S)};
            fix_set_odometer_m(&messages[k].fix, (i + k) % 8);
            messages[k].extras = values_of(&arena, i + k);
        }
        while (rig_try(r, rig_arrival(messages, A_FRAME)) != ERR_OK) {
        }
    }
    (void)rig_wait(r, r->sent);
    const struct store_span all = {RIG_DEVICE, 0, INT64_MAX};
    struct store_reader *reader = NULL;
    struct fix fix;
    size_t plain = 0;
    size_t found = 0;
    assert_int_equal(store_read_open(r->store, all, &arena, &reader), ERR_OK);
    while (store_read_next(reader, &fix) == ERR_OK) {
        struct bytes extras = store_read_extras(reader);
        plain += extras.len == 0;
        if (extras.len > 0) {
            size_t number = number_of(&arena, extras);
            assert_int_equal(fix.odometer_m, number % 8);
            assert_false(has[number]);
            has[number] = true;
            found++;
        }
    }
    assert_int_equal(plain, 4); /* the odd numbers below 8; the others repeat them */
    assert_in_range(found, MANY / 2, (MANY + A_FRAME) / 2);
    store_read_close(reader);
    arena_free(&arena);
}

/* A heartbeat that tells nothing but such values is a report too; sent again, it is a repeat. */
static void a_heartbeat_may_hold_values_alone(void **state)
{
    struct rig *r = *state;
    struct arena arena = {0};
    struct message m = {.kind = MESSAGE_HEARTBEAT, .extras = values_of(&arena, 2)};
    for (int again = 0; again < 2; again++) {
        assert_int_equal(rig_send(r, rig_arrival(&m, 1)).outcome, OUTCOME_STORED);
    }
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 1);
    m.extras = values_of(&arena, 1);
    assert_int_equal(rig_send(r, rig_arrival(&m, 1)).outcome, OUTCOME_STORED);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 1);
    arena_free(&arena);
}

/*
 * A repeat is known when the store is asked; what its device sent behind it is staged in its order
 * then, here a heartbeat without a time of its own, which is filed under the newest fix.
 */
static void what_waits_for_the_store_keeps_its_order(void **state)
{
    struct rig *r = *state;
    struct arena arena = {0};
    struct message messages[] = {
        {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S)},
        {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S + 60)},
        {.kind = MESSAGE_HEARTBEAT, .extras = values_of(&arena, 2)},
        {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S + 30)},
        {.kind = MESSAGE_HEARTBEAT, .extras = values_of(&arena, 2)},
    };
    struct fix stored[5];
    assert_int_equal(rig_send(r, rig_arrival(messages, 1)).outcome, OUTCOME_STORED);
    for (size_t again = 0; again < 2; again++) {
        assert_int_equal(rig_send(r, rig_arrival(messages, 5)).outcome, OUTCOME_STORED);
        assert_counter(r, fixes_repeated, 2 + 5 * again);
        assert_counter(r, fixes_late, 1);
        assert_int_equal(kit_read(r->store, RIG_DEVICE, INT64_MAX, stored, 5), 4);
        assert_int_equal(stored[1].gps_time_s, KIT_TIME_S + 30);
        assert_int_equal(stored[3].gps_time_s, KIT_TIME_S + 60);
        assert_int_equal(stored[3].flags & FIX_HEARTBEAT, FIX_HEARTBEAT);
    }
    assert_int_equal(rig_live(r, RIG_DEVICE).state.current.gps_time_s, KIT_TIME_S + 60);
    arena_free(&arena);
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

/* ---- rollovers of the GPS week ---- */

static const char gt06_login[] = "78780d0103599900000000170001c4a90d0a";
/* 2007-04-15T10:04:02Z, which is 2026-11-29T10:04:02Z. */
static const char before_rollover[] =
    "78781f1207040f0a0402c903487440035e6d4029148001cc00287d001fb80002fe040d0a";
static const char imei[] = "359990000000017";
static const int64_t said_s = 1176631442;
static const int64_t right_s = 1176631442 + INT64_C(1024) * 7 * 86400;

enum { GT06_DEVICE = 2 };

static void a_rolled_over_week_is_moved_and_known_again(void **state)
{
    struct rig *r = *state;
    assert_int_equal(rig_put_device(r, GT06_DEVICE, imei, false), ERR_OK);
    struct wire w = wire_new(r, PROTOCOL_gt06, 1);
    wire_send(&w, gt06_login, right_s + 5);
    wire_send(&w, before_rollover, right_s + 5);
    struct fix f = rig_live(r, GT06_DEVICE).state.current;
    assert_int_equal(f.gps_time_s, right_s);
    assert_int_equal(f.original_time_s, said_s);
    assert_int_equal(f.flags & (FIX_TIME_MOVED | FIX_TIME_REPLACED), FIX_TIME_MOVED);
    assert_counter(r, times_moved, 1);
    assert_counter(r, times_replaced, 0);
    wire_send(&w, before_rollover, right_s + 90);
    rig_restart(r);
    wire_send(&w, before_rollover, right_s + 86400);
    assert_int_equal(kit_count(r->store, GT06_DEVICE), 1);
    assert_counter(r, fixes_repeated, 2);
}

/* What one fix becomes, of a device of its own. */
static struct fix judged(struct rig *r, int64_t device, int64_t time_s, bool is_locked)
{
    char device_id[DEVICE_ID_SIZE];
    (void)snprintf(device_id, sizeof(device_id), "roll%d", (int)device);
    assert_int_equal(rig_put_device(r, device, device_id, false), ERR_OK);
    struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(time_s)};
    m.fix.flags = is_locked ? m.fix.flags | FIX_VALID : m.fix.flags & ~(uint32_t)FIX_VALID;
    struct arrival a = rig_arrival(&m, 1);
    a.device_id = device_id;
    assert_int_equal(rig_send(r, a).device, device);
    struct fix f = {0};
    assert_int_equal(kit_read(r->store, device, INT64_MAX, &f, 1), 1);
    return f;
}

#define DAYS_S(n) (INT64_C(86400) * (n))

static void rollovers_end_near_the_arrival(void **state)
{
    const int64_t weeks_s = INT64_C(1024) * 7 * 86400;
    static const struct {
        int64_t off_s; /* of the arrival, once it is moved */
        int rollovers;
        bool is_locked;
        uint32_t flag;
    } cases[] = {
        {0, 1, true, FIX_TIME_MOVED},
        {0, 2, true, FIX_TIME_MOVED},
        {600, 1, true, FIX_TIME_MOVED},
        {601, 1, true, 0}, /* of 2007, as it says */
        {601, 2, true, FIX_TIME_REPLACED},
        {DAYS_S(-90), 1, true, FIX_TIME_MOVED},
        {DAYS_S(-90) - 1, 1, true, 0},
        {DAYS_S(-90), 2, true, FIX_TIME_MOVED},
        {DAYS_S(-90) - 1, 2, true, FIX_TIME_REPLACED},
        {-5, 1, false, FIX_TIME_REPLACED},
        {-5, 2, false, FIX_TIME_REPLACED},
        {DAYS_S(-90), 0, true, 0},
        {DAYS_S(-91), 0, true, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t away_s = cases[i].rollovers * weeks_s;
        int64_t time_s = KIT_TIME_S + cases[i].off_s - away_s;
        struct fix f = judged(*state, (int64_t)(10 + i), time_s, cases[i].is_locked);
        bool is_moved = cases[i].flag == FIX_TIME_MOVED;
        int64_t want_s = is_moved ? time_s + away_s : cases[i].flag == 0 ? time_s : KIT_TIME_S;
        assert_int_equal(f.flags & (FIX_TIME_MOVED | FIX_TIME_REPLACED), cases[i].flag);
        assert_int_equal(f.gps_time_s, want_s);
        assert_int_equal(f.original_time_s, cases[i].flag == 0 ? 0 : time_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(many_of_one_second_are_told_apart),
        WITH_RIG(many_of_one_batch_are_told_apart),
        WITH_RIG(values_stay_with_their_fixes),
        WITH_RIG(a_heartbeat_may_hold_values_alone),
        WITH_RIG(what_waits_for_the_store_keeps_its_order),
        WITH_RIG(a_wrong_clock_is_known_again),
        WITH_RIG(a_time_that_became_right_is_known_again),
        WITH_RIG(a_rolled_over_week_is_moved_and_known_again),
        WITH_RIG(rollovers_end_near_the_arrival),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
