#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fuel.h"

enum { T0 = 1700000000, LITRE_ML = 1000, TANK_ML = 400 * LITRE_ML };

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(*seed >> 8) * below >> 24);
}

/* About normal: the sum of twelve even draws, of a deviation of `sigma_ml`. */
static int64_t noise_ml(uint32_t *seed, int64_t sigma_ml)
{
    int64_t sum = 0;
    for (int i = 0; i < 12; i++) {
        sum += draw(seed, 1001);
    }
    return (sum - 6000) * sigma_ml / 1000;
}

static void read_at(struct fuel *f, int64_t after_s, int64_t level_ml)
{
    const struct fuel_reading reading = {T0 + after_s, (uint32_t)level_ml};
    fuel_read(f, &reading, 0);
}

/* Levels one every `step_s`, from `from_ml` to `to_ml` evenly, with noise. */
struct ramp {
    int64_t from_ml;
    int64_t to_ml;
    int64_t seconds;
    int64_t step_s;
    int64_t sigma_ml;
};

static int64_t go(struct fuel *f, int64_t at_s, const struct ramp *ramp, uint32_t *seed)
{
    for (int64_t s = 0; s < ramp->seconds; s += ramp->step_s) {
        int64_t level_ml = ramp->from_ml + (ramp->to_ml - ramp->from_ml) * s / ramp->seconds;
        read_at(f, at_s + s, level_ml + noise_ml(seed, ramp->sigma_ml));
    }
    return at_s + ramp->seconds;
}

static void a_level_settles_as_the_median(void **state)
{
    (void)state;
    struct fuel f = {0};
    assert_int_equal(fuel_settled_ml(&f), 0);
    read_at(&f, 0, 40000);
    assert_int_equal(fuel_settled_ml(&f), 40000);
    read_at(&f, 20, 39000);
    assert_int_equal(fuel_settled_ml(&f), 39500);
    read_at(&f, 40, 1); /* a float that knocks */
    assert_int_equal(fuel_settled_ml(&f), 39000);
    read_at(&f, 180, 38000); /* the first is three minutes old now, and none of them */
    assert_int_equal(fuel_settled_ml(&f), 38000);
    read_at(&f, 3600, 35000);
    assert_int_equal(fuel_settled_ml(&f), 35000);
    assert_int_equal(f.count, 1);
}

static void of_a_slot_the_newest_is_kept(void **state)
{
    (void)state;
    struct fuel often = {0};
    struct fuel seldom = {0};
    for (int64_t s = 0; s < 3600; s++) {
        read_at(&often, s, 50000 - s);
        if ((T0 + s) % FUEL_SLOT_S == FUEL_SLOT_S - 1) {
            read_at(&seldom, s, 50000 - s);
        }
        assert_true(often.count <= FUEL_READINGS_MAX);
    }
    assert_int_equal(fuel_settled_ml(&often), fuel_settled_ml(&seldom));
}

static void a_level_of_zero_is_none(void **state)
{
    (void)state;
    struct fuel f = {0};
    read_at(&f, 0, 0);
    assert_int_equal(f.count, 0);
    read_at(&f, 10, 40000);
    const struct fuel_mark before = fuel_mark(&f);
    read_at(&f, 3600, 0);
    read_at(&f, 7200, 40000);
    assert_int_equal(fuel_used_ml(&before, &f), 0);
    assert_int_equal(f.refuelled_ml, 0);
}

/* The figure: the sum of falls of these readings is 800 l and more. */
static void noise_adds_up_to_nothing(void **state)
{
    (void)state;
    const struct ramp day = {40000, 30000, 28800, 10, 500};
    for (uint32_t seed = 1; seed <= 50; seed++) {
        uint32_t s = seed;
        struct fuel f = {0};
        read_at(&f, -10, day.from_ml);
        const struct fuel_mark before = fuel_mark(&f);
        (void)go(&f, 0, &day, &s);
        assert_int_equal(f.refuelled_ml, 0);
        assert_in_range(fuel_used_ml(&before, &f), 9000, 11000);
    }
}

