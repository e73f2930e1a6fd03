#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "store/store.h"

struct sqlite3;

/* store_check() of the database at `path`. */
MUST_USE enum err store_check_file(const char *path,
                                   void (*row)(void *context, const struct store_check_row *row),
                                   void *context);
/* SQLite's own check of its structure; logs what is wrong. ERR_CORRUPT; database_err(). */
MUST_USE enum err store_check_structure(struct sqlite3 *db);

#endif
