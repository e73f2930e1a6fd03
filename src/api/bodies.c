/*
 * The budget of request bodies. Each enterprise has a share as long as it holds something. The lock
 * covers the shares and their sum.
 */
#include "api/bodies.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

struct bodies {
    pthread_mutex_t lock;
    struct counters *counters;
    size_t free;
    GHashTable *shares; /* struct share by its group; only groups that hold something */
};

struct share {
    int64_t group;
    size_t bytes;
};

struct bodies *bodies_new(size_t bytes, struct counters *counters)
{
    struct bodies *b = mem_new(sizeof(*b));
    check(pthread_mutex_init(&b->lock, NULL) == 0);
    b->counters = counters;
    b->free = bytes;
    b->shares = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free);
    return b;
}

void bodies_free(struct bodies *b)
{
    check(g_hash_table_size(b->shares) == 0);
    g_hash_table_destroy(b->shares);
    check(pthread_mutex_destroy(&b->lock) == 0);
    free(b);
}

static void note_taken(struct bodies *b, struct share *share, int64_t group, size_t bytes)
{
    if (share == NULL) {
        share = mem_new(sizeof(*share));
        share->group = group;
        g_hash_table_insert(b->shares, &share->group, share);
    }
    share->bytes += bytes;
    b->free -= bytes;
    counter_add(b->counters, body_bytes, bytes);
}

static bool take(struct bodies *b, int64_t group, size_t bytes)
{
    check(pthread_mutex_lock(&b->lock) == 0);
    struct share *share = g_hash_table_lookup(b->shares, &group);
    size_t own = share == NULL ? 0 : share->bytes;
    bool may = own <= b->free && bytes <= b->free - own;
    if (may) {
        note_taken(b, share, group, bytes);
    } else {
        counter_add(b->counters, bodies_refused, 1);
    }
    check(pthread_mutex_unlock(&b->lock) == 0);
    return may;
}

static void give(struct bodies *b, int64_t group, size_t bytes)
{
    check(pthread_mutex_lock(&b->lock) == 0);
    struct share *share = g_hash_table_lookup(b->shares, &group);
    check(share != NULL && share->bytes >= bytes);
    share->bytes -= bytes;
    b->free += bytes;
    counter_sub(b->counters, body_bytes, bytes);
    if (share->bytes == 0) {
        (void)g_hash_table_remove(b->shares, &group);
    }
    check(pthread_mutex_unlock(&b->lock) == 0);
}

bool body_charge(struct body *body, struct bodies *b, size_t bytes)
{
    if (bytes > 0 && !take(b, body->group, bytes)) {
        return false;
    }
    body->taken += bytes;
    return true;
}

/* A password may stand in it. */
static void wipe(struct body *body)
{
    if (body->len > 0) {
        explicit_bzero(body->at, body->len);
    }
}

/*
 * Makes room for `want` bytes: twice what there was, so that a body that trickles in seldom moves.
 */
static bool make_room(struct body *body, struct bodies *b, size_t want)
{
    size_t capacity = body->capacity == 0 ? BODY_FIRST_BYTES : body->capacity;
    while (capacity < want) {
        capacity *= 2;
    }
    size_t counted = body->capacity > BODY_FIRST_BYTES ? body->capacity : BODY_FIRST_BYTES;
    if (!body_charge(body, b, capacity - counted)) {
        return false;
    }
    uint8_t *at = mem_resize(NULL, capacity);
    if (body->len > 0) {
        memcpy(at, body->at, body->len);
    }
    wipe(body);
    free(body->at);
    body->at = at;
    body->capacity = capacity;
    return true;
}

bool body_append(struct body *body, struct bodies *b, struct bytes piece)
{
    size_t want = body->len + piece.len;
    if (want > body->capacity && !make_room(body, b, want)) {
        return false;
    }
    if (piece.len > 0) {
        memcpy(body->at + body->len, piece.at, piece.len);
    }
    body->len = want;
    return true;
}

void body_clear(struct body *body, struct bodies *b)
{
    if (body->taken > 0) {
        give(b, body->group, body->taken);
    }
    wipe(body);
    if (body->capacity > BODY_FIRST_BYTES) {
        free(body->at);
        body->at = NULL;
        body->capacity = 0;
    }
    body->taken = 0;
    body->len = 0;
    body->group = 0;
}

void body_free(struct body *body)
{
    check(body->taken == 0);
    wipe(body);
    free(body->at);
    *body = (struct body){0};
}
