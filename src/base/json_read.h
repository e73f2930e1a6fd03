#ifndef BASE_JSON_READ_H
#define BASE_JSON_READ_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

/*
 * JSON as it was written: a tree in an arena that keeps a number's own digits (a DeviceID of twenty
 * digits sent as a number is still one) and every member of an object in order, repeated names too.
 */
enum json_kind {
    JSON_KIND_NULL,
    JSON_KIND_FALSE,
    JSON_KIND_TRUE,
    JSON_KIND_NUMBER,
    JSON_KIND_STRING,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT,
};

enum { JSON_READ_DEPTH_MAX = 8, JSON_READ_VALUES_MAX = 150000 };

struct json_value {
    enum json_kind kind;
    struct bytes name;        /* of a member: unescaped, a NUL behind it */
    struct bytes text;        /* of a string: unescaped, a NUL behind it; of a number: its digits */
    struct json_value *first; /* of an array or object */
    struct json_value *next;  /* the sibling after this one */
    size_t count;             /* members of an array or object */
};

/*
 * Reads one value (RFC 8259) with blanks around it; a byte order mark before it is passed over.
 * Everything in it lives in `arena`. ERR_MALFORMED: not JSON, or not valid UTF-8; ERR_TOO_LONG:
 * nested deeper than JSON_READ_DEPTH_MAX, or more than JSON_READ_VALUES_MAX values.
 */
MUST_USE enum err json_read(struct bytes text, struct arena *arena, struct json_value **out);

/*
 * The last member with exactly that name. NULL where there is none, or `object` is no object or
 * NULL.
 */
const struct json_value *json_read_member(const struct json_value *object, const char *name);

#endif
