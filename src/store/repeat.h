#ifndef STORE_REPEAT_H
#define STORE_REPEAT_H

#include "store/store_private.h"

/*
 * Which fixes are repeats of stored ones. Writer only. Few candidates are compared one by one.
 * Where there are many, a set of their fingerprints is made and kept for a while: so an old fix
 * costs no more than a new one, even where a device sends thousands.
 */
struct repeats;

/* No sets yet, and a new key. */
struct repeats *repeats_new(void);
/* NULL is fine. */
void repeats_free(struct repeats *r);
/* How many sets are kept; at most REPEATS_SETS_MAX. */
enum { REPEATS_SETS_MAX = 64 };
size_t repeats_sets(const struct repeats *r);
/* As store_find_repeats(). */
void repeats_find(struct store *s, struct store_candidate *list, size_t count);

#endif
