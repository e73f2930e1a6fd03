/*
 * A table by identity (device_id_key()) over a list in order of last hearing. A tracker that is
 * heard again moves to the end; the first of the list goes when there are too many.
 */
#include "fleet/unknown.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

struct unknown_trackers {
    pthread_mutex_t lock;
    GHashTable *by_key; /* device_id_key() -> its GList link in `heard` */
    GQueue heard;       /* struct unknown_tracker, owned; newest last */
};

struct unknown_trackers *unknown_new(void)
{
    struct unknown_trackers *u = mem_new(sizeof(*u));
    check(pthread_mutex_init(&u->lock, NULL) == 0);
    u->by_key = g_hash_table_new(g_str_hash, g_str_equal);
    g_queue_init(&u->heard);
    return u;
}

void unknown_free(struct unknown_trackers *u)
{
    if (u == NULL) {
        return;
    }
    g_hash_table_destroy(u->by_key);
    g_queue_clear_full(&u->heard, free);
    check(pthread_mutex_destroy(&u->lock) == 0);
    free(u);
}

static void lock(struct unknown_trackers *u)
{
    check(pthread_mutex_lock(&u->lock) == 0);
}

static void unlock(struct unknown_trackers *u)
{
    check(pthread_mutex_unlock(&u->lock) == 0);
}

static void remove_link(struct unknown_trackers *u, GList *link)
{
    struct unknown_tracker *gone = link->data;
    g_hash_table_remove(u->by_key, device_id_key(gone->device_id));
    g_queue_delete_link(&u->heard, link);
    free(gone);
}

/* The entry of that identity, at the end of the list; a new one where it is not there yet. */
static struct unknown_tracker *entry_of(struct unknown_trackers *u, const char *device_id,
                                        int64_t now_s)
{
    GList *link = g_hash_table_lookup(u->by_key, device_id_key(device_id));
    if (link != NULL) {
        g_queue_unlink(&u->heard, link);
        g_queue_push_tail_link(&u->heard, link);
        return link->data;
    }
    if (u->heard.length == UNKNOWN_MAX) {
        remove_link(u, u->heard.head);
    }
    struct unknown_tracker *fresh = mem_new(sizeof(*fresh));
    fresh->first_time_s = now_s;
    bytes_to_text(bytes_of_text(device_id), fresh->device_id, sizeof(fresh->device_id));
    g_queue_push_tail(&u->heard, fresh);
    char *key = fresh->device_id + (device_id_key(fresh->device_id) - fresh->device_id);
    g_hash_table_insert(u->by_key, key, u->heard.tail);
    return fresh;
}

void unknown_note(struct unknown_trackers *u, const struct unknown_tracker *seen, int64_t now_s)
{
    lock(u);
    struct unknown_tracker *entry = entry_of(u, seen->device_id, now_s);
    entry->protocol = seen->protocol;
    entry->last_time_s = now_s;
    entry->count++;
    entry->frame_len = seen->frame_len > UNKNOWN_FRAME_MAX ? UNKNOWN_FRAME_MAX : seen->frame_len;
    memcpy(entry->address, seen->address, sizeof(entry->address));
    memcpy(entry->frame, seen->frame, entry->frame_len);
    unlock(u);
}

void unknown_forget(struct unknown_trackers *u, const char *device_id)
{
    lock(u);
    GList *link = g_hash_table_lookup(u->by_key, device_id_key(device_id));
    if (link != NULL) {
        remove_link(u, link);
    }
    unlock(u);
}

struct unknown_tracker *unknown_list(struct unknown_trackers *u, struct arena *arena, size_t *count)
{
    lock(u);
    size_t n = 0;
    struct unknown_tracker *at = arena_new_array(arena, u->heard.length, sizeof(*at));
    for (const GList *link = u->heard.tail; link != NULL; link = link->prev) {
        const struct unknown_tracker *entry = link->data;
        at[n++] = *entry;
    }
    unlock(u);
    *count = n;
    return at;
}
