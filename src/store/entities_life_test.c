/* The tables against the rows, how a store of before is read, and how rows of entities go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/vault_testing.h"
#include "fleet/clock_zone.h"
#include "store/entities_testing.h"
#include "store/expire.h"
#include "store/schema.h"
#include "store/tables_sqlite.h"
#include "store/tables_sqlite_columns.h"

/* ---- the rows and the tables ---- */

/* The written steps made the tables of old: each is what its rows say, no column more. */
static void every_table_is_as_its_rows_say(void **state)
{
    struct kit *k = *state;
    sqlite3 *db = open_beside(k);
    for (enum entity_kind kind = ENTITY_NONE + 1; kind < ENTITY_COUNT; kind++) {
        const struct entity *e = &entity_rows[kind];
        assert_int_equal(number_of(db, "SELECT count(*) FROM pragma_table_info('%s')", e->table),
                         e->column_count);
        for (size_t i = 0; i < e->column_count; i++) {
            const struct entity_column *c = &e->columns[i];
            assert_int_equal(
                number_of(db,
                          "SELECT count(*) FROM pragma_table_info('%s') WHERE name='%s'"
                          " AND type='%s' AND pk=%zu AND (pk OR \"notnull\"=%d)",
                          e->table, c->name, entity_sql_type(c->type), i < e->key_count ? i + 1 : 0,
                          c->type != ENTITY_COLUMN_OPTIONAL),
                1);
        }
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A store of version 1 is read as it is, what came later being empty; migrated, it reads the same.
 */
static void a_table_without_later_columns_is_read(void **state)
{
    struct kit *k = *state;
    const struct schema first = {.written = store_schema.written, .written_count = 1};
    struct tables_loader loader = {.context = &k->kept, .change = keep};
    struct schema schema = store_schema;
    schema.vault = vault_testing();
    store_close(k->store);
    k->store = NULL;
    kit_directory_remove(k->path);
    kit_directory_new(k->path);
    sqlite3 *db = open_beside(k);
    struct tables *t = NULL;
    assert_int_equal(schema_migrate(db, &first), ERR_OK);
    assert_int_equal(tables_sqlite_new(db, SQLITE_LOADS, &t), ERR_OK);
    assert_int_equal(database_run(db, "INSERT INTO device VALUES(1,2,3,'4','p','c','s','i','m','x',"
                                      "1,5,6,0)"),
                     ERR_OK);
    for (int i = 0; i < 2; i++) {
        k->kept.count = 0;
        assert_int_equal(tables_load_entities(t, &loader), ERR_OK);
        assert_int_equal(k->kept.count, 1 + i); /* migrated, ids are reserved, too */
        const struct device *d = &k->kept.at[0].device;
        assert_int_equal(vault_fits(schema.vault, d->password_hash, bytes_of_text("x")), i == 1);
        assert_int_equal(d->created_s, 6);
        assert_false(d->has_utc_offset);
        assert_int_equal(d->speed_unit, SPEED_UNIT_UNSET);
        assert_string_equal(d->note, "");
        assert_false(d->is_former);
        assert_int_equal(schema_migrate(db, &schema), ERR_OK);
    }
    vault_free(schema.vault);
    tables_close(t);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t upto(sqlite3 *db, enum id_kind kind)
{
    return number_of(db, "SELECT coalesce(sum(upto), -1) FROM ids WHERE kind=%d", (int)kind);
}

/*
 * What was given by a store of version 4, which numbered texts itself, is not given again: of
 * entities the highest is there, and be it a tombstone; the newest texts are gone.
 */
static void ids_go_on_behind_all_that_were_given(void **state)
{
    struct kit *k = *state;
    struct entity rows[ENTITY_IDS];
    memcpy(rows, entity_rows, sizeof(rows));
    for (size_t i = 0; i < ENTITY_IDS; i++) { /* as they were then */
        struct entity *e = &rows[i];
        while (e->column_count > 0 && e->columns[e->column_count - 1].since > 4) {
            e->column_count--;
        }
    }
    const struct schema fourth = {
        .written = store_schema.written, .written_count = 4, .rows = rows, .row_count = ENTITY_IDS};
    store_close(k->store);
    k->store = NULL;
    kit_directory_remove(k->path);
    kit_directory_new(k->path);
    sqlite3 *db = open_beside(k);
    assert_int_equal(schema_version(&fourth), 4);
    assert_int_equal(schema_migrate(db, &fourth), ERR_OK);
    assert_int_equal(
        database_run(db, "INSERT INTO enterprise VALUES(3,'x','UTC',0,0,0,1);"
                         "INSERT INTO user VALUES(7,3,'u','p',0,0,x'',0,0,0);"
                         "INSERT INTO device VALUES(9,3,0,'4','','','','','','',0,0,0,1,NULL,0,'');"
                         "INSERT INTO device_text(device_id,time_s,text)"
                         " VALUES(9,1,'kept'),(8,1,'too'),(9,2,'gone');"
                         "DELETE FROM device_text WHERE text='gone'"),
        ERR_OK);
    assert_int_equal(schema_check(db, &store_schema), ERR_OK);
    assert_int_equal(schema_migrate(db, &store_schema), ERR_OK);
    assert_int_equal(schema_check(db, &store_schema), ERR_OK);
    assert_int_equal(upto(db, ID_OF_ENTERPRISE), 3);
    assert_int_equal(upto(db, ID_OF_USER), 7);
    assert_int_equal(upto(db, ID_OF_GROUP), -1);
    assert_int_equal(upto(db, ID_OF_DEVICE), 9);
    assert_int_equal(upto(db, ID_OF_TEXT), 3);
    assert_int_equal(number_of(db, "SELECT id FROM device_text WHERE text='kept'"), 1);
    assert_int_equal(number_of(db, "SELECT id FROM device_text WHERE device_id=8"), 2);
    assert_int_equal(number_of(db, "SELECT count(*) FROM device_text"), 2);
    assert_int_equal(number_of(db, "SELECT count(*) FROM sqlite_schema"
                                   " WHERE instr(upper(sql), 'AUTOINCREMENT') > 0"),
                     0);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* ---- what goes ---- */

static void save(struct kit *k, struct change c)
{
    const struct store_batch batch = {.changes = &c, .change_count = 1};
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
}

static void put_user(struct kit *k, int64_t id, bool deleted)
{
    struct change c = {.kind = CHANGE_PUT_USER};
    c.user = (struct user){.id = id, .deleted = deleted};
    entity_init(ENTITY_USER, &c.user);
    save(k, c);
}

static void put_device(struct kit *k, int64_t id, bool deleted)
{
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    c.device = (struct device){.id = id, .device_id = "1", .deleted = deleted};
    device_init(&c.device);
    save(k, c);
}

static void put_what_they_own(struct kit *k, int64_t user, int64_t device)
{
    uint8_t room[CLOCK_ZONE_PACKED_MAX];
    struct bytes zone = clock_zone_pack(&(struct clock_zone){.is_stopped = true}, room);
    struct change fragment = fragment_of(1, 1, "x");
    fragment.fragment.device_id = device;
    save(k, (struct change){.kind = CHANGE_PUT_FOCUS, .focus = {user, device}});
    save(k, (struct change){.kind = CHANGE_PUT_LOGIN_ADDRESS,
                            .login_address = {user, "192.0.2.1", KIT_TIME_S}});
    save(k, (struct change){.kind = CHANGE_PUT_CLOCK, .clock = {device, zone.at, zone.len}});
    save(k, (struct change){.kind = CHANGE_PUT_TEXT, .text = {device, 1, KIT_TIME_S, "kept", 0}});
    save(k, fragment);
}

/* What of a kind has a number in its first column. */
struct owned {
    enum entity_kind kind;
    int64_t owner;
    int64_t count;
};

static void count_owned(void *context, const struct change *c)
{
    struct owned *o = context;
    const struct entity_column *first = &entity_rows[o->kind].columns[0];
    bool is_one =
        change_entity(c->kind) == o->kind && entity_number(first, change_value(c)) == o->owner;
    o->count += is_one ? 1 : 0;
}

static int64_t owned(struct kit *k, enum entity_kind kind, int64_t owner)
{
    struct owned o = {.kind = kind, .owner = owner};
    const struct tables_loader loader = {.context = &o, .change = count_owned, .has_all = true};
    assert_int_equal(tables_load_entities(k->store->tables, &loader), ERR_OK);
    return o.count;
}

/* In the transaction of the tombstone; what retention takes stays until then. */
static void what_is_owned_goes_with_its_owner(void **state)
{
    static const enum entity_kind of_users[] = {ENTITY_FOCUS, ENTITY_LOGIN_ADDRESS};
    static const enum entity_kind of_devices[] = {ENTITY_CLOCK, ENTITY_FRAGMENT};
    struct kit *k = *state;
    for (int64_t id = 1; id <= 2; id++) {
        put_user(k, id, false);
        put_device(k, id, false);
        put_what_they_own(k, id, id);
        put_user(k, id, false); /* put again, it keeps all */
        put_device(k, id, false);
    }
    put_user(k, 1, true);
    put_device(k, 2, true);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(owned(k, of_users[i], 1), 0);
        assert_int_equal(owned(k, of_users[i], 2), 1);
        assert_int_equal(owned(k, of_devices[i], 1), 1);
        assert_int_equal(owned(k, of_devices[i], 2), 0);
    }
    assert_int_equal(owned(k, ENTITY_TEXT, 2), 1);
}

static int64_t keep_from(void *context, int64_t device)
{
    (void)device;
    return *(const int64_t *)context;
}

/* One round over all devices. */
static void run_retention(struct kit *k, int64_t keep_from_s)
{
    const struct store_upkeep upkeep = {.context = &keep_from_s, .keep_from_s = keep_from};
    k->store->trickle.expire_due_ms = 0;
    while (expire_step(k->store, &upkeep) == ERR_MORE) {
    }
}

/* Tokens at their time, addresses once nothing asks for them, texts by the days of their device. */
static void what_is_too_old_goes(void **state)
{
    struct kit *k = *state;
    int64_t now_s = clock_wall_ms() / 1000;
    int64_t stale_s = now_s - LOGIN_ADDRESS_KNOWN_S - LOGIN_ADDRESS_STALE_S;
    for (int64_t i = 0; i < 2; i++) {
        struct change token = {.kind = CHANGE_PUT_TOKEN};
        token.token = (struct token){.hash = {(uint8_t)i}, .user_id = i + 1, .last_address = ""};
        token.token.expires_s = i == 0 ? now_s - 1 : now_s + 1000;
        save(k, token);
        save(k, (struct change){.kind = CHANGE_PUT_LOGIN_ADDRESS,
                                .login_address = {i + 1, "x", stale_s + (i == 0 ? -1 : 1000)}});
        save(k, (struct change){.kind = CHANGE_PUT_SMS,
                                .sms = {.enterprise_id = 1,
                                        .sim_id = 1,
                                        .id = i + 1,
                                        .time_s = now_s - SMS_KEPT_S + (i == 0 ? -1 : 1000),
                                        .content = "",
                                        .source_address = "",
                                        .operator_id = ""}});
        save(k, (struct change){.kind = CHANGE_PUT_TEXT,
                                .text = {1, i + 1, KIT_TIME_S + i, i == 0 ? "old" : "new", 0}});
    }
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    run_retention(k, KIT_TIME_S + 1);
    struct arena arena = {0};
    struct store_texts texts;
    assert_int_equal(kit_rows(k->store, k->path, "token"), 1);
    assert_int_equal(kit_rows(k->store, k->path, "login_address"), 1);
    assert_int_equal(kit_rows(k->store, k->path, "sim_sms"), 1);
    assert_int_equal(owned(k, ENTITY_LOGIN_ADDRESS, 2), 1);
    assert_int_equal(store_read_texts(k->store, 1, 2, &arena, &texts), ERR_OK);
    assert_int_equal(texts.count, 1);
    assert_string_equal(texts.at[0].text, "new");
    arena_free(&arena);
}

int main(void)
{
    enum { OF_ROWS = 2 };
    const struct CMUnitTest tests[] = {
        TEST(what_is_owned_goes_with_its_owner),    TEST(what_is_too_old_goes),
        TEST(every_table_is_as_its_rows_say),       TEST(a_table_without_later_columns_is_read),
        TEST(ids_go_on_behind_all_that_were_given),
    };
    return KIT_RUN(tests, OF_ROWS);
}
