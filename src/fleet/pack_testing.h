#ifndef FLEET_PACK_TESTING_H
#define FLEET_PACK_TESTING_H

/* Fixes for the tests of packing: any, and the longest. */
#include <string.h>

#include "model/fix.h"

/* A fix with everything in it, each varint as long as it gets. */
static inline struct fix longest_fix(void)
{
    struct fix fix;
    memset(&fix, 0xff, sizeof(fix));
    fix.gps_time_s = INT64_MIN;
    fix.rcv_time_s = 0; /* as far away as can be */
    fix.original_time_s = 0x4000000000000000;
    fix.has = 0x80000000U | FIX_HAS_TIME; /* the mask must announce every member */
    fix.lat_e7 = INT32_MIN;
    fix.lon_e7 = INT32_MIN;
    fix.altitude_dm = INT32_MIN;
    fix.source = FIX_WIFI;
    fix.lock = FIX_LOCK_COUNT - 1;
    fix.temperature_count = FIX_TEMPERATURES_MAX;
    fix.wifi_count = FIX_WIFI_MAX;
    for (size_t i = 0; i < FIX_TEMPERATURES_MAX; i++) {
        fix.temperature_c_e2[i] = INT16_MIN;
    }
    memset(fix.iccid, '9', sizeof(fix.iccid));
    fix.iccid[FIX_ICCID_SIZE - 1] = '\0';
    return fix;
}

/* A generator of our own, so that a failure can be repeated (Marsaglia, xorshift64). */
static inline uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* A number of any length: as likely small as large. */
static inline uint64_t any(uint64_t *seed)
{
    uint64_t v = next_random(seed);
    return v >> next_random(seed) % 64;
}

static inline struct fix random_fix(uint64_t *seed)
{
    struct fix f = {
        .gps_time_s = (int64_t)any(seed),
        .original_time_s = next_random(seed) % 4 == 0 ? (int64_t)any(seed) : 0,
        .rcv_time_s = (int64_t)any(seed),
        .has = (uint32_t)any(seed),
        .flags = (uint32_t)any(seed),
        .lat_e7 = (int32_t)any(seed),
        .lon_e7 = (int32_t)any(seed),
        .speed_kmh_e2 = (uint32_t)any(seed),
        .course_cdeg = (uint16_t)any(seed),
        .source = (uint8_t)(any(seed) % 3),
        .gsm = (uint8_t)any(seed),
        .lock = (uint8_t)(any(seed) % FIX_LOCK_COUNT),
        .odometer_m = any(seed),
        .alarms = (uint32_t)any(seed),
        .cell = {(uint16_t)any(seed), (uint16_t)any(seed), (uint32_t)any(seed), any(seed)},
        .temperature_count = (uint8_t)(any(seed) % (FIX_TEMPERATURES_MAX + 1)),
    };
    for (size_t i = 0; i < f.temperature_count; i++) {
        f.temperature_c_e2[i] = (int16_t)any(seed);
    }
    return f;
}

#endif
