#include "fleet/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/directory_fixture.h"
#include "fleet/directory_private.h"
#include "model/message.h"

/* ---- devices ---- */

/* The internal id, 0 where nothing is found. */
static int64_t taken_id(struct fixture *f, enum err e, struct device_ref *ref)
{
    int64_t id = e == ERR_OK ? ref->info->id : 0;
    assert_true(e == ERR_OK ? tracked_id(ref->tracked) == id : ref->info == NULL);
    device_ref_release(f->dir, ref);
    assert_null(ref->info);
    return id;
}

static int64_t tracker(struct fixture *f, const char *device_id)
{
    struct device_ref ref;
    enum err e = directory_find_tracker(f->dir, device_id, &ref);
    return taken_id(f, e, &ref);
}

static int64_t by_device_id(struct fixture *f, const struct caller *caller, const char *device_id)
{
    struct device_ref ref;
    enum err e = directory_find_by_device_id(f->dir, caller, device_id, &ref);
    return taken_id(f, e, &ref);
}

static int64_t by_plate(struct fixture *f, const struct caller *caller, const char *plate)
{
    struct device_ref ref;
    enum err e = directory_find_by_plate(f->dir, caller, plate, &ref);
    return taken_id(f, e, &ref);
}

/* Schemas up to 2 took such identities; their devices are found as before. */
static void an_identity_of_the_older_rule_is_found(void **state)
{
    struct fixture *f = *state;
    put_device(f->dir, (struct device){.id = 7, .enterprise_id = ACME, .device_id = "_yard-gate"});
    assert_int_equal(tracker(f, "_yard-gate"), 7);
    assert_int_equal(tracker(f, "yard-gate"), 0);
    struct device_ref ref;
    enum err e = directory_find_by_device_id(f->dir, &acme_admin, " _yard-gate ", &ref);
    assert_int_equal(taken_id(f, e, &ref), 7);
}

static void identities_with_letters_are_told_apart_by_zeros(void **state)
{
    struct fixture *f = *state;
    put_device(f->dir, (struct device){.id = 7, .enterprise_id = ACME, .device_id = "0a0"});
    put_device(f->dir, (struct device){.id = 8, .enterprise_id = ACME, .device_id = "a0"});
    assert_int_equal(tracker(f, "0a0"), 7);
    assert_int_equal(tracker(f, "a0"), 8);
    assert_int_equal(tracker(f, "00a0"), 0);
}

static void trackers_are_found_without_leading_zeros(void **state)
{
    struct fixture *f = *state;
    put_device(f->dir, (struct device){.id = 1, .enterprise_id = ACME, .device_id = "013900"});
    put_device(f->dir, (struct device){.id = 2, .enterprise_id = OTHER, .device_id = "77a"});
    assert_int_equal(tracker(f, "13900"), 1);
    assert_int_equal(tracker(f, "00013900"), 1);
    assert_int_equal(tracker(f, "139"), 0);
    assert_int_equal(tracker(f, "077a"), 0);
    assert_int_equal(tracker(f, "77a"), 2);
    assert_int_equal(tracker(f, "77A"), 0);
    assert_int_equal(tracker(f, ""), 0);
    struct device_ref ref;
    assert_int_equal(taken_id(f, directory_find(f->dir, 2, &ref), &ref), 2);
    assert_int_equal(taken_id(f, directory_find(f->dir, 3, &ref), &ref), 0);
    assert_int_equal(directory_device_count(f->dir), 2);
}

static void an_enterprise_sees_its_own_only(void **state)
{
    struct fixture *f = *state;
    put_device(f->dir,
               (struct device){.id = 1, .enterprise_id = ACME, .device_id = "1", .plate = "A"});
    put_device(f->dir,
               (struct device){.id = 2, .enterprise_id = OTHER, .device_id = "2", .plate = "A"});
    assert_int_equal(by_device_id(f, &acme_admin, "1"), 1);
    assert_int_equal(by_device_id(f, &acme_admin, " 01 "), 1);
    assert_int_equal(by_device_id(f, &acme_admin, "2"), 0);
    assert_int_equal(by_device_id(f, &acme_admin, ""), 0);
    assert_int_equal(by_device_id(f, &acme_admin, "1234567890123456789012345678901234567890"), 0);
    assert_int_equal(by_plate(f, &acme_admin, "a"), 1);
    assert_int_equal(by_plate(f, &other_admin, "a"), 2);
    struct device_ref ref;
    assert_int_equal(taken_id(f, directory_find_in_enterprise(f->dir, ACME, "1", &ref), &ref), 1);
    assert_int_equal(taken_id(f, directory_find_in_enterprise(f->dir, OTHER, "1", &ref), &ref), 0);
}

