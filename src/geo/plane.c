/*
 * Which polygon holds a point. The earth is a grid of cells of 2^24 units of 1e-7 degrees. A cell's
 * word, and that of each quarter it is divided into, says what it is:
 *
 *     00 ....  no border meets it: the polygon that holds it, or NONE
 *     01 ....  it is divided: where the words of its quarters begin (SW, SE, NW, NE)
 *     10 ....  it is a leaf: where its words begin
 *
 *     leaf: base | near << 16 | runs << 24     the polygon that holds it and has no border in it
 *           near words: polygon << 1 | whether it holds the south-west corner
 *           runs pairs: first point, arc << 8 | edges
 *
 * From the corner one walks north, then east to the point; each edge that is crossed takes one out
 * of the polygon on one of its sides and into that on the other:
 *
 *          |   C--x--> P        x, y: edges crossed
 *          |   ^    \
 *          |   y     \          Which side of an edge a point lies on is asked of R, C and P, of
 *          |   R      edge      each once: a point on the line counts as left of it for both legs,
 *                               so that nothing is counted twice or not at all.
 *
 * Of each polygon it is known whether it holds the point, not of one alone: polygons of seas lie
 * one in another. Differences within 3 degrees and a cell are below 2^26, their products fit.
 */
#include "geo/plane.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    KIND_SHIFT = 30,
    KIND_DIVIDED = 1,
    KIND_LEAF = 2,
    WHERE = (1 << KIND_SHIFT) - 1,
    NEAR_MAX = 256
};

static const int64_t turn_e7 = INT64_C(3600000000);
static const double m_per_e7 = 6371008.8 * 3.14159265358979323846 / 180 / 1e7;
static const double rad_per_e7 = 3.14159265358979323846 / 180 / 1e7;

struct leaf {
    uint32_t base;
    uint32_t near_count;
    uint32_t run_count;
    const uint32_t *near;
    const uint32_t *runs;
};

/* So many edges of an arc that follow one another, and what lies left and right of them. */
struct run {
    const struct gazetteer_point *points;
    uint32_t edges;
    const uint16_t *sides;
};

static struct leaf leaf_at(const struct plane *p, uint32_t word)
{
    const uint32_t *at = p->leaves + (word & WHERE);
    struct leaf leaf = {at[0] & 0xFFFF, at[0] >> 16 & 0xFF, at[0] >> 24, at + 1, NULL};
    leaf.runs = leaf.near + leaf.near_count;
    return leaf;
}

static struct run run_at(const struct plane *p, const struct leaf *leaf, size_t number)
{
    const uint32_t *at = leaf->runs + 2 * number;
    size_t arc = at[1] >> 8;
    return (struct run){p->points + at[0], at[1] & 0xFF, p->sides + 2 * arc};
}

/* ---- which polygon holds it ---- */

/* The way from a leaf's corner to a point. */
struct walk {
    int64_t west;
    int64_t south;
    int64_t x;
    int64_t y;
};

/* Whether the point lies left of the line from `a` to `b`, or on it. */
static bool is_left(const struct gazetteer_point *a, const struct gazetteer_point *b, int64_t x,
                    int64_t y)
{
    int64_t east = (int64_t)b->x_e7 - a->x_e7;
    int64_t north = (int64_t)b->y_e7 - a->y_e7;
    return east * (y - a->y_e7) - north * (x - a->x_e7) >= 0;
}

/* Whether the walk crosses the edge an odd number of times. */
static bool crosses(const struct walk *w, const struct gazetteer_point *edge)
{
    const struct gazetteer_point *a = edge;
    const struct gazetteer_point *b = edge + 1;
    bool may_up = (a->x_e7 <= w->west) != (b->x_e7 <= w->west);
    bool may_right = (a->y_e7 <= w->y) != (b->y_e7 <= w->y);
    if (!may_up && !may_right) {
        return false;
    }
    bool corner = is_left(a, b, w->west, w->y);
    bool up = may_up && is_left(a, b, w->west, w->south) != corner;
    bool right = may_right && is_left(a, b, w->x, w->y) != corner;
    return up != right;
}

