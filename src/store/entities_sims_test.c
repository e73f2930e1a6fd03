/* SIM cards and their SMS in the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/entities_testing.h"

static void assert_all_members(const struct sim_card *s)
{
    assert_int_equal(s->enterprise_id, 9);
    assert_int_equal(s->id, 5);
    assert_string_equal(s->iccid, "8988228055509013601");
    assert_string_equal(s->sim, "+882");
    assert_string_equal(s->imsi, "901");
    assert_string_equal(s->tag, "Lkw");
    assert_string_equal(s->package_name, "500M");
    assert_string_equal(s->remark, "Büro");
    assert_int_equal(s->device_id, INT64_MAX);
    assert_true(s->is_active);
    assert_int_equal(s->status_s, 3);
    assert_int_equal(s->status_by, 4);
    assert_int_equal(s->actived_day, INT64_MAX);
    assert_int_equal(s->end_day, INT64_MIN);
    assert_int_equal(s->created_s, 5);
    assert_int_equal(s->usage_amount_mb_e2, UINT32_MAX);
    assert_int_equal(s->usage_data_mb_e2, 6);
    assert_int_equal(s->sms_amount, UINT32_MAX);
    assert_int_equal(s->sms_data, 7);
    assert_int_equal(s->sms_day, 8);
    assert_int_equal(s->sms_count, UINT16_MAX);
    assert_int_equal(s->bound_s, 9);
    assert_string_equal(s->provider, "main");
    assert_string_equal(s->imei, "8624055170009690");
    assert_string_equal(s->ip_address, "100.1");
    assert_string_equal(s->network, "Alfa/Kyrgyzstan");
    assert_string_equal(s->technology, "4G");
    assert_true(s->is_online);
    assert_int_equal(s->state_s, 10);
    assert_int_equal(s->session_s, INT64_MAX);
}

static void sim_cards_come_and_go(void **state)
{
    struct kit *k = *state;
    struct change c[4] = {{.kind = CHANGE_PUT_SIM},
                          {.kind = CHANGE_PUT_SIM},
                          {.kind = CHANGE_PUT_SIM},
                          {.kind = CHANGE_DELETE_SIM, .sim = {.enterprise_id = 9, .id = 4}}};
    c[0].sim = (struct sim_card){.enterprise_id = 9, .id = 4};
    c[1].sim = (struct sim_card){.enterprise_id = 9, .id = 5};
    entity_init(ENTITY_SIM, &c[0].sim);
    entity_init(ENTITY_SIM, &c[1].sim);
    c[2].sim = (struct sim_card){
        .enterprise_id = 9,
        .id = 5,
        .iccid = "8988228055509013601",
        .sim = "+882",
        .imsi = "901",
        .tag = "Lkw",
        .package_name = "500M",
        .remark = "Büro",
        .device_id = INT64_MAX,
        .is_active = true,
        .status_s = 3,
        .status_by = 4,
        .actived_day = INT64_MAX,
        .end_day = INT64_MIN,
        .created_s = 5,
        .usage_amount_mb_e2 = UINT32_MAX,
        .usage_data_mb_e2 = 6,
        .sms_amount = UINT32_MAX,
        .sms_data = 7,
        .sms_day = 8,
        .sms_count = UINT16_MAX,
        .bound_s = 9,
        .provider = "main",
        .imei = "8624055170009690",
        .ip_address = "100.1",
        .network = "Alfa/Kyrgyzstan",
        .technology = "4G",
        .is_online = true,
        .state_s = 10,
        .session_s = INT64_MAX,
    };
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 2);
    assert_all_members(&k->kept.at[1].sim);
    save_and_load(k, &c[3], 1);
    assert_int_equal(k->kept.count, 1);
    assert_int_equal(k->kept.at[0].sim.id, 5);
}

/* How many SMS of a card there are between two times, the first `limit`. */
static struct store_sms sms_of(struct kit *k, struct sms_query query)
{
    struct store_sms found = {0};
    assert_int_equal(store_read_sms(k->store, &query, &k->kept.arena, &found), ERR_OK);
    return found;
}

static struct change sms_put(int64_t enterprise, int64_t sim, int64_t id, int64_t time_s,
                             const char *content)
{
    const struct sim_sms sms = {.enterprise_id = enterprise,
                                .sim_id = sim,
                                .id = id,
                                .time_s = time_s,
                                .content = content,
                                .source_address = "+882",
                                .status = SMS_STORED,
                                .operator_id = "",
                                .over_s = time_s};
    return (struct change){.kind = CHANGE_PUT_SMS, .sms = sms};
}

