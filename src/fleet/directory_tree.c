/*
 * Enterprises as trees. A fleet is what the directory keeps of an enterprise beside its row: its
 * devices, and its place among the others:
 *
 *     fleet 1 ─ all: the devices of 1, 2, 3, 4      in one order, so that a list over a tree
 *      ├─ fleet 2 ─ all: those of 2 and 4             reads one table, however many enterprises
 *      │   └─ fleet 4                                 are in it
 *      └─ fleet 3
 *
 * A device stands in such a table of each enterprise above its own, seven at most, and of its own.
 * Most enterprises are in no tree, and nothing is kept for them.
 */
#include "fleet/directory_tree.h"

#include <stdlib.h>

#include "base/mem.h"
#include "fleet/directory_private.h"
#include "fleet/rulebook.h"

/* ---- walking ---- */

static struct fleet *find_fleet(const struct directory *dir, int64_t enterprise_id)
{
    return g_hash_table_lookup(dir->fleets, &enterprise_id);
}

bool fleet_is_below(const struct fleet *f, int64_t ancestor_id)
{
    const struct fleet *at = f == NULL ? NULL : f->parent;
    while (at != NULL && at->enterprise_id != ancestor_id) {
        at = at->parent;
    }
    return at != NULL;
}

/* The next of a tree in the order in which it is walked, parents first; NULL behind the last. */
static struct fleet *next_in_tree(const struct fleet *top, const struct fleet *f)
{
    if (f->first_child != NULL) {
        return f->first_child;
    }
    while (f != top && f->next_child == NULL) {
        f = f->parent;
    }
    return f == top ? NULL : f->next_child;
}

/* Levels from the top of its tree down to it; 1: it has no parent. */
static size_t depth_of(const struct fleet *f)
{
    size_t depth = 0;
    for (; f != NULL; f = f->parent) {
        depth++;
    }
    return depth;
}

/* Levels from it down; 1: nothing is below it. */
static size_t height_of(const struct fleet *top)
{
    size_t height = 1;
    for (const struct fleet *f = top; f != NULL; f = next_in_tree(top, f)) {
        size_t level = depth_of(f) - depth_of(top) + 1;
        height = level > height ? level : height;
    }
    return height;
}

/* Whether `f` (NULL: a new one) may have that parent (NULL: none). */
static bool may_join(const struct fleet *f, const struct fleet *parent)
{
    bool is_ring = f != NULL && (parent == f || fleet_is_below(parent, f->enterprise_id));
    return !is_ring &&
           depth_of(parent) + (f == NULL ? 1 : height_of(f)) <= (size_t)ENTERPRISE_DEPTH_MAX;
}

/* ---- changes, under the write lock ---- */

void directory_fleet_free(void *fleet)
{
    struct fleet *f = fleet;
    roll_free(f->all);
    roll_free(f->devices);
    roll_free(f->formers);
    free(f);
}

struct fleet *directory_fleet(struct directory *dir, int64_t enterprise_id)
{
    struct fleet *f = find_fleet(dir, enterprise_id);
    if (f == NULL) {
        f = mem_new(sizeof(*f));
        f->enterprise_id = enterprise_id;
        f->devices = roll_new(directory_compare_devices);
        f->formers = roll_new(directory_compare_devices);
        g_hash_table_insert(dir->fleets, &f->enterprise_id, f);
    }
    return f;
}

void directory_tree_join(struct device_record *r)
{
    for (struct fleet *f = r->fleet; f != NULL; f = f->parent) {
        if (f->all != NULL) {
            roll_insert(f->all, r);
        }
    }
}

void directory_tree_leave(struct device_record *r)
{
    for (struct fleet *f = r->fleet; f != NULL; f = f->parent) {
        if (f->all != NULL) {
            roll_remove(f->all, r);
        }
    }
}

/* Brings all devices of a tree into the tables above them, or out of these; within the tree, too.
 */
static void move_devices(const struct fleet *top, void (*move)(struct device_record *r))
{
    for (const struct fleet *f = top; f != NULL; f = next_in_tree(top, f)) {
        struct roll_place place = roll_first();
        struct device_record *r = roll_next(f->devices, &place);
        for (; r != NULL; r = roll_next(f->devices, &place)) {
            move(r);
        }
    }
}

static void leave_parent(struct fleet *f)
{
    struct fleet **at = &f->parent->first_child;
    while (*at != f) {
        at = &(*at)->next_child;
    }
    *at = f->next_child;
    f->next_child = NULL;
    f->parent = NULL;
}

static void begin_all(struct fleet *f)
{
    struct roll_place place = roll_first();
    f->all = roll_new(directory_compare_devices);
    struct device_record *r = roll_next(f->devices, &place);
    for (; r != NULL; r = roll_next(f->devices, &place)) {
        roll_insert(f->all, r);
    }
}

