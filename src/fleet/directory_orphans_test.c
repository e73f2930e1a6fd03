/* What a deletion leaves behind is gone for readers at once, and then bit by bit for the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "fleet/directory_fixture.h"

enum { GROUP = 5, ELSEWHERE = 6, MANY = 10, AT_ONCE = 4 };

static const struct caller limited = {
    .enterprise_id = ACME, .group_count = 1, .group_ids = {GROUP}};

static void put_group(struct directory *dir, int64_t id, bool deleted)
{
    const struct change c = {
        .kind = CHANGE_PUT_GROUP,
        .group = {.id = id, .enterprise_id = ACME, .name = "g", .deleted = deleted}};
    directory_apply(dir, &c);
}

static void put_in(struct directory *dir, int64_t id, int64_t enterprise_id, int64_t group_id)
{
    char name[16];
    (void)snprintf(name, sizeof(name), "d%d", (int)id);
    put_device(dir, (struct device){.id = id,
                                    .enterprise_id = enterprise_id,
                                    .group_id = group_id,
                                    .device_id = name,
                                    .plate = name});
}

/* MANY devices in the group, then one in another, one in none. */
static void put_many(struct directory *dir)
{
    for (int64_t id = 1; id <= MANY; id++) {
        put_in(dir, id, ACME, GROUP);
    }
    put_in(dir, MANY + 1, ACME, ELSEWHERE);
    put_in(dir, MANY + 2, ACME, 0);
}

/* Resolves once: how many devices' changes there were, all of which are applied. */
static size_t resolve(struct fixture *f)
{
    struct change_list changes = {.arena = &f->arena};
    size_t devices = 0;
    directory_resolve_orphans(f->dir, &changes, &(struct orphan_slice){AT_ONCE, 7});
    for (size_t i = 0; i < changes.len; i++) {
        devices += changes.at[i].kind == CHANGE_PUT_DEVICE;
        directory_apply(f->dir, &changes.at[i]);
    }
    return devices;
}

static void resolve_all(struct fixture *f, size_t expected)
{
    size_t resolved = 0;
    while (directory_has_orphans(f->dir)) {
        size_t now = resolve(f);
        assert_true(now <= AT_ONCE);
        resolved += now;
    }
    assert_int_equal(resolved, expected);
}

static size_t count_seen(struct fixture *f, const struct caller *caller)
{
    size_t count = 0;
    struct device_ref *refs = directory_list_devices(f->dir, caller, &f->arena, &count);
    directory_release_all(f->dir, refs, count);
    return count;
}

/* (the group that readers are told, the group that the record names) of a device. */
static void assert_groups(struct fixture *f, int64_t id, int64_t told, int64_t named)
{
    struct device_ref ref;
    assert_int_equal(directory_find(f->dir, id, &ref), ERR_OK);
    assert_int_equal(ref.group_id, told);
    assert_int_equal(ref.info->group_id, named);
    device_ref_release(f->dir, &ref);
}

static void devices_of_a_deleted_group_are_in_none(void **state)
{
    struct fixture *f = *state;
    put_group(f->dir, GROUP, false);
    put_group(f->dir, ELSEWHERE, false);
    put_many(f->dir);
    assert_false(directory_has_orphans(f->dir));
    assert_int_equal(count_seen(f, &limited), MANY);
    assert_groups(f, 1, GROUP, GROUP);
    put_group(f->dir, GROUP, true);
    assert_true(directory_has_orphans(f->dir));
    assert_groups(f, 1, 0, GROUP);
    assert_int_equal(count_seen(f, &limited), 0);
    assert_int_equal(count_seen(f, &acme_admin), MANY + 2);
    resolve_all(f, MANY);
    for (int64_t id = 1; id <= MANY; id++) {
        assert_groups(f, id, 0, 0);
    }
    assert_groups(f, MANY + 1, ELSEWHERE, ELSEWHERE);
    assert_int_equal(count_seen(f, &acme_admin), MANY + 2);
}

/* A commit that failed: the same changes come again. */
static void what_was_not_applied_comes_again(void **state)
{
    struct fixture *f = *state;
    put_group(f->dir, GROUP, false);
    put_many(f->dir);
    put_group(f->dir, GROUP, true);
    struct change_list changes = {.arena = &f->arena};
    directory_resolve_orphans(f->dir, &changes, &(struct orphan_slice){AT_ONCE, 7});
    assert_int_equal(changes.len, 2 * AT_ONCE); /* and their terms in the group end */
    resolve_all(f, MANY);
}

