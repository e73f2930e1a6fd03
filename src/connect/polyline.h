#ifndef CONNECT_POLYLINE_H
#define CONNECT_POLYLINE_H

#include "base/arena.h"
#include "base/err.h"
#include "geo/distance.h"

/* Places in a row, in an arena. */
struct polyline {
    struct point *at;
    size_t count;
};

enum { POLYLINE_MAX = 65536 }; /* places */

/*
 * Decodes a polyline of six decimals, as map matchers write one. ERR_MALFORMED: it is none, or
 * leaves the earth; ERR_TOO_LONG: more than POLYLINE_MAX places. Pure.
 */
MUST_USE enum err polyline_read(struct bytes text, struct arena *arena, struct polyline *out);

#endif
