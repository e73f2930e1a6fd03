/*
 * Distances by the straight line through the earth. Two points of the ellipsoid have the Cartesian
 * coordinates (NIMA TR8350.2, section 4; N is the radius of curvature across the meridian)
 *
 *     x = N cos φ cos λ    y = N cos φ sin λ    z = N (1 - e²) sin φ    N = a / √(1 - e² sin² φ)
 *
 * and a chord of c metres spans an arc of 2 R asin(c / 2R) = c (1 + c² / 24 R² + …) metres. With
 * the mean radius for R, which is off by 0.6 % at most, the second term alone is wrong, by 1.2 % of
 * it: at 50 km 3e-8 of the distance, at 500 km 3e-6. There is no meridian and no pole at which
 * this breaks.
 *
 * The point of an edge nearest to P is found by Gauss and Newton: the edge is a curve Q(s),
 * straight in longitude and latitude, and from any s the next is s + (P - Q) · Q' / |Q'|². A step
 * divides the error by the radius of the edge's bend over the distance: at 60° N a hundred for
 * places 40 km away, at 85° N six for 90 km. An error of δ metres in the foot is one of δ² / 2d in
 * the distance, so a step shorter than a thousandth of the distance is the last: what it leaves is
 * a hundred-millionth. Edges longer than a degree are taken in pieces, so that none turns far.
 */
#include "geo/metric.h"

#include <math.h>

#include "geo/ellipsoid.h"

enum { STEPS_MAX = 8, EDGES_FEW = 64 };

/* A point of an edge, and which way and how fast the edge runs there: metres a unit of s. */
struct foot {
    struct vector at_m;
    struct vector speed_m;
};

static double dot(struct vector a, struct vector b)
{
    return a.x_m * b.x_m + a.y_m * b.y_m + a.z_m * b.z_m;
}

static struct vector minus(struct vector a, struct vector b)
{
    return (struct vector){a.x_m - b.x_m, a.y_m - b.y_m, a.z_m - b.z_m};
}

struct place metric_place(struct fine_point at)
{
    double lat = at.lat_e7 * RADIANS_PER_E7;
    double lon = at.lon_e7 * RADIANS_PER_E7;
    double across_m = EQUATOR_RADIUS_M / sqrt(1 - ECCENTRICITY_SQUARED * sin(lat) * sin(lat));
    double axis_m = across_m * cos(lat);
    return (struct place){
        .at = at,
        .centre_m = {axis_m * cos(lon), axis_m * sin(lon),
                     across_m * (1 - ECCENTRICITY_SQUARED) * sin(lat)},
        .axis_m = axis_m,
    };
}

static double arc_m(struct vector chord)
{
    double half = sqrt(dot(chord, chord)) / (2 * MEAN_RADIUS_M);
    return 2 * MEAN_RADIUS_M * asin(fmin(half, 1));
}

static struct foot foot_at(const struct edge *e, double s)
{
    double lat = (e->from.lat_e7 + s * e->lat_step_e7) * RADIANS_PER_E7;
    double lon = (e->from.lon_e7 + s * e->lon_step_e7) * RADIANS_PER_E7;
    double sin_lat = sin(lat);
    double cos_lat = cos(lat);
    double sin_lon = sin(lon);
    double cos_lon = cos(lon);
    double w = 1 - ECCENTRICITY_SQUARED * sin_lat * sin_lat;
    double across_m = EQUATOR_RADIUS_M / sqrt(w);
    double along_m = across_m * (1 - ECCENTRICITY_SQUARED) / w;
    double north_m = along_m * e->lat_step_e7 * RADIANS_PER_E7;
    double east_m = across_m * cos_lat * e->lon_step_e7 * RADIANS_PER_E7;
    return (struct foot){
        .at_m = {across_m * cos_lat * cos_lon, across_m * cos_lat * sin_lon,
                 across_m * (1 - ECCENTRICITY_SQUARED) * sin_lat},
        .speed_m = {-north_m * sin_lat * cos_lon - east_m * sin_lon,
                    -north_m * sin_lat * sin_lon + east_m * cos_lon, north_m * cos_lat},
    };
}

/* What share of the edge lies before its point nearest to `p`, as a plane around `p` has it. */
static double guess(const struct place *p, const struct edge *e)
{
    double shrink = cos(p->at.lat_e7 * RADIANS_PER_E7);
    double x = lon_step_between_e7(e->from.lon_e7, p->at.lon_e7) * shrink;
    double y = p->at.lat_e7 - e->from.lat_e7;
    double dx = e->lon_step_e7 * shrink;
    double dy = e->lat_step_e7;
    double square = dx * dx + dy * dy;
    return square > 0 ? (x * dx + y * dy) / square : 0;
}

/* From `p` to the piece of the edge between two shares of it. */
static double piece_m(const struct place *p, const struct edge *e, double begin, double end)
{
    const double still_m2 = 1e-12; /* a point, or an edge along the pole */
    const double close = 1e-6;     /* the square of a thousandth */
    const double close_m2 = 1e-8;  /* for a place on the edge */
    double s = fmin(fmax(guess(p, e), begin), end);
    struct foot foot = foot_at(e, s);
    for (int i = 0; i < STEPS_MAX; i++) {
        struct vector apart = minus(p->centre_m, foot.at_m);
        double square = dot(foot.speed_m, foot.speed_m);
        if (square < still_m2) {
            break;
        }
        double next = fmin(fmax(s + dot(apart, foot.speed_m) / square, begin), end);
        if (next == s) {
            break;
        }
        double step_m2 = (next - s) * (next - s) * square;
        s = next;
        foot = foot_at(e, s);
        if (step_m2 < close * dot(apart, apart) + close_m2) {
            break;
        }
    }
    return arc_m(minus(p->centre_m, foot.at_m));
}

