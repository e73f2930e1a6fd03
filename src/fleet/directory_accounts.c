/*
 * Enterprises, users, groups, tokens and focus marks. Each value is one allocation: the struct,
 * then what it borrows (group ids, texts), copied by the rows of model/entity.h. Those that are
 * only found by their id and listed need no line of their own here; users have names beside.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/directory_private.h"

/* ---- copies ---- */

/* A copy on the heap, in one piece. */
static void *copy_owned(enum entity_kind kind, const void *value)
{
    size_t size = entity_rows[kind].size;
    uint8_t *copy = mem_new(size + entity_borrowed(kind, value));
    entity_copy(kind, value, copy, copy + size);
    return copy;
}

/* A copy to `out`; what it borrows is in `arena`. */
static void copy_out(enum entity_kind kind, const void *value, struct arena *arena, void *out)
{
    entity_copy(kind, value, out, arena_new(arena, entity_borrowed(kind, value)));
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
    for (enum entity_kind kind = ENTITY_NONE + 1; kind < ENTITY_COUNT; kind++) {
        if (entity_has_id(kind) && kind != ENTITY_DEVICE) {
            dir->plain[kind] = g_tree_new_full(compare_ids, NULL, NULL, free);
        }
    }
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
    for (enum entity_kind kind = ENTITY_NONE + 1; kind < ENTITY_COUNT; kind++) {
        if (dir->plain[kind] != NULL) {
            g_tree_destroy(dir->plain[kind]);
        }
    }
}

/* ---- changes ---- */

