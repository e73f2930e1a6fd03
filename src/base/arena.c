/*
 * An arena is a list of blocks, the newest first. It hands out the rest of the newest one; what
 * does not fit there gets a new block, of BLOCK_BYTES, or of its own size if it is larger.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

enum { BLOCK_BYTES = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t capacity;
    alignas(max_align_t) uint8_t data[];
};

static size_t round_up(size_t n)
{
    const size_t step = alignof(max_align_t);
    return (n + step - 1) / step * step;
}

void *arena_new(struct arena *a, size_t size)
{
    check(size < SIZE_MAX / 2);
    size = round_up(size == 0 ? 1 : size);
    if (a->blocks == NULL || a->blocks->capacity - a->used < size) {
        size_t capacity = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        struct arena_block *b = mem_resize(NULL, sizeof(*b) + capacity);
        b->next = a->blocks;
        b->capacity = capacity;
        a->blocks = b;
        a->used = 0;
    }
    void *p = a->blocks->data + a->used;
    a->used += size;
    return memset(p, 0, size);
}

void *arena_new_array(struct arena *a, size_t count, size_t size)
{
    check(size == 0 || count < SIZE_MAX / 2 / size);
    return arena_new(a, count * size);
}

struct bytes arena_copy(struct arena *a, struct bytes in)
{
    uint8_t *p = arena_new(a, in.len + 1);
    if (in.len > 0) {
        memcpy(p, in.at, in.len);
    }
    return (struct bytes){p, in.len};
}

char *arena_copy_text(struct arena *a, const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(arena_new(a, size), text, size);
}

char *arena_format(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    check(len >= 0);
    char *text = arena_new(a, (size_t)len + 1);
    (void)vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

size_t arena_bytes(const struct arena *a)
{
    size_t bytes = 0;
    for (const struct arena_block *b = a->blocks; b != NULL; b = b->next) {
        bytes += sizeof(*b) + b->capacity;
    }
    return bytes;
}

void arena_clear(struct arena *a)
{
    while (a->blocks != NULL && (a->blocks->next != NULL || a->blocks->capacity > BLOCK_BYTES)) {
        struct arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
    a->used = 0;
}

void arena_free(struct arena *a)
{
    while (a->blocks != NULL) {
        struct arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
    a->used = 0;
}

void arena_wipe(struct arena *a)
{
    for (struct arena_block *b = a->blocks; b != NULL; b = b->next) {
        explicit_bzero(b->data, b->capacity);
    }
    arena_free(a);
}
