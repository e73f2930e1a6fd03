/*
 * A table of SETS sets of WAYS entries each, found by a keyed hash (so that nobody can aim at a
 * set). An entry lives for one window from its first failure; when a set is full, the entry with
 * the fewest failures makes room, which a flood of made-up names cannot turn against a blocked one.
 */
#include "api/throttle.h"

#include <glib.h>
#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "fleet/directory.h"

enum { SETS = 1024, WAYS = 8, MS_PER_S = 1000 };

struct entry {
    uint64_t key; /* 0: free */
    int64_t since_ms;
    unsigned failures;
};

struct table {
    struct entry entries[SETS][WAYS];
};

struct throttle {
    pthread_mutex_t lock;
    uint8_t hash_key[crypto_shorthash_KEYBYTES];
    struct table accounts;
    struct table addresses;
};

struct throttle *throttle_new(void)
{
    struct throttle *t = mem_new(sizeof(*t));
    check(pthread_mutex_init(&t->lock, NULL) == 0);
    crypto_shorthash_keygen(t->hash_key);
    return t;
}

void throttle_free(struct throttle *t)
{
    check(pthread_mutex_destroy(&t->lock) == 0);
    free(t);
}

/* Names are compared as the directory compares them, so that one account has one count. */
static uint64_t key_of(const struct throttle *t, const char *name)
{
    char *folded = directory_folded(name);
    uint64_t key = 0;
    check(sizeof(key) == crypto_shorthash_BYTES);
    (void)crypto_shorthash((uint8_t *)&key, (const uint8_t *)folded, strlen(folded), t->hash_key);
    g_free(folded);
    return key == 0 ? 1 : key;
}

static bool is_over(const struct entry *e, int64_t now_ms)
{
    return e->key == 0 || now_ms - e->since_ms >= (int64_t)THROTTLE_WINDOW_S * MS_PER_S;
}

/* The live entry of a key; NULL. */
static struct entry *find(struct table *table, uint64_t key, int64_t now_ms)
{
    struct entry *set = table->entries[key % SETS];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].key == key && !is_over(&set[i], now_ms)) {
            return &set[i];
        }
    }
    return NULL;
}

/* The entry of a set that matters least: one that is over, else that with the fewest failures. */
static struct entry *make_room(struct table *table, uint64_t key, int64_t now_ms)
{
    struct entry *set = table->entries[key % SETS];
    struct entry *least = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (is_over(&set[i], now_ms)) {
            return &set[i];
        }
        if (set[i].failures < least->failures) {
            least = &set[i];
        }
    }
    return least;
}

static void note(struct table *table, uint64_t key, int64_t now_ms)
{
    struct entry *e = find(table, key, now_ms);
    if (e == NULL) {
        e = make_room(table, key, now_ms);
        *e = (struct entry){.key = key, .since_ms = now_ms};
    }
    e->failures++;
}

static unsigned wait_s(struct table *table, uint64_t key, unsigned limit, int64_t now_ms)
{
    const struct entry *e = find(table, key, now_ms);
    if (e == NULL || e->failures < limit) {
        return 0;
    }
    int64_t left_ms = (int64_t)THROTTLE_WINDOW_S * MS_PER_S - (now_ms - e->since_ms);
    return (unsigned)((left_ms + MS_PER_S - 1) / MS_PER_S);
}

unsigned throttle_wait_s(struct throttle *t, const char *account, const char *address,
                         int64_t now_monotonic_ms)
{
    uint64_t account_key = key_of(t, account);
    uint64_t address_key = key_of(t, address);
    check(pthread_mutex_lock(&t->lock) == 0);
    unsigned a = wait_s(&t->accounts, account_key, THROTTLE_ACCOUNT_FAILURES, now_monotonic_ms);
    unsigned b = wait_s(&t->addresses, address_key, THROTTLE_ADDRESS_FAILURES, now_monotonic_ms);
    check(pthread_mutex_unlock(&t->lock) == 0);
    return a > b ? a : b;
}

void throttle_note_failure(struct throttle *t, const char *account, const char *address,
                           int64_t now_monotonic_ms)
{
    uint64_t account_key = key_of(t, account);
    uint64_t address_key = key_of(t, address);
    check(pthread_mutex_lock(&t->lock) == 0);
    note(&t->accounts, account_key, now_monotonic_ms);
    note(&t->addresses, address_key, now_monotonic_ms);
    check(pthread_mutex_unlock(&t->lock) == 0);
}
