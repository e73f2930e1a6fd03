#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/fair.h"

enum { CAPACITY = 64 };

static const struct fair_options one_at_a_time = {
    .group_running = 1, .capacity = CAPACITY, .shares = {1}};

/* Items are texts; each is the first letter of its own tail. */
static void put_all(struct fair *f, const struct fair_place *place, char *letters)
{
    for (; *letters != '\0'; letters++) {
        assert_true(fair_put(f, place, letters));
    }
}

/* Takes and ends `count` items, one after the other: their letters. */
static void assert_served(struct fair *f, const char *want)
{
    for (; *want != '\0'; want++) {
        struct fair_turn turn;
        assert_true(fair_take(f, &turn));
        assert_int_equal(*(const char *)turn.item, *want);
        (void)fair_end(f, &turn);
    }
}

/* The drawing at the top of fair.c. */
static void test_groups_and_members_have_turns(void **state)
{
    (void)state;
    struct fair *f = fair_new(&one_at_a_time);
    char first[] = "abcdef";
    char second[] = "gh";
    char other[] = "pq";
    put_all(f, &(struct fair_place){0, 7, 70}, first);
    put_all(f, &(struct fair_place){0, 7, 71}, second);
    put_all(f, &(struct fair_place){0, 9, 90}, other);
    assert_int_equal(fair_waiting(f), 10);
    assert_served(f, "apgqbhcdef");
    assert_int_equal(fair_waiting(f), 0);
    fair_free(f);
}

static void test_a_group_runs_so_many(void **state)
{
    (void)state;
    struct fair *f = fair_new(&one_at_a_time);
    char own[] = "ab";
    char other[] = "p";
    struct fair_turn turns[2];
    put_all(f, &(struct fair_place){0, 7, 70}, own);
    assert_true(fair_take(f, &turns[0]));
    assert_false(fair_take(f, &turns[1]));
    put_all(f, &(struct fair_place){0, 9, 90}, other);
    assert_true(fair_take(f, &turns[1]));
    assert_ptr_equal(turns[1].item, other);
    assert_false(fair_end(f, &turns[1]));
    assert_true(fair_end(f, &turns[0])); /* b may run now */
    assert_served(f, "b");
    fair_free(f);
}

/* What goes on comes before what else its member waits for, what begins again behind it. */
static void test_what_ran_waits_again(void **state)
{
    (void)state;
    const struct fair_place place = {0, 7, 70};
    struct fair *f = fair_new(&one_at_a_time);
    char letters[] = "ab";
    struct fair_turn turn;
    put_all(f, &place, letters);
    assert_true(fair_take(f, &turn));
    fair_put_again(f, &place, turn.item, true);
    assert_true(fair_end(f, &turn));
    assert_true(fair_take(f, &turn));
    assert_ptr_equal(turn.item, letters);
    fair_put_again(f, &place, turn.item, false);
    assert_true(fair_end(f, &turn));
    assert_served(f, "ba");
    fair_free(f);
}

/* Wherever it stands, the others keep their order; its place is free again. */
static void test_what_is_removed_is_not_served(void **state)
{
    (void)state;
    const struct fair_place place = {0, 7, 70};
    const struct fair_place beside = {0, 7, 71};
    const struct fair_place other = {0, 9, 90};
    for (size_t i = 0; i < 3; i++) {
        static const char *const left[] = {"bpc", "apc", "apb"};
        struct fair *f = fair_new(&one_at_a_time);
        char letters[] = "abc";
        char alone[] = "x";
        char apart[] = "p";
        put_all(f, &place, letters);
        put_all(f, &beside, alone);
        put_all(f, &other, apart);
        fair_remove(f, &place, &letters[i]);
        fair_remove(f, &beside, alone);
        assert_int_equal(fair_waiting(f), 3);
        assert_served(f, left[i]);
        fair_free(f);
    }
}

/* A group stays while something of it runs, though nothing waits any more. */
static void test_the_last_that_waits_is_removed(void **state)
{
    (void)state;
    const struct fair_place place = {0, 7, 70};
    struct fair *f = fair_new(&one_at_a_time);
    char letters[] = "abc";
    struct fair_turn turn;
    put_all(f, &place, letters);
    assert_true(fair_take(f, &turn));
    fair_remove(f, &place, &letters[2]);
    fair_remove(f, &place, &letters[1]);
    assert_false(fair_end(f, &turn));
    assert_int_equal(fair_waiting(f), 0);
    fair_free(f);
}

/* What is given up makes room for others. */
static void test_a_removed_item_leaves_its_place(void **state)
{
    (void)state;
    const struct fair_place place = {0, 7, 70};
    struct fair *f = fair_new(&one_at_a_time);
    char items[CAPACITY];
    size_t count = 0;
    memset(items, 'x', sizeof(items));
    while (fair_put(f, &place, &items[count])) {
        count++;
    }
    assert_int_equal(count, CAPACITY / 4);
    fair_remove(f, &place, &items[3]);
    assert_true(fair_put(f, &place, &items[count]));
    assert_false(fair_put(f, &place, &items[count + 1]));
    while (fair_waiting(f) > 0) {
        assert_served(f, "x");
    }
    fair_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_and_members_have_turns),
        cmocka_unit_test(test_a_group_runs_so_many),
        cmocka_unit_test(test_what_ran_waits_again),
        cmocka_unit_test(test_what_is_removed_is_not_served),
        cmocka_unit_test(test_the_last_that_waits_is_removed),
        cmocka_unit_test(test_a_removed_item_leaves_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
