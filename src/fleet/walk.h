#ifndef FLEET_WALK_H
#define FLEET_WALK_H

#include "fleet/days.h"
#include "fleet/lapses.h"
#include "fleet/trips.h"

/*
 * A walk over the fixes of one device that tells the spans of one kind in a range of time. It is
 * fed with the fixes from some time before the range on, in order; how far behind the range, it
 * says itself. What it tells depends on the fixes alone, not on where it began.
 */

enum walk_kind {
    WALK_TRIPS, /* whole, where they start in the range; the others are clipped to it */
    WALK_STOPS, /* all that is no trip */
    WALK_DAYS,
    WALK_SPEEDING,
    WALK_ABSENCE,
};

struct walk_options {
    enum walk_kind kind;
    struct range range;
    int64_t stop_s;           /* of trips, stops and days: how long a standstill ends a trip */
    uint32_t limit_kmh_e2;    /* of WALK_SPEEDING; 0: that of the rules, as it was at each fix */
    int64_t limit_s;          /* of WALK_ABSENCE; 0: silences */
    struct fold_rules rules;  /* the terms of the device, borrowed; not watched */
    const int64_t *midnights; /* of WALK_DAYS, as struct days has them; borrowed */
    size_t day_count;
    struct span_sink sink;
};

struct walk {
    enum walk_kind kind;
    struct legs legs;
    size_t term;          /* those of the rules before this one began at the last fix or before */
    bool is_held_to_rule; /* of WALK_SPEEDING: the rules have the limit */
    struct trips trips;
    struct days days;
    struct speeding speeding;
    struct absence absence;
};

/*
 * Begins with the state before the first fix, zeroed where there is none. The first fix has to be
 * the first behind that state, which has to be walk_needs_from_s() old or older, or zeroed.
 */
void walk_begin(struct walk *w, const struct walk_options *options, const struct fold_state *start);
/* From which time on a walk of a range that begins at `from_s` has to see the fixes. */
static inline int64_t walk_needs_from_s(const struct walk_options *options, int64_t from_s)
{
    return from_s - options->stop_s;
}
/* Takes the next fix; may tell of spans. */
void walk_take(struct walk *w, const struct fix *fix);
/* Whether no further fix can change what is told. */
bool walk_is_done(const struct walk *w);
/*
 * No fix comes any more, though there was time for one up to `now_s`: tells of what is at hand. A
 * device that stood goes on to stand; what goes on and is in the range is open.
 */
void walk_end(struct walk *w, int64_t now_s);

#endif
