/* SIM cards go to the trackers that tell them, and alarms with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/directory_rules.h"
#include "fleet/directory_sims.h"
#include "ingest/ingest_testing.h"

enum { SECOND = 2, THIRD = 3, OTHER_ENTERPRISE = 7, EVENTS_MAX = 32 };

#define CARD_A "8988228055509013601"
#define CARD_B "8988228055509013602"
#define CARD_C "8988228055509013603"
#define CARD_D "8988228055509013604"

static const char second_id[] = "013912345679";
static const char imei_id[] = "862405517000969";

static void put_card(struct rig *r, struct sim_card card)
{
    struct change c = {.kind = CHANGE_PUT_SIM};
    card.enterprise_id = card.enterprise_id == 0 ? RIG_ENTERPRISE : card.enterprise_id;
    entity_init(ENTITY_SIM, &card);
    c.sim = card;
    assert_int_equal(rig_change(r, c), ERR_OK);
}

/* The device that has the card. */
static int64_t holder_of(struct rig *r, const char *iccid)
{
    struct arena arena = {0};
    struct sim_card card;
    assert_int_equal(directory_sim(r->directory, iccid, &arena, &card), ERR_OK);
    int64_t device = card.device_id;
    arena_free(&arena);
    return device;
}

/* A report of minute `i` that tells a card. */
static struct message report(int64_t i, const char *iccid)
{
    struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S - 60000 + i * 60)};
    fix_set_iccid(&m.fix, iccid);
    return m;
}

static void send_from(struct rig *r, const char *device_id, const struct message *m, size_t count)
{
    struct arrival a = rig_arrival(m, count);
    a.device_id = device_id;
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
}

static void tell(struct rig *r, const char *device_id, int64_t i, const char *iccid)
{
    const struct message m = report(i, iccid);
    send_from(r, device_id, &m, 1);
}

/* The SIM changed alarms of a device, oldest first; how many there are. */
static size_t alarms_of(struct rig *r, int64_t device, struct event out[EVENTS_MAX],
                        struct arena *arena)
{
    struct store_events found;
    const struct store_event_query query = {.devices = &device,
                                            .device_count = 1,
                                            .from_s = 0,
                                            .to_s = INT64_MAX,
                                            .kinds = UINT64_C(1) << ALARM_SIM_CHANGED,
                                            .limit = EVENTS_MAX};
    assert_int_equal(store_read_events(r->store, &query, arena, &found), ERR_OK);
    memcpy(out, found.at, found.count * sizeof(*out));
    return found.count;
}

static size_t count_alarms(struct rig *r, int64_t device)
{
    struct arena arena = {0};
    struct event list[EVENTS_MAX];
    size_t count = alarms_of(r, device, list, &arena);
    arena_free(&arena);
    return count;
}

static bool is_alarmed(struct rig *r, int64_t device)
{
    return (directory_timer_alarms(r->directory, device) & ALARM_BIT(SIM_CHANGED)) != 0;
}

/* The rig's device, and a second one; cards A and B are in none. */
static int set_up(void **state)
{
    int failed = rig_set_up(state);
    struct rig *r = *state;
    assert_int_equal(rig_put_device(r, SECOND, second_id, false), ERR_OK);
    put_card(r, (struct sim_card){.id = 1, .iccid = CARD_A});
    put_card(r, (struct sim_card){.id = 2, .iccid = CARD_B});
    return failed;
}
#define WITH_CARDS(test) cmocka_unit_test_setup_teardown(test, set_up, rig_tear_down)

static void a_first_card_is_bound_without_a_word(void **state)
{
    struct rig *r = *state;
    tell(r, rig_id, 1, CARD_A "f");
    assert_int_equal(holder_of(r, CARD_A), RIG_DEVICE);
    tell(r, rig_id, 2, CARD_A);
    assert_int_equal(count_alarms(r, RIG_DEVICE), 0);
    rig_restart(r);
    assert_int_equal(holder_of(r, CARD_A), RIG_DEVICE);
    tell(r, rig_id, 3, CARD_A);
    assert_int_equal(count_alarms(r, RIG_DEVICE), 0);
}

