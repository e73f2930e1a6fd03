/*
 * The geometry of one geofence. A circle is a corridor along a line of one point. The deepest place
 * of a polygon is looked for in boxes: no place of a box is deeper than its middle by more than
 * half its diagonal, so the box that promises most is halved, across its longer side, until none
 * promises much more than the deepest middle so far.
 */
#include "geo/fence.h"

#include <math.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"
#include "geo/ellipsoid.h"
#include "geo/fence_private.h"

enum { CELLS_MAX = 512 };

static struct fine_point spot_of(struct point at)
{
    return (struct fine_point){at.lat_e7, at.lon_e7};
}

bool fence_contains_spot(const struct fence_geometry *g, struct fine_point at)
{
    if (!box_has(&g->box, at)) {
        return false;
    }
    if (g->kind != SHAPE_POLYGON) {
        /* The least more than the radius, so that a path is not searched for what is beyond. */
        double beyond_m = nextafter(g->radius_m, INFINITY);
        struct place place = metric_place(at);
        size_t measured = 0;
        return metric_near_path_m(&place, g->rings[0].path, g->radius_m, beyond_m, &measured) <=
               g->radius_m;
    }
    bool is_inside = ring_side(&g->rings[0], at) != RING_OUTSIDE;
    for (size_t i = 1; is_inside && i < g->ring_count; i++) {
        is_inside = ring_side(&g->rings[i], at) != RING_INSIDE;
    }
    return is_inside;
}

static double depth_m(const struct fence_geometry *g, struct fine_point at)
{
    struct place place = metric_place(at);
    if (g->kind != SHAPE_POLYGON) {
        return g->radius_m - metric_to_path_m(&place, g->rings[0].path, INFINITY);
    }
    double nearest_m = INFINITY;
    for (size_t i = 0; i < g->ring_count; i++) {
        nearest_m = metric_to_path_m(&place, g->rings[i].path, nearest_m);
    }
    return fence_contains_spot(g, at) ? nearest_m : -nearest_m;
}

/* A box by its middle and half its sides. */
struct cell {
    struct fine_point middle;
    double half_lat_e7;
    double half_lon_e7;
    double most_m; /* no place in it is deeper */
};

struct deepest {
    const struct fence_geometry *g;
    struct cell *cells;
    size_t count;
    double best_m;
};

/* How far a corner is from the middle, and across which side the box is longer. */
static double reach_m(const struct cell *c)
{
    double lon_e7 = fmin(c->half_lon_e7, (double)TURN_E7 / 4);
    struct fine_point corner = {c->middle.lat_e7 - c->half_lat_e7, c->middle.lon_e7};
    return metric_length_max_m(corner, 2 * c->half_lat_e7, 2 * lon_e7) / 2;
}

static bool is_wide(const struct cell *c)
{
    return c->half_lon_e7 * cos(c->middle.lat_e7 * RADIANS_PER_E7) > c->half_lat_e7;
}

static void put_cell(struct deepest *d, size_t i, struct cell cell)
{
    cell.middle.lon_e7 = lon_step_between_e7(0, cell.middle.lon_e7);
    double deep_m = depth_m(d->g, cell.middle);
    cell.most_m = deep_m + reach_m(&cell);
    d->best_m = fmax(d->best_m, deep_m);
    d->cells[i] = cell;
}

static void halve(struct deepest *d, size_t i)
{
    struct cell west = d->cells[i]; /* or south */
    if (is_wide(&west)) {
        west.half_lon_e7 /= 2;
        west.middle.lon_e7 -= west.half_lon_e7;
    } else {
        west.half_lat_e7 /= 2;
        west.middle.lat_e7 -= west.half_lat_e7;
    }
    struct cell east = west;
    east.middle.lon_e7 = 2 * d->cells[i].middle.lon_e7 - west.middle.lon_e7;
    east.middle.lat_e7 = 2 * d->cells[i].middle.lat_e7 - west.middle.lat_e7;
    put_cell(d, i, west);
    put_cell(d, d->count++, east);
}

