/* The zones in which trackers' times are read: set, configured, told, learnt; and repeats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/ingest_testing.h"

#include "ingest/frames_testing.h"
#include "ingest/ingest_private.h"

static const int64_t HOUR_S = 3600;
static const int64_t DAY_S = 86400;
static const int64_t MINUTE_S = 60;

/* ---- whose word counts ---- */

static const char imei[] = "359990000000017";
/* Its login says +3:00; its clock says 2025-03-22 15:29:30, and means UTC. */
static const char login[] = "787811010359990000000017800612c1000199330d0a";
static const char fix_of_1529[] =
    "787826221903160f1d1ecf0026550003f1b0001210f6027f02287d001fb801000000"
    "00242d05aa3ba70d0a";
static const int64_t at_1529_s = 1742657370; /* 2025-03-22T15:29:30Z */

/* Registers a device, with a zone of its clock or without. */
static void put_device(struct rig *r, int64_t id, const char *device_id, const int16_t *offset_min)
{
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    int16_t set_min = 0;
    if (offset_min != NULL) {
        set_min = *offset_min;
    }
    c.device = (struct device){.id = id,
                               .enterprise_id = RIG_ENTERPRISE,
                               .device_id = device_id,
                               .plate = device_id,
                               .object_code = device_id,
                               .has_utc_offset = offset_min != NULL,
                               .utc_offset_min = set_min};
    device_init(&c.device);
    assert_int_equal(rig_change(r, c), ERR_OK);
}

static int64_t newest_s(struct rig *r, int64_t device)
{
    return rig_live(r, device).state.current.gps_time_s;
}

static void the_field_beats_the_login(void **state)
{
    struct rig *r = *state;
    static const struct {
        int16_t offset_min;
        int64_t want_s;
    } cases[] = {{0, 1742657370}, {180, 1742657370 - 3 * HOUR_S}, {-300, 1742657370 + 5 * HOUR_S}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t device = (int64_t)(10 + i);
        put_device(r, device, imei, &cases[i].offset_min);
        struct wire w = wire_new(r, PROTOCOL_gt06, 1);
        wire_send(&w, login, at_1529_s + DAY_S);
        wire_send(&w, fix_of_1529, at_1529_s + DAY_S);
        assert_int_equal(newest_s(r, device), cases[i].want_s);
        assert_int_equal(rig_put_device(r, device, imei, true), ERR_OK);
    }
}

static void the_configuration_beats_the_login_and_not_the_field(void **state)
{
    struct rig *r = *state;
    const int16_t beijing = 480;
    put_device(r, 10, imei, NULL);
    struct wire w = wire_new(r, PROTOCOL_gt06, 1);
    wire_send(&w, login, at_1529_s + DAY_S);
    wire_send(&w, fix_of_1529, at_1529_s + DAY_S);
    assert_int_equal(newest_s(r, 10), at_1529_s - 3 * HOUR_S);
    w.is_configured = true;
    w.configured_min = 60;
    wire_send(&w, fix_of_1529, at_1529_s + DAY_S);
    assert_int_equal(newest_s(r, 10), at_1529_s - HOUR_S);
    put_device(r, 10, imei, &beijing);
    wire_send(&w, fix_of_1529, at_1529_s + DAY_S);
    struct fix fixes[3];
    assert_int_equal(kit_read(r->store, 10, INT64_MAX, fixes, 3), 3);
    assert_int_equal(fixes[0].gps_time_s, at_1529_s - 8 * HOUR_S);
}

