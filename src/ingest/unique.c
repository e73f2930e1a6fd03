/*
 * The table of names in memory, as the first shard's store has it, and beside it how many calls are
 * under way for each. Only the first shard's ingest thread gives names away and takes them back,
 * so that two calls never get the same; calls that end on other threads only count down.
 */
#include "ingest/unique.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "fleet/directory_sims.h"
#include "model/message.h"

enum { START_STEP = 4096, START_MS = 600000 };

/* A name with whose it is. One allocation, the text behind it. */
struct holding {
    struct reserved_name name; /* the key */
    uint32_t calls;            /* under way */
    bool is_stored;
    bool is_left; /* it stands in `left` */
};

struct unique {
    pthread_mutex_t lock; /* of all below; `shards` is set once */
    const struct shards *shards;
    GHashTable *holdings; /* set of struct holding, owned */
    GQueue left;          /* struct holding that a call left without an object */
};

/* ---- the set ---- */

static guint hash_name(gconstpointer at)
{
    const struct reserved_name *name = at;
    return g_str_hash(name->text) * 31 + name->kind;
}

static gboolean is_same_name(gconstpointer a, gconstpointer b)
{
    const struct reserved_name *x = a;
    const struct reserved_name *y = b;
    return x->kind == y->kind && strcmp(x->text, y->text) == 0;
}

struct unique *unique_new(void)
{
    struct unique *u = mem_new(sizeof(*u));
    check(pthread_mutex_init(&u->lock, NULL) == 0);
    u->holdings = g_hash_table_new_full(hash_name, is_same_name, free, NULL);
    g_queue_init(&u->left);
    return u;
}

void unique_free(struct unique *u)
{
    if (u == NULL) {
        return;
    }
    g_queue_clear(&u->left);
    g_hash_table_destroy(u->holdings);
    check(pthread_mutex_destroy(&u->lock) == 0);
    free(u);
}

static void lock(struct unique *u)
{
    check(pthread_mutex_lock(&u->lock) == 0);
}

static void unlock(struct unique *u)
{
    check(pthread_mutex_unlock(&u->lock) == 0);
}

static struct holding *find(const struct unique *u, const struct reserved_name *name)
{
    return g_hash_table_lookup(u->holdings, name);
}

static struct holding *add(struct unique *u, const struct reserved_name *name)
{
    size_t size = strlen(name->text) + 1;
    struct holding *h = mem_new(sizeof(*h) + size);
    char *text = (char *)(h + 1);
    memcpy(text, name->text, size);
    h->name = (struct reserved_name){.kind = name->kind, .text = text, .shard = name->shard};
    g_hash_table_add(u->holdings, h);
    return h;
}

/* Of this shard, as such names are compared; in the arena. */
static struct reserved_name name_of(struct arena *arena, enum name_kind kind, const char *text,
                                    uint32_t shard)
{
    struct reserved_name name = {.kind = kind, .shard = shard};
    char iccid[ICCID_KEY_SIZE];
    if (kind == NAME_DEVICE_ID) {
        name.text = arena_copy_text(arena, device_id_key(text));
    } else if (kind == NAME_ICCID) {
        (void)iccid_key(text, iccid);
        name.text = arena_copy_text(arena, iccid);
    } else {
        char *folded = directory_folded(text);
        name.text = arena_copy_text(arena, folded);
        g_free(folded);
    }
    return name;
}

/* ---- what it is worth ---- */

static bool is_device(struct directory *dir, const char *device_id)
{
    struct device_ref ref;
    bool found = directory_find_tracker(dir, device_id, &ref) == ERR_OK;
    if (found) {
        device_ref_release(dir, &ref);
    }
    return found;
}

/* Whether the shard that has the name has an object of it. */
static bool is_live(const struct unique *u, const struct reserved_name *name)
{
    if (name->shard >= u->shards->count) {
        return false;
    }
    struct directory *dir = u->shards->at[name->shard].directory;
    if (name->kind == NAME_DEVICE_ID) {
        return is_device(dir, name->text);
    }
    struct arena arena = {0};
    struct user user;
    struct sim_card card;
    bool found =
        name->kind == NAME_ICCID
            ? directory_sim(dir, name->text, &arena, &card) == ERR_OK
            : directory_user_by_login(dir, name->text, &arena, &user) == ERR_OK && !user.deleted;
    arena_free(&arena);
    return found;
}

