#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

/*
 * A writer of JSON into a growing buffer, commas and escapes included. It never holds more than
 * the caller lets it: a long answer is written in pieces, json_text() taken and json_drop() called
 * between them, while the writer remembers where in the structure it is (nesting up to 16).
 *
 * Text that is not valid UTF-8 comes out with U+FFFD in place of the bad bytes, a NUL among
 * them; other control characters are escaped. Numbers carry their decimals, so that "13.70" is what
 * was meant.
 */
struct json_out {
    char *at;
    size_t len;
    size_t capacity;
    uint32_t filled; /* bit n: the object or array at depth n has a member */
    uint8_t depth;
    bool after_name;
};

/* A zeroed struct json_out is ready; json_free() gives its buffer back. */
void json_free(struct json_out *j);
/* What has been written since the last json_drop(); borrowed until the next call. */
struct bytes json_text(const struct json_out *j);
void json_drop(struct json_out *j);

/* Begins and ends an object; as a value, so a name stands before it within an object. */
void json_object_begin(struct json_out *j);
void json_object_end(struct json_out *j);
/* Begins and ends an array. */
void json_array_begin(struct json_out *j);
void json_array_end(struct json_out *j);
/* The name of the next member; plain ASCII of ours, written without escaping. */
void json_name_sized(struct json_out *j, const char *name, size_t len);
/* json_name_sized() of a text. It is inline so that the compiler counts the length of a literal. */
static inline void json_name(struct json_out *j, const char *name)
{
    json_name_sized(j, name, strlen(name));
}

/* Two names are longer than the others, since jansson has a json_null and a json_string. */
void json_write_null(struct json_out *j);
void json_bool(struct json_out *j, bool v);
void json_int(struct json_out *j, int64_t v);
/* A string; NULL writes null. */
void json_write_string(struct json_out *j, const char *text);
void json_string_bytes(struct json_out *j, struct bytes text);
/* `v` / 10^decimals with exactly that many decimals (0 to 9): json_decimal(j, 137, 1) is 13.7. */
void json_decimal(struct json_out *j, int64_t v, unsigned decimals);
/* Writes what json_decimal() does as a string: "13.7". */
void json_decimal_string(struct json_out *j, int64_t v, unsigned decimals);
/* A finished piece of JSON, taken as it is. */
void json_raw(struct json_out *j, struct bytes json);
/* How many bytes at the front are ASCII that a string of JSON holds as it is. */
size_t json_plain_length(const uint8_t *at, size_t len);
/* Bytes of whatever kind as they are: no value of JSON, so that no comma is put before them. */
void json_append(struct json_out *j, struct bytes text);

#endif
