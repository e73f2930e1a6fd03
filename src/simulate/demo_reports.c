/*
 * With the ignition on a vehicle reports at each multiple of its interval, a little later than the
 * vehicle before it in the rows; with it off at each multiple of two minutes; and whenever it is
 * switched.
 *
 * The odometer is what all workdays since EPOCH_S travelled, which needs their plans alone, and
 * what the day did so far. A tank is filled before the workday that begins in another one of
 * FILL_KM than the workday before: 95 % then, and half a tank less for every FILL_KM.
 *
 * In every ALARM_S one vehicle is drawn, and what it reports first of that time is an alarm if it
 * drives then: some in an hour.
 */
#include "simulate/demo_reports.h"

#include <math.h>
#include <string.h>

#include "geo/ellipsoid.h"
#include "simulate/chance.h"

enum { EPOCH_S = 1767225600 /* 2026-01-01T00:00:00Z */, FILL_KM = 500, ALARM_S = 150 };
enum { FULL_PERCENT = 95, USED_PERCENT = 50, CM_A_KM = 100000, CM_A_M = 100 };
enum { ALARM_KMH = 20, ODOMETER_MIN_KM = 9000, ODOMETER_MAX_KM = 190000, ODOMETER_STEP_M = 100 };

static const double METRES_PER_E7 = MEAN_RADIUS_M * RADIANS_PER_E7; /* of latitude */

void demo_reporter_init(struct demo_reporter *r, const struct roads *roads, size_t vehicle)
{
    *r = (struct demo_reporter){
        .roads = roads, .vehicle = demo_vehicle(vehicle), .number = (uint32_t)vehicle};
}

void demo_reporter_clear(struct demo_reporter *r)
{
    workday_clear(&r->day);
}

/* ---- the day ---- */

static uint64_t odometer_at_begin_cm(const struct demo_reporter *r, int64_t number)
{
    const struct worker *w = &r->vehicle.worker;
    uint64_t chance = chance_about(w->number, UINT32_MAX);
    uint64_t cm = (uint64_t)chance_between(&chance, ODOMETER_MIN_KM, ODOMETER_MAX_KM) * CM_A_KM;
    for (int64_t day = workday_of(w, EPOCH_S); day < number; day++) {
        cm += workday_length_cm(r->roads, w, day);
    }
    return cm;
}

/* Makes `time_s` lie in the workday. */
static void go_to(struct demo_reporter *r, int64_t time_s)
{
    const struct worker *w = &r->vehicle.worker;
    int64_t number = workday_of(w, time_s);
    if (r->day.moments != NULL && number == r->day_number) {
        return;
    }
    bool is_next = r->day.moments != NULL && number == r->day_number + 1;
    r->odometer_cm = is_next ? r->odometer_cm + workday_length_cm(r->roads, w, r->day_number)
                             : odometer_at_begin_cm(r, number);
    workday_clear(&r->day);
    workday_init(&r->day, r->roads, w, number);
    r->day_number = number;
    r->hint = 0;
}

/* ---- when ---- */

static int64_t interval_s(const struct demo_reporter *r, bool ignition_on, enum demo_pace pace)
{
    if (!ignition_on) {
        return pace == DEMO_FINE ? DEMO_PARKED_S : DEMO_PARKED_COARSE_S;
    }
    int64_t fine_s = r->vehicle.interval_s;
    int64_t times = pace == DEMO_FINE ? 1 : (DEMO_COARSE_S + fine_s - 1) / fine_s;
    return fine_s * times;
}

static int64_t phase_s(const struct demo_reporter *r)
{
    return (int64_t)r->number * 7 % DEMO_PARKED_S;
}

int64_t demo_reporter_next_s(struct demo_reporter *r, int64_t after_s, enum demo_pace pace)
{
    go_to(r, after_s);
    bool ignition_on = workday_at(&r->day, after_s, &r->hint).ignition_on;
    int64_t every_s = interval_s(r, ignition_on, pace);
    int64_t due_s = after_s - (after_s - phase_s(r)) % every_s + every_s;
    int64_t switch_s = workday_switch_s(&r->day, after_s, due_s, &r->hint);
    return switch_s < due_s ? switch_s : due_s;
}

/* In any time so long one is due. */
static int64_t longest_s(const struct demo_reporter *r)
{
    return r->vehicle.interval_s > DEMO_PARKED_S ? r->vehicle.interval_s : DEMO_PARKED_S;
}

int64_t demo_reporter_last_s(struct demo_reporter *r, int64_t until_s)
{
    int64_t last_s = until_s - longest_s(r);
    int64_t next_s = demo_reporter_next_s(r, last_s - 1, DEMO_FINE);
    while (next_s <= until_s) {
        last_s = next_s;
        next_s = demo_reporter_next_s(r, next_s, DEMO_FINE);
    }
    return last_s;
}

/* ---- what ---- */

