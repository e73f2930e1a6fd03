/*
 * Who is in the house, and who has to leave.
 *
 *     accept ─► head ─► body ─► work ─► answer ─► rest ─► head …
 *               10 s    size    (none)  5 min     60 s    10 s from its first byte
 *
 * What a connection is at is one atomic number, the deadline with the kind of wait in its lowest
 * bits, so that its own thread says it without a lock and the reaper reads it whole. The lock
 * guards membership alone: a connection that is in the table has an open descriptor, because
 * libmicrohttpd tells of its end before it closes it. A descriptor that was closed and given to
 * somebody else can therefore not be shut down.
 *
 * Nobody tells when the first byte of the next head on a kept connection comes: libmicrohttpd reads
 * it and waits for more. The kernel counts the bytes that came (tcpi_bytes_received), and the
 * reaper sees the count move while the connection rests.
 *
 *     strangers (never had a valid token), oldest first:   s1  s2  s3  …   of everybody
 *                                                          s1  s3          of one address
 *
 * The one to make room is the first that is not being answered. An attacker who holds many ends his
 * own with each one that he opens; a client that asks at once and shows a token is no stranger any
 * more by then.
 */
#include "api/connections.h"

#include <glib.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/network.h"

enum {
    BATCH = 256, /* looked at without giving the lock away */
    MS_PER_S = 1000,
    STATE_CLOSE_WAIT = 8, /* TCP_CLOSE_WAIT of the kernel, as RFC 9293 calls it */
    KIND_BITS = 3,
    KIND_MASK = (1 << KIND_BITS) - 1,
};

enum kind {
    KIND_EXPECT, /* waits for the client, until the deadline */
    KIND_ANSWER, /* waits so too; the client may have ended its side already */
    KIND_STREAM, /* as an answer, and the end of the connection would seem to be its end */
    KIND_REST,   /* waits so too, or until the first byte of a head */
    KIND_WORK,   /* has no deadline */
};

/* All that came from one network; lives while one is open. */
struct origin {
    struct network network;
    size_t open;
    GQueue strangers; /* by `in_origin`, oldest first */
};

struct connection {
    int fd;
    _Atomic int64_t stage; /* deadline_ms << KIND_BITS | kind */
    /* The rest is under the lock. */
    size_t at;             /* in `all` */
    struct origin *origin; /* NULL: ended, and counted no more */
    bool is_stranger;
    GList in_all;
    GList in_origin;
    int64_t seen; /* the stage in which the reaper saw it resting, or left by its client */
    uint64_t resting_bytes; /* had come when it was first seen resting in that stage */
};

struct connections {
    struct connections_options options;
    pthread_mutex_t lock;
    GPtrArray *all;      /* in no order */
    GHashTable *origins; /* struct origin by its network */
    GQueue strangers;    /* by `in_all`, oldest first */
    size_t open;         /* of all connections, those that were not ended */
};

static void lock(struct connections *c)
{
    check(pthread_mutex_lock(&c->lock) == 0);
}

static void unlock(struct connections *c)
{
    check(pthread_mutex_unlock(&c->lock) == 0);
}

/* ---- the table ---- */

static guint hash_network(gconstpointer key)
{
    const struct network *n = key;
    uint64_t mixed = (n->bits ^ n->family) * 0x9e3779b97f4a7c15U;
    return (guint)(mixed >> 32);
}

static gboolean is_same_network(gconstpointer a, gconstpointer b)
{
    const struct network *x = a;
    const struct network *y = b;
    return x->bits == y->bits && x->family == y->family;
}

struct connections *connections_new(const struct connections_options *options)
{
    struct connections *c = mem_new(sizeof(*c));
    c->options = *options;
    check(pthread_mutex_init(&c->lock, NULL) == 0);
    c->all = g_ptr_array_new();
    c->origins = g_hash_table_new_full(hash_network, is_same_network, NULL, free);
    return c;
}

void connections_free(struct connections *c)
{
    check(c->all->len == 0);
    (void)g_ptr_array_free(c->all, TRUE);
    g_hash_table_destroy(c->origins);
    check(pthread_mutex_destroy(&c->lock) == 0);
    free(c);
}

static struct origin *origin_of(struct connections *c, const struct network *network)
{
    struct origin *o = g_hash_table_lookup(c->origins, network);
    if (o == NULL) {
        o = mem_new(sizeof(*o));
        o->network = *network;
        g_hash_table_insert(c->origins, &o->network, o);
    }
    return o;
}

