#include "api/work.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"

struct work_pool {
    struct work_options options;
    pthread_t *threads;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    bool stopping; /* under lock, as the queue */
    void **queue;  /* a ring */
    size_t first;
    size_t count;
};

/* The next item; false when there is none and the pool is stopping. */
static bool take(struct work_pool *pool, void **item, bool *stopping)
{
    check(pthread_mutex_lock(&pool->lock) == 0);
    while (pool->count == 0 && !pool->stopping) {
        check(pthread_cond_wait(&pool->filled, &pool->lock) == 0);
    }
    bool found = pool->count > 0;
    if (found) {
        *item = pool->queue[pool->first];
        pool->first = (pool->first + 1) % pool->options.capacity;
        pool->count--;
    }
    *stopping = pool->stopping;
    check(pthread_mutex_unlock(&pool->lock) == 0);
    return found;
}

static void *work(void *arg)
{
    struct work_pool *pool = arg;
    void *item = NULL;
    bool stopping = false;
    while (take(pool, &item, &stopping)) {
        pool->options.run(item, stopping);
    }
    return NULL;
}

struct work_pool *work_start(const struct work_options *options)
{
    struct work_pool *pool = mem_new(sizeof(*pool));
    pool->options = *options;
    pool->queue = mem_new_array(options->capacity, sizeof(*pool->queue));
    pool->threads = mem_new_array(options->threads, sizeof(*pool->threads));
    check(pthread_mutex_init(&pool->lock, NULL) == 0);
    check(pthread_cond_init(&pool->filled, NULL) == 0);
    for (size_t i = 0; i < options->threads; i++) {
        check(pthread_create(&pool->threads[i], NULL, work, pool) == 0);
    }
    return pool;
}

bool work_push(struct work_pool *pool, void *item)
{
    check(pthread_mutex_lock(&pool->lock) == 0);
    bool taken = !pool->stopping && pool->count < pool->options.capacity;
    if (taken) {
        pool->queue[(pool->first + pool->count) % pool->options.capacity] = item;
        pool->count++;
        check(pthread_cond_signal(&pool->filled) == 0);
    }
    check(pthread_mutex_unlock(&pool->lock) == 0);
    return taken;
}

void work_stop(struct work_pool *pool)
{
    check(pthread_mutex_lock(&pool->lock) == 0);
    pool->stopping = true;
    check(pthread_cond_broadcast(&pool->filled) == 0);
    check(pthread_mutex_unlock(&pool->lock) == 0);
    for (size_t i = 0; i < pool->options.threads; i++) {
        check(pthread_join(pool->threads[i], NULL) == 0);
    }
}

void work_free(struct work_pool *pool)
{
    check(pthread_cond_destroy(&pool->filled) == 0);
    check(pthread_mutex_destroy(&pool->lock) == 0);
    free(pool->threads);
    free((void *)pool->queue);
    free(pool);
}