/* One link of two terminals, of which one has its own zone: 8:00:00 on both clocks. */
static void the_terminals_of_one_link_have_their_own_zones(void **state)
{
    struct rig *r = *state;
    const int16_t utc = 0;
    static const char first[] = "7e0200001c013800000021000100000000000000030157eff806fda3a0000000"
                                "000000261123080000a17e";
    static const char second[] = "7e0200001c013800000022000100000000000000030157eff806fda3a0000000"
                                 "000000261123080000a27e";
    put_device(r, 11, "013800000021", NULL);
    put_device(r, 12, "013800000022", &utc);
    struct wire w = wire_new(r, PROTOCOL_jt808, 1);
    wire_send(&w, first, KIT_TIME_S + DAY_S);
    wire_send(&w, second, KIT_TIME_S + DAY_S);
    assert_int_equal(newest_s(r, 12), INT64_C(1795420800)); /* 2026-11-23T08:00:00Z */
    assert_int_equal(newest_s(r, 11), INT64_C(1795420800) - 8 * HOUR_S);
}

/* A batch (0704) of one location in two fragments, in a session that says +8:00. */
static void joined_messages_are_read_in_the_zone_of_their_device(void **state)
{
    struct rig *r = *state;
    enum { KEY = 0x07040001, HALF = 16 };
    const int16_t moscow = 180;
    static const char body[] = "0001 00 001c 00000000 00000003 0157eff8 06fda3a0 0000 0000 0000"
                               "201123080000";
    uint8_t bytes[64];
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(body), bytes, sizeof(bytes), &len), ERR_OK);
    put_device(r, 14, "013800000014", &moscow);
    for (uint16_t i = 1; i <= 2; i++) {
        struct message m = {.kind = MESSAGE_FRAGMENT, .fragment = {KEY, i, 2}};
        m.text = bytes_slice((struct bytes){bytes, len}, i == 1 ? 0 : HALF, i == 1 ? HALF : len);
        struct arrival a = rig_arrival(&m, 1);
        a.device_id = "013800000014";
        a.utc_offset_min = 480;
        a.rcv_time_ms = clock_wall_ms(); /* fragments do not wait for long */
        assert_int_equal(rig_push(r, a).outcome, OUTCOME_STORED);
    }
    assert_int_equal(newest_s(r, 14), INT64_C(1606118400) - 3 * HOUR_S);
}

static void a_time_of_utc_is_not_shifted(void **state)
{
    struct rig *r = *state;
    const int16_t beijing = 480;
    put_device(r, 13, "phone", &beijing);
    struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S - 5)};
    struct arrival a = rig_arrival(&m, 1);
    a.device_id = "phone";
    a.protocol = PROTOCOL_osmand;
    assert_int_equal(rig_send(r, a).device, 13);
    assert_int_equal(newest_s(r, 13), KIT_TIME_S - 5);
}

/* ---- learning ---- */

static bool always_right(void *context)
{
    return *(const bool *)context;
}

/* A tracker whose login says `told_min`, and whose clock is in `zone_min`. */
struct tracker {
    struct rig *rig;
    int64_t device;
    char device_id[DEVICE_ID_SIZE];
    int16_t told_min;
    int zone_min;
    uint32_t connection;
};

static struct tracker tracker_new(struct rig *r, int64_t device, int16_t told_min, int zone_min)
{
    struct tracker t = {
        .rig = r, .device = device, .told_min = told_min, .zone_min = zone_min, .connection = 1};
    (void)snprintf(t.device_id, sizeof(t.device_id), "T%d", (int)device);
    put_device(r, device, t.device_id, NULL);
    return t;
}

/* The message of a fix of `time_s`, as a session reads it that knows the login. */
static struct message report_of(const struct tracker *t, int64_t time_s)
{
    int64_t read_s = time_s + (t->zone_min - t->told_min) * INT64_C(60);
    struct message m = {.kind = MESSAGE_FIX, .is_local_time = true, .fix = kit_fix(read_s)};
    m.fix.rcv_time_s = 0;
    fix_set_odometer_m(&m.fix, (uint64_t)(time_s % 1000000)); /* so that no two are alike */
    return m;
}

