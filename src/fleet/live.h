#ifndef FLEET_LIVE_H
#define FLEET_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "fleet/fold.h"

/* A day of the enterprise's zone, and what a device had travelled when it began. */
struct live_day {
    int64_t from_s;    /* its midnight; 0: only when the next one begins is known, if at all */
    int64_t ends_s;    /* the next one; 0: not known yet */
    int64_t base_m_e2; /* fold_travelled_m_e2() at from_s; below 0 where the state still lacks late
                          fixes */
};

/* What is known of a device now. */
struct live {
    struct fold_state state;
    struct live_day day; /* kept by live_day_turn(); nothing behind a late fix or a start */
    uint32_t published;  /* how often it was, to tell whether a copy is the newest */
    bool reported;       /* a fix with a time was stored; reports filed before any do not count */
    int64_t heard_monotonic_ms; /* any message, this run of the server; 0: none yet */
    int64_t heard_wall_ms;      /* the same on the wall clock */
    uint8_t protocol;           /* index of PROTOCOL_MAP, of what was heard; 0 where nothing was */
};

/* A device that was never heard. */
void live_init(struct live *live);

/* A fix of that time is folded in next, not a late one: it may be the first of the next day. */
void live_day_turn(struct live *live, int64_t time_s);
/* What was travelled since today->from_s, in centimetres; false: only the store knows it. */
bool live_day_tells(const struct live *live, const struct live_day *today, uint64_t *m_e2);
/*
 * Notes what was travelled since today->from_s, up to the newest fix of the state. Whether it is
 * news: not where it was noted before, nor where the state is of a later day (trackers' clocks may
 * be ahead by some minutes).
 */
bool live_day_note(struct live *live, const struct live_day *today, uint64_t m_e2);

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
