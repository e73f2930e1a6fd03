/*
 * Devices: their records and the indexes over them. A device that is put again
 * gets a new record, taken up by every index in place of the old one, and keeps its live state. Two
 * devices may trade plates in one commit; an index entry is therefore only taken out by the device
 * it leads to.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "fleet/directory_private.h"
#include "model/message.h"

/* ---- records ---- */

static void tracked_release(struct tracked *t)
{
    if (atomic_fetch_sub_explicit(&t->holders, 1, memory_order_acq_rel) == 1) {
        free(t->state);
        if (t->rest != NULL) {
            free(t->rest->clock);
        }
        free(t->rest);
        free(t);
    }
}

static void record_hold(struct device_record *r)
{
    atomic_fetch_add_explicit(&r->holders, 1, memory_order_relaxed);
}

static void record_release(struct device_record *r)
{
    if (atomic_fetch_sub_explicit(&r->holders, 1, memory_order_acq_rel) == 1) {
        tracked_release(r->tracked);
        free(r);
    }
}

static void free_record(void *record)
{
    record_release(record);
}

enum { LISTED_A_STRETCH = 2048 };

/* Makes a record of `d`, with one count, in one allocation. It takes over one count of `t`. */
static struct device_record *record_new(const struct device *d, struct tracked *t)
{
    struct device_record *r = mem_new(sizeof(*r) + entity_borrowed(ENTITY_DEVICE, d));
    entity_copy(ENTITY_DEVICE, d, &r->device, r + 1);
    r->self = r;
    r->tracked = t;
    atomic_init(&r->holders, 1);
    return r;
}

static struct tracked *tracked_new(int64_t id)
{
    struct tracked *t = mem_new(sizeof(*t));
    t->id = id;
    atomic_init(&t->holders, 1);
    return t;
}

/* ---- indexes ---- */

int directory_compare_devices(const void *a, const void *b)
{
    const struct device_record *x = a;
    const struct device_record *y = b;
    int order = strcmp(x->device.device_id, y->device.device_id);
    return order != 0 ? order : (x->device.id > y->device.id) - (x->device.id < y->device.id);
}

/*
 * Plates and object codes are told apart as they are compared, within their enterprise. The tables
 * are sets of records, so that no key is kept beside them: it is made when it is looked for.
 */
static guint scoped_hash(const struct device *d, const char *text)
{
    char *key = directory_scoped_key(d->enterprise_id, text);
    guint hash = g_str_hash(key);
    g_free(key);
    return hash;
}

static gboolean scoped_equal(const struct device *a, const char *a_text, const struct device *b,
                             const char *b_text)
{
    char *a_key = directory_scoped_key(a->enterprise_id, a_text);
    char *b_key = directory_scoped_key(b->enterprise_id, b_text);
    gboolean equal = strcmp(a_key, b_key) == 0;
    g_free(a_key);
    g_free(b_key);
    return equal;
}

static guint plate_hash(gconstpointer record)
{
    const struct device_record *r = record;
    return scoped_hash(&r->device, r->device.plate);
}

static gboolean plate_equal(gconstpointer a, gconstpointer b)
{
    const struct device *x = &((const struct device_record *)a)->device;
    const struct device *y = &((const struct device_record *)b)->device;
    return x == y || scoped_equal(x, x->plate, y, y->plate);
}

static guint code_hash(gconstpointer record)
{
    const struct device_record *r = record;
    return scoped_hash(&r->device, r->device.object_code);
}

static gboolean code_equal(gconstpointer a, gconstpointer b)
{
    const struct device *x = &((const struct device_record *)a)->device;
    const struct device *y = &((const struct device_record *)b)->device;
    return x == y || scoped_equal(x, x->object_code, y, y->object_code);
}

void directory_devices_init(struct directory *dir)
{
    dir->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_record);
    dir->by_key = g_hash_table_new(g_str_hash, g_str_equal);
    dir->plates = g_hash_table_new(plate_hash, plate_equal);
    dir->codes = g_hash_table_new(code_hash, code_equal);
    dir->fleets = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, directory_fleet_free);
}

void directory_devices_clear(struct directory *dir)
{
    g_hash_table_destroy(dir->fleets);
    g_hash_table_destroy(dir->codes);
    g_hash_table_destroy(dir->plates);
    g_hash_table_destroy(dir->by_key);
    g_hash_table_destroy(dir->by_id);
}

static void remove_record(GHashTable *index, struct device_record *r)
{
    if (g_hash_table_lookup(index, r) == r) {
        (void)g_hash_table_remove(index, r);
    }
}

