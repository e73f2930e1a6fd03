/*
 * The answers stand in the order in which they were made, and are found by what names them:
 *
 *     "USER/ENTERPRISE/AddUser/RequestID" ─► {"UserID":7}
 *
 * The oldest go when their hour is over, or when there are too many. An enterprise that makes many
 * pushes out its own first. A job looks here on the ingest thread, and its answer is kept there
 * once it is committed. So of two jobs that come at once the second finds the first.
 */
#include "api/request_ids.h"

#include <glib.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "api/envelope.h"
#include "base/check.h"
#include "base/mem.h"

struct kept {
    char *name;
    int64_t enterprise_id;
    int64_t made_ms; /* on the monotonic clock */
    GBytes *data;
};

struct request_ids {
    pthread_mutex_t lock;
    GQueue answers;      /* of struct kept, the oldest first */
    GHashTable *by_name; /* name -> struct kept; both are the answer's */
};

struct request_ids *request_ids_new(void)
{
    struct request_ids *r = mem_new(sizeof(*r));
    check(pthread_mutex_init(&r->lock, NULL) == 0);
    g_queue_init(&r->answers);
    r->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    return r;
}

static void drop(struct request_ids *r, GList *link)
{
    struct kept *k = link->data;
    g_hash_table_remove(r->by_name, k->name);
    g_queue_delete_link(&r->answers, link);
    g_bytes_unref(k->data);
    g_free(k->name);
    free(k);
}

void request_ids_free(struct request_ids *r)
{
    while (r->answers.head != NULL) {
        drop(r, r->answers.head);
    }
    g_hash_table_destroy(r->by_name);
    check(pthread_mutex_destroy(&r->lock) == 0);
    free(r);
}

static void drop_old(struct request_ids *r, int64_t now_ms)
{
    while (r->answers.head != NULL) {
        const struct kept *oldest = r->answers.head->data;
        if (now_ms - oldest->made_ms < REQUEST_IDS_KEPT_MS) {
            return;
        }
        drop(r, r->answers.head);
    }
}

/* How much is kept of all, or of one enterprise. */
struct holding {
    size_t count;
    size_t bytes;
    GList *oldest;
};

static void add_holding(struct holding *holding, GList *link)
{
    const struct kept *k = link->data;
    holding->oldest = holding->count == 0 ? link : holding->oldest;
    holding->count++;
    holding->bytes += g_bytes_get_size(k->data);
}

/* The answer that has to make room for one more of `bytes`; NULL: there is room. */
static GList *find_surplus(const struct request_ids *r, int64_t enterprise_id, size_t bytes)
{
    struct holding own = {.bytes = bytes};
    struct holding all = {.bytes = bytes};
    for (GList *link = r->answers.head; link != NULL; link = link->next) {
        add_holding(&all, link);
        if (((const struct kept *)link->data)->enterprise_id == enterprise_id) {
            add_holding(&own, link);
        }
    }
    if (own.count >= REQUEST_IDS_EACH_MAX || own.bytes > REQUEST_IDS_EACH_BYTES) {
        return own.oldest; /* NULL: a single one may be longer than that */
    }
    return all.count >= REQUEST_IDS_MAX || all.bytes > REQUEST_IDS_BYTES ? all.oldest : NULL;
}

/* NULL where the call has no RequestID; else to be freed. */
static char *name_of(const struct call *c)
{
    const struct value *id = &c->common[COMMON_REQUEST_ID];
    if (!id->present) {
        return NULL;
    }
    return g_strdup_printf("%" PRId64 "/%" PRId64 "/%s/%s", c->caller.user_id,
                           c->caller.enterprise_id, c->method->name, id->text);
}

bool request_ids_answer(struct request_ids *r, struct call *c)
{
    char *name = name_of(c);
    if (name == NULL) {
        return false;
    }
    check(pthread_mutex_lock(&r->lock) == 0);
    drop_old(r, c->now_monotonic_ms);
    const struct kept *k = g_hash_table_lookup(r->by_name, name);
    if (k != NULL) {
        size_t len = 0;
        const uint8_t *data = g_bytes_get_data(k->data, &len);
        envelope_put_data(c, (struct bytes){data, len});
    }
    check(pthread_mutex_unlock(&r->lock) == 0);
    g_free(name);
    return k != NULL;
}

/* Adds an answer of that name once there is room. */
static void add(struct request_ids *r, const struct call *c, const char *name)
{
    struct bytes data = envelope_data(c);
    int64_t enterprise_id = c->caller.enterprise_id;
    GList *surplus = find_surplus(r, enterprise_id, data.len);
    while (surplus != NULL) {
        drop(r, surplus);
        surplus = find_surplus(r, enterprise_id, data.len);
    }
    struct kept *k = mem_new(sizeof(*k));
    *k = (struct kept){.name = g_strdup(name),
                       .enterprise_id = enterprise_id,
                       .made_ms = c->now_monotonic_ms,
                       .data = g_bytes_new(data.at, data.len)};
    g_queue_push_tail(&r->answers, k);
    g_hash_table_insert(r->by_name, k->name, k);
}

void request_ids_keep(struct request_ids *r, const struct call *c)
{
    char *name = name_of(c);
    if (name == NULL) {
        return;
    }
    check(pthread_mutex_lock(&r->lock) == 0);
    if (!g_hash_table_contains(r->by_name, name)) {
        add(r, c, name);
    }
    check(pthread_mutex_unlock(&r->lock) == 0);
    g_free(name);
}
