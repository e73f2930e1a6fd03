/*
 * Loading entities: every column of every row, kind by kind, by the rows of model/entity.h. What
 * cannot have been saved (a role that is none, a hash of the wrong length) is damage, unless the
 * row may be left out. Checking reads the very same way.
 */
#include <glib.h>

#include "base/log.h"
#include "store/database.h"
#include "store/tables_sqlite_columns.h"
#include "store/tables_sqlite_private.h"

/* One table on its way. */
struct loading {
    const struct tables_loader *loader;
    enum entity_kind kind;
    int64_t version; /* of the store */
    struct entity_reader reader;
    size_t count; /* of rows so far, for the log */
};

/* Hands out the row that the reader stands on. */
static enum err load_row(struct loading *l)
{
    const struct entity *e = &entity_rows[l->kind];
    struct change c = {.kind = change_put_of(l->kind)};
    l->reader.index = 0;
    l->reader.is_damaged = false;
    bool is_whole = true;
    l->count++;
    for (size_t i = 0; i < e->column_count; i++) {
        if (entity_has_column(&e->columns[i], l->version)) {
            entity_column_read(&l->reader, &e->columns[i], change_room(&c));
        } else {
            is_whole = false;
        }
    }
    if (!l->reader.is_damaged) {
        if (!is_whole) { /* an older store */
            entity_init(l->kind, change_room(&c));
        }
        l->loader->change(l->loader->context, &c);
        return ERR_OK;
    }
    log_line(e->may_be_left_out ? LOG_WARN : LOG_ERROR, "row_damaged", "table=%s row=%zu", e->table,
             l->count);
    return e->may_be_left_out ? ERR_OK : ERR_CORRUPT;
}

static enum err load_rows(sqlite3 *db, struct loading *l)
{
    int result = SQLITE_DONE;
    enum err worst = ERR_OK;
    enum err e = ERR_OK;
    while (e == ERR_OK && (result = sqlite3_step(l->reader.statement)) == SQLITE_ROW) {
        worst = load_row(l) == ERR_OK ? worst : ERR_CORRUPT;
        e = l->loader->go_on ? ERR_OK : worst;
    }
    e = e == ERR_OK ? database_err(db, result) : e;
    return e == ERR_OK ? worst : e;
}

static enum err load_kind(sqlite3 *db, struct loading *l)
{
    char *sql = entity_sql_load(&entity_rows[l->kind], l->version,
                                l->loader->has_all ? ENTITY_ROWS_ALL : ENTITY_ROWS_OF_START);
    enum err e = database_err(db, sqlite3_prepare_v2(db, sql, -1, &l->reader.statement, NULL));
    g_free(sql);
    e = e == ERR_OK ? load_rows(db, l) : e;
    (void)sqlite3_finalize(l->reader.statement);
    return e;
}

static bool is_loaded(const struct loading *l)
{
    const struct entity *e = &entity_rows[l->kind];
    return e->since <= l->version && (!e->is_log || l->loader->has_all);
}

enum err sqlite_load_entities(struct tables *t, const struct tables_loader *loader)
{
    sqlite3 *db = tables_sqlite_of(t)->db;
    int64_t version = 0;
    enum err worst = database_number(db, "PRAGMA user_version", &version);
    for (enum entity_kind kind = ENTITY_NONE + 1; kind < ENTITY_COUNT; kind++) {
        if (worst != ERR_OK && !loader->go_on) {
            break;
        }
        struct loading l = {.loader = loader, .kind = kind, .version = version};
        enum err e = is_loaded(&l) ? load_kind(db, &l) : ERR_OK;
        worst = worst == ERR_OK ? e : worst;
    }
    return worst;
}
