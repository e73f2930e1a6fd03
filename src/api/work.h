#ifndef API_WORK_H
#define API_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fair.h"

/*
 * Threads that take items off bounded queues, in turn, so that nobody waits for everything that
 * somebody else asked for. Any thread pushes.
 */
struct work_pool;

struct work_options {
    /* Runs one item; `stopping`: answer it quickly, the pool is being stopped. */
    void (*run)(void *item, bool stopping);
    size_t threads;
    struct fair_options fair;
};

/* Starts the threads. */
struct work_pool *work_start(const struct work_options *options);
/* Queues an item; false where the pool is stopping, or fair_put() has no place. */
bool work_push(struct work_pool *pool, const struct fair_place *place, void *item);
/* Queues an item that was run before (fair_put_again()); false only where the pool is stopping. */
bool work_go_on(struct work_pool *pool, const struct fair_place *place, void *item);
bool work_again(struct work_pool *pool, const struct fair_place *place, void *item);
/* Runs what is queued, ends the threads and refuses every later item. */
void work_stop(struct work_pool *pool);
/* After work_stop(), when nobody pushes any more. */
void work_free(struct work_pool *pool);

#endif
