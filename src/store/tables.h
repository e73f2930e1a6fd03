#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "model/change.h"
#include "model/entity.h"
#include "store/stamp.h"
#include "store/store.h"

/*
 * What the store asks of the engine that keeps its rows. An engine is a row of functions
 * (tables_engine.h), and only its files know what it speaks: SQLite's are tables_sqlite*.c.
 *
 * A `struct tables` is one connection, of one thread at a time: the writer's, or a reader's, which
 * cannot write. ERR_FULL, ERR_BUSY: try again later; ERR_CORRUPT: what was read was never written;
 * ERR_IO: all else. What is written belongs to the transaction under way.
 */
struct tables;

/* Gives back all that was made for the connection; NULL is fine. */
void tables_close(struct tables *t);

/* Logs what the engine says of its last failure. */
void tables_log(struct tables *t, const char *event, enum err e);

/* Whether the tables are such that the rest can be read. ERR_CORRUPT, ERR_VERSION: they are not. */
MUST_USE enum err tables_check_schema(struct tables *t);
/* What the engine itself can tell of all that it keeps; logs what is wrong. ERR_CORRUPT. */
MUST_USE enum err tables_check_structure(struct tables *t);

/* ---- transactions ---- */

/* Begins one: the writer's, or a reader's, who sees one moment until it is rolled back. */
MUST_USE enum err tables_begin(struct tables *t);
/* ERR_OK: all of it is durable. */
MUST_USE enum err tables_commit(struct tables *t);
/* Undoes it, if there still is one. ERR_IO: even that failed. */
MUST_USE enum err tables_rollback(struct tables *t);

/* ---- the journal: batches (journal.h) by the number of their commit ---- */

/* Adds a row; its number is new. */
MUST_USE enum err tables_add_batch(struct tables *t, uint64_t seq, struct bytes batch);
/* Deletes the rows up to that one. */
MUST_USE enum err tables_trim_journal(struct tables *t, uint64_t last_seq);
/* Calls `take` for every row in order of their numbers; stops at what is not ERR_OK. */
MUST_USE enum err tables_walk_journal(struct tables *t,
                                      enum err (*take)(void *context, uint64_t seq,
                                                       struct bytes batch),
                                      void *context);

/*
 * ---- tracks: what is sealed ----
 *
 *     track_chunk   512 and more fixes of a device, compressed; rows of a device follow one another
 *     track_open    one row a device: the fixes behind its last chunk, too few for one
 *     device_state  one row a device: the state after all of these, and up to which commit it is
 *
 * Everything that is read is copied to `arena`; what a walk hands out lives until `take` returns.
 * A store of an older version, without these, has no rows to walk.
 */

/* A row of device_state; its state has stamps (stamp.h). */
struct state_row {
    struct stamp_numbers numbers;
    struct bytes state;
};

/* ERR_NOT_FOUND: the device has none. */
MUST_USE enum err tables_read_state(struct tables *t, int64_t device, struct arena *arena,
                                    struct state_row *out);
/* Calls `take` for every row by device; stops at what is not ERR_OK. */
MUST_USE enum err tables_walk_states(struct tables *t,
                                     enum err (*take)(void *context, const struct state_row *row),
                                     void *context);
/* Replaces the row of the device. */
MUST_USE enum err tables_put_state(struct tables *t, const struct state_row *row);
/* Deletes the row of a device that is gone. */
MUST_USE enum err tables_delete_state(struct tables *t, int64_t device);

/* One row of fixes. `id` is 0 for the open one. */
struct track_row {
    int64_t id;
    int64_t first_s;
    int64_t last_s;
    size_t count;
    struct bytes start_state; /* before its first fix; empty: before any fix. As it stands in
                                 the row, for track_from_row() */
    struct bytes data;        /* blocks of chunk.h */
    uint64_t distance_m_e2;   /* of a chunk that tables_read_rows() reads: what was travelled in it,
                                 up to each of its fixes from the one before */
};

