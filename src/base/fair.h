#ifndef BASE_FAIR_H
#define BASE_FAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bounded queues that are served in turn, so that nobody waits for everything that somebody else
 * asked for. Nothing here takes a lock: whoever owns it has one.
 */
struct fair;

enum { FAIR_LANES_MAX = 3 };

struct fair_options {
    size_t group_running; /* items of one group that may run at a time */
    size_t capacity;      /* items that may wait in a lane */
    /* A lane for each: how many items of it may go before the next lane's, while those wait. */
    unsigned shares[FAIR_LANES_MAX]; /* 0: no such lane */
};

/* On whose account an item waits. */
struct fair_place {
    unsigned lane;
    int64_t group;  /* an enterprise, mostly; each group has its turn, ... */
    int64_t member; /* ... and within it each member: a user, or an address */
};

/* An item that runs, and the group it counts against until fair_end(). */
struct fair_turn {
    void *item;
    struct fair_lane *lane;
    struct fair_group *group;
};

/* Empty queues. */
struct fair *fair_new(const struct fair_options *options);
/* Nothing waits any more, and nothing runs. */
void fair_free(struct fair *f);

/*
 * Queues an item. False where the free places of the lane are kept for others: a group gets another
 * place while it has fewer than are free, a member while it has fewer than a third of the free
 * ones. So a group alone gets half of them, one member a quarter.
 */
bool fair_put(struct fair *f, const struct fair_place *place, void *item);
/*
 * Queues an item that ran before; it always has a place. If it goes on, it comes before everything
 * else of its member, so that few things are half done; if not, it comes behind all of that.
 */
void fair_put_again(struct fair *f, const struct fair_place *place, void *item, bool goes_on);
/* Takes a waiting item out again; it waits at that place. */
void fair_remove(struct fair *f, const struct fair_place *place, void *item);
/* The next item begins to run. False where no item waits, or none that waits may run yet. */
bool fair_take(struct fair *f, struct fair_turn *out);
/* The item no longer runs. True where others of its group still wait: one of them may run now. */
bool fair_end(struct fair *f, const struct fair_turn *turn);
/* How many wait. */
size_t fair_waiting(const struct fair *f);

#endif
