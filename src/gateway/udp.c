/*
 * UDP: a peer is a link without a connection, found by its address. libuv reads several datagrams
 * at a time (UV_UDP_RECVMMSG), calls on_datagram() for each, and once more for none at the end.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "gateway/gateway_private.h"

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct gateway *g = ((struct listener *)handle->data)->gateway;
    (void)suggested;
    *buf = uv_buf_init((char *)g->udp_buffer, sizeof(g->udp_buffer));
}

/* ---- the table of peers ---- */

static guint key_hash(gconstpointer key)
{
    return ((const struct peer_key *)key)->hash;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    const struct peer_key *x = a;
    const struct peer_key *y = b;
    return x->hash == y->hash && x->listener == y->listener &&
           memcmp(x->address, y->address, sizeof(x->address)) == 0;
}

GHashTable *udp_peers_new(void)
{
    return g_hash_table_new(key_hash, key_equal);
}

/* One step of a mixing by multiplication; the high bits come down again. */
static uint64_t mix(uint64_t state, uint64_t word)
{
    state = (state ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return state ^ (state >> 32);
}

/* Holds only what tells peers apart, so that two keys can be compared byte by byte. */
static struct peer_key key_of(const struct listener *l, const struct sockaddr *address)
{
    const struct gateway *g = l->gateway;
    struct peer_key key = {.listener = (uint8_t)(l - g->listeners)};
    uint64_t words[3] = {0};
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *from = (const struct sockaddr_in6 *)(const void *)address;
        const struct sockaddr_in6 kept = {.sin6_family = AF_INET6,
                                          .sin6_port = from->sin6_port,
                                          .sin6_addr = from->sin6_addr,
                                          .sin6_scope_id = from->sin6_scope_id};
        memcpy(key.address, &kept, sizeof(kept));
        memcpy(words, &from->sin6_addr, sizeof(from->sin6_addr));
        words[2] = from->sin6_port;
    } else {
        const struct sockaddr_in *from = (const struct sockaddr_in *)(const void *)address;
        const struct sockaddr_in kept = {
            .sin_family = AF_INET, .sin_port = from->sin_port, .sin_addr = from->sin_addr};
        memcpy(key.address, &kept, sizeof(kept));
        words[0] = from->sin_addr.s_addr;
        words[2] = from->sin_port;
    }
    uint64_t hash = mix(mix(mix(g->secret, words[0]), words[1]), words[2]);
    key.hash = (uint32_t)mix(hash + key.listener, g->secret);
    return key;
}

void udp_forget(struct link *link)
{
    g_hash_table_remove(link->gateway->udp_peers, &link->peer.key);
}

/* ---- datagrams ---- */

/* The link of a peer, made where it is missing; the longest silent one makes room. */
static struct link *peer_of(struct gateway *g, const struct peer_key *key,
                            const struct sockaddr *address)
{
    struct link *link = g_hash_table_lookup(g->udp_peers, key);
    if (link != NULL) {
        return link;
    }
    if (g_hash_table_size(g->udp_peers) >= UDP_PEERS_MAX) {
        link_close(g->peers.oldest);
    }
    char text[ADDRESS_SIZE];
    address_text(address, text);
    link = link_new_peer(g, key, text);
    counter_add(g->counters, udp_peers, 1);
    g_hash_table_insert(g->udp_peers, &link->peer.key, link);
    return link;
}

static void on_datagram(uv_udp_t *udp, ssize_t n, const uv_buf_t *buf,
                        const struct sockaddr *address, unsigned flags)
{
    const struct listener *l = udp->data;
    struct gateway *g = l->gateway;
    struct protocol_choice choice = {0};
    (void)flags;
    if (n <= 0 || address == NULL) {
        return;
    }
    struct bytes in = {(const uint8_t *)buf->base, (size_t)n};
    const struct peer_key key = key_of(l, address);
    const struct link *known = g_hash_table_lookup(g->udp_peers, &key);
    const struct protocol_question q = {.first = in,
                                        .is_udp = true,
                                        .is_all = true,
                                        .allowed = l->allowed,
                                        .hint = known == NULL ? PROTOCOL_UNKNOWN : known->protocol};
    if (protocol_choose(&q, &choice) != ERR_OK) {
        char text[ADDRESS_SIZE];
        address_text(address, text);
        counter_add(g->counters, connections_unclaimed, 1);
        stranger_note(g, text, PROTOCOL_UNKNOWN, in);
        return;
    }
    struct link *link = peer_of(g, &key, address);
    if (link->protocol != choice.index && link->protocol != PROTOCOL_UNKNOWN) {
        /*
         * Another tracker speaks from the same address: what the former one waits for is not for
         * it.
         */
        link_close(link);
        link = peer_of(g, &key, address);
    }
    g->read_wall_ms = clock_wall_ms();
    (void)frames_take(link, in, true);
    arena_clear(&g->arena);
}

enum err udp_listen(struct listener *l, const struct sockaddr *address)
{
    int status = uv_udp_bind(&l->udp, address, 0);
    if (status == UV_EADDRINUSE) {
        return ERR_BUSY;
    }
    int receive_bytes = UDP_RECEIVE_BYTES;
    status = status != 0 ? status : uv_udp_recv_start(&l->udp, on_alloc, on_datagram);
    if (status != 0) {
        log_line(LOG_ERROR, "device_port_failed", "transport=udp host=%s port=%u why=\"%s\"",
                 l->gateway->options.host, l->port, uv_strerror(status));
        return ERR_IO;
    }
    /* Datagrams that come while the loop is busy wait there; with less room more are lost. */
    (void)uv_recv_buffer_size((uv_handle_t *)&l->udp, &receive_bytes);
    return ERR_OK;
}
