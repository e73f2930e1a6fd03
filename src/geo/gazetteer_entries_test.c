#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "geo/gazetteer.h"
#include "geo/gazetteer_private.h"
#include "geo/gazetteer_testing.h"

static const struct gazetteer english = {NULL, GAZETTEER_EN};
static const struct gazetteer chinese = {NULL, GAZETTEER_ZH};

static struct box box_deg(double south, double north, double west, double width)
{
    struct point corner = at_deg(south, west);
    return (struct box){corner.lat_e7, at_deg(north, 0).lat_e7, corner.lon_e7,
                        (uint32_t)(width * 1e7)};
}

/* ---- in a box ---- */

/* The features in a box, in the order of their ranks. */
static size_t by_walk(const struct box *box, uint32_t *out, size_t limit)
{
    size_t count = 0;
    for (uint32_t rank = 0; rank < gazetteer_ranks_count && count < limit; rank++) {
        struct point at = feature_point((int32_t)gazetteer_ranks[rank]);
        if (box_has(box, (struct fine_point){at.lat_e7, at.lon_e7})) {
            out[count++] = gazetteer_ranks[rank];
        }
    }
    return count;
}

static void check_box(const struct box *box, size_t limit)
{
    struct gazetteer_entry entries[GAZETTEER_ENTRIES_MAX];
    static uint32_t wanted[GAZETTEER_ENTRIES_MAX];
    size_t count = by_walk(box, wanted, limit);
    assert_int_equal(gazetteer_in_box(&english, box, entries, limit), count);
    for (size_t i = 0; i < count; i++) {
        struct point at = feature_point((int32_t)wanted[i]);
        assert_memory_equal(&entries[i].at, &at, sizeof at);
        assert_true(bytes_same(entries[i].name, feature_name(&english, (int32_t)wanted[i])));
    }
}

static void boxes_hold_what_a_walk_finds(void **state)
{
    (void)state;
    uint64_t seed = 21;
    for (int i = 0; i < 60; i++) {
        double south = draw(&seed, -90, 89);
        double north = south + draw(&seed, 0, (90 - south) / (i % 3 + 1));
        double width = i % 2 == 0 ? draw(&seed, 0, 20) : draw(&seed, 0, 360);
        struct box box = box_deg(south, north, draw(&seed, -180, 180), width);
        check_box(&box, (size_t)draw_below(&seed, GAZETTEER_ENTRIES_MAX + 1));
    }
    struct box world = box_deg(-90, 90, -180, 360);
    check_box(&world, GAZETTEER_ENTRIES_MAX);
    struct box fiji = box_deg(-20, -15, 177, 5); /* across the 180th meridian */
    check_box(&fiji, 100);
}

static void limits_are_kept(void **state)
{
    struct gazetteer_entry entries[GAZETTEER_ENTRIES_MAX];
    (void)state;
    struct box world = box_deg(-90, 90, -180, 360);
    assert_int_equal(gazetteer_in_box(&english, &world, entries, 0), 0);
    assert_int_equal(gazetteer_in_box(&english, &world, entries, 3), 3);
    assert_int_equal(gazetteer_in_box(&english, &world, entries, 1000000), GAZETTEER_ENTRIES_MAX);
    struct box upside_down = box_deg(10, -10, 0, 10);
    assert_int_equal(gazetteer_in_box(&english, &upside_down, entries, 10), 0);
    assert_int_equal(gazetteer_search(&english, bytes_of_text("san"), entries, 1000000),
                     GAZETTEER_ENTRIES_MAX);
    assert_int_equal(gazetteer_search(&english, bytes_of_text("san"), entries, 7), 7);
    assert_int_equal(gazetteer_search(&english, bytes_of_text("san"), entries, 0), 0);
}

static void entries_say_what_they_are_and_lie_in(void **state)
{
    struct gazetteer_entry entries[GAZETTEER_ENTRIES_MAX];
    (void)state;
    struct box yunnan = box_deg(24.9, 25.2, 102.6, 0.2);
    size_t count = gazetteer_in_box(&english, &yunnan, entries, 5);
    assert_true(count > 0);
    assert_true(bytes_eq(entries[0].name, "Kunming"));
    assert_int_equal(entries[0].kind, GAZETTEER_CITY);
    assert_true(bytes_eq(entries[0].province, "Yunnan"));
    assert_true(bytes_eq(entries[0].country, "China"));
    assert_true(gazetteer_in_box(&chinese, &yunnan, entries, 5) == count);
    assert_true(bytes_eq(entries[0].name, "昆明"));
    assert_string_equal(gazetteer_kind_word(GAZETTEER_CITY), "city");
    assert_string_equal(gazetteer_kind_word(GAZETTEER_SEA), "sea");
}

/* The same as a walk over all that has a rank finds. */
static void check_labels(const struct box *box, size_t limit)
{
    struct gazetteer_label labels[GAZETTEER_ENTRIES_MAX];
    size_t count = gazetteer_labels(NULL, box, labels, limit);
    size_t at = 0;
    for (uint32_t rank = 0; rank < gazetteer_ranks_count && at < limit; rank++) {
        int32_t of = (int32_t)gazetteer_ranks[rank];
        struct point place = feature_point(of);
        if (feature_kind_of(of) != FEATURE_PLACE ||
            !box_has(box, (struct fine_point){place.lat_e7, place.lon_e7})) {
            continue;
        }
        assert_true(at < count);
        assert_memory_equal(&labels[at].at, &place, sizeof place);
        assert_true(bytes_same(labels[at].name, feature_name(&english, of)));
        assert_true(bytes_same(labels[at].chinese, feature_name(&chinese, of)));
        assert_int_equal(labels[at].size, gazetteer_place_nodes[of & FEATURE_NUMBER].size);
        at++;
    }
    assert_int_equal(at, count);
}

