/*
 * The rows of the entities, in the order in which they refer to each other and are loaded. Each
 * column names its member, so that offset and size come from the struct:
 *
 *     {.since = 3, WHOLE(device, speed_unit, 0, SPEED_UNIT_KMH)},
 */
#include "model/entity.h"

#include <string.h>

#include "base/check.h"
#include "model/message.h"

/* ---- the rows ---- */

#define MEMBER(tag, member)                                                                        \
    .offset = offsetof(struct tag, member), .size = sizeof(((struct tag *)0)->member)
#define NUMBER(tag, member, low, high) MEMBER(tag, member), .min = (low), .max = (high)
#define WHOLE(tag, member, low, high)                                                              \
    .name = #member, .type = ENTITY_COLUMN_INT, NUMBER(tag, member, low, high)
#define ID(tag, member)   WHOLE(tag, member, 1, INT64_MAX)
#define LINK(tag, member) WHOLE(tag, member, 0, INT64_MAX) /* an id, or 0 for none */
#define TIME(tag, member) WHOLE(tag, member, INT64_MIN, INT64_MAX)
#define FLAG(tag, member) WHOLE(tag, member, 0, 1)
#define TEXT(tag, member) .name = #member, .type = ENTITY_COLUMN_TEXT, MEMBER(tag, member)
#define COLUMNS(tag, array)                                                                        \
    .size = sizeof(struct tag), .columns = (array),                                                \
    .column_count = sizeof(array) / sizeof((array)[0])

static const struct entity_column enterprise_columns[] = {
    {ID(enterprise, id)},
    {TEXT(enterprise, name)},
    {TEXT(enterprise, zone)},
    {TIME(enterprise, service_end_s)},
    {WHOLE(enterprise, retention_days, INT32_MIN, INT32_MAX)},
    {TIME(enterprise, created_s)},
    {FLAG(enterprise, deleted)},
};

static const struct entity_column user_columns[] = {
    {ID(user, id)},
    {LINK(user, enterprise_id)},
    {TEXT(user, login_name)},
    {TEXT(user, password_hash)},
    {WHOLE(user, role, 0, ROLE_ROOT)},
    {TIME(user, expire_s)},
    {.name = "group_ids",
     .type = ENTITY_COLUMN_IDS,
     MEMBER(user, group_ids),
     .beside = offsetof(struct user, group_count),
     .max = USER_GROUPS_MAX},
    {WHOLE(user, token_generation, INT32_MIN, INT32_MAX)},
    {TIME(user, created_s)},
    {FLAG(user, deleted)},
};

static const struct entity_column group_columns[] = {
    {ID(group, id)},
    {LINK(group, enterprise_id)},
    {TEXT(group, name)},
    {FLAG(group, deleted)},
};

static const struct entity_column device_columns[] = {
    {ID(device, id)},
    {LINK(device, enterprise_id)},
    {LINK(device, group_id)},
    {.name = "device_id", .type = ENTITY_COLUMN_DEVICE_ID, MEMBER(device, device_id)},
    {TEXT(device, plate)},
    {TEXT(device, object_code)},
    {TEXT(device, sim)},
    {TEXT(device, iccid)},
    {TEXT(device, model)},
    {TEXT(device, command_password)},
    {WHOLE(device, type, 0, DEVICE_ASSET)},
    {WHOLE(device, tank_ml, 0, UINT32_MAX)},
    {TIME(device, created_s)},
    {FLAG(device, deleted)},
    {.since = 3,
     .name = "utc_offset_min",
     .type = ENTITY_COLUMN_OPTIONAL,
     NUMBER(device, utc_offset_min, UTC_OFFSET_MIN_MIN, UTC_OFFSET_MIN_MAX),
     .beside = offsetof(struct device, has_utc_offset)},
    {.since = 3, WHOLE(device, speed_unit, 0, SPEED_UNIT_KMH)},
    {.since = 4, TEXT(device, note)},
};

static const struct entity_column token_columns[] = {
    {.name = "hash", .type = ENTITY_COLUMN_HASH, MEMBER(token, hash)},
    {ID(token, user_id)},
    {WHOLE(token, generation, INT32_MIN, INT32_MAX)},
    {TIME(token, created_s)},
    {TIME(token, expires_s)},
};

