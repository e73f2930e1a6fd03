#ifndef STORE_BITS_TESTING_H
#define STORE_BITS_TESTING_H

/* For the tests of what is written as bits. */
#include <stdlib.h>

#include "base/mem.h"
#include "store/bits.h"

/* splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Of any length up to `width` bits, each as often. */
static inline uint64_t random_bits(uint64_t *state, unsigned width)
{
    unsigned len = (unsigned)(random_next(state) % (width + 1));
    return len == 0 ? 0 : random_next(state) >> (64 - len);
}

/* A writer with room for `size` bytes; what it is at is freed by the caller. */
static inline struct bit_writer writer_of(size_t size)
{
    return (struct bit_writer){.at = mem_new(size + BITS_SLACK)};
}

/* How many bits have been written. */
static inline size_t bits_written(const struct bit_writer *w)
{
    return w->len * 8 + w->held;
}

/* The first `bits` of them. */
static inline struct bit_reader reader_of(const struct bit_writer *w, size_t bits)
{
    return (struct bit_reader){.at = w->at, .end = bits};
}

#endif