static void labels_are_the_first_places(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (int i = 0; i < 60; i++) {
        double south = draw(&seed, -60, 70);
        struct box box = box_deg(south, south + draw(&seed, 0.1, 15), draw(&seed, -180, 180),
                                 draw(&seed, 0.1, 30));
        check_labels(&box, (size_t)draw_below(&seed, 200) + 1);
    }
}

static void cities_come_before_their_boroughs(void **state)
{
    (void)state;
    struct gazetteer_entry entries[3];
    struct box london = box_deg(51.2, 51.8, -0.6, 1);
    assert_int_equal(gazetteer_in_box(&english, &london, entries, 3), 3);
    assert_true(bytes_eq(entries[0].name, "London"));
    struct box world = box_deg(-90, 90, -180, 360);
    assert_int_equal(gazetteer_in_box(&english, &world, entries, 3), 3);
    assert_true(bytes_eq(entries[0].name, "China"));
    assert_true(bytes_eq(entries[1].name, "India"));
}

/* ---- by name ---- */

static void check_first(const struct gazetteer *g, const char *key, const char *name,
                        enum gazetteer_kind kind)
{
    struct gazetteer_entry entries[GAZETTEER_ENTRIES_MAX];
    assert_true(gazetteer_search(g, bytes_of_text(key), entries, 10) > 0);
    assert_true(bytes_eq(entries[0].name, name));
    assert_int_equal(entries[0].kind, kind);
}

static void names_are_found_in_both_languages(void **state)
{
    (void)state;
    check_first(&english, "Kunming", "Kunming", GAZETTEER_CITY);
    check_first(&english, "KUNM", "Kunming", GAZETTEER_CITY);
    check_first(&english, "昆明", "Kunming", GAZETTEER_CITY);
    check_first(&chinese, "kunming", "昆明", GAZETTEER_CITY);
    check_first(&english, "sao paulo", "São Paulo", GAZETTEER_PROVINCE);
    check_first(&english, "SÃO PAULO", "São Paulo", GAZETTEER_PROVINCE);
    check_first(&english, "Łódź", "Łódź", GAZETTEER_CITY);
    check_first(&english, "lodz", "Łódź", GAZETTEER_CITY);
    check_first(&english, "paris", "Paris", GAZETTEER_CITY); /* before any parish */
    check_first(&chinese, "巴黎", "巴黎", GAZETTEER_CITY);
    check_first(&english, "germany", "Germany", GAZETTEER_COUNTRY);
    check_first(&chinese, "南海", "南海", GAZETTEER_SEA);
    check_first(&english, "England", "England", GAZETTEER_PROVINCE);
    check_first(&english, "bernardino", "San Bernardino", GAZETTEER_CITY); /* a word of it */
}

static void only_beginnings_of_words_are_found(void **state)
{
    struct gazetteer_entry entries[GAZETTEER_ENTRIES_MAX];
    (void)state;
    size_t count = gazetteer_search(&english, bytes_of_text("unming"), entries, 10);
    for (size_t i = 0; i < count; i++) {
        assert_false(bytes_eq(entries[i].name, "Kunming"));
    }
    assert_int_equal(gazetteer_search(&english, bytes_of_text("zzzqqq"), entries, 10), 0);
}

static void the_more_important_come_first_and_once(void **state)
{
    struct gazetteer_entry entries[GAZETTEER_ENTRIES_MAX];
    (void)state;
    size_t count = gazetteer_search(&english, bytes_of_text("pari"), entries, 200);
    assert_true(count > 5);
    for (size_t i = 0; i < count; i++) {
        for (size_t other = 0; other < i; other++) {
            bool is_same = memcmp(&entries[i].at, &entries[other].at, sizeof entries[i].at) == 0 &&
                           bytes_same(entries[i].name, entries[other].name) &&
                           entries[i].kind == entries[other].kind;
            assert_false(is_same);
        }
    }
}

static void hostile_keys_find_nothing(void **state)
{
    struct gazetteer_entry entries[GAZETTEER_ENTRIES_MAX];
    (void)state;
    const uint8_t broken[] = {0xE6, 0x98};
    char longest[300];
    memset(longest, 'a', sizeof longest);
    longest[299] = '\0';
    assert_int_equal(gazetteer_search(&english, (struct bytes){broken, 2}, entries, 10), 0);
    assert_int_equal(gazetteer_search(&english, bytes_of_text(longest), entries, 10), 0);
    assert_int_equal(gazetteer_search(&english, bytes_of_text(""), entries, 10), 0);
    assert_int_equal(gazetteer_search(&english, bytes_of_text("a\nb"), entries, 10), 0);
    assert_int_equal(gazetteer_search(&english, bytes_of_text("\t"), entries, 10), 0);
    assert_int_equal(
        gazetteer_search(&english, (struct bytes){(const uint8_t *)"a\0b", 3}, entries, 10), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_hold_what_a_walk_finds),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(entries_say_what_they_are_and_lie_in),
        cmocka_unit_test(labels_are_the_first_places),
        cmocka_unit_test(cities_come_before_their_boroughs),
        cmocka_unit_test(names_are_found_in_both_languages),
        cmocka_unit_test(only_beginnings_of_words_are_found),
        cmocka_unit_test(the_more_important_come_first_and_once),
        cmocka_unit_test(hostile_keys_find_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
