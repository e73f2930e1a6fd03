/*
 * Reading the file of roads, whose format stands in data/make_roads.py. Everything is read once
 * into arrays; a number that points beyond its array, or a way that does not hang together, makes
 * the file none.
 *
 *     region ─► ways[from * sites + to] ─► turns[first ..] ─► stretches[turn >> 1] ─► points
 */
#include "simulate/roads.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/reader.h"
#include "geo/distance.h"

enum { VERSION = 1, E7_A_MILLIONTH = 10, SIGNAL_AT_END = 1, SIGNAL_AT_BEGIN = 2 };
/* What can be driven on average of what may be, in percent, and what a signal costs. */
enum { PACE_PERCENT = 70, SIGNAL_S = 9 };
enum { ANGLE_MAX_E6 = 180000000 };

struct road {
    uint32_t first_point;
    uint16_t points;
    uint32_t length_cm;
    uint8_t speed_kmh;
    uint8_t flags;
};

struct road_way {
    uint32_t first_turn;
    uint16_t turns;
    uint64_t length_cm;
    unsigned seconds;
};

struct region {
    struct road *roads;
    size_t road_count;
    GArray *points; /* struct point */
    size_t site_count;
    struct road_way *ways; /* site_count squared; those to itself are empty */
    GArray *turns;         /* uint16_t: a stretch times 2, and 1 where it is driven backwards */
};

struct roads {
    struct region *regions;
    size_t count;
};

static const struct point *point_at(const struct region *g, size_t i)
{
    return &g_array_index(g->points, struct point, i);
}

static uint16_t turn_at(const struct region *g, size_t i)
{
    return g_array_index(g->turns, uint16_t, i);
}

/* ---- reading ---- */

static uint32_t length_of(const struct point *points, size_t count)
{
    uint64_t length_cm = 0;
    for (size_t i = 1; i < count; i++) {
        length_cm += distance_m_e2(points[i - 1], points[i]);
    }
    return (uint32_t)length_cm;
}

static int32_t read_angle(struct reader *r, int64_t *last_e6)
{
    *last_e6 += read_varint_signed(r);
    if (*last_e6 > ANGLE_MAX_E6 || *last_e6 < -ANGLE_MAX_E6) {
        r->failed = true;
        *last_e6 = 0;
    }
    return (int32_t)*last_e6 * E7_A_MILLIONTH;
}

static void read_roads(struct reader *r, struct region *g)
{
    int64_t lat_e6 = (int32_t)read_u32le(r);
    int64_t lon_e6 = (int32_t)read_u32le(r);
    g->road_count = read_u16le(r);
    g->roads = mem_new_array(g->road_count, sizeof(*g->roads));
    for (size_t i = 0; i < g->road_count && reader_ok(r); i++) {
        struct road *road = &g->roads[i];
        *road = (struct road){.first_point = g->points->len};
        road->speed_kmh = read_u8(r);
        road->flags = read_u8(r);
        road->points = read_u16le(r);
        r->failed = r->failed || road->points < 2 || road->speed_kmh == 0;
        for (size_t k = 0; k < road->points && reader_ok(r); k++) {
            struct point p = {.lat_e7 = read_angle(r, &lat_e6)};
            p.lon_e7 = read_angle(r, &lon_e6);
            g_array_append_val(g->points, p);
        }
        if (reader_ok(r)) {
            road->length_cm = length_of(point_at(g, road->first_point), road->points);
        }
    }
}

static const struct point *end_of(const struct region *g, uint16_t turn, bool at_begin)
{
    const struct road *road = &g->roads[turn >> 1];
    bool first = at_begin != ((turn & 1) != 0);
    return point_at(g, road->first_point + (first ? 0U : road->points - 1U));
}

static bool is_same(const struct point *a, const struct point *b)
{
    return a->lat_e7 == b->lat_e7 && a->lon_e7 == b->lon_e7;
}

/* Whether the stretches of a way follow one another. */
static bool hangs_together(const struct region *g, const struct road_way *way)
{
    for (size_t i = way->first_turn + 1U; i < way->first_turn + way->turns; i++) {
        if (!is_same(end_of(g, turn_at(g, i - 1), false), end_of(g, turn_at(g, i), true))) {
            return false;
        }
    }
    return true;
}

static void read_way(struct reader *r, struct region *g, struct road_way *way)
{
    *way = (struct road_way){.first_turn = g->turns->len, .turns = read_u16le(r)};
    r->failed = r->failed || way->turns == 0;
    uint64_t ms = 0;
    for (size_t i = 0; i < way->turns && reader_ok(r); i++) {
        uint16_t turn = read_u16le(r);
        if (!reader_ok(r) || turn >> 1 >= g->road_count) {
            r->failed = true;
            return;
        }
        const struct road *road = &g->roads[turn >> 1];
        bool has_signal = (road->flags & ((turn & 1) != 0 ? SIGNAL_AT_BEGIN : SIGNAL_AT_END)) != 0;
        g_array_append_val(g->turns, turn);
        way->length_cm += road->length_cm;
        ms += (uint64_t)road->length_cm * 3600 / road->speed_kmh / PACE_PERCENT;
        ms += has_signal ? SIGNAL_S * UINT64_C(1000) : 0U;
    }
    way->seconds = (unsigned)(ms / 1000);
    r->failed = r->failed || !hangs_together(g, way);
}

