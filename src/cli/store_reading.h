#ifndef CLI_STORE_READING_H
#define CLI_STORE_READING_H

#include <stdint.h>

#include "base/err.h"
#include "fleet/directory.h"
#include "store/store.h"

/* A store that a command reads beside its server, and who is in it. */
struct store_reading {
    const char *path; /* borrowed */
    struct directory *directory;
    struct store *store;
    int64_t opened_ms; /* monotonic */
};

/* Opens it as it is now. Errors of store_open_to_read() and store_load(). */
MUST_USE enum err store_reading_open(const char *path, struct store_reading *out);
/* Gives it back, after a failure too. */
void store_reading_close(struct store_reading *r);
/*
 * Takes another moment, where the one at hand is older than a while: the log of a server grows as
 * long as somebody reads. Who is in it stays as it was at the opening. Nothing of the store may be
 * open.
 */
MUST_USE enum err store_reading_refresh(struct store_reading *r);
/* What is wrong, in words for whoever typed the command. */
const char *store_reading_failure(enum err e);

#endif
