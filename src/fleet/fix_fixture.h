#ifndef FLEET_FIX_FIXTURE_H
#define FLEET_FIX_FIXTURE_H

#include "model/fix.h"

/* Fixes for tests that only count and compare them. */

#define KIT_TIME_S INT64_C(1795396320) /* 2026-11-23T01:12:00Z */

/* One report with a position, 50 km/h and a way north by the time. */
static inline struct fix kit_fix(int64_t time_s)
{
    struct fix f = {.rcv_time_s = time_s + 2};
    fix_set_time(&f, time_s);
    fix_set_position(&f, 386500000 + (time_s - KIT_TIME_S), 1177000000, true);
    fix_set_speed_kmh_e2(&f, 5000);
    return f;
}

/* Whether every member is the same, those that a repeat may differ in too. */
static inline bool kit_same_fix(const struct fix *a, const struct fix *b)
{
    return fix_is_repeat(a, b) && a->rcv_time_s == b->rcv_time_s && a->flags == b->flags;
}

#endif
