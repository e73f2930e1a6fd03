/*
 * A form as an object (WHATWG URL Standard, section 5.1):
 *
 *     DeviceIDs=1&DeviceIDs=2&Key=a+b%2C     {"DeviceIDs": "1", "DeviceIDs": "2", "Key": "a b,"}
 *
 * The rows of the method know which fields are lists, whose repeated names unite (params.h).
 */
#include "api/form.h"

#include <glib.h>

#include "base/percent.h"
#include "base/reader.h"

bool form_is_type(const char *type)
{
    if (type == NULL) {
        return false;
    }
    struct bytes media = bytes_of_text(type);
    media.len = bytes_find(media, ';');
    while (media.len > 0 && (media.at[media.len - 1] == ' ' || media.at[media.len - 1] == '\t')) {
        media.len--;
    }
    return bytes_eq_nocase(media, "application/x-www-form-urlencoded");
}

/* Decodes a name or value; false where it is no UTF-8. */
static bool decode(struct arena *arena, struct bytes text, struct bytes *out)
{
    *out = percent_decode(arena, text);
    return g_utf8_validate_len((const char *)out->at, out->len, NULL) != FALSE;
}

enum err form_read(struct bytes text, struct arena *arena, struct json_value **out)
{
    struct reader r = reader_init(text);
    struct json_value *object = arena_new(arena, sizeof(*object));
    struct json_value **link = &object->first;
    object->kind = JSON_KIND_OBJECT;
    while (reader_left(&r) > 0) {
        struct bytes field = read_field(&r, '&');
        size_t name_len = bytes_find(field, '=');
        if (field.len == 0) {
            continue;
        }
        if (object->count++ == FORM_FIELDS_MAX) {
            return ERR_TOO_LONG;
        }
        struct json_value *v = arena_new(arena, sizeof(*v));
        v->kind = JSON_KIND_STRING;
        if (!decode(arena, bytes_slice(field, 0, name_len), &v->name) ||
            !decode(arena, bytes_slice(field, name_len + 1, field.len), &v->text)) {
            return ERR_MALFORMED;
        }
        *link = v;
        link = &v->next;
    }
    *out = object;
    return ERR_OK;
}
