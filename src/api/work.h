#ifndef API_WORK_H
#define API_WORK_H

#include <stdbool.h>
#include <stddef.h>

/* Threads that take items off one bounded queue, in order. */
struct work_pool;

struct work_options {
    /* Runs one item; `stopping`: answer it quickly, the pool is being stopped. */
    void (*run)(void *item, bool stopping);
    size_t threads;
    size_t capacity; /* items that may wait */
};

/* Starts the threads. */
struct work_pool *work_start(const struct work_options *options);
/* Queues an item, from any thread; false where the queue is full or the pool is stopping. */
bool work_push(struct work_pool *pool, void *item);
/* Runs what is queued, ends the threads and refuses every later item. */
void work_stop(struct work_pool *pool);
/* After work_stop(), when nobody pushes any more. */
void work_free(struct work_pool *pool);

#endif
