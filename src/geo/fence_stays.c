/*
 * Where a segment is inside a fence.
 *
 * Polygon: the segment is cut wherever it meets an edge, a corner or a line it runs along, and the
 * middle of each piece tells whether the piece is inside. A segment that only touches a corner is
 * cut there without consequence, so no case needs a rule of its own. Who draws a comb shall not
 * keep others waiting: of more than 64 pieces those in between the 63rd and the last are not looked
 * at.
 *
 *     a ----|=======|====^====|---- b      ^: a corner that is touched
 *           cut     cut  cut  cut          pieces: out in in in out
 *
 * Circle and corridor: of each leg of the line, the segment is within the radius in one stretch,
 * since the distance from what moves straight to a straight leg falls, then rises. The stretch is
 * found by its ends, or between them by the golden section; the stretches of all legs are united.
 * Segments of more than a degree are taken a degree at a time, which keeps straight what is not
 * straight on the ground. Most legs are done with by two distances: both ends inside, or too far
 * out for the length between them.
 *
 * Where many legs are in reach, they are not looked at one by one: the segment is halved, and
 * halved again, until the distance of the middle of a piece from the nearest leg is enough for the
 * whole piece, since it cannot change by more than the way to its ends.
 *
 *     a |----------------------------------------| b     the middle is 30 m off, the ends 80 m away
 *       |-------------------|                            20 m, 40 m: radius 70, so it is inside
 *                           |---------|                  60 m, 20 m: not known
 *
 * Where more than 64 pieces of one size are not known, or very many legs were measured, the middle
 * of each piece decides: that is a segment that runs along the border for a long way.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "geo/fence_private.h"

enum {
    STEPS_MAX = 64,
    PIECES_MAX = 64,
    LEGS_FEW = 16,       /* they are looked at one by one */
    OPEN_MAX = 64,       /* pieces of one size that are halved */
    MEASURED_MAX = 32768 /* legs, after which nothing is halved any more */
};
static const double apart = 1e-9; /* of the segment: what lies nearer together is one */

struct segment {
    struct point from;
    double lat_step_e7;
    double lon_step_e7;
};

static struct segment segment_of(struct point a, struct point b)
{
    return (struct segment){a, b.lat_e7 - a.lat_e7, lon_step_e7(a.lon_e7, b.lon_e7)};
}

static struct fine_point spot_at(const struct segment *s, double t)
{
    double lon_e7 = s->from.lon_e7 + t * s->lon_step_e7;
    return (struct fine_point){s->from.lat_e7 + t * s->lat_step_e7, lon_step_between_e7(0, lon_e7)};
}

struct point fence_segment_point(struct point a, struct point b, double fraction)
{
    struct segment s = segment_of(a, b);
    struct fine_point at = spot_at(&s, fraction);
    return (struct point){(int32_t)lround(at.lat_e7), (int32_t)lround(at.lon_e7)};
}

/* Stretches in order of their begin. */
struct stays {
    struct fence_stay *at;
    size_t count;
};

static void add_stay(struct stays *s, struct fence_stay stay)
{
    if (s->count > 0 && stay.in <= s->at[s->count - 1].out + apart) {
        s->at[s->count - 1].out = fmax(s->at[s->count - 1].out, stay.out);
        return;
    }
    s->count += s->count < FENCE_STAYS_MAX;
    s->at[s->count - 1] = stay;
}

/* What grows while a path is walked: cuts of a segment, or ends of stretches in pairs. */
struct fractions {
    double *at;
    size_t count;
    size_t room;
};

static void add_fraction(struct fractions *f, double t)
{
    if (f->count == f->room) {
        f->room = f->room == 0 ? 16 : 2 * f->room;
        f->at = mem_resize(f->at, f->room * sizeof(*f->at));
    }
    f->at[f->count++] = t;
}

