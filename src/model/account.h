#ifndef MODEL_ACCOUNT_H
#define MODEL_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/alarm_rule.h"
#include "model/command.h"
#include "model/geofence.h"
#include "model/report.h"
#include "model/share.h"
#include "model/sim.h"

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
    X(EVENT, ID_NARROW)    /* AlarmID */                                                           \
    X(COMMAND, ID_WIDE)    /* CommandID */                                                         \
    X(SIM, ID_WIDE)                                                                                \
    X(SMS, ID_WIDE)                                                                                \
    X(REPORT, ID_WIDE)                                                                             \
    X(SCHEDULE, ID_WIDE)                                                                           \
    X(SHARE, ID_WIDE)

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

/*
 * What an enterprise may have at most, it and all below it together: name, column, field of the
 * API. Retention is no sum: none of them keeps history for longer.
 */
#define LIMIT_MAP(X)                                                                               \
    X(DEVICES, max_devices, "MaxDevices")                                                          \
    X(USERS, max_users, "MaxUsers")                                                                \
    X(GEOFENCES, max_geofences, "MaxGeofences")                                                    \
    X(RETENTION_DAYS, max_retention_days, "MaxRetentionDays")

enum limit {
#define X(NAME, column, field) LIMIT_##NAME,
    LIMIT_MAP(X)
#undef X
        LIMITS
};

/* "MaxDevices" and so on. */
const char *limit_name(enum limit limit);

/* Of texts. Stored: only add at the end. Names in language_name(). */
enum language { LANGUAGE_UNSET, LANGUAGE_ENGLISH, LANGUAGE_CHINESE };

/* What distances are shown in. Stored: only add at the end. Names in units_name(). */
enum units { UNITS_KM, UNITS_MI };

enum { ENTERPRISE_DEPTH_MAX = 8 /* levels of a tree */ };

/*
 * Enterprises form trees: one may have a parent, which is in the same shard. What is said of those
 * "below" one never includes itself.
 */
struct enterprise {
    int64_t id; /* HoldID */
    const char *name;
    const char *zone;       /* IANA name */
    int64_t service_end_s;  /* 0: none */
    int32_t retention_days; /* 0: the server's */
    int64_t created_s;
    bool deleted;
    int64_t parent_id;      /* 0: none */
    bool can_subdivide;     /* its admins may make others below it */
    enum language language; /* of its pages; UNSET: the server's */
    enum units units;       /* of its pages */
    int32_t limits[LIMITS]; /* 0: none */
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
enum __attribute__((packed)) speed_unit { /* of one byte: there is one in each device */
                                          SPEED_UNIT_UNSET,
                                          SPEED_UNIT_KNOTS,
                                          SPEED_UNIT_MPS,
                                          SPEED_UNIT_KMH
};

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
    const char *password_hash; /* of lock commands, by base/vault.h; "": they are refused */
    enum device_type type;
    uint32_t tank_ml; /* 0: unknown */
    int64_t created_s;
    bool deleted;
    bool has_utc_offset;        /* the zone of its clock is set; else it is found otherwise */
    int16_t utc_offset_min;     /* that zone, east of UTC; 0 where none is set */
    enum speed_unit speed_unit; /* UNSET: as its protocol says */
    bool is_former;             /* it moved without its history, which stays here to be read */
    const char *note;           /* free text of its people */
};

/* "en", "zh"; "" for UNSET; "km", "mi". */
const char *language_name(enum language language);
const char *units_name(enum units units);
/* Whether there is one of that name, without case; then it is in *out. */
bool language_of(const char *name, enum language *out);
bool units_of(const char *name, enum units *out);

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
    int64_t last_s;           /* when it was used, up to TOKEN_STALE_S before; 0: not known */
    const char *last_address; /* of the client then; "" where not known */
};

enum {
    TOKEN_STALE_S = 600, /* so old a last_s is brought up to date, ... */
    TOKEN_MOVED_S = 60,  /* ... or so old where the address is another one */
};

/* The number that ListTokens names a token by: 1 to 2^48. It says nothing of the token. */
int64_t token_id(const uint8_t hash[TOKEN_HASH_BYTES]);

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

enum { PREFERENCE_VALUE_MAX = 16 * 1024, PREFERENCES_MAX = 64 /* of a user */ };

/* What a user's pages keep for that user. */
struct preference {
    int64_t user_id;
    const char *key;
    const char *value; /* as JSON */
};

/* Who said it. Stored by number: only add at the end. */
enum text_kind { TEXT_RESPOND, TEXT_SEND };

/* What was said to a device or by it: commands, their answers, SMS; records of section 29. */
struct device_text {
    int64_t device_id; /* internal */
    int64_t id;        /* RecID; rises with every text of the shard */
    int64_t time_s;
    const char *text; /* passwords are masked */
    uint8_t kind;     /* enum text_kind */
};

/*
 * Who did what, from where and when: one change by a person, or a login. Kept AUDIT_KEPT_S, of an
 * enterprise the newest AUDIT_ROWS_MAX. No text holds a password or a token.
 */
struct audit {
    int64_t enterprise_id; /* of what was changed; 0: the platform's own */
    int64_t number;        /* counts in the enterprise, from 1 */
    int64_t time_s;
    const char *login_name; /* who; "" on the command line */
    const char *address;    /* of the client; "" on the command line */
    const char *action;     /* the method that was called */
    const char *object;     /* "device 100", "user anna"; as it was called then */
    const char *detail;
};

enum {
    AUDIT_KEPT_S = 400 * 86400,
    AUDIT_ROWS_MAX = 100000,
    AUDIT_DETAIL_MAX = 512, /* bytes */
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
    int64_t group_id;      /* 0: in none */
    uint32_t tank_ml;      /* 0: unknown */
    int64_t enterprise_id; /* 0: the device's own */
};

/*
 * Whose a device was before it moved without its history: reports from before `until_s` are the
 * former device's.
 */
struct device_past {
    int64_t device_id; /* internal, as the next one */
    int64_t until_s;
    int64_t former_id;
};

/* What is unique on the whole platform. Stored by number: only add at the end. */
enum name_kind { NAME_NONE, NAME_DEVICE_ID, NAME_LOGIN, NAME_ICCID, NAME_KINDS };

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
    X(PAST, device_past, past)                                                                     \
    X(EVENT, event, event)                                                                         \
    X(COMMAND, command, command)                                                                   \
    X(AUDIT, audit, audit)                                                                         \
    X(PREFERENCE, preference, preference)                                                          \
    X(SIM, sim_card, sim)                                                                          \
    X(SMS, sim_sms, sms)                                                                           \
    X(REPORT, report_job, report)                                                                  \
    X(SCHEDULE, report_schedule, schedule)                                                         \
    X(SHARE, share_link, share)

#endif
