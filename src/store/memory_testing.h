#ifndef STORE_MEMORY_TESTING_H
#define STORE_MEMORY_TESTING_H

#include <stdint.h>

#include "store/storage.h"

/*
 * A second engine below tables.h, for tests: rows in sorted arrays. It shows that what is above
 * knows nothing of SQLite. A row never changes, and a table is copied before it is written first in
 * a transaction; so a reader holds the moment of its begin, and a rollback drops the copies.
 */
struct memory;

/* Empty tables. */
struct memory *memory_new(void) __attribute__((returns_nonnull));
/* No store is open over it any more. */
void memory_free(struct memory *m);
/* For one store that writes at a time, the next one after the last is closed. */
struct storage *memory_storage_new(struct memory *m) __attribute__((returns_nonnull));

/* Writes answer ERR_FULL when so many were done from now on; INT64_MAX: none does. The writer's. */
void memory_set_full(struct memory *m, int64_t after);

/* How many committed rows a table has, by the name that it has in SQLite. Any thread. */
int64_t memory_rows(struct memory *m, const char *table);
/* How often rows were written, replaced or deleted by transactions. The writer's. */
int64_t memory_changes(const struct memory *m);
/* How often the writer's tables were asked for rows: the round trips of another engine. */
int64_t memory_reads(const struct memory *m);

#endif
