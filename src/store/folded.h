#ifndef STORE_FOLDED_H
#define STORE_FOLDED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

/*
 * What a device's row of device_state tells of the states before its rows of fixes: by which rules
 * they were made, and how much is to be added to their odometers. See folded.c.
 */
struct folded {
    /*
     * FOLD_RULES of the program that made them, 0: not known. It speaks of rows that begin after
     * `from_s`, each made from the one before, and of the sealed state.
     */
    uint64_t rules;
    int64_t from_s;
    int64_t dirty_to_s; /* while it is dirty: no state up to here, and here, is what was met */
    struct bytes shifts;
};

enum {
    FOLDED_SHIFTS_MAX = 128,
    FOLDED_MAX = 3 * 10 + 1 + FOLDED_SHIFTS_MAX * 20 /* bytes of the longest */
};

/* Of a device that has no row yet. */
struct folded folded_new(void);
/* As bytes in `room`; empty where the rules are not known. */
struct bytes folded_pack(const struct folded *f, uint8_t room[FOLDED_MAX]);
/* What folded_pack() wrote; borrows it. ERR_CORRUPT. */
MUST_USE enum err folded_unpack(struct bytes packed, struct folded *out);

/*
 * Centimetres to be added to the odometer of the state before a row that ends at `last_s`. The sum
 * may be of negative numbers too: it is taken modulo 2^64.
 */
uint64_t folded_shift_m_e2(const struct folded *f, int64_t last_s);

/* Rows whose states have been made anew. */
struct folded_span {
    int64_t after_s; /* they end after this time ... */
    int64_t to_s;    /* ... and before the first row that was not, which begins then */
};
/*
 * Those states were written with the shift of `after_s`. So shifts within the span move to its end,
 * where `by_m_e2` is added to them. With to_s INT64_MAX there is no row behind the span, and they
 * go. False, with nothing changed: there would be more than FOLDED_SHIFTS_MAX. In `arena`.
 */
bool folded_move(struct folded *f, const struct folded_span *span, uint64_t by_m_e2,
                 struct arena *arena);
/* Whether folded_move() may have to answer false. */
bool folded_is_full(const struct folded *f);
/* All shifts up to `to_s` become one; for use where no row ends before then. In `arena`. */
void folded_join(struct folded *f, int64_t to_s, struct arena *arena);

#endif
