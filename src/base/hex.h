#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* Writes 2 * in.len lower-case digits and a NUL to `out`, which has room for them. */
void hex_encode(struct bytes in, char *out);
/*
 * Reads hexadecimal digits of either case, blanks between bytes allowed. ERR_MALFORMED: another
 * character, or half a byte; ERR_TOO_LONG: more than `capacity` bytes.
 */
MUST_USE enum err hex_decode(struct bytes text, uint8_t *out, size_t capacity, size_t *len);

#endif
