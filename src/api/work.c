/*
 * Threads that serve fair queues (base/fair.h). When the pool stops, each item that waits is told
 * so in its turn, so that everybody who waits for an answer gets one.
 */
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
    bool stopping; /* under lock, as the queues */
    struct fair *queues;
};

/* What a thread took. */
struct taken {
    struct fair_turn turn;
    bool stopping;
};

/* The next item; false when there is none and the pool is stopping. */
static bool take(struct work_pool *pool, struct taken *out)
{
    check(pthread_mutex_lock(&pool->lock) == 0);
    bool found = fair_take(pool->queues, &out->turn);
    while (!found && !(pool->stopping && fair_waiting(pool->queues) == 0)) {
        check(pthread_cond_wait(&pool->filled, &pool->lock) == 0);
        found = fair_take(pool->queues, &out->turn);
    }
    out->stopping = pool->stopping;
    check(pthread_mutex_unlock(&pool->lock) == 0);
    return found;
}

/* The thread is free again, and so are items of its group that waited for that. */
static void finish(struct work_pool *pool, const struct taken *taken)
{
    check(pthread_mutex_lock(&pool->lock) == 0);
    if (fair_end(pool->queues, &taken->turn) || pool->stopping) {
        check(pthread_cond_broadcast(&pool->filled) == 0);
    }
    check(pthread_mutex_unlock(&pool->lock) == 0);
}

static void *work(void *arg)
{
    struct work_pool *pool = arg;
    struct taken taken;
    while (take(pool, &taken)) {
        pool->options.run(taken.turn.item, taken.stopping);
        finish(pool, &taken);
    }
    return NULL;
}

struct work_pool *work_start(const struct work_options *options)
{
    struct work_pool *pool = mem_new(sizeof(*pool));
    pool->options = *options;
    pool->queues = fair_new(&options->fair);
    pool->threads = mem_new_array(options->threads, sizeof(*pool->threads));
    check(pthread_mutex_init(&pool->lock, NULL) == 0);
    check(pthread_cond_init(&pool->filled, NULL) == 0);
    for (size_t i = 0; i < options->threads; i++) {
        check(pthread_create(&pool->threads[i], NULL, work, pool) == 0);
    }
    return pool;
}

bool work_push(struct work_pool *pool, const struct fair_place *place, void *item)
{
    check(pthread_mutex_lock(&pool->lock) == 0);
    bool taken = !pool->stopping && fair_put(pool->queues, place, item);
    if (taken) {
        check(pthread_cond_signal(&pool->filled) == 0);
    }
    check(pthread_mutex_unlock(&pool->lock) == 0);
    return taken;
}

static bool push_again(struct work_pool *pool, const struct fair_place *place, void *item,
                       bool goes_on)
{
    check(pthread_mutex_lock(&pool->lock) == 0);
    bool taken = !pool->stopping;
    if (taken) {
        fair_put_again(pool->queues, place, item, goes_on);
        check(pthread_cond_signal(&pool->filled) == 0);
    }
    check(pthread_mutex_unlock(&pool->lock) == 0);
    return taken;
}

bool work_go_on(struct work_pool *pool, const struct fair_place *place, void *item)
{
    return push_again(pool, place, item, true);
}

bool work_again(struct work_pool *pool, const struct fair_place *place, void *item)
{
    return push_again(pool, place, item, false);
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
    fair_free(pool->queues);
    free(pool->threads);
    free(pool);
}
