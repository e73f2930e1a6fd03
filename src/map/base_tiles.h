#ifndef MAP_BASE_TILES_H
#define MAP_BASE_TILES_H

#include "base/arena.h"
#include "map/tile.h"

/*
 * The base map that is part of the program: land, waters, borders and the names of what is large,
 * as Mapbox Vector Tiles 2.1 of zoom 0 to BASE_ZOOM_MAX. data/README.md says what is in them.
 */

enum { BASE_ZOOM_MAX = 6 };

/* The tile as gzip, which lasts for ever; empty where there is nothing in it, or no such zoom. */
struct bytes base_tile(struct tile t);
/* The same tile as it is, in `a`. */
struct bytes base_tile_plain(struct arena *a, struct tile t);
/* A text that is another one where any tile is; no sign in it but letters and digits. */
const char *base_tiles_version(void);

#endif
