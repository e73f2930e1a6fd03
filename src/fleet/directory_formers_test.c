/* Devices that left their history behind: who finds them, and whose a report is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/directory_fixture.h"
#include "fleet/directory_formers.h"
#include "fleet/directory_tree.h"

enum { X = 7, Y = 8, Z = 9, FIRST_S = 1000, SECOND_S = 2000, THIRD_S = 3000 };

static void put_car(struct directory *dir, int64_t id, int64_t enterprise_id, bool is_former)
{
    put_device(dir, (struct device){.id = id,
                                    .enterprise_id = enterprise_id,
                                    .device_id = "007",
                                    .plate = "Car 1",
                                    .is_former = is_former});
}

static void put_past(struct directory *dir, int64_t device, int64_t until_s, int64_t former)
{
    const struct change c = {.kind = CHANGE_PUT_PAST, .past = {device, until_s, former}};
    directory_apply(dir, &c);
}

/* The internal id under which a caller finds the history; 0: none. */
static int64_t history(struct directory *dir, const struct caller *caller)
{
    struct device_ref by_id;
    struct device_ref by_plate;
    enum err e = directory_find_history_by_device_id(dir, caller, " 7 ", &by_id);
    assert_int_equal(directory_find_history_by_plate(dir, caller, "CAR 1", &by_plate), e);
    int64_t id = e == ERR_OK ? by_id.info->id : 0;
    assert_int_equal(e == ERR_OK ? by_plate.info->id : 0, id);
    device_ref_release(dir, &by_id);
    device_ref_release(dir, &by_plate);
    return id;
}

static size_t listed(struct fixture *f, const struct caller *caller)
{
    size_t count = 0;
    struct device_ref *refs = directory_list_devices(f->dir, caller, &f->arena, &count);
    directory_release_all(f->dir, refs, count);
    return count;
}

static void a_history_stays_to_be_read(void **state)
{
    struct fixture *f = *state;
    struct device_ref ref;
    const struct caller limited = {.enterprise_id = ACME, .group_count = 1, .group_ids = {5}};
    put_car(f->dir, X, ACME, false);
    put_car(f->dir, X, ACME, true);
    put_car(f->dir, Y, OTHER, false);
    assert_int_equal(history(f->dir, &acme_admin), X);
    assert_int_equal(history(f->dir, &other_admin), Y);
    assert_int_equal(history(f->dir, &limited), 0);
    assert_int_equal(listed(f, &acme_admin), 0);
    assert_int_equal(listed(f, &other_admin), 1);
    assert_int_equal(directory_device_count(f->dir), 1);
    assert_int_equal(directory_find_by_device_id(f->dir, &acme_admin, "7", &ref), ERR_NOT_FOUND);
    assert_int_equal(directory_find_by_plate(f->dir, &acme_admin, "car 1", &ref), ERR_NOT_FOUND);
    assert_false(directory_plate_taken(f->dir, ACME, "car 1", 0));
    assert_int_equal(directory_find(f->dir, X, &ref), ERR_OK);
    assert_false(directory_sees(f->dir, &acme_admin, &ref));
    device_ref_release(f->dir, &ref);
    assert_int_equal(directory_find_tracker(f->dir, "7", &ref), ERR_OK);
    assert_int_equal(ref.info->id, Y);
    device_ref_release(f->dir, &ref);
}

/* A live device of the name goes before a former one, and of several the last counts. */
static void the_living_go_first(void **state)
{
    struct fixture *f = *state;
    put_car(f->dir, X, ACME, true);
    put_car(f->dir, Z, ACME, true);
    put_car(f->dir, Y, OTHER, true);
    assert_int_equal(history(f->dir, &acme_admin), Z);
    put_car(f->dir, X, ACME, false);
    assert_int_equal(history(f->dir, &acme_admin), X);
    assert_int_equal(listed(f, &acme_admin), 1);
    put_car(f->dir, X, ACME, true);
    assert_int_equal(history(f->dir, &acme_admin), Z);
}

