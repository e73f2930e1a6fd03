/*
 * A synthetic vehicle moves one second a step. Street legs are 150 to 900 m; the target speed of a
 * leg is that of a side street (30 km/h), a main street (50) or a fast road (80); speed changes by
 * 1.5 m/s² up and 2 m/s² down and is braked so that a corner is taken at 15 km/h (v² = v0² + 2as).
 * Metres become degrees on the sphere of 6,371,008.8 m (mean radius of WGS-84, IUGG), which is
 * plenty within 12 km.
 */
#include "simulate/drive.h"

#include <math.h>

enum { PARKED_INTERVAL_S = 600, RANGE_M = 9000, DAY_S = 86400, HOUR_S = 3600 };
enum { SHIFT_BEGIN_H = 6, SHIFT_END_H = 20 };

static const double METRES_PER_DEG = 6371008.8 * M_PI / 180.0;
static const double CORNER_MS = 15.0 / 3.6;
static const double SPEED_UP_MS2 = 1.5;
static const double BRAKE_MS2 = 2.0;
static const double TANK_L = 70.0;

/* splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* From `low` to `high`, both included. */
static int random_between(struct drive *d, int low, int high)
{
    return low + (int)(random_next(&d->random_state) % (uint64_t)(high - low + 1));
}

void drive_init(struct drive *d, uint64_t seed, double home_lat_deg, double home_lon_deg,
                int64_t start_s)
{
    *d = (struct drive){
        .random_state = seed * UINT64_C(0x2545f4914f6cdd1d) + 1,
        .time_s = start_s,
        .report_s = start_s,
        .interval_s = 15,
        .home_lat_deg = home_lat_deg,
        .home_lon_deg = home_lon_deg,
    };
    d->night_shift = random_between(d, 0, 2) == 0;
    d->grid_deg = random_between(d, -12, 12);
    d->heading_deg = random_between(d, 0, 3) * 90;
    d->east_m = random_between(d, -3000, 3000);
    d->north_m = random_between(d, -3000, 3000);
    d->odometer_m = random_between(d, 12000, 180000) * 1000.0;
    d->fuel_l = random_between(d, 25, 70);
    d->phase_until_s = start_s + random_between(d, 0, 1200);
}

/* Hours of the day by the sun over the vehicle's home: 15 degrees an hour. */
static bool is_working_time(const struct drive *d)
{
    int64_t local_s = d->time_s + (int64_t)(d->home_lon_deg / 15.0 * HOUR_S);
    int64_t hour = (local_s % DAY_S + DAY_S) % DAY_S / HOUR_S;
    return d->night_shift || (hour >= SHIFT_BEGIN_H && hour < SHIFT_END_H);
}

/* Turns the vehicle at a corner: home again where it has gone far, else left, right or straight. */
static void turn(struct drive *d)
{
    int quarter = random_between(d, 0, 3);
    int heading = d->heading_deg + (quarter == 0 ? 90 : quarter == 1 ? 270 : 0);
    if (fabs(d->east_m) > RANGE_M) {
        heading = d->east_m > 0 ? 270 : 90;
    } else if (fabs(d->north_m) > RANGE_M) {
        heading = d->north_m > 0 ? 180 : 0;
    }
    d->heading_deg = heading % 360;
}

static void begin_leg(struct drive *d)
{
    static const double targets_kmh[] = {30, 50, 50, 50, 80};
    double kmh = targets_kmh[random_between(d, 0, 4)] + random_between(d, -6, 4);
    d->leg_speed_ms = kmh / 3.6;
    d->leg_left_m = random_between(d, 150, 900) * (kmh > 60 ? 3 : 1);
    d->phase = DRIVE_MOVING;
}

/* What comes after a leg: a corner, a red light, a delivery or the end of the trip. */
static void end_leg(struct drive *d)
{
    turn(d);
    if (--d->legs_left > 0) {
        begin_leg(d);
        if (random_between(d, 0, 9) < 3) {
            d->phase = DRIVE_WAITING;
            d->speed_ms = 0;
            d->phase_until_s = d->time_s + random_between(d, 15, 60);
        }
        return;
    }
    bool delivers = random_between(d, 0, 9) < 4;
    d->phase = delivers ? DRIVE_DELIVERING : DRIVE_PARKED;
    d->speed_ms = 0;
    d->phase_until_s =
        d->time_s + (delivers ? random_between(d, 120, 480) : random_between(d, 480, 2700));
}