static void put_record(GHashTable *index, const char *text, struct device_record *r)
{
    if (text[0] != '\0') {
        (void)g_hash_table_add(index, r);
    }
}

/* Takes a record out of every index, and lets the count of by_id go. */
static void unindex(struct directory *dir, struct device_record *r)
{
    if (r->device.is_former) {
        directory_formers_leave(dir, r);
        g_hash_table_remove(dir->by_id, &r->device.id);
        return;
    }
    const char *key = device_id_key(r->device.device_id);
    if (g_hash_table_lookup(dir->by_key, key) == r) {
        g_hash_table_remove(dir->by_key, key);
    }
    remove_record(dir->plates, r);
    remove_record(dir->codes, r);
    roll_remove(r->fleet->devices, r);
    directory_tree_leave(r);
    directory_squads_leave(dir, r);
    g_hash_table_remove(dir->by_id, &r->device.id);
}

static void index_record(struct directory *dir, struct device_record *r)
{
    const char *key = device_id_key(r->device.device_id);
    g_hash_table_insert(dir->by_id, &r->device.id, r);
    if (r->device.is_former) {
        directory_formers_join(dir, r);
        return;
    }
    g_hash_table_replace(dir->by_key, (char *)r + (key - (const char *)r), r);
    put_record(dir->plates, r->device.plate, r);
    put_record(dir->codes, r->device.object_code, r);
    r->fleet = directory_fleet(dir, r->device.enterprise_id);
    roll_insert(r->fleet->devices, r);
    directory_tree_join(r);
    directory_fleets_note(dir, r->fleet);
    directory_squads_join(dir, r);
}

void directory_put_device(struct directory *dir, const struct change *c)
{
    const struct device *device = &c->device;
    struct device_record *old = g_hash_table_lookup(dir->by_id, &device->id);
    struct device_record *fresh = NULL;
    if (!device->deleted) {
        struct tracked *t = NULL;
        if (old != NULL) {
            t = old->tracked;
            atomic_fetch_add_explicit(&t->holders, 1, memory_order_relaxed);
        } else {
            t = tracked_new(device->id);
        }
        fresh = record_new(device, t);
    }
    bool was_here = old != NULL && !old->device.is_former;
    bool is_here = fresh != NULL && !fresh->device.is_former;
    bool stays = was_here && is_here && old->device.enterprise_id == fresh->device.enterprise_id;
    if (was_here && !stays) {
        feeds_note_gone(&dir->feeds, old->device.enterprise_id, device->id);
    }
    if (old != NULL) {
        unindex(dir, old);
    }
    if (fresh != NULL) {
        index_record(dir, fresh);
        if (is_here) {
            feeds_note_put(&dir->feeds, device->enterprise_id, device->id);
        }
        directory_rules_drop(dir, device->id);
    } else {
        directory_rules_disown(dir, ENTITY_DEVICE, device->id);
        directory_events_disown(dir, device->id);
        directory_formers_disown(dir, device->id);
    }
}

/* ---- finding ---- */

void device_ref_release(struct directory *dir, struct device_ref *ref)
{
    (void)dir;
    if (ref->info != NULL) {
        record_release(((const struct device_record *)(const void *)ref->info)->self);
    }
    *ref = (struct device_ref){0};
}

void directory_release_all(struct directory *dir, struct device_ref *refs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        device_ref_release(dir, &refs[i]);
    }
}

struct device_ref directory_ref_of(struct device_record *r)
{
    record_hold(r);
    return (struct device_ref){
        .tracked = r->tracked, .info = &r->device, .group_id = directory_squads_group(r)};
}

bool caller_is_shown(const struct caller *caller, int64_t device_id)
{
    const struct caller_share *share = &caller->share;
    bool is_one = share->id == 0;
    for (size_t i = 0; i < share->device_count && !is_one; i++) {
        is_one = share->device_ids[i] == device_id;
    }
    return is_one;
}

static bool is_in_groups(const struct device_record *r, const struct caller *caller)
{
    if (!caller_is_shown(caller, r->device.id)) {
        return false;
    }
    int64_t group_id = caller->group_count == 0 ? 0 : directory_squads_group(r);
    for (size_t i = 0; i < caller->group_count; i++) {
        if (caller->group_ids[i] == group_id) {
            return true;
        }
    }
    return caller->group_count == 0;
}

/* Of a record in the tables. */
static bool is_visible(const struct device_record *r, const struct caller *caller)
{
    bool is_own = r->device.enterprise_id == caller->enterprise_id;
    bool is_below = caller->includes_below && fleet_is_below(r->fleet, caller->enterprise_id);
    return (is_own || is_below) && is_in_groups(r, caller);
}

