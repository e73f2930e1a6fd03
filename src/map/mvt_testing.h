#ifndef MAP_MVT_TESTING_H
#define MAP_MVT_TESTING_H

/*
 * A reader of Mapbox Vector Tiles for tests, which shares nothing with what writes them: it follows
 * vector_tile.proto, fails the test at the first thing that is not so, and calls back for each
 * feature. Included after cmocka.h.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

enum { SEEN_VALUES_MAX = 8192, SEEN_KEYS_MAX = 16, SEEN_POINTS_MAX = 40000, SEEN_RINGS_MAX = 4000 };

struct seen_value {
    struct bytes text; /* empty: a number */
    uint64_t number;
};

/* One feature; points of all its parts one behind the other. */
struct seen_feature {
    struct bytes layer;
    unsigned type; /* 1 point, 2 line, 3 polygon */
    int32_t x[SEEN_POINTS_MAX];
    int32_t y[SEEN_POINTS_MAX];
    size_t begins[SEEN_RINGS_MAX + 1]; /* of each part, and the end of the last */
    size_t parts;
    struct bytes keys[SEEN_KEYS_MAX];
    struct seen_value values[SEEN_KEYS_MAX];
    size_t tags;
};

typedef void on_feature(void *context, const struct seen_feature *f);

/* A message of Protocol Buffers, field by field. */
struct seen_message {
    struct bytes left;
    unsigned field;
    uint64_t number;
    struct bytes bytes;
};

static inline uint64_t seen_varint(struct bytes *in)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        assert_true(in->len > 0);
        uint8_t byte = in->at[0];
        in->at++;
        in->len--;
        value |= (uint64_t)(byte & 0x7FU) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    fail_msg("a number of more than 64 bits");
    return 0;
}

static inline bool seen_next(struct seen_message *m)
{
    if (m->left.len == 0) {
        return false;
    }
    uint64_t head = seen_varint(&m->left);
    m->field = (unsigned)(head >> 3);
    m->number = seen_varint(&m->left);
    m->bytes = (struct bytes){0};
    assert_true((head & 7) == 0 || (head & 7) == 2);
    if ((head & 7) == 2) {
        assert_true(m->number <= m->left.len);
        m->bytes = (struct bytes){m->left.at, (size_t)m->number};
        m->left.at += m->number;
        m->left.len -= (size_t)m->number;
    }
    return true;
}

static inline int32_t seen_signed(struct bytes *in)
{
    uint64_t v = seen_varint(in);
    return (int32_t)((int64_t)(v >> 1) ^ -(int64_t)(v & 1));
}

static inline void seen_point(struct seen_feature *f, int32_t x, int32_t y)
{
    size_t at = f->begins[f->parts];
    assert_in_range(at, 0, SEEN_POINTS_MAX - 1);
    f->x[at] = x;
    f->y[at] = y;
    f->begins[f->parts] = at + 1;
}

static inline void seen_part(struct seen_feature *f)
{
    assert_in_range(f->parts, 0, SEEN_RINGS_MAX - 1);
    f->parts++;
    f->begins[f->parts] = f->begins[f->parts - 1];
}

/* MoveTo (1) begins a part, LineTo (2) goes on: section 4.3. `at` is where the last point was. */
static inline void seen_points(struct seen_feature *f, uint64_t command, struct bytes *in,
                               int32_t at[2])
{
    for (uint64_t i = 0; i < command >> 3; i++) {
        at[0] += seen_signed(in);
        at[1] += seen_signed(in);
        if ((command & 7) == 1) {
            seen_part(f);
        }
        seen_point(f, at[0], at[1]);
    }
}

/* Beside these ClosePath (7) ends a ring. */
static inline void seen_geometry(struct seen_feature *f, struct bytes in)
{
    int32_t at[2] = {0};
    f->parts = 0;
    f->begins[0] = 0;
    while (in.len > 0) {
        uint64_t command = seen_varint(&in);
        if ((command & 7) == 7) {
            assert_true(f->type == 3 && command >> 3 == 1);
            continue;
        }
        assert_in_range(command & 7, 1, 2);
        seen_points(f, command, &in, at);
    }
    assert_true(f->parts > 0);
}

