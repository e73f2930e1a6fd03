/*
 * The fold: what a fix means, given those before it.
 *
 * Position. Taken over from a fix with GPS lock, from an LBS or Wi-Fi position of the tracker, and
 * from a GPS position without lock only as long as nothing better was ever known. Otherwise the
 * old one stays, with its source and its FIX_VALID. position_time_s is of GPS with lock alone. In
 * the second of a fix with lock an LBS position is passed over, with its speed: whoever reads that
 * second as one record (api/history.c) shows the fix with lock, and so must the live state. Blocks
 * of earlier decoders hold positions of exactly 0,0: they are none, nor is an anchor there.
 *
 * Speed. A fix that tells a place without a speed leaves the speed unknown; a heartbeat leaves the
 * old one as long as the vehicle moves, and that of its own second.
 *
 * Motion. With GPS lock the speed decides: moving from 5 km/h, until it falls below 3. A fix with
 * lock but no speed moves when it lies beyond the drift radius of the anchor and stands when it has
 * lain within for three minutes. Without lock the tracker's motion sensor decides, and without that
 * things stay as they are. Ignition off is MOTION_OFF whatever the speed.
 *
 * Silence. Behind a gap longer than fold_silence_s() nothing is left of a motion: what moved before
 * it moves after it only where the fix says so, and then from that fix on. A standstill goes on
 * through a silence, unless the vehicle is found elsewhere: parked trackers sleep for hours.
 * Reports without a time of their own tell nothing of it: where a tracker sends what it kept, they
 * come hours behind the fixes they are filed under.
 *
 *     fix  10 s  fix  10 s  fix     2 h       fix            fix
 *     20 km/h    20 km/h    20 km/h           20 km/h        20 km/h
 *     Moving [0] [10 s]     [20 s]   silence  Moving [0]     [10 s]
 *
 * Odometer. The tracker's counter where there is one: its first value is what is shown from then on
 * and no distance (base_m_e2), its rises count, a fall (a reset) adds nothing. A counter of 0 is
 * taken for none. Trackers without an odometer send it; so does a tracker that lost its counter for
 * a moment, and its way back up must not count. Else the distance over fixes with GPS lock,
 * measured from the anchor A:
 *
 *      drift at standstill          under way
 *          2   4                A ----- 2 ----- 3 --- 4 (stopped)
 *         1  A   3
 *          5                    each step moves the anchor, the last one into the stop too
 *      the anchor stays, nothing
 *      counts within 100 m
 *
 * Displacement beyond the radius at standstill counts (trackers that sleep while they travel),
 * unless the ignition is off; with the ignition off only 10 km/h and more counts (a tow, an
 * ignition wire that was never connected). A step that needs more than 300 km/h is dropped but
 * moves the anchor, so that an outlier costs neither the way there nor the way back.
 *
 * Fuel. See fuel.c.
 *
 * Alarms and geofences: watch.c and its neighbours.
 *
 * Reports without a time of their own (heartbeats with voltages, a SIM card's number) stand under
 * the GPS time of the fix before them, so that no fix is late because of them; motion that changes
 * with one does so at its arrival.
 *
 * Upload interval. Gaps between fixes with GPS lock, while moving at both of their ends. A gap that
 * is a silence is held. If the next gap is within a factor of two of it, the silence is proved and
 * both count. So a tracker that reports every half hour has its interval, and one that was switched
 * off over night does not get a new one.
 */
#include "fleet/fold.h"

#include <stddef.h>
#include <string.h>

#include "base/check.h"
#include "base/writer.h"
#include "fleet/pack.h"
#include "fleet/watch_private.h"

enum {
    MOVING_FROM_KMH_E2 = 500,
    MOVING_UNTIL_KMH_E2 = 300,
    TOWED_FROM_KMH_E2 = 1000,
    DRIFT_M_E2 = 10000,
    STANDSTILL_S = 180,
    JUMP_M_E2_PER_S = 8333, /* 300 km/h */
    SILENCE_MIN_S = 600,
    INTERVALS_MISSED = 3,
};

