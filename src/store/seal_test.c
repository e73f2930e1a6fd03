#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/engine_testing.h"

/* ---- sealing ---- */

static void few_fixes_become_an_open_row(void **state)
{
    struct kit *k = *state;
    drive(k, 1, 0, 100);
    seal_all(k);
    assert_int_equal(rows_of(k, "track_open"), 1);
    assert_int_equal(rows_of(k, "track_chunk"), 0);
    assert_int_equal(rows_of(k, "journal"), 1); /* the newest stays */
    drive(k, 1, 100, 100);
    assert_all(k, 7);
    seal_all(k);
    assert_int_equal(rows_of(k, "track_open"), 1);
    assert_all(k, 7);
    reopen(k, 1 << 20);
    assert_all(k, 7);
}

static void full_ones_become_chunks(void **state)
{
    struct kit *k = *state;
    drive(k, 1, 0, 400);
    seal_all(k);
    drive(k, 1, 400, TRACK_FULL - 400 - 1);
    seal_all(k);
    assert_int_equal(rows_of(k, "track_chunk"), 0);
    drive(k, 1, TRACK_FULL - 1, 1);
    seal_all(k);
    assert_int_equal(rows_of(k, "track_chunk"), 1);
    assert_int_equal(rows_of(k, "track_open"), 0);
    assert_all(k, 19);
    reopen(k, 1 << 20);
    drive(k, 1, TRACK_FULL, 3000);
    seal_all(k);
    assert_true(rows_of(k, "track_chunk") >= 3);
    assert_all(k, 101);
}

static void the_journal_is_replayed_onto_what_is_sealed(void **state)
{
    struct kit *k = *state;
    drive(k, 1, 0, 700);
    seal_all(k);
    drive(k, 1, 700, 60);
    drive(k, 2, 0, 30);
    reopen(k, 1 << 20);
    assert_all(k, 13);
    assert_int_equal(counter_get(&k->counters, tail_fixes), 90);
    drive(k, 1, 760, 10);
    assert_all(k, 13);
}

static void memory_stays_within_its_limit(void **state)
{
    enum { LIMIT_BYTES = 8192 };
    struct kit *k = *state;
    reopen(k, LIMIT_BYTES);
    for (int64_t i = 0; i < 60; i++) {
        for (int64_t d = 1; d < DEVICES; d++) {
            drive(k, d, i * 20, 20);
            maintain(k);
            assert_true(counter_get(&k->counters, tail_bytes) < (uint64_t)3 * LIMIT_BYTES);
        }
    }
    assert_true(counter_get(&k->counters, fixes_sealed) > 3000);
    assert_true(rows_of(k, "journal") < 100);
    assert_all(k, 97);
    reopen(k, LIMIT_BYTES);
    assert_all(k, 97);
}

/* ---- late ones ---- */

static void late_fixes_find_their_chunks(void **state)
{
    struct kit *k = *state;
    drive(k, 1, 100, 2500);
    seal_all(k);
    for (int64_t i = 0; i < 40; i++) { /* all over, before the first too */
        commit_at(k, 1, KIT_TIME_S + 5 + i * 700);
    }
    drive(k, 1, 2600, 20);
    assert_history(k, 1);
    seal_all(k);
    assert_all(k, 31);
    reopen(k, 1 << 20);
    assert_all(k, 31);
}

static void late_fixes_among_unsealed_ones(void **state)
{
    struct kit *k = *state;
    drive(k, 1, 0, 50);
    commit_at(k, 1, KIT_TIME_S + 33);
    commit_at(k, 1, KIT_TIME_S + 30);
    assert_history(k, 1);
    while (k->store->late.head != NULL) {
        maintain(k);
    }
    assert_live(k, 1);
    assert_int_equal(rows_of(k, "track_open"), 0);
    seal_all(k);
    assert_all(k, 3);
}

static void marks_survive_reopening(void **state)
{
    struct kit *k = *state;
    drive(k, 1, 0, 600);
    seal_all(k);
    commit_at(k, 1, KIT_TIME_S + 55);
    reopen(k, 1 << 20);
    assert_non_null(k->store->late.head);
    maintain(k); /* not due yet, or merged */
    reopen(k, 1 << 20);
    seal_all(k);
    assert_all(k, 11);
}

static void many_of_one_second(void **state)
{
    enum { MANY = 2300 };
    struct kit *k = *state;
    drive(k, 1, 0, 10);
    for (uint32_t i = 0; i < MANY; i++) {
        struct fix f = fix_at(k, KIT_TIME_S + 95);
        f.odometer_m = i;
        f.has |= FIX_HAS_ODOMETER;
        commit(k, 1, &f, 1);
    }
    seal_all(k);
    drive(k, 1, 10, 600);
    seal_all(k);
    commit_at(k, 1, KIT_TIME_S + 94);
    commit_at(k, 1, KIT_TIME_S + 96);
    seal_all(k);
    assert_history(k, 1);
    assert_live(k, 1);
    assert_span(k, 1, KIT_TIME_S + 95, KIT_TIME_S + 95);
    assert_span(k, 1, KIT_TIME_S + 96, KIT_TIME_S + 500);
}

/* Everything at once, by a seeded generator. */
static void mix_one(struct kit *k, int64_t device, int64_t *newest)
{
    uint32_t what = rnd(k, 100);
    if (what < 60) {
        int64_t count = 1 + rnd(k, 12);
        drive(k, device, *newest, count);
        *newest += count;
    } else if (what < 75 && *newest > 0) {
        commit_at(k, device, KIT_TIME_S + rnd(k, (uint32_t)*newest * 10));
    } else if (what < 97) {
        maintain(k);
    } else if (what < 99) {
        k->store->trickle.swept_ms -= k->store->trickle.seal_after_ms;
    } else {
        reopen(k, 1024 + rnd(k, 60000));
    }
}

static void mix(struct kit *k, unsigned rounds)
{
    int64_t newest[DEVICES] = {0};
    for (unsigned round = 0; round < rounds; round++) {
        int64_t d = 1 + rnd(k, DEVICES - 1);
        mix_one(k, d, &newest[d]);
        if (round % 100 == 0) {
            assert_history(k, d);
        }
    }
    seal_all(k);
    assert_all(k, 41);
    reopen(k, 1 << 20);
    assert_all(k, 41);
}

static void any_mixture(void **state)
{
    struct kit *k = *state;
    mix(k, 1500);
}

static void other_mixtures(void **state)
{
    enum { SEEDS = 4 };
    for (uint32_t seed = 2; seed < 2 + SEEDS; seed++) {
        struct kit *k = *state;
        k->seed = seed * 7919;
        mix(k, 500);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KIT(few_fixes_become_an_open_row),
        WITH_KIT(full_ones_become_chunks),
        WITH_KIT(the_journal_is_replayed_onto_what_is_sealed),
        WITH_KIT(memory_stays_within_its_limit),
        WITH_KIT(late_fixes_find_their_chunks),
        WITH_KIT(late_fixes_among_unsealed_ones),
        WITH_KIT(marks_survive_reopening),
        WITH_KIT(many_of_one_second),
        WITH_KIT(any_mixture),
        WITH_KIT(other_mixtures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
