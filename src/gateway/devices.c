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

static int64_t *devices_of(struct link *link)
{
    return link->device_capacity == 0 ? &link->device : link->devices;
}

static bool link_has(struct link *link, int64_t device, uint32_t *at)
{
    const int64_t *devices = devices_of(link);
    for (uint32_t i = 0; i < link->device_count; i++) {
        if (devices[i] == device) {
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
        int64_t *devices = devices_of(link);
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

static void link_add_device(struct link *link, int64_t device)
{
    uint32_t room = link->device_capacity == 0 ? 1 : link->device_capacity;
    if (link->device_count == room) {
        int64_t *more = mem_new_array((size_t)room * 2, sizeof(*more));
        memcpy(more, devices_of(link), room * sizeof(*more));
        clear_devices(link);
        link->devices = more;
        link->device_capacity = room * 2;
    }
    devices_of(link)[link->device_count++] = device;
}

void device_bind(struct link *link, int64_t device)
{
    struct gateway *g = link->gateway;
    /* Most links carry one terminal, and a glance tells that this one does. */
    if (link->ends || (link->device_count == 1 && devices_of(link)[0] == device)) {
        return;
    }
    struct link *owner = g_hash_table_lookup(g->owners, key_of(device));
    if (owner == link) {
        return;
    }
    if (owner != NULL) {
        counter_add(g->counters, devices_moved, 1);
        log_line(LOG_DEBUG, "device_moved", "device=%lld from=%s to=%s", (long long)device,
                 link_address(owner), link_address(link));
        link_drop_device(owner, device);
    } else {
        counter_add(g->counters, devices_connected, 1);
        log_line(LOG_DEBUG, "device_connected", "device=%lld from=%s protocol=%s",
                 (long long)device, link_address(link), protocol_at(link->protocol)->name);
    }
    g_hash_table_replace(g->owners, key_of(device), link);
    link_add_device(link, device);
    if (owner != NULL && owner->device_count == 0 && !owner->is_udp) {
        link_end(owner);
        link_end_when_sent(owner);
    }
}

void devices_unbind(struct link *link)
{
    struct gateway *g = link->gateway;
    const int64_t *devices = devices_of(link);
    for (uint32_t i = 0; i < link->device_count; i++) {
        g_hash_table_remove(g->owners, key_of(devices[i]));
    }
    counter_sub(g->counters, devices_connected, link->device_count);
    link->device_count = 0;
    clear_devices(link);
}
