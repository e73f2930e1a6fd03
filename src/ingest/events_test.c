/* Events of the live path: they come with their fixes, end, follow late fixes and silences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "fleet/directory_rules.h"
#include "ingest/ingest_testing.h"

enum { FENCE = 7, EVENTS_MAX = 32 };

static const struct point yard = {386500000, 1177000000};

/* ---- the yard: a circle of 200 m ---- */

static struct change yard_change(struct arena *arena, int64_t from_s, int64_t until_s)
{
    const struct shape_ring ring = {&yard, 1};
    struct bytes rings = geofence_pack_rings(arena, &ring, 1);
    struct change c = {.kind = CHANGE_PUT_GEOFENCE};
    c.geofence = (struct geofence){.enterprise_id = RIG_ENTERPRISE,
                                   .id = FENCE,
                                   .from_s = from_s,
                                   .until_s = until_s,
                                   .name = "Hof",
                                   .shape = SHAPE_CIRCLE,
                                   .alarm_on = FENCE_ALARM_ENTER | FENCE_ALARM_LEAVE,
                                   .radius_m_e2 = 20000,
                                   .rings = rings.at,
                                   .rings_len = rings.len};
    return c;
}

static void put_yard(struct rig *r, int64_t from_s, int64_t until_s)
{
    struct arena arena = {0};
    assert_int_equal(rig_change(r, yard_change(&arena, from_s, until_s)), ERR_OK);
    arena_free(&arena);
}

static void put_rule(struct rig *r, enum rule_field field, int32_t value)
{
    struct change c = {.kind = CHANGE_PUT_ALARM_RULE};
    c.alarm_rule = (struct alarm_rule){.enterprise_id = RIG_ENTERPRISE, .until_s = INT64_MAX};
    c.alarm_rule.has[field] = true;
    c.alarm_rule.values[field] = value;
    assert_int_equal(rig_change(r, c), ERR_OK);
}

/* A fix of minute `i`, so far north of the yard's middle. */
static struct fix fix_at(int64_t i, int32_t north_m)
{
    const int32_t metre_e7 = 90;
    struct fix f = kit_fix(KIT_TIME_S - 6000 + i * 60);
    fix_set_position(&f, yard.lat_e7 + north_m * metre_e7, yard.lon_e7, true);
    f.source = FIX_GPS;
    f.has &= ~(uint32_t)FIX_HAS_ODOMETER;
    return f;
}

/* ---- what is stored ---- */

struct stored {
    struct arena arena;
    struct store_events list;
};

static void read_events(struct rig *r, struct stored *out)
{
    const int64_t device = RIG_DEVICE;
    const struct store_event_query query = {.devices = &device,
                                            .device_count = 1,
                                            .from_s = 0,
                                            .to_s = INT64_MAX,
                                            .kinds = ~(event_set)0,
                                            .limit = EVENTS_MAX};
    arena_clear(&out->arena);
    assert_int_equal(store_read_events(r->store, &query, &out->arena, &out->list), ERR_OK);
}

static size_t count_open(struct rig *r)
{
    struct arena arena = {0};
    size_t count = 0;
    (void)directory_open_events(r->directory, RIG_DEVICE, &arena, &count);
    arena_free(&arena);
    return count;
}

/* Waits until so many events are stored, going through ingest's loop. */
static void await_events(struct rig *r, size_t count, struct stored *out)
{
    int64_t until_ms = clock_monotonic_ms() + (int64_t)RIG_WAIT_S * 1000;
    read_events(r, out);
    while (out->list.count != count && clock_monotonic_ms() < until_ms) {
        assert_int_equal(rig_put_device(r, RIG_DEVICE, rig_id, false), ERR_OK);
        read_events(r, out);
    }
    assert_int_equal(out->list.count, count);
}

/* ---- crossings ---- */