static int compare_fractions(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

/* Polygon */

struct cutter {
    const struct path *path;
    const struct segment *segment;
    struct box box;
    struct fractions cuts;
};

static bool is_near(const void *context, const struct box *box)
{
    const struct cutter *c = context;
    return box_overlaps(&c->box, box);
}

static void add_cut(struct fractions *cuts, double t)
{
    if (t > 0 && t < 1) {
        add_fraction(cuts, t);
    }
}

/* Cuts the segment at an edge whose begin lies x to the east and y to the north of the segment's.
 */
static void cut_at(struct cutter *c, const struct edge *e, double x, double y)
{
    double dx = c->segment->lon_step_e7;
    double dy = c->segment->lat_step_e7;
    double ex = e->lon_step_e7;
    double ey = e->lat_step_e7;
    double turn = dx * ey - dy * ex;
    if (turn != 0) {
        double along_edge = (x * dy - y * dx) / turn;
        if (along_edge >= -apart && along_edge <= 1 + apart) {
            add_cut(&c->cuts, (x * ey - y * ex) / turn);
        }
    } else if (x * dy == y * dx) { /* the segment runs along the edge */
        double square = dx * dx + dy * dy;
        add_cut(&c->cuts, (x * dx + y * dy) / square);
        add_cut(&c->cuts, ((x + ex) * dx + (y + ey) * dy) / square);
    }
}

static void cut(void *context, size_t i)
{
    struct cutter *c = context;
    struct edge e = path_edge(c->path, i);
    double y = (double)e.from.lat_e7 - c->segment->from.lat_e7;
    double x = lon_step_e7(c->segment->from.lon_e7, e.from.lon_e7);
    for (int turn = -1; turn <= 1; turn++) {
        cut_at(c, &e, x + turn * (double)TURN_E7, y);
    }
}

static void find_in_polygon(const struct fence_geometry *g, struct cutter *c, struct stays *stays)
{
    static const struct path_visitor visitor = {is_near, cut};
    for (size_t i = 0; i < g->ring_count; i++) {
        c->path = g->rings[i].path;
        path_walk(c->path, &visitor, c);
    }
    if (c->cuts.count > 1) {
        qsort(c->cuts.at, c->cuts.count, sizeof(*c->cuts.at), compare_fractions);
    }
    add_fraction(&c->cuts, 1);
    double from = 0;
    int looked_at = 0;
    for (size_t i = 0; i < c->cuts.count; i++) {
        double to = c->cuts.at[i];
        bool is_last = i + 1 == c->cuts.count;
        if (to - from <= apart && !is_last) {
            continue;
        }
        if (++looked_at == PIECES_MAX && !is_last) {
            i = c->cuts.count - 2;
            from = c->cuts.at[i];
            continue;
        }
        if (fence_contains_spot(g, spot_at(c->segment, (from + to) / 2))) {
            add_stay(stays, (struct fence_stay){from, to});
        }
        from = to;
    }
    free(c->cuts.at);
}

/* Circle and corridor */

/* A leg of the line, and a piece of the segment whose distance from it is looked at. */
struct probe {
    const struct segment *segment;
    struct edge leg;
    double radius_m;
    double length_max_m; /* of the piece, over its share of the segment: metres a unit of t */
};

/* How far the segment is beyond the radius at `t`; 0 or less: inside. */
static double beyond_m(const struct probe *p, double t)
{
    struct place place = metric_place(spot_at(p->segment, t));
    return metric_to_edge_m(&place, &p->leg, INFINITY) - p->radius_m;
}

/* A fraction and how far the segment is beyond the radius there. */
struct sample {
    double t;
    double beyond_m;
};

static struct sample sample_at(const struct probe *p, double t)
{
    return (struct sample){t, beyond_m(p, t)};
}

/*
 * The fraction between one outside and one inside at which the radius is crossed: the false
 * position with halved weights (Illinois; M. Dowell and P. Jarratt, BIT 11, 1971).
 */
static double find_border(const struct probe *p, struct sample outside, struct sample inside)
{
    const double close_m = 1e-7;
    const double close = 1e-12;
    int kept = 0;
    for (int i = 0; i < STEPS_MAX && fabs(outside.t - inside.t) > close; i++) {
        double share = outside.beyond_m / (outside.beyond_m - inside.beyond_m);
        struct sample next = sample_at(p, outside.t + share * (inside.t - outside.t));
        if (fabs(next.beyond_m) < close_m) {
            return next.t;
        }
        if (next.beyond_m > 0) {
            outside = next;
            inside.beyond_m /= kept > 0 ? 2 : 1;
            kept = 1;
        } else {
            inside = next;
            outside.beyond_m /= kept < 0 ? 2 : 1;
            kept = -1;
        }
    }
    return inside.t;
}

/* A place inside between two outside, by the golden section. */
static bool find_inside(const struct probe *p, struct sample low, struct sample high,
                        struct sample *inside)
{
    const double section = 0.61803398874989485;
    const double least_m = 1e-4;
    struct sample a = sample_at(p, high.t - section * (high.t - low.t));
    struct sample b = sample_at(p, low.t + section * (high.t - low.t));
    for (int i = 0; i < STEPS_MAX; i++) {
        *inside = a.beyond_m < b.beyond_m ? a : b;
        double length_m = p->length_max_m * (high.t - low.t);
        if (inside->beyond_m <= 0) {
            return true;
        }
        if (inside->beyond_m > length_m || length_m < least_m) {
            return false;
        }
        if (a.beyond_m < b.beyond_m) {
            high = b;
            b = a;
            a = sample_at(p, high.t - section * (high.t - low.t));
        } else {
            low = a;
            a = b;
            b = sample_at(p, low.t + section * (high.t - low.t));
        }
    }
    return false;
}

/* Whether the segment comes within the radius between two samples, and where. */
static bool find_stretch(const struct probe *p, struct sample low, struct sample high,
                         struct fence_stay *stay)
{
    *stay = (struct fence_stay){low.t, high.t};
    struct sample inside = low.beyond_m <= 0 ? low : high;
    if (inside.beyond_m > 0) {
        double length_m = p->length_max_m * (high.t - low.t);
        if (low.beyond_m + high.beyond_m > length_m || !find_inside(p, low, high, &inside)) {
            return false;
        }
    }
    if (low.beyond_m > 0) {
        stay->in = find_border(p, low, inside);
    }
    if (high.beyond_m > 0) {
        stay->out = find_border(p, high, inside);
    }
    return true;
}

struct joiner {
    const struct path *path;
    struct probe probe;
    struct place begin; /* of the segment */
    double reach_m;     /* from there no leg that is farther matters */
    struct fractions ends;
    bool is_all_inside;
    size_t leg_count; /* in reach, as far as few */
    size_t measured;  /* legs, by cover() */
};

static bool is_wanted(const void *context, const struct box *box)
{
    const struct joiner *j = context;
    return !j->is_all_inside && metric_to_box_m(&j->begin, box) <= j->reach_m;
}

/* Of so many pieces, how many behind a sample lie outside because it is too far out. */
static int pieces_outside(const struct probe *p, const struct sample *from, int pieces)
{
    double piece_m = p->length_max_m / pieces;
    return from->beyond_m <= piece_m ? 0 : (int)fmin(from->beyond_m / piece_m, pieces);
}

static void probe_leg(void *context, size_t i)
{
    struct joiner *j = context;
    const struct segment *s = j->probe.segment;
    j->probe.leg = path_edge(j->path, i);
    struct box leg = edge_box(&j->probe.leg);
    if (!is_wanted(j, &leg)) {
        return;
    }
    double longest_e7 = fmax(fabs(s->lat_step_e7), fabs(s->lon_step_e7));
    int pieces = 1 + (int)(longest_e7 / DEGREE_E7);
    struct sample low = sample_at(&j->probe, 0);
    for (int k = 1; k <= pieces; k++) {
        int outside = pieces_outside(&j->probe, &low, pieces);
        if (outside > 0) {
            k += outside;
            low = sample_at(&j->probe, fmin((double)(k - 1) / pieces, 1));
        }
        struct sample high = sample_at(&j->probe, fmin((double)k / pieces, 1));
        struct fence_stay stay;
        if (find_stretch(&j->probe, low, high, &stay)) {
            add_fraction(&j->ends, stay.in);
            add_fraction(&j->ends, stay.out);
            j->is_all_inside = stay.in == 0 && stay.out == 1;
        }
        low = high;
    }
}

/* Counts the legs that may be in reach, as far as few. */
static bool may_reach(const void *context, const struct box *box)
{
    const struct joiner *j = context;
    return j->leg_count <= LEGS_FEW && is_wanted(context, box);
}

static void count_leg(void *context, size_t i)
{
    struct joiner *j = context;
    (void)i;
    j->leg_count++;
}

/* A piece of the segment. */
struct piece {
    double from;
    double to;
};

enum piece_side { PIECE_OUTSIDE, PIECE_INSIDE, PIECE_UNKNOWN };

static struct place middle_of(const struct joiner *j, const struct piece *p)
{
    return metric_place(spot_at(j->probe.segment, (p->from + p->to) / 2));
}

/* Whether a leg is no farther from a place than that. */
static bool has_leg_within(struct joiner *j, const struct place *place, double far_m)
{
    double beyond_m = nextafter(far_m, INFINITY);
    return metric_near_path_m(place, j->path, far_m, beyond_m, &j->measured) <= far_m;
}

/* What the middle of a piece tells of all of it. */
static enum piece_side side_of(struct joiner *j, const struct piece *p)
{
    double radius_m = j->probe.radius_m;
    double reach_m = j->probe.length_max_m * (p->to - p->from) / 2;
    struct place middle = middle_of(j, p);
    if (reach_m <= radius_m && has_leg_within(j, &middle, radius_m - reach_m)) {
        return PIECE_INSIDE;
    }
    return has_leg_within(j, &middle, radius_m + reach_m) ? PIECE_UNKNOWN : PIECE_OUTSIDE;
}

static void add_piece(struct joiner *j, const struct piece *p)
{
    add_fraction(&j->ends, p->from);
    add_fraction(&j->ends, p->to);
}

/* Of a piece that is not halved any more its middle decides. */
static void add_by_middle(struct joiner *j, const struct piece *p)
{
    struct place middle = middle_of(j, p);
    if (has_leg_within(j, &middle, j->probe.radius_m)) {
        add_piece(j, p);
    }
}

/* Whether it is so short that nobody wants to know more. */
static bool is_point(const struct joiner *j, const struct piece *p)
{
    const double close_m = 1e-6;
    return p->to - p->from <= apart || (p->to - p->from) * j->probe.length_max_m <= close_m;
}

/* Takes what is known of a piece; true: it is to be halved. */
static bool look_at(struct joiner *j, const struct piece *p)
{
    enum piece_side side = side_of(j, p);
    if (side == PIECE_INSIDE) {
        add_piece(j, p);
    } else if (side == PIECE_UNKNOWN && is_point(j, p)) {
        add_by_middle(j, p);
        return false;
    }
    return side == PIECE_UNKNOWN;
}

/* Halves the pieces that are not known; answers how many of their halves are not either. */
static size_t halve_all(struct joiner *j, const struct piece *open, size_t count,
                        struct piece halves[2 * OPEN_MAX])
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        double middle = (open[i].from + open[i].to) / 2;
        const struct piece low = {open[i].from, middle};
        const struct piece high = {middle, open[i].to};
        if (look_at(j, &low)) {
            halves[left++] = low;
        }
        if (look_at(j, &high)) {
            halves[left++] = high;
        }
    }
    return left;
}

