#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/engine_testing.h"
#include "store/file_testing.h"

/* ---- the order of one second ---- */

/* `count` fixes of one time that tell their order by the odometer, in one commit. */
static void stand(struct kit *k, int64_t time_s, uint32_t count)
{
    struct fix *fixes = mem_new_array(count, sizeof(*fixes));
    for (uint32_t i = 0; i < count; i++) {
        fixes[i] = fix_at(k, time_s);
        fixes[i].odometer_m = 1000 + i;
        fixes[i].has |= FIX_HAS_ODOMETER;
    }
    commit(k, 1, fixes, count);
    free(fixes);
}

/* Late fixes divide a row that ends amid a second; the next rows go on with that second. */
static void a_second_over_many_rows_keeps_its_order(void **state)
{
    enum { BEFORE = 100, LATE = 1200 };
    struct kit *k = *state;
    int64_t second_s = KIT_TIME_S + INT64_C(10) * BEFORE;
    drive(k, 1, 0, BEFORE);
    stand(k, second_s, 900);
    seal_all(k);
    stand(k, second_s, 600);
    seal_all(k);
    stand(k, second_s, 300);
    drive(k, 1, BEFORE + 1, 600);
    seal_all(k);
    int64_t rows = rows_of(k, "track_chunk");
    for (int64_t i = 0; i < LATE; i++) {
        commit_at(k, 1, KIT_TIME_S + 1 + i % BEFORE * 10);
        if (i % 100 == 99) {
            seal_all(k);
            assert_history(k, 1);
        }
    }
    assert_true(rows_of(k, "track_chunk") > rows);
    assert_all(k, 97);
    for (int64_t i = 0; i < LATE / 4; i++) { /* and of that second itself, which go behind */
        commit_at(k, 1, second_s);
    }
    seal_all(k);
    assert_all(k, 97);
}

/* Programs before fix_order() folded a second as it came, and marked nothing. */
static void a_tail_that_was_folded_as_it_came_is_folded_again(void **state)
{
    struct kit *k = *state;
    struct model *m = &k->models[1];
    struct fix fixes[] = {fix_at(k, KIT_TIME_S), fix_at(k, KIT_TIME_S + 9),
                          fix_at(k, KIT_TIME_S + 9), fix_at(k, KIT_TIME_S + 20)};
    const struct store_part part = {.device = 1, .fixes = fixes, .count = 4, .state = &m->live};
    const struct store_batch batch = {.parts = &part, .part_count = 1};
    fixes[1].alarms = ALARM_BIT(SOS); /* it comes behind the other one of its second */
    for (size_t i = 0; i < 4; i++) {
        fold_step(&m->live, &fixes[i], &fold_default_rules, NULL);
        model_add(m, NULL, 1, &fixes[i]);
    }
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
    reopen(k, 1 << 20);
    const struct fold_state want = folded(m, INT64_MAX);
    assert_int_not_equal(m->live.odometer_m_e2, want.odometer_m_e2);
    seal_all(k);
    assert_live(k, 1);
    reopen(k, 1 << 20);
    assert_live(k, 1);
    assert_null(k->store->late.head);
}

/* ---- a flood ---- */

enum { FLOOD_ROWS = 60, FLOOD_FIXES = FLOOD_ROWS * TRACK_FULL, FLOOD_ROUNDS = 12, AT_ONCE = 1500 };

static void commit_many(struct kit *k, const struct fix *fixes, size_t count, bool is_late)
{
    struct fold_state *live = &k->models[1].live;
    struct store_part part = {.device = 1, .fixes = fixes, .count = count, .state = live};
    for (size_t i = 0; i < count && !is_late; i++) {
        fold_step(live, &fixes[i], &fold_default_rules, NULL);
    }
    part.has_late = is_late;
    part.late_from_s = KIT_TIME_S;
    const struct store_batch batch = {.parts = &part, .part_count = 1};
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
}

