/*
 * Connections of readers: those that nobody uses wait in a list, and a new one is opened where the
 * list is empty.
 */
#include "store/visitor.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"

struct visitors {
    struct storage *storage;
    pthread_mutex_t lock;
    struct visitor *waiting; /* under the lock */
};

struct visitors *visitors_new(struct storage *storage)
{
    struct visitors *v = mem_new(sizeof(*v));
    v->storage = storage;
    check(pthread_mutex_init(&v->lock, NULL) == 0);
    return v;
}

static void close_visitor(struct visitor *visitor)
{
    tables_close(visitor->tables);
    chunk_codec_free(visitor->codec);
    free(visitor);
}

void visitors_free(struct visitors *v)
{
    if (v == NULL) {
        return;
    }
    while (v->waiting != NULL) {
        struct visitor *first = v->waiting;
        v->waiting = first->next;
        close_visitor(first);
    }
    check(pthread_mutex_destroy(&v->lock) == 0);
    free(v);
}

static enum err open_visitor(const struct visitors *v, struct visitor **out)
{
    struct visitor *visitor = mem_new(sizeof(*visitor));
    enum err e = v->storage->open_reader(v->storage, &visitor->tables);
    visitor->codec = chunk_codec_new();
    if (e != ERR_OK) {
        close_visitor(visitor);
        return e;
    }
    *out = visitor;
    return ERR_OK;
}

enum err visitors_take(struct visitors *v, struct visitor **out)
{
    check(pthread_mutex_lock(&v->lock) == 0);
    struct visitor *first = v->waiting;
    if (first != NULL) {
        v->waiting = first->next;
    }
    check(pthread_mutex_unlock(&v->lock) == 0);
    if (first == NULL) {
        return open_visitor(v, out);
    }
    *out = first;
    return ERR_OK;
}

void visitors_give(struct visitors *v, struct visitor *visitor)
{
    check(pthread_mutex_lock(&v->lock) == 0);
    visitor->next = v->waiting;
    v->waiting = visitor;
    check(pthread_mutex_unlock(&v->lock) == 0);
}
