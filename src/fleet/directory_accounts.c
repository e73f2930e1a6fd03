/*
 * Enterprises, users, groups, tokens and focus marks. Each value is one allocation: the struct,
 * then (of users) the group ids, then its texts. The same copying serves the tables (on the heap)
 * and the answers (in the caller's arena).
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/directory_private.h"

/* ---- values and their copies ---- */

static size_t text_size(const char *text)
{
    return strlen(text) + 1;
}

/* Copies `text` to *at, moves *at behind it and answers where it now is. */
static const char *pack_text(char **at, const char *text)
{
    size_t size = text_size(text);
    const char *copy = memcpy(*at, text, size);
    *at += size;
    return copy;
}

static size_t enterprise_size(const struct enterprise *e)
{
    return sizeof(*e) + text_size(e->name) + text_size(e->zone);
}

static struct enterprise *enterprise_copy(void *memory, const struct enterprise *e)
{
    struct enterprise *copy = memory;
    *copy = *e;
    char *at = (char *)(copy + 1);
    copy->name = pack_text(&at, e->name);
    copy->zone = pack_text(&at, e->zone);
    return copy;
}

static size_t user_group_count(const struct user *u)
{
    return u->group_count > USER_GROUPS_MAX ? USER_GROUPS_MAX : u->group_count;
}

static size_t user_size(const struct user *u)
{
    return sizeof(*u) + user_group_count(u) * sizeof(*u->group_ids) + text_size(u->login_name) +
           text_size(u->password_hash);
}

static struct user *user_copy(void *memory, const struct user *u)
{
    struct user *copy = memory;
    *copy = *u;
    int64_t *group_ids = (int64_t *)(copy + 1);
    copy->group_count = user_group_count(u);
    if (copy->group_count > 0) {
        memcpy(group_ids, u->group_ids, copy->group_count * sizeof(*group_ids));
    }
    copy->group_ids = group_ids;
    char *at = (char *)(group_ids + copy->group_count);
    copy->login_name = pack_text(&at, u->login_name);
    copy->password_hash = pack_text(&at, u->password_hash);
    return copy;
}

static size_t group_size(const struct group *g)
{
    return sizeof(*g) + text_size(g->name);
}

static struct group *group_copy(void *memory, const struct group *g)
{
    struct group *copy = memory;
    *copy = *g;
    char *at = (char *)(copy + 1);
    copy->name = pack_text(&at, g->name);
    return copy;
}

/* ---- keys ---- */

static int compare_ids(const void *a, const void *b, void *unused)
{
    (void)unused;
    const int64_t *x = a;
    const int64_t *y = b;
    return (*x > *y) - (*x < *y);
}

/* A token's hash is random in every byte. */
static guint hash_token(const void *key)
{
    guint h = 0;
    memcpy(&h, key, sizeof(h));
    return h;
}

static gboolean equal_tokens(const void *a, const void *b)
{
    return memcmp(a, b, TOKEN_HASH_BYTES) == 0;
}

static guint hash_focus(const void *key)
{
    const struct focus *f = key;
    return g_int64_hash(&f->device_id) * 31 + g_int64_hash(&f->user_id);
}

static gboolean equal_focus(const void *a, const void *b)
{
    const struct focus *x = a;
    const struct focus *y = b;
    return x->user_id == y->user_id && x->device_id == y->device_id;
}

void directory_accounts_init(struct directory *dir)
{
    dir->enterprises = g_tree_new_full(compare_ids, NULL, NULL, free);
    dir->users = g_tree_new_full(compare_ids, NULL, NULL, free);
    dir->groups = g_tree_new_full(compare_ids, NULL, NULL, free);
    dir->logins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    dir->tokens = g_hash_table_new_full(hash_token, equal_tokens, NULL, free);
    dir->focus = g_hash_table_new_full(hash_focus, equal_focus, free, NULL);
    dir->token_sweep_at = DIRECTORY_TOKENS_KEPT;
}

void directory_accounts_clear(struct directory *dir)
{
    g_hash_table_destroy(dir->focus);
    g_hash_table_destroy(dir->tokens);
    g_hash_table_destroy(dir->logins);
    g_tree_destroy(dir->groups);
    g_tree_destroy(dir->users);
    g_tree_destroy(dir->enterprises);
}

