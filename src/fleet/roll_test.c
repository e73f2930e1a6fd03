#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/roll.h"

enum { MANY = 5000, STEP = 1777 /* which has no factor in common with MANY */ };

static int compare(const void *a, const void *b)
{
    const int *x = a;
    const int *y = b;
    return (*x > *y) - (*x < *y);
}

/* A roll of 0, 2, 4 and so on, put in out of order; they stand in `numbers`. */
static struct roll *even_numbers(int numbers[MANY])
{
    struct roll *r = roll_new(compare);
    for (int i = 0; i < MANY; i++) {
        numbers[i] = 2 * i;
    }
    for (int i = 0; i < MANY; i++) {
        roll_insert(r, &numbers[i * STEP % MANY]);
    }
    return r;
}

static void assert_next(const struct roll *r, struct roll_place *place, int number)
{
    const int *next = roll_next(r, place);
    assert_non_null(next);
    assert_int_equal(*next, number);
}

static void items_come_in_order(void **state)
{
    (void)state;
    int numbers[MANY];
    struct roll *r = even_numbers(numbers);
    assert_int_equal(roll_count(r), MANY);
    struct roll_place place = roll_first();
    for (int i = 0; i < MANY; i++) {
        assert_next(r, &place, 2 * i);
    }
    assert_null(roll_next(r, &place));
    assert_null(roll_next(r, &place));
    roll_insert(r, &numbers[7]); /* again */
    assert_int_equal(roll_count(r), MANY);
    roll_free(r);
}

static void a_list_goes_on_behind_any_item(void **state)
{
    (void)state;
    int numbers[MANY];
    struct roll *r = even_numbers(numbers);
    for (int number = -1; number < 2 * MANY - 2; number++) {
        struct roll_place place = roll_behind(r, &number);
        assert_next(r, &place, number < 0 ? 0 : number / 2 * 2 + 2);
    }
    struct roll_place last = roll_behind(r, &(int){2 * MANY - 2});
    assert_null(roll_next(r, &last));
    roll_free(r);
}

static void what_is_taken_out_is_gone(void **state)
{
    (void)state;
    int numbers[MANY];
    struct roll *r = even_numbers(numbers);
    roll_remove(r, &(int){3}); /* not there */
    for (int i = 0; i < MANY; i++) {
        int number = i * STEP % MANY;
        if (number % 3 != 0) {
            roll_remove(r, &numbers[number]);
            roll_remove(r, &numbers[number]);
        }
    }
    struct roll_place place = roll_first();
    for (int i = 0; i < MANY; i += 3) {
        assert_next(r, &place, 2 * i);
    }
    assert_null(roll_next(r, &place));
    for (int i = 0; i < MANY; i++) {
        roll_remove(r, &numbers[i]);
    }
    assert_int_equal(roll_count(r), 0);
    place = roll_behind(r, &numbers[0]);
    assert_null(roll_next(r, &place));
    roll_insert(r, &numbers[1]);
    place = roll_first();
    assert_next(r, &place, 2);
    roll_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_in_order),
        cmocka_unit_test(a_list_goes_on_behind_any_item),
        cmocka_unit_test(what_is_taken_out_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
