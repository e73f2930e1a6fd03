#ifndef STORE_TABLES_SQLITE_PRIVATE_H
#define STORE_TABLES_SQLITE_PRIVATE_H

#include <sqlite3.h>

#include "store/tables_engine.h"
#include "store/tables_sqlite_sql.h"

/* The inside of a connection. */
struct tables_sqlite {
    struct tables base;
    sqlite3 *db;
    bool is_writer;
    sqlite3_stmt *add_batch;
    sqlite3_stmt *trim_journal;
    sqlite3_stmt *texts;
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

#endif