/* ---- changes ---- */

static void put_enterprise(struct directory *dir, const struct enterprise *e)
{
    struct enterprise *copy = enterprise_copy(mem_new(enterprise_size(e)), e);
    g_tree_replace(dir->enterprises, &copy->id, copy);
}

static void put_group(struct directory *dir, const struct group *g)
{
    struct group *copy = group_copy(mem_new(group_size(g)), g);
    g_tree_replace(dir->groups, &copy->id, copy);
}

/* Lets a login name lead to `u`, unless it leads to a live user and `u` is deleted. */
static void index_login(struct directory *dir, struct user *u)
{
    char *name = directory_folded(u->login_name);
    const struct user *holder = g_hash_table_lookup(dir->logins, name);
    if (holder == NULL || holder->deleted || !u->deleted) {
        g_hash_table_replace(dir->logins, name, u);
    } else {
        g_free(name);
    }
}

/* What a search for another user of a name needs. */
struct login_search {
    const char *name;
    struct user *found;
};

static gboolean match_login(void *key, void *value, void *data)
{
    (void)key;
    struct user *u = value;
    struct login_search *search = data;
    char *name = directory_folded(u->login_name);
    if (strcmp(name, search->name) == 0 && (search->found == NULL || !u->deleted)) {
        search->found = u;
    }
    g_free(name);
    return FALSE;
}

/*
 * Takes `u` out of the tables. Its name goes to another user of that name, if there is one; not
 * where `heir` of the same name is about to take its place, which saves the search.
 */
static void remove_user(struct directory *dir, struct user *u, const struct user *heir)
{
    char *name = directory_folded(u->login_name);
    char *heir_name = directory_folded(heir->login_name);
    bool held = g_hash_table_lookup(dir->logins, name) == u;
    bool stays = strcmp(name, heir_name) == 0;
    g_free(heir_name);
    g_tree_remove(dir->users, &u->id);
    if (held && stays) {
        g_hash_table_remove(dir->logins, name);
    } else if (held) {
        struct login_search search = {.name = name};
        g_hash_table_remove(dir->logins, name);
        g_tree_foreach(dir->users, match_login, &search);
        if (search.found != NULL) {
            index_login(dir, search.found);
        }
    }
    g_free(name);
}

static void put_user(struct directory *dir, const struct user *u)
{
    struct user *old = g_tree_lookup(dir->users, &u->id);
    struct user *copy = user_copy(mem_new(user_size(u)), u);
    if (old != NULL) {
        remove_user(dir, old, copy);
    }
    g_tree_insert(dir->users, &copy->id, copy);
    index_login(dir, copy);
}

static bool has_passed(int64_t end_s, int64_t now_s)
{
    return end_s != 0 && now_s >= end_s;
}

/* The live user of a token that still counts but for the expiry of accounts; NULL. */
static const struct user *user_of_token(const struct directory *dir, const struct token *t,
                                        int64_t now_s)
{
    const struct user *u = g_tree_lookup(dir->users, &t->user_id);
    bool dead =
        u == NULL || u->deleted || u->token_generation != t->generation || now_s >= t->expires_s;
    return dead ? NULL : u;
}

/* Keeps memory bounded by the tokens in use: dead ones go whenever their number has doubled. */
static void sweep_tokens(struct directory *dir, int64_t now_s)
{
    if (g_hash_table_size(dir->tokens) < dir->token_sweep_at) {
        return;
    }
    GHashTableIter iter;
    void *value = NULL;
    g_hash_table_iter_init(&iter, dir->tokens);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (user_of_token(dir, value, now_s) == NULL) {
            g_hash_table_iter_remove(&iter);
        }
    }
    size_t kept = g_hash_table_size(dir->tokens);
    dir->token_sweep_at = kept > DIRECTORY_TOKENS_KEPT / 2 ? kept * 2 : DIRECTORY_TOKENS_KEPT;
}

static void put_token(struct directory *dir, const struct token *t)
{
    struct token *copy = mem_new(sizeof(*copy));
    *copy = *t;
    g_hash_table_replace(dir->tokens, copy->hash, copy);
    sweep_tokens(dir, t->created_s);
}

static void put_focus(struct directory *dir, const struct focus *f)
{
    struct focus *copy = mem_new(sizeof(*copy));
    *copy = *f;
    g_hash_table_add(dir->focus, copy);
}

