/*
 * The control message IP_PKTINFO (ip(7)) chooses the source address of a datagram, and tells the
 * destination of an answer. Datagrams go and come in batches (sendmmsg(2), recvmmsg(2)), since the
 * simulator shares its machine with the server it drives.
 */
#include "simulate/datagrams.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"

enum { BATCH = 64, DATAGRAM_BYTES = 8192, BUFFER_BYTES = 4 * 1024 * 1024, LOOPBACK_NET = 127 };

static const uint32_t FIRST_ADDRESS = 0x7f010000; /* 127.1.0.0 */

struct datagram {
    alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct in_pktinfo))];
    struct iovec part;
    uint8_t at[DATAGRAM_BYTES];
};

struct sim_datagrams {
    int fd;
    struct sockaddr_in to;
    struct mmsghdr out_headers[BATCH];
    struct mmsghdr in_headers[BATCH];
    struct datagram out[BATCH];
    struct datagram in[BATCH];
    unsigned out_count;
};

bool sim_datagrams_can_reach(const struct sockaddr_storage *to)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)to;
    return to->ss_family == AF_INET && ntohl(v4->sin_addr.s_addr) >> 24 == LOOPBACK_NET;
}

static void prepare(struct mmsghdr *header, struct datagram *d)
{
    d->part = (struct iovec){.iov_base = d->at, .iov_len = sizeof(d->at)};
    header->msg_hdr = (struct msghdr){.msg_iov = &d->part,
                                      .msg_iovlen = 1,
                                      .msg_control = d->control,
                                      .msg_controllen = sizeof(d->control)};
}

enum err sim_datagrams_new(const struct sockaddr_storage *to, struct sim_datagrams **out)
{
    struct sim_datagrams *d = mem_new(sizeof(*d));
    const struct sockaddr_in any = {.sin_family = AF_INET};
    const int on = 1;
    const int size = BUFFER_BYTES;
    memcpy(&d->to, to, sizeof(d->to));
    d->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (d->fd < 0 || setsockopt(d->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) != 0 ||
        bind(d->fd, (const struct sockaddr *)&any, sizeof(any)) != 0) {
        sim_datagrams_free(d);
        return ERR_IO;
    }
    (void)setsockopt(d->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    for (size_t i = 0; i < BATCH; i++) {
        prepare(&d->out_headers[i], &d->out[i]);
        d->out_headers[i].msg_hdr.msg_name = &d->to;
        d->out_headers[i].msg_hdr.msg_namelen = sizeof(d->to);
    }
    *out = d;
    return ERR_OK;
}

int sim_datagrams_fd(const struct sim_datagrams *d)
{
    return d->fd;
}

void sim_datagrams_flush(struct sim_datagrams *d)
{
    /* What the system does not take is lost, as any datagram may be. */
    if (d->out_count > 0) {
        (void)sendmmsg(d->fd, d->out_headers, d->out_count, 0);
    }
    d->out_count = 0;
}

bool sim_datagrams_send(struct sim_datagrams *d, size_t device, struct bytes out)
{
    if (out.len > DATAGRAM_BYTES) {
        return false;
    }
    struct datagram *one = &d->out[d->out_count];
    struct cmsghdr *header = (struct cmsghdr *)(void *)one->control;
    struct in_pktinfo from = {.ipi_spec_dst.s_addr = htonl(FIRST_ADDRESS + (uint32_t)device)};
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(from));
    memcpy(CMSG_DATA(header), &from, sizeof(from));
    memcpy(one->at, out.at, out.len);
    one->part.iov_len = out.len;
    d->out_count++;
    if (d->out_count == BATCH) {
        sim_datagrams_flush(d);
    }
    return true;
}

/* The device that a received datagram was sent to; SIZE_MAX: none. */
static size_t device_of(struct msghdr *header)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
        struct in_pktinfo to;
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            memcpy(&to, CMSG_DATA(c), sizeof(to));
            return ntohl(to.ipi_addr.s_addr) - FIRST_ADDRESS;
        }
    }
    return SIZE_MAX;
}

void sim_datagrams_receive(struct sim_datagrams *d,
                           void (*take)(void *context, size_t device, struct bytes in),
                           void *context)
{
    int n = 0;
    do {
        for (size_t i = 0; i < BATCH; i++) {
            prepare(&d->in_headers[i], &d->in[i]);
        }
        n = recvmmsg(d->fd, d->in_headers, BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++) {
            struct bytes in = {d->in[i].at, d->in_headers[i].msg_len};
            take(context, device_of(&d->in_headers[i].msg_hdr), in);
        }
        sim_datagrams_flush(d);
    } while (n == BATCH);
}

void sim_datagrams_free(struct sim_datagrams *d)
{
    if (d == NULL) {
        return;
    }
    if (d->fd >= 0) {
        (void)close(d->fd);
    }
    free(d);
}
