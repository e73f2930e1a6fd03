#ifndef API_WORK_H
#define API_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Threads that take items off bounded queues, in turn, so that nobody waits for all that another
 * one asked for. Any thread pushes.
 */
struct work_pool;

enum { WORK_LANES_MAX = 3 };

struct work_options {
    /* Runs one item; `stopping`: answer it quickly, the pool is being stopped. */
    void (*run)(void *item, bool stopping);
    size_t threads;
    size_t group_threads; /* of these, that one group may keep busy at a time */
    size_t capacity;      /* items that may wait in a lane */
    /* A lane for each: how many items of it may go before the next lane's, while those wait. */
    unsigned shares[WORK_LANES_MAX]; /* 0: no such lane */
};

/* On whose account an item waits. */
struct work_place {
    unsigned lane;
    int64_t group;  /* an enterprise, mostly; each group has its turn, ... */
    int64_t member; /* ... and within it each member: a user, or an address */
};

/* Starts the threads. */
struct work_pool *work_start(const struct work_options *options);
/*
 * Queues an item. False where the pool is stopping, or where the places that are free in the lane
 * are for others: a group may have another one as long as fewer are its own than are free, a member
 * as long as its own are fewer than a third of these. So a group alone gets half of them, one
 * member a quarter.
 */
bool work_push(struct work_pool *pool, const struct work_place *place, void *item);
/*
 * The same for an item that was run before: false only where the pool is stopping. One that goes on
 * comes before what else waits of its member, so that few things are half done; one that is begun
 * again comes behind it.
 */
bool work_go_on(struct work_pool *pool, const struct work_place *place, void *item);
bool work_again(struct work_pool *pool, const struct work_place *place, void *item);
/* Runs what is queued, ends the threads and refuses every later item. */
void work_stop(struct work_pool *pool);
/* After work_stop(), when nobody pushes any more. */
void work_free(struct work_pool *pool);

#endif