void directory_accounts_apply(struct directory *dir, const struct change *c)
{
    switch (c->kind) {
    case CHANGE_PUT_ENTERPRISE:
        put_enterprise(dir, &c->enterprise);
        break;
    case CHANGE_PUT_USER:
        put_user(dir, &c->user);
        break;
    case CHANGE_PUT_GROUP:
        put_group(dir, &c->group);
        break;
    case CHANGE_PUT_TOKEN:
        put_token(dir, &c->token);
        break;
    case CHANGE_DELETE_TOKEN:
        g_hash_table_remove(dir->tokens, c->token.hash);
        break;
    case CHANGE_PUT_FOCUS:
        put_focus(dir, &c->focus);
        break;
    case CHANGE_DELETE_FOCUS:
        g_hash_table_remove(dir->focus, &c->focus);
        break;
    case CHANGE_PUT_LOGIN_ADDRESS:
        directory_addresses_put(dir, &c->login_address);
        break;
    case CHANGE_DELETE_LOGIN_ADDRESS:
        directory_addresses_delete(dir, &c->login_address);
        break;
    default: /* texts and parts are the store's alone */
        break;
    }
}

/* ---- who is calling ---- */

static enum err caller_of_token(const struct directory *dir, const struct token *t, int64_t now_s,
                                struct caller *out)
{
    const struct user *u = user_of_token(dir, t, now_s);
    if (u == NULL || has_passed(u->expire_s, now_s)) {
        return ERR_NOT_FOUND;
    }
    if (u->enterprise_id != 0) {
        const struct enterprise *e = g_tree_lookup(dir->enterprises, &u->enterprise_id);
        if (e == NULL || e->deleted || has_passed(e->service_end_s, now_s)) {
            return ERR_NOT_FOUND;
        }
    }
    *out = (struct caller){
        .user_id = u->id,
        .enterprise_id = u->enterprise_id,
        .role = u->role,
        .group_count = u->group_count,
    };
    if (u->group_count > 0) {
        memcpy(out->group_ids, u->group_ids, u->group_count * sizeof(*u->group_ids));
    }
    return ERR_OK;
}

/* Forgets a token that was found expired without the write lock; it may have changed since. */
static void drop_expired(struct directory *dir, const uint8_t *hash, int64_t now_s)
{
    directory_lock_write(dir);
    const struct token *t = g_hash_table_lookup(dir->tokens, hash);
    if (t != NULL && now_s >= t->expires_s) {
        g_hash_table_remove(dir->tokens, hash);
    }
    directory_unlock(dir);
}

enum err directory_authenticate(struct directory *dir, const uint8_t hash[TOKEN_HASH_BYTES],
                                int64_t now_s, struct caller *out)
{
    directory_lock_read(dir);
    const struct token *t = g_hash_table_lookup(dir->tokens, hash);
    enum err e = t == NULL ? ERR_NOT_FOUND : caller_of_token(dir, t, now_s, out);
    bool expired = t != NULL && now_s >= t->expires_s;
    directory_unlock(dir);
    if (expired) {
        drop_expired(dir, hash, now_s);
    }
    return e;
}

enum err directory_token(struct directory *dir, const uint8_t hash[TOKEN_HASH_BYTES],
                         struct token *out)
{
    directory_lock_read(dir);
    const struct token *t = g_hash_table_lookup(dir->tokens, hash);
    if (t != NULL) {
        *out = *t;
    }
    directory_unlock(dir);
    return t == NULL ? ERR_NOT_FOUND : ERR_OK;
}

enum err directory_user_by_login(struct directory *dir, const char *login_name, struct arena *arena,
                                 struct user *out)
{
    char *name = directory_folded(login_name);
    directory_lock_read(dir);
    const struct user *u = g_hash_table_lookup(dir->logins, name);
    if (u != NULL) {
        *out = *user_copy(arena_new(arena, user_size(u)), u);
    }
    directory_unlock(dir);
    g_free(name);
    return u == NULL ? ERR_NOT_FOUND : ERR_OK;
}

