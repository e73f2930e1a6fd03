/*
 * TCP delivers late: what the kernel has of us it sends again and again, also after a close, and to
 * a device that has long moved to another link. A lock must not open so, nor an engine be cut.
 *
 * After such a command was written, the link is watched. Once the kernel has nothing unacknowledged
 * (SIOCOUTQ is 0), the other end has the command. Where that takes GUARD_MS, or the link closes
 * before, or the device moves, or the server stops, the link is reset, which throws away what waits
 * in the kernel; and nobody knows whether the device has it. TCP_USER_TIMEOUT is set meanwhile, so
 * that the kernel itself gives up in time where this loop hangs.
 */
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "gateway/gateway_private.h"

static bool fd_of(const struct link *link, uv_os_fd_t *fd)
{
    return uv_fileno((const uv_handle_t *)&link->stream.tcp, fd) == 0;
}

bool guard_is_clear(const struct link *link)
{
    uv_os_fd_t fd;
    int waits = 0;
    return link->unsent_bytes == 0 && fd_of(link, &fd) && ioctl(fd, SIOCOUTQ, &waits) == 0 &&
           waits == 0;
}

static void set_patience(const struct link *link, unsigned timeout_ms)
{
    uv_os_fd_t fd;
    if (fd_of(link, &fd)) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
    }
}

void guard_begin(struct link *link, const struct order *o)
{
    struct gateway *g = link->gateway;
    struct guard *guard = link->stream.guard;
    if (guard == NULL) {
        guard = mem_new(sizeof(*guard));
        guard->place.data = guard;
        g_queue_push_tail_link(&g->guards, &guard->place);
        link->stream.guard = guard;
    }
    guard->link = link;
    guard->from = o->from;
    guard->command = o->command;
    guard->until_ms = (int64_t)uv_now(&g->loop) + GUARD_MS;
    set_patience(link, GUARD_MS);
}

/* It arrived. */
static void let_go(struct guard *guard)
{
    struct link *link = guard->link;
    g_queue_unlink(&link->gateway->guards, &guard->place);
    link->stream.guard = NULL;
    set_patience(link, 0);
    free(guard);
}

/* Tells ingest of the doubts, as far as its queue takes them. */
static void tell_doubts(struct gateway *g)
{
    struct guard *guard = NULL;
    while ((guard = g_queue_peek_head(&g->doubts)) != NULL &&
           ingest_push_doubt(guard->from, guard->command) == ERR_OK) {
        (void)g_queue_pop_head(&g->doubts);
        free(guard);
    }
}

bool guard_end(struct link *link)
{
    struct gateway *g = link->gateway;
    struct guard *guard = link->stream.guard;
    if (guard == NULL) {
        return false;
    }
    if (guard_is_clear(link)) {
        let_go(guard);
        return false;
    }
    g_queue_unlink(&g->guards, &guard->place);
    link->stream.guard = NULL;
    guard->link = NULL;
    g_queue_push_tail(&g->doubts, guard);
    return true;
}

void guards_check(struct gateway *g)
{
    int64_t now_ms = (int64_t)uv_now(&g->loop);
    GList *next = NULL;
    for (GList *l = g->guards.head; l != NULL; l = next) {
        struct guard *guard = l->data;
        next = l->next;
        if (guard_is_clear(guard->link)) {
            let_go(guard);
        } else if (now_ms >= guard->until_ms) {
            link_close(guard->link);
        }
    }
    if (g->reading) {
        tell_doubts(g);
    }
}

void guards_drop(struct gateway *g)
{
    GList *next = NULL;
    for (GList *l = g->guards.head; l != NULL; l = next) {
        struct guard *guard = l->data;
        next = l->next;
        if (guard_is_clear(guard->link)) {
            let_go(guard);
        } else {
            link_close(guard->link);
        }
    }
    tell_doubts(g);
}
