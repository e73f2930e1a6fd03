#ifndef FLEET_DIRECTORY_SHARES_H
#define FLEET_DIRECTORY_SHARES_H

#include "fleet/directory.h"

/*
 * Shares: links by which whoever has one sees some devices of an enterprise for some time. They are
 * listed as directory_owned.h says; here is who calls with the token of one. Any thread, as
 * directory.h says.
 */

/* What a share's token says. */
struct share_token {
    struct caller caller; /* a viewer, narrowed; not to the groups of its owner yet */
    int64_t owner_id;     /* who made it, maybe an account of another shard */
};

/*
 * The share of a token's hash. ERR_NOT_FOUND: there is none, it is over at `now_s`, or its
 * enterprise is deleted or expired.
 */
MUST_USE enum err directory_share_token(struct directory *dir, const uint8_t hash[TOKEN_HASH_BYTES],
                                        int64_t now_s, struct share_token *out);
/* Whether the caller of a share sees any of its devices now. */
bool directory_share_shows(struct directory *dir, const struct caller *caller);

/* The devices that are shared, in order; ids in `arena`. Answers how many there are. */
size_t share_devices(const struct share_link *s, struct arena *arena, int64_t **ids);

#endif
