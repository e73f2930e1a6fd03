#ifndef FLEET_LIVE_H
#define FLEET_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "fleet/fold.h"

/* What is known of a device now. */
struct live {
    struct fold_state state;
    bool reported; /* a fix with a time was stored; reports filed before any do not count */
    int64_t heard_monotonic_ms; /* any message, this run of the server; 0: none yet */
    int64_t heard_wall_ms;      /* the same on the wall clock */
};

/*
 * The contract's isOnline: heard from within three times the upload interval, at least 3 minutes,
 * at most 24 hours; 10 minutes while the interval is unknown. `server_start_monotonic_ms` and the
 * newest rcv_time_s stand in for a device not heard from since the start: it is online while its
 * last reception (wall clock) lies within its limit.
 */
bool live_is_online(const struct live *live, int64_t now_monotonic_ms, int64_t now_wall_ms);

/* The limit of that rule, in milliseconds. */
int64_t live_online_limit_ms(const struct fold_state *state);

#endif
