#ifndef STORE_STAMP_H
#define STORE_STAMP_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "fleet/pack.h"

/*
 * Packed states as they stand in rows: with a checksum, so that one wrong digit of an odometer is
 * damage and not an odometer. Between rows they are copied as they are, so that damage stays what
 * it is.
 */

enum {
    STAMP_BYTES = 5,
    STAMP_STATE_MAX = PACK_STATE_MAX + STAMP_BYTES,
    STAMP_NOTE_MAX = 4096,
    STAMP_ROW_MAX = STAMP_BYTES + 2 + STAMP_NOTE_MAX + STAMP_STATE_MAX
};

/* Adds a stamp to what pack_state() wrote, in `room`; what is stamped, empty or no state stays. */
struct bytes stamp_state(struct bytes state, uint8_t room[STAMP_STATE_MAX]);
/*
 * Takes the stamp off: *state becomes what pack_state() wrote. ERR_CORRUPT: the stamp belongs to
 * other bytes.
 */
MUST_USE enum err stamp_take(struct bytes *state);

/* The numbers of a row of device_state, as they stand there. */
struct stamp_numbers {
    int64_t device;
    int64_t sealed_seq;
    int64_t dirty;
    int64_t dirty_from_s;
};

/* What stands behind the stamp of the numbers. */
struct stamp_content {
    struct bytes note; /* what else is told of the device; at most STAMP_NOTE_MAX, may be empty */
    struct bytes state;
};

/* The content with a stamp of the state and one of the note and the numbers, in `room`. */
struct bytes stamp_row(const struct stamp_numbers *n, const struct stamp_content *content,
                       uint8_t room[STAMP_ROW_MAX]);
/*
 * The content of a row, its state for stamp_take(). Where the stamp belongs to other numbers, the
 * state is a byte that is none, and there is no note. Borrows from `row`.
 */
struct stamp_content stamp_peel(const struct stamp_numbers *n, struct bytes row);

#endif
