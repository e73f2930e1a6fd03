/*
 * Events that are open, by device: few devices have any. What ends one is a put of its whole row,
 * and section 11 shows them, so they are kept as they are stored.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "fleet/directory_private.h"
#include "fleet/directory_rules.h"

static void free_list(void *list)
{
    (void)g_ptr_array_free(list, TRUE);
}

void directory_events_init(struct directory *dir)
{
    dir->open_events = g_hash_table_new_full(g_int64_hash, g_int64_equal, free, free_list);
}

void directory_events_clear(struct directory *dir)
{
    g_hash_table_destroy(dir->open_events);
}

/* Tells the feed of the device's enterprise. */
static void note_alarm(struct directory *dir, const struct event *e)
{
    const struct device_record *r = g_hash_table_lookup(dir->by_id, &e->device_id);
    const GPtrArray *list = g_hash_table_lookup(dir->open_events, &e->device_id);
    const struct event *old = NULL;
    for (guint i = 0; list != NULL && i < list->len; i++) {
        const struct event *at = list->pdata[i];
        old = at->id == e->id ? at : old;
    }
    if (r != NULL && !r->device.is_former) {
        feeds_note_alarm(&dir->feeds, r->device.enterprise_id, old, e);
    }
}

static void remove_event(struct directory *dir, const struct event *e)
{
    GPtrArray *list = g_hash_table_lookup(dir->open_events, &e->device_id);
    for (guint i = 0; list != NULL && i < list->len; i++) {
        if (((const struct event *)list->pdata[i])->id == e->id) {
            (void)g_ptr_array_remove_index(list, i);
            break;
        }
    }
    if (list != NULL && list->len == 0) {
        g_hash_table_remove(dir->open_events, &e->device_id);
    }
}

void directory_put_event(struct directory *dir, const struct change *c)
{
    const struct event *e = &c->event;
    note_alarm(dir, e);
    remove_event(dir, e);
    if (e->ended_s != 0 || e->withdrawn) {
        return;
    }
    GPtrArray *list = g_hash_table_lookup(dir->open_events, &e->device_id);
    if (list == NULL) {
        int64_t *key = mem_new(sizeof(*key));
        *key = e->device_id;
        list = g_ptr_array_new_with_free_func(free);
        g_hash_table_insert(dir->open_events, key, list);
    }
    struct event *copy = mem_new(sizeof(*copy) + entity_borrowed(ENTITY_EVENT, e));
    entity_copy(ENTITY_EVENT, e, copy, copy + 1);
    g_ptr_array_add(list, copy);
}

void directory_forget_event(struct directory *dir, const struct change *c)
{
    remove_event(dir, &c->event);
}

void directory_events_disown(struct directory *dir, int64_t device_id)
{
    g_hash_table_remove(dir->open_events, &device_id);
}

struct event *directory_open_events(struct directory *dir, int64_t device_id, struct arena *arena,
                                    size_t *count)
{
    directory_lock_read(dir);
    const GPtrArray *list = g_hash_table_lookup(dir->open_events, &device_id);
    *count = list == NULL ? 0 : list->len;
    struct event *events = *count == 0 ? NULL : arena_new_array(arena, *count, sizeof(*events));
    for (size_t i = 0; i < *count; i++) {
        const struct event *e = list->pdata[i];
        entity_copy(ENTITY_EVENT, e, &events[i],
                    arena_new(arena, entity_borrowed(ENTITY_EVENT, e)));
    }
    directory_unlock(dir);
    return events;
}

alarm_set directory_timer_alarms(struct directory *dir, int64_t device_id)
{
    alarm_set alarms = 0;
    directory_lock_read(dir);
    const GPtrArray *list = g_hash_table_lookup(dir->open_events, &device_id);
    for (guint i = 0; list != NULL && i < list->len; i++) {
        const struct event *e = list->pdata[i];
        bool is_timer = e->origin == EVENT_BY_TIMER && e->is_alarm && e->kind < ALARM_COUNT;
        alarms |= is_timer ? UINT32_C(1) << e->kind : 0;
    }
    directory_unlock(dir);
    return alarms;
}

bool directory_has_open_events(struct directory *dir, int64_t device_id)
{
    GHashTable *all = dir->open_events;
    return g_hash_table_size(all) > 0 && g_hash_table_contains(all, &device_id);
}

/* The open events of one device that began before a time. */
static void expire_list(const GPtrArray *list, int64_t before_s, struct change_list *changes,
                        size_t *left)
{
    for (guint i = 0; i<list->len && * left> 0; i++) {
        const struct event *e = list->pdata[i];
        if (event_began_s(e) < before_s) {
            struct event *gone = &change_add(changes, CHANGE_DELETE_EVENT)->event;
            *gone = (struct event){.id = e->id, .device_id = e->device_id};
            entity_init(ENTITY_EVENT, gone);
            (*left)--;
        }
    }
}

void directory_expire_events(struct directory *dir, struct change_list *changes,
                             const struct rules_retention *retention)
{
    GHashTableIter iter;
    void *key = NULL;
    void *list = NULL;
    size_t left = retention->max;
    g_hash_table_iter_init(&iter, dir->open_events);
    while (left > 0 && g_hash_table_iter_next(&iter, &key, &list)) {
        const struct device_record *r = g_hash_table_lookup(dir->by_id, key);
        if (r != NULL) {
            expire_list(list, retention->keep_from_s(retention->context, r->device.enterprise_id),
                        changes, &left);
        }
    }
}
