#ifndef API_SHARE_GUARD_H
#define API_SHARE_GUARD_H

#include <stdint.h>

#include "model/account.h"

/*
 * What strangers may do to the server by links of shares. Anybody can send one on, so calls are
 * counted by share and by address; and who tries links that there are not is not let try others.
 * Bounded: of many, those that were quiet for longest are forgotten. Any thread; own lock.
 *
 * An address is a client's as text; those with one throttle_address_key() count as one.
 */
struct share_guard;

enum {
    SHARE_CALLS_PER_S = 10,        /* of a share, from everywhere, ... */
    SHARE_CALLS_AT_ONCE = 600,     /* ... after a while of quiet */
    SHARE_ADDRESS_CALLS_PER_S = 4, /* of an address, by all shares, ... */
    SHARE_ADDRESS_CALLS_AT_ONCE = 240,
    SHARE_WRONG_MAX = 20, /* other wrong tokens of an address within ... */
    SHARE_WRONG_WINDOW_S = 600,
};

/* An empty one, with a hash key of its own. */
struct share_guard *share_guard_new(void);
/* Frees it; NULL does nothing. */
void share_guard_free(struct share_guard *g);

/* Takes one call of a share out. 0: it may go on; else the seconds after which to ask again. */
unsigned share_guard_take(struct share_guard *g, int64_t share_id, const char *address,
                          int64_t now_monotonic_ms);
/* Seconds until an address may try a link again; 0: now. */
unsigned share_guard_wait_s(struct share_guard *g, const char *address, int64_t now_monotonic_ms);
/*
 * A token came from an address that is nobody's. The one that came before once more does not count:
 * a client whose login has ended asks so again and again.
 */
void share_guard_note_wrong(struct share_guard *g, const char *address,
                            const uint8_t hash[TOKEN_HASH_BYTES], int64_t now_monotonic_ms);

#endif