static void read_region(struct reader *r, struct region *g)
{
    g->points = g_array_new(FALSE, FALSE, sizeof(struct point));
    g->turns = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    (void)read_bytes(r, read_u8(r)); /* its name, which is for people */
    read_roads(r, g);
    g->site_count = read_u8(r);
    r->failed = r->failed || g->site_count < 2;
    g->ways = mem_new_array(g->site_count * g->site_count, sizeof(*g->ways));
    for (size_t i = 0; i < g->site_count * g->site_count && reader_ok(r); i++) {
        if (i % (g->site_count + 1) != 0) {
            read_way(r, g, &g->ways[i]);
        }
    }
}

/* Whether each way begins and ends where all others from and to its sites do. */
static bool sites_agree(const struct region *g)
{
    for (size_t i = 0; i < g->site_count * g->site_count; i++) {
        const struct road_way *way = &g->ways[i];
        size_t from = i / g->site_count;
        size_t to = i % g->site_count;
        if (from == to) {
            continue;
        }
        const struct road_way *out = &g->ways[from * g->site_count + (from == 0 ? 1 : 0)];
        const struct road_way *back = &g->ways[to * g->site_count + (to == 0 ? 1 : 0)];
        const struct point *begin = end_of(g, turn_at(g, way->first_turn), true);
        const struct point *end = end_of(g, turn_at(g, way->first_turn + way->turns - 1U), false);
        if (!is_same(begin, end_of(g, turn_at(g, out->first_turn), true)) ||
            !is_same(end, end_of(g, turn_at(g, back->first_turn), true))) {
            return false;
        }
    }
    return true;
}

struct roads *roads_read(struct bytes file)
{
    static const char MAGIC[] = "ODRO";
    struct reader r = reader_init(file);
    struct bytes magic = read_bytes(&r, strlen(MAGIC));
    uint8_t version = read_u8(&r);
    struct roads *roads = mem_new(sizeof(*roads));
    roads->count = read_u8(&r);
    r.failed = r.failed || version != VERSION || roads->count == 0 ||
               !bytes_same(magic, bytes_of_text(MAGIC));
    roads->regions = mem_new_array(roads->count, sizeof(*roads->regions));
    for (size_t i = 0; i < roads->count && reader_ok(&r); i++) {
        read_region(&r, &roads->regions[i]);
        r.failed = r.failed || !sites_agree(&roads->regions[i]);
    }
    if (!reader_ok(&r) || reader_left(&r) > 0) {
        roads_free(roads);
        return NULL;
    }
    return roads;
}

/* NULL where its region was not reached. */
static void free_array(GArray *array)
{
    if (array != NULL) {
        (void)g_array_free(array, TRUE);
    }
}

void roads_free(struct roads *r)
{
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        free(r->regions[i].roads);
        free(r->regions[i].ways);
        free_array(r->regions[i].points);
        free_array(r->regions[i].turns);
    }
    free(r->regions);
    free(r);
}

/* ---- asking ---- */

extern const uint8_t roads_file[];
extern const uint8_t roads_file_end[];

struct bytes roads_data(void)
{
    return (struct bytes){roads_file, (size_t)(roads_file_end - roads_file)};
}

size_t roads_regions(const struct roads *r)
{
    return r->count;
}

size_t roads_sites(const struct roads *r, unsigned region)
{
    return r->regions[region].site_count;
}

static const struct road_way *way_of(const struct roads *r, struct journey j)
{
    const struct region *g = &r->regions[j.region];
    return &g->ways[j.from * g->site_count + j.to];
}

struct point roads_site(const struct roads *r, unsigned region, unsigned site)
{
    struct journey j = {(uint8_t)region, (uint8_t)site, site == 0 ? 1 : 0};
    const struct region *g = &r->regions[region];
    return *end_of(g, turn_at(g, way_of(r, j)->first_turn), true);
}

struct way roads_way(const struct roads *r, struct journey j)
{
    const struct road_way *way = way_of(r, j);
    return (struct way){
        .stretches = way->turns, .length_cm = way->length_cm, .seconds = way->seconds};
}

struct stretch roads_stretch(const struct roads *r, struct journey j, size_t i, bool *backwards)
{
    const struct region *g = &r->regions[j.region];
    uint16_t turn = turn_at(g, way_of(r, j)->first_turn + i);
    const struct road *road = &g->roads[turn >> 1];
    *backwards = (turn & 1) != 0;
    return (struct stretch){
        .points = point_at(g, road->first_point),
        .count = road->points,
        .length_cm = road->length_cm,
        .speed_kmh = road->speed_kmh,
        .has_signal_at_end = (road->flags & SIGNAL_AT_END) != 0,
        .has_signal_at_begin = (road->flags & SIGNAL_AT_BEGIN) != 0,
    };
}
