/*
 * Geofences: in which of them a vehicle is, and when it went in and out.
 *
 *      h = 10 m + 5 m x HDOP, 25 m without, 50 m at most; or what the geofence says
 *
 *      outside │◄─ h ─►│ border │◄─ min(h, half the inner radius) ─►│ inside
 *              │       │        │                                   │
 *      left ◄──┘       still in │ in, once a second fix says so     └──► entered
 *
 * A fix without a lock crosses nothing, nor does a jump that nothing drives: whether it was one,
 * the next fix shows. The time of a crossing is that of the place where the straight line between
 * the two fixes crosses the border; behind a silence, of the tracker or of its positions, the line
 * says nothing and the time is that of the later fix. A vehicle that hovers outside the border left
 * when it crossed it, once it is far enough; until then it is in.
 *
 * Where presence of any length counts (dwell 0), a line that goes deep enough through the geofence
 * is a visit though no fix lies inside.
 *
 * What changes a geofence, or whom it is for, moves nobody: from then on the vehicle is in it or
 * not, by its last position, without a crossing.
 */
#include <math.h>

#include "fleet/fences.h"
#include "fleet/watch_private.h"

enum { INSIDE_MAX = 24 }; /* geofences at a time; further ones are not entered */
enum { HDOP_UNIT = 100, CONFIRMED = 1 };
static const double h_base_m = 10;
static const double h_a_hdop_m = 5;
static const double h_unknown_m = 25;
static const double h_most_m = 50;

/* One fix and the line that leads to it. */
struct crossing {
    struct watch_step *step;
    const struct fold_rules *rules;
    const struct fold_term *term;
    struct fences *fences; /* of that term; NULL: none */
    struct point from;
    struct point to;
    int64_t from_s;
    bool has_line;
    int64_t at_s;             /* of adopting: when */
    uint32_t done[WATCH_MAX]; /* those that were looked at as entries */
    size_t done_count;
};

static double hysteresis_m(const struct fence_term *t, const struct fix *fix)
{
    if (t->hysteresis_m > 0) {
        return t->hysteresis_m;
    }
    if ((fix->has & FIX_HAS_HDOP) == 0) {
        return h_unknown_m;
    }
    return fmin(h_most_m, h_base_m + h_a_hdop_m * fix->hdop_e2 / HDOP_UNIT);
}

static bool is_deep(const struct crossing *c, const struct fence_term *t, struct point at)
{
    double needed_m = fmin(hysteresis_m(t, c->step->fix), fence_inner_radius_m(t->geometry) / 2);
    return fence_is_deep(t->geometry, at, needed_m);
}

static int64_t time_at(const struct crossing *c, double fraction)
{
    int64_t span_s = c->step->fix->gps_time_s - c->from_s;
    return c->from_s + (int64_t)llround(fraction * (double)span_s);
}

/* ---- room ---- */

static size_t count_inside(const struct watch *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->count; i++) {
        n += w->at[i].kind == WATCH_INSIDE;
    }
    return n;
}

/* Room for the alarm of a crossing, but none that presence may need. */
static struct watch_entry *add_alarm(struct watch *w, uint8_t kind, uint32_t id)
{
    size_t reserved = INSIDE_MAX - count_inside(w);
    return w->count + reserved < WATCH_MAX ? watch_add(w, kind, id) : NULL;
}

/* ---- telling ---- */

struct border_event {
    uint8_t kind;
    int64_t at_s;
    struct point at;
};

static void tell(const struct crossing *c, const struct fence_term *t, const struct border_event *b)
{
    struct watch_step *s = c->step;
    uint8_t bit = b->kind == ALARM_GEOFENCE_ENTER ? FENCE_ALARM_ENTER : FENCE_ALARM_LEAVE;
    struct watch_event e = {
        .news = WATCH_RAISED,
        .kind = b->kind,
        .subject = t->id,
        .is_alarm = (t->alarm_on & bit) != 0,
        .since_s = b->at_s,
        .at_s = b->at_s,
        .lat_e7 = b->at.lat_e7,
        .lon_e7 = b->at.lon_e7,
    };
    if (e.is_alarm) { /* one that the same line has raised is over */
        watch_release(s, b->kind, t->id, WATCH_BY_RULE, b->at_s);
    }
    struct watch_entry *alarm = watch_find(&s->state->watch, b->kind, t->id);
    if (e.is_alarm && alarm == NULL) {
        alarm = add_alarm(&s->state->watch, b->kind, t->id);
    }
    e.is_brief = !e.is_alarm || alarm == NULL;
    if (!e.is_brief) {
        *alarm = (struct watch_entry){.kind = b->kind,
                                      .subject = t->id,
                                      .since_s = b->at_s,
                                      .count = 1,
                                      .phase = WATCH_OPEN,
                                      .held_by = WATCH_BY_RULE};
    }
    watch_tell(s, &e);
}

