/*
 * Writes a tree of json_read.h again. It goes down no deeper than JSON_READ_DEPTH_MAX, which is as
 * deep as a tree is read.
 */
#include "base/json_value.h"

/* The reader lets names hold anything, so they are escaped as texts are. */
static void write_name(struct json_out *j, struct bytes name)
{
    struct json_out text = {0};
    json_string_bytes(&text, name);
    json_name_sized(j, text.at + 1, text.len - 2); /* without its quotes */
    json_free(&text);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the reader goes */
static void write_members(struct json_out *j, const struct json_value *v)
{
    for (const struct json_value *m = v->first; m != NULL; m = m->next) {
        if (v->kind == JSON_KIND_OBJECT) {
            write_name(j, m->name);
        }
        json_write_value(j, m);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the reader goes */
void json_write_value(struct json_out *j, const struct json_value *v)
{
    switch (v->kind) {
    case JSON_KIND_FALSE:
    case JSON_KIND_TRUE:
        json_bool(j, v->kind == JSON_KIND_TRUE);
        break;
    case JSON_KIND_NUMBER:
        json_raw(j, v->text);
        break;
    case JSON_KIND_STRING:
        json_string_bytes(j, v->text);
        break;
    case JSON_KIND_ARRAY:
        json_array_begin(j);
        write_members(j, v);
        json_array_end(j);
        break;
    case JSON_KIND_OBJECT:
        json_object_begin(j);
        write_members(j, v);
        json_object_end(j);
        break;
    default:
        json_write_null(j);
        break;
    }
}
