#ifndef FLEET_DIRECTORY_PRIVATE_H
#define FLEET_DIRECTORY_PRIVATE_H

#include <glib.h>
#include <pthread.h>

#include "fleet/directory.h"

/*
 * The inside of the directory, shared by its files and nobody else.
 *
 *     by_id ──┐
 *     by_key ─┼─► device_record ──► tracked (live state, under one of the stripes)
 *     plates ─┤     counted,          counted by its records: a rename makes a new record,
 *     codes ──┤     immutable         the tracked stays
 *     fleets ─┤
 *     squads ─┘
 *
 * `lock` covers every table. A reader counts a record while it holds the lock and lets it go
 * without; whoever drops the last count frees. The counters are C11 atomics.
 */
enum { DIRECTORY_STRIPES = 256, DIRECTORY_TOKENS_KEPT = 1024 };

/*
 * A live state, packed: most of its members are empty most of the time. The lock
 * directory.stripes[id % DIRECTORY_STRIPES] covers all of it but `id` and `holders`.
 */
struct tracked {
    int64_t id;
    int64_t heard_monotonic_ms;
    int64_t heard_wall_ms;
    uint8_t *state;           /* pack_state(); NULL: all zero */
    struct clock_zone *clock; /* NULL: nothing is known of it */
    atomic_uint holders;
    uint16_t state_len;
    uint16_t state_capacity;
    bool reported;
    bool has_position; /* the state has */
};

/* The devices of one enterprise, ordered by DeviceID. */
struct fleet {
    int64_t enterprise_id;
    GTree *devices; /* struct device_record -> itself */
    bool is_deleted;
    bool is_orphaned; /* it stands in orphaned_fleets */
};

/* The devices of one group, in no order. It is freed with the last of them. */
struct squad {
    int64_t group_id;
    struct device_record *first;
    bool is_deleted;
    bool is_orphaned; /* it stands in orphaned_squads */
};

/* One allocation with the texts of `device` behind it. */
struct device_record {
    struct device device; /* first, so that a device_ref's info leads back here */
    struct device_record *self;
    struct tracked *tracked;
    struct fleet *fleet; /* this and the next three: while it is in the tables */
    struct squad *squad; /* NULL: in no group */
    struct device_record *before;
    struct device_record *next; /* of its squad */
    atomic_uint holders;
};

struct directory_rules; /* directory_rules.c */

struct directory {
    pthread_rwlock_t lock;
    GTree *plain[ENTITY_COUNT]; /* of these all but devices: id -> the struct, owned */
    GHashTable *group_names;    /* enterprise and folded name -> id, of live groups */
    GHashTable *logins;         /* folded name -> struct user */
    GHashTable *tokens;         /* hash -> struct token, owned */
    size_t token_sweep_at;
    GHashTable *addresses;  /* user id -> struct known_addresses, owned */
    GHashTable *focus;      /* set of struct focus, owned */
    GHashTable *by_id;      /* internal id -> struct device_record, which it counts */
    GHashTable *by_key;     /* device_id_key() -> struct device_record */
    GHashTable *plates;     /* set of struct device_record, by enterprise and folded plate */
    GHashTable *codes;      /* as plates, by object code */
    GHashTable *fleets;     /* enterprise -> struct fleet, owned: its devices by DeviceID */
    GHashTable *squads;     /* group -> struct squad, owned */
    GQueue orphaned_fleets; /* deleted, with devices that are not yet; may be empty of them */
    GQueue orphaned_squads; /* deleted, with devices that still name them */
    struct directory_rules *rules;
    GHashTable *open_events; /* device -> GPtrArray of struct event, owned */
    pthread_mutex_t stripes[DIRECTORY_STRIPES];
};

/* Takes and gives back the lock. No public function is called while it is held. */
void directory_lock_read(struct directory *dir);
void directory_lock_write(struct directory *dir);
void directory_unlock(struct directory *dir);

/* directory_folded() of `text`, within one enterprise. */
char *directory_scoped_key(int64_t enterprise_id, const char *text);

/* The tables of accounts, of the addresses of their logins, and of devices. */
void directory_accounts_init(struct directory *dir);
void directory_accounts_clear(struct directory *dir);
void directory_addresses_init(struct directory *dir);
void directory_addresses_clear(struct directory *dir);
void directory_devices_init(struct directory *dir);
void directory_devices_clear(struct directory *dir);
void directory_groups_init(struct directory *dir);
void directory_groups_clear(struct directory *dir);
void directory_orphans_init(struct directory *dir);
void directory_orphans_clear(struct directory *dir);
void directory_events_init(struct directory *dir);
void directory_events_clear(struct directory *dir);
void directory_rules_init(struct directory *dir);
void directory_rules_clear(struct directory *dir);
/* A group was put: notes whether its devices are left behind. */
void directory_squads_note(struct directory *dir, int64_t group_id);
/* A fleet got a device, or its enterprise was put: notes whether the enterprise is deleted. */
void directory_fleets_note(struct directory *dir, struct fleet *f);
/* A record with its group comes into the tables / leaves them. */
void directory_squads_join(struct directory *dir, struct device_record *r);
void directory_squads_leave(struct directory *dir, struct device_record *r);
/* The group a record is in; 0 where it is in none, or in one that was deleted. */
int64_t directory_squads_group(const struct device_record *r);

/* ---- one change each, under the write lock ---- */

/* Puts an entity of a kind that is only found by its id and listed. */
void directory_put_plain(struct directory *dir, const struct change *c);
void directory_put_enterprise(struct directory *dir, const struct change *c);
void directory_put_group(struct directory *dir, const struct change *c);
void directory_put_user(struct directory *dir, const struct change *c);
void directory_put_token(struct directory *dir, const struct change *c);
void directory_forget_token(struct directory *dir, const struct change *c);
void directory_put_focus(struct directory *dir, const struct change *c);
void directory_forget_focus(struct directory *dir, const struct change *c);
void directory_put_address(struct directory *dir, const struct change *c);
void directory_forget_address(struct directory *dir, const struct change *c);
/* All of a user who is deleted. */
void directory_forget_addresses(struct directory *dir, int64_t user_id);
void directory_put_device(struct directory *dir, const struct change *c);
void directory_put_clock(struct directory *dir, const struct change *c);
void directory_forget_clock(struct directory *dir, const struct change *c);
void directory_put_geofence(struct directory *dir, const struct change *c);
void directory_forget_geofence(struct directory *dir, const struct change *c);
void directory_put_alarm_rule(struct directory *dir, const struct change *c);
void directory_forget_alarm_rule(struct directory *dir, const struct change *c);
void directory_put_term(struct directory *dir, const struct change *c);
void directory_forget_term(struct directory *dir, const struct change *c);
void directory_put_event(struct directory *dir, const struct change *c);
void directory_forget_event(struct directory *dir, const struct change *c);
/* Those of a device that was deleted. */
void directory_events_disown(struct directory *dir, int64_t device_id);
/* The rules of a device are made anew by the next who asks: its row was put. */
void directory_rules_drop(struct directory *dir, int64_t device_id);
/* A device or an enterprise was deleted: what rules it has are gone. */
void directory_rules_disown(struct directory *dir, enum entity_kind owner, int64_t id);

#endif
