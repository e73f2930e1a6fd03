/*
 * libFuzzer's driver of the API's bodies and fields. The first byte of an input chooses a method,
 * the others are its body, read as JSON and as a form. Our reader must take what jansson takes and
 * read the same in it; what it reads in a form must come out of the form that is made of it; a
 * value that a row of the method lets through must be in the row's bounds.
 */
#include <glib.h>
#include <jansson.h>

#include "api/form.h"
#include "api/methods.h"
#include "api/params.h"
#include "fuzzing.h"

enum { INPUT_MAX = 1 << 16, E7 = 10000000 };

/* ---- the same as jansson ---- */

static bool is_text(struct bytes a, const char *b, size_t len)
{
    return a.len == len && (len == 0 || memcmp(a.at, b, len) == 0);
}

static void expect_same(const struct json_value *ours, const json_t *theirs);

/* Of a repeated name the last counts, for both. */
static void expect_same_members(const struct json_value *ours, const json_t *theirs)
{
    check(json_object_size(theirs) <= ours->count);
    for (const struct json_value *v = ours->first; v != NULL; v = v->next) {
        const json_t *other = json_object_getn(theirs, (const char *)v->name.at, v->name.len);
        check(other != NULL);
        bool is_last = true;
        for (const struct json_value *w = v->next; w != NULL; w = w->next) {
            is_last = is_last && !is_text(w->name, (const char *)v->name.at, v->name.len);
        }
        if (is_last) {
            expect_same(v, other);
        }
    }
}

static void expect_same_items(const struct json_value *ours, const json_t *theirs)
{
    check(json_array_size(theirs) == ours->count);
    size_t i = 0;
    for (const struct json_value *v = ours->first; v != NULL; v = v->next) {
        expect_same(v, json_array_get(theirs, i++));
    }
}

static void expect_same(const struct json_value *ours, const json_t *theirs)
{
    switch (ours->kind) {
    case JSON_KIND_NULL:
        check(json_is_null(theirs));
        break;
    case JSON_KIND_FALSE:
        check(json_is_false(theirs));
        break;
    case JSON_KIND_TRUE:
        check(json_is_true(theirs));
        break;
    case JSON_KIND_NUMBER: /* a NUL need not stand behind its digits */
        check(json_is_real(theirs));
        char *digits = fuzz_text(ours->text);
        check(g_ascii_strtod(digits, NULL) == json_real_value(theirs));
        free(digits);
        break;
    case JSON_KIND_STRING:
        check(is_text(ours->text, json_string_value(theirs), json_string_length(theirs)));
        check(ours->text.at[ours->text.len] == '\0');
        break;
    case JSON_KIND_ARRAY:
        expect_same_items(ours, theirs);
        break;
    case JSON_KIND_OBJECT:
        expect_same_members(ours, theirs);
        break;
    }
}

/*
 * Jansson has no numbers beyond a double and no NUL in a name, and takes a NUL behind a value for
 * the end.
 */
static void compare(enum err e, const struct json_value *ours, struct bytes in)
{
    json_error_t error;
    if (bytes_begin(in, "\xef\xbb\xbf")) {
        in = bytes_slice(in, 3, in.len);
    }
    json_t *theirs = json_loadb((const char *)in.at, in.len,
                                JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    if (theirs == NULL) {
        enum json_error_code why = json_error_code(&error);
        check(e != ERR_OK || why == json_error_numeric_overflow ||
              why == json_error_null_byte_in_key);
        return;
    }
    check(e == ERR_OK || e == ERR_TOO_LONG || memchr(in.at, '\0', in.len) != NULL);
    if (e == ERR_OK) {
        expect_same(ours, theirs);
    }
    json_decref(theirs);
}

/* ---- forms ---- */

static void add_encoded(GString *out, struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        g_string_append_printf(out, "%%%02X", text.at[i]);
    }
}

