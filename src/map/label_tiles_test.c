#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "geo/place_names.h"
#include "map/label_tiles.h"
#include "map/mvt_testing.h"

struct seen_names {
    size_t count;
    const char *name;
    struct bytes chinese;
    uint64_t rank_before;
    size_t found;
};

static void note(void *context, const struct seen_feature *f)
{
    struct seen_names *s = context;
    assert_true(bytes_eq(f->layer, "place") && f->type == 1 && f->parts == 1);
    assert_true(f->tags >= 2 && bytes_eq(f->keys[f->tags - 1], "r"));
    uint64_t rank = f->values[f->tags - 1].number;
    assert_true(rank <= 255 && rank >= s->rank_before);
    s->rank_before = rank;
    s->count++;
    assert_true(seen_text(f, "name").len > 0);
    if (bytes_eq(seen_text(f, "name"), s->name)) {
        s->found++;
        s->chinese = seen_text(f, "zh");
    }
}

/* Reads a tile; the result lasts as long as `a`. */
static struct seen_names names_in(struct arena *a, const struct place_names *own, struct tile t,
                                  const char *name)
{
    struct seen_names s = {.name = name};
    seen_tile(label_tile(a, own, t), note, &s);
    return s;
}

static void a_town_has_its_name_in_both_languages(void **state)
{
    (void)state;
    struct arena memory = {0};
    static const struct tile tiles[] = {{7, 104, 55}, {8, 209, 111}, {9, 418, 223}, {10, 836, 446}};
    for (size_t i = 0; i < sizeof(tiles) / sizeof(tiles[0]); i++) {
        struct seen_names s = names_in(&memory, NULL, tiles[i], "Shenzhen");
        assert_int_equal(s.found, 1);
        assert_true(bytes_eq(s.chinese, "深圳"));
        assert_in_range(s.count, 10, 192);
    }
    arena_free(&memory);
}

/* The four tiles below one have all that it has, and nothing twice. */
static void a_place_is_in_one_tile(void **state)
{
    (void)state;
    struct arena memory = {0};
    size_t found = 0;
    for (uint32_t x = 0; x < 2; x++) {
        for (uint32_t y = 0; y < 2; y++) {
            found +=
                names_in(&memory, NULL, (struct tile){11, 1672 + x, 892 + y}, "Shenzhen").found;
        }
    }
    assert_int_equal(found, 1);
    arena_free(&memory);
}

static void there_are_names_of_these_zooms_alone(void **state)
{
    (void)state;
    struct arena memory = {0};
    assert_int_equal(label_tile(&memory, NULL, (struct tile){6, 52, 27}).len, 0);
    assert_int_equal(label_tile(&memory, NULL, (struct tile){13, 6690, 3571}).len, 0);
    assert_int_equal(label_tile(&memory, NULL, (struct tile){7, 10, 64}).len, 0); /* the Pacific */
    arena_free(&memory);
}

static void the_operators_names_count(void **state)
{
    (void)state;
    struct arena memory = {0};
    struct place_names *own = NULL;
    struct place_names_fault fault = {0};
    static const char text[] = "22.5455,114.0683 place en Pengcheng\n"
                               "22.5455,114.0683 place zh 鹏城\n";
    assert_int_equal(place_names_read(bytes_of_text(text), &own, &fault), ERR_OK);
    struct seen_names s = names_in(&memory, own, (struct tile){8, 209, 111}, "Pengcheng");
    assert_int_equal(s.found, 1);
    assert_true(bytes_eq(s.chinese, "鹏城"));
    assert_int_equal(names_in(&memory, own, (struct tile){8, 209, 111}, "Shenzhen").found, 0);
    place_names_free(own);
    arena_free(&memory);
}

/* All over the world, and beyond where there are places. */
static void every_tile_can_be_read(void **state)
{
    (void)state;
    struct arena memory = {0};
    uint64_t seed = 3;
    size_t most = 0;
    for (int i = 0; i < 3000; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        unsigned zoom = LABEL_ZOOM_MIN + (unsigned)(seed >> 61) % 6;
        uint32_t mask = (UINT32_C(1) << zoom) - 1;
        struct tile t = {(uint8_t)zoom, (uint32_t)(seed >> 20) & mask,
                         (uint32_t)(seed >> 40) & mask};
        struct seen_names s = names_in(&memory, NULL, t, "");
        most = s.count > most ? s.count : most;
        arena_clear(&memory);
    }
    assert_in_range(most, 90, 192);
    arena_free(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_town_has_its_name_in_both_languages),
        cmocka_unit_test(a_place_is_in_one_tile),
        cmocka_unit_test(there_are_names_of_these_zooms_alone),
        cmocka_unit_test(the_operators_names_count),
        cmocka_unit_test(every_tile_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
