#ifndef MAP_TILE_H
#define MAP_TILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "geo/box.h"
#include "geo/distance.h"

/*
 * Squares of the map: those of Web Mercator (EPSG:3857) as "Slippy map tilenames" of OpenStreetMap
 * numbers them, x from 180 degrees west eastwards, y from the north. Pure functions.
 */

enum { TILE_ZOOM_MAX = 22, TILE_EXTENT = 4096 /* units along a side of a tile */ };

struct tile {
    uint8_t zoom;
    uint32_t x; /* below 2^zoom, as y */
    uint32_t y;
};

/* Reads "ZOOM/X/Y", plain decimal numbers. False, and `out` as it was, where it is no tile. */
bool tile_read(struct bytes text, struct tile *out);

/* What a tile covers, and a little more around it. */
struct box tile_box(struct tile t);

/* Where a place is in a tile, in units from its north-west corner. */
struct tile_place {
    uint16_t x; /* below TILE_EXTENT, as y */
    uint16_t y;
};

/* False where it is in another one: every place is in one tile of a zoom, but those near a pole. */
bool tile_place_of(struct tile t, struct point at, struct tile_place *out);

#endif
