#ifndef API_BODIES_H
#define API_BODIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/counters.h"

/*
 * The memory that all requests in flight may take together. The first BODY_FIRST_BYTES of each are
 * not counted: the number of connections bounds them, so that a short request is never refused. The
 * rest is shared as slots.h shares its places: a group (an enterprise) gets more as long as it then
 * holds no more than what was free. So one alone gets half, and somebody who comes first always
 * finds some. Any thread.
 */
struct bodies;

enum {
    BODY_FIRST_BYTES = 4096,
    BODIES_BYTES = 64 << 20, /* what the server has of them */
};

/* A budget of `bytes`; `counters` are borrowed, for the gauge body_bytes. */
struct bodies *bodies_new(size_t bytes, struct counters *counters);
/* Everything has been given back. */
void bodies_free(struct bodies *b);

/* One request's body as far as it has come, and what was taken for it. A zeroed one is empty. */
struct body {
    uint8_t *at;
    size_t len;
    size_t capacity;
    size_t taken;  /* of the budget */
    int64_t group; /* whose share that is; set before the first byte, 0: nobody's */
};

/*
 * Adds a piece; the caller bounds the whole. False where the budget has no room for it: the body is
 * as it was.
 */
bool body_append(struct body *body, struct bodies *b, struct bytes piece);
/* Takes `bytes` more for what is made of the body. False: the budget does not have them. */
bool body_charge(struct body *body, struct bodies *b, size_t bytes);
/* Ready for the next request: gives back what was taken, and memory beyond the first bytes. */
void body_clear(struct body *body, struct bodies *b);
/* Frees it, after body_clear(). */
void body_free(struct body *body);

#endif
