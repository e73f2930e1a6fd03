#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

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

#endif