static const struct entity_column login_address_columns[] = {
    {ID(login_address, user_id)},
    {TEXT(login_address, address)},
    {TIME(login_address, last_s)},
};

static const struct entity_column focus_columns[] = {
    {ID(focus, user_id)},
    {ID(focus, device_id)},
};

static const struct entity_column fragment_columns[] = {
    {ID(waiting_fragment, device_id)},
    {WHOLE(waiting_fragment, key, 0, UINT32_MAX)},
    {WHOLE(waiting_fragment, number, 1, MESSAGE_FRAGMENTS_MAX)},
    {WHOLE(waiting_fragment, total, 2, MESSAGE_FRAGMENTS_MAX)},
    {.name = "protocol", .type = ENTITY_COLUMN_PROTOCOL, MEMBER(waiting_fragment, protocol)},
    {TIME(waiting_fragment, rcv_time_s)},
    {.name = "data",
     .type = ENTITY_COLUMN_BYTES,
     MEMBER(waiting_fragment, at),
     .beside = offsetof(struct waiting_fragment, len)},
};

static const struct entity_column clock_columns[] = {
    {.name = "device", .type = ENTITY_COLUMN_INT, NUMBER(device_clock, device_id, 1, INT64_MAX)},
    {.name = "zone",
     .type = ENTITY_COLUMN_CLOCK,
     MEMBER(device_clock, at),
     .beside = offsetof(struct device_clock, len)},
};

static const struct entity_column text_columns[] = {
    {ID(device_text, device_id)},
    {ID(device_text, id)},
    {TIME(device_text, time_s)},
    {TEXT(device_text, text)},
};

static const struct entity_column ids_columns[] = {
    {WHOLE(id_range, kind, 1, ID_KINDS - 1)},
    {WHOLE(id_range, upto, 0, (INT64_C(1) << ID_BITS) - 1)},
};

static const struct entity_column name_columns[] = {
    {WHOLE(reserved_name, kind, 1, NAME_KINDS - 1)},
    {TEXT(reserved_name, text)},
    {WHOLE(reserved_name, shard, 0, SHARDS_MAX - 1)},
};

#define PACKED(tag, member, how, length)                                                           \
    .name = #member, .type = (how), MEMBER(tag, member), .beside = offsetof(struct tag, length)

static const struct entity_column geofence_columns[] = {
    {ID(geofence, enterprise_id)},
    {WHOLE(geofence, id, 1, INT32_MAX)},
    {TIME(geofence, from_s)},
    {TIME(geofence, until_s)},
    {TEXT(geofence, name)},
    {WHOLE(geofence, shape, 0, SHAPE_CORRIDOR)},
    {WHOLE(geofence, drawn_in, 0, COORDSYS_GCJ02)},
    {WHOLE(geofence, alarm_on, 0, UINT8_MAX)},
    {WHOLE(geofence, radius_m_e2, 0, UINT32_MAX)},
    {WHOLE(geofence, dwell_s, 0, UINT32_MAX)},
    {WHOLE(geofence, hysteresis_m, 0, UINT32_MAX)},
    {PACKED(geofence, rings, ENTITY_COLUMN_RINGS, rings_len)},
    {PACKED(geofence, devices, ENTITY_COLUMN_ID_BYTES, devices_len)},
    {PACKED(geofence, groups, ENTITY_COLUMN_ID_BYTES, groups_len)},
};

