#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/map_files.h"
#include "api/testing.h"

static int open_map(void **state)
{
    struct platform *p = platform_new();
    make_fleet(p);
    *state = p;
    return 0;
}

static int get(struct platform *p, const char *path, const char *headers)
{
    return request(p, "GET", path, headers, "");
}

static void assert_has(const struct platform *p, const char *text)
{
    if (strstr(p->answer, text) == NULL) {
        fail_msg("no %s in:\n%.2000s", text, p->answer);
    }
}

static void paths_of_the_map(void **state)
{
    (void)state;
    assert_int_equal(map_file_find("/tiles/base/6/63/63").kind, MAP_FILE_BASE);
    assert_int_equal(map_file_find("/tiles/labels/12/0/4095").kind, MAP_FILE_LABELS);
    assert_int_equal(map_file_find("/map/style-dark.json").theme, MAP_DARK);
    static const char *const bad[] = {
        "/tiles/base/7/0/0",       "/tiles/labels/6/0/0",
        "/tiles/labels/13/0/0",    "/tiles/base/",
        "/tiles/base/1/2/0",       "/tiles/base/1/0/0/",
        "/tiles/other/1/0/0",      "/tiles/base/../../x",
        "/tiles/base/1/0/0.mvt",   "/map/style-blue.json",
        "/map/style-{theme}.json", "/map/",
        "/tiles/base/1/-0/0",      "/tiles/base/1/0/18446744073709551616",
        "/x/tiles/base/1/0/0",     "",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(map_file_find(bad[i]).kind, MAP_FILE_NONE);
    }
}

static const char *const files[] = {"/tiles/base/3/6/3", "/tiles/labels/9/418/223",
                                    "/map/style-light.json", "/map/style-dark.json?lang=zh"};

static void nothing_without_a_token(void **state)
{
    struct platform *p = *state;
    p->token[0] = '\0';
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_int_equal(get(p, files[i], ""), 401);
        assert_has(p, NO_TOKEN);
        assert_int_equal(get(p, files[i], "Authorization: 0123456789ABCDEF0123456789ABCDEF\r\n"),
                         401);
        assert_int_equal(get(p, files[i], "Token: \r\n"), 401);
    }
    assert_int_equal(get(p, "/tiles/base/7/0/0", ""), 404);
}

static void a_token_is_enough(void **state)
{
    struct platform *p = *state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_int_equal(get(p, files[i], ""), 200);
        assert_has(p, "ETag: W/\"");
        assert_has(p, "Cache-Control: private, ");
        assert_has(p, "Vary: Accept-Encoding");
        assert_has(p, i < 2 ? "Content-Type: application/vnd.mapbox-vector-tile"
                            : "Content-Type: application/json; charset=utf-8");
        assert_null(strstr(p->answer, "Content-Encoding"));
        assert_int_equal(get(p, files[i], "Accept-Encoding: gzip\r\n"), 200);
        assert_has(p, "Content-Encoding: gzip");
        assert_int_equal(request(p, "POST", files[i], "", "{}"), 405);
        assert_has(p, "Allow: GET, HEAD, OPTIONS");
        assert_int_equal(request(p, "HEAD", files[i], "", ""), 200);
    }
    assert_int_equal(get(p, "/tiles/base/6/2/32", ""), 204); /* the Pacific */
    assert_int_equal(get(p, "/tiles/labels/7/10/64", ""), 204);
}

static void what_is_known_is_not_sent_again(void **state)
{
    struct platform *p = *state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_int_equal(get(p, files[i], ""), 200);
        const char *begin = strstr(p->answer, "ETag: ") + strlen("ETag: ");
        char *header = g_strdup_printf("Accept-Encoding: gzip\r\nIf-None-Match: %.*s\r\n",
                                       (int)strcspn(begin, "\r"), begin);
        assert_int_equal(get(p, files[i], header), 304);
        assert_true(g_str_has_suffix(p->answer, "\r\n\r\n"));
        g_free(header);
        assert_int_equal(get(p, files[i], "If-None-Match: W/\"0000000000000000\"\r\n"), 200);
    }
}

/* The style names the version, with which a tile is kept for ever. */
static void a_tile_of_this_version_is_kept(void **state)
{
    struct platform *p = *state;
    assert_int_equal(get(p, "/map/style-light.json", ""), 200);
    const char *version = strstr(p->answer, "?v=") + strlen("?v=");
    char *path = g_strdup_printf("/tiles/base/3/6/3?v=%.*s", (int)strcspn(version, "\""), version);
    assert_int_equal(get(p, path, ""), 200);
    assert_has(p, "Cache-Control: private, max-age=31536000, immutable");
    assert_int_equal(get(p, "/tiles/base/3/6/3?v=0", ""), 200);
    assert_has(p, "Cache-Control: private, no-cache");
    g_free(path);
}

static void names_are_in_the_language_asked_for(void **state)
{
    struct platform *p = *state;
    static const char chinese[] = "[\"coalesce\",[\"get\",\"zh\"],[\"get\",\"name\"]]";
    assert_int_equal(get(p, "/map/style-light.json", ""), 200);
    assert_null(strstr(p->answer, chinese));
    assert_int_equal(get(p, "/map/style-light.json?lang=ZH", ""), 200);
    assert_has(p, chinese);
    assert_int_equal(get(p, "/map/style-light.json?lang=tlh", ""), 200);
    assert_null(strstr(p->answer, chinese));
}

#define MAP_TEST(f) cmocka_unit_test_setup_teardown(f, open_map, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_of_the_map),
        MAP_TEST(nothing_without_a_token),
        MAP_TEST(a_token_is_enough),
        MAP_TEST(what_is_known_is_not_sent_again),
        MAP_TEST(a_tile_of_this_version_is_kept),
        MAP_TEST(names_are_in_the_language_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
