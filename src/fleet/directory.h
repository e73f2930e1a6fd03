#ifndef FLEET_DIRECTORY_H
#define FLEET_DIRECTORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "fleet/clock_zone.h"
#include "fleet/live.h"
#include "model/account.h"
#include "model/change.h"
#include "protocols/profile.h"

/*
 * Who and what there is: enterprises, users, groups, devices, tokens and focus marks in memory,
 * each with its indexes, and the live state of every device.
 *
 * Threads: only ingest applies changes and publishes live states. Everyone else reads; each call
 * below takes the locks it needs and holds none when it returns. Ownership: a `struct tracked` and
 * the `struct device` in a device_ref are counted; both stay valid until device_ref_release(), even
 * when the device is deleted or renamed meanwhile.
 */
struct directory;

/* An empty directory, for directory_free(). */
struct directory *directory_new(void);
/*
 * The profiles by which it answers directory_dialect(), borrowed; NULL, as at first: those that are
 * built in. Before any other thread uses the directory.
 */
void directory_use_profiles(struct directory *dir, const struct profiles *profiles);
const struct profiles *directory_profiles(const struct directory *dir);
/* NULL is fine. No thread uses it any more, and every device_ref has been released. */
void directory_free(struct directory *dir);

/* One device with its live state; opaque but for its id. */
struct tracked;
int64_t tracked_id(const struct tracked *t);

struct device_ref {
    struct tracked *tracked;
    const struct device *info; /* immutable: a rename makes a new one */
    int64_t group_id;          /* 0: in none; info->group_id may name one that was deleted */
};

/* Gives the ref up and zeroes it; a zeroed one is fine. */
void device_ref_release(struct directory *dir, struct device_ref *ref);

/*
 * Copies / replaces the live state under the device's lock. It is kept packed, so the members that
 * its header says are zero must be zero.
 */
void tracked_live(struct directory *dir, struct tracked *t, struct live *out);
void tracked_publish(struct directory *dir, struct tracked *t, const struct live *live);
/* The same for who has the state packed already: `packed` is what pack_state() makes of it. */
void tracked_publish_packed(struct directory *dir, struct tracked *t, const struct live *live,
                            struct bytes packed);
/* Replaces the day alone, unless the live state was published since `live` was copied. */
void tracked_publish_day(struct directory *dir, struct tracked *t, const struct live *live);
/*
 * Copies / replaces what is known of the zone of the device's clock. False where nothing is known;
 * *out is then all zero.
 */
bool tracked_clock(struct directory *dir, struct tracked *t, struct clock_zone *out);
void tracked_publish_clock(struct directory *dir, struct tracked *t, const struct clock_zone *zone);
/*
 * Whether the device reported and its state has a position, which it then keeps for good. Cheaper
 * than a copy of the state.
 */
bool tracked_has_position(struct directory *dir, struct tracked *t);

/* Over what a device is connected; forgotten by a restart. */
struct device_link {
    bool is_known : 1;     /* it was heard over the protocol below since the start */
    bool is_open : 1;      /* a connection, or a peer of datagrams, is there */
    bool is_datagrams : 1; /* which tell no end */
    uint8_t protocol;      /* index of PROTOCOL_MAP */
};
enum { LINK_DATAGRAM_MS = 120000 /* so young is the last datagram of one that is connected */ };
/* For the gateway: the device is connected so from now on. False: there is no such device here. */
bool directory_note_link(struct directory *dir, int64_t device_id, const struct device_link *link);
/* What was noted last. */
struct device_link tracked_link(struct directory *dir, struct tracked *t);
/* Whether a device is connected; `live` is of the same device. */
bool device_link_is_up(const struct device_link *link, const struct live *live,
                       int64_t now_monotonic_ms);

/*
 * Applies one change (loading, or after its commit). Texts, and fragments of divided messages, are
 * the store's alone and are passed over. A deleted device is gone from every table at once; the
 * addresses of a deleted user are forgotten. Nobody finds the devices of a deleted enterprise any
 * more, and those of a deleted group are in no group; directory_resolve_orphans() brings that to
 * the store.
 */
void directory_apply(struct directory *dir, const struct change *c);

struct orphan_slice {
    size_t max;
    int64_t now_s;
};
/*
 * Appends the changes that delete devices of deleted enterprises and take devices out of deleted
 * groups, of at most `max` devices; their terms end at `now_s`. Both functions are for ingest only;
 * the other one says whether any are left.
 */
void directory_resolve_orphans(struct directory *dir, struct change_list *changes,
                               const struct orphan_slice *slice);
bool directory_has_orphans(struct directory *dir);

