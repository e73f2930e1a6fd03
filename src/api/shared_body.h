#ifndef API_SHARED_BODY_H
#define API_SHARED_BODY_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * A whole answer that is sent to several clients, made and squeezed once. It is counted: who holds
 * it last frees it. It never changes. Any thread.
 */
struct shared_body {
    atomic_uint holders;
    struct bytes plain;
    struct bytes gzip;
    uint8_t *plain_room; /* what they stand in, owned */
    uint8_t *gzip_room;
};

/* Takes over both rooms, which are of malloc(); one count is the caller's. */
struct shared_body *shared_body_new(uint8_t *plain, size_t plain_len, uint8_t *gzip,
                                    size_t gzip_len);
/* Another count; answers `b`. */
struct shared_body *shared_body_hold(struct shared_body *b);
/* Gives a count up; NULL is fine. */
void shared_body_release(struct shared_body *b);

#endif
