/* Refuels and drains, as records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fleet/watch_testing.h"

static const int64_t step_s = 30;

static struct scene *tank_scene(uint32_t tank_ml)
{
    struct scene *s = scene_new();
    s->terms[0].tank_ml = tank_ml;
    return s;
}

static struct fix with_fuel(struct fix f, uint64_t fuel_ml)
{
    fix_set_fuel_ml(&f, fuel_ml);
    return f;
}

/* Stands from one time to another with the level going evenly from one to the other. */
static void stand(struct scene *s, int64_t from_s, int64_t to_s, const int64_t ml[2])
{
    for (int64_t t = from_s; t < to_s; t += step_s) {
        int64_t level_ml = ml[0] + (ml[1] - ml[0]) * (t - from_s) / (to_s - from_s);
        scene_step(s, with_ignition(with_fuel(at(t, 0, 0), (uint64_t)level_ml), false));
    }
}

static void a_refuel_is_one_record(void **state)
{
    (void)state;
    struct scene *s = tank_scene(100000);
    stand(s, 0, 600, (const int64_t[]){40000, 40000});
    stand(s, 600, 780, (const int64_t[]){40000, 90000});
    scene_told(s, "");
    stand(s, 780, 1500, (const int64_t[]){90000, 90000});
    assert_non_null(strstr(s->text, "+REFUEL@"));
    assert_null(strstr(strstr(s->text, "+REFUEL@") + 1, "+REFUEL@"));
    assert_in_range(s->last.value, 49000, 50000);
    assert_in_range(s->last.since_s, T0 + 600, T0 + 780);
    assert_in_range(s->last.decided_s, T0 + 780, T0 + 1200);
    assert_false(s->last.is_alarm);
    scene_free(s);
}

static void a_drain_is_an_alarm_while_it_goes_on(void **state)
{
    (void)state;
    struct scene *s = tank_scene(100000);
    stand(s, 0, 600, (const int64_t[]){60000, 60000});
    stand(s, 600, 1200, (const int64_t[]){60000, 30000});
    assert_non_null(strstr(s->text, "+FUEL_DRAIN@"));
    assert_in_range(s->last.value, 5000, 7000);
    assert_null(strstr(s->text, "-FUEL_DRAIN"));
    stand(s, 1200, 2400, (const int64_t[]){30000, 30000});
    assert_non_null(strstr(s->text, "-FUEL_DRAIN@"));
    assert_null(strstr(strstr(s->text, "+FUEL_DRAIN@") + 1, "+FUEL_DRAIN"));
    scene_free(s);
}

/* What goes while the vehicle drives or idles was used. */
static void what_is_used_is_no_drain(void **state)
{
    (void)state;
    struct scene *s = tank_scene(100000);
    for (int64_t i = 0; i < 240; i++) {
        struct fix f = with_fuel(at(i * step_s, i * 400, 50), (uint64_t)(60000 - i * 100));
        scene_step(s, with_ignition(f, true));
    }
    for (int64_t i = 240; i < 400; i++) {
        struct fix f =
            with_fuel(at(i * step_s, (int64_t)240 * 400, 0), (uint64_t)(60000 - i * 100));
        scene_step(s, with_ignition(f, true));
    }
    scene_told(s, "");
    scene_free(s);
}

/* Half of the threshold, or noise around a level, is nothing. */
static void little_is_nothing(void **state)
{
    (void)state;
    struct scene *s = tank_scene(100000);
    for (int64_t i = 0; i < 500; i++) {
        uint64_t noise_ml = (uint64_t)(i * 7919 % 41) * 100;
        struct fix f = with_fuel(at(i * step_s, 0, 0), 50000 + noise_ml);
        scene_step(s, with_ignition(f, false));
    }
    stand(s, 500 * step_s, 500 * step_s + 600, (const int64_t[]){52000, 50000});
    scene_told(s, "");
    scene_free(s);
}

/* The tank decides what is much: 4 l are a drain of 60 l, and none of 400 l. */
static void the_tank_decides(void **state)
{
    (void)state;
    static const struct {
        uint32_t tank_ml;
        bool is_drain;
    } tanks[] = {{0, true}, {60000, true}, {79000, true}, {400000, false}};
    for (size_t i = 0; i < sizeof(tanks) / sizeof(tanks[0]); i++) {
        struct scene *s = tank_scene(tanks[i].tank_ml);
        stand(s, 0, 600, (const int64_t[]){40000, 40000});
        stand(s, 600, 900, (const int64_t[]){36000, 36000});
        assert_int_equal(strstr(s->text, "+FUEL_DRAIN@") != NULL, tanks[i].is_drain);
        scene_free(s);
    }
}

static void driving_away_ends_a_drain(void **state)
{
    (void)state;
    struct scene *s = tank_scene(100000);
    stand(s, 0, 600, (const int64_t[]){60000, 60000});
    stand(s, 600, 900, (const int64_t[]){50000, 50000});
    assert_null(strstr(s->text, "-FUEL_DRAIN"));
    scene_step(s, with_ignition(with_fuel(at(900, 0, 0), 50000), true));
    assert_non_null(strstr(s->text, "-FUEL_DRAIN@900"));
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refuel_is_one_record),
        cmocka_unit_test(a_drain_is_an_alarm_while_it_goes_on),
        cmocka_unit_test(what_is_used_is_no_drain),
        cmocka_unit_test(little_is_nothing),
        cmocka_unit_test(the_tank_decides),
        cmocka_unit_test(driving_away_ends_a_drain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
