#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

/* The encodings that devices write texts in. */
enum charset {
    CHARSET_GBK, /* read as its superset GB18030; ASCII is part of it */
    CHARSET_UTF16BE,
    CHARSET_ASCII,
};

/*
 * `in` as UTF-8 in the arena, at most `len_max` bytes of whole characters. What is no character
 * becomes U+FFFD. May be called from any thread.
 */
struct bytes charset_convert(struct arena *a, enum charset from, struct bytes in, size_t len_max);
/* Like charset_convert(), with a blank in place of each control character but tab and line feed. */
struct bytes charset_to_utf8(struct arena *a, enum charset from, struct bytes in, size_t len_max);
/*
 * The way back: UTF-8 in `to`, into the `room` bytes of `out`. ERR_INVALID: it has what is no
 * UTF-8, or a character that `to` has not; ERR_TOO_LONG: there is no room. Any thread.
 */
MUST_USE enum err charset_of_utf8(enum charset to, struct bytes in, uint8_t *out, size_t room,
                                  size_t *len);

#endif
