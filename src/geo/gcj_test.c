#include "geo/gcj.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const double near_1e9_deg = 1e-9;

static struct degrees at(double lat_deg, double lon_deg)
{
    return (struct degrees){lat_deg, lon_deg};
}

static bool is_same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool is_same(struct degrees a, struct degrees b)
{
    return is_same_number(a.lat_deg, b.lat_deg) && is_same_number(a.lon_deg, b.lon_deg);
}

static bool is_near(struct degrees a, struct degrees b, double deg)
{
    return fabs(a.lat_deg - b.lat_deg) < deg && fabs(a.lon_deg - b.lon_deg) < deg;
}

static double metres_between(struct degrees a, struct degrees b)
{
    struct point p = {(int32_t)lround(a.lat_deg * 1e7), (int32_t)lround(a.lon_deg * 1e7)};
    struct point q = {(int32_t)lround(b.lat_deg * 1e7), (int32_t)lround(b.lon_deg * 1e7)};
    return (double)distance_m_e2(p, q) / 100;
}

static double draw(uint64_t *seed, double low, double high)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return low + (high - low) * (double)(*seed >> 11) / 0x1p53;
}

/* Somewhere in the box around China. */
static struct degrees draw_place(uint64_t *seed)
{
    double lat_deg = round(draw(seed, 15, 54) * 1e7) / 1e7;
    double lon_deg = round(draw(seed, 73, 135.5) * 1e7) / 1e7;
    return at(lat_deg, lon_deg);
}

/* ---- the formula ---- */