static void join_parent(struct fleet *f, struct fleet *parent)
{
    if (parent->all == NULL) {
        begin_all(parent);
    }
    f->parent = parent;
    f->next_child = parent->first_child;
    parent->first_child = f;
}

/* A parent that would make a ring, or a tree too deep, is none; no call makes such a one. */
void directory_tree_link(struct directory *dir, struct fleet *f, int64_t parent_id)
{
    struct fleet *parent = parent_id == 0 ? NULL : directory_fleet(dir, parent_id);
    if (parent == f->parent) {
        return;
    }
    move_devices(f, directory_tree_leave);
    if (f->parent != NULL) {
        leave_parent(f);
    }
    if (parent != NULL && may_join(f, parent)) {
        join_parent(f, parent);
    }
    move_devices(f, directory_tree_join);
    feeds_note_parent(&dir->feeds, f->enterprise_id, f->parent == NULL ? 0 : parent_id);
}

void directory_tree_count_user(struct directory *dir, const struct user *u, int by)
{
    if (!u->deleted && u->enterprise_id != 0) {
        directory_fleet(dir, u->enterprise_id)->users += (size_t)by;
    }
}

/* ---- readers ---- */

static bool is_live(const struct fleet *f)
{
    return f != NULL && f->enterprise != NULL && !f->enterprise->deleted;
}

bool directory_is_below(struct directory *dir, int64_t enterprise_id, int64_t ancestor_id)
{
    directory_lock_read(dir);
    bool is = fleet_is_below(find_fleet(dir, enterprise_id), ancestor_id);
    directory_unlock(dir);
    return is;
}

/* The top of its tree; NULL: nothing is known of the enterprise. */
static const struct fleet *top_of(const struct fleet *f)
{
    while (f != NULL && f->parent != NULL) {
        f = f->parent;
    }
    return f;
}

bool directory_share_tree(struct directory *dir, int64_t a, int64_t b)
{
    directory_lock_read(dir);
    const struct fleet *top = top_of(find_fleet(dir, a));
    bool is_one = top != NULL && top == top_of(find_fleet(dir, b));
    directory_unlock(dir);
    return is_one;
}

bool directory_may_act(struct directory *dir, const struct caller *caller, int64_t enterprise_id)
{
    bool leads = caller->role == ROLE_ADMIN && caller->group_count == 0;
    directory_lock_read(dir);
    const struct fleet *f = find_fleet(dir, enterprise_id);
    bool is_below = fleet_is_below(f, caller->home_id);
    bool may = is_live(f) && (caller->role == ROLE_ROOT || caller->home_id == enterprise_id ||
                              (leads && is_below));
    directory_unlock(dir);
    return may;
}

const struct fleet *directory_first_seen(const struct directory *dir, const struct caller *caller)
{
    return find_fleet(dir, caller->enterprise_id);
}

const struct fleet *directory_next_seen(const struct caller *caller, const struct fleet *first,
                                        const struct fleet *f)
{
    return caller->includes_below ? next_in_tree(first, f) : NULL;
}

bool caller_reaches(const struct directory *dir, const struct caller *caller, int64_t enterprise_id)
{
    return enterprise_id == caller->enterprise_id ||
           (caller->includes_below &&
            fleet_is_below(find_fleet(dir, enterprise_id), caller->enterprise_id));
}

bool directory_sees(struct directory *dir, const struct caller *caller,
                    const struct device_ref *ref)
{
    bool sees = caller->group_count == 0 && !ref->info->is_former;
    for (size_t i = 0; i < caller->group_count; i++) {
        sees = sees || caller->group_ids[i] == ref->group_id;
    }
    sees = sees && caller_is_shown(caller, ref->info->id);
    if (sees && ref->info->enterprise_id != caller->enterprise_id) {
        directory_lock_read(dir);
        sees = caller_reaches(dir, caller, ref->info->enterprise_id);
        directory_unlock(dir);
    }
    return sees;
}

void directory_hold_name(struct directory *dir, int64_t enterprise_id, char out[HOLD_NAME_SIZE])
{
    directory_lock_read(dir);
    const struct fleet *f = find_fleet(dir, enterprise_id);
    const char *name = f == NULL || f->enterprise == NULL ? "" : f->enterprise->name;
    (void)g_strlcpy(out, name, HOLD_NAME_SIZE);
    directory_unlock(dir);
}

