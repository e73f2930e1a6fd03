#include "geo/gazetteer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "geo/gazetteer_private.h"
#include "geo/gazetteer_testing.h"
#include "geo/plane.h"

static const struct gazetteer english = {NULL, GAZETTEER_EN};
static const struct gazetteer chinese = {NULL, GAZETTEER_ZH};

/* ---- points whose names are known ---- */

struct known {
    double lat_deg;
    double lon_deg;
    const char *english;
    const char *chinese;
};

static const struct known known_points[] = {
    {22.5628, 113.9408, "Xintian, Shenzhen, Guangdong, China", "深圳市, 广东省, 中国"},
    {25.04, 102.71, "Kunming, Kunming Shi, Yunnan, China", "昆明, 昆明市, 云南省, 中国"},
    {52.52, 13.405, "Berlin, Germany", "柏林, 德国"},
    {-1.2921, 36.8219, "Nairobi, Nairobi County, Kenya", "内罗毕, 肯尼亚"},
    {40.758, -73.9855, "Times Square, New York County, New York, United States", "纽约州, 美国"},
    {48.8566, 2.3522, "Paris, Île-de-France, France", "巴黎, 法兰西岛, 法国"},
    {29.267, 88.88, "Rikaze, Rikaze Diqu, Tibet, China", "日喀则, 日喀则地区, 西藏自治区, 中国"},
    {42.6629, 21.1655, "Pristina, Priština, Pristina, Kosovo", "普里什蒂纳, 科索沃"},
    {22.502, 114.128, "Fanling, North District, Hong Kong", "北区, 香港"},
    {4.711, -74.0721, "Barrio San Luis, Bogotá D.C., Bogotá, Colombia", "波哥大, 哥伦比亚"},
    {15, 115, "South China Sea", "南海"},
    {90, 0, "Arctic Ocean", "北冰洋"},
    {-90, 0, "McMurdo Station, Antarctica", "麦克默多站, 南极洲"},
    {-90, 180, "McMurdo Station, Antarctica", "麦克默多站, 南极洲"},
};

static void check_text(const struct gazetteer *g, const struct known *k, const char *wanted)
{
    struct arena a = {0};
    struct gazetteer_place place;
    assert_true(gazetteer_find(g, at_deg(k->lat_deg, k->lon_deg), &place));
    assert_string_equal(gazetteer_text(&a, &place).at, wanted);
    arena_free(&a);
}

static void known_points_have_their_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(known_points); i++) {
        check_text(&english, known_points + i, known_points[i].english);
        check_text(&chinese, known_points + i, known_points[i].chinese);
    }
}

/* Where the nearest place lies across the border: what it is named after instead. */
static void points_by_a_border_are_not_named_after_the_neighbour(void **state)
{
    (void)state;
    const struct {
        double lat_deg;
        double lon_deg;
        const char *country;
        const char *province;
    } points[] = {
        {22.513, 114.0655, "Hong Kong", "Yuen Long"}, /* Lok Ma Chau, beside Huanggang */
        {31.745, -106.485, "Mexico", "Chihuahua"},    /* Ciudad Juárez, beside El Paso */
        {-2.543, 36.785, "Kenya", "Kajiado County"},  /* Namanga, beside Namanga in Tanzania */
        {44.95, 34.10, "Ukraine", "Crimea"},          /* by the codes of ISO 3166 */
    };
    for (size_t i = 0; i < COUNT_OF(points); i++) {
        struct gazetteer_place p;
        assert_true(gazetteer_find(&english, at_deg(points[i].lat_deg, points[i].lon_deg), &p));
        assert_true(bytes_eq(p.country, points[i].country));
        assert_true(bytes_eq(p.province, points[i].province));
        assert_false(p.is_sea);
    }
}

/* The map's borders are off: it has each of these in the other country, or in the sea. */
static void towns_by_a_border_keep_their_country(void **state)
{
    (void)state;
    const struct {
        double lat_deg;
        double lon_deg;
        const char *text;
    } points[] = {
        {52.3500, 14.5600, "Słubice, Powiat słubicki, Lubusz, Poland"},
        {52.3420, 14.5530, "Frankfurt, Brandenburg, Germany"}, /* across the river */
        {65.8480, 24.1460, "Tornio, Kemi-Tornio, Lapland, Finland"},
        {65.8350, 24.1370, "Haparanda, Haparanda Kommun, Norrbotten, Sweden"},
        {-4.2153, -69.9406, "Leticia, Amazonas, Colombia"},
        {-4.2520, -69.9380, "Tabatinga, Amazonas, Brazil"},
        {27.1418, -13.1880, "Laayoune, Western Sahara"},
        {38.6270, -90.1994, "St. Louis, City of Saint Louis, Missouri, United States"},
        {38.6245, -90.1509, "East Saint Louis, Saint Clair County, Illinois, United States"},
        {30.6150, 122.0600, "Yangshan, Zhoushan Shi, Zhejiang, China"}, /* a port on an island */
    };
    for (size_t i = 0; i < COUNT_OF(points); i++) {
        struct arena a = {0};
        struct gazetteer_place p;
        assert_true(gazetteer_find(&english, at_deg(points[i].lat_deg, points[i].lon_deg), &p));
        assert_string_equal(gazetteer_text(&a, &p).at, points[i].text);
        assert_false(p.is_sea);
        arena_free(&a);
    }
}

