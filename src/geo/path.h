#ifndef GEO_PATH_H
#define GEO_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "geo/box.h"

/* A straight line in longitude and latitude, the shorter way round. */
struct edge {
    struct point from;
    int32_t lat_step_e7;
    int32_t lon_step_e7;
};

/*
 * Points joined by edges, and the boxes by which edges are found. A closed one has an edge from its
 * last point to its first. A path never changes, so that threads may share it.
 */
struct path;

/*
 * A copy of the `count` points (at least one) without those that repeat the point before them, and
 * in a closed path without a last one that repeats the first. A single point has one edge, which
 * has no length. To be freed with path_free().
 */
struct path *path_new(const struct point *points, size_t count, bool is_closed);
/* NULL is let pass. */
void path_free(struct path *p);

/* Its points that are left, its edges, and the bytes of memory it takes. */
size_t path_points(const struct path *p);
size_t path_edges(const struct path *p);
size_t path_bytes(const struct path *p);

/* Edge `i`, which begins at point `i`. */
struct edge path_edge(const struct path *p, size_t i);

/* The box around one edge, around all edges. */
struct box edge_box(const struct edge *e);
struct box path_box(const struct path *p);

/* The degrees of longitude * 1e7 that it leads eastwards from its begin to its end. */
int64_t path_turned_e7(const struct path *p);

/* What a walk looks for: `wants` says whether edges in a box matter, `edge` is given those. */
struct path_visitor {
    bool (*wants)(const void *context, const struct box *box);
    void (*edge)(void *context, size_t i);
};

/* Some edges in a row. */
struct run {
    size_t from;
    size_t count;
};
/*
 * The edges that are found by going down to the nearer of two boxes each time, as `far` has it:
 * mostly not the nearest ones, but near enough to pass over nearly all others.
 */
struct run path_near_run(const struct path *p,
                         double (*far)(const void *context, const struct box *box),
                         const void *context);

/* Tells the visitor every edge in a box that it wants, and perhaps some of those around. */
void path_walk(const struct path *p, const struct path_visitor *visitor, void *context);

#endif
