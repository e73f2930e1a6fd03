/*
 * Loading entities: a kind is a row, its SQL and the function that reads its columns from left to
 * right. What cannot have been saved (a role that is none, a hash of the wrong length) is damage.
 */
#include "store/entities.h"

#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "base/reader.h"
#include "base/writer.h"
#include "fleet/clock_zone.h"
#include "model/message.h"
#include "protocols/protocol.h"
#include "store/database.h"
#include "store/entities_groups.h"

struct bytes entities_pack_groups(const int64_t *ids, size_t count, uint8_t *room)
{
    check(count <= USER_GROUPS_MAX);
    struct writer w = writer_init(room, ENTITIES_GROUPS_MAX);
    for (size_t i = 0; i < count; i++) {
        write_varint_signed(&w, ids[i]);
    }
    return writer_bytes(&w);
}

enum err entities_unpack_groups(struct bytes packed, int64_t *ids, size_t *count)
{
    struct reader r = reader_init(packed);
    size_t n = 0;
    while (reader_left(&r) > 0 && n < USER_GROUPS_MAX) {
        ids[n++] = read_varint_signed(&r);
    }
    *count = n;
    return reader_ok(&r) && reader_left(&r) == 0 ? ERR_OK : ERR_CORRUPT;
}

/* The columns of one row, read from left to right. */
struct row {
    sqlite3_stmt *statement;
    int index;
    bool damaged;
    int64_t group_ids[USER_GROUPS_MAX];
};

/* A number from `min` to `max`. */
static int64_t take_int(struct row *r, int64_t min, int64_t max)
{
    int type = sqlite3_column_type(r->statement, r->index);
    int64_t v = sqlite3_column_int64(r->statement, r->index++);
    bool sound = type == SQLITE_INTEGER && v >= min && v <= max;
    r->damaged = r->damaged || !sound;
    return sound ? v : min;
}

static int64_t take_id(struct row *r)
{
    return take_int(r, 1, INT64_MAX);
}

/* An id, or 0 for none. */
static int64_t take_link(struct row *r)
{
    return take_int(r, 0, INT64_MAX);
}

static int64_t take_time(struct row *r)
{
    return take_int(r, INT64_MIN, INT64_MAX);
}

static bool take_bool(struct row *r)
{
    return take_int(r, 0, 1) != 0;
}

/* Whether the next column holds a value; a column that a later schema added is passed over. */
static bool has_value(struct row *r)
{
    bool has = r->index < sqlite3_column_count(r->statement) &&
               sqlite3_column_type(r->statement, r->index) != SQLITE_NULL;
    r->index += !has;
    return has;
}

/* Borrowed until the next step; never NULL. */
static const char *take_text(struct row *r)
{
    bool sound = sqlite3_column_type(r->statement, r->index) == SQLITE_TEXT;
    const char *v = (const char *)sqlite3_column_text(r->statement, r->index++);
    r->damaged = r->damaged || !sound || v == NULL;
    return v == NULL ? "" : v;
}

static struct bytes take_blob(struct row *r)
{
    bool sound = sqlite3_column_type(r->statement, r->index) == SQLITE_BLOB;
    const uint8_t *at = sqlite3_column_blob(r->statement, r->index);
    int len = sqlite3_column_bytes(r->statement, r->index++);
    r->damaged = r->damaged || !sound;
    return at == NULL ? (struct bytes){(const uint8_t *)"", 0} : (struct bytes){at, (size_t)len};
}

static void read_enterprise(struct row *r, struct change *c)
{
    struct enterprise *e = &c->enterprise;
    e->id = take_id(r);
    e->name = take_text(r);
    e->zone = take_text(r);
    e->service_end_s = take_time(r);
    e->retention_days = (int32_t)take_int(r, INT32_MIN, INT32_MAX);
    e->created_s = take_time(r);
    e->deleted = take_bool(r);
}

static void read_user(struct row *r, struct change *c)
{
    struct user *u = &c->user;
    u->id = take_id(r);
    u->enterprise_id = take_link(r);
    u->login_name = take_text(r);
    u->password_hash = take_text(r);
    u->role = (enum role)take_int(r, 0, ROLE_ROOT);
    u->expire_s = take_time(r);
    u->group_ids = r->group_ids;
    r->damaged =
        entities_unpack_groups(take_blob(r), r->group_ids, &u->group_count) != ERR_OK || r->damaged;
    u->token_generation = (int32_t)take_int(r, INT32_MIN, INT32_MAX);
    u->created_s = take_time(r);
    u->deleted = take_bool(r);
}

static void read_group(struct row *r, struct change *c)
{
    c->group.id = take_id(r);
    c->group.enterprise_id = take_link(r);
    c->group.name = take_text(r);
    c->group.deleted = take_bool(r);
}

static void read_device(struct row *r, struct change *c)
{
    struct device *d = &c->device;
    d->id = take_id(r);
    d->enterprise_id = take_link(r);
    d->group_id = take_link(r);
    d->device_id = take_text(r);
    d->plate = take_text(r);
    d->object_code = take_text(r);
    d->sim = take_text(r);
    d->iccid = take_text(r);
    d->model = take_text(r);
    d->command_password = take_text(r);
    d->type = (enum device_type)take_int(r, 0, DEVICE_ASSET);
    d->tank_ml = (uint32_t)take_int(r, 0, UINT32_MAX);
    d->created_s = take_time(r);
    d->deleted = take_bool(r);
    d->has_utc_offset = has_value(r);
    if (d->has_utc_offset) {
        d->utc_offset_min = (int16_t)take_int(r, UTC_OFFSET_MIN_MIN, UTC_OFFSET_MIN_MAX);
    }
    if (has_value(r)) {
        d->speed_unit = (enum speed_unit)take_int(r, 0, SPEED_UNIT_KMH);
    }
    r->damaged = r->damaged || !device_id_is_possible(bytes_of_text(d->device_id));
}

