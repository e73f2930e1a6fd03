#ifndef FLEET_FOLD_H
#define FLEET_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fleet/fuel.h"
#include "fleet/rules.h"
#include "fleet/watch.h"
#include "geo/distance.h"
#include "model/fix.h"

/*
 * What fixes mean: state' = fold(state, fix, rules), pure, by time. The state after a fix is all
 * that a status or a history record says beyond the fix itself, so a span of history needs the
 * state before its first fix and nothing else.
 */

enum motion {
    MOTION_UNKNOWN,
    MOTION_OFF,    /* ignition off */
    MOTION_IDLE,   /* ignition on, at standstill */
    MOTION_MOVING, /* moving */
    MOTION_STILL   /* at standstill, ignition not known */
};

enum { FOLD_GAPS_MAX = 8 };

/*
 * The number of the rules of fold_step(), which stored states are marked with. It is raised with
 * every change after which the same fixes give another state.
 */
enum { FOLD_RULES = 3 };

struct fold_state {
    /*
     * The newest fix, with the members it did not have carried over from the fixes before it, but
     * for alarms, flags that belong to one report (reupload, heartbeat, replaced time, power save),
     * Wi-Fi scans and lock events. FIX_VALID and source go with the position. has == 0 and
     * gps_time_s == 0 before the first fix.
     */
    struct fix current;
    uint64_t odometer_m_e2; /* total distance in centimetres; never runs backwards ... */
    uint64_t base_m_e2;     /* ... of which so much was on the tracker's own when it first told it:
                               nothing that was travelled here (fold_travelled_m_e2()) */
    uint64_t counter_m;     /* last value of the tracker's own odometer */
    bool counter_known;     /* the tracker reports an odometer: distance comes from it */
    uint8_t gap_count;      /* of gaps_s */
    enum motion motion;
    int64_t motion_since_s;  /* GPS time at which `motion` began */
    int64_t position_time_s; /* of the last position of GPS with lock; 0: none */
    int32_t locked_lat_e7;   /* that position; both 0: not known, of a state of long ago */
    int32_t locked_lon_e7;
    int32_t anchor_lat_e7; /* the position distance is measured from (drift held still) */
    int32_t anchor_lon_e7;
    int64_t anchor_time_s;          /* 0: no anchor */
    alarm_set active_alarms;        /* those that are open in `watch` */
    uint32_t held_gap_s;            /* a silence that may prove to be the interval; 0: none */
    uint32_t gaps_s[FOLD_GAPS_MAX]; /* between fixes while moving, newest last */
    struct fuel fuel;
    struct distance_ends ends; /* of the last distance: known again by the next, and no news */
    struct watch watch;        /* empty for most; last, since it is large */
};

/* The state before the first fix. Like the copy below it leaves unused room of the watch as it was:
   nobody reads it, and it is most of the struct. */
void fold_state_init(struct fold_state *state);
/* Makes `to` the same state as `from`, which is another one. */
void fold_state_copy(struct fold_state *to, const struct fold_state *from);

/*
 * Folds one fix into the state. Fixes are handed in by gps_time_s, those of one time in order of
 * arrival; a fix that is older than state->current is a broken invariant. `sink` is told what
 * begins and ends; NULL: nobody is.
 */
void fold_step(struct fold_state *state, const struct fix *fix, const struct fold_rules *rules,
               const struct watch_sink *sink);

/*
 * Brings what the watch says of geofences to a time behind the newest fix: whoever stands in one
 * that was made since is in it. It tells nothing, and the next fold_step() comes to the same.
 * Whether the watch is another one now.
 */
bool fold_adopt(struct fold_state *state, const struct fold_rules *rules, int64_t until_s);

/* Whether the last position of GPS with lock is known, where it was. */
bool fold_knows_lock(const struct fold_state *state);

/*
 * The distance in centimetres since the first fix. It begins at 0 and grows by what lies between
 * two fixes alone, whoever measured it. Of a state that rules before 2 made the tracker's first
 * counter value is in it.
 */
uint64_t fold_travelled_m_e2(const struct fold_state *state);

/* What is made of the way to a fix, and its name. */
#define FOLD_WAY_MAP(X)                                                                            \
    X(COUNTED, "counted")           /* travelled, as measured or by the tracker's own counter */   \
    X(STANDSTILL, "standstill")     /* drift */                                                    \
    X(IGNITION_OFF, "ignition_off") /* neither a stop nor a tow */                                 \
    X(JUMP, "jump")                 /* too far for the time */                                     \
    X(FIRST, "first")               /* there is nothing to measure from */                         \
    X(NO_LOCK, "no_lock")           /* a position of cells, of Wi-Fi or without a lock */          \
    X(NO_POSITION, "no_position")

enum fold_way {
#define X(name, text) WAY_##name,
    FOLD_WAY_MAP(X)
#undef X
        WAY_COUNT
};
/* How fold_step() will judge the way to `fix`, which is next. */
enum fold_way fold_way(const struct fold_state *state, const struct fix *fix);

/*
 * Whether two states have met: whatever is folded onto both, they stay alike in all but the
 * odometer, and as far apart in that as they are now.
 */
bool fold_has_met(const struct fold_state *a, const struct fold_state *b);

/*
 * When what a fix says was so: its GPS time, or, of a report without a time of its own (no
 * FIX_HAS_TIME; ingest files it under the GPS time of the newest fix), its arrival.
 */
int64_t fold_told_at_s(const struct fix *fix);

/* Median of the last gaps while moving, in seconds; 0 while unknown. */
unsigned fold_upload_interval_s(const struct fold_state *state);

/*
 * The longest gap between fixes, in seconds, that is no silence (the contract's part 3): ten
 * minutes, or three upload intervals where that is more. Behind a longer one motion begins anew.
 */
int64_t fold_silence_s(const struct fold_state *state);
/* Whether a gap behind the state's last fix is longer than that. */
bool fold_is_silence(const struct fold_state *state, int64_t gap_s);

/* The strength of its signal from 0 to 31, bars too. */
unsigned fold_gsm_level(const struct fix *f);

/* The alarms that a status shows. */
enum { SHOWN_NAMED_MAX = 32 };
struct shown_alarms {
    alarm_set active;
    /* Of geofences that are known by name: each is shown by itself, "Enter geofence alarm[NAME]".
     */
    size_t named_count;
    struct {
        uint8_t type; /* enum alarm_type; in `active`, too */
        const char *name;
    } named[SHOWN_NAMED_MAX];
};

/* Adds one; `name` is borrowed, "": it has none. An alarm that is shown already is passed over. */
void shown_alarms_add(struct shown_alarms *shown, enum alarm_type type, const char *name);

/*
 * StatusDes of the contract's part 3: the English parts for the state after `fix` was folded in
 * (pass &state->current for a current status). Durations run to the fix's GPS time. `alarms` NULL:
 * those of the state, without names. Writes at most size - 1 bytes and a NUL, cut between parts.
 */
void fold_status_text(const struct fold_state *state, const struct fix *fix,
                      const struct shown_alarms *alarms, char *out, unsigned size);
enum { FOLD_STATUS_SIZE = 1024 };

#endif
