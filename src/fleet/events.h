#ifndef FLEET_EVENTS_H
#define FLEET_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "fleet/fold.h"
#include "model/event.h"

/*
 * From what the fold tells (watch.h) to the records that are kept (model/event.h): one is made when
 * something is raised, and what is told of it later changes that one.
 */

/*
 * The record of something that was raised, with the state that the sink was given; in `arena`.
 * Whoever keeps it sets its device, its id and its name, which are 0 and "".
 */
struct event event_of_watch(const struct watch_event *raised, const struct fold_state *state,
                            struct arena *arena);
/* Whether something is told of that record. */
bool event_is_meant(const struct event *record, const struct watch_event *told);
/* The record after it was told to go on, or to be over. */
void event_note(struct event *record, const struct watch_event *told);

#endif
