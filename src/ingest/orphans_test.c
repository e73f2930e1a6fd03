/* Deleting a group or an enterprise is one small commit; the rest follows, also after a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "ingest/ingest_testing.h"

enum { GROUP = 5, OTHER_ENTERPRISE = 2, MANY = 1000, FIRST = 100 };

struct crowd {
    int64_t enterprise_id;
    int64_t group_id;
};

static enum err add_crowd(struct job_context *job, void *arg)
{
    const struct crowd *crowd = arg;
    for (int64_t id = FIRST; id < FIRST + MANY; id++) {
        const char *name = arena_format(job->changes.arena, "crowd-%d", (int)id);
        struct device *d = &change_add(&job->changes, CHANGE_PUT_DEVICE)->device;
        device_init(d);
        d->id = id;
        d->enterprise_id = crowd->enterprise_id;
        d->group_id = crowd->group_id;
        d->device_id = name;
        d->plate = name;
        d->object_code = name;
    }
    return ERR_OK;
}

static void put_group(struct rig *r, bool deleted)
{
    struct change c = {.kind = CHANGE_PUT_GROUP};
    c.group = (struct group){
        .id = GROUP, .enterprise_id = RIG_ENTERPRISE, .name = "g", .deleted = deleted};
    assert_int_equal(rig_change(r, c), ERR_OK);
}

static void put_other(struct rig *r, bool deleted)
{
    struct change c = {.kind = CHANGE_PUT_ENTERPRISE};
    c.enterprise =
        (struct enterprise){.id = OTHER_ENTERPRISE, .name = "O", .zone = "UTC", .deleted = deleted};
    assert_int_equal(rig_change(r, c), ERR_OK);
}

static void put_crowd(struct rig *r, struct crowd crowd)
{
    assert_int_equal(ingest_call(r->ingest, add_crowd, &crowd, NULL, RIG_CALL_MS), ERR_OK);
}

static void wait_resolved(struct rig *r)
{
    while (directory_has_orphans(r->directory)) {
        (void)sched_yield();
    }
    /* The commit that took the last of them is over, too. */
    assert_int_equal(rig_put_device(r, RIG_DEVICE, rig_id, false), ERR_OK);
}

/* How many of the crowd a fresh start finds with their group in the record. */
static size_t count_with_group(struct rig *r)
{
    size_t count = 0;
    for (int64_t id = FIRST; id < FIRST + MANY; id++) {
        struct device_ref ref;
        assert_int_equal(directory_find(r->directory, id, &ref), ERR_OK);
        assert_int_equal(ref.group_id, 0);
        count += ref.info->group_id != 0;
        device_ref_release(r->directory, &ref);
    }
    return count;
}

static void a_group_ends_with_one_commit(void **state)
{
    struct rig *r = *state;
    put_group(r, false);
    put_crowd(r, (struct crowd){RIG_ENTERPRISE, GROUP});
    put_group(r, true);
    (void)count_with_group(r); /* none is in it, resolved or not */
    wait_resolved(r);
    rig_restart(r);
    assert_false(directory_has_orphans(r->directory));
    assert_int_equal(count_with_group(r), 0);
}

/* Fixes are stored while the devices of a large group leave it, and lose nothing of it. */
static void fixes_go_on_meanwhile(void **state)
{
    struct rig *r = *state;
    put_group(r, false);
    put_crowd(r, (struct crowd){RIG_ENTERPRISE, GROUP});
    put_group(r, true);
    for (int64_t i = 0; i < 20; i++) {
        struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S + i)};
        struct arrival a = rig_arrival(&m, 1);
        a.device_id = "crowd-150";
        assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
    }
    wait_resolved(r);
    assert_int_equal(rig_live(r, 150).state.current.gps_time_s, KIT_TIME_S + 19);
    assert_int_equal(count_with_group(r), 0);
}

/* What a stop left over is found by the next start. */
static void a_start_goes_on(void **state)
{
    struct rig *r = *state;
    put_group(r, false);
    put_crowd(r, (struct crowd){RIG_ENTERPRISE, GROUP});
    put_group(r, true);
    rig_restart(r); /* most of them, if not all, still name the group */
    wait_resolved(r);
    rig_restart(r);
    assert_false(directory_has_orphans(r->directory));
    assert_int_equal(count_with_group(r), 0);
}

static void an_enterprise_takes_its_devices_along(void **state)
{
    struct rig *r = *state;
    struct device_ref ref;
    struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S)};
    put_other(r, false);
    put_crowd(r, (struct crowd){OTHER_ENTERPRISE, 0});
    put_other(r, true);
    assert_int_equal(directory_device_count(r->directory), 1);
    struct arrival a = rig_arrival(&m, 1);
    a.device_id = "crowd-150";
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_UNREGISTERED);
    wait_resolved(r);
    rig_restart(r);
    assert_false(directory_has_orphans(r->directory));
    assert_int_equal(directory_find(r->directory, 150, &ref), ERR_NOT_FOUND);
    assert_int_equal(directory_device_count(r->directory), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(a_group_ends_with_one_commit),
        WITH_RIG(fixes_go_on_meanwhile),
        WITH_RIG(a_start_goes_on),
        WITH_RIG(an_enterprise_takes_its_devices_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
