#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/clock_zone.h"
#include "store/entities_testing.h"
#include "store/tables_sqlite_columns.h"

static void enterprises(void **state)
{
    struct kit *k = *state;
    struct change c[3] = {{.kind = CHANGE_PUT_ENTERPRISE},
                          {.kind = CHANGE_PUT_ENTERPRISE},
                          {.kind = CHANGE_PUT_ENTERPRISE}};
    c[0].enterprise = (struct enterprise){
        INT64_MAX, "Größe \"x\"", "Asia/Shanghai",  -1,       INT32_MAX,           INT64_MIN, true,
        INT64_MAX, true,          LANGUAGE_CHINESE, UNITS_MI, {INT32_MAX, 1, 0, 9}};
    c[1].enterprise = (struct enterprise){1,     "", "",    INT64_MAX,      INT32_MIN, 0,
                                          false, 0,  false, LANGUAGE_UNSET, UNITS_KM,  {0}};
    c[2].enterprise = (struct enterprise){
        1, "renamed", "UTC", 0, 30, 7, false, 0, false, LANGUAGE_ENGLISH, UNITS_KM, {0, 0, 7, 0}};
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 2);
    const struct enterprise *e = &k->kept.at[0].enterprise;
    assert_int_equal(e->id, 1);
    assert_string_equal(e->name, "renamed");
    assert_string_equal(e->zone, "UTC");
    assert_int_equal(e->service_end_s, 0);
    assert_int_equal(e->retention_days, 30);
    assert_int_equal(e->created_s, 7);
    assert_false(e->deleted);
    assert_int_equal(e->parent_id, 0);
    assert_false(e->can_subdivide);
    assert_int_equal(e->language, LANGUAGE_ENGLISH);
    assert_int_equal(e->units, UNITS_KM);
    assert_int_equal(e->limits[LIMIT_GEOFENCES], 7);
    e = &k->kept.at[1].enterprise;
    assert_int_equal(e->id, INT64_MAX);
    assert_string_equal(e->name, "Größe \"x\"");
    assert_int_equal(e->service_end_s, -1);
    assert_int_equal(e->retention_days, INT32_MAX);
    assert_int_equal(e->created_s, INT64_MIN);
    assert_true(e->deleted);
    assert_int_equal(e->parent_id, INT64_MAX);
    assert_true(e->can_subdivide);
    assert_int_equal(e->language, LANGUAGE_CHINESE);
    assert_int_equal(e->units, UNITS_MI);
    assert_int_equal(e->limits[LIMIT_DEVICES], INT32_MAX);
    assert_int_equal(e->limits[LIMIT_RETENTION_DAYS], 9);
}

static void users(void **state)
{
    struct kit *k = *state;
    int64_t groups[USER_GROUPS_MAX];
    struct change c[2] = {{.kind = CHANGE_PUT_USER}, {.kind = CHANGE_PUT_USER}};
    for (size_t i = 0; i < USER_GROUPS_MAX; i++) {
        groups[i] = INT64_MAX - (int64_t)i;
    }
    c[0].user = (struct user){.id = 1, .login_name = "root", .password_hash = "$argon2id$v=19$x"};
    c[0].user.role = ROLE_ROOT;
    c[1].user = (struct user){
        .id = 2,
        .enterprise_id = 9,
        .login_name = "Ärger",
        .password_hash = "",
        .role = ROLE_VIEWER,
        .expire_s = 123,
        .group_ids = groups,
        .group_count = USER_GROUPS_MAX,
        .token_generation = INT32_MAX,
        .created_s = 5,
        .deleted = true,
    };
    save_and_load(k, c, 2);
    assert_int_equal(k->kept.count, 2);
    const struct user *u = &k->kept.at[0].user;
    assert_int_equal(u->enterprise_id, 0);
    assert_string_equal(u->password_hash, "$argon2id$v=19$x");
    assert_int_equal(u->role, ROLE_ROOT);
    assert_int_equal(u->group_count, 0);
    u = &k->kept.at[1].user;
    assert_int_equal(u->enterprise_id, 9);
    assert_string_equal(u->login_name, "Ärger");
    assert_int_equal(u->role, ROLE_VIEWER);
    assert_int_equal(u->expire_s, 123);
    assert_int_equal(u->group_count, USER_GROUPS_MAX);
    assert_memory_equal(u->group_ids, groups, sizeof(groups));
    assert_int_equal(u->token_generation, INT32_MAX);
    assert_int_equal(u->created_s, 5);
    assert_true(u->deleted);
}

