/*
 * Geofences and groups that change while a device is watched: nobody is moved, and from the change
 * on all is as if it had always been so. And a fold that is cut anywhere goes on as if it had not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fleet/watch_private.h"
#include "fleet/watch_testing.h"

static int64_t inside_since_s(const struct scene *s, uint32_t id)
{
    const struct watch_entry *e = watch_look(&s->state.watch, WATCH_INSIDE, id);
    assert_non_null(e);
    assert_int_equal(e->phase, WATCH_OPEN);
    return e->since_s - T0;
}

static void one_that_is_drawn_around_a_standing_vehicle(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_band(s, 7, 1000, 2000)->from_s = T0 + 15;
    scene_draw(s);
    scene_step(s, at(0, 1500, 0));
    scene_step(s, at(10, 1500, 0));
    assert_int_equal(s->state.watch.count, 0);
    scene_step(s, bare(20, FIX_HEARTBEAT)); /* whatever the report */
    assert_int_equal(inside_since_s(s, 7), 15);
    scene_told(s, "");
    scene_step(s, at(30, 1500, 36));
    scene_step(s, at(50, 2500, 36));
    scene_told(s, "+GEOFENCE_LEAVE:7@40");
    scene_free(s);
}

/* It drove on before the change: it is where it was seen last, and crosses from there. */
static void a_change_under_way_is_judged_from_the_last_place(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_band(s, 7, 1000, 2000)->from_s = T0 + 5;
    scene_draw(s);
    scene_step(s, at(0, 900, 36));
    scene_step(s, at(10, 1100, 36));
    scene_told(s, "+GEOFENCE_ENTER:7@5");
    scene_free(s);
}

static void one_that_is_deleted_leaves_no_record(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_band(s, 7, 1000, 2000)->until_s = T0 + 15;
    scene_draw(s);
    scene_step(s, at(0, 900, 36));
    scene_step(s, at(10, 1100, 36));
    scene_told(s, "+GEOFENCE_ENTER:7@5");
    scene_step(s, at(20, 2500, 36));
    scene_told(s, "-GEOFENCE_ENTER:7@20");
    assert_int_equal(s->state.watch.count, 0);
    scene_free(s);
}

/* The last versions have expired: it is in nothing. */
static void without_geofences_it_is_in_none(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_band(s, 7, 1000, 2000);
    scene_draw(s);
    scene_step(s, at(0, 1500, 36));
    scene_step(s, at(10, 1500, 36));
    fences_free(s->rules.fences);
    s->rules.fences = NULL;
    s->text[0] = '\0';
    scene_step(s, at(20, 1500, 36));
    scene_told(s, "");
    assert_int_equal(s->state.watch.count, 0);
    scene_free(s);
}

static void one_that_is_moved_takes_and_leaves_nobody(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_band(s, 7, 1000, 2000)->until_s = T0 + 15;
    scene_band(s, 7, 3000, 4000)->from_s = T0 + 15;
    scene_band(s, 8, 1000, 2000)->until_s = T0 + 15;
    scene_band(s, 8, 900, 2100)->from_s = T0 + 15;
    scene_draw(s);
    scene_step(s, at(0, 1500, 0));
    scene_step(s, at(10, 1500, 0));
    scene_told(s, "+GEOFENCE_ENTER:7@0 +GEOFENCE_ENTER:8@0 -GEOFENCE_ENTER:8@10 "
                  "-GEOFENCE_ENTER:7@10");
    scene_step(s, at(20, 1500, 0));
    scene_told(s, "");
    assert_false(scene_is_inside(s, 7));
    assert_int_equal(inside_since_s(s, 8), 0); /* its stay goes on */
    scene_free(s);
}

