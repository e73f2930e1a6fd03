/* Every tile of the base map is read by another reader, and known places are looked at in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "map/base_tiles.h"
#include "map/map_data.h"
#include "map/mvt_testing.h"

enum { EXTENT = 4096, BUFFER = 64 };

/* The tile of a number below 4^zoom. */
static struct tile tile_at(unsigned zoom, uint32_t number)
{
    return (struct tile){(uint8_t)zoom, number & ((1U << zoom) - 1), number >> zoom};
}

/* Twice the area of a ring; positive where it is an outer one (section 4.3.4.4). */
static int64_t area_of(const struct seen_feature *f, size_t part)
{
    int64_t twice = 0;
    size_t first = f->begins[part];
    size_t end = f->begins[part + 1];
    for (size_t i = first; i < end; i++) {
        size_t next = i + 1 < end ? i + 1 : first;
        twice += (int64_t)f->x[i] * f->y[next] - (int64_t)f->x[next] * f->y[i];
    }
    return twice;
}

struct counts {
    size_t features;
    size_t names;
    size_t chinese;
    size_t largest;
};

static void check_feature(void *context, const struct seen_feature *f)
{
    struct counts *counts = context;
    bool is_name = f->type == 1;
    counts->features++;
    for (size_t i = 0; i < f->begins[f->parts]; i++) {
        int margin = is_name ? 0 : BUFFER;
        assert_in_range(f->x[i] + BUFFER, BUFFER - margin, EXTENT + BUFFER + margin);
        assert_in_range(f->y[i] + BUFFER, BUFFER - margin, EXTENT + BUFFER + margin);
    }
    for (size_t part = 0; part < f->parts; part++) {
        size_t points = f->begins[part + 1] - f->begins[part];
        assert_true(points >= f->type);
        if (f->type == 3) {
            assert_true(part > 0 || area_of(f, part) > 0);
            assert_true(area_of(f, part) != 0);
        }
    }
    if (is_name) {
        counts->names++;
        counts->chinese += seen_text(f, "zh").len > 0;
        assert_true(seen_text(f, "name").len > 0);
    }
}

static void every_tile_can_be_read(void **state)
{
    (void)state;
    struct arena memory = {0};
    struct counts counts = {0};
    size_t empty = 0;
    for (unsigned zoom = 0; zoom <= BASE_ZOOM_MAX; zoom++) {
        for (uint32_t i = 0; i < UINT32_C(1) << 2 * zoom; i++) {
            struct tile t = tile_at(zoom, i);
            struct bytes plain = base_tile_plain(&memory, t);
            assert_int_equal(plain.len > 0, base_tile(t).len > 0);
            empty += plain.len == 0;
            counts.largest = plain.len > counts.largest ? plain.len : counts.largest;
            seen_tile(plain, check_feature, &counts);
            arena_clear(&memory);
        }
    }
    arena_free(&memory);
    assert_int_equal(map_tile_index_count, 5461);
    assert_in_range(empty, 1000, 4000);
    assert_in_range(counts.largest, 10000, 64 * 1024);
    assert_true(counts.names > 8000 && counts.chinese > counts.names * 9 / 10);
}

static void there_is_nothing_beyond(void **state)
{
    (void)state;
    struct arena memory = {0};
    assert_int_equal(base_tile((struct tile){7, 0, 0}).len, 0);
    assert_int_equal(base_tile_plain(&memory, (struct tile){22, 4194303, 4194303}).len, 0);
    assert_true(strlen(base_tiles_version()) > 8);
    arena_free(&memory);
}

/* Whether a place of a tile is inside polygons of a layer, by crossings of all rings together. */
struct question {
    const char *layer;
    struct tile_place at;
    bool is_inside;
};

/* Whether the side from one point of a ring to the next is crossed on the way to the east. */
static bool is_crossed(const struct seen_feature *f, size_t from, size_t to, struct tile_place at)
{
    if ((f->y[from] > at.y) == (f->y[to] > at.y)) {
        return false;
    }
    double part = (double)(at.y - f->y[from]) / (f->y[to] - f->y[from]);
    return f->x[from] + part * (f->x[to] - f->x[from]) > at.x;
}

