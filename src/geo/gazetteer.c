/*
 * Where a place is. Its province is the polygon that holds it, so that nothing is named after a
 * neighbour across a border; its name is that of a place of this province:
 *
 *     province   what holds it; at sea, the coast within 20 km (bridges, harbours, and what the
 *                map's coast is off); else the sea
 *     place      the nearest one; one of 100,000 people wins that is up to 1 km farther away, one
 *                of a million that is up to 3 km farther away
 *
 * The map is off by some hundred metres, so that a town by a border may lie in the neighbour's
 * polygon, and some islands are in none. The places that do (`strays`) reach as far around them as
 * their people need room, and win over the polygon where none of its own places is nearer.
 *
 * Each province has its own tree of places, of three dimensions, where there are no poles and no
 * 180th meridian. A straight line through the earth is shorter than the way over it, by 1 mm
 * within 50 km, and no nearer place has a longer one. The distance told is the ellipsoid's.
 *
 * The levels that are told differ, because Natural Earth's provinces are not the same level
 * everywhere:
 *
 *     most countries    DISTRICT of the place, PROVINCE of the polygon
 *     with regions      PROVINCE's name as the district, REGION as the province (Italy, France, ..)
 *     told by district  the place's own first level as the province (Kenya, .., where Natural
 *                       Earth's are of the past)
 */
#include "geo/gazetteer.h"

#include <math.h>

#include "base/writer.h"
#include "geo/gazetteer_private.h"
#include "geo/place_names_private.h"
#include "geo/plane.h"

enum {
    CITY_SIZE = 100,  /* 100,000 people */
    METROPOLIS = 120, /* a million */
    STACK_MAX = 40    /* a tree of 2^18 places is 18 deep */
};

static const double coast_reach_m = 20000;
static const double sea_reach_m = 50000;
static const double city_farther_m = 1000;
static const double metropolis_farther_m = 3000;
static const double island_reach_m = 10000;
static const double village_reach_m = 300;
static const double people_per_m2 = 5000.0 / 1e6;
static const double steps_per_tenfold = 20; /* of gazetteer_node.size */
static const double radius_m = 6371008.8;
static const double rad_per_e7 = 3.14159265358979323846 / 180 / 1e7;

bool gazetteer_language_of(struct bytes text, enum gazetteer_language *out)
{
    if (bytes_eq_nocase(text, "en")) {
        *out = GAZETTEER_EN;
        return true;
    }
    if (bytes_eq_nocase(text, "zh")) {
        *out = GAZETTEER_ZH;
        return true;
    }
    return false;
}

/* ---- names ---- */

static struct bytes built_in_name(int32_t feature, enum gazetteer_language language)
{
    static const struct gazetteer_names_at *const names_of[] = {
        [FEATURE_COUNTRY] = gazetteer_country_names, [FEATURE_SEA] = gazetteer_sea_names,
        [FEATURE_REGION] = gazetteer_region_names,   [FEATURE_PROVINCE] = gazetteer_province_names,
        [FEATURE_PLACE] = gazetteer_place_names,     [FEATURE_DISTRICT] = gazetteer_district_names,
    };
    const uint8_t *at =
        gazetteer_names + names_of[feature_kind_of(feature)][feature & FEATURE_NUMBER].at[language];
    return (struct bytes){at + 1, at[0]};
}

struct bytes feature_name(const struct gazetteer *g, int32_t feature)
{
    if (feature == FEATURE_NOTHING) {
        return (struct bytes){0};
    }
    const struct own_name *own = own_name_find(g->own, feature, g->language);
    return own != NULL ? own->name : built_in_name(feature, g->language);
}

int32_t province_country(const struct place_names *own, uint32_t province)
{
    bool is_own = own != NULL && own->countries != NULL;
    uint32_t country = is_own ? own->countries[province] : gazetteer_provinces[province].country;
    return country == GAZETTEER_NONE ? FEATURE_NOTHING : feature(FEATURE_COUNTRY, country);
}

uint32_t place_province(uint32_t place)
{
    uint32_t low = 0;
    uint32_t high = gazetteer_moved_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (gazetteer_moved[middle].place < place) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_moved = low < gazetteer_moved_count && gazetteer_moved[low].place == place;
    return is_moved ? gazetteer_moved[low].province : gazetteer_place_provinces[place];
}

struct point feature_point(int32_t feature)
{
    static const struct gazetteer_point *const points_of[] = {
        [FEATURE_COUNTRY] = gazetteer_country_points,
        [FEATURE_SEA] = gazetteer_sea_points,
        [FEATURE_REGION] = gazetteer_region_points,
        [FEATURE_PROVINCE] = gazetteer_province_points,
        [FEATURE_PLACE] = gazetteer_place_points,
    };
    struct gazetteer_point at = points_of[feature_kind_of(feature)][feature & FEATURE_NUMBER];
    return (struct point){
        .lat_e7 = (int32_t)((int64_t)at.y_e7 - POLE_E7),
        .lon_e7 = lon_wrapped_e7((int64_t)at.x_e7 - TURN_E7 / 2),
    };
}

