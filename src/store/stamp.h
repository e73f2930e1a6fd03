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

enum { STAMP_BYTES = 5, STAMP_STATE_MAX = PACK_STATE_MAX + 2 * STAMP_BYTES };

/* Adds a stamp to what pack_state() wrote, in `room`; what is stamped, empty or no state stays. */
struct bytes stamp_state(struct bytes state, uint8_t room[STAMP_STATE_MAX]);
/* *state becomes what pack_state() wrote, where it has a stamp. ERR_CORRUPT: that is of others. */
MUST_USE enum err stamp_take(struct bytes *state);

/* The numbers of a row of device_state, as they stand there. */
struct stamp_numbers {
    int64_t device;
    int64_t sealed_seq;
    int64_t dirty;
    int64_t dirty_from_s;
};

/* `state` with a stamp of its own and one of the numbers beside it, in `room`. */
struct bytes stamp_row(const struct stamp_numbers *n, struct bytes state,
                       uint8_t room[STAMP_STATE_MAX]);
/*
 * The state behind the stamp of the numbers, for stamp_take(); where it is of other numbers, a
 * byte that is no state. Borrows from `row`.
 */
struct bytes stamp_peel(const struct stamp_numbers *n, struct bytes row);

#endif
