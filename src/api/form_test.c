#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "api/form.h"

struct pair {
    const char *name;
    const char *value;
};

static void expect_fields(const char *text, const struct pair *pairs, size_t count)
{
    struct arena arena = {0};
    struct json_value *object = NULL;
    assert_int_equal(form_read(bytes_of_text(text), &arena, &object), ERR_OK);
    assert_int_equal(object->kind, JSON_KIND_OBJECT);
    assert_int_equal(object->count, count);
    const struct json_value *v = object->first;
    for (size_t i = 0; i < count; i++, v = v->next) {
        assert_int_equal(v->kind, JSON_KIND_STRING);
        assert_string_equal((const char *)v->name.at, pairs[i].name);
        assert_string_equal((const char *)v->text.at, pairs[i].value);
        assert_int_equal(v->text.len, strlen(pairs[i].value));
    }
    assert_null(v);
    arena_free(&arena);
}

static void test_names_and_values(void **state)
{
    (void)state;
    static const struct pair plain[] = {{"a", "1"}, {"b c", "x=y, &"}, {"a", ""}};
    static const struct pair bare[] = {{"a", ""}, {"", "b"}};
    expect_fields("a=1&b+c=x=y%2C+%26&a=", plain, 3);
    expect_fields("&a&&=b&", bare, 2);
    expect_fields("", NULL, 0);
    expect_fields("&&", NULL, 0);
    expect_fields("%E7%B2%A4=%f0%9f%98%80", &(struct pair){"粤", "😀"}, 1);
}

static enum err read_text(const char *text)
{
    struct arena arena = {0};
    struct json_value *object = NULL;
    enum err e = form_read(bytes_of_text(text), &arena, &object);
    arena_free(&arena);
    return e;
}

static void test_what_is_no_utf8(void **state)
{
    (void)state;
    assert_int_equal(read_text("a=%ff"), ERR_MALFORMED);
    assert_int_equal(read_text("a=%00"), ERR_MALFORMED);
    assert_int_equal(read_text("%c3=1"), ERR_MALFORMED);
    assert_int_equal(read_text("a=1&b=\xff"), ERR_MALFORMED);
    assert_int_equal(read_text("a=%c3&b=%a4"), ERR_MALFORMED); /* a character is of one field */
}

static void test_the_number_of_fields_is_bounded(void **state)
{
    (void)state;
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < FORM_FIELDS_MAX; i++) {
        g_string_append(text, "a&");
    }
    assert_int_equal(read_text(text->str), ERR_OK);
    g_string_append(text, "&&a");
    assert_int_equal(read_text(text->str), ERR_TOO_LONG);
    g_string_free(text, TRUE);
}

static void test_the_type_of_forms(void **state)
{
    (void)state;
    assert_true(form_is_type("application/x-www-form-urlencoded"));
    assert_true(form_is_type("Application/X-WWW-Form-URLencoded ; charset=UTF-8"));
    assert_true(form_is_type("application/x-www-form-urlencoded;"));
    assert_false(form_is_type("application/json"));
    assert_false(form_is_type("application/x-www-form-urlencodedx"));
    assert_false(form_is_type("multipart/form-data; a=application/x-www-form-urlencoded"));
    assert_false(form_is_type(""));
    assert_false(form_is_type(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_and_values),
        cmocka_unit_test(test_what_is_no_utf8),
        cmocka_unit_test(test_the_number_of_fields_is_bounded),
        cmocka_unit_test(test_the_type_of_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
