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

/* The geofences of a scene, some of them put in place afterwards, one by one. */
static struct fences *renewed_one_by_one(const struct scene *s, const bool *is_late)
{
    struct fence_term terms[SCENE_FENCES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < s->fence_count; i++) {
        terms[count] = s->fences[i];
        terms[count].until_s = is_late[i] ? T0 + 7 : terms[count].until_s; /* as it once was */
        terms[count].geometry = is_late[i] ? s->shapes[0] : terms[count].geometry;
        count += is_late[i] && s->fences[i].id % 3 == 0 ? 0 : 1; /* or was not there yet */
    }
    struct fences *f = fences_new(terms, count);
    for (size_t i = 0; i < s->fence_count; i++) {
        if (is_late[i]) {
            struct fence_term other = s->fences[i];
            other.geometry = s->shapes[0];
            other.from_s = T0 + 1;
            fences_renew(f, other.id, &other, 1);
            fences_renew(f, s->fences[i].id, &s->fences[i], 1);
        }
    }
    return f;
}

static struct hits hits_of(struct fences *f, int64_t north_m, int64_t time_s)
{
    struct hits h = {0};
    const struct point here = {metres_north(north_m), LON0_E7};
    struct box box = box_of_segment(here, here);
    fences_search(f, time_s, &box, take_hit, &h);
    return h;
}

static void assert_same_answers(struct fences *a, struct fences *b)
{
    for (int64_t north_m = -10; north_m < 700; north_m += 30) {
        for (int64_t after_s = -1; after_s < 12; after_s++) {
            struct hits x = hits_of(a, north_m, T0 + after_s);
            struct hits y = hits_of(b, north_m, T0 + after_s);
            assert_int_equal(x.count, y.count);
            assert_memory_equal(x.ids, y.ids, sizeof(x.ids));
        }
    }
    for (int64_t after_s = -1; after_s < 12; after_s++) {
        assert_int_equal(fences_next_change_s(a, T0 + after_s),
                         fences_next_change_s(b, T0 + after_s));
        for (uint32_t id = 0; id <= SCENE_FENCES_MAX + 1; id++) {
            const struct fence_term *x = fences_find(a, id, T0 + after_s);
            const struct fence_term *y = fences_find(b, id, T0 + after_s);
            assert_true((x == NULL) == (y == NULL));
            assert_true(x == NULL || (x->from_s == y->from_s && x->geometry == y->geometry));
        }
    }
}

/* However many were renewed, the answers are those of geofences that are made at once. */
static void what_is_renewed_is_as_if_made_so(void **state)
{
    (void)state;
    for (size_t every = 1; every <= SCENE_FENCES_MAX; every += 3) {
        struct scene *s = scene_new();
        bool is_late[SCENE_FENCES_MAX];
        for (size_t i = 0; i < SCENE_FENCES_MAX; i++) {
            struct fence_term *t =
                scene_band(s, (uint32_t)i + 1, (int64_t)i * 17, (int64_t)i * 17 + 100);
            t->from_s = T0 + (int64_t)i % 5;
            t->until_s = i % 2 == 0 ? INT64_MAX : t->from_s + 3;
            is_late[i] = i % every == 0;
        }
        scene_draw(s);
        struct fences *f = renewed_one_by_one(s, is_late);
        assert_int_equal(fences_renewed(f), (SCENE_FENCES_MAX + every - 1) / every);
        assert_same_answers(f, s->rules.fences);
        fences_renew(f, 1, NULL, 0);
        assert_null(fences_find(f, 1, T0));
        struct hits h = hits_of(f, 1, T0);
        assert_true(h.count == 0 || h.ids[0] != 1);
        fences_free(f);
        scene_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_geofences_nothing_is_found),
        cmocka_unit_test(a_version_is_valid_from_its_time_to_the_next),
        cmocka_unit_test(it_applies_to_devices_or_groups_or_all),
        cmocka_unit_test(a_search_finds_what_is_near_in_order_of_id),
        cmocka_unit_test(what_is_renewed_is_as_if_made_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
