#ifndef STORE_FILE_TESTING_H
#define STORE_FILE_TESTING_H

/* A look into the files below a store, for tests that are about them. */
#include "store/file_private.h"
#include "store/store_private.h"

static inline struct file_storage *kit_file(const struct store *s)
{
    return (struct file_storage *)s->storage;
}

/* The writer's own connection. */
static inline struct sqlite3 *kit_db(const struct store *s)
{
    return kit_file(s)->db;
}

#endif