static void look(void *context, const struct seen_feature *f)
{
    struct question *q = context;
    if (f->type != 3 || !bytes_eq(f->layer, q->layer)) {
        return;
    }
    for (size_t part = 0; part < f->parts; part++) {
        size_t last = f->begins[part + 1] - 1;
        for (size_t i = f->begins[part]; i <= last; i++) {
            q->is_inside ^= is_crossed(f, i, i < last ? i + 1 : f->begins[part], q->at);
        }
    }
}

static bool is_in(const char *layer, unsigned zoom, double lat, double lon)
{
    struct arena memory = {0};
    struct point p = {(int32_t)(lat * 1e7), (int32_t)(lon * 1e7)};
    for (uint32_t i = 0; i < UINT32_C(1) << 2 * zoom; i++) {
        struct question q = {.layer = layer};
        if (tile_place_of(tile_at(zoom, i), p, &q.at)) {
            seen_tile(base_tile_plain(&memory, tile_at(zoom, i)), look, &q);
            arena_free(&memory);
            return q.is_inside;
        }
    }
    fail_msg("%f, %f is in no tile", lat, lon);
    return false;
}

struct ground {
    double lat;
    double lon;
    bool land;
    bool lake;
};

static void check_ground(const struct ground *g, unsigned zoom)
{
    bool land = is_in("land", zoom, g->lat, g->lon);
    bool lake = is_in("lake", zoom, g->lat, g->lon);
    if (land != g->land || lake != g->lake) {
        fail_msg("%.1f, %.1f of zoom %u: land %d, lake %d", g->lat, g->lon, zoom, land, lake);
    }
}

static void land_is_where_it_is(void **state)
{
    (void)state;
    static const struct ground places[] = {
        {39.9, 116.4, true, false},    /* Beijing */
        {25.0, 102.7, true, false},    /* Kunming */
        {23.6, 121.0, true, false},    /* Taiwan */
        {-23.5, -46.6, true, false},   /* Sao Paulo */
        {66.5, 179.9, true, false},    /* Chukotka, on both sides of the seam */
        {66.5, -179.9, true, false},   /* . */
        {-75.0, -179.0, false, false}, /* the sea by the ice of Ross */
        {-84.9, 179.9, true, false},   /* Antarctica, down to the edge */
        {0.0, -160.0, false, false},   /* the Pacific */
        {42.0, 51.0, false, false},    /* the Caspian Sea, a hole in the land */
        {-1.0, 33.0, true, true},      /* Lake Victoria */
        {43.5, -87.0, true, true},     /* Lake Michigan */
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        for (unsigned zoom = 2; zoom <= BASE_ZOOM_MAX; zoom++) {
            check_ground(&places[i], zoom);
        }
    }
}

struct name_question {
    unsigned zoom;
    const char *layer;
    const char *name;
    const char *zh;
    size_t found;
};

static void look_for_name(void *context, const struct seen_feature *f)
{
    struct name_question *q = context;
    q->found += bytes_eq(f->layer, q->layer) && bytes_eq(seen_text(f, "name"), q->name) &&
                bytes_eq(seen_text(f, "zh"), q->zh);
}

static void check_name(struct name_question q)
{
    struct arena memory = {0};
    for (uint32_t i = 0; i < UINT32_C(1) << 2 * q.zoom; i++) {
        seen_tile(base_tile_plain(&memory, tile_at(q.zoom, i)), look_for_name, &q);
        arena_clear(&memory);
    }
    arena_free(&memory);
    if (q.found != 1) {
        fail_msg("%s is %zu times on zoom %u", q.name, q.found, q.zoom);
    }
}

static void names_are_told_once_a_zoom(void **state)
{
    (void)state;
    check_name((struct name_question){2, "country", "China", "中国", 0});
    check_name((struct name_question){4, "place", "Shenzhen", "深圳", 0});
    check_name((struct name_question){6, "place", "Kunming", "昆明", 0});
    check_name((struct name_question){3, "place", "Nairobi", "内罗毕", 0});
    check_name((struct name_question){5, "province", "Yunnan", "云南省", 0});
    check_name((struct name_question){2, "sea", "Indian Ocean", "印度洋", 0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tile_can_be_read),
        cmocka_unit_test(there_is_nothing_beyond),
        cmocka_unit_test(land_is_where_it_is),
        cmocka_unit_test(names_are_told_once_a_zoom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
