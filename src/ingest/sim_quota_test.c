/* Alarms of SIM cards that run low: one a crossing, by the rules of the device they are in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/directory_rules.h"
#include "ingest/ingest_testing.h"

enum { SECOND = 2, EVENTS_MAX = 32, DAY_S = 86400 };

#define CARD_A "8988228055509013601"
#define CARD_B "8988228055509013602"

static void put_rule(struct rig *r, enum rule_field field, int32_t value)
{
    struct change c = {.kind = CHANGE_PUT_ALARM_RULE};
    c.alarm_rule = (struct alarm_rule){.enterprise_id = RIG_ENTERPRISE, .until_s = INT64_MAX};
    c.alarm_rule.has[field] = true;
    c.alarm_rule.values[field] = value;
    assert_int_equal(rig_change(r, c), ERR_OK);
}

static struct sim_card card_of(const char *iccid)
{
    struct sim_card card = {.enterprise_id = RIG_ENTERPRISE,
                            .id = iccid[18] - '0',
                            .iccid = iccid,
                            .device_id = RIG_DEVICE};
    entity_init(ENTITY_SIM, &card);
    return card;
}

static void put_card(struct rig *r, struct sim_card card)
{
    assert_int_equal(rig_change(r, (struct change){.kind = CHANGE_PUT_SIM, .sim = card}), ERR_OK);
}

/* All events of a device. */
static size_t events_of(struct rig *r, int64_t device, struct event out[EVENTS_MAX],
                        struct arena *arena)
{
    struct store_events found;
    const struct store_event_query query = {.devices = &device,
                                            .device_count = 1,
                                            .from_s = 0,
                                            .to_s = INT64_MAX,
                                            .kinds = ~(event_set)0,
                                            .limit = EVENTS_MAX};
    assert_int_equal(store_read_events(r->store, &query, arena, &found), ERR_OK);
    memcpy(out, found.at, found.count * sizeof(*out));
    return found.count;
}

static size_t count_events(struct rig *r, int64_t device)
{
    struct arena arena = {0};
    struct event list[EVENTS_MAX];
    size_t count = events_of(r, device, list, &arena);
    arena_free(&arena);
    return count;
}

/* Waits, going through ingest's loop, until the device's own alarms are these. */
static void await_alarms(struct rig *r, int64_t device, alarm_set alarms)
{
    int64_t until_ms = clock_monotonic_ms() + (int64_t)RIG_WAIT_S * 1000;
    while (directory_timer_alarms(r->directory, device) != alarms &&
           clock_monotonic_ms() < until_ms) {
        assert_int_equal(rig_change(r, (struct change){.kind = CHANGE_PUT_IDS, .ids = {1, 1}}),
                         ERR_OK);
    }
    assert_int_equal(directory_timer_alarms(r->directory, device), alarms);
}

/* Has all that is due looked at: a card that is low for certain is raised behind it. */
static void await_looks(struct rig *r)
{
    struct sim_card canary = card_of(CARD_B);
    canary.device_id = SECOND;
    canary.end_day = 1;
    assert_int_equal(rig_put_device(r, SECOND, "canary", false), ERR_OK);
    struct change c = {.kind = CHANGE_PUT_ALARM_RULE};
    c.alarm_rule = (struct alarm_rule){.enterprise_id = RIG_ENTERPRISE,
                                       .scope = RULE_OF_DEVICE,
                                       .subject_id = SECOND,
                                       .until_s = INT64_MAX};
    c.alarm_rule.has[RULE_SIM_EXPIRY_DAYS] = true;
    c.alarm_rule.values[RULE_SIM_EXPIRY_DAYS] = 1;
    assert_int_equal(rig_change(r, c), ERR_OK);
    put_card(r, canary);
    await_alarms(r, SECOND, ALARM_BIT(SIM_EXPIRY));
}

static void low_data_is_one_alarm_a_crossing(void **state)
{
    struct rig *r = *state;
    struct arena arena = {0};
    struct event list[EVENTS_MAX];
    struct sim_card card = card_of(CARD_A);
    card.usage_amount_mb_e2 = 50000;
    card.usage_data_mb_e2 = 10000; /* 20 % */
    put_rule(r, RULE_LOW_DATA_PERCENT, 20);
    put_card(r, card);
    card.usage_data_mb_e2 = 9999;
    put_card(r, card);
    await_alarms(r, RIG_DEVICE, ALARM_BIT(LOW_DATA));
    assert_int_equal(events_of(r, RIG_DEVICE, list, &arena), 1);
    assert_string_equal(list[0].name, CARD_A);
    assert_int_equal(list[0].value, 9999);
    assert_true(list[0].is_alarm);
    assert_int_equal(list[0].gps_time_s, list[0].rcv_time_s);
    card.usage_data_mb_e2 = 0;
    put_card(r, card);
    rig_restart(r);
    put_card(r, card);
    await_looks(r);
    assert_int_equal(count_events(r, RIG_DEVICE), 1);
    card.usage_data_mb_e2 = 50000;
    put_card(r, card);
    await_alarms(r, RIG_DEVICE, 0);
    card.usage_data_mb_e2 = 1;
    put_card(r, card);
    await_alarms(r, RIG_DEVICE, ALARM_BIT(LOW_DATA));
    assert_int_equal(count_events(r, RIG_DEVICE), 2);
    arena_free(&arena);
}

