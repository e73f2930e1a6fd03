#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "files/csv.h"

/* Begins to read a text. */
static struct csv_reader *reader_of(const char *text, size_t len)
{
    struct csv_reader *r = mem_new(sizeof(*r));
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    rewind(file);
    csv_reader_init(r, file);
    return r;
}

static void end(struct csv_reader *r)
{
    (void)fclose(r->file);
    csv_reader_clear(r);
    free(r);
}

/* The next record has these fields, between bars. */
static void expect(struct csv_reader *r, uint64_t line, const char *fields)
{
    char text[256] = "";
    assert_int_equal(csv_next(r), ERR_OK);
    for (size_t i = 0; i < r->count; i++) {
        char field[64];
        bytes_to_text(csv_field(r, i), field, sizeof(field));
        (void)strcat(text, i > 0 ? "|" : "");
        (void)strcat(text, field);
    }
    assert_string_equal(text, fields);
    assert_int_equal(r->line, line);
}

static void test_records(void **state)
{
    static const char text[] = "\xef\xbb\xbf"
                               "a,b,c\r\n"
                               "1,\"two, three\",\"say \"\"hi\"\"\"\n"
                               "\n"
                               ",,\n"
                               "\"two\nlines\",x,\"\"\n"
                               "last,one,\xe8\xb4\xa7";
    struct csv_reader *r = reader_of(text, sizeof(text) - 1);
    (void)state;
    expect(r, 1, "a|b|c");
    expect(r, 2, "1|two, three|say \"hi\"");
    expect(r, 4, "||");
    expect(r, 5, "two\nlines|x|");
    expect(r, 7, "last|one|\xe8\xb4\xa7");
    assert_int_equal(csv_field(r, 3).len, 0);
    assert_int_equal(csv_next(r), ERR_END);
    assert_int_equal(csv_next(r), ERR_END);
    end(r);
}

static void test_semicolons(void **state)
{
    static const char text[] = "a;b\n1,5;2\n";
    struct csv_reader *r = reader_of(text, sizeof(text) - 1);
    (void)state;
    expect(r, 1, "a|b");
    expect(r, 2, "1,5|2");
    end(r);
}

static void test_a_bad_record_is_followed_by_the_next(void **state)
{
    static const char text[] = "a,b\n\"x\"y,1\n2,3\nx\"y,1\n4,\xff\n5,\0\n6,7\n";
    struct csv_reader *r = reader_of(text, sizeof(text) - 1);
    (void)state;
    expect(r, 1, "a|b");
    assert_int_equal(csv_next(r), ERR_MALFORMED);
    assert_int_equal(r->line, 2);
    expect(r, 3, "2|3");
    assert_int_equal(csv_next(r), ERR_MALFORMED);
    assert_int_equal(csv_next(r), ERR_MALFORMED);
    assert_int_equal(csv_next(r), ERR_MALFORMED);
    expect(r, 7, "6|7");
    end(r);
}

/* A line of `count` such letters is too long; the one behind it can be read. */
static void expect_too_long(char letter, size_t count)
{
    static const char behind[] = {'\n', '1', ',', '2', '\n'};
    char *text = mem_new(count + sizeof(behind));
    memset(text, letter, count);
    memcpy(text + count, behind, sizeof(behind));
    struct csv_reader *r = reader_of(text, count + sizeof(behind));
    assert_int_equal(csv_next(r), ERR_TOO_LONG);
    expect(r, 2, "1|2");
    end(r);
    free(text);
}

static void test_what_is_too_long(void **state)
{
    (void)state;
    expect_too_long('x', (size_t)2 * CSV_RECORD_MAX);
    expect_too_long(',', CSV_FIELDS_MAX);
}

static void test_a_quote_that_stays_open(void **state)
{
    static const char text[] = "a,b\n1,\"2\n3,4\n";
    struct csv_reader *r = reader_of(text, sizeof(text) - 1);
    (void)state;
    expect(r, 1, "a|b");
    assert_int_equal(csv_next(r), ERR_MORE);
    assert_int_equal(r->line, 2);
    end(r);
    r = reader_of("", 0);
    assert_int_equal(csv_next(r), ERR_END);
    end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_semicolons),
        cmocka_unit_test(test_a_bad_record_is_followed_by_the_next),
        cmocka_unit_test(test_what_is_too_long),
        cmocka_unit_test(test_a_quote_that_stays_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
