/*
 * Two tables of the same kind, one by identity (device_id_key()), one by host, each over a list in
 * order of last hearing. A tracker that is heard again moves to the end; the first of the list goes
 * when there are too many, or the first of its network when there are too many of that.
 *
 * A host is an IPv6 address, one of IPv4 written as ::ffff:a.b.c.d, so that a listener on [::] sees
 * the same networks as one on 0.0.0.0.
 */
#include "fleet/unknown.h"

#include <arpa/inet.h>
#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/check.h"
#include "base/mem.h"

enum {
    HOST_BYTES = 16,
    V4_AT = 12,            /* where an IPv4 address begins in a host */
    NETWORK_V4_BYTES = 15, /* /24 */
    NETWORK_V6_BYTES = 8,  /* /64 */
    LINES_WINDOW_S = 60
};

struct host {
    uint8_t at[HOST_BYTES];
};

struct entry {
    struct unknown_tracker tracker;
    struct host host;                /* of a nameless one */
    char host_key[INET6_ADDRSTRLEN]; /* the same as text */
    int64_t told_s;                  /* when the log last got a line of it; 0: never */
};

/* How many lines the log got lately. */
struct lines {
    int64_t since_s;
    unsigned count;
    uint64_t left_out;
};

struct table {
    GHashTable *by_key; /* key_of() -> the GList link in `heard` */
    GQueue heard;       /* struct entry, owned; newest last */
    size_t max;
    struct lines lines;
};

struct unknown_trackers {
    pthread_mutex_t lock;
    struct table named;
    struct table nameless;
};

/* ---- hosts ---- */

static const uint8_t V4_MAPPED[V4_AT] = {[10] = 0xff, [11] = 0xff};

/* The host of "ADDR:PORT"; all zero where the text is no address. */
static struct host host_of(const char *text)
{
    struct address a;
    struct host host = {0};
    if (address_parse(text, &a) != ERR_OK) {
        return host;
    }
    if (inet_pton(AF_INET, a.host, host.at + V4_AT) == 1) {
        memcpy(host.at, V4_MAPPED, sizeof(V4_MAPPED));
    } else {
        (void)inet_pton(AF_INET6, a.host, host.at);
    }
    return host;
}

static bool is_same_network(const struct host *a, const struct host *b)
{
    bool is_v4 = memcmp(a->at, V4_MAPPED, sizeof(V4_MAPPED)) == 0;
    return memcmp(a->at, b->at, is_v4 ? NETWORK_V4_BYTES : NETWORK_V6_BYTES) == 0;
}

/* ---- one table ---- */

static void table_init(struct table *t, size_t max)
{
    *t = (struct table){.by_key = g_hash_table_new(g_str_hash, g_str_equal), .max = max};
    g_queue_init(&t->heard);
}

static void table_clear(struct table *t)
{
    g_hash_table_destroy(t->by_key);
    g_queue_clear_full(&t->heard, free);
}

/* Points into the entry. */
static char *key_of(struct entry *e)
{
    char *id = e->tracker.device_id;
    return id[0] == '\0' ? e->host_key : id + (device_id_key(id) - id);
}

static void remove_link(struct table *t, GList *link)
{
    struct entry *gone = link->data;
    g_hash_table_remove(t->by_key, key_of(gone));
    g_queue_delete_link(&t->heard, link);
    free(gone);
}

/* Makes room in its network for a tracker that named no device. */
static void bound_network(struct table *t, const struct host *host)
{
    size_t count = 0;
    GList *oldest = NULL;
    for (GList *link = t->heard.tail; link != NULL; link = link->prev) {
        const struct entry *e = link->data;
        if (is_same_network(&e->host, host)) {
            count++;
            oldest = link;
        }
    }
    if (count >= UNKNOWN_PER_NETWORK) {
        remove_link(t, oldest);
    }
}

/* Puts the entry at the end of the list, or the one of the same key that is there already. */
static struct entry *table_put(struct table *t, const struct entry *seen)
{
    struct entry *fresh = mem_new(sizeof(*fresh));
    *fresh = *seen;
    GList *link = g_hash_table_lookup(t->by_key, key_of(fresh));
    if (link != NULL) {
        free(fresh);
        g_queue_unlink(&t->heard, link);
        g_queue_push_tail_link(&t->heard, link);
        return link->data;
    }
    if (seen->tracker.device_id[0] == '\0') {
        bound_network(t, &seen->host);
    }
    if (t->heard.length == t->max) {
        remove_link(t, t->heard.head);
    }
    g_queue_push_tail(&t->heard, fresh);
    g_hash_table_insert(t->by_key, key_of(fresh), t->heard.tail);
    return fresh;
}

