/* The tables against the rows, how a store of before is read, and how rows of entities go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
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
        size_t numbered = e->key_count == 0; /* by the store, in a column of its own */
        assert_int_equal(number_of(db, "SELECT count(*) FROM pragma_table_info('%s')", e->table),
                         e->column_count + numbered);
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
        assert_int_equal(k->kept.count, 1);
        const struct device *d = &k->kept.at[0].device;
        assert_string_equal(d->command_password, "x");
        assert_int_equal(d->created_s, 6);
        assert_false(d->has_utc_offset);
        assert_int_equal(d->speed_unit, SPEED_UNIT_UNSET);
        assert_string_equal(d->note, "");
        assert_int_equal(schema_migrate(db, &store_schema), ERR_OK);
    }
    tables_close(t);
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
    save(k, (struct change){.kind = CHANGE_PUT_TEXT, .text = {device, KIT_TIME_S, "kept"}});
    save(k, fragment);
}

/* How many rows of the table name the owner in their first column. */
static int64_t owned(struct kit *k, enum entity_kind kind, int64_t owner)
{
    sqlite3 *db = open_beside(k);
    int64_t n = number_of(db, "SELECT count(*) FROM %s WHERE %s=%lld", entity_rows[kind].table,
                          entity_rows[kind].columns[0].name, (long long)owner);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return n;
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
        token.token = (struct token){.hash = {(uint8_t)i}, .user_id = i + 1};
        token.token.expires_s = i == 0 ? now_s - 1 : now_s + 1000;
        save(k, token);
        save(k, (struct change){.kind = CHANGE_PUT_LOGIN_ADDRESS,
                                .login_address = {i + 1, "x", stale_s + (i == 0 ? -1 : 1000)}});
        save(k, (struct change){.kind = CHANGE_PUT_TEXT,
                                .text = {1, KIT_TIME_S + i, i == 0 ? "old" : "new"}});
    }
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    run_retention(k, KIT_TIME_S + 1);
    sqlite3 *db = open_beside(k);
    assert_int_equal(number_of(db, "SELECT sum(user_id) FROM token"), 2);
    assert_int_equal(number_of(db, "SELECT sum(user_id) FROM login_address"), 2);
    assert_int_equal(number_of(db, "SELECT count(*) FROM device_text WHERE text='new'"), 1);
    assert_int_equal(number_of(db, "SELECT count(*) FROM device_text"), 1);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_table_is_as_its_rows_say),
        TEST(a_table_without_later_columns_is_read),
        TEST(what_is_owned_goes_with_its_owner),
        TEST(what_is_too_old_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
