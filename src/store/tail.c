/*
 * A tail is a chain of counted segments, the newest first:
 *
 *     tail ──► segment 256 B ──► segment 128 B ──► segment 64 B ──► NULL
 *     span     ......|           full              full
 *                published        each knows its count, its times and whether it is in order
 *
 * The published span of the newest segment stands in the tail, under the lock of the tail's stripe;
 * that of a full one stands in the segment and never changes again. The writer appends beyond the
 * published span without a lock, and starts new segments when one is full: nobody looks there.
 * Publishing is to set two members of the tail under the lock. A reader copies the same two, counts
 * the segment once and walks the chain on its own.
 *
 * Sealing is staged as an empty chain; publishing it releases the old one, which lives on as long
 * as somebody's view.
 *
 * A segment is counted by the views, by the tail or by the newer segment. Sizes double from 64
 * bytes (a fix or two, so that 100,000 quiet devices take 15 MB) to 8 KB.
 */
#include "store/tail.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/writer.h"
#include "fleet/fix_order.h"
#include "fleet/pack.h"

enum { STRIPES = 64, SEGMENT_MIN = 64, SEGMENT_MAX = 8192, MALLOC_BYTES = 16 };

struct tail_segment {
    struct tail_segment *older; /* counted by this one */
    struct tail_span span;      /* set when a newer segment is started */
    atomic_uint holders;
    uint32_t capacity;
    uint8_t at[];
};

/* A tail as it will be when it is published. */
struct staging {
    struct tail *tail;
    struct tail_segment *newest;
    struct tail_span span;
    uint64_t sealed_seq;
    uint64_t first_seq;
    size_t count;
    size_t bytes;
    int64_t max_time_s;
    int64_t sealed_last_s;
    struct tail_note note;
    bool is_sealed;
    bool has_note;
};

struct stripe {
    pthread_mutex_t lock;
    GHashTable *tails; /* device -> struct tail, owned; only the writer adds, under the lock */
};

struct tails {
    struct stripe stripes[STRIPES];
    struct tail **all; /* the writer's own; by id where `is_sorted` */
    size_t all_count;
    size_t all_capacity;
    bool is_sorted;
    size_t fixes;
    size_t bytes;
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
    free(tail->state);
    free(tail);
}

struct tails *tails_new(void)
{
    struct tails *t = mem_new(sizeof(*t));
    t->is_sorted = true;
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
    free(t->all);
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
struct tail *tails_find(const struct tails *t, int64_t device)
{
    return g_hash_table_lookup(stripe_of(t, device)->tails, &device);
}

struct tail *tails_find_or_add(struct tails *t, int64_t device)
{
    struct tail *tail = tails_find(t, device);
    if (tail != NULL) {
        return tail;
    }
    tail = mem_new(sizeof(*tail));
    tail->device = device;
    tail->max_time_s = INT64_MIN;
    tail->sealed_last_s = INT64_MIN;
    struct stripe *s = stripe_lock(t, device);
    g_hash_table_insert(s->tails, &tail->device, tail);
    stripe_unlock(s);
    if (t->all_count == t->all_capacity) {
        t->all_capacity = t->all_capacity == 0 ? 64 : t->all_capacity * 2;
        t->all = mem_resize(t->all, t->all_capacity * sizeof(struct tail *));
    }
    t->is_sorted = t->is_sorted && (t->all_count == 0 || t->all[t->all_count - 1]->device < device);
    t->all[t->all_count++] = tail;
    return tail;
}

static int compare_tails(const void *a, const void *b)
{
    const struct tail *x = *(struct tail *const *)a;
    const struct tail *y = *(struct tail *const *)b;
    return x->device < y->device ? -1 : x->device > y->device;
}

struct tail *const *tails_all(struct tails *t, size_t *count)
{
    if (!t->is_sorted) {
        qsort(t->all, t->all_count, sizeof(struct tail *), compare_tails);
        t->is_sorted = true;
    }
    *count = t->all_count;
    return t->all;
}

size_t tails_from(struct tails *t, int64_t device)
{
    size_t low = 0;
    size_t high = 0;
    struct tail *const *all = tails_all(t, &high);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all[middle]->device < device) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t tails_fixes(const struct tails *t)
{
    return t->fixes;
}

size_t tails_bytes(const struct tails *t)
{
    return t->bytes;
}

void tails_forget(struct tails *t, int64_t device)
{
    struct tail *tail = tails_find(t, device);
    if (tail == NULL) {
        return;
    }
    check(tail->staging == 0);
    size_t i = 0;
    while (t->all[i] != tail) {
        i++;
    }
    t->all_count--;
    memmove(t->all + i, t->all + i + 1, (t->all_count - i) * sizeof(struct tail *));
    t->fixes -= tail->count;
    t->bytes -= tail->bytes + tail->state_capacity;
    struct stripe *s = stripe_lock(t, device);
    g_hash_table_remove(s->tails, &device);
    stripe_unlock(s);
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
            .sealed_seq = tail->sealed_seq,
            .first_seq = tail->first_seq,
            .count = tail->count,
            .bytes = tail->bytes,
            .max_time_s = tail->max_time_s,
            .sealed_last_s = tail->sealed_last_s,
        };
        tail->staging = (uint32_t)t->staged_count;
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
    g->bytes += sizeof(*s) + capacity + MALLOC_BYTES;
}

