/*
 * libFuzzer's driver of geofences. An input is a shape as bytes:
 *
 *     0       the kind; 4: points are differences of whole units, else places all over the earth;
 *             8: they are repeated up to 10,000, each a unit beside the one before
 *     1..3    the radius
 *     4...    points, eight bytes each; a latitude of 0x7fffffff ends a ring
 *
 * What is not refused must answer every question within its bounds: stays in order and apart, an
 * inside that agrees with the sign of the depth, an inner radius that is no deeper than the box,
 * and an index that tells of the fence wherever it has a stay. A broken promise aborts.
 */
#include <math.h>

#include "base/mem.h"
#include "fuzzing.h"
#include "geo/fence_index.h"

enum { INPUT_MAX = 4096, RINGS_MAX = 64, HEAD = 4, POINT = 8, RING_END = 0x7fffffff };
enum { IS_NEAR = 4, IS_REPEATED = 8 };

struct input {
    struct shape shape;
    struct shape_ring rings[RINGS_MAX];
    struct point *points;
    size_t count;
    size_t room;
};

static int32_t read_number(const uint8_t *at)
{
    int32_t number = 0;
    memcpy(&number, at, sizeof(number));
    return number;
}

static void end_ring(struct input *in, size_t begin)
{
    if (in->shape.ring_count < RINGS_MAX) {
        in->rings[in->shape.ring_count++] =
            (struct shape_ring){in->points + begin, in->count - begin};
    }
}

/* The next point: where it is said, near the last one, or anywhere on earth and a little beyond. */
static struct point next_point(const struct input *in, const uint8_t *at, uint8_t ways)
{
    int64_t lat = read_number(at);
    int64_t lon = read_number(at + 4);
    if ((ways & IS_NEAR) == 0) {
        return (struct point){(int32_t)(lat % 900000010), (int32_t)(lon % 1800000010)};
    }
    struct point last = in->count > 0 ? in->points[in->count - 1] : (struct point){0};
    lat = last.lat_e7 + lat % 1000000;
    lon = last.lon_e7 + lon % 1000000;
    return (struct point){(int32_t)(lat % 900000010), (int32_t)(lon % 1800000010)};
}

static void read_points(struct input *in, const uint8_t *data, size_t size)
{
    size_t begin = 0;
    for (size_t i = HEAD; i + POINT <= size && in->count < in->room; i += POINT) {
        if (read_number(data + i) == RING_END) {
            end_ring(in, begin);
            begin = in->count;
            continue;
        }
        in->points[in->count] = next_point(in, data + i, data[0]);
        in->count++;
    }
    while ((data[0] & IS_REPEATED) != 0 && in->count > begin && in->count < in->room) {
        struct point p = in->points[in->count - 1];
        p.lon_e7 += p.lon_e7 < 1800000000 ? 1 : 0;
        p.lat_e7 = in->count % 2 == 0 ? p.lat_e7 : -p.lat_e7;
        in->points[in->count++] = p;
    }
    end_ring(in, begin);
}

static void note(void *context, size_t i)
{
    check(i == 0);
    *(int *)context += 1;
}

static void expect_stays(const struct fence_geometry *g, const struct fence_index *index,
                         struct point a, struct point b)
{
    struct fence_stay stays[FENCE_STAYS_MAX];
    size_t count = fence_stays(g, a, b, stays);
    double last = -1;
    check(count <= FENCE_STAYS_MAX);
    for (size_t i = 0; i < count; i++) {
        check(stays[i].in > last && stays[i].in <= stays[i].out && stays[i].out <= 1);
        last = stays[i].out;
    }
    int told = 0;
    struct box box = box_of_segment(a, b);
    fence_index_find(index, &box, 0, note, &told);
    check(told == 1 || (told == 0 && count == 0));
}

static void ask(const struct shape *shape)
{
    struct fence_geometry *g = fence_geometry_new(shape);
    const struct fence_geometry *list[] = {g};
    struct fence_index *index = fence_index_new(list, 1);
    const struct shape_ring *ring = &shape->rings[0];
    check(fence_points(g) > 0 && fence_bytes(g) > 0);
    check(fence_inner_radius_m(g) <= FENCE_INNER_MAX_M);
    for (size_t i = 0; i < ring->count && i < 8; i++) {
        struct point a = ring->points[i];
        struct point b = ring->points[(i * 7 + 3) % ring->count];
        struct point middle = fence_segment_point(a, b, 0.5);
        double depth_m = fence_depth_m(g, middle);
        check(isfinite(depth_m));
        check(depth_m == 0 || (depth_m > 0) == fence_contains(g, middle));
        check(fence_contains(g, a)); /* a corner, or a point of the line */
        expect_stays(g, index, a, b);
        expect_stays(g, index, middle, ring->points[ring->count / 2]);
    }
    fence_index_free(index);
    fence_geometry_free(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD || size > INPUT_MAX) {
        return 0;
    }
    struct input in = {.room = SHAPE_POINTS_MAX + 1};
    in.points = mem_new_array(in.room, sizeof(*in.points));
    in.shape = (struct shape){
        .kind = (enum shape_kind)(data[0] % 3),
        .rings = in.rings,
        .radius_m_e2 = data[1] | (uint32_t)data[2] << 8 | (uint32_t)data[3] << 18,
    };
    read_points(&in, data, size);
    struct shape_fault fault;
    enum err err = shape_check(&in.shape, &fault);
    check((err == ERR_OK) == (fault.kind == SHAPE_FAULT_NONE));
    check(shape_fault_text(fault.kind)[0] != '\0');
    if (err == ERR_OK) {
        ask(&in.shape);
    } else {
        check(fault.ring < in.shape.ring_count);
        check(fault.point == 0 || fault.point < in.rings[fault.ring].count);
    }
    free(in.points);
    return 0;
}
