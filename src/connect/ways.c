/*
 * A matcher answers a line, and places near the fixes that lie on it. Walking both side by side
 * gives the part of the line between two fixes:
 *
 *     line     0─────1──────2───3────────────4      the way from fix b to fix c is 2, 3
 *     places     a     b           c
 *
 * A place is looked for from the one before on, so that a road driven twice is two parts of the
 * line. What is far from the fixes, or a long way round, is not believed, whoever says so. The
 * places of a good answer are found at a look or two; one of which most are not on its lines is
 * left alone soon.
 */
#include "connect/ways.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    LOOK_AHEAD = 4096,
    LOOKS_MAX = 1 << 17, /* of all places of an answer: some hundredths of a second */
    CAPACITY_FIRST = 1024,
};

static const double METRES_PER_E7 = 0.011131949;
static const double RADIANS_PER_E7 = 1.7453292519943295e-9;
static const double ON_LINE_M = 2;
static const double BACK_M = 20; /* that a place may lie before the one before it */
static const double OFF_MIN_M = 100;
static const double OFF_DEVIATIONS = 6;
static const double ROUND_TIMES = 3;
static const double ROUND_MORE_M = 500;

/* A place on a line: behind its place number `segment`. */
struct mark {
    size_t segment;
    double part; /* of the way to the next */
};

struct plane {
    struct point origin;
    double metres_per_lon_e7;
};

struct metres {
    double x;
    double y;
};

static struct metres metres_of(const struct plane *p, struct point at)
{
    double lon_step_e7 = remainder((double)at.lon_e7 - p->origin.lon_e7, 3600000000.0);
    return (struct metres){lon_step_e7 * p->metres_per_lon_e7,
                           ((double)at.lat_e7 - p->origin.lat_e7) * METRES_PER_E7};
}

/* Where on the way from `a` to `b` is the point nearest to `at`, and how far that is. */
static double nearest_part(struct point at, struct point a, struct point b, double *off_m)
{
    const struct plane plane = {at, METRES_PER_E7 * cos(at.lat_e7 * RADIANS_PER_E7)};
    struct metres from = metres_of(&plane, a);
    struct metres to = metres_of(&plane, b);
    double dx = to.x - from.x;
    double dy = to.y - from.y;
    double length_2 = dx * dx + dy * dy;
    double part = length_2 > 0 ? -(from.x * dx + from.y * dy) / length_2 : 0;
    part = fmin(fmax(part, 0), 1);
    *off_m = hypot(from.x + part * dx, from.y + part * dy);
    return part;
}

static double far_m(struct point a, struct point b)
{
    return (double)distance_m_e2(a, b) / 100;
}

/* How far `part` of a segment lies before the mark on it; 0 where it does not. */
static double back_m(const struct polyline *line, struct mark mark, size_t segment, double part)
{
    bool is_back = segment == mark.segment && part < mark.part;
    return is_back ? (mark.part - part) * far_m(line->at[segment], line->at[segment + 1]) : 0;
}

/* ---- ways ---- */

static void add(struct ways *w, struct point at)
{
    if (w->count == w->capacity) {
        w->capacity = w->capacity == 0 ? CAPACITY_FIRST : w->capacity * 2;
        w->at = mem_resize(w->at, w->capacity * sizeof(*w->at));
    }
    w->at[w->count++] = at;
}

void ways_clear(struct ways *w)
{
    free(w->at);
    *w = (struct ways){0};
}

/* One route of an answer on its way along the fixes. */
struct walk {
    struct ways *ways;
    const struct match_answer *answer;
    const struct polyline *line; /* of the last place; NULL: there is none */
    struct mark mark;
    struct point at; /* that place */
    size_t last;     /* its fix */
    size_t looks;    /* at segments, so far */
};

/* The first place of the line from `from` on that is at `at`; false: there is none near by. */
static bool find_mark(struct walk *w, const struct polyline *line, struct point at,
                      struct mark *out)
{
    const struct mark from = w->line == line ? w->mark : (struct mark){0, 0};
    for (size_t s = from.segment; s + 1 < line->count && s - from.segment < LOOK_AHEAD; s++) {
        double off_m = 0;
        if (w->looks++ >= LOOKS_MAX) {
            return false;
        }
        double part = nearest_part(at, line->at[s], line->at[s + 1], &off_m);
        if (off_m <= ON_LINE_M && back_m(line, from, s, part) <= BACK_M) {
            *out = (struct mark){s, s == from.segment ? fmax(part, from.part) : part};
            return true;
        }
    }
    return false;
}

/* The way from the last place to `to`, which is at `at`: whether it can be believed. */
static bool lay_way(struct walk *w, struct mark to, struct matched *m)
{
    const struct polyline *line = w->line;
    size_t count = to.segment - w->mark.segment;
    if (w->ways->count + count > WAYS_MAX) {
        return false;
    }
    double most_m = ROUND_TIMES * far_m(w->at, m->at) + ROUND_MORE_M;
    double length_m = 0;
    struct point before = w->at;
    m->way = w->ways->count;
    for (size_t i = 0; i < count && length_m <= most_m; i++) {
        struct point next = line->at[w->mark.segment + 1 + i];
        length_m += far_m(before, next);
        before = next;
        add(w->ways, next);
    }
    length_m += far_m(before, m->at);
    if (length_m > most_m) {
        w->ways->count = m->way;
        return false;
    }
    m->way_count = count;
    return true;
}

static bool is_near(const struct track_fix *fix, const struct match_place *place)
{
    return far_m(fix->at, place->at) <= fmax(OFF_MIN_M, OFF_DEVIATIONS * fix->accuracy_m);
}

/* Takes a place as that of a fix; false where it is not on its line. */
static bool step(struct walk *w, const struct match_place *place, struct matched *m)
{
    const struct polyline *line = &w->answer->routes[place->route];
    bool goes_on = w->line == line && place->joins;
    struct mark mark;
    if (!find_mark(w, line, place->at, &mark)) {
        return false;
    }
    *m = (struct matched){.kind = MATCHED_AT, .at = place->at};
    m->joins = goes_on && lay_way(w, mark, m);
    w->line = line;
    w->mark = mark;
    w->at = place->at;
    return true;
}

void ways_lay(struct ways *ways, const struct track_fix *fixes, const struct match_answer *answer,
              struct matched *out)
{
    struct walk w = {.ways = ways, .answer = answer};
    for (size_t i = 0; i < answer->count; i++) {
        const struct match_place *place = &answer->places[i];
        out[i] = (struct matched){.kind = MATCHED_NOT};
        if (!place->is_matched || !is_near(&fixes[i], place) || !step(&w, place, &out[i])) {
            continue;
        }
        for (size_t k = w.last + 1; out[i].joins && k < i; k++) {
            out[k].kind = MATCHED_PASSED;
        }
        w.last = i;
    }
}
