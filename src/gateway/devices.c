/*
 * Which link a device is on: the one on which it was heard last. A table finds the link by the
 * device's id; each link knows its devices, so that they can leave with it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "gateway/gateway_private.h"

/* The id itself is the key: nothing is allocated for it. */
static gpointer key_of(int64_t device)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): nobody follows it */
    return GSIZE_TO_POINTER((gsize)device);
}

static struct bound_device *devices_of(struct link *link)
{
    return link->device_capacity == 0 ? &link->device : link->devices;
}

static bool link_has(struct link *link, int64_t device, uint32_t *at)
{
    const struct bound_device *devices = devices_of(link);
    for (uint32_t i = 0; i < link->device_count; i++) {
        if (devices[i].id == device) {
            *at = i;
            return true;
        }
    }
    return false;
}

static void link_drop_device(struct link *link, int64_t device)
{
    uint32_t at;
    if (link_has(link, device, &at)) {
        struct bound_device *devices = devices_of(link);
        devices[at] = devices[--link->device_count];
    }
}

static void clear_devices(struct link *link)
{
    if (link->device_capacity > 0) {
        free(link->devices);
    }
    link->device_capacity = 0;
}

static void link_add_device(struct link *link, const struct bound_device *device)
{
    uint32_t room = link->device_capacity == 0 ? 1 : link->device_capacity;
    if (link->device_count == room) {
        struct bound_device *more = mem_new_array((size_t)room * 2, sizeof(*more));
        memcpy(more, devices_of(link), room * sizeof(*more));
        clear_devices(link);
        link->devices = more;
        link->device_capacity = room * 2;
    }
    devices_of(link)[link->device_count++] = *device;
}

/* Tells the directory of the device's shard whether it is connected now. */
static void note_link(const struct link *link, int64_t device, bool is_open)
{
    const struct shards *shards = link->gateway->shards;
    const struct device_link is = {.is_known = true,
                                   .is_open = is_open,
                                   .is_datagrams = link->is_udp,
                                   .protocol = (uint8_t)link->protocol};
    size_t i = 0;
    while (i < shards->count && !directory_note_link(shards->at[i].directory, device, &is)) {
        i++;
    }
}

/* What its last frame told of a device of this link; one that told nothing changes nothing. */
static void update(struct bound_device *known, const struct bound_device *device)
{
    static const struct device_slot none;
    known->heard_ms = device->heard_ms;
    if (memcmp(&device->slot, &none, sizeof(none)) != 0) {
        known->slot = device->slot;
    }
}

static void log_bound(const struct link *link, int64_t device, const struct link *from)
{
    struct gateway *g = link->gateway;
    if (from != NULL) {
        counter_add(g->counters, devices_moved, 1);
        log_line(LOG_DEBUG, "device_moved", "device=%lld from=%s to=%s", (long long)device,
                 link_address(from), link_address(link));
    } else {
        counter_add(g->counters, devices_connected, 1);
        log_line(LOG_DEBUG, "device_connected", "device=%lld from=%s protocol=%s",
                 (long long)device, link_address(link), protocol_at(link->protocol)->name);
    }
}

/* A device has moved away from the link. What is under way there must not reach it later. */
static void leave(struct link *link)
{
    if (!link->is_udp && link->stream.guard != NULL && !guard_is_clear(link)) {
        link_close(link);
    } else if (link->device_count == 0 && !link->is_udp) {
        link_end(link);
        link_end_when_sent(link);
    }
}

void device_bind(struct link *link, const struct bound_device *device)
{
    struct gateway *g = link->gateway;
    if (link->ends) {
        return;
    }
    /* Most links carry one terminal, and a glance tells that this one does. */
    if (link->device_count == 1 && devices_of(link)[0].id == device->id) {
        update(&devices_of(link)[0], device);
        return;
    }
    uint32_t at;
    struct link *owner = g_hash_table_lookup(g->owners, key_of(device->id));
    if (owner == link && link_has(link, device->id, &at)) {
        update(&devices_of(link)[at], device);
        return;
    }
    log_bound(link, device->id, owner);
    if (owner != NULL) {
        link_drop_device(owner, device->id);
        leave(owner);
    }
    g_hash_table_replace(g->owners, key_of(device->id), link);
    link_add_device(link, device);
    note_link(link, device->id, true);
}

struct link *device_link(struct gateway *g, int64_t device, struct bound_device *out)
{
    uint32_t at;
    struct link *link = g_hash_table_lookup(g->owners, key_of(device));
    if (link == NULL || !link_has(link, device, &at)) {
        return NULL;
    }
    *out = devices_of(link)[at];
    return link;
}

void devices_unbind(struct link *link)
{
    struct gateway *g = link->gateway;
    const struct bound_device *devices = devices_of(link);
    for (uint32_t i = 0; i < link->device_count; i++) {
        g_hash_table_remove(g->owners, key_of(devices[i].id));
        note_link(link, devices[i].id, false);
    }
    counter_sub(g->counters, devices_connected, link->device_count);
    link->device_count = 0;
    clear_devices(link);
}
