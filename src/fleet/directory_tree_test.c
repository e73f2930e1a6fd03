#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/directory_fixture.h"
#include "fleet/directory_rules.h"
#include "fleet/directory_tree.h"
#include "fleet/feed.h"

/*
 *     ACME 1 ── 11 ── 111        OTHER 2 ── 21
 *           └── 12
 */
enum { NORTH = 11, DEEP = 111, SOUTH = 12, FOREIGN = 21, NOWHERE = 99, PARTS = 4 };

static void put(struct directory *dir, int64_t id, int64_t parent)
{
    put_enterprise(dir, (struct enterprise){.id = id, .parent_id = parent});
}

static int set_up_trees(void **state)
{
    (void)set_up(state);
    struct directory *dir = ((struct fixture *)*state)->dir;
    put(dir, DEEP, NORTH); /* before its parent, as a store may have them */
    put(dir, NORTH, ACME);
    put(dir, SOUTH, ACME);
    put(dir, FOREIGN, OTHER);
    return 0;
}

#define WITH_TREES(test) cmocka_unit_test_setup_teardown(test, set_up_trees, tear_down)

static void below_is_every_level_down(void **state)
{
    struct directory *dir = ((struct fixture *)*state)->dir;
    assert_true(directory_is_below(dir, NORTH, ACME));
    assert_true(directory_is_below(dir, DEEP, ACME));
    assert_true(directory_is_below(dir, DEEP, NORTH));
    assert_false(directory_is_below(dir, ACME, ACME));
    assert_false(directory_is_below(dir, ACME, NORTH));
    assert_false(directory_is_below(dir, DEEP, SOUTH));
    assert_false(directory_is_below(dir, DEEP, OTHER));
    assert_false(directory_is_below(dir, NOWHERE, ACME));
    assert_false(directory_is_below(dir, ACME, 0));
    assert_false(directory_is_below(dir, DEEP, 0));
}

/* In which enterprises a caller may act, as a text of the last digits of their ids. */
static const char *acts_in(struct directory *dir, const struct caller *caller)
{
    static const int64_t all[] = {ACME, NORTH, DEEP, SOUTH, OTHER, FOREIGN, NOWHERE};
    static const char names[] = "anDsofx";
    static char text[sizeof(all) / sizeof(all[0]) + 1];
    size_t len = 0;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (directory_may_act(dir, caller, all[i])) {
            text[len++] = names[i];
        }
    }
    text[len] = '\0';
    return text;
}

static void admins_act_below_and_nobody_sideways(void **state)
{
    struct directory *dir = ((struct fixture *)*state)->dir;
    struct caller c = {.user_id = 1, .home_id = ACME, .enterprise_id = ACME, .role = ROLE_ADMIN};
    assert_string_equal(acts_in(dir, &c), "anDs");
    c.home_id = NORTH;
    assert_string_equal(acts_in(dir, &c), "nD");
    c.home_id = DEEP;
    assert_string_equal(acts_in(dir, &c), "D");
    c.home_id = NORTH;
    c.role = ROLE_OPERATOR;
    assert_string_equal(acts_in(dir, &c), "n");
    c.role = ROLE_ADMIN;
    c.group_count = 1;
    assert_string_equal(acts_in(dir, &c), "n");
    c = (struct caller){.user_id = 1, .role = ROLE_ROOT};
    assert_string_equal(acts_in(dir, &c), "anDsof");
    put_enterprise(dir, (struct enterprise){.id = DEEP, .parent_id = NORTH, .deleted = true});
    assert_string_equal(acts_in(dir, &c), "ansof");
}

static const struct device devices[] = {
    {.id = 1, .enterprise_id = ACME, .device_id = "30", .plate = "x"},
    {.id = 2, .enterprise_id = NORTH, .device_id = "10", .plate = "x"},
    {.id = 3, .enterprise_id = DEEP, .device_id = "40", .plate = "x"},
    {.id = 4, .enterprise_id = SOUTH, .device_id = "20", .plate = "x"},
    {.id = 5, .enterprise_id = FOREIGN, .device_id = "25", .plate = "x"},
};

static void put_devices(struct directory *dir)
{
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        struct device d = devices[i];
        d.object_code = d.device_id;
        put_device(dir, d);
    }
}

/* The DeviceIDs that a list of an enterprise and all below it has, in its order. */
static void assert_lists(struct fixture *f, int64_t enterprise_id, const char *want)
{
    const struct caller c = {.enterprise_id = enterprise_id, .includes_below = true};
    char text[64] = "";
    size_t count = 0;
    struct device_ref *refs = directory_list_devices(f->dir, &c, &f->arena, &count);
    for (size_t i = 0; i < count; i++) {
        (void)strcat(text, refs[i].info->device_id);
        (void)strcat(text, " ");
        assert_true(directory_sees(f->dir, &c, &refs[i]));
    }
    assert_string_equal(text, want);
    assert_true(directory_fleet_size(f->dir, &c) >= count);
    directory_release_all(f->dir, refs, count);
}