static void a_crossing_comes_with_its_fix(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    put_yard(r, 0, INT64_MAX);
    rig_send_fix(r, fix_at(0, -900));
    rig_send_fix(r, fix_at(1, 0));
    read_events(r, &s);
    assert_int_equal(s.list.count, 1);
    const struct event *e = &s.list.at[0];
    assert_int_equal(e->kind, ALARM_GEOFENCE_ENTER);
    assert_int_equal(e->subject, FENCE);
    assert_string_equal(e->name, "Hof");
    assert_int_equal(e->ended_s, 0);
    assert_in_range(e->gps_time_s, fix_at(0, 0).gps_time_s + 1, fix_at(1, 0).gps_time_s);
    assert_int_equal(count_open(r), 1);
    int64_t id = e->id;
    rig_restart(r); /* the open one is found again, and ends */
    assert_int_equal(count_open(r), 1);
    rig_send_fix(r, fix_at(2, 900));
    read_events(r, &s);
    assert_int_equal(s.list.count, 2);
    assert_int_equal(s.list.at[0].id, id);
    assert_int_equal(s.list.at[0].ended_s, fix_at(2, 0).gps_time_s);
    assert_int_equal(s.list.at[1].kind, ALARM_GEOFENCE_LEAVE);
    assert_true(s.list.at[1].id > id);
    assert_int_equal(count_open(r), 1);
    arena_free(&s.arena);
}

/* In one frame all is one batch: what ends in it is one row. */
static void what_ends_in_its_batch_is_one_row(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    const struct fix fixes[] = {fix_at(0, -900), fix_at(1, 0), fix_at(2, 10), fix_at(3, 20)};
    put_yard(r, 0, INT64_MAX);
    rig_send_fixes(r, fixes, 4);
    read_events(r, &s);
    assert_int_equal(s.list.count, 1);
    assert_int_equal(s.list.at[0].ended_s, fixes[2].gps_time_s);
    assert_int_equal(count_open(r), 0);
    arena_free(&s.arena);
}

static void a_late_fix_makes_its_crossings(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    put_yard(r, 0, INT64_MAX);
    rig_send_fix(r, fix_at(0, -900));
    rig_send_fix(r, fix_at(1, -800));
    rig_send_fix(r, fix_at(4, -900));
    read_events(r, &s);
    assert_int_equal(s.list.count, 0);
    rig_send_fix(r, fix_at(2, 0));
    await_events(r, 2, &s);
    assert_int_equal(s.list.at[0].kind, ALARM_GEOFENCE_ENTER);
    assert_int_equal(s.list.at[1].kind, ALARM_GEOFENCE_LEAVE);
    assert_string_equal(s.list.at[1].name, "Hof");
    rig_send_fix(r, fix_at(5, -1000)); /* the live state goes on from what was revised */
    read_events(r, &s);
    assert_int_equal(s.list.count, 2);
    assert_int_equal(s.list.at[1].ended_s, fix_at(5, 0).gps_time_s);
    arena_free(&s.arena);
}

/* What is told of a crossing has the name that the geofence had when it was. */
static void a_late_crossing_has_the_name_of_its_time(void **state)
{
    struct rig *r = *state;
    struct arena arena = {0};
    struct stored s = {0};
    int64_t renamed_s = fix_at(4, 0).gps_time_s;
    put_yard(r, 0, INT64_MAX);
    rig_send_fix(r, fix_at(0, -900));
    rig_send_fix(r, fix_at(3, -900));
    struct change versions[] = {yard_change(&arena, 0, renamed_s),
                                yard_change(&arena, renamed_s, INT64_MAX)};
    versions[1].geofence.name = "Depot";
    struct change_list list = {.at = versions, .len = 2};
    assert_int_equal(ingest_call(r->ingest, rig_add_changes, &list, NULL, RIG_CALL_MS), ERR_OK);
    rig_send_fix(r, fix_at(5, 0));
    rig_send_fix(r, fix_at(1, 0));
    await_events(r, 3, &s);
    assert_string_equal(s.list.at[0].name, "Hof");
    assert_string_equal(s.list.at[1].name, "Hof");
    assert_string_equal(s.list.at[2].name, "Depot");
    arena_free(&arena);
    arena_free(&s.arena);
}

/* A commit that fails leaves neither the fix nor its event. */
static void without_its_fix_there_is_no_event(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    const struct message m = {.kind = MESSAGE_FIX, .fix = fix_at(1, 0)};
    put_yard(r, 0, INT64_MAX);
    rig_send_fix(r, fix_at(0, -900));
    fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0);
    assert_int_equal(rig_send(r, rig_arrival(&m, 1)).outcome, OUTCOME_REFUSED);
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    read_events(r, &s);
    assert_int_equal(s.list.count, 0);
    assert_int_equal(count_open(r), 0);
    rig_send_fix(r, fix_at(1, 0));
    read_events(r, &s);
    assert_int_equal(s.list.count, 1);
    arena_free(&s.arena);
}

