/*
 * JSON Schema of what methods take and answer, a part of openapi.json. It is made of the rows of
 * methods.h, as the checks of the parameters are, so that both say the same.
 */
#include "api/openapi_schemas.h"

#include <stdio.h>

#include "api/pages.h"

enum { REFERENCE_SIZE = 128 };

void openapi_member(struct json_out *out, const char *name, const char *text)
{
    json_name(out, name);
    json_write_string(out, text);
}

void openapi_bound(struct json_out *out, const char *name, int64_t v)
{
    json_name(out, name);
    json_int(out, v);
}

/* One type (NULL: any), or several where `also` or null is allowed; `also` may be NULL. */
static void write_types(const char *type, const char *also, bool nullable, struct json_out *out)
{
    if (type == NULL) {
        return; /* any value */
    }
    json_name(out, "type");
    if (also == NULL && !nullable) {
        json_write_string(out, type);
        return;
    }
    json_array_begin(out);
    json_write_string(out, type);
    if (also != NULL) {
        json_write_string(out, also);
    }
    if (nullable) {
        json_write_string(out, "null");
    }
    json_array_end(out);
}

/* ---- requests ---- */

static const char *const param_types[] = {
    [PARAM_TEXT] = "string",  [PARAM_SECRET] = "string",  [PARAM_LIST] = "string",
    [PARAM_INT] = "integer",  [PARAM_DECIMAL] = "number", [PARAM_BOOL] = "boolean",
    [PARAM_TIME] = "string",  [PARAM_IDS] = "array",      [PARAM_OBJECTS] = "array",
    [PARAM_ARRAYS] = "array", [PARAM_JSON] = NULL, /* any */
};

/* What an array holds; `pattern` of its texts, or NULL. */
static void write_items(struct json_out *out, int64_t most, const char *type, const char *pattern)
{
    openapi_bound(out, "maxItems", most);
    json_name(out, "items");
    json_object_begin(out);
    openapi_member(out, "type", type);
    if (pattern != NULL) {
        openapi_member(out, "pattern", pattern);
    }
    json_object_end(out);
}

static void write_param_bounds(const struct param_row *p, struct json_out *out)
{
    switch (p->type) {
    case PARAM_INT:
    case PARAM_DECIMAL:
        openapi_bound(out, "minimum", p->min);
        openapi_bound(out, "maximum", p->max);
        break;
    case PARAM_TEXT:
    case PARAM_SECRET:
        openapi_bound(out, "maxLength", p->max > 0 ? p->max : PARAM_TEXT_BYTES);
        break;
    case PARAM_LIST:
        openapi_bound(out, "maxLength", PARAM_LIST_BYTES);
        write_items(out, PARAM_LIST_ITEMS, "string", "^[^,]*$");
        break;
    case PARAM_IDS:
        write_items(out, p->max, "integer", NULL);
        break;
    case PARAM_OBJECTS:
        write_items(out, p->max, "object", NULL);
        break;
    case PARAM_ARRAYS:
        write_items(out, p->max, "array", NULL);
        break;
    default:
        break;
    }
}

static void write_schema(const struct param_row *p, struct json_out *out)
{
    json_object_begin(out);
    write_types(param_types[p->type], p->type == PARAM_LIST ? "array" : NULL, p->may_be_null, out);
    openapi_member(out, "description", p->doc);
    write_param_bounds(p, out);
    json_object_end(out);
}

/* A member of a request's object. */
static void write_param(const struct param_row *p, struct json_out *out)
{
    json_name(out, p->name);
    write_schema(p, out);
}

/* The same as a field of a query. */
static void write_query_param(const struct param_row *p, struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "name", p->name);
    openapi_member(out, "in", "query");
    json_name(out, "required");
    json_bool(out, p->required);
    json_name(out, "schema");
    write_schema(p, out);
    json_object_end(out);
}

static void write_params(const struct api_method *m,
                         void (*write)(const struct param_row *p, struct json_out *out),
                         struct json_out *out)
{
    for (size_t i = 0; i < m->param_count; i++) {
        write(&m->params[i], out);
    }
    for (enum common_param which = 0; which < COMMON_PARAMS; which++) {
        if (method_takes(m, which)) {
            write(&common_params[which], out);
        }
    }
}

void openapi_query(const struct api_method *m, struct json_out *out)
{
    json_array_begin(out);
    write_params(m, write_query_param, out);
    json_array_end(out);
}

void openapi_request(const struct api_method *m, struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "type", "object");
    json_name(out, "properties");
    json_object_begin(out);
    write_params(m, write_param, out);
    json_object_end(out);
    json_name(out, "required");
    json_array_begin(out);
    for (size_t i = 0; i < m->param_count; i++) {
        if (m->params[i].required) {
            json_write_string(out, m->params[i].name);
        }
    }
    json_array_end(out);
    json_object_end(out);
}

