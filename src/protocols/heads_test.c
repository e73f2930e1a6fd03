/* Heads of sentences by their forms: each class, how many, and what has not come yet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/heads.h"

static struct bytes of(const char *text)
{
    return bytes_of_text(text);
}

static void test_reads_heads(void **state)
{
    static const struct {
        const char *form;
        const char *in;
        enum err e;
        size_t len;
    } rows[] = {
        {"ab", "abc", ERR_OK, 2},
        {"ab", "a", ERR_MORE, 0},
        {"ab", "", ERR_MORE, 0},
        {"ab", "ac", ERR_MALFORMED, 0},
        {"%9", "5", ERR_OK, 1},
        {"%9", "a", ERR_MALFORMED, 0},
        {"%9", "", ERR_MORE, 0},
        {"%9{3},", "123,x", ERR_OK, 4},
        {"%9{3},", "123", ERR_MORE, 0},
        {"%9{3},", "12,", ERR_MALFORMED, 0},
        {"%9{3},", "1234", ERR_MALFORMED, 0},
        {"%9{2,3}*", "12*", ERR_OK, 3},
        {"%9{2,3}*", "12", ERR_MORE, 0},
        {"%9{2,3}*", "1*", ERR_MALFORMED, 0},
        {"%9{2,3}*", "1234*", ERR_MALFORMED, 0},
        {"%9{0,2}x", "x", ERR_OK, 1},
        {"%9{10,15}*", "1234567890123456", ERR_MALFORMED, 0},
        {"%9{10,15}*", "123456789012345*", ERR_OK, 16},
        {"%x%x", "fA", ERR_OK, 2},
        {"%x", "g", ERR_MALFORMED, 0},
        {"%x", "G", ERR_MALFORMED, 0},
        {"%x", "/", ERR_MALFORMED, 0},
        {"%x", ":", ERR_MALFORMED, 0},
        {"%x", "@", ERR_MALFORMED, 0},
        {"%A", "Z", ERR_OK, 1},
        {"%A", "z", ERR_MALFORMED, 0},
        {"%a{2}", "aZ", ERR_OK, 2},
        {"%a", "[", ERR_MALFORMED, 0},
        {"%N{2}", "Z9", ERR_OK, 2},
        {"%N", "a", ERR_MALFORMED, 0},
        {"!%[1AB],", "!B,", ERR_OK, 3},
        {"!%[1AB],", "!C", ERR_MALFORMED, 0},
        {"!%[1AB]{2},", "!AB,", ERR_OK, 4},
        {"%~{0,3},", "a;c,", ERR_OK, 4},
        {"%~{0,3},", ",", ERR_OK, 1},
        {"%~{0,3},", "abcd", ERR_MALFORMED, 0},
        {"%~{0,3},", "abc", ERR_MORE, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct head head = {.len = 0};
        assert_int_equal(head_read(of(rows[i].in), rows[i].form, &head), rows[i].e);
        assert_int_equal(head.len, rows[i].len);
    }
}

static void test_a_nul_is_of_no_class(void **state)
{
    static const uint8_t nul[] = {0, ','};
    static const char *const classes[] = {"%9", "%x", "%A", "%a", "%N", "%[1,]"};
    (void)state;
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        assert_int_equal(head_begins((struct bytes){nul, sizeof(nul)}, 0, classes[i]),
                         ERR_MALFORMED);
    }
    assert_int_equal(head_span((struct bytes){nul, sizeof(nul)}, ",", SIZE_MAX), 0);
}

static void test_tells_the_parts(void **state)
{
    struct head head;
    (void)state;
    assert_int_equal(head_read(of("[3G*1234567890*000c*LK]"), "[%N{2}*%9{10,15}*%x{4}*", &head),
                     ERR_OK);
    assert_true(bytes_eq(head.part[0], "3G"));
    assert_true(bytes_eq(head.part[1], "1234567890"));
    assert_true(bytes_eq(head.part[2], "000c"));
    assert_int_equal(head.part[3].len, 0);
    assert_int_equal(head.len, 20);
    assert_int_equal(head_read(of("1234567"), "%9%9%9%9%9%9%9", &head), ERR_OK);
    assert_true(bytes_eq(head.part[HEAD_PARTS_MAX - 1], "6"));
    assert_int_equal(head.len, 7);
}

static void test_one_of_several(void **state)
{
    static const char *const forms[] = {"imei:", "##,imei:", "*%9{2},", NULL};
    static const char *const none[] = {NULL};
    struct head head;
    (void)state;
    assert_int_equal(head_read_one(of("##,imei:1"), forms, &head), ERR_OK);
    assert_int_equal(head.form, 1);
    assert_int_equal(head.len, 8);
    assert_int_equal(head_read_one(of("im"), forms, NULL), ERR_MORE);
    assert_int_equal(head_read_one(of("*1"), forms, NULL), ERR_MORE);
    assert_int_equal(head_read_one(of("*12,"), forms, &head), ERR_OK);
    assert_int_equal(head.form, 2);
    assert_true(bytes_eq(head.part[0], "12"));
    assert_int_equal(head_read_one(of("x"), forms, NULL), ERR_MALFORMED);
    assert_int_equal(head_read_one(of("x"), none, NULL), ERR_MALFORMED);
    assert_int_equal(head_begins(of("xximei:"), 2, "imei:"), ERR_OK);
    assert_int_equal(head_begins(of("xx"), 2, "imei:"), ERR_MORE);
}

static void test_spans_a_set(void **state)
{
    (void)state;
    assert_int_equal(head_span(of("\r\n;a"), ";\r\n", SIZE_MAX), 3);
    assert_int_equal(head_span(of("\r\n;a"), ";\r\n", 2), 2);
    assert_int_equal(head_span(of(""), ";", SIZE_MAX), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_heads),     cmocka_unit_test(test_a_nul_is_of_no_class),
        cmocka_unit_test(test_tells_the_parts), cmocka_unit_test(test_one_of_several),
        cmocka_unit_test(test_spans_a_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
