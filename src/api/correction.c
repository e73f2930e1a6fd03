/*
 * The corrected path, in steps:
 *
 *     fixes ─► cleaned ─► matched, where there is a matcher ─► smoothed ─► written
 *              (track.c)  (matcher.c)                          (smooth.c)
 *
 * A fix that the matcher put on a road is written there, behind the way that led to it. All others
 * are where the smoother has them.
 */
#include "api/correction.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "geo/gcj.h"
#include "geo/track.h"

enum {
    CLEANED_A_STEP = 4096,
    CLEANED_AGAIN = 8, /* fixes before them: what is dropped depends on neighbours */
    SMOOTHED_A_STEP = 2048,
    CAPACITY_FIRST = 256,
    MATCH_TIMEOUT_MS = 8000,
    MARGIN_MS = 1000,      /* left for writing */
    STANDING_EVERY_S = 60, /* that is how often a standstill needs a fix */
    DECIMALS = 6,
};

static const double DEVIATION_UNKNOWN_M = 8;
static const double DEVIATION_OF_HDOP_M = 4; /* for each unit */
static const double DEVIATION_MIN_M = 3;
static const double DEVIATION_MAX_M = 50;
static const double COURSE_FROM_MS = 1.5; /* a slower vehicle's course is chance */
static const double KMH_E2_PER_MS = 360;
static const double CDEG_PER_DEG = 100;
static const double E2 = 100;
static const double E6 = 1e6;

enum phase { PHASE_CLEAN, PHASE_MATCH, PHASE_SMOOTH, PHASE_WRITE };

struct correction {
    const struct call *call;
    int64_t deadline_ms; /* of the call; INT64_MAX: it has none any more */
    enum phase phase;
    struct track_fix *fixes;
    size_t count;
    size_t capacity;
    int64_t stood_s; /* when the last standing fix was taken in; 0: none */
    size_t cleaned;  /* fixes at the front that are, what is left of them */
    struct match *match;
    struct point *smooth;
    size_t smoothed;
    size_t written;    /* fixes */
    size_t way;        /* places written of the way to the next one */
    bool is_open;      /* the array is */
    struct point last; /* place written */
};

struct correction *correction_new(const struct call *call)
{
    struct correction *c = mem_new(sizeof(*c));
    c->call = call;
    c->deadline_ms = call->deadline_ms;
    return c;
}

void correction_forget_deadline(struct correction *c)
{
    c->deadline_ms = INT64_MAX;
}

void correction_free(struct correction *c)
{
    if (c == NULL) {
        return;
    }
    if (c->match != NULL) {
        match_free(c->match);
    }
    free(c->fixes);
    free(c->smooth);
    free(c);
}

/* ---- fixes ---- */

static double deviation_m(const struct fix *f)
{
    if ((f->has & FIX_HAS_HDOP) == 0 || f->hdop_e2 == 0) {
        return DEVIATION_UNKNOWN_M;
    }
    return fmin(fmax(f->hdop_e2 / E2 * DEVIATION_OF_HDOP_M, DEVIATION_MIN_M), DEVIATION_MAX_M);
}

static struct track_fix track_fix_of(const struct fix *f, bool stands)
{
    struct track_fix t = {
        .time_s = f->gps_time_s,
        .until_s = f->gps_time_s,
        .at = {f->lat_e7, f->lon_e7},
        .accuracy_m = deviation_m(f),
        .speed_ms = (f->has & FIX_HAS_SPEED) != 0 ? f->speed_kmh_e2 / KMH_E2_PER_MS : -1,
        .course_deg = -1,
        .is_standing = stands,
    };
    if ((f->has & FIX_HAS_COURSE) != 0 && t.speed_ms >= COURSE_FROM_MS) {
        t.course_deg = f->course_cdeg / CDEG_PER_DEG;
    }
    return t;
}

/* Cleans what came; what was left of those before it is looked at once more where it borders. */
static void clean(struct correction *c)
{
    size_t first = c->cleaned < CLEANED_AGAIN ? 0 : c->cleaned - CLEANED_AGAIN;
    c->cleaned = first + track_clean(c->fixes + first, c->count - first);
    c->count = c->cleaned;
}