/* ---- the nearest place ---- */

/* Distances are chords of a sphere whose radius is 1. */
struct nearest {
    double at[3];
    double any;
    double city;
    double metropolis;
    uint32_t any_place;
    uint32_t city_place;
    uint32_t metropolis_place;
};

/* A part of a tree that is still to be looked through, and how near it may come. */
struct part {
    uint32_t low;
    uint32_t high;
    double away;
};

static double chord_of_m(double m)
{
    return m / radius_m;
}

static void weigh(struct nearest *n, uint32_t place)
{
    const struct gazetteer_node *node = gazetteer_place_nodes + place;
    double x = node->at[0] - n->at[0];
    double y = node->at[1] - n->at[1];
    double z = node->at[2] - n->at[2];
    double away = sqrt(x * x + y * y + z * z);
    if (away < n->any) {
        n->any = away;
        n->any_place = place;
    }
    if (node->size >= CITY_SIZE && away < n->city) {
        n->city = away;
        n->city_place = place;
    }
    if (node->size >= METROPOLIS && away < n->metropolis) {
        n->metropolis = away;
        n->metropolis_place = place;
    }
}

static void search_tree(struct nearest *n, uint32_t low, uint32_t high)
{
    struct part stack[STACK_MAX];
    size_t depth = 0;
    stack[depth++] = (struct part){low, high, 0};
    while (depth > 0) {
        struct part part = stack[--depth];
        if (part.low >= part.high || part.away > n->any + chord_of_m(metropolis_farther_m)) {
            continue;
        }
        uint32_t middle = part.low + (part.high - part.low) / 2;
        weigh(n, middle);
        const struct gazetteer_node *node = gazetteer_place_nodes + middle;
        uint32_t axis = node->flags & GAZETTEER_AXIS;
        double beyond = n->at[axis] - node->at[axis];
        struct part less = {part.low, middle, part.away};
        struct part more = {middle + 1, part.high, part.away};
        double away = fmax(part.away, fabs(beyond));
        if (beyond < 0) {
            more.away = away;
            stack[depth++] = more;
            stack[depth++] = less;
        } else {
            less.away = away;
            stack[depth++] = less;
            stack[depth++] = more;
        }
    }
}

static void unit_vector(struct point at, double out[3])
{
    double lat = at.lat_e7 * rad_per_e7;
    double lon = at.lon_e7 * rad_per_e7;
    out[0] = cos(lat) * cos(lon);
    out[1] = cos(lat) * sin(lon);
    out[2] = sin(lat);
}

static void find_nearest(uint32_t province, struct point at, struct nearest *n)
{
    const struct gazetteer_province *p = gazetteer_provinces + province;
    *n = (struct nearest){.any = HUGE_VAL, .city = HUGE_VAL, .metropolis = HUGE_VAL};
    unit_vector(at, n->at);
    search_tree(n, p->first_place, p->first_place + p->places);
}

/* The place that `at` is named after; false where the province has none. */
static bool find_place(uint32_t province, struct point at, uint32_t *place)
{
    struct nearest n;
    find_nearest(province, at, &n);
    *place = n.any_place;
    if (n.metropolis <= n.any + chord_of_m(metropolis_farther_m)) {
        *place = n.metropolis_place;
    } else if (n.city <= n.any + chord_of_m(city_farther_m)) {
        *place = n.city_place;
    }
    return gazetteer_provinces[province].places > 0;
}

/* ---- places outside their polygons ---- */

/* How far from its middle a place goes: as its people have room. */
static double reach_of_place_m(const struct gazetteer_node *node)
{
    double people = pow(10, node->size / steps_per_tenfold);
    return fmax(village_reach_m, sqrt(people / people_per_m2 / acos(-1)));
}

static int64_t north_of_stray_e7(uint32_t stray)
{
    return gazetteer_place_points[gazetteer_strays[stray]].y_e7;
}

