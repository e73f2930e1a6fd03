/*
 * Reading events. The devices that are asked for are walked one by one, each by the column of which
 * least rows have to be looked at; what of them is asked for and comes first is kept, as places in
 * an array that is sorted and cut whenever it is full. Only those that are left at the end are read
 * whole.
 *
 *     kept    ├────────── limit ──────────┤ bound ├─────────── room ───────────┤
 *                                           places behind the bound are passed over
 */
#include <glib.h>

#include "store/read_pool.h"
#include "store/store_private.h"

/* What is kept so far. */
struct picking {
    const struct store_event_query *query;
    GArray *places;                 /* struct store_event_place, fewer than twice `wanted` */
    size_t wanted;                  /* one more than the limit, to know whether there is one */
    struct store_event_place bound; /* nothing behind it counts */
    bool has_bound;
    enum event_by by;
};

static int compare(const void *a, const void *b)
{
    const struct store_event_place *x = a;
    const struct store_event_place *y = b;
    if (x->gps_time_s != y->gps_time_s) {
        return x->gps_time_s < y->gps_time_s ? -1 : 1;
    }
    if (x->device != y->device) {
        return x->device < y->device ? -1 : 1;
    }
    return (x->id > y->id) - (x->id < y->id);
}

/* ---- which ---- */

static bool is_of_sort(enum store_sort wanted, bool is)
{
    return wanted == STORE_BOTH || is == (wanted == STORE_ONLY);
}

static bool is_in_span(const struct store_event_query *q, const struct event *e)
{
    bool begins_in = e->gps_time_s >= q->from_s;
    bool lasts = q->overlaps && (e->ended_s == 0 || e->ended_s >= q->from_s);
    return (begins_in || lasts) && e->gps_time_s <= q->to_s;
}

static bool is_asked(const struct store_event_query *q, const struct event *e)
{
    return is_in_span(q, e) && (q->kinds >> e->kind & 1) != 0 && (e->is_alarm || !q->alarms_only) &&
           is_of_sort(q->open, e->ended_s == 0) &&
           is_of_sort(q->acknowledged, e->acknowledged_s != 0) &&
           (q->has_withdrawn || !e->withdrawn) && e->id > q->since_id &&
           (q->takes == NULL || q->takes(e));
}

/* ---- picking ---- */

static void cut(struct picking *p)
{
    g_array_sort(p->places, compare);
    if (p->places->len >= p->wanted) {
        g_array_set_size(p->places, (guint)p->wanted);
        p->bound = g_array_index(p->places, struct store_event_place, p->wanted - 1);
        p->has_bound = true;
    }
}

static bool pick(void *context, const struct event *e)
{
    struct picking *p = context;
    const struct store_event_place place = {e->gps_time_s, e->device_id, e->id};
    if (p->has_bound && compare(&place, &p->bound) > 0) {
        return p->by != EVENTS_BY_TIME; /* in that order all others are behind it, too */
    }
    bool is_before = p->query->after != NULL && compare(&place, p->query->after) <= 0;
    if (!is_before && is_asked(p->query, e)) {
        g_array_append_val(p->places, place);
    }
    if (p->places->len >= 2 * p->wanted) {
        cut(p);
    }
    return true;
}

static enum err walk(struct tables *t, struct picking *p, int64_t device,
                     const struct event_walk *range)
{
    struct event_walk w = *range;
    w.device = device;
    w.is_bare = true;
    w.context = p;
    w.take = pick;
    p->by = w.by;
    return w.from <= w.to ? tables_walk_events(t, &w) : ERR_OK;
}

/* The first time that the page may have. */
static int64_t first_s(const struct store_event_query *q)
{
    bool goes_on = q->after != NULL && q->after->gps_time_s > q->from_s;
    return goes_on ? q->after->gps_time_s : q->from_s;
}

static enum err pick_of(struct tables *t, struct picking *p, int64_t device)
{
    const struct store_event_query *q = p->query;
    if (q->since_id > 0) {
        const struct event_walk newer = {.by = EVENTS_BY_ID, .from = q->since_id, .to = INT64_MAX};
        return walk(t, p, device, &newer);
    }
    const struct event_walk open = {.by = EVENTS_BY_END, .from = 0, .to = 0};
    if (q->open == STORE_ONLY) {
        return walk(t, p, device, &open);
    }
    if (!q->overlaps) {
        const struct event_walk begun = {.by = EVENTS_BY_TIME, .from = first_s(q), .to = q->to_s};
        return walk(t, p, device, &begun);
    }
    const struct event_walk ended = {
        .by = EVENTS_BY_END, .from = q->from_s > 1 ? q->from_s : 1, .to = INT64_MAX};
    enum err e = walk(t, p, device, &open);
    return e == ERR_OK ? walk(t, p, device, &ended) : e;
}

