/* What devices are held to: by their row, their former terms, alarm rules and geofences, in time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "fleet/directory_fixture.h"
#include "fleet/directory_rules.h"
#include "fleet/fences.h"

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

static void put_fence_in(struct directory *dir, const struct geofence *g)
{
    directory_apply(dir, &(struct change){.kind = CHANGE_PUT_GEOFENCE, .geofence = *g});
}

static void put_fence(struct fixture *f, struct geofence g)
{
    put_fence_in(f->dir, &g);
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

/* Another name is a version for records and none for the fold, which one geometry does for. */
static void another_name_changes_nothing_for_fixes(void **state)
{
    struct fixture *f = *state;
    const struct device car = car_in(NORTH, 0);
    struct geofence g = fence_from(f, 100, 200);
    put_device(f->dir, car);
    put_fence(f, g);
    g.from_s = 200;
    g.until_s = 300;
    g.name = "depot";
    put_fence(f, g);
    g.from_s = 300;
    g.until_s = INT64_MAX;
    g.dwell_s = 60;
    put_fence(f, g);
    const struct fences *fences = directory_rules(f->dir, &car)->fences;
    const struct fence_term *first = fences_find(fences, FENCE, 150);
    assert_ptr_equal(fences_find(fences, FENCE, 299), first);
    assert_int_equal(first->until_s, 300);
    assert_int_equal(fences_next_change_s(fences, 100), 300);
    assert_ptr_not_equal(fences_find(fences, FENCE, 300), first);
    assert_false(directory_is_fence_changed(f->dir, ACME, FENCE, 200));
    assert_true(directory_is_fence_changed(f->dir, ACME, FENCE, 300));
    assert_string_equal(directory_fence_name(f->dir, ACME, FENCE, 199, &f->arena), "yard");
    assert_string_equal(directory_fence_name(f->dir, ACME, FENCE, 200, &f->arena), "depot");
    const struct fence_geometry *geometry = first->geometry;
    directory_apply(f->dir, &(struct change){.kind = CHANGE_DELETE_GEOFENCE,
                                             .geofence = fence_from(f, 100, 200)});
    const struct fence_term *left = fences_find(directory_rules(f->dir, &car)->fences, FENCE, 250);
    assert_int_equal(left->from_s, 200);
    assert_ptr_equal(left->geometry, geometry); /* it is handed on, and not made again */
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
    struct geofence *all = directory_list_geofences(f->dir, &acme_admin, &f->arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(all[0].from_s, 200);
    assert_in_range(all[0].rings_len, 1, 100);
    struct fence_points points = directory_fence_points(f->dir, ACME);
    assert_int_equal(points.now, 4);
    assert_int_equal(points.formerly, 4);
}

/* ---- what is over ---- */

/* Geofences as a burst of calls changes them: one is added, one wider, one deleted. */
static void change_fence(struct directory *dir, struct fixture *f, int64_t i)
{
    struct geofence g = fence_from(f, i, INT64_MAX);
    g.id = i;
    g.shape = SHAPE_POLYGON;
    put_fence_in(dir, &g);
    if (i % 3 == 0) {
        g.until_s = i + 10;
        put_fence_in(dir, &g);
    }
    if (i % 6 == 0) {
        g.from_s = i + 10;
        g.until_s = INT64_MAX;
        g.dwell_s = 5;
        put_fence_in(dir, &g);
    }
    if (i % 7 == 0) {
        g.id = i - 5;
        g.from_s = i - 5;
        directory_apply(dir, &(struct change){.kind = CHANGE_DELETE_GEOFENCE, .geofence = g});
    }
}

static void note_id(void *context, const struct fence_term *t)
{
    GArray *seen = context;
    const int64_t of_term[] = {t->id, t->from_s, t->until_s, t->dwell_s};
    g_array_append_vals(seen, of_term, 4);
}

static GArray *seen_at(struct fences *fences, int64_t time_s)
{
    GArray *seen = g_array_new(FALSE, FALSE, sizeof(int64_t));
    struct box box = box_of_segment(square[0], square[2]);
    fences_search(fences, time_s, &box, note_id, seen);
    return seen;
}

/* Asked for between two changes or never, they are the same; few of them make nothing anew. */
static void a_burst_of_changes_is_taken_over(void **state)
{
    enum { CHANGES = 300 };
    struct fixture *f = *state;
    struct directory *lazy = directory_new();
    const struct device d = car_in(0, 0);
    size_t made_anew = 0;
    const struct fences *before = NULL;
    for (int64_t i = 1; i <= CHANGES; i++) {
        change_fence(f->dir, f, i);
        change_fence(lazy, f, i);
        const struct fences *now = directory_rules(f->dir, &d)->fences;
        made_anew += now != before || fences_renewed(now) == 0;
        before = now;
    }
    assert_in_range(made_anew, 2, CHANGES / 20);
    for (int64_t time_s = 0; time_s <= CHANGES + 12; time_s += 5) {
        GArray *a = seen_at(directory_rules(f->dir, &d)->fences, time_s);
        GArray *b = seen_at(directory_rules(lazy, &d)->fences, time_s);
        assert_int_equal(a->len, b->len);
        assert_memory_equal(a->data, b->data, a->len * sizeof(int64_t));
        assert_int_equal(fold_rules_next_change_s(directory_rules(f->dir, &d), time_s),
                         fold_rules_next_change_s(directory_rules(lazy, &d), time_s));
        (void)g_array_free(a, TRUE);
        (void)g_array_free(b, TRUE);
    }
    directory_free(lazy);
}

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

/* A group's rule judges what was in the group, for as long as fixes of then are kept. */
static void rules_of_a_deleted_group_go_with_its_fixes(void **state)
{
    struct fixture *f = *state;
    struct group north = {.id = NORTH, .enterprise_id = ACME, .name = "north"};
    struct device in_it = car_in(NORTH, 0);
    struct device out_of_it = car_in(0, 0);
    put_device(f->dir, in_it);
    directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_GROUP, .group = north});
    put_rule(f->dir, overspeed(RULE_OF_GROUP, NORTH, 8000));
    assert_int_equal(expire(f, 1000, 10), 0);
    north.deleted = true;
    directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_GROUP, .group = north});
    assert_int_equal(expire(f, 1000, 10), 0); /* the car's row names it still */
    move_car(f, &in_it, &out_of_it, 500);
    assert_int_equal(expire(f, 500, 10), 0);
    assert_int_equal(overspeed_at(f, &out_of_it, 499), 8000);
    assert_int_equal(expire(f, 501, 1), 1);  /* the former term, and ... */
    assert_int_equal(expire(f, 501, 10), 1); /* ... the rule that it led to */
    assert_int_equal(overspeed_at(f, &out_of_it, 499), 0);
}