/* The pairs that sections 23 and 26 of the document print. */
static void the_document_s_pairs(void **state)
{
    (void)state;
    static const struct {
        struct degrees wgs;
        const char *gcj;
    } rows[] = {
        {{22.556138, 113.941988}, "22.553121 113.946864"},
        {{23.344890, 113.353287}, "23.342420 113.358781"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[64];
        struct degrees found = gcj_of_wgs(rows[i].wgs);
        (void)snprintf(text, sizeof(text), "%.6f %.6f", found.lat_deg, found.lon_deg);
        assert_string_equal(text, rows[i].gcj);
        assert_true(is_near(gcj_to_wgs(found), rows[i].wgs, near_1e9_deg));
    }
}

static void degrees_are_those_of_the_point(void **state)
{
    (void)state;
    assert_true(is_same(degrees_of((struct point){-900000000, 1800000000}), at(-90, 180)));
    assert_true(
        is_same(degrees_of((struct point){225561380, 1139419880}), at(22.556138, 113.941988)));
}

/* ---- where it is in force ---- */

struct spot {
    const char *name;
    struct degrees place;
};

static void assert_inside(const struct spot *spot)
{
    double off_m = metres_between(spot->place, gcj_of_wgs(spot->place));
    if (!gcj_holds(spot->place) || off_m < 50 || off_m > 1000) {
        fail_msg("%s: %f m", spot->name, off_m);
    }
}

static void assert_outside(const struct spot *spot)
{
    if (gcj_holds(spot->place) || !is_same(gcj_of_wgs(spot->place), spot->place) ||
        !is_same(gcj_to_wgs(spot->place), spot->place)) {
        fail_msg("%s", spot->name);
    }
}

static void it_holds_in_china(void **state)
{
    (void)state;
    static const struct spot inside[] = {
        {"Beijing", {39.905, 116.397}},
        {"Kashgar", {39.47, 75.99}},
        {"Lhasa", {29.65, 91.1}},
        {"Mohe", {53.48, 122.35}},
        {"Sanya", {18.25, 109.5}},
        {"Fuyuan", {48.36, 134.3}},
        {"Dandong, 1 km from Korea", {40.135, 124.385}},
        {"Heihe, on the Amur", {50.245, 127.49}},
        {"Xiamen", {24.48, 118.09}},
        {"Hong Kong", {22.28, 114.16}},
        {"Macao", {22.19, 113.54}},
        {"the bridge of Hong Kong, Zhuhai and Macao", {22.28, 113.75}},
        {"the bridge of Hangzhou Bay", {30.45, 121.13}},
        {"the bridge to Yangshan", {30.75, 122.0}},
        {"the harbour of Yangshan", {30.63, 122.06}},
        {"Zhoushan", {30.0, 122.2}},
        {"a ship 15 km off Qingdao", {35.92, 120.3}},
    };
    for (size_t i = 0; i < COUNT_OF(inside); i++) {
        assert_inside(&inside[i]);
    }
}

static void it_does_not_hold_elsewhere(void **state)
{
    (void)state;
    static const struct spot outside[] = {
        {"Taipei", {25.03, 121.56}},
        {"Kinmen", {24.44, 118.33}},
        {"Nangan", {26.15, 119.94}},
        {"Penghu", {23.57, 119.58}},
        {"Sinuiju", {40.08, 124.41}},
        {"Pyongyang", {39.02, 125.75}},
        {"Blagoveshchensk", {50.28, 127.53}},
        {"Vladivostok", {43.1, 131.9}},
        {"Hanoi", {21.03, 105.85}},
        {"Kathmandu", {27.7, 85.3}},
        {"Almaty", {43.24, 76.9}},
        {"Ulan Bator", {47.9, 106.9}},
        {"Seoul", {37.5, 127.0}},
        {"a ship 60 km off Shantou", {22.7, 117.1}},
        {"Berlin", {52.52, 13.405}},
        {"Zero", {0, 0}},
        {"the north pole", {90, 180}},
        {"the south pole", {-90, -180}},
        {"nowhere", {NAN, NAN}},
        {"nowhere in longitude", {30, NAN}},
        {"beyond", {1e300, -1e300}},
        {"infinity", {INFINITY, 110}},
    };
    for (size_t i = 0; i < COUNT_OF(outside); i++) {
        assert_outside(&outside[i]);
    }
}

/* The bounds of the tables: every place of a fine grid, and all around it, can be asked. */
static void every_place_can_be_asked(void **state)
{
    (void)state;
    size_t inside = 0;
    size_t all = 0;
    for (int lat_e3 = 15000; lat_e3 < 54500; lat_e3 += 50) {
        for (int lon_e3 = 73000; lon_e3 < 135500; lon_e3 += 97) {
            struct degrees place = at(lat_e3 / 1000., lon_e3 / 1000.);
            struct degrees gcj = gcj_of_wgs(place);
            struct degrees wgs = gcj_to_wgs(place);
            assert_true(is_near(gcj, place, 0.02));
            assert_true(is_near(wgs, place, 0.02));
            inside += gcj_holds(place);
            all++;
        }
    }
    assert_in_range(inside * 100 / all, 38, 48); /* 10 million km² of the box */
}

/* Places that are rounded onto the edge of a band, of the last one too. */
static void bands_have_their_ends(void **state)
{
    (void)state;
    for (int lat_e3 = 15000; lat_e3 <= 54500; lat_e3 += 250) {
        for (int lon_e3 = 73000; lon_e3 <= 135500; lon_e3 += 500) {
            struct degrees on = at(lat_e3 / 1000., lon_e3 / 1000.);
            struct degrees below = at(on.lat_deg - 1e-9, on.lon_deg - 1e-9);
            struct degrees above = at(on.lat_deg + 1e-9, on.lon_deg + 1e-9);
            assert_int_equal(gcj_holds(below), gcj_holds(on));
            assert_int_equal(gcj_holds(above), gcj_holds(on));
        }
    }
}

/* ---- there and back ---- */

/* Whether the whole neighbourhood, of a kilometre and more, is on one side of the edge. */
static bool is_far_from_the_edge(struct degrees place)
{
    static const double away_deg[][2] = {{0, 0.02},       {0, -0.02},      {0.015, 0},
                                         {-0.015, 0},     {0.011, 0.014},  {0.011, -0.014},
                                         {-0.011, 0.014}, {-0.011, -0.014}};
    bool side = gcj_holds(place);
    for (size_t i = 0; i < COUNT_OF(away_deg); i++) {
        if (gcj_holds(at(place.lat_deg + away_deg[i][0], place.lon_deg + away_deg[i][1])) != side) {
            return false;
        }
    }
    return true;
}

static void there_and_back_is_the_same_place(void **state)
{
    (void)state;
    size_t far = 0;
    uint64_t seed = 23;
    for (size_t i = 0; i < 200000; i++) {
        struct degrees place = draw_place(&seed);
        struct degrees gcj = gcj_of_wgs(place);
        if (gcj_holds(place)) {
            assert_true(is_near(gcj_to_wgs(gcj), place, near_1e9_deg)); /* at the edge, too */
        } else if (is_far_from_the_edge(place)) {
            assert_true(is_same(gcj_to_wgs(gcj), place));
        }
        if (is_far_from_the_edge(place)) {
            struct degrees wgs = gcj_to_wgs(place);
            assert_true(is_near(gcj_of_wgs(wgs), place, near_1e9_deg));
            far++;
        }
    }
    assert_in_range(far, 190000, 200000);
}

/* What is shown has six decimals, from which the place comes back to a few centimetres. */
static void six_decimals_are_enough(void **state)
{
    (void)state;
    uint64_t seed = 26;
    for (size_t i = 0; i < 20000; i++) {
        struct degrees place = draw_place(&seed);
        struct degrees gcj = gcj_of_wgs(place);
        struct degrees shown = at(round(gcj.lat_deg * 1e6) / 1e6, round(gcj.lon_deg * 1e6) / 1e6);
        if (is_far_from_the_edge(place)) {
            assert_true(is_near(gcj_to_wgs(shown), place, 6e-7));
        }
    }
}

/*
 * A way across the edge, in steps of ten centimetres: the offset begins once, and nothing goes
 * back and forth. What was converted is converted to the same again.
 */
static void the_edge_is_crossed_once(void **state)
{
    (void)state;
    size_t changes = 0;
    bool was_inside = gcj_holds(at(22.4, 106.5));
    assert_false(was_inside);
    for (int i = 0; i < 500000; i++) {
        struct degrees place = at(22.4, 106.5 + i * 1e-6);
        bool is_inside = gcj_holds(place);
        struct degrees gcj = gcj_of_wgs(place);
        struct degrees back = gcj_to_wgs(gcj);
        assert_true(is_near(gcj_of_wgs(back), gcj, near_1e9_deg));
        assert_true(!is_inside || is_near(back, place, near_1e9_deg));
        changes += is_inside != was_inside;
        was_inside = is_inside;
    }
    assert_true(was_inside);
    assert_int_equal(changes, 1);
}

/* Neighbours stay neighbours: the offset of places a metre apart is the same to a few centimetres.
 */
static void the_offset_is_smooth(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (size_t i = 0; i < 50000; i++) {
        struct degrees place = draw_place(&seed);
        struct degrees next = at(place.lat_deg + 1e-5, place.lon_deg + 1e-5);
        if (gcj_holds(place) && gcj_holds(next)) {
            struct degrees a = gcj_of_wgs(place);
            struct degrees b = gcj_of_wgs(next);
            assert_true(
                is_near(at(b.lat_deg - a.lat_deg, b.lon_deg - a.lon_deg), at(1e-5, 1e-5), 2e-7));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_s_pairs),
        cmocka_unit_test(degrees_are_those_of_the_point),
        cmocka_unit_test(it_holds_in_china),
        cmocka_unit_test(it_does_not_hold_elsewhere),
        cmocka_unit_test(every_place_can_be_asked),
        cmocka_unit_test(bands_have_their_ends),
        cmocka_unit_test(there_and_back_is_the_same_place),
        cmocka_unit_test(six_decimals_are_enough),
        cmocka_unit_test(the_edge_is_crossed_once),
        cmocka_unit_test(the_offset_is_smooth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