static void lists_go_over_a_tree_in_one_order(void **state)
{
    struct fixture *f = *state;
    put_devices(f->dir);
    assert_lists(f, ACME, "10 20 30 40 ");
    assert_lists(f, NORTH, "10 40 ");
    assert_lists(f, DEEP, "40 ");
    assert_lists(f, OTHER, "25 ");
    assert_lists(f, NOWHERE, "");
    size_t count = 0;
    struct device_ref *refs = directory_list_devices(f->dir, &acme_admin, &f->arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(directory_fleet_size(f->dir, &acme_admin), 1);
    directory_release_all(f->dir, refs, count);
}

static void devices_come_and_go_at_every_level(void **state)
{
    struct fixture *f = *state;
    put_devices(f->dir);
    struct device moved = devices[2];
    moved.object_code = "40";
    moved.enterprise_id = SOUTH;
    put_device(f->dir, moved);
    assert_lists(f, NORTH, "10 ");
    assert_lists(f, SOUTH, "20 40 ");
    moved.deleted = true;
    put_device(f->dir, moved);
    assert_lists(f, ACME, "10 20 30 ");
    put_enterprise(f->dir, (struct enterprise){.id = SOUTH, .parent_id = ACME, .deleted = true});
    assert_lists(f, ACME, "10 30 ");
    assert_lists(f, SOUTH, "");
}

static void a_tree_moves_with_all_below_it(void **state)
{
    struct fixture *f = *state;
    put_devices(f->dir);
    put(f->dir, NORTH, OTHER);
    assert_lists(f, ACME, "20 30 ");
    assert_lists(f, OTHER, "10 25 40 ");
    assert_true(directory_is_below(f->dir, DEEP, OTHER));
    assert_false(directory_is_below(f->dir, DEEP, ACME));
    put(f->dir, NORTH, 0);
    assert_lists(f, OTHER, "25 ");
    assert_lists(f, NORTH, "10 40 ");
    assert_false(directory_is_below(f->dir, NORTH, OTHER));
}

static void a_device_below_is_found_by_its_id(void **state)
{
    struct fixture *f = *state;
    struct caller c = acme_admin;
    struct device_ref ref;
    put_devices(f->dir);
    assert_int_equal(directory_find_by_device_id(f->dir, &c, "40", &ref), ERR_NOT_FOUND);
    c.includes_below = true;
    assert_int_equal(directory_find_by_device_id(f->dir, &c, "40", &ref), ERR_OK);
    device_ref_release(f->dir, &ref);
    assert_int_equal(directory_find_by_device_id(f->dir, &c, "25", &ref), ERR_NOT_FOUND);
    assert_int_equal(directory_find_by_plate(f->dir, &c, "x", &ref), ERR_OK);
    assert_int_equal(ref.info->id, 1);
    c.enterprise_id = SOUTH;
    assert_false(directory_sees(f->dir, &c, &ref));
    device_ref_release(f->dir, &ref);
}

static void enterprises_are_listed_by_id(void **state)
{
    struct fixture *f = *state;
    size_t count = 0;
    const struct enterprise *list = directory_list_tree(f->dir, ACME, &f->arena, &count);
    assert_int_equal(count, PARTS);
    assert_int_equal(list[0].id, ACME);
    assert_int_equal(list[1].id, NORTH);
    assert_int_equal(list[2].id, SOUTH);
    assert_int_equal(list[3].id, DEEP);
    (void)directory_list_tree(f->dir, NOWHERE, &f->arena, &count);
    assert_int_equal(count, 0);
    assert_true(directory_has_below(f->dir, NORTH));
    put_enterprise(f->dir, (struct enterprise){.id = DEEP, .parent_id = NORTH, .deleted = true});
    assert_false(directory_has_below(f->dir, NORTH));
    (void)directory_list_tree(f->dir, ACME, &f->arena, &count);
    assert_int_equal(count, PARTS - 1);
}

static void no_tree_is_a_ring_or_too_deep(void **state)
{
    struct directory *dir = ((struct fixture *)*state)->dir;
    assert_true(directory_may_join(dir, NORTH, OTHER));
    assert_true(directory_may_join(dir, NORTH, 0));
    assert_false(directory_may_join(dir, ACME, ACME));
    assert_false(directory_may_join(dir, ACME, DEEP));
    for (int64_t i = 0; i < ENTERPRISE_DEPTH_MAX; i++) {
        assert_int_equal(directory_may_join(dir, 0, i == 0 ? 0 : 1000 + i - 1), true);
        put(dir, 1000 + i, i == 0 ? 0 : 1000 + i - 1);
    }
    assert_false(directory_may_join(dir, 0, 1000 + ENTERPRISE_DEPTH_MAX - 1));
    assert_false(directory_may_join(dir, ACME, 1000 + ENTERPRISE_DEPTH_MAX - PARTS + 1));
    assert_true(directory_may_join(dir, ACME, 1000 + ENTERPRISE_DEPTH_MAX - PARTS));
    put(dir, ACME, DEEP); /* a damaged row: it is passed over */
    assert_false(directory_is_below(dir, ACME, DEEP));
    assert_true(directory_is_below(dir, DEEP, ACME));
}

static void limits_hold_for_all_below_together(void **state)
{
    struct fixture *f = *state;
    struct directory *dir = f->dir;
    put_devices(dir);
    assert_true(directory_room(dir, LIMIT_DEVICES, DEEP, 0) == INT64_MAX);
    put_enterprise(dir, (struct enterprise){.id = ACME, .limits = {[LIMIT_DEVICES] = 6}});
    assert_int_equal(directory_room(dir, LIMIT_DEVICES, ACME, 0), 2);
    assert_int_equal(directory_room(dir, LIMIT_DEVICES, DEEP, 0), 2);
    put_enterprise(
        dir, (struct enterprise){.id = NORTH, .parent_id = ACME, .limits = {[LIMIT_DEVICES] = 3}});
    assert_int_equal(directory_room(dir, LIMIT_DEVICES, DEEP, 0), 1);
    assert_int_equal(directory_room(dir, LIMIT_DEVICES, SOUTH, 0), 2);
    assert_int_equal(directory_room(dir, LIMIT_DEVICES, DEEP, SOUTH), 1);
    assert_true(directory_room(dir, LIMIT_DEVICES, DEEP, NORTH) == INT64_MAX);
    assert_true(directory_room(dir, LIMIT_DEVICES, SOUTH, DEEP) == INT64_MAX);
    assert_int_equal(directory_room(dir, LIMIT_DEVICES, DEEP, FOREIGN), 1);
    put_enterprise(
        dir, (struct enterprise){.id = NORTH, .parent_id = ACME, .limits = {[LIMIT_DEVICES] = 1}});
    assert_int_equal(directory_room(dir, LIMIT_DEVICES, DEEP, 0), 0);
    put_enterprise(dir, (struct enterprise){.id = SOUTH, .parent_id = ACME, .deleted = true});
    assert_int_equal(directory_room(dir, LIMIT_DEVICES, ACME, 0), 3);
}

static void users_and_geofences_are_counted_as_they_come_and_go(void **state)
{
    struct directory *dir = ((struct fixture *)*state)->dir;
    put_enterprise(
        dir, (struct enterprise){.id = ACME, .limits = {[LIMIT_USERS] = 3, [LIMIT_GEOFENCES] = 3}});
    put_user(dir, (struct user){.id = 1, .enterprise_id = DEEP, .login_name = "a"});
    put_user(dir, (struct user){.id = 2, .enterprise_id = ACME, .login_name = "b"});
    put_user(dir, (struct user){.id = 3, .enterprise_id = OTHER, .login_name = "c"});
    put_user(dir, (struct user){.id = 1, .enterprise_id = DEEP, .login_name = "d"});
    assert_int_equal(directory_room(dir, LIMIT_USERS, ACME, 0), 1);
    put_user(dir,
             (struct user){.id = 1, .enterprise_id = DEEP, .login_name = "d", .deleted = true});
    put_user(dir,
             (struct user){.id = 1, .enterprise_id = DEEP, .login_name = "d", .deleted = true});
    assert_int_equal(directory_room(dir, LIMIT_USERS, DEEP, 0), 2);
    assert_int_equal(directory_room(dir, LIMIT_GEOFENCES, DEEP, 0), 3);
}

static void ends_and_retention_are_the_least_up_the_tree(void **state)
{
    struct directory *dir = ((struct fixture *)*state)->dir;
    assert_int_equal(directory_service_end_s(dir, DEEP), 0);
    assert_int_equal(directory_retention_limit(dir, DEEP), 0);
    put_enterprise(dir, (struct enterprise){.id = ACME,
                                            .service_end_s = NOW_S,
                                            .limits = {[LIMIT_RETENTION_DAYS] = 90}});
    put_enterprise(dir, (struct enterprise){.id = DEEP,
                                            .parent_id = NORTH,
                                            .service_end_s = NOW_S + 1,
                                            .limits = {[LIMIT_RETENTION_DAYS] = 30}});
    assert_int_equal(directory_service_end_s(dir, DEEP), NOW_S);
    assert_int_equal(directory_service_end_s(dir, SOUTH), NOW_S);
    assert_int_equal(directory_service_end_s(dir, OTHER), 0);
    assert_int_equal(directory_retention_limit(dir, DEEP), 30);
    assert_int_equal(directory_retention_limit(dir, NORTH), 90);
    assert_int_equal(directory_retention_limit(dir, NOWHERE), 0);
}

static void users_are_listed_over_a_tree(void **state)
{
    struct fixture *f = *state;
    struct caller c = acme_admin;
    size_t count = 0;
    put_user(f->dir, (struct user){.id = 1, .enterprise_id = DEEP, .login_name = "a"});
    put_user(f->dir, (struct user){.id = 2, .enterprise_id = ACME, .login_name = "b"});
    put_user(f->dir, (struct user){.id = 3, .enterprise_id = FOREIGN, .login_name = "c"});
    (void)directory_list_seen(f->dir, ENTITY_USER, &c, &f->arena, &count);
    assert_int_equal(count, 1);
    c.includes_below = true;
    const struct user *users = directory_list_seen(f->dir, ENTITY_USER, &c, &f->arena, &count);
    assert_int_equal(count, 2);
    assert_int_equal(users[0].id, 1);
    assert_int_equal(users[1].id, 2);
}

/* The devices that a feed has news of, as a text, the newest first; `-` where they are gone. */
static const char *news_of(struct fixture *f, struct feed *feed, uint64_t *since)
{
    static char text[64];
    size_t len = 0;
    const struct feed_news news = feed_read(f->dir, feed, *since, &f->arena);
    for (size_t i = 0; i < news.device_count; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%lld ",
                                news.devices[i].is_gone ? "-" : "", (long long)news.devices[i].id);
    }
    text[len] = '\0';
    *since = news.upto;
    return news.is_lost ? "lost" : text;
}

