/* What devices are held to: by their row, their former terms, alarm rules and geofences, in time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/directory_fixture.h"
#include "fleet/directory_rules.h"

enum { CAR = 7, NORTH = 3, SOUTH = 4, TANK_ML = 70000, FENCE = 11 };

static const struct point square[] = {
    {500000000, 80000000}, {500000000, 80100000}, {500100000, 80100000}, {500100000, 80000000}};

static struct device car_in(int64_t group_id, uint32_t tank_ml)
{
    struct device d = {.id = CAR,
                       .enterprise_id = ACME,
                       .device_id = "700",
                       .group_id = group_id,
                       .tank_ml = tank_ml};
    device_init(&d);
    return d;
}

/* Changes the car's row as a call of the API does. */
static void move_car(struct fixture *f, const struct device *from, const struct device *to,
                     int64_t now_s)
{
    struct change_list changes = {.arena = &f->arena};
    directory_note_term(f->dir, &changes, from, to, now_s);
    for (size_t i = 0; i < changes.len; i++) {
        directory_apply(f->dir, &changes.at[i]);
    }
    put_device(f->dir, *to);
}

static void put_rule(struct directory *dir, struct alarm_rule rule)
{
    rule.enterprise_id = ACME;
    directory_apply(dir, &(struct change){.kind = CHANGE_PUT_ALARM_RULE, .alarm_rule = rule});
}

static struct alarm_rule overspeed(enum rule_scope scope, int64_t subject_id, int32_t kmh_e2)
{
    struct alarm_rule rule = {.scope = scope, .subject_id = subject_id, .until_s = INT64_MAX};
    rule.has[RULE_OVERSPEED_KMH_E2] = true;
    rule.values[RULE_OVERSPEED_KMH_E2] = kmh_e2;
    return rule;
}

static uint32_t overspeed_at(struct fixture *f, const struct device *d, int64_t time_s)
{
    const struct fold_term *term = fold_rules_at(directory_rules(f->dir, d), time_s);
    return term->limits == NULL ? 0 : term->limits->overspeed_kmh_e2;
}

static struct geofence fence_from(struct fixture *f, int64_t from_s, int64_t until_s)
{
    const struct shape_ring ring = {square, 4};
    struct bytes rings = geofence_pack_rings(&f->arena, &ring, 1);
    return (struct geofence){.enterprise_id = ACME,
                             .id = FENCE,
                             .from_s = from_s,
                             .until_s = until_s,
                             .name = "yard",
                             .rings = rings.at,
                             .rings_len = rings.len};
}

static void put_fence(struct fixture *f, struct geofence g)
{
    directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_GEOFENCE, .geofence = g});
}

/* ---- the row, and former terms ---- */

static void a_device_with_nothing_has_its_tank(void **state)
{
    struct fixture *f = *state;
    struct device d = car_in(0, TANK_ML);
    const struct fold_rules *rules = directory_rules(f->dir, &d);
    assert_true(rules->is_watched);
    assert_int_equal(rules->device, CAR);
    assert_null(rules->fences);
    assert_int_equal(fold_rules_at(rules, 0)->tank_ml, TANK_ML);
    assert_int_equal(fold_rules_next_change_s(rules, 0), INT64_MAX);
}

static void former_terms_hold_for_their_times(void **state)
{
    struct fixture *f = *state;
    struct device first = car_in(NORTH, TANK_ML);
    struct device second = car_in(SOUTH, TANK_ML);
    struct device third = car_in(SOUTH, 2 * TANK_ML);
    put_device(f->dir, first);
    move_car(f, &first, &second, 1000);
    move_car(f, &second, &third, 2000);
    const struct fold_rules *rules = directory_rules(f->dir, &third);
    assert_int_equal(fold_rules_at(rules, 999)->group_id, NORTH);
    assert_int_equal(fold_rules_at(rules, 1000)->group_id, SOUTH);
    assert_int_equal(fold_rules_at(rules, 1999)->tank_ml, TANK_ML);
    assert_int_equal(fold_rules_at(rules, 2000)->tank_ml, 2 * TANK_ML);
    assert_int_equal(fold_rules_next_change_s(rules, 1000), 2000);
}

