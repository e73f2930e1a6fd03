/*
 * How time and way are shared out, so that whatever is cut out of a device's history adds up:
 *
 *     fix    A      B      C        D            A parked, B driving, C standing
 *     way     --b-- --c-- ----d----              each belongs to the fix behind it
 *     time    parked|drive| idle                 each is spent as the fix before it says
 *
 * A leg over a silence is neither driving nor idling, whatever was before it. Reports without a
 * time of their own stand at the fix they are filed under, so their legs have no length.
 */
#include "fleet/span.h"

#include "base/check.h"

bool legs_have_begun(const struct legs *legs)
{
    return legs->state.current.has != 0 || legs->state.current.gps_time_s != 0;
}

struct spot span_spot(const struct fold_state *state)
{
    const struct fix *current = &state->current;
    return (struct spot){.time_s = current->gps_time_s,
                         .lat_e7 = current->lat_e7,
                         .lon_e7 = current->lon_e7,
                         .has_place = fix_has_position(current)};
}

uint32_t span_speed_kmh_e2(const struct fold_state *state)
{
    const struct fix *current = &state->current;
    bool is_locked = state->position_time_s == current->gps_time_s;
    return is_locked && (current->has & FIX_HAS_SPEED) != 0 ? current->speed_kmh_e2 : 0;
}

struct leg legs_take(struct legs *legs, const struct fix *fix)
{
    const struct fold_state *state = &legs->state;
    struct leg leg = {.is_first = !legs_have_begun(legs), .has_fix = true};
    int64_t gap_s = fix->gps_time_s - state->current.gps_time_s;
    uint64_t before_m_e2 = fold_travelled_m_e2(state);
    const struct fuel_mark fuel = fuel_mark(&state->fuel);
    leg.from = span_spot(state);
    leg.motion = state->motion;
    leg.is_silent = !leg.is_first && fold_is_silence(state, gap_s);
    fold_step(&legs->state, fix, &legs->rules, NULL);
    leg.to = span_spot(state);
    leg.from = leg.is_first ? leg.to : leg.from;
    leg.motion_behind = state->motion;
    leg.speed_kmh_e2 = span_speed_kmh_e2(state);
    leg.distance_m_e2 = leg.is_first ? 0 : fold_travelled_m_e2(state) - before_m_e2;
    leg.has_fuel = state->fuel.count > 0;
    leg.fuel_ml = fuel_used_ml(&fuel, &state->fuel);
    return leg;
}

struct leg legs_pass(const struct legs *legs, int64_t now_s)
{
    const struct fold_state *state = &legs->state;
    check(legs_have_begun(legs));
    struct leg leg = {.from = span_spot(state), .to = span_spot(state), .motion = state->motion};
    leg.motion_behind = leg.motion;
    leg.to.time_s = now_s > leg.from.time_s ? now_s : leg.from.time_s;
    leg.is_silent = fold_is_silence(state, leg.to.time_s - leg.from.time_s);
    leg.is_vague = leg.motion == MOTION_MOVING && !leg.is_silent;
    return leg;
}

static void note_speed(struct sums *sums, uint32_t speed_kmh_e2)
{
    if (speed_kmh_e2 > sums->top_speed_kmh_e2) {
        sums->top_speed_kmh_e2 = speed_kmh_e2;
    }
}

void sums_unite(struct sums *sums, const struct sums *more)
{
    sums->distance_m_e2 += more->distance_m_e2;
    sums->fuel_ml += more->fuel_ml;
    sums->has_fuel = sums->has_fuel || more->has_fuel;
    sums->driving_s += more->driving_s;
    sums->idle_s += more->idle_s;
    sums->other_s += more->other_s;
    note_speed(sums, more->top_speed_kmh_e2);
}

/* Those of a leg that lie in the range. */
static int64_t seconds_within(const struct leg *leg, struct range range)
{
    int64_t from_s = leg->from.time_s > range.from_s ? leg->from.time_s : range.from_s;
    int64_t to_s = leg->to.time_s < range.to_s ? leg->to.time_s : range.to_s;
    return to_s > from_s && !leg->is_vague ? to_s - from_s : 0;
}

void sums_add(struct sums *sums, const struct leg *leg, struct range range)
{
    int64_t seconds = seconds_within(leg, range);
    if (leg->motion == MOTION_MOVING && !leg->is_silent) {
        sums->driving_s += seconds;
    } else if (leg->motion == MOTION_IDLE && !leg->is_silent) {
        sums->idle_s += seconds;
    } else {
        sums->other_s += seconds;
    }
    if (leg->has_fix && range_holds(range, leg->to.time_s)) {
        sums->distance_m_e2 += leg->distance_m_e2;
        sums->fuel_ml += leg->fuel_ml;
        sums->has_fuel = sums->has_fuel || leg->has_fuel;
        note_speed(sums, leg->speed_kmh_e2);
    }
}

void span_move_start(struct spot *start, const struct leg *leg, struct range range)
{
    if (leg->has_fix && leg->to.time_s <= range.from_s) {
        int64_t time_s = start->time_s;
        *start = leg->to;
        start->time_s = time_s;
    }
}

void span_tell_clipped(const struct span_sink *sink, const struct span *span, struct range range)
{
    struct span told = *span;
    if (told.start.time_s < range.from_s) {
        told.start.time_s = range.from_s;
        told.is_clipped = true;
    }
    if (told.end.time_s > range.to_s) {
        told.end.time_s = range.to_s;
        told.is_clipped = true;
        told.is_open = false;
    }
    int64_t seconds = told.end.time_s - told.start.time_s;
    if (seconds > 0 || (seconds == 0 && told.sums.distance_m_e2 > 0)) {
        sink->tell(sink->context, &told);
    }
}
