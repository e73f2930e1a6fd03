/*
 * A table of sets, each of a few places: a key has its place in one set, and takes that of the key
 * which was quiet for longest where all are in use. Calls are counted as a bucket that fills by the
 * second and is emptied by one a call.
 */
#include "api/share_guard.h"

#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/throttle.h"
#include "base/check.h"
#include "base/mem.h"

enum {
    SETS = 1024,
    PLACES = 4, /* of a set */
    LAST_KEPT = 4,
    MS_PER_S = 1000,
    KEY_SIZE = THROTTLE_KEY_SIZE + 24,
};

struct place {
    uint64_t key; /* 0: free */
    int64_t used_ms;
    int64_t spent_ms;       /* of the bucket: how long it takes to be full again, from used_ms on */
    int64_t wrong_since_ms; /* when the window of wrong tokens began */
    unsigned wrong;         /* in it */
    uint64_t last[LAST_KEPT]; /* of those that came last, the beginnings of their hashes */
};

struct share_guard {
    pthread_mutex_t lock;
    uint8_t hash_key[crypto_shorthash_KEYBYTES];
    struct place at[SETS][PLACES];
};

/* How fast somebody may call. */
struct pace {
    int64_t ms_a_call;
    int64_t at_once;
};

struct share_guard *share_guard_new(void)
{
    struct share_guard *g = mem_new(sizeof(*g));
    crypto_shorthash_keygen(g->hash_key);
    check(pthread_mutex_init(&g->lock, NULL) == 0);
    return g;
}

void share_guard_free(struct share_guard *g)
{
    if (g != NULL) {
        check(pthread_mutex_destroy(&g->lock) == 0);
        free(g);
    }
}

static void lock(struct share_guard *g)
{
    check(pthread_mutex_lock(&g->lock) == 0);
}

static void unlock(struct share_guard *g)
{
    check(pthread_mutex_unlock(&g->lock) == 0);
}

static uint64_t key_of(const struct share_guard *g, const char *text)
{
    uint8_t out[crypto_shorthash_BYTES];
    uint64_t key = 0;
    check(crypto_shorthash(out, (const uint8_t *)text, strlen(text), g->hash_key) == 0);
    memcpy(&key, out, sizeof(key));
    return key == 0 ? 1 : key;
}

static uint64_t key_of_share(const struct share_guard *g, int64_t share_id)
{
    char text[KEY_SIZE];
    (void)snprintf(text, sizeof(text), "share %lld", (long long)share_id);
    return key_of(g, text);
}

static uint64_t key_of_address(const struct share_guard *g, const char *address)
{
    char network[THROTTLE_KEY_SIZE];
    char text[KEY_SIZE];
    throttle_address_key(address, network);
    (void)snprintf(text, sizeof(text), "from %s", network);
    return key_of(g, text);
}

/* The place of a key; NULL: it has none. Under the lock, as the next ones. */
static struct place *look(struct share_guard *g, uint64_t key)
{
    struct place *set = g->at[key % SETS];
    for (size_t i = 0; i < PLACES; i++) {
        if (set[i].key == key) {
            return &set[i];
        }
    }
    return NULL;
}

/* The place of a key, made where it has none. */
static struct place *place_of(struct share_guard *g, uint64_t key)
{
    struct place *found = look(g, key);
    if (found != NULL) {
        return found;
    }
    struct place *set = g->at[key % SETS];
    struct place *oldest = &set[0];
    for (size_t i = 0; i < PLACES && oldest->key != 0; i++) {
        bool is_better = set[i].key == 0 || set[i].used_ms < oldest->used_ms;
        oldest = is_better ? &set[i] : oldest;
    }
    *oldest = (struct place){.key = key};
    return oldest;
}

/* Lets the bucket fill up to now. */
static void refill(struct place *p, int64_t now_ms)
{
    int64_t gone_ms = now_ms - p->used_ms;
    p->spent_ms = p->spent_ms > gone_ms ? p->spent_ms - gone_ms : 0;
    p->used_ms = now_ms;
}

/* How long until there is a call in it; 0: there is. */
static int64_t wait_ms(const struct place *p, const struct pace *pace)
{
    int64_t room_ms = pace->at_once * pace->ms_a_call;
    int64_t after_ms = p->spent_ms + pace->ms_a_call;
    return after_ms > room_ms ? after_ms - room_ms : 0;
}

static unsigned whole_s(int64_t ms)
{
    return (unsigned)((ms + MS_PER_S - 1) / MS_PER_S);
}

unsigned share_guard_take(struct share_guard *g, int64_t share_id, const char *address,
                          int64_t now_monotonic_ms)
{
    static const struct pace of_share = {MS_PER_S / SHARE_CALLS_PER_S, SHARE_CALLS_AT_ONCE};
    static const struct pace of_address = {MS_PER_S / SHARE_ADDRESS_CALLS_PER_S,
                                           SHARE_ADDRESS_CALLS_AT_ONCE};
    lock(g);
    struct place *by_address = place_of(g, key_of_address(g, address));
    refill(by_address, now_monotonic_ms);
    int64_t ms = wait_ms(by_address, &of_address);
    if (ms == 0) {
        by_address->spent_ms += of_address.ms_a_call;
        struct place *by_share = place_of(g, key_of_share(g, share_id));
        refill(by_share, now_monotonic_ms);
        ms = wait_ms(by_share, &of_share);
        by_share->spent_ms += ms == 0 ? of_share.ms_a_call : 0;
    }
    unlock(g);
    return whole_s(ms);
}

/* How long its window of wrong tokens goes on, where that is full. */
static int64_t blocked_ms(const struct place *p, int64_t now_ms)
{
    int64_t end_ms = p->wrong_since_ms + (int64_t)SHARE_WRONG_WINDOW_S * MS_PER_S;
    return p->wrong >= SHARE_WRONG_MAX && end_ms > now_ms ? end_ms - now_ms : 0;
}

unsigned share_guard_wait_s(struct share_guard *g, const char *address, int64_t now_monotonic_ms)
{
    lock(g);
    const struct place *p = look(g, key_of_address(g, address));
    int64_t ms = p == NULL ? 0 : blocked_ms(p, now_monotonic_ms);
    unlock(g);
    return whole_s(ms);
}

/* Whether that one is among those that came last; else it is from now on. */
static bool is_known(struct place *p, uint64_t beginning)
{
    for (size_t i = 0; i < LAST_KEPT; i++) {
        if (p->last[i] == beginning) {
            return true;
        }
    }
    memmove(p->last + 1, p->last, (LAST_KEPT - 1) * sizeof(*p->last));
    p->last[0] = beginning;
    return false;
}

void share_guard_note_wrong(struct share_guard *g, const char *address,
                            const uint8_t hash[TOKEN_HASH_BYTES], int64_t now_monotonic_ms)
{
    uint64_t beginning = 0;
    memcpy(&beginning, hash, sizeof(beginning));
    lock(g);
    struct place *p = place_of(g, key_of_address(g, address));
    refill(p, now_monotonic_ms);
    if (now_monotonic_ms - p->wrong_since_ms >= (int64_t)SHARE_WRONG_WINDOW_S * MS_PER_S) {
        p->wrong_since_ms = now_monotonic_ms;
        p->wrong = 0;
    }
    if (!is_known(p, beginning) && p->wrong < SHARE_WRONG_MAX) {
        p->wrong++;
    }
    unlock(g);
}
