#include "geo/fence_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "geo/fence_testing.h"

enum { FENCES_MAX = 300 };

/* How often each fence was told. */
struct told {
    int times[FENCES_MAX];
    size_t fences;
};

static void note(void *context, size_t i)
{
    struct told *told = context;
    assert_true(i < told->fences);
    told->times[i]++;
}

/* What the index tells is, each once, what meets the widened box. */
static void expect_like_boxes(const struct fence_index *index, struct fence_geometry *const *fences,
                              size_t count, struct box box, double by_m)
{
    struct told told = {.fences = count};
    fence_index_find(index, &box, by_m, note, &told);
    struct box wide = box_widened(&box, by_m);
    for (size_t i = 0; i < count; i++) {
        struct box own = fence_box(fences[i]);
        assert_int_equal(told.times[i], box_overlaps(&wide, &own));
    }
}

static struct fence_index *index_of(struct fence_geometry *const *fences, size_t count)
{
    const struct fence_geometry *list[FENCES_MAX];
    for (size_t i = 0; i < count; i++) {
        list[i] = fences[i];
    }
    return fence_index_new(list, count);
}

static void free_all(struct fence_index *index, struct fence_geometry *const *fences, size_t count)
{
    fence_index_free(index);
    for (size_t i = 0; i < count; i++) {
        fence_geometry_free(fences[i]);
    }
}

static void nothing_is_found_in_nothing(void **state)
{
    (void)state;
    struct fence_index *index = fence_index_new(NULL, 0);
    struct told told = {.fences = 0};
    fence_index_find(index, &(struct box){-POLE_E7, POLE_E7, 0, (uint32_t)TURN_E7}, 0, note, &told);
    fence_index_free(index);
    fence_index_free(NULL);
}

static void each_is_found_once(void **state)
{
    (void)state;
    const struct point cap[] = {at(80, -120), at(80, 0), at(80, 120)};
    struct fence_geometry *fences[] = {
        fence_of_box(0, 10, 1, 11),          fence_of_box(0, 179, 1, -179),
        fence_of_box(0, -180, 1, -179),      fence_of_box(0, 179, 1, 180),
        fence_of_circle(at(89.9, 0), 20000), fence_of_ring(cap, 3),
        fence_of_circle(at(0.5, 180), 10),   fence_of_box(0, -179, 1, -20),
    };
    const size_t count = sizeof(fences) / sizeof(fences[0]);
    struct fence_index *index = index_of(fences, count);
    const double lons[] = {-180, -179.5, -179, -100, 0, 10, 10.5, 11, 178.9999999, 179.5, 180};
    const double lats[] = {-90, 0.5, 79.9999999, 85, 90};
    const double widened_m[] = {0, 1, 100000};
    for (int i = 0; i < 11 * 11 * 5 * 3; i++) {
        double lat = lats[i / 121 % 5];
        struct box box = box_of_segment(at(lat, lons[i % 11]), at(lat, lons[i / 11 % 11]));
        expect_like_boxes(index, fences, count, box, widened_m[i / 605]);
    }
    free_all(index, fences, count);
}

static void distance_widens_the_question(void **state)
{
    (void)state;
    /* 50 m to the north and east of 60 N 20 E by GeographicLib, and a unit more. */
    struct fence_geometry *fences[] = {
        fence_of_box(60.0004487, 19, 61, 21), fence_of_box(60.00046, 19, 61, 21),
        fence_of_box(59, 20.000896, 61, 21), fence_of_box(59, 20.00091, 61, 21)};
    struct fence_index *index = index_of(fences, 4);
    struct told told = {.fences = 4};
    struct box box = box_of_segment(at(60, 20), at(60, 20));
    fence_index_find(index, &box, 50, note, &told);
    assert_int_equal(told.times[0], 1);
    assert_int_equal(told.times[2], 1);
    told = (struct told){.fences = 4};
    fence_index_find(index, &box, 0, note, &told);
    assert_int_equal(told.times[0] + told.times[2], 0);
    free_all(index, fences, 4);
}

/* So many that the tree has several levels. */
static void many_are_found_as_by_hand(void **state)
{
    (void)state;
    static struct fence_geometry *fences[FENCES_MAX];
    for (int i = 0; i < FENCES_MAX; i++) {
        double lat = -88 + 176.0 * (i * 37 % FENCES_MAX) / FENCES_MAX;
        double lon = -180 + 360.0 * (i * 101 % FENCES_MAX) / FENCES_MAX;
        fences[i] = fence_of_circle(at(lat, lon), (uint32_t)(10 + i * 1000));
    }
    struct fence_index *index = index_of(fences, FENCES_MAX);
    for (int i = 0; i < 400; i++) {
        struct point a = at(89 * sin(i), 180 * cos(3 * i));
        struct point b = at(89 * sin(i + 0.01 * (i % 9)), 180 * cos(3 * i + 0.1 * (i % 7)));
        expect_like_boxes(index, fences, FENCES_MAX, box_of_segment(a, b), i % 5 * 1000.0);
    }
    free_all(index, fences, FENCES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_found_in_nothing),
        cmocka_unit_test(each_is_found_once),
        cmocka_unit_test(distance_widens_the_question),
        cmocka_unit_test(many_are_found_as_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
