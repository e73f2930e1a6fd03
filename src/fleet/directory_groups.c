/*
 * Live groups by name, so that whether a name is taken costs the same among three groups and among
 * thirty thousand. A name that another group took over stays with that one.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "fleet/directory_private.h"

/* The group of that name; 0: none. */
static int64_t holder_of(const struct directory *dir, const char *key)
{
    const int64_t *id = g_hash_table_lookup(dir->group_names, key);
    return id == NULL ? 0 : *id;
}

static void put_name(struct directory *dir, const struct group *g)
{
    int64_t *id = mem_new(sizeof(*id));
    *id = g->id;
    g_hash_table_replace(dir->group_names, directory_scoped_key(g->enterprise_id, g->name), id);
}

static void remove_name(struct directory *dir, const struct group *g)
{
    char *key = directory_scoped_key(g->enterprise_id, g->name);
    if (holder_of(dir, key) == g->id) {
        g_hash_table_remove(dir->group_names, key);
    }
    g_free(key);
}

void directory_groups_init(struct directory *dir)
{
    dir->group_names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free);
}

void directory_groups_clear(struct directory *dir)
{
    g_hash_table_destroy(dir->group_names);
}

/* A group is about to be put in place of what the tables have of it. */
static void note_name(struct directory *dir, const struct group *g)
{
    const struct group *old = g_tree_lookup(dir->plain[ENTITY_GROUP], &g->id);
    if (old != NULL) {
        remove_name(dir, old);
    }
    if (!g->deleted) {
        put_name(dir, g);
    }
}

void directory_put_group(struct directory *dir, const struct change *c)
{
    note_name(dir, &c->group);
    directory_put_plain(dir, c);
    directory_squads_note(dir, c->group.id);
    feeds_note_groups(&dir->feeds, c->group.enterprise_id);
}

bool directory_group_name_taken(struct directory *dir, int64_t enterprise_id, const char *name,
                                int64_t except_id)
{
    char *key = directory_scoped_key(enterprise_id, name);
    directory_lock_read(dir);
    int64_t holder = holder_of(dir, key);
    directory_unlock(dir);
    g_free(key);
    return holder != 0 && holder != except_id;
}
