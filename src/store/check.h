#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "store/store.h"
#include "store/tables.h"

/*
 * Verifies all that the tables hold and calls `take` once a device. Errors of store_check(). Leaves
 * a transaction open: tables_close() ends it.
 */
MUST_USE enum err check_tables(struct tables *t,
                               void (*take)(void *context, const struct store_check_line *line),
                               void *context);
/* store_check() of the database at `path`. */
MUST_USE enum err store_check_file(const char *path,
                                   void (*take)(void *context, const struct store_check_line *line),
                                   void *context);

#endif
