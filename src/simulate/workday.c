/*
 * A plan first, which needs no driving: sites and stays, until the time is up by what ways take on
 * average. Then each way is driven over points no farther than 25 m from each other. What may be
 * driven at a point is least of
 *
 *     the stretch's limit times the vehicle's pace, and the vehicle's own
 *     a corner's: sqrt(2 m/s² * r), r = d / (2 tan(turn / 2)), d the shorter of both sides
 *     0 at a signal that is red, and at both ends
 *
 * and, going back from the end, what can be braked from (v² = v0² + 2 a d, a = 1.8 m/s²), then,
 * going forward, what can be reached (1.3 m/s²). From one point to the next it takes
 * 2 d / (v + v0).
 *
 *     depot ── way ──► site ── stay ── way ──► site … ── way ──► depot
 */
#include "simulate/workday.h"

#include <math.h>

#include "geo/ellipsoid.h"
#include "simulate/chance.h"

enum { STOPS_MAX = 64, STEP_CM = 2500, LEAD_S = 1800, SUNDAY = 3, DAYS_A_WEEK = 7 };
enum { RED_PERCENT = 45, RED_MIN_MS = 8000, RED_MAX_MS = 45000, SECOND_MS = 1000 };

static const double CORNER_MS2 = 2.0;
static const double CORNER_MIN_MS = 9.0 / 3.6;
static const double BRAKE_MS2 = 1.8;
static const double SPEED_UP_MS2 = 1.3;
static const double CREEP_MS = 0.5; /* no slower: a point is reached at last */
static const double METRES_PER_E7 = MEAN_RADIUS_M * RADIANS_PER_E7; /* of latitude */

struct stop {
    uint8_t site;
    bool idles;
    int32_t stay_s;
};

struct plan {
    int32_t leaves_s; /* since the workday began */
    struct stop stops[STOPS_MAX + 1];
    size_t count; /* the depot is the last one; 0: a day off */
};

/* A point of a way that is driven. */
struct step {
    struct point where;
    double from_last_m;
    double limit_ms;
    int32_t wait_ms;
    double speed_ms;
    double course_deg;
};

/* ---- the plan ---- */

int64_t workday_of(const struct worker *w, int64_t time_s)
{
    int64_t since_s = time_s - w->job->begin_s + LEAD_S;
    return since_s >= 0 ? since_s / WORKDAY_S : -((WORKDAY_S - 1 - since_s) / WORKDAY_S);
}

static uint64_t chance_of_day(const struct worker *w, int64_t number)
{
    return chance_about(w->number, (uint32_t)number);
}

/* Another site than `from`. */
static uint8_t choose_site(const struct roads *roads, const struct worker *w, uint8_t from,
                           uint64_t *chance)
{
    int sites = (int)roads_sites(roads, w->region);
    return (uint8_t)((from + chance_between(chance, 1, sites - 1)) % sites);
}

static unsigned seconds_home(const struct roads *roads, const struct worker *w, uint8_t from)
{
    return from == w->depot ? 0
                            : roads_way(roads, (struct journey){w->region, from, w->depot}).seconds;
}

static struct plan make_plan(const struct roads *roads, const struct worker *w, int64_t number)
{
    const struct job_kind *job = w->job;
    uint64_t chance = chance_of_day(w, number);
    struct plan p = {.leaves_s = LEAD_S + chance_between(&chance, 0, job->spread_s)};
    int64_t weekday = (number % DAYS_A_WEEK + DAYS_A_WEEK) % DAYS_A_WEEK;
    if (job->length_s == 0 || (job->rests_on_sunday && weekday == SUNDAY)) {
        return p;
    }
    uint8_t at = w->depot;
    int64_t left_s = job->length_s;
    while (p.count < STOPS_MAX && left_s > (int64_t)seconds_home(roads, w, at)) {
        uint8_t to = choose_site(roads, w, at, &chance);
        struct stop *s = &p.stops[p.count++];
        s->site = to;
        s->stay_s = chance_between(&chance, job->stay_min_s, job->stay_max_s);
        s->idles = chance_between(&chance, 1, 100) <= job->idling_percent;
        left_s -=
            (int64_t)roads_way(roads, (struct journey){w->region, at, to}).seconds + s->stay_s;
        at = to;
    }
    if (at != w->depot) {
        p.stops[p.count++] = (struct stop){.site = w->depot};
    }
    return p;
}