static void a_feed_of_a_tree_hears_of_all_below(void **state)
{
    struct fixture *f = *state;
    struct feed *tree = feed_of_tree(f->dir, ACME);
    struct feed *part = feed_of_tree(f->dir, NORTH);
    struct feed *own = feed_of(f->dir, ACME);
    uint64_t now[3] = {feed_number(f->dir), feed_number(f->dir), feed_number(f->dir)};
    put_devices(f->dir);
    assert_string_equal(news_of(f, tree, &now[0]), "4 3 2 1 ");
    assert_string_equal(news_of(f, part, &now[1]), "3 2 ");
    assert_string_equal(news_of(f, own, &now[2]), "1 ");
    struct device moved = devices[2]; /* within the tree */
    moved.object_code = "40";
    moved.enterprise_id = SOUTH;
    put_device(f->dir, moved);
    assert_string_equal(news_of(f, tree, &now[0]), "3 ");
    assert_string_equal(news_of(f, part, &now[1]), "-3 ");
    assert_string_equal(news_of(f, own, &now[2]), "");
}

static void a_feed_of_a_tree_begins_anew_with_it(void **state)
{
    struct fixture *f = *state;
    struct feed *left = feed_of_tree(f->dir, ACME);
    struct feed *joined = feed_of_tree(f->dir, OTHER);
    struct feed *moved = feed_of_tree(f->dir, DEEP);
    uint64_t now[3] = {feed_number(f->dir), feed_number(f->dir), feed_number(f->dir)};
    put_devices(f->dir);
    put(f->dir, NORTH, OTHER);
    assert_string_equal(news_of(f, left, &now[0]), "lost");
    assert_string_equal(news_of(f, joined, &now[1]), "lost");
    assert_string_equal(news_of(f, moved, &now[2]), "3 ");
    struct device back = devices[2];
    back.object_code = "40";
    put_device(f->dir, back);
    assert_string_equal(news_of(f, left, &now[0]), "");
    assert_string_equal(news_of(f, joined, &now[1]), "3 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TREES(below_is_every_level_down),
        WITH_TREES(admins_act_below_and_nobody_sideways),
        WITH_TREES(lists_go_over_a_tree_in_one_order),
        WITH_TREES(devices_come_and_go_at_every_level),
        WITH_TREES(a_tree_moves_with_all_below_it),
        WITH_TREES(a_device_below_is_found_by_its_id),
        WITH_TREES(enterprises_are_listed_by_id),
        WITH_TREES(no_tree_is_a_ring_or_too_deep),
        WITH_TREES(limits_hold_for_all_below_together),
        WITH_TREES(users_and_geofences_are_counted_as_they_come_and_go),
        WITH_TREES(ends_and_retention_are_the_least_up_the_tree),
        WITH_TREES(users_are_listed_over_a_tree),
        WITH_TREES(a_feed_of_a_tree_hears_of_all_below),
        WITH_TREES(a_feed_of_a_tree_begins_anew_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
