#ifndef MODEL_ACCOUNT_H
#define MODEL_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/alarm_rule.h"
#include "model/geofence.h"

/*
 * The accounts of the platform, as values: what the store loads and saves, what the directory keeps
 * and what management calls hand in. Texts are UTF-8, NUL-terminated, never NULL ("" where unset),
 * and borrowed: whoever keeps a value copies it. Ids are positive and never given again.
 */

/*
 * An id is made by a shard, and says by which: it is SHARD << ID_BITS and a number from 1 on. Of
 * SHARDS_MAX shards ids stay below 2^53, which is exact in every reader of JSON. It names where the
 * object was made, not where it lives.
 */
enum { ID_BITS = 40, SHARDS_MAX = 1 << 13 };

/*
 * What ids are given of, each kind by a counter of its own. Clients read those of a narrow kind as
 * 32-bit numbers: they stay below 2^31, so they do without the shard, and are unique among the
 * enterprises of one shard alone. Stored by number: only add at the end.
 */
#define ID_MAP(X)                                                                                  \
    X(ENTERPRISE, ID_WIDE)                                                                         \
    X(USER, ID_WIDE)                                                                               \
    X(GROUP, ID_WIDE)                                                                              \
    X(DEVICE, ID_WIDE)                                                                             \
    X(TEXT, ID_NARROW)     /* RecID */                                                             \
    X(GEOFENCE, ID_NARROW) /* PolygonID */                                                         \
    X(EVENT, ID_NARROW)    /* AlarmID */

enum id_width { ID_WIDE, ID_NARROW };
enum id_kind {
    ID_NONE,
#define X(NAME, width) ID_OF_##NAME,
    ID_MAP(X)
#undef X
        ID_KINDS
};

/* How far the numbers of a kind are reserved: a start goes on behind them. */
struct id_range {
    enum id_kind kind;
    int64_t upto; /* a number, without the shard */
};

enum role { ROLE_VIEWER, ROLE_OPERATOR, ROLE_ADMIN, ROLE_ROOT };

enum {
    NAME_MAX_CHARS = 64, /* names and plates, in Unicode characters */
    NOTE_MAX_CHARS = 200,
    USER_GROUPS_MAX = 64,
    TOKEN_HASH_BYTES = 32,
};

struct enterprise {
    int64_t id; /* HoldID */
    const char *name;
    const char *zone;       /* IANA name */
    int64_t service_end_s;  /* 0: none */
    int32_t retention_days; /* 0: the server's */
    int64_t created_s;
    bool deleted;
};

struct user {
    int64_t id;
    int64_t enterprise_id; /* 0: root, who belongs to none */
    const char *login_name;
    const char *password_hash; /* argon2id, as libsodium writes it */
    enum role role;
    int64_t expire_s; /* 0: never */
    const int64_t *group_ids;
    size_t group_count;       /* 0: all groups */
    int32_t token_generation; /* tokens of an earlier generation do not count any more */
    int64_t created_s;
    bool deleted;
};

struct group {
    int64_t id;
    int64_t enterprise_id;
    const char *name;
    bool deleted;
};

enum device_type { DEVICE_VEHICLE, DEVICE_PERSON, DEVICE_ASSET };

/* What a device's speeds are told in. Stored: only add at the end. Names in speed_unit_name(). */
enum speed_unit { SPEED_UNIT_UNSET, SPEED_UNIT_KNOTS, SPEED_UNIT_MPS, SPEED_UNIT_KMH };

enum { UTC_OFFSET_MIN_MIN = -840, UTC_OFFSET_MIN_MAX = 840 }; /* of a clock, in minutes */

struct device {
    int64_t id; /* internal; history hangs on it */
    int64_t enterprise_id;
    int64_t group_id;        /* 0: none */
    const char *device_id;   /* as registered; compared by device_id_key() */
    const char *plate;       /* the display name */
    const char *object_code; /* the number the platform gives */
    const char *sim;         /* phone number */
    const char *iccid;
    const char *model;
    const char *command_password; /* for lock commands; "" refuses them */
    enum device_type type;
    uint32_t tank_ml; /* 0: unknown */
    int64_t created_s;
    bool deleted;
    bool has_utc_offset;        /* the zone of its clock is set; else it is found otherwise */
    int16_t utc_offset_min;     /* that zone, east of UTC; 0 where none is set */
    enum speed_unit speed_unit; /* UNSET: as its protocol says */
    const char *note;           /* free text of its people */
};