static void groups_of_a_user_as_bytes(void **state)
{
    uint8_t room[ENTITY_IDS_PACKED_MAX + 1] = {0};
    int64_t ids[USER_GROUPS_MAX];
    int64_t back[USER_GROUPS_MAX];
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < USER_GROUPS_MAX; i++) {
        ids[i] = INT64_MIN;
    }
    struct bytes packed = entity_pack_ids(ids, USER_GROUPS_MAX, room);
    assert_int_equal(packed.len, ENTITY_IDS_PACKED_MAX);
    assert_int_equal(entity_unpack_ids(packed, back, &count), ERR_OK);
    assert_int_equal(count, USER_GROUPS_MAX);
    assert_memory_equal(ids, back, sizeof(ids));
    struct bytes too_many = {room, sizeof(room)};
    assert_int_equal(entity_unpack_ids(too_many, back, &count), ERR_CORRUPT);
    struct bytes cut = {room, 3};
    assert_int_equal(entity_unpack_ids(cut, back, &count), ERR_CORRUPT);
    assert_int_equal(entity_unpack_ids((struct bytes){0}, back, &count), ERR_OK);
    assert_int_equal(count, 0);
}

static void groups_and_devices(void **state)
{
    struct kit *k = *state;
    struct change c[2] = {{.kind = CHANGE_PUT_DEVICE}, {.kind = CHANGE_PUT_GROUP}};
    c[0].device = (struct device){
        .id = 3,
        .enterprise_id = 9,
        .group_id = 4,
        .device_id = "0013800000001",
        .plate = "粤B 12345",
        .object_code = "K-7",
        .sim = "+49 151 1",
        .iccid = "8944",
        .model = "GT06N",
        .type = DEVICE_ASSET,
        .tank_ml = UINT32_MAX,
        .created_s = 11,
        .deleted = true,
        .has_utc_offset = true,
        .utc_offset_min = -330,
        .speed_unit = SPEED_UNIT_MPS,
        .note = "key: \"Büro\"",
        .password_hash = "00ff",
        .is_former = true,
    };
    c[1].group = (struct group){4, 9, "North", true};
    save_and_load(k, c, 2);
    assert_int_equal(k->kept.count, 2);
    const struct group *g = &k->kept.at[0].group;
    assert_int_equal(g->id, 4);
    assert_int_equal(g->enterprise_id, 9);
    assert_string_equal(g->name, "North");
    assert_true(g->deleted);
    const struct device *d = &k->kept.at[1].device;
    assert_int_equal(d->id, 3);
    assert_int_equal(d->enterprise_id, 9);
    assert_int_equal(d->group_id, 4);
    assert_string_equal(d->device_id, "0013800000001");
    assert_string_equal(d->plate, "粤B 12345");
    assert_string_equal(d->object_code, "K-7");
    assert_string_equal(d->sim, "+49 151 1");
    assert_string_equal(d->iccid, "8944");
    assert_string_equal(d->model, "GT06N");
    assert_string_equal(d->password_hash, "00ff");
    assert_true(d->is_former);
    assert_int_equal(d->type, DEVICE_ASSET);
    assert_int_equal(d->tank_ml, UINT32_MAX);
    assert_true(d->has_utc_offset);
    assert_int_equal(d->utc_offset_min, -330);
    assert_int_equal(d->speed_unit, SPEED_UNIT_MPS);
    assert_string_equal(d->note, "key: \"Büro\"");
    assert_int_equal(d->created_s, 11);
    assert_true(d->deleted);
}

/* Schemas up to 2 took identities that begin otherwise; what no tracker can say is damage. */
static void identities_of_the_older_rule_are_read(void **state)
{
    struct kit *k = *state;
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    c.device = (struct device){.id = 3, .enterprise_id = 9, .device_id = "_yard-gate"};
    device_init(&c.device);
    save_and_load(k, &c, 1);
    assert_string_equal(k->kept.at[0].device.device_id, "_yard-gate");
    c.device.device_id = "yard gate";
    const struct store_batch batch = {.changes = &c, .change_count = 1};
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
    const struct store_loader loader = {.context = &k->kept, .change = keep, .state = no_state};
    assert_int_equal(store_load(k->store, &loader), ERR_CORRUPT);
}

