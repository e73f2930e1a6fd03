/*
 * What cannot be, and what stands still.
 *
 * A fix is believed where the vehicle can have come there from the last one believed: at the speed
 * that the two tell and some acceleration, or at SPEED_MAX_MS where they tell none, both being off
 * by three of their deviations. One that it cannot have come to is a rival:
 *
 *     believed  a b c d . . . e f      one to three rivals: dropped when the next is believed again
 *     rivals            x y z
 *
 *     believed  a . . . .              four rivals that agree among themselves: the vehicle is
 *     rivals      w x y z              there; a run of up to three before them is dropped instead
 *
 * A standstill is a run of standing fixes around one place. Their mean, weighted by their accuracy,
 * stands for them all: a parked receiver's wander is no way.
 */
#include "geo/track.h"

#include <math.h>

enum { RIVALS_MAX = 4, GAP_S = 180, DRIFT_MIN_M = 40 };

static const double SPEED_MAX_MS = 70; /* but where both of two fixes tell more, as of a train: */
static const double FASTER = 1.1;      /* times the lesser of these */
static const double SPEED_TOLD_MS = 2; /* from here on a told speed bounds the way */
static const double ACCELERATION_MS2 = 3;
static const double DEVIATIONS = 3;
static const double DRIFT_DEVIATIONS = 4;
static const double ACCURACY_MIN_M = 2;
static const double METRES_PER_E7_MAX = 0.0113; /* of latitude at the poles, and a little more */
static const double JUMP_MIN_M = 500; /* farther than a fast vehicle comes: nobody drove that */

static double way_m(const struct track_fix *a, const struct track_fix *b)
{
    return (double)distance_m_e2(a->at, b->at) / 100;
}

static double reach_m(const struct track_fix *a, const struct track_fix *b)
{
    double seconds = (double)(b->time_s - a->until_s);
    double told_ms = fmax(a->speed_ms, b->speed_ms);
    bool bounds = told_ms >= SPEED_TOLD_MS && a->speed_ms >= 0 && b->speed_ms >= 0;
    double most_ms = fmax(SPEED_MAX_MS, FASTER * fmin(a->speed_ms, b->speed_ms));
    double speed_ms =
        bounds ? fmin(most_ms, told_ms + ACCELERATION_MS2 * seconds / 2) : SPEED_MAX_MS;
    return speed_ms * seconds + DEVIATIONS * (a->accuracy_m + b->accuracy_m);
}

static bool can_follow(const struct track_fix *a, const struct track_fix *b)
{
    return way_m(a, b) <= reach_m(a, b);
}

struct belief {
    struct track_fix *fixes;
    size_t believed; /* fixes at the front of `fixes` */
    size_t run;      /* the first of those that follow one another */
    struct track_fix rivals[RIVALS_MAX];
    size_t rival_count;
};

static void believe(struct belief *b, const struct track_fix *f)
{
    b->fixes[b->believed++] = *f;
    b->rival_count = 0;
}

/* The rivals are right; so were those before them, unless they are fewer. */
static void believe_rivals(struct belief *b)
{
    if (b->believed - b->run < RIVALS_MAX) {
        b->believed = b->run;
    }
    b->run = b->believed;
    for (size_t i = 0; i < RIVALS_MAX; i++) {
        b->fixes[b->believed++] = b->rivals[i];
    }
    b->rival_count = 0;
}

static void doubt(struct belief *b, const struct track_fix *f)
{
    if (b->rival_count > 0 && !can_follow(&b->rivals[b->rival_count - 1], f)) {
        b->rival_count = 0;
    }
    b->rivals[b->rival_count++] = *f;
    if (b->rival_count == RIVALS_MAX) {
        believe_rivals(b);
    }
}

static size_t drop_jumps(struct track_fix *fixes, size_t count)
{
    struct belief b = {.fixes = fixes};
    for (size_t i = 0; i < count; i++) {
        const struct track_fix f = fixes[i];
        if (b.believed == 0 || can_follow(&fixes[b.believed - 1], &f)) {
            believe(&b, &f);
        } else {
            doubt(&b, &f);
        }
    }
    return b.believed;
}

/* ---- standstills ---- */

/* The sum of fixes around `first`, in ten-millionths of degrees from it. */
struct cluster {
    struct track_fix first;
    int64_t until_s;
    double weight;
    double lat_e7;
    double lon_e7;
};

static double lon_step_e7(struct point from, struct point to)
{
    return remainder((double)to.lon_e7 - from.lon_e7, 3600000000.0);
}

static void cluster_add(struct cluster *c, const struct track_fix *f)
{
    double weight = 1 / (f->accuracy_m * f->accuracy_m);
    c->weight += weight;
    c->lat_e7 += weight * ((double)f->at.lat_e7 - c->first.at.lat_e7);
    c->lon_e7 += weight * lon_step_e7(c->first.at, f->at);
    c->until_s = f->until_s;
}

static struct cluster cluster_begin(const struct track_fix *f)
{
    struct cluster c = {.first = *f};
    cluster_add(&c, f);
    return c;
}

static struct track_fix cluster_fix(const struct cluster *c)
{
    struct track_fix f = c->first;
    double lon_e7 = remainder(f.at.lon_e7 + c->lon_e7 / c->weight, 3600000000.0);
    f.at = (struct point){(int32_t)lround(f.at.lat_e7 + c->lat_e7 / c->weight),
                          (int32_t)lround(lon_e7)};
    f.until_s = c->until_s;
    f.accuracy_m = fmax(sqrt(1 / c->weight), ACCURACY_MIN_M);
    return f;
}

static bool cluster_holds(const struct cluster *c, const struct track_fix *f)
{
    const struct track_fix centre = cluster_fix(c);
    return f->is_standing &&
           way_m(&centre, f) <= fmax(DRIFT_MIN_M, DRIFT_DEVIATIONS * f->accuracy_m);
}

static size_t collapse(struct track_fix *fixes, size_t count)
{
    size_t left = 0;
    for (size_t i = 0; i < count;) {
        struct cluster c = cluster_begin(&fixes[i]);
        bool stands = fixes[i++].is_standing;
        while (stands && i < count && cluster_holds(&c, &fixes[i])) {
            cluster_add(&c, &fixes[i++]);
        }
        fixes[left++] = cluster_fix(&c);
    }
    return left;
}

size_t track_clean(struct track_fix *fixes, size_t count)
{
    return collapse(fixes, drop_jumps(fixes, count));
}

/* Most fixes are so near that no sine is needed to say so. */
static bool is_farther(const struct track_fix *a, const struct track_fix *b, double most_m)
{
    double steps_e7 =
        fabs((double)a->at.lat_e7 - b->at.lat_e7) + fabs((double)a->at.lon_e7 - b->at.lon_e7);
    return steps_e7 * METRES_PER_E7_MAX > most_m && way_m(a, b) > most_m;
}

bool track_is_gap(const struct track_fix *a, const struct track_fix *b)
{
    double seconds = (double)(b->time_s - a->until_s);
    return seconds > GAP_S || is_farther(a, b, SPEED_MAX_MS * seconds + JUMP_MIN_M);
}
