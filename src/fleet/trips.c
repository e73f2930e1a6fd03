/*
 * Trips and stops: the history of a device in turns.
 *
 *     motion    off     moving  idle  moving   idle   off             moving
 *               ────────┬───────┬─────┬────────┬──────┬───────────────┬──
 *     span      stop    │ trip    pause        │ stop                 │ trip
 *                       B                      E   ▲                  B'
 *                                                  └ two minutes off, or five at standstill:
 *                                                    here it is proved that the trip ended at E
 *
 * A trip begins with the first fix that moves (B) and ends with the first that stands (E); the way
 * and the time between these two fixes are its own, so that its length, its time and its places
 * agree. All else is stop: the way that ends at B is the stop's creep. One fix that moves between
 * two silences is no trip, so the stop goes on until the next fix is there. While a pause is not
 * decided its sums are kept twice: whole, for the trip if it goes on, and as far as they are in the
 * range, for the stop if it does not. A silence ends a trip at the fix before it; behind it a trip
 * may begin.
 */
#include "fleet/trips.h"

static bool is_running(const struct trips *t)
{
    return t->mode == TRIPS_DRIVING || t->mode == TRIPS_PAUSED;
}

/* A trip is whole, and in the range where it starts. */
static bool begins_in_range(const struct trips *t)
{
    return range_holds(t->range, t->trip_start.time_s);
}

static void tell_trip(const struct trips *t, struct spot end, bool is_open)
{
    if (t->trips.tell == NULL || !begins_in_range(t)) {
        return;
    }
    const struct span span = {
        .start = t->trip_start, .end = end, .is_open = is_open, .sums = t->trip};
    t->trips.tell(t->trips.context, &span);
}

static void tell_stop(const struct trips *t, struct spot end, bool is_open)
{
    if (t->stops.tell == NULL) {
        return;
    }
    struct span span = {.start = t->stop_start, .end = end, .is_open = is_open, .sums = t->stop};
    if (!span.start.has_place) {
        span.start = end;
        span.start.time_s = t->stop_start.time_s;
    }
    span_tell_clipped(&t->stops, &span, t->range);
}

static void begin_stop(struct trips *t, enum trips_mode mode, struct spot start)
{
    t->mode = mode;
    t->stop_start = start;
    t->pause = (struct sums){0};
    t->stop = (struct sums){0};
}

void trips_begin(struct trips *t, const struct fold_state *start)
{
    const struct legs before = {.state = *start};
    if (!legs_have_begun(&before)) {
        return;
    }
    bool is_moving = start->motion == MOTION_MOVING;
    begin_stop(t, is_moving ? TRIPS_SETTING_OUT : TRIPS_STOPPED, span_spot(start));
    t->trip_start = t->stop_start;
}

/* Whether this leg proves that the trip ended before it, or with its earlier fix. */
static bool ends_trip(const struct trips *t, const struct leg *leg)
{
    if (leg->is_silent) {
        return is_running(t);
    }
    if (t->mode != TRIPS_PAUSED) {
        return false;
    }
    int64_t stood_s = leg->to.time_s - t->stop_start.time_s;
    bool is_off = leg->motion == MOTION_OFF && leg->to.time_s - t->off_since_s >= TRIPS_OFF_S;
    return stood_s >= t->stop_s || is_off;
}

static void end_trip(struct trips *t, const struct leg *leg)
{
    if (t->mode == TRIPS_DRIVING) {
        begin_stop(t, TRIPS_STOPPED, leg->from);
    }
    t->mode = TRIPS_STOPPED;
    tell_trip(t, t->stop_start, false);
}

static void add(struct trips *t, const struct leg *leg)
{
    if (t->mode == TRIPS_DRIVING) {
        sums_add(&t->trip, leg, range_of_all());
        return;
    }
    sums_add(&t->stop, leg, t->range);
    span_move_start(&t->stop_start, leg, t->range);
    if (t->mode == TRIPS_PAUSED) {
        sums_add(&t->pause, leg, range_of_all());
    }
}

/* A fix that moves: a trip may begin, or goes on behind a pause. */
static void move(struct trips *t, const struct leg *leg)
{
    if (t->mode == TRIPS_PAUSED) {
        sums_unite(&t->trip, &t->pause);
        t->mode = TRIPS_DRIVING;
    }
    if (t->mode == TRIPS_DRIVING) {
        return;
    }
    if (t->mode == TRIPS_UNKNOWN) {
        begin_stop(t, TRIPS_STOPPED, leg->to);
    }
    t->mode = TRIPS_SETTING_OUT;
    t->trip_start = leg->to;
    t->trip = (struct sums){.top_speed_kmh_e2 = leg->speed_kmh_e2};
}

/* The leg behind the first fix that moves: whether a trip began with that, in the range. */
static bool set_out(struct trips *t, const struct leg *leg)
{
    if (t->mode != TRIPS_SETTING_OUT) {
        return false;
    }
    if (leg->is_silent) {
        t->mode = TRIPS_STOPPED;
        return false;
    }
    tell_stop(t, leg->from, false);
    t->mode = TRIPS_DRIVING;
    return begins_in_range(t);
}

static void stand(struct trips *t, const struct leg *leg)
{
    if (t->mode == TRIPS_UNKNOWN) {
        begin_stop(t, TRIPS_STOPPED, leg->to);
        sums_add(&t->stop, leg, t->range);
    } else if (t->mode == TRIPS_DRIVING) {
        begin_stop(t, TRIPS_PAUSED, leg->to);
    }
    if (leg->motion != MOTION_OFF && leg->motion_behind == MOTION_OFF) {
        t->off_since_s = leg->to.time_s;
    }
}

bool trips_take(struct trips *t, const struct leg *leg)
{
    bool begins = set_out(t, leg);
    if (ends_trip(t, leg)) {
        end_trip(t, leg);
    }
    if (t->mode != TRIPS_UNKNOWN) {
        add(t, leg);
    }
    if (leg->has_fix && leg->motion_behind == MOTION_MOVING) {
        move(t, leg);
    } else if (leg->has_fix) {
        stand(t, leg);
    }
    return begins;
}

bool trips_are_done(const struct trips *t, int64_t time_s)
{
    bool is_told = is_running(t) && begins_in_range(t);
    bool is_undecided = t->mode == TRIPS_PAUSED && t->stop_start.time_s <= t->range.to_s;
    return time_s > t->range.to_s && !is_told && !is_undecided;
}

void trips_end(struct trips *t, const struct leg *pass)
{
    (void)trips_take(t, pass);
    if (t->mode == TRIPS_PAUSED) {
        sums_unite(&t->trip, &t->pause);
    }
    if (is_running(t)) {
        tell_trip(t, pass->from, true);
    } else if (t->mode == TRIPS_STOPPED) {
        tell_stop(t, pass->to, true);
    }
}
