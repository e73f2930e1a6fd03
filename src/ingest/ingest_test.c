#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/ingest_testing.h"

/* ---- fixes ---- */

static void a_fix_is_stored_and_shown(void **state)
{
    struct rig *r = *state;
    struct fix fix = kit_fix(KIT_TIME_S - 3);
    fix.rcv_time_s = 0;
    rig_send_fix(r, fix);
    struct live live = rig_live(r, RIG_DEVICE);
    assert_true(live.reported);
    assert_int_equal(live.state.current.gps_time_s, KIT_TIME_S - 3);
    assert_int_equal(live.state.current.rcv_time_s, KIT_TIME_S);
    assert_int_equal(live.heard_wall_ms, KIT_TIME_S * 1000);
    assert_true(live.heard_monotonic_ms > 0);
    struct fix stored;
    assert_int_equal(kit_read(r->store, RIG_DEVICE, INT64_MAX, &stored, 1), 1);
    fix.rcv_time_s = KIT_TIME_S;
    assert_true(kit_same_fix(&stored, &fix));
    assert_counter(r, fixes_stored, 1);
    assert_counter(r, fixes_late, 0);
    assert_counter(r, times_replaced, 0);
}

static void the_state_is_there_after_a_restart(void **state)
{
    struct rig *r = *state;
    rig_send_fix(r, kit_fix(KIT_TIME_S - 20));
    rig_send_fix(r, kit_fix(KIT_TIME_S - 10));
    struct fold_state before = rig_live(r, RIG_DEVICE).state;
    rig_restart(r);
    struct live live = rig_live(r, RIG_DEVICE);
    assert_true(live.reported);
    assert_int_equal(live.heard_monotonic_ms, 0);
    assert_same_state(&live.state, &before);
    rig_send_fix(r, kit_fix(KIT_TIME_S));
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 3);
}

static void leading_zeros_do_not_matter(void **state)
{
    struct rig *r = *state;
    struct arrival a = rig_arrival(NULL, 0);
    a.device_id = "13912345678";
    assert_int_equal(rig_send(r, a).device, RIG_DEVICE);
    a.device_id = "0013912345678";
    assert_int_equal(rig_send(r, a).device, RIG_DEVICE);
    a.device_id = "3912345678";
    assert_int_equal(rig_send(r, a).device, 0);
}

static void times_are_judged(void **state)
{
    enum { MIN_S = 1104537600, NOW = 0 };
    static const struct {
        int64_t said_s;
        bool is_kept;
    } cases[] = {
        {0, false},
        {MIN_S - 1, false},
        {MIN_S, true},
        {KIT_TIME_S, true},
        {KIT_TIME_S + 600, true},
        {KIT_TIME_S + 601, false},
        {253402300799, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig *r = *state;
        uint64_t replaced = counter_get(&r->counters, times_replaced);
        char device_id[DEVICE_ID_SIZE];
        (void)snprintf(device_id, sizeof(device_id), "time%zu", i);
        int64_t device = (int64_t)(10 + i);
        assert_int_equal(rig_put_device(r, device, device_id, false), ERR_OK);
        struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(cases[i].said_s)};
        struct arrival a = rig_arrival(&m, 1);
        a.device_id = device_id;
        assert_int_equal(rig_send(r, a).device, device);
        struct fix f = {0};
        assert_int_equal(kit_read(r->store, device, INT64_MAX, &f, 1), 1);
        bool is_kept = cases[i].is_kept;
        assert_int_equal(f.gps_time_s, is_kept ? cases[i].said_s : KIT_TIME_S);
        assert_int_equal(f.original_time_s, is_kept ? 0 : cases[i].said_s);
        assert_int_equal((f.flags & FIX_TIME_REPLACED) != 0, !is_kept);
        assert_int_equal(counter_get(&r->counters, times_replaced) - replaced, is_kept ? 0 : 1);
    }
}

