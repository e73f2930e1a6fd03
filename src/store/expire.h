#ifndef STORE_EXPIRE_H
#define STORE_EXPIRE_H

#include "store/store_private.h"

/*
 * Retention: what is older than the caller says is deleted, some chunks at a time, in rounds over
 * all devices. A chunk goes when its last fix is too old. Writer only, between commits.
 */

/* The first round comes a moment after the start. */
void expire_init(struct store *s);
/* A transaction of the round, where one is due. ERR_MORE: done, there is more; ERR_OK: nothing. */
MUST_USE enum err expire_step(struct store *s, const struct store_upkeep *upkeep);
/* Whether a round is under way. */
bool expire_is_working(const struct store *s);

#endif
