#ifndef CONNECT_WAYS_H
#define CONNECT_WAYS_H

#include "connect/match_rows.h"

/* What a matcher's answers come to for the fixes of a track. */

enum matched_kind {
    MATCHED_NOT,    /* nothing is known of it */
    MATCHED_AT,     /* it was at `at` */
    MATCHED_PASSED, /* it is a stray: the route leads on without it */
};

struct matched {
    enum matched_kind kind;
    bool joins;       /* the ways lead here from the last fix before that is MATCHED_AT ... */
    size_t way;       /* ... over `way_count` places of the ways, */
    size_t way_count; /* this and that one not among them */
    struct point at;
};

enum { WAYS_MAX = 200000 };

/* Places of all ways of a track; each fix knows which are its own. */
struct ways {
    struct point *at; /* on the heap */
    size_t count;
    size_t capacity;
};

/*
 * Lays what a matcher answered to `count` fixes into `out`, one each, and `ways`. It is believed
 * where it is near the fixes and where a way is not much longer than it has to be.
 */
void ways_lay(struct ways *ways, const struct track_fix *fixes, const struct match_answer *answer,
              struct matched *out);
/* Gives its memory back. */
void ways_clear(struct ways *ways);

#endif
