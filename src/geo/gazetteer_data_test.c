/*
 * Nothing in the data of the gazetteer points beyond its array, and what has to be in order is: the
 * program reads it without looking.
 */
#include "geo/gazetteer_data.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "geo/gazetteer_private.h"
#include "geo/gazetteer_testing.h"
#include "geo/plane.h"

enum { LEAF_BIT_MIN = 14 };

static const uint32_t turn_e7 = 3600000000U;
static const uint32_t half_e7 = 1800000000U;

/* A map with its sizes. */
struct whole {
    const uint32_t *grid;
    const uint32_t *nodes;
    const uint32_t *leaves;
    const uint16_t *sides;
    const struct gazetteer_point *points;
    uint32_t nodes_count;
    uint32_t leaves_count;
    uint32_t arcs_count;
    uint32_t points_count;
    uint32_t polygons_count;
};

static void check_polygon(const struct whole *w, uint32_t polygon)
{
    assert_true(polygon < w->polygons_count || polygon == GAZETTEER_NONE);
}

static void check_leaf(const struct whole *w, uint32_t at)
{
    assert_true(at < w->leaves_count);
    uint32_t near = w->leaves[at] >> 16 & 0xFF;
    uint32_t runs = w->leaves[at] >> 24;
    check_polygon(w, w->leaves[at] & 0xFFFF);
    assert_true((uint64_t)at + 1 + near + 2 * (uint64_t)runs <= w->leaves_count);
    for (uint32_t i = 0; i < near; i++) {
        assert_true(w->leaves[at + 1 + i] >> 1 < w->polygons_count);
    }
    for (uint32_t i = 0; i < runs; i++) {
        uint32_t point = w->leaves[at + 1 + near + 2 * i];
        uint32_t word = w->leaves[at + 2 + near + 2 * i];
        assert_true((uint64_t)point + (word & 0xFF) < w->points_count);
        assert_true(word >> 8 < w->arcs_count);
    }
}

static void check_square(const struct whole *w, uint32_t word, int bit)
{
    uint32_t at = word & 0x3FFFFFFF;
    switch (word >> 30) {
    case 0:
        check_polygon(w, word);
        break;
    case 1:
        assert_true(bit > LEAF_BIT_MIN);
        assert_true(at + 3 < w->nodes_count);
        for (uint32_t i = 0; i < 4; i++) {
            check_square(w, w->nodes[at + i], bit - 1);
        }
        break;
    case 2:
        check_leaf(w, at);
        break;
    default:
        fail();
    }
}

static void check_map(const struct whole *w, uint32_t grid_count)
{
    assert_int_equal(grid_count, GAZETTEER_COLUMNS * GAZETTEER_ROWS);
    for (uint32_t i = 0; i < grid_count; i++) {
        check_square(w, w->grid[i], GAZETTEER_CELL_BITS);
    }
    for (uint32_t i = 0; i < 2 * w->arcs_count; i++) {
        check_polygon(w, w->sides[i]);
    }
    for (uint32_t i = 0; i < w->points_count; i++) {
        assert_true(w->points[i].x_e7 <= turn_e7 && w->points[i].y_e7 <= half_e7);
    }
}

static void the_map_of_provinces_is_whole(void **state)
{
    (void)state;
    struct whole w = {
        gazetteer_province_map_grid,         gazetteer_province_map_nodes,
        gazetteer_province_map_leaves,       gazetteer_province_map_sides,
        gazetteer_province_map_points,       gazetteer_province_map_nodes_count,
        gazetteer_province_map_leaves_count, gazetteer_province_map_sides_count,
        gazetteer_province_map_points_count, gazetteer_provinces_count,
    };
    check_map(&w, gazetteer_province_map_grid_count);
}

