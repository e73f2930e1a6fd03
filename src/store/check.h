#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "store/store.h"
#include "store/tables.h"

/* What to call once a device. */
struct check_taker {
    void *context;
    void (*take)(void *context, const struct store_check_line *line);
    bool counts_ways; /* of each line: what the fold makes of the fixes */
};

/*
 * Verifies all that the tables hold and calls `take` once a device. Errors of store_check(). Leaves
 * a transaction open: tables_close() ends it.
 */
MUST_USE enum err check_tables(struct tables *t, const struct check_taker *taker);
/* store_check() of the database at `path`, but that it does not count the ways. */
MUST_USE enum err store_check_file(const char *path,
                                   void (*take)(void *context, const struct store_check_line *line),
                                   void *context);

#endif