static void tokens_come_and_go(void **state)
{
    struct kit *k = *state;
    struct change c[3] = {{.kind = CHANGE_PUT_TOKEN}, {.kind = CHANGE_PUT_TOKEN}, {0}};
    c[0].token = (struct token){.user_id = 1,
                                .generation = -1,
                                .created_s = 2,
                                .expires_s = 3,
                                .last_s = INT64_MAX,
                                .last_address = "2001:db8::1"};
    c[1].token = c[0].token;
    memset(c[0].token.hash, 0, sizeof(c[0].token.hash)); /* a hash of zeros is one too */
    memset(c[1].token.hash, 0xff, sizeof(c[1].token.hash));
    save_and_load(k, c, 2);
    assert_int_equal(k->kept.count, 2);
    c[2] = c[0];
    c[2].kind = CHANGE_DELETE_TOKEN;
    save_and_load(k, &c[2], 1);
    assert_int_equal(k->kept.count, 1);
    const struct token *t = &k->kept.at[0].token;
    assert_memory_equal(t->hash, c[1].token.hash, sizeof(t->hash));
    assert_int_equal(t->user_id, 1);
    assert_int_equal(t->generation, -1);
    assert_int_equal(t->created_s, 2);
    assert_int_equal(t->expires_s, 3);
    assert_int_equal(t->last_s, INT64_MAX);
    assert_string_equal(t->last_address, "2001:db8::1");
}

static void focus_comes_and_goes(void **state)
{
    struct kit *k = *state;
    struct change c[4] = {{.kind = CHANGE_PUT_FOCUS, .focus = {1, 2}},
                          {.kind = CHANGE_PUT_FOCUS, .focus = {1, 2}},
                          {.kind = CHANGE_PUT_FOCUS, .focus = {1, 3}},
                          {.kind = CHANGE_DELETE_FOCUS, .focus = {1, 2}}};
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 2);
    save_and_load(k, &c[3], 1);
    assert_int_equal(k->kept.count, 1);
    assert_int_equal(k->kept.at[0].focus.user_id, 1);
    assert_int_equal(k->kept.at[0].focus.device_id, 3);
}

static void addresses_come_and_go(void **state)
{
    struct kit *k = *state;
    struct change c[4] = {
        {.kind = CHANGE_PUT_LOGIN_ADDRESS, .login_address = {1, "192.0.2.1", 5}},
        {.kind = CHANGE_PUT_LOGIN_ADDRESS, .login_address = {1, "2001:db8::/64", INT64_MAX}},
        {.kind = CHANGE_PUT_LOGIN_ADDRESS, .login_address = {1, "192.0.2.1", 6}},
        {.kind = CHANGE_DELETE_LOGIN_ADDRESS, .login_address = {1, "2001:db8::/64", 0}}};
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 2);
    save_and_load(k, &c[3], 1);
    assert_int_equal(k->kept.count, 1);
    assert_int_equal(k->kept.at[0].login_address.user_id, 1);
    assert_string_equal(k->kept.at[0].login_address.address, "192.0.2.1");
    assert_int_equal(k->kept.at[0].login_address.last_s, 6);
}

static void preferences_come_and_go(void **state)
{
    struct kit *k = *state;
    struct change c[4] = {{.kind = CHANGE_PUT_PREFERENCE, .preference = {1, "a", "[1]"}},
                          {.kind = CHANGE_PUT_PREFERENCE, .preference = {INT64_MAX, "a", "\"é\""}},
                          {.kind = CHANGE_PUT_PREFERENCE, .preference = {1, "a", "{}"}},
                          {.kind = CHANGE_DELETE_PREFERENCE, .preference = {INT64_MAX, "a", ""}}};
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 2);
    save_and_load(k, &c[3], 1);
    assert_int_equal(k->kept.count, 1);
    assert_int_equal(k->kept.at[0].preference.user_id, 1);
    assert_string_equal(k->kept.at[0].preference.key, "a");
    assert_string_equal(k->kept.at[0].preference.value, "{}");
}