static void groups_limit_what_is_seen(void **state)
{
    struct fixture *f = *state;
    put_device(f->dir,
               (struct device){.id = 1, .enterprise_id = ACME, .device_id = "1", .group_id = 5});
    put_device(f->dir,
               (struct device){.id = 2, .enterprise_id = ACME, .device_id = "2", .plate = "B"});
    put_device(f->dir,
               (struct device){.id = 3, .enterprise_id = OTHER, .device_id = "3", .group_id = 5});
    struct caller limited = {.enterprise_id = ACME, .group_count = 2, .group_ids = {4, 5}};
    assert_int_equal(by_device_id(f, &limited, "1"), 1);
    assert_int_equal(by_device_id(f, &limited, "2"), 0);
    assert_int_equal(by_plate(f, &limited, "B"), 0);
    struct device_ref ref;
    assert_int_equal(taken_id(f, directory_find_in_enterprise(f->dir, ACME, "2", &ref), &ref), 2);
    size_t count = 0;
    struct device_ref *list = directory_list_devices(f->dir, &limited, &f->arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(list[0].info->id, 1);
    directory_release_all(f->dir, list, count);
}

static void plates_are_trimmed_and_without_case(void **state)
{
    struct fixture *f = *state;
    put_device(f->dir, (struct device){.id = 1,
                                       .enterprise_id = ACME,
                                       .device_id = "1",
                                       .plate = "沪A-Straße 1",
                                       .object_code = "V001"});
    assert_int_equal(by_plate(f, &acme_admin, " 沪a-STRASSE 1\t"), 1);
    assert_int_equal(by_plate(f, &acme_admin, "沪a-STRASSE1"), 0);
    assert_int_equal(by_plate(f, &acme_admin, ""), 0);
    assert_int_equal(by_plate(f, &acme_admin, "\xff\xfe"), 0);
    assert_true(directory_plate_taken(f->dir, ACME, "沪A-straße 1 ", 0));
    assert_false(directory_plate_taken(f->dir, ACME, "沪A-straße 1", 1));
    assert_false(directory_plate_taken(f->dir, OTHER, "沪A-straße 1", 0));
    assert_false(directory_plate_taken(f->dir, ACME, "x", 0));
    assert_true(directory_object_code_taken(f->dir, ACME, "v001", 2));
    assert_false(directory_object_code_taken(f->dir, ACME, "v001", 1));
    assert_false(directory_object_code_taken(f->dir, OTHER, "v001", 0));
    assert_false(directory_object_code_taken(f->dir, ACME, "", 0));
}

static void a_rename_keeps_the_live_state_and_the_old_name_for_its_holders(void **state)
{
    struct fixture *f = *state;
    put_device(f->dir,
               (struct device){.id = 1, .enterprise_id = ACME, .device_id = "1", .plate = "old"});
    struct device_ref before;
    assert_int_equal(directory_find(f->dir, 1, &before), ERR_OK);
    struct live live = {.reported = true, .heard_wall_ms = 5};
    live.state.odometer_m_e2 = 77;
    tracked_publish(f->dir, before.tracked, &live);
    put_device(f->dir,
               (struct device){.id = 1, .enterprise_id = OTHER, .device_id = "01", .plate = "new"});
    assert_string_equal(before.info->plate, "old");
    assert_int_equal(by_plate(f, &acme_admin, "old"), 0);
    assert_int_equal(by_plate(f, &acme_admin, "new"), 0);
    assert_int_equal(by_plate(f, &other_admin, "new"), 1);
    struct device_ref after;
    assert_int_equal(directory_find(f->dir, 1, &after), ERR_OK);
    assert_ptr_equal(after.tracked, before.tracked);
    struct live read;
    tracked_live(f->dir, after.tracked, &read);
    assert_true(read.reported);
    assert_int_equal(read.state.odometer_m_e2, 77);
    assert_int_equal(directory_device_count(f->dir), 1);
    device_ref_release(f->dir, &before);
    device_ref_release(f->dir, &after);
    device_ref_release(f->dir, &after);
}

static void assert_kept(struct fixture *f, struct tracked *t, const struct live *live)
{
    struct live read;
    memset(&read, 0xa5, sizeof(read));
    tracked_publish(f->dir, t, live);
    tracked_live(f->dir, t, &read);
    assert_int_equal(read.reported, live->reported);
    assert_int_equal(read.heard_monotonic_ms, live->heard_monotonic_ms);
    assert_int_equal(read.heard_wall_ms, live->heard_wall_ms);
    assert_true(fix_is_repeat(&read.state.current, &live->state.current));
    assert_int_equal(read.state.odometer_m_e2, live->state.odometer_m_e2);
    assert_int_equal(read.state.motion, live->state.motion);
    assert_int_equal(read.state.gap_count, live->state.gap_count);
    assert_memory_equal(read.state.gaps_s, live->state.gaps_s, sizeof(read.state.gaps_s));
}

static void live_states_of_any_size_are_kept(void **state)
{
    const uint8_t mac[6] = {0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa};
    struct fixture *f = *state;
    put_device(f->dir, (struct device){.id = 1, .enterprise_id = ACME, .device_id = "1"});
    struct device_ref ref;
    assert_int_equal(directory_find(f->dir, 1, &ref), ERR_OK);
    struct live live;
    tracked_live(f->dir, ref.tracked, &live);
    assert_false(live.reported);
    assert_int_equal(live.heard_monotonic_ms, 0);
    assert_int_equal(live.state.current.gps_time_s, 0);
    const struct live heard = {.heard_monotonic_ms = 1, .heard_wall_ms = INT64_MAX};
    assert_kept(f, ref.tracked, &heard);
    struct live large = {.reported = true,
                         .state = {.odometer_m_e2 = UINT64_MAX,
                                   .motion = MOTION_STILL,
                                   .gap_count = FOLD_GAPS_MAX,
                                   .gaps_s = {1, 2, 3, 4, 5, 6, 7, UINT32_MAX}}};
    for (unsigned i = 0; i < FIX_WIFI_MAX; i++) {
        fix_add_wifi(&large.state.current, mac, -90);
    }
    fix_set_time(&large.state.current, 1795396320);
    fix_set_iccid(&large.state.current, "89860012345678901234");
    assert_kept(f, ref.tracked, &large);
    assert_false(tracked_has_position(f->dir, ref.tracked));
    assert_kept(f, ref.tracked, &heard);
    fix_set_position(&large.state.current, 1, -1, true);
    assert_kept(f, ref.tracked, &large);
    assert_true(tracked_has_position(f->dir, ref.tracked));
    large.reported = false;
    assert_kept(f, ref.tracked, &large);
    assert_false(tracked_has_position(f->dir, ref.tracked));
    device_ref_release(f->dir, &ref);
}

static void a_deleted_device_is_gone_but_for_its_holders(void **state)
{
    struct fixture *f = *state;
    struct device d = {
        .id = 1, .enterprise_id = ACME, .device_id = "1", .plate = "A", .object_code = "C"};
    put_device(f->dir, d);
    struct device_ref held;
    assert_int_equal(directory_find(f->dir, 1, &held), ERR_OK);
    d.deleted = true;
    put_device(f->dir, d);
    put_device(f->dir, d);
    assert_int_equal(tracker(f, "1"), 0);
    assert_int_equal(by_plate(f, &acme_admin, "A"), 0);
    assert_false(directory_plate_taken(f->dir, ACME, "A", 0));
    assert_false(directory_object_code_taken(f->dir, ACME, "C", 0));
    assert_int_equal(directory_device_count(f->dir), 0);
    size_t count = 1;
    (void)directory_list_devices(f->dir, &acme_admin, &f->arena, &count);
    assert_int_equal(count, 0);
    assert_string_equal(held.info->plate, "A");
    struct live live;
    tracked_live(f->dir, held.tracked, &live);
    assert_false(live.reported);
    device_ref_release(f->dir, &held);
    put_device(f->dir,
               (struct device){.id = 2, .enterprise_id = OTHER, .device_id = "1", .plate = "A"});
    assert_int_equal(tracker(f, "1"), 2);
}

static void two_devices_trade_plates(void **state)
{
    struct fixture *f = *state;
    put_device(f->dir,
               (struct device){.id = 1, .enterprise_id = ACME, .device_id = "1", .plate = "A"});
    put_device(f->dir,
               (struct device){.id = 2, .enterprise_id = ACME, .device_id = "2", .plate = "B"});
    put_device(f->dir,
               (struct device){.id = 1, .enterprise_id = ACME, .device_id = "1", .plate = "B"});
    put_device(f->dir,
               (struct device){.id = 2, .enterprise_id = ACME, .device_id = "2", .plate = "A"});
    assert_int_equal(by_plate(f, &acme_admin, "A"), 2);
    assert_int_equal(by_plate(f, &acme_admin, "B"), 1);
}

/* The tables' keys are in the records: none may lead to one that is gone. */
static void names_lead_to_their_last_taker(void **state)
{
    struct fixture *f = *state;
    struct device a = {.id = 1,
                       .enterprise_id = ACME,
                       .device_id = "1",
                       .plate = "\xc3\x89toile\xff",
                       .object_code = "\xc3\x89-1"};
    struct device b = a;
    b.id = 2;
    b.device_id = "2";
    b.plate = "\xc3\xa9TOILE\xfe"; /* not UTF-8 either, and the same but for case */
    b.object_code = " \xc3\xa9-1 ";
    struct device other = b;
    other.id = 3;
    other.enterprise_id = OTHER;
    other.device_id = "3";
    put_device(f->dir, a);
    put_device(f->dir, other);
    put_device(f->dir, b);
    assert_int_equal(by_plate(f, &acme_admin, a.plate), 2);
    assert_int_equal(by_plate(f, &other_admin, a.plate), 3);
    a.deleted = true;
    put_device(f->dir, a);
    assert_int_equal(by_plate(f, &acme_admin, a.plate), 2);
    assert_true(directory_object_code_taken(f->dir, ACME, a.object_code, 1));
    b.plate = "";
    b.object_code = "";
    put_device(f->dir, b);
    assert_int_equal(by_plate(f, &acme_admin, a.plate), 0);
    assert_false(directory_object_code_taken(f->dir, ACME, a.object_code, 0));
    assert_int_equal(by_plate(f, &other_admin, a.plate), 3);
    assert_true(directory_object_code_taken(f->dir, OTHER, a.object_code, 0));
}

static void all_texts_are_kept(void **state)
{
    struct fixture *f = *state;
    put_device(f->dir, (struct device){.id = 1,
                                       .enterprise_id = ACME,
                                       .device_id = "1",
                                       .plate = "p",
                                       .object_code = "o",
                                       .sim = "s",
                                       .iccid = "i",
                                       .model = "m",
                                       .password_hash = "c",
                                       .tank_ml = 60000,
                                       .type = DEVICE_ASSET});
    struct device_ref ref;
    assert_int_equal(directory_find(f->dir, 1, &ref), ERR_OK);
    assert_string_equal(ref.info->plate, "p");
    assert_string_equal(ref.info->object_code, "o");
    assert_string_equal(ref.info->sim, "s");
    assert_string_equal(ref.info->iccid, "i");
    assert_string_equal(ref.info->model, "m");
    assert_string_equal(ref.info->password_hash, "c");
    assert_int_equal(ref.info->tank_ml, 60000);
    assert_int_equal(ref.info->type, DEVICE_ASSET);
    device_ref_release(f->dir, &ref);
}

/* All of them, also where they are as many as are listed in one or two stretches. */
static void devices_are_listed_by_device_id(void **state)
{
    struct fixture *f = *state;
    enum { DEVICES = 4096 };
    for (int i = 0; i < DEVICES; i++) {
        char id[DEVICE_ID_SIZE];
        (void)snprintf(id, sizeof(id), "%05d", i * 7919 % DEVICES + 1);
        put_device(f->dir, (struct device){.id = i + 1, .enterprise_id = ACME, .device_id = id});
    }
    size_t count = 0;
    struct device_ref *list = directory_list_devices(f->dir, &acme_admin, &f->arena, &count);
    assert_int_equal(count, DEVICES);
    for (size_t i = 1; i < count; i++) {
        assert_true(strcmp(list[i - 1].info->device_id, list[i].info->device_id) < 0);
    }
    directory_release_all(f->dir, list, count);
    put_device(f->dir,
               (struct device){.id = DEVICES + 1, .enterprise_id = ACME, .device_id = "99999"});
    list = directory_list_devices(f->dir, &acme_admin, &f->arena, &count);
    assert_int_equal(count, DEVICES + 1);
    assert_string_equal(list[DEVICES].info->device_id, "99999");
    directory_release_all(f->dir, list, count);
    assert_int_equal(directory_fleet_size(f->dir, &acme_admin), DEVICES + 1);
    (void)directory_list_devices(f->dir, &other_admin, &f->arena, &count);
    assert_int_equal(count, 0);
    assert_int_equal(directory_fleet_size(f->dir, &other_admin), 0);
}

/* Five hash entries and a place in a roll take some 210 bytes more. */
static void a_device_is_small(void **state)
{
    (void)state;
    const size_t texts = 15 + 12 + 12 + 13 + 20 + 10 + 8;
    const size_t packed_state = 80;
    size_t all = sizeof(struct tracked) + packed_state + sizeof(struct device_record) + texts;
    assert_in_range(all, 1, 400);
}

static void a_clock_is_kept_beside_the_live_state(void **state)
{
    struct fixture *f = *state;
    uint8_t room[CLOCK_ZONE_PACKED_MAX];
    struct clock_zone zone = {.rule = {CLOCK_FIXED, 480}, .learnt_s = 1};
    struct clock_zone seen;
    struct device_ref ref;
    put_device(f->dir, (struct device){.id = 1, .enterprise_id = ACME, .device_id = "1"});
    assert_int_equal(directory_find(f->dir, 1, &ref), ERR_OK);
    (void)tracked_clock(f->dir, ref.tracked, &seen);
    assert_true(clock_zone_is_blank(&seen));
    struct bytes packed = clock_zone_pack(&zone, room);
    struct change c = {.kind = CHANGE_PUT_CLOCK, .clock = {1, packed.at, packed.len}};
    directory_apply(f->dir, &c);
    put_device(f->dir, (struct device){.id = 1, .enterprise_id = ACME, .device_id = "1"});
    (void)tracked_clock(f->dir, ref.tracked, &seen);
    assert_int_equal(seen.rule.offset_min, 480);
    zone.running.count = 7; /* not stored, and seen all the same */
    tracked_publish_clock(f->dir, ref.tracked, &zone);
    (void)tracked_clock(f->dir, ref.tracked, &seen);
    assert_int_equal(seen.running.count, 7);
    c.kind = CHANGE_DELETE_CLOCK;
    directory_apply(f->dir, &c);
    (void)tracked_clock(f->dir, ref.tracked, &seen);
    assert_true(clock_zone_is_blank(&seen) && seen.running.count == 0);
    c.clock.device_id = 2; /* deleted before */
    directory_apply(f->dir, &c);
    device_ref_release(f->dir, &ref);
}

static void texts_and_fragments_are_not_its_own(void **state)
{
    struct fixture *f = *state;
    directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_TEXT});
    directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_FRAGMENT});
    directory_apply(f->dir, &(struct change){.kind = CHANGE_DELETE_FRAGMENT});
    assert_int_equal(directory_device_count(f->dir), 0);
    directory_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(trackers_are_found_without_leading_zeros),
        WITH_DIRECTORY(an_identity_of_the_older_rule_is_found),
        WITH_DIRECTORY(identities_with_letters_are_told_apart_by_zeros),
        WITH_DIRECTORY(an_enterprise_sees_its_own_only),
        WITH_DIRECTORY(groups_limit_what_is_seen),
        WITH_DIRECTORY(plates_are_trimmed_and_without_case),
        WITH_DIRECTORY(a_rename_keeps_the_live_state_and_the_old_name_for_its_holders),
        WITH_DIRECTORY(live_states_of_any_size_are_kept),
        WITH_DIRECTORY(a_deleted_device_is_gone_but_for_its_holders),
        WITH_DIRECTORY(two_devices_trade_plates),
        WITH_DIRECTORY(names_lead_to_their_last_taker),
        WITH_DIRECTORY(all_texts_are_kept),
        WITH_DIRECTORY(devices_are_listed_by_device_id),
        WITH_DIRECTORY(a_device_is_small),
        WITH_DIRECTORY(a_clock_is_kept_beside_the_live_state),
        WITH_DIRECTORY(texts_and_fragments_are_not_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
