/* The engine in memory: entities, as the changes that put them, and texts. */
#include "store/memory_private_testing.h"

/* Which rows of a kind are to be deleted. */
struct doomed {
    enum entity_kind kind;
    const struct change *like; /* the same in the columns that a deletion names; or NULL */
    const int64_t *owner;      /* the number in the first column; or NULL */
    const struct entity_column *time;
    const struct entity_column *time_at_0; /* of rows with 0 there; or NULL */
    int64_t before_s;
};

static bool is_old(const struct doomed *d, const void *value)
{
    int64_t time_s = entity_number(d->time, value);
    if (time_s == 0 && d->time_at_0 != NULL) {
        time_s = entity_number(d->time_at_0, value);
    }
    return time_s < d->before_s;
}

static bool is_doomed(const struct doomed *d, const struct memory_row *row)
{
    const struct entity *e = &entity_rows[d->kind];
    const void *value = change_value(&row->change);
    return change_entity(row->change.kind) == d->kind &&
           (d->like == NULL ||
            memory_compare_columns(e, e->delete_count, value, change_value(d->like)) == 0) &&
           (d->owner == NULL || entity_number(&e->columns[0], value) == *d->owner) &&
           (d->time == NULL || is_old(d, value));
}

static enum err delete_all(struct tables *t, const struct doomed *d)
{
    const GPtrArray *table = memory_write(t, MEMORY_ENTITY);
    enum err e = ERR_OK;
    for (size_t i = table->len; i > 0 && e == ERR_OK; i--) {
        if (is_doomed(d, memory_at(table, i - 1))) {
            e = memory_delete(t, MEMORY_ENTITY, i - 1);
        }
    }
    return e;
}

static enum err put_entity(struct tables *t, const struct change *c)
{
    enum entity_kind kind = change_entity(c->kind);
    struct memory_row *row = memory_row_new();
    row->change.kind = c->kind;
    entity_copy(kind, change_value(c), change_room(&row->change),
                arena_new(&row->arena, entity_borrowed(kind, change_value(c))));
    return memory_put(t, MEMORY_ENTITY, row);
}

static enum err delete_entity(struct tables *t, const struct change *c)
{
    const struct doomed d = {.kind = change_entity(c->kind), .like = c};
    return delete_all(t, &d);
}

static enum err disown(struct tables *t, enum entity_kind kind, int64_t owner)
{
    const struct doomed d = {.kind = kind, .owner = &owner};
    return delete_all(t, &d);
}

static enum err retain(struct tables *t, enum entity_kind kind, int64_t owner, int64_t before_s)
{
    const struct entity *e = &entity_rows[kind];
    const struct doomed d = {
        .kind = kind,
        .owner = &owner,
        .time = entity_column_named(e, e->retained_by),
        .time_at_0 = e->retained_at_0 == NULL ? NULL : entity_column_named(e, e->retained_at_0),
        .before_s = before_s};
    return delete_all(t, &d);
}

static enum err expire(struct tables *t, enum entity_kind kind, int64_t before_s)
{
    const struct entity *e = &entity_rows[kind];
    const struct doomed d = {
        .kind = kind, .time = entity_column_named(e, e->expires), .before_s = before_s};
    return delete_all(t, &d);
}

/* Whether a start loads it. */
static bool is_of_start(const struct change *c)
{
    const struct entity *e = &entity_rows[change_entity(c->kind)];
    return !e->is_log &&
           (e->loaded_at_0 == NULL ||
            entity_number(entity_column_named(e, e->loaded_at_0), change_value(c)) == 0);
}

static enum err load_entities(struct tables *t, const struct tables_loader *loader)
{
    struct memory_moment *m = memory_look(t);
    const GPtrArray *table = m->tables[MEMORY_ENTITY];
    for (size_t i = 0; i < table->len; i++) {
        const struct change *c = &memory_at(table, i)->change;
        if (is_of_start(c) || loader->has_all) {
            loader->change(loader->context, c);
        }
    }
    memory_release(m);
    return ERR_OK;
}