/* ---- rules ---- */

static void an_alarm_by_rule_ends_and_goes_on(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    put_rule(r, RULE_LOW_BATTERY_PERCENT, 20);
    struct fix low = fix_at(0, 0);
    fix_set_battery_percent(&low, 10);
    rig_send_fix(r, low);
    assert_int_equal(count_open(r), 1);
    struct fix full = low;
    full.gps_time_s += 20;
    fix_set_battery_percent(&full, 90);
    rig_send_fix(r, full);
    assert_int_equal(count_open(r), 0);
    low.gps_time_s += 40;
    rig_send_fix(r, low); /* within a minute it is the same one */
    read_events(r, &s);
    assert_int_equal(s.list.count, 1);
    assert_int_equal(s.list.at[0].count, 2);
    assert_int_equal(s.list.at[0].ended_s, 0);
    assert_int_equal(count_open(r), 1);
    arena_free(&s.arena);
}

/* ---- changes of rules ---- */

static bool is_inside(struct rig *r)
{
    struct live live = rig_live(r, RIG_DEVICE);
    const struct watch_entry *e = watch_look(&live.state.watch, WATCH_INSIDE, FENCE);
    return e != NULL && e->phase == WATCH_OPEN;
}

static void await_inside(struct rig *r, bool wanted)
{
    int64_t until_ms = clock_monotonic_ms() + (int64_t)RIG_WAIT_S * 1000;
    while (is_inside(r) != wanted && clock_monotonic_ms() < until_ms) {
        assert_int_equal(rig_put_device(r, RIG_DEVICE, rig_id, false), ERR_OK);
    }
    assert_int_equal(is_inside(r), wanted);
}

/* A vehicle that stands in a new geofence is in it at once, and crossed nothing. */
static void standing_vehicles_adopt_what_changes(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    int64_t now_s = clock_wall_ms() / 1000;
    rig_send_fix(r, fix_at(0, 0));
    put_yard(r, now_s - 10, INT64_MAX);
    await_inside(r, true);
    rig_restart(r);
    assert_true(is_inside(r));
    put_yard(r, now_s - 10, now_s - 5);
    await_inside(r, false);
    read_events(r, &s);
    assert_int_equal(s.list.count, 0);
    arena_free(&s.arena);
}

/* Two fixes of a clock that is ahead, which came now. */
static void send_ahead(struct rig *r, int64_t now_s)
{
    struct message out = {.kind = MESSAGE_FIX, .fix = fix_at(0, -900)};
    struct message in = {.kind = MESSAGE_FIX, .fix = fix_at(1, 0)};
    fix_set_speed_kmh_e2(&in.fix, 5000);
    out.fix.gps_time_s = now_s + 60;
    in.fix.gps_time_s = now_s + 120;
    struct arrival a = rig_arrival(&out, 1);
    a.rcv_time_ms = now_s * 1000;
    (void)rig_send(r, a);
    a = rig_arrival(&in, 1);
    a.rcv_time_ms = now_s * 1000;
    (void)rig_send(r, a);
}

/* The process died when the changes were stored, and nobody was looked at yet. */
static void die_with_changes(struct rig *r, const struct change *changes, size_t count)
{
    const struct store_batch batch = {.changes = changes, .change_count = count};
    ingest_stop(r->ingest);
    assert_int_equal(store_commit(r->store, &batch), ERR_OK);
    store_close(r->store);
    directory_free(r->directory);
    rig_start(r);
}

static void a_change_whose_marks_are_lost_is_found_at_the_start(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    struct arena arena = {0};
    int64_t now_s = clock_wall_ms() / 1000;
    send_ahead(r, now_s);
    const struct change c = yard_change(&arena, now_s + 1, INT64_MAX);
    die_with_changes(r, &c, 1);
    await_events(r, 1, &s);
    assert_int_equal(s.list.at[0].kind, ALARM_GEOFENCE_ENTER);
    assert_true(is_inside(r));
    rig_restart(r); /* looked at once more, it is the same */
    await_events(r, 1, &s);
    assert_true(is_inside(r));
    arena_free(&arena);
    arena_free(&s.arena);
}

