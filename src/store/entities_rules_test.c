/* Geofences, alarm rules and the former terms of devices: what comes back, and what goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/entities_testing.h"

static const uint8_t yard[] = {1, 1, 2, 2}; /* a ring of one point, 1, 1 */
static const uint8_t two_ids[] = {5, 6};

static struct change fence_of(int64_t enterprise_id, int64_t id, int64_t from_s, int64_t until_s)
{
    struct change c = {.kind = CHANGE_PUT_GEOFENCE};
    c.geofence = (struct geofence){
        .enterprise_id = enterprise_id,
        .id = id,
        .from_s = from_s,
        .until_s = until_s,
        .name = "Hof \"1\"",
        .shape = SHAPE_CIRCLE,
        .drawn_in = COORDSYS_GCJ02,
        .alarm_on = 3,
        .radius_m_e2 = UINT32_MAX,
        .dwell_s = 60,
        .hysteresis_m = 20,
        .rings = yard,
        .rings_len = sizeof(yard),
        .devices = two_ids,
        .devices_len = sizeof(two_ids),
    };
    return c;
}

static void geofences_come_and_go(void **state)
{
    struct kit *k = *state;
    const struct change c[] = {fence_of(9, INT32_MAX, 5, 7), fence_of(9, INT32_MAX, 7, INT64_MAX),
                               fence_of(8, 3, 1, INT64_MAX)};
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 3);
    const struct geofence *g = &k->kept.at[1].geofence;
    assert_int_equal(g->enterprise_id, 9);
    assert_int_equal(g->id, INT32_MAX);
    assert_int_equal(g->from_s, 5);
    assert_int_equal(g->until_s, 7);
    assert_string_equal(g->name, "Hof \"1\"");
    assert_int_equal(g->shape, SHAPE_CIRCLE);
    assert_int_equal(g->drawn_in, COORDSYS_GCJ02);
    assert_int_equal(g->alarm_on, 3);
    assert_int_equal(g->radius_m_e2, UINT32_MAX);
    assert_int_equal(g->dwell_s, 60);
    assert_int_equal(g->hysteresis_m, 20);
    assert_int_equal(g->rings_len, sizeof(yard));
    assert_memory_equal(g->rings, yard, sizeof(yard));
    assert_memory_equal(g->devices, two_ids, sizeof(two_ids));
    assert_int_equal(g->groups_len, 0);
    struct change gone[] = {c[0], {.kind = CHANGE_PUT_ENTERPRISE}};
    gone[0].kind = CHANGE_DELETE_GEOFENCE;
    gone[1].enterprise = (struct enterprise){.id = 8, .name = "x", .zone = "UTC", .deleted = true};
    save_and_load(k, gone, 2);
    assert_int_equal(k->kept.count, 2);
    assert_int_equal(k->kept.at[1].geofence.from_s, 7);
}

static void alarm_rules_come_and_go(void **state)
{
    struct kit *k = *state;
    struct change c[] = {{.kind = CHANGE_PUT_ALARM_RULE}, {.kind = CHANGE_PUT_ALARM_RULE}};
    struct alarm_rule *rule = &c[0].alarm_rule;
    *rule = (struct alarm_rule){.enterprise_id = 9,
                                .scope = RULE_OF_GROUP,
                                .subject_id = 4,
                                .from_s = 5,
                                .until_s = INT64_MAX,
                                .has_temperatures = true,
                                .temperatures = (const uint8_t *)"12345",
                                .temperatures_len = RULE_TEMPERATURE_BYTES};
    rule->has[RULE_OVERSPEED_KMH_E2] = true;
    rule->values[RULE_OVERSPEED_KMH_E2] = 8050;
    rule->has[RULE_FATIGUE_S] = true;
    rule->values[RULE_FATIGUE_S] = RULE_OFF;
    c[1].alarm_rule = (struct alarm_rule){.enterprise_id = 9, .until_s = 3};
    save_and_load(k, c, 2);
    assert_int_equal(k->kept.count, 2);
    const struct alarm_rule *empty = &k->kept.at[0].alarm_rule;
    assert_int_equal(empty->scope, RULE_OF_ENTERPRISE);
    for (int i = 0; i < RULE_FIELDS; i++) {
        assert_false(empty->has[i]);
    }
    const struct alarm_rule *back = &k->kept.at[1].alarm_rule;
    assert_int_equal(back->subject_id, 4);
    assert_memory_equal(back->has, rule->has, sizeof(rule->has));
    assert_int_equal(back->values[RULE_OVERSPEED_KMH_E2], 8050);
    assert_int_equal(back->values[RULE_FATIGUE_S], RULE_OFF);
    assert_true(back->has_temperatures);
    assert_memory_equal(back->temperatures, "12345", RULE_TEMPERATURE_BYTES);
    c[0].kind = CHANGE_DELETE_ALARM_RULE;
    save_and_load(k, c, 1);
    assert_int_equal(k->kept.count, 1);
}

