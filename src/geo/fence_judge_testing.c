/*
 * GEOS sees a ring as a polygon in a plane, unrolled from its first point on, and looks for a
 * segment there and up to two turns away. Vincenty's geodesics are taken to a leg's nearest point
 * by golden section.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "geo/fence_judge_testing.h"
#include "geo/fence_testing.h"

enum { STAYS_MAX = 100 };

struct stays {
    struct fence_stay at[STAYS_MAX];
    size_t count;
};

static void add(struct stays *s, double in, double out)
{
    assert_true(s->count < STAYS_MAX);
    s->at[s->count++] = (struct fence_stay){in, out};
}

static int compare_stays(const void *a, const void *b)
{
    const struct fence_stay *x = a;
    const struct fence_stay *y = b;
    return (x->in > y->in) - (x->in < y->in);
}

/* In order and united, without the very short. */
static void tidy(struct stays *s)
{
    const double least = 1e-7;
    size_t kept = 0;
    qsort(s->at, s->count, sizeof(s->at[0]), compare_stays);
    for (size_t i = 0; i < s->count; i++) {
        if (kept > 0 && s->at[i].in < s->at[kept - 1].out + least) {
            s->at[kept - 1].out = fmax(s->at[kept - 1].out, s->at[i].out);
        } else if (s->at[i].out - s->at[i].in > least) {
            s->at[kept++] = s->at[i];
        }
    }
    s->count = kept;
}

/* GEOS */

/* The ring in a plane; one that winds goes back along the pole. */
static GEOSGeometry *ring_of(GEOSContextHandle_t geos, const struct drawn *d, int ring)
{
    size_t count = d->shape.rings[ring].count;
    unsigned size = (unsigned)(count + (d->holds_pole ? 4 : 1));
    GEOSCoordSequence *line = GEOSCoordSeq_create_r(geos, size, 2);
    struct point first = d->shape.rings[ring].points[0];
    double lon = d->shape.rings[0].points[0].lon_e7; /* a hole is unrolled beside its outline */
    double before = lon;
    for (size_t i = 0; i <= count; i++) {
        struct point p = d->shape.rings[ring].points[i % count];
        lon += remainder(p.lon_e7 - before, 3.6e9);
        before = p.lon_e7;
        GEOSCoordSeq_setXY_r(geos, line, (unsigned)i, lon, p.lat_e7);
    }
    if (d->holds_pole) {
        double pole = first.lat_e7 < 0 ? -9e8 : 9e8;
        GEOSCoordSeq_setXY_r(geos, line, size - 3, lon, pole);
        GEOSCoordSeq_setXY_r(geos, line, size - 2, first.lon_e7, pole);
        GEOSCoordSeq_setXY_r(geos, line, size - 1, first.lon_e7, first.lat_e7);
    }
    return GEOSGeom_createLinearRing_r(geos, line);
}

GEOSGeometry *judge_polygon_new(GEOSContextHandle_t geos, const struct drawn *d)
{
    GEOSGeometry *hole = d->shape.ring_count > 1 ? ring_of(geos, d, 1) : NULL;
    GEOSGeometry *polygon =
        GEOSGeom_createPolygon_r(geos, ring_of(geos, d, 0), &hole, hole == NULL ? 0 : 1);
    assert_non_null(polygon);
    assert_int_equal(GEOSisValid_r(geos, polygon), 1);
    return polygon;
}

/* The lines of what GEOS found, as fractions of the segment that begins at `lon`. */
static void add_lines(GEOSContextHandle_t geos, const GEOSGeometry *found, const double from[2],
                      const double step[2], struct stays *stays)
{
    double square = step[0] * step[0] + step[1] * step[1];
    for (int i = 0; i < GEOSGetNumGeometries_r(geos, found); i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos, found, i);
        if (GEOSGeomTypeId_r(geos, part) != GEOS_LINESTRING || GEOSisEmpty_r(geos, part)) {
            continue;
        }
        const GEOSCoordSequence *line = GEOSGeom_getCoordSeq_r(geos, part);
        unsigned size = 0;
        double ends[2];
        GEOSCoordSeq_getSize_r(geos, line, &size);
        for (unsigned k = 0; k < 2; k++) {
            double x = 0;
            double y = 0;
            GEOSCoordSeq_getXY_r(geos, line, k * (size - 1), &x, &y);
            ends[k] = ((x - from[0]) * step[0] + (y - from[1]) * step[1]) / square;
        }
        add(stays, fmin(ends[0], ends[1]), fmax(ends[0], ends[1]));
    }
}