static void open_events_go_with_the_fixes(void **state)
{
    struct fixture *f = *state;
    size_t count = 0;
    int64_t from_s = 100;
    const struct rules_retention retention = {&from_s, keep_from_s, 10};
    struct change c = {.kind = CHANGE_PUT_EVENT};
    put_device(f->dir, car_in(0, 0));
    for (int64_t id = 1; id <= 4; id++) {
        c.event = (struct event){.id = id, .device_id = CAR, .gps_time_s = 98 + id};
        if (id == 4) { /* told before the first fix */
            c.event.gps_time_s = 0;
            c.event.rcv_time_s = 100;
        }
        entity_init(ENTITY_EVENT, &c.event);
        directory_apply(f->dir, &c);
    }
    struct change_list changes = {.arena = &f->arena};
    directory_expire_events(f->dir, &changes, &retention);
    assert_int_equal(changes.len, 1);
    assert_int_equal(changes.at[0].kind, CHANGE_DELETE_EVENT);
    assert_int_equal(changes.at[0].event.id, 1);
    directory_apply(f->dir, &changes.at[0]);
    (void)directory_open_events(f->dir, CAR, &f->arena, &count);
    assert_int_equal(count, 3);
    from_s = 101;
    changes.len = 0;
    directory_expire_events(f->dir, &changes, &retention);
    assert_int_equal(changes.len, 2);
    assert_int_equal(changes.at[1].event.id, 4);
}