static void the_map_of_seas_is_whole(void **state)
{
    (void)state;
    struct whole w = {
        gazetteer_sea_map_grid,         gazetteer_sea_map_nodes,
        gazetteer_sea_map_leaves,       gazetteer_sea_map_sides,
        gazetteer_sea_map_points,       gazetteer_sea_map_nodes_count,
        gazetteer_sea_map_leaves_count, gazetteer_sea_map_sides_count,
        gazetteer_sea_map_points_count, gazetteer_sea_names_count,
    };
    check_map(&w, gazetteer_sea_map_grid_count);
}

/* ---- tables ---- */

struct named {
    const struct gazetteer_names_at *names;
    const struct gazetteer_point *points;
    uint32_t names_count;
    uint32_t points_count;
};

static struct named named_by_kind(size_t kind)
{
    const struct named all[] = {
        {gazetteer_country_names, gazetteer_country_points, gazetteer_country_names_count,
         gazetteer_country_points_count},
        {gazetteer_sea_names, gazetteer_sea_points, gazetteer_sea_names_count,
         gazetteer_sea_points_count},
        {gazetteer_region_names, gazetteer_region_points, gazetteer_region_names_count,
         gazetteer_region_points_count},
        {gazetteer_province_names, gazetteer_province_points, gazetteer_province_names_count,
         gazetteer_province_points_count},
        {gazetteer_place_names, gazetteer_place_points, gazetteer_place_names_count,
         gazetteer_place_points_count},
    };
    return all[kind];
}

static void check_names(const struct gazetteer_names_at *names, uint32_t count)
{
    for (uint32_t i = 0; i < 2 * count; i++) {
        uint32_t at = names[i / 2].at[i % 2];
        assert_true(at < gazetteer_names_count);
        assert_true(at + 1U + gazetteer_names[at] <= gazetteer_names_count);
    }
}

static void names_and_places_are_whole(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < 5; kind++) {
        struct named n = named_by_kind(kind);
        assert_int_equal(n.names_count, n.points_count);
        check_names(n.names, n.names_count);
        for (uint32_t i = 0; i < n.points_count; i++) {
            assert_true(n.points[i].x_e7 <= turn_e7 && n.points[i].y_e7 <= half_e7);
        }
    }
    check_names(gazetteer_district_names, gazetteer_district_names_count);
    assert_int_equal(gazetteer_names[0], 0);
    assert_int_equal(gazetteer_district_names[0].at[0], 0);
}

static void provinces_hold_all_places(void **state)
{
    (void)state;
    uint32_t next = 0;
    assert_int_equal(gazetteer_provinces_count, gazetteer_province_names_count);
    assert_int_equal(gazetteer_place_provinces_count, gazetteer_place_nodes_count);
    for (uint32_t i = 0; i < gazetteer_provinces_count; i++) {
        const struct gazetteer_province *p = gazetteer_provinces + i;
        assert_int_equal(p->first_place, next);
        assert_true(p->country < gazetteer_country_names_count || p->country == GAZETTEER_NONE);
        assert_true(p->region < gazetteer_region_names_count || p->region == GAZETTEER_NONE);
        assert_true(p->is_told_by_district <= 1);
        next += p->places;
        assert_true(next <= gazetteer_place_nodes_count);
        for (uint32_t place = p->first_place; place < next; place++) {
            assert_int_equal(gazetteer_place_provinces[place], i);
        }
    }
    assert_int_equal(next, gazetteer_place_nodes_count);
    for (uint32_t i = 0; i < gazetteer_region_countries_count; i++) {
        assert_true(gazetteer_region_countries[i] < gazetteer_country_names_count);
    }
}

static double axis_at(uint32_t place, uint32_t axis)
{
    return gazetteer_place_nodes[place].at[axis];
}

static void check_tree(uint32_t low, uint32_t high)
{
    if (low >= high) {
        return;
    }
    uint32_t middle = low + (high - low) / 2;
    uint32_t axis = gazetteer_place_nodes[middle].flags & GAZETTEER_AXIS;
    assert_true(axis < 3);
    for (uint32_t i = low; i < high; i++) {
        bool is_in_order = i <= middle ? axis_at(i, axis) <= axis_at(middle, axis)
                                       : axis_at(i, axis) >= axis_at(middle, axis);
        assert_true(is_in_order);
    }
    check_tree(low, middle);
    check_tree(middle + 1, high);
}

