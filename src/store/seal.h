#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include "store/store_private.h"

/*
 * Sealing: the tail of a device becomes a run of its open row, or that row becomes a chunk. Writer
 * only, within a transaction, before anything of the device is staged.
 */

/* So many devices are looked up at once before they are sealed. */
enum { SEAL_GROUP_MAX = 16 };

/* How much trouble to take. */
enum seal_effort {
    SEAL_QUICKLY, /* runs stand one behind the other, each column in its usual way */
    SEAL_SMALL    /* the open row is compressed as one block, each time */
};

/* Tails to seal, each once, of devices without late fixes. */
struct seal_group {
    const struct tail *at[SEAL_GROUP_MAX];
    size_t count;
};

/*
 * Seals everything that is published of the devices, up to commit `seq`. Errors of tables.h: the
 * transaction must be undone. Damaged rows are kept as they are, and counted.
 */
MUST_USE enum err seal_group(struct store *s, const struct seal_group *group, uint64_t seq,
                             enum seal_effort effort);

/* Appends the records of a tail to `out`, by time; extra values stay in the tail. ERR_CORRUPT. */
MUST_USE enum err seal_load_tail(struct store *s, const struct tail *tail, struct fixes *out);

/* Fixes that follow one another, and the state around them. */
struct seal_stretch {
    struct fix_run fixes;
    struct bytes start_state;    /* packed */
    struct bytes end_state;      /* the same; only its distance counts */
    const struct folded *folded; /* of the device */
    bool is_continued; /* the next chunk there is begins in the second in which this ends */
};

/*
 * Writes them as chunks, as many as TRACK_SPLIT asks for: the first in the place of the chunk
 * `first_id`, or a new one where that is 0. Chunks that lie in one and the same second are read in
 * the order of their ids: so where a stretch is continued, no chunk that lies all in the stretch's
 * last second is written anew.
 */
MUST_USE enum err seal_write_chunks(struct store *s, int64_t device, int64_t first_id,
                                    const struct seal_stretch *stretch);

/* Replaces the open row; its start state is not yet as it stands in a row. */
MUST_USE enum err seal_put_open(struct store *s, int64_t device, const struct folded *folded,
                                const struct track_row *row);
/* An open row that cannot be read becomes a chunk as it is, so that the next one can begin. */
MUST_USE enum err seal_retire_open(struct store *s, int64_t device, const struct folded *folded,
                                   const struct track_row *row);
/* Counts and logs a row that cannot be read. Any thread. */
void seal_note_damage(struct store *s, int64_t device, const struct track_row *row, enum err why);

#endif
