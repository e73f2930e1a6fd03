/*
 * Saving changes: a kind is a row, its SQL and the function that binds its values in the order of
 * the columns. A put replaces the row of that key, so that loading sees the last one.
 */
#include "store/entities.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/writer.h"
#include "protocols/protocol.h"
#include "store/database.h"
#include "store/entities_groups.h"

/* Values of one statement, bound from left to right; the first failure stays. */
struct binder {
    sqlite3_stmt *statement;
    int index;
    int result;
};

static void keep(struct binder *b, int result)
{
    b->result = b->result == SQLITE_OK ? result : b->result;
}

static void put_int(struct binder *b, int64_t v)
{
    keep(b, sqlite3_bind_int64(b->statement, ++b->index, v));
}

static void put_text(struct binder *b, const char *v)
{
    check(v != NULL);
    keep(b, sqlite3_bind_text(b->statement, ++b->index, v, -1, SQLITE_STATIC));
}

static void put_blob(struct binder *b, struct bytes v)
{
    /* A NULL pointer would bind NULL, not an empty blob. */
    const void *at = v.len == 0 ? (const void *)"" : v.at;
    keep(b, sqlite3_bind_blob64(b->statement, ++b->index, at, v.len, SQLITE_TRANSIENT));
}

/* NULL where it is not set. */
static void put_optional(struct binder *b, bool is_set, int64_t v)
{
    if (is_set) {
        put_int(b, v);
    } else {
        keep(b, sqlite3_bind_null(b->statement, ++b->index));
    }
}

static void bind_enterprise(struct binder *b, const struct change *c)
{
    const struct enterprise *e = &c->enterprise;
    put_int(b, e->id);
    put_text(b, e->name);
    put_text(b, e->zone);
    put_int(b, e->service_end_s);
    put_int(b, e->retention_days);
    put_int(b, e->created_s);
    put_int(b, e->deleted);
}

static void bind_user(struct binder *b, const struct change *c)
{
    const struct user *u = &c->user;
    uint8_t groups[ENTITIES_GROUPS_MAX];
    put_int(b, u->id);
    put_int(b, u->enterprise_id);
    put_text(b, u->login_name);
    put_text(b, u->password_hash);
    put_int(b, u->role);
    put_int(b, u->expire_s);
    put_blob(b, entities_pack_groups(u->group_ids, u->group_count, groups));
    put_int(b, u->token_generation);
    put_int(b, u->created_s);
    put_int(b, u->deleted);
}

static void bind_group(struct binder *b, const struct change *c)
{
    put_int(b, c->group.id);
    put_int(b, c->group.enterprise_id);
    put_text(b, c->group.name);
    put_int(b, c->group.deleted);
}

static void bind_device(struct binder *b, const struct change *c)
{
    const struct device *d = &c->device;
    put_int(b, d->id);
    put_int(b, d->enterprise_id);
    put_int(b, d->group_id);
    put_text(b, d->device_id);
    put_text(b, d->plate);
    put_text(b, d->object_code);
    put_text(b, d->sim);
    put_text(b, d->iccid);
    put_text(b, d->model);
    put_text(b, d->command_password);
    put_int(b, d->type);
    put_int(b, d->tank_ml);
    put_int(b, d->created_s);
    put_int(b, d->deleted);
    put_optional(b, d->has_utc_offset, d->utc_offset_min);
    put_int(b, d->speed_unit);
}

static void bind_token_hash(struct binder *b, const struct change *c)
{
    put_blob(b, (struct bytes){c->token.hash, sizeof(c->token.hash)});
}

static void bind_token(struct binder *b, const struct change *c)
{
    bind_token_hash(b, c);
    put_int(b, c->token.user_id);
    put_int(b, c->token.generation);
    put_int(b, c->token.created_s);
    put_int(b, c->token.expires_s);
}

static void bind_focus(struct binder *b, const struct change *c)
{
    put_int(b, c->focus.user_id);
    put_int(b, c->focus.device_id);
}

static void bind_login_address_key(struct binder *b, const struct change *c)
{
    put_int(b, c->login_address.user_id);
    put_text(b, c->login_address.address);
}

static void bind_login_address(struct binder *b, const struct change *c)
{
    bind_login_address_key(b, c);
    put_int(b, c->login_address.last_s);
}

static void bind_text(struct binder *b, const struct change *c)
{
    put_int(b, c->text.device_id);
    put_int(b, c->text.time_s);
    put_text(b, c->text.text);
}

