#ifndef CONNECT_SERVER_TESTING_H
#define CONNECT_SERVER_TESTING_H

/*
 * A service to be called, on a real socket in the process of a test: it answers each request as its
 * function says, byte for byte. Included after cmocka.h, by tests alone.
 */
#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

enum { SERVICE_REQUEST_MAX = 1 << 20, SERVICE_URL_SIZE = 64 };

/* One connection at a time, and one request on each. */
struct service {
    int fd;
    pthread_t thread;
    char url[SERVICE_URL_SIZE];
    /* Writes the answer to `request`, a text with its body; what it leaves unsaid is cut off. */
    void (*answer)(struct service *s, int fd, const char *request);
    void *context;
    atomic_uint requests;
    atomic_bool stops;
    char request[SERVICE_REQUEST_MAX]; /* the last one */
};

static inline void service_send(int fd, const char *text, size_t len)
{
    for (size_t sent = 0; sent < len;) {
        ssize_t n = send(fd, text + sent, len - sent, MSG_NOSIGNAL);
        if (n <= 0) {
            return;
        }
        sent += (size_t)n;
    }
}

/* A whole answer with that status and body. */
static inline void service_reply(int fd, int status, const char *body)
{
    char *text = g_strdup_printf("HTTP/1.1 %d Something\r\nContent-Type: application/json\r\n"
                                 "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                                 status, strlen(body), body);
    service_send(fd, text, strlen(text));
    g_free(text);
}

/* Waits until the other side is gone: an answer that never comes. */
static inline void service_hang(struct service *s, int fd)
{
    char byte;
    struct timeval wait = {.tv_usec = 20000};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    while (!atomic_load(&s->stops) && recv(fd, &byte, 1, 0) != 0) {
    }
}

static inline bool service_has_all(const char *request, size_t len)
{
    const char *end = g_strstr_len(request, (gssize)len, "\r\n\r\n");
    const char *length = g_strstr_len(request, (gssize)len, "Content-Length: ");
    size_t body = length == NULL ? 0 : strtoul(length + strlen("Content-Length: "), NULL, 10);
    return end != NULL && len >= (size_t)(end + 4 - request) + body;
}

static inline void service_talk(struct service *s, int fd)
{
    size_t len = 0;
    ssize_t n = 1;
    while (n > 0 && !service_has_all(s->request, len)) {
        n = recv(fd, s->request + len, sizeof(s->request) - 1 - len, 0);
        len += n > 0 ? (size_t)n : 0;
        s->request[len] = '\0';
    }
    atomic_fetch_add(&s->requests, 1);
    s->answer(s, fd, s->request);
}

static inline void *service_run(void *arg)
{
    struct service *s = arg;
    while (!atomic_load(&s->stops)) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0) {
            break;
        }
        service_talk(s, fd);
        (void)close(fd);
    }
    return NULL;
}

static inline struct service *service_start(void (*answer)(struct service *, int, const char *))
{
    struct service *s = mem_new(sizeof(*s));
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    s->answer = answer;
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(s->fd, 64), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
    (void)snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
    assert_int_equal(pthread_create(&s->thread, NULL, service_run, s), 0);
    return s;
}

static inline void service_stop(struct service *s)
{
    atomic_store(&s->stops, true);
    (void)shutdown(s->fd, SHUT_RDWR);
    assert_int_equal(pthread_join(s->thread, NULL), 0);
    (void)close(s->fd);
    free(s);
}

/* What a request came to, for a test that waits for it. */
struct service_end {
    pthread_mutex_t lock;
    pthread_cond_t told;
    unsigned count;
    enum err e;
    int status;
    char *body;
};

static inline void service_end_init(struct service_end *o)
{
    *o = (struct service_end){.lock = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER};
}

static inline void service_end_take(void *context, const struct connect_answer *a)
{
    struct service_end *o = context;
    assert_int_equal(pthread_mutex_lock(&o->lock), 0);
    o->count++;
    o->e = a->e;
    o->status = a->status;
    g_free(o->body);
    o->body = g_strndup(a->body.at == NULL ? "" : (const char *)a->body.at, a->body.len);
    assert_int_equal(pthread_cond_broadcast(&o->told), 0);
    assert_int_equal(pthread_mutex_unlock(&o->lock), 0);
}

static inline void service_end_await(struct service_end *o, unsigned count)
{
    assert_int_equal(pthread_mutex_lock(&o->lock), 0);
    while (o->count < count) {
        assert_int_equal(pthread_cond_wait(&o->told, &o->lock), 0);
    }
    assert_int_equal(pthread_mutex_unlock(&o->lock), 0);
}

#endif
