/*
 * An address comes out of the file, or of the provider:
 *
 *     geocode_new ─► file ─► there                                       ─► geocode_street
 *                     └─ no ─► is it asked for already? ─ yes ─► waits ──┐
 *                                      └─ no ─► request ─► answer ─► file┴► all that wait
 *
 * A question may be given up while its answer is under way, so each has two users: who asked, and
 * the list of those that wait.
 */
#include "connect/geocoder.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "connect/geocode_rows.h"

enum {
    WAITING_MAX = 64,
    IN_FLIGHT_MAX = 4,
    ANSWER_BYTES_MAX = 256 << 10, /* it is read on the thread of connect */
    MS_PER_S = 1000,
    FAR_CM = 500000, /* what is so far away is no address of the place */
};

static const struct geocode_row *const rows[] = {
#define X(name, row) [GEOCODER_##name] = &(row),
    GEOCODER_MAP(X)
#undef X
};

struct geocoder {
    const struct geocode_row *row;
    struct provider *provider;
    struct street_cache *cache;
    pthread_mutex_t lock; /* of all below, and of what questions say is under it */
    GHashTable *asked;    /* struct lookup by its key */
};

/* A place that the provider is asked for. */
struct lookup {
    struct street_key key;
    struct geocoder *geocoder;
    GSList *waiting; /* struct geocode */
};

struct geocode {
    struct geocoder *geocoder;
    unsigned users; /* all below under the lock */
    bool is_done;
    bool is_found;
    struct street street;
    void (*wake)(void *context);
    void *context;
};

static void lock(struct geocoder *g)
{
    check(pthread_mutex_lock(&g->lock) == 0);
}

static void unlock(struct geocoder *g)
{
    check(pthread_mutex_unlock(&g->lock) == 0);
}

static guint key_hash(gconstpointer v)
{
    const struct street_key *key = v;
    return (guint)key->lat_e4 * 2654435761U ^ (guint)key->lon_e4;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(struct street_key)) == 0;
}

enum err geocoder_new(struct connect *connect, const struct geocoder_options *options,
                      struct geocoder **out)
{
    const struct provider_options provider = {
        .name = "geocoder",
        .url = options->url,
        .waiting_max = WAITING_MAX,
        .in_flight_max = IN_FLIGHT_MAX,
        .interval_ms = (MS_PER_S + options->per_s - 1) / options->per_s,
        .answer_max = ANSWER_BYTES_MAX,
    };
    struct geocoder *g = mem_new(sizeof(*g));
    g->row = rows[options->kind];
    enum err e = connect_add(connect, &provider, &g->provider);
    if (e != ERR_OK) {
        free(g);
        return e;
    }
    g->cache = street_cache_open(&options->cache);
    check(pthread_mutex_init(&g->lock, NULL) == 0);
    g->asked = g_hash_table_new(key_hash, key_equal);
    *out = g;
    return ERR_OK;
}

void geocoder_free(struct geocoder *g)
{
    check(g_hash_table_size(g->asked) == 0);
    g_hash_table_destroy(g->asked);
    street_cache_close(g->cache);
    check(pthread_mutex_destroy(&g->lock) == 0);
    free(g);
}

bool geocoder_forgets(struct geocoder *g)
{
    return g != NULL && street_cache_is_failing(g->cache);
}

/* ---- questions ---- */

/* Gives up one use of it. */
static void leave(struct geocode *q)
{
    struct geocoder *g = q->geocoder;
    lock(g);
    bool is_last = --q->users == 0;
    unlock(g);
    if (is_last) {
        free(q);
    }
}

/* Tells a question that waited its end; `street` NULL: there is none. */
static void tell(struct geocode *q, const struct street *street)
{
    struct geocoder *g = q->geocoder;
    lock(g);
    q->is_done = true;
    q->is_found = street != NULL;
    q->street = street != NULL ? *street : (struct street){.names = ""};
    void (*wake)(void *) = q->wake;
    void *context = q->context;
    q->wake = NULL;
    unlock(g);
    leave(q);
    if (wake != NULL) {
        wake(context);
    }
}

