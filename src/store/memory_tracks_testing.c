/* The engine in memory: rows of tracks and the states of devices. */
#include <string.h>

#include "base/check.h"
#include "store/memory_private_testing.h"

static struct track_row copied_row(struct arena *arena, const struct track_row *row)
{
    struct track_row copy = *row;
    copy.start_state = memory_copied(arena, row->start_state);
    copy.data = memory_copied(arena, row->data);
    return copy;
}

/* The row of a device in a table that has one for each; NULL: none. */
static const struct memory_row *find(const struct memory_moment *m, enum memory_table which,
                                     int64_t device)
{
    const struct memory_row like = {.key = device};
    const GPtrArray *table = m->tables[which];
    const struct memory_row *row = memory_at(table, memory_place(table, which, &like));
    return row != NULL && row->key == device ? row : NULL;
}

static enum err delete_of(struct tables *t, enum memory_table which, int64_t device)
{
    const struct memory_row like = {.key = device};
    const GPtrArray *table = memory_write(t, which);
    size_t at = memory_place(table, which, &like);
    const struct memory_row *row = memory_at(table, at);
    return row != NULL && row->key == device ? memory_delete(t, which, at) : ERR_OK;
}

/* The place of the first chunk of a device that ends at `last_s` or later. */
static size_t place_of_chunk(const GPtrArray *chunks, int64_t device, int64_t last_s)
{
    const struct memory_row like = {
        .key = device, .track = {.id = INT64_MIN, .first_s = INT64_MIN, .last_s = last_s}};
    return memory_place(chunks, MEMORY_CHUNK, &like);
}

/* The row there, if it is of the device. */
static const struct memory_row *row_at(const GPtrArray *table, size_t at, int64_t device)
{
    const struct memory_row *row = memory_at(table, at);
    return row != NULL && row->key == device ? row : NULL;
}

/* ---- states ---- */

static enum err read_state_at(const struct memory_moment *m, int64_t device, struct arena *arena,
                              struct state_row *out)
{
    const struct memory_row *row = find(m, MEMORY_STATE, device);
    if (row == NULL) {
        return ERR_NOT_FOUND;
    }
    *out = row->state;
    out->state = memory_copied(arena, out->state);
    return ERR_OK;
}

static enum err read_state(struct tables *t, int64_t device, struct arena *arena,
                           struct state_row *out)
{
    struct memory_moment *m = memory_look(t);
    enum err e = read_state_at(m, device, arena, out);
    memory_release(m);
    return e;
}

static enum err walk_states(struct tables *t,
                            enum err (*take)(void *context, const struct state_row *row),
                            void *context)
{
    struct memory_moment *m = memory_look(t);
    const GPtrArray *table = m->tables[MEMORY_STATE];
    enum err e = ERR_OK;
    for (size_t i = 0; i < table->len && e == ERR_OK; i++) {
        e = take(context, &memory_at(table, i)->state);
    }
    memory_release(m);
    return e;
}

static enum err put_state(struct tables *t, const struct state_row *row)
{
    struct memory_row *copy = memory_row_new();
    copy->key = row->numbers.device;
    copy->state = *row;
    copy->state.state = memory_copied(&copy->arena, row->state);
    return memory_put(t, MEMORY_STATE, copy);
}

static enum err delete_state(struct tables *t, int64_t device)
{
    return delete_of(t, MEMORY_STATE, device);
}

/* ---- reading rows ---- */

static enum err read_open_at(const struct memory_moment *m, int64_t device, struct arena *arena,
                             struct track_row *out)
{
    const struct memory_row *row = find(m, MEMORY_OPEN, device);
    if (row == NULL) {
        return ERR_NOT_FOUND;
    }
    *out = copied_row(arena, &row->track);
    return ERR_OK;
}

static enum err read_open(struct tables *t, int64_t device, struct arena *arena,
                          struct track_row *out)
{
    struct memory_moment *m = memory_look(t);
    enum err e = read_open_at(m, device, arena, out);
    memory_release(m);
    return e;
}

static enum err read_ends(struct tables *t, const int64_t *devices, size_t count,
                          struct arena *arena, struct tables_end *out)
{
    struct memory_moment *m = memory_look(t);
    for (size_t i = 0; i < count; i++) {
        out[i] = (struct tables_end){0};
        out[i].has_state = read_state_at(m, devices[i], arena, &out[i].state) == ERR_OK;
        out[i].has_open = read_open_at(m, devices[i], arena, &out[i].open) == ERR_OK;
    }
    memory_release(m);
    return ERR_OK;
}

