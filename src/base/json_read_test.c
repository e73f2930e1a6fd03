#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_read.h"
#include "base/mem.h"

static enum err read_text(struct arena *arena, const char *text, struct json_value **out)
{
    arena_clear(arena);
    return json_read(bytes_of_text(text), arena, out);
}

static struct json_value *read_good(struct arena *arena, const char *text)
{
    struct json_value *v = NULL;
    assert_int_equal(read_text(arena, text, &v), ERR_OK);
    return v;
}

static void test_kinds(void **state)
{
    assert_int_equal(read_good(*state, "null")->kind, JSON_KIND_NULL);
    assert_int_equal(read_good(*state, " true ")->kind, JSON_KIND_TRUE);
    assert_int_equal(read_good(*state, "false")->kind, JSON_KIND_FALSE);
    assert_int_equal(read_good(*state, "{}")->kind, JSON_KIND_OBJECT);
    assert_int_equal(read_good(*state, "\xef\xbb\xbf[]")->kind, JSON_KIND_ARRAY);
    static const char *const numbers[] = {
        "0", "-0", "7", "-12.50", "1e9", "1.5E-3", "89860012345678901234567890",
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct json_value *v = read_good(*state, numbers[i]);
        assert_int_equal(v->kind, JSON_KIND_NUMBER);
        assert_true(bytes_eq(v->text, numbers[i]));
    }
}

static void test_members_keep_their_order(void **state)
{
    struct json_value *v = read_good(*state, "{\"a\": 1, \"b\" : [true, \"x\"], \"a\":{}}");
    assert_int_equal(v->count, 3);
    assert_true(bytes_eq(v->first->name, "a"));
    assert_true(bytes_eq(v->first->text, "1"));
    struct json_value *b = v->first->next;
    assert_int_equal(b->count, 2);
    assert_true(bytes_eq(b->first->next->text, "x"));
    assert_true(bytes_eq(b->next->name, "a"));
    assert_int_equal(b->next->kind, JSON_KIND_OBJECT);
    assert_null(b->next->next);
}

static void test_members_by_name(void **state)
{
    struct json_value *v = read_good(*state, "{\"a\": 1, \"b\": 2, \"a\": 3}");
    assert_true(bytes_eq(json_read_member(v, "a")->text, "3"));
    assert_true(bytes_eq(json_read_member(v, "b")->text, "2"));
    assert_null(json_read_member(v, "A"));
    assert_null(json_read_member(v->first, "a"));
    assert_null(json_read_member(NULL, "a"));
    assert_null(json_read_member(read_good(*state, "[1]"), ""));
}

static void test_strings(void **state)
{
    struct json_value *v =
        read_good(*state, "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\u20AC\\ud83d\\ude97\"");
    assert_string_equal((const char *)v->text.at, "a\"\\/\b\f\n\r\tä€🚗");
    v = read_good(*state, "\"a\\u0000b\"");
    assert_int_equal(v->text.len, 3);
    assert_int_equal(read_good(*state, "\"\"")->text.len, 0);
}

static void test_malformed(void **state)
{
    static const char *const texts[] = {
        "",
        "{",
        "}",
        "[1,]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "[1 2]",
        "01",
        "+1",
        "1.",
        ".5",
        "1e",
        "tru",
        "nul",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\x01\"",
        "1 1",
        "\"\xff\"",
        "[1}",
        "{,}",
        "NaN",
        "'a'",
        "-",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct json_value *v = NULL;
        assert_int_equal(read_text(*state, texts[i], &v), ERR_MALFORMED);
    }
    struct json_value *v = NULL;
    assert_int_equal(json_read((struct bytes){(const uint8_t *)"1\0", 2}, *state, &v),
                     ERR_MALFORMED);
}

static void test_every_prefix_is_malformed(void **state)
{
    static const char text[] = "{\"a\": [1.5, \"x\\u00e4\", {\"b\": null}], \"c\": true}";
    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        struct json_value *v = NULL;
        char *copy = mem_new(len);
        memcpy(copy, text, len);
        arena_clear(*state);
        assert_int_equal(json_read((struct bytes){(const uint8_t *)copy, len}, *state, &v),
                         ERR_MALFORMED);
        free(copy);
    }
}

static void test_bounds(void **state)
{
    struct json_value *v = NULL;
    assert_int_equal(read_text(*state, "[[[[[[[[]]]]]]]]", &v), ERR_OK);
    assert_int_equal(read_text(*state, "[[[[[[[[[]]]]]]]]]", &v), ERR_TOO_LONG);
    char *text = mem_new(2 * (size_t)JSON_READ_VALUES_MAX + 2);
    size_t at = 0;
    text[at++] = '[';
    for (size_t i = 0; i + 1 < JSON_READ_VALUES_MAX; i++) {
        text[at++] = '1';
        text[at++] = ',';
    }
    text[at - 1] = ']';
    arena_clear(*state);
    assert_int_equal(json_read((struct bytes){(const uint8_t *)text, at}, *state, &v), ERR_OK);
    text[at - 1] = ',';
    text[at++] = '1';
    text[at++] = ']';
    arena_clear(*state);
    assert_int_equal(json_read((struct bytes){(const uint8_t *)text, at}, *state, &v),
                     ERR_TOO_LONG);
    free(text);
}

static int set_up(void **state)
{
    *state = mem_new(sizeof(struct arena));
    return 0;
}

static int tear_down(void **state)
{
    arena_free(*state);
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),           cmocka_unit_test(test_members_keep_their_order),
        cmocka_unit_test(test_members_by_name), cmocka_unit_test(test_strings),
        cmocka_unit_test(test_malformed),       cmocka_unit_test(test_every_prefix_is_malformed),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