/* Two changes of one second, and one behind a clock that was set back, leave no term between. */
static void what_was_for_no_time_is_not_kept(void **state)
{
    struct fixture *f = *state;
    struct device first = car_in(NORTH, 1);
    struct device second = car_in(SOUTH, 2);
    struct device third = car_in(0, 3);
    put_device(f->dir, first);
    move_car(f, &first, &second, 1000);
    move_car(f, &second, &third, 1000);
    move_car(f, &third, &first, 500);
    const struct fold_rules *rules = directory_rules(f->dir, &first);
    assert_int_equal(rules->term_count, 2);
    assert_int_equal(fold_rules_at(rules, 999)->tank_ml, 1);
    assert_int_equal(fold_rules_at(rules, 1000)->group_id, NORTH);
}

static void a_deleted_device_leaves_no_terms(void **state)
{
    struct fixture *f = *state;
    struct device first = car_in(NORTH, 1);
    struct device second = car_in(SOUTH, 2);
    put_device(f->dir, first);
    move_car(f, &first, &second, 1000);
    assert_int_equal(directory_rules(f->dir, &second)->term_count, 2);
    second.deleted = true;
    put_device(f->dir, second);
    second.deleted = false;
    assert_int_equal(directory_rules(f->dir, &second)->term_count, 1);
}

/* ---- alarm rules ---- */

static void the_nearest_scope_counts(void **state)
{
    struct fixture *f = *state;
    struct device d = car_in(NORTH, 0);
    put_device(f->dir, d);
    assert_int_equal(overspeed_at(f, &d, 5), 0);
    put_rule(f->dir, overspeed(RULE_OF_ENTERPRISE, 0, 8000));
    assert_int_equal(overspeed_at(f, &d, 5), 8000);
    put_rule(f->dir, overspeed(RULE_OF_GROUP, NORTH, 7000));
    put_rule(f->dir, overspeed(RULE_OF_GROUP, SOUTH, 1000));
    assert_int_equal(overspeed_at(f, &d, 5), 7000);
    put_rule(f->dir, overspeed(RULE_OF_DEVICE, CAR, 6000));
    put_rule(f->dir, overspeed(RULE_OF_DEVICE, CAR + 1, 1000));
    assert_int_equal(overspeed_at(f, &d, 5), 6000);
    put_rule(f->dir, overspeed(RULE_OF_DEVICE, CAR, RULE_OFF));
    assert_int_equal(overspeed_at(f, &d, 5), 0);
    put_rule(f->dir,
             (struct alarm_rule){.scope = RULE_OF_DEVICE, .subject_id = CAR, .until_s = INT64_MAX});
    assert_int_equal(overspeed_at(f, &d, 5), 7000);
}

static void rules_hold_for_their_times(void **state)
{
    struct fixture *f = *state;
    struct device north = car_in(NORTH, 0);
    struct device south = car_in(SOUTH, 0);
    put_device(f->dir, north);
    struct alarm_rule former = overspeed(RULE_OF_ENTERPRISE, 0, 8000);
    former.from_s = 100;
    former.until_s = 200;
    put_rule(f->dir, former);
    struct alarm_rule now = overspeed(RULE_OF_GROUP, SOUTH, 5000);
    now.from_s = 300;
    put_rule(f->dir, now);
    move_car(f, &north, &south, 400);
    assert_int_equal(overspeed_at(f, &south, 99), 0);
    assert_int_equal(overspeed_at(f, &south, 100), 8000);
    assert_int_equal(overspeed_at(f, &south, 200), 0);
    assert_int_equal(overspeed_at(f, &south, 399), 0);
    assert_int_equal(overspeed_at(f, &south, 400), 5000);
}