static void a_term_whose_marks_are_lost_is_found_at_the_start(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    int64_t now_s = clock_wall_ms() / 1000;
    struct change c = {.kind = CHANGE_PUT_ALARM_RULE};
    c.alarm_rule = (struct alarm_rule){.enterprise_id = RIG_ENTERPRISE,
                                       .scope = RULE_OF_GROUP,
                                       .subject_id = 99,
                                       .until_s = INT64_MAX};
    c.alarm_rule.has[RULE_OVERSPEED_KMH_E2] = true;
    c.alarm_rule.values[RULE_OVERSPEED_KMH_E2] = 100;
    assert_int_equal(rig_change(r, c), ERR_OK);
    send_ahead(r, now_s);
    struct device car = {
        .id = RIG_DEVICE, .enterprise_id = RIG_ENTERPRISE, .device_id = rig_id, .group_id = 99};
    device_init(&car);
    const struct change moved[] = {
        {.kind = CHANGE_PUT_DEVICE, .device = car},
        {.kind = CHANGE_PUT_TERM,
         .term = {.device_id = RIG_DEVICE, .until_s = now_s + 90}}}; /* between the two fixes */
    die_with_changes(r, moved, 2);
    int64_t until_ms = clock_monotonic_ms() + (int64_t)RIG_WAIT_S * 1000;
    while (s.list.count == 0 && clock_monotonic_ms() < until_ms) {
        (void)rig_send(r, rig_arrival(NULL, 0)); /* goes through the loop once */
        read_events(r, &s);
    }
    assert_int_equal(s.list.count, 1);
    const struct event *event = s.list.at;
    check(event != NULL);
    assert_int_equal(event->kind, ALARM_OVERSPEED);
    assert_int_equal(event->gps_time_s, now_s + 120);
    arena_free(&s.arena);
}

/* What a clock ahead told already is folded again by the rules of its time. */
static void a_fix_ahead_is_folded_again(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    int64_t now_s = clock_wall_ms() / 1000;
    send_ahead(r, now_s);
    read_events(r, &s);
    assert_int_equal(s.list.count, 0);
    put_yard(r, now_s, INT64_MAX);
    await_events(r, 1, &s);
    assert_int_equal(s.list.at[0].kind, ALARM_GEOFENCE_ENTER);
    assert_true(is_inside(r));
    arena_free(&s.arena);
}

/* Sets the disk full once the change is committed, before anybody is looked at. */
static void fill_disk(void *arg, bool is_last)
{
    struct rig *r = arg;
    (void)is_last;
    fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0);
}

static enum err draw_yard(struct job_context *job, void *arg)
{
    int64_t now_s = clock_wall_ms() / 1000;
    *change_add(&job->changes, CHANGE_PUT_GEOFENCE) =
        yard_change(job->changes.arena, now_s + 1, INT64_MAX);
    job->committed = fill_disk;
    (void)arg;
    return ERR_OK;
}

/* The commit that had the marks fails; they come again with a later one. */
static void marks_outlive_a_commit_that_failed(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    send_ahead(r, clock_wall_ms() / 1000);
    assert_int_equal(ingest_call(r->ingest, draw_yard, r, NULL, RIG_CALL_MS), ERR_OK);
    const struct message m = {.kind = MESSAGE_FIX, .fix = fix_at(0, 0)};
    assert_int_equal(rig_send(r, rig_arrival(&m, 1)).outcome, OUTCOME_REFUSED);
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    await_events(r, 1, &s);
    assert_int_equal(s.list.at[0].kind, ALARM_GEOFENCE_ENTER);
    assert_true(is_inside(r));
    arena_free(&s.arena);
}

/* ---- bounds ---- */

enum { YARDS = 20, FLOOD_FRAMES = 80, FLOOD_A_FRAME = 16, FLOOD_BEFORE = 4000 /* minutes */ };

