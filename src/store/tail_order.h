#ifndef STORE_TAIL_ORDER_H
#define STORE_TAIL_ORDER_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/reader.h"
#include "store/tail.h"

struct tail_entry; /* of the sorted index */

/* The records of a view by fix_order(). */
struct tail_order {
    struct bytes body; /* the record at hand, for unpack_report(); empty: none is left */
    int64_t time_s;    /* its time; INT64_MAX: none is left */

    int64_t to_s; /* later ones are left out */
    const struct tail_piece *pieces;
    size_t piece_count;
    size_t piece;
    struct reader records;            /* of the piece at hand */
    const struct tail_entry *entries; /* out of order: the index instead; NULL: in order */
    size_t entry_count;
    size_t entry;
};

/*
 * Puts the records up to `to_s` in order, without one at hand yet. What it needs is in `arena`; the
 * view must outlive it. ERR_CORRUPT.
 */
MUST_USE enum err tail_order_begin(const struct tail_view *view, int64_t to_s, struct arena *arena,
                                   struct tail_order *out);
/* Takes the first record of `from_s` or later to hand. */
void tail_order_rewind(struct tail_order *o, int64_t from_s);
/* Takes the next record to hand. */
void tail_order_next(struct tail_order *o);

/*
 * The first time of which fixes did not come in their order; INT64_MAX: none. In `arena`.
 * ERR_CORRUPT.
 */
MUST_USE enum err tail_order_crossed(const struct tail_view *view, struct arena *arena,
                                     int64_t *time_s);

#endif
