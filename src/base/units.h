#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdint.h>

/*
 * Every conversion between a device's unit and ours, so that no decoder multiplies by hand.
 * Results saturate at the ends of their type.
 */

static inline uint32_t units_u32_saturated(uint64_t v)
{
    return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

/* 1 knot = 1.852 km/h exactly (international nautical mile); rounded to the nearest hundredth. */
static inline uint32_t units_kmh_e2_from_knots_e7(uint64_t knots_e7)
{
    if (knots_e7 > (uint64_t)UINT32_MAX * 100000) {
        return UINT32_MAX; /* beyond the range by now, and before the product leaves 64 bits */
    }
    return units_u32_saturated((knots_e7 / 100 * 1852 + 500000) / 1000000);
}

/* 1 m/s = 3.6 km/h. */
static inline uint32_t units_kmh_e2_from_ms_e7(uint64_t ms_e7)
{
    return units_u32_saturated((ms_e7 / 100 * 36 + 5000) / 10000);
}

/* The way back, for the device's side: the wire's number, read again, gives the same hundredths. */
static inline uint64_t units_knots_e7_from_kmh_e2(uint32_t kmh_e2)
{
    return ((uint64_t)kmh_e2 * 100000000 + 926) / 1852;
}

static inline uint32_t units_kmh_e2_from_kmh_e7(uint64_t kmh_e7)
{
    return units_u32_saturated((kmh_e7 + 50000) / 100000);
}

static inline uint32_t units_kmh_e2_from_kmh_e1(uint32_t kmh_e1)
{
    return units_u32_saturated((uint64_t)kmh_e1 * 10);
}

static inline uint32_t units_kmh_e2_from_kmh(uint32_t kmh)
{
    return units_u32_saturated((uint64_t)kmh * 100);
}

/* The mean over a way in centimetres, driven in so many seconds; 0 where these are none. */
static inline uint32_t units_kmh_e2_from_way(uint64_t way_m_e2, int64_t seconds)
{
    return seconds > 0 ? units_u32_saturated(way_m_e2 * 36 / (10 * (uint64_t)seconds)) : 0;
}

/* v / unit rounded to the nearest, halves away from zero; `unit` is positive. */
static inline int64_t units_rounded(int64_t v, int64_t unit)
{
    return (v < 0 ? v - unit / 2 : v + unit / 2) / unit;
}

#endif