static void turn_side(const struct leaf *leaf, bool *is_inside, uint32_t polygon)
{
    for (uint32_t i = 0; i < leaf->near_count; i++) {
        if (leaf->near[i] >> 1 == polygon) {
            is_inside[i] = !is_inside[i];
        }
    }
}

static bool crosses_oddly(const struct walk *w, const struct run *run)
{
    bool is_odd = false;
    for (uint32_t i = 0; i < run->edges; i++) {
        is_odd ^= crosses(w, run->points + i);
    }
    return is_odd;
}

static uint32_t find_in_leaf(const struct plane *p, const struct leaf *leaf, const struct walk *w)
{
    bool is_inside[NEAR_MAX] = {false};
    for (uint32_t i = 0; i < leaf->near_count; i++) {
        is_inside[i] = leaf->near[i] & 1;
    }
    for (uint32_t i = 0; i < leaf->run_count; i++) {
        struct run run = run_at(p, leaf, i);
        if (crosses_oddly(w, &run)) {
            turn_side(leaf, is_inside, run.sides[0]);
            turn_side(leaf, is_inside, run.sides[1]);
        }
    }
    uint32_t found = leaf->base;
    for (uint32_t i = 0; i < leaf->near_count; i++) {
        uint32_t polygon = leaf->near[i] >> 1;
        found = is_inside[i] && polygon < found ? polygon : found;
    }
    return found;
}

uint32_t plane_find(const struct plane *p, struct gazetteer_point at)
{
    uint32_t bit = GAZETTEER_CELL_BITS;
    uint32_t word = p->grid[(at.y_e7 >> bit) * GAZETTEER_COLUMNS + (at.x_e7 >> bit)];
    while (word >> KIND_SHIFT == KIND_DIVIDED) {
        bit--;
        uint32_t quarter = (at.x_e7 >> bit & 1) | (at.y_e7 >> bit & 1) << 1;
        word = p->nodes[(word & WHERE) + quarter];
    }
    if (word >> KIND_SHIFT != KIND_LEAF) {
        return word;
    }
    struct leaf leaf = leaf_at(p, word);
    struct walk walk = {at.x_e7 >> bit << bit, at.y_e7 >> bit << bit, at.x_e7, at.y_e7};
    return find_in_leaf(p, &leaf, &walk);
}

/* ---- which is nearest ---- */

struct near {
    const struct plane *p;
    int64_t x; /* may lie a turn beyond the grid */
    int64_t y;
    double m_per_x; /* metres a unit */
    double best_m2;
    uint32_t polygon;
};

static double squared(double v)
{
    return v * v;
}

/* A square of the grid or one of its parts. */
struct square {
    uint32_t word;
    int64_t west;
    int64_t south;
    uint32_t bit;
};

static double square_away_m2(const struct near *n, const struct square *s)
{
    int64_t side = INT64_C(1) << s->bit;
    int64_t east = n->x < s->west ? s->west - n->x : n->x - s->west - side;
    int64_t north = n->y < s->south ? s->south - n->y : n->y - s->south - side;
    double east_m = east > 0 ? (double)east * n->m_per_x : 0;
    double north_m = north > 0 ? (double)north * m_per_e7 : 0;
    return squared(east_m) + squared(north_m);
}

static double edge_away_m2(const struct near *n, const struct gazetteer_point *edge)
{
    double ax = (double)(edge[0].x_e7 - n->x) * n->m_per_x;
    double ay = (double)(edge[0].y_e7 - n->y) * m_per_e7;
    double bx = (double)(edge[1].x_e7 - n->x) * n->m_per_x;
    double by = (double)(edge[1].y_e7 - n->y) * m_per_e7;
    double length2 = squared(bx - ax) + squared(by - ay);
    double along = length2 > 0 ? -(ax * (bx - ax) + ay * (by - ay)) / length2 : 0;
    along = fmin(fmax(along, 0), 1);
    return squared(ax + along * (bx - ax)) + squared(ay + along * (by - ay));
}

