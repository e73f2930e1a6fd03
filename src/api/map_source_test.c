#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/map_source.h"
#include "api/site.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void urls_of_maps(void **state)
{
    (void)state;
    static const char *const good[] = {"https://maps.example.com/{z}/{x}/{y}.png?key=a;b,c",
                                       "http://10.0.0.1:8080/t?x={x}&y={y}&z={z}",
                                       "https://[2001:db8::1]/{z}/{x}/{y}"};
    static const char *const bad[] = {
        "/tiles/{z}/{x}/{y}",
        "ftp://a.example/{z}/{x}/{y}",
        "https:///{z}/{x}/{y}",
        "https://a.example; script-src */{z}/{x}/{y}",
        "https://a.example;/{z}/{x}/{y}",
        "https://user@a.example/{z}/{x}/{y}",
        "https://{s}.example/{z}/{x}/{y}",
        "https://*/{z}/{x}/{y}",
        "https://a.example/{z}/{x}/{y} ",
        "https://a.example/\"{z}/{x}/{y}",
        "https://a.example/{z}/{x}/{y}\n",
        "javascript:alert({x}{y}{z})",
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_null(map_raster_fault(good[i]));
        assert_null(map_style_fault(good[i]));
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_non_null(map_raster_fault(bad[i]));
        assert_non_null(map_style_fault(bad[i]));
    }
    assert_null(map_style_fault("https://a.example/style-{theme}.json"));
    assert_non_null(map_raster_fault("https://a.example/{z}/{x}.png"));
    char *longest = malloc(4000);
    (void)memset(longest, 'x', 4000);
    memcpy(longest, "https://a.example/", strlen("https://a.example/"));
    longest[3999] = '\0';
    assert_non_null(map_style_fault(longest));
    longest[2048] = '\0';
    assert_null(map_style_fault(longest));
    free(longest);
}

static void where_a_map_opens(void **state)
{
    (void)state;
    struct map_bounds b;
    assert_true(map_bounds_read("73.5 18.1 134.8 53.6", &b));
    assert_true(b.west_e7 == 735000000 && b.south_e7 == 181000000 && b.east_e7 == 1348000000 &&
                b.north_e7 == 536000000);
    assert_true(map_bounds_read("170 -50 -170 -30", &b));
    assert_true(map_bounds_read("-180 -90 180 90", &b));
    static const char *const bad[] = {
        "",        "1 2 3",      "1 2 3 4 5", "1  2 3 4",  "1 4 3 2",  "1 2 1 4",
        "1 2 3 2", "-181 0 1 1", "0 -91 1 1", "0 0 181 1", "0 0 1 91", "a b c d",
        "1,2,3,4", "nan 0 1 1",  " 0 0 1 1",  "0x1 0 2 1",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (map_bounds_read(bad[i], &b)) {
            print_error("\"%s\" are no bounds\n", bad[i]);
            fail();
        }
    }
}

static const struct map_source full = {
    .style = "https://style.example/a/style.json?k=1",
    .raster = "http://raster.example:81/{z}/{x}/{y}",
    .origins = "https://tiles.example https://fonts.example",
    .bounds = "73.5 18.1 134.8 53.6",
    .is_gcj02 = true,
};

static void pages_load_from_there_alone(void **state)
{
    (void)state;
    static const char shell[] = "<body data-page=\"login\">";
    static const struct site_files files = {.shell = {(const uint8_t *)shell, sizeof(shell) - 1},
                                            .style_sources = "'sha256-x='"};
    char *origins = map_source_origins(&full);
    assert_string_equal(origins, " https://style.example http://raster.example:81"
                                 " https://tiles.example https://fonts.example");
    struct site *site = site_new(&(struct site_options){.files = &files, .map_origins = origins});
    for (int framed = 0; framed < 2; framed++) {
        const char *policy = site_policy(site, framed != 0);
        char *connect = strstr(policy, "connect-src 'self' https://style.example ");
        assert_non_null(connect);
        assert_non_null(strstr(policy, "img-src 'self' blob: data: https://style.example "));
        assert_non_null(strstr(policy, "script-src 'self'; "));
        assert_non_null(strstr(policy, "worker-src 'self'; "));
    }
    site_free(site);
    free(origins);
    const struct map_source none = {.style = "", .raster = NULL, .origins = ""};
    origins = map_source_origins(&none);
    assert_string_equal(origins, "");
    free(origins);
}

static void what_pages_are_told(void **state)
{
    (void)state;
    const struct map_source none = {0};
    struct json_out out = {0};
    json_object_begin(&out);
    map_source_write(&none, &out);
    json_object_end(&out);
    json_object_begin(&out);
    map_source_write(&full, &out);
    json_object_end(&out);
    static const char wanted[] =
        "{\"Style\":\"/map/style-{theme}.json\",\"Raster\":null,\"Coordsys\":\"wgs84\","
        "\"Bounds\":null},"
        "{\"Style\":\"https://style.example/a/style.json?k=1\","
        "\"Raster\":\"http://raster.example:81/{z}/{x}/{y}\",\"Coordsys\":\"gcj02\","
        "\"Bounds\":[73.5000000,18.1000000,134.8000000,53.6000000]}";
    assert_true(bytes_eq(json_text(&out), wanted));
    json_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_of_maps),
        cmocka_unit_test(where_a_map_opens),
        cmocka_unit_test(pages_load_from_there_alone),
        cmocka_unit_test(what_pages_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