static const struct entity_column alarm_rule_columns[] = {
    {ID(alarm_rule, enterprise_id)},
    {WHOLE(alarm_rule, scope, 0, RULE_SCOPES - 1)},
    {LINK(alarm_rule, subject_id)},
    {TIME(alarm_rule, from_s)},
    {TIME(alarm_rule, until_s)},
#define X(FIELD, column)                                                                           \
    {.name = #column,                                                                              \
     .type = ENTITY_COLUMN_OPTIONAL,                                                               \
     NUMBER(alarm_rule, values[RULE_##FIELD], INT32_MIN, INT32_MAX),                               \
     .beside = offsetof(struct alarm_rule, has[RULE_##FIELD])},
    RULE_FIELD_MAP(X)
#undef X
        {FLAG(alarm_rule, has_temperatures)},
    {PACKED(alarm_rule, temperatures, ENTITY_COLUMN_BYTES, temperatures_len)},
};

static const struct entity_column term_columns[] = {
    {ID(device_term, device_id)},
    {TIME(device_term, until_s)},
    {LINK(device_term, group_id)},
    {WHOLE(device_term, tank_ml, 0, UINT32_MAX)},
};

static const struct entity_column event_columns[] = {
    {ID(event, device_id)},
    {ID(event, id)},
    {WHOLE(event, kind, 0, EVENT_KINDS_MAX - 1)},
    {FLAG(event, is_alarm)},
    {WHOLE(event, origin, 0, EVENT_BY_TIMER)},
    {FLAG(event, withdrawn)},
    {WHOLE(event, subject, 0, UINT32_MAX)},
    {TIME(event, gps_time_s)},
    {TIME(event, rcv_time_s)},
    {TIME(event, decided_s)},
    {TIME(event, before_s)},
    {TIME(event, ended_s)},
    {TIME(event, end_decided_s)},
    {WHOLE(event, count, 0, UINT16_MAX)},
    {WHOLE(event, lat_e7, INT32_MIN, INT32_MAX)},
    {WHOLE(event, lon_e7, INT32_MIN, INT32_MAX)},
    {TIME(event, value)},
    {TEXT(event, name)},
    {.name = "state",
     .type = ENTITY_COLUMN_BYTES,
     MEMBER(event, state),
     .beside = offsetof(struct event, state_len)},
    {LINK(event, acknowledged_by)},
    {TIME(event, acknowledged_s)},
    {TEXT(event, note)},
};

const struct entity entity_rows[ENTITY_COUNT] = {
    [ENTITY_ENTERPRISE] = {.table = "enterprise",
                           .since = 1,
                           COLUMNS(enterprise, enterprise_columns),
                           .key_count = 1,
                           .deleted = offsetof(struct enterprise, deleted)},
    [ENTITY_USER] = {.table = "user",
                     .since = 1,
                     COLUMNS(user, user_columns),
                     .key_count = 1,
                     .deleted = offsetof(struct user, deleted)},
    [ENTITY_GROUP] = {.table = "device_group",
                      .since = 1,
                      COLUMNS(group, group_columns),
                      .key_count = 1,
                      .deleted = offsetof(struct group, deleted)},
    [ENTITY_DEVICE] = {.table = "device",
                       .since = 1,
                       COLUMNS(device, device_columns),
                       .key_count = 1,
                       .deleted = offsetof(struct device, deleted)},
    [ENTITY_TOKEN] = {.table = "token",
                      .since = 1,
                      COLUMNS(token, token_columns),
                      .key_count = 1,
                      .delete_count = 1,
                      .expires = "expires_s"},
    [ENTITY_LOGIN_ADDRESS] = {.table = "login_address",
                              .since = 3,
                              COLUMNS(login_address, login_address_columns),
                              .key_count = 2,
                              .delete_count = 2,
                              .owner = ENTITY_USER,
                              .expires = "last_s",
                              .expires_after_s = LOGIN_ADDRESS_KNOWN_S + LOGIN_ADDRESS_STALE_S},
    [ENTITY_FOCUS] = {.table = "focus",
                      .since = 1,
                      COLUMNS(focus, focus_columns),
                      .key_count = 2,
                      .delete_count = 2,
                      .owner = ENTITY_USER},
    [ENTITY_FRAGMENT] = {.table = "waiting_part",
                         .since = 1,
                         COLUMNS(waiting_fragment, fragment_columns),
                         .key_count = 3,
                         .delete_count = 2,       /* all fragments of a message */
                         .may_be_left_out = true, /* of a protocol that this program lacks */
                         .owner = ENTITY_DEVICE},
    [ENTITY_CLOCK] = {.table = "device_clock",
                      .since = 3,
                      COLUMNS(device_clock, clock_columns),
                      .key_count = 1,
                      .delete_count = 1,
                      .owner = ENTITY_DEVICE},
    [ENTITY_TEXT] = {.table = "device_text",
                     .since = 1,
                     COLUMNS(device_text, text_columns),
                     .key_count = 2,
                     .is_log = true,
                     .owner = ENTITY_DEVICE,
                     .retained_by = "time_s"},
    [ENTITY_IDS] = {.table = "ids", .since = 5, COLUMNS(id_range, ids_columns), .key_count = 1},
    [ENTITY_NAME] = {.table = "reserved_name",
                     .since = 5,
                     COLUMNS(reserved_name, name_columns),
                     .key_count = 2,
                     .delete_count = 2},
    [ENTITY_GEOFENCE] = {.table = "geofence",
                         .since = 6,
                         COLUMNS(geofence, geofence_columns),
                         .key_count = 3,
                         .delete_count = 3,
                         .owner = ENTITY_ENTERPRISE},
    [ENTITY_ALARM_RULE] = {.table = "alarm_rule",
                           .since = 6,
                           COLUMNS(alarm_rule, alarm_rule_columns),
                           .key_count = 4,
                           .delete_count = 4,
                           .owner = ENTITY_ENTERPRISE},
    [ENTITY_TERM] = {.table = "device_term",
                     .since = 6,
                     COLUMNS(device_term, term_columns),
                     .key_count = 2,
                     .delete_count = 2,
                     .owner = ENTITY_DEVICE},
    [ENTITY_EVENT] = {.table = "event",
                      .since = 6,
                      COLUMNS(event, event_columns),
                      .key_count = 2,
                      .delete_count = 2,
                      .loaded_at_0 = "ended_s",
                      .owner = ENTITY_DEVICE,
                      .retained_by = "gps_time_s"},
};

/* ---- columns ---- */

const struct entity_column *entity_column_named(const struct entity *e, const char *name)
{
    for (size_t i = 0; i < e->column_count; i++) {
        if (strcmp(e->columns[i].name, name) == 0) {
            return &e->columns[i];
        }
    }
    return NULL;
}

static const void *member_of(const void *value, size_t offset)
{
    return (const uint8_t *)value + offset;
}

static void *member_to_set(void *value, size_t offset)
{
    return (uint8_t *)value + offset;
}

int64_t entity_number(const struct entity_column *c, const void *value)
{
    const void *at = member_of(value, c->offset);
    bool is_signed = c->min < 0;
    switch (c->size) {
    case sizeof(uint8_t):
        return is_signed ? *(const int8_t *)at : *(const uint8_t *)at;
    case sizeof(uint16_t):
        return is_signed ? *(const int16_t *)at : *(const uint16_t *)at;
    case sizeof(uint32_t):
        return is_signed ? *(const int32_t *)at : (int64_t) * (const uint32_t *)at;
    default:
        check(c->size == sizeof(int64_t));
        return *(const int64_t *)at;
    }
}

void entity_set_number(const struct entity_column *c, void *value, int64_t number)
{
    void *at = member_to_set(value, c->offset);
    switch (c->size) {
    case sizeof(uint8_t):
        *(uint8_t *)at = (uint8_t)number;
        break;
    case sizeof(uint16_t):
        *(uint16_t *)at = (uint16_t)number;
        break;
    case sizeof(uint32_t):
        *(uint32_t *)at = (uint32_t)number;
        break;
    default:
        check(c->size == sizeof(int64_t));
        *(int64_t *)at = number;
        break;
    }
}

static bool is_text(const struct entity_column *c)
{
    return c->type == ENTITY_COLUMN_TEXT || c->type == ENTITY_COLUMN_DEVICE_ID;
}

/* How many bytes an element has, if `beside` holds the number of elements; 0: it does not. */
static size_t unit_of(const struct entity_column *c)
{
    switch (c->type) {
    case ENTITY_COLUMN_BYTES:
    case ENTITY_COLUMN_CLOCK:
    case ENTITY_COLUMN_RINGS:
    case ENTITY_COLUMN_ID_BYTES:
        return 1;
    case ENTITY_COLUMN_IDS:
        return sizeof(int64_t);
    default:
        return 0;
    }
}

/* Whether the member points to what it holds. */
static bool is_borrowed(const struct entity_column *c)
{
    return is_text(c) || unit_of(c) > 0;
}

struct bytes entity_bytes(const struct entity_column *c, const void *value)
{
    const uint8_t *at = member_of(value, c->offset);
    size_t unit = unit_of(c);
    size_t count = 0;
    if (c->type == ENTITY_COLUMN_HASH) {
        return (struct bytes){at, c->size};
    }
    check(is_borrowed(c));
    memcpy(&at, member_of(value, c->offset), sizeof(at));
    if (is_text(c)) {
        check(at != NULL);
        return bytes_of_text((const char *)at);
    }
    memcpy(&count, member_of(value, c->beside), sizeof(count));
    return (struct bytes){at, count * unit};
}

void entity_set_text(const struct entity_column *c, void *value, const char *text)
{
    check(is_text(c));
    memcpy(member_to_set(value, c->offset), &text, sizeof(text));
}

void entity_set_bytes(const struct entity_column *c, void *value, struct bytes in)
{
    size_t unit = unit_of(c);
    if (c->type == ENTITY_COLUMN_HASH) {
        check(in.len == c->size);
        memcpy(member_to_set(value, c->offset), in.at, in.len);
        return;
    }
    check(unit > 0);
    size_t count = in.len / unit;
    memcpy(member_to_set(value, c->offset), &in.at, sizeof(in.at));
    memcpy(member_to_set(value, c->beside), &count, sizeof(count));
}

/* ---- values ---- */

bool entity_has_id(enum entity_kind kind)
{
    return entity_rows[kind].deleted > 0;
}

int64_t entity_id(enum entity_kind kind, const void *value)
{
    return entity_number(entity_rows[kind].columns, value);
}

bool entity_is_deleted(enum entity_kind kind, const void *value)
{
    return entity_has_id(kind) && *(const bool *)member_of(value, entity_rows[kind].deleted);
}

void entity_init(enum entity_kind kind, void *value)
{
    const struct entity *e = &entity_rows[kind];
    for (size_t i = 0; i < e->column_count; i++) {
        const struct entity_column *c = &e->columns[i];
        const uint8_t *at = NULL;
        if (!is_text(c)) {
            continue;
        }
        memcpy(&at, member_of(value, c->offset), sizeof(at));
        if (at == NULL) {
            entity_set_text(c, value, "");
        }
    }
}

size_t entity_borrowed(enum entity_kind kind, const void *value)
{
    const struct entity *e = &entity_rows[kind];
    size_t size = 0;
    for (size_t i = 0; i < e->column_count; i++) {
        const struct entity_column *c = &e->columns[i];
        if (is_text(c)) {
            size += entity_bytes(c, value).len + 1;
        } else if (is_borrowed(c)) {
            size += entity_bytes(c, value).len + unit_of(c) - 1; /* to align it */
        }
    }
    return size;
}

/* Copies what one member borrows to `room`; answers the room behind it. */
static uint8_t *copy_borrowed(const struct entity_column *c, void *to, uint8_t *room)
{
    struct bytes in = entity_bytes(c, to);
    if (is_text(c)) {
        memcpy(room, in.at, in.len + 1);
        entity_set_text(c, to, (const char *)room);
        return room + in.len + 1;
    }
    while ((uintptr_t)room % unit_of(c) != 0) {
        room++;
    }
    if (in.len > 0) {
        memcpy(room, in.at, in.len);
    }
    entity_set_bytes(c, to, (struct bytes){room, in.len});
    return room + in.len;
}

void entity_copy(enum entity_kind kind, const void *value, void *to, void *room)
{
    const struct entity *e = &entity_rows[kind];
    uint8_t *at = room;
    memcpy(to, value, e->size);
    for (size_t i = 0; i < e->column_count; i++) {
        if (is_borrowed(&e->columns[i])) {
            at = copy_borrowed(&e->columns[i], to, at);
        }
    }
}

void device_init(struct device *d)
{
    entity_init(ENTITY_DEVICE, d);
}

struct device device_copy(struct arena *arena, const struct device *d)
{
    struct device copy;
    entity_copy(ENTITY_DEVICE, d, &copy, arena_new(arena, entity_borrowed(ENTITY_DEVICE, d)));
    return copy;
}