/* ERR_NOT_FOUND: the device has no open row. */
MUST_USE enum err tables_read_open(struct tables *t, int64_t device, struct arena *arena,
                                   struct track_row *out);

/* What is sealed of a device and may still change. */
struct tables_end {
    struct state_row state;
    struct track_row open;
    bool has_state;
    bool has_open;
};
/* Looks it up for a list of devices at once; out[i] is of devices[i]. */
MUST_USE enum err tables_read_ends(struct tables *t, const int64_t *devices, size_t count,
                                   struct arena *arena, struct tables_end *out);

/* Which rows of a device are asked for. */
struct track_query {
    int64_t device;
    int64_t from_s;
    int64_t to_s;
    size_t limit; /* chunks; 0: all */
    bool is_bare; /* without their data */
};

/* Rows with fixes of the span, in order of time, the open one last. */
struct track_rows {
    struct track_row *at;
    size_t count;
    int64_t start_last_s; /* when the first row that ends at or after from_s ends, in the span or
                             not, ... */
    struct bytes start_state; /* ... and the state before it */
    bool has_start;           /* there is one */
    bool is_cut;              /* there were more than `limit` */
};
/* Those that `q` asks for. */
MUST_USE enum err tables_read_rows(struct tables *t, const struct track_query *q,
                                   struct arena *arena, struct track_rows *out);
/* Answers a list of queries at once; out[i] is what queries[i] asks for. */
MUST_USE enum err tables_read_spans(struct tables *t, const struct track_query *queries,
                                    size_t count, struct arena *arena, struct track_rows *out);

/* Where a time lies: the row, and the time from which on fixes belong to a later row. */
struct track_place {
    struct track_row row;
    int64_t end_s; /* INT64_MAX: none later */
};
/*
 * The last chunk that begins at or before `time_s`; ERR_NOT_FOUND: there is none; end_s is set all
 * the same.
 */
MUST_USE enum err tables_read_chunk_at(struct tables *t, int64_t device, int64_t time_s,
                                       struct arena *arena, struct track_place *out);

/* What to call for each row; a walk stops at what is not ERR_OK. */
struct row_walk {
    void *context;
    enum err (*take)(void *context, int64_t device, const struct track_row *row);
};
/* Every chunk, those of a device in order of time. */
MUST_USE enum err tables_walk_chunks(struct tables *t, const struct row_walk *walk);
/* Every open row. */
MUST_USE enum err tables_walk_open(struct tables *t, const struct row_walk *walk);

/* Replaces a device's open row; row->id is not looked at. */
MUST_USE enum err tables_put_open(struct tables *t, int64_t device, const struct track_row *row);
/* Takes it away. */
MUST_USE enum err tables_delete_open(struct tables *t, int64_t device);
/* A new chunk, with what was travelled in it; its id is new, row->id is not looked at. */
MUST_USE enum err tables_add_chunk(struct tables *t, int64_t device, const struct track_row *row,
                                   uint64_t distance_m_e2);
/* Replaces all of the chunk row->id. */
MUST_USE enum err tables_put_chunk(struct tables *t, const struct track_row *row,
                                   uint64_t distance_m_e2);
/* Replaces the start state of a chunk. */
MUST_USE enum err tables_put_start(struct tables *t, int64_t id, struct bytes start_state);
/* Replaces the distance of a chunk. */
MUST_USE enum err tables_put_distance(struct tables *t, int64_t id, uint64_t distance_m_e2);

/* What of a device is too old. */
struct track_expiry {
    int64_t device;
    int64_t before_s;
    size_t limit; /* chunks */
};

/*
 * Deletes at most `limit` chunks of a device whose last fix is older than `before_s`, the oldest
 * first; where there were fewer, its open row too if that is as old. *chunks and *fixes grow by
 * what went.
 */
MUST_USE enum err tables_expire_rows(struct tables *t, const struct track_expiry *x,
                                     uint64_t *chunks, uint64_t *fixes);

