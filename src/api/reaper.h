#ifndef API_REAPER_H
#define API_REAPER_H

#include <stdbool.h>
#include <stdint.h>

#include "api/connections.h"
#include "base/counters.h"

/*
 * A thread that looks at all connections once a second, and gives freed memory back to the system
 * after a flood of them.
 */
struct reaper;

/* Starts it; both are borrowed. */
struct reaper *reaper_start(struct connections *connections, struct counters *counters);
/* Ends and frees it. */
void reaper_stop(struct reaper *r);

/* What is in use, seen again and again, and what of it was given back. */
struct ebb {
    uint64_t high_bytes; /* most since memory was last given back */
    int64_t last_ms;     /* when that was */
};

enum {
    EBB_BYTES = 8 << 20, /* less is not worth the work */
    EBB_PAUSE_MS = 10000,
};

/*
 * Whether it is time to give memory back: at least EBB_BYTES and half of the most that was in use
 * are free again, and the last time is long ago. Takes note of `bytes`, and where it answers true,
 * of the time.
 */
bool ebb_is_low(struct ebb *e, uint64_t bytes, int64_t now_monotonic_ms);

#endif