static void read_token(struct row *r, struct change *c)
{
    struct bytes hash = take_blob(r);
    if (hash.len == sizeof(c->token.hash)) {
        memcpy(c->token.hash, hash.at, hash.len);
    } else {
        r->damaged = true;
    }
    c->token.user_id = take_id(r);
    c->token.generation = (int32_t)take_int(r, INT32_MIN, INT32_MAX);
    c->token.created_s = take_time(r);
    c->token.expires_s = take_time(r);
}

static void read_focus(struct row *r, struct change *c)
{
    c->focus.user_id = take_id(r);
    c->focus.device_id = take_id(r);
}

static void read_login_address(struct row *r, struct change *c)
{
    c->login_address.user_id = take_id(r);
    c->login_address.address = take_text(r);
    c->login_address.last_s = take_time(r);
}

/* The index of a protocol's name; PROTOCOL_COUNT where this program does not know it. */
static size_t protocol_index_of(const char *name)
{
    static const char *const names[] = {
#define X(name) [PROTOCOL_##name] = #name,
        PROTOCOL_MAP(X)
#undef X
    };
    size_t i = 0;
    while (i < PROTOCOL_COUNT && strcmp(names[i], name) != 0) {
        i++;
    }
    return i;
}

static void read_part(struct row *r, struct change *c)
{
    struct waiting_part *p = &c->part;
    p->device_id = take_id(r);
    p->key = (uint32_t)take_int(r, 0, UINT32_MAX);
    p->number = (uint16_t)take_int(r, 1, MESSAGE_PARTS_MAX);
    p->total = (uint16_t)take_int(r, 2, MESSAGE_PARTS_MAX);
    size_t protocol = protocol_index_of(take_text(r));
    r->damaged = r->damaged || protocol == PROTOCOL_COUNT;
    p->protocol = (uint8_t)protocol;
    p->rcv_time_s = take_time(r);
    struct bytes data = take_blob(r);
    p->at = data.at;
    p->len = data.len;
}

static void read_clock(struct row *r, struct change *c)
{
    struct clock_zone zone;
    c->clock.device_id = take_id(r);
    struct bytes packed = take_blob(r);
    c->clock.at = packed.at;
    c->clock.len = packed.len;
    r->damaged = r->damaged || clock_zone_unpack(packed, &zone) != ERR_OK;
}

static const struct row_kind {
    const char *sql;
    void (*read)(struct row *r, struct change *c);
    enum change_kind kind;
    bool optional; /* a row that makes no sense is left out: a protocol this program lacks */
    int64_t since; /* the first version of the schema that has the table */
} kinds[] = {
    {"SELECT * FROM enterprise ORDER BY id", read_enterprise, CHANGE_PUT_ENTERPRISE, false, 1},
    {"SELECT * FROM user ORDER BY id", read_user, CHANGE_PUT_USER, false, 1},
    {"SELECT * FROM device_group ORDER BY id", read_group, CHANGE_PUT_GROUP, false, 1},
    {"SELECT * FROM device ORDER BY id", read_device, CHANGE_PUT_DEVICE, false, 1},
    {"SELECT * FROM token", read_token, CHANGE_PUT_TOKEN, false, 1},
    {"SELECT * FROM login_address", read_login_address, CHANGE_PUT_LOGIN_ADDRESS, false, 3},
    {"SELECT * FROM focus", read_focus, CHANGE_PUT_FOCUS, false, 1},
    {"SELECT * FROM waiting_part ORDER BY device_id, key, number", read_part, CHANGE_PUT_PART, true,
     1},
    {"SELECT * FROM device_clock", read_clock, CHANGE_PUT_CLOCK, false, 3},
};

/* Hands out the row that `r` stands on; `number` is for the log. */
static enum err load_row(struct row *r, const struct row_kind *k, size_t number,
                         const struct entities_loader *loader)
{
    struct change c = {.kind = k->kind};
    r->index = 0;
    r->damaged = false;
    k->read(r, &c);
    if (!r->damaged) {
        loader->change(loader->context, &c);
        return ERR_OK;
    }
    log_line(k->optional ? LOG_WARN : LOG_ERROR, "row_damaged", "sql=\"%s\" row=%zu", k->sql,
             number);
    return k->optional ? ERR_OK : ERR_CORRUPT;
}

static enum err load_kind(sqlite3 *db, const struct row_kind *k,
                          const struct entities_loader *loader)
{
    struct row r = {0};
    size_t count = 0;
    int result = SQLITE_ROW;
    enum err worst = ERR_OK;
    enum err e = database_err(db, sqlite3_prepare_v2(db, k->sql, -1, &r.statement, NULL));
    while (e == ERR_OK && (result = sqlite3_step(r.statement)) == SQLITE_ROW) {
        worst = load_row(&r, k, ++count, loader) == ERR_OK ? worst : ERR_CORRUPT;
        e = loader->go_on ? ERR_OK : worst;
    }
    if (e == ERR_OK) {
        e = database_err(db, result);
    }
    (void)sqlite3_finalize(r.statement);
    return e == ERR_OK ? worst : e;
}

enum err entities_load(sqlite3 *db, const struct entities_loader *loader)
{
    int64_t version = 0;
    enum err worst = database_number(db, "PRAGMA user_version", &version);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        enum err e = kinds[i].since <= version ? load_kind(db, &kinds[i], loader) : ERR_OK;
        worst = worst == ERR_OK ? e : worst;
        if (worst != ERR_OK && !loader->go_on) {
            break;
        }
    }
    return worst;
}
