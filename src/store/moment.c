/*
 * A view of the tail is taken first, then a read transaction begun. What was sealed between the two
 * would be seen twice or not at all: device_state says up to which commit the device is sealed, and
 * the view after which it begins. Where these differ, both are taken again.
 */
#include "store/moment.h"

#include <sched.h>
#include <time.h>

enum { YIELDS = 50, VIEWS_MAX = 2000, PAUSE_NS = 1000000 };

/* The writer has committed and is about to publish: soon, but where the machine is busy. */
static void await_publishing(unsigned round)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    if (round < YIELDS) {
        (void)sched_yield();
    } else {
        (void)nanosleep(&pause, NULL);
    }
}

/* Begins the transaction. ERR_MORE: it is not of the same moment as the view. */
static enum err begin(struct moment *m, int64_t device, struct arena *arena)
{
    struct tables *tables = m->pooled->tables;
    enum err e = tables_begin(tables);
    e = e == ERR_OK ? track_read_state(tables, device, arena, &m->sealed) : e;
    bool differs = m->view.newest != NULL && m->view.sealed_seq != m->sealed.sealed_seq;
    e = e == ERR_OK && differs ? ERR_MORE : e;
    if (e != ERR_OK) {
        enum err end = tables_rollback(tables);
        e = e == ERR_MORE && end != ERR_OK ? end : e;
    }
    return e;
}

enum err moment_begin(struct store *s, int64_t device, struct arena *arena, struct moment *out)
{
    *out = (struct moment){.store = s};
    enum err e = read_pool_take(s->pool, &out->pooled);
    if (e != ERR_OK) {
        return e;
    }
    for (unsigned i = 0; i < VIEWS_MAX; i++) {
        out->view = tails_view(s->tails, device);
        e = begin(out, device, arena);
        if (e == ERR_OK) {
            return ERR_OK;
        }
        tail_view_release(&out->view);
        if (e != ERR_MORE) {
            break;
        }
        await_publishing(i);
    }
    read_pool_give(s->pool, out->pooled);
    return e == ERR_MORE ? ERR_BUSY : e;
}

enum err moment_end(struct moment *m, enum err e)
{
    enum err end = tables_rollback(m->pooled->tables);
    read_pool_give(m->store->pool, m->pooled);
    m->pooled = NULL;
    return e == ERR_OK ? end : e;
}