/* ---- reading ---- */

/* The events of the places that were picked. */
struct filling {
    struct arena *arena;
    struct event *at;
    size_t count;
};

static bool fill(void *context, const struct event *e)
{
    struct filling *f = context;
    entity_copy(ENTITY_EVENT, e, &f->at[f->count++],
                arena_new(f->arena, entity_borrowed(ENTITY_EVENT, e)));
    return true;
}

static enum err read_picked(struct tables *t, struct picking *p, struct arena *arena,
                            struct store_events *out)
{
    cut(p);
    out->is_cut = p->places->len > p->query->limit;
    size_t count = out->is_cut ? p->query->limit : p->places->len;
    struct filling f = {arena, arena_new_array(arena, count, sizeof(*f.at)), 0};
    enum err e = ERR_OK;
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        const struct store_event_place *at = &g_array_index(p->places, struct store_event_place, i);
        const struct event_walk one = {
            .by = EVENTS_BY_ID,
            .device = at->device,
            .from = at->id,
            .to = at->id,
            .context = &f,
            .take = fill,
        };
        e = tables_walk_events(t, &one);
    }
    out->at = f.at;
    out->count = f.count;
    return e;
}

/* Picks the places of a query, and reads the events there unless `out` is NULL. */
static enum err read_events(struct tables *t, struct picking *p, struct arena *arena,
                            struct store_events *out)
{
    enum err e = tables_begin(t);
    for (size_t i = 0; i < p->query->device_count && e == ERR_OK; i++) {
        e = pick_of(t, p, p->query->devices[i]);
    }
    if (e == ERR_OK && out != NULL) {
        e = read_picked(t, p, arena, out);
    }
    enum err end = tables_rollback(t);
    return e == ERR_OK ? end : e;
}

static void copy_places(struct picking *p, struct arena *arena, struct store_event_places *out)
{
    cut(p);
    out->is_cut = p->places->len > p->query->limit;
    out->count = out->is_cut ? p->query->limit : p->places->len;
    out->at = arena_new_array(arena, out->count, sizeof(*out->at));
    for (size_t i = 0; i < out->count; i++) {
        out->at[i] = g_array_index(p->places, struct store_event_place, i);
    }
}

/* Reads the events too, unless `events` is NULL. */
static enum err pick_events(struct store *s, struct picking *p, struct arena *arena,
                            struct store_events *events)
{
    struct pooled_tables *pooled = NULL;
    if (p->query->limit == 0 || p->query->limit > STORE_EVENTS_MAX) {
        return ERR_INVALID;
    }
    enum err e = read_pool_take(s->pool, &pooled);
    if (e == ERR_OK) {
        e = read_events(pooled->tables, p, arena, events);
        read_pool_give(s->pool, pooled);
    }
    return e;
}

static struct picking picking_of(const struct store_event_query *query)
{
    return (struct picking){.query = query,
                            .wanted = query->limit + 1,
                            .places = g_array_new(FALSE, FALSE, sizeof(struct store_event_place))};
}

enum err store_read_events(struct store *s, const struct store_event_query *query,
                           struct arena *arena, struct store_events *out)
{
    struct picking p = picking_of(query);
    *out = (struct store_events){0};
    enum err e = pick_events(s, &p, arena, out);
    (void)g_array_free(p.places, TRUE);
    return e;
}

enum err store_find_events(struct store *s, const struct store_event_query *query,
                           struct arena *arena, struct store_event_places *out)
{
    struct picking p = picking_of(query);
    *out = (struct store_event_places){0};
    enum err e = pick_events(s, &p, arena, NULL);
    if (e == ERR_OK) {
        copy_places(&p, arena, out);
    }
    (void)g_array_free(p.places, TRUE);
    return e;
}

enum err store_read_event(struct store *s, int64_t id, struct arena *arena, struct event *out)
{
    struct pooled_tables *pooled = NULL;
    enum err e = read_pool_take(s->pool, &pooled);
    if (e == ERR_OK) {
        e = tables_read_event(pooled->tables, id, arena, out);
        read_pool_give(s->pool, pooled);
    }
    return e;
}
