/*
 * The addresses that users logged in from: a short list a user, walked from end to end. Who may be
 * in it, and for how long, is decided where logins are made; here it is kept and looked up.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/directory_private.h"

/* Those of one user, each one allocation with its text behind it. */
struct known_addresses {
    int64_t user_id;
    GPtrArray *list; /* of struct login_address; never empty */
};

static void known_free(void *value)
{
    struct known_addresses *known = value;
    (void)g_ptr_array_free(known->list, TRUE);
    free(known);
}

void directory_addresses_init(struct directory *dir)
{
    dir->addresses = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, known_free);
}

void directory_addresses_clear(struct directory *dir)
{
    g_hash_table_destroy(dir->addresses);
}

static struct known_addresses *known_of(struct directory *dir, int64_t user_id)
{
    struct known_addresses *known = g_hash_table_lookup(dir->addresses, &user_id);
    if (known == NULL) {
        known = mem_new(sizeof(*known));
        known->user_id = user_id;
        known->list = g_ptr_array_new_with_free_func(free);
        g_hash_table_insert(dir->addresses, &known->user_id, known);
    }
    return known;
}

static struct login_address *find(const struct known_addresses *known, const char *address)
{
    for (size_t i = 0; known != NULL && i < known->list->len; i++) {
        struct login_address *at = g_ptr_array_index(known->list, i);
        if (strcmp(at->address, address) == 0) {
            return at;
        }
    }
    return NULL;
}

void directory_put_address(struct directory *dir, const struct change *c)
{
    const struct login_address *a = &c->login_address;
    struct known_addresses *known = known_of(dir, a->user_id);
    struct login_address *held = find(known, a->address);
    if (held != NULL) {
        held->last_s = a->last_s;
        return;
    }
    struct login_address *copy = mem_new(sizeof(*copy) + entity_borrowed(ENTITY_LOGIN_ADDRESS, a));
    entity_copy(ENTITY_LOGIN_ADDRESS, a, copy, copy + 1);
    g_ptr_array_add(known->list, copy);
}

void directory_forget_address(struct directory *dir, const struct change *c)
{
    const struct login_address *a = &c->login_address;
    struct known_addresses *known = g_hash_table_lookup(dir->addresses, &a->user_id);
    struct login_address *held = find(known, a->address);
    if (held != NULL) {
        (void)g_ptr_array_remove_fast(known->list, held);
        if (known->list->len == 0) {
            g_hash_table_remove(dir->addresses, &a->user_id);
        }
    }
}

void directory_forget_addresses(struct directory *dir, int64_t user_id)
{
    g_hash_table_remove(dir->addresses, &user_id);
}

bool directory_knows_address(struct directory *dir, int64_t user_id, const char *address,
                             int64_t now_s)
{
    directory_lock_read(dir);
    const struct login_address *held = find(g_hash_table_lookup(dir->addresses, &user_id), address);
    int64_t age_s = held == NULL ? INT64_MAX : now_s - held->last_s;
    bool knows =
        age_s >= -LOGIN_ADDRESS_STALE_S && age_s <= LOGIN_ADDRESS_KNOWN_S + LOGIN_ADDRESS_STALE_S;
    directory_unlock(dir);
    return knows;
}

struct login_address *directory_list_addresses(struct directory *dir, int64_t user_id,
                                               struct arena *arena, size_t *count)
{
    directory_lock_read(dir);
    const struct known_addresses *known = g_hash_table_lookup(dir->addresses, &user_id);
    *count = known == NULL ? 0 : known->list->len;
    struct login_address *list = arena_new_array(arena, *count, sizeof(*list));
    for (size_t i = 0; i < *count; i++) {
        const struct login_address *at = g_ptr_array_index(known->list, i);
        entity_copy(ENTITY_LOGIN_ADDRESS, at, &list[i],
                    arena_new(arena, entity_borrowed(ENTITY_LOGIN_ADDRESS, at)));
    }
    directory_unlock(dir);
    return list;
}
