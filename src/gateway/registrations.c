/*
 * Trackers that are registered while they are connected. Ingest says on which link such a device
 * was heard last; where that is still there, we tell ingest in turn that the device was heard on
 * it, with no message. The verdict binds it as any other would, commands find their way, and a link
 * whose fixes were refused begins anew:
 *
 *     a frame ──► unregistered     AddDevice ──► registered ──► an arrival without messages ──►
 *                                                               stored: bound to the link
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gateway/gateway_private.h"

static uint32_t quiet_ms(const struct registration *r)
{
    int64_t ms = clock_monotonic_ms() - r->heard_ms;
    return ms < 1 ? 1 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

void registration_take(struct gateway *g, struct registration *r)
{
    struct link *link = g->reading ? link_find(g, r->connection) : NULL;
    bool is_there = link != NULL && !link->ends && link->protocol == r->protocol;
    if (is_there && link_push_heard(link, r->device_id, &r->slot, quiet_ms(r)) == ERR_BUSY) {
        g_queue_push_tail(&g->registrations, r);
        return;
    }
    free(r);
}

void registrations_try_again(struct gateway *g)
{
    for (guint left = g->registrations.length; left > 0; left--) {
        registration_take(g, g_queue_pop_head(&g->registrations));
    }
}

void gateway_registered(void *gateway, const struct registration *registration)
{
    struct gateway *g = gateway;
    struct registration *r = mem_new(sizeof(*r));
    *r = *registration;
    pthread_mutex_lock(&g->inbox.mutex);
    g_queue_push_tail(&g->inbox.registrations, r);
    pthread_mutex_unlock(&g->inbox.mutex);
    (void)uv_async_send(&g->wakeup);
}
