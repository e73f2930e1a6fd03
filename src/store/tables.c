/* One call of tables.h, one call of the engine. */
#include "store/tables.h"

#include "store/tables_engine.h"

void tables_close(struct tables *t)
{
    if (t != NULL) {
        t->engine->close(t);
    }
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