/*
 * The form in which names are compared: `text` without Unicode blanks at its ends and without case.
 * Freed with g_free(). Any thread.
 */
char *directory_folded(const char *text);

/* ---- who is calling ---- */

/* What the token of a share shows, as much of it as a viewer of the enterprise may see. */
struct caller_share {
    int64_t id;      /* ShareID; 0: an account calls, and nothing is narrowed */
    int64_t from_s;  /* what was before is not told; 0: the history is, too */
    int64_t until_s; /* it ends then */
    bool has_history;
    size_t device_count;
    int64_t device_ids[SHARE_DEVICES_MAX]; /* internal */
};

struct caller {
    int64_t user_id;       /* of a share one that no account has */
    int64_t home_id;       /* the enterprise of the account; 0: root's */
    int64_t enterprise_id; /* whose data the call acts on: the same until HoldID chose another */
    bool includes_below;   /* ... and in lists and searches that of those below it */
    enum role role;
    size_t group_count; /* 0: not limited */
    int64_t group_ids[USER_GROUPS_MAX];
    struct caller_share share;
};

/* Whether the caller is no share, or one of that device. */
bool caller_is_shown(const struct caller *caller, int64_t device_id);

/*
 * The caller of a token hash: ERR_OK, or ERR_NOT_FOUND where the token is unknown, expired, of an
 * earlier generation, or its user or enterprise is deleted or expired at `now_s`. An expired token
 * is forgotten here.
 */
MUST_USE enum err directory_authenticate(struct directory *dir,
                                         const uint8_t hash[TOKEN_HASH_BYTES], int64_t now_s,
                                         struct caller *out);
/* What the account of that id may do, as directory_authenticate() says it of a token's. */
MUST_USE enum err directory_caller(struct directory *dir, int64_t user_id, int64_t now_s,
                                   struct caller *out);
/*
 * As directory_caller(), of who asked some time ago for something that this shard does now. A tree
 * of enterprises is in one shard with all of its accounts, and root alone acts in others: what an
 * account of the first shard asked for in another one was root's, whose account never ends. An
 * account of any other shard cannot have asked here: ERR_NOT_FOUND.
 */
MUST_USE enum err directory_asker(struct directory *dir, uint32_t shard, int64_t user_id,
                                  int64_t now_s, struct caller *out);
/*
 * Copies (into `arena`) the user of a login name, without regard to case, deleted ones too (a live
 * one wins over a deleted one of the same name); ERR_NOT_FOUND.
 */
MUST_USE enum err directory_user_by_login(struct directory *dir, const char *login_name,
                                          struct arena *arena, struct user *out);
/*
 * Finds an entity that has an id and is no device. Copies it to `out`, a struct of its kind, and
 * what it borrows into `arena`. Finds deleted ones, too. ERR_NOT_FOUND: there is none. The next
 * three functions do it with types.
 */
MUST_USE enum err directory_entity(struct directory *dir, enum entity_kind kind, int64_t id,
                                   struct arena *arena, void *out);
MUST_USE enum err directory_user(struct directory *dir, int64_t id, struct arena *arena,
                                 struct user *out);
MUST_USE enum err directory_enterprise(struct directory *dir, int64_t id, struct arena *arena,
                                       struct enterprise *out);
MUST_USE enum err directory_group(struct directory *dir, int64_t id, struct arena *arena,
                                  struct group *out);
/* Whether a live group of the enterprise other than `except_id` has that name, without case. */
bool directory_group_name_taken(struct directory *dir, int64_t enterprise_id, const char *name,
                                int64_t except_id);
/*
 * Copies (into `arena`) the token record of a hash, whatever its state as long as it is kept;
 * ERR_NOT_FOUND.
 */
MUST_USE enum err directory_token(struct directory *dir, const uint8_t hash[TOKEN_HASH_BYTES],
                                  struct arena *arena, struct token *out);
/* Whether a use of it now, from that address, is to be written down (TOKEN_STALE_S). */
bool directory_token_is_stale(struct directory *dir, const uint8_t hash[TOKEN_HASH_BYTES],
                              const char *address, int64_t now_s);
/* The tokens of a user that are good at `now_s`, in no order, copied into `arena`. */
struct token *directory_list_tokens(struct directory *dir, int64_t user_id, int64_t now_s,
                                    struct arena *arena, size_t *count);

/*
 * Whether the user logged in from that address within LOGIN_ADDRESS_KNOWN_S before `now_s` (and up
 * to an hour more); both as struct login_address has them.
 */
bool directory_knows_address(struct directory *dir, int64_t user_id, const char *address,
                             int64_t now_s);
