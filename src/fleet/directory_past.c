/*
 * What held for a device at former times, for readers: when a geofence began and ceased to watch
 * it.
 *
 *     versions      ├── shape A ──┤── shape B ────┤        ├── shape C ──►
 *     its group     ├─── listed ───────┤── not listed ─────────┤── listed ─►
 *     changes         ▲             ▲    ▲          ▲        ▲   ▲
 *     applies       yes, drawn    yes, no         no       no  yes
 *                                 drawn
 */
#include <stdlib.h>

#include "fleet/directory_private.h"
#include "fleet/directory_rules.h"
#include "fleet/rulebook.h"
#include "model/entity.h"

/* The version of a geofence that was valid at a time; NULL. */
static const struct fence_version *version_at(const struct rulebook *book, int64_t id,
                                              int64_t time_s)
{
    const struct fence_version *v = book == NULL ? NULL : rulebook_fence_at(book, id, time_s);
    bool is_valid = v != NULL && v->fence.from_s <= time_s && time_s < v->fence.until_s;
    return is_valid ? v : NULL;
}

enum err directory_geofence_at(struct directory *dir, const struct geofence *key, int64_t time_s,
                               struct arena *arena, struct geofence *out)
{
    directory_lock_read(dir);
    const struct fence_version *v =
        version_at(directory_book(dir, key->enterprise_id), key->id, time_s);
    if (v != NULL) {
        entity_copy(ENTITY_GEOFENCE, &v->fence, out,
                    arena_new(arena, entity_borrowed(ENTITY_GEOFENCE, &v->fence)));
    }
    directory_unlock(dir);
    return v == NULL ? ERR_NOT_FOUND : ERR_OK;
}

/* ---- changes ---- */

static void add_time(const struct fence_change_query *q, GArray *times_s, int64_t time_s)
{
    if (time_s > q->after_s && time_s <= q->until_s) {
        g_array_append_val(times_s, time_s);
    }
}

/* A version of the geofence ends or begins then, maybe with another name alone. */
static void add_end(const struct rulebook *book, const struct fence_change_query *q,
                    GArray *times_s, int64_t time_s)
{
    if (rulebook_fence_changes(book, q->fence, time_s)) {
        add_time(q, times_s, time_s);
    }
}

static int compare_times(gconstpointer a, gconstpointer b)
{
    const int64_t *x = a;
    const int64_t *y = b;
    return (*x > *y) - (*x < *y);
}

static void find_times(const struct rulebook *book, const GArray *formers,
                       const struct fence_change_query *q, GArray *times_s)
{
    const struct geofence first = {.id = q->fence, .from_s = INT64_MIN};
    for (GTreeNode *node = g_tree_lower_bound(book->fences, &first); node != NULL;
         node = g_tree_node_next(node)) {
        const struct fence_version *v = g_tree_node_value(node);
        if (v->fence.id != q->fence) {
            break;
        }
        add_end(book, q, times_s, v->fence.from_s);
        add_end(book, q, times_s, v->fence.until_s);
    }
    for (guint i = 0; formers != NULL && i < formers->len; i++) {
        add_time(q, times_s, g_array_index(formers, struct device_term, i).until_s);
    }
    g_array_sort(times_s, compare_times);
}

/* The group that a device was in at a time. */
static int64_t group_at(const struct directory *dir, int64_t device, const GArray *formers,
                        int64_t time_s)
{
    const struct device_record *r = g_hash_table_lookup(dir->by_id, &device);
    for (guint i = 0; formers != NULL && i < formers->len; i++) {
        const struct device_term *former = &g_array_index(formers, struct device_term, i);
        if (former->until_s > time_s) {
            return former->group_id;
        }
    }
    return r == NULL ? 0 : r->device.group_id;
}

static struct fence_change change_at(const struct rulebook *book,
                                     const struct fence_change_query *q, int64_t group_id,
                                     int64_t time_s)
{
    const struct fence_version *v = version_at(book, q->fence, time_s);
    struct fence_change change = {.at_s = time_s};
    if (v != NULL) {
        const struct fence_term term = {
            .device_ids = v->device_ids,
            .device_count = v->device_count,
            .group_ids = v->group_ids,
            .group_count = v->group_count,
        };
        change.applies = fence_term_applies(&term, q->device, group_id);
        change.is_drawn = v->fence.from_s == time_s;
    }
    return change;
}

struct fence_change *directory_fence_changes(struct directory *dir,
                                             const struct fence_change_query *q,
                                             struct arena *arena, size_t *count)
{
    GArray *times_s = g_array_new(FALSE, FALSE, sizeof(int64_t));
    *count = 0;
    directory_lock_read(dir);
    const struct rulebook *book = directory_book(dir, q->enterprise_id);
    const GArray *formers = directory_terms_of(dir, q->device);
    if (book != NULL) {
        find_times(book, formers, q, times_s);
    }
    struct fence_change *changes = arena_new_array(arena, times_s->len, sizeof(*changes));
    for (guint i = 0; i < times_s->len; i++) {
        int64_t at_s = g_array_index(times_s, int64_t, i);
        if (*count == 0 || changes[*count - 1].at_s != at_s) {
            changes[(*count)++] = change_at(book, q, group_at(dir, q->device, formers, at_s), at_s);
        }
    }
    directory_unlock(dir);
    (void)g_array_free(times_s, TRUE);
    return changes;
}

/* What a walk over the versions of geofences collects. */
struct changed {
    int64_t after_s;
    int64_t *ids;
    size_t count;
};

static gboolean add_changed(void *key, void *value, void *data)
{
    (void)key;
    const struct fence_version *v = value;
    struct changed *t = data;
    bool has_changed = t->after_s == INT64_MIN ||
                       (v->fence.until_s >= t->after_s && v->fence.until_s != INT64_MAX);
    bool is_known = t->count > 0 && t->ids[t->count - 1] == v->fence.id;
    if (has_changed && !is_known) {
        t->ids[t->count++] = v->fence.id;
    }
    return FALSE;
}

int64_t *directory_changed_fences(struct directory *dir, int64_t enterprise_id, int64_t after_s,
                                  struct arena *arena, size_t *count)
{
    struct changed t = {.after_s = after_s};
    directory_lock_read(dir);
    const struct rulebook *book = directory_book(dir, enterprise_id);
    if (book != NULL) {
        t.ids = arena_new_array(arena, (size_t)g_tree_nnodes(book->fences), sizeof(*t.ids));
        g_tree_foreach(book->fences, add_changed, &t);
    }
    directory_unlock(dir);
    *count = t.count;
    return t.ids;
}
