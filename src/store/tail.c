/*
 * A tail is a chain of counted segments, the newest first:
 *
 *     tail ──► segment 640 B ──► segment 320 B ──► segment 160 B ──► NULL
 *     span     ......|           full              full
 *                published        each knows its count, its times and whether it is in order
 *
 * The published span of the newest segment stands in the tail, under the lock of the tail's stripe;
 * that of a full one stands in the segment and never changes again. The writer appends beyond the
 * published span without a lock, and starts new segments when one is full: nobody looks there.
 * Publishing is to set two members of the tail under the lock. A reader copies the same two, counts
 * the segment once and walks the chain on its own.
 *
 * A segment is counted by the views, by the tail or by the newer segment. Sizes double from 160
 * bytes (4 fixes, so that 100,000 quiet devices take 30 MB) to 8 KB.
 */
#include "store/tail.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/reader.h"
#include "base/writer.h"
#include "store/pack.h"

enum { STRIPES = 64, SEGMENT_MIN = 160, SEGMENT_MAX = 8192 };

struct tail_segment {
    struct tail_segment *older; /* counted by this one */
    struct tail_span span;      /* set when a newer segment is started */
    atomic_uint holders;
    uint32_t capacity;
    uint8_t at[];
};

struct tail {
    int64_t device;
    struct tail_segment *newest; /* with `span` under the stripe's lock; only the writer sets it */
    struct tail_span span;
    int64_t max_time_s; /* of all that is published; the writer's own */
    size_t staging;     /* index in tails.staged plus 1; 0: nothing staged; the writer's own */
};

/* A tail as it will be when it is published. */
struct staging {
    struct tail *tail;
    struct tail_segment *newest;
    struct tail_span span;
    int64_t max_time_s;
};

struct stripe {
    pthread_mutex_t lock;
    GHashTable *tails; /* device -> struct tail, owned; only the writer adds, under the lock */
};

struct tails {
    struct stripe stripes[STRIPES];
    struct staging *staged;
    size_t staged_count;
    size_t staged_capacity;
};

static void segment_release(struct tail_segment *s)
{
    while (s != NULL && atomic_fetch_sub(&s->holders, 1) == 1) {
        struct tail_segment *older = s->older;
        free(s);
        s = older;
    }
}

static void tail_free(void *at)
{
    struct tail *tail = at;
    segment_release(tail->newest);
    free(tail);
}

struct tails *tails_new(void)
{
    struct tails *t = mem_new(sizeof(*t));
    for (size_t i = 0; i < STRIPES; i++) {
        check(pthread_mutex_init(&t->stripes[i].lock, NULL) == 0);
        t->stripes[i].tails = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, tail_free);
    }
    return t;
}

void tails_free(struct tails *t)
{
    tails_drop(t);
    for (size_t i = 0; i < STRIPES; i++) {
        g_hash_table_destroy(t->stripes[i].tails);
        check(pthread_mutex_destroy(&t->stripes[i].lock) == 0);
    }
    free(t->staged);
    free(t);
}

static const struct stripe *stripe_of(const struct tails *t, int64_t device)
{
    return &t->stripes[(uint64_t)device % STRIPES];
}

static struct stripe *stripe_lock(struct tails *t, int64_t device)
{
    struct stripe *s = &t->stripes[(uint64_t)device % STRIPES];
    check(pthread_mutex_lock(&s->lock) == 0);
    return s;
}

static void stripe_unlock(struct stripe *s)
{
    check(pthread_mutex_unlock(&s->lock) == 0);
}

/* The writer needs no lock to look: nobody else changes the tables. */
static struct tail *find(const struct tails *t, int64_t device)
{
    return g_hash_table_lookup(stripe_of(t, device)->tails, &device);
}

static struct tail *find_or_add(struct tails *t, int64_t device)
{
    struct tail *tail = find(t, device);
    if (tail == NULL) {
        tail = mem_new(sizeof(*tail));
        tail->device = device;
        tail->max_time_s = INT64_MIN;
        struct stripe *s = stripe_lock(t, device);
        g_hash_table_insert(s->tails, &tail->device, tail);
        stripe_unlock(s);
    }
    return tail;
}

/* ---- writing ---- */

static struct staging *staging_of(struct tails *t, struct tail *tail)
{
    if (tail->staging == 0) {
        if (t->staged_count == t->staged_capacity) {
            t->staged_capacity = t->staged_capacity == 0 ? 64 : t->staged_capacity * 2;
            t->staged = mem_resize(t->staged, t->staged_capacity * sizeof(*t->staged));
        }
        t->staged[t->staged_count++] = (struct staging){
            .tail = tail,
            .newest = tail->newest,
            .span = tail->span,
            .max_time_s = tail->max_time_s,
        };
        tail->staging = t->staged_count;
    }
    return &t->staged[tail->staging - 1];
}

