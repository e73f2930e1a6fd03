#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "map/tile.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void paths_that_are_tiles(void **state)
{
    (void)state;
    struct tile t = {0};
    assert_true(tile_read(bytes_of_text("0/0/0"), &t));
    assert_true(tile_read(bytes_of_text("6/63/0"), &t));
    assert_true(t.zoom == 6 && t.x == 63 && t.y == 0);
    assert_true(tile_read(bytes_of_text("22/4194303/4194303"), &t));
    static const char *const bad[] = {
        "",
        "/",
        "6",
        "6/1",
        "6/1/",
        "6/1/1/",
        "6/1/1/1",
        "/6/1/1",
        "6//1",
        "6/64/0",
        "6/0/64",
        "23/0/0",
        "-1/0/0",
        "+1/0/0",
        "06/1/1",
        "6/01/1",
        "6/1/1.pbf",
        "6/1/1 ",
        "6/ 1/1",
        "6/0x1/1",
        "6/1/a",
        "0/0/1",
        "6/4294967296/0",
        "4294967296/0/0",
        "22/99999999999999999999/0",
        "6/1/\xff",
        "6/1\n/1",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        t = (struct tile){9, 8, 7};
        if (tile_read(bytes_of_text(bad[i]), &t)) {
            print_error("%s is no tile\n", bad[i]);
            fail();
        }
        assert_true(t.zoom == 9 && t.x == 8 && t.y == 7);
    }
    assert_false(tile_read((struct bytes){(const uint8_t *)"6/1/1\0", 6}, &t));
}

/* Shenzhen by the formula of "Slippy map tilenames": 836, 446 of zoom 10. */
static void places_are_where_the_formula_says(void **state)
{
    (void)state;
    const struct point shenzhen = {225430000, 1140570000};
    struct tile_place at;
    assert_true(tile_place_of((struct tile){10, 836, 446}, shenzhen, &at));
    assert_true(at.x == 1756 && at.y == 640);
    assert_true(tile_place_of((struct tile){0, 0, 0}, (struct point){0, 0}, &at));
    assert_true(at.x == TILE_EXTENT / 2 && at.y == TILE_EXTENT / 2);
    assert_true(tile_place_of((struct tile){1, 0, 0}, (struct point){850000000, -1800000000}, &at));
    assert_int_equal(at.x, 0);
    assert_false(tile_place_of((struct tile){1, 1, 0}, (struct point){0, 0}, &at));
    assert_false(
        tile_place_of((struct tile){3, 0, 0}, (struct point){-900000000, -1800000000}, &at));
}

/* In how many tiles of a zoom the place is; each has it in its box, too. */
static int tiles_of(unsigned zoom, struct point p)
{
    int found = 0;
    for (uint32_t i = 0; i < UINT32_C(1) << 2 * zoom; i++) {
        struct tile t = {(uint8_t)zoom, i & ((1U << zoom) - 1), i >> zoom};
        struct box box = tile_box(t);
        struct tile_place at;
        if (tile_place_of(t, p, &at)) {
            found++;
            assert_true(box_has(&box, (struct fine_point){p.lat_e7, p.lon_e7}));
        }
    }
    return found;
}

static void every_place_is_in_one_tile(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        struct point p = {(int32_t)((seed >> 20) % 1700000000U) - 850000000,
                          (int32_t)((int64_t)((seed >> 7) % 3600000000U) - 1800000000)};
        assert_int_equal(tiles_of((unsigned)i % 4, p), 1);
    }
    assert_int_equal(tiles_of(3, (struct point){225000000, 1350000000}), 1); /* on an edge */
    assert_int_equal(tiles_of(3, (struct point){0, -1800000000}), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_that_are_tiles),
        cmocka_unit_test(places_are_where_the_formula_says),
        cmocka_unit_test(every_place_is_in_one_tile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
