#ifndef CONNECT_GEOCODER_H
#define CONNECT_GEOCODER_H

#include "connect/connect.h"
#include "connect/street_cache.h"

/*
 * An operator's geocoder: it says on which street a place is. What it answered is kept on the disk;
 * of a place that many ask for at once it is asked once.
 */
struct geocoder;

/* Columns: name, row. The words are those of the option. */
#define GEOCODER_MAP(X)                                                                            \
    X(NOMINATIM, geocode_nominatim)                                                                \
    X(PHOTON, geocode_photon)

enum geocoder_kind {
#define X(name, row) GEOCODER_##name,
    GEOCODER_MAP(X)
#undef X
        GEOCODER_COUNT
};

enum { GEOCODE_TIMEOUT_MS = 2000 };

struct geocoder_options {
    enum geocoder_kind kind;
    const char *url;
    unsigned per_s; /* requests, at most */
    struct street_cache_options cache;
};

/*
 * As connect_add(); a file of addresses that cannot be opened is done without. Outlived by
 * `connect`, which is stopped before.
 */
MUST_USE enum err geocoder_new(struct connect *connect, const struct geocoder_options *options,
                               struct geocoder **out);
void geocoder_free(struct geocoder *g);
/* Any thread: whether it cannot keep what it was answered. `g` may be NULL. */
bool geocoder_forgets(struct geocoder *g);

/* The address of one place on its way; used by one thread at a time. */
struct geocode;

/*
 * Asks for a place, in a language ("en"); looks into the file, which may take some milliseconds.
 * Never NULL: to be freed with geocode_free().
 */
struct geocode *geocode_new(struct geocoder *g, struct point at, const char *language);
/*
 * Whether it is to be waited for: then `wake` will be called, once, on another thread, and nothing
 * of it may be touched before.
 */
bool geocode_wait(struct geocode *q, void (*wake)(void *context), void *context);
/* The address, once there is nothing to wait for; NULL: there is none, or it is not known. */
const struct street *geocode_street(struct geocode *q);
/* Also while it is under way. */
void geocode_free(struct geocode *q);

#endif