static void fragments_wait_and_go(void **state)
{
    struct kit *k = *state;
    struct change c[5] = {fragment_of(UINT32_MAX, 2, "later"),
                          fragment_of(UINT32_MAX, 1, ""),
                          fragment_of(0, 64, "other"),
                          fragment_of(0, 64, "again"),
                          {0}};
    save_and_load(k, c, 4);
    assert_int_equal(k->kept.count, 3);
    assert_memory_equal(k->kept.at[0].fragment.at, "again", 5);
    const struct waiting_fragment *p = &k->kept.at[1].fragment;
    assert_int_equal(p->key, UINT32_MAX);
    assert_int_equal(p->number, 1);
    assert_int_equal(p->len, 0);
    p = &k->kept.at[2].fragment;
    assert_int_equal(p->device_id, 1);
    assert_int_equal(p->number, 2);
    assert_int_equal(p->total, 64);
    assert_int_equal(p->protocol, PROTOCOL_gt06);
    assert_int_equal(p->rcv_time_s, KIT_TIME_S);
    assert_int_equal(p->len, 5);
    assert_memory_equal(p->at, "later", 5);
    c[4] = fragment_of(UINT32_MAX, 0, "");
    c[4].kind = CHANGE_DELETE_FRAGMENT;
    save_and_load(k, &c[4], 1);
    assert_int_equal(k->kept.count, 1);
    assert_int_equal(k->kept.at[0].fragment.key, 0);
}

static void clocks_come_and_go(void **state)
{
    struct kit *k = *state;
    uint8_t first[CLOCK_ZONE_PACKED_MAX];
    uint8_t second[CLOCK_ZONE_PACKED_MAX];
    const struct clock_zone learnt = {.rule = {CLOCK_FIXED, 480}, .learnt_s = KIT_TIME_S};
    const struct clock_zone again = {.rule = {CLOCK_ROW, 0}, .learnt_s = KIT_TIME_S + 1};
    struct bytes packed = clock_zone_pack(&learnt, first);
    struct bytes later = clock_zone_pack(&again, second);
    struct change c[4] = {{.kind = CHANGE_PUT_CLOCK, .clock = {1, packed.at, packed.len}},
                          {.kind = CHANGE_PUT_CLOCK, .clock = {2, packed.at, packed.len}},
                          {.kind = CHANGE_PUT_CLOCK, .clock = {1, later.at, later.len}},
                          {.kind = CHANGE_DELETE_CLOCK, .clock = {.device_id = 2}}};
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 2);
    assert_int_equal(k->kept.at[0].clock.device_id, 1);
    assert_int_equal(k->kept.at[0].clock.len, later.len);
    assert_memory_equal(k->kept.at[0].clock.at, later.at, later.len);
    assert_memory_equal(k->kept.at[1].clock.at, packed.at, packed.len);
    save_and_load(k, &c[3], 1);
    assert_int_equal(k->kept.count, 1);
    assert_int_equal(k->kept.at[0].clock.device_id, 1);
}

static void texts_are_read_newest_first(void **state)
{
    struct kit *k = *state;
    struct change c[4] = {{.kind = CHANGE_PUT_TEXT, .text = {1, 7, 50, "first", 0}},
                          {.kind = CHANGE_PUT_TEXT, .text = {2, 8, 60, "another's", 0}},
                          {.kind = CHANGE_PUT_TEXT, .text = {1, 9, 40, "", 0}},
                          {.kind = CHANGE_PUT_TEXT, .text = {1, 10, 70, "Status: ACC ON €", 0}}};
    struct store_texts texts;
    save_and_load(k, c, 4);
    assert_int_equal(k->kept.count, 0);
    assert_int_equal(store_read_texts(k->store, 1, 100, &k->kept.arena, &texts), ERR_OK);
    assert_int_equal(texts.count, 3);
    assert_string_equal(texts.at[0].text, "Status: ACC ON €");
    assert_int_equal(texts.at[0].time_s, 70);
    assert_string_equal(texts.at[1].text, "");
    assert_string_equal(texts.at[2].text, "first");
    assert_int_equal(texts.at[0].id, 10);
    assert_int_equal(texts.at[1].id, 9);
    assert_int_equal(texts.at[2].id, 7);
    assert_int_equal(store_read_texts(k->store, 1, 2, &k->kept.arena, &texts), ERR_OK);
    assert_int_equal(texts.count, 2);
    assert_string_equal(texts.at[0].text, "Status: ACC ON €");
    assert_int_equal(store_read_texts(k->store, 3, 2, &k->kept.arena, &texts), ERR_OK);
    assert_int_equal(texts.count, 0);
}

