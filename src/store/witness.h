#ifndef STORE_WITNESS_H
#define STORE_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct sqlite3;

/*
 * A file beside the database that tells which commit was the last: a store that knows less has lost
 * some. See witness.c. The writer's, but for witness_read() and witness_look().
 */
struct witness;

#define WITNESS_FILE "odograph.seq"

enum { WITNESS_ID_BYTES = 16 };

/* What a witness, or a database, says of itself. */
struct witness_note {
    uint8_t id[WITNESS_ID_BYTES]; /* of the store; zeros: it has none */
    uint64_t seq;                 /* the newest row of the journal; 0: none */
};

/*
 * What the witness in `directory` says, beside a process that writes it too. ERR_NOT_FOUND: there
 * is none; ERR_CORRUPT: what stands there is none; ERR_FORBIDDEN: it is somebody else's; ERR_IO.
 */
MUST_USE enum err witness_read(const char *directory, struct witness_note *out);
/* What the database says, of whatever version, an empty one too. database_err(). */
MUST_USE enum err witness_look(struct sqlite3 *db, struct witness_note *out);
/* Whether both are of one store. */
bool witness_is_of(const struct witness_note *a, const struct witness_note *b);
/* Takes the witness away, on the disk; a missing one is fine. ERR_IO. */
MUST_USE enum err witness_remove(const char *directory);

/*
 * Begins or goes on with the witness of `db`, which gets an id if it has none. database_err() of
 * the database; a witness that cannot be written is logged, and written with a later commit.
 */
MUST_USE enum err witness_open(struct sqlite3 *db, const char *directory, struct witness **out);
/*
 * Whether the store had commits and an id, and no witness of it could be read. Whether a log was
 * lost along with the witness, nobody knows then.
 */
bool witness_was_missing(const struct witness *w);
/*
 * Row `seq` is committed. Answers whether it stands in the file; where it does not, that is logged
 * once.
 */
bool witness_write(struct witness *w, uint64_t seq);
/* Syncs it. NULL is fine. */
void witness_close(struct witness *w);

#endif
