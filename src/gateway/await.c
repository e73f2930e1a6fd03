/*
 * Links that wait for the rest of their first frame. A frame that was cut off would wait for ever:
 * what follows is taken for its rest, or nothing follows at all. After RESYNC_MS we look at what
 * has come as though no more would. The link that has waited longest is first in the list.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gateway/gateway_private.h"

static void list_remove(struct link *link)
{
    struct gateway *g = link->gateway;
    struct awaiting *a = link->stream.awaiting;
    if (a == NULL) {
        return;
    }
    if (a->older != NULL) {
        a->older->stream.awaiting->newer = a->newer;
    } else {
        g->longest_awaiting = a->newer;
    }
    if (a->newer != NULL) {
        a->newer->stream.awaiting->older = a->older;
    } else {
        g->last_awaiting = a->older;
    }
    free(a);
    link->stream.awaiting = NULL;
}

static void list_append(struct link *link)
{
    struct gateway *g = link->gateway;
    struct awaiting *a = mem_new(sizeof(*a));
    a->since_ms = (int64_t)uv_now(&g->loop);
    a->older = g->last_awaiting;
    if (g->last_awaiting != NULL) {
        g->last_awaiting->stream.awaiting->newer = link;
    } else {
        g->longest_awaiting = link;
    }
    g->last_awaiting = link;
    link->stream.awaiting = a;
}

void await_note(struct link *link, bool has_moved)
{
    bool can_resync =
        link->protocol == PROTOCOL_UNKNOWN || protocol_can_resync(protocol_at(link->protocol));
    bool awaits = can_resync && link->stream.partial_len > 0 && !link->paused && !link->ends;
    if (!awaits) {
        await_end(link);
    } else if (has_moved || link->stream.awaiting == NULL) {
        await_end(link);
        list_append(link);
    }
}

void await_end(struct link *link)
{
    list_remove(link);
    link->stream.looks = 0;
}

void awaits_expire(struct gateway *g)
{
    int64_t since_ms = (int64_t)uv_now(&g->loop) - g->options.resync_ms;
    while (g->longest_awaiting != NULL &&
           g->longest_awaiting->stream.awaiting->since_ms <= since_ms) {
        struct link *link = g->longest_awaiting;
        list_remove(link); /* if it goes on waiting it goes to the end */
        g->read_wall_ms = clock_wall_ms();
        link_take(link, (struct bytes){link->stream.partial, link->stream.partial_len}, true);
    }
}