static struct arrival arrival_of(const struct tracker *t, const struct message *m,
                                 int64_t arrival_s)
{
    struct arrival a = rig_arrival(m, 1);
    a.protocol = PROTOCOL_gt06;
    a.device_id = t->device_id;
    a.utc_offset_min = t->told_min;
    a.is_offset_told = true;
    a.rcv_time_ms = arrival_s * 1000;
    a.connection.slot = t->connection;
    return a;
}

static void report_message(const struct tracker *t, const struct message *m, int64_t arrival_s)
{
    assert_int_equal(rig_push(t->rig, arrival_of(t, m, arrival_s)).outcome, OUTCOME_STORED);
}

/* Sends a fix of `time_s` 5 s later. */
static void report(const struct tracker *t, int64_t time_s)
{
    struct message m = report_of(t, time_s);
    report_message(t, &m, time_s + 5);
}

/* A fix a minute; answers the time of the last. */
static int64_t report_minutes(struct tracker *t, int64_t from_s, int minutes)
{
    t->connection++;
    for (int i = 0; i < minutes; i++) {
        report(t, from_s + i * MINUTE_S);
    }
    return from_s + (minutes - 1) * MINUTE_S;
}

/* Enough of a clock that is ahead: two connections, and the quarter of an hour that a claim waits.
 */
static int64_t report_ahead(struct tracker *t, int64_t from_s)
{
    int64_t at_s = report_minutes(t, from_s, 5);
    return report_minutes(t, at_s + MINUTE_S, 20);
}

static struct clock_zone zone_of(const struct tracker *t)
{
    struct device_ref ref;
    struct clock_zone zone;
    assert_int_equal(directory_find(t->rig->directory, t->device, &ref), ERR_OK);
    (void)tracked_clock(t->rig->directory, ref.tracked, &zone);
    device_ref_release(t->rig->directory, &ref);
    return zone;
}

static struct rig *rig_that_learns(struct rig *r, bool *is_right)
{
    rig_stop(r);
    r->options.is_clock_right = always_right;
    r->options.clock_context = is_right;
    rig_start(r);
    fault_vfs_set(&r->vfs, FAULT_SYNC_QUICK, 0);
    return r;
}

static void a_clock_that_is_ahead_is_learnt(void **state)
{
    bool is_right = true;
    struct rig *r = rig_that_learns(*state, &is_right);
    struct tracker t = tracker_new(r, 20, 0, 480);
    int64_t at_s = report_minutes(&t, KIT_TIME_S, 5);
    struct clock_zone zone = zone_of(&t);
    assert_int_equal(clock_zone_hint(&zone).why, CLOCK_HINT_AHEAD);
    assert_int_equal(newest_s(r, 20), at_s + 5); /* its arrival: eight hours ahead is no time */
    at_s = report_minutes(&t, at_s + MINUTE_S, 20);
    zone = zone_of(&t);
    assert_int_equal(zone.rule.mode, CLOCK_FIXED);
    assert_int_equal(zone.rule.offset_min, 480);
    assert_int_equal(newest_s(r, 20), at_s);
    assert_int_equal(rig_live(r, 20).state.current.flags & FIX_TIME_REPLACED, 0);
    rig_restart(r);
    report(&t, at_s + MINUTE_S);
    assert_int_equal(newest_s(r, 20), at_s + MINUTE_S);
    t.told_min = 480; /* the login says so too: the same zone, said by two */
    report(&t, at_s + 2 * MINUTE_S);
    assert_int_equal(newest_s(r, 20), at_s + 2 * MINUTE_S);
}

static void a_claim_waits_for_a_quarter_of_an_hour(void **state)
{
    bool is_right = true;
    struct rig *r = rig_that_learns(*state, &is_right);
    struct tracker t = tracker_new(r, 20, 0, 480);
    for (uint32_t i = 0; i < 30; i++) { /* the third makes the claim, 890 s before the last */
        t.connection = i;
        report(&t, KIT_TIME_S + (i < 3 ? 0 : 890 - 29) + i);
    }
    assert_int_equal(zone_of(&t).rule.mode, CLOCK_TOLD);
    report(&t, KIT_TIME_S + 902);
    assert_int_equal(zone_of(&t).rule.mode, CLOCK_FIXED);
}

