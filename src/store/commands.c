/*
 * Commands, for readers: any thread reads them on a connection of the pool. Changes save them
 * (entities.c), and retention deletes them (expire.c).
 */
#include <glib.h>
#include <string.h>

#include "store/read_pool.h"
#include "store/store_private.h"

/* Commands that are collected. */
struct collecting {
    const struct store_command_query *query;
    struct arena *arena;
    GArray *found; /* struct command, whose texts are in the arena */
    size_t left;   /* of the device */
};

static bool is_wanted(const struct store_command_query *q, const struct command *c)
{
    return c->created_s >= q->from_s && c->created_s <= q->to_s &&
           (q->states & UINT32_C(1) << c->state) != 0 && (q->kinds & UINT32_C(1) << c->kind) != 0;
}

static bool collect(void *context, const struct command *c)
{
    struct collecting *to = context;
    if (is_wanted(to->query, c)) {
        struct command copy;
        entity_copy(ENTITY_COMMAND, c, &copy,
                    arena_new(to->arena, entity_borrowed(ENTITY_COMMAND, c)));
        g_array_append_val(to->found, copy);
        to->left--;
    }
    return to->left > 0;
}

static enum err collect_all(struct tables *t, struct collecting *to)
{
    const struct store_command_query *q = to->query;
    enum err e = tables_begin(t);
    for (size_t i = 0; i < q->device_count && e == ERR_OK && q->limit > 0; i++) {
        to->left = q->limit;
        const struct command_walk walk = {q->devices[i], to, collect};
        e = tables_walk_commands(t, &walk);
    }
    enum err end = tables_rollback(t);
    return e == ERR_OK ? end : e;
}

enum err store_read_commands(struct store *s, const struct store_command_query *query,
                             struct arena *arena, struct store_commands *out)
{
    struct pooled_tables *pooled = NULL;
    *out = (struct store_commands){0};
    enum err e = read_pool_take(s->pool, &pooled);
    if (e != ERR_OK) {
        return e;
    }
    struct collecting to = {
        .query = query, .arena = arena, .found = g_array_new(FALSE, FALSE, sizeof(*out->at))};
    e = collect_all(pooled->tables, &to);
    read_pool_give(s->pool, pooled);
    struct command *at = arena_new_array(arena, to.found->len, sizeof(*at));
    if (to.found->len > 0) {
        memcpy(at, to.found->data, to.found->len * sizeof(*at));
    }
    *out = (struct store_commands){at, to.found->len};
    (void)g_array_free(to.found, TRUE);
    return e;
}

enum err store_read_command(struct store *s, int64_t id, struct arena *arena, struct command *out)
{
    struct pooled_tables *pooled = NULL;
    enum err e = read_pool_take(s->pool, &pooled);
    if (e == ERR_OK) {
        e = tables_read_command(pooled->tables, id, arena, out);
        read_pool_give(s->pool, pooled);
    }
    return e;
}
