#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "store/storage.h"
#include "store/store.h"

/*
 * The storage that is a database file in a directory, with its log, lock and witness. Options are
 * copied. Its open() makes what is missing.
 */
struct storage *file_storage_new(const struct store_options *options)
    __attribute__((returns_nonnull));

/* "DIRECTORY/odograph.db"; freed with free(). */
char *store_path(const char *directory);

#endif
