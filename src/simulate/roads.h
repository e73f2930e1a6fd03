#ifndef SIMULATE_ROADS_H
#define SIMULATE_ROADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "geo/distance.h"

/*
 * The roads of the demonstration fleet: some regions, in each of them sites, and between any two
 * sites of a region the quickest way, made by data/make_roads.py of OpenStreetMap.
 */
struct roads;

/* A stretch of road between two junctions. */
struct stretch {
    const struct point *points; /* borrowed from the roads; two at least */
    size_t count;
    uint32_t length_cm;
    uint8_t speed_kmh; /* what may be driven */
    bool has_signal_at_end;
    bool has_signal_at_begin;
};

/* From one site of a region to another one. */
struct journey {
    uint8_t region;
    uint8_t from;
    uint8_t to;
};

/* How to get there. */
struct way {
    size_t stretches;
    uint64_t length_cm;
    unsigned seconds; /* about how long it takes */
};

/* The file that is linked in; static. */
struct bytes roads_data(void);
/* Reads a file as make_roads.py writes it; NULL where it is none. Free it with roads_free(). */
struct roads *roads_read(struct bytes file);
void roads_free(struct roads *r);

/* How many regions there are, and how many sites one has. */
size_t roads_regions(const struct roads *r);
size_t roads_sites(const struct roads *r, unsigned region);
/* Where a site is: where all ways from it begin. */
struct point roads_site(const struct roads *r, unsigned region, unsigned site);
/* The way between two different sites. */
struct way roads_way(const struct roads *r, struct journey j);
/* Stretch number `i` of that way; *backwards: it is driven from its end to its beginning. */
struct stretch roads_stretch(const struct roads *r, struct journey j, size_t i, bool *backwards);

#endif
