/*
 * The heap of the C library, where out of memory ends the program; and how it gives memory back to
 * the system.
 */
#include "base/mem.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

void mem_configure(void)
{
    enum { LARGE_BYTES = 128 * 1024 };
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, LARGE_BYTES);
}

void mem_give_back(void)
{
    (void)malloc_trim(0);
}

void *mem_new(size_t size)
{
    return mem_new_array(1, size == 0 ? 1 : size);
}

void *mem_new_array(size_t count, size_t size)
{
    void *p = calloc(count == 0 ? 1 : count, size);
    check(p != NULL);
    return p;
}

void *mem_resize(void *old, size_t size)
{
    void *p = realloc(old, size == 0 ? 1 : size);
    check(p != NULL);
    return p;
}

char *mem_copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(mem_new(size), text, size);
}