static void what_is_reserved_of_ids(void **state)
{
    struct kit *k = *state;
    struct change c[3] = {{.kind = CHANGE_PUT_IDS, .ids = {ID_OF_TEXT, 1024}},
                          {.kind = CHANGE_PUT_IDS, .ids = {ID_OF_ENTERPRISE, 0}},
                          {.kind = CHANGE_PUT_IDS, .ids = {ID_OF_TEXT, (INT64_C(1) << 40) - 1}}};
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 2);
    assert_int_equal(k->kept.at[0].ids.kind, ID_OF_ENTERPRISE);
    assert_int_equal(k->kept.at[0].ids.upto, 0);
    assert_int_equal(k->kept.at[1].ids.kind, ID_OF_TEXT);
    assert_int_equal(k->kept.at[1].ids.upto, (INT64_C(1) << 40) - 1);
}

static void names_come_and_go(void **state)
{
    struct kit *k = *state;
    struct change c[4] = {{.kind = CHANGE_PUT_NAME, .name = {NAME_DEVICE_ID, "77", 8191}},
                          {.kind = CHANGE_PUT_NAME, .name = {NAME_LOGIN, "77", 0}},
                          {.kind = CHANGE_PUT_NAME, .name = {NAME_DEVICE_ID, "77", 1}},
                          {.kind = CHANGE_DELETE_NAME, .name = {NAME_LOGIN, "77", 5}}};
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 2);
    save_and_load(k, &c[3], 1);
    assert_int_equal(k->kept.count, 1);
    assert_int_equal(k->kept.at[0].name.kind, NAME_DEVICE_ID);
    assert_string_equal(k->kept.at[0].name.text, "77");
    assert_int_equal(k->kept.at[0].name.shard, 1);
}

/* All kinds together come in the order in which they refer to each other. */
static void the_order_of_loading(void **state)
{
    static const enum change_kind order[] = {
        CHANGE_PUT_ENTERPRISE, CHANGE_PUT_USER,          CHANGE_PUT_GROUP, CHANGE_PUT_DEVICE,
        CHANGE_PUT_TOKEN,      CHANGE_PUT_LOGIN_ADDRESS, CHANGE_PUT_FOCUS, CHANGE_PUT_FRAGMENT,
        CHANGE_PUT_CLOCK,      CHANGE_PUT_IDS,           CHANGE_PUT_NAME};
    enum { KINDS = sizeof(order) / sizeof(order[0]) };
    struct kit *k = *state;
    struct change c[KINDS] = {fragment_of(1, 1, "x")};
    c[1] = (struct change){.kind = CHANGE_PUT_FOCUS, .focus = {1, 1}};
    c[2] = (struct change){.kind = CHANGE_PUT_TOKEN, .token = {.user_id = 1, .last_address = ""}};
    c[3] = (struct change){.kind = CHANGE_PUT_DEVICE};
    c[3].device = (struct device){.id = 1, .enterprise_id = 1, .device_id = "1"};
    device_init(&c[3].device);
    c[4] = (struct change){.kind = CHANGE_PUT_GROUP, .group = {1, 1, "g", false}};
    c[5] = (struct change){.kind = CHANGE_PUT_USER};
    c[5].user = (struct user){.id = 1, .login_name = "u", .password_hash = "p"};
    c[6] = (struct change){.kind = CHANGE_PUT_ENTERPRISE};
    c[6].enterprise = (struct enterprise){.id = 1, .name = "e", .zone = "UTC"};
    uint8_t room[CLOCK_ZONE_PACKED_MAX];
    struct bytes zone = clock_zone_pack(&(struct clock_zone){.is_stopped = true}, room);
    c[8] = (struct change){.kind = CHANGE_PUT_CLOCK, .clock = {1, zone.at, zone.len}};
    c[7] = (struct change){.kind = CHANGE_PUT_LOGIN_ADDRESS, .login_address = {1, "192.0.2.1", 5}};
    c[10] = (struct change){.kind = CHANGE_PUT_NAME, .name = {NAME_LOGIN, "u", 0}};
    c[9] = (struct change){.kind = CHANGE_PUT_IDS, .ids = {ID_OF_TEXT, 1024}};
    save_and_load(k, c, KINDS);
    assert_int_equal(k->kept.count, KINDS);
    for (size_t i = 0; i < KINDS; i++) {
        assert_int_equal(k->kept.at[i].kind, order[i]);
    }
}