static bool is_stale(const struct unique *u, const struct holding *h)
{
    return h->calls == 0 && !is_live(u, &h->name);
}

/* ---- changing the table ---- */

/* Has a commit store whose the name is. */
static void put(struct holding *h, struct change_list *changes)
{
    struct change *c = change_add(changes, CHANGE_PUT_NAME);
    c->name = h->name;
    c->name.text = arena_copy_text(changes->arena, h->name.text);
}

/* Deletes the name, here and with a commit. */
static void drop(struct unique *u, struct holding *h, struct change_list *changes)
{
    struct change *c = change_add(changes, CHANGE_DELETE_NAME);
    c->name = h->name;
    c->name.text = arena_copy_text(changes->arena, h->name.text);
    (void)g_hash_table_remove(u->holdings, h);
}

/* Gives the name to the shard; NULL: another one has it. */
static struct holding *take(struct unique *u, const struct reserved_name *name,
                            struct change_list *changes)
{
    struct holding *h = find(u, name);
    if (h == NULL) {
        h = add(u, name);
    } else if (h->name.shard != name->shard) {
        if (!is_stale(u, h)) {
            return NULL;
        }
        h->name.shard = name->shard;
        h->is_stored = false;
    }
    if (!h->is_stored) {
        put(h, changes);
    }
    return h;
}

/* Deletes what calls left without an object, unless it has one by now. */
static void drop_left(struct unique *u, struct job_context *job)
{
    while (!g_queue_is_empty(&u->left) && !job_pauses(job)) {
        struct holding *h = g_queue_pop_head(&u->left);
        h->is_left = false;
        if (is_stale(u, h)) {
            drop(u, h, &job->changes);
        }
    }
}

enum err unique_reserve(struct unique_list *list, struct job_context *job)
{
    struct unique *u = list->unique;
    lock(u);
    drop_left(u, job);
    while (list->next < list->count) {
        struct unique_name *wanted = &list->at[list->next++];
        if (wanted->text == NULL) {
            continue;
        }
        const struct reserved_name name =
            name_of(job->changes.arena, wanted->kind, wanted->text, list->shard);
        struct holding *h = take(u, &name, &job->changes);
        wanted->is_taken = h == NULL;
        wanted->is_held = h != NULL;
        if (h != NULL) {
            h->calls++;
        }
        if (job_pauses(job)) {
            break;
        }
    }
    unlock(u);
    return list->next < list->count ? ERR_MORE : ERR_OK;
}

bool unique_is_taken(const struct unique_list *list, size_t i)
{
    return i < list->count && list->at[i].is_taken;
}

static void let_go(struct unique *u, const struct reserved_name *name)
{
    struct holding *h = find(u, name);
    check(h != NULL && h->calls > 0);
    h->calls--;
    if (!h->is_left && is_stale(u, h)) {
        h->is_left = true;
        g_queue_push_tail(&u->left, h);
    }
}

void unique_end(struct unique_list *list)
{
    struct arena arena = {0};
    for (size_t i = 0; i < list->next; i++) {
        const struct unique_name *wanted = &list->at[i];
        if (wanted->is_held) {
            const struct reserved_name name =
                name_of(&arena, wanted->kind, wanted->text, list->shard);
            lock(list->unique);
            let_go(list->unique, &name);
            unlock(list->unique);
        }
    }
    arena_free(&arena);
    *list = (struct unique_list){0};
}

/* ---- for the first shard's ingest ---- */

void unique_load(struct unique *u, const struct reserved_name *name)
{
    lock(u);
    add(u, name)->is_stored = true;
    unlock(u);
}

void unique_note_committed(struct unique *u, const struct reserved_name *name)
{
    lock(u);
    struct holding *h = find(u, name);
    if (h != NULL && h->name.shard == name->shard) {
        h->is_stored = true;
    }
    unlock(u);
}

