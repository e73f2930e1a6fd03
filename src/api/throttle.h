#ifndef API_THROTTLE_H
#define API_THROTTLE_H

#include <stdint.h>

/*
 * Counts failed logins, in bounded tables: after ten of one account from one address, or thirty
 * from one address, within ten minutes, that address is refused until ten minutes after the first
 * of them. An account is never locked. While other addresses fail at an account, one that is new to
 * it has to claim its check: there is one a second. Any thread; has its own lock.
 *
 * An address is a client's as text; addresses with one throttle_address_key() count as one.
 */
struct throttle;

enum {
    THROTTLE_ACCOUNT_FAILURES = 10, /* of one account from one address */
    THROTTLE_ADDRESS_FAILURES = 30, /* from one address */
    THROTTLE_WINDOW_S = 600,
    THROTTLE_CHECK_MS = 1000,  /* from one claimed check of an account to the next */
    THROTTLE_CLAIM_MS = 10000, /* after which a claim that was not given back is over */
    THROTTLE_KEY_SIZE = 64,
};

/* An empty table, with a hash key of its own. */
struct throttle *throttle_new(void);
/* Frees it. */
void throttle_free(struct throttle *t);

/*
 * What an address counts as: an IPv6 one as its network of 64 bits ("2001:db8:1:2::/64"), since
 * whoever has one has all of it; an IPv4 one, also mapped into IPv6, as itself.
 */
void throttle_address_key(const char *address, char out[THROTTLE_KEY_SIZE]);

/* Seconds until a login of `account` from `address` is let through again; 0: it is now. */
unsigned throttle_wait_s(struct throttle *t, const char *account, const char *address,
                         int64_t now_monotonic_ms);
/* One more failure of `account` from `address`. */
void throttle_note_failure(struct throttle *t, const char *account, const char *address,
                           int64_t now_monotonic_ms);

/* A check that was claimed; zeroed: none. */
struct throttle_claim {
    uint64_t account; /* 0: none */
    int64_t began_ms;
};

/*
 * Claims a check of `account` for an address that is new to it. 0: go on, and give `out` back when
 * the check is done (it is empty where no other address fails); else the seconds, one or two, after
 * which to ask again.
 */
unsigned throttle_claim_s(struct throttle *t, const char *account, const char *address,
                          int64_t now_monotonic_ms, struct throttle_claim *out);
/* The check is done, or will not be made. Zeroes the claim; an empty one is fine. */
void throttle_release(struct throttle *t, struct throttle_claim *claim);

#endif
