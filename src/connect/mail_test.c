/* Messages to a server of mail that says, and does, what servers do. */
#include "connect/mail.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "connect/server_testing.h"

enum { PATIENCE_MS = 120000, LINE_MAX_BYTES = 4096, FILE_BYTES = 300000 };

/* How a server differs from one that takes everything. */
struct manner {
    const char *greeting;
    const char *rcpt;
    const char *end;       /* what it says behind the message; "": it cuts the connection */
    size_t cuts_data_at;   /* bytes of the message; 0: it does not */
    bool hangs_behind_end; /* it says nothing */
};

struct post {
    struct service service;
    struct manner manner;
    GString *talk; /* all that the client said; the message as it stands in it */
    char line[LINE_MAX_BYTES];
    size_t len;
    size_t read;
};

static void say(int fd, const char *text)
{
    service_send(fd, text, strlen(text));
    service_send(fd, "\r\n", 2);
}

/* Whether there is a further byte. */
static bool has_byte(struct post *p, int fd)
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
static bool next_line(struct post *p, int fd, GString *out)
{
    g_string_truncate(out, 0);
    while (has_byte(p, fd)) {
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
static bool take_message(struct post *p, int fd, GString *line)
{
    size_t from = p->talk->len;
    while (next_line(p, fd, line)) {
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
static bool answer_line(struct post *p, int fd, GString *line)
{
    if (g_str_has_prefix(line->str, "EHLO")) {
        say(fd, "250-test\r\n250 8BITMIME");
    } else if (g_str_has_prefix(line->str, "RCPT")) {
        say(fd, p->manner.rcpt);
    } else if (g_str_has_prefix(line->str, "DATA")) {
        say(fd, "354 go on");
        if (!take_message(p, fd, line)) {
            return false;
        }
        if (p->manner.hangs_behind_end) {
            atomic_fetch_add(&p->service.requests, 1);
            service_hang(&p->service, fd);
            return false;
        }
        say(fd, p->manner.end);
    } else {
        say(fd, g_str_has_prefix(line->str, "QUIT") ? "221 bye" : "250 fine");
    }
    return !g_str_has_prefix(line->str, "QUIT");
}

static void *run_post(void *arg)
{
    struct post *p = arg;
    while (!atomic_load(&p->service.stops)) {
        int fd = accept(p->service.fd, NULL, NULL);
        if (fd < 0) {
            break;
        }
        GString *line = g_string_new(NULL);
        p->len = p->read = 0;
        say(fd, p->manner.greeting);
        while (next_line(p, fd, line) && answer_line(p, fd, line)) {
        }
        (void)g_string_free(line, TRUE);
        (void)close(fd);
    }
    return NULL;
}

static struct post *post_start(const struct manner *manner)
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
    assert_int_equal(pthread_create(&p->service.thread, NULL, run_post, p), 0);
    return p;
}

/* Ends the server; what was said to it is left. */
static void post_stop(struct post *p)
{
    atomic_store(&p->service.stops, true);
    (void)shutdown(p->service.fd, SHUT_RDWR);
    assert_int_equal(pthread_join(p->service.thread, NULL), 0);
    (void)close(p->service.fd);
}

static void post_free(struct post *p)
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

static void take_end(void *context, enum mail_outcome outcome, const char *reason)
{
    struct end *o = context;
    assert_int_equal(pthread_mutex_lock(&o->lock), 0);
    o->count++;
    o->outcome = outcome;
    (void)g_strlcpy(o->reason, reason, sizeof(o->reason));
    assert_int_equal(pthread_cond_broadcast(&o->told), 0);
    assert_int_equal(pthread_mutex_unlock(&o->lock), 0);
}

static void await_end(struct end *o)
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

static void begin(struct trip *t, const struct manner *manner, const char *scheme)
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

static struct mail mail_of(struct trip *t)
{
    return (struct mail){
        .to = "anna@example.com",
        .subject = "Trips",
        .text = "The report is attached.\n",
        .message_id = "report-7-1796000000-1",
        .time_s = 1796000000,
        .file_path = "",
        .deadline_ms = clock_monotonic_ms() + PATIENCE_MS,
        .done = take_end,
        .context = &t->end,
    };
}

static void finish(struct trip *t)
{
    connect_stop(t->connect);
    post_stop(t->post);
    mailer_free(t->mailer);
    connect_free(t->connect);
}

static const struct manner kind = {"220 test", "250 fine", "250 taken", 0, false};

static void assert_outcome(const struct manner *manner, enum mail_outcome outcome,
                           const char *reason)
{
    struct trip t;
    begin(&t, manner, "smtp://");
    struct mail mail = mail_of(&t);
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    await_end(&t.end);
    finish(&t);
    assert_int_equal(t.end.outcome, outcome);
    assert_string_equal(t.end.reason, reason);
    assert_int_equal(t.end.count, 1);
    post_free(t.post);
}

static void test_what_a_server_says(void **state)
{
    (void)state;
    struct manner m = kind;
    assert_outcome(&m, MAIL_TAKEN, "");
    m.rcpt = "550 5.1.1 no such user";
    assert_outcome(&m, MAIL_REFUSED, "550 5.1.1 no such user");
    m.rcpt = "450 4.2.0 greylisted";
    assert_outcome(&m, MAIL_PUT_OFF, "450 4.2.0 greylisted");
    m.rcpt = "530 5.7.0 log in first";
    assert_outcome(&m, MAIL_PUT_OFF, "530 5.7.0 log in first");
    m = kind;
    m.greeting = "554 not here";
    assert_outcome(&m, MAIL_PUT_OFF, "554 not here");
    m = kind;
    m.end = "452 no space";
    assert_outcome(&m, MAIL_PUT_OFF, "452 no space");
    m.end = "554 it looks like spam";
    assert_outcome(&m, MAIL_REFUSED, "554 it looks like spam");
}

static void test_connection_that_is_cut(void **state)
{
    (void)state;
    struct manner m = kind;
    m.end = "";
    assert_outcome(&m, MAIL_UNKNOWN, "the connection broke");
}

/* A file of which only a part has left is not there yet: it is sent again. */
static void test_cut_amid_a_file(void **state)
{
    struct trip t;
    char path[] = "/tmp/odograph-mail-XXXXXX";
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, MAIL_FILE_MAX), 0);
    assert_int_equal(close(fd), 0);
    struct manner m = kind;
    m.cuts_data_at = FILE_BYTES;
    begin(&t, &m, "smtp://");
    struct mail mail = mail_of(&t);
    mail.file_path = path;
    mail.file_name = "trips.csv";
    mail.file_type = "text/csv";
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    await_end(&t.end);
    finish(&t);
    assert_int_equal(t.end.outcome, MAIL_PUT_OFF);
    post_free(t.post);
    assert_int_equal(truncate(path, MAIL_FILE_MAX + 1), 0);
    begin(&t, &kind, "smtp://");
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_TOO_LONG);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_NOT_FOUND);
    finish(&t);
    post_free(t.post);
}

