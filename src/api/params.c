/*
 * Fields of a request by their rows: a reader for each type takes a JSON value and either sets the
 * parameter or answers, in words, what is wrong with it.
 */
#include "api/params.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/json_value.h"
#include "base/name_text.h"
#include "base/reader.h"
#include "base/writer.h"

enum { E7_DIGITS = 10000000 };

static const char WRONG_KIND[] = "wrong kind of value";
static const char OUT_OF_RANGE[] = "out of range";
static const char NOT_A_TIME[] = "not a time";
static const char TOO_LONG[] = "too long";
static const char TOO_MANY[] = "too many items";

static bool is_control(uint8_t c)
{
    return c < 0x20 || c == 0x7f;
}

static bool has_control(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool c1 = text.at[i] == 0xc2 && i + 1 < text.len && text.at[i + 1] < 0xa0;
        if (is_control(text.at[i]) || c1) {
            return true;
        }
    }
    return false;
}

static struct bytes trim(struct bytes text)
{
    while (text.len > 0 && text.at[0] == ' ') {
        text = bytes_slice(text, 1, text.len);
    }
    while (text.len > 0 && text.at[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

/* The text of a scalar; false for null, arrays and objects. */
static bool scalar_text(const struct json_value *v, struct bytes *out)
{
    switch (v->kind) {
    case JSON_KIND_STRING:
    case JSON_KIND_NUMBER:
        *out = v->text;
        return true;
    case JSON_KIND_TRUE:
        *out = bytes_of_text("true");
        return true;
    case JSON_KIND_FALSE:
        *out = bytes_of_text("false");
        return true;
    default:
        return false;
    }
}

/* ---- one reader a type; each answers NULL or what is wrong ---- */

static const char *read_text(const struct param_reading *reading, const struct param_row *row,
                             struct bytes text, struct value *out)
{
    if (text.len > PARAM_TEXT_BYTES) {
        return TOO_LONG;
    }
    if (row->type == PARAM_TEXT) {
        text = trim(text);
    }
    if (row->max > 0 && g_utf8_strlen((const char *)text.at, (gssize)text.len) > row->max) {
        return TOO_LONG;
    }
    out->text = (const char *)arena_copy(reading->arena, text).at;
    return row->is_name ? name_fault(text) : NULL;
}

/*
 * What is wrong with the items of an array of texts; their bytes and a comma for each in *size. In
 * a form an item may be several, as "DeviceIDs=1,2" is.
 */
static const char *measure_items(const struct param_reading *reading,
                                 const struct json_value *array, size_t *size)
{
    for (const struct json_value *item = array->first; item != NULL; item = item->next) {
        struct bytes text;
        if (!scalar_text(item, &text)) {
            return WRONG_KIND;
        }
        if (!reading->is_form && bytes_find(text, ',') < text.len) {
            return "holds a comma in an item";
        }
        *size += text.len + 1;
    }
    return array->count > PARAM_LIST_ITEMS ? TOO_MANY : NULL;
}

/* An array of texts as one text, its items between commas. */
static const char *join_items(const struct param_reading *reading, const struct json_value *array,
                              struct bytes *out)
{
    size_t size = 0;
    const char *why = measure_items(reading, array, &size);
    if (why != NULL) {
        return why;
    }
    struct writer w = writer_init(arena_new(reading->arena, size), size);
    for (const struct json_value *item = array->first; item != NULL; item = item->next) {
        struct bytes text = {0};
        (void)scalar_text(item, &text);
        write_bytes(&w, text);
        write_text(&w, item->next == NULL ? "" : ",");
    }
    check(writer_ok(&w));
    *out = writer_bytes(&w);
    return NULL;
}

static const char *read_list(const struct param_reading *reading, const struct param_row *row,
                             struct bytes text, struct value *out)
{
    (void)row;
    if (text.len > PARAM_LIST_BYTES) {
        return TOO_LONG;
    }
    size_t room = 1;
    for (size_t i = 0; i < text.len; i++) {
        room += text.at[i] == ',';
    }
    if (room > PARAM_LIST_ITEMS) {
        return TOO_MANY;
    }
    const char **items = arena_new_array(reading->arena, room, sizeof(*items));
    struct reader r = reader_init(text);
    for (size_t i = 0; i < room; i++) {
        struct bytes item = trim(read_field(&r, ','));
        if (item.len > 0) {
            items[out->count++] = (const char *)arena_copy(reading->arena, item).at;
        }
    }
    out->items = items;
    out->text = (const char *)arena_copy(reading->arena, trim(text)).at;
    return NULL;
}

/* A whole number; a fraction of zeros is one too. */
static bool parse_whole(struct bytes text, int64_t *out)
{
    bool negative = text.len > 0 && text.at[0] == '-';
    struct bytes digits = bytes_slice(text, negative, text.len);
    size_t point = bytes_find(digits, '.');
    for (size_t i = point + 1; i < digits.len; i++) {
        if (digits.at[i] != '0') {
            return false;
        }
    }
    digits.len = point;
    uint64_t v = 0;
    if (!parse_u64(digits, &v)) {
        return false;
    }
    *out = negative ? -(int64_t)v : (int64_t)v;
    return true;
}

static const char *read_int(const struct param_reading *reading, const struct param_row *row,
                            struct bytes text, struct value *out)
{
    (void)reading;
    if (!parse_whole(trim(text), &out->number)) {
        return "not a whole number";
    }
    return out->number < row->min || out->number > row->max ? OUT_OF_RANGE : NULL;
}

/* A decimal, times 10^7; with an exponent too, as JSON has it. */
static bool parse_number_e7(struct bytes text, int64_t *out)
{
    char digits[64];
    if (parse_decimal_e7(text, out)) {
        return true;
    }
    if (text.len == 0 || text.len >= sizeof(digits)) {
        return false;
    }
    bytes_to_text(text, digits, sizeof(digits));
    char *end = NULL;
    double value = g_ascii_strtod(digits, &end);
    if (strspn(digits, "0123456789+-.eE") != text.len || *end != '\0' || !(fabs(value) < 1e9)) {
        return false;
    }
    *out = llround(value * (double)E7_DIGITS);
    return true;
}

bool param_number_e7(const struct json_value *v, int64_t *out)
{
    struct bytes text;
    return scalar_text(v, &text) && parse_number_e7(trim(text), out);
}

static const char *read_decimal(const struct param_reading *reading, const struct param_row *row,
                                struct bytes text, struct value *out)
{
    (void)reading;
    if (!parse_number_e7(trim(text), &out->number)) {
        return "not a number";
    }
    bool fits = out->number >= row->min * E7_DIGITS && out->number <= row->max * E7_DIGITS;
    return fits ? NULL : OUT_OF_RANGE;
}

static const char *read_bool(const struct param_reading *reading, const struct param_row *row,
                             struct bytes text, struct value *out)
{
    (void)reading, (void)row;
    text = trim(text);
    bool yes = bytes_eq_nocase(text, "true");
    if (!yes && !bytes_eq_nocase(text, "false")) {
        int64_t number = 0;
        if (!parse_whole(text, &number)) {
            return "neither true nor false";
        }
        yes = number != 0;
    }
    out->number = yes;
    return NULL;
}

/* What is wrong with a time at which something is to happen; NULL: nothing. */
static const char *read_ahead(const struct param_reading *reading, struct bytes text,
                              int64_t *time_s)
{
    switch (zone_parse_ahead(reading->clock, text, reading->now_s, time_s)) {
    case ERR_OK:
        return *time_s > reading->now_s ? NULL : "in the past";
    case ERR_NOT_FOUND:
        return "a local time that never comes";
    default:
        return NOT_A_TIME;
    }
}

static const char *read_time(const struct param_reading *reading, const struct param_row *row,
                             struct bytes text, struct value *out)
{
    enum zone_pass pass = row->ends_range ? ZONE_LAST_PASS : ZONE_FIRST_PASS;
    text = trim(text);
    out->text = (const char *)arena_copy(reading->arena, text).at;
    if (text.len == 0) {
        return NULL; /* a row that lets it be empty */
    }
    if (row->is_ahead) {
        return read_ahead(reading, text, &out->number);
    }
    return zone_parse(reading->clock, text, pass, &out->number) == ERR_OK ? NULL : NOT_A_TIME;
}

static const char *read_ids(const struct param_reading *reading, const struct param_row *row,
                            const struct json_value *v, struct value *out)
{
    if (v->kind != JSON_KIND_ARRAY) {
        return WRONG_KIND;
    }
    if (v->count > (size_t)row->max) {
        return TOO_MANY;
    }
    int64_t *numbers = arena_new_array(reading->arena, v->count, sizeof(*numbers));
    for (const struct json_value *item = v->first; item != NULL; item = item->next) {
        struct bytes text;
        if (!scalar_text(item, &text) || !parse_whole(trim(text), &numbers[out->count]) ||
            numbers[out->count] <= 0) {
            return "holds what is no ID";
        }
        out->count++;
    }
    out->numbers = numbers;
    return NULL;
}

static const char *read_objects(const struct param_reading *reading, const struct param_row *row,
                                const struct json_value *v, struct value *out)
{
    (void)reading;
    if (v->kind != JSON_KIND_ARRAY) {
        return WRONG_KIND;
    }
    out->first = v->first;
    out->count = v->count;
    return v->count > (size_t)row->max ? TOO_MANY : NULL;
}

/* Any value; it is written again, so that what is kept has one form. */
static const char *read_json(const struct param_reading *reading, const struct param_row *row,
                             const struct json_value *v, struct value *out)
{
    struct json_out json = {0};
    json_write_value(&json, v);
    bool fits = json.len <= (size_t)row->max;
    if (fits) {
        out->text = (const char *)arena_copy(reading->arena, json_text(&json)).at;
    }
    json_free(&json);
    return fits ? NULL : TOO_LONG;
}

/* ---- the table of readers ---- */

typedef const char *scalar_reader(const struct param_reading *, const struct param_row *,
                                  struct bytes, struct value *);

static scalar_reader *const scalar_readers[] = {
    [PARAM_TEXT] = read_text, [PARAM_SECRET] = read_text,     [PARAM_LIST] = read_list,
    [PARAM_INT] = read_int,   [PARAM_DECIMAL] = read_decimal, [PARAM_BOOL] = read_bool,
    [PARAM_TIME] = read_time,
};

/* The text that a value is read from. */
static const char *find_text(const struct param_reading *reading, const struct param_row *row,
                             const struct json_value *v, struct bytes *out)
{
    if (row->type == PARAM_LIST && v->kind == JSON_KIND_ARRAY) {
        const char *why = join_items(reading, v, out);
        if (why != NULL) {
            return why;
        }
    } else if (!scalar_text(v, out)) {
        return WRONG_KIND;
    }
    return has_control(*out) ? "holds control characters" : NULL;
}

static const char *read_value(const struct param_reading *reading, const struct param_row *row,
                              const struct json_value *v, struct value *out)
{
    out->present = true;
    out->is_null = v->kind == JSON_KIND_NULL;
    if (out->is_null) {
        return NULL;
    }
    if (row->type == PARAM_JSON) {
        return read_json(reading, row, v, out);
    }
    if (row->type == PARAM_IDS) {
        return read_ids(reading, row, v, out);
    }
    if (row->type == PARAM_OBJECTS || row->type == PARAM_ARRAYS) {
        return read_objects(reading, row, v, out);
    }
    struct bytes text = {0};
    const char *why = find_text(reading, row, v, &text);
    return why != NULL ? why : scalar_readers[row->type](reading, row, text, out);
}

/* ---- which member is which field ---- */

static const struct json_value *last_named(const struct json_value *object, const char *name)
{
    const struct json_value *found = NULL;
    for (const struct json_value *v = object->first; v != NULL; v = v->next) {
        if (bytes_eq_nocase(v->name, name)) {
            found = v;
        }
    }
    return found;
}

static bool is_empty_text(const struct json_value *v)
{
    return v->kind == JSON_KIND_STRING && trim(v->text).len == 0;
}

/* Whether a text has nothing between its commas. */
static bool has_no_items(const struct json_value *v)
{
    bool has_none = v->kind == JSON_KIND_STRING;
    for (size_t i = 0; i < v->text.len && has_none; i++) {
        has_none = v->text.at[i] == ',' || v->text.at[i] == ' ';
    }
    return has_none;
}

/* Whether a list says as much as the text "". */
static bool is_empty_list(const struct param_row *row, const struct json_value *v)
{
    if (row->type != PARAM_LIST || v->kind != JSON_KIND_ARRAY) {
        return row->type == PARAM_LIST && has_no_items(v);
    }
    bool is_empty = true;
    for (const struct json_value *item = v->first; item != NULL && is_empty; item = item->next) {
        is_empty = has_no_items(item);
    }
    return is_empty;
}

/* All members of a form with that name as one array, an empty ID aside; NULL where there is none.
 */
static const struct json_value *unite(const struct param_reading *reading,
                                      const struct param_row *row, const struct json_value *object)
{
    struct json_value *array = arena_new(reading->arena, sizeof(*array));
    struct json_value **link = &array->first;
    array->kind = JSON_KIND_ARRAY;
    for (const struct json_value *v = object->first; v != NULL; v = v->next) {
        bool is_nothing = row->type == PARAM_IDS && is_empty_text(v);
        if (is_nothing || !bytes_eq_nocase(v->name, row->name)) {
            continue;
        }
        *link = arena_new(reading->arena, sizeof(**link));
        **link = *v;
        (*link)->next = NULL;
        link = &(*link)->next;
        array->count++;
    }
    return array->count == 0 ? NULL : array;
}

/* The member that counts for a row; NULL where it is absent. */
static const struct json_value *find_member(const struct param_reading *reading,
                                            const struct param_row *row,
                                            const struct json_value *object)
{
    bool unites = reading->is_form && (row->type == PARAM_LIST || row->type == PARAM_IDS);
    const struct json_value *v =
        unites ? unite(reading, row, object) : last_named(object, row->name);
    bool absent = v == NULL || (v->kind == JSON_KIND_NULL && !row->may_be_null) ||
                  (!row->may_be_empty && row->type != PARAM_JSON &&
                   (is_empty_text(v) || is_empty_list(row, v)));
    return absent ? NULL : v;
}

enum err params_read(const struct param_reading *reading, const struct json_value *object,
                     struct value *values, struct param_fault *fault)
{
    const struct json_value *found[PARAMS_MAX] = {NULL};
    check(reading->count <= PARAMS_MAX);
    for (size_t i = 0; i < reading->count; i++) {
        const struct param_row *row = &reading->rows[i];
        values[i] = (struct value){.text = ""};
        found[i] = find_member(reading, row, object);
        if (found[i] == NULL && row->required) {
            *fault = (struct param_fault){row->name, PARAM_MISSING};
            return ERR_INVALID;
        }
    }
    for (size_t i = 0; i < reading->count; i++) {
        if (found[i] == NULL) {
            continue;
        }
        const char *why = read_value(reading, &reading->rows[i], found[i], &values[i]);
        if (why != NULL) {
            *fault = (struct param_fault){reading->rows[i].name, why};
            return ERR_INVALID;
        }
    }
    return ERR_OK;
}
