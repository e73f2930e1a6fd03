/*
 * A type of column is a row: the SQL that declares it, what binds it and what reads it. Most go
 * straight between the member and SQLite; what does not is here too: ids as varints, a protocol by
 * its name (its number is this program's own), and the texts and bytes of which not all make sense.
 */
#include "store/tables_sqlite_columns.h"

#include <string.h>

#include "base/check.h"
#include "base/reader.h"
#include "base/writer.h"
#include "fleet/clock_zone.h"
#include "model/message.h"
#include "protocols/protocol.h"

static const char *const protocol_names[] = {
#define X(name) [PROTOCOL_##name] = #name,
    PROTOCOL_MAP(X)
#undef X
};

/* ---- ids ---- */

struct bytes entity_pack_ids(const int64_t *ids, size_t count, uint8_t *room)
{
    check(count <= USER_GROUPS_MAX);
    struct writer w = writer_init(room, ENTITY_IDS_PACKED_MAX);
    for (size_t i = 0; i < count; i++) {
        write_varint_signed(&w, ids[i]);
    }
    return writer_bytes(&w);
}

enum err entity_unpack_ids(struct bytes packed, int64_t *ids, size_t *count)
{
    struct reader r = reader_init(packed);
    size_t n = 0;
    while (reader_left(&r) > 0 && n < USER_GROUPS_MAX) {
        ids[n++] = read_varint_signed(&r);
    }
    *count = n;
    return reader_ok(&r) && reader_left(&r) == 0 ? ERR_OK : ERR_CORRUPT;
}

/* ---- binding ---- */

static void keep(struct entity_binder *b, int result)
{
    b->result = b->result == SQLITE_OK ? result : b->result;
}

static void put_text(struct entity_binder *b, const char *v)
{
    keep(b, sqlite3_bind_text(b->statement, b->index, v, -1, SQLITE_STATIC));
}

static void put_blob(struct entity_binder *b, struct bytes v, void (*lifetime)(void *))
{
    /* A NULL pointer would bind NULL, not an empty blob. */
    const void *at = v.len == 0 ? (const void *)"" : v.at;
    keep(b, sqlite3_bind_blob64(b->statement, b->index, at, v.len, lifetime));
}

static void bind_int(struct entity_binder *b, const struct entity_column *c, const void *value)
{
    keep(b, sqlite3_bind_int64(b->statement, b->index, entity_number(c, value)));
}

static bool *flag_of(const struct entity_column *c, void *value)
{
    return (bool *)((uint8_t *)value + c->beside);
}

static void bind_optional(struct entity_binder *b, const struct entity_column *c, const void *value)
{
    bool is_set = *(const bool *)((const uint8_t *)value + c->beside);
    if (is_set) {
        bind_int(b, c, value);
    } else {
        keep(b, sqlite3_bind_null(b->statement, b->index));
    }
}

static void bind_text(struct entity_binder *b, const struct entity_column *c, const void *value)
{
    put_text(b, (const char *)entity_bytes(c, value).at);
}

static void bind_bytes(struct entity_binder *b, const struct entity_column *c, const void *value)
{
    put_blob(b, entity_bytes(c, value), SQLITE_STATIC);
}

static void bind_ids(struct entity_binder *b, const struct entity_column *c, const void *value)
{
    uint8_t room[ENTITY_IDS_PACKED_MAX];
    struct bytes ids = entity_bytes(c, value);
    const int64_t *at = (const int64_t *)(const void *)ids.at;
    put_blob(b, entity_pack_ids(at, ids.len / sizeof(*at), room), SQLITE_TRANSIENT);
}

static void bind_protocol(struct entity_binder *b, const struct entity_column *c, const void *value)
{
    int64_t protocol = entity_number(c, value);
    check(protocol < PROTOCOL_COUNT);
    put_text(b, protocol_names[protocol]);
}

/* ---- reading ---- */

static void note(struct entity_reader *r, bool is_sound)
{
    r->is_damaged = r->is_damaged || !is_sound;
}

static void read_int(struct entity_reader *r, const struct entity_column *c, void *value)
{
    int64_t v = sqlite3_column_int64(r->statement, r->index);
    bool is_sound =
        sqlite3_column_type(r->statement, r->index) == SQLITE_INTEGER && v >= c->min && v <= c->max;
    note(r, is_sound);
    if (is_sound) {
        entity_set_number(c, value, v);
    }
}

static void read_optional(struct entity_reader *r, const struct entity_column *c, void *value)
{
    bool is_set = sqlite3_column_type(r->statement, r->index) != SQLITE_NULL;
    *flag_of(c, value) = is_set;
    if (is_set) {
        read_int(r, c, value);
    }
}

/* Never NULL. */
static const char *take_text(struct entity_reader *r)
{
    bool is_text = sqlite3_column_type(r->statement, r->index) == SQLITE_TEXT;
    const char *v = (const char *)sqlite3_column_text(r->statement, r->index);
    note(r, is_text && v != NULL);
    return v == NULL ? "" : v;
}

