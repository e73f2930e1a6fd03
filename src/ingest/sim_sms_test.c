/* SMS from cards: stored once, joined, told to their device, and read as reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/directory_sims.h"
#include "ingest/ingest_testing.h"
#include "ingest/sims.h"

enum { SENT_S = KIT_TIME_S - 600, LIST_MAX = 64, DAY_S = 86400 };

#define CARD  "8988228055509013601"
#define OTHER "8988228055509013602"

static struct sim_card card_of(const char *iccid)
{
    struct sim_card card = {.enterprise_id = RIG_ENTERPRISE,
                            .id = iccid[18] - '0',
                            .iccid = iccid,
                            .sim = "882285109030215",
                            .device_id = RIG_DEVICE};
    entity_init(ENTITY_SIM, &card);
    return card;
}

static void put_card(struct rig *r, struct sim_card card)
{
    assert_int_equal(rig_change(r, (struct change){.kind = CHANGE_PUT_SIM, .sim = card}), ERR_OK);
}

/* The rig's device is a Coban with a password, and has the card. */
static int set_up(void **state)
{
    int failed = rig_set_up(state);
    struct rig *r = *state;
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    char hash[VAULT_HASH_SIZE];
    vault_hash(r->options.vault, bytes_of_text("886644"), hash);
    c.device = (struct device){.id = RIG_DEVICE,
                               .enterprise_id = RIG_ENTERPRISE,
                               .device_id = rig_id,
                               .plate = rig_id,
                               .object_code = rig_id,
                               .model = "GPS105",
                               .password_hash = hash};
    device_init(&c.device);
    assert_int_equal(rig_change(r, c), ERR_OK);
    put_card(r, card_of(CARD));
    return failed;
}
#define WITH_CARD(test) cmocka_unit_test_setup_teardown(test, set_up, rig_tear_down)

/* ---- taking ---- */

struct taking {
    const char *iccid;
    struct sms_incoming sms;
    enum sms_taken taken;
};

static enum err take(struct job_context *job, void *arg)
{
    struct taking *t = arg;
    struct sim_card card;
    assert_int_equal(directory_sim(job->directory, t->iccid, job->changes.arena, &card), ERR_OK);
    return sims_take_sms(job, &card, &t->sms, &t->taken);
}

static enum err try_sms(struct rig *r, struct taking *t)
{
    t->iccid = t->iccid == NULL ? CARD : t->iccid;
    t->sms.time_s = t->sms.time_s == 0 ? SENT_S : t->sms.time_s;
    return ingest_call(r->ingest, take, t, NULL, RIG_CALL_MS);
}

static enum sms_taken take_sms(struct rig *r, const char *id, const char *content)
{
    struct taking t = {.sms = {.operator_id = id, .content = content}};
    assert_int_equal(try_sms(r, &t), ERR_OK);
    return t.taken;
}

/* Part `part` of three. */
static enum sms_taken take_part(struct rig *r, const char *id, uint16_t part, const char *content)
{
    struct taking t = {
        .sms = {.operator_id = id, .content = content, .reference = 7, .part = part, .parts = 3}};
    assert_int_equal(try_sms(r, &t), ERR_OK);
    return t.taken;
}

/* ---- what is stored ---- */

struct stored {
    struct arena arena;
    struct store_sms sms;     /* as section 36 would show them, oldest first */
    struct store_texts texts; /* of section 29, newest first */
};

static void read_all(struct rig *r, struct stored *out)
{
    arena_clear(&out->arena);
    const struct sms_query query = {.enterprise_id = RIG_ENTERPRISE,
                                    .sim_id = 1,
                                    .from_s = 0,
                                    .to_s = INT64_MAX,
                                    .limit = LIST_MAX};
    assert_int_equal(store_read_sms(r->store, &query, &out->arena, &out->sms), ERR_OK);
    assert_int_equal(store_read_texts(r->store, RIG_DEVICE, LIST_MAX, &out->arena, &out->texts),
                     ERR_OK);
}

/* The only row of that status. */
static const struct sim_sms *row_of(const struct stored *s, enum sms_status status)
{
    const struct sim_sms *found = NULL;
    for (size_t i = 0; i < s->sms.count; i++) {
        if (s->sms.at[i].status == status) {
            assert_null(found);
            found = &s->sms.at[i];
        }
    }
    return found;
}

