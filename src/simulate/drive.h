#ifndef SIMULATE_DRIVE_H
#define SIMULATE_DRIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/fix.h"

/*
 * A synthetic vehicle: it drives legs of a street grid around its home with corners, red lights and
 * deliveries, parks with the ignition off between trips and over night, and reports like a tracker:
 * every `interval_s` while its ignition is on, every ten minutes while it is off. The same seed
 * gives the same drive.
 */
enum drive_phase { DRIVE_PARKED, DRIVE_MOVING, DRIVE_WAITING, DRIVE_DELIVERING };

struct drive {
    uint64_t random_state;
    int64_t time_s;   /* simulated up to here */
    int64_t report_s; /* time of the last report */
    unsigned interval_s;
    bool night_shift; /* drives around the clock */
    enum drive_phase phase;
    int64_t phase_until_s;
    double home_lat_deg;
    double home_lon_deg;
    double east_m; /* from home */
    double north_m;
    int heading_deg; /* the grid's: 0, 90, 180, 270, turned by grid_deg */
    int grid_deg;
    double speed_ms;
    double leg_speed_ms;
    double leg_left_m;
    int legs_left;
    double odometer_m;
    double fuel_l;
};

/* A vehicle parked at home at `start_s`. */
void drive_init(struct drive *d, uint64_t seed, double home_lat_deg, double home_lon_deg,
                int64_t start_s);
/* Drives on to the next report and answers it; its time is the simulated one. */
void drive_next(struct drive *d, struct fix *out);

#endif
