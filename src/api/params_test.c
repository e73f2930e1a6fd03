#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "api/form.h"
#include "api/methods.h"
#include "api/params.h"
#include "base/mem.h"

enum {
    P_TEXT,
    P_SECRET,
    P_LIST,
    P_INT,
    P_DECIMAL,
    P_BOOL,
    P_TIME,
    P_IDS,
    P_OBJECTS,
    P_NULL,
    P_COUNT
};

static const struct param_row all_rows[P_COUNT] = {
    [P_TEXT] = {.name = "Text", .type = PARAM_TEXT, .max = 5},
    [P_SECRET] = {.name = "Secret", .type = PARAM_SECRET, .may_be_empty = true},
    [P_LIST] = {.name = "List", .type = PARAM_LIST, .may_be_empty = true},
    [P_INT] = {.name = "Int", .type = PARAM_INT, .min = -5, .max = 1000},
    [P_DECIMAL] = {.name = "Decimal", .type = PARAM_DECIMAL, .max = 90},
    [P_BOOL] = {.name = "Bool", .type = PARAM_BOOL},
    [P_TIME] = {.name = "Time", .type = PARAM_TIME, .may_be_empty = true},
    [P_IDS] = {.name = "IDs", .type = PARAM_IDS, .max = 3},
    [P_OBJECTS] = {.name = "Objects", .type = PARAM_OBJECTS, .max = 2},
    [P_NULL] = {.name = "Null", .type = PARAM_INT, .may_be_null = true, .min = -5, .max = 5},
};

enum { NOW_S = 1595688949 };

/* One reading at a time; what it found. */
struct reading {
    struct arena arena;
    struct zone *zone;
    struct zone_clock clock;
    struct value values[P_COUNT];
    struct param_fault fault;
};

static enum err read_bytes_with(struct reading *r, const struct param_row *rows, size_t count,
                                struct bytes text)
{
    struct json_value *object = NULL;
    arena_clear(&r->arena);
    assert_int_equal(json_read(text, &r->arena, &object), ERR_OK);
    const struct param_reading reading = {
        .rows = rows, .count = count, .arena = &r->arena, .clock = &r->clock, .now_s = NOW_S};
    r->fault = (struct param_fault){0};
    return params_read(&reading, object, r->values, &r->fault);
}

static void read_good(struct reading *r, const char *json)
{
    enum err e = read_bytes_with(r, all_rows, P_COUNT, bytes_of_text(json));
    if (e != ERR_OK) {
        fail_msg("%s: %s: %s", json, r->fault.name, r->fault.why);
    }
}

static void refuse(struct reading *r, const char *json, const char *name)
{
    if (read_bytes_with(r, all_rows, P_COUNT, bytes_of_text(json)) != ERR_INVALID) {
        fail_msg("taken: %s", json);
    }
    assert_string_equal(r->fault.name, name);
    assert_non_null(r->fault.why);
}

static void test_absent(void **state)
{
    struct reading *r = *state;
    read_good(r, "{\"Text\":null,\"Int\":\"\",\"Bool\":\" \",\"Other\":[{}]}");
    for (size_t i = 0; i < P_COUNT; i++) {
        assert_false(r->values[i].present);
        assert_string_equal(r->values[i].text, "");
    }
}

static void test_null(void **state)
{
    struct reading *r = *state;
    read_good(r, "{\"Null\":null}");
    assert_true(r->values[P_NULL].present);
    assert_true(r->values[P_NULL].is_null);
    read_good(r, "{\"Null\":-5}");
    assert_false(r->values[P_NULL].is_null);
    assert_int_equal(r->values[P_NULL].number, -5);
    refuse(r, "{\"Null\":6}", "Null");
}

/* A row of any type may take null as a value; whoever asks for the value then finds it empty. */
static void test_null_of_every_type(void **state)
{
    struct reading *r = *state;
    for (size_t i = 0; i < P_COUNT; i++) {
        struct param_row row = all_rows[i];
        row.name = "Field";
        row.required = true;
        row.may_be_null = true;
        assert_int_equal(read_bytes_with(r, &row, 1, bytes_of_text("{\"Field\":null}")), ERR_OK);
        assert_true(r->values[0].present && r->values[0].is_null);
        assert_string_equal(r->values[0].text, "");
        assert_int_equal(r->values[0].count, 0);
        assert_int_equal(read_bytes_with(r, &row, 1, bytes_of_text("{}")), ERR_INVALID);
    }
}

