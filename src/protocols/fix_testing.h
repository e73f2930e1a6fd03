#ifndef PROTOCOLS_FIX_TESTING_H
#define PROTOCOLS_FIX_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/fix.h"

/* What a report has, beside the alarms that it can tell. */
static inline uint32_t has_of(const struct fix *f)
{
    return f->has & ~(uint32_t)FIX_HAS_ALARMS_TOLD;
}

/* The member that differs goes out with the message of the assertion. */
static inline void assert_fix(const struct fix *got, const struct fix *want)
{
    assert_int_equal(got->gps_time_s, want->gps_time_s);
    assert_int_equal(has_of(got), has_of(want));
    assert_int_equal(got->flags, want->flags);
    assert_int_equal(got->lat_e7, want->lat_e7);
    assert_int_equal(got->lon_e7, want->lon_e7);
    assert_int_equal(got->altitude_dm, want->altitude_dm);
    assert_int_equal(got->speed_kmh_e2, want->speed_kmh_e2);
    assert_int_equal(got->course_cdeg, want->course_cdeg);
    assert_int_equal(got->source, want->source);
    assert_int_equal(got->satellites, want->satellites);
    assert_int_equal(got->gsm, want->gsm);
    assert_int_equal(got->battery_percent, want->battery_percent);
    assert_int_equal(got->lock, want->lock);
    assert_int_equal(got->power_mv, want->power_mv);
    assert_int_equal(got->battery_mv, want->battery_mv);
    assert_int_equal(got->odometer_m, want->odometer_m);
    assert_int_equal(got->fuel_ml, want->fuel_ml);
    assert_int_equal(got->alarms, want->alarms);
    assert_int_equal(got->temperature_count, want->temperature_count);
    assert_memory_equal(got->temperature_c_e2, want->temperature_c_e2,
                        sizeof(got->temperature_c_e2));
    assert_int_equal(got->cell.mcc, want->cell.mcc);
    assert_int_equal(got->cell.mnc, want->cell.mnc);
    assert_int_equal(got->cell.lac, want->cell.lac);
    assert_int_equal(got->cell.cid, want->cell.cid);
    assert_int_equal(got->wifi_count, want->wifi_count);
    assert_string_equal(got->iccid, want->iccid);
    assert_true(fix_is_repeat(got, want));
}

#endif
