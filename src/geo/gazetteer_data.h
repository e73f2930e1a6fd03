#ifndef GEO_GAZETTEER_DATA_H
#define GEO_GAZETTEER_DATA_H

#include <stdint.h>

/*
 * What the program knows of the world, as data/unpack.py lays it out and the linker puts it in.
 * Coordinates are longitude + 180 and latitude + 90, degrees * 1e7. Of each array there is the
 * number of its elements as NAME_count. It is read-only, and has been checked by
 * gazetteer_data_test.c: nothing in it points beyond its array.
 */

struct gazetteer_point {
    uint32_t x_e7;
    uint32_t y_e7;
};

/* Where the name begins in gazetteer_names, in English and Chinese; 0 is the empty name. */
struct gazetteer_names_at {
    uint32_t at[2];
};

/* A province; countries and regions by number, GAZETTEER_NONE where it lies in none. */
struct gazetteer_province {
    uint32_t first_place;
    uint32_t places;
    uint16_t country;
    uint16_t region;
    uint32_t is_told_by_district; /* the district of a place is told as its province */
};

/*
 * A place in the tree of its province: a unit vector from the middle of the earth. The places of a
 * province follow one another; the middle one of a range divides it, along `flags` & 3.
 */
struct gazetteer_node {
    float at[3];
    uint8_t size; /* 20 log10 of its population, rounded down; 0 unknown */
    uint8_t flags;
    uint16_t district;
};

struct gazetteer_moved {
    uint32_t place;
    uint32_t province;
};

enum {
    GAZETTEER_NONE = 0xFFFF,
    GAZETTEER_AXIS = 3,
    GAZETTEER_SEAT = 4, /* of a country or a province */
    GAZETTEER_CELL_BITS = 24,
    GAZETTEER_COLUMNS = 215,
    GAZETTEER_ROWS = 108
};

/* What has a name, as data/unpack.py numbers it; a feature is its kind << 28 | its number. */
enum feature_kind {
    FEATURE_COUNTRY,
    FEATURE_SEA,
    FEATURE_REGION,
    FEATURE_PROVINCE,
    FEATURE_PLACE,
    FEATURE_DISTRICT
};

enum { FEATURE_SHIFT = 28, FEATURE_NUMBER = (1 << FEATURE_SHIFT) - 1 };

#define GAZETTEER_ARRAY(type, name)                                                                \
    extern const type gazetteer_##name[];                                                          \
    extern const uint32_t gazetteer_##name##_count

GAZETTEER_ARRAY(uint32_t, province_map_grid);
GAZETTEER_ARRAY(uint32_t, province_map_nodes);
GAZETTEER_ARRAY(uint32_t, province_map_leaves);
GAZETTEER_ARRAY(uint16_t, province_map_sides);
GAZETTEER_ARRAY(struct gazetteer_point, province_map_points);
GAZETTEER_ARRAY(uint32_t, sea_map_grid);
GAZETTEER_ARRAY(uint32_t, sea_map_nodes);
GAZETTEER_ARRAY(uint32_t, sea_map_leaves);
GAZETTEER_ARRAY(uint16_t, sea_map_sides);
GAZETTEER_ARRAY(struct gazetteer_point, sea_map_points);

GAZETTEER_ARRAY(struct gazetteer_names_at, country_names);
GAZETTEER_ARRAY(struct gazetteer_names_at, sea_names);
GAZETTEER_ARRAY(struct gazetteer_names_at, region_names);
GAZETTEER_ARRAY(struct gazetteer_names_at, province_names);
GAZETTEER_ARRAY(struct gazetteer_names_at, place_names);
GAZETTEER_ARRAY(struct gazetteer_names_at, district_names);
GAZETTEER_ARRAY(struct gazetteer_point, country_points);
GAZETTEER_ARRAY(struct gazetteer_point, sea_points);
GAZETTEER_ARRAY(struct gazetteer_point, region_points);
GAZETTEER_ARRAY(struct gazetteer_point, province_points);
GAZETTEER_ARRAY(struct gazetteer_point, place_points);

GAZETTEER_ARRAY(uint16_t, region_countries);
GAZETTEER_ARRAY(struct gazetteer_province, provinces);
GAZETTEER_ARRAY(uint16_t, place_provinces);
GAZETTEER_ARRAY(struct gazetteer_node, place_nodes);
/* The places, from south to north, that the map has in another country, or far off any. */
GAZETTEER_ARRAY(uint32_t, strays);
/* Places, ascending, that the map has in another province of their country than their own. */
GAZETTEER_ARRAY(struct gazetteer_moved, moved);

/* Features but districts, most important first: a feature's place in it is its rank. */
GAZETTEER_ARRAY(uint32_t, ranks);
/* The ranks of what lies in each cell of the grid, ascending, and where each cell begins. */
GAZETTEER_ARRAY(uint32_t, cell_begins);
GAZETTEER_ARRAY(uint32_t, cell_ranks);
/* "\nenglish\tchinese" a rank, made keys (search_key.h), and where each begins. */
GAZETTEER_ARRAY(uint8_t, search_text);
GAZETTEER_ARRAY(uint32_t, search_begins);
/* Each name behind a byte that says its length. */
GAZETTEER_ARRAY(uint8_t, names);

#undef GAZETTEER_ARRAY

#endif
