#ifndef STORE_ENTITIES_H
#define STORE_ENTITIES_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/err.h"
#include "model/change.h"

/* Everything that is not a fix, a table each. */

/* The prepared statements of one connection, one a kind of change. */
struct entities;

/* Prepares them on `db`, which outlives them. database_err(). */
MUST_USE enum err entities_open(sqlite3 *db, struct entities **out);
/* Gives them back; NULL is fine. */
void entities_close(struct entities *a);
/* Saves one change, within the caller's transaction. database_err(). */
MUST_USE enum err entities_save(struct entities *a, const struct change *c);

struct entities_loader {
    void *context;
    void (*change)(void *context, const struct change *c);
    bool go_on; /* behind a damaged row */
};

/*
 * Hands out every saved entity as the change that would put it: enterprises, users, groups,
 * devices, tokens, addresses of logins, focus, waiting parts, clocks. Texts are kept, not loaded.
 * ERR_CORRUPT: a row holds what was never saved; said in the log, and with `go_on` the others are
 * handed out all the same.
 */
MUST_USE enum err entities_load(sqlite3 *db, const struct entities_loader *loader);

#endif