static void a_fix_without_time_takes_the_arrival(void **state)
{
    struct rig *r = *state;
    struct fix fix = kit_fix(5);
    fix.has &= ~(uint32_t)FIX_HAS_TIME;
    fix_set_position(&fix, 525000000, 134000000, true);
    fix.gps_time_s = 0;
    rig_send_fix(r, fix);
    struct fix f = rig_live(r, RIG_DEVICE).state.current;
    assert_int_equal(f.gps_time_s, KIT_TIME_S);
    assert_int_equal(f.flags & FIX_TIME_REPLACED, 0);
    assert_counter(r, times_replaced, 0);
}

/* ---- repeats ---- */

static void repeats_are_acknowledged_and_dropped(void **state)
{
    struct rig *r = *state;
    struct fix fixes[3] = {kit_fix(KIT_TIME_S - 20), kit_fix(KIT_TIME_S - 10), kit_fix(KIT_TIME_S)};
    struct fix twice[2] = {fixes[0], fixes[0]};
    rig_send_fixes(r, twice, 2); /* within one batch */
    assert_counter(r, fixes_repeated, 1);
    rig_send_fix(r, fixes[0]); /* the newest of the store */
    assert_counter(r, fixes_repeated, 2);
    rig_send_fixes(r, fixes, 3);
    assert_counter(r, fixes_repeated, 3);
    fixes[1].flags |= FIX_REUPLOAD;
    struct message m = {.kind = MESSAGE_FIX, .fix = fixes[1]};
    struct arrival a = rig_arrival(&m, 1);
    a.rcv_time_ms += 5000;
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED); /* an older one of the store */
    assert_counter(r, fixes_repeated, 4);
    assert_counter(r, fixes_stored, 3);
    struct fix stored[4];
    assert_int_equal(kit_read(r->store, RIG_DEVICE, INT64_MAX, stored, 4), 3);
    assert_int_equal(stored[1].rcv_time_s, KIT_TIME_S); /* the first one's */
}

static void two_fixes_of_one_second_both_stay(void **state)
{
    struct rig *r = *state;
    struct fix fixes[2] = {kit_fix(KIT_TIME_S), kit_fix(KIT_TIME_S)};
    fixes[1].alarms = ALARM_BIT(SOS);
    rig_send_fixes(r, fixes, 2);
    rig_send_fixes(r, fixes, 2);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 2);
    assert_counter(r, fixes_repeated, 2);
    assert_counter(r, fixes_late, 0);
    assert_int_equal(rig_live(r, RIG_DEVICE).state.active_alarms, ALARM_BIT(SOS));
}

/* ---- the other messages ---- */

static void heartbeats(void **state)
{
    struct rig *r = *state;
    struct message m = {.kind = MESSAGE_HEARTBEAT};
    assert_int_equal(rig_send(r, rig_arrival(&m, 1)).outcome, OUTCOME_STORED);
    assert_false(rig_live(r, RIG_DEVICE).reported);
    assert_int_equal(rig_live(r, RIG_DEVICE).heard_wall_ms, KIT_TIME_S * 1000);
    fix_set_time(&m.fix, KIT_TIME_S - 1000); /* a time alone says nothing */
    (void)rig_send(r, rig_arrival(&m, 1));
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 0);
    fix_set_battery_percent(&m.fix, 70);
    (void)rig_send(r, rig_arrival(&m, 1));
    struct fix f = rig_live(r, RIG_DEVICE).state.current;
    assert_int_equal(f.gps_time_s, 0); /* before any fix */
    assert_int_equal(f.battery_percent, 70);
    assert_false(rig_live(r, RIG_DEVICE).reported);
    struct fix stored;
    assert_int_equal(kit_read(r->store, RIG_DEVICE, INT64_MAX, &stored, 1), 1);
    assert_int_equal(stored.flags, FIX_HEARTBEAT);
    assert_int_equal(stored.has, FIX_HAS_BATTERY_PERCENT);
    (void)rig_send(r, rig_arrival(&m, 1)); /* nothing new: not stored again */
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 1);
}

