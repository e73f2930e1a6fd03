/*
 * Crossings of 2,000 random geofences over real tracks and a made one, against a judge that knows
 * no index and no state of the fold: it takes every geofence alone and walks over every segment.
 * (The geometry itself is held to GEOS and to Vincenty in geo/fence_property_test.c.) The tracks
 * are those of ../shared/data/traces beside the source, or in the directory that ODOGRAPH_SHARED
 * names; skipped where they are missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <math.h>

#include "fleet/fences.h"
#include "fleet/fold.h"
#include "simulate/track_file.h"

enum {
    FENCES = 2000,
    CORNERS_MAX = 12,
    CROSSINGS_MAX = 20000,
    TRACKS_MAX = 60, /* of a file */
    PATH_SIZE = 1024,
    MADE_FIXES = 4000,
    NEAR_E7 = 200000, /* 2 km of latitude: farther away than any geofence reaches */
};

struct crossing {
    uint32_t fence;
    bool is_exit;
    int64_t at_s;
};

struct crossings {
    struct crossing at[CROSSINGS_MAX];
    size_t count;
};

/* A fix that can cross, and the line that leads to it. */
struct segment {
    struct point from;
    struct point to;
    int64_t from_s;
    int64_t to_s;
    bool has_line;
    double h_m;
};

struct world {
    struct fence_geometry *shapes[FENCES];
    struct point middles[FENCES];
    struct fence_term terms[FENCES];
    struct fences *fences;
    struct crossings engine;
    struct crossings judge;
    struct segment *segments;
    size_t segment_count;
};

static void add(struct crossings *c, uint32_t fence, bool is_exit, int64_t at_s)
{
    assert_true(c->count < CROSSINGS_MAX);
    c->at[c->count++] = (struct crossing){fence, is_exit, at_s};
}

/* ---- geofences ---- */

/* A generator of our own, so that a failure can be repeated (Marsaglia, xorshift64). */
static double chance(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (double)(*seed >> 11) / (double)(UINT64_C(1) << 53);
}

static struct point moved(struct point from, double east_m, double north_m)
{
    const double m_per_e7 = 0.0111;
    double shrink = cos(from.lat_e7 / 1e7 * M_PI / 180);
    return (struct point){from.lat_e7 + (int32_t)(north_m / m_per_e7),
                          from.lon_e7 + (int32_t)(east_m / m_per_e7 / shrink)};
}

/* A circle, a corridor or a star of 20 to 600 m. */
static struct fence_geometry *draw(uint64_t *seed, struct point middle)
{
    struct point points[CORNERS_MAX];
    double size_m = 20 * pow(30, chance(seed));
    enum shape_kind kind = (enum shape_kind)(chance(seed) * 2.999);
    size_t count = kind == SHAPE_CIRCLE     ? 1
                   : kind == SHAPE_CORRIDOR ? 2
                                            : 3 + (size_t)(chance(seed) * (CORNERS_MAX - 3));
    for (size_t i = 0; i < count; i++) {
        double angle = 2 * M_PI * ((double)i + 0.8 * chance(seed)) / (double)count;
        double far_m = kind == SHAPE_CIRCLE ? 0 : size_m * (0.4 + 0.6 * chance(seed));
        points[i] = moved(middle, far_m * cos(angle), far_m * sin(angle));
    }
    struct shape_ring ring = {points, count};
    const struct shape shape = {kind, &ring, 1,
                                kind == SHAPE_POLYGON ? 0 : (uint32_t)(size_m * 50)};
    struct shape_fault fault;
    bool is_good = shape_check(&shape, &fault) == ERR_OK && fault.kind == SHAPE_FAULT_NONE;
    return is_good ? fence_geometry_new(&shape) : NULL;
}