static void set_place(const struct demo_reporter *r, const struct moment_of_day *m,
                      uint64_t *chance, struct fix *out)
{
    /* A receiver is some decimetres off when it moves, some metres when it stands. */
    int reach_cm = m->speed_kmh > 1 ? 80 : 200;
    double north_m = chance_between(chance, -reach_cm, reach_cm) / 100.0;
    double east_m = chance_between(chance, -reach_cm, reach_cm) / 100.0;
    if (!m->ignition_on) {
        /* Each has a parking space of its own. */
        uint64_t space = chance_about(r->vehicle.worker.number, 0);
        north_m += chance_between(&space, -14, 14);
        east_m += chance_between(&space, -14, 14);
    }
    double metres_per_lon_e7 = METRES_PER_E7 * cos(m->where.lat_e7 * RADIANS_PER_E7);
    double lat_e7 = m->where.lat_e7 + north_m / METRES_PER_E7;
    double lon_e7 = m->where.lon_e7 + east_m / metres_per_lon_e7;
    bool has_lock = r->vehicle.trait != TRAIT_CELLS;
    fix_set_position(out, llround(lat_e7), llround(lon_e7), has_lock);
    fix_set_speed_kmh_e2(out, (uint64_t)lroundf(m->speed_kmh) * 100);
    fix_set_course_cdeg(out, (uint64_t)lroundf(m->course_deg) * 100);
    if (has_lock) {
        fix_set_satellites(out, (unsigned)chance_between(chance, 8, 15));
    }
    fix_set_gsm(out, (unsigned)chance_between(chance, 17, 29));
}

static void set_fuel(const struct demo_reporter *r, uint64_t odometer_cm, struct fix *out)
{
    const uint64_t fill_cm = (uint64_t)FILL_KM * CM_A_KM;
    uint64_t since_cm = odometer_cm - r->odometer_cm / fill_cm * fill_cm;
    double percent = FULL_PERCENT - USED_PERCENT * (double)since_cm / (double)fill_cm;
    fix_set_fuel_ml(out, (uint64_t)(r->vehicle.tank_l * fmax(percent, 2) / 10) * 100);
}

static void set_gear(const struct demo_reporter *r, const struct moment_of_day *m, uint64_t *chance,
                     struct fix *out)
{
    int64_t time_s = out->gps_time_s;
    uint64_t odometer_cm = r->odometer_cm + m->travelled_cm;
    bool is_unplugged = r->vehicle.trait == TRAIT_UNPLUGGED;
    if (r->vehicle.type == DEVICE_VEHICLE || r->vehicle.trait == TRAIT_LOCK) {
        fix_set_odometer_m(out, odometer_cm / CM_A_M / ODOMETER_STEP_M * ODOMETER_STEP_M);
    }
    if (r->vehicle.type == DEVICE_VEHICLE) {
        fix_set_switch(out, FIX_HAS_IGNITION, FIX_IGNITION_ON, m->ignition_on);
        int centivolts = m->ignition_on ? chance_between(chance, 1380, 1420)
                                        : chance_between(chance, 1235, 1255);
        int times = (r->vehicle.gear & GEAR_TRUCK) != 0 ? 2 : 1;
        fix_set_power_mv(out, (uint64_t)centivolts * 10 * (uint64_t)times);
    }
    if ((r->vehicle.gear & GEAR_FUEL) != 0) {
        set_fuel(r, odometer_cm, out);
    }
    if ((r->vehicle.gear & GEAR_COLD) != 0) {
        const double period_s = 2700.0; /* of a cooling unit that switches on and off */
        double swing = sin((double)(time_s % 86400) / period_s * 2 * M_PI);
        fix_set_temperature(out, 0, -1850 + lround(swing * 120) + chance_between(chance, -10, 10));
    }
    if (r->vehicle.type != DEVICE_VEHICLE) {
        int64_t hour = time_s / 3600;
        fix_set_battery_percent(out, (uint64_t)(is_unplugged ? 41 : 97 - (hour + r->number) % 24));
    }
}

static void set_alarms(const struct demo_reporter *r, const struct moment_of_day *m,
                       struct fix *out)
{
    static const alarm_set harsh[] = {ALARM_BIT(HARSH_BRAKING), ALARM_BIT(HARSH_CORNERING),
                                      ALARM_BIT(HARSH_ACCELERATION)};
    if (r->vehicle.trait == TRAIT_UNPLUGGED) {
        out->alarms |= ALARM_BIT(POWER_OFF);
    }
    uint64_t chance = chance_about(UINT32_MAX, (uint32_t)(out->gps_time_s / ALARM_S));
    uint32_t drawn = (uint32_t)chance_between(&chance, 0, DEMO_VEHICLES - 1);
    int kind = chance_between(&chance, 0, 2);
    bool is_first = out->gps_time_s % ALARM_S < r->vehicle.interval_s;
    bool tells = r->vehicle.protocol == PROTOCOL_jt808 && r->vehicle.type == DEVICE_VEHICLE;
    if (drawn == r->number && is_first && tells && m->speed_kmh > ALARM_KMH) {
        out->alarms |= harsh[kind];
    }
}

static void set_cell(const struct demo_reporter *r, struct fix *out)
{
    const struct cell cell = {.mcc = 228, .mnc = 3, .lac = 4210, .cid = 31400 + r->number};
    if (r->vehicle.trait == TRAIT_CELLS) {
        fix_set_cell(out, cell);
        out->source = FIX_LBS;
    }
}

void demo_reporter_report(struct demo_reporter *r, int64_t time_s, struct fix *out)
{
    go_to(r, time_s);
    uint64_t chance = chance_about(r->number, (uint32_t)time_s);
    struct moment_of_day m = workday_at(&r->day, time_s, &r->hint);
    *out = (struct fix){0};
    fix_set_time(out, time_s);
    set_place(r, &m, &chance, out);
    set_gear(r, &m, &chance, out);
    set_alarms(r, &m, out);
    set_cell(r, out);
    if (r->vehicle.trait == TRAIT_LOCK) {
        fix_set_lock(out, FIX_LOCK_LOCKED_IN);
    }
}
