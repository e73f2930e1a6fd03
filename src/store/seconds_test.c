/* Seconds with several fixes: whatever order these come in, they are stored and folded in one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/events_testing.h"

enum { EVENTS_MIN = 150 };

/* Puts the fixes from `from` to before `to`, which are of one second, into their order. */
static void order_second(struct yard *y, size_t from, size_t to)
{
    for (size_t i = from + 1; i < to; i++) {
        const struct fix kept = y->track[i];
        size_t k = i;
        while (k > from && fix_order(&y->track[k - 1], NO_EXTRAS, &kept, NO_EXTRAS) > 0) {
            y->track[k] = y->track[k - 1];
            k--;
        }
        y->track[k] = kept;
    }
}

/* Every fifth fix is of the second of the one before; some are late, in `has` those that are not.
 */
static size_t make_pairs(struct yard *y, size_t order[YARD_FIXES], bool has[YARD_FIXES])
{
    size_t n = 0;
    for (size_t i = 0; i < YARD_FIXES; i++) {
        if (i % 5 == 0 && i > 0) {
            fix_set_time(&y->track[i], y->track[i - 1].gps_time_s);
            order_second(y, i - 1, i + 1);
        }
        has[i] = i % 10 != 7;
        order[n] = i;
        n += has[i] ? 1 : 0;
    }
    return n;
}

/* All but the last piece are sealed. */
static void send_pieces(struct yard *y, const size_t *order, size_t n)
{
    enum { MOST = 120 };
    for (size_t i = 0; i < n;) {
        size_t count = 1 + rnd(&y->kit, MOST);
        count = count < n - i ? count : n - i;
        yard_send(y, &order[i], count, 9);
        i += count;
        if (i < n) {
            yard_seal(y);
        }
    }
}

/* Rows, and the tail behind them, begin and end amid seconds of which there are several fixes. */
static void seconds_that_rows_divide_are_the_same(void **state)
{
    struct yard *y = *state;
    size_t order[YARD_FIXES];
    bool has[YARD_FIXES];
    send_pieces(y, order, make_pairs(y, order, has));
    (void)yard_assert_right(y, has);
    for (size_t i = 0; i < 60; i++) { /* anywhere, and every other time one near the end, too */
        yard_send_one_late(y, (size_t)10 * rnd(&y->kit, YARD_FIXES / 10) + 7, has);
        if (i % 2 == 1) {
            yard_send_one_late(y, YARD_FIXES - 3 - (size_t)10 * rnd(&y->kit, 5), has);
        }
        yard_settle(y);
        (void)yard_assert_right(y, has);
        if (i % 7 == 6) {
            yard_seal(y);
        }
    }
}

/*
 * Seconds of one to four fixes: with lock and without, of cells and without a position, with alarms
 * that another one of the second says are over. Half of the fixes are there as they were sent, in
 * random pieces of which some are shuffled; the others follow, one by one.
 */
static void make_seconds(struct yard *y)
{
    size_t from = 0;
    for (size_t i = 1; i <= YARD_FIXES; i++) {
        if (i < YARD_FIXES && i - from < 4 && rnd(&y->kit, 4) > 0) {
            fix_set_time(&y->track[i], y->track[from].gps_time_s);
            y->track[i].rcv_time_s = y->track[from].gps_time_s + (int64_t)rnd(&y->kit, 60);
            y->track[i].source = rnd(&y->kit, 3) == 0 ? FIX_LBS : FIX_GPS;
            continue;
        }
        order_second(y, from, i);
        from = i;
    }
}

static void seconds_come_to_the_same_in_any_order(void **state)
{
    enum { SOME = 20, ALL = 400 };
    struct yard *y = *state;
    size_t order[YARD_FIXES];
    bool has[YARD_FIXES] = {false};
    make_seconds(y);
    yard_in_order(order);
    for (size_t at = 0; at < YARD_FIXES; at += SOME) {
        yard_shuffle(&y->kit, &order[at], SOME);
        yard_send(y, &order[at], SOME / 2, 1 + rnd(&y->kit, 9));
        for (size_t i = at; i < at + SOME / 2; i++) {
            has[order[i]] = true;
        }
        if (at % ALL == 0) {
            yard_settle(y);
            (void)yard_assert_right(y, has);
            yard_seal(y);
        }
    }
    for (size_t at = YARD_FIXES; at > 0; at -= SOME) {
        for (size_t i = at - SOME / 2; i < at; i++) {
            yard_send_one_late(y, order[i], has);
        }
        if (at % ALL == 0) {
            yard_settle(y);
            (void)yard_assert_right(y, has);
            yard_seal(y);
        }
    }
    yard_settle(y);
    assert_true(yard_assert_right(y, NULL) > EVENTS_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_YARD(seconds_that_rows_divide_are_the_same),
        IN_YARD(seconds_come_to_the_same_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