/* Geofences near fixes of the tracks; every fourth asks for a minute. */
static struct world *world_new(const struct track *tracks, size_t count, uint64_t seed)
{
    struct world *w = calloc(1, sizeof(*w));
    assert_non_null(w);
    for (uint32_t i = 0; i < FENCES; i++) {
        while (w->shapes[i] == NULL) {
            const struct track *t = &tracks[(size_t)(chance(&seed) * (double)count)];
            const struct fix *f = &t->fixes[(size_t)(chance(&seed) * (double)t->count)];
            double east_m = chance(&seed) * 800 - 400;
            double north_m = chance(&seed) * 800 - 400;
            w->middles[i] = moved((struct point){f->lat_e7, f->lon_e7}, east_m, north_m);
            w->shapes[i] = draw(&seed, w->middles[i]);
        }
        w->terms[i] = (struct fence_term){.id = i + 1,
                                          .from_s = INT64_MIN,
                                          .until_s = INT64_MAX,
                                          .dwell_s = i % 4 == 0 ? 60 : 0,
                                          .hysteresis_m = i % 5 == 0 ? 40 : 0,
                                          .geometry = w->shapes[i]};
    }
    w->fences = fences_new(w->terms, FENCES);
    return w;
}

static void world_free(struct world *w)
{
    fences_free(w->fences);
    for (size_t i = 0; i < FENCES; i++) {
        fence_geometry_free(w->shapes[i]);
    }
    free(w);
}

/* ---- the engine ---- */

static void take(void *context, const struct fold_state *state, const struct watch_event *e)
{
    struct world *w = context;
    enum { INSIDE_MAX = 24 };
    assert_true(state->watch.count < INSIDE_MAX); /* else the judge knows of more */
    add(&w->engine, e->subject, e->kind == ALARM_GEOFENCE_LEAVE, e->at_s);
}

/* Folds a track, and notes its segments by what the fold knows without any geofence. */
static void fold_track(struct world *w, const struct track *track)
{
    struct fold_state state = {0};
    const struct fold_rules rules = {.is_watched = true, .fences = w->fences};
    const struct watch_sink sink = {w, take};
    w->segment_count = 0;
    for (size_t i = 0; i < track->count; i++) {
        const struct fix *f = &track->fixes[i];
        bool is_jump = fold_way(&state, f) == WAY_JUMP;
        int64_t gap_s = f->gps_time_s - state.position_time_s;
        struct segment s = {
            .from = {state.locked_lat_e7, state.locked_lon_e7},
            .to = {f->lat_e7, f->lon_e7},
            .from_s = state.position_time_s,
            .to_s = f->gps_time_s,
            .h_m = (f->has & FIX_HAS_HDOP) != 0 ? fmin(50, 10 + 5 * f->hdop_e2 / 100.0) : 25};
        s.has_line = state.position_time_s != 0 && !fold_is_silence(&state, gap_s);
        fold_step(&state, f, &rules, &sink);
        if (state.position_time_s == f->gps_time_s && fix_has_position(f) && !is_jump) {
            w->segments[w->segment_count++] = s;
        }
    }
}

/* ---- the judge ---- */

struct presence {
    bool is_near; /* a fix lay inside */
    bool is_sure;
    bool is_in; /* it was entered */
    int64_t since_s;
    int64_t out_s; /* it hovers outside since; 0: it does not */
};

static int64_t time_of(const struct segment *s, double at)
{
    return s->from_s + llround(at * (double)(s->to_s - s->from_s));
}

static bool is_deep(const struct fence_term *t, const struct segment *s, double at)
{
    double h_m = t->hysteresis_m > 0 ? t->hysteresis_m : s->h_m;
    struct point p = at >= 1 ? s->to : fence_segment_point(s->from, s->to, at);
    return fence_depth_m(t->geometry, p) >= fmin(h_m, fence_inner_radius_m(t->geometry) / 2);
}

static bool is_deep_within(const struct fence_term *t, const struct segment *s, double in,
                           double out)
{
    bool is_found = false;
    for (int i = 1; i < 8; i++) {
        is_found = is_found || is_deep(t, s, in + (out - in) * i / 8);
    }
    return is_found;
}

