/* UDP: a peer is a link without a connection, found by its address. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "gateway/gateway_private.h"

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct gateway *g = handle->data;
    (void)suggested;
    *buf = uv_buf_init((char *)g->read_buffer, READ_BUFFER_BYTES);
}

/* The link of a peer, made where it is missing; NULL where there are too many. */
static struct link *peer_of(struct gateway *g, const struct sockaddr *address)
{
    struct link *link = g_hash_table_lookup(g->udp_peers, address);
    if (link != NULL) {
        return link;
    }
    if (g_hash_table_size(g->udp_peers) >= UDP_PEERS_MAX) {
        return NULL;
    }
    link = link_new(g, true);
    size_t size =
        address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    memcpy(&link->peer, address, size);
    address_text(address, link->address);
    counter_add(g->counters, udp_peers, 1);
    g_hash_table_insert(g->udp_peers, &link->peer, link);
    return link;
}

void udp_forget(struct link *link)
{
    g_hash_table_remove(link->gateway->udp_peers, &link->peer);
}

static void on_datagram(uv_udp_t *udp, ssize_t n, const uv_buf_t *buf,
                        const struct sockaddr *address, unsigned flags)
{
    struct gateway *g = udp->data;
    size_t index;
    (void)flags;
    if (n <= 0 || address == NULL) {
        return;
    }
    struct bytes in = {(const uint8_t *)buf->base, (size_t)n};
    if (protocol_detect(in, true, &index) != ERR_OK) {
        counter_add(g->counters, connections_unclaimed, 1);
        return;
    }
    struct link *link = peer_of(g, address);
    if (link == NULL) {
        counter_add(g->counters, datagrams_dropped, 1);
        return;
    }
    if (link->protocol != index) {
        link->protocol = PROTOCOL_UNKNOWN; /* another tracker behind the same address */
    }
    g->read_wall_ms = clock_wall_ms();
    (void)frames_take(link, in);
    arena_clear(&g->arena);
}

enum err udp_listen(struct gateway *g, const struct sockaddr *address)
{
    int status = uv_udp_bind(&g->udp, address, 0);
    if (status == UV_EADDRINUSE) {
        return ERR_BUSY;
    }
    status = status != 0 ? status : uv_udp_recv_start(&g->udp, on_alloc, on_datagram);
    if (status != 0) {
        log_line(LOG_ERROR, "device_port_failed", "transport=udp host=%s port=%u why=\"%s\"",
                 g->options.host, g->options.port, uv_strerror(status));
        return ERR_IO;
    }
    return ERR_OK;
}
