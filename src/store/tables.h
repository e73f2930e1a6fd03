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

/* ---- entities, by the rows of model/entity.h ---- */

/* Saves the entity that a put carries, in place of that of the same key; or appends it. */
MUST_USE enum err tables_put_entity(struct tables *t, const struct change *c);
/* Deletes what a deletion names. */
MUST_USE enum err tables_delete_entity(struct tables *t, const struct change *c);
/* Deletes all of the kind that the owner has. */
MUST_USE enum err tables_disown(struct tables *t, enum entity_kind kind, int64_t owner);
/* The same of a kind that is `retained_by` a time: what is older than `before_s`. */
MUST_USE enum err tables_retain(struct tables *t, enum entity_kind kind, int64_t owner,
                                int64_t before_s);
/* Of a kind that `expires`, deletes what has before `before_s`. */
MUST_USE enum err tables_expire(struct tables *t, enum entity_kind kind, int64_t before_s);

struct tables_loader {
    void *context;
    void (*change)(void *context, const struct change *c);
    bool go_on;    /* behind a damaged row */
    bool has_logs; /* what is appended too: the store keeps that, and it is not loaded at a start */
};

/*
 * Hands out every saved entity as the change that would put it, kind by kind in the order of
 * ENTITY_MAP, those of a kind in the order of their key. A store of an older version has what its
 * tables had. ERR_CORRUPT: a row holds what was never saved; said in the log, and with `go_on` the
 * others are handed out all the same.
 */
MUST_USE enum err tables_load_entities(struct tables *t, const struct tables_loader *loader);

/* The last `limit` texts of a device, the newest first, in `arena`. */
MUST_USE enum err tables_read_texts(struct tables *t, int64_t device, size_t limit,
                                    struct arena *arena, struct store_texts *out);

#endif
