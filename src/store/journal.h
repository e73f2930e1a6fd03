#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/reader.h"
#include "store/store.h"

/* A journal batch: what one commit holds of the devices it touches, as one blob. */

/* A buffer for batches, used again and again. A zeroed one is empty. */
struct journal_buffer {
    uint8_t *at;
    size_t len;
    size_t capacity;
};

/* Gives the memory back; the buffer is empty again. */
void journal_buffer_clear(struct journal_buffer *b);
/* The batch of `parts` for row `seq`, from 1 up; borrowed from the buffer until its next use. */
struct bytes journal_pack(struct journal_buffer *b, uint64_t seq, const struct store_part *parts,
                          size_t count);

/* One device's part of a batch; borrows the batch. */
struct journal_part {
    int64_t device;
    bool dirty;
    int64_t dirty_from_s;
    struct bytes state; /* for unpack_state() */
    size_t count;
    struct bytes fixes; /* `count` records for pack_next() and unpack_report() */
};

struct journal_cursor {
    struct reader in;
    uint64_t seq; /* of the row it was made for; 0: an old batch, which does not tell */
    uint64_t left;
};

/* Begins a batch. ERR_CORRUPT: not a batch, or its checksum is wrong; ERR_VERSION: a newer one. */
MUST_USE enum err journal_open(struct bytes batch, struct journal_cursor *out);
/* Begins a batch that journal_pack() has just made: its checksum is not computed again. */
struct journal_cursor journal_begin(struct bytes batch);
/* The next part. ERR_END after the last, ERR_CORRUPT. */
MUST_USE enum err journal_next(struct journal_cursor *c, struct journal_part *out);

#endif