static void tell_fraction(const struct crossing *c, const struct fence_term *t, uint8_t kind,
                          double fraction)
{
    const struct border_event b = {kind, time_at(c, fraction),
                                   fence_segment_point(c->from, c->to, fraction)};
    tell(c, t, &b);
}

/* The alarms of a crossing are over with the next fix that could be another one. */
static void end_alarms(struct watch_step *s)
{
    struct watch *w = &s->state->watch;
    for (size_t i = w->count; i > 0; i--) {
        struct watch_entry *e = &w->at[i - 1];
        bool is_crossing = e->kind == ALARM_GEOFENCE_ENTER || e->kind == ALARM_GEOFENCE_LEAVE;
        if (is_crossing && e->subject != 0) {
            watch_release(s, e->kind, e->subject, WATCH_BY_RULE, s->fix->gps_time_s);
            watch_remove(w, e);
        }
    }
}

/* ---- outside, so far ---- */

static struct watch_entry *add_inside(struct watch *w, uint32_t id, int64_t since_s)
{
    struct watch_entry *e = count_inside(w) < INSIDE_MAX ? watch_add(w, WATCH_INSIDE, id) : NULL;
    if (e != NULL) {
        e->since_s = since_s;
    }
    return e;
}

/* Presence that is sure is entered once it is long enough. */
static void enter_if_due(struct crossing *c, const struct fence_term *t, struct point border)
{
    struct watch_entry *e = watch_find(&c->step->state->watch, WATCH_INSIDE, t->id);
    bool is_due = c->step->fix->gps_time_s - e->since_s >= t->dwell_s;
    if (e->phase == WATCH_OPEN || e->count != CONFIRMED || !is_due) {
        return;
    }
    e->phase = WATCH_OPEN;
    const struct border_event b = {ALARM_GEOFENCE_ENTER, e->since_s, border};
    tell(c, t, &b);
}

/* The fix lies inside: since when, and is it sure. */
static void come_in(struct crossing *c, const struct fence_term *t, const struct fence_stay *last)
{
    struct watch *w = &c->step->state->watch;
    struct watch_entry *e = watch_find(w, WATCH_INSIDE, t->id);
    bool is_second = e != NULL;
    if (e == NULL) {
        int64_t now_s = c->step->fix->gps_time_s;
        e = add_inside(w, t->id, last == NULL ? now_s : time_at(c, last->in));
    }
    if (e == NULL) {
        return;
    }
    e->count = is_second || is_deep(c, t, c->to) ? CONFIRMED : e->count;
    enter_if_due(c, t, last == NULL ? c->to : fence_segment_point(c->from, c->to, last->in));
}

/* Whether the stretch goes deep somewhere; a polygon that is not convex may be so at its ends. */
static bool goes_deep(const struct crossing *c, const struct fence_term *t,
                      const struct fence_stay *stay)
{
    enum { SAMPLES = 8 };
    static const uint8_t order[] = {4, 2, 6, 1, 3, 5, 7}; /* the middle is mostly the deepest */
    bool is_found = false;
    for (size_t i = 0; i < sizeof(order) && !is_found; i++) {
        double at = stay->in + (stay->out - stay->in) * order[i] / SAMPLES;
        is_found = is_deep(c, t, fence_segment_point(c->from, c->to, at));
    }
    return is_found;
}

/* A stretch of the line lies inside, and the fix does not. */
static void pass_through(struct crossing *c, const struct fence_term *t,
                         const struct fence_stay *stay)
{
    struct watch *w = &c->step->state->watch;
    struct watch_entry *e = stay->in > 0 ? NULL : watch_find(w, WATCH_INSIDE, t->id);
    if (stay->in <= 0 && e == NULL) {
        return; /* there was no room for it when it came in */
    }
    int64_t in_s = e == NULL ? time_at(c, stay->in) : e->since_s;
    bool is_long = e == NULL ? t->dwell_s == 0 : time_at(c, stay->out) - in_s >= t->dwell_s;
    if (!is_long || !goes_deep(c, t, stay)) {
        return;
    }
    if (e != NULL) { /* where the fix lies inside again, that is another visit */
        watch_remove(w, e);
    }
    const struct border_event in = {ALARM_GEOFENCE_ENTER, in_s,
                                    fence_segment_point(c->from, c->to, stay->in)};
    tell(c, t, &in);
    tell_fraction(c, t, ALARM_GEOFENCE_LEAVE, stay->out);
}