/* The example: +3:00 by the login, and on UTC. */
static void a_clock_that_is_behind_is_learnt_in_two_days(void **state)
{
    bool is_right = true;
    struct rig *r = rig_that_learns(*state, &is_right);
    struct tracker t = tracker_new(r, 20, 180, 0);
    int64_t at_s = report_minutes(&t, KIT_TIME_S, 25);
    struct clock_zone zone = zone_of(&t);
    assert_int_equal(clock_zone_hint(&zone).why, CLOCK_HINT_BEHIND);
    assert_int_equal(clock_zone_hint(&zone).offset_min, 0);
    assert_int_equal(newest_s(r, 20), at_s - 3 * HOUR_S);
    rig_restart(r); /* and the first spell is remembered */
    at_s = report_minutes(&t, at_s + 13 * HOUR_S, 20);
    assert_int_equal(newest_s(r, 20), at_s - 3 * HOUR_S);
    at_s = report_minutes(&t, at_s + HOUR_S, 22);
    assert_int_equal(newest_s(r, 20), at_s);
    assert_int_equal(zone_of(&t).rule.mode, CLOCK_ROW);
}

static void nothing_is_learnt_while_our_clock_is_in_doubt(void **state)
{
    bool is_right = false;
    struct rig *r = rig_that_learns(*state, &is_right);
    struct tracker t = tracker_new(r, 20, 0, 480);
    (void)report_ahead(&t, KIT_TIME_S);
    struct clock_zone zone = zone_of(&t);
    assert_true(clock_zone_is_blank(&zone));
    r->options.is_clock_right = NULL; /* as it is for 15 minutes after the start */
    rig_restart(r);
    (void)report_ahead(&t, KIT_TIME_S + HOUR_S);
    zone = zone_of(&t);
    assert_true(clock_zone_is_blank(&zone));
    const int64_t quarter_ms = 900000;
    assert_false(clocks_trust(quarter_ms - 1, true));
    assert_true(clocks_trust(quarter_ms, true));
    assert_false(clocks_trust(quarter_ms, false));
}

/* Without a lock, out of a memory or of cells: no word about the clock. */
static void what_is_no_observation(void **state)
{
    bool is_right = true;
    struct rig *r = rig_that_learns(*state, &is_right);
    for (int kind = 0; kind < 4; kind++) {
        struct tracker t = tracker_new(r, 20 + kind, 0, 480);
        for (uint32_t i = 0; i < 30; i++) {
            struct message m = report_of(&t, KIT_TIME_S + i * MINUTE_S);
            m.fix.flags &= kind == 0 ? ~(uint32_t)FIX_VALID : UINT32_MAX;
            m.fix.flags |= kind == 1 ? FIX_REUPLOAD : 0;
            m.fix.source = kind == 2 ? FIX_LBS : FIX_GPS;
            m.kind = kind == 3 ? MESSAGE_HEARTBEAT : MESSAGE_FIX;
            t.connection = i;
            report_message(&t, &m, KIT_TIME_S + i * MINUTE_S + 5);
        }
        struct clock_zone zone = zone_of(&t);
        assert_true(clock_zone_is_blank(&zone));
    }
}

static void what_somebody_decided_is_not_learnt_but_hinted_at(void **state)
{
    bool is_right = true;
    struct rig *r = rig_that_learns(*state, &is_right);
    const int16_t hour = 60;
    struct tracker t = tracker_new(r, 20, 0, 480);
    put_device(r, 20, t.device_id, &hour);
    (void)report_ahead(&t, KIT_TIME_S);
    struct clock_zone zone = zone_of(&t);
    assert_int_equal(zone.rule.mode, CLOCK_TOLD);
    assert_int_equal(clock_zone_hint(&zone).offset_min, 480);
}