/* ---- replies ---- */

/* The schema of each type: the JSON type, and one more keyword with its value. */
static const struct {
    const char *type;
    const char *keyword; /* NULL: none */
    const char *value;   /* as JSON */
} reply_types[] = {
    [REPLY_TEXT] = {.type = "string"},
    [REPLY_INT] = {.type = "integer"},
    [REPLY_NUMBER] = {.type = "number"},
    [REPLY_BOOL] = {.type = "boolean"},
    [REPLY_FLAG] = {.type = "integer", .keyword = "enum", .value = "[0,1]"},
    [REPLY_TIME] = {.type = "string",
                    .keyword = "pattern",
                    .value = "\"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$\""},
    [REPLY_IDS] = {.type = "array", .keyword = "items", .value = "{\"type\":\"integer\"}"},
    [REPLY_TEXTS] = {.type = "array", .keyword = "items", .value = "{\"type\":\"string\"}"},
    [REPLY_ARRAYS] = {.type = "array", .keyword = "items", .value = "{\"type\":\"array\"}"},
    [REPLY_OBJECTS] = {.type = "array", .keyword = "items", .value = "{\"type\":\"object\"}"},
    [REPLY_OBJECT_OF_TEXTS] = {.type = "object",
                               .keyword = "additionalProperties",
                               .value = "{\"type\":\"string\"}"},
    [REPLY_ERRORS] = {.type = "array",
                      .keyword = "items",
                      .value = "{\"type\":\"object\",\"properties\":{"
                               "\"index\":{\"type\":\"integer\"},"
                               "\"ErrMsg\":{\"type\":\"string\"}},"
                               "\"required\":[\"index\",\"ErrMsg\"]}"},
    [REPLY_MAP] = {.type = "object",
                   .keyword = "properties",
                   .value = "{\"Style\":{\"type\":\"string\"},"
                            "\"Raster\":{\"type\":[\"string\",\"null\"]},"
                            "\"Coordsys\":{\"enum\":[\"wgs84\",\"gcj02\"]},"
                            "\"Bounds\":{\"type\":[\"array\",\"null\"],"
                            "\"items\":{\"type\":\"number\"}},"
                            "\"Attribution\":{\"type\":\"string\"}},"
                            "\"required\":[\"Style\",\"Raster\",\"Coordsys\",\"Bounds\","
                            "\"Attribution\"]"},
    [REPLY_SHARE] = {.type = "object",
                     .keyword = "properties",
                     .value = "{\"StartTime\":{\"type\":[\"string\",\"null\"]},"
                              "\"Until\":{\"type\":\"string\"},"
                              "\"Devices\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
                              "\"History\":{\"type\":\"boolean\"}},"
                              "\"required\":[\"StartTime\",\"Until\",\"Devices\",\"History\"]"},
    [REPLY_ANY] = {.type = NULL},
    [REPLY_HINT] = {.type = "object",
                    .keyword = "properties",
                    .value = "{\"UtcOffsetMinutes\":{\"type\":\"integer\"},"
                             "\"Why\":{\"type\":\"string\"}}"},
    [REPLY_SMS] = {.type = "array",
                   .keyword = "items",
                   .value = "{\"type\":\"object\",\"properties\":{"
                            "\"CreateTime\":{\"type\":\"string\"},"
                            "\"SIM\":{\"type\":\"string\"},"
                            "\"ICCID\":{\"type\":\"string\"},"
                            "\"Content\":{\"type\":\"string\"},"
                            "\"SourceAddress\":{\"type\":\"string\"},"
                            "\"MType\":{\"enum\":[\"MT\",\"MO\"]},"
                            "\"Status\":{\"enum\":[\"Stored\",\"Pending\",\"Delivered\","
                            "\"Failed\",\"Reply\"]}},"
                            "\"required\":[\"CreateTime\",\"SIM\",\"ICCID\",\"Content\","
                            "\"SourceAddress\",\"MType\",\"Status\"]}"},
};

static void write_reply_member(const struct reply_member *m, struct json_out *out)
{
    json_name(out, m->name);
    json_object_begin(out);
    write_types(reply_types[m->type].type, NULL, m->nullable, out);
    if (reply_types[m->type].keyword != NULL) {
        json_name(out, reply_types[m->type].keyword);
        json_raw(out, bytes_of_text(reply_types[m->type].value));
    }
    openapi_member(out, "description", m->doc);
    json_object_end(out);
}

