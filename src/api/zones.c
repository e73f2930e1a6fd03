/*
 * A table of the time zones that were asked for, by name, under a lock. It only grows: there are a
 * few hundred names in all.
 */
#include "api/zones.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"

struct zones {
    pthread_mutex_t reading; /* a file; taken before `lock` */
    pthread_rwlock_t lock;
    GHashTable *by_name; /* zone_name() -> struct zone, held */
};

static void release(gpointer zone)
{
    zone_release(zone);
}

struct zones *zones_new(void)
{
    struct zones *z = mem_new(sizeof(*z));
    check(pthread_mutex_init(&z->reading, NULL) == 0);
    check(pthread_rwlock_init(&z->lock, NULL) == 0);
    z->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, release);
    return z;
}

void zones_free(struct zones *z)
{
    g_hash_table_destroy(z->by_name);
    check(pthread_rwlock_destroy(&z->lock) == 0);
    check(pthread_mutex_destroy(&z->reading) == 0);
    free(z);
}

static struct zone *find_kept(struct zones *z, const char *name)
{
    check(pthread_rwlock_rdlock(&z->lock) == 0);
    struct zone *zone = g_hash_table_lookup(z->by_name, name);
    check(pthread_rwlock_unlock(&z->lock) == 0);
    return zone;
}

static void keep(struct zones *z, const char *name, struct zone *zone)
{
    check(pthread_rwlock_wrlock(&z->lock) == 0);
    g_hash_table_insert(z->by_name, g_strdup(name), zone);
    check(pthread_rwlock_unlock(&z->lock) == 0);
}

/* Reads the file, unless another thread did so meanwhile; those who look up go on. */
static struct zone *add(struct zones *z, const char *name)
{
    check(pthread_mutex_lock(&z->reading) == 0);
    struct zone *zone = find_kept(z, name);
    if (zone == NULL && zone_find(name, &zone) == ERR_OK) {
        keep(z, name, zone);
    }
    check(pthread_mutex_unlock(&z->reading) == 0);
    return zone;
}

struct zone *zones_find(struct zones *z, const char *name)
{
    struct zone *zone = find_kept(z, name);
    return zone != NULL ? zone : add(z, name);
}
