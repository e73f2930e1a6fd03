/* Numbers of fields and commands are those of vector_tile.proto and of section 4.3 there. */
#include "map/mvt.h"

#include <string.h>

#include "base/check.h"

enum { TILE_LAYER = 3 };
enum {
    LAYER_NAME = 1,
    LAYER_FEATURE = 2,
    LAYER_KEY = 3,
    LAYER_VALUE = 4,
    LAYER_EXTENT = 5,
    LAYER_VERSION = 15
};
enum { VALUE_TEXT = 1, VALUE_UINT = 5 };
enum { FEATURE_TAGS = 2, FEATURE_TYPE = 3, FEATURE_GEOMETRY = 4 };
enum { TYPE_POINT = 1, MOVE_TO_ONE = 1 << 3 | 1, VERSION = 2 };
enum { WIRE_NUMBER = 0, WIRE_BYTES = 2, WIRE_BITS = 3 };
enum { VARINT_MAX = 10, PART_MAX = 2 * MVT_TAGS_MAX * VARINT_MAX };

static void put_number(struct writer *w, unsigned field, uint64_t number)
{
    write_varint(w, field << WIRE_BITS | WIRE_NUMBER);
    write_varint(w, number);
}

static void put_bytes(struct writer *w, unsigned field, struct bytes in)
{
    write_varint(w, field << WIRE_BITS | WIRE_BYTES);
    write_varint(w, in.len);
    write_bytes(w, in);
}

static size_t varint_len(uint64_t number)
{
    size_t len = 1;
    for (; number > 0x7F; number >>= 7) {
        len++;
    }
    return len;
}

struct mvt_layer mvt_begin(const char *name, uint8_t *buffer, size_t capacity)
{
    struct mvt_layer l = {.body = writer_init(buffer, capacity)};
    put_number(&l.body, LAYER_VERSION, VERSION);
    put_bytes(&l.body, LAYER_NAME, bytes_of_text(name));
    return l;
}

uint32_t mvt_key(struct mvt_layer *l, const char *key)
{
    put_bytes(&l->body, LAYER_KEY, bytes_of_text(key));
    return l->keys++;
}

uint32_t mvt_text(struct mvt_layer *l, struct bytes text)
{
    write_varint(&l->body, LAYER_VALUE << WIRE_BITS | WIRE_BYTES);
    write_varint(&l->body, 1 + varint_len(text.len) + text.len);
    put_bytes(&l->body, VALUE_TEXT, text);
    return l->values++;
}

uint32_t mvt_number(struct mvt_layer *l, uint64_t number)
{
    write_varint(&l->body, LAYER_VALUE << WIRE_BITS | WIRE_BYTES);
    write_varint(&l->body, 1 + varint_len(number));
    put_number(&l->body, VALUE_UINT, number);
    return l->values++;
}

void mvt_point(struct mvt_layer *l, struct tile_place at, const struct mvt_tag *tags, size_t count)
{
    uint8_t of_tags[PART_MAX];
    uint8_t of_geometry[PART_MAX];
    uint8_t of_feature[2 * PART_MAX + 4 * VARINT_MAX];
    check(count <= MVT_TAGS_MAX);
    struct writer w = writer_init(of_tags, sizeof(of_tags));
    for (size_t i = 0; i < count; i++) {
        write_varint(&w, tags[i].key);
        write_varint(&w, tags[i].value);
    }
    struct writer geometry = writer_init(of_geometry, sizeof(of_geometry));
    write_varint(&geometry, MOVE_TO_ONE);
    write_varint_signed(&geometry, at.x);
    write_varint_signed(&geometry, at.y);
    struct writer feature = writer_init(of_feature, sizeof(of_feature));
    put_bytes(&feature, FEATURE_TAGS, writer_bytes(&w));
    put_number(&feature, FEATURE_TYPE, TYPE_POINT);
    put_bytes(&feature, FEATURE_GEOMETRY, writer_bytes(&geometry));
    put_bytes(&l->body, LAYER_FEATURE, writer_bytes(&feature));
}

void mvt_end(struct mvt_layer *l, struct writer *out)
{
    put_number(&l->body, LAYER_EXTENT, TILE_EXTENT);
    out->failed = out->failed || !writer_ok(&l->body);
    put_bytes(out, TILE_LAYER, writer_bytes(&l->body));
}
