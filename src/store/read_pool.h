#ifndef STORE_READ_POOL_H
#define STORE_READ_POOL_H

#include "base/err.h"
#include "store/chunk.h"
#include "store/tables.h"

/*
 * Connections of readers (tables.h), each with its codec. One is taken for
 * as long as a thread works with it and given back; so there are as many as threads read at once.
 */
struct read_pool;

struct pooled_tables {
    struct chunk_codec *codec;
    struct tables *tables;
    struct pooled_tables *next; /* while it waits */
};

/* Both texts outlive it. */
struct read_pool *read_pool_new(const char *path, const char *vfs);
/* All have been given back. NULL is fine. */
void read_pool_free(struct read_pool *pool);
/* Any thread. ERR_IO, ERR_BUSY, ERR_CORRUPT: no connection could be opened. */
MUST_USE enum err read_pool_take(struct read_pool *pool, struct pooled_tables **out);
void read_pool_give(struct read_pool *pool, struct pooled_tables *pooled);

#endif
