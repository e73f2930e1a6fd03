/*
 * Comparing, searching and slicing borrowed bytes. A slice is clipped to what is there, so that a
 * wrong length yields too little and never reads beyond the end.
 */
#include "base/bytes.h"

#include <string.h>
#include <strings.h>

struct bytes bytes_of_text(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

bool bytes_eq(struct bytes a, const char *text)
{
    return bytes_same(a, bytes_of_text(text));
}

bool bytes_same(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool bytes_eq_nocase(struct bytes a, const char *text)
{
    return a.len == strlen(text) &&
           (a.len == 0 || strncasecmp((const char *)a.at, text, a.len) == 0);
}

bool bytes_begin(struct bytes a, const char *text)
{
    size_t len = strlen(text);
    return a.len >= len && (len == 0 || memcmp(a.at, text, len) == 0);
}

struct bytes bytes_slice(struct bytes a, size_t from, size_t len)
{
    if (from >= a.len) {
        return (struct bytes){0};
    }
    size_t left = a.len - from;
    return (struct bytes){a.at + from, len < left ? len : left};
}

size_t bytes_find(struct bytes a, uint8_t needle)
{
    const uint8_t *p = a.len == 0 ? NULL : memchr(a.at, needle, a.len);
    return p == NULL ? a.len : (size_t)(p - a.at);
}

size_t bytes_count(struct bytes a, uint8_t needle)
{
    size_t count = 0;
    for (size_t at = bytes_find(a, needle); at < a.len; count++) {
        at += 1 + bytes_find(bytes_slice(a, at + 1, SIZE_MAX), needle);
    }
    return count;
}

void bytes_to_text(struct bytes a, char *out, size_t size)
{
    size_t len = a.len < size - 1 ? a.len : size - 1;
    if (len > 0) {
        memcpy(out, a.at, len);
    }
    out[len] = '\0';
}