static void bounds_of_single_sensors_go_first(void **state)
{
    struct fixture *f = *state;
    uint8_t room[RULE_TEMPERATURE_BYTES];
    struct device d = car_in(0, 0);
    struct alarm_rule all = {.scope = RULE_OF_ENTERPRISE, .until_s = INT64_MAX};
    struct alarm_rule own = {.scope = RULE_OF_DEVICE, .subject_id = CAR, .until_s = INT64_MAX};
    all.has[RULE_TEMPERATURE_MAX_C_E2] = true;
    all.values[RULE_TEMPERATURE_MAX_C_E2] = 800;
    rule_temperature_pack(&(struct rule_temperature){2, -500, INT16_MAX}, room);
    own.has_temperatures = true;
    own.temperatures = room;
    own.temperatures_len = sizeof(room);
    put_rule(f->dir, all);
    put_rule(f->dir, own);
    const struct fold_limits *limits = fold_rules_at(directory_rules(f->dir, &d), 1)->limits;
    assert_non_null(limits);
    assert_true(limits->has_bounds);
    assert_int_equal(limits->temperatures[0].min_c_e2, INT16_MIN);
    assert_int_equal(limits->temperatures[0].max_c_e2, 800);
    assert_int_equal(limits->temperatures[1].min_c_e2, -500);
    assert_int_equal(limits->temperatures[1].max_c_e2, INT16_MAX);
}

/* ---- geofences ---- */

static void geofences_hold_for_their_times(void **state)
{
    struct fixture *f = *state;
    struct device d = car_in(0, 0);
    put_fence(f, fence_from(f, 100, INT64_MAX));
    const struct fold_rules *rules = directory_rules(f->dir, &d);
    assert_non_null(fences_find(rules->fences, FENCE, 100));
    assert_null(fences_find(rules->fences, FENCE, 99));
    struct geofence former = fence_from(f, 100, 200);
    struct geofence now = fence_from(f, 200, INT64_MAX);
    now.alarm_on = FENCE_ALARM_ENTER;
    put_fence(f, former);
    put_fence(f, now);
    rules = directory_rules(f->dir, &d);
    assert_int_equal(fences_find(rules->fences, FENCE, 199)->alarm_on, 0);
    assert_int_equal(fences_find(rules->fences, FENCE, 200)->alarm_on, FENCE_ALARM_ENTER);
    struct device stranger = d;
    stranger.enterprise_id = OTHER;
    assert_null(directory_rules(f->dir, &stranger)->fences);
    put_enterprise(f->dir, (struct enterprise){.id = ACME, .deleted = true});
    assert_null(directory_rules(f->dir, &d)->fences);
}

static void a_geometry_that_was_given_is_taken(void **state)
{
    struct fixture *f = *state;
    struct device d = car_in(0, 0);
    struct geofence g = fence_from(f, 100, INT64_MAX);
    struct shape shape;
    assert_int_equal(fence_shape_wgs(&g, &f->arena, &shape), ERR_OK);
    struct fence_geometry *geometry = fence_geometry_new(&shape);
    directory_give_geometry(f->dir, &g, fence_geometry_new(&shape)); /* nobody's: freed */
    put_fence(f, g);
    directory_give_geometry(f->dir, &g, geometry);
    const struct fold_rules *rules = directory_rules(f->dir, &d);
    assert_ptr_equal(fences_find(rules->fences, FENCE, 100)->geometry, geometry);
    struct geofence ended = fence_from(f, 100, 300);
    put_fence(f, ended);
    rules = directory_rules(f->dir, &d);
    assert_ptr_equal(fences_find(rules->fences, FENCE, 100)->geometry, geometry);
    directory_give_geometry(f->dir, &ended, fence_geometry_new(&shape)); /* it has one: freed */
}

static void a_fence_drawn_in_gcj_lies_elsewhere(void **state)
{
    struct fixture *f = *state;
    static const struct point beijing[] = {{399042000, 1164074000}};
    const struct shape_ring ring = {beijing, 1};
    struct bytes rings = geofence_pack_rings(&f->arena, &ring, 1);
    struct geofence g = {.shape = SHAPE_CIRCLE,
                         .drawn_in = COORDSYS_GCJ02,
                         .radius_m_e2 = 10000,
                         .rings = rings.at,
                         .rings_len = rings.len};
    struct shape shape;
    assert_int_equal(fence_shape_wgs(&g, &f->arena, &shape), ERR_OK);
    assert_in_range(distance_m_e2(beijing[0], shape.rings[0].points[0]), 30000, 80000);
    g.drawn_in = COORDSYS_WGS84;
    assert_int_equal(fence_shape_wgs(&g, &f->arena, &shape), ERR_OK);
    assert_int_equal(distance_m_e2(beijing[0], shape.rings[0].points[0]), 0);
}

