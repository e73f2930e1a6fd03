#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include <glib.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/counters.h"
#include "store/chunk.h"
#include "store/entities.h"
#include "store/journal.h"
#include "store/storage.h"
#include "store/store.h"
#include "store/tail.h"
#include "store/track.h"

/* A row of the journal: its number and size. */
struct journal_row {
    uint64_t seq;
    uint64_t bytes;
};

/* What trickle.c keeps. */
struct trickle {
    size_t limit_bytes; /* of the tails */
    int64_t seal_after_ms;
    GQueue ready;        /* struct tail with TRACK_FULL fixes and more */
    uint64_t swept_seq;  /* the last sweep sealed what commits up to this one hold */
    bool is_sweeping;    /* every tail is visited, in order of device ... */
    int64_t sweep_at;    /* ... the next one with an id from here on ... */
    uint64_t sweep_seq;  /* ... that holds fixes of commits up to this one */
    int64_t swept_ms;    /* monotonic: when the last sweep began */
    GArray *journal;     /* struct journal_row, the oldest first */
    size_t journal_head; /* those before are deleted */
    uint64_t journal_bytes;
    uint64_t trim_seq;     /* rows up to here are done with */
    bool is_trim_due;      /* find out how far that is */
    int64_t expire_at;     /* the next device whose old fixes are deleted */
    int64_t expire_due_ms; /* monotonic: when the next round of that begins */
    bool is_expiring;
    bool has_expire_failed; /* the last time */
    int64_t held_until_ms;  /* monotonic: a commit failed, and sealing may be why */
};

struct repeats;
struct read_pool;

/* The inside of the store. All but `tails`, `pool` and `counters` is the writer's. */
struct store {
    struct storage *storage; /* where `tables` are */
    struct tables *tables;
    struct chunk_codec *codec;
    struct tails *tails;
    struct repeats *repeats;
    struct read_pool *pool;
    struct store_fold fold; /* where there is one */
    bool has_fold;
    struct change_list revised; /* events, by the transaction under way; in `settling` */
    struct journal_buffer buffer;
    struct arena batch;   /* of the journal row under way */
    struct arena scratch; /* of one device's work */
    struct fixes fixes;   /* the same */
    struct fixes merging; /* the same */
    struct trickle trickle;
    struct arena sealing;  /* what is known of a group of devices before */
    struct arena settling; /* of the devices of one transaction of settle.c */
    bool settles_alone;    /* the last one failed: the next ones take a device each */
    GQueue late;           /* struct tail with late fixes, the one that is due first in front */
    uint64_t next_seq;     /* of the journal */
    size_t sealed_fixes;   /* by the transaction under way */
    uint64_t batch_bytes;  /* of its journal row; 0: none */
    uint64_t trimmed_rows; /* of the journal, by the transaction under way */
    struct counters own_counters; /* where the caller gave none */
    struct counters *counters;
};

/* store_open() in another storage, which is closed with the store, and where this fails. */
MUST_USE enum err store_open_over(struct storage *storage, const struct store_options *options,
                                  struct store **out);

/* ---- the transaction of the writer ---- */

/* Begins one. Errors of tables.h. */
MUST_USE enum err store_begin(struct store *s);
/* Writes a journal row of the parts and stages their fixes and states. */
MUST_USE enum err store_journal(struct store *s, const struct store_part *parts, size_t count);
/* Commits and publishes what was staged where `e` is ERR_OK; else undoes it all and answers `e`. */
MUST_USE enum err store_end(struct store *s, enum err e);

/* ---- the journal ---- */

/* What to call for each row, and for each part. */
struct journal_walk {
    void *context;
    /* Called for every row, before its parts; may be NULL. */
    void (*row)(void *context, uint64_t seq, size_t bytes);
    enum err (*take)(void *context, uint64_t seq, const struct journal_part *part);
    bool go_on;
};
/*
 * Calls `take` for every part of every journal row, in order of commits. Stops at what it answers
 * other than ERR_OK. ERR_CORRUPT: a row is damaged, which was logged with its number; with
 * `go_on` the other rows are taken all the same.
 */
MUST_USE enum err store_walk_journal(struct tables *t, const struct journal_walk *walk);

#endif
