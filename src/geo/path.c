/*
 * Edges that follow one another lie side by side, so a tree of boxes over runs of them finds those
 * near a place without any sorting: the whole path halved, and halved again, down to runs of eight.
 * The boxes stand in the order in which a walk meets them, each with the place behind its subtree:
 *
 *     edges    0 ............. 15 16 ............ 31        (32 edges: 7 boxes)
 *     boxes    0: all, next 7
 *              1: 0-15, next 4    4: 16-31, next 7
 *              2: 0-7   3: 8-15   5: 16-23  6: 24-31
 *
 * A walk goes on to the next box, or past the subtree of one that is not wanted; it needs no stack.
 */
#include "geo/path.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"

enum { RUN = 8 };

struct node {
    struct box box;
    uint32_t next; /* the box behind its subtree */
    uint32_t from; /* of a run: its first edge; edges of the others are those of their subtree */
    uint32_t count;
};

struct path {
    struct point *points;
    struct node *nodes;
    int64_t turned_e7;
    uint32_t point_count;
    uint32_t edge_count;
    uint32_t node_count;
    bool is_closed;
};

/* The extent of a run of edges, unrolled from its first point on. */
struct extent {
    int64_t lon_e7;
    int64_t west_e7;
    int64_t east_e7;
    int32_t south_e7;
    int32_t north_e7;
};

static bool is_same(struct point a, struct point b)
{
    return a.lat_e7 == b.lat_e7 && a.lon_e7 == b.lon_e7;
}

static void copy_points(struct path *p, const struct point *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct point at = {points[i].lat_e7, lon_wrapped_e7(points[i].lon_e7)};
        if (p->point_count == 0 || !is_same(at, p->points[p->point_count - 1])) {
            p->points[p->point_count++] = at;
        }
    }
    while (p->is_closed && p->point_count > 1 &&
           is_same(p->points[0], p->points[p->point_count - 1])) {
        p->point_count--;
    }
}

struct edge path_edge(const struct path *p, size_t i)
{
    struct point from = p->points[i];
    struct point to = from;
    if (i + 1 < p->point_count) {
        to = p->points[i + 1];
    } else if (p->is_closed) {
        to = p->points[0];
    }
    return (struct edge){from, to.lat_e7 - from.lat_e7, lon_step_e7(from.lon_e7, to.lon_e7)};
}

struct box edge_box(const struct edge *e)
{
    struct point to = {e->from.lat_e7 + e->lat_step_e7,
                       lon_wrapped_e7((int64_t)e->from.lon_e7 + e->lon_step_e7)};
    return box_of_segment(e->from, to);
}

static void extend(struct extent *e, int32_t lat_e7)
{
    e->south_e7 = lat_e7 < e->south_e7 ? lat_e7 : e->south_e7;
    e->north_e7 = lat_e7 > e->north_e7 ? lat_e7 : e->north_e7;
    e->west_e7 = e->lon_e7 < e->west_e7 ? e->lon_e7 : e->west_e7;
    e->east_e7 = e->lon_e7 > e->east_e7 ? e->lon_e7 : e->east_e7;
}

static struct box box_of_edges(const struct path *p, uint32_t from, uint32_t count)
{
    struct point first = p->points[from];
    struct extent e = {first.lon_e7, first.lon_e7, first.lon_e7, first.lat_e7, first.lat_e7};
    for (uint32_t i = from; i < from + count; i++) {
        struct edge edge = path_edge(p, i);
        e.lon_e7 += edge.lon_step_e7;
        extend(&e, edge.from.lat_e7 + edge.lat_step_e7);
    }
    int64_t width_e7 = e.east_e7 - e.west_e7;
    return (struct box){e.south_e7, e.north_e7, lon_wrapped_e7(e.west_e7),
                        (uint32_t)(width_e7 > TURN_E7 ? TURN_E7 : width_e7)};
}

/* Appends the subtree over `count` edges. */
static void add_nodes(struct path *p, uint32_t from, uint32_t count)
{
    struct node *n = &p->nodes[p->node_count++];
    n->box = box_of_edges(p, from, count);
    n->from = from;
    if (count <= RUN) {
        n->count = count;
    } else {
        uint32_t half = (count / 2 + RUN - 1) / RUN * RUN;
        add_nodes(p, from, half);
        add_nodes(p, from + half, count - half);
    }
    n->next = p->node_count;
}

struct path *path_new(const struct point *points, size_t count, bool is_closed)
{
    check(count > 0 && count < UINT32_MAX / 2);
    struct path *p = mem_new(sizeof(*p));
    p->is_closed = is_closed;
    p->points = mem_new_array(count, sizeof(*p->points));
    copy_points(p, points, count);
    p->points = mem_resize(p->points, p->point_count * sizeof(*p->points));
    bool has_closing = is_closed || p->point_count == 1;
    p->edge_count = has_closing ? p->point_count : p->point_count - 1;
    /* Each run but the last is whole, and a tree has a box fewer above its runs than runs. */
    size_t runs = (p->edge_count + RUN - 1) / RUN;
    p->nodes = mem_new_array(2 * runs - 1, sizeof(*p->nodes));
    add_nodes(p, 0, p->edge_count);
    check(p->node_count == 2 * runs - 1);
    for (size_t i = 0; i < p->edge_count; i++) {
        p->turned_e7 += path_edge(p, i).lon_step_e7;
    }
    return p;
}

void path_free(struct path *p)
{
    if (p != NULL) {
        free(p->points);
        free(p->nodes);
        free(p);
    }
}

size_t path_points(const struct path *p)
{
    return p->point_count;
}

size_t path_edges(const struct path *p)
{
    return p->edge_count;
}

size_t path_bytes(const struct path *p)
{
    return sizeof(*p) + p->point_count * sizeof(*p->points) + p->node_count * sizeof(*p->nodes);
}

struct box path_box(const struct path *p)
{
    return p->nodes[0].box;
}

int64_t path_turned_e7(const struct path *p)
{
    return p->turned_e7;
}

struct run path_near_run(const struct path *p,
                         double (*far)(const void *context, const struct box *box),
                         const void *context)
{
    uint32_t at = 0;
    while (p->nodes[at].count == 0) {
        uint32_t left = at + 1;
        uint32_t right = p->nodes[left].next;
        bool is_left = far(context, &p->nodes[left].box) <= far(context, &p->nodes[right].box);
        at = is_left ? left : right;
    }
    return (struct run){p->nodes[at].from, p->nodes[at].count};
}

void path_walk(const struct path *p, const struct path_visitor *visitor, void *context)
{
    for (uint32_t at = 0; at < p->node_count;) {
        const struct node *n = &p->nodes[at];
        if (!visitor->wants(context, &n->box)) {
            at = n->next;
            continue;
        }
        for (uint32_t i = n->from; i < n->from + n->count; i++) {
            visitor->edge(context, i);
        }
        at++;
    }
}