static enum err draw_yards(struct job_context *job, void *arg)
{
    (void)arg;
    for (int64_t i = 1; i <= YARDS; i++) {
        struct change *c = change_add(&job->changes, CHANGE_PUT_GEOFENCE);
        *c = yard_change(job->changes.arena, 0, INT64_MAX);
        c->geofence.id = i;
    }
    return ERR_OK;
}

/* All at once, on the ingest thread: in and out of every yard with each fix. */
static enum err flood(struct job_context *job, void *arg)
{
    struct rig *r = arg;
    (void)job;
    for (int64_t frame = 0; frame < FLOOD_FRAMES; frame++) {
        struct message messages[FLOOD_A_FRAME] = {0};
        for (int64_t i = 0; i < FLOOD_A_FRAME; i++) {
            messages[i] =
                (struct message){.kind = MESSAGE_FIX,
                                 .fix = fix_at(3 * (frame * FLOOD_A_FRAME + i) - FLOOD_BEFORE,
                                               i % 2 == 0 ? -900 : 0)};
        }
        assert_int_equal(rig_try(r, rig_arrival(messages, FLOOD_A_FRAME)), ERR_OK);
    }
    return ERR_OK;
}

/* So many crossings are more than one batch, though the fixes are not. */
static void many_crossings_are_several_batches(void **state)
{
    struct rig *r = *state;
    assert_int_equal(ingest_call(r->ingest, draw_yards, NULL, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(ingest_call(r->ingest, flood, r, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(rig_wait(r, FLOOD_FRAMES).outcome, OUTCOME_STORED);
    (void)pthread_mutex_lock(&r->lock);
    size_t batches = r->deliveries;
    (void)pthread_mutex_unlock(&r->lock);
    assert_in_range(batches, 2, FLOOD_FRAMES / 2);
}

/* ---- silence ---- */

static void a_silence_is_raised_and_ends_with_a_word(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    put_rule(r, RULE_OFFLINE_S, 1);
    rig_send_fix(r, fix_at(0, 0));
    await_events(r, 1, &s);
    assert_int_equal(s.list.at[0].kind, ALARM_INTERRUPTED);
    assert_int_equal(s.list.at[0].origin, EVENT_BY_TIMER);
    assert_int_equal(count_open(r), 1);
    (void)rig_send(r, rig_arrival(NULL, 0)); /* no fix at all */
    read_events(r, &s);
    assert_int_equal(s.list.count, 1);
    assert_true(s.list.at[0].ended_s >= s.list.at[0].gps_time_s);
    assert_int_equal(count_open(r), 0);
    arena_free(&s.arena);
}

static void a_rule_that_is_switched_off_ends_its_silences(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    put_rule(r, RULE_OFFLINE_S, 1);
    rig_send_fix(r, fix_at(0, 0));
    await_events(r, 1, &s);
    assert_int_equal(count_open(r), 1);
    put_rule(r, RULE_OFFLINE_S, 0);
    int64_t until_ms = clock_monotonic_ms() + (int64_t)RIG_WAIT_S * 1000;
    while (count_open(r) > 0 && clock_monotonic_ms() < until_ms) {
        assert_int_equal(rig_put_device(r, RIG_DEVICE, rig_id, false), ERR_OK);
    }
    assert_int_equal(count_open(r), 0);
    read_events(r, &s);
    assert_int_equal(s.list.count, 1);
    assert_true(s.list.at[0].ended_s >= s.list.at[0].gps_time_s);
    arena_free(&s.arena);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_crossing_comes_with_its_fix),
        TEST(what_ends_in_its_batch_is_one_row),
        TEST(a_late_fix_makes_its_crossings),
        TEST(a_late_crossing_has_the_name_of_its_time),
        TEST(without_its_fix_there_is_no_event),
        TEST(an_alarm_by_rule_ends_and_goes_on),
        TEST(standing_vehicles_adopt_what_changes),
        TEST(a_fix_ahead_is_folded_again),
        TEST(a_change_whose_marks_are_lost_is_found_at_the_start),
        TEST(a_term_whose_marks_are_lost_is_found_at_the_start),
        TEST(marks_outlive_a_commit_that_failed),
        TEST(many_crossings_are_several_batches),
        TEST(a_silence_is_raised_and_ends_with_a_word),
        TEST(a_rule_that_is_switched_off_ends_its_silences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