/* What a heartbeat says is filed under the newest fix, and makes no fix late. */
static void heartbeats_leave_the_gps_time_alone(void **state)
{
    struct rig *r = *state;
    struct message m = {.kind = MESSAGE_HEARTBEAT};
    fix_set_battery_percent(&m.fix, 70);
    rig_send_fix(r, kit_fix(KIT_TIME_S - 300));
    (void)rig_send(r, rig_arrival(&m, 1));
    struct live live = rig_live(r, RIG_DEVICE);
    assert_true(live.reported);
    assert_int_equal(live.state.current.gps_time_s, kit_fix(KIT_TIME_S - 300).gps_time_s);
    assert_int_equal(live.state.current.rcv_time_s, KIT_TIME_S);
    assert_int_equal(live.state.current.battery_percent, 70);
    rig_send_fix(r, kit_fix(KIT_TIME_S - 200));
    assert_counter(r, fixes_late, 0);
    live = rig_live(r, RIG_DEVICE);
    assert_int_equal(live.state.current.gps_time_s, kit_fix(KIT_TIME_S - 200).gps_time_s);
    assert_int_equal(live.state.current.battery_percent, 70);
}

static void logins_and_others_only_tell_that_it_is_alive(void **state)
{
    struct rig *r = *state;
    struct message m[2] = {{.kind = MESSAGE_LOGIN}, {.kind = MESSAGE_OTHER}};
    uint64_t commits = counter_get(&r->counters, commits);
    struct verdict v = rig_send(r, rig_arrival(m, 2));
    assert_int_equal(v.outcome, OUTCOME_STORED);
    assert_int_equal(v.device, RIG_DEVICE);
    assert_int_equal(rig_live(r, RIG_DEVICE).heard_wall_ms, KIT_TIME_S * 1000);
    assert_counter(r, commits, commits); /* nothing to be made durable */
}

static void texts_are_stored(void **state)
{
    struct rig *r = *state;
    struct message m[2] = {{.kind = MESSAGE_RESPONSE, .text = bytes_of_text("RELAY,1,OK")},
                           {.kind = MESSAGE_RESPONSE}};
    uint64_t commits = counter_get(&r->counters, commits);
    assert_int_equal(rig_send(r, rig_arrival(m, 2)).outcome, OUTCOME_STORED);
    assert_counter(r, commits, commits + 1);
    assert_false(rig_live(r, RIG_DEVICE).reported);
}

/* ---- verdicts ---- */

static void verdicts_carry_what_the_reply_needs(void **state)
{
    struct rig *r = *state;
    struct arrival a = rig_arrival(NULL, 0);
    a.wants_reply = true;
    a.hint.at[0] = 1;
    a.hint.at[PROTOCOL_HINT_BYTES - 1] = 2;
    uint32_t credit_bytes = 0;
    a.connection = (struct connection_ref){.slot = 12, .generation = 34};
    assert_int_equal(ingest_push(r->ingest, &a, &credit_bytes), ERR_OK);
    a.wants_reply = false;
    a.wants_close = true;
    assert_int_equal(ingest_push(r->ingest, &a, &credit_bytes), ERR_OK);
    struct verdict second = rig_wait(r, 2);
    struct verdict first = r->verdicts[0];
    assert_true(first.wants_reply);
    assert_false(first.wants_close);
    assert_false(second.wants_reply);
    assert_true(second.wants_close);
    assert_int_equal(first.connection.slot, 12);
    assert_int_equal(first.connection.generation, 34);
    assert_memory_equal(&first.hint, &a.hint, sizeof(a.hint));
    assert_int_equal(first.credit_bytes, credit_bytes);
    assert_true(credit_bytes > 0);
}

static void verdicts_come_in_order(void **state)
{
    enum { MANY = 1000 };
    struct rig *r = *state;
    for (int64_t i = 0; i < MANY; i++) {
        struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S - MANY + i)};
        enum err e = rig_try(r, rig_arrival(&m, 1));
        while (e == ERR_BUSY) {
            (void)rig_wait(r, r->sent);
            e = rig_try(r, rig_arrival(&m, 1));
        }
        assert_int_equal(e, ERR_OK);
    }
    (void)rig_wait(r, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(r->verdicts[i].connection.slot, i);
        assert_int_equal(r->verdicts[i].outcome, OUTCOME_STORED);
    }
    assert_int_equal(kit_count(r->store, RIG_DEVICE), MANY);
    assert_true(r->deliveries < MANY); /* they go in batches */
    assert_counter(r, fixes_late, 0);
}