uint64_t workday_length_cm(const struct roads *roads, const struct worker *w, int64_t number)
{
    struct plan p = make_plan(roads, w, number);
    uint64_t length_cm = 0;
    uint8_t at = w->depot;
    for (size_t i = 0; i < p.count; i++) {
        length_cm += roads_way(roads, (struct journey){w->region, at, p.stops[i].site}).length_cm;
        at = p.stops[i].site;
    }
    return length_cm;
}

/* ---- driving a way ---- */

static double east_scale(struct point p)
{
    return cos(p.lat_e7 * RADIANS_PER_E7);
}

static void add_step(GArray *steps, struct point where, double limit_ms)
{
    struct step s = {.where = where, .limit_ms = limit_ms};
    if (steps->len > 0) {
        struct step *last = &g_array_index(steps, struct step, steps->len - 1);
        double north_m = (where.lat_e7 - last->where.lat_e7) * METRES_PER_E7;
        double east_m = (where.lon_e7 - last->where.lon_e7) * METRES_PER_E7 * east_scale(where);
        s.from_last_m = hypot(north_m, east_m);
        s.course_deg = fmod(atan2(east_m, north_m) * 180.0 / M_PI + 360.0, 360.0);
        last->limit_ms = fmin(last->limit_ms, limit_ms);
        if (s.from_last_m < 0.01) {
            return;
        }
    }
    g_array_append_val(steps, s);
}

/* From the last step on to `to`, in pieces of STEP_CM at most. */
static void add_line(GArray *steps, struct point to, double limit_ms)
{
    struct point from = g_array_index(steps, struct step, steps->len - 1).where;
    int pieces = (int)(distance_m_e2(from, to) / STEP_CM) + 1;
    for (int i = 1; i <= pieces; i++) {
        double part = (double)i / pieces;
        struct point p = {from.lat_e7 + (int32_t)lround((to.lat_e7 - from.lat_e7) * part),
                          from.lon_e7 + (int32_t)lround((to.lon_e7 - from.lon_e7) * part)};
        add_step(steps, p, limit_ms);
    }
}

static void add_stretch(GArray *steps, const struct stretch *s, bool backwards, double limit_ms)
{
    for (size_t i = 0; i < s->count; i++) {
        struct point p = s->points[backwards ? s->count - 1 - i : i];
        if (steps->len == 0) {
            add_step(steps, p, limit_ms);
        } else {
            add_line(steps, p, limit_ms);
        }
    }
}

static void heed_corner(struct step *s, const struct step *next)
{
    const double straight_deg = 8.0;
    const double side_min_m = 8.0;
    double turn_deg = fabs(fmod(next->course_deg - s->course_deg + 540.0, 360.0) - 180.0);
    if (turn_deg < straight_deg) {
        return;
    }
    double side_m = fmax(fmin(s->from_last_m, next->from_last_m), side_min_m);
    double radius_m = side_m / (2.0 * tan(fmin(turn_deg, 170.0) / 2.0 * M_PI / 180.0));
    s->limit_ms = fmin(s->limit_ms, fmax(sqrt(CORNER_MS2 * radius_m), CORNER_MIN_MS));
}

