#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "store/store.h"

/* store_check() of the database at `path`. */
MUST_USE enum err store_check_file(const char *path,
                                   void (*take)(void *context, const struct store_check_line *line),
                                   void *context);

#endif
