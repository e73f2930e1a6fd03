#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/*
 * The heap. Out of memory ends the program inside these calls, so no caller checks; no length that
 * comes from outside may reach them unbounded. What they answer is freed with free().
 */

/*
 * Called once, before any thread is started: from then on a large block goes back to the system
 * when it is freed. Without that glibc keeps every block that is no larger than the largest one
 * freed so far.
 */
void mem_configure(void);

/*
 * Gives free pages in the middle of the heap back too. Meant for the time after a flood: it walks
 * all that is free, and whoever allocates from the same part of the heap waits for it.
 */
void mem_give_back(void);

/* `size` zeroed bytes (at least one). */
void *mem_new(size_t size) __attribute__((malloc, returns_nonnull));
/* An array of `count` zeroed elements; ends the program where count * size overflows. */
void *mem_new_array(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
/* Moves `old` (may be NULL) to `size` bytes; bytes beyond the old size are not set. */
void *mem_resize(void *old, size_t size) __attribute__((returns_nonnull));
/* A copy of `text` with its NUL. */
char *mem_copy_text(const char *text) __attribute__((malloc, returns_nonnull));

#endif
