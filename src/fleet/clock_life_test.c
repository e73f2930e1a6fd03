/*
 * Learning over 100,000 device-days of trackers as they live: some are driven for hours and send at
 * once, some sleep and wake up to send what they took, some lose the network and send their memory
 * in a burst, in either order, and some send first in, first out, one old fix for each new one, for
 * days, mostly late by the very hours that would deceive us.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/clock_zone.h"

enum { DEVICES = 2000, DAYS = 50 };
static const int64_t DAY_S = 86400;
static const int64_t HOUR_S = 3600;
static const int64_t BEGIN_S = 1795392000; /* 2026-11-23T00:00:00Z */

enum habit { LIVE, SLEEPER, BURST, BURST_NEWEST_FIRST, FIFO, HABITS };

/* What a fleet may be told, and what its clocks are. */
static const struct make {
    struct clock_basis basis;
    int zone_min;     /* where the basis is right */
    int wrong_min[2]; /* where it is not: candidates, or zones further east */
} makes[] = {
    {{.row_min = 480}, 480, {0, 570}},
    {{.is_told = true, .told_min = 480}, 480, {0, 600}},
    {{.is_told = true, .told_min = 180}, 180, {0, 480}},
    {{.is_told = true, .told_min = -300}, -300, {0, -180}},
    {{.is_told = true, .told_min = 345}, 345, {0, 360}},
    {{0}, 0, {480, 60}},
};
enum { MAKES = sizeof(makes) / sizeof(makes[0]) };

struct life {
    uint64_t seed;
    struct clock_zone zone;
    const struct make *make;
    enum habit habit;
    int zone_min;
    bool forgets; /* what was ruled out */
    uint32_t connection;
    int64_t lag_s; /* of FIFO */
    uint64_t fixes;
    bool is_sure; /* ever */
    int16_t sure_min;
};

/* splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static int64_t within(struct life *l, int64_t min, int64_t max)
{
    return min + (int64_t)(next_random(&l->seed) % (uint64_t)(max - min + 1));
}

static bool happens(struct life *l, int percent)
{
    return within(l, 1, 100) <= percent;
}

static void send(struct life *l, int64_t taken_s, int64_t arrival_s)
{
    clock_zone_observe(&l->zone, &l->make->basis,
                       &(struct clock_observation){.told_s = taken_s + l->zone_min * INT64_C(60),
                                                   .arrival_s = arrival_s,
                                                   .connection = l->connection});
    struct clock_wish wish = clock_zone_wish(&l->zone, &l->make->basis);
    if (wish.is_one && wish.is_sure && !l->is_sure) {
        l->is_sure = true;
        l->sure_min = wish.offset_min;
    }
    l->zone.has_least = l->zone.has_least && !l->forgets;
    l->fixes++;
}

/* The way of one fix through the network; a clock may also be two seconds fast. */
static int64_t latency_s(struct life *l)
{
    return happens(l, 95) ? within(l, -2, 8) : within(l, 8, 50);
}

/* Fixes every `gap_s`, each sent `lag_s` later. */
static void drive(struct life *l, int64_t from_s, int64_t length_s, int64_t gap_s, int64_t lag_s)
{
    for (int64_t t = from_s; t < from_s + length_s; t += gap_s) {
        send(l, t, t + lag_s + latency_s(l));
    }
}

/* The same fixes, sent when the network is back, some a second. */
static void burst(struct life *l, int64_t from_s, int64_t length_s, int64_t gap_s, int64_t at_s)
{
    int64_t count = length_s / gap_s;
    for (int64_t i = 0; i < count; i++) {
        int64_t n = l->habit == BURST ? i : count - 1 - i;
        send(l, from_s + n * gap_s, at_s + i / 4 + within(l, 0, 2));
    }
}