/* One device sends old fixes from all over, faster than they could be merged row by row. */
static void late_fixes_stay_within_memory(void **state)
{
    enum { LIMIT = 64 * 1024 };
    struct kit *k = *state;
    struct fix *fixes = mem_new_array(AT_ONCE, sizeof(*fixes));
    for (int64_t i = 0; i < FLOOD_FIXES; i += TRACK_FULL) {
        for (int64_t n = 0; n < TRACK_FULL; n++) {
            fixes[n] = fix_at(k, KIT_TIME_S + (i + n) * 2);
        }
        commit_many(k, fixes, TRACK_FULL, false);
    }
    seal_all(k);
    reopen(k, LIMIT);
    size_t most = 0;
    for (int64_t round = 0; round < FLOOD_ROUNDS; round++) {
        for (size_t n = 0; n < AT_ONCE; n++) {
            fixes[n] = fix_at(k, KIT_TIME_S + 1 + (int64_t)rnd(k, FLOOD_FIXES - 1) * 2);
        }
        commit_many(k, fixes, AT_ONCE, true);
        maintain(k);
        size_t bytes = (size_t)counter_get(&k->counters, tail_bytes);
        most = bytes > most ? bytes : most;
    }
    assert_true(most <= LIMIT);
    free(fixes);
    seal_all(k);
    assert_int_equal(kit_count(k->store, 1), FLOOD_FIXES + FLOOD_ROUNDS * AT_ONCE);
}

/* However much is late, a transaction does a part of it. */
static void no_transaction_grows_with_what_is_late(void **state)
{
    enum { LATE = 20000, AT_MOST = 10000, AT_LEAST = 8192 };
    struct kit *k = *state;
    struct fix *fixes = mem_new_array(LATE, sizeof(*fixes));
    for (int64_t i = 0; i < 600; i++) {
        fixes[i] = fix_at(k, KIT_TIME_S + i * 100);
    }
    commit_many(k, fixes, 600, false);
    seal_all(k);
    for (int64_t i = 0; i < LATE; i++) {
        fixes[i] = fix_at(k, KIT_TIME_S + 1 + i);
    }
    commit_many(k, fixes, LATE, true);
    for (size_t left = LATE; left > 0;) {
        maintain(k);
        size_t now = (size_t)counter_get(&k->counters, tail_fixes);
        assert_in_range(left - now, left < AT_LEAST ? left : AT_LEAST, AT_MOST);
        left = now;
    }
    seal_all(k);
    assert_int_equal(kit_count(k->store, 1), LATE + 600);
    free(fixes);
}

/* ---- when ---- */

static struct tail *first_late(struct kit *k)
{
    assert_non_null(k->store->late.head);
    return k->store->late.head->data;
}

/* A device whose settling took long waits for its next one, but not with so many fixes. */
static void many_late_fixes_do_not_wait(void **state)
{
    enum { MANY = 4096, LONG_US = 60000000 };
    struct kit *k = *state;
    struct fix *fixes = mem_new_array(MANY, sizeof(*fixes));
    for (int64_t i = 0; i < MANY; i++) {
        fixes[i] = fix_at(k, KIT_TIME_S + i);
    }
    commit_many(k, fixes, 600, false);
    seal_all(k);
    tails_find(k->store->tails, 1)->settle_us = LONG_US;
    commit_many(k, fixes, 1, true);
    assert_true(first_late(k)->due_ms > clock_monotonic_ms() + LONG_US / 1000);
    commit_many(k, fixes, MANY - 2, true);
    assert_true(first_late(k)->due_ms > clock_monotonic_ms() + LONG_US / 1000);
    commit_many(k, fixes, 1, true);
    assert_true(first_late(k)->due_ms <= clock_monotonic_ms());
    seal_all(k);
    tails_find(k->store->tails, 1)->settle_us = LONG_US;
    commit_many(k, fixes, MANY, true);
    assert_true(first_late(k)->due_ms <= clock_monotonic_ms());
    free(fixes);
}

/* So many microseconds before the next millisecond begins. */
static int64_t wait_for_end_of_ms(int64_t left_us)
{
    int64_t now_us = clock_monotonic_us();
    while (1000 - now_us % 1000 > left_us) {
        now_us = clock_monotonic_us();
    }
    return now_us / 1000;
}

