/*
 * Geofences against judges that share nothing with them: polygons by GEOS, in a plane in which
 * their ring is unrolled; circles and corridors by Vincenty's geodesics. The judges are asked of
 * every fence and every segment, without an index. Random fences and segments; and the tracks of
 * taxis, where ../shared/data (or what ODOGRAPH_SHARED names) is there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rounds_testing.h"
#include "geo/fence_index.h"
#include "geo/fence_judge_testing.h"
#include "geo/fence_testing.h"

enum {
    FENCES = 400,
    FENCES_MAX = 10000,
    SEGMENTS = 6, /* near each fence */
    CORNERS_MAX = 60,
    SAMPLES = 8,
    TAXI_FENCES = 100,
    TAXI_FIXES_MAX = 25000,
};

struct sketch {
    struct drawn drawn;
    struct shape_ring rings[2];
    struct point points[2][CORNERS_MAX];
    struct point middle;
    double size_m;
};

/* A number from 0 to 1 (xorshift64*; S. Vigna, ACM TOMS 42, 2016). */
static double chance(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (double)(*seed * UINT64_C(2685821657736338717) >> 11) / (double)(UINT64_C(1) << 53);
}

static double between(uint64_t *seed, double least, double most)
{
    return least + (most - least) * chance(seed);
}

static double turned(double lon)
{
    return lon - 360 * floor((lon + 180) / 360);
}

/* So far from a place in metres to the east and the north, roughly. */
static struct point moved(struct point from, double east_m, double north_m)
{
    double lat = fmin(fmax(from.lat_e7 / 1e7 + north_m / 111000, -90), 90);
    double shrink = fmax(cos(from.lat_e7 / 1e7 * M_PI / 180), 1e-4);
    return at(lat, turned(from.lon_e7 / 1e7 + east_m / 111000 / shrink));
}

/* Anywhere in a square around a place; what is drawn first is the same with every compiler. */
static struct point near(uint64_t *seed, struct point from, double far_m)
{
    double east_m = between(seed, -far_m, far_m);
    double north_m = between(seed, -far_m, far_m);
    return moved(from, east_m, north_m);
}

static void draw_star(struct sketch *d, uint64_t *seed, int ring, double least, double most)
{
    size_t count = 3 + (size_t)between(seed, 0, CORNERS_MAX - 3);
    for (size_t i = 0; i < count; i++) {
        double angle = 2 * M_PI * ((double)i + 0.8 * chance(seed)) / (double)count;
        double far_m = d->size_m * between(seed, least, most);
        d->points[ring][i] = moved(d->middle, far_m * cos(angle), far_m * sin(angle));
    }
    d->rings[ring] = (struct shape_ring){d->points[ring], count};
}

static void draw_cap(struct sketch *d, uint64_t *seed)
{
    size_t count = 4 + (size_t)between(seed, 0, CORNERS_MAX - 4);
    double sign = chance(seed) < 0.5 ? -1 : 1;
    for (size_t i = 0; i < count; i++) {
        double lon = turned(360 * ((double)i + 0.9 * chance(seed)) / (double)count);
        d->points[0][i] = at(sign * between(seed, 60, 88), lon);
    }
    d->middle = at(sign * 75, between(seed, -180, 180));
    d->size_m = 2e6;
    d->drawn.holds_pole = true;
    d->rings[0] = (struct shape_ring){d->points[0], count};
}

static void draw_line(struct sketch *d, uint64_t *seed)
{
    size_t count = d->drawn.shape.kind == SHAPE_CIRCLE ? 1 : 2 + (size_t)between(seed, 0, 5);
    for (size_t i = 0; i < count; i++) {
        d->points[0][i] = near(seed, d->middle, d->size_m);
    }
    d->rings[0] = (struct shape_ring){d->points[0], count};
    d->drawn.shape.radius_m_e2 = (uint32_t)(d->size_m * between(seed, 5, 80));
}

/* A fence of any kind around a place, of 20 m to 200 km. */
static void draw_at(struct sketch *d, uint64_t *seed, struct point middle, double most_m)
{
    *d = (struct sketch){.middle = middle, .size_m = 20 * pow(most_m / 20, chance(seed))};
    d->drawn.shape = (struct shape){(enum shape_kind)between(seed, 0, 2.999), d->rings, 1, 0};
    double choice = chance(seed);
    if (d->drawn.shape.kind != SHAPE_POLYGON) {
        draw_line(d, seed);
    } else if (choice < 0.5) {
        draw_star(d, seed, 0, 0.2, 1);
    } else {
        draw_star(d, seed, 0, 0.5, 1);
        draw_star(d, seed, 1, 0.1, 0.24);
        d->drawn.shape.ring_count = 2;
    }
}

