#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "store/engines_testing.h"
#include "store/repeat.h"
#include "store/store_private.h"

enum { MANY = 2000, DEVICES = 200 };

struct kit {
    char path[KIT_PATH_SIZE];
    struct store *store;
};

static int set_up(void **state)
{
    struct kit *k = mem_new(sizeof(*k));
    kit_place_new(k->path);
    k->store = kit_open_at(k->path);
    (void)kit_load(k->store, 1);
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    store_close(k->store);
    kit_place_remove(k->path);
    free(k);
    return 0;
}

static void seal_all(struct kit *k)
{
    const struct store_upkeep upkeep = {.is_idle = true};
    while (tails_fixes(k->store->tails) > 0) {
        k->store->trickle.swept_ms -= k->store->trickle.seal_after_ms;
        enum err e = store_maintain(k->store, &upkeep);
        assert_true(e == ERR_OK || e == ERR_MORE);
    }
    k->store->trickle.swept_ms = clock_monotonic_ms();
}

static void commit_many(struct kit *k, int64_t device, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        assert_int_equal(kit_commit_at(k->store, device, KIT_TIME_S + i * 2), ERR_OK);
    }
}

/* commit_many() in one commit. */
static void commit_row(struct kit *k, int64_t device, int64_t from, int64_t to)
{
    struct fix *fixes = mem_new_array((size_t)(to - from), sizeof(*fixes));
    for (int64_t i = from; i < to; i++) {
        fixes[i - from] = kit_fix(KIT_TIME_S + i * 2);
    }
    assert_int_equal(kit_commit(k->store, device, fixes, (size_t)(to - from)), ERR_OK);
    free(fixes);
}