/* The id is the first member of every struct that has one, and so the key. */
void directory_put_plain(struct directory *dir, const struct change *c)
{
    enum entity_kind kind = change_entity(c->kind);
    int64_t *copy = copy_owned(kind, change_value(c));
    g_tree_replace(dir->plain[kind], copy, copy);
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
 * Takes `u` out of the tables. Its name goes to another user of that name, if there is one. There
 * is no need to search for one where `heir`, of the same name, is about to take its place.
 */
static void remove_user(struct directory *dir, struct user *u, const struct user *heir)
{
    char *name = directory_folded(u->login_name);
    char *heir_name = directory_folded(heir->login_name);
    bool held = g_hash_table_lookup(dir->logins, name) == u;
    bool stays = strcmp(name, heir_name) == 0;
    g_free(heir_name);
    g_tree_remove(dir->plain[ENTITY_USER], &u->id);
    if (held && stays) {
        g_hash_table_remove(dir->logins, name);
    } else if (held) {
        struct login_search search = {.name = name};
        g_hash_table_remove(dir->logins, name);
        g_tree_foreach(dir->plain[ENTITY_USER], match_login, &search);
        if (search.found != NULL) {
            index_login(dir, search.found);
        }
    }
    g_free(name);
}

/* Whether two versions of a user see other devices. */
static bool sees_others(const struct user *a, const struct user *b)
{
    return a->enterprise_id != b->enterprise_id || a->group_count != b->group_count ||
           (a->group_count > 0 &&
            memcmp(a->group_ids, b->group_ids, a->group_count * sizeof(*a->group_ids)) != 0);
}

void directory_put_user(struct directory *dir, const struct change *c)
{
    struct user *old = g_tree_lookup(dir->plain[ENTITY_USER], &c->user.id);
    if (old != NULL && sees_others(old, &c->user)) {
        feeds_note_rights(&dir->feeds, c->user.id);
    }
    struct user *copy = copy_owned(ENTITY_USER, &c->user);
    if (old != NULL) {
        directory_tree_count_user(dir, old, -1);
        remove_user(dir, old, copy);
    }
    directory_tree_count_user(dir, copy, 1);
    g_tree_insert(dir->plain[ENTITY_USER], &copy->id, copy);
    index_login(dir, copy);
    if (copy->deleted) {
        directory_forget_addresses(dir, copy->id);
        directory_forget_preferences(dir, copy->id);
    }
}

static bool has_passed(int64_t end_s, int64_t now_s)
{
    return end_s != 0 && now_s >= end_s;
}

/*
 * The live user of a token that is still good; NULL: there is none. It does not ask whether the
 * account has expired.
 */
static const struct user *user_of_token(const struct directory *dir, const struct token *t,
                                        int64_t now_s)
{
    const struct user *u = g_tree_lookup(dir->plain[ENTITY_USER], &t->user_id);
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

void directory_put_token(struct directory *dir, const struct change *c)
{
    struct token *copy = copy_owned(ENTITY_TOKEN, &c->token);
    g_hash_table_replace(dir->tokens, copy->hash, copy);
    sweep_tokens(dir, copy->created_s);
}

void directory_forget_token(struct directory *dir, const struct change *c)
{
    g_hash_table_remove(dir->tokens, c->token.hash);
}

void directory_put_focus(struct directory *dir, const struct change *c)
{
    g_hash_table_add(dir->focus, copy_owned(ENTITY_FOCUS, &c->focus));
    feeds_note_focus(&dir->feeds, c->focus.user_id);
}

void directory_forget_focus(struct directory *dir, const struct change *c)
{
    g_hash_table_remove(dir->focus, &c->focus);
    feeds_note_focus(&dir->feeds, c->focus.user_id);
}

/* ---- who is calling ---- */

/* `u` may be NULL, or deleted. */
static enum err caller_of_user(const struct directory *dir, const struct user *u, int64_t now_s,
                               struct caller *out)
{
    if (u == NULL || u->deleted || has_passed(u->expire_s, now_s)) {
        return ERR_NOT_FOUND;
    }
    if (u->enterprise_id != 0) {
        const struct fleet *f = g_hash_table_lookup(dir->fleets, &u->enterprise_id);
        bool is_there = f != NULL && f->enterprise != NULL && !f->enterprise->deleted;
        if (!is_there || has_passed(fleet_service_end_s(f), now_s)) {
            return ERR_NOT_FOUND;
        }
    }
    *out = (struct caller){
        .user_id = u->id,
        .home_id = u->enterprise_id,
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
    const struct user *u = t == NULL ? NULL : user_of_token(dir, t, now_s);
    enum err e = caller_of_user(dir, u, now_s, out);
    bool expired = t != NULL && now_s >= t->expires_s;
    directory_unlock(dir);
    if (expired) {
        drop_expired(dir, hash, now_s);
    }
    return e;
}

enum err directory_caller(struct directory *dir, int64_t user_id, int64_t now_s, struct caller *out)
{
    directory_lock_read(dir);
    const struct user *u = g_tree_lookup(dir->plain[ENTITY_USER], &user_id);
    enum err e = caller_of_user(dir, u, now_s, out);
    directory_unlock(dir);
    return e;
}

enum err directory_asker(struct directory *dir, uint32_t shard, int64_t user_id, int64_t now_s,
                         struct caller *out)
{
    bool is_of_first = user_id > 0 && user_id >> ID_BITS == 0;
    if (shard != 0 && is_of_first) {
        *out = (struct caller){.user_id = user_id, .role = ROLE_ROOT};
        return ERR_OK;
    }
    return directory_caller(dir, user_id, now_s, out);
}

enum err directory_token(struct directory *dir, const uint8_t hash[TOKEN_HASH_BYTES],
                         struct arena *arena, struct token *out)
{
    directory_lock_read(dir);
    const struct token *t = g_hash_table_lookup(dir->tokens, hash);
    if (t != NULL) {
        copy_out(ENTITY_TOKEN, t, arena, out);
    }
    directory_unlock(dir);
    return t == NULL ? ERR_NOT_FOUND : ERR_OK;
}

bool directory_token_is_stale(struct directory *dir, const uint8_t hash[TOKEN_HASH_BYTES],
                              const char *address, int64_t now_s)
{
    directory_lock_read(dir);
    const struct token *t = g_hash_table_lookup(dir->tokens, hash);
    bool moved = t != NULL && strcmp(t->last_address, address) != 0;
    bool is_stale = t != NULL && now_s - t->last_s >= (moved ? TOKEN_MOVED_S : TOKEN_STALE_S);
    directory_unlock(dir);
    return is_stale;
}

/* What a walk over all tokens collects of one user's. */
struct token_listing {
    const struct directory *dir;
    int64_t user_id;
    int64_t now_s;
    struct arena *arena;
    struct token *at; /* NULL: they are counted */
    size_t count;
};

static void list_token(void *key, void *value, void *data)
{
    (void)key;
    struct token_listing *list = data;
    const struct token *t = value;
    if (t->user_id != list->user_id || user_of_token(list->dir, t, list->now_s) == NULL) {
        return;
    }
    if (list->at != NULL) {
        copy_out(ENTITY_TOKEN, t, list->arena, &list->at[list->count]);
    }
    list->count++;
}

struct token *directory_list_tokens(struct directory *dir, int64_t user_id, int64_t now_s,
                                    struct arena *arena, size_t *count)
{
    struct token_listing list = {dir, user_id, now_s, arena, NULL, 0};
    directory_lock_read(dir);
    g_hash_table_foreach(dir->tokens, list_token, &list);
    list.at = arena_new_array(arena, list.count, sizeof(*list.at));
    list.count = 0;
    g_hash_table_foreach(dir->tokens, list_token, &list);
    directory_unlock(dir);
    *count = list.count;
    return list.at;
}

enum err directory_user_by_login(struct directory *dir, const char *login_name, struct arena *arena,
                                 struct user *out)
{
    char *name = directory_folded(login_name);
    directory_lock_read(dir);
    const struct user *u = g_hash_table_lookup(dir->logins, name);
    if (u != NULL) {
        copy_out(ENTITY_USER, u, arena, out);
    }
    directory_unlock(dir);
    g_free(name);
    return u == NULL ? ERR_NOT_FOUND : ERR_OK;
}

enum err directory_entity(struct directory *dir, enum entity_kind kind, int64_t id,
                          struct arena *arena, void *out)
{
    directory_lock_read(dir);
    const void *value = g_tree_lookup(dir->plain[kind], &id);
    if (value != NULL) {
        copy_out(kind, value, arena, out);
    }
    directory_unlock(dir);
    return value == NULL ? ERR_NOT_FOUND : ERR_OK;
}

enum err directory_user(struct directory *dir, int64_t id, struct arena *arena, struct user *out)
{
    return directory_entity(dir, ENTITY_USER, id, arena, out);
}

enum err directory_enterprise(struct directory *dir, int64_t id, struct arena *arena,
                              struct enterprise *out)
{
    return directory_entity(dir, ENTITY_ENTERPRISE, id, arena, out);
}

enum err directory_group(struct directory *dir, int64_t id, struct arena *arena, struct group *out)
{
    return directory_entity(dir, ENTITY_GROUP, id, arena, out);
}

/* Of all focus marks those with that user, or else on that device: the other one of each. */
static int64_t *list_marks(struct directory *dir, int64_t user_id, int64_t device_id,
                           struct arena *arena, size_t *count)
{
    GHashTableIter iter;
    void *key = NULL;
    *count = 0;
    directory_lock_read(dir);
    size_t room = g_hash_table_size(dir->focus);
    int64_t *ids = arena_new_array(arena, room, sizeof(*ids));
    g_hash_table_iter_init(&iter, dir->focus);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const struct focus *f = key;
        bool is_one = user_id != 0 ? f->user_id == user_id : f->device_id == device_id;
        if (is_one) {
            ids[(*count)++] = user_id != 0 ? f->device_id : f->user_id;
        }
    }
    directory_unlock(dir);
    return ids;
}

int64_t *directory_list_focus(struct directory *dir, int64_t user_id, struct arena *arena,
                              size_t *count)
{
    return list_marks(dir, user_id, 0, arena, count);
}

int64_t *directory_list_markers(struct directory *dir, int64_t device_id, struct arena *arena,
                                size_t *count)
{
    return list_marks(dir, 0, device_id, arena, count);
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
    enum entity_kind kind;
    const struct directory *dir;
    const struct caller *caller;            /* whose enterprise; 0: of all */
    const struct entity_column *enterprise; /* NULL: the kind belongs to none */
    struct arena *arena;
    uint8_t *at;
    size_t count;
};

static gboolean list_one(void *key, void *value, void *data)
{
    (void)key;
    struct listing *list = data;
    bool is_own = list->caller->enterprise_id == 0 || list->enterprise == NULL ||
                  caller_reaches(list->dir, list->caller, entity_number(list->enterprise, value));
    if (is_own && !entity_is_deleted(list->kind, value)) {
        size_t size = entity_rows[list->kind].size;
        copy_out(list->kind, value, list->arena, list->at + list->count++ * size);
    }
    return FALSE;
}

void *directory_list_seen(struct directory *dir, enum entity_kind kind, const struct caller *caller,
                          struct arena *arena, size_t *count)
{
    const struct entity *e = &entity_rows[kind];
    struct listing list = {.kind = kind,
                           .dir = dir,
                           .caller = caller,
                           .enterprise = entity_column_named(e, "enterprise_id"),
                           .arena = arena};
    directory_lock_read(dir);
    list.at = arena_new_array(arena, (size_t)g_tree_nnodes(dir->plain[kind]), e->size);
    g_tree_foreach(dir->plain[kind], list_one, &list);
    directory_unlock(dir);
    *count = list.count;
    return list.at;
}

void *directory_list(struct directory *dir, enum entity_kind kind, int64_t enterprise_id,
                     struct arena *arena, size_t *count)
{
    return directory_list_seen(dir, kind, &(struct caller){.enterprise_id = enterprise_id}, arena,
                               count);
}

struct enterprise *directory_list_enterprises(struct directory *dir, struct arena *arena,
                                              size_t *count)
{
    return directory_list(dir, ENTITY_ENTERPRISE, 0, arena, count);
}

struct user *directory_list_users(struct directory *dir, int64_t enterprise_id, struct arena *arena,
                                  size_t *count)
{
    return directory_list(dir, ENTITY_USER, enterprise_id, arena, count);
}

struct group *directory_list_groups(struct directory *dir, int64_t enterprise_id,
                                    struct arena *arena, size_t *count)
{
    return directory_list(dir, ENTITY_GROUP, enterprise_id, arena, count);
}
