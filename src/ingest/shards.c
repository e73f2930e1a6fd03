/*
 * Which shard somebody is in. A device or an enterprise that none of the others has is left to the
 * first, so that a frame costs a platform of one shard no look-up.
 */
#include "ingest/shards.h"

#include <string.h>

#include "base/check.h"
#include "fleet/directory_shares.h"
#include "fleet/directory_tree.h"

const struct shard *shards_first(const struct shards *s)
{
    check(s->count > 0);
    return &s->at[0];
}

const struct shard *shards_of_device(const struct shards *s, const char *device_id)
{
    for (size_t i = s->count - 1; i > 0; i--) {
        struct device_ref ref;
        if (directory_find_tracker(s->at[i].directory, device_id, &ref) == ERR_OK) {
            device_ref_release(s->at[i].directory, &ref);
            return &s->at[i];
        }
    }
    return shards_first(s);
}

/* How a shard stands to a login name: the highest wins. */
enum standing { STANDING_NONE, STANDING_DELETED, STANDING_LIVE };

static enum standing login_standing(const struct shard *shard, const char *login_name)
{
    struct arena arena = {0};
    struct user user;
    enum standing standing = STANDING_NONE;
    if (directory_user_by_login(shard->directory, login_name, &arena, &user) == ERR_OK) {
        standing = user.deleted ? STANDING_DELETED : STANDING_LIVE;
    }
    arena_free(&arena);
    return standing;
}

const struct shard *shards_of_login(const struct shards *s, const char *login_name)
{
    const struct shard *best = shards_first(s);
    enum standing highest = login_standing(best, login_name);
    for (size_t i = 1; i < s->count; i++) {
        enum standing standing = login_standing(&s->at[i], login_name);
        if (standing > highest) {
            best = &s->at[i];
            highest = standing;
        }
    }
    return best;
}

const struct shard *shards_emptiest(const struct shards *s)
{
    const struct shard *best = shards_first(s);
    size_t fewest = directory_device_count(best->directory);
    for (size_t i = 1; i < s->count; i++) {
        size_t count = directory_device_count(s->at[i].directory);
        if (count < fewest) {
            best = &s->at[i];
            fewest = count;
        }
    }
    return best;
}

const struct shard *shards_of_enterprise(const struct shards *s, int64_t enterprise_id)
{
    for (size_t i = s->count - 1; i > 0; i--) {
        struct arena arena = {0};
        struct enterprise e;
        enum err found = directory_enterprise(s->at[i].directory, enterprise_id, &arena, &e);
        arena_free(&arena);
        if (found == ERR_OK) {
            return &s->at[i];
        }
    }
    return shards_first(s);
}

const struct shard *shards_of_token(const struct shards *s, const uint8_t hash[TOKEN_HASH_BYTES],
                                    int64_t now_s, struct caller *out)
{
    for (size_t i = 0; i < s->count; i++) {
        if (directory_authenticate(s->at[i].directory, hash, now_s, out) == ERR_OK) {
            return &s->at[i];
        }
    }
    return NULL;
}

/* The account of that id, wherever it lives. */
static bool find_owner(const struct shards *s, int64_t user_id, int64_t now_s, struct caller *out)
{
    bool found = false;
    for (size_t i = 0; i < s->count && !found; i++) {
        found = directory_caller(s->at[i].directory, user_id, now_s, out) == ERR_OK;
    }
    return found;
}

/* Narrows a share to what its owner may still give away; false: it ended with its owner's rights.
 */
static bool owner_gives(const struct shards *s, const struct shard *shard,
                        struct share_token *token, int64_t now_s)
{
    struct caller owner;
    struct caller *caller = &token->caller;
    if (!find_owner(s, token->owner_id, now_s, &owner) || owner.role < ROLE_OPERATOR ||
        !directory_may_act(shard->directory, &owner, caller->enterprise_id)) {
        return false;
    }
    caller->group_count = owner.group_count;
    memcpy(caller->group_ids, owner.group_ids, owner.group_count * sizeof(*owner.group_ids));
    return directory_share_shows(shard->directory, caller);
}

const struct shard *shards_of_share(const struct shards *s, const uint8_t hash[TOKEN_HASH_BYTES],
                                    int64_t now_s, struct caller *out)
{
    struct share_token token;
    for (size_t i = 0; i < s->count; i++) {
        if (directory_share_token(s->at[i].directory, hash, now_s, &token) == ERR_OK) {
            bool is_good = owner_gives(s, &s->at[i], &token, now_s);
            *out = token.caller;
            return is_good ? &s->at[i] : NULL;
        }
    }
    return NULL;
}

struct enterprise *shards_list_enterprises(const struct shards *s, struct arena *arena,
                                           size_t *count)
{
    struct enterprise *all = directory_list_enterprises(shards_first(s)->directory, arena, count);
    for (size_t i = 1; i < s->count; i++) {
        size_t more_count = 0;
        const struct enterprise *more =
            directory_list_enterprises(s->at[i].directory, arena, &more_count);
        struct enterprise *both = arena_new_array(arena, *count + more_count, sizeof(*both));
        memcpy(both, all, *count * sizeof(*both));
        memcpy(both + *count, more, more_count * sizeof(*both));
        all = both;
        *count += more_count;
    }
    return all;
}