static void leave_strangers(struct connections *c, struct connection *one)
{
    if (one->is_stranger) {
        g_queue_unlink(&c->strangers, &one->in_all);
        g_queue_unlink(&one->origin->strangers, &one->in_origin);
        one->is_stranger = false;
    }
}

/* Counts it no more; its memory and its descriptor stay until it is closed. */
static void forget(struct connections *c, struct connection *one)
{
    struct origin *o = one->origin;
    if (o == NULL) {
        return;
    }
    leave_strangers(c, one);
    one->origin = NULL;
    c->open--;
    if (--o->open == 0) {
        (void)g_hash_table_remove(c->origins, &o->network);
    }
}

static enum kind kind_of(int64_t stage)
{
    return (enum kind)(stage & KIND_MASK);
}

static bool is_stream(const struct connection *one)
{
    return kind_of(atomic_load_explicit(&one->stage, memory_order_relaxed)) == KIND_STREAM;
}

/* connect(2) to no address at all makes the kernel forget the other end, with a reset. */
void connection_break(struct connection *one)
{
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    (void)connect(one->fd, &nobody, sizeof(nobody)); /* fails where the client was faster */
}

/* Its thread reads the end of the stream from now on. */
static void end(struct connections *c, struct connection *one)
{
    if (is_stream(one)) {
        connection_break(one);
    } else {
        (void)shutdown(one->fd, SHUT_RDWR); /* ENOTCONN: the client was faster */
    }
    forget(c, one);
}

/* Ends the oldest of them that may go; false where there is none. */
static bool evict_oldest(struct connections *c, const GQueue *strangers)
{
    for (GList *i = strangers->head; i != NULL; i = i->next) {
        struct connection *one = i->data;
        if (kind_of(atomic_load_explicit(&one->stage, memory_order_relaxed)) != KIND_WORK) {
            end(c, one);
            counter_add(c->options.counters, http_evicted, 1);
            return true;
        }
    }
    return false;
}

bool connections_admit(struct connections *c, const struct sockaddr *address)
{
    struct network network = network_of(address);
    lock(c);
    const struct origin *o = g_hash_table_lookup(c->origins, &network);
    size_t most = c->options.per_address;
    bool is_proxy = c->options.proxy != NULL && network_is_host(address, c->options.proxy);
    bool is_full = most > 0 && !is_proxy && o != NULL && o->open >= most;
    bool may = !is_full || evict_oldest(c, &o->strangers);
    if (!may) {
        counter_add(c->options.counters, http_refused, 1);
    }
    unlock(c);
    return may;
}

struct connection *connections_open(struct connections *c, int fd, const struct sockaddr *address,
                                    int64_t now_monotonic_ms)
{
    struct connection *one = mem_new(sizeof(*one));
    struct network network = network_of(address);
    one->fd = fd;
    one->is_stranger = true;
    one->in_all.data = one;
    one->in_origin.data = one;
    connection_expect(one, now_monotonic_ms + HEAD_MS);
    lock(c);
    if (c->open >= c->options.places / 4 * 3) {
        (void)evict_oldest(c, &c->strangers);
    }
    one->at = c->all->len;
    g_ptr_array_add(c->all, one);
    one->origin = origin_of(c, &network);
    one->origin->open++;
    c->open++;
    g_queue_push_tail_link(&c->strangers, &one->in_all);
    g_queue_push_tail_link(&one->origin->strangers, &one->in_origin);
    unlock(c);
    counter_add(c->options.counters, http_connections, 1);
    return one;
}

void connections_close(struct connections *c, struct connection *one)
{
    lock(c);
    forget(c, one);
    (void)g_ptr_array_remove_index_fast(c->all, (guint)one->at);
    if (one->at < c->all->len) {
        struct connection *moved = g_ptr_array_index(c->all, one->at);
        moved->at = one->at;
    }
    unlock(c);
    counter_sub(c->options.counters, http_connections, 1);
    free(one);
}

/* ---- what a connection is at ---- */

static int64_t stage_of(int64_t deadline_ms, enum kind kind)
{
    return (int64_t)((uint64_t)deadline_ms << KIND_BITS | kind);
}

