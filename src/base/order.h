#ifndef BASE_ORDER_H
#define BASE_ORDER_H

#include <stdint.h>

/* The order of two int64_t, for qsort() and bsearch(). */
static inline int order_int64(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;
    return (*x > *y) - (*x < *y);
}

#endif
