#ifndef GEO_TRACK_H
#define GEO_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/distance.h"

/*
 * Tracks made better by themselves, without a map: what cannot be is dropped, standstills become
 * one place, the rest is smoothed. Pure functions, for any thread.
 */

struct track_fix {
    int64_t time_s;  /* never before that of the fix before it */
    int64_t until_s; /* of a standstill that was collapsed: its end; else time_s */
    struct point at;
    double accuracy_m; /* standard deviation along each axis; positive */
    double speed_ms;   /* over ground; negative: unknown */
    double course_deg; /* clockwise from north; negative: unknown */
    bool is_standing;  /* it was taken in a standstill */
};

/*
 * Drops, in place, the fixes that the vehicle cannot have been at, and puts one in the place of
 * each standstill; answers how many are left.
 */
size_t track_clean(struct track_fix *fixes, size_t count);

/* Whether nothing tells how the vehicle came from one of these fixes to the next. */
bool track_is_gap(const struct track_fix *a, const struct track_fix *b);

/*
 * Smooths a part of a cleaned track, from fix `from` on: writes the better places of fixes `from`
 * and behind to out[from] and behind, and answers the fix at which the next part begins, `count`
 * after the last. A part takes about half a millisecond at most.
 */
size_t track_smooth(const struct track_fix *fixes, size_t count, size_t from, struct point *out);

#endif