/* The addresses a user logged in from, in no order, copied into `arena`. */
struct login_address *directory_list_addresses(struct directory *dir, int64_t user_id,
                                               struct arena *arena, size_t *count);

/*
 * A user's preference of that key, copied into `arena`; ERR_NOT_FOUND. The other one says how many
 * a user has.
 */
MUST_USE enum err directory_preference(struct directory *dir, int64_t user_id, const char *key,
                                       struct arena *arena, struct preference *out);
size_t directory_preference_count(struct directory *dir, int64_t user_id);

/* ---- devices ---- */

/*
 * Finds the device that a tracker says it is, on the whole platform. ERR_NOT_FOUND: no live device
 * has that identity (compared by device_id_key()). The ref must be released.
 */
MUST_USE enum err directory_find_tracker(struct directory *dir, const char *device_id,
                                         struct device_ref *out);
/*
 * How the frames of the device with that identity are to be read. All 0 where nobody set anything,
 * or there is no such device.
 */
struct dialect directory_dialect(struct directory *dir, const char *device_id);
/* The device of an internal id. */
MUST_USE enum err directory_find(struct directory *dir, int64_t id, struct device_ref *out);
/*
 * Finds the device that has that DeviceID (trimmed, by device_id_key()) / plate (trimmed, without
 * case; in the caller's enterprise alone, since those below may have it, too), if `caller` may see
 * it. A device of another enterprise or outside the caller's groups is
 * ERR_NOT_FOUND, exactly like one that does not exist. So is every device for root, before HoldID
 * chose an enterprise.
 */
MUST_USE enum err directory_find_by_device_id(struct directory *dir, const struct caller *caller,
                                              const char *device_id, struct device_ref *out);
MUST_USE enum err directory_find_by_plate(struct directory *dir, const struct caller *caller,
                                          const char *plate, struct device_ref *out);
/* As directory_find_by_device_id() but in the whole enterprise, whatever the caller's groups. */
MUST_USE enum err directory_find_in_enterprise(struct directory *dir, int64_t enterprise_id,
                                               const char *device_id, struct device_ref *out);
/*
 * Whether a live device of the enterprise other than `except_id` has that plate / object code, both
 * trimmed and without case.
 */
bool directory_plate_taken(struct directory *dir, int64_t enterprise_id, const char *plate,
                           int64_t except_id);
bool directory_object_code_taken(struct directory *dir, int64_t enterprise_id, const char *code,
                                 int64_t except_id);

/*
 * All devices the caller may see, ordered by DeviceID; the array lives in `arena`. Release each
 * with device_ref_release(), or all with directory_release_all(). Large fleets are listed with
 * pauses, in which ingest may change them: a device that comes meanwhile may be in the list or not.
 * On the ingest thread itself nothing changes meanwhile.
 */
struct device_ref *directory_list_devices(struct directory *dir, const struct caller *caller,
                                          struct arena *arena, size_t *count);
void directory_release_all(struct directory *dir, struct device_ref *refs, size_t count);
/* The internal ids that a user marked, in no order, in `arena`; some may be of deleted devices. */
int64_t *directory_list_focus(struct directory *dir, int64_t user_id, struct arena *arena,
                              size_t *count);
/* The users who marked a device, in no order, in `arena`. */
int64_t *directory_list_markers(struct directory *dir, int64_t device_id, struct arena *arena,
                                size_t *count);
bool directory_is_focus(struct directory *dir, int64_t user_id, int64_t device_id);

/*
 * The live (not deleted) entities of a kind that directory_entity() finds, in order of id: an array
 * of its structs, copied into `arena`. enterprise_id 0: of all. The next three do it with types.
 * directory_list_seen(): those of the caller's enterprise, and of those below it where the caller
 * includes them; whatever its groups.
 */
void *directory_list_seen(struct directory *dir, enum entity_kind kind, const struct caller *caller,
                          struct arena *arena, size_t *count);
void *directory_list(struct directory *dir, enum entity_kind kind, int64_t enterprise_id,
                     struct arena *arena, size_t *count);
struct enterprise *directory_list_enterprises(struct directory *dir, struct arena *arena,
                                              size_t *count);
struct user *directory_list_users(struct directory *dir, int64_t enterprise_id, struct arena *arena,
                                  size_t *count);
struct group *directory_list_groups(struct directory *dir, int64_t enterprise_id,
                                    struct arena *arena, size_t *count);
/* About how many devices the caller's lists go over, whatever its groups. */
size_t directory_fleet_size(struct directory *dir, const struct caller *caller);
/* Registered devices on the platform. */
size_t directory_device_count(struct directory *dir);

#endif
