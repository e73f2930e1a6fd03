#include "api/zones.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"

struct zones {
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
    check(pthread_rwlock_init(&z->lock, NULL) == 0);
    z->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, release);
    return z;
}

void zones_free(struct zones *z)
{
    g_hash_table_destroy(z->by_name);
    check(pthread_rwlock_destroy(&z->lock) == 0);
    free(z);
}

/* Two threads may read the same file at once; the first to come back is kept. */
static struct zone *add(struct zones *z, const char *name)
{
    struct zone *zone = NULL;
    if (zone_find(name, &zone) != ERR_OK) {
        return NULL;
    }
    check(pthread_rwlock_wrlock(&z->lock) == 0);
    struct zone *first = g_hash_table_lookup(z->by_name, name);
    if (first == NULL) {
        g_hash_table_insert(z->by_name, g_strdup(name), zone);
    } else {
        zone_release(zone);
        zone = first;
    }
    check(pthread_rwlock_unlock(&z->lock) == 0);
    return zone;
}

struct zone *zones_find(struct zones *z, const char *name)
{
    check(pthread_rwlock_rdlock(&z->lock) == 0);
    struct zone *zone = g_hash_table_lookup(z->by_name, name);
    check(pthread_rwlock_unlock(&z->lock) == 0);
    return zone != NULL ? zone : add(z, name);
}
