#ifndef GEO_TRACK_TESTING_H
#define GEO_TRACK_TESTING_H

/*
 * Drives of which the truth is known, and fixes of them with noise; by tests alone. The same seed
 * makes the same drive everywhere.
 */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/track.h"

enum { DRIVE_MAX = 4096 };

struct drive {
    size_t count;
    struct point truth[DRIVE_MAX];
    struct track_fix fixes[DRIVE_MAX];
};

struct drive_options {
    uint64_t seed;
    struct point from;
    size_t count;     /* fixes */
    int interval_s;   /* between them */
    double leg_min_m; /* straight ways between turns */
    double leg_max_m;
    double speed_ms;     /* where it goes straight */
    double corner_ms;    /* where it turns */
    double deviation_m;  /* of the noise along each axis */
    bool tells_velocity; /* speed within 0.5 m/s, course within 5 degrees */
    double light_chance; /* of half a minute's stop at a turn */
};

/* splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014. */
static inline double drive_random(uint64_t *seed)
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

/* Of a normal distribution (Box and Muller). */
static inline double drive_normal(uint64_t *seed)
{
    double radius = sqrt(-2 * log(1 - drive_random(seed)));
    return radius * cos(6.283185307179586 * drive_random(seed));
}

static inline struct point drive_move(struct point p, double north_m, double east_m)
{
    double metres_per_lon_e7 = 0.011131949 * cos(p.lat_e7 * 1.7453292519943295e-9);
    double lon_e7 = remainder(p.lon_e7 + east_m / metres_per_lon_e7, 3600000000.0);
    return (struct point){p.lat_e7 + (int32_t)lround(north_m / 0.011131949),
                          (int32_t)lround(lon_e7)};
}

/* Where a drive is, a second at a time. */
struct driver {
    uint64_t seed;
    double north_m;
    double east_m;
    double course_deg;
    double speed_ms;
    double left_m; /* to the next turn */
    int waits_s;
};

static inline void driver_turn(struct driver *d, const struct drive_options *o)
{
    static const double turns[] = {-90, 90, 0};
    d->course_deg += turns[(int)(drive_random(&d->seed) * 3)];
    d->course_deg = fmod(d->course_deg + 360, 360);
    d->left_m = o->leg_min_m + drive_random(&d->seed) * (o->leg_max_m - o->leg_min_m);
    d->waits_s = drive_random(&d->seed) < o->light_chance ? 30 : 0;
}

static inline void driver_second(struct driver *d, const struct drive_options *o)
{
    if (d->waits_s > 0) {
        d->waits_s--;
        d->speed_ms = 0;
        return;
    }
    double brakes_at_m = (d->speed_ms * d->speed_ms - o->corner_ms * o->corner_ms) / 4;
    d->speed_ms = d->left_m < brakes_at_m ? fmax(d->speed_ms - 2, o->corner_ms)
                                          : fmin(d->speed_ms + 1.5, o->speed_ms);
    d->north_m += d->speed_ms * cos(d->course_deg * 0.017453292519943295);
    d->east_m += d->speed_ms * sin(d->course_deg * 0.017453292519943295);
    d->left_m -= d->speed_ms;
    if (d->left_m <= 0) {
        driver_turn(d, o);
    }
}

static inline void drive_make(struct drive *out, const struct drive_options *o)
{
    struct driver d = {.seed = o->seed, .left_m = o->leg_min_m};
    out->count = o->count;
    for (size_t i = 0; i < o->count; i++) {
        struct track_fix f = {.time_s = 1700000000 + (int64_t)i * o->interval_s,
                              .accuracy_m = o->deviation_m,
                              .speed_ms = -1,
                              .course_deg = -1};
        f.until_s = f.time_s;
        out->truth[i] = drive_move(o->from, d.north_m, d.east_m);
        f.at = drive_move(out->truth[i], o->deviation_m * drive_normal(&d.seed),
                          o->deviation_m * drive_normal(&d.seed));
        if (o->tells_velocity) {
            f.speed_ms = fmax(d.speed_ms + 0.5 * drive_normal(&d.seed), 0);
            f.course_deg = fmod(d.course_deg + 5 * drive_normal(&d.seed) + 360, 360);
            f.is_standing = d.speed_ms == 0;
        }
        out->fixes[i] = f;
        for (int s = 0; s < o->interval_s; s++) {
            driver_second(&d, o);
        }
    }
}

/* The mean distance between two lists of places. */
static inline double drive_error_m(const struct point *a, const struct point *b, size_t count)
{
    double sum_m = 0;
    for (size_t i = 0; i < count; i++) {
        sum_m += (double)distance_m_e2(a[i], b[i]) / 100;
    }
    return sum_m / (double)count;
}

#endif
