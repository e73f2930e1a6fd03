/*
 * Alarms by rule, judged at every fix.
 *
 * Overspeed. Faster than the limit for as long as the rule says, by GPS time. The record begins
 * where the speed was first seen, though it is decided later. A silence begins the count anew. One
 * that ended less than a minute ago goes on without waiting.
 * A vehicle that stands where no speed is told, such as in a garage, is not too fast any more.
 *
 * Battery. Below the limit; over once it is BATTERY_ABOVE_PERCENT above it.
 *
 * Temperature. Of each sensor that has bounds, outside of them.
 *
 * Displacement. Where the vehicle is parked (ignition off, or at standstill where the ignition is
 * not known) is remembered; farther from there than the rule says, and not by a jump, is displaced,
 * until the ignition is on, the vehicle is back, or stands elsewhere.
 *
 *     ignition   on ───┐ off                             ┌─── on
 *     position   driving  parked ● · · · ·○ · · ·○        │
 *                                  > limit               over
 *
 * Fatigue. Seconds of driving since the last rest; FATIGUE_REST_S without a move are a rest, and a
 * silence is one.
 */
#include "fleet/watch_private.h"
#include "geo/distance.h"

enum { BATTERY_ABOVE_PERCENT = 5, FATIGUE_REST_S = 1200, CM_PER_M = 100 };

static void put(struct watch_step *s, uint8_t kind, uint32_t subject, bool holds)
{
    if (holds) {
        watch_hold(s, kind, subject, WATCH_BY_RULE);
    } else {
        watch_release(s, kind, subject, WATCH_BY_RULE, s->fix->gps_time_s);
    }
    s->value = 0;
}

/* ---- overspeed ---- */

static void forget_pending(struct watch_step *s, uint8_t kind)
{
    struct watch_entry *e = watch_find(&s->state->watch, kind, 0);
    if (e != NULL && e->phase == WATCH_PENDING) {
        watch_remove(&s->state->watch, e);
    }
}

static void judge_speed(struct watch_step *s)
{
    const struct fold_limits *l = s->limits;
    struct watch *w = &s->state->watch;
    bool has_stopped = s->state->motion != MOTION_MOVING && s->state->motion != MOTION_UNKNOWN;
    if (l->overspeed_kmh_e2 == 0 || s->silent || (has_stopped && !s->speed_known)) {
        forget_pending(s, ALARM_OVERSPEED);
        watch_release(s, ALARM_OVERSPEED, 0, WATCH_BY_RULE,
                      s->silent ? s->before_s : s->fix->gps_time_s);
    }
    if (l->overspeed_kmh_e2 == 0 || !s->speed_known) {
        return;
    }
    if (s->fix->speed_kmh_e2 <= l->overspeed_kmh_e2) {
        forget_pending(s, ALARM_OVERSPEED);
        put(s, ALARM_OVERSPEED, 0, false);
        return;
    }
    struct watch_entry *e = watch_find(w, ALARM_OVERSPEED, 0);
    if (e == NULL) {
        e = watch_add(w, ALARM_OVERSPEED, 0);
        if (e == NULL) {
            return;
        }
        e->since_s = s->fix->gps_time_s;
    }
    if (e->phase != WATCH_PENDING || s->fix->gps_time_s - e->since_s >= l->overspeed_s) {
        s->value = l->overspeed_kmh_e2;
        put(s, ALARM_OVERSPEED, 0, true);
    }
}

/* ---- battery, temperatures ---- */

static void judge_battery(struct watch_step *s)
{
    unsigned limit = s->limits->low_battery_percent;
    unsigned level = s->fix->battery_percent;
    bool is_read = (s->fix->has & FIX_HAS_BATTERY_PERCENT) != 0;
    bool is_good = is_read && (level >= limit + BATTERY_ABOVE_PERCENT || level == 100);
    if (is_read && level < limit) {
        s->value = level;
        put(s, ALARM_LOW_BATTERY, 0, true);
    } else if (limit == 0 || is_good) {
        put(s, ALARM_LOW_BATTERY, 0, false);
    }
}