/* What call_write_hold() writes. */
static const struct reply_member hold_members[] = {
    {.name = "HoldID",
     .type = REPLY_INT,
     .optional = true,
     .doc = "The enterprise that it belongs to; with IncludeBelow alone"},
    {.name = "HoldName",
     .type = REPLY_TEXT,
     .optional = true,
     .doc = "The name of that; with IncludeBelow alone"},
};

/* An answer has all of its members, but for those that are optional. */
static void write_object_schema(const struct reply_row *r, struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "type", "object");
    json_name(out, "properties");
    json_object_begin(out);
    for (size_t i = 0; i < r->count; i++) {
        write_reply_member(&r->members[i], out);
    }
    bool tells_hold = r->lists_below && r->shape == REPLY_PAGE;
    for (size_t i = 0; tells_hold && i < COUNT_OF(hold_members); i++) {
        write_reply_member(&hold_members[i], out);
    }
    json_object_end(out);
    json_name(out, "required");
    json_array_begin(out);
    for (size_t i = 0; i < r->count; i++) {
        if (!r->members[i].optional) {
            json_write_string(out, r->members[i].name);
        }
    }
    json_array_end(out);
    json_object_end(out);
}

static void write_integer_schema(const char *name, const char *doc, struct json_out *out)
{
    json_name(out, name);
    json_object_begin(out);
    openapi_member(out, "type", "integer");
    if (doc != NULL) {
        openapi_member(out, "description", doc);
    }
    json_object_end(out);
}

/* An array of the row's objects. */
static void write_list_schema(const struct reply_row *r, struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "type", "array");
    json_name(out, "items");
    write_object_schema(r, out);
    json_object_end(out);
}

/* The same as the member `data`. */
static void write_data_schema(const struct reply_row *r, struct json_out *out)
{
    json_name(out, "data");
    write_list_schema(r, out);
}

static void write_spans_schema(const struct reply_row *r, struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "type", "object");
    json_name(out, "properties");
    json_object_begin(out);
    write_data_schema(r, out);
    json_name(out, "next");
    json_object_begin(out);
    write_types("string", NULL, true, out);
    openapi_member(out, "description",
                   "What After has to be for the page behind this one; null: there is none. Where "
                   "`done` is less than `of` then, the rest cannot be read");
    json_object_end(out);
    write_integer_schema("done", "Devices of which all rows are told", out);
    write_integer_schema("of", "Devices asked for", out);
    json_object_end(out);
    json_name(out, "required");
    json_raw(out, bytes_of_text("[\"data\",\"next\",\"done\",\"of\"]"));
    json_object_end(out);
}

static const char *const path_schemas[] = {
    [PATH_WHERE_EMPTY] = "{\"type\":\"array\",\"maxItems\":0}",
    [PATH_ALWAYS] = "{\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"object\","
                    "\"properties\":{\"x\":{\"type\":\"string\"},\"y\":{\"type\":\"string\"}},"
                    "\"required\":[\"x\",\"y\"]},\"description\":\"Longitude and latitude, GCJ-02; "
                    "null where the path could not be corrected\"}",
};

static void write_page_schema(const struct reply_row *r, struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "type", "object");
    json_name(out, "properties");
    json_object_begin(out);
    write_integer_schema("total", NULL, out);
    write_data_schema(r, out);
    if (r->path != PATH_NONE) {
        json_name(out, "correct_path");
        json_raw(out, bytes_of_text(path_schemas[r->path]));
    }
    json_object_end(out);
    json_name(out, "required");
    json_raw(out, bytes_of_text(r->path == PATH_ALWAYS ? "[\"total\",\"data\",\"correct_path\"]"
                                                       : "[\"total\",\"data\"]"));
    json_object_end(out);
}

/* {"data": the object} */
static void write_wrapped_schema(const struct reply_row *r, struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "type", "object");
    json_name(out, "properties");
    json_object_begin(out);
    json_name(out, "data");
    write_object_schema(r, out);
    json_object_end(out);
    json_name(out, "required");
    json_raw(out, bytes_of_text("[\"data\"]"));
    json_object_end(out);
}

/* The same, or that there is nothing. */
static void write_wrapped_or_nothing(const struct reply_row *r, struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "anyOf");
    json_array_begin(out);
    write_wrapped_schema(r, out);
    json_raw(out, bytes_of_text("{\"type\":\"object\",\"properties\":{"
                                "\"total\":{\"const\":0},"
                                "\"data\":{\"type\":\"array\",\"maxItems\":0}},"
                                "\"required\":[\"total\",\"data\"]}"));
    json_array_end(out);
    json_object_end(out);
}

