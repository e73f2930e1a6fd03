#include "geo/plane.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "geo/gazetteer_testing.h"

static const uint32_t no_arc = UINT32_MAX;

static const struct plane provinces = {
    gazetteer_province_map_grid,  gazetteer_province_map_nodes,  gazetteer_province_map_leaves,
    gazetteer_province_map_sides, gazetteer_province_map_points,
};
static const struct plane seas = {
    gazetteer_sea_map_grid,  gazetteer_sea_map_nodes,  gazetteer_sea_map_leaves,
    gazetteer_sea_map_sides, gazetteer_sea_map_points,
};

/*
 * All edges of a map without its squares: the arc of the edge that begins at each point, and which
 * edges there are in each band of latitudes. What lies in no band of a place cannot be crossed by a
 * ray along its latitude, so that nobody need walk over all.
 */
enum { BANDS = 1800, BAND_E7 = 1000000 };

struct judge {
    const struct plane *plane;
    uint32_t *arcs;
    uint32_t points;
    uint32_t *edges;           /* those of band after band */
    uint32_t first[BANDS + 1]; /* in `edges`; the last: behind all */
};

static void take_leaf(struct judge *j, const uint32_t *leaf)
{
    const uint32_t *run = leaf + 1 + (leaf[0] >> 16 & 0xFF);
    for (uint32_t i = 0; i < leaf[0] >> 24; i++, run += 2) {
        for (uint32_t edge = 0; edge < (run[1] & 0xFF); edge++) {
            j->arcs[run[0] + edge] = run[1] >> 8;
        }
    }
}

static void take_square(struct judge *j, uint32_t word)
{
    if (word >> 30 == 2) {
        take_leaf(j, j->plane->leaves + (word & 0x3FFFFFFF));
    }
    for (uint32_t i = 0; word >> 30 == 1 && i < 4; i++) {
        take_square(j, j->plane->nodes[(word & 0x3FFFFFFF) + i]);
    }
}

static uint32_t band_of(double y_e7)
{
    return (uint32_t)fmin(fmax(y_e7 / BAND_E7, 0), BANDS - 1);
}

/* Counts an edge in each of its bands, or lays it down there once there is room. */
static void note_edge(struct judge *j, uint32_t edge)
{
    const struct gazetteer_point *ends = j->plane->points + edge;
    uint32_t last = band_of(fmax(ends[0].y_e7, ends[1].y_e7));
    for (uint32_t b = band_of(fmin(ends[0].y_e7, ends[1].y_e7)); b <= last; b++) {
        if (j->edges != NULL) {
            j->edges[j->first[b]] = edge;
        }
        j->first[b]++;
    }
}

static void note_edges(struct judge *j)
{
    for (uint32_t i = 0; i < j->points; i++) {
        if (j->arcs[i] != no_arc) {
            note_edge(j, i);
        }
    }
}

static void sort_edges(struct judge *j)
{
    uint32_t sum = 0;
    note_edges(j);
    for (uint32_t b = 0; b <= BANDS; b++) {
        uint32_t count = j->first[b];
        j->first[b] = sum;
        sum += count;
    }
    j->edges = mem_new_array(sum, sizeof(*j->edges));
    note_edges(j);
    memmove(j->first + 1, j->first, BANDS * sizeof(j->first[0]));
    j->first[0] = 0;
}

static struct judge *judge_new(const struct plane *plane, uint32_t points)
{
    struct judge *j = mem_new(sizeof(*j));
    *j = (struct judge){
        .plane = plane, .arcs = mem_new_array(points, sizeof(uint32_t)), .points = points};
    memset(j->arcs, 0xFF, points * sizeof(uint32_t));
    for (uint32_t i = 0; i < GAZETTEER_COLUMNS * GAZETTEER_ROWS; i++) {
        take_square(j, plane->grid[i]);
    }
    sort_edges(j);
    return j;
}

static void judge_free(struct judge *j)
{
    free(j->arcs);
    free(j->edges);
    free(j);
}

