#ifndef API_ZONES_H
#define API_ZONES_H

#include "base/zone.h"

/*
 * The time zones in use, read from their files once. There are a few hundred names, so nothing is
 * ever forgotten. Any thread.
 */
struct zones;

/* An empty cache. */
struct zones *zones_new(void);
/* Releases every zone in it. */
void zones_free(struct zones *z);
/* The zone of that name, or NULL where this machine knows none. Borrowed from `z`. */
struct zone *zones_find(struct zones *z, const char *name);

#endif