static void a_change_of_group_moves_nobody(void **state)
{
    (void)state;
    static const int64_t first[] = {70};
    static const int64_t second[] = {71};
    struct scene *s = scene_new();
    for (uint32_t id = 1; id <= 2; id++) {
        struct fence_term *t = scene_band(s, id, 1000, 2000);
        t->group_ids = id == 1 ? first : second;
        t->group_count = 1;
    }
    scene_draw(s);
    s->terms[0].group_id = 70;
    s->terms[1] = (struct fold_term){.from_s = T0 + 15, .group_id = 71};
    s->terms[2] = (struct fold_term){.from_s = T0 + 25};
    s->rules.term_count = 3;
    scene_step(s, at(0, 1500, 0));
    scene_step(s, at(10, 1500, 0));
    scene_told(s, "+GEOFENCE_ENTER:1@0 -GEOFENCE_ENTER:1@10");
    scene_step(s, at(20, 1500, 0));
    assert_false(scene_is_inside(s, 1));
    assert_int_equal(inside_since_s(s, 2), 15);
    scene_step(s, at(30, 1500, 0));
    assert_int_equal(s->state.watch.count, 0);
    scene_told(s, "");
    scene_free(s);
}

/* Several changes between two fixes: each is adopted at its own time. */
static void every_change_between_two_fixes_counts(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    struct fence_term *t = scene_band(s, 7, 1000, 2000);
    t->from_s = T0 + 11;
    t->until_s = T0 + 12;
    scene_band(s, 7, 1000, 2000)->from_s = T0 + 14;
    scene_band(s, 8, 1000, 2000)->from_s = T0 + 13;
    scene_draw(s);
    scene_step(s, at(0, 1500, 0));
    scene_step(s, at(10, 1500, 0));
    scene_step(s, at(20, 1500, 0));
    assert_int_equal(inside_since_s(s, 7), 14);
    assert_int_equal(inside_since_s(s, 8), 13);
    scene_told(s, "");
    scene_free(s);
}

/* Adopted by upkeep before the next fix, or with it: the same. */
static void adopting_twice_is_adopting_once(void **state)
{
    (void)state;
    struct fold_state after[2];
    for (int early = 0; early < 2; early++) {
        struct scene *s = scene_new();
        scene_band(s, 7, 1000, 2000)->from_s = T0 + 15;
        scene_draw(s);
        scene_step(s, at(0, 1500, 0));
        if (early == 1) {
            struct watch_step step = {.state = &s->state};
            watch_adopt(&step, &s->rules, T0 + 15);
            assert_int_equal(inside_since_s(s, 7), 15);
        }
        scene_step(s, at(20, 1500, 0));
        scene_told(s, "");
        after[early] = s->state;
        scene_free(s);
    }
    assert_true(fold_has_met(&after[0], &after[1]));
    assert_int_equal(after[0].watch.at[0].since_s, after[1].watch.at[0].since_s);
}

/* ---- cut anywhere ---- */

/* A generator of our own, so that a failure can be repeated (Marsaglia, xorshift64). */
static uint32_t any(uint64_t *seed, uint32_t most)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 32) % (most + 1);
}

/* A report of a wanderer: mostly a fix near the last place; gaps, alarms, batteries, cells. */
static struct fix wander(uint64_t *seed, int64_t *after_s, int64_t *metres)
{
    *after_s += any(seed, 40) == 0 ? 700 + any(seed, 3000) : any(seed, 20);
    *metres += (int64_t)any(seed, 300) - 140;
    *metres = *metres < 0 ? 0 : *metres > 4000 ? 4000 : *metres;
    struct fix f = at(*after_s, *metres, any(seed, 130));
    f = any(seed, 9) == 0 ? lbs(f) : any(seed, 19) == 0 ? bare(*after_s, FIX_HEARTBEAT) : f;
    f.alarms = any(seed, 7) == 0 ? any(seed, UINT32_MAX - 1) & any(seed, UINT32_MAX - 1) &
                                       ((UINT32_C(1) << ALARM_COUNT) - 1)
                                 : 0;
    if (any(seed, 3) != 0) {
        fix_set_alarms_told(&f, any(seed, 2) == 0 ? 0 : f.alarms | any(seed, UINT32_MAX - 1));
    }
    fix_set_battery_percent(&f, any(seed, 40));
    fix_set_temperature(&f, any(seed, 2), (int64_t)any(seed, 4000) - 2000);
    return any(seed, 5) == 0 ? with_ignition(f, any(seed, 1) == 0) : f;
}

