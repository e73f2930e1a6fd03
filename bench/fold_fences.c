/*
 * What geofences cost: CPU time of fold_step() a fix, with geofences and without any rules, in
 * turns.
 *
 *     fold_fences COUNT      a grid of geofences, one in each square of 2 km; 0: none
 *     fold_fences forty      forty whose boxes hold every fix, and that hold none
 *     fold_fences near       10,000 in squares of 500 m: a fix passes or meets one
 *     fold_fences corridor   one, 50 m to either side of 10,000 legs of 100 m to and fro,
 *                            2 cm apart, that is driven through and past again and again
 *
 * A vehicle drives at 60 km/h, a fix every 10 s, and turns back where the grid ends. Each geofence
 * is a polygon of 20 to 200 points. Prints a line of JSON: us and floor_us a fix (medians), fixes,
 * crossings, candidates (geofences a fix whose box its line touches).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/mem.h"
#include "fleet/fences.h"
#include "fleet/fold.h"

enum { FIXES = 200000, CORRIDOR_FIXES = 2000, ROUNDS = 7 };
enum { POINTS_MIN = 20, POINTS_MAX = 200, FORTY = 40 };
enum { SQUARE_M = 2000, NEAR = 10000, NEAR_SQUARE_M = 500 };
enum { LEGS = 10000, LEG_M = 100, APART_CM = 2, DRIVEN_M = 1000 };
static const int32_t south_e7 = 315000000;
static const int32_t west_e7 = 1203000000;
static const double e7_a_m_north = 90;
static const double e7_a_m_east = 105; /* at 31.5 degrees */

struct world {
    struct fix *fixes;
    size_t fix_count;
    struct fences *fences;
    double wide_m; /* of the rectangle that the vehicle drives in */
    double high_m;
    double square_m;
    size_t crossings;
    size_t candidates;
};

static struct point place(double east_m, double north_m)
{
    return (struct point){south_e7 + (int32_t)(north_m * e7_a_m_north),
                          west_e7 + (int32_t)(east_m * e7_a_m_east)};
}

static const struct fence_geometry *polygon(size_t i, double east_m, double north_m,
                                            double radius_m)
{
    struct point points[POINTS_MAX];
    size_t count = POINTS_MIN + i * 37 % (POINTS_MAX - POINTS_MIN + 1);
    for (size_t k = 0; k < count; k++) {
        double angle = 2 * M_PI * (double)k / (double)count;
        points[k] = place(east_m + radius_m * cos(angle), north_m + radius_m * sin(angle));
    }
    const struct shape_ring ring = {points, count};
    const struct shape shape = {SHAPE_POLYGON, &ring, 1, 0};
    struct shape_fault fault;
    check(shape_check(&shape, &fault) == ERR_OK && fault.kind == SHAPE_FAULT_NONE);
    return fence_geometry_new(&shape); /* kept until the program ends */
}

static void draw_corridor(struct world *w)
{
    struct point *line = mem_new_array(LEGS, sizeof(*line));
    for (size_t i = 0; i < LEGS; i++) {
        line[i] = place(DRIVEN_M / 2.0 + (double)i * APART_CM / 100, i % 2 == 0 ? 0 : LEG_M);
    }
    const struct shape_ring ring = {line, LEGS};
    const struct shape shape = {SHAPE_CORRIDOR, &ring, 1, 5000};
    struct shape_fault fault;
    check(shape_check(&shape, &fault) == ERR_OK && fault.kind == SHAPE_FAULT_NONE);
    const struct fence_term term = {
        .id = 1, .from_s = INT64_MIN, .until_s = INT64_MAX, .geometry = fence_geometry_new(&shape)};
    w->fences = fences_new(&term, 1);
    w->wide_m = DRIVEN_M;
    w->high_m = 3 * LEG_M;
    free(line);
}

static void draw(struct world *w, size_t count, bool is_forty)
{
    struct fence_term *terms = mem_new_array(count + 1, sizeof(*terms));
    size_t columns = (size_t)ceil(sqrt((double)count));
    for (size_t i = 0; i < count; i++) {
        double east_m = ((double)(i % columns) + 0.5) * w->square_m;
        size_t row = i / columns;
        double north_m = ((double)row + 0.5) * w->square_m;
        terms[i] = (struct fence_term){
            .id = (uint32_t)i + 1,
            .from_s = INT64_MIN,
            .until_s = INT64_MAX,
            .geometry = is_forty ? polygon(i, -5000 - (double)i, -5000 - (double)i, 6200)
                                 : polygon(i, east_m, north_m, w->square_m / 2)};
    }
    w->fences = fences_new(terms, count);
    w->wide_m = is_forty || columns == 0 ? 1000 : (double)columns * w->square_m;
    w->high_m = w->wide_m;
    free(terms);
}