static void sms_are_read_oldest_first(void **state)
{
    struct kit *k = *state;
    struct change c[7] = {sms_put(9, 4, 11, 50, "later"),
                          sms_put(9, 4, 12, 40, "first"),
                          sms_put(9, 4, 13, 50, "last \"€\""),
                          sms_put(9, 5, 14, 45, "another's"),
                          sms_put(8, 4, 15, 45, "elsewhere"),
                          {.kind = CHANGE_DELETE_SMS, .sms = {.enterprise_id = 9, .sim_id = 4}},
                          {.kind = CHANGE_PUT_ENTERPRISE}};
    c[6].enterprise = (struct enterprise){.id = 8, .deleted = true};
    entity_init(ENTITY_ENTERPRISE, &c[6].enterprise);
    save_and_load(k, c, 5);
    assert_int_equal(k->kept.count, 0);
    struct store_sms found =
        sms_of(k, (struct sms_query){9, 4, INT64_MIN, INT64_MAX, 9, NULL, false});
    assert_int_equal(found.count, 3);
    assert_string_equal(found.at[0].content, "first");
    assert_string_equal(found.at[1].content, "later");
    assert_string_equal(found.at[1].source_address, "+882");
    assert_int_equal(found.at[1].enterprise_id, 9);
    assert_int_equal(found.at[1].sim_id, 4);
    assert_int_equal(found.at[1].id, 11);
    assert_int_equal(found.at[1].time_s, 50);
    assert_int_equal(found.at[1].status, SMS_STORED);
    assert_string_equal(found.at[2].content, "last \"€\"");
    assert_int_equal(sms_of(k, (struct sms_query){9, 4, 40, 49, 9, NULL, false}).count, 1);
    assert_int_equal(sms_of(k, (struct sms_query){9, 4, 41, 50, 9, NULL, false}).count, 2);
    found = sms_of(k, (struct sms_query){9, 4, 0, 99, 1, NULL, false});
    assert_int_equal(found.count, 1);
    assert_string_equal(found.at[0].content, "first");
    save_and_load(k, &c[5], 1);
    assert_int_equal(sms_of(k, (struct sms_query){9, 4, 0, 99, 9, NULL, false}).count, 0);
    assert_int_equal(sms_of(k, (struct sms_query){9, 5, 0, 99, 9, NULL, false}).count, 1);
    assert_int_equal(sms_of(k, (struct sms_query){8, 4, 0, 99, 9, NULL, false}).count, 1);
    save_and_load(k, &c[6], 1);
    assert_int_equal(sms_of(k, (struct sms_query){8, 4, 0, 99, 9, NULL, false}).count, 0);
}

/* A start has those whose status may still change. */
static void an_sms_is_put_again_until_it_is_over(void **state)
{
    struct kit *k = *state;
    struct change c = sms_put(9, 4, 11, 50, "on its way");
    c.sms.status = SMS_PART;
    c.sms.operator_id = "main/7";
    c.sms.over_s = 0;
    c.sms.reference = UINT32_MAX;
    c.sms.part = 1;
    c.sms.parts = SMS_PARTS_MAX;
    c.sms.expiry_s = 77;
    save_and_load(k, &c, 1);
    assert_int_equal(k->kept.count, 1);
    assert_int_equal(sms_of(k, (struct sms_query){9, 4, 0, 99, 9, "main/7", true}).count, 1);
    assert_int_equal(sms_of(k, (struct sms_query){9, 4, 0, 99, 9, "main/8", true}).count, 0);
    assert_int_equal(sms_of(k, (struct sms_query){9, 5, 0, 99, 9, "main/7", true}).count, 0);
    const struct sim_sms *s = &k->kept.at[0].sms;
    assert_int_equal(s->status, SMS_PART);
    assert_string_equal(s->operator_id, "main/7");
    assert_int_equal(s->reference, UINT32_MAX);
    assert_int_equal(s->part, 1);
    assert_int_equal(s->parts, SMS_PARTS_MAX);
    assert_int_equal(s->expiry_s, 77);
    c.sms.over_s = 51;
    c.sms.status = SMS_JOINED;
    save_and_load(k, &c, 1);
    assert_int_equal(k->kept.count, 0);
    struct store_sms found = sms_of(k, (struct sms_query){9, 4, 0, 99, 9, NULL, false});
    assert_int_equal(found.count, 1);
    assert_int_equal(found.at[0].over_s, 51);
    assert_int_equal(sms_of(k, (struct sms_query){9, 4, 0, 99, 9, "main/7", true}).count, 0);
    assert_int_equal(sms_of(k, (struct sms_query){9, 4, 0, 99, 9, "main/7", false}).count, 1);
    assert_int_equal(found.at[0].status, SMS_JOINED);
}

int main(void)
{
    enum { OF_ROWS = 3 };
    const struct CMUnitTest tests[] = {
        TEST(sim_cards_come_and_go),
        TEST(sms_are_read_oldest_first),
        TEST(an_sms_is_put_again_until_it_is_over),
    };
    return KIT_RUN(tests, OF_ROWS);
}