static void judge_sure(struct world *w, const struct fence_term *t, const struct segment *s,
                       struct presence *p)
{
    struct fence_stay stays[FENCE_STAYS_MAX];
    size_t n = s->has_line ? fence_stays(t->geometry, s->from, s->to, stays) : 0;
    if (fence_contains(t->geometry, s->to)) {
        p->out_s = 0;
        if (!p->is_in && s->to_s - p->since_s >= t->dwell_s) {
            p->is_in = true;
            add(&w->judge, t->id, false, p->since_s);
        }
        return;
    }
    int64_t out_s = !s->has_line ? s->to_s : n > 0 ? time_of(s, stays[n - 1].out) : s->from_s;
    p->out_s = n == 0 && p->out_s != 0 ? p->out_s : out_s;
    if (-fence_depth_m(t->geometry, s->to) <= (t->hysteresis_m > 0 ? t->hysteresis_m : s->h_m)) {
        return;
    }
    if (!p->is_in && p->out_s - p->since_s >= t->dwell_s) {
        p->is_in = true;
        add(&w->judge, t->id, false, p->since_s);
    }
    if (p->is_in) {
        add(&w->judge, t->id, true, p->out_s);
    }
    *p = (struct presence){0};
}

/* A stretch that lies inside, behind which the line goes out again. */
static void judge_passage(struct world *w, const struct fence_term *t, const struct segment *s,
                          const struct fence_stay *stay, const struct presence *p)
{
    bool began = stay->in <= 0;
    if (began && !p->is_near) {
        return;
    }
    int64_t in_s = began ? p->since_s : time_of(s, stay->in);
    int64_t out_s = time_of(s, stay->out);
    bool is_long = began ? out_s - in_s >= t->dwell_s : t->dwell_s == 0;
    if (is_long && is_deep_within(t, s, stay->in, stay->out)) {
        add(&w->judge, t->id, false, in_s);
        add(&w->judge, t->id, true, out_s);
    }
}

static void judge_unsure(struct world *w, const struct fence_term *t, const struct segment *s,
                         struct presence *p)
{
    struct fence_stay stays[FENCE_STAYS_MAX];
    size_t n = s->has_line ? fence_stays(t->geometry, s->from, s->to, stays) : 0;
    bool is_inside = fence_contains(t->geometry, s->to);
    bool ends_inside = is_inside && n > 0 && stays[n - 1].out >= 1;
    size_t passed = ends_inside ? n - 1 : n;
    for (size_t i = 0; i < passed; i++) {
        judge_passage(w, t, s, &stays[i], p);
    }
    if (!is_inside) {
        *p = (struct presence){0};
        return;
    }
    p->is_sure = p->is_near || is_deep(t, s, 1);
    if (!p->is_near) {
        p->since_s = ends_inside ? time_of(s, stays[n - 1].in) : s->to_s;
    }
    p->is_near = true;
    if (p->is_sure) {
        judge_sure(w, t, s, p);
    }
}

static bool is_far(const struct world *w, size_t fence, const struct segment *s)
{
    int64_t from = (int64_t)s->from.lat_e7 - w->middles[fence].lat_e7;
    int64_t to = (int64_t)s->to.lat_e7 - w->middles[fence].lat_e7;
    return (from > NEAR_E7 && to > NEAR_E7) || (from < -NEAR_E7 && to < -NEAR_E7);
}

static void judge_track(struct world *w, size_t fence)
{
    struct presence p = {0};
    for (size_t i = 0; i < w->segment_count; i++) {
        const struct segment *s = &w->segments[i];
        if (!p.is_near && is_far(w, fence, s)) {
            continue;
        }
        if (p.is_sure) {
            judge_sure(w, &w->terms[fence], s, &p);
        } else {
            judge_unsure(w, &w->terms[fence], s, &p);
        }
    }
}

/* ---- both ---- */

/* By geofence; those of one stay in the order in which they were told. */
static int compare(const void *a, const void *b)
{
    const struct crossing *x = a;
    const struct crossing *y = b;
    if (x->fence != y->fence) {
        return x->fence < y->fence ? -1 : 1;
    }
    if (x->at_s != y->at_s) {
        return x->at_s < y->at_s ? -1 : 1;
    }
    return (int)x->is_exit - (int)y->is_exit;
}