static void test_silence_behind_the_end(void **state)
{
    struct trip t;
    (void)state;
    struct manner m = kind;
    m.hangs_behind_end = true;
    begin(&t, &m, "smtp://");
    struct mail mail = mail_of(&t);
    mail.deadline_ms = clock_monotonic_ms() + 3000;
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    await_end(&t.end);
    finish(&t);
    /* On a machine that is slow enough it was not even begun. */
    assert_true(t.end.outcome == MAIL_UNKNOWN || t.end.outcome == MAIL_PUT_OFF);
    assert_int_equal(t.end.outcome == MAIL_UNKNOWN, strstr(t.post->talk->str, "\r\n.\r\n") != NULL);
    post_free(t.post);
}

/* A stop does not wait for a server; what it was told is not known to be in. */
static void test_stop_amid_a_message(void **state)
{
    struct trip t;
    (void)state;
    struct manner m = kind;
    m.hangs_behind_end = true;
    begin(&t, &m, "smtp://");
    struct mail mail = mail_of(&t);
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    while (atomic_load(&t.post->service.requests) == 0) {
        (void)sched_yield();
    }
    finish(&t);
    assert_int_equal(t.end.count, 1);
    assert_int_equal(t.end.outcome, MAIL_UNKNOWN);
    post_free(t.post);
}