/* Starts a segment with room for at least `len` bytes. */
static void staging_grow(struct staging *g, size_t len)
{
    size_t capacity = SEGMENT_MIN;
    if (g->newest != NULL) {
        g->newest->span = g->span;
        capacity = (size_t)g->newest->capacity * 2;
    }
    capacity = capacity > SEGMENT_MAX ? SEGMENT_MAX : capacity;
    capacity = capacity < len ? len : capacity;
    struct tail_segment *s = mem_resize(NULL, sizeof(*s) + capacity);
    *s = (struct tail_segment){.older = g->newest, .capacity = (uint32_t)capacity};
    atomic_init(&s->holders, 1);
    g->newest = s;
    g->span = (struct tail_span){0};
}

static void span_add(struct tail_span *s, size_t len, int64_t time_s)
{
    if (s->count == 0) {
        s->sorted = true;
        s->min_time_s = time_s;
        s->max_time_s = time_s;
    }
    s->sorted = s->sorted && time_s >= s->max_time_s;
    s->min_time_s = time_s < s->min_time_s ? time_s : s->min_time_s;
    s->max_time_s = time_s > s->max_time_s ? time_s : s->max_time_s;
    s->len += len;
    s->count++;
}

void tails_stage(struct tails *t, int64_t device, struct bytes body, int64_t time_s)
{
    check(body.len < PACK_FIX_MAX);
    struct staging *g = staging_of(t, find_or_add(t, device));
    uint8_t record[PACK_FIX_MAX];
    struct writer w = writer_init(record, sizeof(record));
    write_varint(&w, body.len);
    write_bytes(&w, body);
    check(writer_ok(&w));
    if (g->newest == NULL || g->newest->capacity - g->span.len < w.len) {
        staging_grow(g, w.len);
    }
    memcpy(g->newest->at + g->span.len, record, w.len);
    span_add(&g->span, w.len, time_s);
    g->max_time_s = time_s > g->max_time_s ? time_s : g->max_time_s;
}

void tails_publish(struct tails *t)
{
    for (size_t i = 0; i < t->staged_count; i++) {
        const struct staging *g = &t->staged[i];
        struct stripe *s = stripe_lock(t, g->tail->device);
        g->tail->newest = g->newest;
        g->tail->span = g->span;
        stripe_unlock(s);
        g->tail->max_time_s = g->max_time_s;
        g->tail->staging = 0;
    }
    t->staged_count = 0;
}

void tails_drop(struct tails *t)
{
    for (size_t i = 0; i < t->staged_count; i++) {
        struct staging *g = &t->staged[i];
        while (g->newest != g->tail->newest) {
            struct tail_segment *older = g->newest->older;
            free(g->newest); /* never seen by anyone */
            g->newest = older;
        }
        g->tail->staging = 0;
    }
    t->staged_count = 0;
}

/* ---- reading ---- */

struct tail_view tails_view(struct tails *t, int64_t device)
{
    struct tail_view v = {0};
    struct stripe *s = stripe_lock(t, device);
    const struct tail *tail = g_hash_table_lookup(s->tails, &device);
    if (tail != NULL && tail->newest != NULL) {
        v.newest = tail->newest;
        v.span = tail->span;
        atomic_fetch_add(&v.newest->holders, 1);
    }
    stripe_unlock(s);
    return v;
}

void tail_view_release(struct tail_view *v)
{
    segment_release(v->newest);
    *v = (struct tail_view){0};
}

size_t tail_view_pieces(const struct tail_view *v)
{
    size_t n = 0;
    for (const struct tail_segment *s = v->newest; s != NULL; s = s->older) {
        n++;
    }
    return n;
}

void tail_view_copy(const struct tail_view *v, struct tail_piece *out)
{
    const struct tail_segment *s = v->newest;
    for (size_t i = tail_view_pieces(v); i > 0; i--) {
        const struct tail_span *span = s == v->newest ? &v->span : &s->span;
        out[i - 1] = (struct tail_piece){.records = {s->at, span->len}, .span = *span};
        s = s->older;
    }
}

static bool records_have_repeat(struct bytes records, const struct fix *fix)
{
    struct reader r = reader_init(records);
    struct bytes body = {0};
    int64_t time_s = 0;
    while (pack_next(&r, &body, &time_s)) {
        struct fix stored;
        if (time_s == fix->gps_time_s && unpack_fix(body, &stored) == ERR_OK &&
            fix_is_repeat(&stored, fix)) {
            return true;
        }
    }
    return false;
}

bool tails_has_repeat(const struct tails *t, int64_t device, const struct fix *fix)
{
    const struct tail *tail = find(t, device);
    if (tail == NULL || fix->gps_time_s > tail->max_time_s) {
        return false;
    }
    for (const struct tail_segment *s = tail->newest; s != NULL; s = s->older) {
        const struct tail_span *span = s == tail->newest ? &tail->span : &s->span;
        if (span->count > 0 && fix->gps_time_s >= span->min_time_s &&
            fix->gps_time_s <= span->max_time_s &&
            records_have_repeat((struct bytes){s->at, span->len}, fix)) {
            return true;
        }
    }
    return false;
}