/* Every place is told in its own country, but for islands off another's coast. */
static void places_are_told_in_their_country(void **state)
{
    (void)state;
    uint32_t elsewhere = 0;
    for (uint32_t i = 0; i < gazetteer_place_nodes_count; i++) {
        struct gazetteer_found f = gazetteer_locate(NULL, feature_point(feature(FEATURE_PLACE, i)));
        elsewhere += f.country != province_country(NULL, gazetteer_place_provinces[i]);
    }
    assert_true(elsewhere < 20);
}

static void the_sea_is_named_beyond_the_coast(void **state)
{
    (void)state;
    struct gazetteer_place p;
    assert_true(gazetteer_find(&english, at_deg(22.2, 113.9), &p)); /* 5 km off Lantau */
    assert_true(bytes_eq(p.country, "Hong Kong"));
    assert_false(p.is_sea);
    assert_true(gazetteer_find(&english, at_deg(20.5, 114.5), &p)); /* 150 km off */
    assert_true(bytes_eq(p.place, "South China Sea"));
    assert_true(p.is_sea);
    assert_int_equal(p.distance_m, 0);
    assert_int_equal(p.district.len + p.province.len + p.country.len, 0);
    assert_true(gazetteer_find(&english, at_deg(41.9, 50.5), &p));
    assert_true(bytes_eq(p.place, "Caspian Sea"));
}

static void both_sides_of_the_180th_meridian_agree(void **state)
{
    (void)state;
    struct gazetteer_place east;
    struct gazetteer_place west;
    assert_true(gazetteer_find(&english, (struct point){665000000, 1800000000}, &east));
    assert_true(gazetteer_find(&english, (struct point){665000000, -1800000000}, &west));
    assert_true(bytes_eq(east.province, "Chukotka"));
    assert_true(bytes_same(east.place, west.place));
    assert_int_equal(east.distance_m, west.distance_m);
    assert_true(gazetteer_find(&english, at_deg(66.5, -179.9999), &west));
    assert_true(bytes_same(east.place, west.place));
}

static void every_point_is_answered(void **state)
{
    (void)state;
    uint64_t seed = 3;
    int named = 0;
    for (int i = 0; i < 20000; i++) {
        struct gazetteer_place p;
        if (gazetteer_find(&english, draw_point(&seed), &p)) {
            named++;
            assert_true(p.place.len + p.country.len > 0);
        } else {
            assert_int_equal(p.place.len + p.district.len + p.province.len + p.country.len, 0);
        }
    }
    assert_true(named > 19900);
}

/* ---- cities ---- */

/* The share of places that their own coordinates name, or a place within 3 km. */
static void cities_are_told_by_their_coordinates(void **state)
{
    (void)state;
    uint64_t seed = 7;
    int told = 0;
    int asked = 0;
    while (asked < 2000) {
        uint32_t place = draw_below(&seed, gazetteer_place_nodes_count);
        if (gazetteer_place_nodes[place].size < 80) { /* 10,000 people */
            continue;
        }
        struct point at = feature_point(feature(FEATURE_PLACE, place));
        struct gazetteer_place p;
        assert_true(gazetteer_find(&english, at, &p));
        struct bytes own = feature_name(&english, feature(FEATURE_PLACE, place));
        told += p.distance_m <= 3000 || bytes_same(p.place, own);
        asked++;
    }
    assert_true(told * 100 >= asked * 99);
}

/* ---- against a walk over all places ---- */

static double chord(struct point at, uint32_t place)
{
    const double rad = 3.14159265358979323846 / 180 / 1e7;
    double lat = at.lat_e7 * rad;
    double lon = at.lon_e7 * rad;
    const float *p = gazetteer_place_nodes[place].at;
    double x = cos(lat) * cos(lon) - (double)p[0];
    double y = cos(lat) * sin(lon) - (double)p[1];
    double z = sin(lat) - (double)p[2];
    return sqrt(x * x + y * y + z * z);
}

/* The nearest of at least so large a size; its chord in `away`. */
static uint32_t nearest_by_walk(uint32_t province, struct point at, uint8_t size, double *away)
{
    const struct gazetteer_province *p = gazetteer_provinces + province;
    uint32_t best = GAZETTEER_NONE;
    *away = HUGE_VAL;
    for (uint32_t i = p->first_place; i < p->first_place + p->places; i++) {
        if (gazetteer_place_nodes[i].size >= size && chord(at, i) < *away) {
            *away = chord(at, i);
            best = i;
        }
    }
    return best;
}

