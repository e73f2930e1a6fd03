#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/writer.h"

/*
 * A name or value of a form, decoded (WHATWG URL Standard, section 5.1): '+' is a blank, "%41" a
 * byte; a '%' without two digits stands for itself. In the arena, with a NUL behind it.
 */
struct bytes percent_decode(struct arena *arena, struct bytes text);
/* Writes bytes so that they are decoded to the same; at most three for each. */
void percent_encode(struct writer *w, struct bytes text);

#endif