static enum err read_texts(struct tables *t, int64_t device, size_t limit, struct arena *arena,
                           struct store_texts *out)
{
    struct memory_moment *m = memory_look(t);
    const GPtrArray *table = m->tables[MEMORY_ENTITY];
    struct store_text *at = arena_new_array(arena, limit, sizeof(*at));
    out->at = at;
    out->count = 0;
    for (size_t i = table->len; i > 0 && out->count < limit; i--) {
        const struct memory_row *row = memory_at(table, i - 1);
        const struct device_text *text = &row->change.text;
        if (row->change.kind == CHANGE_PUT_TEXT && text->device_id == device) {
            at[out->count++] =
                (struct store_text){text->id, text->time_s, arena_copy_text(arena, text->text),
                                    (enum text_kind)text->kind};
        }
    }
    memory_release(m);
    return ERR_OK;
}

/* ---- commands ---- */

/* Rows stand in the order of their keys. */
static enum err walk_commands(struct tables *t, const struct command_walk *walk)
{
    struct memory_moment *m = memory_look(t);
    const GPtrArray *table = m->tables[MEMORY_ENTITY];
    bool wants_more = true;
    for (size_t i = table->len; i > 0 && wants_more; i--) {
        const struct change *c = &memory_at(table, i - 1)->change;
        if (c->kind == CHANGE_PUT_COMMAND && c->command.device_id == walk->device) {
            wants_more = walk->take(walk->context, &c->command);
        }
    }
    memory_release(m);
    return ERR_OK;
}

static enum err read_command(struct tables *t, int64_t id, struct arena *arena, struct command *out)
{
    struct memory_moment *m = memory_look(t);
    const GPtrArray *table = m->tables[MEMORY_ENTITY];
    enum err e = ERR_NOT_FOUND;
    for (size_t i = 0; i < table->len && e == ERR_NOT_FOUND; i++) {
        const struct change *c = &memory_at(table, i)->change;
        if (c->kind == CHANGE_PUT_COMMAND && c->command.id == id) {
            entity_copy(ENTITY_COMMAND, &c->command, out,
                        arena_new(arena, entity_borrowed(ENTITY_COMMAND, &c->command)));
            e = ERR_OK;
        }
    }
    memory_release(m);
    return e;
}

static enum err walk_audit(struct tables *t, const struct audit_walk *walk)
{
    struct memory_moment *m = memory_look(t);
    const GPtrArray *table = m->tables[MEMORY_ENTITY];
    bool wants_more = true;
    for (size_t i = table->len; i > 0 && wants_more; i--) {
        const struct change *c = &memory_at(table, i - 1)->change;
        if (c->kind == CHANGE_PUT_AUDIT && c->audit.enterprise_id == walk->enterprise_id) {
            wants_more = walk->take(walk->context, &c->audit);
        }
    }
    memory_release(m);
    return ERR_OK;
}

/* ---- SMS ---- */

static bool is_asked(const struct sms_query *query, const struct sim_sms *sms)
{
    return sms->enterprise_id == query->enterprise_id && sms->sim_id == query->sim_id &&
           sms->time_s >= query->from_s && sms->time_s <= query->to_s &&
           (query->operator_id == NULL || strcmp(query->operator_id, sms->operator_id) == 0) &&
           (!query->is_open || sms->over_s == 0);
}

static int compare_sms(const void *a, const void *b)
{
    const struct sim_sms *x = a;
    const struct sim_sms *y = b;
    return x->time_s != y->time_s ? (x->time_s > y->time_s) - (x->time_s < y->time_s)
                                  : (x->id > y->id) - (x->id < y->id);
}