/* Beyond this a counter is noise; decoders leave it out, too. */
static const uint64_t counter_max_m = UINT64_C(10000000000);

/* The flags that go with a `has` bit. */
static const struct {
    uint32_t has;
    uint32_t flags;
} switches[] = {
#define SWITCH(has, bit, flag, ...) {FIX_HAS_##has, FIX_##flag},
    FIX_SWITCH_MAP(SWITCH)
#undef SWITCH
        {FIX_HAS_GSM, FIX_GSM_BARS},
};

void fold_state_init(struct fold_state *state)
{
    memset(state, 0, offsetof(struct fold_state, watch));
    state->watch.count = 0;
}

void fold_state_copy(struct fold_state *to, const struct fold_state *from)
{
    memcpy(to, from, offsetof(struct fold_state, watch));
    watch_copy(&to->watch, &from->watch);
}

/* One step, with what is asked of it more than once. */
struct step {
    const struct fix *fix;
    bool first;
    bool locked;           /* a position of GPS with lock */
    bool speed_known;      /* locked, with a speed */
    bool ignition_off;     /* reported or carried over */
    bool silent;           /* a silence lies before this fix */
    bool moved;            /* at the report before this fix ... */
    bool was_moving;       /* ... and no silence lies between */
    bool moving;           /* after it, whatever the ignition */
    bool beyond_drift;     /* locked, and farther from the anchor than drift goes */
    bool plausible;        /* reachable since the last lock */
    bool together;         /* of the second of the fix before it */
    uint64_t from_anchor;  /* centimetres; 0 without an anchor */
    uint64_t refuelled_ml; /* before it */
};

static bool is_first(const struct fold_state *state)
{
    return state->current.has == 0 && state->current.gps_time_s == 0;
}

static bool is_locked(const struct fix *f)
{
    return fix_has_position(f) && f->source == FIX_GPS && (f->flags & FIX_VALID) != 0;
}

/* Whether the position shown becomes that of `fix`. */
static bool takes_position(const struct fix *old, const struct fix *fix)
{
    if (!fix_has_position(fix)) {
        return false;
    }
    bool old_is_good =
        fix_has_position(old) && (old->source != FIX_GPS || (old->flags & FIX_VALID) != 0);
    return fix->source != FIX_GPS || is_locked(fix) || !old_is_good;
}

static void carry_position(struct fix *to, const struct fix *old)
{
    if (!fix_has_position(old)) {
        return;
    }
    to->has |= FIX_HAS_POSITION;
    to->flags = (to->flags & ~(uint32_t)FIX_VALID) | (old->flags & FIX_VALID);
    to->lat_e7 = old->lat_e7;
    to->lon_e7 = old->lon_e7;
    to->source = old->source;
}

static void carry_temperatures(struct fix *to, const struct fix *old)
{
    for (unsigned i = 0; i < old->temperature_count; i++) {
        if (i >= to->temperature_count || to->temperature_c_e2[i] == FIX_TEMPERATURE_ABSENT) {
            to->temperature_c_e2[i] = old->temperature_c_e2[i];
        }
    }
    if (to->temperature_count < old->temperature_count) {
        to->temperature_count = old->temperature_count;
    }
}

static void carry_switches(struct fix *to, const struct fix *old, uint32_t missing)
{
    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
        if ((missing & switches[i].has) != 0) {
            to->flags = (to->flags & ~switches[i].flags) | (old->flags & switches[i].flags);
        }
    }
}

/* The `has` bits of numbers that belong to one report. */
#define OF_KEPT(has)
#define OF_OWN(has)                               | FIX_HAS_##has
#define NUMBER(member, type, has, bit, kept, ...) OF_##kept(has)
static const uint32_t own_numbers = 0 FIX_MAP(NUMBER, FIX_NO_ROW, FIX_NO_ROW);
#undef NUMBER
#undef OF_KEPT
#undef OF_OWN

/* Which fix a member is taken from, by whether the newer one lacks it. */
static inline const struct fix *holder(const struct fix *to, const struct fix *old,
                                       uint32_t is_missing)
{
    return is_missing != 0 ? old : to;
}

