#ifndef FLEET_SPAN_H
#define FLEET_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fleet/fold.h"

/*
 * Legs and spans. A leg is the stretch between two successive fixes of a device; its distance
 * belongs to the later fix, its seconds are spent as the earlier one says. A span is what a report
 * tells of: a trip, a stop, a day, a time above a speed, a time without fixes. Everything here is
 * pure.
 */

/* A range of time, both ends included. */
struct range {
    int64_t from_s;
    int64_t to_s;
};

/* Where a device was at a time. */
struct spot {
    int64_t time_s;
    int32_t lat_e7;
    int32_t lon_e7;
    bool has_place;
};

struct leg {
    struct spot from;          /* the earlier fix; the later one itself where is_first is set */
    struct spot to;            /* the later fix, or only the time where has_fix is not set */
    uint64_t distance_m_e2;    /* centimetres */
    int64_t fuel_ml;           /* used; below 0 where noise says so */
    uint32_t speed_kmh_e2;     /* at the later fix; 0: unknown */
    enum motion motion;        /* between the two */
    enum motion motion_behind; /* from the later fix on */
    bool is_first;             /* nothing is known before the later fix */
    bool is_silent;            /* longer than fold_silence_s(): nobody drives or idles on it */
    bool has_fuel;             /* the device tells the level of its tank */
    bool has_fix;              /* not set: time that went by since the last fix */
    bool is_vague; /* ... while the device moved and no silence is proved: nobody's time yet */
};

/* Makes legs of fixes; to be zeroed, or to begin with a known state. */
struct legs {
    struct fold_state state; /* after the last fix taken */
    struct fold_rules rules; /* whose tanks tell what a refuel is; not watched */
};

/* The leg that ends at the next fix. Fixes come in the order of fold_step(). */
struct leg legs_take(struct legs *legs, const struct fix *fix);
/*
 * The leg from the last fix to `now_s`, as if a fix then said the same again; of length 0 where
 * now_s is earlier. There has been a fix.
 */
struct leg legs_pass(const struct legs *legs, int64_t now_s);
/* Whether any fix was folded into the state, so that a leg can begin. */
bool legs_have_begun(const struct legs *legs);
/* The newest fix of a state, as an end of a leg. */
struct spot span_spot(const struct fold_state *state);
/* The speed that the newest fix tells with lock, in hundredths of km/h; 0: none. */
uint32_t span_speed_kmh_e2(const struct fold_state *state);

/* What is added up over legs. */
struct sums {
    uint64_t distance_m_e2; /* centimetres */
    int64_t fuel_ml;        /* used, as far as it was told */
    bool has_fuel;          /* it was */
    int64_t driving_s;
    int64_t idle_s;
    int64_t other_s; /* neither: parked, still, silent */
    uint32_t top_speed_kmh_e2;
};

/* Adds `more` to `sums`. */
void sums_unite(struct sums *sums, const struct sums *more);
/*
 * Adds what of a leg lies in the range: the seconds between its ends that do, and distance and
 * speed where its later fix does.
 */
void sums_add(struct sums *sums, const struct leg *leg, struct range range);
/* The range of everything. */
static inline struct range range_of_all(void)
{
    return (struct range){INT64_MIN, INT64_MAX};
}
static inline bool range_holds(struct range range, int64_t time_s)
{
    return time_s >= range.from_s && time_s <= range.to_s;
}

struct span {
    struct spot start;
    struct spot end;
    bool is_open;    /* it goes on at the newest fix, or now; `end` is as far as it is known */
    bool is_clipped; /* it began before the range, or ended behind it */
    struct sums sums;

    /* Of days alone. */
    size_t day; /* by number in the list of midnights */
    size_t trips;
    size_t fixes;
    int64_t first_time_s; /* of its fixes; 0: none */
    int64_t last_time_s;
};

/* Who is told of spans, in the order of their ends; each is valid during its call. */
struct span_sink {
    void *context;
    void (*tell)(void *context, const struct span *span);
};

/*
 * Takes the place of a fix before the range for that of a span's start, which is then further
 * behind: clipped, the span is shown where the device was when the range began, from wherever on
 * its fixes were seen.
 */
void span_move_start(struct spot *start, const struct leg *leg, struct range range);
/*
 * Tells of the span where a part of it is in the range, its ends moved into it. One without seconds
 * is told of only where it has distance: a range may begin with the fix that a stop ends at.
 */
void span_tell_clipped(const struct span_sink *sink, const struct span *span, struct range range);

#endif
