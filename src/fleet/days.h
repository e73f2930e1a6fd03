#ifndef FLEET_DAYS_H
#define FLEET_DAYS_H

#include "fleet/trips.h"

/* The days of one device, leg by leg; what of a day lies in the range counts. */
struct days {
    struct trips trips;       /* its range is that of the days; nobody is told of its trips */
    const int64_t *midnights; /* the instants at which days begin, and that at which the last ends;
                                 ascending, the range within them */
    size_t count;             /* of days */
    struct span_sink sink;    /* told of each day that has a fix or a second known, by time; its end
                                 is where the device was last seen by then */
    struct span day;          /* the one at hand */
};

/* Begins with the state before the first leg; members above `day` are set as trips_begin() asks. */
void days_begin(struct days *d, const struct fold_state *start);
/* Takes the next leg. */
void days_take(struct days *d, const struct leg *leg);
/* After the last leg, which legs_pass() made: tells of the day at hand. */
void days_end(struct days *d, const struct leg *pass);

#endif
