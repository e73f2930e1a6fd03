#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

/* The encodings that devices write texts in. */
enum charset {
    CHARSET_GBK, /* read as its superset GB18030; ASCII is part of it */
    CHARSET_UTF16BE,
};

/*
 * `in` as UTF-8 in the arena, at most `len_max` bytes of whole characters. What is no character
 * becomes U+FFFD, a control character other than tab and line feed a blank. May be called from any
 * thread.
 */
struct bytes charset_to_utf8(struct arena *a, enum charset from, struct bytes in, size_t len_max);

#endif