/* Nothing but a greeting is said to a server without TLS where TLS is wanted. */
static void test_tls_or_nothing(void **state)
{
    static const char *const schemes[] = {"smtp+starttls://", "smtps://"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct trip t;
        begin(&t, &kind, schemes[i]);
        struct mail mail = mail_of(&t);
        assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
        await_end(&t.end);
        finish(&t);
        assert_int_equal(t.end.outcome, MAIL_PUT_OFF);
        assert_null(strstr(t.post->talk->str, "MAIL"));
        assert_null(strstr(t.post->talk->str, "anna"));
        post_free(t.post);
    }
}

/* ---- the message ---- */

static void assert_said(const struct post *p, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_non_null(strstr(p->talk->str, lines[i]));
    }
}

static const char *const with_a_file[] = {
    "MAIL FROM:<reports@example.com>",
    "RCPT TO:<anna@example.com>",
    "Date: Mon, 30 Nov 2026 00:53:20 +0000\r\n",
    "From: reports@example.com\r\n",
    "To: anna@example.com\r\n",
    "Message-ID: <report-7-1796000000-1@example.com>\r\n",
    "Auto-Submitted: auto-generated\r\n",
    "Subject: =?utf-8?B?RmFocnRlbiB2b24gTcO8bGxlciAgQmNjOiBldmVAZXhhbXBsZS5jb20=?=\r\n",
    "Mime-Version: 1.0\r\n",
    "Content-Type: multipart/mixed;",
    "Content-Type: text/plain; charset=utf-8\r\n",
    "VGhlIHJlcG9ydCBpcyBhdHRhY2hlZC4K",
    "Content-Type: text/csv; charset=utf-8\r\n",
    "filename=\"trips.csv\"",
    "YTtiCi4K",
};

static void test_message_with_a_file(void **state)
{
    struct trip t;
    char path[] = "/tmp/odograph-mail-XXXXXX";
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a;b\n.\n", 6), 6);
    assert_int_equal(close(fd), 0);
    begin(&t, &kind, "smtp://");
    struct mail mail = mail_of(&t);
    mail.subject = "Fahrten von M\xc3\xbcller\r\nBcc: eve@example.com";
    mail.file_path = path;
    mail.file_name = "trips.csv";
    mail.file_type = "text/csv; charset=utf-8";
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    await_end(&t.end);
    finish(&t);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(t.end.outcome, MAIL_TAKEN);
    assert_said(t.post, with_a_file, sizeof(with_a_file) / sizeof(with_a_file[0]));
    assert_null(strstr(t.post->talk->str, "\nBcc"));
    post_free(t.post);
}

/* A subject of many characters is folded between them, and no line of it is too long. */
static void test_long_subject(void **state)
{
    struct trip t;
    GString *subject = g_string_new(NULL);
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        g_string_append(subject, "\xe6\x97\xa5");
    }
    begin(&t, &kind, "smtp://");
    struct mail mail = mail_of(&t);
    mail.subject = subject->str;
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_OK);
    await_end(&t.end);
    finish(&t);
    GString *joined = g_string_new(NULL);
    const char *at = strstr(t.post->talk->str, "Subject: ");
    assert_non_null(at);
    at += strlen("Subject: ");
    for (;;) {
        const char *end = strstr(at, "\r\n");
        gsize len = 0;
        assert_true(g_str_has_prefix(at, "=?utf-8?B?"));
        assert_in_range(end - at, 1, 75);
        char *word = g_strndup(at + 10, (gsize)(end - at) - 12);
        guchar *bytes = g_base64_decode(word, &len);
        assert_true(g_utf8_validate((const char *)bytes, (gssize)len, NULL));
        g_string_append_len(joined, (const char *)bytes, (gssize)len);
        g_free(bytes);
        g_free(word);
        if (end[2] != ' ') {
            break;
        }
        at = end + 3;
    }
    assert_string_equal(joined->str, subject->str);
    (void)g_string_free(joined, TRUE);
    (void)g_string_free(subject, TRUE);
    post_free(t.post);
}

