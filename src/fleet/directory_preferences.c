/*
 * What users' pages keep for them: a short list a user, walked from end to end. How many there may
 * be is decided where they are set.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/directory_private.h"

/* Those of one user, each one allocation with its texts behind it. */
struct user_preferences {
    int64_t user_id;
    GPtrArray *list; /* of struct preference; never empty */
};

static void preferences_free(void *value)
{
    struct user_preferences *of_user = value;
    (void)g_ptr_array_free(of_user->list, TRUE);
    free(of_user);
}

void directory_preferences_init(struct directory *dir)
{
    dir->preferences = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, preferences_free);
}

void directory_preferences_clear(struct directory *dir)
{
    g_hash_table_destroy(dir->preferences);
}

/* The user's preference of that key; NULL: there is none. */
static struct preference *find(const struct user_preferences *of_user, const char *key)
{
    for (size_t i = 0; of_user != NULL && i < of_user->list->len; i++) {
        struct preference *at = g_ptr_array_index(of_user->list, i);
        if (strcmp(at->key, key) == 0) {
            return at;
        }
    }
    return NULL;
}

void directory_put_preference(struct directory *dir, const struct change *c)
{
    const struct preference *p = &c->preference;
    struct user_preferences *of_user = g_hash_table_lookup(dir->preferences, &p->user_id);
    if (of_user == NULL) {
        of_user = mem_new(sizeof(*of_user));
        of_user->user_id = p->user_id;
        of_user->list = g_ptr_array_new_with_free_func(free);
        g_hash_table_insert(dir->preferences, &of_user->user_id, of_user);
    }
    struct preference *copy = mem_new(sizeof(*copy) + entity_borrowed(ENTITY_PREFERENCE, p));
    entity_copy(ENTITY_PREFERENCE, p, copy, copy + 1);
    struct preference *held = find(of_user, p->key);
    if (held != NULL) {
        (void)g_ptr_array_remove_fast(of_user->list, held);
    }
    g_ptr_array_add(of_user->list, copy);
}

void directory_forget_preference(struct directory *dir, const struct change *c)
{
    const struct preference *p = &c->preference;
    struct user_preferences *of_user = g_hash_table_lookup(dir->preferences, &p->user_id);
    struct preference *held = find(of_user, p->key);
    if (held != NULL) {
        (void)g_ptr_array_remove_fast(of_user->list, held);
        if (of_user->list->len == 0) {
            g_hash_table_remove(dir->preferences, &p->user_id);
        }
    }
}

void directory_forget_preferences(struct directory *dir, int64_t user_id)
{
    g_hash_table_remove(dir->preferences, &user_id);
}

enum err directory_preference(struct directory *dir, int64_t user_id, const char *key,
                              struct arena *arena, struct preference *out)
{
    directory_lock_read(dir);
    const struct preference *held = find(g_hash_table_lookup(dir->preferences, &user_id), key);
    if (held != NULL) {
        entity_copy(ENTITY_PREFERENCE, held, out,
                    arena_new(arena, entity_borrowed(ENTITY_PREFERENCE, held)));
    }
    directory_unlock(dir);
    return held != NULL ? ERR_OK : ERR_NOT_FOUND;
}

size_t directory_preference_count(struct directory *dir, int64_t user_id)
{
    directory_lock_read(dir);
    const struct user_preferences *of_user = g_hash_table_lookup(dir->preferences, &user_id);
    size_t count = of_user == NULL ? 0 : of_user->list->len;
    directory_unlock(dir);
    return count;
}
