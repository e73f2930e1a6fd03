#ifndef STORE_STORAGE_H
#define STORE_STORAGE_H

#include <stdint.h>

#include "base/counters.h"
#include "base/err.h"
#include "store/tables.h"

/*
 * What keeps a store: its tables, and what belongs to them. It is the files of a directory
 * (file.h); tests put another in its place. A storage's own struct begins with this one; what it
 * does is the writer's, but for open_reader().
 */
struct storage {
    /* Opens it to write, once, and counts what it does in `counters`. Errors of store_open(). */
    enum err (*open)(struct storage *s, struct counters *counters, struct tables **out);
    /* Any thread: tables to read. ERR_IO, ERR_BUSY, ERR_CORRUPT. */
    enum err (*open_reader)(struct storage *s, struct tables **out);
    /* The batch `seq` is committed, and is the newest one. */
    void (*note_commit)(struct storage *s, uint64_t seq);
    /* A slice of its own housekeeping. ERR_FULL, ERR_IO: what the last round ended with. */
    enum err (*maintain)(struct storage *s);
    /* Gives it back, open or not; all tables are closed before. */
    void (*close)(struct storage *s);
};

#endif