/* The first stray that is not south of `y_e7`. */
static uint32_t first_stray(int64_t y_e7)
{
    uint32_t low = 0;
    uint32_t high = gazetteer_strays_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (north_of_stray_e7(middle) < y_e7) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/*
 * The province of the nearest stray that reaches the point; or `province`, which the map has there,
 * where none does, or a place of that is nearer.
 */
static uint32_t heed_strays(uint32_t province, struct gazetteer_point on_map, struct point at)
{
    const int64_t reach_e7 = (int64_t)(island_reach_m / radius_m / rad_per_e7);
    int64_t north_e7 = on_map.y_e7 + reach_e7;
    struct nearest stray = {.any = HUGE_VAL, .city = HUGE_VAL, .metropolis = HUGE_VAL};
    struct nearest own = {.any = HUGE_VAL};
    unit_vector(at, stray.at);
    for (uint32_t i = first_stray(on_map.y_e7 - reach_e7);
         i < gazetteer_strays_count && north_of_stray_e7(i) <= north_e7; i++) {
        weigh(&stray, gazetteer_strays[i]);
    }
    if (stray.any > chord_of_m(island_reach_m)) {
        return province;
    }
    if (province != GAZETTEER_NONE) {
        find_nearest(province, at, &own);
        const struct gazetteer_node *node = gazetteer_place_nodes + stray.any_place;
        own.any = stray.any > chord_of_m(reach_of_place_m(node)) ? 0 : own.any;
    }
    return own.any < stray.any ? province : gazetteer_place_provinces[stray.any_place];
}

/* ---- where it is ---- */

static const struct plane provinces_map = {
    gazetteer_province_map_grid,  gazetteer_province_map_nodes,  gazetteer_province_map_leaves,
    gazetteer_province_map_sides, gazetteer_province_map_points,
};
static const struct plane seas_map = {
    gazetteer_sea_map_grid,  gazetteer_sea_map_nodes,  gazetteer_sea_map_leaves,
    gazetteer_sea_map_sides, gazetteer_sea_map_points,
};

static uint32_t find_or_near(const struct plane *map, struct gazetteer_point at, double reach_m)
{
    uint32_t found = plane_find(map, at);
    return found != GAZETTEER_NONE ? found : plane_near(map, at, reach_m);
}

static struct gazetteer_found in_province(const struct place_names *own, uint32_t province,
                                          struct point at)
{
    uint32_t place = 0;
    bool has_place = find_place(province, at, &place);
    province = has_place ? place_province(place) : province;
    const struct gazetteer_province *p = gazetteer_provinces + province;
    struct gazetteer_found f = {
        .place = FEATURE_NOTHING,
        .district = FEATURE_NOTHING,
        .province = feature(FEATURE_PROVINCE, province),
        .country = province_country(own, province),
    };
    if (has_place) {
        f.place = feature(FEATURE_PLACE, place);
        f.district = feature(FEATURE_DISTRICT, gazetteer_place_nodes[place].district);
        f.distance_m = (uint32_t)((distance_m_e2(at, feature_point(f.place)) + 50) / 100);
    }
    if (p->region != GAZETTEER_NONE) {
        f.district = f.province;
        f.province = feature(FEATURE_REGION, p->region);
    } else if (p->is_told_by_district) {
        f.province = f.district;
        f.district = FEATURE_NOTHING;
    }
    return f;
}

/* The point within the ends of a struct point, 180 degrees east taken as west. */
static struct point on_earth(struct point at)
{
    int32_t lat_e7 = at.lat_e7 > POLE_E7 ? POLE_E7 : at.lat_e7;
    return (struct point){lat_e7 < -POLE_E7 ? -POLE_E7 : lat_e7, lon_wrapped_e7(at.lon_e7)};
}

struct gazetteer_found gazetteer_locate(const struct place_names *own, struct point at)
{
    at = on_earth(at);
    struct gazetteer_point on_map = {
        (uint32_t)((int64_t)at.lon_e7 + TURN_E7 / 2),
        (uint32_t)((int64_t)at.lat_e7 + POLE_E7),
    };
    uint32_t province = find_or_near(&provinces_map, on_map, coast_reach_m);
    province = heed_strays(province, on_map, at);
    if (province != GAZETTEER_NONE) {
        return in_province(own, province, at);
    }
    uint32_t sea = find_or_near(&seas_map, on_map, sea_reach_m);
    return (struct gazetteer_found){
        .place = sea == GAZETTEER_NONE ? FEATURE_NOTHING : feature(FEATURE_SEA, sea),
        .district = FEATURE_NOTHING,
        .province = FEATURE_NOTHING,
        .country = FEATURE_NOTHING,
        .is_sea = true,
    };
}

bool gazetteer_find(const struct gazetteer *g, struct point at, struct gazetteer_place *out)
{
    struct gazetteer_found f = gazetteer_locate(g->own, at);
    *out = (struct gazetteer_place){
        .place = feature_name(g, f.place),
        .district = feature_name(g, f.district),
        .province = feature_name(g, f.province),
        .country = feature_name(g, f.country),
        .distance_m = f.distance_m,
        .is_sea = f.is_sea,
    };
    if (out->place.len + out->district.len + out->province.len + out->country.len == 0) {
        *out = (struct gazetteer_place){0};
        return false;
    }
    return true;
}

struct bytes gazetteer_text(struct arena *a, const struct gazetteer_place *place)
{
    const struct bytes levels[] = {place->place, place->district, place->province, place->country};
    const size_t count = sizeof levels / sizeof *levels;
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += levels[i].len + 2;
    }
    uint8_t *text = arena_new(a, size + 1); /* zeroed, so that a NUL is behind it */
    struct writer out = writer_init(text, size);
    struct bytes last = {0};
    for (size_t i = 0; i < count; i++) {
        if (levels[i].len > 0 && !bytes_same(levels[i], last)) {
            write_text(&out, out.len > 0 ? ", " : "");
            write_bytes(&out, levels[i]);
            last = levels[i];
        }
    }
    return (struct bytes){text, out.len};
}