/* ---- lines of the log ---- */

static struct unknown_line line_of(struct lines *l, struct entry *e, int64_t now_s)
{
    bool is_told = e->told_s != 0 && now_s - e->told_s < UNKNOWN_TELL_AGAIN_S;
    if (is_told && now_s >= e->told_s) {
        return (struct unknown_line){0};
    }
    if (now_s - l->since_s >= LINES_WINDOW_S || now_s < l->since_s) {
        l->since_s = now_s;
        l->count = 0;
    }
    if (l->count == UNKNOWN_LINES_MAX) {
        l->left_out++;
        return (struct unknown_line){0};
    }
    struct unknown_line line = {.is_due = true, .left_out = l->left_out};
    e->told_s = now_s;
    l->count++;
    l->left_out = 0;
    return line;
}

/* ---- both ---- */

struct unknown_trackers *unknown_new(void)
{
    struct unknown_trackers *u = mem_new(sizeof(*u));
    check(pthread_mutex_init(&u->lock, NULL) == 0);
    table_init(&u->named, UNKNOWN_MAX);
    table_init(&u->nameless, UNKNOWN_NAMELESS_MAX);
    return u;
}

void unknown_free(struct unknown_trackers *u)
{
    if (u == NULL) {
        return;
    }
    table_clear(&u->named);
    table_clear(&u->nameless);
    check(pthread_mutex_destroy(&u->lock) == 0);
    free(u);
}

static void lock(struct unknown_trackers *u)
{
    check(pthread_mutex_lock(&u->lock) == 0);
}

static void unlock(struct unknown_trackers *u)
{
    check(pthread_mutex_unlock(&u->lock) == 0);
}

struct unknown_line unknown_note(struct unknown_trackers *u, const struct unknown_tracker *seen,
                                 int64_t now_s)
{
    struct entry fresh = {.tracker = {.first_time_s = now_s}};
    bytes_to_text(bytes_of_text(seen->device_id), fresh.tracker.device_id,
                  sizeof(fresh.tracker.device_id));
    bool is_nameless = fresh.tracker.device_id[0] == '\0';
    if (is_nameless) {
        fresh.host = host_of(seen->address);
        (void)inet_ntop(AF_INET6, fresh.host.at, fresh.host_key, sizeof(fresh.host_key));
    }
    lock(u);
    struct table *table = is_nameless ? &u->nameless : &u->named;
    struct entry *entry = table_put(table, &fresh);
    struct unknown_tracker *t = &entry->tracker;
    t->protocol = seen->protocol;
    t->link = seen->link;
    t->last_time_s = now_s;
    t->count++;
    t->frame_len = seen->frame_len > UNKNOWN_FRAME_MAX ? UNKNOWN_FRAME_MAX : seen->frame_len;
    memcpy(t->address, seen->address, sizeof(t->address));
    memcpy(t->frame, seen->frame, t->frame_len);
    struct unknown_line line = line_of(&table->lines, entry, now_s);
    unlock(u);
    return line;
}

bool unknown_forget(struct unknown_trackers *u, const char *device_id, struct unknown_tracker *out)
{
    lock(u);
    GList *link = g_hash_table_lookup(u->named.by_key, device_id_key(device_id));
    bool was_there = link != NULL;
    if (was_there && out != NULL) {
        *out = ((const struct entry *)link->data)->tracker;
    }
    if (was_there) {
        remove_link(&u->named, link);
    }
    unlock(u);
    return was_there;
}

/* The entry of a link; NULL at the end of its list. */
static const struct unknown_tracker *tracker_of(const GList *link)
{
    return link == NULL ? NULL : &((const struct entry *)link->data)->tracker;
}

struct unknown_tracker *unknown_list(struct unknown_trackers *u, struct arena *arena, size_t *count)
{
    lock(u);
    size_t total = (size_t)u->named.heard.length + u->nameless.heard.length;
    struct unknown_tracker *at = arena_new_array(arena, total, sizeof(*at));
    const GList *named = u->named.heard.tail;
    const GList *nameless = u->nameless.heard.tail;
    size_t n = 0;
    while (named != NULL || nameless != NULL) {
        const struct unknown_tracker *a = tracker_of(named);
        const struct unknown_tracker *b = tracker_of(nameless);
        if (a != NULL && (b == NULL || a->last_time_s >= b->last_time_s)) {
            at[n++] = *a;
            named = named->prev;
        } else if (b != NULL) {
            at[n++] = *b;
            nameless = nameless->prev;
        }
    }
    unlock(u);
    *count = n;
    return at;
}