static void trees_are_in_order(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < gazetteer_provinces_count; i++) {
        const struct gazetteer_province *p = gazetteer_provinces + i;
        check_tree(p->first_place, p->first_place + p->places);
    }
    for (uint32_t i = 0; i < gazetteer_place_nodes_count; i++) {
        const struct gazetteer_node *n = gazetteer_place_nodes + i;
        double x = n->at[0];
        double y = n->at[1];
        double z = n->at[2];
        double length = sqrt(x * x + y * y + z * z);
        assert_true(fabs(length - 1) < 1e-6);
        assert_true(n->district < gazetteer_district_names_count);
    }
}

/* ---- places outside their polygons ---- */

static uint16_t country_of(uint32_t province)
{
    return province == GAZETTEER_NONE ? GAZETTEER_NONE : gazetteer_provinces[province].country;
}

static bool is_named(uint16_t country, const char *name)
{
    const struct gazetteer english = {NULL, GAZETTEER_EN};
    return country != GAZETTEER_NONE &&
           bytes_eq(feature_name(&english, feature(FEATURE_COUNTRY, country)), name);
}

/*
 * Whether the map has a place in another country, or farther than 20 km off any. Off another's
 * coast islands stay where the map has them: some are claimed by several. Parishes of Macau are
 * wrongly China's in the source.
 */
static bool is_stray(uint32_t place)
{
    static const struct plane map = {
        gazetteer_province_map_grid,  gazetteer_province_map_nodes,  gazetteer_province_map_leaves,
        gazetteer_province_map_sides, gazetteer_province_map_points,
    };
    struct gazetteer_point at = gazetteer_place_points[place];
    uint32_t province = plane_find(&map, at);
    if (province == GAZETTEER_NONE) {
        return plane_near(&map, at, 20000) == GAZETTEER_NONE;
    }
    return country_of(province) != country_of(gazetteer_place_provinces[place]) &&
           !is_named(country_of(province), "Macau");
}

static void strays_are_the_places_outside_their_polygons(void **state)
{
    (void)state;
    int wrong = 0;
    bool *is_listed = calloc(gazetteer_place_nodes_count, sizeof(*is_listed));
    assert_non_null(is_listed);
    for (uint32_t i = 0; i < gazetteer_strays_count; i++) {
        const struct gazetteer_point *points = gazetteer_place_points;
        assert_true(gazetteer_strays[i] < gazetteer_place_nodes_count);
        assert_true(i == 0 ||
                    points[gazetteer_strays[i]].y_e7 >= points[gazetteer_strays[i - 1]].y_e7);
        assert_false(is_listed[gazetteer_strays[i]]);
        is_listed[gazetteer_strays[i]] = true;
    }
    for (uint32_t i = 0; i < gazetteer_place_nodes_count; i++) {
        if (is_stray(i) != is_listed[i]) {
            const struct gazetteer english = {NULL, GAZETTEER_EN};
            struct bytes name = feature_name(&english, feature(FEATURE_PLACE, i));
            print_message("data/strays.tsv: %s %u, %.*s\n", is_listed[i] ? "no" : "also", i,
                          (int)name.len, (const char *)name.at);
            wrong++;
        }
    }
    free(is_listed);
    assert_int_equal(wrong, 0);
}