/* What nobody entered is not low. */
static void an_unknown_quota_is_not_low(void **state)
{
    struct rig *r = *state;
    put_rule(r, RULE_LOW_DATA_PERCENT, 100);
    put_card(r, card_of(CARD_A));
    put_rule(r, RULE_LOW_SMS, 1000);
    await_looks(r);
    assert_int_equal(count_events(r, RIG_DEVICE), 0);
}

static void low_sms_and_the_end_of_the_rule(void **state)
{
    struct rig *r = *state;
    struct sim_card card = card_of(CARD_A);
    card.sms_amount = 250;
    card.sms_data = 10;
    put_card(r, card);
    put_rule(r, RULE_LOW_SMS, 10);
    card.sms_data = 9;
    put_card(r, card);
    await_alarms(r, RIG_DEVICE, ALARM_BIT(LOW_SMS));
    put_rule(r, RULE_LOW_SMS, RULE_OFF);
    await_alarms(r, RIG_DEVICE, 0);
    put_rule(r, RULE_LOW_SMS, 10);
    await_alarms(r, RIG_DEVICE, ALARM_BIT(LOW_SMS));
}

/* It stays behind the end date; a day before the first of its days it is not there yet. */
static void an_end_date_is_near(void **state)
{
    struct rig *r = *state;
    int64_t today = clock_wall_ms() / 1000 / DAY_S;
    struct sim_card far = card_of(CARD_A);
    struct sim_card near = card_of(CARD_B);
    put_rule(r, RULE_SIM_EXPIRY_DAYS, 30);
    far.end_day = today + 33;
    near.end_day = today + 30;
    put_card(r, far);
    put_card(r, near);
    await_alarms(r, RIG_DEVICE, ALARM_BIT(SIM_EXPIRY));
    assert_int_equal(count_events(r, RIG_DEVICE), 1);
    far.end_day = today - 400;
    put_card(r, far);
    near.end_day = 0;
    put_card(r, near);
    for (int i = 0; i < 1000 && count_events(r, RIG_DEVICE) < 2; i++) {
        assert_int_equal(rig_change(r, (struct change){.kind = CHANGE_PUT_IDS, .ids = {1, 1}}),
                         ERR_OK);
    }
    assert_int_equal(count_events(r, RIG_DEVICE), 2);
    await_alarms(r, RIG_DEVICE, ALARM_BIT(SIM_EXPIRY));
}

/* The alarm is the device's: it ends where the card leaves it, and begins where the card goes. */
static void an_alarm_goes_with_its_card(void **state)
{
    struct rig *r = *state;
    struct sim_card card = card_of(CARD_A);
    card.end_day = 1;
    assert_int_equal(rig_put_device(r, SECOND, "second", false), ERR_OK);
    put_rule(r, RULE_SIM_EXPIRY_DAYS, 30);
    put_card(r, card);
    await_alarms(r, RIG_DEVICE, ALARM_BIT(SIM_EXPIRY));
    card.device_id = SECOND;
    put_card(r, card);
    await_alarms(r, SECOND, ALARM_BIT(SIM_EXPIRY));
    await_alarms(r, RIG_DEVICE, 0);
    assert_int_equal(rig_change(r, (struct change){.kind = CHANGE_DELETE_SIM, .sim = card}),
                     ERR_OK);
    await_alarms(r, SECOND, 0);
}

/* A disk that is full puts it off, and does not lose it. */
static void what_was_not_committed_is_raised_later(void **state)
{
    struct rig *r = *state;
    struct sim_card card = card_of(CARD_A);
    const struct message m = {.kind = MESSAGE_FIX, .fix = kit_fix(KIT_TIME_S)};
    card.end_day = 1;
    put_card(r, card);
    put_rule(r, RULE_SIM_EXPIRY_DAYS, RULE_OFF);
    put_rule(r, RULE_SIM_EXPIRY_DAYS, 30);
    fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0);
    (void)rig_send(r, rig_arrival(&m, 1));
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    await_alarms(r, RIG_DEVICE, ALARM_BIT(SIM_EXPIRY));
    assert_int_equal(count_events(r, RIG_DEVICE), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(low_data_is_one_alarm_a_crossing),
        WITH_RIG(an_unknown_quota_is_not_low),
        WITH_RIG(low_sms_and_the_end_of_the_rule),
        WITH_RIG(an_end_date_is_near),
        WITH_RIG(an_alarm_goes_with_its_card),
        WITH_RIG(what_was_not_committed_is_raised_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
