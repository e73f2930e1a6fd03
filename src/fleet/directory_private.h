#ifndef FLEET_DIRECTORY_PRIVATE_H
#define FLEET_DIRECTORY_PRIVATE_H

#include <glib.h>
#include <pthread.h>

#include "fleet/directory.h"
#include "fleet/feed_private.h"
#include "fleet/roll.h"
#include "model/message.h"

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

/* What most devices have nothing of. */
struct tracked_rest {
    struct clock_zone *clock; /* NULL: nothing is known of it */
    struct live_day day;
};

/*
 * A live state, packed: most of its members are empty most of the time. The lock
 * directory.stripes[id % DIRECTORY_STRIPES] covers all of it but `id` and `holders`.
 */
struct tracked {
    int64_t id;
    int64_t heard_monotonic_ms;
    int64_t heard_wall_ms;
    uint8_t *state;            /* pack_state(); NULL: all zero */
    struct tracked_rest *rest; /* NULL: none of it is known */
    atomic_uint holders;
    uint32_t published;
    uint16_t state_len;
    uint16_t state_capacity;
    uint8_t protocol; /* as struct live has it */
    bool reported : 1;
    bool has_position : 1; /* the state has */
    struct device_link link;
};

/* An enterprise with its devices, ordered by DeviceID, and its place in a tree of enterprises. */
struct fleet {
    int64_t enterprise_id;
    const struct enterprise *enterprise; /* in `plain`; NULL: it was not put yet */
    struct roll *devices;                /* struct device_record */
    struct roll *all;                    /* and those of all below it; NULL: none ever was */
    struct roll *formers;                /* devices that left their history here, as `devices` */
    struct fleet *parent;                /* NULL: none */
    struct fleet *first_child;           /* deleted ones, too, as the next */
    struct fleet *next_child;            /* of the same parent */
    size_t users;                        /* live ones */
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
struct rulebook;

struct directory {
    pthread_rwlock_t lock;
    const struct profiles *profiles; /* set before there are threads */
    GTree *plain[ENTITY_COUNT];      /* of these all but devices: id -> the struct, owned */
    GHashTable *group_names;         /* enterprise and folded name -> id, of live groups */
    GHashTable *logins;              /* folded name -> struct user */
    GHashTable *tokens;              /* hash -> struct token, owned */
    size_t token_sweep_at;
    GHashTable *addresses;   /* user id -> struct known_addresses, owned */
    GHashTable *preferences; /* user id -> struct user_preferences, owned */
    GHashTable *focus;       /* set of struct focus, owned */
    GHashTable *by_id;       /* internal id -> struct device_record, which it counts */
    size_t former_count;     /* of these */
    GHashTable *pasts;       /* internal id -> GArray of struct device_past by time, owned */
    GHashTable *by_key;      /* device_id_key() -> struct device_record */
    GHashTable *plates;      /* set of struct device_record, by enterprise and folded plate */
    GHashTable *codes;       /* as plates, by object code */
    GHashTable *fleets;      /* enterprise -> struct fleet, owned: its devices by DeviceID */
    GHashTable *squads;      /* group -> struct squad, owned */
    GQueue orphaned_fleets;  /* deleted, with devices that are not yet; may be empty of them */
    GQueue orphaned_squads;  /* deleted, with devices that still name them */
    struct directory_rules *rules;
    GHashTable *open_events; /* device -> GPtrArray of struct event, owned */
    struct feeds feeds;
    GTree *sims;                /* struct sim_card by enterprise and id, owned */
    GTree *sims_by_device;      /* of those that are in one: by device and id */
    GHashTable *sims_by_iccid;  /* iccid_key() -> struct sim_card */
    GTree *owned[ENTITY_COUNT]; /* of directory_owned.h: by enterprise and id, owned */
    pthread_mutex_t stripes[DIRECTORY_STRIPES];
};

/* How many devices it has that are not deleted yet, former ones too. */
size_t fleet_size(const struct fleet *f);

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
void directory_preferences_init(struct directory *dir);
void directory_preferences_clear(struct directory *dir);
void directory_formers_init(struct directory *dir);
void directory_formers_clear(struct directory *dir);
/* Takes a former device's record up, and out again. */
void directory_formers_join(struct directory *dir, struct device_record *r);
void directory_formers_leave(struct directory *dir, struct device_record *r);
/* A device is deleted, and what it was before with it. */
void directory_formers_disown(struct directory *dir, int64_t device_id);
/* A DeviceID without blanks around it; false where it can be none. */
bool directory_trim_device_id(const char *device_id, char out[DEVICE_ID_SIZE]);
/* A record, counted. Under the lock. */
struct device_ref directory_ref_of(struct device_record *r);
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
void directory_sims_init(struct directory *dir);
void directory_sims_clear(struct directory *dir);
void directory_owned_init(struct directory *dir);
void directory_owned_clear(struct directory *dir);
/* The fleet of an enterprise, made where there is none. */
struct fleet *directory_fleet(struct directory *dir, int64_t enterprise_id);
void directory_fleet_free(void *fleet);
/* By DeviceID; as a roll wants it. */
int directory_compare_devices(const void *a, const void *b);
/* A record of a fleet comes into / leaves the tables that hold what is below, too. */
void directory_tree_join(struct device_record *r);
void directory_tree_leave(struct device_record *r);
/* An enterprise was put: gives it that parent (0: none), with all that is below it. */
void directory_tree_link(struct directory *dir, struct fleet *f, int64_t parent_id);
/* A version of a user comes (1) or goes (-1). */
void directory_tree_count_user(struct directory *dir, const struct user *u, int by);
/* Under the lock, as directory_is_below() and directory_service_end_s(); NULL is below nobody. */
bool fleet_is_below(const struct fleet *f, int64_t ancestor_id);
int64_t fleet_service_end_s(const struct fleet *f);
/* The fleets that the caller's lists go over: its own, then those below it where it includes them.
 */
const struct fleet *directory_first_seen(const struct directory *dir, const struct caller *caller);
const struct fleet *directory_next_seen(const struct caller *caller, const struct fleet *first,
                                        const struct fleet *f);
/* Whether an enterprise is the caller's, or below it where the caller's lists include those. */
bool caller_reaches(const struct directory *dir, const struct caller *caller,
                    int64_t enterprise_id);
/* A group was put: notes whether its devices are left behind. */
void directory_squads_note(struct directory *dir, int64_t group_id);
/* A fleet got a device, or its enterprise was put: notes whether the enterprise is deleted. */
void directory_fleets_note(struct directory *dir, struct fleet *f);
/* A record with its group comes into the tables / leaves them. */
void directory_squads_join(struct directory *dir, struct device_record *r);
void directory_squads_leave(struct directory *dir, struct device_record *r);
/* The group a record is in; 0 where it is in none, or in one that was deleted. */
int64_t directory_squads_group(const struct device_record *r);

/* The rulebook of an enterprise; NULL: it has none. Under the lock. */
struct rulebook *directory_book(const struct directory *dir, int64_t enterprise_id);
/* A device's former terms, struct device_term by until_s; NULL: it has none. Under the lock. */
GArray *directory_terms_of(const struct directory *dir, int64_t device_id);

/* ---- one change each, under the write lock ---- */

/* Puts an entity of a kind that is only found by its id and listed. */
void directory_put_plain(struct directory *dir, const struct change *c);
void directory_put_owned(struct directory *dir, const struct change *c);
void directory_forget_owned(struct directory *dir, const struct change *c);
void directory_put_enterprise(struct directory *dir, const struct change *c);
void directory_put_group(struct directory *dir, const struct change *c);
void directory_put_user(struct directory *dir, const struct change *c);
void directory_put_token(struct directory *dir, const struct change *c);
void directory_forget_token(struct directory *dir, const struct change *c);
void directory_put_focus(struct directory *dir, const struct change *c);
void directory_forget_focus(struct directory *dir, const struct change *c);
void directory_put_address(struct directory *dir, const struct change *c);
void directory_forget_address(struct directory *dir, const struct change *c);
void directory_put_preference(struct directory *dir, const struct change *c);
void directory_forget_preference(struct directory *dir, const struct change *c);
/* All of a user who is deleted. */
void directory_forget_preferences(struct directory *dir, int64_t user_id);
void directory_forget_addresses(struct directory *dir, int64_t user_id);
void directory_put_past(struct directory *dir, const struct change *c);
void directory_forget_past(struct directory *dir, const struct change *c);
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
void directory_put_sim(struct directory *dir, const struct change *c);
void directory_forget_sim(struct directory *dir, const struct change *c);
/* Those of an enterprise that was deleted. */
void directory_sims_disown(struct directory *dir, int64_t enterprise_id);
void directory_owned_disown(struct directory *dir, int64_t enterprise_id);
/* Those of a device that was deleted. */
void directory_events_disown(struct directory *dir, int64_t device_id);
/* The rules of a device are made anew by the next who asks: its row was put. */
void directory_rules_drop(struct directory *dir, int64_t device_id);
/* A device or an enterprise was deleted: what rules it has are gone. */
void directory_rules_disown(struct directory *dir, enum entity_kind owner, int64_t id);

#endif
