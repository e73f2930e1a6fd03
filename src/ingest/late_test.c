#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/ingest_testing.h"

/* Whether the device's live state is what folding its history in order gives. */
static bool is_folded(struct rig *r)
{
    struct fold_state want = rig_fold_all(r, RIG_DEVICE);
    struct fold_state is = rig_live(r, RIG_DEVICE).state;
    return is.odometer_m_e2 == want.odometer_m_e2 && is.gap_count == want.gap_count &&
           is.motion_since_s == want.motion_since_s && is.current.lat_e7 == want.current.lat_e7 &&
           is.active_alarms == want.active_alarms;
}

static void wait_until_folded(struct rig *r)
{
    int64_t until_ms = clock_monotonic_ms() + (int64_t)RIG_WAIT_S * 1000;
    while (!is_folded(r) && clock_monotonic_ms() < until_ms) {
        (void)rig_send(r, rig_arrival(NULL, 0)); /* goes through the loop once */
    }
    struct fold_state want = rig_fold_all(r, RIG_DEVICE);
    struct fold_state is = rig_live(r, RIG_DEVICE).state;
    assert_same_state(&is, &want);
}

/* A drive with a bend at `i` = 3, so that leaving fixes out shortens it. */
static struct fix on_the_way(int64_t i)
{
    struct fix f = kit_fix(KIT_TIME_S - 1000 + i * 10);
    fix_set_position(&f, (int32_t)(386500000 + i * 9000), 1177000000 + (i == 3 ? 20000 : 0), true);
    return f;
}

static void a_late_fix_is_stored_and_corrects_the_state(void **state)
{
    struct rig *r = *state;
    for (int64_t i = 0; i < 6; i++) {
        if (i != 3) {
            rig_send_fix(r, on_the_way(i));
        }
    }
    uint64_t before_m_e2 = rig_live(r, RIG_DEVICE).state.odometer_m_e2;
    rig_send_fix(r, on_the_way(3));
    assert_counter(r, fixes_late, 1);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 6);
    /* The status does not go back. */
    assert_int_equal(rig_live(r, RIG_DEVICE).state.current.gps_time_s, on_the_way(5).gps_time_s);
    wait_until_folded(r);
    assert_true(rig_live(r, RIG_DEVICE).state.odometer_m_e2 > before_m_e2);
    rig_send_fix(r, on_the_way(3));
    assert_counter(r, fixes_late, 1);
    assert_counter(r, fixes_repeated, 1);
}

/* Commits may work while nothing else does: /health tells of that too. */
static void folding_that_fails_is_told(void **state)
{
    struct rig *r = *state;
    rig_send_fix(r, on_the_way(60));
    bool is_told = false;
    for (int64_t i = 0; i < 60 && !is_told; i++) {
        rig_send_fix(r, on_the_way(i));
        fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0); /* mostly before it is folded in */
        while (!is_folded(r) && !is_told) {
            (void)rig_send(r, rig_arrival(NULL, 0));
            is_told = counter_get(&r->counters, upkeep_failing) > 0;
        }
        fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    }
    assert_true(is_told);
    wait_until_folded(r);
    while (counter_get(&r->counters, upkeep_failing) > 0) {
        (void)rig_send(r, rig_arrival(NULL, 0));
    }
    assert_int_equal(r->fatal, ERR_OK);
}

static void any_order_ends_where_the_right_one_does(void **state)
{
    enum { COUNT = 60 };
    struct rig *r = *state;
    for (int64_t i = 0; i < COUNT; i++) {
        rig_send_fix(r, on_the_way(i * 37 % COUNT));
    }
    wait_until_folded(r);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), COUNT);
    struct fix fixes[COUNT];
    struct fold_state want = {0};
    (void)kit_read(r->store, RIG_DEVICE, INT64_MAX, fixes, COUNT);
    for (int64_t i = 0; i < COUNT; i++) {
        assert_int_equal(fixes[i].gps_time_s, on_the_way(i).gps_time_s);
        fold_step(&want, &fixes[i], &fold_default_rules, NULL);
    }
    struct fold_state is = rig_live(r, RIG_DEVICE).state;
    assert_same_state(&is, &want);
}

static void the_first_fix_can_come_last(void **state)
{
    struct rig *r = *state;
    rig_send_fix(r, on_the_way(3));
    rig_send_fix(r, on_the_way(0));
    wait_until_folded(r);
    assert_true(rig_live(r, RIG_DEVICE).state.odometer_m_e2 > 0);
}

static void late_ones_of_one_second(void **state)
{
    struct rig *r = *state;
    struct fix with_alarm = on_the_way(1);
    with_alarm.alarms = ALARM_BIT(SOS);
    rig_send_fix(r, on_the_way(5));
    rig_send_fix(r, on_the_way(1));
    rig_send_fix(r, with_alarm);
    wait_until_folded(r);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 3);
}

