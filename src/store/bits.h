#ifndef STORE_BITS_H
#define STORE_BITS_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

/*
 * Bits in a row, the lowest first: the first bit of a stream is the lowest of its first byte, and a
 * number stands with its lowest bit first. Everything is inline: every value of a track goes
 * through here, and eight bytes are moved at a time.
 */

enum {
    BITS_AT_ONCE = 56, /* of one bits_put() or bits_get() */
    BITS_SLACK = 16,   /* bytes a buffer needs behind its last bit, in both directions */
};

/* Into a buffer that has room for all that is put, and BITS_SLACK bytes more. */
struct bit_writer {
    uint8_t *at;
    size_t len;       /* whole bytes written */
    uint64_t pending; /* bits that do not make a byte yet, and zeros above */
    unsigned held;    /* how many they are, below 8 */
};

/* Appends the low `width` bits of `v`, at most BITS_AT_ONCE; `v` has none above them. */
static inline void bits_put(struct bit_writer *w, uint64_t v, unsigned width)
{
    w->pending |= v << w->held;
    w->held += width;
    uint64_t le = htole64(w->pending);
    memcpy(w->at + w->len, &le, sizeof(le));
    w->len += w->held >> 3;
    w->pending >>= w->held & 0x38U;
    w->held &= 7U;
}

/* Zeros up to the next whole byte; answers how many bytes there are. */
static inline size_t bits_align(struct bit_writer *w)
{
    bits_put(w, 0, (8U - w->held) & 7U);
    return w->len;
}

/* From bytes behind which BITS_SLACK more can be read. */
struct bit_reader {
    const uint8_t *at;
    size_t pos; /* in bits */
    size_t end;
};

/* The next bits, at least BITS_AT_ONCE of them; those behind the end are not to be believed. */
static inline uint64_t bits_peek(const struct bit_reader *r)
{
    uint64_t le = 0;
    memcpy(&le, r->at + (r->pos >> 3), sizeof(le));
    return le64toh(le) >> (r->pos & 7U);
}

/*
 * Goes on by `width` bits. False where that is beyond the end: it stands at the end from then on,
 * so that the position is never outside of what can be read.
 */
static inline bool bits_skip(struct bit_reader *r, size_t width)
{
    if (width > r->end - r->pos) {
        r->pos = r->end;
        return false;
    }
    r->pos += width;
    return true;
}

/* The next `width` bits, at most BITS_AT_ONCE, into *v. False at the end. */
static inline bool bits_get(struct bit_reader *r, unsigned width, uint64_t *v)
{
    *v = bits_peek(r) & ((UINT64_C(1) << width) - 1);
    return bits_skip(r, width);
}

/* How many bits `v` needs: 0 for 0, 64 for UINT64_MAX. */
static inline unsigned bits_of(uint64_t v)
{
    return v == 0 ? 0 : 64U - (unsigned)__builtin_clzll(v);
}

#endif