static void stopping_answers_what_is_queued(void **state)
{
    enum { MANY = 200 };
    struct rig *r = *state;
    for (int64_t i = 0; i < MANY; i++) {
        struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S - MANY + i)};
        assert_int_equal(rig_try(r, rig_arrival(&m, 1)), ERR_OK);
    }
    rig_restart(r);
    assert_int_equal(r->verdict_count, MANY);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), MANY);
}

/* ---- the queue's bounds ---- */

static enum err wait_for_flag(struct job_context *job, void *arg)
{
    (void)job;
    while (!atomic_load((atomic_bool *)arg)) {
        (void)sched_yield();
    }
    return ERR_OK;
}

struct blocker {
    struct rig *rig;
    atomic_bool go_on;
    pthread_t thread;
};

static void *block(void *context)
{
    struct blocker *b = context;
    enum err e = ingest_call(b->rig->ingest, wait_for_flag, &b->go_on, NULL, RIG_CALL_MS);
    return e == ERR_OK ? NULL : b;
}

static void a_full_queue_takes_nothing_and_loses_nothing(void **state)
{
    struct rig *r = *state;
    struct blocker b = {.rig = r};
    assert_int_equal(pthread_create(&b.thread, NULL, block, &b), 0);
    struct message *many = mem_new_array(PROTOCOL_MESSAGES_MAX, sizeof(*many));
    for (int64_t i = 0; i < PROTOCOL_MESSAGES_MAX; i++) {
        many[i] = (struct message){.kind = MESSAGE_FIX,
                                   .fix = kit_fix(KIT_TIME_S - PROTOCOL_MESSAGES_MAX + i)};
    }
    /* The largest frame fits, but not twice. */
    enum err e = ERR_OK;
    for (unsigned i = 0; i < 3 && e == ERR_OK; i++) {
        e = rig_try(r, rig_arrival(many, PROTOCOL_MESSAGES_MAX));
    }
    assert_int_equal(e, ERR_BUSY);
    assert_true(r->sent > 0);
    atomic_store(&b.go_on, true);
    void *failed = NULL;
    assert_int_equal(pthread_join(b.thread, &failed), 0);
    assert_null(failed);
    (void)rig_wait(r, r->sent);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), PROTOCOL_MESSAGES_MAX);
    free(many);
}

static void what_can_never_fit_is_told_apart(void **state)
{
    struct rig *r = *state;
    static uint8_t text[MESSAGE_TEXT_MAX];
    struct message *many = mem_new_array(PROTOCOL_MESSAGES_MAX, sizeof(*many));
    for (size_t i = 0; i < PROTOCOL_MESSAGES_MAX; i++) {
        many[i] = (struct message){.kind = MESSAGE_RESPONSE, .text = {text, sizeof(text)}};
    }
    assert_int_equal(rig_try(r, rig_arrival(many, PROTOCOL_MESSAGES_MAX)), ERR_TOO_LONG);
    free(many);
}

/* ---- unregistered trackers ---- */

static struct live live_of(struct rig *r)
{
    struct device_ref ref;
    struct live live;
    assert_int_equal(directory_find(r->directory, RIG_DEVICE, &ref), ERR_OK);
    tracked_live(r->directory, ref.tracked, &live);
    device_ref_release(r->directory, &ref);
    return live;
}

