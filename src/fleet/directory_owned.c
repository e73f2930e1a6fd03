/*
 * What enterprises own and find by an id alone: a tree for each kind in order of enterprise and id,
 * which owns the structs, each in one allocation with what it borrows behind it.
 */
#include "fleet/directory_owned.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"
#include "fleet/directory_private.h"

static const enum entity_kind kinds[] = {ENTITY_REPORT, ENTITY_SCHEDULE, ENTITY_SHARE};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static int compare(const void *a, const void *b, void *unused)
{
    const struct owned_key *x = a;
    const struct owned_key *y = b;
    (void)unused;
    int by_enterprise =
        (x->enterprise_id > y->enterprise_id) - (x->enterprise_id < y->enterprise_id);
    return by_enterprise != 0 ? by_enterprise : (x->id > y->id) - (x->id < y->id);
}

void directory_owned_init(struct directory *dir)
{
    for (size_t i = 0; i < KINDS; i++) {
        dir->owned[kinds[i]] = g_tree_new_full(compare, NULL, NULL, free);
    }
}

void directory_owned_clear(struct directory *dir)
{
    for (size_t i = 0; i < KINDS; i++) {
        g_tree_destroy(dir->owned[kinds[i]]);
    }
}

/* ---- changes ---- */

void directory_put_owned(struct directory *dir, const struct change *c)
{
    enum entity_kind kind = change_entity(c->kind);
    size_t size = entity_rows[kind].size;
    uint8_t *copy = mem_new(size + entity_borrowed(kind, change_value(c)));
    entity_copy(kind, change_value(c), copy, copy + size);
    g_tree_replace(dir->owned[kind], copy, copy);
}

void directory_forget_owned(struct directory *dir, const struct change *c)
{
    g_tree_remove(dir->owned[change_entity(c->kind)], change_value(c));
}

/* The first one of the enterprise; NULL: it has none. */
static GTreeNode *first_of(GTree *tree, int64_t enterprise_id)
{
    const struct owned_key like = {.enterprise_id = enterprise_id};
    GTreeNode *node = g_tree_lower_bound(tree, &like);
    const struct owned_key *key = node == NULL ? NULL : g_tree_node_key(node);
    return key != NULL && key->enterprise_id == enterprise_id ? node : NULL;
}

void directory_owned_disown(struct directory *dir, int64_t enterprise_id)
{
    for (size_t i = 0; i < KINDS; i++) {
        GTree *tree = dir->owned[kinds[i]];
        for (GTreeNode *node = first_of(tree, enterprise_id); node != NULL;
             node = first_of(tree, enterprise_id)) {
            g_tree_remove(tree, g_tree_node_key(node));
        }
    }
}

/* ---- readers ---- */

static enum err copy_out(enum entity_kind kind, const void *held, struct arena *arena, void *out)
{
    if (held == NULL) {
        return ERR_NOT_FOUND;
    }
    entity_copy(kind, held, out, arena_new(arena, entity_borrowed(kind, held)));
    return ERR_OK;
}

enum err directory_owned(struct directory *dir, enum entity_kind kind, struct owned_key key,
                         struct arena *arena, void *out)
{
    directory_lock_read(dir);
    enum err e = copy_out(kind, g_tree_lookup(dir->owned[kind], &key), arena, out);
    directory_unlock(dir);
    return e;
}

enum err directory_owned_after(struct directory *dir, enum entity_kind kind, struct owned_key key,
                               struct arena *arena, void *out)
{
    directory_lock_read(dir);
    GTreeNode *node = g_tree_upper_bound(dir->owned[kind], &key);
    enum err e = copy_out(kind, node == NULL ? NULL : g_tree_node_key(node), arena, out);
    directory_unlock(dir);
    return e;
}

void directory_see_owned(struct directory *dir, enum entity_kind kind, int64_t enterprise_id,
                         void (*see)(void *context, const void *held), void *context)
{
    directory_lock_read(dir);
    for (GTreeNode *node = first_of(dir->owned[kind], enterprise_id); node != NULL;
         node = g_tree_node_next(node)) {
        const struct owned_key *key = g_tree_node_key(node);
        if (key->enterprise_id != enterprise_id) {
            break;
        }
        see(context, key);
    }
    directory_unlock(dir);
}

static size_t count_of(GTreeNode *node, int64_t enterprise_id)
{
    size_t count = 0;
    for (; node != NULL; node = g_tree_node_next(node)) {
        const struct owned_key *key = g_tree_node_key(node);
        if (key->enterprise_id != enterprise_id) {
            break;
        }
        count++;
    }
    return count;
}

void *directory_list_owned(struct directory *dir, enum entity_kind kind, int64_t enterprise_id,
                           struct arena *arena, size_t *count)
{
    directory_lock_read(dir);
    GTreeNode *node = first_of(dir->owned[kind], enterprise_id);
    size_t size = entity_rows[kind].size;
    *count = count_of(node, enterprise_id);
    uint8_t *all = arena_new_array(arena, *count, size);
    for (size_t i = 0; i < *count; i++, node = g_tree_node_next(node)) {
        enum err e = copy_out(kind, g_tree_node_key(node), arena, all + i * size);
        check(e == ERR_OK);
    }
    directory_unlock(dir);
    return all;
}
