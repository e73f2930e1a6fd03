#ifndef FILES_TRACCAR_VALUES_H
#define FILES_TRACCAR_VALUES_H

#include "files/track_read_private.h"

/*
 * What stands in JSON in a row of tc_positions. What there is no place for is told to the sink by
 * its name; a value that is none of its kind, too, since the rest of the row is right.
 */

/* `attributes`, an object by the names of Traccar's class Position. */
void traccar_take_attributes(const struct track_reading *r, struct track_draft *d,
                             struct bytes text);
/* `network`: of the cells the first one, which serves the tracker. */
void traccar_take_network(const struct track_reading *r, struct track_draft *d, struct bytes text);

enum { TRACCAR_NUMBER_SIZE = 40 };
/* A number without an exponent, which a data base may write: 1.5e-05. In `room`, or as it was. */
struct bytes traccar_number(struct bytes text, char room[TRACCAR_NUMBER_SIZE]);

#endif
