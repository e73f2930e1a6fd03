/*
 * Checking what is drawn. Lines are compared exactly: with differences d, e of whole units below
 * 3.6e9 and 1.8e9 a product d * e is below 6.5e18 and fits in 64 bits, and on which side of a line
 * a point lies is which of two products is the larger. On the rolled-up plane a line may meet
 * another one turn away, so each pair is looked at in every turn in which their longitudes overlap.
 *
 * Once no two lines meet, a ring lies wholly inside or outside of another, and one of its points
 * tells which.
 */
#include "geo/shape.h"

#include <stdlib.h>

#include "base/mem.h"
#include "geo/ring.h"

/* Each degree of a line is looked at for itself, of a corridor's against each of a segment's. */
enum { DEGREES_MAX = 3600, CORRIDOR_DEGREES_MAX = 360 };

const char *shape_fault_text(enum shape_fault_kind kind)
{
    static const char *const texts[] = {
#define X(name, text) [SHAPE_FAULT_##name] = (text),
        SHAPE_FAULT_MAP(X)
#undef X
    };
    return texts[kind];
}

static bool fail(struct shape_fault *fault, enum shape_fault_kind kind, size_t ring, size_t point)
{
    *fault = (struct shape_fault){kind, ring, point};
    return false;
}

/* Whether point `i` is not merely the one before it again; every ring has a first one. */
static bool is_new(const struct shape_ring *ring, size_t i)
{
    const struct point *at = &ring->points[i];
    return i == 0 || at->lat_e7 != at[-1].lat_e7 || lon_step_e7(at->lon_e7, at[-1].lon_e7) != 0;
}

/* The index of the point that path_new() keeps as the `kept`-th. */
static size_t point_of(const struct shape_ring *ring, size_t kept)
{
    size_t i = 0;
    for (size_t seen = 0; i < ring->count; i++) {
        if (is_new(ring, i) && seen++ == kept) {
            break;
        }
    }
    return i;
}

static bool check_sizes(const struct shape *s, struct shape_fault *fault)
{
    bool is_round = s->kind != SHAPE_POLYGON;
    if (s->ring_count == 0) {
        return fail(fault, SHAPE_FAULT_FEW_POINTS, 0, 0);
    }
    if (is_round && s->ring_count > 1) {
        return fail(fault, SHAPE_FAULT_HOLES, 1, 0);
    }
    if (is_round && (s->radius_m_e2 == 0 || s->radius_m_e2 > SHAPE_RADIUS_MAX_M_E2)) {
        return fail(fault, SHAPE_FAULT_RADIUS, 0, 0);
    }
    size_t left = s->kind == SHAPE_CIRCLE ? 1 : SHAPE_POINTS_MAX;
    for (size_t i = 0; i < s->ring_count; i++) {
        if (s->rings[i].count == 0) {
            return fail(fault, SHAPE_FAULT_FEW_POINTS, i, 0);
        }
        if (s->rings[i].count > left) {
            return fail(fault, SHAPE_FAULT_MANY_POINTS, i, left);
        }
        left -= s->rings[i].count;
    }
    return true;
}

static bool is_on_earth(struct point p)
{
    return llabs(p.lat_e7) <= POLE_E7 && llabs(p.lon_e7) <= TURN_E7 / 2;
}

static bool check_coordinates(const struct shape *s, struct shape_fault *fault)
{
    for (size_t i = 0; i < s->ring_count; i++) {
        size_t good = 0;
        while (good < s->rings[i].count && is_on_earth(s->rings[i].points[good])) {
            good++;
        }
        if (good < s->rings[i].count) {
            return fail(fault, SHAPE_FAULT_COORDINATE, i, good);
        }
    }
    return true;
}

