/*
 * GCJ-02, the coordinates of Chinese maps: WGS-84 with an offset of 100 to 700 m that depends on
 * the place. The state never published its formula; it has been known since about 2010.
 * With x = lon - 105 and y = lat - 35 in degrees, and W(v) = 20 sin 6πv + 20 sin 2πv, in metres on
 * the ellipsoid of Krasovsky (a = 6,378,245 m, e² = 0.00669342162296594323):
 *
 *     north = -100 + 2x + 3y + 0.2y² + 0.1xy + 0.2√|x|
 *             + 2/3 (W(x) + 20 sin πy + 40 sin πy/3 + 160 sin πy/12 + 320 sin πy/30)
 *     east  =  300 + x + 2y + 0.1x² + 0.1xy + 0.1√|x|
 *             + 2/3 (W(x) + 20 sin πx + 40 sin πx/3 + 150 sin πx/12 + 300 sin πx/30)
 *
 * Its inverse has no formula. The offset changes by less than 2 % of the way between two places,
 * so w ← w + (gcj - f(w)) comes two digits closer each time: from 0.007 degrees in six rounds to
 * below 1e-10.
 *
 * Where it is in force is said by an outline (make_gcj_outline.py), for which see DESIGN.md. At its
 * edge the offset begins at once, as it does on the maps:
 *
 *     WGS-84   o   o   o | i   i   i        o outside, i inside
 *     GCJ-02   o   o   o | .   .   i   i   i
 *
 * A place in the gap (.) comes from none; whatever is asked of it, the answer is that place itself.
 * Where the offset points outwards, GCJ-02 places come from two, of which the inside one is taken.
 *
 * The outline's edges are sorted into bands of latitude. A place is inside where a ray to the east
 * crosses an odd number of the edges of its band. It is taken to the nearest 1e-7 degrees before,
 * so that the way there and back does not end beyond the edge for a rounding.
 */
#include "geo/gcj.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* A point of the outline, thousandths of a degree. */
struct vertex {
    int32_t lon_e3;
    int32_t lat_e3;
};

/* So many edges that follow one another, from vertex `first` on. */
struct run {
    uint16_t first;
    uint16_t edges;
};

#include "geo/gcj_outline.inc"

enum { E7_PER_E3 = 10000, ROUNDS_MAX = 20 };

static const double e7_per_deg = 1e7;
static const double pi = 3.14159265358979323846;
static const double radius_m = 6378245.0;
static const double eccentricity2 = 0.00669342162296594323;
static const double precision_deg = 1e-11;
static const double offset_max_deg = 0.1;

/* ---- where it is in force ---- */

/* Whether a ray from the place to the east crosses the edge. */
static bool crosses(struct point place, struct vertex from, struct vertex to)
{
    int64_t from_lat = (int64_t)from.lat_e3 * E7_PER_E3;
    int64_t to_lat = (int64_t)to.lat_e3 * E7_PER_E3;
    if ((from_lat > place.lat_e7) == (to_lat > place.lat_e7)) {
        return false;
    }
    int64_t from_lon = (int64_t)from.lon_e3 * E7_PER_E3 - place.lon_e7;
    int64_t to_lon = (int64_t)to.lon_e3 * E7_PER_E3 - place.lon_e7;
    int64_t side = from_lon * (to_lat - place.lat_e7) - to_lon * (from_lat - place.lat_e7);
    return (side > 0) == (to_lat > from_lat);
}

static bool outline_holds(struct point place)
{
    unsigned crossed = 0;
    size_t band = (size_t)(place.lat_e7 / E7_PER_E3 - SOUTH_E3) / BAND_E3;
    if (band >= BANDS) { /* it was rounded up to the northern edge of the last one */
        return false;
    }
    for (size_t r = first_run[band]; r < first_run[band + 1]; r++) {
        for (size_t i = runs[r].first; i < (size_t)runs[r].first + runs[r].edges; i++) {
            crossed += crosses(place, vertices[i], vertices[i + 1]);
        }
    }
    return crossed % 2 != 0;
}

/* Whether a place lies in the box around the outline, or up to `more_deg` beyond it. */
static bool is_near(struct degrees place, double more_deg)
{
    static const double south_deg = SOUTH_E3 / 1000.;
    static const double north_deg = (SOUTH_E3 + BANDS * BAND_E3) / 1000.;
    static const double west_deg = WEST_E3 / 1000.;
    static const double east_deg = EAST_E3 / 1000.;
    return place.lat_deg > south_deg - more_deg && place.lat_deg < north_deg + more_deg &&
           place.lon_deg > west_deg - more_deg && place.lon_deg < east_deg + more_deg;
}

bool gcj_holds(struct degrees wgs)
{
    if (!is_near(wgs, 0)) {
        return false;
    }
    return outline_holds((struct point){(int32_t)lround(wgs.lat_deg * e7_per_deg),
                                        (int32_t)lround(wgs.lon_deg * e7_per_deg)});
}

/* ---- the formula ---- */

static double wave(double metres, double angle)
{
    return metres * sin(pi * angle);
}

static double north_m(double x, double y, double common)
{
    double waves = wave(20, y) + wave(40, y / 3) + wave(160, y / 12) + wave(320, y / 30);
    return -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) +
           (common + waves) * 2 / 3;
}

static double east_m(double x, double y, double common)
{
    double waves = wave(20, x) + wave(40, x / 3) + wave(150, x / 12) + wave(300, x / 30);
    return 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) +
           (common + waves) * 2 / 3;
}

static struct degrees with_offset(struct degrees wgs)
{
    double x = wgs.lon_deg - 105;
    double y = wgs.lat_deg - 35;
    double common = wave(20, 6 * x) + wave(20, 2 * x);
    double lat = wgs.lat_deg * pi / 180;
    double w2 = 1 - eccentricity2 * sin(lat) * sin(lat);
    double meridian_m = radius_m * (1 - eccentricity2) / (w2 * sqrt(w2)) * pi / 180;
    double parallel_m = radius_m / sqrt(w2) * cos(lat) * pi / 180;
    return (struct degrees){
        .lat_deg = wgs.lat_deg + north_m(x, y, common) / meridian_m,
        .lon_deg = wgs.lon_deg + east_m(x, y, common) / parallel_m,
    };
}

static struct degrees without_offset(struct degrees gcj)
{
    struct degrees wgs = gcj;
    double off_deg = 1;
    for (int i = 0; i < ROUNDS_MAX && off_deg > precision_deg; i++) {
        struct degrees found = with_offset(wgs);
        double lat_deg = gcj.lat_deg - found.lat_deg;
        double lon_deg = gcj.lon_deg - found.lon_deg;
        wgs.lat_deg += lat_deg;
        wgs.lon_deg += lon_deg;
        off_deg = fabs(lat_deg) + fabs(lon_deg);
    }
    return wgs;
}

struct degrees degrees_of(struct point wgs)
{
    return (struct degrees){wgs.lat_e7 / e7_per_deg, wgs.lon_e7 / e7_per_deg};
}

struct degrees gcj_of_wgs(struct degrees wgs)
{
    return gcj_holds(wgs) ? with_offset(wgs) : wgs;
}

struct degrees gcj_to_wgs(struct degrees gcj)
{
    if (!is_near(gcj, offset_max_deg)) {
        return gcj;
    }
    struct degrees wgs = without_offset(gcj);
    return gcj_holds(wgs) ? wgs : gcj;
}
