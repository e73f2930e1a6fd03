/*
 * The fixes are taken in groups of nearly the same number, a group at a time:
 *
 *     0 1 2 3 4 5 6 7 8 9 | 10 11 12 ...          total 1000, limit 401: 100 groups of 10
 *     ^   ^     ^     ^
 *     |   |     |     the fastest
 *     |   |     the farthest from the line of the first to the last
 *     |   the first that moves where the one before stood, or the other way round
 *     the first
 *
 * What is chosen twice is kept once. Distances within a group are small, so they are reckoned on a
 * plane, in ten-millionths of a degree of latitude.
 */
#include "geo/thin.h"

#include <math.h>

#include "geo/box.h"
#include "geo/ellipsoid.h"

enum { KEPT_A_GROUP = 4 };

/* East and north of another place. */
struct step {
    double east;
    double north;
};

static struct step step_between(struct point from, struct point to)
{
    return (struct step){lon_step_e7(from.lon_e7, to.lon_e7) * cos(from.lat_e7 * RADIANS_PER_E7),
                         (double)to.lat_e7 - from.lat_e7};
}

/* The one farthest from the line through the ends; from the first, where the ends are one place. */
static size_t find_bend(const struct thinner *t)
{
    const struct point from = t->fixes[0].at;
    const struct step line = step_between(from, t->fixes[t->count - 1].at);
    bool is_point = line.east == 0 && line.north == 0;
    double farthest = 0;
    size_t bend = 0;
    for (size_t i = 1; i < t->count; i++) {
        const struct step here = step_between(from, t->fixes[i].at);
        double far = is_point ? hypot(here.east, here.north)
                              : fabs(line.east * here.north - line.north * here.east);
        if (far > farthest) {
            farthest = far;
            bend = i;
        }
    }
    return bend;
}

static size_t find_fastest(const struct thinner *t)
{
    size_t fastest = 0;
    for (size_t i = 1; i < t->count; i++) {
        fastest = t->fixes[i].speed_kmh_e2 > t->fixes[fastest].speed_kmh_e2 ? i : fastest;
    }
    return fastest;
}

static size_t find_change(const struct thinner *t)
{
    bool was_moving = t->was_moving;
    for (size_t i = 0; i < t->count; i++) {
        if (t->fixes[i].is_moving != was_moving) {
            return i;
        }
    }
    return 0;
}

static void keep(struct thinner *t, size_t number)
{
    size_t at = t->kept_count;
    while (at > 0 && t->kept[at - 1] > number) {
        at--;
    }
    if (at > 0 && t->kept[at - 1] == number) {
        return;
    }
    for (size_t i = t->kept_count; i > at; i--) {
        t->kept[i] = t->kept[i - 1];
    }
    t->kept[at] = (uint32_t)number;
    t->kept_count++;
}

/* The number of the first fix of a group. */
static size_t begin_of(const struct thinner *t, size_t group)
{
    return (size_t)((uint64_t)group * t->total / t->groups);
}

static void end_group(struct thinner *t)
{
    keep(t, t->first);
    keep(t, t->first + find_change(t));
    keep(t, t->first + find_bend(t));
    keep(t, t->first + find_fastest(t));
    t->was_moving = t->fixes[t->count - 1].is_moving;
    t->first += t->count;
    t->count = 0;
    t->group++;
}

void thin_begin(struct thinner *t, size_t total, size_t limit, struct arena *arena)
{
    size_t groups = (limit - 1) / KEPT_A_GROUP;
    *t = (struct thinner){.total = total, .groups = groups < total ? groups : total};
    t->groups = t->groups > 0 ? t->groups : 1;
    t->fixes = arena_new_array(arena, total / t->groups + 1, sizeof(*t->fixes));
    t->kept = arena_new_array(arena, t->groups * KEPT_A_GROUP + 1, sizeof(*t->kept));
}

void thin_add(struct thinner *t, const struct thin_fix *fix)
{
    size_t number = t->first + t->count;
    if (number >= t->total) {
        return;
    }
    if (!t->is_begun) {
        t->was_moving = fix->is_moving;
        t->is_begun = true;
    }
    t->fixes[t->count++] = *fix;
    if (number + 1 == begin_of(t, t->group + 1)) {
        end_group(t);
    }
    if (number + 1 == t->total) {
        keep(t, number);
    }
}