/* Whether the record of `body` may follow: only those of one time have to be unpacked. */
static bool follows(const struct staging *g, struct bytes body, int64_t time_s)
{
    const struct tail_span *s = &g->span;
    if (!s->sorted || time_s != s->max_time_s) {
        return s->sorted && time_s > s->max_time_s;
    }
    const struct bytes last = {g->newest->at + s->last, s->len - s->last};
    return fix_order_packed(last, body) <= 0;
}

/* Notes a record of `len` bytes, the body among them, which was copied behind the others. */
static void span_add(struct staging *g, size_t len, struct bytes body, int64_t time_s)
{
    struct tail_span *s = &g->span;
    if (s->count == 0) {
        s->sorted = true;
        s->min_time_s = time_s;
        s->max_time_s = time_s;
    } else {
        s->sorted = follows(g, body, time_s);
    }
    s->last = s->len + (uint32_t)(len - body.len);
    s->min_time_s = time_s < s->min_time_s ? time_s : s->min_time_s;
    s->max_time_s = time_s > s->max_time_s ? time_s : s->max_time_s;
    s->len += (uint32_t)len;
    s->count++;
}

void tails_stage(struct tails *t, struct tail *tail, struct bytes body, int64_t time_s)
{
    check(body.len < PACK_REPORT_MAX);
    struct staging *g = staging_of(t, tail);
    uint8_t record[PACK_REPORT_MAX];
    struct writer w = writer_init(record, sizeof(record));
    write_varint(&w, body.len);
    write_bytes(&w, body);
    check(writer_ok(&w));
    if (g->newest == NULL || g->newest->capacity - g->span.len < w.len) {
        staging_grow(g, w.len);
    }
    memcpy(g->newest->at + g->span.len, record, w.len);
    span_add(g, w.len, body, time_s);
    g->max_time_s = time_s > g->max_time_s ? time_s : g->max_time_s;
    g->count++;
}

void tails_stage_note(struct tails *t, struct tail *tail, const struct tail_note *note)
{
    struct staging *g = staging_of(t, tail);
    g->note = *note;
    g->has_note = true;
}

void tails_stage_sealed(struct tails *t, int64_t device, uint64_t seq, int64_t last_s)
{
    struct tail *tail = tails_find_or_add(t, device);
    check(tail->staging == 0);
    struct staging *g = staging_of(t, tail);
    g->newest = NULL;
    g->span = (struct tail_span){0};
    g->is_sealed = true;
    g->sealed_seq = seq;
    g->first_seq = 0;
    g->count = 0;
    g->bytes = 0;
    g->max_time_s = INT64_MIN;
    g->sealed_last_s = last_s > g->sealed_last_s ? last_s : g->sealed_last_s;
}

static void keep_state(struct tail *tail, struct bytes state)
{
    check(state.len > 0 && state.len <= PACK_STATE_MAX);
    if (tail->state_capacity < state.len) {
        tail->state_capacity = (uint16_t)state.len;
        tail->state = mem_resize(tail->state, tail->state_capacity);
    }
    memcpy(tail->state, state.at, state.len);
    tail->state_len = (uint16_t)state.len;
}

static void publish_note(const struct staging *g)
{
    struct tail *tail = g->tail;
    if (g->is_sealed) {
        free(tail->state);
        tail->state = NULL;
        tail->state_len = 0;
        tail->state_capacity = 0;
    }
    if (g->has_note) {
        keep_state(tail, g->note.state);
        tail->is_dirty = g->note.is_dirty;
        tail->dirty_from_s = g->note.dirty_from_s;
    }
}

static void publish_one(struct tails *t, const struct staging *g)
{
    struct tail *tail = g->tail;
    struct tail_segment *sealed = g->is_sealed ? tail->newest : NULL;
    t->fixes += g->count - tail->count;
    t->bytes += g->bytes - tail->bytes - tail->state_capacity;
    struct stripe *s = stripe_lock(t, tail->device);
    tail->newest = g->newest;
    tail->span = g->span;
    tail->sealed_seq = g->sealed_seq;
    stripe_unlock(s);
    segment_release(sealed);
    bool is_first = g->first_seq == 0 && g->has_note;
    tail->first_seq = is_first ? g->note.seq : g->first_seq;
    tail->count = (uint32_t)g->count;
    tail->bytes = (uint32_t)g->bytes;
    tail->max_time_s = g->max_time_s;
    tail->sealed_last_s = g->sealed_last_s;
    publish_note(g);
    t->bytes += tail->state_capacity;
    tail->staging = 0;
}

void tails_publish(struct tails *t, void (*touched)(void *context, struct tail *tail),
                   void *context)
{
    for (size_t i = 0; i < t->staged_count; i++) {
        publish_one(t, &t->staged[i]);
        if (touched != NULL) {
            touched(context, t->staged[i].tail);
        }
    }
    t->staged_count = 0;
}

void tails_drop(struct tails *t)
{
    for (size_t i = 0; i < t->staged_count; i++) {
        struct staging *g = &t->staged[i];
        const struct tail_segment *kept = g->is_sealed ? NULL : g->tail->newest;
        while (g->newest != kept) {
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
        v.sealed_seq = tail->sealed_seq;
        atomic_fetch_add(&v.newest->holders, 1);
    }
    stripe_unlock(s);
    return v;
}

struct tail_view tail_look(const struct tail *tail)
{
    return (struct tail_view){tail->newest, tail->span, tail->sealed_seq};
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
