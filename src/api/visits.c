/*
 * Visits of geofences, out of what is kept of a device: a state from before the range, which says
 * in which geofences it was; the records of crossings from there on; and the changes, the times at
 * which people changed a geofence, or whom it is for.
 *
 *     state      in A, B
 *     records              in C     out C            in D
 *     changes                               B deleted           D moved away
 *     range           ├───────────────────────────────────────────┤
 *     A               ├───────────────────────────────────────────┤   clipped
 *     B               ├───────────────────┤
 *     C                    ├────────┤                ├────────┤       D
 *
 * What people change moves nobody, so that no record tells of it. A visit that goes on ends at the
 * first change from which on the geofence does not watch the device, or lies elsewhere than where
 * it stood then. One that began by a change is found by its exit, or in the live state; therefore
 * some records behind the range are read, too. One that a change ended as well is looked for by the
 * place where the device stood.
 */
#include "api/visits.h"

#include <stdlib.h>
#include <string.h>

#include "api/records.h"
#include "api/shown_alarms.h"
#include "base/check.h"
#include "base/order.h"
#include "fleet/directory_rules.h"
#include "geo/fence.h"

enum {
    RECORDS_AT_ONCE = 1024,
    RECORDS_BEHIND = 256, /* the range */
    CHANGED_AT_ONCE = 16, /* geofences */
    VISITS_AT_FIRST = 64, /* there is room for */
};

/* ---- the list ---- */

static bool is_asked(const struct visits *v, uint32_t fence)
{
    int64_t key = fence;
    return v->asked.count == 0 ||
           bsearch(&key, v->asked.fences, v->asked.count, sizeof(key), order_int64) != NULL;
}

/* Which visit is the last one of a geofence. */
struct last_visit {
    gint64 fence; /* first: the key */
    size_t number;
};

/* The last visit of a geofence that was found; NULL: none so far. */
static struct visit *last_of(const struct visits *v, uint32_t fence)
{
    const gint64 key = fence;
    const struct last_visit *last = g_hash_table_lookup(v->last, &key);
    return last == NULL ? NULL : &v->list[last->number];
}

static void note_last(struct visits *v, uint32_t fence, size_t number)
{
    const gint64 key = fence;
    struct last_visit *last = g_hash_table_lookup(v->last, &key);
    if (last == NULL) {
        last = arena_new(&v->arena, sizeof(*last));
        last->fence = fence;
        (void)g_hash_table_insert(v->last, &last->fence, last);
    }
    last->number = number;
}

static bool goes_on(const struct visit *visit)
{
    return visit != NULL && visit->end_s == INT64_MAX;
}

static struct visit *add_visit(struct visits *v, uint32_t fence, const char *name, int64_t start_s)
{
    const struct visit *last = last_of(v, fence);
    if (v->count == v->capacity) {
        v->capacity = v->capacity == 0 ? VISITS_AT_FIRST : 2 * v->capacity;
        struct visit *list = arena_new_array(&v->arena, v->capacity, sizeof(*list));
        if (v->count > 0) {
            memcpy(list, v->list, v->count * sizeof(*list));
        }
        v->list = list;
    }
    check(v->list != NULL);
    bool is_named = last != NULL && strcmp(last->name, name) == 0;
    struct visit *visit = &v->list[v->count++];
    *visit = (struct visit){
        .fence = fence,
        .name = is_named ? last->name : arena_copy_text(&v->arena, name),
        .start_s = start_s,
        .end_s = INT64_MAX,
        .checked_s = start_s,
    };
    note_last(v, fence, v->count - 1);
    return visit;
}

/* ---- changes ---- */

enum held { HELD_UNKNOWN, HELD_INSIDE, HELD_OUTSIDE };

