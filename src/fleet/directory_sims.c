/*
 * SIM cards: in order of enterprise and id for lists, by device, and by ICCID. The first table owns
 * them, each in one allocation with its texts behind it.
 */
#include "fleet/directory_sims.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/directory_private.h"

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_owned(const void *a, const void *b, void *unused)
{
    const struct sim_card *x = a;
    const struct sim_card *y = b;
    (void)unused;
    int by_enterprise = compare_numbers(x->enterprise_id, y->enterprise_id);
    return by_enterprise != 0 ? by_enterprise : compare_numbers(x->id, y->id);
}

static int compare_placed(const void *a, const void *b)
{
    const struct sim_card *x = a;
    const struct sim_card *y = b;
    int by_device = compare_numbers(x->device_id, y->device_id);
    return by_device != 0 ? by_device : compare_numbers(x->id, y->id);
}

void directory_sims_init(struct directory *dir)
{
    dir->sims = g_tree_new_full(compare_owned, NULL, NULL, free);
    dir->sims_by_device = g_tree_new(compare_placed);
    dir->sims_by_iccid = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void directory_sims_clear(struct directory *dir)
{
    g_hash_table_destroy(dir->sims_by_iccid);
    g_tree_destroy(dir->sims_by_device);
    g_tree_destroy(dir->sims);
}

/* ---- changes ---- */

static void remove_sim(struct directory *dir, const struct sim_card *like)
{
    char key[ICCID_KEY_SIZE];
    const struct sim_card *s = g_tree_lookup(dir->sims, like);
    if (s == NULL) {
        return;
    }
    if (iccid_key(s->iccid, key) && g_hash_table_lookup(dir->sims_by_iccid, key) == s) {
        g_hash_table_remove(dir->sims_by_iccid, key);
    }
    g_tree_remove(dir->sims_by_device, s);
    g_tree_remove(dir->sims, s);
}

void directory_put_sim(struct directory *dir, const struct change *c)
{
    char key[ICCID_KEY_SIZE];
    struct sim_card *s = mem_new(sizeof(*s) + entity_borrowed(ENTITY_SIM, &c->sim));
    entity_copy(ENTITY_SIM, &c->sim, s, s + 1);
    remove_sim(dir, s);
    g_tree_insert(dir->sims, s, s);
    if (s->device_id != 0) {
        g_tree_insert(dir->sims_by_device, s, s);
    }
    if (iccid_key(s->iccid, key)) {
        g_hash_table_replace(dir->sims_by_iccid, g_strdup(key), s);
    }
}

void directory_forget_sim(struct directory *dir, const struct change *c)
{
    remove_sim(dir, &c->sim);
}

/* The first card of the enterprise; NULL: it has none. */
static GTreeNode *first_of(const struct directory *dir, int64_t enterprise_id)
{
    const struct sim_card like = {.enterprise_id = enterprise_id};
    GTreeNode *node = g_tree_lower_bound(dir->sims, &like);
    const struct sim_card *s = node == NULL ? NULL : g_tree_node_key(node);
    return s != NULL && s->enterprise_id == enterprise_id ? node : NULL;
}

void directory_sims_disown(struct directory *dir, int64_t enterprise_id)
{
    for (GTreeNode *node = first_of(dir, enterprise_id); node != NULL;
         node = first_of(dir, enterprise_id)) {
        remove_sim(dir, g_tree_node_key(node));
    }
}

/* ---- readers ---- */

/* Copies it into `arena`; NULL: there is none. */
static enum err copy_card(const struct sim_card *s, struct arena *arena, struct sim_card *out)
{
    if (s == NULL) {
        return ERR_NOT_FOUND;
    }
    entity_copy(ENTITY_SIM, s, out, arena_new(arena, entity_borrowed(ENTITY_SIM, s)));
    return ERR_OK;
}

enum err directory_sim(struct directory *dir, const char *iccid, struct arena *arena,
                       struct sim_card *out)
{
    char key[ICCID_KEY_SIZE];
    if (!iccid_key(iccid, key)) {
        return ERR_NOT_FOUND;
    }
    directory_lock_read(dir);
    enum err e = copy_card(g_hash_table_lookup(dir->sims_by_iccid, key), arena, out);
    directory_unlock(dir);
    return e;
}

static size_t count_from(GTreeNode *node, int64_t enterprise_id)
{
    size_t count = 0;
    for (; node != NULL; node = g_tree_node_next(node)) {
        const struct sim_card *s = g_tree_node_key(node);
        if (s->enterprise_id != enterprise_id) {
            break;
        }
        count++;
    }
    return count;
}

/* Copies those of an enterprise behind the `count` that `all` has. */
static void copy_owned(const struct directory *dir, int64_t enterprise_id, struct arena *arena,
                       struct sim_card *all, size_t *count)
{
    GTreeNode *node = first_of(dir, enterprise_id);
    size_t own = count_from(node, enterprise_id);
    for (size_t i = 0; i < own; i++, node = g_tree_node_next(node)) {
        const struct sim_card *s = g_tree_node_key(node);
        (void)copy_card(s, arena, &all[(*count)++]);
    }
}

struct sim_card *directory_list_sims_seen(struct directory *dir, const struct caller *caller,
                                          struct arena *arena, size_t *count)
{
    size_t room = 0;
    *count = 0;
    directory_lock_read(dir);
    const struct fleet *first = directory_first_seen(dir, caller);
    for (const struct fleet *f = first; f != NULL; f = directory_next_seen(caller, first, f)) {
        room += count_from(first_of(dir, f->enterprise_id), f->enterprise_id);
    }
    struct sim_card *all = arena_new_array(arena, room, sizeof(*all));
    for (const struct fleet *f = first; f != NULL; f = directory_next_seen(caller, first, f)) {
        copy_owned(dir, f->enterprise_id, arena, all, count);
    }
    directory_unlock(dir);
    return all;
}

struct sim_card *directory_list_sims(struct directory *dir, int64_t enterprise_id,
                                     struct arena *arena, size_t *count)
{
    return directory_list_sims_seen(dir, &(struct caller){.enterprise_id = enterprise_id}, arena,
                                    count);
}

/* Whether they have the same digits, of which there are any. */
static bool is_same_number(const char *a, const char *b)
{
    size_t digits = 0;
    for (;; digits++) {
        while (*a != '\0' && !isdigit((unsigned char)*a)) {
            a++;
        }
        while (*b != '\0' && !isdigit((unsigned char)*b)) {
            b++;
        }
        if (*a != *b || *a == '\0') {
            return *a == *b && digits > 0;
        }
        a++;
        b++;
    }
}

/* Which member of a card a name is held against. */
typedef const char *card_number(const struct sim_card *s);
static const char *imsi_of(const struct sim_card *s)
{
    return s->imsi;
}

static const char *sim_of(const struct sim_card *s)
{
    return s->sim;
}

/* The only card of the enterprise that has the number; NULL. Under the lock. */
static const struct sim_card *find_number(const struct directory *dir, int64_t enterprise_id,
                                          const char *number, card_number *of)
{
    const struct sim_card *found = NULL;
    size_t count = 0;
    GTreeNode *node = first_of(dir, enterprise_id);
    for (size_t left = count_from(node, enterprise_id); left > 0; left--) {
        const struct sim_card *s = g_tree_node_key(node);
        bool has_it = is_same_number(of(s), number);
        found = has_it ? s : found;
        count += has_it ? 1 : 0;
        node = g_tree_node_next(node);
    }
    return count == 1 ? found : NULL;
}

enum err directory_match_sim(struct directory *dir, int64_t enterprise_id,
                             const struct sim_names *names, struct arena *arena,
                             struct sim_card *out)
{
    char key[ICCID_KEY_SIZE];
    const struct sim_card *s = NULL;
    directory_lock_read(dir);
    if (iccid_key(names->iccid, key)) {
        s = g_hash_table_lookup(dir->sims_by_iccid, key);
        s = s != NULL && s->enterprise_id == enterprise_id ? s : NULL;
    }
    s = s == NULL ? find_number(dir, enterprise_id, names->imsi, imsi_of) : s;
    s = s == NULL ? find_number(dir, enterprise_id, names->sim, sim_of) : s;
    enum err e = copy_card(s, arena, out);
    directory_unlock(dir);
    return e;
}

/* The first card of the device; NULL: there is none in it. Under the lock. */
static GTreeNode *first_in(const struct directory *dir, int64_t device_id)
{
    const struct sim_card like = {.device_id = device_id};
    return g_tree_lower_bound(dir->sims_by_device, &like);
}

static bool is_in(GTreeNode *node, int64_t device_id)
{
    const struct sim_card *s = node == NULL ? NULL : g_tree_node_key(node);
    return s != NULL && s->device_id == device_id;
}

static size_t count_in(const struct directory *dir, int64_t device_id)
{
    size_t count = 0;
    GTreeNode *node = first_in(dir, device_id);
    for (; is_in(node, device_id); node = g_tree_node_next(node)) {
        count++;
    }
    return count;
}

size_t directory_sims_in(struct directory *dir, int64_t device_id)
{
    directory_lock_read(dir);
    size_t count = count_in(dir, device_id);
    directory_unlock(dir);
    return count;
}

struct sim_card *directory_list_sims_in(struct directory *dir, int64_t device_id,
                                        struct arena *arena, size_t *count)
{
    directory_lock_read(dir);
    *count = count_in(dir, device_id);
    struct sim_card *all = arena_new_array(arena, *count, sizeof(*all));
    GTreeNode *node = *count == 0 ? NULL : first_in(dir, device_id);
    for (size_t i = 0; i < *count; i++, node = g_tree_node_next(node)) {
        (void)copy_card(g_tree_node_key(node), arena, &all[i]);
    }
    directory_unlock(dir);
    return all;
}

bool directory_next_sim(struct directory *dir, struct sim_card *at, int64_t *device_id)
{
    directory_lock_read(dir);
    GTreeNode *node = g_tree_upper_bound(dir->sims, at);
    const struct sim_card *s = node == NULL ? NULL : g_tree_node_key(node);
    if (s != NULL) {
        at->enterprise_id = s->enterprise_id;
        at->id = s->id;
        *device_id = s->device_id;
    }
    directory_unlock(dir);
    return s != NULL;
}

enum err directory_sim_after(struct directory *dir, const struct sim_card *after,
                             struct arena *arena, struct sim_card *out)
{
    directory_lock_read(dir);
    GTreeNode *node = g_tree_upper_bound(dir->sims, after);
    enum err e = copy_card(node == NULL ? NULL : g_tree_node_key(node), arena, out);
    directory_unlock(dir);
    return e;
}

int64_t directory_device_of_sim(struct directory *dir, const struct sim_card *like)
{
    directory_lock_read(dir);
    const struct sim_card *s = g_tree_lookup(dir->sims, like);
    int64_t device_id = s == NULL ? 0 : s->device_id;
    directory_unlock(dir);
    return device_id;
}

enum err directory_sim_by_id(struct directory *dir, const struct sim_card *like,
                             struct arena *arena, struct sim_card *out)
{
    directory_lock_read(dir);
    enum err e = copy_card(g_tree_lookup(dir->sims, like), arena, out);
    directory_unlock(dir);
    return e;
}

bool directory_sim_is_told(struct directory *dir, const struct sim_card *like)
{
    directory_lock_read(dir);
    const struct sim_card *s = g_tree_lookup(dir->sims, like);
    bool is_told = s != NULL && s->state_s == like->state_s && strcmp(s->imei, like->imei) == 0;
    directory_unlock(dir);
    return is_told;
}
