#ifndef BASE_ROUNDS_TESTING_H
#define BASE_ROUNDS_TESTING_H

/*
 * How much a test of many rounds does: a share by default, which every run can afford, and so many
 * times that where ODOGRAPH_ROUNDS says so, as ./dev soak does.
 */
#include <stddef.h>
#include <stdlib.h>

enum { ROUNDS_FACTOR_MAX = 1000 };

static inline size_t rounds_factor(void)
{
    const char *text = getenv("ODOGRAPH_ROUNDS");
    char *end = NULL;
    long factor = text == NULL ? 1 : strtol(text, &end, 10);
    if (factor < 1 || factor > ROUNDS_FACTOR_MAX || (end != NULL && *end != '\0')) {
        abort(); /* a typing error must not look like a long run */
    }
    return (size_t)factor;
}

/* So many rounds, where `usual` are done by default. */
static inline size_t rounds_of(size_t usual)
{
    return usual * rounds_factor();
}

/* The distance from one place that is tried to the next one. */
static inline size_t rounds_step(size_t usual)
{
    size_t step = usual / rounds_factor();
    return step > 0 ? step : 1;
}

#endif
