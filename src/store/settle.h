#ifndef STORE_SETTLE_H
#define STORE_SETTLE_H

#include "store/store_private.h"

/* Folding in late fixes: see settle.c. Writer only, between commits. */

/* Puts a device with a late fix into the queue, if it is not there yet. */
void settle_mark(struct store *s, struct tail *tail);
/* The device is gone. */
void settle_unmark(struct store *s, struct tail *tail);
/*
 * One transaction for the devices that are due; with `is_urgent` they need not be. ERR_MORE: done,
 * there may be more to do; ERR_OK: nothing is due. Else as store_commit().
 */
MUST_USE enum err settle_step(struct store *s, const struct store_upkeep *upkeep, bool is_urgent);
/* Milliseconds until something is due, at most `limit_ms`. */
unsigned settle_wait_ms(const struct store *s, unsigned limit_ms);

#endif
