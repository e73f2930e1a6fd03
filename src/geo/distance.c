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

static const double equator_radius_m = 6378137.0;
static const double flattening = 1 / 298.257223563;
static const double half_meridian_m = 20003931.4586;
static const double radians_per_e7 = 3.14159265358979323846 / 180.0 / 1e7;

/* The sine and cosine of the reduced latitude. */
struct reduced {
    double s;
    double c;
};

static struct reduced reduced_latitude(int32_t lat_e7)
{
    double lat = lat_e7 * radians_per_e7;
    double y = (1 - flattening) * sin(lat);
    double x = cos(lat);
    double scale = 1 / sqrt(x * x + y * y);
    return (struct reduced){y * scale, x * scale};
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

uint64_t distance_m_e2(struct point a, struct point b)
{
    if (a.lat_e7 == b.lat_e7 && a.lon_e7 == b.lon_e7) {
        return 0;
    }
    struct reduced p = reduced_latitude(a.lat_e7);
    struct reduced q = reduced_latitude(b.lat_e7);
    double half_lon = (double)((int64_t)b.lon_e7 - a.lon_e7) * radians_per_e7 / 2;
    double chord = square(p.s - q.s) + square(p.c - q.c) + 4 * p.c * q.c * square(sin(half_lon));
    double h = fmin(chord / 4, 1);
    double sine = 2 * sqrt(h * (1 - h));
    double arc = 2 * asin(sqrt(h));
    double x = (arc - sine) * ratio(square(p.s + q.s), 4 * (1 - h));
    double y = (arc + sine) * ratio(square(p.s - q.s), 4 * h);
    double metres = equator_radius_m * (arc - flattening * (x + y) / 2);
    return (uint64_t)llround(100 * fmin(metres, half_meridian_m));
}
