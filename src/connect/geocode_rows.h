#ifndef CONNECT_GEOCODE_ROWS_H
#define CONNECT_GEOCODE_ROWS_H

#include "base/arena.h"
#include "connect/connect.h"
#include "connect/street_cache.h"

/* What a kind of geocoder is asked and answers; a row each. Pure functions. */

struct geocode_answer {
    struct street street;     /* without names: the place has no address */
    struct bytes attribution; /* whom the provider wants named; empty: it says nothing */
};

struct geocode_row {
    const char *name;
    /* Says what to send for a place, in `arena`. */
    void (*ask)(const struct street_key *key, struct arena *arena, struct connect_request *out);
    /* Reads what came, with `status` of HTTP; NULL, or why it is no answer, static. */
    const char *(*read)(int status, struct bytes body, struct arena *arena,
                        struct geocode_answer *out);
};

extern const struct geocode_row geocode_nominatim;
extern const struct geocode_row geocode_photon;

#endif