#define DELETE_ROWS                                                                                \
    "DELETE FROM enterprise; DELETE FROM user; DELETE FROM device_group; DELETE FROM device;"      \
    "DELETE FROM token; DELETE FROM focus; DELETE FROM login_address; DELETE FROM preference;"     \
    "DELETE FROM waiting_part; DELETE FROM device_clock; DELETE FROM ids;"                         \
    "DELETE FROM reserved_name; DELETE FROM sim_card;"

#define ENTERPRISE(values) "INSERT INTO enterprise VALUES(" values ")"
#define REST               ", 0, 0, 0, 0, 0, 0, 0, 0" /* of schema 8 */

/* Rows that were never saved so. What can wait no longer is left out, the rest is damage. */
static const struct {
    const char *sql;
    enum err answer;
} senseless[] = {
    {ENTERPRISE("1, 'x', 'UTC', 0, 2147483648, 0, 0" REST), ERR_CORRUPT},
    {ENTERPRISE("0, 'x', 'UTC', 0, 0, 0, 0" REST), ERR_CORRUPT},
    {ENTERPRISE("1, x'00', 'UTC', 0, 0, 0, 0" REST), ERR_CORRUPT},
    {ENTERPRISE("1, 'x', 'UTC', 'soon', 0, 0, 0" REST), ERR_CORRUPT},
    {ENTERPRISE("1, 'x', 'UTC', 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0"), ERR_CORRUPT},
    {ENTERPRISE("1, 'x', 'UTC', 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0"), ERR_CORRUPT},
    {ENTERPRISE("1, 'x', 'UTC', 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0"), ERR_CORRUPT},
    {ENTERPRISE("1, 'x', 'UTC', 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0"), ERR_CORRUPT},
    {ENTERPRISE("1, 'x', 'UTC', 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0"), ERR_CORRUPT},
    {"INSERT INTO user VALUES(1, 0, 'u', 'p', 4, 0, x'', 0, 0, 0)", ERR_CORRUPT},
    {"INSERT INTO user VALUES(1, 0, 'u', 'p', 0, 0, x'80', 0, 0, 0)", ERR_CORRUPT},
    {"INSERT INTO user VALUES(1, 0, 'u', 'p', 0, 0, 'text', 0, 0, 0)", ERR_CORRUPT},
    {"INSERT INTO device_group VALUES(1, 1, 'g', 2)", ERR_CORRUPT},
    {"INSERT INTO device VALUES(1,1,0,'a b','','','','','',0,0,0,0,NULL,0,'','',0)", ERR_CORRUPT},
    {"INSERT INTO device VALUES(1,1,0,'1','','','','','',3,0,0,0,NULL,0,'','',0)", ERR_CORRUPT},
    {"INSERT INTO device VALUES(1,1,-1,'1','','','','','',0,0,0,0,NULL,0,'','',0)", ERR_CORRUPT},
    {"INSERT INTO device VALUES(1,1,0,'1','','','','','',0,0,0,0,NULL,0,x'00','',0)", ERR_CORRUPT},
    {"INSERT INTO device VALUES(1,1,0,'1','','','','','',0,0,0,0,NULL,0,'','',2)", ERR_CORRUPT},
    {"INSERT INTO token VALUES(x'00', 1, 0, 0, 0, 0, '')", ERR_CORRUPT},
    {"INSERT INTO login_address VALUES(0, 'x', 1)", ERR_CORRUPT},
    {"INSERT INTO login_address VALUES(1, x'00', 1)", ERR_CORRUPT},
    {"INSERT INTO login_address VALUES(1, 'x', 'soon')", ERR_CORRUPT},
    {"INSERT INTO focus VALUES(0, 1)", ERR_CORRUPT},
    {"INSERT INTO preference VALUES(0, 'x', '1')", ERR_CORRUPT},
    {"INSERT INTO preference VALUES(1, 'x', x'00')", ERR_CORRUPT},
    {"INSERT INTO device_clock VALUES(1, x'00')", ERR_CORRUPT},
    {"INSERT INTO device_clock VALUES(1, 'text')", ERR_CORRUPT},
    {"INSERT INTO device_clock VALUES(0, x'00')", ERR_CORRUPT},
    {"INSERT INTO reserved_name VALUES(0, 'x', 1)", ERR_CORRUPT},
    {"INSERT INTO reserved_name VALUES(4, 'x', 1)", ERR_CORRUPT},
    {"INSERT INTO reserved_name VALUES(1, x'00', 1)", ERR_CORRUPT},
    {"INSERT INTO reserved_name VALUES(1, 'x', 8192)", ERR_CORRUPT},
    {"INSERT INTO sim_card VALUES(1,1,'8','','','','','',0,2,0,0,0,0,0,0,0,0,0,0,0, 0, "
     "'','','','','',0,0,0)",
     ERR_CORRUPT},
    {"INSERT INTO sim_card VALUES(1,0,'8','','','','','',0,1,0,0,0,0,0,0,0,0,0,0,0, 0, "
     "'','','','','',0,0,0)",
     ERR_CORRUPT},
    {"INSERT INTO sim_card VALUES(1,1,'8','','','','','',0,1,0,0,0,0,0,0,0,0,0,0,65536, 0, "
     "'','','','','',0,0,0)",
     ERR_CORRUPT},
    {"INSERT INTO ids VALUES(0, 1)", ERR_CORRUPT},
    {"INSERT INTO ids VALUES(60, 1)", ERR_CORRUPT},
    {"INSERT INTO ids VALUES(1, -1)", ERR_CORRUPT},
    {"INSERT INTO ids VALUES(1, 1099511627776)", ERR_CORRUPT},
    {"INSERT INTO ids VALUES(1, 'many')", ERR_CORRUPT},
    {"INSERT INTO waiting_part VALUES(1, 0, 0, 2, 'gt06', 0, x'')", ERR_OK},
    {"INSERT INTO waiting_part VALUES(1, 0, 1, 65, 'gt06', 0, x'')", ERR_OK},
    {"INSERT INTO waiting_part VALUES(1, 0, 1, 2, 'unheard-of', 0, x'')", ERR_OK},
};

