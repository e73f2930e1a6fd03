#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include "base/err.h"
#include "store/database.h"

/* The background thread that copies the write-ahead log into the database, with its connection. */
struct checkpointer;

/* Opens a connection and starts the thread. database_err(). */
MUST_USE enum err checkpointer_start(const struct database_options *options,
                                     struct checkpointer **out);
/* Asks for a round; returns at once. Several asked for during one become one. */
void checkpointer_request(struct checkpointer *c);
/* What the last round ended with: ERR_OK, ERR_FULL, ERR_IO, ... */
enum err checkpointer_result(struct checkpointer *c);
/* Ends the thread, after the round it is in. NULL is fine. */
void checkpointer_stop(struct checkpointer *c);

/*
 * One round on `db`, the connection of the thread that calls; never waits for readers or the
 * writer. ERR_BUSY: another round is under way.
 */
MUST_USE enum err checkpoint_passive(sqlite3 *db);

#endif