static void carry_members(struct fix *to, const struct fix *old, uint32_t missing)
{
#define NUMBER(member, type, has, ...)                                                             \
    to->member = holder(to, old, missing & FIX_HAS_##has)->member;
    FIX_MAP(NUMBER, FIX_NO_ROW, FIX_NO_ROW)
#undef NUMBER
    to->cell = holder(to, old, missing & FIX_HAS_CELL)->cell;
    if ((missing & FIX_HAS_ICCID) != 0) {
        memcpy(to->iccid, old->iccid, sizeof(to->iccid));
    }
    carry_switches(to, old, missing);
    to->has |= missing;
}

/* The newest fix with what it lacks taken from `old`: of most trackers nothing. */
static void carry_over(struct fix *to, const struct fix *old)
{
    const uint32_t own = FIX_HAS_TIME | FIX_HAS_POSITION | own_numbers;
    uint32_t missing = old->has & ~to->has & ~own;
    if (missing != 0) {
        carry_members(to, old, missing);
    }
    carry_temperatures(to, old);
}

static bool has_anchor(const struct fold_state *state)
{
    return state->anchor_time_s != 0 && (state->anchor_lat_e7 != 0 || state->anchor_lon_e7 != 0);
}

/* Whether the tracker is under way by this fix. Where the fix does not say, it is what it was. */
static bool is_moving(const struct fold_state *state, const struct step *step)
{
    const struct fix *fix = step->fix;
    bool moved = step->was_moving;
    if (step->speed_known) {
        uint32_t from = moved ? MOVING_UNTIL_KMH_E2 : MOVING_FROM_KMH_E2;
        return fix->speed_kmh_e2 >= from;
    }
    if ((fix->has & FIX_HAS_MOTION) != 0) {
        return (fix->flags & FIX_MOVING) != 0;
    }
    if (!step->locked || !has_anchor(state)) {
        return moved;
    }
    if (step->beyond_drift) {
        return step->plausible;
    }
    return moved && fix->gps_time_s - state->anchor_time_s < STANDSTILL_S;
}

/* Whether the fix says anything about motion, so that "unknown" can end. */
static bool tells_motion(const struct fold_state *state, const struct step *step)
{
    return step->speed_known || (step->fix->has & FIX_HAS_MOTION) != 0 ||
           (step->locked && has_anchor(state));
}

/* Most gaps are short, which shows before the intervals are sorted. */
bool fold_is_silence(const struct fold_state *state, int64_t gap_s)
{
    return gap_s > SILENCE_MIN_S && gap_s > fold_silence_s(state);
}

static struct step step_of(const struct fold_state *state, struct distance_ends *ends,
                           const struct fix *fix)
{
    struct step step = {.fix = fix,
                        .first = is_first(state),
                        .together = fix->gps_time_s == state->current.gps_time_s,
                        .locked = is_locked(fix),
                        .refuelled_ml = state->fuel.refuelled_ml};
    step.speed_known = step.locked && (fix->has & FIX_HAS_SPEED) != 0;
    const struct fix *ignition = (fix->has & FIX_HAS_IGNITION) != 0 ? fix : &state->current;
    step.ignition_off =
        (ignition->has & FIX_HAS_IGNITION) != 0 && (ignition->flags & FIX_IGNITION_ON) == 0;
    step.silent = fold_is_silence(state, fix->gps_time_s - state->current.gps_time_s);
    step.moved = state->motion == MOTION_MOVING;
    step.was_moving = step.moved && !step.silent;
    if (step.locked && has_anchor(state)) {
        struct point anchor = {state->anchor_lat_e7, state->anchor_lon_e7};
        step.from_anchor =
            distance_known_m_e2(ends, anchor, (struct point){fix->lat_e7, fix->lon_e7});
        step.beyond_drift = step.from_anchor > DRIFT_M_E2;
        /* Times are whole seconds, so a gap may be one second longer than it looks. */
        uint64_t gap_s = (uint64_t)(fix->gps_time_s - state->position_time_s) + 1;
        step.plausible =
            !step.beyond_drift || gap_s > UINT32_MAX || step.from_anchor <= gap_s * JUMP_M_E2_PER_S;
    }
    step.moving = is_moving(state, &step);
    return step;
}

static enum motion motion_of(const struct fold_state *state, const struct step *step)
{
    if (step->ignition_off) {
        return MOTION_OFF;
    }
    if (step->moving) {
        return MOTION_MOVING;
    }
    if (((step->fix->has | state->current.has) & FIX_HAS_IGNITION) != 0) {
        return MOTION_IDLE;
    }
    bool is_known = state->motion != MOTION_UNKNOWN && step->moved == step->was_moving;
    return is_known || tells_motion(state, step) ? MOTION_STILL : MOTION_UNKNOWN;
}

/* Whether what the state calls a motion or a standstill is a new one of its kind. */
static bool begins_anew(const struct step *step)
{
    return step->first || (step->silent && (step->moving || step->beyond_drift));
}

/* Whether the way from the anchor to this fix was travelled. */
static bool is_travelled(const struct step *step)
{
    if (!step->plausible) {
        return false;
    }
    if (step->ignition_off) {
        bool stops = step->was_moving && step->speed_known;
        return stops || (step->speed_known && step->fix->speed_kmh_e2 >= TOWED_FROM_KMH_E2);
    }
    return step->beyond_drift || (step->speed_known && (step->moving || step->was_moving));
}

static void set_anchor(struct fold_state *state, const struct fix *fix)
{
    state->anchor_lat_e7 = fix->lat_e7;
    state->anchor_lon_e7 = fix->lon_e7;
    state->anchor_time_s = fix->gps_time_s;
}

/* Measures from the anchor, and moves it. The distance counts only without a counter. */
static void measure(struct fold_state *state, const struct step *step)
{
    if (!step->locked) {
        return;
    }
    bool travelled = is_travelled(step);
    if (travelled && !state->counter_known) {
        state->odometer_m_e2 += step->from_anchor;
    }
    if (travelled || !step->plausible || !has_anchor(state)) {
        set_anchor(state, step->fix);
    }
}

static void count_odometer(struct fold_state *state, const struct fix *fix)
{
    bool counts = fix->odometer_m > 0 && fix->odometer_m <= counter_max_m;
    if ((fix->has & FIX_HAS_ODOMETER) == 0 || !counts) {
        return;
    }
    if (!state->counter_known && state->odometer_m_e2 == 0) {
        state->base_m_e2 = fix->odometer_m * 100;
        state->odometer_m_e2 = state->base_m_e2;
    } else if (state->counter_known && fix->odometer_m > state->counter_m) {
        uint64_t rise_m_e2 = (fix->odometer_m - state->counter_m) * 100;
        uint64_t room_m_e2 = UINT64_MAX / 2 - state->odometer_m_e2;
        state->odometer_m_e2 += rise_m_e2 < room_m_e2 ? rise_m_e2 : 0;
    }
    state->counter_known = true;
    state->counter_m = fix->odometer_m;
}

static void add_gap(struct fold_state *state, uint32_t gap_s)
{
    if (state->gap_count == FOLD_GAPS_MAX) {
        memmove(state->gaps_s, state->gaps_s + 1, sizeof(state->gaps_s) - sizeof(state->gaps_s[0]));
        state->gap_count--;
    }
    state->gaps_s[state->gap_count++] = gap_s;
}

/* One gap while moving: counted, held, or the proof of the one that is held. */
static void judge_gap(struct fold_state *state, uint32_t gap_s)
{
    uint32_t held_s = state->held_gap_s;
    state->held_gap_s = 0;
    if (held_s / 2 <= gap_s && gap_s / 2 <= held_s && held_s > 0) {
        add_gap(state, held_s);
        add_gap(state, gap_s);
    } else if (fold_is_silence(state, gap_s)) {
        state->held_gap_s = gap_s;
    } else {
        add_gap(state, gap_s);
    }
}

static void note_gap(struct fold_state *state, const struct step *step)
{
    int64_t gap_s = step->fix->gps_time_s - state->position_time_s;
    bool moves = step->moved && state->motion == MOTION_MOVING;
    if (moves && step->locked && state->position_time_s != 0 && gap_s > 0) {
        judge_gap(state, gap_s > UINT32_MAX ? UINT32_MAX : (uint32_t)gap_s);
    }
}

/* What is left of the speed carried over, of a fix that tells none. */
static void carry_speed(const struct fold_state *state, const struct step *step, struct fix *next)
{
    bool moves = state->motion == MOTION_MOVING;
    bool is_kept = moves || (step->together && !step->moved);
    if (fix_has_position(step->fix)) {
        next->has &= ~(uint32_t)FIX_HAS_SPEED;
    }
    if (!is_kept || (next->has & FIX_HAS_SPEED) == 0) {
        next->speed_kmh_e2 = 0;
    }
}

static void set_current(struct fold_state *state, const struct step *step)
{
    struct fix next = *step->fix;
    if (!takes_position(&state->current, step->fix)) {
        carry_position(&next, &state->current);
    }
    carry_over(&next, &state->current);
    if ((step->fix->has & FIX_HAS_SPEED) == 0) {
        carry_speed(state, step, &next);
    }
    state->current = next;
}

int64_t fold_told_at_s(const struct fix *fix)
{
    bool has_time = (fix->has & FIX_HAS_TIME) != 0;
    return has_time || fix->rcv_time_s < fix->gps_time_s ? fix->gps_time_s : fix->rcv_time_s;
}

bool fold_knows_lock(const struct fold_state *state)
{
    return state->position_time_s != 0 && (state->locked_lat_e7 != 0 || state->locked_lon_e7 != 0);
}

uint64_t fold_travelled_m_e2(const struct fold_state *state)
{
    return state->odometer_m_e2 - state->base_m_e2;
}

static void read_fuel(struct fold_state *state, const struct fix *fix,
                      const struct fold_rules *rules)
{
    const struct fuel_reading reading = {fix->gps_time_s, fix->fuel_ml};
    if ((fix->has & FIX_HAS_FUEL) != 0) {
        fuel_read(&state->fuel, &reading, fold_rules_at(rules, fix->gps_time_s)->tank_ml);
    }
}

/* What holds beyond this fix; most devices have nothing of it. */
static void watch(struct fold_state *state, const struct step *step, struct watch_step *w,
                  const struct fold_rules *rules)
{
    if (!rules->is_watched && state->watch.count > 0) {
        watch_forget_rules(&state->watch);
    }
    if (step->fix->alarms != 0 || state->watch.count > 0) {
        watch_device(w);
    }
    if (rules->is_watched) {
        const struct fold_term *term = fold_rules_at(rules, step->fix->gps_time_s);
        w->limits = term->limits;
        watch_limits(w);
        watch_fuel(w, step->refuelled_ml, term->tank_ml);
        watch_fences(w, rules);
    }
    state->active_alarms = watch_open_alarms(&state->watch);
}

/* What a report says of where it is, and how it moves there. */
static const uint32_t of_a_place = FIX_HAS_POSITION | FIX_HAS_ALTITUDE | FIX_HAS_SPEED |
                                   FIX_HAS_COURSE | FIX_HAS_SATELLITES | FIX_HAS_HDOP;

static bool is_passed_over(const struct fold_state *state, const struct fix *fix)
{
    return fix_has_position(fix) && fix->source != FIX_GPS && state->position_time_s != 0 &&
           state->position_time_s == fix->gps_time_s;
}

void fold_step(struct fold_state *state, const struct fix *fix, const struct fold_rules *rules,
               const struct watch_sink *sink)
{
    struct fix placeless;
    bool passed_over = is_passed_over(state, fix);
    if (passed_over || ((fix->has & FIX_HAS_POSITION) != 0 && !fix_has_position(fix))) {
        placeless = *fix;
        placeless.has &= passed_over ? ~of_a_place : ~(uint32_t)FIX_HAS_POSITION;
        placeless.flags &= ~(uint32_t)FIX_VALID;
        fix = &placeless;
    }
    struct step step = step_of(state, &state->ends, fix);
    check(step.first || fix->gps_time_s >= state->current.gps_time_s);
    struct watch_step w = {
        .state = state,
        .fix = fix,
        .sink = sink,
        .before_s = state->current.gps_time_s,
        .motion_before = state->motion,
        .locked = step.locked,
        .speed_known = step.speed_known,
        .silent = step.silent,
        .plausible = !step.locked || !has_anchor(state) || step.plausible,
        .together = step.together,
    };
    enum motion motion = motion_of(state, &step);
    if (motion != state->motion || begins_anew(&step)) {
        state->motion = motion;
        state->motion_since_s = fold_told_at_s(fix);
    }
    measure(state, &step);
    count_odometer(state, fix);
    read_fuel(state, fix, rules);
    note_gap(state, &step);
    set_current(state, &step);
    watch(state, &step, &w, rules);
    if (step.locked) {
        state->position_time_s = fix->gps_time_s;
        state->locked_lat_e7 = fix->lat_e7;
        state->locked_lon_e7 = fix->lon_e7;
    }
}

enum fold_way fold_way(const struct fold_state *state, const struct fix *fix)
{
    if (!fix_has_position(fix)) {
        return WAY_NO_POSITION;
    }
    struct distance_ends ends = {0};
    struct step step = step_of(state, &ends, fix);
    if (!step.locked) {
        return WAY_NO_LOCK;
    }
    if (!has_anchor(state)) {
        return WAY_FIRST;
    }
    if (state->counter_known || is_travelled(&step)) {
        return WAY_COUNTED;
    }
    if (!step.plausible) {
        return WAY_JUMP;
    }
    return step.ignition_off ? WAY_IGNITION_OFF : WAY_STANDSTILL;
}

/* Whether the way on adds the same to both odometers: see count_odometer(). */
static bool adds_alike(uint64_t a_m_e2, uint64_t b_m_e2)
{
    const uint64_t far_m_e2 = UINT64_MAX / 4; /* millions of the highest counters below its limit */
    bool both_began = a_m_e2 > 0 && b_m_e2 > 0;
    return a_m_e2 == b_m_e2 || (both_began && a_m_e2 < far_m_e2 && b_m_e2 < far_m_e2);
}

/* All of a state but its odometer. */
static struct bytes pack_rest(const struct fold_state *state, uint8_t room[PACK_STATE_MAX])
{
    struct fold_state rest;
    struct writer w = writer_init(room, PACK_STATE_MAX);
    fold_state_copy(&rest, state);
    rest.odometer_m_e2 = 0;
    pack_state(&w, &rest);
    return writer_bytes(&w);
}

bool fold_has_met(const struct fold_state *a, const struct fold_state *b)
{
    uint8_t a_room[PACK_STATE_MAX];
    uint8_t b_room[PACK_STATE_MAX];
    struct bytes x = pack_rest(a, a_room);
    struct bytes y = pack_rest(b, b_room);
    return adds_alike(a->odometer_m_e2, b->odometer_m_e2) && x.len == y.len &&
           memcmp(x.at, y.at, x.len) == 0;
}

int64_t fold_silence_s(const struct fold_state *state)
{
    int64_t intervals_s = (int64_t)fold_upload_interval_s(state) * INTERVALS_MISSED;
    return intervals_s > SILENCE_MIN_S ? intervals_s : SILENCE_MIN_S;
}

unsigned fold_upload_interval_s(const struct fold_state *state)
{
    uint32_t sorted[FOLD_GAPS_MAX] = {0};
    unsigned n = state->gap_count;
    for (unsigned i = 0; i < n; i++) {
        unsigned at = i;
        while (at > 0 && sorted[at - 1] > state->gaps_s[i]) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = state->gaps_s[i];
    }
    return n == 0 ? 0 : (unsigned)(((uint64_t)sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
}
