#ifndef CONNECT_MATCHER_H
#define CONNECT_MATCHER_H

#include "connect/connect.h"
#include "connect/ways.h"

/*
 * An operator's map matcher: it says on which roads a track was driven. What it does not know, or
 * not in time, is left to whoever asks.
 */
struct matcher;

/* Columns: name, row. The words are those of the option. */
#define MATCHER_MAP(X)                                                                             \
    X(OSRM, match_osrm)                                                                            \
    X(VALHALLA, match_valhalla)                                                                    \
    X(VALHALLA_ROUTE, match_valhalla_route)

enum matcher_kind {
#define X(name, row) MATCHER_##name,
    MATCHER_MAP(X)
#undef X
        MATCHER_COUNT
};

/* As connect_add(). It outlives every match, and is outlived by `connect`. */
MUST_USE enum err matcher_new(struct connect *connect, enum matcher_kind kind, const char *url,
                              struct matcher **out);
void matcher_free(struct matcher *m);

/* A track on its way through a matcher; used by one thread at a time. */
struct match;

enum match_step {
    MATCH_WORKS, /* call again */
    MATCH_WAITS, /* for an answer: match_wait() */
    MATCH_DONE,
};

/*
 * Begins with a track as track_clean() leaves it, which is borrowed until match_free(). Behind the
 * deadline, on the monotonic clock, nothing is waited for.
 */
struct match *match_new(struct matcher *m, const struct track_fix *fixes, size_t count,
                        int64_t deadline_ms);
/* Goes on by a millisecond or two: reads an answer, or sends a request. */
enum match_step match_step(struct match *m);
/*
 * Where match_step() waits: true: `wake` will be called, once, on another thread, as soon as there
 * is something to do, and nothing of the match may be touched before. False: there is by now.
 */
bool match_wait(struct match *m, void (*wake)(void *context), void *context);
/* What is known of each fix, and the ways between; of the match. */
const struct matched *match_places(const struct match *m);
const struct point *match_ways(const struct match *m);
/* Also while requests are under way: their answers are dropped. */
void match_free(struct match *m);

#endif