/* The whole of a segment of no length, where the polygon has its place. */
static void add_place(GEOSContextHandle_t geos, const GEOSGeometry *polygon, const double at[2],
                      struct stays *stays)
{
    GEOSGeometry *place = GEOSGeom_createPointFromXY_r(geos, at[0], at[1]);
    if (GEOSIntersects_r(geos, polygon, place) == 1) {
        add(stays, 0, 1);
    }
    GEOSGeom_destroy_r(geos, place);
}

static void find_in_polygon(GEOSContextHandle_t geos, const GEOSGeometry *polygon, struct point a,
                            struct point b, struct stays *stays)
{
    const double step[] = {remainder((double)b.lon_e7 - a.lon_e7, 3.6e9), b.lat_e7 - a.lat_e7};
    stays->count = 0;
    for (int turn = -2; turn <= 2; turn++) {
        const double from[] = {a.lon_e7 + turn * 3.6e9, a.lat_e7};
        if (step[0] == 0 && step[1] == 0) {
            add_place(geos, polygon, from, stays);
            continue;
        }
        GEOSCoordSequence *ends = GEOSCoordSeq_create_r(geos, 2, 2);
        GEOSCoordSeq_setXY_r(geos, ends, 0, from[0], from[1]);
        GEOSCoordSeq_setXY_r(geos, ends, 1, from[0] + step[0], from[1] + step[1]);
        GEOSGeometry *line = GEOSGeom_createLineString_r(geos, ends);
        GEOSGeometry *found = GEOSIntersection_r(geos, polygon, line);
        assert_non_null(found);
        add_lines(geos, found, from, step, stays);
        GEOSGeom_destroy_r(geos, found);
        GEOSGeom_destroy_r(geos, line);
    }
    tidy(stays);
}

void judge_polygon(GEOSContextHandle_t geos, const GEOSGeometry *polygon,
                   const struct point ends[2], const struct fence_stay *stays, size_t count)
{
    struct stays own = {.count = count};
    struct stays judged;
    find_in_polygon(geos, polygon, ends[0], ends[1], &judged);
    for (size_t i = 0; i < count; i++) {
        own.at[i] = stays[i];
    }
    tidy(&own);
    size_t told = judged.count < FENCE_STAYS_MAX ? judged.count : FENCE_STAYS_MAX;
    assert_int_equal(own.count, told);
    for (size_t i = 0; i < told; i++) {
        size_t at_judge = i + 1 == told ? judged.count - 1 : i;
        assert_true(is_near(own.at[i].in, judged.at[at_judge].in, 1e-6));
        assert_true(is_near(own.at[i].out, judged.at[at_judge].out, 1e-6));
    }
}

/* Vincenty */

/* The geodesic between two places in degrees (T. Vincenty, Survey Review 23, 1975). */
static double geodesic_m(double lat_a, double lon_a, double lat_b, double lon_b)
{
    const double a = 6378137;
    const double f = 1 / 298.257223563;
    const double b = a * (1 - f);
    double u = atan((1 - f) * tan(lat_a * M_PI / 180));
    double v = atan((1 - f) * tan(lat_b * M_PI / 180));
    double lon = remainder(lon_b - lon_a, 360) * M_PI / 180;
    double lambda = lon;
    double sin_s = 0;
    double cos_s = 1;
    double s = 0;
    double cos2_alpha = 1;
    double cos_2m = 0;
    for (int i = 0; i < 20; i++) {
        double x = cos(v) * sin(lambda);
        double y = cos(u) * sin(v) - sin(u) * cos(v) * cos(lambda);
        sin_s = hypot(x, y);
        if (sin_s == 0) {
            return 0;
        }
        cos_s = sin(u) * sin(v) + cos(u) * cos(v) * cos(lambda);
        s = atan2(sin_s, cos_s);
        double sin_alpha = cos(u) * cos(v) * sin(lambda) / sin_s;
        cos2_alpha = 1 - sin_alpha * sin_alpha;
        cos_2m = cos2_alpha > 0 ? cos_s - 2 * sin(u) * sin(v) / cos2_alpha : 0;
        double c = f / 16 * cos2_alpha * (4 + f * (4 - 3 * cos2_alpha));
        double before = lambda;
        lambda = lon + (1 - c) * f * sin_alpha *
                           (s + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m * cos_2m - 1)));
        if (fabs(lambda - before) < 1e-13) {
            break;
        }
    }
    double k = cos2_alpha * (a * a - b * b) / (b * b);
    double p = 1 + k / 16384 * (4096 + k * (-768 + k * (320 - 175 * k)));
    double q = k / 1024 * (256 + k * (-128 + k * (74 - 47 * k)));
    double t = 2 * cos_2m * cos_2m - 1;
    double d = q * sin_s *
               (cos_2m + q / 4 *
                             (cos_s * t - q / 6 * cos_2m * (4 * sin_s * sin_s - 3) *
                                              (4 * cos_2m * cos_2m - 3)));
    return b * p * (s - d);
}