static int compare_enterprises(const void *a, const void *b)
{
    const struct enterprise *x = a;
    const struct enterprise *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

struct enterprise *directory_list_tree(struct directory *dir, int64_t enterprise_id,
                                       struct arena *arena, size_t *count)
{
    size_t all = 0;
    *count = 0;
    directory_lock_read(dir);
    const struct fleet *top = find_fleet(dir, enterprise_id);
    for (const struct fleet *f = top; f != NULL; f = next_in_tree(top, f)) {
        all++;
    }
    struct enterprise *list = arena_new_array(arena, all, sizeof(*list));
    for (const struct fleet *f = top; f != NULL; f = next_in_tree(top, f)) {
        if (is_live(f)) {
            entity_copy(ENTITY_ENTERPRISE, f->enterprise, &list[(*count)++],
                        arena_new(arena, entity_borrowed(ENTITY_ENTERPRISE, f->enterprise)));
        }
    }
    directory_unlock(dir);
    qsort(list, *count, sizeof(*list), compare_enterprises);
    return list;
}

bool directory_has_below(struct directory *dir, int64_t enterprise_id)
{
    directory_lock_read(dir);
    const struct fleet *f = find_fleet(dir, enterprise_id);
    const struct fleet *child = f == NULL ? NULL : f->first_child;
    while (child != NULL && !is_live(child)) {
        child = child->next_child;
    }
    directory_unlock(dir);
    return child != NULL;
}

bool directory_may_join(struct directory *dir, int64_t enterprise_id, int64_t parent_id)
{
    directory_lock_read(dir);
    bool may = may_join(find_fleet(dir, enterprise_id), find_fleet(dir, parent_id));
    directory_unlock(dir);
    return may;
}

/* ---- limits ---- */

int64_t fleet_service_end_s(const struct fleet *f)
{
    int64_t end_s = 0;
    for (; f != NULL; f = f->parent) {
        int64_t own_s = f->enterprise == NULL ? 0 : f->enterprise->service_end_s;
        end_s = end_s == 0 || (own_s != 0 && own_s < end_s) ? own_s : end_s;
    }
    return end_s;
}

int64_t directory_service_end_s(struct directory *dir, int64_t enterprise_id)
{
    directory_lock_read(dir);
    int64_t end_s = fleet_service_end_s(find_fleet(dir, enterprise_id));
    directory_unlock(dir);
    return end_s;
}

static int32_t limit_of(const struct fleet *f, enum limit limit)
{
    return f->enterprise == NULL ? 0 : f->enterprise->limits[limit];
}

int64_t directory_retention_limit(struct directory *dir, int64_t enterprise_id)
{
    int32_t least = 0;
    directory_lock_read(dir);
    for (const struct fleet *f = find_fleet(dir, enterprise_id); f != NULL; f = f->parent) {
        int32_t own = limit_of(f, LIMIT_RETENTION_DAYS);
        least = own > 0 && (least == 0 || own < least) ? own : least;
    }
    directory_unlock(dir);
    return least;
}

static size_t count_of(const struct directory *dir, const struct fleet *f, enum limit limit)
{
    const struct rulebook *book = directory_book(dir, f->enterprise_id);
    if (!is_live(f)) {
        return 0;
    }
    switch (limit) {
    case LIMIT_DEVICES:
        return roll_count(f->devices);
    case LIMIT_USERS:
        return f->users;
    case LIMIT_GEOFENCES:
        return book == NULL ? 0 : book->fences_now;
    default:
        return 0;
    }
}

static int64_t count_in_tree(const struct directory *dir, const struct fleet *top, enum limit limit)
{
    size_t count = 0;
    for (const struct fleet *f = top; f != NULL; f = next_in_tree(top, f)) {
        count += count_of(dir, f, limit);
    }
    return (int64_t)count;
}

int64_t directory_count(struct directory *dir, enum limit limit, int64_t enterprise_id)
{
    directory_lock_read(dir);
    int64_t count = count_in_tree(dir, find_fleet(dir, enterprise_id), limit);
    directory_unlock(dir);
    return count;
}

/* How many more an enterprise may take for itself and all below it. */
static int64_t room_in(const struct directory *dir, const struct fleet *top, enum limit limit)
{
    int64_t most = limit_of(top, limit);
    int64_t room = most == 0 ? INT64_MAX : most - count_in_tree(dir, top, limit);
    return room < 0 ? 0 : room;
}

int64_t directory_room(struct directory *dir, enum limit limit, int64_t enterprise_id,
                       int64_t from_id)
{
    int64_t room = INT64_MAX;
    directory_lock_read(dir);
    const struct fleet *from = find_fleet(dir, from_id);
    for (const struct fleet *f = find_fleet(dir, enterprise_id); f != NULL; f = f->parent) {
        bool holds_both = f == from || fleet_is_below(from, f->enterprise_id);
        int64_t own = holds_both ? INT64_MAX : room_in(dir, f, limit);
        room = own < room ? own : room;
    }
    directory_unlock(dir);
    return room;
}