/* The record under `key`, as far as `caller` (NULL: the platform itself) may see it. */
static enum err find_in(struct directory *dir, GHashTable *index, const void *key,
                        const struct caller *caller, struct device_ref *out)
{
    directory_lock_read(dir);
    struct device_record *r = g_hash_table_lookup(index, key);
    bool found = r != NULL && !r->fleet->is_deleted && (caller == NULL || is_visible(r, caller));
    *out = found ? directory_ref_of(r) : (struct device_ref){0};
    directory_unlock(dir);
    return found ? ERR_OK : ERR_NOT_FOUND;
}

enum err directory_find_tracker(struct directory *dir, const char *device_id,
                                struct device_ref *out)
{
    return find_in(dir, dir->by_key, device_id_key(device_id), NULL, out);
}

struct dialect directory_dialect(struct directory *dir, const char *device_id)
{
    directory_lock_read(dir);
    const struct device_record *r = g_hash_table_lookup(dir->by_key, device_id_key(device_id));
    bool found = r != NULL && !r->fleet->is_deleted;
    struct dialect dialect = found ? dialect_of(dir->profiles, &r->device) : (struct dialect){0};
    directory_unlock(dir);
    return dialect;
}

enum err directory_find(struct directory *dir, int64_t id, struct device_ref *out)
{
    return find_in(dir, dir->by_id, &id, NULL, out);
}

bool directory_trim_device_id(const char *device_id, char out[DEVICE_ID_SIZE])
{
    struct bytes id = {(const uint8_t *)device_id, strlen(device_id)};
    while (id.len > 0 && id.at[id.len - 1] == ' ') {
        id.len--;
    }
    while (id.len > 0 && id.at[0] == ' ') {
        id = bytes_slice(id, 1, id.len);
    }
    bool is_possible = device_id_is_possible(id);
    if (is_possible) {
        bytes_to_text(id, out, DEVICE_ID_SIZE);
    }
    return is_possible;
}

enum err directory_find_by_device_id(struct directory *dir, const struct caller *caller,
                                     const char *device_id, struct device_ref *out)
{
    char text[DEVICE_ID_SIZE];
    if (!directory_trim_device_id(device_id, text)) {
        *out = (struct device_ref){0};
        return ERR_NOT_FOUND;
    }
    return find_in(dir, dir->by_key, device_id_key(text), caller, out);
}

enum err directory_find_by_plate(struct directory *dir, const struct caller *caller,
                                 const char *plate, struct device_ref *out)
{
    const struct device_record like = {
        .device = {.enterprise_id = caller->enterprise_id, .plate = plate}};
    return find_in(dir, dir->plates, &like, caller, out);
}

enum err directory_find_in_enterprise(struct directory *dir, int64_t enterprise_id,
                                      const char *device_id, struct device_ref *out)
{
    struct caller everyone = {.enterprise_id = enterprise_id};
    return directory_find_by_device_id(dir, &everyone, device_id, out);
}

static bool is_taken(struct directory *dir, GHashTable *index, const struct device_record *like,
                     int64_t except_id)
{
    directory_lock_read(dir);
    const struct device_record *r = g_hash_table_lookup(index, like);
    bool taken = r != NULL && r->device.id != except_id;
    directory_unlock(dir);
    return taken;
}

bool directory_plate_taken(struct directory *dir, int64_t enterprise_id, const char *plate,
                           int64_t except_id)
{
    const struct device_record like = {.device = {.enterprise_id = enterprise_id, .plate = plate}};
    return is_taken(dir, dir->plates, &like, except_id);
}

bool directory_object_code_taken(struct directory *dir, int64_t enterprise_id, const char *code,
                                 int64_t except_id)
{
    const struct device_record like = {
        .device = {.enterprise_id = enterprise_id, .object_code = code}};
    return is_taken(dir, dir->codes, &like, except_id);
}

/* The table of what the caller reaches, whatever its groups. */
static struct roll *devices_seen(const struct fleet *f, const struct caller *caller)
{
    return caller->includes_below && f->all != NULL ? f->all : f->devices;
}

/*
 * What a walk over a fleet, and the devices below it, collects. It goes a stretch at a time, so
 * that no writer waits for a whole large fleet.
 */
struct device_listing {
    const struct caller *caller;
    struct arena *arena;
    struct device_ref *at;
    size_t room;
    size_t count;
    bool has_orphans;           /* else no fleet need be asked whether it is deleted */
    struct device_record *last; /* of the stretch before, held; NULL: none was */
};

