/*
 * Positions only grow; a position modulo the capacity is its place in the ring:
 *
 *      released        given            taken         fresh         free
 *     .........|head──────────|next────────────|end──────────|tail...........
 *
 * A record is a header of 8 bytes with its size, and its bytes, rounded up to 8. It never wraps:
 * one that does not fit before the end of the ring leaves a header with SKIP there and begins at
 * the front. `head` and `tail` are under the lock; `next` and `end` are the consumer's alone.
 */
#include "base/queue.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/mem.h"

enum { STEP = 8 };
static const uint64_t SKIP = UINT64_MAX;

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    uint8_t *ring;
    size_t capacity;
    uint64_t head;
    uint64_t tail;
    uint64_t next;
    uint64_t end;
    bool is_waiting; /* the consumer */
    bool is_closed;
};

static size_t round_up(size_t n)
{
    return (n + STEP - 1) / STEP * STEP;
}

struct queue *queue_new(size_t capacity)
{
    check(capacity >= STEP && capacity < SIZE_MAX / 2);
    struct queue *q = mem_new(sizeof(*q));
    q->capacity = round_up(capacity);
    q->ring = mem_new(q->capacity);
    check(pthread_mutex_init(&q->lock, NULL) == 0);
    pthread_condattr_t attributes;
    check(pthread_condattr_init(&attributes) == 0);
    check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    check(pthread_cond_init(&q->filled, &attributes) == 0);
    check(pthread_condattr_destroy(&attributes) == 0);
    return q;
}

void queue_free(struct queue *q)
{
    if (q == NULL) {
        return;
    }
    check(pthread_cond_destroy(&q->filled) == 0);
    check(pthread_mutex_destroy(&q->lock) == 0);
    free(q->ring);
    free(q);
}

size_t queue_cost(size_t size)
{
    return STEP + round_up(size);
}

static void header_write(struct queue *q, uint64_t position, uint64_t header)
{
    memcpy(q->ring + position % q->capacity, &header, sizeof(header));
}

static uint64_t header_read(const struct queue *q, uint64_t position)
{
    uint64_t header = 0;
    memcpy(&header, q->ring + position % q->capacity, sizeof(header));
    return header;
}

/* Bytes from `position` to the end of the ring. */
static size_t to_end(const struct queue *q, uint64_t position)
{
    return q->capacity - (size_t)(position % q->capacity);
}

enum err queue_begin(struct queue *q, size_t size, size_t headroom, uint8_t **out)
{
    if (size > q->capacity || headroom > q->capacity || queue_cost(size) > q->capacity - headroom) {
        return ERR_TOO_LONG;
    }
    size_t cost = queue_cost(size);
    check(pthread_mutex_lock(&q->lock) == 0);
    check(!q->is_closed);
    if (q->head == q->tail) {
        /* The ring is empty: go on from the front, so that it is one piece. */
        q->head += to_end(q, q->head) % q->capacity;
        q->tail = q->head;
    }
    size_t gap = to_end(q, q->tail) < cost ? to_end(q, q->tail) : 0;
    if (q->capacity - (size_t)(q->tail - q->head) < gap + cost + headroom) {
        check(pthread_mutex_unlock(&q->lock) == 0);
        return ERR_BUSY;
    }
    if (gap > 0) {
        header_write(q, q->tail, SKIP);
        q->tail += gap;
    }
    header_write(q, q->tail, size);
    *out = q->ring + q->tail % q->capacity + STEP;
    q->tail += cost;
    return ERR_OK;
}

void queue_end(struct queue *q)
{
    bool wakes = q->is_waiting;
    q->is_waiting = false;
    if (wakes) { /* under the lock: who takes the record may free the queue */
        check(pthread_cond_signal(&q->filled) == 0);
    }
    check(pthread_mutex_unlock(&q->lock) == 0);
}

void queue_close(struct queue *q)
{
    check(pthread_mutex_lock(&q->lock) == 0);
    q->is_closed = true;
    queue_end(q);
}

/* Waits under the lock; false once the time is up. */
static bool wait_until(struct queue *q, const struct timespec *deadline)
{
    q->is_waiting = true;
    int result = pthread_cond_timedwait(&q->filled, &q->lock, deadline);
    q->is_waiting = false;
    return result == 0;
}

enum err queue_take(struct queue *q, unsigned timeout_ms)
{
    struct timespec deadline;
    check(clock_gettime(CLOCK_MONOTONIC, &deadline) == 0);
    deadline.tv_sec += timeout_ms / 1000;
    deadline.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (deadline.tv_nsec >= 1000000000) {
        deadline.tv_sec++;
        deadline.tv_nsec -= 1000000000;
    }
    check(pthread_mutex_lock(&q->lock) == 0);
    bool has_time = timeout_ms > 0;
    uint64_t given = q->next > q->head ? q->next : q->head;
    while (given == q->tail && !q->is_closed && has_time) {
        has_time = wait_until(q, &deadline);
        given = q->next > q->head ? q->next : q->head;
    }
    q->next = given;
    q->end = q->tail;
    bool is_closed = q->is_closed;
    check(pthread_mutex_unlock(&q->lock) == 0);
    if (q->next != q->end) {
        return ERR_OK;
    }
    return is_closed ? ERR_END : ERR_TIMEOUT;
}

enum err queue_next(struct queue *q, struct bytes *record)
{
    if (q->next == q->end) {
        return ERR_END;
    }
    uint64_t size = header_read(q, q->next);
    if (size == SKIP) {
        q->next += to_end(q, q->next);
        size = header_read(q, q->next);
    }
    *record = (struct bytes){q->ring + q->next % q->capacity + STEP, (size_t)size};
    q->next += queue_cost((size_t)size);
    return ERR_OK;
}

void queue_release(struct queue *q)
{
    check(pthread_mutex_lock(&q->lock) == 0);
    q->head = q->next > q->head ? q->next : q->head;
    check(pthread_mutex_unlock(&q->lock) == 0);
}
