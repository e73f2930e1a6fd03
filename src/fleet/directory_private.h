#ifndef FLEET_DIRECTORY_PRIVATE_H
#define FLEET_DIRECTORY_PRIVATE_H

#include <glib.h>
#include <pthread.h>

#include "fleet/directory.h"

/*
 * The inside of the directory, shared by its four files and nobody else.
 *
 *     by_id ──┐
 *     by_key ─┼─► device_record ──► tracked (live state, under one of the stripes)
 *     plates ─┤     counted,          counted by its records: a rename makes a new record,
 *     codes ──┤     immutable         the tracked stays
 *     fleets ─┘
 *
 * `lock` covers every table. A reader counts a record while it holds the lock and lets it go
 * without; whoever drops the last count frees. The counters are C11 atomics.
 */
enum { DIRECTORY_STRIPES = 256, DIRECTORY_TOKENS_KEPT = 1024 };

/*
 * A live state, packed: most of its members are empty most of the time. All but `id` and `holders`
 * is under directory.stripes[id % DIRECTORY_STRIPES].
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

/* One allocation with the texts of `device` behind it. */
struct device_record {
    struct device device; /* first, so that a device_ref's info leads back here */
    struct device_record *self;
    struct tracked *tracked;
    atomic_uint holders;
};

struct directory {
    pthread_rwlock_t lock;
    int64_t last_ids[ENTITY_COUNT]; /* of each kind that has ids */
    GTree *plain[ENTITY_COUNT];     /* the same but devices: id -> the struct, owned here */
    GHashTable *logins;             /* folded name -> struct user */
    GHashTable *tokens;             /* hash -> struct token, owned */
    size_t token_sweep_at;
    GHashTable *addresses; /* user id -> struct known_addresses, owned */
    GHashTable *focus;     /* set of struct focus, owned */
    GHashTable *by_id;     /* internal id -> struct device_record, which it counts */
    GHashTable *by_key;    /* device_id_key() -> struct device_record */
    GHashTable *plates;    /* set of struct device_record, by enterprise and folded plate */
    GHashTable *codes;     /* the same by object code */
    GHashTable *fleets;    /* enterprise -> struct fleet, owned: its devices by DeviceID */
    pthread_mutex_t stripes[DIRECTORY_STRIPES];
};

/* The lock; none of the public calls is made while it is held. */
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

/* ---- one change each, under the write lock ---- */

/* Of a kind that is only found by its id and listed. */
void directory_put_plain(struct directory *dir, const struct change *c);
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

#endif