static void choose_speeds(GArray *steps)
{
    struct step *at = &g_array_index(steps, struct step, 0);
    guint n = steps->len;
    for (guint i = 1; i + 1 < n; i++) {
        heed_corner(&at[i], &at[i + 1]);
    }
    at[0].limit_ms = at[n - 1].limit_ms = 0;
    for (guint i = 0; i < n; i++) {
        at[i].speed_ms = at[i].wait_ms > 0 ? 0 : at[i].limit_ms;
    }
    for (guint i = n - 1; i > 0; i--) {
        double v = sqrt(at[i].speed_ms * at[i].speed_ms + 2 * BRAKE_MS2 * at[i].from_last_m);
        at[i - 1].speed_ms = fmin(at[i - 1].speed_ms, v);
    }
    for (guint i = 1; i < n; i++) {
        double v =
            sqrt(at[i - 1].speed_ms * at[i - 1].speed_ms + 2 * SPEED_UP_MS2 * at[i].from_last_m);
        at[i].speed_ms = fmin(at[i].speed_ms, v);
    }
}

static void gather_steps(GArray *steps, const struct roads *roads, struct journey j,
                         const struct job_kind *job, uint64_t *chance)
{
    size_t count = roads_way(roads, j).stretches;
    for (size_t i = 0; i < count; i++) {
        bool backwards;
        struct stretch s = roads_stretch(roads, j, i, &backwards);
        double kmh = fmin(s.speed_kmh * job->pace_percent / 100.0, job->speed_max_kmh);
        add_stretch(steps, &s, backwards, kmh / 3.6);
        bool has_signal = backwards ? s.has_signal_at_begin : s.has_signal_at_end;
        bool is_red = chance_between(chance, 1, 100) <= RED_PERCENT;
        int32_t wait_ms = chance_between(chance, RED_MIN_MS, RED_MAX_MS);
        if (has_signal && is_red && i + 1 < count) {
            g_array_index(steps, struct step, steps->len - 1).wait_ms = wait_ms;
        }
    }
}

/* ---- the day ---- */

static struct moment_of_day *last_moment(struct workday *day)
{
    return &g_array_index(day->moments, struct moment_of_day, day->moments->len - 1);
}

/* The vehicle stands where it is for a while. */
static void stand(struct workday *day, int64_t ms)
{
    struct moment_of_day m = *last_moment(day);
    m.speed_kmh = 0;
    m.at_ms += (int32_t)ms;
    g_array_append_val(day->moments, m);
}

static void drive(struct workday *day, const struct roads *roads, const struct worker *w,
                  struct journey j, uint64_t *chance)
{
    GArray *steps = g_array_new(FALSE, FALSE, sizeof(struct step));
    gather_steps(steps, roads, j, w->job, chance);
    choose_speeds(steps);
    uint32_t begin_cm = last_moment(day)->travelled_cm;
    uint32_t length_cm = (uint32_t)roads_way(roads, j).length_cm;
    const struct step *at = &g_array_index(steps, struct step, 0);
    double whole_m = 0;
    for (guint i = 1; i < steps->len; i++) {
        whole_m += at[i].from_last_m;
    }
    double metres = 0;
    double ms = last_moment(day)->at_ms;
    for (guint i = 1; i < steps->len; i++) {
        double mean_ms = fmax((at[i].speed_ms + at[i - 1].speed_ms) / 2, CREEP_MS);
        metres += at[i].from_last_m;
        ms += at[i].from_last_m / mean_ms * SECOND_MS;
        /* As much of the way's length as of the sum of its steps, which is of a sphere. */
        uint32_t driven_cm = (uint32_t)lround(length_cm * fmin(metres / whole_m, 1));
        struct moment_of_day m = {
            .at_ms = (int32_t)ms,
            .where = at[i].where,
            .travelled_cm = begin_cm + driven_cm,
            .speed_kmh = (float)(at[i].speed_ms * 3.6),
            .course_deg = (float)at[i].course_deg,
            .ignition_on = true,
        };
        g_array_append_val(day->moments, m);
        if (at[i].wait_ms > 0) {
            stand(day, at[i].wait_ms);
            ms += at[i].wait_ms;
        }
    }
    (void)g_array_free(steps, TRUE);
}