static void look_from_outside(struct crossing *c, const struct fence_term *t)
{
    struct watch *w = &c->step->state->watch;
    struct fence_stay stays[FENCE_STAYS_MAX];
    size_t n = c->has_line ? fence_stays(t->geometry, c->from, c->to, stays) : 0;
    bool is_inside = fence_contains(t->geometry, c->to);
    size_t passed = n > 0 && is_inside && stays[n - 1].out >= 1 ? n - 1 : n;
    for (size_t i = 0; i < passed; i++) {
        pass_through(c, t, &stays[i]);
    }
    if (is_inside) {
        come_in(c, t, passed < n ? &stays[n - 1] : NULL);
        return;
    }
    struct watch_entry *e = watch_find(w, WATCH_INSIDE, t->id);
    if (e != NULL) {
        watch_remove(w, e);
    }
}

/* ---- surely inside, so far ---- */

/* The last stretch of the line that lies inside; false: there is none. */
static bool last_stay(const struct crossing *c, const struct fence_term *t, struct fence_stay *stay)
{
    struct fence_stay stays[FENCE_STAYS_MAX];
    size_t n = c->has_line ? fence_stays(t->geometry, c->from, c->to, stays) : 0;
    if (n > 0) {
        *stay = stays[n - 1];
    }
    return n > 0;
}

/* It is far enough outside, and went out over the border at that time. */
static void go_out(struct crossing *c, const struct fence_term *t, int64_t out_s,
                   struct point border)
{
    struct watch *w = &c->step->state->watch;
    const struct watch_entry was = *watch_find(w, WATCH_INSIDE, t->id);
    watch_remove(w, watch_find(w, WATCH_INSIDE, t->id));
    if (was.phase != WATCH_OPEN && out_s - was.since_s < t->dwell_s) {
        return;
    }
    if (was.phase != WATCH_OPEN) {
        const struct border_event in = {ALARM_GEOFENCE_ENTER, was.since_s, c->from};
        tell(c, t, &in);
    }
    const struct border_event out = {ALARM_GEOFENCE_LEAVE, out_s, border};
    tell(c, t, &out);
}

/*
 * Of one that was entered, or surely came in and has not been there for long enough. Its entry's
 * last_s is when it went out, while it is not far enough to have left.
 */
static void look_from_inside(struct crossing *c, const struct fence_term *t)
{
    struct watch_entry *e = watch_find(&c->step->state->watch, WATCH_INSIDE, t->id);
    if (fence_contains(t->geometry, c->to)) {
        e->last_s = 0;
        enter_if_due(c, t, c->from);
        return;
    }
    struct fence_stay stay = {0, c->has_line ? 0 : 1};
    bool was_in = last_stay(c, t, &stay);
    int64_t out_s = e->last_s != 0 && !was_in ? e->last_s : time_at(c, stay.out);
    if (fence_is_deep(t->geometry, c->to, -hysteresis_m(t, c->step->fix))) {
        e->last_s = out_s;
        return;
    }
    go_out(c, t, out_s, fence_segment_point(c->from, c->to, stay.out));
}

/* ---- changes ---- */

static bool applies(const struct crossing *c, const struct fence_term *t)
{
    return t != NULL && fence_term_applies(t, c->rules->device, c->term->group_id);
}

static void adopt_found(void *context, const struct fence_term *t)
{
    struct crossing *c = context;
    struct watch *w = &c->step->state->watch;
    if (!applies(c, t) || watch_find(w, WATCH_INSIDE, t->id) != NULL ||
        !fence_contains(t->geometry, c->from)) {
        return;
    }
    struct watch_entry *e = add_inside(w, t->id, c->at_s);
    if (e != NULL) {
        e->phase = WATCH_OPEN;
        e->count = CONFIRMED;
    }
}

/* Whether the vehicle is in the geofence no longer by what was decided at c->at_s. */
static bool is_lost(const struct crossing *c, uint32_t id)
{
    const struct fence_term *t = c->fences == NULL ? NULL : fences_find(c->fences, id, c->at_s);
    return !applies(c, t) || (t->from_s == c->at_s && !fence_contains(t->geometry, c->from));
}

void watch_adopt(struct watch_step *s, const struct fold_rules *rules, int64_t at_s)
{
    struct watch *w = &s->state->watch;
    const struct fold_term *term = fold_rules_at(rules, at_s);
    struct crossing c = {
        .step = s,
        .rules = rules,
        .term = term,
        .fences = fold_rules_fences(rules, term),
        .from = {s->state->locked_lat_e7, s->state->locked_lon_e7},
        .at_s = at_s,
    };
    for (size_t i = w->count; i > 0; i--) {
        struct watch_entry *e = &w->at[i - 1];
        if (e->kind == WATCH_INSIDE && is_lost(&c, e->subject)) {
            watch_remove(w, e);
        }
    }
    if (c.fences != NULL && fold_knows_lock(s->state)) {
        struct box box = box_of_segment(c.from, c.from);
        fences_search(c.fences, at_s, &box, adopt_found, &c);
    }
}