/* ---- many that want the same ---- */

/* `wrong` of `count` trackers are ahead by an hour; answers how many are corrected. */
static size_t corrected_of(struct rig *r, size_t wrong, size_t count)
{
    struct tracker t[64];
    size_t corrected = 0;
    assert_true(count <= 64);
    for (size_t i = 0; i < count; i++) {
        t[i] = tracker_new(r, (int64_t)(100 + i), 0, i < wrong ? 60 : 0);
    }
    for (int64_t minute = 0; minute < 22; minute++) {
        for (size_t i = 0; i < count; i++) {
            t[i].connection = (uint32_t)(i * 100 + (minute > 4));
            int64_t time_s = KIT_TIME_S + minute * MINUTE_S;
            struct message m = report_of(&t[i], time_s);
            rig_push_on(r, arrival_of(&t[i], &m, time_s + 5));
        }
    }
    assert_int_equal(rig_wait(r, r->sent).outcome, OUTCOME_STORED);
    for (size_t i = 0; i < wrong; i++) {
        corrected += zone_of(&t[i]).rule.mode == CLOCK_FIXED;
    }
    return corrected;
}

static void two_of_two_are_believed(void **state)
{
    bool is_right = true;
    assert_int_equal(corrected_of(rig_that_learns(*state, &is_right), 2, 2), 2);
}

static void three_of_sixty_are_our_own_clock(void **state)
{
    bool is_right = true;
    assert_int_equal(corrected_of(rig_that_learns(*state, &is_right), 3, 60), 0);
}

static void three_of_sixty_one_are_believed(void **state)
{
    bool is_right = true;
    assert_int_equal(corrected_of(rig_that_learns(*state, &is_right), 3, 61), 3);
}

static void other_shifts_are_other_claims(void **state)
{
    bool is_right = true;
    struct rig *r = rig_that_learns(*state, &is_right);
    struct tracker t[4];
    for (int i = 0; i < 4; i++) {
        t[i] = tracker_new(r, 20 + i, 0, 60 * (i + 1));
        (void)report_ahead(&t[i], KIT_TIME_S + i);
        assert_int_equal(zone_of(&t[i]).rule.offset_min, 60 * (i + 1));
    }
}

/* ---- repeats ---- */

/* Learns that a clock of +3:00 is on UTC; answers the time of the last fix. */
static int64_t learn_behind(struct tracker *t, int64_t from_s)
{
    int64_t at_s = report_minutes(t, from_s, 25);
    at_s = report_minutes(t, at_s + 13 * HOUR_S, 25);
    assert_int_equal(zone_of(t).rule.mode, CLOCK_ROW);
    return at_s;
}

static void repeats_are_known_by_the_zone_before(void **state)
{
    bool is_right = true;
    struct rig *r = rig_that_learns(*state, &is_right);
    struct tracker t = tracker_new(r, 20, 180, 0);
    (void)learn_behind(&t, KIT_TIME_S);
    size_t count = kit_count(r->store, 20);
    rig_restart(r);
    uint64_t repeated = counter_get(&r->counters, fixes_repeated);
    struct message again = report_of(&t, KIT_TIME_S + 3 * MINUTE_S);
    int64_t changed_s = zone_of(&t).formers[0].until_s;
    report_message(&t, &again, changed_s + 7 * DAY_S);
    assert_int_equal(kit_count(r->store, 20), count);
    assert_counter(r, fixes_repeated, repeated + 1);
    report_message(&t, &again, changed_s + 7 * DAY_S + 60); /* a week is a week */
    assert_int_equal(kit_count(r->store, 20), count + 1);
    assert_int_equal(zone_of(&t).formers[0].until_s, 0);
}

