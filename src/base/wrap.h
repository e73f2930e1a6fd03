#ifndef BASE_WRAP_H
#define BASE_WRAP_H

#include <stdint.h>

/*
 * Sums and differences that wrap around at 64 bits. Each undoes the other for any operands, even
 * those of a damaged file. Any thread.
 */

/* a - b */
static inline int64_t wrap_minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* a + b */
static inline int64_t wrap_plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

#endif