static void former_terms_go_with_their_device(void **state)
{
    struct kit *k = *state;
    struct change c[] = {{.kind = CHANGE_PUT_TERM, .term = {7, 100, 4, UINT32_MAX, INT64_MAX}},
                         {.kind = CHANGE_PUT_TERM, .term = {7, 200, 0, 0, 0}},
                         {.kind = CHANGE_PUT_TERM, .term = {8, 100, 4, 1, 2}}};
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 3);
    assert_int_equal(k->kept.at[0].term.until_s, 100);
    assert_int_equal(k->kept.at[0].term.tank_ml, UINT32_MAX);
    assert_true(k->kept.at[0].term.enterprise_id == INT64_MAX);
    assert_int_equal(k->kept.at[1].term.group_id, 0);
    struct change gone = {.kind = CHANGE_PUT_DEVICE};
    gone.device = (struct device){.id = 7, .device_id = "7", .deleted = true};
    device_init(&gone.device);
    save_and_load(k, &gone, 1);
    assert_int_equal(k->kept.count, 2); /* the tombstone, and the other's term */
    assert_int_equal(k->kept.at[1].term.device_id, 8);
}

static void pasts_go_with_their_device(void **state)
{
    struct kit *k = *state;
    struct change c[] = {{.kind = CHANGE_PUT_PAST, .past = {7, 100, INT64_MAX}},
                         {.kind = CHANGE_PUT_PAST, .past = {7, 200, 8}},
                         {.kind = CHANGE_PUT_PAST, .past = {8, INT64_MIN, 9}}};
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 3);
    assert_int_equal(k->kept.at[0].past.until_s, 100);
    assert_true(k->kept.at[0].past.former_id == INT64_MAX);
    assert_int_equal(k->kept.at[1].past.former_id, 8);
    struct change gone[] = {{.kind = CHANGE_PUT_DEVICE}, c[1]};
    gone[0].device = (struct device){.id = 8, .device_id = "8", .deleted = true};
    device_init(&gone[0].device);
    gone[1].kind = CHANGE_DELETE_PAST;
    save_and_load(k, gone, 2);
    assert_int_equal(k->kept.count, 2); /* the tombstone, and one past */
    assert_int_equal(k->kept.at[1].past.device_id, 7);
}

static void rows_that_make_no_sense(void **state)
{
    static const char *const rows[] = {
        "INSERT INTO geofence VALUES(1,1,0,1,'n',0,0,0,0,0,0,x'',x'',x'')",           /* no ring */
        "INSERT INTO geofence VALUES(1,1,0,1,'n',0,0,0,0,0,0,x'01010202',x'00',x'')", /* id 0 */
        "INSERT INTO geofence VALUES(1,1,0,1,'n',3,0,0,0,0,0,x'01010202',x'',x'')",
        "INSERT INTO geofence VALUES(1,2147483648,0,1,'n',0,0,0,0,0,0,x'01010202',x'',x'')",
        "INSERT INTO device_term VALUES(1,1,-1,0,0)",
        "INSERT INTO device_term VALUES(1,1,0,0,-1)",
        "INSERT INTO device_past VALUES(1,1,0)",
    };
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        sqlite3 *db = open_beside(k);
        assert_int_equal(database_run(db, rows[i]), ERR_OK);
        struct store_loader loader = {.context = &k->kept, .change = keep, .state = no_state};
        assert_int_equal(store_load(k->store, &loader), ERR_CORRUPT);
        assert_int_equal(
            database_run(db,
                         "DELETE FROM geofence; DELETE FROM device_term; DELETE FROM alarm_rule;"
                         "DELETE FROM device_past"),
            ERR_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
    }
}

int main(void)
{
    enum { OF_ROWS = 4 };
    const struct CMUnitTest tests[] = {
        TEST(geofences_come_and_go),
        TEST(alarm_rules_come_and_go),
        TEST(former_terms_go_with_their_device),
        TEST(pasts_go_with_their_device),
        TEST(rows_that_make_no_sense),
    };
    return KIT_RUN(tests, OF_ROWS);
}