enum err directory_user(struct directory *dir, int64_t id, struct arena *arena, struct user *out)
{
    directory_lock_read(dir);
    const struct user *u = g_tree_lookup(dir->users, &id);
    if (u != NULL) {
        *out = *user_copy(arena_new(arena, user_size(u)), u);
    }
    directory_unlock(dir);
    return u == NULL ? ERR_NOT_FOUND : ERR_OK;
}

enum err directory_enterprise(struct directory *dir, int64_t id, struct arena *arena,
                              struct enterprise *out)
{
    directory_lock_read(dir);
    const struct enterprise *e = g_tree_lookup(dir->enterprises, &id);
    if (e != NULL) {
        *out = *enterprise_copy(arena_new(arena, enterprise_size(e)), e);
    }
    directory_unlock(dir);
    return e == NULL ? ERR_NOT_FOUND : ERR_OK;
}

enum err directory_group(struct directory *dir, int64_t id, struct arena *arena, struct group *out)
{
    directory_lock_read(dir);
    const struct group *g = g_tree_lookup(dir->groups, &id);
    if (g != NULL) {
        *out = *group_copy(arena_new(arena, group_size(g)), g);
    }
    directory_unlock(dir);
    return g == NULL ? ERR_NOT_FOUND : ERR_OK;
}

bool directory_is_focus(struct directory *dir, int64_t user_id, int64_t device_id)
{
    struct focus f = {.user_id = user_id, .device_id = device_id};
    directory_lock_read(dir);
    bool is = g_hash_table_contains(dir->focus, &f);
    directory_unlock(dir);
    return is;
}

/* ---- lists ---- */

/* What a walk over a tree in order of id collects. */
struct listing {
    int64_t enterprise_id; /* 0: of all */
    struct arena *arena;
    void *at;
    size_t count;
};

static bool is_listed(const struct listing *list, int64_t enterprise_id)
{
    return list->enterprise_id == 0 || list->enterprise_id == enterprise_id;
}

static gboolean list_enterprise(void *key, void *value, void *data)
{
    (void)key;
    const struct enterprise *e = value;
    struct listing *list = data;
    struct enterprise *at = list->at;
    if (!e->deleted) {
        at[list->count++] = *enterprise_copy(arena_new(list->arena, enterprise_size(e)), e);
    }
    return FALSE;
}

static gboolean list_user(void *key, void *value, void *data)
{
    (void)key;
    const struct user *u = value;
    struct listing *list = data;
    struct user *at = list->at;
    if (!u->deleted && is_listed(list, u->enterprise_id)) {
        at[list->count++] = *user_copy(arena_new(list->arena, user_size(u)), u);
    }
    return FALSE;
}

static gboolean list_group(void *key, void *value, void *data)
{
    (void)key;
    const struct group *g = value;
    struct listing *list = data;
    struct group *at = list->at;
    if (!g->deleted && is_listed(list, g->enterprise_id)) {
        at[list->count++] = *group_copy(arena_new(list->arena, group_size(g)), g);
    }
    return FALSE;
}

/* Collects elements of `size` bytes with `visit`, under the lock. */
static void *list_tree(struct directory *dir, GTree *tree, size_t size, GTraverseFunc visit,
                       struct listing *list)
{
    directory_lock_read(dir);
    list->at = arena_new_array(list->arena, (size_t)g_tree_nnodes(tree), size);
    g_tree_foreach(tree, visit, list);
    directory_unlock(dir);
    return list->at;
}

struct enterprise *directory_list_enterprises(struct directory *dir, struct arena *arena,
                                              size_t *count)
{
    struct listing list = {.arena = arena};
    struct enterprise *at = list_tree(dir, dir->enterprises, sizeof(*at), list_enterprise, &list);
    *count = list.count;
    return at;
}

struct user *directory_list_users(struct directory *dir, int64_t enterprise_id, struct arena *arena,
                                  size_t *count)
{
    struct listing list = {.enterprise_id = enterprise_id, .arena = arena};
    struct user *at = list_tree(dir, dir->users, sizeof(*at), list_user, &list);
    *count = list.count;
    return at;
}

struct group *directory_list_groups(struct directory *dir, int64_t enterprise_id,
                                    struct arena *arena, size_t *count)
{
    struct listing list = {.enterprise_id = enterprise_id, .arena = arena};
    struct group *at = list_tree(dir, dir->groups, sizeof(*at), list_group, &list);
    *count = list.count;
    return at;
}
