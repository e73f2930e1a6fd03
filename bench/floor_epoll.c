/*
 * The floor of ingest: an epoll server that does nothing but what no server can leave out. It reads
 * JT/T 808 frames, undoes their escapes, verifies their checksum (without looking into the body)
 * and answers each with as many bytes as the real server does: 0x8001, or 0x8100 for a
 * registration, those of one read in one write. TCP and UDP, the latter in batches. One thread, no
 * store.
 *
 *     floor_epoll        prints "ready device=127.0.0.1:PORT"; SIGTERM ends it
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 512, READ_BYTES = 65536, PARTIAL_BYTES = 4096, FD_MAX = 65536 };
enum { DATAGRAMS = 64, DATAGRAM_BYTES = 8192, BUFFER_BYTES = 4 * 1024 * 1024 };
enum { MARK = 0x7e, ESCAPE = 0x7d, HEADER_BYTES = 12, ID_REGISTER = 0x0100, REPLY_MAX = 64 };

struct partial {
    size_t len;
    uint8_t at[PARTIAL_BYTES];
};

/* A batch of datagrams, each with its peer. */
struct datagrams {
    struct mmsghdr headers[DATAGRAMS];
    struct iovec parts[DATAGRAMS];
    struct sockaddr_in peers[DATAGRAMS];
    uint8_t in[DATAGRAMS][DATAGRAM_BYTES];
    uint8_t out[DATAGRAMS][DATAGRAM_BYTES];
};

struct server {
    int epoll;
    int listener;
    int udp;
    struct partial *partials[FD_MAX];
    struct datagrams datagrams;
    uint8_t in[READ_BYTES];
    uint8_t out[READ_BYTES * 2];
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* Undoes the escapes of the bytes between two marks; answers the length. */
static size_t unescape(const uint8_t *in, size_t len, uint8_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (in[i] == ESCAPE && i + 1 < len) {
            i++;
            out[n++] = in[i] == 2 ? MARK : ESCAPE;
        } else {
            out[n++] = in[i];
        }
    }
    return n;
}

static size_t put_escaped(uint8_t *out, size_t n, uint8_t byte)
{
    if (byte == MARK || byte == ESCAPE) {
        out[n++] = ESCAPE;
        out[n++] = byte == MARK ? 2 : 1;
        return n;
    }
    out[n++] = byte;
    return n;
}

/* Writes the answer to one unescaped frame; answers its length. */
static size_t answer(const uint8_t *frame, size_t len, uint8_t *out)
{
    uint8_t reply[REPLY_MAX / 2] = {0x80, 0x01, 0x00, 0x05};
    size_t n = HEADER_BYTES;
    uint8_t sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum ^= frame[i];
    }
    if (len < HEADER_BYTES + 1 || sum != 0) {
        return 0;
    }
    int is_register = (frame[0] << 8 | frame[1]) == ID_REGISTER;
    memcpy(reply + 4, frame + 4, 8); /* terminal id and serial */
    memcpy(reply + n, frame + 10, 2);
    n += 2;
    if (is_register) {
        reply[0] = 0x81;
        reply[1] = 0x00;
        reply[3] = 0x06;
        memcpy(reply + n, "\0abc", 4);
        n += 4;
    } else {
        memcpy(reply + n, frame, 2);
        n += 3;
    }
    for (size_t i = 0; i < n; i++) {
        sum ^= reply[i];
    }
    reply[n++] = sum;
    size_t written = 0;
    out[written++] = MARK;
    for (size_t i = 0; i < n; i++) {
        written = put_escaped(out, written, reply[i]);
    }
    out[written++] = MARK;
    return written;
}

/*
 * Answers every whole frame of `in` into `out`, as long as a reply fits; answers how many bytes of
 * `in` it is done with.
 */
static size_t answer_all(const uint8_t *in, size_t len, uint8_t *out, size_t *written)
{
    uint8_t frame[READ_BYTES];
    size_t done = 0;
    *written = 0;
    while (done < len) {
        const uint8_t *begin = memchr(in + done, MARK, len - done);
        if (begin == NULL) {
            return len;
        }
        size_t from = (size_t)(begin - in) + 1;
        const uint8_t *end = memchr(in + from, MARK, len - from);
        if (end == NULL) {
            return from - 1;
        }
        size_t n = unescape(in + from, (size_t)(end - in) - from, frame);
        *written += answer(frame, n, out + *written);
        done = (size_t)(end - in) + 1;
    }
    return done;
}

