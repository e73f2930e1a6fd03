/*
 * Slots, idle lists and the end of links. A link lives in a slot and stands in one list, by the
 * time of its last whole frame, so that those that were silent for too long are at the front.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/gateway_private.h"

enum { SLOTS_STEP = 1024 };

/* What an idle connection costs, its handle included. */
_Static_assert(sizeof(struct link) <= 1024, "a link is small");

static const uint32_t NO_SLOT = UINT32_MAX;

static void list_remove(struct idle_list *list, struct link *link)
{
    if (link->older != NULL) {
        link->older->newer = link->newer;
    } else {
        list->oldest = link->newer;
    }
    if (link->newer != NULL) {
        link->newer->older = link->older;
    } else {
        list->newest = link->older;
    }
    link->older = NULL;
    link->newer = NULL;
}

static void list_append(struct idle_list *list, struct link *link)
{
    link->older = list->newest;
    link->newer = NULL;
    if (list->newest != NULL) {
        list->newest->newer = link;
    } else {
        list->oldest = link;
    }
    list->newest = link;
}

static struct idle_list *list_of(struct link *link)
{
    if (link->is_udp) {
        return &link->gateway->peers;
    }
    if (link->is_leaving) {
        return &link->gateway->leaving;
    }
    return link->has_spoken ? &link->gateway->active : &link->gateway->fresh;
}

static void add_slots(struct gateway *g)
{
    uint32_t count = g->slot_count + SLOTS_STEP;
    g->slots = mem_resize(g->slots, count * sizeof(*g->slots));
    for (uint32_t i = count; i > g->slot_count; i--) {
        g->slots[i - 1] = (struct link_slot){.generation = 1, .next_free = g->first_free};
        g->first_free = i - 1;
    }
    g->slot_count = count;
}

static struct link *link_new(struct gateway *g, size_t size, bool is_udp)
{
    if (g->first_free == NO_SLOT) {
        add_slots(g);
    }
    struct link *link = mem_new(size);
    uint32_t slot = g->first_free;
    g->first_free = g->slots[slot].next_free;
    g->slots[slot].link = link;
    link->gateway = g;
    link->slot = slot;
    link->generation = g->slots[slot].generation;
    link->is_udp = is_udp;
    link->protocol = PROTOCOL_UNKNOWN;
    link->active_ms = (int64_t)uv_now(&g->loop);
    list_append(list_of(link), link);
    g->link_count++;
    return link;
}

struct link *link_new_stream(struct listener *listener)
{
    struct gateway *g = listener->gateway;
    struct link *link = link_new(g, sizeof(struct link), false);
    link->listener = (uint8_t)(listener - g->listeners);
    return link;
}

struct link *link_new_peer(struct gateway *g, const struct peer_key *key, const char *address)
{
    size_t address_size = strlen(address) + 1;
    struct link *link = link_new(g, offsetof(struct link, peer.address) + address_size, true);
    link->peer.key = *key;
    link->listener = key->listener;
    memcpy(link->peer.address, address, address_size);
    return link;
}

struct listener *link_listener(const struct link *link)
{
    return &link->gateway->listeners[link->listener];
}

const char *link_address(const struct link *link)
{
    if (link->is_udp) {
        return link->peer.address;
    }
    return link->stream.address == NULL ? "" : link->stream.address;
}

bool link_has_deferred(const struct link *link)
{
    return !link->is_udp && link->stream.deferred.pending;
}

struct link *link_find(struct gateway *g, struct connection_ref ref)
{
    if (ref.slot >= g->slot_count || g->slots[ref.slot].generation != ref.generation) {
        return NULL;
    }
    return g->slots[ref.slot].link;
}

void link_touch(struct link *link)
{
    list_remove(list_of(link), link);
    link->has_spoken = true;
    link->active_ms = (int64_t)uv_now(&link->gateway->loop);
    list_append(list_of(link), link);
}

void link_end(struct link *link)
{
    if (!link->is_udp && !link->closing) {
        link->ends = true;
        tcp_stop_reading(link);
    }
}

void link_end_softly(struct link *link)
{
    link_end(link);
    link->lingers = !link->is_udp;
}