bool unique_take_device(struct unique *u, const char *device_id, struct change_list *changes)
{
    const struct reserved_name name = name_of(changes->arena, NAME_DEVICE_ID, device_id, 0);
    lock(u);
    bool is_ours = take(u, &name, changes) != NULL;
    unlock(u);
    return is_ours;
}

/* ---- the start ---- */

/* What is to be changed at a start; on the heap, since its job may outlive who waits for it. */
struct setting_right {
    struct arena arena;
    struct change_list changes;
    size_t next;
};

static void free_setting_right(void *arg)
{
    struct setting_right *s = arg;
    arena_free(&s->arena);
    free(s);
}

static void drop_stale(struct unique *u, struct change_list *changes)
{
    GHashTableIter i;
    gpointer key = NULL;
    GQueue stale = G_QUEUE_INIT;
    g_hash_table_iter_init(&i, u->holdings);
    while (g_hash_table_iter_next(&i, &key, NULL)) {
        if (is_stale(u, key)) {
            g_queue_push_tail(&stale, key);
        }
    }
    while (!g_queue_is_empty(&stale)) {
        drop(u, g_queue_pop_head(&stale), changes);
    }
}

/* Of two shards with an object of one name the lower keeps it, and the log tells. */
static void take_object(struct unique *u, enum name_kind kind, const char *text, uint32_t shard,
                        struct change_list *changes)
{
    const struct reserved_name name = name_of(changes->arena, kind, text, shard);
    if (take(u, &name, changes) == NULL) {
        log_line(LOG_ERROR, "name_in_two_shards", "shard=%u name=\"%s\"", shard, name.text);
    }
}

static void take_devices(struct unique *u, const struct shard *shard, int64_t enterprise_id,
                         struct change_list *changes)
{
    const struct caller all = {.enterprise_id = enterprise_id, .role = ROLE_ADMIN};
    size_t count = 0;
    struct device_ref *devices =
        directory_list_devices(shard->directory, &all, changes->arena, &count);
    for (size_t i = 0; i < count; i++) {
        take_object(u, NAME_DEVICE_ID, devices[i].info->device_id, shard->id, changes);
    }
    directory_release_all(shard->directory, devices, count);
}

static void take_sims(struct unique *u, const struct shard *shard, int64_t enterprise_id,
                      struct change_list *changes)
{
    size_t count = 0;
    const struct sim_card *cards =
        directory_list_sims(shard->directory, enterprise_id, changes->arena, &count);
    for (size_t i = 0; i < count; i++) {
        take_object(u, NAME_ICCID, cards[i].iccid, shard->id, changes);
    }
}

static void take_objects(struct unique *u, const struct shard *shard, struct change_list *changes)
{
    size_t count = 0;
    const struct user *users = directory_list_users(shard->directory, 0, changes->arena, &count);
    for (size_t i = 0; i < count; i++) {
        take_object(u, NAME_LOGIN, users[i].login_name, shard->id, changes);
    }
    const struct enterprise *enterprises =
        directory_list_enterprises(shard->directory, changes->arena, &count);
    for (size_t i = 0; i < count; i++) {
        take_devices(u, shard, enterprises[i].id, changes);
        take_sims(u, shard, enterprises[i].id, changes);
    }
}

static enum err set_right(struct job_context *job, void *arg)
{
    struct setting_right *s = arg;
    for (size_t i = 0; i < START_STEP && s->next < s->changes.len; i++) {
        const struct change *c = &s->changes.at[s->next++];
        *change_add(&job->changes, c->kind) = *c;
    }
    return s->next < s->changes.len ? ERR_MORE : ERR_OK;
}

enum err unique_start(struct unique *u, const struct shards *shards)
{
    struct setting_right *s = mem_new(sizeof(*s));
    s->changes.arena = &s->arena;
    lock(u);
    u->shards = shards;
    drop_stale(u, &s->changes);
    for (size_t i = 0; i < shards->count; i++) {
        check(shards->at[i].id == i);
        take_objects(u, &shards->at[i], &s->changes);
    }
    unlock(u);
    enum err e =
        ingest_call(shards_first(shards)->ingest, set_right, s, free_setting_right, START_MS);
    if (e != ERR_TIMEOUT) {
        free_setting_right(s);
    }
    return e;
}
