/*
 * Shares by the hash of their token. A hash says nothing of the token it is made of, so that how
 * long a look-up takes says nothing either.
 */
#include "fleet/directory_shares.h"

#include <string.h>

#include "base/check.h"
#include "fleet/directory_owned.h"
#include "fleet/directory_private.h"
#include "model/geofence.h"

/* A hash is random in every byte. */
static guint hash_of(const void *key)
{
    guint h = 0;
    memcpy(&h, key, sizeof(h));
    return h;
}

static gboolean are_equal(const void *a, const void *b)
{
    return memcmp(a, b, TOKEN_HASH_BYTES) == 0;
}

void directory_shares_init(struct directory *dir)
{
    dir->shares = g_hash_table_new(hash_of, are_equal);
}

void directory_shares_clear(struct directory *dir)
{
    g_hash_table_destroy(dir->shares);
}

/* ---- changes ---- */

static struct share_link *find(const struct directory *dir, const struct share_link *like)
{
    const struct owned_key key = {like->enterprise_id, like->id};
    return g_tree_lookup(dir->owned[ENTITY_SHARE], &key);
}

static void unindex(struct directory *dir, const struct share_link *held)
{
    if (held != NULL && g_hash_table_lookup(dir->shares, held->hash) == held) {
        g_hash_table_remove(dir->shares, held->hash);
    }
}

void directory_put_share(struct directory *dir, const struct change *c)
{
    unindex(dir, find(dir, &c->share));
    directory_put_owned(dir, c);
    struct share_link *held = find(dir, &c->share);
    g_hash_table_replace(dir->shares, held->hash, held);
}

void directory_forget_share(struct directory *dir, const struct change *c)
{
    unindex(dir, find(dir, &c->share));
    directory_forget_owned(dir, c);
}

static gboolean is_of(void *key, void *value, void *enterprise)
{
    const int64_t *id = enterprise;
    (void)key;
    return ((const struct share_link *)value)->enterprise_id == *id;
}

void directory_shares_disown(struct directory *dir, int64_t enterprise_id)
{
    (void)g_hash_table_foreach_remove(dir->shares, is_of, &enterprise_id);
}

/* ---- readers ---- */

size_t share_devices(const struct share_link *s, struct arena *arena, int64_t **ids)
{
    size_t count = 0;
    struct bytes packed = {s->devices, s->devices_len};
    enum err e = geofence_unpack_ids(packed, arena, ids, &count);
    check(e == ERR_OK); /* the store takes nothing else */
    return count;
}

static bool is_over(const struct share_link *s, int64_t now_s)
{
    return now_s >= s->until_s;
}

/* Whether the enterprise is there and its service goes on. Under the lock. */
static bool is_served(const struct directory *dir, int64_t enterprise_id, int64_t now_s)
{
    const struct fleet *f = g_hash_table_lookup(dir->fleets, &enterprise_id);
    bool is_there = f != NULL && f->enterprise != NULL && !f->enterprise->deleted;
    int64_t end_s = is_there ? fleet_service_end_s(f) : 0;
    return is_there && (end_s == 0 || now_s < end_s);
}

static struct share_token token_of(const struct share_link *s)
{
    struct share_token token = {
        .caller = {.user_id = -s->id, /* which no account has */
                   .home_id = s->enterprise_id,
                   .enterprise_id = s->enterprise_id,
                   .role = ROLE_VIEWER,
                   .share = {.id = s->id,
                             .from_s = s->has_history ? 0 : s->created_s,
                             .until_s = s->until_s,
                             .has_history = s->has_history}},
        .owner_id = s->user_id,
    };
    struct arena arena = {0};
    int64_t *ids = NULL;
    size_t count = share_devices(s, &arena, &ids);
    count = count < SHARE_DEVICES_MAX ? count : SHARE_DEVICES_MAX;
    token.caller.share.device_count = count;
    memcpy(token.caller.share.device_ids, ids, count * sizeof(*ids));
    arena_free(&arena);
    return token;
}

enum err directory_share_token(struct directory *dir, const uint8_t hash[TOKEN_HASH_BYTES],
                               int64_t now_s, struct share_token *out)
{
    directory_lock_read(dir);
    const struct share_link *s = g_hash_table_lookup(dir->shares, hash);
    bool is_good = s != NULL && !is_over(s, now_s) && is_served(dir, s->enterprise_id, now_s);
    if (is_good) {
        *out = token_of(s);
    }
    directory_unlock(dir);
    return is_good ? ERR_OK : ERR_NOT_FOUND;
}

bool directory_share_shows(struct directory *dir, const struct caller *caller)
{
    struct arena arena = {0};
    size_t count = 0;
    struct device_ref *refs = directory_list_devices(dir, caller, &arena, &count);
    directory_release_all(dir, refs, count);
    arena_free(&arena);
    return count > 0;
}