/* From a place in degrees to the fraction `t` of the leg between two points. */
static double away_m(double lat, double lon, const struct point leg[2], double t)
{
    double step = remainder((double)leg[1].lon_e7 - leg[0].lon_e7, 3.6e9);
    return geodesic_m(lat, lon, (leg[0].lat_e7 + t * (leg[1].lat_e7 - leg[0].lat_e7)) / 1e7,
                      (leg[0].lon_e7 + t * step) / 1e7);
}

/* From a place in degrees to the nearest of a leg, by golden section: a geodesic for each step. */
static double leg_m(double lat, double lon, const struct point leg[2])
{
    const double golden = (sqrt(5) - 1) / 2;
    double low = 0;
    double high = 1;
    double at[] = {1 - golden, golden};
    double far[] = {away_m(lat, lon, leg, at[0]), away_m(lat, lon, leg, at[1])};
    double least = fmin(away_m(lat, lon, leg, 0), away_m(lat, lon, leg, 1));
    for (int i = 0; i < 38; i++) { /* 1e-8 of the leg is left */
        least = fmin(least, fmin(far[0], far[1]));
        if (far[0] < far[1]) {
            high = at[1];
            at[1] = at[0];
            far[1] = far[0];
            at[0] = high - golden * (high - low);
            far[0] = away_m(lat, lon, leg, at[0]);
        } else {
            low = at[0];
            at[0] = at[1];
            far[0] = far[1];
            at[1] = low + golden * (high - low);
            far[1] = away_m(lat, lon, leg, at[1]);
        }
    }
    return least;
}

static double judged_m(const struct drawn *d, double lat, double lon)
{
    const struct point *line = d->shape.rings[0].points;
    double least = geodesic_m(lat, lon, line[0].lat_e7 / 1e7, line[0].lon_e7 / 1e7);
    for (size_t i = 1; i < d->shape.rings[0].count; i++) {
        least = fmin(least, leg_m(lat, lon, line + i - 1));
    }
    return d->shape.radius_m_e2 / 100.0 - least;
}

/* The judged depth at a fraction of a segment. */
static double depth_at(const struct drawn *d, const struct point ends[2], double t)
{
    struct point a = ends[0];
    struct point b = ends[1];
    double step = remainder((double)b.lon_e7 - a.lon_e7, 3.6e9);
    return judged_m(d, (a.lat_e7 + t * (b.lat_e7 - a.lat_e7)) / 1e7, (a.lon_e7 + t * step) / 1e7);
}

void judge_round(const struct drawn *d, const struct point ends[2], const struct fence_stay *stays,
                 size_t count, int samples)
{
    double close_m = 0.002 + d->shape.radius_m_e2 / 100.0 * 4e-6;
    for (size_t i = 0; i < count; i++) {
        assert_true(stays[i].in == 0 || fabs(depth_at(d, ends, stays[i].in)) < close_m);
        assert_true(stays[i].out == 1 || fabs(depth_at(d, ends, stays[i].out)) < close_m);
    }
    for (int i = 0; i <= samples; i++) {
        double t = (double)i / samples;
        bool is_inside = false;
        for (size_t k = 0; k < count; k++) {
            is_inside = is_inside || (t >= stays[k].in && t <= stays[k].out);
        }
        double depth_m = depth_at(d, ends, t);
        assert_true(fabs(depth_m) < close_m || (depth_m > 0) == is_inside);
    }
}
