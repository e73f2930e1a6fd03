#ifndef GEO_THIN_H
#define GEO_THIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "geo/distance.h"

/*
 * Choosing the few fixes of a long track that show it best: the first and the last one, where it
 * bends, where it begins to move or to stand, and where it is fastest. Of as many fixes in a row,
 * about as many are kept. One thread at a time; no errors.
 */

/* What a fix is chosen by. */
struct thin_fix {
    struct point at;
    uint32_t speed_kmh_e2;
    bool is_moving;
};

enum { THIN_LIMIT_MIN = 8 };

struct thinner {
    size_t total;
    size_t groups; /* of fixes in a row; of each, four at most are kept */
    size_t group;  /* the one that is filled */
    size_t first;  /* the number of its first fix */
    struct thin_fix *fixes;
    size_t count;    /* of them */
    bool was_moving; /* before the group */
    bool is_begun;
    uint32_t *kept; /* the numbers of what is kept so far, rising; in the arena, as the fixes */
    size_t kept_count;
};

/* Begins with a track of `total` fixes, of which at most `limit` (THIN_LIMIT_MIN or more) stay. */
void thin_begin(struct thinner *t, size_t total, size_t limit, struct arena *arena);
/* Takes the next fix. What comes behind `total` of them is passed over. */
void thin_add(struct thinner *t, const struct thin_fix *fix);

#endif
