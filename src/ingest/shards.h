#ifndef INGEST_SHARDS_H
#define INGEST_SHARDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "ingest/shard.h"

struct unique;

/*
 * The router: which shard does the work for a device, a login, a token or an enterprise. It asks
 * the directories of the shards; each knows its own. What no shard has goes to the first one, which
 * refuses it or, with open registration, takes it in. Any thread.
 */
struct shards {
    const struct shard *at; /* by id; borrowed, and unchanged while anybody asks */
    size_t count;           /* at least 1 */
    struct unique *unique;  /* of several; NULL: the only one knows all names. Borrowed */
};

/* The first one: it has root, and what nobody has. */
const struct shard *shards_first(const struct shards *s);
/* The one with the live device that reports this DeviceID (compared by device_id_key()). */
const struct shard *shards_of_device(const struct shards *s, const char *device_id);
/* The one with the user of a login name, as directory_user_by_login(): a live one wins. */
const struct shard *shards_of_login(const struct shards *s, const char *login_name);
/* The one for a new enterprise: that with the fewest devices, of several the first. */
const struct shard *shards_emptiest(const struct shards *s);
/* The one with an enterprise, deleted or not. */
const struct shard *shards_of_enterprise(const struct shards *s, int64_t enterprise_id);
/*
 * The one with the token of a hash, where it authenticates, with its caller, as
 * directory_authenticate() does; NULL where none does.
 */
const struct shard *shards_of_token(const struct shards *s, const uint8_t hash[TOKEN_HASH_BYTES],
                                    int64_t now_s, struct caller *out);
/*
 * The one with the share of a hash, with its caller: a viewer narrowed to its devices, and to what
 * its owner may see. NULL: there is none, it is over, its owner is no operator any more or may not
 * act in its enterprise, or none of its devices is left.
 */
const struct shard *shards_of_share(const struct shards *s, const uint8_t hash[TOKEN_HASH_BYTES],
                                    int64_t now_s, struct caller *out);
/* The live enterprises of all shards, in order of id within each: an array in `arena`. */
struct enterprise *shards_list_enterprises(const struct shards *s, struct arena *arena,
                                           size_t *count);

#endif
