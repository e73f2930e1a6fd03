/*
 * The long line of W. D. Lambert ("The Distance between Two Widely Separated Points on the Surface
 * of the Earth", Journal of the Washington Academy of Sciences 32, 1942), which corrects a great
 * circle by the first power of the flattening f. Both points are taken to the auxiliary sphere, by
 * their reduced latitudes tan β = (1 - f) tan lat; with s = sin β, c = cos β of each:
 *
 *     4h = (s₁ - s₂)² + (c₁ - c₂)² + 4 c₁ c₂ sin²((lon₁ - lon₂) / 2)      the chord, squared
 *     σ = 2 asin √h                                                       the arc on the sphere
 *     X = (σ - sin σ) (s₁ + s₂)² / 4(1 - h)
 *     Y = (σ + sin σ) (s₁ - s₂)² / 4h
 *     distance = a (σ - f (X + Y) / 2)
 *
 * Lambert's sin²P cos²Q is (s₁ + s₂)² / 4 and his cos²P sin²Q is (s₁ - s₂)² / 4, so that the
 * correction needs no angles. a = 6,378,137 m and f = 1 / 298.257223563 are those of WGS-84 (NIMA
 * TR8350.2, table 3.1).
 *
 * Error against the exact geodesic: f² / 8 = 1.4e-6 of the length, up to 1,000 km; 2.2e-5 up to
 * 19,000 km (vectors/make_distances.py with 4,000 pairs of each reach). Near antipodes the first
 * power is not enough. There the distance is cut at half a meridian, the longest of all shortest
 * lines, which leaves 7.5e-4.
 *
 * Each term is the same in both directions to the last bit, since a sum of squares of differences
 * is. A chord of a centimetre is 1.6e-9 and its sines are good to 1e-16, so nothing small is lost.
 */
#include "geo/distance.h"

#include <math.h>
#include <stdbool.h>

static const double equator_radius_m = 6378137.0;
static const double flattening = 1 / 298.257223563;
static const double half_meridian_m = 20003931.4586;
static const double radians_per_e7 = 3.14159265358979323846 / 180.0 / 1e7;

static struct distance_latitude reduced_latitude(int32_t lat_e7)
{
    double lat = lat_e7 * radians_per_e7;
    double y = (1 - flattening) * sin(lat);
    double x = cos(lat);
    double scale = 1 / sqrt(x * x + y * y);
    return (struct distance_latitude){y * scale, x * scale, lat_e7};
}

/* A cosine is 0 nowhere, not even at a pole. */
static bool is_known(const struct distance_latitude *l, int32_t lat_e7)
{
    return l->lat_e7 == lat_e7 && l->c > 0;
}

/* Has `one` be of the latitude, which `other` may be of, too. */
static void reduce(struct distance_latitude *one, const struct distance_latitude *other,
                   int32_t lat_e7)
{
    if (!is_known(one, lat_e7)) {
        *one = is_known(other, lat_e7) ? *other : reduced_latitude(lat_e7);
    }
}

static double square(double v)
{
    return v * v;
}

/* `above` / `below`, which are 0 together where points coincide or are antipodes. */
static double ratio(double above, double below)
{
    return below > 0 ? above / below : 0;
}

/* A number from 0 up, as llround() has it. */
static uint64_t rounded(double v)
{
    uint64_t whole = (uint64_t)v;
    return whole + (v - (double)whole >= 0.5 ? 1 : 0);
}

uint64_t distance_known_m_e2(struct distance_ends *ends, struct point a, struct point b)
{
    if (a.lat_e7 == b.lat_e7 && a.lon_e7 == b.lon_e7) {
        return 0;
    }
    reduce(&ends->a, &ends->b, a.lat_e7);
    reduce(&ends->b, &ends->a, b.lat_e7);
    const struct distance_latitude p = ends->a;
    const struct distance_latitude q = ends->b;
    double half_lon = (double)((int64_t)b.lon_e7 - a.lon_e7) * radians_per_e7 / 2;
    double chord = square(p.s - q.s) + square(p.c - q.c) + 4 * p.c * q.c * square(sin(half_lon));
    double h = chord / 4 < 1 ? chord / 4 : 1;
    double sine = 2 * sqrt(h * (1 - h));
    double arc = 2 * asin(sqrt(h));
    double x = (arc - sine) * ratio(square(p.s + q.s), 4 * (1 - h));
    double y = (arc + sine) * ratio(square(p.s - q.s), 4 * h);
    double metres = equator_radius_m * (arc - flattening * (x + y) / 2);
    return rounded(100 * (metres < half_meridian_m ? metres : half_meridian_m));
}

uint64_t distance_m_e2(struct point a, struct point b)
{
    struct distance_ends ends = {0};
    return distance_known_m_e2(&ends, a, b);
}
