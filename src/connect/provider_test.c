/* URLs of providers, and what a request makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "connect/private.h"

static void urls_are_judged(void **state)
{
    (void)state;
    static const char *const good[] = {
        "http://127.0.0.1:5000",         "https://maps.example.com",
        "http://[::1]:80/nominatim/",    "https://h.example/reverse?key=A%20b",
        "http://osrm:5000/match/v1/car",
    };
    static const char *const bad[] = {
        "",
        "maps.example.com",
        "ftp://h.example/",
        "file:///etc/passwd",
        "http://",
        "http://user@h.example/",
        "http://user:secret@h.example/",
        "http://h.example/#part",
        "http://h.example/a b",
        "http://h.example/\n",
        "http://h.example:99999/",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_null(provider_url_fault(good[i]));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_non_null(provider_url_fault(bad[i]));
    }
    char *longest = g_strnfill(2049, 'a');
    memcpy(longest, "http://", 7);
    assert_non_null(provider_url_fault(longest));
    longest[2048] = '\0';
    assert_null(provider_url_fault("http://a"));
    g_free(longest);
}

static void expect_url(const char *base, const char *path, const char *query, const char *expected)
{
    struct target t = target_of(base);
    char *url = target_url(&t, path, query);
    assert_string_equal(url, expected);
    free(url);
    target_clear(&t);
}

static void requests_go_behind_path_and_query(void **state)
{
    (void)state;
    expect_url("http://h.example", "/reverse", "lat=1&lon=2",
               "http://h.example/reverse?lat=1&lon=2");
    expect_url("http://h.example/", "", "", "http://h.example");
    expect_url("http://h.example/maps//", "/x", "", "http://h.example/maps/x");
    expect_url("http://h.example/maps?key=K", "/x", "", "http://h.example/maps/x?key=K");
    expect_url("http://h.example:81/?key=K", "/x", "a=1", "http://h.example:81/x?key=K&a=1");
}

static void provider_rests_after_failures_in_a_row(void **state)
{
    (void)state;
    char name[] = "p";
    struct provider p = {.name = name};
    for (int i = 0; i < 4; i++) {
        provider_note(&p, "broken", 1000);
    }
    assert_false(provider_rests(&p, 1000));
    provider_note(&p, NULL, 1000);
    for (int i = 0; i < 5; i++) {
        assert_false(provider_rests(&p, 1000));
        provider_note(&p, "broken", 1000);
    }
    assert_true(provider_rests(&p, 1000));
    assert_true(provider_rests(&p, 10999));
    assert_false(provider_rests(&p, 11000));
    provider_note(&p, "broken", 12000);
    assert_true(provider_rests(&p, 12001));
    provider_note(&p, NULL, 12002);
    assert_false(provider_rests(&p, 12003));
    assert_int_equal(p.figures.failed, 10);
}

/* Once a minute at most, and in the end what is true. */
static void log_comes_to_the_truth(void **state)
{
    (void)state;
    char name[] = "p";
    struct provider p = {.name = name};
    provider_note(&p, NULL, 1000);
    assert_int_equal(p.silent_until_ms, 0); /* nothing was said: it is as it should be */
    provider_note(&p, "broken", 2000);
    assert_true(p.is_told_failing);
    provider_note(&p, NULL, 3000);
    assert_true(p.is_told_failing);
    provider_note(&p, NULL, 62000);
    assert_false(p.is_told_failing);
    provider_note(&p, "broken", 62001);
    assert_false(p.is_told_failing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_judged),
        cmocka_unit_test(requests_go_behind_path_and_query),
        cmocka_unit_test(log_comes_to_the_truth),
        cmocka_unit_test(provider_rests_after_failures_in_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