static double inner_radius_m(const struct fence_geometry *g)
{
    const double part = 1.05;
    const double little_m = 0.01;
    struct deepest d = {.g = g, .cells = mem_new_array(CELLS_MAX, sizeof(struct cell)), .count = 1};
    struct cell all = {.half_lat_e7 = (g->box.north_e7 - g->box.south_e7) / 2.0,
                       .half_lon_e7 = g->box.width_e7 / 2.0};
    all.middle.lat_e7 = g->box.south_e7 + all.half_lat_e7;
    all.middle.lon_e7 = g->box.west_e7 + all.half_lon_e7;
    put_cell(&d, 0, all);
    while (d.count < CELLS_MAX && d.best_m < FENCE_INNER_MAX_M) {
        size_t most = 0;
        for (size_t i = 1; i < d.count; i++) {
            most = d.cells[i].most_m > d.cells[most].most_m ? i : most;
        }
        if (d.cells[most].most_m <= d.best_m * part + little_m) {
            break;
        }
        halve(&d, most);
    }
    free(d.cells);
    return fmin(d.best_m, FENCE_INNER_MAX_M);
}

struct fence_geometry *fence_geometry_new(const struct shape *shape)
{
    check(shape->ring_count > 0);
    struct fence_geometry *g = mem_new(sizeof(*g) + shape->ring_count * sizeof(struct ring));
    g->kind = shape->kind;
    g->ring_count = shape->ring_count;
    if (shape->kind != SHAPE_POLYGON) {
        check(shape->ring_count == 1);
        g->radius_m = shape->radius_m_e2 / 100.0;
        g->rings[0].path = path_new(shape->rings[0].points, shape->rings[0].count, false);
        struct box line = path_box(g->rings[0].path);
        g->box = box_widened(&line, g->radius_m);
        g->inner_radius_m = fmin(g->radius_m, FENCE_INNER_MAX_M);
        return g;
    }
    for (size_t i = 0; i < shape->ring_count; i++) {
        ring_init(&g->rings[i], shape->rings[i].points, shape->rings[i].count);
    }
    g->box = g->rings[0].box;
    g->inner_radius_m = inner_radius_m(g);
    return g;
}

void fence_geometry_free(struct fence_geometry *g)
{
    if (g != NULL) {
        for (size_t i = 0; i < g->ring_count; i++) {
            ring_clear(&g->rings[i]);
        }
        free(g);
    }
}

size_t fence_points(const struct fence_geometry *g)
{
    size_t count = 0;
    for (size_t i = 0; i < g->ring_count; i++) {
        count += path_points(g->rings[i].path);
    }
    return count;
}

size_t fence_bytes(const struct fence_geometry *g)
{
    size_t bytes = sizeof(*g) + g->ring_count * sizeof(struct ring);
    for (size_t i = 0; i < g->ring_count; i++) {
        bytes += path_bytes(g->rings[i].path);
    }
    return bytes;
}

struct box fence_box(const struct fence_geometry *g)
{
    return g->box;
}

bool fence_contains(const struct fence_geometry *g, struct point at)
{
    return fence_contains_spot(g, spot_of(at));
}

double fence_depth_m(const struct fence_geometry *g, struct point at)
{
    return depth_m(g, spot_of(at));
}

/* Whether a border is nearer than that. */
static bool is_border_near(const struct fence_geometry *g, const struct place *place, double near_m)
{
    size_t measured = 0;
    bool is_near = false;
    for (size_t i = 0; i < g->ring_count && !is_near; i++) {
        double least_m = nextafter(near_m, 0);
        is_near = metric_near_path_m(place, g->rings[i].path, least_m, near_m, &measured) < near_m;
    }
    return is_near;
}

bool fence_is_deep(const struct fence_geometry *g, struct point at, double depth_m)
{
    struct place place = metric_place(spot_of(at));
    if (g->kind != SHAPE_POLYGON) {
        double most_m = g->radius_m - depth_m;
        size_t measured = 0;
        return most_m >= 0 && metric_near_path_m(&place, g->rings[0].path, most_m,
                                                 nextafter(most_m, INFINITY), &measured) <= most_m;
    }
    if (fence_contains_spot(g, place.at)) {
        return depth_m <= 0 || !is_border_near(g, &place, depth_m);
    }
    return depth_m <= 0 && is_border_near(g, &place, nextafter(-depth_m, INFINITY));
}

double fence_inner_radius_m(const struct fence_geometry *g)
{
    return g->inner_radius_m;
}
