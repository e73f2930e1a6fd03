#ifndef API_TOKEN_USE_H
#define API_TOKEN_USE_H

#include "api/call.h"

/*
 * When a token was used last, and from where, as ListTokens shows it. Written down at most every
 * ten minutes, or after one minute from another address, by a job for which nobody waits.
 */

/* The token of that hash, of the shard, was used now. `address` may be "". Any thread. */
void token_use_note(const struct shard *shard, const uint8_t hash[TOKEN_HASH_BYTES],
                    const char *address, int64_t now_s);

#endif
