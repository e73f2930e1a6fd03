/* Polylines of six decimals: what is one, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "connect/polyline_testing.h"

static void lines_come_back(void **state)
{
    (void)state;
    static const struct point places[] = {
        {0, 0},
        {900000000, 1800000000},
        {-900000000, -1800000000},
        {225400010, 1139000020},
        {225400010, 1139000020},
        {225400000, 1139000030},
        {-10, 10},
    };
    enum { COUNT = sizeof(places) / sizeof(places[0]) };
    struct arena arena = {0};
    struct polyline line;
    char *text = polyline_write(places, COUNT);
    assert_int_equal(polyline_read(bytes_of_text(text), &arena, &line), ERR_OK);
    assert_int_equal(line.count, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(line.at[i].lat_e7, places[i].lat_e7);
        assert_int_equal(line.at[i].lon_e7, places[i].lon_e7);
    }
    for (size_t len = 0; len < strlen(text); len++) { /* no prefix is more than the line */
        struct bytes part = {(const uint8_t *)text, len};
        enum err e = polyline_read(part, &arena, &line);
        assert_true(e == ERR_MALFORMED || (e == ERR_OK && line.count < COUNT));
    }
    g_free(text);
    arena_free(&arena);
}

static void known_line_is_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct polyline line;
    assert_int_equal(polyline_read(bytes_of_text("?~thhvI"), &arena, &line), ERR_OK);
    assert_int_equal(line.count, 1);
    assert_int_equal(line.at[0].lat_e7, 0);
    assert_int_equal(line.at[0].lon_e7, -1799832000); /* as the head of polyline.c has it */
    arena_free(&arena);
}

static void bad_lines_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "?",                      /* half a place */
        "~",                      /* a number that goes on */
        "? ",                     /* below the alphabet */
        "?\x7f",                  /* beyond it */
        "~~~~~~~~~~~~~~~~~~~~~~", /* a number without an end */
        "agdtjD?",                /* a latitude beyond the pole */
    };
    struct arena arena = {0};
    struct polyline line;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(polyline_read(bytes_of_text(bad[i]), &arena, &line), ERR_MALFORMED);
    }
    size_t len = 2 * ((size_t)POLYLINE_MAX + 1);
    char *longest = g_strnfill(len, '?');
    assert_int_equal(polyline_read(bytes_of_text(longest), &arena, &line), ERR_TOO_LONG);
    longest[len - 2] = '\0';
    assert_int_equal(polyline_read(bytes_of_text(longest), &arena, &line), ERR_OK);
    assert_int_equal(line.count, POLYLINE_MAX);
    g_free(longest);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_back),
        cmocka_unit_test(known_line_is_read),
        cmocka_unit_test(bad_lines_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