static size_t assert_crossings_agree(const struct track *tracks, size_t count, uint64_t seed)
{
    struct world *w = world_new(tracks, count, seed);
    size_t told = 0;
    for (size_t i = 0; i < count; i++) {
        w->segments = calloc(tracks[i].count, sizeof(*w->segments));
        assert_non_null(w->segments);
        w->engine.count = 0;
        w->judge.count = 0;
        fold_track(w, &tracks[i]);
        for (size_t fence = 0; fence < FENCES; fence++) {
            judge_track(w, fence);
        }
        qsort(w->engine.at, w->engine.count, sizeof(w->engine.at[0]), compare);
        qsort(w->judge.at, w->judge.count, sizeof(w->judge.at[0]), compare);
        assert_int_equal(w->engine.count, w->judge.count);
        for (size_t k = 0; k < w->engine.count; k++) {
            assert_int_equal(w->engine.at[k].fence, w->judge.at[k].fence);
            assert_int_equal(w->engine.at[k].is_exit, w->judge.at[k].is_exit);
            assert_in_range(w->engine.at[k].at_s - w->judge.at[k].at_s + 1, 0, 2);
        }
        told += w->engine.count;
        free(w->segments);
    }
    world_free(w);
    return told;
}

/* Where a file of real traces is, or would be. */
static void find_trace(const char *name, char path[PATH_SIZE])
{
    const char *shared = getenv("ODOGRAPH_SHARED");
    (void)snprintf(path, PATH_SIZE, "%s/data/traces/%s",
                   shared != NULL ? shared : SOURCE_ROOT "/../shared", name);
}

static void judge_file(const char *name, size_t least)
{
    char path[PATH_SIZE];
    struct track_file file;
    find_trace(name, path);
    assert_int_equal(track_file_read(path, &file), ERR_OK);
    size_t count = file.count < TRACKS_MAX ? file.count : TRACKS_MAX;
    size_t told = assert_crossings_agree(file.tracks, count, 20261130);
    print_message("# %s: %zu crossings\n", name, told);
    assert_true(told >= least);
    track_file_clear(&file);
}

static void a_car_in_ireland(void **state)
{
    (void)state;
    judge_file("drumlish.gpx", 500);
}

static void a_car_in_ontario(void **state)
{
    (void)state;
    judge_file("reference_track_dg100.gpx", 500);
}

static void taxis_in_wuxi(void **state)
{
    (void)state;
    judge_file("wuxi-taxis.csv", 500);
}

/* It turns at random, stops, falls silent, and loses its lock. */
static void a_wanderer(void **state)
{
    (void)state;
    struct fix *fixes = calloc(MADE_FIXES, sizeof(*fixes));
    assert_non_null(fixes);
    uint64_t seed = 17;
    struct point here = {-335000000, 1511000000};
    int64_t time_s = 1700000000;
    double angle = 0;
    for (size_t i = 0; i < MADE_FIXES; i++) {
        int64_t step_s = chance(&seed) < 0.01 ? 900 : 1 + (int64_t)(chance(&seed) * 20);
        double way_m = chance(&seed) < 0.2 ? 0 : chance(&seed) * 25 * (double)step_s;
        angle += (chance(&seed) - 0.5) * 2;
        here = moved(here, way_m * cos(angle), way_m * sin(angle));
        time_s += step_s;
        fix_set_time(&fixes[i], time_s);
        fix_set_position(&fixes[i], here.lat_e7, here.lon_e7, chance(&seed) < 0.95);
        fix_set_speed_kmh_e2(&fixes[i], (uint64_t)(way_m / (double)step_s * 360));
        if (chance(&seed) < 0.5) {
            fix_set_hdop_e2(&fixes[i], (uint64_t)(chance(&seed) * 600));
        }
    }
    const struct track track = {.fixes = fixes, .count = MADE_FIXES};
    assert_true(assert_crossings_agree(&track, 1, 3) > 500);
    free(fixes);
}

int main(void)
{
    enum { WITHOUT_TRACES = 1 };
    char path[PATH_SIZE];
    find_trace("wuxi-taxis.csv", path);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wanderer),
        cmocka_unit_test(a_car_in_ireland),
        cmocka_unit_test(a_car_in_ontario),
        cmocka_unit_test(taxis_in_wuxi),
    };
    size_t count = access(path, R_OK) == 0 ? sizeof(tests) / sizeof(tests[0]) : WITHOUT_TRACES;
    return _cmocka_run_group_tests("fences_tracks", tests, count, NULL, NULL);
}