/* That row, which is there. */
static const struct sim_sms *the_row_of(const struct stored *s, enum sms_status status)
{
    static const struct sim_sms none;
    const struct sim_sms *row = row_of(s, status);
    assert_non_null(row);
    return row != NULL ? row : &none;
}

static void an_sms_is_stored_once(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    assert_int_equal(take_sms(r, "main/1", "STATUS OK, 886644"), SMS_IS_NEW);
    assert_int_equal(take_sms(r, "main/1", "STATUS OK, 886644"), SMS_IS_KNOWN);
    rig_restart(r);
    assert_int_equal(take_sms(r, "main/1", "something else"), SMS_IS_KNOWN);
    read_all(r, &s);
    assert_int_equal(s.sms.count, 1);
    const struct sim_sms *row = the_row_of(&s, SMS_REPLY);
    assert_string_equal(row->content, "STATUS OK, ******");
    assert_string_equal(row->source_address, "882285109030215");
    assert_int_equal(row->time_s, SENT_S);
    assert_true(row->over_s > 0);
    assert_int_equal(s.texts.count, 1);
    assert_string_equal(s.texts.at[0].text, "STATUS OK, ******");
    assert_int_equal(s.texts.at[0].kind, TEXT_RESPOND);
    assert_int_equal(take_sms(r, "main/2", "STATUS OK, 886644"), SMS_IS_NEW);
    read_all(r, &s);
    assert_int_equal(s.sms.count, 2);
    arena_free(&s.arena);
}

static void parts_are_joined_in_their_order(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    assert_int_equal(take_part(r, "main/1", 3, "644!"), SMS_IS_PART);
    assert_int_equal(take_part(r, "main/2", 1, "it "), SMS_IS_PART);
    assert_int_equal(take_part(r, "main/1", 3, "644!"), SMS_IS_KNOWN);
    read_all(r, &s);
    assert_int_equal(s.texts.count, 0);
    rig_restart(r);
    assert_int_equal(take_part(r, "main/3", 2, "is 886"), SMS_IS_NEW);
    assert_int_equal(take_part(r, "main/2", 1, "it "), SMS_IS_KNOWN);
    read_all(r, &s);
    assert_int_equal(s.sms.count, 4);
    assert_string_equal(the_row_of(&s, SMS_REPLY)->content, "it is ******!");
    assert_null(row_of(&s, SMS_PART));
    assert_int_equal(s.texts.count, 1);
    assert_string_equal(s.texts.at[0].text, "it is ******!");
    arena_free(&s.arena);
}

/* References begin again: what waited for a day is another SMS. */
static void parts_of_another_day_stay_apart(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    struct taking t = {.sms = {.operator_id = "main/1",
                               .content = "old ",
                               .time_s = SENT_S - DAY_S - 1,
                               .reference = 7,
                               .part = 1,
                               .parts = 3}};
    assert_int_equal(try_sms(r, &t), ERR_OK);
    assert_int_equal(take_part(r, "main/2", 2, "b"), SMS_IS_PART);
    assert_int_equal(take_part(r, "main/3", 3, "c"), SMS_IS_PART);
    assert_int_equal(take_part(r, "main/4", 1, "a"), SMS_IS_NEW);
    read_all(r, &s);
    assert_string_equal(the_row_of(&s, SMS_REPLY)->content, "abc");
    assert_string_equal(the_row_of(&s, SMS_PART)->content, "old ");
    assert_true(the_row_of(&s, SMS_PART)->over_s > 0);
    arena_free(&s.arena);
}

static void what_is_no_sms_is_refused(void **state)
{
    static const struct sms_incoming none[] = {
        {.operator_id = "", .content = "x"},
        {.operator_id = "1", .content = "x", .parts = SMS_PARTS_MAX + 1, .part = 1},
        {.operator_id = "1", .content = "x", .parts = 2, .part = 3},
        {.operator_id = "1", .content = "x", .parts = 2},
    };
    struct rig *r = *state;
    struct stored s = {0};
    char long_id[SMS_OPERATOR_ID_MAX + 2] = "";
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        struct taking t = {.sms = none[i]};
        assert_int_equal(try_sms(r, &t), ERR_INVALID);
    }
    memset(long_id, 'x', sizeof(long_id) - 1);
    struct taking t = {.sms = {.operator_id = long_id, .content = ""}};
    assert_int_equal(try_sms(r, &t), ERR_INVALID);
    long_id[SMS_OPERATOR_ID_MAX] = '\0';
    assert_int_equal(take_sms(r, long_id, ""), SMS_IS_NEW);
    read_all(r, &s);
    assert_int_equal(s.sms.count, 1);
    assert_int_equal(s.texts.count, 0);
    arena_free(&s.arena);
}