/* Who is registered while connected was heard when it spoke, not when it was registered. */
static void what_was_said_earlier_is_no_sign_of_life_now(void **state)
{
    struct rig *r = *state;
    enum { QUIET_MS = 90000 };
    struct arrival a = rig_arrival(NULL, 0);
    a.quiet_ms = QUIET_MS;
    struct verdict v = rig_send(r, a);
    assert_int_equal(v.outcome, OUTCOME_STORED);
    assert_int_equal(v.device, RIG_DEVICE);
    assert_int_equal(v.quiet_ms, QUIET_MS);
    assert_true(live_of(r).heard_monotonic_ms <= clock_monotonic_ms() - QUIET_MS);
    a.quiet_ms = 0;
    (void)rig_send(r, a);
    int64_t heard_ms = live_of(r).heard_monotonic_ms;
    assert_true(heard_ms > clock_monotonic_ms() - QUIET_MS);
    a.quiet_ms = QUIET_MS;
    (void)rig_send(r, a);
    assert_int_equal(live_of(r).heard_monotonic_ms, heard_ms);
}

static void unregistered_trackers_are_refused_and_noted(void **state)
{
    struct rig *r = *state;
    struct message m[2] = {{.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S)},
                           {.kind = MESSAGE_HEARTBEAT}};
    struct arrival a = rig_arrival(m, 2);
    a.device_id = "0000860000000001";
    a.address = "192.0.2.1:1234";
    a.frame = bytes_of_text("\x7e...\x7e");
    struct verdict v = rig_send(r, a);
    assert_int_equal(v.outcome, OUTCOME_UNREGISTERED);
    assert_int_equal(v.device, 0);
    assert_true(v.refuses_fixes);
    struct arrival alive = a;
    alive.messages = &m[1];
    alive.count = 1;
    assert_false(rig_send(r, alive).refuses_fixes);
    assert_counter(r, fixes_refused, 1);
    assert_counter(r, fixes_stored, 0);
    struct arena arena = {0};
    size_t count = 0;
    struct unknown_tracker *u = unknown_list(r->unknown, &arena, &count);
    assert_int_equal(count, 1);
    assert_string_equal(u->device_id, "0000860000000001");
    assert_string_equal(u->address, "192.0.2.1:1234");
    assert_int_equal(u->count, 2);
    assert_int_equal(u->last_time_s, KIT_TIME_S);
    assert_int_equal(u->frame_len, 5);
    assert_memory_equal(u->frame, "\x7e...\x7e", 5);
    arena_free(&arena);

    assert_int_equal(rig_put_device(r, 2, "860000000001", false), ERR_OK);
    arena = (struct arena){0};
    (void)unknown_list(r->unknown, &arena, &count);
    assert_int_equal(count, 0);
    arena_free(&arena);
    v = rig_send(r, a);
    assert_int_equal(v.outcome, OUTCOME_STORED);
    assert_int_equal(v.device, 2);
    assert_int_equal(kit_count(r->store, 2), 1);
}

static void long_frames_and_addresses_are_cut(void **state)
{
    struct rig *r = *state;
    uint8_t frame[UNKNOWN_FRAME_MAX + 10] = {1, 2, 3};
    char address[100];
    memset(address, 'a', sizeof(address) - 1);
    address[sizeof(address) - 1] = '\0';
    struct arrival a = rig_arrival(NULL, 0);
    a.device_id = "stranger";
    a.address = address;
    a.frame = (struct bytes){frame, sizeof(frame)};
    (void)rig_send(r, a);
    struct arena arena = {0};
    size_t count = 0;
    struct unknown_tracker *u = unknown_list(r->unknown, &arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(u->frame_len, UNKNOWN_FRAME_MAX);
    assert_memory_equal(u->frame, frame, UNKNOWN_FRAME_MAX);
    assert_int_equal(strlen(u->address), UNKNOWN_ADDRESS_SIZE - 1);
    arena_free(&arena);
}

static void open_registration_adds_the_device(void **state)
{
    struct rig *r = *state;
    r->options.registration_open = true;
    rig_restart(r);
    struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S - 10)};
    struct arrival a = rig_arrival(&m, 1);
    a.device_id = "860000000001";
    struct verdict v = rig_send(r, a);
    assert_int_equal(v.outcome, OUTCOME_STORED);
    assert_int_equal(v.device, RIG_NEWCOMER);
    m.fix = kit_fix(KIT_TIME_S);
    a.device_id = "0860000000001";
    assert_int_equal(rig_send(r, a).device, RIG_NEWCOMER);
    rig_restart(r);
    struct device_ref ref;
    assert_int_equal(directory_find_tracker(r->directory, "860000000001", &ref), ERR_OK);
    assert_int_equal(ref.info->id, RIG_NEWCOMER);
    assert_int_equal(ref.info->enterprise_id, RIG_ENTERPRISE);
    assert_string_equal(ref.info->plate, "860000000001");
    assert_string_equal(ref.info->object_code, "001025");
    device_ref_release(r->directory, &ref);
    assert_int_equal(kit_count(r->store, RIG_NEWCOMER), 2);
    assert_int_equal(rig_live(r, RIG_NEWCOMER).state.current.gps_time_s, KIT_TIME_S);
}

