/* What the audit of one enterprise tells, in SQLite, the newest first. */
#include "store/database.h"
#include "store/tables_sqlite_private.h"

enum err sqlite_prepare_audit(struct tables_sqlite *s)
{
    return sqlite_prepare_select(s, ENTITY_AUDIT, " WHERE enterprise_id=? ORDER BY number DESC",
                                 &s->audit);
}

void sqlite_finalize_audit(struct tables_sqlite *s)
{
    (void)sqlite3_finalize(s->audit);
}

enum err sqlite_walk_audit(struct tables *t, const struct audit_walk *walk)
{
    const struct tables_sqlite *s = tables_sqlite_of(t);
    int result = SQLITE_DONE;
    enum err e = ERR_OK;
    bool wants_more = true;
    (void)sqlite3_bind_int64(s->audit, 1, walk->enterprise_id);
    while (e == ERR_OK && wants_more && (result = sqlite3_step(s->audit)) == SQLITE_ROW) {
        struct audit row = {0};
        e = sqlite_read_entity(s->audit, ENTITY_AUDIT, &row);
        wants_more = e == ERR_OK && walk->take(walk->context, &row);
    }
    e = e == ERR_OK && wants_more ? database_err(s->db, result) : e;
    (void)sqlite3_reset(s->audit);
    return e;
}