static void near_in_run(struct near *n, const struct run *run)
{
    for (uint32_t i = 0; i < run->edges; i++) {
        double away_m2 = edge_away_m2(n, run->points + i);
        if (away_m2 < n->best_m2) {
            n->best_m2 = away_m2;
            n->polygon = run->sides[0] < run->sides[1] ? run->sides[0] : run->sides[1];
        }
    }
}

static void near_in_leaf(struct near *n, uint32_t word)
{
    struct leaf leaf = leaf_at(n->p, word);
    for (uint32_t i = 0; i < leaf.run_count; i++) {
        struct run run = run_at(n->p, &leaf, i);
        near_in_run(n, &run);
    }
}

/* Goes into the nearest quarter first, so that the others are mostly too far away. */
static void near_in_square(struct near *n, const struct square *s)
{
    if (square_away_m2(n, s) >= n->best_m2) {
        return;
    }
    if (s->word >> KIND_SHIFT == KIND_LEAF) {
        near_in_leaf(n, s->word);
    }
    if (s->word >> KIND_SHIFT != KIND_DIVIDED) {
        return;
    }
    int64_t half = INT64_C(1) << (s->bit - 1);
    uint32_t first = (n->x >= s->west + half ? 1U : 0) | (n->y >= s->south + half ? 2U : 0);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t quarter = first ^ i;
        struct square part = {
            .word = n->p->nodes[(s->word & WHERE) + quarter],
            .west = s->west + (quarter & 1 ? half : 0),
            .south = s->south + (quarter & 2 ? half : 0),
            .bit = s->bit - 1,
        };
        near_in_square(n, &part);
    }
}

static int64_t clipped(int64_t v, int64_t least, int64_t most)
{
    if (v < least) {
        return least;
    }
    return v > most ? most : v;
}

/* Looks through the cells of the grid that the reach has a part in. */
static void near_in_grid(struct near *n, int64_t reach_x, int64_t reach_y)
{
    int64_t side = INT64_C(1) << GAZETTEER_CELL_BITS;
    int64_t west = clipped(n->x - reach_x, 0, turn_e7) / side;
    int64_t east = clipped(n->x + reach_x, 0, turn_e7) / side;
    int64_t south = clipped(n->y - reach_y, 0, turn_e7 / 2) / side;
    int64_t north = clipped(n->y + reach_y, 0, turn_e7 / 2) / side;
    for (int64_t row = south; row <= north; row++) {
        for (int64_t column = west; column <= east; column++) {
            struct square cell = {n->p->grid[row * GAZETTEER_COLUMNS + column], column * side,
                                  row * side, GAZETTEER_CELL_BITS};
            near_in_square(n, &cell);
        }
    }
}

uint32_t plane_near(const struct plane *p, struct gazetteer_point at, double reach_m)
{
    double flat = fmax(sin(at.y_e7 * rad_per_e7), 0.01); /* the cosine of the latitude */
    struct near n = {
        .p = p,
        .x = at.x_e7,
        .y = at.y_e7,
        .m_per_x = m_per_e7 * flat,
        .best_m2 = squared(reach_m),
        .polygon = GAZETTEER_NONE,
    };
    int64_t reach_x = (int64_t)(reach_m / n.m_per_x) + 1;
    int64_t reach_y = (int64_t)(reach_m / m_per_e7) + 1;
    near_in_grid(&n, reach_x, reach_y);
    int64_t x = n.x;
    if (x < reach_x) {
        n.x = x + turn_e7;
        near_in_grid(&n, reach_x, reach_y);
    } else if (x + reach_x > turn_e7) {
        n.x = x - turn_e7;
        near_in_grid(&n, reach_x, reach_y);
    }
    return n.polygon;
}
