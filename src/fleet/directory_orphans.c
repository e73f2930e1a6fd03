/*
 * Devices by group, and those that a deletion left behind. A group or an enterprise is deleted by
 * its tombstone alone, however many devices it has, so that one small commit does it:
 *
 *     tombstone applied ──► fleet or squad is marked ──► for readers its devices are gone, or in
 *                                      │                 no group, from here on
 *                                      └─► orphans ──► changes, some at a time ──► committed,
 *                                             ▲                                     applied
 *                                             └─ a start finds those that are left ────┘
 */
#include <stdlib.h>

#include "base/mem.h"
#include "fleet/directory_private.h"
#include "fleet/directory_rules.h"

/* Whether that group has a tombstone that was applied. */
static bool group_is_deleted(const struct directory *dir, int64_t id)
{
    const struct group *g = g_tree_lookup(dir->plain[ENTITY_GROUP], &id);
    return g != NULL && g->deleted;
}

/* ---- fleets ---- */

void directory_fleets_note(struct directory *dir, struct fleet *f)
{
    f->is_deleted = f->enterprise != NULL && f->enterprise->deleted;
    if (f->is_deleted && !f->is_orphaned && fleet_size(f) > 0) {
        f->is_orphaned = true;
        g_queue_push_tail(&dir->orphaned_fleets, f);
    }
}

/* The first fleet that still has devices to be deleted; NULL. */
static struct fleet *orphaned_fleet(struct directory *dir)
{
    struct fleet *f = g_queue_peek_head(&dir->orphaned_fleets);
    while (f != NULL && fleet_size(f) == 0) {
        f->is_orphaned = false;
        (void)g_queue_pop_head(&dir->orphaned_fleets);
        f = g_queue_peek_head(&dir->orphaned_fleets);
    }
    return f;
}

static void delete_some(const struct fleet *f, struct change_list *changes, size_t max)
{
    const struct roll *rest = roll_count(f->devices) > 0 ? f->devices : f->formers;
    struct roll_place place = roll_first();
    const struct device_record *r = roll_next(rest, &place);
    for (size_t i = 0; i < max && r != NULL; i++) {
        struct change *c = change_add(changes, CHANGE_PUT_DEVICE);
        c->device = device_copy(changes->arena, &r->device);
        c->device.deleted = true;
        change_add(changes, CHANGE_DELETE_CLOCK)->clock.device_id = r->device.id;
        r = roll_next(rest, &place);
    }
}

/* ---- squads ---- */

static struct squad *squad_of(struct directory *dir, int64_t group_id)
{
    struct squad *s = g_hash_table_lookup(dir->squads, &group_id);
    if (s == NULL) {
        s = mem_new(sizeof(*s));
        s->group_id = group_id;
        g_hash_table_insert(dir->squads, &s->group_id, s);
    }
    return s;
}

static void note_squad(struct directory *dir, struct squad *s)
{
    s->is_deleted = group_is_deleted(dir, s->group_id);
    if (s->is_deleted && !s->is_orphaned) {
        s->is_orphaned = true;
        g_queue_push_tail(&dir->orphaned_squads, s);
    }
}

void directory_squads_join(struct directory *dir, struct device_record *r)
{
    if (r->device.group_id == 0) {
        return;
    }
    struct squad *s = squad_of(dir, r->device.group_id);
    r->squad = s;
    r->next = s->first;
    if (s->first != NULL) {
        s->first->before = r;
    }
    s->first = r;
    note_squad(dir, s);
}

void directory_squads_leave(struct directory *dir, struct device_record *r)
{
    struct squad *s = r->squad;
    if (s == NULL) {
        return;
    }
    if (r->before != NULL) {
        r->before->next = r->next;
    } else {
        s->first = r->next;
    }
    if (r->next != NULL) {
        r->next->before = r->before;
    }
    r->squad = NULL;
    if (s->first == NULL) {
        if (s->is_orphaned) {
            (void)g_queue_remove(&dir->orphaned_squads, s);
        }
        g_hash_table_remove(dir->squads, &s->group_id);
    }
}

int64_t directory_squads_group(const struct device_record *r)
{
    return r->squad == NULL || r->squad->is_deleted ? 0 : r->squad->group_id;
}

static void release_some(struct directory *dir, const struct squad *s, struct change_list *changes,
                         const struct orphan_slice *slice)
{
    const struct device_record *r = s->first;
    for (size_t i = 0; i < slice->max && r != NULL; i++) {
        struct device free_one = device_copy(changes->arena, &r->device);
        free_one.group_id = 0;
        change_add(changes, CHANGE_PUT_DEVICE)->device = free_one;
        directory_note_term(dir, changes, &r->device, &free_one, slice->now_s);
        r = r->next;
    }
}

/* ---- orphans ---- */

void directory_orphans_init(struct directory *dir)
{
    dir->squads = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free);
    g_queue_init(&dir->orphaned_fleets);
    g_queue_init(&dir->orphaned_squads);
}

void directory_orphans_clear(struct directory *dir)
{
    g_queue_clear(&dir->orphaned_squads);
    g_queue_clear(&dir->orphaned_fleets);
    g_hash_table_destroy(dir->squads);
}

void directory_put_enterprise(struct directory *dir, const struct change *c)
{
    directory_put_plain(dir, c);
    if (c->enterprise.deleted) {
        directory_rules_disown(dir, ENTITY_ENTERPRISE, c->enterprise.id);
        directory_sims_disown(dir, c->enterprise.id);
        directory_owned_disown(dir, c->enterprise.id);
    }
    struct fleet *f = directory_fleet(dir, c->enterprise.id);
    f->enterprise = g_tree_lookup(dir->plain[ENTITY_ENTERPRISE], &c->enterprise.id);
    directory_tree_link(dir, f, c->enterprise.parent_id);
    directory_fleets_note(dir, f);
}

void directory_squads_note(struct directory *dir, int64_t group_id)
{
    struct squad *s = g_hash_table_lookup(dir->squads, &group_id);
    if (s != NULL) {
        note_squad(dir, s);
    }
}

bool directory_has_orphans(struct directory *dir)
{
    directory_lock_read(dir);
    bool has = dir->orphaned_fleets.length > 0 || dir->orphaned_squads.length > 0;
    directory_unlock(dir);
    return has;
}

void directory_resolve_orphans(struct directory *dir, struct change_list *changes,
                               const struct orphan_slice *slice)
{
    directory_lock_write(dir);
    const struct fleet *f = orphaned_fleet(dir);
    const struct squad *s = g_queue_peek_head(&dir->orphaned_squads);
    if (f != NULL) {
        delete_some(f, changes, slice->max);
    } else if (s != NULL) {
        release_some(dir, s, changes, slice);
    }
    directory_unlock(dir);
}
