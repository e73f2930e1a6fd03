/* What the management calls share: rules of names, roles in words, pages of lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "api/list_page.h"
#include "api/manage.h"

static const struct param_row params[] = {LIST_PAGE_PARAMS};
static const struct api_method method = {
    .name = "ListThings", .params = params, .param_count = COUNT_OF(params)};

/* An empty answer, without the head of an envelope. */
static void begin_anew(struct call *c)
{
    json_free(&c->out);
    c->out = (struct json_out){0};
}

static int open_call(void **state)
{
    struct call *c = call_new(NULL);
    c->method = &method;
    begin_anew(c);
    *state = c;
    return 0;
}

static int close_call(void **state)
{
    call_free(*state);
    return 0;
}

/* 0: the field is absent. */
static void ask(struct call *c, int64_t index, int64_t size)
{
    c->values[PAGE_PARAM_INDEX] = (struct value){.present = index > 0, .number = index};
    c->values[PAGE_PARAM_SIZE] = (struct value){.present = size > 0, .number = size};
}

static void test_plates(void **state)
{
    (void)state;
    char longest[2 * NAME_MAX_CHARS + 3] = "";
    for (size_t i = 0; i < NAME_MAX_CHARS; i++) {
        /* Characters are counted, not bytes. */
        (void)g_strlcat(longest, "\u00e4", sizeof(longest));
    }
    static const char *const good[] = {"1", "B-X 1", "\u4eac A12345", ";"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_null(manage_plate_fault(good[i]));
    }
    assert_null(manage_plate_fault(longest));
    (void)g_strlcat(longest, "x", sizeof(longest));
    assert_string_equal(manage_plate_fault(longest), "too long");
    assert_string_equal(manage_plate_fault(""), PARAM_MISSING);
    assert_string_equal(manage_plate_fault(","), "holds a comma");
    assert_string_equal(manage_plate_fault("B-X 1,"), "holds a comma");
}

static void test_roles(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum role role;
    } good[] = {{"viewer", ROLE_VIEWER}, {"OPERATOR", ROLE_OPERATOR}, {"Admin", ROLE_ADMIN}};
    static const char *const bad[] = {"", "root", "ROOT", "admins", "view", " admin", "2"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        enum role role = ROLE_ROOT;
        assert_true(manage_role(good[i].text, &role));
        assert_int_equal(role, good[i].role);
        enum role again = ROLE_ROOT;
        assert_true(manage_role(manage_role_text(role), &again));
        assert_int_equal(again, role);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        enum role role = ROLE_OPERATOR;
        assert_false(manage_role(bad[i], &role));
        assert_int_equal(role, ROLE_OPERATOR); /* as it was */
    }
    assert_string_equal(manage_role_text(ROLE_ROOT), "root");
}

static void test_folding(void **state)
{
    struct call *c = *state;
    assert_string_equal(list_key_folded(c, "\u00c4RZTE"), list_key_folded(c, "\u00e4rzte"));
    assert_string_equal(list_key_folded(c, "Stra\u00dfe"), list_key_folded(c, "STRASSE"));
    assert_string_equal(list_key_folded(c, ""), "");
    assert_string_not_equal(list_key_folded(c, "a"), list_key_folded(c, "\u00e4"));
}

/* 1000 rows a page at most, and all of these where nothing is said. */
static void test_pages(void **state)
{
    struct call *c = *state;
    static const struct {
        int64_t index;
        int64_t size;
        int64_t first;
        int64_t end;
    } rows[] = {
        {0, 0, 0, 1000},
        {1, 0, 0, 1000},
        {2, 0, 1000, 2000},
        {0, 1, 0, 1},
        {3, 10, 20, 30},
        {1, 1000, 0, 1000},
        {1, 1001, 0, 1000},
        {2, LIST_PAGE_INDEX_MAX, 1000, 2000},
        {LIST_PAGE_INDEX_MAX, LIST_PAGE_INDEX_MAX, INT64_C(999999999) * 1000,
         INT64_C(1000000000) * 1000},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ask(c, rows[i].index, rows[i].size);
        struct list_page page = list_page_of(c, 0);
        assert_int_equal(page.first, rows[i].first);
        assert_int_equal(page.end, rows[i].end);
        assert_int_equal(page.at, 0);
    }
}

/* What a list of `count` numbers answers. */
static char *list_of(struct call *c, int count)
{
    begin_anew(c);
    struct list_page page = list_page_begin(c, 0, (size_t)count);
    for (int i = 0; i < count; i++) {
        if (list_page_takes(&page)) {
            json_int(&c->out, i);
        }
    }
    list_page_end(c);
    struct bytes text = json_text(&c->out);
    return g_strndup((const char *)text.at, text.len);
}

static void expect_list(struct call *c, int count, const char *text)
{
    char *got = list_of(c, count);
    assert_string_equal(got, text);
    g_free(got);
}

static void test_what_a_page_holds(void **state)
{
    struct call *c = *state;
    ask(c, 0, 0);
    expect_list(c, 0, "{\"total\":0,\"data\":[]}");
    expect_list(c, 3, "{\"total\":3,\"data\":[0,1,2]}");
    ask(c, 1, 2);
    expect_list(c, 5, "{\"total\":5,\"data\":[0,1]}");
    ask(c, 3, 2);
    expect_list(c, 5, "{\"total\":5,\"data\":[4]}");
    ask(c, 4, 2);
    expect_list(c, 5, "{\"total\":5,\"data\":[]}");
}

static void test_what_was_made(void **state)
{
    struct call *c = *state;
    c->made_id = INT64_C(281474976710657); /* the first of a second shard */
    manage_write_made(c, "GroupID");
    struct bytes text = json_text(&c->out);
    static const char want[] = "{\"GroupID\":281474976710657}";
    assert_int_equal(text.len, sizeof(want) - 1);
    assert_memory_equal(text.at, want, sizeof(want) - 1);
}

int main(void)
{
#define CALL_TEST(f) cmocka_unit_test_setup_teardown(f, open_call, close_call)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plates),     cmocka_unit_test(test_roles),
        CALL_TEST(test_folding),           CALL_TEST(test_pages),
        CALL_TEST(test_what_a_page_holds), CALL_TEST(test_what_was_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
