#ifndef STORE_TABLES_SQLITE_PRIVATE_H
#define STORE_TABLES_SQLITE_PRIVATE_H

#include <sqlite3.h>

#include "store/tables_engine.h"
#include "store/tables_sqlite_sql.h"

enum { SQLITE_TRACK_STATEMENTS = 14 };

enum { SQLITE_BARE_COLUMNS_MAX = 16 };

/* The inside of a connection. */
struct tables_sqlite {
    struct tables base;
    sqlite3 *db;
    bool is_writer;
    bool owns_db; /* and closes it */
    bool is_held; /* one transaction is all: tables_sqlite_hold() */
    sqlite3_stmt *add_batch;
    sqlite3_stmt *trim_journal;
    sqlite3_stmt *texts;
    sqlite3_stmt *sms;
    sqlite3_stmt *tracks[SQLITE_TRACK_STATEMENTS]; /* NULL: only a writer has it */
    sqlite3_stmt *events[EVENT_ORDERS];
    sqlite3_stmt *bare_events[EVENT_ORDERS]; /* of the columns `bare` */
    const struct entity_column *bare[SQLITE_BARE_COLUMNS_MAX];
    size_t bare_count;
    sqlite3_stmt *event;    /* by id */
    sqlite3_stmt *commands; /* of a device. NULL: only a reader has it, and the next two */
    sqlite3_stmt *command;  /* by id */
    sqlite3_stmt *audit;    /* of an enterprise */
    /* NULL: the connection is a reader's, or the entity has no such statement. */
    sqlite3_stmt *entities[ENTITY_COUNT][ENTITY_STATEMENTS];
};

/* The connection that `t` is the beginning of. */
struct tables_sqlite *tables_sqlite_of(struct tables *t);

/* ---- entities ---- */

/* Prepares what saves and deletes them. */
MUST_USE enum err sqlite_prepare_entities(struct tables_sqlite *s);
/* Gives it back. */
void sqlite_finalize_entities(struct tables_sqlite *s);

/* The members of the engine, as tables.h says. */
enum err sqlite_put_entity(struct tables *t, const struct change *c);
/* Of an entity that has deletions. */
enum err sqlite_delete_entity(struct tables *t, const struct change *c);
/* Of a kind with an owner. */
enum err sqlite_disown(struct tables *t, enum entity_kind kind, int64_t owner);
/* Of a kind that is retained by a time. */
enum err sqlite_retain(struct tables *t, enum entity_kind kind, int64_t owner, int64_t before_s);
/* Of a kind that expires. */
enum err sqlite_expire(struct tables *t, enum entity_kind kind, int64_t before_s);
/* Any connection. */
enum err sqlite_load_entities(struct tables *t, const struct tables_loader *loader);

/* Prepares a SELECT of all columns of that entity; `condition` ends it. */
MUST_USE enum err sqlite_prepare_select(const struct tables_sqlite *s, enum entity_kind kind,
                                        const char *condition, sqlite3_stmt **out);
/* Fills a zeroed entity from the row that such a statement stands on; borrows it. ERR_CORRUPT. */
MUST_USE enum err sqlite_read_entity(sqlite3_stmt *statement, enum entity_kind kind, void *out);

/* ---- commands ---- */

/* Prepares what reads them. */
MUST_USE enum err sqlite_prepare_commands(struct tables_sqlite *t);
/* Gives it back. */
void sqlite_finalize_commands(struct tables_sqlite *t);

/* tables_walk_commands(). */
enum err sqlite_walk_commands(struct tables *t, const struct command_walk *walk);
/* tables_read_command(). */
enum err sqlite_read_command(struct tables *t, int64_t id, struct arena *arena,
                             struct command *out);

/* ---- the audit ---- */

/* Prepares what reads it. */
MUST_USE enum err sqlite_prepare_audit(struct tables_sqlite *t);
/* Gives it back. */
void sqlite_finalize_audit(struct tables_sqlite *t);

/* tables_walk_audit(). */
enum err sqlite_walk_audit(struct tables *t, const struct audit_walk *walk);

/* ---- events ---- */

/* Prepares what reads them. */
MUST_USE enum err sqlite_prepare_events(struct tables_sqlite *t);
/* Gives it back. */
void sqlite_finalize_events(struct tables_sqlite *t);

/* tables_walk_events(). */
enum err sqlite_walk_events(struct tables *t, const struct event_walk *walk);
/* tables_read_event(). */
enum err sqlite_read_event(struct tables *t, int64_t id, struct arena *arena, struct event *out);

/* ---- SMS ---- */

/* Prepares what reads them. */
MUST_USE enum err sqlite_prepare_sms(struct tables_sqlite *s);
/* tables_read_sms(). */
enum err sqlite_read_sms(struct tables *t, const struct sms_query *query, struct arena *arena,
                         struct store_sms *out);

/* ---- tracks ---- */

/* Prepares what reads them and, for a writer, what writes them. */
MUST_USE enum err sqlite_prepare_tracks(struct tables_sqlite *t);
/* Gives it back. */
void sqlite_finalize_tracks(struct tables_sqlite *t);

/* tables_read_state(). */
enum err sqlite_read_state(struct tables *t, int64_t device, struct arena *arena,
                           struct state_row *out);
/* tables_walk_states(). */
enum err sqlite_walk_states(struct tables *t,
                            enum err (*take)(void *context, const struct state_row *row),
                            void *context);
/* tables_put_state(). */
enum err sqlite_put_state(struct tables *t, const struct state_row *row);
/* tables_delete_state(). */
enum err sqlite_delete_state(struct tables *t, int64_t device);
/* tables_read_open(). */
enum err sqlite_read_open(struct tables *t, int64_t device, struct arena *arena,
                          struct track_row *out);
/* tables_read_ends(). */
enum err sqlite_read_ends(struct tables *t, const int64_t *devices, size_t count,
                          struct arena *arena, struct tables_end *out);
/* tables_read_rows(). */
enum err sqlite_read_rows(struct tables *t, const struct track_query *q, struct arena *arena,
                          struct track_rows *out);
/* tables_read_spans(). */
enum err sqlite_read_spans(struct tables *t, const struct track_query *queries, size_t count,
                           struct arena *arena, struct track_rows *out);
/* tables_read_chunk_at(). */
enum err sqlite_read_chunk_at(struct tables *t, int64_t device, int64_t time_s, struct arena *arena,
                              struct track_place *out);
/* tables_walk_chunks(). */
enum err sqlite_walk_chunks(struct tables *t, const struct row_walk *walk);
/* tables_walk_open(). */
enum err sqlite_walk_open(struct tables *t, const struct row_walk *walk);
/* tables_put_open(). */
enum err sqlite_put_open(struct tables *t, int64_t device, const struct track_row *row);
/* tables_delete_open(). */
enum err sqlite_delete_open(struct tables *t, int64_t device);
/* tables_add_chunk(). */
enum err sqlite_add_chunk(struct tables *t, int64_t device, const struct track_row *row,
                          uint64_t distance_m_e2);
/* tables_put_chunk(). */
enum err sqlite_put_chunk(struct tables *t, const struct track_row *row, uint64_t distance_m_e2);
/* tables_put_start(). */
enum err sqlite_put_start(struct tables *t, int64_t id, struct bytes start_state);
/* tables_put_distance(). */
enum err sqlite_put_distance(struct tables *t, int64_t id, uint64_t distance_m_e2);
/* tables_expire_rows(). */
enum err sqlite_expire_rows(struct tables *t, const struct track_expiry *x, uint64_t *chunks,
                            uint64_t *fixes);

#endif
