#ifndef MAP_MAP_DATA_H
#define MAP_MAP_DATA_H

#include <stdint.h>

/*
 * The base map and the styles, as data/unpack_basemap.py lays them out and the linker puts them in.
 * Of each array there is the number of its elements as NAME_count.
 */

/* Where a tile begins in map_tiles, and its bytes; none where there is nothing in it. */
struct map_tile_at {
    uint32_t begin;
    uint32_t len;
};

#define MAP_ARRAY(type, name)                                                                      \
    extern const type map_##name[];                                                                \
    extern const uint32_t map_##name##_count

/* Of each tile by zoom, row, column, from zoom 0 on. */
MAP_ARRAY(struct map_tile_at, tile_index);
/* Tiles one behind the other, each as gzip (RFC 1952) of a Mapbox Vector Tile. */
MAP_ARRAY(uint8_t, tiles);
/* Another text for other tiles. */
MAP_ARRAY(char, version);

/* Styles: of our tiles in a language, or with "@raster" in place of an operator's template. */
MAP_ARRAY(char, style_light_en);
MAP_ARRAY(char, style_light_zh);
MAP_ARRAY(char, style_light_raster);
MAP_ARRAY(char, style_dark_en);
MAP_ARRAY(char, style_dark_zh);
MAP_ARRAY(char, style_dark_raster);

#undef MAP_ARRAY

#endif