/* What the device's enterprise decided then holds for then, wherever it is now. */
static void rules_of_a_former_enterprise_hold_for_their_time(void **state)
{
    struct fixture *f = *state;
    const struct device here = car_in(0, TANK_ML);
    struct device there = here;
    there.enterprise_id = OTHER;
    put_device(f->dir, here);
    put_rule(f->dir, overspeed(RULE_OF_ENTERPRISE, 0, 5000));
    const struct geofence g = fence_from(f, 0, INT64_MAX);
    put_fence_in(f->dir, &g);
    assert_false(directory_was_in(f->dir, CAR, ACME));
    move_car(f, &here, &there, 1000);
    assert_true(directory_was_in(f->dir, CAR, ACME));
    assert_false(directory_was_in(f->dir, CAR, OTHER));
    const struct fold_rules *rules = directory_rules(f->dir, &there);
    const struct fold_term *then = fold_rules_at(rules, 999);
    const struct fold_term *now = fold_rules_at(rules, 1000);
    assert_non_null(fences_find(fold_rules_fences(rules, then), FENCE, 999));
    assert_null(fold_rules_fences(rules, now));
    assert_int_equal(fold_rules_next_change_s(rules, 500), 1000);
    assert_int_equal(fold_rules_next_change_s(rules, 1000), INT64_MAX);
    assert_int_equal(overspeed_at(f, &there, 999), 5000);
    assert_int_equal(overspeed_at(f, &there, 1000), 0);
    struct geofence last = g; /* what is decided there from now on is not its concern */
    last.until_s = 2000;
    put_fence_in(f->dir, &last);
    rules = directory_rules(f->dir, &there);
    assert_int_equal(fold_rules_next_change_s(rules, 1000), INT64_MAX);
    move_car(f, &there, &here, 3000);
    rules = directory_rules(f->dir, &here);
    assert_int_equal(overspeed_at(f, &here, 2999), 0);
    assert_int_equal(overspeed_at(f, &here, 3000), 5000);
    assert_null(fold_rules_fences(rules, fold_rules_at(rules, 1500)));
    assert_non_null(fold_rules_fences(rules, fold_rules_at(rules, 500)));
}

/* Terms of before schema 8 do not say whose the device was: the move does. */
static void old_terms_are_told_their_enterprise(void **state)
{
    struct fixture *f = *state;
    const struct device here = car_in(NORTH, TANK_ML);
    struct device there = here;
    there.enterprise_id = OTHER;
    put_device(f->dir, here);
    const struct change old = {.kind = CHANGE_PUT_TERM, .term = {CAR, 500, SOUTH, 0, 0}};
    directory_apply(f->dir, &old);
    put_rule(f->dir, overspeed(RULE_OF_GROUP, SOUTH, 6000));
    move_car(f, &here, &there, 1000);
    assert_int_equal(overspeed_at(f, &there, 499), 6000);
    assert_int_equal(fold_rules_at(directory_rules(f->dir, &there), 499)->enterprise_id, ACME);
    assert_int_equal(overspeed_at(f, &there, 501), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(rules_of_a_former_enterprise_hold_for_their_time),
        WITH_DIRECTORY(old_terms_are_told_their_enterprise),
        WITH_DIRECTORY(a_device_with_nothing_has_its_tank),
        WITH_DIRECTORY(former_terms_hold_for_their_times),
        WITH_DIRECTORY(what_was_for_no_time_is_not_kept),
        WITH_DIRECTORY(a_deleted_device_leaves_no_terms),
        WITH_DIRECTORY(the_nearest_scope_counts),
        WITH_DIRECTORY(rules_hold_for_their_times),
        WITH_DIRECTORY(bounds_of_single_sensors_go_first),
        WITH_DIRECTORY(geofences_hold_for_their_times),
        WITH_DIRECTORY(another_name_changes_nothing_for_fixes),
        WITH_DIRECTORY(a_geometry_that_was_given_is_taken),
        WITH_DIRECTORY(a_fence_drawn_in_gcj_lies_elsewhere),
        WITH_DIRECTORY(what_is_listed_is_what_holds_now),
        WITH_DIRECTORY(a_burst_of_changes_is_taken_over),
        WITH_DIRECTORY(what_is_over_goes_with_the_fixes),
        WITH_DIRECTORY(rules_of_a_deleted_group_go_with_its_fixes),
        WITH_DIRECTORY(open_events_go_with_the_fixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
