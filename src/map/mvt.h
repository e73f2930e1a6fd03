#ifndef MAP_MVT_H
#define MAP_MVT_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/writer.h"
#include "map/tile.h"

/*
 * Points as a layer of a Mapbox Vector Tile, version 2.1 (github.com/mapbox/vector-tile-spec),
 * which is a message of Protocol Buffers. A layer is written into a buffer that the caller gives;
 * whatever does not fit fails the writer, which is asked once at the end.
 *
 *     mvt_begin   mvt_key ...   (mvt_text, mvt_number ...   mvt_point) ...   mvt_end
 */
struct mvt_layer {
    struct writer body;
    uint32_t keys;
    uint32_t values;
};

/* A tag of a point: the numbers of a key and a value, as mvt_key() and mvt_text() answer them. */
struct mvt_tag {
    uint32_t key;
    uint32_t value;
};

enum { MVT_TAGS_MAX = 8 };

/* A layer of that name, whose bytes go into `capacity` bytes at `buffer`. */
struct mvt_layer mvt_begin(const char *name, uint8_t *buffer, size_t capacity);
/* The number of a key, told once a layer. */
uint32_t mvt_key(struct mvt_layer *l, const char *key);
/* The number of a value; told again it is another one. UTF-8. */
uint32_t mvt_text(struct mvt_layer *l, struct bytes text);
uint32_t mvt_number(struct mvt_layer *l, uint64_t number);
/* A point with at most MVT_TAGS_MAX tags. */
void mvt_point(struct mvt_layer *l, struct tile_place at, const struct mvt_tag *tags, size_t count);
/* Appends the layer to a tile; `out` is another buffer. */
void mvt_end(struct mvt_layer *l, struct writer *out);

#endif