/* Whether a ray from the point to the west crosses the edge. */
static bool is_crossed(const struct gazetteer_point *edge, struct gazetteer_point at)
{
    if ((edge[0].y_e7 <= at.y_e7) == (edge[1].y_e7 <= at.y_e7)) {
        return false;
    }
    double part = ((double)at.y_e7 - edge[0].y_e7) / ((double)edge[1].y_e7 - edge[0].y_e7);
    return edge[0].x_e7 + part * ((double)edge[1].x_e7 - edge[0].x_e7) < at.x_e7;
}

/* By a ray over all edges of its latitude. */
static uint32_t judged(const struct judge *j, struct gazetteer_point at)
{
    bool is_inside[UINT16_MAX + 1] = {false}; /* GAZETTEER_NONE too, which nobody asks */
    uint32_t band = band_of(at.y_e7);
    for (uint32_t n = j->first[band]; n < j->first[band + 1]; n++) {
        uint32_t i = j->edges[n];
        if (is_crossed(j->plane->points + i, at)) {
            const uint16_t *sides = j->plane->sides + (size_t)2 * j->arcs[i];
            is_inside[sides[0]] = !is_inside[sides[0]];
            is_inside[sides[1]] = !is_inside[sides[1]];
        }
    }
    const bool *found = memchr(is_inside, true, GAZETTEER_NONE);
    return found == NULL ? GAZETTEER_NONE : (uint32_t)(found - is_inside);
}

static struct gazetteer_point on_map(struct point p)
{
    return (struct gazetteer_point){(uint32_t)((int64_t)p.lon_e7 + 1800000000),
                                    (uint32_t)((int64_t)p.lat_e7 + 900000000)};
}

static void check_random_points(const struct plane *plane, uint32_t points)
{
    struct judge *j = judge_new(plane, points);
    uint64_t seed = 11;
    uint32_t inside = 0;
    for (int i = 0; i < 300; i++) {
        struct gazetteer_point at = on_map(draw_point(&seed));
        uint32_t found = plane_find(plane, at);
        assert_int_equal(found, judged(j, at));
        inside += found != GAZETTEER_NONE;
    }
    assert_true(inside > 50);
    for (int i = 0; i < 300; i++) { /* beside borders */
        uint32_t point = draw_below(&seed, points);
        struct gazetteer_point at = plane->points[point];
        at.x_e7 = (uint32_t)fmin(fmax(at.x_e7 + draw(&seed, -2e4, 2e4), 1), 3599999999);
        at.y_e7 = (uint32_t)fmin(fmax(at.y_e7 + draw(&seed, -2e4, 2e4), 1), 1799999999);
        assert_int_equal(plane_find(plane, at), judged(j, at));
    }
    judge_free(j);
}

static void provinces_are_found_as_without_squares(void **state)
{
    (void)state;
    check_random_points(&provinces, gazetteer_province_map_points_count);
}

static void seas_are_found_as_without_squares(void **state)
{
    (void)state;
    check_random_points(&seas, gazetteer_sea_map_points_count);
}

/* ---- the nearest ---- */

enum { NEAR_M = 20000, NEAR_E7 = 2 * BAND_E7 }; /* the latter is more, in latitude */

static double away_m(struct gazetteer_point at, const struct gazetteer_point *edge, double shift)
{
    double per_y = 6371008.8 * 3.14159265358979323846 / 180 / 1e7;
    double per_x = per_y * fmax(cos((at.y_e7 / 1e7 - 90) * 3.14159265358979323846 / 180), 0.01);
    double ax = (edge[0].x_e7 + shift - at.x_e7) * per_x;
    double ay = ((double)edge[0].y_e7 - at.y_e7) * per_y;
    double bx = (edge[1].x_e7 + shift - at.x_e7) * per_x;
    double by = ((double)edge[1].y_e7 - at.y_e7) * per_y;
    double length2 = (bx - ax) * (bx - ax) + (by - ay) * (by - ay);
    double t = length2 > 0 ? -(ax * (bx - ax) + ay * (by - ay)) / length2 : 0;
    t = fmin(fmax(t, 0), 1);
    return hypot(ax + t * (bx - ax), ay + t * (by - ay));
}

