/*
 * What happens to entities, by their rows (model/entity.h); the tables do it.
 *
 * A row goes in one of four ways: by a deletion of its own; with its owner, in the transaction that
 * puts the owner as deleted; when it expires; or by the retention of its owner, which takes some
 * devices at a time, because what is appended may be much (expire.c).
 */
#include "store/entities.h"

/* Deletes what the entity owns, but for what retention deletes. */
static enum err disown(struct tables *t, enum entity_kind owner, int64_t id)
{
    enum err e = ERR_OK;
    for (enum entity_kind kind = ENTITY_NONE + 1; kind < ENTITY_COUNT && e == ERR_OK; kind++) {
        if (entity_rows[kind].owner == owner && entity_rows[kind].retained_by == NULL) {
            e = tables_disown(t, kind, id);
        }
    }
    return e;
}

enum err entities_save(struct tables *t, const struct change *c)
{
    enum entity_kind kind = change_entity(c->kind);
    if (change_is_deletion(c->kind)) {
        return tables_delete_entity(t, c);
    }
    enum err e = tables_put_entity(t, c);
    if (e == ERR_OK && entity_is_deleted(kind, change_value(c))) {
        e = disown(t, kind, entity_id(kind, change_value(c)));
    }
    return e;
}

enum err entities_expire(struct tables *t, int64_t now_s)
{
    enum err e = ERR_OK;
    for (enum entity_kind kind = ENTITY_NONE + 1; kind < ENTITY_COUNT && e == ERR_OK; kind++) {
        if (entity_rows[kind].expires != NULL) {
            e = tables_expire(t, kind, now_s - entity_rows[kind].expires_after_s);
        }
    }
    return e;
}

enum err entities_retain(struct tables *t, enum entity_kind owner, int64_t id, int64_t before_s)
{
    enum err e = ERR_OK;
    for (enum entity_kind kind = ENTITY_NONE + 1; kind < ENTITY_COUNT && e == ERR_OK; kind++) {
        if (entity_rows[kind].owner == owner && entity_rows[kind].retained_by != NULL) {
            e = tables_retain(t, kind, id, before_s);
        }
    }
    return e;
}