static void what_is_listed_is_what_holds_now(void **state)
{
    struct fixture *f = *state;
    struct geofence g;
    size_t count = 0;
    assert_int_equal(directory_geofence(f->dir, ACME, FENCE, &f->arena, &g), ERR_NOT_FOUND);
    put_fence(f, fence_from(f, 100, 200));
    assert_int_equal(directory_geofence(f->dir, ACME, FENCE, &f->arena, &g), ERR_NOT_FOUND);
    put_fence(f, fence_from(f, 200, INT64_MAX));
    assert_int_equal(directory_geofence(f->dir, ACME, FENCE, &f->arena, &g), ERR_OK);
    assert_string_equal(g.name, "yard");
    assert_int_equal(directory_geofence(f->dir, OTHER, FENCE, &f->arena, &g), ERR_NOT_FOUND);
    assert_int_equal(directory_geofence(f->dir, ACME, FENCE - 1, &f->arena, &g), ERR_NOT_FOUND);
    struct geofence *all = directory_list_geofences(f->dir, ACME, &f->arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(all[0].from_s, 200);
    assert_in_range(all[0].rings_len, 1, 100);
    struct fence_points points = directory_fence_points(f->dir, ACME);
    assert_int_equal(points.now, 4);
    assert_int_equal(points.formerly, 4);
}

/* ---- what is over ---- */

static int64_t keep_from_s(void *context, int64_t enterprise_id)
{
    assert_int_equal(enterprise_id, ACME);
    return *(const int64_t *)context;
}

static size_t expire(struct fixture *f, int64_t from_s, size_t max)
{
    struct change_list changes = {.arena = &f->arena};
    directory_expire_rules(f->dir, &changes, &(struct rules_retention){&from_s, keep_from_s, max});
    for (size_t i = 0; i < changes.len; i++) {
        directory_apply(f->dir, &changes.at[i]);
    }
    return changes.len;
}

static void what_is_over_goes_with_the_fixes(void **state)
{
    struct fixture *f = *state;
    struct device first = car_in(NORTH, 1);
    struct device second = car_in(SOUTH, 2);
    put_device(f->dir, first);
    move_car(f, &first, &second, 200);
    put_fence(f, fence_from(f, 100, 200));
    put_fence(f, fence_from(f, 200, INT64_MAX));
    struct alarm_rule former = overspeed(RULE_OF_ENTERPRISE, 0, 8000);
    former.until_s = 200;
    put_rule(f->dir, former);
    assert_int_equal(expire(f, 200, 10), 0);
    assert_int_equal(expire(f, 201, 1), 1);
    assert_int_equal(expire(f, 201, 10), 2);
    assert_int_equal(expire(f, INT64_MAX, 10), 0);
    assert_int_equal(directory_fence_points(f->dir, ACME).formerly, 0);
    assert_int_equal(directory_rules(f->dir, &second)->term_count, 1);
    put_rule(f->dir, overspeed(RULE_OF_DEVICE, CAR, 6000));
    assert_int_equal(expire(f, INT64_MIN, 10), 0);
    second.deleted = true;
    put_device(f->dir, second);
    assert_int_equal(expire(f, INT64_MIN, 10), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(a_device_with_nothing_has_its_tank),
        WITH_DIRECTORY(former_terms_hold_for_their_times),
        WITH_DIRECTORY(what_was_for_no_time_is_not_kept),
        WITH_DIRECTORY(a_deleted_device_leaves_no_terms),
        WITH_DIRECTORY(the_nearest_scope_counts),
        WITH_DIRECTORY(rules_hold_for_their_times),
        WITH_DIRECTORY(bounds_of_single_sensors_go_first),
        WITH_DIRECTORY(geofences_hold_for_their_times),
        WITH_DIRECTORY(a_geometry_that_was_given_is_taken),
        WITH_DIRECTORY(a_fence_drawn_in_gcj_lies_elsewhere),
        WITH_DIRECTORY(what_is_listed_is_what_holds_now),
        WITH_DIRECTORY(what_is_over_goes_with_the_fixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