static void a_card_in_another_tracker_is_an_alarm(void **state)
{
    struct rig *r = *state;
    struct arena arena = {0};
    struct event list[EVENTS_MAX];
    tell(r, rig_id, 1, CARD_A);
    tell(r, second_id, 2, CARD_A);
    assert_int_equal(holder_of(r, CARD_A), SECOND);
    assert_int_equal(count_alarms(r, RIG_DEVICE), 0);
    assert_int_equal(alarms_of(r, SECOND, list, &arena), 1);
    assert_true(list[0].is_alarm);
    assert_string_equal(list[0].name, CARD_A);
    assert_int_equal(list[0].gps_time_s, report(2, "").fix.gps_time_s);
    assert_int_equal(list[0].ended_s, 0);
    assert_true(is_alarmed(r, SECOND));
    tell(r, second_id, 11, CARD_A);
    assert_true(is_alarmed(r, SECOND));
    rig_restart(r);
    assert_true(is_alarmed(r, SECOND));
    tell(r, second_id, 12, CARD_A); /* ten minutes later */
    assert_false(is_alarmed(r, SECOND));
    assert_int_equal(alarms_of(r, SECOND, list, &arena), 1);
    assert_int_equal(list[0].ended_s, report(12, "").fix.gps_time_s);
    arena_free(&arena);
}

/* Of whoever it is: a card that nobody entered is another one, too. */
static void a_tracker_with_another_card_is_an_alarm(void **state)
{
    struct rig *r = *state;
    tell(r, rig_id, 1, CARD_A);
    tell(r, rig_id, 2, CARD_C);
    assert_int_equal(count_alarms(r, RIG_DEVICE), 1);
    assert_int_equal(holder_of(r, CARD_A), RIG_DEVICE);
    tell(r, rig_id, 20, CARD_C);
    assert_false(is_alarmed(r, RIG_DEVICE));
    tell(r, second_id, 1, CARD_C);
    tell(r, second_id, 2, CARD_B);
    assert_int_equal(holder_of(r, CARD_B), SECOND);
    assert_int_equal(count_alarms(r, SECOND), 1);
}

/* A lock with two slots tells now one and now the other. */
static void two_cards_of_a_device_are_no_alarm(void **state)
{
    struct rig *r = *state;
    put_card(r, (struct sim_card){.id = 1, .iccid = CARD_A, .device_id = RIG_DEVICE});
    put_card(r, (struct sim_card){.id = 2, .iccid = CARD_B, .device_id = RIG_DEVICE});
    tell(r, rig_id, 1, CARD_A);
    tell(r, rig_id, 2, CARD_B);
    tell(r, rig_id, 3, CARD_A);
    assert_int_equal(count_alarms(r, RIG_DEVICE), 0);
    assert_int_equal(directory_sims_in(r->directory, RIG_DEVICE), 2);
}

/* Neither of which is known here. */
static void two_cards_in_turn_are_one_change(void **state)
{
    struct rig *r = *state;
    for (int64_t i = 0; i < 20; i += 2) {
        tell(r, rig_id, i, CARD_C);
        tell(r, rig_id, i + 1, CARD_D);
    }
    assert_int_equal(count_alarms(r, RIG_DEVICE), 1);
    tell(r, rig_id, 20, CARD_C);
    assert_false(is_alarmed(r, RIG_DEVICE));
    tell(r, rig_id, 90, CARD_D); /* it was away for more than an hour */
    assert_int_equal(count_alarms(r, RIG_DEVICE), 2);
    tell(r, rig_id, 91, CARD_A); /* a third one always is */
    assert_int_equal(count_alarms(r, RIG_DEVICE), 3);
}

static void a_third_card_drives_out_the_oldest(void **state)
{
    struct rig *r = *state;
    put_card(r, (struct sim_card){.id = 3, .iccid = CARD_C});
    const struct message all[] = {report(1, CARD_A), report(2, CARD_B), report(3, CARD_C)};
    send_from(r, rig_id, all, 3); /* one batch: what it changes counts at once */
    assert_int_equal(holder_of(r, CARD_A), 0);
    assert_int_equal(holder_of(r, CARD_B), RIG_DEVICE);
    assert_int_equal(holder_of(r, CARD_C), RIG_DEVICE);
    assert_int_equal(count_alarms(r, RIG_DEVICE), 2);
    tell(r, rig_id, 4, CARD_A);
    assert_int_equal(holder_of(r, CARD_A), RIG_DEVICE);
    assert_int_equal(holder_of(r, CARD_B), 0);
}

