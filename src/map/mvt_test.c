#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "map/mvt.h"
#include "map/mvt_testing.h"

/* The example of section 4.3.5.1: a point at 25, 17 is [9, 50, 34]. */
static void bytes_are_those_of_the_specification(void **state)
{
    (void)state;
    uint8_t buffer[64];
    uint8_t tile[96];
    struct mvt_layer l = mvt_begin("p", buffer, sizeof(buffer));
    struct mvt_tag tag = {mvt_key(&l, "k"), mvt_text(&l, bytes_of_text("v"))};
    mvt_point(&l, (struct tile_place){25, 17}, &tag, 1);
    struct writer out = writer_init(tile, sizeof(tile));
    mvt_end(&l, &out);
    static const uint8_t wanted[] = {
        3 << 3 | 2, 29,                               /* a layer */
        15 << 3,    2,    1 << 3 | 2, 1, 'p',         /* version, name */
        3 << 3 | 2, 1,    'k',                        /* key 0 */
        4 << 3 | 2, 3,    1 << 3 | 2, 1, 'v',         /* value 0 */
        2 << 3 | 2, 11,   2 << 3 | 2, 2, 0,   0,      /* a feature: its tags, ... */
        3 << 3,     1,    4 << 3 | 2, 3, 9,   50, 34, /* ... type, and geometry */
        5 << 3,     0x80, 0x20,                       /* extent 4096 */
    };
    assert_true(writer_ok(&out));
    assert_int_equal(writer_bytes(&out).len, sizeof(wanted));
    assert_memory_equal(tile, wanted, sizeof(wanted));
}

struct told {
    size_t count;
    struct seen_value values[3];
    int32_t x;
    int32_t y;
};

static void note(void *context, const struct seen_feature *f)
{
    struct told *told = context;
    told->count++;
    assert_int_equal(f->tags, 3);
    memcpy(told->values, f->values, sizeof(told->values));
    told->x = f->x[0];
    told->y = f->y[0];
}

static void what_is_long_or_large_is_read_back(void **state)
{
    (void)state;
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    uint8_t buffer[4096];
    uint8_t tile[4096];
    struct mvt_layer l = mvt_begin("place", buffer, sizeof(buffer));
    uint32_t keys[] = {mvt_key(&l, "a"), mvt_key(&l, "b"), mvt_key(&l, "c")};
    const struct mvt_tag tags[] = {{keys[0], mvt_text(&l, bytes_of_text(name))},
                                   {keys[1], mvt_number(&l, UINT64_MAX)},
                                   {keys[2], mvt_text(&l, bytes_of_text("\xe6\xb7\xb1"))}};
    mvt_point(&l, (struct tile_place){4095, 0}, tags, 3);
    mvt_point(&l, (struct tile_place){0, 4095}, tags, 3);
    struct writer out = writer_init(tile, sizeof(tile));
    mvt_end(&l, &out);
    assert_true(writer_ok(&out));
    struct told told = {0};
    seen_tile(writer_bytes(&out), note, &told);
    assert_int_equal(told.count, 2);
    assert_true(bytes_eq(told.values[0].text, name));
    assert_true(told.values[1].number == UINT64_MAX);
    assert_true(bytes_eq(told.values[2].text, "\xe6\xb7\xb1"));
    assert_true(told.x == 0 && told.y == 4095);
}

static void what_does_not_fit_fails(void **state)
{
    (void)state;
    uint8_t buffer[64];
    uint8_t tile[64];
    for (size_t room = 0; room < 29; room++) {
        struct mvt_layer l = mvt_begin("p", buffer, room);
        struct mvt_tag tag = {mvt_key(&l, "k"), mvt_text(&l, bytes_of_text("v"))};
        mvt_point(&l, (struct tile_place){25, 17}, &tag, 1);
        struct writer out = writer_init(tile, sizeof(tile));
        mvt_end(&l, &out);
        assert_false(writer_ok(&out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_those_of_the_specification),
        cmocka_unit_test(what_is_long_or_large_is_read_back),
        cmocka_unit_test(what_does_not_fit_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