static void reports_are_whose_they_were(void **state)
{
    struct fixture *f = *state;
    assert_false(directory_has_pasts(f->dir));
    assert_int_equal(directory_owner_at(f->dir, Y, 0), Y);
    put_past(f->dir, Y, FIRST_S, X);
    assert_true(directory_has_pasts(f->dir));
    assert_int_equal(directory_owner_at(f->dir, Y, FIRST_S), Y);
    assert_int_equal(directory_owner_at(f->dir, Y, FIRST_S - 1), X);
    put_past(f->dir, X, SECOND_S, Y); /* it came back */
    put_past(f->dir, Z, THIRD_S, X);  /* and went on */
    static const struct {
        int64_t time_s;
        int64_t owner;
    } rows[] = {{THIRD_S, Z}, {THIRD_S - 1, X}, {SECOND_S, X}, {SECOND_S - 1, Y},
                {FIRST_S, Y}, {FIRST_S - 1, X}, {0, X}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(directory_owner_at(f->dir, Z, rows[i].time_s), rows[i].owner);
    }
    const struct change forgotten = {.kind = CHANGE_DELETE_PAST, .past = {X, SECOND_S, 0}};
    directory_apply(f->dir, &forgotten);
    assert_int_equal(directory_owner_at(f->dir, Z, FIRST_S), X);
}

static void move(struct fixture *f, int64_t from, int64_t to, int64_t now_s)
{
    struct change_list changes = {.arena = &f->arena};
    directory_note_past(f->dir, &changes, to, from, now_s);
    for (size_t i = 0; i < changes.len; i++) {
        directory_apply(f->dir, &changes.at[i]);
    }
}

/* What was told before that second is whose it was then, however it went on. */
static void several_moves_of_one_second(void **state)
{
    struct fixture *f = *state;
    move(f, X, Y, FIRST_S);
    move(f, Y, X, SECOND_S);
    move(f, X, Z, SECOND_S);
    assert_int_equal(directory_owner_at(f->dir, Z, SECOND_S), Z);
    assert_int_equal(directory_owner_at(f->dir, Z, SECOND_S - 1), Y);
    assert_int_equal(directory_owner_at(f->dir, Z, FIRST_S - 1), X);
    move(f, Z, X, THIRD_S);
    move(f, X, Z, THIRD_S); /* and back: it never left */
    assert_int_equal(directory_owner_at(f->dir, Z, THIRD_S - 1), Z);
    assert_int_equal(directory_owner_at(f->dir, Z, SECOND_S - 1), Y);
    move(f, Z, X, THIRD_S);
    assert_int_equal(directory_owner_at(f->dir, X, THIRD_S), X);
    assert_int_equal(directory_owner_at(f->dir, X, THIRD_S - 1), Z);
    assert_int_equal(directory_owner_at(f->dir, X, SECOND_S - 1), Y);
}

static void they_go_with_their_enterprise(void **state)
{
    struct fixture *f = *state;
    struct change_list changes = {.arena = &f->arena};
    put_car(f->dir, X, ACME, true);
    put_past(f->dir, X, FIRST_S, Y);
    put_enterprise(f->dir, (struct enterprise){.id = ACME, .deleted = true});
    assert_int_equal(history(f->dir, &acme_admin), 0);
    directory_resolve_orphans(f->dir, &changes, &(struct orphan_slice){4, 7});
    assert_int_equal(changes.at[0].kind, CHANGE_PUT_DEVICE);
    assert_true(changes.at[0].device.deleted);
    directory_apply(f->dir, &changes.at[0]);
    assert_false(directory_has_pasts(f->dir));
    assert_int_equal(directory_device_count(f->dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(a_history_stays_to_be_read),    WITH_DIRECTORY(the_living_go_first),
        WITH_DIRECTORY(reports_are_whose_they_were),   WITH_DIRECTORY(several_moves_of_one_second),
        WITH_DIRECTORY(they_go_with_their_enterprise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
