/*
 * The links are in a table by the hash of their key, so that looking one up tells nothing of
 * others by the time it takes. Whoever adds one first takes away those whose time is over; there
 * are never many.
 */
#include "api/downloads.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/auth.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"

_Static_assert((int)DOWNLOAD_KEY_SIZE == (int)AUTH_TOKEN_SIZE, "a key is made as a token is");

struct downloads {
    pthread_mutex_t lock;
    GHashTable *links; /* key_hash -> struct link; owned */
};

struct link {
    uint8_t key_hash[TOKEN_HASH_BYTES];
    uint8_t token_hash[TOKEN_HASH_BYTES];
    int64_t user_id;
    int64_t until_ms;
    size_t len;
    uint8_t form[];
};

static guint hash_of(gconstpointer key)
{
    guint hash;
    memcpy(&hash, key, sizeof(hash)); /* it is a hash already */
    return hash;
}

static gboolean is_same(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, TOKEN_HASH_BYTES) == 0;
}

struct downloads *downloads_new(void)
{
    struct downloads *d = mem_new(sizeof(*d));
    check(pthread_mutex_init(&d->lock, NULL) == 0);
    d->links = g_hash_table_new_full(hash_of, is_same, NULL, free);
    return d;
}

void downloads_free(struct downloads *d)
{
    g_hash_table_destroy(d->links);
    check(pthread_mutex_destroy(&d->lock) == 0);
    free(d);
}

static gboolean is_over(gpointer key, gpointer value, gpointer now_ms)
{
    const struct link *link = value;
    (void)key;
    return link->until_ms < *(const int64_t *)now_ms;
}

/* How many of the user wait. Under the lock. */
static size_t count_of(const struct downloads *d, int64_t user_id)
{
    GHashTableIter at;
    gpointer value = NULL;
    size_t count = 0;
    g_hash_table_iter_init(&at, d->links);
    while (g_hash_table_iter_next(&at, NULL, &value)) {
        count += ((const struct link *)value)->user_id == user_id;
    }
    return count;
}

/* Keeps the link, or answers why not. Under the lock. */
static enum err keep(struct downloads *d, struct link *link)
{
    int64_t now_ms = clock_monotonic_ms();
    (void)g_hash_table_foreach_remove(d->links, is_over, &now_ms);
    if (g_hash_table_size(d->links) >= DOWNLOADS_MAX ||
        count_of(d, link->user_id) >= DOWNLOADS_OF_USER) {
        return ERR_FULL;
    }
    link->until_ms = now_ms + DOWNLOAD_MS;
    (void)g_hash_table_replace(d->links, link->key_hash, link);
    return ERR_OK;
}

enum err downloads_add(struct downloads *d, const struct download *what,
                       char key[DOWNLOAD_KEY_SIZE])
{
    if (what->form.len > DOWNLOAD_FORM_MAX) {
        return ERR_TOO_LONG;
    }
    struct link *link = mem_new(sizeof(*link) + what->form.len);
    auth_make_token(key, link->key_hash);
    memcpy(link->token_hash, what->token_hash, TOKEN_HASH_BYTES);
    memcpy(link->form, what->form.at, what->form.len);
    link->len = what->form.len;
    link->user_id = what->user_id;
    check(pthread_mutex_lock(&d->lock) == 0);
    enum err e = keep(d, link);
    check(pthread_mutex_unlock(&d->lock) == 0);
    if (e != ERR_OK) {
        free(link);
    }
    return e;
}

bool downloads_take(struct downloads *d, const char *key, uint8_t token_hash[TOKEN_HASH_BYTES],
                    struct arena *arena, struct bytes *form)
{
    uint8_t hash[TOKEN_HASH_BYTES];
    gpointer value = NULL;
    if (!auth_hash_token(key, hash)) {
        return false;
    }
    check(pthread_mutex_lock(&d->lock) == 0);
    (void)g_hash_table_steal_extended(d->links, hash, NULL, &value);
    check(pthread_mutex_unlock(&d->lock) == 0);
    struct link *link = value;
    bool is_good = link != NULL && link->until_ms >= clock_monotonic_ms();
    if (is_good) {
        memcpy(token_hash, link->token_hash, TOKEN_HASH_BYTES);
        *form = arena_copy(arena, (struct bytes){link->form, link->len});
    }
    free(link);
    return is_good;
}

bool download_find(const char *path, char key[DOWNLOAD_KEY_SIZE])
{
    size_t before = sizeof(DOWNLOAD_PATH) - 1;
    bool is_one =
        strncmp(path, DOWNLOAD_PATH, before) == 0 && strlen(path) == before + DOWNLOAD_KEY_SIZE - 1;
    key[0] = '\0';
    if (is_one) {
        memcpy(key, path + before, DOWNLOAD_KEY_SIZE);
    }
    return is_one;
}