/* A backlog that begins: mostly of the hours by which a clock could be wrong. */
static int64_t new_lag_s(struct life *l)
{
    int64_t hours = l->make->zone_min / 60;
    if (hours > 0 && happens(l, 80)) {
        return l->make->zone_min * INT64_C(60) + within(l, -40, 60);
    }
    return within(l, 600, 20 * HOUR_S);
}

static void live_fifo(struct life *l, int64_t from_s, int64_t length_s, int64_t gap_s)
{
    if (l->lag_s == 0 && happens(l, 30)) {
        l->lag_s = new_lag_s(l);
    } else if (happens(l, 5)) {
        l->lag_s = 0; /* caught up */
    }
    drive(l, from_s, length_s, gap_s, l->lag_s);
}

static void live_hours(struct life *l, int64_t from_s)
{
    int64_t length_s = within(l, 300, 3600);
    int64_t gap_s = within(l, 20, 120);
    l->connection += happens(l, 80) ? 1 : 0;
    switch (l->habit) {
    case LIVE:
        drive(l, from_s, length_s, gap_s, 0);
        break;
    case SLEEPER: /* wakes up now and then, and sends what it took since */
        for (int64_t t = from_s; t < from_s + 4 * HOUR_S; t += HOUR_S) {
            send(l, t, from_s + 4 * HOUR_S + within(l, 0, 60));
        }
        break;
    case BURST:
    case BURST_NEWEST_FIRST:
        drive(l, from_s, length_s / 2, gap_s, 0);
        burst(l, from_s + length_s / 2, length_s, gap_s, from_s + within(l, 2, 9) * HOUR_S);
        break;
    default:
        live_fifo(l, from_s, length_s, gap_s);
    }
}

static void live_days(struct life *l, int days)
{
    send(l, BEGIN_S - 600, BEGIN_S - 600 + latency_s(l)); /* new, with nothing to keep yet */
    for (int day = 0; day < days; day++) {
        int64_t from_s = BEGIN_S + day * DAY_S;
        live_hours(l, from_s + within(l, 0, 6 * HOUR_S));
        if (happens(l, 70)) {
            live_hours(l, from_s + within(l, 14 * HOUR_S, 18 * HOUR_S));
        }
    }
}

static struct life life_of(size_t number)
{
    return (struct life){.seed = number * 7919,
                         .make = &makes[number % MAKES],
                         .habit = (enum habit)(number / MAKES % HABITS),
                         .zone_min = makes[number % MAKES].zone_min};
}

static void no_right_clock_is_corrected(void **state)
{
    (void)state;
    uint64_t fixes = 0;
    for (size_t i = 0; i < DEVICES; i++) {
        struct life l = life_of(i);
        live_days(&l, DAYS);
        assert_false(l.is_sure);
        fixes += l.fixes;
    }
    assert_true(fixes > UINT64_C(5000000));
}

/*
 * These lives do tempt: without the memory of what a fix ruled out, backlogs of just those hours
 * would be taken for zones.
 */
static void the_lives_would_deceive_one_who_forgets(void **state)
{
    (void)state;
    size_t deceived = 0;
    for (size_t i = 0; i < DEVICES / 10; i++) {
        struct life l = life_of(i);
        l.forgets = true;
        live_days(&l, DAYS);
        deceived += l.is_sure;
    }
    assert_true(deceived >= 5);
}

/* Wrong clocks of those that send at once, or now and then. */
static void wrong_clocks_are_found(void **state)
{
    (void)state;
    size_t found = 0;
    size_t count = 0;
    for (size_t i = 0; i < DEVICES / 5; i++) {
        struct life l = life_of(i);
        l.zone_min = l.make->wrong_min[i % 2];
        if (l.habit == FIFO || l.habit == SLEEPER) {
            continue;
        }
        live_days(&l, DAYS);
        count++;
        found += l.is_sure && l.sure_min == l.zone_min;
    }
    assert_true(count > 100);
    assert_int_equal(found, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_right_clock_is_corrected),
        cmocka_unit_test(the_lives_would_deceive_one_who_forgets),
        cmocka_unit_test(wrong_clocks_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