/* "knots", "mps", "kmh"; "" for UNSET. */
const char *speed_unit_name(enum speed_unit unit);
/* The unit of that name; SPEED_UNIT_UNSET: there is none. */
enum speed_unit speed_unit_of(const char *name);

struct token {
    uint8_t hash[TOKEN_HASH_BYTES]; /* of the token's 32 upper-case digits; never the token */
    int64_t user_id;
    int32_t generation; /* the user's token_generation when it was made */
    int64_t created_s;
    int64_t expires_s;
};

/* An address that a user logged in from: an IPv4 address, or the /64 of an IPv6 one. */
struct login_address {
    int64_t user_id;
    const char *address;
    int64_t last_s; /* when, the last time or up to an hour before */
};

enum {
    LOGIN_ADDRESSES_MAX = 64, /* of a user; the oldest goes */
    LOGIN_ADDRESS_KNOWN_S = 30 * 86400,
    LOGIN_ADDRESS_STALE_S = 3600, /* so old a last_s is brought up to date */
};

/* A user's own mark on a device. */
struct focus {
    int64_t user_id;
    int64_t device_id; /* internal */
};

/* A textual answer of a device, or an SMS; records of section 29. */
struct device_text {
    int64_t device_id; /* internal */
    int64_t id;        /* RecID; rises with every text of the shard */
    int64_t time_s;
    const char *text;
};

/* What was learnt of the zone of a device's clock, as fleet/clock_zone.h packs it. */
struct device_clock {
    int64_t device_id; /* internal */
    const uint8_t *at;
    size_t len;
};

/* One fragment of a divided message that waits for the others. */
struct waiting_fragment {
    int64_t device_id; /* internal */
    uint32_t key;      /* struct message_fragment */
    uint16_t number;
    uint16_t total;
    uint8_t protocol; /* index of PROTOCOL_MAP at the time; a name in the store */
    int64_t rcv_time_s;
    const uint8_t *at;
    size_t len;
};

/*
 * What held of a device until a change of it, for the fixes from before. It held from the former
 * term's end on, the first one for ever.
 */
struct device_term {
    int64_t device_id; /* internal */
    int64_t until_s;
    int64_t group_id; /* 0: in none */
    uint32_t tank_ml; /* 0: unknown */
};

/* What is unique on the whole platform. Stored by number: only add at the end. */
enum name_kind { NAME_NONE, NAME_DEVICE_ID, NAME_LOGIN, NAME_KINDS };

/* A name that is one shard's to give: ingest/unique.h. */
struct reserved_name {
    enum name_kind kind;
    const char *text; /* in the form in which such names are compared */
    uint32_t shard;
};

/*
 * Every entity in the order in which they refer to each other: its name, its struct, its member of
 * `struct change`. Its kind (ENTITY_...) and its changes (CHANGE_PUT_..., CHANGE_DELETE_...) are
 * made of its name. Everything else about it is a row in model/entity.c.
 */
#define ENTITY_MAP(X)                                                                              \
    X(ENTERPRISE, enterprise, enterprise)                                                          \
    X(USER, user, user)                                                                            \
    X(GROUP, group, group)                                                                         \
    X(DEVICE, device, device)                                                                      \
    X(TOKEN, token, token)                                                                         \
    X(LOGIN_ADDRESS, login_address, login_address)                                                 \
    X(FOCUS, focus, focus)                                                                         \
    X(FRAGMENT, waiting_fragment, fragment)                                                        \
    X(CLOCK, device_clock, clock)                                                                  \
    X(TEXT, device_text, text)                                                                     \
    X(IDS, id_range, ids)                                                                          \
    X(NAME, reserved_name, name)                                                                   \
    X(GEOFENCE, geofence, geofence)                                                                \
    X(ALARM_RULE, alarm_rule, alarm_rule)                                                          \
    X(TERM, device_term, term)                                                                     \
    X(EVENT, event, event)

#endif
