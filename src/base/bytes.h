#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes: never freed through this type, not NUL-terminated. */
struct bytes {
    const uint8_t *at;
    size_t len;
};

/* The bytes of a NUL-terminated text, without its NUL. */
struct bytes bytes_of_text(const char *text);
/* Whether `a` is exactly `text`. */
bool bytes_eq(struct bytes a, const char *text);
/* Whether both are the same bytes. */
bool bytes_same(struct bytes a, struct bytes b);
/* Whether `a` is `text` but for the case of ASCII letters. */
bool bytes_eq_nocase(struct bytes a, const char *text);
/* Whether `a` begins with `text`. */
bool bytes_begin(struct bytes a, const char *text);
/* `a` from `from` on, at most `len` bytes; clipped to what is there. */
struct bytes bytes_slice(struct bytes a, size_t from, size_t len);
/* The index of `needle` in `a`, or a.len where it is not there. */
size_t bytes_find(struct bytes a, uint8_t needle);
/* How often `needle` is in `a`. */
size_t bytes_count(struct bytes a, uint8_t needle);
/* Copies `a` into `out` with a NUL, clipped to size - 1 bytes. */
void bytes_to_text(struct bytes a, char *out, size_t size);

#endif
