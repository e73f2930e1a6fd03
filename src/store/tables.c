/* One call of tables.h, one call of the engine. */
#include "store/tables.h"

#include "store/tables_engine.h"

void tables_close(struct tables *t)
{
    if (t != NULL) {
        t->engine->close(t);
    }
}

void tables_log(struct tables *t, const char *event, enum err e)
{
    t->engine->log(t, event, e);
}

enum err tables_begin(struct tables *t)
{
    return t->engine->begin(t);
}

enum err tables_commit(struct tables *t)
{
    return t->engine->commit(t);
}

enum err tables_rollback(struct tables *t)
{
    return t->engine->rollback(t);
}

enum err tables_add_batch(struct tables *t, uint64_t seq, struct bytes batch)
{
    return t->engine->add_batch(t, seq, batch);
}

enum err tables_trim_journal(struct tables *t, uint64_t last_seq)
{
    return t->engine->trim_journal(t, last_seq);
}

enum err tables_walk_journal(struct tables *t,
                             enum err (*take)(void *context, uint64_t seq, struct bytes batch),
                             void *context)
{
    return t->engine->walk_journal(t, take, context);
}

enum err tables_put_entity(struct tables *t, const struct change *c)
{
    return t->engine->put_entity(t, c);
}

enum err tables_delete_entity(struct tables *t, const struct change *c)
{
    return t->engine->delete_entity(t, c);
}

enum err tables_disown(struct tables *t, enum entity_kind kind, int64_t owner)
{
    return t->engine->disown(t, kind, owner);
}

enum err tables_retain(struct tables *t, enum entity_kind kind, int64_t owner, int64_t before_s)
{
    return t->engine->retain(t, kind, owner, before_s);
}

enum err tables_expire(struct tables *t, enum entity_kind kind, int64_t before_s)
{
    return t->engine->expire(t, kind, before_s);
}

enum err tables_load_entities(struct tables *t, const struct tables_loader *loader)
{
    return t->engine->load_entities(t, loader);
}

enum err tables_read_texts(struct tables *t, int64_t device, size_t limit, struct arena *arena,
                           struct store_texts *out)
{
    return t->engine->read_texts(t, device, limit, arena, out);
}
