#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/bytes.h"

struct arena_block;

/*
 * Memory that is given back all at once: there is one arena for each request, drained read and
 * batch. Not for sharing between threads. arena_clear() keeps one block for the next round;
 * arena_free() keeps nothing. A zeroed struct arena is empty and ready.
 */
struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used;                /* bytes handed out of the newest block */
};

/* `size` zeroed bytes aligned for any type, valid until the arena is cleared. Never NULL. */
void *arena_new(struct arena *a, size_t size) __attribute__((returns_nonnull));
/* A zeroed array; ends the program where count * size overflows. */
void *arena_new_array(struct arena *a, size_t count, size_t size) __attribute__((returns_nonnull));
/* A copy of `in` in the arena; its bytes are followed by a NUL, so that text can be printed. */
struct bytes arena_copy(struct arena *a, struct bytes in);
/* A NUL-terminated copy of `text`. */
char *arena_copy_text(struct arena *a, const char *text) __attribute__((returns_nonnull));
/* A formatted text in the arena. */
char *arena_format(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));

/* How many bytes of the heap it holds. */
size_t arena_bytes(const struct arena *a);

void arena_clear(struct arena *a);
void arena_free(struct arena *a);
/* arena_free() of one that had a password in it: nothing of it stays in memory. */
void arena_wipe(struct arena *a);

#endif