static void test_texts(void **state)
{
    struct reading *r = *state;
    read_good(r, "{\"tEXT\":\" ab \",\"Secret\":\" ab \"}");
    assert_string_equal(r->values[P_TEXT].text, "ab");
    assert_string_equal(r->values[P_SECRET].text, " ab ");
    read_good(r, "{\"Text\":12.50,\"Secret\":89860012345678901234}");
    assert_string_equal(r->values[P_TEXT].text, "12.50");
    assert_string_equal(r->values[P_SECRET].text, "89860012345678901234");
    read_good(r, "{\"Text\":true,\"Secret\":\"\"}");
    assert_string_equal(r->values[P_TEXT].text, "true");
    assert_true(r->values[P_SECRET].present);
    read_good(r, "{\"Text\":\"äöüß€\"}");
    refuse(r, "{\"Text\":\"äöüß€x\"}", "Text");
    refuse(r, "{\"Text\":[\"a\"]}", "Text");
    refuse(r, "{\"Text\":{}}", "Text");
    refuse(r, "{\"Text\":\"a\\n\"}", "Text");
    refuse(r, "{\"Text\":\"a\\u0000\"}", "Text");
    refuse(r, "{\"Text\":\"\\u007f\"}", "Text");
    refuse(r, "{\"Text\":\"\\u0085\"}", "Text");
}

static void test_the_last_of_a_repeated_name_counts(void **state)
{
    struct reading *r = *state;
    read_good(r, "{\"int\":1,\"INT\":2,\"int\":3,\"Int\":4,\"iNT\":5}");
    assert_int_equal(r->values[P_INT].number, 5);
    read_good(r, "{\"Int\":1,\"int\":null}");
    assert_false(r->values[P_INT].present);
}

static void test_ints(void **state)
{
    struct reading *r = *state;
    static const struct {
        const char *json;
        int64_t number;
    } good[] = {{"{\"Int\":-5}", -5},      {"{\"Int\":1000}", 1000}, {"{\"Int\":\" 7 \"}", 7},
                {"{\"Int\":\"7.00\"}", 7}, {"{\"Int\":3.0}", 3},     {"{\"Int\":-0}", 0}};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        read_good(r, good[i].json);
        assert_int_equal(r->values[P_INT].number, good[i].number);
    }
    static const char *const bad[] = {
        "{\"Int\":-6}",      "{\"Int\":1001}",    "{\"Int\":1.5}",
        "{\"Int\":\"x\"}",   "{\"Int\":\"1 2\"}", "{\"Int\":true}",
        "{\"Int\":1e2}",     "{\"Int\":[1]}",     "{\"Int\":\"--1\"}",
        "{\"Int\":\"1,5\"}", "{\"Int\":\"+1\"}",  "{\"Int\":99999999999999999999999999}",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        refuse(r, bad[i], "Int");
    }
}

static void test_decimals(void **state)
{
    struct reading *r = *state;
    read_good(r, "{\"Decimal\":\"23\"}");
    assert_int_equal(r->values[P_DECIMAL].number, 230000000);
    read_good(r, "{\"Decimal\":89.9999999}");
    assert_int_equal(r->values[P_DECIMAL].number, 899999999);
    read_good(r, "{\"Decimal\":90}");
    refuse(r, "{\"Decimal\":90.0000001}", "Decimal");
    refuse(r, "{\"Decimal\":-0.0000001}", "Decimal");
    refuse(r, "{\"Decimal\":\"abc\"}", "Decimal");
}

static void test_bools(void **state)
{
    struct reading *r = *state;
    static const char *const yes[] = {"{\"Bool\":true}", "{\"Bool\":\"TRUE\"}", "{\"Bool\":1}",
                                      "{\"Bool\":\"1\"}", "{\"Bool\":\" true \"}"};
    static const char *const no[] = {"{\"Bool\":false}", "{\"Bool\":\"False\"}", "{\"Bool\":0}",
                                     "{\"Bool\":\"0\"}"};
    for (size_t i = 0; i < COUNT_OF(yes); i++) {
        read_good(r, yes[i]);
        assert_int_equal(r->values[P_BOOL].number, 1);
    }
    for (size_t i = 0; i < COUNT_OF(no); i++) {
        read_good(r, no[i]);
        assert_true(r->values[P_BOOL].present);
        assert_int_equal(r->values[P_BOOL].number, 0);
    }
    refuse(r, "{\"Bool\":\"yes\"}", "Bool");
    refuse(r, "{\"Bool\":[]}", "Bool");
}