/* Members of a squad leave from its front, its end and between; others move in. */
static void a_group_follows_its_devices(void **state)
{
    struct fixture *f = *state;
    put_group(f->dir, GROUP, false);
    put_group(f->dir, ELSEWHERE, false);
    put_many(f->dir);
    put_in(f->dir, 1, ACME, ELSEWHERE);
    put_in(f->dir, MANY, ACME, 0);
    put_in(f->dir, 5, ACME, ELSEWHERE);
    put_in(f->dir, MANY + 2, ACME, GROUP);
    put_device(f->dir, (struct device){.id = 7, .enterprise_id = ACME, .deleted = true});
    put_group(f->dir, GROUP, true);
    resolve_all(f, MANY - 3);
    put_group(f->dir, ELSEWHERE, true);
    put_in(f->dir, MANY + 1, ACME, 0); /* which leaves two to be resolved */
    resolve_all(f, 2);
}

/* The last one leaves a deleted group by itself: nothing is left to do. */
static void an_orphan_may_find_a_group_itself(void **state)
{
    struct fixture *f = *state;
    put_group(f->dir, GROUP, false);
    put_in(f->dir, 1, ACME, GROUP);
    put_group(f->dir, GROUP, true);
    put_in(f->dir, 1, ACME, 0);
    assert_false(directory_has_orphans(f->dir));
    assert_int_equal(resolve(f), 0);
}

/* As a start replays them: tombstones first, then the devices that a crash left. */
static void a_start_finds_the_orphans(void **state)
{
    struct fixture *f = *state;
    put_enterprise(f->dir, (struct enterprise){.id = OTHER, .deleted = true});
    put_group(f->dir, GROUP, true);
    put_many(f->dir);
    put_in(f->dir, 100, OTHER, 0);
    put_in(f->dir, 101, OTHER, GROUP);
    assert_groups(f, 1, 0, GROUP);
    assert_int_equal(directory_device_count(f->dir), MANY + 2);
    resolve_all(f, MANY + 2);
    assert_int_equal(directory_device_count(f->dir), MANY + 2);
}

static void devices_of_a_deleted_enterprise_are_gone(void **state)
{
    struct fixture *f = *state;
    struct device_ref ref;
    put_many(f->dir);
    put_in(f->dir, 100, OTHER, 0);
    put_enterprise(f->dir, (struct enterprise){.id = ACME, .deleted = true});
    assert_int_equal(directory_find(f->dir, 1, &ref), ERR_NOT_FOUND);
    assert_int_equal(directory_find_tracker(f->dir, "d1", &ref), ERR_NOT_FOUND);
    assert_int_equal(directory_find_by_device_id(f->dir, &acme_admin, "d1", &ref), ERR_NOT_FOUND);
    assert_int_equal(directory_find_by_plate(f->dir, &acme_admin, "d1", &ref), ERR_NOT_FOUND);
    assert_int_equal(directory_fleet_size(f->dir, &acme_admin), 0);
    assert_int_equal(directory_device_count(f->dir), 1);
    assert_int_equal(count_seen(f, &acme_admin), 0);
    resolve_all(f, MANY + 2);
    assert_int_equal(directory_device_count(f->dir), 1);
    assert_int_equal(directory_find_tracker(f->dir, "d100", &ref), ERR_OK);
    device_ref_release(f->dir, &ref);
}

/* Its DeviceID is free at once, and resolving leaves the new holder alone. */
static void an_orphans_identity_is_free(void **state)
{
    struct fixture *f = *state;
    struct device_ref ref;
    put_many(f->dir);
    put_enterprise(f->dir, (struct enterprise){.id = ACME, .deleted = true});
    put_device(f->dir, (struct device){.id = 200, .enterprise_id = OTHER, .device_id = "d1"});
    resolve_all(f, MANY + 2);
    assert_int_equal(directory_find_tracker(f->dir, "d1", &ref), ERR_OK);
    assert_int_equal(ref.info->id, 200);
    device_ref_release(f->dir, &ref);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(devices_of_a_deleted_group_are_in_none),
        WITH_DIRECTORY(what_was_not_applied_comes_again),
        WITH_DIRECTORY(a_group_follows_its_devices),
        WITH_DIRECTORY(an_orphan_may_find_a_group_itself),
        WITH_DIRECTORY(a_start_finds_the_orphans),
        WITH_DIRECTORY(devices_of_a_deleted_enterprise_are_gone),
        WITH_DIRECTORY(an_orphans_identity_is_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