static void set_stage(struct connection *one, int64_t deadline_ms, enum kind kind)
{
    atomic_store_explicit(&one->stage, stage_of(deadline_ms, kind), memory_order_relaxed);
}

void connection_expect(struct connection *one, int64_t deadline_ms)
{
    set_stage(one, deadline_ms, KIND_EXPECT);
}

void connection_answer(struct connection *one, int64_t deadline_ms)
{
    set_stage(one, deadline_ms, KIND_ANSWER);
}

void connection_stream(struct connection *one, int64_t deadline_ms)
{
    set_stage(one, deadline_ms, KIND_STREAM);
}

void connection_work(struct connection *one)
{
    set_stage(one, 0, KIND_WORK);
}

void connection_rest(struct connection *one, int64_t now_monotonic_ms)
{
    set_stage(one, now_monotonic_ms + IDLE_MS, KIND_REST);
}

void connections_vouch(struct connections *c, struct connection *one)
{
    lock(c);
    leave_strangers(c, one);
    unlock(c);
}

int64_t connection_body_ms(uint64_t bytes)
{
    return BODY_MS + (int64_t)(bytes / BODY_RATE) * MS_PER_S;
}

/* ---- the reaper ---- */

/* What the kernel says of a connection; all zero where it says nothing. */
static struct tcp_info info_of(int fd)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof(info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0) {
        info = (struct tcp_info){0};
    }
    return info;
}

/* Whether this is the first look that found it so in this stage. */
static bool is_first_look(struct connection *one, int64_t stage)
{
    bool is_first = one->seen != stage;
    one->seen = stage;
    return is_first;
}

/*
 * Whether the first bytes of a head came since the look before: from here on it has a deadline of
 * its own, unless the connection's thread knows better meanwhile.
 */
static bool begins_head(struct connection *one, int64_t stage, int64_t now_ms)
{
    uint64_t bytes = info_of(one->fd).tcpi_bytes_received;
    if (is_first_look(one, stage)) {
        one->resting_bytes = bytes;
        return false;
    }
    if (bytes == one->resting_bytes) {
        return false;
    }
    int64_t head = stage_of(now_ms + HEAD_MS, KIND_EXPECT);
    (void)atomic_compare_exchange_strong(&one->stage, &stage, head);
    return true;
}

/*
 * Whether the client ended its side halfway. libmicrohttpd overlooks that where the end comes
 * together with the last bytes. It takes a second look, since libmicrohttpd may be reading the last
 * bytes just now.
 */
static bool has_left(struct connection *one, int64_t stage)
{
    int unread = 0;
    return info_of(one->fd).tcpi_state == STATE_CLOSE_WAIT &&
           ioctl(one->fd, FIONREAD, &unread) == 0 && unread == 0 && !is_first_look(one, stage);
}

static bool has_to_go(struct connection *one, int64_t now_ms)
{
    int64_t stage = atomic_load_explicit(&one->stage, memory_order_relaxed);
    bool is_late = stage >> KIND_BITS <= now_ms;
    switch (kind_of(stage)) {
    case KIND_EXPECT:
        return is_late || has_left(one, stage);
    case KIND_ANSWER:
    case KIND_STREAM:
        return is_late;
    case KIND_REST:
        return !begins_head(one, stage, now_ms) && is_late;
    default:
        return false;
    }
}

static void look_at(struct connections *c, struct connection *one, int64_t now_ms)
{
    if (one->origin != NULL && has_to_go(one, now_ms)) {
        end(c, one);
        counter_add(c->options.counters, http_reaped, 1);
    }
}

/*
 * The lock is given away in between. A connection that then moves to a lower place is seen the next
 * time.
 */
void connections_reap(struct connections *c, int64_t now_monotonic_ms)
{
    size_t next = 0;
    lock(c);
    while (next < c->all->len) {
        size_t stop = next + BATCH;
        for (; next < stop && next < c->all->len; next++) {
            look_at(c, g_ptr_array_index(c->all, next), now_monotonic_ms);
        }
        unlock(c);
        lock(c);
    }
    unlock(c);
}

void connections_break_streams(struct connections *c)
{
    lock(c);
    for (size_t i = 0; i < c->all->len; i++) {
        struct connection *one = g_ptr_array_index(c->all, i);
        if (is_stream(one)) {
            connection_break(one);
        }
    }
    unlock(c);
}