/* The points that differ, and the lines between them; adds to `length_e7`. */
static bool check_lines(const struct shape *s, size_t ring, const struct path *p,
                        struct shape_fault *fault, int64_t *length_e7)
{
    static const size_t needed[] = {[SHAPE_POLYGON] = 3, [SHAPE_CIRCLE] = 1, [SHAPE_CORRIDOR] = 2};
    int64_t most_e7 = s->kind == SHAPE_POLYGON ? DEGREES_MAX : CORRIDOR_DEGREES_MAX;
    if (path_points(p) < needed[s->kind]) {
        return fail(fault, SHAPE_FAULT_FEW_POINTS, ring, 0);
    }
    for (size_t i = 0; i < path_edges(p); i++) {
        struct edge e = path_edge(p, i);
        int64_t lat_e7 = llabs(e.lat_step_e7);
        int64_t lon_e7 = llabs(e.lon_step_e7);
        if (lon_e7 == TURN_E7 / 2) {
            return fail(fault, SHAPE_FAULT_HALF_TURN, ring, point_of(&s->rings[ring], i));
        }
        *length_e7 += lat_e7 > lon_e7 ? lat_e7 : lon_e7;
        if (*length_e7 > most_e7 * DEGREE_E7) {
            return fail(fault, SHAPE_FAULT_LONG, ring, point_of(&s->rings[ring], i));
        }
    }
    return true;
}

/* On which side of the line from 0 over (dx, dy) a point lies: -1, 0, 1. */
static int side(int64_t dx, int64_t dy, int64_t x, int64_t y)
{
    int64_t left = dx * y;
    int64_t right = dy * x;
    return (left > right) - (left < right);
}

static bool do_spans_overlap(int64_t a, int64_t a_step, int64_t b, int64_t b_step)
{
    int64_t a_low = a + (a_step < 0 ? a_step : 0);
    int64_t b_low = b + (b_step < 0 ? b_step : 0);
    return a_low <= b_low + llabs(b_step) && b_low <= a_low + llabs(a_step);
}

static bool do_edges_meet(const struct edge *a, const struct edge *b)
{
    int64_t y = (int64_t)b->from.lat_e7 - a->from.lat_e7;
    int64_t east_e7 = lon_step_e7(a->from.lon_e7, b->from.lon_e7);
    if (!do_spans_overlap(0, a->lat_step_e7, y, b->lat_step_e7)) {
        return false;
    }
    for (int64_t x = east_e7 - TURN_E7; x <= east_e7 + TURN_E7; x += TURN_E7) {
        if (!do_spans_overlap(0, a->lon_step_e7, x, b->lon_step_e7)) {
            continue;
        }
        int from = side(a->lon_step_e7, a->lat_step_e7, x, y);
        int to = side(a->lon_step_e7, a->lat_step_e7, x + b->lon_step_e7, y + b->lat_step_e7);
        int from_b = side(b->lon_step_e7, b->lat_step_e7, -x, -y);
        int to_b = side(b->lon_step_e7, b->lat_step_e7, a->lon_step_e7 - x, a->lat_step_e7 - y);
        if (from * to <= 0 && from_b * to_b <= 0) {
            return true;
        }
    }
    return false;
}

/* Whether an edge runs back over the one before it. */
static bool does_turn_back(const struct edge *a, const struct edge *b)
{
    bool is_straight = side(a->lon_step_e7, a->lat_step_e7, b->lon_step_e7, b->lat_step_e7) == 0;
    bool is_against = (a->lon_step_e7 < 0) != (b->lon_step_e7 < 0);
    if (a->lon_step_e7 == 0) {
        is_against = (a->lat_step_e7 < 0) != (b->lat_step_e7 < 0);
    }
    return is_straight && is_against;
}

/* Looks for the first edge of `path`, from `first` on, that meets the edge. */
struct search {
    const struct path *path;
    struct edge edge;
    struct box box;
    size_t own;   /* the edge's index, where the path is its own; else SIZE_MAX */
    size_t found; /* or SIZE_MAX */
};

static bool is_near(const void *context, const struct box *box)
{
    const struct search *s = context;
    return s->found == SIZE_MAX && box_overlaps(&s->box, box);
}

static void compare(void *context, size_t i)
{
    struct search *s = context;
    if (s->found != SIZE_MAX || (s->own != SIZE_MAX && i <= s->own)) {
        return;
    }
    struct edge other = path_edge(s->path, i);
    bool is_next = s->own != SIZE_MAX && i == s->own + 1;
    bool is_last = s->own == 0 && i + 1 == path_edges(s->path);
    bool meets = is_next   ? does_turn_back(&s->edge, &other)
                 : is_last ? does_turn_back(&other, &s->edge)
                           : do_edges_meet(&s->edge, &other);
    if (meets) {
        s->found = i;
    }
}

