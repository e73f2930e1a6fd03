#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/*
 * A ring of records, bounded in bytes: many producers, one consumer. A producer never waits for
 * room. The consumer works on the records where they lie and gives their room back when it is done
 * with them. A producer wakes the consumer only when that one waits, so that a busy queue costs no
 * system calls.
 */
struct queue;

/*
 * A queue of `capacity` bytes, rounded up to a multiple of 8. Every record takes 8 bytes beside its
 * own.
 */
struct queue *queue_new(size_t capacity);
/* Frees a queue that nobody uses any more; the records in it are dropped. */
void queue_free(struct queue *q);

/* What a record of `size` bytes takes of the capacity. */
size_t queue_cost(size_t size);

/*
 * Any thread: room for a record of `size` bytes, aligned to 8, to be filled at once; the queue is
 * locked until queue_end(). ERR_BUSY: not so much room with `headroom` bytes left over;
 * ERR_TOO_LONG: not even in the empty queue. Neither needs a queue_end().
 */
MUST_USE enum err queue_begin(struct queue *q, size_t size, size_t headroom, uint8_t **out);
void queue_end(struct queue *q);

/* Any thread: nothing is pushed from now on; the consumer is woken. */
void queue_close(struct queue *q);

/*
 * Consumer: waits until there are records that queue_next() has not given yet, at most
 * `timeout_ms`. ERR_OK: queue_next() gives all that are there now. ERR_TIMEOUT: there is none.
 * ERR_END: the queue is closed, and all were given.
 */
MUST_USE enum err queue_take(struct queue *q, unsigned timeout_ms);
/* Consumer: the next of the records taken, valid until queue_release(). ERR_END after the last. */
MUST_USE enum err queue_next(struct queue *q, struct bytes *record);
/* Consumer: gives back the room of all that queue_next() gave. */
void queue_release(struct queue *q);

#endif
