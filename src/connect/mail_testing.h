#ifndef CONNECT_MAIL_TESTING_H
#define CONNECT_MAIL_TESTING_H

/*
 * A server of mail that says, and does, what servers do, and a message on its way to it. Included
 * after cmocka.h, by tests alone.
 */
#include "base/clock.h"
#include "connect/mail.h"
#include "connect/server_testing.h"

enum { TRIP_PATIENCE_MS = 120000, POST_LINE_MAX = 4096 };

/* How a server differs from one that takes everything. */
struct manner {
    const char *greeting;
    const char *from; /* what it says to MAIL */
    const char *rcpt;
    const char *data;
    const char *quit;
    const char *end;       /* what it says behind the message; "": it cuts the connection */
    size_t cuts_data_at;   /* bytes of the message; 0: it does not */
    bool hangs_behind_end; /* it says nothing */
};

struct post {
    struct service service;
    struct manner manner;
    GString *talk; /* all that the client said; the message as it stands in it */
    char line[POST_LINE_MAX];
    size_t len;
    size_t read;
};

static inline void post_say(int fd, const char *text)
{
    service_send(fd, text, strlen(text));
    service_send(fd, "\r\n", 2);
}

/* Whether there is a further byte. */
static inline bool post_has_byte(struct post *p, int fd)
{
    if (p->read < p->len) {
        return true;
    }
    ssize_t n = recv(fd, p->line, sizeof(p->line), 0);
    p->len = n > 0 ? (size_t)n : 0;
    p->read = 0;
    return n > 0;
}

/* The next line, with its end; false: there is none any more. */
static inline bool post_next_line(struct post *p, int fd, GString *out)
{
    g_string_truncate(out, 0);
    while (post_has_byte(p, fd)) {
        char c = p->line[p->read++];
        g_string_append_c(out, c);
        if (c == '\n') {
            g_string_append_len(p->talk, out->str, (gssize)out->len);
            return true;
        }
    }
    return false;
}

/* The message; false: the connection is to be cut. */
static inline bool post_take_message(struct post *p, int fd, GString *line)
{
    size_t from = p->talk->len;
    while (post_next_line(p, fd, line)) {
        if (strcmp(line->str, ".\r\n") == 0) {
            return p->manner.end[0] != '\0';
        }
        if (p->manner.cuts_data_at != 0 && p->talk->len - from > p->manner.cuts_data_at) {
            return false;
        }
    }
    return false;
}

/* Whether the line was answered, and the talk goes on. */
static inline bool post_answer_line(struct post *p, int fd, GString *line)
{
    if (g_str_has_prefix(line->str, "EHLO")) {
        post_say(fd, "250-test\r\n250 8BITMIME");
    } else if (g_str_has_prefix(line->str, "MAIL")) {
        post_say(fd, p->manner.from);
    } else if (g_str_has_prefix(line->str, "RCPT")) {
        post_say(fd, p->manner.rcpt);
    } else if (g_str_has_prefix(line->str, "DATA")) {
        post_say(fd, p->manner.data);
        if (p->manner.data[0] != '3') {
            return true;
        }
        if (!post_take_message(p, fd, line)) {
            return false;
        }
        if (p->manner.hangs_behind_end) {
            atomic_fetch_add(&p->service.requests, 1);
            service_hang(&p->service, fd);
            return false;
        }
        post_say(fd, p->manner.end);
    } else {
        post_say(fd, g_str_has_prefix(line->str, "QUIT") ? p->manner.quit : "250 fine");
    }
    return !g_str_has_prefix(line->str, "QUIT");
}

static inline void *post_run(void *arg)
{
    struct post *p = arg;
    while (!atomic_load(&p->service.stops)) {
        int fd = accept(p->service.fd, NULL, NULL);
        if (fd < 0) {
            break;
        }
        GString *line = g_string_new(NULL);
        p->len = p->read = 0;
        post_say(fd, p->manner.greeting);
        while (post_next_line(p, fd, line) && post_answer_line(p, fd, line)) {
        }
        (void)g_string_free(line, TRUE);
        (void)close(fd);
    }
    return NULL;
}

static inline struct post *post_start(const struct manner *manner)
{
    struct post *p = mem_new(sizeof(*p));
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    p->manner = *manner;
    p->talk = g_string_new(NULL);
    p->service.fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(p->service.fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(p->service.fd, 8), 0);
    assert_int_equal(getsockname(p->service.fd, (struct sockaddr *)&at, &len), 0);
    (void)snprintf(p->service.url, sizeof(p->service.url), "127.0.0.1:%u",
                   (unsigned)ntohs(at.sin_port));
    assert_int_equal(pthread_create(&p->service.thread, NULL, post_run, p), 0);
    return p;
}

/* Ends the server; what was said to it is left. */
static inline void post_stop(struct post *p)
{
    atomic_store(&p->service.stops, true);
    (void)shutdown(p->service.fd, SHUT_RDWR);
    assert_int_equal(pthread_join(p->service.thread, NULL), 0);
    (void)close(p->service.fd);
}

static inline void post_free(struct post *p)
{
    (void)g_string_free(p->talk, TRUE);
    free(p);
}

/* What came of a message. */
struct end {
    pthread_mutex_t lock;
    pthread_cond_t told;
    unsigned count;
    enum mail_outcome outcome;
    char reason[MAIL_REASON_SIZE];
};

static inline void end_take(void *context, enum mail_outcome outcome, const char *reason)
{
    struct end *o = context;
    assert_int_equal(pthread_mutex_lock(&o->lock), 0);
    o->count++;
    o->outcome = outcome;
    (void)g_strlcpy(o->reason, reason, sizeof(o->reason));
    assert_int_equal(pthread_cond_broadcast(&o->told), 0);
    assert_int_equal(pthread_mutex_unlock(&o->lock), 0);
}

static inline void end_await(struct end *o)
{
    assert_int_equal(pthread_mutex_lock(&o->lock), 0);
    while (o->count == 0) {
        assert_int_equal(pthread_cond_wait(&o->told, &o->lock), 0);
    }
    assert_int_equal(pthread_mutex_unlock(&o->lock), 0);
}

/* A message on its way to a server of that manner. */
struct trip {
    struct connect *connect;
    struct mailer *mailer;
    struct post *post;
    struct end end;
};

static inline void trip_begin(struct trip *t, const struct manner *manner, const char *scheme)
{
    *t = (struct trip){
        .post = post_start(manner),
        .end = {.lock = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER},
    };
    char *url = g_strconcat(scheme, t->post->service.url, NULL);
    const struct mail_options options = {url, "reports@example.com", "", "", "", 120};
    assert_int_equal(connect_start(&t->connect), ERR_OK);
    assert_int_equal(mailer_new(t->connect, &options, &t->mailer), ERR_OK);
    g_free(url);
}

static inline struct mail trip_mail(struct trip *t)
{
    return (struct mail){
        .to = "anna@example.com",
        .subject = "Trips",
        .text = "The report is attached.\n",
        .message_id = "report-7-1796000000-1",
        .time_s = 1796000000,
        .file_path = "",
        .deadline_ms = clock_monotonic_ms() + TRIP_PATIENCE_MS,
        .done = end_take,
        .context = &t->end,
    };
}

static inline void trip_finish(struct trip *t)
{
    connect_stop(t->connect);
    post_stop(t->post);
    mailer_free(t->mailer);
    connect_free(t->connect);
}

static const struct manner kind_manner = {
    .greeting = "220 test",
    .from = "250 fine",
    .rcpt = "250 fine",
    .data = "354 go on",
    .quit = "221 bye",
    .end = "250 taken",
};

#endif