void openapi_data(const struct reply_row *r, struct json_out *out)
{
    switch (r->shape) {
    case REPLY_OBJECT:
        write_object_schema(r, out);
        return;
    case REPLY_DATA:
        (r->may_be_nothing ? write_wrapped_or_nothing : write_wrapped_schema)(r, out);
        return;
    case REPLY_LIST:
        write_list_schema(r, out);
        return;
    case REPLY_NAMES:
        json_raw(out, bytes_of_text("{\"type\":\"array\",\"items\":{"
                                    "\"type\":[\"string\",\"null\"]}}"));
        return;
    case REPLY_PAGE:
        write_page_schema(r, out);
        return;
    case REPLY_SPANS:
        write_spans_schema(r, out);
        return;
    default:
        json_object_begin(out);
        openapi_member(out, "type", r->shape == REPLY_STRING ? "string" : "null");
        json_object_end(out);
    }
}

/* The envelope begins with the schema of its Code and ends with that of its ErrMsg. */
static void begin_envelope(const char *title, struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "title", title);
    openapi_member(out, "type", "object");
    json_name(out, "required");
    json_raw(out, bytes_of_text("[\"Code\",\"Data\",\"ErrMsg\"]"));
    json_name(out, "properties");
    json_object_begin(out);
    json_name(out, "Code");
    json_object_begin(out);
}

static void end_envelope(struct json_out *out)
{
    json_object_end(out);
    json_object_end(out);
    json_object_end(out);
}

void openapi_success(const struct api_method *m, struct json_out *out)
{
    char reference[REFERENCE_SIZE];
    (void)snprintf(reference, sizeof(reference), "#/components/schemas/%s", m->name);
    begin_envelope("Success", out);
    openapi_bound(out, "const", 200);
    json_object_end(out);
    json_name(out, "Data");
    json_object_begin(out);
    openapi_member(out, "$ref", reference);
    json_object_end(out);
    json_name(out, "ErrMsg");
    json_object_begin(out);
    openapi_member(out, "const", m->success);
    end_envelope(out);
}

void openapi_failure(const struct code_row *codes, size_t count, const char *data_type,
                     struct json_out *out)
{
    begin_envelope("Failure", out);
    openapi_member(out, "type", "integer");
    if (count > 0) {
        json_name(out, "enum");
        json_array_begin(out);
        for (size_t i = 0; i < count; i++) {
            json_int(out, codes[i].code);
        }
        json_array_end(out);
    }
    json_object_end(out);
    json_name(out, "Data");
    json_object_begin(out);
    write_types(data_type != NULL ? data_type : "null", NULL, data_type != NULL, out);
    json_object_end(out);
    json_name(out, "ErrMsg");
    json_object_begin(out);
    openapi_member(out, "type", "string");
    end_envelope(out);
}

static void write_example_object(const struct reply_row *r, struct json_out *out)
{
    json_object_begin(out);
    for (size_t i = 0; i < r->count; i++) {
        json_name(out, r->members[i].name);
        json_raw(out, bytes_of_text(r->members[i].example));
    }
    json_object_end(out);
}

/* One row, and what stands beside it. */
static void write_example_list(const struct reply_row *r, struct json_out *out)
{
    bool is_page = r->shape == REPLY_PAGE;
    json_object_begin(out);
    if (is_page) {
        json_name(out, "total");
        json_int(out, 1);
    }
    json_name(out, "data");
    json_array_begin(out);
    write_example_object(r, out);
    json_array_end(out);
    if (r->path == PATH_ALWAYS) {
        json_name(out, "correct_path");
        json_raw(out, bytes_of_text("[]"));
    }
    if (!is_page) {
        json_name(out, "next");
        json_write_null(out);
        json_name(out, "done");
        json_int(out, 1);
        json_name(out, "of");
        json_int(out, 1);
    }
    json_object_end(out);
}

void openapi_write_example(const struct api_method *method, struct json_out *out)
{
    const struct reply_row *r = &method->reply;
    json_object_begin(out);
    json_name(out, "Code");
    json_int(out, 200);
    json_name(out, "Data");
    if (r->shape == REPLY_PAGE || r->shape == REPLY_SPANS) {
        write_example_list(r, out);
    } else if (r->shape == REPLY_OBJECT) {
        write_example_object(r, out);
    } else if (r->shape == REPLY_LIST) {
        json_array_begin(out);
        write_example_object(r, out);
        json_array_end(out);
    } else if (r->shape == REPLY_DATA) {
        json_object_begin(out);
        json_name(out, "data");
        write_example_object(r, out);
        json_object_end(out);
    } else {
        json_raw(out, bytes_of_text(r->shape == REPLY_NULL ? "null" : r->string_example));
    }
    openapi_member(out, "ErrMsg", method->success);
    json_object_end(out);
}