/* Of a table that holds what the caller reaches. */
static void list_device(struct device_listing *list, struct device_record *r)
{
    if ((list->has_orphans && r->fleet->is_deleted) || !is_in_groups(r, list->caller)) {
        return;
    }
    if (list->count == list->room) { /* devices came between two stretches */
        struct device_ref *more = arena_new_array(list->arena, list->room * 2, sizeof(*more));
        memcpy(more, list->at, list->count * sizeof(*more));
        list->at = more;
        list->room *= 2;
    }
    list->at[list->count++] = directory_ref_of(r);
}

/* The table to list from, with room for all of it; NULL: there is none. */
static const struct roll *begin_stretch(struct directory *dir, struct device_listing *list)
{
    struct fleet *f = g_hash_table_lookup(dir->fleets, &list->caller->enterprise_id);
    if (f == NULL || f->is_deleted) {
        return NULL;
    }
    const struct roll *devices = devices_seen(f, list->caller);
    list->has_orphans = dir->orphaned_fleets.length > 0;
    if (list->at == NULL) {
        list->room = roll_count(devices) + 1;
        list->at = arena_new_array(list->arena, list->room, sizeof(*list->at));
    }
    return devices;
}

/* Lists the devices of a stretch behind `before` (NULL: from the first on). */
static void list_from(const struct roll *devices, struct device_listing *list,
                      const struct device_record *before)
{
    struct roll_place place = before == NULL ? roll_first() : roll_behind(devices, before);
    struct device_record *at = NULL;
    struct device_record *next = roll_next(devices, &place);
    for (size_t i = 0; i < LISTED_A_STRETCH && next != NULL; i++) {
        at = next;
        list_device(list, at);
        next = roll_next(devices, &place);
    }
    if (next != NULL) {
        record_hold(at);
        list->last = at;
    }
}

/* Lists the next stretch; false behind the last. */
static bool list_stretch(struct directory *dir, struct device_listing *list)
{
    struct device_record *before = list->last;
    list->last = NULL;
    directory_lock_read(dir);
    const struct roll *devices = begin_stretch(dir, list);
    if (devices != NULL) {
        list_from(devices, list, before);
    }
    directory_unlock(dir);
    if (before != NULL) {
        record_release(before);
    }
    return list->last != NULL;
}

static int compare_refs(const void *a, const void *b)
{
    const struct device_ref *x = a;
    const struct device_ref *y = b;
    return directory_compare_devices(x->info, y->info); /* each the first member of its record */
}

/* Those of a share are looked up one by one, which does not cost what the fleet is large. */
static struct device_ref *list_shared(struct directory *dir, const struct caller *caller,
                                      struct arena *arena, size_t *count)
{
    const struct caller_share *share = &caller->share;
    struct device_ref *refs = arena_new_array(arena, share->device_count, sizeof(*refs));
    *count = 0;
    directory_lock_read(dir);
    for (size_t i = 0; i < share->device_count; i++) {
        struct device_record *r = g_hash_table_lookup(dir->by_id, &share->device_ids[i]);
        if (r != NULL && !r->device.is_former && !r->fleet->is_deleted && is_visible(r, caller)) {
            refs[(*count)++] = directory_ref_of(r);
        }
    }
    directory_unlock(dir);
    if (*count > 0) {
        qsort(refs, *count, sizeof(*refs), compare_refs);
    }
    return refs;
}

struct device_ref *directory_list_devices(struct directory *dir, const struct caller *caller,
                                          struct arena *arena, size_t *count)
{
    if (caller->share.id != 0) {
        return list_shared(dir, caller, arena, count);
    }
    struct device_listing list = {.caller = caller, .arena = arena};
    while (list_stretch(dir, &list)) {
    }
    *count = list.count;
    return list.at != NULL ? list.at : arena_new_array(arena, 0, sizeof(*list.at));
}

size_t directory_fleet_size(struct directory *dir, const struct caller *caller)
{
    if (caller->share.id != 0) {
        return caller->share.device_count;
    }
    directory_lock_read(dir);
    const struct fleet *f = g_hash_table_lookup(dir->fleets, &caller->enterprise_id);
    bool is_there = f != NULL && !f->is_deleted;
    size_t size = is_there ? roll_count(devices_seen(f, caller)) : 0;
    directory_unlock(dir);
    return size;
}

size_t directory_device_count(struct directory *dir)
{
    directory_lock_read(dir);
    size_t count = g_hash_table_size(dir->by_id) - dir->former_count;
    for (const GList *l = dir->orphaned_fleets.head; l != NULL; l = l->next) {
        count -= roll_count(((const struct fleet *)l->data)->devices);
    }
    directory_unlock(dir);
    return count;
}
