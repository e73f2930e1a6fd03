#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/cors.h"

static void test_origins_that_are_none(void **state)
{
    (void)state;
    static const char *const good[] = {"", "  ", "https://maps.example.com",
                                       "http://localhost:5173  https://[2001:db8::1]:8443 "};
    static const char *const bad[] = {
        "*",
        "null",
        "maps.example.com",
        "https://",
        "https://maps.example.com/",
        "https://maps.example.com,https://a.example.com",
        "https://a.example.com ftp://a.example.com",
        "https://a@example.com",
        "https://exämple.com",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_null(cors_fault(good[i]));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_non_null(cors_fault(bad[i]));
    }
}

static void test_the_list_holds_whole_origins(void **state)
{
    (void)state;
    static const char *const list = " https://maps.example.com  http://localhost:5173";
    assert_true(cors_allows(list, "https://maps.example.com"));
    assert_true(cors_allows(list, "http://LOCALHOST:5173"));
    assert_false(cors_allows(list, "http://localhost"));
    assert_false(cors_allows(list, "http://localhost:51734"));
    assert_false(cors_allows(list, "http://maps.example.com"));
    assert_false(cors_allows(list, "https://maps.example.com.evil.example"));
    assert_false(cors_allows(list, "https://maps.example.com http://localhost:5173"));
    assert_false(cors_allows(list, "null"));
    assert_false(cors_allows(list, ""));
    assert_false(cors_allows("", ""));
    assert_false(cors_allows("", "https://maps.example.com"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_origins_that_are_none),
        cmocka_unit_test(test_the_list_holds_whole_origins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
