#ifndef API_THROTTLE_H
#define API_THROTTLE_H

#include <stdint.h>

/*
 * Counts failed logins by account and by address, in a bounded table: after ten of one account or
 * thirty from one address within ten minutes, both are refused until ten minutes after the first of
 * them. Any thread; has its own lock.
 */
struct throttle;

enum {
    THROTTLE_ACCOUNT_FAILURES = 10,
    THROTTLE_ADDRESS_FAILURES = 30,
    THROTTLE_WINDOW_S = 600,
};

/* An empty table, with a hash key of its own. */
struct throttle *throttle_new(void);
/* Frees it. */
void throttle_free(struct throttle *t);
/* Seconds until a login of `account` from `address` is let through again; 0: it is now. */
unsigned throttle_wait_s(struct throttle *t, const char *account, const char *address,
                         int64_t now_monotonic_ms);
/* One more failure of both. */
void throttle_note_failure(struct throttle *t, const char *account, const char *address,
                           int64_t now_monotonic_ms);

#endif