/* 30 l used, 45 l put in within `pump_s`, 12 l used. */
static void assert_refuel(uint32_t seed, int64_t step_s, int64_t pump_s)
{
    struct fuel f = {0};
    read_at(&f, 0, 40000);
    const struct fuel_mark before = fuel_mark(&f);
    int64_t at_s = go(&f, step_s, &(struct ramp){40000, 10000, 14400, step_s, 300}, &seed);
    at_s = go(&f, at_s, &(struct ramp){10000, 55000, pump_s, step_s, 300}, &seed);
    at_s = go(&f, at_s, &(struct ramp){55000, 55000, 1800, step_s, 300}, &seed);
    const struct fuel filled = f;
    const struct fuel_mark since = fuel_mark(&filled);
    (void)go(&f, at_s, &(struct ramp){55000, 43000, 7200, step_s, 300}, &seed);
    assert_in_range(f.refuelled_ml, 44000, 46500);
    assert_in_range(fuel_used_ml(&before, &f), 41000, 43500);
    assert_int_equal(fuel_used_ml(&before, &filled) + fuel_used_ml(&since, &f),
                     fuel_used_ml(&before, &f)); /* it adds up, whatever the noise */
}

static void a_refuel_counts_over_however_many_readings(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 30; seed++) {
        assert_refuel(seed, 10, 60);
        assert_refuel(seed, 10, 1200);
        assert_refuel(seed, 30, 300);
    }
    struct fuel f = {0}; /* of one reading, after an hour */
    read_at(&f, 0, 10000);
    const struct fuel_mark before = fuel_mark(&f);
    read_at(&f, 3600, 50000);
    read_at(&f, 7200, 48000);
    assert_int_equal(f.refuelled_ml, 40000);
    assert_int_equal(fuel_used_ml(&before, &f), 2000);
}

static void two_refuels_are_two(void **state)
{
    (void)state;
    struct fuel f = {0};
    for (int64_t i = 0; i < 10; i++) {
        read_at(&f, i * 3600, 20000 + (i % 2) * 20000); /* 20 l, 40 l, 20 l ... */
    }
    assert_int_equal(f.refuelled_ml, 5 * 20000);
}

static void less_than_a_twentieth_of_the_tank_is_none(void **state)
{
    (void)state;
    static const struct {
        uint32_t tank_ml;
        uint32_t rise_ml;
        uint64_t refuelled_ml;
    } ways[] = {
        {0, 2999, 0},
        {0, 3000, 3000},
        {TANK_ML, 19999, 0},
        {TANK_ML, 20000, 20000},
        {40 * LITRE_ML, 2000, 2000},
    };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct fuel f = {0};
        const struct fuel_reading low = {T0, 10000};
        const struct fuel_reading high = {T0 + 3600, 10000 + ways[i].rise_ml};
        fuel_read(&f, &low, ways[i].tank_ml);
        fuel_read(&f, &high, ways[i].tank_ml);
        assert_int_equal(f.refuelled_ml, ways[i].refuelled_ml);
    }
}

/* A reading more or less changes nothing for longer than a level takes to settle. */
static void what_is_older_is_forgotten(void **state)
{
    (void)state;
    struct fuel with = {0};
    struct fuel without = {0};
    for (int64_t s = 0; s < 1200; s += 7) {
        read_at(&with, s, 50000 - s);
        if (s != 301) {
            read_at(&without, s, 50000 - s);
        }
        bool is_past = s < 301 || s >= 301 + FUEL_SETTLES_S + FUEL_SLOT_S;
        assert_true(!is_past || fuel_settled_ml(&with) == fuel_settled_ml(&without));
    }
    assert_int_equal(with.count, without.count);
    assert_int_equal(with.turn_ml, without.turn_ml);
    assert_int_equal(with.refuelled_ml, without.refuelled_ml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_settles_as_the_median),
        cmocka_unit_test(of_a_slot_the_newest_is_kept),
        cmocka_unit_test(a_level_of_zero_is_none),
        cmocka_unit_test(noise_adds_up_to_nothing),
        cmocka_unit_test(a_refuel_counts_over_however_many_readings),
        cmocka_unit_test(two_refuels_are_two),
        cmocka_unit_test(less_than_a_twentieth_of_the_tank_is_none),
        cmocka_unit_test(what_is_older_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