static void judge_temperatures(struct watch_step *s)
{
    const struct fold_limits *l = s->limits;
    for (unsigned i = 0; i < FIX_TEMPERATURES_MAX; i++) {
        const struct fold_bounds *b = &l->temperatures[i];
        int16_t c_e2 = s->fix->temperature_c_e2[i];
        bool is_told = i < s->fix->temperature_count && c_e2 != FIX_TEMPERATURE_ABSENT;
        bool is_bound = l->has_bounds && (b->min_c_e2 != INT16_MIN || b->max_c_e2 != INT16_MAX);
        if (!is_bound) { /* though the sensor may tell nothing any more */
            put(s, ALARM_TEMPERATURE, i + 1, false);
        } else if (is_told) {
            s->value = c_e2;
            put(s, ALARM_TEMPERATURE, i + 1, c_e2 < b->min_c_e2 || c_e2 > b->max_c_e2);
        }
    }
}

/* ---- displacement ---- */

/* The entry of where it is parked has the place in last_s, as two halves. */
static int64_t place_of(const struct fix *f)
{
    return (int64_t)((uint64_t)(uint32_t)f->lat_e7 << 32 | (uint32_t)f->lon_e7);
}

static struct point point_of(int64_t place)
{
    return (struct point){(int32_t)(uint32_t)((uint64_t)place >> 32), (int32_t)(uint32_t)place};
}

static bool is_parked(const struct fold_state *state)
{
    return state->motion == MOTION_OFF || state->motion == MOTION_STILL;
}

static bool has_ignition_on(const struct fold_state *state)
{
    const struct fix *now = &state->current;
    return (now->has & FIX_HAS_IGNITION) != 0 && (now->flags & FIX_IGNITION_ON) != 0;
}

static void judge_displacement(struct watch_step *s)
{
    struct watch *w = &s->state->watch;
    struct watch_entry *parked = watch_find(w, WATCH_PARKED, 0);
    uint32_t limit_m = s->limits->displacement_m;
    bool stands_anew = s->state->motion == MOTION_STILL && s->motion_before == MOTION_MOVING;
    if (parked != NULL && (limit_m == 0 || has_ignition_on(s->state) || stands_anew)) {
        watch_remove(w, parked);
        parked = NULL;
        put(s, ALARM_DISPLACEMENT, 0, false);
    }
    if (limit_m == 0 || !s->locked || !s->plausible) {
        return;
    }
    if (parked == NULL) {
        parked = is_parked(s->state) ? watch_add(w, WATCH_PARKED, 0) : NULL;
        if (parked != NULL) {
            parked->since_s = s->fix->gps_time_s;
            parked->last_s = place_of(s->fix);
        }
        return;
    }
    const struct point here = {s->fix->lat_e7, s->fix->lon_e7};
    uint64_t away_m_e2 = distance_m_e2(point_of(parked->last_s), here);
    s->value = (int64_t)(away_m_e2 / CM_PER_M);
    put(s, ALARM_DISPLACEMENT, 0, away_m_e2 > (uint64_t)limit_m * CM_PER_M);
}

/* ---- fatigue ---- */

static void rest(struct watch_step *s, int64_t at_s)
{
    struct watch_entry *e = watch_find(&s->state->watch, WATCH_DRIVING, 0);
    if (e != NULL) {
        watch_remove(&s->state->watch, e);
    }
    watch_release(s, ALARM_FATIGUE, 0, WATCH_BY_RULE, at_s);
}

/* Where driving is counted: last_s is how long it was. */
static void judge_driving(struct watch_step *s)
{
    struct watch *w = &s->state->watch;
    int64_t now_s = s->fix->gps_time_s;
    bool moves = s->state->motion == MOTION_MOVING;
    if (s->limits->fatigue_s == 0 || s->silent) {
        rest(s, s->silent ? s->before_s : now_s);
    } else if (!moves && now_s - s->state->motion_since_s >= FATIGUE_REST_S) {
        rest(s, s->state->motion_since_s);
    }
    struct watch_entry *e = watch_find(w, WATCH_DRIVING, 0);
    if (e == NULL && moves && s->limits->fatigue_s > 0) {
        e = watch_add(w, WATCH_DRIVING, 0);
        if (e != NULL) {
            e->since_s = now_s;
        }
        return;
    }
    if (e == NULL) {
        return;
    }
    e->last_s += s->motion_before == MOTION_MOVING ? now_s - s->before_s : 0;
    if (e->last_s >= s->limits->fatigue_s) {
        s->value = e->last_s;
        put(s, ALARM_FATIGUE, 0, true);
    }
}

void watch_limits(struct watch_step *s)
{
    static const struct fold_limits none = {0};
    s->limits = s->limits == NULL ? &none : s->limits;
    if (s->limits == &none && s->state->watch.count == 0) {
        return;
    }
    judge_speed(s);
    judge_battery(s);
    judge_temperatures(s);
    judge_displacement(s);
    judge_driving(s);
}