void correction_add(struct correction *c, const struct fix *fix, bool stands)
{
    const uint32_t valid = FIX_VALID;
    bool is_place = fix_has_position(fix) && fix->source == FIX_GPS && (fix->flags & valid) != 0;
    bool is_more = stands && c->stood_s != 0 && fix->gps_time_s - c->stood_s < STANDING_EVERY_S;
    if (c->count - c->cleaned == CLEANED_A_STEP) {
        clean(c);
    }
    if (!is_place || is_more || c->count == CORRECTION_FIXES_MAX) {
        return;
    }
    if (c->count == c->capacity) {
        c->capacity = c->capacity == 0 ? CAPACITY_FIRST : c->capacity * 2;
        c->fixes = mem_resize(c->fixes, c->capacity * sizeof(*c->fixes));
    }
    c->fixes[c->count++] = track_fix_of(fix, stands);
    c->stood_s = stands ? fix->gps_time_s : 0;
}

/* ---- steps ---- */

/* A standstill is at least two fixes. */
static bool has_two(const struct correction *c)
{
    return c->count > 1 || (c->count == 1 && c->fixes[0].until_s > c->fixes[0].time_s);
}

/* The matcher has its time, or until shortly before the call's is over. */
static int64_t match_deadline_ms(const struct correction *c)
{
    int64_t deadline_ms = clock_monotonic_ms() + MATCH_TIMEOUT_MS;
    int64_t last_ms = c->deadline_ms - MARGIN_MS;
    return last_ms < deadline_ms ? last_ms : deadline_ms;
}

/* Whether it waits. */
static bool match_some(struct correction *c)
{
    struct matcher *matcher = c->call->api->matcher;
    if (matcher != NULL && c->match == NULL && c->count > 1) {
        c->match = match_new(matcher, c->fixes, c->count, match_deadline_ms(c));
    }
    enum match_step step = c->match == NULL ? MATCH_DONE : match_step(c->match);
    if (step == MATCH_DONE) {
        c->phase = PHASE_SMOOTH;
        c->smooth = mem_new_array(c->count, sizeof(*c->smooth));
    }
    return step == MATCH_WAITS;
}

static void smooth_some(struct correction *c)
{
    size_t until = c->smoothed + SMOOTHED_A_STEP;
    while (c->smoothed < c->count && c->smoothed < until) {
        c->smoothed = track_smooth(c->fixes, c->count, c->smoothed, c->smooth);
    }
    if (c->smoothed == c->count) {
        c->phase = PHASE_WRITE;
    }
}

static void write_place(struct correction *c, struct point at, struct json_out *out)
{
    bool is_first = c->written == 0 && c->way == 0;
    if (!is_first && at.lat_e7 == c->last.lat_e7 && at.lon_e7 == c->last.lon_e7) {
        return;
    }
    c->last = at;
    struct degrees gcj = gcj_of_wgs(degrees_of(at));
    json_object_begin(out);
    json_name(out, "x");
    json_decimal_string(out, llround(gcj.lon_deg * E6), DECIMALS);
    json_name(out, "y");
    json_decimal_string(out, llround(gcj.lat_deg * E6), DECIMALS);
    json_object_end(out);
}

/* Where the next fix is shown, or the next place of the way to it. */
static void write_next(struct correction *c, struct json_out *out)
{
    static const struct matched none = {.kind = MATCHED_NOT};
    const struct matched *m = c->match == NULL ? &none : &match_places(c->match)[c->written];
    if (m->kind == MATCHED_AT && m->joins && c->way < m->way_count) {
        write_place(c, match_ways(c->match)[m->way + c->way], out);
        c->way++;
        return;
    }
    if (m->kind != MATCHED_PASSED) {
        write_place(c, m->kind == MATCHED_AT ? m->at : c->smooth[c->written], out);
    }
    c->written++;
    c->way = 0;
}

static enum call_step write_some(struct correction *c, struct json_out *out)
{
    if (!c->is_open) {
        json_array_begin(out);
        c->is_open = true;
    }
    while (c->written < c->count && out->len < CALL_PIECE_BYTES) {
        write_next(c, out);
    }
    if (c->written < c->count) {
        return STEP_PIECE;
    }
    json_array_end(out);
    return STEP_END;
}

enum call_step correction_next(struct correction *c, struct json_out *out)
{
    switch (c->phase) {
    case PHASE_CLEAN:
        clean(c);
        c->phase = PHASE_MATCH;
        return STEP_AGAIN;
    case PHASE_MATCH:
        if (!has_two(c)) {
            json_write_null(out);
            return STEP_END;
        }
        return match_some(c) ? STEP_WAIT : STEP_AGAIN;
    case PHASE_SMOOTH:
        smooth_some(c);
        return STEP_AGAIN;
    default:
        return write_some(c, out);
    }
}

bool correction_wait(struct correction *c, struct call_waker waker)
{
    return match_wait(c->match, waker.wake, waker.context);
}
