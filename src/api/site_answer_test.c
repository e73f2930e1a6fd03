#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/testing.h"

/* A build of two files: one that gets shorter as gzip, one that does not. */
static const struct site_file rows[] = {
    {"/assets/app-A1.js",
     "text/javascript; charset=utf-8",
     "c0ffee",
     {(const uint8_t *)"run()", 5},
     {(const uint8_t *)"\x1f\x8b#", 3}},
    {"/icon.svg", "image/svg+xml", "beef", {(const uint8_t *)"<svg/>", 6}, {NULL, 0}},
};
static const char shell[] = "<!doctype html><body data-page=\"login\">the shell</body>";
static const struct site_files files = {.at = rows,
                                        .count = 2,
                                        .shell = {(const uint8_t *)shell, sizeof(shell) - 1},
                                        .style_sources = "'sha256-x='"};

static int open_with_pages(void **state)
{
    struct platform *p = platform_with(&files);
    make_fleet(p);
    *state = p;
    return 0;
}

/* Asks without a token in the header. */
static int get(struct platform *p, const char *path, const char *headers)
{
    char kept[TOKEN_SIZE];
    memcpy(kept, p->token, sizeof(kept));
    p->token[0] = '\0';
    int status = request(p, "GET", path, headers, "");
    memcpy(p->token, kept, sizeof(kept));
    return status;
}

static void assert_has(const struct platform *p, const char *text)
{
    if (strstr(p->answer, text) == NULL) {
        fail_msg("no %s in:\n%s", text, p->answer);
    }
}

static void assert_page(struct platform *p, const char *path, const char *page)
{
    char mark[64];
    (void)snprintf(mark, sizeof(mark), "<body data-page=\"%s\" data-device-port=\"9881\">", page);
    assert_int_equal(get(p, path, ""), 200);
    assert_has(p, mark);
    assert_has(p, "the shell");
    assert_has(p, "Content-Type: text/html; charset=utf-8");
    assert_has(p, "Cache-Control: no-store");
    assert_has(p, "Referrer-Policy: no-referrer");
    assert_has(p, "X-Content-Type-Options: nosniff");
}

static void test_a_good_key_opens_the_page_asked_for(void **state)
{
    struct platform *p = *state;
    static const char *const pages[] = {"map",     "online", "map", "history",
                                        "reports", "login",  "map"};
    char path[128];
    for (size_t fun = 0; fun < sizeof(pages) / sizeof(pages[0]); fun++) {
        (void)snprintf(path, sizeof(path), "/api?key=%s&fun=%zu&ids=A,B&type=1", p->token, fun);
        assert_page(p, path, pages[fun]);
        assert_has(p, "frame-ancestors https://portal.example.com");
    }
    (void)snprintf(path, sizeof(path), "/API/?Key=%s", p->token);
    assert_page(p, path, "map");
}

static void test_without_a_good_key_there_is_the_login(void **state)
{
    struct platform *p = *state;
    static const char *const paths[] = {
        "/api",
        "/api?fun=1",
        "/api?fun=1&key=",
        "/api?fun=1&key",
        "/api?fun=1&key=00000000000000000000000000000000",
        "/api?fun=1&key=%00%ff%22%3E%3Cscript%3E",
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_page(p, paths[i], "login");
    }
    char path[128];
    (void)snprintf(path, sizeof(path), "/api?fun=1&key=%s", p->token);
    (void)call(p, "user/LogOut", "{}");
    assert_page(p, path, "login");
}

static void test_home_is_the_login_whatever_it_is_told(void **state)
{
    struct platform *p = *state;
    char path[128];
    (void)snprintf(path, sizeof(path), "/?fun=1&key=%s", p->token);
    assert_page(p, path, "login");
    assert_has(p, "frame-ancestors 'none'");
    assert_has(p, "script-src 'self'; style-src 'self' 'sha256-x=';");
    assert_int_equal(request(p, "HEAD", "/", "", ""), 200);
    assert_null(strstr(p->answer, "the shell"));
    assert_int_equal(request(p, "POST", "/api", "", "{}"), 405);
    assert_has(p, "Allow: GET, HEAD, OPTIONS");
}

static void test_what_is_explained_is_for_everybody(void **state)
{
    struct platform *p = *state;
    assert_page(p, "/docs", "docs");
    assert_page(p, "/docs/devices", "docs");
    assert_has(p, "frame-ancestors 'none'");
    assert_int_equal(get(p, "/docs/other", ""), 404);
}

static void test_files_are_sent_once(void **state)
{
    struct platform *p = *state;
    assert_int_equal(get(p, "/assets/app-A1.js", ""), 200);
    assert_has(p, "Content-Type: text/javascript; charset=utf-8");
    assert_has(p, "Cache-Control: public, max-age=31536000, immutable");
    assert_has(p, "ETag: W/\"c0ffee\"");
    assert_has(p, "Vary: Accept-Encoding");
    assert_has(p, "\r\n\r\nrun()");
    assert_int_equal(get(p, "/assets/app-A1.js", "Accept-Encoding: br, gzip\r\n"), 200);
    assert_has(p, "Content-Encoding: gzip");
    assert_has(p, "Content-Length: 3\r\n");
    assert_int_equal(get(p, "/icon.svg", "Accept-Encoding: gzip\r\n"), 200);
    assert_null(strstr(p->answer, "Content-Encoding"));
    assert_has(p, "Cache-Control: no-cache");
    assert_has(p, "<svg/>");
    static const char *const known[] = {"\"c0ffee\"", "W/\"c0ffee\"", "\"x\", W/\"c0ffee\"", "*"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        char headers[64];
        (void)snprintf(headers, sizeof(headers), "If-None-Match: %s\r\n", known[i]);
        assert_int_equal(get(p, "/assets/app-A1.js", headers), 304);
        assert_has(p, "ETag: W/\"c0ffee\"");
        assert_null(strstr(p->answer, "run()"));
    }
    assert_int_equal(get(p, "/assets/app-A1.js", "If-None-Match: \"c0ffe\", c0ffee\r\n"), 200);
}

static void test_what_is_no_file_is_not_found(void **state)
{
    struct platform *p = *state;
    static const char *const paths[] = {"/assets/", "/assets/app-a1.js", "/index.html",
                                        "/assets/../icon.svg", "/assets/app-A1.js/"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_int_equal(get(p, paths[i], ""), 404);
        assert_has(p, "{\"Code\":404,");
    }
}

static void test_a_server_without_pages_says_so(void **state)
{
    struct platform *p = *state;
    static const char *const paths[] = {"/", "/api?fun=1"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_int_equal(get(p, paths[i], ""), 200);
        assert_has(p, "This server was built without its pages");
        assert_has(p, "Content-Type: text/html; charset=utf-8");
        assert_has(p, "Cache-Control: no-store");
        assert_has(p, "Content-Security-Policy: default-src 'none'; ");
        assert_has(p, "frame-ancestors ");
        assert_has(p, "X-Content-Type-Options: nosniff");
    }
    assert_int_equal(get(p, "/assets/app-A1.js", ""), 404);
}

#define SITE_TEST(test) cmocka_unit_test_setup_teardown(test, open_with_pages, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SITE_TEST(test_a_good_key_opens_the_page_asked_for),
        SITE_TEST(test_without_a_good_key_there_is_the_login),
        SITE_TEST(test_home_is_the_login_whatever_it_is_told),
        SITE_TEST(test_what_is_explained_is_for_everybody),
        SITE_TEST(test_files_are_sent_once),
        SITE_TEST(test_what_is_no_file_is_not_found),
        SERVER_TEST(test_a_server_without_pages_says_so),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
