/*
 * TCP: the listener, and bytes on their way in. All reads share one buffer; a link keeps a copy
 * only of what belongs to a frame that is not whole yet.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/gateway_private.h"

enum { BACKLOG = 4096, KEEPALIVE_S = 60, ACCEPT_WARNING_EVERY_MS = 10000 };

/* Every read of the loop goes into one buffer; what is not taken from it at once is copied. */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct link *link = handle->data;
    (void)suggested;
    *buf = uv_buf_init((char *)link->gateway->read_buffer, READ_BUFFER_BYTES);
}

static size_t beyond_free(size_t len)
{
    return len > KEPT_FREE_BYTES ? len - KEPT_FREE_BYTES : 0;
}

static void set_partial_len(struct link *link, size_t len)
{
    link->gateway->long_bytes += beyond_free(len) - beyond_free(link->stream.partial_len);
    link->stream.partial_len = (uint32_t)len;
}

void link_uncount(struct link *link)
{
    set_partial_len(link, 0);
}

void link_keep(struct link *link, struct bytes rest)
{
    uint8_t *old = link->stream.partial;
    if (rest.at == old && rest.len == link->stream.partial_len) {
        return;
    }
    link->stream.partial = NULL;
    set_partial_len(link, rest.len);
    if (rest.len > 0) {
        link->stream.partial = mem_resize(NULL, rest.len);
        memcpy(link->stream.partial, rest.at, rest.len);
    }
    free(old);
}

/*
 * All links together keep too much: this link, which keeps more than most, ends. It waits for the
 * rest of a long frame, or for us.
 */
static void bound_kept(struct link *link)
{
    struct gateway *g = link->gateway;
    if (link->stream.partial_len <= KEPT_FREE_BYTES || g->long_bytes <= g->options.kept_bytes) {
        return;
    }
    counter_add(g->counters, connections_crowded, 1);
    link_keep(link, (struct bytes){0});
    link_end(link);
    link_end_when_sent(link);
}

void link_take(struct link *link, struct bytes in, bool is_all)
{
    size_t taken = frames_take(link, in, is_all);
    arena_clear(&link->gateway->arena);
    if (link->closing) {
        return;
    }
    in = link->ends ? bytes_slice(in, 0, taken) : in;
    link_keep(link, bytes_slice(in, taken, in.len - taken));
    bound_kept(link);
    if (link->closing) {
        return;
    }
    await_note(link, taken > 0);
}

/* Joins what was kept with what came. */
static struct bytes join_kept(struct link *link, struct bytes came)
{
    if (link->stream.partial_len == 0) {
        return came;
    }
    link->stream.partial = mem_resize(link->stream.partial, link->stream.partial_len + came.len);
    memcpy(link->stream.partial + link->stream.partial_len, came.at, came.len);
    set_partial_len(link, link->stream.partial_len + came.len);
    return (struct bytes){link->stream.partial, link->stream.partial_len};
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct link *link = stream->data;
    struct gateway *g = link->gateway;
    if (n == 0 || link->closing) {
        return;
    }
    if (n == UV_EOF) {
        /*
         * The other end sends no more. What it sent is still answered, and so are whole frames
         * behind one that was cut off.
         */
        g->read_wall_ms = clock_wall_ms();
        link_take(link, (struct bytes){link->stream.partial, link->stream.partial_len}, true);
        link_end(link);
        link->lingers = false;
        link_end_when_sent(link);
        return;
    }
    if (n < 0) {
        link_close(link);
        return;
    }
    g->read_wall_ms = clock_wall_ms();
    struct bytes in = join_kept(link, (struct bytes){(const uint8_t *)buf->base, (size_t)n});
    link_take(link, in, false);
}

void tcp_start_reading(struct link *link)
{
    link->stream.is_read = true;
    if (uv_read_start((uv_stream_t *)&link->stream.tcp, on_alloc, on_read) != 0) {
        link_close(link);
    }
}

static void on_unheard(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    (void)buf;
    if (n < 0) {
        link_close(stream->data);
    }
}

void tcp_linger(struct link *link)
{
    uv_os_fd_t fd;
    if (uv_fileno((const uv_handle_t *)&link->stream.tcp, &fd) != 0 || shutdown(fd, SHUT_WR) != 0 ||
        uv_read_start((uv_stream_t *)&link->stream.tcp, on_alloc, on_unheard) != 0) {
        link_close(link);
    }
}

void tcp_stop_reading(struct link *link)
{
    link->stream.is_read = false;
    (void)uv_read_stop((uv_stream_t *)&link->stream.tcp);
}

static void name_peer(struct link *link)
{
    struct sockaddr_storage peer;
    int len = sizeof(peer);
    char text[ADDRESS_SIZE];
    if (uv_tcp_getpeername(&link->stream.tcp, (struct sockaddr *)&peer, &len) == 0) {
        address_text((const struct sockaddr *)&peer, text);
        link->stream.address = mem_copy_text(text);
    }
}

static void on_refused(uv_handle_t *handle)
{
    free(handle);
}

/* Takes a connection only to end it: left in the backlog it would wake the loop for ever. */
static void refuse(struct listener *l)
{
    struct gateway *g = l->gateway;
    uv_tcp_t *tcp = mem_new(sizeof(*tcp));
    counter_add(g->counters, connections_refused, 1);
    if (uv_tcp_init(&g->loop, tcp) != 0) {
        free(tcp);
        return;
    }
    (void)uv_accept((uv_stream_t *)&l->tcp, (uv_stream_t *)tcp);
    uv_close((uv_handle_t *)tcp, on_refused);
}

/* The loop gave up the connection itself, so this cannot spin; but a flood must not fill the log.
 */
static void warn_of_accept(struct gateway *g, int status)
{
    int64_t now_ms = (int64_t)uv_now(&g->loop);
    if (now_ms >= g->next_accept_warning_ms) {
        g->next_accept_warning_ms = now_ms + ACCEPT_WARNING_EVERY_MS;
        log_line(LOG_WARN, "accept_failed", "why=\"%s\"", uv_strerror(status));
    }
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct listener *l = stream->data;
    struct gateway *g = l->gateway;
    if (status != 0) {
        warn_of_accept(g, status);
        return;
    }
    if (counter_get(g->counters, connections) >= g->options.connections_max) {
        refuse(l);
        return;
    }
    struct link *link = link_new_stream(l);
    counter_add(g->counters, connections, 1);
    counter_add(g->counters, connections_accepted, 1);
    (void)uv_tcp_init(&g->loop, &link->stream.tcp);
    link->stream.tcp.data = link;
    if (uv_accept(stream, (uv_stream_t *)&link->stream.tcp) != 0) {
        link_close(link);
        return;
    }
    (void)uv_tcp_nodelay(&link->stream.tcp, 1);
    (void)uv_tcp_keepalive(&link->stream.tcp, 1, KEEPALIVE_S);
    name_peer(link);
    tcp_start_reading(link);
}

enum err tcp_listen(struct listener *l, const struct sockaddr *address)
{
    int status = uv_tcp_bind(&l->tcp, address, 0);
    status = status != 0 ? status : uv_listen((uv_stream_t *)&l->tcp, BACKLOG, on_connection);
    if (status != 0) {
        log_line(LOG_ERROR, "device_port_failed", "transport=tcp host=%s port=%u why=\"%s\"",
                 l->gateway->options.host, l->port, uv_strerror(status));
        return ERR_IO;
    }
    return ERR_OK;
}