/* The distance of the nearest edge, of all or of a polygon's; HUGE_VAL if it is NEAR_M and more. */
static double judged_away_m(const struct judge *j, struct gazetteer_point at, uint32_t of)
{
    double best = HUGE_VAL;
    uint32_t last = band_of((double)at.y_e7 + NEAR_E7);
    for (uint32_t n = j->first[band_of((double)at.y_e7 - NEAR_E7)]; n < j->first[last + 1]; n++) {
        uint32_t i = j->edges[n];
        const uint16_t *sides = j->plane->sides + (size_t)2 * j->arcs[i];
        if (of != GAZETTEER_NONE && sides[0] != of && sides[1] != of) {
            continue;
        }
        for (int turn = -1; turn <= 1; turn++) {
            best = fmin(best, away_m(at, j->plane->points + i, turn * 3.6e9));
        }
    }
    return best < NEAR_M ? best : HUGE_VAL;
}

static void the_nearest_coast_is_as_judged(void **state)
{
    (void)state;
    struct judge *j = judge_new(&provinces, gazetteer_province_map_points_count);
    uint64_t seed = 5;
    uint32_t near = 0;
    uint32_t far = 0;
    while (near < 40 || far < 20) {
        struct gazetteer_point at = j->plane->points[draw_below(&seed, j->points)];
        at.x_e7 = (uint32_t)fmin(fmax(at.x_e7 + draw(&seed, -4e6, 4e6), 0), 3600000000);
        at.y_e7 = (uint32_t)fmin(fmax(at.y_e7 + draw(&seed, -4e6, 4e6), 0), 1800000000);
        if (plane_find(&provinces, at) != GAZETTEER_NONE) {
            continue;
        }
        uint32_t found = plane_near(&provinces, at, NEAR_M);
        double best_m = judged_away_m(j, at, GAZETTEER_NONE);
        assert_int_equal(found == GAZETTEER_NONE, best_m >= NEAR_M);
        if (found != GAZETTEER_NONE) {
            assert_true(judged_away_m(j, at, found) <= best_m + 0.01);
        }
        near += found != GAZETTEER_NONE;
        far += found == GAZETTEER_NONE;
    }
    judge_free(j);
}

static void the_nearest_is_found_across_the_180th_meridian(void **state)
{
    (void)state;
    /* Off the east of Fiji's Taveuni, and Wrangel Island, which the meridian cuts. */
    struct gazetteer_point west = on_map(at_deg(71.68, 179.99));
    struct gazetteer_point east = on_map(at_deg(71.68, -179.99));
    uint32_t a = plane_near(&provinces, west, 30000);
    uint32_t b = plane_near(&provinces, east, 30000);
    assert_true(a != GAZETTEER_NONE);
    assert_int_equal(a, b);
}

static void every_corner_of_the_earth_is_answered(void **state)
{
    (void)state;
    const struct plane *planes[] = {&provinces, &seas};
    for (size_t i = 0; i < 8; i++) {
        struct gazetteer_point at = {i & 1 ? 3600000000U : 0, i & 2 ? 1800000000U : 0};
        uint32_t found = plane_find(planes[i / 4], at);
        found = found == GAZETTEER_NONE ? plane_near(planes[i / 4], at, 1000) : found;
        /* Antarctica in the south, the Arctic Ocean in the north. */
        assert_int_equal(found != GAZETTEER_NONE, (i & 2) != 0 ? i / 4 == 1 : i / 4 == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(provinces_are_found_as_without_squares),
        cmocka_unit_test(seas_are_found_as_without_squares),
        cmocka_unit_test(the_nearest_coast_is_as_judged),
        cmocka_unit_test(the_nearest_is_found_across_the_180th_meridian),
        cmocka_unit_test(every_corner_of_the_earth_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