/* A row that ends in the span or behind it; false: there is no need to go on. */
static bool take_row(const struct track_row *row, const struct track_query *q, struct arena *arena,
                     struct track_rows *out)
{
    if (!out->has_start) {
        out->has_start = true;
        out->start_state = memory_copied(arena, row->start_state);
        out->start_last_s = row->last_s;
    }
    if (row->first_s > q->to_s) {
        return false;
    }
    out->is_cut = q->limit != 0 && out->count == q->limit;
    if (out->is_cut) {
        return false;
    }
    struct track_row *taken = &out->at[out->count++];
    *taken = copied_row(arena, row);
    taken->data = q->is_bare ? (struct bytes){0} : taken->data;
    return true;
}

static void read_rows_at(const struct memory_moment *m, const struct track_query *q,
                         struct arena *arena, struct track_rows *out)
{
    const GPtrArray *chunks = m->tables[MEMORY_CHUNK];
    size_t from = place_of_chunk(chunks, q->device, q->from_s);
    size_t to = from;
    while (row_at(chunks, to, q->device) != NULL) {
        to++;
    }
    *out = (struct track_rows){.at = arena_new_array(arena, to - from + 1, sizeof(*out->at))};
    bool goes_on = true;
    for (size_t i = from; i < to && goes_on; i++) {
        goes_on = take_row(&memory_at(chunks, i)->track, q, arena, out);
    }
    const struct memory_row *open = find(m, MEMORY_OPEN, q->device);
    if (goes_on && open != NULL && open->track.last_s >= q->from_s) {
        (void)take_row(&open->track, q, arena, out);
    }
}

static enum err read_spans(struct tables *t, const struct track_query *queries, size_t count,
                           struct arena *arena, struct track_rows *out)
{
    struct memory_moment *m = memory_look(t);
    for (size_t i = 0; i < count; i++) {
        read_rows_at(m, &queries[i], arena, &out[i]);
    }
    memory_release(m);
    return ERR_OK;
}

static enum err read_rows(struct tables *t, const struct track_query *q, struct arena *arena,
                          struct track_rows *out)
{
    return read_spans(t, q, 1, arena, out);
}

static enum err read_chunk_at(struct tables *t, int64_t device, int64_t time_s, struct arena *arena,
                              struct track_place *out)
{
    struct memory_moment *m = memory_look(t);
    const GPtrArray *chunks = m->tables[MEMORY_CHUNK];
    size_t at = place_of_chunk(chunks, device, time_s);
    const struct memory_row *next = row_at(chunks, at, device);
    while (next != NULL && next->track.first_s <= time_s) {
        next = row_at(chunks, ++at, device);
    }
    out->end_s = next == NULL ? INT64_MAX : next->track.first_s;
    const struct memory_row *row = at == 0 ? NULL : row_at(chunks, at - 1, device);
    if (row != NULL) {
        out->row = copied_row(arena, &row->track);
    }
    memory_release(m);
    return row != NULL ? ERR_OK : ERR_NOT_FOUND;
}

static enum err walk(struct tables *t, const struct row_walk *walk, enum memory_table which)
{
    struct memory_moment *m = memory_look(t);
    const GPtrArray *table = m->tables[which];
    enum err e = ERR_OK;
    for (size_t i = 0; i < table->len && e == ERR_OK; i++) {
        e = walk->take(walk->context, memory_at(table, i)->key, &memory_at(table, i)->track);
    }
    memory_release(m);
    return e;
}

static enum err walk_chunks(struct tables *t, const struct row_walk *w)
{
    return walk(t, w, MEMORY_CHUNK);
}

static enum err walk_open(struct tables *t, const struct row_walk *w)
{
    return walk(t, w, MEMORY_OPEN);
}

/* ---- writing rows ---- */

static enum err put_row(struct tables *t, enum memory_table which, int64_t device,
                        const struct track_row *row)
{
    struct memory_row *copy = memory_row_new();
    copy->key = device;
    copy->track = copied_row(&copy->arena, row);
    return memory_put(t, which, copy);
}

static enum err put_open(struct tables *t, int64_t device, const struct track_row *row)
{
    struct track_row open = *row;
    open.id = 0;
    return put_row(t, MEMORY_OPEN, device, &open);
}

static enum err delete_open(struct tables *t, int64_t device)
{
    return delete_of(t, MEMORY_OPEN, device);
}

