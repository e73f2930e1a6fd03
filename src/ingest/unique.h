#ifndef INGEST_UNIQUE_H
#define INGEST_UNIQUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "ingest/ingest.h"
#include "ingest/shard.h"
#include "ingest/shards.h"
#include "model/change.h"

/*
 * What is unique on the platform, DeviceIDs, login names and ICCIDs, where it has several shards: a
 * table of names in the first one's store. Whoever makes or renames an object reserves its name
 * first:
 *
 *     unique_reserve(), in the first shard      a commit: the name is this shard's to give
 *        │
 *     the object, in its own shard              a commit: the directory says whether it is free
 *        │                                      there; the object confirms the reservation
 *     unique_end()                              no call needs it any more
 *
 * A reservation without a call under way and without an object is stale: anybody may take it over,
 * and a start deletes it. So a name is free again as soon as its object is deleted or renamed, and
 * a process may die at any arrow.
 *
 * With one shard there is no such table: its directory knows all names.
 */
struct unique;

/* No names. For unique_free(), when nothing uses it any more; NULL is fine. */
struct unique *unique_new(void);
void unique_free(struct unique *u);

/*
 * Begins, once all shards are loaded and before anybody is served: deletes what is stale, and
 * reserves the names of objects that have none yet, as where there was one shard before. `shards`
 * outlives it. Waits for a job of the first shard; errors of ingest_call().
 */
MUST_USE enum err unique_start(struct unique *u, const struct shards *shards);

/* One name that a call wants. */
struct unique_name {
    enum name_kind kind;
    const char *text; /* as somebody wrote it; NULL: none */
    bool is_taken;    /* by another shard */
    bool is_held;
};

/* The names that one call wants for objects of a shard. Zeroed: none. */
struct unique_list {
    struct unique *unique;
    uint32_t shard;
    struct unique_name *at; /* with what they borrow: the caller's, until unique_end() */
    size_t count;
    size_t next; /* the first that no step has looked at */
};

/*
 * A step of a job of the first shard: reserves those of the next names that can be, and marks the
 * others as taken. ERR_MORE: there is more to do; ERR_OK.
 */
MUST_USE enum err unique_reserve(struct unique_list *list, struct job_context *job);
/* Whether another shard has the name at `i`; false where the list has none. */
bool unique_is_taken(const struct unique_list *list, size_t i);
/* The call is over, whatever became of it. Any thread; the list is zeroed. */
void unique_end(struct unique_list *list);

/* ---- for the first shard's ingest ---- */

/* A name of the table, as it is loaded, or committed. */
void unique_load(struct unique *u, const struct reserved_name *name);
void unique_note_committed(struct unique *u, const struct reserved_name *name);
/*
 * Reserves the DeviceID of a tracker that is registered unasked, in the same commit as the device.
 * False: another shard has it.
 */
bool unique_take_device(struct unique *u, const char *device_id, struct change_list *changes);

#endif