/* The ignition is switched at the last moment, on a whole second: there it is reported. */
static void switch_ignition(struct workday *day, bool on)
{
    int32_t beyond_ms = last_moment(day)->at_ms % SECOND_MS;
    if (beyond_ms > 0) {
        stand(day, SECOND_MS - beyond_ms);
    }
    last_moment(day)->ignition_on = on;
}

void workday_init(struct workday *day, const struct roads *roads, const struct worker *w,
                  int64_t number)
{
    const int32_t warm_up_ms = 20000;
    struct plan p = make_plan(roads, w, number);
    uint64_t chance = chance_of_day(w, number) + 1;
    day->begin_s = number * WORKDAY_S + w->job->begin_s - LEAD_S;
    day->moments = g_array_new(FALSE, FALSE, sizeof(struct moment_of_day));
    struct moment_of_day first = {.where = roads_site(roads, w->region, w->depot)};
    g_array_append_val(day->moments, first);
    if (p.count == 0) {
        return;
    }
    uint8_t at = w->depot;
    stand(day, (int64_t)p.leaves_s * SECOND_MS);
    for (size_t i = 0; i < p.count; i++) {
        if (!last_moment(day)->ignition_on) {
            switch_ignition(day, true);
            stand(day, warm_up_ms);
        }
        drive(day, roads, w, (struct journey){w->region, at, p.stops[i].site}, &chance);
        at = p.stops[i].site;
        if (!p.stops[i].idles) {
            stand(day, warm_up_ms);
            switch_ignition(day, false);
        }
        stand(day, (int64_t)p.stops[i].stay_s * SECOND_MS);
    }
    switch_ignition(day, false);
}

void workday_clear(struct workday *day)
{
    if (day->moments != NULL) {
        (void)g_array_free(day->moments, TRUE);
    }
    *day = (struct workday){0};
}

/* The last moment that is not behind `at_ms`. */
static guint find(const struct workday *day, int64_t at_ms, guint *hint)
{
    const struct moment_of_day *m = &g_array_index(day->moments, struct moment_of_day, 0);
    guint i = *hint < day->moments->len && m[*hint].at_ms <= at_ms ? *hint : 0;
    while (i + 1 < day->moments->len && m[i + 1].at_ms <= at_ms) {
        i++;
    }
    *hint = i;
    return i;
}

struct moment_of_day workday_at(const struct workday *day, int64_t time_s, guint *hint)
{
    int64_t at_ms = (time_s - day->begin_s) * SECOND_MS;
    guint i = find(day, at_ms, hint);
    struct moment_of_day m = g_array_index(day->moments, struct moment_of_day, i);
    if (i + 1 < day->moments->len) {
        const struct moment_of_day *next =
            &g_array_index(day->moments, struct moment_of_day, i + 1);
        double part = (double)(at_ms - m.at_ms) / (next->at_ms - m.at_ms);
        m.where.lat_e7 += (int32_t)lround((next->where.lat_e7 - m.where.lat_e7) * part);
        m.where.lon_e7 += (int32_t)lround((next->where.lon_e7 - m.where.lon_e7) * part);
        m.travelled_cm += (uint32_t)((next->travelled_cm - m.travelled_cm) * part);
        m.speed_kmh += (float)((next->speed_kmh - m.speed_kmh) * part);
        m.course_deg = next->course_deg;
    }
    m.at_ms = (int32_t)at_ms;
    return m;
}

int64_t workday_switch_s(const struct workday *day, int64_t after_s, int64_t until_s, guint *hint)
{
    guint i = find(day, (after_s - day->begin_s) * SECOND_MS, hint);
    const struct moment_of_day *m = &g_array_index(day->moments, struct moment_of_day, 0);
    int64_t until_ms = (until_s - day->begin_s) * SECOND_MS;
    for (guint k = i + 1; k < day->moments->len && m[k].at_ms <= until_ms; k++) {
        if (m[k].ignition_on != m[i].ignition_on) {
            return day->begin_s + m[k].at_ms / SECOND_MS;
        }
    }
    return INT64_MAX;
}
