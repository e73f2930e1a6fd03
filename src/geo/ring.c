/*
 * What a ring encloses, told by the way to the north pole. Along the meridian of a place every edge
 * that is met changes between inside and outside:
 *
 *     north pole    the pole itself is outside, but for a ring that winds and holds it
 *         |
 *     ----+-----    an edge from west to east counts where it begins in the west of the meridian or
 *         |         on it and ends in the east of it, or the other way round: a corner counts once
 *         x
 *
 * A meridian knows neither a cut at 180 degrees nor an edge along a pole, which a polygon in a
 * plane needs for the same rings. Coordinates are taken in 1/1,024 of 1e-7 degrees, so that
 * differences are exact, and a corner lies on the same side of the meridian for both of its edges.
 */
#include "geo/ring.h"

#include <math.h>

static enum ring_pole pole_of(const struct path *p)
{
    int64_t turned_e7 = path_turned_e7(p);
    if (turned_e7 == 0) {
        return RING_NO_POLE;
    }
    double sum = 0;
    for (size_t i = 0; i < path_edges(p); i++) {
        struct edge e = path_edge(p, i);
        sum += (e.from.lat_e7 + e.lat_step_e7 / 2.0) * e.lon_step_e7;
    }
    return sum / (double)turned_e7 < 0 ? RING_SOUTH : RING_NORTH;
}

void ring_init(struct ring *r, const struct point *points, size_t count)
{
    *r = (struct ring){.path = path_new(points, count, true)};
    r->pole = pole_of(r->path);
    r->box = path_box(r->path);
    if (r->pole == RING_NORTH) {
        r->box.north_e7 = POLE_E7;
    } else if (r->pole == RING_SOUTH) {
        r->box.south_e7 = -POLE_E7;
    }
}

void ring_clear(struct ring *r)
{
    path_free(r->path);
    *r = (struct ring){0};
}

/* The way from a place to the north pole. */
struct meridian {
    const struct path *path;
    struct fine_point from;
    bool is_odd;
    bool is_on_border;
};

static bool is_met(const void *context, const struct box *box)
{
    const struct meridian *m = context;
    return box->north_e7 >= m->from.lat_e7 && box_has_lon(box, m->from.lon_e7);
}

static void count_edge(void *context, size_t i)
{
    struct meridian *m = context;
    struct edge e = path_edge(m->path, i);
    double x = lon_step_between_e7(m->from.lon_e7, e.from.lon_e7);
    double y = e.from.lat_e7 - m->from.lat_e7;
    double x_end = x + e.lon_step_e7;
    double y_end = y + e.lat_step_e7;
    if (x == 0 && (y == 0 || (x_end == 0 && (y < 0) != (y_end < 0)))) {
        m->is_on_border = true; /* a corner, or an edge along the meridian */
    }
    /* How far the edge passes to the north of the place, times its extent eastwards. */
    double area = y * e.lon_step_e7 - x * e.lat_step_e7;
    bool is_crossed = (x <= 0) != (x_end <= 0);
    if (is_crossed && area == 0) {
        m->is_on_border = true;
    } else if (is_crossed && (area > 0) == (e.lon_step_e7 > 0)) {
        m->is_odd = !m->is_odd;
    }
}

enum ring_side ring_side(const struct ring *r, struct fine_point at)
{
    static const struct path_visitor visitor = {is_met, count_edge};
    const double parts = 1024;
    if (!box_has(&r->box, at)) {
        return RING_OUTSIDE;
    }
    struct meridian m = {
        .path = r->path,
        .from = {nearbyint(at.lat_e7 * parts) / parts, nearbyint(at.lon_e7 * parts) / parts},
    };
    path_walk(r->path, &visitor, &m);
    if (m.is_on_border) {
        return RING_BORDER;
    }
    return m.is_odd != (r->pole == RING_NORTH) ? RING_INSIDE : RING_OUTSIDE;
}
