/*
 * Sockets of simulated devices. See socket.h.
 */
#include "simulate/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

enum err sim_socket_open(const struct sockaddr_storage *to, socklen_t to_len, bool udp, int *fd)
{
    int on = 1;
    *fd = socket(to->ss_family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    if (*fd < 0) {
        return ERR_IO;
    }
    if (connect(*fd, (const struct sockaddr *)to, to_len) != 0) {
        int why = errno;
        (void)close(*fd);
        *fd = -1;
        errno = why;
        return ERR_NOT_FOUND;
    }
    if (!udp) {
        (void)setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    return ERR_OK;
}

enum err sim_socket_watch(int epoll, int fd, uint64_t tag)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = tag};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? ERR_OK : ERR_IO;
}

bool sim_socket_send(int fd, struct bytes out)
{
    size_t sent = 0;
    while (sent < out.len) {
        ssize_t n = send(fd, out.at + sent, out.len - sent, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        sent += (size_t)n;
    }
    return true;
}

bool sim_socket_offer(int fd, struct bytes out)
{
    ssize_t n = send(fd, out.at, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0 && (size_t)n < out.len) {
        errno = EAGAIN;
    }
    return n == (ssize_t)out.len;
}
