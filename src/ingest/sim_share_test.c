/* How many SMS a card takes a day, and that no way around it begins anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/ingest_testing.h"
#include "ingest/sims.h"

enum { MOST = 3, DAY_S = 86400, TODAY = 20000 };

#define CARD  "8988228055509013601"
#define OTHER "8988228055509013602"

static struct sim_card card_of(const char *iccid, const char *phone)
{
    struct sim_card card = {.enterprise_id = RIG_ENTERPRISE, .id = 1, .iccid = iccid, .sim = phone};
    entity_init(ENTITY_SIM, &card);
    return card;
}

struct sending {
    struct sim_card *card;
    int64_t day;
    bool is_taken;
};

static enum err send_job(struct job_context *job, void *arg)
{
    struct sending *s = arg;
    job->now_s = s->day * DAY_S + 5;
    s->is_taken = sims_count_sent(job, s->card, MOST);
    return ERR_OK;
}

static bool sends_on(struct rig *r, struct sim_card *card, int64_t day)
{
    struct sending s = {.card = card, .day = day};
    assert_int_equal(ingest_call(r->ingest, send_job, &s, NULL, RIG_CALL_MS), ERR_OK);
    return s.is_taken;
}

/* How many it still takes today. */
static int left(struct rig *r, struct sim_card card)
{
    int count = 0;
    while (sends_on(r, &card, TODAY)) {
        count++;
        assert_int_equal(card.sms_day, TODAY);
    }
    return count;
}

static void a_card_has_its_share_each_day(void **state)
{
    struct rig *r = *state;
    struct sim_card card = card_of(CARD, "1");
    assert_int_equal(left(r, card), MOST);
    card.sms_day = TODAY;
    card.sms_count = MOST;
    assert_true(sends_on(r, &card, TODAY + 1));
    assert_int_equal(card.sms_day, TODAY + 1);
    assert_int_equal(card.sms_count, 1);
}

/* A card of before a restart, which alone knows what it had. */
static void what_a_card_has_counted_stays(void **state)
{
    struct rig *r = *state;
    struct sim_card card = card_of(CARD, "+491517654321");
    card.sms_day = TODAY;
    card.sms_count = MOST - 1;
    assert_int_equal(left(r, card), 1);
    assert_int_equal(left(r, card_of(OTHER, "+491517654321")), 0);
}

static void a_card_that_is_added_again_goes_on(void **state)
{
    struct rig *r = *state;
    struct sim_card card = card_of(CARD, "1");
    assert_true(sends_on(r, &card, TODAY));
    struct sim_card again = card_of(CARD "f", "1");
    assert_true(sends_on(r, &again, TODAY));
    assert_int_equal(again.sms_count, 2);
    assert_int_equal(left(r, card_of(CARD, "2")), MOST - 2);
}

static void a_phone_number_has_one_share(void **state)
{
    struct rig *r = *state;
    assert_int_equal(left(r, card_of(CARD, "+49 (151) 7654321")), MOST);
    static const char *const same[] = {"+491517654321", "00491517654321", "49/151/7654321"};
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        assert_int_equal(left(r, card_of(OTHER, same[i])), 0);
    }
    struct sim_card elsewhere = card_of(OTHER, same[0]);
    elsewhere.enterprise_id++;
    assert_int_equal(left(r, elsewhere), MOST);
}

/* Which many write for all of their cards. */
static void a_number_that_nobody_knows_is_none(void **state)
{
    struct rig *r = *state;
    static const char *const none[] = {"0", "000000000000", "n/a", "12345"};
    char iccid[] = CARD;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        for (size_t card = 0; card < 2; card++) {
            iccid[17] = (char)('1' + i);
            iccid[16] = (char)('1' + card);
            assert_int_equal(left(r, card_of(iccid, none[i])), MOST);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(a_card_has_its_share_each_day),      WITH_RIG(what_a_card_has_counted_stays),
        WITH_RIG(a_card_that_is_added_again_goes_on), WITH_RIG(a_phone_number_has_one_share),
        WITH_RIG(a_number_that_nobody_knows_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
