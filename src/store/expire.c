/*
 * A round goes over all devices by id, some in a transaction, and deletes what their enterprise
 * keeps no longer: chunks, the open row, and the entities whose row says so (model/entity.c). What
 * expires by itself goes when a round begins.
 */
#include "store/expire.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/seal.h"
#include "store/trickle.h"

enum {
    ROUND_EVERY_MS = 3600 * 1000,
    FIRST_ROUND_MS = 1000, /* after the start */
    RETRY_MS = 60 * 1000,  /* after one that failed */
    SLICE_US = 2000,
    CHUNKS_MAX = 64, /* of a device in a transaction */
    GONE_MAX = 64,   /* devices whose last trace went in a transaction */
};

/* The transaction under way. */
struct expiring {
    struct store *s;
    const struct store_upkeep *upkeep;
    uint64_t fixes;
    int64_t gone[GONE_MAX];
    size_t gone_count;
    int64_t next; /* device to go on with */
    bool is_cut;  /* the last device has more */
};

bool expire_is_working(const struct store *s)
{
    return s->trickle.is_expiring;
}

void expire_init(struct store *s)
{
    s->trickle.expire_due_ms = clock_monotonic_ms() + FIRST_ROUND_MS;
}

/* Deletes chunks and open row of a device that end before `before_s`, and what is as old beside. */
static enum err expire_rows(struct expiring *x, int64_t device, int64_t before_s)
{
    uint64_t chunks = 0;
    const struct track_expiry old = {device, before_s, CHUNKS_MAX};
    enum err e = tables_expire_rows(x->s->tables, &old, &chunks, &x->fixes);
    x->is_cut = chunks == CHUNKS_MAX;
    if (e == ERR_OK) {
        e = entities_retain(x->s->tables, ENTITY_DEVICE, device, before_s);
    }
    return e;
}

static enum err expire_device(struct expiring *x, const struct tail *tail)
{
    int64_t before_s = x->upkeep->keep_from_s(x->upkeep->context, tail->device);
    if (before_s == INT64_MIN) {
        return ERR_OK;
    }
    if (tail->is_dirty && before_s != INT64_MAX && tail->dirty_from_s < before_s) {
        before_s = tail->dirty_from_s; /* what is to be folded anew goes with the next round */
    }
    enum err e = expire_rows(x, tail->device, before_s);
    if (e == ERR_OK && before_s == INT64_MAX && !x->is_cut && tail->staging == 0) {
        e = tables_delete_state(x->s->tables, tail->device);
        x->gone[x->gone_count++] = tail->device;
    }
    return e;
}

static enum err expire_some(struct expiring *x)
{
    struct store *s = x->s;
    int64_t until_us = clock_monotonic_us() + SLICE_US;
    size_t count = 0;
    struct tail *const *all = tails_all(s->tails, &count);
    size_t i = tails_from(s->tails, x->next);
    for (; i < count && !x->is_cut && x->gone_count < GONE_MAX; i++) {
        if (clock_monotonic_us() >= until_us) {
            break;
        }
        enum err e = expire_device(x, all[i]);
        if (e != ERR_OK) {
            return e;
        }
        x->next = all[i]->device + (x->is_cut ? 0 : 1);
    }
    s->trickle.is_expiring = x->is_cut || i < count;
    return ERR_OK;
}

static void forget_gone(struct expiring *x)
{
    for (size_t i = 0; i < x->gone_count; i++) {
        struct tail *tail = tails_find(x->s->tails, x->gone[i]);
        if (tail != NULL) {
            trickle_forget(x->s, tail);
            tails_forget(x->s->tails, x->gone[i]);
        }
    }
    counter_add(x->s->counters, fixes_expired, x->fixes);
}

static enum err begin_round(struct store *s)
{
    s->trickle.expire_due_ms = clock_monotonic_ms() + ROUND_EVERY_MS;
    s->trickle.expire_at = INT64_MIN;
    s->trickle.is_expiring = true;
    return entities_expire(s->tables, clock_wall_ms() / 1000);
}

enum err expire_step(struct store *s, const struct store_upkeep *upkeep)
{
    bool begins = !s->trickle.is_expiring;
    bool is_due = !begins || clock_monotonic_ms() >= s->trickle.expire_due_ms;
    if (upkeep->keep_from_s == NULL || !is_due) {
        return ERR_OK;
    }
    struct expiring x = {.s = s, .upkeep = upkeep};
    enum err e = store_begin(s);
    if (e == ERR_OK && begins) {
        e = begin_round(s);
    }
    x.next = s->trickle.expire_at;
    e = e == ERR_OK ? expire_some(&x) : e;
    e = store_end(s, e);
    s->trickle.has_expire_failed = e != ERR_OK;
    if (e != ERR_OK) {
        /* A full disk is when retention is needed: the next round is soon. */
        s->trickle.is_expiring = false;
        s->trickle.expire_due_ms = clock_monotonic_ms() + RETRY_MS;
        return e;
    }
    s->trickle.expire_at = x.next;
    forget_gone(&x);
    return s->trickle.is_expiring ? ERR_MORE : ERR_OK;
}
