#ifndef GEO_FENCE_INDEX_H
#define GEO_FENCE_INDEX_H

#include <stddef.h>

#include "geo/fence.h"

/*
 * Which of many geofences may matter for a segment: a tree over their boxes. One thread at a time,
 * be it for questions alone.
 */
struct fence_index;

/* A tree over `count` geometries, which it no longer needs afterwards; fence_index_free(). */
struct fence_index *fence_index_new(const struct fence_geometry *const *fences, size_t count);
/* NULL is let pass. */
void fence_index_free(struct fence_index *index);

/* Told the place of a geometry in the list that the tree was made of. */
typedef void fence_found(void *context, size_t i);

/*
 * Tells, each once and in no order, every geometry that comes within `by_m` metres (0 or more) of
 * the box, such as box_of_segment() gives, and some that do not. `found` must not ask the tree.
 */
void fence_index_find(const struct fence_index *index, const struct box *box, double by_m,
                      fence_found *found, void *context);

#endif