static void test_times(void **state)
{
    struct reading *r = *state;
    read_good(r, "{\"Time\":\" 2020-07-25 14:55:49 \"}");
    assert_int_equal(r->values[P_TIME].number, 1595688949);
    read_good(r, "{\"Time\":\"2020-07-25T14:55:49+08:00\"}");
    assert_int_equal(r->values[P_TIME].number, 1595688949 - 8 * 3600);
    read_good(r, "{\"Time\":\"\"}");
    assert_true(r->values[P_TIME].present);
    assert_int_equal(r->values[P_TIME].number, 0);
    refuse(r, "{\"Time\":\"yesterday\"}", "Time");
    refuse(r, "{\"Time\":1595688949}", "Time");
}

static void test_times_that_are_ahead(void **state)
{
    static const struct param_row row = {.name = "At", .type = PARAM_TIME, .is_ahead = true};
    static const struct {
        const char *json;
        const char *why; /* NULL: none */
    } rows[] = {
        {"{\"At\":\"2020-07-25 14:55:50\"}", NULL},
        {"{\"At\":\"2020-07-25 14:55:49\"}", "in the past"},
        {"{\"At\":\"2020-07-25\"}", "in the past"},
        {"{\"At\":\"soon\"}", "not a time"},
        {"{\"At\":1595688950}", "not a time"},
    };
    struct reading *r = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum err e = read_bytes_with(r, &row, 1, bytes_of_text(rows[i].json));
        assert_int_equal(e, rows[i].why == NULL ? ERR_OK : ERR_INVALID);
        if (rows[i].why != NULL) {
            assert_string_equal(r->fault.why, rows[i].why);
        } else {
            assert_int_equal(r->values[0].number, NOW_S + 1);
        }
    }
}

static void test_lists(void **state)
{
    struct reading *r = *state;
    const struct value *list = &r->values[P_LIST];
    read_good(r, "{\"List\":\" a, b ,,c d ,\"}");
    assert_int_equal(list->count, 3);
    assert_string_equal(list->items[0], "a");
    assert_string_equal(list->items[1], "b");
    assert_string_equal(list->items[2], "c d");
    read_good(r, "{\"List\":\"\"}");
    assert_true(list->present);
    assert_int_equal(list->count, 0);
    assert_string_equal(list->text, "");
    read_good(r, "{\"List\":\",\"}");
    assert_int_equal(list->count, 0);
    assert_string_equal(list->text, ",");
    read_good(r, "{\"List\":13912345678}");
    assert_string_equal(list->items[0], "13912345678");
    refuse(r, "{\"List\":{}}", "List");
    refuse(r, "{\"List\":\"a\\n\"}", "List");
}

/* What is kept as a name must look like one; what is searched for may be anything that is kept. */
static void test_names(void **state)
{
    static const struct param_row row = {.name = "Name", .type = PARAM_TEXT, .is_name = true};
    static const struct {
        const char *json;
        const char *why; /* NULL: none */
    } rows[] = {
        {"{\"Name\":\" Bus 1 \"}", NULL},
        {"{\"Name\":\"\\u0645\\u200C\\u062E\"}", NULL},
        {"{\"Name\":\"Bus\\u200b\"}", "holds an invisible character"},
        {"{\"Name\":\"Bus\\u202e\"}", "holds a character that turns text around"},
        {"{\"Name\":\"Bus\\u00a0\"}", "begins or ends with a blank"},
    };
    struct reading *r = *state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum err e = read_bytes_with(r, &row, 1, bytes_of_text(rows[i].json));
        assert_int_equal(e, rows[i].why == NULL ? ERR_OK : ERR_INVALID);
        if (rows[i].why != NULL) {
            assert_string_equal(r->fault.why, rows[i].why);
        }
    }
    read_good(r, "{\"Text\":\"Bus\\u200b\"}");
}