static void test_what_is_not_sent(void **state)
{
    struct trip t;
    (void)state;
    begin(&t, &kind, "smtp://");
    struct mail mail = mail_of(&t);
    mail.to = "anna@example.com\r\nRCPT TO:<eve@example.com>";
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_INVALID);
    mail = mail_of(&t);
    mail.message_id = "a>\r\nBcc: eve@example.com";
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_INVALID);
    mail = mail_of(&t);
    connect_stop(t.connect);
    assert_int_equal(mailer_send(t.mailer, &mail), ERR_STOPPING);
    finish(&t);
    assert_int_equal(t.end.count, 0);
    assert_int_equal(t.post->talk->len, 0);
    post_free(t.post);
}

static void test_addresses(void **state)
{
    static const char *const good[] = {"a@b", "anna.b+c@mail.example.com", "o'neil_1@ex-ample.org"};
    static const char *const bad[] = {
        "",         "a",      "@b",     "a@",      "a@b@c",      "a b@c",      "a@b c",
        "a@b\r\nx", "<a@b>",  "a..b@c", ".a@b",    "a.@b",       "a@b..c",     "a@.b",
        "a@-b",     "a@b-.c", "a,b@c",  "\"a\"@b", "\xc3\xbc@b", "a@\xc3\xbc", "a@b,c@d"};
    char text[300];
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(mail_is_address(bytes_of_text(good[i])));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(mail_is_address(bytes_of_text(bad[i])));
    }
    memset(text, 'a', sizeof(text));
    text[64] = '@';
    text[65] = 'b';
    assert_true(mail_is_address((struct bytes){(uint8_t *)text, 66}));
    text[64] = 'a';
    text[65] = '@';
    text[66] = 'b';
    assert_false(mail_is_address((struct bytes){(uint8_t *)text, 67}));
    static const uint8_t with_nul[] = {0x61, 0x40, 0x62, 0};
    assert_false(mail_is_address((struct bytes){with_nul, sizeof(with_nul)}));
}

static void test_urls(void **state)
{
    static const char *const good[] = {"smtp://127.0.0.1", "smtps://mail.example.com:465",
                                       "smtp+starttls://mail.example.com", "smtp://[::1]:25"};
    static const char *const bad[] = {
        "mail.example.com",          "http://mail.example.com",   "smtp://",
        "smtp://a@mail.example.com", "smtp://mail.example.com/x", "smtp://mail.example.com:99999",
        "smtp://mail example"};
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_null(mail_url_fault(good[i]));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_non_null(mail_url_fault(bad[i]));
    }
    assert_true(mail_url_is_open("smtp://mail.example.com"));
    assert_false(mail_url_is_open("smtp://127.0.0.1:2525"));
    assert_false(mail_url_is_open("smtp://[::1]"));
    assert_false(mail_url_is_open("smtp+starttls://mail.example.com"));
    assert_false(mail_url_is_open("smtps://mail.example.com"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_server_says),
        cmocka_unit_test(test_connection_that_is_cut),
        cmocka_unit_test(test_cut_amid_a_file),
        cmocka_unit_test(test_silence_behind_the_end),
        cmocka_unit_test(test_stop_amid_a_message),
        cmocka_unit_test(test_tls_or_nothing),
        cmocka_unit_test(test_message_with_a_file),
        cmocka_unit_test(test_long_subject),
        cmocka_unit_test(test_what_is_not_sent),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
