#ifndef FLEET_FOLD_FIXTURE_H
#define FLEET_FOLD_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "fleet/fold.h"

/* Fixes for the tests of the fold. */

/* Along a meridian at 50 degrees: a degree is 111,228.6 m, 9 units of latitude 10.0 centimetres. */
enum { T0 = 1700000000, LAT0_E7 = 500000000, LON0_E7 = 80000000 };

static inline int32_t metres_north(int64_t metres)
{
    return (int32_t)(LAT0_E7 + metres * 100000000 / 1112286);
}

/* A fix with GPS lock `metres` north of the start. */
static inline struct fix at(int64_t after_s, int64_t metres, uint32_t speed_kmh)
{
    struct fix f = {.rcv_time_s = T0 + after_s + 1};
    fix_set_time(&f, T0 + after_s);
    fix_set_position(&f, metres_north(metres), LON0_E7, true);
    fix_set_speed_kmh_e2(&f, (uint64_t)speed_kmh * 100);
    return f;
}

static inline struct fix with_ignition(struct fix f, bool on)
{
    fix_set_switch(&f, FIX_HAS_IGNITION, FIX_IGNITION_ON, on);
    return f;
}

/* A heartbeat, or a report without a position. */
static inline struct fix bare(int64_t after_s, uint32_t flags)
{
    struct fix f = {.rcv_time_s = T0 + after_s + 1, .flags = flags};
    fix_set_time(&f, T0 + after_s);
    return f;
}

static inline struct fold_state fold_all(const struct fix *fixes, size_t n)
{
    struct fold_state s = {0};
    for (size_t i = 0; i < n; i++) {
        fold_step(&s, &fixes[i], &fold_default_rules, NULL);
    }
    return s;
}

#define FOLD(...)                                                                                  \
    fold_all((const struct fix[]){__VA_ARGS__},                                                    \
             sizeof((const struct fix[]){__VA_ARGS__}) / sizeof(struct fix))

#endif
