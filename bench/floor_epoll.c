/*
 * The floor of ingest: an epoll server that does nothing but what no server can leave out. It reads
 * JT/T 808 frames (undoing their escapes, without looking into the body) and answers each with as
 * many bytes as the real server does: 0x8001, or 0x8100 for a registration. One thread, no store.
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
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 512, READ_BYTES = 65536, PARTIAL_BYTES = 2048, FD_MAX = 65536 };
enum { MARK = 0x7e, ESCAPE = 0x7d, HEADER_BYTES = 12, ID_REGISTER = 0x0100 };

struct partial {
    size_t len;
    uint8_t at[PARTIAL_BYTES];
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
    uint8_t reply[32] = {0x80, 0x01, 0x00, 0x05};
    size_t n = HEADER_BYTES;
    if (len < HEADER_BYTES + 1) {
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
    uint8_t sum = 0;
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

/* Answers every whole frame of the connection's bytes and keeps the rest. */
static void serve(int fd, struct partial *p, uint8_t *in, size_t len)
{
    static uint8_t out[READ_BYTES * 2];
    static uint8_t frame[READ_BYTES];
    size_t written = 0;
    size_t done = 0;
    while (done < len) {
        uint8_t *begin = memchr(in + done, MARK, len - done);
        if (begin == NULL) {
            done = len;
            break;
        }
        size_t from = (size_t)(begin - in) + 1;
        uint8_t *end = memchr(in + from, MARK, len - from);
        if (end == NULL) {
            done = from - 1;
            break;
        }
        size_t n = unescape(in + from, (size_t)(end - in) - from, frame);
        written += answer(frame, n, out + written);
        done = (size_t)(end - in) + 1;
    }
    p->len = len - done < PARTIAL_BYTES ? len - done : 0;
    memcpy(p->at, in + done, p->len);
    if (written > 0 && write(fd, out, written) < 0) {
        perror("write");
    }
}

static void on_readable(int epoll, int fd, struct partial **partials)
{
    static uint8_t in[READ_BYTES];
    struct partial *p = partials[fd];
    memcpy(in, p->at, p->len);
    ssize_t n = read(fd, in + p->len, sizeof(in) - p->len);
    if (n <= 0) {
        (void)epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
        (void)close(fd);
        free(p);
        partials[fd] = NULL;
        return;
    }
    serve(fd, p, in, p->len + (size_t)n);
}

static void on_accept(int epoll, int listener, struct partial **partials)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    int on = 1;
    if (fd < 0 || fd >= FD_MAX) {
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    partials[fd] = calloc(1, sizeof(**partials));
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (partials[fd] == NULL || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        die("accept");
    }
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        die("listen");
    }
    (void)printf("ready device=127.0.0.1:%d\n", ntohs(address.sin_port));
    (void)fflush(stdout);
    return fd;
}

static void wait_once(int epoll, int listener, struct partial **partials)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < n; i++) {
        if (events[i].data.fd == listener) {
            on_accept(epoll, listener, partials);
        } else {
            on_readable(epoll, events[i].data.fd, partials);
        }
    }
}

int main(void)
{
    static struct partial *partials[FD_MAX];
    int epoll = epoll_create1(0);
    int listener = listen_somewhere();
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0) {
        die("start");
    }
    for (;;) {
        wait_once(epoll, listener, partials);
    }
}