/* An array is what its items are between commas. */
static void test_lists_as_arrays(void **state)
{
    struct reading *r = *state;
    const struct value *list = &r->values[P_LIST];
    read_good(r, "{\"List\":[\"a\",\" b \",\"\",13912345678,true]}");
    assert_int_equal(list->count, 4);
    assert_string_equal(list->items[0], "a");
    assert_string_equal(list->items[1], "b");
    assert_string_equal(list->items[2], "13912345678");
    assert_string_equal(list->items[3], "true");
    assert_string_equal(list->text, "a, b ,,13912345678,true");
    static const char *const empty[] = {"{\"List\":[]}", "{\"List\":[\" \"]}"};
    for (size_t i = 0; i < COUNT_OF(empty); i++) {
        read_good(r, empty[i]);
        assert_true(list->present);
        assert_int_equal(list->count, 0);
        assert_string_equal(list->text, "");
    }
    read_good(r, "{\"List\":[\"\",\"\"]}"); /* as "," */
    assert_string_equal(list->text, ",");
    refuse(r, "{\"List\":[\"a,b\"]}", "List");
    refuse(r, "{\"List\":[\"a\",\",\"]}", "List");
    refuse(r, "{\"List\":[\"a\",null]}", "List");
    refuse(r, "{\"List\":[[\"a\"]]}", "List");
    refuse(r, "{\"List\":[{}]}", "List");
    refuse(r, "{\"List\":[\"a\\u0000\"]}", "List");
    refuse(r, "{\"List\":[\"\\u0085\"]}", "List");
}

/* A form whose repeated names unite in lists and IDs alone. */
static enum err read_form_with(struct reading *r, const struct param_row *rows, size_t count,
                               const char *text)
{
    struct json_value *object = NULL;
    arena_clear(&r->arena);
    assert_int_equal(form_read(bytes_of_text(text), &r->arena, &object), ERR_OK);
    const struct param_reading reading = {
        .rows = rows, .count = count, .arena = &r->arena, .clock = &r->clock, .is_form = true};
    r->fault = (struct param_fault){0};
    return params_read(&reading, object, r->values, &r->fault);
}

static void test_forms(void **state)
{
    struct reading *r = *state;
    const struct value *list = &r->values[P_LIST];
    assert_int_equal(read_form_with(r, all_rows, P_COUNT,
                                    "List=a,+b&Text=x&lIST=c&Text=+y+&Int=7&Bool=True&IDs=1&ids=2"),
                     ERR_OK);
    assert_int_equal(list->count, 3);
    assert_string_equal(list->items[1], "b");
    assert_string_equal(list->items[2], "c");
    assert_string_equal(list->text, "a, b,c");
    assert_string_equal(r->values[P_TEXT].text, "y");
    assert_int_equal(r->values[P_INT].number, 7);
    assert_int_equal(r->values[P_BOOL].number, 1);
    assert_int_equal(r->values[P_IDS].count, 2);
    assert_int_equal(r->values[P_IDS].numbers[1], 2);
    assert_int_equal(read_form_with(r, all_rows, P_COUNT, "List=&IDs=&Int="), ERR_OK);
    assert_true(list->present);
    assert_string_equal(list->text, "");
    assert_false(r->values[P_IDS].present);
    assert_false(r->values[P_INT].present);
    assert_int_equal(read_form_with(r, all_rows, P_COUNT, "a=1"), ERR_OK);
    assert_false(list->present);
    static const struct pair {
        const char *form;
        const char *name;
    } bad[] = {{"IDs=1,2", "IDs"},
               {"IDs=1&IDs=2&IDs=3&IDs=4", "IDs"},
               {"Objects=%7B%7D", "Objects"},
               {"List=a&List=%0a", "List"},
               {"Text=%7f", "Text"}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(read_form_with(r, all_rows, P_COUNT, bad[i].form), ERR_INVALID);
        assert_string_equal(r->fault.name, bad[i].name);
    }
}

/* Of a list that must not be empty an array or a text without items says as little as "". */
static void test_a_list_without_items_is_no_value(void **state)
{
    struct reading *r = *state;
    static const struct param_row rows[] = {
        {.name = "List", .type = PARAM_LIST, .required = true},
        {.name = "More", .type = PARAM_LIST},
    };
    static const char *const missing[] = {"{\"List\":[]}", "{\"List\":[\"\"]}", "{\"List\":null}",
                                          "{\"List\":\" , ,,\"}", "{\"List\":[\"\",\" \"]}"};
    for (size_t i = 0; i < COUNT_OF(missing); i++) {
        assert_int_equal(read_bytes_with(r, rows, COUNT_OF(rows), bytes_of_text(missing[i])),
                         ERR_INVALID);
        assert_string_equal(r->fault.why, PARAM_MISSING);
    }
    assert_int_equal(
        read_bytes_with(r, rows, COUNT_OF(rows), bytes_of_text("{\"List\":\",a\",\"More\":\",\"}")),
        ERR_OK);
    assert_false(r->values[1].present);
}