/* ---- entities, by the rows of model/entity.h ---- */

/*
 * Saves the entity that a put carries, in place of that of the same key. A log (is_log) only grows:
 * its keys are new.
 */
MUST_USE enum err tables_put_entity(struct tables *t, const struct change *c);
/* Deletes what a deletion names. */
MUST_USE enum err tables_delete_entity(struct tables *t, const struct change *c);
/* Deletes all of the kind that the owner has. */
MUST_USE enum err tables_disown(struct tables *t, enum entity_kind kind, int64_t owner);
/* Deletes, of a kind that is `retained_by` a time, what the owner has from before `before_s`. */
MUST_USE enum err tables_retain(struct tables *t, enum entity_kind kind, int64_t owner,
                                int64_t before_s);
/* Deletes, of a kind that `expires`, what expired before `before_s`. */
MUST_USE enum err tables_expire(struct tables *t, enum entity_kind kind, int64_t before_s);

struct tables_loader {
    void *context;
    void (*change)(void *context, const struct change *c);
    bool go_on;   /* behind a damaged row */
    bool has_all; /* what a start does not load, too: what is appended, events that are over */
};

/*
 * Hands out every saved entity as the change that would put it: kind by kind in the order of
 * ENTITY_MAP, within a kind in the order of the key. A store of an older version gives what its
 * tables had. ERR_CORRUPT: a row holds what was never saved. The log tells which, and with `go_on`
 * the others are handed out all the same.
 */
MUST_USE enum err tables_load_entities(struct tables *t, const struct tables_loader *loader);

/* By which column events are walked. */
enum event_by { EVENTS_BY_TIME, EVENTS_BY_DECISION, EVENTS_BY_END, EVENTS_BY_ID, EVENT_ORDERS };

/* Events of one device to walk. */
struct event_walk {
    enum event_by by;
    int64_t device;
    int64_t from; /* gps_time_s, decided_s, ended_s or id; both ends included */
    int64_t to;
    bool is_bare; /* told are device, id, kind, subject, flags, place, begin, end, acknowledged_s */
    void *context;
    /* Borrows the event for the call; false: it is enough. */
    bool (*take)(void *context, const struct event *e);
};
/* Calls `take` for each in that order, those alike in it by id. */
MUST_USE enum err tables_walk_events(struct tables *t, const struct event_walk *walk);
/* The event of that id, in `arena`. ERR_NOT_FOUND. */
MUST_USE enum err tables_read_event(struct tables *t, int64_t id, struct arena *arena,
                                    struct event *out);

/* Commands of one device to walk, the newest first. */
struct command_walk {
    int64_t device;
    void *context;
    /* Borrows the command for the call; false: it is enough. */
    bool (*take)(void *context, const struct command *c);
};
/* Calls `take` for each. */
MUST_USE enum err tables_walk_commands(struct tables *t, const struct command_walk *walk);
/* The command of that id, in `arena`. ERR_NOT_FOUND. */
MUST_USE enum err tables_read_command(struct tables *t, int64_t id, struct arena *arena,
                                      struct command *out);

/* What an enterprise's audit tells, to walk, the newest first. */
struct audit_walk {
    int64_t enterprise_id;
    void *context;
    /* Borrows the row for the call; false: it is enough. */
    bool (*take)(void *context, const struct audit *a);
};
/* Calls `take` for each. */
MUST_USE enum err tables_walk_audit(struct tables *t, const struct audit_walk *walk);

/* The last `limit` texts of a device, the newest first, in `arena`. */
MUST_USE enum err tables_read_texts(struct tables *t, int64_t device, size_t limit,
                                    struct arena *arena, struct store_texts *out);

/* store_read_sms(). */
MUST_USE enum err tables_read_sms(struct tables *t, const struct sms_query *query,
                                  struct arena *arena, struct store_sms *out);

#endif
