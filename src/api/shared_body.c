/* Counting who still sends a shared answer. */
#include "api/shared_body.h"

#include <stdlib.h>

#include "base/mem.h"

struct shared_body *shared_body_new(uint8_t *plain, size_t plain_len, uint8_t *gzip,
                                    size_t gzip_len)
{
    struct shared_body *b = mem_new(sizeof(*b));
    atomic_init(&b->holders, 1);
    b->plain = (struct bytes){plain, plain_len};
    b->gzip = (struct bytes){gzip, gzip_len};
    b->plain_room = plain;
    b->gzip_room = gzip;
    return b;
}

struct shared_body *shared_body_hold(struct shared_body *b)
{
    atomic_fetch_add_explicit(&b->holders, 1, memory_order_relaxed);
    return b;
}

void shared_body_release(struct shared_body *b)
{
    if (b != NULL && atomic_fetch_sub_explicit(&b->holders, 1, memory_order_acq_rel) == 1) {
        free(b->plain_room);
        free(b->gzip_room);
        free(b);
    }
}
