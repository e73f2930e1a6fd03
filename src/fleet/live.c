/*
 * Whether a device is online, by when it was last heard: within three of its upload intervals (the
 * contract's part 3).
 */
#include "fleet/live.h"

enum {
    LIMIT_UNKNOWN_MS = 10 * 60 * 1000,
    LIMIT_MIN_MS = 3 * 60 * 1000,
    LIMIT_MAX_MS = 24 * 60 * 60 * 1000,
    GAPS_MISSED = 3,
};

int64_t live_online_limit_ms(const struct fold_state *state)
{
    int64_t limit_ms = (int64_t)fold_upload_interval_s(state) * 1000 * GAPS_MISSED;
    if (limit_ms == 0) {
        return LIMIT_UNKNOWN_MS;
    }
    if (limit_ms < LIMIT_MIN_MS) {
        return LIMIT_MIN_MS;
    }
    return limit_ms > LIMIT_MAX_MS ? LIMIT_MAX_MS : limit_ms;
}

bool live_is_online(const struct live *live, int64_t now_monotonic_ms, int64_t now_wall_ms)
{
    int64_t limit_ms = live_online_limit_ms(&live->state);
    if (live->heard_monotonic_ms != 0) {
        return now_monotonic_ms - live->heard_monotonic_ms <= limit_ms;
    }
    int64_t silent_ms = now_wall_ms - live->state.current.rcv_time_s * 1000;
    /*
     * A reception in the future means that the wall clock was set back: believed within the limit.
     */
    return live->reported && silent_ms <= limit_ms && silent_ms >= -limit_ms;
}