/* Ends a lookup: those that ask from now on begin another one. */
static void finish(struct lookup *l, const struct street *street)
{
    lock(l->geocoder);
    (void)g_hash_table_remove(l->geocoder->asked, &l->key);
    GSList *waiting = l->waiting;
    unlock(l->geocoder);
    for (GSList *w = waiting; w != NULL; w = w->next) {
        tell(w->data, street);
    }
    g_slist_free(waiting);
    free(l);
}

static struct point point_of(const struct street_key *key)
{
    enum { E7_PER_E4 = 1000 };
    return (struct point){key->lat_e4 * E7_PER_E4, key->lon_e4 * E7_PER_E4};
}

/* Reads an answer and keeps it; whether there is one. */
static bool read_answer(const struct lookup *l, const struct connect_answer *a, struct street *out)
{
    struct geocoder *g = l->geocoder;
    struct arena arena = {0};
    struct geocode_answer answer = {.street.names = ""};
    const char *why = g->row->read(a->status, a->body, &arena, &answer);
    provider_judge(g->provider, why);
    if (why == NULL) {
        if (distance_m_e2(point_of(&l->key), answer.street.at) > FAR_CM) {
            answer.street = (struct street){.names = ""};
        }
        provider_attribute(g->provider, answer.attribution);
        street_cache_put(g->cache, &l->key, clock_wall_ms() / MS_PER_S, &answer.street);
        *out = answer.street;
    }
    arena_free(&arena);
    return why == NULL;
}

/* On the thread of connect. */
static void take_answer(void *context, const struct connect_answer *a)
{
    struct lookup *l = context;
    struct street street;
    bool is_answer = a->e == ERR_OK && read_answer(l, a, &street);
    finish(l, is_answer && street.names[0] != '\0' ? &street : NULL);
}

static void ask_provider(struct lookup *l)
{
    struct arena arena = {0};
    struct connect_request request = {
        .deadline_ms = clock_monotonic_ms() + GEOCODE_TIMEOUT_MS,
        .done = take_answer,
        .context = l,
    };
    l->geocoder->row->ask(&l->key, &arena, &request);
    if (connect_submit(l->geocoder->provider, &request) != ERR_OK) {
        finish(l, NULL);
    }
    arena_free(&arena);
}

/* Has the question wait for its place; the lookup, where it is the first to. */
static struct lookup *enter(struct geocode *q, const struct street_key *key)
{
    struct geocoder *g = q->geocoder;
    struct lookup *begun = NULL;
    lock(g);
    struct lookup *l = g_hash_table_lookup(g->asked, key);
    if (l == NULL) {
        begun = l = mem_new(sizeof(*l));
        *l = (struct lookup){.key = *key, .geocoder = g};
        (void)g_hash_table_insert(g->asked, &l->key, l);
    }
    q->users++;
    l->waiting = g_slist_prepend(l->waiting, q);
    unlock(g);
    return begun;
}

struct geocode *geocode_new(struct geocoder *g, struct point at, const char *language)
{
    struct street_key key = street_key_of(at, language);
    struct geocode *q = mem_new(sizeof(*q));
    q->geocoder = g;
    q->users = 1;
    q->is_done = street_cache_find(g->cache, &key, clock_wall_ms() / MS_PER_S, &q->street);
    q->is_found = q->is_done && q->street.names[0] != '\0';
    if (!q->is_done) {
        struct lookup *begun = enter(q, &key);
        if (begun != NULL) {
            ask_provider(begun);
        }
    }
    return q;
}

bool geocode_wait(struct geocode *q, void (*wake)(void *context), void *context)
{
    lock(q->geocoder);
    bool waits = !q->is_done;
    if (waits) {
        q->wake = wake;
        q->context = context;
    }
    unlock(q->geocoder);
    return waits;
}

const struct street *geocode_street(struct geocode *q)
{
    lock(q->geocoder);
    bool is_found = q->is_done && q->is_found;
    unlock(q->geocoder);
    return is_found ? &q->street : NULL;
}

void geocode_free(struct geocode *q)
{
    lock(q->geocoder);
    q->wake = NULL;
    unlock(q->geocoder);
    leave(q);
}