/* Whole units of 1e-7 degrees, away from the middle. */
static struct box box_of_piece(const struct edge *e, double begin, double end)
{
    double lat_a = e->from.lat_e7 + begin * e->lat_step_e7;
    double lat_b = e->from.lat_e7 + end * e->lat_step_e7;
    double lon_a = e->from.lon_e7 + begin * e->lon_step_e7;
    double lon_b = e->from.lon_e7 + end * e->lon_step_e7;
    return (struct box){
        .south_e7 = (int32_t)floor(fmin(lat_a, lat_b)),
        .north_e7 = (int32_t)ceil(fmax(lat_a, lat_b)),
        .west_e7 = lon_wrapped_e7((int64_t)floor(fmin(lon_a, lon_b))),
        .width_e7 = (uint32_t)ceil(fabs(lon_b - lon_a)) + 1,
    };
}

double metric_to_edge_m(const struct place *from, const struct edge *edge, double enough_m)
{
    double longest_e7 = fmax(fabs((double)edge->lat_step_e7), fabs((double)edge->lon_step_e7));
    int pieces = (int)ceil(longest_e7 / DEGREE_E7);
    if (pieces <= 1) {
        return fmin(enough_m, piece_m(from, edge, 0, 1));
    }
    for (int i = 0; i < pieces; i++) {
        double begin = (double)i / pieces;
        double end = (double)(i + 1) / pieces;
        struct box box = box_of_piece(edge, begin, end);
        if (metric_to_box_m(from, &box) < enough_m) {
            enough_m = fmin(enough_m, piece_m(from, edge, begin, end));
        }
    }
    return enough_m;
}

/* By the parallels, or by the meridians as in box.c. */
double metric_to_box_m(const struct place *from, const struct box *box)
{
    double lat_e7 = fmax(box->south_e7 - from->at.lat_e7, from->at.lat_e7 - box->north_e7);
    double by_lat_m = fmax(lat_e7, 0) * RADIANS_PER_E7 * MERIDIAN_RADIUS_MIN_M;
    if (box_has_lon(box, from->at.lon_e7)) {
        return by_lat_m * (1 - BOUND_SLACK);
    }
    double beyond_e7 = lon_eastwards_e7(box->west_e7, from->at.lon_e7) - box->width_e7;
    double before_e7 = (double)TURN_E7 - box->width_e7 - beyond_e7;
    double gap = fmin(beyond_e7, before_e7) * RADIANS_PER_E7;
    return fmax(by_lat_m, from->axis_m * sin(fmin(gap, M_PI / 2))) * (1 - BOUND_SLACK);
}

struct nearest {
    const struct path *path;
    const struct place *from;
    double best_m;
    double least_m;
    size_t measured;
};

static bool may_be_nearer(const void *context, const struct box *box)
{
    const struct nearest *n = context;
    return n->best_m > n->least_m && metric_to_box_m(n->from, box) < n->best_m;
}

static void measure(void *context, size_t i)
{
    struct nearest *n = context;
    if (n->best_m > n->least_m) {
        struct edge edge = path_edge(n->path, i);
        n->best_m = metric_to_edge_m(n->from, &edge, n->best_m);
        n->measured++;
    }
}

static double far_m(const void *context, const struct box *box)
{
    return metric_to_box_m(((const struct nearest *)context)->from, box);
}

/* Measures edges that are likely near: else a path that comes nearer is measured leg by leg. */
static void measure_likely(struct nearest *n)
{
    struct run run = path_near_run(n->path, far_m, n);
    for (size_t i = run.from; i < run.from + run.count; i++) {
        measure(n, i);
    }
}

double metric_near_path_m(const struct place *from, const struct path *path, double least_m,
                          double enough_m, size_t *measured)
{
    static const struct path_visitor visitor = {may_be_nearer, measure};
    struct nearest n = {path, from, enough_m, least_m, 0};
    if (path_edges(path) > EDGES_FEW) {
        measure_likely(&n);
    }
    path_walk(path, &visitor, &n);
    *measured += n.measured;
    return n.best_m;
}

double metric_to_path_m(const struct place *from, const struct path *path, double enough_m)
{
    size_t measured = 0;
    return metric_near_path_m(from, path, -1, enough_m, &measured);
}

double metric_length_max_m(struct fine_point from, double lat_step_e7, double lon_step_e7)
{
    double other_e7 = from.lat_e7 + lat_step_e7;
    bool has_equator = (from.lat_e7 < 0) != (other_e7 < 0);
    double flattest_e7 = has_equator ? 0 : fmin(fabs(from.lat_e7), fabs(other_e7));
    /* Both radii of curvature are largest at the poles, where they are a / √(1 - e²). */
    const double radius_m = EQUATOR_RADIUS_M / sqrt(1 - ECCENTRICITY_SQUARED);
    return (1 + BOUND_SLACK) * radius_m * RADIANS_PER_E7 *
           hypot(lat_step_e7, lon_step_e7 * cos(flattest_e7 * RADIANS_PER_E7));
}
