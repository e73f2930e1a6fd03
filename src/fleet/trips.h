#ifndef FLEET_TRIPS_H
#define FLEET_TRIPS_H

#include "fleet/span.h"

/* Trips and stops of one device, leg by leg. trips.c draws them. */

enum {
    TRIPS_STOP_S = 300, /* at standstill that end a trip, where nobody says otherwise */
    TRIPS_OFF_S = 120,  /* with the ignition off that end it, too */
};

enum trips_mode {
    TRIPS_UNKNOWN, /* no fix yet */
    TRIPS_STOPPED,
    TRIPS_SETTING_OUT, /* stopped, but the last fix moves */
    TRIPS_DRIVING,
    TRIPS_PAUSED, /* standing, which may prove to be the trip's end */
};

struct trips {
    struct range range;
    int64_t stop_s;
    struct span_sink trips; /* who is told of trips; `tell` may be NULL */
    struct span_sink stops; /* and of stops */
    enum trips_mode mode;
    struct spot trip_start;
    struct sums trip; /* of the trip up to the pause */
    struct spot stop_start;
    struct sums pause;   /* since stop_start, all of it */
    struct sums stop;    /* since stop_start, as far as it is in the range */
    int64_t off_since_s; /* of a pause: when the ignition went off, while it is */
};

/*
 * Begins with the state before the first leg, zeroed where there is none. `range`, `stop_s` and the
 * sinks are set, the rest is zeroed. Where the state is of stop_s and more before the range, what
 * is told does not depend on how much earlier it is.
 */
void trips_begin(struct trips *t, const struct fold_state *start);
/* Takes the next leg. True: it shows that with its earlier fix a trip began, in the range. */
bool trips_take(struct trips *t, const struct leg *leg);
/*
 * Whether no leg behind one that ended at `time_s` can change what is told: the range is over, and
 * so is any trip or pause that began in it.
 */
bool trips_are_done(const struct trips *t, int64_t time_s);
/* After the last leg, which legs_pass() made: tells of what goes on. */
void trips_end(struct trips *t, const struct leg *pass);

#endif
