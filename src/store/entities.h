#ifndef STORE_ENTITIES_H
#define STORE_ENTITIES_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/err.h"
#include "model/change.h"

/* Everything that is not a fix, a table each, by the rows of model/entity.h. */

/* The prepared statements of one connection. */
struct entities;

/* Prepares them on `db`, which outlives them. database_err(). */
MUST_USE enum err entities_open(sqlite3 *db, struct entities **out);
/* Gives them back; NULL is fine. */
void entities_close(struct entities *s);

/* ---- within the caller's transaction; database_err() ---- */

/* Saves one change. What an entity owns goes with it when it is put as deleted. */
MUST_USE enum err entities_save(struct entities *s, const struct change *c);
/* Deletes what has expired at `now_s`. */
MUST_USE enum err entities_expire(struct entities *s, int64_t now_s);
/* Of one owner, deletes what retention keeps no longer: what is older than `before_s`. */
MUST_USE enum err entities_retain(struct entities *s, enum entity_kind owner, int64_t id,
                                  int64_t before_s);

/* ---- reading ---- */

struct entities_loader {
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
MUST_USE enum err entities_load(sqlite3 *db, const struct entities_loader *loader);

#endif
