/* Walks over made histories: whatever was driven, the kinds of spans agree about it. */
#include "fleet/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fold_fixture.h"
#include "fleet/walk_testing.h"

enum { FIXES = 1500, ROUNDS = 40, SEEDS = 12 };

static uint64_t draw(uint64_t *seed, uint64_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (*seed >> 33) % below;
}

/* A life in spells of driving, standing and sleeping, told as trackers tell it. */
struct life {
    uint64_t seed;
    int64_t time_s;
    int64_t metres;
    bool tells_ignition;
    bool is_on;
    uint32_t speed_kmh;
    int64_t every_s;
    size_t left; /* fixes of the spell */
};

static void begin_spell(struct life *life)
{
    static const int64_t every_s[] = {1, 10, 30, 55, 400};
    uint64_t what = draw(&life->seed, 10);
    life->left = 1 + draw(&life->seed, 40);
    life->every_s = every_s[draw(&life->seed, 5)];
    life->speed_kmh = what < 5 ? 6 + (uint32_t)draw(&life->seed, 90) : 0;
    life->is_on = what < 8;
    if (what == 9) {
        life->time_s += (int64_t)draw(&life->seed, 90000); /* asleep, or towed */
        life->metres += (int64_t)draw(&life->seed, 2) * 3000;
    }
}

static struct fix live_on(struct life *life)
{
    if (life->left-- == 0) {
        begin_spell(life);
    }
    life->time_s += draw(&life->seed, 12) == 0 ? 0 : life->every_s; /* some share a second */
    life->metres += (int64_t)life->speed_kmh * life->every_s * 10 / 36;
    uint64_t oddity = draw(&life->seed, 20);
    struct fix f = at(life->time_s, life->metres, life->speed_kmh);
    if (oddity == 0) {
        f = bare(life->time_s, FIX_HEARTBEAT);
    } else if (oddity == 1) {
        f.source = FIX_LBS;
        f.flags &= ~(uint32_t)FIX_VALID;
        f.has &= ~(uint32_t)FIX_HAS_SPEED;
        f.speed_kmh_e2 = 0;
    } else if (oddity == 2) {
        f.flags &= ~(uint32_t)FIX_VALID;
    }
    return life->tells_ignition ? with_ignition(f, life->is_on) : f;
}

static void spans_of_a_random_life_add_up(void **state)
{
    (void)state;
    struct fix *fixes = g_new(struct fix, FIXES);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct life life = {.seed = seed, .tells_ignition = seed % 3 != 0};
        for (size_t i = 0; i < FIXES; i++) {
            fixes[i] = live_on(&life);
        }
        const struct history history = {fixes, FIXES,
                                        T0 + life.time_s + (int64_t)draw(&life.seed, 3000)};
        assert_walks_agree(&history, ROUNDS, seed);
    }
    g_free(fixes);
}

/* It reads no further behind the range than it has to. */
static void a_walk_ends_soon_behind_its_range(void **state)
{
    (void)state;
    struct fix *fixes = g_new(struct fix, FIXES);
    for (int64_t i = 0; i < FIXES; i++) {
        bool is_driven = i >= 100 && i < 200;
        fixes[i] = at(i * 10,
                      is_driven ? (i - 100) * 100
                      : i < 100 ? 0
                                : 10000,
                      is_driven ? 36 : 0);
    }
    const struct history history = {fixes, FIXES, T0 + FIXES * 10};
    struct walk_options options = {.stop_s = TRIPS_STOP_S, .range = {T0 + 500, T0 + 900}};
    struct told told = {0};
    assert_in_range(walk_history(&history, options, 0, &told), 60, 73);
    assert_int_equal(told.count, 0);
    options.range.to_s = T0 + 1500; /* in the trip, which is read to where its end is proved */
    assert_in_range(walk_history(&history, options, 0, &told), 180, 213);
    assert_int_equal(told.count, 1);
    told_clear(&told);
    g_free(fixes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_of_a_random_life_add_up),
        cmocka_unit_test(a_walk_ends_soon_behind_its_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
