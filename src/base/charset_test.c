/* Texts of devices become UTF-8, whatever is in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/charset.h"

#define REPLACEMENT "\xef\xbf\xbd"

struct charset_case {
    enum charset from;
    const char *in;
    size_t in_len;
    size_t len_max;
    const char *want;
};

/* U+8BBE U+7F6E (c9e8 d6c3 in GBK) means "set up". */
static const struct charset_case cases[] = {
    {CHARSET_GBK, "", 0, 100, ""},
    {CHARSET_GBK, "OK", 2, 0, ""},
    {CHARSET_GBK, "OK", 2, 100, "OK"},
    {CHARSET_GBK, "OK", 2, 1, "O"},
    {CHARSET_GBK, "\xc9\xe8\xd6\xc3", 4, 100, "\xe8\xae\xbe\xe7\xbd\xae"},
    {CHARSET_GBK, "\xc9\xe8\xd6\xc3", 4, 6, "\xe8\xae\xbe\xe7\xbd\xae"},
    {CHARSET_GBK, "\xc9\xe8\xd6\xc3", 4, 5, "\xe8\xae\xbe"},
    {CHARSET_GBK, "\xc9\xe8\xd6\xc3", 4, 2, ""},
    {CHARSET_GBK, "a\xc9", 2, 100, "a" REPLACEMENT},
    {CHARSET_GBK, "\xff\x61", 2, 100, REPLACEMENT "a"},
    {CHARSET_GBK, "\xff\xff", 2, 5, REPLACEMENT},
    {CHARSET_GBK, "a\0b\x1b\x7f\t\n", 7, 100, "a b  \t\n"},
    {CHARSET_UTF16BE, "\0O\0K", 4, 100, "OK"},
    {CHARSET_UTF16BE, "\x8b\xbe\x7f\x6e", 4, 100, "\xe8\xae\xbe\xe7\xbd\xae"},
    {CHARSET_UTF16BE, "\xd8\x3d\xde\x9a", 4, 100, "\xf0\x9f\x9a\x9a"}, /* a pair of surrogates */
    {CHARSET_UTF16BE, "\xd8\x3d\0a", 4, 100, REPLACEMENT "a"},
    {CHARSET_UTF16BE, "\xde\x9a\0a", 4, 100, REPLACEMENT "a"},
    {CHARSET_UTF16BE, "\0a\0", 3, 100, "a" REPLACEMENT},
    {CHARSET_UTF16BE, "\0a\xd8\x3d", 4, 100, "a" REPLACEMENT},
    {CHARSET_UTF16BE, "\0a\xd8\x3d\xde\x9a", 6, 4, "a"}, /* no room for the second */
    {CHARSET_ASCII, "OK\x80\xe9z", 5, 100, "OK" REPLACEMENT REPLACEMENT "z"},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct charset_case *c = &cases[i];
        struct arena arena = {0};
        struct bytes in = {(const uint8_t *)c->in, c->in_len};
        struct bytes got = charset_to_utf8(&arena, c->from, in, c->len_max);
        print_message("# %zu\n", i);
        assert_int_equal(got.len, strlen(c->want));
        if (got.len > 0) {
            assert_memory_equal(got.at, c->want, got.len);
        }
        arena_free(&arena);
    }
}

static void test_control_characters_may_stay(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const uint8_t at[] = {0, 'a', 0, '\r', 0, 0x1b, 0, 0x7f, 0, '\n'};
    struct bytes in = {at, sizeof(at)};
    struct bytes kept = charset_convert(&arena, CHARSET_UTF16BE, in, 100);
    struct bytes blank = charset_to_utf8(&arena, CHARSET_UTF16BE, in, 100);
    assert_true(bytes_eq(kept, "a\r\x1b\x7f\n"));
    assert_true(bytes_eq(blank, "a   \n"));
    assert_null(charset_convert(&arena, CHARSET_ASCII, (struct bytes){0}, 100).at);
    arena_free(&arena);
}

/* Any two bytes give at most two replacements, and never more than the room. */
static void test_any_bytes(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (unsigned pair = 0; pair <= UINT16_MAX; pair++) {
        const uint8_t at[] = {(uint8_t)(pair >> 8), (uint8_t)pair, 'x'};
        struct bytes got =
            charset_to_utf8(&arena, CHARSET_GBK, (struct bytes){at, sizeof(at)}, pair % 12);
        assert_true(got.len <= pair % 12 && got.len <= 3 * sizeof(at));
        arena_clear(&arena);
    }
    arena_free(&arena);
}

static void test_the_way_back(void **state)
{
    (void)state;
    static const struct {
        enum charset to;
        enum err want;
        const char *in;
        size_t room;
        const char *out;
        size_t len;
    } rows[] = {
        {CHARSET_GBK, ERR_OK, "", 0, "", 0},
        {CHARSET_GBK, ERR_OK, "OK#", 3, "OK#", 3},
        {CHARSET_GBK, ERR_TOO_LONG, "OK#", 2, NULL, 0},
        {CHARSET_GBK, ERR_OK, "\xe8\xae\xbe\xe7\xbd\xae", 4, "\xc9\xe8\xd6\xc3", 4},
        {CHARSET_GBK, ERR_TOO_LONG, "\xe8\xae\xbe\xe7\xbd\xae", 3, NULL, 0},
        {CHARSET_GBK, ERR_INVALID, "\xf0\x9f\x9a\x9a", 8, NULL, 0},
        {CHARSET_GBK, ERR_INVALID, "\xe8\xae", 8, NULL, 0},
        {CHARSET_GBK, ERR_INVALID, "\xff", 8, NULL, 0},
        {CHARSET_ASCII, ERR_INVALID, "\xc3\xa9", 8, NULL, 0},
        {CHARSET_UTF16BE, ERR_OK, "O\xc3\xa9", 8, "\0O\0\xe9", 4},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t out[8];
        size_t len = 0;
        struct bytes in = {(const uint8_t *)rows[i].in, strlen(rows[i].in)};
        print_message("# %zu\n", i);
        assert_int_equal(charset_of_utf8(rows[i].to, in, out, rows[i].room, &len), rows[i].want);
        if (rows[i].out != NULL) {
            assert_int_equal(len, rows[i].len);
            assert_memory_equal(out, rows[i].out, len);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_the_way_back),
        cmocka_unit_test(test_control_characters_may_stay),
        cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests_name("charset", tests, NULL, NULL);
}