/* What the features of a layer lean on, wherever in it that stands. */
struct seen_head {
    struct bytes name;
    struct bytes keys[SEEN_KEYS_MAX];
    size_t key_count;
    struct seen_value *values;
    size_t value_count;
    uint64_t version;
    uint64_t extent;
};

static inline struct seen_value seen_value_of(struct bytes in)
{
    struct seen_message m = {.left = in};
    assert_true(seen_next(&m) && (m.field == 1 || m.field == 5) && m.left.len == 0);
    return (struct seen_value){m.bytes, m.number};
}

static inline void seen_head_field(struct seen_head *h, const struct seen_message *m)
{
    switch (m->field) {
    case 1:
        h->name = m->bytes;
        break;
    case 3:
        assert_in_range(h->key_count, 0, SEEN_KEYS_MAX - 1);
        h->keys[h->key_count++] = m->bytes;
        break;
    case 4:
        assert_in_range(h->value_count, 0, SEEN_VALUES_MAX - 1);
        h->values[h->value_count++] = seen_value_of(m->bytes);
        break;
    case 5:
        h->extent = m->number;
        break;
    case 15:
        h->version = m->number;
        break;
    default:
        assert_int_equal(m->field, 2);
    }
}

static inline void seen_tags(struct seen_feature *f, const struct seen_head *h, struct bytes in)
{
    while (in.len > 0) {
        uint64_t key = seen_varint(&in);
        uint64_t value = seen_varint(&in);
        assert_true(key < h->key_count && value < h->value_count && f->tags < SEEN_KEYS_MAX);
        f->keys[f->tags] = h->keys[key];
        f->values[f->tags++] = h->values[value];
    }
}

static inline void seen_feature_of(struct seen_feature *f, const struct seen_head *h,
                                   struct bytes in)
{
    struct bytes geometry = {0};
    f->layer = h->name;
    f->tags = 0;
    f->type = 0;
    for (struct seen_message m = {.left = in}; seen_next(&m);) {
        if (m.field == 2) {
            seen_tags(f, h, m.bytes);
        }
        f->type = m.field == 3 ? (unsigned)m.number : f->type;
        geometry = m.field == 4 ? m.bytes : geometry;
    }
    assert_in_range(f->type, 1, 3);
    seen_geometry(f, geometry);
}

static inline void seen_layer(struct bytes layer, struct seen_feature *f, on_feature *told,
                              void *context)
{
    struct seen_head h = {.values = mem_new_array(SEEN_VALUES_MAX, sizeof(*h.values))};
    for (struct seen_message m = {.left = layer}; seen_next(&m);) {
        seen_head_field(&h, &m);
    }
    assert_int_equal(h.version, 2);
    assert_int_equal(h.extent, 4096);
    for (struct seen_message m = {.left = layer}; seen_next(&m);) {
        if (m.field == 2) {
            seen_feature_of(f, &h, m.bytes);
            told(context, f);
        }
    }
    free(h.values);
}

/* Reads a whole tile. */
static inline void seen_tile(struct bytes tile, on_feature *told, void *context)
{
    struct seen_feature *f = mem_new(sizeof(*f));
    for (struct seen_message m = {.left = tile}; seen_next(&m);) {
        assert_int_equal(m.field, 3);
        seen_layer(m.bytes, f, told, context);
    }
    free(f);
}

/* The text of a tag, "" without one. */
static inline struct bytes seen_text(const struct seen_feature *f, const char *key)
{
    for (size_t i = 0; i < f->tags; i++) {
        if (bytes_eq(f->keys[i], key)) {
            return f->values[i].text;
        }
    }
    return (struct bytes){0};
}

#endif
