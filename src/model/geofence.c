/*
 * The bytes that a geofence keeps of its points and of whom it is for.
 *
 *     rings:  count | points of ring 0 | step step step ... | points of ring 1 | step ...
 *     a step: latitude, longitude, as differences to the point before (the first: to 0, 0), zigzag
 *     ids:    id id id ...
 *
 * A corner of a yard is a few hundred metres from the next, so a step takes 2 x 3 bytes.
 */
#include "model/geofence.h"

#include "base/reader.h"
#include "base/writer.h"

enum { VARINT_MAX_BYTES = 10, STEP_MAX_BYTES = 2 * VARINT_MAX_BYTES };

struct bytes geofence_pack_rings(struct arena *arena, const struct shape_ring *rings, size_t count)
{
    size_t room = VARINT_MAX_BYTES;
    for (size_t i = 0; i < count; i++) {
        room += VARINT_MAX_BYTES + rings[i].count * STEP_MAX_BYTES;
    }
    struct writer w = writer_init(arena_new(arena, room), room);
    struct point last = {0};
    write_varint(&w, count);
    for (size_t i = 0; i < count; i++) {
        write_varint(&w, rings[i].count);
        for (size_t k = 0; k < rings[i].count; k++) {
            struct point p = rings[i].points[k];
            write_varint_signed(&w, (int64_t)p.lat_e7 - last.lat_e7);
            write_varint_signed(&w, (int64_t)p.lon_e7 - last.lon_e7);
            last = p;
        }
    }
    return writer_bytes(&w);
}

/* Adds a step to one coordinate; false where the sum is none. */
static bool step_by(int32_t *at_e7, int64_t by_e7)
{
    bool is_step = by_e7 >= -(int64_t)UINT32_MAX && by_e7 <= (int64_t)UINT32_MAX;
    int64_t sum_e7 = is_step ? *at_e7 + by_e7 : INT64_MAX;
    bool fits = sum_e7 >= INT32_MIN && sum_e7 <= INT32_MAX;
    *at_e7 = fits ? (int32_t)sum_e7 : *at_e7;
    return fits;
}

static bool read_ring(struct reader *r, struct point *last, struct point *points, size_t count)
{
    bool fits = true;
    for (size_t i = 0; i < count && fits; i++) {
        fits = step_by(&last->lat_e7, read_varint_signed(r));
        fits = fits && step_by(&last->lon_e7, read_varint_signed(r));
        points[i] = *last;
    }
    return fits && reader_ok(r);
}

enum err geofence_unpack_rings(struct bytes packed, struct arena *arena, struct shape_ring **rings,
                               size_t *count)
{
    struct reader r = reader_init(packed);
    struct point last = {0};
    uint64_t n = read_varint(&r);
    size_t left = SHAPE_POINTS_MAX;
    if (!reader_ok(&r) || n == 0 || n > SHAPE_POINTS_MAX) {
        return ERR_CORRUPT;
    }
    *rings = arena_new_array(arena, n, sizeof(**rings));
    *count = n;
    for (size_t i = 0; i < n; i++) {
        uint64_t points = read_varint(&r);
        if (!reader_ok(&r) || points == 0 || points > left) {
            return ERR_CORRUPT;
        }
        struct point *at = arena_new_array(arena, points, sizeof(*at));
        if (!read_ring(&r, &last, at, points)) {
            return ERR_CORRUPT;
        }
        left -= points;
        (*rings)[i] = (struct shape_ring){at, points};
    }
    return reader_left(&r) == 0 ? ERR_OK : ERR_CORRUPT;
}

enum err geofence_shape(const struct geofence *g, struct arena *arena, struct shape *out)
{
    struct shape_ring *rings = NULL;
    size_t count = 0;
    enum err e =
        geofence_unpack_rings((struct bytes){g->rings, g->rings_len}, arena, &rings, &count);
    *out = (struct shape){
        .kind = g->shape, .rings = rings, .ring_count = count, .radius_m_e2 = g->radius_m_e2};
    return e;
}

struct bytes geofence_pack_ids(struct arena *arena, const int64_t *ids, size_t count)
{
    size_t room = count * VARINT_MAX_BYTES + 1;
    struct writer w = writer_init(arena_new(arena, room), room);
    for (size_t i = 0; i < count; i++) {
        write_varint(&w, (uint64_t)ids[i]);
    }
    return writer_bytes(&w);
}

enum err geofence_unpack_ids(struct bytes packed, struct arena *arena, int64_t **ids, size_t *count)
{
    struct reader r = reader_init(packed);
    size_t room = packed.len < GEOFENCE_IDS_MAX ? packed.len : GEOFENCE_IDS_MAX;
    *ids = arena_new_array(arena, room, sizeof(**ids));
    *count = 0;
    while (reader_left(&r) > 0 && *count < room) {
        uint64_t id = read_varint(&r);
        if (!reader_ok(&r) || id == 0 || id > INT64_MAX) {
            return ERR_CORRUPT;
        }
        (*ids)[(*count)++] = (int64_t)id;
    }
    return reader_left(&r) == 0 ? ERR_OK : ERR_CORRUPT;
}
