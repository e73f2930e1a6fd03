#ifndef CONNECT_STREET_CACHE_H
#define CONNECT_STREET_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/distance.h"

/*
 * The addresses that a geocoder gave, in a file of bounded size, by rounded position and language.
 * The file may be deleted at any time, be damaged, or be none that can be written: an address that
 * is not there is asked for again. Any thread.
 */
struct street_cache;

enum { STREET_NAMES_SIZE = 448, STREET_LANGUAGE_SIZE = 8 };

/* An address: what a geocoder calls a place. */
struct street {
    char names[STREET_NAMES_SIZE]; /* from small to large, ", " between them; "": it has none */
    struct point at;               /* where that is */
};

/* A place that addresses are kept by. */
struct street_key {
    int32_t lat_e4; /* degrees * 1e4, eleven metres */
    int32_t lon_e4;
    char language[STREET_LANGUAGE_SIZE]; /* "en" */
};

struct street_cache_options {
    const char *path;
    uint64_t bytes; /* of the file, at most; rounded to whole buckets */
    int64_t life_s; /* of an address */
};

/*
 * Opens the file, or makes it. Never NULL: where that cannot be, nothing is kept until it can; the
 * log says so. To be closed with street_cache_close().
 */
struct street_cache *street_cache_open(const struct street_cache_options *options);
void street_cache_close(struct street_cache *c);
/* Whether the file could not be opened, or not be written, when that was last tried. */
bool street_cache_is_failing(struct street_cache *c);

/* The key of a place. */
struct street_key street_key_of(struct point at, const char *language);

/* Whether the address of a place is there and has not expired at `now_s`, on the wall clock. */
bool street_cache_find(struct street_cache *c, const struct street_key *key, int64_t now_s,
                       struct street *out);
/*
 * Keeps an address, in the place of the oldest one of its bucket where that is full. A file that
 * was deleted is made anew; one that could not be opened is tried again once a minute.
 */
void street_cache_put(struct street_cache *c, const struct street_key *key, int64_t now_s,
                      const struct street *street);

#endif