static void begin_trip(struct drive *d)
{
    if (!is_working_time(d)) {
        d->phase = DRIVE_PARKED;
        d->phase_until_s = d->time_s + random_between(d, 600, 1800);
        return;
    }
    if (d->fuel_l < TANK_L / 5) {
        d->fuel_l = TANK_L - random_between(d, 0, 5);
    }
    d->legs_left = random_between(d, 8, 30);
    begin_leg(d);
}

static void move_one_second(struct drive *d)
{
    double corner_limit_ms =
        sqrt(CORNER_MS * CORNER_MS + 2 * BRAKE_MS2 * fmax(d->leg_left_m - d->speed_ms, 0));
    double target_ms = fmin(d->leg_speed_ms, corner_limit_ms);
    double step = fmin(fmax(target_ms - d->speed_ms, -2 * BRAKE_MS2), SPEED_UP_MS2);
    d->speed_ms = fmax(d->speed_ms + step, 1.0);
    double angle = (d->heading_deg + d->grid_deg) * M_PI / 180.0;
    d->east_m += d->speed_ms * sin(angle);
    d->north_m += d->speed_ms * cos(angle);
    d->odometer_m += d->speed_ms;
    d->fuel_l -= d->speed_ms * 0.00009; /* 9 l on 100 km */
    d->leg_left_m -= d->speed_ms;
    if (d->leg_left_m <= 0) {
        end_leg(d);
    }
}

static void step_one_second(struct drive *d)
{
    d->time_s++;
    if (d->phase == DRIVE_MOVING) {
        move_one_second(d);
        return;
    }
    d->speed_ms = 0;
    if (d->time_s < d->phase_until_s) {
        return;
    }
    if (d->phase == DRIVE_WAITING) {
        d->phase = DRIVE_MOVING;
    } else {
        begin_trip(d);
    }
}

/* Uniform noise of a few decimetres moving and, as real receivers wander, of metres standing. */
static double noise_m(struct drive *d)
{
    int reach_cm = d->phase == DRIVE_MOVING ? 80 : 250;
    return random_between(d, -reach_cm, reach_cm) / 100.0;
}

static void report(struct drive *d, struct fix *out)
{
    bool ignition = d->phase != DRIVE_PARKED;
    double lat_deg = d->home_lat_deg + (d->north_m + noise_m(d)) / METRES_PER_DEG;
    double lon_deg = d->home_lon_deg + (d->east_m + noise_m(d)) /
                                           (METRES_PER_DEG * cos(d->home_lat_deg * M_PI / 180.0));
    *out = (struct fix){0};
    fix_set_time(out, d->time_s);
    fix_set_position(out, llround(lat_deg * 1e7), llround(lon_deg * 1e7), true);
    fix_set_speed_kmh_e2(out, (uint64_t)llround(d->speed_ms * 36.0) * 10);
    fix_set_course_cdeg(out, (uint64_t)(d->heading_deg + d->grid_deg + 360) * 100);
    fix_set_altitude_dm(out, 400 + (int64_t)(d->north_m / 50));
    fix_set_satellites(out, (unsigned)random_between(d, 8, 14));
    fix_set_gsm(out, (unsigned)random_between(d, 18, 29));
    fix_set_switch(out, FIX_HAS_IGNITION, FIX_IGNITION_ON, ignition);
    fix_set_odometer_m(out, (uint64_t)d->odometer_m / 100 * 100);
    fix_set_fuel_ml(out, (uint64_t)(d->fuel_l * 10) * 100);
    fix_set_power_mv(
        out,
        (uint64_t)(ignition ? random_between(d, 1380, 1420) : random_between(d, 1235, 1255)) * 10);
    fix_set_battery_percent(out, ignition ? 100 : 96);
}

void drive_next(struct drive *d, struct fix *out)
{
    bool was_on = d->phase != DRIVE_PARKED;
    bool is_on = was_on;
    int64_t due_s = d->report_s + (was_on ? d->interval_s : PARKED_INTERVAL_S);
    while (d->time_s < due_s && is_on == was_on) {
        step_one_second(d);
        is_on = d->phase != DRIVE_PARKED;
    }
    d->report_s = d->time_s;
    report(d, out);
}
