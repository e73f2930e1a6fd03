#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#include <stdbool.h>

/* Prints the broken invariant and its place on standard error and aborts. */
_Noreturn void check_failed(const char *condition, const char *file, int line);

/*
 * Holds an invariant of ours, in release builds too. Never for input: what comes from outside gets
 * an enum err.
 */
#define check(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))

#endif