static void moved_places_stay_in_their_country(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < gazetteer_moved_count; i++) {
        const struct gazetteer_moved *m = gazetteer_moved + i;
        assert_true(m->place < gazetteer_place_nodes_count);
        assert_true(m->province < gazetteer_provinces_count);
        assert_true(i == 0 || m->place > m[-1].place);
        assert_int_equal(country_of(m->province), country_of(gazetteer_place_provinces[m->place]));
        assert_int_not_equal(m->province, gazetteer_place_provinces[m->place]);
        assert_int_equal(place_province(m->place), m->province);
    }
    assert_true(gazetteer_moved_count > 0 && gazetteer_moved[0].place > 0);
    assert_int_equal(place_province(0), gazetteer_place_provinces[0]);
}

/* ---- what is searched ---- */

static void ranks_cells_and_text_agree(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < gazetteer_ranks_count; i++) {
        assert_true(gazetteer_ranks[i] >> FEATURE_SHIFT <= FEATURE_PLACE);
        struct named n = named_by_kind(gazetteer_ranks[i] >> FEATURE_SHIFT);
        assert_true((gazetteer_ranks[i] & FEATURE_NUMBER) < n.names_count);
        assert_int_equal(gazetteer_search_text[gazetteer_search_begins[i]], '\n');
        assert_true(gazetteer_search_begins[i] < gazetteer_search_begins[i + 1]);
    }
    assert_int_equal(gazetteer_search_begins_count, gazetteer_ranks_count + 1);
    assert_int_equal(gazetteer_search_begins[gazetteer_ranks_count],
                     gazetteer_search_text_count - 1);
    uint32_t cells = GAZETTEER_COLUMNS * GAZETTEER_ROWS;
    assert_int_equal(gazetteer_cell_begins_count, cells + 1);
    assert_int_equal(gazetteer_cell_begins[cells], gazetteer_cell_ranks_count);
    assert_int_equal(gazetteer_cell_ranks_count, gazetteer_ranks_count);
    for (uint32_t cell = 0; cell < cells; cell++) {
        assert_true(gazetteer_cell_begins[cell] <= gazetteer_cell_begins[cell + 1]);
        for (uint32_t i = gazetteer_cell_begins[cell] + 1; i < gazetteer_cell_begins[cell + 1];
             i++) {
            assert_true(gazetteer_cell_ranks[i - 1] < gazetteer_cell_ranks[i]);
            assert_true(gazetteer_cell_ranks[i] < gazetteer_ranks_count);
        }
    }
}

/* What the gazetteer promises: places of the whole world, and most of China's in Chinese. */
static void there_are_as_many_as_promised(void **state)
{
    (void)state;
    uint32_t of_china = 0;
    uint32_t of_china_in_chinese = 0;
    uint32_t in_chinese = 0;
    for (uint32_t i = 0; i < gazetteer_place_nodes_count; i++) {
        uint32_t country = gazetteer_provinces[gazetteer_place_provinces[i]].country;
        bool has_chinese = gazetteer_place_names[i].at[1] != 0;
        const uint8_t *name = country == GAZETTEER_NONE
                                  ? gazetteer_names
                                  : gazetteer_names + gazetteer_country_names[country].at[0];
        bool is_china = name[0] == 5 && name[1] == 'C' && name[2] == 'h' && name[3] == 'i' &&
                        name[4] == 'n' && name[5] == 'a';
        of_china += is_china;
        of_china_in_chinese += is_china && has_chinese;
        in_chinese += has_chinese;
    }
    assert_true(gazetteer_place_nodes_count > 200000);
    assert_true(of_china > 15000);
    assert_true(of_china_in_chinese * 10 > of_china * 8);
    assert_true(in_chinese > 40000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_map_of_provinces_is_whole),
        cmocka_unit_test(the_map_of_seas_is_whole),
        cmocka_unit_test(names_and_places_are_whole),
        cmocka_unit_test(provinces_hold_all_places),
        cmocka_unit_test(trees_are_in_order),
        cmocka_unit_test(strays_are_the_places_outside_their_polygons),
        cmocka_unit_test(moved_places_stay_in_their_country),
        cmocka_unit_test(ranks_cells_and_text_agree),
        cmocka_unit_test(there_are_as_many_as_promised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