/* Where the device was when a geofence became as it was from then on. */
static enum held where_at(struct visits *v, uint32_t fence, int64_t at_s)
{
    struct fold_state state;
    struct geofence g;
    struct shape shape;
    const struct device *d = v->device.info;
    const struct geofence key = {.enterprise_id = d->enterprise_id, .id = fence};
    enum err e = store_read_state(v->call->shard->store, d->id, at_s - 1, &state);
    if (e != ERR_OK) {
        v->e = e;
        return HELD_UNKNOWN;
    }
    if (state.position_time_s == 0 ||
        directory_geofence_at(v->call->shard->directory, &key, at_s, &v->page, &g) != ERR_OK ||
        fence_shape_wgs(&g, &v->page, &shape) != ERR_OK) {
        return HELD_UNKNOWN;
    }
    struct fence_geometry *geometry = fence_geometry_new(&shape);
    const struct point at = {state.locked_lat_e7, state.locked_lon_e7};
    bool is_inside = fence_contains(geometry, at);
    fence_geometry_free(geometry);
    return is_inside ? HELD_INSIDE : HELD_OUTSIDE;
}

static struct fence_change *changes_of(struct visits *v, uint32_t fence, struct range range,
                                       size_t *count)
{
    const struct fence_change_query q = {
        .enterprise_id = v->device.info->enterprise_id,
        .fence = fence,
        .device = v->device.info->id,
        .after_s = range.from_s,
        .until_s = range.to_s,
    };
    return directory_fence_changes(v->call->shard->directory, &q, &v->page, count);
}

/* Ends a visit that goes on at the change up to `until_s` that ended it, if there is one. */
static void end_by_change(struct visits *v, struct visit *visit, int64_t until_s)
{
    size_t count = 0;
    const struct range range = {visit->checked_s, until_s};
    const struct fence_change *changes = changes_of(v, visit->fence, range, &count);
    for (size_t i = 0; i < count && goes_on(visit); i++) {
        if (!changes[i].applies ||
            (changes[i].is_drawn && where_at(v, visit->fence, changes[i].at_s) == HELD_OUTSIDE)) {
            visit->end_s = changes[i].at_s;
        }
    }
    visit->checked_s = until_s > visit->checked_s ? until_s : visit->checked_s;
}

/* The last change of a range by which a device can have come to be in the geofence; 0: none. */
static int64_t last_change_s(struct visits *v, uint32_t fence, struct range range)
{
    size_t count = 0;
    const struct fence_change *changes = changes_of(v, fence, range, &count);
    while (count > 0 && !changes[count - 1].applies) {
        count--;
    }
    return count > 0 ? changes[count - 1].at_s : 0;
}

/* ---- records ---- */

/*
 * A device is in a geofence since `since_s`. Where a visit was to go on, what ended it is a change
 * that nothing else tells of: the last one before. Without one it does go on.
 */
static struct visit *come_in(struct visits *v, uint32_t fence, const char *name, int64_t since_s)
{
    struct visit *last = last_of(v, fence);
    if (goes_on(last)) {
        int64_t checked_s = last->checked_s;
        end_by_change(v, last, since_s);
        if (goes_on(last)) {
            int64_t change_s = last_change_s(v, fence, (struct range){checked_s, since_s});
            last->end_s = change_s != 0 ? change_s : INT64_MAX;
        }
        if (goes_on(last)) {
            return last;
        }
    }
    return add_visit(v, fence, name, since_s);
}

/* It was in since a change, or since before anything is known of it. */
static void go_out_unseen(struct visits *v, const struct event *e, const struct visit *last)
{
    const struct range since = {last != NULL ? last->end_s : v->known_s, e->gps_time_s};
    int64_t change_s = last_change_s(v, e->subject, since);
    if (change_s == 0 && (last != NULL || e->decided_s <= v->known_s)) {
        return;
    }
    struct visit *visit =
        add_visit(v, e->subject, e->name, change_s != 0 ? change_s : v->range.from_s - 1);
    visit->end_s = e->gps_time_s;
}

