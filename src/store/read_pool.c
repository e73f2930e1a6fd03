/*
 * Connections of readers: those that nobody uses wait in a list, and a new one is opened where the
 * list is empty.
 */
#include "store/read_pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"
#include "store/tables_sqlite.h"

struct read_pool {
    const char *path;
    const char *vfs;
    pthread_mutex_t lock;
    struct pooled_tables *waiting; /* under the lock */
};

struct read_pool *read_pool_new(const char *path, const char *vfs)
{
    struct read_pool *pool = mem_new(sizeof(*pool));
    pool->path = path;
    pool->vfs = vfs;
    check(pthread_mutex_init(&pool->lock, NULL) == 0);
    return pool;
}

static void close_pooled(struct pooled_tables *pooled)
{
    tables_close(pooled->tables);
    chunk_codec_free(pooled->codec);
    free(pooled);
}

void read_pool_free(struct read_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    while (pool->waiting != NULL) {
        struct pooled_tables *first = pool->waiting;
        pool->waiting = first->next;
        close_pooled(first);
    }
    check(pthread_mutex_destroy(&pool->lock) == 0);
    free(pool);
}

static enum err open_pooled(const struct read_pool *pool, struct pooled_tables **out)
{
    struct pooled_tables *pooled = mem_new(sizeof(*pooled));
    enum err e = tables_sqlite_open(pool->path, pool->vfs, SQLITE_READS, &pooled->tables);
    pooled->codec = chunk_codec_new();
    if (e != ERR_OK) {
        close_pooled(pooled);
        return e;
    }
    *out = pooled;
    return ERR_OK;
}

enum err read_pool_take(struct read_pool *pool, struct pooled_tables **out)
{
    check(pthread_mutex_lock(&pool->lock) == 0);
    struct pooled_tables *first = pool->waiting;
    if (first != NULL) {
        pool->waiting = first->next;
    }
    check(pthread_mutex_unlock(&pool->lock) == 0);
    if (first == NULL) {
        return open_pooled(pool, out);
    }
    *out = first;
    return ERR_OK;
}

void read_pool_give(struct read_pool *pool, struct pooled_tables *pooled)
{
    check(pthread_mutex_lock(&pool->lock) == 0);
    pooled->next = pool->waiting;
    pool->waiting = pooled;
    check(pthread_mutex_unlock(&pool->lock) == 0);
}