/* What is too long is cut between characters. */
static void a_long_text_is_cut(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    char text[2 * (SMS_CHARS_MAX + 5) + 1] = "";
    for (size_t i = 0; i < SMS_CHARS_MAX + 5; i++) {
        strcat(text, "é");
    }
    assert_int_equal(take_sms(r, "main/1", text), SMS_IS_NEW);
    read_all(r, &s);
    assert_int_equal(strlen(s.sms.at[0].content), 2 * SMS_CHARS_MAX);
    arena_free(&s.arena);
}

/* ---- devices ---- */

static void a_place_becomes_a_fix(void **state)
{
    static const char text[] = "lat:48.105 long:11.5 speed:30.0 T:26/11/20 08:05 bat:F";
    struct rig *r = *state;
    struct fix fixes[4];
    const struct message heard = {.kind = MESSAGE_FIX, .fix = kit_fix(SENT_S - 100)};
    (void)rig_send(r, rig_arrival(&heard, 1));
    struct live before = rig_live(r, RIG_DEVICE);
    struct taking t = {.sms = {.operator_id = "main/1", .content = text, .time_s = 1795161960}};
    assert_int_equal(try_sms(r, &t), ERR_OK);
    assert_int_equal(kit_read(r->store, RIG_DEVICE, INT64_MAX, fixes, 4), 2);
    struct live live = rig_live(r, RIG_DEVICE);
    assert_int_equal(live.heard_monotonic_ms, before.heard_monotonic_ms);
    const struct fix *f = &fixes[1];
    f = f->lat_e7 == 481050000 ? f : &fixes[0];
    assert_int_equal(f->lat_e7, 481050000);
    assert_int_equal(f->lon_e7, 115000000);
    assert_int_equal(f->speed_kmh_e2, 3000);
    t.sms.operator_id = "poll/1"; /* the same, by another way: the fix is known, the SMS is not */
    assert_int_equal(try_sms(r, &t), ERR_OK);
    assert_int_equal(kit_read(r->store, RIG_DEVICE, INT64_MAX, fixes, 4), 2);
}

/* Nobody knows the zone of its clock: the time of the SMS counts. */
static void a_device_that_was_not_heard_has_its_place(void **state)
{
    struct rig *r = *state;
    struct fix fixes[4];
    const struct message heard = {.kind = MESSAGE_FIX, .fix = kit_fix(SENT_S - 100)};
    (void)rig_send(r, rig_arrival(&heard, 1));
    rig_restart(r);
    assert_int_equal(take_sms(r, "main/1", "lat:48.105 long:11.5 speed:0 T:20/01/01 00:00"),
                     SMS_IS_NEW);
    assert_int_equal(kit_read(r->store, RIG_DEVICE, INT64_MAX, fixes, 4), 2);
    struct live live = rig_live(r, RIG_DEVICE);
    assert_int_equal(live.state.current.gps_time_s, SENT_S);
    assert_int_equal(live.state.current.lat_e7, 481050000);
    assert_int_equal(live.heard_monotonic_ms, 0);
}

static void a_status_becomes_a_value(void **state)
{
    struct rig *r = *state;
    const struct message heard = {.kind = MESSAGE_FIX, .fix = kit_fix(SENT_S - 100)};
    (void)rig_send(r, rig_arrival(&heard, 1));
    assert_int_equal(take_sms(r, "main/1", "Power: ON\nBat: 37%\nGSM: 20"), SMS_IS_NEW);
    struct live live = rig_live(r, RIG_DEVICE);
    assert_int_equal(live.state.current.battery_percent, 37);
    assert_true(fix_has_position(&live.state.current));
}

