#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "map/base_tiles.h"
#include "map/label_tiles.h"
#include "map/style.h"

static json_t *read_json(struct bytes text)
{
    json_error_t error;
    json_t *root = json_loadb((const char *)text.at, text.len, 0, &error);
    if (root == NULL) {
        fail_msg("%s in %.*s", error.text, (int)text.len, (const char *)text.at);
    }
    assert_int_equal(json_integer_value(json_object_get(root, "version")), 8);
    assert_null(json_object_get(root, "glyphs"));
    assert_null(json_object_get(root, "sprite"));
    return root;
}

static const char *tiles_of(json_t *root, const char *name, int zoom_max)
{
    json_t *source = json_object_get(json_object_get(root, "sources"), name);
    assert_int_equal(json_integer_value(json_object_get(source, "maxzoom")), zoom_max);
    return json_string_value(json_array_get(json_object_get(source, "tiles"), 0));
}

/* Each layer draws from a source that there is; no word of the palette is left. */
static void check_layers(json_t *root, struct bytes text)
{
    size_t i;
    json_t *layer;
    json_array_foreach(json_object_get(root, "layers"), i, layer)
    {
        const char *source = json_string_value(json_object_get(layer, "source"));
        assert_true(i == 0 || json_object_get(json_object_get(root, "sources"), source) != NULL);
    }
    assert_true(i >= 2);
    assert_int_equal(bytes_find(text, '@'), text.len);
}

static void styles_name_the_tiles_of_this_server(void **state)
{
    (void)state;
    for (int theme = 0; theme < MAP_THEME_COUNT; theme++) {
        for (int language = 0; language < 2; language++) {
            struct bytes text = map_style((enum map_theme)theme, (enum gazetteer_language)language);
            json_t *root = read_json(text);
            const char *base = tiles_of(root, "base", BASE_ZOOM_MAX);
            assert_non_null(strstr(base, "/tiles/base/{z}/{x}/{y}?v="));
            assert_string_equal(strstr(base, "?v=") + 3, base_tiles_version());
            assert_string_equal(tiles_of(root, "labels", LABEL_ZOOM_MAX),
                                "/tiles/labels/{z}/{x}/{y}");
            assert_int_equal(strstr((const char *)text.at, "\"zh\"") != NULL,
                             language == GAZETTEER_ZH);
            check_layers(root, text);
            json_decref(root);
        }
    }
}

static void a_template_stands_where_it_belongs(void **state)
{
    (void)state;
    struct arena memory = {0};
    static const char hostile[] = "https://a.example/{z}/{x}/{y}?\"],\"glyphs\":[\"\\";
    struct bytes light = map_style_of_raster(&memory, MAP_LIGHT, hostile);
    struct bytes dark = map_style_of_raster(&memory, MAP_DARK, hostile);
    assert_false(bytes_same(light, dark));
    for (int i = 0; i < 2; i++) {
        json_t *root = read_json(i == 0 ? light : dark);
        assert_string_equal(tiles_of(root, "raster", 19), hostile);
        check_layers(root, bytes_of_text(""));
        json_decref(root);
    }
    arena_free(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(styles_name_the_tiles_of_this_server),
        cmocka_unit_test(a_template_stands_where_it_belongs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