static void bind_part_key(struct binder *b, const struct change *c)
{
    put_int(b, c->part.device_id);
    put_int(b, c->part.key);
}

static void bind_part(struct binder *b, const struct change *c)
{
    static const char *const names[] = {
#define X(name) [PROTOCOL_##name] = #name,
        PROTOCOL_MAP(X)
#undef X
    };
    check(c->part.protocol < PROTOCOL_COUNT);
    bind_part_key(b, c);
    put_int(b, c->part.number);
    put_int(b, c->part.total);
    put_text(b, names[c->part.protocol]);
    put_int(b, c->part.rcv_time_s);
    put_blob(b, (struct bytes){c->part.at, c->part.len});
}

static void bind_clock_device(struct binder *b, const struct change *c)
{
    put_int(b, c->clock.device_id);
}

static void bind_clock(struct binder *b, const struct change *c)
{
    bind_clock_device(b, c);
    put_blob(b, (struct bytes){c->clock.at, c->clock.len});
}

static const struct saver {
    const char *sql;
    void (*bind)(struct binder *b, const struct change *c);
} savers[] = {
    [CHANGE_PUT_ENTERPRISE] = {"REPLACE INTO enterprise VALUES(?,?,?,?,?,?,?)", bind_enterprise},
    [CHANGE_PUT_USER] = {"REPLACE INTO user VALUES(?,?,?,?,?,?,?,?,?,?)", bind_user},
    [CHANGE_PUT_GROUP] = {"REPLACE INTO device_group VALUES(?,?,?,?)", bind_group},
    [CHANGE_PUT_DEVICE] = {"REPLACE INTO device VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                           bind_device},
    [CHANGE_PUT_TOKEN] = {"REPLACE INTO token VALUES(?,?,?,?,?)", bind_token},
    [CHANGE_DELETE_TOKEN] = {"DELETE FROM token WHERE hash=?", bind_token_hash},
    [CHANGE_PUT_FOCUS] = {"REPLACE INTO focus VALUES(?,?)", bind_focus},
    [CHANGE_DELETE_FOCUS] = {"DELETE FROM focus WHERE user_id=? AND device_id=?", bind_focus},
    [CHANGE_PUT_TEXT] = {"INSERT INTO device_text(device_id,time_s,text) VALUES(?,?,?)", bind_text},
    [CHANGE_PUT_PART] = {"REPLACE INTO waiting_part VALUES(?,?,?,?,?,?,?)", bind_part},
    [CHANGE_DELETE_PART] = {"DELETE FROM waiting_part WHERE device_id=? AND key=?", bind_part_key},
    [CHANGE_PUT_LOGIN_ADDRESS] = {"REPLACE INTO login_address VALUES(?,?,?)", bind_login_address},
    [CHANGE_DELETE_LOGIN_ADDRESS] = {"DELETE FROM login_address WHERE user_id=? AND address=?",
                                     bind_login_address_key},
    [CHANGE_PUT_CLOCK] = {"REPLACE INTO device_clock VALUES(?,?)", bind_clock},
    [CHANGE_DELETE_CLOCK] = {"DELETE FROM device_clock WHERE device=?", bind_clock_device},
};

enum { SAVER_COUNT = sizeof(savers) / sizeof(savers[0]) };

struct entities {
    sqlite3 *db;
    sqlite3_stmt *statements[SAVER_COUNT];
};

enum err entities_open(sqlite3 *db, struct entities **out)
{
    struct entities *a = mem_new(sizeof(*a));
    a->db = db;
    for (size_t i = 0; i < SAVER_COUNT; i++) {
        const char *sql = savers[i].sql;
        enum err e = sql == NULL ? ERR_OK : database_prepare(db, sql, &a->statements[i]);
        if (e != ERR_OK) {
            entities_close(a);
            return e;
        }
    }
    *out = a;
    return ERR_OK;
}

void entities_close(struct entities *a)
{
    for (size_t i = 0; a != NULL && i < SAVER_COUNT; i++) {
        (void)sqlite3_finalize(a->statements[i]);
    }
    free(a);
}

enum err entities_save(struct entities *a, const struct change *c)
{
    check((size_t)c->kind < SAVER_COUNT);
    struct binder b = {.statement = a->statements[c->kind], .result = SQLITE_OK};
    savers[c->kind].bind(&b, c);
    if (b.result != SQLITE_OK) {
        (void)sqlite3_clear_bindings(b.statement);
        return database_err(a->db, b.result);
    }
    return database_step(a->db, b.statement);
}
