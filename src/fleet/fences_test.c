/* The geofences of an enterprise: which version was valid when, for whom, and near what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fleet/watch_testing.h"

static void without_geofences_nothing_is_found(void **state)
{
    (void)state;
    struct fences *f = fences_new(NULL, 0);
    assert_null(fences_find(f, 7, 0));
    assert_int_equal(fences_next_change_s(f, INT64_MIN), INT64_MAX);
    fences_free(f);
    fences_free(NULL);
}

/* Three versions of one, with a gap, given in any order. */
static void a_version_is_valid_from_its_time_to_the_next(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    static const int64_t spans[][2] = {{30, INT64_MAX}, {0, 10}, {10, 20}};
    for (size_t i = 0; i < 3; i++) {
        struct fence_term *t = scene_band(s, 7, 0, 100);
        t->from_s = spans[i][0];
        t->until_s = spans[i][1];
    }
    scene_band(s, 8, 0, 100);
    scene_draw(s);
    const struct fences *f = s->rules.fences;
    assert_null(fences_find(f, 7, -1));
    assert_int_equal(fences_find(f, 7, 0)->from_s, 0);
    assert_int_equal(fences_find(f, 7, 9)->from_s, 0);
    assert_int_equal(fences_find(f, 7, 10)->from_s, 10);
    assert_null(fences_find(f, 7, 20));
    assert_null(fences_find(f, 7, 29));
    assert_int_equal(fences_find(f, 7, INT64_MAX - 1)->from_s, 30);
    assert_null(fences_find(f, 6, 5));
    assert_null(fences_find(f, 9, 5));
    assert_int_equal(fences_find(f, 8, INT64_MIN)->id, 8);
    assert_int_equal(fences_next_change_s(f, -1), 0);
    assert_int_equal(fences_next_change_s(f, 0), 10);
    assert_int_equal(fences_next_change_s(f, 19), 20);
    assert_int_equal(fences_next_change_s(f, 20), 30);
    assert_int_equal(fences_next_change_s(f, 30), INT64_MAX);
    scene_free(s);
}

static void it_applies_to_devices_or_groups_or_all(void **state)
{
    (void)state;
    static const int64_t devices[] = {3, 5};
    static const int64_t groups[] = {70};
    struct fence_term t = {.id = 1};
    assert_true(fence_term_applies(&t, 9, 0));
    t.device_ids = devices;
    t.device_count = 2;
    assert_true(fence_term_applies(&t, 5, 0));
    assert_false(fence_term_applies(&t, 9, 70));
    t.group_ids = groups;
    t.group_count = 1;
    assert_true(fence_term_applies(&t, 3, 0));
    assert_true(fence_term_applies(&t, 9, 70));
    assert_false(fence_term_applies(&t, 9, 0));
    t.device_count = 0;
    assert_false(fence_term_applies(&t, 5, 71));
}

struct hits {
    uint32_t ids[SCENE_FENCES_MAX];
    size_t count;
};

static void take_hit(void *context, const struct fence_term *t)
{
    struct hits *h = context;
    h->ids[h->count++] = t->id;
}

static void a_search_finds_what_is_near_in_order_of_id(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    scene_band(s, 9, 0, 100);
    scene_band(s, 2, 50, 200);
    scene_band(s, 5, 5000, 5100);
    scene_band(s, 4, 0, 100)->until_s = T0;
    scene_draw(s);
    struct hits h = {0};
    const struct point here = {metres_north(80), LON0_E7};
    struct box box = box_of_segment(here, here);
    fences_search(s->rules.fences, T0, &box, take_hit, &h);
    assert_int_equal(h.count, 2);
    assert_int_equal(h.ids[0], 2);
    assert_int_equal(h.ids[1], 9);
    h.count = 0;
    fences_search(s->rules.fences, T0 - 1, &box, take_hit, &h);
    assert_int_equal(h.count, 3);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_geofences_nothing_is_found),
        cmocka_unit_test(a_version_is_valid_from_its_time_to_the_next),
        cmocka_unit_test(it_applies_to_devices_or_groups_or_all),
        cmocka_unit_test(a_search_finds_what_is_near_in_order_of_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