/* A place that moves to and fro between 0 and `wide_m`. */
static double to_and_fro(double way_m, double wide_m)
{
    double rest_m = fmod(way_m, 2 * wide_m);
    return rest_m < wide_m ? rest_m : 2 * wide_m - rest_m;
}

static void note_candidate(void *context, const struct fence_term *t)
{
    struct world *w = context;
    (void)t;
    w->candidates++;
}

static void drive(struct world *w)
{
    const double way_m = 60 / 3.6 * 10;
    w->fixes = mem_new_array(w->fix_count, sizeof(*w->fixes));
    struct point last = place(0, 0);
    for (size_t i = 0; i < w->fix_count; i++) {
        struct fix *f = &w->fixes[i];
        double so_far_m = way_m * (double)i;
        struct point here = place(to_and_fro(so_far_m * cos(0.7), w->wide_m),
                                  to_and_fro(so_far_m * sin(0.7), w->high_m));
        fix_set_time(f, INT64_C(1795396320) + (int64_t)i * 10);
        f->rcv_time_s = f->gps_time_s + 1;
        fix_set_position(f, here.lat_e7, here.lon_e7, true);
        fix_set_speed_kmh_e2(f, 6000);
        fix_set_alarms_told(f, 0);
        struct box box = box_of_segment(last, here);
        fences_search(w->fences, f->gps_time_s, &box, note_candidate, w);
        last = here;
    }
}

static void note_crossing(void *context, const struct fold_state *state,
                          const struct watch_event *e)
{
    struct world *w = context;
    (void)state;
    w->crossings += e->news == WATCH_RAISED;
}

static double cpu_us(void)
{
    struct timespec t;
    check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Microseconds a fix. */
static double fold_all(struct world *w, const struct fold_rules *rules)
{
    struct fold_state state = {0};
    const struct watch_sink sink = {w, note_crossing};
    double began_us = cpu_us();
    w->crossings = 0;
    for (size_t i = 0; i < w->fix_count; i++) {
        fold_step(&state, &w->fixes[i], rules, &sink);
    }
    return (cpu_us() - began_us) / (double)w->fix_count;
}

static int compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: fold_fences COUNT|forty|near|corridor\n");
        return EXIT_FAILURE;
    }
    bool is_forty = strcmp(argv[1], "forty") == 0;
    bool is_near = strcmp(argv[1], "near") == 0;
    bool is_corridor = strcmp(argv[1], "corridor") == 0;
    size_t count = is_forty ? FORTY : is_near ? NEAR : (size_t)strtoul(argv[1], NULL, 10);
    struct world w = {.square_m = is_near ? NEAR_SQUARE_M : SQUARE_M,
                      .fix_count = is_corridor ? CORRIDOR_FIXES : FIXES};
    if (is_corridor) {
        draw_corridor(&w);
    } else {
        draw(&w, count, is_forty);
    }
    drive(&w);
    const struct fold_term term = {.from_s = INT64_MIN};
    const struct fold_rules rules = {.is_watched = true,
                                     .device = 1,
                                     .terms = &term,
                                     .term_count = 1,
                                     .fences = count == 0 && !is_corridor ? NULL : w.fences};
    double us[ROUNDS];
    double floor_us[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        floor_us[i] = fold_all(&w, &fold_default_rules);
        us[i] = fold_all(&w, &rules);
    }
    qsort(us, ROUNDS, sizeof(us[0]), compare);
    qsort(floor_us, ROUNDS, sizeof(floor_us[0]), compare);
    (void)printf("{\"us\": %.4f, \"floor_us\": %.4f, \"fixes\": %zu, \"crossings\": %zu, "
                 "\"candidates\": %.2f}\n",
                 us[ROUNDS / 2], floor_us[ROUNDS / 2], w.fix_count, w.crossings,
                 (double)w.candidates / (double)w.fix_count);
    return EXIT_SUCCESS;
}
