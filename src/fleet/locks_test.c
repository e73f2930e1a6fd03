/*
 * Events of locks: which reports tell one, of one lock and of several.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/locks.h"

/* What a report of the device's own lock tells. */
static size_t step(struct locks *locks, enum fix_lock event)
{
    struct lock_event out[LOCK_EVENTS_MAX];
    struct fix f = {0};
    if (event != FIX_LOCK_NONE) {
        fix_set_lock(&f, event);
    }
    size_t count = locks_step(locks, &f, (struct bytes){0}, out);
    assert_true(count <= 1);
    if (count > 0) {
        assert_int_equal(out[0].event, event);
        assert_int_equal(out[0].number, 0);
    }
    return count;
}

static void test_a_state_counts_when_it_changes(void **state)
{
    (void)state;
    struct locks locks = {0};
    assert_int_equal(step(&locks, FIX_LOCK_NONE), 0);
    assert_int_equal(step(&locks, FIX_LOCK_LOCKED_IN), 1);
    assert_int_equal(step(&locks, FIX_LOCK_LOCKED_IN), 0);
    assert_int_equal(step(&locks, FIX_LOCK_NONE), 0);
    assert_int_equal(step(&locks, FIX_LOCK_LOCKED_IN), 0);
    assert_int_equal(step(&locks, FIX_LOCK_UNLOCKED_OUT), 1);
    assert_int_equal(step(&locks, FIX_LOCK_LOCKED_IN), 1);
}

static void test_what_happens_counts_each_time(void **state)
{
    (void)state;
    struct locks locks = {0};
    assert_int_equal(step(&locks, FIX_LOCK_LOCKED_IN), 1);
    assert_int_equal(step(&locks, FIX_LOCK_WRONG_PASSWORD), 1);
    assert_int_equal(step(&locks, FIX_LOCK_WRONG_PASSWORD), 1);
    assert_int_equal(step(&locks, FIX_LOCK_LOCKED_IN), 0);
    assert_int_equal(step(&locks, FIX_LOCK_UNLOCKED_BY_CARD), 1);
    assert_int_equal(step(&locks, FIX_LOCK_LOCKED_IN), 1);
}

static void test_every_wording_is_an_event(void **state)
{
    (void)state;
    for (int i = FIX_LOCK_NONE + 1; i < FIX_LOCK_COUNT; i++) {
        struct locks locks = {0};
        assert_int_equal(step(&locks, (enum fix_lock)i), 1);
    }
}

static struct bytes pack(struct arena *arena, const char *const texts[3])
{
    struct extras x;
    extras_init(&x, arena);
    for (unsigned i = 0; i < 3; i++) {
        extras_set_text(&x, EXTRA_LOCK_EVENT, i, bytes_of_text(texts[i]));
    }
    return extras_pack(&x);
}

static void test_several_locks_have_numbers(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct locks locks = {0};
    struct lock_event out[LOCK_EVENTS_MAX];
    struct fix f = {0};
    fix_set_lock(&f, FIX_LOCK_OFF);
    static const char *const both[] = {"", "lock off", "lock on"};
    assert_int_equal(locks_step(&locks, &f, pack(&arena, both), out), 2);
    assert_int_equal(out[0].event, FIX_LOCK_OFF);
    assert_int_equal(out[0].number, 1);
    assert_int_equal(out[1].event, FIX_LOCK_ON);
    assert_int_equal(out[1].number, 2);
    static const char *const second[] = {"", "lock off", "lock off"};
    assert_int_equal(locks_step(&locks, &f, pack(&arena, second), out), 1);
    assert_int_equal(out[0].number, 2);
    arena_free(&arena);
}

static void test_one_numbered_lock_needs_none(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct locks locks = {0};
    struct lock_event out[LOCK_EVENTS_MAX];
    struct fix f = {0};
    fix_set_lock(&f, FIX_LOCK_OFF);
    static const char *const one[] = {"", "lock off", ""};
    assert_int_equal(locks_step(&locks, &f, pack(&arena, one), out), 1);
    assert_int_equal(out[0].event, FIX_LOCK_OFF);
    assert_int_equal(out[0].number, 0);
    arena_free(&arena);
}

static void test_a_report_may_say_two_things_of_its_own_lock(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct locks locks = {0};
    struct lock_event out[LOCK_EVENTS_MAX];
    struct fix f = {0};
    fix_set_lock(&f, FIX_LOCK_CUT);
    static const char *const also[] = {"Locked & Pole/Rope in Lock", "", ""};
    assert_int_equal(locks_step(&locks, &f, pack(&arena, also), out), 2);
    assert_int_equal(out[0].event, FIX_LOCK_CUT);
    assert_int_equal(out[1].event, FIX_LOCK_LOCKED_IN);
    assert_int_equal(locks_step(&locks, &f, pack(&arena, also), out), 1);
    static const char *const strange[] = {"no such wording", "", ""};
    f.lock = FIX_LOCK_NONE;
    assert_int_equal(locks_step(&locks, &f, pack(&arena, strange), out), 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_state_counts_when_it_changes),
        cmocka_unit_test(test_what_happens_counts_each_time),
        cmocka_unit_test(test_every_wording_is_an_event),
        cmocka_unit_test(test_several_locks_have_numbers),
        cmocka_unit_test(test_one_numbered_lock_needs_none),
        cmocka_unit_test(test_a_report_may_say_two_things_of_its_own_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
