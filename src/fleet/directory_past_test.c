/* When geofences watched a device, and its terms at former times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/directory_fixture.h"
#include "fleet/directory_rules.h"

enum { CAR = 7, NORTH = 3, SOUTH = 4, FENCE = 11 };

static const struct point square[] = {
    {500000000, 80000000}, {500000000, 80100000}, {500100000, 80100000}, {500100000, 80000000}};

static void put_car(struct fixture *f, int64_t group_id, int64_t until_s, int64_t former_group_id)
{
    struct device d = {.id = CAR, .enterprise_id = ACME, .device_id = "700", .group_id = group_id};
    device_init(&d);
    put_device(f->dir, d);
    if (until_s != 0) {
        directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_TERM,
                                                 .term = {.device_id = CAR,
                                                          .until_s = until_s,
                                                          .group_id = former_group_id,
                                                          .tank_ml = 60000}});
    }
}

/* A version for that group; 0: for all. */
static void put_named(struct fixture *f, int64_t from_s, int64_t until_s, int64_t group_id,
                      const char *name)
{
    const struct shape_ring ring = {square, 4};
    struct bytes rings = geofence_pack_rings(&f->arena, &ring, 1);
    struct bytes groups = geofence_pack_ids(&f->arena, &group_id, group_id == 0 ? 0 : 1);
    directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_GEOFENCE,
                                             .geofence = {.enterprise_id = ACME,
                                                          .id = FENCE,
                                                          .from_s = from_s,
                                                          .until_s = until_s,
                                                          .name = name,
                                                          .rings = rings.at,
                                                          .rings_len = rings.len,
                                                          .groups = groups.at,
                                                          .groups_len = groups.len}});
}

static void put_version(struct fixture *f, int64_t from_s, int64_t until_s, int64_t group_id)
{
    put_named(f, from_s, until_s, group_id, "yard");
}

static size_t changes(struct fixture *f, int64_t after_s, int64_t until_s,
                      struct fence_change **out)
{
    size_t count = 0;
    const struct fence_change_query q = {ACME, FENCE, CAR, after_s, until_s};
    *out = directory_fence_changes(f->dir, &q, &f->arena, &count);
    return count;
}

static void expect(const struct fence_change *change, int64_t at_s, bool applies, bool is_drawn)
{
    assert_int_equal(change->at_s, at_s);
    assert_int_equal(change->applies, applies);
    assert_int_equal(change->is_drawn, is_drawn);
}

static void versions_and_groups_are_turns(void **state)
{
    struct fixture *f = *state;
    struct fence_change *t = NULL;
    put_car(f, SOUTH, 250, NORTH);
    put_version(f, 100, 200, 0);
    put_version(f, 200, 300, NORTH);
    put_version(f, 400, INT64_MAX, SOUTH);
    assert_int_equal(changes(f, INT64_MIN, INT64_MAX - 1, &t), 5);
    expect(&t[0], 100, true, true);
    expect(&t[1], 200, true, true);
    expect(&t[2], 250, false, false);
    expect(&t[3], 300, false, false);
    expect(&t[4], 400, true, true);
}

static void another_name_is_no_change(void **state)
{
    struct fixture *f = *state;
    struct fence_change *t = NULL;
    put_car(f, NORTH, 0, 0);
    put_version(f, 100, 200, 0);
    put_named(f, 200, 300, 0, "depot");
    assert_int_equal(changes(f, INT64_MIN, INT64_MAX - 1, &t), 2);
    expect(&t[0], 100, true, true);
    expect(&t[1], 300, false, false);
}

static void the_range_is_open_at_its_start(void **state)
{
    struct fixture *f = *state;
    struct fence_change *t = NULL;
    put_car(f, NORTH, 0, 0);
    put_version(f, 100, 200, 0);
    assert_int_equal(changes(f, 100, 199, &t), 0);
    assert_int_equal(changes(f, 99, 100, &t), 1);
    expect(&t[0], 100, true, true);
    assert_int_equal(changes(f, 100, 200, &t), 1);
    expect(&t[0], 200, false, false);
    assert_int_equal(changes(f, 300, 100, &t), 0);
}

static void a_version_is_found_by_its_time(void **state)
{
    struct fixture *f = *state;
    struct geofence g;
    const struct geofence key = {.enterprise_id = ACME, .id = FENCE};
    put_version(f, 100, 200, NORTH);
    put_version(f, 300, INT64_MAX, 0);
    assert_int_equal(directory_geofence_at(f->dir, &key, 99, &f->arena, &g), ERR_NOT_FOUND);
    assert_int_equal(directory_geofence_at(f->dir, &key, 100, &f->arena, &g), ERR_OK);
    assert_int_equal(g.until_s, 200);
    assert_int_equal(directory_geofence_at(f->dir, &key, 200, &f->arena, &g), ERR_NOT_FOUND);
    assert_int_equal(directory_geofence_at(f->dir, &key, 300, &f->arena, &g), ERR_OK);
    assert_int_equal(g.from_s, 300);
}

static void what_changed_is_listed(void **state)
{
    struct fixture *f = *state;
    size_t count = 0;
    put_version(f, 100, 200, NORTH);
    put_version(f, 200, 300, NORTH);
    put_version(f, 300, INT64_MAX, 0);
    const int64_t *ids = directory_changed_fences(f->dir, ACME, 300, &f->arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(ids[0], FENCE);
    (void)directory_changed_fences(f->dir, ACME, 301, &f->arena, &count);
    assert_int_equal(count, 0);
    (void)directory_changed_fences(f->dir, ACME, INT64_MIN, &f->arena, &count);
    assert_int_equal(count, 1);
    (void)directory_changed_fences(f->dir, OTHER, INT64_MIN, &f->arena, &count);
    assert_int_equal(count, 0);
}

static void terms_are_those_of_their_times(void **state)
{
    struct fixture *f = *state;
    put_car(f, SOUTH, 250, NORTH);
    put_car(f, SOUTH, 100, SOUTH);
    struct alarm_rule rule = {
        .enterprise_id = ACME, .scope = RULE_OF_GROUP, .subject_id = NORTH, .until_s = INT64_MAX};
    rule.has[RULE_OVERSPEED_KMH_E2] = true;
    rule.values[RULE_OVERSPEED_KMH_E2] = 8000;
    rule.from_s = 200;
    directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_ALARM_RULE, .alarm_rule = rule});
    const struct fold_rules rules = directory_terms(f->dir, CAR, &f->arena);
    assert_false(rules.is_watched);
    assert_int_equal(fold_rules_at(&rules, 99)->group_id, SOUTH);
    assert_int_equal(fold_rules_at(&rules, 100)->group_id, NORTH);
    assert_null(fold_rules_at(&rules, 199)->limits);
    assert_int_equal(fold_rules_at(&rules, 200)->limits->overspeed_kmh_e2, 8000);
    assert_int_equal(fold_rules_at(&rules, 249)->tank_ml, 60000);
    assert_null(fold_rules_at(&rules, 250)->limits);
    assert_int_equal(fold_rules_at(&rules, 250)->tank_ml, 0);
    assert_int_equal(directory_terms(f->dir, CAR + 1, &f->arena).term_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(versions_and_groups_are_turns),
        WITH_DIRECTORY(another_name_is_no_change),
        WITH_DIRECTORY(the_range_is_open_at_its_start),
        WITH_DIRECTORY(a_version_is_found_by_its_time),
        WITH_DIRECTORY(what_changed_is_listed),
        WITH_DIRECTORY(terms_are_those_of_their_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
