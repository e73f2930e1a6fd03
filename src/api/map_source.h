#ifndef API_MAP_SOURCE_H
#define API_MAP_SOURCE_H

#include <stdbool.h>

#include "base/json.h"
#include "geo/box.h"

/*
 * The map that an operator shows instead of the built-in one: a style for MapLibre, or pictures, of
 * a server that browsers can reach. It is the operator who says so, in the configuration; the pages
 * load from no other origin.
 */
struct map_source {
    const char *style;   /* URL of a style; may hold {theme}, for light or dark; NULL or "": none */
    const char *raster;  /* template of pictures of 256 pixels, with {z}, {x} and {y}; as above */
    const char *origins; /* further ones that these load from, as cors.h has them; as above */
    const char *attribution; /* who is to be named for them; as above */
    const char *bounds;      /* where the map opens, by map_bounds_read(); as above */
    bool is_gcj02;           /* their coordinates are GCJ-02, not WGS-84 */
};

/* NULL, or what is wrong with a URL of a style, or with a template of pictures. */
const char *map_style_fault(const char *url);
const char *map_raster_fault(const char *url);

/* Degrees * 1e7. */
struct map_bounds {
    int32_t west_e7;
    int32_t south_e7;
    int32_t east_e7; /* may be less than `west_e7`: across the 180th meridian */
    int32_t north_e7;
};
/* Reads "WEST SOUTH EAST NORTH", degrees; false where they are none, or not a box. */
bool map_bounds_read(const char *text, struct map_bounds *out);

/*
 * The origins that the map is loaded from, each behind a blank, as Content Security Policy has
 * them; "" where it is the built-in one. On the heap, for free().
 */
char *map_source_origins(const struct map_source *m);

/* Writes the members Style, Raster, Coordsys and Bounds of GetMe's Map. */
void map_source_write(const struct map_source *m, struct json_out *out);

#endif