static enum err add_chunk(struct tables *t, int64_t device, const struct track_row *row,
                          uint64_t distance_m_e2)
{
    struct track_row chunk = *row;
    chunk.distance_m_e2 = distance_m_e2;
    chunk.id = ++memory_of(t)->memory->last_chunk_id;
    return put_row(t, MEMORY_CHUNK, device, &chunk);
}

/* The place of the chunk with that id; behind the last: there is none. */
static size_t place_of_id(const GPtrArray *chunks, int64_t id)
{
    size_t at = 0;
    while (at < chunks->len && memory_at(chunks, at)->track.id != id) {
        at++;
    }
    return at;
}

static enum err put_chunk(struct tables *t, const struct track_row *row, uint64_t distance_m_e2)
{
    GPtrArray *chunks = memory_write(t, MEMORY_CHUNK);
    size_t at = place_of_id(chunks, row->id);
    struct track_row chunk = *row;
    if (at == chunks->len) {
        return ERR_OK;
    }
    chunk.distance_m_e2 = distance_m_e2;
    int64_t device = memory_at(chunks, at)->key;
    (void)g_ptr_array_remove_index(chunks, (guint)at); /* its place is by its times */
    return put_row(t, MEMORY_CHUNK, device, &chunk);   /* one row is written, as SQLite counts it */
}

static enum err put_start(struct tables *t, int64_t id, struct bytes start_state)
{
    const GPtrArray *chunks = memory_write(t, MEMORY_CHUNK);
    const struct memory_row *there = memory_at(chunks, place_of_id(chunks, id));
    if (there == NULL) {
        return ERR_OK;
    }
    struct track_row row = there->track;
    row.start_state = start_state;
    return put_row(t, MEMORY_CHUNK, there->key, &row);
}

static enum err put_distance(struct tables *t, int64_t id, uint64_t distance_m_e2)
{
    const GPtrArray *chunks = memory_write(t, MEMORY_CHUNK);
    const struct memory_row *there = memory_at(chunks, place_of_id(chunks, id));
    if (there == NULL || there->track.distance_m_e2 == distance_m_e2) {
        return ERR_OK;
    }
    struct track_row row = there->track;
    row.distance_m_e2 = distance_m_e2;
    return put_row(t, MEMORY_CHUNK, there->key, &row);
}

/* Deletes the row at a place if it is of the device and older; *fixes grows by what went. */
static enum err expire_at(struct tables *t, enum memory_table which, size_t at,
                          const struct track_expiry *x, uint64_t *fixes)
{
    const struct memory_row *row = row_at(memory_write(t, which), at, x->device);
    if (row == NULL || row->track.last_s >= x->before_s) {
        return ERR_END;
    }
    uint64_t count = row->track.count;
    enum err e = memory_delete(t, which, at);
    *fixes += e == ERR_OK ? count : 0;
    return e;
}

static enum err expire_rows(struct tables *t, const struct track_expiry *x, uint64_t *chunks,
                            uint64_t *fixes)
{
    size_t at = place_of_chunk(memory_write(t, MEMORY_CHUNK), x->device, INT64_MIN);
    size_t gone = 0;
    enum err e = ERR_OK;
    while (gone < x->limit && (e = expire_at(t, MEMORY_CHUNK, at, x, fixes)) == ERR_OK) {
        gone++;
    }
    *chunks += gone;
    if (e == ERR_END) {
        const struct memory_row like = {.key = x->device};
        at = memory_place(memory_write(t, MEMORY_OPEN), MEMORY_OPEN, &like);
        e = expire_at(t, MEMORY_OPEN, at, x, fixes);
    }
    return e == ERR_END ? ERR_OK : e;
}

void memory_add_tracks(struct tables_engine *engine)
{
    engine->read_state = read_state;
    engine->walk_states = walk_states;
    engine->put_state = put_state;
    engine->delete_state = delete_state;
    engine->read_open = read_open;
    engine->read_ends = read_ends;
    engine->read_rows = read_rows;
    engine->read_spans = read_spans;
    engine->read_chunk_at = read_chunk_at;
    engine->walk_chunks = walk_chunks;
    engine->walk_open = walk_open;
    engine->put_open = put_open;
    engine->delete_open = delete_open;
    engine->add_chunk = add_chunk;
    engine->put_chunk = put_chunk;
    engine->put_start = put_start;
    engine->put_distance = put_distance;
    engine->expire_rows = expire_rows;
}