/* Whether it is good: stars of few corners may lie in a heap. */
static bool finish(struct sketch *d)
{
    struct shape_fault fault;
    if (shape_check(&d->drawn.shape, &fault) != ERR_OK) {
        return false;
    }
    d->drawn.geometry = fence_geometry_new(&d->drawn.shape);
    return true;
}

static void draw(struct sketch *d, uint64_t *seed)
{
    static const double latitudes[] = {0, 31, -52, 60, -79, 85};
    do {
        double lat = latitudes[(int)between(seed, 0, 5.999)];
        lat += between(seed, -2, 2);
        double lon = chance(seed) < 0.3 ? 180 + between(seed, -0.5, 0.5) : between(seed, -180, 180);
        draw_at(d, seed, at(lat, turned(lon)), 200000);
        if (d->drawn.shape.kind == SHAPE_POLYGON && chance(seed) < 0.15) {
            d->drawn.shape.ring_count = 1;
            draw_cap(d, seed);
        }
    } while (!finish(d));
}

/* Holds a fence and a segment to their judge; whether the segment is ever inside. */
static bool expect_as_judged(GEOSContextHandle_t geos, const GEOSGeometry *polygon,
                             const struct drawn *d, const struct point ends[2])
{
    struct fence_stay stays[FENCE_STAYS_MAX];
    size_t count = fence_stays(d->geometry, ends[0], ends[1], stays);
    if (d->shape.kind == SHAPE_POLYGON) {
        judge_polygon(geos, polygon, ends, stays, count);
    } else {
        judge_round(d, ends, stays, count, SAMPLES);
    }
    bool begins_inside = count > 0 && stays[0].in == 0;
    bool ends_inside = count > 0 && stays[count - 1].out == 1;
    assert_int_equal(begins_inside, fence_contains(d->geometry, ends[0]));
    assert_int_equal(ends_inside, fence_contains(d->geometry, ends[1]));
    return count > 0;
}

/* The fences of a round, and what the index tells of a segment. */
struct field {
    struct sketch *fences;
    GEOSGeometry *polygons[FENCES_MAX];
    size_t count;
    struct fence_index *index;
    GEOSContextHandle_t geos;
    bool *is_told;
};

static void note(void *context, size_t i)
{
    struct field *f = context;
    assert_false(f->is_told[i]);
    f->is_told[i] = true;
}

static struct field *field_new(size_t count)
{
    struct field *f = test_calloc(1, sizeof(*f));
    f->count = count;
    f->fences = test_calloc(count, sizeof(*f->fences));
    f->is_told = test_calloc(count, sizeof(*f->is_told));
    f->geos = GEOS_init_r();
    return f;
}

/* Once its fences are drawn. */
static void field_prepare(struct field *f)
{
    const struct fence_geometry *list[FENCES_MAX];
    for (size_t i = 0; i < f->count; i++) {
        list[i] = f->fences[i].drawn.geometry;
        if (f->fences[i].drawn.shape.kind == SHAPE_POLYGON) {
            f->polygons[i] = judge_polygon_new(f->geos, &f->fences[i].drawn);
        }
    }
    f->index = fence_index_new(list, f->count);
}

static void field_free(struct field *f)
{
    fence_index_free(f->index);
    for (size_t i = 0; i < f->count; i++) {
        fence_geometry_free(f->fences[i].drawn.geometry);
        GEOSGeom_destroy_r(f->geos, f->polygons[i]);
    }
    GEOS_finish_r(f->geos);
    test_free(f->fences);
    test_free(f->is_told);
    test_free(f);
}

static void ask_index(struct field *f, struct point a, struct point b)
{
    struct box box = box_of_segment(a, b);
    for (size_t i = 0; i < f->count; i++) {
        f->is_told[i] = false;
    }
    fence_index_find(f->index, &box, 0, note, f);
}

/* The index tells of every fence that the segment is ever inside of. */
static void expect_all_told(struct field *f, struct point a, struct point b)
{
    struct fence_stay stays[FENCE_STAYS_MAX];
    ask_index(f, a, b);
    for (size_t i = 0; i < f->count; i++) {
        assert_true(f->is_told[i] || fence_stays(f->fences[i].drawn.geometry, a, b, stays) == 0);
    }
}

