#ifndef MAP_LABEL_TILES_H
#define MAP_LABEL_TILES_H

#include "base/arena.h"
#include "geo/gazetteer.h"
#include "map/tile.h"

/*
 * Names of the places of the gazetteer as tiles, made when they are asked for. Each has a layer
 * `place` of points with these tags:
 *
 *     name   in English letters
 *     zh     in Chinese, where it has such a name
 *     r      0 to 255, the most important one least: 255 - 20 log10 of its people
 */

enum { LABEL_ZOOM_MIN = 7, LABEL_ZOOM_MAX = 12 };

/*
 * The most important places of the tile, in `a`, as a Mapbox Vector Tile 2.1, by their names or by
 * those of the operator (NULL: there are none). Empty where there are none, or no such zoom.
 */
struct bytes label_tile(struct arena *a, const struct place_names *own, struct tile t);

#endif
