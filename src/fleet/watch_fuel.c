/*
 * What becomes of a tank's level beyond what is used: refuels and drains. The level is the settled
 * one (fuel.c).
 *
 * Refuel. From where the fold begins to count a rise as put in, to where it has not risen for three
 * minutes, which is when it is told: one record with all of it, at the time at which it began.
 *
 * Drain. The vehicle stands, its ignition off or not known. The highest level since then is
 * remembered; a fall below it by as much as a refuel is a rise is a drain. It is told at once, once
 * more fuel is missing it goes on, and it is over when the vehicle moves or its ignition is on, or
 * nothing more has gone for DRAIN_OVER_S.
 *
 *     level ─────────┐ standing                      used while driving is neither
 *                    │ └──┐
 *                    │    └───┐ 5 % of the tank: drain
 */
#include "fleet/fuel.h"
#include "fleet/watch_private.h"
#include "model/event.h"

enum { DRAIN_OVER_S = 600 };

static void tell_refuel(struct watch_step *s, const struct watch_entry *rise)
{
    struct watch_event e = {
        .news = WATCH_RAISED,
        .kind = EVENT_REFUEL,
        .is_brief = true,
        .since_s = rise->since_s,
        .at_s = rise->since_s,
        .value = (int64_t)s->state->fuel.refuelled_ml - rise->last_s,
    };
    watch_tell(s, &e);
}

/* The entry of a rise has what had ever been put in before it. */
static void judge_rise(struct watch_step *s, uint64_t refuelled_before_ml)
{
    struct watch *w = &s->state->watch;
    const struct fuel *fuel = &s->state->fuel;
    struct watch_entry *rise = watch_find(w, WATCH_RISE, 0);
    if (rise != NULL && !fuel->is_rising) {
        tell_refuel(s, rise);
        watch_remove(w, rise);
    } else if (rise == NULL && fuel->is_rising) {
        rise = watch_add(w, WATCH_RISE, 0);
        if (rise != NULL) {
            rise->since_s = s->fix->gps_time_s;
            rise->last_s = (int64_t)refuelled_before_ml;
        }
    }
}

static bool may_be_drained(const struct fold_state *state)
{
    return state->motion == MOTION_OFF || state->motion == MOTION_STILL;
}

/* The entry of a standing tank has the level that falls are measured from, and since when. */
static void judge_fall(struct watch_step *s, uint32_t drain_ml)
{
    struct watch *w = &s->state->watch;
    int64_t now_s = s->fix->gps_time_s;
    int64_t level_ml = fuel_settled_ml(&s->state->fuel);
    struct watch_entry *tank = watch_find(w, WATCH_TANK, 0);
    if (tank == NULL) {
        tank = watch_add(w, WATCH_TANK, 0);
        if (tank == NULL) {
            return;
        }
        tank->since_s = now_s;
        tank->last_s = level_ml;
    }
    if (level_ml > tank->last_s) {
        tank->last_s = level_ml;
    } else if (tank->last_s - level_ml >= drain_ml) {
        s->value = tank->last_s - level_ml;
        tank->since_s = now_s;
        tank->last_s = level_ml;
        watch_hold(s, ALARM_FUEL_DRAIN, 0, WATCH_BY_RULE);
        s->value = 0;
    } else if (now_s - tank->since_s > DRAIN_OVER_S) {
        watch_release(s, ALARM_FUEL_DRAIN, 0, WATCH_BY_RULE, now_s);
    }
}

void watch_fuel(struct watch_step *s, uint64_t refuelled_before_ml, uint32_t tank_ml)
{
    struct watch *w = &s->state->watch;
    bool has_reading = (s->fix->has & FIX_HAS_FUEL) != 0 && s->fix->fuel_ml > 0;
    if (!has_reading && w->count == 0) {
        return;
    }
    struct watch_entry *tank = watch_find(w, WATCH_TANK, 0);
    if (tank != NULL && !may_be_drained(s->state)) {
        watch_remove(w, tank);
        watch_release(s, ALARM_FUEL_DRAIN, 0, WATCH_BY_RULE, s->fix->gps_time_s);
    }
    if (!has_reading) {
        return;
    }
    judge_rise(s, refuelled_before_ml);
    if (may_be_drained(s->state)) {
        judge_fall(s, fuel_refuel_ml(tank_ml));
    }
}