/* Names that somebody has already are not given twice. */
static void open_registration_finds_free_names(void **state)
{
    struct rig *r = *state;
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    c.device = (struct device){.id = 5,
                               .enterprise_id = RIG_ENTERPRISE,
                               .device_id = "other",
                               .plate = "newcomer",
                               .object_code = "001025"};
    device_init(&c.device);
    assert_int_equal(rig_change(r, c), ERR_OK);
    r->options.registration_open = true;
    rig_restart(r);
    struct arrival a = rig_arrival(NULL, 0);
    a.device_id = "newcomer";
    assert_int_equal(rig_send(r, a).device, RIG_NEWCOMER);
    struct device_ref ref;
    assert_int_equal(directory_find(r->directory, RIG_NEWCOMER, &ref), ERR_OK);
    assert_string_equal(ref.info->plate, "newcomer #1025");
    assert_string_equal(ref.info->object_code, "001025-2");
    device_ref_release(r->directory, &ref);
}

/* What no call could register is not added unseen either. */
static void open_registration_keeps_to_the_rule_of_identities(void **state)
{
    struct rig *r = *state;
    r->options.registration_open = true;
    rig_restart(r);
    struct arrival a = rig_arrival(NULL, 0);
    a.device_id = "@anna";
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_UNREGISTERED);
    a.device_id = "anna@3f8a2c1e-90ab-4cde-8f01-23456789abcd.phones.example:65535.x";
    assert_int_equal(strlen(a.device_id), DEVICE_ID_MAX);
    assert_int_equal(rig_send(r, a).device, RIG_NEWCOMER);
}

static void open_registration_needs_its_enterprise(void **state)
{
    struct rig *r = *state;
    r->options.registration_open = true;
    r->options.open_enterprise = 99;
    rig_restart(r);
    struct arrival a = rig_arrival(NULL, 0);
    a.device_id = "newcomer";
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_UNREGISTERED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(a_fix_is_stored_and_shown),
        WITH_RIG(the_state_is_there_after_a_restart),
        WITH_RIG(leading_zeros_do_not_matter),
        WITH_RIG(times_are_judged),
        WITH_RIG(a_fix_without_time_takes_the_arrival),
        WITH_RIG(repeats_are_acknowledged_and_dropped),
        WITH_RIG(two_fixes_of_one_second_both_stay),
        WITH_RIG(heartbeats),
        WITH_RIG(heartbeats_leave_the_gps_time_alone),
        WITH_RIG(logins_and_others_only_tell_that_it_is_alive),
        WITH_RIG(texts_are_stored),
        WITH_RIG(verdicts_carry_what_the_reply_needs),
        WITH_RIG(verdicts_come_in_order),
        WITH_RIG(stopping_answers_what_is_queued),
        WITH_RIG(a_full_queue_takes_nothing_and_loses_nothing),
        WITH_RIG(what_can_never_fit_is_told_apart),
        WITH_RIG(unregistered_trackers_are_refused_and_noted),
        WITH_RIG(what_was_said_earlier_is_no_sign_of_life_now),
        WITH_RIG(long_frames_and_addresses_are_cut),
        WITH_RIG(open_registration_adds_the_device),
        WITH_RIG(open_registration_finds_free_names),
        WITH_RIG(open_registration_keeps_to_the_rule_of_identities),
        WITH_RIG(open_registration_needs_its_enterprise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