/* A piece of the segment that is no longer than a degree. */
static void cover(struct joiner *j, struct piece whole)
{
    struct piece open[2][2 * OPEN_MAX] = {{whole}};
    size_t count = look_at(j, &whole) ? 1 : 0;
    size_t at = 0;
    while (count > 0 && count <= OPEN_MAX && j->measured < MEASURED_MAX) {
        count = halve_all(j, open[at], count, open[1 - at]);
        at = 1 - at;
    }
    for (size_t i = 0; i < count; i++) {
        add_by_middle(j, &open[at][i]);
    }
}

static void cover_all(struct joiner *j)
{
    const struct segment *s = j->probe.segment;
    double longest_e7 = fmax(fabs(s->lat_step_e7), fabs(s->lon_step_e7));
    int pieces = 1 + (int)(longest_e7 / DEGREE_E7);
    for (int k = 0; k < pieces; k++) {
        cover(j, (struct piece){(double)k / pieces, (double)(k + 1) / pieces});
    }
}

static void find_in_round(const struct fence_geometry *g, struct joiner *j, struct stays *stays)
{
    static const struct path_visitor visitor = {is_wanted, probe_leg};
    static const struct path_visitor counter = {may_reach, count_leg};
    const struct segment *s = j->probe.segment;
    j->path = g->rings[0].path;
    j->probe.radius_m = g->radius_m;
    struct fine_point from = {s->from.lat_e7, s->from.lon_e7};
    j->probe.length_max_m = metric_length_max_m(from, s->lat_step_e7, s->lon_step_e7);
    j->begin = metric_place(from);
    j->reach_m = g->radius_m + j->probe.length_max_m;
    path_walk(j->path, &counter, j);
    if (j->leg_count <= LEGS_FEW) {
        path_walk(j->path, &visitor, j);
    } else {
        cover_all(j);
    }
    if (j->is_all_inside) {
        add_stay(stays, (struct fence_stay){0, 1});
    } else if (j->ends.count > 0) {
        /* Two doubles are a stay; by their begins, which come first. */
        qsort(j->ends.at, j->ends.count / 2, 2 * sizeof(*j->ends.at), compare_fractions);
        for (size_t i = 0; i < j->ends.count; i += 2) {
            add_stay(stays, (struct fence_stay){j->ends.at[i], j->ends.at[i + 1]});
        }
    }
    free(j->ends.at);
}

size_t fence_stays(const struct fence_geometry *g, struct point a, struct point b,
                   struct fence_stay stays[FENCE_STAYS_MAX])
{
    struct segment segment = segment_of(a, b);
    struct box box = box_of_segment(a, b);
    struct stays found = {.at = stays};
    if (!box_overlaps(&box, &g->box)) {
        return 0;
    }
    if (g->kind == SHAPE_POLYGON) {
        struct cutter c = {.segment = &segment, .box = box};
        find_in_polygon(g, &c, &found);
    } else {
        struct joiner j = {.probe = {.segment = &segment}};
        find_in_round(g, &j, &found);
    }
    return found.count;
}
