/*
 * Points of geofences in JSON. A ring is simplified as Douglas and Peucker do it (1973): of a
 * stretch of the line only its ends stay, unless the point farthest from the chord is too far from
 * it; then the stretch is divided there. What is still to do is kept on a stack of its own.
 */
#include "api/geofence_points.h"

#include <math.h>

#include "geo/box.h"

enum { DECIMALS = 7, PAIR = 2, EXTENT_PARTS = 100 };

static bool read_degrees(const struct json_value *v, int32_t *out_e7)
{
    int64_t e7 = 0;
    bool is_number = param_number_e7(v, &e7) && e7 >= INT32_MIN && e7 <= INT32_MAX;
    *out_e7 = is_number ? (int32_t)e7 : 0;
    return is_number;
}

static bool read_point(const struct json_value *v, struct point *out)
{
    return v->kind == JSON_KIND_ARRAY && v->count == PAIR && read_degrees(v->first, &out->lon_e7) &&
           read_degrees(v->first->next, &out->lat_e7);
}

bool points_read(struct call *c, const struct json_value *first, size_t count,
                 struct shape_ring *out, size_t *bad)
{
    struct point *points = arena_new_array(&c->arena, count, sizeof(*points));
    const struct json_value *v = first;
    for (size_t i = 0; i < count; i++, v = v->next) {
        if (!read_point(v, &points[i])) {
            *bad = i;
            return false;
        }
    }
    *out = (struct shape_ring){points, count};
    return true;
}

void points_write(struct json_out *out, const struct shape_ring *ring)
{
    json_array_begin(out);
    for (size_t i = 0; i < ring->count; i++) {
        json_array_begin(out);
        json_decimal(out, ring->points[i].lon_e7, DECIMALS);
        json_decimal(out, ring->points[i].lat_e7, DECIMALS);
        json_array_end(out);
    }
    json_array_end(out);
}

/* ---- fewer points ---- */

/* A point of a ring in a plane: units of the grid, longitude running on beyond 180 degrees. */
struct place {
    double x;
    double y;
};

static struct place *unroll(struct arena *arena, const struct shape_ring *ring)
{
    struct place *places = arena_new_array(arena, ring->count, sizeof(*places));
    double x = ring->points[0].lon_e7;
    for (size_t i = 0; i < ring->count; i++) {
        x += i == 0 ? 0 : lon_step_e7(ring->points[i - 1].lon_e7, ring->points[i].lon_e7);
        places[i] = (struct place){x, ring->points[i].lat_e7};
    }
    return places;
}

static double extent_of(const struct place *places, size_t count)
{
    struct place low = places[0];
    struct place high = places[0];
    for (size_t i = 1; i < count; i++) {
        low = (struct place){fmin(low.x, places[i].x), fmin(low.y, places[i].y)};
        high = (struct place){fmax(high.x, places[i].x), fmax(high.y, places[i].y)};
    }
    return fmax(high.x - low.x, high.y - low.y);
}

/* How far `at` is from the segment. */
static double distance_from(struct place from, struct place to, struct place at)
{
    double x = to.x - from.x;
    double y = to.y - from.y;
    double square = x * x + y * y;
    double t = square > 0 ? ((at.x - from.x) * x + (at.y - from.y) * y) / square : 0;
    t = fmin(1, fmax(0, t));
    return hypot(at.x - from.x - t * x, at.y - from.y - t * y);
}

struct stretch {
    size_t from;
    size_t to;
};

/* The farthest point of a stretch from its chord. */
static size_t farthest(const struct place *places, struct stretch s, double *distance)
{
    size_t found = s.from;
    *distance = 0;
    for (size_t i = s.from + 1; i < s.to; i++) {
        double far = distance_from(places[s.from], places[s.to], places[i]);
        if (far > *distance) {
            *distance = far;
            found = i;
        }
    }
    return found;
}

struct shape_ring points_simplify(struct arena *arena, const struct shape_ring *ring)
{
    const struct place *places = unroll(arena, ring);
    double tolerance = extent_of(places, ring->count) / EXTENT_PARTS;
    bool *stays = arena_new_array(arena, ring->count, sizeof(*stays));
    struct stretch *waiting = arena_new_array(arena, ring->count, sizeof(*waiting));
    struct point *points = arena_new_array(arena, ring->count, sizeof(*points));
    size_t depth = 0;
    size_t count = 0;
    waiting[depth++] = (struct stretch){0, ring->count - 1};
    stays[0] = stays[ring->count - 1] = true;
    while (depth > 0) {
        struct stretch s = waiting[--depth];
        double distance = 0;
        size_t middle = farthest(places, s, &distance);
        if (distance > tolerance) {
            stays[middle] = true;
            waiting[depth++] = (struct stretch){s.from, middle};
            waiting[depth++] = (struct stretch){middle, s.to};
        }
    }
    for (size_t i = 0; i < ring->count; i++) {
        points[count] = ring->points[i];
        count += stays[i];
    }
    return (struct shape_ring){points, count};
}
