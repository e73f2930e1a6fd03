#ifndef STORE_TRACK_H
#define STORE_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "fleet/fold.h"
#include "store/chunk.h"
#include "store/folded.h"
#include "store/tables.h"

/*
 * What the rows of a track (tables.h) hold: fixes in chunks, and states with a stamp. What needs
 * neither packing nor unpacking is asked of the tables themselves; errors are theirs.
 */

enum {
    TRACK_FULL = 512,       /* an open row with so many fixes becomes a chunk */
    TRACK_SPLIT = 1024,     /* a chunk with more is divided */
    TRACK_FIXES_MAX = 65536 /* of one row; more is damage */
};

/* A row of device_state. */
struct track_state {
    uint64_t sealed_seq;
    bool is_dirty; /* start states behind dirty_from_s and `state` lack late fixes */
    int64_t dirty_from_s;
    struct folded folded; /* how the states before its rows were made */
    struct bytes state;   /* empty: none */
};

/* ---- rows with states in them ---- */

/* What a row tells; borrowed from it. */
struct track_state track_state_of(const struct state_row *row);
/* Calls `take` for every device that sealed anything, by id; stops at what is not ERR_OK. */
MUST_USE enum err track_walk_states(struct tables *t,
                                    enum err (*take)(void *context, int64_t device,
                                                     const struct track_state *state),
                                    void *context);
/* A device that never sealed anything has a zeroed one. In `arena`. */
MUST_USE enum err track_read_state(struct tables *t, int64_t device, struct arena *arena,
                                   struct track_state *out);
/* Replaces a device's row of device_state. */
MUST_USE enum err track_put_state(struct tables *t, int64_t device,
                                  const struct track_state *state);
/* Replaces a device's open row. */
MUST_USE enum err track_put_open(struct tables *t, int64_t device, const struct track_row *row);
/* A new chunk; distance_m_e2 is what was travelled in it (struct track_row). */
MUST_USE enum err track_add_chunk(struct tables *t, int64_t device, const struct track_row *row,
                                  uint64_t distance_m_e2);
/* Replaces all of the chunk row->id. */
MUST_USE enum err track_put_chunk(struct tables *t, const struct track_row *row,
                                  uint64_t distance_m_e2);
/* Replaces the start state of a chunk. */
MUST_USE enum err track_put_start(struct tables *t, int64_t id, struct bytes start_state);

/* ---- fixes ---- */

/*
 * Appends the fixes of a row. ERR_CORRUPT where they cannot be decoded or are not what the row
 * says: its count, its times, in order.
 */
MUST_USE enum err track_decode(struct chunk_codec *codec, const struct track_row *row,
                               struct fixes *out);

/* ---- states ---- */

/*
 * A state as it stands in a row, in `arena`; empty for the state before any fix. Where a row is
 * written, what pack_state() wrote does as well: stamp.h adds the checksum.
 */
struct bytes track_pack_state(const struct fold_state *state, struct arena *arena);
/* Of either. ERR_CORRUPT. */
MUST_USE enum err track_unpack_state(struct bytes packed, struct fold_state *out);
/*
 * What is to be added to the odometers in rows that end at `last_s` (folded.h), added, and taken
 * away again. The result is in `arena`, unless nothing is to be added; a state that cannot be read
 * stays as it is.
 */
struct bytes track_from_row(const struct folded *f, int64_t last_s, struct bytes state,
                            struct arena *arena);
struct bytes track_to_row(const struct folded *f, int64_t last_s, struct bytes state,
                          struct arena *arena);
/* Folds what is not older than the state's newest. */
void track_fold(struct fold_state *state, const struct fix *fixes, size_t count,
                const struct fold_rules *rules);

#endif
