#ifndef FLEET_LOCKS_H
#define FLEET_LOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "model/extra.h"
#include "model/fix.h"

/*
 * What happened to the locks of a device, by its fixes: what a report says of a lock is an event,
 * but a state that it tells again is none.
 */

enum { LOCKS_MAX = EXTRA_INDEX_MAX + 1 };

/* What is known of each lock; zeroed before the first fix. The number 0 is the device itself. */
struct locks {
    uint8_t state[LOCKS_MAX]; /* enum fix_lock; NONE: not known */
};

struct lock_event {
    uint8_t event;  /* enum fix_lock */
    uint8_t number; /* of the lock, where the report tells of several; else 0 */
};

enum { LOCK_EVENTS_MAX = EXTRAS_MAX + 1 /* of one fix */ };

/*
 * Takes a fix and its packed extra values, fixes in order of time. Answers how many events it
 * tells, which are in `out`.
 */
size_t locks_step(struct locks *locks, const struct fix *fix, struct bytes extras,
                  struct lock_event out[LOCK_EVENTS_MAX]);

#endif