/* What was decided by newer words stays: late fixes, and old ones of another tracker. */
static void only_newer_words_count(void **state)
{
    struct rig *r = *state;
    tell(r, rig_id, 10, CARD_A);
    tell(r, rig_id, 5, CARD_B); /* late */
    assert_int_equal(holder_of(r, CARD_B), 0);
    tell(r, rig_id, 20, CARD_A);
    tell(r, second_id, 15, CARD_A); /* it was driven out of coverage, and sends what it kept */
    assert_int_equal(holder_of(r, CARD_A), RIG_DEVICE);
    tell(r, second_id, 20, CARD_A); /* of the same second: the first word stays */
    assert_int_equal(holder_of(r, CARD_A), RIG_DEVICE);
    assert_int_equal(count_alarms(r, RIG_DEVICE) + count_alarms(r, SECOND), 0);
    tell(r, second_id, 21, CARD_A);
    assert_int_equal(holder_of(r, CARD_A), SECOND);
}

/* Two trackers that say the same in one batch: the newer word counts, whatever the order. */
static void two_trackers_at_once_end_with_one(void **state)
{
    struct rig *r = *state;
    const struct message m[] = {report(2, CARD_A), report(1, CARD_A), report(3, CARD_A)};
    struct arrival first = rig_arrival(&m[0], 1);
    struct arrival second = rig_arrival(&m[1], 1);
    second.device_id = second_id;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(rig_try(r, first), ERR_OK);
        assert_int_equal(rig_try(r, second), ERR_OK);
    }
    (void)rig_wait(r, r->sent);
    assert_int_equal(holder_of(r, CARD_A), RIG_DEVICE);
    assert_int_equal(count_alarms(r, RIG_DEVICE) + count_alarms(r, SECOND), 0);
    tell(r, second_id, 3, CARD_A);
    assert_int_equal(holder_of(r, CARD_A), SECOND);
    assert_int_equal(directory_sims_in(r->directory, RIG_DEVICE), 0);
    assert_int_equal(directory_sims_in(r->directory, SECOND), 1);
}

/* A card that stands in two trackers, copied: one record goes on, not one a report. */
static void a_copied_card_is_counted(void **state)
{
    struct rig *r = *state;
    struct arena arena = {0};
    struct event list[EVENTS_MAX];
    for (int64_t i = 0; i < 4; i++) {
        tell(r, rig_id, 2 * i, CARD_A);
        tell(r, second_id, 2 * i + 1, CARD_A);
    }
    assert_int_equal(alarms_of(r, RIG_DEVICE, list, &arena), 1);
    assert_int_equal(list[0].count, 3);
    assert_int_equal(alarms_of(r, SECOND, list, &arena), 1);
    assert_int_equal(list[0].count, 4);
    arena_free(&arena);
}

static void a_card_of_others_stays_theirs(void **state)
{
    struct rig *r = *state;
    put_card(r, (struct sim_card){
                    .enterprise_id = OTHER_ENTERPRISE, .id = 3, .iccid = CARD_C, .device_id = 9});
    tell(r, rig_id, 1, CARD_C);
    assert_int_equal(holder_of(r, CARD_C), 9);
    assert_int_equal(count_alarms(r, RIG_DEVICE), 0);
}

/* What stands in the row of the device counts as its card, however it is written. */
static void the_registered_card_is_the_device_s(void **state)
{
    struct rig *r = *state;
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    device_init(&c.device);
    c.device.id = SECOND;
    c.device.enterprise_id = RIG_ENTERPRISE;
    c.device.device_id = second_id;
    c.device.plate = second_id;
    c.device.object_code = second_id;
    c.device.iccid = CARD_B "F";
    assert_int_equal(rig_change(r, c), ERR_OK);
    tell(r, second_id, 1, CARD_B);
    assert_int_equal(count_alarms(r, SECOND), 0);
    assert_int_equal(holder_of(r, CARD_B), SECOND);
    tell(r, second_id, 2, CARD_A);
    assert_int_equal(count_alarms(r, SECOND), 1);
}

static void what_is_no_iccid_binds_nothing(void **state)
{
    struct rig *r = *state;
    static const char *const none[] = {"", "0000", "00000000000000000000", "8988"};
    tell(r, rig_id, 1, CARD_A);
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        tell(r, rig_id, 2 + (int64_t)i, none[i]);
    }
    assert_int_equal(holder_of(r, CARD_A), RIG_DEVICE);
    assert_int_equal(count_alarms(r, RIG_DEVICE), 0);
}

/* Without its commit nothing of it holds; sent again, all of it does. */
static void without_its_fix_no_card_moves(void **state)
{
    struct rig *r = *state;
    const struct message m = report(2, CARD_A);
    struct arrival a = rig_arrival(&m, 1);
    a.device_id = second_id;
    tell(r, rig_id, 1, CARD_A);
    fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0);
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_REFUSED);
    assert_int_equal(holder_of(r, CARD_A), RIG_DEVICE);
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    tell(r, second_id, 2, CARD_A);
    assert_int_equal(holder_of(r, CARD_A), SECOND);
    assert_int_equal(count_alarms(r, SECOND), 1);
}