static struct scene *wanderers_scene(void)
{
    static const int64_t group[] = {70};
    struct scene *s = scene_new();
    for (uint32_t id = 1; id <= 30; id++) {
        struct fence_term *t = scene_band(s, id, INT64_C(100) * id, INT64_C(113) * id);
        t->dwell_s = id % 3 == 0 ? id * 5 : 0;
        t->alarm_on = id % 4;
        t->hysteresis_m = id % 5 == 0 ? 60 : 0;
        t->from_s = id % 7 == 0 ? T0 + INT64_C(100) * id : INT64_MIN;
        t->until_s = id % 11 == 0 ? T0 + INT64_C(200) * id : INT64_MAX;
        t->group_ids = group;
        t->group_count = id % 6 == 0;
    }
    scene_draw(s);
    s->limits = (struct fold_limits){.overspeed_kmh_e2 = 9000,
                                     .overspeed_s = 15,
                                     .displacement_m = 150,
                                     .fatigue_s = 600,
                                     .low_battery_percent = 10,
                                     .has_bounds = true};
    for (size_t i = 0; i < FIX_TEMPERATURES_MAX; i++) {
        s->limits.temperatures[i] = (struct fold_bounds){-1000, 1000};
    }
    s->terms[1] = (struct fold_term){.from_s = T0 + 2000, .group_id = 70, .limits = &s->limits};
    s->terms[2] = (struct fold_term){.from_s = T0 + 6000, .group_id = 0, .limits = &s->limits};
    s->rules.term_count = 3;
    return s;
}

static void repack(struct fold_state *state)
{
    uint8_t room[PACK_STATE_MAX];
    struct writer w = writer_init(room, sizeof(room));
    pack_state(&w, state);
    assert_int_equal(unpack_state(writer_bytes(&w), state), ERR_OK);
}

/* Its state packed and unpacked between any two fixes tells the same and ends the same. */
static void a_fold_goes_on_from_its_packed_state(void **state)
{
    enum { ROUNDS = 30, FIXES = 400 };
    (void)state;
    size_t told = 0;
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        struct scene *whole = wanderers_scene();
        struct scene *cut = wanderers_scene();
        uint64_t seed = round * 7919;
        int64_t after_s = 0;
        int64_t metres = 1000;
        for (int i = 0; i < FIXES; i++) {
            struct fix f = wander(&seed, &after_s, &metres);
            scene_step(whole, f);
            repack(&cut->state);
            scene_step(cut, f);
            told += strlen(whole->text);
            assert_string_equal(whole->text, cut->text);
            assert_true(fold_has_met(&whole->state, &cut->state));
            scene_check_open(whole);
            whole->text[0] = '\0';
            cut->text[0] = '\0';
        }
        assert_int_equal(whole->state.watch.count, cut->state.watch.count);
        assert_memory_equal(whole->state.watch.at, cut->state.watch.at,
                            sizeof(whole->state.watch.at));
        scene_free(whole);
        scene_free(cut);
    }
    assert_true(told > (size_t)ROUNDS * 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_drawn_around_a_standing_vehicle),
        cmocka_unit_test(a_change_under_way_is_judged_from_the_last_place),
        cmocka_unit_test(one_that_is_deleted_leaves_no_record),
        cmocka_unit_test(without_geofences_it_is_in_none),
        cmocka_unit_test(one_that_is_moved_takes_and_leaves_nobody),
        cmocka_unit_test(a_change_of_group_moves_nobody),
        cmocka_unit_test(every_change_between_two_fixes_counts),
        cmocka_unit_test(adopting_twice_is_adopting_once),
        cmocka_unit_test(a_fold_goes_on_from_its_packed_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