static void expect_same_fields(const struct json_value *a, const struct json_value *b)
{
    check(a->count == b->count && a->count <= FORM_FIELDS_MAX);
    for (a = a->first, b = b->first; a != NULL; a = a->next, b = b->next) {
        check(is_text(b->name, (const char *)a->name.at, a->name.len));
        check(is_text(b->text, (const char *)a->text.at, a->text.len));
        check(g_utf8_validate_len((const char *)a->text.at, a->text.len, NULL));
        check(a->text.at[a->text.len] == '\0');
    }
}

static void expect_form_again(const struct json_value *object, struct arena *arena)
{
    GString *text = g_string_new(NULL);
    struct json_value *again = NULL;
    for (const struct json_value *v = object->first; v != NULL; v = v->next) {
        add_encoded(text, v->name);
        g_string_append_c(text, '=');
        add_encoded(text, v->text);
        g_string_append_c(text, '&');
    }
    check(form_read(bytes_of_text(text->str), arena, &again) == ERR_OK);
    expect_same_fields(object, again);
    g_string_free(text, TRUE);
}

/* ---- fields ---- */

static void expect_list(const struct value *v)
{
    check(v->count <= PARAM_LIST_ITEMS);
    for (size_t i = 0; i < v->count; i++) {
        size_t len = strlen(v->items[i]);
        check(len > 0 && v->items[i][0] != ' ' && v->items[i][len - 1] != ' ');
        check(strchr(v->items[i], ',') == NULL);
    }
}

static void expect_in_bounds(const struct param_row *row, const struct value *v)
{
    if (!v->present || v->is_null) {
        check(v->present ? row->may_be_null : !v->is_null);
        return;
    }
    switch (row->type) {
    case PARAM_TEXT:
    case PARAM_SECRET:
        check(strlen(v->text) <= PARAM_TEXT_BYTES && g_utf8_validate(v->text, -1, NULL));
        check(row->max == 0 || g_utf8_strlen(v->text, -1) <= row->max);
        break;
    case PARAM_LIST:
        expect_list(v);
        break;
    case PARAM_INT:
        check(v->number >= row->min && v->number <= row->max);
        break;
    case PARAM_DECIMAL:
        check(v->number >= row->min * E7 && v->number <= row->max * E7);
        break;
    case PARAM_BOOL:
        check(v->number == 0 || v->number == 1);
        break;
    case PARAM_TIME:
        break;
    case PARAM_IDS:
        check(v->count <= (size_t)row->max);
        for (size_t i = 0; i < v->count; i++) {
            check(v->numbers[i] > 0);
        }
        break;
    case PARAM_OBJECTS:
    case PARAM_ARRAYS:
        check(v->count <= (size_t)row->max);
        break;
    }
}

static void read_fields(const struct api_method *method, const struct json_value *body,
                        bool is_form, struct arena *arena)
{
    struct zone *zone = NULL;
    check(zone_find("Europe/Berlin", &zone) == ERR_OK);
    struct zone_clock clock = zone_clock_init(zone);
    const struct param_reading reading = {
        .rows = method->params,
        .count = method->param_count,
        .arena = arena,
        .clock = &clock,
        .is_form = is_form,
    };
    struct value values[PARAMS_MAX];
    struct param_fault fault = {0};
    enum err e = params_read(&reading, body, values, &fault);
    check(e == ERR_OK || (fault.name != NULL && fault.why != NULL));
    for (size_t i = 0; e == ERR_OK && i < method->param_count; i++) {
        expect_in_bounds(&method->params[i], &values[i]);
    }
    zone_release(zone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t methods = 0;
    if (size == 0 || size > INPUT_MAX) {
        return 0;
    }
    while (methods_at(methods) != NULL) {
        methods++;
    }
    const struct api_method *method = methods_at(data[0] % methods);
    struct arena arena = {0};
    struct bytes body = {data + 1, size - 1};
    struct json_value *root = NULL;
    enum err e = json_read(body, &arena, &root);
    compare(e, root, body);
    if (e == ERR_OK && root->kind == JSON_KIND_OBJECT) {
        read_fields(method, root, false, &arena);
    }
    if (form_read(body, &arena, &root) == ERR_OK) {
        expect_form_again(root, &arena);
        read_fields(method, root, true, &arena);
    }
    arena_free(&arena);
    return 0;
}