static void rows_that_make_no_sense(void **state)
{
    struct kit *k = *state;
    char path[KIT_PATH_SIZE + 16];
    (void)snprintf(path, sizeof(path), "%s/odograph.db", k->path);
    for (size_t i = 0; i < sizeof(senseless) / sizeof(senseless[0]); i++) {
        struct database_options o = {.path = path, .cache_kib = KIT_CACHE_KIB};
        sqlite3 *db = NULL;
        assert_int_equal(database_open(&o, &db), ERR_OK);
        assert_int_equal(database_run(db, senseless[i].sql), ERR_OK);
        k->kept.count = 0;
        struct store_loader loader = {.context = &k->kept, .change = keep, .state = no_state};
        assert_int_equal(store_load(k->store, &loader), senseless[i].answer);
        assert_int_equal(k->kept.count, 0);
        assert_int_equal(database_run(db, DELETE_ROWS), ERR_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
    }
}

int main(void)
{
    enum { OF_ROWS = 11 };
    const struct CMUnitTest tests[] = {
        TEST(enterprises),
        TEST(users),
        TEST(groups_of_a_user_as_bytes),
        TEST(groups_and_devices),
        TEST(tokens_come_and_go),
        TEST(focus_comes_and_goes),
        TEST(addresses_come_and_go),
        TEST(preferences_come_and_go),
        TEST(fragments_wait_and_go),
        TEST(clocks_come_and_go),
        TEST(texts_are_read_newest_first),
        TEST(what_is_reserved_of_ids),
        TEST(names_come_and_go),
        TEST(the_order_of_loading),
        TEST(identities_of_the_older_rule_are_read),
        TEST(rows_that_make_no_sense),
    };
    return KIT_RUN(tests, OF_ROWS);
}