void link_leave(struct link *link)
{
    struct gateway *g = link->gateway;
    if (link->closing) {
        return;
    }
    if (!link->lingers || !g->reading) {
        link_close(link);
        return;
    }
    devices_unbind(link);
    list_remove(list_of(link), link);
    link->is_leaving = true;
    link->active_ms = (int64_t)uv_now(&g->loop);
    list_append(&g->leaving, link);
    tcp_linger(link);
}

bool link_is_answered(const struct link *link)
{
    return link->ends && link->in_flight == 0 && !link_has_deferred(link);
}

static void waiter_remove(struct link *link)
{
    struct wait_list *list = &link->gateway->waiters[link->shard];
    struct link *before = NULL;
    for (struct link *l = list->first; l != link; l = l->stream.next_waiter) {
        before = l;
    }
    if (before == NULL) {
        list->first = link->stream.next_waiter;
    } else {
        before->stream.next_waiter = link->stream.next_waiter;
    }
    if (list->last == link) {
        list->last = before;
    }
    link->is_waiter = false;
    link->stream.next_waiter = NULL;
}

void link_wait(struct link *link)
{
    struct wait_list *list = &link->gateway->waiters[link->shard];
    if (link->is_waiter) {
        return;
    }
    link->is_waiter = true;
    link->stream.next_waiter = NULL;
    if (list->last != NULL) {
        list->last->stream.next_waiter = link;
    } else {
        list->first = link;
    }
    list->last = link;
}

static void free_link(struct link *link)
{
    if (!link->is_udp) {
        held_clear(&link->stream.held);
        free(link->stream.partial);
        free(link->stream.address);
    }
    free(link);
}

static void on_closed(uv_handle_t *handle)
{
    free_link(handle->data);
}

void link_close(struct link *link)
{
    struct gateway *g = link->gateway;
    if (link->closing) {
        return;
    }
    stranger_note_end(link);
    bool resets = !link->is_udp && guard_end(link);
    link->closing = true;
    devices_unbind(link);
    list_remove(list_of(link), link);
    if (link->is_waiter) {
        waiter_remove(link);
    }
    struct link_slot *slot = &g->slots[link->slot];
    slot->link = NULL;
    slot->generation++;
    slot->next_free = g->first_free;
    g->first_free = link->slot;
    g->link_count--;
    if (link->is_udp) {
        counter_sub(g->counters, udp_peers, 1);
        udp_forget(link);
        free_link(link);
        return;
    }
    await_end(link);
    counter_add(g->counters, frames_anonymous, held_count(link->stream.held));
    link_uncount(link);
    counter_sub(g->counters, connections, 1);
    if (!resets || uv_tcp_close_reset(&link->stream.tcp, on_closed) != 0) {
        uv_close((uv_handle_t *)&link->stream.tcp, on_closed);
    }
}

/*
 * Closes the links of a list that were silent for `timeout_s`. One that waits for us is not silent.
 */
static void expire_list(struct gateway *g, struct idle_list *list, unsigned timeout_s)
{
    int64_t now_ms = (int64_t)uv_now(&g->loop);
    int64_t deadline_ms = now_ms - (int64_t)timeout_s * 1000;
    struct link *next = NULL;
    for (struct link *link = list->oldest; link != NULL; link = next) {
        next = link->newer;
        if (link->active_ms >= deadline_ms) {
            return;
        }
        if (link->in_flight > 0 || link->is_waiter) {
            list_remove(list, link);
            link->active_ms = now_ms;
            list_append(list, link);
            continue;
        }
        if (!link->is_udp && !link->is_leaving) {
            counter_add(g->counters, connections_idle, 1);
        }
        link_close(link);
    }
}

void links_expire(struct gateway *g)
{
    expire_list(g, &g->fresh, g->options.login_timeout_s);
    expire_list(g, &g->active, g->options.idle_timeout_s);
    expire_list(g, &g->peers, g->options.idle_timeout_s);
    expire_list(g, &g->leaving, LINGER_S);
}

static void close_list(const struct idle_list *list)
{
    struct link *next = NULL;
    for (struct link *link = list->oldest; link != NULL; link = next) {
        next = link->newer;
        link_close(link);
    }
}

void links_close_all(struct gateway *g)
{
    close_list(&g->fresh);
    close_list(&g->active);
    close_list(&g->peers);
    close_list(&g->leaving);
}