static bool is_same_watch(const struct watch *a, const struct watch *b)
{
    bool is_same = a->count == b->count;
    for (size_t i = 0; i < a->count && is_same; i++) {
        const struct watch_entry *x = &a->at[i];
        const struct watch_entry *y = &b->at[i];
        is_same = x->kind == y->kind && x->subject == y->subject && x->since_s == y->since_s &&
                  x->last_s == y->last_s && x->count == y->count && x->phase == y->phase &&
                  x->held_by == y->held_by;
    }
    return is_same;
}

bool fold_adopt(struct fold_state *state, const struct fold_rules *rules, int64_t until_s)
{
    struct watch before;
    struct watch_step s = {.state = state};
    int64_t at_s = state->current.gps_time_s;
    bool has_reported = at_s != 0;
    watch_copy(&before, &state->watch);
    at_s = has_reported ? fold_rules_next_change_s(rules, at_s) : INT64_MAX;
    while (at_s <= until_s) {
        watch_adopt(&s, rules, at_s);
        at_s = fold_rules_next_change_s(rules, at_s);
    }
    return !is_same_watch(&before, &state->watch);
}

/* ---- a fix ---- */

static bool is_done(const struct crossing *c, uint32_t id)
{
    size_t at = 0;
    while (at < c->done_count && c->done[at] != id) {
        at++;
    }
    return at < c->done_count;
}

static void take_found(void *context, const struct fence_term *t)
{
    struct crossing *c = context;
    if (!is_done(c, t->id) && applies(c, t)) {
        look_from_outside(c, t);
    }
}

/* Those that it is in, or was about to enter: the line may not touch them any more. */
static void look_at_entries(struct crossing *c)
{
    struct watch *w = &c->step->state->watch;
    for (size_t i = 0; i < w->count; i++) {
        if (w->at[i].kind == WATCH_INSIDE) {
            c->done[c->done_count++] = w->at[i].subject;
        }
    }
    for (size_t i = 0; i < c->done_count; i++) {
        const struct fence_term *t = fences_find(c->fences, c->done[i], c->step->fix->gps_time_s);
        struct watch_entry *e = watch_find(w, WATCH_INSIDE, c->done[i]);
        if (!applies(c, t)) {
            watch_remove(w, e);
        } else if (e->phase == WATCH_OPEN || e->count == CONFIRMED) {
            look_from_inside(c, t);
        } else {
            look_from_outside(c, t);
        }
    }
}

/* Without geofences it is in none. */
static void leave_unknown(struct watch *w)
{
    for (size_t i = w->count; i > 0; i--) {
        if (w->at[i - 1].kind == WATCH_INSIDE) {
            watch_remove(w, &w->at[i - 1]);
        }
    }
}

/* What was decided between the two fixes. */
static void adopt_changes(struct watch_step *s, const struct fold_rules *rules)
{
    int64_t at_s = s->before_s;
    while (s->before_s != 0 && at_s < INT64_MAX) {
        at_s = fold_rules_next_change_s(rules, at_s);
        if (at_s > s->fix->gps_time_s) {
            return;
        }
        watch_adopt(s, rules, at_s);
    }
}

void watch_fences(struct watch_step *s, const struct fold_rules *rules)
{
    const struct fold_state *state = s->state;
    const struct fold_term *term = fold_rules_at(rules, s->fix->gps_time_s);
    struct fences *fences = fold_rules_fences(rules, term);
    if (fences == NULL && state->watch.count == 0) {
        return;
    }
    adopt_changes(s, rules);
    if (!s->locked) {
        return;
    }
    if (!s->together) {
        end_alarms(s);
    }
    if (fences == NULL) {
        leave_unknown(&s->state->watch);
        return;
    }
    if (!s->plausible) {
        return;
    }
    int64_t gap_s = s->fix->gps_time_s - state->position_time_s;
    struct crossing c = {
        .step = s,
        .rules = rules,
        .term = term,
        .fences = fences,
        .from = {state->locked_lat_e7, state->locked_lon_e7},
        .to = {s->fix->lat_e7, s->fix->lon_e7},
        .from_s = state->position_time_s,
        .has_line = fold_knows_lock(state) && !s->silent && !fold_is_silence(state, gap_s),
    };
    if (!c.has_line) {
        c.from = c.to;
        c.from_s = s->fix->gps_time_s;
    }
    look_at_entries(&c);
    struct box box = box_of_segment(c.from, c.to);
    fences_search(fences, s->fix->gps_time_s, &box, take_found, &c);
}