/* What was too far ahead to be believed was stored under its arrival. */
static void repeats_are_known_by_the_arrival_before(void **state)
{
    bool is_right = true;
    struct rig *r = rig_that_learns(*state, &is_right);
    struct tracker t = tracker_new(r, 20, 0, 480);
    int64_t at_s = report_ahead(&t, KIT_TIME_S);
    size_t count = kit_count(r->store, 20);
    for (int64_t s = KIT_TIME_S; s < KIT_TIME_S + 5 * MINUTE_S; s += MINUTE_S) {
        struct message again = report_of(&t, s);
        report_message(&t, &again, at_s + 60);
        report_message(&t, &again, at_s + 9 * HOUR_S); /* when that would be no future any more */
    }
    assert_int_equal(kit_count(r->store, 20), count);
}

/*
 * A parked vehicle says the same again and again. Three hours later, read as it was before the
 * change, its fix would have the time of one that is stored.
 */
static void what_is_taken_after_the_change_is_no_repeat(void **state)
{
    bool is_right = true;
    struct rig *r = rig_that_learns(*state, &is_right);
    struct tracker t = tracker_new(r, 20, 180, 0);
    int64_t at_s = learn_behind(&t, KIT_TIME_S) + HOUR_S;
    size_t count = kit_count(r->store, 20);
    struct message parked = report_of(&t, at_s);
    report_message(&t, &parked, at_s + 5);
    parked.fix.gps_time_s += 3 * HOUR_S;
    report_message(&t, &parked, at_s + 3 * HOUR_S + 5);
    assert_int_equal(kit_count(r->store, 20), count + 2);
    assert_int_equal(newest_s(r, 20), at_s + 3 * HOUR_S);
}

/* ---- when commits fail ---- */

static void a_refused_batch_teaches_nothing(void **state)
{
    bool is_right = true;
    struct rig *r = rig_that_learns(*state, &is_right);
    struct tracker t = tracker_new(r, 20, 0, 480);
    report(&t, KIT_TIME_S);
    report(&t, KIT_TIME_S + 1);
    struct message third = report_of(&t, KIT_TIME_S + 2);
    struct arrival a = arrival_of(&t, &third, KIT_TIME_S + 7);
    fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0);
    assert_int_equal(rig_push(r, a).outcome, OUTCOME_REFUSED);
    fault_vfs_set(&r->vfs, FAULT_SYNC_QUICK, 0);
    assert_int_equal(zone_of(&t).ahead.count, 2);
    report(&t, KIT_TIME_S + 2);
    assert_int_equal(zone_of(&t).ahead.count, 3);
    rig_restart(r);
    assert_int_equal(zone_of(&t).ahead.count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(the_field_beats_the_login),
        WITH_RIG(the_configuration_beats_the_login_and_not_the_field),
        WITH_RIG(the_terminals_of_one_link_have_their_own_zones),
        WITH_RIG(joined_messages_are_read_in_the_zone_of_their_device),
        WITH_RIG(a_time_of_utc_is_not_shifted),
        WITH_RIG(a_clock_that_is_ahead_is_learnt),
        WITH_RIG(a_claim_waits_for_a_quarter_of_an_hour),
        WITH_RIG(a_clock_that_is_behind_is_learnt_in_two_days),
        WITH_RIG(nothing_is_learnt_while_our_clock_is_in_doubt),
        WITH_RIG(what_is_no_observation),
        WITH_RIG(what_somebody_decided_is_not_learnt_but_hinted_at),
        WITH_RIG(two_of_two_are_believed),
        WITH_RIG(three_of_sixty_are_our_own_clock),
        WITH_RIG(three_of_sixty_one_are_believed),
        WITH_RIG(other_shifts_are_other_claims),
        WITH_RIG(repeats_are_known_by_the_zone_before),
        WITH_RIG(repeats_are_known_by_the_arrival_before),
        WITH_RIG(what_is_taken_after_the_change_is_no_repeat),
        WITH_RIG(a_refused_batch_teaches_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
