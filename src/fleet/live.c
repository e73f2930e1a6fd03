/*
 * Whether a device is online, by when it was last heard: within three of its upload intervals (the
 * contract's part 3). And what it travelled today:
 *
 *     look-up  ─► the store reads what was travelled since midnight, once; base = travelled - that
 *     fix      ─► behind the day's end: the next day begins, base = travelled before the fix
 *     look-up  ─► travelled - base
 *     late fix ─► nothing is known, until the next look-up
 *
 * Which midnight is meant whoever looks up says: with another zone of the enterprise it is another
 * one, and the store is asked again. Nothing of it is stored, so a restart forgets it.
 */
#include "fleet/live.h"

enum {
    LIMIT_UNKNOWN_MS = 10 * 60 * 1000,
    LIMIT_MIN_MS = 3 * 60 * 1000,
    LIMIT_MAX_MS = 24 * 60 * 60 * 1000,
    GAPS_MISSED = 3,
};

void live_init(struct live *live)
{
    fold_state_init(&live->state);
    live->day = (struct live_day){0};
    live->published = 0;
    live->reported = false;
    live->heard_monotonic_ms = 0;
    live->heard_wall_ms = 0;
    live->protocol = 0;
}

void live_day_turn(struct live *live, int64_t time_s)
{
    struct live_day *day = &live->day;
    if (day->ends_s != 0 && time_s >= day->ends_s) {
        *day = (struct live_day){.from_s = day->ends_s,
                                 .base_m_e2 = (int64_t)fold_travelled_m_e2(&live->state)};
    }
}

bool live_day_tells(const struct live *live, const struct live_day *today, uint64_t *m_e2)
{
    int64_t newest_s = live->state.current.gps_time_s;
    int64_t since_m_e2 = (int64_t)fold_travelled_m_e2(&live->state) - live->day.base_m_e2;
    bool is_silent = newest_s < today->from_s;
    *m_e2 = is_silent || since_m_e2 < 0 ? 0 : (uint64_t)since_m_e2;
    return is_silent || (live->day.from_s == today->from_s && newest_s < today->ends_s);
}

bool live_day_note(struct live *live, const struct live_day *today, uint64_t m_e2)
{
    const struct live_day was = live->day;
    int64_t newest_s = live->state.current.gps_time_s;
    if (newest_s >= today->ends_s) {
        return false;
    }
    if (newest_s < today->from_s) { /* more of a day before may come */
        live->day = (struct live_day){.ends_s = today->from_s};
    } else {
        live->day = *today;
        live->day.base_m_e2 = (int64_t)fold_travelled_m_e2(&live->state) - (int64_t)m_e2;
    }
    return was.from_s != live->day.from_s || was.ends_s != live->day.ends_s;
}

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
