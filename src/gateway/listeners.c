/*
 * The ports. The first is the device port, on which all protocols are spoken that are spoken at
 * all. The others are those of `own_port`, and for people who come from another server those that
 * it has for each protocol: on them only the protocols that they are for are asked what a
 * connection speaks. A port that is given to several is one, for all of these.
 */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/gateway_private.h"

enum { PORT_TRIES = 20, LISTENERS_MAX = 1 + 2 * PROTOCOL_COUNT, NAMES_SIZE = 512 };
_Static_assert((int)LISTENERS_MAX <= (int)UINT8_MAX, "a link holds the index");

void address_text(const struct sockaddr *address, char out[ADDRESS_SIZE])
{
    char host[INET6_ADDRSTRLEN] = "";
    bool is_v6 = address->sa_family == AF_INET6;
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
    if (is_v6) {
        (void)uv_ip6_name(v6, host, sizeof(host));
    } else {
        (void)uv_ip4_name(v4, host, sizeof(host));
    }
    (void)snprintf(out, ADDRESS_SIZE, is_v6 ? "[%s]:%u" : "%s:%u", host,
                   ntohs(is_v6 ? v6->sin6_port : v4->sin_port));
}

static void init_handles(struct listener *l)
{
    struct gateway *g = l->gateway;
    check(uv_tcp_init(&g->loop, &l->tcp) == 0);
    l->tcp.data = l;
    check(uv_udp_init_ex(&g->loop, &l->udp, UV_UDP_RECVMMSG) == 0);
    l->udp.data = l;
}

/* Both transports on one port; with port 0 the kernel's choice for TCP has to be free for UDP. */
static enum err listen_on(struct listener *l, struct sockaddr_storage *address)
{
    enum err e = tcp_listen(l, (const struct sockaddr *)address);
    if (e != ERR_OK) {
        return e;
    }
    int len = sizeof(*address);
    check(uv_tcp_getsockname(&l->tcp, (struct sockaddr *)address, &len) == 0);
    return udp_listen(l, (const struct sockaddr *)address);
}

static void close_handles(struct listener *l)
{
    uv_close((uv_handle_t *)&l->tcp, NULL);
    uv_close((uv_handle_t *)&l->udp, NULL);
    (void)uv_run(&l->gateway->loop, UV_RUN_NOWAIT); /* they are free once their ends were called */
    init_handles(l);
}

static enum err open_port(struct listener *l)
{
    const char *host = l->gateway->options.host;
    struct sockaddr_storage wanted = {0};
    bool is_numeric = uv_ip4_addr(host, l->port, (struct sockaddr_in *)&wanted) == 0 ||
                      uv_ip6_addr(host, l->port, (struct sockaddr_in6 *)&wanted) == 0;
    if (!is_numeric) {
        log_line(LOG_ERROR, "device_port_failed", "host=%s why=\"not a numeric address\"", host);
        return ERR_INVALID;
    }
    enum err e = ERR_BUSY;
    for (int i = 0; i < PORT_TRIES && e == ERR_BUSY; i++) {
        struct sockaddr_storage address = wanted;
        e = listen_on(l, &address);
        if (e == ERR_OK) {
            address_text((const struct sockaddr *)&address, l->address);
            return ERR_OK;
        }
        if (l->port != 0) {
            break;
        }
        close_handles(l);
    }
    if (e == ERR_BUSY) {
        log_line(LOG_ERROR, "device_port_failed", "transport=udp host=%s port=%u why=\"in use\"",
                 host, l->port);
    }
    return ERR_IO;
}

/* ---- which ports ---- */

/* A port and what is spoken on it, of the list that is to be opened. */
struct plan {
    uint16_t port;
    protocol_set allowed;
};

/* Adds a port, or its protocol to that which has the same number already. */
static void add_port(struct plan *at, size_t *count, unsigned port, protocol_set allowed)
{
    size_t i = 0;
    if (allowed == 0 || port == 0 || port > UINT16_MAX) {
        return;
    }
    while (i < *count && at[i].port != port) {
        i++;
    }
    at[i].port = (uint16_t)port;
    at[i].allowed |= allowed;
    *count += i == *count ? 1 : 0;
}

static size_t plan_ports(const struct gateway_options *o, struct plan at[LISTENERS_MAX])
{
    size_t count = 1;
    protocol_set spoken = o->protocols == 0 ? PROTOCOL_ALL : o->protocols;
    at[0] = (struct plan){.port = o->port, .allowed = spoken};
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        protocol_set one = spoken & (protocol_set)1 << i;
        unsigned known = protocol_at(i)->port;
        add_port(at, &count, o->own_port[i], one);
        if (o->compatible == GATEWAY_COMPATIBLE_TRACCAR && known != 0) {
            add_port(at, &count, known + o->compatible_offset, one);
        }
    }
    return count;
}

/* Tells the protocols of a port of their own by their names. */
static void tell_port(const struct listener *l)
{
    char names[NAMES_SIZE] = "";
    size_t len = 0;
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        if ((l->allowed >> i & 1) != 0 && len < sizeof(names)) {
            len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", len > 0 ? "," : "",
                                    protocol_at(i)->name);
        }
    }
    log_line(LOG_INFO, "device_port", "address=%s protocols=%s", l->address, names);
}

enum err listeners_open(struct gateway *g)
{
    struct plan plan[LISTENERS_MAX] = {0};
    size_t count = plan_ports(&g->options, plan);
    enum err e = ERR_OK;
    g->listeners = mem_new_array(count, sizeof(*g->listeners));
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        struct listener *l = &g->listeners[i];
        l->gateway = g;
        l->port = plan[i].port;
        l->allowed = plan[i].allowed;
        init_handles(l);
        g->listener_count++;
        e = open_port(l);
        if (e == ERR_OK && i > 0) {
            tell_port(l);
        }
    }
    return e;
}

/* ---- the end ---- */

void listeners_stop(struct gateway *g)
{
    for (size_t i = 0; i < g->listener_count; i++) {
        uv_close((uv_handle_t *)&g->listeners[i].tcp, NULL);
        (void)uv_udp_recv_stop(&g->listeners[i].udp);
    }
}

bool listeners_have_unsent(const struct gateway *g)
{
    size_t unsent = 0;
    for (size_t i = 0; i < g->listener_count; i++) {
        unsent += uv_udp_get_send_queue_count(&g->listeners[i].udp);
    }
    return unsent > 0;
}

void listeners_close(struct gateway *g)
{
    for (size_t i = 0; i < g->listener_count; i++) {
        if (!uv_is_closing((uv_handle_t *)&g->listeners[i].tcp)) {
            uv_close((uv_handle_t *)&g->listeners[i].tcp, NULL);
        }
        uv_close((uv_handle_t *)&g->listeners[i].udp, NULL);
    }
}