static struct bytes take_blob(struct entity_reader *r)
{
    note(r, sqlite3_column_type(r->statement, r->index) == SQLITE_BLOB);
    const uint8_t *at = sqlite3_column_blob(r->statement, r->index);
    int len = sqlite3_column_bytes(r->statement, r->index);
    return at == NULL ? (struct bytes){(const uint8_t *)"", 0} : (struct bytes){at, (size_t)len};
}

static void read_text(struct entity_reader *r, const struct entity_column *c, void *value)
{
    entity_set_text(c, value, take_text(r));
}

static void read_device_id(struct entity_reader *r, const struct entity_column *c, void *value)
{
    const char *text = take_text(r);
    note(r, device_id_is_possible(bytes_of_text(text)));
    entity_set_text(c, value, text);
}

static void read_blob(struct entity_reader *r, const struct entity_column *c, void *value)
{
    entity_set_bytes(c, value, take_blob(r));
}

static void read_clock(struct entity_reader *r, const struct entity_column *c, void *value)
{
    struct clock_zone zone;
    struct bytes packed = take_blob(r);
    note(r, clock_zone_unpack(packed, &zone) == ERR_OK);
    entity_set_bytes(c, value, packed);
}

static void read_rings(struct entity_reader *r, const struct entity_column *c, void *value)
{
    struct arena arena = {0};
    struct shape_ring *rings = NULL;
    size_t count = 0;
    struct bytes packed = take_blob(r);
    note(r, geofence_unpack_rings(packed, &arena, &rings, &count) == ERR_OK);
    entity_set_bytes(c, value, packed);
    arena_free(&arena);
}

static void read_id_bytes(struct entity_reader *r, const struct entity_column *c, void *value)
{
    struct arena arena = {0};
    int64_t *ids = NULL;
    size_t count = 0;
    struct bytes packed = take_blob(r);
    note(r, geofence_unpack_ids(packed, &arena, &ids, &count) == ERR_OK);
    entity_set_bytes(c, value, packed);
    arena_free(&arena);
}

static void read_ids(struct entity_reader *r, const struct entity_column *c, void *value)
{
    size_t count = 0;
    note(r, entity_unpack_ids(take_blob(r), r->ids, &count) == ERR_OK);
    entity_set_bytes(c, value, (struct bytes){(const uint8_t *)r->ids, count * sizeof(r->ids[0])});
}

static void read_hash(struct entity_reader *r, const struct entity_column *c, void *value)
{
    struct bytes hash = take_blob(r);
    note(r, hash.len == c->size);
    if (hash.len == c->size) {
        entity_set_bytes(c, value, hash);
    }
}

static void read_protocol(struct entity_reader *r, const struct entity_column *c, void *value)
{
    const char *name = take_text(r);
    int64_t i = 0;
    while (i < PROTOCOL_COUNT && strcmp(name, protocol_names[i]) != 0) {
        i++;
    }
    note(r, i < PROTOCOL_COUNT);
    entity_set_number(c, value, i);
}

/* ---- the types ---- */

static const struct {
    const char *sql;
    const char *standard; /* in rows that were there before the column */
    void (*bind)(struct entity_binder *b, const struct entity_column *c, const void *value);
    void (*read)(struct entity_reader *r, const struct entity_column *c, void *value);
} types[ENTITY_COLUMN_TYPES] = {
    [ENTITY_COLUMN_INT] = {"INTEGER", "0", bind_int, read_int},
    [ENTITY_COLUMN_OPTIONAL] = {"INTEGER", "NULL", bind_optional, read_optional},
    [ENTITY_COLUMN_TEXT] = {"TEXT", "''", bind_text, read_text},
    [ENTITY_COLUMN_DEVICE_ID] = {"TEXT", "''", bind_text, read_device_id},
    [ENTITY_COLUMN_BYTES] = {"BLOB", "x''", bind_bytes, read_blob},
    [ENTITY_COLUMN_CLOCK] = {"BLOB", "x''", bind_bytes, read_clock},
    [ENTITY_COLUMN_RINGS] = {"BLOB", "x''", bind_bytes, read_rings},
    [ENTITY_COLUMN_ID_BYTES] = {"BLOB", "x''", bind_bytes, read_id_bytes},
    [ENTITY_COLUMN_IDS] = {"BLOB", "x''", bind_ids, read_ids},
    [ENTITY_COLUMN_HASH] = {"BLOB", "x''", bind_bytes, read_hash},
    [ENTITY_COLUMN_PROTOCOL] = {"TEXT", "''", bind_protocol, read_protocol},
};

void entity_column_bind(struct entity_binder *b, const struct entity_column *c, const void *value)
{
    b->index++;
    types[c->type].bind(b, c, value);
}

void entity_column_read(struct entity_reader *r, const struct entity_column *c, void *value)
{
    types[c->type].read(r, c, value);
    r->index++;
}

const char *entity_sql_type(enum entity_column_type type)
{
    return types[type].sql;
}

const char *entity_sql_default(enum entity_column_type type)
{
    return types[type].standard;
}
