#ifndef STORE_VISITOR_H
#define STORE_VISITOR_H

#include "base/err.h"
#include "store/chunk.h"
#include "store/storage.h"
#include "store/tables.h"

/*
 * Connections of readers (tables.h), each with its codec. One is taken for
 * as long as a thread works with it and given back; so there are as many as threads read at once.
 */
struct visitors;

struct visitor {
    struct chunk_codec *codec;
    struct tables *tables;
    struct visitor *next; /* while it waits */
};

/* The storage outlives it. */
struct visitors *visitors_new(struct storage *storage);
/* All have been given back. NULL is fine. */
void visitors_free(struct visitors *v);
/* Any thread. ERR_IO, ERR_BUSY, ERR_CORRUPT: no connection could be opened. */
MUST_USE enum err visitors_take(struct visitors *v, struct visitor **out);
void visitors_give(struct visitors *v, struct visitor *visitor);

#endif
