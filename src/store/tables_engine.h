#ifndef STORE_TABLES_ENGINE_H
#define STORE_TABLES_ENGINE_H

#include "store/tables.h"

/* An engine: each member does what the function of tables.h with its name says. */
struct tables_engine {
    void (*close)(struct tables *t);
    void (*log)(struct tables *t, const char *event, enum err e);
    enum err (*begin)(struct tables *t);
    enum err (*commit)(struct tables *t);
    enum err (*rollback)(struct tables *t);
    enum err (*add_batch)(struct tables *t, uint64_t seq, struct bytes batch);
    enum err (*trim_journal)(struct tables *t, uint64_t last_seq);
    enum err (*walk_journal)(struct tables *t,
                             enum err (*take)(void *context, uint64_t seq, struct bytes batch),
                             void *context);
    enum err (*put_entity)(struct tables *t, const struct change *c);
    enum err (*delete_entity)(struct tables *t, const struct change *c);
    enum err (*disown)(struct tables *t, enum entity_kind kind, int64_t owner);
    enum err (*retain)(struct tables *t, enum entity_kind kind, int64_t owner, int64_t before_s);
    enum err (*expire)(struct tables *t, enum entity_kind kind, int64_t before_s);
    enum err (*load_entities)(struct tables *t, const struct tables_loader *loader);
    enum err (*read_texts)(struct tables *t, int64_t device, size_t limit, struct arena *arena,
                           struct store_texts *out);
};

/* What every engine's connection begins with. */
struct tables {
    const struct tables_engine *engine;
};

#endif