static size_t find_meeting(const struct path *from, size_t edge, const struct path *in)
{
    static const struct path_visitor visitor = {is_near, compare};
    struct search s = {.path = in,
                       .edge = path_edge(from, edge),
                       .own = from == in ? edge : SIZE_MAX,
                       .found = SIZE_MAX};
    s.box = edge_box(&s.edge);
    path_walk(in, &visitor, &s);
    return s.found;
}

/* The first edge of a ring that meets another ring; SIZE_MAX where none does. */
static size_t find_common(const struct ring *ring, const struct ring *other)
{
    struct box box = path_box(ring->path);
    struct box other_box = path_box(other->path);
    size_t count = box_overlaps(&box, &other_box) ? path_edges(ring->path) : 0;
    for (size_t i = 0; i < count; i++) {
        if (find_meeting(ring->path, i, other->path) != SIZE_MAX) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Whether ring `i` crosses neither itself nor a ring before it. */
static bool check_crossings(const struct shape *s, const struct ring *rings, size_t i,
                            struct shape_fault *fault)
{
    const struct path *own = rings[i].path;
    for (size_t k = 0; k < path_edges(own); k++) {
        size_t found = find_meeting(own, k, own);
        if (found != SIZE_MAX) {
            return fail(fault, SHAPE_FAULT_CROSSED, i, point_of(&s->rings[i], found));
        }
    }
    for (size_t other = 0; other < i; other++) {
        size_t found = find_common(&rings[i], &rings[other]);
        if (found != SIZE_MAX) {
            return fail(fault, SHAPE_FAULT_RINGS_MEET, i, point_of(&s->rings[i], found));
        }
    }
    return true;
}

static bool is_inside(const struct ring *inner, const struct ring *outer)
{
    struct point at = path_edge(inner->path, 0).from;
    return ring_side(outer, (struct fine_point){at.lat_e7, at.lon_e7}) == RING_INSIDE;
}

/* Whether hole `i` lies in the polygon and apart from the holes before it. */
static bool check_hole(const struct ring *rings, size_t i, struct shape_fault *fault)
{
    if (!is_inside(&rings[i], &rings[0])) {
        return fail(fault, SHAPE_FAULT_HOLE_OUTSIDE, i, 0);
    }
    for (size_t other = 1; other < i; other++) {
        if (is_inside(&rings[i], &rings[other]) || is_inside(&rings[other], &rings[i])) {
            return fail(fault, SHAPE_FAULT_HOLE_NESTED, i, 0);
        }
    }
    return true;
}

/* Each ring against itself and those before it; `rings` is filled so far as it came. */
static bool check_polygon(const struct shape *s, struct ring *rings, struct shape_fault *fault)
{
    int64_t length_e7 = 0;
    for (size_t i = 0; i < s->ring_count; i++) {
        ring_init(&rings[i], s->rings[i].points, s->rings[i].count);
        if (!check_lines(s, i, rings[i].path, fault, &length_e7)) {
            return false;
        }
    }
    for (size_t i = 0; i < s->ring_count; i++) {
        if (!check_crossings(s, rings, i, fault) || (i > 0 && !check_hole(rings, i, fault))) {
            return false;
        }
    }
    return true;
}

static bool check_line(const struct shape *s, struct shape_fault *fault)
{
    int64_t length_e7 = 0;
    struct path *path = path_new(s->rings[0].points, s->rings[0].count, false);
    bool is_good = check_lines(s, 0, path, fault, &length_e7);
    path_free(path);
    return is_good;
}

enum err shape_check(const struct shape *shape, struct shape_fault *fault)
{
    *fault = (struct shape_fault){.kind = SHAPE_FAULT_NONE};
    if (!check_sizes(shape, fault) || !check_coordinates(shape, fault)) {
        return ERR_INVALID;
    }
    if (shape->kind != SHAPE_POLYGON) {
        return check_line(shape, fault) ? ERR_OK : ERR_INVALID;
    }
    struct ring *rings = mem_new_array(shape->ring_count, sizeof(*rings));
    bool is_good = check_polygon(shape, rings, fault);
    for (size_t i = 0; i < shape->ring_count; i++) {
        ring_clear(&rings[i]);
    }
    free(rings);
    return is_good ? ERR_OK : ERR_INVALID;
}