static void on_readable(struct server *s, int fd)
{
    struct partial *p = s->partials[fd];
    memcpy(s->in, p->at, p->len);
    ssize_t n = read(fd, s->in + p->len, sizeof(s->in) - p->len);
    if (n <= 0) {
        (void)epoll_ctl(s->epoll, EPOLL_CTL_DEL, fd, NULL);
        (void)close(fd);
        free(p);
        s->partials[fd] = NULL;
        return;
    }
    size_t len = p->len + (size_t)n;
    size_t written = 0;
    size_t done = answer_all(s->in, len, s->out, &written);
    p->len = len - done < PARTIAL_BYTES ? len - done : 0;
    memcpy(p->at, s->in + done, p->len);
    if (written > 0 && write(fd, s->out, written) < 0) {
        perror("write");
    }
}

/* Points the headers at the buffers for as many datagrams as fit. */
static void prepare(struct datagrams *d)
{
    for (size_t i = 0; i < DATAGRAMS; i++) {
        d->parts[i] = (struct iovec){.iov_base = d->in[i], .iov_len = DATAGRAM_BYTES};
        d->headers[i].msg_hdr = (struct msghdr){.msg_name = &d->peers[i],
                                                .msg_namelen = sizeof(d->peers[i]),
                                                .msg_iov = &d->parts[i],
                                                .msg_iovlen = 1};
    }
}

static void on_datagrams(struct server *s)
{
    struct datagrams *d = &s->datagrams;
    prepare(d);
    int n = recvmmsg(s->udp, d->headers, DATAGRAMS, MSG_DONTWAIT, NULL);
    unsigned answered = 0;
    for (int i = 0; i < n; i++) {
        size_t written = 0;
        (void)answer_all(d->in[i], d->headers[i].msg_len, d->out[answered], &written);
        d->parts[answered] = (struct iovec){.iov_base = d->out[answered], .iov_len = written};
        d->peers[answered] = d->peers[i];
        answered += written > 0;
    }
    if (answered > 0 && sendmmsg(s->udp, d->headers, answered, 0) < 0) {
        perror("sendmmsg");
    }
}

static void watch(struct server *s, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        die("epoll_ctl");
    }
}

static void on_accept(struct server *s)
{
    int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK);
    int on = 1;
    if (fd < 0 || fd >= FD_MAX) {
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    s->partials[fd] = calloc(1, sizeof(*s->partials[fd]));
    if (s->partials[fd] == NULL) {
        die("calloc");
    }
    watch(s, fd);
}

/* Both sockets on one port that the kernel picks. */
static void listen_somewhere(struct server *s)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    socklen_t len = sizeof(address);
    int size = BUFFER_BYTES;
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    s->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (s->listener < 0 || s->udp < 0 || bind(s->listener, (struct sockaddr *)&address, len) != 0 ||
        listen(s->listener, 4096) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&address, &len) != 0 ||
        bind(s->udp, (struct sockaddr *)&address, len) != 0) {
        die("listen");
    }
    (void)setsockopt(s->udp, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    (void)printf("ready device=127.0.0.1:%d\n", ntohs(address.sin_port));
    (void)fflush(stdout);
}

static void wait_once(struct server *s)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(s->epoll, events, EVENTS, -1);
    for (int i = 0; i < n; i++) {
        int fd = events[i].data.fd;
        if (fd == s->listener) {
            on_accept(s);
        } else if (fd == s->udp) {
            on_datagrams(s);
        } else {
            on_readable(s, fd);
        }
    }
}

int main(void)
{
    struct rlimit files;
    struct server *s = calloc(1, sizeof(*s));
    if (s == NULL || getrlimit(RLIMIT_NOFILE, &files) != 0) {
        die("start");
    }
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
    s->epoll = epoll_create1(0);
    listen_somewhere(s);
    watch(s, s->listener);
    watch(s, s->udp);
    for (;;) {
        wait_once(s);
    }
}
