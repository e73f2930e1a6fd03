/* Commands in SQLite: those of one device, the newest first, and one by its id. */
#include "store/database.h"
#include "store/tables_sqlite_private.h"

enum err sqlite_prepare_commands(struct tables_sqlite *s)
{
    enum err e = sqlite_prepare_select(s, ENTITY_COMMAND, " WHERE id=?", &s->command);
    return e == ERR_OK ? sqlite_prepare_select(s, ENTITY_COMMAND,
                                               " WHERE device_id=? ORDER BY id DESC", &s->commands)
                       : e;
}

void sqlite_finalize_commands(struct tables_sqlite *s)
{
    (void)sqlite3_finalize(s->command);
    (void)sqlite3_finalize(s->commands);
}

enum err sqlite_walk_commands(struct tables *t, const struct command_walk *walk)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    int result = SQLITE_DONE;
    enum err e = ERR_OK;
    bool wants_more = true;
    (void)sqlite3_bind_int64(s->commands, 1, walk->device);
    while (e == ERR_OK && wants_more && (result = sqlite3_step(s->commands)) == SQLITE_ROW) {
        struct command command = {0};
        e = sqlite_read_entity(s->commands, ENTITY_COMMAND, &command);
        wants_more = e == ERR_OK && walk->take(walk->context, &command);
    }
    e = e == ERR_OK && wants_more ? database_err(s->db, result) : e;
    (void)sqlite3_reset(s->commands);
    return e;
}

enum err sqlite_read_command(struct tables *t, int64_t id, struct arena *arena, struct command *out)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    struct command command = {0};
    (void)sqlite3_bind_int64(s->command, 1, id);
    int result = sqlite3_step(s->command);
    enum err e = result == SQLITE_DONE  ? ERR_NOT_FOUND
                 : result == SQLITE_ROW ? sqlite_read_entity(s->command, ENTITY_COMMAND, &command)
                                        : database_err(s->db, result);
    if (e == ERR_OK) {
        entity_copy(ENTITY_COMMAND, &command, out,
                    arena_new(arena, entity_borrowed(ENTITY_COMMAND, &command)));
    }
    (void)sqlite3_reset(s->command);
    return e;
}