static void random_segments_are_as_judged(void **state)
{
    (void)state;
    uint64_t seed = 20261129;
    size_t fences = rounds_of(FENCES) < FENCES_MAX ? rounds_of(FENCES) : FENCES_MAX;
    size_t ways = fences * SEGMENTS;
    struct field *f = field_new(fences);
    size_t met = 0;
    for (size_t i = 0; i < fences; i++) {
        draw(&f->fences[i], &seed);
    }
    field_prepare(f);
    for (size_t i = 0; i < ways; i++) {
        const struct sketch *d = &f->fences[i / SEGMENTS];
        double far_m = d->size_m * (i % 2 == 0 ? 1.3 : 0.7);
        struct point ends[2] = {near(&seed, d->middle, far_m)};
        bool is_short = i % SEGMENTS == 0;
        ends[1] = near(&seed, is_short ? ends[0] : d->middle, is_short ? 30 : far_m);
        met += expect_as_judged(f->geos, f->polygons[i / SEGMENTS], &d->drawn, ends);
        if (i % (2 * (size_t)SEGMENTS) == 1) {
            expect_all_told(f, ends[0], ends[1]);
        }
    }
    assert_in_range(met, ways / 4, ways);
    field_free(f);
}

/* The fixes of taxis, those of a taxi behind one another. */
struct taxis {
    struct point at[TAXI_FIXES_MAX];
    unsigned long long taxi[TAXI_FIXES_MAX];
    size_t count;
};

static FILE *open_taxis(void)
{
    char path[300];
    const char *shared = getenv("ODOGRAPH_SHARED");
    (void)snprintf(path, sizeof(path), "%s/data/traces/wuxi-taxis.csv",
                   shared != NULL ? shared : SOURCE_ROOT "/../shared");
    return fopen(path, "r");
}

/* A line: longitude, latitude, time, taxi; the head is passed over. */
static void read_line(struct taxis *t, const char *line)
{
    char *end = NULL;
    double lon = strtod(line, &end);
    if (end == line || *end != ',') {
        return;
    }
    double lat = strtod(end + 1, &end);
    const char *name = strrchr(end, ',');
    assert_non_null(name);
    assert_true(t->count < TAXI_FIXES_MAX);
    t->at[t->count] = at(lat, lon);
    t->taxi[t->count++] = strtoull(name + 1, NULL, 10);
}

static struct taxis *read_taxis(FILE *file)
{
    struct taxis *t = test_calloc(1, sizeof(*t));
    char line[200];
    while (fgets(line, sizeof(line), file) != NULL) {
        read_line(t, line);
    }
    assert_int_equal(fclose(file), 0);
    assert_in_range(t->count, 1000, TAXI_FIXES_MAX);
    return t;
}

/* Around places of taxis, 20 m to 8 km. */
static struct field *field_of_taxis(const struct taxis *t, uint64_t *seed)
{
    struct field *f = field_new(TAXI_FENCES);
    for (size_t i = 0; i < TAXI_FENCES; i++) {
        do {
            size_t fix = (size_t)between(seed, 0, (double)t->count - 1);
            draw_at(&f->fences[i], seed, t->at[fix], 8000);
        } while (!finish(&f->fences[i]));
    }
    field_prepare(f);
    return f;
}

/* Some of the ways from fix to fix, against every fence; the index tells of those that matter. */
static void taxis_are_as_judged(void **state)
{
    (void)state;
    const size_t every = rounds_step(300);
    FILE *file = open_taxis();
    assert_non_null(file);
    struct taxis *t = read_taxis(file);
    uint64_t seed = 7;
    struct field *f = field_of_taxis(t, &seed);
    size_t met = 0;
    for (size_t i = every; i < t->count; i += every) {
        if (t->taxi[i] != t->taxi[i - 1]) {
            continue;
        }
        expect_all_told(f, t->at[i - 1], t->at[i]);
        for (size_t k = 0; k < f->count; k++) {
            met += expect_as_judged(f->geos, f->polygons[k], &f->fences[k].drawn, &t->at[i - 1]);
        }
    }
    assert_in_range(met, 20, t->count * TAXI_FENCES);
    test_free(t);
    field_free(f);
}

int main(void)
{
    enum { WITHOUT_TRACES = 1 };
    FILE *traces = open_taxis();
    size_t count = WITHOUT_TRACES;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_segments_are_as_judged),
        cmocka_unit_test(taxis_are_as_judged),
    };
    if (traces != NULL) {
        count = sizeof(tests) / sizeof(tests[0]);
        (void)fclose(traces);
    }
    return _cmocka_run_group_tests("fence_property", tests, count, NULL, NULL);
}
