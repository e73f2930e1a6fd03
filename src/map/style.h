#ifndef MAP_STYLE_H
#define MAP_STYLE_H

#include "base/arena.h"
#include "geo/gazetteer.h"

/*
 * What the map looks like: a style document as the MapLibre Style Specification, version 8, has it.
 * They stand in data/map_style.json. None names a font file or a picture to be fetched.
 */

enum map_theme { MAP_LIGHT, MAP_DARK, MAP_THEME_COUNT };

/* The style of the tiles of this server, with names in a language; lasts for ever. */
struct bytes map_style(enum map_theme theme, enum gazetteer_language language);
/*
 * The style of an operator's pictures alone, without names of ours, in `a`. `tiles` is the template
 * of their addresses, with {z}, {x} and {y}.
 */
struct bytes map_style_of_raster(struct arena *a, enum map_theme theme, const char *tiles);

#endif