static void go_out(struct visits *v, const struct event *e)
{
    struct visit *last = last_of(v, e->subject);
    if (goes_on(last) && e->gps_time_s < last->start_s) {
        return; /* of a visit before the state that is known */
    }
    if (goes_on(last)) {
        end_by_change(v, last, e->gps_time_s);
    }
    if (goes_on(last)) {
        last->end_s = e->gps_time_s;
    } else {
        go_out_unseen(v, e, last);
    }
}

static void take_page(struct visits *v, const struct store_events *events)
{
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->at[i];
        v->place = (struct store_event_place){e->gps_time_s, e->device_id, e->id};
        v->q.after = &v->place;
        bool is_news = records_is_of_fence(e) && e->decided_s >= v->known_s;
        if (!is_news || !is_asked(v, e->subject)) {
            continue;
        }
        if (e->kind == ALARM_GEOFENCE_ENTER) {
            (void)come_in(v, e->subject, e->name, e->gps_time_s);
        } else {
            go_out(v, e);
        }
    }
}

/* ---- the ends ---- */

/* Where the vehicle is now, though no record says since when. */
static void take_live(struct visits *v)
{
    const struct watch *w = &v->live.watch;
    for (size_t i = 0; i < w->count; i++) {
        const struct watch_entry *e = &w->at[i];
        const struct visit *last = last_of(v, e->subject);
        bool is_over = last != NULL && last->end_s > e->since_s && !goes_on(last);
        if (e->kind == WATCH_INSIDE && e->phase == WATCH_OPEN && is_asked(v, e->subject) &&
            !is_over) { /* else it went out since the state was read */
            const char *name = fence_name(v->call, e->subject, call_now_s(v->call));
            come_in(v, e->subject, name, e->since_s)->is_open = true;
        }
    }
}

/* Cuts a visit to the range, and at the present; false: none of it is in the range. */
static bool clip(const struct visits *v, struct visit *visit)
{
    int64_t now_s = call_now_s(v->call);
    if (visit->start_s > v->range.to_s || visit->end_s < v->range.from_s) {
        return false;
    }
    if (visit->start_s < v->range.from_s) {
        visit->start_s = v->range.from_s;
        visit->is_clipped = true;
    }
    if (goes_on(visit) && now_s <= v->range.to_s) {
        visit->end_s = now_s > visit->start_s ? now_s : visit->start_s;
        visit->is_clipped = visit->is_clipped || !visit->is_open;
    } else if (visit->end_s > v->range.to_s) {
        visit->end_s = v->range.to_s;
        visit->is_clipped = true;
        visit->is_open = false;
    } else {
        visit->is_open = false;
    }
    return true;
}

static int compare_visits(const void *a, const void *b)
{
    const struct visit *x = a;
    const struct visit *y = b;
    if (x->start_s != y->start_s) {
        return x->start_s < y->start_s ? -1 : 1;
    }
    return (x->fence > y->fence) - (x->fence < y->fence);
}

