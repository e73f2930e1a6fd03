/*
 * Three tables: failures by account and address, by address, and by account. The last locks nobody:
 * it tells whether others fail at an account, and then holds the one check that is claimed.
 *
 * Each is SETS sets of WAYS entries, found by a keyed hash (so that nobody can aim at a set). An
 * entry lives for one window from its first failure; when a set is full, the entry with the fewest
 * failures makes room, which a flood of made-up names cannot turn against a blocked one.
 */
#include "api/throttle.h"

#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "fleet/directory.h"

enum { SETS = 1024, WAYS = 8, MS_PER_S = 1000, NETWORK_BYTES = 8 };

struct entry {
    uint64_t key; /* 0: free */
    int64_t since_ms;
    unsigned failures;
    /* Of an account: */
    bool by_several;  /* addresses, of which ... */
    uint64_t address; /* ... this is the first */
    bool is_claimed;
    int64_t claimed_ms; /* when the last claim was made; 0: none was */
};

struct table {
    struct entry entries[SETS][WAYS];
};

struct throttle {
    pthread_mutex_t lock;
    uint8_t hash_key[crypto_shorthash_KEYBYTES];
    struct table pairs; /* by account and address */
    struct table addresses;
    struct table accounts;
};

/* The keys of one login. */
struct keys {
    uint64_t pair;
    uint64_t address;
    uint64_t account;
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

/* ---- keys ---- */

void throttle_address_key(const char *address, char out[THROTTLE_KEY_SIZE])
{
    struct in6_addr a;
    char text[INET6_ADDRSTRLEN];
    if (inet_pton(AF_INET6, address, &a) != 1) {
        (void)snprintf(out, THROTTLE_KEY_SIZE, "%s", address);
    } else if (IN6_IS_ADDR_V4MAPPED(&a)) {
        check(inet_ntop(AF_INET, &a.s6_addr[12], out, THROTTLE_KEY_SIZE) != NULL);
    } else {
        memset(&a.s6_addr[NETWORK_BYTES], 0, sizeof(a) - NETWORK_BYTES);
        check(inet_ntop(AF_INET6, &a, text, sizeof(text)) != NULL);
        (void)snprintf(out, THROTTLE_KEY_SIZE, "%s/64", text);
    }
}

static uint64_t hash(const struct throttle *t, const char *text)
{
    uint64_t key = 0;
    check(sizeof(key) == crypto_shorthash_BYTES);
    (void)crypto_shorthash((uint8_t *)&key, (const uint8_t *)text, strlen(text), t->hash_key);
    return key == 0 ? 1 : key;
}

/* Names are compared as the directory compares them, so that one account has one count. */
static struct keys keys_of(const struct throttle *t, const char *account, const char *address)
{
    char network[THROTTLE_KEY_SIZE];
    throttle_address_key(address, network);
    char *folded = directory_folded(account);
    char *pair = g_strconcat(network, " ", folded, NULL);
    struct keys keys = {hash(t, pair), hash(t, network), hash(t, folded)};
    g_free(pair);
    g_free(folded);
    return keys;
}

/* ---- tables ---- */

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

static void note(struct table *table, uint64_t key, uint64_t address, int64_t now_ms)
{
    struct entry *e = find(table, key, now_ms);
    if (e == NULL) {
        e = make_room(table, key, now_ms);
        *e = (struct entry){.key = key, .since_ms = now_ms, .address = address};
    }
    e->failures++;
    e->by_several = e->by_several || e->address != address;
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

/* ---- failures ---- */

unsigned throttle_wait_s(struct throttle *t, const char *account, const char *address,
                         int64_t now_monotonic_ms)
{
    struct keys keys = keys_of(t, account, address);
    check(pthread_mutex_lock(&t->lock) == 0);
    unsigned a = wait_s(&t->pairs, keys.pair, THROTTLE_ACCOUNT_FAILURES, now_monotonic_ms);
    unsigned b = wait_s(&t->addresses, keys.address, THROTTLE_ADDRESS_FAILURES, now_monotonic_ms);
    check(pthread_mutex_unlock(&t->lock) == 0);
    return a > b ? a : b;
}

void throttle_note_failure(struct throttle *t, const char *account, const char *address,
                           int64_t now_monotonic_ms)
{
    struct keys keys = keys_of(t, account, address);
    check(pthread_mutex_lock(&t->lock) == 0);
    note(&t->pairs, keys.pair, keys.address, now_monotonic_ms);
    note(&t->addresses, keys.address, keys.address, now_monotonic_ms);
    note(&t->accounts, keys.account, keys.address, now_monotonic_ms);
    check(pthread_mutex_unlock(&t->lock) == 0);
}

/* ---- claims ---- */

/* Seconds until the account's check is free; 0: it is. */
static unsigned claim_wait_s(const struct entry *e, int64_t now_ms)
{
    int64_t age_ms = now_ms - e->claimed_ms;
    if (e->claimed_ms == 0) {
        return 0;
    }
    if (e->is_claimed && age_ms < THROTTLE_CLAIM_MS) {
        return 2; /* it waits for the thread, or is at it */
    }
    return age_ms < THROTTLE_CHECK_MS ? 1 : 0;
}

unsigned throttle_claim_s(struct throttle *t, const char *account, const char *address,
                          int64_t now_monotonic_ms, struct throttle_claim *out)
{
    struct keys keys = keys_of(t, account, address);
    unsigned seconds = 0;
    *out = (struct throttle_claim){0};
    check(pthread_mutex_lock(&t->lock) == 0);
    struct entry *e = find(&t->accounts, keys.account, now_monotonic_ms);
    if (e != NULL && (e->by_several || e->address != keys.address)) {
        seconds = claim_wait_s(e, now_monotonic_ms);
        if (seconds == 0) {
            e->is_claimed = true;
            e->claimed_ms = now_monotonic_ms;
            *out = (struct throttle_claim){keys.account, now_monotonic_ms};
        }
    }
    check(pthread_mutex_unlock(&t->lock) == 0);
    return seconds;
}

void throttle_release(struct throttle *t, struct throttle_claim *claim)
{
    if (claim->account == 0) {
        return;
    }
    check(pthread_mutex_lock(&t->lock) == 0);
    struct entry *e = find(&t->accounts, claim->account, claim->began_ms);
    if (e != NULL && e->claimed_ms == claim->began_ms) {
        e->is_claimed = false;
    }
    check(pthread_mutex_unlock(&t->lock) == 0);
    *claim = (struct throttle_claim){0};
}
