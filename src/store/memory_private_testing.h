#ifndef STORE_MEMORY_PRIVATE_TESTING_H
#define STORE_MEMORY_PRIVATE_TESTING_H

#include <glib.h>
#include <pthread.h>

#include "store/memory_testing.h"
#include "store/tables_engine.h"

/* The inside of the engine in memory, shared by its files. */

enum memory_table {
    MEMORY_JOURNAL,
    MEMORY_STATE,
    MEMORY_OPEN,
    MEMORY_CHUNK,
    MEMORY_ENTITY, /* of all kinds */
    MEMORY_TABLES
};

/* A row of any table; what it borrows is in its arena. */
struct memory_row {
    int64_t key; /* the number of a commit, or a device */
    struct bytes batch;
    struct state_row state;
    struct track_row track;
    struct change change; /* the put of an entity */
    struct arena arena;
};

/* All tables as of one moment: arrays of rows, in order. */
struct memory_moment {
    GPtrArray *tables[MEMORY_TABLES];
};

struct memory {
    pthread_mutex_t lock;
    struct memory_moment *now; /* under the lock */
    bool has_writer;
    int64_t last_chunk_id;
    int64_t changes;
    int64_t full_at; /* as many changes are possible */
    int64_t reads;
};

/* A connection. */
struct memory_tables {
    struct tables base;
    struct memory *memory;
    bool is_writer;
    struct memory_moment *held; /* of the transaction under way; NULL: there is none */
    bool is_own[MEMORY_TABLES]; /* copied by it */
};

/* The connection that `t` is the beginning of. */
struct memory_tables *memory_of(struct tables *t);

/* The moment of the transaction, or now; given back with memory_release(). */
struct memory_moment *memory_look(struct tables *t);
void memory_release(struct memory_moment *m);

/* An empty row. */
struct memory_row *memory_row_new(void);
/* The table of the transaction, to be written. */
GPtrArray *memory_write(struct tables *t, enum memory_table which);
/*
 * Puts the row where it belongs, in place of one that is the same by its order. Takes it over.
 * ERR_FULL.
 */
MUST_USE enum err memory_put(struct tables *t, enum memory_table which, struct memory_row *row);
/* Deletes a row by its place. ERR_FULL. */
MUST_USE enum err memory_delete(struct tables *t, enum memory_table which, size_t at);
/* The place of the first row that is not before `like`. */
size_t memory_place(const GPtrArray *table, enum memory_table which, const struct memory_row *like);
/* The row there; NULL: behind the last. */
const struct memory_row *memory_at(const GPtrArray *table, size_t at);
/* -1, 0 or 1 by the first `count` columns of two entities of a kind. */
int memory_compare_columns(const struct entity *e, size_t count, const void *a, const void *b);
/* Empty bytes stay NULL. */
struct bytes memory_copied(struct arena *arena, struct bytes b);

/* What the tracks of the engine do, and the entities. */
void memory_add_tracks(struct tables_engine *engine);
void memory_add_entities(struct tables_engine *engine);

#endif