/* `before`, `count` times `fill`, `after`. */
static enum err read_filled(struct reading *r, const char *before, const char *fill, size_t count,
                            const char *after)
{
    GString *json = g_string_new(before);
    for (size_t i = 0; i < count; i++) {
        g_string_append(json, fill);
    }
    g_string_append(json, after);
    enum err e = read_bytes_with(r, all_rows, P_COUNT, bytes_of_text(json->str));
    g_string_free(json, TRUE);
    return e;
}

static void test_bounds(void **state)
{
    struct reading *r = *state;
    static const struct {
        const char *before;
        const char *fill;
        size_t most;
        const char *after;
    } rows[] = {
        {"{\"Secret\":\"", "x", PARAM_TEXT_BYTES, "\"}"},
        {"{\"List\":\"", "x", PARAM_LIST_BYTES, "\"}"},
        {"{\"List\":\"", "x,", PARAM_LIST_ITEMS - 1, "\"}"},
        {"{\"List\":[\"", "x", PARAM_LIST_BYTES, "\"]}"},
        {"{\"List\":[\"x\"", ",\"x\"", PARAM_LIST_ITEMS - 1, "]}"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(read_filled(r, rows[i].before, rows[i].fill, rows[i].most, rows[i].after),
                         ERR_OK);
        assert_int_equal(
            read_filled(r, rows[i].before, rows[i].fill, rows[i].most + 1, rows[i].after),
            ERR_INVALID);
    }
}

static void test_arrays(void **state)
{
    struct reading *r = *state;
    read_good(r, "{\"IDs\":[1,\"22\",333],\"Objects\":[{},{\"a\":1}]}");
    assert_int_equal(r->values[P_IDS].count, 3);
    assert_int_equal(r->values[P_IDS].numbers[1], 22);
    assert_int_equal(r->values[P_OBJECTS].count, 2);
    assert_int_equal(r->values[P_OBJECTS].first->next->count, 1);
    read_good(r, "{\"IDs\":[]}");
    assert_true(r->values[P_IDS].present);
    refuse(r, "{\"IDs\":[1,2,3,4]}", "IDs");
    refuse(r, "{\"IDs\":[0]}", "IDs");
    refuse(r, "{\"IDs\":[-1]}", "IDs");
    refuse(r, "{\"IDs\":[[1]]}", "IDs");
    refuse(r, "{\"IDs\":1}", "IDs");
    refuse(r, "{\"Objects\":[1,2,3]}", "Objects");
    refuse(r, "{\"Objects\":{}}", "Objects");
}

static void test_required_goes_before_values(void **state)
{
    struct reading *r = *state;
    static const struct param_row rows[] = {
        {.name = "A", .type = PARAM_INT, .required = true, .max = 9},
        {.name = "B", .type = PARAM_TEXT, .required = true},
        {.name = "C", .type = PARAM_LIST, .required = true, .may_be_empty = true},
    };
    static const struct {
        const char *json;
        const char *name;
    } faults[] = {{"{\"A\":\"x\"}", "B"},
                  {"{\"A\":\"x\",\"B\":\"\",\"C\":\"\"}", "B"},
                  {"{\"A\":\"x\",\"B\":\"b\"}", "C"},
                  {"{\"A\":\"x\",\"B\":\"b\",\"C\":\"\"}", "A"},
                  {"{}", "A"}};
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        assert_int_equal(read_bytes_with(r, rows, COUNT_OF(rows), bytes_of_text(faults[i].json)),
                         ERR_INVALID);
        assert_string_equal(r->fault.name, faults[i].name);
    }
    assert_int_equal(
        read_bytes_with(r, rows, COUNT_OF(rows), bytes_of_text("{\"a\":1,\"b\":2,\"c\":\"\"}")),
        ERR_OK);
}

static int set_up(void **state)
{
    struct reading *r = mem_new(sizeof(*r));
    assert_int_equal(zone_find("UTC", &r->zone), ERR_OK);
    r->clock = zone_clock_init(r->zone);
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct reading *r = *state;
    zone_release(r->zone);
    arena_free(&r->arena);
    free(r);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_null_of_every_type),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_the_last_of_a_repeated_name_counts),
        cmocka_unit_test(test_ints),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_bools),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_times_that_are_ahead),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_lists_as_arrays),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_a_list_without_items_is_no_value),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_required_goes_before_values),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