/* ---- the operator's word ---- */

/* Returns once ingest's loop has been through. */
static void go_round(struct rig *r)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(rig_change(r, (struct change){.kind = CHANGE_PUT_IDS, .ids = {1, 1}}),
                         ERR_OK);
    }
}

/* The operator says where the card is. */
static void note(struct rig *r, const char *iccid, const char *imei, int64_t time_s)
{
    struct arena arena = {0};
    struct sim_card card;
    assert_int_equal(directory_sim(r->directory, iccid, &arena, &card), ERR_OK);
    card.imei = imei;
    card.state_s = time_s;
    put_card(r, card);
    go_round(r);
    arena_free(&arena);
}

static void an_operator_s_word_binds(void **state)
{
    struct rig *r = *state;
    assert_int_equal(rig_put_device(r, THIRD, imei_id, false), ERR_OK);
    note(r, CARD_A, "8624055170009", 10);        /* too short */
    note(r, CARD_A, "86240551700096812345", 10); /* too long */
    note(r, CARD_A, "86240551700096x", 10);
    note(r, CARD_A, "86240551700095", 10); /* another's */
    assert_int_equal(holder_of(r, CARD_A), 0);
    note(r, CARD_A, "8624055170009601", KIT_TIME_S); /* with a version in place of the digit */
    assert_int_equal(holder_of(r, CARD_A), THIRD);
    assert_int_equal(count_alarms(r, THIRD), 0);
    note(r, CARD_A, "862405517000969", KIT_TIME_S + 1);
    note(r, CARD_B, "86240551700096", KIT_TIME_S + 2);
    assert_int_equal(holder_of(r, CARD_B), THIRD);
    assert_int_equal(count_alarms(r, THIRD), 1);
}

/* It may be old: what a tracker says itself is doubted a day later only. */
static void a_tracker_s_own_word_goes_first(void **state)
{
    struct rig *r = *state;
    int64_t told_s = report(1, CARD_A).fix.gps_time_s;
    assert_int_equal(rig_put_device(r, THIRD, imei_id, false), ERR_OK);
    tell(r, rig_id, 1, CARD_A);
    note(r, CARD_A, imei_id, told_s + 86400);
    assert_int_equal(holder_of(r, CARD_A), RIG_DEVICE);
    note(r, CARD_A, imei_id, told_s + 86401);
    assert_int_equal(holder_of(r, CARD_A), THIRD);
    assert_int_equal(count_alarms(r, THIRD), 1);
}

/* It is in the store with its card, so a disk that was full puts it off only. */
static void a_word_is_taken_once_it_can_be(void **state)
{
    struct rig *r = *state;
    struct sim_card card = {.enterprise_id = RIG_ENTERPRISE,
                            .id = 1,
                            .iccid = CARD_A,
                            .imei = imei_id,
                            .state_s = KIT_TIME_S};
    const struct message m = report(1, "");
    assert_int_equal(rig_put_device(r, THIRD, imei_id, false), ERR_OK);
    put_card(r, card);
    fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0);
    (void)rig_send(r, rig_arrival(&m, 1));
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    go_round(r);
    assert_int_equal(holder_of(r, CARD_A), THIRD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CARDS(a_first_card_is_bound_without_a_word),
        WITH_CARDS(a_card_in_another_tracker_is_an_alarm),
        WITH_CARDS(a_tracker_with_another_card_is_an_alarm),
        WITH_CARDS(two_cards_of_a_device_are_no_alarm),
        WITH_CARDS(two_cards_in_turn_are_one_change),
        WITH_CARDS(a_third_card_drives_out_the_oldest),
        WITH_CARDS(only_newer_words_count),
        WITH_CARDS(two_trackers_at_once_end_with_one),
        WITH_CARDS(a_copied_card_is_counted),
        WITH_CARDS(a_card_of_others_stays_theirs),
        WITH_CARDS(the_registered_card_is_the_device_s),
        WITH_CARDS(what_is_no_iccid_binds_nothing),
        WITH_CARDS(without_its_fix_no_card_moves),
        WITH_CARDS(an_operator_s_word_binds),
        WITH_CARDS(a_tracker_s_own_word_goes_first),
        WITH_CARDS(a_word_is_taken_once_it_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
