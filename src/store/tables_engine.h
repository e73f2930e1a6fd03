#ifndef STORE_TABLES_ENGINE_H
#define STORE_TABLES_ENGINE_H

#include "store/tables.h"

/* An engine: each member does what the function of tables.h with its name says. */
struct tables_engine {
    void (*close)(struct tables *t);
    void (*log)(struct tables *t, const char *event, enum err e);
    enum err (*check_schema)(struct tables *t);
    enum err (*check_structure)(struct tables *t);
    enum err (*begin)(struct tables *t);
    enum err (*commit)(struct tables *t);
    enum err (*rollback)(struct tables *t);
    enum err (*add_batch)(struct tables *t, uint64_t seq, struct bytes batch);
    enum err (*trim_journal)(struct tables *t, uint64_t last_seq);
    enum err (*walk_journal)(struct tables *t,
                             enum err (*take)(void *context, uint64_t seq, struct bytes batch),
                             void *context);
    enum err (*read_state)(struct tables *t, int64_t device, struct arena *arena,
                           struct state_row *out);
    enum err (*walk_states)(struct tables *t,
                            enum err (*take)(void *context, const struct state_row *row),
                            void *context);
    enum err (*put_state)(struct tables *t, const struct state_row *row);
    enum err (*delete_state)(struct tables *t, int64_t device);
    enum err (*read_open)(struct tables *t, int64_t device, struct arena *arena,
                          struct track_row *out);
    enum err (*read_ends)(struct tables *t, const int64_t *devices, size_t count,
                          struct arena *arena, struct tables_end *out);
    enum err (*read_rows)(struct tables *t, const struct track_query *q, struct arena *arena,
                          struct track_rows *out);
    enum err (*read_spans)(struct tables *t, const struct track_query *queries, size_t count,
                           struct arena *arena, struct track_rows *out);
    enum err (*read_chunk_at)(struct tables *t, int64_t device, int64_t time_s, struct arena *arena,
                              struct track_place *out);
    enum err (*walk_chunks)(struct tables *t, const struct row_walk *walk);
    enum err (*walk_open)(struct tables *t, const struct row_walk *walk);
    enum err (*put_open)(struct tables *t, int64_t device, const struct track_row *row);
    enum err (*delete_open)(struct tables *t, int64_t device);
    enum err (*add_chunk)(struct tables *t, int64_t device, const struct track_row *row,
                          uint64_t distance_m_e2);
    enum err (*put_chunk)(struct tables *t, const struct track_row *row, uint64_t distance_m_e2);
    enum err (*put_start)(struct tables *t, int64_t id, struct bytes start_state);
    enum err (*put_distance)(struct tables *t, int64_t id, uint64_t distance_m_e2);
    enum err (*expire_rows)(struct tables *t, const struct track_expiry *x, uint64_t *chunks,
                            uint64_t *fixes);
    enum err (*put_entity)(struct tables *t, const struct change *c);
    enum err (*delete_entity)(struct tables *t, const struct change *c);
    enum err (*disown)(struct tables *t, enum entity_kind kind, int64_t owner);
    enum err (*retain)(struct tables *t, enum entity_kind kind, int64_t owner, int64_t before_s);
    enum err (*expire)(struct tables *t, enum entity_kind kind, int64_t before_s);
    enum err (*load_entities)(struct tables *t, const struct tables_loader *loader);
    enum err (*walk_events)(struct tables *t, const struct event_walk *walk);
    enum err (*read_event)(struct tables *t, int64_t id, struct arena *arena, struct event *out);
    enum err (*walk_commands)(struct tables *t, const struct command_walk *walk);
    enum err (*read_command)(struct tables *t, int64_t id, struct arena *arena,
                             struct command *out);
    enum err (*walk_audit)(struct tables *t, const struct audit_walk *walk);
    enum err (*read_texts)(struct tables *t, int64_t device, size_t limit, struct arena *arena,
                           struct store_texts *out);
    enum err (*read_sms)(struct tables *t, const struct sms_query *query, struct arena *arena,
                         struct store_sms *out);
};

/* What every engine's connection begins with. */
struct tables {
    const struct tables_engine *engine;
};

#endif
