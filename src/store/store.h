#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "fleet/fold.h"
#include "model/change.h"
#include "model/fix.h"

/*
 * The store: what is committed here survives a crash at any instant. One process at a time writes
 * (a lock file); one thread of it, ingest, calls store_commit(), store_maintain() and
 * store_has_repeat(); any thread reads.
 */
struct store;

struct store_options {
    const char *directory; /* made if missing */
    const char *vfs;       /* SQLite VFS; NULL: the default. Tests put faults here */
    uint32_t cache_kib;    /* page cache of the writer */
};

/*
 * Opens or creates. ERR_LOCKED: another process has it; ERR_VERSION: made by a newer odograph;
 * ERR_IO, ERR_FULL, ERR_CORRUPT. Says why in one log line. An older schema is migrated forward.
 */
MUST_USE enum err store_open(const struct store_options *options, struct store **out);
/* Every reader must be closed. Copies the log back, and lets the directory go. */
void store_close(struct store *s);

/* ---- loading, once, before anything else ---- */

struct store_loader {
    void *context;
    /* Every saved entity, enterprises first, then users, groups, devices, tokens, focus, parts. */
    void (*change)(void *context, const struct change *c);
    /*
     * The state of a device that ever reported. `dirty`: late fixes from `dirty_from_s` on have
     * not been folded in yet.
     */
    void (*state)(void *context, int64_t device, const struct fold_state *state, bool dirty,
                  int64_t dirty_from_s);
};

/*
 * Hands out all that is saved: the changes, then the states. ERR_CORRUPT, after a log line that
 * tells where; ERR_VERSION; ERR_IO.
 */
MUST_USE enum err store_load(struct store *s, const struct store_loader *loader);

/* ---- writing ---- */

/* What one commit holds of one device. */
struct store_part {
    int64_t device;          /* internal id */
    const struct fix *fixes; /* in order of arrival, repeats already taken out; may be none */
    size_t count;
    const struct fold_state *state; /* after them */
    bool dirty; /* late fixes from dirty_from_s on (these or earlier) are not in `state` */
    int64_t dirty_from_s;
};

struct store_batch {
    const struct store_part *parts; /* each device once */
    size_t part_count;
    const struct change *changes;
    size_t change_count;
};

/*
 * One transaction. ERR_OK: all of it is durable, and readers see it. Anything else: none of it
 * counts. ERR_FULL, ERR_BUSY: try again later; ERR_IO: the store may not be trusted further.
 */
MUST_USE enum err store_commit(struct store *s, const struct store_batch *batch);
/* Whether a fix that `fix` repeats (fix_is_repeat()) is committed for the device. */
bool store_has_repeat(struct store *s, int64_t device, const struct fix *fix);
/*
 * A slice of housekeeping (checkpoints); call between commits, and now and then without. ERR_FULL:
 * no space to copy to, nothing is lost and later calls try again; ERR_IO: as of store_commit().
 */
MUST_USE enum err store_maintain(struct store *s);

/* ---- reading, any thread ---- */

/*
 * The fixes of one device by time, those of one time in order of arrival. Fixes come from the
 * nearest point at or before `from_s` at which the state is known, so the caller folds from
 * start_state and passes over those before from_s.
 */
struct store_reader;

/* A stretch of one device's history, both ends included. */
struct store_span {
    int64_t device; /* internal id */
    int64_t from_s;
    int64_t to_s;
};

/* Memory of the reader is `arena`'s. ERR_IO, ERR_CORRUPT. Close it when done. */
MUST_USE enum err store_read_open(struct store *s, struct store_span span, struct arena *arena,
                                  struct store_reader **out);
/* The state before the first fix that store_read_next() gives. */
const struct fold_state *store_read_start(const struct store_reader *r);
/* The next fix with gps_time_s <= to_s. ERR_END after the last. */
MUST_USE enum err store_read_next(struct store_reader *r, struct fix *out);
/* Back to the first fix. */
void store_read_rewind(struct store_reader *r);
void store_read_close(struct store_reader *r);

/* A textual answer of a device, as CHANGE_ADD_TEXT saved it. */
struct store_text {
    int64_t id; /* rises with every text of the platform, never used again */
    int64_t time_s;
    const char *text;
};

struct store_texts {
    const struct store_text *at;
    size_t count;
};

/* The last `limit` texts of a device, the newest first, in `arena`. ERR_IO, ERR_BUSY, ERR_CORRUPT.
 */
MUST_USE enum err store_read_texts(struct store *s, int64_t device, size_t limit,
                                   struct arena *arena, struct store_texts *out);

/* ---- checking, read-only, beside a running server too ---- */

struct store_check_row {
    const char *device_id; /* as registered; "" where the device's row is gone */
    int64_t device;        /* internal id */
    bool deleted;
    uint64_t fixes;         /* stored, none counted twice */
    uint64_t odometer_m_e2; /* of the last committed state */
    int64_t first_time_s;
    int64_t last_time_s;
};

/*
 * Verifies everything that is stored under `directory` and calls `row` once a device. ERR_CORRUPT
 * after logging what is damaged and where; ERR_NOT_FOUND where there is no store.
 */
MUST_USE enum err store_check(const char *directory,
                              void (*row)(void *context, const struct store_check_row *row),
                              void *context);

#endif
