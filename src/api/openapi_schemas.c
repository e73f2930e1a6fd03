/* JSON Schema of what methods take and answer, made of their rows; a part of openapi.json. */
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

/* One type, or several where `also` or null is allowed; `also` may be NULL. */
static void write_types(const char *type, const char *also, bool nullable, struct json_out *out)
{
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
    [PARAM_TEXT] = "string", [PARAM_SECRET] = "string",  [PARAM_LIST] = "string",
    [PARAM_INT] = "integer", [PARAM_DECIMAL] = "number", [PARAM_BOOL] = "boolean",
    [PARAM_TIME] = "string", [PARAM_IDS] = "array",      [PARAM_OBJECTS] = "array",
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
    case PARAM_OBJECTS:
        write_items(out, p->max, p->type == PARAM_IDS ? "integer" : "object", NULL);
        break;
    default:
        break;
    }
}

static void write_param(const struct param_row *p, struct json_out *out)
{
    json_name(out, p->name);
    json_object_begin(out);
    write_types(param_types[p->type], p->type == PARAM_LIST ? "array" : NULL, p->may_be_null, out);
    openapi_member(out, "description", p->doc);
    write_param_bounds(p, out);
    json_object_end(out);
}

void openapi_request(const struct api_method *m, struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "type", "object");
    json_name(out, "properties");
    json_object_begin(out);
    for (size_t i = 0; i < m->param_count; i++) {
        write_param(&m->params[i], out);
    }
    for (enum common_param which = 0; which < COMMON_PARAMS; which++) {
        if (method_takes(m, which)) {
            write_param(&common_params[which], out);
        }
    }
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

static const char *const reply_types[] = {
    [REPLY_TEXT] = "string",  [REPLY_INT] = "integer", [REPLY_NUMBER] = "number",
    [REPLY_BOOL] = "boolean", [REPLY_TIME] = "string", [REPLY_IDS] = "array",
    [REPLY_ERRORS] = "array", [REPLY_HINT] = "object",
};

static void write_object_schema(const struct reply_row *r, struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "type", "object");
    json_name(out, "properties");
    json_object_begin(out);
    for (size_t i = 0; i < r->count; i++) {
        json_name(out, r->members[i].name);
        json_object_begin(out);
        write_types(reply_types[r->members[i].type], NULL, r->members[i].nullable, out);
        openapi_member(out, "description", r->members[i].doc);
        json_object_end(out);
    }
    json_object_end(out);
    json_object_end(out);
}

static void write_page_schema(const struct reply_row *r, struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "type", "object");
    json_name(out, "properties");
    json_object_begin(out);
    json_name(out, "total");
    json_object_begin(out);
    openapi_member(out, "type", "integer");
    json_object_end(out);
    json_name(out, "data");
    json_object_begin(out);
    openapi_member(out, "type", "array");
    json_name(out, "items");
    write_object_schema(r, out);
    json_object_end(out);
    json_object_end(out);
    json_object_end(out);
}

void openapi_data(const struct reply_row *r, struct json_out *out)
{
    switch (r->shape) {
    case REPLY_OBJECT:
        write_object_schema(r, out);
        return;
    case REPLY_PAGE:
        write_page_schema(r, out);
        return;
    default:
        json_object_begin(out);
        openapi_member(out, "type", r->shape == REPLY_STRING ? "string" : "null");
        json_object_end(out);
    }
}

void openapi_envelope(const struct api_method *m, struct json_out *out)
{
    char reference[REFERENCE_SIZE];
    (void)snprintf(reference, sizeof(reference), "#/components/schemas/%s", m->name);
    json_object_begin(out);
    openapi_member(out, "type", "object");
    json_name(out, "properties");
    json_object_begin(out);
    json_name(out, "Code");
    json_object_begin(out);
    openapi_member(out, "type", "integer");
    json_object_end(out);
    json_name(out, "Data");
    json_object_begin(out);
    json_name(out, "anyOf");
    json_array_begin(out);
    json_object_begin(out);
    openapi_member(out, "$ref", reference);
    json_object_end(out);
    json_object_begin(out);
    openapi_member(out, "type", "null");
    json_object_end(out);
    json_array_end(out);
    json_object_end(out);
    json_name(out, "ErrMsg");
    json_object_begin(out);
    json_name(out, "type");
    json_array_begin(out);
    json_write_string(out, "string");
    json_write_string(out, "null");
    json_array_end(out);
    json_object_end(out);
    json_object_end(out);
    json_object_end(out);
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

void openapi_write_example(const struct api_method *method, struct json_out *out)
{
    const struct reply_row *r = &method->reply;
    json_object_begin(out);
    json_name(out, "Code");
    json_int(out, 200);
    json_name(out, "Data");
    if (r->shape == REPLY_PAGE) {
        json_object_begin(out);
        json_name(out, "total");
        json_int(out, 1);
        json_name(out, "data");
        json_array_begin(out);
        write_example_object(r, out);
        json_array_end(out);
        json_object_end(out);
    } else if (r->shape == REPLY_OBJECT) {
        write_example_object(r, out);
    } else {
        json_raw(out, bytes_of_text(r->shape == REPLY_STRING ? r->string_example : "null"));
    }
    openapi_member(out, "ErrMsg", method->success);
    json_object_end(out);
}
