#ifndef STORE_MOMENT_H
#define STORE_MOMENT_H

#include "store/read_pool.h"
#include "store/store_private.h"

/*
 * A device as of one moment: the view of its tail, and a read transaction that sees exactly the
 * rows which that tail stands behind.
 */
struct moment {
    struct store *store;
    struct pooled_tables *pooled; /* its connection is in the transaction */
    struct tail_view view;        /* the caller's to release, after moment_end() too */
    struct track_state sealed;    /* the device's row, in the arena given */
};

/* Begins one. On another answer than ERR_OK (ERR_IO, ERR_BUSY, ERR_CORRUPT) nothing is held. */
MUST_USE enum err moment_begin(struct store *s, int64_t device, struct arena *arena,
                               struct moment *out);
/* Ends the transaction; `e` is what became of the reading, answered unless the end is worse. */
MUST_USE enum err moment_end(struct moment *m, enum err e);

#endif