static uint32_t named_by_walk(uint32_t province, struct point at)
{
    const double km = 1000 / 6371008.8;
    double any;
    double city;
    double metropolis;
    uint32_t nearest = nearest_by_walk(province, at, 0, &any);
    uint32_t large = nearest_by_walk(province, at, 100, &city);
    uint32_t largest = nearest_by_walk(province, at, 120, &metropolis);
    if (metropolis <= any + 3 * km) {
        return largest;
    }
    return city <= any + km ? large : nearest;
}

static void places_are_found_as_by_a_walk(void **state)
{
    (void)state;
    static const struct plane provinces = {
        gazetteer_province_map_grid,  gazetteer_province_map_nodes,  gazetteer_province_map_leaves,
        gazetteer_province_map_sides, gazetteer_province_map_points,
    };
    uint64_t seed = 9;
    int large = 0;
    int strayed = 0;
    for (int i = 0; i < 4000; i++) {
        struct point at = draw_point(&seed);
        if (i % 2 == 1) { /* by a place, where several are near */
            at = feature_point(
                feature(FEATURE_PLACE, draw_below(&seed, gazetteer_place_nodes_count)));
            at.lat_e7 += (int32_t)draw(&seed, -3e5, 3e5);
        }
        struct gazetteer_point on_map = {(uint32_t)((int64_t)at.lon_e7 + 1800000000),
                                         (uint32_t)((int64_t)at.lat_e7 + 900000000)};
        uint32_t province = plane_find(&provinces, on_map);
        if (province == GAZETTEER_NONE || gazetteer_provinces[province].places == 0) {
            continue;
        }
        struct gazetteer_found f = gazetteer_locate(NULL, at);
        if (gazetteer_place_provinces[f.place & FEATURE_NUMBER] != province) {
            strayed++;
            continue;
        }
        uint32_t wanted = named_by_walk(province, at);
        /* Two may be as near, or lie on one another. */
        double found_away = chord(at, (uint32_t)f.place & FEATURE_NUMBER);
        assert_true(fabs(found_away - chord(at, wanted)) < 1e-9);
        assert_int_equal(f.distance_m, (distance_m_e2(at, feature_point(f.place)) + 50) / 100);
        large += gazetteer_place_nodes[wanted].size >= 100;
    }
    assert_true(large > 20);
    assert_true(strayed < 20);
}

/* ---- texts ---- */

static void text_leaves_out_what_is_empty_or_said(void **state)
{
    (void)state;
    struct arena a = {0};
    struct bytes x = bytes_of_text("X");
    struct bytes y = bytes_of_text("Y");
    struct gazetteer_place p = {.place = x, .district = x, .country = y};
    assert_string_equal(gazetteer_text(&a, &p).at, "X, Y");
    p = (struct gazetteer_place){.province = x, .country = x};
    assert_string_equal(gazetteer_text(&a, &p).at, "X");
    p = (struct gazetteer_place){.place = x, .province = y, .country = x};
    assert_string_equal(gazetteer_text(&a, &p).at, "X, Y, X");
    p = (struct gazetteer_place){0};
    assert_int_equal(gazetteer_text(&a, &p).len, 0);
    arena_free(&a);
}

static void languages_have_names(void **state)
{
    (void)state;
    enum gazetteer_language l = GAZETTEER_EN;
    assert_true(gazetteer_language_of(bytes_of_text("ZH"), &l));
    assert_int_equal(l, GAZETTEER_ZH);
    assert_true(gazetteer_language_of(bytes_of_text("en"), &l));
    assert_int_equal(l, GAZETTEER_EN);
    l = GAZETTEER_ZH;
    assert_false(gazetteer_language_of(bytes_of_text("fr"), &l));
    assert_false(gazetteer_language_of(bytes_of_text(""), &l));
    assert_int_equal(l, GAZETTEER_ZH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_points_have_their_names),
        cmocka_unit_test(points_by_a_border_are_not_named_after_the_neighbour),
        cmocka_unit_test(towns_by_a_border_keep_their_country),
        cmocka_unit_test(places_are_told_in_their_country),
        cmocka_unit_test(the_sea_is_named_beyond_the_coast),
        cmocka_unit_test(both_sides_of_the_180th_meridian_agree),
        cmocka_unit_test(every_point_is_answered),
        cmocka_unit_test(cities_are_told_by_their_coordinates),
        cmocka_unit_test(places_are_found_as_by_a_walk),
        cmocka_unit_test(text_leaves_out_what_is_empty_or_said),
        cmocka_unit_test(languages_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