/*
 * While the first device is settled others become due, and are looked up when it is their turn.
 * When that is takes luck, so it is tried with more and less time before.
 */
static void devices_become_due_amid_a_transaction(void **state)
{
    enum { ROUNDS = 60, BEFORE = 40, STEP_US = 15 };
    struct kit *k = *state;
    for (int64_t d = 1; d < DEVICES; d++) {
        drive(k, d, d, BEFORE * d);
    }
    seal_all(k);
    for (int64_t round = 1; round <= ROUNDS; round++) {
        for (int64_t d = 1; d < DEVICES; d++) {
            commit_at(k, d, KIT_TIME_S + 10 * d + round * 3);
        }
        assert_int_equal(k->store->late.length, DEVICES - 1);
        int64_t now_ms = wait_for_end_of_ms(round * STEP_US);
        for (GList *link = k->store->late.head; link != NULL; link = link->next) {
            struct tail *tail = link->data;
            tail->due_ms = link->prev == NULL ? now_ms : now_ms + 1;
        }
        maintain(k);
        seal_all(k);
        assert_int_equal(counter_get(&k->counters, chunks_damaged), 0);
    }
    assert_all(k, 7);
}

enum { MANY = 4096 };

/* A device with many late fixes over sealed ones. */
static struct fix *make_late(struct kit *k)
{
    struct fix *fixes = mem_new_array(MANY, sizeof(*fixes));
    for (int64_t i = 0; i < MANY; i++) {
        fixes[i] = fix_at(k, KIT_TIME_S + i);
    }
    commit_many(k, fixes, 600, false);
    seal_all(k);
    commit_many(k, fixes, MANY, true);
    return fixes;
}

/* Without space nothing but commits is tried for a moment, whatever comes. */
static void a_full_disk_is_waited_for(void **state)
{
    struct kit *k = *state;
    struct fix *fixes = make_late(k);
    int64_t pages = 0;
    char sql[64];
    assert_int_equal(database_number(kit_db(k->store), "PRAGMA page_count", &pages), ERR_OK);
    (void)snprintf(sql, sizeof(sql), "PRAGMA max_page_count=%lld", (long long)pages);
    assert_int_equal(database_run(kit_db(k->store), sql), ERR_OK);
    const struct store_upkeep upkeep = {k, settled, keep_from, true};
    assert_int_equal(store_maintain(k->store, &upkeep), ERR_FULL);
    assert_int_equal(database_run(kit_db(k->store), "PRAGMA max_page_count=1000000"), ERR_OK);
    k->store->trickle.held_until_ms = INT64_MAX;
    commit_many(k, fixes, MANY, true);
    assert_int_equal(store_maintain(k->store, &upkeep), ERR_OK);
    assert_int_equal(k->store->late.length, 1);
    k->store->trickle.held_until_ms = 0;
    seal_all(k);
    assert_int_equal(kit_count(k->store, 1), 600 + 2 * MANY);
    free(fixes);
}

/* Where the store failed for a device, more of them do not bring its next turn forward. */
static void a_failure_is_waited_for(void **state)
{
    struct kit *k = *state;
    struct fix *fixes = make_late(k);
    first_late(k)->has_failed = true;
    first_late(k)->due_ms = clock_monotonic_ms() + 60000;
    commit_many(k, fixes, MANY, true);
    assert_true(first_late(k)->due_ms > clock_monotonic_ms() + 50000);
    free(fixes);
}

int main(void)
{
    enum { OF_ROWS = 7 };
    const struct CMUnitTest tests[] = {
        WITH_KIT(a_second_over_many_rows_keeps_its_order),
        WITH_KIT(a_tail_that_was_folded_as_it_came_is_folded_again),
        WITH_KIT(late_fixes_stay_within_memory),
        WITH_KIT(no_transaction_grows_with_what_is_late),
        WITH_KIT(many_late_fixes_do_not_wait),
        WITH_KIT(devices_become_due_amid_a_transaction),
        WITH_KIT(a_failure_is_waited_for),
        WITH_KIT(a_full_disk_is_waited_for),
    };
    return KIT_RUN(tests, OF_ROWS);
}