static enum err read_sms(struct tables *t, const struct sms_query *query, struct arena *arena,
                         struct store_sms *out)
{
    struct memory_moment *m = memory_look(t);
    const GPtrArray *table = m->tables[MEMORY_ENTITY];
    struct sim_sms *at = arena_new_array(arena, table->len, sizeof(*at));
    size_t count = 0;
    for (size_t i = 0; i < table->len; i++) {
        const struct change *c = &memory_at(table, i)->change;
        if (c->kind == CHANGE_PUT_SMS && is_asked(query, &c->sms)) {
            entity_copy(ENTITY_SMS, &c->sms, &at[count++],
                        arena_new(arena, entity_borrowed(ENTITY_SMS, &c->sms)));
        }
    }
    if (count > 0) {
        qsort(at, count, sizeof(*at), compare_sms);
    }
    *out = (struct store_sms){at, count < query->limit ? count : query->limit};
    memory_release(m);
    return ERR_OK;
}

/* ---- events ---- */

static int64_t place_in(enum event_by by, const struct event *e)
{
    const int64_t places[EVENT_ORDERS] = {
        [EVENTS_BY_TIME] = e->gps_time_s,
        [EVENTS_BY_DECISION] = e->decided_s,
        [EVENTS_BY_END] = e->ended_s,
        [EVENTS_BY_ID] = e->id,
    };
    return places[by];
}

static int compare_places(const void *a, const void *b, void *by)
{
    const struct event *x = *(const struct event *const *)a;
    const struct event *y = *(const struct event *const *)b;
    int64_t at = place_in(*(const enum event_by *)by, x);
    int64_t other = place_in(*(const enum event_by *)by, y);
    return at != other ? (at > other) - (at < other) : (x->id > y->id) - (x->id < y->id);
}

static enum err walk_events(struct tables *t, const struct event_walk *walk)
{
    struct memory_moment *m = memory_look(t);
    const GPtrArray *table = m->tables[MEMORY_ENTITY];
    GPtrArray *found = g_ptr_array_new();
    enum event_by by = walk->by;
    for (size_t i = 0; i < table->len; i++) {
        struct memory_row *row = table->pdata[i];
        struct event *e = &row->change.event;
        if (row->change.kind == CHANGE_PUT_EVENT && e->device_id == walk->device &&
            place_in(by, e) >= walk->from && place_in(by, e) <= walk->to) {
            g_ptr_array_add(found, e);
        }
    }
    g_ptr_array_sort_with_data(found, compare_places, &by);
    for (size_t i = 0; i < found->len && walk->take(walk->context, found->pdata[i]); i++) {
    }
    g_ptr_array_unref(found);
    memory_release(m);
    return ERR_OK;
}

static enum err read_event(struct tables *t, int64_t id, struct arena *arena, struct event *out)
{
    struct memory_moment *m = memory_look(t);
    const GPtrArray *table = m->tables[MEMORY_ENTITY];
    enum err e = ERR_NOT_FOUND;
    for (size_t i = 0; i < table->len && e == ERR_NOT_FOUND; i++) {
        const struct change *c = &memory_at(table, i)->change;
        if (c->kind == CHANGE_PUT_EVENT && c->event.id == id) {
            entity_copy(ENTITY_EVENT, &c->event, out,
                        arena_new(arena, entity_borrowed(ENTITY_EVENT, &c->event)));
            e = ERR_OK;
        }
    }
    memory_release(m);
    return e;
}

void memory_add_entities(struct tables_engine *engine)
{
    engine->put_entity = put_entity;
    engine->delete_entity = delete_entity;
    engine->disown = disown;
    engine->retain = retain;
    engine->expire = expire;
    engine->load_entities = load_entities;
    engine->walk_events = walk_events;
    engine->read_event = read_event;
    engine->walk_commands = walk_commands;
    engine->read_command = read_command;
    engine->walk_audit = walk_audit;
    engine->read_texts = read_texts;
    engine->read_sms = read_sms;
}