/* Every stored fix is known again, with what a repeat may differ in, and nothing else is. */
static void assert_known(struct kit *k, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        struct fix fix = kit_fix(KIT_TIME_S + i * 2);
        fix.rcv_time_s += 1000;
        fix.flags |= FIX_REUPLOAD;
        assert_true(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
        fix.alarms = ALARM_BIT(SOS); /* another report of the same second */
        assert_false(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
        fix = kit_fix(KIT_TIME_S + i * 2 + 1);
        assert_false(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
    }
}

static void repeats_are_found_wherever_they_are(void **state)
{
    struct kit *k = *state;
    struct fix before = kit_fix(KIT_TIME_S - 1);
    assert_false(kit_has_repeat(k->store, 1, &before, NO_EXTRAS));
    commit_many(k, 1, 0, 100);
    assert_known(k, 0, 100); /* one by one */
    commit_many(k, 1, 100, MANY);
    assert_known(k, 0, MANY); /* tail and chunks */
    seal_all(k);
    assert_known(k, 0, MANY);
    commit_many(k, 1, MANY, MANY + 100);
    assert_known(k, 0, MANY + 100);
    assert_false(kit_has_repeat(k->store, 1, &before, NO_EXTRAS));
    assert_false(kit_has_repeat(k->store, 2, &before, NO_EXTRAS));
}

/* A report with other values, or with none, is another one, wherever it is looked for. */
static void values_tell_reports_apart(void **state)
{
    struct kit *k = *state;
    struct arena arena = {0};
    struct fix fix = kit_fix(KIT_TIME_S);
    struct fold_state s = kit_state(&fix, 1);
    struct extras x = {.arena = &arena};
    extras_set(&x, EXTRA_RPM, 0, 900);
    struct bytes sent = extras_pack(&x);
    extras_set(&x, EXTRA_RPM, 0, 901);
    struct bytes other = extras_pack(&x);
    const struct store_part part = {
        .device = 1, .fixes = &fix, .extras = &sent, .count = 1, .state = &s};
    const struct store_batch batch = {.parts = &part, .part_count = 1};
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
    for (int place = 0; place < 3; place++) {
        assert_true(kit_has_repeat(k->store, 1, &fix, sent));
        assert_false(kit_has_repeat(k->store, 1, &fix, other));
        assert_false(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
        assert_ptr_not_equal(store_print(k->store, &fix, sent), store_print(k->store, &fix, other));
        if (place == 0) {
            commit_row(k, 1, 1, MANY); /* so many that fingerprints are made */
        } else {
            seal_all(k);
        }
    }
    arena_free(&arena);
}

/* More devices than sets are kept. */
static void many_devices_take_turns(void **state)
{
    struct kit *k = *state;
    for (int64_t d = 1; d <= DEVICES; d++) {
        commit_many(k, d, 0, 3);
    }
    seal_all(k);
    for (unsigned round = 0; round < 3; round++) {
        for (int64_t d = 1; d <= DEVICES; d++) {
            struct fix fix = kit_fix(KIT_TIME_S + 2);
            assert_true(kit_has_repeat(k->store, d, &fix, NO_EXTRAS));
            fix = kit_fix(KIT_TIME_S + 1);
            assert_false(kit_has_repeat(k->store, d, &fix, NO_EXTRAS));
        }
        assert_int_equal(repeats_sets(k->store->repeats), REPEATS_SETS_MAX);
    }
}

/* A device has at most so many rows here, and 32 devices share a read. */
static void assert_reads(struct kit *k, int64_t before)
{
    enum { ROWS_EACH = 4, SHARES = 3 };
    if (kit_memory(k->path) != NULL) {
        int64_t reads = memory_reads(kit_memory(k->path)) - before;
        assert_in_range(reads, 1, ROWS_EACH * SHARES);
    }
}

/* Stored ones and others by turns, of devices with some sealed rows, a tail or nothing. */
static void a_list_is_answered_as_each_would_be(void **state)
{
    enum { SEALED = 70, LISTED = 80, EACH = 4, ALL = LISTED * EACH, THREE = 3 * TRACK_FULL };
    struct kit *k = *state;
    struct store_candidate list[ALL] = {0};
    for (int64_t d = 1; d <= SEALED; d++) {
        commit_row(k, d, 0, d % 16 == 0 ? THREE : 40);
    }
    seal_all(k);
    for (int64_t d = 5; d <= LISTED - 2; d += 5) {
        commit_row(k, d, THREE, THREE + 30);
    }
    for (int64_t i = 0; i < ALL; i++) {
        int64_t device = 1 + i / EACH;
        int64_t place = i % EACH * (device % 16 == 0 ? TRACK_FULL - 1 : 9);
        list[i].device = device;
        list[i].fix = kit_fix(KIT_TIME_S + place * 2 + (i / EACH + i) % 2);
        list[i].is_repeat = true;
    }
    int64_t reads = kit_memory(k->path) == NULL ? 0 : memory_reads(kit_memory(k->path));
    store_find_repeats(k->store, list, ALL);
    assert_reads(k, reads);
    for (int64_t i = 0; i < ALL; i++) {
        bool is_stored = list[i].device <= SEALED && (i / EACH + i) % 2 == 0;
        assert_int_equal(list[i].is_repeat, is_stored);
    }
    assert_int_equal(repeats_sets(k->store->repeats), REPEATS_SETS_MAX);
    store_find_repeats(k->store, list, 0);
}

/* Where nothing is stored each second is asked for by itself: thousands before the first fix. */
static void a_device_may_ask_for_thousands_of_gaps(void **state)
{
    enum { STORED = 40, ALL = 8192 };
    struct kit *k = *state;
    commit_row(k, 1, 0, STORED);
    commit_row(k, 2, 0, STORED);
    seal_all(k);
    struct store_candidate *list = mem_new_array(ALL, sizeof(*list));
    for (int64_t i = 0; i < ALL; i++) {
        int64_t place = i % 100 == 7 ? i % STORED : -1 - i;
        list[i].device = i < ALL - STORED ? 1 : 2;
        list[i].fix = kit_fix(KIT_TIME_S + place * 2);
        list[i].is_repeat = place < 0;
    }
    store_find_repeats(k->store, list, ALL);
    for (int64_t i = 0; i < ALL; i++) {
        assert_int_equal(list[i].is_repeat, i % 100 == 7);
    }
    free(list);
}

static struct fix replaced(int64_t told_s, int64_t arrived_s)
{
    struct fix f = kit_fix(told_s);
    f.original_time_s = told_s;
    f.gps_time_s = arrived_s;
    f.rcv_time_s = arrived_s;
    f.flags |= FIX_TIME_REPLACED;
    return f;
}

/* Of a wrong clock what it said counts, wherever the fix was filed. */
static void a_replaced_time_is_not_compared(void **state)
{
    struct kit *k = *state;
    struct fix first = replaced(1000, KIT_TIME_S);
    struct fix again = replaced(1000, KIT_TIME_S + 60);
    struct fix other = replaced(1001, KIT_TIME_S + 60);
    assert_int_equal(kit_commit(k->store, 1, &first, 1), ERR_OK);
    assert_true(kit_has_repeat(k->store, 1, &again, NO_EXTRAS));
    assert_false(kit_has_repeat(k->store, 1, &other, NO_EXTRAS));
    seal_all(k);
    assert_true(kit_has_repeat(k->store, 1, &again, NO_EXTRAS));
    assert_false(kit_has_repeat(k->store, 1, &other, NO_EXTRAS));
    commit_many(k, 1, 100, 120);
    assert_true(kit_has_repeat(k->store, 1, &again, NO_EXTRAS));
    assert_int_equal(kit_commit(k->store, 1, &other, 1), ERR_OK);
    assert_true(kit_has_repeat(k->store, 1, &other, NO_EXTRAS));
}

/* The newest sealed row may be a short one, begun since. */
static void a_replaced_time_is_found_behind_the_newest_row(void **state)
{
    struct kit *k = *state;
    struct fix first = replaced(1000, KIT_TIME_S);
    struct fix again = replaced(1000, KIT_TIME_S + 8000);
    assert_int_equal(kit_commit(k->store, 1, &first, 1), ERR_OK);
    commit_row(k, 1, 1, 600);
    seal_all(k);
    assert_true(kit_has_repeat(k->store, 1, &again, NO_EXTRAS));
    commit_row(k, 1, 600, 603);
    seal_all(k);
    assert_true(kit_has_repeat(k->store, 1, &again, NO_EXTRAS));
    again.original_time_s++;
    assert_false(kit_has_repeat(k->store, 1, &again, NO_EXTRAS));
}

/* A chunk ends and the next row begins in the newest sealed second. */
static void rows_may_share_the_newest_second(void **state)
{
    struct kit *k = *state;
    commit_row(k, 1, 0, TRACK_FULL);
    seal_all(k);
    struct fix last = kit_fix(KIT_TIME_S + INT64_C(2) * (TRACK_FULL - 1));
    struct fix more = last;
    more.speed_kmh_e2++;
    assert_int_equal(kit_commit(k->store, 1, &more, 1), ERR_OK);
    seal_all(k);
    struct fix old = kit_fix(KIT_TIME_S + 600);
    assert_true(kit_has_repeat(k->store, 1, &old, NO_EXTRAS));
    assert_true(kit_has_repeat(k->store, 1, &more, NO_EXTRAS));
    assert_true(kit_has_repeat(k->store, 1, &last, NO_EXTRAS));
    more.speed_kmh_e2++;
    assert_false(kit_has_repeat(k->store, 1, &more, NO_EXTRAS));
}

/* Thousands of different reports of one second, each looked for and none a repeat. */
static void many_of_one_second(void **state)
{
    struct kit *k = *state;
    struct fix fix = kit_fix(KIT_TIME_S);
    fix.has |= FIX_HAS_ODOMETER;
    for (uint64_t i = 0; i < MANY; i++) {
        fix.odometer_m = i;
        assert_false(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
        assert_int_equal(kit_commit(k->store, 1, &fix, 1), ERR_OK);
        assert_true(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
    }
    seal_all(k);
    for (uint64_t i = 0; i < (uint64_t)2 * MANY; i += 97) {
        fix.odometer_m = i;
        assert_int_equal(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS), i < MANY);
    }
}

/* Heartbeats of a parked car stand under one time for days: the newest of them are known. */
static void the_newest_of_one_second_are_known(void **state)
{
    enum { ROWS = 12, ROW = 600, ALL = ROWS * ROW };
    struct kit *k = *state;
    struct fix *fixes = mem_new_array(ROW, sizeof(*fixes));
    struct fix fix = kit_fix(KIT_TIME_S);
    fix.has |= FIX_HAS_ODOMETER;
    for (uint64_t i = 0; i < ALL; i += ROW) {
        for (uint64_t n = 0; n < ROW; n++) {
            fixes[n] = fix;
            fixes[n].odometer_m = i + n;
        }
        assert_int_equal(kit_commit(k->store, 1, fixes, ROW), ERR_OK);
        seal_all(k);
    }
    free(fixes);
    for (fix.odometer_m = ALL - 4096; fix.odometer_m < ALL; fix.odometer_m += 97) {
        assert_true(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
    }
    fix.odometer_m = ALL;
    assert_false(kit_has_repeat(k->store, 1, &fix, NO_EXTRAS));
}

static void prints_tell_what_repeats_compare(void **state)
{
    struct kit *k = *state;
    struct fix a = kit_fix(KIT_TIME_S);
    struct fix b = a;
    b.rcv_time_s += 5;
    b.flags |= FIX_REUPLOAD;
    assert_ptr_equal(store_print(k->store, &a, NO_EXTRAS), store_print(k->store, &b, NO_EXTRAS));
    b.course_cdeg = 1;
    assert_ptr_not_equal(store_print(k->store, &a, NO_EXTRAS),
                         store_print(k->store, &b, NO_EXTRAS));
    b = a;
    b.gps_time_s++;
    assert_ptr_not_equal(store_print(k->store, &a, NO_EXTRAS),
                         store_print(k->store, &b, NO_EXTRAS));
}

#define WITH_KIT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KIT(repeats_are_found_wherever_they_are),
        WITH_KIT(values_tell_reports_apart),
        WITH_KIT(many_devices_take_turns),
        WITH_KIT(a_list_is_answered_as_each_would_be),
        WITH_KIT(a_device_may_ask_for_thousands_of_gaps),
        WITH_KIT(a_replaced_time_is_not_compared),
        WITH_KIT(a_replaced_time_is_found_behind_the_newest_row),
        WITH_KIT(rows_may_share_the_newest_second),
        WITH_KIT(many_of_one_second),
        WITH_KIT(the_newest_of_one_second_are_known),
        WITH_KIT(prints_tell_what_repeats_compare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