/* Of a card in no device, and of one in a device of others, it is the card's alone. */
static void without_a_device_it_is_the_card_s(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    struct sim_card card = card_of(CARD);
    card.device_id = 0;
    put_card(r, card);
    assert_int_equal(take_sms(r, "main/1", "lat:48.1 long:11.5 speed:0 T:26/11/20 08:05"),
                     SMS_IS_NEW);
    struct sim_card others = card_of(OTHER);
    others.enterprise_id = RIG_ENTERPRISE + 1;
    put_card(r, others);
    struct taking t = {.iccid = OTHER, .sms = {.operator_id = "main/2", .content = "Bat:3%"}};
    assert_int_equal(try_sms(r, &t), ERR_OK);
    read_all(r, &s);
    assert_int_equal(s.sms.count, 1);
    assert_int_equal(s.texts.count, 0);
    arena_free(&s.arena);
}

static void it_counts_against_the_quota(void **state)
{
    struct rig *r = *state;
    struct sim_card card = card_of(CARD);
    struct arena arena = {0};
    card.sms_amount = 250;
    card.sms_data = 2;
    put_card(r, card);
    for (int i = 0; i < 3; i++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "main/%d", i);
        assert_int_equal(take_sms(r, id, "x"), SMS_IS_NEW);
        assert_int_equal(directory_sim(r->directory, CARD, &arena, &card), ERR_OK);
        assert_int_equal(card.sms_data, i == 0 ? 1 : 0);
    }
    arena_free(&arena);
}

/* What could not be committed comes again, and is new then. */
static void a_full_disk_loses_nothing(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    struct taking t = {.sms = {.operator_id = "main/1", .content = "bat:5%"}};
    fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0);
    assert_int_not_equal(try_sms(r, &t), ERR_OK);
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    assert_int_equal(take_sms(r, "main/1", "bat:5%"), SMS_IS_NEW);
    read_all(r, &s);
    assert_int_equal(s.sms.count, 1);
    assert_int_equal(s.texts.count, 1);
    arena_free(&s.arena);
}

/* ---- what became of one to the card ---- */

struct noting {
    const char *operator_id;
    enum sms_status status;
};

static enum err note(struct job_context *job, void *arg)
{
    const struct noting *n = arg;
    struct sim_card card;
    assert_int_equal(directory_sim(job->directory, CARD, job->changes.arena, &card), ERR_OK);
    return sims_note_status(job, &card, n->operator_id, n->status);
}

static void a_report_ends_a_pending_sms(void **state)
{
    struct rig *r = *state;
    struct stored s = {0};
    struct change c = {.kind = CHANGE_PUT_SMS};
    c.sms = (struct sim_sms){.enterprise_id = RIG_ENTERPRISE,
                             .sim_id = 1,
                             .id = 100,
                             .time_s = SENT_S,
                             .content = "STATUS#",
                             .status = SMS_PENDING,
                             .operator_id = "main/9"};
    entity_init(ENTITY_SMS, &c.sms);
    assert_int_equal(rig_change(r, c), ERR_OK);
    struct noting steps[] = {
        {"main/8", SMS_DELIVERED}, {"main/9", SMS_DELIVERED}, {"main/9", SMS_FAILED}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ingest_call(r->ingest, note, &steps[i], NULL, RIG_CALL_MS), ERR_OK);
        read_all(r, &s);
        assert_int_equal(s.sms.at[0].status, i == 0 ? SMS_PENDING : SMS_DELIVERED);
        assert_int_equal(s.sms.at[0].over_s != 0, i > 0);
    }
    assert_int_equal(s.sms.count, 1);
    arena_free(&s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CARD(an_sms_is_stored_once),
        WITH_CARD(parts_are_joined_in_their_order),
        WITH_CARD(parts_of_another_day_stay_apart),
        WITH_CARD(what_is_no_sms_is_refused),
        WITH_CARD(a_long_text_is_cut),
        WITH_CARD(a_place_becomes_a_fix),
        WITH_CARD(a_device_that_was_not_heard_has_its_place),
        WITH_CARD(a_status_becomes_a_value),
        WITH_CARD(without_a_device_it_is_the_card_s),
        WITH_CARD(it_counts_against_the_quota),
        WITH_CARD(a_full_disk_loses_nothing),
        WITH_CARD(a_report_ends_a_pending_sms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
