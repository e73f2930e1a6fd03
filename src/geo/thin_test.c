/* Thinning: what is kept, how many, and at the edges of the world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "geo/thin.h"

enum { SPEED_KMH_E2 = 5000, STEP_E7 = 10000 };

struct track {
    struct arena arena;
    struct thinner thinner;
};

static bool has(const struct thinner *t, size_t number)
{
    for (size_t i = 0; i < t->kept_count; i++) {
        if (t->kept[i] == number) {
            return true;
        }
    }
    return false;
}

static void assert_sound(const struct thinner *t, size_t limit)
{
    assert_in_range(t->kept_count, 1, limit);
    for (size_t i = 1; i < t->kept_count; i++) {
        assert_true(t->kept[i - 1] < t->kept[i]);
    }
    assert_int_equal(t->kept[0], 0);
    assert_int_equal(t->kept[t->kept_count - 1], t->total - 1);
}

/* Straight on to the north, but for what the number says. */
static struct thin_fix straight(size_t i)
{
    return (struct thin_fix){{(int32_t)i * STEP_E7, 0}, SPEED_KMH_E2, true};
}

static void begin(struct track *k, size_t total, size_t limit)
{
    *k = (struct track){0};
    thin_begin(&k->thinner, total, limit, &k->arena);
}

/* More are offered than were said. */
static void thin_straight(size_t total, size_t limit)
{
    struct track k;
    begin(&k, total, limit);
    for (size_t i = 0; i < total + 3; i++) {
        const struct thin_fix fix = straight(i);
        thin_add(&k.thinner, &fix);
    }
    assert_sound(&k.thinner, limit);
    arena_free(&k.arena);
}

static void keeps_ends_of_any_length(void **state)
{
    (void)state;
    for (size_t limit = THIN_LIMIT_MIN; limit < 40; limit++) {
        for (size_t total = 1; total < 200; total++) {
            thin_straight(total, limit);
        }
    }
}

static void keeps_bends_starts_and_the_fastest(void **state)
{
    (void)state;
    struct track k;
    begin(&k, 1000, 41);
    for (size_t i = 0; i < 1000; i++) {
        struct thin_fix fix = straight(i);
        fix.at.lon_e7 = i == 137 ? STEP_E7 : 0;
        fix.speed_kmh_e2 = i == 444 ? SPEED_KMH_E2 + 1 : SPEED_KMH_E2;
        fix.is_moving = i < 612 || i >= 777;
        thin_add(&k.thinner, &fix);
    }
    assert_sound(&k.thinner, 41);
    assert_true(has(&k.thinner, 137));
    assert_true(has(&k.thinner, 444));
    assert_true(has(&k.thinner, 612));
    assert_true(has(&k.thinner, 777));
    arena_free(&k.arena);
}

static void keeps_a_change_between_groups(void **state)
{
    (void)state;
    struct track k;
    begin(&k, 100, 41); /* groups of ten */
    for (size_t i = 0; i < 100; i++) {
        struct thin_fix fix = straight(i);
        fix.is_moving = i < 53;
        thin_add(&k.thinner, &fix);
    }
    assert_true(has(&k.thinner, 53));
    arena_free(&k.arena);
}

static void bends_at_the_date_line_and_on_the_way_back(void **state)
{
    (void)state;
    struct track k;
    begin(&k, 20, 9); /* two groups of ten */
    for (size_t i = 0; i < 20; i++) {
        /* Eastwards over the line, a step aside at 4; then out and back to one place, far at 15. */
        static const int32_t out[] = {0, 1, 2, 3, 4, 5, 4, 3, 2, 0};
        int64_t lon_e7 = 1799950000 + (int64_t)(i < 10 ? i : 0) * STEP_E7;
        lon_e7 = lon_e7 > 1800000000 ? lon_e7 - INT64_C(3600000000) : lon_e7;
        struct thin_fix fix = {{i == 4 ? STEP_E7 : 0, (int32_t)lon_e7}, SPEED_KMH_E2, true};
        fix.at.lat_e7 += i < 10 ? 0 : out[i - 10] * STEP_E7;
        thin_add(&k.thinner, &fix);
    }
    assert_sound(&k.thinner, 9);
    assert_true(has(&k.thinner, 4));
    assert_true(has(&k.thinner, 15));
    arena_free(&k.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_ends_of_any_length),
        cmocka_unit_test(keeps_bends_starts_and_the_fastest),
        cmocka_unit_test(keeps_a_change_between_groups),
        cmocka_unit_test(bends_at_the_date_line_and_on_the_way_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
