#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "api/pages.h"
#include "api/site.h"
#include "base/mem.h"

static const struct site_files none = {.style_sources = ""};

/* Files as a build makes them; `text` has one mark. */
static struct site_files files_of(const char *text)
{
    static const struct site_file rows[] = {
        {.path = "/assets/a-1.js", .type = "text/javascript", .tag = "aa"},
        {.path = "/icon.svg", .type = "image/svg+xml", .tag = "bb"},
    };
    return (struct site_files){.at = rows,
                               .count = sizeof(rows) / sizeof(rows[0]),
                               .shell = bytes_of_text(text),
                               .style_sources = "'sha256-x='"};
}

static void assert_shell(const struct site *s, enum site_page page, const char *text)
{
    struct bytes shell = site_shell(s, page, false);
    assert_int_equal(shell.len, strlen(text));
    assert_memory_equal(shell.at, text, shell.len);
    struct bytes gzip = site_shell(s, page, true);
    assert_true(gzip.len > 2);
    assert_memory_equal(gzip.at, "\x1f\x8b", 2);
}

static void test_shells_tell_their_page(void **state)
{
    (void)state;
    const struct site_files files = files_of("<body data-page=\"login\">x");
    struct site *s = site_new(&(struct site_options){.files = &files});
    assert_shell(s, SITE_ONLINE, "<body data-page=\"online\">x");
    assert_shell(s, SITE_MAP, "<body data-page=\"map\">x");
    assert_shell(s, SITE_HISTORY, "<body data-page=\"history\">x");
    assert_shell(s, SITE_REPORTS, "<body data-page=\"reports\">x");
    assert_shell(s, SITE_LOGIN, "<body data-page=\"login\">x");
    site_free(s);
    s = site_new(&(struct site_options){.files = &files, .device_port = 9881, .demo = true});
    assert_shell(s, SITE_MAP, "<body data-page=\"map\" data-device-port=\"9881\" data-demo>x");
    site_free(s);
}

/* The hash is of what a browser takes out of the page. */
static void test_without_files_one_page_says_so_under_the_same_policy(void **state)
{
    (void)state;
    const struct site_files *const nothing[] = {NULL, &none};
    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
        struct site *s = site_new(&(struct site_options){
            .files = nothing[i], .demo = i == 1, .frame_ancestors = "https://a.example"});
        assert_shell(s, SITE_MAP, page_text(i == 1));
        assert_shell(s, SITE_LOGIN, page_text(i == 1));
        assert_null(site_find(s, "/"));
        assert_non_null(strstr(site_policy(s, false), "default-src 'none'; "));
        assert_non_null(strstr(site_policy(s, false), "frame-ancestors 'none'"));
        assert_non_null(strstr(site_policy(s, true), "frame-ancestors https://a.example"));
        const char *style = strstr(page_text(false), "<style>") + strlen("<style>");
        char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)style,
                                                 (gsize)(strstr(style, "</style>") - style));
        gsize len = 0;
        const char *told = strstr(site_policy(s, false), "'sha256-") + strlen("'sha256-");
        char *base64 = g_strndup(told, strcspn(told, "'"));
        guchar *digest = g_base64_decode(base64, &len);
        assert_int_equal(len, 32);
        for (size_t at = 0; at < len; at++) {
            char digits[3];
            (void)snprintf(digits, sizeof(digits), "%02x", digest[at]);
            assert_memory_equal(hash + 2 * at, digits, 2);
        }
        g_free(digest);
        g_free(base64);
        g_free(hash);
        site_free(s);
    }
    site_free(NULL);
}

static void test_fun_names_a_page(void **state)
{
    (void)state;
    static const struct {
        const char *fun;
        enum site_page page;
    } cases[] = {
        {"1", SITE_ONLINE}, {"2", SITE_MAP},  {"3", SITE_HISTORY}, {"4", SITE_REPORTS},
        {"5", SITE_LOGIN},  {NULL, SITE_MAP}, {"", SITE_MAP},      {"0", SITE_MAP},
        {"6", SITE_MAP},    {"11", SITE_MAP}, {"x", SITE_MAP},     {"-1", SITE_MAP},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(site_page_of_fun(cases[i].fun), cases[i].page);
    }
}

static void test_files_are_found_by_their_path(void **state)
{
    (void)state;
    const struct site_files files = files_of("data-page=\"login\"");
    struct site *s = site_new(&(struct site_options){.files = &files});
    assert_ptr_equal(site_find(s, "/assets/a-1.js"), &files.at[0]);
    assert_true(site_file_is_lasting(&files.at[0]));
    assert_ptr_equal(site_find(s, "/icon.svg"), &files.at[1]);
    assert_false(site_file_is_lasting(&files.at[1]));
    static const char *const nothing[] = {"",
                                          "/",
                                          "/assets/",
                                          "/assets/A-1.js",
                                          "/assets/a-1.js/",
                                          "assets/a-1.js",
                                          "/index.html",
                                          "/../icon.svg"};
    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
        assert_null(site_find(s, nothing[i]));
    }
    site_free(s);
}

static void test_only_named_origins_may_frame(void **state)
{
    (void)state;
    const struct site_files files = files_of("data-page=\"login\"");
    struct site *s = site_new(&(struct site_options){.files = &files, .frame_ancestors = ""});
    assert_string_equal(site_policy(s, true), site_policy(s, false));
    assert_non_null(strstr(site_policy(s, true), "frame-ancestors 'none'"));
    assert_non_null(strstr(site_policy(s, true), "style-src 'self' 'sha256-x=';"));
    site_free(s);
    s = site_new(&(struct site_options){.files = &files,
                                        .frame_ancestors = "https://a.example https://b.example"});
    assert_non_null(
        strstr(site_policy(s, true), "frame-ancestors https://a.example https://b.example"));
    assert_non_null(strstr(site_policy(s, false), "frame-ancestors 'none'"));
    site_free(s);
}

int main(void)
{
    mem_configure();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shells_tell_their_page),
        cmocka_unit_test(test_without_files_one_page_says_so_under_the_same_policy),
        cmocka_unit_test(test_fun_names_a_page),
        cmocka_unit_test(test_files_are_found_by_their_path),
        cmocka_unit_test(test_only_named_origins_may_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
