#ifndef GEO_SEARCH_KEY_H
#define GEO_SEARCH_KEY_H

#include "base/arena.h"
#include "base/bytes.h"

/*
 * What names are compared by when they are searched for: lower case, letters without their marks.
 * In `a`, with a NUL behind. Empty where `text` is not UTF-8, has a control character in it, or is
 * longer than 200 bytes. Any thread.
 */
struct bytes search_key(struct arena *a, struct bytes text);

#endif
