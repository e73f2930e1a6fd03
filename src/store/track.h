#ifndef STORE_TRACK_H
#define STORE_TRACK_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "fleet/fold.h"
#include "store/chunk.h"
#include "store/folded.h"

/*
 * The tables of what is sealed, as typed rows, for one connection:
 *
 *     track_chunk   512 and more fixes of a device, compressed; rows of a device follow one another
 *     track_open    one row a device: the fixes behind its last chunk, too few for one
 *     device_state  one row a device: the state after all of these, and up to which commit it is
 */
struct track;

enum {
    TRACK_FULL = 512,       /* an open row with so many fixes becomes a chunk */
    TRACK_SPLIT = 1024,     /* a chunk with more is divided */
    TRACK_FIXES_MAX = 65536 /* of one row; more is damage */
};

/* One row of fixes. `id` is 0 for the open one. */
struct track_row {
    int64_t id;
    int64_t first_s;
    int64_t last_s;
    size_t count;
    struct bytes start_state; /* before its first fix; empty: before any fix. As it stands in
                                 the row, for track_from_row() */
    struct bytes data;        /* blocks of chunk.h */
};

struct track_state {
    uint64_t sealed_seq;
    bool is_dirty; /* start states behind dirty_from_s and `state` lack late fixes */
    int64_t dirty_from_s;
    struct folded folded; /* how the states before its rows were made */
    struct bytes state;   /* empty: none */
};

/* Prepares the statements on `db`, which outlives them; a reader's cannot write. */
MUST_USE enum err track_new(sqlite3 *db, bool is_writer, struct track **out);
/* NULL is fine. */
void track_free(struct track *t);

/* ---- reading; everything borrowed is copied to `arena` ---- */

/* Calls `take` for every device that sealed anything, by id; stops at what is not ERR_OK. */
MUST_USE enum err track_walk_states(sqlite3 *db,
                                    enum err (*take)(void *context, int64_t device,
                                                     const struct track_state *state),
                                    void *context);
/* A device that never sealed anything has a zeroed one. */
MUST_USE enum err track_read_state(struct track *t, int64_t device, struct arena *arena,
                                   struct track_state *out);
/* ERR_NOT_FOUND: the device has no open row. */
MUST_USE enum err track_read_open(struct track *t, int64_t device, struct arena *arena,
                                  struct track_row *out);

/* Which rows of a device are asked for. */
struct track_query {
    int64_t device;
    int64_t from_s;
    int64_t to_s;
    size_t limit; /* chunks; 0: all */
};

/* Rows with fixes of the span, in order of time, the open one last. */
struct track_rows {
    struct track_row *at;
    size_t count;
    bool has_start;
    struct bytes
        start_state; /* of the first row that ends at or after from_s, in the span or not, ... */
    int64_t start_last_s; /* ... and when that one ends */
    bool is_cut;          /* there were more than `limit` */
};
MUST_USE enum err track_read_rows(struct track *t, const struct track_query *q, struct arena *arena,
                                  struct track_rows *out);
/* Where a time lies: the row, and the time from which on fixes belong to a later one. */
struct track_place {
    struct track_row row;
    int64_t end_s; /* INT64_MAX: none later */
};
/* The last chunk that begins at or before `time_s`; ERR_NOT_FOUND, with end_s set all the same. */
MUST_USE enum err track_read_chunk_at(struct track *t, int64_t device, int64_t time_s,
                                      struct arena *arena, struct track_place *out);

/* ---- writing, within the caller's transaction ---- */

/* What of a device is too old. */
struct track_expiry {
    int64_t device;
    int64_t before_s;
    size_t limit; /* chunks */
};

/* Replaces a device's row of device_state. */
MUST_USE enum err track_put_state(struct track *t, int64_t device, const struct track_state *state);
/* Replaces a device's open row. */
MUST_USE enum err track_put_open(struct track *t, int64_t device, const struct track_row *row);
/* Takes it away. */
MUST_USE enum err track_delete_open(struct track *t, int64_t device);
/* A new chunk; distance_m_e2 is what the odometer rises over it. */
MUST_USE enum err track_add_chunk(struct track *t, int64_t device, const struct track_row *row,
                                  uint64_t distance_m_e2);
/* Replaces all of the chunk row->id. */
MUST_USE enum err track_put_chunk(struct track *t, const struct track_row *row,
                                  uint64_t distance_m_e2);
/* Replaces one column of a chunk. */
MUST_USE enum err track_put_start(struct track *t, int64_t id, struct bytes start_state);
/* The same. */
MUST_USE enum err track_put_distance(struct track *t, int64_t id, uint64_t distance_m_e2);
/*
 * Deletes at most `limit` chunks of a device whose last fix is older than `before_s`, the oldest
 * first; where there were fewer, its open row too if that is as old. *chunks and *fixes grow by
 * what went.
 */
MUST_USE enum err track_expire(struct track *t, const struct track_expiry *x, uint64_t *chunks,
                               uint64_t *fixes);
/* Deletes the row of a device that is gone. */
MUST_USE enum err track_delete_state(struct track *t, int64_t device);

/* ---- fixes ---- */

/*
 * Appends the fixes of a row. ERR_CORRUPT where they cannot be decoded or are not what the row
 * says: its count, its times, in order.
 */
MUST_USE enum err track_decode(struct chunk_codec *codec, const struct track_row *row,
                               struct fixes *out);

/* ---- states ---- */

/*
 * A state as it stands in a row, in `arena`; empty for the one before any fix. Where a row is
 * written, what pack_state() wrote does as well: stamp.h adds the checksum.
 */
struct bytes track_pack_state(const struct fold_state *state, struct arena *arena);
/* Of either. ERR_CORRUPT. */
MUST_USE enum err track_unpack_state(struct bytes packed, struct fold_state *out);
/*
 * What is to be added to the odometers in rows that end at `last_s` (folded.h), added, and taken
 * away again. In `arena` where it is not nothing; a state that cannot be read stays as it is.
 */
struct bytes track_from_row(const struct folded *f, int64_t last_s, struct bytes state,
                            struct arena *arena);
struct bytes track_to_row(const struct folded *f, int64_t last_s, struct bytes state,
                          struct arena *arena);
/* Folds what is not older than the state's newest. */
void track_fold(struct fold_state *state, const struct fix *fixes, size_t count);

#endif