/* A second's fixes in the order in which they are folded. */
static void one_second(int64_t i, struct fix out[3])
{
    out[0] = on_the_way(i);
    out[1] = on_the_way(i);
    out[1].alarms = ALARM_BIT(SOS);
    fix_set_satellites(&out[1], 9);
    out[2] = on_the_way(i);
    out[2].source = FIX_LBS;
    out[2].lat_e7 += 5000;
}

/* Each order of arrival has a second of its own; all of them are stored and folded in one order. */
static void fixes_of_one_second_are_folded_in_one_order(void **state)
{
    enum { ORDERS = 6 };
    static const size_t orders[ORDERS][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                             {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    struct rig *r = *state;
    struct fix read[ORDERS * 3];
    struct fix want[3];
    for (int64_t i = 0; i < ORDERS; i++) {
        one_second(i, want);
        for (size_t k = 0; k < 3; k++) {
            rig_send_fix(r, want[orders[i][k]]);
        }
        wait_until_folded(r);
    }
    assert_true(counter_get(&r->counters, fixes_late) >= ORDERS - 1);
    assert_int_equal(kit_read(r->store, RIG_DEVICE, INT64_MAX, read, (size_t)ORDERS * 3),
                     ORDERS * 3);
    for (int64_t i = 0; i < ORDERS; i++) {
        one_second(i, want);
        for (size_t k = 0; k < 3; k++) {
            assert_true(fix_is_repeat(&read[i * 3 + (int64_t)k], &want[k]));
        }
    }
}

/* The same where all of them share few batches, and behind a restart with all in the journal. */
static void fixes_of_one_batch_are_folded_in_one_order(void **state)
{
    enum { SECONDS = 20 };
    struct rig *r = *state;
    for (int64_t i = 0; i < SECONDS; i++) {
        struct fix fixes[3];
        struct fix sent[3];
        one_second(i, fixes);
        for (int64_t k = 0; k < 3; k++) {
            sent[k] = fixes[(i + 2 * k) % 3];
        }
        rig_send_fixes(r, sent, 3);
    }
    rig_restart(r);
    rig_send_fix(r, on_the_way(SECONDS - 1)); /* a repeat */
    wait_until_folded(r);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 3 * SECONDS);
}

static void the_mark_survives_a_restart(void **state)
{
    struct rig *r = *state;
    for (int64_t i = 0; i < 6; i++) {
        if (i != 3) {
            rig_send_fix(r, on_the_way(i));
        }
    }
    rig_send_fix(r, on_the_way(3));
    rig_restart(r); /* before the moment has passed after which it is folded */
    wait_until_folded(r);
    rig_send_fix(r, on_the_way(6));
    rig_restart(r);
    struct fold_state want = rig_fold_all(r, RIG_DEVICE);
    struct fold_state is = rig_live(r, RIG_DEVICE).state;
    assert_same_state(&is, &want);
}

/* While one device sends its memory, in an order of its own, another is answered as ever. */
static void many_late_fixes_and_new_ones_between(void **state)
{
    enum { ROUNDS = 100, OTHER = 2 };
    struct rig *r = *state;
    assert_int_equal(rig_put_device(r, OTHER, "other", false), ERR_OK);
    for (int64_t i = 0; i < ROUNDS; i++) {
        rig_send_fix(r, on_the_way(200 + i));
        rig_send_fix(r, on_the_way((i * 61) % ROUNDS));
        struct message m = {.kind = MESSAGE_FIX, .fix = on_the_way(i)};
        struct arrival a = rig_arrival(&m, 1);
        a.device_id = "other";
        assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
    }
    wait_until_folded(r);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 2 * ROUNDS);
    struct fold_state want = rig_fold_all(r, OTHER);
    struct fold_state is = rig_live(r, OTHER).state;
    assert_same_state(&is, &want);
}

static void a_deleted_device_is_not_folded(void **state)
{
    struct rig *r = *state;
    rig_send_fix(r, on_the_way(3));
    rig_send_fix(r, on_the_way(0));
    assert_int_equal(rig_put_device(r, RIG_DEVICE, rig_id, true), ERR_OK);
    assert_int_equal(rig_put_device(r, 2, rig_id, false), ERR_OK);
    struct message m = {.kind = MESSAGE_FIX, .fix = on_the_way(4)};
    struct verdict v = rig_send(r, rig_arrival(&m, 1));
    assert_int_equal(v.device, 2);
    rig_restart(r);
    assert_int_equal(kit_count(r->store, 2), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(a_late_fix_is_stored_and_corrects_the_state),
        WITH_RIG(any_order_ends_where_the_right_one_does),
        WITH_RIG(folding_that_fails_is_told),
        WITH_RIG(the_first_fix_can_come_last),
        WITH_RIG(late_ones_of_one_second),
        WITH_RIG(fixes_of_one_second_are_folded_in_one_order),
        WITH_RIG(fixes_of_one_batch_are_folded_in_one_order),
        WITH_RIG(the_mark_survives_a_restart),
        WITH_RIG(many_late_fixes_and_new_ones_between),
        WITH_RIG(a_deleted_device_is_not_folded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
