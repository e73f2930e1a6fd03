/*
 * The functions of tables.h. Each is one call of the engine to which the connection belongs, so
 * that the store does not know which engine it has.
 */
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

enum err tables_check_schema(struct tables *t)
{
    return t->engine->check_schema(t);
}

enum err tables_check_structure(struct tables *t)
{
    return t->engine->check_structure(t);
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

enum err tables_read_state(struct tables *t, int64_t device, struct arena *arena,
                           struct state_row *out)
{
    return t->engine->read_state(t, device, arena, out);
}

enum err tables_walk_states(struct tables *t,
                            enum err (*take)(void *context, const struct state_row *row),
                            void *context)
{
    return t->engine->walk_states(t, take, context);
}

enum err tables_put_state(struct tables *t, const struct state_row *row)
{
    return t->engine->put_state(t, row);
}

enum err tables_delete_state(struct tables *t, int64_t device)
{
    return t->engine->delete_state(t, device);
}

enum err tables_read_open(struct tables *t, int64_t device, struct arena *arena,
                          struct track_row *out)
{
    return t->engine->read_open(t, device, arena, out);
}

enum err tables_read_ends(struct tables *t, const int64_t *devices, size_t count,
                          struct arena *arena, struct tables_end *out)
{
    return t->engine->read_ends(t, devices, count, arena, out);
}

enum err tables_read_rows(struct tables *t, const struct track_query *q, struct arena *arena,
                          struct track_rows *out)
{
    return t->engine->read_rows(t, q, arena, out);
}

enum err tables_read_spans(struct tables *t, const struct track_query *queries, size_t count,
                           struct arena *arena, struct track_rows *out)
{
    return t->engine->read_spans(t, queries, count, arena, out);
}

enum err tables_read_chunk_at(struct tables *t, int64_t device, int64_t time_s, struct arena *arena,
                              struct track_place *out)
{
    return t->engine->read_chunk_at(t, device, time_s, arena, out);
}

enum err tables_walk_chunks(struct tables *t, const struct row_walk *walk)
{
    return t->engine->walk_chunks(t, walk);
}

enum err tables_walk_open(struct tables *t, const struct row_walk *walk)
{
    return t->engine->walk_open(t, walk);
}

enum err tables_put_open(struct tables *t, int64_t device, const struct track_row *row)
{
    return t->engine->put_open(t, device, row);
}

enum err tables_delete_open(struct tables *t, int64_t device)
{
    return t->engine->delete_open(t, device);
}

enum err tables_add_chunk(struct tables *t, int64_t device, const struct track_row *row,
                          uint64_t distance_m_e2)
{
    return t->engine->add_chunk(t, device, row, distance_m_e2);
}

enum err tables_put_chunk(struct tables *t, const struct track_row *row, uint64_t distance_m_e2)
{
    return t->engine->put_chunk(t, row, distance_m_e2);
}

enum err tables_put_start(struct tables *t, int64_t id, struct bytes start_state)
{
    return t->engine->put_start(t, id, start_state);
}

enum err tables_put_distance(struct tables *t, int64_t id, uint64_t distance_m_e2)
{
    return t->engine->put_distance(t, id, distance_m_e2);
}

enum err tables_expire_rows(struct tables *t, const struct track_expiry *x, uint64_t *chunks,
                            uint64_t *fixes)
{
    return t->engine->expire_rows(t, x, chunks, fixes);
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

enum err tables_walk_events(struct tables *t, const struct event_walk *walk)
{
    return t->engine->walk_events(t, walk);
}

enum err tables_read_event(struct tables *t, int64_t id, struct arena *arena, struct event *out)
{
    return t->engine->read_event(t, id, arena, out);
}

enum err tables_walk_commands(struct tables *t, const struct command_walk *walk)
{
    return t->engine->walk_commands(t, walk);
}

enum err tables_read_command(struct tables *t, int64_t id, struct arena *arena, struct command *out)
{
    return t->engine->read_command(t, id, arena, out);
}

enum err tables_walk_audit(struct tables *t, const struct audit_walk *walk)
{
    return t->engine->walk_audit(t, walk);
}

enum err tables_read_sms(struct tables *t, const struct sms_query *query, struct arena *arena,
                         struct store_sms *out)
{
    return t->engine->read_sms(t, query, arena, out);
}

enum err tables_read_texts(struct tables *t, int64_t device, size_t limit, struct arena *arena,
                           struct store_texts *out)
{
    return t->engine->read_texts(t, device, limit, arena, out);
}