static int compare_fences(const void *a, const void *b)
{
    const struct visit *x = a;
    const struct visit *y = b;
    int by_fence = (x->fence > y->fence) - (x->fence < y->fence);
    return by_fence != 0 ? by_fence : (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

/* Ends what goes on and no longer applies, and takes what goes on now. */
static void end_records(struct visits *v)
{
    GHashTableIter iter;
    void *value = NULL;
    g_hash_table_iter_init(&iter, v->last);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct visit *last = &v->list[((const struct last_visit *)value)->number];
        if (goes_on(last)) {
            end_by_change(v, last, v->range.to_s);
        }
    }
    take_live(v);
}

static void end_all(struct visits *v)
{
    size_t kept = 0;
    for (size_t i = 0; i < v->count; i++) {
        v->list[kept] = v->list[i];
        kept += clip(v, &v->list[kept]);
    }
    v->count = kept;
    if (kept > 0) {
        qsort(v->list, kept, sizeof(*v->list), compare_visits);
    }
}

/* ---- what began and ended by changes ---- */

/* Whether it came to another group at a time or later. */
static bool has_moved_since(struct visits *v, int64_t from_s)
{
    const struct fold_rules rules =
        directory_terms(v->call->shard->directory, v->device.info->id, &v->page);
    size_t at = rules.term_count;
    while (at > 1 && rules.terms[at - 1].group_id == rules.terms[at - 2].group_id) {
        at--;
    }
    return at > 1 && rules.terms[at - 1].from_s >= from_s;
}

/* The geofences of which there may be such visits: those that changed, or all. */
static void begin_unseen(struct visits *v)
{
    struct directory *dir = v->call->shard->directory;
    const struct device *d = v->device.info;
    bool has_moved = has_moved_since(v, v->range.from_s);
    v->changed =
        directory_changed_fences(dir, d->enterprise_id, has_moved ? INT64_MIN : v->range.from_s,
                                 &v->arena, &v->changed_count);
    v->recorded = v->count;
    v->next_changed = 0;
    if (v->count > 0) {
        qsort(v->list, v->count, sizeof(*v->list), compare_fences);
    }
}

/* The recorded visits of a geofence, the first of them; *end is behind the last. */
static size_t recorded_of(const struct visits *v, uint32_t fence, size_t *end)
{
    size_t low = 0;
    size_t high = v->recorded;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (v->list[middle].fence < fence) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *end = low;
    while (*end < v->recorded && v->list[*end].fence == fence) {
        (*end)++;
    }
    return low;
}

/* Whether none of the recorded visits is of that time; *until_s is when the next one begins. */
static bool is_out(const struct visits *v, uint32_t fence, int64_t at_s, int64_t *until_s)
{
    size_t end = 0;
    *until_s = call_now_s(v->call);
    for (size_t i = recorded_of(v, fence, &end); i < end; i++) {
        const struct visit *visit = &v->list[i];
        if (visit->start_s <= at_s && at_s < visit->end_s) {
            return false;
        }
        if (visit->start_s > at_s) {
            *until_s = visit->start_s;
            return true;
        }
    }
    return true;
}

/*
 * A visit that began by a change and goes on has a record of its end, or is in the live state: here
 * it counts only where a change ended it, too.
 */
static void find_unseen(struct visits *v, uint32_t fence)
{
    size_t count = 0;
    int64_t until_s = 0;
    int64_t taken_s = INT64_MIN;
    const struct range range = {v->known_s, call_now_s(v->call)};
    const struct fence_change *changes = changes_of(v, fence, range, &count);
    for (size_t i = 0; i + 1 < count && changes[i].at_s <= v->range.to_s; i++) {
        int64_t at_s = changes[i].at_s;
        if (at_s < taken_s || !changes[i].applies || !is_out(v, fence, at_s, &until_s) ||
            changes[i + 1].at_s > until_s || where_at(v, fence, at_s) != HELD_INSIDE) {
            continue;
        }
        struct visit *visit = add_visit(v, fence, fence_name(v->call, fence, at_s), at_s);
        end_by_change(v, visit, until_s);
        taken_s = visit->end_s;
        v->count -= goes_on(visit);
    }
}

static enum err find_all_unseen(struct visits *v)
{
    size_t end = v->next_changed + CHANGED_AT_ONCE;
    end = end < v->changed_count ? end : v->changed_count;
    while (v->next_changed < end && v->e == ERR_OK) {
        uint32_t fence = (uint32_t)v->changed[v->next_changed++];
        if (is_asked(v, fence)) {
            find_unseen(v, fence);
        }
    }
    if (v->e == ERR_OK && v->next_changed == v->changed_count) {
        end_all(v);
        return ERR_OK;
    }
    return v->e == ERR_OK ? ERR_MORE : v->e;
}

/* ---- the beginning ---- */

/*
 * What is told by records of the fixes behind the state began no earlier than this: the line to the
 * first of them begins at the last position, and a stay that is not sure yet at its own time.
 */
static void begin_records(struct visits *v, const struct fold_state *state)
{
    int64_t from_s = state->current.gps_time_s;
    if (state->position_time_s != 0 && state->position_time_s < from_s) {
        from_s = state->position_time_s;
    }
    for (size_t i = 0; i < state->watch.count; i++) {
        const struct watch_entry *e = &state->watch.at[i];
        int64_t border_s = e->phase == WATCH_OPEN ? e->last_s : e->since_s;
        if (e->kind == WATCH_INSIDE && border_s != 0 && border_s < from_s) {
            from_s = border_s;
        }
    }
    v->q.from_s = from_s;
}

static void take_state(struct visits *v, const struct fold_state *state)
{
    v->known_s = state->current.gps_time_s;
    begin_records(v, state);
    for (size_t i = 0; i < state->watch.count; i++) {
        const struct watch_entry *e = &state->watch.at[i];
        if (e->kind == WATCH_INSIDE && e->phase == WATCH_OPEN && is_asked(v, e->subject)) {
            const char *name = fence_name(v->call, e->subject, e->since_s);
            add_visit(v, e->subject, name, e->since_s)->checked_s = v->known_s;
        }
    }
}

/* Takes what the store knows of the device at a time, or a while before. */
static enum err read_state(struct visits *v, int64_t at_s)
{
    struct store_reader *r = NULL;
    const struct store_span span = {v->device.info->id, at_s, at_s};
    enum err e = store_read_open(v->call->shard->store, span, &v->page, &r);
    if (e == ERR_OK) {
        if (store_read_start(r)->current.gps_time_s != 0) {
            take_state(v, store_read_start(r));
        }
        store_read_close(r);
    }
    arena_clear(&v->page);
    return e;
}

enum err visits_begin(struct visits *v, const struct device_ref *device, int64_t told_s)
{
    struct live live;
    v->device = *device;
    v->list = NULL;
    v->count = 0;
    v->capacity = 0;
    v->known_s = INT64_MIN;
    v->is_behind = false;
    v->is_read = false;
    v->e = ERR_OK;
    if (v->last == NULL) {
        v->last = g_hash_table_new(g_int64_hash, g_int64_equal);
    }
    g_hash_table_remove_all(v->last);
    arena_clear(&v->arena);
    tracked_live(v->call->shard->directory, device->tracked, &live);
    v->live = live.state;
    v->q = (struct store_event_query){
        .devices = &device->info->id,
        .device_count = 1,
        .from_s = INT64_MIN,
        .to_s = v->range.to_s,
        .kinds = ALARM_BIT(GEOFENCE_ENTER) | ALARM_BIT(GEOFENCE_LEAVE),
        .limit = RECORDS_AT_ONCE,
    };
    return read_state(v, told_s > v->range.from_s ? told_s : v->range.from_s);
}

static enum err read_page(struct visits *v)
{
    struct store_events events;
    enum err e = store_read_events(v->call->shard->store, &v->q, &v->page, &events);
    if (e != ERR_OK) {
        return e;
    }
    take_page(v, &events);
    if (v->is_behind) {
        end_records(v);
        begin_unseen(v);
        v->is_read = true;
    } else if (!events.is_cut) {
        v->is_behind = true;
        v->q.from_s = v->range.to_s < INT64_MAX ? v->range.to_s + 1 : INT64_MAX;
        v->q.to_s = INT64_MAX;
        v->q.after = NULL;
        v->q.limit = RECORDS_BEHIND;
    }
    return v->e == ERR_OK ? ERR_MORE : v->e;
}

enum err visits_find(struct visits *v)
{
    enum err e = v->is_read ? find_all_unseen(v) : read_page(v);
    arena_clear(&v->page);
    return e;
}

void visits_clear(struct visits *v)
{
    arena_free(&v->arena);
    arena_free(&v->page);
    if (v->last != NULL) {
        g_hash_table_destroy(v->last);
    }
}
